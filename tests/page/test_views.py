from distillnet.page import views
from tests.page.conftest import lens, scene

LENSES = {
    "irony": lens("irony", "Irony", "Ирония", "rhetorical", "?"),
    "koan": lens("koan", "Koan", "Коан", "cultural", "?"),
}


def test_a_square_counts_what_was_kept_and_why_the_rest_was_not() -> None:
    scenes = [
        scene(0, lens="irony", role="dog"),
        scene(1, lens="irony", role="dog"),
        scene(2, lens="irony", role="dog", verdict="echo"),
        scene(3, lens="koan", role="child", verdict="repeat", family="cultural"),
    ]
    cells = {"irony": {"dog": {"letter": "unique"}}, "koan": {"child": {"letter": "planned"}}}
    rhetorical, cultural = views.families(LENSES, ["dog", "child"], scenes, cells, [], "ru")
    dog, child = rhetorical.rows[0].squares
    assert (dog.state, dog.accepted, dog.rejected) == ("unique", 2, (("echo", 1),))
    assert (dog.mark, child.mark, cultural.rows[0].squares[1].mark) == ("2", "", "×")
    assert child.state == "not_planned"
    assert cultural.rows[0].squares[1].state == "planned"
    assert rhetorical.rows[0].title == "Ирония"
    assert (rhetorical.covered, cultural.covered) == (1, 0)
    assert (rhetorical.colour, cultural.colour) == (0, 1)


def test_a_square_is_as_good_as_its_best_form_and_a_lens_that_repeats_is_not_covered() -> None:
    scenes = [scene(0, lens="irony", role="dog"), scene(1, lens="koan", family="cultural")]
    forms = {"letter": "repeating", "essay": "planned"}
    cells = {"irony": {"dog": forms}, "koan": {"dog": forms | {"ode": "unique"}}}
    rhetorical, cultural = views.families(LENSES, ["dog", "child"], scenes, cells, ["irony"], "en")
    assert [row.squares[0].state for row in (rhetorical.rows[0], cultural.rows[0])] == [
        "repeating",
        "unique",
    ]
    assert rhetorical.rows[0].repeats and not cultural.rows[0].repeats
    assert (rhetorical.covered, cultural.covered) == (0, 1)


def test_a_lens_that_is_no_longer_planned_keeps_its_row() -> None:
    found = views.families(LENSES, ["dog"], [scene(0, lens="old", family="mythic")], {}, [], "en")
    assert [(family.name, family.rows[0].title) for family in found][-1] == ("mythic", "old")


def test_repeats_are_clusters_of_two_or_more_largest_first() -> None:
    scenes = [scene(n) for n in range(6)]
    angles = {"s0": 0, "s1": 1, "s2": 1, "s3": 2, "s4": 2, "s5": 2, "gone": 0}
    found = views.repeats(angles, scenes)
    assert [[s.id for s in cluster] for cluster in found] == [["s3", "s4", "s5"], ["s1", "s2"]]


def test_rejections_go_by_frequency_and_leave_out_what_did_not_happen() -> None:
    scenes = [scene(n, verdict="echo") for n in range(5)] + [scene(9)]
    found = views.rejections({"accepted": 1, "failed": 2, "echo": 5, "refusal": 0}, scenes)
    assert [(group.verdict, group.count) for group in found] == [("echo", 5), ("failed", 2)]
    assert [s.id for s in found[0].samples] == ["s0", "s1", "s2"]
    assert found[1].samples == ()


def test_chosen_scenes_differ_in_family_role_and_form() -> None:
    test = {"question": "q", "answer": "a"}
    scenes = [
        scene(0, family="a", role="dog", form="fable", self_test=test),
        scene(1, family="b", role="dog", form="fable", self_test=test),
        scene(2, family="b", role="child", form="letter", self_test=test),
        scene(3, family="b", role="monk", form="diary", faithfulness="fictional"),
        scene(4, family="c", verdict="echo"),
        *(scene(n, family=f"f{n}") for n in range(5, 12)),
    ]
    picked = [s.id for s in views.chosen(scenes)]
    assert picked == ["s0", "s2", "s5", "s6", "s7"]
    assert views.chosen([]) == []
