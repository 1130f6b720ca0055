"""The density of every row of a call, ready to be evaluated at any outcome."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from likelihoodkit.calculus import derivative
from likelihoodkit.compile import Runner, compile_program
from likelihoodkit.declaration import level as level_symbol
from likelihoodkit.errors import DerivationError
from likelihoodkit.nll import Derivation
from likelihoodkit.primitives import from_log, pick
from likelihoodkit.primitives.counted_tails import SUMMED
from likelihoodkit.rows import Rows
from likelihoodkit.stabilise import rewrite, stable

Array = NDArray[Any]
#: (outcomes, rows they belong to), both flat, to values (k, len(outcomes))
Function = Callable[[Array, Array], Array]


@runtime_checkable
class NearEnds(Protocol):
    """A function of outcomes that tells more of one that is nearer to an end of the support than float64 can say."""

    def __call__(self, y: Array, row: Array, /) -> Array:
        """As any function of outcomes."""

    def near(self, number: float, gap: Array, row: Array, /, *, upper: bool) -> Array:
        """The same of outcomes at these distances from a number where they end."""


class Density:
    """Log-density and declared closed forms of the rows of one call, in float64 whatever the call's dtype.

    Everything is evaluated at pairs (y, row): ``row`` (P,) indexes the rows, ``y`` is (P,) or (m, P), so that m
    outcomes of one row cost the parameters only once.
    """

    def __init__(self, derivation: Derivation, rows: Rows, value: Runner) -> None:
        self.derivation = derivation
        self.rows = rows
        self.count = rows.count
        self.name = derivation.bound.name
        self.support = derivation.bound.family.outcome.domain
        self._columns = {
            name: array.astype(np.float64) for name, array in rows.inputs.items() if name != derivation.y.name
        }
        self.vectors = any(array.ndim > 1 for array in self._columns.values())  # of one entry, too
        self.width = max([array.shape[0] for array in self._columns.values() if array.ndim > 1], default=1)
        self.cache: dict[str, Any] = {}  # what later stages work out once per call
        self._value = value
        self._forms: dict[str, Runner | None] = derivation.forms
        self.upper = self._upper()

    def _upper(self) -> Array | None:
        """The largest outcome of each row where the support takes it from a parameter or from the columns."""
        name = self.support.upper
        if name == "classes":
            block = next(array for array in self._columns.values() if array.ndim > 1)
            return np.full(self.count, block.shape[0] - 1.0)
        if name is None:
            return np.full(self.count, self.support.high) if np.isfinite(self.support.high) else None
        if self.derivation.bound.family.parameters[name].domain.vector:  # one more grade than there are cutpoints
            block = next(array for array in self._columns.values() if array.ndim > 1)
            return np.full(self.count, float(block.shape[0]))
        return self.parameter(name, np.arange(self.count))

    def parameter(self, name: str, row: Array) -> Array:
        """A parameter of the family, a number per row, on its own scale."""
        key = f"parameter {name}"
        if key not in self._forms:
            self._forms[key] = Runner(compile_program({"v": self.derivation.parameters[name]}))
        runner = self._forms[key]
        assert runner is not None
        found = self.run(runner, row)["v"]
        return np.array(np.broadcast_to(found, row.shape))

    # -- evaluating ----------------------------------------------------------------------------------------------

    def run(self, runner: Runner, row: Array, **symbols: Array) -> dict[str, Array]:
        """Run a program at the given rows; ``y`` and ``level`` fill these symbols, others those of their names."""
        columns = {name: a if a.ndim == 0 else a[..., row] for name, a in self._columns.items()}
        columns |= {name: array for name, array in symbols.items() if name not in {"y", "level"}}
        if "y" in symbols:
            columns[self.derivation.y.name] = symbols["y"]
        if "level" in symbols:
            columns[level_symbol.name] = symbols["level"]
        # overflow to infinity is the right answer far out; NaN is looked for by the callers
        with np.errstate(all="ignore"):
            return runner.tile(columns)

    def log(self, y: Array, row: Array) -> Array:
        """Log-density at (y, row), shape of ``y``; minus infinity outside the support.

        Raises `DerivationError` where the formula gives no number inside the support.
        """
        found = self.told(y, row)
        if np.isnan(found).any():
            place = tuple(np.argwhere(np.isnan(found))[0])
            raise DerivationError(
                f"{self.name}: the log-density of row {int(row[place[-1]])} is not a number at y = {y[place]:.12g}",
                family=self.name,
                index=int(row[place[-1]]),
                value=float(y[place]),
            )
        return found

    def told(self, y: Array, row: Array) -> Array:
        """The same, NaN where the formula gives no number: for a search that comes by such places."""
        if self.vectors and y.ndim > 1:  # the K entries of a vector column take the place of the m outcomes
            flat = Density.told(self, y.ravel(), np.broadcast_to(row, y.shape).ravel())  # what is more of it, once
            return flat.reshape(y.shape)
        outside = self.outside(y, row)
        safe = np.where(outside, self._inside(row), y) if outside.any() else y
        found = -np.broadcast_to(self.run(self._value, row, y=safe)["value"], y.shape)
        return np.where(outside, -np.inf, found) if outside.any() else found

    def slope(self, y: Array, row: Array) -> Array:
        """The slope of the log-density in the outcome."""
        if self.vectors and y.ndim > 1:  # as in `log`
            return self.slope(y.ravel(), np.broadcast_to(row, y.shape).ravel()).reshape(y.shape)
        if "slope" not in self._forms:
            written = self.derivation.substitute(self.derivation.bound.family.formula)
            self._forms["slope"] = Runner(compile_program({"v": derivative(written, self.derivation.y)}))
        runner = self._forms["slope"]
        assert runner is not None
        return np.array(np.broadcast_to(self.run(runner, row, y=y)["v"], y.shape))

    @property
    def unordered(self) -> bool:
        """Are the outcomes classes without order, so that nothing is before or after anything?"""
        return self.support.upper == "classes"

    def class_probabilities(self) -> Array:
        """Probabilities of all classes, (K, n), of a support with as many classes in every row."""
        every = np.arange(self.count)
        formula = self.derivation.bound.family.formula
        whole = formula.replace(lambda node: isinstance(node, pick), lambda node: node.args[0])
        if self.unordered and self.derivation.y not in whole.free_symbols:  # all classes at once
            runner = Runner(compile_program({"v": sp.exp(rewrite(self.derivation.substitute(whole)))}))
            return np.asarray(self.run(runner, every)["v"])
        assert self.upper is not None
        classes = range(int(self.upper[0]) + 1 if self.count else 0)
        return np.array([np.exp(self.log(np.full(self.count, float(k)), every)) for k in classes])

    def outside(self, y: Array, row: Array) -> Array:
        """Mask of the outcomes that do not belong to the support of their row."""
        beyond = self.support.outside(y, None if self.upper is None else self.upper[row])
        low, high = self.ends
        with np.errstate(invalid="ignore"):  # NaN is outside already
            return beyond | np.isinf(y) | (y < low[row]) | (y > high[row])

    @property
    def ends(self) -> tuple[Array, Array]:
        """Where the support of each row begins and ends, (n,) each, declared ends included."""
        if "ends" not in self.cache:
            rows = np.arange(self.count)
            low, high = self.form("lowest", rows), self.form("highest", rows)
            if self.support.lower is not None:
                low = self.parameter(self.support.lower, rows)
            top = np.full(self.count, self.support.high) if self.upper is None else self.upper
            self.cache["ends"] = (
                np.full(self.count, self.support.low) if low is None else np.maximum(low, self.support.low),
                top if high is None else np.minimum(high, top),
            )
        found: tuple[Array, Array] = self.cache["ends"]
        return found

    def _inside(self, row: Array) -> Array:
        """Some outcome of the support, to stand in where the answer is known without the formula."""
        low, high = self.support.typical
        typical = (low + high) / 2
        if not self.support.whole:
            return np.full(row.shape, typical)
        return np.full(row.shape, self.support.low if np.isfinite(self.support.low) else 0.0)

    # -- declared closed forms -----------------------------------------------------------------------------------

    def declares(self, name: str) -> bool:
        """Does the family declare this closed form?"""
        return self._declared(name) is not None

    def _declared(self, name: str) -> sp.Expr | None:
        """The declared form; None of a distribution function that is a sum: all its values are kept, once summed."""
        formula: sp.Expr | None = getattr(self.derivation.bound.family, name, None)
        summed = name in {"cdf", "survival"} and formula is not None and formula.has(*SUMMED)
        return None if summed else formula

    def form(self, name: str, row: Array, **symbols: Array) -> Array | None:
        """A declared closed form at the given rows (NaN where it says undefined), or None if it is not declared."""
        if name not in self._forms:
            formula = self._formula(name)
            self._forms[name] = None if formula is None else Runner(compile_program({"v": formula}))
        runner = self._forms[name]
        if runner is None:
            return None
        shape = np.broadcast_shapes(row.shape, *[a.shape for a in symbols.values()])
        found = np.array(np.broadcast_to(self.run(runner, row, **symbols)["v"], shape))
        if name in {"cdf", "survival"} and np.isnan(found).any():  # as typed a ratio of what overflows
            through = self.form(f"log {name}", row, **symbols)
            return found if through is None else np.where(np.isnan(found), np.exp(through), found)
        return found

    def _formula(self, name: str) -> sp.Expr | None:
        """What a closed form is compiled from; that of ``log cdf`` is the stable logarithm of the declared ``cdf``."""
        logarithm, _, word = name.rpartition(" ")
        formula = self._declared(word)
        if formula is None:
            return None
        written = self.derivation.substitute(formula)
        if not logarithm:
            return rewrite(written)
        return stable(self.derivation, written.args[0] if isinstance(written, from_log) else sp.log(written))
