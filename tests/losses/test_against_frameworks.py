"""Values and gradients from the test suites of optax, keras and xgboost (Apache-2.0; commits inside the files)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit import losses
from likelihoodkit.losses._conventions import CONVENTIONS

FOLDER = Path(__file__).parents[1] / "reference"


def cases(file, key):
    found = json.loads((FOLDER / file).read_text())["cases"]
    return [case for case in found if case.get("verified") is not False and key(case)]


def optax(name):
    return cases("optax_cases.json", lambda case: case["loss"] == name)


def arrays(case, *names):
    return [np.asarray(case["inputs"][name], float) for name in names]


def test_optax_regression():
    for case in optax("huber_loss"):
        a, y = arrays(case, "predictions", "targets")
        assert np.allclose(losses.huber(case["kwargs"]["delta"])(y, a), case["expected"], rtol=1e-12, atol=case["atol"])
    for case in optax("log_cosh"):
        a, y = arrays(case, "predictions", "targets")
        assert np.allclose(losses.log_cosh(y, a), case["expected"], rtol=1e-7, atol=case["atol"])
    assert len(optax("huber_loss")) == 1
    assert len(optax("log_cosh")) == 2


def test_optax_binary():
    found = optax("sigmoid_binary_cross_entropy(mean)")
    assert len(found) == 10
    for case in found:
        z, y = arrays(case, "logits", "labels")
        assert losses.binary_cross_entropy(y, z).mean() == pytest.approx(case["expected"], rel=1e-7, abs=case["atol"])


def test_optax_margin():
    for case in optax("hinge_loss"):
        z, y = arrays(case, "predictor_outputs", "targets")
        assert losses.hinge(y, z).tolist() == case["expected"]


def test_optax_classes():
    for case in optax("softmax_cross_entropy"):
        z, y = arrays(case, "logits", "labels")
        assert np.allclose(losses.categorical_cross_entropy(y, z), case["expected"], atol=case["atol"])
        assert np.allclose(losses.softmax_cross_entropy(y.argmax(1), z), case["expected"], atol=case["atol"])
    (case,) = optax("safe_softmax_cross_entropy")
    z, y = arrays(case, "logits", "labels")
    assert np.allclose(losses.categorical_cross_entropy(y, z), case["expected"], atol=case["atol"])
    plain = [case for case in optax("poly_loss_cross_entropy") if case["kwargs"]["epsilon"] == 0]
    assert plain
    for case in plain:
        z, y = (np.atleast_2d(a) for a in arrays(case, "logits", "labels"))
        assert np.allclose(losses.categorical_cross_entropy(y, z), case["expected"], atol=case["atol"])


def test_keras():
    for case in cases("keras_cases.json", lambda case: case["loss"] == "CategoricalCrossentropy"):
        if not case["kwargs"]["from_logits"] or "label_smoothing" in case["kwargs"]:
            continue
        y, z = np.asarray(case["y_true"]), np.asarray(case["y_pred"])
        value = losses.categorical_cross_entropy(y, z)
        value = value if case["kwargs"].get("reduction") == "none" else value.mean()
        assert np.allclose(value, case["expected"], atol=case["atol"])
    found = cases("keras_cases.json", lambda case: case["loss"] == "BinaryFocalCrossentropy")
    assert len(found) == 3
    for case in found:
        y, z = np.asarray(case["y_true"]), np.asarray(case["y_pred"])
        z = z if case["kwargs"].get("from_logits") else np.log(z / (1 - z))
        value = losses.focal(case["kwargs"]["gamma"])(y.ravel(), z.ravel()).reshape(y.shape)
        value = value.mean(axis=1) if case["kwargs"].get("reduction") == "none" else value.mean()
        assert np.allclose(value, case["expected"], atol=case["atol"])


def test_keras_probabilities_smoothing_and_focal_classes():
    (case,) = cases("keras_cases.json", lambda case: case["kwargs"].get("from_logits") is False)
    y, p = np.asarray(case["y_true"]), np.asarray(case["y_pred"])  # rows are divided by their sum, as softmax does
    assert losses.categorical_cross_entropy(y, np.log(p)).mean() == pytest.approx(case["expected"], abs=case["atol"])
    (case,) = cases("keras_cases.json", lambda case: "label_smoothing" in case["kwargs"])
    y, z = np.asarray(case["y_true"]), np.asarray(case["y_pred"])
    assert losses.label_smoothing(0.1)(y.argmax(1), z).mean() == pytest.approx(case["expected"], rel=1e-14)
    (case,) = cases("keras_cases.json", lambda case: case["loss"] == "CategoricalFocalCrossentropy")
    y, z = np.asarray(case["y_true"]), np.asarray(case["y_pred"])
    found = case["kwargs"]["alpha"] * losses.multiclass_focal(case["kwargs"]["gamma"])(y.argmax(1), z)
    assert np.allclose(found, case["expected"], rtol=1e-3, atol=0)  # keras works in float32


def test_every_keras_case_is_compared_or_left_out_for_a_reason():
    left_out = {"CTC(mask blank=0)": "the padded second row is read by a mask that the file does not hold"}
    compared = {"CategoricalCrossentropy", "BinaryFocalCrossentropy", "CategoricalFocalCrossentropy"}
    everything = json.loads((FOLDER / "keras_cases.json").read_text())["cases"]
    assert {case["loss"] for case in everything} == compared | set(left_out)


def test_optax_poly_margins_cosines_and_divergences():
    for case in optax("poly_loss_cross_entropy"):
        z, y = (np.atleast_2d(a) for a in arrays(case, "logits", "labels"))
        if case["kwargs"]["epsilon"] > 0:  # ours wants b >= 0; targets that are no class add up over classes
            each = losses.symmetric_cross_entropy(1, case["kwargs"]["epsilon"] / 4)
            found = sum(y[:, k] * each(np.full(len(z), k), z) for k in range(z.shape[1]))
            assert np.allclose(found, case["expected"], atol=1e-4)
    (case,) = optax("multiclass_hinge_loss")
    z, y = arrays(case, "scores", "labels")
    assert losses.multiclass_hinge(y, z).tolist() == case["expected"]
    (case,) = optax("cosine_distance")
    y, a = arrays(case, "targets", "predictions")
    assert np.allclose(losses.cosine_distance(y, a), case["expected"], atol=case["atol"])
    (case,) = optax("kl_divergence")
    y, z = arrays(case, "targets", "log_predictions")
    whole = np.abs(y.sum(axis=1) - 1) < 1e-6  # optax takes rows that are no distributions
    z = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    sums = np.exp(arrays(case, "log_predictions")[0]).sum(axis=1)
    assert whole.any()
    found = losses.kl_divergence(y[whole], z[whole]) - np.log(sums[whole])
    assert np.allclose(found, np.asarray(case["expected"])[whole], atol=case["atol"])


#: xgboost's objective -> (our loss, their gradient as a multiple of ours)
XGBOOST = {
    "reg:squarederror": (lambda kw: losses.squared_error, 0.5),
    "binary:logistic": (lambda kw: losses.binary_cross_entropy, 1.0),
    "count:poisson": (lambda kw: losses.poisson_deviance, 0.5),
    "reg:gamma": (lambda kw: losses.gamma_deviance, 0.5),
    "reg:squaredlogerror": (lambda kw: losses.squared_log_error(link="identity"), 0.5),
    "reg:pseudohubererror": (lambda kw: losses.pseudo_huber(kw["huber_slope"]), 1.0),
    "reg:expectileerror": (lambda kw: losses.expectile(kw["expectile_alpha"]), 0.5),
    "binary:hinge": (lambda kw: losses.hinge, 1.0),
    "reg:tweedie": (lambda kw: losses.tweedie_deviance(kw["tweedie_variance_power"]), 0.5),
}
#: objectives that are no loss of one number: tests of their own, here and in tests/extras/test_cox.py
OTHER_OBJECTIVES = {"multi:softmax", "survival:aft", "survival:cox"}
AFT = {"normal": lk.Normal(scale=1), "logistic": lk.Logistic(scale=1), "extreme": lk.GumbelMin(scale=1)}


def test_xgboost_classes():
    (case,) = cases("xgboost_objectives.json", lambda case: case["objective"] == "multi:softmax")
    y, raw = np.asarray(case["label"], float), np.reshape(case["pred"], (-1, 3))
    found = losses.softmax_cross_entropy.gradient(y, raw)
    assert np.allclose(found.ravel(), case["grad"], atol=case["tol"], rtol=0)
    twice = 2 * np.einsum("nii->ni", losses.softmax_cross_entropy.hessian(y, raw))
    assert np.allclose(twice.ravel(), case["hess"], atol=case["tol"], rtol=0)


def test_xgboost_accelerated_failure_times():
    """Censored log-times; xgboost clips slope and curvature at 15, the exact ones are in the file."""
    found = cases("xgboost_objectives.json", lambda case: case["objective"] == "survival:aft")
    assert len(found) == 12
    for case in found:
        f = np.asarray(case["pred_log_time"])
        with np.errstate(divide="ignore"):
            y = np.log([[float(case["label_lower"]), float(case["label_upper"])]] * len(f))
        loss = lk.derive(lk.Censored(AFT[case["dist"]]))
        assert np.allclose(np.ravel(loss.gradient(y, f)), case["exact_grad"], rtol=1e-10, atol=1e-12)
        assert np.allclose(loss.hessian(y, f)[:, 0, 0], case["exact_hess"], rtol=1e-7, atol=1e-10)


def test_every_xgboost_objective_is_compared():
    everything = json.loads((FOLDER / "xgboost_objectives.json").read_text())["cases"]
    assert {case["objective"] for case in everything} == set(XGBOOST) | OTHER_OBJECTIVES


def test_conventions_are_stated_where_the_losses_are_documented():
    assert set(CONVENTIONS) <= set(losses.names())
    compared = {getattr(make({"huber_slope": 1, "expectile_alpha": 0.8, "tweedie_variance_power": 1.5}), "name", "")
                for make, _ in XGBOOST.values()}  # fmt: skip
    assert compared <= set(CONVENTIONS)
    for name, line in CONVENTIONS.items():
        assert f"Convention: {line}" in getattr(losses, name).__doc__
    assert "Convention: with 1/2" in losses.huber(2.0).__doc__


@pytest.mark.parametrize("objective", sorted(XGBOOST))
def test_xgboost_gradients(objective):
    found = cases("xgboost_objectives.json", lambda case: case["objective"] == objective)
    assert found
    for case in found:
        make, factor = XGBOOST[objective]
        y, raw = np.asarray(case["label"], float), np.asarray(case["pred"], float)
        on_kink = objective == "binary:hinge"
        gradient = factor * make(case["kwargs"]).gradient(y, raw)
        keep = np.abs(np.abs(raw) - 1) > 0 if on_kink else np.full(len(y), fill_value=True)
        assert keep.any()
        assert np.allclose(gradient[keep], np.asarray(case["grad"], float)[keep], atol=max(case["tol"], 1e-12), rtol=0)
