"""Derivatives of primitives, as the kit forms them, against the derivative of what the primitive means."""

from __future__ import annotations

import numpy as np
import pytest

from likelihoodkit.primitives import RECORDS
from primitives.audit import PLAIN, SLOPE_POINTS
from primitives.slopes import NO_FORMULA, WHOLE, rules, slope_audit

#: (primitive, argument) -> condition-normalised error that is known, and where it comes from
_THIRD = "a third derivative of a loss: nothing asks for it"
_WINDOW = "half of a Hessian: narrow windows cancel in it"
_SUM = "two rounded terms near their zero"
KNOWN: dict[tuple[str, int], tuple[float, str]] = {
    ("softplus_ratio_derivative", 0): (30.0, _THIRD),
    ("trigamma_rising", 0): (1e8, _THIRD),
    ("log_rising_excess", 1): (1e7, "the second argument is a count"),
    ("log_rising_excess_derivative", 1): (1e7, "the second argument is a count"),
    ("regularised_gamma_p", 1): (100.0, "SciPy's incomplete gamma function"),
    ("regularised_gamma_q", 1): (100.0, "SciPy's incomplete gamma function"),
    ("log_window_middle", 0): (np.inf, _WINDOW),
    ("log_window_middle", 1): (np.inf, _WINDOW),
    ("log_window_half", 0): (np.inf, _WINDOW),
    ("log_window_half", 1): (np.inf, _WINDOW),
    ("log_passage_cdf_g", 2): (10.0, _SUM),
    ("delay_pull", 1): (100.0, _SUM),
    ("delay_wait", 0): (100.0, _SUM),
    ("delay_wait", 1): (100.0, _SUM),
    ("delay_wait", 2): (100.0, _SUM),
    ("log_ndtr_tilted_scale", 1): (1e3, _SUM),
    ("negative_binomial_bend", 2): (100.0, _THIRD),
    ("negative_binomial_spread", 1): (1e4, _SUM),
    ("gompertz_risk", 2): (1e4, _SUM),
    ("gompertz_ageing", 1): (1e4, _SUM),
    ("beta_binomial_odds", 3): (100.0, _SUM),
    ("beta_binomial_size", 3): (100.0, _SUM),
}


@pytest.mark.parametrize(("name", "argument"), rules(), ids=lambda x: str(x))
def test_derivative(name: str, argument: int) -> None:
    report = slope_audit(name, argument, SLOPE_POINTS, plain=PLAIN)
    assert report.wrong_infinity == []
    assert report.undecided <= 2
    bound = KNOWN.get((name, argument), (8.0, ""))[0]
    assert report.beyond(PLAIN, bound) == []


def test_exemptions_are_of_primitives() -> None:
    assert set(RECORDS) >= NO_FORMULA | {name for name, _ in (*WHOLE, *KNOWN)}
    assert set(KNOWN) <= set(rules())


def test_there_are_many_rules() -> None:
    assert len(rules()) > 250
