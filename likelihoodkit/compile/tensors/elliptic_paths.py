"""Cholesky factors in words that NumPy, torch and JAX share; written modules print them (see `block_paths`).

Solves are carried out with numbers that have exponents of their own, pairs (m, e) for m 2^e: what comes out of one
solve may leave the range of float64 and be back in it after the next.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as xp

from likelihoodkit.primitives.kernels import log1pmx, times_exp

Array = Any
Wide = Any


def _dimension(f: Array) -> int:
    return (math.isqrt(8 * len(f) + 1) - 1) // 2


def log_determinant_exp(f: Array) -> Array:
    """The sum of the logarithms of the diagonal."""
    return f[: _dimension(f)].sum(axis=0)


def diagonal_ones(f: Array) -> Array:
    """1 on the diagonal and 0 below it."""
    d = _dimension(f)
    return xp.concatenate([xp.ones_like(f[:d]), xp.zeros_like(f[d:])])


# -- numbers with exponents of their own -----------------------------------------------------------------------------


def _wide(x: Array) -> Wide:
    m, e = xp.frexp(x)
    return m, e + 0.0 * m


def _exponential(f: Array) -> Wide:
    """e^f; the logarithm of 2 in two parts, of which the first has few digits."""
    e = xp.floor(f / 0.6931471805599453 + 0.5)
    rest = (f - e * 0.693147180369123816490) - e * 1.90821492927058770002e-10
    return xp.exp(xp.where(abs(e) < 1e12, rest, 0.0 * f)), e


def _sum(m: Array, e: Array) -> Wide:
    """Over the first axis."""
    live = xp.where(m == 0.0, -math.inf + 0.0 * m, e)
    top = xp.amax(live, axis=0)
    top = xp.where(top > -math.inf, top, 0.0 * m[0])
    shift = live - top
    seen = shift > -1000.0
    n, k = xp.frexp(xp.where(seen, m * 2.0 ** xp.where(seen, shift, 0.0 * m), 0.0 * m).sum(axis=0))
    return n, top + k


def _number(m: Array, e: Array) -> Array:
    """As a float64."""
    e = xp.where(e > 1100.0, 1100.0 + 0.0 * m, xp.where(e < -1200.0, -1200.0 + 0.0 * m, e))  # infinite, or nothing
    half = xp.floor(0.5 * e)
    return m * 2.0**half * 2.0 ** (e - half)


# -- triangles: their diagonal, by its logarithm or as it is, then what is below it by rows ----------------------------


def _triangle(f: Array, d: int) -> tuple[Wide, Wide]:
    """One over the diagonal, of which there are logarithms, and what is below it."""
    return _exponential(-f[:d]), _wide(f[d:])


def _solved(r: Wide, down: Wide, below: Wide) -> Wide:
    """L^-1 r."""
    ms: list[Array] = []
    es: list[Array] = []
    for i in range(len(r[0])):
        start = i * (i - 1) // 2
        m, e = r[0][i], r[1][i]
        if i:
            products = -below[0][start : start + i] * xp.stack(ms)
            exponents = below[1][start : start + i] + xp.stack(es)
            m, e = _sum(xp.concatenate([m[None], products]), xp.concatenate([e[None], exponents]))
        ms.append(m * down[0][i])
        es.append(e + down[1][i])
    return xp.stack(ms), xp.stack(es)


def _solved_back(a: Wide, down: Wide, below: Wide) -> Wide:
    """L^-T a."""
    d = len(a[0])
    ms: list[Array] = []
    es: list[Array] = []
    for i in range(d - 1, -1, -1):
        m, e = a[0][i], a[1][i]
        if ms:
            column = [j * (j - 1) // 2 + i for j in range(d - 1, i, -1)]
            products = -xp.stack([below[0][k] for k in column]) * xp.stack(ms)
            exponents = xp.stack([below[1][k] for k in column]) + xp.stack(es)
            m, e = _sum(xp.concatenate([m[None], products]), xp.concatenate([e[None], exponents]))
        ms.append(m * down[0][i])
        es.append(e + down[1][i])
    return xp.stack(ms[::-1]), xp.stack(es[::-1])


def _outer(w: Wide, z: Wide, f: Array) -> Wide:
    """The lower triangle of w z', packed, its diagonal times that of L."""
    d = len(w[0])
    up = _exponential(f[:d])
    ms = [w[0] * z[0] * up[0], *[w[0][i] * z[0][:i] for i in range(1, d)]]
    es = [w[1] + z[1] + up[1], *[w[1][i] + z[1][:i] for i in range(1, d)]]
    return xp.concatenate(ms), xp.concatenate(es)


def half_scatter(r: Array, f: Array) -> Array:
    """|L^-1 r|^2/2."""
    m, e = _solved(_wide(r), *_triangle(f, len(r)))
    m, e = _sum(m * m, 2.0 * e)
    return _number(0.5 * m, e)


def scatter_pull(r: Array, f: Array) -> Array:
    """Its slope in r: L^-T L^-1 r."""
    factor = _triangle(f, len(r))
    return _number(*_solved_back(_solved(_wide(r), *factor), *factor))


def scatter_slope(r: Array, f: Array) -> Array:
    """Its slope in f: minus the lower triangle of w z'."""
    factor = _triangle(f, len(r))
    z = _solved(_wide(r), *factor)
    return -_number(*_outer(_solved_back(z, *factor), z, f))


def _held(factor: Array, d: int) -> tuple[Wide, Wide]:
    """As `_triangle` of a factor as it is: one number, a diagonal, or packed."""
    m, e = _wide(factor[:d] + xp.zeros_like(factor[:1]) * xp.ones_like(xp.concatenate([factor[:1]] * d)))
    rest = factor[d:] if len(factor) > d else xp.zeros_like(xp.concatenate([factor[:1]] * (d * (d - 1) // 2)))
    return (1.0 / m, -e), _wide(rest)


def whiten(r: Array, factor: Array) -> Array:
    """L^-1 r."""
    return _number(*_solved(_wide(r), *_held(factor, len(r))))


def unwhiten(a: Array, factor: Array) -> Array:
    """L^-T a."""
    return _number(*_solved_back(_wide(a), *_held(factor, len(a))))


def log_determinant(factor: Array, like: Array) -> Array:
    """The sum of the logarithms of the diagonal."""
    d = len(like)
    return xp.log(factor[:d]).sum(axis=0) * (d / len(factor[:d]))


# -- the heavy tail: q = |z|^2 beside n = e^t --------------------------------------------------------------------------


def _square(z: Wide) -> Wide:
    return _sum(z[0] * z[0], 2.0 * z[1])


def _ratio(q: Wide, n: Wide) -> tuple[Array, Array, Array]:
    """log(1 + q/n), q/n, and whether that is so little that it is its logarithm."""
    m, e = q[0] / n[0], q[1] - n[1]
    ratio, far = _number(m, e), e > 500.0
    log_far = xp.log(xp.where(far, m, 1.0 + 0.0 * m)) + 0.6931471805599453 * xp.where(far, e, 0.0 * m)
    return xp.where(far, log_far, xp.log1p(xp.where(far, 0.0 * m, ratio))), ratio, e < -60.0


def _weight(q: Wide, n: Wide, d: int) -> Wide:
    """(n + d)/(n + q)."""
    many = _wide(d + 0.0 * q[0])
    top = _sum(xp.stack([n[0], many[0]]), xp.stack([n[1], many[1]]))
    under = _sum(xp.stack([n[0], q[0]]), xp.stack([n[1], q[1]]))
    return top[0] / under[0], top[1] - under[1]


def student_scatter(r: Array, f: Array, t: Array) -> Array:
    """(n + d)/2 log(1 + |L^-1 r|^2/n)."""
    d = len(r)
    q = _square(_solved(_wide(r), *_triangle(f, d)))
    logarithm, ratio, little = _ratio(q, _exponential(t))
    return 0.5 * xp.where(little, _number(*q) + d * ratio, times_exp(logarithm, t) + d * logarithm)


def student_scatter_pull(r: Array, f: Array, t: Array) -> Array:
    """Its slope in r: the weight (n + d)/(n + q) times L^-T z."""
    factor = _triangle(f, len(r))
    z = _solved(_wide(r), *factor)
    w, weight = _solved_back(z, *factor), _weight(_square(z), _exponential(t), len(r))
    return _number(weight[0] * w[0], weight[1] + w[1])


def student_scatter_slope(r: Array, f: Array, t: Array) -> Array:
    """Its slope in f."""
    factor = _triangle(f, len(r))
    z = _solved(_wide(r), *factor)
    m, e = _outer(_solved_back(z, *factor), z, f)
    weight = _weight(_square(z), _exponential(t), len(r))
    return -_number(weight[0] * m, weight[1] + e)


def student_scatter_tail(r: Array, f: Array, t: Array) -> Array:
    """Its slope in t: half of n (log(1 + q/n) - s) less d s, s = q/(n + q)."""
    d = len(r)
    q, n = _square(_solved(_wide(r), *_triangle(f, d))), _exponential(t)
    logarithm, _, _ = _ratio(q, n)
    under = _sum(xp.stack([n[0], q[0]]), xp.stack([n[1], q[1]]))
    m, e = q[0] / under[0], q[1] - under[1]
    share = _number(m, e)
    near, none = share < 0.5, share < 1e-100
    excess = xp.where(near, -log1pmx(-xp.where(near, share, 0.0 * share)), logarithm - share)
    plain = _wide(excess)
    rest = _number(xp.where(none, 0.5 * m * m, plain[0]) * n[0], xp.where(none, 2.0 * e, plain[1]) + n[1])
    return 0.5 * (rest - d * share)


#: the programs that are written out here: what they are called in `primitives`
PROGRAMS = (
    "log_determinant_exp", "diagonal_ones", "half_scatter", "scatter_pull", "scatter_slope", "whiten", "unwhiten",
    "log_determinant", "student_scatter", "student_scatter_pull", "student_scatter_slope", "student_scatter_tail",
)  # fmt: skip
#: primitives that they call, and how many arguments these take
CALLED = {"log1pmx": 1, "times_exp": 2}
