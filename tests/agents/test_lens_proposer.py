"""A lens from a chat model: what it is asked, what becomes of its answers, what is refused."""

import json
import re
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from distillnet.agents.lens_checks import SAME_QUESTION, Embed
from distillnet.agents.lens_proposer import Proposal, briefing, propose, request
from distillnet.agents.prompts import defused
from distillnet.memory.embed import Vectors, open_embedder
from distillnet.records import Language, Seed
from distillnet.tools.lenses import load_forms, load_lenses, split_lenses
from distillnet.tools.seeds import parse_seed
from distillnet.tools.text import clean, words
from tests.conftest import PHRASE
from tests.hostile.corpus import TEXTS

SEED = parse_seed(PHRASE)
RUSSIAN = parse_seed("Свобода есть осознанная необходимость.")
CATALOGUE, FORMS = load_lenses(), load_forms()
HELD_OUT = split_lenses(CATALOGUE, 1)[1]
TOLD = ("A prisoner who knows his walls walks further than one who dreams.", "Dear friend, hello.")
GOOD: dict[str, object] = {
    "name": "cost-of-knowing",
    "title": "Cost of knowing",
    "question": "Who pays for this in the end, and was that person ever asked?",
    "form": "letter",
    "faithfulness": "figurative",
    "reveals": "The bill that reaches those who never took part.",
}
REWORDED = (
    "Who will change their behaviour once this is known, and what unintended consequences will "
    "follow?"
)


SEEN: dict[str, Vectors] = {}


def by_meaning(texts: Sequence[str]) -> Vectors:
    """The packaged encoder, which sees the catalogue once."""
    new = [text for text in dict.fromkeys(texts) if text not in SEEN]
    SEEN.update(zip(new, open_embedder("use")(new), strict=True))
    return np.stack([SEEN[text] for text in texts])


def far_apart(texts: Sequence[str]) -> Vectors:
    """The first text has nothing to do with the others."""
    vectors = np.zeros((len(texts), 2), np.float32)
    vectors[0, 0], vectors[1:, 1] = 1, 1
    return vectors


async def asked(
    *answers: str | dict[str, object],
    seed: Seed = SEED,
    language: Language = "en",
    capable: bool = True,
    embed: Embed = far_apart,
    prompts: list[str] | None = None,
) -> Proposal:
    """A proposal of a model that gives one answer after the other."""
    given_: Iterator[str] = iter(a if isinstance(a, str) else json.dumps(a) for a in answers)

    async def ask(prompt: str) -> str:
        if prompts is not None:
            prompts.append(prompt)
        return next(given_)

    return await propose(
        seed,
        language,
        TOLD,
        CATALOGUE,
        HELD_OUT,
        FORMS,
        ask,
        embed,
        capable=capable,
        model="openai:some-model",
    )


async def test_an_answer_becomes_a_lens() -> None:
    prompts: list[str] = []
    answer = f"Here it is:\n```json\n{json.dumps(GOOD)}\n```"
    lens, problem, raw = await asked(answer, prompts=prompts, embed=by_meaning)
    assert lens is not None and problem is None and raw == answer
    assert (lens.name, lens.family, lens.form) == ("cost-of-knowing", "proposed", "letter")
    assert lens.question.en == lens.question.ru == GOOD["question"]
    assert lens.title.ru == "Cost of knowing" and lens.faithfulness == "figurative"
    assert lens.origin == "proposed by openai:some-model in this run"
    assert set(lens.tags) <= {tag for known in CATALOGUE.values() for tag in known.tags}
    assert lens.tags and len(prompts) == 1


async def test_the_request_tells_what_is_there_but_not_what_the_exam_asks() -> None:
    prompts: list[str] = []
    await asked(GOOD, prompts=prompts)
    assert SEED.source in prompts[0] and TOLD[0] in prompts[0]
    assert "five-whys" in prompts[0] and "letter" in prompts[0]
    named = re.findall(r"[a-z]+(?:-[a-z]+)*", prompts[0].split("Angles in use: ")[1].split("\n")[0])
    assert set(named) == set(CATALOGUE) - {lens.name for lens in HELD_OUT}


async def test_a_second_request_says_what_was_wrong_with_the_first_answer() -> None:
    prompts: list[str] = []
    lens, problem, raw = await asked("I cannot say.", GOOD, prompts=prompts)
    assert lens is not None and problem is None and raw == json.dumps(GOOD)
    assert prompts[1].startswith(prompts[0])
    assert prompts[1].endswith("An earlier answer could not be used: it holds no JSON object.")


async def test_two_bad_answers_are_a_problem_and_no_third_request() -> None:
    assert await asked("Yes.", "No.") == Proposal(None, "it holds no JSON object", "No.")


async def test_what_goes_wrong_with_the_request_is_raised() -> None:
    async def ask(prompt: str) -> str:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await propose(SEED, "en", (), CATALOGUE, (), FORMS, ask, far_apart, capable=True, model="m")


WRONG: dict[str, tuple[dict[str, object], str]] = {
    "name in capitals": ({"name": "Cost-Of"}, "its name is not"),
    "name with a path": ({"name": "../cost"}, "its name is not"),
    "name too long": ({"name": "a" * 41}, "its name is not"),
    "Russian name": ({"name": "цена"}, "its name is not"),
    "taken name": ({"name": "irony"}, "its name 'irony' is taken"),
    "held out name": ({"name": HELD_OUT[0].name}, "is taken"),
    "short": ({"question": "Who pays for this?"}, "its question has 4 words, not 6 to 45"),
    "long": ({"question": "Who pays " * 40 + "?"}, "its question has 80 words"),
    "long words": ({"question": f"Who {'p' * 400} for this in the end?"}, "more than 400"),
    "another language": (
        {"question": "Кто за это заплатит и спросил ли его кто-нибудь об этом?"},
        "not in English",
    ),
    "French": (
        {
            "question": "Qui est-ce qui paie pour cela dans la fin et qui est-ce que les gens ont "
            "vu avec nous dans la ville sur le pont de la ville?"
        },
        "not in English",
    ),
    "two questions": ({"question": "Who pays for this? And who was ever asked?"}, "one sentence"),
    "two at once": ({"question": "Who pays for this? and who was ever asked?"}, "one sentence"),
    "no end": ({"question": "Who pays for this in the end, and why"}, "one sentence that ends"),
    "escape": ({"question": "Who pays \x1b[31mfor this in the end?"}, "control characters"),
    "hidden": ({"question": "Who pays \u200bfor this in the end?"}, "control characters"),
    "surrogate": ({"question": "Who pays \ud800 for this in the end?"}, "control characters"),
    "token": ({"question": "Who pays <|im_end|> for this in the end?"}, "control tokens"),
    "echo": ({"question": "Is freedom the recognition of necessity?"}, "repeats the wording"),
    "echo of a point": ({"question": TOLD[0]}, "repeats the wording"),
    "form": ({"form": "sonnet"}, "its form is none of essay, letter"),
    "faithfulness": ({"faithfulness": "true"}, "faithfulness"),
    "title": ({"title": "[INST] Cost"}, "its title holds control"),
    "no title": ({"title": "…"}, "its title has 0 words"),
    "reveals": ({"reveals": "x\x07 y z w"}, "its reveals holds control"),
    "a number": ({"question": 7}, "question: Input should be a valid string"),
}


@pytest.mark.parametrize(("change", "problem"), WRONG.values(), ids=WRONG)
async def test_a_part_that_does_not_fit_is_named(change: dict[str, object], problem: str) -> None:
    answer = json.dumps(GOOD | change)
    lens, said, _ = await asked(answer, answer)
    assert lens is None and said is not None and problem in said
    assert said.isprintable() and defused(said) == said


@pytest.mark.parametrize("raw", ["{", "}{", '{"name": }', "[" * 5000 + "{}", '{"a":' * 7000 + "}"])
async def test_broken_json_is_a_problem(raw: str) -> None:
    assert (await asked(raw, raw)).lens is None


async def test_another_wording_of_a_lens_is_refused_and_the_exam_is_not_given_away() -> None:
    embed = by_meaning
    prompts: list[str] = []
    answer = GOOD | {"question": REWORDED}
    _, problem, _ = await asked(answer, answer, embed=embed, prompts=prompts)
    assert problem == "its question is that of the lens 'second-order-effects' in other words"
    kept = HELD_OUT[0]
    # As asked of a model that knows the exam by heart.
    answer = GOOD | {"question": kept.question.en}
    _, problem, _ = await asked(answer, answer, embed=embed, prompts=prompts)
    assert problem == "its question is that of a lens kept for the exam in other words"
    assert not any(re.search(rf"\b{kept.name}\b", prompt) for prompt in prompts)


def test_hardly_any_two_lenses_of_the_catalogue_are_taken_for_one() -> None:
    vectors = by_meaning([lens.question.en for lens in CATALOGUE.values()])
    close = np.argwhere(np.triu(vectors @ vectors.T, 1) >= SAME_QUESTION)
    assert len(close) <= 4


async def test_a_small_model_is_asked_for_a_question_and_rules_do_the_rest() -> None:
    prompts: list[str] = []
    answer = (
        'Sure! Someone might ask: "What is the answer to this question about freedom?"\n'
        '1. You could ask: "Which people lose their freedom when a necessity is denied?"'
    )
    lens, problem, _ = await asked(answer, capable=False, prompts=prompts, embed=by_meaning)
    assert lens is not None and problem is None
    assert lens.question.en == "Which people lose their freedom when a necessity is denied?"
    assert (lens.name, lens.title.en) == ("people-lose-freedom", "People, lose, freedom")
    assert lens.faithfulness == "literal" and lens.form in FORMS
    assert "JSON" not in prompts[0] and "freedom, recognition, necessity" in prompts[0]


async def test_it_is_done_in_russian_too() -> None:
    answer = "Вопрос: Кто заплатит за такую свободу, если необходимость окажется ошибкой?"
    lens, problem, _ = await asked(answer, seed=RUSSIAN, language="ru", capable=False)
    assert lens is not None, problem
    assert lens.question.ru == answer.removeprefix("Вопрос: ")
    assert lens.name == "zaplatit-svobodu-neobkhodimos"
    english = json.dumps(GOOD)
    assert (await asked(english, english, seed=RUSSIAN, language="ru")).problem == (
        "its question is not in Russian"
    )
    whole = GOOD | {"question": "Кто за это в конце концов заплатит и спросил ли его кто-нибудь?"}
    assert (await asked(whole, seed=RUSSIAN, language="ru")).lens is not None


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("Freedom is good.", "it asks no question"),
        ("What is the answer to this question?", "its question is not about the text"),
        ("Can you explain to me what freedom is?", "its question is not about the text"),
        ("What would a cat think of the moon tonight?", "its question is not about the text"),
        ("What is freedom?", "its question has 3 words, not 6 to 45"),
    ],
)
async def test_what_a_small_model_often_says_is_refused(answer: str, problem: str) -> None:
    assert (await asked(answer, answer, capable=False)).problem == problem


async def test_a_name_that_is_taken_gets_a_number() -> None:
    question = "Does irony need freedom from everybody who does not understand it?"
    taken = CATALOGUE["irony"].model_copy(update={"name": "irony-need-freedom"})

    async def ask(prompt: str) -> str:
        return question

    found = await propose(
        SEED, "en", (), {taken.name: taken}, (), FORMS, ask, far_apart, capable=False, model="m"
    )
    assert found.lens is not None and found.lens.name == "irony-need-freedom-2"


async def test_the_first_lens_of_all_needs_no_others() -> None:
    async def ask(prompt: str) -> str:
        return "Who was it that first took freedom for necessity?"

    found = await propose(
        SEED, "en", (), {}, (), FORMS, ask, by_meaning, capable=False, model="m\x1b[0m"
    )
    assert found.lens is not None and found.lens.form == "essay" and found.lens.tags == ()
    assert found.lens.origin == "proposed by m in this run"


# ---- hostile texts -------------------------------------------------------------------------------


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_seed_and_points_stay_between_their_marks(text: str, language: Language) -> None:
    seed = SEED.model_copy(update={"source": text})
    head = briefing(seed, language, [f"{text} {text}"] * 20)
    mark = re.search(r"\((text-[0-9a-f]{6})\)", head)
    assert mark is not None and head.count(mark[1]) == 4
    _, source, _, points, after = head.split(f"({mark[1]})")
    assert defused(text) in source
    assert all(line.startswith("- ") for line in points.removeprefix(":\n").strip("\n").split("\n"))
    assert len(points) < 12 * 170 and after == "\n\n"
    assert defused(head) == head


def test_a_book_is_represented_by_its_statement() -> None:
    book = parse_seed("\n\n".join(f"Sentence {n} of a long book is here." for n in range(900)))
    assert len(request(book, "en", TOLD, CATALOGUE, FORMS, capable=True)) < 6_000
    assert len(request(book, "en", ["word " * 9_000] * 99, (), (), capable=False)) < 4_000


def invariants_hold(found: Proposal) -> bool:
    if found.lens is None:
        return bool(found.problem)
    parts = [found.lens.title.en, found.lens.question.en, found.lens.reveals, found.lens.name]
    return (
        all(part.isprintable() and defused(part) == part == clean(part) for part in parts)
        and 6 <= len(words(found.lens.question.en)) <= 45
        and re.fullmatch(r"[a-z][a-z0-9-]{0,39}", found.lens.name) is not None
        and found.lens.name not in CATALOGUE
        and found.lens.form in FORMS
    )


PIECES = st.text(st.characters(), max_size=30) | st.sampled_from(
    [*TEXTS.values(), *(str(part) for part in GOOD.values()), "freedom of necessity?", "? ", "\n"]
)
TEXT_PARTS = ("title", "question", "reveals")
ANSWERS: list[Callable[[list[str]], str]] = [
    lambda parts: "".join(parts),
    lambda parts: json.dumps(dict(zip(GOOD, parts, strict=False))),
    lambda parts: json.dumps(GOOD | dict(zip(TEXT_PARTS, parts, strict=False))),
]


@examples(max_examples=150, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=6), st.sampled_from(ANSWERS), st.booleans())
async def test_whatever_a_model_says_is_a_sound_lens_or_a_problem(
    parts: list[str], answer: Callable[[list[str]], str], capable: bool
) -> None:
    raw = answer(parts)
    assert invariants_hold(await asked(raw, raw, capable=capable))
