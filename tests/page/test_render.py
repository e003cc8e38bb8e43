"""The report as a whole: it parses, says what happened, needs nothing, and does nothing."""

import re
import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from distillnet.page.render import ReportData, render_report, requests, verdict
from distillnet.page.views import STATES
from distillnet.records import Scene
from tests.page import conftest
from tests.page.conftest import COOKING, STATEMENT, lens

VOID = {"meta", "br", "link", "img", "input", "hr"}
CHROMIUM = Path("/usr/bin/chromium")


class Page(HTMLParser):
    """Elements, attributes and text of a document; fails where tags do not match."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str]] = []
        self.css = ""
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "style":
            self.css += data
        else:
            self.texts.append(data)

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.attributes if key == name]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def assert_self_contained(page: Page) -> None:
    active = {"script", "img", "image", "link", "iframe", "object", "embed", "base", "form", "use"}
    assert not active & set(page.tags)
    assert all(value.startswith("#") for value in page.values("href"))
    assert not page.values("src") and not page.values("srcset")
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert all(re.fullmatch(r"[a-z-]+:[\d.]+%?", style) for style in page.values("style"))
    assert "url(" not in page.css and "@import" not in page.css
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in page.values("href")} <= set(ids)


@pytest.mark.parametrize("which", ["sample", "hostile", "empty"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_parses_and_needs_nothing_from_elsewhere(
    which: str, language: Any, request: pytest.FixtureRequest
) -> None:
    data = replace(request.getfixturevalue(which), language=language)
    html = render_report(data)
    html.encode("utf-8")
    assert html.startswith("<!doctype html>")
    page = Page(html)
    assert_self_contained(page)
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in page.values("content")
    assert page.values("lang")[0] == language
    assert page.tags["h1"] == 1


def test_shows_seed_numbers_and_reason(sample: ReportData) -> None:
    text = Page(render_report(sample)).text
    assert sample.seed.statement in text
    assert sample.seed.question is not None and sample.seed.question in text
    assert verdict(sample) in text
    assert sample.coverage["reason"] in text
    accepted = sum(scene.verdict == "accepted" for scene in sample.scenes)
    assert f"scenes accepted {accepted} of {len(sample.scenes)} written" in text
    assert "Angles seen: 27; about 33 are in reach" in text
    assert "training.learning_rate 0.0005" in text


def test_the_facts_say_who_told_them_which_way(sample: ReportData) -> None:
    page = Page(render_report(sample))
    assert f"{STATEMENT} 2 1 {COOKING} 0 1" in page.text
    assert "Against it" not in page.text
    told = [s.model_copy(update={"contradicts": (1,)}) for s in sample.scenes[:3]]
    verdicts = [s.verdict for s in told]
    against = Page(render_report(replace(sample, scenes=[*told, *sample.scenes[3:]]))).text
    assert f"{COOKING} 0 1 {verdicts.count('accepted')} Against it: figurative" in against


def test_the_targets_stand_beside_what_was_reached(sample: ReportData) -> None:
    text = Page(render_report(sample)).text
    assert "lenses covered 93% 95% facts told, both ways 75% 50% pages of 2,000" in text
    assert "tokens 3.2 4.0" in text and "Good–Turing coverage" not in text
    assert "2 16 9 7 0.44 3 14 6 1 0.07" in text


def test_what_the_critic_misses_is_said_with_its_reason(sample: ReportData) -> None:
    text = Page(render_report(sample)).text
    assert (
        "What the critic still missed Lenses 2 no accepted scene through litotes "
        f'tried in vain, and given up: Stoic exercise Facts 1 no scene tells: "{COOKING}"'
    ) in text
    russian = Page(render_report(replace(sample, language="ru"))).text
    assert (
        "Чего критику ещё не хватало Линзы 2 через линзу «Литота» не принято ни одной сцены "
        "испробована напрасно и оставлена: Упражнение стоика "
        f"Факты 1 ни одна сцена не говорит: «{COOKING}»"
    ) in russian
    assert "no scene tells" not in russian and sample.coverage["reason"] not in russian


def test_more_gaps_than_can_be_shown_are_counted(sample: ReportData) -> None:
    gap = {"kind": "angle", "lens": "irony", "role": "dog", "depth": 1, "reason": "deeper"}
    gaps = [gap | {"reason": f"reason {n}"} for n in range(9)]
    data = replace(sample, coverage=sample.coverage | {"gaps": gaps})
    text = Page(render_report(data)).text
    assert "Angles 9 Irony, dog: reason 0" in text
    assert "Irony, dog: reason 4 4 more" in text and "reason 5" not in text
    russian = Page(render_report(replace(data, language="ru"))).text
    assert "Ирония, dog: нужна сцена по сцене, шагов от зерна: 1" in russian


def test_lenses_that_the_critic_proposed_are_marked(sample: ReportData) -> None:
    own = lens("who-pays", "Who pays", "Кто платит", "proposed", "Who pays for it?")
    told = conftest.scene(900, lens="who-pays", family="proposed", role="dog")
    data = replace(sample, lenses=sample.lenses | {own.name: own}, scenes=[*sample.scenes, told])
    text = Page(render_report(data)).text
    assert "proposed by the critic Who pays" in text
    assert "Lenses that the critic proposed Who pays accepted 1 Who pays for it?" in text
    assert "proposed" not in Page(render_report(sample)).text


def test_a_run_of_an_older_version_can_still_be_drawn(sample: ReportData) -> None:
    unknown = ("facts", "gaps", "pages")
    coverage = {key: value for key, value in sample.coverage.items() if key not in unknown}
    history = [{k: v for k, v in row.items() if k != "gain"} for row in coverage["history"]]
    text = Page(render_report(replace(sample, coverage=coverage | {"history": history}))).text
    assert "No facts were sought." in text and "3 14 6 1 –" in text


def test_the_map_tells_of_every_lens_and_role(sample: ReportData) -> None:
    page = Page(render_report(sample))
    titles = page.values("title")
    cells = [t for t in titles if " × " in t]
    assert len(cells) == len(sample.lenses) * len(sample.roles)
    own, none = "done, with an angle of its own", "planned, none accepted"
    assert any(t.startswith("Irony × critic: ") and f"– {own}; accepted 1" in t for t in cells)
    assert "Irony × dog: not planned" in cells
    assert f"Metaphor × philosopher: field notes – {none}; rejected 1 echo" in cells
    states = Counter(v for v in page.values("class") if v in STATES)
    looked_at = {(scene.lens, scene.role) for scene in sample.scenes}
    kept = {(s.lens, s.role) for s in sample.scenes if s.verdict == "accepted"}
    assert states["unique"] + states["repeating"] == len(kept) and states["repeating"] > 0
    assert states["planned"] == len(looked_at - kept)
    assert states["not_planned"] == len(cells) - len(looked_at)
    for language, legend in (("en", "done, but repeats"), ("ru", "готово, но повторяет")):
        html = render_report(replace(sample, language=language))  # type: ignore[arg-type]
        for state in STATES:
            assert html.count(f'<span class="square {state}">') == 1
        assert f'<span class="square repeating"></span>{legend}' in html


def test_a_lens_that_only_repeats_is_told_from_one_that_is_missing(sample: ReportData) -> None:
    repeating = {"repeating": ["irony", "koan"]}
    gap = {"kind": "lens", "lens": "irony", "depth": 0, "reason": "irony only repeats koan"}
    lenses = sample.coverage["lenses"] | repeating
    cells = dict(sample.cells) | {"irony": {"critic": {"letter": "repeating"}}}
    coverage = sample.coverage | {"lenses": lenses, "gaps": [gap]}
    data = replace(sample, coverage=coverage, cells=cells)
    text = Page(render_report(data)).text
    assert "Irony only repeats" in text and "Lenses 4 irony only repeats koan tried in" in text
    assert "only repeats what others showed, and given up: Koan" in text
    russian = Page(render_report(replace(data, language="ru"))).text
    assert "сцены через линзу «Ирония» лишь повторяют то, что показали другие" in russian
    assert "и оставлена: Коан" in russian


def test_a_depth_is_a_target(sample: ReportData) -> None:
    deep = sample.scenes[0].model_copy(update={"id": "deep", "depth": 1, "verdict": "accepted"})
    data = replace(sample, settings=dict(sample.settings) | {"depth": 2})
    data = replace(data, scenes=[*sample.scenes, deep])
    assert "steps from the seed 1 2" in Page(render_report(data)).text
    assert "steps from the seed" not in Page(render_report(sample)).text


def test_every_point_is_drawn_and_repeats_are_joined(sample: ReportData) -> None:
    page = Page(render_report(sample))
    assert page.tags["title"] == 1 + len(sample.points)
    assert page.values("class").count("ring") == 5  # clusters of 3 and of 2
    repeats = [s for s in sample.scenes if s.verdict == "repeat"]
    assert page.values("class").count("again") == len(repeats) > 0


def test_quotes_what_repeats_and_what_was_rejected(sample: ReportData) -> None:
    text = Page(render_report(sample)).text
    assert "3 scenes, one angle" in text and "2 scenes, one angle" in text
    for name, n in sample.coverage["verdicts"].items():
        if name != "accepted":
            assert f"Samples: {name.replace('_', ' ')}" in text
            assert re.search(rf"{name.replace('_', ' ')} [a-z ,]+ {n} \d+%", text)
    assert "repeat_cosine 0.95" in text


def test_says_what_was_asked_what_failed_and_what_it_cost(
    sample: ReportData, empty: ReportData
) -> None:
    said = requests(sample)
    assert said.startswith("64 requests to the model, 6 failed (3 rate_limited, 1 timeout, 2 un")
    assert "5,120 tokens read, 10,432 written, 0.03 US dollars" in said
    assert said in unescape(render_report(sample))
    assert "0 requests" in requests(empty) and "price unknown" in requests(empty)
    free = sample.coverage | {"spent": sample.coverage["spent"] | {"usd": 0.0}}
    assert "nothing to pay" in requests(replace(sample, coverage=free))


def test_shows_five_scenes_of_five_families_whole(sample: ReportData) -> None:
    html = render_report(sample)
    shown = [s for s in sample.scenes if s.self_test]
    assert len(shown) == 4
    text = Page(html).text
    assert html.count('<article class="scene') == 5
    for scene in shown:
        assert " ".join(scene.text.split()) in text
        assert scene.self_test is not None
        assert scene.self_test.question in text and scene.self_test.answer in text


def test_shows_exam_and_training(sample: ReportData) -> None:
    page = Page(render_report(sample))
    assert "choice 46.9% 59.4% +12.5" in page.text
    assert "Loss on unrelated text: base 3.21, student 3.29 (+0.07)" in page.text
    assert "presses less than at the sea. faithful to the seed" in page.text
    assert "harder than at the sea. faithful" not in page.text
    assert [d for d in page.values("d") if d.count("L") == 53]


@pytest.mark.parametrize(
    ("mean", "interval", "expected"),
    [
        (0.125, [0.021, 0.229], "12.5 points more of the exam correctly than its base"),
        (-0.08, [-0.15, -0.01], "8.0 points less of the exam correctly than its base"),
        (0.063, [-0.041, 0.162], "no difference that this test could see (it could have seen 17.0"),
        (0.05, [0.0, 0.1], "no difference that this test could see (it could have seen 17.0"),
    ],
)
def test_the_verdict_is_honest_about_the_gain(
    sample: ReportData, mean: float, interval: list[float], expected: str
) -> None:
    assert sample.evaluation is not None
    evaluation = sample.evaluation | {"difference": {"mean": mean, "ci95": interval}}
    sentence = verdict(replace(sample, evaluation=evaluation))
    assert sentence.startswith("28 of 30 planned lenses are covered; the run stopped because")
    assert expected in sentence
    assert sentence.endswith(".") and sentence.count(". ") == 0


def test_an_exam_that_can_see_nothing_is_called_too_short(sample: ReportData) -> None:
    assert sample.evaluation is not None
    data = replace(sample, evaluation=sample.evaluation | {"smallest_detectable": 1.2})
    assert "on an exam too short to see any difference" in verdict(data)


@pytest.mark.parametrize("stopped", ["satisfied", "dried_up", "budget", None])
def test_the_verdict_says_why_the_run_stopped(empty: ReportData, stopped: str | None) -> None:
    data = replace(empty, coverage=empty.coverage | {"stopped": stopped})
    why = {"satisfied": "critic", "dried_up": "hardly", "budget": "budget", None: "not ended"}
    assert why[stopped] in verdict(data) and verdict(data).endswith("no student was examined.")


def test_a_missing_part_is_said_to_be_missing(empty: ReportData) -> None:
    text = Page(render_report(empty)).text
    for sentence in [
        "Nothing was planned.",
        "No two accepted scenes share an angle.",
        "Nothing was rejected.",
        "No facts were sought.",
        "No scene was accepted.",
        "No round was run.",
        "No student was trained.",
        "No exam was held.",
    ]:
        assert sentence in text


def test_parts_may_be_missing_one_by_one(sample: ReportData) -> None:
    assert sample.evaluation is not None and sample.training is not None
    bare = sample.evaluation | {"forgetting": None, "by_kind": {}}
    short = sample.training | {"loss": [[0, 0, 2.0]]}
    text = Page(render_report(replace(sample, evaluation=bare, training=short, points=[]))).text
    assert "forgetting" not in text and "Kind of item" not in text
    assert "There is nothing to place." in text and "Rows: 108" in text


def test_russian_page_is_russian(sample: ReportData) -> None:
    text = Page(render_report(replace(sample, language="ru"))).text
    assert "Покрыто линз: 28 из 30 запланированных" in text
    assert "Остранение" in text and "риторические" in text
    assert "54\u00a0272" in render_report(replace(sample, language="ru"))
    assert "rejected" not in text and "The map" not in text


def test_hostile_text_is_shown_and_does_nothing(hostile: ReportData) -> None:
    html = render_report(hostile)
    page = Page(html)
    assert "<script>document.body.id='owned'</script>" in page.text
    assert "owned" not in page.values("id")
    assert page.tags["style"] == 1 and page.tags["h1"] == 1
    assert "{{ 7*7 }}{% raw %}" in page.text
    assert not re.search("[\x00\u202a-\u202e\u2066-\u2069\ud800-\udfff]", html)
    assert "\ufffdevil\ufffd\ufffd\ufffd" in page.text


def test_grows_with_the_map_and_not_with_the_texts(sample: ReportData) -> None:
    first = next(iter(sample.lenses.values()))
    lenses = {f"l{n}": first.model_copy(update={"name": f"l{n}"}) for n in range(100)}
    roles = [f"role-{n}" for n in range(16)]
    scenes: list[Scene] = [
        sample.scenes[0].model_copy(
            update={"id": f"{name}{role}", "lens": name, "role": role, "text": "word " * 2000}
        )
        for name in lenses
        for role in roles
    ]
    data = replace(
        sample,
        lenses=lenses,
        roles=roles,
        scenes=scenes,
        points=[(scene.id, float(n), 0.0) for n, scene in enumerate(scenes)],
        cells={lens: {role: {"lecture": "unique"} for role in roles} for lens in lenses},
    )
    html = render_report(data)
    assert sum(" × role " in title for title in Page(html).values("title")) == 1600
    assert len(html) < 1_000_000


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")
def test_a_browser_builds_no_element_from_hostile_text(hostile: ReportData, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(render_report(hostile), encoding="utf-8")
    profile = tmp_path / "profile"
    try:
        done = subprocess.run(
            [
                str(CHROMIUM),
                *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"),
                *("--no-first-run", "--disable-background-networking"),
                *("--disable-component-update", "--disable-sync"),
                *(f"--user-data-dir={profile}", "--dump-dom", file.as_uri()),
            ],
            capture_output=True,
            check=True,
            timeout=120,
            encoding="utf-8",
        )
    finally:
        shutil.rmtree(profile, ignore_errors=True)
    dom, source = Page(done.stdout), Page(file.read_text(encoding="utf-8"))
    assert dom.tags == source.tags
    assert dom.values("id") == source.values("id")
    assert_self_contained(dom)
