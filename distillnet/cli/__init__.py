"""The command line: one file a verb, each a thin call of ``distillnet.api``.

Data goes to standard output, talk to standard error. Only click is imported here, so that
``distillnet --help`` answers at once.
"""

import io
import os
import signal
import sys
import warnings

import click

from distillnet.cli import (
    adopt,
    catalogue,
    coverage,
    diff,
    estimate,
    evaluate,
    explain,
    export,
    judge,
    merge,
    models,
    plan,
    preview,
    race,
    report,
    resume,
    run,
    search,
    tournament,
    train,
)
from distillnet.errors import DistillNetError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(package_name="distillnet")
def cli() -> None:
    """Reinterpret one seed through many lenses until nothing is missing, teach the result to a
    student, and examine it.

    Begin with: distillnet run "Freedom is the recognition of necessity."
    """


for command in (
    plan.plan,
    preview.preview,
    run.run,
    resume.resume,
    report.report,
    train.train,
    evaluate.evaluate,
    explain.explain,
    search.search,
    coverage.coverage,
    diff.diff,
    export.export,
    race.race,
    tournament.tournament,
    judge.judge,
    merge.merge,
    estimate.estimate,
    catalogue.roles,
    catalogue.lenses,
    adopt.adopt,
    models.models,
):
    cli.add_command(command)


def main() -> None:
    """The entry point: a user's mistake is one sentence and its exit code, never a traceback."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("ANONYMIZED_TELEMETRY", "false")
    # Notices to the libraries' own developers; nothing a user could act on.
    warnings.filterwarnings("ignore", category=FutureWarning, module=r"(transformers|peft)\.")
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows no Cyrillic shows escapes in its place.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except DistillNetError as error:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        from distillnet.tools.terminal import terminal

        click.echo(f"distillnet: {terminal(str(error), lines=True)}", err=True)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        # A further Ctrl-C while Python ends would change the exit code.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        click.echo("distillnet: interrupted; the same command again goes on", err=True)
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output has gone, as `distillnet lenses | head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
