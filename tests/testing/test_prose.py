"""Prose that is the same for the same prompt and no other."""

from hypothesis import given
from hypothesis import strategies as st

from distillnet.testing import varied_prose


@given(st.sets(st.text(st.characters()), min_size=2), st.integers(1, 200))
def test_every_prompt_has_its_own_prose(prompts: set[str], words: int) -> None:
    texts = [varied_prose(prompt, subject="Freedom", words=words) for prompt in prompts]
    assert texts == [varied_prose(prompt, subject="Freedom", words=words) for prompt in prompts]
    assert len(set(texts)) == len(prompts)
    for text in texts:
        assert len(text.split()) >= words
        assert all(sentence.startswith("Freedom: ") for sentence in text.rstrip(".").split(". "))
