"""Families that the kit does not have, typed as textbooks print their densities: the bars of the built-in ones.

The reference is the density as typed, in mpmath at precision rising until two agree (`reference.declared`).
"""

from __future__ import annotations

import itertools
import math
from functools import partial
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.special
import sympy as sp

import likelihoodkit as lk
from benchmarks.accuracy.cases import Case
from benchmarks.accuracy.measure import measure
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.words import cos, erf, exp, gamma, log, pi, sqrt
from likelihoodkit.supports import Support, binary, circle, counts, counts_from_one, nonnegative, positive, real, unit

turn = Support("turn", "angles from 0 to 2 pi", low=0.0, high=6.283185307179586, closed_low=True, typical=(0.1, 6.0))
five = Support("up to five", "0 to 5", low=0.0, high=5.0, closed_low=True, closed_high=True, whole=True, typical=(0, 5))


class GompertzMakeham(Distribution):
    y = outcome(nonnegative)
    a = parameter(positive, link="exp")
    b = parameter(positive, link="exp")
    c = parameter(positive, link="exp")
    log_density = log(c + a * exp(b * y)) - c * y - a / b * (exp(b * y) - 1)


class TruncatedPoisson(Distribution):
    y = outcome(counts_from_one)
    m = parameter(positive, link="exp")
    log_density = log(m**y / ((exp(m) - 1) * gamma(y + 1)))


class ExponentialGeometric(Distribution):
    y = outcome(nonnegative)
    b = parameter(positive, link="exp")
    p = parameter(unit, link="sigmoid")
    log_density = log(b * (1 - p) * exp(-b * y) / (1 - p * exp(-b * y)) ** 2)


class MarshallOlkin(Distribution):
    y = outcome(nonnegative)
    a = parameter(positive, link="exp")
    b = parameter(positive, link="exp")
    log_density = log(a * b * exp(-b * y) / (1 - (1 - a) * exp(-b * y)) ** 2)


class WrappedExponential(Distribution):
    y = outcome(turn)
    rate = parameter(positive, link="exp")
    log_density = log(rate * exp(-rate * y) / (1 - exp(-2 * pi * rate)))


class ReflectedNormal(Distribution):
    y = outcome(nonnegative)
    m = parameter(real, link="identity")
    s = parameter(positive, link="exp")
    log_density = log((exp(-((y - m) ** 2) / (2 * s**2)) + exp(-((y + m) ** 2) / (2 * s**2))) / (s * sqrt(2 * pi)))


class Champernowne(Distribution):
    y = outcome(positive)
    a = parameter(positive, link="exp")
    m = parameter(positive, link="exp")
    log_density = log(a * m**a * y ** (a - 1) / (y**a + m**a) ** 2)


class DiscreteWeibull(Distribution):
    y = outcome(counts)
    q = parameter(unit, link="sigmoid")
    b = parameter(positive, link="exp")
    log_density = log(q ** (y**b) - q ** ((y + 1) ** b))


class LinearHazard(Distribution):
    y = outcome(nonnegative)
    a = parameter(positive, link="exp")
    b = parameter(positive, link="exp")
    log_density = log((a + b * y) * exp(-a * y - b * y**2 / 2))


class WrappedCauchy(Distribution):
    y = outcome(circle)
    m = parameter(real, link="identity")
    r = parameter(unit, link="sigmoid")
    log_density = log((1 - r**2) / (2 * pi * (1 + r**2 - 2 * r * cos(y - m))))


class VonMises(Distribution):
    y = outcome(circle)
    m = parameter(real, link="identity")
    k = parameter(positive, link="exp")
    log_density = log(exp(k * cos(y - m)) / (2 * pi * sp.besseli(0, k)))


class InverseWeibull(Distribution):
    y = outcome(positive)
    a = parameter(positive, link="exp")
    s = parameter(positive, link="exp")
    log_density = log(a / s * (y / s) ** (-1 - a) * exp(-((y / s) ** (-a))))


class GammaByRate(Distribution):
    y = outcome(positive)
    a = parameter(positive, link="exp")
    b = parameter(positive, link="exp")
    log_density = log(b**a / gamma(a) * y ** (a - 1) * exp(-b * y))


class LogSeries(Distribution):
    y = outcome(counts_from_one)
    p = parameter(unit, link="sigmoid")
    log_density = log(-1 / log(1 - p) * p**y / y)


class UnitGamma(Distribution):
    y = outcome(unit)
    a = parameter(positive, link="exp")
    b = parameter(positive, link="exp")
    log_density = log(b**a / gamma(a) * y ** (b - 1) * log(1 / y) ** (a - 1))


class ExponentiatedWeibull(Distribution):
    y = outcome(positive)
    a = parameter(positive, link="exp")
    k = parameter(positive, link="exp")
    s = parameter(positive, link="exp")
    log_density = log(a * k / s * (y / s) ** (k - 1) * (1 - exp(-((y / s) ** k))) ** (a - 1) * exp(-((y / s) ** k)))


class Arcsine(Distribution):
    y = outcome(unit)
    a = parameter(unit, link="sigmoid")
    log_density = log(lk.sin(pi * a) / pi * y ** (-a) * (1 - y) ** (a - 1))


class GeneralizedLogistic(Distribution):
    y = outcome(real)
    m = parameter(real, link="identity")
    s = parameter(positive, link="exp")
    a = parameter(positive, link="exp")
    z = (y - m) / s
    log_density = log(a * exp(-z) / (s * (1 + exp(-z)) ** (a + 1)))


class Dagum(Distribution):
    y = outcome(positive)
    a = parameter(positive, link="exp")
    b = parameter(positive, link="exp")
    p = parameter(positive, link="exp")
    log_density = log(a * p / y * ((y / b) ** (a * p) / ((y / b) ** a + 1) ** (p + 1)))


class Binomial(Distribution):
    y = outcome(five)
    p = parameter(unit, link="sigmoid")
    log_density = log(gamma(6) / (gamma(y + 1) * gamma(6 - y)) * p**y * (1 - p) ** (5 - y))


class Mixed(Distribution):
    """A beta density and a uniform one."""

    y = outcome(unit)
    a = parameter(positive, link="exp")
    b = parameter(positive, link="exp")
    t = parameter(unit, link="sigmoid")
    log_density = log(t * gamma(a + b) / (gamma(a) * gamma(b)) * y ** (a - 1) * (1 - y) ** (b - 1) + (1 - t))


class Lindley(Distribution):
    y = outcome(positive)
    t = parameter(positive, link="exp")
    log_density = log(t**2 / (1 + t) * (1 + y) * exp(-t * y))


class Levy(Distribution):
    y = outcome(positive)
    c = parameter(positive, link="exp")
    log_density = log(sqrt(c / (2 * pi)) * exp(-c / (2 * y)) / y**1.5)


class HalfLogistic(Distribution):
    y = outcome(nonnegative)
    s = parameter(positive, link="exp")
    log_density = log(2 * exp(-y / s) / (s * (1 + exp(-y / s)) ** 2))


class Probit(Distribution):
    y = outcome(binary)
    f = parameter(real, link="identity")
    p = (1 + erf(f / sqrt(2))) / 2
    log_density = y * log(p) + (1 - y) * log(1 - p)


class LogCauchy(Distribution):
    y = outcome(positive)
    m = parameter(real, link="identity")
    s = parameter(positive, link="exp")
    log_density = log(1 / (y * pi) * (s / ((log(y) - m) ** 2 + s**2)))


class PoissonLindley(Distribution):
    y = outcome(counts)
    t = parameter(positive, link="exp")
    log_density = log(t**2 * (y + t + 2) / (t + 1) ** (y + 3))


#: family -> outcomes tried; every pair with each of `FAR` where there are one or two outputs, thirds of them with three
OUTCOMES: dict[type[Distribution], tuple[float, ...]] = {
    GompertzMakeham: (0, 2.5, 1e-8),
    TruncatedPoisson: (1, 2, 30),
    ExponentialGeometric: (0, 2.5, 1e-8, 1e4, 30),
    MarshallOlkin: (0, 2.5, 1e4),
    WrappedExponential: (1, 6),
    Champernowne: (2.5, 0.1),
    DiscreteWeibull: (0, 1, 2, 30),
    LinearHazard: (0, 2.5, 1e4),
    WrappedCauchy: (0, 1, -3),
    InverseWeibull: (2.5, 1e4),
    GammaByRate: (2.5, 1e-8, 1e4),
    LogSeries: (1, 2, 30),
    UnitGamma: (0.5, 0.1),
    Dagum: (2.5, 0.5),
    ExponentiatedWeibull: (2.5, 1e-8),
    Arcsine: (0.5, 0.1, 1e-8),
    GeneralizedLogistic: (0, 2.5, 1e4),
    Lindley: (1, 1e-300, 1e4),
    Levy: (1, 1e-300, 1e4),
    HalfLogistic: (0, 1, 1e4),
    Probit: (0, 1),
    LogCauchy: (1, 1e-300, 1e4),
}
FAR = (0.0, 1.0, -5.0, 5.0, -30.0, 30.0, -88.0, 88.0, -300.0, 300.0)


def grid(family: type[Distribution]) -> list[tuple[float, tuple[float, ...]]]:
    width = len(lk.derive(family).outputs)
    every = list(itertools.product(OUTCOMES[family], itertools.product(FAR, repeat=width)))
    return every[:: max(1, len(every) // 24)]


@pytest.mark.parametrize("family", list(OUTCOMES), ids=lambda f: f.__name__)
@np.errstate(all="ignore")
def test_as_typed_meets_the_bar(family: type[Distribution]) -> None:
    found = measure(Case(family.__name__, "family", lk.derive(family)), grid(family), seconds=1.0)
    assert found.meets_the_bar, [line for line in found.offences if "Hessian" not in line]
    assert found.no_reference < 0.7 * found.points


@pytest.mark.parametrize("family", [*OUTCOMES, ReflectedNormal, VonMises, Binomial, Mixed, PoissonLindley])
@np.errstate(all="ignore")
def test_nothing_is_nan(family: type[Distribution]) -> None:
    loss = lk.derive(family)
    y = sorted(set(OUTCOMES.get(family, (0.5,) if family is Mixed else (1.0,))))
    rows = list(itertools.product(y, itertools.product(FAR, repeat=len(loss.outputs))))
    value, gradient = loss.value_and_gradient([r[0] for r in rows], [r[1] for r in rows])
    assert not np.isnan(value).any()
    assert not np.isnan(gradient).any()


# -- what is answered about them, and what is said when they are written wrongly ----------------------------------


@pytest.mark.slow
def test_every_question_has_an_answer() -> None:
    """Each of these raised something that was no answer: a MemoryError, a ZeroDivisionError, a TypeError."""

    class Slash(Distribution):
        y = outcome(positive)
        s = parameter(positive, link="exp")
        log_density = log(2 * s * (1 - exp(-(y**2) / (2 * s**2))) / (sqrt(2 * pi) * y**2))

    class Borel(Distribution):
        y = outcome(counts_from_one)
        m = parameter(unit, link="sigmoid")
        log_density = log(exp(-m * y) * (m * y) ** (y - 1) / gamma(y + 1))

    class ToppLeone(Distribution):
        y = outcome(unit)
        a = parameter(positive, link="exp")
        log_density = log(2 * a * (1 - y) * (y * (2 - y)) ** (a - 1))

    assert lk.check(Slash).passed
    assert lk.check(DiscreteWeibull).passed
    assert lk.elicits(Borel) == "the m with -1/(m - 1) = E[y]"  # of mean 1/(1 - m)
    assert lk.reverse(Borel).tier == lk.reverse(ToppLeone).tier == "likelihood"


@pytest.mark.parametrize(
    "density",
    [
        lambda y, a, b: (a - 1) * log(y) + (b - 1) * log(1 - y) - log(sp.beta(a, b)),
        lambda y, a, b: log(gamma(a + b) * y ** (a - 1) * (1 - y) ** (b - 1) / (gamma(a) * gamma(b))),
    ],
)
@np.errstate(all="ignore")
def test_beta_functions_by_any_name(density: Any) -> None:
    class Typed(Distribution):
        y = outcome(unit)
        a = parameter(positive, link="exp")
        b = parameter(positive, link="exp")
        log_density = density(y, a, b)

    rows = list(itertools.product((0.1, 1e-8), itertools.product((0.0, 1.0, -5.0, 30.0, 88.0), repeat=2)))
    y, outputs = [r[0] for r in rows], [r[1] for r in rows]
    value, gradient = lk.derive(Typed).value_and_gradient(y, outputs)
    expected, slope = lk.derive(lk.Beta(first="exp", second="exp")).value_and_gradient(y, outputs)
    np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(gradient, slope, rtol=1e-11, atol=1e-12)


def test_sympys_functions_are_known() -> None:
    class Delayed(Distribution):
        y = outcome(real)
        m = parameter(real, link="identity")
        s = parameter(positive, link="exp")
        r = parameter(positive, link="exp")
        log_density = log(r / 2 * exp(r / 2 * (2 * m + r * s**2 - 2 * y)) * sp.erfc((m + r * s**2 - y) / (sqrt(2) * s)))

    class Drawn(Distribution):
        y = outcome(counts)
        t = parameter(positive, link="exp")
        log_density = log(sp.binomial(y + 2, 2)) + y * log(t / (1 + t)) - 3 * log(1 + t)

    class Ranked(Distribution):
        y = outcome(counts_from_one)
        s = parameter(positive, link="exp")
        log_density = log(y ** (-1 - s) / sp.zeta(1 + s))

    outputs = [[0.1, 0.2, 0.3]] * 3
    mine = lk.derive(Delayed)([0.3, 50.0, -50.0], outputs)
    theirs = lk.derive(lk.ExponentiallyModifiedNormal(scale="exp", rate="exp"))([0.3, 50.0, -50.0], outputs)
    np.testing.assert_allclose(mine, theirs, rtol=1e-13)
    t = np.exp(0.4)
    assert lk.derive(Drawn)([4.0], [0.4])[0] == pytest.approx(-np.log(15.0) - 4 * np.log(t / (1 + t)) + 3 * np.log1p(t))
    assert lk.derive(Ranked)([3.0], [0.0])[0] == pytest.approx(2 * np.log(3.0) + np.log(np.pi**2 / 6))


def test_a_parameter_that_counts_for_nothing_is_said() -> None:
    with pytest.raises(lk.errors.DeclarationError, match=r"Idle.log_density does not mention the parameter u") as told:

        class Idle(Distribution):
            y = outcome(positive)
            t = parameter(positive, link="exp")
            u = parameter(positive, link="exp")
            log_density = log(t) - t * y

    assert (told.value.family, told.value.parameter) == ("Idle", "u")


def test_an_if_in_a_declaration_is_told_how_cases_are_written() -> None:
    y, t = outcome(positive), parameter(positive, link="exp")
    for asked in (y > 1, y >= t, y < t, y <= 2):
        with pytest.raises(
            lk.errors.DeclarationError, match=r"whether the outcome .* `if` in a declaration .*Piecewise"
        ):
            bool(asked)
    assert (y > 0) is sp.true  # what the domain decides may be asked
    plain = sp.Symbol("plain", positive=True)
    assert (y > 1).xreplace({y: plain}) == (plain > 1)


def test_what_is_no_symbolic_function_is_said() -> None:
    for wrong in (np.log, math.log, scipy.special.gammaln):
        with pytest.raises(lk.errors.DeclarationError, match="takes numbers, and a parameter is a symbol"):

            class Numeric(Distribution):
                y = outcome(positive)
                t = parameter(positive, link="exp")
                log_density = wrong(t) - t * y

    with pytest.raises(lk.errors.DeclarationError, match=r"Strange.log_density has the function foo"):

        class Strange(Distribution):
            y = outcome(positive)
            t = parameter(positive, link="exp")
            log_density = sp.Function("foo")(t) - t * y

    with pytest.raises(lk.errors.DeclarationError, match="'sign' is a name for facts about the family"):

        class Sided(Distribution):
            y = outcome(real)
            m = parameter(real, link="identity")
            sign = sp.sign(y - m)
            log_density = -(y - m) * sign - log(2)

    with pytest.raises(lk.errors.DeclarationError, match="Links that fit here: exp, softplus"):
        parameter(positive, link="identity")


@pytest.mark.parametrize("support", [real, positive])
def test_a_density_instead_of_its_logarithm_does_not_pass(support: Support) -> None:
    class Forgotten(Distribution):
        y = outcome(support)
        m = parameter(real, link="identity")
        log_density = exp(-((y - m) ** 2))

    report = lk.check(Forgotten)
    assert not report.passed
    assert "its logarithm?" in str(report)


@pytest.mark.slow
def test_a_support_too_wide_is_reported_without_warnings() -> None:
    class Wide(Distribution):
        y = outcome(real)
        t = parameter(positive, link="exp")
        log_density = log(t) - t * y

    report = lk.check(Wide)
    assert next(row.condition for row in report.failed) == "integrates to one"


@pytest.mark.parametrize("by_cases", [True, False])
def test_kinks_typed_by_cases_or_signs_are_fitted(by_cases: bool) -> None:
    """The asymmetric Laplace law by kappa; a best location is an outcome, where the rest has closed forms (Kotz)."""

    class Skewed(Distribution):
        y = outcome(real)
        m = parameter(real, link="identity")
        rate = parameter(positive, link="exp")
        k = parameter(positive, link="exp")
        side = sp.sign(y - m)
        cases = sp.Piecewise((-rate * k * (y - m), y >= m), (rate / k * (y - m), True))
        log_density = log(rate / (k + 1 / k)) + (cases if by_cases else log(exp(-(y - m) * rate * side * k**side)))

    y = np.random.default_rng(0).laplace(1.0, 2.0, size=60)
    fit = lk.fit(Skewed, y)
    assert fit.converged
    m = fit.params["m"]["intercept"]
    assert np.abs(y - m).min() < 1e-12
    above, below = np.maximum(y - m, 0).mean(), np.maximum(m - y, 0).mean()
    k = (below / above) ** 0.25
    rate = 1 / (k * above + below / k)
    assert fit.params["k"]["intercept"] == pytest.approx(np.log(k), abs=1e-6)
    assert fit.params["rate"]["intercept"] == pytest.approx(np.log(rate), abs=1e-6)
    assert fit.loglik == pytest.approx(len(y) * (np.log(rate / (k + 1 / k)) - 1), rel=1e-10)


# -- laws with Bessel functions of the second kind ------------------------------------------------------------------


class NormalInverseGaussian(Distribution):
    y = outcome(real)
    m = parameter(real, link="identity")
    a = parameter(positive, link="exp")
    d = parameter(positive, link="exp")
    q = sqrt(d**2 + (y - m) ** 2)
    log_density = log(a * d * sp.besselk(1, a * q) / (pi * q) * exp(d * a))


class Hyperbolic(Distribution):
    y = outcome(real)
    a = parameter(positive, link="exp")
    d = parameter(positive, link="exp")
    log_density = log(1 / (2 * d * sp.besselk(1, d * a)) * exp(-a * sqrt(d**2 + y**2)))


class InverseGaussianOfOrder(Distribution):
    """Generalised inverse Gaussian with its order predicted."""

    y = outcome(positive)
    p = parameter(real, link="identity")
    a = parameter(positive, link="exp")
    b = parameter(positive, link="exp")
    log_density = log((a / b) ** (p / 2) / (2 * sp.besselk(p, sqrt(a * b))) * y ** (p - 1) * exp(-(a * y + b / y) / 2))


def _numeric(family: type[Distribution], y: float, outputs: tuple[float, ...]) -> Any:
    """The loss as typed, in mpmath."""
    loss = lk.derive(family)
    symbols = [family.y, *[family.parameters[n].symbol for n in loss.outputs]]
    values = [mpmath.mpf(y), *[
        mpmath.exp(v) if family.parameters[n].link.name == "exp" else mpmath.mpf(v)
        for n, v in zip(loss.outputs, outputs, strict=True)
    ]]  # fmt: skip
    return -sp.lambdify(symbols, family.formula, "mpmath")(*values)


def _moved(family: type[Distribution], y: float, f: tuple[float, ...], place: int, to: Any) -> Any:
    return _numeric(family, y, (*f[:place], to, *f[place + 1 :]))


@pytest.mark.slow
@pytest.mark.parametrize("family", [NormalInverseGaussian, Hyperbolic, InverseGaussianOfOrder])
@np.errstate(all="ignore")
def test_bessel_functions_of_the_second_kind(family: type[Distribution]) -> None:
    loss = lk.derive(family)
    width = len(loss.outputs)
    for y, f in itertools.product((0.3,), itertools.product((0.0, -5.0, 1.5), repeat=width)):
        value, gradient = loss.value_and_gradient([y], [f])
        with mpmath.workdps(40):
            assert abs(value[0] - _numeric(family, y, f)) < 4e-15 * (1 + abs(value[0]) + 3 * sum(map(math.exp, f)))
            for place in range(width):
                slope = mpmath.diff(partial(_moved, family, y, f, place), f[place])
                assert abs(gradient[0, place] - slope) < 4e-14 * (1 + abs(slope) + sum(map(math.exp, f)))


def test_large_terms_of_a_normal_inverse_gaussian_cancel_in_one_function() -> None:
    """With a = d = e^f the law tends to a standard normal one."""
    for f in (30.0, 300.0):
        value, gradient = lk.derive(NormalInverseGaussian).value_and_gradient([2.0], [[-1.0, f, f]])
        assert value[0] == pytest.approx(4.5 + math.log(2 * math.pi) / 2, rel=1e-13)
        np.testing.assert_allclose(gradient, [[-3.0, 4.0, -4.0]], rtol=1e-12)


class TypedYule(Distribution):
    y = outcome(counts)
    r = parameter(positive, link="exp")
    log_density = log(r * gamma(y + 1) * gamma(r + 1) / gamma(y + r + 2))


class TypedLomax(Distribution):
    y = outcome(counts)
    a = parameter(positive, link="exp")
    log_density = log((1 + y) ** (-a) - (2 + y) ** (-a))


@pytest.mark.parametrize("wrapped", [lk.Hurdle, lambda family: lk.Truncated(family, low=1)])
@pytest.mark.parametrize("output", [0.0, 3.0, 30.0, 80.0])
def test_what_is_left_of_a_sure_zero_keeps_its_digits(wrapped: Any, output: float) -> None:
    """P(2 | more than 0): 1 - P(0) is 1/(1 + r) of Yule and Simon's law, 2^-a of the discrete Lomax law."""
    with mpmath.workdps(60):
        r = mpmath.exp(output)
        yule = -mpmath.log(r * mpmath.beta(3, r + 1) * (1 + r))
        lomax = -mpmath.log((mpmath.mpf(3) ** -r - mpmath.mpf(4) ** -r) * mpmath.mpf(2) ** r)
    for family, true in ((TypedYule, yule), (TypedLomax, lomax)):
        loss = lk.derive(wrapped(family))
        extra = len(loss.outputs) - 1
        value = loss([2.0], [[output] + [0.0] * extra])[0]
        assert value == pytest.approx(float(true) + extra * math.log(2), rel=1e-13)


def test_laws_with_bessel_functions_are_answered() -> None:
    a, b, p = 1.5, 0.7, -0.3
    found = lk.derive(InverseGaussianOfOrder).predict([[p, math.log(a), math.log(b)]], rule="mean")[0]
    root = math.sqrt(a * b)
    true = math.sqrt(b / a) * scipy.special.kv(p + 1, root) / scipy.special.kv(p, root)
    assert found == pytest.approx(true, rel=1e-10)


def test_a_plain_number_bounds_counts() -> None:
    class Upto(Distribution):
        y = outcome(lk.counts_up_to(5))
        p = parameter(unit, link="sigmoid")
        log_density = log(gamma(6) / (gamma(y + 1) * gamma(6 - y)) * p**y * (1 - p) ** (5 - y))

    assert lk.derive(Upto).predict([0.0], rule="mean")[0] == pytest.approx(2.5)
    with pytest.raises(lk.SupportError, match=r"0, 1, \.\.\., 5"):
        lk.derive(Upto)([6.0], [0.0])
    with pytest.raises(lk.InputError, match="whole number of at least 1"):
        lk.counts_up_to(2.5)  # type: ignore[arg-type]
