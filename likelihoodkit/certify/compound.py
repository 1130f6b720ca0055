"""Certifying noises whose outcome has several columns: intervals, and different outcomes side by side.

What lies behind is certified by itself; the loss of the view is compared with its textbook formula in mpmath, and an
interval and what it leaves out must have all the probability between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray

from likelihoodkit.certify.conditions import Figure, collect
from likelihoodkit.certify.report import Report, Row
from likelihoodkit.certify.subject import Point, Subject
from likelihoodkit.numbers import evaluate
from likelihoodkit.supports import Support
from likelihoodkit.supports.columns import read

Check = Callable[..., Report]


def compound_rows(subject: Subject, check: Check, grid: str, seed: int) -> list[Row]:
    """The rows of the noises behind, then those of the view."""
    family = subject.loss.bound.family
    behind = (family.latent,) if family.latent is not None else family.parts
    repeated = not family.outcome.entries  # the same noise for every entry
    rows = [
        Row(
            f"{part.bound.name if repeated else part.name}: {row.condition}",
            row.passed,
            row.worst,
            row.limit,
            row.where,
            row.note,
        )
        for part in (behind[:1] if repeated else behind)
        for row in check(part.bound, grid, seed).rows
    ]
    generator = np.random.default_rng(seed)
    points = subject.draw(6, generator, central=True)
    y = np.column_stack([_draw(subject.domain, len(points), generator) for _ in range(len(behind) if repeated else 1)])
    rows += [collect(f"{name} against mpmath", 1e-11, _against(subject, y, points, order)) for name, order in _KINDS]
    if subject.domain.interval:
        rows.append(collect("an interval and the rest have probability one", 1e-12, _partition(subject, y, points)))
    return rows


_KINDS = (("value", 0), ("gradient", 1))


def _draw(domain: Support, count: int, generator: np.random.Generator) -> NDArray[np.float64]:
    if domain.columns:
        parts = [_draw(support, count, generator) for _, support in domain.columns]
        return np.column_stack(parts)
    low, high = domain.typical
    ends = np.sort(generator.uniform(low, high, (2, count)), axis=0)
    if domain.whole:
        ends = np.floor(ends)
    if not domain.interval:
        return np.asarray(ends[0])
    kind = np.arange(count) % 4  # seen, at most, at least, between
    first = np.where(kind == 1, -np.inf, ends[0])
    last = np.select([kind == 0, kind == 2], [ends[0], np.inf], ends[1])
    return np.column_stack([first, last])


def _against(subject: Subject, y: NDArray[np.float64], points: list[Point], order: int) -> Iterator[Figure]:
    found = []
    for i, point in enumerate(points):  # one by one: shared parameters differ between points
        outputs, keywords = subject.keywords([point])
        found.append(subject.loss.value_and_gradient(y[i : i + 1], outputs, **keywords)[order][0])
    outcome = subject.loss.bound.family.outcome
    entries = read(subject.domain, y, subject.loss.name, subject.loss.bound.numbers) if outcome.entries else {}
    for i, point in enumerate(points):
        seen: dict[Any, Any] = {symbol: mpmath.mpf(entries[label][i]) for label, symbol in outcome.entries}
        if not entries:
            seen = {subject.y: [mpmath.mpf(number) for number in y[i]]}

        def loss(*columns: Any, point: Point = point, seen: dict[Any, Any] = seen) -> Any:
            return evaluate(subject.textbook, {**subject.values(Point(columns, point.given)), **seen})

        with mpmath.workdps(45):
            at = [mpmath.mpf(c) for c in point.columns]
            if not order:
                yield _gap(found[i], loss(*at)), f"y = {y[i]}, {subject.say(point)}"
            for k in range(subject.width if order else 0):
                true = mpmath.diff(loss, at, tuple(int(j == k) for j in range(subject.width)))
                yield _gap(np.atleast_1d(found[i])[k], true), f"y = {y[i]}, {subject.say(point)}"


def _gap(found: float, true: Any) -> float:
    return float(abs(mpmath.mpf(float(found)) - true) / (1 + abs(true)))


def _partition(subject: Subject, y: NDArray[np.float64], points: list[Point]) -> Iterator[Figure]:
    outputs, keywords = subject.keywords(points)
    cut = np.where(np.isfinite(y[:, 0]), y[:, 0], y[:, 1])
    edge = np.full(len(cut), np.inf)
    above = cut + 1 if subject.domain.whole else cut
    sides = [np.column_stack([-edge, cut]), np.column_stack([above, edge])]
    total = np.sum([np.exp(-subject.loss(side, outputs, **keywords)) for side in sides], axis=0)
    for i, point in enumerate(points):
        yield abs(float(total[i]) - 1), f"cut at {cut[i]:.6g}, {subject.say(point)}"
