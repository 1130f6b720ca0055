"""The gradient is the derivative of the value, the Hessian that of the gradient, and value is minus log-density."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

from laws.subjects import Rows, Subject, subjects, under
from likelihoodkit.nll import negative_log_likelihood
from likelihoodkit.numbers import evaluate
from likelihoodkit.primitives import lower

STEP = 2e-4
#: weights of a sixth-order central difference
STENCIL = ((-3, -1 / 60), (-2, 9 / 60), (-1, -45 / 60), (1, 45 / 60), (2, -9 / 60), (3, 1 / 60))


def width(subject: Subject) -> int:
    return subject.width + subject.shared_width


def moved(rows: Rows, subject: Subject, column: int, by: float) -> Rows:
    if column < subject.width:
        outputs = rows.outputs.copy()
        outputs[:, column] += by
        return Rows(rows.y, outputs, rows.keywords)
    shared = np.array(rows.keywords["shared"])
    shared[column - subject.width] += by
    return Rows(rows.y, rows.outputs, rows.keywords | {"shared": shared})


def difference(rows: Rows, subject: Subject, column: int, what: str) -> np.ndarray:
    total = 0.0
    for steps, weight in STENCIL:
        at = moved(rows, subject, column, steps * STEP)
        function = subject.loss if what == "value" else getattr(subject.loss, what)
        total = total + weight * function(at.y, at.outputs, **at.keywords)
    return np.asarray(total / STEP)


@pytest.mark.parametrize("label", under("gradient is the derivative of the value"))
def test_gradient_is_the_derivative_of_the_value(label: str) -> None:
    subject = subjects()[label]
    rows = subject.rows()
    gradient = subject.loss.gradient(rows.y, rows.outputs, **rows.keywords)
    assert gradient.shape == (12, width(subject))
    for column in range(width(subject)):
        numeric = difference(rows, subject, column, "value")
        np.testing.assert_allclose(gradient[:, column], numeric, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("label", under("Hessian is the derivative of the gradient"))
def test_hessian_is_the_symmetric_derivative_of_the_gradient(label: str) -> None:
    subject = subjects()[label]
    rows = subject.rows()
    hessian = subject.loss.hessian(rows.y, rows.outputs, **rows.keywords)
    np.testing.assert_array_equal(hessian, hessian.transpose(0, 2, 1))
    for column in range(width(subject)):
        numeric = difference(rows, subject, column, "gradient").reshape(12, -1)
        np.testing.assert_allclose(hessian[:, :, column], numeric, rtol=1e-7, atol=1e-7)


def numbers(values: np.ndarray) -> Any:
    return [mpmath.mpf(float(v)) for v in values] if np.ndim(values) else mpmath.mpf(float(values))


@pytest.mark.parametrize("label", under("value is the textbook formula"))
def test_value_is_minus_the_declared_log_density(label: str) -> None:
    """Declared formula, links put in, lowered and evaluated with 40 digits: no table, no kernel."""
    subject = subjects()[label]
    rows = subject.rows(6)
    values = subject.loss(rows.y, rows.outputs, **rows.keywords)
    derivation = subject.loss.derivation
    textbook = lower(negative_log_likelihood(subject.bound).expression)
    for i, found in enumerate(values):
        at: dict[Any, Any] = {derivation.y: numbers(rows.y[i])}
        columns = np.concatenate([rows.outputs[i], np.ravel(rows.keywords.get("shared", []))])
        start = 0
        for symbol, (size, count) in zip(derivation.predicted.values(), subject.blocks, strict=True):
            block = numbers(columns[start : start + count])
            at[symbol] = block[0] if size == "one" else block
            start += count
        for symbol, values in derivation.constants.values():
            at[symbol] = numbers(np.array(values))
        for name, symbol in derivation.inputs.items():
            at[symbol] = mpmath.mpf(rows.keywords[name][i])
        with mpmath.workdps(40):
            true = evaluate(textbook, at)
            assert abs(true - found) <= 4e-15 * (1 + abs(true)), (i, found, true)


@pytest.mark.parametrize("label", under("fused equals separate"))
def test_fused_equals_separate(label: str) -> None:
    subject = subjects()[label]
    rows = subject.rows()
    value, gradient = subject.loss.value_and_gradient(rows.y, rows.outputs, **rows.keywords)
    np.testing.assert_array_equal(value, subject.loss(rows.y, rows.outputs, **rows.keywords))
    np.testing.assert_array_equal(gradient, subject.loss.gradient(rows.y, rows.outputs, **rows.keywords))


@pytest.mark.parametrize("label", under("Fisher is positive"))
def test_fisher_is_symmetric_and_positive(label: str) -> None:
    subject = subjects()[label]
    rows = subject.rows(4)
    fisher = subject.loss.fisher(rows.outputs, **rows.keywords)
    np.testing.assert_array_equal(fisher, fisher.transpose(0, 2, 1))
    eigenvalues = np.linalg.eigvalsh(fisher)
    # softmax leaves one direction without information; elsewhere the smallest eigenvalue is positive, or so small a
    # share of the largest that the rounding of the matrix decides its sign
    rounding = 8 * np.finfo(float).eps * eigenvalues[:, -1]
    assert (eigenvalues[:, 0] > (-1e-12 if subject.vector else -rounding)).all()
    assert (np.einsum("nii->ni", fisher) > 0).all()
