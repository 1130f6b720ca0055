"""Points of links where a loss once lost its digits: each against mpmath, by the rows of the audit."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from mpmath import mp, mpf

import likelihoodkit as lk

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.accuracy.cases import cases
from benchmarks.accuracy.measure import measure
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives import kernels
from likelihoodkit.primitives.families import kind
from likelihoodkit.primitives.kernels.student_integrals import student_integrals
from likelihoodkit.primitives.tails import log_student_cdf
from likelihoodkit.primitives.whole import student_loss
from likelihoodkit.supports import positive, real

#: case, outcome, outputs: a link rounded once near 0, which a power or an exponential multiplies
ROUNDED_ONCE = [
    ("HalfCauchy(scale='softplus')", 0.0, (-0.01,)),
    ("HalfCauchy(scale='softplus')", 1e-8, (0.001,)),
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


@pytest.mark.slow
@pytest.mark.parametrize(("label", "y", "outputs"), SMALLER)
def test_a_tail_or_a_rest_that_is_small(label: str, y: float, outputs: tuple[float, ...]) -> None:
    """e^log F of a tail of 1e-9 had 30 units of it; an infinite df and a rate of e^745 had NaN and 0."""
    test_what_rounding_takes_of_a_link_is_not_multiplied(label, y, outputs)


#: case, outcome, outputs: the place of a JohnsonSU loss, or a factor of its slopes, that leaves the range
JOHNSON = [
    ("JohnsonSU(tail='shifted_exp')", 0.0, (1e8, 709.0, 1e8, 745.0)),
    ("JohnsonSU(tail='shifted_exp')", 0.0, (1e300, -745.0, 745.0, 709.0)),
    ("JohnsonSU(tail='square')", 1e200, (-30.0, -709.0, -1e8, -1e300)),
    ("JohnsonSU(skew='shifted_exp')", 0.0, (-1.0, -1.0, 745.0, -745.0)),
    ("JohnsonSU(skew='exp')", 1.0, (0.0, 3.0, 720.0, -730.0)),
    ("JohnsonSU(skew='square')", 1.0, (0.0, 3.0, -1e160, -720.0)),
]


@pytest.mark.parametrize(("label", "y", "outputs"), JOHNSON)
def test_a_place_is_carried_by_its_exponent(label: str, y: float, outputs: tuple[float, ...]) -> None:
    """A tail or a skew beyond float64 times a slope that vanishes was NaN, or an infinity that is none."""
    test_what_rounding_takes_of_a_link_is_not_multiplied(label, y, outputs)


#: case, outcome, outputs: a power of a Burr loss that is infinite before its factor takes it back
BURR = [
    ("Burr()", 2.5, (-30.0, 709.0, -30.0)),
    ("Burr()", 1e-300, (3.0, -730.0, 735.0)),
    ("Burr(scale='sigmoid')", 1e200, (1.0, 745.0, -745.0)),
    ("Burr(inner='shifted_exp')", 1e4, (1e-8, 709.0, -30.0)),
    ("Burr(outer='sigmoid')", 1e200, (-1e-8, 709.0, -745.0)),
    ("Burr(outer='shifted_exp')", 1e200, (-1.0, -88.0, 745.0)),
]


@pytest.mark.parametrize(("label", "y", "outputs"), BURR)
def test_a_power_that_is_taken_back(label: str, y: float, outputs: tuple[float, ...]) -> None:
    """e^o log(1 + x^k) was infinite where x^k's logarithm is, also behind the family's own links."""
    test_what_rounding_takes_of_a_link_is_not_multiplied(label, y, outputs)


#: case, outcome, outputs: slopes that are infinite before the slope of a link takes them back
TAKEN_BACK = [
    ("Frechet(shape='sigmoid')", 2.5, (709.0, 745.0)),
    ("Frechet(shape='sigmoid')", 1e-8, (709.0, 104.0)),
    ("GeneralizedGamma(power='sigmoid')", 30.0, (-1e-300, 709.0, 709.0)),
    ("BetaPrime(mean='sigmoid')", 1e-8, (104.0, 709.0)),
    ("BetaPrime(mean='shifted_exp')", 1e-8, (-745.0, 709.0)),
    ("GeneralizedPareto(shape='exp')", 1e-300, (104.0, 745.0)),
    ("GeneralizedPareto(shape='exp')", 1e200, (-88.0, -745.0)),
    ("GeneralizedPareto(shape='sigmoid')", 1e200, (1e-300, -709.0)),
    ("GeneralizedExtremeValue(shape='exp')", 1e200, (1e-8, -1.0, -709.0)),
    ("ChiSquared(df='square')", 2.5, (1e300,)),
    ("Beta(concentration='square')", 0.5, (104.0, -1e300)),
]


@pytest.mark.parametrize(("label", "y", "outputs"), TAKEN_BACK)
def test_a_slope_that_is_taken_back(label: str, y: float, outputs: tuple[float, ...]) -> None:
    """They were infinite; a shape beyond float64 was taken for one beside which the 1 of 1 + a x is gone."""
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


#: case, outcome, outputs: a location, shape or power that leaves the range, or a skew that all but does
BEYOND = [
    ("GeneralizedExtremeValue(location='exp')", 1.0, (745.0, 709.0, -88.0)),
    ("GeneralizedExtremeValue(location='square')", 1.0, (1e300, 1e-300, -1e300)),
    ("GeneralizedExtremeValue(location='square')", 1e4, (-1e300, 5.0, -1e8)),
    ("GeneralizedExtremeValue(location='shifted_exp')", 1e4, (745.0, 0.0, -5.0)),
    ("GeneralizedExtremeValue(shape='square')", 0.0, (0.0, 5.0, 1e300)),
    ("BoxCoxNormal(power='exp')", 1e4, (1e-8, -1e-300, 709.0)),
    ("BoxCoxNormal(power='square')", 2.5, (1e-300, -1e-8, -1e300)),
    ("BoxCoxNormal(power='shifted_exp')", 1e-8, (-709.0, 104.0, 745.0)),
]


@pytest.mark.parametrize(("label", "y", "outputs"), BEYOND)
def test_a_parameter_beyond_the_range(label: str, y: float, outputs: tuple[float, ...]) -> None:
    """All of these had NaN: an infinite residual, shape or power times a 0."""
    test_what_rounding_takes_of_a_link_is_not_multiplied(label, y, outputs)


@pytest.mark.parametrize(
    ("label", "widths"), [("SkewT", 4), ("BoxCoxT", 4), ("BoxCoxNormal", 3), ("GeneralizedGamma", 3)]
)
def test_no_slope_is_a_nan_wherever_outputs_are(label: str, widths: int) -> None:
    """Skews of 1e300, powers and degrees of freedom beyond the range: up to a fifth of these rows were NaN."""
    rng = np.random.default_rng(0)
    sizes = np.array([0.0, 1e-300, 1e-8, 1.0, 30.0, 709.0, 745.0, 1e4, 1e8, 1e300])
    outputs = rng.choice(np.concatenate([sizes, -sizes]), size=(1000, widths))
    family = getattr(lk, label)
    for name in (list(family.parameters)[-2:]) if widths == 4 else ["power"]:
        for link in ("exp", "shifted_exp"):
            loss = lk.derive(family(**{name: link}))
            value, gradient = loss.value_and_gradient(rng.choice([1e-8, 1.0, 2.5, 1e4, 1e200], size=1000), outputs)
            assert not np.isnan(value).any()
            assert not np.isnan(gradient).any()


@pytest.mark.parametrize(("t", "g"), [(2.0**-54, 38.0), (-(2.0**-54), 36.0), (1e-300, 691.0), (-1e-300, 690.0)])
def test_a_power_of_next_to_one(t: float, g: float) -> None:
    """y e^t rounds to 1, of which every power is 1: mixtures of Weibulls had NaN, 0 times an infinite logarithm."""
    with mp.workdps(40):
        expected = [mp.exp(sign * mp.exp(mpf(g)) * mpf(t)) for sign in (1, -1)]
    one = np.ones(2)
    with np.errstate(over="ignore", invalid="ignore"):
        found = kernels.power_times_exp(one, np.array([t, -t]), g * one)
        beyond = kernels.power_times_exp(one, np.array([t, -t]), 1e4 * one)
        slope = kernels.power_slope(one, np.array([t, -t]), 1e4 * one)
    np.testing.assert_allclose(found, [float(e) for e in expected], rtol=1e-13)
    assert sorted(beyond) == [0.0, np.inf]
    assert slope.tolist() == [np.inf, np.inf]


def test_a_slope_in_a_box_cox_power_of_three_small_factors() -> None:
    """x^3/2 e^(2 s) at x = 1e-200: the square leaves the range and the product does not; it was 0, or NaN."""
    x, s = 1e-200, 690.0
    with mp.workdps(40):
        expected = float(mpf(x) ** 3 / 2 * mp.exp(2 * mpf(s)))
    with np.errstate(over="ignore", invalid="ignore"):
        found = kernels.box_cox_p(np.array([1.0]), np.array([x]), np.array([s]), np.array([2.0]))
    assert found[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("df", [1.5, 3.0, 40.0])
@pytest.mark.parametrize("z", [-1e120, -1e200, -1e300, 1e120])
def test_the_tail_of_student_where_the_square_overflows(df: float, z: float) -> None:
    """log F and its slopes by mpmath's incomplete beta function; all were NaN beyond 1e154."""
    with mp.workdps(60):

        def log_f(n: mpf, u: mpf) -> mpf:
            m = mp.exp(n)
            tail = mp.betainc(m / 2, mpf(1) / 2, 0, m / (m + u * u), regularized=True) / 2
            return mp.log(tail) if u < 0 else mp.log1p(-tail)

        n, u = mp.log(mpf(df)), mpf(z)
        slope = mp.diff(lambda x: log_f(x, u), n, h=mpf(10) ** -20)
        density = mp.exp(-(mpf(df) + 1) / 2 * mp.log1p(u * u / df)) / mp.sqrt(df) / mp.beta(mpf(df) / 2, mpf(1) / 2)
        expected = [log_f(n, u), slope, u * density / mp.exp(log_f(n, u))]
    with np.errstate(all="ignore"):
        found = student_integrals(np.array([df]), np.log([df]), np.array([z]))
        ours = [found.log[0], found.slope[0], found.pull[0]]  # computed when they are asked for
    np.testing.assert_allclose(ours, [float(e) for e in expected], rtol=2e-15 if z < 0 else 1e-13, atol=1e-300)


@pytest.mark.parametrize("shape", [745.0, 1e4, 1e8])
@pytest.mark.parametrize(("y", "scale"), [(1.0, -30.0), (1e4, 5.0), (1e200, 0.0)])
def test_a_tail_index_that_overflows(shape: float, y: float, scale: float) -> None:
    """log(1 + a x)(1 + 1/a) + log scale for a = e^745 and more, by mpmath: the loss was NaN."""
    with mp.workdps(40):
        a, x = mp.exp(mpf(shape)), mpf(y) * mp.exp(-mpf(scale))
        logarithm = mp.log1p(a * x)
        expected = float(scale + (1 + 1 / a) * logarithm)
        slopes = [float((1 - x) / (1 + a * x)), float((1 + a) * x / (1 + a * x) - logarithm / a)]
    value, gradient = lk.derive(lk.GeneralizedPareto(shape="exp")).value_and_gradient([y], [[scale, shape]])
    assert value[0] == pytest.approx(expected, rel=1e-15)
    np.testing.assert_allclose(gradient[0], slopes, rtol=1e-15, atol=1e-320)


def test_a_delay_whose_rate_overflows() -> None:
    """With a rate of e^745 a normal is left, or an exponential where the normal is narrower still; both were NaN."""
    delayed, normal = lk.derive(lk.ExponentiallyModifiedNormal(rate="exp")), lk.derive(lk.Normal)
    for rate in (745.0, 1e4, 1e300):
        value, gradient = delayed.value_and_gradient([1.0, -30.0], [[0.3, 1.0, rate], [2.0, -1.0, rate]])
        expected, slopes = normal.value_and_gradient([1.0, -30.0], [[0.3, 1.0], [2.0, -1.0]])
        np.testing.assert_allclose(value, expected, rtol=1e-15)
        np.testing.assert_allclose(gradient[:, :2], slopes, rtol=1e-15)
    value, gradient = delayed.value_and_gradient([1e-300], [[0.0, -1e4, 745.0]])
    with mp.workdps(40):
        waited = mpf(1e-300) * mp.exp(745)
    assert value[0] == pytest.approx(float(waited - 745), rel=1e-12)
    assert gradient[0, 2] == pytest.approx(float(waited - 1), rel=1e-12)
    assert gradient[0, 0] == -np.inf


@pytest.mark.parametrize(
    ("label", "y", "outputs"),
    [
        ("SinhArcsinh(location='softplus')", 0.0, (745.0, -1e8, -104.0, -1e8)),
        ("SinhArcsinh(tail='shifted_exp')", -30.0, (-30.0, -0.001, -88.0, 1e8)),
        ("BirnbaumSaunders(scale='sigmoid')", 1.0, (1e300, -1e4)),
        ("BirnbaumSaunders(scale='shifted_exp')", 30.0, (-1e8, -709.0)),
        ("SkewNormal(location='shifted_exp')", -2.5, (1e4, -30.0, -30.0)),
        ("SkewNormal(location='shifted_exp')", 1e8, (-0.001, -1e4, 0.0)),
        ("GeneralizedNormal(scale='exp')", 1e8, (1e8, 0.0, -1e4)),
        ("Tweedie(mean='square', power=1.5)", 1e4, (-5.0, -1e300)),
        ("SkewNormal(skew='shifted_exp')", 1e8, (1e8, -1e-8, 1e4)),
        ("SkewNormal(skew='square')", 1e-8, (1e-8, -1e8, -1e300)),
        ("GeneralizedPoisson(dispersion='softplus')", 1, (745.0, -1e4)),
        ("GeneralizedPoisson(dispersion='square')", 1, (1e300, 0.0)),
        ("Ordered(location='square')", 1, (-1e300, 1.0, 1e4, 1.0, -30.0)),
        ("Ordered(location='exp')", 2, (1e4, 88.0, -1e-8, 1e4, 88.0)),
    ],
)
def test_what_no_reference_reaches_is_no_nan(label: str, y: float, outputs: tuple[float, ...]) -> None:
    """A number or an infinity, where 0 met an infinity."""
    (case,) = [case for case in cases(("link",)) if case.label == label]
    value, gradient = case.loss.value_and_gradient([y], [outputs])
    assert not np.isnan(value).any()
    assert not np.isnan(gradient).any()


#: case, outcome, outputs: slopes that the slope of their link brings back into range
BROUGHT_BACK = [
    ("GeneralizedNormal(location='shifted_exp')", -30.0, (-745.0, -5.0, 88.0)),
    ("GeneralizedNormal(location='square')", -2.5, (1e8, -30.0, -709.0)),
    ("GeneralizedNormal(scale='shifted_exp')", 1e4, (0.0, -745.0, 104.0)),
    ("BetaPrime(concentration='softplus')", 2.5, (709.0, 30.0)),
    ("BetaPrime(concentration='square')", 1e200, (745.0, -1e8)),
    ("GeneralizedPareto(shape='tanh')", 1.0, (-745.0, 1e-300)),
    ("GeneralizedExtremeValue(shape='exp')", -2.5, (-1e300, -104.0, -709.0)),
    ("BoxCoxNormal(power='tanh')", 1e-8, (-104.0, -500.0, 745.0)),
    ("BoxCoxNormal(power='exp')", 2.5, (104.0, 500.0, 709.0)),
    ("JohnsonSU(location='square')", 0.0, (1e-300, 0.0, -1.0, 30.0)),
    ("SinhArcsinh(location='square')", 0.0, (1e-300, -700.0, -1.0, 0.0)),
    ("GeneralizedExtremeValue(location='square')", 0.0, (1e-300, 0.0, -1.0)),
    ("AsymmetricLaplace(location='exp', level=0.3)", -30.0, (709.0, -1.0)),
    ("Ordered(location='exp')", 2, (745.0, 3.0, -1.0, 745.0, 88.0)),
    ("Ordered(location='shifted_exp')", 4, (800.0, 0.5, 1e-8, 0.5, 800.0)),
]


@pytest.mark.parametrize(("label", "y", "outputs"), BROUGHT_BACK)
def test_a_slope_that_its_link_brings_back(label: str, y: float, outputs: tuple[float, ...]) -> None:
    """They were infinite, 0, NaN or wrong: a factor left the range before the slope of the link was multiplied in."""
    test_what_rounding_takes_of_a_link_is_not_multiplied(label, y, outputs)


@pytest.mark.parametrize(
    ("noise", "y", "outputs", "value", "slopes"),
    [
        (lk.Normal(scale="square"), 1.0, (0.0, 0.0), np.inf, (-np.inf, -np.inf)),
        (lk.Normal(scale="square"), 1.0, (1.0, 0.0), -np.inf, (0.0, np.inf)),
        (lk.Poisson(mean="square"), 0.0, (0.0,), 0.0, (0.0,)),
        (lk.Poisson(mean="square"), 2.0, (0.0,), np.inf, (-np.inf,)),
        (lk.ChiSquared(df="square"), 2.5, (0.0,), np.inf, (-np.inf,)),
        (lk.InverseGamma(shape="square"), 2.5, (0.3, 0.0), np.inf, (np.exp(0.3) / 2.5, -np.inf)),
        (lk.Beta(concentration="square"), 0.5, (0.0, 0.0), np.inf, (0.0, -np.inf)),
        (lk.GeneralizedGamma(shape="square"), 1.0, (0.0, 0.0, 0.0), np.inf, (-1.0, -np.inf, -1.0)),
    ],
)
def test_at_an_output_of_0_behind_square_stands_the_limit(
    noise: Distribution, y: float, outputs: tuple[float, ...], value: float, slopes: tuple[float, ...]
) -> None:
    """From above, a number or an infinity; values and slopes were NaN."""
    found, gradient = lk.derive(noise).value_and_gradient([y], [outputs])
    np.testing.assert_array_equal(found, [value])
    np.testing.assert_allclose(gradient[0], slopes, rtol=1e-15)


@pytest.mark.parametrize("family", [lk.Normal, lk.Logistic, lk.Gumbel, lk.StudentT, lk.JohnsonSU, lk.Laplace])
def test_the_curvature_of_a_location_behind_square_where_its_slope_is_0(family: type[Distribution]) -> None:
    """It is twice the slope in the location; it was 0 at an output of 0."""
    (location, *others) = family.parameters
    loss, own = lk.derive(family(**{location: "square"})), lk.derive(family())
    for y in (1.0, -30.0):
        outputs = [[0.0, *[0.3] * len(others)]]
        assert loss.hessian([y], outputs)[0, 0, 0] == pytest.approx(2 * own.gradient([y], outputs)[0, 0], rel=1e-15)
