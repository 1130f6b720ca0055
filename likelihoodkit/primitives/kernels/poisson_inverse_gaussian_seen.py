"""A Poisson count whose rate is inverse Gaussian, of the counts from one on.

With w^2 = 1 + 2 mean dispersion, x = w/dispersion, v = 1/w, s = 1 - v^2 and n = y - 1 the probability of zero is e^-q,
q = 2 mean/(1 + w), and the loss is that of all counts plus log(1 - e^-q). Where few are expected (q < 1) both are large
and nearly cancel where the dispersion is large or y = 1. There it is

    log(2/(1 + v)) + log((e^q - 1)/q)  +  log(y! n! 4^n/(2 n)!) - n log s - log(1 + x n/n + ...),

the last being the polynomial that K is, from its other end: its terms fall as x^j/j!. Slopes are the same sums,
differentiated. What depends on y alone through the polynomial is told by its mean power kappa, as for all counts.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, Kernel, kernel, piecewise
from likelihoodkit.primitives.kernels.exponential import log1m_exp, x_over_expm1, x_over_expm1_derivative
from likelihoodkit.primitives.kernels.logistic import softplus
from likelihoodkit.primitives.kernels.poisson_inverse_gaussian import (
    LEAST_RATE,
    LOG2,
    NUMBERS,
    _Place,
    _Powers,
    poisson_inverse_gaussian_a,
    poisson_inverse_gaussian_aa,
    poisson_inverse_gaussian_f,
    poisson_inverse_gaussian_fa,
    poisson_inverse_gaussian_ff,
    poisson_inverse_gaussian_loss,
)
from likelihoodkit.primitives.kernels.rising import log_rising
from likelihoodkit.primitives.kernels.robust import expm1_minus

TERMS = 20  # of the polynomial for x < 1: the next is below 1/20!
HALF_LOG_PI = 0.5 * float(np.log(np.pi))


class _Seen:
    """What value and slopes share: q, v = 1/w, and h = q_f/q, k = -q_a/q."""

    def __init__(self, f: Floats, a: Floats) -> None:
        self.c = c = np.asarray(softplus(f + a + LOG2))  # log w^2
        # of mean and dispersion themselves where they are numbers: the sum of their logarithms would round
        plain = (np.absolute(f) < NUMBERS) & (np.absolute(a) < NUMBERS)
        mean, dispersion = np.exp(np.where(plain, f, 0.0)), np.exp(np.where(plain, a, 0.0))
        w = np.sqrt(1.0 + 2.0 * mean * dispersion)
        few = 2.0 * mean / (1.0 + w)
        self.log_q = LOG2 + f - np.asarray(softplus(0.5 * c))
        self.q = np.where(plain, few, np.exp(self.log_q))
        self.v = np.where(plain, 1.0 / w, np.exp(-0.5 * c))
        self.k = np.where(plain, 0.5 * few * dispersion / w, -0.5 * np.expm1(-0.5 * c))
        self.h = 0.5 + 0.5 * self.v
        self.share = 4.0 * self.h * self.k  # 1 - v^2
        self.few = self.q < 1.0

    @property
    def own(self) -> Floats:
        """The slope of log(2/(1 + v)), in f as in a."""
        return np.asarray(self.v * self.k)

    @property
    def own_slope(self) -> Floats:
        """Its slope."""
        return np.asarray(0.25 * self.share * self.v * (2.0 * self.v - 1.0))

    @property
    def turn(self) -> Floats:
        """Minus the slope of h and of -k, in f as in a."""
        return np.asarray(0.25 * self.v * self.share)

    @property
    def excess(self) -> Floats:
        """q/(1 - e^-q) - 1."""
        some = np.where(self.q > 0, self.q, 1.0)
        return np.where(self.q > 0, -np.asarray(expm1_minus(-some)) / np.expm1(-some), 0.0)

    @property
    def excess_slope(self) -> Floats:
        """Its slope in log q."""
        return np.asarray(-self.q * np.asarray(x_over_expm1_derivative(-self.q)))

    @property
    def left(self) -> Floats:
        """q/(e^q - 1)."""
        return np.asarray(x_over_expm1(self.q))

    @property
    def left_slope(self) -> Floats:
        """Its slope in log q, 0 where it is."""
        some = np.minimum(self.q, 800.0)
        return np.asarray(some * np.asarray(x_over_expm1_derivative(some)))


def _log_growth(q: Floats) -> Floats:
    """log((e^q - 1)/q) of a q below 1."""
    some = np.where(q > 0, q, 1.0)
    return np.where(q > 0, np.log1p(np.asarray(expm1_minus(some)) / some), 0.0)


def _dispersed(y: Floats, f: Floats, a: Floats) -> Floats:
    at = _Seen(f, a)
    n, x = y - 1.0, np.exp(0.5 * at.c - a)
    term, total = np.ones_like(n), np.zeros_like(n)
    for j in range(TERMS):  # x^j/j! times n (n - 1).../(2 n (2 n - 1) ...) 2^j
        term = term * x * np.maximum(n - j, 0.0) / np.maximum(2.0 * n - j, 1.0) * (2.0 / (j + 1.0))
        total = total + term
    ways = HALF_LOG_PI + np.asarray(log_rising(n + 0.5, np.full_like(n, 0.5)))  # log of n! n! 4^n/(2 n)!
    tall = np.log(y) + ways + n * np.asarray(softplus(-(f + a + LOG2))) - np.log1p(total)
    return np.asarray(np.log1p(at.k / at.h) + _log_growth(at.q) + np.where(n > 0, tall, 0.0))


@kernel
def poisson_inverse_gaussian_seen_loss(y: Floats, f: Floats, a: Floats) -> Floats:
    """Minus log of the probability of y among the counts from one on."""
    y, f, a = np.broadcast_arrays(y, f, a)
    at = _Seen(f, a)
    log_seen = np.where(at.q > LEAST_RATE, np.asarray(log1m_exp(at.q)), at.log_q)
    return piecewise(
        (y, f, a, log_seen),
        (at.few & ((y == 1) | (0.5 * at.c < a)), lambda y, f, a, log_seen: _dispersed(y, f, a)),
        otherwise=lambda y, f, a, log_seen: poisson_inverse_gaussian_loss(y, f, a) + log_seen,
    )


def _kernel(letters: str, few: Any, many: Any, *, less: bool = False) -> Kernel:
    """Of what is not the polynomial's where few are expected, what is, and what is added to the loss of all counts."""

    def function(y: Floats, f: Floats, a: Floats) -> Floats:
        y, f, a = np.broadcast_arrays(y, f, a)
        at = _Seen(f, a)
        return piecewise(
            (y, f, a),
            (at.few, lambda y, f, a: few(_Seen(f, a), _Place(y, f, a))),
            otherwise=lambda y, f, a: many(_Seen(f, a), y, f, a),
        )

    name = f"poisson_inverse_gaussian_seen_{letters}"
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"The derivative {letters} of the loss."
    return kernel(function)


def _short(p: _Place, k: _Powers) -> Floats:
    """x + kappa - n less x: what kappa lacks of n, by which of the two is small."""
    return np.asarray(np.where(p.p > 1.0, p.x - k.lag, p.n - k.kappa))


def _few_f(at: _Seen, p: _Place) -> Floats:
    half = 0.5 * p.share
    return np.asarray(at.own + at.excess * at.h - p.n * p.rest - half * _short(p, p.powers()))


def _few_a(at: _Seen, p: _Place) -> Floats:
    k, half = p.powers(), 0.5 * p.share
    known = np.where(p.p > 1.0, (1.0 - half) * (p.x - k.lag) - p.n * p.rest, half * p.n - (1.0 - half) * k.kappa)
    return np.asarray(at.own - at.excess * at.k + known)


def _shared(p: _Place, k: _Powers) -> Floats:
    return np.asarray(0.5 * p.share * p.rest * (p.n + k.kappa))


def _few_ff(at: _Seen, p: _Place) -> Floats:
    k = p.powers()
    grown = at.own_slope + at.excess_slope * at.h**2 - at.excess * at.turn
    return np.asarray(grown + (_shared(p, k) - 0.25 * p.share**2 * k.spread))


def _few_fa(at: _Seen, p: _Place) -> Floats:
    k, half = p.powers(), 0.5 * p.share
    grown = at.own_slope - at.excess_slope * at.h * at.k - at.excess * at.turn
    return np.asarray(grown + (_shared(p, k) + half * (1.0 - half) * k.spread))


def _few_aa(at: _Seen, p: _Place) -> Floats:
    k = p.powers()
    grown = at.own_slope + at.excess_slope * at.k**2 - at.excess * at.turn
    return np.asarray(grown + (_shared(p, k) - (1.0 - 0.5 * p.share) ** 2 * k.spread))


poisson_inverse_gaussian_seen_f = _kernel(
    "f", _few_f, lambda at, *place: poisson_inverse_gaussian_f(*place) + at.left * at.h
)
poisson_inverse_gaussian_seen_a = _kernel(
    "a", _few_a, lambda at, *place: poisson_inverse_gaussian_a(*place) - at.left * at.k
)
poisson_inverse_gaussian_seen_ff = _kernel(
    "ff",
    _few_ff,
    lambda at, *place: poisson_inverse_gaussian_ff(*place) + (at.left_slope * at.h**2 - at.left * at.turn),
)
poisson_inverse_gaussian_seen_fa = _kernel(
    "fa",
    _few_fa,
    lambda at, *place: poisson_inverse_gaussian_fa(*place) - (at.left_slope * at.h * at.k + at.left * at.turn),
)
poisson_inverse_gaussian_seen_aa = _kernel(
    "aa",
    _few_aa,
    lambda at, *place: poisson_inverse_gaussian_aa(*place) + (at.left_slope * at.k**2 - at.left * at.turn),
)
