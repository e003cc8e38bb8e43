"""The report of a run as one HTML file: no script, and nothing from anywhere else."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distillnet.page import charts, critic, exam, views
from distillnet.page.text import Numerals, excerpt, inert
from distillnet.page.words import words
from distillnet.records import Item, Language, Lens, Scene, Seed


@dataclass(frozen=True)
class ReportData:
    """All that the page shows.

    ``lenses`` are the planned ones by name, those of the family "proposed" the critic's own;
    ``scenes`` hold accepted and rejected ones; ``points`` are (scene id, x, y) of a plane through
    the embeddings; ``angles`` are those that the scenes show, by scene id; ``cells`` the states of
    the planned cells by lens, role and form (page/views.py). Accuracies, differences
    and coverage are shares of 1. The mappings:

    - ``coverage``: ``stopped`` (a records.Stopped, None before the end), ``reason`` (a sentence),
      ``rounds``,
      ``lenses`` {``planned``, ``covered``, ``missing``: [names], ``repeating``: [names]},
      ``angles`` {``seen``, ``good_turing``, ``chao1``},
      ``verdicts`` {verdict: count},
      ``history`` [{``round``, ``calls``, ``accepted``, ``new_angles``, ``gain``}],
      ``facts`` [{``statement``, ``forward``: [ids], ``reverse``: [ids]}], ``pages``,
      ``gaps`` [{``kind``, ``lens``, ``role``, ``fact``, ``direction``, ``depth``, ``reason``}],
      ``requests`` {outcome: count}, ``spent`` {``calls``, ``input_tokens``, ``output_tokens``,
      ``usd`` (None: price unknown)}
    - ``evaluation``: ``items``, ``base`` and ``student`` {``accuracy``},
      ``difference`` {``mean``, ``ci95``: [low, high]}, ``smallest_detectable``,
      ``forgetting`` {``base_loss``, ``student_loss``} or None,
      ``by_kind`` {kind: {``base``, ``student`` {``accuracy``}}}, and, of a newer exam,
      ``battery`` and ``contamination`` (training/evaluation.py)
    - ``training``: ``loss`` [[step, tokens, loss]], ``tokens``, ``epochs``, ``rows``,
      ``seconds``, ``tokens_per_second``
    - each of ``student_loop``, a round through the student: ``round``, ``cells``, ``scenes``,
      ``choosing`` {``items``, ``before``, ``after``}, ``others`` {the same and, where there are
      such items, ``difference``, ``ci95``, ``smallest_detectable``}, and perhaps ``control``
      {``items``, ``after``, ``difference``, ``ci95``, ``smallest_detectable``}
    """

    seed: Seed
    model: str
    student: str | None
    settings: dict[str, object]
    lenses: dict[str, Lens]
    roles: list[str]
    scenes: list[Scene]
    coverage: dict[str, Any]
    angles: dict[str, int]
    cells: Mapping[str, Mapping[str, Mapping[str, str]]]
    points: list[tuple[str, float, float]]
    evaluation: dict[str, Any] | None
    training: dict[str, Any] | None
    student_loop: list[dict[str, Any]]
    items: list[Item]
    language: Language


def render_report(data: ReportData) -> str:
    """A whole HTML document that needs no network, no script and no other file.

    Every text of ``data`` is escaped, and its control and bidi characters are made visible, so
    that a hostile seed or answer can be read but does nothing. The result is encodable as UTF-8.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        finalize=inert,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    numerals = Numerals(data.language)
    environment.filters |= {
        "number": numerals.number,
        "percent": numerals.percent,
        "points": numerals.points,
        "excerpt": excerpt,
    }
    coverage = data.coverage
    roles = list(dict.fromkeys([*data.roles, *(scene.role for scene in data.scenes)]))
    repeating = coverage["lenses"].get("repeating", [])
    families = views.families(data.lenses, roles, data.scenes, data.cells, repeating, data.language)
    clusters = views.repeats(data.angles, data.scenes)
    w = words(data.language)
    titles = {row.name: excerpt(row.title, 80) for family in families for row in family.rows}
    return environment.get_template("report.html").render(
        data=data,
        w=w,
        verdict=verdict(data),
        roles=roles,
        families=families,
        colours={row.name: family.colour for family in families for row in family.rows},
        titles=titles,
        questions={row.name: row.question for family in families for row in family.rows},
        shapes=charts.SHAPES,
        states=views.STATES,
        by_id={scene.id: scene for scene in data.scenes},
        clusters=clusters,
        facts=critic.facts(coverage.get("facts", []), data.scenes),
        aims=critic.aims(data.settings, coverage, data.scenes),
        missing=critic.missing(coverage, titles, w),
        requests=requests(data),
        rejections=views.rejections(coverage["verdicts"], data.scenes),
        chosen=views.chosen(data.scenes),
        scatter=charts.scatter(data.points, data.scenes, clusters),
        curve=charts.loss_curve(data.training["loss"]) if data.training else None,
        exam=charts.exam(data.evaluation) if data.evaluation else None,
        kinds=exam.kinds(data.evaluation) if data.evaluation else {},
        findings=list(exam.findings(data.evaluation, data.language)) if data.evaluation else [],
        settings=_flat(data.settings),
    )


def requests(data: ReportData) -> str:
    """One sentence: how many requests, which failed how, what they cost."""
    w, number = words(data.language), Numerals(data.language).number
    spent = data.coverage["spent"]
    faults = {name: n for name, n in data.coverage["requests"].items() if name != "ok"}
    named = ", ".join(f"{number(n)} {name}" for name, n in sorted(faults.items()))
    usd = spent["usd"]
    cost = "usd_unknown" if usd is None else "usd" if usd else "usd_none"
    return w["requests"].format(
        calls=number(spent["calls"]),
        failed=number(sum(faults.values())),
        named=f" ({named})" if named else "",
        read=number(spent["input_tokens"]),
        written=number(spent["output_tokens"]),
        usd=w[cost].format(usd=number(usd or 0, 2)),
    )


def verdict(data: ReportData) -> str:
    """One sentence: how much is covered, why the run stopped, what the student gained.

    A gain whose interval includes 0 is called no difference, with what could have been seen.
    """
    w, numerals = words(data.language), Numerals(data.language)
    lenses = data.coverage["lenses"]
    parts = [
        w["covered"].format(
            covered=numerals.number(lenses["covered"]), planned=numerals.number(lenses["planned"])
        ),
        w[f"stopped_{data.coverage['stopped']}"],
    ]
    if data.evaluation:
        mean, (low, high) = (data.evaluation["difference"][key] for key in ("mean", "ci95"))
        least = data.evaluation["smallest_detectable"]
        seen = low > 0 or high < 0
        parts.append(
            w[_gain(low, high, least)].format(
                mean=numerals.points(abs(mean) if seen else mean, sign=not seen),
                low=numerals.points(low),
                high=numerals.points(high),
                detectable=numerals.points(least, sign=False),
            )
        )
        if data.evaluation.get("unit") == "item":
            parts.append(w["few_facts"].format(facts=data.evaluation["facts"]))
    else:
        parts.append(w["gain_none"])
    return "; ".join(parts) + "."


def _gain(low: float, high: float, least: float) -> str:
    if low > 0:
        return "gain_more"
    if high < 0:
        return "gain_less"
    return "gain_unseen" if least <= 1 else "gain_blind"


def _flat(settings: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """Nested settings under dotted names."""
    flat: dict[str, object] = {}
    for name, value in settings.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat
