"""What benchmarks that ask a chat model do when it cannot be asked."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from distillnet.errors import DistillNetError
from distillnet.models.faults import ModelFault


@contextmanager
def one_sentence(parser: argparse.ArgumentParser) -> Iterator[None]:
    """Ends the program with one sentence: exit code 2 for a mistake, 4 for a model that fails."""
    try:
        yield
    except ModelFault as fault:
        parser.exit(4, f"{fault}; for a slow server set DISTILLNET_CONCURRENCY=1\n")
    except DistillNetError as error:
        parser.exit(2, f"{error}\n")
