"""Points of links where a loss once lost its digits: each against mpmath, by the rows of the audit."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

import likelihoodkit as lk

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.accuracy.cases import cases
from benchmarks.accuracy.measure import measure
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.families import kind
from likelihoodkit.primitives.tails import log_student_cdf
from likelihoodkit.primitives.whole import student_loss
from likelihoodkit.supports import positive, real

#: case, outcome, outputs: a link rounded once near 0, which a power or an exponential multiplies
ROUNDED_ONCE = [
    ("GeneralizedNormal()", 1e8, (-0.001, 0.0, -0.001)),
    ("GeneralizedNormal(scale='exp')", 0.0, (-1e-300, -1e-8, -1e-8)),
    ("GeneralizedNormal(scale='sigmoid')", 1e8, (-1e300, 5.0, 0.0)),
    ("GeneralizedNormal(shape='shifted_exp')", 1e4, (-5.0, -1e-8, -30.0)),
    ("GeneralizedNormal(shape='shifted_exp')", 1e-8, (-1e300, -0.001, 1e-300)),
    ("SinhArcsinh()", 1e8, (1e300, 104.0, -1e-300, 0.0)),
    ("SinhArcsinh()", 1e200, (30.0, -5.0, 30.0, 0.001)),
    ("SinhArcsinh(skew='exp')", 1e200, (-745.0, -1.0, 1e-8, -1e-300)),
    ("BoxCoxNormal(power='sigmoid')", 1e200, (-1.0, 1e-8, 1e-8)),
    ("BoxCoxNormal(power='tanh')", 1e-300, (-5.0, 0.001, -1e-8)),
    ("BoxCoxNormal(power='shifted_exp')", 1e-300, (-30.0, 5.0, -104.0)),
    ("DiscreteWeibull()", 1.0, (-1e-300, -1e-300)),
    ("DiscreteWeibull(shape='sigmoid')", 2.0, (0.0, -1e-8)),
    ("NegativeBinomial(mean='sigmoid')", 2.0, (-1e-300, 1e-8)),
    ("JohnsonSU()", 1.0, (1e8, 1e-8, 1e300, -745.0)),
    ("JohnsonSU()", 1.0, (-0.001, -709.0, 1e4, -745.0)),
]


@pytest.mark.parametrize(("label", "y", "outputs"), ROUNDED_ONCE)
def test_what_rounding_takes_of_a_link_is_not_multiplied(label: str, y: float, outputs: tuple[float, ...]) -> None:
    """softplus(0) is log 2 to half an ulp; at a power or an exponent of 700 that was up to 260 units of the loss."""
    (case,) = [case for case in cases(("family", "link")) if case.label == label]
    found = measure(case, [(y, outputs)])
    assert found.no_reference == 0
    assert found.meets_the_bar, found.offences


#: case, outcome, outputs: sums and exponentials of logarithms whose answer is smaller than their rounding
SMALLER = [
    ("Tweedie(power=1.5)", 1e-8, (-1.0, 0.0)),
    ("SkewT(location='square')", -30.0, (1.0, 1.0, -1e4, -88.0)),
    ("SkewT(location='square')", 1e8, (104.0, -0.001, 1e4, -104.0)),
    ("SkewT(skew='square')", 1e-8, (-30.0, 0.0, 1e4, -30.0)),
    ("SkewT(df='square')", 1e200, (1e8, 1e-8, 0.0, -1e300)),
    ("SinhArcsinh(location='square')", 0.0, (1e-300, 104.0, -1e8, 0.0)),
    ("SinhArcsinh(location='square')", 1.0, (1e300, -30.0, 0.001, -104.0)),
    ("SinhArcsinh(location='square')", 1e200, (-1e300, -104.0, -1e4, 745.0)),
    ("BoxCoxT(median='shifted_exp')", 1e200, (30.0, -0.001, 0.0, 745.0)),
    ("BoxCoxT(scale='square')", 1e4, (-0.001, 1e4, 1e-300, 0.0)),
    ("ExponentiallyModifiedNormal(scale='square')", 0.0, (-709.0, 1e300, 1e-8)),
    ("ExponentiallyModifiedNormal(rate='shifted_exp')", 1e4, (-1e8, -30.0, 745.0)),
]


@pytest.mark.parametrize(("label", "y", "outputs"), SMALLER)
def test_a_tail_or_a_rest_that_is_small(label: str, y: float, outputs: tuple[float, ...]) -> None:
    """e^log F of a tail of 1e-9 had 30 units of it; an infinite df and a rate of e^745 had NaN and 0."""
    test_what_rounding_takes_of_a_link_is_not_multiplied(label, y, outputs)


@pytest.mark.parametrize("link", ["softplus", "exp", "sigmoid", "square", "shifted_exp"])
def test_a_leaning_t_is_of_two_functions_behind_every_link_of_its_df(link: str) -> None:
    """Where df is e^n its sqrt(df + 1) is e^(softplus(n)/2): term by term the loss was NaN where it overflows."""
    expression = lk.derive(lk.SkewT(df=link)).derivation.expression
    assert expression.has(kind("skew_student_loss"))
    assert expression.has(student_loss)
    assert not expression.has(log_student_cdf)


class Peaked(Distribution):
    """A generalised normal as a user writes it."""

    y = outcome(real)
    location = parameter(real, link=lk.links.identity)
    scale = parameter(positive, link=lk.links.softplus)
    shape = parameter(positive, link=lk.links.softplus)

    log_density = -lk.log(2 * scale) - lk.log_gamma(1 + 1 / shape) - lk.abs((y - location) / scale) ** shape


def test_a_power_of_a_distance_as_a_user_writes_it() -> None:
    """Its slopes at the location were NaN, and its digits those of a softplus rounded once."""
    y, outputs = [1.0, 0.5, 1e300], [[1.0, 5.0, -1.0], [0.0, 0.0, 0.0], [0.0, 5.0, 1e-8]]
    for ours, theirs in zip(
        lk.derive(Peaked).value_and_gradient(y, outputs),
        lk.derive(lk.GeneralizedNormal).value_and_gradient(y, outputs),
        strict=True,
    ):
        np.testing.assert_array_equal(np.abs(ours), np.abs(theirs))
        assert np.isfinite(ours).all()
