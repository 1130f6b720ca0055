"""The conditions on the numbers: value, gradient and Hessian against mpmath, and what happens far out."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np

from likelihoodkit.certify.conditions import Figure, collect
from likelihoodkit.certify.report import Row
from likelihoodkit.certify.subject import Point, Subject

MODERATE = (0.0, 1e-8, -1e-8, 1.0, -1.0, 30.0, -30.0)
_MOST_POINTS = 2500
_MOST_REFERENCES = 40
_DIGITS = (40, 120, 400, 1200)
_PERTURBATION = 1e-9
_OVERFLOW = mpmath.mpf(2) ** 1024
_NOISE = 1e-18  # a second difference of 45 digits keeps about this much; a true zero must count as met

#: what is compared: (name, order of derivative, limit on the error)
KINDS = (("value", 0, 1e-12), ("gradient", 1, 1e-12), ("Hessian", 2, 1e-10))


def against_mpmath(subject: Subject, points: Sequence[Point], generator: np.random.Generator) -> list[Row]:
    """Value, gradient and Hessian at random outcomes; errors are relative, or relative to the conditioning."""
    ys = [random_outcome(subject, point, generator) for point in points]
    computed = subject.computed(ys, points)

    def figures(kind: int) -> Iterator[Figure]:
        for i, (y, point) in enumerate(zip(ys, points, strict=True)):
            for place in _places(subject.width, KINDS[kind][1]):
                found = float(computed[kind][(i, *place)])
                yield error(subject, y, point, place, found, KINDS[kind][2]), subject.say(point, y)

    names = ("value against mpmath", "gradient against mpmath", "Hessian against mpmath")
    return [collect(name, KINDS[kind][2], figures(kind)) for kind, name in enumerate(names)]


def error(subject: Subject, y: Any, point: Point, place: tuple[int, ...], found: float, limit: float) -> float:
    """Relative error of one entry; where that exceeds the limit, relative to what rounding the inputs may do."""
    true = entry(subject, y, point, place, 45)
    if not mpmath.isfinite(true) and mpmath.isinf(entry(subject, y, point, (), 45)):
        # impossible under these parameters: the loss is infinite and says of no direction that it were better
        return 0.0 if found == (0.0 if place else float(true)) else math.inf
    if not math.isfinite(found):
        return math.nan if math.isnan(found) else math.inf
    gap = float(abs(mpmath.mpf(found) - true))
    size = float(abs(true))
    if gap < _NOISE:
        return 0.0
    if gap <= limit * size:
        return gap / size if size else 0.0
    condition = 0.0
    for k, column in enumerate(point.columns):
        moved = Point(tuple(c + _PERTURBATION * abs(c) * (i == k) for i, c in enumerate(point.columns)), point.given)
        condition += float(abs(entry(subject, y, moved, place, 45) - true)) / _PERTURBATION if column else 0.0
    if not subject.domain.discrete and not subject.domain.vector and y:
        condition += float(abs(entry(subject, y * (1 - _PERTURBATION), point, place, 45) - true)) / _PERTURBATION
    if len(place) == 2:  # beside the product of the slopes, the other half of the information, it adds nothing
        condition += float(abs(mpmath.fprod(entry(subject, y, point, (i,), 45) for i in place)))
    return gap / (size + condition) if size + condition else gap


def entry(subject: Subject, y: Any, point: Point, place: tuple[int, ...], digits: int) -> Any:
    """The loss (place ()), an entry of its gradient (i,) or Hessian (i, j), by differences in mpmath."""
    step = mpmath.mpf(10) ** -(2 * digits // 3)
    with mpmath.workdps(digits + 2 * (2 * digits // 3) + 5):

        def at(*moves: tuple[int, int]) -> Any:
            return _moved_loss(subject, y, point, step, tuple(sorted(moves)), mpmath.mp.dps)

        if not place:
            return at()
        i, j = place[0], place[-1]
        if len(place) == 1:
            return (at((i, 1)) - at((i, -1))) / (2 * step)
        alone = at((i, 1)) + at((i, -1)) - 2 * at()
        if i == j:
            return alone / step**2
        other = at((j, 1)) + at((j, -1)) - 2 * at()
        return (at((i, 1), (j, 1)) + at((i, -1), (j, -1)) - 2 * at() - alone - other) / (2 * step**2)


@lru_cache(maxsize=1024)
def _moved_loss(
    subject: Subject, y: Any, point: Point, step: Any, moves: tuple[tuple[int, int], ...], digits: int
) -> Any:
    """The loss with some columns moved by a step up or down: entries have most of the places they need in common."""
    columns = [mpmath.mpf(c) for c in point.columns]
    for k, sign in moves:
        columns[k] += sign * step
    with mpmath.workdps(digits):
        return subject.reference(y, point)(*columns)


def _places(width: int, order: int) -> list[tuple[int, ...]]:
    return list(itertools.combinations_with_replacement(range(width), order))


def random_outcome(subject: Subject, point: Point, generator: np.random.Generator) -> float:
    """An outcome of the support, spread as its typical range."""
    domain = subject.domain
    low, high = domain.typical
    if domain.whole:
        upper = subject.upper(point)
        return float(generator.integers(int(low), int(high if upper is None else upper) + 1))
    if domain.lower in subject.loss.inputs:
        low, high = subject.lower(point) + low, subject.lower(point) + high
    if domain.low == 0 and math.isinf(domain.high):
        return float(low * (high / low) ** generator.uniform())
    return float(generator.uniform(low, high))


# -- far out -----------------------------------------------------------------------------------------------------


def far_out(subject: Subject, generator: np.random.Generator) -> list[Row]:
    """On a grid of outputs and outcomes: never NaN, and infinite only where the true number overflows."""
    cases = _grid(subject, MODERATE, generator)
    ys, points = [y for y, _ in cases], [p for _, p in cases]
    computed = subject.computed(ys, points)
    return [
        collect(f"{name} stands on the moderate grid", 0.0, trouble(subject, ys, points, computed[kind], order))
        for kind, (name, order, _) in enumerate(KINDS)
    ]


def _grid(subject: Subject, sizes: Sequence[float], generator: np.random.Generator) -> list[tuple[float, Point]]:
    given = subject.draw(1, generator)[0].given
    cases = [
        (y, point)
        for columns in itertools.product(sizes, repeat=subject.width)
        if subject.directed(columns)
        for point in [Point(columns, given)]
        for y in outcomes(subject, point)
    ]
    if len(cases) <= _MOST_POINTS:
        return cases
    chosen = generator.choice(len(cases), _MOST_POINTS, replace=False)
    return [cases[i] for i in sorted(chosen.tolist())]


def outcomes(subject: Subject, point: Point) -> list[float]:
    """Ordinary outcomes of the support and some at its edges."""
    domain = subject.domain
    if domain.whole:
        upper = subject.upper(point)
        some = [0.0, 1.0, 7.0, 1e6] if upper is None else sorted({0.0, 1.0, float(upper)})
        return [y for y in some if y >= domain.low]
    if domain.circular:
        return [0.0, 1.0, -3.1, math.pi]
    if math.isfinite(domain.high):
        return [domain.low + (domain.high - domain.low) * u for u in (0.5, 1e-10, 0.9999999)]
    if math.isfinite(domain.low):
        return [
            max(domain.low, subject.lower(point)) + x
            for x in ((0.0,) if domain.closed_low else ()) + (1.0, 3.7, 1e-12, 1e12)
        ]
    return [0.0, 1.0, -2.5, 1e8]


def trouble(
    subject: Subject, ys: Sequence[Any], points: Sequence[Point], computed: Any, order: int
) -> Iterator[Figure]:
    """1 for each NaN and for each infinity that the reference does not confirm; 0 for the rest."""
    yield 0.0, ""
    references = 0
    for i, (y, point) in enumerate(zip(ys, points, strict=True)):
        for place in _places(subject.width, order):
            found = float(computed[(i, *place)])
            if math.isnan(found):
                yield 1.0, f"{subject.say(point, y)}: NaN"
            elif math.isinf(found) and references < _MOST_REFERENCES:
                references += 1
                true = settled(lambda digits, y=y, p=point, at=place: entry(subject, y, p, at, digits))  # type: ignore[misc]
                if true == 0 and _overflows(subject, y, point):
                    continue  # of a loss that overflows no difference is known: the part that moves is lost in it
                if true is not None and abs(true) < _OVERFLOW:
                    yield 1.0, f"{subject.say(point, y)}: {found}, truly {mpmath.nstr(true, 8)}"


def _overflows(subject: Subject, y: Any, point: Point) -> bool:
    """Is the loss beyond what float64 holds, as at a pole?"""
    try:
        return not abs(entry(subject, y, point, (), _DIGITS[0])) < _OVERFLOW
    except ZeroDivisionError:
        return True


def settled(number: Callable[[int], Any]) -> Any:
    """The number once two precisions agree on 12 digits; None when they never do.

    A zero at two precisions may be 1e-600 swallowed by 1: it counts only where the highest precision returns it too.
    """
    before: Any = None
    for digits in _DIGITS:
        try:
            found = number(digits)
        except (ZeroDivisionError, ValueError):  # a denominator that these digits cannot tell from zero; a pole
            before = None
            continue
        agreed = before is not None and abs(found - before) <= abs(found) * mpmath.mpf(10) ** -12
        if agreed and (found or digits == _DIGITS[-1]):
            return found
        before = found
    return None
