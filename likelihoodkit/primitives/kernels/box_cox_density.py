"""The Box-Cox normal loss with its slopes and curvatures, continuous through power 0.

Arguments: y, t = -log median, s = -log scale, p = power. With x = log y + t, e = expm1(p x)/p, z = e e^s and
a = 1/(scale |p|), the end beyond which no amount is left, the loss is z^2/2 + log y - p x - s + log Phi(a). Powers of
e^(p x) that are large are carried as exponents: m = max(p x, 0), and e, its slopes in p and x without e^m.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.primitives.kernels._tools import Floats, Kernel, kernel, piecewise
from likelihoodkit.primitives.kernels._wide import LARGE_EXPONENT, mend
from likelihoodkit.primitives.kernels.box_cox import expm1_over, expm1_over_da, expm1_over_daa
from likelihoodkit.primitives.kernels.differences import log_times_exp
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.normal import hazard
from likelihoodkit.primitives.kernels.shapes import log_ndtr_inverse

FAR = 600.0  # e^(p x) and its slopes are float64 below
OUTSIDE = 8.0  # |z| beyond which its roundings are many units of the loss
TINY = 1e-290  # a product below may have lost digits
UNCUT = 0.02  # scale |p| below which Phi(a) is 1, with all its slopes


def _wide_power(y: Floats, t: Floats, p: Floats) -> NDArray[np.longdouble]:
    """p x."""
    return np.asarray(p.astype(np.longdouble) * (np.log(y.astype(np.longdouble)) + t))


def _wide_rest(y: Floats, t: Floats, s: Floats, p: Floats, m: Floats) -> Floats:
    """s + m less its rounded value."""
    return np.asarray(np.maximum(_wide_power(y, t, p), 0) + s - (s + m), dtype=np.float64)


def _wide_square(y: Floats, t: Floats, s: Floats, p: Floats) -> Floats:
    """z^2/2."""
    power = _wide_power(y, t, p)
    size = np.absolute(power)
    ratio = np.where(size == 0, 1, -np.expm1(-size) / np.where(size == 0, 1, size))  # less e^(p x) where that is large
    z = ratio * (np.log(y.astype(np.longdouble)) + t) * np.exp(s.astype(np.longdouble) + np.maximum(power, 0))
    return np.asarray(0.5 * z * z, dtype=np.float64)


def _faint(x: Floats, e: Floats, power: Floats, size: Floats) -> Floats:
    """e e_p e^(2 size) where e_p = x^2 E'(p x) leaves the range: each factor takes a third of the exponent."""
    right = np.maximum(power, FAR)
    inner = np.minimum(power, FAR)
    slope = np.asarray(expm1_over_da(np.ones_like(x), inner)) * np.exp(-np.maximum(inner, 0.0))
    third = 2.0 * size / 3.0
    with_x = np.asarray(times_exp(x, third))
    return np.asarray(np.where(power > FAR, (1.0 - 1.0 / right) / right, slope) * with_x * with_x * times_exp(e, third))


class Growth:
    """x = log y + t and e = expm1(p x)/p with its slopes in p, less the power e^m of it that is large."""

    def __init__(self, y: Floats, t: Floats, p: Floats) -> None:
        self.p = p
        self.x = x = np.asarray(log_times_exp(y, t))
        self.power = power = np.where(x == 0, 0.0, p * x)
        self.m = np.maximum(power, 0.0)
        steep = np.isinf(p) | (power == np.inf)  # where z is infinite, or 0: the number beside it does not count
        less = np.exp(-np.minimum(self.m, FAR))
        right = power > 0
        some = np.where(right, 1.0, 0.0)
        self.growth = np.exp(np.minimum(power, 0.0))
        self.e = np.where(steep, some, np.asarray(expm1_over(x, np.where(right, -p, p))))
        far = power > FAR
        moderate = np.where(far | steep, 0.0, p)
        slope, curve = np.asarray(expm1_over_da(x, moderate)) * less, np.asarray(expm1_over_daa(x, moderate)) * less
        self.e_p = np.where(steep, some, np.where(far, (x - 1.0 / p) / p, slope))
        self.e_pp = np.where(steep, some, np.where(far, ((x - 2.0 / p) * x + 2.0 / p / p) / p, curve))


def led(more: Any, less: Any) -> Floats:
    """The sum of two numbers, of which the first is larger where both are infinite."""
    return np.asarray(np.where(np.isinf(more), more, more + less))


class _Place(Growth):
    """What the slopes share at one point."""

    def __init__(self, y: Floats, t: Floats, s: Floats, p: Floats) -> None:
        super().__init__(y, t, p)
        self.s = s
        large = (np.absolute(power := self.power) > LARGE_EXPONENT) & (np.absolute(power) < FAR)
        self.lost = mend(np.zeros_like(self.m + s), large, _wide_rest, y, t, s, p, self.m)
        with np.errstate(over="ignore"):
            size = np.absolute(p)  # of which the reciprocal may overflow
            a = np.where(size < TINY, np.exp(s - np.log(size)), np.asarray(times_exp(1.0 / size, s)))
        cut = np.asarray(times_exp(np.absolute(p), -s)) >= UNCUT
        a = np.where(cut, a, 0.0)
        self.pull = np.where(cut, a * np.asarray(hazard(a)), 0.0)  # the slope of log Phi(a) in s
        self.bend = self.pull * (1.0 - a * a - self.pull)  # and its slope in s

    def squared(self, core: Any, by_power: Any = 1.0) -> Floats:
        """core e^(2 s + 2 m)."""
        return np.asarray(times_exp(core * by_power * (1.0 + 2.0 * self.lost), 2.0 * (self.s + self.m)))

    def product(self, one: Any, two: Any) -> Floats:
        """one two e^(2 s + 2 m): the two may be tiny where the exponential is large."""
        two = two * (1.0 + 2.0 * self.lost)
        core, size = one * two, self.s + self.m
        return piecewise(
            (core, one, two, size),
            (np.absolute(core) < TINY, lambda core, one, two, size: times_exp(one, size) * times_exp(two, size)),
            otherwise=lambda core, one, two, size: times_exp(core, 2.0 * size),
        )

    def grown(self) -> Floats:
        """The slope of z^2/2 in p, e e_p e^(2 s + 2 m)."""
        lost = (self.e_p == 0) & (self.power < -FAR)  # there it is -e/p
        grown = np.where(lost, self.product(self.e, self.e) * (-1.0 / self.p), self.product(self.e, self.e_p))
        faint = (self.e_p < TINY) & (self.x != 0) & (self.power > -FAR) & (self.power < np.inf)
        return mend(grown, faint, _faint, self.x, self.e, self.power, self.s + self.m)

    def slope_p(self) -> Floats:
        """The slope in p."""
        return led(self.grown(), -self.x - self.over_power(self.pull))

    def over_power(self, tail: Floats) -> Floats:
        """A slope of log Phi(a) divided by the power: 0 where nothing is cut."""
        return np.where(self.pull == 0, 0.0, tail / self.p)


@kernel
def box_cox_loss(y: Floats, t: Floats, s: Floats, p: Floats) -> Floats:
    """z^2/2 + log y - p x - s + log Phi(a)."""
    at = _Place(y, t, s, p)
    z = np.asarray(times_exp(at.e, s + at.m))
    jacobian = np.where((p > 0.5) & (p < 2.0), (1.0 - p) * at.x - t, np.log(y) - at.power)  # which nearly cancel
    square = mend(0.5 * z * z, (np.absolute(z) > OUTSIDE) & (np.absolute(z) < np.inf), _wide_square, y, t, s, p)
    return np.asarray(led(square, jacobian) - s + np.asarray(log_ndtr_inverse(times_exp(p, -s))))


def _kernel(name: str, meaning: str, formula: Any) -> Kernel:
    def function(y: Floats, t: Floats, s: Floats, p: Floats) -> Floats:
        return np.asarray(formula(_Place(y, t, s, p)))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = meaning
    return kernel(function)


box_cox_t = _kernel("box_cox_t", "The slope in t.", lambda q: led(q.squared(q.e * q.growth), -q.p))
box_cox_s = _kernel("box_cox_s", "The slope in s.", lambda q: q.product(q.e, q.e) - 1.0 + q.pull)
box_cox_p = _kernel("box_cox_p", "The slope in p.", _Place.slope_p)


@kernel
def scaled_box_cox_p(y: Floats, t: Floats, s: Floats, p: Floats, m: Floats) -> Floats:
    """e^m times the slope in p, where its one term may be infinite and the other not."""
    at = _Place(y, t, s, p)
    return led(_Place(y, t, s + 0.5 * m, p).grown(), times_exp(-at.x - at.over_power(at.pull), m))


box_cox_tt = _kernel(
    "box_cox_tt", "The second derivative in t.", lambda q: q.squared(q.growth * (q.growth + q.p * q.e))
)
box_cox_ts = _kernel("box_cox_ts", "The mixed derivative in t and s.", lambda q: 2.0 * q.squared(q.e * q.growth))
box_cox_tp = _kernel(
    "box_cox_tp", "The mixed derivative in t and p.", lambda q: q.squared(q.growth * (q.e_p + q.e * q.x)) - 1.0
)
box_cox_ss = _kernel("box_cox_ss", "The second derivative in s.", lambda q: 2.0 * q.product(q.e, q.e) + q.bend)
box_cox_sp = _kernel("box_cox_sp", "The mixed derivative in s and p.", lambda q: 2.0 * q.grown() - q.over_power(q.bend))
box_cox_pp = _kernel(
    "box_cox_pp",
    "The second derivative in p.",
    lambda q: q.squared(q.e_p**2 + q.e * q.e_pp) + q.over_power(q.over_power(q.bend + q.pull)),
)
