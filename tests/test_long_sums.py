"""Sums over more outcomes than can be laid out: smooth tails in blocks, against zeta functions and closed forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy as sp
from mpmath import mp, mpf

import likelihoodkit as lk
from likelihoodkit.expectation import expect
from likelihoodkit.expectation.smooth import NODES, rule


@pytest.mark.parametrize("power", [0, 3, NODES - 2])
@pytest.mark.parametrize("length", [512, 1 << 17])
def test_sums_of_polynomials_are_exact(power: int, length: int) -> None:
    found = rule(length)
    assert len(set(found.offsets)) == NODES
    with mp.workdps(40):
        exact = mp.fsum((mpf(2 * i) / (length - 1) - 1) ** power for i in range(length)) if length < 1000 else None
    values = (2 * found.offsets / (length - 1) - 1) ** power
    if exact is None:  # a sum in float64 of numbers up to one is as good, with numpy's pairwise order
        exact = mpf(float(np.sum(np.linspace(-1, 1, length) ** power)))
    assert abs(float(found.weights @ values - exact)) < 1e-13 * length


def test_mean_logarithm_and_mean_of_a_power_tail() -> None:
    shape = np.array([1.5, 3.2, 12.0])
    density = lk.derive(lk.Zeta).distribution(np.log(shape - 1)).pointwise
    found = expect(density, lambda y, row: np.stack([np.log(y), y**0.3]), 2)
    with mp.workdps(30):
        s = [1 + mp.exp(mpf(float(x))) for x in np.log(shape - 1)]
        logs = [float(-mp.zeta(a, derivative=1) / mp.zeta(a)) for a in s]
        powers = [float(mp.zeta(a - mpf("0.3")) / mp.zeta(a)) for a in s]
    np.testing.assert_allclose(found[0], logs, rtol=1e-11)
    np.testing.assert_allclose(found[1], powers, rtol=1e-11)


def test_information_of_a_power_tail() -> None:
    """Yule-Simon: E[score^2] = 1/shape^2 - sum of P(Y >= k)/(shape + k)^2, by mpmath."""
    outputs = np.log([1.0, 2.0, 3.0])
    found = lk.derive(lk.YuleSimon).fisher(outputs).ravel()
    with mp.workdps(25):
        for f, information in zip(outputs, found, strict=True):
            s = mp.exp(mpf(f))
            tail = mp.nsum(lambda k, s=s: s * mp.beta(k, s) / (s + k) ** 2, [1, mp.inf])
            assert abs(float(s**2 * (1 / s**2 - tail)) - information) < 1e-9


def test_a_rough_function_is_added_up_term_by_term() -> None:
    density = lk.derive(lk.Poisson).distribution([np.log(2.0**16)]).pointwise
    found = expect(density, lambda y, row: (y % 2)[None])
    np.testing.assert_allclose(found, 0.5, rtol=1e-10)


def test_what_does_not_exist_is_refused() -> None:
    density = lk.derive(lk.Zeta).distribution([0.0]).pointwise
    with pytest.raises(lk.UndefinedError, match="does not settle"):
        expect(density, lambda y, row: y[None])


# -- laws of heavy-tailed counts as a user types them: no closed form of a cdf or a quantile --------------------------


class TypedZeta(lk.Distribution):
    y = lk.outcome(lk.supports.counts_from_one)
    s = lk.parameter(lk.positive, link="exp")
    log_density = lk.log(y ** (-1 - s) / sp.zeta(1 + s))


class TypedYule(lk.Distribution):
    y = lk.outcome(lk.counts)
    r = lk.parameter(lk.positive, link="exp")
    log_density = lk.log(r * lk.gamma(y + 1) * lk.gamma(r + 1) / lk.gamma(y + r + 2))


class TypedWaring(lk.Distribution):
    y = lk.outcome(lk.counts)
    a = lk.parameter(lk.positive, link="exp")
    r = lk.parameter(lk.positive, link="exp")
    log_density = lk.log(r * lk.gamma(a + r) * lk.gamma(y + a) / (lk.gamma(a) * lk.gamma(y + a + r + 1)))


class TypedLomax(lk.Distribution):
    y = lk.outcome(lk.counts)
    a = lk.parameter(lk.positive, link="exp")
    log_density = lk.log((1 + y) ** (-a) - (2 + y) ** (-a))


#: family -> P(Y > y) in closed form, of y and the parameters
SURVIVAL: dict[type[lk.Distribution], Callable[..., Any]] = {
    TypedZeta: lambda y, s: mp.zeta(1 + s, y + 1) / mp.zeta(1 + s),
    TypedYule: lambda y, r: mp.gammaprod([y + 2, r + 1], [y + r + 2]),
    TypedWaring: lambda y, a, r: mp.gammaprod([a + r, y + a + 1], [a, y + a + r + 1]),
    TypedLomax: lambda y, a: (y + 2) ** -a,
}


@pytest.mark.parametrize("family", list(SURVIVAL))
@pytest.mark.parametrize("output", [-1.0, 0.0, 0.7])
def test_laws_of_heavy_tails_are_summed_to_the_last_digits(family: type[lk.Distribution], output: float) -> None:
    width = len(lk.derive(family).outputs)
    belief = lk.derive(family).distribution([[output] * width])
    first = 1 if family is TypedZeta else 0
    with mp.workdps(60):
        parameters = [mp.exp(mpf(output))] * width

        def above(y: float) -> Any:
            return SURVIVAL[family](mpf(y), *parameters) if y >= first else mpf(1)

        for y in (1.0, 5.0, 1000.0, 12345.0, 123456789.0, 1e14):
            true = above(y)
            assert abs(belief.survival(y)[0] / true - 1) < 1e-12
            assert abs(belief.cdf(y)[0] - (1 - true)) < 1e-14
        for level in (1e-3, 0.1, 0.5, 0.9, 0.99, 0.9999):
            found = float(belief.quantile(level)[0])
            if found < 2**53:  # beyond, neighbours are not whole numbers apart
                slack = 1e-13 * (1 - level) + 4e-16  # of a level that rounds, and a tail that equals it
                assert 1 - above(found) >= level - slack
                assert 1 - above(found - 1) < level + slack
            else:
                assert abs(above(found) / (1 - level) - 1) < 1e-12
        assert belief.median()[0] == belief.quantile(0.5)[0]


def test_a_tail_beyond_all_numbers_is_refused_not_cut() -> None:
    with pytest.raises(lk.DerivationError, match="does not settle"):
        lk.derive(TypedZeta).distribution([-5.0]).cdf(3)


def test_moments_of_typed_heavy_tails_exist_or_not() -> None:
    found = lk.derive(TypedYule).predict([0.7], rule="mean")
    r = np.exp(0.7)
    assert found[0] == pytest.approx(1 / (r - 1), rel=1e-10)
    with pytest.raises(lk.UndefinedError, match="mean of row 0 does not exist"):
        lk.derive(TypedYule).predict([-0.1], rule="mean")


class TypedPolya(lk.Distribution):
    """The beta negative binomial law by beta functions and a factorial."""

    y = lk.outcome(lk.counts)
    r = lk.parameter(lk.positive, link="exp")
    a = lk.parameter(lk.positive, link="exp")
    b = lk.parameter(lk.positive, link="exp")
    log_density = lk.log(sp.beta(r + y, a + b) / sp.beta(r, a) * lk.gamma(y + b) / (sp.factorial(y) * lk.gamma(b)))


class TypedRace(lk.Distribution):
    y = lk.outcome(lk.counts)
    a = lk.parameter(lk.positive, link="exp")
    log_density = lk.log(a * lk.gamma(a + 1) * sp.factorial(y) / lk.gamma(y + a + 2))


def _polya(y: Any, r: Any, a: Any, b: Any) -> Any:
    return mp.log(mp.beta(r + y, a + b) / mp.beta(r, a)) + mp.loggamma(y + b) - mp.loggamma(y + 1) - mp.loggamma(b)


def _race(y: Any, a: Any) -> Any:
    return mp.log(a) + mp.loggamma(a + 1) + mp.loggamma(y + 1) - mp.loggamma(y + a + 2)


@pytest.mark.parametrize(("family", "formula"), [(TypedPolya, _polya), (TypedRace, _race)])
def test_factorials_of_large_counts_do_not_cancel(family: type[lk.Distribution], formula: Callable[..., Any]) -> None:
    """A factorial less a rising factorial is a logarithm; as a difference it lost all digits at 1e15."""
    loss = lk.derive(family)
    outputs = [0.3, -0.7, 1.2][: len(loss.outputs)]
    for y in (0.0, 3.0, 1e3, 1e6, 1e9, 1e15):
        with mp.workdps(60):
            true = -formula(mpf(y), *[mp.exp(mpf(f)) for f in outputs])
            assert abs(loss([y], [outputs])[0] - true) <= 16 * mpf(2) ** -53 * (abs(true) + 2)
        value, step = loss.gradient([y], [outputs])[0], 1e-6
        moves = np.eye(len(outputs)) * step
        slopes = [(loss([y], [outputs + m]) - loss([y], [outputs - m]))[0] / (2 * step) for m in moves]
        np.testing.assert_allclose(value, slopes, rtol=1e-7, atol=1e-8)
    belief = loss.distribution([outputs])
    masses = np.exp(belief.log_density(np.arange(4.0)[:, None]))
    assert belief.cdf([3.0])[0] == pytest.approx(masses.sum(), rel=1e-12)
    assert belief.quantile(belief.cdf([3.0])[0] * (1 - 1e-9))[0] == 3.0
