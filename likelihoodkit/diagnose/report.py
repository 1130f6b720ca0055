"""`Finding` and `Diagnosis`: what was asked of a model, and what the data answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from likelihoodkit.diagnose.breaks import BREAKS, Break
from likelihoodkit.diagnose.cures import CURES, Gain, gain
from likelihoodkit.diagnose.evidence import Estimator, Evidence, Model, gather
from likelihoodkit.diagnose.influence import Influence, influence
from likelihoodkit.diagnose.moments import Tested
from likelihoodkit.diagnose.scores import folds_of, held_out
from likelihoodkit.errors import DerivationError, InputError, UnknownNameError
from likelihoodkit.fit.result import Fit

Array = NDArray[Any]

#: upgrades printed for each break, the best first
SHOWN = 3


@dataclass(frozen=True, eq=False)
class Finding:
    """The answer to one question about the noise.

    Attributes
    ----------
    name, asks : str
        The break, and the question that its test puts.
    statistic, p_value : float
        Its statistic, and the probability of one at least as large if the noise is right. NaN where the test does not
        apply; ``skipped`` then says why.
    adjusted : float
        The p-value when all questions of the diagnosis are counted (Holm 1979).
    broken : bool
        Is ``adjusted`` below the level of the diagnosis?
    says : str
        What the sign of the statistic means.
    upgrades : tuple of Gain
        For a break: what else was fitted, and what it gains on held-out rows, best first.
    """

    name: str
    asks: str
    statistic: float
    p_value: float
    degrees: int
    says: str
    skipped: str
    adjusted: float
    broken: bool
    upgrades: tuple[Gain, ...]
    picture: str
    evidence: Evidence

    def plot(self, ax: Any = None) -> Any:
        """Draw what the test looked at into ``ax`` (a new figure without one); gives the Axes. Needs matplotlib."""
        from likelihoodkit.diagnose.pictures import draw

        return draw(self.picture, self.evidence, ax, title=self.name)

    def __str__(self) -> str:
        if self.skipped:
            return f"  {self.name:<16} not asked: {self.skipped}"
        mark = "BROKEN" if self.broken else "ok"
        lines = [f"  {self.name:<16} {self.statistic:>9.3g}   p = {self.p_value:<9.3g} {mark}"]
        if self.broken:
            lines[0] += f": {self.says}"
            lines += [f"  {'':<16} try {found}" for found in self.upgrades[:SHOWN]]
        return "\n".join(lines)


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """All findings about one model, in the order they were asked.

    ``findings`` has one row per break; ``influence`` holds each row's leverage and influence (None for a model that
    lk.fit did not fit to these rows). Indexing by name gives a finding.
    """

    findings: tuple[Finding, ...]
    influence: Influence | None
    evidence: Evidence
    level: float

    def __getitem__(self, name: str) -> Finding:
        for finding in self.findings:
            if finding.name == name:
                return finding
        raise UnknownNameError(
            f"{self.evidence.name}: no finding is called {name!r}",
            value=name,
            remedy=f"There are {', '.join(f.name for f in self.findings)}",
        )

    @property
    def broken(self) -> tuple[Finding, ...]:
        """The findings that say the assumption is broken, the surest first."""
        return tuple(sorted((f for f in self.findings if f.broken), key=lambda f: f.p_value))

    @property
    def passed(self) -> bool:
        """Is nothing broken?"""
        return not self.broken

    @property
    def suggestion(self) -> Gain | None:
        """The fitted upgrade with the largest real gain, if there is one."""
        found = [g for f in self.broken for g in f.upgrades if g.real]
        return max(found, key=lambda g: g.gain, default=None)

    def plot(self) -> Any:
        """One picture per test that was made, in a grid; gives the Figure. Needs matplotlib."""
        from likelihoodkit.diagnose.pictures import grid

        return grid([f for f in self.findings if not f.skipped])

    def __str__(self) -> str:
        asked = [f for f in self.findings if not f.skipped]
        head = f"{self.evidence.noise!r} on {self.evidence.n} rows: {len(asked)} questions, level {self.level:g} in all"
        lines = [head, *map(str, self.findings)]
        if self.influence is not None:
            row = int(np.argmax(self.influence.influence))
            lines.append(
                f"  most influential row {row}: leverage {self.influence.leverage[row]:.3g}, "
                f"influence {self.influence.influence[row]:.3g}"
            )
        if self.suggestion is not None:
            lines.append(f"Suggestion: {self.suggestion}")
        elif any(f.upgrades for f in self.broken):
            lines.append("Suggestion: none of what was tried is better by more than twice its standard error")
        elif self.passed:
            lines.append("Nothing here contradicts the noise")
        return "\n".join(lines)

    def __repr__(self) -> str:
        words = ", ".join(f.name for f in self.broken) or "nothing broken"
        return f"Diagnosis({self.evidence.noise!r}: {words})"


def diagnose(
    model: Fit | Model | Estimator,
    X: Any = None,
    y: ArrayLike | None = None,
    *,
    level: float = 0.05,
    upgrades: bool = True,
    folds: int = 5,
    offset: ArrayLike | None = None,
    seed: int = 0,
    **given: ArrayLike,
) -> Diagnosis:
    """Ask whether the noise that a model assumes is broken, where, and what to assume instead.

    Parameters
    ----------
    model : Fit, fitted Regressor or Booster, or anything with ``.loss`` and ``.outputs(X)``
        What lk.fit returned, with the rows it was fitted to (without weights); any other model with rows that it has
        not seen, because its tests cannot know what fitting has used up.
    X : as given to lk.fit
        The design, or the data frame of its formulas; None for constants.
    y : (n,) array, or (n, 2) rows [low, high] of a `Censored` noise
        The outcomes. Where one is known only to lie in an interval its residual is drawn there, and questions that need
        the value itself (sharpness, over-dispersion, zero excess) are not asked.
    level : float
        The probability of calling any right assumption broken, all questions together (Holm's method).
    upgrades : bool
        Fit what each broken assumption asks for, and score it on held-out rows in ``folds`` folds.
    offset : (n,) array, optional
        As given to lk.fit.
    seed : int
        For folds and for the uniform numbers that smooth whole-numbered outcomes.
    **given : number or (n,) array
        Settings that the family takes with each call, and the ``censored=`` flags of y (n,).

    Returns
    -------
    Diagnosis

    Raises
    ------
    InputError
        A loss that is no noise, vector outcomes, classes without order, or something that is no model.
    ShapeError, SupportError
        Outcomes that do not fit the model.

    Examples
    --------
    >>> import numpy as np
    >>> import likelihoodkit as lk
    >>> y = np.random.default_rng(1).standard_t(3, size=400)
    >>> diagnosis = lk.diagnose(lk.fit(lk.Normal, y), None, y, upgrades=False)
    >>> diagnosis.passed
    False
    >>> diagnosis["heavy tails"].says
    'tails are heavier than assumed'
    """
    if y is None:
        raise InputError("diagnose needs the outcomes", remedy="Call diagnose(model, X, y), with X=None for constants")
    if not 0 < level < 1:
        raise InputError(f"level is a probability, not {level!r}", value=level)
    evidence = gather(model, X, y, offset, seed, given)
    findings = _adjust([_ask(row, evidence) for row in BREAKS], level)
    if upgrades and any(f.broken for f in findings):
        findings = _upgrade(findings, evidence, folds)
    return Diagnosis(tuple(findings), influence(evidence), evidence, level)


def _ask(row: Break, evidence: Evidence) -> Finding:
    skipped, tested = row.applies(evidence), None
    if not skipped:
        try:
            tested = row.test(evidence)
        except DerivationError as problem:
            skipped = str(problem)
        else:
            skipped = "" if tested is not None else "fitting has used up what this test looks at"
    tested = tested or Tested(np.nan, np.nan, 0)
    return Finding(
        row.name, row.asks, tested.statistic, tested.p_value, tested.degrees, row.says[tested.sign > 0], skipped,
        np.nan, False, (), row.picture, evidence,
    )  # fmt: skip


def _adjust(findings: list[Finding], level: float) -> list[Finding]:
    """Holm's step-down p-values over the questions that were asked."""
    asked = sorted((i for i, f in enumerate(findings) if not f.skipped), key=lambda i: findings[i].p_value)
    worst, out = 0.0, list(findings)
    for rank, i in enumerate(asked):
        worst = max(worst, min(1.0, (len(asked) - rank) * findings[i].p_value))
        out[i] = replace(findings[i], adjusted=worst, broken=worst < level)
    return out


def _upgrade(findings: list[Finding], evidence: Evidence, folds: int) -> list[Finding]:
    fold = folds_of(evidence.n, folds, evidence.seed)
    own = held_out(
        evidence.noise, evidence.y, evidence.design, fold, evidence.offset, evidence.intercept, evidence.given
    )
    tried: dict[str, Gain] = {}
    out = []
    for finding in findings:
        gains: dict[str, Gain] = {}
        cures = next(row for row in BREAKS if row.name == finding.name).upgrades if finding.broken else ()
        for name in cures:
            for candidate in CURES[name](evidence):
                if candidate.label not in tried:
                    tried[candidate.label] = gain(evidence, candidate, fold, own)
                gains[candidate.label] = tried[candidate.label]
        best = sorted(gains.values(), key=lambda g: -g.gain if np.isfinite(g.gain) else np.inf)
        out.append(replace(finding, upgrades=tuple(best)))
    return out
