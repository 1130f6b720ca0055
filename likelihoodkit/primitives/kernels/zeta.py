"""Riemann's zeta function: log zeta(1 + x), and log zeta(1 + e^f) down to its pole, where it is -f + 0.577... e^f."""

from __future__ import annotations

import math

import numpy as np

from likelihoodkit.loading.later import special
from likelihoodkit.primitives.kernels._tools import Floats, horner, kernel, piecewise
from likelihoodkit.primitives.kernels.exponential import bernoulli_share

#: terms that are added one by one; the rest by Euler and Maclaurin
_FEW = 12
_EULER = tuple(bernoulli_share(n) for n in range(1, 11))


def _moments(x: Floats, order: int) -> list[Floats]:
    """The sums over n >= 2 of n^-s (log n)^j for j = 0, ..., order, times x, with s = 1 + x > 1."""
    s, many = 1.0 + x, range(order + 1)
    sums = [np.zeros_like(x) for _ in many]
    for n in range(_FEW - 1, 1, -1):
        term, log_n = np.exp(-s * math.log(n)), math.log(n)
        sums = [total + log_n**j * term for j, total in enumerate(sums)]
    s = np.minimum(s, 40.0)  # for the terms from m on; beyond, they are not a part in 10^30 of the ones before
    log_m, last = math.log(_FEW), np.where(x > 39, 0.0, np.exp(-s * math.log(_FEW)))
    # f = n^-s and its s-derivatives at m as a polynomial in log: each correction is B_2j/(2j)! (s)_(2j-1) m^(-s-2j+1)
    rising = [np.ones_like(x)] + [np.zeros_like(x)] * order
    tails = [0.5 * log_m**j * last for j in many]
    for k, weight in enumerate(_EULER, start=1):
        for i in (0,) if k == 1 else (2 * k - 3, 2 * k - 2):
            rising = [r * (s + i) + (j * rising[j - 1] if j else 0.0) for j, r in enumerate(rising)]
        scale = weight * float(_FEW) ** (1 - 2 * k) * last
        for j in many:
            slopes = sum(math.comb(j, i) * (-1) ** i * log_m ** (j - i) * rising[i] for i in range(j + 1))
            tails[j] = tails[j] + scale * slopes
    heads = [np.exp(-x * log_m)]  # the integral of u^-s (log u)^j from m, times x
    for j in range(1, order + 1):
        heads.append(heads[0] * log_m**j + j * heads[-1] / x)
    return [x * (total + tail) + head for total, tail, head in zip(sums, tails, heads, strict=True)]


@kernel
def log_zeta1p(x: Floats) -> Floats:
    """log zeta(1 + x) for x > 0: -log x near 0, 2^-(1 + x) far out."""
    (rest,) = _moments(x, 0)
    return piecewise(
        (x, rest), (x < 1, lambda x, rest: np.log(x + rest) - np.log(x)), otherwise=lambda x, rest: np.log1p(rest / x)
    )


@kernel
def log_zeta1p_slope(x: Floats) -> Floats:
    """Derivative of log zeta(1 + x): minus the mean of the logarithm."""
    rest, one = _moments(x, 1)
    return -one / (x + rest)


@kernel
def log_zeta1p_curve(x: Floats) -> Floats:
    """Second derivative of log zeta(1 + x): the variance of the logarithm."""
    rest, one, two = _moments(x, 2)
    mean = one / (x + rest)
    return two / (x + rest) - mean * mean


@kernel
def log_zeta1p_third(x: Floats) -> Floats:
    """Third derivative of log zeta(1 + x): minus the third cumulant of the logarithm, -2/x^3 near 0."""
    rest, one, two, three = _moments(x, 3)
    mean, square, cube = (moment / (x + rest) for moment in (one, two, three))
    return -(cube - mean * (3.0 * square - 2.0 * mean * mean))


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
