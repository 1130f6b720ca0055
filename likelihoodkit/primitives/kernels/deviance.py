"""The Poisson deviance term, the building block of count deviances."""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel, piecewise
from likelihoodkit.primitives.kernels.exponential import log1pmx


@kernel
def poisson_deviance_half(y: Floats, m: Floats) -> Floats:
    """y log(y/m) - y + m for y, m >= 0 (Loader's bd0): m at y = 0, and (y - m)^2/(2 y) near y = m."""
    return piecewise(
        (y, m),
        ((y == 0) | (np.isinf(m) & np.isfinite(y)), lambda y, m: np.array(m)),
        ((m > 0.5 * y) & (m < 2.4 * y), lambda y, m: -y * log1pmx((m - y) / y)),
        otherwise=_deviance_far,
    )


def _deviance_far(y: Floats, m: Floats) -> Floats:
    ratio = y / m
    logarithm = np.where(np.isinf(ratio) | (ratio < 1e-300), np.log(y) - np.log(m), np.log(ratio))
    return y * (logarithm - 1.0) + m
