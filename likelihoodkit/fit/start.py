"""Where a fit begins: simple moments of the outcome, sent through the links, the best of a small grid.

One table by kind of domain proposes values for a parameter; the loss itself decides which of them fit. No family is
known here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.declaration import Bound
from likelihoodkit.declaration.binding import Part
from likelihoodkit.declaration.folding import groups, undirected
from likelihoodkit.fit.kinks import weighted_absolute
from likelihoodkit.fit.model import Model
from likelihoodkit.links import Link
from likelihoodkit.loading.later import mpmath, sp
from likelihoodkit.numbers import evaluate
from likelihoodkit.primitives import lower
from likelihoodkit.supports import Support, positive, real

Array = NDArray[Any]

#: rows that a start is judged on; more would cost time and decide nothing
SAMPLE = 500
ROUNDS = 3
#: levels of each column that a search elsewhere begins at, and how many of where these end are tried
LEVELS, BEST = 6, 3


def _real(y: Array) -> list[float]:
    found = [float(np.median(y)), float(np.mean(y)), 0.0, *map(float, np.quantile(y, [0.1, 0.25, 0.75, 0.9]))]
    if (y > 0).all():
        found += [float(np.mean(np.log(y))), float(np.median(np.log(y)))]
    return found


def _positive(y: Array) -> list[float]:
    unit = float(np.abs(y).max()) or 1.0  # squares stay in reach
    mean, spread = float(np.mean(y)), float(np.std(y / unit)) * unit
    apart = 1.4826 * float(np.median(np.abs(y - np.median(y))))
    found = [spread, apart, abs(mean), float(np.median(np.abs(y)))]
    if spread > 0:
        ratio = mean / spread
        found += [ratio * ratio, abs(mean) * ratio * ratio, abs(ratio) * (abs(1 - mean) / spread) - 1]
    if mean > 0:
        found += [(spread / mean) * (spread / mean) - 1 / mean]
    return [*found, 1.0, 3.0, 0.3, 10.0, 0.1, 30.0, 100.0, 0.01, 1000.0]


def _unit(y: Array) -> list[float]:
    return [float(np.mean(y)), 0.5, 0.25, 0.75, 0.1, 0.9, 0.02, 0.98]


def _circle(y: Array) -> list[float]:
    return [float(np.arctan2(np.sin(y).sum(), np.cos(y).sum())), 0.0, np.pi / 2, np.pi, -np.pi / 2]


def _above_one(y: Array) -> list[float]:
    return [1.0 + value for value in _positive(y)]


def _correlation(y: Array) -> list[float]:  # noqa: ARG001  the rows of the table below take the outcome
    return [0.0, 0.5, -0.5, 0.9, -0.9]


#: proposals by the name of the parameter's domain; a domain that is not listed is tried as if it were real
PROPOSALS = {
    "real": _real,
    "positive": _positive,
    "nonnegative": _positive,
    "unit": _unit,
    "circle": _circle,
    "above one": _above_one,
    "correlation": _correlation,
}


def _usual(domain: Support) -> list[float]:
    """What a declaration says of where a parameter lies: on the line, it is then no place among the outcomes."""
    low, high = domain.typical
    if domain.name == real.name and domain.typical != real.typical:
        return [0.0, low, high, (low + high) / 2, -low, -high]
    return (
        [(low * high) ** 0.5, low, high] if domain.name == positive.name and domain.typical != positive.typical else []
    )


def forward(link: Link, values: Array) -> Array:
    """Parameter values sent to the output scale, (n,); NaN where the link does not reach them."""
    symbol = sp.Symbol("t", real=True)
    function = link.forward(symbol)
    if function == symbol:
        return values
    unique, places = np.unique(values, return_inverse=True)
    answers = []
    for value in unique:
        # 1e-100 is seen beside a one of the function: log(e^t - 1)
        with mpmath.workdps(30 + int(np.abs(np.log10(np.abs(value or 1.0))))):
            try:
                number = evaluate(lower(function), {symbol: mpmath.mpf(float(value))})
            except ZeroDivisionError:  # 1/0 is no output
                number = mpmath.nan
        answers.append(float(number) if isinstance(number, mpmath.mpf) and mpmath.isfinite(number) else np.nan)
    return np.array(answers)[places]


def _proposals(domain: Support, link: Link, y: Array) -> list[float]:
    usual = _usual(domain)
    moments = [] if usual and domain.name == real.name else PROPOSALS.get(domain.name, _real)(y)
    found = np.array([*usual, *moments])
    found = found[np.isfinite(found) & ~domain.outside(found)]
    outputs = forward(link, found)
    return list(dict.fromkeys(outputs[np.isfinite(outputs)].tolist()))


def proposals(bound: Bound, name: str, link: Link, y: Array) -> list[float]:
    """Outputs to try for a parameter; for one of several that make an angle, those of likely angles."""
    for angle, whole in bound.family.folded.items():
        parts = whole.outputs(angle)
        if name in parts:
            return list(map(float, forward(whole.part(parts.index(name)), np.array(_circle(y)))))
    return _proposals(bound.family.parameters[name].domain, link, y)


def mixed(bound: Bound) -> list[Part]:
    """The noises that are mixed in a noise, or in one that it is made of, by the names of its own parameters."""
    family = bound.family
    parts = [part for _, part in family.components if isinstance(part, Part)]
    if len(parts) > 1:
        return parts
    inside = [*parts, *family.parts, *(part for part in (family.latent, family.untruncated) if part)]
    if not inside and family.recipe is not None:  # wrappers keep the names
        given = [part for part in family.recipe[1] if isinstance(part, Bound)]
        inside = [Part(one.name, one, tuple((n, n, None) for n in one.family.parameters)) for one in given]
    for outer in inside:
        names = {own: name for own, name, _ in outer.places}
        found = mixed(outer.bound)
        if found:
            return [replace(p, places=tuple((own, names[name], k) for own, name, k in p.places)) for p in found]
    return []


class Starts:
    """The starting points of one model, best first from the table, then those that use the design."""

    def __init__(self, model: Model, first: str | None) -> None:
        self.model = model
        self.first = first
        rows = len(model.y)
        self.sample = np.unique(np.linspace(0, rows - 1, min(rows, SAMPLE)).astype(int))
        self.y: Array = self._outcome()[self.sample]
        self.links: dict[str, Link] = {n: how for n, how in model.loss.bound.bindings if isinstance(how, Link)}
        self.domains = {n: row.domain for n, row in model.loss.bound.family.parameters.items()}

    def _outcome(self) -> Array:
        """The outcome as the moments see it: successes become shares where a column bounds them."""
        upper = self.model.loss.bound.family.outcome.domain.upper
        parameters = self.model.loss.bound.family.parameters
        if upper is None or upper == "classes" or parameters[upper].domain.vector:
            return self.model.plain_y
        held = self.model.loss.bound.held.get(upper)
        most = float(held) if held is not None else np.asarray(self.model.given[upper], dtype=np.float64)
        share: Array = self.model.y / np.maximum(most, 1)
        return share

    def _about(self, parameter: str) -> Array:
        """The sample of the outcome that a parameter is about."""
        family = self.model.loss.bound.family
        if not family.parts or not family.outcome.domain.entries:
            return self.y
        sampled: Array = self.model.plain_y_of(parameter)[self.sample]
        return sampled

    def _grid(self) -> dict[int, list[float]]:
        """Proposals for every output column that has any."""
        columns = {block.column: block.parameter for block in self.model.blocks}
        grid = {
            column: self._proposed(name, self._about(name))
            for column, name in columns.items()
            if not self.domains[name].vector
        }
        return grid | self._entries()

    def constant(self) -> Array:
        """Inner coefficients with every parameter at the best constant of the grid."""
        grid = self._grid()
        level = np.zeros(self.model.base.shape)
        for group in undirected(self.model.loss.bound):  # an angle of 0, for all zero is none
            level[:, self._column(*group[0])] = 1.0
        for column, found in grid.items():
            # the offset is part of the output: the constant stands beside it
            level[:, column] = found[0] - (self.model.base[:, column].mean() if found else 0.0)
        return self.model.project(self._choose(self.model.base + level, grid))

    def _proposed(self, name: str, y: Array) -> list[float]:
        return proposals(self.model.loss.bound, name, self.links[name], y)

    def _entries(self) -> dict[int, list[float]]:
        """Proposals for vectors with an entry for each entry of the outcome: its own mean, or its own spread."""
        found: dict[int, list[float]] = {}
        first: dict[str, int] = {}
        for block in self.model.blocks:
            entry = block.column - first.setdefault(block.parameter, block.column)
            if self.y.ndim != 2 or entry >= self.y.shape[1]:
                continue
            y, kind = self.y[:, entry], self.domains[block.parameter].name
            if kind in ("vector", "sphere"):
                found[block.column] = [float(np.mean(y)), float(np.median(y))]
            elif kind == "triangle" and np.std(y) > 0:  # the logarithm of the diagonal
                found[block.column] = [float(np.log(np.std(y)))]
        return found

    def _choose(self, outputs: Array, grid: Mapping[int, list[float]]) -> Array:
        """Improve ``outputs`` one column at a time by the proposals in ``grid``; judged on the sample."""
        trial, base = outputs[self.sample].copy(), self.model.base[self.sample]
        best = float(self._costs(trial[None])[0])
        for _ in range(ROUNDS):
            before = best
            for column, found in grid.items():
                if not found:
                    continue
                tries = np.repeat(trial[None], len(found), axis=0)
                tries[:, :, column] = np.array(found)[:, None] + base[:, column] - base[:, column].mean()
                costs = self._costs(tries)
                choice = int(np.argmin(costs))
                if costs[choice] < best:
                    best, trial = float(costs[choice]), tries[choice]
                    outputs[:, column] = found[choice] + self.model.base[:, column] - base[:, column].mean()
            if best == before:
                break
        return outputs

    def _costs(self, tries: Array) -> Array:
        """The loss of the sample for each of ``tries`` (m, rows, w), in one call; inf where it is not finite."""
        many, rows, width = tries.shape
        if self._alike is not None and (tries == tries[:, :1]).all():  # one loss for each outcome that differs
            distinct, times = self._alike
            outcomes = np.concatenate([distinct] * many)
            losses = self.model.loss(outcomes, np.repeat(tries[:, 0], len(distinct), axis=0), **self.model.given)
            return _finite(losses.reshape(many, -1) @ times)

        def tiled(values: Array) -> Array:
            return np.concatenate([values[self.sample]] * many)

        model = self.model
        given = {name: v if np.ndim(v) == 0 else tiled(np.asarray(v)) for name, v in model.given.items()}
        weights = None if model.weights is None else tiled(model.weights)
        losses = model.loss(tiled(model.y), tries.reshape(-1, width), weights=weights, **given)
        return _finite(losses.reshape(many, rows).sum(axis=1))

    @cached_property
    def _alike(self) -> tuple[Array, Array] | None:
        """The outcomes of the sample that differ, and the weight of each; None where most do or rows differ besides."""
        model = self.model
        if any(np.ndim(value) for value in model.given.values()):
            return None
        distinct, where = np.unique(model.y[self.sample], axis=0, return_inverse=True)
        if 2 * len(distinct) > len(where):
            return None
        weights = None if model.weights is None else model.weights[self.sample]
        return distinct, np.bincount(where.ravel(), weights=weights).astype(np.float64)

    def fitted(self, constant: Array) -> Iterator[Array]:
        """Starts whose first parameter already follows the design: least squares and least absolute deviations."""
        spot = next((i for i, b in enumerate(self.model.blocks) if b.parameter == self.first), None)
        if spot is None or self.domains[str(self.first)].vector:
            return
        block, place = self.model.blocks[spot], self.model.slices[spot]
        if any(self.first in parts for parts in groups(self.model.loss.bound).values()):
            yield from self._turned(constant)
            return
        if len(block.names) == 1:
            return  # one column: the grid has seen the mean, the median and more
        target = forward(self.links[block.parameter], self.model.plain_y)
        if not np.isfinite(target).all():
            return
        wanted = target - self.model.base[:, block.column]
        outputs = self.model.outputs(constant)
        for method in (self._squares, self._absolute):
            coefficients = method(block.basis.basis, wanted)
            moved = outputs.copy()
            moved[:, block.column] = self.model.base[:, block.column] + block.basis.times(coefficients)
            rest = (target - moved[:, block.column])[self.sample]
            grid = {
                other.column: self._proposed(other.parameter, rest)
                for i, other in enumerate(self.model.blocks)
                if i != spot and not self.domains[other.parameter].vector
            }
            start = self.model.project(self._choose(moved, grid))
            start[place] = coefficients
            yield start

    def _turned(self, constant: Array) -> Iterator[Array]:
        """A start whose angle follows the design: the coordinates of the outcome's, by least squares."""
        start = constant.copy()
        for angle, link in self.model.loss.bound.family.folded.items():
            parts = link.outputs(angle)
            for block, place in zip(self.model.blocks, self.model.slices, strict=True):
                if block.parameter in parts:
                    wanted = (np.cos, np.sin)[parts.index(block.parameter)](self.model.plain_y)
                    start[place] = self._squares(block.basis.basis, wanted - self.model.base[:, block.column])
        yield start

    def apart(self, constant: Array) -> Iterator[Array]:
        """Starts of a mixture with its components apart: at thirds of the outcomes by size, say, or near and far."""
        parts = mixed(self.model.loss.bound)
        if len(parts) < 2:
            return
        outputs = self.model.outputs(constant)
        y = self._about(parts[0].places[0][1])
        # what none of them can give, as the zeros that a wrapper adds, says nothing of where they are
        inner = np.stack([~part.bound.family.outcome.domain.outside(y) for part in parts]).any(axis=0)
        y = y[inner] if inner.any() else y
        for key in (y, np.abs(y - np.median(y))):
            groups = np.array_split(y[np.argsort(key, kind="stable")], len(parts))
            grid: dict[int, list[float]] = {}
            for part, group in zip(parts, groups, strict=True):
                links = {name: how for name, how in part.bound.bindings if isinstance(how, Link)}
                for own, name, index in part.places:
                    column = self._column(name, index)
                    if own in links and column is not None and group.size:
                        found = proposals(part.bound, own, links[own], group)
                        grid[column] = [*grid.get(column, []), *found]
            start = outputs.copy()
            for column, found in grid.items():
                start[:, column] = found[0] if found else start[:, column]
            yield self.model.project(self._choose(start, grid))

    def elsewhere(self, constant: Array) -> Iterator[Array]:
        """Starts by the grid from other levels of each column: one search along the columns may end in a valley."""
        outputs, base = self.model.outputs(constant), self.model.base
        grid = self._grid()
        ends: list[tuple[float, Array]] = []
        for column, levels in grid.items():
            others = {k: found for k, found in grid.items() if k != column} | {column: levels}  # its own turn is last
            for level in np.quantile(levels, np.linspace(0, 1, min(len(levels), LEVELS))) if levels else ():
                start = outputs.copy()
                start[:, column] = level + base[:, column] - base[:, column].mean()
                end = self._choose(start, others)
                ends.append((float(self._costs(end[self.sample][None])[0]), end))
        ends.sort(key=lambda pair: pair[0])
        for _, end in ends[:BEST]:
            yield self.model.project(end)

    def _column(self, name: str, index: int | None) -> int | None:
        """The output column of a parameter's entry; None where it is not predicted."""
        columns = [block.column for block in self.model.blocks if block.parameter == name]
        return columns[index or 0] if columns else None

    @staticmethod
    def _squares(basis: Array, wanted: Array) -> Array:
        answer: Array = basis.T @ wanted / len(wanted)
        return answer

    def _absolute(self, basis: Array, wanted: Array) -> Array:
        ones = np.ones(len(self.sample))
        return weighted_absolute(basis[self.sample], wanted[self.sample], ones, ones)[0]


def _finite(costs: Array) -> Array:
    """What is no start, as what has an outcome outside its support, costs more than any."""
    return np.where(np.isfinite(costs), costs, np.inf)
