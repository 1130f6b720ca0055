"""Convexity as it is shown: against second differences, and never of a loss that bends the other way somewhere."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy as sp

import likelihoodkit as lk
from likelihoodkit import losses
from likelihoodkit.elicit.convex import STRICT, WEAK, convex
from likelihoodkit.elicit.coordinates import coordinates
from likelihoodkit.elicit.question import read
from likelihoodkit.numbers import evaluate
from likelihoodkit.primitives import lower

y = lk.outcome(lk.real)
a = lk.parameter(lk.real, link="identity")
amount = lk.outcome(lk.positive)
guess = lk.parameter(lk.positive, link="exp")
r = y - a

#: (loss, how convex, in what)
SHOWN = [
    (losses.squared_error, STRICT, "prediction"),
    (losses.absolute_error, WEAK, "prediction"),
    (losses.huber(1.5), WEAK, "prediction"),
    (losses.quantile_huber(0.9, 1.0), WEAK, "prediction"),
    (losses.epsilon_insensitive(0.5), WEAK, "prediction"),
    (losses.log_cosh, STRICT, "prediction"),
    (losses.expectile(0.8), STRICT, "prediction"),
    (losses.linex(1.5), STRICT, "prediction"),
    (losses.poisson_deviance, STRICT, "log(prediction)"),
    (losses.gamma_deviance, STRICT, "log(prediction)"),
    (losses.inverse_gaussian_deviance, STRICT, "1/prediction"),
    (losses.tweedie_deviance(1.5), STRICT, "log(prediction)"),
    (lk.Logistic(location=0.5), STRICT, "1/scale"),
    (lk.Huber(location=0.5, threshold=1.5), STRICT, "1/scale"),
    (lk.AsymmetricLaplace(location=-1, level=0.3), STRICT, "1/scale"),
    (lk.Gamma(mean=2), STRICT, "shape"),
    (lk.Beta(concentration=3), STRICT, "mean"),
    (lk.BetaPrime(mean=2), STRICT, "concentration"),
    (lk.Weibull(scale=2), STRICT, "shape"),
    (lk.Kumaraswamy(first=2), STRICT, "second"),
    (lk.LogLogistic(shape=1.5), STRICT, "log(scale)"),
    (lk.NegativeBinomial(dispersion=0.5), STRICT, "log(mean)"),
    (lk.InverseGaussian(shape=2), STRICT, "1/mean"),
    (r**4, STRICT, "the prediction"),
    (lk.maximum(r, 0) ** 2 + lk.abs(r), WEAK, "the prediction"),
    (lk.exp(r) + lk.exp(-r), STRICT, "the prediction"),
]


@pytest.mark.parametrize(("loss", "how", "within"), SHOWN, ids=repr)
def test_convexity_is_shown_and_seen(loss, how, within):
    """In the coordinate named, second differences in mpmath are nowhere negative."""
    question = read(loss)
    found = convex(question)
    assert found is not None
    assert found.how == how
    assert found.within == within.replace("the prediction", str(question.prediction.symbol))
    symbol = question.prediction.symbol
    at = next(c for c in coordinates(str(symbol), question.prediction.domain) if c.name == found.within)
    formula = lower(question.formula)
    rng = np.random.default_rng(2)
    low, high = question.target.typical
    with mpmath.workdps(40):
        for _ in range(40):
            outcome = mpmath.mpf(rng.uniform(low, high))
            outcome = mpmath.floor(outcome) if question.target.whole else outcome
            here = evaluate(at.inside, {s: mpmath.mpf(rng.uniform(0.05, 4)) for s in at.inside.free_symbols})
            step = mpmath.mpf(10) ** -10 * (1 + abs(here))

            def value(place, outcome=outcome):
                inside = evaluate(at.place, {at.symbol: place})
                return evaluate(formula, {symbol: inside, question.y: outcome})

            bend = (value(here + step) - 2 * value(here) + value(here - step)) / step**2
            assert bend >= -1e-12
            assert how == WEAK or bend > 0


#: losses that are not convex, some of them only just
BENT = [
    losses.cauchy(1.0), losses.tukey(4.685), losses.welsch(2.0), losses.geman_mcclure(2.0), losses.barron(-0.7, 1.0),
    lk.StudentT(scale=1, df=30), lk.Cauchy(scale=1),
    r**4 - sp.Rational(1, 1000) * r**2,
    lk.abs(r) - sp.Rational(1, 1000) * r**2,
    -lk.abs(r),
    lk.abs(r) - 3 * lk.maximum(r, 0),
    lk.maximum(r, 0) ** 2 - sp.Rational(1, 1000) * lk.maximum(-r, 0),
    lk.maximum(r**2, 1) - lk.abs(r) / 2,
    lk.log(1 + lk.exp(r)) - sp.Rational(1, 1000) * r**2,
    lk.sqrt(1 + r**2) - sp.Rational(1, 1000) * lk.exp(-(r**2)) * r**2 - lk.sqrt(1 + r**2 / 2),
    lk.minimum(lk.abs(r), 2), lk.minimum(r**2, 4),
    lk.abs(a**2 - y**2), (a**2 - y) ** 2, lk.exp(-(r**2)),
    lk.maximum(lk.abs(r) - 1, 0) - lk.maximum(lk.abs(r) - 2, 0),
]  # fmt: skip


@pytest.mark.parametrize("loss", BENT, ids=repr)
def test_what_is_not_convex_is_not_shown_to_be(loss):
    assert convex(read(loss)) is None


@pytest.mark.slow
def test_pairs_of_predictions():
    """One after the other, or in other coordinates together; else it is tried."""
    assert lk.elicits(lk.Gamma).unique == "yes"
    assert lk.elicits(lk.LogNormal).unique == "yes"
    for noise in (lk.Normal, lk.Logistic, lk.Gumbel, lk.HyperbolicSecant, lk.GeneralizedNormal(shape=1.5)):
        found = lk.elicits(noise)
        assert found.unique == "yes, where y is not always the same", noise
        assert "1/scale and" in found.why
    assert lk.elicits(lk.Laplace).unique == "one scale, and an interval of locations at most"
    for noise in (lk.Cauchy, lk.StudentT(df=4), lk.GeneralizedNormal(shape=0.5)):
        assert "yes" not in lk.elicits(noise).unique
        assert "one scale" not in lk.elicits(noise).unique
