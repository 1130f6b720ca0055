"""Laws as papers print them, at everyday places where numbers were lost, against the truth as typed in mpmath."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import sympy as sp

import likelihoodkit as lk
from benchmarks.accuracy.cases import Case
from benchmarks.accuracy.measure import measure
from benchmarks.accuracy.strangers import declared
from benchmarks.accuracy.typed import LAWS
from likelihoodkit.primitives import ndtr, sigmoid
from likelihoodkit.stabilise.bernstein import in_shares

#: law -> (outcome, outputs): places at which a number was lost before
PLACES: dict[str, list[tuple[float, tuple[float, ...]]]] = {
    # |log(y/(1 - y)) - m|, of which SymPy does not see that it is real
    "LogitLaplace": [(0.3, (0.2, 0.5)), (0.9, (-1.0, 2.0))],
    # u^t/(u^t + (1 - u)^t)
    "AsymmetricPower": [(-30.0, (2.352, -2.728, -1.807, 3.106)), (0.0, (-2.0, -0.604, 1.4, 2.361))],
    # g/2 + (1 - g/2 - l/2) Phi(f), 1 - (1 - p)^2 - 2 p (1 - p)^2
    "LapseAndGuess": [(1.0, (3.903, 0.82, 1.874)), (1.0, (2.799, 4.56, 1.402)), (0.0, (2.0, -1.0, 0.3))],
    "ReedFrostThree": [(2.0, (-1.934,)), (2.0, (-8.0,)), (2.0, (3.0,))],
    # 1 - u + u (1 - p)^5, 1 - a (1 - (1 - p)^10) - (1 - b) (1 - p)^10, 1 - p^2 - 2 p q (1 - p) - q (1 - p)^2
    "OccupancyOfFive": [(0.0, (0.848, 2.922)), (0.0, (-30.0, 1.0)), (0.0, (3.0, -8.0)), (2.0, (0.5, -1.0))],
    "PooledTest": [(0.0, (-0.607, 2.595, -1.98)), (1.0, (-3.0, 2.0, 4.0)), (0.0, (-8.0, 3.0, 5.0))],
    "SecondGeneration": [(0.0, (-1.83, 3.805)), (0.0, (-2.34, 1.793)), (0.0, (5.0, 8.0))],
    # log sinh(y u/t^2) - (y^2 + u^2)/(2 t^2)
    # (a m + a^2 w^2/2) and log Phi((log(y) - m - a w^2)/w); (e^(-2 k) - e^(-2 a))/(a - k)
    "DoubleParetoLogNormal": [(0.954, (-0.524, 1.029, 1.134)), (2.5, (-1.05, 2.225, 0.333))],
    "Bateman": [(1.0, (1.83, -1.651, 0.335, -0.496)), (1.0, (0.5, 0.5001, 0.3, -0.5))],
    "DriftingMaxwell": [(30.0, (2.0, -1.5)), (1.0, (0.3, -3.5)), (3.0, (1.0, 0.5))],
}


@pytest.mark.parametrize("name", PLACES)
@np.errstate(all="ignore")
def test_laws_of_papers_keep_their_digits(name: str) -> None:
    law: Any = declared(name, LAWS[name])
    found = measure(Case(name, "family", lk.derive(law)), PLACES[name], seconds=5.0)
    assert found.meets_the_bar, found.offences
    assert found.hessian_meets_the_bar, found.offences
    assert found.no_reference == 0


def test_a_rising_factorial_of_the_outcome_less_one() -> None:
    """Of one who infects nobody log Gamma(k) - log Gamma(k) is nothing, and the loss is k log(1 + r/k)."""
    loss = lk.derive(declared("ChainSize", LAWS["ChainSize"]))
    r, k = -3.498, -2.476
    expected = math.exp(k) * math.log1p(math.exp(r - k))
    np.testing.assert_allclose(loss([1.0], [[r, k]]), [expected], rtol=1e-14)


def test_what_others_leave_is_a_sum_of_positive_terms() -> None:
    f, g = sp.symbols("f g", real=True)
    p, q = sigmoid(f), sigmoid(-f)
    found = in_shares(1 - q**2 - 2 * p * q**2)
    assert found is not None
    assert set(found.args) == {3 * p**2 * q, p**3}
    found = in_shares(1 - p * (1 + sp.erf(g)) / 2)
    assert found is not None
    assert not any(term.could_extract_minus_sign() for term in found.args)
    for shares in ((0.3, 0.8), (0.9, 0.1)):
        values = dict(
            zip(
                (p, q, ndtr(sp.sqrt(2) * g), ndtr(-sp.sqrt(2) * g)),
                (shares[0], 1 - shares[0], shares[1], 1 - shares[1]),
                strict=True,
            )
        )
        assert found.xreplace(values) == pytest.approx(1 - shares[0] * shares[1])
    h = sigmoid(g)
    kept = in_shares(1 - p**2 - 2 * p * h * (1 - p) - h * (1 - p) ** 2)
    assert kept == (1 - p**2) * sigmoid(-g)  # what is typed in p alone twice is p^2
    assert in_shares(p + q - 2) is None  # negative
    assert in_shares(1 - p * g) is None


def test_a_dose_taken_up_as_fast_as_it_leaves() -> None:
    """Bateman's curve is k t e^(-k t)/v where both rates are alike: the formula as typed is 0/0."""
    loss = lk.derive(declared("Bateman", LAWS["Bateman"]))
    m = 2 * math.exp(-2)
    expected = (1 - m) ** 2 / (2 * m**2) + math.log(m) + math.log(2 * math.pi) / 2
    value, gradient = loss.value_and_gradient([1.0], [[0.0, 0.0, 0.0, 0.0]])
    np.testing.assert_allclose(value, [expected], rtol=1e-14)
    z = (1 - m) / m
    up = 1 - z - z**2  # the slope in log m, of which a half of log k (1 - k t) + ... is each rate's: by symmetry here
    np.testing.assert_allclose(gradient[0], [0.0, -up, -up, 1 - z**2], rtol=1e-13, atol=1e-14)


def test_the_logarithm_of_a_square_and_another_share() -> None:
    """log(p^2 + q) was taken for log q + log(1 + x^2) with an x that has no form of its own: a TypeError."""

    class Either(lk.Distribution):
        y = lk.outcome(lk.binary)
        p = lk.parameter(lk.unit, link="sigmoid")
        q = lk.parameter(lk.unit, link="sigmoid")
        log_density = y * lk.log(p**2 + q) - (1 - y) * p

    share = [1 / (1 + math.exp(-f)) for f in (0.3, 0.2)]
    np.testing.assert_allclose(
        lk.derive(Either)([1.0], [[0.3, 0.2]]), [-math.log(share[0] ** 2 + share[1])], rtol=1e-14
    )
