"""Whole losses of single families with two sizes at once: Rice, a normal plus a delay."""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel
from likelihoodkit.primitives.kernels.bessel import bessel_ratio
from likelihoodkit.primitives.kernels.differences import exp_minus
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.normal import hazard, mills_excess
from likelihoodkit.primitives.kernels.whole import (
    RIGHT,
    bessel_bend_exp,
    bessel_pull_exp,
    log_i0e_exp,
)

# -- Rice: f = log centre, s = log scale; w = y centre/scale^2 and d = (y - centre)/scale -------------------------


def _signal(y: Floats, f: Floats, s: Floats) -> tuple[Floats, Floats, Floats]:
    """w, log w and d."""
    log_w = np.log(y) + (f - 2.0 * s)
    w = np.asarray(times_exp(y, f - 2.0 * s))
    near = np.asarray(times_exp(exp_minus(f, y), -s))
    far = np.asarray(times_exp(1.0 - np.asarray(times_exp(y, -f)), f - s))
    return w, np.where((w > 0) & (w < np.inf), np.log(w), log_w), np.where(f < RIGHT, near, far)


@kernel
def rice_loss(y: Floats, f: Floats, s: Floats) -> Floats:
    """2 s - log y + d^2/2 - log(I0(w) e^-w)."""
    _, log_w, d = _signal(y, f, s)
    return np.asarray((2.0 * s - np.log(y)) + (0.5 * d * d - np.asarray(log_i0e_exp(log_w))))


@kernel
def rice_centre(y: Floats, f: Floats, s: Floats) -> Floats:
    """Derivative of rice_loss in f: (centre/scale)^2 - w A(w) with A = I1/I0."""
    w, log_w, _ = _signal(y, f, s)
    small = np.asarray(times_exp(1.0, 2.0 * (f - s))) - w * np.asarray(bessel_ratio(w))
    return np.asarray(np.where(w <= 2.0, small, _signal_gap(y, f, s) + np.asarray(bessel_pull_exp(log_w))))


def _signal_gap(y: Floats, f: Floats, s: Floats) -> Floats:
    """d centre/scale, of the sum of the exponents: d alone may overflow."""
    near = np.asarray(times_exp(exp_minus(f, y), f - 2.0 * s))
    return np.where(f < RIGHT, near, np.asarray(times_exp(1.0 - np.asarray(times_exp(y, -f)), 2.0 * (f - s))))


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
    w, log_w, _ = _signal(y, f, s)
    square = np.asarray(times_exp(1.0, 2.0 * (f - s)))
    small = 2.0 * square - _spread(w)
    both = np.asarray(times_exp(2.0 - np.asarray(times_exp(y, -f)), 2.0 * (f - s)))  # where the two overflow
    large = np.where(square == np.inf, both, _signal_gap(y, f, s) + square) + np.asarray(bessel_bend_exp(log_w))
    return np.where(w <= 2.0, small, large)


@kernel
def rice_cross(y: Floats, f: Floats, s: Floats) -> Floats:
    """Mixed second derivative of rice_loss."""
    w, log_w, _ = _signal(y, f, s)
    small = 2.0 * (_spread(w) - np.asarray(times_exp(1.0, 2.0 * (f - s))))
    return np.asarray(np.where(w <= 2.0, small, -2.0 * (_signal_gap(y, f, s) + np.asarray(bessel_bend_exp(log_w)))))


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
