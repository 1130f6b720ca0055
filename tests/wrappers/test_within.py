"""Noises seen between two bounds, where almost nothing of them is: the digits of mpmath, and NaN nowhere."""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import Any

import mpmath as mp
import numpy as np
import pytest

import likelihoodkit as lk

SIZES = (1e-300, 1e-3, 1.0, 30.0, 104.0, 745.0, 1e4, 1e300)
OUTPUTS = (0.0, *SIZES, *(-s for s in SIZES))


def _everywhere(noise: Any, outcomes: list[float]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Value, gradient and Hessian at all combinations of outcomes and outputs."""
    loss = lk.derive(noise)
    places = list(product(outcomes, product(OUTPUTS, repeat=len(loss.outputs))))
    y, outputs = np.array([place[0] for place in places]), np.array([place[1] for place in places])
    value, gradient = loss.value_and_gradient(y, outputs)
    return outputs, value, gradient, loss.hessian(y, outputs)


def labels(rows: list[Any]) -> list[str]:
    """Of noises that are made when their test is run: every worker collects all tests."""
    return [f"{make.func.__name__}({make.args[0]!r}, {make.keywords})" for make, _ in rows]


COUNTS = [
    (partial(lk.Truncated, lk.NegativeBinomial, high=5), [0.0, 3.0, 5.0]),
    (partial(lk.Truncated, lk.NegativeBinomial, low=1, high=5), [1.0, 5.0]),
    (partial(lk.Truncated, lk.NegativeBinomial, low=3, high=5), [3.0, 5.0]),
    (partial(lk.Truncated, lk.Poisson, high=5), [0.0, 3.0, 5.0]),
    (partial(lk.Truncated, lk.Poisson, low=1, high=5), [1.0, 5.0]),
    (partial(lk.Truncated, lk.Poisson, low=3, high=5), [3.0, 5.0]),
    (partial(lk.Truncated, lk.Geometric, high=5), [0.0, 3.0, 5.0]),
]


@pytest.mark.parametrize(("make", "outcomes"), COUNTS, ids=labels(COUNTS))
def test_counts_between_bounds_are_finite_everywhere(make: Any, outcomes: list[float]) -> None:
    _, value, gradient, hessian = _everywhere(make(), outcomes)
    assert np.isfinite(value).all()
    assert (value >= 0).all()
    assert np.isfinite(gradient).all()
    assert np.isfinite(hessian).all()


def _negative_binomial(y: int, low: int, high: int, f: mp.mpf, a: mp.mpf) -> mp.mpf:
    def log_mass(k: int) -> mp.mpf:
        r = mp.exp(-a)
        rising = mp.fsum(mp.log(r + j) for j in range(k))
        return rising - mp.loggamma(k + 1) - k * mp.log1p(mp.exp(-a - f))

    return mp.log(mp.fsum(mp.exp(log_mass(k) - log_mass(y)) for k in range(low, high + 1)))


PLACES = [(88.0, -104.0), (300.0, 30.0), (-300.0, 300.0), (30.0, -500.0), (1.0, -1.0)]


@pytest.mark.parametrize(("y", "outputs"), [*product([0, 5], PLACES), (1, (0.0, -5.0))])
def test_a_truncated_negative_binomial(y: int, outputs: tuple[float, float]) -> None:
    value, gradient = lk.derive(lk.Truncated(lk.NegativeBinomial, high=5)).value_and_gradient([y], [outputs])
    with mp.workdps(450):
        place = tuple(map(mp.mpf, outputs))
        for found, order in zip([value[0], *gradient[0]], ((0, 0), (1, 0), (0, 1)), strict=True):
            true = mp.diff(lambda *at: _negative_binomial(y, 0, 5, *at), place, order)
            assert abs(found - true) <= 2e-16 * (4 + sum(map(abs, outputs))) * abs(true) + 1e-320


@pytest.mark.slow
def test_many_counts_between_bounds() -> None:
    """The steps from y to where most of the counts are add no error of their own."""
    value, gradient = lk.derive(lk.Truncated(lk.NegativeBinomial, low=2, high=400)).value_and_gradient([2], [[5, 0.1]])
    with mp.workdps(50):
        for found, order in zip([value[0], *gradient[0]], ((0, 0), (1, 0), (0, 1)), strict=True):
            true = mp.diff(lambda *at: _negative_binomial(2, 2, 400, *at), (mp.mpf(5), mp.mpf(0.1)), order)
            assert abs(found - true) <= 2e-15 * abs(true)


AMOUNTS = [
    (partial(lk.Truncated, lk.Gamma, high=3.0), [0.01, 2.5, 3.0]),
    (partial(lk.Truncated, lk.Gamma, low=3.0), [3.0, 10.0, 1e4]),
    (partial(lk.Truncated, lk.Gamma, low=1.0, high=3.0), [1.0, 2.0, 3.0]),
    *(
        (partial(lk.Truncated, inner, **bounds), [y for y in (1.0, 1.5, 3.0) if y >= bounds.get("low", 0)])
        for inner in (lk.Weibull, lk.LogLogistic, lk.Frechet, lk.Gumbel(scale="exp"), lk.Logistic(scale="exp"))
        for bounds in ({"low": 1.0}, {"high": 3.0}, {"low": 1.0, "high": 3.0})
    ),
    *(
        (partial(lk.Truncated, lk.Beta, **b), [0.25, 0.5, 0.75])
        for b in ({"low": 0.25}, {"high": 0.75}, {"low": 0.2, "high": 0.8})
    ),
    (partial(lk.Truncated, lk.Normal(scale="exp"), low=1.0, high=2.0), [1.0, 1.5, 2.0]),
    (partial(lk.Truncated, lk.LogNormal(scale="exp"), low=1.0, high=3.0), [1.0, 2.0, 3.0]),
]


#: those whose losses are numbers for all moderate outputs: no e^e^30
CLOSED = {"Truncated_Gamma", "Truncated_Normal", "Truncated_LogNormal", "Truncated_Beta"}


@pytest.mark.parametrize(("make", "outcomes"), AMOUNTS, ids=labels(AMOUNTS))
def test_amounts_between_bounds_are_never_nan(make: Any, outcomes: list[float]) -> None:
    noise = make()
    closed = noise.name in CLOSED
    outputs, value, gradient, hessian = _everywhere(noise, outcomes)
    assert not np.isnan(value).any()
    assert not np.isnan(gradient).any()
    assert not np.isnan(hessian[np.isfinite(value) & (np.absolute(outputs) <= 104).all(axis=1)]).any()
    if closed:
        assert not np.isnan(hessian).any()
    moderate = (np.absolute(outputs) <= (104 if closed else 5)).all(axis=1)
    assert np.isfinite(value[moderate]).all()


def _gamma(y: mp.mpf, low: mp.mpf, high: mp.mpf, f: mp.mpf, g: mp.mpf) -> mp.mpf:
    a, scale = mp.exp(g), mp.exp(g - f)
    mass = mp.gammainc(a, low * scale, high * scale)
    return mp.log(mass) - a * mp.log(y * scale) + y * scale + mp.log(y)


@pytest.mark.parametrize(
    ("low", "high", "y", "outputs"),
    [
        (0, 3, 2.5, (30.0, 1.0)),
        (0, 3, 3.0, (745.0, 1.0)),
        (0, 3, 1e-8, (104.0, -3.0)),
        (0, 3, 1e-8, (104.0, -1e-8)),
        (3, mp.inf, 3.0, (-30.0, 1.0)),
        (3, mp.inf, 10.0, (5.0, -30.0)),
        (1, 3, 1.5, (30.0, 1.0)),
        (1, 3, 3.0, (-5.0, 0.5)),
        (2.9, 3, 2.95, (1.0, 1.0)),
    ],
)
def test_a_truncated_gamma(low: float, high: Any, y: float, outputs: tuple[float, float]) -> None:
    noise = lk.Truncated(lk.Gamma, low=low or None, high=None if high == mp.inf else float(high))
    value, gradient = lk.derive(noise).value_and_gradient([y], [outputs])
    with mp.workdps(60):
        place = tuple(map(mp.mpf, outputs))
        bounds = mp.mpf(low), mp.inf if high == mp.inf else mp.mpf(high)
        for found, order in zip([value[0], *gradient[0]], ((0, 0), (1, 0), (0, 1)), strict=True):
            true = mp.diff(lambda *at: _gamma(mp.mpf(y), *bounds, *at), place, order)
            assert abs(found - true) <= 2e-15 * max(abs(true), 1)


MIXED = [
    (lk.Mixture(lk.Normal, components=2), 6),
    (lk.Mixture(lk.Gamma, components=2), 6),
    (lk.Mixture(lk.Weibull, components=3), 9),
    (lk.Mixture(lk.StudentT, components=2), 8),
]


@pytest.mark.parametrize(("noise", "width"), MIXED, ids=[repr(noise) for noise, _ in MIXED])
def test_slopes_of_mixtures_are_never_nan(noise: Any, width: int) -> None:
    """A part that is infinitely unlikely has no pull, and parts that all are have equal shares of it."""
    rng = np.random.default_rng(5)
    outputs = rng.choice(OUTPUTS, (2000, width))
    value, gradient = lk.derive(noise).value_and_gradient(rng.choice([0.01, 1.0, 30.0], 2000), outputs)
    assert not np.isnan(value).any()
    assert not np.isnan(gradient).any()


def test_a_part_of_a_mixture_that_cannot_have_been_has_no_pull() -> None:
    loss = lk.derive(lk.Mixture(lk.Normal(scale=1), components=2))
    value, gradient = loss.value_and_gradient([1.0], [[0.0, 0.0, 0.0, 1e200]])
    np.testing.assert_allclose(value, [0.5 + np.log(2 * np.pi) / 2 + np.log(2)], rtol=1e-15)
    np.testing.assert_array_equal(gradient, [[-0.5, 0.5, -1.0, 0.0]])


def _normal(y: float, low: float, high: float, m: mp.mpf, g: mp.mpf) -> mp.mpf:
    scale = mp.log1p(mp.exp(g))
    a, b = ((end - m) / scale / mp.sqrt(2) for end in (low, high))
    mass = (
        (mp.erf(b) - mp.erf(a)) / 2
        if a < 0 < b
        else (mp.erfc(a) - mp.erfc(b) if a >= 0 else mp.erfc(-b) - mp.erfc(-a)) / 2
    )
    return mp.log(mass) + ((y - m) / scale) ** 2 / 2 + mp.log(scale) + mp.log(2 * mp.pi) / 2


PLACES = [(0.0, 0.0), (1.5, 1.0), (-30.0, 0.5), (3.0, -8.0), (0.7, 3.0), (-2.0, -104.0), (2.0, -745.0), (1e-8, 2.0)]


def _of_line(kind: str, y: mp.mpf, ends: list[Any], m: mp.mpf, t: mp.mpf) -> mp.mpf:
    """By the survival of the law, at ends that may be infinite."""
    a, b, u = ((end - m) * mp.exp(t) for end in (*ends, y))
    if kind == "extreme":
        return mp.log(mp.exp(-mp.exp(a)) - mp.exp(-mp.exp(b))) + mp.exp(u) - u - t
    return mp.log(1 / (1 + mp.exp(a)) - 1 / (1 + mp.exp(b))) + 2 * mp.log(2 * mp.cosh(u / 2)) - t


@pytest.mark.parametrize("bounds", [{"low": 1.0}, {"high": 3.0}, {"low": 1.0, "high": 3.0}], ids=str)
@pytest.mark.parametrize(
    ("noise", "kind", "turn", "at"),
    [
        (lk.Weibull, "extreme", 1, mp.log),
        (lk.Frechet, "extreme", -1, mp.log),
        (lk.Gumbel(scale="exp"), "extreme", -1, mp.mpf),
        (lk.LogLogistic, "logistic", 1, mp.log),
        (lk.Logistic(scale="exp"), "logistic", 1, mp.mpf),
    ],
    ids=lambda part: getattr(part, "__name__", str(part)),
)
def test_laws_of_one_line_between_bounds(noise: Any, kind: str, turn: int, at: Any, bounds: dict[str, float]) -> None:
    shape = 1 if at is mp.log else -1  # the second output is the logarithm of a shape, or of a scale
    outputs = [(m, shape * t) for m, t in PLACES]
    value, gradient = lk.derive(lk.Truncated(noise, **bounds)).value_and_gradient([1.25] * len(outputs), outputs)

    with mp.workdps(800):
        low = at(bounds["low"]) if "low" in bounds else -mp.inf
        high = at(bounds["high"]) if "high" in bounds else mp.inf
        ends, y = sorted((turn * low, turn * high)), at(mp.mpf("1.25"))

        def loss(first: mp.mpf, second: mp.mpf) -> mp.mpf:
            jacobian = y if at is mp.log else 0
            return _of_line(kind, turn * y, ends, turn * first, shape * second) + jacobian

        for found, slopes, place in zip(value, gradient, outputs, strict=True):
            point, h = [mp.mpf(p) for p in place], mp.mpf(10) ** -250
            true = [loss(*point)]
            for k in range(2):
                ahead, behind = ([p + way * h * (i == k) for i, p in enumerate(point)] for way in (1, -1))
                true.append((loss(*ahead) - loss(*behind)) / (2 * h))
            for number, expected in zip([found, *slopes], true, strict=True):
                assert abs(number - expected) <= 4e-15 * max(abs(expected), mp.mpf("0.05"))


@pytest.mark.parametrize("outputs", [(30.0, 1.0), (-104.0, 5.0), (1.2, 5.0), (3.0, -1.0)])
@pytest.mark.parametrize("y", [1.0, 1.75, 2.0])
def test_a_normal_truncated_at_both_sides(y: float, outputs: tuple[float, float]) -> None:
    value, gradient = lk.derive(lk.Truncated(lk.Normal, low=1.0, high=2.0)).value_and_gradient([y], [outputs])
    with mp.workdps(80):
        place = tuple(map(mp.mpf, outputs))
        for found, order in zip([value[0], *gradient[0]], ((0, 0), (1, 0), (0, 1)), strict=True):
            true = mp.diff(lambda *at: _normal(y, 1, 2, *at), place, order)
            assert abs(found - true) <= 3e-15 * max(abs(true), 0.1)


def _beta(y: float, low: float, high: float, f: mp.mpf, g: mp.mpf) -> mp.mpf:
    a, b = mp.exp(g) / (1 + mp.exp(-f)), mp.exp(g) / (1 + mp.exp(f))
    return mp.log(mp.betainc(a, b, low, high)) - (a - 1) * mp.log(y) - (b - 1) * mp.log1p(-y)


@pytest.mark.parametrize("bounds", [{"low": 0.25}, {"high": 0.75}, {"low": 0.25, "high": 0.75}], ids=str)
@pytest.mark.parametrize(
    "outputs", [(0.3, 5.0), (-5.0, 3.0), (8.0, 1.0), (-8.0, -3.0), (0.5, -10.0), (-30.0, 2.0), (30.0, -20.0)]
)
def test_a_truncated_beta(bounds: dict[str, float], outputs: tuple[float, float]) -> None:
    y = 0.5
    value, gradient = lk.derive(lk.Truncated(lk.Beta, **bounds)).value_and_gradient([y], [outputs])
    with mp.workdps(60):
        place, ends = tuple(map(mp.mpf, outputs)), (mp.mpf(bounds.get("low", 0)), mp.mpf(bounds.get("high", 1)))
        for found, order in zip([value[0], *gradient[0]], ((0, 0), (1, 0), (0, 1)), strict=True):
            true = mp.diff(lambda *at: _beta(mp.mpf(y), *ends, *at), place, order)
            assert abs(found - true) <= 3e-15 * max(abs(true), 1)


CASES = [
    (partial(lk.Censored, lk.BirnbaumSaunders), [[0.5, np.inf], [0.5, 2.0], [0.5, 0.6], [-np.inf, 2.0]]),
    (partial(lk.Truncated, lk.BirnbaumSaunders, low=0.5, high=3.0), [0.5, 1.0, 3.0]),
    (partial(lk.Truncated, lk.DiscreteWeibull, low=1), [1.0, 2.0]),
    (partial(lk.Truncated, lk.DiscreteWeibull, low=1, high=5), [1.0, 2.0]),
    (partial(lk.Truncated, lk.ContinuousBernoulli, low=0.25, high=0.75), [0.25, 0.6]),
]


@pytest.mark.parametrize(("make", "outcomes"), CASES, ids=labels(CASES))
def test_slopes_and_curvatures_of_wrapped_noises(make: Any, outcomes: list[Any]) -> None:
    """Of these the slope or the curvature raised."""
    loss = lk.derive(make())
    outputs, step = np.full((len(outcomes), len(loss.outputs)), 0.3), 1e-5
    gradient, hessian = loss.gradient(outcomes, outputs), loss.hessian(outcomes, outputs)
    for k in range(outputs.shape[1]):
        ahead, behind = outputs.copy(), outputs.copy()
        ahead[:, k] += step
        behind[:, k] -= step
        slope = (loss(outcomes, ahead) - loss(outcomes, behind)) / (2 * step)
        np.testing.assert_allclose(gradient[:, k], slope, atol=1e-8)
        curve = (loss.gradient(outcomes, ahead) - loss.gradient(outcomes, behind)) / (2 * step)
        np.testing.assert_allclose(hessian[:, k], curve, atol=1e-7)


def test_growth_since_a_bound() -> None:
    """Density and survival both overflow or vanish, and what is left of them does not: E(y) - E(low) - log E'."""
    value, gradient = lk.derive(lk.Truncated(lk.Gompertz, low=50.0)).value_and_gradient([50.5], [[1.0, 2.0]])
    with mp.workdps(400):

        def loss(f: mp.mpf, g: mp.mpf) -> mp.mpf:
            shape = mp.exp(g)
            return mp.exp(f + 50 * shape) * mp.expm1(shape / 2) / shape - f - mp.mpf("50.5") * shape

        for found, order in zip([value[0], *gradient[0]], ((0, 0), (1, 0), (0, 1)), strict=True):
            assert found == pytest.approx(float(mp.diff(loss, (1, 2), order)), rel=2e-13)
    loss = lk.derive(lk.Truncated(lk.Lomax, low=0.5))
    assert loss([0.5], [[-745.0, 745.0]])[0] == pytest.approx(-745 - 745 + np.log(0.5) + 745, rel=1e-15)


def _student_mass(low: float, high: float, location: mp.mpf, g: mp.mpf, df: mp.mpf) -> mp.mpf:
    scale = mp.log1p(mp.exp(g))
    density = mp.gamma((df + 1) / 2) / mp.gamma(df / 2) / mp.sqrt(df * mp.pi)
    ends = [(end - location) / scale for end in (low, high)]
    return mp.quad(lambda z: density * (1 + z * z / df) ** (-(df + 1) / 2), ends)


@pytest.mark.parametrize("outputs", [(0.0, 30.0), (3.0, 104.0), (-3.0, 1.0), (5.0, 5.0)])
@pytest.mark.parametrize("df", [1.0, 4.0])
def test_a_student_seen_between_two_bounds(outputs: tuple[float, float], df: float) -> None:
    """The mass between two ends that are near beside the scale, or far out: it was lost as a difference of tails."""
    noise = lk.Cauchy if df == 1 else lk.StudentT(df=df)
    value, gradient = lk.derive(lk.Censored(noise)).value_and_gradient([[-1.0, 2.0]], [outputs])
    with mp.workdps(40):
        place = tuple(map(mp.mpf, outputs))
        for found, order in zip([value[0], *gradient[0]], ((0, 0), (1, 0), (0, 1)), strict=True):
            true = mp.diff(lambda *at: -mp.log(_student_mass(-1, 2, *at, mp.mpf(df))), place, order)
            assert abs(found - true) <= 4e-15 * (abs(true) + sum(map(abs, outputs)) * mp.mpf("0.01"))


def test_nearly_poisson_counts_keep_the_slope_of_their_dispersion() -> None:
    """Its first term is a multiple of y - mean: at y = mean = 1 the second is left, by Stein's identity."""
    loss = lk.derive(lk.Censored(lk.NegativeBinomial))
    gradient = loss.gradient([[2.0, np.inf], [-np.inf, 1.0]], [[0.0, -30.0], [0.0, -30.0]])
    with mp.workdps(80):

        def below(a: mp.mpf) -> mp.mpf:
            r = mp.exp(-a)
            return (1 + r / (1 + r)) * (r / (1 + r)) ** r

        for found, sign in zip(gradient[:, 1], (-1, 1), strict=True):
            true = mp.diff(lambda a: -mp.log(below(a) if sign > 0 else 1 - below(a)), mp.mpf(-30))  # noqa: B023
            assert found == pytest.approx(float(true), rel=1e-14)


def test_a_truncated_student_keeps_a_slope_of_1e_38() -> None:
    """Loss and probability move by df, both upwards: the loss was not taken as one function beside the tail."""
    gradient = lk.derive(lk.Truncated(lk.StudentT, high=2.0)).gradient([1e-8], [[-745.0, -104.0, -88.0]])
    assert gradient[0, 1] == pytest.approx(-1.2109203790802372e-38, rel=1e-14)  # by mpmath, 2 df
