from datetime import date

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from distillnet.config import load_settings
from distillnet.models.spending import Cost, batch_price, cost, most, price_for
from distillnet.models.teachers import Price
from distillnet.models.weights import model_folder

PRICE = Price(input=2.5, output=10, as_of=date(2026, 11, 10), source="your settings")
TEXT = st.text(st.characters())  # lone surrogates, too
MESSAGES = st.lists(st.tuples(st.sampled_from(["system", "user"]), TEXT), max_size=3)


def test_what_tokens_cost() -> None:
    assert cost(1_000_000, 100_000, PRICE) == Cost(1_000_000, 100_000, 3.5)
    assert cost(9, 4, None) == Cost(9, 4, None)
    assert cost(9, 4, None).tokens == 13


def test_the_most_is_a_token_a_byte_and_the_whole_limit() -> None:
    found = most([("system", "Be a dog."), ("user", "Свобода")], 320, PRICE)
    assert 9 + 14 <= found.input_tokens <= 9 + 14 + 64
    assert found.output_tokens == 320
    assert found == cost(found.input_tokens, 320, PRICE)


@given(MESSAGES)
def test_it_holds_for_any_text(messages: list[tuple[str, str]]) -> None:
    """A server may read what is no character as the three bytes of U+FFFD."""
    read = sum(
        len(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode())
        for _, text in messages
    )
    assert most(messages, 16, None).input_tokens >= read


@pytest.mark.slow
def test_it_holds_for_a_real_tokenizer() -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model_folder("embedded"), local_files_only=True)

    @examples(max_examples=200, deadline=None)
    @given(st.lists(st.tuples(st.just("user"), st.text()), min_size=1, max_size=3))
    def holds(messages: list[tuple[str, str]]) -> None:
        chat = [{"role": role, "content": text} for role, text in messages]
        ids = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_dict=False)
        # The template adds a system message of its own, of 24 tokens.
        assert len(ids) <= most([*messages, ("system", "x" * 24)], 16, None).input_tokens

    holds()


def test_the_price_of_the_settings_goes_before_the_table() -> None:
    ours = price_for(load_settings(model="openai:gpt-4o", price={"input": 1, "output": 2}))
    table = price_for(load_settings(model="openai:gpt-4o"))
    assert ours is not None and (ours.input, ours.output, ours.source) == (1, 2, "your settings")
    assert table is not None and table.input > ours.input


@pytest.mark.parametrize(
    "settings",
    [
        {"model": "embedded"},
        {"model": "ollama:qwen3"},
        {"model": "openai:gpt-4o", "base_url": "http://127.0.0.1:8000/v1"},
    ],
    ids=str,
)
def test_one_s_own_machine_is_free(settings: dict[str, str]) -> None:
    price = price_for(load_settings(**settings))
    assert price is not None and cost(10**6, 10**6, price).usd == 0


def test_where_it_is_called_decides_the_price(monkeypatch: pytest.MonkeyPatch) -> None:
    assert price_for(load_settings(model="openai:gpt-4o", base_url="https://x.example/v1")) is None
    monkeypatch.setenv("OPENAI_BASE_URL", "https://x.example/v1")
    assert price_for(load_settings(model="openai:gpt-4o")) is None


def test_a_batch_costs_its_share_where_that_is_known() -> None:
    half = batch_price(PRICE.model_copy(update={"batch_factor": 0.5}))
    assert half is not None and (half.input, half.output) == (1.25, 5)
    assert batch_price(half) == half
    assert batch_price(PRICE) == PRICE
    assert batch_price(None) is None
