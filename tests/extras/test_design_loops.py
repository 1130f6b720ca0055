"""Sums over the rows of narrow designs by machine code against the same by NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import likelihoodkit as lk
from likelihoodkit.compile import design_loops
from likelihoodkit.fit import prepare


@pytest.mark.parametrize("rows", [1, 3, 64, 1001])
def test_sums_are_those_of_numpy_for_every_width(rows: int) -> None:
    rng = np.random.default_rng(rows)
    for width in range(4, design_loops.MOST + 1):
        body, weights = rng.normal(size=(rows, width)), rng.normal(size=(3, rows))
        assert design_loops.suits(body)
        room = 1e-13 * np.sqrt(rows) * (1 + np.abs(weights) @ np.abs(body)).max()
        for squared in (0, 1, 3):
            sums, squares = design_loops.weighted(body, weights, squared)
            assert_allclose(sums, weights @ body, rtol=0, atol=room)
            for found, w in zip(squares, weights, strict=False):
                assert_allclose(found, body.T @ (w[:, None] * body), rtol=0, atol=10 * room)
                assert_array_equal(found, found.T)
            assert squares.shape == (squared, width, width)


def test_what_is_missing_or_infinite_stays_so() -> None:
    body = np.ones((70, 6))
    body[65, 5] = np.inf
    body[3, 0] = np.nan
    sums, _ = design_loops.weighted(body, np.ones((1, 70)), 1)
    assert_array_equal(sums, [[np.nan, 70, 70, 70, 70, np.inf]])


@pytest.mark.parametrize("body", [np.ones((9, 3)), np.ones((9, 41)), np.ones((9, 8))[:, ::2], np.ones((9, 8), "f4")])
def test_other_designs_are_left_to_numpy(body: np.ndarray) -> None:
    assert not design_loops.suits(body)


NOISES: dict[str, tuple[Any, Mapping[str, Any], bool]] = {
    "constant beside a design": (lk.NegativeBinomial, {}, True),
    "no intercept": (lk.NegativeBinomial, {}, False),
    "classes": (lk.Categorical, {"classes": 3}, True),
}


@pytest.mark.parametrize("name", NOISES)
def test_models_have_the_curvature_that_they_have_by_numpy(name: str) -> None:
    noise, more, intercept = NOISES[name]
    rng = np.random.default_rng(5)
    X, y = rng.normal(size=(500, 6)), rng.integers(0, 3, 500).astype(float)
    found = []
    for loss in (lk.derive(noise).compile("numba"), lk.derive(noise).compile("numpy")):
        model = prepare.prepare(noise, y, X, None, None, intercept, more.get("classes"), {}).model
        model = replace(model, loss=loss, _last={})
        assert (model._design is not None) == (loss.engine == "numba")
        inner = np.linspace(-0.4, 0.3, model.size)
        outputs = model.outputs(inner)
        matrix, sums = np.zeros((model.size, model.size)), [np.zeros(len(b.names)) for b in model.blocks]
        model.add_products(model.row_hessians(outputs), model.row_gradients(outputs), slice(None), matrix, sums)
        pulled = [b.basis.pull(total) for b, total in zip(model.blocks, sums, strict=True)]
        found.append((model.whole(matrix), np.concatenate(pulled), model.gradient(outputs)))
    assert_allclose(found[0][0], found[1][0], rtol=1e-11, atol=1e-10)
    assert_allclose(found[0][1], found[1][1], rtol=1e-11, atol=1e-10)
    assert_allclose(found[0][1], found[0][2], rtol=1e-11, atol=1e-10)
