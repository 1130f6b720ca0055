"""What rounding takes of a link near 0, and a power that is given it back."""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel, piecewise
from likelihoodkit.primitives.kernels.exponential import LOG2
from likelihoodkit.primitives.kernels.hyperbolic import log_cosh
from likelihoodkit.primitives.kernels.logistic import softplus

#: log 2 and log log 2 less their rounded values
LOG2_LOW = 2.3190468138462996e-17
LOG_LOG2, LOG_LOG2_LOW = -0.36651292058166435, 2.0606571710351486e-17
#: |z| up to which a link is asked for what rounding takes of it: further out the digits of z cost as much
NEAR = 0.25
#: z from which log softplus(z) is rounded by more than 1/2 of the last digit of 1
LARGE = 8.0
#: log 2 in a part whose multiples by the exponents of floats are exact, and the rest
LOG2_HEAD, LOG2_TAIL = 0.6931471803691238, 1.9082149292705877e-10
SQRT_HALF = 0.7071067811865476
#: a product with it splits a number into halves of its digits
HALVES = 2.0**27 + 1.0
#: beyond it a tail of the normal law is 0
FAR = 1e8


@kernel
def softplus_rest(z: Floats, rounded: Floats) -> Floats:
    """softplus(z) less a rounded value for |z| < 1/4: log 2 + z/2 + log cosh(z/2) with log 2 in two parts."""
    near = np.absolute(z) < NEAR
    inner = np.where(near, z, 0.0)
    rest = ((LOG2 - rounded) + 0.5 * inner) + (np.asarray(log_cosh(0.5 * inner)) + LOG2_LOW)
    return np.where(near, rest, 0.0 * z)


@kernel
def log_softplus_rest(z: Floats, rounded: Floats) -> Floats:
    """log softplus(z) less a rounded value for |z| < 1/4: log log 2 in two parts, and log1p of the rest.

    For large z too, where the logarithm is rounded by more than the digits of z cost it.
    """
    return piecewise(
        (z, rounded),
        (np.absolute(z) < NEAR, _log_softplus_rest_near),
        ((z > LARGE) & (z < np.inf), _log_softplus_rest_far),
        otherwise=lambda z, rounded: 0.0 * z,
    )


def _log_softplus_rest_near(z: Floats, rounded: Floats) -> Floats:
    more = np.log1p((0.5 * z + np.asarray(log_cosh(0.5 * z))) / LOG2)
    return np.asarray(((LOG_LOG2 - rounded) + more) + LOG_LOG2_LOW)


def _log_softplus_rest_far(z: Floats, rounded: Floats) -> Floats:
    head, low = log_parts(np.asarray(softplus(z)))
    return (head - rounded) + low


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


def two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """a + b rounded, and the rest."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def two_product(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """a b rounded, and the rest (Dekker 1971)."""
    product = a * b
    (a, low), (b, small) = (_halves(x) for x in (a, b))
    return product, ((a * b - product) + a * small + low * b) + low * small


def _halves(x: Floats) -> tuple[Floats, Floats]:
    wide = HALVES * x
    head = wide - (wide - x)
    return head, x - head


def less_count(t: Floats, y: Floats) -> Floats:
    """e^t - y for y >= 0, near t = log y by a logarithm of y in two parts."""
    some = np.where(y > 0, y, 1.0)
    head, low = log_parts(some)
    gap = (t - head) - low
    near = (np.absolute(gap) < 0.5) & (y > 0)
    return np.where(near, some * np.expm1(np.where(near, gap, 0.0)), np.exp(t) - y)


def log_parts(y: Floats) -> tuple[Floats, Floats]:
    """log y in two parts for y > 0: an exact multiple of log 2, and the logarithm of what is near one."""
    share, power = np.frexp(y)
    low = share < SQRT_HALF
    share, power = np.where(low, 2.0 * share, share), np.where(low, power - 1, power).astype(float)
    head, rest = two_sum(power * LOG2_HEAD, np.log(share))
    return head, rest + power * LOG2_TAIL


@kernel
def ratio_of_log_rest(z: Floats, y: Floats, f: Floats, s: Floats, lost: Floats) -> Floats:
    """(log y - f)/(s + lost) less a rounded value z of it, where that is moderate."""
    some = (y > 0) & (np.absolute(z) < FAR) & (s > 0) & (s < np.inf) & (y < np.inf) & (np.absolute(f) < FAR)
    z, y, f, s, lost = (np.where(some, x, 1.0) for x in np.broadcast_arrays(z, y, f, s, lost))
    head, rest = log_parts(y)
    difference, more = two_sum(head, -f)
    product, less = two_product(z, s)
    return np.where(some, (((difference - product) - less) + (more + rest) - z * lost) / s, 0.0)


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
