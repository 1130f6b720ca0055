"""One row of a table, measured in whatever process: the case is looked up by its name."""

from __future__ import annotations

import math

import numpy as np

from benchmarks.accuracy.cases import Case, cases, named
from benchmarks.accuracy.information import fisher_error
from benchmarks.accuracy.measure import (
    KINDS,
    WELL_CONDITIONED,
    Measured,
    extreme_points,
    fisher_trouble,
    measure,
    moderate_points,
    nan_count,
    summary,
)


def _moderate(case: Case, found: Measured) -> list[str]:
    cells = [found.family, str(found.points)]
    for kind in KINDS[:2]:
        for kappa in (math.inf, WELL_CONDITIONED):
            cells += [f"{found.quantile(kind, 0.5, kappa):.2f}", f"{found.quantile(kind, 0.99, kappa):.2g}"]
        cells.append(f"{found.worst[kind]:.2g}")
    fisher = (fisher_trouble(case) if case.kind == "family" else "-", fisher_error(case))
    return [*cells, str(nan_count(case)), *fisher]


def _named(label: str, part: str) -> tuple[list[str], list[str]]:
    """A loss of named inputs: at the everyday and the extreme inputs of its test."""
    found = list(named.audited(label.removeprefix("losses."), named.SINGLE if part == "float32" else named.DOUBLE))
    kinds, offences = tuple(named.BARS), [number.offence for number in found if number.offence]
    wrong = [number for number in found if math.isinf(number.error)]
    counts = [
        sum(n.kind != kinds[2] and not n.overflows for n in wrong),
        sum(n.kind != kinds[2] and n.overflows and math.isnan(n.ours) for n in wrong),
        sum(n.kind != kinds[2] and n.overflows and not math.isnan(n.ours) for n in wrong),
        sum(n.kind == kinds[2] for n in wrong),
    ]
    worst = [max(n.error for n in found if n.kind == kind and math.isfinite(n.error)) for kind in kinds]
    points = sum(number.kind == kinds[0] for number in found)
    return [label, str(points), "0", *map(str, counts), *(f"{x:.2g}" for x in worst)], offences


def row(kind: str, label: str, part: str, points: int, largest: float, seconds: float) -> tuple[list[str], list[str]]:
    """One row of one table: (cells, offences). The case is looked up by name, so that any process can measure it."""
    if kind == "named":
        return _named(label, part)
    (case,) = [c for c in cases((kind,)) if c.label == label]
    with np.errstate(all="ignore"):
        if part == "moderate":
            return _moderate(case, measure(case, moderate_points(case, points), seconds=seconds)), []
        dtype = np.float32 if part == "float32" else np.float64
        chosen = extreme_points(case, points, largest, dtype)
        found = measure(case, chosen, dtype, seconds)
    return list(summary(found)), found.offences
