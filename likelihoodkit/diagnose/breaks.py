"""The ways in which an assumption about noise breaks: one named row each, with its test, its picture and its cures.

Every test asks whether something the noise says about the outcomes is false. Those that look along a column or the
fitted values see the mean and the spread; those that look at residuals alone see the shape.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.diagnose import moments
from likelihoodkit.diagnose.evidence import Evidence
from likelihoodkit.diagnose.influence import Influence, collapse_test, influence, outlier_test
from likelihoodkit.diagnose.moments import Tested, legendre, moment_test, neighbours, one_sided, peak
from likelihoodkit.diagnose.scores import crps_excess

Array = NDArray[Any]

#: groups of equal size that the reliability of probabilities is judged in
GROUPS = 10
#: the probability that the interval of the coverage test should hold
HELD = 0.9


@dataclass(frozen=True)
class Break:
    """One way to break an assumption.

    ``applies`` gives the reason why it cannot be tested, or "". ``test`` gives None where fitting has used up what it
    looks at. ``says`` is what a small p-value means, by the sign of the statistic: (less, more) than assumed.
    ``upgrades`` names rows of the table in cures.py, ``picture`` one of pictures.py.
    """

    name: str
    asks: str
    applies: Callable[[Evidence], str]
    test: Callable[[Evidence], Tested | None]
    says: tuple[str, str]
    upgrades: tuple[str, ...]
    picture: str


def _always(_: Evidence) -> str:
    return ""


def _with_columns(evidence: Evidence) -> str:
    return "" if _standardised(evidence) else "there are no columns to look along"


def _continuous(evidence: Evidence) -> str:
    return "outcomes are whole numbers: see over-dispersion and zero excess" if evidence.whole else ""


def _counts(evidence: Evidence) -> str:
    return "" if evidence.counted else "outcomes are not counts"


def _spread_varies(evidence: Evidence) -> str:
    if len(evidence.varying) > 1 and _standardised(evidence):
        return ""
    return "the spread is not predicted from columns"


def _fitted(evidence: Evidence) -> str:
    return "" if evidence.problem is not None else "the model was not fitted to these rows by lk.fit"


def _binary(evidence: Evidence) -> str:
    return "" if evidence.binary else "outcomes are not yes or no"


def _standardised(evidence: Evidence) -> list[Array]:
    """The columns that vary, with mean zero and variance one."""
    columns = list(evidence.columns.values())
    return [(c - c.mean()) / c.std() for c in columns if c.std() > 0]


def _fan_out(evidence: Evidence) -> Tested | None:
    wide = -peak(evidence.z)
    return moment_test(np.stack([wide * c for c in _standardised(evidence)], axis=1), evidence.scores)


def _bend(evidence: Evidence) -> Tested | None:
    # the slope of a yes or no is bounded already, and needs no random numbers
    pull = evidence.slopes[:, 0] if evidence.binary else moments.bounded(evidence.z)
    bends = [c * c - 1 for c in _standardised(evidence) if len(np.unique(c)) > 2]
    if not bends:
        return None
    return moment_test(np.stack([pull * b for b in bends], axis=1), evidence.scores)


def _pattern(evidence: Evidence) -> Tested | None:
    return neighbours(evidence.z, _standardised(evidence))


def _dispersion(evidence: Evidence) -> Tested | None:
    squares = ((evidence.y - evidence.centre) / evidence.spread) ** 2
    return moment_test(squares - 1, evidence.scores)


def _zeros(evidence: Evidence) -> Tested | None:
    expected = np.exp(evidence.belief.log_density(0.0))
    return moment_test((evidence.y == 0) - expected, evidence.scores)


def _coverage(evidence: Evidence) -> Tested | None:
    inside = np.abs(evidence.u - 0.5) < HELD / 2
    return moment_test(inside - HELD, evidence.scores)


def _reliability(evidence: Evidence) -> Tested | None:
    chance = evidence.centre
    order = np.argsort(chance, kind="stable")
    group = np.empty(evidence.n, dtype=np.intp)
    group[order] = np.arange(evidence.n) * GROUPS // evidence.n
    groups = (group[:, None] == np.arange(GROUPS)) * (evidence.y - chance)[:, None]
    return moment_test(groups, evidence.scores)


def _collapse(evidence: Evidence) -> Tested | None:
    found: Influence | None = influence(evidence)
    return None if found is None else collapse_test(evidence, found)[0]


BREAKS: tuple[Break, ...] = (
    Break(
        "fan-out",
        "does the spread depend on a column?",
        lambda e: _with_columns(e) or ("yes or no has no spread of its own" if e.binary else ""),
        _fan_out,
        ("the spread changes along the columns", "the spread changes along the columns"),
        ("spread by column",),
        "residuals",
    ),
    Break(
        "bend",
        "is the first output a straight line in every column?",
        _with_columns,
        _bend,
        ("the mean bends along a column", "the mean bends along a column"),
        ("curves",),
        "residuals",
    ),
    Break(
        "pattern",
        "do neighbouring rows err on the same side?",
        lambda e: (
            _with_columns(e)
            or ("yes or no: see reliability" if e.binary else "")
            or ("" if _spread_varies(e) else "the spread is predicted: see gaming")
        ),
        _pattern,
        ("", "a pattern of the mean is left in the residuals"),
        ("curves",),
        "residuals",
    ),
    Break(
        "gaming",
        "has the spread swallowed what the mean missed?",
        _spread_varies,
        _pattern,
        ("", "the predicted spread covers up a pattern that belongs to the mean"),
        ("curves",),
        "residuals",
    ),
    Break(
        "collapse",
        "do rows with a spread of their own keep it when they are left out?",
        lambda e: _spread_varies(e) or _fitted(e),
        _collapse,
        ("", "the spread has collapsed onto single rows"),
        ("constant spread",),
        "spread",
    ),
    Break(
        "heavy tails",
        "are there more far and more central outcomes than the noise expects?",
        _continuous,
        lambda e: one_sided(moment_test(peak(e.z), e.scores), 1),
        ("", "tails are heavier than assumed"),
        ("heavier tails",),
        "quantiles",
    ),
    Break(
        "multimodality",
        "are there more outcomes on the shoulders than at the centre?",
        _continuous,
        lambda e: one_sided(moment_test(peak(e.z), e.scores), -1),
        ("the centre is emptier than assumed: two groups, or light tails", ""),
        ("two groups",),
        "density",
    ),
    Break(
        "skew",
        "is one tail longer than the noise expects?",
        _continuous,
        lambda e: moment_test(moments.lean(e.z), e.scores),
        ("the right tail is longer than assumed", "the left tail is longer than assumed"),
        ("skew",),
        "quantiles",
    ),
    Break(
        "zero excess",
        "are there as many zeros as the noise expects?",
        _counts,
        _zeros,
        ("there are fewer zeros than assumed", "there are more zeros than assumed"),
        ("zeros",),
        "counts",
    ),
    Break(
        "over-dispersion",
        "is the variance what the noise says it is?",
        _counts,
        _dispersion,
        ("the variance is smaller than assumed", "the variance is larger than assumed"),
        ("dispersion",),
        "counts",
    ),
    Break(
        "calibration",
        "is the probability integral transform uniform?",
        lambda e: "yes or no: see reliability" if e.binary else "",
        lambda e: moment_test(legendre(e.u, 4), e.scores),
        ("probabilities are not what they claim", "probabilities are not what they claim"),
        ("any",),
        "transform",
    ),
    Break(
        "coverage",
        "do central 90 % intervals hold 90 % of the outcomes?",
        lambda e: "yes or no: see reliability" if e.binary else "",
        _coverage,
        ("intervals hold less than they claim", "intervals hold more than they claim"),
        ("any",),
        "coverage",
    ),
    Break(
        "sharpness",
        "is the mean CRPS what the noise expects of itself?",
        lambda e: "yes or no: see reliability" if e.binary else "",
        lambda e: moment_test(crps_excess(e), e.scores),
        ("outcomes are closer than assumed", "outcomes are farther than assumed"),
        ("any",),
        "coverage",
    ),
    Break(
        "reliability",
        "do outcomes happen as often as predicted, in every tenth of the predictions?",
        _binary,
        _reliability,
        ("probabilities are not what they claim", "probabilities are not what they claim"),
        ("curves",),
        "reliability",
    ),
    Break(
        "outliers",
        "is the farthest outcome farther than the farthest of n should be?",
        lambda e: "yes or no has no outliers" if e.binary else "",
        outlier_test,
        ("", "single outcomes are too far away to be this noise"),
        ("heavier tails",),
        "influence",
    ),
)
