"""The loss of gamma amounts seen between two bounds only, by the logarithm t of one over the mean and n of the shape.

With a = e^n, c = b e^t and q = y/b - 1 the gap of the loss at y to that at a bound b is a (c q - log(1 + q)) +
log(1 + q), where c q - log(1 + q) is (c - 1) q + (q - log(1 + q)): neither is negative from a bound in the tail.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._rows import row
from likelihoodkit.primitives.kernels._shaped import log_ratio, of_amount
from likelihoodkit.primitives.kernels._tools import Floats, Mask, remembered
from likelihoodkit.primitives.kernels.curves import gamma_curve
from likelihoodkit.primitives.kernels.differences import log_times_exp
from likelihoodkit.primitives.kernels.exponential import log1pmx, times_exp
from likelihoodkit.primitives.kernels.gamma_carried import CLOSE, FEW, Tails, close_series, tails_and_rests
from likelihoodkit.primitives.kernels.whole import gamma_loss, log_less_digamma, scaled_deviance, scaled_excess
from likelihoodkit.primitives.kernels.within import Law, Rows, seen_within

FAR = 30.0  # log of an end over the mean beyond which the mean is nothing beside it


def _loss(y: Floats, t: Floats, n: Floats) -> Rows:
    excess, deviance = np.asarray(scaled_excess(y, t, n)), np.asarray(scaled_deviance(y, t, n))
    return np.stack([
        np.asarray(gamma_loss(y, t, n)), excess, deviance - np.asarray(log_less_digamma(n)),
        np.asarray(times_exp(y, t + n)), excess, deviance + np.asarray(gamma_curve(n)),
    ])  # fmt: skip


def _gap(y: Floats, b: Floats, t: Floats, n: Floats) -> Rows:
    log_c, apart = np.asarray(log_times_exp(b, t)), y - b
    q = apart / b
    rate = np.asarray(times_exp(apart, t + n))
    tilt = np.expm1(np.minimum(log_c, FAR + 1.0)) * q
    length = log_ratio(y, b)
    near = np.absolute(q) < 0.5
    bow = np.where(near, -np.asarray(log1pmx(np.where(near, q, 0.0))), q - length)
    whole = np.asarray(times_exp(np.where(log_c > FAR, bow, tilt + bow), n))
    both = np.where(apart == 0.0, 0.0, np.where(log_c > FAR, rate + whole, whole))
    less = -np.expm1(n) * length  # with a c q, which is the rate, and 1 - a
    plain = np.maximum(np.absolute(rate), np.absolute(less)) < np.maximum(both, np.absolute(length))
    return np.stack([np.where(plain, rate + less, both + length), rate, both, rate, rate, both])


def _tails(b: Floats, t: Floats, n: Floats) -> Tails:
    """The rest of the kernels is to the density of log y: here to that of y."""
    below, above, *rests = tails_and_rests(b, t, n)
    by_amount = [np.concatenate([rest[:1] + np.log(b), rest[1:]]) for rest in rests]
    return below, above, by_amount[0], by_amount[1]


def _between(low: Floats, high: Floats, share: Floats, *_: Floats) -> tuple[Floats, Floats]:
    """On a logarithmic scale."""
    return gamma_between_apart(low, high, share, high - low)


def gamma_between_apart(low: Floats, high: Floats, share: Floats, *place: Floats) -> tuple[Floats, Floats]:
    """The same where the last number is how far the ends are apart."""
    u, log_length = of_amount(low, high, share, *place)
    return u, np.log(u) + log_length


def _is_close(b: Floats, t: Floats, n: Floats) -> Mask:
    return (n < FEW) & (np.asarray(log_times_exp(b, t + n)) < CLOSE)


def _close_below(y: Floats, b: Floats, t: Floats, n: Floats) -> Rows:
    """Of a small shape, nearly all of which is far below the bound: what it shares with the rest there is left out."""
    rows = np.exp(n) * close_series(np.asarray(log_times_exp(b, t + n)), n) + np.asarray(times_exp(y, t + n))
    length = log_ratio(b, y)
    power = np.exp(n) * length
    rows[0] += np.where(n < -0.7, np.log(y) + power, np.log(b) + np.expm1(n) * length) - n
    rows[2] += power - 1.0
    rows[5] += power
    return np.asarray(rows)


GAMMA = Law(_loss, _gap, _tails, _between, below=(_is_close, _close_below))


@remembered
def _rows(y: Floats, low: Floats, high: Floats, t: Floats, n: Floats) -> Rows:
    """The loss, its slopes in t and n, its curvatures tt, tn, nn."""
    return seen_within(GAMMA, y, low, high, 0.0, np.inf, t, n)


gamma_within = row(_rows, 0, "log P(low <= Y <= high) - log p(y).")
gamma_within_t = row(_rows, 1, "Its derivative in t.")
gamma_within_n = row(_rows, 2, "Its derivative in n.")
gamma_within_tt = row(_rows, 3, "Its second derivative in t.")
gamma_within_tn = row(_rows, 4, "Its derivative in t and n.")
gamma_within_nn = row(_rows, 5, "Its second derivative in n.")
