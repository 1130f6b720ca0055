"""Zeta's counts, P(k) = k^-s/zeta(s), seen between two bounds only, and the mass between them, by f = log(s - 1).

The sum over k of (k/low)^-s is of a few counts one by one and of the others by Euler and Maclaurin; all of its terms
are positive, and so are those of its slopes in s. Without an end it is told times s - 1, down to the pole of zeta.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._rows import kernels_of
from likelihoodkit.primitives.kernels._tools import Floats, Mask, horner, remembered
from likelihoodkit.primitives.kernels.exponential import (
    CURVE_LEFT,
    bernoulli_share,
    exprel,
    exprel_derivative,
    log1m_exp,
)
from likelihoodkit.primitives.kernels.within_line import product
from likelihoodkit.primitives.kernels.zeta import log_zeta1p_exp, log_zeta1p_exp_curve, log_zeta1p_exp_slope

FEW = 20  # counts that are added one by one
STEEP = 2.0  # s over a count beyond which the few say all
SHARES = tuple(bernoulli_share(n) for n in range(1, 11))
NEAR = 2.0  # within which an integral is a series
LOG2 = float(np.log(2.0))


def _length(k: Floats, low: Floats) -> Floats:
    """log(k/low)."""
    near = k < 2.0 * low
    return np.where(near, np.log1p(np.where(near, (k - low) / low, 0.0)), np.log(k) - np.log(low))


def _edge(k: Floats, s: Floats, sign: float) -> tuple[Floats, Floats, Floats]:
    """Half a term at k and Euler and Maclaurin's corrections over k^-s, with two derivatives in s."""
    value, slope, curve = np.full_like(s, 0.5), np.zeros_like(s), np.zeros_like(s)
    rise, lean, bend = np.ones_like(s), np.zeros_like(s), np.zeros_like(s)
    for j, share in enumerate(SHARES, start=1):
        for i in (0,) if j == 1 else (2 * j - 3, 2 * j - 2):
            step = (s + i) / k
            rise, lean, bend = rise * step, lean * step + rise / k, bend * step + 2.0 * lean / k
        value, slope, curve = (
            total + sign * share * part for total, part in ((value, rise), (slope, lean), (curve, bend))
        )
    return value, slope, curve


def _times_power(parts: tuple[Floats, ...], length: Floats, s: Floats) -> tuple[Floats, Floats, Floats]:
    """A function of s with two derivatives, times e^(-s length)."""
    value, slope, curve = parts
    size = np.exp(-s * length)
    less = slope - length * value
    return size * value, size * less, size * (curve - length * (slope + less))


def _sums(low: Floats, high: Floats, x: Floats) -> tuple[tuple[Floats, ...], tuple[Floats, ...]]:
    """The sum over k from low to high of (k/low)^-s less its first term, with two derivatives in s = 1 + x > 1.

    And what is to be added to it over x, where there is no end.
    """
    s = 1.0 + x
    few = [np.zeros_like(x)] * 3
    for j in range(1, FEW):
        length = _length(low + j, low)
        term = np.where(low + j <= high, np.exp(-s * length), 0.0)
        few = [total + (-length) ** order * term for order, total in enumerate(few)]
    start, more = low + FEW, (low + FEW <= high) & (s < STEEP * (low + FEW))
    z, end = np.where(more, x, 1.0), np.where(more & (high < np.inf), high, start)
    begin = _length(start, low)
    rest = _times_power(_edge(start, 1.0 + z, 1.0), begin, 1.0 + z)
    far = _times_power(_edge(end, 1.0 + z, -1.0), _length(end, low), 1.0 + z)
    span = _length(end, start)
    whole = start * np.exp(-(1.0 + z) * begin)
    endless = more & (high == np.inf)
    mean = [part * span ** (order + 1) for order, part in enumerate(_moments(-z * span))]
    through = [whole * part for part in (mean[0], -begin * mean[0] - mean[1],
               begin * begin * mean[0] + 2.0 * begin * mean[1] + mean[2])]  # fmt: skip
    ended = [np.where(endless, a, a + b + c) for a, b, c in zip(rest, far, through, strict=True)]
    found = tuple(a + np.where(more, b, 0.0) for a, b in zip(few, ended, strict=True))
    pole = np.where(endless, whole, 0.0)
    return found, (pole, -begin * pole, begin * begin * pole)


def _second(w: Floats) -> Floats:
    near = w > -NEAR
    small, far = np.where(near, w, 0.0), np.where(near, -NEAR, w)
    beyond = (np.exp(far) - 2.0 * np.asarray(exprel_derivative(far))) / far
    return np.where(near, np.exp(small) * horner(CURVE_LEFT, -small), beyond)


def _moments(w: Floats) -> tuple[Floats, Floats, Floats]:
    """Integrals of e^(t w), t e^(t w) and t^2 e^(t w) over t from 0 to 1."""
    return np.asarray(exprel(w)), np.asarray(exprel_derivative(w)), _second(w)


def _sum(low: Floats, high: Floats, f: Floats) -> tuple[Floats, Mask]:
    """log of the sum and its two derivatives in f; where told, near the pole, f is added."""
    x = np.exp(f)
    (rest, slope, curve), (pole, pole_slope, pole_curve) = _sums(low, high, x)
    near = (high == np.inf) & (x < 1.0)
    far = np.where(near, 1.0, x)
    over = np.where(pole == 0.0, 0.0, pole / far)
    lean = slope + pole_slope / far - over / far
    bend = curve + pole_curve / far - 2.0 * pole_slope / far / far + 2.0 * over / far / far
    total = 1.0 + rest + over
    first = _steady(lean / total, far)
    second = first + _steady(_steady(bend / total, far), far) - first * first
    plain = np.stack([np.log1p(rest + over), first, second])
    whole = pole + x * (1.0 + rest)
    grown = x * (pole_slope + 1.0 + rest + x * slope)
    turned = grown + x * x * (pole_curve + 2.0 * slope + x * curve)
    share = grown / whole
    return np.where(near, np.stack([np.log(whole), share, turned / whole - share * share]), plain), near


def _steady(part: Floats, x: Floats) -> Floats:
    return np.where(part == 0.0, 0.0, part * x)


def _by_power(f: Floats, length: Floats) -> Floats:
    """s times a length, with its derivatives in f."""
    along = np.asarray(product(np.exp(f), length))
    return np.stack([along + length, along, along])


@remembered
def _within(y: Floats, low: Floats, high: Floats, f: Floats) -> Floats:
    y, low, high, f = np.broadcast_arrays(y, low, high, f)
    found, near = _sum(low, high, f)
    found += _by_power(f, _length(y, low))
    return np.where(np.isnan(f + y), np.nan, found - _lift(near, f))


def _lift(where: Mask, f: Floats) -> Floats:
    return np.where(where, np.stack([f, np.ones_like(f), np.zeros_like(f)]), 0.0)


def _share(low: Floats, high: Floats, f: Floats) -> Floats:
    """The logarithm of a mass, not close to 0, that is one sum over another."""
    found, near = _sum(low, high, f)
    zeta = np.stack([np.asarray(part(f)) for part in (log_zeta1p_exp, log_zeta1p_exp_slope, log_zeta1p_exp_curve)])
    return np.asarray(found - _by_power(f, np.log(low)) - (zeta + _lift(near, f)))


def _rest(share: Floats) -> Floats:
    """log(1 - e^share)."""
    odds = np.exp(share[0]) / -np.expm1(share[0])
    slope = product(odds, share[1])
    curve = product(odds, share[2]) + product(odds * (1.0 + odds), share[1] * share[1])
    return np.stack([np.asarray(log1m_exp(-share[0])), -slope, -curve])


@remembered
def _between(low: Floats, high: Floats, f: Floats) -> Floats:
    low, high, f = np.broadcast_arrays(low, high, f)
    one = np.ones_like(low)
    found = _share(low, high, f)
    for all_but, first, last in (
        ((low == 1.0) & (high < np.inf), np.where(high < np.inf, high, one) + 1.0, np.full_like(one, np.inf)),
        ((low > 1.0) & (high == np.inf), one, np.maximum(low - 1.0, 1.0)),
    ):
        other = _share(first, last, f)
        found = np.where(all_but & (other[0] < -LOG2), _rest(other), found)
    found = np.where((low == 1.0) & (high == np.inf), 0.0, found)
    return np.where(np.isnan(f + low), np.nan, found)


zeta_within, zeta_within_f, zeta_within_ff = kernels_of(_within, "f", __name__)
zeta_between, zeta_between_f, zeta_between_ff = kernels_of(_between, "f", __name__, "log P(low <= Y <= high)")
