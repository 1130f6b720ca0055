"""Loader's saddle-point pieces: a count's log-probability without the cancellation of its large terms.

Source: C. Loader (2000), Fast and Accurate Computation of Binomial Probabilities.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel, piecewise
from likelihoodkit.primitives.kernels.deviance import poisson_deviance_half
from likelihoodkit.primitives.kernels.gamma import log_factorial, stirling_error

HALF_LOG_TWO_PI = 0.9189385332046727
TINY = np.finfo(np.float64).tiny


@kernel
def log_factorial_excess(y: Floats) -> Floats:
    """log y! - y log y + y for y >= 0: log(2 pi y)/2 and a Stirling error; 0 at y = 0."""
    return piecewise(
        (y,),
        (y == 0, np.zeros_like),
        (y < 1, lambda y: np.asarray(log_factorial(y)) + y * (1 - np.log(y))),
        otherwise=lambda y: HALF_LOG_TWO_PI + 0.5 * np.log(y) + np.asarray(stirling_error(y)),
    )


@kernel
def poisson_deviance_exp(y: Floats, f: Floats) -> Floats:
    """y (log y - f) - y + e^f for y >= 0; the unit deviance of a mean e^f, also where e^f leaves the range."""
    mean = np.exp(f)
    return piecewise(
        (y, f, mean),
        ((mean >= TINY) & (mean < np.inf), lambda y, f, m: np.asarray(poisson_deviance_half(y, m))),
        (y == 0, lambda y, f, m: m),
        otherwise=lambda y, f, m: y * (np.log(y) - f) - y + m,
    )
