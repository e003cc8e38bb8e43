"""A small new model that knows nothing but the texts it is trained on."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from distillnet.config import Training
from distillnet.errors import UsageError
from distillnet.models.precision import fastest_precision
from distillnet.models.weights import device, load_tokenizer, require_torch
from distillnet.training.adapter import finished, publish
from distillnet.training.card import model_card
from distillnet.training.dataset import file_hash, load_dataset, read_rows
from distillnet.training.loop import (
    OnProgress,
    ResumeFile,
    asked_for,
    begin,
    kept_precision,
    learn,
)
from distillnet.training.parallel import join
from distillnet.training.schedule import schedule
from distillnet.training.training_report import TrainingReport, training_report

_VOCABULARY = 4096
_HEAD = 64
_LAYERS = range(1, 49)
_WIDTHS = range(1, 65)
_SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def train_from_scratch(
    data: Path,
    out: Path,
    settings: Training,
    *,
    parameters: int = 5_000_000,
    tokenizer: Path | None = None,
    on_progress: OnProgress | None = None,
) -> TrainingReport:
    """Trains a new Llama-shaped model of about ``parameters`` weights on the rows of ``data``.

    ``out`` becomes a complete model, which ``AutoModelForCausalLM.from_pretrained`` loads.
    ``tokenizer`` is the folder of one with a chat template; None trains a byte-level BPE (Sennrich
    et al. 2016) of at most 4,096 tokens on the same rows. All weights are trained, by the loop that
    trains adapters; nothing is replayed, since there is nothing to forget. Finished and
    interrupted trainings are treated as those of ``train_lora``.

    Raises UsageError and ConfigError for data, tokenizer or ``out`` that cannot be used, and for
    fewer ``parameters`` than such a model has at least.
    """
    require_torch("a model from scratch")
    fingerprint = _fingerprint(data, settings, parameters, tokenizer)
    resume = ResumeFile(out.with_name(f".{out.name}.resume"), fingerprint)
    if (report := finished(out)) and report.fingerprint == fingerprint:
        return report

    encoder = _given(tokenizer) if tokenizer else new_tokenizer(_texts(data))
    _require_enough(parameters, len(encoder))
    dataset = load_dataset(data, encoder, max_tokens=settings.max_tokens, mixture=settings.mixture)
    plan = schedule(dataset, settings)
    join(device())
    precision = kept_precision(resume) or fastest_precision()
    model = new_model(parameters, encoder, settings)
    run = begin(model, settings, steps=len(plan.steps), precision=precision)
    learn(
        run,
        plan.steps,
        asked=asked_for(settings, dataset, plan),
        pad=encoder.pad_token_id,
        resume=resume,
        on_progress=on_progress,
    )
    report = training_report(run, plan, dataset, settings, base=None, fingerprint=fingerprint)
    publish(_saving(run.model, encoder), report, model_card(report, settings), out)
    resume.path.unlink(missing_ok=True)
    return report


def new_tokenizer(texts: Iterator[str]) -> Any:
    """A byte-level BPE learned from ``texts``, with the chat template of SmolLM2."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=_VOCABULARY,
        special_tokens=list(_SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        chat_template=_TEMPLATE,
        padding_side="left",
    )


def new_model(parameters: int, tokenizer: Any, settings: Training) -> Any:
    """A random Llama (Touvron et al. 2023) in float32, of the shape that ``shape`` chooses."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(settings.random_seed)
    layers, width = shape(parameters, len(tokenizer))
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=width,
        intermediate_size=4 * width,
        num_hidden_layers=layers,
        num_attention_heads=width // _HEAD,
        max_position_embeddings=settings.max_tokens,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return LlamaForCausalLM(config).to(device())


def shape(parameters: int, vocabulary: int) -> tuple[int, int]:
    """(layers, width) of the Llama whose number of weights is nearest to ``parameters``.

    Widths are multiples of 64, between 32 and 128 times the layers (Kaplan et al. 2020, figure 5:
    within such bounds the shape hardly matters). A layer has 16 width^2 weights: 4 of attention,
    12 of a gated MLP four times as wide; embeddings are shared with the output.
    """

    def away(candidate: tuple[int, int]) -> int:
        return abs(_weights(*candidate, vocabulary) - parameters)

    widths = (_HEAD * count for count in _WIDTHS)
    return min(
        ((n, width) for width in widths for n in _LAYERS if 32 * n <= width <= 128 * n), key=away
    )


def _weights(layers: int, width: int, vocabulary: int) -> int:
    return vocabulary * width + layers * 16 * width**2


def _require_enough(parameters: int, vocabulary: int) -> None:
    least = _weights(*shape(0, vocabulary), vocabulary)
    if parameters < least:
        raise UsageError(
            f"a new model with this tokenizer, of {vocabulary:,} tokens, has at least {least:,} "
            f"weights: ask for as many or more, not for {parameters:,}"
        )


def _texts(data: Path) -> Iterator[str]:
    for content, _ in read_rows(data):
        yield from [content] if isinstance(content, str) else (m["content"] for m in content)


def _given(tokenizer: Path) -> Any:
    if not (tokenizer / "tokenizer_config.json").is_file():
        raise UsageError(f"no tokenizer at {str(tokenizer)!r}: give a model's folder")
    return load_tokenizer(tokenizer)


def _saving(model: Any, tokenizer: Any) -> Callable[[Path], None]:
    from transformers.utils import logging

    def save(folder: Path) -> None:
        logging.disable_progress_bar()
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)

    return save


def _fingerprint(data: Path, settings: Training, parameters: int, tokenizer: Path | None) -> str:
    """Hash of all that decides what the model will be."""
    digest = hashlib.sha256(f"{parameters} {settings.model_dump_json()}".encode())
    digest.update(file_hash(data).encode())
    for path in sorted(tokenizer.glob("*token*")) if tokenizer else ():
        digest.update(f"{path.name} {file_hash(path)}".encode())
    return digest.hexdigest()
