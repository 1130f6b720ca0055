"""Down to a minimum that may lie at kinks of many rows: Newton's method along those where the search has come to rest.

A row whose output lies at its kink is held there, and the search goes on in the directions that leave it there (a
face). A step goes as far as the sum falls, be it to the next kink. Where little is left to gain within the face, slopes
say which rows to let go: at a minimum there are numbers between the two slopes of each row held, at its kink, with
which all slopes add up to zero. That is the condition for the minimum of a convex sum, and for a local one of others
(Rockafellar 1970, Convex Analysis, theorem 27.1; Clarke 1983, Optimization and Nonsmooth Analysis, chapter 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lstsq, null_space
from scipy.optimize import lsq_linear

from likelihoodkit.fit import newton
from likelihoodkit.fit.corners import places
from likelihoodkit.fit.model import Model
from likelihoodkit.primitives import VectorSymbol

Array = NDArray[Any]

#: the jump of a row's slopes that counts, in slopes of the middle row
COUNTS = 1e-3
#: places that are met at the same length of a step, to rounding
TOGETHER = 1e-12
#: rows are let go where that promises so many times what is left within the face
MORE = 10.0
#: steps after which one sees anew where kinks are: a shape may make some, and the first steps are the longest
AGAIN = 4
#: steps of a search, and halvings of a stretch without kinks
STEPS, HALVINGS = 500, 12
#: how many times its length a step may become while the sum goes on falling
FARTHEST = 2.0**40
#: how much of the slope along a step may be left where it ends
REST = 0.1
#: how near to its end a number between two slopes counts as being there
END = 1e-9
NONE = np.empty(0, dtype=int)


@dataclass(frozen=True)
class Kinks:
    """The kinks of rows: which row, which block of coefficients, its column, and the output at which it lies."""

    rows: Array
    blocks: Array
    columns: Array
    at: Array

    def same(self, other: Kinks, which: Array) -> Array:
        """Where those of the other are among these."""
        keys = {key: k for k, key in enumerate(self._keys())}
        theirs = other._keys()
        return np.array([keys[theirs[k]] for k in which if theirs[k] in keys], dtype=int)

    def _keys(self) -> list[tuple[int, int, float]]:
        return list(zip(self.rows.tolist(), self.blocks.tolist(), self.at.tolist(), strict=True))

    def put(self, outputs: Array, which: Array, sides: Array | None = None) -> None:
        """Put outputs at their kinks, or just beside them."""
        at = self.at[which]
        outputs[self.rows[which], self.columns[which]] = at if sides is None else np.nextafter(at, sides * np.inf)


def kinks_of(model: Model, outputs: Array) -> Kinks:
    """Where slopes of rows jump up, the other outputs being these."""
    rows, blocks, values = [NONE], [NONE], [np.empty(0)]
    for place in places(model.loss):
        found = place.of(model.loss, model.y, outputs, model.given)
        first = min((block.column for block in model.blocks if block.parameter == place.parameter), default=0)
        entries = isinstance(model.loss.derivation.predicted[place.parameter], VectorSymbol)
        for spot, block in enumerate(model.blocks):
            if block.parameter != place.parameter:
                continue
            # of a vector each entry has a place of its own
            at = np.column_stack([a[:, block.column - first] if entries and a.ndim > 1 else a for a in found])
            slopes = np.abs(model.row_gradients(outputs)[:, block.column])
            usual = float(np.median(slopes[np.isfinite(slopes)])) if np.isfinite(slopes).any() else 0.0
            for k in range(at.shape[1]):
                new = np.flatnonzero(np.isfinite(at[:, k]) & ~(at[:, :k] == at[:, k : k + 1]).any(axis=1))
                below, above = sides(model, outputs, new, block.column, at[new, k])
                with np.errstate(invalid="ignore"):  # beyond the end of a support
                    real = new[np.isfinite(above - below) & (above - below > COUNTS * usual)]
                rows.append(real)
                blocks.append(np.full(len(real), spot))
                values.append(at[real, k])
    which = np.concatenate(blocks)
    columns = np.array([block.column for block in model.blocks], dtype=int)[which]
    return Kinks(np.concatenate(rows), which, columns, np.concatenate(values))


def sides(model: Model, outputs: Array, rows: Array, column: int, at: Array) -> tuple[Array, Array]:
    """Slopes of rows in one output just below and just above places of it."""
    if not len(rows):
        return np.empty(0), np.empty(0)
    found = []
    for way in (-np.inf, np.inf):
        moved = outputs[rows].copy()
        moved[:, column] = np.nextafter(at, way)
        given = {name: v if np.ndim(v) == 0 else np.asarray(v)[rows] for name, v in model.given.items()}
        weights = None if model.weights is None else model.weights[rows]
        found.append(model.loss.gradient(model.y[rows], moved, weights=weights, **given)[:, column])
    return found[0], found[1]


class Descent:
    """Where a search is, and which kinks it is held at."""

    def __init__(self, model: Model, start: Array) -> None:
        self.model, self.inner = model, start
        self.kinks = kinks_of(model, model.outputs(start))
        away = np.abs(model.outputs(start)[self.kinks.rows, self.kinks.columns] - self.kinks.at)
        self.held = np.flatnonzero(away <= TOGETHER * (1 + np.abs(self.kinks.at)))  # a vertex, to rounding

    def look(self) -> bool:
        """See anew where kinks are, at the values of the other outputs; are some held that are none?"""
        before, held = self.kinks, len(self.held)
        self.kinks = kinks_of(self.model, self.outputs(self.inner, self.held))
        self.held = self.kinks.same(before, self.held)
        return len(self.held) < held

    def outputs(self, inner: Array, held: Array) -> Array:
        """The outputs, those that are held at their place to the last digit."""
        found = self.model.outputs(inner).copy()
        self.kinks.put(found, held)
        return found

    def value(self, inner: Array, held: Array) -> tuple[float, float]:
        """The sum, and what rounding makes of it; infinite where outputs are."""
        outputs = self.outputs(inner, held)
        if not np.isfinite(outputs).all():
            return np.inf, 0.0
        rows = self.model.values(outputs)
        return float(rows.sum()), 4 * np.finfo(np.float64).eps * float(np.abs(rows).sum())

    def directions(self, which: Array) -> Array:
        """What moves the outputs of kinks, (kinks, coefficients)."""
        matrix = np.zeros((len(which), self.model.size))
        for i, k in enumerate(which):
            spot = int(self.kinks.blocks[k])
            matrix[i, self.model.slices[spot]] = self.model.blocks[spot].basis.basis[self.kinks.rows[k]]
        return matrix

    def slopes(self, outputs: Array) -> tuple[Array, Array]:
        """Slopes of the sum, of rows that are held those in the middle, and half of what these jump by."""
        rows, half = self.model.row_gradients(outputs).copy(), np.empty(len(self.held))
        for spot in np.unique(self.kinks.blocks[self.held]):
            own = self.kinks.blocks[self.held] == spot
            held, column = self.held[own], self.model.blocks[spot].column
            below, above = sides(self.model, outputs, self.kinks.rows[held], column, self.kinks.at[held])
            rows[self.kinks.rows[held], column], half[own] = (below + above) / 2, (above - below) / 2
        return self.pulled(rows), half

    def pulled(self, rows: Array) -> Array:
        """Slopes in the coefficients from those of rows."""
        return np.concatenate([block.basis.pulled(rows[:, block.column]) for block in self.model.blocks])

    def bends(self, outputs: Array) -> tuple[Array, Array]:
        """Second derivatives where what is held does not move, and a matrix that is never indefinite."""
        rows, slopes = self.model.row_hessians(outputs).copy(), self.model.row_gradients(outputs)
        crossed = slopes[:, :, None] * slopes[:, None, :]
        if self.model.weights is not None:
            crossed = crossed / self.model.weights[:, None, None]
        where, columns = self.kinks.rows[self.held], self.kinks.columns[self.held]
        rows[where, columns, :] = 0.0
        rows[where, :, columns] = 0.0
        return self.model.assemble(rows), self.model.assemble(crossed)

    def between(self, gradient: Array, half: Array, crossed: Array) -> tuple[Array, float]:
        """The numbers, within the jumps, that leave least of the slopes, and how much: a score statistic."""
        factored = newton.factor(crossed)
        root = np.eye(self.model.size) if factored is None else newton.root(factored)
        matrix = root.T @ self.directions(self.held).T
        right = -root.T @ gradient
        numbers: Array = lsq_linear(matrix, right, (-half, half), method="bvls", tol=1e-15).x
        rest = matrix @ numbers - right
        return numbers, float(rest @ rest)

    def along(self, step: Array, gain: float, freed: Array) -> bool:
        """Go along a step as far as the sum falls, to a kink if it turns there; False where it does not fall.

        ``gain`` is how steeply; ``freed`` have been let go to their sides, and lie at their places still.
        """
        kinks, held = self.kinks, self.held
        value, rounding = self.value(self.inner, held)
        here = self.outputs(self.inner, held)
        moves = self.model.outputs(self.inner + step) - self.model.outputs(self.inner)
        speeds = moves[kinks.rows, kinks.columns]
        away = kinks.at - here[kinks.rows, kinks.columns]
        ahead = speeds != 0
        ahead[held] = ahead[freed] = False
        lengths = np.divide(away, speeds, out=np.full(len(away), -1.0), where=ahead)

        def slope(length: float, met: Sequence[int] | Array = NONE, side: float = 1.0) -> float:
            outputs = self.outputs(self.inner + length * step, held)
            if not np.isfinite(outputs).all():
                return np.inf
            kinks.put(outputs, np.asarray(met, dtype=int), side * np.sign(speeds[met]))
            found = float(self.pulled(self.model.row_gradients(outputs)) @ step)
            return found if np.isfinite(found) else np.inf

        longest = 1.0
        while longest < FARTHEST and slope(longest) < -gain / 2:  # towards a pit the curvature is no guide
            longest *= 4
        for _ in range(newton.HALVINGS):
            length, met = _length(slope, lengths, longest, gain)
            trial, more = self.inner + length * step, np.concatenate([held, met])
            if self.value(trial, more)[0] <= value + rounding:
                self.inner, self.held = trial, more
                return True
            longest = length / 2
        return False


def _length(slope: Any, lengths: Array, longest: float, whole: float) -> tuple[float, Array]:
    """How far a sum falls, at most ``longest``, and the kinks that lie there if it turns at some."""
    stops = np.unique(lengths[(lengths > TOGETHER) & (lengths <= longest)])

    def at(stop: float) -> Array:
        return np.flatnonzero(np.abs(lengths - stop) <= TOGETHER * stop)

    first, last = -1, len(stops)  # the sum falls beyond the first, and rises beyond the last
    while last - first > 1:
        middle = (first + last) // 2
        if slope(stops[middle], at(stops[middle])) > 0:
            last = middle
        else:
            first = middle
    low = float(stops[first]) if first >= 0 else 0.0
    high, met = (float(stops[last]), at(stops[last])) if last < len(stops) else (longest, NONE)
    rises = slope(high, met, -1.0)
    if rises <= 0 or (rises <= REST * whole and not len(met)):
        return high, met
    for _ in range(HALVINGS):
        between = (low + high) / 2
        found = slope(between)
        if abs(found) <= REST * whole:
            return between, NONE
        low, high = (between, high) if found < 0 else (low, between)
    return (low or high), NONE


def minimise(model: Model, start: Array, report: newton.Report | None = None) -> newton.Optimum:
    """Minimise a sum with kinks that rows decide, from ``start``; ends as `newton.minimise` does."""
    search = Descent(model, start)
    before, score, converged = np.inf, np.inf, False
    runaway: int | None = None
    iteration = 0
    for iteration in range(STEPS):
        if iteration < AGAIN or iteration % AGAIN == 0:
            search.look()
        outputs = search.outputs(search.inner, search.held)
        gradient, half = search.slopes(outputs)
        if not (half > 0).all():  # a shape may have made of a kink what is none
            search.look()
            continue
        observed, crossed = search.bends(outputs)
        if not (np.isfinite(gradient).all() and np.isfinite(crossed).all()):
            break
        step, newtons = _step(search.directions(search.held), gradient, observed, crossed)
        statistic = max(0.0, -float(gradient @ step))
        numbers, rest = search.between(gradient, half, crossed) if len(search.held) else (np.empty(0), statistic)
        score = float(np.sqrt(max(statistic, rest)))
        if report is not None:
            report(newton.Progress(iteration, -search.value(search.inner, search.held)[0], score))
        small = statistic <= newton.TOLERANCE or (statistic <= newton.STALLED and statistic > before / 4)
        if small and rest <= newton.STALLED:
            if search.look():
                continue
            moves = model.movement(step, outputs)
            converged = newtons and bool((moves <= newton.RUNAWAY).all())
            runaway = None if converged else int(np.argmax(moves))
            break
        before = statistic
        gain, freed = statistic, NONE
        if len(search.held) and (small or rest > MORE * statistic):
            step, gain, freed = _let_go(search, numbers, half, observed, crossed, outputs)
        if not step.any() or not search.along(step, gain, freed):
            break
    value = search.value(search.inner, search.held)[0]
    information = model.scoring(search.outputs(search.inner, search.held)) if converged else None
    if information is not None and newton.factor(information) is None:
        information = None  # pits steeper than absolute error: what is known of a location has no bound
    return newton.Optimum(search.inner, value, score, iteration, converged, runaway, information, "expected")


def _step(directions: Array, gradient: Array, observed: Array, crossed: Array) -> tuple[Array, bool]:
    """A direction down that leaves what is held where it is, and whether it is Newton's."""
    free = null_space(directions) if len(directions) else np.eye(len(gradient))
    if not free.shape[1]:
        return np.zeros(len(gradient)), True
    slope = free.T @ gradient
    for matrix, newtons in ((observed, True), (crossed, False)):
        factored = newton.factor(free.T @ matrix @ free)
        if factored is not None:
            return -free @ newton.solve(factored, slope), newtons
    return -free @ lstsq(free.T @ crossed @ free, slope)[0], False


def _let_go(
    search: Descent, numbers: Array, half: Array, observed: Array, crossed: Array, outputs: Array
) -> tuple[Array, float, Array]:
    """A step that lets go of rows that are at the end of what they can give, how steep it is, and those rows."""
    going = np.abs(numbers) >= half * (1 - END)
    all_held = search.held
    while going.any():
        freed, ways = all_held[going], np.sign(numbers[going])
        search.held = all_held[~going]
        beside = outputs.copy()
        search.kinks.put(beside, freed, ways)
        gradient, _ = search.slopes(beside)
        step, _ = _step(search.directions(search.held), gradient, observed, crossed)
        right = (search.directions(freed) @ step) * ways > 0
        if right.all():
            return step, -float(gradient @ step), freed
        going[np.flatnonzero(going)[~right]] = False
    search.held = all_held
    return np.zeros(search.model.size), 0.0, NONE
