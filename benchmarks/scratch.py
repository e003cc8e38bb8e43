"""A new model learns a text: its loss against what counting pairs of tokens predicts, in one run.

    python benchmarks/scratch.py TEXT [--parameters 2000000] [--tokens 250000]

TEXT is a file of prose. Its last tenth is held out. A byte-level BPE and a random Llama are trained
on the rest; the loss on the held-out tenth, in nats per token, is printed beside the cross-entropy
there of a unigram and of an interpolated bigram model (Jelinek & Mercer 1980) of the same tokens,
counted on the same rest. A model that learned more than which token follows which is below both.
"""

import argparse
import json
import math
import tempfile
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from distillnet.config import Training
from distillnet.models.weights import load_model, require_torch

_ROW_CHARACTERS = 1500
_HELD_OUT = 0.1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", type=Path)
    parser.add_argument("--parameters", type=int, default=2_000_000)
    parser.add_argument("--tokens", type=int, default=250_000)
    arguments = parser.parse_args()
    require_torch("training")
    from distillnet.training.dataset import encode_text, plain
    from distillnet.training.loop import Progress
    from distillnet.training.scoring import text_loss_with
    from distillnet.training.scratch import train_from_scratch

    text = arguments.text.read_text(encoding="utf-8")
    cut = int(len(text) * (1 - _HELD_OUT))
    known, unseen = text[:cut], text[cut:]
    settings = Training(tokens=arguments.tokens, learning_rate=2e-3, batch_tokens=1024)

    def show(progress: Progress) -> None:
        if progress.step in (1, progress.steps) or progress.step % max(1, progress.steps // 8) == 0:
            print(f"step {progress.step:5}  tokens {progress.tokens:8}  loss {progress.loss:.3f}")

    with tempfile.TemporaryDirectory() as folder:
        data, out = Path(folder) / "train.jsonl", Path(folder) / "model"
        rows = [known[i : i + _ROW_CHARACTERS] for i in range(0, len(known), _ROW_CHARACTERS)]
        data.write_text("".join(json.dumps({"text": row}) + "\n" for row in rows if row.strip()))
        report = train_from_scratch(
            data, out, settings, parameters=arguments.parameters, on_progress=show
        )
        model, tokenizer = load_model(out)
        counted, scored = (encode_text(tokenizer, plain(tokenizer, t)) for t in (known, unseen))
        unigram, bigram = baselines(counted, scored, len(tokenizer))
        print(
            f"{report.parameters:,} weights, {report.tokens:,} tokens ({report.epochs:.1f} readings"
            f" of {len(counted):,}), {report.seconds:.0f} s, {report.tokens_per_second:.0f} tok/s"
        )
        print(f"held out ({len(scored):,} tokens), nats per token:")
        print(f"  random guess {math.log(len(tokenizer)):.3f}")
        print(f"  unigram      {unigram:.3f}")
        print(f"  bigram       {bigram:.3f}")
        print(f"  model        {text_loss_with(model, tokenizer, unseen):.3f}")


def baselines(known: Sequence[int], unseen: Sequence[int], vocabulary: int) -> tuple[float, float]:
    """Cross-entropies on ``unseen``, in nats per token: (unigram, bigram).

    The unigram has one count added to each token. The bigram is mixed with it half and half, and
    where a token was never followed by any, the unigram stands alone.
    """
    singles, pairs, firsts = Counter(known), Counter(pairwise(known)), Counter(known[:-1])
    whole = len(known) + vocabulary
    alone = mixed = 0.0
    for before, token in pairwise(unseen):
        single = (singles[token] + 1) / whole
        pair = pairs[before, token] / firsts[before] if firsts[before] else single
        alone -= math.log(single)
        mixed -= math.log((single + pair) / 2)
    return alone / (len(unseen) - 1), mixed / (len(unseen) - 1)


if __name__ == "__main__":
    main()
