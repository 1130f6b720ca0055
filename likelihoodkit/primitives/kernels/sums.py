"""Kernels of `primitives.sums`."""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel


@kernel
def log_add_exp(a: Floats, b: Floats) -> Floats:
    """log(e^a + e^b) through the larger of the two; infinities of one sign stay what they are."""
    return np.logaddexp(a, b)
