"""Kernels as straight lines: the arithmetic that torch and JAX are given, run by NumPy, against the kernels."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from laws.subjects import subjects
from likelihoodkit.compile.program import Program
from likelihoodkit.compile.steps import UFUNCS
from likelihoodkit.compile.tensors import tower_of
from likelihoodkit.compile.tensors.expand import expand, host
from likelihoodkit.compile.tensors.retarget import straight
from likelihoodkit.errors import DerivationError
from likelihoodkit.primitives import kernels

OPERATIONS = {
    **UFUNCS,
    **{name: getattr(np, name) for name in ("less", "less_equal", "greater", "greater_equal", "equal")},
    **{name: getattr(np, name) for name in ("logical_and", "logical_or")},
    "erf": special.erf,
    "erfc": special.erfc,
    "where": np.where,
    "logical_not": np.logical_not,
    "polynomial": lambda coefficients, x: np.polynomial.polynomial.polyval(x, coefficients),
    "nodes": lambda places, start, width: start + np.reshape(places, (-1, 1)) * width,
    "quadrature": lambda weights, values: np.tensordot(weights, values, axes=1),
    "nodes_max": lambda values: values.max(axis=0),
}


def run(program: Program, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """An interpreter of elementary operations on one number per row, and nothing else."""
    live: dict[int, np.ndarray] = {}
    with np.errstate(all="ignore"):
        for i in program.instructions:
            arguments = [live[a] for a in i.arguments]
            if i.operation == "input":
                live[i.target] = inputs[i.detail]
            elif i.operation == "constant":
                live[i.target] = np.float64(i.detail)
            elif i.detail is None:
                live[i.target] = OPERATIONS[i.operation](*arguments)
            else:
                live[i.target] = OPERATIONS[i.operation](i.detail, *arguments)
    return {name: live[target] for name, target in program.results}


FAR = np.array([0.0, 1e-300, 1e-20, 1e-9, 1e-3, 0.3, 0.5, 0.9, 1.0, 1.5, 2.5, 7.0, 14.0, 30.0, 80.0, 400.0, 745.0, 1e4])
SIGNED = np.concatenate([-FAR[::-1], FAR])
POSITIVE = np.concatenate([FAR[1:], [1e8, 1e20, 1e200]])
ONE = {
    "softplus": SIGNED, "log_softplus": SIGNED, "softplus_ratio": SIGNED, "sigmoid": SIGNED, "log_cosh": SIGNED,
    "log_ndtr": SIGNED, "hazard": SIGNED, "expm1_minus": SIGNED, "log1p_square": SIGNED, "log_gamma": POSITIVE,
    "digamma": POSITIVE, "trigamma": POSITIVE, "log_factorial": POSITIVE, "gamma_peak": SIGNED,
    "log_less_digamma": SIGNED, "log_i0e": SIGNED, "bessel_ratio": SIGNED, "x_over_expm1": SIGNED,
    "stirling_error": POSITIVE, "log1m_exp": POSITIVE,
}  # fmt: skip


@pytest.mark.parametrize("name", list(ONE))
def test_a_kernel_of_one_number_far_out_and_near(name: str) -> None:
    x = ONE[name]
    found = run(tower_of(name).straight, {"x0": x})["r0"]
    with np.errstate(all="ignore"):
        expected = getattr(kernels, name)(x)
    np.testing.assert_allclose(found, expected, rtol=3e-15, atol=5e-324)


PAIRS = {
    "times_exp": (SIGNED, SIGNED), "log1p_square_exp": (SIGNED, SIGNED), "exp_minus": (SIGNED, FAR),
    "poisson_deviance_exp": (FAR, SIGNED), "log_rising": (POSITIVE, FAR), "log_beta": (POSITIVE, POSITIVE),
    "huber_penalty": (SIGNED, POSITIVE),
}  # fmt: skip


@pytest.mark.parametrize("name", list(PAIRS))
def test_a_kernel_of_two_numbers_far_out_and_near(name: str) -> None:
    a, b = (grid.ravel() for grid in np.meshgrid(*PAIRS[name]))
    found = run(tower_of(name).straight, {"x0": a, "x1": b})["r0"]
    with np.errstate(all="ignore"):
        expected = getattr(kernels, name)(a, b)
    np.testing.assert_allclose(found, expected, rtol=2e-14, atol=5e-324)


@pytest.mark.parametrize("label", ["Normal()", "StudentT()", "Gamma()", "Beta()", "NegativeBinomial()", "VonMises()"])
def test_whole_losses(label: str) -> None:
    loss, rows = subjects()[label].loss, subjects()[label].rows()
    program = expand(loss.program("fused"))
    assert host(program) == ()
    inputs = {name: np.asarray(a, dtype=float) for name, a in loss.reader.read(rows.y, rows.outputs).inputs.items()}
    found = run(program, inputs)
    value, gradient = loss.value_and_gradient(rows.y, rows.outputs)
    np.testing.assert_allclose(found["value"], value, rtol=1e-14, atol=1e-15)
    slopes = np.stack([np.broadcast_to(found[f"d {name}"], len(value)) for name in loss.outputs], axis=1)
    np.testing.assert_allclose(slopes, gradient, rtol=1e-13, atol=1e-15)


def test_what_takes_arrays_apart_has_no_straight_line() -> None:
    assert straight("log_gamma_p") is None
    assert straight("no such kernel") is None


def test_a_derivative_that_nobody_declared() -> None:
    tower = tower_of("negative_binomial_loss")
    assert [len(tower.slopes((1, 2)).expressions), len(tower.slopes((1, 2)).slopes((1,)).expressions)] == [2, 2]
    with pytest.raises(DerivationError, match="no derivative in x0"):
        _ = tower.slopes((0,)).expressions
