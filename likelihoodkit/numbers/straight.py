"""Expressions of one variable in mpmath as a straight line of operations: looked through once, computed many times.

What `numbers.evaluate` finds out about every part each time, which operation it is and where its arguments are, is
found out once here; the operations are the same.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import mpmath
import sympy as sp

from likelihoodkit import numbers

Number = Any
Operation = Callable[..., Number]
#: whole numbers below this are themselves in any number of digits
_EXACT = 2**50


def straight(
    expressions: Sequence[sp.Basic], values: Mapping[sp.Basic, Any], y: sp.Symbol
) -> Callable[[Number], list[Any]]:
    """The values of the expressions as a function of ``y``; the parts in ``values`` are known.

    Raises `DerivationError` for a function without a reference, and when it is called what `numbers.evaluate` does.
    """
    if any(isinstance(value, list) for value in values.values()):
        return lambda at: numbers.evaluate_all(expressions, {**values, y: at})
    line = _Line(values, y)
    results = [line.place(e) for e in expressions]
    first, steps = line.first, line.steps

    def run(at: Number) -> list[Any]:
        found = first.copy()
        found[0] = at
        for target, operation, arguments in steps:
            found[target] = operation(*[found[a] for a in arguments])
        return [found[r] for r in results]

    return run


class _Line:
    """The steps so far; place 0 is the variable."""

    def __init__(self, values: Mapping[sp.Basic, Any], y: sp.Symbol) -> None:
        self.values, self.y = values, y
        self.first: list[Any] = [None]
        self.steps: list[tuple[int, Operation, tuple[int, ...]]] = []
        self.places: dict[sp.Basic, int] = {y: 0}

    def place(self, node: sp.Basic) -> int:
        """Where the value of a part is found."""
        if node not in self.places:
            self.places[node] = self._add(node)
        return self.places[node]

    def _known(self, value: Any) -> int:
        self.first.append(value)
        return len(self.first) - 1

    def _step(self, operation: Operation, *nodes: sp.Basic) -> int:
        arguments = tuple(self.place(n) for n in nodes)
        target = self._known(None)
        self.steps.append((target, operation, arguments))
        return target

    def _add(self, node: sp.Basic) -> int:
        if node in self.values:
            return self._known(self.values[node])
        if isinstance(node, sp.Integer) and abs(node.p) < _EXACT:
            return self._known(mpmath.mpf(int(node.p)))
        if not node.args:
            return self._step(lambda: numbers.evaluate(node, {}))  # its digits are those of the call
        if (tail := numbers.complement(node)) is not None:
            return self._step(lambda size, x: size * mpmath.erfc(-x), *tail)
        if isinstance(node, sp.log) and isinstance(node.args[0], sp.gamma):
            return self._step(mpmath.loggamma, node.args[0].args[0])
        if isinstance(node, sp.Piecewise):
            return self._step(self._cases(node), self.y)
        if node.is_Add and len(node.args) == 2:
            return self._step(operator.add, *node.args)
        if node.is_Mul:
            return self._step(operator.mul if len(node.args) == 2 else _product, *node.args)
        if node.is_Pow and isinstance(node.exp, sp.Integer) and abs(node.exp.p) < _EXACT:
            power = int(node.exp.p)
            return self._step(lambda base: base**power, node.base)
        if numbers.of_numbers(node):
            return self._step(numbers.operation(node), *node.args)
        return self._step(lambda at: numbers.evaluate(node, {**self.values, self.y: at}), self.y)

    def _cases(self, node: sp.Piecewise) -> Operation:
        """The first case that holds; the others are not computed."""
        branches = [(straight([branch], self.values, self.y), condition) for branch, condition in node.args]
        tests = {rel for _, condition in node.args for rel in condition.atoms(sp.core.relational.Relational)}
        sides = {e: straight([e], self.values, self.y) for rel in tests for e in rel.args}

        def cases(at: Number) -> Number:
            for branch, condition in branches:
                if numbers.holds(condition, lambda e: sides[e](at)[0]):
                    return branch(at)[0]
            return mpmath.nan

        return cases


def _product(*factors: Number) -> Number:
    return reduce(operator.mul, factors)
