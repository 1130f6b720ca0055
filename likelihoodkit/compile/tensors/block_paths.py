"""What mixes the entries of vectors, in words that NumPy, torch and JAX share; written modules print it.

As `paths`: entries first and the rows of the batch last, nothing is written over. These are the formulas that the
kernels of `primitives.vector_kernels` have for everyday rows.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as xp

from likelihoodkit.compile.tensors.paths import _range
from likelihoodkit.primitives.kernels import (
    digamma_rising,
    expm1_minus,
    log_beta,
    log_factorial,
    log_rising,
    log_rising_excess,
    log_rising_excess_derivative,
    log_sum_exp,
    softmax,
    softplus,
    times_exp,
)

Array = Any


def _product(a: Array, b: Array) -> Array:
    """a b, where an exact zero wins."""
    return xp.where((a == 0.0) | (b == 0.0), 0.0 * xp.ones_like(a * b), a * b)


# -- cutpoints -----------------------------------------------------------------------------------------------------


def _parts(f: Array) -> Array:
    """What the cutpoints add up from."""
    return xp.concatenate([f[:1], xp.exp(f[1:])])


def cut(f: Array, k: Array) -> Array:
    """The k-th cutpoint."""
    return xp.where(_range(f, len(f))[:, None] <= k, _parts(f), 0.0).sum(axis=0)


def cut_beyond(f: Array, k: Array, g: Array) -> Array:
    """The k-th cutpoint less e^g where both leave the range: by exponents, of which equal ones cancel."""
    place = _range(f, len(f))[:, None]
    same = (place > 0) & (place <= k) & (f == g)
    others = (place > 0) & (place <= k) & (f != g)
    count, some = xp.where(same, 1.0, 0.0 * f).sum(axis=0), xp.where(others, 1.0, 0.0 * f).sum(axis=0) > 0.0
    largest = xp.amax(xp.where(others, f, -1e308 + 0.0 * f), axis=0)
    top = xp.where(count == 1.0, xp.where(some, largest, g), xp.maximum(largest, g))
    total = xp.where(others, xp.exp(xp.minimum(f - top, 0.0 * f)), 0.0 * f).sum(axis=0)
    return f[0] + times_exp(total + (count - 1.0) * xp.exp(xp.minimum(g - top, 0.0 * g)), top)


def cut_pull(a: Array, f: Array, k: Array) -> Array:
    """What each output receives from ``a`` of the k-th cutpoint."""
    slopes = xp.concatenate([xp.ones_like(f[:1]), xp.exp(f[1:])])
    return xp.where(_range(f, len(f))[:, None] <= k, _product(a + 0.0 * f[:1], slopes), 0.0)


def gap_exponent(f: Array, k: Array) -> Array:
    """The output behind the gap below the k-th cutpoint."""
    return xp.where(_range(f, len(f))[:, None] == k, f, 0.0).sum(axis=0)


def gap_pull(a: Array, f: Array, k: Array) -> Array:
    """``a`` at the entry k, 0 elsewhere."""
    return xp.where(_range(f, len(f))[:, None] == k, a + 0.0 * f[:1], 0.0)


# -- shares of classes ---------------------------------------------------------------------------------------------


def _log_shares(f: Array) -> Array:
    """log softmax(f), of the largest from the others alone."""
    top = f - xp.amax(f, axis=0)
    return top - log_sum_exp(top)


def _without(v: Array) -> Array:
    """The sum of all entries but each."""
    place = _range(v, len(v))[:, None]
    return xp.stack([xp.where(place == k, 0.0 * v, v).sum(axis=0) for k in range(len(v))])


def scaled_relative_entropy(f: Array, c: Array, y: Array) -> Array:
    """e^c times the sum of m log(m/y), m = softmax(f)."""
    m = softmax(f)
    gap = xp.log(y) - _log_shares(f)
    near = abs(gap) < 0.9
    parts = xp.where(near, m * expm1_minus(xp.where(near, gap, 0.0 * gap)), (y - m) - m * gap)
    total = parts.sum(axis=0)
    small = abs(c) < 0.5
    return xp.where(small, total + total * xp.expm1(xp.where(small, c, 0.0 * c)), times_exp(total, c))


def relative_entropy_pull(f: Array, c: Array, y: Array) -> Array:
    """Its slope in f: shares of what a class has beyond the mean; the largest is minus the sum of the others."""
    m, logs = softmax(f), _log_shares(f)
    largest = _range(f, len(f))[:, None] == xp.argmax(f, axis=0)
    x = logs - xp.log(y)
    beyond = x - xp.where(largest, x, 0.0 * x).sum(axis=0)
    apart = beyond - (m * beyond).sum(axis=0)
    found = times_exp(xp.where(m < 1e-306, apart, m * apart), c + xp.where(m < 1e-306, logs, 0.0 * logs))
    next_log = xp.amax(xp.where(largest, -math.inf + 0.0 * logs, logs), axis=0)
    faint = next_log < -700.0
    shares = xp.where(faint, xp.exp(logs - next_log), m)
    others = xp.where(largest, 0.0 * apart, shares * apart).sum(axis=0)
    return xp.where(largest, times_exp(-others, c + xp.where(faint, next_log, 0.0 * next_log)), found)


# -- Polya's urn: a = e^c softmax(f) and A = e^c -----------------------------------------------------------------------


def _beyond_power(t: Array, y: Array) -> Array:
    """log(Gamma(e^t + y)/Gamma(e^t)) - y t for t >= 0: what the steps of a rising product add to its power."""
    large = t > 40.0 + 2.0 * xp.log(xp.maximum(y, 0.0 * y + 1.0))
    near = log_rising_excess(xp.exp(xp.where(large, 0.0 * t, xp.maximum(t, 0.0 * t))), y + 0.0 * t)
    return xp.where(large, times_exp(0.5 * y * (y - 1.0) + 0.0 * t, -t), near)


def _beyond_first(t: Array, y: Array) -> Array:
    """log(Gamma(e^t + y)/Gamma(e^t)) - t for t <= 0 and y > 0: all factors but the first."""
    return log_rising(1.0 + xp.exp(xp.minimum(t, 0.0 * t)), xp.maximum(y - 1.0, 0.0 * y))


def _drawn(t: Array, y: Array) -> Array:
    """Its slope in t, from 1 to y."""
    a = xp.exp(xp.minimum(t, 0.0 * t + 700.0))
    near = 1.0 + a * digamma_rising(1.0 + a, xp.maximum(y - 1.0, 0.0 * y))
    return xp.where(y == 0.0, 0.0 * t, xp.where(t > 700.0, y + 0.0 * t, near))


def _left(t: Array, y: Array) -> Array:
    """y less that: the sum of i/(e^t + i) for i below y."""
    a = xp.exp(xp.minimum(xp.maximum(t, 0.0 * t - 690.0), 0.0 * t + 690.0))
    far = times_exp(0.5 * y * (y - 1.0) + 0.0 * t, -t)
    large = t > 40.0 + xp.log(xp.maximum(y, 0.0 * y + 1.0))
    near = -a * log_rising_excess_derivative(a, y + 0.0 * t)
    return xp.where(y == 0.0, 0.0 * t, xp.where(large, far, near))


def polya_loss(f: Array, c: Array, y: Array) -> Array:
    """Minus the log-probability of counts y: y B(a, y) for each class over the same for all."""
    t, total = c + _log_shares(f), y.sum(axis=0)
    some, all_of = xp.maximum(y, 0.0 * y + 1.0), xp.maximum(total, 0.0 * total + 1.0)
    near = (abs(c) < 50.0) & (xp.amin(t, axis=0) > -100.0)
    a, whole = xp.where(near, xp.exp(t), 1.0 + 0.0 * t), xp.where(near, xp.exp(c), 1.0 + 0.0 * c)
    own = xp.where(y > 0.0, xp.log(some) + log_beta(a, some), 0.0 * a).sum(axis=0)
    together = xp.where(total > 0.0, xp.log(all_of) + log_beta(whole, all_of), 0.0 * whole)
    ways = log_factorial(total) - log_factorial(y).sum(axis=0)
    # elsewhere from what the logarithms of the sizes differ by: c itself leaves the sum as far as it may
    surprise, large = _log_shares(f), c > 0.0
    plenty = -_product(y, surprise) - _beyond_power(t, y)
    scarce = _product(xp.where(large, y - 1.0, -1.0 + 0.0 * y), c + 0.0 * t) - surprise - _beyond_first(t, y)
    parts = xp.where(y == 0.0, 0.0 * t, xp.where(t > 0.0, plenty, scarce)).sum(axis=0)
    first = xp.where(total > 0.0, c + _beyond_first(c, total), 0.0 * c)
    apart = parts + xp.where(large, _beyond_power(c, total), first) - ways
    return xp.where(near, own - together, apart)


def polya_pull(f: Array, c: Array, y: Array) -> Array:
    """Its slope in f: a share of all that has been drawn less what has been drawn of each class."""
    m, drawn = softmax(f), _drawn(c + _log_shares(f), y)
    return m * _without(drawn) - _without(m) * drawn


def polya_slope(f: Array, c: Array, y: Array) -> Array:
    """Its slope in c."""
    t, total = c + _log_shares(f), y.sum(axis=0)
    many = c > xp.log(xp.maximum(total, 0.0 * total + 1.0))
    drawn = _drawn(c, total) - _drawn(t, y).sum(axis=0)
    return xp.where(many, _left(t, y).sum(axis=0) - _left(c, total), drawn)


# -- directions ----------------------------------------------------------------------------------------------------


def _unit(f: Array) -> tuple[Array, Array]:
    """f/|f| and |f|."""
    size = xp.amax(abs(f), axis=0)
    part = f / size
    length = xp.sqrt((part * part).sum(axis=0))
    return part / length, length * size


def _cosines(c: Array, d: int) -> tuple[Array, Array]:
    """log(I(k) k^-order e^-k) at k = e^c, and k times the mean of one less the cosine.

    The trapezoidal rule in the logit of (1 - cosine)/2, whose density falls off exponentially on either side.
    """
    half, places = 0.5 * (d - 1), 1200
    reach = 40.0 / half + 9.0 / math.sqrt(half)
    k = xp.exp(xp.minimum(c, 0.0 * c + 30.0))
    mode = 2.0 * half / (k + half + xp.sqrt(k * k + half * half))
    middle = xp.where(c > 30.0, math.log(half) - c, xp.log(mode / (2.0 - mode)))
    place = middle + (2.0 * reach / places) * (_range(c, places + 1)[:, None] + 0.0 * c) - reach
    below = -softplus(-place)  # log of the share
    risk = 2.0 * xp.exp(c + below)
    density = half * (below - softplus(place)) - risk
    top = xp.amax(density, axis=0)
    weight = xp.exp(density - top)
    whole = weight.sum(axis=0)
    constant = (0.5 * d - 1.0) * math.log(2.0) - 0.5 * math.log(math.pi) - math.lgamma(half)
    norm = constant + math.log(2.0 * reach / places) + top + xp.log(whole)
    return norm, (weight * risk).sum(axis=0) / whole


def direction_loss(y: Array, f: Array, c: Array) -> Array:
    """e^c |y - f/|f||^2/2 + log(I(k) k^-order e^-k)."""
    apart = y - _unit(f)[0]
    return times_exp(0.5 * (apart * apart).sum(axis=0), c) + _cosines(c, len(y))[0]


def direction_pull(y: Array, f: Array, c: Array) -> Array:
    """Its slope in f: minus e^c/|f| times what of y is across f."""
    unit, length = _unit(f)
    apart = y - unit
    across = apart + unit * (0.5 * (apart * apart).sum(axis=0))
    longest = _range(f, len(f))[:, None] == xp.argmax(abs(f), axis=0)
    rest = xp.where(longest, 0.0 * f, unit * across).sum(axis=0)  # what is across f has no part along it
    across = xp.where(longest, -rest / xp.where(longest, unit, 1.0 + 0.0 * unit), across)
    pull = -across / length
    faint = abs(pull) < 1e-290
    return xp.where(faint, times_exp(-across, c - xp.log(length)), times_exp(pull, c))


def direction_slope(y: Array, f: Array, c: Array) -> Array:
    """Its slope in c: k (A(k) - cos)."""
    apart = y - _unit(f)[0]
    return times_exp(0.5 * (apart * apart).sum(axis=0), c) - _cosines(c, len(y))[1]


#: the programs that are written out here: what they are called in `primitives`
PROGRAMS = (
    "cut", "cut_beyond", "cut_pull", "gap_exponent", "gap_pull", "scaled_relative_entropy", "relative_entropy_pull",
    "polya_loss", "polya_pull", "polya_slope", "direction_loss", "direction_pull", "direction_slope",
)  # fmt: skip
#: primitives that they call, and how many arguments these take
CALLED = {
    "log_sum_exp": 1, "softmax": 1, "softplus": 1, "expm1_minus": 1, "log_factorial": 1, "times_exp": 2,
    "log_beta": 2, "log_rising": 2, "log_rising_excess": 2, "digamma_rising": 2, "log_rising_excess_derivative": 2,
}  # fmt: skip
