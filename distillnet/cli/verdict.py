"""The last lines of a run: coverage, why it stopped, what the student gained, where it all is."""

from typing import TYPE_CHECKING, Any

import click

from distillnet.tools.terminal import json_line, terminal

if TYPE_CHECKING:
    from distillnet.api import Run


def show(run: "Run", *, as_json: bool) -> None:
    """Prints the verdict to standard output, as text or as one JSON object."""
    from distillnet.api.teaching import training_report

    if as_json:
        click.echo(
            json_line(
                {
                    "directory": str(run.directory),
                    "coverage": run.coverage,
                    "student_loop": run.student_loop,
                    "evaluation": run.evaluation
                    and {k: v for k, v in run.evaluation.items() if k != "answers"},
                }
            )
        )
        return
    coverage = run.coverage
    angles = coverage["angles"]
    counts = {k: n for k, n in coverage["verdicts"].items() if n and k != "accepted"}
    rejected = ", ".join(f"{n} {k}" for k, n in sorted(counts.items(), key=lambda p: -p[1]))
    click.echo(
        f"coverage   {coverage['lenses']['covered']} of {coverage['lenses']['planned']} lenses, "
        f"{len(run.scenes)} scenes, {angles['seen']} angles seen "
        f"(Good-Turing {angles['good_turing']:.2f}, Chao1 {angles['chao1']:.0f} "
        f"[{angles['chao1_ci95'][0]:.0f}, {angles['chao1_ci95'][1]:.0f}])"
    )
    if facts := coverage["facts"]:
        click.echo(f"facts      {_facts(facts)}")
    click.echo(f"rejected   {rejected or 'none'}")
    click.echo(f"requests   {_requests(coverage)}")
    rounds = f"{coverage['rounds']} round{'s' if coverage['rounds'] > 1 else ''}"
    click.echo(f"stopped    {coverage['stopped']} after {rounds}: {terminal(coverage['reason'])}")
    if report := training_report(
        run.directory / "adapter", data=run.directory / "dataset" / "train.jsonl"
    ):
        click.echo(f"trained    {trained_line(report)}")
    click.echo(f"student    {student_line(run.evaluation)}")
    for round in run.student_loop:
        click.echo(f"relearned  {relearned_line(round)}")
        if control := round.get("control"):
            click.echo(f"control    {control_line(control)}")
    directory = terminal(str(run.directory))
    click.echo(f"files      {directory}/  (open {directory}/report.html)")


def trained_line(report: Any) -> str:
    """What a training took; ``report`` is a ``TrainingReport``."""
    padding = (
        f"{report.padding_share:.0%} padding"
        if report.padding_spared is None
        else f"no padding (spared {report.padding_spared:.0%})"
    )
    return (
        f"{report.tokens:,} tokens in {report.steps} steps, "
        f"{report.tokens_per_second:.0f} tokens/s; memory at most {report.peak_memory_mib:,} MiB, "
        f"{padding}"
    )


def _facts(facts: list[dict[str, Any]]) -> str:
    ways = {way: sum(bool(fact[way]) for fact in facts) for way in ("forward", "reverse")}
    return f"{ways['forward']} of {len(facts)} told, {ways['reverse']} in reverse"


def _requests(coverage: dict[str, Any]) -> str:
    spent, outcomes = coverage["spent"], coverage["requests"]
    faults = sorted(((n, k) for k, n in outcomes.items() if k != "ok"), reverse=True)
    failed = f", {sum(n for n, _ in faults)} failed" if faults else ""
    named = f" ({', '.join(f'{n} {k}' for n, k in faults)})" if faults else ""
    usd = spent["usd"]
    cost = "price unknown" if usd is None else f"${usd:.4f}" if usd else "free"
    return (
        f"{spent['calls']}{failed}{named}; {spent['input_tokens']:,} tokens read, "
        f"{spent['output_tokens']:,} written, {cost}"
    )


def relearned_line(round: dict[str, Any]) -> str:
    """What a round through the student changed on the items that did not choose what was taught."""
    others, scenes = round["others"], round["scenes"]
    taught = f"round {round['round']}: {scenes} scene{'' if scenes == 1 else 's'} for its errors; "
    if others["before"] is None:
        return f"{taught}no other items to examine it on"
    low, high = others["ci95"]
    seen = "" if low > 0 or high < 0 else ", no difference that this test could see"
    return (
        f"{taught}of {others['items']} other items {100 * others['before']:.0f} % -> "
        f"{100 * others['after']:.0f} %, {100 * others['difference']:+.0f} points "
        f"[{100 * low:+.0f}, {100 * high:+.0f}]{seen}"
    )


def control_line(control: dict[str, Any]) -> str:
    """What the new scenes did beyond as many tokens of the old ones."""
    low, high = control["ci95"]
    seen = "" if low > 0 or high < 0 else ", no difference that this test could see"
    return (
        f"with old scenes instead {100 * control['after']:.0f} %; the new ones are worth "
        f"{100 * control['difference']:+.0f} points [{100 * low:+.0f}, {100 * high:+.0f}]{seen}"
    )


def student_line(evaluation: dict[str, Any] | None) -> str:
    """One sentence on the gain, which says so when the test could not see any."""
    if evaluation is None:
        return "not trained"
    base, student = evaluation["base"]["accuracy"], evaluation["student"]["accuracy"]
    low, high = evaluation["difference"]["ci95"]
    loss = evaluation["forgetting"]
    facts = evaluation["facts"]
    few = f"{facts} fact{'s' if facts > 1 else ''}"
    seen = (
        (
            f"a difference on these items, of {few}"
            if evaluation["unit"] == "item"
            else "a difference"
        )
        if low > 0 or high < 0
        else f"no difference that this test could see (it could have seen "
        f"{100 * evaluation['smallest_detectable']:.0f} points)"
    )
    return (
        f"{100 * base:.0f} % -> {100 * student:.0f} % of {evaluation['items']} items, "
        f"{100 * (student - base):+.0f} points [{100 * low:+.0f}, {100 * high:+.0f}]: {seen}; "
        f"general text loss {loss['base_loss']:.2f} -> {loss['student_loss']:.2f}"
    )
