"""Outcomes of vectors and sequences for the extreme grid: ordinary ones, ones at the edges, tiny and huge ones."""

from __future__ import annotations

import math
from typing import Any

from likelihoodkit.certify.subject import Point, Subject
from likelihoodkit.expectation.vectors import outcomes as every_outcome

_HALF = math.sqrt(0.5)
_POINTS = (0.0, 0.0), (1.0, -2.5), (1e200, 1.0), (1e-8, 30.0), (-1e8, 1e8)
#: tables of counts whose total is not known
_TABLES = (0.0, 0.0), (1.0, 2.0), (30.0, 0.0), (1e4, 3.0)
#: by the name of the support; finite ones are all looked at
ROWS: dict[str, tuple[tuple[float, ...], ...]] = {
    "vectors": _POINTS,
    "vector": _POINTS,
    "positive vector": ((1.0, 2.5), (1e-8, 30.0), (1e8, 1e-3)),
    "proportions": ((0.2, 0.5, 0.3), (1e-8, 0.25, 0.75 - 1e-8), (0.98, 0.015, 0.005)),
    "sphere": ((1 / 3, 2 / 3, 2 / 3), (1.0, 0.0, 0.0), (0.0, -_HALF, _HALF)),
}
#: target probabilities of a named loss, edges included
TARGETS = ((0.2, 0.5, 0.3), (1.0, 0.0, 0.0), (1e-8, 0.25, 0.75 - 1e-8))


def vector_outcomes(subject: Subject, point: Point) -> list[Any]:
    """What may come out at a point."""
    domain = subject.domain
    if domain.name in ROWS:
        return list(ROWS[domain.name])
    if subject.without_total:
        return list(_TABLES)
    held = {name: int(v) for name, v in subject.loss.bound.held.items() if getattr(v, "is_Integer", False)}
    held |= {name: int(value) for name, value in zip(subject.loss.inputs, point.given, strict=True)}
    every = every_outcome(domain.name, subject.entries, subject.steps, held.get("trials", 0), held.get("blank", 0))
    return list(TARGETS) if every is None or not len(every) else [tuple(map(float, row)) for row in every]
