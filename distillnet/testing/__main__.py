"""``python -m distillnet.testing``: a scripted server as a process of its own, for benchmarks."""

import json
import signal
import threading

import click

from distillnet.testing import ScriptedServer, mixed_faults, varied_prose


@click.command()
@click.option("--delay", type=click.FloatRange(0), default=0.0, help="Latency in seconds.")
@click.option("--port", default=0, help="0 takes any free one.")
@click.option("--subject", required=True, help="What every answer is about.")
@click.option(
    "--fault-share", type=click.FloatRange(0, 1), default=0.0, help="Share of requests that fail."
)
def main(delay: float, port: int, subject: str, fault_share: float) -> None:
    """Print one JSON line with the base_url, then serve until SIGTERM or SIGINT.

    GET /stats counts requests, answers, faults and prompts answered more than once.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with ScriptedServer(
        lambda prompt: varied_prose(prompt, subject=subject),
        delay=delay,
        port=port,
        faults=mixed_faults(fault_share),
    ) as server:
        click.echo(json.dumps({"base_url": server.base_url}))
        stop.wait()


if __name__ == "__main__":
    main(prog_name="python -m distillnet.testing")
