"""Belief: the whole distribution that a model's outputs stand for, one per row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray

from likelihoodkit.compile import Runner
from likelihoodkit.declaration import Bound
from likelihoodkit.errors import InputError, ShapeError, SupportError, UndefinedError
from likelihoodkit.expectation import Density, expect
from likelihoodkit.expectation.coordinates import Line, coordinates, line_of, peak
from likelihoodkit.expectation.mixed import components
from likelihoodkit.expectation.near import Surprise
from likelihoodkit.expectation.sums import peak as peak_of_masses
from likelihoodkit.loss import derive
from likelihoodkit.predict.laws import Law
from likelihoodkit.predict.mixed import highest_peak, law_of, most_probable_value
from likelihoodkit.primitives import kernels
from likelihoodkit.rows import Rows, as_real

Array = NDArray[Any]

#: where a highest place is looked for, in t (see `Coordinates`): 4 is some 27 widths away from the centre
BULK = np.linspace(-4, 4, 129)

_WORDS = {"expectation": "mean"}
_REMEDY = {"expectation": "Use the median or the mode", "variance": "Use an interval of quantiles"}


@dataclass(frozen=True)
class Belief:
    """What is believed about each row's outcome.

    Shapes: there are n rows, and answers are (n,). ``y`` and ``level`` are one number for all rows, or (..., n), one
    set of outcomes after the other, as `sample` gives them; the answer has that shape. The belief behind a fully
    bound noise has a single row without an axis: outcomes and levels of any shape, numbers for moments. float32
    outputs give float32 answers, computed in float64.

    Declared closed forms are used where the family has them; everything else is summed, integrated or solved to
    float64 accuracy, and refused with `DerivationError` where that cannot be certified.

    Angles: `log_density` is periodic; `cdf`, `quantile` and `interval` run over (direction - pi, direction + pi].

    >>> import likelihoodkit as lk
    >>> belief = lk.derive(lk.Poisson).distribution([0.0, 1.0])
    >>> belief.cdf(2).round(4)
    array([0.9197, 0.4892])
    >>> belief.quantile(0.9)
    array([2., 5.])
    >>> belief.sample(0, size=3).shape
    (3, 2)
    """

    pointwise: Density
    dtype: np.dtype[Any]
    single: bool = False

    def __reduce__(self) -> tuple[Any, ...]:
        density = self.pointwise  # copies carry the noise and its rows, not what was made of them
        return _again, (density.derivation.bound, density.rows, self.dtype, self.single)

    def __repr__(self) -> str:
        rows = "one row" if self.single else f"{self.pointwise.count} rows"
        return f"Belief({self.pointwise.derivation.bound!r}, {rows})"

    @property
    def name(self) -> str:
        """The name of the family."""
        return self.pointwise.name

    @property
    def _rows(self) -> Array:
        return np.arange(self.pointwise.count)

    # -- at given outcomes and levels ----------------------------------------------------------------------------

    def log_density(self, y: ArrayLike) -> Array:
        """Log-density, or log-probability for whole numbers; minus infinity outside the support."""
        values, row, shape = self._read(y, "y")
        return self._give(self.pointwise.log(values, row), shape)

    def density(self, y: ArrayLike) -> Array:
        """The density, or the probability of whole numbers, at ``y``: 0 outside the support."""
        return np.exp(self.log_density(y))

    def cdf(self, y: ArrayLike) -> Array:
        """P(Y <= y): 0 below the support, 1 above it; whole-numbered outcomes step at the whole numbers."""
        law = self._law("cdf")
        values, row, shape = self._read(y, "y")
        return self._give(law.cdf(values, row), shape)

    def survival(self, y: ArrayLike) -> Array:
        """P(Y > y), computed as such: it keeps its digits where the cdf rounds to 1."""
        law = self._law("survival")
        values, row, shape = self._read(y, "y")
        return self._give(law.survival(values, row), shape)

    def quantile(self, level: ArrayLike) -> Array:
        """The smallest y with P(Y <= y) >= level; the ends of the support at 0 and 1."""
        law = self._law("quantile")
        values, row, shape = self._read(level, "level")
        if (bad := ~((values >= 0) & (values <= 1))).any():
            raise InputError(
                f"{self.name}: a level lies between 0 and 1, not at {values[bad][0]:.12g}",
                family=self.name,
                value=float(values[bad][0]),
            )
        return self._give(law.quantile(values, row), shape)

    def interval(self, probability: float) -> Array:
        """The central interval that holds Y with this probability, (n, 2): as much is left out on either side."""
        if not 0 < probability < 1:
            raise InputError(
                f"{self.name}: an interval holds a probability between 0 and 1, not {probability!r}",
                family=self.name,
                value=probability,
            )
        return np.stack([self.quantile((1 - probability) / 2), self.quantile((1 + probability) / 2)], axis=-1)

    def sample(self, rng: np.random.Generator | int, size: int | tuple[int, ...] | None = None) -> Array:
        """Random outcomes, (n,), or (size, n), (*size, n); the same generator state gives the same outcomes.

        Inversion of uniforms: samples of neighbouring outputs with one seed are neighbours themselves.
        """
        if not isinstance(rng, np.random.Generator | int):
            raise InputError(
                f"sample needs a generator or a seed, not {rng!r}", remedy="Give np.random.default_rng(seed)"
            )
        generator = np.random.default_rng(rng)
        lead = () if size is None else (size,) if isinstance(size, int | np.integer) else tuple(size)
        shape = lead if self.single else (*lead, self.pointwise.count)
        # midpoints of 2**52 equal cells: neither 0 nor 1 comes up, whose quantiles may be infinite
        level = (generator.integers(0, 1 << 52, size=shape) + 0.5) * 2.0**-52
        values, row, shape = self._read(level, "level")
        return self._give(law_of(self.pointwise).quantile(values, row), shape)

    # -- of each row ---------------------------------------------------------------------------------------------

    def mean(self) -> Array:
        """The expectation; for angles the mean direction. `UndefinedError` where there is none."""
        return self._give(self._moment("expectation"), None)

    def variance(self) -> Array:
        """The variance, infinite where the mean exists and the variance does not; for angles 1 - |E e^(iY)|."""
        return self._give(self._moment("variance"), None)

    def _moment(self, name: str) -> Array:
        word = _WORDS.get(name, name)
        self._ordered(word)
        found = self.pointwise.form(name, self._rows)
        if found is not None:
            missing = np.isnan(found)
            if missing.any():
                self._undefined(name, int(np.argmax(missing)))
            return found
        density = self.pointwise
        try:
            if density.support.circular:
                return self._circular_moment(name)
            if name == "expectation":
                return cast(Array, expect(density, lambda y, _: y[None])[0])
            mean = self._moment("expectation")
            return cast(Array, expect(density, lambda y, row: (y[None] - mean[row]) ** 2)[0])
        except UndefinedError as problem:
            raise UndefinedError(
                f"{self.name}: the {word} of row {problem.index} does not exist, or cannot be certified in float64",
                family=self.name,
                index=problem.index,
                remedy=_REMEDY[name],
            ) from None

    def _circular_moment(self, name: str) -> Array:
        cosine, sine = expect(self.pointwise, lambda y, _: np.stack([np.cos(y), np.sin(y)]), 2)
        mean = np.arctan2(sine, cosine)
        if name == "expectation":
            return cast(Array, mean)
        return cast(Array, expect(self.pointwise, lambda y, row: kernels.one_minus_cos(y[None] - mean[row]))[0])

    def _undefined(self, name: str, index: int) -> None:
        """Say which condition of the declared formula fails, and for which parameter."""
        formula = getattr(self.pointwise.derivation.bound.family, name)
        conditions = [branch.cond for piece in formula.atoms(sp.Piecewise) for branch in piece.args]
        weakest = conditions[-1] if conditions else None
        symbols = sorted(str(s) for s in weakest.free_symbols) if weakest is not None else []
        needs = f"; it needs {weakest}" if weakest is not None else ""
        values = self.pointwise.derivation.parameters
        if symbols:
            found = self.pointwise.parameter(symbols[0], np.array([index]))
            needs += f", and {symbols[0]} = {found[0]:.12g}" if symbols[0] in values else ""
        raise UndefinedError(
            f"{self.name}: the {_WORDS.get(name, name)} of row {index} does not exist{needs}",
            family=self.name,
            parameter=symbols[0] if symbols else None,
            index=index,
            remedy=_REMEDY[name],
        )

    def mode(self) -> Array:
        """The most probable outcome; the first of several classes that are equally probable."""
        found = self.pointwise.form("mode", self._rows)
        if found is None:
            found = self._peak()
        return self._give(found, None)

    def _peak(self) -> Array:
        density = self.pointwise
        if not density.count:
            return np.empty(0)
        if density.support.atoms:
            return most_probable_value(density)
        parts = components(density)
        found = [part.density for part in parts if part.density is not None]
        if found and len(found) == len(parts):
            return highest_peak(density, np.array([replace(self, pointwise=one).mode() for one in found]))
        if density.unordered:
            return np.asarray(np.argmax(density.class_probabilities(), axis=0), dtype=np.float64)
        if density.support.whole:
            return peak_of_masses(density, self._rows, density.support.low if density.support.low > -np.inf else None)
        line = line_of(density.support)

        def height(x: Array) -> Array:
            found = density.told(line.outcome(x), self._rows)
            untold.append(bool(np.isnan(found).any()))
            return np.where(np.isnan(found), -np.inf, found)

        untold: list[bool] = []
        around = None if density.support.circular else self._bulk(line)
        highest = line.outcome(
            peak(height, density.count, line.left, line.right, circular=density.support.circular, more=around)
        )
        if any(untold):  # places where the formula tells no number: all that is probable must lie elsewhere
            expect(density, lambda y, _: np.ones((1, y.size)))
        return highest

    def _bulk(self, line: Line) -> Array:
        """Places (m, n) on a line all over the bulk of each row: a density may have several peaks."""
        places = coordinates(self.pointwise)
        t = np.minimum(np.maximum(BULK[:, None], -places.reach_left), places.reach_right)
        with np.errstate(divide="ignore"):  # the edge of the support lies at infinity
            return np.minimum(np.maximum(line.place(places.outcome(t, self._rows)), line.left), line.right)

    def median(self) -> Array:
        """The 0.5 quantile."""
        self._ordered("median")
        found = self.pointwise.form("median", self._rows)
        if found is None or np.isnan(found).any():
            found = law_of(self.pointwise).quantile(np.full(self.pointwise.count, 0.5), self._rows)
        return self._give(found, None)

    def entropy(self) -> Array:
        """E[-log density] in nats."""
        found = self.pointwise.form("entropy", self._rows)
        if found is None and self.pointwise.unordered:
            table = self.pointwise.class_probabilities()
            found = -kernels.xlogy(table, table).sum(axis=0)
        if found is None:
            found = expect(self.pointwise, Surprise(self.pointwise))[0]
        return self._give(found, None)

    # -- reading and giving --------------------------------------------------------------------------------------

    def _ordered(self, what: str) -> None:
        if self.pointwise.unordered:
            raise UndefinedError(
                f"{self.name}: classes have no order, so there is no {what}",
                family=self.name,
                remedy="Use rule='mode', lk.minimise(cost), or loss.parameters for the probabilities",
            )

    def _law(self, what: str) -> Law:
        self._ordered(what)
        return law_of(self.pointwise)

    def _read(self, given: ArrayLike, what: str) -> tuple[Array, Array, tuple[int, ...]]:
        """Values as a flat float64 array, the row of each, and the shape to give back."""
        values = as_real(given, what, self.name).astype(np.float64)
        if np.isnan(values).any():
            place = tuple(int(i) for i in np.argwhere(np.isnan(values))[0])
            raise SupportError(
                f"{self.name}: {what}[{', '.join(map(str, place))}] is missing", family=self.name, index=place
            )
        if self.single:
            return values.ravel(), np.zeros(values.size, np.intp), values.shape
        count = self.pointwise.count
        if values.ndim == 0:
            values = np.full(count, values)
        if values.shape[-1] != count:
            raise ShapeError(
                f"{self.name}: {what} must be one number or have shape (..., {count}), not {values.shape}",
                family=self.name,
                value=values.shape,
                remedy=f"Several of every row: np.tile(np.reshape({what}, (-1, 1)), {count}), a row of answers for each"
                if values.ndim == 1
                else None,
            )
        return values.ravel(), np.broadcast_to(self._rows, values.shape).ravel(), values.shape

    def _give(self, values: Array, shape: tuple[int, ...] | None) -> Array:
        if shape is None:
            shape = () if self.single else (self.pointwise.count,)
        with np.errstate(over="ignore", under="ignore"):  # float32 answers: infinity where float64 still has a number
            return values.astype(self.dtype).reshape(shape)[()]


def _again(bound: Bound, rows: Rows, dtype: np.dtype[Any], single: bool) -> Belief:
    loss = derive(bound)
    return Belief(Density(loss.derivation, rows, Runner(loss.program("value"))), dtype, single)
