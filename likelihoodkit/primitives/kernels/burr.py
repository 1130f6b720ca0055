"""The Burr loss, its tail and its slope in the inner shape, of which no exponent need be in range."""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel
from likelihoodkit.primitives.kernels.differences import log_times_exp
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.reach import balance_parts, scaled_softplus
from likelihoodkit.primitives.kernels.single import softplus_less_log


@kernel
def burr_loss(y: Floats, t: Floats, g: Floats, o: Floats) -> Floats:
    """e^o log(1 + x^k) + log(1 + x^-k) + log y with x = y e^t, k = e^g."""
    return np.asarray(np.asarray(burr_tail(y, t, g, o)) + np.asarray(softplus_less_log(y, t, g)))


@kernel
def burr_tail(y: Floats, t: Floats, g: Floats, o: Floats) -> Floats:
    """e^o log(1 + x^k)."""
    return np.asarray(scaled_softplus(np.asarray(log_times_exp(y, t)), g, o))


@kernel
def burr_pull(y: Floats, t: Floats, g: Floats, o: Floats, s: Floats) -> Floats:
    """z (e^o sigmoid(z) - sigmoid(-z)) e^s with z = k log x."""
    ratio = np.asarray(log_times_exp(y, t))
    part, exponent = balance_parts(np.asarray(times_exp(ratio, g)), o)
    return np.asarray(times_exp(ratio * part, (exponent + g) + s))
