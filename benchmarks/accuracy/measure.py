"""Errors of value, gradient and Hessian diagonal against certified mpmath references, family by family.

An error is the distance from the truth in units of u (2^-53, in float32 2^-24) times the conditioned size
|q| + sum |x dq/dx| over the outputs (and y where it is continuous): what rounding the inputs alone may cost is 1.
Four steps of the smallest subnormal are forgiven. Where the truth overflows the answer must be the same infinity.
"""

from __future__ import annotations

import gc
import itertools
import math
import random
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from mpmath import mpf

from benchmarks.accuracy.cases import Case, textbook
from likelihoodkit.errors import UndefinedError

__all__ = [
    "BAR",
    "HESSIAN_BAR",
    "KINDS",
    "STRICT_BAR",
    "WELL_CONDITIONED",
    "Measured",
    "extreme_points",
    "fisher_trouble",
    "measure",
    "moderate_points",
    "nan_count",
    "summary",
]

SIZES = (1e-300, 1e-8, 1e-3, 1.0, 5.0, 30.0, 88.0, 104.0, 709.0, 745.0, 1e4, 1e8, 1e300)
#: in single precision the ends of the grid are near those of its range
SINGLE = {1e-300: 1e-37, 1e300: 1e38, 1e200: 1e30}
KINDS = ("value", "gradient", "Hessian diagonal")
BAR = (4.0, 8.0)  # value, gradient
HESSIAN_BAR = 16.0
WELL_CONDITIONED = 8.0  # sum |x df/dx| over |f|: rounding the inputs alone may cost as many units
STRICT_BAR = (1.0, 16.0)  # ulp: median, 99 %

Outcome = float | tuple[float, ...]  # a number, or a row of them
Point = tuple[Outcome, tuple[float, ...]]


@dataclass
class Measured:
    """What was found for one family: counts, the worst error per kind, strict errors in ulp, and every offence."""

    family: str
    points: int = 0
    no_reference: int = 0
    non_finite: int = 0
    not_overflowing: int = 0  # the truth overflows and the answer is anything else than that infinity
    nan_at_overflow: int = 0
    hessian_not_finite: int = 0  # wrong infinities and NaN of the Hessian diagonal
    worst: dict[str, float] = field(default_factory=lambda: dict.fromkeys(KINDS, 0.0))
    ulps: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    kappas: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})  # beside each of ulps
    offences: list[str] = field(default_factory=list)

    @property
    def meets_the_bar(self) -> bool:
        """Value and gradient within the bar, no wrong infinity and no NaN in them."""
        within = all(self.worst[kind] <= bar for kind, bar in zip(KINDS, BAR, strict=False))
        return within and not (self.non_finite or self.not_overflowing or self.nan_at_overflow)

    @property
    def hessian_meets_the_bar(self) -> bool:
        """Hessian diagonal within its bar, with no wrong infinity and no NaN."""
        return self.worst[KINDS[2]] <= HESSIAN_BAR and not self.hessian_not_finite

    def quantile(self, kind: str, level: float, kappa: float = math.inf) -> float:
        """A quantile of the strict errors in ulp where the condition number is at most `kappa`; 0 if it is nowhere."""
        pairs = zip(self.ulps[kind], self.kappas[kind], strict=True)
        kept = [error for error, condition in pairs if condition <= kappa]
        return float(np.quantile(kept, level)) if kept else 0.0

    def strict_where_well_conditioned(self, kind: str) -> bool:
        """Median and 99 % within the strict bar, over the points where no algorithm must lose digits."""
        levels = zip((0.5, 0.99), STRICT_BAR, strict=True)
        return all(self.quantile(kind, level, WELL_CONDITIONED) <= bar for level, bar in levels)


def extreme_points(case: Case, count: int, largest: float, dtype: type[np.floating[Any]] = np.float64) -> list[Point]:
    """`count` combinations of extreme outputs and outcomes, the same on every machine."""
    ends = SINGLE if dtype is np.float32 else {}
    sizes = [ends.get(s, s) for s in SIZES if s <= largest]
    grid = (0.0, *sizes, *(-s for s in sizes))
    outcomes, width = [_moved(y, ends) for y in case.outcomes], case.width
    if len(outcomes) * len(grid) ** width <= count:
        return list(itertools.product(outcomes, itertools.product(grid, repeat=width)))
    rng = random.Random(f"extreme {case.label} {largest}")
    draw = [(rng.choice(outcomes), tuple(rng.choice(grid) for _ in range(width))) for _ in range(count)]
    return [point for point in dict.fromkeys(draw) if case.possible(point[1])]


def _moved(y: Outcome, ends: dict[float, float]) -> Outcome:
    return tuple(ends.get(part, part) for part in y) if isinstance(y, tuple) else ends.get(y, y)


def moderate_points(case: Case, count: int) -> list[Point]:
    """Random points of everyday size: the textbook's, else normal outputs and typical outcomes."""
    if case.kind == "family" and case.textbook:
        return [(float(y), tuple(outputs)) for y, outputs in textbook.FAMILIES[case.textbook].points(count)]
    rng = random.Random(f"moderate {case.label}")
    everyday = [y for y in case.outcomes if all(abs(part) in (0, 1) or 0.01 < abs(part) < 100 for part in _parts(y))]
    return [(rng.choice(everyday), tuple(round(rng.gauss(0, 2), 6) for _ in range(case.width))) for _ in range(count)]


def _parts(y: Outcome) -> tuple[float, ...]:
    return y if isinstance(y, tuple) else (y,)


@contextmanager
def _patience(seconds: float) -> Iterator[None]:
    """Raises TimeoutError in the block after so many seconds of this process; 0 for as long as it takes."""

    def ring(*_: object) -> None:
        raise TimeoutError

    before, collecting = signal.signal(signal.SIGPROF, ring), gc.isenabled()
    gc.disable()  # an error raised while a callback of the collector runs is lost
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        if collecting:
            gc.enable()


def _reference(case: Case, y: Outcome, outputs: list[float], seconds: float) -> Any:
    """The truth, or None where none is found in that time or where mpmath calls itself too often."""
    try:
        with _patience(seconds):
            return case.reference(y, outputs)
    except (TimeoutError, RecursionError):
        return None


def measure(
    case: Case, points: Sequence[Point], dtype: type[np.floating[Any]] = np.float64, seconds: float = 0.0
) -> Measured:
    """Compare the loss with its reference at every point that has one (found in so many seconds, if not 0)."""
    points = [point for point in points if _representable(point, dtype)]
    found = Measured(case.label, len(points))
    if not points:
        return found
    y = np.array([p[0] for p in points], dtype=dtype)
    outputs = np.array([p[1] for p in points], dtype=dtype)
    data = case.rows(y)
    value, gradient = case.loss.value_and_gradient(data, outputs)
    hessian = np.asarray(case.loss.hessian(data, outputs))
    for i in range(len(points)):
        at = [float(x) for x in outputs[i]]
        seen = tuple(map(float, y[i])) if y.ndim > 1 else float(y[i])
        truth = _reference(case, seen, at, seconds)
        if truth is None:
            found.no_reference += 1
            continue
        place = f"{case.label} y={seen!r} outputs={at}"
        width = range(case.width)
        beside = partial(_beside, case, seen, at, seconds, float(np.finfo(dtype).eps))
        rows: list[tuple[str, float, mpf, mpf]] = [("value", float(value[i]), truth.value, truth.value_condition)]
        rows += [
            ("gradient", float(np.reshape(gradient[i], -1)[j]), truth.gradient[j], truth.gradient_condition[j])
            for j in width
        ]
        rows += [
            ("Hessian diagonal", float(hessian[i, j, j]), truth.hessian[j][j], truth.hessian_condition[j][j])
            for j in width
        ]
        for number, row in enumerate(rows):
            _judge(found, place, *row, dtype, partial(beside, number))
    return found


def _beside(case: Case, y: Outcome, outputs: list[float], seconds: float, step: float, number: int) -> list[mpf]:
    """The number (value, gradient, Hessian diagonal, in a row) where y is moved by its last digit to either side."""
    found: list[mpf] = []
    if isinstance(y, tuple):  # no loss of rows jumps
        return found
    for move in (step * abs(y) or 1e-300, -step * abs(y) or -1e-300) if not case.whole else ():
        truth = _reference(case, y + move, outputs, seconds) if y or case.domain.low < 0 else None
        if truth is not None:
            curve = [truth.hessian[j][j] for j in range(case.width)]
            found.append([truth.value, *truth.gradient, *curve][number])
    return found


def nan_count(case: Case, count: int = 4000) -> int:
    """NaN among values, gradients and Hessians over the whole range, up to 1e300, where few references are in reach."""
    points = extreme_points(case, count, SIZES[-1])
    y, outputs = np.array([p[0] for p in points], dtype=float), np.array([p[1] for p in points], dtype=float)
    value, gradient = case.loss.value_and_gradient(y, outputs)
    hessian = np.asarray(case.loss.hessian(y, outputs))
    return int(np.isnan(value).sum() + np.isnan(gradient).sum() + np.isnan(hessian).sum())


def fisher_trouble(case: Case, count: int = 6, seconds: float = 5.0) -> str:
    """How many Fisher matrices of moderate outputs hold a NaN or a negative variance; "-": too long, or an error."""
    try:
        with _patience(seconds):
            return str(_fisher_trouble(case, count))
    except (TimeoutError, UndefinedError):  # the error says that no expectation could be certified
        return "-"


def _fisher_trouble(case: Case, count: int) -> int:
    outputs = np.array([p[1] for p in moderate_points(case, count)], dtype=float)
    fisher = np.asarray(case.loss.fisher(outputs))
    diagonal = np.diagonal(fisher, axis1=-2, axis2=-1)
    return int((np.isnan(fisher).any(axis=(-2, -1)) | (diagonal < 0).any(axis=-1)).sum())


def _representable(point: Point, dtype: type[np.floating[Any]]) -> bool:
    """1e300 is infinite in float32, 1e-300 is 0 and 1 - 1e-9 is 1: there the point would be another one."""
    largest, least = float(np.finfo(dtype).max), float(np.finfo(dtype).tiny)
    y, outputs = _parts(point[0]), point[1]
    outside = any(0 < part < 1 and float(dtype(part)) >= 1 for part in y)
    return not outside and all(not x or least <= abs(x) <= largest for x in (*y, *outputs))


def _judge(
    found: Measured,
    place: str,
    kind: str,
    ours: float,
    true: mpf,
    condition: mpf,
    dtype: type[np.floating[Any]],
    beside: Callable[[], list[mpf]],
) -> None:
    information = np.finfo(dtype)
    largest, least = mpf(float(information.max)), mpf(float(information.smallest_subnormal))
    unit = mpf(2) ** -(information.nmant + 1)
    barred = kind != KINDS[2]
    bar = (*BAR, HESSIAN_BAR)[KINDS.index(kind)]
    if abs(true) > largest * (1 + unit):
        expected = math.inf if true > 0 else -math.inf
        if ours != expected and not abs(abs(ours) - float(largest)) <= 1e-6 * float(largest):
            found.hessian_not_finite += not barred
            found.nan_at_overflow += barred and math.isnan(ours)
            found.not_overflowing += barred and not math.isnan(ours)
            found.offences.append(f"{place} {kind}: {ours}, overflows")
        return
    if not math.isfinite(ours):
        if abs(true) > largest * (1 - 16 * unit):
            return
        found.non_finite += barred
        found.hessian_not_finite += not barred
        found.offences.append(f"{place} {kind}: {ours}, true {float(true)!r}")
        return
    gap = abs(mpf(ours) - true)
    if true:
        found.ulps[kind].append(0.0 if gap <= 4 * least else float(gap / (abs(true) * 2 * unit)))
        found.kappas[kind].append(float((condition - abs(true)) / abs(true)))
    if gap <= 4 * least:
        return
    error = float(gap / (condition * unit)) if condition else math.inf
    if error > bar and (sides := beside()) and min(sides) <= ours <= max(sides):
        return  # a jump within the last digit of y: the answer is that of a place there
    found.worst[kind] = max(found.worst[kind], error)
    if error > bar:
        found.offences.append(f"{place} {kind}: {ours!r}, true {float(true)!r}, error {error:.3g}")


def summary(found: Measured) -> Iterator[str]:
    """The cells of a row of the table."""
    yield found.family
    yield str(found.points)
    yield str(found.no_reference)
    yield str(found.non_finite)
    yield str(found.nan_at_overflow)
    yield str(found.not_overflowing)
    yield str(found.hessian_not_finite)
    for kind in KINDS:
        yield f"{found.worst[kind]:.2g}"
