"""What is truncated and then censored or rounded: probabilities near one keep the digits of what is left of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

import likelihoodkit as lk

Survival = Callable[[Any, Any, Any], Any]
DIGITS = 400


def normal(y: Any, centre: Any, scale: Any) -> Any:
    return mpmath.erfc((y - centre) / scale / mpmath.sqrt(2)) / 2


def logistic(y: Any, centre: Any, scale: Any) -> Any:
    return 1 / (1 + mpmath.exp((y - centre) / scale))


def loss(survival: Survival, interval: tuple[float, float], outputs: Any, low: float, high: float) -> Any:
    """-log P(a < Y <= b) of what is seen between low and high only, the scale by softplus."""
    centre, scale = mpmath.mpf(outputs[0]), mpmath.log1p(mpmath.exp(outputs[1]))
    first, last = max(interval[0], low), min(interval[1], high)

    def beyond(y: float) -> Any:
        return survival(mpmath.mpf(y), centre, scale) if y < np.inf else mpmath.mpf(0)

    return -mpmath.log((beyond(first) - beyond(last)) / (beyond(low) - beyond(high)))


OUTPUTS = [(-1.5, -2.0), (-3.0, 1.0), (-10.0, 0.3), (-30.0, 2.0), (2.0, 0.5), (0.3, 3.0)]
#: outputs whose bound is 87 scales out: the difference of two tails there has digits of the larger only
DEEP = (-1.495, -4.056)
INTERVALS = [(0.0, 1.0), (1e-3, 50.0), (1e-8, np.inf), (2.0, 3.0)]


@pytest.mark.parametrize("high", [np.inf, 60.0])
@pytest.mark.parametrize(("family", "survival"), [(lk.Normal, normal), (lk.Logistic, logistic)])
def test_sure_rows_keep_their_digits(family: Any, survival: Survival, high: float) -> None:
    truncated = lk.Truncated(family, low=0, high=None if high == np.inf else high)
    rows = [(interval, outputs) for interval in INTERVALS for outputs in OUTPUTS] + [(INTERVALS[0], DEEP)]
    y, outputs = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    value, gradient = lk.derive(lk.Censored(truncated)).value_and_gradient(y, outputs)
    whole = y[:, 1] == y[:, 0] + 1
    counts = (
        dict(zip(np.flatnonzero(whole), lk.derive(lk.Discretised(truncated))(y[whole, 0], outputs[whole]), strict=True))
        if high == np.inf
        else {}
    )
    with mpmath.workdps(DIGITS):
        for row, (interval, place) in enumerate(rows):
            if interval[1] == np.inf and high < np.inf:
                continue  # a row of the bound itself

            def at(*place: Any, interval: tuple[float, float] = interval) -> Any:
                return loss(survival, interval, place, 0.0, high)

            true = at(*place)
            slopes = [mpmath.diff(at, place, order) for order in ((1, 0), (0, 1))]
            size = abs(true) + sum(abs(o * s) for o, s in zip(place, slopes, strict=True))
            assert abs(mpmath.mpf(value[row]) - true) <= 4e-14 * size, (interval, place)
            for ours, slope in zip(gradient[row], slopes, strict=True):
                assert abs(mpmath.mpf(ours) - slope) <= 1e-10 * abs(slope) + 4e-14 * size, (interval, place)
            if row in counts:
                assert abs(mpmath.mpf(counts[row]) - true) <= 4e-14 * size, (interval, place)
