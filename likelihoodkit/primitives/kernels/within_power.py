"""The loss of errors with the density e^(-|r/s|^c), seen between two bounds only, by m, f = log s and k = log c.

The power of a distance from the location is a gamma amount of shape 1/c: the tails are those of `within_shape`. What
moves with the location is told by the density at the bound.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._rows import kernels_of
from likelihoodkit.primitives.kernels._tools import Floats, remembered
from likelihoodkit.primitives.kernels.gamma import digamma, log_gamma, trigamma
from likelihoodkit.primitives.kernels.within import Law, Rows, Tails, log_mass, seen_within
from likelihoodkit.primitives.kernels.within_line import product
from likelihoodkit.primitives.kernels.within_shape import POWERED_GAMMA

LOG2 = float(np.log(2.0))
LOCATION = [1, 4, 5, 6]  # rows of what moves with m
STEPS = 8.0  # power by which places come near the location, where the loss is a power of its distance


class _Place:
    """The side of a place, its distance, the power w = c (log |r| - f) and A = e^w, and c A/|r|."""

    def __init__(self, y: Floats, m: Floats, f: Floats, k: Floats) -> None:
        self.side, self.size, self.c, self.k = np.sign(y - m), np.absolute(y - m), np.exp(k), k
        log_size = np.log(self.size)
        self.w = product(self.c, log_size - f)
        self.grown = np.exp(self.w)
        self.steep = np.where(self.size == 0.0, 0.0, np.exp(self.w + k - log_size))

    def rows(self) -> Rows:
        """A alone, in m, f and k."""
        c, grown, steep, w = self.c, self.grown, self.steep, self.w
        along, own = product(c, grown), product(grown, w)
        bent = np.where(self.size == 0.0, 0.0, product(steep, np.expm1(self.k) / self.size))
        return np.stack([
            grown, -self.side * steep, -along, own, bent, self.side * product(c, steep),
            -self.side * (steep + product(steep, w)), product(c, along), -(along + product(c, own)),
            own + product(own, w),
        ])  # fmt: skip


def _loss(y: Floats, m: Floats, f: Floats, k: Floats) -> Rows:
    found, a = _Place(y, m, f, k).rows(), np.exp(-k)
    lean = product(a, np.asarray(digamma(1.0 + a)))
    found[0] += LOG2 + f + np.asarray(log_gamma(1.0 + a))
    found[2] += 1.0
    found[3] -= lean
    found[9] += lean + product(product(a, a), np.asarray(trigamma(1.0 + a)))
    return found


def _gap(y: Floats, b: Floats, m: Floats, f: Floats, k: Floats) -> Rows:
    """Of two places on one side by their ratio."""
    here, there = _Place(y, m, f, k), _Place(b, m, f, k)
    c, w, v, side = here.c, here.w, there.w, here.side
    longer, endless = here.size - there.size, np.isinf(here.grown) & np.isinf(there.grown)
    further = np.where(longer > 0.0, here.rows(), np.where(longer < 0.0, -there.rows(), 0.0))
    plain = np.where(endless, further, here.rows() - there.rows())
    step = side * (y - b) / there.size
    near = (side * there.side > 0.0) & (step > -0.5) & (np.absolute(step) < 1.0)
    d = np.log1p(np.where(near, step, 0.0))
    apart = product(c, d)
    value = product(there.grown, np.expm1(apart))
    near &= (np.absolute(apart) < 1.0) & np.isfinite(there.grown)
    steep = product(there.steep, np.expm1(apart - d))
    own = product(w, value) + product(there.grown, apart)
    along = product(c, value)
    bent = product(product(there.steep, np.expm1(k)) / there.size, np.expm1(apart - 2.0 * d))
    close = np.stack([
        value, -side * steep, -along, own, bent, side * product(c, steep),
        -side * (steep + product(steep, w) + product(there.steep, apart)), product(c, along),
        -(along + product(c, own)), own + product(value, w * w) + product(product(there.grown, apart), w + v),
    ])  # fmt: skip
    return np.where(near, close, plain)


def _in_letters(rows: Rows) -> tuple[Floats, ...]:
    """The slopes and curvatures in f and k of those in m, t and n = -t: f, k, ff, fk, kk."""
    _, m, t, n, mm, mt, mn, tt, tn, nn = rows
    return m, t - n, mm, mt - mn, tt - 2.0 * tn + nn


def _tails(b: Floats, m: Floats, f: Floats, k: Floats) -> Tails:
    side, size = np.sign(b - m), np.absolute(b - m)
    apart = size > 0.0
    distance = np.where(apart, size, 1.0)
    _, above, _, rest = POWERED_GAMMA.tails(distance, f, k, -k)
    loss = _loss(b, m, f, k)
    beyond = np.where(apart, np.stack([above[0] - LOG2, *_in_letters(above)]), 0.0)
    beyond[0] = np.where(apart, beyond[0], -LOG2)
    odds = np.exp(beyond[0]) / -np.expm1(beyond[0])
    slopes = np.stack([beyond[1], beyond[2]])
    pairs = np.stack([slopes[0] * slopes[0], slopes[0] * slopes[1], slopes[1] * slopes[1]])
    inner = np.concatenate([
        np.log1p(-np.exp(beyond[0]))[None], -product(odds, slopes),
        -product(odds, beyond[3:] + product(1.0 + odds, pairs)),
    ])  # fmt: skip
    upper, lower = np.where(side >= 0.0, beyond, inner), np.where(side <= 0.0, beyond, inner)
    left, one = np.where(beyond[0] <= -2.0 * LOG2, rest, np.nan), np.ones_like(side)
    return (
        _with_location(lower, loss, -one), _with_location(upper, loss, one),
        _rest(left, distance, -one, side), _rest(left, distance, one, side),
    )  # fmt: skip


def _with_location(tail: Floats, loss: Rows, sign: Floats) -> Rows:
    """Rows of the logarithm of a tail above (sign 1) or below, by the density over it where it begins."""
    pull = sign * np.exp(-loss[0] - tail[0])
    turned = [product(pull, -lean - own) for lean, own in ((loss[1], pull), (loss[2], tail[1]), (loss[3], tail[2]))]
    return np.stack([tail[0], pull, tail[1], tail[2], *turned, tail[3], tail[4], tail[5]])


def _rest(rows: Rows, distance: Floats, sign: Floats, side: Floats) -> Rows:
    """Of a density of the distance, not of its logarithm; NaN on the other side."""
    f, k, ff, fk, kk = _in_letters(rows)
    found = np.stack([
        rows[0] + np.log(distance), -sign * (1.0 - f) / distance, f, k, ((ff - 1.0) + f) / distance / distance,
        sign * ff / distance, sign * fk / distance, ff, fk, kk,
    ])  # fmt: skip
    return np.where(side == sign, found, np.nan)


def _between(low: Floats, high: Floats, share: float, m: Floats, *_: Floats) -> tuple[Floats, Floats]:
    """From the location on by powers of the share."""
    length, rest = high - low, 1.0 - share
    place = np.where(low == m, low + length * share**STEPS, low + share * length)
    place = np.where(high == m, high - length * rest**STEPS, place)
    speed = np.where(low == m, share ** (STEPS - 1.0), 0.0) + np.where(high == m, rest ** (STEPS - 1.0), 0.0)
    return place, np.log(length) + np.where(
        (low == m) | (high == m), np.log(STEPS * np.where(speed > 0, speed, 1)), 0.0
    )


POWER = Law(_loss, _gap, _tails, _between, lambda m, *_: [m])


def _by_ends(mass: Rows, low: Floats, high: Floats, *place: Floats) -> Rows:
    """The rows with those in m by the densities at both ends: of a power below 2 they are no integrals."""
    shares, slopes = [], []
    for end, sign in ((low, 1.0), (high, -1.0)):
        some = np.isfinite(end)
        loss = _loss(np.where(some, end, 0.0), *place)
        shares.append(np.where(some, sign * np.exp(-loss[0] - mass[0]), 0.0))
        slopes.append(loss[1:4])
    found = mass.copy()
    found[1] = shares[0] + shares[1]
    found[4:7] = -sum(product(share, slope + found[1:4]) for share, slope in zip(shares, slopes, strict=True))
    return found


@remembered
def _mass(*arguments: Floats) -> Rows:
    low, high, m, f, k = (np.asarray(part, dtype=np.float64) for part in np.broadcast_arrays(*arguments))
    found = log_mass(POWER, low, high, -np.inf, np.inf, m, f, k)
    inside = (low < m) & (m < high) & (k < LOG2)
    return np.where(inside, _by_ends(found, low, high, m, f, k), found)


@remembered
def _within(*arguments: Floats) -> Rows:
    y, low, high, m, f, k = (np.asarray(part, dtype=np.float64) for part in np.broadcast_arrays(*arguments))
    found = seen_within(POWER, y, low, high, -np.inf, np.inf, m, f, k)
    inside = (low < m) & (m < high) & (k < LOG2)
    if inside.any():
        apart = _loss(y, m, f, k)[LOCATION] + _mass(low, high, m, f, k)[LOCATION]
        found[LOCATION] = np.where(inside, apart, found[LOCATION])
    return found


(
    power_within, power_within_m, power_within_f, power_within_k, power_within_mm, power_within_mf, power_within_mk,
    power_within_ff, power_within_fk, power_within_kk,
) = kernels_of(_within, "mfk", __name__)  # fmt: skip
(
    power_between, power_between_m, power_between_f, power_between_k, power_between_mm, power_between_mf,
    power_between_mk, power_between_ff, power_between_fk, power_between_kk,
) = kernels_of(_mass, "mfk", __name__, "log P(low <= Y <= high)")  # fmt: skip
