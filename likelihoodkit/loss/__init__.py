"""Loss: the one noun users hold. It carries the derivation and computes value, gradient and curvature per row."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from likelihoodkit.compile.numpy_engine import Runner
from likelihoodkit.compile.split import Prepared
from likelihoodkit.declaration import Bound, as_bound
from likelihoodkit.declaration.places import places
from likelihoodkit.errors import DerivationError, UnknownNameError
from likelihoodkit.loading.frameworks import framework_of
from likelihoodkit.loading.later import Later
from likelihoodkit.loading.verbs import Exported, verb
from likelihoodkit.loss.engines import Running, receive, two_places
from likelihoodkit.rows import Reader, Rows
from likelihoodkit.rows.layout import unpack
from likelihoodkit.rows.straight import Calls

if TYPE_CHECKING:
    from likelihoodkit.calculus import Calculus
    from likelihoodkit.loss import derived
    from likelihoodkit.nll import Derivation
else:
    derived = Later("likelihoodkit.loss.derived")

Array = NDArray[Any]
SharedValues = ArrayLike | Mapping[str, float] | None


class Loss(Running, Exported):
    """A per-row loss with its gradient and curvature, derived from a bound noise or a named loss.

    Shapes: ``y`` (n,); ``outputs`` (n,) or (n, 1) where one number is predicted, else (n, w), columns in the order of
    `outputs`; values (n,); gradients as ``outputs``; Hessian and Fisher (n, w, w). With shared parameters
    (`shared`, values on the link scale) w grows by one column each, last. float32 outputs give float32 answers.
    ``weights`` (n,) multiplies rows; ``offset`` (n,) adds to the first output, (n, w) to all. No rows give empty
    answers. No input is ever changed.

    Errors: `ShapeError`, `SupportError`, `InputError`; NaN and infinite inputs are refused with their index.
    ``on_invalid="inf"`` lets an outcome outside the support pass: it is impossible under every output, so its value is
    infinite and its gradient and Hessian are zero; a missing one (NaN) is still refused.

    >>> import likelihoodkit as lk
    >>> loss = lk.derive(lk.Normal(scale=1))
    >>> loss.outputs
    ('mean',)
    >>> loss([1.0, 2.0], [0.0, 2.0]).round(4)
    array([1.4189, 0.9189])
    >>> loss.gradient([1.0, 2.0], [0.0, 2.0])
    array([-1.,  0.])
    """

    def __init__(self, bound: Bound) -> None:
        self.bound = bound
        self._reader = Reader(places(bound))
        self._runners: dict[str, Runner] = {}
        self._engine, self._threads, self._calls = "auto", 1, Calls()

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.bound, self._engine, self._threads)  # copies carry the noise, not what was made of it

    @cached_property
    def _derived(self) -> derived.Derived:
        return derived.Derived(self.bound)

    @property
    def derivation(self) -> Derivation:
        """The expression and the steps that led to it; str, ``_repr_latex_``."""
        return self._derived.derivation

    @property
    def calculus(self) -> Calculus:
        """Symbolic value, gradient, Hessian and Fisher information."""
        return self._derived.calculus

    @property
    def name(self) -> str:
        """The name of the family or loss."""
        return self.bound.name

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of what the model must output, in order of columns."""
        return self.bound.outputs

    @property
    def shared(self) -> tuple[str, ...]:
        """Names of the parameters that have one learnt value for all rows, in order."""
        return self.bound.shared

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of held parameters that are passed by keyword with each call, one number per row."""
        return self.bound.inputs

    def __repr__(self) -> str:
        return f"Loss({self.bound!r})"

    def __str__(self) -> str:
        return str(verb("describe")(self))

    def _repr_latex_(self) -> str:
        return str(verb("typeset")(self))

    # -- running -------------------------------------------------------------------------------------------------

    def _read(
        self,
        y: ArrayLike | None,
        outputs: ArrayLike,
        weights: ArrayLike | None = None,
        offset: ArrayLike | None = None,
        shared: SharedValues = None,
        given: Mapping[str, ArrayLike] | None = None,
        *,
        by_tile: bool = False,
        **how: Any,
    ) -> Rows:
        quick = self._reader.quick
        if quick is not None and by_tile and not given and how["on_invalid"] == "raise":
            found = quick(y, outputs) if weights is None and offset is None and shared is None else None
            if found is not None:
                return found
        if isinstance(y, Prepared):
            self._recognised(y)
        return self._reader.read(
            y, outputs, weights=weights, offset=offset, shared=shared, given=given, by_tile=by_tile, **how
        )

    def read(self, y: ArrayLike | None, outputs: ArrayLike, *arguments: Any, **how: Any) -> Rows:
        """The arrays of a call, checked; raises what a call raises."""
        return self._read(y, outputs, *arguments, **how)

    def __call__(
        self,
        y: ArrayLike,
        outputs: ArrayLike,
        *,
        weights: ArrayLike | None = None,
        offset: ArrayLike | None = None,
        shared: SharedValues = None,
        on_invalid: Any = "raise",
        out: Any = None,
        **given: ArrayLike,
    ) -> Array:
        """The loss of each row, shape (n,), all constants kept, never averaged; written to ``out`` if given.

        Tensors of torch or JAX in, the same out, differentiable (``out`` and ``on_invalid`` are for NumPy).
        """
        if known := self._calls.answer("value", y, outputs, (out,), (weights, offset, shared, given), on_invalid):
            return known[0]
        if framework_of(outputs, y):
            how = weights, offset, shared, given
            return verb("on_tensors")("evaluate", self, y, outputs, how, (out, on_invalid))  # type: ignore[no-any-return]
        rows = self._read(y, outputs, weights, offset, shared, given, by_tile=True, on_invalid=on_invalid)
        value = receive(out, "value", (rows.count,), rows.dtype, self.name)
        self._run("value", rows, {"value": value}, (y, outputs, value))
        return rows.weigh(value, impossible=np.inf)

    def value_and_gradient(
        self,
        y: ArrayLike,
        outputs: ArrayLike,
        *,
        weights: ArrayLike | None = None,
        offset: ArrayLike | None = None,
        shared: SharedValues = None,
        on_invalid: Any = "raise",
        out: Any = None,
        **given: ArrayLike,
    ) -> tuple[Array, Array]:
        """Loss (n,) and its gradient (shape of ``outputs``, shared parameters in further columns) in one pass.

        ``out`` takes both: two arrays of those shapes and the dtype of ``outputs``. Tensors in, tensors out.
        """
        both = two_places(out, self.name)
        if known := self._calls.answer("fused", y, outputs, both, (weights, offset, shared, given), on_invalid):
            return known[0], known[1]
        if framework_of(outputs, y):
            how = weights, offset, shared, given
            return verb("on_tensors")("value_and_gradient", self, y, outputs, how, (out, on_invalid))  # type: ignore[no-any-return]
        rows = self._read(y, outputs, weights, offset, shared, given, by_tile=True, on_invalid=on_invalid)
        value = receive(both[0], "value", (rows.count,), rows.dtype, self.name)
        answer, places = self._gradient_of(rows, both[1])
        self._run("fused", rows, {"value": value, **places}, (y, outputs, value, answer))
        rows.weigh(value, impossible=np.inf)
        return value, self._weighed(rows, answer)

    def gradient(
        self,
        y: ArrayLike,
        outputs: ArrayLike,
        *,
        weights: ArrayLike | None = None,
        offset: ArrayLike | None = None,
        shared: SharedValues = None,
        on_invalid: Any = "raise",
        out: Any = None,
        **given: ArrayLike,
    ) -> Array:
        """Derivative of each row's loss in its outputs, as `value_and_gradient` has it; written to ``out`` if given."""
        if known := self._calls.answer("gradient", y, outputs, (out,), (weights, offset, shared, given), on_invalid):
            return known[0]
        if framework_of(outputs, y):
            how = weights, offset, shared, given
            return verb("on_tensors")("gradient", self, y, outputs, how, (out, on_invalid))  # type: ignore[no-any-return]
        if self.bound.family.outcome.domain.vector:  # the value costs little beside it, and the bits are the same
            extra: dict[str, Any] = {"weights": weights, "offset": offset, "shared": shared, "on_invalid": on_invalid}
            return self.value_and_gradient(y, outputs, out=(None, out), **extra, **given)[1]
        rows = self._read(y, outputs, weights, offset, shared, given, by_tile=True, on_invalid=on_invalid)
        answer, places = self._gradient_of(rows, out)
        self._run("gradient", rows, places, (y, outputs, answer))
        return self._weighed(rows, answer)

    def hessian(
        self,
        y: ArrayLike,
        outputs: ArrayLike,
        *,
        weights: ArrayLike | None = None,
        offset: ArrayLike | None = None,
        shared: SharedValues = None,
        on_invalid: Any = "raise",
        **given: ArrayLike,
    ) -> Array:
        """Second derivatives of each row's loss, (n, w, w); at a kink, those beside it."""
        rows = self._read(y, outputs, weights, offset, shared, given, by_tile=True, on_invalid=on_invalid)
        return rows.weigh(self._matrix(rows, "hessian"))

    def _matrix(self, rows: Rows, what: str) -> Array:
        return derived.assemble(
            self.derivation, self._derived.expressions(what), rows, partial(self._fill, rows=rows, what=what)
        )

    def _fill(self, matrix: Array, pairs: list[str], arrow: dict[str, Array], k: int, rows: Rows, what: str) -> None:
        key = f"{what}: {', '.join(pairs)}"
        if key not in self._runners:
            expressions = self._derived.expressions(what)
            self._runners[key] = self._made(derived.compile_program({p: expressions[p] for p in pairs}))
        places = {}
        for pair in pairs:
            first, second = pair.split(" ")
            row, column = rows.columns[first], rows.columns[second].start + k
            vector = first in self._reader.vectors
            places[pair] = matrix[:, row, column].T if vector else matrix[:, row.start, column]
        if not self._runners[key].run(rows.inputs | arrow, places, rows.count, rows.checks):
            rows.complain()
        for first, second in (pair.split(" ") for pair in pairs):
            row, column = rows.columns[first], rows.columns[second].start + k
            if first != second:
                matrix[:, column, row] = matrix[:, row, column]

    def fisher(
        self,
        outputs: ArrayLike,
        *,
        weights: ArrayLike | None = None,
        offset: ArrayLike | None = None,
        shared: SharedValues = None,
        **given: ArrayLike,
    ) -> Array:
        """Fisher information E[score score'] of each row in its outputs, (n, w, w).

        Closed form where the family declares one; otherwise the exact sum or the quadrature over the outcome, never
        sampling. Raises `DerivationError` for a named loss that is no likelihood.
        """
        if self.bound.family.sign > 0:
            raise DerivationError(
                f"{self.name} is a loss, not a noise: Fisher information needs a distribution",
                family=self.name,
                remedy="Use hessian, or the noise the loss assumes",
            )
        rows = self._read(None, outputs, weights, offset, shared, given)
        return rows.weigh(self.information(rows))

    def information(self, rows: Rows) -> Array:
        """Fisher information of rows that have been read; see `fisher`."""
        family = self.bound.family
        derived.refuse_information(family)
        if family.parts:
            return derived.by_parts(
                rows, self.derivation, family.parts, lambda part, inside: derive(part).information(inside)
            )
        declared = self.calculus.fisher or {}
        names = list(self.derivation.predicted)
        complete = all((a, b) in declared for i, a in enumerate(names) for b in names[i:])
        if complete:
            matrix = self._matrix(rows, "fisher")
        else:
            matrix = derived.expected_outer_product(self.derivation, self._runner("fused"), rows)
            if declared:
                self._fill(matrix, [f"{a} {b}" for a, b in declared], {}, 0, rows, "fisher")
        return matrix

    def curvature(self, y: ArrayLike, outputs: ArrayLike, *, kind: str = "fisher", **keywords: Any) -> Array:
        """Diagonal second derivatives for boosters and Newton steps, shaped as the gradient.

        ``kind``: "fisher" (expected, never negative), "observed" (exact, may be negative) or "majorizer": for an output
        that enters through the residual r = y - f alone, slope/r, the curvature of the parabola that touches the loss
        here and lies above it everywhere (half-quadratic bound; Huber, 1981, section 7.8); the other outputs of a noise
        keep their Fisher information. Raises `DerivationError` where a loss has no such bound.

        >>> import likelihoodkit as lk
        >>> lk.losses.log_cosh.curvature([0.0, 3.0], [0.0, 0.0], kind="majorizer").round(4)
        array([1.    , 0.3317])
        """
        if kind not in {"fisher", "observed", "majorizer"}:
            raise UnknownNameError(
                f"no curvature is called {kind!r}", value=kind, remedy="Kinds: fisher, majorizer, observed"
            )
        if kind == "majorizer":
            return derived.majorizer(self, y, outputs, keywords)
        if kind == "fisher":
            keywords = {name: value for name, value in keywords.items() if name != "on_invalid"}  # there is no outcome
        matrix = self.fisher(outputs, **keywords) if kind == "fisher" else self.hessian(y, outputs, **keywords)
        diagonal: Array = np.einsum("nii->ni", matrix).copy()
        return diagonal[:, 0] if np.ndim(outputs) == 1 and diagonal.shape[1] == 1 else diagonal

    def parameters(
        self,
        outputs: ArrayLike,
        *,
        offset: ArrayLike | None = None,
        shared: SharedValues = None,
        **given: ArrayLike,
    ) -> dict[str, Array]:
        """Every parameter on its own scale: (n,) each, held ones repeated.

        (n, K) for vectors; a triangle as its (n, d, d) matrix, what sequences have (n, T, K); angles of outputs first.
        """
        rows = self._read(None, outputs, None, offset, shared, given)
        family, shape = self.bound.family, self._reader.shape
        places = {name: np.empty(rows.count, rows.dtype) for name in family.folded}
        places |= {name: np.empty(shape(name, rows), rows.dtype) for name in family.parameters}
        self._runner("parameters").run(rows.inputs, places, rows.count)
        return {
            name: unpack(family.parameters[name].domain.layout, a, rows.entries, rows.steps) if a.ndim > 1 else a
            for name, a in places.items()
        }

    def single_row(self) -> Rows:
        """The row of a noise that predicts nothing: what its parameters are held at."""
        return self._reader.single_row()

    # -- inferring: carried out by the stage after this one ------------------------------------------------------

    def distribution(
        self,
        outputs: ArrayLike,
        *,
        offset: ArrayLike | None = None,
        shared: SharedValues = None,
        **given: ArrayLike,
    ) -> Any:
        """The whole distribution of each row's outcome, a `Belief`: density, cdf, quantiles, samples, moments.

        Raises `DerivationError` for a named loss, which is no distribution.
        """
        rows = self._read(None, outputs, None, offset, shared, given)
        return verb("distribution")(self, rows, self._runner("value"))

    def predict(self, outputs: ArrayLike, rule: Any = "mode", **keywords: Any) -> Array:
        """One number per row, (n,): the fourth step of the recipe.

        ``rule``: "mode" | "mean" | "median", `lk.quantile(q)`, `lk.interval(p)` (n, 2), or `lk.minimise(cost)`. Classes
        come as their indices. Keywords as in `parameters`. Raises `UnknownNameError` for another rule and
        `UndefinedError` where the rule's number does not exist (the mean of a Cauchy, the median of classes).

        >>> import likelihoodkit as lk
        >>> lk.derive(lk.Exponential).predict([0.0, 1.0], rule="median").round(4)
        array([0.6931, 1.8842])
        """
        return verb("predict")(self.distribution(outputs, **keywords), rule)  # type: ignore[no-any-return]


_CACHE: dict[Bound, Loss] = {}


def derive(noise: Any) -> Loss:
    """Carry out the recipe for a noise (a family, or one with parameters bound): its `Loss`, the same one every time.

    >>> import likelihoodkit as lk
    >>> lk.derive(lk.Laplace(scale=1)).gradient([3.0], [1.0])
    array([-1.])
    """
    if isinstance(noise, Loss):
        return noise
    bound = as_bound(noise)
    return _CACHE.get(bound) or _CACHE.setdefault(bound, Loss(bound))  # one for all threads


def _again(bound: Bound, engine: str, threads: int) -> Loss:
    return derive(bound).compile(engine, threads=threads)
