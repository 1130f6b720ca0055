"""Where a loss has kinks: whether at all, and at which outputs of each row.

A switch (`Abs`, `Max`, a case) need not be a kink: Huber's loss and the square of a positive part go on with the same
slope. Whether one is, slopes on either side of the place say, at two distances: those of a smooth loss come nearer to
each other as the distance shrinks, as of ``|x|**p`` with p > 1, those of a kink do not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.compile import Runner, compile_program
from likelihoodkit.errors import DerivationError
from likelihoodkit.loading.later import mpmath, sp
from likelihoodkit.loss import Loss
from likelihoodkit.numbers import evaluate
from likelihoodkit.primitives import VectorSymbol, is_vector, lower

Array = NDArray[Any]

#: outputs between which a place is looked for, and how many on the way
REACH, STEPS = 6, 24
#: decimal places of the distances at which slopes are compared, and of the numbers
NEAR, NEARER, DIGITS = 15, 30, 80
#: what is left of a jump of slopes as the distance shrinks so, at least, where the loss has a kink
LEFT = 0.99


def switches(expression: sp.Expr) -> set[sp.Basic]:
    """What has another formula on either side of a place."""
    kinds = sp.Abs, sp.Max, sp.Min, sp.sign, sp.core.relational.Relational
    found: set[sp.Basic] = expression.atoms(*kinds)
    return found


def inside(node: sp.Basic) -> sp.Expr:
    """What is zero at the place."""
    if isinstance(node, sp.core.relational.Relational):
        return node.lhs - node.rhs
    return node.args[0] if len(node.args) == 1 else node.args[0] - node.args[1]


@cache
def present(loss: Loss) -> bool:
    """Has the loss a kink in what is predicted, for some values of the rest?"""
    expression = lower(loss.derivation.expression)
    predicted = list(loss.derivation.predicted.values())
    zeros = [inside(node) for node in _of_two_sides(expression)]
    asked = [(zero, symbol) for zero in dict.fromkeys(zeros) for symbol in predicted if zero.has(symbol)]
    return bool(asked) and any(_kinked(expression, *pair, at) for at in _numbers(loss) for pair in asked)


def _of_two_sides(expression: sp.Expr) -> list[sp.Basic]:
    """Its switches in a fixed order; what differs at one place alone, as a limit there, is none."""
    return [
        node for node in sorted(switches(expression), key=sp.default_sort_key) if not isinstance(node, sp.Eq | sp.Ne)
    ]


def _numbers(loss: Loss) -> Iterator[dict[sp.Symbol, Any]]:
    """Outcomes and outputs of moderate size, by symbol."""
    derivation = loss.derivation
    rng = np.random.default_rng(0)
    known = {symbol.name: symbol for symbol in derivation.expression.free_symbols}
    sizes = {name: loss.bound.family.parameters[name].domain.size or 2 for name in derivation.predicted}
    drawn = {symbol: rng.normal(0, 1, max(2, sizes[name])) for name, symbol in derivation.predicted.items()}
    for side in (1, -1):  # of every output a number above and one below zero: a shape above and below one
        at: dict[sp.Symbol, Any] = {}
        for symbol, numbers in drawn.items():
            sided = [mpmath.mpf(float(side * number)) for number in numbers]
            at[symbol] = sided if isinstance(symbol, VectorSymbol) else sided[0]
        rest = {name: symbol for name, symbol in known.items() if symbol not in at}
        value = rng.uniform(0.2, 1.0)
        plain = {symbol: mpmath.mpf(float(value)) for name, symbol in rest.items()}
        high = {symbol: mpmath.mpf(float(value + 1)) for name, symbol in rest.items() if name.endswith("_high")}
        kinds = [symbol for name, symbol in rest.items() if name.endswith("_kind")]
        if not kinds:
            yield at | plain | high
        for kind in range(4) if kinds else ():
            yield at | plain | (high if kind == 3 else {}) | {symbol: mpmath.mpf(kind) for symbol in kinds}


def _kinked(expression: sp.Expr, where: sp.Expr, symbol: sp.Symbol, at: Mapping[sp.Symbol, Any]) -> bool:
    """Has the loss a kink where ``where`` changes its sign as the symbol (its first entry) goes from end to end?"""

    def value(formula: sp.Expr, place: Any) -> Any:
        changed = [place, *at[symbol][1:]] if isinstance(symbol, VectorSymbol) else place
        found = evaluate(formula, {**at, symbol: changed})
        return found[0] if isinstance(found, list) else found

    with mpmath.workdps(DIGITS):
        try:
            return any(_jumps(lambda at: value(expression, at), place) for place in _zeros(where, symbol, value))
        except (DerivationError, ArithmeticError, ValueError, TypeError):
            return False  # out of reach of mpmath, or of the support: nothing is seen there


def _zeros(where: sp.Expr, symbol: sp.Symbol, value: Callable[[sp.Expr, Any], Any]) -> Iterator[Any]:
    """Where it changes its sign."""
    if not sp.diff(where, symbol).has(symbol):
        start, one = value(where, mpmath.mpf(0)), value(where, mpmath.mpf(1))
        if start != one:
            yield start / (start - one)
        return
    ends = [mpmath.mpf(REACH) * k / STEPS for k in range(-STEPS, STEPS + 1)]
    signs = [mpmath.sign(value(where, place)) for place in ends]
    for low, high, before, after in zip(ends, ends[1:], signs, signs[1:], strict=False):
        if before * after < 0:
            yield _zero(lambda place: value(where, place), low, high)


def _zero(where: Callable[[Any], Any], low: Any, high: Any) -> Any:
    first = mpmath.sign(where(low))
    for _ in range(4 * DIGITS):
        middle = (low + high) / 2
        low, high = (middle, high) if mpmath.sign(where(middle)) == first else (low, middle)
    return low


def _jumps(loss: Callable[[Any], Any], place: Any) -> bool:
    """Do slopes differ on both sides of the place, and as much nearer to it?"""

    def jump(distance: Any) -> Any:
        above = loss(place + 2 * distance) - loss(place + distance)
        below = loss(place - distance) - loss(place - 2 * distance)
        return abs(above - below) / distance

    near = jump(mpmath.mpf(10) ** -NEARER)
    if not mpmath.isfinite(near) or near < mpmath.mpf(10) ** -NEAR:
        return False
    return bool(near > LEFT * jump(mpmath.mpf(10) ** -NEAR))


@dataclass(frozen=True)
class Places:
    """The output with kinks, and where they are: expressions of what a row gives, none of what is predicted."""

    parameter: str
    expressions: tuple[sp.Expr, ...]

    def of(self, loss: Loss, y: Array, outputs: Array, given: Mapping[str, Any]) -> list[Array]:
        """The places of every row, (n,) each, or (n, K) with one for each entry of a vector."""
        rows = loss.read(y, outputs, given=given)
        width = max([len(array) for array in rows.inputs.values() if array.ndim > 1], default=1)
        answers = {
            f"place {k}": np.empty((width, rows.count) if is_vector(place) else rows.count)
            for k, place in enumerate(self.expressions)
        }
        self._runner.run(rows.inputs, answers, rows.count)
        return [answer.T for answer in answers.values()]

    @cached_property
    def _runner(self) -> Runner:
        return Runner(compile_program({f"place {k}": place for k, place in enumerate(self.expressions)}))


@cache
def places(loss: Loss) -> tuple[Places, ...]:
    """Places that rows decide, by parameter; kinks that lie where another parameter says are not among them."""
    expression = lower(loss.derivation.expression)
    predicted = loss.derivation.predicted
    answer = []
    for name, symbol in predicted.items():
        found: list[sp.Expr] = []
        for node in _of_two_sides(expression):
            zero = inside(node)
            slope = sp.diff(zero, symbol)
            if slope == 0 or slope.has(symbol):
                continue
            place = sp.cancel(-zero.xreplace({symbol: sp.S.Zero}) / slope)
            if not any(place.has(other) for other in predicted.values()) and place not in found:
                found.append(place)
        if found:
            answer.append(Places(name, tuple(found)))
    return tuple(answer)
