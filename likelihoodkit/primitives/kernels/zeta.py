"""Kernels of `primitives.zeta`: log zeta(1 + e^f) down to its pole, where it is -f + Euler's constant e^f."""

from __future__ import annotations

import numpy as np

from likelihoodkit.later import special
from likelihoodkit.primitives.kernels._tools import Floats, horner, kernel, piecewise
from likelihoodkit.primitives.kernels.shapes import log_zeta1p, log_zeta1p_curve, log_zeta1p_slope

#: log(x zeta(1 + x)) = sum of these times x^n, n = 1, 2, ... (from the Stieltjes constants; converges for |x| < 3)
_NEAR = (
    0.577215664901532861, -0.0937731164201826123, 0.0172295440110642979, -0.00368791470636343602,
    0.000904895577699075748, -0.000241132534087530523, 0.00006736343974077215, -0.0000193975367705287817,
    5.7050235686826826e-6, -1.7041357047110641e-6, 5.15095538276406852e-7, -1.57154050988143934e-7,
    4.83119555988935492e-8, -1.49457513623981295e-8, 4.64831354157978364e-9,
)  # fmt: skip
_SLOPE = tuple(n * c for n, c in enumerate(_NEAR, start=1))
_CURVE = tuple(n * n * c for n, c in enumerate(_NEAR, start=1))
#: log zeta(1 + x) is zero in float64 from here on
_GONE = 1200.0


@kernel
def log_zeta1p_exp(f: Floats) -> Floats:
    """log zeta(1 + e^f)."""
    x = np.exp(f)
    return piecewise(
        (f, x),
        (x < 0.25, lambda f, x: x * horner(_NEAR, x) - f),
        (x > _GONE, lambda f, x: np.zeros_like(x)),
        otherwise=lambda f, x: np.asarray(log_zeta1p(x)),
    )


@kernel
def log_zeta1p_exp_slope(f: Floats) -> Floats:
    """Derivative of log zeta(1 + e^f): from -1 up to 0."""
    x = np.exp(f)
    return piecewise(
        (x,),
        (x < 0.25, lambda x: x * horner(_SLOPE, x) - 1.0),
        (x > _GONE, np.zeros_like),
        otherwise=lambda x: x * log_zeta1p_slope(x),
    )


@kernel
def log_zeta1p_exp_curve(f: Floats) -> Floats:
    """Second derivative of log zeta(1 + e^f)."""
    x = np.exp(f)
    return piecewise(
        (x,),
        (x < 0.25, lambda x: x * horner(_CURVE, x)),
        (x > _GONE, np.zeros_like),
        otherwise=lambda x: x * (log_zeta1p_slope(x) + x * log_zeta1p_curve(x)),
    )


@kernel
def zeta_share(x: Floats, k: Floats) -> Floats:
    """zeta(1 + x, k)/zeta(1 + x): the share of the terms from k on in the sum of n^-(1 + x)."""
    return np.asarray(special.zeta(1.0 + x, k) / special.zeta(1.0 + x))
