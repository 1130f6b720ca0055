"""Kernels of `primitives.sums`."""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel


@kernel
def log_add_exp(a: Floats, b: Floats) -> Floats:
    """log(e^a + e^b) through the larger of the two; infinities of one sign stay what they are."""
    return np.logaddexp(a, b)


@kernel
def exp_minus_self(x: Floats) -> Floats:
    """e^x - x; infinite at both ends, never their difference."""
    return np.where(x == np.inf, x, np.exp(x) - x)
