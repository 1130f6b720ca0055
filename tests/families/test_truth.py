"""Bound families against the tables of R and Distributions.jl: log-density, cdf and survival to nine digits."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit.families import FAMILIES
from reference.truth import Case, cases

TABLES = ("r_logpdf", "distributions_jl", "gamlss_logpdf")
RELATIVE = 1e-9  # the tables carry at most 15 digits, and a translated parameter is rounded once more


TAILS = {"cdf": "logcdf", "survival": "logsf"}
#: rows of a table that are judged, at least; and what may be left out, by reason
JUDGED = {"r_logpdf": 2754, "distributions_jl": 1200, "gamlss_logpdf": 1059}
REASONS = {"judged", "no such family yet", "the reference has no finite number", "degenerate"}


def degenerate(case: Case) -> bool:
    """A probability of 0 or 1 or a mean of 0 is outside the domain of the parameter."""
    p = case.parameters
    return p.get("probability", 0.5) in (0, 1) or (case.target.family == "Poisson" and p["mean"] == 0)


def covered(table: str) -> list[Case]:
    """Entries of the families of this package."""
    return [case for case in cases(table) if case.target.family in FAMILIES and not degenerate(case)]


def points(case: Case, xs: tuple[float, ...]) -> np.ndarray:
    return np.array(xs).astype(np.int64) if FAMILIES[case.target.family].outcome.domain.whole else np.array(xs)


def noise(case: Case) -> lk.declaration.Bound:
    bound: lk.declaration.Bound = getattr(lk, case.target.family)(**case.parameters)
    return bound


ALL = [case for table in TABLES for case in covered(table)]


@pytest.mark.parametrize("case", ALL, ids=lambda c: c.label)
def test_log_density(case: Case) -> None:
    rows = case.log_density()
    xs, expected = zip(*rows, strict=True)
    found = noise(case).log_density(points(case, xs))
    assert found.shape == (len(rows),)
    assert np.all(np.abs(found - expected) <= RELATIVE * np.maximum(1, np.abs(expected)))


@pytest.mark.parametrize("table", TABLES)
def test_every_row_is_judged_or_left_out_for_a_reason(table: str) -> None:
    found: Counter[str] = Counter()
    for case in cases(table):
        count, finite = len(case.entry["x"]), case.log_density()
        if case.target.family not in FAMILIES:
            found["no such family yet"] += count
        elif degenerate(case):
            found["degenerate"] += count
        else:
            found["judged"] += len(finite)
            found["the reference has no finite number"] += count - len(finite)
    assert set(found) <= REASONS
    assert found["judged"] >= JUDGED[table], found
    assert found["degenerate"] <= 12, found
    assert found["the reference has no finite number"] <= 8, found


@pytest.mark.parametrize("tail", TAILS)
@pytest.mark.parametrize(
    "case", [c for c in covered("r_logpdf") if all(map(c.tail, TAILS.values()))], ids=lambda c: c.label
)
def test_tails(case: Case, tail: str) -> None:
    """Relative to the probability itself, as far down as a double reaches."""
    rows = case.tail(TAILS[tail])
    xs, logs = zip(*rows, strict=True)
    found = getattr(noise(case), tail)(points(case, xs))
    expected = [math.exp(v) for v in logs]
    # exp magnifies an error of the logarithm by its size
    allowed = [RELATIVE * p * max(1.0, -v) + 5e-324 for p, v in zip(expected, logs, strict=True)]
    assert np.all(np.abs(found - expected) <= allowed)
