"""Second derivatives behind links, which are a difference N_tt t'^2 + N_t t'': each against mpmath."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

import likelihoodkit as lk

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.accuracy.cases import cases
from benchmarks.accuracy.measure import extreme_points, measure
from likelihoodkit.declaration import Distribution

slow = pytest.mark.slow

#: case, outcome, outputs: where the two terms are alike
DIFFERENCES = [
    # a scale 1 + e^f or a shape below 1 at f = 0: t'^2 and t'' are one, and so are the curvature and minus the slope
    ("Laplace(scale='shifted_exp')", -2.5, (-1e300, 1e-300)),
    ("Laplace(scale='shifted_exp')", 1e200, (1e-300, -0.001)),
    ("Huber(scale='shifted_exp', threshold=1.345)", -30.0, (1e300, 1e-8)),
    ("InverseGaussian(shape='sigmoid')", 1e4, (1.0, -1e-8)),
    # the same where what cancels is within a function: everyday places of a model that has not learnt yet
    ("Gamma(mean='shifted_exp')", 1e4, (0.0, -0.505)),
    ("InverseGamma(scale='sigmoid')", 1e-8, (0.001, -2.498)),
    ("Nakagami(spread='shifted_exp')", 1e4, (-2.24, 1e-8)),
    ("ExponentiallyModifiedNormal(rate='sigmoid')", 1e4, (1.64, 1.386, 0.0)),
    ("InverseGamma(shape='sigmoid')", 1e-300, (4.433, -0.001)),
    ("Rice(centre='sigmoid')", 1e4, (0.0, 0.5)),
    pytest.param("GeneralizedGamma(shape='sigmoid')", 1e-8, (2.335, 1e-8, 2.554), marks=slow),
    pytest.param("Nakagami(spread='shifted_exp')", 1e200, (-1.0, 0.0), marks=slow),
    pytest.param("InverseGaussian(mean='shifted_exp')", 1e-8, (-0.001, -0.058), marks=slow),
    pytest.param("BirnbaumSaunders(scale='shifted_exp')", 1e4, (-0.001, -2.439), marks=slow),
    pytest.param("Logistic(scale='shifted_exp')", 1e8, (-30.0, -1e-8), marks=slow),
    pytest.param("Kumaraswamy(second='sigmoid')", 1e-300, (30.0, 1e-8), marks=slow),
    # a parameter behind softplus, below 0 nearly e^f and above nearly f, and the other curvatures of the same loss
    ("GeneralizedGamma(scale='softplus')", 2.5, (-104.0, -88.0, 0.0)),
    ("Gamma(shape='softplus')", 0.3074048952499951, (-7.757, 29.596)),  # what is linear in it has no curvature
    ("Weibull(scale='softplus')", 4.1, (14.265, -29.487)),
    ("Frechet(scale='softplus')", 0.1, (31.675, 18.727)),  # both terms overflow
    pytest.param("Nakagami(shape='softplus')", 0.2707899124644777, (75.452, -30.553), marks=slow),
    pytest.param("Rice(centre='softplus')", 1.0, (-104.0, -30.0), marks=slow),
    pytest.param("DiscreteWeibull(shape='softplus')", 30.0, (-5.0, 88.0), marks=slow),
    # what the outcome makes large is linear in a concentration or shape: above 0 it has no curvature
    ("Beta(concentration='softplus')", 1e-8, (1.3, 45.0)),
    ("InverseGamma(shape='softplus')", 1e200, (0.0, 60.0)),
    ("GeneralizedGamma(shape='softplus')", 1e4, (2.0, 60.0, 3.0)),
    # behind square t'^2 and t'' are of one size, and what is left of log f^2 is carried
    ("Pareto(shape='square', minimum=0.5)", 30.0, (-1e300,)),
    pytest.param("InverseGaussian(shape='square')", 1e4, (-1e-300, -1e300), marks=slow),
    # both overflow, and their exponents say which is the larger
    ("GumbelMin(location='exp')", 1e4, (-745.0, 1.0)),
    pytest.param("GumbelMin(location='exp')", 1e4, (1.0, 2000.0), marks=slow),
    pytest.param("GumbelMin(location='tanh')", 1e8, (-30.0, -5.0), marks=slow),
    ("Normal(mean='sigmoid')", -30.0, (-745.0, -709.0)),
    pytest.param("LogNormal(location='softplus')", 1e200, (-745.0, -709.0), marks=slow),
    pytest.param("AsymmetricNormal(location='shifted_exp', level=0.3)", 1e4, (-1e-8, -709.0), marks=slow),
    ("Weibull(shape='square')", 30.0, (1.483, 30.0)),
    ("Nakagami(spread='softplus')", 1.0, (-5.0, -745.0)),
    ("Frechet(scale='square')", 30.0, (104.0, 5.0)),
    pytest.param("Gompertz(shape='square')", 2.5, (-30.0, 1e4), marks=slow),
    pytest.param("GeneralizedGamma(scale='softplus')", 2.5, (-745.0, 0.001, 104.0), marks=slow),
    pytest.param("BirnbaumSaunders(scale='square')", 1e-300, (-1e8, -30.0), marks=slow),
    # 1 + tanh(f) far below 0, where the tangent is -1 to all digits
    ("GeneralizedExtremeValue(shape='tanh')", 1e-8, (2.576, 2.899, -5.0)),
    ("GeneralizedExtremeValue(shape='tanh')", -2.5, (-1.0, 0.647, -10.0)),
    # log of the mass of a normal over one step, far from it
    ("Discretised(Normal())", 1e6, (30.0, 1e-8)),
    ("Discretised(Normal())", -2.0, (1e-8, -5.0)),
    # a share of zeros beside a mean that has all but vanished
    ("ZeroInflated(Poisson())", 0.0, (-88.0, 1e-8)),
    # a location e^f far from the outcome, where a loss grows as a logarithm or as a small power of it
    ("Cauchy(location='exp')", 0.0, (1e-8, -30.0)),
    ("Cauchy(location='exp')", -2.5, (30.0, -5.0)),
    ("Cauchy(location='shifted_exp')", 1e4, (88.0, 1.0)),
    pytest.param("StudentT(location='exp')", -2.5, (88.0, 1.0, 0.0), marks=slow),
    pytest.param("SkewT(location='exp')", 1e8, (104.0, -30.0, -709.0, 5.0), marks=slow),
    pytest.param("JohnsonSU(location='shifted_exp')", -30.0, (88.0, 0.0, 1.0, 1.0), marks=slow),
    pytest.param("GeneralizedNormal(location='exp')", -30.0, (88.0, 1e-8, -30.0), marks=slow),
    pytest.param("GeneralizedExtremeValue(location='shifted_exp')", -30.0, (88.0, 0.0, -88.0), marks=slow),
    pytest.param("GeneralizedExtremeValue(location='exp')", 1e8, (30.0, 1e-8, -0.001), marks=slow),
]


@pytest.mark.parametrize(("label", "y", "outputs"), DIFFERENCES)
def test_curvatures_keep_the_digits_of_a_difference(label: str, y: float, outputs: tuple[float, ...]) -> None:
    """Of 53 bits some or all were lost, down to a wrong sign; where they overflow the difference was NaN."""
    case = next(case for case in cases(("link", "wrapper")) if case.label == label)
    found = measure(case, [(y, outputs)])
    assert found.no_reference == 0
    assert found.meets_the_bar, found.offences
    assert found.hessian_meets_the_bar, found.offences


@pytest.mark.parametrize("family", [lk.NegativeBinomial, lk.GeneralizedPoisson, lk.PoissonInverseGaussian])
def test_curvatures_behind_square_where_the_square_vanishes(family: type[Distribution]) -> None:
    """The loss is linear in a dispersion f^2, so that its curvature is its slope over f; it was 0."""
    loss = lk.derive(family(dispersion="square"))
    for f in (1e-300, -1e-170):
        slope, curve = loss.gradient([3], [[0.3, f]])[0, 1], loss.hessian([3], [[0.3, f]])[0, 1, 1]
        assert curve == pytest.approx(slope / f, rel=1e-15)
        assert curve > 0.2


#: case, outcome, outputs: where the loss goes like a number times f^2 behind square, or like |f|^a
AT_ZERO = [
    ("Poisson(mean='square')", 0.0, (0.0,)),
    ("Poisson(mean='square')", 2.0, (0.0,)),
    ("Geometric(mean='square')", 0.0, (0.0,)),
    ("NegativeBinomial(mean='square')", 0.0, (0.0, 0.857)),
    ("GeneralizedPoisson(mean='square')", 0.0, (0.0, -1.765)),
    ("PoissonInverseGaussian(mean='square')", 0.0, (0.0, 0.739)),
    ("ConwayMaxwellPoisson(rate='square')", 0.0, (0.0, -1.249)),
    ("BetaPrime(concentration='square')", 2.5, (0.977, 0.0)),
    ("BetaBinomial(concentration='square', trials=12)", 0.0, (0.363, 0.0)),
    ("Gompertz(shape='square')", 30.0, (0.234, 0.0)),
    ("VonMises(concentration='square')", 0.0, (0.536, 0.0)),
    ("Skellam(first='square')", 0.0, (0.0, 1.818)),
    ("Laplace(location='square')", 0.0, (0.0, 1.448)),
    ("AsymmetricLaplace(location='square', level=0.3)", 0.0, (0.0, 1.019)),
    ("InverseGamma(shape='square')", 30.0, (2.745, 0.0)),  # minus its logarithm: infinite
    ("Beta(concentration='square')", 0.5, (-1.188, 0.0)),
]


@pytest.mark.parametrize(("label", "y", "outputs"), AT_ZERO)
def test_a_curvature_at_an_output_of_0_behind_square_is_the_limit(
    label: str, y: float, outputs: tuple[float, ...]
) -> None:
    """What the reference has at 1e-160: the curvature in a mean of 0 was 0 or infinite, others 0 or off by 2."""
    (case,) = [case for case in cases(("link",)) if case.label == label]
    place = outputs.index(0.0)
    found = case.loss.hessian([y], [outputs])[0, place, place]
    near = case.reference(y, [output or 1e-160 for output in outputs]).hessian[place][place]
    expected = float(near) if abs(near) < 1e300 else float("inf") * float(np.sign(float(near)))
    assert found == pytest.approx(expected, rel=2e-15)


@pytest.mark.parametrize("label", ["SinhArcsinh(location='square')", "GeneralizedPareto(shape='square')"])
def test_no_curvature_at_an_output_of_0_behind_square_is_a_nan(label: str) -> None:
    """An infinite curvature in a location is taken 0 times there."""
    (case,) = [case for case in cases(("link",)) if case.label == label]
    place = 0 if "location" in label else 1
    points = [(y, outputs) for y, outputs in extreme_points(case, 300, 745.0) if outputs[place] == 0]
    hessian = case.loss.hessian([y for y, _ in points], [outputs for _, outputs in points])
    assert not np.isnan(hessian[:, place, place]).any()
