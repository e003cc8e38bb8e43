"""How long LoRA training of an 8B model takes on this GPU for 1, 10, 100 and 1,000 pages.

    python gpu_pages.py [--full] [--compile] [--batch 2] [--pages 1,10,100,1000]

One file that needs torch, transformers and peft, and no weights: a Llama of random weights in the
shape of 8B trains exactly as fast as one that knows something. A page is 2,000 tokens, read once.
Rows of more than 100 pages are calculated from the row before unless --full is given. Without a
GPU a model of 2 layers shows that the program runs, and nothing else.

What makes it fast: no gradient checkpointing where the activations fit, PyTorch's own flash
attention, adapters in float32 computed in bf16, fused AdamW, and a loss that never holds the
logits of all tokens: the output layer is frozen, so each chunk's gradient is known in the forward
pass, and nothing is calculated twice.
"""

import argparse
import gc
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from peft.helpers import disable_input_dtype_casting
from transformers import LlamaConfig, LlamaForCausalLM

PAGE_TOKENS = 2_000
RANK = 16
CHUNK = 1_024
MEASURED_PAGES = 100
# Dense bf16 peak in TFLOP/s by what the device's name contains, a whole word of it.
PEAKS = {
    "RTX PRO 6000": 503.8,
    "RTX 6000 Ada": 364.0,
    "5090": 209.5,
    "4090": 165.2,
    "3090": 71.0,
    "B200": 2250.0,
    "H200": 989.0,
    "H100": 989.0,
    "A100": 312.0,
    "L40S": 362.0,
    "L4": 121.0,
}
SHAPES = {
    "cuda": {
        "vocab_size": 128_256,
        "hidden_size": 4_096,
        "intermediate_size": 14_336,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
    },
    "cpu": {
        "vocab_size": 1_024,
        "hidden_size": 256,
        "intermediate_size": 896,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 1,
    },
}


class FrozenHeadLoss(torch.autograd.Function):
    """Mean cross entropy of ``hidden @ weight.T``, (tokens, width) and (words, width).

    As ``weight`` gets no gradient, that of ``hidden`` is computed chunk by chunk in the forward
    pass: memory for CHUNK rows of logits, and no product more than with all of them at once.
    """

    @staticmethod
    def forward(ctx: Any, hidden: Any, weight: Any, labels: Any) -> Any:
        gradient = torch.empty_like(hidden)
        loss = torch.zeros((), device=hidden.device)
        for at in range(0, len(labels), CHUNK):
            part, wanted = hidden[at : at + CHUNK], labels[at : at + CHUNK, None]
            logits = (part @ weight.T).float()
            likelihoods = logits.log_softmax(-1)
            loss -= likelihoods.gather(1, wanted).sum()
            # softmax - one-hot
            likelihoods.exp_().scatter_add_(
                1, wanted, torch.full_like(wanted, -1, dtype=likelihoods.dtype)
            )
            gradient[at : at + CHUNK] = likelihoods.to(weight.dtype) @ weight
        ctx.save_for_backward(gradient / len(labels))
        return loss / len(labels)

    @staticmethod
    def backward(ctx: Any, *upstream: Any) -> Any:
        (gradient,) = ctx.saved_tensors
        return gradient * upstream[0], None, None


def frozen_head_loss(hidden: Any, weight: Any, labels: Any) -> Any:
    apply: Callable[..., Any] = FrozenHeadLoss.apply
    return apply(hidden, weight, labels)


def build(device: str, *, checkpointing: bool, compiled: bool) -> Any:
    """A random Llama in bf16 with LoRA on all linear layers, made on the device itself."""
    torch.manual_seed(0)
    torch.set_default_dtype(torch.bfloat16)
    with torch.device(device):
        base = LlamaForCausalLM(
            LlamaConfig(**SHAPES[device], attn_implementation="sdpa", use_cache=False)
        )
    torch.set_default_dtype(torch.float32)
    lora = LoraConfig(r=RANK, lora_alpha=2 * RANK, target_modules="all-linear")
    model = get_peft_model(base, lora).train()
    if checkpointing:
        base.gradient_checkpointing_enable({"use_reentrant": False})
    if compiled:
        for layer in base.model.layers:
            layer.compile()
    return model


def operations(model: Any, tokens: int) -> float:
    """Of training on ``tokens``: 4 a frozen weight, and causal attention; nothing twice."""
    config = model.config
    multiplied = sum(
        p.numel()
        for name, p in model.named_parameters()
        if p.ndim == 2 and not p.requires_grad and "embed_tokens" not in name
    )
    attention = 6 * PAGE_TOKENS * config.hidden_size * config.num_hidden_layers
    return float(tokens * (4 * multiplied + attention))


def train(model: Any, pages: int, batch: int) -> tuple[float, float, float]:
    """(seconds, first loss, last loss) of one epoch over random pages, a fresh optimizer's too."""
    device = next(model.parameters()).device
    on_gpu = device.type == "cuda"
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-4, weight_decay=0.0, fused=on_gpu)
    head = model.get_output_embeddings().weight
    losses = []
    start = now(on_gpu)
    for ids in batches(pages, batch, model.config.vocab_size):
        ids = ids.to(device, non_blocking=True)
        # The backward pass too: with checkpointing it repeats the forward pass.
        with torch.autocast(device.type, dtype=torch.bfloat16), disable_input_dtype_casting(model):
            hidden = model.base_model.model.model(ids).last_hidden_state[:, :-1]
            loss = frozen_head_loss(hidden.to(head.dtype).flatten(0, 1), head, ids[:, 1:].flatten())
            loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.detach())
    seconds = now(on_gpu) - start
    return seconds, losses[0].item(), losses[-1].item()


def batches(pages: int, batch: int, vocabulary: int) -> Iterator[Any]:
    """Pages of random tokens, ``batch`` at a time, no padding."""
    generator = torch.Generator().manual_seed(pages)
    for at in range(0, pages, batch):
        size = (min(batch, pages - at), PAGE_TOKENS)
        yield torch.randint(vocabulary, size, generator=generator)


def now(on_gpu: bool) -> float:
    if on_gpu:
        torch.cuda.synchronize()
    return time.perf_counter()


def fitting(device: str, batch: int | None, compiled: bool) -> tuple[Any, int, bool]:
    """(model that has been warmed up, pages in a batch, checkpointing): the fastest that fits."""
    wanted = [batch] if batch else [4, 2, 1] if device == "cuda" else [1]
    for checkpointing in (False, True):
        model = build(device, checkpointing=checkpointing, compiled=compiled)
        for size in wanted:
            if fits(model, size):
                return model, size, checkpointing
        del model
    raise SystemExit("the model does not fit into this GPU's memory, checkpointing or not")


def fits(model: Any, batch: int) -> bool:
    """Trains two steps, after which the kernels are chosen and compiled, too."""
    try:
        train(model, 2 * batch, batch)
        return True
    except torch.cuda.OutOfMemoryError:
        model.zero_grad(set_to_none=True)
    # Only here has what the error's frames held been let go.
    gc.collect()
    torch.cuda.empty_cache()
    return False


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pages", help="1,10,100,1000; without a GPU 1,2,4,8")
    parser.add_argument("--batch", type=int, help="pages a step (the most that fit, up to 4)")
    parser.add_argument("--full", action="store_true", help="measure every row")
    parser.add_argument("--compile", action="store_true", help="torch.compile each layer")
    arguments = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_float32_matmul_precision("high")
    if device == "cpu":
        # Threads that wait for each other by spinning stand still on a busy machine.
        torch.set_num_threads(1)
    name = torch.cuda.get_device_name() if device == "cuda" else "CPU, scaled down"
    peak = next((p for part, p in PEAKS.items() if re.search(rf"\b{part}\b", name)), None)
    given = arguments.pages or ("1,10,100,1000" if device == "cuda" else "1,2,4,8")

    model, batch, checkpointing = fitting(device, arguments.batch, arguments.compile)
    weights = sum(p.numel() for p in model.parameters())
    adapter = sum(p.numel() for p in model.parameters() if p.requires_grad)
    print(f"{name}; torch {torch.__version__}; {weights / 1e9:.2f}B parameters, random, bf16")
    print(
        f"LoRA rank {RANK} on all linear layers: {adapter / 1e6:.1f}M; {batch} pages of "
        f"{PAGE_TOKENS:,} tokens a step; checkpointing {'on' if checkpointing else 'off'}; "
        f"compile {'on' if arguments.compile else 'off'}"
    )
    print(f"{'pages':>6}{'seconds':>10}{'tokens/s':>10}{'of peak':>9}{'GiB':>7}  {'loss':<15}")
    rate = 0.0
    for pages in map(int, given.split(",")):
        tokens = pages * PAGE_TOKENS
        if pages > MEASURED_PAGES and rate and not arguments.full:
            print(f"{pages:>6}{tokens / rate:>10.1f}{rate:>10,.0f}  at the speed of the row before")
            continue
        if device == "cuda":
            torch.cuda.reset_peak_memory_stats()
        seconds, first, last = train(model, pages, batch)
        rate = tokens / seconds
        share = f"{operations(model, tokens) / seconds / peak / 1e12:.1%}" if peak else "-"
        used = f"{torch.cuda.max_memory_allocated() / 2**30:.1f}" if device == "cuda" else "-"
        print(
            f"{pages:>6}{seconds:>10.2f}{rate:>10,.0f}{share:>9}{used:>7}  "
            f"{first:.2f} -> {last:.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
