"""`fit`: from a noise and data to a `Fit`."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from likelihoodkit.declaration import Bound
from likelihoodkit.errors import ConvergenceWarning, InputError
from likelihoodkit.fit import corners, newton, search
from likelihoodkit.fit.blocks import Executor, summed
from likelihoodkit.fit.constrained import Constraints, names_of
from likelihoodkit.fit.formula import Formulas, is_formula, named_column, read
from likelihoodkit.fit.limits import reached
from likelihoodkit.fit.model import Model
from likelihoodkit.fit.newton import Report
from likelihoodkit.fit.partitions import partitioned
from likelihoodkit.fit.predictor import Predictor
from likelihoodkit.fit.prepare import Problem, bound_of, prepare
from likelihoodkit.fit.result import Fit
from likelihoodkit.loss import derive
from likelihoodkit.rows.arrays import check_labels

Array = NDArray[Any]
#: sizes of outcomes between which the square of a scale and its reciprocal are numbers
OUTCOMES = (1e-150, 1e150)
#: the slope of a row, in slopes of the middle row, from which it alone is what a likelihood has no maximum for
ALONE = 1e6


def fit(
    noise: Any,
    y: Any = None,
    X: Any = None,
    weights: ArrayLike | None = None,
    offset: ArrayLike | None = None,
    intercept: bool = True,
    classes: int | Sequence[Any] | None = None,
    constraints: Constraints | None = None,
    progress: Report | None = None,
    blocks: Callable[[], Iterable[Any]] | Sequence[Any] | None = None,
    executor: Executor | None = None,
    data: Any = None,
    **given: ArrayLike,
) -> Fit:
    """Fit a noise to data by maximum likelihood.

    Parameters
    ----------
    noise : family, bound family or Loss
        What is assumed. Parameters that are held stay; every other one is learnt on its link scale; a shared parameter
        is one constant.
    y : (n,) array, (n, d) for vector outcomes, or a formula
        The outcome. A formula such as ``"amount ~ age + C(region) + bs(z)"``, or a dict with one per parameter of
        which the first names the outcome (``{"mean": "amount ~ age", "shape": "~ age"}``), is read on the data frame
        ``data`` (or ``X``) by formulaic (extra ``formula``). Formulas are code: never take them from strangers.
    X : None, (n, p) array, (n,) array, data frame, mapping from column name to vector, or dict of these
        None learns one constant per parameter. A single design feeds the first predicted parameter; a dict such as
        ``{"mean": X, "dispersion": Z}`` gives each its own; a parameter without one is a constant. Rows go by position;
        where pandas objects label them, the labels must be the same.
    weights : (n,) array, optional
        How often each row counts: a weight of 2 is the same as the row written twice. Rows of weight 0 are left out.
    offset : (n,) array, optional
        Added to the first predicted parameter on its link scale (log exposure, say).
    intercept : bool
        Put a column of ones called "intercept" first in every design.
    classes : int or sequence, optional
        For class outcomes: how many there are, or their names, by which ``y`` may then go. Class 0 is the reference,
        whose logit is 0.
    constraints : mapping or sequence, optional
        Linear equations between coefficients, by their names in `Fit.names`: ``{"mean.x1": 0.5}`` holds one,
        ``[({"mean.x1": 1, "mean.x2": -1}, 0)]`` makes two equal.
    progress : callable, optional
        Called with a `Progress` (iteration, loglik, score) before each step of each search.
    blocks : function or sequence, optional
        In the place of y, X, weights, offset and settings: rows in blocks, more of them than memory holds. A function
        that gives the blocks anew each time it is called, or a sequence of them. A block is ``(y, X)``, a mapping with
        ``y``, ``X``, ``weights``, ``offset`` and settings, or a function without arguments that loads one.
        Dask arrays and data frames as ``y``, ``X``, ``weights`` and ``offset`` are blocks too, one per partition.
    executor : optional
        Computes the blocks: a pool of `concurrent.futures`, a Dask client, anything with ``submit``. On a client the
        partitions of Dask collections are computed once and stay in the memory of the cluster.
    data : data frame or mapping, optional
        What a formula is read on. Beside a formula ``weights``, ``offset`` and settings may be names of its columns.
    **given : number or (n,) array
        Settings that the family takes with each call (``trials=`` of `Binomial`).

    Returns
    -------
    Fit

    Raises
    ------
    FitError
        Singular design (the columns are named), too few rows, nothing to learn, a class that never occurs.
    ShapeError, SupportError, InputError, UnknownNameError
        Arrays that do not fit: NaN in X (column and row named), outcomes outside the support, unknown names, rows that
        y and X label differently.

    Warns
    -----
    ConvergenceWarning
        The gradient did not vanish, or the maximum lies at infinity (separated classes, a dispersion that wants to be
        zero); names the parameter and column, and the gradient norm.

    Notes
    -----
    Newton's method with the exact Hessian; Fisher scoring where that is not positive definite; backtracking line
    search. Converged means: the score statistic g' I^-1 g is at most 1e-20 (1e-12 if rounding stops it there), the
    observed information I is positive definite, and a further step would not move the outputs. Losses made of straight
    pieces (`Laplace`, `AsymmetricLaplace`) are solved exactly by linear programs; where other losses have kinks, slopes
    on both sides of the rows that lie there must add up to zero. Where the loss is not convex in its
    first output the search is repeated from a least-squares and a least-absolute-deviations start and the best is
    kept; a better maximum elsewhere cannot be excluded.

    Examples
    --------
    >>> import likelihoodkit as lk
    >>> from likelihoodkit.fit import fit
    >>> answer = fit(lk.Poisson, [2, 3, 6, 7, 8, 9, 10, 12, 15], [-1, -1, 0, 0, 0, 0, 1, 1, 1])
    >>> {k: round(v, 4) for k, v in answer.params["mean"].items()}
    {'intercept': 1.8893, 'x1': 0.6698}
    >>> answer.converged, round(answer.loglik, 4)
    (True, -18.5259)
    """
    if data is not None and (X is not None or not is_formula(y)):
        raise InputError(f"{bound_of(noise).name}: data= goes with a formula in the place of y, and without X")
    if is_formula(y):
        X = data if X is None else X
        weights, offset, *values = (named_column(X, part) for part in (weights, offset, *given.values()))
        given = dict(zip(given, values, strict=True))
    if blocks is None and not is_formula(y):
        blocks = partitioned({"y": y, "X": X, "weights": weights, "offset": offset, **given}, executor)
        if blocks is not None:
            y, X, weights, offset, given = None, None, None, None, {}
    if blocks is not None:
        if not all(part is None for part in (y, X, weights, offset, constraints)) or given:
            raise InputError("blocks= takes the place of y, X, weights, offset, constraints and settings")
        result = _in_blocks(noise, blocks, intercept, classes, executor, progress)
        if not result.converged:
            norm = f"gradient norm {result.gradient_norm:.3g} (in standard errors) after {result.iterations} iterations"
            warnings.warn(f"{result.loss.name}: the fit did not converge ({norm})", ConvergenceWarning, stacklevel=2)
        return result
    check_labels({"y": y, "X": X, "weights": weights, "offset": offset, **given}, bound_of(noise).name)
    formulas: Formulas | None = None
    if is_formula(y):
        y, X, formulas = read(y, X, bound_of(noise).name)
    problem = prepare(noise, y, X, weights, offset, intercept, classes, given, constraints)
    with np.errstate(over="ignore", invalid="ignore"):  # whether sums have left float64 is asked after each step
        optimum = search.best(problem, progress)
    if _met_exactly(problem, optimum):
        optimum = replace(optimum, converged=False)
    result = replace(_result(problem, optimum), formulas=formulas)
    problem.model.forget()
    if not result.converged:
        warnings.warn(_complaint(problem, optimum) + _alike(problem.model), ConvergenceWarning, stacklevel=2)
    return result


def _met_exactly(problem: Problem, optimum: newton.Optimum) -> bool:
    """Are the data met to rounding, so that the scale that was found is that of rounding errors?

    The outputs of a location then have standard errors that float64 cannot tell from zero beside their size.
    """
    if problem.constraints is not None:  # an equation may well leave an output no error
        return False
    model = problem.model
    if not (model.units > 1).any():  # no output is a location
        return False
    outputs = model.outputs(optimum.inner)
    root = search.inner_root(problem, optimum)
    if root is None and optimum.kind == "expected":  # a minimum at kinks without an end to what is known there
        return False
    if root is None:  # rounding may have spoilt the curvature that was observed: what is expected then
        factored = newton.factor(model.expected(outputs))
        if factored is None:  # it may have left float64: are all outcomes told to more digits than these have?
            told = model.loss(model.y, outputs, **model.given) + np.log(float(np.abs(model.plain_y).max()))
            return bool((told < np.log(np.finfo(np.float64).eps)).all())
        root = newton.root(factored)
    variances, sizes = np.square(root).sum(axis=1), np.abs(outputs).max(axis=0)
    # columns of a basis have mean square 1: the sum of their variances is the mean variance of the output
    return any(
        unit > 1
        and np.sqrt(variances[place].sum() * len(model.y)) < 64 * np.finfo(np.float64).eps * sizes[block.column]
        for block, place, unit in zip(model.blocks, model.slices, model.units, strict=True)
    )


def _result(problem: Problem, optimum: newton.Optimum) -> Fit:
    model, inner = problem.model, search.inner(problem, optimum)
    count = search.weight(model)
    root = search.inner_root(problem, optimum)
    found = _told(model, inner, root, optimum, count, problem.bound, problem.predictor)
    if problem.constraints is None:
        return replace(found, kept=problem)
    matrix, values = problem.constraints
    alone = matrix[np.count_nonzero(matrix, axis=1) == 1]
    held = alone.any(axis=0)  # what an equation holds at a number has no error, and what rounding left is none
    covariance = np.where(held[:, None] | held, 0.0, found.covariance)
    return replace(found, kept=problem, free=model.size - len(values), covariance=covariance)


def _told(
    model: Model,
    inner: Array,
    inner_root: Array | None,
    optimum: newton.Optimum,
    count: float,
    bound: Bound,
    predictor: Predictor,
) -> Fit:
    """The optimum in the user's coefficients."""
    coefficients = np.concatenate(
        [b.basis.coefficients(inner[p]) for b, p in zip(model.blocks, model.slices, strict=True)]
    )
    covariance = np.full((model.size, model.size), np.nan)  # stays so where there is no information to invert
    if inner_root is not None:
        back = np.zeros((model.size, model.size))
        for block, place in zip(model.blocks, model.slices, strict=True):
            back[place, place] = block.basis.back
        root = back @ inner_root
        covariance = root @ root.T
    return Fit(
        loss=derive(model.loss.bound),
        coefficients=coefficients,
        names=names_of(model),
        covariance=covariance,
        loglik=-optimum.value,
        n=int(count) if count.is_integer() else count,
        converged=optimum.converged,
        gradient_norm=optimum.score,
        iterations=optimum.iterations,
        information=optimum.kind,
        bound=bound,
        predictor=predictor,
        inner=inner,
        free=model.size,
    )


def _in_blocks(
    noise: Any,
    blocks: Callable[[], Iterable[Any]] | Sequence[Any],
    intercept: bool,
    classes: int | Sequence[Any] | None,
    executor: Executor | None,
    report: Report | None,
) -> Fit:
    """The fit of rows that come in blocks; the rows are not kept."""
    total, start, seen, rows = summed(noise, blocks, intercept, classes, executor, fit)
    optimum = newton.minimise(total, start, report=report)
    factored = None if optimum.information is None else newton.factor(optimum.information)
    root = None if factored is None else newton.root(factored)
    predictor = rows.predictor(total.shape.blocks)
    return _told(total.shape, optimum.inner, root, optimum, seen.weight, rows.bound, predictor)


def _complaint(problem: Problem, optimum: newton.Optimum) -> str:
    model, name = problem.model, problem.model.loss.name
    norm = f"gradient norm {optimum.score:.3g} (in standard errors) after {optimum.iterations} iterations"
    if _met_exactly(problem, optimum):
        return f"{name}: the data are met to rounding: the likelihood has no maximum, the scale is zero ({norm})"
    size = float(np.abs(model.plain_y).max())
    if optimum.runaway is None and size > 0 and not OUTCOMES[0] < size < OUTCOMES[1]:
        return (
            f"{name}: outcomes of {size:.3g} have curvatures beyond float64, about 1/y**2: whether the fit is at its "
            f"maximum cannot be told ({norm}). Change the unit of y: divide it by {size:.1g}, say"
        )
    if optimum.runaway is None:
        end = "did not converge" if optimum.information is not None else "ended where the likelihood has no maximum"
        return f"{name}: the fit {end} ({norm}){_one_row(problem, optimum)}"
    block, place = model.blocks[optimum.runaway], model.slices[optimum.runaway]
    coefficients = block.basis.coefficients(search.inner(problem, optimum)[place])
    column = int(np.argmax(np.abs(coefficients) * np.linalg.norm(block.basis.triangle, axis=0)))
    where = f"{block.label}.{block.names[column]} is at {coefficients[column]:.4g} and still moving"
    if optimum.score**2 <= newton.STALLED:
        ends = reached(model, model.outputs(search.inner(problem, optimum)))
        if ends:
            return (
                f"{name}: the maximum lies at infinity: {where} ({norm}). That is where a simpler noise begins "
                f"({'; '.join(ends)}): fit that one"
            )
        return (
            f"{name}: the maximum lies at infinity: {where} ({norm}). Columns that separate the outcomes do that; so "
            f"does a dispersion that wants to be zero or a df that wants to be infinite, where a simpler family fits"
        )
    if corners.present(model.loss):
        return (
            f"{name}: the fit did not converge: {where} ({norm}). The loss has kinks that this link bends; use identity"
        )
    return f"{name}: the fit did not converge: {where} ({norm}). A scale does that when the data are met exactly"


def _alike(model: Model) -> str:
    """What all outcomes are, where that is why there is no maximum: beyond an end, or one and the same number."""
    domain = model.loss.bound.family.outcome.domain
    if domain.interval:
        low, high = model.intervals.T
        above, below = np.isposinf(high).all(), (low <= domain.low).all()
        end = "lower" if above else "upper"
        return f". Of every outcome only {'a' if end == 'lower' else 'an'} {end} end is known" if above or below else ""
    if domain.vector:
        return ""
    first = float(model.plain_y[0])
    return f". Every outcome is {first:.12g}" if (model.plain_y == first).all() else ""


def _one_row(problem: Problem, optimum: newton.Optimum) -> str:
    """Which row alone has a density that grows and grows, in words; nothing where none has."""
    model, inner = problem.model, search.inner(problem, optimum)
    slopes = np.abs(model.row_gradients(model.outputs(inner))).max(axis=1)
    row = int(np.argmax(slopes))
    if not slopes[row] > ALONE * float(np.median(slopes)):
        return ""
    return (
        f". Row {int(np.flatnonzero(problem.used)[row])} alone, y = {model.plain_y[row]:.6g}, makes it so: its density "
        f"grows without bound where a component shrinks onto it or an end of the support meets it. Hold a parameter "
        f"(a shape, the scales of a mixture as one) or choose a noise without such an end"
    )


def again(found: Fit, weights: Array) -> Fit:
    """The same fit to the same rows with other weights, (n,) for the rows that the fit used."""
    model = found.problem.model
    tables = {b.parameter: dict(zip(b.names, b.basis.table.matrix.T, strict=True)) for b in model.blocks}
    first = next((b for b in model.blocks if b.parameter == found.problem.first), None)
    column = 0 if first is None else first.column  # a first parameter without coefficients is the first column
    offset = model.base[:, column] if model.base[:, column].any() else None
    labels = [b.label[len(b.parameter) + 1 : -1] for b in model.blocks if b.label != b.parameter]
    pairs = None
    if found.problem.constraints is not None:
        rows = found.problem.constraints
        pairs = [(dict(zip(found.names, w, strict=True)), float(v)) for w, v in zip(*rows, strict=True)]
    return fit(
        found.bound,
        model.y,
        {name: table for name, table in tables.items() if name in found.bound.outputs},
        weights=weights,
        offset=offset,
        intercept=False,
        classes=None if not labels or not _has_reference(model) else ["0", *dict.fromkeys(labels)],
        constraints=pairs,
        **model.given,
    )


def _has_reference(model: Model) -> bool:
    return model.loss.bound.family.outcome.domain.upper == "classes"
