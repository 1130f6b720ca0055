"""Losses of sequences: against sums over all paths, against Graves's own numbers, against what they are made of."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import mpmath
import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit import losses

FOLDER = Path(__file__).parents[1] / "reference"
RNG = np.random.default_rng(7)


def differences(loss, y, outputs, step=1e-6):
    """Central differences of the value in every output."""
    slope = np.empty(outputs.shape)
    for place in np.ndindex(outputs.shape[1:]):
        bump = np.zeros(outputs.shape)
        bump[(slice(None), *place)] = step
        slope[(slice(None), *place)] = (loss(y, outputs + bump) - loss(y, outputs - bump)) / (2 * step)
    return slope


def test_ctc_of_graves():
    """Alex Graves's numbers; the gradient is that of the logits, p minus how often a class is met."""
    cases = json.loads((FOLDER / "ctc_graves.json").read_text())["cases"]
    for case in cases:
        logits = np.log(np.array([case["prob"]]))
        value, gradient = losses.ctc(blank=case["blank"]).value_and_gradient([case["labels"]], logits)
        assert value[0] == pytest.approx(case["nll"], rel=2e-6)
        for t in range(5):
            if f"grad_row{t}" in case:
                assert np.allclose(gradient[0, t], case[f"grad_row{t}"], atol=2e-6)


def test_a_blank_among_the_labels_is_refused():
    """keras.losses.CTC takes it for a label that shares the score of the blank: no labelling, so no number here."""
    found = json.loads((FOLDER / "keras_cases.json").read_text())["cases"]
    (case,) = [c for c in found if c["loss"].startswith("CTC")]
    with pytest.raises(lk.SupportError, match="classes other than the blank"):
        losses.ctc(np.where(np.array(case["y_true"]) == 0, -1, case["y_true"]), case["y_pred"])


def test_ctc_is_the_alignment_family():
    logits = RNG.normal(size=(4, 5, 3))
    y = np.array([[1, 2], [1, 1], [2, -1], [-1, -1]])
    ours, noise = losses.ctc.value_and_gradient(y, logits), lk.derive(lk.Alignment).value_and_gradient(y, logits)
    assert np.array_equal(ours[0], noise[0])
    assert np.array_equal(ours[1], noise[1])
    assert losses.ctc([[1, 1, 1]], logits[:1, :4])[0] == np.inf  # three equal labels need five steps


def test_crf_is_the_linear_chain_and_sums_to_one():
    emissions, transitions = RNG.normal(size=(1, 3, 2)), RNG.normal(size=(1, 2, 2))
    outputs = np.concatenate([emissions, transitions], axis=1)
    paths = np.array(list(itertools.product(range(2), repeat=3)))
    values = losses.crf(paths, np.repeat(outputs, len(paths), axis=0))
    assert np.exp(-values).sum() == pytest.approx(1, rel=1e-15)
    assert np.array_equal(values, lk.derive(lk.LinearChain)(paths, np.repeat(outputs, len(paths), axis=0)))


def test_steps_against_mpmath():
    logits, y = 30 * RNG.normal(size=(6, 4, 3)), RNG.integers(-1, 3, (6, 4))
    value = losses.sequence_cross_entropy(y, logits)
    with mpmath.workdps(60):
        for i in range(6):
            true = mpmath.mpf(0)
            for t in range(4):
                if y[i, t] >= 0:
                    z = [mpmath.mpf(float(v)) for v in logits[i, t]]
                    true += mpmath.log(mpmath.fsum(map(mpmath.exp, z))) - z[y[i, t]]
            assert abs(mpmath.mpf(float(value[i])) - true) <= 4e-16 * true


def test_steps_are_a_chain_without_transitions():
    logits, y = RNG.normal(size=(5, 4, 3)), RNG.integers(0, 3, (5, 4))
    chain = losses.crf.value_and_gradient(y, np.concatenate([logits, np.zeros((5, 3, 3))], axis=1))
    steps = losses.sequence_cross_entropy.value_and_gradient(y, logits)
    assert np.allclose(steps[0], chain[0], rtol=1e-14)
    assert np.allclose(steps[1], chain[1][:, :4], atol=1e-15)


def test_steps_without_a_label_do_not_count():
    logits = RNG.normal(size=(1, 3, 4))
    value, gradient = losses.sequence_cross_entropy.value_and_gradient([[2, -1, 0]], logits)
    parts = losses.softmax_cross_entropy([2, 0], logits[0, [0, 2]])
    assert value[0] == pytest.approx(parts.sum(), rel=1e-15)
    assert not gradient[0, 1].any()
    assert losses.sequence_cross_entropy([[-1, -1, -1]], logits)[0] == 0


@pytest.mark.parametrize("name", ["sequence_cross_entropy", "ctc", "crf"])
def test_gradients_and_hessians(name):
    loss = getattr(losses, name)
    outputs = RNG.normal(size=(3, 4, 3))
    y = RNG.integers(0, 3, (3, 4)) if name != "ctc" else np.array([[1, 2], [1, 1], [2, -1]])
    if name == "crf":
        outputs = np.concatenate([outputs, RNG.normal(size=(3, 3, 3))], axis=1)
    assert np.allclose(loss.gradient(y, outputs), differences(loss, y, outputs), atol=2e-8)
    hessian = loss.hessian(y, outputs)
    flat = outputs.reshape(3, -1)
    for k in range(flat.shape[1]):
        bump = np.zeros(flat.shape)
        bump[:, k] = 1e-6
        up, down = (loss.gradient(y, (flat + s * bump).reshape(outputs.shape)).reshape(3, -1) for s in (1, -1))
        assert np.allclose(hessian[:, :, k], (up - down) / 2e-6, atol=2e-8)


def test_minimum_risk():
    y = losses.edit_distances(["kitten"], [["kitten", "sitting", "mitten"]])
    assert y.tolist() == [[0, 3, 1]]
    scores = np.array([[0.3, -0.2, 1.1]])
    value, gradient = losses.expected_edit_distance.value_and_gradient(y, scores)
    share = np.exp(scores[0]) / np.exp(scores[0]).sum()
    assert value[0] == pytest.approx(share @ y[0], rel=1e-15)
    assert np.allclose(gradient[0], share * (y[0] - value[0]), rtol=1e-13)
    with pytest.raises(lk.SupportError, match="costs of zero or more"):
        losses.expected_edit_distance([[-1.0, 2.0]], [[0.0, 0.0]])
    with pytest.raises(lk.ShapeError, match="one length"):
        losses.edit_distances(["a", "b"], [["a"], ["a", "b"]])


# -- classes under weights, shifts and channels --------------------------------------------------------------------


def test_weights_shift_the_logit():
    """Two classes: the minimiser's logit is that of the truth plus log(w1/w0), to the last digits."""
    weights, p = [2.0, 7.0], 0.3
    shifted = np.log(p / (1 - p)) + np.log(weights[1] / weights[0])
    gradient = losses.class_weighted(weights).gradient([0, 1], [[0.0, shifted]] * 2)
    assert np.allclose((1 - p) * gradient[0] + p * gradient[1], 0, atol=1e-15)


def test_a_shift_of_frequencies_is_a_shift_of_logits():
    train, deploy = np.array([0.7, 0.2, 0.1]), np.array([1, 1, 1]) / 3
    z, y = RNG.normal(size=(8, 3)), RNG.integers(0, 3, 8)
    shifted = losses.prior_shifted(train, deploy)(y, z)
    assert np.allclose(shifted, losses.softmax_cross_entropy(y, z + np.log(train / deploy)), rtol=1e-14)
    same = losses.prior_shifted(train, train)(y, z)
    assert np.allclose(same, losses.softmax_cross_entropy(y, z), rtol=1e-15, atol=0)


def test_a_channel_against_the_noise_behind_it():
    matrix = [[0.9, 0.1, 0.0], [0.05, 0.9, 0.05], [0.2, 0.2, 0.6]]
    z, y = 3 * RNG.normal(size=(9, 3)), RNG.integers(0, 3, 9)
    ours = losses.forward_corrected(matrix).value_and_gradient(y, z)
    noise = lk.derive(lk.Mislabelled(lk.Categorical, matrix)).value_and_gradient(y, z)
    assert np.allclose(ours[0], noise[0], rtol=1e-13)
    assert np.allclose(ours[1], noise[1], atol=1e-14)
    clean = losses.forward_corrected(np.eye(3)).value_and_gradient(y, 40 * z)
    plain = losses.softmax_cross_entropy.value_and_gradient(y, 40 * z)
    assert np.allclose(clean[0], plain[0], rtol=4e-15, atol=0)
    assert np.allclose(clean[1], plain[1], atol=1e-15)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: losses.forward_corrected([[0.5, 0.6], [0.5, 0.5]]),
        lambda: losses.forward_corrected([[1.0, 0.0], [1.0, 0.0]]),  # the label 1 is never seen
        lambda: losses.class_weighted([1.0, -1.0]),
        lambda: losses.prior_shifted([0.5, 0.6], [0.5, 0.5]),
        lambda: losses.class_weighted([[1.0, 2.0]]),
    ],
)
def test_settings_that_are_none(wrong):
    with pytest.raises(lk.BindingError):
        wrong()


def test_as_many_weights_as_classes():
    with pytest.raises(lk.ShapeError):
        losses.class_weighted([1.0, 2.0])([0, 1], np.zeros((2, 3)))


def test_outputs_with_another_number_of_classes_than_declared_are_refused() -> None:
    with pytest.raises(lk.ShapeError, match=r"ctc has 3 classes, but outputs .* have 4"):
        losses.ctc(classes=3)([[1.0]], np.zeros((1, 3, 4)))
    with pytest.raises(lk.ShapeError, match="3 classes"):
        losses.crf(np.zeros((1, 3)), np.zeros((1, 7, 4)), classes=3)
