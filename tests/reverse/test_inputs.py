"""Losses of several arrays: what they assume, what they ask for and what is proved of them, all computed."""

from __future__ import annotations

import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit import losses

TIERS = [
    (losses.contrastive(2.0), "calibratable", "exp(-loss) summed over the two classes moves"),
    (losses.triplet(1.0), "neither", "0.735759 at score = 0, 1.13534 at 1"),
    (losses.soft_triplet, "likelihood", "summed over the two classes is 1, identically"),
    (losses.cosine_embedding(0.2), "neither", "exp(-loss) summed over the two classes moves"),
    (losses.cosine_distance, "likelihood", "proved: the loss of VonMisesFisher(concentration=1) = 1 * loss"),
    (losses.circle(0.25, 2.0), "neither", "the gradient of no loss"),
    (losses.info_nce(0.5), "likelihood", "summed over the classes is 1, identically (for every K, proved)"),
    (losses.gan_minimax, "likelihood", "is 1, identically"),
    (losses.gan_nonsaturating, "likelihood", "is 1, identically"),
    (losses.gan_wasserstein, "neither", "2 at score = 0, 3.08616 at 1"),
    (losses.gan_hinge, "neither", "0.735759 at score = 0, 1.13534 at 1"),
    (losses.gan_minimax.generator, "neither", "exp(-loss) itself moves: 2 at fake = 0, 3.71828 at fake = 1"),
    (losses.gan_nonsaturating.generator, "neither", "nothing is observed"),
    (losses.gan_wasserstein.generator, "neither", "nothing is observed"),
    (losses.gan_hinge.generator, "neither", "nothing is observed"),
    (losses.reconstruction, "likelihood", "proved: the loss of Normal(scale=1)"),
    (losses.vae_kl, "neither", "nothing is observed"),
    (losses.elbo, "neither", "integrates over y to 1 at mean = 0, log_variance = 0, to 0.606531"),
    (losses.beta_vae(4.0), "neither", "to 0.135335 at mean = 1"),
    (losses.beta_nll(0.5), "neither", "the gradient of no loss"),
    (losses.beta_nll(0.0), "likelihood", "proved: the loss of Normal()"),
]


@pytest.mark.parametrize(("loss", "tier", "because"), TIERS, ids=lambda x: repr(x))
def test_tiers_and_reasons(loss, tier, because):
    noise = lk.reverse(loss)
    assert noise.tier == tier
    assert because in " ".join(noise.reasons)
    assert noise.to_json()["tier"] == tier


def test_the_reasons_are_numbers_of_the_losses_themselves():
    """The sums over what could have happened, from the engine's values."""
    far, near = np.array([[3.0, 0.0]]), np.array([[1.0, 0.0]])
    zero = np.zeros((1, 2))
    for loss, constant in [(losses.soft_triplet, True), (losses.triplet(1.0), False)]:
        sums = [np.exp(-loss(zero, a, b)) + np.exp(-loss(zero, b, a)) for a, b in [(near, near), (near, far)]]
        assert (abs(sums[0] - sums[1]) < 1e-15) == constant
    assert sums[0] == pytest.approx(2 * np.exp(-1.0), rel=1e-15)
    for loss, constant in [(losses.gan_minimax, True), (losses.gan_hinge, False), (losses.gan_wasserstein, False)]:
        whole = [np.exp(-(loss([s], [0.0]) - loss([0.0], [0.0]))) for s in (0.0, 1.0)]  # real at s, up to a constant
        made = [np.exp(-(loss([0.0], [s]) - loss([0.0], [0.0]))) for s in (0.0, 1.0)]
        at_zero = np.exp(-loss([0.0], [0.0]) / 2)  # both halves are alike at score 0
        sums = [at_zero * (a + b) for a, b in zip(whole, made, strict=True)]
        assert (abs(sums[0] - sums[1]) < 1e-12) == constant
    pair = losses.contrastive(1.0)
    sums = [np.exp(-pair([1.0], zero, p)) + np.exp(-pair([0.0], zero, p)) for p in (zero, far)]
    assert abs(sums[0] - sums[1]) > 0.1


def test_contrastive_asks_for_a_distance():
    """margin (1 - p), against brute force."""
    noise = lk.reverse(losses.contrastive(2.0))
    assert noise.map == "closeness = 2*p - 2"
    grid = np.linspace(0, 4, 4001)
    ones, zeros = (losses.contrastive(2.0)(np.full(4001, y), grid[:, None], np.zeros((4001, 1))) for y in (1.0, 0.0))
    for p in (0.1, 0.5, 0.8):
        assert grid[np.argmin(p * ones + (1 - p) * zeros)] == pytest.approx(2 * (1 - p), abs=1e-3)


def test_what_is_asked_for():
    assert lk.elicits(losses.soft_triplet) == "probability, through a link"
    assert lk.elicits(losses.gan_minimax) == "probability, through a link"
    assert lk.elicits(losses.contrastive(1.0)) == "probability, through a link"
    for loss in (losses.triplet(1.0), losses.gan_hinge, losses.gan_wasserstein, losses.cosine_embedding(0.2)):
        assert lk.elicits(loss) == "sign only"
    assert lk.reverse(losses.reconstruction).elicits == "mean"


def test_soft_triplet_is_bradley_terry():
    """PlackettLuce of two items with scores minus their distances; Bernoulli on the difference, proved."""
    rng = np.random.default_rng(2)
    anchor, positive, negative = (rng.normal(size=(9, 3)) for _ in range(3))
    scores = -np.stack([np.linalg.norm(anchor - x, axis=1) for x in (positive, negative)], axis=1)
    wins = lk.derive(lk.PlackettLuce)(np.tile([0.0, 1.0], (9, 1)), scores)
    assert np.allclose(losses.soft_triplet(anchor, positive, negative), wins, rtol=1e-13)
    proof = lk.prove(lk.Bernoulli, reduces_to=losses.soft_triplet)
    assert (proof.verdict, proof.scale) == ("proved", 1)
    assert "Bradley and Terry" in lk.reverse(losses.soft_triplet).notes[0]


def test_the_positive_branch_of_the_cosine_loss_is_von_mises_fisher():
    noise = lk.reverse(losses.cosine_embedding(0.2))
    assert any("VonMisesFisher(concentration=1)" in note and "proved" in note for note in noise.notes)
    rng = np.random.default_rng(3)
    first, second = rng.normal(size=(2, 8, 3))
    unit = first / np.linalg.norm(first, axis=1, keepdims=True)
    sphere = lk.derive(lk.VonMisesFisher(concentration=1))(unit, second)
    gap = sphere - losses.cosine_embedding(0.2)(np.ones(8), first, second)
    assert np.ptp(gap) < 1e-14


PROOFS = [
    (lk.Bernoulli, losses.gan_minimax, "proved", 1),
    (lk.Bernoulli, losses.gan_nonsaturating, "proved", 1),
    (lk.Bernoulli, losses.gan_hinge, "refuted", None),
    (lk.Bernoulli, losses.gan_wasserstein, "refuted", None),
    (losses.gan_hinge, losses.hinge, "proved", 1),
    (losses.gan_nonsaturating, losses.gan_minimax, "proved", 1),
    (losses.triplet(1.0), losses.hinge, "proved", 1),
    (losses.triplet(1.0), losses.soft_triplet, "refuted", None),
    (lk.Bernoulli, losses.triplet(1.0), "refuted", None),
    (losses.beta_vae(4.0), losses.elbo(scale=2.0), "proved", 4),
    (losses.beta_vae(9.0, scale=0.5), losses.elbo(scale=1.5), "proved", 9),
    (losses.beta_vae(1.0), losses.elbo, "proved", 1),
    (losses.beta_vae(4.0), losses.elbo, "refuted", None),
    (losses.beta_vae(4.0), losses.elbo(scale=2.001), "refuted", None),
    (lk.Independent(lk.Normal(scale=1), 3), losses.reconstruction, "proved", 1),
    (losses.reconstruction, losses.squared_error, "proved", 0.5),
    (lk.Normal, losses.beta_nll(0.0), "proved", 1),
    (losses.info_nce(0.5), losses.temperature(0.5), "proved", 1),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right", "verdict", "factor"), PROOFS)
def test_proofs(left, right, verdict, factor):
    proof = lk.prove(left, reduces_to=right)
    assert proof.verdict == verdict, str(proof)
    if verdict == "proved":
        assert proof.scale == pytest.approx(factor) if factor == 0.5 else proof.scale == factor


def test_a_game_is_left_once_its_noise_is():
    """Minus the discriminator's Bernoulli likelihood is the generator's loss: -log(1 - D) with the other sign."""
    scores = np.linspace(-5, 5, 11)
    discriminator = losses.gan_minimax(np.zeros(11), scores) - np.log(2)
    assert np.allclose(losses.gan_minimax.generator(scores), -discriminator, rtol=1e-12, atol=1e-15)
    assert np.allclose(
        losses.gan_nonsaturating.generator(scores), losses.binary_cross_entropy(np.ones(11), scores), rtol=1e-15
    )


@pytest.mark.parametrize(
    ("loss", "law", "family"),
    [
        (losses.ctc, "Alignment()", lk.Alignment),
        (losses.crf, "LinearChain()", lk.LinearChain),
        (losses.sequence_cross_entropy, "Categorical(), step after step", None),
    ],
)
def test_sequences_sum_to_one(loss, law, family):
    noise = lk.reverse(loss)
    assert (noise.tier, noise.law, noise.family) == ("likelihood", law, family)
    assert "sequences of 3 steps and 3 classes is 1" in noise.reasons[0]
