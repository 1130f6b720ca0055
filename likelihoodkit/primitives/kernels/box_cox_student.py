"""The Box-Cox t loss with its slopes and curvatures, continuous through power 0 and up to df = infinity.

Arguments: y, t = -log median, s = -log scale, p = power, df and n = log df, of which the pair is carried together as
in `student`. With x = log y + t, e = expm1(p x)/p and z = e e^s, the loss is that of Student's t at z, less p x and the
share that the power leaves. Where e^(p x) is large, slopes in x and p are written in those of the t at e^-(p x), so
that (df + 1) p less p is df p with all its digits.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, Kernel, horner, kernel
from likelihoodkit.primitives.kernels.box_cox import expm1_over, expm1_over_da
from likelihoodkit.primitives.kernels.box_cox_density import Growth
from likelihoodkit.primitives.kernels.differences import square_rest_exp, square_share_exp
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.student import (
    student_balance,
    student_balance_slope,
    student_bend,
    student_loss,
    student_pull,
    student_pull_bend,
    student_pull_slope,
    student_slope,
)
from likelihoodkit.primitives.kernels.student_cut import cut

SMALL = 0.1  # p x and log df below which the slope in p is taken by what is left of x
COTH = (1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160)  # coth(q/2)/2 - 1/q by powers of q (4.5.67 of A&S)
FAR = 1e100  # its square is a number
GROWN = 0.5  # p x above which the slopes are taken at e^-(p x)


class _Place(Growth):
    """What the slopes share at one point."""

    def __init__(self, y: Floats, t: Floats, s: Floats, p: Floats, df: Floats, n: Floats) -> None:
        super().__init__(y, t, p)
        self.at = (self.e, s + self.m, df, n)
        self.grown = self.power > GROWN
        self.endless = self.power == np.inf  # z is infinite
        self.less = np.exp(-self.m)
        self.fall = np.minimum(self.power, 0.0)
        with np.errstate(divide="ignore"):
            size = np.absolute(p)
            self.cut = cut(df, n, s - np.log(size), np.where(s > 700.0, times_exp(1.0 / size, s), np.exp(s) / size))
        self.pull = np.asarray(student_pull(*self.at))
        self.balance = np.asarray(student_balance(*self.at))

    @property
    def lean(self) -> Floats:
        """The mixed derivative of Student's loss in e and s."""
        e, u, _, n = self.at
        return np.asarray(2.0 * self.pull * np.asarray(square_rest_exp(e, u - 0.5 * n)))

    @property
    def bow(self) -> Floats:
        """Its second derivative in e."""
        return np.asarray(student_pull_slope(*self.at))

    def over_power(self, tail: Floats) -> Floats:
        """A slope of what is cut, divided by the power: 0 where nothing is cut."""
        return np.where(self.cut.pull == 0, 0.0, tail / self.p)

    def pulled(self, by: Floats) -> Any:
        """The slope in e times e^by, also where either is beyond float64."""
        e, u, _, n = self.at
        many = n > 0
        x = np.asarray(times_exp(e, u - 0.5 * n))
        more = 1.0 + np.exp(-np.absolute(n))  # (1 + df)/df or 1 + df
        near = np.asarray(times_exp(e * more / (1.0 + x * x), 2.0 * u + by - np.where(many, 0.0, n)))
        far = np.asarray(times_exp(more / e / (1.0 + (1.0 / x) ** 2), by + np.where(many, n, 0.0)))
        return np.where(e == 0, 0.0, np.where(np.absolute(x) < 1, near, far))

    def slope_t(self) -> Any:
        steady = np.where(self.balance == 0, 0.0, self.p * self.balance)
        far = np.where(self.endless, steady, self.pulled(-self.m) + steady)
        return np.where(self.grown, far, self.pulled(self.fall) - self.p)

    def slope_p(self) -> Any:
        x, p = self.x, self.p
        rest = np.where(self.endless, 0.0, self.pulled(-self.m) * x / p)
        far = self.balance * (x - 1.0 / p) - 1.0 / p + rest
        far = np.where(self.balance == np.inf, self.e_p * self.pull, far)
        lost = np.isinf(self.e_p) | (self.e_p == 0) | (self.pull == 0)
        near = np.where(lost, self.by_shares(), self.e_p * self.pull) - x if lost.any() else self.e_p * self.pull - x
        near = np.where((np.absolute(self.power) < SMALL) & (np.absolute(self.at[3]) < SMALL), self.even(), near)
        return np.where(self.grown, far, near) - self.over_power(self.cut.pull)

    def by_shares(self) -> Any:
        """The slope in e times that of e in p, where one is infinite and the other nothing."""
        e, u, df, n = self.at
        z, one = np.asarray(times_exp(e, u)), np.ones_like(self.power)
        rest, share = (np.asarray(f(e, u - 0.5 * n)) for f in (square_rest_exp, square_share_exp))
        many = np.where(np.absolute(z) < FAR, z * z * rest * (1.0 + 1.0 / df), self.balance + 1.0)
        moved = np.where(n > 0, many, (df + 1.0) * share)  # (df + 1) z^2/(df + z^2)
        lead = self.x * (np.asarray(expm1_over_da(one, self.power)) / np.asarray(expm1_over(one, self.power)))
        lead = np.where(self.power < -FAR, -1.0 / self.p, lead)
        return np.where(moved == 0, 0.0, moved * lead)

    def even(self) -> Any:
        """The slope in p of Student's loss less x, near df = 1 and power 0: far out it is x (df - 1)/2 and a rest."""
        e, u, df, n = self.at
        q, at = self.power, u - 0.5 * n
        less = q * horner(COTH, q * q)  # the slope of log e in p, over x, less a half
        rest = less * np.asarray(square_share_exp(e, at)) - 0.5 * np.asarray(square_rest_exp(e, at))
        return self.x * (0.5 * np.expm1(n) + (df + 1.0) * rest)

    def curve_tt(self) -> Any:
        far = self.less * self.bow + self.p * self.lean
        return np.where(self.grown, far, self.growth * (self.growth * self.bow + self.p * self.pull))

    def curve_tp(self) -> Any:
        far = self.e_p * (self.less * self.bow + self.p * self.lean) + self.balance
        near = self.growth * (self.e_p * self.bow + self.x * self.pull) - 1.0
        return np.where(self.grown, far, near)

    def curve_pp(self) -> Any:
        x, p = self.x, self.p
        far = self.e_p * (self.lean * (x - 1.0 / p) + self.less * self.bow * x / p)
        far = far + ((1.0 + self.balance) / p - self.less * self.pull * x / p) / p
        near = self.bow * self.e_p**2 + self.pull * self.e_pp
        whole = self.over_power(self.over_power(self.cut.back))
        return np.where(self.grown, far, near) + whole


@kernel
def box_cox_student_loss(y: Floats, t: Floats, s: Floats, p: Floats, df: Floats, n: Floats) -> Floats:
    """Student's loss at z, less p x, with log T(a)."""
    place = _Place(y, t, s, p, df, n)
    whole = np.where(place.endless, np.inf, student_loss(*place.at) - np.minimum(place.power, 0.0))
    return np.asarray(whole + place.cut.log)


def _kernel(letters: str, formula: Any) -> Kernel:
    def function(y: Floats, t: Floats, s: Floats, p: Floats, df: Floats, n: Floats) -> Floats:
        return np.asarray(formula(_Place(y, t, s, p, df, n)))

    function.__name__ = function.__qualname__ = f"box_cox_student_{letters}"
    function.__doc__ = f"The derivative in {' and '.join(letters)}."
    return kernel(function)


def _bend(q: _Place) -> Floats:
    return np.asarray(student_pull_bend(*q.at))


box_cox_student_t = _kernel("t", _Place.slope_t)
box_cox_student_s = _kernel("s", lambda q: q.balance + q.cut.pull)
box_cox_student_p = _kernel("p", _Place.slope_p)
box_cox_student_n = _kernel("n", lambda q: np.asarray(student_slope(*q.at)) + q.cut.slope)
box_cox_student_tt = _kernel("tt", _Place.curve_tt)
box_cox_student_ts = _kernel("ts", lambda q: q.growth * q.lean)
box_cox_student_tp = _kernel("tp", _Place.curve_tp)
box_cox_student_tn = _kernel("tn", lambda q: q.growth * _bend(q))
box_cox_student_ss = _kernel("ss", lambda q: np.asarray(student_balance_slope(*q.at)) + q.cut.bend)
box_cox_student_sp = _kernel("sp", lambda q: q.e_p * q.lean - q.over_power(q.cut.bend))
box_cox_student_sn = _kernel("sn", lambda q: q.e * _bend(q) + q.cut.mixed)
box_cox_student_pp = _kernel("pp", _Place.curve_pp)
box_cox_student_pn = _kernel("pn", lambda q: q.e_p * _bend(q) - q.over_power(q.cut.mixed))
box_cox_student_nn = _kernel("nn", lambda q: np.asarray(student_bend(*q.at)) + q.cut.curve)
