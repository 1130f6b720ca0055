"""How much more a rising factorial of e^t + e^s is than that of e^t, for sizes that may be beyond float64."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel, piecewise
from likelihoodkit.primitives.kernels.logistic import sigmoid
from likelihoodkit.primitives.kernels.rising_gaps import digamma_rising_gap, log_rising_gap, trigamma_rising_gap
from likelihoodkit.primitives.kernels.sums import log_add_exp
from likelihoodkit.primitives.vector_kernels.compositions import log_rising_exp, rising_exp_curve, rising_exp_slope

FAR = 300.0  # beyond it squares of e^t leave float64


def _near_or(near: Callable[..., Floats], far: Callable[..., Floats], t: Floats, s: Floats, y: Floats) -> Floats:
    """By the functions of e^t and e^s themselves where these are of ordinary size."""
    ordinary = (np.absolute(t) < FAR) & (np.absolute(s) < FAR)
    return piecewise((t, s, y), (ordinary, lambda t, s, y: near(np.exp(t), np.exp(s), y)), otherwise=far)


def _shares(t: Floats, s: Floats) -> tuple[Floats, Floats, Floats]:
    """log(e^t + e^s), and what of it is the one and the other."""
    return np.asarray(log_add_exp(t, s)), np.asarray(sigmoid(t - s)), np.asarray(sigmoid(s - t))


@kernel
def log_rising_gap_exp(t: Floats, s: Floats, y: Floats) -> Floats:
    """log (e^t + e^s)_y - log (e^t)_y."""

    def far(t: Floats, s: Floats, y: Floats) -> Floats:
        whole = np.asarray(log_rising_exp(_shares(t, s)[0], y))
        return np.asarray(whole - np.asarray(log_rising_exp(t, y)))

    return _near_or(lambda a, b, y: np.asarray(log_rising_gap(a, b, y)), far, t, s, y)


@kernel
def rising_gap_exp_base(t: Floats, s: Floats, y: Floats) -> Floats:
    """Its derivative in t."""

    def far(t: Floats, s: Floats, y: Floats) -> Floats:
        whole, share, _ = _shares(t, s)
        return np.asarray(share * np.asarray(rising_exp_slope(whole, y)) - np.asarray(rising_exp_slope(t, y)))

    return _near_or(lambda a, b, y: a * np.asarray(digamma_rising_gap(a, b, y)), far, t, s, y)


@kernel
def rising_gap_exp_more(t: Floats, s: Floats, y: Floats) -> Floats:
    """Its derivative in s."""
    whole, _, share = _shares(t, s)
    return np.asarray(share * np.asarray(rising_exp_slope(whole, y)))


@kernel
def rising_gap_exp_base_bend(t: Floats, s: Floats, y: Floats) -> Floats:
    """Its second derivative in t."""

    def near(a: Floats, b: Floats, y: Floats) -> Floats:
        return np.asarray(a * (np.asarray(digamma_rising_gap(a, b, y)) + a * np.asarray(trigamma_rising_gap(a, b, y))))

    def far(t: Floats, s: Floats, y: Floats) -> Floats:
        whole, share, rest = _shares(t, s)
        bent = share * (share * np.asarray(rising_exp_curve(whole, y)) + rest * np.asarray(rising_exp_slope(whole, y)))
        return np.asarray(bent - np.asarray(rising_exp_curve(t, y)))

    # of a small e^t beside a larger e^s both terms of the first nearly cancel
    return piecewise((t, s, y), ((t < 0) & (s > t), far), otherwise=lambda t, s, y: _near_or(near, far, t, s, y))


@kernel
def rising_gap_exp_both(t: Floats, s: Floats, y: Floats) -> Floats:
    """Its derivative in both."""
    whole, share, rest = _shares(t, s)
    return np.asarray(share * rest * (np.asarray(rising_exp_curve(whole, y)) - np.asarray(rising_exp_slope(whole, y))))


@kernel
def rising_gap_exp_more_bend(t: Floats, s: Floats, y: Floats) -> Floats:
    """Its second derivative in s."""
    whole, rest, share = _shares(t, s)
    return np.asarray(
        share * (share * np.asarray(rising_exp_curve(whole, y)) + rest * np.asarray(rising_exp_slope(whole, y)))
    )
