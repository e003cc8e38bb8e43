"""Whether a model can be used."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from distillnet.cli.field import field

if TYPE_CHECKING:
    from distillnet.api import Check

_NAMES = 12
_STRUCTURED = {
    "honoured": "honoured: the answer is JSON by the schema that was sent along",
    "ignored": "ignored: the server took the schema, but the answer is not JSON by it",
    "refused": "refused: the server rejects a request with a schema, and answers one without",
    "not tested": "not tested",
}


@click.group()
def models() -> None:
    """Look at the models that can be teachers."""


@models.command()
@click.option("--model", metavar="PROVIDER:NAME", help="The teacher ('embedded').")
@click.option("--base-url", metavar="URL", help="Where an OpenAI-compatible server listens.")
@click.option("--json", "as_json", is_flag=True, help="Everything, as one JSON object.")
def check(model: str | None, base_url: str | None, as_json: bool) -> None:
    """Ask a model one short question, and say what can be known of it.

    That costs next to nothing. Keys are read from the environment or .env, and never shown.
    """
    from distillnet.api import check_model
    from distillnet.tools.terminal import json_line

    found = check_model(model=model, base_url=base_url)
    if as_json:
        click.echo(json_line(found.model_dump(mode="json")))
    else:
        click.echo("\n".join(_lines(found)))
    found.require_usable()


def _lines(found: "Check") -> Iterator[str]:
    yield from _field("model", found.model)
    if found.url is None:
        place = "on this machine, nothing is sent anywhere"
    else:
        place = found.url or "where the provider's own library calls it"
    yield from _field("place", place)
    yield from _field("access", _access(found))
    if found.fault:
        yield from _field("answer", "none")
    else:
        yield from _answer(found)
    price = found.price
    rates = (
        f"${price.input:g} read and ${price.output:g} written, a million tokens; "
        f"as of {price.as_of}, {price.source}"
        if price
        else "unknown: give it as DISTILLNET_PRICE__INPUT and DISTILLNET_PRICE__OUTPUT"
    )
    yield from _field("price", "free" if price and not price.input + price.output else rates)
    terms = found.terms
    yield from _field(
        "training on",
        f"{terms.allowed}: {terms.text.en} {terms.source}"
        if terms
        else "unknown: read whether its answers may train a model",
    )


def _access(found: "Check") -> str:
    if not found.key:
        return "no key is needed"
    is_set = "is set" if found.key_is_set else "is not set"
    return f"{found.auth} ({found.key} {is_set})"


def _answer(found: "Check") -> Iterator[str]:
    reported = f", by {found.reported_model!r}" if found.reported_model else ""
    yield from _field(
        "answer",
        f"in {found.milliseconds:,} ms{reported}, finish_reason "
        f"{found.finish_reason or 'not said'}",
    )
    if found.tokens_per_second is not None:
        yield from _field(
            "speed", f"{found.tokens_per_second:.1f} tokens/s alone; many at once are faster"
        )
    if found.url is not None:
        yield from _field("JSON schema", _STRUCTURED[found.structured])
    yield from _field(
        "usage",
        "not reported"
        if found.input_tokens is None
        else f"{found.input_tokens:,} tokens read, {found.output_tokens:,} written",
    )
    for remark in found.remarks:
        yield from _field("note", remark)


def _field(name: str, text: str) -> Iterator[str]:
    yield from field(name, text, names=_NAMES)
