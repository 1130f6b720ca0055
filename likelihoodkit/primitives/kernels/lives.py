"""The logarithm of a cumulative hazard that grows exponentially, with its slope and curvature in the rate of ageing."""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel, piecewise
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.robust import expm1_minus


@kernel
def log_expm1_over(y: Floats, g: Floats) -> Floats:
    """log((e^x - 1)/e^g) with x = y e^g, y > 0."""
    x = np.asarray(times_exp(y, g))
    return piecewise(
        (y, g, x),
        (x < 0.1, lambda y, g, x: np.log(y) + x * (0.5 + x * (1.0 / 24.0 - x * x * (1.0 / 2880.0 - x * x / 181440.0)))),
        (x < 30.0, lambda y, g, x: np.log(y) + np.log(np.expm1(x) / x)),
        otherwise=lambda y, g, x: x - g,
    )


@kernel
def log_expm1_over_slope(y: Floats, g: Floats) -> Floats:
    """x/(1 - e^-x) - 1 with x = y e^g."""
    x = np.asarray(times_exp(y, g))
    some = np.where(x == 0.0, 1.0, np.minimum(x, 100.0))
    near = np.asarray(expm1_minus(-some)) / -np.expm1(-some)
    return np.where(x == 0.0, 0.0, np.where(x > 100.0, x - 1.0, near))


@kernel
def log_expm1_over_curve(y: Floats, g: Floats) -> Floats:
    """Derivative of log_expm1_over_slope in g."""
    x = np.asarray(times_exp(y, g))
    some = np.where(x == 0.0, 1.0, np.minimum(x, 100.0))
    near = np.asarray(expm1_minus(some)) / np.expm1(some) * (some / -np.expm1(-some))
    return np.where(x == 0.0, 0.0, np.where(x > 100.0, x, near))
