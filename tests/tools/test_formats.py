"""The forms that trainers document, each with the same question and answer."""

from typing import get_args

import pytest

from distillnet.tools.formats import Format, conversation

USER = {"role": "user", "content": "Why?"}
ASSISTANT = {"role": "assistant", "content": "So."}
EXPECTED = {
    "messages": {"messages": [USER, ASSISTANT]},
    "prompt-completion": {"prompt": [USER], "completion": [ASSISTANT]},
    "sharegpt": {
        "conversations": [{"from": "human", "value": "Why?"}, {"from": "gpt", "value": "So."}]
    },
    "alpaca": {"instruction": "Why?", "input": "", "output": "So."},
}


@pytest.mark.parametrize("format", get_args(Format))
def test_a_conversation_is_as_its_readers_document_it(format: Format) -> None:
    assert conversation("Why?", "So.", format) == EXPECTED[format]
