"""What a skew adds to the loss of Student's t: -log T(w) at df + 1, with its slopes and curvatures.

Arguments: r = y - location, t = -log scale, a = skew, df and n = log df, of which the pair is carried together as in
`student`. With X = r e^t/sqrt(df), c = X/sqrt(1 + X^2) and q = 1/(1 + X^2), w = a sqrt(df + 1) c.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, Kernel, kernel, remembered
from likelihoodkit.primitives.kernels.differences import square_rest_exp, square_share_exp, square_slope_exp
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.logistic import of_softplus
from likelihoodkit.primitives.kernels.single import hypot_rest_exp, hypot_share_exp
from likelihoodkit.primitives.kernels.skew_student_far import FAR, PAIRS, far_curves
from likelihoodkit.primitives.kernels.student_integrals import BEYOND, student_integrals
from likelihoodkit.primitives.kernels.student_law import score

MANY = 40.0  # log df beyond which df + 1 is df


def _product(one: Floats, other: Floats) -> Floats:
    """Of two numbers of which one may be infinite, and the other 0."""
    return np.where((one == 0) | (other == 0), 0.0, one * other)


class _Argument:
    """w, and what it is made of."""

    def __init__(self, r: Floats, t: Floats, a: Floats, df: Floats, n: Floats) -> None:
        self.level = level = t - 0.5 * n
        self.root = np.sqrt(df + 1.0)
        self.share, self.rest = np.asarray(hypot_share_exp(r, level)), np.asarray(square_rest_exp(r, level))
        self.z, self.many = np.asarray(times_exp(r, t)), (n > MANY) & (self.rest > 0.5)
        # sqrt(df) X is z, also where df is infinite
        self.reach = np.where(self.many, self.z * np.sqrt(self.rest), self.root * self.share)
        self.w = _product(a, self.reach)
        self.log_more = np.where(n > MANY, n, np.where(df > 0.5, np.log(df + 1.0), np.log1p(df)))
        self.tail = student_integrals(df + 1.0, self.log_more, self.w)


class _Place:
    """What the slopes share at one point: log T with its slopes, and those of w by the letters of the arguments."""

    def __init__(self, r: Floats, t: Floats, a: Floats, df: Floats, n: Floats) -> None:
        at = _Argument(r, t, a, df, n)
        w, log_more, root, reach, level = at.w, at.log_more, at.root, at.reach, at.level
        share, rest, z, many, self.tail = at.share, at.rest, at.z, at.many, at.tail
        self.shrink = np.where(n > MANY, 1.0, df / (df + 1.0))
        self.score = score(df + 1.0, log_more, w)
        along = np.asarray(hypot_rest_exp(r, level)) * rest * root  # w_r/a
        along = np.where(many, np.asarray(times_exp(rest * np.sqrt(rest), t)), along)
        slope = np.asarray(square_slope_exp(r, level))
        # df/(df + 1) - 1/(1 + X^2), which is (z^2 - 1)/((df + 1)(1 + X^2))
        gap = np.where(rest > 0.25, (z - 1.0) * (z + 1.0) * rest / (df + 1.0), self.shrink - rest)
        gap = np.where(many, np.asarray(times_exp(z - 1.0, -0.5 * n)) * times_exp(z + 1.0, -0.5 * n) * rest, gap)
        # beyond BEYOND the slopes of log |w|, beside hazard and fall times w
        beyond = np.absolute(w) > BEYOND
        self.hazard = np.where(beyond, self.tail.pull, self.tail.hazard)
        self.beyond = beyond
        w = np.where(beyond, 1.0, w)
        ratio = np.where(np.isfinite(along), along / reach, rest / r)
        w_r = np.where(a == 0, 0.0, np.where(beyond, ratio, a * along))
        w_n = _product(0.5 * w, gap)
        along_a, turn = np.where(beyond, ratio / a, along), np.where(beyond, 1.0 / a, reach)
        self.size = np.absolute(_product(a, share))  # |w|/sqrt(df + 1)
        self.far = (w < 0) & (self.size > FAR) & np.isfinite(df)
        self.of_far = (a, df, log_more, self.size, rest, np.asarray(square_share_exp(r, level)), ratio, slope)
        self.first = {"r": w_r, "t": w * rest, "a": turn, "n": w_n}
        self.second = {  # those in n over the slope in the other
            "rr": np.where(slope == 0, 0.0, -3.0 * w_r * slope), "rt": w_r * (3.0 * rest - 2.0), "ra": along_a,
            "rn": 0.5 * gap + (1.0 - rest), "tt": w * rest * (3.0 * rest - 2.0),
            "ta": turn * rest, "tn": 0.5 * gap + (1.0 - rest), "aa": np.zeros(np.shape(w)),
            "an": 0.5 * gap, "nn": w_n * (1.0 - 0.5 * self.shrink - 1.5 * rest),
        }  # fmt: skip

    @property
    def fall(self) -> Floats:
        """Minus the slope of the logarithm of the hazard, beyond BEYOND times w."""
        return np.asarray(np.where(self.beyond, self.tail.bow, self.tail.fall))

    def slope(self, i: str) -> Floats:
        direct = self.tail.slope * self.shrink if i == "n" else 0.0
        return np.asarray(-(_product(self.hazard, self.first[i]) + direct))

    def curve(self, i: str, j: str) -> Floats:
        """The second derivative in two arguments, or in n less the slope where ``j`` is "d", for df."""
        found = np.asarray(self._curve(i, "n") - self.slope(i) if j == "d" else self._curve(i, j))
        if self.far.any():
            rows = far_curves(*(np.broadcast_to(x, found.shape)[self.far] for x in self.of_far))
            found[self.far] = rows[PAIRS.index("beyond" if j == "d" else i + j)]
        return found

    def _curve(self, i: str, j: str) -> Floats:
        one, other, tail = self.first[i], self.first[j], self.tail
        mixed = (self.score - tail.slope) * self.shrink
        if j == "n" and i != "n":  # the order of the letters puts it last; the slope in i may be infinite
            bracket = self.second[i + j] - _product(self.fall, other) + mixed
            return np.asarray(-_product(_product(self.hazard, one), bracket))
        total = _product(self.hazard, self.second[i + j] - _product(self.fall, _product(one, other)))
        if i == "n":
            total = total + _product(self.hazard, mixed * (one + other))
            total = total + self.shrink * (self.shrink * tail.curve + (1.0 - self.shrink) * tail.slope)
        return np.asarray(-total)


@remembered
def _place(r: Floats, t: Floats, a: Floats, df: Floats, n: Floats) -> _Place:
    # copies: the curvatures are asked for when the arguments may have become others
    return _Place(*(np.array(x) for x in (r, t, a, df, n)))


@kernel
def skew_student_loss(r: Floats, t: Floats, a: Floats, df: Floats, n: Floats) -> Floats:
    """-log T(w)."""
    return np.asarray(-_Argument(r, t, a, df, n).tail.log)


def _kernel(letters: str) -> Kernel:
    def function(r: Floats, t: Floats, a: Floats, df: Floats, n: Floats) -> Floats:
        at = _place(r, t, a, df, n)
        result: Any = at.curve(*letters) if len(letters) == 2 else at.slope(letters)
        return np.asarray(result)

    function.__name__ = function.__qualname__ = f"skew_student_{letters}"
    function.__doc__ = f"The derivative in {' and '.join(letters)}."
    return kernel(function)


skew_student_r, skew_student_t, skew_student_a, skew_student_n = map(_kernel, "rtan")
skew_student_rr, skew_student_rt, skew_student_ra, skew_student_rn = map(_kernel, ("rr", "rt", "ra", "rn"))
skew_student_tt, skew_student_ta, skew_student_tn = map(_kernel, ("tt", "ta", "tn"))
skew_student_aa, skew_student_an, skew_student_nn = map(_kernel, ("aa", "an", "nn"))


@kernel
def skew_student_df_curve(r: Floats, t: Floats, a: Floats, df: Floats, n: Floats, f: Floats) -> Floats:
    """The second derivative in f where df is softplus(f)."""
    at = _place(*np.broadcast_arrays(r, t, a, df, n))
    return of_softplus(f, at.slope("n"), at.curve("n", "n"), at.curve("n", "d"))
