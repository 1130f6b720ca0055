"""`compare`: several fits of the same outcomes, side by side."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, ndtr

from likelihoodkit.diagnose.scores import folds_of
from likelihoodkit.errors import ConvergenceWarning, InputError
from likelihoodkit.fit import Fit
from likelihoodkit.fit.constrained import triangle
from likelihoodkit.fit.estimate import again
from likelihoodkit.fit.inference import slopes

Array = NDArray[np.float64]

#: p-value of a comparison above which two fits are called a tie
TIE = 0.05


@dataclass(frozen=True, eq=False)
class Compared:
    """One fit beside the one with the least AIC.

    ``k`` free coefficients; ``same`` is the p-value of Vuong's first test, that the two say the same of every row but
    for estimation; ``z`` and ``p`` are of his second, where the first is rejected, else NaN, as for the best itself.
    ``tied`` says that a test or the held-out scores do not tell the two apart.
    ``score`` is the mean held-out log score of a row and ``behind`` the best one's lead with its standard error
    ``error``; NaN where no folds were asked for.
    """

    name: str
    fit: Fit
    k: int
    loglik: float
    aic: float
    bic: float
    same: float
    z: float
    p: float
    score: float
    behind: float
    error: float
    tied: bool


@dataclass(frozen=True, eq=False)
class Comparison:
    """Fits in the order of their AIC; prints as a table."""

    rows: tuple[Compared, ...]
    n: float

    @property
    def best(self) -> Compared:
        """The fit with the least AIC."""
        return self.rows[0]

    @property
    def ties(self) -> tuple[str, ...]:
        """Names that the data cannot tell from the best, which is one of them."""
        return tuple(row.name for row in self.rows if row.tied)

    def __str__(self) -> str:
        scored = not np.isnan(self.best.score)
        width = max(len(row.name) for row in self.rows)
        head = f"{'':<{width}} {'k':>4} {'log-likelihood':>15} {'AIC':>12} {'BIC':>12} {'Vuong z':>9} {'p':>8}"
        lines = [f"n = {self.n:g}, the least AIC first", head + ("  held-out log score" if scored else "")]
        for row in self.rows:
            line = f"{row.name:<{width}} {row.k:>4} {row.loglik:>15.4f} {row.aic:>12.4f} {row.bic:>12.4f}"
            line += f" {row.z:>9.3f} {row.p:>8.3g}" if not np.isnan(row.z) else f" {'':>9} {'':>8}"
            if scored:
                line += f"  {row.score:.4f}"
                line += f" ({row.behind:.4f} +- {row.error:.4f} behind)" if row is not self.best else ""
            lines.append(line + ("  tie" if row.tied and row is not self.best else ""))
        tail = f"The data cannot tell {', '.join(self.ties)} apart" if len(self.ties) > 1 else f"{self.best.name} leads"
        return "\n".join([*lines, tail])


def compare(fits: Mapping[str, Fit] | Sequence[Fit] | Fit, *others: Fit, folds: int = 0, seed: int = 0) -> Comparison:
    """Compare fits of the same outcomes by AIC, BIC, Vuong's test and held-out log scores.

    Parameters
    ----------
    fits : mapping from name to Fit, sequence of Fit, or a Fit
        Fits of the same rows; single ones one after the other. They need not be nested; for nested ones
        `Fit.likelihood_ratio` is sharper.
    folds : int, optional
        Score the rows also by fits that did not see them, in so many random folds (0: not).
    seed : int
        Of the folds.

    Returns
    -------
    Comparison
        The least AIC first. Vuong's z (1989, Econometrica 57, 307-333) is the mean difference of the rows'
        log-likelihoods in its standard errors, corrected by the difference of k as AIC is. Where these differences vary
        no more than estimation makes them, as in nested fits of which the smaller is right, it has no normal law and is
        not told. Fits whose p is above 0.05, or that lie within twice the standard error on held-out rows, are ties.

    Raises
    ------
    InputError
        Fewer than two fits, something that is no fit, other outcomes or weights, probabilities beside densities, one
        fold.

    Examples
    --------
    >>> import likelihoodkit as lk
    >>> speeds = lk.data.load("newcomb")["time"]
    >>> table = lk.compare([lk.fit(noise, speeds) for noise in (lk.Normal, lk.StudentT, lk.Laplace)])
    >>> [row.name for row in table.rows]
    ['StudentT', 'Laplace', 'Normal']
    """
    if isinstance(fits, Fit):
        fits = [fits, *others]
    elif others:
        raise InputError("compare takes fits one after the other, or one mapping or sequence of them")
    given: list[Any] = list(fits.values() if isinstance(fits, Mapping) else fits)
    for other in (f for f in given if not isinstance(f, Fit)):
        called = getattr(other, "__name__", repr(other))
        raise InputError(f"compare takes fits, and {called} is none", value=called, remedy="lk.fit(noise, y, X)")
    named = dict(fits) if isinstance(fits, Mapping) else _named(fits)
    if len(named) < 2:
        raise InputError("compare needs at least two fits")
    _comparable(named)
    order = sorted(named, key=lambda name: named[name].aic)
    best = named[order[0]]
    weights = _weights(best)
    rows = {name: _rows(found, found.inner) for name, found in named.items()}
    fold = folds_of(len(weights), folds, seed) if folds else None
    held = {name: _held_out(found, fold) for name, found in named.items()} if fold is not None else {}
    return Comparison(
        tuple(_compared(name, named[name], best, rows, held, order[0], weights) for name in order), best.n
    )


def _named(fits: Sequence[Fit]) -> dict[str, Fit]:
    labels = [f.loss.name if [g.loss.name for g in fits].count(f.loss.name) == 1 else repr(f.bound) for f in fits]
    if len(set(labels)) < len(labels):
        raise InputError("two fits have the same noise", remedy="Give a dict with a name for each")
    return dict(zip(labels, fits, strict=True))


def _weights(fit: Fit) -> Array:
    model = fit.problem.model
    return np.ones(len(model.y)) if model.weights is None else model.weights


def _comparable(named: Mapping[str, Fit]) -> None:
    (first, one), *others = named.items()
    for name, other in others:
        if not np.array_equal(one.problem.model.y, other.problem.model.y) or not np.array_equal(
            _weights(one), _weights(other)
        ):
            raise InputError(f"compare: {first} and {name} are fits of different outcomes or weights")
        whole = [f.loss.bound.family.outcome.domain.whole for f in (one, other)]
        if whole[0] != whole[1]:
            raise InputError(
                f"compare: {first} and {name} cannot be compared: one has probabilities, the other a density",
                remedy="lk.Discretised makes counts of a continuous noise",
            )


def _rows(fit: Fit, inner: Array) -> Array:
    """The log-likelihood of each row, not weighted."""
    model = fit.problem.model
    return -np.asarray(model.loss(model.y, model.outputs(inner), **model.given))


def _held_out(fit: Fit, fold: Array) -> Array:
    """Log scores of the rows by fits without their fold."""
    weights, scores = _weights(fit), np.empty(len(fold))
    for k in range(int(fold.max()) + 1):
        out = fold == k
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # it is scored as it is
            found = again(fit, np.where(out, 0.0, weights))
        scores[out] = _rows(fit, triangle(fit.problem.model) @ found.coefficients)[out]
    return scores


def _paired(difference: Array, weights: Array, correction: float) -> tuple[float, float, float]:
    """Mean of a difference per row, its standard error, and z of the corrected sum."""
    n = float(weights.sum())
    mean = float(weights @ difference) / n
    deviation = float(np.sqrt(weights @ (difference - mean) ** 2 / n))
    error = deviation / np.sqrt(n)
    total = mean * n - correction
    # rows about which the two say the same to rounding leave nothing to compare
    same = deviation <= 1e-9 * float(np.abs(difference).max(initial=0.0)) or deviation == 0
    return mean, error, float("nan") if same else total / (deviation * np.sqrt(n))


def _indistinct(one: Fit, other: Fit, difference: Array, weights: Array) -> float:
    """How likely rows' log-likelihoods differ as much as these where the two noises are one; NaN where it is unknown.

    The law is that of a sum of squared normals with squared eigenvalues for weights (Vuong 1989, theorem 4.4), by its
    first two moments.
    """
    scores = np.hstack([slopes(one), -slopes(other)])
    width = len(one.coefficients)
    inverse = np.zeros((scores.shape[1], scores.shape[1]))
    inverse[:width, :width], inverse[width:, width:] = one.covariance, -other.covariance
    if not np.isfinite(inverse).all():
        return float("nan")
    squares = np.real(np.linalg.eigvals(scores.T @ (scores * weights[:, None]) @ inverse) ** 2)
    mean = float(weights @ difference / weights.sum())
    spread = float(weights @ (difference - mean) ** 2)
    if not squares.sum() > 0:
        return float("nan")
    scale = float((squares**2).sum() / squares.sum())
    return float(chdtrc(squares.sum() / scale, spread / scale))


def _compared(
    name: str,
    fit: Fit,
    best: Fit,
    rows: Mapping[str, Array],
    held: Mapping[str, Array],
    first: str,
    weights: Array,
) -> Compared:
    same = z = p = float("nan")
    tied = True
    if fit is not best:
        same = _indistinct(best, fit, rows[first] - rows[name], weights)
        if not same > TIE:
            _, _, z = _paired(rows[first] - rows[name], weights, best.free - fit.free)
            p = float(2 * ndtr(-abs(z)))
        tied = not p <= TIE
    score = behind = error = float("nan")
    if held:
        score = float(weights @ held[name]) / float(weights.sum())
        behind, error, _ = _paired(held[first] - held[name], weights, 0.0)
        tied = tied or abs(behind) <= 2 * error
    return Compared(name, fit, fit.free, fit.loglik, fit.aic, fit.bic, same, z, p, score, behind, error, tied)
