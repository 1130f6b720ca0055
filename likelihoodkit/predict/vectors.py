"""What is believed about an outcome of several numbers: its density, moments, mode and samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray

from likelihoodkit.compile import Runner, compile_program
from likelihoodkit.declaration import Bound
from likelihoodkit.errors import InputError, ShapeError, UndefinedError
from likelihoodkit.loss import derive
from likelihoodkit.nll import Derivation
from likelihoodkit.predict.covariances import BY_DOMAIN, covariance
from likelihoodkit.predict.draws import DRAWS
from likelihoodkit.rows import Rows, as_real, check_finite
from likelihoodkit.rows.layout import unpack
from likelihoodkit.rows.vectors import outside
from likelihoodkit.stabilise import rewrite

Array = NDArray[Any]


class DrawRunner(Runner):
    """A program in which the words ``draw_...`` take their numbers from a generator."""

    def __init__(self, expression: sp.Expr, rng: np.random.Generator) -> None:
        self.rng = rng
        super().__init__(compile_program({"v": expression}))

    def find(self, name: str) -> Callable[..., Any]:
        """A random word with the generator filled in, or what every engine has under that name."""
        return partial(DRAWS[name], self.rng) if name in DRAWS else super().find(name)


@dataclass(frozen=True, eq=False)
class VectorBelief:
    """What is believed about each row's vector outcome.

    Shapes: n rows with m numbers each; ``y`` is (n, m) or (..., n, m), moments and modes are (n, m), samples (n, m) or
    (size, n, m). The belief behind a fully bound noise has a single row without an axis. Vectors have no order, so
    there is no cdf, quantile, median or interval: those raise `UndefinedError`.

    >>> import numpy as np
    >>> import likelihoodkit as lk
    >>> belief = lk.derive(lk.MultivariateNormal(scale=[[1, 0], [1, 1]])).distribution(np.zeros((3, 2)))
    >>> belief.mean().shape, belief.sample(0, size=5).shape
    ((3, 2), (5, 3, 2))
    >>> belief.covariance()[0]
    array([[1., 1.],
           [1., 2.]])
    """

    derivation: Derivation
    rows: Rows
    value: Runner
    single: bool = False
    forms: dict[str, Array] = field(default_factory=dict, compare=False, repr=False)

    RULES: ClassVar[tuple[str, ...]] = ("mode", "mean")

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.derivation.bound, self.rows, self.single)  # not what was made of them

    def __repr__(self) -> str:
        rows = "one row" if self.single else f"{self.rows.count} rows"
        return f"VectorBelief({self.derivation.bound!r}, {rows})"

    @property
    def name(self) -> str:
        """The name of the family."""
        return self.derivation.bound.name

    def log_density(self, y: ArrayLike) -> Array:
        """Log-density, or log-probability of a discrete outcome; minus infinity outside the support."""
        array = as_real(y, "y", self.name).astype(np.float64)
        check_finite(array, "y", self.name)
        need = 1 if self.single else 2
        if array.ndim < need or (not self.single and array.shape[-2] != self.rows.count):
            shape = "(..., m)" if self.single else f"(..., {self.rows.count}, m)"
            raise ShapeError(
                f"{self.name}: y must have shape {shape}, not {array.shape}", family=self.name, value=array.shape
            )
        lead = array.shape[: array.ndim - need]
        columns = self._repeated(lead)
        flat = array.reshape(-1, array.shape[-1])
        domain = self.derivation.bound.family.outcome.domain
        bad = outside(domain, flat, self.rows.entries, self._total(columns))
        columns[self.derivation.y.name] = flat.T
        with np.errstate(all="ignore"):
            found = -np.broadcast_to(self.value.tile(columns)["value"], bad.shape)
        return self._give(np.where(bad, -np.inf, found), lead, ())

    def density(self, y: ArrayLike) -> Array:
        """The density, or the probability of a discrete outcome, at ``y``: 0 outside the support."""
        return np.exp(self.log_density(y))

    def mean(self) -> Array:
        """The expectation, entry by entry. `UndefinedError` where there is none."""
        return self._form("expectation", "mean")

    def variance(self) -> Array:
        """The variance of each entry."""
        return self._form("variance", "variance")

    def covariance(self) -> Array:
        """How the entries go together, (n, m, m): the covariance matrix of each row.

        `UndefinedError` where there is none, or where only samples tell it.
        """
        family = self.derivation.bound.family
        domains = {name: part.domain.name for name, part in family.parameters.items()}
        name = next((name for name, domain in domains.items() if domain in BY_DOMAIN), None)
        if name is None:
            raise UndefinedError(
                f"{self.name}: the covariance has no closed form",
                family=self.name,
                remedy="Estimate it from samples: np.cov(belief.sample(0, size=10_000)[:, row], rowvar=False)",
            )
        variance = self.variance()
        found = self._form(name, name)
        whole = unpack(
            family.parameters[name].domain.layout, np.atleast_2d(found).T, self.rows.entries, self.rows.steps
        )
        return covariance(domains[name], whole.reshape(*variance.shape[:-1], *whole.shape[1:]), variance)

    def mode(self) -> Array:
        """The most probable outcome."""
        return self._form("mode", "mode")

    def entropy(self) -> Array:
        """E[-log density] in nats."""
        return self._form("entropy", "entropy")

    def marginals(self) -> Array:
        """The probability of each class at each step of a chain, (n, T, K)."""
        found = self._form("marginals", "marginals")
        return found.reshape(*found.shape[:-1], self.rows.steps, self.rows.entries)

    def log_partition(self) -> Array:
        """The logarithm of the sum over all paths of a chain, (n,)."""
        return self._form("log_partition", "log-partition")

    def best_path(self) -> Array:
        """The labelling of the most probable path, (n, T), padded with -1: not always the most probable labelling."""
        return self._form("path_labelling", "path")

    def sample(self, rng: np.random.Generator | int, size: int | tuple[int, ...] | None = None) -> Array:
        """Random outcomes, (n, m), or (*size, n, m); the same generator state gives the same outcomes."""
        if not isinstance(rng, np.random.Generator | int):
            raise InputError(
                f"sample needs a generator or a seed, not {rng!r}", remedy="Give np.random.default_rng(seed)"
            )
        lead = () if size is None else (size,) if isinstance(size, int | np.integer) else tuple(size)
        expression = self._expression("draw", "sample")
        runner = DrawRunner(expression, np.random.default_rng(rng))
        columns = self._repeated(lead)
        with np.errstate(all="ignore"):
            found = np.asarray(runner.tile(columns)["v"])
        return self._give(found.T, lead, found.shape[:1])

    def cdf(self, y: ArrayLike) -> Array:  # noqa: ARG002
        """There is none: raises `UndefinedError`."""
        raise self._unordered("cdf")

    def survival(self, y: ArrayLike) -> Array:  # noqa: ARG002
        """There is none: raises `UndefinedError`."""
        raise self._unordered("survival function")

    def quantile(self, level: ArrayLike) -> Array:  # noqa: ARG002
        """There is none: raises `UndefinedError`."""
        raise self._unordered("quantile")

    def interval(self, probability: float) -> Array:  # noqa: ARG002
        """There is none: raises `UndefinedError`."""
        raise self._unordered("interval")

    def median(self) -> Array:
        """There is none: raises `UndefinedError`."""
        raise self._unordered("median")

    # -- how ----------------------------------------------------------------------------------------------------

    def _unordered(self, what: str) -> UndefinedError:
        return UndefinedError(
            f"{self.name}: vectors have no order, so there is no {what}",
            family=self.name,
            remedy="Use mode, mean or sample; for one coordinate use the family of that coordinate",
        )

    def _expression(self, name: str, word: str) -> sp.Expr:
        formula: sp.Expr | None = getattr(self.derivation.bound.family, name, None)
        if formula is None:
            raise UndefinedError(
                f"{self.name} has no {word}",
                family=self.name,
                remedy=f"Declare {name} = ... in the family if there is one; parameters and samples say more",
            )
        return rewrite(self.derivation.substitute(formula))

    def _form(self, name: str, word: str) -> Array:
        runner = Runner(compile_program({"v": self._expression(name, word)}))
        with np.errstate(all="ignore"):
            found = np.asarray(runner.tile(self._repeated(()))["v"])
        if found.ndim < 2 and name not in {"entropy", "log_partition"}:
            found = np.broadcast_to(found, (self.rows.entries, self.rows.count))
        if np.isnan(found).any():
            index = int(np.argwhere(np.isnan(found))[0][-1])
            raise UndefinedError(
                f"{self.name}: the {word} of row {index} does not exist", family=self.name, index=index
            )
        if found.ndim < 2:
            return self._give(np.broadcast_to(found, (self.rows.count,)), (), ())
        return self._give(np.broadcast_to(found, (found.shape[0], self.rows.count)).T, (), found.shape[:1])

    def _total(self, columns: dict[str, Array]) -> Array | float | None:
        domain, bound = self.derivation.bound.family.outcome.domain, self.derivation.bound
        if domain.total not in bound.family.parameters:
            return None
        held = bound.held.get(domain.total)
        return columns[self.derivation.inputs[domain.total].name] if held is None else float(held)

    def _repeated(self, lead: tuple[int, ...]) -> dict[str, Array]:
        """The columns of all rows, written out once for each of the leading places."""
        times, count = int(np.prod(lead, dtype=int)), self.rows.count
        found = {}
        for name, array in self.rows.inputs.items():
            wide = np.broadcast_to(array, (*array.shape[:-1], count)) if array.ndim else np.full(count, array)
            found[name] = np.tile(wide.astype(np.float64), times)
        return found

    def _give(self, values: Array, lead: tuple[int, ...], tail: tuple[int, ...]) -> Array:
        shape = (*lead, *(() if self.single else (self.rows.count,)), *tail)
        with np.errstate(over="ignore", under="ignore"):
            return np.asarray(values.astype(self.rows.dtype).reshape(shape)[()])


def _again(bound: Bound, rows: Rows, single: bool) -> VectorBelief:
    loss = derive(bound)
    return VectorBelief(loss.derivation, rows, Runner(loss.program("value")), single)
