"""Where to try the words of single families whose support moves with their parameters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from primitives.reference import _magnitudes

Draw = Callable[[np.random.Generator, int, float], tuple[np.ndarray, ...]]
Row = tuple[Draw, tuple[tuple[float, ...], ...], int, float]

_TINY = ((1.0, 0.0, 1e-9), (2.0, 1.0, -1e-12), (0.5, -1.0, 1e-20), (7.0, 0.0, -1e-4))


def _excess(g: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    """Amounts inside the support: shape times y/scale above -0.9."""
    y, t = _magnitudes(g, n, 1e-3, 1e3), g.uniform(-3, 3, n)
    return y, t, np.maximum(g.uniform(-1.5, 3, n), -0.9 * np.exp(t) / y)


def _extreme(g: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    """Distances on either side of a location, inside the support."""
    r, t = g.normal(0, 3, n), g.uniform(-2, 2, n)
    limit, a = 0.9 * np.exp(t) / np.abs(r), g.uniform(-1.5, 3, n)
    return r, t, np.where(r > 0, np.maximum(a, -limit), np.minimum(a, limit))


def _difference(g: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    """A whole number near or far from the difference of two rates, and their logs."""
    u, v = g.uniform(-6, 7, n), g.uniform(-6, 7, n)
    far = np.floor(np.exp(g.uniform(-1, 6, n))) * g.choice([-1, 1], n)
    near = np.round(np.exp(u) - np.exp(v) + g.normal(0, 1, n) * np.sqrt(np.exp(u) + np.exp(v)))
    return np.where(g.random(n) < 0.5, near, far), u, v


_EVEN = ((0.0, 3.0, 3.0), (0.0, 2.47, 2.47), (-12.0, -20.0, 5.0), (24.0, -30.0, -30.0), (1000.0, 7.0, 3.0))
#: name -> (arguments to draw, further points, digits lost per decade, bound)
FAMILY_ROWS: dict[str, Row] = {
    **{
        f"generalized_pareto_{name}": (_excess, _TINY, 20, bound)
        for name, bound in (
            ("loss", 2.0), ("scale", 2.0), ("shape", 4.0), ("scale_curve", 4.0), ("cross", 4.0), ("shape_curve", 8.0),
        )
    },
    **{
        f"extreme_value_{name}": (_extreme, _TINY, 20, bound)
        for name, bound in (
            ("loss", 2.0), ("pull", 4.0), ("scale", 4.0), ("shape", 4.0), ("pull_curve", 4.0), ("pull_scale", 4.0),
            ("pull_shape", 8.0), ("scale_curve", 4.0), ("scale_shape", 8.0), ("shape_curve", 8.0),
        )
    },
    **{f"skellam_{name}": (_difference, _EVEN, 40, 4.0) for name in ("loss", "first", "cross")},
    "extreme_value_mean": (lambda g, n, top: (g.uniform(-3, 0.95, n),), ((1e-9,), (-1e-4,), (0.0,)), 20, 8.0),
    "extreme_value_variance": (lambda g, n, top: (g.uniform(-2, 0.45, n),), ((1e-9,), (-1e-4,), (0.0,)), 20, 16.0),
}  # fmt: skip
