from hypothesis import given
from hypothesis import strategies as st

from distillnet.records import Item
from distillnet.training.contamination import contaminated

FACT = "The old lamp of Orvel burns violet at noon on every feast day."


def item(id: str, *, prompt: str = "", wrong: str = "x", fact: int = 0) -> Item:
    return Item(
        id=id,
        kind="choice",
        fact=fact,
        framing=None,
        prompt=prompt,
        prefix="",
        options=(FACT, wrong),
        correct=0,
        author="test",
    )


PROMPT = "Say this as a letter from one who will never come home."
WRONG = "The old lamp of Orvel burns yellow at noon on every feast day."
ITEMS = [item("prompt", prompt=PROMPT), item("wrong", wrong=WRONG), item("clean")]


def test_eight_words_in_a_row_of_prompt_or_wrong_option_count() -> None:
    assert contaminated(ITEMS, [f"He began. {PROMPT.upper()}"]) == {"prompt"}
    assert contaminated(ITEMS, ["nothing", WRONG]) == {"wrong"}
    assert contaminated(ITEMS, [" ".join(PROMPT.split()[:7])]) == set()
    assert contaminated(ITEMS, [" ".join(PROMPT.split()[:8])]) == {"prompt"}


def test_the_fact_itself_is_bound_to_be_taught() -> None:
    assert contaminated(ITEMS, [FACT]) == set()
    other = item("other", prompt=FACT, fact=1)
    assert contaminated([*ITEMS, other], [FACT]) == set(), "it is a right option there, too"
    quoted = other.model_copy(update={"options": ("y", "x")})
    assert contaminated([*ITEMS, quoted], [FACT]) == {"other"}


@given(st.lists(st.text()), st.text())
def test_any_text_can_be_looked_at(texts: list[str], prompt: str) -> None:
    assert contaminated([item("any", prompt=prompt)], texts) <= {"any"}
