"""Losses made of straight pieces (absolute error, pinball): the optimum sits on a kink and a linear program finds it.

Such a loss has no curvature in its location, so Newton has nothing to work with. Its slopes on both sides of the kink,
read off the derived gradient, are the costs of a linear program; the other parameters are fitted by Newton between two
programs. At a point where neither moves, all one-sided derivatives are non-negative: a minimum of the joint problem.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.linalg import qr, solve
from scipy.optimize import linprog

from likelihoodkit.compile import Runner, compile_program
from likelihoodkit.errors import FitError
from likelihoodkit.fit import newton
from likelihoodkit.fit.corners import inside, switches
from likelihoodkit.fit.model import Model
from likelihoodkit.loss import Loss
from likelihoodkit.primitives import VectorSymbol, lower

Array = NDArray[Any]

ROUNDS = 50
#: rows above which the linear program begins with a sample of this size
MANY = 2000


@dataclass(frozen=True)
class Kink:
    """The output whose loss is made of straight pieces, and where its kink lies as an expression of the outcome."""

    parameter: str
    place: sp.Expr

    def places(self, loss: Loss, y: Array, given: Mapping[str, Any]) -> Array:
        """The kink of every row, (n,)."""
        derivation = loss.derivation
        rows = len(y)
        inputs = {derivation.y.name: y}
        for name, symbol in derivation.inputs.items():
            inputs[symbol.name] = np.broadcast_to(np.asarray(given[name], dtype=np.float64), rows)
        answer = np.empty(rows)
        runner = Runner(compile_program({"place": self.place}))
        runner.run(inputs, {"place": answer}, rows)
        return answer


def _jumps(expression: sp.Expr, node: sp.Basic, symbol: sp.Symbol, place: sp.Expr) -> bool:
    """Is the loss another one on either side of the place, at the place itself?"""
    if isinstance(node, sp.Abs | sp.Max | sp.Min):
        return False
    sides = (sp.S.One, sp.S.NegativeOne) if isinstance(node, sp.sign) else (sp.true, sp.false)
    above, below = (expression.xreplace({node: side}).xreplace({symbol: place}) for side in sides)
    return bool(sp.expand(above - below) != 0)


@cache
def find(loss: Loss) -> Kink | None:
    """The kink of a loss that is straight on both sides of one place that the outcome decides; None for all others."""
    predicted = loss.derivation.predicted
    for name, symbol in predicted.items():
        if isinstance(symbol, VectorSymbol) or loss.calculus.hessian[name, name] != 0:
            continue
        expression = lower(loss.derivation.expression)
        places = set()
        for node in switches(expression):
            zero = inside(node)
            slope = sp.diff(zero, symbol)
            if slope == 0:
                continue
            if len(node.args) > 2 or slope.has(symbol):
                return None
            place = sp.cancel(-zero.xreplace({symbol: sp.S.Zero}) / slope)
            if _jumps(expression, node, symbol, place):
                return None
            places.add(place)
        if len(places) == 1:
            (place,) = places
            if not place.free_symbols & set(predicted.values()):
                return Kink(name, place)
    return None


def weighted_absolute(basis: Array, target: Array, above: Array, below: Array) -> tuple[Array, Array]:
    """Coefficients c that minimise the sum of ``above * max(f, 0) + below * max(-f, 0)``, f = basis @ c - target.

    Solves the dual program (bounded variables, one equation per coefficient) and goes from its answer to the vertex
    itself, so that as many rows as there are coefficients are met to rounding. With many rows the program is first
    solved on a sample; rows far from its answer keep their sign, and the few whose sign was guessed wrongly are taken
    in until there are none (Portnoy and Koenker 1997, Statistical Science 12, 279-300), which is exact. Returns the
    coefficients and the multipliers of the rows: a subgradient whose product with the basis vanishes.
    """
    rows, columns = basis.shape
    free = np.ones(rows, dtype=bool)
    multipliers = np.zeros(rows)
    if rows > MANY:
        sample = np.unique(np.linspace(0, rows - 1, MANY).astype(int))
        first = _program(basis[sample], target[sample], above[sample], below[sample], np.zeros(columns))
        if first is not None:
            apart = basis @ first[0] - target
            free = np.abs(apart) <= np.quantile(np.abs(apart), 0.1)
            multipliers = np.where(apart > 0, -above, below)
    while True:
        fixed = ~free
        answer = _program(basis[free], target[free], above[free], below[free], -basis[fixed].T @ multipliers[fixed])
        if answer is None:
            if free.all():
                raise FitError("the linear program of the location has no solution")
            free[:] = True  # the guess left no solution: solve the whole
            continue
        coefficients, multipliers[free] = answer
        apart = basis @ coefficients - target
        wrong = fixed & (apart * multipliers > 0)
        if not wrong.any():
            return _to_vertex(basis, target, above, below, coefficients), multipliers
        free |= wrong


def _program(basis: Array, target: Array, above: Array, below: Array, right: Array) -> tuple[Array, Array] | None:
    """Maximise target'm over -above <= m <= below with basis'm = right: coefficients and m, None if infeasible."""
    # the program's tolerances are absolute: bring everything to unit size
    size = float(np.abs(target).max(initial=0.0)) or 1.0
    cost = float(max(above.max(initial=0.0), below.max(initial=0.0))) or 1.0
    bounds = np.column_stack([-above, below]) / cost
    answer = linprog(-target / size, A_eq=basis.T, b_eq=right / cost, bounds=bounds, method="highs")
    return (-answer.eqlin.marginals * size, answer.x * cost) if answer.success else None


def _to_vertex(basis: Array, target: Array, above: Array, below: Array, coefficients: Array) -> Array:
    """The vertex next to ``coefficients``, if it is no worse; otherwise they themselves."""
    columns = basis.shape[1]
    apart = np.abs(basis @ coefficients - target)
    near = np.argsort(apart, kind="stable")[: 4 * columns]
    near = near[apart[near] <= 1e-6 * float(np.abs(target).max())]
    if len(near) < columns:
        return coefficients
    _, corner, order = qr(basis[near].T, mode="economic", pivoting=True)
    if abs(corner[-1, columns - 1]) <= 1e-10 * abs(corner[0, 0]):
        return coefficients
    chosen = near[order[:columns]]
    vertex: Array = solve(basis[chosen], target[chosen])
    return (
        vertex
        if _cost(basis, target, above, below, vertex) <= _cost(basis, target, above, below, coefficients) * (1 + 1e-12)
        else coefficients
    )


def _cost(basis: Array, target: Array, above: Array, below: Array, coefficients: Array) -> float:
    apart = basis @ coefficients - target
    return float((above * np.maximum(apart, 0) + below * np.maximum(-apart, 0)).sum())


def minimise(model: Model, kink: Kink, start: Array) -> newton.Optimum:
    """Minimise a loss with a `Kink`: linear programs for its location, Newton for the rest, in turn."""
    spot = next(i for i, block in enumerate(model.blocks) if block.parameter == kink.parameter)
    block, place = model.blocks[spot], model.slices[spot]
    target = kink.places(model.loss, model.y, model.given)
    wanted = target - model.base[:, block.column]
    inner = start.copy()
    others = [i != spot for i in range(len(model.blocks))]
    rest = np.ones(model.size, dtype=bool)
    rest[place] = False
    steps = 0
    settled, runaway, slopes = not rest.any(), None, np.empty(0)
    for _ in range(ROUNDS):
        outputs = model.outputs(inner)
        above = _slope(model, outputs, block.column, target + 1 + np.abs(target))
        below = -_slope(model, outputs, block.column, target - 1 - np.abs(target))
        coefficients, multipliers = weighted_absolute(block.basis.basis, wanted, above, below)
        slopes = -block.basis.basis.T @ multipliers
        steps += 1
        same = np.allclose(inner[place], coefficients, rtol=1e-13, atol=1e-13 * float(np.abs(coefficients).max()))
        inner[place] = coefficients
        if same and settled:
            break
        if rest.any():
            part, beginning = model.only(others, inner)
            found = newton.minimise(part, beginning)
            inner[rest] = found.inner
            steps += found.iterations
            settled = found.converged
            if not found.converged:
                runaway = None if found.runaway is None else [i for i, k in enumerate(others) if k][found.runaway]
                break
    outputs = model.outputs(inner)
    gradient = np.empty(model.size)
    gradient[place] = slopes
    gradient[rest] = model.gradient(outputs)[rest]
    information = model.expected(outputs)
    factored = newton.factor(information)
    score = np.inf if factored is None else newton.norm(factored, gradient)
    done = settled and factored is not None and score**2 <= newton.STALLED
    value = float(model.values(outputs).sum())
    return newton.Optimum(
        inner, value, score, steps, done, runaway, None if factored is None else information, "expected"
    )


def _slope(model: Model, outputs: Array, column: int, at: Array) -> Array:
    moved = outputs.copy()
    moved[:, column] = at
    return model.row_gradients(moved)[:, column]
