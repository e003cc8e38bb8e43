import pytest

from distillnet import Role, load_roles
from distillnet.agents.role import check_role
from distillnet.errors import ConfigError
from distillnet.testing import assert_valid_role
from distillnet.tools.lenses import load_lenses
from distillnet.tools.text import language_share

BUILT_IN = load_roles()
LENS_TAGS = {tag for lens in load_lenses().values() for tag in lens.tags}


class Poet(Role):
    name = "poet_of_tests"
    stance = "You answer in concrete images."


def test_a_name_and_a_stance_make_a_role() -> None:
    check_role(Poet)
    assert_valid_role(Poet)
    assert Poet().lens_tags == ()


def test_a_role_without_russian_speaks_english() -> None:
    assert Poet().stance_in("ru") == Poet().stance_in("en") == "You answer in concrete images."


def test_a_role_with_both_speaks_both() -> None:
    child = BUILT_IN["child"]
    assert child.stance_in("ru") == child.stance_ru != child.stance_in("en")


@pytest.mark.parametrize(
    ("attributes", "fault"),
    [
        ({"stance": "You look."}, "name must be"),
        ({"name": "Poet", "stance": "You look."}, "name must be"),
        ({"name": "the poet", "stance": "You look."}, "name must be"),
        ({"name": "p" * 41, "stance": "You look."}, "name must be"),
        ({"name": 7, "stance": "You look."}, "name must be"),
        ({"name": "poet"}, "stance must be"),
        ({"name": "poet", "stance": "  "}, "stance must be"),
        ({"name": "poet", "stance": None}, "stance must be"),
        ({"name": "poet", "stance": "You look.", "stance_ru": None}, "stance_ru must be"),
        ({"name": "poet", "stance": "You look.", "lens_tags": ["sense"]}, "lens_tags must be"),
        ({"name": "poet", "stance": "You look.", "lens_tags": "sense"}, "lens_tags must be"),
        ({"name": "poet", "stance": "You look.", "lens_tags": (1,)}, "lens_tags must be"),
    ],
)
def test_a_broken_role_is_named_with_its_fault(attributes: dict[str, object], fault: str) -> None:
    broken = type("Broken", (Role,), attributes)
    with pytest.raises(ConfigError, match=f"Broken.*{fault}"):
        assert_valid_role(broken)


def test_the_roles_of_the_idea_are_built_in() -> None:
    named = {"philosopher", "child", "critic", "dog", "agi_from_the_future", "primitive_human"}
    assert named | {"mathematician"} <= BUILT_IN.keys()


@pytest.mark.parametrize("role", BUILT_IN.values(), ids=list(BUILT_IN))
def test_a_built_in_role_has_two_languages_and_tags_that_lenses_carry(role: Role) -> None:
    assert language_share(role.stance, "en") == 1.0
    assert language_share(role.stance_ru, "ru") == 1.0
    assert role.lens_tags and set(role.lens_tags) <= LENS_TAGS
    assert type(role).__doc__
