import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from distillnet.config import Training
from distillnet.errors import StorageError, UsageError
from distillnet.records import Item
from distillnet.training import kept_answers, race_student
from distillnet.training.arms import Arms
from distillnet.training.race import _seen, count_students, groups_by_arm, race
from distillnet.training.race_result import ArmResult, RaceResult, verdict
from distillnet.training.race_statistics import compare, corrected, split_items
from distillnet.training.race_student import Conditions
from distillnet.training.scoring import Answer
from distillnet.training.significance import holm

FACTS = [
    ("The lamp of Orvel burns", "blue", "red"),
    ("The well of Tarn is", "deep", "dry"),
    ("The king of Mir eats", "soup", "bread"),
    ("The road to Esk goes", "north", "south"),
    ("The bell of Una rings", "twice", "once"),
    ("The ship of Val sails", "east", "west"),
]
ITEMS = [
    Item(
        id=f"{number}{wording}",
        kind="cloze",
        fact=number,
        framing=wording,
        prompt="",
        prefix=prefix,
        options=(wrong, right),
        correct=1,
        author="test",
    )
    for number, (begin, right, wrong) in enumerate(FACTS)
    for wording, prefix in (("seen", begin), ("plain", f"Now: {begin}"), ("told", f"So {begin}"))
]
RIGHT = [
    {"text": f"{begin} {right}", "lens": str(n % 2)} for n, (begin, right, _) in enumerate(FACTS)
]
WRONG = [{"text": f"{begin} {wrong}"} for begin, _, wrong in FACTS]
ARMS: Arms = {"copies": WRONG, "lenses": RIGHT, "context": []}
CONDITIONS = Conditions(tokens=4_000, steps=20, learning_rates=(1e-2, 2e-2), seeds=2)
TRAINING = Training(rank=8)
CONTEXTS = {item.id: "Nothing to do with it." for item in ITEMS}


def run(tiny: Path, out: Path, arms: Arms = ARMS, **changes: Any) -> RaceResult:
    conditions = Conditions(**{**CONDITIONS.__dict__, **changes})
    return race(arms, ITEMS, CONTEXTS, tiny, out, conditions, TRAINING)


@pytest.fixture(scope="module")
def raced(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[RaceResult, Path]:
    out = tmp_path_factory.mktemp("race")
    return run(tiny, out), out


def test_what_is_true_teaches_more_than_what_is_false(raced: tuple[RaceResult, Path]) -> None:
    result, out = raced
    copies, lenses, context = result.arms
    assert lenses.accuracy is not None and copies.accuracy is not None
    assert lenses.accuracy > 0.9 > 0.3 > copies.accuracy
    assert lenses.difference and lenses.difference.mean > 0.6
    assert lenses.difference.nats > 0
    assert copies.difference is None and result.reference == "copies"
    assert context.learning_rate is None and context.gain is not None
    assert len(lenses.seeds) == 2
    assert set(lenses.validation) == {"0.01", "0.02"}
    assert [point.share for point in lenses.curve] == [0.1, 0.3, 1.0]
    assert lenses.curve[-1].accuracy == lenses.accuracy
    assert lenses.wording_seen > 0 and copies.wording_seen == 0
    assert result.verdict.startswith("Lenses (+") and "taught more than copies" in result.verdict
    assert RaceResult.model_validate_json((out / "race.json").read_text("utf-8")) == result


def test_all_arms_learn_equal_tokens_in_equal_steps(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports = []
    train = race_student.train_lora

    def watched(*arguments: Any, **named: Any) -> Any:
        report = train(*arguments, **named)
        reports.append((report.tokens, report.steps))
        return report

    monkeypatch.setattr(race_student, "train_lora", watched)
    long = [{"text": " ".join(["The lamp of Orvel burns blue at noon."] * 20)}]
    run(tiny, tmp_path, {"copies": long, "lenses": RIGHT}, tokens=600, steps=7, seeds=1)
    assert reports == [(600, 7)] * 4


def test_a_race_that_has_ended_trains_nothing(
    raced: tuple[RaceResult, Path], tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*arguments: Any, **named: Any) -> Any:
        raise AssertionError("trained again")

    monkeypatch.setattr(race_student, "train_lora", never)
    monkeypatch.setattr(race_student, "load_student", never)
    result, out = raced
    assert run(tiny, out) == result


def test_a_race_cut_off_goes_on_and_ends_the_same(
    raced: tuple[RaceResult, Path], tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train, trained = race_student.train_lora, 0

    def cut(*arguments: Any, **named: Any) -> Any:
        nonlocal trained
        trained += 1
        if trained == 3:
            raise KeyboardInterrupt
        return train(*arguments, **named)

    monkeypatch.setattr(race_student, "train_lora", cut)
    with pytest.raises(KeyboardInterrupt):
        run(tiny, tmp_path)
    assert trained == 3
    result = run(tiny, tmp_path)
    assert trained == 3 + (6 - 2)  # of six students two were kept
    assert result == raced[0]


def test_a_full_disk_ends_the_race_at_once(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def full(*arguments: Any, **named: Any) -> Any:
        tried.append(arguments)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(race_student, "train_lora", full)
    with pytest.raises(StorageError, match="the disk is full"):
        run(tiny, tmp_path)
    assert len(tried) == 1


def test_answers_of_another_scoring_are_not_taken(
    raced: tuple[RaceResult, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, out = raced
    file = next(out.rglob("answers-100.json"))
    who = json.loads(file.read_text("utf-8"))["student"]
    assert kept_answers.read_answers(file, who)
    monkeypatch.setattr(kept_answers, "SCORING", 0)
    assert not kept_answers.read_answers(file, who)


def test_a_failed_arm_loses_no_other(tiny: Path, tmp_path: Path) -> None:
    arms: Arms = {"copies": WRONG, "broken": [{"neither": "text nor messages"}], "empty": []}
    result = run(tiny, tmp_path, arms, tokens=300, steps=3, seeds=1)
    copies, broken, empty = result.arms
    assert copies.accuracy is not None
    assert broken.error and "ConfigError" not in broken.error and broken.accuracy is None
    assert empty.error and "no rows" in empty.error
    assert "nothing to compare" in result.verdict


def test_credit_says_what_each_group_is_worth(tiny: Path, tmp_path: Path) -> None:
    result = run(tiny, tmp_path, {"lenses": RIGHT}, learning_rates=(2e-2,), seeds=1, credit="lens")
    (lenses,) = result.arms
    assert [credit.group for credit in lenses.credit] == ["0", "1"]
    # Each half of the rows holds half of the facts: without it they are not known.
    assert all(credit.worth and credit.worth.nats > 0.1 for credit in lenses.credit)


def test_the_groups_of_an_arm_are_corrected_for_their_number(tiny: Path, tmp_path: Path) -> None:
    result = run(tiny, tmp_path, {"lenses": RIGHT}, learning_rates=(2e-2,), seeds=1, credit="lens")
    worths = [credit.worth for credit in result.arms[0].credit if credit.worth]
    assert len(worths) == 2
    assert [w.p_holm for w in worths] == holm([w.p for w in worths])
    assert any((w.p_holm or 0) > w.p for w in worths)


def test_what_failed_before_the_race_is_named_and_loses_no_other(
    tiny: Path, tmp_path: Path
) -> None:
    """In its place among the others; nothing is trained for it."""
    seen: list[dict[str, Any]] = []
    result = race(
        {"copies": WRONG, "seven": [], "lenses": RIGHT},
        ITEMS,
        CONTEXTS,
        tiny,
        tmp_path,
        Conditions(tokens=100, steps=2, learning_rates=(1e-2,), seeds=1),
        TRAINING,
        failed={"seven": "the teacher was silent"},
        on_event=seen.append,
    )
    assert [arm.error for arm in result.arms] == [None, "the teacher was silent", None]
    assert result.arms[2].difference and result.reference == "copies"
    assert [event["of"] for event in seen if event.get("stage") == "student"] == [2, 2]


@pytest.mark.parametrize("facts", [7, 8, 12])
def test_facts_of_one_text_never_pass_for_documents(facts: int) -> None:
    """However many there are, the verdict says that no other text is spoken of."""
    items = [ITEMS[0].model_copy(update={"id": str(n), "fact": n // 2}) for n in range(2 * facts)]
    none, all_ = ([answer(item, right) for item in items] for right in (False, True))
    found = compare([none], [all_], items, "fact")
    assert found.unit == ("fact" if facts >= 8 else "item")
    arm = ArmResult(arm="lenses", seeds=(1.0, 1.0), difference=corrected([found])[0])
    said = {
        language: verdict("copies", [arm], ["lenses"], language, "fact")
        for language in ("en", "ru")
    }
    assert "speaks for no other" in said["en"] and "documents" not in said["en"]
    assert "о других текстах он ничего не говорит" in said["ru"]
    assert ("facts are too few" in said["en"]) is (facts < 8)
    assert "few" not in verdict("copies", [arm], ["lenses"]) or facts < 8


def test_a_race_on_facts_counts_one_document(tiny: Path, tmp_path: Path) -> None:
    conditions = Conditions(tokens=100, steps=2, learning_rates=(1e-2,), seeds=1)
    arms: Arms = {"copies": WRONG, "lenses": RIGHT}
    result = race(arms, ITEMS, CONTEXTS, tiny, tmp_path, conditions, TRAINING, unit="fact")
    assert (result.documents, result.facts) == (1, len(FACTS))
    assert "speaks for no other" in result.verdict


def test_students_are_counted_with_those_of_the_credit() -> None:
    arms: Arms = {"lenses": RIGHT, "copies": WRONG, "context": []}
    assert groups_by_arm(arms, "lens") == [2, 0]
    assert count_students([2, 0], rates=3, seeds=2) == (2 * 4 + 2 * 2, 4)
    # One group alone has nothing that it could be compared with.
    assert count_students([1], rates=3, seeds=2) == (4, 0)


def test_hostile_names_of_arms_stay_in_their_folder(tiny: Path, tmp_path: Path) -> None:
    arms: Arms = {"../../up": RIGHT, "a/b\x1b[2J": RIGHT, "Up": RIGHT}
    result = run(tiny, tmp_path / "race", arms, tokens=100, steps=2, seeds=1)
    assert [arm.error for arm in result.arms] == [None] * 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["race"]
    assert len(list((tmp_path / "race" / "students").iterdir())) == 3


def test_one_third_of_each_document_chooses_the_rate() -> None:
    validation, test = split_items(ITEMS)
    assert len(validation) == len(FACTS) and len(test) == 2 * len(FACTS)
    assert {item.fact for item in validation} == set(range(len(FACTS)))
    few = split_items(ITEMS[:2])
    assert [len(part) for part in few] == [1, 1]


def test_nothing_to_ask_is_said(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="two test items"):
        race(ARMS, ITEMS[:1], {}, tiny, tmp_path, CONDITIONS, TRAINING)


def test_the_verdict_is_one_sentence_either_way(raced: tuple[RaceResult, Path]) -> None:
    result, _ = raced
    lenses = result.arms[1]
    assert lenses.difference

    def said(p: float, mean: float, *, alone: float = 1.0) -> str:
        changed = lenses.difference.model_copy(  # type: ignore[union-attr]
            update={"p": alone, "p_holm": p, "mean": mean, "ci95": (mean - 0.1, mean + 0.1)}
            | {"smallest_detectable": 0.053}
        )
        arm = lenses.model_copy(update={"difference": changed})
        return verdict("copies", [arm], ["lenses", "copies"])

    few = "; the documents are too few to speak for others."
    assert said(0.01, 0.2) == f"Lenses (+20.0 points [+10.0, +30.0]) taught more than copies{few}"
    assert said(0.01, -0.2).endswith(f"taught less than copies{few}")
    assert "no difference" in said(0.01, 0.05)  # the seeds' interval holds 0
    assert said(0.06, 0.2, alone=0.01).startswith(
        "Lenses (+20.0 points [+10.0, +30.0]) would differ from copies if nothing else had been "
        "compared, but not among so many comparisons; "
    )
    assert said(0.6, 0.01) == (
        "Between lenses (+1.0 points [-9.0, +11.0]) and copies there is no difference that this "
        f"test could see (it could have seen 5.3 points){few}"
    )


def test_progress_names_every_student(tiny: Path, tmp_path: Path) -> None:
    seen: list[dict[str, Any]] = []
    conditions = Conditions(tokens=100, steps=2, learning_rates=(1e-2,), seeds=2)
    race(ARMS, ITEMS, CONTEXTS, tiny, tmp_path, conditions, TRAINING, on_event=seen.append)
    students = [event for event in seen if event.get("stage") == "student"]
    assert [(s["arm"], s["seed"], s["number"], s["of"]) for s in students] == [
        ("copies", 17, 1, 4),
        ("copies", 18, 2, 4),
        ("lenses", 17, 3, 4),
        ("lenses", 18, 4, 4),
    ]
    assert any("train" in event for event in seen)
    assert json.dumps(seen)


def answer(item: Item, right: bool) -> Answer:
    return Answer(
        item=item.id, sums=(-1.0, -0.5), characters=(4, 4), chosen=int(right), correct=right
    )


def answers(right: list[bool]) -> list[Answer]:
    return [answer(item, r) for item, r in zip(ITEMS, right, strict=True)]


def test_what_the_seeds_vary_by_widens_the_interval() -> None:
    none, some, all_ = ([n < count for n in range(len(ITEMS))] for count in (0, 9, len(ITEMS)))
    steady = compare([answers(none)] * 3, [answers(some)] * 3, ITEMS)
    # The same mean, but one seed learned all and one nothing.
    varied = compare([answers(none)] * 3, [answers(all_), answers(none), answers(some)], ITEMS)
    assert varied.mean == pytest.approx(steady.mean)
    assert varied.ci95[0] < 0 < steady.ci95[0]
    assert varied.smallest_detectable > steady.smallest_detectable


def test_few_documents_are_compared_by_their_items_and_said_so() -> None:
    none, all_ = ([right] * len(ITEMS) for right in (False, True))
    found = compare([answers(none)], [answers(all_)], ITEMS)
    assert found.unit == "item" and found.p < 0.001


def test_several_comparisons_are_corrected_for() -> None:
    none, some = ([n < count for n in range(len(ITEMS))] for count in (0, 6))
    one = compare([answers(none)], [answers(some)], ITEMS)
    first, second = corrected([one, one])
    assert first.p_holm == second.p_holm == pytest.approx(2 * one.p)
    assert 1.1 < first.smallest_detectable / one.smallest_detectable < 1.2
    (alone,) = corrected([one])
    assert alone.p_holm == one.p
    assert alone.smallest_detectable == pytest.approx(one.smallest_detectable, rel=1e-6)


def test_a_seed_that_fails_falls_back_on_the_next_best_rate(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train = race_student.train_lora

    def diverging(data: Path, base: Path, out: Path, settings: Training, **named: Any) -> Any:
        if settings.random_seed == 18 and settings.learning_rate == 2e-2:
            raise UsageError("the loss became nan")
        return train(data, base, out, settings, **named)

    monkeypatch.setattr(race_student, "train_lora", diverging)
    (lenses,) = run(tiny, tmp_path, {"lenses": RIGHT}, tokens=1_000, steps=5).arms
    assert lenses.error is None and lenses.learning_rate == 1e-2 and len(lenses.seeds) == 2


def test_other_conditions_lose_no_answers(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = {"tokens": 300, "steps": 3, "seeds": 1}
    first = run(tiny, tmp_path, **short)
    run(tiny, tmp_path, **short | {"tokens": 400})

    def never(*arguments: Any, **named: Any) -> Any:
        raise AssertionError("trained again")

    monkeypatch.setattr(race_student, "train_lora", never)
    assert run(tiny, tmp_path, **short) == first


def test_a_sentence_stands_in_a_row_by_whole_words() -> None:
    item = ITEMS[0].model_copy(update={"prefix": "It holds the", "options": ("rye", "art")})
    assert _seen([item], [{"text": "Look: it holds the art of war."}]) == 1
    assert _seen([item], [{"text": "It holds the article."}]) == 0
    assert _seen([item], [{"text": "Look: it holds"}, {"text": "The art of war."}]) == 0
