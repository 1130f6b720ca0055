"""Triangular solves with a factor that is stored packed: its d diagonal entries, then the strict lower part by rows.

Names that end in ``_exp`` take the logarithms of the diagonal, so that a diagonal of e^700 or e^-700 is no special
case. A factor may also come as one number (that number times the identity) or as d numbers (a diagonal).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from likelihoodkit.primitives.kernels import times_exp
from likelihoodkit.primitives.kernels._tools import Floats, kernel

SHIFT = 900  # binary places by which a solve is repeated where it overflowed


def dimension(packed: int) -> int:
    """The d of a triangle with ``packed`` = d (d + 1)/2 entries."""
    return (math.isqrt(8 * packed + 1) - 1) // 2


def below(row: int, d: int) -> slice:
    """Where the entries left of the diagonal of a row are stored."""
    start = d + row * (row - 1) // 2
    return slice(start, start + row)


def times(a: Floats, b: Floats) -> Floats:
    """Entry by entry product in which an exact zero wins over an infinity (a coefficient that is not there)."""
    return np.where((a == 0) | (b == 0), 0.0, a * b)


@kernel
def times_unit(x: Floats, v: Floats) -> Floats:
    """x v, where an exact zero wins: v is a unit vector, and x may overflow in the other entries."""
    return times(x, v)


def dot(a: Floats, b: Floats) -> Floats:
    """Sum over the first axis of such products."""
    return np.asarray(times(a, b).sum(axis=0))


def _full(factor: Floats, d: int) -> Floats:
    """The packed form of a factor that may be one number, a diagonal, or packed already."""
    if factor.shape[0] == d * (d + 1) // 2:
        return factor
    tail = factor.shape[1:]
    full = np.zeros((d * (d + 1) // 2, *tail))
    full[:d] = factor
    return full


def _forward(r: Floats, lower: Floats, divide: Any) -> Floats:
    d = r.shape[0]
    z = np.empty(np.broadcast_shapes(r.shape, (d, *lower.shape[1:])))
    for i in range(d):
        rest = r[i] - dot(lower[below(i, d)], z[:i]) if i else r[i]
        z[i] = divide(rest, lower[i])
    return z


def _backward(a: Floats, lower: Floats, divide: Any) -> Floats:
    d = a.shape[0]
    w = np.empty(np.broadcast_shapes(a.shape, (d, *lower.shape[1:])))
    column = [[below(j, d).start + i for j in range(i + 1, d)] for i in range(d)]
    for i in reversed(range(d)):
        rest = a[i] - dot(lower[column[i]], w[i + 1 :]) if i + 1 < d else a[i]
        w[i] = divide(rest, lower[i])
    return w


def _solved_in_range(solve: Any, r: Floats, lower: Floats, divide: Any) -> Floats:
    """A solve whose intermediate numbers may leave the range though the answer does not: it is linear in r."""
    z: Floats = solve(r, lower, divide)
    bad = ~np.isfinite(z).all(axis=0)
    if bad.any():
        wide = np.broadcast_to(r, z.shape)[..., bad]
        columns = np.broadcast_to(lower, (lower.shape[0], *z.shape[1:]))[..., bad]
        again = np.ldexp(solve(np.ldexp(wide, -SHIFT), columns, divide), SHIFT)
        # entries that are infinite less infinite: only the sign of an overflow is lost
        z[..., bad] = np.where(np.isnan(again) & np.isfinite(wide).all(axis=0), np.inf, again)
    return z


def _by_exp(rest: Floats, logarithm: Floats) -> Floats:
    return np.asarray(times_exp(rest, -logarithm))


@kernel
def whiten(r: Floats, factor: Floats) -> Floats:
    """L^-1 r by forward substitution."""
    return _solved_in_range(_forward, r, _full(factor, r.shape[0]), np.divide)


@kernel
def whiten_exp(r: Floats, f: Floats) -> Floats:
    """L^-1 r with the logarithms of the diagonal of L in the first d entries of f."""
    return _solved_in_range(_forward, r, f, _by_exp)


@kernel
def unwhiten(a: Floats, factor: Floats) -> Floats:
    """L^-T a by backward substitution."""
    return _solved_in_range(_backward, a, _full(factor, a.shape[0]), np.divide)


@kernel
def unwhiten_exp(a: Floats, f: Floats) -> Floats:
    """L^-T a with the logarithms of the diagonal of L in the first d entries of f."""
    return _solved_in_range(_backward, a, f, _by_exp)


@kernel
def packed_outer(w: Floats, z: Floats, f: Floats) -> Floats:
    """The lower triangle of w z', its diagonal times e^f: the slope of w' L z in f."""
    d = w.shape[0]
    result = np.empty((d * (d + 1) // 2, *np.broadcast_shapes(w.shape[1:], z.shape[1:], f.shape[1:])))
    result[:d] = times_exp(times(w, z), f[:d])
    for i in range(1, d):
        result[below(i, d)] = times(w[i], z[:i])
    return result


def _multiply(b: Floats, diagonal: Floats, x: Floats, *, transposed: bool) -> Floats:
    """B x or B' x for a packed lower triangle whose diagonal is ``diagonal``."""
    d = x.shape[0]
    result = times(diagonal, x)
    for i in range(1, d):
        if transposed:
            result[:i] += times(b[below(i, d)], x[i])
        else:
            result[i] += dot(b[below(i, d)], x[:i])
    return result


@kernel
def packed_times(b: Floats, z: Floats, f: Floats) -> Floats:
    """B z for a packed triangle b whose diagonal is multiplied by e^f."""
    return _multiply(b, np.asarray(times_exp(b[: z.shape[0]], f[: z.shape[0]])), z, transposed=False)


@kernel
def packed_times_transposed(b: Floats, w: Floats, f: Floats) -> Floats:
    """B' w for a packed triangle b whose diagonal is multiplied by e^f."""
    return _multiply(b, np.asarray(times_exp(b[: w.shape[0]], f[: w.shape[0]])), w, transposed=True)


@kernel
def packed_diagonal(b: Floats, w: Floats, z: Floats, f: Floats) -> Floats:
    """b_i w_i z_i e^(f_i) on the diagonal and 0 below it."""
    d = w.shape[0]
    shape = np.broadcast_shapes(b.shape[1:], w.shape[1:], z.shape[1:], f.shape[1:])
    result = np.zeros((d * (d + 1) // 2, *shape))
    result[:d] = times_exp(times(b[:d], times(w, z)), f[:d])
    return result


@kernel
def factor_product(factor: Floats, x: Floats) -> Floats:
    """L x."""
    lower = _full(factor, x.shape[0])
    return _multiply(lower, lower[: x.shape[0]], x, transposed=False)


@kernel
def row_squares(factor: Floats, like: Floats) -> Floats:
    """The diagonal of L L': the variance of each entry."""
    d = like.shape[0]
    lower = _full(factor, d)
    result = np.square(lower[:d]) + np.zeros(like.shape)
    for i in range(1, d):
        result[i] += np.square(lower[below(i, d)]).sum(axis=0)
    return result


@kernel
def log_determinant(factor: Floats, like: Floats) -> Floats:
    """log det L for a factor of the size of ``like``."""
    return np.asarray(np.log(_full(factor, like.shape[0])[: like.shape[0]]).sum(axis=0))


@kernel
def log_determinant_exp(f: Floats) -> Floats:
    """log det L: the sum of the logarithms of the diagonal."""
    return np.asarray(f[: dimension(f.shape[0])].sum(axis=0))


@kernel
def diagonal_ones(f: Floats) -> Floats:
    """1 on the diagonal and 0 below it."""
    result = np.zeros(f.shape)
    result[: dimension(f.shape[0])] = 1.0
    return result


@kernel
def cholesky_factor(f: Floats) -> Floats:
    """The factor behind the outputs: e^f on the diagonal, f itself below it."""
    d = dimension(f.shape[0])
    return np.concatenate([np.exp(f[:d]), f[d:]])


@kernel
def cholesky_slope(f: Floats) -> Floats:
    """The derivative of `cholesky_factor`: e^f on the diagonal, 1 below it."""
    d = dimension(f.shape[0])
    return np.concatenate([np.exp(f[:d]), np.ones_like(f[d:])])


@kernel
def isotropic_factor(s: Floats) -> Floats:
    """One number for a factor s I, whose size is that of what it meets."""
    return s[np.newaxis] if s.ndim else s.reshape(1, 1)


@kernel
def diagonal_factor(s: Floats) -> Floats:
    """d numbers for a diagonal factor."""
    return s


@kernel
def diagonal_of(a: Floats) -> Floats:
    """The d diagonal entries of a packed triangle."""
    return a[: dimension(a.shape[0])]


@kernel
def size_of(v: Floats) -> Floats:
    """The number of entries of a vector."""
    return np.asarray(float(v.shape[0]))


# -- information about a factor -----------------------------------------------------------------------------------


def _solved(factor: Floats, v: Floats, d: int) -> tuple[Floats, Floats]:
    """(L, A) as (d, d, n) with A = L^-1 V for packed L and V."""
    lower, v = _full(factor, d), _full(v, d)
    shape = np.broadcast_shapes(lower.shape[1:], v.shape[1:])
    square = np.zeros((d, d, *shape))
    for i in range(d):
        square[i, i] = v[i]
        square[i, :i] = v[below(i, d)]
    return lower, np.stack([_forward(square[:, j], lower, np.divide) for j in range(d)], axis=1)


def _pulled(lower: Floats, a: Floats) -> Floats:
    """The lower triangle of L^-T A, packed."""
    d = a.shape[0]
    back = np.stack([_backward(a[:, j], lower, np.divide) for j in range(d)], axis=1)
    return np.concatenate([np.stack([back[i, i] for i in range(d)]), *[back[i, :i] for i in range(1, d)]])


@kernel
def factor_information(factor: Floats, v: Floats, like: Floats) -> Floats:
    """The half of tr((S^-1 dS)^2) as a bilinear form of L in direction v, S = L L': the information of a normal."""
    lower, a = _solved(factor, v, like.shape[0])
    for i in range(a.shape[0]):
        a[i, i] *= 2
    return _pulled(lower, a)


@kernel
def factor_trace(factor: Floats, v: Floats, like: Floats) -> Floats:
    """tr(L^-1 V): the slope of log det L in direction v."""
    d = like.shape[0]
    return np.asarray((_full(v, d)[:d] / _full(factor, d)[:d]).sum(axis=0))


@kernel
def factor_traces(factor: Floats, like: Floats) -> Floats:
    """The gradient of log det L in the packed factor."""
    d = like.shape[0]
    full = _full(factor, d)
    result = np.zeros(full.shape)
    result[:d] = 1.0 / full[:d]
    return result
