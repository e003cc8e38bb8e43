"""How fast the embedded model decodes here: a look at the plan's own prompts, for its estimate."""

import time
from datetime import date
from typing import Any

from distillnet.config import Settings
from distillnet.errors import UsageError
from distillnet.graphs.forecast import forecast
from distillnet.models.chat import open_teacher
from distillnet.models.precision import fastest_precision
from distillnet.models.spec import describe_teacher
from distillnet.models.speeds import Speed, host_of, note_speed, read_speed
from distillnet.models.weights import load_model, model_folder
from distillnet.records import Seed

# After the first token, which takes as long as reading the prompts.
_LEAST_STEPS = 4


def probe(settings: Settings, seed: Seed, *, seconds: float = 10.0) -> Speed:
    """Reads and begins to answer prompts of the plan, one batch, for about so long; notes the pace.

    It is that of a batch whose longest answer reaches the limit, as one of many mostly does. Raises
    UsageError for a model that is called over a network: its answers are not to be thrown away.
    """
    spec = describe_teacher(settings)
    if spec.url is not None:
        raise UsageError(
            f"only the embedded model can be probed: 'distillnet preview SEED --model {spec.name}' "
            "makes three cells, which the run then has"
        )
    chat: Any = open_teacher(settings).chat
    import torch

    from distillnet.models.sampling import RowSampler

    cells = forecast(seed, settings).cells[: chat.batch_size]
    model, tokenizer = load_model(model_folder("embedded"), precision=fastest_precision())
    texts = [
        tokenizer.apply_chat_template(
            [{"role": part.role, "content": part.text} for part in cell.prompt],
            tokenize=False,
            add_generation_prompt=True,
        )
        for cell in cells
    ]
    inputs = tokenizer(texts, return_tensors="pt", padding=True, add_special_tokens=False)
    limit = spec.parameters["max_tokens"]
    sampler = RowSampler(
        list(range(len(cells))),
        temperature=chat.temperature,
        top_p=chat.top_p,
        prompt_length=inputs.input_ids.shape[1],
        end=set(),
        on_end=lambda row, tokens: None,
    )
    ticks: list[float] = []

    def is_over(tokens: Any, scores: Any, **_: Any) -> Any:
        ticks.append(time.monotonic())
        enough = len(ticks) >= _LEAST_STEPS and ticks[-1] - started > seconds
        return torch.full((len(cells),), enough, device=tokens.device)

    started = time.monotonic()
    with torch.inference_mode():
        model.generate(
            **inputs.to(model.device),
            max_new_tokens=limit,
            do_sample=False,
            repetition_penalty=chat.repetition_penalty,
            logits_processor=[sampler],
            stopping_criteria=[is_over],
            pad_token_id=tokenizer.pad_token_id,
        )
    step = (ticks[-1] - ticks[0]) / max(1, len(ticks) - 1)
    a_batch = ticks[0] - started + (limit - 1) * step
    size = sum(len(part.text.encode("utf-8", "replace")) for cell in cells for part in cell.prompt)
    known = read_speed(spec.name, host_of(spec))
    speed = Speed(
        model=spec.name,
        host=host_of(spec),
        as_of=date.today().isoformat(),
        calls=len(cells),
        calls_per_second=len(cells) / a_batch,
        concurrency=len(cells),
        input_tokens_per_byte=int(inputs.attention_mask.sum()) / size,
        # How long answers are, and how many are accepted, only whole ones tell.
        output_tokens=known.output_tokens if known else 0.0,
        accepted=known.accepted if known else None,
    )
    note_speed(speed)
    return speed
