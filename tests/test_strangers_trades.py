"""Laws of six trades as their people type them, against the truth as typed in mpmath."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp

import likelihoodkit as lk
from benchmarks.accuracy.cases import Case
from benchmarks.accuracy.measure import measure
from benchmarks.accuracy.strangers import declared
from benchmarks.accuracy.typed import LAWS, Law
from likelihoodkit.primitives.words import erf, exp, log, pi, sqrt

#: law -> (outcome, outputs): places at which a number was lost before
PLACES: dict[str, list[tuple[float, tuple[float, ...]]]] = {
    # u/sqrt(u^2 + v^2), x^2/(k^2 + x^2)
    "HollingThree": [(2.0, (0.5, -30.0, 30.0, 0.0)), (0.1, (0.0, 5.0, -30.0, -5.0))],
    "FrontierHalfNormal": [(-3.0, (0.5, 30.0, -5.0)), (2.0, (0.5, -0.3, 0.2)), (-30.0, (1.0, 0.0, 30.0))],
    # (k + x)/x
    "MichaelisGamma": [(1e4, (0.0, -30.0, 30.0, 0.0)), (1.0, (0.3, -0.2, 0.1, 0.5))],
    # e sqrt(a^2/e + b^2 + c^2/e^2)
    "Calorimeter": [(-2.0, (-30.0, 1.0, 1.0, 0.0)), (30.0, (3.0, -1.0, -5.0, 0.3))],
    # 1 - (1 - p)^5, 1 - (1 - d) e^(-e m)
    "ZeroTruncatedBinomial": [(2.0, (-30.0,)), (5.0, (0.3,)), (5.0, (-5.0,))],
    "ClickDetector": [(1.0, (-5.0, 1.0, 30.0)), (1.0, (0.3, 1.0, 0.4)), (0.0, (1.0, -5.0, 30.0))],
    # 1 - a s - b (1 - s)
    "NoisyTwo": [(0.0, (30.0, -30.0, -30.0)), (1.0, (-5.0, -30.0, 0.0)), (0.0, (-5.0, 0.0, -3.0))],
    "NoisyLabels": [(0.0, (30.0, -30.0, -30.0)), (0.0, (5.0, -3.0, -30.0))],
    "SharedTwo": [(0.0, (30.0, 30.0, 0.3)), (1.0, (-30.0, -5.0, 30.0))],
    # 1 + z Phi(z)/phi(z)
    "ProjectedNormal": [(1.0, (30.0, 30.0)), (-3.0, (0.0, 30.0)), (-2.0, (5.0, 1.0)), (1.0, (0.5, -0.3))],
    "PhaseOfSignal": [(1.0, (0.0, 30.0)), (3.0, (0.0, 2.0)), (-0.3, (0.0, 20.0)), (-2.0, (0.3, -0.2))],
    # a log((n r^2 + 2 b (1 + n))/(2 b (1 + n)))
    "Evidential": [(1.0, (0.0, 30.0, 5.0, 0.0)), (0.3, (1.0, -0.5, 30.0, 0.2)), (0.3, (1.0, -30.0, 0.2, 5.0))],
    # log Phi(z - k) + k^2/2 - z k
    "ExGauss": [(1.0, (0.19, 1.465, -1.285)), (1.0, (0.3, 0.2, -0.5)), (-2.5, (0.3, 1.0, 0.5))],
    "FrontierExponential": [(-2.5, (0.129, -0.621, 1.609)), (1.0, (0.5, 1.0, -1.0))],
    # e^(-e^u) - e^(-e^v), (1 + r)^y - r^y
    "GumbelGrades": [(1.0, (-30.0, 1.0, 0.0)), (1.0, (0.3, 0.2, -30.0)), (1.0, (0.0, 5.0, 0.1))],
    "IntervenedPoisson": [(1000.0, (-0.74, 1.855)), (30.0, (-1e-8, 30.0))],
    # log(1 - y + (2 y - 1) p)
    "SkewedLogit": [(1.0, (-30.0, -30.0)), (0.0, (0.3, 5.0)), (0.0, (-5.0, -5.0)), (0.0, (30.0, 0.1))],
    # Phi(c + d - f) - Phi(c - f)
    "OrderedProbit": [
        (1.0, (0.39843596602771403, -0.764004584286961, 5.104848050742162)),
        (1.0, (-8.84, 2.409, 3.18)),
        (1.0, (10.932068179969939, -2.641, -1.323)),
        (1.0, (2.3, -4.731, 2.457)),
    ],
    # a/b (1 - e^(-b y))
    "Siler": [(1e-8, (-2.628, -1.792, 1.861, 3.678, -0.033)), (1e-8, (0.0, 0.001, -1.0, 1.0, 30.0))],
    # log(cosh z + cos t)
    "ChampernowneLog": [(1e4, (0.1, 0.2, -1.0)), (3.0, (0.5, -30.0, 0.3)), (0.3, (-0.5, 0.0, 0.3))],
}


#: those that are tried every time
QUICK = ("ZeroTruncatedBinomial", "GumbelGrades", "OrderedProbit")


@pytest.mark.parametrize("name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in PLACES])
@np.errstate(all="ignore")
def test_laws_of_six_trades_keep_their_digits(name: str) -> None:
    law: Any = declared(name, LAWS[name])
    found = measure(Case(name, "family", lk.derive(law)), PLACES[name], seconds=5.0)
    assert found.meets_the_bar, found.offences
    assert found.no_reference == 0


def test_shares_of_powers_that_overflow() -> None:
    """l + (1 - l) x^h/(k^h + x^h) is l + (1 - l) sigmoid(h log(x/k))."""
    value, gradient = lk.derive(declared("HillBinary", LAWS["HillBinary"])).value_and_gradient(
        [0.0, 1.0], [[1.0, 0.0, 5.0, 0.0]] * 2
    )
    far = math.exp(5.0)
    np.testing.assert_allclose(value, [far + math.log(2), math.exp(-far) / 2], rtol=1e-15)
    np.testing.assert_allclose(gradient[0], [far, -far, far, 0.5], rtol=1e-15)
    np.testing.assert_allclose(
        gradient[1], [-far * value[1], far * value[1], -far * value[1], -value[1] / 2], rtol=1e-13
    )


@pytest.mark.slow
def test_losses_on_other_scales_are_reversed() -> None:
    """Cases told by y > a on the scale of log y, and losses of exponentials, which are 0 far below."""
    amount, guess = lk.outcome(lk.positive), lk.parameter(lk.positive, link="exp")
    weight = sp.Piecewise((sp.Rational(7, 10), amount >= guess), (sp.Rational(3, 10), True))
    noise = lk.reverse(weight * (lk.log(amount) - lk.log(guess)) ** 2)
    assert noise.law.startswith("AsymmetricNormal")
    assert noise.number == pytest.approx(math.sqrt(math.pi) / 2 * (0.7**-0.5 + 0.3**-0.5), rel=1e-12)
    y, a = lk.outcome(lk.real), lk.parameter(lk.real, link="identity")
    apart = lk.exp(y) - lk.exp(a)
    for loss, asked in ((lk.abs(apart), "median"), (apart**2, "log-mean-exp(1)")):
        assert lk.elicits(loss) == asked
        assert lk.reverse(loss).tier == "neither"
        assert "at y = -1e+12" in lk.reverse(loss).reasons[0]


def _loss(name: str) -> Any:
    y, a = lk.outcome(lk.real), lk.parameter(lk.real, link="identity")
    size, amount = lk.parameter(lk.positive, link="exp"), lk.outcome(lk.positive)
    label = 2 * lk.outcome(lk.binary) - 1
    return {
        "variance of amounts": amount**2 / (2 * size) + lk.log(size),
        "rate of inverses": 1 / (amount * size) + lk.log(amount * size),
        "variance": y**2 / (2 * size) + lk.log(size) / 2,
        "mean distance from 0": lk.abs(y) / size + lk.log(size),
        "cubes of either sign": y**3 / size + lk.log(size),
        "no mass": lk.log(1 + amount / size) + lk.log(size),
        "Cauchy's link": -lk.log(sp.Rational(1, 2) + sp.atan(label * a) / lk.pi),
    }[name]


@pytest.mark.parametrize(
    ("name", "tier", "family", "asked"),
    [
        ("variance of amounts", "likelihood", "Weibull", "mean of y**2/2"),  # of shape 2: Rayleigh's
        ("rate of inverses", "likelihood", "InverseGamma", "mean of 1/y"),
        ("variance", "likelihood", "Normal", "mean of y**2"),
        ("mean distance from 0", "likelihood", "Laplace", "mean of Abs(y)"),
        ("cubes of either sign", "neither", None, "mean of y**3"),
        ("no mass", "neither", None, "M-functional"),
        ("Cauchy's link", "likelihood", None, "probability, through a link"),
    ],
)
def test_losses_in_a_size_are_read_by_it(name: str, tier: str, family: str | None, asked: str) -> None:
    """By hand: E y^2 = 2 a where the slope -y^2/(2 a^2) + 1/a vanishes, with density y e^(-y^2/(2 a))/a; and so on."""
    noise = lk.reverse(_loss(name))
    assert noise.tier == tier
    assert (noise.family.__name__ if noise.family else None) == family
    assert noise.elicits == asked


@pytest.mark.slow
def test_what_typed_distribution_functions_leave_of_one() -> None:
    """1 - (1 - c^-u)^a and Phi^a/(Phi^a + (1 - Phi)^a) between bounds, and a hazard of squares far out."""

    class Stoppa(lk.Distribution):
        y = lk.outcome(lk.positive)
        a = lk.parameter(lk.positive, link="exp")
        u = lk.parameter(lk.positive, link="exp")
        log_density = log(a * u * (1 + y) ** (-u - 1) * (1 - (1 + y) ** (-u)) ** (a - 1))
        cdf = (1 - (1 + y) ** (-u)) ** a

    class OddNormal(lk.Distribution):
        y = lk.outcome(lk.real)
        m = lk.parameter(lk.real, link="identity")
        a = lk.parameter(lk.positive, link="exp")
        below = (1 + erf((y - m) / sqrt(2))) / 2
        density = a * exp(-((y - m) ** 2) / 2) / sqrt(2 * pi) * (below * (1 - below)) ** (a - 1)
        log_density = log(density / (below**a + (1 - below) ** a) ** 2)
        cdf = below**a / (below**a + (1 - below) ** a)

    class Bathtub(lk.Distribution):
        y = lk.outcome(lk.positive)
        a = lk.parameter(lk.positive, link="exp")
        c = lk.parameter(lk.positive, link="exp")
        log_density = log((a + 3 * c * y**2) * exp(-a * y - c * y**3))
        survival = exp(-a * y - c * y**3)

    with mpmath.workdps(80):
        a, u, y = mpmath.exp(0.3), mpmath.exp(5), mpmath.mpf(2.75)
        rest = 1 - (1 - mpmath.mpf(1.5) ** -u) ** a
        stoppa = -mpmath.log(a * u * (1 + y) ** (-u - 1) * (1 - (1 + y) ** (-u)) ** (a - 1) / rest)
        shares = [(p := mpmath.ncdf(z)) ** a / (p**a + (1 - p) ** a) for z in (mpmath.mpf(6), mpmath.mpf(-9))]
        p = mpmath.ncdf(-8.5)
        density = a * mpmath.npdf(-8.5) * (p * (1 - p)) ** (a - 1) / (p**a + (1 - p) ** a) ** 2
        odd = -mpmath.log(density / (shares[0] - shares[1]))
    assert lk.derive(lk.Truncated(Stoppa, low=0.5))([2.75], [[0.3, 5.0]])[0] == pytest.approx(float(stoppa), rel=1e-14)
    seen = lk.derive(lk.Truncated(OddNormal, low=-9, high=6))
    assert seen([-8.5], [[0.0, 0.3]])[0] == pytest.approx(float(odd), rel=1e-12)
    assert lk.derive(Bathtub)([1e160], [[0.2, 0.1]])[0] == math.inf
    assert 0 < lk.derive(Bathtub).distribution([[0.2, 0.1]]).mean()[0] < 1


def _typed_with_erfc(y: Any, m: Any, s: Any, r: Any) -> Any:
    return log(r / 2 * exp(r / 2 * (2 * m + r * s**2 - 2 * y)) * sp.erfc((m + r * s**2 - y) / (sqrt(2) * s)))


def _typed_as_a_sum(y: Any, m: Any, s: Any, r: Any) -> Any:
    return log(r) + r * (m - y) + r**2 * s**2 / 2 + log((1 + erf((y - m - r * s**2) / (sqrt(2) * s))) / 2)


def _typed_by_a_square(y: Any, m: Any, s: Any, r: Any) -> Any:
    z = (y - m) / s
    return log(r / 2 * exp(-(z**2) / 2) * exp((s * r - z) ** 2 / 2) * sp.erfc((s * r - z) / sqrt(2)))


DELAYS = [_typed_with_erfc, _typed_as_a_sum, _typed_by_a_square]


@pytest.mark.parametrize("typed", DELAYS)
def test_a_normal_and_a_delay_are_one_function_however_they_are_typed(typed: Any) -> None:
    real, positive = lk.supports.real, lk.supports.positive
    mine = declared("Waits", Law(real, {"m": real, "s": positive, "l": positive}, typed))
    known = lk.derive(lk.ExponentiallyModifiedNormal(scale="exp", rate="exp"))
    rng = np.random.default_rng(0)
    y, outputs = rng.normal(0, 3, 200), rng.normal(0, 3, (200, 3))
    for found, true in zip(
        lk.derive(mine).value_and_gradient(y, outputs), known.value_and_gradient(y, outputs), strict=True
    ):
        np.testing.assert_array_equal(found, true)


def _typed_by_words(y: Any, a: Any, b: Any) -> Any:
    return log(lk.regularised_gamma_p(a, b * (y + 1)) - lk.regularised_gamma_p(a, b * y))


def _typed_by_integrals(y: Any, a: Any, b: Any) -> Any:
    return log((sp.lowergamma(a, b * (y + 1)) - sp.lowergamma(a, b * y)) / sp.gamma(a))


@pytest.mark.parametrize("typed", [_typed_by_words, _typed_by_integrals])
@np.errstate(all="ignore")
def test_a_gamma_amount_in_whole_steps_however_it_is_typed(typed: Any) -> None:
    """Of shape a and rate b; far out on the right either probability is 1."""
    mine = declared("Steps", Law(lk.supports.counts, {"a": lk.supports.positive, "b": lk.supports.positive}, typed))
    y = np.array([0.0, 0.0, 1.0, 30.0, 1000.0, 5.0])
    outputs = np.array([[0.5, 0.2], [-3.0, -9.0], [3.0, -1.0], [0.1, 1.5], [0.0, 0.0], [5.0, 3.0]])
    value, gradient = lk.derive(mine).value_and_gradient(y, outputs)
    known = lk.derive(lk.Discretised(lk.Gamma))
    same, slope = known.value_and_gradient(y, np.stack([outputs[:, 0] - outputs[:, 1], outputs[:, 0]], axis=1))
    np.testing.assert_allclose(value, same, rtol=1e-13)
    np.testing.assert_allclose(gradient[:, 0], slope[:, 0] + slope[:, 1], rtol=1e-11)
    np.testing.assert_allclose(gradient[:, 1], -slope[:, 0], rtol=1e-11)


def test_counts_between_gamma_times_however_far_out() -> None:
    """P(a y, b) - P(a (y + 1), b), which at a = 1 are Poisson counts."""
    y = np.array([0.0, 1.0, 30.0, 1000.0])
    outputs = np.array([[0.0, 0.3], [0.0, 1.0], [0.0, -2.0], [0.0, 0.0]])
    mine = lk.derive(declared("Renewals", LAWS["GammaCount"]))
    np.testing.assert_allclose(mine(y, outputs), lk.derive(lk.Poisson)(y, outputs[:, 1]), rtol=1e-13)


def test_a_label_inside_of_a_logarithm() -> None:
    """log(y p + (1 - y) (1 - p)) and log|1 - y - p| are the Bernoulli law."""
    label = lk.supports.binary
    known = lk.derive(lk.Bernoulli)
    for typed in (
        lambda y, f: log(y / (1 + exp(-f)) + (1 - y) * (1 - 1 / (1 + exp(-f)))),
        lambda y, f: log(lk.abs(1 - y - 1 / (1 + exp(-f)))),
    ):
        mine = lk.derive(declared("Coin", Law(label, {"f": lk.supports.real}, typed)))
        y, f = np.array([0.0, 1.0, 0.0, 1.0, 1.0]), np.array([-40.0, 40.0, 300.0, -800.0, 0.3])
        for found, true in zip(mine.value_and_gradient(y, f), known.value_and_gradient(y, f), strict=True):
            np.testing.assert_array_equal(found, true)


TOP = dataclasses.replace(lk.supports.unit, name="share", closed_low=True, closed_high=True)


@pytest.mark.parametrize(
    ("support", "link", "typed", "same"),
    [
        (lk.supports.counts, "positive", lambda y, m: y - m - y * log(y / m), lk.losses.poisson_deviance),
        (lk.supports.counts, "positive", lambda y, m: y - m - y * (log(y) - log(m)), lk.losses.poisson_deviance),
        (lk.supports.counts, "positive", lambda y, m: y - m + y * log(m / y), lk.losses.poisson_deviance),
        (TOP, "unit", lambda y, p: -y * log(y / p) - (1 - y) * log((1 - y) / (1 - p)), None),
    ],
)
def test_nothing_times_its_logarithm_is_nothing(support: Any, link: str, typed: Any, same: Any) -> None:
    """Deviances as they are typed are numbers where the outcome is 0, or 1."""
    mine = lk.derive(declared("Deviance", Law(support, {"m": getattr(lk.supports, link)}, typed)))
    f = np.array([0.3, -0.4, 7.0])
    if same is not None:
        y = np.array([0.0, 2.0, 1000.0])
        np.testing.assert_allclose(mine(y, f), same(y, f) / 2, rtol=1e-13)
        np.testing.assert_allclose(np.ravel(mine.gradient(y, f)), np.exp(f) - y, rtol=1e-13)
    else:
        np.testing.assert_allclose(mine(np.array([0.0, 1.0, 1.0]), f), np.logaddexp(0, f * [1, -1, -1]), rtol=1e-14)
