"""The accuracy bar for vectors and sequences on a reduced grid; the full table is benchmarks/accuracy/table.md."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from benchmarks.accuracy.measure import (
    BAR,
    HESSIAN_BAR,
    KINDS,
    Point,
    extreme_points,
    measure,
    moderate_points,
    nan_count,
)
from benchmarks.accuracy.vectors import VectorCase, vector_cases
from likelihoodkit.primitives.vector_kernels.labelling_numbers import FLOATS, LONG_FLOATS, VASTS
from likelihoodkit.primitives.vector_kernels.labellings import Labelling
from reference.jets import variables
from reference.vectors import alignment, dirichlet_multinomial

CASES = {case.label: case for case in vector_cases()}
PATIENCE = 3.0  # seconds of this process for one reference


def grid(case: VectorCase) -> list[Point]:
    return [*extreme_points(case, 5, 745.0), *extreme_points(case, 5, 1e300), *moderate_points(case, 2)]


@pytest.mark.slow
@pytest.mark.parametrize("label", CASES)
def test_rows_meet_the_bar(label: str) -> None:
    case = CASES[label]
    found = measure(case, grid(case), seconds=PATIENCE)
    assert found.points > found.no_reference, "a bar without references measures nothing"
    missed = {kind for kind, bar in zip(KINDS, (*BAR, HESSIAN_BAR), strict=True) if found.worst[kind] > bar}
    if found.non_finite or found.not_overflowing or found.nan_at_overflow or found.hessian_not_finite:
        missed.add("not finite")
    if nan_count(case, 300):
        missed.add("NaN")
    assert not missed, found.offences


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


def test_solves_that_leave_the_range_and_come_back() -> None:
    """Diagonals of e^-745 and e^709 beside entries of 1e300; the curvature of a row of which all grows at once."""
    at("MultivariateNormal()", (1e-8, 30.0), (88.0, -30.0, -745.0, -745.0, 88.0))
    three = "MultivariateNormal() of three numbers"
    at(three, (1.0, -2.5, 0.5), (1e4, -1e-300, -745.0, 0.001, 709.0, -1e4, -30.0, -1e4, 0.001))
    at("MultivariateT()", (1e200, 1.0), (-709.0, -1e-8, 88.0, -1e4, 5.0, 745.0))
    at("MultivariateT()", (1.0, -2.5), (104.0, 1e-300, 1e-300, -104.0, -1e300, -104.0))
    at("MultivariateT()", (1e-8, 30.0), (1.0, 1.0, 1e-8, -1.0, 709.0, -88.0))


@pytest.mark.parametrize("log_df", [-1e4, -745.0, 745.0, 2000.0])
def test_degrees_of_freedom_beyond_the_range(log_df: float) -> None:
    at("MultivariateT()", (1.0, -2.5), (0.5, 1.0, 0.3, -0.2, 2.0, log_df))


def test_counts_of_one_class_that_is_all_but_certain() -> None:
    label = "DirichletMultinomial()"
    at(label, (0.0, 0.0, 1.0), (709.0, -1e-8, 745.0, 709.0), (88.0, -709.0, 1.0, -745.0))
    at(label, (1.0, 2.0, 3.0), (-1e-300, -1e-8, -1e4, 104.0))
    at(label, (1.0, 0.0, 1.0), (-30.0, -104.0, -1.0, 30.0))
    at("Multinomial()", (40.0, 1.0, 0.0), (1.0, -1e-300, -5.0))


@pytest.mark.parametrize("counts", [[30.0, 25.0, 5.0], [0.0, 150.0, 50.0], [700.0, 1000.0, 300.0], [0.0, 200.0, 0.0]])
def test_counts_in_the_tens_to_thousands_keep_their_digits(counts: list[float]) -> None:
    """By beta functions: gamma functions of all of them lost up to thousands of units."""
    loss, outputs = CASES["DirichletMultinomial()"].loss, [0.3, 1.5, -1.0, 1.2]
    value, gradient = loss.value_and_gradient([counts], [outputs])
    with mpmath.workdps(50):
        whole = mpmath.exp(outputs[3])
        shares = [mpmath.exp(f) / mpmath.fsum(map(mpmath.exp, outputs[:3])) for f in outputs[:3]]
        a, n = [whole * s for s in shares], mpmath.fsum(counts)
        own = mpmath.fsum(mpmath.log(mpmath.rf(b, y) / mpmath.factorial(y)) for b, y in zip(a, counts, strict=True))
        true = mpmath.log(mpmath.rf(whole, n) / mpmath.factorial(n)) - own
        drawn = [b * (mpmath.digamma(b + y) - mpmath.digamma(b)) for b, y in zip(a, counts, strict=True)]
        slopes = [s * mpmath.fsum(drawn) - d for s, d in zip(shares, drawn, strict=True)]
        slopes.append(whole * (mpmath.digamma(whole + n) - mpmath.digamma(whole)) - mpmath.fsum(drawn))
    assert value[0] == pytest.approx(float(true), rel=2e-15)
    np.testing.assert_allclose(gradient[0], [float(g) for g in slopes], rtol=2e-14)


def test_everyday_counts_against_the_product_of_all_ratios() -> None:
    """Both sides of where products stay in range, and more draws than are multiplied at once."""
    label = "DirichletMultinomial()"
    at(label, (40.0, 1.0, 0.0), (-0.001, -5.0, 1e-8, -5.0), (0.3, 49.0, -0.9, 3.0), (0.3, 51.5, -0.9, 3.0))
    at(label, (40.0, 1.0, 0.0), (0.3, 1.0, -0.9, 49.9), (0.3, 1.0, -0.9, 50.1), (0.3, 1.0, -0.9, -49.9))


def test_bessel_functions_of_half_orders_meet_their_series() -> None:
    """Where the forms change at a concentration of one, two and ten."""
    for label, width in (("VonMisesFisher()", 3), ("VonMisesFisher() of five numbers", 5)):
        y = (0.6, 0.8) + (0.0,) * (width - 2)
        for log_k in (-1e-12, 1e-12, 0.6931, 0.6932, 2.3025, 2.3026, 0.9999, 1.0001):
            at(label, y, (*[0.5, -1.0, 2.0, 0.3, -0.7][:width], log_k))


def test_many_counts_are_counted_by_gamma_functions() -> None:
    """Against the product of all ratios, for rows with few and with many counts at once."""
    loss = CASES["DirichletMultinomial()"].loss
    y, outputs = [[300, 200, 4], [3, 2, 4]], [[0.3, -0.5, 1.0, 2.0], [0.3, -0.5, 1.0, 2.0]]
    value, gradient = loss.value_and_gradient(y, outputs)
    for i in range(2):
        with mpmath.workdps(60):
            true = dirichlet_multinomial(y[i], list(variables([mpmath.mpf(f) for f in outputs[i]])))
        assert value[i] == pytest.approx(float(true.value), rel=1e-13)
        np.testing.assert_allclose(gradient[i], [float(g) for g in true.gradient], rtol=1e-12)


def test_shares_next_to_each_other_or_below_the_least_number_times_counts() -> None:
    at("Multinomial()", (1.0, 0.0, 1.0), (-1e-300, -0.001, -745.0))
    at("Multinomial()", (0.0, 6.0, 0.0), (-745.0, -1.0, -745.0))
    at("Multinomial()", (40.0, 1.0, 0.0), (745.0, 0.0, 745.0), (-0.001, 745.0, 1e-8))
    at("losses.expected_edit_distance", (0.0, 3.0, 8.0), (1e-300, 1e-8, 745.0))
    loss = CASES["Dirichlet()"].loss
    slope = loss.gradient([[1e-8, 0.25, 0.75 - 1e-8]], [[-1e-300, 745.0, -88.0, 0.001]])[0, 3]
    assert slope == pytest.approx(math.exp(0.001) * math.log(4.0) - 2.0, rel=8 * 2.0**-53)  # a digamma(a) is -1 twice


def test_curvatures_that_overflow_in_other_entries_or_both_ways() -> None:
    hessian = CASES["MultivariateNormal(scale='diagonal')"].loss.hessian([[1e200, 1.0]], [[0.0, -1e8, 1e-8, 1e8]])
    assert hessian[0, 2, 2] == np.inf
    assert hessian[0, 2, 3] == hessian[0, 3, 2] == 0.0
    hessian = CASES["losses.cosine_distance"].loss.hessian([[1e-300, 0.0, 1e-8]], [[0.0, -1e-300, -1e-300]])
    assert hessian[0, 1, 2] == np.inf  # x/(2 r^3) of z/r at x = z, and both are negative


LABELLED = {  # labels, logits of five steps: repeats, labels that alternate, one next to certain, one all but excluded
    "alternating": ([1, 2, 1, 2, -1], [0.3, -1.0, 2.0] * 3 + [1.0, 0.5, -0.4, -2.0, 0.1, 0.7]),
    "repeated": ([2, 2, -1, -1, -1], [0.5, 1.5, -0.3, 2.0, -1.0, 0.2, 0.0, 0.4, 1e-8, -0.7, 0.3, 0.9, 1.1, -0.2, 0.6]),
    "certain": ([1, 2, -1, -1, -1], [0.0, 50.0, 1.0, 0.0, 48.0, 3.0, 60.0, 0.0, 0.3, 2.0, 1.0, 45.0, 40.0, 0.0, -3.0]),
    "excluded": ([1, 2, 1, 2, -1], [300.0, 0.3, 0.1, 250.0, -0.7, -0.2, 0.0, 1.0, 0.5, 400.0, 2.0, 1.5, 1e4, 0.2, 0.4]),
    "beyond": ([2, 2, -1, -1, -1], [30.0, -709.0, -1e4, -5.0, 745.0, 30.0, *[-1e3, 88.0, -709.0] * 3]),
    "decided nowhere": ([1, -1, -1, -1, -1], [0.0, 700.0, 0.0, 0.1, 0.3, -600.0, *[0.2, 0.1, -650.0] * 3]),
}


@pytest.mark.parametrize("which", LABELLED)
def test_labellings_keep_their_digits_in_every_entry(which: str) -> None:
    """Against all 243 paths: values, slopes, and curvatures between steps."""
    labels, logits = LABELLED[which]
    loss = CASES["Alignment(classes=3)"].loss
    value, gradient = loss.value_and_gradient([labels], [logits])
    hessian = loss.hessian([labels], [logits])
    with mpmath.workdps(9000 if which == "beyond" else 700):
        true = alignment(3)(labels, list(variables([mpmath.mpf(f) for f in logits])))
    assert value[0] == pytest.approx(float(true.value), rel=1e-14)
    np.testing.assert_allclose(gradient[0], [float(g) for g in true.gradient], rtol=1e-13)
    np.testing.assert_allclose(np.diag(hessian[0]), [float(true.hessian[k][k]) for k in range(15)], rtol=1e-12)
    size = float(np.max(np.absolute(hessian)))
    curve = [[float(entry) for entry in row] for row in true.hessian]
    np.testing.assert_allclose(hessian[0], curve, rtol=1e-11, atol=1e-14 * size)


@pytest.mark.parametrize("how", [LONG_FLOATS, VASTS])
def test_numbers_of_any_length_give_the_same_sums_over_labellings(how: object) -> None:
    rng = np.random.default_rng(3)
    z, labels = rng.normal(size=(9, 4, 5)), np.zeros((7, 5), dtype=int)
    labels[1::2] = [[1, 2, 3, 1, 3], [2, 2, 3, 1, 1], [1, 3, 1, 1, 3]]
    skips = np.zeros(labels.shape, dtype=bool)
    skips[2:] = (labels[2:] != 0) & (labels[2:] != labels[:-2])
    one, two = (Labelling(kind, z, labels, skips, np.array([7, 7, 5, 7, 3])) for kind in (FLOATS, how))
    move = rng.normal(size=z.shape)
    for ours, same in ((one.loss(), two.loss()), (one.slope, two.slope), (one.curve(move), two.curve(move))):
        np.testing.assert_allclose(ours, same, rtol=1e-12, atol=1e-15)


def test_divergences_of_shares_below_the_least_number() -> None:
    at("losses.reverse_kl", (0.2, 0.5, 0.3), (-88.0, 0.001, -745.0), (-1e8, -0.001, -745.0))
    at("losses.jensen_shannon", (0.0, 0.5, 0.5), (-1e300, 1e300, -1e-8), (1e-300, 745.0, -0.001))
    value, gradient = CASES["Dirichlet()"].loss.value_and_gradient(
        [[0.98, 0.015, 0.005]], [[104.0, -0.001, -745.0, 745.0]]
    )
    assert gradient[0, 0] == pytest.approx(2.4074245602586465e280, rel=1e-12)
    assert value[0] == np.inf
