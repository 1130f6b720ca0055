"""Fitting what does not fit into memory: rows come in blocks, and every sum over rows is a sum over blocks.

A first pass over the blocks reads their columns and the triangle of their QR decomposition (block by block, so that no
design is ever whole: Golub and Van Loan, Matrix Computations, section 5.3), the later ones the loss, its gradient and
its curvature, all at once. Blocks are added up in their order, whoever has computed them, so that the answer does not
depend on how many workers there are.
"""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from os import PathLike
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.declaration.binding import Bound
from likelihoodkit.errors import ConvergenceWarning, FitError, InputError, LikelihoodKitError
from likelihoodkit.fit import corners
from likelihoodkit.fit.basis import Basis, orthonormal, triangle_of
from likelihoodkit.fit.design import Table
from likelihoodkit.fit.model import Model
from likelihoodkit.fit.prepare import Rows, bound_of, read_rows
from likelihoodkit.fit.progress import shown
from likelihoodkit.fit.totals import OfTotals, Totals, split, spread
from likelihoodkit.loss import derive
from likelihoodkit.rows.arrays import check_labels

Array = NDArray[Any]

#: rows that the start is looked for on
SAMPLE = 20_000
#: blocks that are given to an executor ahead of the one whose answer is waited for
AHEAD = 8


class Executor(Protocol):
    """Whoever computes blocks: `concurrent.futures` pools and Dask clients have this."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Any:
        """Begin to compute; the answer has ``result()``."""


@dataclass(frozen=True)
class Work:
    """What a pass needs to know beside a block; small, and the same for all blocks."""

    bound: Bound
    intercept: bool
    classes: Any


@dataclass(frozen=True)
class Seen:
    """What the first pass learns of a block: columns and triangle for each parameter, rows and their weight."""

    names: Mapping[str, tuple[str, ...]]
    added: Mapping[str, bool]
    given_names: Mapping[str, bool]
    triangles: Mapping[str, Array]
    rows: int
    weight: float
    reach: float  # the largest outcome


def read_block(work: Work, block: Any) -> Rows:
    """A block, (y, X) or a mapping with y, X, weights, offset and settings; a function or a future that has one."""
    loaded = block() if callable(block) else block.result() if hasattr(block, "result") else block
    parts = dict(loaded) if isinstance(loaded, Mapping) else dict(zip(("y", "X"), loaded, strict=False))
    if "y" not in parts:
        raise InputError("a block is (y, X), or a mapping with y and X", remedy="As in {'y': y, 'X': X, 'weights': w}")
    check_labels(parts, work.bound.name)
    y, X, weights, offset = (parts.pop(name, None) for name in ("y", "X", "weights", "offset"))
    return read_rows(work.bound, y, X, weights, offset, work.intercept, work.classes, parts)


def look(work: Work, block: Any) -> Seen:
    """The first pass over one block."""
    rows = read_block(work, block)
    used = rows.used
    triangles = {}
    for name, table in rows.tables.items():
        triangles[name] = triangle_of(table.take(used))
    weight = float(used.sum() if rows.weights is None else rows.weights.sum())
    return Seen(
        {name: t.names for name, t in rows.tables.items()},
        {name: t.intercept for name, t in rows.tables.items()},
        {name: t.given_names for name, t in rows.tables.items()},
        triangles,
        int(used.sum()),
        weight,
        float(np.abs(rows.y[used]).max(initial=0.0)),
    )


def _look(work: Work, numbered: tuple[int, Any]) -> Seen:
    """`look` at a block, whose number is said where it is wrong."""
    number, block = numbered
    try:
        return look(work, block)
    except LikelihoodKitError as problem:
        problem.add_note(f"This is block {number}; its rows are counted from 0.")
        raise


def total(work: Work, triangles: Mapping[str, Array], inner: Array, what: str, block: Any) -> Any:
    """The sums over one block at ``inner``: `Totals`, or the matrix of scoring steps."""
    rows = read_block(work, block)
    model = _model(rows, triangles)
    outputs = model.outputs(inner)
    if not np.isfinite(outputs).all():
        nowhere = Totals.nowhere(inner, len(model.blocks))
        return nowhere.observed if what == "scoring" else nowhere
    if what == "scoring":
        return model.scoring(outputs)
    value, slopes = model.loss.value_and_gradient(model.y, outputs, weights=model.weights, **model.given)
    slopes = slopes.reshape(outputs.shape)
    gradient = np.concatenate([b.basis.pulled(slopes[:, b.column]) for b in model.blocks])
    bends = model.row_hessians(outputs)
    return Totals(
        inner,
        *split(value),
        gradient,
        model.assemble(bends),
        spread([outputs[:, b.column] for b in model.blocks]),
        np.array([b.basis.longest for b in model.blocks]),
        np.array([bends[:, b.column, b.column].min(initial=np.inf) for b in model.blocks]),
    )


def _model(rows: Rows, triangles: Mapping[str, Array]) -> Model:
    """The model of one block on the bases of all."""
    tables = {name: table.take(rows.used) for name, table in rows.tables.items()}
    return rows.model({
        name: Basis(tables[name], triangle)
        for name, triangle in triangles.items()
    })  # fmt: skip


def in_order(executor: Executor | None, function: Callable[..., Any], blocks: Iterable[Any]) -> Iterator[Any]:
    """The function of every block in the order of the blocks, a few of them computed ahead."""
    if executor is None:
        yield from map(function, blocks)
        return
    waiting: deque[Any] = deque()
    for block in blocks:
        waiting.append(executor.submit(function, block))
        if len(waiting) > AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


@dataclass(frozen=True)
class BlockSum(OfTotals):
    """The sum over all blocks as a function of the inner coefficients; every call of `outputs` is a pass over them."""

    work: Work
    blocks: Callable[[], Iterable[Any]]
    executor: Executor | None
    triangles: Mapping[str, Array]
    shape: Model  # of one block: which coefficients there are
    units: Array

    def _pass(self, inner: Array, what: str) -> Iterator[Any]:
        found = in_order(self.executor, partial(total, self.work, self.triangles, inner, what), self.blocks())
        return shown(found, f"{self.work.bound.name}: {what}")

    def outputs(self, inner: Array) -> Totals:
        """The totals at these coefficients."""
        found: Totals | None = None
        for part in self._pass(inner, "totals"):
            found = part if found is None else found + part
        assert found is not None  # the first pass has seen a block
        return found

    def scoring(self, totals: Totals) -> Array:
        """A matrix that is never indefinite, as `Model.scoring`; a pass of its own."""
        answer: Array = np.zeros_like(totals.observed)
        for part in self._pass(totals.inner, "scoring"):
            answer += part
        return answer

    def movement(self, step: Array, totals: Totals) -> Array:
        """A bound on how far a step moves each block of outputs (Cauchy and Schwarz), in proportion to their size."""
        moves = [length * np.linalg.norm(step[p]) for length, p in zip(totals.lengths, self.shape.slices, strict=True)]
        shares: Array = np.array(moves) / (self.units + totals.sizes)
        return shares


def _survey(
    work: Work, blocks: Callable[[], Iterable[Any]], executor: Executor | None, family: str
) -> tuple[Seen, dict[str, Array]]:
    """Everything that the first pass finds, and the triangles of all rows."""
    found: Seen | None = None
    numbered = partial(_look, work) if executor is None else partial(look, work)
    given = enumerate(blocks()) if executor is None else blocks()
    for number, seen in enumerate(shown(in_order(executor, numbered, given), f"{family}: columns")):
        if found is None:
            found = seen
            continue
        if (seen.names, seen.added) != (found.names, found.added):
            raise InputError(
                f"{family}: block {number} has other columns than the first",
                family=family,
                index=number,
                value={name: list(columns) for name, columns in seen.names.items()},
            )
        stacked = {n: np.vstack([found.triangles[n], seen.triangles[n]]) for n in found.triangles}
        reduced = {n: triangle_of(Table(found.names[n], m)) for n, m in stacked.items()}
        found = replace(
            found,
            triangles=reduced,
            rows=found.rows + seen.rows,
            weight=found.weight + seen.weight,
            reach=max(found.reach, seen.reach),
        )
    if found is None or not found.rows:
        raise FitError(f"{family}: there are no rows in the blocks", family=family)
    size = sum(len(columns) for columns in found.names.values())
    if size > found.rows:
        raise FitError(f"{family}: {size} coefficients cannot be learnt from {found.rows} rows", family=family)
    triangles = {}
    for name, columns in found.names.items():
        if not columns:
            continue
        # the triangle stands for the design: it has the same dependent columns, and says so by their names
        basis = orthonormal(Table(columns, found.triangles[name]), name, family)
        triangles[name] = basis.triangle * np.sqrt(len(found.triangles[name]) / found.rows)
    return found, triangles


def _sample(work: Work, blocks: Callable[[], Iterable[Any]]) -> list[Rows]:
    """The first blocks, up to a number of rows."""
    taken: list[Rows] = []
    for block in blocks():
        taken.append(read_block(work, block))
        if sum(len(rows.y) for rows in taken) >= SAMPLE:
            break
    return taken


def _start(work: Work, taken: list[Rows], fit: Callable[..., Any]) -> dict[str, dict[str, float]]:
    """Coefficients of the sample by label and column; of constants alone where its designs cannot be told apart."""
    used = [rows.used for rows in taken]
    y = np.concatenate([rows.y[u] for rows, u in zip(taken, used, strict=True)])
    weights = None
    if any(rows.weights is not None for rows in taken):
        weights = np.concatenate(
            [np.ones(len(r.y))[u] if r.weights is None else r.weights[u] for r, u in zip(taken, used, strict=True)]
        )
    given = {
        name: np.concatenate([np.broadcast_to(r.given[name], len(r.y))[u] for r, u in zip(taken, used, strict=True)])
        for name in taken[0].given
    }
    tables = {
        name: {
            column: np.concatenate([r.tables[name].matrix[u, j] for r, u in zip(taken, used, strict=True)])
            for j, column in enumerate(table.names)
        }
        for name, table in taken[0].tables.items()
        if table.names and name in work.bound.outputs
    }
    column = taken[0].starts[taken[0].first] if taken[0].first else 0
    offset = np.concatenate([r.base[u, column] for r, u in zip(taken, used, strict=True)])
    more: dict[str, Any] = {"weights": weights, "classes": work.classes, **given}
    if offset.any():
        more["offset"] = offset
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it is a start, whatever it lacks
        try:
            found: dict[str, dict[str, float]] = fit(work.bound, y, tables, intercept=False, **more).params
        except FitError:
            found = fit(work.bound, y, None, **more).params
    return found


def summed(
    noise: Any,
    blocks: Callable[[], Iterable[Any]] | Sequence[Any],
    intercept: bool,
    classes: int | Sequence[Any] | None,
    executor: Executor | None,
    fit: Callable[..., Any],
) -> tuple[BlockSum, Array, Seen, Rows]:
    """The sum to minimise, where to begin, what the first pass saw, and the rows of the first blocks.

    Raises `FitError` for losses with kinks, for classes whose number is not given, and as `lk.fit` does.
    """
    bound = bound_of(noise)
    family = bound.name
    if corners.present(derive(bound)):
        raise FitError(
            f"{family}: a loss with kinks cannot be fitted in blocks",
            family=family,
            remedy="Choose a smooth noise (StudentT for heavy tails), or fit a sample",
        )
    if classes is None and bound.family.outcome.domain.upper in {"classes", *bound.family.parameters}:
        vectors = [name for name, row in bound.family.parameters.items() if row.domain.vector]
        if vectors:
            raise FitError(f"{family}: say how many classes there are", family=family, remedy="Pass classes=")
    if isinstance(blocks, str | PathLike):
        raise InputError(
            f"{family}: blocks= is the name of a file; which of its columns is the outcome is not known",
            family=family,
            value=str(blocks),
            remedy="Give a function that begins anew: blocks=lambda: ((part['y'], part[['x']]) for part in read(name))",
        )
    if not callable(blocks) and not isinstance(blocks, Sequence):
        raise InputError(
            f"{family}: blocks= is {type(blocks).__name__}, which can be gone through once; a fit needs them again",
            family=family,
            value=type(blocks).__name__,
            remedy="Give a list, or a function that begins anew: blocks=lambda: (read(name) for name in names)",
        )
    again = blocks if callable(blocks) else partial(_same, blocks)
    work = Work(bound, intercept, classes)
    seen, triangles = _survey(work, again, executor, family)
    taken = _sample(work, again)
    shape = _model(taken[0], triangles)
    links = dict(shape.loss.bound.bindings)
    same = [getattr(links[block.parameter], "name", "") == "identity" for block in shape.blocks]
    units = np.array([1.0 + seen.reach if s else 1.0 for s in same])
    beginning = _start(work, taken, fit)
    coefficients = [np.array([beginning.get(b.label, {}).get(name, 0.0) for name in b.names]) for b in shape.blocks]
    inner = np.concatenate([b.basis.triangle @ c for b, c in zip(shape.blocks, coefficients, strict=True)])
    return BlockSum(work, again, executor, triangles, shape, units), inner, seen, taken[0]


def _same(blocks: Sequence[Any]) -> Sequence[Any]:
    return blocks
