"""Losses that are laws up to a factor of y alone, by what exp(A) is the transform of; those that are none."""

from __future__ import annotations

import mpmath
import pytest
import sympy as sp

import likelihoodkit as lk
from likelihoodkit.elicit.branches import value

amount, share, count = (lk.outcome(domain) for domain in (lk.positive, lk.unit, lk.counts))
rate = lk.parameter(lk.positive, link="exp")
chance = lk.parameter(lk.unit, link="sigmoid")
output = lk.parameter(lk.real, link="identity")

#: loss and the density of the books (Lindley, 1958; Akash of Shanker, 2015; log-Lindley of Gomez-Deniz et al., 2014)
AMOUNTS = {
    "Lindley": (
        rate * amount - 2 * lk.log(rate) + lk.log(1 + rate),
        lambda a, y: a**2 / (1 + a) * (1 + y) * mpmath.exp(-a * y),
    ),
    "Akash": (
        rate * amount - 3 * lk.log(rate) + lk.log(2 + rate**2),
        lambda a, y: a**3 / (2 + a**2) * (1 + y**2) * mpmath.exp(-a * y),
    ),
    "touches zero": (
        rate * amount - 3 * lk.log(rate) + lk.log(rate**2 - 2 * rate + 2),
        lambda a, y: a**3 / (a**2 - 2 * a + 2) * (1 - y) ** 2 * mpmath.exp(-a * y),
    ),
    "hypoexponential": (
        rate * amount - lk.log(rate) - lk.log(rate + 2),
        lambda a, y: a * (a + 2) / 2 * (mpmath.exp(-a * y) - mpmath.exp(-(a + 2) * y)),
    ),
    "gamma by shape": (
        sp.loggamma(rate) - rate * lk.log(amount) + amount,
        lambda a, y: y ** (a - 1) * mpmath.exp(-y) / mpmath.gamma(a),
    ),
    "gamma by shape and one": (
        sp.loggamma(rate) + lk.log(rate) - rate * lk.log(amount) + amount / 2 + rate * lk.log(2),
        lambda a, y: y**a * mpmath.exp(-y / 2) / 2 ** (a + 1) / mpmath.gamma(a + 1),
    ),
}
SHARES = {
    "LogLindley": (
        -rate * lk.log(share) - 2 * lk.log(rate) + lk.log(1 + rate),
        lambda a, y: a**2 / (1 + a) * (1 - mpmath.log(y)) * y ** (a - 1),
    ),
    "two powers": (
        -rate * lk.log(share) - lk.log(rate) - lk.log(rate + 1),
        lambda a, y: a * (a + 1) * (1 - y) * y ** (a - 1),
    ),
    "beta by first": (
        -rate * lk.log(share) + sp.loggamma(rate) - sp.loggamma(rate + 3),
        lambda a, y: y ** (a - 1) * (1 - y) ** 2 / mpmath.beta(a, 3),
    ),
}

#: loss of counts and the mean of the law
SERIES = {
    "Poisson above 0": (
        rate + lk.log(1 - lk.exp(-rate)) - count * lk.log(rate),
        lambda a: a / (1 - mpmath.exp(-a)),
    ),
    "Hermite": (rate + rate**2 - count * lk.log(rate), lambda a: a + 2 * a**2),
    "its logarithm": (lk.log(1 + lk.exp(output)) - count * output, lambda a: 1 / (1 + mpmath.exp(-a))),
    "two geometric": (
        -lk.log(1 - chance) - lk.log(2 - chance) - count * lk.log(chance),
        lambda a: a / (1 - a) + a / (2 - a),
    ),
}

#: losses that no factor of y alone makes a law, and what says so
NONE = {
    "density below 0": (rate * amount - 3 * lk.log(rate) + lk.log(rate**2 - 2 * rate + sp.Rational(19, 10)), "h(y) ="),
    "coefficient below 0": (lk.log(1 + rate + rate**3 / 5 - rate**2 / 9) - count * lk.log(rate), "t^2"),
    "fourth coefficient": (lk.log(1 + rate + rate**3 - rate**4 / 100 + rate**5) - count * lk.log(rate), "t^4"),
}  # fmt: skip


def at(form, **numbers):
    """A form of the answer at numbers by name."""
    return value(form, {symbol: numbers[symbol.name] for symbol in form.free_symbols})


@pytest.mark.parametrize("name", [*AMOUNTS, *SHARES])
def test_amounts(name):
    loss, density = (AMOUNTS | SHARES)[name]
    found = lk.reverse(loss)
    assert found.tier == "likelihood"
    for a in (0.4, 1.7, 5):
        for y in (0.2, 0.63, 0.97):
            assert abs(at(found.density, prediction=a, y=y) / density(mpmath.mpf(a), mpmath.mpf(y)) - 1) < 1e-12
    if name in {"Lindley", "touches zero"}:
        mean = mpmath.quad(lambda t: t * density(mpmath.mpf(1.7), t), [0, 1, 5, mpmath.inf])
        assert abs(at(found.mean, prediction=1.7) - mean) < 1e-12


@pytest.mark.parametrize("name", SERIES)
def test_counts(name):
    loss, mean = SERIES[name]
    found = lk.reverse(loss)
    assert found.tier == "likelihood"
    assert abs(at(found.mean, prediction=0.4) - mean(mpmath.mpf(0.4))) < 1e-12


@pytest.mark.parametrize("name", NONE)
def test_none(name):
    loss, words = NONE[name]
    found = lk.reverse(loss)
    assert found.tier == "neither"
    assert any("no factor of y alone" in reason and words in reason for reason in found.reasons)


def test_a_loss_that_is_no_number_at_some_predictions_is_told():
    with pytest.raises(lk.DerivationError, match=r"no real number at the prediction .* Say where predictions lie"):
        lk.reverse(lk.log(-lk.log(1 - rate)) - count * lk.log(rate))
