"""What losses ask for: names against the literature, numbers against brute-force minimisation."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy as sp

import likelihoodkit as lk
from likelihoodkit import losses
from likelihoodkit.elicit import read
from likelihoodkit.elicit.labels import Labels

y = lk.outcome(lk.real)
a = lk.parameter(lk.real, link="identity")
amount = lk.outcome(lk.positive)
guess = lk.parameter(lk.positive, link="exp")
label = lk.outcome(lk.binary)
chance = lk.parameter(lk.unit, link="sigmoid")
kind = lk.outcome(lk.classes)
shares = lk.parameter(lk.simplex, link="softmax")
chosen = lk.pick(shares, kind)

NAMED = [
    (losses.squared_error, "mean"),
    (losses.absolute_error, "median"),
    (losses.pinball(0.9), "quantile(0.9)"),
    (losses.pinball, "quantile(level)"),
    (losses.expectile(0.8), "expectile(0.8)"),
    (losses.expectile, "expectile(level)"),
    (losses.huber(1.0), "M-functional"),
    (losses.pseudo_huber(2.0), "M-functional"),
    (losses.log_cosh, "M-functional"),
    (losses.cauchy(2.0), "M-functional"),
    (losses.tukey(4.685), "M-functional"),
    (losses.epsilon_insensitive(0.5), "M-functional"),
    (losses.linex(1.5), "log-mean-exp(1.5)"),
    (losses.circular_distance, "mean direction"),
    (losses.squared_log_error, "expm1 of mean log1p"),
    (losses.poisson_deviance, "mean"),
    (losses.gamma_deviance, "mean"),
    (losses.inverse_gaussian_deviance, "mean"),
    (abs(amount - guess) / amount, "weighted median"),
    (((amount - guess) / amount) ** 2, "ratio E[1/y]/E[y**(-2)]"),
    ((lk.log(amount) - lk.log(guess)) ** 2, "exp of mean log"),
    (lk.abs(lk.log(amount / guess)), "median"),
    ((amount - guess) ** 2 / guess, "root mean square"),
    ((y - a) ** 4, "M-functional"),
    (lk.Normal(scale=1), "mean"),
    (lk.LogNormal(scale=1), "mean of log(y)"),
    (lk.Poisson, "mean"),
    (losses.binary_cross_entropy, "probability"),
    (losses.brier, "probability"),
    (losses.focal(0.0), "probability"),
    (losses.focal(2.0), "distorted probability"),
    (losses.focal(2.0, 0.25), "distorted probability"),
    (losses.hinge, "sign only"),
    (losses.squared_hinge, "probability, through a link"),
    (losses.exponential, "probability, through a link"),
    (label * (1 - chance) + (1 - label) * chance, "sign only"),
    (3 * label * (1 - chance) + (1 - label) * chance, "side of 0.25 only"),
    (losses.categorical_cross_entropy, "class probabilities"),
    (losses.softmax_cross_entropy, "class probabilities"),
    (lk.sum_over((shares - lk.one_hot(kind, shares)) ** 2), "class probabilities"),
    ((1 - chosen**0.5) * 2, "distorted class probabilities"),
    (1 - chosen, "mode"),
]


@pytest.mark.parametrize(("loss", "functional"), NAMED, ids=[f"{n}: {f}" for n, (_, f) in enumerate(NAMED)])
def test_functional(loss, functional):
    found = lk.elicits(loss)
    assert found == functional
    assert found.equation
    assert found.unique
    assert str(functional) in found.describe()


REAL = [row for row in NAMED[:27] if not (hasattr(row[0], "settings") and not hasattr(row[0], "bound"))]


@pytest.mark.parametrize("loss", [loss for loss, _ in REAL], ids=[f"{n}: {f}" for n, (_, f) in enumerate(REAL)])
def test_the_functional_has_the_least_risk_under_random_laws(loss):
    """200 random discrete laws: no prediction of a fine grid costs less than the functional."""
    question = read(loss)
    functional = lk.elicits(loss)
    low, high = (0.2, 5.0) if question.target.low == 0 else (-3.0, 3.0)
    rng = np.random.default_rng(7)
    value = bare(question)
    for _ in range(200):
        values = rng.uniform(low, high, 5)
        probabilities = rng.dirichlet(np.ones(5))
        best = functional.of(values, probabilities)
        grid = np.append(np.linspace(low, high, 121), best)
        risk = value(grid, values) @ probabilities
        assert risk[-1] <= risk[:-1].min() + 1e-9 * abs(risk[-1])


def bare(question):
    """The loss of predictions (m,) on their own scale at outcomes (n,), as an array (m, n), by the engine's program."""
    from likelihoodkit.elicit.risk import Formula

    formula = Formula(question.formula)
    names = question.prediction.symbol.name, question.y.name
    return lambda at, ys: formula(**dict(zip(names, (at[:, None], ys[None, :]), strict=True)))


def test_uniqueness_is_computed():
    tukey = lk.elicits(losses.tukey(2.0))
    assert tukey.unique == "no"
    assert "-1 and 1 are both best" in tukey.why
    assert lk.elicits(losses.huber(1.0)).unique == "an interval at most"


def test_focal_distorts_as_measured():
    """rows.md 3.6: argmin of the conditional risk, and the map back to 1e-12."""
    table = {
        0.5: (0.574, 0.735, 0.833, 0.964),
        2.0: (0.538, 0.627, 0.694, 0.846),
        5.0: (0.518, 0.562, 0.597, 0.695),
    }
    for gamma, expected in table.items():
        labels = Labels(read(losses.focal(gamma)))
        for p, q in zip((0.6, 0.8, 0.9, 0.99), expected, strict=True):
            best = labels.best(p)
            assert float(best) == pytest.approx(q, abs=6e-4)
            assert abs(labels.recalibrated(best) - mpmath.mpf(p)) < 1e-12


PROPER = [
    (losses.binary_cross_entropy, "strictly proper"),
    (losses.brier, "strictly proper"),
    (lk.Bernoulli, "strictly proper"),
    (losses.softmax_cross_entropy, "strictly proper"),
    (lk.Categorical, "strictly proper"),
    (lk.sum_over((shares - lk.one_hot(kind, shares)) ** 2), "strictly proper"),
    (losses.focal(2.0), "neither"),
    (label * (1 - chance) + (1 - label) * chance, "neither"),
    (1 - chosen, "neither"),
    (-((1 - chosen) ** 2) * lk.log(chosen), "neither"),
]


@pytest.mark.parametrize(("loss", "verdict"), PROPER)
def test_properness(loss, verdict):
    found = lk.is_proper(loss)
    assert found == verdict
    assert bool(found) == (verdict != "neither")
    if not found:
        facts = found.counterexample
        assert facts["risk_q"] < facts["risk_p"]


def test_a_score_is_no_probability():
    with pytest.raises(lk.InputError, match="not probabilities"):
        lk.is_proper(losses.hinge)


def test_symbols_that_are_not_clear():
    u, v = sp.symbols("u v", real=True)
    with pytest.raises(lk.InputError, match="which symbol is the outcome"):
        lk.elicits((u - v) ** 2)
    assert lk.elicits((u - v) ** 2, outcome=u) == "mean"
    with pytest.raises(lk.InputError, match="not declared real"):
        lk.elicits((sp.Symbol("y") - v) ** 2)
    with pytest.raises(lk.InputError, match="predicts nothing"):
        lk.elicits(lk.Normal(mean=0, scale=1))
    with pytest.raises(lk.DerivationError, match="no single number"):
        lk.elicits(lk.Normal)
    with pytest.raises(lk.InputError, match="needs a number for gamma"):
        lk.elicits(losses.focal)
