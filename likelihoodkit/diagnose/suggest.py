"""`suggest`: which noises of ours could have made these outcomes, by what they say about rows they have not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from likelihoodkit.declaration import as_bound
from likelihoodkit.diagnose.scores import HeldOut, folds_of, held_out
from likelihoodkit.errors import InputError
from likelihoodkit.families import FAMILIES
from likelihoodkit.fit.design import read_table
from likelihoodkit.fit.formula import named_column, read
from likelihoodkit.rows.arrays import as_real, check_finite, check_labels
from likelihoodkit.supports.columns import from_flags
from likelihoodkit.wrappers import Censored, Hurdle, ZeroInflated, ZeroOneInflated

Array = NDArray[Any]
F: Mapping[str, Any] = FAMILIES

#: what is tried for each kind of outcome: the families that people choose between, plain ones first
CANDIDATES: dict[str, tuple[Any, ...]] = {
    "yes or no": (F["Bernoulli"],),
    "counts": (
        F["Poisson"], F["Geometric"], F["NegativeBinomial"], F["GeneralizedPoisson"], F["ConwayMaxwellPoisson"],
        ZeroInflated(F["Poisson"]), ZeroInflated(F["NegativeBinomial"]),
    ),
    "amounts": tuple(
        F[name] for name in ("Exponential", "Gamma", "LogNormal", "Weibull", "InverseGaussian", "LogLogistic", "Normal")
    ),
    "amounts with zeros": (
        Hurdle(F["Gamma"]), Hurdle(F["LogNormal"]), Hurdle(F["Weibull"]), F["Tweedie"](power=1.5),
    ),
    "proportions": (F["Beta"], F["LogitNormal"]),
    "proportions with ends": (ZeroOneInflated(F["Beta"]), ZeroOneInflated(F["LogitNormal"])),
    "numbers": tuple(
        F[name] for name in ("Normal", "Laplace", "Logistic", "StudentT", "SkewNormal", "Gumbel", "GumbelMin")
    ),
}  # fmt: skip

#: decimals of a mean score by which noises are ranked: beyond them is what fits leave open
DIGITS = 7
#: outcomes known by intervals up to which whole numbers are counted rather than times
TIMES = 50


@dataclass(frozen=True, eq=False)
class Ranked:
    """One noise: its mean held-out log score (nats a row), and how far it lies behind the best one.

    ``behind`` and ``error`` are per row, paired with the best; ``tied`` says that this is less than twice its standard
    error. ``problem`` says why it could not be scored, or which fits stopped short.
    """

    name: str
    noise: Any
    score: float
    behind: float
    error: float
    tied: bool
    problem: str


@dataclass(frozen=True, eq=False)
class Suggestion:
    """Noises in the order of their held-out log scores; ``ties`` are those that the data cannot tell from the best."""

    kind: str
    why: str
    ranking: tuple[Ranked, ...]

    def __repr__(self) -> str:
        return f"Suggestion({self.kind}: {', '.join(r.name for r in self.ranking)})"

    @property
    def best(self) -> Ranked:
        """The noise with the largest held-out log score."""
        return self.ranking[0]

    @property
    def ties(self) -> tuple[str, ...]:
        """Names of the noises within twice the standard error of the best, the best included."""
        return tuple(r.name for r in self.ranking if r.tied)

    def __str__(self) -> str:
        wide = max(28, *(len(r.name) for r in self.ranking))
        lines = [f"{self.kind}: {self.why}", f"  {'noise':<{wide}} log score / row    behind the best"]
        for r in self.ranking:
            note = f"  ({r.problem})" if r.problem else ""
            if np.isnan(r.score):
                lines.append(f"  {r.name:<{wide}} not scored{note}")
                continue
            behind = "" if r is self.best else f"{r.behind:.4f} +- {r.error:.4f}"
            lines.append(f"  {r.name:<{wide}} {r.score:>14.4f}    {behind}{'  tie' if r.tied else ''}{note}")
        many = len(self.ties) > 1
        tail = (
            f"The data cannot tell {', '.join(self.ties)} apart" if many else f"{self.best.name} is ahead of the rest"
        )
        return "\n".join([*lines, tail])


def kind_of(y: Array) -> tuple[str, str]:
    """What the outcomes look like, and why: one of the keys of `CANDIDATES`."""
    whole = bool((y == np.floor(y)).all())
    low, high = float(y.min()), float(y.max())
    if whole and low >= 0 and high <= 1:
        return "yes or no", "every outcome is 0 or 1"
    if whole and low >= 0:
        return "counts", f"whole numbers from {low:g} to {high:g}"
    zeros, ones = int((y == 0).sum()), int((y == 1).sum())
    if low > 0 and high < 1:
        return "proportions", f"all between 0 and 1, from {low:.4g} to {high:.4g}"
    if low >= 0 and high <= 1 and zeros + ones > 1:
        return "proportions with ends", f"all from 0 to 1, {zeros} zeros and {ones} ones among them"
    if low > 0:
        return "amounts", f"all positive, from {low:.4g} to {high:.4g}"
    if low == 0 and zeros > 1:
        return "amounts with zeros", f"from 0 to {high:.4g}, {zeros} zeros among them"
    return "numbers", f"from {low:.4g} to {high:.4g}"


def suggest(
    y: Any,
    X: Any = None,
    *,
    data: Any = None,
    noises: Sequence[Any] | None = None,
    folds: int = 5,
    seed: int = 0,
    **given: ArrayLike,
) -> Suggestion:
    """Rank noises by their cross-validated log score.

    Parameters
    ----------
    y : (n,) array, (n, 2) intervals, or a formula
        The outcomes; what they look like decides which noises are tried. Rows [low, high], or one ``y`` and
        ``censored=`` flags, are known as `Censored` says; the noises are then tried censored. A formula is read on the
        data frame ``X`` (or ``data``).
    X : as for lk.fit, optional
        Feeds the first parameter of each noise.
    noises : sequence of families or bound families, optional
        Try these instead. All must be densities, or all probabilities, of the same outcomes.
    folds, seed : int
        Every noise is scored on the same random folds.
    **given : number or (n,) array
        Settings that the noises take with each call.

    Returns
    -------
    Suggestion
        Noises that are within twice the standard error of the best are ties.

    Raises
    ------
    InputError
        Too few rows for the folds, or no noise could be fitted (with the reasons).

    Examples
    --------
    >>> import numpy as np
    >>> import likelihoodkit as lk
    >>> y = np.random.default_rng(0).gamma(2.0, 3.0, size=300)
    >>> "Gamma" in lk.suggest(y).ties
    True
    """
    check_labels({"y": y, "X": X, **given}, "suggest")
    if data is not None and (X is not None or not isinstance(y, str)):
        raise InputError("suggest: data= goes with a formula in the place of y, and without X")
    if isinstance(y, str):
        X = data if X is None else X
        given = {name: named_column(X, value) for name, value in given.items()}
        y, _, formulas = read(y, X, "suggest")
        X = formulas.designs(X)
    outcome, told = _told(as_real(y, "y", "suggest"), given)
    if told.ndim != 1 or len(outcome) < 2 * folds:
        raise InputError(
            f"suggest needs a vector of at least {2 * folds} outcomes, not shape {outcome.shape}",
            remedy="Ask for fewer folds",
        )
    check_finite(told, "y", "suggest")
    kind, why = kind_of(told)
    if outcome is not told:
        kind, why = _as_times(kind, why, told)
        why += f"; {int((outcome[:, 0] != outcome[:, 1]).sum())} of {len(outcome)} known to lie in an interval"
    tried = (CANDIDATES[kind] if outcome is told else _censored(kind)) if noises is None else tuple(noises)
    whole = {noise: as_bound(noise).family.outcome.domain.whole for noise in tried}
    if len(set(whole.values())) > 1:
        first = next(noise for noise, counted in whole.items() if counted)
        other = next(noise for noise, counted in whole.items() if not counted)
        raise InputError(
            f"suggest: {_label(first)} gives probabilities and {_label(other)} densities, which cannot be compared",
            value=[_label(first), _label(other)],
            remedy=f"Give Discretised({_label(other)}), which has probabilities of whole numbers",
        )
    if X is not None and not isinstance(X, Mapping):
        read_table(X, "X", "suggest")  # what is wrong with it is said once, not by each noise
    fold = folds_of(len(outcome), folds, seed)
    found = [(noise, held_out(noise, outcome, X, fold, given=given)) for noise in tried]
    if all(h.scores is None for _, h in found):
        reasons = "; ".join(f"{_label(noise)}: {h.problem}" for noise, h in found)
        raise InputError(f"no noise could be fitted to these outcomes ({reasons})")
    # a noise that has become a simpler one is as good to rounding: that one then comes first
    found.sort(key=lambda pair: len(as_bound(pair[0]).outputs))
    best = max((h for _, h in found), key=_mean)
    ranked = [_rank(noise, h, best) for noise, h in found]
    ranking = sorted(ranked, key=lambda r: (np.isnan(r.score), -round(r.score, DIGITS)))
    return Suggestion(kind, why, tuple(ranking))


def _told(y: Array, given: dict[str, Any]) -> tuple[Array, Array]:
    """The outcomes, as intervals where flags or two columns tell these, and one number of each to judge their kind by.

    Of an interval that is its high end, or the low one where it has no high end.
    """
    if "censored" in given:
        y = from_flags(y, given.pop("censored"), "suggest")
    elif y.ndim != 2 or y.shape[1] != 2:
        return y, y
    if (y[:, 0] > y[:, 1]).any():
        row = int(np.argmax(y[:, 0] > y[:, 1]))
        raise InputError(
            f"suggest: y[{row}] = {y[row].tolist()} is no interval: its low end lies above the high one",
            index=row,
            value=y[row].tolist(),
            remedy="Two columns are rows [low, high]; several outcomes are suggested noises one by one",
        )
    known = y[np.isfinite(y).any(axis=1)]
    return y, np.where(np.isfinite(known[:, 1]), known[:, 1], known[:, 0])


def _as_times(kind: str, why: str, told: Array) -> tuple[str, str]:
    """Whole numbers known by intervals are times in days, say, where they are large and none is 0."""
    high = float(told.max())
    if kind == "counts" and told.min() > 0 and high > TIMES:
        return "amounts", f"all positive, whole numbers up to {high:g} as times are told"
    return kind, why


def _censored(kind: str) -> tuple[Any, ...]:
    """The candidates of a kind, for outcomes of which some are known by intervals."""
    return tuple(Censored(noise) for noise in CANDIDATES[kind])


def _mean(held: HeldOut) -> float:
    return round(float(held.scores.mean()), DIGITS) if held.scores is not None else -np.inf


def _label(noise: Any) -> str:
    return noise.__name__ if isinstance(noise, type) else repr(as_bound(noise))


def _rank(noise: Any, held: HeldOut, best: HeldOut) -> Ranked:
    if held.scores is None or best.scores is None:
        return Ranked(_label(noise), noise, np.nan, np.nan, np.nan, False, held.problem)
    behind = best.scores - held.scores
    error = float(behind.std(ddof=1) / np.sqrt(len(behind)))
    gap = max(round(float(behind.mean()), DIGITS), 0.0)
    return Ranked(_label(noise), noise, float(held.scores.mean()), gap, error, gap <= 2 * error, held.problem)
