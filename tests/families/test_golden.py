"""Every family, value, gradient and Hessian in float64, against certified mpmath numbers.

The numbers (reference/golden) come from the textbook's formulas, not from the package. An error is divided by
the condition |q| + sum |x dq/dx| over the inputs that carry rounding: the best any algorithm can promise.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf
from numpy.typing import NDArray

import likelihoodkit as lk
from reference.truth import read
from textbook import FAMILIES, nll

Array = NDArray[np.float64]

VALUE = GRADIENT = 1e-12
HESSIAN = 1e-10


def derived(name: str) -> lk.Loss:
    """The family with its held settings as in the golden file, its links the default ones."""
    return lk.derive(getattr(lk, name)(**FAMILIES[name].held))


def points(name: str) -> tuple[Array, Array]:
    rows = read(f"golden/{name}")["rows"]
    outputs = np.array([row[1] for row in rows])
    y = np.array([row[0] for row in rows])
    return (y if FAMILIES[name].continuous else y.astype(np.int64)), outputs


def wrong(found: Array, exact: list[Any], condition: list[Any], bound: float) -> list[str]:
    """Entries (row, column) whose condition-normalised error exceeds the bound, worst first."""
    found = found.reshape(len(exact), -1)
    failures = []
    for i, (row, truths, scales) in enumerate(zip(found, exact, condition, strict=True)):
        for j, (ours, truth, scale) in enumerate(zip(row, truths, scales, strict=True)):
            if math.isinf(float(truth)):  # it overflows (Gumbel far below its location): the same infinity
                error = mpf(0) if ours == float(truth) else mp.inf
            else:  # 25 digits against 16: the difference is formed in mpmath, so that it is exact
                error = abs(mpf(float(ours)) - mpf(truth)) / (mpf(scale) or 1)
            if not error <= bound:  # a NaN is wrong too
                failures.append((float(error), f"row {i} [{j}]: ours {ours!r}, truth {truth}"))
    return [text for _, text in sorted(failures, reverse=True)]


@pytest.mark.parametrize("name", FAMILIES)
def test_value(name: str) -> None:
    rows = read(f"golden/{name}")["rows"]
    found = derived(name)(*points(name))
    assert found.shape == (len(rows),)
    assert wrong(found, [[r[2]] for r in rows], [[r[5]] for r in rows], VALUE) == []


@pytest.mark.parametrize("name", FAMILIES)
def test_gradient(name: str) -> None:
    rows = read(f"golden/{name}")["rows"]
    y, outputs = points(name)
    value, gradient = derived(name).value_and_gradient(y, outputs)
    assert gradient.shape == outputs.shape
    assert wrong(gradient, [r[3] for r in rows], [r[6] for r in rows], GRADIENT) == []
    assert wrong(value, [[r[2]] for r in rows], [[r[5]] for r in rows], VALUE) == []


@pytest.mark.parametrize("name", FAMILIES)
def test_hessian(name: str) -> None:
    rows = read(f"golden/{name}")["rows"]
    y, outputs = points(name)
    width = outputs.shape[1]
    hessian = derived(name).hessian(y, outputs)
    assert hessian.shape == (len(rows), width, width)
    lower = np.tril_indices(width)
    assert wrong(hessian[:, lower[0], lower[1]], [r[4] for r in rows], [r[7] for r in rows], HESSIAN) == []
    np.testing.assert_array_equal(hessian, np.swapaxes(hessian, 1, 2))


@pytest.mark.parametrize("name", FAMILIES)
def test_strict_error_is_a_few_ulp(name: str) -> None:
    """Without the allowance for condition: median at most 4 units of 2^-53, on moderate inputs."""
    rows = read(f"golden/{name}")["rows"]
    found = derived(name)(*points(name))
    finite = [(a, r[2]) for a, r in zip(found.tolist(), rows, strict=True) if math.isfinite(float(r[2]))]
    errors = [float(abs(mpf(a) / mpf(truth) - 1)) * 2**53 for a, truth in finite]
    assert np.median(errors) <= 4


@pytest.mark.parametrize("logit", [0.0, 40.0, -40.0, 745.0, -745.0, 1000.0, -1000.0])
@pytest.mark.parametrize("y", [0, 1])
def test_bernoulli_logits_are_exact(y: int, logit: float) -> None:
    loss = lk.derive(lk.Bernoulli())
    value, gradient = loss.value_and_gradient(np.array([y]), np.array([logit]))
    exact = nll("Bernoulli", y, [logit])
    assert exact is not None
    assert abs(value[0] - float(exact.value)) <= 2 * np.spacing(float(exact.value))
    slope = float(exact.gradient[0])
    assert abs(gradient[0] - slope) <= 2 * abs(np.spacing(slope))


def softmax_reference(logits: list[float], y: int) -> tuple[float, list[float]]:
    """-log softmax_y and its gradient by the definition, at 1000 digits; jets would carry K^2 numbers."""
    with mp.workdps(1000):
        powers = [mp.exp(mpf(x)) for x in logits]
        total = mp.fsum(powers)
        slopes = [p / total - (k == y) for k, p in enumerate(powers)]
        return float(mp.log(total / powers[y])), [float(s) for s in slopes]


@pytest.mark.parametrize("size", [1.0, 40.0, 1000.0])
def test_categorical_with_three_classes_is_exact(size: float) -> None:
    loss = lk.derive(lk.Categorical())
    corners = [[a, b, c] for a in (-size, 0.0, size) for b in (-size, 0.0, size) for c in (-size, 0.0, size)]
    for y in range(3):
        value, gradient = loss.value_and_gradient(np.full(len(corners), y), np.array(corners))
        for ours, slopes, logits in zip(value, gradient, corners, strict=True):
            exact, truths = softmax_reference(logits, y)
            # relative to the truth itself: 1000 apart the right class costs exp(-1000) = 0 and not a digit more
            assert abs(ours - exact) <= 4 * np.spacing(exact), logits
            for slope, truth in zip(slopes, truths, strict=True):
                assert abs(slope - truth) <= 8 * abs(np.spacing(truth)), (logits, y)


@pytest.mark.parametrize("y", [0, 499, 999])
@pytest.mark.parametrize("kind", ["winner", "ramp", "flat"])
def test_categorical_with_a_thousand_classes_is_exact(kind: str, y: int) -> None:
    logits = {
        "winner": np.where(np.arange(1000) == 499, 1000.0, -1000.0),
        "ramp": np.arange(-1000.0, 1000.0, 2.0),  # whole numbers: their differences are exact
        "flat": np.full(1000, -1000.0),
    }[kind]
    value, gradient = lk.derive(lk.Categorical()).value_and_gradient(np.array([y]), logits[None, :])
    exact, slopes = softmax_reference(logits.tolist(), y)
    assert abs(value[0] - exact) <= 8 * np.spacing(exact)
    # a sum of a thousand numbers may lose half a unit each time in the worst case; pairwise it loses ten
    assert np.all(np.abs(gradient[0] - slopes) <= 16 * np.abs(np.spacing(slopes)))
