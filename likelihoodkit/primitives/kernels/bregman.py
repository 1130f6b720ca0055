"""Kernels of `primitives.bregman`: integrals of a positive curvature where two places are close: nothing cancels.

A(a) - A(b) - (a - b) A'(b) is (a - b)^2 times the integral over u in (0, 1) of (1 - u) A''(b + u (a - b)), the slope
A'(a) - A'(b) is (a - b) times that of A''. Where the places are logarithms v of x, a - b is x (e^(s - t) - 1) and the
curvature is taken as x^2 A''(x) over (1 + u (e^(s - t) - 1))^2.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, Kernel, Mask, kernel, piecewise
from likelihoodkit.primitives.kernels.bessel import (
    bessel_ratio,
    bessel_ratio_complement,
    bessel_ratio_derivative,
    log_i0e,
)
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.gamma_gaps import PLACES, SHARES
from likelihoodkit.primitives.kernels.logistic import sigmoid, softplus
from likelihoodkit.primitives.kernels.shapes import log_softplus_ratio, log_x_coth_curve
from likelihoodkit.primitives.kernels.zeta import log_zeta1p_curve, log_zeta1p_exp, log_zeta1p_exp_slope

NEAR = 0.75  # distances of logarithms up to which the integral is taken
SMALL = 1.0  # and arguments below which it is, however far their logarithms are apart
LOGIT_NEAR = 3.0  # the same for logits, whose nearest singularities are pi off the line
FAR_OUT = 1e8  # from here on x^2 A'' of log I0 is 1/2 + 1/(4 x)


@kernel
def bessel_bend(v: Floats) -> Floats:
    """x^2 (log I0)''(x) at x = e^v: x^2/2 near 0, 1/2 far out."""
    x = np.exp(v)
    return piecewise(
        (x,),
        (x > FAR_OUT, lambda x: 0.5 + 0.25 / x),
        otherwise=lambda x: x * x * np.asarray(bessel_ratio_derivative(x)),
    )


@kernel
def bessel_lean(v: Floats) -> Floats:
    """x (log I0)''(x) at x = e^v: x/2 near 0, 1/(2 x) far out."""
    x = np.exp(v)
    return piecewise(
        (v, x),
        (x > FAR_OUT, lambda v, x: 0.5 * np.exp(-v) + 0.25 * np.exp(-2 * v)),
        otherwise=lambda v, x: x * np.asarray(bessel_ratio_derivative(x)),
    )


@kernel
def exp_gap_times(s: Floats, t: Floats, w: Floats) -> Floats:
    """(e^s - e^t) w, whatever of it leaves the range on the way."""
    return piecewise(
        (s, t, w),
        (np.absolute(s - t) < 1.0, lambda s, t, w: np.asarray(times_exp(w * np.expm1(s - t), t))),
        otherwise=lambda s, t, w: np.asarray(times_exp(w, s)) - np.asarray(times_exp(w, t)),
    )


def _integral(curve: Kernel, a: Floats, b: Floats, power: int) -> Floats:
    """(a - b)^(power + 1) times the integral of (1 - u)^power A''(b + u (a - b))."""
    total = np.zeros(np.broadcast_shapes(a.shape, b.shape))
    for place, share in zip(PLACES, SHARES, strict=True):
        total += (share * (1.0 - place) ** power) * np.asarray(curve(b + place * (a - b)))
    return np.asarray((a - b) ** (power + 1) * total)


def _integral_of_logarithms(bend: Kernel, s: Floats, t: Floats, power: int) -> Floats:
    """The same over e^(t (power + 1)) for a = e^s and b = e^t, of the curvature x^2 A''(x) at the logarithm of x."""
    rise = np.expm1(s - t)
    total = np.zeros(np.broadcast_shapes(s.shape, t.shape))
    for place, share in zip(PLACES, SHARES, strict=True):
        step = 1.0 + place * rise
        total += (share * (1.0 - place) ** power) * (np.asarray(bend(t + np.log(step))) / (step * step))
    return np.asarray(rise ** (power + 1) * total)


def _bessel_small(s: Floats, t: Floats, power: int) -> Floats:
    """Where both are small, in the arguments themselves."""
    return _integral(bessel_ratio_derivative, np.exp(s), np.exp(t), power)


def _bessel_far(s: Floats, t: Floats) -> Floats:
    a, b = np.exp(s), np.exp(t)
    rest = np.asarray(bessel_ratio_complement(b))
    tilt = piecewise((a, b, rest, s - t), (b > FAR_OUT, lambda a, b, r, d: 0.5 * np.expm1(d)),
                     otherwise=lambda a, b, r, d: (a - b) * r)  # fmt: skip
    return np.asarray(np.asarray(log_i0e(a)) - np.asarray(log_i0e(b)) + tilt)


@kernel
def bessel_gap(s: Floats, t: Floats) -> Floats:
    """log I0(a) - log I0(b) - (a - b) I1(b)/I0(b) at a = e^s, b = e^t."""
    return piecewise(
        (s, t),
        (np.absolute(s - t) < NEAR, lambda s, t: _integral_of_logarithms(bessel_bend, s, t, 1)),
        (np.maximum(s, t) < SMALL, lambda s, t: _bessel_small(s, t, 1)),
        otherwise=_bessel_far,
    )


@kernel
def bessel_gap_slope(s: Floats, t: Floats) -> Floats:
    """Its slope in s: a times the difference of the ratios."""
    return piecewise(
        (s, t),
        (np.absolute(s - t) < NEAR, lambda s, t: np.exp(s - t) * _integral_of_logarithms(bessel_bend, s, t, 0)),
        (np.maximum(s, t) < SMALL, lambda s, t: np.exp(s) * _bessel_small(s, t, 0)),
        (np.minimum(s, t) < SMALL, lambda s, t: np.exp(s) * (bessel_ratio(np.exp(s)) - bessel_ratio(np.exp(t)))),
        otherwise=lambda s, t: (
            times_exp(bessel_ratio_complement(np.exp(t)), s) - times_exp(bessel_ratio_complement(np.exp(s)), s)
        ),
    )


@kernel
def zeta_bend(v: Floats) -> Floats:
    """x^2 (log zeta)''(1 + x) at x = e^v: 1 near 0, 2^-(1 + x) x^2 log(2)^2 far out."""
    x = np.exp(v)
    return piecewise(
        (x,),
        (x > 1200.0, np.zeros_like),
        (x < 1e-9, np.ones_like),
        otherwise=lambda x: x * x * np.asarray(log_zeta1p_curve(x)),
    )


def _zeta_close(s: Floats, t: Floats) -> Mask:
    """Where the curvature, a power of two far out, is smooth over the way from one to the other."""
    return np.asarray((np.absolute(s - t) < NEAR) & (np.absolute(np.exp(s) - np.exp(t)) < 6.0))


@kernel
def zeta_gap(s: Floats, t: Floats) -> Floats:
    """log zeta(1 + a) - log zeta(1 + b) - (a - b) (log zeta)'(1 + b) at a = e^s, b = e^t."""
    return piecewise(
        (s, t),
        (_zeta_close(s, t), lambda s, t: _integral_of_logarithms(zeta_bend, s, t, 1)),
        otherwise=lambda s, t: (
            np.asarray(log_zeta1p_exp(s)) - np.asarray(log_zeta1p_exp(t))
            - np.expm1(s - t) * np.asarray(log_zeta1p_exp_slope(t))
        ),
    )  # fmt: skip


@kernel
def zeta_gap_slope(s: Floats, t: Floats) -> Floats:
    """Its slope in s."""
    return piecewise(
        (s, t),
        (_zeta_close(s, t), lambda s, t: np.exp(s - t) * _integral_of_logarithms(zeta_bend, s, t, 0)),
        otherwise=lambda s, t: np.asarray(log_zeta1p_exp_slope(s)) - times_exp(log_zeta1p_exp_slope(t), s - t),
    )


@kernel
def tilt_bend(x: Floats) -> Floats:
    """The variance of a uniform outcome tilted by x: 1/12 at 0, 1/x^2 far out."""
    return np.asarray(np.asarray(sigmoid(x)) * np.asarray(sigmoid(-x)) - np.asarray(log_x_coth_curve(x)))


def _tilt_close(s: Floats, t: Floats) -> Mask:
    """Less than a unit apart, or by a ratio of less than two."""
    larger, smaller = np.maximum(np.absolute(s), np.absolute(t)), np.minimum(np.absolute(s), np.absolute(t))
    return np.asarray((np.absolute(s - t) < 1.5) | ((s * t > 0.0) & (larger < 2.0 * smaller)))


def _tilt_log(x: Floats) -> Floats:
    """log((1 - e^-x)/x): the log-normaliser less x."""
    size = np.absolute(x)
    return np.asarray(np.log(-np.expm1(-size) / size) + np.maximum(-x, 0.0))


def _tilt_rest(x: Floats) -> Floats:
    """One less the mean, 1/x - 1/(e^x - 1), for x > 0."""
    return piecewise(
        (x,),
        (x < 0.5, lambda x: 0.5 - _tilt_mean_near(x)),
        otherwise=lambda x: 1.0 / x - 1.0 / np.expm1(x),
    )


def _tilt_mean_near(x: Floats) -> Floats:
    """The mean less 1/2, x/12 - x^3/720 + ...: coth(x/2)/2 - 1/x."""
    v = x * x
    return x * (1 / 12 + v * (-1 / 720 + v * (1 / 30240 + v * (-1 / 1209600 + v * (1 / 47900160)))))


def _tilt_far(s: Floats, t: Floats) -> Floats:
    turned = np.where(t < 0.0, -s, s)  # the same for 1 - y
    size = np.absolute(t)
    slope = piecewise((size,), (size == 0.0, lambda x: np.full_like(x, 0.5)), otherwise=_tilt_rest)
    base = piecewise((size,), (size == 0.0, np.zeros_like), otherwise=_tilt_log)
    return np.asarray(_tilt_log(turned) - base + (turned - size) * slope)


@kernel
def tilt_gap(s: Floats, t: Floats) -> Floats:
    """A(s) - A(t) - (s - t) A'(t) for A(x) = log((e^x - 1)/x)."""
    return piecewise((s, t), (_tilt_close(s, t), lambda s, t: _integral(tilt_bend, s, t, 1)), otherwise=_tilt_apart)


def _tilt_apart(s: Floats, t: Floats) -> Floats:
    """Far apart; a tilt of nothing is no quotient."""
    return piecewise((s, t), (s == 0.0, _tilt_to_none), otherwise=_tilt_far)


def _tilt_to_none(s: Floats, t: Floats) -> Floats:
    size = np.absolute(t)
    return np.asarray(-_tilt_log(size) - size * _tilt_rest(size))


@kernel
def tilt_gap_slope(s: Floats, t: Floats) -> Floats:
    """A'(s) - A'(t)."""
    return piecewise(
        (s, t),
        (_tilt_close(s, t), lambda s, t: _integral(tilt_bend, s, t, 0)),
        (s * t > 0.0, lambda s, t: np.copysign(_tilt_rest(np.absolute(t)) - _tilt_rest(np.absolute(s)), s - t)),
        otherwise=lambda s, t: _tilt_mean(s) - _tilt_mean(t),
    )


def _tilt_mean(x: Floats) -> Floats:
    """The mean less 1/2, odd in x."""
    size = np.absolute(x)
    return np.copysign(piecewise((size,), (size < 0.5, _tilt_mean_near), otherwise=lambda x: 0.5 - _tilt_rest(x)), x)


@kernel
def log_sigmoid_gap(s: Floats, t: Floats) -> Floats:
    """log(sigmoid(s)/sigmoid(t))."""
    return piecewise(
        (s, t),
        (np.absolute(s - t) < 1.0, lambda s, t: np.log1p(sigmoid(-s) * np.expm1(s - t))),
        otherwise=lambda s, t: np.asarray(softplus(-t)) - np.asarray(softplus(-s)),
    )


def _one_less_share(f: Floats) -> Floats:
    """1 - p/-log(1 - p): p/2 where p is small."""
    return np.asarray(-np.expm1(log_softplus_ratio(f)))


@kernel
def logarithmic_bend(f: Floats) -> Floats:
    """m (1 - p/-log(1 - p)) with the mean m: the variance times 1 - p."""
    return np.asarray(np.exp(np.asarray(log_softplus_ratio(f)) + np.asarray(softplus(f))) * _one_less_share(f))


def _logarithmic_integral(s: Floats, t: Floats, power: int) -> Floats:
    """In the logit f = t + u (s - t): log p moves by 1 - p, and 1 - p at s is kept with the mean's 1/(1 - p)."""
    away = s - t
    total = np.zeros(np.broadcast_shapes(s.shape, t.shape))
    for place, share in zip(PLACES, SHARES, strict=True):
        f = t + place * away
        bend = np.exp(np.asarray(log_softplus_ratio(f)) + np.asarray(softplus(f)) - np.asarray(softplus(s)))
        step = np.expm1((1.0 - place) * away)
        left = sigmoid(-s) * step
        rest = step * np.where(left == 0.0, 1.0, np.log1p(left) / np.where(left == 0.0, 1.0, left)) if power else 1.0
        total += share * bend * _one_less_share(f) * rest
    return np.asarray(away * total)


@kernel
def logarithmic_gap(s: Floats, t: Floats) -> Floats:
    """Divergence of the logarithmic series at logit t from that at logit s."""
    return piecewise(
        (s, t),
        (np.absolute(s - t) < LOGIT_NEAR, lambda s, t: _logarithmic_integral(s, t, 1)),
        otherwise=lambda s, t: (
            np.asarray(log_softplus_ratio(t)) - np.asarray(log_softplus_ratio(s))
            - np.asarray(log_sigmoid_gap(s, t)) * np.expm1(np.asarray(log_softplus_ratio(t)) + np.asarray(softplus(t)))
        ),
    )  # fmt: skip


@kernel
def logarithmic_gap_slope(s: Floats, t: Floats) -> Floats:
    """Its slope in s: the difference of the means times 1 - sigmoid(s)."""
    return piecewise(
        (s, t),
        (np.absolute(s - t) < LOGIT_NEAR, lambda s, t: _logarithmic_integral(s, t, 0)),
        otherwise=lambda s, t: _mean_rest(s, s) - _mean_rest(t, s),
    )


def _mean_rest(f: Floats, at: Floats) -> Floats:
    """The mean at f less one, times 1 - sigmoid(at)."""
    log_mean = np.asarray(log_softplus_ratio(f)) + np.asarray(softplus(f))
    down = np.asarray(softplus(at))
    return piecewise(
        (log_mean, down),
        (log_mean < 1.0, lambda m, d: np.expm1(m) * np.exp(-d)),
        otherwise=lambda m, d: np.exp(m - d) - np.exp(-d),
    )
