"""Losses that grow slower than any logarithm, or faster, without being powers: does exp(-loss) integrate?"""

from __future__ import annotations

import pytest
import sympy as sp

import likelihoodkit as lk

r = lk.outcome(lk.real) - lk.parameter(lk.real, link="identity")
growth = lk.log(1 + r**2)


@pytest.mark.parametrize("loss", [lk.sqrt(growth), 2 * lk.log(lk.log(3 + r**2))], ids=["root", "logarithm"])
def test_slower_than_any_power(loss):
    found = lk.reverse(loss)
    assert found.tier == "neither"
    assert "it falls slower than any power" in found.reasons[0]
    assert found.notes == ("no factor helps",)


def test_faster_than_any_power():
    found = lk.reverse(lk.abs(r) ** sp.Rational(1, 16) + lk.abs(r) ** sp.Rational(1, 18))
    assert found.tier == "likelihood"
    assert found.tails == "faster than any power on both sides"


def test_powers_in_the_end():
    found = lk.reverse(growth - lk.log(2 + growth))
    assert found.tier == "likelihood"
    assert found.tails.startswith("polynomial, |r|^-1.99")
    assert lk.reverse(lk.log(1 + lk.abs(r)) / 2).notes == ("exp(-k loss) integrates for k > 2",)
    assert lk.reverse(1 - 1 / lk.log(3 + r**2)).notes == ("no factor helps: a bounded loss has no noise",)
