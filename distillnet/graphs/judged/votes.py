"""What the judges' votes are worth, and what their guesses show."""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import fmean

from distillnet.agents.comparator import Comparison, Vote
from distillnet.agents.discriminator import Discrimination
from distillnet.graphs.judged.requests import Request
from distillnet.graphs.judged.result import Ballot, Confused, JudgedPair, Preference, Telling
from distillnet.training.significance import mcnemar_exact, sign_flip_p
from distillnet.training.statistics import paired_difference

_RANDOM_SEED = 17


def preference(comparisons: Sequence[Comparison], *, resamples: int) -> Preference | None:
    """Of those that were judged; None where none was."""
    judged = [each for each in comparisons if each.judged]
    if not judged:
        return None
    a, b = ([float(each.winner == side) for each in judged] for side in "ab")
    facts = [each.cluster for each in judged]
    found = paired_difference(b, a, facts, resamples=resamples, random_seed=_RANDOM_SEED)
    if found.unit == "fact":
        changes = [for_a - for_b for for_a, for_b in zip(a, b, strict=True)]
        p = sign_flip_p(changes, facts, random_seed=_RANDOM_SEED)
    else:
        p = mcnemar_exact(round(sum(a)), round(sum(b)))
    return Preference(
        requests=len(judged),
        unjudged=len(comparisons) - len(judged),
        facts=found.clusters,
        a=round(sum(a)),
        b=round(sum(b)),
        ties=sum(each.winner == "tie" for each in judged),
        difference=found.mean,
        ci95=found.ci95,
        smallest_detectable=found.smallest_detectable,
        unit=found.unit,
        p=p,
    )


def ballots(comparisons: Sequence[Comparison]) -> tuple[Ballot, ...]:
    """One a judge, in the judges' order."""
    by_judge = zip(*(each.votes for each in comparisons), strict=True)
    return tuple(_ballot(votes) for votes in by_judge)


def _ballot(votes: Sequence[Vote]) -> Ballot:
    answered = [vote for vote in votes if vote.answered]
    named = Counter(vote.winner for vote in answered)
    return Ballot(
        judge=votes[0].judge,
        a=named["a"],
        b=named["b"],
        ties=named["tie"],
        unanswered=len(votes) - len(answered),
        consistent=fmean(vote.consistent for vote in answered) if answered else None,
    )


def tellings(found: Mapping[str, Discrimination]) -> tuple[Telling, ...]:
    return tuple(
        Telling(
            judge=judge,
            scenes=len(told.guesses),
            accuracy=told.accuracy,
            ci95=told.ci95,
            chance=told.chance,
            unread=told.unread,
        )
        for judge, told in found.items()
    )


def confused(found: Mapping[str, Discrimination]) -> tuple[Confused, ...]:
    """The pairs of lenses that were taken for one another, the most frequent first."""
    pairs = Counter(
        (guess.source, guess.guessed)
        for told in found.values()
        for guess in told.guesses
        if guess.guessed and guess.guessed != guess.source
    )
    return tuple(
        Confused(lens=lens, taken_for=other, times=times)
        for (lens, other), times in sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
    )


def judged_pairs(
    requests: Sequence[Request],
    a: Mapping[str, str],
    b: Mapping[str, str],
    comparisons: Sequence[Comparison],
) -> tuple[JudgedPair, ...]:
    """The comparisons with what was compared; ``a`` and ``b`` hold the answers by request."""
    return tuple(
        JudgedPair(
            request=asked.prompt,
            framing=asked.framing,
            fact=asked.fact,
            a=a[asked.prompt],
            b=b[asked.prompt],
            winner=each.winner if each.judged else None,
            votes=each.votes,
        )
        for asked, each in zip(requests, comparisons, strict=True)
    )
