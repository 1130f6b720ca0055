"""Noises with several predictions under names of a user's own: which stands for which is found and said."""

from __future__ import annotations

import pytest
import sympy as sp

import likelihoodkit as lk


class Bell(lk.Distribution):
    """A normal in Greek."""

    y = lk.outcome(lk.real)
    mu = lk.parameter(lk.real, link="identity")
    sigma = lk.parameter(lk.positive, link="exp")
    log_density = -(((y - mu) / sigma) ** 2) / 2 - lk.log(sigma) - lk.log(2 * lk.pi) / 2


class Pulse(lk.Distribution):
    """Scale first, then shape: the kit's Gamma has them the other way about, and both are positive."""

    y = lk.outcome(lk.positive)
    theta = lk.parameter(lk.positive, link="exp")
    k = lk.parameter(lk.positive, link="exp")
    log_density = (k - 1) * lk.log(y) - y / theta - k * lk.log(theta) - lk.log(lk.gamma(k))


class Failures(lk.Distribution):
    """By a binomial coefficient."""

    y = lk.outcome(lk.counts)
    p = lk.parameter(lk.unit, link="sigmoid")
    r = lk.parameter(lk.positive, link="exp")
    log_density = lk.log(sp.binomial(y + r - 1, y) * (1 - p) ** y * p**r)


class TooWide(lk.Distribution):
    """Not a normal: the scale counts twice."""

    y = lk.outcome(lk.real)
    mu = lk.parameter(lk.real, link="identity")
    sigma = lk.parameter(lk.positive, link="exp")
    log_density = -(((y - mu) / sigma) ** 2) / 2 - 2 * lk.log(sigma)


@pytest.mark.parametrize(
    ("noise", "other", "said"),
    [
        (Bell, lk.Normal, {"mu stands for mean", "sigma stands for scale"}),
        (lk.Normal, Bell, {"mean stands for mu", "scale stands for sigma"}),
        (Pulse, lk.Gamma(shape="exp", scale="exp"), {"theta stands for scale", "k stands for shape"}),
        (
            Failures,
            lk.NegativeBinomial(size="exp", probability="sigmoid"),
            {"p stands for probability", "r stands for size"},
        ),
    ],
)
def test_names_are_matched(noise: object, other: object, said: set[str]) -> None:
    proof = lk.prove(noise, reduces_to=other)
    assert proof.verdict == "proved"
    assert proof.scale == 1
    assert said <= set(proof.assumptions)


@pytest.mark.parametrize(("noise", "other"), [(TooWide, lk.Normal), (Pulse, lk.Weibull)])
def test_every_way_is_refuted(noise: object, other: object) -> None:
    assert lk.prove(noise, reduces_to=other).verdict == "refuted"


def test_one_more_prediction_is_an_error() -> None:
    with pytest.raises(lk.errors.InputError, match="predicts more than"):
        lk.prove(lk.Poisson, reduces_to=lk.NegativeBinomial)
