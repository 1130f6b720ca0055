"""Kernels of `primitives.sums`."""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel
from likelihoodkit.primitives.kernels.shares import continuous_bernoulli_loss


@kernel
def log_add_exp(a: Floats, b: Floats) -> Floats:
    """log(e^a + e^b) through the larger of the two; infinities of one sign stay what they are."""
    return np.logaddexp(a, b)


@kernel
def log_mean_exp(u: Floats, v: Floats) -> Floats:
    """log((e^u - e^v)/(u - v)) through the larger of the two; u where they are equal."""
    apart = np.where(u == v, 0.0, np.absolute(u - v))
    shared = np.asarray(continuous_bernoulli_loss(0.0, -apart))
    return np.where(np.isinf(apart) & np.isfinite(np.maximum(u, v)), -np.inf, np.maximum(u, v) + shared)
