"""``axis.yaml``: the axes, modes and weights in force; editing it steers a resumed run."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError, model_validator

from distillnet.errors import ConfigError, UnknownName
from distillnet.records import Lens, Record
from distillnet.tools.export import write_yaml
from distillnet.tools.plain_yaml import read_plain

NAME_CHARACTERS = 40
LENS_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_HEADER = """\
# What the run looks through. Edit it: 'distillnet resume' obeys.
# Weights: 1 as planned, 0 leaves out, 2 twice as likely to be asked again.
# axes: families of lenses. modes: their lenses, weighed by their own weight times the family's.
# proposed: lenses that the critic proposed, in force unless their weight is 0.
"""
_MAX_WEIGHT = 100
Weight = Annotated[float, Field(ge=0, le=_MAX_WEIGHT, allow_inf_nan=False, strict=True)]
Name = Annotated[str, StringConstraints(max_length=100)]
Weights = dict[Name, Weight]


class Family(Record):
    """A family of lenses; ``modes`` weighs each."""

    weight: Weight = 1.0
    modes: Weights = Field(default_factory=dict)


class Proposed(Lens):
    """A lens of the run's own, with its weight."""

    family: str = Field(default="proposed", exclude=True, pattern="^proposed$")
    weight: Weight = 1.0

    @model_validator(mode="after")
    def _fits_a_prompt(self) -> "Proposed":
        if len(self.name) > NAME_CHARACTERS or not LENS_NAME.fullmatch(self.name):
            raise ValueError("name must be lower-case Latin letters and digits with hyphens")
        texts = (self.title, self.question)
        if not all(0 < len(t.strip()) <= 1_000 for text in texts for t in (text.en, text.ru)):
            raise ValueError("title and question must have 1 to 1,000 characters")
        return self


class Axis(Record):
    """What a run looks through, and how much of each it asks for again."""

    axes: dict[Name, Family] = Field(default_factory=dict)
    roles: Weights = Field(default_factory=dict)
    forms: Weights = Field(default_factory=dict)
    proposed: tuple[Proposed, ...] = ()

    def lenses(self) -> list[Lens]:
        """The proposed ones."""
        return [
            Lens.model_validate(lens.model_dump(exclude={"weight"}) | {"family": lens.family})
            for lens in self.proposed
        ]

    def in_force(self) -> list[str]:
        """The names of all lenses with a weight over 0, the proposed ones last."""
        names = [lens for family in self.axes.values() for lens in family.modes]
        return [
            name for name in [*names, *(own.name for own in self.proposed)] if self.weight_of(name)
        ]

    def weight_of(self, lens: str) -> float:
        """Family times mode, or that of the proposed lens; 1 for a lens that is not here."""
        for family in self.axes.values():
            if lens in family.modes:
                return family.weight * family.modes[lens]
        return next((own.weight for own in self.proposed if own.name == lens), 1.0)

    def weights(self) -> dict[str, float]:
        """All of them by the kind and name of what they weigh, as in ``role child``."""
        found = {f"form {name}": weight for name, weight in self.forms.items()}
        found |= {f"role {name}": weight for name, weight in self.roles.items()}
        for name, family in self.axes.items():
            found |= {f"family {name}": family.weight}
            found |= {f"lens {mode}": weight for mode, weight in family.modes.items()}
        return found | {f"lens {lens.name}": lens.weight for lens in self.proposed}

    def weight_of_role(self, role: str) -> float:
        return self.roles.get(role, 1.0)

    def weight_of_form(self, form: str) -> float:
        return self.forms.get(form, 1.0)


def axis_of(
    lenses: Iterable[Lens],
    roles: Iterable[str],
    forms: Iterable[str],
    proposed: Iterable[Lens] = (),
    *,
    before: Axis | None = None,
) -> Axis:
    """The axis of what is in force, with the weights of ``before`` and 1 where it gives none."""
    before = before or Axis()
    own = {lens.name: lens.weight for lens in before.proposed}
    modes: dict[str, dict[str, float]] = {}
    for lens in lenses:
        old = before.axes.get(lens.family, Family())
        modes.setdefault(lens.family, {})[lens.name] = old.modes.get(lens.name, 1.0)
    return Axis(
        axes={
            family: Family(weight=before.axes.get(family, Family()).weight, modes=weights)
            for family, weights in modes.items()
        },
        roles={role: before.weight_of_role(role) for role in roles},
        forms={form: before.weight_of_form(form) for form in forms},
        proposed=tuple(
            Proposed.model_validate(
                {**dict(lens), "family": "proposed", "weight": own.get(lens.name, 1.0)}
            )
            for lens in proposed
        ),
    )


def write_axis(path: Path, axis: Axis) -> None:
    """YAML that ``read_axis`` reads, after a comment for whoever edits it."""
    write_yaml(path, axis.model_dump(mode="json"), header=_HEADER)


def read_axis(
    path: Path, lenses: Mapping[str, Lens], roles: Iterable[str], forms: Iterable[str]
) -> Axis:
    """The axis in a file that people edit; what was taken out of it has weight 1.

    Raises ConfigError, naming the file, for a file that cannot be read, is not YAML of this shape,
    names something twice or something unknown, or gives a weight that is not 0 to 100.
    """
    roles, forms = list(roles), list(forms)
    try:
        axis = Axis.model_validate(read_plain(path))
        _check_names(axis, lenses, roles, forms)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(repr, first["loc"])).replace("'", "") or "it"
        raise ConfigError(f"{path}: {where[:200]}: {first['msg']}") from None
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from None
    return axis_of(lenses.values(), roles, forms, axis.proposed, before=axis)


def _check_names(
    axis: Axis, lenses: Mapping[str, Lens], roles: list[str], forms: list[str]
) -> None:
    families = {lens.family for lens in lenses.values()}
    given = [
        *(("family of lenses", name, families) for name in axis.axes),
        *(("lens", name, lenses) for family in axis.axes.values() for name in family.modes),
        *(("role", name, roles) for name in axis.roles),
        *(("form", name, forms) for name in axis.forms),
        *(("form", lens.form, forms) for lens in axis.proposed),
    ]
    for kind, name, known in given:
        if name not in known:
            raise ValueError(str(UnknownName(kind, name, known)))
    for family, entry in axis.axes.items():
        for name in entry.modes:
            if (right := lenses[name].family) != family:
                raise ValueError(f"lens {name!r} belongs to {right!r}, not to {family!r}")
    names = [lens.name for lens in axis.proposed]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise ValueError(f"lens {name!r} is proposed twice")
        if name in lenses:
            raise ValueError(f"lens {name!r} is in the catalogue: take it out of 'proposed'")
