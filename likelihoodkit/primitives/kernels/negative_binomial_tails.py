"""Both tails of a negative binomial law at a count y, log mean f and log dispersion a, with their derivatives.

With r = e^-a, q = m/(m + r) the probabilities p(k) have the ratios p(k + 1)/p(k) = (k q + r q)/(k + 1), where r q is
e^f (1 - q): all of them are positive, however large or small mean and dispersion are. The smaller of P(Y <= y) and
P(Y > y) is p at its edge times a sum of such products, the other is the rest. A slope in f is a multiple of p there
over the sum; those in a are conditional means of the slopes of log p(k), which differ from one count to the next by
k e^a/(1 + k e^a) - q. Sums of many terms are tails of the beta law instead.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._rows import SIZE, by_place, complement, row
from likelihoodkit.primitives.kernels._tools import Floats, Kernel, remembered
from likelihoodkit.primitives.kernels.beta_tails import BetaTail, tail, tails
from likelihoodkit.primitives.kernels.curves import negative_binomial_curve
from likelihoodkit.primitives.kernels.exponential import EXP_NORMAL, log1m_exp_neg_exp, times_exp
from likelihoodkit.primitives.kernels.gamma import log_gamma, log_gamma_1p_near
from likelihoodkit.primitives.kernels.gamma_tails import HALF
from likelihoodkit.primitives.kernels.logistic import sigmoid
from likelihoodkit.primitives.kernels.negative_binomial_near import dispersion_slope, few_counts
from likelihoodkit.primitives.kernels.products import scaled_rate, scaled_rate_slope
from likelihoodkit.primitives.kernels.rising import digamma_rising, log_rising, trigamma_rising
from likelihoodkit.primitives.kernels.whole_pairs import (
    negative_binomial_loss,
    negative_binomial_slope,
)

MOST = 400.0  # terms that are summed
DIGIT, SPENT = 1e-18, 42.0  # a term that is left out, and minus its logarithm
RARE, LEAST = 46.0, 60.0  # a beyond which r is gone beside 1, and one at which the limit is taken
SURE = 50.0  # logit of q beyond which q^y is 1
Rows = tuple[Floats, ...]


class _Place:
    """What the sums are made of."""

    def __init__(self, y: Floats, f: Floats, a: Floats) -> None:
        self.y, self.f, self.a = y, f, a
        self.q, self.rest = np.asarray(sigmoid(a + f)), np.asarray(sigmoid(-(a + f)))
        r = np.exp(-a)
        self.few = np.where(a + f > SURE, r, np.asarray(times_exp(self.rest, f)))  # r q
        self.r = r if (np.absolute(a) <= EXP_NORMAL).all() else None  # asked for at each term

    def share(self, k: Floats) -> Floats:
        """k e^a/(1 + k e^a)."""
        return 1.0 / (1.0 + (np.asarray(times_exp(1.0 / k, -self.a)) if self.r is None else self.r / k))

    def at(self, k: Floats) -> tuple[Floats, Floats, Floats]:
        """log p(k), its slope and curvature in a."""
        place = (k, self.f, self.a)
        return (
            -np.asarray(negative_binomial_loss(*place)),
            -np.asarray(negative_binomial_slope(*place)),
            -np.asarray(negative_binomial_curve(*place)),
        )


def _sums(place: _Place, edge: Floats, *, upward: bool) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Sum of p(k)/p(edge) away from the edge, two derivatives of its logarithm in a, the sum less one and two terms."""
    term, total = np.ones_like(edge), np.ones_like(edge)
    beyond, farther, lost = np.zeros_like(edge), np.zeros_like(edge), np.zeros_like(edge)
    slope, bend = np.zeros_like(edge), np.zeros_like(edge)
    first, second, third = np.zeros_like(edge), np.zeros_like(edge), np.zeros_like(edge)
    k = edge
    while np.any(term > DIGIT * total):
        j = k if upward else k - 1.0
        step = j * place.q + place.few
        share = place.share(np.maximum(j, 0.0))
        sign = 1.0 if upward else -1.0
        with np.errstate(invalid="ignore"):
            ratio = step / (k + 1.0) if upward else np.where(k > 0.0, k / step, 0.0)
        term = np.where(term > DIGIT * total, term * ratio, 0.0)
        slope = slope + sign * (share - place.q)
        bend = bend + sign * (share * (1.0 - share) - place.q * place.rest)
        told = term - lost  # what rounding took of the sum so far is told with the next term
        more = beyond + told
        lost, beyond = (more - beyond) - told, more
        total = 1.0 + beyond
        farther = np.where(k == edge, 0.0, farther + term)
        first, second, third = first + term * slope, second + term * slope * slope, third + term * bend
        k = k + sign
    mean = first / total
    return total, mean, third / total + (second / total - mean * mean), beyond, farther


def _product(slope: Floats, factor: Floats) -> Floats:
    return np.where((slope == 0.0) | (factor == 0.0), 0.0, slope * factor)


def _below(y: Floats, f: Floats, a: Floats) -> Floats:
    place = _Place(y, f, a)
    total, mean, bend, _, farther = _sums(place, y, upward=False)
    log_p, in_a, curve = place.at(y)
    edge = y * place.q + place.few
    slope = -edge / total
    # the slope in f of log p(y) and of its share of the sum, without the y and the edge that cancel between them
    some = (y > 0.0) & (edge < np.inf)
    step = np.where(some, (y - 1.0) * place.q + place.few, 1.0)
    less = farther * step / np.where(some, y, 1.0)
    lean = y * ((1.0 + less) * ((y - 1.0) + place.rest) / step - less) / total
    turn = np.where(np.isinf(edge), 1.0, place.rest + np.where(some, lean, 0.0))
    along = np.where(edge == 0.0, 0.0, y * place.q / edge) - place.q - mean
    return np.stack([
        log_p + np.log(total), slope, in_a + mean, _product(slope, turn), _product(slope, along), curve + bend,
    ])  # fmt: skip


def _above(y: Floats, f: Floats, a: Floats) -> Floats:
    place, n = _Place(y, f, a), y + 1.0
    total, mean, bend, beyond, _ = _sums(place, n, upward=True)
    log_p, in_a, curve = place.at(n)
    slope = n / total
    turn = n * (beyond / total - place.q) - place.few  # of log p(n) less the slope, without the n of both
    return np.stack([
        log_p + np.log(total), slope, in_a + mean, _product(slope, turn), -slope * mean, curve + bend,
    ])  # fmt: skip


def _by_sum_below(y: Floats, f: Floats, a: Floats) -> Rows:
    rows = _below(y, f, a)
    rows[2] = dispersion_slope(rows[2], y, f, a, above=False)
    return rows, complement(rows, few_counts(y, f, a, above=False))


def _by_sum_above(y: Floats, f: Floats, a: Floats) -> Rows:
    rows = _above(y, f, a)
    rows[2] = dispersion_slope(rows[2], y, f, a, above=True)
    return complement(rows, few_counts(y, f, a, above=True)), rows


def _of_beta(y: Floats, f: Floats, a: Floats) -> Rows:
    """P(Y <= y) is I(r, y + 1) at logit -(a + f), and P(Y > y) is I(y + 1, r) at a + f."""
    r, n, z = np.exp(-a), y + 1.0, a + f
    low, high = tails(r, n, -z)
    turn = r * np.asarray(sigmoid(z)) - n * np.asarray(sigmoid(-z))
    return (
        _of_tail(low, -1.0, turn, r * low.gap_first, r, low.first, low.first_first),
        _of_tail(high, 1.0, -turn, -r * high.gap_second, r, high.second, high.second_second),
    )


def _of_tail(
    found: BetaTail, sign: float, turn: Floats, gap: Floats, r: Floats, first: Floats, second: Floats
) -> Floats:
    """``sign``: of z in the logit, ``turn``: slope of the density in it, ``gap``: r times that of log pull in r."""
    pull = found.pull
    bend = pull * (turn - pull)
    return np.stack([
        found.log, sign * pull, sign * pull - r * first, bend, bend - sign * pull * gap,
        (bend - 2.0 * sign * pull * gap) + r * (first + r * second),
    ])  # fmt: skip


def _of_rare(y: Floats, f: Floats, a: Floats) -> Rows:
    """r -> 0: P(Y > y) is r times a function of the logit alone."""
    n, z, least = y + 1.0, a + f, np.full_like(a, np.exp(-LEAST))
    high = tail(n, least, z)
    pull = high.pull
    bend = pull * (n * np.asarray(sigmoid(-z)) - least * np.asarray(sigmoid(z)) - pull)
    above = np.stack([high.log + (LEAST - a), pull, pull - 1.0, bend, bend, bend])
    return complement(above), above


def _of_sure(y: Floats, f: Floats, a: Floats) -> Rows:
    """q = 1 but for (1 - q)^r: P(Y <= y) is that times Gamma(y + 1 + r)/(y! Gamma(1 + r))."""
    r, z = np.exp(-a), a + f
    few = r < 0.5
    normaliser = np.where(few, log_gamma_1p_near(np.where(few, r, 0.0)), np.asarray(log_gamma(1.0 + r)))
    rise = z - 1.0 - np.asarray(digamma_rising(1.0 + r, y))
    log_tail = np.asarray(log_rising(y + 1.0, r)) - normaliser - r * z
    curve = r * (1.0 - rise + r * np.asarray(trigamma_rising(1.0 + r, y)))
    below = np.stack([log_tail, -r, r * rise, 0.0 * r, r, curve])
    return below, complement(below)


def _of_rare_and_sure(y: Floats, f: Floats, a: Floats) -> Rows:
    """Both: log P(Y <= y) is -r T with T = a + f - (1 + 1/2 + ... + 1/y)."""
    r, t = np.exp(-a), a + f - np.asarray(digamma_rising(np.ones_like(y), y))
    less = np.asarray(times_exp(-t, -a))
    below = np.stack([less, -r, -r - less, 0.0 * r, r, 2.0 * r + less])
    v, h, zero = np.log(t) - a, 1.0 / t, np.zeros_like(t)
    rate, bend = np.asarray(scaled_rate(v, zero)), np.asarray(scaled_rate_slope(v, zero))
    up, fall = h - 1.0, rate * h * h
    above = np.stack([
        log1m_exp_neg_exp(v), rate * h, rate * up, bend * h * h - fall, bend * h * up - fall, bend * up * up - fall,
    ])  # fmt: skip
    return below, above


@remembered
def _both(y: Floats, f: Floats, a: Floats) -> Rows:
    """Rows of both tails at whole numbers y."""
    y, f, a = np.broadcast_arrays(y, f, a)
    place, n = _Place(y, f, a), y + 1.0
    low = f > np.log(n)  # the mean is beyond n
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        down = np.log(y) - np.log((y - 1.0) * place.q + place.few)
        up = np.log(np.maximum((n * place.q + place.few) / (n + 1.0), place.q))
    short_below = (y < MOST) | (-down * MOST > SPENT)
    short_above = -up * MOST > SPENT
    few = low & short_below & (y >= 0)
    likely = np.zeros(y.shape, dtype=bool)
    if few.any():  # dispersed counts: most of them are below the mean
        likely[few] = _below(y[few], f[few], a[few])[0] >= HALF
    places = (
        (y < 0, _no_count),
        (few & ~likely, _by_sum_below),
        ((~low | likely) & short_above, _by_sum_above),
        ((a > RARE) & (a + f > SURE), _of_rare_and_sure),
        (a + f > SURE, _of_sure),
        (a > RARE, _of_rare),
        (np.full(y.shape, True), _of_beta),
    )
    return by_place((y, f, a), places, 2)


def _no_count(y: Floats, f: Floats, a: Floats) -> Rows:
    """Below zero there is nothing."""
    above = np.zeros((SIZE, y.size))
    below = above.copy()
    below[0] = -np.inf
    return below, above


def _six(which: int, tail: str) -> list[Kernel]:
    return [row(lambda *at: _both(*at)[which], i, f"log P(Y {tail} y){how}.") for i, how in enumerate(("", *DERIVED))]


DERIVED = (", derived in f", ", derived in a", ", twice in f", ", in f and a", ", twice in a")
(
    log_negative_binomial_cdf, log_negative_binomial_cdf_f, log_negative_binomial_cdf_a, log_negative_binomial_cdf_ff,
    log_negative_binomial_cdf_fa, log_negative_binomial_cdf_aa,
) = _six(0, "<=")  # fmt: skip
(
    log_negative_binomial_survival, log_negative_binomial_survival_f, log_negative_binomial_survival_a,
    log_negative_binomial_survival_ff, log_negative_binomial_survival_fa, log_negative_binomial_survival_aa,
) = _six(1, ">")  # fmt: skip
