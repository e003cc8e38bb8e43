from pathlib import Path

import pytest

from distillnet.api import plan, probe
from distillnet.errors import UsageError
from distillnet.models.speeds import read_speed
from distillnet.models.weights import EMBEDDED, model_folder
from tests.conftest import PHRASE


@pytest.mark.slow
def test_the_embedded_model_is_measured_on_the_plans_prompts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    weights = model_folder("embedded")
    monkeypatch.setenv("DISTILLNET_CACHE", str(tmp_path / "cache"))
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / EMBEDDED).symlink_to(weights)
    before = plan(PHRASE, lenses=4).estimate
    speed = probe(PHRASE, seconds=0.1, lenses=4)
    assert (speed.calls, speed.concurrency, speed.host) == (4, 4, "")
    assert read_speed("embedded", "") == speed
    after = plan(PHRASE, lenses=4).estimate
    assert before.answering is None and after.answering is not None
    assert after.input_tokens == before.input_tokens, "counted by the tokenizer both times"
    assert after.answering.least == pytest.approx(after.calls.least / speed.calls_per_second)


def test_a_model_elsewhere_is_not_probed() -> None:
    with pytest.raises(UsageError, match="distillnet preview SEED --model openai:any"):
        probe(PHRASE, model="openai:any", base_url="http://127.0.0.1:9/v1")
