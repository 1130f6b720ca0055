"""Everyday outputs where the loss of an outcome that is not seen exactly once lost its digits: within the bar now."""

from __future__ import annotations

import pytest

from benchmarks.accuracy.cases import cases
from benchmarks.accuracy.measure import Point, measure

CASES = {case.label: case for case in cases(("tail", "wrapper"))}
PLACES: dict[str, list[Point]] = {
    # nearly all of a small shape is far below the bound: what is left beside it
    "Truncated(Gamma(), high=3)": [
        (1e-8, (88.0, -5.0)),
        (1e-8, (30.0, -1e-8)),
        (2.5, (1.0, -3.0)),
    ],
    "Censored(Gamma()), at most y": [(1e-8, (-0.091, -12.0)), (30.0, (6.975, -9.285)), (30.0, (88.0, 1e-8))],
    # and beside a small concentration all that is beyond one end or the other
    "Censored(Beta()), at most y": [(0.1, (0.681, -4.951)), (0.1, (-3.656, -7.606)), (1e-8, (2.0, -8.0))],
    "Censored(StudentT()), at most y": [(1e4, (0.714, 2.388, -2.636))],
    "Censored(NegativeBinomial()), at most y": [(3.0, (-1e-8, 0.001)), (1.0, (0.0, -1.0))],
    "Censored(LogLogistic()), at most y": [(30.0, (-745.0, 1e-300))],  # z e^-z where e^-z is 0
    "Censored(LogLogistic()), at least y": [(1e-8, (1e-300, 1e-8)), (1e-8, (-1e-8, -0.001)), (1e4, (-745.0, 1.0))],
    "Truncated(Normal(), low=0)": [(0.0, (0.001, 0.0))],
    "Censored(Gamma()), at least y": [(1.0, (88.0, -30.0)), (2.5, (-1e-8, -30.0)), (1e-8, (1.534, 0.01))],
}
#: what has second derivatives that are a difference still
CURVED = {"Censored(NegativeBinomial()), at most y"}


SLOW = {"Censored(StudentT()), at most y", "Censored(Beta()), at most y"}  # by their references


@pytest.mark.parametrize("label", [pytest.param(x, marks=[pytest.mark.slow] * (x in SLOW)) for x in PLACES])
def test_digits(label: str) -> None:
    found = measure(CASES[label], PLACES[label])
    assert found.no_reference == 0
    assert found.meets_the_bar, found.offences
    assert found.hessian_meets_the_bar or label in CURVED, found.offences
