"""Sums over more outcomes than can be laid out: smooth tails in blocks, against zeta functions and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from mpmath import mp, mpf

import likelihoodkit as lk
from likelihoodkit.expectation import expect
from likelihoodkit.expectation.smooth import NODES, rule


@pytest.mark.parametrize("power", [0, 3, NODES - 2])
@pytest.mark.parametrize("length", [512, 1 << 17])
def test_sums_of_polynomials_are_exact(power: int, length: int) -> None:
    found = rule(length)
    assert len(set(found.offsets)) == NODES
    with mp.workdps(40):
        exact = mp.fsum((mpf(2 * i) / (length - 1) - 1) ** power for i in range(length)) if length < 1000 else None
    values = (2 * found.offsets / (length - 1) - 1) ** power
    if exact is None:  # a sum in float64 of numbers up to one is as good, with numpy's pairwise order
        exact = mpf(float(np.sum(np.linspace(-1, 1, length) ** power)))
    assert abs(float(found.weights @ values - exact)) < 1e-13 * length


def test_mean_logarithm_and_mean_of_a_power_tail() -> None:
    shape = np.array([1.5, 3.2, 12.0])
    density = lk.derive(lk.Zeta).distribution(np.log(shape - 1)).density
    found = expect(density, lambda y, row: np.stack([np.log(y), y**0.3]), 2)
    with mp.workdps(30):
        s = [1 + mp.exp(mpf(float(x))) for x in np.log(shape - 1)]
        logs = [float(-mp.zeta(a, derivative=1) / mp.zeta(a)) for a in s]
        powers = [float(mp.zeta(a - mpf("0.3")) / mp.zeta(a)) for a in s]
    np.testing.assert_allclose(found[0], logs, rtol=1e-11)
    np.testing.assert_allclose(found[1], powers, rtol=1e-11)


def test_information_of_a_power_tail() -> None:
    """Yule-Simon: E[score^2] = 1/shape^2 - sum of P(Y >= k)/(shape + k)^2, by mpmath."""
    outputs = np.log([1.0, 2.0, 3.0])
    found = lk.derive(lk.YuleSimon).fisher(outputs).ravel()
    with mp.workdps(25):
        for f, information in zip(outputs, found, strict=True):
            s = mp.exp(mpf(f))
            tail = mp.nsum(lambda k, s=s: s * mp.beta(k, s) / (s + k) ** 2, [1, mp.inf])
            assert abs(float(s**2 * (1 / s**2 - tail)) - information) < 1e-9


def test_a_rough_function_is_added_up_term_by_term() -> None:
    density = lk.derive(lk.Poisson).distribution([np.log(2.0**16)]).density
    found = expect(density, lambda y, row: (y % 2)[None])
    np.testing.assert_allclose(found, 0.5, rtol=1e-10)


def test_what_does_not_exist_is_refused() -> None:
    density = lk.derive(lk.Zeta).distribution([0.0]).density
    with pytest.raises(lk.UndefinedError, match="does not settle"):
        expect(density, lambda y, row: y[None])
