"""The NumPy engine: outputs in place, threads, prepared outcomes, memory, rows outside the everyday range."""

from __future__ import annotations

import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit.compile.numpy_engine import TILE
from likelihoodkit.errors import InputError, ShapeError, SupportError, UnknownNameError

ROWS = 3 * TILE + 77
NOISES = {
    "Normal": lk.Normal,
    "Bernoulli": lk.Bernoulli,
    "NegativeBinomial": lk.NegativeBinomial,
    "StudentT": lk.StudentT,
    "Categorical": lk.Categorical,
    "Poisson": lk.Poisson,
}


def data(name: str, rows: int = ROWS):
    rng = np.random.default_rng(5)
    loss = lk.derive(NOISES[name])
    outputs = rng.normal(size=(rows, 4 if name == "Categorical" else len(loss.outputs)))
    outputs[:: rows // 9] *= 300  # rows for the kernels in every tile
    y = {
        "Bernoulli": rng.integers(0, 2, rows),
        "Categorical": rng.integers(0, 4, rows),
        "NegativeBinomial": rng.poisson(2, rows),
        "Poisson": rng.poisson(2, rows),
    }.get(name, rng.normal(size=rows))
    return loss, y, outputs


@pytest.mark.parametrize("name", list(NOISES))
def test_everyday_forms_and_kernels_agree(name: str) -> None:
    loss, y, outputs = data(name)
    runner = loss._runner("fused")
    assert all(i.operation in ("input", "constant") or i.operation for i in runner.everyday.instructions)
    value, gradient = loss.value_and_gradient(y, outputs)
    rows = loss._reader.read(y, outputs)
    with np.errstate(all="ignore"):
        kernels = runner.tile({n: np.asarray(a, dtype=float) for n, a in rows.inputs.items()})
    np.testing.assert_allclose(value, kernels["value"], rtol=2e-14, atol=1e-15)
    columns = np.concatenate([np.atleast_2d(kernels[f"d {n}"]) for n in loss.outputs]).T
    np.testing.assert_allclose(gradient.reshape(columns.shape), columns, rtol=1e-12, atol=2e-15)


@pytest.mark.parametrize("name", list(NOISES))
def test_threads_and_prepared_outcomes_change_no_bit(name: str) -> None:
    loss, y, outputs = data(name)
    value, gradient = loss.value_and_gradient(y, outputs)
    others = [loss.compile("numpy", threads=2).value_and_gradient(y, outputs)]
    if name != "Categorical":
        others.append(loss.value_and_gradient(loss.prepare(y), outputs))
    for other in others:
        np.testing.assert_array_equal(other[0], value)
        np.testing.assert_array_equal(other[1], gradient)


def test_one_loss_in_many_threads() -> None:
    loss, y, outputs = data("StudentT")
    other, counts, rates = data("NegativeBinomial")
    expected = loss.value_and_gradient(y, outputs), other.value_and_gradient(counts, rates)
    calls = [(loss, y, outputs, expected[0]), (other, counts, rates, expected[1])] * 6
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda call: call[0].value_and_gradient(call[1], call[2]), calls))
    for answer, (*_, wanted) in zip(found, calls, strict=True):
        for a, b in zip(answer, wanted, strict=True):
            np.testing.assert_array_equal(a, b)


def test_answers_are_written_where_they_are_wanted() -> None:
    loss, y, outputs = data("Normal", 1000)
    value, gradient = np.empty(1000), np.empty((1000, 2))
    found = loss.value_and_gradient(y, outputs, out=(value, gradient))
    assert found[0] is value
    assert found[1] is gradient
    for a, b in zip(found, loss.value_and_gradient(y, outputs), strict=True):
        np.testing.assert_array_equal(a, b)
    assert loss(y, outputs, out=value) is value


@pytest.mark.parametrize(
    "wrong", [np.empty(9), np.empty(10, dtype=np.float32), [0.0] * 10, np.broadcast_to(0.0, 10)], ids=str
)
def test_a_place_that_does_not_fit(wrong: object) -> None:
    with pytest.raises(ShapeError, match="Normal: out for the value"):
        lk.derive(lk.Normal)(np.zeros(10), np.zeros((10, 2)), out=wrong)


@pytest.mark.parametrize("name", ["Normal", "NegativeBinomial", "Categorical"])
def test_memory_does_not_grow_with_the_rows(name: str) -> None:
    loss, y, outputs = data(name, 400_000)
    value, gradient = np.empty(len(y)), np.empty(outputs.shape)
    tracemalloc.start()
    loss.value_and_gradient(y, outputs, out=(value, gradient))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8e6


def test_wrong_numbers_are_found_in_any_tile() -> None:
    loss, y, outputs = data("NegativeBinomial")
    outputs[2 * TILE + 5, 1] = np.nan
    with pytest.raises(InputError, match=rf"outputs\[{2 * TILE + 5}, 1\] = nan"):
        loss(y, outputs)
    loss, y, outputs = data("NegativeBinomial")
    y = y.astype(float)
    y[-1] = 0.5
    with pytest.raises(SupportError, match="not a whole number"):
        loss.value_and_gradient(y, outputs)
    with pytest.raises(SupportError):
        loss.prepare(y)


def test_prepared_outcomes_belong_to_their_loss() -> None:
    prepared = lk.derive(lk.Poisson).prepare([1, 2])
    assert repr(prepared) == "Prepared(2 outcomes, 2 terms)"
    with pytest.raises(InputError, match="prepared by another loss"):
        lk.derive(lk.NegativeBinomial)(prepared, np.zeros((2, 2)))
    with pytest.raises(ShapeError):
        lk.derive(lk.Poisson)(prepared, np.zeros(3))
    with pytest.raises(InputError, match="cannot be prepared"):
        lk.derive(lk.Categorical).prepare([0, 1])


def test_an_engine_that_does_not_exist() -> None:
    with pytest.raises(UnknownNameError, match="Engines: auto, numpy, numba"):
        lk.derive(lk.Normal).compile("fortran")
    with pytest.raises(InputError, match="at least 1"):
        lk.derive(lk.Normal).compile("numpy", threads=0)
