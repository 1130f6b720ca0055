"""Losses whose inputs have names of their own: an array for each, a gradient for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from likelihoodkit import links, losses
from likelihoodkit.compile import compile_program
from likelihoodkit.compile.source import Signature
from likelihoodkit.compile.split import Prepared
from likelihoodkit.declaration import NO_OUTCOME
from likelihoodkit.declaration.binding import Held
from likelihoodkit.errors import BindingError, DerivationError, InputError, ShapeError, UnknownNameError
from likelihoodkit.loading.frameworks import framework_of
from likelihoodkit.loading.verbs import verb
from likelihoodkit.loss.signatures import array_of
from likelihoodkit.losses._catalogue import CatalogueLoss, SignedLabels, entry
from likelihoodkit.losses._gauss_newton import expressions
from likelihoodkit.primitives import VectorSymbol
from likelihoodkit.rows import Rows
from likelihoodkit.rows.arrays import as_real, check_finite
from likelihoodkit.rows.layout import columns as columns_of, entries_of
from likelihoodkit.rows.vectors import Known, check_outcome

Array = NDArray[Any]


class NamedInputs(CatalogueLoss):
    """A named loss that is called with its inputs by position or by name, each an array of its own.

    Shapes: a number per row (n,), a vector per row (n, d); inputs of one kind have one d. Values (n,), gradients a
    dictionary of arrays shaped as the inputs (nothing for labels), Hessians a dictionary by pairs of names, (n, d, e)
    with the axis of a number left out. ``weights`` (n,) multiplies rows. float32 inputs give float32 answers.

    Called with settings alone it is the same loss with these, as in ``losses.elbo(scale=0.5)``.

    Errors: `ShapeError`, `SupportError`, `InputError`, `UnknownNameError`, each with the input, row and remedy.

    >>> from likelihoodkit import losses
    >>> losses.gan_hinge(real=[0.5, 2.0], fake=[-3.0, 0.0])
    array([0.5, 1. ])
    >>> losses.vae_kl.gradient([[1.0, 0.0]], [[0.0, 0.0]])
    {'mean': array([[1., 0.]]), 'log_variance': array([[0., 0.]])}
    """

    @property
    def names(self) -> tuple[str, ...]:
        """The inputs in the order of a call: labels or data first, if there are any, then what is differentiated."""
        outcome = self.bound.family.outcome
        return (() if outcome is NO_OUTCOME else (outcome.name,)) + self.outputs

    @property
    def generator(self) -> CatalogueLoss:
        """The generator's side of a game; `UnknownNameError` for a loss that is none."""
        other = f"{self.name}_generator"
        if other not in losses.names():
            raise UnknownNameError(f"{self.name} is no game of two networks: it has no generator", family=self.name)
        found: CatalogueLoss = getattr(losses, other)
        return found

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """The loss of each row, shape (n,); with settings alone, the loss with these."""
        settings = {name for name, how in self.bound.bindings if isinstance(how, Held)}
        if not arguments and keywords and set(keywords) <= settings:
            return entry(self.bound.family, {**self.bound.held, **keywords})
        engine = _framework(arguments, keywords)
        if engine:
            return verb("named_on_tensors")("evaluate", self, *self.named(arguments, keywords), engine)
        rows = self.laid_out(arguments, keywords)
        value = np.empty(rows.count, rows.dtype)
        self._run("value", rows, {"value": value})
        return rows.weigh(value)

    def value_and_gradient(self, *arguments: Any, **keywords: Any) -> tuple[Array, dict[str, Array]]:  # type: ignore[override]
        """Loss (n,) and its gradient by name, each shaped as its input, in one pass."""
        engine = _framework(arguments, keywords)
        if engine:
            named = self.named(arguments, keywords)
            return verb("named_on_tensors")("value_and_gradient", self, *named, engine)  # type: ignore[no-any-return]
        rows = self.laid_out(arguments, keywords)
        value = np.empty(rows.count, rows.dtype)
        gradient: dict[str, Array] = {}
        places = {"value": value}
        for name, columns in rows.columns.items():
            vector = name in self._reader.vectors
            gradient[name] = np.empty((rows.count, columns.stop - columns.start) if vector else rows.count, rows.dtype)
            places[f"d {name}"] = gradient[name].T
        self._run("fused", rows, places)
        for array in (value, *gradient.values()):
            rows.weigh(array)
        return value, gradient

    def gradient(self, *arguments: Any, **keywords: Any) -> dict[str, Array]:  # type: ignore[override]
        """Derivative of each row's loss in every input, by name."""
        return self.value_and_gradient(*arguments, **keywords)[1]

    def hessian(self, *arguments: Any, **keywords: Any) -> dict[tuple[str, str], Array]:  # type: ignore[override]
        """Second derivatives of each row's loss by pairs of names, in either order; at a kink, those beside it."""
        rows = self.laid_out(arguments, keywords)
        matrix = rows.weigh(self._matrix(rows, "hessian"))
        vectors = self._reader.vectors
        found = {}
        for first, across in rows.columns.items():
            for second, down in rows.columns.items():
                block = matrix[:, across, down]
                block = block if second in vectors else block[:, :, 0]
                found[first, second] = block if first in vectors else block[:, 0]
        return found

    def _signature(self) -> Signature:
        """How a written module is called: with the inputs by name."""
        places, family = self.reader.places, self.bound.family
        inputs = []
        if family.outcome is not NO_OUTCOME:
            given = array_of(family.outcome.name, places.y.name, family.outcome.domain)
            inputs.append(replace(given, predicted=False))
        for name, place in places.outputs.items():
            row = family.parameters[name]
            free = row.link not in (None, links.identity, links.vector)
            inputs.append(array_of(name, place.name, row.domain, free))
        return replace(super()._signature(), inputs=tuple(inputs), blocks=(), by_name=True)

    def curvature(self, *arguments: Any, kind: str = "observed", **keywords: Any) -> dict[str, Array]:  # type: ignore[override]
        """Second derivative of each row's loss in each number of its inputs, by name, each shaped as its input.

        ``kind`` is "observed", the diagonal of `hessian`, which may be negative, or "gauss-newton": what bends in the
        distances through which vectors enter, along their slopes (and all of it for numbers and sums over entries),
        which is never negative where the loss is convex in these. The other kinds of `Loss.curvature` need what a loss
        of named inputs has not, a distribution ("fisher") or one residual ("majorizer"): `DerivationError`.

        >>> from likelihoodkit import losses
        >>> losses.gan_minimax.curvature(real=[0.0, 2.0], fake=[0.0, -1.0])["real"].round(4)
        array([0.25 , 0.105])
        >>> losses.soft_triplet.curvature([[0.0]], [[2.0]], [[3.0]], kind="gauss-newton")["positive"].round(4)
        array([[0.1966]])
        """
        if kind in {"fisher", "majorizer"}:
            lacking = "a distribution" if kind == "fisher" else "one residual y - f"
            raise DerivationError(
                f"{self.name} takes {', '.join(self.names)} and has no curvature of kind {kind!r}: it lacks {lacking}",
                family=self.name,
                remedy="Use kind='observed', or hessian for all second derivatives",
            )
        if kind not in {"observed", "gauss-newton"}:
            remedy = "Kinds: observed, gauss-newton"
            raise UnknownNameError(f"no curvature is called {kind!r}", value=kind, remedy=remedy)
        rows = self.laid_out(arguments, keywords)
        if kind == "gauss-newton":
            return self._gauss_newton(rows)
        matrix = rows.weigh(self._matrix(rows, "hessian"))
        diagonal = np.einsum("nii->ni", matrix)
        vectors = self._reader.vectors
        return {
            name: (diagonal[:, columns] if name in vectors else diagonal[:, columns.start]).copy()
            for name, columns in rows.columns.items()
        }

    def _gauss_newton(self, rows: Rows) -> dict[str, Array]:
        key = "gauss-newton"
        if key not in self._runners:
            found = expressions(self.derivation)
            if found is None:
                raise DerivationError(
                    f"{self.name} has no curvature of kind {key!r}: its vectors enter through more than distances",
                    family=self.name,
                    remedy="Use kind='observed'",
                )
            self._runners[key] = self._made(compile_program(found))
        answer = {}
        for name, columns in rows.columns.items():
            vector = name in self._reader.vectors
            answer[name] = np.empty((rows.count, columns.stop - columns.start) if vector else rows.count, rows.dtype)
        self._runners[key].run(rows.inputs, {name: array.T for name, array in answer.items()}, rows.count)
        for array in answer.values():
            rows.weigh(array)
        return answer

    def prepare(self, y: ArrayLike) -> Prepared:
        """Check what is given, labels or data, once, for many calls with other inputs; pass it in their place.

        Raises `DerivationError` where all inputs are predicted: there is nothing to prepare.

        >>> from likelihoodkit import losses
        >>> y = losses.contrastive(2.0).prepare([1.0, 0.0])
        >>> losses.contrastive(2.0)(y, first=[[0.0], [0.0]], second=[[1.0], [1.0]])
        array([0.5, 0.5])
        """
        outcome = self.bound.family.outcome
        if outcome is NO_OUTCOME:
            raise DerivationError(
                f"{self.name} takes {', '.join(self.names)}, all of them predicted: there is nothing to prepare",
                family=self.name,
            )
        array = self._array(outcome.name, y).astype(np.float64)
        terms = {}
        for what in ("value", "fused"):
            found = self._runner(what).prepare(self.derivation.y.name, array.T)
            if found:
                terms[what] = found
        return Prepared(self._question, array, terms)

    def _refused(self, *_: Any, **__: Any) -> Any:
        """What is about the outputs of one row has no meaning for several inputs (`DerivationError`)."""
        raise DerivationError(
            f"{self.name} takes {', '.join(self.names)}: it is no noise, and boosters, Fisher information and "
            "predictions are about one array of outputs",
            family=self.name,
            remedy="Use value_and_gradient, hessian and curvature by name, or tensors of torch or JAX",
        )

    fisher = information = parameters = distribution = predict = _refused
    xgboost = lightgbm = catboost = statsmodels = skpro = keras = _refused

    # -- in the user's own framework -------------------------------------------------------------------------------

    def torch(self, *, reduction: str = "mean") -> Any:  # type: ignore[override]
        """The loss as a `torch.nn.Module` called with the inputs; see `likelihoodkit.export.torch.NamedModule`."""
        return verb("named_module")(self, reduction=reduction)

    def jax(self) -> Any:
        """The loss of each row as a pure function of JAX arrays: this object is one."""
        return self.__call__

    # -- reading -------------------------------------------------------------------------------------------------

    def named(self, arguments: tuple[Any, ...], keywords: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
        """The inputs of a call by name, in order, and its weights."""
        given = {name: value for name, value in keywords.items() if name != "weights"}
        example = f"{self!r}({', '.join(self.names)})"
        if len(arguments) > len(self.names) or set(self.names[: len(arguments)]) & set(given):
            raise BindingError(
                f"{self.name} takes {', '.join(self.names)}, each once", family=self.name, remedy=f"Write {example}"
            )
        given |= dict(zip(self.names, arguments, strict=False))
        for name in given:
            if name not in self.names:
                raise UnknownNameError(
                    f"{self.name} has no input {name!r}",
                    family=self.name,
                    parameter=name,
                    remedy=f"Write {example}",
                )
        for name in self.names:
            if name not in given:
                raise InputError(
                    f"{self.name} needs {name}", family=self.name, parameter=name, remedy=f"Write {example}"
                )
        return {name: given[name] for name in self.names}, keywords.get("weights")

    def laid_out(self, arguments: tuple[Any, ...], keywords: Mapping[str, Any]) -> Rows:
        """Check the arrays of a call and lay them out for the engine."""
        given, weights = self.named(arguments, keywords)
        terms: Mapping[str, Mapping[str, Array]] = {}
        arrays: dict[str, Array] = {}
        for name in self.names:
            one = given[name]
            if isinstance(one, Prepared):
                if name in self.outputs:
                    raise InputError(f"{self.name}: {name} is predicted and cannot be prepared", family=self.name)
                arrays[name], terms = self._recognised(one).y, one.terms
            else:
                arrays[name] = self._array(name, one)
        count = len(arrays[self.outputs[0]])
        self._same_sizes(arrays, count)
        dtype = np.result_type(*[arrays[name].dtype for name in self.outputs])
        inputs: dict[str, Array] = {}
        columns, start = {}, 0
        for name, array in arrays.items():
            if name in self.outputs:
                width = array.shape[1] if array.ndim == 2 else 1
                columns[name] = slice(start, start + width)
                start += width
                inputs[self._reader.places.outputs[name].name] = array.T
            else:
                inputs[self._reader.places.y.name] = array.T
        return Rows(inputs, count, dtype, False, columns, self._reader.weights(weights, count, dtype), terms=terms)

    def _array(self, name: str, values: ArrayLike) -> Array:
        """One input, checked for itself."""
        outcome = self.bound.family.outcome
        row = outcome if name == outcome.name else self.bound.family.parameters[name]
        array = as_real(values, name, self.name)
        ranks = 2 if isinstance(row.symbol, VectorSymbol) else 1
        if array.ndim != ranks:
            remedy = f"For a single row use np.asarray({name})[None]" if array.ndim < ranks else None
            if array.ndim == 2 and array.shape[1] == 1 and ranks == 1:
                remedy = f"Use np.ravel({name})"
            shape = "(n, d)" if ranks == 2 else "(n,)"
            raise ShapeError(
                f"{self.name}: {name} must have shape {shape}, not {array.shape}",
                family=self.name,
                parameter=name,
                value=array.shape,
                remedy=remedy,
            )
        check_finite(array, name, self.name)
        if isinstance(row.domain, SignedLabels):
            array = row.domain.recode(array, self.name)
        if row.link not in (None, links.identity, links.vector):
            return array  # an output of the model: its link leads into the domain
        if ranks == 2:
            known = Known(entries=array.shape[1])
            check_outcome(row.domain, array, self.name, known, None, what=name)
        else:
            row.domain.check(array, family=self.name, what=name)
        return array

    def _same_sizes(self, arrays: Mapping[str, Array], count: int) -> None:
        """Inputs have the same rows, and those of one kind the same entries."""
        first_of: dict[str, str] = {}
        outcome = self.bound.family.outcome
        for name, array in arrays.items():
            other = self.outputs[0]
            if len(array) != count:
                raise ShapeError(
                    f"{self.name}: {name} has {len(array)} rows, {other} has {count}",
                    family=self.name,
                    parameter=name,
                    value=array.shape,
                )
            domain = (outcome if name == outcome.name else self.bound.family.parameters[name]).domain
            if not domain.vector:
                continue
            other = first_of.setdefault(domain.name, name)
            first = (outcome if other == outcome.name else self.bound.family.parameters[other]).domain
            entries = entries_of(first.layout, arrays[other].shape[1]) or 0
            pairs = ((first, arrays[other]), (domain, array))
            sizes = [columns_of(d.layout, entries, 0) == a.shape[1] for d, a in pairs]
            if not all(sizes):
                raise ShapeError(
                    f"{self.name}: {name} has shape {array.shape}, {other} has {arrays[other].shape}",
                    family=self.name,
                    parameter=name,
                    value=array.shape,
                    remedy=f"Both hold {domain.words} of one length",
                )


def _framework(arguments: tuple[Any, ...], keywords: Mapping[str, Any]) -> str:
    """The framework whose tensors are among the inputs, "" if none are."""
    return framework_of(*arguments, *keywords.values())
