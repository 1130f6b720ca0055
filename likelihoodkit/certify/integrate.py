"""Exact-enough expectations over the outcome, independent of the ones the kit computes with.

Continuous outcomes: the support is stretched over the real line, the stretch where the integrand matters is found by
scanning, split at kinks, and integrated by even steps (`certify.even`); where those do not agree, by Gauss-Legendre
panels that are halved until both halves agree with the whole. Counts: a sum until the terms have died out. The
density is the declared one, evaluated in mpmath.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, TypeVar

import mpmath
import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy import integrate

from likelihoodkit.certify.counts import Table, table
from likelihoodkit.certify.even import STRAIGHT, Map, Steps, drawn, even_steps
from likelihoodkit.certify.subject import Point, Subject
from likelihoodkit.errors import DerivationError
from likelihoodkit.numbers import evaluate
from likelihoodkit.primitives import lower

NODES, WEIGHTS = np.polynomial.legendre.leggauss(12)
_GAP = 0.25  # between neighbours of the scan
_NEGLIGIBLE = 50.0  # e^-50 of the peak: far below every limit
_FURTHEST = 5000.0
_MOST_EVALUATIONS = 12000
_SETTLED = 1e-8  # of the largest part: an integral that is farther from settled is no verdict
_MORE_DIGITS = (3, 20)  # times as many, where a logarithm was infinite


T = TypeVar("T")


class EndlessError(DerivationError):
    """What is integrated grows up to the end of the numbers: it has no finite integral."""


Function = Callable[[Any], list[Any]]


def one(_: Any) -> list[Any]:
    """The function whose expectation is the mass."""
    return [mpmath.mpf(1)]


def with_enough_digits(digits: int, numbers: Callable[[], list[T]]) -> list[T]:
    """The numbers at so many digits; at more where a denominator was rounded to zero."""
    for more in (1, *_MORE_DIGITS):
        try:
            with mpmath.workdps(digits * more):
                return numbers()
        except ZeroDivisionError:
            continue
    raise DerivationError(f"a denominator is zero in {digits * _MORE_DIGITS[-1]} digits: the density has a pole")


class Outcomes:
    """The distribution of y at one point, as the declared log-density has it."""

    def __init__(self, subject: Subject, point: Point) -> None:
        self.subject, self.point, self.domain = subject, point, subject.domain
        if self.domain.vector:
            raise DerivationError(f"{subject.loss.name}: vector outcomes are not integrated")
        self._nll = subject.in_outcome([subject.textbook], point)
        self._weighted: dict[float, tuple[Any, Any]] = {}
        self._logarithms: dict[tuple[Any, int], Any] = {}
        self._top = 0.0
        self._table: Table | None = None
        self._stretches: dict[int, tuple[float, float]] = {}
        self._kinks: dict[tuple[float, float], list[float]] = {}

    def log_density(self, y: Any) -> Any:
        """log p(y), -inf where the density vanishes.

        An infinity may be the logarithm of what these digits have rounded to 0, as 1 - exp(-y) is: more are tried.
        Remembered, as an entropy asks for it again.
        """
        key = y, mpmath.mp.prec
        if key not in self._logarithms:
            self._logarithms[key] = self._log_density(y)
        return self._logarithms[key]

    def _log_density(self, y: Any) -> Any:
        try:
            found = -self._nll(y)[0]
        except ValueError:  # of gamma functions at a whole number that is not positive: it goes to an infinity there
            with mpmath.workdps(60):
                return mpmath.inf * mpmath.sign(-self._nll(y + mpmath.mpf(10) ** -40)[0])
        for more in _MORE_DIGITS if mpmath.isinf(found) else ():
            with mpmath.workdps(more * mpmath.mp.dps):
                found = -self._nll(y)[0]
            if not mpmath.isinf(found):
                break
        return found

    # -- continuous --------------------------------------------------------------------------------------------

    def outcome(self, t: Any) -> Any:
        """The outcome that the real number ``t`` stands for."""
        low, high = self.domain.low, self.domain.high
        if self.domain.circular:
            return t
        if math.isinf(low):
            return mpmath.sinh(t)
        if math.isinf(high):
            return low + mpmath.exp(t)
        return low + (high - low) / (1 + mpmath.exp(-t))

    def place(self, y: Any) -> float:
        """The real number that stands for ``y``: the inverse of `outcome`."""
        low, high = self.domain.low, self.domain.high
        if self.domain.circular:
            return float(y)
        if math.isinf(low):
            return float(mpmath.asinh(y))
        if math.isinf(high):
            return float(mpmath.log(y - low))
        return float(mpmath.log((y - low) / (high - y)))

    def _log_jacobian(self, t: float) -> float:
        if self.domain.circular:
            return 0.0
        if math.isinf(self.domain.low):
            return abs(t) + math.log1p(math.exp(-2 * abs(t))) - math.log(2)
        if math.isinf(self.domain.high):
            return t
        return math.log(self.domain.high - self.domain.low) - abs(t) - 2 * math.log1p(math.exp(-abs(t)))

    def _digits(self, t: float) -> int:
        bounded = math.isfinite(self.domain.low) and math.isfinite(self.domain.high)
        return 25 + (int(abs(t) / 2.3) if bounded else 0)

    def log_weight(self, t: float, power: int = 0) -> float:
        """log of |y|^power p(y) dy/dt."""
        with mpmath.workdps(self._digits(t)):
            y = self.outcome(mpmath.mpf(t))
            log_density = self.log_density(y)
            if isinstance(log_density, mpmath.mpc):
                raise DerivationError(
                    f"the log-density is no real number at y = {mpmath.nstr(y, 6)}",
                    value=float(y),
                    remedy="It takes the logarithm of a density that is negative there, or a root of a negative number",
                )
            size = float(mpmath.log(abs(y))) * power if power and y else 0.0
            return float(max(log_density, mpmath.mpf("-1e300"))) + self._log_jacobian(t) + size

    def stretch(self, power: int = 0) -> tuple[float, float]:
        """The interval of ``t`` outside which p(y) and |y|^power p(y) are negligible."""
        if power not in self._stretches:
            low, high = self._find_stretch(power)
            if power:
                low, high = min(low, self.stretch()[0]), max(high, self.stretch()[1])
            self._stretches[power] = low, high
        return self._stretches[power]

    def _find_stretch(self, power: int) -> tuple[float, float]:
        if self.domain.circular:
            return -math.pi, math.pi
        grid = {t: self.log_weight(t, power) for t in np.arange(-12, 12.01, _GAP).tolist()}

        def reach(start: float, direction: float) -> float:
            t, step = start, _GAP
            while self.log_weight(t, power) > max(grid.values()) - _NEGLIGIBLE:
                before = grid[t] if t in grid else grid[start]
                t += direction * step
                step *= 1.3
                grid[t] = self.log_weight(t, power)
                if abs(t) > _FURTHEST:
                    raise (EndlessError if grid[t] >= before else DerivationError)("the integrand does not die out")
            return t

        top = max(grid, key=lambda t: grid[t])
        heavy = [t for t, w in grid.items() if w > grid[top] - _NEGLIGIBLE]
        low, high = reach(min(heavy), -1.0), reach(max(heavy), 1.0)
        if not power:
            self._top = max(grid, key=lambda t: grid[t])
        return low, high

    def kinks(self, low: float, high: float) -> list[float]:
        """Places between ``low`` and ``high`` where an absolute value, a maximum or a case changes its branch."""
        if (low, high) not in self._kinks:
            self._kinks[low, high] = self._find_kinks(low, high)
        return self._kinks[low, high]

    def _find_kinks(self, low: float, high: float) -> list[float]:
        found: list[float] = []
        switches = _switches(self.subject.textbook, self.subject.y)
        if not switches:
            return found
        side = self.subject.in_outcome(switches, self.point)

        def signs(t: float) -> list[bool]:
            with mpmath.workdps(self._digits(t)):
                return [bool(v > 0) for v in side(self.outcome(mpmath.mpf(t)))]

        grid = np.linspace(low, high, 200).tolist()
        here = signs(grid[0])
        for left, right in itertools.pairwise(grid):
            there = signs(right)
            for k in range(len(here)):
                if here[k] != there[k]:
                    a, b = left, right
                    while b - a > 1e-15 * max(abs(a), abs(b), 1.0):
                        middle = (a + b) / 2
                        if middle in (a, b):
                            break
                        a, b = (middle, b) if signs(middle)[k] == here[k] else (a, middle)
                    found.append(a)
            here = there
        return sorted(found)

    def _weigh(self, t: float) -> tuple[Any, Any]:
        """The outcome at ``t`` and p(y) dy/dt, remembered: every condition asks at the same places."""
        if t not in self._weighted:
            y = self.outcome(mpmath.mpf(t))
            exponent = self.log_density(y) + self._log_jacobian(t)
            self._weighted[t] = y, mpmath.exp(exponent) if exponent > -2000 else mpmath.mpf(0)
        return self._weighted[t]

    def _rows(self, functions: Function, count: int) -> Callable[[Sequence[float]], NDArray[np.float64]]:
        """The integrands at some places, shape (places, count)."""

        def weighed(t: float) -> list[float]:
            y, weight = self._weigh(t)
            return [float(f * weight) for f in functions(y)] if weight else [0.0] * count

        def rows(places: Sequence[float]) -> NDArray[np.float64]:
            digits = max(map(self._digits, places))
            return np.array(with_enough_digits(digits, lambda: [weighed(t) for t in places]))

        return rows

    def evenly(self, functions: Function, count: int, power: int = 0) -> list[Steps] | None:
        """What `segments` finds, part by part between kinks, in fewer steps; None where those do not get there."""
        low, high = self.stretch(power)
        return even_steps(self._rows(functions, count), [low, *self.kinks(low, high), high], self._map)

    @cached_property
    def _map(self) -> Map:
        """The map that draws tails in to two standard deviations of the bulk, by the parabola through its top."""
        if self.domain.circular:
            return STRAIGHT
        self.stretch()
        below, at, above = map(self.log_weight, (self._top - _GAP, self._top, self._top + _GAP))
        bend = 2 * at - above - below
        if not 0 < bend < math.inf:
            return drawn(self._top, 1.0)
        return drawn(self._top + _GAP * (above - below) / (2 * bend), 2 * _GAP / math.sqrt(bend))

    @cached_property
    def _mass(self) -> list[Steps] | None:
        """The steps of the density itself."""
        return self.evenly(one, 1)

    def segments(
        self, functions: Function, count: int, breaks: Sequence[float] = (), power: int = 0
    ) -> NDArray[np.float64]:
        """Integrals of ``functions`` (``count`` of them) times p(y) over each part between the ``breaks`` (in t).

        Shape (len(breaks) + 1, count). ``power``: the functions grow like |y|^power.
        """
        low, high = self.stretch(power)
        inner = sorted(b for b in breaks if low < b < high)
        edges = [low, *sorted({*inner, *self.kinks(low, high)}), high]
        rows = self._rows(functions, count)
        evaluations = 0

        def panel(a: float, b: float) -> NDArray[np.float64]:
            nonlocal evaluations
            evaluations += len(NODES)
            middle, half = (a + b) / 2, (b - a) / 2
            return half * np.asarray(WEIGHTS @ rows((middle + half * NODES).tolist()))

        size, unsettled = np.zeros(count), np.zeros(count)

        def settle(a: float, b: float, whole: NDArray[np.float64]) -> NDArray[np.float64]:
            middle = (a + b) / 2
            left, right = panel(a, middle), panel(middle, b)
            halves = left + right
            np.maximum(size, np.abs(halves), out=size)
            apart = np.abs(halves - whole)
            if np.all(apart <= 1e-12 * size) or evaluations > _MOST_EVALUATIONS or b - a < 1e-9:
                np.add(unsettled, apart, out=unsettled)
                return halves
            return settle(a, middle, left) + settle(middle, b, right)

        places = [-math.inf, *inner, math.inf]
        totals = np.zeros((len(breaks) + 1, count))
        skipped = sum(b <= low for b in breaks)
        for a, b in itertools.pairwise(edges):
            pieces = max(1, math.ceil((b - a) / max(1.0, (high - low) / 24)))
            cuts = np.linspace(a, b, pieces + 1).tolist()
            wholes = [panel(u, v) for u, v in itertools.pairwise(cuts)]
            for whole in wholes:
                np.maximum(size, np.abs(whole), out=size)
            part = skipped + int(np.searchsorted(places, (a + b) / 2)) - 1
            for u, v, whole in zip(cuts[:-1], cuts[1:], wholes, strict=True):
                totals[part] += settle(u, v, whole)
        if np.any(unsettled > _SETTLED * size):
            raise DerivationError(f"the integral over the outcomes is not settled in {evaluations} evaluations")
        return totals

    # -- counts ------------------------------------------------------------------------------------------------

    def table(self) -> Table:
        """Every count with its probability, until the rest is negligible."""
        if self._table is None:
            self._table = table(self.log_density, self.domain.low, self.subject.upper(self.point))
        return self._table

    def expect(self, functions: Function, count: int, power: int = 0) -> NDArray[np.float64]:
        """E of each of the functions, shape (count,)."""
        if not self.domain.discrete:
            steps = self._mass if functions is one else self.evenly(functions, count, power)
            parts = self.segments(functions, count, power=power) if steps is None else [part.total for part in steps]
            found: NDArray[np.float64] = np.sum(parts, axis=0)
            for value in self.domain.atoms:
                with mpmath.workdps(25):
                    mass = mpmath.exp(self.log_density(mpmath.mpf(value)))
                    found += np.array([float(f * mass) for f in functions(mpmath.mpf(value))])
            return found
        ys, probabilities = self.table()
        with mpmath.workdps(25):
            rows = np.array([[float(f) for f in functions(mpmath.mpf(k))] for k in ys])
        return np.asarray(probabilities @ rows)

    def cumulative(self, ys: Sequence[float]) -> NDArray[np.float64]:
        """P(Y <= y) for ascending ``ys``."""
        if self.domain.discrete:
            counts, probabilities = self.table()
            return np.array([float(probabilities[np.array(counts) <= y].sum()) for y in ys])
        with mpmath.workdps(60):
            places = [self.place(mpmath.mpf(y)) for y in ys]
        if self._mass is None or self.domain.circular:  # on a circle the density does not die out
            found = np.asarray(self.segments(one, 1, places).cumsum(axis=0)[:-1, 0])
        else:
            found = np.array([sum(float(part.up_to(place)[0]) for part in self._mass) for place in places])
        for value in self.domain.atoms:
            with mpmath.workdps(25):
                found += float(mpmath.exp(self.log_density(mpmath.mpf(value)))) * (np.asarray(ys) >= value)
        return found

    def spread(self, count: int) -> list[float]:
        """``count`` outcomes that cut the distribution into roughly equal parts (float64 numbers)."""
        if self.domain.discrete:
            counts, probabilities = self.table()
            at = np.searchsorted(np.cumsum(probabilities), np.arange(1, count + 1) / (count + 1))
            return sorted({float(counts[min(int(i), len(counts) - 1)]) for i in at})
        self.expect(one, 1)  # the places of this integral are known by now
        grid = np.array(sorted(self._weighted))
        weights = np.array([float(self._weighted[t][1]) for t in grid.tolist()])
        total = integrate.cumulative_trapezoid(weights, grid, initial=0.0)
        places = np.interp(np.arange(1, count + 1) / (count + 1), total / total[-1], grid)
        return [float(self.outcome(mpmath.mpf(float(t)))) for t in places]


def _switches(expression: sp.Expr, y: sp.Symbol) -> list[sp.Expr]:
    """Expressions whose sign decides a branch and that depend on y."""
    found: list[sp.Expr] = []
    for node in sp.preorder_traversal(expression):
        if isinstance(node, sp.Abs | sp.sign | sp.Heaviside):
            found.append(node.args[0])
        elif isinstance(node, sp.Max | sp.Min):
            found.extend(a - b for i, a in enumerate(node.args) for b in node.args[i + 1 :])
        elif isinstance(node, sp.core.relational.Relational):
            found.append(node.lhs - node.rhs)
    return [lower(e) for e in dict.fromkeys(found) if y in e.free_symbols]


def number(formula: sp.Expr, values: dict[Any, Any], digits: int = 30) -> Any:
    """A formula of parameters (and y, a level) in mpmath; mpmath.nan where it says undefined."""
    with mpmath.workdps(digits):
        return evaluate(lower(formula), values)
