"""The sum that a fit minimises: a loss, its data, and one linear predictor per block of coefficients."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.errors import DerivationError
from likelihoodkit.fit.basis import LINE, NEAR, Basis
from likelihoodkit.fit.newton import RUNAWAY
from likelihoodkit.loss import Loss
from likelihoodkit.supports.columns import from_flags, representative

Array = NDArray[Any]


@dataclass(frozen=True)
class Block:
    """The coefficients of one linear predictor: ``column`` of the outputs is ``basis @ coefficients``.

    ``label`` is the parameter's name, with the class in brackets where the parameter is a vector; ``names`` are the
    design's columns.
    """

    parameter: str
    label: str
    column: int
    names: tuple[str, ...]
    basis: Basis


@dataclass(frozen=True)
class Model:
    """Rows, weights and blocks; everything below is a function of one flat vector of inner coefficients.

    ``base`` (n, w) is what the outputs are before any block is added: the offset, zeros for a reference class.
    """

    loss: Loss
    y: Array
    weights: Array | None
    given: Mapping[str, Any]
    base: Array
    blocks: tuple[Block, ...]
    # the last coefficients asked about, their outputs, and what those led to
    _last: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def slices(self) -> tuple[slice, ...]:
        """Where each block's coefficients sit in the flat vector."""
        stops = np.cumsum([len(block.names) for block in self.blocks])
        return tuple(slice(int(b) - len(k.names), int(b)) for b, k in zip(stops, self.blocks, strict=True))

    @property
    def size(self) -> int:
        """Number of coefficients."""
        return sum(len(block.names) for block in self.blocks)

    def outputs(self, inner: Array) -> Array:
        """The model's outputs, (n, w); not to be written into: the same coefficients give the same array again."""
        if self._last and np.array_equal(self._last["inner"], inner):
            known: Array = self._last["outputs"]
            return known
        outputs = self.base.copy(order="K")
        for block, place in zip(self.blocks, self.slices, strict=True):
            outputs[:, block.column] += block.basis.times(inner[place])
        self._last.clear()
        self._last.update(inner=inner.copy(), outputs=outputs)
        return outputs

    def finite(self, outputs: Array) -> bool:
        """Are the outputs all finite?"""
        return bool(np.isfinite(outputs).all())

    def project(self, outputs: Array) -> Array:
        """The inner coefficients whose outputs are nearest to ``outputs`` (n, w)."""
        wanted = outputs - self.base
        parts = [k.basis.pulled(wanted[:, k.column]) / len(wanted) for k in self.blocks]
        return np.concatenate(parts) if parts else np.empty(0)

    def values(self, outputs: Array) -> Array:
        """The weighted loss of each row, (n,)."""
        return self._fused(outputs)[0]

    def row_gradients(self, outputs: Array) -> Array:
        """Weighted slopes of each row, (n, w)."""
        if "fused" in self._last and self._last["outputs"] is outputs:
            return self._fused(outputs)[1]
        slopes: Array = self._kept("slopes", self.loss.gradient, outputs)
        return slopes

    def _fused(self, outputs: Array) -> tuple[Array, Array]:
        """Loss and slopes of each row."""
        found: tuple[Array, Array] = self._kept("fused", self.loss.value_and_gradient, outputs)
        return found

    def _kept(self, what: str, ask: Callable[..., Any], outputs: Array) -> Any:
        """Asked again about the same array, as a search does, the answer is at hand."""
        if self._last.get("outputs") is not outputs:
            return ask(self.y, outputs, weights=self.weights, **self.given)
        if what not in self._last:
            self._last[what] = ask(self.y, outputs, weights=self.weights, **self.given)
        return self._last[what]

    def row_hessians(self, outputs: Array) -> Array:
        """Weighted second derivatives of each row, (n, w, w)."""
        found: Array = self._kept("hessian", self.loss.hessian, outputs)
        return found

    def gradient(self, outputs: Array) -> Array:
        """The gradient in the inner coefficients."""
        slopes = self.row_gradients(outputs)
        parts = [block.basis.pulled(slopes[:, block.column]) for block in self.blocks]
        return np.concatenate(parts) if parts else np.empty(0)

    def observed(self, outputs: Array) -> Array:
        """The exact Hessian in the inner coefficients."""
        return self.assemble(self.row_hessians(outputs))

    def expected(self, outputs: Array) -> Array:
        """Fisher information; where the family has none, its estimate by the outer product of the rows' slopes."""
        try:
            rows = self.loss.fisher(outputs, weights=self.weights, **self.given)
        except DerivationError:
            return self._outer(outputs)
        return self.assemble(rows)

    def scoring(self, outputs: Array) -> Array:
        """A matrix that is never indefinite, to take a step by where the Hessian is.

        Fisher information where it is declared. Integrating it for every row of every step would cost more than
        the fit: the outer product of the rows' slopes has the same expectation (Berndt, Hall, Hall and Hausman 1974).
        """
        if self.loss.bound.family.fisher:
            return self.expected(outputs)
        return self._outer(outputs)

    def _outer(self, outputs: Array) -> Array:
        slopes = self.loss.gradient(self.y, outputs, **self.given)
        rows = slopes[:, :, None] * slopes[:, None, :]
        if self.weights is not None:
            rows *= self.weights[:, None, None]
        return self.assemble(rows)

    def assemble(self, rows: Array) -> Array:
        """The matrix of the inner coefficients that the rows' matrices in the outputs, (n, w, w), add up to."""
        if not np.isfinite(rows).all():  # the caller takes another direction, or says that there is none
            return np.full((self.size, self.size), np.nan)
        matrix = np.zeros((self.size, self.size))
        self.add_products(rows, None, slice(None), matrix, [])
        return self.whole(matrix)

    def add_products(
        self, rows: Array, slopes: Array | None, within: slice, matrix: Array, sums: Sequence[Array]
    ) -> None:
        """Add to what `whole` takes, of the rows ``within`` the model whose matrices ``rows`` holds.

        Where their ``slopes`` (n, w) are given, add to what `Basis.pull` takes of each block in ``sums``.
        """
        columns = [np.ascontiguousarray(rows[:, one.column, two.column]) for (one, _), (two, _) in self.pairs]
        if self._design is not None:
            self._add_at_once(columns, slopes, within, matrix, sums)
            return
        begin = within.start or 0
        step = max(1, NEAR // max((len(block.names) for block in self.blocks), default=1) // LINE) * LINE
        for start in range(0, len(rows), step):  # all of it beside each other: it reads the same part of a design
            part = slice(start, start + step)
            place = slice(begin + start, begin + min(start + step, len(rows)))
            for weights, ((first, here), (second, there)) in zip(columns, self.pairs, strict=True):
                matrix[here, there] += first.basis.products(weights[part], second.basis, place)
            if slopes is not None:
                for block, so_far in zip(self.blocks, sums, strict=True):
                    block.basis.add_sums(slopes[part, block.column], place, so_far)

    @cached_property
    def _design(self) -> Basis | None:
        """The design that all blocks with columns share, where the loss is machine code and a loop suits the design."""
        designs = {id(block.basis): block.basis for block in self.blocks if not block.basis.constant}
        design = designs.popitem()[1] if len(designs) == 1 and self.loss.engine == "numba" else None
        return design if design is not None and design.narrow else None

    def _add_at_once(
        self, columns: Sequence[Array], slopes: Array | None, within: slice, matrix: Array, sums: Sequence[Array]
    ) -> None:
        """As `add_products`, in one pass over the rows of the only design."""
        assert self._design is not None
        blocks = [] if slopes is None else self.blocks
        crossed = [not (one.basis.constant or two.basis.constant) for (one, _), (two, _) in self.pairs]
        order = sorted(range(len(columns)), key=lambda pair: not crossed[pair])
        own = [] if slopes is None else [slopes[:, block.column] for block in blocks]
        weights = np.array([*(columns[pair] for pair in order), *own])
        found, squares = self._design.weighted(weights, sum(crossed), within)
        alone = np.add.reduce(weights, axis=1)
        for k, pair in enumerate(order):
            (first, here), (second, there) = self.pairs[pair]
            if k < len(squares):
                matrix[here, there] += squares[k]
            elif first.basis.constant:
                matrix[here, there] += alone[k] if second.basis.constant else found[k]
            else:
                matrix[here, there] += found[k][:, None]
        for k, (block, so_far) in enumerate(zip(blocks, sums, strict=False), len(order)):
            np.add(so_far, alone[k] if block.basis.constant else found[k], out=so_far)

    def whole(self, matrix: Array) -> Array:
        """The matrix of the inner coefficients from the sums of `products`."""
        for (first, here), (second, there) in self.pairs:
            matrix[here, there] = first.basis.squared(matrix[here, there], second.basis)
            matrix[there, here] = matrix[here, there].T
        return matrix

    @cached_property
    def pairs(self) -> list[tuple[tuple[Block, slice], tuple[Block, slice]]]:
        """Two blocks and their places, each pair once."""
        return list(combinations_with_replacement(zip(self.blocks, self.slices, strict=True), 2))

    def only(self, keep: Sequence[bool], inner: Array) -> tuple[Model, Array]:
        """The model in which only the blocks marked in ``keep`` are free, the others being held at ``inner``.

        Returns it with its part of ``inner``.
        """
        base = self.base.copy()
        for i, (block, place) in enumerate(zip(self.blocks, self.slices, strict=True)):
            if not keep[i]:
                base[:, block.column] += block.basis.times(inner[place])
        free = tuple(block for i, block in enumerate(self.blocks) if keep[i])
        parts = [inner[place] for i, place in enumerate(self.slices) if keep[i]]
        return replace(self, base=base, blocks=free, _last={}), np.concatenate(parts) if parts else np.empty(0)

    def at(self, rows: slice) -> Model:
        """The model of some of the rows, with the same coefficients."""
        return replace(
            self,
            y=self.y[rows],
            weights=None if self.weights is None else self.weights[rows],
            given={name: v if np.ndim(v) == 0 else np.asarray(v)[rows] for name, v in self.given.items()},
            base=self.base[rows],
            blocks=tuple(replace(b, basis=b.basis.at(rows)) for b in self.blocks),
            _last={},
        )

    def forget(self) -> None:
        """Let go of what the last question led to."""
        self._last.clear()

    @cached_property
    def plain_y(self) -> Array:
        """The outcome where only its rough size matters: one number per row for intervals and several columns."""
        domain = self.loss.bound.family.outcome.domain
        return representative(domain, self.intervals) if domain.entries else self.y

    @cached_property
    def intervals(self) -> Array:
        """Outcomes known by intervals as their two ends, (n, 2), though flags may say it; others as they are."""
        flags = self.given.get("censored")
        return self.y if flags is None else from_flags(self.y, flags, self.loss.name)

    def plain_y_of(self, parameter: str) -> Array:
        """The same for the outcome that a parameter is about, where there are several side by side."""
        family = self.loss.bound.family
        for part in family.parts if family.outcome.domain.entries else ():
            if parameter in [place for _, place, _ in part.places]:
                return representative(family.outcome.domain, self.y, part.name)
        return self.plain_y

    @cached_property
    def units(self) -> Array:
        """The size below which a change of a block counts as small: 1, or the outcome's where the link is identity."""
        reach = float(np.abs(self.plain_y).max())
        links = dict(self.loss.bound.bindings)
        same = [getattr(links[block.parameter], "name", "") == "identity" for block in self.blocks]
        return np.array([1.0 + reach if s else 1.0 for s in same])

    def movement(self, step: Array, outputs: Array) -> Array:
        """How far ``step`` moves each block's outputs, in proportion to their size; one number per block."""
        return self.moved(step, lambda: np.array([np.abs(outputs[:, k.column]).max() for k in self.blocks]))

    def moved(self, step: Array, sizes: Callable[[], Array]) -> Array:
        """The same from the largest outputs, which are asked for where they are needed.

        Where a bound says that it is next to nothing (Cauchy and Schwarz: no row of a basis is longer than the root of
        the number of rows), the bound.
        """
        pairs = list(zip(self.blocks, self.slices, strict=True))
        lengths = [np.sqrt(k.basis.rows) for k, _ in pairs if k.basis.rows is not None]
        if len(lengths) == len(pairs):
            norms = [np.linalg.norm(step[p]) for _, p in pairs]
            bounds: Array = np.array(lengths) * np.array(norms) / self.units
            if (bounds <= RUNAWAY).all():
                return bounds
        moves = [np.abs(k.basis.times(step[p])).max() for k, p in pairs]
        shares: Array = np.array(moves) / (self.units + sizes())
        return shares
