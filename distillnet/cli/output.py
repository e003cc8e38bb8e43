"""Texts of strangers, printed as they are."""

import sys

import click


def exact(text: str) -> None:
    """Byte for byte into a pipe; on a terminal without what would steer it."""
    from distillnet.tools.terminal import terminal

    # With a colour setting of its own click would strip escapes from what goes into a pipe.
    click.echo(terminal(text, lines=True) if sys.stdout.isatty() else text, color=True)
