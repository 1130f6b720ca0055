"""The action with the least expected cost: a matrix for classes, a function for everything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import elementwise

from likelihoodkit.errors import DerivationError, InputError, ShapeError
from likelihoodkit.expectation import Density, expect
from likelihoodkit.expectation.coordinates import Coordinates, coordinates
from likelihoodkit.expectation.sums import masses
from likelihoodkit.predict.belief import Belief
from likelihoodkit.rows import as_real

Array = NDArray[Any]
Cost = Callable[[Array, Array], Any]

#: first look at the actions, in t (see `Coordinates`): 20 is some 1e8 widths away from the centre
_GRID = np.linspace(-20.0, 20.0, 81)


def cheapest(belief: Belief, cost: Cost | ArrayLike) -> Array:
    """The action of each row, (n,): a class for classes, else a number within the range of the outcomes."""
    density = belief.pointwise
    if not density.count:
        return np.empty(0)
    classes = density.unordered or density.support.classes is not None
    if classes:
        probabilities = density.class_probabilities()
        matrix = _matrix(density, cost, probabilities.shape[0])
        return np.asarray(np.argmin(matrix @ probabilities, axis=0), dtype=np.float64)
    if not callable(cost):
        raise InputError(
            f"{belief.name}: a cost matrix belongs to classes",
            family=belief.name,
            remedy="Give a function cost(action, y) of arrays",
        )
    function = _checked(density, cost)
    return _discrete(density, function) if density.support.whole else _continuous(density, function)


def _matrix(density: Density, cost: Cost | ArrayLike, classes: int) -> Array:
    """Costs as (actions, classes): cost[action, truth]."""
    if callable(cost):
        action, truth = (a.ravel().astype(float) for a in np.indices((classes, classes)))
        return np.asarray(_checked(density, cost)(action, truth)).reshape(classes, classes)
    matrix = as_real(cost, "cost", density.name).astype(np.float64)
    if matrix.ndim != 2 or matrix.shape[1] != classes or not matrix.shape[0]:
        raise ShapeError(
            f"{density.name}: cost must have shape (actions, {classes}), cost[action, truth], not {matrix.shape}",
            family=density.name,
            value=matrix.shape,
        )
    if not np.isfinite(matrix).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(matrix))[0])
        raise InputError(
            f"{density.name}: cost[{place[0]}, {place[1]}] = {matrix[place]} is not finite",
            family=density.name,
            index=place,
            value=float(matrix[place]),
        )
    return matrix


def _checked(density: Density, cost: Cost) -> Cost:
    def function(action: Array, y: Array) -> Array:
        with np.errstate(over="ignore"):  # a cost may be infinite far out; there it meets no probability
            values = np.asarray(cost(action, y), dtype=np.float64)
        if values.shape != y.shape:
            raise ShapeError(
                f"{density.name}: cost(action, y) gave shape {values.shape} for arrays of shape {y.shape}",
                family=density.name,
                value=values.shape,
                remedy="Write it with NumPy functions, entry by entry",
            )
        if np.isnan(values).any():
            first = int(np.argmax(np.isnan(values)))
            raise InputError(
                f"{density.name}: cost({action[first]:.12g}, {y[first]:.12g}) is not a number", family=density.name
            )
        return values

    return function


def _continuous(density: Density, cost: Cost) -> Array:
    places = coordinates(density)
    every = np.arange(density.count)

    def expected(t: Array, row: Array) -> Array:
        return expected_of(places.outcome(t, row.astype(np.intp)), row)

    def expected_of(chosen: Array, row: Array) -> Array:
        rows = row.astype(np.intp)
        action = np.empty(density.count)
        action[rows] = chosen
        costs = expect(density, lambda y, row: cost(action[row], y)[None], rows=rows, split=chosen)
        return np.asarray(costs[0])

    def rough(t: Array) -> Array:
        """The cost at fixed nodes: enough to find the valley."""
        nodes = np.minimum(np.maximum(np.linspace(-6, 6, 121)[:, None], -places.reach_left), places.reach_right)
        y, log_weight = places.log_weight(nodes, every)
        weight = np.exp(log_weight)
        action = places.outcome(t, every)
        alive = weight > 0
        values = np.zeros(y.shape)
        values[alive] = cost(np.broadcast_to(action, y.shape)[alive], y[alive]) * weight[alive]
        return np.asarray(values.sum(axis=0))

    grid = np.minimum(np.maximum(_GRID[:, None], -places.reach_left), places.reach_right)
    heights = np.stack([rough(t) for t in grid])
    least = np.argmin(heights, axis=0)
    low, high = grid[np.maximum(least - 1, 0), every], grid[np.minimum(least + 1, 80), every]
    middle = grid[least, every]
    inner = (low < middle) & (middle < high)
    if inner.all() and density.count:
        with np.errstate(invalid="ignore", divide="ignore"):  # a flat valley: any of its actions will do
            # the valley of the rough costs may lie a step beside that of the costs themselves
            around = elementwise.bracket_minimum(
                expected, middle, xl0=low, xr0=high, xmin=grid[0], xmax=grid[-1], args=(every.astype(float),)
            )
            found = elementwise.find_minimum(expected, around.bracket, args=(every.astype(float),))
        inner, middle = around.success & found.success, found.x
    if not inner.all():
        index = int(np.argmin(inner))
        expected(grid[40, [index]], np.array([float(index)]))  # if there is no expected cost at all, that is the error
        raise DerivationError(
            f"{density.name}: no action of row {index} has a least expected cost within {_ends(places, grid, index)}",
            family=density.name,
            index=index,
            remedy="The cost must rise on both sides of the best action, within the range of the outcomes",
        )
    best = places.outcome(middle, every)
    for value in density.support.atoms:  # the best action may be such a value, which the search only comes near to
        single = np.full(density.count, value)
        better = expected_of(single, every) <= expected_of(best, every)
        best = np.where(better, single, best)
    return best


def _ends(places: Coordinates, grid: Array, index: int) -> str:
    low, high = places.outcome(grid[[0, -1], index], np.array([index, index]))
    return f"{low:.6g} .. {high:.6g}"


def _discrete(density: Density, cost: Cost) -> Array:
    result = np.empty(density.count)
    table = masses(density, np.arange(density.count))
    for index in range(density.count):
        mass = table.mass[table.start[index] : table.start[index + 1]]
        outcomes = table.first[index] + np.arange(mass.size)
        result[index] = _best_number(outcomes, mass, cost)
    return result


def _best_number(outcomes: Array, mass: Array, cost: Cost) -> float:
    """Search the outcomes themselves by zooming, then between the neighbours of the best."""

    def expected(action: Array) -> Array:
        pairs = np.broadcast_arrays(action[..., None], outcomes)
        return np.asarray(cost(pairs[0].ravel(), pairs[1].ravel()).reshape(pairs[0].shape) @ mass)

    first, last = 0, outcomes.size - 1
    while True:
        index = np.unique(np.linspace(first, last, 33).round().astype(int))
        heights = expected(outcomes[index])
        at = int(np.argmin(heights))
        first, last = index[max(at - 1, 0)], index[min(at + 1, index.size - 1)]
        if last - first <= 2:
            break
    best = float(outcomes[index[at]])
    low, high = float(outcomes[first]), float(outcomes[last])
    # the best number may lie between an outcome at the end of the range and its only neighbour
    steps = np.r_[-(2.0 ** -np.arange(1, 40)), 0.0, 2.0 ** -np.arange(39, 0, -1)]
    grid = np.unique(np.r_[low, best + steps * np.where(steps < 0, best - low, high - best), high])
    heights = expected(grid)
    at = int(np.argmin(heights))
    if at in (0, grid.size - 1):
        return float(grid[at])
    found = elementwise.find_minimum(expected, (grid[at - 1], grid[at], grid[at + 1]))
    # whole numbers are exact where nothing between them is really better
    better = bool(found.success) and float(found.f_x) < expected(np.array([best]))[0] - 2.0**-44 * abs(float(found.f_x))
    return float(found.x) if better else best
