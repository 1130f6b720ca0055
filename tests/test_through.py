"""Losses taken through another link: the composition is true, it is needed, and it keeps the digits."""

from __future__ import annotations

import sys
from pathlib import Path

import mpmath
import numpy as np
import pytest
import sympy as sp

import likelihoodkit as lk
from likelihoodkit import links
from likelihoodkit.calculus import Calculus
from likelihoodkit.compile import Runner, compile_program
from likelihoodkit.nll import negative_log_likelihood
from likelihoodkit.primitives import kernels, lower
from likelihoodkit.primitives.linked import corrected
from likelihoodkit.stabilise.carried import scaled
from likelihoodkit.stabilise.through import Move

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.accuracy.cases import family_case
from benchmarks.accuracy.measure import extreme_points, measure

f, t, y = sp.symbols("f t y", real=True)
CARRIED = [link for link in links.LINKS.values() if link.logarithm is not None]
WITH_RESIDUAL = [link for link in links.LINKS.values() if link.residual is not None]


def _zero(expression: sp.Expr) -> bool:
    expression = expression.replace(sp.sign, lambda x: x / sp.Abs(x))
    if expression.has(sp.log(1 + sp.exp(f))):  # SymPy does not come to an end here: to 40 digits at two places
        pairs = ((3, 5), (-9, 2))
        places = [{f: sp.Rational(a, 7), y: sp.Rational(b, 11), t: sp.Rational(a + b, 13)} for a, b in pairs]
        return all(abs(expression.xreplace(place).evalf(50)) < 1e-40 for place in places)
    return bool(sp.simplify(expression.rewrite(sp.exp)) == 0)


@pytest.mark.parametrize("link", CARRIED, ids=lambda link: link.name)
def test_the_logarithm_of_a_link_is_one(link: links.Link) -> None:
    assert link.logarithm is not None
    assert _zero(sp.exp(lower(link.logarithm(f))) - lower(link(f)))


@pytest.mark.parametrize("link", WITH_RESIDUAL, ids=lambda link: link.name)
def test_the_residual_of_a_link_is_one(link: links.Link) -> None:
    assert link.residual is not None
    assert _zero(lower(link.residual(y, f)) - (y - lower(link(f))))


@pytest.mark.parametrize("inner", [links.exp, links.identity], ids=lambda link: link.name)
@pytest.mark.parametrize("link", [*CARRIED, links.tanh], ids=lambda link: link.name)
def test_slope_and_bend(link: links.Link, inner: links.Link) -> None:
    if inner is links.exp and link.logarithm is None:
        return
    move = Move(t, f, link, inner)
    slope = sp.diff(lower(link(f)), f) / (lower(link(f)) if inner is links.exp else 1)
    assert _zero(lower(move.slope) - slope)
    assert _zero(lower(move.bend) * slope - sp.diff(slope, f))
    for weight in (y, y * sp.exp(t), sp.exp(t) ** 2):
        assert _zero(lower(scaled(weight, move.slope)) - weight * slope)


#: (link, y, output): y less the parameter loses its digits, or all of them
RESIDUALS = [
    ("sigmoid", 1.0, 104.0),
    ("tanh", 1.0, 30.0),
    ("tanh", -1.0, -30.0),
    ("tanh", 1e-6, 1e-6),
    ("shifted_exp", 2.0, 1e-9),
]


@pytest.mark.parametrize(("link", "outcome", "output"), RESIDUALS)
def test_a_residual_is_needed(link: str, outcome: float, output: float) -> None:
    plain = {
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)), "tanh": np.tanh, "shifted_exp": lambda z: 1 + np.exp(z),
    }[link]  # fmt: skip
    with mpmath.workdps(120):
        z = mpmath.mpf(output)
        exact = {"sigmoid": 1 / (1 + mpmath.exp(-z)), "tanh": mpmath.tanh(z), "shifted_exp": 1 + mpmath.exp(z)}[link]
        truth = float(mpmath.mpf(outcome) - exact)
    assert abs((outcome - plain(output)) / truth - 1) > 1e-9
    assert getattr(kernels, f"{link}_residual")(outcome, output) == pytest.approx(truth, rel=1e-15)


#: (noise, y, outputs): the formula as it is declared gives infinity or NaN, the truth is a number
NEEDED = [
    ("Cauchy", {"scale": "sigmoid"}, 1e200, [-5.0, 88.0]),
    ("Cauchy", {"scale": "square"}, 1e200, [-5.0, 1e-3]),
    ("HalfCauchy", {"scale": "square"}, 1e200, [-1e-3]),
    ("LogLogistic", {"scale": "square"}, 1.0, [-1e-300, -104.0]),
    ("Laplace", {"location": "tanh"}, 0.0, [745.0, -709.0]),
]


@pytest.mark.parametrize(("name", "chosen", "outcome", "outputs"), NEEDED)
def test_going_through_another_link_is_needed(
    name: str, chosen: dict[str, str], outcome: float, outputs: list[float]
) -> None:
    case = family_case(name, **chosen)
    declared = negative_log_likelihood(case.loss.bound)
    symbols = list(declared.outputs.values())
    textbook = lower(declared.expression)
    program = compile_program({"value": textbook, **{s.name: sp.diff(textbook, s) for s in symbols}})
    columns = {
        declared.y.name: np.array([outcome]),
        **{s.name: np.array([v]) for s, v in zip(symbols, outputs, strict=True)},
    }
    found = {key: np.empty(1) for key in ("value", *(s.name for s in symbols))}
    with np.errstate(all="ignore"):
        Runner(program).run(columns, found, 1)
    assert not all(np.isfinite(list(found.values())).ravel()), "the left side holds"
    measured = measure(case, [(outcome, tuple(outputs))])
    assert measured.no_reference == 0
    assert measured.meets_the_bar, measured.offences


def test_curvatures_behind_softplus_are_derived_from_the_parameter() -> None:
    """e^t has second derivative softplus'' in f: slope^2 and bend of the logarithm cancel in it for large f."""
    hessian = lk.derive(lk.Poisson(mean="softplus")).hessian([0.0], [[30.0]])
    np.testing.assert_allclose(hessian[0, 0, 0], np.exp(-30.0) / (1 + np.exp(-30.0)) ** 2, rtol=1e-14)
    case = family_case("Weibull", shape="softplus")
    found = measure(case, [(1e200, (104.0, -104.0)), (1e-8, (30.0, -30.0))])
    assert found.no_reference == 0
    assert found.meets_the_bar, found.offences


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("Normal", {"mean": "sigmoid"}), ("Normal", {"scale": "sigmoid"}), ("Normal", {"scale": "shifted_exp"}),
        ("Laplace", {"location": "tanh"}), ("Gamma", {"mean": "sigmoid"}), ("Gamma", {"shape": "shifted_exp"}),
        ("Cauchy", {"scale": "square"}), ("Poisson", {"mean": "sigmoid"}), ("NegativeBinomial", {"mean": "sigmoid"}),
        ("StudentT", {"scale": "sigmoid"}), ("Weibull", {"scale": "shifted_exp"}),
    ],
)  # fmt: skip
def test_other_links_meet_the_bar(name: str, chosen: dict[str, str]) -> None:
    case = family_case(name, **chosen)
    found = measure(case, extreme_points(case, 10, 104.0))
    assert found.points > found.no_reference
    assert found.meets_the_bar, found.offences


def test_the_rest_of_a_logarithm_is_needed() -> None:
    """y e^t takes over the rounding of t = log f^2, 3.5e-15 at f = 1e-8; with what it took the ratio has its digits."""
    case = family_case("Gamma", mean="square")
    calculus = case.loss.calculus
    without = calculus.value.replace(corrected, lambda value, slope, rest: value)
    assert without == case.loss.derivation.expression != calculus.value
    assert _zero(lower(calculus.value) - lower(without))
    point = (2.5, (1e-8, -1.0))
    truth = case.reference(point[0], list(point[1]))
    assert truth is not None
    found = {"without": np.empty(1), "with": np.empty(1)}
    columns = {"y": np.array([2.5]), "f_mean": np.array([1e-8]), "f_shape": np.array([-1.0])}
    Runner(compile_program({"without": without, "with": calculus.value})).run(columns, found, 1)
    errors = {k: abs(float((mpmath.mpf(float(v[0])) - truth.value) / truth.value_condition)) for k, v in found.items()}
    assert errors["without"] > 5 * 2**-53
    assert errors["with"] < 2 * 2**-53


#: (noise, links, y, outputs): the derivative in the own output leaves the range, its product with the slope does not
SLOPES = [
    ("AsymmetricNormal", {"scale": "sigmoid"}, 1.0, (-1e300, 709.0)),
    ("GumbelMin", {"scale": "sigmoid"}, 0.0, (-745.0, 709.0)),
    ("GumbelMin", {"scale": "sigmoid"}, -2.5, (-709.0, 30.0)),
    ("SkewNormal", {"skew": "tanh"}, 1.0, (-88.0, -745.0, -709.0)),
    ("InverseGaussian", {"mean": "sigmoid"}, 2.5, (745.0, 745.0)),
    ("InverseGaussian", {"shape": "square"}, 1e4, (-1e-300, -1e300)),
    ("InverseGamma", {"scale": "sigmoid"}, 30.0, (88.0, 745.0)),
    ("LogLogistic", {"shape": "square"}, 30.0, (-1e-300, 1e300)),
    ("Lomax", {"shape": "square"}, 2.5, (1e-300, 1e300)),
    ("Burr", {"outer": "square"}, 1e4, (104.0, 1.0, -1e300)),
    ("Nakagami", {"shape": "square"}, 2.5, (1e300, -1e-8)),
    ("Gompertz", {"shape": "square"}, 2.5, (0.0, 1e-300)),
    ("GeneralizedGamma", {"shape": "square"}, 1e200, (-30.0, 1e300, -1e-300)),
    ("Pareto", {"shape": "square"}, 30.0, (-1e300,)),
    ("VonMises", {"concentration": "square"}, -3.0, (-1.0, 1e-300)),
    ("Kumaraswamy", {"first": "square"}, 1e-8, (1e300, -709.0)),
    ("Kumaraswamy", {"first": "square"}, 0.999999999, (1e-300, -745.0)),
    ("Kumaraswamy", {"second": "square"}, 1e-8, (-5.0, 1e300)),
    ("SinhArcsinh", {"skew": "tanh"}, 1e4, (-745.0, 104.0, -709.0, 88.0)),
    ("SinhArcsinh", {"location": "tanh"}, 1e8, (709.0, -1e-300, 709.0, -1e-300)),
    ("GeneralizedExtremeValue", {"scale": "square"}, 1e200, (1e-8, 1e-300, 1e300)),
    ("Tweedie", {"mean": "square"}, 0.0, (1e-300, 104.0)),
    ("Poisson", {"mean": "square"}, 0.0, (1e-300,)),
    ("Poisson", {"mean": "square"}, 1000.0, (-1e300,)),
    ("Weibull", {"shape": "square"}, 30.0, (30.0, -1e300)),  # where a slope overflows, its leading term does not
    ("Weibull", {"shape": "shifted_exp"}, 1e200, (-745.0, -745.0)),
    ("Burr", {"inner": "sigmoid"}, 1e-300, (-709.0, 88.0, 709.0)),
    ("Burr", {"inner": "square"}, 1e4, (0.001, -1e300, 0.0)),
    ("Burr", {"outer": "sigmoid"}, 1e200, (-1e-8, 709.0, 709.0)),
    ("Rice", {"scale": "shifted_exp"}, 1e200, (-104.0, -709.0)),
    ("BoxCoxNormal", {"power": "sigmoid"}, 30.0, (-709.0, -1.0, 745.0)),
    ("BetaPrime", {"concentration": "shifted_exp"}, 30.0, (88.0, -745.0)),  # weights of e^-745 have no digits
    ("BetaPrime", {"concentration": "square"}, 1e-8, (1e-300, -1e300)),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "chosen", "outcome", "outputs"), SLOPES)
def test_the_slope_of_a_link_goes_into_the_exponents(
    name: str, chosen: dict[str, str], outcome: float, outputs: tuple[float, ...]
) -> None:
    case = family_case(name, **chosen)
    (moved,) = chosen
    place, move = case.loss.outputs.index(moved), case.loss.derivation.through.moves[moved]
    found = measure(case, [(outcome, outputs)])
    assert found.no_reference == 0
    assert found.meets_the_bar, found.offences
    # the derivative in the own output, times the slope as a number
    inner = Calculus(case.loss.derivation.through.inner)
    along = case.loss.derivation.through.put(inner.gradient[moved])
    program = compile_program({"along": along, "slope": move.slope})
    symbols = case.loss.derivation.outputs.values()
    columns = {s.name: np.array([v]) for s, v in zip(symbols, outputs, strict=True)}
    columns[case.loss.derivation.y.name] = np.array([outcome])
    parts = {"along": np.empty(1), "slope": np.empty(1)}
    with np.errstate(all="ignore"):
        Runner(program).run(columns, parts, 1)
        product = parts["along"] * parts["slope"]
    truth = case.reference(outcome, list(outputs))
    assert truth is not None
    assert not np.isclose(product[0], float(truth.gradient[place]), rtol=1e-3, atol=0), "the plain product holds"


#: (noise, links, y, outputs): kernels at parameters, and at digits of them, that only these links reach
REACHED = [
    ("Frechet", {"scale": "square"}, 2.5, (1e-300, -1e-3)),  # 2/f is exact, its logarithm is not
    ("BirnbaumSaunders", {"shape": "square"}, 1e200, (-1e-300, -1e-8)),
    ("StudentT", {"df": "square"}, 1e200, (104.0, -1e-8, 1e300)),  # df w^2 as the square of a root
    ("AsymmetricLaplace", {"location": "exp"}, -30.0, (709.0, 88.0)),  # 7 r/10 where 7 r is infinite
    ("AsymmetricLaplace", {"location": "shifted_exp"}, -30.0, (709.0, 0.0)),
    ("GeneralizedExtremeValue", {"scale": "square"}, 1e200, (1e-8, 1e-300, 1e300)),
    ("GeneralizedPareto", {"shape": "exp"}, 0.0, (0.001, 745.0)),  # y = 0 at an infinite shape
    ("GeneralizedPareto", {"shape": "square"}, 1e4, (-709.0, 104.0)),  # the scale cancels
    ("Cauchy", {"location": "shifted_exp"}, 1e4, (745.0, 709.0)),  # a location beyond float64
    ("Cauchy", {"location": "exp"}, -2.5, (745.0, 1.0)),
    ("SkewNormal", {"location": "exp"}, 0.0, (745.0, -104.0, 0.0)),
    ("StudentT", {"location": "shifted_exp"}, 1e-8, (745.0, 5.0, 1e-8)),
    ("GeneralizedNormal", {"location": "shifted_exp"}, 1e4, (745.0, -88.0, 1e-8)),
    ("SkewNormal", {"location": "tanh"}, 1e-8, (1e-8, -709.0, 745.0)),  # y - tanh(y) is y^3/3
    ("GeneralizedNormal", {"location": "square"}, 1e4, (-1e300, 1e-8, 709.0)),  # a power of infinity over infinity
    ("GeneralizedNormal", {"shape": "shifted_exp"}, 1e200, (0.0, 1e-8, -745.0)),  # y^s/y by the power s - 1
    ("GeneralizedNormal", {"shape": "shifted_exp"}, 1e-8, (-1e300, -1e-3, 1e-300)),
    ("SinhArcsinh", {"tail": "sigmoid"}, 1e-8, (30.0, -1e-8, -1e-8, -709.0)),  # recognised with its tail's logarithm
    ("SinhArcsinh", {"tail": "sigmoid"}, 1.0, (1.0, 745.0, -1e8, 1e-8)),
    ("SinhArcsinh", {"tail": "shifted_exp"}, 1e4, (-1e4, -104.0, 1e-300, 745.0)),
    ("ChiSquared", {"df": "square"}, 1e-300, (1e4,)),  # half the parameter
    ("ChiSquared", {"df": "square"}, 30.0, (1e8,)),
    ("ChiSquared", {"df": "shifted_exp"}, 1e-300, (-1e-8,)),
    ("BirnbaumSaunders", {"scale": "square"}, 1e4, (-1e-8, -1e-3)),  # a sum of exponents
    ("Tweedie", {"mean": "square"}, 1e-300, (1e300, 1e-3)),
    ("Tweedie", {"mean": "square"}, 0.0, (1e-300, 104.0)),
    ("GeneralizedGamma", {"scale": "shifted_exp"}, 1e-8, (0.0, -1e-300, 1e-8)),  # log y and s log X cancel
    ("BoxCoxNormal", {"median": "shifted_exp"}, 1e200, (-1e-3, 1e-300, 1e300)),  # e^2 vanishes, e^(2 s + 2 m) does not
    ("Poisson", {"mean": "shifted_exp"}, 2.0, (-1e-300,)),  # the mean less y keeps the digits of the output
    ("Poisson", {"mean": "shifted_exp"}, 2.0, (-1e-3,)),
    ("Skellam", {"first": "sigmoid"}, -1000.0, (-709.0, 1e-8)),  # (n/x)^2 overflows
    ("Skellam", {"first": "shifted_exp"}, 0.0, (-30.0, -5.0)),  # the second mean is gone when the first is 1
    ("PoissonInverseGaussian", {"mean": "square"}, 30.0, (1e-300, -1e-300)),  # a rate of 1e-600
    ("PoissonInverseGaussian", {"mean": "square"}, 2.0, (1e8, -1e-3)),
    ("PoissonInverseGaussian", {"mean": "square"}, 1.0, (-1e8, 1e-3)),
    ("PoissonInverseGaussian", {"dispersion": "square"}, 1e6, (-709.0, 104.0)),
    ("PoissonInverseGaussian", {"dispersion": "sigmoid"}, 1e6, (5.0, -745.0)),  # subnormal before its factor
    ("JohnsonSU", {"skew": "shifted_exp"}, -30.0, (5.0, 0.001, 745.0, 709.0)),  # infinity less infinity
    ("JohnsonSU", {"scale": "shifted_exp"}, 1e4, (88.0, 1.0, 0.0, -745.0)),  # subnormal before its factor
    ("GumbelMin", {"location": "square"}, 1.0, (0.0, -88.0)),  # 2 f times infinity is nothing at f = 0
    ("GeneralizedExtremeValue", {"shape": "square"}, 1e8, (-1e300, -709.0, 0.0)),
    ("GeneralizedExtremeValue", {"shape": "softplus"}, 1e8, (1e300, -30.0, -745.0)),  # an infinite x, a x = -5e-11
    ("SkewNormal", {"location": "square"}, 1e8, (-1e300, -30.0, -1e-300)),  # infinity times a hazard that is 0
    ("SkewNormal", {"skew": "square"}, 1.0, (-30.0, 5.0, 1e300)),
    ("SkewNormal", {"skew": "softplus"}, -30.0, (1e4, 1e-8, -745.0)),
    ("BirnbaumSaunders", {"shape": "square"}, 1e4, (745.0, 745.0)),
    ("BirnbaumSaunders", {"scale": "shifted_exp"}, 2.5, (709.0, -1.0)),  # half of a square that overflows
    ("Burr", {"scale": "softplus"}, 1.0, (-709.0, 88.0, -745.0)),  # a balance of subnormal sigmoids
    ("Burr", {"outer": "softplus"}, 1e200, (88.0, 104.0, -745.0)),
    ("GeneralizedPareto", {"shape": "square"}, 2.5, (0.0, -1e300)),  # a shape that overflows, its logarithm does not
    ("GeneralizedPareto", {"shape": "shifted_exp"}, 1.0, (30.0, 745.0)),
    ("GeneralizedExtremeValue", {"shape": "square"}, 2.5, (0.0, 1.0, 1e300)),
    ("Frechet", {"shape": "softplus"}, 1e-300, (-1.0, 1e-300)),  # a power by what rounding takes of its logarithm
    ("Nakagami", {"shape": "sigmoid"}, 1e-300, (0.0, 0.0)),  # log 2 in two parts
    ("Laplace", {"scale": "sigmoid"}, 1e-8, (1e-300, -1e-300)),
    ("GeneralizedNormal", {"location": "shifted_exp"}, -2.5, (745.0, -1e-300, -5.0)),  # a small power of e^745
    ("GeneralizedNormal", {"shape": "square"}, -30.0, (-1e8, -745.0, -1e-8)),
    ("Geometric", {"mean": "shifted_exp"}, 2.0, (1e-8,)),  # the mean less y keeps the digits of the output
    ("Geometric", {"mean": "shifted_exp"}, 0.0, (30.0,)),
    ("NegativeBinomial", {"mean": "shifted_exp"}, 2.0, (1e-8, -1e-8)),
    ("NegativeBinomial", {"dispersion": "sigmoid"}, 1.0, (-745.0, -0.001)),  # a curve that vanishes with the mean
    ("NegativeBinomial", {"dispersion": "square"}, 30.0, (-30.0, -1e-300)),  # a dispersion of 1e-600
    ("GeneralizedPoisson", {"dispersion": "square"}, 1e6, (-104.0, 1e-300)),
    ("PoissonInverseGaussian", {"dispersion": "square"}, 1.0, (0.0, 1e-300)),
    ("BetaBinomial", {"concentration": "square"}, 6.0, (0.001, -1e300)),  # a concentration of 1e600
    ("InverseGamma", {"scale": "square"}, 30.0, (-1e8, -0.001)),  # a sum of exponents
    ("InverseGaussian", {"shape": "softplus"}, 30.0, (30.0, 745.0)),
    ("SkewNormal", {"scale": "square"}, 1e200, (1e-300, 1e-8, 0.0)),  # a skew of 0 times an infinite curve
    ("GeneralizedGamma", {"scale": "softplus"}, 2.5, (88.0, 5.0, 709.0)),  # 1/88 of a slope that overflows
    ("ConwayMaxwellPoisson", {"dispersion": "square"}, 2.0, (-88.0, -1e300)),  # leading terms of an infinite slope
    ("ConwayMaxwellPoisson", {"dispersion": "shifted_exp"}, 0.0, (709.0, -745.0)),
    ("Laplace", {"location": "square"}, -2.5, (1e-300, -745.0)),  # 2 f e^745
    ("Huber", {"location": "square"}, 1e200, (1e-8, -709.0)),
    ("AsymmetricNormal", {"location": "tanh"}, 0.0, (-709.0, -745.0)),
    ("JohnsonSU", {"location": "tanh"}, 0.0, (0.0, -709.0, -1e4, -104.0)),  # three factors, of which two overflow
    ("JohnsonSU", {"skew": "exp"}, 0.0, (30.0, 745.0, 745.0, -104.0)),  # the largest term of a sum by its exponent
    ("JohnsonSU", {"skew": "square"}, 1e8, (1e300, -88.0, -1e300, 30.0)),
    ("SkewNormal", {"location": "tanh"}, 0.0, (-745.0, -1e-300, -1e300)),  # a sum with an exponent taken term by term
    ("SkewNormal", {"location": "exp"}, 1e8, (-745.0, -709.0, -88.0)),
    ("PoissonInverseGaussian", {"mean": "shifted_exp"}, 2.0, (-1e-8, -104.0)),
    ("SkewNormal", {"scale": "shifted_exp"}, 1e200, (-104.0, -745.0, -1.0)),
    ("Kumaraswamy", {"second": "square"}, 0.1, (-709.0, -1e-300)),  # 1 - x/(e^x - 1) where x^2 is gone
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "chosen", "outcome", "outputs"), REACHED)
def test_kernels_where_only_a_link_takes_them(
    name: str, chosen: dict[str, str], outcome: float, outputs: tuple[float, ...]
) -> None:
    found = measure(family_case(name, **chosen), [(outcome, outputs)])
    assert found.no_reference == 0
    assert found.meets_the_bar, found.offences


def test_a_carried_exp_is_the_residual() -> None:
    """r e^-m and t + m for r and t: the same loss on either side of where the exponent is taken off."""
    calculus = lk.derive(lk.Cauchy(location="exp")).calculus
    plain = calculus.derivation.expression
    assert calculus.value != plain
    for place in (5.0, 599.0, 601.0, 700.0):
        columns = {"y": np.array([2.5]), "f_location": np.array([place]), "f_scale": np.array([-1.0])}
        found = {"plain": np.empty(1), "carried": np.empty(1)}
        Runner(compile_program({"plain": plain, "carried": calculus.value})).run(columns, found, 1)
        np.testing.assert_allclose(found["carried"], found["plain"], rtol=1e-15)


def test_every_step_through_another_link_is_true() -> None:
    for noise in (lk.Gamma(mean="sigmoid"), lk.Normal(mean="tanh", scale="shifted_exp"), lk.Cauchy(scale="square")):
        derivation = lk.derive(noise).derivation
        assert derivation.check()
        assert any(step.rule == "carry by logarithm" for step in derivation.steps)
