import pytest
from hypothesis import given
from hypothesis import strategies as st

from distillnet.config import Training
from distillnet.training import rows as rows_module
from distillnet.training.dataset import Dataset, Example
from distillnet.training.schedule import Schedule, Step, learned, repacked
from distillnet.training.schedule import schedule as plan_schedule


def dataset(*examples: tuple[int, int]) -> Dataset:
    """Examples of (length, start); the token at each place tells the example and the place."""
    rows = [
        Example([1000 * i + place for place in range(length)], start)
        for i, (length, start) in enumerate(examples)
    ]
    return Dataset(rows, len(rows), sum(map(learned, rows)), "", {})


def told(steps: list[Step]) -> list[int]:
    """The tokens learned, step by step."""
    return [t for step in steps for batch in step for e in batch for t in e.tokens[e.start :]]


def sizes(steps: list[Step]) -> list[int]:
    return [sum(learned(e) for batch in step for e in batch) for step in steps]


def uniform(lengths: list[int]) -> Dataset:
    return dataset(*((length, 1) for length in lengths))


def schedule(data: Dataset, settings: Training) -> list[Step]:
    return plan_schedule(data, settings).steps


some_lengths = st.lists(st.integers(2, 90), min_size=1, max_size=40)


@given(some_lengths, st.integers(1, 400), st.integers(1, 3))
def test_an_epoch_has_every_token_once_in_batches_that_fit(
    lengths: list[int], batch_tokens: int, epochs: int
) -> None:
    data, settings = uniform(lengths), Training(batch_tokens=batch_tokens, epochs=epochs)
    steps = schedule(data, settings)
    assert sorted(told(steps)) == sorted(told([[data.examples]]) * epochs)
    for step in steps:
        (batch,) = step
        assert len(batch) == 1 or len(batch) * max(len(e.tokens) for e in batch) <= batch_tokens
    assert steps == schedule(data, settings)


@given(some_lengths, st.integers(1, 3000), st.data())
def test_tokens_and_steps_are_exact_whatever_the_rows(
    lengths: list[int], tokens: int, draw: st.DataObject
) -> None:
    count = draw.draw(st.integers(1, tokens))
    steps = schedule(uniform(lengths), Training(tokens=tokens, steps=count, batch_tokens=256))
    assert len(steps) == count
    assert sum(sizes(steps)) == tokens
    piece = min(tokens // count, max(lengths) - 1)
    for size in sizes(steps):
        assert size > 0 and abs(size - tokens / count) < piece + 1


@given(some_lengths, st.integers(1, 3000))
def test_all_rows_are_read_once_before_any_is_read_again(lengths: list[int], tokens: int) -> None:
    data = uniform(lengths)
    learns = told(schedule(data, Training(tokens=tokens, batch_tokens=128)))
    assert len(learns) == tokens
    whole, rest = divmod(tokens, data.tokens)
    times = [learns.count(token) for token in set(told([[data.examples]]))]
    assert set(times) <= {whole, whole + 1}
    assert times.count(whole + 1) == rest


def test_each_reading_has_its_own_order_and_each_seed_too() -> None:
    data = uniform([10] * 30)
    settings = Training(tokens=540, steps=60)
    order = told(schedule(data, settings))
    assert order[:270] != order[270:]
    other = settings.model_copy(update={"random_seed": 2})
    assert told(schedule(data, other)) != order
    assert told(schedule(data, settings)) == order


def test_a_row_longer_than_a_step_is_learned_in_pieces_that_see_what_came_before() -> None:
    steps = schedule(dataset((100, 40)), Training(tokens=60, steps=6))
    assert sizes(steps) == [10] * 6
    for number, step in enumerate(steps):
        ((example,),) = step
        assert example == Example(list(range(50 + 10 * number)), 40 + 10 * number)


def test_steps_follow_from_batch_tokens_where_they_are_not_given() -> None:
    data = uniform([20] * 50)
    one_epoch = schedule(data, Training(epochs=1, batch_tokens=200))
    two = schedule(data, Training(tokens=2 * data.tokens, batch_tokens=200))
    assert len(two) == 2 * len(one_epoch)


def test_a_step_of_many_rows_goes_through_the_model_in_batches_that_fit() -> None:
    (step,) = schedule(uniform([30, 60, 90] * 10), Training(tokens=1000, steps=1, batch_tokens=256))
    assert len(step) > 3
    assert all(len(batch) * max(len(e.tokens) for e in batch) <= 256 for batch in step)


@given(some_lengths, st.integers(1, 400), st.booleans(), st.data())
def test_a_step_teaches_the_same_in_packed_rows_that_fit(
    lengths: list[int], row_tokens: int, by_tokens: bool, draw: st.DataObject
) -> None:
    settings = Training(epochs=2, batch_tokens=row_tokens, packing="on")
    if by_tokens:
        count = draw.draw(st.integers(1, 50))
        settings = settings.model_copy(update={"tokens": 50 * count, "steps": count})
    data = uniform(lengths)
    plan = plan_schedule(data, settings)
    assert plan.steps == schedule(data, settings.model_copy(update={"packing": "off"}))
    packed = [repacked(step, row_tokens) for step in plan.steps]
    for before, after in zip(plan.steps, packed, strict=True):
        assert [e for batch in after for e in batch] == [e for batch in before for e in batch]
        tokens = [sum(len(e.tokens) for e in batch) for batch in after]
        assert all(n <= row_tokens or len(b) == 1 for n, b in zip(tokens, after, strict=True))
        # No row could have taken the example that begins the next one.
        begins = [len(batch[0].tokens) for batch in after]
        assert all(n + b > row_tokens for n, b in zip(tokens, begins[1:], strict=False))
    rows = [sum(len(e.tokens) for e in batch) for step in packed for batch in step]
    assert plan.shapes(packed=True) == [(1, tokens) for tokens in rows]
    assert plan.longest == max(rows)


def test_packing_is_off_on_a_cpu_unless_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for device, meant in (("cuda", "auto"), ("cpu", "off")):
        monkeypatch.setattr(rows_module, "device", lambda device=device: device)
        for settings in (Training(), Training(tokens=50)):
            plan = plan_schedule(uniform([20] * 9), settings)
            assert plan.packing == meant
            assert (plan.longest > 20) == (meant == "auto")


def test_epochs_and_seeds_have_their_own_order() -> None:
    data = uniform(list(range(10, 90)))
    settings = [Training(epochs=2, batch_tokens=200, random_seed=seed) for seed in (1, 2)]
    plans = []
    for steps in (schedule(data, s) for s in settings):
        plans += [steps[: len(steps) // 2], steps[len(steps) // 2 :]]
    assert all(a != b for i, a in enumerate(plans) for b in plans[:i])


def test_batches_are_of_like_length_and_padding_is_counted() -> None:
    steps = schedule(uniform([20] * 30 + [200] * 30), Training(epochs=1, batch_tokens=800))
    mixed = [s for s in steps if len({len(e.tokens) for e in s[0]}) > 1]
    assert len(mixed) <= 1
    assert Schedule([[[Example([0] * 10, 1), Example([0] * 40, 1)]]], 0).padding_share == 0.375


@given(some_lengths, some_lengths, st.integers(1, 2000), st.floats(0, 0.9), st.data())
def test_replay_is_an_exact_share_of_the_exact_tokens(
    lengths: list[int], general: list[int], tokens: int, share: float, draw: st.DataObject
) -> None:
    count = draw.draw(st.integers(1, tokens))
    replay = [Example([-1] * length, 1) for length in general]
    settings = Training(tokens=tokens, steps=count, replay=share)
    plan = plan_schedule(uniform(lengths), settings, replay)
    assert len(plan.steps) == count and all(sizes(plan.steps))
    learns = told(plan.steps)
    assert len(learns) == tokens
    assert learns.count(-1) == plan.replayed == int(tokens * share)


def test_replay_is_spread_over_the_whole_training() -> None:
    replay = [Example([-1] * 20, 1)] * 5
    for settings in (
        Training(epochs=4, replay=0.2, batch_tokens=200),
        Training(tokens=3800, steps=40, replay=0.2),
    ):
        plan = plan_schedule(uniform([20] * 40), settings, replay)
        learns = told(plan.steps)
        assert learns.count(-1) == plan.replayed
        assert abs(plan.replayed / len(learns) - 0.2) < 1e-3
        for quarter in range(4):
            part = learns[quarter * len(learns) // 4 : (quarter + 1) * len(learns) // 4]
            assert abs(part.count(-1) / len(part) - 0.2) < 0.05
    assert plan_schedule(uniform([20] * 40), Training(), ()).replayed == 0
