"""The loss of a normal seen between two bounds only, by its mean m and the logarithm t of one over its scale.

The gap of the loss at y to that at a bound b is (y - b)(y + b - 2 m) e^2t/2; the rest of a tail is -log h(w) - t with
the hazard h and w = (b - m) e^t, not positive from a bound in the tail. Its slopes are made as in `bounded`.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._rows import row
from likelihoodkit.primitives.kernels._tools import Floats, remembered
from likelihoodkit.primitives.kernels.bounded import FAR, mills_bend
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.normal import LOG_SQRT_2PI, hazard, hazard_derivative, log_ndtr, mills_excess
from likelihoodkit.primitives.kernels.shapes import hazard_excess_derivative
from likelihoodkit.primitives.kernels.within import Law, Rows, Tails, seen_within


def _scaled(first: Floats, second: Floats, t: Floats) -> Floats:
    """A product of two distances times e^2t."""
    product = first * second
    apart = np.asarray(times_exp(first, t)) * np.asarray(times_exp(second, t))
    plain = np.isfinite(product) & (np.absolute(product) > 1e-280)
    found = np.where(plain, np.asarray(times_exp(np.where(plain, product, 0.0), 2.0 * t)), apart)
    return np.where((first == 0.0) | (second == 0.0), 0.0, found)


def _loss(y: Floats, m: Floats, t: Floats) -> Rows:
    square, pull = _scaled(y - m, y - m, t), np.asarray(times_exp(y - m, 2.0 * t))
    return np.stack([
        0.5 * square - t + LOG_SQRT_2PI, -pull, square - 1.0, np.exp(2.0 * t), -2.0 * pull, 2.0 * square,
    ])  # fmt: skip


def _gap(y: Floats, b: Floats, m: Floats, t: Floats) -> Rows:
    gap, pull = 0.5 * _scaled(y - b, (y - m) + (b - m), t), np.asarray(times_exp(y - b, 2.0 * t))
    return np.stack([gap, -pull, 2.0 * gap, np.zeros_like(gap), -2.0 * pull, 4.0 * gap])


def _tail(side: float, b: Floats, m: Floats, t: Floats) -> tuple[Rows, Rows]:
    """log Phi(w) at w = side (b - m) e^t, and its rest, NaN for w > 0."""
    w = np.asarray(times_exp(side * (b - m), t))
    far, near = w < -FAR, np.where(np.absolute(w) > FAR, 0.0, w)
    h, fall, short = np.asarray(hazard(near)), np.asarray(hazard_derivative(near)), np.asarray(mills_excess(-near))
    bend, curve = mills_bend(-near), np.asarray(hazard_excess_derivative(near))
    gone = w > 40.0

    def scaled(x: Floats, power: float) -> Floats:
        return np.where(gone | (x == 0.0), 0.0, np.asarray(times_exp(x, power * t)))

    tail = np.stack([
        np.asarray(log_ndtr(w)), -side * scaled(h, 1.0), np.where(gone, 0.0, near * h), scaled(fall, 2.0),
        -side * scaled(h + near * fall, 1.0), np.where(gone, 0.0, near * (h + near * fall)),
    ])  # fmt: skip
    close = np.stack([
        -np.log(h) - t, -side * np.asarray(times_exp(short, t)), near * short - 1.0,
        np.asarray(times_exp(curve, 2.0 * t)), -side * np.asarray(times_exp(bend, t)), near * bend,
    ])  # fmt: skip
    size, zero = np.where(far, np.absolute(b - m), 1.0), np.zeros_like(w)
    limit = np.stack([-np.log(size) - 2.0 * t, -side / size, zero - 2.0, (1.0 / size) ** 2, zero, zero])
    return tail, np.where(w > 0.0, np.nan, np.where(far, limit, close))


def _tails(b: Floats, m: Floats, t: Floats) -> Tails:
    below, above = _tail(1.0, b, m, t), _tail(-1.0, b, m, t)
    return below[0], above[0], below[1], above[1]


def _between(low: Floats, high: Floats, share: float, *_: Floats) -> tuple[Floats, Floats]:
    return low + share * (high - low), np.log(high - low)


_LAW = Law(_loss, _gap, _tails, _between)


@remembered
def _rows(y: Floats, low: Floats, high: Floats, m: Floats, t: Floats) -> Rows:
    """The loss, its slopes in m and t, its curvatures mm, mt, tt."""
    return seen_within(_LAW, y, low, high, -np.inf, np.inf, m, t)


normal_within = row(_rows, 0, "log P(low <= Y <= high) - log p(y).")
normal_within_m = row(_rows, 1, "Its derivative in m.")
normal_within_t = row(_rows, 2, "Its derivative in t.")
normal_within_mm = row(_rows, 3, "Its second derivative in m.")
normal_within_mt = row(_rows, 4, "Its derivative in m and t.")
normal_within_tt = row(_rows, 5, "Its second derivative in t.")
