"""The density of a Poisson number of gamma amounts: its deviance in the mean, and what is left without the mean.

With b = 2 - p, c = p - 1 and s = log(dispersion) - b log y, the amount y has the density e^-S(s)/y where the mean is y.
A sum over n gamma amounts, it is e^-S = sqrt(b/c)/(2 pi) times the sum of e^(-d(n) - d(n b/c) - D(n, l)/c) over n >= 1,
l = e^-s/b the number of amounts to expect, D the Poisson deviance and d the error of Stirling's formula (Dunn and Smyth
2005, Statistics and Computing 15, 267-280, without what cancels). The terms have width sqrt(c l). Where that is large
the sum is an integral, for the trapezoidal rule; and slopes, in which l cancels, come from integration by parts.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from likelihoodkit.primitives.kernels import _tables as tables
from likelihoodkit.primitives.kernels._tools import Floats, Formula, horner, kernel, piecewise
from likelihoodkit.primitives.kernels.differences import exp_minus, scaled_exp_minus
from likelihoodkit.primitives.kernels.exponential import (
    _curve_near,
    exprel,
    exprel_derivative,
    times_exp,
    times_exp_of_sum,
)
from likelihoodkit.primitives.kernels.gamma import (
    log_gamma,
    stirling_error,
    stirling_error_derivative,
    stirling_error_second,
)
from likelihoodkit.primitives.kernels.saddle import poisson_deviance_exp

#: widths of the terms from which their sum is an integral: by Poisson's formula it is right to e^(-2 (pi WIDE)^2)
WIDE = 1.45
#: nodes of the trapezoidal rule, this many to a width and as far as this many widths
PER_WIDTH, WIDTHS = 2.5, 9.5
_NODES = np.arange(-PER_WIDTH * WIDTHS, PER_WIDTH * WIDTHS + 1.0) / PER_WIDTH
#: rows at a time
BATCH = 512
#: so many amounts at most where one or none is to be expected
FEW = 24
#: below this log of the relative dispersion nothing is left of the corrections to the normal
FAR = -45.0


# -- the deviance ------------------------------------------------------------------------------------------------


def _curved(x: Floats, below: Floats, factor: Floats, own: tuple[Floats, Floats]) -> Floats:
    """(e^x - 1 - x) e^below, where e^x is large through factor e^own, which is e^(x + below) in two terms."""
    near = np.absolute(x) < 1.0
    small = np.where(near, x, 0.0)
    here = np.where(near, small * small * horner(tables.HALF_SQUARE, small), np.expm1(np.minimum(x, 1.0)) - x)
    right = np.maximum(x, 0.0)
    far = times_exp_of_sum(factor * (-np.expm1(-right) - right * np.exp(-right)), *own)
    return np.where(x > 1.0, far, np.asarray(times_exp(here, below)))


@kernel
def tweedie_deviance_half(y: Floats, f: Floats, g: Floats, p: Floats) -> Floats:
    """Half the unit deviance of a mean e^f over the dispersion e^g: two parts of one sign; e^(b f - g)/b at y = 0."""
    b, c = 2.0 - p, p - 1.0
    above = y > 0
    log_y = np.log(np.where(y == 0, 1.0, y))
    ratio, below = f - log_y, b * log_y - g
    ratio = np.where(np.absolute(ratio) < 0.5, _log_ratio(y, f, ratio), ratio)
    up = _curved(b * ratio, below, np.ones_like(y), (b * f, -g)) / b
    down = _curved(-c * ratio, below, y, (-c * f, -g)) / c  # y m^-c: the logarithm of y would lose digits
    return np.where(above | np.isnan(y), up + down, times_exp_of_sum(1.0 / b, b * f, -g))


def _log_ratio(y: Floats, f: Floats, ratio: Floats) -> Floats:
    """f - log y, through e^f - y where the two are near one another."""
    return np.where(np.absolute(f) < 1.0, np.log1p(np.asarray(exp_minus(f, y)) / np.where(y > 0, y, 1.0)), ratio)


@kernel
def tweedie_pull(y: Floats, f: Floats, g: Floats, p: Floats) -> Floats:
    """(e^f - y) e^((1 - p) f - g): the derivative in f."""
    return np.asarray(scaled_tweedie_pull(y, f, g, p, np.zeros_like(f)))


@kernel
def scaled_tweedie_pull(y: Floats, f: Floats, g: Floats, p: Floats, s: Floats) -> Floats:
    """e^s (e^f - y) e^((1 - p) f - g)."""
    more = np.asarray(times_exp(y, -f))
    return piecewise(
        (y, f, g, p, s, more),
        (more < 0.5, lambda y, f, g, p, s, more: times_exp_of_sum(1.0 - more, (2.0 - p) * f, s, -g)),
        (more > 2.0, lambda y, f, g, p, s, more: times_exp_of_sum(-y * (1.0 - 1.0 / more), (1.0 - p) * f, s, -g)),
        otherwise=lambda y, f, g, p, s, more: scaled_exp_minus(f, y, (1.0 - p) * f - g + s),
    )


@kernel
def tweedie_bend(y: Floats, f: Floats, g: Floats, p: Floats) -> Floats:
    """(b e^f + c y) e^((1 - p) f - g): the second derivative in f."""
    return np.asarray(scaled_tweedie_bend(y, f, g, p, np.zeros_like(f)))


@kernel
def scaled_tweedie_bend(y: Floats, f: Floats, g: Floats, p: Floats, s: Floats) -> Floats:
    """e^s (b e^f + c y) e^((1 - p) f - g)."""
    b, c = 2.0 - p, p - 1.0
    return np.asarray(times_exp_of_sum(b, b * f, s, -g) + times_exp_of_sum(c * y, -c * f, s, -g))


# -- what is left without the mean ------------------------------------------------------------------------------


def _terms(s: Floats, p: Floats, nodes: Floats) -> Floats:
    """Logs of the terms at the numbers of amounts ``nodes``, a row each; minus infinity where there is no amount."""
    b, c = (2.0 - p)[:, None], (p - 1.0)[:, None]
    n = np.where(nodes > 0, nodes, 1.0)
    log_l = -s[:, None] - np.log(b)
    loss = np.asarray(poisson_deviance_exp(n, np.broadcast_to(log_l, n.shape))) / c
    errors = np.asarray(stirling_error(n)) + np.asarray(stirling_error(n * (b / c)))
    return np.where(nodes > 0, -(loss + errors), -np.inf)


def _weights(logs: Floats) -> tuple[Floats, Floats]:
    """Shares of the terms, and the log of their sum."""
    top = np.max(logs, axis=1, keepdims=True)
    shares = np.exp(logs - top)
    total = np.sum(shares, axis=1, keepdims=True)
    return shares / total, (top + np.log(total))[:, 0]


def _direct(s: Floats, p: Floats, order: int) -> Floats:
    """Term by term."""
    b, c = 2.0 - p, p - 1.0
    middle = np.exp(-s - np.log(b))  # the number that the terms see: its rounding cancels in what is left
    reach = np.ceil(np.max(9.0 * np.sqrt(c * middle) + 27.0 * c)) + 1.0
    offsets = np.arange(-reach, reach + 1.0)
    nodes = np.floor(middle)[:, None] + offsets
    shares, log_sum = _weights(_terms(s, p, nodes))
    if order == 0:
        return np.asarray(np.log(2.0 * np.pi) - 0.5 * np.log(b / c) - log_sum)
    gaps = nodes - middle[:, None]
    mean = np.sum(shares * gaps, axis=1)
    if order == 1:
        return np.asarray(mean / c)
    return np.asarray((middle - np.sum(shares * np.square(gaps - mean[:, None]), axis=1) / c) / c)


def _integral(s: Floats, p: Floats, order: int) -> Floats:
    """By the trapezoidal rule in n/l, in units of the width."""
    b, c = (2.0 - p)[:, None], (p - 1.0)[:, None]
    middle = np.exp(-s)[:, None] / b
    width = np.sqrt(c / middle)  # over l
    r = 1.0 + width * _NODES
    n = middle * r
    shares, log_sum = _weights(_terms(s, p, n))
    if order == 0:
        return np.asarray(
            np.log(2.0 * np.pi) - 0.5 * np.log(b / c)[:, 0] - log_sum - np.log(middle * width / PER_WIDTH)[:, 0]
        )
    rows = _by_parts(r, n, width * _NODES, shares, b / c, order, lambda v: np.sum(v, axis=1, keepdims=True))
    return np.asarray(rows[:, 0])


def _by_parts(r: Floats, n: Floats, step: Floats, shares: Floats, beta: Floats, order: int, total: Formula) -> Any:
    """A slope or curvature by the scores at the nodes r = 1 + step with their shares, of which ``total`` is the sum."""
    r, n = np.where(r > 0, r, 1.0), np.where(r > 0, n, 1.0)
    e = np.where(np.absolute(r - 1.0) < 0.5, np.log1p(np.where(r == 1.0, 0.0, step)), np.log(r))
    m, slope = np.asarray(exprel(e)), np.asarray(exprel_derivative(e))
    first = slope / r
    pull = n * (np.asarray(stirling_error_derivative(n)) + beta * np.asarray(stirling_error_derivative(beta * n))) / r
    score = first - m * pull
    mean = total(shares * score)
    if order == 1:
        return mean
    second = (_curve(e) - slope) / (r * r)
    bend = n * n * (np.asarray(stirling_error_second(n)) + beta**2 * np.asarray(stirling_error_second(beta * n))) / r**2
    terms = (r - m) * second - (r * first - m - m * first) * pull + m * m * bend
    return total(shares * (terms - np.square(score - mean)))


def _curve(x: Floats) -> Floats:
    """The second derivative of (e^x - 1)/x."""
    near = np.absolute(x) <= 2.0
    safe = np.where(near, 3.0, x)
    far = (np.exp(safe) * (safe * (safe - 2.0) + 2.0) - 2.0) / (safe * safe * safe)
    return np.where(near, _curve_near(np.where(near, x, 0.0)), far)


def _normaliser(order: int, far: Formula) -> Formula:
    """S or its first or second derivative, by the width of the terms; ``far`` where they are a normal density."""
    return kernel(lambda s, p: _by_width(s, p, far, order))


def _by_width(s: Floats, p: Floats, far: Formula, order: int) -> Floats:
    s, p = np.broadcast_arrays(s, p)
    shape, s, p = s.shape, s.ravel(), p.ravel()
    result, c = np.asarray(far(s) + 0.0 * p), p - 1.0
    near = (s > FAR) & ~np.isnan(p)
    width = np.sqrt(c / (2.0 - p)) * np.exp(-0.5 * s)
    wide = width > np.maximum(WIDE, 7.0 * c)
    for mask, formula in ((near & ~wide, _direct), (near & wide, _integral)):
        rows = np.flatnonzero(mask)
        rows = rows[np.argsort(s[rows], kind="stable")]  # rows of one batch need as many terms
        for start in range(0, rows.size, BATCH):
            part = rows[start : start + BATCH]
            result[part] = formula(s[part], p[part], order)
    return result.reshape(shape)


#: S(s), its derivative and its second derivative
tweedie_normaliser = _normaliser(0, lambda s: 0.5 * (np.log(2.0 * np.pi) + s))
tweedie_normaliser_slope = _normaliser(1, lambda s: 0.5 + 0.0 * s)
tweedie_normaliser_curve = _normaliser(2, lambda s: 0.0 * s)


def _single_amount(y: Floats, g: Floats, p: Floats) -> Floats:
    """log y + S where an amount or two are all."""
    return _by_amounts(y, g, p, np.arange(2.0, FEW + 1.0).reshape(-1, *(1,) * y.ndim), lambda v: np.sum(v, axis=0))


def _by_amounts(y: Floats, g: Floats, p: Floats, n: Floats, total: Formula) -> Floats:
    """The density of one amount, whose constants have cancelled by hand, and more: ``total`` over their numbers n.

    With a = b/c = 1/c - 1 the first term is y^(a - 1) e^(-g/c) c^(-1/c)/Gamma(a + 1), times e^(-e^-s/(b c)).
    """
    b, c = 2.0 - p, p - 1.0
    a = b / c
    s = g - b * np.log(y)
    bare = (n * np.log(n) - (n - 1.0) + (n - 1.0) * (np.log(b) + s)) / c
    errors = np.asarray(stirling_error(n)) - stirling_error(np.ones_like(y)) + np.asarray(stirling_error(n * a))
    more = total(np.exp(-(bare + (errors - np.asarray(stirling_error(a))))))
    alone = np.asarray(log_gamma(1.0 + a)) + np.log(c) / c
    return np.asarray((1.0 - a) * np.log(y) + g / c + alone + np.exp(-s) / (b * c) - np.log1p(more))


@kernel
def tweedie_apart(y: Floats, g: Floats, p: Floats) -> Floats:
    """log y + S(g - (2 - p) log y)."""
    y, g, p = np.broadcast_arrays(y, g, p)
    s = g - (2.0 - p) * np.log(y)
    few = (s > -np.log(2.0 - p)) & (y > 0)  # at most one amount is to be expected
    return piecewise(
        (y, g, p, s),
        (few, lambda y, g, p, s: _single_amount(y, g, p)),
        otherwise=lambda y, g, p, s: np.log(y) + np.asarray(tweedie_normaliser(s, p)),
    )
