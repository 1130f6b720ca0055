"""Modules of losses of labels in a row: K and T are read from the arrays as the loss reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import likelihoodkit as lk
from engines.test_source import alone, read
from likelihoodkit import losses
from likelihoodkit.errors import DerivationError
from likelihoodkit.primitives.words import regularised_gamma_p

RNG = np.random.default_rng(11)
ROWS = 1500  # more than a tile of the widest
PATHS = RNG.integers(0, 3, (ROWS, 4)).astype(float)
PADDED = np.where(RNG.random((ROWS, 4)) < 0.3, -1.0, PATHS)
LABELS = np.where(np.arange(3) < RNG.integers(0, 4, (ROWS, 1)), RNG.integers(1, 3, (ROWS, 3)), -1).astype(float)
RANKS = np.where(np.arange(3) < RNG.integers(1, 4, (ROWS, 1)), np.argsort(RNG.random((ROWS, 3)), axis=1), -1.0)
SHARED = RNG.normal(size=(3, 3))
HELD = [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0], [6.0, 7.0, 8.5]]

#: name -> (loss, outcomes, shape of the outputs of a row, keywords of the loss)
CASES: dict[str, tuple[Any, np.ndarray, tuple[int, ...], dict[str, Any]]] = {
    "chain": (lk.derive(lk.LinearChain), PATHS, (7, 3), {}),
    "chain_of_columns": (lk.derive(lk.LinearChain), PATHS, (21,), {}),
    "chain_with_shared_pairs": (lk.derive(lk.LinearChain(transitions=lk.shared)), PATHS, (4, 3), {"shared": SHARED}),
    "shared_pairs_of_columns": (lk.derive(lk.LinearChain(transitions=lk.shared)), PATHS, (12,), {"shared": SHARED}),
    "chain_with_held_pairs": (lk.derive(lk.LinearChain(transitions=HELD)), PATHS, (12,), {}),
    "chain_without_pairs": (lk.derive(lk.LinearChain(transitions=0)), PATHS, (4, 3), {}),
    "chain_of_three": (lk.derive(lk.LinearChain(classes=3)), PATHS, (21,), {}),
    "alignment": (lk.derive(lk.Alignment), LABELS, (20, 3), {}),
    "alignment_in_few_steps": (lk.derive(lk.Alignment), LABELS, (2, 3), {}),  # some do not fit: infinite
    "ctc": (losses.ctc, LABELS, (4, 3), {}),
    "ctc_of_columns": (losses.ctc, LABELS, (12,), {"classes": 3}),
    "ctc_with_last_blank": (losses.ctc(blank=2, classes=3), np.maximum(LABELS - 1, -1.0), (12,), {}),
    "crf": (losses.crf, PATHS, (21,), {}),
    "steps": (losses.sequence_cross_entropy, PADDED, (4, 3), {}),
    "steps_of_columns": (losses.sequence_cross_entropy, PADDED, (12,), {}),
    "ranking": (lk.derive(lk.PlackettLuce), RANKS, (3,), {}),
}


def test_modules_give_the_digits_of_the_engine_where_the_kit_is_not(tmp_path: Path) -> None:
    given: dict[str, np.ndarray] = {}
    for single in (False, True):
        for name, (_, y, shape, keywords) in CASES.items():
            outputs = 3 * RNG.normal(size=(ROWS, *shape))
            outputs[::30] *= 1 if single else 300
            called = f"{name}_single" if single else name
            given |= {f"{called} y": y, f"{called} outputs": outputs.astype(np.float32) if single else outputs}
            words = {"shared": "transitions"}
            given |= {f"{called} given {words.get(k, k)}": np.asarray(v) for k, v in keywords.items()}
    texts = {name: case[0].source() for name, case in CASES.items()}
    found = alone(tmp_path, texts | {f"{name}_single": text for name, text in texts.items()}, given)
    for called in texts | {f"{name}_single": "" for name in texts}:
        loss, y, _, keywords = CASES[called.removesuffix("_single")]
        value, gradient = loss.value_and_gradient(y, given[f"{called} outputs"], **keywords)
        assert found[f"{called} value"].dtype == value.dtype == found[f"{called} gradient"].dtype == gradient.dtype
        np.testing.assert_array_equal(found[f"{called} value"], value, err_msg=called)
        np.testing.assert_array_equal(found[f"{called} gradient"], gradient, err_msg=called)


def test_wrong_arrays_are_refused(tmp_path: Path) -> None:
    ctc = read(losses.ctc.source(), tmp_path)
    y, outputs = np.array([[1.0, 2.0]]), np.zeros((1, 4, 3))
    # the label sequence 1 2 in 4 steps of 3 classes: 15 of the 81 equally probable paths
    np.testing.assert_allclose(ctc.loss(y, outputs), [np.log(81 / 15)], rtol=1e-14)
    for wrong, call in (
        ("do not say how many classes and steps", lambda: ctc.loss(y, np.zeros((1, 12)))),
        ("do not hold 4 classes", lambda: ctc.loss(y, outputs, classes=4)),
        ("do not fit", lambda: ctc.loss([1.0, 2.0], outputs)),
        ("y must hold labellings", lambda: ctc.loss([[1.0, 3.0]], outputs)),
        ("y must hold labellings", lambda: ctc.loss([[1.0, np.nan]], outputs)),
        ("goes on after -1", lambda: ctc.loss([[-1.0, 1.0]], outputs)),
        ("not all finite", lambda: ctc.loss(y, outputs + np.inf)),
    ):
        with pytest.raises(ValueError, match=wrong):
            call()
    chain = read(lk.derive(lk.LinearChain(transitions=lk.shared)).source(), tmp_path)
    for wrong, labels, pairs in (
        ("must hold 4 labels in each row", [[0.0, 1.0]], np.zeros((3, 3))),
        ("transitions must hold 9 finite numbers", [[0.0, 1.0, 2.0, 0.0]], np.zeros((2, 2))),
        ("transitions must hold 9 finite numbers", [[0.0, 1.0, 2.0, 0.0]], np.full((3, 3), np.nan)),
        ("y must hold label sequences", [[0.0, 1.0, 2.0, -1.0]], np.zeros((3, 3))),
    ):
        with pytest.raises(ValueError, match=wrong):
            chain.loss(labels, outputs, pairs)


def test_what_is_not_written_says_so() -> None:
    with pytest.raises(DerivationError, match="vectors among other numbers is not written yet"):
        lk.derive(lk.Joint(a=lk.Poisson, b=lk.Mixture(lk.Normal, components=2))).source()
    with pytest.raises(DerivationError, match="is computed by NumPy on the host"):
        lk.derive(lk.BoxCoxT).source("torch")

    class Grown(lk.Distribution):
        """Amounts weighed by an incomplete gamma function (not normalised: it is only written)."""

        y = lk.outcome(lk.positive)
        scale = lk.parameter(lk.positive, link="exp")
        log_density = regularised_gamma_p(2, y / scale) - y / scale - lk.log(scale)

    with pytest.raises(DerivationError, match=r"scipy\.special\.gammainc"):
        lk.derive(Grown).source()
