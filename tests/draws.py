"""Any outcome that a support allows and any output that a model may come up with: edges, tiny and far values too."""

from __future__ import annotations

import math

import numpy as np

from likelihoodkit.supports import Support

EDGES = (0.0, 1e-8, 30.0, 88.0, 300.0, 709.0, 745.0, 1e4)
TINY = -300  # a power of ten: smaller ones have no reciprocal


def _any_of(rng: np.random.Generator, *kinds: np.ndarray) -> np.ndarray:
    """Every number from one of the kinds."""
    return np.asarray(np.choose(rng.integers(len(kinds), size=kinds[0].shape), kinds))


def _sized(rng: np.random.Generator, reach: float, shape: tuple[int, ...]) -> np.ndarray:
    """Numbers of every size up to ``reach``, of both signs."""
    return rng.choice((-1.0, 1.0), shape) * 10 ** rng.uniform(TINY, math.log10(reach), shape)


def outputs(rng: np.random.Generator, reach: float, shape: tuple[int, ...]) -> np.ndarray:
    """Outputs of a model up to ``reach``: anything it may come up with while training goes wrong."""
    edges = [sign * edge for edge in EDGES if edge <= reach for sign in (1, -1)]
    kinds = rng.uniform(-reach, reach, shape), rng.uniform(-3, 3, shape), rng.choice(edges, shape)
    found = _any_of(rng, *kinds, _sized(rng, reach, shape))
    found[::8] = found[::8, :1]  # rows of equal outputs: classes that tie, directions of length 0
    return found


def outcomes(rng: np.random.Generator, support: Support, count: int, upper: float | None = None) -> np.ndarray:
    """Values of a support."""
    if support.whole:
        top = int(upper if upper is not None else support.high if math.isfinite(support.high) else 10**6)
        low = int(support.low) if math.isfinite(support.low) else -top
        near = np.clip(0, low, top) + rng.integers(-3, 4, count)
        sized = np.trunc(_sized(rng, top + 1, (count,)))
        return np.clip(_any_of(rng, rng.integers(low, top + 1, count), near, sized), low, top).astype(float)
    if support.circular:
        return np.clip(
            _any_of(rng, rng.uniform(-math.pi, math.pi, count), _sized(rng, 3.2, (count,))), -math.pi, math.pi
        )
    low = support.low if math.isfinite(support.low) else -1e8
    high = support.high if math.isfinite(support.high) else 1e8
    sized = _sized(rng, 1e8, (count,))
    sized = np.abs(sized) + support.low if math.isfinite(support.low) else sized
    found = _any_of(rng, rng.uniform(low, high, count), rng.uniform(*support.typical, count), sized)
    first = low if support.closed_low else np.nextafter(low, high)
    return np.clip(found, first, high if support.closed_high else np.nextafter(high, low))


def vectors(rng: np.random.Generator, support: Support, count: int, entries: int, steps: int) -> np.ndarray:
    """Rows of a vector support."""
    if support.name == "count vectors":
        return rng.integers(0, 7, (count, entries)).astype(float)
    if support.name == "proportions":
        parts = _any_of(rng, np.abs(_sized(rng, 1, (count, entries))), rng.uniform(0.01, 1, (count, entries)))
        return parts / parts.sum(axis=1, keepdims=True)
    if support.name == "sphere":
        parts = rng.integers(1, 10, (count, entries)) * rng.choice((-1.0, 0.0, 1.0), (count, entries))
        parts[~parts.any(axis=1)] = 1
        return np.asarray(parts / np.linalg.norm(parts, axis=1, keepdims=True))
    if support.name == "rankings":
        return np.argsort(rng.uniform(size=(count, entries)), axis=1).astype(float)
    if support.name == "label paths":
        return rng.integers(0, entries, (count, steps)).astype(float)
    if support.name == "labellings":
        return rng.integers(1, entries, (count, steps)).astype(float)
    return _any_of(rng, _sized(rng, 1e8, (count, entries)), rng.uniform(-1e8, 1e8, (count, entries)))
