"""The difference of two Poisson counts: p(k) = e^(-a - b) (a/b)^(k/2) I_|k|(2 sqrt(a b)) with a = e^u, b = e^v.

For k < 0 the two change places, so that n = |k| counts go to the first. With w = sqrt(n^2 + 4 a b): below w = 24 by
the series and the continued fraction of Gauss, both of positive terms; beyond by the Debye expansion around the rates
a* = (w + n)/2, b* = (w - n)/2 at which n would be the likeliest count and a* b* = a b. What is left of the loss there
is a* (e^-e - 1 + e) + b* (e^e - 1 - e), e = log(a*/a): nothing cancels, however large the rates.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels import _tables as tables
from likelihoodkit.primitives.kernels._tools import Floats, Formula, horner, kernel, piecewise
from likelihoodkit.primitives.kernels.differences import exp_minus
from likelihoodkit.primitives.kernels.exponential import LOG2, times_exp
from likelihoodkit.primitives.kernels.gamma import stirling_error
from likelihoodkit.primitives.kernels.saddle import poisson_deviance_exp

#: from this w on the Debye series has all digits
LARGE = 24.0
#: a share of w below which its digits are soon lost
LEAST = 1e-290
#: e^x is far from the end of the range up to here
RIGHT = 600.0
#: terms of the series of 0F1, and levels of the continued fraction, that this w may need
TERMS = 64


def _by_size(small: Formula, large: Formula) -> Formula:
    """A formula of (n, p, q), p the log of the rate that k counts for, by the size of w."""

    def whole(k: Floats, u: Floats, v: Floats) -> Floats:
        k, u, v = np.broadcast_arrays(k, u, v)
        n, p, q = np.absolute(k), np.where(k < 0, v, u), np.where(k < 0, u, v)
        known = ~(np.isnan(k) | np.isnan(u) | np.isnan(v))
        near = known & (n * n + 4.0 * np.exp(p + q) < LARGE * LARGE)
        return piecewise((n, p, q, k), (near, small), otherwise=large)

    return kernel(whole)


# -- small -------------------------------------------------------------------------------------------------------


def _series(n: Floats, product: Floats) -> Floats:
    """0F1(n + 1; a b) - 1."""
    term, total = np.ones_like(product), np.zeros_like(product)
    for j in range(1, TERMS):
        term = term * (product / (j * (n + j)))
        total = total + term
    return total


def _fractions(n: Floats, product: Floats) -> tuple[Floats, Floats]:
    """h_n and h_(n + 1), where h_n = x I_(n+1)(x)/(2 I_n(x)) = a b/(n + 1 + h_(n+1)) and x^2 = 4 a b."""
    following = np.zeros_like(product)
    for j in range(TERMS, 1, -1):
        following = product / (n + j + following)
    return product / (n + 1.0 + following), following


def _loss_small(n: Floats, p: Floats, q: Floats, k: Floats) -> Floats:
    above = np.where(n > 0, n, 1.0)
    peak = np.where(n > 0, np.asarray(stirling_error(above)) + 0.5 * np.log(2.0 * np.pi * above), 0.0)
    rest = np.exp(q) - np.log1p(_series(n, np.exp(p + q)))
    return np.asarray((peak + np.asarray(poisson_deviance_exp(n, p))) + rest)


def _slopes_small(n: Floats, p: Floats, q: Floats) -> tuple[Floats, Floats]:
    """Derivatives of the loss in p and in q."""
    here, following = _fractions(n, np.exp(p + q))
    below = n + 1.0 + following
    near = np.asarray(times_exp((following - np.asarray(exp_minus(p, n + 1.0))) / below, q))
    own = piecewise(
        (n, p, q, here, following),
        ((n == 0) & (q < 30.0), lambda n, p, q, h, k: times_exp((k - np.asarray(exp_minus(q, 1.0))) / (1.0 + k), p)),
        otherwise=lambda n, p, q, h, k: exp_minus(p, n) - h,
    )
    return own, np.where(p < 30.0, near, np.exp(q) - here)


def _first_small(n: Floats, p: Floats, q: Floats, k: Floats) -> Floats:
    own, other = _slopes_small(n, p, q)
    return np.where(k < 0, other, own)


def _cross_small(n: Floats, p: Floats, q: Floats, k: Floats) -> Floats:
    """h_n (1 - d_n) with the steps d_n = h_n - h_(n+1) from above: d_n (n + 1 + h_(n+1)) = h_(n+1) (1 - d_(n+1))."""
    product = np.exp(p + q)
    following, step, rest = np.zeros_like(product), np.zeros_like(product), np.ones_like(product)
    for j in range(TERMS, 0, -1):  # from h and d of n + j to those of n + j - 1
        below = n + j + following
        step, rest = following * rest / below, (n + j + step * following) / below
        following = product / below
    return np.asarray(following * rest)


def _bend_small(n: Floats, p: Floats, q: Floats, k: Floats) -> Floats:
    """Half the counts less h_n e_n, where e_n = 1/2 - d_n is ((n + 1)/2 - h_(n+1) e_(n+1))/(n + 1 + h_(n+1))."""
    product = np.exp(p + q)
    following, less = np.zeros_like(product), np.full_like(product, 0.5)
    for j in range(TERMS, 0, -1):  # from h and e of n + j to those of n + j - 1
        below = n + j + following
        less = (0.5 * (n + j) - following * less) / below
        following = product / below
    return np.asarray(0.5 * np.maximum(k, 0.0) - following * less)


# -- large -------------------------------------------------------------------------------------------------------


def _saddle(n: Floats, p: Floats, q: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """log a*, log b*, e = log(a*/a), log w and 1 - (n/w)^2."""
    middle, near = 0.5 * (p + q), p + q < RIGHT
    ratio = 0.5 * np.asarray(times_exp(n, -middle))  # n/x
    far = ratio > 1e8
    lean = np.where(far, np.log(np.where(far, n, 1.0)) - middle, np.arcsinh(ratio))
    log_w = np.where(far, np.log(np.where(far, n, 1.0)), LOG2 + middle + 0.5 * np.log1p(ratio * ratio))
    own = np.where(near, np.log(_rate(n, p + q)), middle + lean)
    inverse = 1.0 / ratio
    rest = np.where(ratio > 1.0, inverse * inverse / (1.0 + inverse * inverse), 1.0 / (1.0 + ratio * ratio))
    # the gap as a difference of smaller numbers: rates that are alike differ little, and a rare rival tells nothing
    half = 0.5 * (q - p)
    gap = np.where(np.absolute(lean) + np.absolute(half) < np.absolute(own) + np.absolute(p), lean + half, own - p)
    return own, np.where(near, (p + q) - own, middle - lean), gap, log_w, rest


def _rate(n: Floats, both: Floats) -> Floats:
    """a*, where a b = e^``both`` is a number."""
    return 0.5 * (np.sqrt(n * n + 4.0 * np.exp(both)) + n)


def _times_rate(factor: Floats, n: Floats, rate: Floats, both: Floats) -> Floats:
    """``factor`` times a*, by its logarithm ``rate`` where a b = e^``both`` is out of range."""
    return np.where(both < RIGHT, factor * _rate(n, both), np.asarray(times_exp(factor, rate)))


def _excess(rate: Floats, e: Floats, own: Floats, times: Formula) -> Floats:
    """e^rate (e^-e - 1 + e), through the end of it that does not overflow; never negative. e^own is e^(rate - e)."""
    near = np.absolute(e) < 1.0
    square = np.square(np.where(near, e, 0.0)) * _half_square(np.where(near, -e, 0.0))
    right = np.expm1(-np.maximum(e, 0.0)) + e
    left = np.asarray(times_exp(e * np.exp(np.minimum(e, 0.0)) - np.expm1(np.minimum(e, 0.0)), own))
    return np.where(e > -1.0, times(np.where(near, square, right), rate), left)


def _half_square(x: Floats) -> Floats:
    """(e^x - 1 - x)/x^2, a half at 0, for |x| <= 1."""
    return horner(tables.HALF_SQUARE, x)


def _debye(log_w: Floats, rest: Floats) -> tuple[Floats, Floats, Floats]:
    """log of the Debye series, w - x I'/I = (1 - (n/w)^2) (1/2 + ...) over ``rest``, 1 - (n/w)^2, and ... times w."""
    inverse, share = np.exp(-log_w), 1.0 - rest
    total, slope, more = np.zeros_like(inverse), np.zeros_like(inverse), np.zeros_like(inverse)
    for k in range(len(tables.DEBYE), 0, -1):
        row = tables.DEBYE[k - 1]
        total = inverse * (total + horner(row, share))
        more = slope + horner([(k + 2.0 * j) * c for j, c in enumerate(row)], share)
        slope = inverse * more
    return total, 0.5 + slope, more


def _loss_large(n: Floats, p: Floats, q: Floats, k: Floats) -> Floats:
    own, other, e, log_w, rest = _saddle(n, p, q)
    series = _debye(log_w, rest)[0]

    def first(factor: Floats, rate: Floats) -> Floats:
        return _times_rate(factor, n, rate, p + q)

    gaps = _excess(own, e, p, first) + _excess(other, -e, q, times_exp)
    return np.asarray(gaps + (0.5 * (np.log(2.0 * np.pi) + log_w) - series))


def _first_large(n: Floats, p: Floats, q: Floats, k: Floats) -> Floats:
    """a - a* + (w - x I'/I)/2, or the same of b for k < 0."""
    own, other, e, log_w, rest = _saddle(n, p, q)
    gap = rest * _debye(log_w, rest)[1]
    turned = k < 0
    rate, e, rival = np.where(turned, other, own), np.where(turned, -e, e), np.where(turned, q, p)
    less = np.expm1(-np.maximum(e, -1.0))
    small = np.where(turned, np.asarray(times_exp(less, rate)), _times_rate(less, n, rate, p + q))
    return np.where(e < -1.0, np.asarray(times_exp(-np.expm1(np.minimum(e, 0.0)), rival)), small) + 0.5 * gap


def _cross_large(n: Floats, p: Floats, q: Floats, k: Floats) -> Floats:
    """(w^2 - (x I'/I)^2)/4, which where x^2 is next to nothing is a b/w times 1 + ..."""
    _, _, _, log_w, rest = _saddle(n, p, q)
    share = _debye(log_w, rest)[1]
    gap, alone = rest * share, np.asarray(times_exp(2.0 * share, (p + q) - log_w))
    return np.where(rest < LEAST, alone, 0.5 * np.asarray(times_exp(gap, log_w)) - 0.25 * gap * gap)


def _bend_large(n: Floats, p: Floats, q: Floats, k: Floats) -> Floats:
    """The same where w has cancelled: n (1 +- n/w)/4 less what the series adds."""
    _, _, _, log_w, rest = _saddle(n, p, q)
    _, share, more = _debye(log_w, rest)
    gap, lean = rest * share, n * np.exp(-log_w)
    counts = 0.25 * n * np.where(k < 0, -rest / (1.0 + lean), 1.0 + lean)
    return np.asarray(counts - (0.5 * rest * more + 0.25 * gap * (1.0 - gap)))


#: -log p(k)
skellam_loss = _by_size(_loss_small, _loss_large)
#: its derivative in u
skellam_first = _by_size(_first_small, _first_large)
#: its second derivative in u less half the first, without a/2: what is left of them behind a square
skellam_bend = _by_size(_bend_small, _bend_large)
#: minus its mixed second derivative
skellam_cross = _by_size(_cross_small, _cross_large)
