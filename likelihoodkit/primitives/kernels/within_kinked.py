"""The losses of laws of u = (y - m) e^t whose halves are told apart, seen between two bounds only; see `within_line`.

The exponential and the normal with a rate of its own on either side, Huber's law, and the hyperbolic secant's. What
they have besides m and t is held: two rates, or a threshold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.primitives.kernels._rows import SIZE, kernels_of
from likelihoodkit.primitives.kernels._tools import Floats, Kernel, horner, remembered
from likelihoodkit.primitives.kernels.normal import LOG_SQRT_2PI, hazard, hazard_derivative, log_ndtr, mills_excess
from likelihoodkit.primitives.kernels.shapes import hazard_excess_derivative
from likelihoodkit.primitives.kernels.within import Law, Rows, seen_within
from likelihoodkit.primitives.kernels.within_line import Curve, Jet, law_of, logistic_gap, logistic_loss, product

OneSide = Callable[[float, Floats], Jet]  # 1 for what is below, -1 for what is above
LOG_HALF_PI, LOG_2 = float(np.log(np.pi / 2.0)), float(np.log(2.0))
#: of atan(x)/x - 1 in x^2
SERIES = [(-1.0) ** k / (2 * k + 1) for k in range(1, 24)]


def _side(u: Floats, toward: Floats) -> Floats:
    """The sign of u; at 0 the side on which ``toward`` lies."""
    return np.where(u == 0.0, np.sign(toward), np.sign(u))


def _complement(tail: Jet) -> Jet:
    """log(1 - e^L) with its derivatives."""
    value, slope, curve = tail
    share = np.exp(value)
    odds = share / (1.0 - share)
    less = -product(odds, slope)
    return np.log1p(-share), less, -product(odds, curve + product(slope, slope)) - product(less, less)


def _either(mask: NDArray[np.bool_], one: Jet, other: Jet) -> Jet:
    """The one where the mask says so, else the other."""
    return np.where(mask, one[0], other[0]), np.where(mask, one[1], other[1]), np.where(mask, one[2], other[2])


# -- exponential on both sides -----------------------------------------------------------------------------------------


def exponentials(right: float, left: float) -> Curve:
    """Of two rates."""
    log_level = np.log(1.0 / right + 1.0 / left)

    def rate(side: Floats) -> Floats:
        return np.where(side > 0.0, right, np.where(side < 0.0, -left, 0.0))

    def loss(u: Floats) -> Jet:
        slope = rate(np.sign(u))
        return product(u, slope) + log_level, slope, np.zeros_like(u)

    def edge(v: Floats, d: Floats) -> tuple[Floats, Floats]:
        return rate(_side(v, d)), np.zeros_like(v)

    def gap(u: Floats, v: Floats, d: Floats) -> Jet:
        here, there = rate(_side(u, -d)), rate(_side(v, d))
        same = here == there
        value = np.where(same, product(d, here), product(u, here) - product(v, there))
        return value, rate(np.sign(u)) - there, np.zeros_like(u)

    def tail(side: float, u: Floats) -> Jet:
        own, log_share = (left, -np.log1p(left / right)) if side > 0.0 else (right, -np.log1p(right / left))
        near = np.minimum(side * u, 0.0)
        mine = own * near + log_share, np.full_like(u, side * own), np.zeros_like(u)
        other, log_rest = (right, -np.log1p(right / left)) if side > 0.0 else (left, -np.log1p(left / right))
        far = np.maximum(side * u, 0.0)
        rest = _complement((log_rest - other * far, np.full_like(u, -side * other), np.zeros_like(u)))
        return _either(side * u <= 0.0, mine, rest)

    def rest(side: float, u: Floats) -> Jet:
        own = left if side > 0.0 else right
        there = np.where(side * u <= 0.0, 0.0, np.nan)
        return there - np.log(own), there, there

    far = {1.0: -np.log(left), -1.0: -np.log(right)}
    return Curve(loss, gap, tail, rest, edge, (0.0,), far.__getitem__, jump=right + left)


# -- normal on both sides ----------------------------------------------------------------------------------------------


def normals(right: float, left: float) -> Curve:
    """Of two rates."""
    log_level = LOG_SQRT_2PI - LOG_2 + np.log(1.0 / right + 1.0 / left)

    def rate(side: Floats) -> Floats:
        return np.where(side > 0.0, right * right, np.where(side < 0.0, left * left, 0.5 * (right**2 + left**2)))

    def loss(u: Floats) -> Jet:
        square = rate(np.sign(u))
        return 0.5 * square * u * u + log_level, square * u, square

    def edge(v: Floats, d: Floats) -> tuple[Floats, Floats]:
        square = rate(_side(v, d))
        return square * v, square

    def gap(u: Floats, v: Floats, d: Floats) -> Jet:
        here, there = rate(_side(u, -d)), rate(_side(v, d))
        same = here == there
        apart = 0.5 * (here * u * u - there * v * v)
        together = 0.5 * product(here * d, u + v)
        less = np.where(same, product(d, here), here * u - there * v)
        return np.where(same, together, apart), less, here - there

    def tail(side: float, u: Floats) -> Jet:
        own, other = (left, right) if side > 0.0 else (right, left)
        mine, rest = (
            _normal_tail(side * own, own * np.minimum(side * u, 0.0)),
            _normal_tail(-side * other, -other * np.maximum(side * u, 0.0)),
        )
        mine = (mine[0] + LOG_2 - np.log1p(own / other), mine[1], mine[2])
        rest = _complement((rest[0] + LOG_2 - np.log1p(other / own), rest[1], rest[2]))
        return _either(side * u <= 0.0, mine, rest)

    def rest(side: float, u: Floats) -> Jet:
        own = left if side > 0.0 else right
        return _normal_rest(side * own, np.where(side * u <= 0.0, own * side * u, np.nan), own)

    far = {1.0: -2.0 * np.log(left), -1.0: -2.0 * np.log(right)}
    return Curve(loss, gap, tail, rest, edge, (0.0,), far.__getitem__, 1.0)


def _normal_tail(steep: float, w: Floats) -> Jet:
    """log Phi(w), w with the slope ``steep`` in u."""
    h, fall = np.asarray(hazard(w)), np.asarray(hazard_derivative(w))
    return np.asarray(log_ndtr(w)), steep * h, steep * steep * fall


def _normal_rest(steep: float, w: Floats, own: float) -> Jet:
    """log(Phi(w)/(own phi(w))), from w = -inf to 0."""
    short, fall = np.asarray(mills_excess(-w)), np.asarray(hazard_excess_derivative(w))
    return -np.log(np.asarray(hazard(w))) - np.log(own), steep * short, steep * steep * fall


def _both_sides(lower: Callable[[Floats], tuple[Jet, Jet]]) -> tuple[OneSide, OneSide]:
    """Tail and rest on either side of a law with two equal halves, from both below u <= 0."""

    def tail(side: float, u: Floats) -> Jet:
        mine, rest = lower(np.minimum(side * u, 0.0))[0], _complement(lower(-np.maximum(side * u, 0.0))[0])
        value, slope, curve = _either(side * u <= 0.0, mine, (rest[0], -rest[1], rest[2]))
        return value, side * slope, curve

    def rest(side: float, u: Floats) -> Jet:
        value, slope, curve = lower(np.where(side * u <= 0.0, side * u, np.nan))[1]
        return value, side * slope, curve

    return tail, rest


# -- Huber's: normal within the threshold, exponential beyond it -------------------------------------------------------


def huber(c: float) -> Curve:
    """Of a threshold."""
    wing = np.exp(-0.5 * c * c) / c  # the mass beyond the threshold, on one side, beside e^-loss
    below = np.exp(np.asarray(log_ndtr(-c)))  # of a normal, beyond the threshold
    log_level = np.log(2.0 * (wing + np.sqrt(2.0 * np.pi) * (0.5 - below)))

    def loss(u: Floats) -> Jet:
        size, inner = np.absolute(u), np.absolute(u) <= c
        near = np.where(inner, u, 0.0)
        value = np.where(inner, 0.5 * near * near, c * size - 0.5 * c * c)
        return value + log_level, np.where(inner, near, np.sign(u) * c), np.where(inner, 1.0, 0.0)

    def gap(u: Floats, v: Floats, d: Floats) -> Jet:
        """Of the part of the way that lies within the threshold, and what lies beyond."""
        a, b = np.minimum(np.maximum(u, -c), c), np.minimum(np.maximum(v, -c), c)
        outer = np.sign(u) == np.sign(v)
        both = outer & (np.absolute(u) >= c) & (np.absolute(v) >= c)
        inside = (np.absolute(u) <= c) & (np.absolute(v) <= c)
        step = np.where(inside, d, a - b)
        beyond = np.where(both, np.sign(u) * d, np.where(np.isinf(u), np.inf, np.absolute(u - a)) - np.absolute(v - b))
        value = 0.5 * step * (a + b) + c * beyond
        return value, step, np.where(np.absolute(u) <= c, 1.0, 0.0) - np.where(np.absolute(v) <= c, 1.0, 0.0)

    def lower(u: Floats) -> tuple[Jet, Jet]:
        """The tail below u <= 0, and its rest."""
        far = u < -c
        near = np.where(far, 0.0, u)
        wide, zero = np.where(far, u, 0.0), np.zeros_like(u)
        # wing + sqrt(2 pi) (Phi(u) - Phi(-c)) beside e^(-u^2/2)
        mass = wing + np.sqrt(2.0 * np.pi) * (np.exp(np.asarray(log_ndtr(near))) - below)
        density = np.exp(-0.5 * near * near)
        pull = np.where(far, c, density / mass)
        log_tail = np.where(far, c * wide + 0.5 * c * c - np.log(c), np.log(mass)) - log_level
        tail = log_tail, pull, np.where(far, 0.0, -pull * (near + pull))
        slope = np.where(far, 0.0, pull + near)
        rest = (
            np.where(far, -np.log(c), np.log(mass) + 0.5 * near * near),
            slope,
            np.where(far, zero, 1.0 - pull * slope),
        )
        return tail, rest

    return Curve(loss, gap, *_both_sides(lower), None, (-c, c), lambda _: -np.log(c))


# -- the hyperbolic secant's: half of a logistic loss of 2 u -----------------------------------------------------------


def secant() -> Curve:
    """With nothing that is held."""

    def loss(u: Floats) -> Jet:
        value, slope, curve = logistic_loss(2.0 * u)
        return 0.5 * value + LOG_HALF_PI, slope, 2.0 * curve

    def gap(u: Floats, v: Floats, d: Floats) -> Jet:
        value, less, curves = logistic_gap(2.0 * u, 2.0 * v, 2.0 * d)
        return 0.5 * value, less, 2.0 * curves

    def lower(u: Floats) -> tuple[Jet, Jet]:
        """log(2/pi atan(e^u)) for u <= 0, and its rest log((1 + x^2) atan(x)/x) with x = e^u."""
        x = np.exp(u)
        square = x * x
        few = np.minimum(square, 0.3)
        close = few * horner(SERIES, few)
        log_ratio = np.log1p(np.where(square < 0.3, close, np.arctan(x) / np.where(x == 0.0, 1.0, x) - 1.0))
        value = np.log1p(square) + log_ratio
        pull = np.exp(-value)
        slope = np.expm1(-value) + 2.0 * square / (1.0 + square)
        sech2 = 4.0 * square / (1.0 + square) ** 2
        rest = value, slope, sech2 - slope * pull
        tail = u + log_ratio - LOG_HALF_PI, pull, -pull * slope
        return tail, rest

    return Curve(loss, gap, *_both_sides(lower), None, (), lambda _: 0.0)


# -- kernels -----------------------------------------------------------------------------------------------------------


def by_held(curve: Callable[..., Curve], formula: Callable[..., Rows], outcomes: int) -> Callable[..., Rows]:
    """Rows by a formula of `within`, whose first arguments are so many outcomes, one law after the other."""
    told = lru_cache(lambda *held: law_of(curve(*held)))

    @remembered
    def rows(*arguments: Floats) -> Rows:
        return each_held(told, curve, formula, outcomes, np.broadcast_arrays(*arguments))

    return rows


def each_held(
    told: Callable[..., Law], _: Callable[..., Curve], formula: Callable[..., Rows], outcomes: int,
    arguments: Sequence[Floats],
) -> Rows:  # fmt: skip
    """Rows of the laws ``told``, one after the other."""
    seen, held, (m, t) = arguments[:outcomes], arguments[outcomes:-2], arguments[-2:]
    found = np.full((SIZE, *m.shape), np.nan)
    values_held = np.stack(held) if held else np.zeros((1, *m.shape))
    for values in np.unique(values_held.reshape(len(values_held), -1), axis=1).T:
        there = np.all(values_held == values.reshape(-1, *(1,) * m.ndim), axis=0)
        if there.any():
            whole = told(*map(float, values)) if held else told()
            found[:, there] = formula(whole, *(part[there] for part in seen), -np.inf, np.inf, m[there], t[there])
    return found


def _six(curve: Callable[..., Curve]) -> list[Kernel]:
    return kernels_of(by_held(curve, seen_within, 3), "mt", __name__)


(
    laplace_within, laplace_within_m, laplace_within_t, laplace_within_mm, laplace_within_mt, laplace_within_tt,
) = _six(exponentials)  # fmt: skip
(
    split_normal_within, split_normal_within_m, split_normal_within_t, split_normal_within_mm,
    split_normal_within_mt, split_normal_within_tt,
) = _six(normals)  # fmt: skip
(
    huber_within, huber_within_m, huber_within_t, huber_within_mm, huber_within_mt, huber_within_tt,
) = _six(huber)  # fmt: skip
(
    secant_within, secant_within_m, secant_within_t, secant_within_mm, secant_within_mt, secant_within_tt,
) = _six(secant)  # fmt: skip
