"""Losses of whole rows, and settings held at a vector or a matrix: tiers, what is asked for, proofs."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
import scipy.special

import likelihoodkit as lk
from likelihoodkit import losses
from losses.settings import one
from reverse import test_inputs, test_reverse, test_round_trip

CHANNEL = [[0.9, 0.1, 0.0], [0.2, 0.7, 0.1], [0.0, 0.3, 0.7]]
TIERS = [
    (losses.reverse_kl, "neither", "exp of mean log"),
    (losses.expected_edit_distance, "neither", "least mean cost"),
    (losses.class_weighted([1.0, 2.0, 0.5, 3.0]), "calibratable", "distorted class probabilities"),
    (losses.prior_shifted([0.1, 0.2, 0.7], [0.3, 0.3, 0.4]), "likelihood", "class probabilities, through a link"),
    (losses.forward_corrected(CHANNEL), "likelihood", "class probabilities, through a link"),
    (losses.reconstruction(scale=0.5), "likelihood", "mean"),
    (losses.cosine_distance, "likelihood", "mean direction"),
]
#: named losses whose tier is asked for elsewhere in the suite, or in no table of this folder
ELSEWHERE = {
    "kl_divergence", "jensen_shannon", "multiclass_hinge", "info_nce", "asymmetric", "poly1",
    "generalized_cross_entropy", "barron", "quantile_huber", "savage", "tweedie_deviance", "absolute_percentage_error",
    "weighted_cross_entropy", "label_smoothed_binary", "sequence_cross_entropy", "ctc", "crf",
}  # fmt: skip


@pytest.mark.parametrize(("loss", "tier", "asks"), TIERS, ids=lambda x: repr(x))
def test_tiers_and_what_is_asked_for(loss, tier, asks):
    assert lk.reverse(loss).tier == tier
    found = lk.elicits(loss)
    assert found == asks
    assert found.why
    assert found.equation


def test_every_named_loss_has_a_tier_in_some_table():
    tables = (*TIERS, *test_inputs.TIERS, *test_reverse.TIERS, *test_round_trip.EVERY_SIZE)
    seen = {getattr(row[0], "name", "") for row in tables} | ELSEWHERE
    assert set(losses.names()) <= seen


@pytest.mark.parametrize("name", sorted(ELSEWHERE))
def test_the_others_have_one_too(name):
    expected = {
        "kl_divergence": "likelihood", "jensen_shannon": "calibratable", "multiclass_hinge": "neither",
        "info_nce": "likelihood", "barron": "likelihood", "quantile_huber": "likelihood",
        "tweedie_deviance": "likelihood", "absolute_percentage_error": "neither",
        "sequence_cross_entropy": "likelihood", "ctc": "likelihood", "crf": "likelihood",
    }  # fmt: skip
    assert lk.reverse(one(name)).tier == expected.get(name, "calibratable")


def test_the_masses_of_reverse_kl_are_integrals_of_dirichlet():
    """The integral of prod y_k^q_k over the simplex is prod Gamma(q_k + 1) / Gamma(K + 1)."""
    reason = lk.reverse(losses.reverse_kl).reasons[0]
    for q in ([1 / 3] * 3, [0.8, 0.1, 0.1]):
        mass = math.exp(-sum(v * math.log(v) for v in q)) * math.prod(map(math.gamma, [1 + v for v in q])) / 6
        assert f"{mass:.6g}" in reason
    assert "27 at q" in lk.reverse(losses.expected_edit_distance).reasons[0]  # 1/(w1 w2 w3)


def test_the_normalised_geometric_mean_has_the_least_reverse_divergence():
    rng = np.random.default_rng(0)
    truth = rng.dirichlet([2.0, 1.0, 3.0], 50)
    best = np.log(truth).mean(axis=0)  # as logits
    least = losses.reverse_kl(truth, np.tile(best, (50, 1))).mean()
    for move in rng.normal(scale=0.05, size=(30, 3)):
        assert losses.reverse_kl(truth, np.tile(best + move, (50, 1))).mean() >= least


def test_weights_of_classes_are_undone():
    noise = lk.reverse(losses.class_weighted([1.0, 2.0, 0.5, 3.0]))
    truth = [0.4, 0.3, 0.2, 0.1]
    seen = [float(q) for q in noise.distort(truth)]
    assert seen == pytest.approx(np.array([0.4, 0.6, 0.1, 0.3]) / 1.4, rel=1e-14)
    assert max(abs(p - mpmath.mpf(t)) for p, t in zip(noise.recalibrate(seen), truth, strict=True)) < 1e-12


def test_the_noise_of_the_forward_correction_is_the_channel():
    noise = lk.reverse(losses.forward_corrected(CHANNEL))
    assert noise.proof.verdict == "proved"
    assert noise.bound == lk.Mislabelled(lk.Categorical, CHANNEL)
    assert losses.forward_corrected(CHANNEL)([2.0], [[0.3, -1.0, 0.2]])[0] == pytest.approx(
        -math.log(np.array(CHANNEL)[:, 2] @ scipy.special.softmax([0.3, -1.0, 0.2])), rel=1e-14
    )
    flat = lk.elicits(losses.forward_corrected([[0.5, 0.5], [0.5, 0.5]]))
    assert (flat, flat.unique) == ("M-functional", "no")
    merged = lk.elicits(losses.forward_corrected([[0.8, 0.1, 0.1], [0.2, 0.4, 0.4], [0.2, 0.4, 0.4]]))
    assert merged.unique == "no"


def test_a_matrix_that_is_not_given_is_asked_for():
    with pytest.raises(lk.InputError, match=r"needs numbers for matrix. Give .* forward_corrected\(matrix=...\)"):
        lk.reverse(losses.forward_corrected)


@pytest.mark.parametrize("loss", [losses.huber(4.0), losses.huber(1.0)], ids=repr)
def test_the_huber_functional_to_all_digits(loss):
    y, p = np.array([-4.4, -3.0, 3.4, 15.1]), np.array([0.363, 0.127, 0.2, 0.31])
    found = lk.elicits(loss).of(y, p)
    slopes = [float(loss.gradient(y, np.full(4, found + step)) @ p) for step in (-1e-13, 1e-13)]
    assert slopes[0] < 0 < slopes[1]
