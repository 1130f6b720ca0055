"""What rounding takes of a link near 0, and a power that is given it back."""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel
from likelihoodkit.primitives.kernels.exponential import LOG2
from likelihoodkit.primitives.kernels.hyperbolic import log_cosh

#: log 2 and log log 2 less their rounded values
LOG2_LOW = 2.3190468138462996e-17
LOG_LOG2, LOG_LOG2_LOW = -0.36651292058166435, 2.0606571710351486e-17
#: |z| up to which a link is asked for what rounding takes of it: further out the digits of z cost as much
NEAR = 0.25


@kernel
def softplus_rest(z: Floats, rounded: Floats) -> Floats:
    """softplus(z) less a rounded value for |z| < 1/4: log 2 + z/2 + log cosh(z/2) with log 2 in two parts."""
    near = np.absolute(z) < NEAR
    inner = np.where(near, z, 0.0)
    rest = ((LOG2 - rounded) + 0.5 * inner) + (np.asarray(log_cosh(0.5 * inner)) + LOG2_LOW)
    return np.where(near, rest, 0.0 * z)


@kernel
def log_softplus_rest(z: Floats, rounded: Floats) -> Floats:
    """log softplus(z) less a rounded value for |z| < 1/4: log log 2 in two parts, and log1p of the rest."""
    near = np.absolute(z) < NEAR
    inner = np.where(near, z, 0.0)
    more = np.log1p((0.5 * inner + np.asarray(log_cosh(0.5 * inner))) / LOG2)
    return np.where(near, ((LOG_LOG2 - rounded) + more) + LOG_LOG2_LOW, 0.0 * z)


@kernel
def sigmoid_rest(z: Floats, rounded: Floats) -> Floats:
    """sigmoid(z) less a rounded value for |z| < 1/4: 1/2 + tanh(z/2)/2."""
    near = np.absolute(z) < NEAR
    inner = np.where(near, z, 0.0)
    return np.where(near, (0.5 - rounded) + 0.5 * np.tanh(0.5 * inner), 0.0 * z)


@kernel
def exp_rest(z: Floats, rounded: Floats) -> Floats:
    """e^z less a rounded value for |z| < 1: 2^k (1 + (e^x - 1)) with x = z - k log 2 and log 2 in two parts."""
    near = np.absolute(z) < 1.0
    inner = np.where(near, z, 0.0)
    k = np.where(inner > 0.35, 1.0, np.where(inner < -0.35, -1.0, 0.0))
    scale = np.where(inner > 0.35, 2.0, np.where(inner < -0.35, 0.5, 1.0))
    more = scale * np.expm1((inner - k * LOG2) - k * LOG2_LOW)
    return np.where(near, more - (rounded - scale), 0.0 * z)


def _product(a: Floats, rest: Floats) -> Floats:
    """a rest; where nothing is lost that is nothing, whatever multiplies it."""
    return np.where((rest == 0) & np.isinf(a), 0.0, a * rest)


@kernel
def raised(power: Floats, s: Floats, t: Floats, logarithm: Floats, u: Floats) -> Floats:
    """power (1 + s t + logarithm u), where that is a number."""
    part = _product(s, t) + _product(logarithm, u)
    return np.where((power == 0) | np.isinf(power) | np.isinf(part), power, power * (1.0 + part))


@kernel
def moved(b: Floats, a: Floats, u: Floats) -> Floats:
    """b + a u, where that is a number."""
    part = _product(a, u)
    return np.where(np.isinf(part), b, b + part)
