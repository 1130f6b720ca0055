"""`lk.prove` on declarations: the reductions that the kit promises, what they drop, and claims that fail."""

from __future__ import annotations

import json

import numpy as np
import pytest
import sympy as sp

import likelihoodkit as lk
from likelihoodkit import losses
from likelihoodkit.declaration import NamedLoss, as_bound, bind, outcome, parameter
from likelihoodkit.declaration.binding import Held
from likelihoodkit.errors import InputError
from likelihoodkit.loss import Loss
from likelihoodkit.primitives import lower
from likelihoodkit.primitives.words import sum_over
from likelihoodkit.prove import prove
from likelihoodkit.prove.zero import Reader
from likelihoodkit.supports import real_vector
from prove import declared

scale = lk.Normal.scale
SHAPE = lk.Gamma.shape


class summed_squared_error(NamedLoss):
    """sum_j (y_j - prediction_j)^2."""

    y = outcome(real_vector)
    prediction = parameter(real_vector, link="vector")

    loss = sum_over((y - prediction) ** 2)


PROMISED = [
    (lk.Normal(scale=1), losses.squared_error, {}, sp.Rational(1, 2)),
    (lk.Normal(scale=lk.shared), losses.squared_error, {}, 1 / (2 * scale**2)),
    (lk.Laplace(scale=lk.shared), losses.absolute_error, {}, 1 / lk.Laplace.scale),
    (lk.AsymmetricLaplace(scale=lk.shared), losses.pinball, {}, 1 / lk.AsymmetricLaplace.scale),
    (lk.AsymmetricLaplace(scale=2, level=0.9), losses.pinball(0.9), {}, sp.Rational(1, 2)),
    (lk.Huber(scale=lk.shared), losses.huber, {"delta": lk.Huber.threshold * lk.Huber.scale}, lk.Huber.scale**-2),
    (lk.Huber(scale=1, threshold=1.345), losses.huber(1.345), {}, 1),
    (lk.HyperbolicSecant(scale=1), losses.log_cosh, {}, 1),
    (lk.Bernoulli, losses.binary_cross_entropy, {}, 1),
    (lk.Categorical, losses.categorical_cross_entropy, {}, 1),
    (lk.Categorical, losses.sparse_categorical_cross_entropy, {}, 1),
    (lk.Categorical, losses.softmax_cross_entropy, {}, 1),
    (losses.softmax_cross_entropy, losses.sparse_categorical_cross_entropy, {}, 1),
    (lk.Poisson, losses.poisson_deviance, {}, sp.Rational(1, 2)),
    (lk.Gamma(shape=lk.shared), losses.gamma_deviance, {}, SHAPE / 2),
    (lk.VonMises(concentration=lk.shared), losses.circular_distance, {}, lk.VonMises.concentration),
    (lk.Normal(scale=lk.shared), summed_squared_error, {}, 1 / (2 * scale**2)),
]


@pytest.mark.parametrize(("noise", "loss", "where", "factor"), PROMISED, ids=lambda x: repr(x)[:60])
def test_promised(noise, loss, where, factor):
    proof = prove(noise, reduces_to=loss, where=where)
    assert proof, str(proof)
    difference = sp.sympify(proof.scale - factor)
    assert Reader(dict.fromkeys(difference.free_symbols, 0)).is_zero(difference)
    text = str(proof)
    assert text.splitlines()[1] == "verdict   proved"
    assert "dropped   b =" in text


BROKEN = [
    (lk.Normal, losses.squared_error),
    (lk.Normal(scale=1), losses.absolute_error),
    (lk.Laplace(scale=1), losses.squared_error),
    (lk.Huber(scale=1, threshold=2), losses.huber(1)),
    (lk.Huber(scale=1, threshold=1), losses.squared_error),
    (lk.HyperbolicSecant(scale=2), losses.log_cosh),
    (lk.Logistic(scale=1), losses.log_cosh),
    (lk.Bernoulli, losses.hinge),
    (lk.Gamma(shape=1), losses.squared_log_error),
    (lk.StudentT(df=3, scale=1), losses.cauchy(1)),
]


@pytest.mark.parametrize(("noise", "loss"), BROKEN, ids=lambda x: repr(x)[:60])
def test_broken(noise, loss):
    proof = prove(noise, reduces_to=loss)
    assert proof.verdict == "refuted", str(proof)
    assert not proof
    assert proof.scale is None
    witness = proof.counterexample
    assert len(witness.points) == len(witness.left) == len(witness.right) >= 1
    assert "witness" in str(proof)
    assert all(value in str(proof) for value in (*witness.left, *witness.right))


def test_the_ledger_says_when_terms_may_be_dropped():
    proof = prove(lk.Normal(scale=lk.shared), reduces_to=losses.squared_error)
    assert "the factor may be dropped as long as scale is not predicted" in proof.conditions
    assert "the constant may be dropped as long as scale is not predicted" in proof.conditions
    assert any("scale is learnt" in c for c in proof.conditions)
    (held,) = prove(lk.Normal(scale=1), reduces_to=losses.squared_error).conditions
    assert held == "scale = 1 is held: once it is predicted the proof no longer applies"
    assert not prove(lk.Normal, reduces_to=losses.squared_error)  # once the scale is predicted the proof is gone


def test_outcomes_that_differ_in_an_end_point_are_compared_where_both_speak():
    proof = prove(lk.Exponential, reduces_to=losses.gamma_deviance)
    assert proof
    assert "on positive amounts, which is all that gamma_deviance() takes" in proof.conditions
    assert not any("takes" in c for c in prove(lk.Gamma(shape=1), reduces_to=losses.gamma_deviance).conditions)


@pytest.mark.parametrize("row", declared.PROVED, ids=lambda row: f"{row[0]!r:.40} -> {row[1]!r:.40}")
def test_the_ledger_adds_up(row):
    """factor * right + the terms of the ledger = left, and every term names what it stands on."""
    noise, loss, *where = row
    proof = prove(noise, reduces_to=loss, where=where[0] if where else None)
    assert proof, str(proof)
    terms = [r for r in proof.ledger if r.what == "constant"]
    factor = next((r.term for r in proof.ledger if r.what == "factor"), sp.S.One)
    assert factor == proof.scale
    if proof.decision.reason.startswith("for each of the 2 classes"):  # numbers that are held: the identity by class
        logits = np.array([[0.3, -1.2], [2.0, 0.7]])
        both = [lk.derive(side)([0.0, 1.0], logits) for side in (noise, loss)]
        assert np.allclose(both[0], float(factor) * both[1] + float(sum(r.term for r in terms)), rtol=1e-14)
    elif all(r.where == "everywhere" for r in terms):
        rest = lower(proof.left_formula - factor * proof.right_formula) - sp.Add(*[r.term for r in terms])
        if not rest.has(sp.Piecewise, sp.Max, sp.Min):
            assert Reader(dict.fromkeys(rest.free_symbols, 0)).is_zero(rest)
    for r in proof.ledger:
        assert r.because
        assert not set(r.settings) & {*proof.predictions, *proof.decision.targets}
        assert set(r.settings) <= {str(s) for s in r.term.free_symbols}
    assert proof.applies_to(noise)
    assert len(proof.to_json()["ledger"]) == len(proof.ledger)


def test_the_proof_is_gone_once_a_held_parameter_is_predicted():
    """For every claim of the table with one more parameter predicted: the proof says that it no longer applies."""
    tried = 0
    for noise, loss, *where in declared.PROVED:
        bound = as_bound(noise.bound if isinstance(noise, Loss) else noise)
        proof = prove(noise, reduces_to=loss, where=where[0] if where else None)
        for name, row in bound.family.parameters.items():
            if name in bound.outputs or row.link is None:
                continue
            said = {n: how for n, how in bound.bindings if n != name and n not in bound.outputs}
            said = {n: how.value if isinstance(how, Held) else how for n, how in said.items()}
            others = {n: how for n, how in said.items() if how is not None}
            wider = bind(bound.family, {**others, name: row.link})
            answer = proof.applies_to(wider)
            assert not answer
            assert f"{name} is predicted now" in str(answer)
            kept = [r.term for r in proof.ledger if name in r.settings]
            assert all(str(term) in str(answer) for term in kept)
            tried += 1
    assert tried >= 25


def test_when_a_proof_applies():
    proof = prove(lk.Normal(scale=2), reduces_to=losses.squared_error)
    assert proof.applies_to(lk.Normal(scale=2))
    assert proof.applies_to(lk.derive(lk.Normal(scale=2)))
    for other, why in (
        (lk.Normal, "scale is predicted now"),
        (lk.Normal(scale=3), "scale was 2, now it is 3"),
        (lk.Normal(scale=lk.shared), "scale was 2, now it is learnt"),
        (lk.Laplace(scale=2), "about Normal, not Laplace"),
    ):
        assert why in str(proof.applies_to(other))
    assert "the claim is refuted" in str(prove(lk.Normal, reduces_to=losses.squared_error).applies_to(lk.Normal))
    deviance = prove(lk.Poisson, reduces_to=losses.poisson_deviance)
    assert deviance.applies_to(lk.Poisson(mean="softplus"))  # both read one mean, whatever link gives it
    soft = prove(lk.Categorical, reduces_to=losses.softmax_cross_entropy)  # one reads logits: the link matters
    assert soft.predictions == ("f_probabilities",)


def test_constant_is_what_was_dropped():
    proof = prove(lk.Laplace(scale=lk.shared), reduces_to=losses.absolute_error)
    assert proof.constant == sp.log(lk.Laplace.scale) + sp.log(2)


def test_as_data_and_latex():
    for noise in (lk.Normal(scale=1), lk.Normal):
        proof = prove(noise, reduces_to=losses.squared_error)
        data = json.loads(json.dumps(proof.to_json()))
        assert data["schema"] == "likelihoodkit.proof/1"
        assert data["verdict"] == proof.verdict
        assert (data["counterexample"] is None) == bool(proof)
        assert proof._repr_latex_().startswith("$$")


@pytest.mark.parametrize(
    ("noise", "loss", "match"),
    [
        (lk.Normal(scale=1), losses.binary_cross_entropy, "speaks of"),
        (lk.Normal(mean=0, scale=1), losses.squared_error, "predicts nothing"),
    ],
)
def test_wrong_kinds_are_errors(noise, loss, match):
    with pytest.raises(InputError, match=match):
        prove(noise, reduces_to=loss)


def test_the_package_is_the_verb():
    assert lk.prove(lk.Laplace(scale=1), reduces_to=losses.absolute_error)


def test_unknown_setting_is_an_error():
    with pytest.raises(InputError, match="no open setting"):
        prove(lk.Huber(scale=1), reduces_to=losses.huber, where={"slope": 1})


def test_directions_reduce_to_the_cosine_distance():
    for concentration, factor in ((2, "2"), (lk.shared, "concentration")):
        proof = lk.prove(lk.VonMisesFisher(concentration=concentration), reduces_to=lk.losses.cosine_distance)
        assert proof.verdict == "proved"
        assert str(proof.scale) == factor
        assert any("have length 1" in condition for condition in proof.conditions)
    assert lk.prove(lk.VonMisesFisher, reduces_to=lk.losses.cosine_distance).verdict != "proved"


def test_a_channel_of_three_classes_is_no_label_smoothing():
    """Its vectors have three entries at least: a witness is looked for there."""
    channel = [[0.9, 0.05, 0.05], [0.05, 0.9, 0.05], [0.05, 0.05, 0.9]]
    proof = lk.prove(lk.Mislabelled(lk.Categorical, channel), reduces_to=lk.losses.label_smoothing(0.15))
    assert proof.verdict == "refuted"
    assert lk.prove(lk.Mislabelled(lk.Categorical, channel), reduces_to=lk.losses.forward_corrected(channel))


@pytest.mark.parametrize(("left", "right", "verdict"), [
    (lambda r: r * sp.sign(r), sp.Abs, "proved"),
    (lambda r: r**2 * sp.sign(r), lambda r: r * sp.Abs(r), "proved"),
    (lambda r: sp.Abs(r) * (sp.sign(r) / 5 + sp.Rational(1, 2)), lambda r: sp.Max(7 * r, -3 * r), "proved"),
    (lambda r: sp.Abs(r) * (sp.sign(r) / 5 + sp.Rational(1, 2)), lambda r: sp.Max(7 * r, -4 * r), "refuted"),
    (lambda r: r * sp.sign(r + sp.Rational(1, 10**6)), sp.Abs, "refuted"),
])  # fmt: skip
def test_a_sign_is_read_as_its_cases(left, right, verdict):
    """|r| typed as r sign(r), and pinball losses by signs, were undecided."""
    sides = []
    for formula in (left, right):

        class Side(lk.NamedLoss):
            y = lk.outcome(lk.real)
            a = lk.parameter(lk.real, link="identity")
            loss = formula(y - a)

        sides.append(Side)
    assert lk.prove(*sides).verdict == verdict
