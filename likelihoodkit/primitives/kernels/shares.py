"""Whole losses of shares: successes whose probability varies (beta binomial), and the continuous Bernoulli.

A count of m draws enters through sums over j = 0 .. m - 1, each of terms of one sign:

    kept(m, a) = sum a/(a + j),    grown(m, a) = sum j/(a + j) = m - kept(m, a),    turned(m, a) = sum a j/(a + j)^2.
"""

from __future__ import annotations

import math

import numpy as np

from likelihoodkit.loading.later import special
from likelihoodkit.primitives.kernels._tools import Floats, Formula, gauss_legendre, horner, kernel, piecewise
from likelihoodkit.primitives.kernels.differences import sigmoid_balance
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.linked import times_sigmoid
from likelihoodkit.primitives.kernels.logistic import sigmoid, softplus
from likelihoodkit.primitives.kernels.powers import yule_simon_curve
from likelihoodkit.primitives.kernels.rising import digamma_rising, log_rising, log_rising_excess_derivative
from likelihoodkit.primitives.kernels.shapes import log_x_coth, log_x_coth_slope
from likelihoodkit.primitives.kernels.whole_pairs import negative_binomial_loss

LARGE = 1e17  # beyond it a + 1 = a
FAR = 690.0  # log of a size that no count changes
ONE_BY_ONE = 64  # draws up to which sums are taken term by term
SERIES = 2.0  # |f| up to which the continuous Bernoulli is taken from its series about even odds
#: log(sinh(f/2)/(f/2)) = f^2 sum of these times (f^2)^k, for |f| < 2 pi
SINH = tuple(
    (-1.0) ** k * float(special.zeta(2 * k + 2)) / ((k + 1) * (2.0 * math.pi) ** (2 * k + 2)) for k in range(40)
)
SINH_SLOPE = tuple((2 * k + 2) * coefficient for k, coefficient in enumerate(SINH))
SINH_CURVE = tuple((2 * k + 1) * coefficient for k, coefficient in enumerate(SINH_SLOPE))


def _kept(m: Floats, log_size: Floats) -> Floats:
    size = np.exp(log_size)
    inside = size * np.asarray(digamma_rising(size, m))
    return np.where(m == 0, 0.0, np.where(log_size > FAR, m, np.where(log_size < -FAR, 1.0, inside)))


def _later(m: Floats, log_size: Floats) -> Floats:
    """The sum of a/(a + j) from j = 1 on, for m >= 1."""
    size = np.exp(log_size)
    inside = size * np.asarray(digamma_rising(1.0 + size, m - 1.0))
    return np.where(log_size > FAR, m - 1.0, inside)


def _grown(m: Floats, log_size: Floats) -> Floats:
    size = np.exp(log_size)
    inside = -size * np.asarray(log_rising_excess_derivative(size, m))
    far = np.asarray(times_exp(0.5 * m * (m - 1.0), -log_size))
    large = log_size > 40.0 + np.log(np.maximum(m, 1.0))  # the next term is below half a digit
    return np.where(m == 0, 0.0, np.where(large, far, np.where(log_size < -FAR, m - 1.0, inside)))


def _turned(m: Floats, log_size: Floats) -> Floats:
    return np.where(m <= 1, 0.0, np.asarray(yule_simon_curve(np.where(m <= 1, 1.0, m - 1.0), log_size)))


def _sizes(f: Floats, g: Floats) -> tuple[Floats, Floats]:
    """log a and log b."""
    return g - np.asarray(softplus(-f)), g - np.asarray(softplus(f))


def _amounts(f: Floats, g: Floats) -> tuple[Floats, Floats]:
    """a and b: shares of one rounded total, unless a share is subnormal."""
    c, (log_a, log_b) = np.exp(g), _sizes(f, g)
    near = np.absolute(f) < FAR
    a, b = c * np.asarray(sigmoid(f)), c * np.asarray(sigmoid(-f))
    return np.where(near, a, np.exp(log_a)), np.where(near, b, np.exp(log_b))


def _logarithms(a: Floats, b: Floats, f: Floats, g: Floats) -> tuple[Floats, Floats]:
    """log a and log b, also where the sizes are no float64 numbers."""
    log_a, log_b = _sizes(f, g)
    return np.where(np.isinf(a), log_a, np.log(a)), np.where(np.isinf(b), log_b, np.log(b))


def _by_kind(arguments: tuple[Floats, ...], none: Formula, some: Formula) -> Floats:
    """By the number of successes: none, all (which is none for the opposite odds), or some."""
    n, y, _, _ = arguments
    one_kind = (y == 0) | (y == n)
    return piecewise(arguments, (one_kind, lambda n, y, f, g: none(n, np.where(y == 0, f, -f), g)), otherwise=some)


def _summed(n: Floats, term: Formula, *arguments: Floats, start: float | Floats = 0.0) -> Floats:
    """``start`` and the sum of term(j, ...) over j = 1 .. n - 1, n up to ONE_BY_ONE."""
    total = start + np.zeros(n.shape)
    for j in range(1, int(n.max(initial=1.0))):
        total = total + np.where(j < n, term(float(j), *arguments), 0.0)
    return total


def _by_number(n: Floats, f: Floats, g: Floats, far: Formula, few: Formula, many: Formula) -> Floats:
    """Term by term where that is cheap; the two sizes themselves, and the share of successes."""
    return piecewise((n, *_amounts(f, g), f, g), (g >= FAR, far), (n <= ONE_BY_ONE, few), otherwise=many)


@kernel
def beta_binomial_loss(n: Floats, y: Floats, f: Floats, g: Floats) -> Floats:
    """-log of the beta-binomial probability of y in n, sizes e^g sigmoid(f) and e^g sigmoid(-f)."""
    return _by_kind((n, y, f, g), _no_success, _some_successes)


def _no_success(n: Floats, f: Floats, g: Floats) -> Floats:
    """The sum of log(1 + a/(b + j))."""

    def far(n: Floats, a: Floats, b: Floats, f: Floats, g: Floats) -> Floats:
        """A draw changes nothing in sizes that far out, or only in the one that is not."""
        beyond = (n - 1.0) * g - np.asarray(log_rising(1.0 + b, n - 1.0))
        return np.asarray(np.where(b > LARGE * n, (n - 1.0) * softplus(f), beyond))

    def few(n: Floats, a: Floats, b: Floats, f: Floats, g: Floats) -> Floats:
        return np.asarray(_summed(n, lambda j, a, b: np.log1p(a / (b + j)), a, b))

    def many(n: Floats, a: Floats, b: Floats, f: Floats, g: Floats) -> Floats:
        start, count = 1.0 + b, n - 1.0
        smooth = gauss_legendre(lambda x: digamma_rising(x, count), start, a, 14)
        apart = np.asarray(log_rising(start + a, count)) - np.asarray(log_rising(start, count))
        return np.where(a <= start, smooth, apart)

    later = _by_number(n, f, g, far, few, many)
    found = np.where(n == 0, 0.0, np.where(f < -40.0, np.exp(f), np.asarray(softplus(f))) + later)
    alike = (f < -FAR) & (g > np.log(LARGE * np.maximum(n, 1.0)))  # n subnormal terms, each of them rounded
    return np.where(alike, np.asarray(times_exp(n, f)), found)


def _some_successes(n: Floats, y: Floats, f: Floats, g: Floats) -> Floats:
    """Three negative binomials at one probability: successes, failures, draws."""
    (log_a, log_b), size = _sizes(f, g), np.log(n)
    successes = np.asarray(negative_binomial_loss(y, size - np.asarray(softplus(-f)), -log_a))
    failures = np.asarray(negative_binomial_loss(n - y, size - np.asarray(softplus(f)), -log_b))
    whole = np.asarray(successes + failures - np.asarray(negative_binomial_loss(n, size, -g)))
    return np.where(np.isinf(f), np.absolute(f), whole)


@kernel
def beta_binomial_odds(n: Floats, y: Floats, f: Floats, g: Floats) -> Floats:
    """Derivative of beta_binomial_loss in f."""
    return piecewise(
        (n, y, f, g),
        (g - np.absolute(f) > FAR, lambda n, y, f, g: sigmoid_balance(n - y, y, f)),  # draws that change no size
        ((y == 0) | (y == n), _odds_of_one_kind),
        ((2.0 * y == n) & (n <= ONE_BY_ONE) & (g < FAR), _odds_of_halves),
        otherwise=_odds_of_both_kinds,
    )


def _odds_of_one_kind(n: Floats, y: Floats, f: Floats, g: Floats) -> Floats:
    log_a, log_b = _sizes(f, g)
    failures, successes = _kept(n - y, log_b), _kept(y, log_a)
    return np.asarray(np.asarray(times_sigmoid(failures, f)) - np.asarray(times_sigmoid(successes, -f)))


def _odds_of_both_kinds(n: Floats, y: Floats, f: Floats, g: Floats) -> Floats:
    log_a, log_b = _sizes(f, g)
    later = np.asarray(sigmoid(f)) * _later(n - y, log_b) - np.asarray(sigmoid(-f)) * _later(y, log_a)
    return np.asarray(np.tanh(0.5 * f) + later)


def _odds_of_halves(n: Floats, y: Floats, f: Floats, g: Floats) -> Floats:
    """As many successes as failures: a multiple of tanh(f/2)."""
    log_a, log_b = _sizes(f, g)
    a, b = _amounts(f, g)
    apart = _summed(y, lambda j, a, b: (a + b) * (j / (a + j) / (b + j)), a, b)
    return np.asarray(0.5 * np.tanh(0.5 * f) * (_kept(y, log_a) + _kept(y, log_b) - apart))


@kernel
def beta_binomial_size(n: Floats, y: Floats, f: Floats, g: Floats) -> Floats:
    """Derivative of beta_binomial_loss in g."""
    return _by_kind((n, y, f, g), _size_of_none, _size_of_some)


def _size_of_none(n: Floats, f: Floats, g: Floats) -> Floats:
    """The sum of j a/((b + j)(c + j))."""

    def many(n: Floats, a: Floats, b: Floats, f: Floats, g: Floats) -> Floats:
        def slope(x: Floats) -> Floats:
            x = np.where(x < 1e-200, 1e-200, x)  # no digit of the sum of j/(x + j)^2 changes below
            return np.asarray(yule_simon_curve(np.where(n > 1, n - 1.0, 1.0), np.log(x))) / x

        log_b = _sizes(f, g)[1]
        smooth = gauss_legendre(slope, b, a, 14)
        return np.where(a <= 1.0 + b, smooth, _grown(n, log_b) - _grown(n, g))

    def far(n: Floats, a: Floats, b: Floats, f: Floats, g: Floats) -> Floats:
        return np.asarray(np.asarray(sigmoid(f)) * _grown(n, _sizes(f, g)[1]))

    return _by_number(n, f, g, far, lambda n, a, b, f, g: _summed(n, _apart, a, b), many)


def _apart(j: float, a: Floats, b: Floats) -> Floats:
    """j/(b + j) - j/(c + j) with c = a + b."""
    return np.asarray(j / (b + j) * (a / (a + b + j)))


def _size_of_some(n: Floats, y: Floats, f: Floats, g: Floats) -> Floats:
    def far(n: Floats, a: Floats, b: Floats, down: Floats, f: Floats, g: Floats) -> Floats:
        log_a, log_b = _logarithms(a, b, f, g)
        return _grown(down, log_a) + _grown(n - down, log_b) - _grown(n, g)

    def many(n: Floats, a: Floats, b: Floats, down: Floats, f: Floats, g: Floats) -> Floats:
        log_a, log_b = _logarithms(a, b, f, g)
        later = (_later(n, g) - 1.0) - _later(down, log_a) - _later(n - down, log_b)
        return np.where(g > np.log(n), far(n, a, b, down, f, g), later)

    def few(n: Floats, a: Floats, b: Floats, down: Floats, f: Floats, g: Floats) -> Floats:
        c = a + b
        kept = c < n  # what remains of every term, or what it has lost: the smaller cancels less

        def term(j: float) -> Floats:
            later = np.where(kept, c / (c + j), -(j / (c + j)))
            early = np.where(kept, a / (a + j), -(j / (a + j)))
            return np.asarray(np.where(j >= n - down, later, 0.0) - np.where(j < down, early, 0.0))

        return _summed(n - down, _apart, a, b) + _summed(n, term, start=np.where(kept & (down > 0), -1.0, 0.0))

    return _of_both_kinds(n, y, f, g, far, few, many)


def _of_both_kinds(n: Floats, y: Floats, f: Floats, g: Floats, far: Formula, few: Formula, many: Formula) -> Floats:
    """By the number of draws, with the number `down` of the less likely kind and its size a first."""
    arguments = (n, *_amounts(-np.absolute(f), g), np.where(f > 0, n - y, y), -np.absolute(f), g)
    short = n <= ONE_BY_ONE
    return piecewise(arguments, (short & (g >= FAR), far), (short, few), otherwise=many)


@kernel
def beta_binomial_odds_curve(n: Floats, y: Floats, f: Floats, g: Floats) -> Floats:
    """Second derivative of beta_binomial_loss in f."""
    log_a, log_b = _sizes(f, g)
    share, rest = np.asarray(sigmoid(f)), np.asarray(sigmoid(-f))
    kept = np.maximum(share, rest) * (_kept(n - y, log_b) + _kept(y, log_a))
    kept = np.asarray(times_sigmoid(kept, -np.absolute(f)))  # a share may be subnormal
    return np.asarray(kept - (share * share * _turned(n - y, log_b) + rest * rest * _turned(y, log_a)))


@kernel
def beta_binomial_cross(n: Floats, y: Floats, f: Floats, g: Floats) -> Floats:
    """Mixed second derivative of beta_binomial_loss."""
    log_a, log_b = _sizes(f, g)
    return np.asarray(sigmoid(f) * _turned(n - y, log_b) - sigmoid(-f) * _turned(y, log_a))


@kernel
def beta_binomial_size_curve(n: Floats, y: Floats, f: Floats, g: Floats) -> Floats:
    """Second derivative of beta_binomial_loss in g."""
    return _by_kind((n, y, f, g), _curve_of_none, _curve_of_some)


def _common_term(j: float, a: Floats, b: Floats) -> Floats:
    """c j/(c + j)^2 - b j/(b + j)^2 with c = a + b."""
    c = a + b
    near, far = j / (b + j) * (j / (c + j)), b / (b + j) * (c / (c + j))
    return np.asarray(a / (c + j) * (near - far) * (j / (b + j)))


def _curve_of_none(n: Floats, f: Floats, g: Floats) -> Floats:
    """The sum of j a (j^2 - b c)/((b + j)(c + j))^2."""

    def many(n: Floats, a: Floats, b: Floats, f: Floats, g: Floats) -> Floats:
        return np.asarray(_turned(n, g) - _turned(n, _sizes(f, g)[1]))

    return _by_number(n, f, g, many, lambda n, a, b, f, g: _summed(n, _common_term, a, b), many)


def _curve_of_some(n: Floats, y: Floats, f: Floats, g: Floats) -> Floats:
    def turned(j: float, c: Floats) -> Floats:
        return np.asarray(c / (c + j) * (j / (c + j)))

    def few(n: Floats, a: Floats, b: Floats, down: Floats, f: Floats, g: Floats) -> Floats:
        def term(j: float) -> Floats:
            later, early = turned(j, a + b), turned(j, a)
            return np.asarray(np.where(j >= n - down, later, 0.0) - np.where(j < down, early, 0.0))

        return _summed(n, term, start=_summed(n - down, _common_term, a, b))

    def many(n: Floats, a: Floats, b: Floats, down: Floats, f: Floats, g: Floats) -> Floats:
        log_a, log_b = _logarithms(a, b, f, g)
        return _turned(n, g) - (_turned(down, log_a) + _turned(n - down, log_b))

    return _of_both_kinds(n, y, f, g, many, few, many)


# -- continuous Bernoulli --------------------------------------------------------------------------------------------


@kernel
def continuous_bernoulli_loss(y: Floats, f: Floats) -> Floats:
    """(1/2 - y) f + log(2 sinh(f/2)/f), 0 at f = 0."""
    return piecewise(
        (y, f),
        (np.absolute(f) < SERIES, lambda y, f: (0.5 - y) * f + f * f * horner(SINH, f * f)),
        otherwise=lambda y, f: (y * softplus(-f) + (1.0 - y) * softplus(f)) - log_x_coth(f),
    )


@kernel
def continuous_bernoulli_slope(y: Floats, f: Floats) -> Floats:
    """Derivative of continuous_bernoulli_loss in f: the mean less y."""
    return piecewise(
        (y, f),
        (np.absolute(f) < SERIES, lambda y, f: (0.5 - y) + f * horner(SINH_SLOPE, f * f)),
        otherwise=lambda y, f: ((1.0 - y) * sigmoid(f) - y * sigmoid(-f)) - log_x_coth_slope(f),
    )


@kernel
def continuous_bernoulli_variance(f: Floats) -> Floats:
    """1/f^2 - 1/(2 sinh(f/2))^2; 1/12 at f = 0."""
    return piecewise(
        (f,),
        (np.absolute(f) < 3.0, lambda f: horner(SINH_CURVE, f * f)),
        otherwise=lambda f: (1.0 / f) ** 2 - np.exp(-np.absolute(f)) / np.expm1(-np.absolute(f)) ** 2,
    )
