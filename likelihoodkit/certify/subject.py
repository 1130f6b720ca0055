"""What is checked: a derived loss, the points at which it is looked at, and its textbook formula in mpmath.

The reference never touches the table of identities or a kernel: it is minus the declared log-density with the links
put in, lowered to elementary functions and evaluated with as many digits as it takes.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from numpy.typing import NDArray

from likelihoodkit.declaration import Shared
from likelihoodkit.declaration.folding import undirected
from likelihoodkit.links import Link
from likelihoodkit.loss import Loss
from likelihoodkit.nll import negative_log_likelihood
from likelihoodkit.numbers import evaluate
from likelihoodkit.numbers.straight import straight
from likelihoodkit.primitives import VectorSymbol, lower
from likelihoodkit.rows.layout import columns
from likelihoodkit.supports import Support

#: entries of a vector output in every check
CLASSES = 3
#: entries of an outcome that is a point, and steps of one that is a sequence
PLANE, STEPS = 2, 3
#: supports of points that may lie anywhere, and those whose points have two entries in every check
ANYWHERE = frozenset({"vectors", "vector"})
PLANES = ANYWHERE | {"positive vector"}

Number = Any  # an mpmath number


@dataclass(frozen=True)
class Point:
    """Numbers for every output column (shared parameters last) and every held column."""

    columns: tuple[float, ...]
    given: tuple[float, ...] = ()


class Subject:
    """A loss with its reference."""

    def __init__(self, loss: Loss) -> None:
        self.loss = loss
        self.derivation = loss.derivation
        self.y = self.derivation.y
        self.domain: Support = loss.bound.family.outcome.domain
        self.names = list(self.derivation.predicted)
        domains = {name: row.domain for name, row in loss.bound.family.parameters.items()}
        plane = self.domain.name in PLANES or self.without_total
        self.entries = self.domain.size or (PLANE if plane else CLASSES)
        self.steps = STEPS
        self.sizes = [
            columns(domains[name].size or symbol.size, self.entries, self.steps)
            if isinstance(symbol, VectorSymbol)
            else 1
            for name, symbol in self.derivation.predicted.items()
        ]
        self.memory: dict[Point, Any] = {}
        self.vectors = {symbol: [*map(mpmath.mpf, held)] for symbol, held in self.derivation.constants.values()}
        self.textbook = lower(negative_log_likelihood(loss.bound).expression)

    @property
    def width(self) -> int:
        """Number of gradient columns."""
        return sum(self.sizes)

    @property
    def shared_width(self) -> int:
        """How many of them all rows share."""
        return sum(self.sizes[len(self.sizes) - len(self.loss.shared) :])

    @property
    def without_total(self) -> bool:
        """Are the outcomes tables of counts whose total nobody tells?"""
        return self.domain.name == "count vectors" and "trials" not in self.loss.bound.family.parameters

    @cached_property
    def gradient(self) -> list[sp.Expr]:
        """The derived gradient, lowered to elementary functions."""
        return [lower(e) for e in self.loss.calculus.gradient.values()]

    def directed(self, columns: Sequence[float]) -> bool:
        """Have these outputs the direction that they are to give?"""
        if self.domain.name == "sphere":
            return any(columns[: self.entries])
        starts = dict(zip(self.names, itertools.accumulate(self.sizes, initial=0), strict=False))
        groups = undirected(self.loss.bound)
        return all(any(columns[starts[name] + (entry or 0)] for name, entry in group) for group in groups)

    # -- points ------------------------------------------------------------------------------------------------

    def draw(self, count: int, generator: np.random.Generator, *, central: bool = False) -> list[Point]:
        """Points with parameters drawn from the typical range of their domains, carried to the outputs.

        ``central``: from the middle of the range, where no density piles up beyond what float64 can tell apart.
        """
        family = self.loss.bound.family
        bindings = dict(self.loss.bound.bindings)
        points = []
        for _ in range(count):
            block: list[float] = []
            for name, size in zip(self.names, self.sizes, strict=True):
                how = bindings[name]
                link = how.link if isinstance(how, Shared) else how
                assert isinstance(link, Link)
                domain = family.parameters[name].domain
                block += [_draw_output(domain, link, generator, central) for _ in range(size)]
            points.append(Point(tuple(block), self.settings(generator, central)))
        return points

    def settings(self, generator: np.random.Generator, central: bool = False) -> tuple[float, ...]:
        """Held columns from the typical range of their domains."""
        parameters = self.loss.bound.family.parameters
        return tuple(_draw_value(parameters[name].domain, generator, central) for name in self.loss.inputs)

    def values(self, point: Point) -> dict[sp.Symbol, Any]:
        """The point as mpmath numbers by symbol."""
        found: dict[sp.Symbol, Any] = {**self.vectors}
        start = 0
        for symbol, size in zip(self.derivation.predicted.values(), self.sizes, strict=True):
            block = [mpmath.mpf(c) for c in point.columns[start : start + size]]
            found[symbol] = block if isinstance(symbol, VectorSymbol) else block[0]
            start += size
        for symbol, value in zip(self.derivation.inputs.values(), point.given, strict=True):
            found[symbol] = mpmath.mpf(value)
        return found

    def parameters(self, point: Point) -> dict[sp.Symbol, Any]:
        """The family's parameters there, as mpmath numbers by symbol."""
        values = self.values(point)
        family = self.loss.bound.family
        return {family.parameters[n].symbol: evaluate(lower(e), values) for n, e in self.derivation.parameters.items()}

    def upper(self, point: Point) -> int | None:
        """The largest count possible, None where there is no largest."""
        domain = self.domain
        if domain.upper == "classes":
            return CLASSES - 1
        if domain.upper in self.loss.bound.family.parameters and isinstance(
            self.loss.bound.family.parameters[domain.upper].symbol, VectorSymbol
        ):  # one more grade than there are cutpoints
            return CLASSES
        if domain.upper is not None:
            return int(self.parameters(point)[self.loss.bound.family.parameters[domain.upper].symbol])
        return int(domain.high) if math.isfinite(domain.high) else None

    def lower(self, point: Point) -> float:
        """The held number below which no outcome lies, 0 where there is none."""
        name = self.domain.lower
        return float(self.parameters(point)[self.loss.bound.family.parameters[name].symbol]) if name else 0.0

    def say(self, point: Point, y: Any = None) -> str:
        """The point in words."""
        labels = [
            name if size == 1 else f"{name}[{k}]"
            for name, size in zip(self.names, self.sizes, strict=True)
            for k in range(size)
        ]
        words = [] if y is None else [f"y = {y:.6g}" if isinstance(y, float | int) else f"y = {y}"]
        words += [f"{label} output = {c:.6g}" for label, c in zip(labels, point.columns, strict=True)]
        words += [f"{label} = {c:.6g}" for label, c in zip(self.loss.inputs, point.given, strict=True)]
        return ", ".join(words)

    # -- the loss as users call it -----------------------------------------------------------------------------

    def keywords(self, points: Sequence[Point]) -> tuple[NDArray[np.float64], dict[str, Any]]:
        """(outputs, keywords) of a call for points that share their shared parameters."""
        table = np.array([p.columns for p in points], dtype=float).reshape(len(points), self.width)
        shared = self.shared_width
        keywords: dict[str, Any] = {
            name: np.array([p.given[i] for p in points]) for i, name in enumerate(self.loss.inputs)
        }
        if shared:
            keywords["shared"] = table[0, -shared:]
        return table[:, : self.width - shared], keywords

    def computed(self, ys: Sequence[Any], points: Sequence[Point]) -> list[NDArray[np.float64]]:
        """Value (n,), gradient (n, w) and Hessian (n, w, w) as the loss computes them."""
        order: dict[tuple[float, ...], list[int]] = {}
        shared = self.shared_width
        for i, point in enumerate(points):
            order.setdefault(point.columns[self.width - shared :], []).append(i)
        value, gradient = np.empty(len(points)), np.empty((len(points), self.width))
        hessian = np.empty((len(points), self.width, self.width))
        for rows in order.values():
            outputs, keywords = self.keywords([points[i] for i in rows])
            y = np.array([ys[i] for i in rows], dtype=float)
            value[rows], gradient[rows] = self.loss.value_and_gradient(y, outputs, **keywords)
            hessian[rows] = self.loss.hessian(y, outputs, **keywords)
        return [value, gradient, hessian]

    # -- the reference -----------------------------------------------------------------------------------------

    def in_outcome(self, expressions: Iterable[sp.Expr], point: Point) -> Callable[[Number], list[Any]]:
        """The lowered expressions as one function of y, everything free of y worked out once."""
        expressions = list(expressions)
        values = self.values(point)
        for expression in expressions:
            _work_out(expression, self.y, values)
        return straight(expressions, values, self.y)

    def reference(self, y: float | Sequence[float], point: Point) -> Callable[..., Number]:
        """The textbook loss as a function of all output columns and y, for numerical differentiation."""
        given = {s: mpmath.mpf(v) for s, v in zip(self.derivation.inputs.values(), point.given, strict=True)}

        def loss(*columns: Number) -> Number:
            values: dict[sp.Symbol, Any] = {**given, **self.vectors, self.y: _exact(y)}
            start = 0
            for symbol, size in zip(self.derivation.predicted.values(), self.sizes, strict=True):
                block = list(columns[start : start + size])
                values[symbol] = block if isinstance(symbol, VectorSymbol) else block[0]
                start += size
            try:
                return evaluate(self.textbook, values)
            except ValueError:  # a pole, as of gamma functions at 0: the sign is that of a place beside it
                if isinstance(y, tuple | list):
                    raise
                with mpmath.workdps(60):
                    values[self.y] += mpmath.mpf(10) ** -40
                    return mpmath.inf * mpmath.sign(evaluate(self.textbook, values))

        return loss


def _exact(y: Any) -> Any:
    return [mpmath.mpf(entry) for entry in y] if isinstance(y, tuple | list) else mpmath.mpf(y)


def _draw_value(domain: Support, generator: np.random.Generator, central: bool) -> float:
    low, high = domain.typical
    if domain.whole:
        return float(generator.integers(int(low) + 1, int(high) + 1))
    share = generator.uniform(0.2, 0.8) if central else generator.uniform()
    if domain.low == 0 and math.isinf(domain.high):
        return float(low * (high / low) ** share)
    return float(low + (high - low) * share)


def _draw_output(domain: Support, link: Link, generator: np.random.Generator, central: bool) -> float:
    if domain.vector:
        return float(generator.uniform(-2, 2)) * (0.3 if central else 1.0)
    # a link may reach less than the domain (a positive link of a real parameter): draw from what both allow
    within = link.range.low <= domain.typical[0] and domain.typical[1] <= link.range.high
    within = within and domain.typical[0] >= link.range.typical[0]
    value = _draw_value(domain if within else link.range, generator, central)
    symbol = sp.Symbol("t", real=True)
    return float(evaluate(lower(link.forward(symbol)), {symbol: mpmath.mpf(value)}))


def _work_out(expression: sp.Expr, y: sp.Symbol, values: dict[Any, Any]) -> None:
    """Put the value of every largest part free of ``y`` into ``values``; parts of a case distinction wait."""
    if isinstance(expression, sp.Piecewise) or not expression.args or expression in values:
        return
    if y not in expression.free_symbols:
        values[expression] = evaluate(expression, values)
        return
    for argument in expression.args:
        _work_out(argument, y, values)
