"""Whole losses of single families with two sizes at once: beta prime, Rice, a normal plus a delay."""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel
from likelihoodkit.primitives.kernels.bessel import bessel_ratio
from likelihoodkit.primitives.kernels.differences import exp_minus
from likelihoodkit.primitives.kernels.exponential import log1pmx, times_exp
from likelihoodkit.primitives.kernels.logistic import sigmoid, softplus
from likelihoodkit.primitives.kernels.normal import hazard, mills_excess
from likelihoodkit.primitives.kernels.whole import (
    RIGHT,
    bessel_bend_exp,
    bessel_pull_exp,
    gamma_peak,
    log_i0e_exp,
    log_less_digamma,
)

# -- beta prime: a = e^p, b = e^q ---------------------------------------------------------------------------------


def _beta_gap(y: Floats, p: Floats, q: Floats) -> tuple[Floats, Floats]:
    """(a - b y)/(1 + y) over a and over b: how far the odds y are from their mean a/b."""
    odds = np.asarray(times_exp(y, q - p))  # b y/a
    share = 1.0 / (1.0 + y)
    return (1.0 - odds) * share, np.where(odds > 1e17, -y * share, (np.asarray(times_exp(1.0 - odds, p - q))) * share)


def _log_parts(y: Floats, p: Floats, q: Floats) -> tuple[Floats, Floats]:
    """log(a (1 + y)/((a + b) y)) and log(b (1 + y)/(a + b))."""
    mean = p - q
    down = np.log1p(1.0 / y)
    down = np.where(np.isinf(down), -np.log(y), down)
    return down - np.asarray(softplus(-mean)), np.log1p(y) - np.asarray(softplus(mean))


def _pull(size: Floats, gap: Floats, logarithm: Floats) -> Floats:
    """e^size log(1/(1 - gap)), the logarithm given for where the gap is not small."""
    small = np.absolute(gap) < 0.5
    return np.asarray(times_exp(np.where(small, -np.log1p(-np.where(small, gap, 0.0)), logarithm), size))


@kernel
def beta_prime_first(y: Floats, p: Floats, q: Floats) -> Floats:
    """a (digamma(a) - digamma(a + b) - log(y/(1 + y)))."""
    c = p + softplus(q - p)
    gap, _ = _beta_gap(y, p, q)
    part, _ = _log_parts(y, p, q)
    edge = np.asarray(sigmoid(p - q)) * np.asarray(log_less_digamma(c)) - np.asarray(log_less_digamma(p))
    return np.asarray(_pull(p, gap, part) + edge)


@kernel
def beta_prime_second(y: Floats, p: Floats, q: Floats) -> Floats:
    """b (digamma(b) - digamma(a + b) + log(1 + y))."""
    c = p + softplus(q - p)
    _, gap = _beta_gap(y, p, q)
    _, part = _log_parts(y, p, q)
    edge = np.asarray(sigmoid(q - p)) * np.asarray(log_less_digamma(c)) - np.asarray(log_less_digamma(q))
    return np.asarray(_pull(q, -gap, part) + edge)


@kernel
def beta_prime_loss(y: Floats, p: Floats, q: Floats) -> Floats:
    """log B(a, b) + (a + b) log(1 + y) - (a - 1) log y."""
    c = p + softplus(q - p)
    gap_a, gap_b = _beta_gap(y, p, q)
    part_a, part_b = _log_parts(y, p, q)
    near = (np.absolute(gap_a) < 0.5) & (np.absolute(gap_b) < 0.5)
    small_a, small_b = np.where(near, gap_a, 0.0), np.where(near, gap_b, 0.0)
    close = np.asarray(times_exp(-np.asarray(log1pmx(-small_a)), p)) + np.asarray(
        times_exp(-np.asarray(log1pmx(small_b)), q)
    )
    first, second = np.asarray(_pull(p, gap_a, part_a)), np.asarray(_pull(q, -gap_b, part_b))
    share = np.asarray(sigmoid(p - q)) * part_a + np.asarray(sigmoid(q - p)) * part_b
    far = np.where(c > 300.0, np.asarray(times_exp(share, c)), first + second)
    peak = np.asarray(gamma_peak(p)) + np.asarray(gamma_peak(q)) - np.asarray(gamma_peak(c))
    return np.asarray(np.log(y) + peak + np.where(near, close, far))


# -- Rice: f = log centre, s = log scale; w = y centre/scale^2 and d = (y - centre)/scale -------------------------


def _signal(y: Floats, f: Floats, s: Floats) -> tuple[Floats, Floats, Floats]:
    """w, log w and d."""
    log_w = np.log(y) + (f - 2.0 * s)
    w = np.asarray(times_exp(y, f - 2.0 * s))
    near = np.asarray(times_exp(exp_minus(f, y), -s))
    far = np.asarray(times_exp(1.0, f - s)) - np.asarray(times_exp(y, -s))
    return w, np.where((w > 0) & (w < np.inf), np.log(w), log_w), np.where(f < RIGHT, near, far)


@kernel
def rice_loss(y: Floats, f: Floats, s: Floats) -> Floats:
    """2 s - log y + d^2/2 - log(I0(w) e^-w)."""
    _, log_w, d = _signal(y, f, s)
    return np.asarray((2.0 * s - np.log(y)) + (0.5 * d * d - np.asarray(log_i0e_exp(log_w))))


@kernel
def rice_centre(y: Floats, f: Floats, s: Floats) -> Floats:
    """Derivative of rice_loss in f: (centre/scale)^2 - w A(w) with A = I1/I0."""
    w, log_w, d = _signal(y, f, s)
    small = np.asarray(times_exp(1.0, 2.0 * (f - s))) - w * np.asarray(bessel_ratio(w))
    return np.asarray(np.where(w <= 2.0, small, np.asarray(times_exp(d, f - s)) + np.asarray(bessel_pull_exp(log_w))))


@kernel
def rice_scale(y: Floats, f: Floats, s: Floats) -> Floats:
    """Derivative of rice_loss in s: 2 - d^2 - 2 w (1 - A(w))."""
    _, log_w, d = _signal(y, f, s)
    return np.asarray((2.0 - 2.0 * np.asarray(bessel_pull_exp(log_w))) - d * d)


def _spread(w: Floats) -> Floats:
    """w^2 (1 - A(w)^2) for w <= 2."""
    ratio = np.asarray(bessel_ratio(w))
    return np.asarray(w * (w * ((1.0 - ratio) * (1.0 + ratio))))


@kernel
def rice_centre_curve(y: Floats, f: Floats, s: Floats) -> Floats:
    """Second derivative of rice_loss in f."""
    w, log_w, d = _signal(y, f, s)
    small = 2.0 * np.asarray(times_exp(1.0, 2.0 * (f - s))) - _spread(w)
    large = np.asarray(times_exp(d + np.asarray(times_exp(1.0, f - s)), f - s)) + np.asarray(bessel_bend_exp(log_w))
    return np.where(w <= 2.0, small, large)


@kernel
def rice_cross(y: Floats, f: Floats, s: Floats) -> Floats:
    """Mixed second derivative of rice_loss."""
    w, log_w, d = _signal(y, f, s)
    small = 2.0 * (_spread(w) - np.asarray(times_exp(1.0, 2.0 * (f - s))))
    return np.asarray(
        np.where(w <= 2.0, small, -2.0 * (np.asarray(times_exp(d, f - s)) + np.asarray(bessel_bend_exp(log_w))))
    )


@kernel
def rice_scale_curve(y: Floats, f: Floats, s: Floats) -> Floats:
    """Second derivative of rice_loss in s: 2 d^2 and four times a bend."""
    _, log_w, d = _signal(y, f, s)
    return np.asarray(2.0 * d * d + 4.0 * np.asarray(bessel_bend_exp(log_w)))


# -- a normal plus an exponential delay --------------------------------------------------------------------------


@kernel
def delay_pull(r: Floats, t: Floats, rate: Floats) -> Floats:
    """Derivative of normal_plus_delay in r: e^-t hazard(z - k) - rate with z = r e^-t, k = rate e^t."""
    z, k = np.asarray(times_exp(r, -t)), np.asarray(times_exp(rate, t))
    w = z - k
    left = np.asarray(times_exp(np.where(w < 0, mills_excess(np.maximum(-w, 0.0)), 0.0), -t)) - np.asarray(
        times_exp(r, -2.0 * t)
    )
    return np.where(w < 0, left, np.asarray(times_exp(hazard(np.maximum(w, 0.0)), -t)) - rate)


@kernel
def delay_wait(r: Floats, t: Floats, rate: Floats) -> Floats:
    """e^t (hazard(w) + w) with w = r e^-t - rate e^t: minus the derivative of normal_plus_delay in the rate."""
    w = np.asarray(times_exp(r, -t)) - np.asarray(times_exp(rate, t))
    left = np.asarray(times_exp(np.where(w < 0, mills_excess(np.maximum(-w, 0.0)), 0.0), t))
    right = np.asarray(times_exp(hazard(np.maximum(w, 0.0)), t)) + (r - np.asarray(times_exp(rate, 2.0 * t)))
    return np.where(w < 0, left, right)
