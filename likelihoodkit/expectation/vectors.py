"""Exact sums over all outcomes of a finite vector support: every table of counts, ranking, path or labelling."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.compile import Runner
from likelihoodkit.errors import DerivationError
from likelihoodkit.nll import Derivation
from likelihoodkit.primitives.vector_kernels.alignments import labellings
from likelihoodkit.rows import Rows

Array = NDArray[Any]

#: more outcomes than these are refused, not sampled
MOST_OUTCOMES = 20_000
BATCH = 1 << 18


def compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """All ways to share out ``total`` among ``parts``."""
    for bars in itertools.combinations(range(total + parts - 1), parts - 1):
        edges = (-1, *bars, total + parts - 1)
        yield tuple(b - a - 1 for a, b in itertools.pairwise(edges))


def _number(kind: str, K: int, T: int, trials: int) -> float:
    if kind == "count vectors":
        return math.comb(trials + K - 1, K - 1)
    if kind == "rankings":
        return math.factorial(K)
    return float(K**T) if kind in {"label paths", "labellings"} else math.inf  # labellings are fewer than paths


def outcomes(kind: str, K: int, T: int, trials: int, blank: int) -> Array | None:
    """All outcomes of a support as rows (m, width); None where there are too many or they are not finite."""
    if _number(kind, K, T, trials) > MOST_OUTCOMES:
        return None
    if kind == "labellings":
        return labellings(T, K, blank, MOST_OUTCOMES)
    found: Iterable[tuple[int, ...]] = itertools.product(range(K), repeat=T)
    if kind == "count vectors":
        found = compositions(trials, K)
    if kind == "rankings":
        found = itertools.permutations(range(K))
    return np.array(list(found), dtype=np.float64)


def expected_over_all(derivation: Derivation, fused: Runner, rows: Rows) -> Array:
    """E[score score'] of each row, (n, w, w), summed over every outcome.

    Raises `DerivationError` where the outcomes are not finite or more than `MOST_OUTCOMES`.
    """
    width = rows.width
    matrix: Array = np.zeros((rows.count, width, width))
    settings = np.stack([_setting(derivation, rows, name) for name in ("trials", "blank")])
    for trials, blank in sorted(set(map(tuple, settings.T.astype(int).tolist()))):
        place = np.flatnonzero((settings == [[trials], [blank]]).all(axis=0))
        kind = derivation.bound.family.outcome.domain.name
        if kind == "count vectors" and "trials" not in derivation.bound.family.parameters:  # no total that is known
            raise _refused(derivation)
        every = outcomes(kind, rows.entries, rows.steps, trials, blank)
        if every is None:
            raise _refused(derivation)
        step = max(1, BATCH // (len(every) * width))
        for start in range(0, place.size, step):
            part = place[start : start + step]
            matrix[part] = _block(derivation, fused, rows, part, every)
    return matrix


def _setting(derivation: Derivation, rows: Rows, name: str) -> Array:
    """A held parameter of every row; 0 where the family has none of that name."""
    if name in derivation.inputs:
        return np.asarray(rows.inputs[derivation.inputs[name].name], dtype=np.float64)
    held = derivation.bound.held.get(name)
    return np.full(rows.count, 0.0 if held is None else float(held))


def _block(derivation: Derivation, fused: Runner, rows: Rows, part: Array, every: Array) -> Array:
    columns = {
        name: np.repeat(np.asarray(a[..., part], dtype=np.float64), len(every), axis=-1) if a.ndim else a
        for name, a in rows.inputs.items()
    }
    columns[derivation.y.name] = np.tile(every.T, part.size)
    with np.errstate(all="ignore"):
        found = fused.tile(columns)
    total = part.size * len(every)
    blocks = []
    for name, where in rows.columns.items():
        slope = np.asarray(found[f"d {name}"])
        slope = slope[None] if slope.ndim < 2 else slope
        blocks.append(np.broadcast_to(slope, (where.stop - where.start, total)))
    score = np.concatenate(blocks).reshape(-1, part.size, len(every))
    mass = np.exp(-np.broadcast_to(found["value"], total)).reshape(part.size, len(every))
    return np.asarray(np.einsum("iny,jny,ny->nij", score, score, mass))


def _refused(derivation: Derivation) -> DerivationError:
    return DerivationError(
        f"{derivation.bound.name}: the expected information needs a closed form, or at most {MOST_OUTCOMES} outcomes "
        "to sum over",
        family=derivation.bound.name,
        remedy="Use hessian, the observed information; in boosters curvature='observed'",
    )
