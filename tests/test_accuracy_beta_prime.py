"""BetaPrime beside its mean, with large concentrations and behind softplus: each number against mpmath."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

import likelihoodkit as lk

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.accuracy.cases import cases
from benchmarks.accuracy.measure import Point, measure

#: case -> outcomes and outputs: 16 to 530 units were lost, for log a - log b was taken where a/b is e^f all but for 1/c
PLACES: dict[str, list[Point]] = {
    "BetaPrime()": [
        (0.2931158631730905, (-1.2271166583275928, 33.956026060644305)),
        (0.2936, (-1.2271166583275928, 18.0)),
        (1.0570420909968745, (0.05544504313707613, 33.52186955763898)),
        (0.4573746175276956, (-0.7822501994448849, 7.057479067227195)),
        (0.044, (-3.0, 30.7)),
    ],
    "BetaPrime(mean='softplus')": [
        (0.693335533779795, (-0.0007036536078128065, 18.521004560311)),
        (438.582804297624, (438.4619699081384, 32.26825956899954)),
        (0.6431728869138378, (-0.10257920027776408, 7.770305132762815)),
        (30.0, (709.0, 1.0)),
        (1.0, (709.0, 709.0)),
    ],
    "BetaPrime(mean='shifted_exp')": [(30.0, (104.0, -745.0)), (1.0, (88.0, 104.0)), (1e4, (104.0, 88.0))],
    "BetaPrime(concentration='softplus')": [
        (1.3, (0.3, 25.0)),
        (1.4, (0.3, 60.0)),
        (1e-8, (-1.0, -30.0)),
        (30.0, (709.0, 104.0)),
    ],
    "BetaPrime(concentration='sigmoid')": [(1e200, (88.0, -1e-300))],
    "BetaPrime(concentration='square')": [(1e4, (-1e-8, -1e4))],
}


@pytest.mark.parametrize("label", PLACES)
def test_digits_beside_the_mean(label: str) -> None:
    (case,) = [case for case in cases(("family", "link")) if case.label == label]
    found = measure(case, PLACES[label])
    assert found.no_reference == 0
    assert found.meets_the_bar, found.offences
    assert found.hessian_meets_the_bar, found.offences


@pytest.mark.parametrize("outputs", [(0.001, 709.0), (104.0, 1e300), (1e300, 1e8)])
def test_curvatures_far_out_are_numbers_or_infinite(outputs: tuple[float, float]) -> None:
    hessian = lk.derive(lk.BetaPrime(mean="softplus")).hessian([2.5], [outputs])
    assert not np.isnan(hessian).any()
