import numpy as np
import pytest

from distillnet.training.calibration import brier_score, expected_calibration_error


def test_the_gap_of_each_bin_counts_by_its_items() -> None:
    # Three answers at 0.9, one right; one at 0.35, right: (3 * |1/3 - 0.9| + 0.65) / 4.
    error = expected_calibration_error([0.9, 0.9, 0.9, 0.35], [True, False, False, True])
    assert error == pytest.approx((3 * (0.9 - 1 / 3) + 0.65) / 4)


def test_gaps_of_opposite_sign_cancel_within_a_bin_only() -> None:
    assert expected_calibration_error([0.5, 0.5], [True, False]) == 0.0
    assert expected_calibration_error([0.3, 0.7], [True, False], bins=1) == pytest.approx(0.0)
    assert expected_calibration_error([0.3, 0.7], [True, False]) == pytest.approx(0.7)


def test_a_bin_holds_its_upper_border() -> None:
    """1/2 falls with 0.41 into (0.4, 0.5], and 0 and 1 into the first and the last bin."""
    error = expected_calibration_error([0.5, 0.41, 0.0, 1.0], [True, False, False, True])
    assert error == pytest.approx(abs(0.5 - 1 + 0.41) / 4)


def test_who_is_as_often_right_as_sure_has_no_error_to_speak_of() -> None:
    rng = np.random.default_rng(3)
    sure = rng.random(20_000)
    assert expected_calibration_error(sure.tolist(), (rng.random(20_000) < sure).tolist()) < 0.02
    always = [True] * 20_000
    assert expected_calibration_error(sure.tolist(), always) == pytest.approx(0.5, abs=0.02)


def test_brier_is_summed_over_the_options() -> None:
    assert brier_score([[1, 0, 0]], [0]) == 0.0
    assert brier_score([[0, 1, 0]], [0]) == 2.0
    assert brier_score([[0.25] * 4, [0.5, 0.5]], [2, 0]) == pytest.approx((0.75 + 0.5) / 2)
