"""Reading what `fit` is given: everything is checked here, once, before a number is computed from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from likelihoodkit import supports
from likelihoodkit.declaration import Bound, Shared, as_bound
from likelihoodkit.declaration.folding import groups
from likelihoodkit.errors import FitError, InputError, ShapeError
from likelihoodkit.fit.basis import Basis, orthonormal
from likelihoodkit.fit.constrained import Constraints, as_pairs, equations, names_of
from likelihoodkit.fit.design import Table, constant, designs, handed_on, without_intercept
from likelihoodkit.fit.model import Block, Model
from likelihoodkit.fit.predictor import Predictor
from likelihoodkit.loss import Loss, derive
from likelihoodkit.primitives import VectorSymbol
from likelihoodkit.rows import as_real

Array = NDArray[Any]

#: rows from which a search begins where a sample of them ends it, and machine code pays for its making
MANY = 100_000


def bound_of(noise: Any) -> Bound:
    """The `Bound` behind a family, a bound family or a `Loss`."""
    return noise.bound if isinstance(noise, Loss) else as_bound(noise)


def _without_sharing(noise: Any) -> Loss:
    """The same likelihood with shared parameters as outputs: one constant for all rows is the same model."""
    bound = bound_of(noise)
    if bound.family.sign > 0:
        raise FitError(
            f"{bound.name} is a loss, not a noise: it has no likelihood to maximise",
            family=bound.name,
            remedy="Fit the noise that it assumes, lk.reverse says which; lk.Regressor fits losses",
        )
    freed = Bound(
        bound.family,
        tuple((name, how.link if isinstance(how, Shared) else how) for name, how in bound.bindings),  # type: ignore[misc]
    )
    if not freed.outputs:
        raise FitError(f"{bound!r} holds every parameter: there is nothing to learn", family=bound.name)
    return derive(freed)


@cache
def _compiled(loss: Loss) -> Loss:
    """The same loss as machine code, made once."""
    return loss.compile("numba")


def for_rows(loss: Loss, rows: int) -> Loss:
    """The loss on the engine that a search over so many rows is fastest on."""
    return loss if rows < MANY or find_spec("llvmlite") is None else _compiled(loss)


@dataclass(frozen=True)
class Problem:
    """What `fit` works on: the model and what the result needs to know about how it was made.

    ``used`` (n,) marks the rows of positive weight, which the model holds; ``constraints`` are (m, k) weights of the
    user's coefficients and (m,) values.
    """

    bound: Bound
    model: Model
    first: str | None
    predictor: Predictor
    used: Array
    constraints: tuple[Array, Array] | None = None


@dataclass(frozen=True)
class Rows:
    """Rows as they were given, read and checked: what a model is made of once the bases of its designs are known.

    ``tables`` by parameter and ``base`` (n, w) hold all rows; ``used`` (n,) marks those of positive weight.
    """

    loss: Loss
    bound: Bound
    y: Array
    weights: Array | None
    given: Mapping[str, Any]
    base: Array
    tables: Mapping[str, Table]
    labels: Mapping[str, tuple[str, ...]]
    starts: Mapping[str, int]
    used: Array

    @property
    def first(self) -> str | None:
        """The parameter that a single design feeds."""
        return self.bound.outputs[0] if self.bound.outputs else None

    @property
    def compiled(self) -> bool:
        """Is the search to run on machine code?"""
        return for_rows(self.loss, len(self.y)).engine == "numba"

    def model(self, bases: Mapping[str, Basis]) -> Model:
        """The model of the used rows, its designs expressed in ``bases`` by parameter."""
        used = slice(None) if self.used.all() else self.used  # rows are copied only where some are left out
        return Model(
            for_rows(self.loss, len(self.y)),
            self.y[used],
            None if self.weights is None else self.weights[used],
            {name: v if np.ndim(v) == 0 else np.asarray(v)[used] for name, v in self.given.items()},
            self.base[used],
            _blocks(self, bases),
        )

    def predictor(self, blocks: tuple[Block, ...]) -> Predictor:
        """How new rows become outputs."""
        return Predictor.of(self.loss.name, self.tables, blocks, self.base.shape[1], self.first, groups(self.bound))


def read_rows(
    noise: Any,
    y: ArrayLike,
    X: Any,
    weights: ArrayLike | None,
    offset: ArrayLike | None,
    intercept: bool,
    classes: int | Sequence[Any] | None,
    given: Mapping[str, ArrayLike],
    *,
    later: bool = False,
) -> Rows:
    """Check everything that `fit` is given about rows; errors as `fit` says.

    ``later`` leaves it to `orthonormal` to find out that a design holds NaN or infinity.
    """
    loss, bound = _without_sharing(noise), bound_of(noise)
    outcome = as_real(_numbered(y, classes, loss.name), "y", loss.name)
    if outcome.ndim == 0:
        raise ShapeError(f"{loss.name}: y must have shape (n,)", family=loss.name, remedy="Use np.atleast_1d(y)")
    rows = outcome.shape[0]
    outcome = outcome.astype(np.float64, copy=False)
    labels, widths = _widths(loss, outcome, classes)
    starts = dict(zip(widths, map(int, np.cumsum([0, *widths.values()])), strict=False))
    base = np.zeros((rows, sum(widths.values())), order="F")  # a block of coefficients moves a column
    # reading everything once checks y, weights and the given columns before anything is computed from them
    loss.read(outcome, np.broadcast_to(1.0, base.shape), weights, None, None, given, on_invalid="raise")
    X = handed_on(X, bound.outputs, groups(bound))
    tables = designs(X, bound.outputs, rows, intercept=intercept, family=loss.name, later=later)
    tables |= {name: constant(rows) for name in bound.shared}
    for name, other in bound.family.intercept.items():
        if name in tables and other in tables:
            tables[name] = without_intercept(tables[name])
    if offset is not None:
        first = bound.outputs[0] if bound.outputs else None
        base[:, _offset_column(first, labels, starts, loss.name)] += _offset(offset, rows, loss.name)
    weight = None if weights is None else np.asarray(weights, dtype=np.float64)
    used = np.ones(rows, dtype=bool) if weight is None else weight > 0
    ordered = {name: tables[name] for name in loss.outputs}
    return Rows(loss, bound, outcome, weight, dict(given), base, ordered, labels, starts, used)


def prepare(
    noise: Any,
    y: ArrayLike,
    X: Any,
    weights: ArrayLike | None,
    offset: ArrayLike | None,
    intercept: bool,
    classes: int | Sequence[Any] | None,
    given: Mapping[str, ArrayLike],
    constraints: Constraints | None = None,
) -> Problem:
    """Check everything that `fit` is given and lay it out; errors as `fit` says."""
    rows = read_rows(noise, y, X, weights, offset, intercept, classes, given, later=True)
    loss = rows.loss
    if not len(rows.y):
        raise FitError(f"{loss.name}: y has no rows", family=loss.name)
    if not rows.used.any():
        raise FitError(f"{loss.name}: every weight is zero", family=loss.name)
    model = rows.model({
        name: orthonormal(table.take(rows.used), name, loss.name, rows.compiled)
        for name, table in rows.tables.items()
        if table.names
    })  # fmt: skip
    if model.size > len(model.y):
        raise FitError(
            f"{loss.name}: {model.size} coefficients cannot be learnt from {len(model.y)} rows",
            family=loss.name,
            value=(len(model.y), model.size),
            remedy="Give more rows, fewer columns, or hold a parameter",
        )
    _every_class(model, rows.labels)
    pairs = [*_unit_lengths(model), *as_pairs(constraints or [])]
    asked = equations(pairs, names_of(model), loss.name) if pairs else None
    return Problem(rows.bound, model, rows.first, rows.predictor(model.blocks), rows.used, asked)


def _unit_lengths(model: Model) -> list[tuple[dict[str, float], float]]:
    """Of outputs that give a direction the length is free: the largest component's intercept is held at 1 or -1."""
    family = model.loss.bound.family
    found = []
    for name in model.loss.outputs:
        blocks = [block for block in model.blocks if block.parameter == name]
        if family.parameters[name].domain.name == supports.sphere.name and all("intercept" in b.names for b in blocks):
            centre = model.y.mean(axis=0)
            largest = int(np.argmax(np.abs(centre)))
            found.append(({f"{blocks[largest].label}.intercept": 1.0}, float(np.copysign(1.0, centre[largest]))))
    for parts in groups(model.loss.bound).values():
        blocks = [block for block in model.blocks if block.parameter in parts]
        if all("intercept" in block.names for block in blocks):
            centre = np.array([np.cos(model.plain_y).mean(), np.sin(model.plain_y).mean()])
            largest = int(np.argmax(np.abs(centre)))
            found.append(({f"{parts[largest]}.intercept": 1.0}, float(np.copysign(1.0, centre[largest]))))
    return found


def _numbered(y: Any, classes: int | Sequence[Any] | None, family: str) -> Any:
    """Outcomes that are told by the names of classes as the places of these; others as they are."""
    if classes is None or isinstance(classes, int):
        return y
    names, words = list(classes), y if isinstance(y, list | tuple) else np.atleast_1d(np.asarray(y))
    if not any(isinstance(word, str) for word in words[:1]):
        return y
    places = {name: place for place, name in enumerate(names)}
    strange = next((row for row, word in enumerate(words) if word not in places), None)
    if strange is not None:
        raise InputError(
            f"{family}: y[{strange}] = {str(words[strange])!r} is none of the classes {names}",
            family=family,
            index=strange,
            value=words[strange],
        )
    return [places[word] for word in words]


def _widths(
    loss: Loss, y: Array, classes: int | Sequence[Any] | None
) -> tuple[dict[str, tuple[str, ...]], dict[str, int]]:
    """Entry names of vector parameters, and how many output columns each parameter takes."""
    family = loss.bound.family
    symbols = loss.derivation.outputs
    vectors = [name for name in loss.outputs if isinstance(symbols[name], VectorSymbol)]
    many = classes if isinstance(classes, int) or classes is None else len(classes)
    if not vectors and classes is not None and not (family.outcome.domain.classes == many == 2):
        words = "has two classes" if family.outcome.domain.classes == 2 else "has no classes"
        raise InputError(f"{loss.name} {words}", family=loss.name, parameter="classes", value=classes)
    if isinstance(classes, int):
        names: tuple[str, ...] = tuple(map(str, range(classes)))
    elif classes is not None:
        names = tuple(map(str, classes))
    elif y.ndim == 2 and not family.outcome.domain.entries:
        names = tuple(map(str, range(y.shape[1])))
    else:
        own = [n for n in vectors if not family.parameters[n].domain.size]
        largest = y.max(initial=1.0, where=np.isfinite(y)) if own else 1.0
        names = tuple(map(str, range(int(largest) + 1)))
    if len(set(names)) < len(names):
        raise InputError(f"{loss.name}: classes repeats a name", family=loss.name, value=names)
    if family.outcome.domain.upper in vectors:  # a cutpoint between two grades
        names = tuple(f"{a}|{b}" for a, b in pairwise(names))
    labels = {
        name: tuple(map(str, range(size)))
        if (size := family.parameters[name].domain.size)
        else _triangle(names)
        if symbols[name].size == "triangle"
        else names
        for name in vectors
    }
    return labels, {name: len(labels.get(name, "1")) for name in loss.outputs}


def _triangle(names: tuple[str, ...]) -> tuple[str, ...]:
    """A factor's diagonal by the entries' names, then what lies below it by rows: ``1,0`` is row 1 under entry 0."""
    return (*names, *(f"{a},{b}" for i, a in enumerate(names) for b in names[:i]))


def _offset_column(first: str | None, labels: Mapping[str, Any], starts: Mapping[str, int], family: str) -> int:
    if first is None or first in labels:
        what = "no parameter is predicted" if first is None else f"{first} is a vector"
        raise InputError(f"{family}: offset has nothing to be added to: {what}", family=family, parameter="offset")
    return starts[first]


def _offset(offset: ArrayLike, rows: int, family: str) -> Array:
    added = as_real(offset, "offset", family)
    if added.shape != (rows,):
        raise ShapeError(f"{family}: offset must have shape ({rows},), not {added.shape}", family=family)
    bad = ~np.isfinite(added)
    if bad.any():
        index = int(np.argmax(bad))
        raise InputError(
            f"{family}: offset[{index}] = {added[index]:g} is not finite",
            family=family,
            index=index,
            remedy="An exposure of zero has no logarithm: leave such rows out" if np.isneginf(added[index]) else None,
        )
    return added


def has_reference(loss: Loss, name: str) -> bool:
    """Do only differences of a vector's outputs matter, so that the first entry is a reference without coefficients?"""
    family = loss.bound.family
    return family.parameters[name].domain.sums_to_one or name in family.only_differences


def _blocks(rows: Rows, bases: Mapping[str, Basis]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for name, basis in bases.items():
        names, start, labels = rows.tables[name].names, rows.starts[name], rows.labels
        if name not in labels:
            blocks.append(Block(name, name, start, names, basis))
            continue
        first = 1 if has_reference(rows.loss, name) else 0
        blocks.extend(
            Block(name, f"{name}[{label}]", start + k, names, basis)
            for k, label in enumerate(labels[name])
            if k >= first
        )
    return tuple(blocks)


def _every_class(model: Model, labels: Mapping[str, tuple[str, ...]]) -> None:
    upper = model.loss.bound.family.outcome.domain.upper
    if upper not in {"classes", *labels} or model.y.ndim != 1:
        return
    (names,) = labels.values()
    count, limit = len(names), "logit would be minus infinity"
    if upper in labels:
        count, limit = count + 1, "cutpoints would meet or leave for infinity"
    missing = [str(k) if upper in labels else names[k] for k in range(count) if not (model.y == k).any()]
    if missing:
        raise FitError(
            f"{model.loss.name}: class {missing[0]} never occurs, so its {limit}",
            family=model.loss.name,
            value=missing,
            remedy="Number the classes that occur 0, 1, ..., K - 1",
        )
