"""What links add to a loss: residuals where a link is full, products with its slope, a logarithm and its rest."""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel, piecewise
from likelihoodkit.primitives.kernels.differences import FAR_LOGIT
from likelihoodkit.primitives.kernels.exponential import LOG2, times_exp
from likelihoodkit.primitives.kernels.hyperbolic import log_cosh
from likelihoodkit.primitives.kernels.logistic import sigmoid, softplus

#: log 2 less its rounded value
LOG2_LOW = 2.3190468138462996e-17


@kernel
def times_sigmoid(w: Floats, z: Floats) -> Floats:
    """w sigmoid(z), also where the sigmoid is subnormal and w large."""
    return piecewise((w, z), (z < -FAR_LOGIT, times_exp), otherwise=lambda w, z: w * np.asarray(sigmoid(z)))


@kernel
def sigmoid_residual(y: Floats, z: Floats) -> Floats:
    """y - sigmoid(z); where the sigmoid is nearly 1, y = 1 leaves sigmoid(-z)."""
    small = np.asarray(sigmoid(-np.absolute(z)))
    return np.asarray(np.where(z > 0, (y - 1.0) + small, y - small))


@kernel
def tanh_residual(y: Floats, z: Floats) -> Floats:
    """y - tanh(z); where that is nearly 1 or -1, y = 1 or -1 leaves 2 sigmoid(-2 |z|)."""
    left = 2.0 * np.asarray(sigmoid(-2.0 * np.absolute(z)))
    far = np.where(z > 0, (y - 1.0) + left, (y + 1.0) - left)
    return np.where(np.absolute(z) < 1.0, y - np.tanh(z), far)


@kernel
def shifted_exp_residual(y: Floats, z: Floats) -> Floats:
    """y - 1 - e^z, to the digits of e^z at y = 1 and to those of z at y = 2."""
    return np.where(np.absolute(z) < 1.0, (y - 2.0) - np.expm1(z), (y - 1.0) - np.exp(z))


@kernel
def log_square(z: Floats) -> Floats:
    """log(z^2) where the square itself may leave the range."""
    return 2.0 * np.log(np.absolute(z))


@kernel
def log_square_rest(z: Floats) -> Floats:
    """log(z^2) less its own rounded value, where that is beyond 4: z e^-log z is one but for the rounding."""
    size = np.absolute(z)
    half = np.log(size)
    back = np.where(np.absolute(half) > 700.0, 0.5, 1.0) * half  # e^-half may overflow
    left = size * np.exp(-back) * np.exp(back - half) - 1.0
    return np.where((np.absolute(half) > 2.0) & np.isfinite(half), 2.0 * left, 0.0 * size)


@kernel
def softplus_rest(z: Floats) -> Floats:
    """softplus(z) less its own rounded value for |z| < 1/4: log 2 + z/2 + log cosh(z/2) with log 2 in two parts."""
    near = np.absolute(z) < 0.25
    inner = np.where(near, z, 0.0)
    rest = ((LOG2 - np.asarray(softplus(inner))) + 0.5 * inner) + (np.asarray(log_cosh(0.5 * inner)) + LOG2_LOW)
    return np.where(near, rest, 0.0 * z)


@kernel
def corrected(value: Floats, slope: Floats, rest: Floats) -> Floats:
    """value + slope * rest, where the slope is a number."""
    return np.where(np.isfinite(slope), value + slope * rest, value)
