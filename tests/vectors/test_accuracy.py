"""The accuracy bar for vectors and sequences on a reduced grid; the full table is benchmarks/accuracy/table.md."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmarks.accuracy.measure import Point, extreme_points, measure, moderate_points, nan_count
from benchmarks.accuracy.vectors import VectorCase, vector_cases

CASES = {case.label: case for case in vector_cases()}
#: case -> what is missed; an entry that is no longer needed fails
EXEMPT: dict[str, str] = {
    "MultivariateNormal()": "a chain of triangular solves leaves the range and comes back",
    "MultivariateNormal(scale='diagonal')": "scales beyond the range against residuals of zero",
    "MultivariateNormal() of three numbers": "a chain of triangular solves leaves the range and comes back",
    "MultivariateT()": "the same, and the slope in df is a difference",
    "Dirichlet()": "subnormal curvatures; shares next to one",
    "Multinomial()": "the coefficient is a difference of factorials",
    "DirichletMultinomial()": "one class next to certain: a difference",
    "Alignment(classes=3)": "a labelling next to certain: a difference of covariances",
    "losses.ctc": "the same",
    "losses.reverse_kl": "subnormal shares",
    "losses.jensen_shannon": "logits apart by more than 1e300",
    "losses.cosine_distance": "directions of 1e300 beside 1e-300",
}
PATIENCE = 3.0  # seconds of this process for one reference


def grid(case: VectorCase) -> list[Point]:
    return [*extreme_points(case, 5, 745.0), *extreme_points(case, 5, 1e300), *moderate_points(case, 2)]


@pytest.mark.parametrize("label", CASES)
def test_rows_meet_the_bar(label: str) -> None:
    case = CASES[label]
    found = measure(case, grid(case), seconds=PATIENCE)
    assert found.points > found.no_reference, "a bar without references measures nothing"
    met = found.meets_the_bar and found.hessian_meets_the_bar and not nan_count(case, 300)
    assert met == (label not in EXEMPT), found.offences or "meets the bar now: take it off the list"


@pytest.mark.parametrize("label", CASES)
def test_rows_are_rounded_once_in_single_precision(label: str) -> None:
    case = CASES[label]
    found = measure(case, moderate_points(case, 2), np.float32, seconds=PATIENCE)
    assert found.meets_the_bar, found.offences


def at(label: str, y: tuple[float, ...], *outputs: tuple[float, ...]) -> None:
    """These outputs meet the bars."""
    found = measure(CASES[label], [(y, row) for row in outputs])
    assert found.no_reference == 0
    assert found.meets_the_bar, found.offences
    assert found.hessian_meets_the_bar, found.offences


# -- what was lost once ----------------------------------------------------------------------------------------------


def test_a_chain_whose_paths_share_a_large_score_or_meet_pairs_as_often_as_the_truth() -> None:
    at("LinearChain(classes=2)", (0.0, 0.0, 0.0), (-1e-8, 1e-300, -709.0, 709.0, -5.0, 1e8, 30.0, 1e-300, -1e-8, -5.0))
    at("LinearChain(classes=2)", (0.0, 1.0, 1.0), (1.0, 709.0, -30.0, -104.0, 0.001, 5.0, -104.0, -1e-8, 1.0, 5.0))
    at("LinearChain(classes=2)", (0.0, 1.0, 1.0), (0.001, -1e-8, -5.0, -0.001, 1.0, -88.0, 88.0, 88.0, 709.0, -1e4))


def test_directions_beyond_the_range_of_the_concentration() -> None:
    case = CASES["VonMisesFisher()"]
    value, gradient = case.loss.value_and_gradient([[1.0, 0.0, 0.0]], [[1.0, 0.0, 0.0, 800.0]])
    assert value[0] == pytest.approx(math.log(2 * math.pi) - 800.0, rel=1e-15)  # k/(2 pi) on the sphere
    np.testing.assert_allclose(gradient, [[0.0, 0.0, 0.0, -1.0]], rtol=1e-15)
    at("VonMisesFisher() in the plane", (0.6, 0.8), (-30.0, 0.001, 0.001), (1e300, -1e300, 745.0))
    at("VonMisesFisher()", (1.0, 0.0, 0.0), (30.0, 1e8, 709.0, -104.0), (5.0, -1e8, 1.0, 104.0))
    at("VonMisesFisher() of five numbers", (0.0, 0.0, 0.0, 0.0, 1.0), (2.0, -0.5, -1.0, 3.0, 4.0, 2.6))
