"""Every named loss has every verb of `Loss`; what is missing is listed with its reason, and says so when asked."""

from __future__ import annotations

import sys
import types
from typing import Any

import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit import losses
from likelihoodkit.export.objective import Objective
from losses.settings import INPUTS, any_rows, named_rows, one

ROWS = 60
SEVERAL = "boosters, Fisher information and predictions are about one array of outputs"
ALL_PREDICTED = "all of them predicted: there is nothing to prepare"
NO_NOISE = "is a loss, not a noise"
SEQUENCES = ("sequence_cross_entropy", "ctc", "crf")

#: verb -> the losses without it -> what they say
MISSING: dict[str, dict[str, str]] = {
    "fisher": {n: SEVERAL if n in INPUTS else NO_NOISE for n in losses.names()},
    "predict": {n: SEVERAL if n in INPUTS else NO_NOISE for n in losses.names()},
    "prepare": {n: ALL_PREDICTED for n in INPUTS if "y" not in one(n).names},
    "boosters": dict.fromkeys(INPUTS, SEVERAL)
    | dict.fromkeys(SEQUENCES, "do not know how many steps")
    | {"cosine_distance": "the curvature at the start is"},  # the start, all zeros, has no direction
}


def written(loss: lk.Loss) -> Any:
    """The module of a loss, loaded."""
    module = sys.modules["written"] = types.ModuleType("written")  # as an import does
    exec(compile(loss.source(), "written", "exec"), module.__dict__)
    return module


def joined(answer: Any) -> np.ndarray:
    """A gradient or curvature as one array (n, w), whether it comes by name or not."""
    parts = answer.values() if isinstance(answer, dict) else [answer]
    return np.column_stack([np.reshape(part, (len(part), -1)) for part in parts])


def close(found: Any, expected: Any, tolerance: float = 1e-13) -> bool:
    return bool(np.allclose(joined(found), joined(expected), rtol=tolerance, atol=tolerance))


def agrees(loss: Any, verb: str, called: dict[str, Any]) -> bool:
    """Does the verb say what value, gradient and Hessian say?"""
    value, gradient = loss.value_and_gradient(**called)
    if verb == "value":
        return close(loss(**called), value)
    if verb == "gradient":
        return close(loss.gradient(**called), gradient)
    if verb == "weights":
        twice = loss.value_and_gradient(**called, weights=np.full(ROWS, 2.0))
        return close(twice[0], 2 * value) and close(joined(twice[1]), 2 * joined(gradient))
    if verb == "source":
        found = written(loss).value_and_gradient(**called)
        return close(found[0], value) and close(found[1], gradient)
    if verb == "prepare":
        prepared = {**called, "y": loss.prepare(called["y"])} if "y" in called else loss.prepare([0.0])
        return close(loss.value_and_gradient(**prepared)[1], gradient)
    if verb == "curvature":
        hessian = loss.hessian(**called)
        if isinstance(hessian, dict):
            full = {n: hessian[n, n] for n in loss.outputs}
            expected = {n: h if h.ndim == 1 else np.einsum("nii->ni", h) for n, h in full.items()}
            return close(loss.curvature(**called), expected)
        return close(loss.curvature(**called, kind="observed"), np.einsum("nii->ni", hessian))
    if verb == "fisher":
        return bool(np.isfinite(loss.fisher(called.get("outputs", 0.0))).all())
    if verb == "predict":
        return bool(np.isfinite(loss.predict(called.get("outputs", 0.0))).all())
    if "outputs" not in called:
        return loss.xgboost().loss is loss
    objective = Objective(loss).prepare(called["y"])
    raw = np.zeros((ROWS, objective.width))
    slopes, curvature = objective.slopes(called["y"], raw)
    expected = loss.gradient(called["y"], objective.outputs(raw)) * (objective.start.unit / objective.size)
    grain = 2.0**-20 * np.abs(expected).max(axis=0)  # what boosters sum exactly
    return bool((np.abs(slopes - expected) <= grain).all() and (curvature >= 0).all())


VERBS = ("value", "gradient", "weights", "curvature", "source", "prepare", "fisher", "predict", "boosters")


@pytest.mark.parametrize("name", losses.names())
def test_every_loss_has_every_verb(name: str) -> None:
    loss = one(name)
    called = (
        named_rows(loss, ROWS) if name in INPUTS else dict(zip(("y", "outputs"), any_rows(loss, ROWS), strict=True))
    )
    for verb in VERBS:
        reason = MISSING.get(verb, {}).get(name)
        if reason is None:
            assert agrees(loss, verb, called), verb
        else:
            with pytest.raises((lk.DerivationError, lk.FitError), match=reason):
                agrees(loss, verb, called)


def test_losses_of_named_inputs_have_modules_that_ask_what_the_loss_asks() -> None:
    module = written(losses.cosine_embedding(0.1))
    first = np.eye(2)
    assert np.array_equal(
        module.loss([-1.0, 1.0], first, first), losses.cosine_embedding(0.1)([-1.0, 1.0], first, first)
    )
    for arrays, wrong in (
        (([1.0, 0.0, -1.0], np.eye(3), np.eye(3)), "mixes the labels"),
        (([1.0, 0.5], first, first), "y must hold labels"),
        (([1.0, 0.0], first, 0 * first), "a row of second is all zeros"),
        (([1.0, 0.0], first, np.ones((2, 3))), "other widths"),
        (([1.0], first, first), "does not fit"),
        (([1.0, 0.0], first, first * np.nan), "not finite"),
    ):
        with pytest.raises(ValueError, match=wrong):
            module.loss(*arrays)
    assert module.value_and_gradient([1.0], np.float32([[1, 2]]), np.float32([[2, 1]]))[0].dtype == np.float32


def test_a_prepared_outcome_serves_the_input_it_was_made_for() -> None:
    loss = losses.reconstruction(scale=0.5)
    rows = named_rows(loss, 5)
    prepared = loss.prepare(rows["y"])
    assert np.array_equal(loss(prepared, rows["decoded"]), loss(**rows))
    with pytest.raises(lk.InputError, match="predicted and cannot be prepared"):
        loss(rows["y"], prepared)
    with pytest.raises(lk.InputError, match="prepared by another loss"):
        losses.elbo(prepared, rows["decoded"], rows["decoded"], rows["decoded"])


@pytest.mark.parametrize("target", ["torch", "jax"])
def test_modules_for_tensors_are_written_without_the_frameworks(target: str) -> None:
    text = losses.triplet(1.0).source(target)
    assert "def loss(anchor, positive, negative):" in text
    with pytest.raises(lk.DerivationError, match="computed by NumPy on the host"):
        lk.derive(lk.BoxCoxT).source(target)
