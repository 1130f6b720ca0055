"""Quotients of polynomials as one product of matrices."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from likelihoodkit.compile.forms import stirling
from likelihoodkit.compile.stacks import Stack, quotients, stacked
from likelihoodkit.compile.steps import plan
from likelihoodkit.compile.trace import Trace
from likelihoodkit.primitives.kernels._tools import quotients as written

ABOVE = ((1.0, 2.0, 0.5, 0.25, 3.0, 1.5), (0.5, -0.25, 0.125, 1.0, 2.0, 0.75))
BELOW = ((2.0, 1.0, 4.0, 1.0, 0.5, 0.25), (1.0, 1.0, 3.0, 0.5, 0.25, 0.125))
STACK = Stack(0, (1, 2), tuple(row[::-1] for row in (*ABOVE, *BELOW)))


def test_each_is_the_quotient() -> None:
    x = np.linspace(-0.5, 3.0, 57)
    outs = [np.empty_like(x) for _ in ABOVE]
    quotients(STACK)(x, *outs)
    for out, above, below in zip(outs, ABOVE, BELOW, strict=True):
        expected = np.polynomial.polynomial.polyval(x, above) / np.polynomial.polynomial.polyval(x, below)
        np.testing.assert_allclose(out, expected, rtol=2e-15)


def test_a_row_has_the_same_bits_alone_and_among_many() -> None:
    x = np.random.default_rng(0).random(40_000)
    run = quotients(STACK)
    whole = [np.empty_like(x) for _ in ABOVE]
    run(x, *whole)
    for start, size in [(0, 1), (17, 1), (5, 7), (3, 1000), (20_000, 12_345)]:
        some = [np.empty(size) for _ in ABOVE]
        run(x[start : start + size], *some)
        text = written(STACK.tables, x[start : start + size])  # as modules of source have it
        for a, b, c in zip(some, whole, text, strict=True):
            np.testing.assert_array_equal(a, b[start : start + size])
            np.testing.assert_array_equal(a, c)


def test_one_number_for_all_rows_and_no_rows() -> None:
    outs = [np.empty(5) for _ in ABOVE]
    quotients(STACK)(np.array(0.5), *outs)
    assert all(len(set(out.tolist())) == 1 for out in outs)
    quotients(STACK)(np.empty(0), *[np.empty(0) for _ in ABOVE])


def test_what_is_stacked() -> None:
    trace = Trace()
    x = trace.raw("input", (), "x")
    first = trace.polynomial((1.0, 2.0), x) / trace.polynomial((3.0, 4.0), x)
    kept = trace.polynomial((5.0, 6.0), x)
    second = trace.polynomial((7.0, 8.0), x) / kept
    program = trace.program([("a", first.target), ("b", second.target), ("c", kept.target)])
    stacks, replaced = stacked(program)
    assert [s.tables for s in stacks.values()] == [((2.0, 1.0), (4.0, 3.0))]
    assert len(replaced) == 3  # what something else reads too stays a polynomial


@pytest.mark.parametrize("h", [1e-8, 0.003, 0.4, 1.0, 2.5, 17.0, 1e3, 1e8])
def test_the_excess_of_half_a_step(h: float) -> None:
    trace = Trace()
    x = trace.raw("input", (), "x")
    values = [stirling.excess(trace, x), stirling.excess_slope(trace, x)]
    program = trace.program([(str(k), v.target) for k, v in enumerate(values)])
    laid, places = plan(program), {}
    places |= {place: np.empty(1) for place in laid.numbers} | laid.constants
    places[laid.inputs["x"]] = np.array([h])
    for step in laid.steps:
        step.function(*[places[p] for p in (*step.arguments, step.out)])
    found = {name: places[place] for name, place in laid.results}
    with mpmath.workdps(40):
        t = mpmath.mpf(h)
        excess = mpmath.loggamma(t + 0.5) - mpmath.loggamma(t) - mpmath.log(t) / 2
        slope = t * (mpmath.digamma(t + 0.5) - mpmath.digamma(t)) - mpmath.mpf(0.5)
    assert abs(found["0"][0] - excess) <= 4e-16 * max(1, abs(excess))
    assert abs(found["1"][0] - slope) <= 8e-16 * abs(slope)
