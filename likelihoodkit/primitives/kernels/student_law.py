"""Student's law, what of it depends on the degrees of freedom alone, and the slopes of its log-density in log df."""

from __future__ import annotations

from typing import Any

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, remembered
from likelihoodkit.primitives.kernels.exponential import log1pmx_over_square
from likelihoodkit.primitives.kernels.student import student_bend, student_loss, student_slope

FAR = 1e150  # the square is a float64 below


def same(column: Floats) -> bool:
    """Is it one number in all rows?"""
    return bool((column == column[0]).all())


def _all(mask: Any) -> bool:
    """Do all rows have it?"""
    return bool(mask.all())


class Law:
    """The law in every row; its numbers are found when they are asked for."""

    def __init__(self, df: Floats, n: Floats) -> None:
        self.df, self.n = df, n
        self._kept: dict[str, Floats] = {}

    def _of(self, name: str, formula: Any) -> Floats:
        if name not in self._kept:
            df, n, shape = self.df.ravel(), self.n.ravel(), np.shape(self.df)
            one = df.size > 0 and same(df) and same(n)
            df, n = (df[0], n[0]) if one else (df, n)
            zero = np.zeros(np.shape(df))
            found = np.asarray(formula(zero, zero, df, n))
            self._kept[name] = np.broadcast_to(found, shape) if one else found.reshape(shape)
        return self._kept[name]

    @property
    def level(self) -> Floats:
        """Minus the log-density at 0."""
        return self._of("level", student_loss)

    @property
    def slope(self) -> Floats:
        """Its slope in log df."""
        return self._of("slope", student_slope)

    @property
    def bend(self) -> Floats:
        """Its curvature in log df."""
        return self._of("bend", student_bend)

    def knowing(self, *names: str) -> Law:
        """The same with those of its properties for all rows at once."""
        for name in names:
            getattr(self, name)
        return self

    def at(self, rows: Any) -> Law:
        """Some of the rows, with what is known of all."""
        part = Law(self.df[rows], self.n[rows])
        part._kept = {name: of_all[rows] for name, of_all in self._kept.items()}
        return part

    def scores(self, u: Floats) -> tuple[Floats, Floats]:
        """Slope and curvature of the loss in log df at any u."""
        square = u * (u / self.df)
        near = square < 1.0
        w = np.where(near, square / (1.0 + square), 1.0 / (1.0 + 1.0 / square))
        again = np.where(near, (u * w) * (u / (1.0 + square)), self.df * w * w)  # df w^2
        small = -again * log1pmx_over_square(-np.where(near, w, 0.0))
        logarithm = np.log1p(square)
        if not _all(square < FAR):
            logarithm = np.where(square < FAR, logarithm, 2.0 * np.log(np.absolute(u)) - self.n)
        gap = np.where(near, small, self.df * (logarithm - w))  # df (log(1 + u^2/df) - w)
        slope = 0.5 * (gap - w) + self.slope
        return slope, 0.5 * (gap - again) + 0.5 * w / (1.0 + square) + self.bend

    def power(self, u: Floats) -> Floats:
        """The density as the power that it is; at df = 1 + a little this has to be kept apart."""
        base = 1.0 + u * (u / self.df)
        near = np.exp(-0.5 * np.expm1(np.minimum(self.n, 1.0)) * np.log(base)) / base
        return np.asarray(np.exp(-self.level) * np.where(self.n < 0.5, near, np.power(base, -0.5 * (self.df + 1.0))))

    def density(self, u: Floats) -> Floats:
        """The density at |u| < 1."""
        square = u * (u / self.df)
        some = np.where(square > 0, square, 1.0)
        share = np.where(square > 0, np.log1p(some) / some, 1.0)
        return np.exp(-(self.level + 0.5 * (1.0 + 1.0 / self.df) * (u * u) * share))


@remembered
def law_of(df: Floats, n: Floats) -> Law:
    """The law with so many degrees of freedom, of which n is the logarithm."""
    return Law(np.array(df), np.array(n))  # copies: the slopes may be asked for when these are others


def score(df: Floats, n: Floats, z: Floats) -> Floats:
    """The slope of the log-density in log df."""
    slope: Floats = law_of(df, n).scores(z)[0]
    return -slope
