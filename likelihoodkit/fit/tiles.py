"""The sum over many rows, a tile at a time: what one step makes is still in the cache when the next reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.fit.model import Block, Model
from likelihoodkit.fit.totals import OfTotals, Totals, split, spread

Array = NDArray[Any]

#: numbers of a design in a tile: where slopes alone are asked for, and where second derivatives make a call dearer
SLOPES, BENDS = 1 << 18, 1 << 19
#: rows of a tile: a multiple of the first, so that tiles begin where lines of the cache do, up to the last
FEWEST, MOST = 1 << 10, 1 << 15

#: coefficients of an orthonormal basis below which no output of float64 overflows, however many rows there are
TAME = 1e200


@dataclass(frozen=True)
class Tile:
    """Some rows of a model: what their loss is asked with beside the outputs."""

    rows: slice
    count: int
    y: Array
    more: Mapping[str, Any]


@dataclass(frozen=True)
class Tiled(OfTotals):
    """A model's sum as a function of the inner coefficients, in which nothing is as long as the rows are many."""

    model: Model
    _last: dict[str, Totals] = field(default_factory=dict, repr=False, compare=False)

    def _cut(self, numbers: int) -> list[Tile]:
        """Tiles of so many numbers of the widest design."""
        model, rows = self.model, len(self.model.y)
        widest = max((len(block.names) for block in model.blocks), default=1)
        step = min(max(numbers // widest, FEWEST), MOST) // FEWEST * FEWEST
        found = []
        for start in range(0, rows, step):
            part = slice(start, min(start + step, rows))
            more = {name: v if np.ndim(v) == 0 else np.asarray(v)[part] for name, v in model.given.items()}
            if model.weights is not None:
                more["weights"] = model.weights[part]
            found.append(Tile(part, part.stop - start, model.y[part], more))
        return found

    @cached_property
    def _narrow(self) -> list[Tile]:
        return self._cut(SLOPES)

    @cached_property
    def _wide(self) -> list[Tile]:
        return self._cut(BENDS)

    @cached_property
    def _offsets(self) -> set[int]:
        """The columns of the outputs that are not zero before any block is added."""
        return {column for column in range(self.model.base.shape[1]) if self.model.base[:, column].any()}

    def _reached(self, inner: Array, tiles: list[Tile]) -> Iterator[tuple[Tile, Array]]:
        """The tiles and their outputs at these coefficients, which are overwritten by the next."""
        base = self.model.base
        room = np.zeros((tiles[0].count, base.shape[1]), order="F")
        moving: list[tuple[Block, Array, bool]] = []
        begun = set(self._offsets)
        for block, place in zip(self.model.blocks, self.model.slices, strict=True):
            direct = block.basis.direct(inner[place])
            if block.basis.constant and block.column not in begun:
                room[:, block.column] = direct  # once for all tiles
            else:
                moving.append((block, direct, block.column in begun))
            begun.add(block.column)
        for tile in tiles:
            outputs = room[: tile.count]
            for column in self._offsets:
                outputs[:, column] = base[tile.rows, column]
            for block, direct, more in moving:
                if more:
                    outputs[:, block.column] += block.basis.reached(direct, tile.rows)
                else:
                    block.basis.reached(direct, tile.rows, outputs[:, block.column])
            yield tile, outputs

    def _far(self, inner: Array) -> bool:
        """Might an output not be finite? Not where coefficients are tame: no row of a basis is longer than root n."""
        return bool(self._offsets) or not float(np.abs(inner).max(initial=0.0)) < TAME

    def slopes(self, inner: Array) -> Array:
        """The gradient in the inner coefficients alone, NaN where they lead to outputs that are not finite."""
        model = self.model
        sums = [np.zeros(len(block.names)) for block in model.blocks]
        look, room = self._far(inner), self._room(self._narrow)
        for tile, outputs in self._reached(inner, self._narrow):
            if look and not np.isfinite(outputs).all():
                return np.full(model.size, np.nan)
            found = model.loss.gradient(tile.y, outputs, out=room[: tile.count], **tile.more)
            self._add(sums, found, tile.rows)
        return self._pulled(sums)

    def _room(self, tiles: list[Tile]) -> Array:
        """Where the slopes of a tile go: those in one output beside each other, as sums over rows read them."""
        return np.empty((tiles[0].count, self.model.base.shape[1]), order="F")

    def _add(self, sums: list[Array], slopes: Array, rows: slice) -> None:
        for block, so_far in zip(self.model.blocks, sums, strict=True):
            block.basis.add_sums(slopes[:, block.column], rows, so_far)

    def _pulled(self, sums: list[Array]) -> Array:
        parts = [block.basis.pull(total) for block, total in zip(self.model.blocks, sums, strict=True)]
        return np.concatenate(parts) if parts else np.empty(0)

    def outputs(self, inner: Array) -> Totals:
        """Loss, gradient and curvature at these coefficients, in one pass."""
        if "totals" not in self._last or not np.array_equal(self._last["totals"].inner, inner):
            self._last["totals"] = self._totals(inner)
        return self._last["totals"]

    @property
    def least(self) -> Array:
        """The least curvature of a row in each block's output, where totals were asked for last."""
        return self._last["totals"].least

    def _totals(self, inner: Array) -> Totals:
        model = self.model
        gains, losses = 0.0, 0.0
        sums, curvature = [np.zeros(len(block.names)) for block in model.blocks], np.zeros((model.size, model.size))
        sizes, least = np.zeros(len(model.blocks)), np.full(len(model.blocks), np.inf)
        look, room, worth = self._far(inner), self._room(self._wide), np.empty(self._wide[0].count)
        for tile, outputs in self._reached(inner, self._wide):
            if look and not np.isfinite(outputs).all():
                return Totals.nowhere(inner, len(model.blocks))
            here = worth[: tile.count], room[: tile.count]
            value, slopes = here
            if model.loss.one_pass:
                bends = model.loss.up_to_curvature(tile.y, outputs, here, **tile.more)
            else:
                model.loss.value_and_gradient(tile.y, outputs, out=here, **tile.more)
                bends = model.loss.hessian(tile.y, outputs, **tile.more)
            below, above = split(value)
            gains, losses = gains + below, losses + above
            model.add_products(bends, slopes, tile.rows, curvature, sums)
            sizes = np.maximum(sizes, spread([outputs[:, block.column] for block in model.blocks]))
            least = np.minimum(least, [bends[:, block.column, block.column].min() for block in model.blocks])
        usable = np.isfinite(curvature).all()  # it is not where a row's is not
        observed = model.whole(curvature) if usable else np.full_like(curvature, np.nan)
        lengths = np.full(len(model.blocks), np.sqrt(len(model.y)))  # no row of an orthonormal basis is longer
        return Totals(inner, gains, losses, self._pulled(sums), observed, sizes, lengths, least)

    def scoring(self, totals: Totals) -> Array:
        """A matrix that is never indefinite, as `Model.scoring`."""
        return self.model.scoring(self.model.outputs(totals.inner))

    def movement(self, step: Array, totals: Totals) -> Array:
        """How far a step moves each block of the outputs, as `Model.movement`."""
        return self.model.moved(step, lambda: totals.sizes)
