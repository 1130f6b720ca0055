"""Reading calls with vectors: how many entries and steps there are, and whether an outcome is one of its support."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from likelihoodkit.declaration.places import Places
from likelihoodkit.errors import ShapeError, SupportError
from likelihoodkit.rows.layout import SIZES, Size, columns, entries_of, solve, width_words
from likelihoodkit.supports import Support, class_count

Array = NDArray[Any]


@dataclass
class Known:
    """What a call says about its sizes: ``hints`` from y and settings, then ``entries`` and ``steps`` once solved."""

    fixed: dict[str, int] = field(default_factory=dict)
    hints: dict[str, int] = field(default_factory=dict)
    shared: int | None = None
    stacked: tuple[int, ...] = ()
    entries: int = 0
    steps: int = 0

    def unstacked(self, outputs: Array, has_steps: bool, family: str) -> Array:
        """Outputs (n, T, K) of a sequence as (n, T K), their shape kept; others as they are."""
        if outputs.ndim != 3 or not has_steps:
            return outputs
        if self.fixed.get("K", outputs.shape[2]) != outputs.shape[2]:
            raise ShapeError(
                f"{family} has {self.fixed['K']} classes, but outputs {outputs.shape} have {outputs.shape[2]}",
                family=family,
                value=outputs.shape,
                remedy="Give outputs as (n, T, K)",
            )
        self.stacked = outputs.shape
        self.fixed["K"] = outputs.shape[2]
        return outputs.reshape(outputs.shape[0], -1)

    def outcome_width(self, domain: Support, y: Array) -> int:
        """The columns that y has to have."""
        if domain.layout != "labels":
            return self.entries
        if domain.name.endswith("label paths"):
            return self.steps
        return y.shape[1] if y.ndim == 2 else self.entries


class Measure:
    """Works out the sizes of one loss's vectors."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.family = places.bound.name
        self.domain = places.bound.family.outcome.domain
        parameters = places.bound.family.parameters
        self.blocks: dict[str, tuple[Size, int]] = {
            name: (
                parameters[name].domain.size or s.size if s.vector else "one",
                parameters[name].domain.fewest,
            )
            for name, s in places.predicted.items()
        }
        self.counts = [n for n, row in parameters.items() if row.domain.name == class_count.name]

    def held(self) -> Known:
        """The sizes of a noise whose parameters are all held."""
        known = Known(held_sizes(self.places))
        known.entries, known.steps = known.fixed.get("K", 0), known.fixed.get("T", 0)
        return known

    @property
    def has_steps(self) -> bool:
        """Is some vector made of steps?"""
        return any(size == "steps" for size, _ in self.blocks.values())

    def known(self, y: Any, given: Mapping[str, ArrayLike], shared: Any) -> Known:
        """What y, settings, held vectors and shared values say about sizes."""
        known = Known()
        known.fixed |= held_sizes(self.places)
        if self.domain.size is not None:
            known.fixed["K"] = self.domain.size
        for name in self.counts:
            value = self.places.bound.numbers.get(name, given.get(name))
            if value is not None and np.size(value):
                known.fixed["K"] = int(np.max(np.asarray(value, dtype=float)))
        if y is not None and self.domain.vector:
            shape = np.shape(y)
            if len(shape) == 2 and self.domain.layout == "entries":
                known.hints["K"] = shape[1]
            if len(shape) == 2 and self.domain.name.endswith("label paths"):
                known.hints["T"] = shape[1]
        if shared is not None and self.places.shared:
            parts = shared.values() if isinstance(shared, Mapping) else [shared]
            known.shared = sum(int(np.size(part)) for part in parts)
        return known

    def columns_of(self, name: str, slices: Mapping[str, slice], inputs: Mapping[str, Array], known: Known) -> int:
        """Numbers that a vector parameter holds: those of its outputs, or of what it is held at."""
        if name in slices:
            return int(slices[name].stop - slices[name].start)
        if name in self.places.constants:
            return int(inputs[self.places.constants[name][0].name].shape[0])
        size = self.places.bound.family.parameters[name].domain.layout
        return 1 if size == "triangle" else columns(size, known.entries, known.steps)

    def expected(self) -> str:
        """The shape of the outputs in words."""
        names = [self.blocks[name][0] for name in self.places.outputs]
        if len(names) == 1 and names[0] == "one":
            return "(n,) or (n, 1)"
        return f"(n, {width_words(names)})"

    def sizes(self, width: int, known: Known) -> dict[str, int]:
        """Columns of each output for outputs with ``width`` columns; settles ``known``."""
        blocks = [self.blocks[name] for name in self.places.outputs]
        found = self._fitting(solve(blocks, width, known.fixed), known)
        if len(found) > 1 and known.hints:
            found = [f for f in found if f == (known.hints.get("K", f[0]), known.hints.get("T", f[1]))]
        if len(found) != 1:
            raise self._misfit(width, found)
        ((known.entries, known.steps),) = found
        if not known.entries and self.blocks:  # only shared vectors: y or their number says how many entries
            known.entries = known.hints.get("K", 0) or self._behind_shared(known)
        return {
            name: columns(size, known.entries, known.steps)
            for name, (size, _) in self.blocks.items()
            if name in self.places.outputs
        }

    def _behind_shared(self, known: Known) -> int:
        """The number of entries that the number of shared values says; 0 where it does not."""
        found = solve([self.blocks[name] for name in self.places.shared], known.shared or 0, known.fixed)
        return found[0][0] if len(found) == 1 else 0

    def _fitting(self, found: list[tuple[int, int]], known: Known) -> list[tuple[int, int]]:
        if len(found) < 2 or known.shared is None:
            return found
        sizes = [self.blocks[name][0] for name in self.places.shared]
        return [(K, T) for K, T in found if sum(columns(s, K, T) for s in sizes) == known.shared]

    def _misfit(self, width: int, found: list[tuple[int, int]]) -> ShapeError:
        names = ", ".join(self.places.outputs) or "nothing"
        vectors = any(self.blocks[name][0] != "one" for name in self.places.outputs)
        if found:
            listed = " or ".join(f"K = {K}" + (f" and T = {T}" if T else "") for K, T in found[:4])
            return ShapeError(
                f"{self.family} predicts {names}: {width} columns may mean {listed}",
                family=self.family,
                value=width,
                remedy="Give outputs as (n, T, K), y, or classes=K",
            )
        simple = {self.blocks[n][0] for n in self.places.outputs} <= {"one", "entries"}
        return ShapeError(
            f"{self.family} predicts {names}: outputs must have shape {self.expected()}, but they have {width} columns",
            family=self.family,
            value=width,
            remedy="K, the number of classes, is at least 2" if vectors and simple else None,
        )

    def shared_sizes(self, known: Known) -> dict[str, int]:
        """Numbers of each shared parameter."""
        return {name: columns(self.blocks[name][0], known.entries, known.steps) for name in self.places.shared}

    def constants(self, rows: int, known: Known) -> dict[str, Array]:
        """Parameters held at a vector, by symbol, repeated for all rows; one number stands for all entries."""
        found = {}
        for place, values in self.places.constants.values():
            size = SIZES[place.size](known.entries, known.steps) if len(values) == 1 else len(values)
            found[place.name] = np.broadcast_to(np.array(values)[:, None], (size, rows))
        return found

    def filled(self, given: Mapping[str, ArrayLike], y: Any, known: Known) -> dict[str, ArrayLike]:
        """``given``, and what the arrays themselves say: the number of classes, the total of a row of counts."""
        result = dict(given)
        for name in self.counts:
            if name in self.places.inputs and name not in result:
                result[name] = float(known.entries)
        total = self.domain.total
        if total in self.places.inputs and total not in result and y is not None and np.ndim(y) == 2:
            # whole, so that what is said about fractions is said about y
            sums = np.asarray(y, dtype=float).sum(axis=1)  # of what are no counts there is no total: y is at fault
            result[str(total)] = np.where(np.isfinite(sums) & (sums >= 0), np.ceil(sums), 0.0)
        return result


def held_sizes(places: Places) -> dict[str, int]:
    """K and T as the parameters held at a vector fix them; a single number fixes nothing."""
    found: dict[str, int] = {}
    for place, values in places.constants.values():
        entries = entries_of(place.size, len(values))
        if entries is not None and len(values) > 1:
            found["K"] = entries
    for place, values in places.constants.values():
        if place.size == "steps" and "K" in found:
            found["T"] = len(values) // found["K"]
    return found


# -- outcomes ------------------------------------------------------------------------------------------------------


def outside(domain: Support, y: Array, entries: int, total: Array | float | None) -> Array:
    """Mask of the rows of ``y`` (n, m) that are not of the support."""
    bad = np.zeros(len(y), dtype=bool)
    if not domain.sums_to_one and not domain.special:
        bad |= domain.outside(y, float(entries - 1) if domain.layout == "labels" else None).any(axis=1)
    for _, test in RULES.get(domain.name, ()):
        bad |= test(y, total)
    return bad


def check_outcome(
    domain: Support, y: Array, family: str, known: Known, total: Array | float | None, *, what: str = "y"
) -> None:
    """Raise `SupportError` naming the first row of ``y`` (n, m) that is not of the support."""
    if not np.isfinite(y).all():  # which numbers are missing or infinite comes before what rows must be
        anywhere = replace(domain, low=-np.inf, high=np.inf, closed_low=False, closed_high=False, whole=False)
        anywhere.check(y, family=family, what=what)
    if not domain.sums_to_one and not domain.special:
        upper = float(known.entries - 1) if domain.layout == "labels" else None
        domain.check(y, family=family, what=what, upper=upper)
    for rule, test in RULES.get(domain.name, ()):
        bad = test(y, total)
        if bad.any():
            index = int(np.argmax(bad))
            raise SupportError(
                f"{family} expects {domain.words} but {what}[{index}] = {np.array2string(y[index], threshold=8)} "
                f"{rule}; {int(bad.sum())} of {len(y)} rows",
                family=family,
                index=index,
                value=y[index].tolist(),
                remedy=domain.remedy or None,
            )


def _repeated(y: Array, _: Any) -> Array:
    ordered = np.sort(y, axis=1)
    return np.asarray(((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] >= 0)).any(axis=1))


def _gap(y: Array, _: Any) -> Array:
    return np.asarray(((y[:, :-1] < 0) & (y[:, 1:] >= 0)).any(axis=1))


def _sum_off(y: Array, _: Any) -> Array:
    # rounding of K decimal probabilities, not a licence for unnormalised ones
    return np.asarray((y < 0).any(axis=1) | (np.abs(y.sum(axis=1) - 1) > 1e-6))


def _not_positive(y: Array, _: Any) -> Array:
    return np.asarray((y <= 0).any(axis=1))


def _not_of_length_one(y: Array, _: Any) -> Array:
    return np.asarray(np.abs(np.square(y).sum(axis=1) - 1) > 1e-6)


def _other_total(y: Array, total: Any) -> Array:
    """Of counts without a total (rows of independent ones) any sum is right."""
    return np.zeros(len(y), dtype=bool) if total is None else np.asarray(y.sum(axis=1) != total)


def _ranks_nothing(y: Array, _: Any) -> Array:
    return np.asarray(y[:, 0] < 0)


def _all_zeros(y: Array, _: Any) -> Array:
    return np.asarray((y == 0).all(axis=1))


#: further conditions of vector supports: what is wrong with a row, and the mask of rows for which it is
RULES: dict[str, tuple[tuple[str, Callable[[Array, Any], Array]], ...]] = {
    "simplex": (("does not sum to 1", _sum_off),),
    "one-hot": (("does not sum to 1", _sum_off),),
    "proportions": (
        ("is not positive everywhere", _not_positive),
        ("does not sum to 1", _sum_off),
    ),
    "sphere": (("has not length 1", _not_of_length_one),),
    "count vectors": (("does not add up to trials", _other_total),),
    "rankings": (
        ("names an item twice", _repeated),
        ("goes on after -1", _gap),
        ("ranks nothing", _ranks_nothing),
    ),
    "directions": (("is all zeros", _all_zeros),),
    "labellings": (("goes on after -1", _gap),),
}
