"""Whichever library reports it: LangChain's own client for OpenAI, or an error made by hand."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import aiohttp
import httpx
import httpx2
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_openai import ChatOpenAI

from distillnet.models.chat import Teacher
from distillnet.models.faults import FREE, PASSING, ModelFault, fault_of, http_fault, retry_after
from distillnet.testing import Fault
from tests.models.conftest import KEY, MESSAGES, failing, teacher

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    yield KEY


def error_of(status: int, *, code: str | None = None, **headers: str) -> openai.APIStatusError:
    """What the openai library raises for an answer of this status."""
    client = openai.OpenAI(api_key="none")
    response = httpx2.Response(
        status,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        json={"error": {"message": f"no: {KEY}", "code": code}},
        request=httpx2.Request("POST", "http://127.0.0.1/v1/chat/completions"),
    )
    return client._make_status_error_from_response(response)


@pytest.mark.parametrize(
    ("fault", "kind", "seconds"),
    [
        (Fault("rate_limited", retry_after="7"), "rate_limited", 7.0),
        (Fault("overloaded", retry_after="0.5"), "overloaded", 0.5),
        (Fault("server_error"), "server_error", None),
        (Fault("hang", seconds=30), "timeout", None),
        (Fault("slow_drip", seconds=30), "timeout", None),
        (Fault("reset"), "connection", None),
        (Fault("cut_body"), "connection", None),
        (Fault("html"), "html", None),
        (Fault("invalid_json"), "invalid_json", None),
        (Fault("empty_choices"), "empty_answer", None),
        (Fault("unauthorized"), "access", None),
        (Fault("quota"), "access", None),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else "",
)
async def test_what_langchain_s_own_client_raises_has_the_same_names(
    fault: Fault, kind: str, seconds: float | None, key: str
) -> None:
    with failing(fault) as server:
        ours = teacher(server, timeout=0.3 if kind == "timeout" else 30.0)
        theirs = ChatOpenAI(model="scripted", base_url=server.base_url, max_retries=0)
        asked = Teacher(theirs, ours.spec)
        with pytest.raises(ModelFault) as raised:
            await asked.ask(MESSAGES, seed=7)
        assert (raised.value.kind, raised.value.retry_after) == (kind, seconds)
        assert raised.value.may_pass == (kind != "access")
        assert key not in f"{raised.value} {raised.value!r}"
        assert (await asked.ask(MESSAGES, seed=7)).content == "The leash knows."
        assert server.requests.total() == 2


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (error_of(429), "rate_limited"),
        (error_of(429, code="insufficient_quota"), "access"),
        (error_of(401), "access"),
        (error_of(402), "access"),
        (error_of(403), "access"),
        (error_of(408), "timeout"),
        (error_of(409), "server_error"),
        (error_of(500), "server_error"),
        (error_of(502), "server_error"),
        (error_of(503), "overloaded"),
        (error_of(529), "overloaded"),
        (error_of(400), "rejected"),
        (error_of(404), "rejected"),
        (error_of(422), "rejected"),
        (openai.APITimeoutError(httpx2.Request("POST", "http://x")), "timeout"),
        (openai.APIConnectionError(request=httpx2.Request("POST", "http://x")), "connection"),
        (httpx.ReadTimeout("slow"), "timeout"),
        (httpx.ConnectError("refused"), "connection"),
        (aiohttp.SocketTimeoutError(), "idle_timeout"),
        (aiohttp.ConnectionTimeoutError(), "connection"),
        (aiohttp.ServerDisconnectedError(), "connection"),
        (aiohttp.ClientPayloadError(), "cut_body"),
        (TimeoutError(), "timeout"),
        (ConnectionResetError(), "connection"),
        (RuntimeError("<html>"), "html"),
        (RuntimeError(), "failed"),
        (ModelFault("overloaded", "as it was"), "overloaded"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_an_error_has_one_name(error: Exception, kind: str) -> None:
    fault = fault_of(error)
    assert fault.kind == kind
    assert fault.may_pass == (kind not in ("access", "rejected", "failed"))
    assert fault.said and str(fault) == f"{kind}: {fault.said}"


def test_what_was_refused_unread_costs_nothing() -> None:
    assert {"rate_limited", "overloaded", "access", "rejected"} <= FREE
    assert not FREE & {"timeout", "idle_timeout", "cut_body", "invalid_json", "connection"}
    assert {"timeout", "empty_answer"} <= PASSING - FREE


def test_the_headers_of_an_error_say_how_long_to_wait() -> None:
    assert fault_of(error_of(429, Retry_After="3")).retry_after == 3.0
    dates = {"Retry_After": format_datetime(NOON + timedelta(seconds=9), usegmt=True)}
    assert fault_of(error_of(503, Date=format_datetime(NOON), **dates)).retry_after == 9.0
    assert fault_of(error_of(500)).retry_after is None


def test_its_text_holds_no_key_and_is_short_and_on_one_line(key: str) -> None:
    for fault in (
        fault_of(error_of(401)),
        http_fault(401, f"no:\n{key}", {}),
        fault_of(RuntimeError(f"no: {key}")),
    ):
        assert "no: [OPENAI_API_KEY]" in fault.said
    # Cut inside the key it would be no longer recognised.
    cut = http_fault(500, "x" * 380 + key, {}).said
    assert len(cut) == 400 and key[:6] not in cut


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("0", 0.0), ("2", 2.0), ("0.25", 0.25), (" 12 ", 12.0), ("-5", 0.0)]
    + [(text, None) for text in ("", "soon", "nan", "inf", "Wed, 99 Foo 2026 99:00:00 GMT")],
)
def test_seconds_to_wait(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}) == retry_after({"Retry-After": value}) == seconds


@pytest.mark.parametrize("wrong_by", [timedelta(0), timedelta(days=-900), timedelta(hours=5)])
def test_a_date_to_wait_for_is_read_by_the_server_s_own_clock(wrong_by: timedelta) -> None:
    sent = datetime.now(UTC) + wrong_by
    headers = {
        "Date": format_datetime(sent, usegmt=True),
        "Retry-After": format_datetime(sent + timedelta(seconds=90), usegmt=True),
    }
    assert retry_after(headers) == 90.0
    past = format_datetime(sent - timedelta(seconds=90), usegmt=True)
    assert retry_after(headers | {"Retry-After": past}) == 0.0


def test_without_the_server_s_clock_ours_must_do() -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=1000), usegmt=True)
    assert 900 < (retry_after({"Retry-After": until}) or 0) <= 1000
    assert retry_after({"Retry-After": until, "Date": "yesterday"}) is None


DATES = st.from_regex(r"\A\w{3}, \d{1,30} \w{3} \d{1,30} \d\d:\d\d:\d\d [+-]?\d{1,9}\Z")


@given(st.one_of(st.text(), DATES), st.one_of(st.none(), st.text(), DATES))
def test_no_header_can_do_harm(value: str, date: str | None) -> None:
    headers: dict[str, Any] = {"Retry-After": value} | ({"Date": date} if date else {})
    seconds = retry_after(headers)
    assert seconds is None or 0 <= seconds < float("inf")


@given(st.integers(300, 599), st.text())
def test_every_status_has_a_name(status: int, said: str) -> None:
    assert http_fault(status, said, {}).kind in PASSING | {"access", "rejected"}
