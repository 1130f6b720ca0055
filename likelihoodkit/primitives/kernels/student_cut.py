"""What a power leaves of Student's law: T(a) at a = 1/|x|, which is 1 at x = 0, with its slopes in df and x.

The slopes are found in log a and n = log df. Where a or df is beyond float64, or df below 1, T is 1 less half of a beta
tail I(df/2, 1/2) whose end has the logit n - 2 log a.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, Kernel, kernel, piecewise, remembered
from likelihoodkit.primitives.kernels.exponential import log1m_exp
from likelihoodkit.primitives.kernels.logistic import sigmoid, softplus
from likelihoodkit.primitives.kernels.normal import LOG_SQRT_2PI
from likelihoodkit.primitives.kernels.rising import log_rising_excess
from likelihoodkit.primitives.kernels.student import student_balance
from likelihoodkit.primitives.kernels.student_integrals import student_integrals
from likelihoodkit.primitives.kernels.student_law import score
from likelihoodkit.primitives.kernels.student_tails import beyond

FEW = 4.0  # df up to which a far density is a power
LEAST = 0.5  # df from which a^-df is nothing beside 1 at a > e^FAR
FAR = 160.0  # a^4 is a float64 below e^FAR
MANY = 1e4  # df from which nothing but e^-1000 lies beyond ENOUGH
ENOUGH = float(np.log(60.0))
NORMAL = 70.0  # log df above which 1/df^2 is gone beside 1
NOTHING = 1000.0  # e^-1000 is nothing


@dataclass(frozen=True)
class Cut:
    """log T(a), its slopes in log a and n = log df, and its second derivatives in them; ``back`` is pull and bend."""

    log: Floats
    pull: Floats
    slope: Floats
    bend: Floats
    back: Floats
    mixed: Floats
    curve: Floats


def _nearly_normal(_: Floats, n: Floats, log_a: Floats, a: Floats) -> Cut:
    """What df does beside the normal goes like 1/df there."""
    same = np.full(n.shape, NORMAL)
    at, less = _by_integrals(np.exp(same), same, log_a, a), np.exp(NORMAL - n)
    return Cut(at.log, at.pull, at.slope * less, at.bend, at.back, at.mixed * less, at.curve * less)


def _pull(df: Floats, n: Floats, a: Floats) -> Floats:
    """a times the density at a >= sqrt(df): the power of a large number, which its logarithm would round."""
    square = 1.0 + a * (a / df)
    top = np.exp(np.asarray(log_rising_excess(0.5 * df, np.full(df.shape, 0.5))) - LOG_SQRT_2PI)
    return np.asarray(top * (a / square) * square ** (-0.5 * np.expm1(n)))


def _by_integrals(df: Floats, n: Floats, log_a: Floats, a: Floats) -> Cut:
    found = student_integrals(df, n, a)
    pull = piecewise(
        (df, n, a, found.log, found.hazard),
        ((df < FEW) & (a * a > df), lambda df, n, a, log, _: _pull(df, n, a) / np.exp(log)),
        otherwise=lambda df, n, a, _, hazard: hazard * a,
    )
    balance = np.asarray(student_balance(a, 0.0 * a, df, n))
    mixed = pull * (score(df, n, a) - found.slope)
    back = pull * (_turn(n, log_a) - pull)
    return Cut(found.log, pull, found.slope, -pull * (balance + pull), back, mixed, found.curve)


def _turn(n: Floats, log_a: Floats) -> Floats:
    """1 - df (a^2 - 1)/(df + a^2), which is small far out at df = 1."""
    end = n - 2.0 * log_a
    return np.asarray(2.0 * np.asarray(sigmoid(end)) - np.expm1(n) * np.asarray(sigmoid(-end)))


def _far_pull(df: Floats, n: Floats, log_a: Floats, a: Floats) -> Floats:
    """The same where a^2 is not a float64, and all but nothing lies beyond a."""
    top = np.exp(np.asarray(log_rising_excess(0.5 * df, np.full(df.shape, 0.5))) - LOG_SQRT_2PI)
    return np.asarray(top * (df / a) * np.exp(-np.expm1(n) * (log_a - 0.5 * n)))


def _by_tail(df: Floats, n: Floats, log_a: Floats, a: Floats) -> Cut:
    rest = beyond(df, n, log_a)
    log_f = np.asarray(log1m_exp(-rest.log))
    odds = np.exp(rest.log - log_f)
    far = (df >= LEAST) & (df < FEW) & (log_a > FAR) & np.isfinite(a)
    pull = piecewise(
        (df, n, log_a, a, 2.0 * odds * rest.pull),
        (far, lambda df, n, log_a, a, _: _far_pull(df, n, log_a, a)),
        otherwise=lambda df, n, log_a, a, pull: pull,
    )
    slope = -odds * rest.slope
    mixed = pull * ((1.0 + odds) * rest.slope + rest.gap + rest.rise)
    bend = -2.0 * pull * ((1.0 + odds) * rest.pull + rest.rise)
    back = pull * (_turn(n, log_a) - pull)
    return Cut(log_f, pull, slope, bend, back, mixed, -odds * (rest.curve + rest.slope**2) - slope**2)


@remembered
def cut(df: Floats, n: Floats, log_a: Floats, a: Floats) -> Cut:
    """At any df = e^n and a, infinity included, where nothing is cut; either of the pairs may have lost digits."""
    df, n, log_a, a = (np.asarray(x, dtype=np.float64) for x in np.broadcast_arrays(df, n, log_a, a))
    shape = log_a.shape
    df, n, log_a, a = df.ravel(), n.ravel(), log_a.ravel(), a.ravel()
    parts = {f.name: np.zeros(log_a.shape) for f in fields(Cut)}
    unknown = np.isnan(df) | np.isnan(n) | np.isnan(log_a)
    most = 0.5 * np.minimum(df, MANY) * np.asarray(softplus(2.0 * log_a - n))  # about -log of what lies beyond
    whole = np.isposinf(log_a) | np.where(df > MANY, log_a > ENOUGH, most > NOTHING)
    plain = (df >= 1.0) & (log_a < FAR) & ~(whole | unknown)
    normal = plain & (n > NORMAL)
    others = ~(plain | whole | unknown)
    for mask, formula in ((normal, _nearly_normal), (plain & ~normal, _by_integrals), (others, _by_tail)):
        if mask.any():
            found = formula(df[mask], n[mask], log_a[mask], a[mask])
            for name, column in parts.items():
                column[mask] = getattr(found, name)
    for column in parts.values():
        column[unknown] = np.nan
    return Cut(**{name: column.reshape(shape) for name, column in parts.items()})


def _kernel(name: str, meaning: str, formula: Any) -> Kernel:
    def function(df: Floats, x: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            found = cut(df, np.log(df), -np.log(np.absolute(x)), 1.0 / np.absolute(x))
        return np.asarray(formula(found, df, np.where((found.pull == 0) & (x == 0), 1.0, x)))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = meaning
    return kernel(function)


student_cut_loss = _kernel("student_cut_loss", "-log T(1/|x|).", lambda c, df, x: -c.log)
student_cut_d = _kernel("student_cut_d", "Its slope in df.", lambda c, df, x: -c.slope / df)
student_cut_x = _kernel("student_cut_x", "Its slope in x.", lambda c, df, x: c.pull / x)
student_cut_dd = _kernel(
    "student_cut_dd", "The second derivative in df.", lambda c, df, x: (c.slope - c.curve) / df / df
)
student_cut_dx = _kernel("student_cut_dx", "The mixed derivative in df and x.", lambda c, df, x: c.mixed / df / x)
student_cut_xx = _kernel("student_cut_xx", "The second derivative in x.", lambda c, df, x: -c.back / x / x)
