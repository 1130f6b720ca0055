"""More families as users type them: by cases, by finite sums, with parameters made of others."""

from __future__ import annotations

import itertools
import math
import types
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp

import likelihoodkit as lk
from benchmarks.accuracy.cases import Case
from benchmarks.accuracy.measure import measure
from benchmarks.accuracy.strangers import declared
from benchmarks.accuracy.typed import LAWS
from likelihoodkit.declaration import Distribution, NamedLoss, outcome, parameter
from likelihoodkit.primitives.words import abs, cos, cosh, erf, exp, gamma, log, log_factorial, pi, sqrt, sum_over
from likelihoodkit.supports import (
    Support,
    circle,
    count_vectors,
    counts,
    counts_from_one,
    positive,
    positives,
    real,
    simplex,
    unit,
    vectors,
)

HALF = sp.Rational(1, 2)
ranks = Support("ranks", "1 to 10", low=1.0, high=10.0, closed_low=True, closed_high=True, whole=True)
below_pi = Support("below pi", "angles from 0 to pi", low=0.0, high=3.141592653589793)


class TwoPieceLaplace(Distribution):
    y = outcome(real)
    m = parameter(real, link="identity")
    a = parameter(positive, link="exp")
    b = parameter(positive, link="exp")
    log_density = log(sp.Piecewise((exp((y - m) / a) / (a + b), y < m), (exp(-(y - m) / b) / (a + b), True)))


class TwoPieceNormal(Distribution):
    y = outcome(real)
    m = parameter(real, link="identity")
    a = parameter(positive, link="exp")
    b = parameter(positive, link="exp")
    left, right = exp(-((y - m) ** 2) / (2 * a**2)), exp(-((y - m) ** 2) / (2 * b**2))
    log_density = log(sqrt(2 / pi) / (a + b) * sp.Piecewise((left, y < m), (right, True)))


class TwoSidedPower(Distribution):
    y = outcome(unit)
    c = parameter(unit, link="sigmoid")
    n = parameter(positive, link="exp")
    log_density = log(sp.Piecewise((n * (y / c) ** (n - 1), y < c), (n * ((1 - y) / (1 - c)) ** (n - 1), True)))


class TruncatedExponential(Distribution):
    y = outcome(unit)
    a = parameter(real, link="identity")
    log_density = log(sp.Piecewise((1, sp.Eq(a, 0)), (a * exp(-a * y) / (1 - exp(-a)), True)))


class ZeroInflatedTyped(Distribution):
    y = outcome(counts)
    w = parameter(unit, link="sigmoid")
    m = parameter(positive, link="exp")
    some = (1 - w) * exp(-m) * m**y / sp.factorial(y)
    log_density = log(sp.Piecewise((w + (1 - w) * exp(-m), sp.Eq(y, 0)), (some, True)))


class Davidson(Distribution):
    """Paired comparison with ties."""

    y = outcome(lk.counts_up_to(2))
    f = parameter(real, link="identity")
    v = parameter(positive, link="exp")
    total = exp(f) + 1 + v * exp(f / 2)
    log_density = log(
        sp.Piecewise((1 / total, sp.Eq(y, 0)), (v * exp(f / 2) / total, sp.Eq(y, 1)), (exp(f) / total, True))
    )


class Grades(Distribution):
    """Three ordered grades by two logits a distance apart."""

    y = outcome(lk.counts_up_to(2))
    f = parameter(real, link="identity")
    d = parameter(positive, link="exp")
    low, high = 1 / (1 + exp(f)), 1 / (1 + exp(f - d))
    log_density = sp.Piecewise((log(low), sp.Eq(y, 0)), (log(high - low), sp.Eq(y, 1)), (log(1 - high), True))


class Moyal(Distribution):
    y = outcome(real)
    m = parameter(real, link="identity")
    s = parameter(positive, link="exp")
    z = (y - m) / s
    log_density = log(exp(-(z + exp(-z)) / 2) / (s * sqrt(2 * pi)))


class LogitLogistic(Distribution):
    y = outcome(unit)
    m = parameter(real, link="identity")
    s = parameter(positive, link="exp")
    z = (log(y / (1 - y)) - m) / s
    log_density = log(exp(-z) / (s * y * (1 - y) * (1 + exp(-z)) ** 2))


class BetaByRatio(Distribution):
    """A beta law by its mean and the share r of the largest variance; the size is 1/r - 1."""

    y = outcome(unit)
    m = parameter(unit, link="sigmoid")
    r = parameter(unit, link="sigmoid")
    size = 1 / r - 1
    log_density = log(y ** (m * size - 1) * (1 - y) ** ((1 - m) * size - 1) / sp.beta(m * size, (1 - m) * size))


class DiscreteRayleigh(Distribution):
    y = outcome(counts)
    q = parameter(unit, link="sigmoid")
    log_density = log(q ** (y**2) - q ** ((y + 1) ** 2))


class Cartwright(Distribution):
    """Powers of a cosine; log Gamma of a size and of twice that size."""

    y = outcome(below_pi)
    a = parameter(positive, link="exp")
    log_density = log(2 * 2 ** (a - 1) * gamma(a + 1) ** 2 * (1 + cos(y)) ** a / (pi * gamma(2 * a + 1)))


class Secant(Distribution):
    y = outcome(real)
    k = parameter(positive, link="exp")
    log_density = log(2 ** (1 - k) / sp.beta(k / 2, k / 2) / cosh(y) ** k)


class Zipf(Distribution):
    y = outcome(ranks)
    s = parameter(real, link="identity")
    log_density = log(y ** (-s) / sp.Sum(sp.Symbol("k") ** (-s), (sp.Symbol("k"), 1, 10)))


class Guessing(Distribution):
    """The three-parameter logistic model of a right answer."""

    y = outcome(lk.binary)
    f = parameter(real, link="identity")
    c = parameter(unit, link="sigmoid")
    log_density = y * log(c + (1 - c) / (1 + exp(-f))) + (1 - y) * log(1 - c - (1 - c) / (1 + exp(-f)))


class DiscreteInverseWeibull(Distribution):
    """The power of the smaller count is infinite at 1."""

    y = outcome(counts_from_one)
    q = parameter(unit, link="sigmoid")
    b = parameter(positive, link="exp")
    log_density = log(q ** (y ** (-b)) - q ** ((y - 1) ** (-b)))


class NormalInUnit(Distribution):
    """A normal law between 0 and 1, by the error function."""

    y = outcome(unit)
    m = parameter(real, link="identity")
    s = parameter(positive, link="exp")
    log_density = log(exp(-((y - m) ** 2) / (2 * s**2)) / (erf((1 - m) / (s * sqrt(2))) + erf(m / (s * sqrt(2)))))


#: family -> outcomes tried, with outputs of `FAR`
OUTCOMES: dict[type[Distribution], tuple[float, ...]] = {
    TwoPieceLaplace: (0.0, 2.5, 1e4),
    Guessing: (0.0, 1.0),
    DiscreteInverseWeibull: (1, 2, 30),
    declared("FoldedNormal", LAWS["FoldedNormal"]): (0.0, 2.5, 1e4),
    TwoPieceNormal: (-1.0, 2.5),
    TwoSidedPower: (0.1, 0.5),
    TruncatedExponential: (0.5, 0.1, 0.999),
    ZeroInflatedTyped: (0, 1, 30),
    Davidson: (0, 1, 2),
    Grades: (0, 1, 2),
    Moyal: (0.0, 2.5),
    LogitLogistic: (0.2, 0.5),
    DiscreteRayleigh: (0, 1, 2, 30),
    Cartwright: (1.0, 0.1),
    declared("PowerOfCosine", LAWS["PowerOfCosine"]): (1.0, -3.0),  # powers of what may have any sign
    declared("ExponentiatedKumaraswamy", LAWS["ExponentiatedKumaraswamy"]): (0.5, 0.1),
    declared("Chen", LAWS["Chen"]): (2.5, 1e4),
    declared("RaoKupper", LAWS["RaoKupper"]): (0.0, 1.0),
    declared("Rasch", LAWS["Rasch"]): (0.0, 1.0),
}
FAR = (0.0, 1.0, -5.0, 5.0, -30.0, 30.0, -88.0, 88.0, -300.0, 300.0)


def grid(family: type[Distribution], most: int) -> list[tuple[float, tuple[float, ...]]]:
    width = len(lk.derive(family).outputs)
    every = list(itertools.product(OUTCOMES[family], itertools.product(FAR, repeat=width)))
    return every[:: max(1, -(-len(every) // most))]


@pytest.mark.parametrize("family", list(OUTCOMES), ids=lambda f: f.__name__)
@np.errstate(all="ignore")
def test_as_typed_meets_the_bar(family: type[Distribution]) -> None:
    points = grid(family, 600)
    value, gradient = lk.derive(family).value_and_gradient([p[0] for p in points], [p[1] for p in points])
    assert not np.isnan(value).any()
    assert not np.isnan(gradient).any()
    found = measure(Case(family.__name__, "family", lk.derive(family)), grid(family, 16), seconds=0.2)
    assert found.meets_the_bar, [line for line in found.offences if "Hessian" not in line]
    assert found.no_reference < 0.7 * found.points


def test_squares_are_completed_by_what_grows_in_a_bessel_function() -> None:
    typed, known = lk.derive(declared("RiceTyped", LAWS["RiceTyped"])), lk.derive(lk.Rice)
    assert type(typed.derivation.expression) is type(known.derivation.expression)  # the whole loss of the family
    hoyt = lk.derive(declared("Hoyt", LAWS["Hoyt"]))
    for y, q, w in ((2.5, 0.3, 1.0), (1e4, -3.0, 5.0), (0.1, 30.0, -40.0), (30.0, 0.0, -8.0)):
        with mpmath.workdps(60):
            share, spread = 1 / (1 + mpmath.exp(-q)), mpmath.exp(w)
            x = (1 - share**4) * mpmath.mpf(y) ** 2 / (4 * share**2 * spread)
            far = x - mpmath.log(2 * mpmath.pi * x) / 2 + 1 / (8 * x)
            bessel = mpmath.log(mpmath.besseli(0, x)) if x < 1e8 else far
            true = (1 + share**2) ** 2 * mpmath.mpf(y) ** 2 / (4 * share**2 * spread) - bessel
            true -= mpmath.log((1 + share**2) * y / (share * spread))
        assert hoyt([y], [[q, w]])[0] == pytest.approx(float(true), rel=4e-15)
    with np.errstate(all="ignore"):
        far = list(itertools.product((-745.0, -30.0, 0.0, 709.0), repeat=2))
        assert not np.isnan(np.column_stack(hoyt.value_and_gradient([2.5] * len(far), far))).any()


def test_the_same_by_other_names() -> None:
    within = lk.derive(NormalInUnit), lk.derive(lk.Truncated(lk.Normal(scale="exp"), low=0, high=1))
    outputs = np.array(list(itertools.product((0.3, -30.0, 300.0), (0.0, -5.0, 30.0))))
    found, known = (loss.value_and_gradient([0.7] * 9, outputs) for loss in within)
    np.testing.assert_allclose(found[0], known[0] - outputs[:, 1] + math.log(2 / math.pi) / 2, rtol=1e-13)
    np.testing.assert_allclose(found[1], known[1] - [0, 1], rtol=1e-12, atol=1e-15)
    f = np.array(list(itertools.product((0.0, 1.5, -5.0, 30.0), (0.0, -2.0, 30.0, -88.0))))
    y = np.full(len(f), 0.3)
    mine, theirs = lk.derive(BetaByRatio), lk.derive(lk.Beta)
    for ours, known in zip(mine.value_and_gradient(y, f), theirs.value_and_gradient(y, f * [1, -1]), strict=True):
        sign = [1, -1] if np.ndim(known) == 2 else 1
        np.testing.assert_allclose(ours, known * sign, rtol=1e-14)
    outputs = np.array([[0.0], [0.5], [-3.0], [30.0]])  # 1/k^s, at 2
    total = np.array([math.fsum(float(k) ** -s for k in range(1, 11)) for s in outputs[:, 0]])
    np.testing.assert_allclose(
        lk.derive(Zipf)([2.0] * 4, outputs), outputs[:, 0] * math.log(2) + np.log(total), rtol=1e-14
    )
    value = lk.derive(Secant)([0.7], [[600.0]])[0]  # size k: sqrt(k/(2 pi)) sech(y)^k
    assert value == pytest.approx(math.exp(600) * math.log(math.cosh(0.7)), rel=1e-12)
    assert lk.derive(Secant)([0.0], [[600.0]])[0] == pytest.approx(math.log(2 * math.pi) / 2 - 300, rel=1e-14)


def test_steps_are_looked_at_where_outcomes_are() -> None:
    assert lk.derive(DiscreteInverseWeibull).derivation.check()  # (y - 1)^-b is no real number below 1


def _declared(density: Any, support: Support = positive) -> type[Distribution]:
    class Wrong(Distribution):
        y = outcome(support)
        a = parameter(positive, link="exp")
        log_density = density(y, a)

    return Wrong


WRONG = {
    "is the condition": lambda y, a: sp.Eq(a, y),
    "is nan": lambda y, a: log(a) - a * y + sp.nan,
    "is oo": lambda y, a: sp.oo * y - a,
    "has an imaginary part": lambda y, a: log(a) - sp.I * a * y,
    "takes the logarithm of -a, which is negative": lambda y, a: log(-a) - a * y,
    "takes a root or power of -a - 1, which is negative": lambda y, a: sqrt(-1 - a) - a * y,
    "does not mention the outcome y": lambda y, a: log(a) - a,
}


@pytest.mark.parametrize("told", list(WRONG))
def test_what_is_no_log_density_is_said(told: str) -> None:
    with pytest.raises(lk.DeclarationError, match=told) as problem:
        _declared(WRONG[told])
    assert problem.value.family == "Wrong"
    assert problem.value.remedy


def test_functions_that_no_engine_has_name_the_family() -> None:
    k = sp.Symbol("k")
    for formula, remedy in (
        (lambda y, a: -a * y - log(sp.Sum(exp(-a * k), (k, 0, sp.oo))), "closed form"),
        (lambda y, a: log(sp.besseli(a, y)) - y * a, "number of at least 0, or an outcome"),
        (lambda y, a: sp.LambertW(a) - y * a, "words of the kit"),
    ):
        with pytest.raises(lk.DerivationError, match="Wrong: no engine knows the function") as problem:
            lk.derive(_declared(formula))([1.0], [0.0])
        assert problem.value.family == "Wrong"
        assert remedy in str(problem.value.remedy)


def test_a_negative_density_does_not_pass() -> None:
    report = lk.check(_declared(lambda y, a: log(a * exp(-a * y) - sp.Rational(1, 10))))
    assert not report.passed
    assert "is negative there" in str(report)


def test_a_support_of_ones_own_is_typical_of_itself() -> None:
    for support in (below_pi, ranks, Support("late", "beyond 9", low=9.0), Support("cold", "below -5", high=-5.0)):
        low, high = support.typical
        assert support.low <= low < high <= support.high


@pytest.mark.parametrize("order", [1, HALF, 3])
def test_bessel_functions_of_an_order(order: Any) -> None:
    """The noncentral chi-squared law with 2 order + 2 degrees of freedom."""

    class Noncentral(Distribution):
        y = outcome(positive)
        t = parameter(positive, link="exp")
        log_density = log(exp(-(y + t) / 2) / 2 * (y / t) ** (order / 2) * sp.besseli(order, sqrt(t * y)))

    with mpmath.workdps(30):
        for y, f in itertools.product((0.3, 7.0), (-3.0, 0.0, 2.5)):
            value, gradient = lk.derive(Noncentral).value_and_gradient([y], [f])
            nu = mpmath.mpf(order.p) / order.q if isinstance(order, sp.Rational) else mpmath.mpf(order)

            def true(f: Any, y: float = y, nu: Any = nu) -> Any:
                t = mpmath.exp(f)
                bessel = mpmath.besseli(nu, mpmath.sqrt(t * y))
                return (y + t) / 2 + mpmath.log(2) - nu / 2 * (mpmath.log(y) - f) - mpmath.log(bessel)

            assert value[0] == pytest.approx(float(true(f)), rel=1e-14)
            assert gradient[0] == pytest.approx(float(mpmath.diff(true, f)), rel=1e-12)


@pytest.mark.slow
def test_gamma_functions_in_roots_and_without_zero_are_read() -> None:
    m, s, v = 0.4, 0.3, 0.7
    with mpmath.workdps(30):  # the generalised error law by its standard deviation
        df = mpmath.exp(v)
        width = mpmath.exp(s) * mpmath.sqrt(mpmath.gamma(1 / df) / mpmath.gamma(3 / df))
        true = ((2 - m) / width) ** df - mpmath.log(df / (2 * width * mpmath.gamma(1 / df)))
        at = -5.0  # where the gamma functions overflow
    loss = lk.derive(declared("GeneralisedErrorNelson", LAWS["GeneralisedErrorNelson"]))
    assert loss([2.0], [[m, s, v]])[0] == pytest.approx(float(true), rel=1e-14)
    assert np.isfinite(loss.gradient([1e8, 2.0], [[0.0, 0.0, at], [1.0, 0.0, at]])).all()
    typed, known = (
        lk.derive(declared("Hurdle", LAWS["HurdleNegativeBinomial"])),
        lk.derive(lk.Hurdle(lk.NegativeBinomial)),
    )
    y, outputs = [0.0, 3.0, 3.0], np.array([[0.2, 1.0, -0.3], [0.2, 1.0, -0.3], [-30.0, 5.0, 30.0]])
    same = outputs[:, [0, 1, 2]] * [1, 1, -1]
    order = [("m", "mean"), ("k", "dispersion"), ("q", "zero_probability")]
    theirs = np.column_stack([same[:, typed.outputs.index(dict(map(reversed, order))[name])] for name in known.outputs])
    np.testing.assert_allclose(typed(y, outputs), known(y, theirs), rtol=1e-13)


def test_incomplete_gamma_functions_by_sympys_names() -> None:
    loss = lk.derive(declared("SchechterCut", LAWS["SchechterCut"]))
    with mpmath.workdps(30):
        a, w = mpmath.exp(0.3), mpmath.exp(-0.5)
        true = -mpmath.log(mpmath.mpf(2) ** (a - 1) * mpmath.exp(-2 / w) / (w**a * mpmath.gammainc(a, 1 / w)))
    assert loss([2.0], [[0.3, -0.5]])[0] == pytest.approx(float(true), rel=1e-14)


@pytest.mark.parametrize("name", ["ContinuousBernoulliLogit", "AlphaPowerExponential"])
def test_a_removable_zero_is_no_hole(name: str) -> None:
    value, gradient = (loss := lk.derive(declared(name, LAWS[name]))).value_and_gradient(
        [0.3] * 2, [[f, *[0.5] * (len(loss.outputs) - 1)] for f in (0.0, 1e-9)]
    )
    np.testing.assert_allclose(value[0], value[1], atol=1e-9)
    np.testing.assert_allclose(gradient[0], gradient[1], atol=1e-9)


def test_a_distribution_function_that_overflows_as_typed_has_quantiles() -> None:
    class Hernquist(Distribution):
        y = outcome(positive)
        a = parameter(positive, link="exp")
        log_density = log(2 * a * y / (y + a) ** 3)
        cdf = y**2 / (y + a) ** 2

    belief = lk.derive(Hernquist).distribution([0.3])
    assert belief.quantile(0.5)[0] == pytest.approx(math.exp(0.3) / (math.sqrt(2) - 1), rel=1e-12)
    assert belief.survival([1e200])[0] == pytest.approx(2 * math.exp(0.3) / 1e200, rel=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ConservativePress", "TwoComponentGumbel"])
def test_a_certificate_that_cannot_be_had_is_no_failure(name: str) -> None:
    """Tails of 1/z^2 keep its integrals open; beside a loss of e^1e13 the part that moves is lost in mpmath too."""
    assert lk.check(declared(name, LAWS[name])).passed


@pytest.mark.slow
def test_the_mass_of_a_loss_is_taken_between_all_its_kinks() -> None:
    y, a = lk.outcome(real), lk.parameter(real, link="identity")
    noise = lk.reverse(lk.abs(y - a**3))
    assert noise.tier == "likelihood"
    assert noise.number == pytest.approx(2.0, rel=1e-12)


def test_a_loss_of_counts_has_no_noise_on_the_line() -> None:
    k, a = lk.outcome(counts), lk.parameter(real, link="identity")
    for loss in ((k - a) ** 2, lk.abs(k - a)):
        noise = lk.reverse(loss)
        assert noise.tier == "neither"
        assert "moves with the prediction" in noise.reasons[0]
    assert lk.elicits((k - a) ** 2) == "mean"


def test_losses_typed_with_signs_and_remainders_are_answered() -> None:
    y, a = lk.outcome(real), lk.parameter(real, link="identity")
    assert str(lk.reverse((y - a) * sp.sign(y - a)).family) == "Laplace"
    with pytest.raises(lk.DerivationError, match="no real number"):
        lk.reverse(log(-1 - (y - a) ** 2))
    angle, share, p = lk.outcome(circle), lk.outcome(unit), lk.parameter(unit, link="sigmoid")
    assert lk.reverse(1 - cos(angle - a)).family.__name__ == "VonMises"  # also where the prediction is any number
    apart = lk.abs(log(share / (1 - share)) - log(p / (1 - p)))
    assert lk.elicits(apart) == "median"  # looked at between 0 and 1 alone
    on_logits = lk.reverse((log(share / (1 - share)) - log(p / (1 - p))) ** 2)
    assert on_logits.law.endswith("on the scale of log(y/(1 - y))")
    assert on_logits.normaliser == sqrt(pi)
    far = sp.Piecewise(((y - a) ** 2, a < 10**6), ((y - a) ** 4, True))  # another mass beyond a million
    assert lk.reverse(far).tier == "neither"
    with pytest.raises(lk.UndefinedError, match="not finite"):
        lk.reverse((y - a) ** 2 + 1 / (y - a))


def test_losses_of_two_predictions_have_a_noise_by_any_name() -> None:
    def loss(formula: Any, support: Support, *slots: Any) -> Any:
        y = outcome(support)
        body = {"y": y, "one": slots[0], "two": slots[1], "loss": formula(y, *slots)}
        return types.new_class("Typed", (NamedLoss,), exec_body=lambda filled: filled.update(body))

    m, s = parameter(real, link="identity"), parameter(positive, link="exp")
    assert lk.reverse(loss(lambda y, m, s: (y - m) ** 2 / (2 * s**2) + log(s), real, m, s)).family.__name__ == "Normal"
    m, s = parameter(real, link="identity"), parameter(positive, link="exp")
    noise = lk.reverse(loss(lambda y, m, s: ((y - m) / s) ** 2, real, m, s))
    assert noise.tier == "neither"
    assert "moves with the prediction" in noise.reasons[0]
    a, b = parameter(positive, link="exp"), parameter(positive, link="exp")
    beta = lk.reverse(loss(lambda y, a, b: log(sp.beta(a, b)) - (a - 1) * log(y) - (b - 1) * log(1 - y), unit, a, b))
    assert beta.tier == "likelihood"  # in sizes that the family does not take
    assert beta.number == pytest.approx(1.0, abs=1e-12)


def test_logarithms_of_distances_have_slopes_at_zero() -> None:
    class Fair(NamedLoss):
        y = outcome(real)
        prediction = parameter(real, link="identity")
        loss = abs(y - prediction) / 2 - log(1 + abs(y - prediction) / 2)

    class Heavy(Distribution):
        y = outcome(real)
        m = parameter(real, link="identity")
        s = parameter(positive, link="exp")
        log_density = -2 * log(1 + abs(y - m) / s) - log(2 * s)

    value, slope = lk.derive(Fair).value_and_gradient([0.0, 0.0], [0.0, 1e-9])
    np.testing.assert_allclose(value, [0.0, 1.25e-19], rtol=1e-9)
    np.testing.assert_allclose(slope, [0.0, 2.5e-10], rtol=1e-9)
    found = lk.derive(Heavy).value_and_gradient([0.0, 1.0, -3.0], [[0.0, 0.0], [0.0, -745.0], [1.0, 745.0]])
    np.testing.assert_allclose(found[0], math.log(2) + np.array([0.0, 745.0, 745.0]), rtol=1e-15)
    np.testing.assert_allclose(found[1], [[0.0, 1.0], [-2.0, -1.0], [1e-323, 1.0]], rtol=1e-15)


#: law of the sweep -> places where a sum as typed is no number, or has lost all its digits
PLACES: dict[str, list[tuple[float, tuple[float, ...]]]] = {
    "DiscreteLogistic": [(-1000, (0.0, 0.0)), (30, (1.0, -1.0))],
    "BurrX": [(1e-300, (1.0, 0.0)), (2.5, (5.0, -30.0))],
    "QGaussian": [(1e200, (0.0, 0.0)), (0.0, (1.0, -30.0)), (1e4, (5.0, -104.0))],
    "JonesFaddy": [(-1e8, (5.0, 0.0)), (1e4, (0.0, 5.0))],
    "SimplexLaw": [(1e-300, (30.0, 30.0))],
}


@pytest.mark.parametrize("name", list(PLACES))
@np.errstate(all="ignore")
def test_sums_that_are_no_numbers_as_typed(name: str) -> None:
    found = measure(Case(name, "family", lk.derive(declared(name, LAWS[name]))), PLACES[name])
    assert found.meets_the_bar, [line for line in found.offences if "Hessian" not in line]
    assert found.no_reference < found.points


def _vectors(density: Any, support: Support, **slots: Any) -> type[Distribution]:
    y = outcome(support)
    body = {"y": y, **slots, "log_density": density(y, *slots.values())}
    return types.new_class("Typed", (Distribution,), exec_body=lambda filled: filled.update(body))


def test_rows_of_independent_counts_have_any_total() -> None:
    rates = parameter(positives, link="exp")
    family = _vectors(lambda y, m: sum_over(y * log(m) - m - log_factorial(y)), count_vectors, m=rates)
    y, f = np.array([[0.0, 1.0, 5.0], [3.0, 0.0, 0.0]]), np.array([[0.5, -1.0, 2.0], [0.0, 3.0, -30.0]])
    apart = lk.derive(lk.Poisson)
    np.testing.assert_allclose(
        lk.derive(family)(y, f), apart(y.ravel(), f.ravel()).reshape(2, 3).sum(axis=1), rtol=1e-14
    )


def test_the_logarithm_of_a_sum_over_components_is_taken_through_the_largest() -> None:
    def density(y: Any, w: Any, m: Any) -> Any:
        return log(sum_over(w * exp(-((y - m) ** 2) / 2) / sqrt(2 * pi)))

    slots = {"w": parameter(simplex, link="softmax"), "m": parameter(vectors, link="identity")}
    value, gradient = lk.derive(_vectors(density, real, **slots)).value_and_gradient(
        [40.0], [[30.0, 1.0, 0.0, 1.0, 0.0, -30.0]]
    )
    assert value[0] == pytest.approx(39.0**2 / 2 + math.log(2 * math.pi) / 2, rel=1e-15)
    np.testing.assert_allclose(gradient[0][3:], [-39.0, -40.0 * math.exp(-29 - 39.5), 0.0], rtol=1e-13)


def test_an_entry_of_a_vector_is_told_how_vectors_are_written() -> None:
    with pytest.raises(lk.DeclarationError, match="entry 0 of the outcome") as problem:
        lk.outcome(vectors)[0]
    assert "sum_over" in str(problem.value.remedy)


def test_von_mises_typed_by_its_components_stands_at_the_middle():
    """The concentration is the length of two outputs, of which the slope is no number at 0, where fits begin."""

    class Wind(Distribution):
        y = outcome(circle)
        a = parameter(real, link="identity")
        b = parameter(real, link="identity")
        log_density = a * cos(y) + b * sp.sin(y) - log(2 * pi * sp.besseli(0, sqrt(a**2 + b**2)))

    y, outputs = np.array([1.0, 1.0, -2.0]), np.array([[0.0, 0.0], [1e-200, 0.0], [0.3, -4.0]])
    loss, known = lk.derive(Wind), lk.derive(lk.VonMises(cosine="identity", sine="identity"))
    for ours, theirs in zip(loss.value_and_gradient(y, outputs), known.value_and_gradient(y, outputs), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_allclose(loss.gradient(y[:1], outputs[:1]), [[-np.cos(1.0), -np.sin(1.0)]], rtol=1e-15)
    np.testing.assert_allclose(loss.curvature(y[:1], outputs[:1]), [[0.5, 0.5]], rtol=1e-15)
