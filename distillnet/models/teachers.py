"""What a teacher costs, and whether its answers may train another model: ``teachers.yaml``.

Where a model is called decides both: the same name costs something else, under other terms, at
another host. So the table is kept by service, and at a host that is not in it no price is known.
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, ValidationError, model_validator

from distillnet.errors import ConfigError
from distillnet.records import Record, Text

_TABLE = Path(__file__).with_name("teachers.yaml")
_OWN_MACHINE = "localhost"
_SNAPSHOT = re.compile(r"-20\d\d-?\d\d-?\d\d$")
_WILDCARD = re.compile(r"\[.*?\]|[*?]")
# Names that the public internet does not resolve: RFC 6761, 6762 and 8375, ICANN's .internal.
_PRIVATE_NAMES = (".localhost", ".local", ".internal", ".home.arpa")

Usd = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
Url = Annotated[str, StringConstraints(pattern=r"^https://\S+$")]
Source = Url | Literal["own machine", "your settings"]
Pattern = Annotated[str, StringConstraints(pattern=r"^[^A-Z\s]+$")]


class Rates(Record):
    """USD per million tokens; ``batch_factor`` times that through the provider's batch API."""

    input: Usd
    cached_input: Usd | None = None
    output: Usd
    batch_factor: Annotated[float, Field(strict=True, gt=0, le=1)] | None = None


class Price(Rates):
    """The rates on the day ``as_of``, as ``source`` has them."""

    as_of: date
    source: Source

    def usd(self, input_tokens: int, output_tokens: int) -> float:
        """The cost of so many tokens, none of them cached; exact, then rounded once to a float."""
        cost = Decimal(str(self.input)) * input_tokens + Decimal(str(self.output)) * output_tokens
        return float(cost / 1_000_000)


class Terms(Record):
    """May the answers train another model? The clause stands at ``source``."""

    allowed: Literal["yes", "no", "conditions"]
    text: Text
    source: Url


class Row(Record):
    """Something about ``models``: names or patterns (``*``, ``[...]``), in lower case."""

    models: tuple[Pattern, ...] = Field(min_length=1)


class PriceRow(Row, Rates):
    pass


class Weights(Row):
    """The licence of open weights."""

    terms: Terms


class Service(Record):
    """A host, the prices of the models called there, and its terms where it has some of its own.

    ``providers`` are the prefixes of ``provider:name`` that call it unless told otherwise. What
    matches ``unpriced`` has no known price.
    """

    host: str
    providers: tuple[str, ...]
    as_of: date
    source: Source
    unpriced: tuple[Pattern, ...] = ()
    prices: tuple[PriceRow, ...]
    terms: Terms | None = None

    @model_validator(mode="after")
    def _one_price_a_pattern(self) -> Self:
        _refuse_repeated(model for row in self.prices for model in row.models)
        return self


class Teachers(Record):
    services: tuple[Service, ...]
    weights: tuple[Weights, ...]

    @model_validator(mode="after")
    def _one_place_each(self) -> Self:
        _refuse_repeated(service.host for service in self.services)
        _refuse_repeated(name for service in self.services for name in service.providers)
        _refuse_repeated(model for row in self.weights for model in row.models)
        return self


def price_of(model: str, *, base_url: str | None) -> Price | None:
    """What ``provider:name`` costs at ``base_url`` (None: where the provider is), None = unknown.

    An address of this machine or of a private network is free; whether something there passes
    the calls on to a paid service cannot be seen.
    """
    service = _service(model, base_url)
    if service is None:
        return None
    name = _name(model)
    if any(fnmatchcase(name, pattern) for pattern in service.unpriced):
        return None
    row = most_specific(service.prices, name)
    row = row or most_specific(service.prices, _SNAPSHOT.sub("", name))
    if row is None:
        return None
    rates = row.model_dump(exclude={"models"})
    return Price(**rates, as_of=service.as_of, source=service.source)


def terms_of(model: str, *, base_url: str | None) -> Terms | None:
    """The terms for training on the answers of ``provider:name``, None = unknown.

    Those of the service that is called, else those of the weights; what a service without terms
    in the table adds to the latter is not known here.
    """
    service = _service(model, base_url)
    if service and service.terms:
        return service.terms
    weights = most_specific(load_teachers().weights, _name(model))
    return weights.terms if weights else None


@cache
def load_teachers() -> Teachers:
    """The table that comes with the package."""
    return read_teachers(_TABLE)


def read_teachers(file: Path) -> Teachers:
    """Raises ConfigError, naming the entry, for a file that is not such a table."""
    import yaml

    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        table = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)
        return Teachers.model_validate(table)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"cannot read the table of teachers {str(file)!r}: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise ConfigError(
            f"correct {where} in the table of teachers {str(file)!r}: {first['msg']}"
        ) from None


def _service(model: str, base_url: str | None) -> Service | None:
    services = load_teachers().services
    provider = model.partition(":")[0]
    # The embedded model has no address, whatever the settings say.
    if base_url is None or provider == "embedded":
        return next((s for s in services if provider in s.providers), None)
    host = _host(base_url)
    return next((s for s in services if s.host == host), None)


def _host(url: str) -> str | None:
    """The host of ``url``, the same one for all private addresses; None where there is none."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return None
    try:
        private = ip_address(host).is_private
    except ValueError:
        private = bool(host) and ("." not in host or host.endswith(_PRIVATE_NAMES))
    return _OWN_MACHINE if private else host or None


def _name(model: str) -> str:
    return (model.partition(":")[2] or model).lower()


AnyRow = TypeVar("AnyRow", bound=Row)


def most_specific(rows: Iterable[AnyRow], name: str) -> AnyRow | None:
    """The row whose matching pattern says most of ``name`` literally."""
    matching = [
        (len(_WILDCARD.sub("", pattern)), row)
        for row in rows
        for pattern in row.models
        if fnmatchcase(name, pattern)
    ]
    return max(matching, key=lambda match: match[0])[1] if matching else None


def _refuse_repeated(names: Iterable[str]) -> None:
    if repeated := [name for name, count in Counter(names).items() if count > 1]:
        raise ValueError(f"{repeated[0]!r} stands there twice")
