"""The coverage critic: says what is covered, names what is missing, and when it is enough."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import ceil

from distillnet.agents.assessment import Assessment
from distillnet.agents.census import Census
from distillnet.agents.planner import Cast, Tried, fact_key, key, lens_for_fact
from distillnet.config import Settings
from distillnet.records import Direction, Gap, Lens, Stopped
from distillnet.tools.bandit import Arm, choose, expected_gain
from distillnet.tools.lenses import PROPOSED
from distillnet.tools.propositions import directions
from distillnet.tools.richness import chao1, chao1_interval, good_turing

TOKENS_A_PAGE = 2_000
DIRECTIONS: tuple[Direction, ...] = ("forward", "reverse")
# A lens or a fact that so many cells did not bring is given up.
TRIES = 3
# Cells of a round that seeks angles, in numbers of lenses: few enough to learn from each round.
SHARE_OF_LENSES = 0.5
LONGEST_ROUND = 512
# Fewer calls say nothing of how many angles are left to be found.
CALLS_OF_GAIN = 10
_QUOTE = 60


def assess(
    census: Census,
    cast: Cast,
    lenses: Sequence[Lens],
    settings: Settings,
    tried: Tried,
    held: int = 0,
) -> Assessment:
    """After the census's round: what of the planned ``lenses`` and of the facts is covered.

    Gaps are, in this order: lenses without an accepted scene or with scenes that only repeat, roles
    that were never asked though there are two lenses for each, facts that no scene tells in one of
    the directions. Where more depth, pages or angles are wanted, the cells follow of which most
    new angles a token are expected. Pages are also those of later rounds whose cells stand up to
    the place ``held`` in the ledger: an earlier run, through other lenses, brought them.
    """
    labels = list(census.sizes.elements())
    by_lens, told = census.by_lens, census.told
    wanted = settings.coverage
    pairs = [
        (number, way)
        for number, fact in enumerate(cast.facts)
        for way in directions(fact.statement, cast.seed.language)
    ]
    found = Assessment(
        planned=len(lenses),
        missing=[lens.name for lens in lenses if not by_lens[lens.name]],
        repeating={
            lens.name: first
            for lens in lenses
            if wanted.own_angle and (first := census.repeats(lens.name))
        },
        facts=len(cast.facts),
        told={pair: told.get(pair, ()) for pair in pairs},
        untried=sum(not by_lens[lens.name] and lens.name not in tried for lens in lenses)
        + sum(pair not in told and fact_key(*pair) not in tried for pair in pairs)
        * bool(wanted.facts),
        angles=len(census.sizes),
        new_angles=census.new_angles,
        gain=census.gain(CALLS_OF_GAIN),
        good_turing=good_turing(labels),
        chao1=chao1(labels),
        chao1_interval=chao1_interval(labels),
        pages=(census.tokens + census.later_tokens(held)) / TOKENS_A_PAGE,
        deeper=(deepest := census.deepest) < settings.depth and bool(census.parents(deepest, 1)),
        depth=census.reached,
        silent_rounds=census.silent_rounds,
    )
    gaps = [
        *_lens_gaps(found, lenses, by_lens, tried),
        *_role_gaps(found, census, cast, lenses),
        *(_fact_gaps(found, cast, lenses, tried) if wanted.facts else ()),
        *_angle_gaps(found, census, cast, lenses, settings),
    ]
    if found.untried and _is_dry(found, settings):
        # Only what was never tried is asked for still.
        gaps = [gap for gap in gaps if gap.kind != "angle" and key(gap) not in tried]
    found.gaps.extend(gaps)
    return found


def _lens_gaps(
    found: Assessment, lenses: Sequence[Lens], by_lens: Mapping[str, int], tried: Tried
) -> Iterator[Gap]:
    families = {lens.family for lens in lenses if by_lens[lens.name]}
    for lens in lenses:
        first = found.repeating.get(lens.name, ())
        if (by_lens[lens.name] and not first) or tried.get(lens.name, 0) >= TRIES:
            continue
        beyond = lens.family == PROPOSED
        reason = f"no accepted scene through {lens.name}" + ", which the critic proposed" * beyond
        if first:
            more = f" and {len(first) - 1} more" if len(first) > 1 else ""
            reason = f"the scenes of {lens.name} only repeat what {first[0]}{more} showed"
        elif not beyond and lens.family not in families:
            reason += f", nor through any other lens of the family {lens.family}"
        yield Gap(kind="beyond" if beyond else "lens", lens=lens.name, reason=reason)


def _role_gaps(
    found: Assessment, census: Census, cast: Cast, lenses: Sequence[Lens]
) -> Iterator[Gap]:
    lenses = [lens for lens in lenses if lens.family != PROPOSED]
    if len(lenses) < 2 * len(cast.roles):
        return
    asked, uncovered = census.asked, {*found.missing, *found.repeating}
    for name, role in cast.roles.items():
        if not asked[name]:
            tags = {*role.lens_tags}
            # Not one that is to be asked again: that has tries of its own.
            best = max(
                lenses, key=lambda lens: (lens.name not in uncovered, len(tags & {*lens.tags}))
            )
            # The lens's own first attempt went to another role, so this one is free.
            yield Gap(
                kind="role",
                lens=best.name,
                role=name,
                attempt=0,
                reason=f"{name} was not asked yet",
            )


def _fact_gaps(
    found: Assessment, cast: Cast, lenses: Sequence[Lens], tried: Tried
) -> Iterator[Gap]:
    for (number, direction), scenes in found.told.items():
        attempts = tried.get(fact_key(number, direction), 0)
        if scenes or attempts >= TRIES:
            continue
        fact = cast.facts[number]
        quoted = fact.statement[:_QUOTE].strip() + ("…" if len(fact.statement) > _QUOTE else "")
        how = "tells" if direction == "forward" else "tells in reverse"
        yield Gap(
            kind="fact",
            lens=lens_for_fact(f"{fact.statement} {direction}", attempts, lenses),
            fact=number,
            direction=direction,
            passage=fact.passage,
            reason=f'no scene {how}: "{quoted}"',
        )


def _angle_gaps(
    found: Assessment, census: Census, cast: Cast, lenses: Sequence[Lens], settings: Settings
) -> Iterator[Gap]:
    depths = range(settings.depth + 1)
    count = ceil(SHARE_OF_LENSES * len(lenses))
    if found.deeper:
        depths = range(deepest := census.deepest + 1, deepest + 1)
        why = f"no scene {deepest} steps from the seed"
    elif found.pages < settings.pages:
        # Not all at once: what a round finds says where the next one should look.
        count = max(len(lenses), census.asked.total() // 2)
        count = min(LONGEST_ROUND, count, _cells_for_pages(found, census, settings))
        why = f"{found.pages:.1f} of {settings.pages:g} pages"
    elif found.good_turing < settings.coverage.good_turing:
        why = f"Good-Turing coverage {found.good_turing:.2f} below {settings.coverage.good_turing}"
    else:
        return
    parents = {depth: census.parents(depth - 1, count) for depth in depths if depth}
    arms = [
        Arm(lens.name, role, depth)
        for depth in depths
        if not depth or parents[depth]
        for lens in lenses
        for role in cast.roles
    ]
    tallies = census.tallies
    gain = dict(zip(arms, expected_gain(arms, tallies), strict=True))
    chosen = choose(
        arms,
        tallies,
        count,
        lens_weights=cast.lens_weights,
        role_weights=cast.role_weights,
        room={depth: len(ids) for depth, ids in parents.items()},
        random_seed=settings.random_seed + census.round,
    )
    # After those of the lenses themselves, so that an arm is asked in one form after the other.
    attempts = Counter({arm: TRIES + tally.calls for arm, tally in tallies.items()})
    for arm in chosen:
        parent = parents[arm.depth].pop(0) if arm.depth else None
        attempts[arm] = max(TRIES, attempts[arm]) + 1
        yield Gap(
            kind="angle",
            lens=arm.lens,
            role=arm.role,
            attempt=attempts[arm] - 1,
            depth=arm.depth,
            passage=census.passage_of[parent] if parent else None,
            parent=parent,
            reason=f"{why}; about {gain[arm]:.1f} new angles expected per 1,000 tokens",
        )


def _cells_for_pages(found: Assessment, census: Census, settings: Settings) -> int:
    """As many as the missing pages take, were every further one as long as those accepted."""
    accepted = max(1, sum(census.by_lens.values()))
    tokens = max(1.0, census.tokens / accepted)
    return ceil((settings.pages - found.pages) * TOKENS_A_PAGE / tokens)


def _is_dry(found: Assessment, settings: Settings) -> bool:
    return found.gain is not None and found.gain < settings.coverage.min_gain


def decide(
    found: Assessment,
    settings: Settings,
    *,
    rounds: int,
    cap: str | None,
) -> tuple[Stopped | None, str]:
    """(why to stop, or None to go round again; one sentence that gives the numbers).

    ``rounds`` have ended; ``cap`` says which hard cap was reached.
    """
    targets = settings.coverage
    covered = f"{found.covered} of {found.planned} lenses covered"
    if found.repeating:
        covered += f", {len(found.repeating)} only repeating others"
    if found.facts and targets.facts:
        told = sum(map(bool, found.told.values()))
        covered += f", {told} of {len(found.told)} directions of the seed's facts told"
    if settings.depth:
        covered += f", scenes {found.depth} of {settings.depth} steps from the seed"
    if settings.pages:
        covered += f", {found.pages:.1f} of {settings.pages:g} pages"
    if (
        found.share >= targets.lenses
        and found.good_turing >= targets.good_turing
        and found.told_share >= targets.facts
        and found.pages >= settings.pages
        and not found.untried
        and not found.deeper
        and found.depth >= settings.depth
    ):
        return "satisfied", f"{covered}, which is what was aimed at"
    if cap is not None:
        return "budget", f"{covered}; {cap}"
    if _is_dry(found, settings) and not found.untried:
        return "dried_up", (
            f"{covered}; the last calls found {100 * (found.gain or 0):.1f} new angles in 100, "
            f"below {100 * targets.min_gain:g}"
        )
    if found.silent_rounds >= TRIES:
        return "dried_up", f"{covered}; nothing of the last {TRIES} rounds was accepted"
    if not found.gaps:
        return "dried_up", f"{covered}; all that is missing was tried {TRIES} times"
    if rounds >= settings.rounds:
        return "budget", f"{covered}; the last round allowed has ended"
    return None, f"{covered}; {len(found.gaps)} gaps go to the next round"
