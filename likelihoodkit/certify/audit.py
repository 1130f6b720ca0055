"""What happens on the extreme grid: wrong infinities, NaN, and digits lost, each counted against the truth.

An error is measured in units of u = 2^-53 times |q| + sum |x dq/dx| over the outputs (and the outcome where it is
continuous): rounding the inputs alone may cost 1.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import mpmath
import numpy as np

from likelihoodkit.certify.accuracy import outcomes
from likelihoodkit.certify.reference import RUNGS, Reference, Truth
from likelihoodkit.certify.report import Row
from likelihoodkit.certify.subject import Point, Subject
from likelihoodkit.certify.vector_outcomes import vector_outcomes

SIZES = (1e-300, 1e-8, 1e-3, 1.0, 5.0, 30.0, 88.0, 104.0, 709.0, 745.0, 1e4, 1e8, 1e300)
GRID = (0.0, *SIZES, *(-s for s in SIZES))
#: combinations that are looked at for NaN, and how many of them are compared with the truth
MOST, COMPARED = 2000, 40
#: name of a kind -> error allowed, in units of u
BARS = {"value": 4.0, "gradient": 8.0, "Hessian diagonal": 16.0}
#: beyond it the truth seldom can be had, so most points that are compared stay below
_IN_REACH = 745.0
_UNIT = mpmath.mpf(2) ** -53
_LARGEST = (2 - mpmath.mpf(2) ** -52) * mpmath.mpf(2) ** 1023
_LEAST = mpmath.mpf(2) ** -1074
_EDGE = 16 * _UNIT  # within it of the largest float64 either answer will do


@dataclass
class Audit:
    """Counts over the grid, the worst error by kind, and the first offences in words."""

    subject: str
    points: int = 0
    compared: int = 0
    without_reference: int = 0
    nan: int = 0
    nan_at_overflow: int = 0
    false_infinity: int = 0
    false_number: int = 0  # the truth overflows, the answer is another
    worst: dict[str, float] = field(default_factory=lambda: dict.fromkeys(BARS, 0.0))
    troubles: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BARS, 0))
    where: dict[str, str] = field(default_factory=dict)

    def rows(self) -> list[Row]:
        """The audit as conditions of a report."""
        found = []
        note = f"{self.compared} of {self.points} points compared, {self.without_reference} without a reference"
        for kind in BARS:
            wrong = self.troubles[kind]
            where = self.where.get(f"{kind} stands", "")
            found.append(Row(f"{kind} stands on the extreme grid", not wrong, float(wrong), 0.0, where))
        for kind, bar in BARS.items():
            worst, where = self.worst[kind], self.where.get(f"{kind} error", "")
            passed = None if not self.compared else bool(worst <= bar)
            found.append(Row(f"{kind} keeps its digits there, in u", passed, worst, bar, where, note))
        return found

    def counts(self) -> dict[str, float]:
        """The audit as numbers by name."""
        names = ("points", "compared", "without_reference", "nan", "nan_at_overflow", "false_infinity", "false_number")
        found: dict[str, float] = {name: getattr(self, name) for name in names}
        return {**found, **{f"worst {kind}": self.worst[kind] for kind in BARS}}

    def trouble(self, kind: str, place: str) -> None:
        """Count a number that is NaN or wrongly infinite or finite."""
        self.troubles[kind] += 1
        self.where.setdefault(f"{kind} stands", place)


def audit(
    subject: Subject,
    seed: int = 0,
    most: int = MOST,
    compared: int = COMPARED,
    digits: int = RUNGS[-1],
    reach: float = _IN_REACH,
) -> Audit:
    """Look at ``most`` combinations of outputs up to 1e300 with outcomes, and compare ``compared`` with the truth.

    ``digits`` is how many the truth may take; most points have no output beyond ``reach``, where it can be had.
    """
    generator = np.random.default_rng(seed)
    cases = _cases(subject, most, generator, reach)
    found = Audit(repr(subject.loss.bound), len(cases))
    with np.errstate(all="ignore"):
        computed = subject.computed([y for y, _ in cases], [p for _, p in cases])
    value, gradient, hessian = computed
    diagonal = np.diagonal(hessian, axis1=1, axis2=2)
    numbers = np.column_stack([value, gradient, diagonal])
    kinds = ["value", *["gradient"] * subject.width, *["Hessian diagonal"] * subject.width]
    for i in np.flatnonzero(np.isnan(numbers).any(axis=1) | np.isnan(hessian).any(axis=(1, 2))).tolist():
        place = f"{subject.say(cases[i][1], cases[i][0])}: NaN"
        for kind in {k for k, q in zip(kinds, numbers[i], strict=True) if math.isnan(q)} or {"Hessian diagonal"}:
            found.trouble(kind, place)
        found.nan += 1
    reference = Reference(subject)
    for i in _chosen(cases, ~np.isfinite(numbers).all(axis=1), compared, reach):
        truth = reference.at(*cases[i], most=digits)
        found.compared += truth is not None
        found.without_reference += truth is None
        if truth is not None:
            _compare(found, reference, cases[i], truth, kinds, numbers[i].tolist())
    return found


def _cases(subject: Subject, most: int, generator: np.random.Generator, reach: float) -> list[tuple[Any, Point]]:
    """Combinations of outputs and outcomes, the ones in reach first; all where there are few."""
    given = subject.settings(generator, central=True)
    width = subject.width
    if len(GRID) ** width <= most:
        near = [c for c in itertools.product(GRID, repeat=width) if max(map(abs, c)) <= reach]
        far = [c for c in itertools.product(GRID, repeat=width) if max(map(abs, c)) > reach]
        generator.shuffle(near)
    else:
        inside = [s for s in GRID if abs(s) <= reach]
        near, far = ([tuple(row) for row in generator.choice(g, (most // 2, width)).tolist()] for g in (inside, GRID))
    columns = [tuple(map(float, c)) for c in (*near, *far)]
    columns = [c for c in columns if subject.directed(c)]
    if subject.loss.shared:  # a call takes one value of each for all rows
        tail = len(subject.loss.shared)
        columns = [(*c[:-tail], *columns[i // 50 * 50][-tail:]) for i, c in enumerate(columns)]
    cases = []
    for i, c in enumerate(dict.fromkeys(columns)):
        point = Point(c, given)
        possible = _outcomes(subject, point)
        cases.append((possible[i % len(possible)], point))
    return cases


def _outcomes(subject: Subject, point: Point) -> list[Any]:
    """Ordinary outcomes, outcomes at the edges, tiny and huge ones."""
    domain = subject.domain
    if domain.vector:
        return vector_outcomes(subject, point)
    more = [] if domain.whole or domain.circular or math.isfinite(domain.high) else [1e-8, 1e200]
    if math.isinf(domain.low) and more:
        more.append(-30.0)
    return [y for y in (*outcomes(subject, point), *more) if y > domain.low or (y == domain.low and domain.closed_low)]


def _chosen(cases: Sequence[tuple[Any, Point]], strange: Any, compared: int, reach: float) -> list[int]:
    """Which cases to compare: those in reach that are not finite up to half, then the first of the rest."""
    inside = [i for i, (_, p) in enumerate(cases) if max(map(abs, p.columns), default=0.0) <= reach]
    odd = [i for i in inside if strange[i]][: compared // 2]
    far = [i for i in range(len(cases) - 1, -1, -1) if i not in set(inside)][: compared // 8]
    rest = [i for i in inside if not strange[i]]
    return [*odd, *far, *rest[: compared - len(odd) - len(far)]]


def _compare(
    found: Audit, reference: Reference, case: tuple[Any, Point], truth: Truth, kinds: list[str], numbers: list[float]
) -> None:
    y, point = case
    conditions: list[Any] = []
    for entry, (kind, ours, true) in enumerate(zip(kinds, numbers, truth.numbers, strict=True)):
        place = f"{reference.subject.say(point, y)}: {ours!r}, truly {mpmath.nstr(true, 17)}"
        if abs(true) > _LARGEST * (1 + _EDGE):
            if math.isnan(ours):
                found.nan_at_overflow += 1
            elif ours != (math.inf if true > 0 else -math.inf):
                found.false_number += 1
                found.trouble(kind, place)
            continue
        if not math.isfinite(ours):
            if not math.isnan(ours) and abs(true) > _LARGEST * (1 - _EDGE):
                continue
            found.false_infinity += 1
            if not math.isnan(ours):  # NaN has been counted
                found.trouble(kind, place)
            continue
        gap = abs(mpmath.mpf(ours) - true)
        if gap <= 4 * _LEAST or (true and gap <= found.worst[kind] * abs(true) * _UNIT):
            continue  # no worse than what has been met, whatever the condition
        conditions = conditions or reference.conditions(y, point, truth)
        error = float(gap / (conditions[entry] * _UNIT)) if conditions[entry] else math.inf
        if error > found.worst[kind]:
            found.worst[kind] = error
            found.where[f"{kind} error"] = place
