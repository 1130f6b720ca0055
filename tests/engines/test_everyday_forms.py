"""What the everyday forms make of a program: fewer operations, the same numbers."""

from __future__ import annotations

from collections import Counter

import mpmath
import numpy as np
import pytest
import sympy

import likelihoodkit as lk
from likelihoodkit.compile import compile_program
from likelihoodkit.compile.forms import everyday
from likelihoodkit.compile.trace import ELEMENTWISE, Trace


def operations(noise: object, *, labels: bool = True) -> Counter[str]:
    loss = lk.derive(noise)
    name = loss.reader.places.y.name
    program = everyday(loss.program("fused"), apart=True, labels=[name] if labels else [])
    return Counter(i.operation for i in program.instructions)


def test_a_label_is_a_sign() -> None:
    found = operations(lk.Bernoulli)
    assert found["exp"] == found["log1p"] == found["divide"] == 1
    assert not found["where"]
    assert operations(lk.Bernoulli, labels=False)["log1p"] == 1


@pytest.mark.parametrize("engine", ["numpy", "auto"])
def test_labels_of_both_kinds_have_their_digits(engine: str) -> None:
    loss = lk.derive(lk.Bernoulli).compile(engine)
    z = np.array([-800.0, -745.0, -40.0, -1e-9, 0.0, 0.3, 36.0, 690.0, 720.0])
    for y in (0.0, 1.0):
        value, gradient = loss.value_and_gradient(np.full(z.shape, y), z)
        for x, v, g in zip(z, value, gradient, strict=True):
            with mpmath.workdps(700):
                t = mpmath.mpf(x) * (1 - 2 * int(y))
                expected = mpmath.log1p(mpmath.exp(t))
                slope = (1 - 2 * int(y)) / (1 + mpmath.exp(-t))
            assert abs(v - expected) <= 4e-16 * (abs(expected) + abs(x * slope)) + 5e-324
            assert abs(g - slope) <= 8e-16 * abs(slope) * (1 + abs(x)) + 5e-324


def test_soft_labels_keep_the_formula() -> None:
    soft = lk.derive(lk.losses.label_smoothed_binary(0.1))
    assert np.allclose(soft([1.0], [2.0]), 0.95 * np.log1p(np.exp(-2.0)) + 0.05 * np.log1p(np.exp(2.0)))


def test_softplus_takes_one_exponential() -> None:
    found = operations(lk.Normal)
    assert found["exp"] == found["log1p"] == found["log"] == 1
    assert not found["maximum"]


def test_what_is_multiplied_by_a_square_is_multiplied_twice() -> None:
    trace = Trace()
    x, s, p = (trace.raw("input", (), name) for name in "xsp")
    known = x * s
    assert (x * (s * s)).target == (known * s).target
    assert ((x * p) * (s * s)).target == (known * s * p).target


@pytest.mark.parametrize("order", [(1, 2), (2, 1), (-1, -2), (-2, -1)])
def test_an_exponential_and_its_square_are_one(order: tuple[int, int]) -> None:
    x, w = sympy.symbols("x w", real=True)
    first, second = (lk.primitives.times_exp(w, times * x) for times in order)
    program = everyday(compile_program({"first": first, "second": second}))
    assert Counter(i.operation for i in program.instructions)["exp"] == 1
    opposite = everyday(compile_program({"first": first, "second": sympy.exp(-order[1] * x)}))
    assert Counter(i.operation for i in opposite.instructions)["exp"] == 2


def test_a_mixture_looks_for_no_ties() -> None:
    found = operations(lk.Mixture(lk.Normal, components=3))
    assert not found["equal"]
    assert not found["where"]
    assert found["sum_over"] == 4  # two log-sums; the softmax needs none of its own


def test_ties_count() -> None:
    loss = lk.derive(lk.Mixture(lk.Normal, components=3))
    weights = [0.0, 0.0, -1e-17]
    value = loss([0.5], [[*weights, 0.1, 0.1, 0.1, 0.3, 0.3, 0.3]])
    assert np.allclose(value, lk.derive(lk.Normal)([0.5], [[0.1, 0.3]]), rtol=4e-16)


def test_a_vanishing_share_takes_what_is_large_along() -> None:
    """z^2 of a part far away times its share, which is 0."""
    loss = lk.derive(lk.Mixture(lk.Normal, components=2))
    value, gradient = loss.value_and_gradient([0.0], [[0.0, 0.0, 0.0, 1e160, 0.0, 0.0]])
    assert np.isfinite(value).all()
    assert np.isfinite(gradient).all()
    assert gradient[0, 5] == 0


@pytest.mark.parametrize("noise", [lk.StudentT, lk.Normal, lk.Bernoulli], ids=str)
def test_second_derivatives_of_everyday_rows_need_no_kernels(noise: object) -> None:
    """And are those of the kernels: to 40 units of the largest entry of the row, where an entry may cross zero."""
    rng, runner = np.random.default_rng(0), lk.derive(noise)._runner("hessian")
    assert {i.operation for i in runner.everyday.instructions} <= {*ELEMENTWISE, "input", "constant"}
    inputs = [i.detail for i in runner.program.instructions if i.operation == "input"]
    columns = {name: rng.normal(size=400) * 3 for name in inputs}
    columns["f_df"] = rng.uniform(0.0, 40.0, 400)
    found = {name: np.empty(400) for name, _ in runner.program.results}
    assert runner.run(columns, found, 400)
    entries = np.array(list(found.values()))
    kernels = np.array(list(runner.tile(columns).values()))
    assert (np.abs(entries - kernels) <= 40 * 2.0**-53 * np.abs(kernels).max(axis=0)).all()
