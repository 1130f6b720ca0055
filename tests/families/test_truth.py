"""Bound families against the tables of R and Distributions.jl: log-density, cdf and survival to nine digits."""

from __future__ import annotations

import math

import numpy as np
import pytest

import likelihoodkit as lk
from reference.truth import Case, cases
from textbook import FAMILIES

TABLES = ("r_logpdf", "distributions_jl", "gamlss_logpdf")
RELATIVE = 1e-9  # the tables carry at most 15 digits, and a translated parameter is rounded once more


TAILS = {"cdf": "logcdf", "survival": "logsf"}


def covered(table: str) -> list[Case]:
    """Entries of the families of this package; a probability of 0 or 1 or a mean of 0 is outside their domain."""
    return [
        case
        for case in cases(table)
        if case.target.family in FAMILIES
        and case.parameters.get("probability", 0.5) not in (0, 1)
        and not (case.target.family == "Poisson" and case.parameters["mean"] == 0)
    ]


def inside(case: Case, rows: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Rows whose point lies in the open support; x = 0 of a positive amount is refused by name elsewhere."""
    if FAMILIES[case.target.family].support == "positive":
        return [(x, v) for x, v in rows if x > 0]
    return rows


def points(case: Case, xs: tuple[float, ...]) -> np.ndarray:
    return np.array(xs) if FAMILIES[case.target.family].continuous else np.array(xs).astype(np.int64)


def noise(case: Case) -> lk.declaration.Bound:
    bound: lk.declaration.Bound = getattr(lk, case.target.family)(**case.parameters)
    return bound


@pytest.mark.parametrize("case", [c for table in TABLES for c in covered(table)], ids=lambda c: c.label)
def test_log_density(case: Case) -> None:
    rows = inside(case, case.log_density())
    xs, expected = zip(*rows, strict=True)
    found = noise(case).log_density(points(case, xs))
    assert found.shape == (len(rows),)
    assert np.all(np.abs(found - expected) <= RELATIVE * np.maximum(1, np.abs(expected)))


@pytest.mark.parametrize("tail", TAILS)
@pytest.mark.parametrize(
    "case", [c for c in covered("r_logpdf") if all(map(c.tail, TAILS.values()))], ids=lambda c: c.label
)
def test_tails(case: Case, tail: str) -> None:
    """Relative to the probability itself, as far down as a double reaches."""
    rows = inside(case, case.tail(TAILS[tail]))
    xs, logs = zip(*rows, strict=True)
    found = getattr(noise(case), tail)(points(case, xs))
    expected = [math.exp(v) for v in logs]
    # exp magnifies an error of the logarithm by its size
    allowed = [RELATIVE * p * max(1.0, -v) + 5e-324 for p, v in zip(expected, logs, strict=True)]
    assert np.all(np.abs(found - expected) <= allowed)
