"""What a fit says about its coefficients beyond the inverse information: sandwich, profile, likelihood ratio."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import chdtrc, ndtri

from likelihoodkit.errors import FitError, InputError, ShapeError, UnknownNameError
from likelihoodkit.fit import kinks, newton
from likelihoodkit.fit.constrained import constrain, triangle

if TYPE_CHECKING:
    from likelihoodkit.fit.result import Fit

Array = NDArray[Any]

#: how far a profile is followed, in Wald standard errors, before its end counts as infinite
FARTHEST = 64.0


def sandwich(fit: Fit, clusters: ArrayLike | None = None) -> Array:
    """The covariance (k, k) that holds also where the noise is wrong and only the estimating equation is right.

    Inverse information, times the sum of the outer products of the rows' scores, times inverse information (Huber
    1967; White 1982, Econometrica 50, 1-25). ``clusters`` (n,) are labels of rows that belong together: their scores
    are added up first, and the result is multiplied by G/(G - 1) for G clusters (Liang and Zeger 1986). Weights are
    repeats, as in `lk.fit`.
    """
    model, scores = fit.problem.model, slopes(fit)
    weights = np.ones(len(model.y)) if model.weights is None else model.weights
    if clusters is None:
        meat: Array = scores.T @ (scores * weights[:, None])
        return _between(fit, meat)
    labels = np.asarray(clusters)
    if labels.shape != fit.problem.used.shape:
        raise ShapeError(
            f"{model.loss.name}: clusters must have shape {fit.problem.used.shape}, not {labels.shape}",
            family=model.loss.name,
        )
    kinds, place = np.unique(labels[fit.problem.used], return_inverse=True)
    if len(kinds) < 2:
        raise InputError(f"{model.loss.name}: one cluster says nothing about how clusters differ")
    sums = np.zeros((len(kinds), scores.shape[1]))
    np.add.at(sums, place, scores * weights[:, None])
    return _between(fit, sums.T @ sums * (len(kinds) / (len(kinds) - 1)))


def slopes(fit: Fit) -> Array:
    """The loss of each row, not weighted, differentiated in the coefficients, (n, k)."""
    model = fit.problem.model
    rows = model.loss.gradient(model.y, model.outputs(fit.inner), **model.given).reshape(len(model.y), -1)
    found: Array = np.hstack([b.basis.basis * rows[:, b.column, None] for b in model.blocks]) @ triangle(model)
    return found


def _between(fit: Fit, meat: Array) -> Array:
    answer: Array = fit.covariance @ meat @ fit.covariance
    return answer


def wald(fit: Fit, level: float) -> dict[str, tuple[float, float]]:
    """Estimate plus and minus normal quantiles of the standard error."""
    reach = float(ndtri(0.5 + level / 2)) * np.sqrt(np.diag(fit.covariance))
    return {name: (float(c - r), float(c + r)) for name, c, r in zip(fit.names, fit.coefficients, reach, strict=True)}


def profile(fit: Fit, level: float, names: tuple[str, ...]) -> dict[str, tuple[float, float]]:
    """Values of each coefficient that a likelihood-ratio test at that level would not reject, the others refitted.

    An end is infinite where the likelihood stays above the bound up to 64 standard errors away.
    """
    model = fit.problem.model
    if kinks.find(model.loss) is not None:
        raise FitError(
            f"{model.loss.name}: the likelihood has kinks, and its profile no smooth ends",
            family=model.loss.name,
            remedy="Use kind='wald' or fit.robust()",
        )
    if not fit.converged:
        raise FitError(f"{model.loss.name}: a fit that did not converge has no profile", family=model.loss.name)
    found = {}
    for name in names:
        if name not in fit.names:
            raise UnknownNameError(
                f"{model.loss.name} has no coefficient {name!r}", value=name, remedy=f"They are {', '.join(fit.names)}"
            )
        found[name] = (_end(fit, name, level, -1.0), _end(fit, name, level, 1.0))
    return found


def _end(fit: Fit, name: str, level: float, side: float) -> float:
    spot = fit.names.index(name)
    error = float(np.sqrt(fit.covariance[spot, spot]))
    if not error > 0:  # held by a constraint
        return float(fit.coefficients[spot])
    reach = float(ndtri(0.5 + level / 2))
    known: dict[float, float] = {0.0: -reach}
    inner = fit.inner

    def gap(away: float) -> float:
        """Root of the likelihood ratio at so many standard errors, less what the level allows."""
        nonlocal inner
        if away not in known:
            optimum, inner = _refitted(fit, spot, fit.coefficients[spot] + side * away * error, inner)
            known[away] = float(np.sqrt(max(2 * (optimum.value + fit.loglik), 0.0))) - reach
        return known[away]

    low, high = 0.0, reach
    while gap(high) < 0:
        low, high = high, 2 * high
        if high > FARTHEST * reach:
            return side * np.inf
    away = float(brentq(gap, low, high, xtol=1e-9, rtol=1e-12))
    return float(fit.coefficients[spot] + side * away * error)


def _refitted(fit: Fit, spot: int, value: float, inner: Array) -> tuple[newton.Optimum, Array]:
    """The optimum with one coefficient held, found from where the last search ended."""
    model = fit.problem.model
    rows, values = fit.problem.constraints or (np.empty((0, model.size)), np.empty(0))
    held = np.eye(model.size)[spot]
    if model.size == len(rows) + 1:  # nothing is left to refit
        only = np.linalg.lstsq(np.vstack([rows, held]), np.append(values, value))[0]
        there = triangle(model) @ only
        total = float(model.values(model.outputs(there)).sum())
        return newton.Optimum(there, total, 0.0, 0, True, None, None), there
    restricted = constrain(model, np.vstack([rows, held]), np.append(values, value))
    optimum = newton.minimise(restricted, restricted.free(inner))
    return optimum, restricted.inner(optimum.inner)


@dataclass(frozen=True)
class LikelihoodRatio:
    """A likelihood-ratio test of a smaller fit inside a larger one.

    ``statistic`` is twice the difference of the log-likelihoods; ``df`` the number of coefficients given up;
    ``boundary`` says that one of them ends at the edge of its range, where the law is half of chi squared with df - 1
    and half with df degrees of freedom (Self and Liang 1987, Journal of the American Statistical Association 82).
    """

    larger: str
    smaller: str
    statistic: float
    df: int
    p: float
    boundary: bool

    def __str__(self) -> str:
        law = f"chi squared with {self.df}" + (f" or {self.df - 1}" if self.boundary else "")
        law += " degree of freedom" if self.df == 1 and not self.boundary else " degrees of freedom"
        return f"{self.smaller} in {self.larger}: 2 (l1 - l0) = {self.statistic:.4f}, {law}, p = {self.p:.4g}"


def _counted(fit: Fit) -> str:
    """A fit by its noise and how many coefficients were free."""
    return f"{fit.bound!r} of {fit.free} coefficient{'' if fit.free == 1 else 's'}"


def likelihood_ratio(larger: Fit, smaller: Fit) -> LikelihoodRatio:
    """Twice the gain in log-likelihood and its p-value; that one is nested in the other is for the caller to know.

    What can be seen is checked: the same outcomes and weights, fewer coefficients, no larger likelihood.
    """
    a, b = larger.problem.model, smaller.problem.model
    same = np.array_equal(a.y, b.y) and np.array_equal(
        np.ones(len(a.y)) if a.weights is None else a.weights, np.ones(len(b.y)) if b.weights is None else b.weights
    )
    label = f"{_counted(smaller)} in {_counted(larger)}"
    if not same:
        raise InputError(f"likelihood ratio of {label}: the fits are of different outcomes or weights")
    for fit in (larger, smaller):
        if not fit.converged:
            raise FitError(f"likelihood ratio of {label}: {fit.bound!r} did not converge", family=fit.loss.name)
    df = larger.free - smaller.free
    statistic = 2 * (larger.loglik - smaller.loglik)
    if df <= 0 or statistic < -1e-7 * max(1.0, abs(larger.loglik)):
        raise FitError(
            f"likelihood ratio of {label}: not nested ({df} more coefficients, log-likelihood {statistic / 2:+.6g})",
            remedy="Give the smaller fit as the argument; compare fits that are not nested with lk.compare",
        )
    limits = larger.bound.family.limit or {}
    boundary = larger.bound.family is not smaller.bound.family and any(
        smaller.bound.family.__name__ == str(other) for _, other in limits.values()
    )
    statistic = max(statistic, 0.0)
    p = float(chdtrc(df, statistic))
    if boundary:
        p = (p + (float(chdtrc(df - 1, statistic)) if df > 1 else float(statistic == 0))) / 2
    return LikelihoodRatio(_counted(larger), _counted(smaller), statistic, df, p, boundary)
