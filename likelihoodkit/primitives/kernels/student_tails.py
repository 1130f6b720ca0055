"""log of Student's distribution function, in both tails, with its derivatives in df and z.

For df >= 1 by the integrals of `student_integrals`. Beyond z < 0 lies half of a beta tail, I_x(df/2, 1/2)/2 with
logit x = log(df/z^2): a power of x and a series where x is at most 1/2, an integral else.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel, remembered
from likelihoodkit.primitives.kernels.beta_series import series
from likelihoodkit.primitives.kernels.beta_tails import tail
from likelihoodkit.primitives.kernels.exponential import log1m_exp
from likelihoodkit.primitives.kernels.hyperbolic import log1p_square
from likelihoodkit.primitives.kernels.logistic import sigmoid, softplus
from likelihoodkit.primitives.kernels.normal import LOG_SQRT_2PI
from likelihoodkit.primitives.kernels.rising import digamma_rising, log_rising, log_rising_excess, trigamma_rising
from likelihoodkit.primitives.kernels.student_integrals import Student, student_integrals

LOG2 = float(np.log(2.0))
LOG_SQRT_PI = 0.5 * float(np.log(np.pi))


FAR = 1e70  # z^4 is a float64 below
OUTSIDE = -60.0  # log df - 2 log |z| below which the density is a power
FEW = -37.0  # log df below which df is gone beside 1


@dataclass(frozen=True)
class Parts:
    """log F, its slope and curvature in n = log df, and its slope in z."""

    log: Floats
    slope: Floats
    curve: Floats
    hazard: Floats


@remembered
def student_parts(df: Floats, z: Floats) -> Parts | Student:
    """At any df > 0 and z."""
    df, z = np.broadcast_arrays(df, z)
    plain = (df >= 1.0) & (np.absolute(z) < FAR)
    if not plain.any():
        return _from_beta(df, z)
    if plain.all():
        whole_law: Student = student_integrals(df, np.log(df), z)  # its slopes wait until they are asked for
        return whole_law
    found = student_integrals(df[plain], np.log(df[plain]), z[plain])
    other = _from_beta(df[~plain], z[~plain])
    whole = {f.name: np.empty(z.shape) for f in fields(Parts)}
    for name, column in whole.items():
        column[plain], column[~plain] = getattr(found, name), getattr(other, name)
    return Parts(**whole)


@dataclass(frozen=True)
class Beyond:
    """log of the mass beyond e^l on one side, its slopes in n = log df and in n - 2 l, and parts of their slopes.

    ``rise`` is that of the logarithm of ``pull`` in n - 2 l. ``factor`` of x^(df/2) gives the mass itself, else NaN.
    """

    log: Floats
    slope: Floats
    curve: Floats
    pull: Floats
    gap: Floats
    rise: Floats
    factor: Floats


def beyond(df: Floats, n: Floats, log_size: Floats) -> Beyond:
    """Half of a beta tail, whose panels also reach over the tails of df below 1."""
    df, n, log_size = np.broadcast_arrays(df, n, log_size)
    few = n < FEW
    end = n - 2.0 * log_size
    outside = ~few & ((end < OUTSIDE) | ((n < 0.0) & (end <= 0.0)))
    if few.any() or outside.any():
        pieces = {f.name: np.empty(n.shape) for f in fields(Beyond)}
        for mask, formula in ((few, _beyond_few), (outside, _beyond_outside), (~(few | outside), _beyond)):
            found = formula(df[mask], n[mask], log_size[mask])
            for name, column in pieces.items():
                column[mask] = getattr(found, name)
        return Beyond(**pieces)
    return _beyond(df, n, log_size)


def _beyond_few(df: Floats, n: Floats, log_size: Floats) -> Beyond:
    """df -> 0: the mass on both sides is e^(-df asinh(e^w)) at w = l - n/2."""
    w = log_size - 0.5 * n
    angle = np.where(w > 20.0, w + LOG2, np.arcsinh(np.exp(np.minimum(w, 20.0))))
    r = np.where(w > 20.0, 1.0, np.tanh(np.minimum(angle, 20.0)))
    rest = 1.0 - r * r
    pull = 0.5 * df * r
    curve = -df * (angle - r + 0.25 * r * rest)
    log_tail = -LOG2 - df * angle
    return Beyond(
        log_tail, -df * (angle - 0.5 * r), curve, pull, np.ones(w.shape), -0.5 * rest, np.full(w.shape, np.nan)
    )


def _beyond_outside(df: Floats, n: Floats, log_size: Floats) -> Beyond:
    """x^h (1 + h S)/(h B(h, 1/2)) at h = df/2 and logit x = n - 2 l <= 0, S a series in x; far out 0."""
    h, end, half = 0.5 * df, n - 2.0 * log_size, np.full(np.shape(n), 0.5)
    value, more, _, bend, *_ = series(h, half, np.asarray(sigmoid(end)))
    log_x, x = -np.asarray(softplus(-end)), np.asarray(sigmoid(end))
    lead = value - (np.asarray(log_rising(h + 0.5, half)) + LOG_SQRT_PI)
    along = h * (log_x - np.asarray(digamma_rising(h + 0.5, half)))
    off = np.expm1(0.5 * np.log1p(-x) - value)  # of the slope in the logit from h
    pull, gap, rise = h + h * off, 1.0 - more, -(h * x + h * off) - 0.5 * x
    curve = along + bend - h * h * np.asarray(trigamma_rising(h + 0.5, half)) + pull * (2.0 * gap + rise)
    return Beyond((h * log_x + lead) - LOG2, along + more + pull, curve, pull, gap, rise, 0.5 * np.exp(lead))


def _beyond(df: Floats, n: Floats, log_size: Floats) -> Beyond:
    h, end = 0.5 * df, n - 2.0 * log_size
    found = tail(h, np.full(np.shape(end), 0.5), end)
    rise = h * np.asarray(sigmoid(-end)) - 0.5 * np.asarray(sigmoid(end))
    curve = h * (found.first + h * found.first_first + 2.0 * found.pull * found.gap_first)
    rise = rise - found.pull
    curve = curve + found.pull * rise
    none = np.full(np.shape(n), np.nan)
    return Beyond(found.log - LOG2, h * found.first + found.pull, curve, found.pull, h * found.gap_first, rise, none)


def _from_beta(df: Floats, z: Floats) -> Parts:
    found = beyond(df, np.log(df), np.log(np.absolute(z)))
    log_tail, first, second = found.log, found.slope, found.curve
    left = z < 0
    log_rest = np.asarray(log1m_exp(-log_tail))
    odds = np.exp(log_tail - log_rest)
    log_density = (
        np.asarray(log_rising_excess(0.5 * df, np.full(z.shape, 0.5))) - LOG_SQRT_2PI
        - 0.5 * (df + 1.0) * np.asarray(log1p_square(z / np.sqrt(df)))
    )  # fmt: skip
    log_f = np.where(left, log_tail, log_rest)
    middle = z == 0  # df has no say there
    return Parts(
        np.where(middle, -LOG2, log_f),
        np.where(middle, 0.0, np.where(left, first, -odds * first)),
        np.where(middle, 0.0, np.where(left, second, -odds * (second + first**2) - (odds * first) ** 2)),
        np.where(z < -1.0, -2.0 * found.pull / z, np.exp(log_density - np.where(middle, -LOG2, log_f))),
    )


@kernel
def log_student_cdf(df: Floats, z: Floats) -> Floats:
    """log F(z) of Student's t."""
    return np.asarray(student_parts(df, z).log)


@kernel
def log_student_cdf_df(df: Floats, z: Floats) -> Floats:
    """Its derivative in df."""
    return np.asarray(student_parts(df, z).slope / df)


@kernel
def log_student_cdf_df2(df: Floats, z: Floats) -> Floats:
    """Its second derivative in df."""
    at = student_parts(df, z)
    return np.asarray((at.curve - at.slope) / df / df)


@kernel
def student_hazard(df: Floats, z: Floats) -> Floats:
    """f(z)/F(z), its derivative in z."""
    return np.asarray(student_parts(df, z).hazard)
