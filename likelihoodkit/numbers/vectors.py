"""What vector primitives mean in mpmath: plain textbook formulas on lists of numbers, the reference of the kit."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise, product
from typing import Any

import mpmath

Numbers = list[Any]


def _matrix(factor: Any, d: int, *, logarithms: bool = False) -> Any:
    """The lower triangular matrix behind a number, a diagonal or a packed triangle."""
    values = factor if isinstance(factor, list) else [factor]
    if len(values) != d * (d + 1) // 2:
        values = [*(values * d if len(values) == 1 else values), *[mpmath.mpf(0)] * (d * (d - 1) // 2)]
    lower = mpmath.zeros(d)
    for i in range(d):
        lower[i, i] = mpmath.exp(values[i]) if logarithms else values[i]
        for j in range(i):
            lower[i, j] = values[d + i * (i - 1) // 2 + j]
    return lower


def _solve(lower: Any, r: Numbers) -> Numbers:
    z: Numbers = []
    for i, value in enumerate(r):
        z.append((value - mpmath.fsum(lower[i, j] * z[j] for j in range(i))) / lower[i, i])
    return z


def _solve_transposed(lower: Any, a: Numbers) -> Numbers:
    d = len(a)
    w: Numbers = [mpmath.mpf(0)] * d
    for i in reversed(range(d)):
        w[i] = (a[i] - mpmath.fsum(lower[j, i] * w[j] for j in range(i + 1, d))) / lower[i, i]
    return w


def _dimension(packed: Numbers) -> int:
    d = 1
    while d * (d + 1) // 2 < len(packed):
        d += 1
    return d


def _packed(square: Callable[[int, int], Any], d: int) -> Numbers:
    return [*[square(i, i) for i in range(d)], *[square(i, j) for i in range(d) for j in range(i)]]


def _cholesky_factor(f: Numbers) -> Numbers:
    d = _dimension(f)
    return [*[mpmath.exp(x) for x in f[:d]], *f[d:]]


def _cholesky_slope(f: Numbers) -> Numbers:
    d = _dimension(f)
    return [*[mpmath.exp(x) for x in f[:d]], *[mpmath.mpf(1) for _ in f[d:]]]


def _packed_outer(w: Numbers, z: Numbers, f: Numbers) -> Numbers:
    return _packed(lambda i, j: w[i] * z[j] * (mpmath.exp(f[i]) if i == j else 1), len(w))


def _log_determinant(factor: Any, like: Numbers) -> Any:
    lower = _matrix(factor, len(like))
    return mpmath.fsum(mpmath.log(lower[i, i]) for i in range(len(like)))


def _diagonal_ones(f: Numbers) -> Numbers:
    d = _dimension(f)
    return [mpmath.mpf(1 if k < d else 0) for k in range(len(f))]


def _plackett_luce(scores: Numbers, order: Numbers) -> Any:
    left, total = set(range(len(scores))), mpmath.mpf(0)
    for item in (int(k) for k in order if k >= 0):
        total += mpmath.log(mpmath.fsum(mpmath.exp(scores[k]) for k in left)) - scores[item]
        left.remove(item)
    return total


def _path_score(emissions: Numbers, transitions: Numbers, path: Sequence[int], classes: int) -> Any:
    steps = mpmath.fsum(emissions[t * classes + k] for t, k in enumerate(path))
    return steps + mpmath.fsum(transitions[a * classes + b] for a, b in pairwise(path))


def _chain_partition(emissions: Numbers, transitions: Numbers) -> Any:
    """Path by path."""
    classes = math.isqrt(len(transitions))
    paths = product(range(classes), repeat=len(emissions) // classes)
    return mpmath.log(mpmath.fsum(mpmath.exp(_path_score(emissions, transitions, p, classes)) for p in paths))


def _chain_loss(emissions: Numbers, transitions: Numbers, y: Numbers) -> Any:
    truth = _path_score(emissions, transitions, [int(k) for k in y], math.isqrt(len(transitions)))
    return _chain_partition(emissions, transitions) - truth


def _steps_cross_entropy(z: Numbers, y: Numbers, classes: Any) -> Any:
    many = int(classes)
    steps = [z[t * many : (t + 1) * many] for t, k in enumerate(y) if k >= 0]
    labels = [int(k) for k in y if k >= 0]
    return mpmath.fsum(mpmath.log(mpmath.fsum(map(mpmath.exp, s))) - s[k] for s, k in zip(steps, labels, strict=True))


def _column_of(matrix: Numbers, y: Any) -> Numbers:
    return matrix[int(y) :: math.isqrt(len(matrix))]


def _alignment_loss(z: Numbers, y: Numbers, blank: Any, classes: Any) -> Any:
    """Path by path: those that collapse to the labelling."""
    many = int(classes)
    wanted = [int(k) for k in y if k >= 0]
    paths = (p for p in product(range(many), repeat=len(z) // many) if _collapsed(p, int(blank)) == wanted)
    total = mpmath.fsum(mpmath.exp(mpmath.fsum(z[t * many + k] for t, k in enumerate(p))) for p in paths)
    norms = [mpmath.fsum(map(mpmath.exp, z[t : t + many])) for t in range(0, len(z), many)]
    return mpmath.fsum(map(mpmath.log, norms)) - mpmath.log(total)


def _collapsed(path: Sequence[int], blank: int) -> list[int]:
    return [k for k, before in zip(path, (None, *path), strict=False) if k not in (before, blank)]


def _increasing(f: Numbers) -> Numbers:
    parts = [f[0], *map(mpmath.exp, f[1:])]
    return [mpmath.fsum(parts[: k + 1]) for k in range(len(f))]


def _unit_of(f: Numbers) -> Numbers:
    norm = mpmath.sqrt(mpmath.fsum(x * x for x in f))
    return [x / norm for x in f]


def _log_bessel(k: Any, like: Numbers) -> Any:
    order = mpmath.mpf(len(like)) / 2 - 1
    return mpmath.log(mpmath.besseli(order, k)) - k - order * mpmath.log(k)


def _resultant_length(k: Any, like: Numbers) -> Any:
    order = mpmath.mpf(len(like)) / 2 - 1
    return mpmath.besseli(order + 1, k) / mpmath.besseli(order, k)


def _resultant_slope(k: Any, like: Numbers) -> Any:
    length = _resultant_length(k, like)
    return 1 - length**2 - (len(like) - 1) * length / k


def _resultant_curve(k: Any, like: Numbers) -> Any:
    length, slope = _resultant_length(k, like), _resultant_slope(k, like)
    return -2 * length * slope - (len(like) - 1) * (slope - length / k) / k


def _resultant_lean_slope(v: Any, like: Numbers) -> Any:
    x = mpmath.exp(v)
    return x * (_resultant_slope(x, like) + x * _resultant_curve(x, like))


def _resultant_gap(s: Any, t: Any, like: Numbers) -> Any:
    a, b = mpmath.exp(s), mpmath.exp(t)
    return _log_bessel(a, like) - _log_bessel(b, like) + (a - b) * (1 - _resultant_length(b, like))


def _factor_scatter(own: Any, other: Any, like: Numbers) -> Any:
    d = len(like)
    wide, unit = _matrix(own, d), _matrix(other, d)
    columns = [_solve(unit, [wide[i, j] for i in range(d)]) for j in range(d)]
    return mpmath.fsum(x * x for column in columns for x in column)


#: by name; arguments are numbers or lists
VECTORS: dict[str, Callable[..., Any]] = {
    "size_of": lambda v: mpmath.mpf(len(v)),
    "whiten": lambda r, factor: _solve(_matrix(factor, len(r)), r),
    "whiten_exp": lambda r, f: _solve(_matrix(f, len(r), logarithms=True), r),
    "unwhiten": lambda a, factor: _solve_transposed(_matrix(factor, len(a)), a),
    "unwhiten_exp": lambda a, f: _solve_transposed(_matrix(f, len(a), logarithms=True), a),
    "log_determinant": _log_determinant,
    "factor_scatter": _factor_scatter,
    "log_determinant_exp": lambda f: mpmath.fsum(f[: _dimension(f)]),
    "cholesky_factor": _cholesky_factor,
    "cholesky_slope": _cholesky_slope,
    "isotropic_factor": lambda s: s,
    "diagonal_factor": lambda s: s,
    "packed_outer": _packed_outer,
    "diagonal_ones": _diagonal_ones,
    "unit_of": _unit_of,
    "norm": lambda v: mpmath.sqrt(mpmath.fsum(x * x for x in v)),
    "heading": lambda v: _unit_of(v) if any(v) else v,
    "inverse_length": lambda v: 1 / mpmath.sqrt(mpmath.fsum(x * x for x in v)) if any(v) else mpmath.mpf(0),
    "frozen": lambda x: x,
    "inverse_norm": lambda f: 1 / mpmath.sqrt(mpmath.fsum(x * x for x in f)),
    "log_bessel": _log_bessel,
    "resultant_length": _resultant_length,
    "bessel_complement": lambda k, like: 1 - _resultant_length(k, like),
    "resultant_slope": _resultant_slope,
    "resultant_curve": _resultant_curve,
    "resultant_gap": _resultant_gap,
    "resultant_gap_slope": lambda s, t, like: (
        mpmath.exp(s) * (_resultant_length(mpmath.exp(s), like) - _resultant_length(mpmath.exp(t), like))
    ),
    "resultant_bend": lambda v, like: mpmath.exp(2 * v) * _resultant_slope(mpmath.exp(v), like),
    "resultant_lean": lambda v, like: mpmath.exp(v) * _resultant_slope(mpmath.exp(v), like),
    "resultant_lean_slope": _resultant_lean_slope,
    "increasing": _increasing,
    "plackett_luce": _plackett_luce,
    "chain_partition": _chain_partition,
    "chain_loss": _chain_loss,
    "alignment_loss": _alignment_loss,
    "steps_cross_entropy": _steps_cross_entropy,
    "column_of": _column_of,
}
