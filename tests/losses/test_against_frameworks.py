"""Values and gradients from the test suites of optax, keras and xgboost (Apache-2.0; commits inside the files)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from likelihoodkit import losses

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
}


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
