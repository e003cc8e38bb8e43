"""What a run will take, as ranges: calls, tokens, money, time."""

from collections.abc import Sequence
from math import ceil
from typing import Literal

from distillnet.agents.angle_asker import ANSWER_TOKENS as CHECK_TOKENS
from distillnet.agents.coverage_critic import (
    CALLS_OF_GAIN,
    DIRECTIONS,
    SHARE_OF_LENSES,
    TOKENS_A_PAGE,
    TRIES,
)
from distillnet.agents.fact_writer import ANSWER_TOKENS
from distillnet.agents.known_pairs import KNOWN_PAIRS
from distillnet.agents.lens_proposer import ANSWER_TOKENS as PROPOSAL_TOKENS
from distillnet.agents.planner import LENSES_A_FACT
from distillnet.agents.prompts import Messages
from distillnet.config import Settings
from distillnet.models.spec import TeacherSpec
from distillnet.models.speeds import Speed, host_of, read_speed, read_training_speed
from distillnet.models.spending import batch_price
from distillnet.models.teachers import Price
from distillnet.models.weights import EMBEDDED, cache_folder
from distillnet.records import Language, Record
from distillnet.tools.tokens import chat_tokens, estimated_tokens

# What a chat format adds to each message; OpenAI's adds 3 and the role.
_PER_MESSAGE = 4
# Characters a word of prose, the space after it included.
_PER_WORD: dict[Language, int] = {"en": 6, "ru": 7}
# Two facts with their distortions.
_SHORTEST_EXAM = 100
# What it takes to ask for a fact in reverse, at most.
_FACT_TOKENS = 150
# A lens that cannot be used is asked for once more.
_PROPOSAL_TRIES = 2
# What the critic's prompts hold besides one or two scenes.
_CRITIC_TOKENS = 1_500
# Share of the answers where nothing was measured; a run that accepts fewer is dry long before.
_LEAST_ACCEPTED = 0.25
# An examiner's answer that cannot be used is asked for once more.
_EXAM_TRIES = 2


class Range(Record):
    least: int | float
    most: int | float


class Estimate(Record):
    """``rounds`` holds the most cells of each round; it may end after any of them.

    ``calls`` are answers, those to the examiner (``exam_calls``) and to the critic
    (``critic_calls``) among them; ``requests`` counts
    the repetitions of those that failed, too, and so is what the cap on calls counts. Tokens and
    ``usd`` (None where the price is unknown) are those of the answers; ``basis`` says how those of
    the prompts were counted, ``lengths`` whether those of the answers were, or lie between the
    shortest that passes and the limit. Times are in seconds, None where nothing was ever measured
    here; ``measured`` is the day when the teacher's speed was. ``items`` are those of the exam.
    """

    rounds: tuple[int, ...]
    exam_calls: Range
    critic_calls: Range
    calls: Range
    requests: Range
    basis: Literal["measured", "tokenizer", "characters"]
    lengths: Literal["measured", "limit"]
    measured: str | None
    input_tokens: Range
    output_tokens: Range
    usd: Range | None
    answering: Range | None
    training: Range | None
    examining: Range | None
    items: Range


def estimate(
    prompts: Sequence[Messages],
    exam_prompts: Sequence[str],
    items: Range,
    facts: int,
    idle: int,
    settings: Settings,
    spec: TeacherSpec,
    language: Language,
    price: Price | None,
    *,
    speed: Speed | None = None,
) -> Estimate:
    """From the first round's prompts, those of the examiner, and the number of test items.

    The seed has at most ``facts`` facts; ``idle`` roles have no cell in the first round.
    ``speed`` takes the place of what was noted of the model.
    """
    speed = speed or read_speed(spec.name, host_of(spec))
    answer = _answer(settings, spec, language, speed)
    rounds = most_cells(len(prompts), facts, idle, settings)
    fewest = rounds[0]
    through_student = settings.rounds_through_student if settings.train else 0
    told_anew = through_student * (len(DIRECTIONS) * LENSES_A_FACT * facts,)
    if settings.pages:
        tokens = settings.pages * TOKENS_A_PAGE
        fewest = max(fewest, ceil(tokens / answer.most))
        accepted = (speed and speed.accepted) or _LEAST_ACCEPTED
        rounds = (rounds[0], ceil(tokens / answer.least / accepted))
    rounds += told_anew
    exams = Range(least=len(exam_prompts), most=_EXAM_TRIES * len(exam_prompts))
    critic = _critic_calls(settings.rounds if settings.pages else len(rounds), settings, spec)
    calls = Range(
        least=fewest + exams.least + critic.least, most=sum(rounds) + exams.most + critic.most
    )
    requests = Range(least=calls.least, most=calls.most * settings.attempts)
    exam_messages: list[Messages] = [[("user", prompt)] for prompt in exam_prompts]
    basis, read = _read(prompts, spec, language, speed)
    _, read_exam = _read(exam_messages, spec, language, speed)
    # Later cells may tell a fact, and look at an answer instead of a passage.
    longer = _FACT_TOKENS * bool(facts) + spec.parameters["max_tokens"] * bool(settings.depth)
    input_tokens = Range(
        least=round(read.least * fewest / len(prompts)) + read_exam.least,
        most=round(read.most * sum(rounds) / len(prompts))
        + longer * sum(rounds[1:])
        + critic.most * (_CRITIC_TOKENS + 2 * spec.parameters["max_tokens"])
        + _EXAM_TRIES * read_exam.most,
    )
    output_tokens = Range(
        least=fewest * answer.least + exams.least * _SHORTEST_EXAM,
        most=sum(rounds) * answer.most
        + exams.most * ANSWER_TOKENS
        + _PROPOSAL_TRIES * settings.propose * PROPOSAL_TOKENS
        + critic.most * CHECK_TOKENS,
    )
    if settings.pages:
        written = settings.pages * TOKENS_A_PAGE
        by_length = (sum(rounds) - sum(told_anew)) * answer.most
        most = output_tokens.most - by_length + written / accepted
        output_tokens = Range(least=round(written), most=round(most))
    usd = None
    if price:
        # What a batch leaves unanswered is asked for at the full price.
        cheapest = (batch_price(price) if settings.batch else price) or price
        usd = Range(
            least=cheapest.usd(int(input_tokens.least), int(output_tokens.least)),
            most=price.usd(int(input_tokens.most), int(output_tokens.most)),
        )
    answering = None
    if speed and not settings.batch:
        # More at once may be faster in proportion, or no faster at all.
        pace, at_once = speed.calls_per_second, min(spec.concurrency, rounds[0]) / speed.concurrency
        answering = Range(
            least=calls.least / pace / max(1.0, at_once), most=calls.most / pace / min(1.0, at_once)
        )
    minutes = settings.budget_minutes
    training, examining = _student(settings, rounds, told_anew, speed, items)
    return Estimate(
        rounds=rounds,
        exam_calls=exams,
        critic_calls=critic,
        calls=_capped(calls, settings.budget_calls),
        requests=_capped(requests, settings.budget_calls),
        basis=basis,
        lengths="measured" if speed and speed.output_tokens else "limit",
        measured=speed.as_of if speed else None,
        input_tokens=_capped(input_tokens, settings.budget_tokens),
        output_tokens=_capped(output_tokens, settings.budget_tokens),
        usd=usd and _capped(usd, settings.budget_usd),
        answering=answering and _capped(answering, minutes and 60 * minutes),
        training=training,
        examining=examining,
        items=items,
    )


def most_cells(planned: int, facts: int, idle: int, settings: Settings) -> tuple[int, ...]:
    """The most cells of each round that the critic's rules allow.

    A lens is a gap until a scene through it opened an angle, or was accepted at all where no angle
    of its own is asked for, a direction of a fact until it was told, and both until they were tried
    three times; the ``idle`` roles are asked once. A round whose share of new angles is smaller
    than ``min_gain`` is the last one, and each new angle closes a gap at least. The critic may
    propose lenses after any round. More angles are sought beside all else, but only where a target
    asks for them.
    """
    wanted = settings.coverage
    seeks = wanted.good_turing or settings.depth
    sought = ceil(SHARE_OF_LENSES * (planned + settings.propose)) if seeks else 0
    directions = len(DIRECTIONS) * facts if wanted.facts else 0
    rounds, gaps = [planned], planned
    while len(rounds) < settings.rounds and not settings.pages:
        last = len(rounds)
        roles = idle if last == 2 else 0
        # Their angles close no gap of a planned lens.
        joined = roles + (settings.propose if last > 1 else 0)
        if last >= TRIES:
            gaps = 0
        elif not sought and gaps + joined >= CALLS_OF_GAIN:
            # As the critic compares: a share a hair below the target would be dry.
            closed = ceil(wanted.min_gain * (gaps + joined) - 1e-9) - joined
            # There may have been so few cells that their share says nothing.
            few = min(gaps, CALLS_OF_GAIN - 1 - roles) if last > 1 else 0
            gaps = max(gaps - max(0, closed), few)
        more = settings.propose + (directions if last <= TRIES else 0)
        if not (more or sought) and (planned - gaps) / planned >= wanted.lenses:
            break
        missing = gaps + more + (idle if last == 1 else 0)
        cells = missing + sought
        if not cells:
            break
        rounds.append(cells)
    return tuple(rounds)


def _critic_calls(rounds: int, settings: Settings, spec: TeacherSpec) -> Range:
    """Lenses of its own, and doubtful pairs of which there may be none.

    A proposal that could not be used leaves the prompt of the next one as it was: it is answered
    from the ledger.
    """
    proposals = settings.propose
    checks = settings.coverage.cross_checks * rounds if spec.capable else 0
    checks += KNOWN_PAIRS if checks else 0  # on which the teacher is examined first
    return Range(least=min(1, proposals), most=_PROPOSAL_TRIES * proposals + checks)


def _read(
    prompts: Sequence[Messages], spec: TeacherSpec, language: Language, speed: Speed | None
) -> tuple[Literal["measured", "tokenizer", "characters"], Range]:
    if speed and speed.input_tokens_per_byte:
        sizes = (len(text.encode("utf-8", "replace")) for prompt in prompts for _, text in prompt)
        read = round(sum(sizes) * speed.input_tokens_per_byte)
        return "measured", Range(least=read, most=read)
    if spec.name == "embedded":
        counted = chat_tokens(prompts, cache_folder() / EMBEDDED / "tokenizer.json")
        if counted is not None:
            return "tokenizer", Range(least=sum(counted), most=sum(counted))
    characters = sum(len(text) for prompt in prompts for _, text in prompt)
    fewest, most = estimated_tokens(characters, language)
    around = _PER_MESSAGE * sum(map(len, prompts))
    return "characters", Range(least=fewest + around, most=most + around)


def _answer(
    settings: Settings, spec: TeacherSpec, language: Language, speed: Speed | None
) -> Range:
    """Tokens of one answer: as measured, else from the shortest that passes to the limit."""
    limit = spec.parameters["max_tokens"]
    if speed and speed.output_tokens:
        mean = min(limit, round(speed.output_tokens))
        return Range(least=mean, most=mean)
    shortest, _ = estimated_tokens(settings.gates.min_words * _PER_WORD[language], language)
    return Range(least=min(limit, shortest), most=limit)


def _student(
    settings: Settings,
    rounds: tuple[int, ...],
    told_anew: tuple[int, ...],
    speed: Speed | None,
    items: Range,
) -> tuple[Range | None, Range | None]:
    """Seconds to train and to examine the student; None where none is, or none was measured.

    The last rounds, ``told_anew`` through the student, may find nothing wrong. Each of them is
    examined as the first student was; its control reads as much as it does, and is asked alone, of
    recall alone: half of an item's time at most.
    """
    known = read_training_speed(settings.student) if settings.train else None
    if known is None:
        return None, None
    seconds = known.tokens_per_scene * settings.training.epochs / known.tokens_per_second
    most = sum(rounds) + settings.loop_control * sum(told_anew)
    least = rounds[0] * (speed.accepted or 0.0) if speed else 0.0
    training = Range(least=least * seconds, most=most * seconds)
    if (an_item := known.seconds_per_item) is None:
        return training, None
    from distillnet.training.evaluation import general_items

    beside = len(general_items())  # asked with every exam
    looks = [(of + beside) * an_item if of else 0.0 for of in (items.least, items.most)]
    of_control = settings.loop_control * items.most / 2 * an_item
    again = len(told_anew) * (looks[1] + of_control)
    return training, Range(least=looks[0], most=looks[1] + again)


def _capped(range: Range, cap: float | None) -> Range:
    if cap is None:
        return range
    return Range(least=min(range.least, cap), most=min(range.most, cap))
