"""One verdict a test, on answers as models give them, with the real encoder."""

import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from distillnet.config import Gates
from distillnet.memory.embed import Embedder, open_embedder
from distillnet.records import Call, Language
from distillnet.tools.gates import Accepted, Judged, judge
from distillnet.tools.text import ngrams, words

MARK = "text-1a2b3c"
PASSAGE: dict[Language, str] = {
    "en": (
        "Freedom is the recognition of necessity. Necessity is blind only in so far as it is not "
        "understood, and freedom does not consist in a dreamed independence from natural laws."
    ),
    "ru": (
        "Свобода есть осознанная необходимость. Необходимость слепа лишь постольку, поскольку она "
        "не понята, и свобода состоит не в воображаемой независимости от законов природы."
    ),
}
PROMPT: dict[Language, str] = {
    "en": (
        "[system]\nYou are a teacher. You begin with what the pupil already holds in his hands.\n\n"
        f'[user]\nRead this text ({MARK}):\n"{PASSAGE["en"]}" ({MARK})\n\n'
        "Show what this costs the one who does it, and what the same cost would have bought "
        "elsewhere, in one ordinary day of an ordinary person.\n\n"
        "Answer in one paragraph, as a short letter to a friend. Stay with freedom, recognition, "
        "necessity. Use your own words."
    ),
    "ru": (
        "[system]\nТы учитель. Ты начинаешь с того, что ученик уже держит в руках.\n\n"
        f'[user]\nПрочитай этот текст ({MARK}):\n"{PASSAGE["ru"]}" ({MARK})\n\n'
        "Покажи, чего это стоит тому, кто это делает, и что на те же силы можно было бы получить "
        "в обычный день обычного человека.\n\n"
        "Ответь одним абзацем по-русски. Напиши короткое письмо другу. Держись главного: свобода, "
        "необходимость. Пиши своими словами."
    ),
}
GOOD: dict[Language, str] = {
    "en": (
        "Dear Anna, I fought the current all summer and called it freedom. Last week the old "
        "ferryman made me watch where the water bends. Now I row with the river and reach either "
        "bank, because I have understood what it must do: necessity, once seen, became the oar in "
        "my hands. That is all the freedom I have found. Come and see how little strength it takes."
    ),
    "ru": (
        "Дорогая Анна, всё лето я боролся с течением и называл это свободой. На прошлой неделе "
        "старый паромщик велел мне смотреть, где вода поворачивает. Теперь я гребу вместе с рекой "
        "и пристаю к любому берегу, потому что понял, чего ей не миновать: необходимость, едва её "
        "разглядишь, становится веслом в руках. Другой свободы я не нашёл. Приезжай, увидишь сама."
    ),
}
FRENCH = (
    "La liberté n'est pas de faire ce que l'on veut, mais de comprendre pourquoi les choses sont "
    "comme elles sont. Le marin qui connaît le vent ne lui commande pas; il règle ses voiles et "
    "arrive au port, car il a reconnu la nécessité et il s'en sert pour aller où il veut."
)
Verdict = Callable[..., Judged]


@pytest.fixture(scope="module")
def embed() -> Embedder:
    return open_embedder("use")


@pytest.fixture
def verdict(embed: Embedder) -> Verdict:
    """Judges a text as the answer to ``PROMPT``; keyword arguments change the call."""

    def run(
        text: str,
        language: Language = "en",
        *,
        accepted: tuple[str, ...] = (),
        gates: Gates | None = None,
        **changes: object,
    ) -> Judged:
        call = Call(
            cell="c",
            raw=text,
            finish_reason="stop",
            input_tokens=200,
            output_tokens=100,
            token_limit=320,
            seconds=1.0,
        )
        before = Accepted()
        for place, other in enumerate(accepted):
            before.add(f"scene-{place}", other, embed([other])[0])
        vector, passage = embed([text, PASSAGE[language]])
        return judge(
            call.model_copy(update=changes),
            text,
            vector,
            language=language,
            prompt=PROMPT[language],
            mark=MARK,
            passage=PASSAGE[language],
            passage_vector=passage,
            accepted=before,
            gates=gates or Gates(),
        )

    return run


@pytest.mark.parametrize("language", ["en", "ru"])
def test_an_interpretation_is_accepted(verdict: Verdict, language: Language) -> None:
    judged = verdict(GOOD[language], language)
    assert judged.verdict == "accepted"
    assert judged.nearest is None
    assert judged.gates["echo"] < 0.1 and judged.gates["loop"] == 0.0


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_seed_given_back_is_an_echo(verdict: Verdict, language: Language) -> None:
    again = PASSAGE[language].upper().replace(".", " !")
    assert verdict(again, language).verdict == "echo"


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_task_given_back_is_an_echo(verdict: Verdict, language: Language) -> None:
    task = PROMPT[language].split("\n\n")[2]
    framed = {"en": "Sure, I will do it. ", "ru": "Хорошо, я так и сделаю. "}[language] + task
    assert verdict(framed, language).verdict == "echo"


def test_the_mark_of_the_seed_given_back_is_an_echo(verdict: Verdict) -> None:
    assert verdict(f"{GOOD['en']} ({MARK})").verdict == "echo"


def test_where_a_prompt_has_no_mark_none_is_given_back(
    verdict: Verdict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{__name__}.MARK", "")
    assert verdict(GOOD["en"]).verdict == "accepted"


def test_quoting_the_seed_once_is_no_echo(verdict: Verdict) -> None:
    judged = verdict(f'{GOOD["en"]} "Freedom is the recognition of necessity," he said.')
    assert judged.verdict == "accepted"
    assert 0 < judged.gates["echo"] < 0.2


def test_the_same_words_again_are_a_repeat(verdict: Verdict) -> None:
    other = "Freedom means nothing to a stone, which falls and has never asked why it must fall."
    altered = GOOD["en"].replace("Anna", "Boris").replace("river", "stream")
    judged = verdict(altered, accepted=(other, GOOD["en"]), gates=Gates(repeat_cosine=1.0))
    assert judged.verdict == "repeat"
    assert judged.nearest == "scene-1"
    assert judged.gates["overlap"] > 0.5


def test_the_same_meaning_in_other_words_is_a_repeat(verdict: Verdict) -> None:
    reworded = (
        "Dear Anna, the whole summer I struggled against the stream and thought that was freedom. "
        "A week ago the elderly ferryman had me look at how the water turns. Now I am rowing "
        "along with the river and land on either side, since I finally know what it has to do: "
        "necessity, as soon as I saw it, turned into my oar. I found no other freedom. Visit me "
        "and see how easy it is."
    )
    judged = verdict(reworded, accepted=(GOOD["en"],), gates=Gates(repeat_cosine=0.8))
    assert judged.gates["overlap"] < 0.35
    assert judged.verdict == "repeat"


def test_another_thought_on_the_same_topic_is_no_repeat(verdict: Verdict) -> None:
    other = (
        "A judge who knows the law by heart is not its prisoner. He hears the case, sees which "
        "rule must govern it, and precisely therefore decides without fear or favour; ignorance "
        "of necessity would leave him free only to err, and that is no freedom at all."
    )
    judged = verdict(other, accepted=(GOOD["en"],))
    assert judged.verdict == "accepted"
    assert judged.nearest == "scene-0"
    assert 0 < judged.gates["cosine"] < 0.9


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I'm sorry, but I can't assist with that request."),
        ("en", "I’m sorry, but I can’t help with that."),  # the apostrophe that models prefer
        ("en", "As an AI language model, I cannot have personal views on freedom."),
        ("en", "I apologize, but I am not able to write that."),
        ("en", "As an AI, I do not have a body and so cannot answer as a dog."),
        ("en", "I must decline this request."),
        ("en", "I am unable to provide an answer to this question."),
        ("ru", "Извините, но я не могу помочь с этим вопросом."),
        ("ru", "Как языковая модель, я не имею собственного мнения о свободе."),
        ("ru", "К сожалению, я не могу выполнить эту просьбу."),
        ("ru", "Я — языковая модель и не умею чувствовать."),
        ("ru", "Как ИИ, я не могу рассуждать от лица собаки."),
    ],
)
def test_refusals_are_recognised(verdict: Verdict, language: Language, text: str) -> None:
    assert verdict(text, language).verdict == "refusal"
    # A refusal is one even when it goes on at length.
    assert verdict(f"{text} {GOOD[language]}", language).verdict == "refusal"


@pytest.mark.parametrize(
    ("language", "opening"),
    [
        ("en", "I cannot help thinking of the ferryman."),
        ("en", "I can't help but wonder what the water knows."),
        ("en", "I am sorry I did not write sooner."),
        ("en", "As an AI from a far century, I read your words as an archive."),
        ("en", "I am not able to fly, said the stone."),
        ("ru", "Простите меня за долгое молчание."),
        ("ru", "Я не могу забыть тот вечер у реки."),
        ("ru", "Как ИИ из будущего я читаю ваши слова."),
    ],
)
def test_a_voice_that_says_sorry_or_cannot_is_no_refusal(
    verdict: Verdict, language: Language, opening: str
) -> None:
    assert verdict(f"{opening} {GOOD[language]}", language).verdict == "accepted"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "en",
            "Preheat the oven to 180 degrees and butter a round tin. Whisk three eggs with the "
            "sugar until pale, fold in the flour and cocoa, pour the batter into the tin and bake "
            "for forty minutes until a skewer comes out clean. Dust with icing sugar and serve.",
        ),
        (
            "ru",
            "Разогрейте духовку до 180 градусов и смажьте форму маслом. Взбейте три яйца с сахаром "
            "добела, добавьте муку и какао, вылейте тесто в форму и выпекайте сорок минут, пока "
            "спичка не станет сухой. Посыпьте готовый пирог сахарной пудрой и подавайте к чаю.",
        ),
    ],
)
def test_a_recipe_is_off_topic(verdict: Verdict, language: Language, text: str) -> None:
    judged = verdict(text, language)
    assert judged.verdict == "off_topic"
    assert judged.gates["topic"] < Gates().topic_cosine


@pytest.mark.parametrize(
    ("language", "text"),
    [("ru", GOOD["en"]), ("en", GOOD["ru"]), ("en", FRENCH), ("ru", FRENCH)],
    ids=["english for russian", "russian for english", "french for english", "french for russian"],
)
def test_the_wrong_language_is_named(verdict: Verdict, language: Language, text: str) -> None:
    assert verdict(text, language).verdict == "wrong_language"


def test_russian_that_slips_into_english_is_the_wrong_language(verdict: Verdict) -> None:
    mixed = verdict(GOOD["ru"][:240] + GOOD["en"][-140:], "ru")
    assert 0.5 < mixed.gates["language"] < Gates().language_share
    assert mixed.verdict == "wrong_language"


def test_a_foreign_word_or_two_are_no_other_language(verdict: Verdict) -> None:
    assert verdict(f"{GOOD['ru']} Amor fati, сказал бы Ницше.", "ru").verdict == "accepted"


def test_an_answer_at_its_length_limit_is_truncated(verdict: Verdict) -> None:
    cut = GOOD["en"][:-20]
    assert verdict(cut, finish_reason="length").verdict == "truncated"


def test_a_server_that_says_stop_at_the_limit_is_not_believed(verdict: Verdict) -> None:
    assert verdict(GOOD["en"], output_tokens=320, token_limit=320).verdict == "truncated"
    assert verdict(GOOD["en"], output_tokens=319, token_limit=320).verdict == "accepted"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "...",
        "Freedom is good.",
        "Freedom is to know what must be, and nothing more than that.",
        "The river is free and the river is bound. " * 12,
        "free " * 60,
        GOOD["en"] + " }{ ;; 0x3f <<< 11 == 7 ^^ %% 404 ~~ [[ 91 ]] || 3.3.3 ## @@ 5 -- 8 ++" * 6,
        GOOD["en"] + " " + "freedomnecessityrecognition" * 4,
    ],
    ids=["empty", "dots", "three words", "one sentence", "loop", "word loop", "signs", "no spaces"],
)
def test_empty_looping_and_garbled_answers_are_degenerate(verdict: Verdict, text: str) -> None:
    assert verdict(text).verdict == "degenerate"


def test_random_letters_are_not_accepted(verdict: Verdict) -> None:
    rng = random.Random(5)
    noise = " ".join("".join(rng.choices("abcdefghijklmnoprstuvwyz", k=6)) for _ in range(40))
    assert verdict(noise).verdict != "accepted"


def test_a_call_that_failed_has_nothing_to_judge(verdict: Verdict) -> None:
    judged = verdict("", error="TimeoutError: the server is silent")
    assert (judged.verdict, judged.gates) == ("failed", {})


def test_three_words_are_short_but_no_loop(verdict: Verdict) -> None:
    assert verdict("Freedom is good.").gates["loop"] == 0.0


SAYINGS = st.lists(st.sampled_from(["fire", "rain", "snow", "лёд"]), max_size=12).map(" ".join)


@examples(max_examples=100, deadline=None)
@given(texts=st.lists(SAYINGS, max_size=12), wave=st.integers(0, 12), seed=st.integers(0, 99))
def test_what_is_nearest_is_what_plain_sets_and_cosines_say(
    texts: list[str], wave: int, seed: int
) -> None:
    # Halves of -1, 0 and 1: sums are exact, and many scenes are equally near.
    vectors = np.random.default_rng(seed).integers(-1, 2, (len(texts), 6)) * np.float32(0.5)
    accepted = Accepted()
    runs = [ngrams(words(text), 4) for text in texts]
    for k, text in enumerate(texts):
        if k == wave:
            accepted.look_ahead(vectors[k:])
        cosines = vectors[:k] @ vectors[k]
        nearest = (str(cosines.argmax()), float(cosines.max())) if k else (None, 0.0)
        assert accepted.nearest(vectors[k]) == nearest
        shares = [len(runs[k] & other) / max(1, len(runs[k])) for other in runs[:k]]
        assert accepted.largest_overlap(words(text)) == max(shares, default=0.0)
        accepted.add(str(k), text, vectors[k])
    many = Accepted()
    many.extend(accepted.ids, texts, vectors)
    for text, vector in zip(texts, vectors, strict=True):
        assert many.nearest(vector) == accepted.nearest(vector)
        assert many.largest_overlap(words(text)) == accepted.largest_overlap(words(text))


@examples(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    text=st.text(st.characters())
    | st.lists(st.sampled_from([*GOOD["en"].split(), *GOOD["ru"].split()])).map(" ".join),
    language=st.sampled_from(["en", "ru"]),
    earlier=st.lists(st.text(), max_size=2),
    tokens=st.integers(0, 400),
)
def test_any_text_gets_a_verdict_and_finite_numbers(
    text: str, language: Language, earlier: list[str], tokens: int
) -> None:
    unit = np.eye(2, 8, dtype=np.float32)
    accepted = Accepted()
    for place, other in enumerate(earlier):
        accepted.add(str(place), other, unit[place % 2])
    call = Call(
        cell="c",
        raw="",
        finish_reason=None,
        input_tokens=0,
        output_tokens=tokens,
        token_limit=320,
        seconds=0.0,
    )
    judged = judge(
        call,
        text,
        unit[0],
        language=language,
        prompt=text,
        mark=MARK,
        passage="",
        passage_vector=unit[1],
        accepted=accepted,
        gates=Gates(),
    )
    assert judged.verdict not in ("accepted", "failed")  # the prompt itself, on no topic
    assert all(-1 <= value <= 1 for name, value in judged.gates.items() if name != "words")
