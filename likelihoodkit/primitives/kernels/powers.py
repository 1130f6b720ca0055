"""Whole losses with a predicted power, or with a shape beyond every count."""

from __future__ import annotations

import math

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel, piecewise
from likelihoodkit.primitives.kernels.curves import gamma_curve
from likelihoodkit.primitives.kernels.differences import exp_minus, log_times_exp, power_times_exp
from likelihoodkit.primitives.kernels.exponential import log1pmx, times_exp
from likelihoodkit.primitives.kernels.gamma import log_gamma, log_gamma_1p_near
from likelihoodkit.primitives.kernels.logistic import sigmoid, softplus
from likelihoodkit.primitives.kernels.rising import digamma_rising, log_beta
from likelihoodkit.primitives.kernels.single import ratio_rest, ratio_share
from likelihoodkit.primitives.kernels.whole import gamma_peak, log_less_digamma
from likelihoodkit.primitives.kernels.whole_pairs import negative_binomial_bend

# -- generalised gamma: X = (y e^t)^(e^k) against its shape s = e^g ----------------------------------------------

EVEN = -0.5  # X/s - 1 below which the deviance is of the size of log X
SMALL_SHAPE = 0.5  # below, log Gamma(s) and s log X are of one sign


def ratio_of_power(y: Floats, t: Floats, g: Floats, k: Floats) -> tuple[Floats, Floats, Floats]:
    """X, X/s - 1 and log(X/s): each from the other, as digits allow."""
    power, logarithm = np.asarray(power_times_exp(y, t, k)), _log_power(y, t, k)
    ratio = np.where((power > 0) & (power < np.inf), np.asarray(times_exp(power, -g)), np.exp(logarithm - g))
    near = (ratio > 0.5) & (ratio < 2.0)
    small = near & (np.absolute(logarithm) < 1.0)
    gap = np.where(small, np.expm1(np.where(small, logarithm - g, 0.0)), ratio - 1.0)
    return power, gap, np.where(near & ~small, np.log1p(np.where(near, gap, 0.0)), logarithm - g)


def _log_power(y: Floats, t: Floats, k: Floats) -> Floats:
    return np.asarray(times_exp(np.asarray(log_times_exp(y, t)), k))


@kernel
def generalized_gamma_loss(y: Floats, t: Floats, g: Floats, k: Floats) -> Floats:
    """log y - k + log Gamma(s) - s log X + X."""
    power, gap, log_ratio = ratio_of_power(y, t, g, k)
    scaled = np.asarray(times_exp(np.asarray(log_times_exp(y, t)), k + g))  # s log X
    small = np.where(g < -40.0, -g, np.asarray(log_gamma(np.exp(g)))) - scaled + power
    near = (gap > -0.5) & (gap < 1.0)
    excess = np.where(near, -np.asarray(log1pmx(np.where(near, gap, 0.0))), gap - log_ratio)
    deviance = np.where(gap > 1e20, power, np.asarray(times_exp(excess, g)))
    large = np.asarray(gamma_peak(g)) + np.where(power == np.inf, np.inf, deviance)
    plain = (np.log(y) - k) + np.where(np.exp(g) < SMALL_SHAPE, np.where(power == np.inf, power, small), large)
    even = (np.absolute(k + g) < 0.7) & (np.absolute(g) < 0.7) & (gap < EVEN)  # log y and s log X nearly cancel
    return piecewise(
        (y, t, g, k, power, plain),
        (even, lambda y, t, g, k, power, plain: _generalized_gamma_even(y, t, g, k, power)),
        otherwise=lambda y, t, g, k, power, plain: plain,
    )


def _generalized_gamma_even(y: Floats, t: Floats, g: Floats, k: Floats, power: Floats) -> Floats:
    """log y - s log X as -t - (s e^k - 1) log(y e^t)."""
    rest = np.asarray(log_gamma_1p_near(np.expm1(g))) - k
    return np.asarray(rest - (t + np.expm1(k + g) * log_times_exp(y, t)) + power)


@kernel
def power_excess(y: Floats, t: Floats, g: Floats, k: Floats, h: Floats) -> Floats:
    """(X - s) e^h, also where s leaves the range and the product does not."""
    power, gap, _ = ratio_of_power(y, t, g, k)
    return np.where(gap > 1e17, np.asarray(times_exp(power, h)), np.asarray(times_exp(gap, g + h)))


@kernel
def power_pull(y: Floats, t: Floats, g: Floats, k: Floats) -> Floats:
    """log X (X - s)."""
    power, gap, _ = ratio_of_power(y, t, g, k)
    logarithm = _log_power(y, t, k)
    near = np.asarray(times_exp(np.where(gap == 0.0, 0.0, logarithm * gap), g))
    far = np.asarray(-times_exp(np.asarray(log_times_exp(y, t)), k + g))
    return np.where(gap > 1e17, logarithm * power, np.where(gap == -1.0, far, near))


@kernel
def power_moment(y: Floats, t: Floats, k: Floats, n: Floats, h: Floats) -> Floats:
    """(log X)^n X e^h; 0 where X has vanished."""
    logarithm, power = _log_power(y, t, k), np.asarray(power_times_exp(y, t, k))
    extreme = (power == 0) | (power == np.inf)
    product = np.asarray(times_exp(logarithm**n * power, h))
    return np.where(extreme, np.where(logarithm + h < -745.0, 0.0, np.exp(logarithm + h) * logarithm**n), product)


@kernel
def power_shape_slope(y: Floats, t: Floats, g: Floats, k: Floats) -> Floats:
    """s (digamma(s) - log X)."""
    _, _, log_ratio = ratio_of_power(y, t, g, k)
    scaled = np.asarray(-times_exp(np.asarray(log_times_exp(y, t)), k + g))
    gap = np.where(np.isinf(log_ratio), scaled, np.asarray(-times_exp(log_ratio, g)))
    return np.asarray(gap - np.asarray(log_less_digamma(g)))


@kernel
def power_shape_curve(y: Floats, t: Floats, g: Floats, k: Floats) -> Floats:
    """s (digamma(s) - log X) + s^2 trigamma(s)."""
    _, _, log_ratio = ratio_of_power(y, t, g, k)
    scaled = np.asarray(-times_exp(np.asarray(log_times_exp(y, t)), k + g))
    gap = np.where(np.isinf(log_ratio), scaled, np.asarray(times_exp(1.0 - log_ratio, g)))
    return np.asarray(gap + np.asarray(gamma_curve(g)))


# -- Yule-Simon: a product over the count ---------------------------------------------------------------------------

MANY = 64  # terms summed one by one; beyond, Euler and Maclaurin with three corrections lose less than one ulp
BEYOND = 690.0  # log of a shape to which no count adds a digit


@kernel
def yule_simon_loss(y: Floats, g: Floats) -> Floats:
    """-log(s B(y, s + 1)) with s = e^g: log(1 + 1/s) and a sum of log((s + j)/(j - 1)) for j = 2 .. y."""
    return piecewise(
        (y, g),
        (y == 1, lambda y, g: softplus(-g)),
        (g > BEYOND, lambda y, g: (y - 1.0) * g - log_gamma(y)),
        otherwise=lambda y, g: softplus(-g) - log_beta(y, 1.0 + np.exp(g)) - np.log1p(np.exp(g)),
    )


@kernel
def yule_simon_slope(y: Floats, g: Floats) -> Floats:
    """Derivative of yule_simon_loss in g: a sum of s/(s + j) for j = 2 .. y, less 1/(1 + s)."""
    return piecewise(
        (y, g),
        (y == 1, lambda y, g: -sigmoid(-g)),
        (g > BEYOND, lambda y, g: y - 1.0),
        otherwise=lambda y, g: np.exp(g) * digamma_rising(2.0 + np.exp(g), y - 1.0) - sigmoid(-g),
    )


@kernel
def yule_simon_curve(y: Floats, g: Floats) -> Floats:
    """Derivative of yule_simon_slope: the sum of s j/(s + j)^2 for j = 1 .. y."""
    s = np.exp(g)
    return piecewise(
        (y, g, s),
        (g > BEYOND, lambda y, g, s: times_exp(0.5 * y * (y + 1.0), -g)),
        (y <= MANY, lambda y, g, s: _first_terms(y, s)),
        otherwise=lambda y, g, s: _first_terms(y, s) + _further_terms(y, s),
    )


def _first_terms(y: Floats, s: Floats) -> Floats:
    total = np.zeros(np.broadcast_shapes(y.shape, s.shape))
    for j in range(1, MANY + 1):
        total = total + np.where(j <= y, s / (s + j) * (j / (s + j)), 0.0)
    return total


def _further_terms(y: Floats, s: Floats) -> Floats:
    """The terms after the first MANY."""
    start = float(MANY)
    u = (y - start) / (s + start)
    near = np.asarray(log1pmx(np.minimum(u, 1.0))) + u * u / (1.0 + u)
    bend = np.where(u < 1.0, near, np.log1p(u) - u / (1.0 + u))
    integral = s * (bend + u / (1.0 + u) * (start / (s + start)))
    ends = [_term(y, s, order) - _term(np.full_like(y, start), s, order) for order in (0, 1, 3, 5)]
    return integral + 0.5 * ends[0] + ends[1] / 12.0 - ends[2] / 720.0 + ends[3] / 30240.0


def _term(x: Floats, s: Floats, order: int) -> Floats:
    """A derivative of s x/(s + x)^2 in x."""
    share = 1.0 / (s + x)
    if order == 0:
        return np.asarray((s * share) * (x * share))
    return np.asarray(-math.factorial(order) * share**order * ((s * share) * (1.0 - (order + 1) * (s * share))))


# -- generalised Poisson: m = e^f, F = a + f -------------------------------------------------------------------------


@kernel
def generalized_poisson_slope(y: Floats, f: Floats, a: Floats) -> Floats:
    """(m - y)/(1 + e^F)^2."""
    total = a + f
    share, rest = np.asarray(sigmoid(total)), np.asarray(sigmoid(-total))
    gap = np.asarray(exp_minus(f, y))
    of_gap = gap * np.exp(-np.minimum(f, BEYOND))
    relative = np.where(f < BEYOND, of_gap, 1.0 - np.asarray(times_exp(y, -f)))
    excess = np.where(f > 0, relative, gap)  # (m - y)/m, or m - y for a small mean
    size = np.maximum(f, 0.0)
    down = np.where(f > 0, -f - 2.0 * a, -2.0 * total)
    near = (f < BEYOND) & (total <= 0)
    return np.where(
        near,
        gap * rest * rest,
        np.asarray(np.where(total > 0, times_exp(excess * share * share, down), times_exp(excess * rest * rest, size))),
    )


@kernel
def generalized_poisson_curve(y: Floats, f: Floats, a: Floats) -> Floats:
    """Derivative of generalized_poisson_slope in f: -m tanh(F/2)/(1 + e^F)^2 + 2 y e^F/(1 + e^F)^3."""
    total = a + f
    share, rest = np.asarray(sigmoid(total)), np.asarray(sigmoid(-total))
    mean = np.where(
        total > 0, np.asarray(times_exp(share * share, -f - 2.0 * a)), np.asarray(times_exp(rest * rest, f))
    )
    few = np.where(total < -BEYOND, np.asarray(times_exp(y, total)), y * share)
    counts = np.where(total > 0, np.asarray(times_exp(y * share**3, -2.0 * total)), few * rest * rest)
    return np.asarray(2.0 * counts - np.tanh(0.5 * total) * mean)


@kernel
def generalized_poisson_pull(y: Floats, f: Floats, a: Floats) -> Floats:
    """Derivative of the loss in a: e^a (y - E^2)/(1 + e^a y) with E = (m - y)/(1 + e^F)."""
    return piecewise((y, f, a), (y == 1, _one_event), otherwise=_other_events)


def _one_event(y: Floats, f: Floats, a: Floats) -> Floats:
    """At y = 1, where 1 + E = m (1 + e^a)/(1 + e^F) has cancelled by hand: sigmoid(F) (1 - E)."""
    total = a + f
    share, rest = np.asarray(sigmoid(total)), np.asarray(sigmoid(-total))
    # 1 - E less 2/(1 + e^F): m (e^a - 1)/(1 + e^F), by its share of m e^a where that is the larger
    thinned = np.where(total > 0, np.asarray(times_exp(share, -a)), np.asarray(times_exp(rest, f)))
    grown = np.where(a > 0, -share * np.expm1(-np.absolute(a)), thinned * np.expm1(np.minimum(a, 0.0)))
    many = np.asarray(times_exp(rest * rest, total + f)) * np.expm1(np.minimum(a, 0.0))
    far = (total < -BEYOND) | ((thinned == np.inf) & (total <= 0))  # e^F is nothing, which e^f may bring back
    return np.where(far, 2.0 * share + many, share * (2.0 * rest + grown))


def _other_events(y: Floats, f: Floats, a: Floats) -> Floats:
    return np.asarray(np.asarray(ratio_share(y, a)) - np.asarray(negative_binomial_bend(y, f, a)))


@kernel
def generalized_poisson_pull_curve(y: Floats, f: Floats, a: Floats) -> Floats:
    """Derivative of generalized_poisson_pull in a: with B the bend and p the pull, 2 B sigmoid(F) + p/(1 + e^a y)."""
    bend, total = np.asarray(negative_binomial_bend(y, f, a)), np.asarray(a + f)
    events = np.asarray(ratio_rest(y, a)) * np.asarray(generalized_poisson_pull(y, f, a))
    curve = np.where(y == 0, np.tanh(0.5 * total) * bend, 2.0 * np.asarray(sigmoid(total)) * bend + events)
    return np.asarray(curve)
