"""The file that steers a resumed run: what is written is read, what people get wrong is named."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from distillnet.errors import ConfigError
from distillnet.records import Lens, Text
from distillnet.tools.axis import Axis, Family, Proposed, axis_of, read_axis, write_axis
from distillnet.tools.lenses import load_forms, load_lenses
from tests.hostile.corpus import TEXTS

LENSES = {
    name: load_lenses()[name] for name in ("metaphor", "irony", "syllogism", "converse", "koan")
}
ROLES, FORMS = ("child", "dog"), tuple(load_forms())
NEW = Lens(
    name="who-pays",
    title=Text(en="Who pays", ru="Кто платит"),
    family="proposed",
    question=Text(en="Who pays for this in the end?", ru="Кто за это платит?"),
    origin="proposed by a model in this run",
    reveals="The bill.",
    form="letter",
    faithfulness="literal",
    tags=("value",),
)
AXIS = axis_of(LENSES.values(), ROLES, FORMS, [NEW])
quickly = examples(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("axis") / "axis.yaml"


def read(path: Path) -> Axis:
    return read_axis(path, LENSES, ROLES, FORMS)


def written(path: Path, **parts: Any) -> Path:
    apart = json.loads(json.dumps(parts))  # what is there twice would become an alias
    path.write_text(yaml.safe_dump(apart, allow_unicode=True), encoding="utf-8")
    return path


def test_a_new_axis_weighs_everything_alike() -> None:
    assert list(AXIS.axes) == ["rhetorical", "logical", "cultural"]
    assert AXIS.axes["rhetorical"].modes == {"metaphor": 1.0, "irony": 1.0}
    assert {AXIS.weight_of(name) for name in (*LENSES, "who-pays", "unheard-of")} == {1.0}
    assert {AXIS.weight_of_role(role) for role in ROLES} == {AXIS.weight_of_form("letter")} == {1.0}


def test_a_lens_weighs_its_own_weight_times_that_of_its_family(path: Path) -> None:
    axis = read(
        written(
            path,
            axes={"rhetorical": {"weight": 0.5, "modes": {"irony": 3}}, "logical": {"weight": 0}},
            roles={"dog": 2},
            forms={"letter": 0},
        )
    )
    assert axis.weight_of("irony") == 1.5 and axis.weight_of("metaphor") == 0.5
    assert axis.weight_of("syllogism") == axis.weight_of("converse") == 0
    assert axis.weight_of("koan") == 1
    assert (axis.weight_of_role("dog"), axis.weight_of_role("child")) == (2, 1)
    assert (axis.weight_of_form("letter"), axis.weight_of_form("essay")) == (0, 1)


def test_the_next_round_keeps_the_weights_and_adds_what_is_new(path: Path) -> None:
    axis = read(
        written(
            path,
            axes={"logical": {"weight": 2, "modes": {"converse": 0}}},
            proposed=[NEW.model_dump(mode="json", exclude={"family"}) | {"weight": 0.25}],
        )
    )
    other = NEW.model_copy(update={"name": "who-cleans-up"})
    grown = axis_of(
        [*LENSES.values(), load_lenses()["four-causes"]],
        [*ROLES, "poet"],
        FORMS,
        [*axis.proposed, other],
        before=axis,
    )
    assert grown.weight_of("who-pays") == 0.25 and grown.weight_of("who-cleans-up") == 1
    assert grown.weight_of("syllogism") == 2 and grown.weight_of("converse") == 0
    assert grown.weight_of("four-causes") == grown.weight_of_role("poet") == 1
    assert isinstance(grown.proposed[0], Lens) and grown.proposed[0].family == "proposed"


def test_people_find_a_comment_and_one_line_for_each_mode(path: Path) -> None:
    write_axis(path, AXIS)
    text = path.read_text("utf-8")
    assert text.startswith("# What the run looks through.") and "'distillnet resume' obeys" in text
    assert "\n      metaphor: 1.0\n" in text and "Кто платит" in text
    assert not [file for file in path.parent.iterdir() if file != path]


def test_an_empty_mapping_is_the_plan_and_an_edited_proposal_is_obeyed(path: Path) -> None:
    assert read(written(path)) == axis_of(LENSES.values(), ROLES, FORMS)
    write_axis(path, AXIS)
    path.write_text(path.read_text("utf-8").replace("Who pays for this", "Who won"), "utf-8")
    assert read(path).proposed[0].question.en == "Who won in the end?"


WEIGHTS = st.floats(0, 100)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)
PROPOSALS = st.lists(
    st.builds(
        lambda name, title, question, tags, weight: Proposed.model_validate(
            dict(NEW)
            | {"name": name, "title": Text(en=title, ru=question), "tags": tuple(tags)}
            | {"question": Text(en=question, ru=title), "weight": weight, "reveals": title}
        ),
        st.from_regex(r"\A[a-z]{1,9}(-[a-z0-9]{1,9}){1,2}\Z"),
        TEXT | st.sampled_from([text for text in TEXTS.values() if len(text) < 1000]),
        TEXT,
        st.lists(TEXT, max_size=2),
        WEIGHTS,
    ),
    max_size=3,
    unique_by=lambda lens: lens.name,
)


@quickly
@given(modes=st.lists(WEIGHTS, min_size=8, max_size=8), proposed=PROPOSALS)
def test_what_is_written_is_read(path: Path, modes: list[float], proposed: list[Proposed]) -> None:
    weights = iter(modes)
    axis = AXIS.model_copy(
        update={
            "axes": {
                family: Family(
                    weight=next(weights), modes=dict.fromkeys(entry.modes, next(weights))
                )
                for family, entry in AXIS.axes.items()
            },
            "roles": dict.fromkeys(ROLES, next(weights)),
            "forms": dict.fromkeys(FORMS, next(weights)),
            "proposed": tuple(lens for lens in proposed if lens.name not in LENSES),
        }
    )
    write_axis(path, axis)
    # What no file can hold, a lone surrogate, is replaced; a pair of them becomes its character.
    text = json.dumps(axis.model_dump(), ensure_ascii=False)
    held = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert read(path) == Axis.model_validate_json(held)


PROPOSED = NEW.model_dump(mode="json", exclude={"family"})
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "unknown lens": (
        {"axes": {"rhetorical": {"modes": {"metafor": 1}}}},
        "no lens 'metafor'. Did you mean 'metaphor'?",
    ),
    "unknown family": ({"axes": {"retorical": {}}}, "Did you mean 'rhetorical'?"),
    "wrong family": (
        {"axes": {"logical": {"modes": {"irony": 1}}}},
        "lens 'irony' belongs to 'rhetorical', not to 'logical'",
    ),
    "unknown role": ({"roles": {"dogg": 1}}, "no role 'dogg'. Did you mean 'dog'?"),
    "unknown form": ({"forms": {"leter": 1}}, "Did you mean 'letter'?"),
    "negative": ({"roles": {"dog": -1}}, "roles.dog: Input should be greater than or equal to 0"),
    "infinite": ({"roles": {"dog": float("inf")}}, "roles.dog: Input should be"),
    "not a number": ({"forms": {"letter": float("nan")}}, "forms.letter: Input should be"),
    "too much": ({"roles": {"dog": 101}}, "less than or equal to 100"),
    "a word": ({"roles": {"dog": "much"}}, "roles.dog: Input should be a valid number"),
    "no": ({"roles": {"dog": False}}, "roles.dog: Input should be a valid number"),
    "a list": ({"roles": ["dog"]}, "roles: Input should be a valid dict"),
    "unknown part": ({"rolls": {}}, "rolls: Extra inputs are not permitted"),
    "a long name": ({"roles": {"d" * 1000: 1}}, "at most 100 characters"),
    "twice": ({"proposed": [PROPOSED, PROPOSED]}, "lens 'who-pays' is proposed twice"),
    "in the catalogue": (
        {"proposed": [PROPOSED | {"name": "irony"}]},
        "lens 'irony' is in the catalogue: take it out of 'proposed'",
    ),
    "no such form": ({"proposed": [PROPOSED | {"form": "sonnet"}]}, "no form 'sonnet'"),
    "a bad name": ({"proposed": [PROPOSED | {"name": "../who"}]}, "proposed.0: Value error, name"),
    "no question": (
        {"proposed": [PROPOSED | {"question": {"en": " ", "ru": "Кто?"}}]},
        "question must have 1 to 1,000 characters",
    ),
    "another family": ({"proposed": [PROPOSED | {"family": "logical"}]}, "proposed.0.family"),
    "half a lens": ({"proposed": [{"name": "who"}]}, "proposed.0.title: Field required"),
}


@pytest.mark.parametrize(("parts", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_one_sentence_with_the_file(
    path: Path, parts: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigError, match=re.escape(said)) as raised:
        read(written(path, **parts))
    message = str(raised.value)
    assert message.startswith(f"{path}: ") and message.isprintable() and len(message) < 1000


@pytest.mark.parametrize("content", ["[]", "7", "axes", "- a", "!!binary aGk="])
def test_another_shape_is_named(path: Path, content: str) -> None:
    path.write_text(content, "utf-8")
    with pytest.raises(ConfigError, match=re.escape(str(path))):
        read(path)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from([*TEXTS.values()]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["axes", "roles", "proposed", "weight", "modes", "rhetorical"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@quickly
@given(parts=st.dictionaries(st.sampled_from(list(Axis.model_fields)), JUNK, max_size=3))
def test_any_content_is_an_axis_or_one_sentence(path: Path, parts: dict[str, Any]) -> None:
    try:
        axis = read(written(path, **parts))
    except ConfigError as error:
        assert str(error).startswith(str(path))
    else:
        assert set(axis.roles) == set(ROLES)


@quickly
@given(
    text=st.lists(
        st.sampled_from(
            [*"{}[]:,&*!|>'\"#%@`?- \n\t", "axes:", "roles: ", "dog: 1", "&a ", "*a", "<<: "]
        ),
        max_size=30,
    ).map("".join)
)
def test_broken_yaml_is_an_axis_or_one_sentence(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")
    try:
        read(path)
    except ConfigError as error:
        assert str(error).startswith(str(path))


def test_all_weights_and_the_lenses_in_force_are_named() -> None:
    axis = Axis(
        axes={
            "rhetorical": Family(weight=0.5, modes={"irony": 2.0, "metaphor": 0.0}),
            "cultural": Family(weight=0.0, modes={"koan": 1.0}),
        },
        roles={"dog": 0.0},
        forms={"letter": 3.0},
    )
    assert axis.weights() == {
        "form letter": 3.0,
        "role dog": 0.0,
        "family rhetorical": 0.5,
        "lens irony": 2.0,
        "lens metaphor": 0.0,
        "family cultural": 0.0,
        "lens koan": 1.0,
    }
    assert axis.in_force() == ["irony"]
    assert Axis().in_force() == []
