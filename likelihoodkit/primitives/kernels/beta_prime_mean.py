"""The beta prime loss by its mean e^m and concentration c = e^k: sizes a = e^m (1 + c) and b = 2 + c, S = a + b.

What the sizes share is their ratio, e^m (1 + c)/(2 + c), which is made of m alone up to a number between 1/2 and 1: as
a difference of their logarithms it would lose what these have in common. The loss is N = K + h(a) + h(b) - h(S) + log y
with a relative entropy K times S and what is left of log-gamma, h(x) = log Gamma(x) - x log x + x. Below P = x h'(x),
G = x P'(x) and E = G - P = x^2 trigamma(x) - x: what is linear in a parameter itself drops out of its curvature there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel
from likelihoodkit.primitives.kernels.beta_prime import loss_of_gaps
from likelihoodkit.primitives.kernels.curves import gamma_curve
from likelihoodkit.primitives.kernels.exponential import LOG2, log1pmx, times_exp, times_exp_of_sum
from likelihoodkit.primitives.kernels.logistic import of_softplus, sigmoid, softplus
from likelihoodkit.primitives.kernels.whole import log_less_digamma, trigamma_excess


@dataclass(frozen=True)
class _Sizes:
    """Their logarithms, the shares of a and b in S, and what they and S change by as c does: c/u, c/b, w."""

    a: Floats
    b: Floats
    both: Floats
    ratio: Floats
    share: Floats
    rest: Floats
    of_a: Floats
    of_b: Floats
    of_both: Floats


def _sizes(m: Floats, k: Floats) -> _Sizes:
    a, b = m + np.asarray(softplus(k)), LOG2 + np.asarray(softplus(k - LOG2))
    ratio = m - np.log1p(np.asarray(sigmoid(-k)))
    share, rest = np.asarray(sigmoid(ratio)), np.asarray(sigmoid(-ratio))
    of_a, of_b = np.asarray(sigmoid(k)), np.asarray(sigmoid(k - LOG2))
    both = np.where(ratio > 0, a + np.asarray(softplus(-ratio)), b + np.asarray(softplus(ratio)))
    return _Sizes(a, b, both, ratio, share, rest, of_a, of_b, share * of_a + rest * of_b)


def _times_a(x: Floats, m: Floats, k: Floats, s: Floats) -> Floats:
    """x a e^s, with what the rounding of log a would take; of a small a the other terms have the same rounding."""
    size = m + np.asarray(softplus(k))
    whole = times_exp_of_sum(x * (1.0 + np.exp(-np.absolute(k))), m, np.maximum(k, 0.0), s)
    return np.where(size < 0, np.asarray(times_exp(x, size + s)), whole)


def _times_b(x: Floats, k: Floats, s: Floats) -> Floats:
    """x b e^s, likewise."""
    small = np.exp(-np.absolute(k))
    return times_exp_of_sum(x * np.where(k < 0, 2.0 + small, 1.0 + 2.0 * small), np.maximum(k, 0.0), s)


def _gaps(y: Floats, m: Floats, k: Floats, ratio: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """(a - b y)/(1 + y) over a and over b, and the logarithms of 1/(1 - the first) and of 1/(1 + the second)."""
    times = np.asarray(times_exp(y, -m))
    beyond = np.asarray(sigmoid(-k))
    less = np.where(times < 2.0, (1.0 - times) - times * beyond, 1.0 - times * (1.0 + beyond))  # 1 - b y/a
    share = 1.0 / (1.0 + y)
    first = less * share
    own = y * share * (less / (times * (1.0 + beyond)))  # e^ratio has not the digits of y over what y is times its mean
    second = np.where(times > 1e17, -y * share, np.where(times > 1e-3, own, np.asarray(times_exp(first, ratio))))
    down = np.log1p(1.0 / y)
    down = np.where(np.isinf(down), -np.log(y), down)
    part_a, part_b = down - np.asarray(softplus(-ratio)), np.log1p(y) - np.asarray(softplus(ratio))
    near_a, near_b = np.absolute(first) < 0.5, np.absolute(second) < 0.5
    part_a = np.where(near_a, -np.log1p(-np.where(near_a, first, 0.0)), part_a)
    part_b = np.where(near_b, -np.log1p(np.where(near_b, second, 0.0)), part_b)
    return first, second, part_a, part_b


def _pull_of_mean(y: Floats, m: Floats, k: Floats, sizes: _Sizes, s: Floats) -> Floats:
    """a log((a/S)/(y/(1 + y))) e^s; where it is small through the smaller of a and b, which loses fewer digits."""
    first, second, part, _ = _gaps(y, m, k, sizes.ratio)
    near = (np.absolute(first) < 0.5) & (sizes.ratio > 0) & (first != 0)
    chord = np.where(near, part / np.where(near, first, 1.0), 1.0)
    smaller = _times_b(second * chord, k, s)
    return np.where(near, smaller, _times_a(part, m, k, s))


def _with_share(sizes: _Sizes, k: Floats, s: Floats) -> tuple[Floats, Floats]:
    """c/(1 + c) as a factor, beside e^s; as a part of its exponent where it may have no digits left."""
    few = k < -40.0  # 1 + c is 1
    return np.where(few, 1.0, sizes.of_a), np.where(few, s + k, s)


def _pull_of_size(y: Floats, m: Floats, k: Floats, sizes: _Sizes, s: Floats) -> Floats:
    """c dK/dc e^s = c (e^m log(...) + log(...)) e^s, and near the mean c/(1 + c) times K less the second logarithm."""
    first, second, part_a, part_b = _gaps(y, m, k, sizes.ratio)
    near = (np.absolute(first) < 0.5) & (np.absolute(second) < 0.5)
    small_a, small_b = np.where(near, first, 0.0), np.where(near, second, 0.0)
    factor, level = _with_share(sizes, k, s)
    close = -_times_a(np.asarray(log1pmx(-small_a)), m, k, level) - _times_b(np.asarray(log1pmx(small_b)), k, level)
    beside = factor * (close - np.asarray(times_exp(part_b, level)))
    few = np.minimum(m, 0.0)
    sum_of_both = np.asarray(times_exp(part_a, few)) + np.asarray(times_exp(part_b, few - m))
    vast = np.asarray(times_exp(sum_of_both, k + np.maximum(m, 0.0) + s))  # where either part overflows
    each = factor * _pull_of_mean(y, m, k, sizes, level) + np.asarray(times_exp(part_b, k + s))
    return np.where(near, beside, np.where(np.isfinite(each), each, vast))


def _slope_m(y: Floats, m: Floats, k: Floats, s: Floats) -> Floats:
    sizes = _sizes(m, k)
    edge = sizes.share * np.asarray(log_less_digamma(sizes.both)) - np.asarray(log_less_digamma(sizes.a))
    return np.asarray(_pull_of_mean(y, m, k, sizes, s) + np.asarray(times_exp(edge, s)))


def _slope_k(y: Floats, m: Floats, k: Floats, s: Floats) -> Floats:
    sizes = _sizes(m, k)
    own = sizes.of_a * np.asarray(log_less_digamma(sizes.a)) + sizes.of_b * np.asarray(log_less_digamma(sizes.b))
    edge = sizes.of_both * np.asarray(log_less_digamma(sizes.both)) - own
    return np.asarray(_pull_of_size(y, m, k, sizes, s) + np.asarray(times_exp(edge, s)))


def _log1p_less_share(t: Floats) -> Floats:
    """log(1 + x) - x/(1 + x) with x = e^t, positive."""
    x = np.exp(np.where(t < 0, t, 0.0))
    return np.where(t < 0, np.asarray(log1pmx(x)) + x * x / (1.0 + x), np.asarray(softplus(t)) - np.asarray(sigmoid(t)))


def _curve_mm(y: Floats, m: Floats, k: Floats, s: Floats) -> Floats:
    sizes = _sizes(m, k)
    down = np.log1p(1.0 / y)
    down = np.where(np.isinf(down), -np.log(y), down)
    lead = _times_a(down - _log1p_less_share(-sizes.ratio), m, k, s)
    excess, curve = np.asarray(trigamma_excess(sizes.both)), np.asarray(gamma_curve(sizes.both))
    edge = np.asarray(gamma_curve(sizes.a)) + sizes.share * (sizes.rest * excess - curve)
    return np.asarray(lead + np.asarray(times_exp(edge, s)))


def _curve_mk(y: Floats, m: Floats, k: Floats, s: Floats) -> Floats:
    sizes = _sizes(m, k)
    curve, lean = np.asarray(gamma_curve(sizes.both)), np.asarray(log_less_digamma(sizes.both))
    one = np.exp(-sizes.both)  # 1/S, and S = 1 + (1 + e^m)(1 + c)
    edge = sizes.share * (1.0 + (one * lean - (1.0 - one) * curve)) + np.asarray(gamma_curve(sizes.a))
    factor, level = _with_share(sizes, k, s)
    return np.asarray(factor * (_pull_of_mean(y, m, k, sizes, level) + np.asarray(times_exp(edge, level))))


def _curve_kk(y: Floats, m: Floats, k: Floats, s: Floats) -> Floats:
    sizes = _sizes(m, k)
    beside_a, beside_b = np.asarray(sigmoid(-k)), np.asarray(sigmoid(LOG2 - k))
    own = sizes.of_a * (
        sizes.of_a * np.asarray(gamma_curve(sizes.a)) - beside_a * np.asarray(log_less_digamma(sizes.a))
    ) + sizes.of_b * (sizes.of_b * np.asarray(gamma_curve(sizes.b)) - beside_b * np.asarray(log_less_digamma(sizes.b)))
    beside = sizes.share * beside_a + sizes.rest * beside_b
    common = sizes.of_both * (
        sizes.of_both * np.asarray(gamma_curve(sizes.both)) - beside * np.asarray(log_less_digamma(sizes.both))
    )
    edge = sizes.of_a * sizes.of_b * beside_a * sizes.share + (own - common)
    return np.asarray(_pull_of_size(y, m, k, sizes, s) + np.asarray(times_exp(edge, s)))


def _zero(y: Floats) -> Floats:
    return np.zeros_like(y)


@kernel
def beta_prime_mean_loss(y: Floats, m: Floats, k: Floats) -> Floats:
    """log B(a, b) + (a + b) log(1 + y) - (a - 1) log y."""
    sizes = _sizes(m, k)
    none = _zero(y)
    times = (lambda x: _times_a(x, m, k, none), lambda x: _times_b(x, k, none))
    gaps = _gaps(y, m, k, sizes.ratio)
    return loss_of_gaps(y, (sizes.a, sizes.b, sizes.both), sizes.ratio, gaps, times)


@kernel
def beta_prime_mean_m(y: Floats, m: Floats, k: Floats) -> Floats:
    """Its slope in m."""
    return _slope_m(y, m, k, _zero(y))


@kernel
def beta_prime_mean_k(y: Floats, m: Floats, k: Floats) -> Floats:
    """Its slope in k."""
    return _slope_k(y, m, k, _zero(y))


@kernel
def beta_prime_mean_mm(y: Floats, m: Floats, k: Floats) -> Floats:
    """Its second derivative in m."""
    return _curve_mm(y, m, k, _zero(y))


@kernel
def beta_prime_mean_mk(y: Floats, m: Floats, k: Floats) -> Floats:
    """Its mixed second derivative."""
    return _curve_mk(y, m, k, _zero(y))


@kernel
def beta_prime_mean_kk(y: Floats, m: Floats, k: Floats) -> Floats:
    """Its second derivative in k."""
    return _curve_kk(y, m, k, _zero(y))


# -- the same times e^s, also where a or c leaves the range and the product does not ---------------------------------


@kernel
def scaled_beta_prime_mean_m(y: Floats, m: Floats, k: Floats, s: Floats) -> Floats:
    """The slope in m times e^s."""
    return _slope_m(y, m, k, s)


@kernel
def scaled_beta_prime_mean_k(y: Floats, m: Floats, k: Floats, s: Floats) -> Floats:
    """The slope in k times e^s."""
    return _slope_k(y, m, k, s)


@kernel
def scaled_beta_prime_mean_mm(y: Floats, m: Floats, k: Floats, s: Floats) -> Floats:
    """The second derivative in m times e^s."""
    return _curve_mm(y, m, k, s)


@kernel
def scaled_beta_prime_mean_mk(y: Floats, m: Floats, k: Floats, s: Floats) -> Floats:
    """The mixed second derivative times e^s."""
    return _curve_mk(y, m, k, s)


@kernel
def scaled_beta_prime_mean_kk(y: Floats, m: Floats, k: Floats, s: Floats) -> Floats:
    """The second derivative in k times e^s."""
    return _curve_kk(y, m, k, s)


# -- behind softplus ---------------------------------------------------------------------------------------------------


@kernel
def beta_prime_mean_softplus_mean(y: Floats, m: Floats, k: Floats, f: Floats) -> Floats:
    """Second derivative in f with m = log softplus(f): N_mm - N_m = a b/S + E(a) - (a/S)^2 E(S), in positive terms."""
    sizes = _sizes(m, k)
    smaller = np.minimum(sizes.a, sizes.b)
    size = np.asarray(times_exp(np.maximum(sizes.share, sizes.rest), smaller))
    excess = np.asarray(trigamma_excess(sizes.a)) - sizes.share**2 * np.asarray(trigamma_excess(sizes.both))
    slope, curve = np.asarray(beta_prime_mean_m(y, m, k)), np.asarray(beta_prime_mean_mm(y, m, k))
    return of_softplus(f, slope, curve, size + excess, _slope_m(y, m, k, -np.asarray(softplus(f))))


@kernel
def beta_prime_mean_softplus_size(y: Floats, m: Floats, k: Floats, f: Floats) -> Floats:
    """Second derivative in f with k = log softplus(f): N_kk - N_k is c^2 times that of log B(a, b) in c itself."""
    sizes = _sizes(m, k)
    own = sizes.of_a**2 * np.asarray(trigamma_excess(sizes.a)) + sizes.of_b**2 * np.asarray(trigamma_excess(sizes.b))
    lead = sizes.of_a * sizes.of_b * np.asarray(sigmoid(-k)) * sizes.share
    excess = own - sizes.of_both**2 * np.asarray(trigamma_excess(sizes.both))
    slope, curve = np.asarray(beta_prime_mean_k(y, m, k)), np.asarray(beta_prime_mean_kk(y, m, k))
    return of_softplus(f, slope, curve, lead + excess, _slope_k(y, m, k, -np.asarray(softplus(f))))
