"""Where a search begins, what it searches in, and which of the optima found is kept."""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

from likelihoodkit.errors import FitError
from likelihoodkit.fit import corners, descent, kinks, newton
from likelihoodkit.fit.basis import triangle_of
from likelihoodkit.fit.blocks import SAMPLE
from likelihoodkit.fit.constrained import Constrained, constrain
from likelihoodkit.fit.model import Model
from likelihoodkit.fit.newton import Progress, Report
from likelihoodkit.fit.prepare import MANY, Problem
from likelihoodkit.fit.start import Starts
from likelihoodkit.fit.tiles import Tiled

Array = NDArray[Any]

#: samples grow by this factor; a sample's score statistic at which the next one takes over
GROWTH, NEAR = 8, 0.1
#: how far from the optimum curvature is the curvature there to five digits, in units of the outputs: standard errors
#: over root n
SAME = 2e-6
#: what is left of the information about one coefficient where all others are unknown, below which a place is flat
FLAT = 1e-8
#: outputs of a law that is looked for elsewhere too, though it was found
SHAPELY = 4
#: iterations of a search that goes by short steps, after those by long ones have failed
SHORT = 30
#: the slope, in standard errors, below which what still moves is on its way to a maximum at infinity
LEVEL = 1e-3


def _total(problem: Problem) -> Model | Constrained | Tiled:
    """What is minimised: the model, tile by tile where it has many rows, or the model where the constraints hold."""
    if problem.constraints is None:
        return problem.model if len(problem.model.y) < MANY else Tiled(problem.model)
    if corners.present(problem.model.loss):
        raise FitError(
            f"{problem.model.loss.name}: constraints are not available for losses with kinks",
            family=problem.model.loss.name,
            remedy="Move what is held into offset=, or choose a smooth noise",
        )
    return constrain(problem.model, *problem.constraints)


def best(problem: Problem, report: Report | None) -> newton.Optimum:
    """The best optimum found from the starts."""
    model, total = problem.model, _total(problem)
    starts = Starts(model, problem.first)
    kink = kinks.find(model.loss)
    if kink is not None:
        return kinks.minimise(model, kink, starts.constant())

    def minimise(start: Array, known: newton.Optimum | None = None, far: bool = True) -> newton.Optimum:
        free = total.free(start) if isinstance(total, Constrained) else start
        return newton.minimise(total, free, newton.LIMIT if far else SHORT, known, report, far=far)

    if isinstance(total, Tiled):
        beginning = _nearby(total, problem.first, report)
        best = _last_step(total, beginning, report) or minimise(beginning)
    else:
        beginning = starts.constant()
        if isinstance(total, Model) and _kinked(total, beginning):
            return _at_kinks(total, starts, beginning, beginning, report)
        best = minimise(beginning)
    again = isinstance(total, Model) and _shapely(model)
    if best.converged and not _flat(best) and not _bends(model, total, best.inner, problem.first):
        for start in islice(starts.elsewhere(beginning), 1) if again else ():
            best = _better(minimise(start), best)
        return best
    for start in (*starts.fitted(beginning), *starts.apart(beginning)):
        # what is flat is within a standard error of all there is
        best = _better(minimise(start, None if _flat(best) else best), best)
    lost = not best.converged or _flat(best)
    if lost and isinstance(total, Model) and _kinked(total, best.inner):
        return _better(_at_kinks(total, starts, beginning, best.inner, report), best)
    # a maximum at infinity is no valley
    beyond = best.runaway is not None and best.score < LEVEL
    lost = lost and not beyond
    for start in starts.elsewhere(beginning) if lost or (again and not beyond) else ():
        best = _better(minimise(start), best)
        if best.converged and not _flat(best):
            break
    if best.converged or len(model.loss.outputs) == 1:
        return best
    # long steps may lead past a maximum to where there is none, as where a component shrinks onto an outcome
    for start in (beginning, *starts.apart(beginning)):
        found = minimise(start, far=False)
        best = _better(found, best)
        if found.converged:
            break
    return best


def _shapely(model: Model) -> bool:
    """Is it one law of a location, a scale and two shapes or more? Such likelihoods have several maxima."""
    family = model.loss.bound.family
    return not family.parts and not family.components and len({b.column for b in model.blocks}) >= SHAPELY


def _kinked(model: Model, inner: Array) -> bool:
    """Have rows kinks there?"""
    return bool(len(descent.kinks_of(model, model.outputs(inner)).rows))


def _at_kinks(model: Model, starts: Starts, constant: Array, first: Array, report: Report | None) -> newton.Optimum:
    """The best optimum from ``first`` and the starts where rows have kinks."""
    best = descent.minimise(model, first, report)
    for start in (*starts.fitted(constant), *starts.apart(constant)):
        best = _better(descent.minimise(model, start, report), best)
    return best


def _better(one: newton.Optimum, other: newton.Optimum) -> newton.Optimum:
    return one if (one.converged, -one.value) > (other.converged, -other.value) else other


def _flat(found: newton.Optimum) -> bool:
    """Is there a direction of which the rows say next to nothing there, as of a skew of 0? It need be no maximum."""
    factored = None if found.information is None else newton.factor(found.information)
    return factored is None or bool((np.diag(factored[0]) ** 2).min(initial=1.0) < FLAT)


def _nearby(whole: Tiled, first: str | None, report: Report | None) -> Array:
    """Near the optimum of many rows, or a better start: by way of a sample, then of eight times as many rows.

    Each sample leads to within a few standard errors of the next, and its curvature serves there.
    """
    model = whole.model
    steps = [len(model.y) // SAMPLE]
    while steps[-1] > GROWTH:
        steps.append(steps[-1] // GROWTH)
    some = _some(model, SAMPLE)
    start = Starts(some, first).constant()
    near = newton.minimise(some, start, enough=NEAR)
    if near.information is None or near.score**2 > NEAR:
        return start
    inner, information, seen = near.inner, _as_all(some, near.information), weight(some)
    for step in steps[1:]:
        part = Tiled(model.at(slice(None, None, step)))
        count = weight(part.model)
        inner, information = _onwards(part, inner, information * (count / seen))
        seen = count
    rows = weight(model)
    return newton.approach(whole.slopes, inner, information * (rows / seen), SAME**2 * rows, report)


def _onwards(part: Tiled, inner: Array, information: Array) -> tuple[Array, Array]:
    """From the optimum of fewer rows to that of these, all but, and their information; as it was where that fails.

    A step by slopes leads to within a standard error or so, and one of Newton's method from there as near as a sample
    needs.
    """
    slopes, factored = part.slopes(inner), newton.factor(information)
    if factored is None or not np.isfinite(slopes).all():
        return inner, information
    step = newton.solve(factored, slopes)
    totals = part.outputs(inner - step)
    nearer = newton.factor(totals.observed)
    if nearer is None or not newton.norm(nearer, totals.gradient) < newton.norm(factored, slopes) / 2:
        return inner, information
    return inner - step - newton.solve(nearer, totals.gradient), _as_all(part.model, totals.observed)


def _last_step(whole: Tiled, start: Array, report: Report | None) -> newton.Optimum | None:
    """The optimum by one step of Newton's method and one by the slopes where that ends; None where it is not enough.

    Steps so short leave the information alone to five digits. So the score shrinks by the second as it has by the
    first, or by more: it is told without another pass over the rows. How the information changes from ``start`` on, a
    sample says to two digits: that makes seven.
    """
    totals = whole.outputs(start)
    factored = newton.factor(totals.observed)
    if factored is None or not np.isfinite(totals.gradient).all():
        return None
    step = -newton.solve(factored, totals.gradient)
    statistic = -float(totals.gradient @ step)
    if report is not None:
        report(Progress(0, -float(totals.values.sum()), max(statistic, 0.0) ** 0.5))
    if not statistic <= SAME**2 * weight(whole.model):
        return None
    inner = start + step
    slopes = whole.slopes(inner)
    if not np.isfinite(slopes).all():
        return None
    last = -newton.solve(factored, slopes)
    seen, moves = newton.norm(factored, slopes), whole.movement(last, totals)
    score = seen**2 / max(statistic**0.5, seen) if seen else 0.0
    if not (score**2 <= newton.TOLERANCE and (moves <= newton.RUNAWAY).all()):
        return None
    inner += last
    some = _some(whole.model, 2 * SAMPLE)
    changed = some.observed(some.outputs(inner)) - some.observed(some.outputs(start))
    information = totals.observed + changed * (weight(whole.model) / weight(some))
    if newton.factor(information) is None:
        return None
    value = float(totals.values.sum()) - statistic / 2
    return newton.Optimum(inner, value, score, 2, True, None, information)


def _some(model: Model, rows: int) -> Model:
    """A sample of about so many rows."""
    return model.at(slice(None, None, max(1, len(model.y) // rows)))


def _as_all(some: Model, information: Array) -> Array:
    """The information of a sample, had its designs the squares and products that all rows have: nearer to that of all.

    What is known of the designs of all rows need not be guessed from the sample; what is left is how curvature varies.
    """
    turned = information.copy()
    known: dict[int, Array] = {}
    for block, place in zip(some.blocks, some.slices, strict=True):
        if id(block.basis) not in known:
            known[id(block.basis)] = triangle_of(block.basis.table) @ block.basis.back / np.sqrt(len(some.y))
        triangle = known[id(block.basis)]
        turned[place] = solve_triangular(triangle, turned[place], trans="T")
        turned[:, place] = solve_triangular(triangle, turned[:, place].T, trans="T").T
    return turned


def weight(model: Model) -> float:
    """How many rows a model counts."""
    return float(len(model.y) if model.weights is None else model.weights.sum())


def inner(problem: Problem, optimum: newton.Optimum) -> Array:
    """The inner coefficients of the model at an optimum."""
    total = _total(problem)
    return total.inner(optimum.inner) if isinstance(total, Constrained) else optimum.inner


def inner_root(problem: Problem, optimum: newton.Optimum) -> Array | None:
    """A root of the inverse information in the inner coefficients; None where it is not positive definite."""
    factored = None if optimum.information is None else newton.factor(optimum.information)
    if factored is None:
        return None
    total = _total(problem)
    root = newton.root(factored)
    return total.directions @ root if isinstance(total, Constrained) else root


def _bends(model: Model, total: Model | Constrained | Tiled, inner: Array, first: str | None) -> bool:
    """Is the loss of some row not convex in the first output, so that there may be several optima?"""
    if isinstance(total, Tiled):
        least = total.least
    else:
        curvature = model.row_hessians(total.outputs(inner))
        least = np.array([curvature[:, block.column, block.column].min() for block in model.blocks])
    return any(bool(low < 0) for low, b in zip(least, model.blocks, strict=True) if b.parameter == first)
