from pathlib import Path
from typing import Any

import pytest

from distillnet.errors import UnknownName
from distillnet.tools.clock import (
    Machine,
    Span,
    common,
    machine_of,
    operations,
    pace,
    seconds,
    speed,
)
from distillnet.tools.first_table import first_table
from distillnet.tools.gpus import Measurement, gpu_named, load_gpus, load_measurements
from distillnet.tools.known_shapes import shape_of
from distillnet.tools.shapes import Shape, read_shape
from distillnet.tools.training_memory import activation_bytes, memory

SMALL = Shape(
    like="small", hidden=64, layers=3, query=64, key=32, feed_forward=192, vocabulary=512, tied=True
)
# The formula is a rule of thumb: published speeds lie within this factor of its middle. Those made
# with gradient checkpointing are the farthest.
FACTOR, FACTOR_CHECKPOINTING = 1.25, 1.65


def machine(gpu: str) -> Machine:
    return machine_of(gpu_named(gpu))


def random_student(shape: Shape) -> Any:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.query // 16,
        num_key_value_heads=shape.key // 16,
        intermediate_size=shape.feed_forward,
        vocab_size=shape.vocabulary,
        tie_word_embeddings=shape.tied,
        attn_implementation="sdpa",
    )
    model = LlamaForCausalLM(config).to(torch.bfloat16)
    return get_peft_model(model, LoraConfig(r=4, target_modules="all-linear")).train()


def test_operations_are_those_that_pytorch_counts() -> None:
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    model, tokens = random_student(SMALL), 128
    # The fused kernel is not counted backward; plain attention is, and with the half that the mask
    # hides.
    model.base_model.model.set_attn_implementation("eager")
    ids = torch.randint(SMALL.vocabulary, (1, tokens))
    with FlopCounterMode(display=False) as counter:
        hidden = model.base_model.model.model(ids).last_hidden_state
        torch.autograd.backward((hidden @ model.get_output_embeddings().weight.T).float().sum())
    adapter = 6 * tokens * SMALL.lora_parameters(4)
    expected = operations(SMALL, tokens, learned=tokens, row_tokens=2 * tokens)
    assert counter.get_total_flops() - adapter == pytest.approx(expected, rel=0.08)


def test_parameters_are_those_of_the_model_and_of_its_adapter(tmp_path: Path) -> None:
    model = random_student(SMALL)
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    assert trained == SMALL.lora_parameters(4)
    assert sum(p.numel() for p in model.parameters()) - trained == SMALL.parameters
    model.base_model.model.config.save_pretrained(tmp_path)
    assert read_shape(tmp_path / "config.json").model_copy(update={"like": "small"}) == SMALL


def test_activations_are_those_that_the_backward_pass_keeps() -> None:
    import torch
    from peft.helpers import disable_input_dtype_casting

    kept: dict[int, int] = {}
    model, tokens = random_student(SMALL), 256
    frozen = {p.untyped_storage().data_ptr() for p in model.parameters()}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in frozen:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    ids = torch.randint(SMALL.vocabulary, (1, tokens))
    with (
        torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor),
        torch.autocast("cpu", dtype=torch.bfloat16),
        disable_input_dtype_casting(model),
    ):
        _ = model.base_model.model.model(ids, use_cache=False).last_hidden_state
    counted = sum(kept.values()) / tokens
    assert counted == pytest.approx(activation_bytes(SMALL, checkpointing=False), rel=0.25)


def test_checkpointing_trades_time_for_memory() -> None:
    shape = shape_of("8B")
    slow = operations(shape, 1, learned=1, row_tokens=2_000, checkpointing=True)
    assert slow == pytest.approx(1.5 * operations(shape, 1, learned=1, row_tokens=2_000), rel=0.02)
    with_it, without = (
        memory(shape, "lora", row_tokens=2_000, checkpointing=c) for c in (True, False)
    )
    assert with_it.activations < without.activations / 10
    assert with_it.weights == without.weights


def test_an_8b_takes_four_operations_a_weight_and_token() -> None:
    a_token = operations(shape_of("8B"), 1, learned=1, row_tokens=2_000)
    assert a_token == pytest.approx(4 * 8.03e9, rel=0.03)
    prompt_only = operations(shape_of("8B"), 1, learned=0, row_tokens=2_000)
    assert a_token - prompt_only == 4 * 4_096 * 128_256


@pytest.mark.parametrize("measured", load_measurements(), ids=lambda m: f"{m.gpu}-{m.size}")
def test_published_trainings_are_predicted(measured: Measurement) -> None:
    how: dict[str, Any] = {
        "row_tokens": measured.row_tokens,
        "checkpointing": measured.checkpointing,
    }
    shape = shape_of(measured.size)
    predicted = speed(shape, machine(measured.gpu), measured.method, **how)
    middle = (predicted.least + predicted.most) / 2
    factor = FACTOR_CHECKPOINTING if measured.checkpointing else FACTOR
    assert 1 / factor < measured.tokens_per_second / middle < factor
    if not measured.checkpointing:
        assert predicted.least < measured.tokens_per_second < predicted.most
    if measured.gigabytes:
        needed = memory(shape, measured.method, rank=measured.rank, **how)
        assert needed.total * 2**30 / 1e9 == pytest.approx(measured.gigabytes, rel=0.1)


def test_70b_fits_into_96_gib_in_4_bit_only() -> None:
    lora, qlora = (pace(shape_of("70B"), machine("rtx-pro-6000"), m) for m in ("lora", "qlora"))
    assert not lora.fits and lora.tokens_per_second is None and lora.memory.weights > 96
    assert qlora.fits and qlora.checkpointing and qlora.tokens_per_second is not None


def test_checkpointing_is_used_only_where_it_must_be() -> None:
    shape = shape_of("8B")
    assert not pace(shape, machine("h100"), "lora").checkpointing
    small_card = pace(shape, machine("4090"), "lora")
    assert small_card.fits and small_card.checkpointing
    assert not pace(shape, machine("t4"), "lora").fits


def test_4_bit_is_slower_and_needs_a_machine_that_can() -> None:
    card = machine("h100")
    lora, qlora = (pace(shape_of("8B"), card, m).tokens_per_second for m in ("lora", "qlora"))
    assert lora and qlora and qlora.least < lora.least and qlora.most < lora.most
    cpu = card.model_copy(update={"slower_in_4_bit": None})
    assert pace(shape_of("8B"), cpu, "qlora").tokens_per_second is None


def test_small_models_are_capped_on_a_card_and_not_where_they_were_measured() -> None:
    card = machine("h100")
    capped = speed(shape_of("135M"), card, "lora")
    assert capped == Span(least=20_000, most=20_000)
    assert speed(shape_of("135M"), card.model_copy(update={"fastest": None}), "lora").least > 20_000


def test_plain_pages_of_an_8b_on_the_card_of_the_note() -> None:
    rate = pace(shape_of("8B"), machine("rtx-pro-6000"), "lora").tokens_per_second
    assert rate is not None
    for pages, about in ((1, 0.4), (10, 4), (1_000, 7 * 60), (100_000, 11.2 * 3_600)):
        took = seconds(pages * 2_000, rate)
        assert took.least < about < took.most


def test_the_note_assumed_about_35_readings_of_an_8b() -> None:
    table = first_table(shape_of("8B"), readings=100)
    assert table.readings is not None and table.parameters is not None
    assert 25 < table.readings.least < 35 < table.readings.most < 50
    assert 2e9 < table.parameters.least < table.parameters.most < 4e9
    for row in table.rows:
        inside = (table.readings.least + table.readings.most) / 2
        assert row.readings.least < inside < row.readings.most


def test_the_note_solved_for_a_size_gives_its_times_back() -> None:
    table = first_table(shape_of("8B"), readings=35)
    assert table.parameters is not None
    assert table.parameters.least < 8.03e9 < table.parameters.most


def test_what_is_common_to_spans() -> None:
    assert common([Span(least=1, most=3), Span(least=2, most=5)]) == Span(least=2, most=3)
    assert common([Span(least=1, most=2), Span(least=3, most=4)]) is None


def test_every_card_has_a_name_of_its_own_and_an_unknown_one_is_told() -> None:
    names = [gpu.name for gpu in load_gpus()]
    assert len(names) == len(set(names)) == 13
    assert gpu_named("H100").title == "H100 SXM"
    assert gpu_named("b200").share == (0.15, 0.25)
    with pytest.raises(UnknownName, match="Did you mean 'h100'"):
        gpu_named("h1000")
