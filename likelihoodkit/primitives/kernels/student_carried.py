"""log of Student's distribution function at z = r e^t, where the degrees of freedom df come with their logarithm n.

Slopes in t and n are formed in their own right, and those in r from them: z, df and what they are multiplied by may
leave the range where the products do not. df repeats e^n to full precision. Places with forms of their own: the middle,
where the law is a straight line; df so large that the law is normal; z so far out that its density says it all.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._rows import by_place, complement, row
from likelihoodkit.primitives.kernels._tools import Floats, kernel, remembered
from likelihoodkit.primitives.kernels.differences import log_times_exp, square_rest_exp, square_share_exp
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.logistic import softplus
from likelihoodkit.primitives.kernels.normal import hazard, hazard_derivative, log_ndtr
from likelihoodkit.primitives.kernels.products import argument_hazard, argument_hazard_curve
from likelihoodkit.primitives.kernels.student import (
    student_balance,
    student_balance_slope,
    student_bend,
    student_loss,
    student_pull,
    student_slope,
)
from likelihoodkit.primitives.kernels.student_integrals import student_integrals
from likelihoodkit.primitives.kernels.student_law import score
from likelihoodkit.primitives.kernels.student_tails import LOG2, beyond

FAR = float(np.log(1e70))  # log |z| beyond which z^4 is no float64
NORMAL = 650.0  # n beyond which df is infinite for z within FAR
MANY = 46.0  # n beyond which z far out is beyond nothing but the leading term
OUTSIDE = -60.0  # log of df/z^2 below which the density is a power
TOLD = 1e-250  # a mass that is told by itself
STRAIGHT = -37.0  # log of z^2, and of z^2/df, below which the law is a straight line

Rows = tuple[Floats, ...]


def _middle(r: Floats, t: Floats, df: Floats, n: Floats) -> Rows:
    """F = 1/2 + z f(0)."""
    zero = np.zeros_like(r)
    rise = np.asarray(times_exp(np.asarray(times_exp(r, t)), -np.asarray(student_loss(zero, zero, df, n))))
    log_f = np.log1p(2.0 * rise) - LOG2
    u = rise / (0.5 + rise)
    k, bend = -np.asarray(student_slope(zero, zero, df, n)), -np.asarray(student_bend(zero, zero, df, n))
    return (np.stack([log_f, u, u * k, u * (1.0 - u), u * k * (1.0 - u), u * (bend + k * k * (1.0 - u))]),)


def _normal(r: Floats, t: Floats, df: Floats, n: Floats) -> Rows:
    """df -> inf: log Phi(z) - h (z + z^3)/(4 df)."""
    z = np.asarray(times_exp(r, t))
    h, fall = np.asarray(hazard(z)), np.asarray(hazard_derivative(z))
    square = z * z
    rest = np.where(z > 40.0, 0.0, 0.25 * h * z * (1.0 + square))
    cross = np.where(z > 40.0, 0.0, 0.25 * z * (fall * z * (1.0 + square) + h * (1.0 + 3.0 * square)))
    less = np.asarray(times_exp(rest, -n))
    slope, curve = np.asarray(argument_hazard(z)), np.asarray(argument_hazard_curve(z))
    return (np.stack([log_ndtr(z), slope, less, curve, np.asarray(times_exp(cross, -n)), -less]),)


def _by_integrals(r: Floats, t: Floats, df: Floats, n: Floats) -> Rows:
    z = np.asarray(times_exp(r, t))
    found = student_integrals(df, n, z)
    slope = z * found.hazard
    gone = slope == 0.0
    with np.errstate(invalid="ignore"):
        curve = np.where(gone, 0.0, slope * (1.0 - z * found.fall))
        cross = np.where(gone, 0.0, slope * (score(df, n, z) - found.slope))
    return (np.stack([found.log, slope, found.slope, curve, cross, found.curve]),)


def _far_out(r: Floats, t: Floats, df: Floats, n: Floats) -> Rows:
    """Many df, z beyond e^FAR: the density times (df + z^2)/(df |z|) is beyond it."""
    place = (r, t, df, n)
    half = t - 0.5 * n
    s, rest = np.asarray(square_share_exp(r, half)), np.asarray(square_rest_exp(r, half))
    loss, size = np.asarray(student_loss(*place)), np.asarray(log_times_exp(np.absolute(r), t))
    both = s * rest
    cross = s * (np.asarray(times_exp(s, n)) - rest)
    tail = np.stack([
        np.asarray(softplus(2.0 * size - n)) - (loss + t + size),
        2.0 * s - 2.0 - np.asarray(student_balance(*place)),
        -s - np.asarray(student_slope(*place)),
        4.0 * both - np.asarray(student_balance_slope(*place)),
        -2.0 * both - cross,
        both - np.asarray(student_bend(*place)),
    ])  # fmt: skip
    return (np.where(r < 0, tail, 0.0),)


def _beyond(r: Floats, t: Floats, df: Floats, n: Floats) -> Rows:
    """By what lies outside of |z|: half of a beta tail."""
    out = beyond(df, n, np.asarray(log_times_exp(np.absolute(r), t)))
    tail = np.stack([
        out.log, -2.0 * out.pull, out.slope, 4.0 * out.pull * out.rise, -2.0 * out.pull * (out.gap + out.rise),
        out.curve,
    ])  # fmt: skip
    inverse = np.asarray(times_exp(1.0 / r, -t))  # of z, whose square may be too large
    share = out.factor * np.power(df * inverse * inverse / (1.0 + df * inverse * inverse), 0.5 * df)
    return (np.where(r < 0, tail, complement(tail, np.where(share > TOLD, share, np.nan))),)


@remembered
def _rows(r: Floats, t: Floats, df: Floats, n: Floats) -> Floats:
    """log F, its slopes in t and n, and its curvatures tt, tn, nn."""
    r, t, df, n = np.broadcast_arrays(r, t, df, n)
    size = np.where(r == 0, -np.inf, np.asarray(log_times_exp(np.absolute(r), t)))
    inside = size < FAR
    places = (
        (2.0 * size < STRAIGHT + np.minimum(n, 0.0), _middle),
        (inside & (n > NORMAL), _normal),
        (inside & (n >= 0.0) & (n - 2.0 * size > OUTSIDE), _by_integrals),
        (n > MANY, _far_out),
        (np.full(r.shape, True), _beyond),
    )
    (rows,) = by_place((r, t, df, n), places, 1)
    return rows


def _over_r(along: Floats, slope: Floats, factor: Floats, r: Floats, t: Floats) -> Floats:
    """A slope in r: from that in t, or where |z| < 1 as the density over F times a factor."""
    near = np.asarray(log_times_exp(np.absolute(r), t)) < 0.0
    return np.where(near | (r == 0), slope * factor, along / np.where(r == 0, 1.0, r))


def _density(rows: Floats, r: Floats, t: Floats, df: Floats, n: Floats) -> Floats:
    """e^t f(z)/F(z)."""
    return np.asarray(np.exp(-np.asarray(student_loss(r, t, df, n)) - rows[0]))


@kernel
def log_student_below_r(r: Floats, t: Floats, df: Floats, n: Floats) -> Floats:
    """Its derivative in r."""
    rows = _rows(r, t, df, n)
    return _over_r(rows[1], _density(rows, r, t, df, n), np.ones_like(r), r, t)


@kernel
def log_student_below_rr(r: Floats, t: Floats, df: Floats, n: Floats) -> Floats:
    """Its second derivative in r."""
    rows = _rows(r, t, df, n)
    slope = _density(rows, r, t, df, n)
    along = np.where(r == 0, 0.0, (rows[3] - rows[1]) / np.where(r == 0, 1.0, r))
    return _over_r(along, slope, -(np.asarray(student_pull(r, t, df, n)) + slope), r, t)


@kernel
def log_student_below_rt(r: Floats, t: Floats, df: Floats, n: Floats) -> Floats:
    """Its derivative in r and t."""
    rows = _rows(r, t, df, n)
    factor = -(np.asarray(student_balance(r, t, df, n)) + rows[1])
    return _over_r(rows[3], _density(rows, r, t, df, n), factor, r, t)


@kernel
def log_student_below_rn(r: Floats, t: Floats, df: Floats, n: Floats) -> Floats:
    """Its derivative in r and n."""
    rows = _rows(r, t, df, n)
    factor = -(np.asarray(student_slope(r, t, df, n)) + rows[2])
    return _over_r(rows[4], _density(rows, r, t, df, n), factor, r, t)


log_student_below = row(_rows, 0, "log F(r e^t) of Student's t.")
log_student_below_t = row(_rows, 1, "Its derivative in t.")
log_student_below_n = row(_rows, 2, "Its derivative in n = log df.")
log_student_below_tt = row(_rows, 3, "Its second derivative in t.")
log_student_below_tn = row(_rows, 4, "Its derivative in t and n.")
log_student_below_nn = row(_rows, 5, "Its second derivative in n.")
