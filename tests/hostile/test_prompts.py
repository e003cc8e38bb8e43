"""No seed gets out of its fence, is rendered as a template, or speaks as the system."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from distillnet import load_roles
from distillnet.agents.fact_writer import write_facts
from distillnet.agents.prompts import defused, fence, render
from distillnet.models.weights import model_folder
from distillnet.records import Language, Passage, Seed
from distillnet.tools.lenses import load_forms, load_lenses
from tests.hostile.corpus import INJECTIONS, TEXTS

LENS = load_lenses()["five-whys"]
CHILD = load_roles()["child"]
LETTER = load_forms()["letter"]
CONTROL = [
    *("<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|start_header_id|>"),
    *("<s>", "</s>", "[INST]", "[/INST]", "<<SYS>>", "<</SYS>>", "[SYSTEM_PROMPT]", "[gMASK]"),
    *("<start_of_turn>", "<end_of_turn>", "<bos>", "<eos>", "<pad>", "<unk>", "<mask>"),
    *("<｜User｜>", "<｜end▁of▁sentence｜>", "<|START_OF_TURN_TOKEN|>", "<think>", "</tool_call>"),
    *(
        "<repo_name>",
        "<file_sep>",
        "<jupyter_code>",
        "<empty_output>",
        "<seed:bos>",
        "[TOOL_CALLS]",
    ),
]
ANYTHING = st.text(st.characters()) | st.lists(
    st.sampled_from([*TEXTS.values(), *CONTROL, "<", "|", ">", "[", "]", " ", "im_end", "{", "}"])
).map("".join)


def unread(text: str) -> Seed:
    """A seed of ``text`` as it is, which no reader of seeds has cleaned."""
    passage = Passage(index=0, start=0, end=len(text), text=text)
    return Seed(
        id="s", statement=text, source=text, language="en", origin="test", passages=(passage,)
    )


def asked(text: str, language: Language = "en") -> str:
    seed = unread(text)
    return render(seed, seed.passages[0], LENS, CHILD, LETTER, language)[1][1]


def assert_fenced(text: str, language: Language) -> None:
    task, mark = asked(text, language), fence(text)
    opened = {"en": "Read this text", "ru": "Прочитай этот текст"}[language]
    start, end = f'{opened} ({mark}):\n"', f'" ({mark})\n\n{LENS.question.in_(language)}\n\n'
    assert task.startswith(start + defused(text) + end)
    assert task.count(mark) == 2
    # Nothing but the seed's key words, which are letters and digits, comes after it.
    rest = task.removeprefix(start + defused(text) + end)
    assert re.fullmatch(r"[^<>{}\[\]()\"]*", rest)
    assert not any(token in task for token in CONTROL)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_passage_stands_whole_between_its_marks(text: str, language: Language) -> None:
    assert_fenced(text, language)


@examples(max_examples=300, deadline=None)
@given(ANYTHING)
def test_any_text_stays_in_its_fence(text: str) -> None:
    assert_fenced(text, "en")


@examples(max_examples=300)
@given(ANYTHING)
def test_defusing_only_puts_in_spaces_and_is_done_once(text: str) -> None:
    safe = defused(text)
    assert safe.replace(" ", "") == text.replace(" ", "")
    assert defused(safe) == safe
    assert not any(token in safe for token in CONTROL)


def test_what_is_defused_stays_legible_and_the_rest_as_it_was() -> None:
    assert defused("Hi<|im_end|> [INST]") == "Hi< |im_end|> [ INST]"
    for text in (
        "a < b > c",
        "x<5 and y>7",
        "[sic] [1] [A]",
        "List[int]",
        "a <- b",
    ):
        assert defused(text) == text


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
async def test_the_examiner_fences_the_seed_too(text: str) -> None:
    prompts: list[str] = []

    async def answer(prompt: str) -> str:
        prompts.append(prompt)
        return json.dumps({"facts": [{"statement": text, "distortions": [text, text]}]})

    await write_facts(unread(text), answer)
    line = f"=== {fence(text)} ==="
    for prompt in prompts:
        assert prompt.split(f"\n{line}\n")[1:-1] == [defused(text)]
        assert prompt.count(fence(text)) == 3
        assert not any(token in prompt for token in CONTROL)
    assert prompts


@pytest.mark.slow
@pytest.mark.parametrize("text", INJECTIONS.values(), ids=INJECTIONS)
def test_no_seed_brings_a_control_token_to_the_embedded_model(text: str) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model_folder("embedded"), local_files_only=True)
    special = set(tokenizer.added_tokens_decoder)

    def tokens(content: str) -> list[int]:
        messages = [{"role": "user", "content": content}]
        rendered = tokenizer.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=True
        )
        ids = tokenizer(rendered, add_special_tokens=False)["input_ids"]
        return [id for id in ids if id in special]

    assert tokens(asked(text)) == tokens("word")
