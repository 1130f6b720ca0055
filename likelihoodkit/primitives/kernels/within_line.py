"""The losses of laws of u = (y - m) e^t alone, seen between two bounds only: of extremes and the logistic.

A law is told by its loss as a curve in u: how it differs between two places, its tails and what they are beside the
density at their bound. Slopes in m and t are made of those in u. A bound lies in the tail that has less than half.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from likelihoodkit.primitives.kernels._rows import kernels_of
from likelihoodkit.primitives.kernels._tools import Floats, Kernel, remembered
from likelihoodkit.primitives.kernels.exponential import log1m_exp_neg_exp, log1pmx, times_exp
from likelihoodkit.primitives.kernels.lives import rate_short
from likelihoodkit.primitives.kernels.logistic import sigmoid, softplus
from likelihoodkit.primitives.kernels.products import scaled_rate, scaled_rate_slope
from likelihoodkit.primitives.kernels.robust import expm1_minus
from likelihoodkit.primitives.kernels.within import Law, Rows, Tails, seen_within

Jet = tuple[Floats, Floats, Floats]  # a function of u with its first two derivatives
FEW = 12  # places of an integral over a short way: nothing turns nearer than pi/2 beside the line
FAR = 5.0  # distance of two places beyond which exponentials are subtracted as they are
MEDIAN = float(np.log(np.log(2.0)))  # of the law of extremes


@dataclass(frozen=True)
class Curve:
    """The loss, how it, its slope and its curvature differ between two places (and their distance), tails and rests.

    The last two take a side: 1 for what is below, -1 for what is above. ``edge`` is the slope and curvature of the loss
    at a place, from the side on which another one lies, where that matters; ``kinks`` are where it does. Where u
    overflows, a rest is ``far`` less so many times log |u| as ``power`` says, if that is told.
    """

    loss: Callable[[Floats], Jet]
    gap: Callable[[Floats, Floats, Floats], Jet]
    tail: Callable[[float, Floats], Jet]
    rest: Callable[[float, Floats], Jet]
    edge: Callable[[Floats, Floats], tuple[Floats, Floats]] | None = None
    kinks: tuple[float, ...] = ()
    far: Callable[[float], float] | None = None
    power: float = 0.0
    jump: float = 0.0


def product(first: Floats, second: Floats) -> Floats:
    """Their product; nothing times infinity is nothing."""
    return np.where((first == 0.0) | (second == 0.0), 0.0, first * second)


def _in_m_and_t(jet: Jet, u: Floats, t: Floats, *, density: bool) -> Rows:
    """Rows of a function of u; that of a loss or a rest has t taken off."""
    value, slope, curve = jet
    along, turn = product(u, slope), product(u, curve)
    return np.stack([
        value - t * density, -np.asarray(times_exp(slope, t)), along - density,
        np.asarray(times_exp(curve, 2.0 * t)), -np.asarray(times_exp(slope + turn, t)), along + product(u, turn),
    ])  # fmt: skip


def law_of(curve: Curve) -> Law:
    """The law in m and t."""

    def loss(y: Floats, m: Floats, t: Floats) -> Rows:
        u = np.asarray(times_exp(y - m, t))
        return _in_m_and_t(curve.loss(u), u, t, density=True)

    def gap(y: Floats, b: Floats, m: Floats, t: Floats) -> Rows:
        u, v, d = (np.asarray(times_exp(part, t)) for part in (y - m, b - m, y - b))
        value, less, curves = curve.gap(u, v, d)
        slope, there = curve.loss(v)[1:] if curve.edge is None else curve.edge(v, d)
        along = product(u, less) + product(d, slope)
        bend = product(u, curves) + product(d, there)
        return np.stack([
            value, -np.asarray(times_exp(less, t)), along, np.asarray(times_exp(curves, 2.0 * t)),
            -np.asarray(times_exp(less + bend, t)), along + product(u, bend) + product(d, product(v, there)),
        ])  # fmt: skip

    def tails(b: Floats, m: Floats, t: Floats) -> Tails:
        u = np.asarray(times_exp(b - m, t))
        below, above = (_in_m_and_t(curve.tail(side, u), u, t, density=False) for side in (1.0, -1.0))
        rests = [_in_m_and_t(curve.rest(side, u), u, t, density=True) for side in (1.0, -1.0)]
        if curve.far is not None:
            rests = [
                np.where(side * u == -np.inf, _far_rest(curve.far(side), curve.power, side, b - m, t), rest)
                for side, rest in zip((1.0, -1.0), rests, strict=True)
            ]
        return below, above, rests[0], rests[1]

    def between(low: Floats, high: Floats, share: float, *_: Floats) -> tuple[Floats, Floats]:
        return low + share * (high - low), np.log(high - low)

    def kinks(m: Floats, t: Floats) -> list[Floats]:
        return [m + np.asarray(times_exp(np.full_like(t, place), -t)) for place in curve.kinks]

    return Law(loss, gap, tails, between, kinks, curve.jump, FEW)


def _far_rest(level: float, power: float, side: float, distance: Floats, t: Floats) -> Rows:
    size, zero = np.absolute(distance), np.zeros_like(t)
    slope = np.where(power == 0.0, 0.0, power / size)
    return np.stack([
        level - power * np.log(size) - (1.0 + power) * t, -side * slope, zero - (1.0 + power),
        slope * slope / max(power, 1.0), zero, zero,
    ])  # fmt: skip


def _extreme_loss(u: Floats) -> Jet:
    x = np.exp(u)
    return np.where(u == np.inf, np.inf, x - u), np.expm1(u), x


def _extreme_gap(u: Floats, v: Floats, d: Floats) -> Jet:
    """e^u - e^v - d."""
    x, far, beyond = np.exp(v), np.absolute(d) > FAR, np.maximum(u, v) > 709.0
    short = np.where(far, 0.0, d)
    plain = np.exp(u) - x
    value = np.where(far, plain - d, product(x, np.asarray(expm1_minus(short))) + product(short, np.expm1(v)))
    less = np.where(far, plain, product(x, np.expm1(short)))
    infinite = np.where(d == 0.0, 0.0, np.sign(d) * np.exp(np.maximum(u, v)))
    less = np.where(beyond, infinite, less)
    return np.where(beyond, infinite, value), less, less


def _extreme_tail(side: float, u: Floats) -> Jet:
    if side > 0.0:
        zero = np.zeros_like(u)
        return log1m_exp_neg_exp(u), np.asarray(scaled_rate(u, zero)), np.asarray(scaled_rate_slope(u, zero))
    x = -np.exp(u)
    return x, x, x


def _extreme_rest(side: float, u: Floats) -> Jet:
    """Below log((e^x - 1)/x) with x = e^u, above -u."""
    if side < 0.0:
        there = np.where(u >= MEDIAN, u, np.nan)
        return -there, -np.ones_like(u), np.zeros_like(u)
    z = np.where(u < MEDIAN, u, np.nan)
    x = np.exp(z)
    slope = x - np.asarray(rate_short(z))
    value = np.log1p(np.where(x == 0.0, 0.0, np.asarray(expm1_minus(x)) / x))
    return value, slope, x - np.asarray(scaled_rate(z, np.zeros_like(z))) * slope


def logistic_loss(u: Floats) -> Jet:
    """2 log(2 cosh(u/2))."""
    size = np.absolute(u)
    return size + 2.0 * softplus(-size), np.tanh(0.5 * u), 2.0 * sigmoid(u) * sigmoid(-u)


def logistic_gap(u: Floats, v: Floats, d: Floats) -> Jet:
    """d + 2 log((1 + e^-u)/(1 + e^-v)), from the side of v; the slopes tanh(u/2) and tanh(v/2) by their distance."""
    turn = np.where(v < 0.0, -1.0, 1.0)
    share, less = np.asarray(sigmoid(-turn * v)), np.asarray(sigmoid(-np.absolute(u)))
    w = turn * d
    near = np.absolute(w) < FAR
    step = np.expm1(-np.where(near, w, 0.0))
    bend = np.asarray(log1pmx(share * step)) + share * np.asarray(expm1_minus(-np.where(near, w, 0.0)))
    apart = np.where(near, 0.0, w) + 2.0 * (softplus(-turn * u) - softplus(-turn * v))
    value = np.where(near, product(w, np.tanh(0.5 * turn * v)) + 2.0 * bend, apart)
    both = share * (1.0 - less) + less * (1.0 - share)
    slopes = np.where(np.sign(u) * np.sign(v) < 0.0, 2.0 - 2.0 * both, 2.0 * both)
    return value, product(np.tanh(0.5 * d), slopes), 2.0 * (sigmoid(u) * sigmoid(-u) - sigmoid(v) * sigmoid(-v))


def _logistic_tail(side: float, u: Floats) -> Jet:
    return -softplus(-side * u), side * sigmoid(-side * u), -sigmoid(u) * sigmoid(-u)


def _logistic_rest(side: float, u: Floats) -> Jet:
    there = np.where(side * u < 0.0 if side > 0.0 else u >= 0.0, u, np.nan)
    return softplus(side * there), side * sigmoid(side * there), sigmoid(u) * sigmoid(-u)


def _six(curve: Curve) -> list[Kernel]:
    law = law_of(curve)

    @remembered
    def rows(y: Floats, low: Floats, high: Floats, m: Floats, t: Floats) -> Rows:
        return seen_within(law, y, low, high, -np.inf, np.inf, m, t)

    return kernels_of(rows, "mt", __name__)


(
    extreme_within, extreme_within_m, extreme_within_t, extreme_within_mm, extreme_within_mt, extreme_within_tt,
) = _six(Curve(_extreme_loss, _extreme_gap, _extreme_tail, _extreme_rest))  # fmt: skip
(
    logistic_within, logistic_within_m, logistic_within_t, logistic_within_mm, logistic_within_mt, logistic_within_tt,
) = _six(Curve(logistic_loss, logistic_gap, _logistic_tail, _logistic_rest))  # fmt: skip
