from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distillnet.errors import ConfigError
from distillnet.models.teachers import (
    Price,
    PriceRow,
    Service,
    load_teachers,
    most_specific,
    price_of,
    read_teachers,
    terms_of,
)

OWN = "http://localhost:11434/v1"
ROUTER = "https://openrouter.ai/api/v1"


def listed() -> Iterator[tuple[Service, PriceRow, str]]:
    """Every (service, row, name) of the table; patterns stand for themselves."""
    for service in load_teachers().services:
        for row in service.prices:
            for name in row.models:
                yield service, row, name


def rates(model: str, base_url: str | None = None) -> tuple[float, float] | None:
    price = price_of(model, base_url=base_url)
    return price and (price.input, price.output)


def allowed(model: str, base_url: str | None = None) -> str | None:
    terms = terms_of(model, base_url=base_url)
    return terms and terms.allowed


def test_the_table_is_valid_sourced_and_dated() -> None:
    teachers = load_teachers()
    assert len({row.models for _, row, _ in listed()}) >= 70
    for service in teachers.services:
        assert date(2026, 1, 1) <= service.as_of <= date.today()
        assert service.source.startswith("https://") or service.host == "localhost"
    for terms in [s.terms for s in teachers.services] + [w.terms for w in teachers.weights]:
        if terms is not None:
            assert 20 < len(terms.text.en) < 250
            assert any("а" <= letter <= "я" for letter in terms.text.ru)


def test_every_listed_name_has_the_price_of_its_own_row() -> None:
    for service, row, name in listed():
        for provider in service.providers:
            price = price_of(f"{provider}:{name}", base_url=None)
            assert price is not None
            assert (price.input, price.output) == (row.input, row.output)
            assert (price.as_of, price.source) == (service.as_of, service.source)


def test_paid_prices_are_plausible() -> None:
    """A slip of the decimal point or of the columns would show."""
    for service, row, name in listed():
        if service.host == "localhost":
            assert row.input == row.output == 0
            continue
        assert 0.01 <= row.input <= row.output <= 200, name
        assert row.cached_input is None or row.cached_input < row.input, name


@pytest.mark.parametrize(
    ("snapshot", "model"),
    [
        ("openai:gpt-4o-mini-2024-07-18", "openai:gpt-4o-mini"),
        ("openai:gpt-5-mini-2025-08-07", "openai:gpt-5-mini"),
        ("anthropic:claude-haiku-4-5-20251001", "anthropic:claude-haiku-4-5"),
        ("openai:GPT-5-mini", "openai:gpt-5-mini"),
    ],
)
def test_a_dated_snapshot_costs_as_its_model(snapshot: str, model: str) -> None:
    assert rates(model) is not None
    assert rates(snapshot) == rates(model)


def test_a_snapshot_that_is_listed_itself_has_its_own_price() -> None:
    assert rates("openai:gpt-4o-2024-05-13") == (5, 15)
    assert rates("openai:gpt-4o-2024-08-06") == rates("openai:gpt-4o") == (2.5, 10)


@pytest.mark.parametrize(
    "model",
    [
        "openai:gpt-99",
        "openai:gpt-5-mini-audio",
        "openai:gpt-5-mini-20251",
        "openai:deepseek-v4-pro",
        "nobody:gpt-5-mini",
        "gpt-5-mini",
        "",
        ":",
    ],
)
def test_what_is_not_in_the_table_is_unknown(model: str) -> None:
    assert price_of(model, base_url=None) is None


@pytest.mark.parametrize(
    "base_url",
    [
        OWN,
        "http://127.0.0.1:8000/v1",
        "http://[::1]:8000",
        "http://10.1.2.3/v1",
        "http://192.168.0.7:8000/v1",
        "https://[fd00::7]/v1",
        "http://gpu-box:8000/v1",
        "http://GPU.local.:8000/v1",
        "http://vllm.internal/v1",
    ],
)
def test_private_addresses_are_free(base_url: str) -> None:
    assert rates("openai:gpt-5-mini", base_url) == (0, 0)
    assert rates("openai:whatever/Model-7B", base_url) == (0, 0)


@pytest.mark.parametrize(
    "base_url",
    [
        ROUTER,
        "https://8.8.8.8/v1",
        "https://api.openai.com.evil.example/v1",
        "https://api.openai.com@evil.example/v1",
        "https://localhost.example/v1",
        "https://eu.api.openai.com/v1",
        "localhost:8000/v1",
        "http://[::1/v1",
        "",
    ],
)
def test_other_hosts_are_unknown(base_url: str) -> None:
    assert price_of("openai:gpt-5-mini", base_url=base_url) is None
    assert price_of("ollama:qwen3:8b", base_url=base_url) is None


def test_the_host_decides_not_the_provider() -> None:
    assert rates("openai:gpt-5-mini", "https://api.openai.com/v1") == rates("openai:gpt-5-mini")
    assert rates("openai:deepseek-v4-pro", "https://api.deepseek.com") == rates(
        "deepseek:deepseek-v4-pro"
    )
    assert price_of("openai:gpt-5-mini", base_url="https://api.deepseek.com") is None


def test_own_models_are_free_but_not_those_that_ollama_passes_on() -> None:
    assert rates("embedded") == rates("embedded", ROUTER) == (0, 0)
    assert rates("ollama:qwen3:8b") == rates("ollama:llama3.2") == (0, 0)
    assert rates("ollama:gpt-oss:120b-cloud") is rates("openai:glm-5:cloud", OWN) is None


TERMS = [
    ("openai:gpt-5-mini", None, "conditions"),
    ("openai:a-model-of-tomorrow", None, "conditions"),
    ("openai:gpt-5-mini", ROUTER, None),
    ("anthropic:claude-sonnet-5-5", None, "no"),
    ("google_genai:gemini-3.8-flash", None, "conditions"),
    ("google_genai:gemma-4-31b-it", None, "conditions"),
    ("xai:grok-4.7", None, "no"),
    ("deepseek:deepseek-flash", None, "yes"),
    ("mistralai:mistral-small-latest", None, "yes"),
    ("embedded", None, "yes"),
    ("ollama:smollm2:135m", None, "yes"),
    ("ollama:qwen3", None, "yes"),
    ("ollama:qwen3:8b", None, "yes"),
    ("openai:Qwen/Qwen3-8B", OWN, "yes"),
    ("groq:qwen/qwen3-32b", None, "yes"),
    ("together:Qwen/Qwen3.7-Max", None, None),
    ("together:Qwen/Qwen3.8-2.4T-A95B", None, "conditions"),
    ("openai:openai/gpt-oss-120b", ROUTER, "yes"),
    ("ollama:gemma4:12b", None, "yes"),
    ("ollama:gemma3:4b", None, "conditions"),
    ("openai:google/gemma-2-9b-it", OWN, "conditions"),
    ("ollama:llama3.2:3b", None, "conditions"),
    ("openai:meta-llama/Llama-3.3-70B-Instruct", OWN, "conditions"),
    ("openai:TinyLlama/TinyLlama-1.1B", OWN, None),
    ("ollama:deepseek-r1:671b", None, "yes"),
    ("openai:deepseek-ai/DeepSeek-R1-Distill-Llama-8B", OWN, "conditions"),
    ("openai:unheard-of", OWN, None),
]


@pytest.mark.parametrize(("model", "base_url", "answer"), TERMS)
def test_terms(model: str, base_url: str | None, answer: str | None) -> None:
    assert allowed(model, base_url) == answer


@pytest.mark.parametrize("model", [model for model, _, _ in TERMS])
def test_no_two_patterns_fit_a_name_equally_well(model: str) -> None:
    name, weights = model.partition(":")[2].lower(), load_teachers().weights
    assert most_specific(weights, name) == most_specific(reversed(weights), name)


def price(input: float, output: float) -> Price:
    return Price(input=input, output=output, as_of=date(2026, 11, 10), source="own machine")


def test_arithmetic_is_exact() -> None:
    assert price(0.25, 2).usd(1_000_000, 1_000_000) == 2.25
    assert price(0.1, 0.2).usd(3_000_000, 0) == 0.3
    assert price(0.1, 0.2).usd(1, 1) == 3e-7
    assert price(3, 15).usd(0, 0) == 0


usd = st.decimals(0, 1000, places=4).map(float)
tokens = st.integers(0, 10**9)


@given(usd, usd, tokens, tokens, tokens, tokens)
def test_cost_is_monotone_and_additive(
    input: float, output: float, i: int, o: int, more_i: int, more_o: int
) -> None:
    cost = price(input, output).usd
    assert cost(i, o) <= cost(i + more_i, o + more_o)
    assert cost(i, o) + cost(more_i, more_o) == pytest.approx(cost(i + more_i, o + more_o))
    assert cost(i, o) == pytest.approx(cost(i, 0) + cost(0, o))


TABLE = """
services:
  - host: api.example.com
    providers: [example]
    as_of: 2026-11-10
    source: https://example.com/prices
    prices:
      - {models: [one], input: 1, output: 2}
      - {models: [two], input: 1, output: 2}
weights:
  - models: ["*open*"]
    terms: {allowed: "yes", text: {en: a, ru: б}, source: "https://example.com/licence"}
"""


def test_a_table_of_this_shape_is_read(tmp_path: Path) -> None:
    (tmp_path / "table.yaml").write_text(TABLE, encoding="utf-8")
    assert read_teachers(tmp_path / "table.yaml").services[0].prices[1].models == ("two",)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("input: 1", "input: -1", "services.0.prices.0.input"),
        ("input: 1", "input: yes", "services.0.prices.0.input"),
        ("input: 1", "input: .inf", "services.0.prices.0.input"),
        ("output: 2", "output: 2, batch_factor: 1.5", "batch_factor"),
        ("output: 2", "output: 2, outptu: 3", "outptu"),
        ("2026-11-10", "last Tuesday", "services.0.as_of"),
        ("https://example.com/prices", "a friend", "services.0.source"),
        ("[two]", "[one]", "'one' stands there twice"),
        ("[two]", "[Two]", "services.0.prices.1.models.0"),
        ("[two]", "[]", "services.0.prices.1.models"),
        ('"yes"', "yes", "weights.0.terms.allowed"),
        ("ru: б", "de: b", "weights.0.terms.text"),
        ("services:", "services: [", "cannot read"),
        (TABLE, "- a list", "correct the whole"),
    ],
)
def test_a_wrong_table_says_where(tmp_path: Path, old: str, new: str, said: str) -> None:
    file = tmp_path / "table.yaml"
    file.write_text(TABLE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        read_teachers(file)
    assert said in str(raised.value)
    assert str(file) in str(raised.value)


def test_a_missing_table_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read"):
        read_teachers(tmp_path / "none.yaml")
