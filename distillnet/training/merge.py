"""An adapter folded into its base: a full model that needs no peft."""

import os
import shutil
from pathlib import Path
from typing import Any

from distillnet.errors import DistillNetError, UsageError
from distillnet.models.weights import load_model, model_folder, require_torch
from distillnet.training.adapter import report_in
from distillnet.training.card import base_name
from distillnet.training.dataset import encode_text
from distillnet.training.merged_card import merged_card

_PROBE = "A river begins at its source. Река начинается у истока. What does one learn from it?"
_MOST_NATS = 0.01
"""Merged weights are rounded to bfloat16 as those of the base are, which moves the predictions a
little (measured on the embedded model: 0.001 nats at most)."""


def merge_adapter(adapter: Path, base: Path, out: Path) -> Path:
    """Writes the model that base and adapter are together, with its tokenizer, to ``out``.

    W + scale * B A for each layer (Hu et al. 2021, section 4.1), added in float32 and kept in
    bfloat16. The folder appears whole or not at all, and is read back before it does: its
    predictions are those of base and adapter within 0.01 nats (Kullback-Leibler divergence).

    Raises UsageError where there is no base or adapter, the adapter is not of this base, or ``out``
    is there already or cannot be written, and DistillNetError where what was written predicts
    something else.
    """
    require_torch("merging a student")
    if not (adapter / "adapter_config.json").is_file():
        raise UsageError(f"no adapter at {str(adapter)!r}: train the student first")
    if out.exists():
        raise UsageError(f"{str(out)!r} is there already: remove it or choose another")
    import torch

    base = model_folder(str(base))
    model, tokenizer = load_model(base)
    student = _student(model.float(), adapter)
    new = _new_folder(out)
    expected = _predictions(student, tokenizer)
    merged = student.merge_and_unload().to(torch.bfloat16)
    merged.save_pretrained(new)
    tokenizer.save_pretrained(new)
    away = _divergence(expected, _predictions(load_model(new, precision="float32")[0], tokenizer))
    if not away < _MOST_NATS:
        shutil.rmtree(new)
        raise DistillNetError(
            f"the merged model's predictions are {away:.3f} nats from those of base and adapter"
        )
    (new / "README.md").write_text(merged_card(base_name(base), report_in(adapter)), "utf-8")
    for path in new.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    new.rename(out)
    return out


def _student(model: Any, adapter: Path) -> Any:
    """The base with the adapter, each tensor of which must find its place."""
    from peft import PeftModel, get_peft_model_state_dict
    from safetensors import SafetensorError, safe_open

    try:
        student = PeftModel.from_pretrained(model, adapter)
        with safe_open(adapter / "adapter_model.safetensors", "pt") as saved:
            # peft drops without a word what belongs to a layer that is not there.
            placed = get_peft_model_state_dict(student, save_embedding_layers=False)
            fits = placed.keys() >= set(saved.keys())
    except (OSError, SafetensorError) as error:
        raise UsageError(f"the adapter at {str(adapter)!r} cannot be read: {error}") from error
    except (RuntimeError, ValueError):  # other shapes, other names of layers
        fits = False
    if not fits:
        raise UsageError(
            f"the adapter at {str(adapter)!r} is not of this base: give the one it was trained on"
        )
    return student


def _new_folder(out: Path) -> Path:
    """An empty folder beside ``out``, to be renamed."""
    new = out.with_name(f".{out.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    try:
        new.mkdir(parents=True)
    except OSError as error:
        raise UsageError(
            f"cannot write to {str(out.parent)!r} ({error.strerror}): give another --out"
        ) from None
    return new


def _predictions(model: Any, tokenizer: Any) -> Any:
    """Log-probabilities of the next token after each of the probe's, (tokens, vocabulary)."""
    import torch

    ids = torch.tensor([encode_text(tokenizer, _PROBE)], device=model.device)
    with torch.inference_mode():
        return model.eval()(input_ids=ids, use_cache=False).logits[0].float().log_softmax(-1)


def _divergence(expected: Any, found: Any) -> float:
    """The largest Kullback-Leibler divergence at any token, in nats."""
    return float((expected.exp() * (expected - found)).sum(-1).max())
