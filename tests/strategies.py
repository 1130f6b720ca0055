"""Hypothesis strategies per support: any outcome that is allowed, edges and far values among them."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from likelihoodkit import supports
from likelihoodkit.supports import Support

EDGES = (0.0, 1e-8, 30.0, 88.0, 300.0, 709.0, 745.0, 1e4)


def outputs(reach: float) -> st.SearchStrategy[float]:
    """Outputs of a model up to ``reach``: anything it may come up with while training goes wrong."""
    edges = [sign * edge for edge in EDGES if edge <= reach for sign in (1, -1)]
    return st.one_of(
        st.floats(-reach, reach, allow_subnormal=False), st.floats(-3, 3, allow_subnormal=False), st.sampled_from(edges)
    )


def outcomes(support: Support, upper: float | None = None) -> st.SearchStrategy[float]:
    """Values of a support as float64 numbers."""
    if support.whole:
        top = int(upper if upper is not None else support.high if math.isfinite(support.high) else 10**6)
        return st.integers(int(support.low) if math.isfinite(support.low) else -top, top).map(float)
    if support.circular:
        return st.floats(-math.pi, math.pi)
    low = support.low if math.isfinite(support.low) else -1e8
    high = support.high if math.isfinite(support.high) else 1e8
    return st.floats(
        low,
        high,
        exclude_min=support.low == low and not support.closed_low,
        exclude_max=support.high == high and not support.closed_high,
        allow_subnormal=False,
    )


def vectors(support: Support, entries: int, steps: int) -> st.SearchStrategy[list[float]]:
    """Rows of a vector support."""
    cell = st.integers(0, 6).map(float)
    if support.name == "count vectors":
        return st.lists(cell, min_size=entries, max_size=entries)
    if support.name == "proportions":
        parts = st.lists(st.floats(1e-300, 1.0), min_size=entries, max_size=entries)
        return parts.map(lambda p: [x / sum(p) for x in p]).filter(lambda p: min(p) > 0)
    if support.name == "sphere":
        parts = st.lists(st.integers(-9, 9), min_size=entries, max_size=entries).filter(any)
        return parts.map(lambda p: [x / math.hypot(*p) for x in p])
    if support.name == "rankings":
        return st.permutations(range(entries)).map(lambda p: [float(x) for x in p])
    if support.name == "label paths":
        return st.lists(st.integers(0, entries - 1).map(float), min_size=steps, max_size=steps)
    if support.name == "labellings":
        return st.lists(st.integers(1, entries - 1).map(float), min_size=steps, max_size=steps)
    return st.lists(outcomes(supports.real), min_size=entries, max_size=entries)


#: every support that is an interval, for tests of the supports themselves
INTERVALS = [
    supports.real,
    supports.positive,
    supports.nonnegative,
    supports.unit,
    supports.counts,
    supports.binary,
    supports.circle,
]
