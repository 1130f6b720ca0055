"""How arrays go in and come out: dtypes, weights, offsets, tiles, layouts, no rows; nothing is ever changed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from laws.subjects import Rows, Subject, subjects, under
from likelihoodkit.compile.numpy_engine import TILE


def everything(subject: Subject, rows: Rows, **more: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    keywords = rows.keywords | more
    value, gradient = subject.loss.value_and_gradient(rows.y, rows.outputs, **keywords)
    return value, gradient, subject.loss.hessian(rows.y, rows.outputs, **keywords)


@pytest.mark.parametrize("label", under("float32 in, float32 out"))
def test_float32_in_float32_out(label: str) -> None:
    subject = subjects()[label]
    rows = subject.rows()
    single = Rows(rows.y.astype(np.float32), rows.outputs.astype(np.float32), rows.keywords)
    double = Rows(single.y.astype(float), single.outputs.astype(float), rows.keywords)
    for found, expected in zip(everything(subject, single), everything(subject, double), strict=True):
        assert found.dtype == np.float32
        assert expected.dtype == np.float64
        np.testing.assert_allclose(found, expected, rtol=2e-4, atol=2e-4 * (1 + np.abs(expected).max()) / 10)


@pytest.mark.parametrize("label", under("weights multiply"))
def test_weights_multiply_rows(label: str) -> None:
    subject = subjects()[label]
    rows = subject.rows()
    weights = np.linspace(0, 3, len(rows.y))
    for found, plain in zip(everything(subject, rows, weights=weights), everything(subject, rows), strict=True):
        np.testing.assert_array_equal(found, plain * weights.reshape(-1, *[1] * (plain.ndim - 1)))


@pytest.mark.parametrize("label", under("offset adds"))
def test_offset_adds_to_the_outputs(label: str) -> None:
    subject = subjects()[label]
    rows = subject.rows()
    column = np.linspace(-1, 1, len(rows.y))
    added = rows.outputs.copy()
    added[:, 0] += column
    expected = everything(subject, Rows(rows.y, added, rows.keywords))
    full = np.zeros_like(rows.outputs)
    full[:, 0] = column
    for offset in (column, full):
        for found, wanted in zip(everything(subject, rows, offset=offset), expected, strict=True):
            np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("label", under("tiles do not matter"))
def test_tiles_do_not_matter(label: str) -> None:
    """More rows than a tile holds give what the parts give."""
    subject = subjects()[label]
    rows = subject.rows(TILE + 100)
    value, gradient = subject.loss.value_and_gradient(rows.y, rows.outputs, **rows.keywords)
    for part in (slice(0, 50), slice(TILE - 30, TILE + 30), slice(TILE, TILE + 100)):
        some = rows.part(part)
        v, g = subject.loss.value_and_gradient(some.y, some.outputs, **some.keywords)
        # the last bit may differ: a ufunc handles the ends of an array in another loop
        np.testing.assert_allclose(v, value[part], rtol=1e-13, atol=1e-14)
        np.testing.assert_allclose(g, gradient[part], rtol=1e-12, atol=1e-13)


def layouts(array: np.ndarray) -> list[np.ndarray]:
    """The same numbers read-only, in Fortran order, with strides, reversed twice."""
    frozen = array.copy()
    frozen.flags.writeable = False
    spaced = np.zeros((2 * len(array), *array.shape[1:]), array.dtype)
    spaced[::2] = array
    return [frozen, np.asfortranarray(array), spaced[::2], np.ascontiguousarray(array[::-1])[::-1]]


@pytest.mark.parametrize("label", under("layout does not matter"))
def test_layout_does_not_matter_and_inputs_are_not_changed(label: str) -> None:
    subject = subjects()[label]
    rows = subject.rows()
    expected = everything(subject, rows)
    for y, outputs in zip(layouts(rows.y), layouts(rows.outputs), strict=True):
        before = y.copy(), outputs.copy()
        for found, wanted in zip(everything(subject, Rows(y, outputs, rows.keywords)), expected, strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-13, atol=1e-14)
        np.testing.assert_array_equal(y, before[0])
        np.testing.assert_array_equal(outputs, before[1])


@pytest.mark.parametrize("label", under("integers count as numbers"))
def test_integers_count_as_numbers(label: str) -> None:
    subject = subjects()[label]
    rows = subject.rows()
    outputs = np.round(rows.outputs)
    y = np.round(rows.y) if subject.bound.family.outcome.domain.whole else rows.y
    expected = everything(subject, Rows(y, outputs, rows.keywords))
    whole = y.astype(np.int64) if subject.bound.family.outcome.domain.whole else y
    for found, wanted in zip(
        everything(subject, Rows(whole, outputs.astype(np.int32), rows.keywords)), expected, strict=True
    ):
        np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("label", under("no rows, no answers"))
def test_no_rows_give_empty_answers(label: str) -> None:
    subject = subjects()[label]
    rows = subject.rows().part(slice(0, 0))
    w = subject.width + subject.shared_width
    value, gradient, hessian = everything(subject, rows)
    assert (value.shape, gradient.shape, hessian.shape) == ((0,), (0, w), (0, w, w))


@pytest.mark.parametrize("label", under("one output may be flat"))
def test_one_output_may_be_flat(label: str) -> None:
    subject = subjects()[label]
    rows = subject.rows()
    if subject.width != 1:
        with pytest.raises(ValueError, match=r"outputs must have shape"):
            subject.loss(rows.y, rows.outputs[:, 0], **rows.keywords)
        return
    gradient = subject.loss.gradient(rows.y, rows.outputs, **rows.keywords)
    flat = subject.loss.gradient(rows.y, rows.outputs[:, 0], **rows.keywords)
    np.testing.assert_array_equal(flat.reshape(gradient.shape), gradient)
    assert flat.ndim == (1 if not subject.bound.shared else 2)


@pytest.mark.parametrize("label", under("parameters live in their domains"))
def test_parameters_live_in_their_domains(label: str) -> None:
    subject = subjects()[label]
    rows = subject.rows()
    for name, values in subject.loss.parameters(rows.outputs, **rows.keywords).items():
        domain = subject.bound.family.parameters[name].domain
        assert values.shape[0] == len(rows.y)
        if domain.sums_to_one:
            np.testing.assert_allclose(values.sum(axis=1), 1, rtol=1e-14)
        elif domain.layout == "triangle":
            assert (np.diagonal(values, axis1=1, axis2=2) > 0).all()
            assert not np.triu(values, 1).any()
        elif domain.vector:
            assert np.isfinite(values).all()
        else:
            assert not domain.outside(values).any()
