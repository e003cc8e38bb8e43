"""Our statistics against those of scipy, statsmodels and scikit-learn, where they are the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as binomial
from sklearn import metrics
from statsmodels import api as regression
from statsmodels.stats import contingency_tables as tables
from statsmodels.stats import multitest

from distillnet.training.calibration import brier_score
from distillnet.training.significance import holm, mcnemar_exact
from distillnet.training.statistics import paired_difference


@given(st.integers(0, 400), st.integers(0, 400))
def test_mcnemar_is_that_of_scipy_and_statsmodels(b: int, c: int) -> None:
    ours = mcnemar_exact(b, c)
    if b + c:
        assert ours == pytest.approx(binomial.binomtest(b, b + c).pvalue, rel=1e-9)
        theirs = tables.mcnemar([[7, b], [c, 9]], exact=True).pvalue
        assert ours == pytest.approx(theirs, rel=1e-9)


@settings(max_examples=15, deadline=None)  # statsmodels takes 0.1 s a call
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_is_that_of_statsmodels(p_values: list[float]) -> None:
    expected = multitest.multipletests(p_values, method="holm")[1]
    assert holm(p_values) == pytest.approx(expected.tolist())


@given(
    st.lists(
        st.tuples(st.lists(st.floats(0.01, 1), min_size=3, max_size=3), st.integers(0, 2)),
        min_size=1,
        max_size=20,
    )
)
def test_brier_is_that_of_sklearn(items: list[tuple[list[float], int]]) -> None:
    probabilities = [[w / sum(weights) for w in weights] for weights, _ in items]
    correct = [right for _, right in items]
    expected = metrics.brier_score_loss(
        correct, probabilities, labels=[0, 1, 2], scale_by_half=False
    )
    assert brier_score(probabilities, correct) == pytest.approx(expected)


def test_the_standard_error_of_numbers_is_that_of_statsmodels() -> None:
    rng = np.random.default_rng(9)
    clusters = rng.integers(0, 12, 70)
    values = rng.normal(0, 1, 12)[clusters] + rng.normal(0, 1, 70)
    model = regression.OLS(values, np.ones(70))
    expected = model.fit(cov_type="cluster", cov_kwds={"groups": clusters}).bse[0]
    result = paired_difference(
        [0.0] * 70, values.tolist(), clusters.tolist(), resamples=100, random_seed=1
    )
    assert result.smallest_detectable == pytest.approx(2.8 * expected)
