"""What is said of losses, each asked of the kit: properness with counterexamples, limits, masses and channels."""

from __future__ import annotations

import itertools

import mpmath as mp
import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit import losses

label = lk.outcome(lk.binary)
chance = lk.parameter(lk.unit, link="sigmoid")
CHANNEL = [[0.9, 0.1], [0.2, 0.8]]

PROPER = {
    "strictly proper": [
        losses.binary_cross_entropy, losses.brier, losses.focal(0.0), lk.Bernoulli, losses.softmax_cross_entropy,
        losses.sparse_categorical_cross_entropy, losses.cross_entropy, losses.kl_divergence, lk.Categorical,
        (label - chance) ** 2,
    ],
    "neither": [
        losses.focal(2.0), losses.multiclass_focal(2.0), losses.weighted_cross_entropy(1.0, 3.0), losses.poly1(2.0),
        losses.label_smoothed_binary(0.1), losses.label_smoothing(0.1), losses.asymmetric(1.0, 4.0, 0.05),
        losses.generalized_cross_entropy(0.7), losses.generalized_cross_entropy(1.0), losses.jensen_shannon,
        losses.symmetric_cross_entropy(1.0, 0.5), losses.class_weighted([1.0, 2.0]), losses.temperature(2.0),
        losses.forward_corrected(CHANNEL), losses.multiclass_hinge, lk.abs(label - chance), (label - chance) ** 4,
    ],
}  # fmt: skip


@pytest.mark.parametrize("loss", PROPER["strictly proper"], ids=repr)
def test_strictly_proper(loss):
    assert lk.is_proper(loss) == "strictly proper"


@pytest.mark.parametrize("loss", PROPER["neither"], ids=lambda loss: str(getattr(loss, "name", loss))[:30])
def test_improper_with_a_counterexample_that_is_one(loss):
    """The risks of the truth p and of the better q, by the loss itself where it is a named one."""
    found = lk.is_proper(loss)
    assert found == "neither"
    case = found.counterexample
    assert case["risk_q"] < case["risk_p"]
    if not hasattr(loss, "bound"):
        return
    p, q = (np.atleast_1d(np.asarray(case[name], dtype=float)) for name in "pq")
    binary = len(p) == 1
    law = np.array([1 - p[0], p[0]]) if binary else p
    classes = np.arange(float(len(law)))
    for row, risk in ((p, case["risk_p"]), (q, case["risk_q"])):
        outputs = np.log(row / (1 - row)) if binary else np.log(row)[None, :]
        y = np.eye(len(law)) if loss.bound.family.outcome.domain.vector else classes
        values = loss(y, np.repeat(outputs, len(law), axis=0))
        assert law @ values == pytest.approx(float(risk), rel=1e-5)


@pytest.mark.parametrize(("loss", "limit"), [
    (losses.tukey(2.0), np.exp(-4 / 6)), (losses.geman_mcclure(1.0), np.exp(-0.5)), (losses.welsch(1.0), np.exp(-0.5)),
], ids=["tukey", "geman_mcclure", "welsch"])  # fmt: skip
def test_bounded_losses_have_no_noise_and_the_limit_is_told(loss, limit):
    found = lk.reverse(loss)
    assert found.tier == "neither"
    assert f"= {limit:.6g}, not to zero" in found.reasons[0]
    assert np.exp(-loss([1e9], [0.0]))[0] == pytest.approx(limit, rel=1e-9)


@pytest.mark.parametrize("q", [0.3, 0.7])
def test_generalised_cross_entropy_elicits_a_power(q):
    found = lk.reverse(losses.generalized_cross_entropy(q))
    for p in (0.2, 0.6, 0.8):
        with mp.workdps(30):
            power = 1 / (1 - mp.mpf(str(q)))
            expected = mp.mpf(p) ** power / (mp.mpf(p) ** power + (1 - mp.mpf(p)) ** power)
            assert abs(found.distort(mp.mpf(p)) - expected) < 1e-12
            assert abs(found.recalibrate(found.distort(mp.mpf(p))) - mp.mpf(p)) < 1e-12


def test_label_smoothing_is_no_noisy_channel():
    classes, amount = 3, 0.1
    channel = (np.full((classes, classes), amount / classes) + (1 - amount) * np.eye(classes)).tolist()
    proof = lk.prove(losses.forward_corrected(channel), reduces_to=losses.label_smoothing(amount))
    assert proof.verdict == "refuted"
    assert proof.counterexample
    assert (
        lk.prove(lk.Mislabelled(lk.Bernoulli, 0.05), reduces_to=losses.label_smoothed_binary(0.1)).verdict == "refuted"
    )
    assert lk.prove(lk.Mislabelled(lk.Bernoulli, 0.05), reduces_to=losses.binary_cross_entropy).verdict == "refuted"


def test_a_chain_with_one_transition_score_is_a_product_over_steps():
    """By the sum over all paths; what the prover takes as known."""
    rng = np.random.default_rng(0)
    e = rng.normal(size=(4, 3))
    paths = np.array(list(itertools.product(range(3), repeat=4)))
    for score in (0.0, 1.5):
        total = np.log(np.exp([sum(e[t, k] for t, k in enumerate(path)) + 3 * score for path in paths]).sum())
        for path in paths[::17]:
            chain = total - sum(e[t, k] for t, k in enumerate(path)) - 3 * score
            assert losses.sequence_cross_entropy(path[None], e[None])[0] == pytest.approx(chain, rel=1e-13)
    proof = lk.prove(lk.LinearChain(transitions=0), reduces_to=losses.sequence_cross_entropy)
    assert (proof.verdict, proof.scale) == ("proved", 1)
    for other in (lk.LinearChain, lk.LinearChain(transitions=[[0.0, 1.0], [1.0, 0.0]])):
        assert lk.prove(other, reduces_to=losses.sequence_cross_entropy).verdict != "proved"
