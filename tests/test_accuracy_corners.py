"""Places where a loss once lost its digits, its sign or a number: each against mpmath on the textbook formula."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import likelihoodkit as lk


def _derivatives(loss: object, place: list[float], digits: int) -> tuple[float, list[float], list[float]]:
    """Value, slopes and the diagonal of the curvature of a function of mpmath numbers."""
    assert callable(loss)
    with mpmath.workdps(digits):
        at, step = [mpmath.mpf(x) for x in place], mpmath.mpf(10) ** (-digits // 4)
        middle, slopes, curves = loss(*at), [], []
        for i in range(len(at)):
            above, below = (loss(*[x + sign * step * (i == j) for j, x in enumerate(at)]) for sign in (1, -1))
            slopes.append(float((above - below) / (2 * step)))
            curves.append(float((above - 2 * middle + below) / step**2))
        return float(middle), slopes, curves


@pytest.mark.parametrize(
    ("y", "mean", "dispersion"),
    [
        (2, 0.0, 1e-8),  # the slope in the mean is 0 at 0, 0
        (2, -1e-8, 1e-3),
        (1, -88.0, -0.001),
        (1, -3.0, 0.5),
        (2, -745.0, 1e-8),
        (2, 709.0, 30.0),
        (200, 709.0, -1.0),
        (30, -709.0, 30.0),
        (30, -88.0, 30.0),
        (30, 30.0, 0.0),
        (2, 104.0, -0.001),
        (200, -745.0, -30.0),
    ],
)
def test_a_negative_binomial_without_zero(y: int, mean: float, dispersion: float) -> None:
    """-inf and NaN where the truth is finite, and up to all digits lost where few counts are expected."""

    def truth(f: mpmath.mpf, a: mpmath.mpf) -> mpmath.mpf:
        r, odds = mpmath.exp(-a), mpmath.exp(a + f)
        rising = mpmath.fsum(mpmath.log(r + i) for i in range(y))
        chosen = mpmath.loggamma(y + 1) - rising + y * mpmath.log1p(1 / odds)
        return chosen + mpmath.log(mpmath.expm1(r * mpmath.log1p(odds)))

    value, slopes, curves = _derivatives(truth, [mean, dispersion], 700)
    loss = lk.derive(lk.Truncated(lk.NegativeBinomial, low=1))
    assert loss([y], [[mean, dispersion]])[0] == pytest.approx(value, rel=1e-14)
    np.testing.assert_allclose(loss.gradient([y], [[mean, dispersion]])[0], slopes, rtol=4e-15, atol=5e-324)
    hessian = loss.hessian([y], [[mean, dispersion]])[0]
    np.testing.assert_allclose(np.diagonal(hessian), curves, rtol=2e-14, atol=5e-324)
