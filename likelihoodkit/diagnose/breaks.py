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
#: why a question is not asked of a censored noise
INTERVALS = "some outcomes are known only to lie in intervals"


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


def _told(measure: Callable[[Evidence], Array], evidence: Evidence) -> Tested | None:
    """Is the mean of ``measure`` zero, as it is under the noise? Of intervals the sample itself is the law."""
    if evidence.interval:
        return moment_test(measure(evidence), evidence.scores)
    twins = evidence.twins
    law = np.concatenate([measure(twin) for twin in twins]), np.concatenate([twin.scores for twin in twins])
    return moment_test(measure(evidence), evidence.scores, law)


def _always(_: Evidence) -> str:
    return ""


def _with_columns(evidence: Evidence) -> str:
    return "" if _standardised(evidence) else "there are no columns to look along"


def _continuous(evidence: Evidence) -> str:
    elsewhere = "calibration" if evidence.interval else "over-dispersion and zero excess"
    return f"outcomes are whole numbers: see {elsewhere}" if evidence.whole else ""


def _counts(evidence: Evidence) -> str:
    return "" if evidence.counted else (INTERVALS if evidence.interval else "outcomes are not counts")


def _seen(evidence: Evidence) -> str:
    return INTERVALS if evidence.interval else "yes or no: see reliability" if evidence.binary else ""


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


def _peak(evidence: Evidence) -> Array:
    return peak(evidence.z)


def _fan_out(evidence: Evidence) -> Tested | None:
    columns = np.stack(_standardised(evidence), axis=1)
    return _told(lambda e: -peak(e.z)[:, None] * columns, evidence)


def _bend(evidence: Evidence) -> Tested | None:
    bends = [c * c - 1 for c in _standardised(evidence) if len(np.unique(c)) > 2]
    if not bends:
        return None
    columns = np.stack(bends, axis=1)
    # the slope of a yes or no is bounded already, and needs no random numbers
    return _told(lambda e: (e.slopes[:, 0] if e.binary else moments.bounded(e.z))[:, None] * columns, evidence)


def _pattern(evidence: Evidence) -> Tested | None:
    twins = (evidence,) if evidence.interval else evidence.twins
    shared = np.mean([moments.bounded(twin.z)[:, None] * twin.scores for twin in twins], axis=0)
    information = np.mean([twin.scores.T @ twin.scores for twin in twins], axis=0)
    return neighbours(moments.bounded(evidence.z), _standardised(evidence), (shared, information))


def _dispersion(evidence: Evidence) -> Tested | None:
    return _told(lambda e: ((e.y - e.centre) / e.spread) ** 2 - 1, evidence)


def _zeros(evidence: Evidence) -> Tested | None:
    expected = np.exp(evidence.belief.log_density(0.0))
    return _told(lambda e: (e.y == 0) - expected, evidence)


def _coverage(evidence: Evidence) -> Tested | None:
    return _told(lambda e: (np.abs(e.u - 0.5) < HELD / 2) - HELD, evidence)


def _reliability(evidence: Evidence) -> Tested | None:
    chance = evidence.centre
    order = np.argsort(chance, kind="stable")
    group = np.empty(evidence.n, dtype=np.intp)
    group[order] = np.arange(evidence.n) * GROUPS // evidence.n
    return _told(lambda e: (group[:, None] == np.arange(GROUPS)) * (e.y - chance)[:, None], evidence)


def _collapse(evidence: Evidence) -> Tested | None:
    found: Influence | None = influence(evidence)
    return None if found is None else collapse_test(evidence, found)


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
        "do the rows with most say in their own spread keep it when they are left out?",
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
        lambda e: one_sided(_told(_peak, e), 1),
        ("", "tails are heavier than assumed"),
        ("heavier tails",),
        "quantiles",
    ),
    Break(
        "multimodality",
        "are there more outcomes on the shoulders than at the centre?",
        _continuous,
        lambda e: one_sided(_told(_peak, e), -1),
        ("the centre is emptier than assumed: two groups, or light tails", ""),
        ("two groups",),
        "density",
    ),
    Break(
        "skew",
        "is one tail longer than the noise expects?",
        _continuous,
        lambda e: _told(lambda rows: moments.lean(rows.z), e),
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
        lambda e: _told(lambda rows: legendre(rows.u, 4), e),
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
        _seen,
        lambda e: _told(crps_excess, e),
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
