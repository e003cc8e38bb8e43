"""The parts of benchmarks/gpu_pages.py that need no GPU."""

import pytest
import torch

from benchmarks import gpu_pages
from distillnet.tools.clock import PAGE_TOKENS, operations
from distillnet.tools.gpus import load_gpus
from distillnet.tools.known_shapes import shape_of


def test_the_loss_and_its_gradient_are_those_of_cross_entropy() -> None:
    torch.manual_seed(0)
    tokens = gpu_pages.CHUNK + 77
    hidden = torch.randn(tokens, 16, requires_grad=True)
    weight, labels = torch.randn(50, 16), torch.randint(50, (tokens,))
    loss = gpu_pages.frozen_head_loss(hidden, weight, labels)
    (gradient,) = torch.autograd.grad(3 * loss, hidden)
    wanted = torch.nn.functional.cross_entropy(hidden @ weight.T, labels)
    (expected,) = torch.autograd.grad(3 * wanted, hidden)
    torch.testing.assert_close(loss, wanted)
    torch.testing.assert_close(gradient, expected)


@pytest.mark.parametrize("checkpointing", [False, True])
def test_it_trains_the_adapter_and_nothing_else(
    checkpointing: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu_pages, "PAGE_TOKENS", 32)
    model = gpu_pages.build("cpu", checkpointing=checkpointing, compiled=False)
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    _, first, last = gpu_pages.train(model, pages=5, batch=2)
    assert 6 < first < 8 and 6 < last < 8  # ln 1,024 = 6.9: the model knows nothing
    changed = {n for n, p in model.named_parameters() if not torch.equal(p, before[n])}
    assert changed == {name for name in before if "lora_" in name}
    assert all(before[name].dtype == torch.float32 for name in changed)


def test_pages_are_cut_into_batches_without_losing_any() -> None:
    sizes = [tuple(ids.shape) for ids in gpu_pages.batches(5, 2, 100)]
    assert sizes == [(2, PAGE_TOKENS), (2, PAGE_TOKENS), (1, PAGE_TOKENS)]
    again, same = (list(gpu_pages.batches(2, 1, 100)) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(again, same, strict=True))


def test_shape_operations_and_peaks_are_those_of_the_clock() -> None:
    shape, config = shape_of("8B"), gpu_pages.SHAPES["cuda"]
    assert (config["hidden_size"], config["num_hidden_layers"]) == (shape.hidden, shape.layers)
    from transformers import LlamaConfig, LlamaForCausalLM

    with torch.device("meta"):
        model = LlamaForCausalLM(LlamaConfig(**config))
    assert sum(p.numel() for p in model.parameters()) == shape.parameters
    model.requires_grad_(False)
    expected = operations(shape, PAGE_TOKENS, learned=PAGE_TOKENS, row_tokens=PAGE_TOKENS)
    counted = gpu_pages.operations(model, PAGE_TOKENS)
    assert counted == pytest.approx(expected, rel=1e-6)
    for gpu in load_gpus():
        known = [peak for part, peak in gpu_pages.PEAKS.items() if part in gpu.title]
        assert gpu.name == "t4" or known[0] == gpu.tflops
