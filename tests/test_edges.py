"""The edge of the support: the true value where the edge belongs to it, a clear error where it does not."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from mpmath import mp, mpf

import likelihoodkit as lk
import textbook
from likelihoodkit.errors import SupportError
from likelihoodkit.families import FAMILIES

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.accuracy.edges import FILE, table

OPEN = [n for n, f in FAMILIES.items() if n in textbook.FAMILIES and f.outcome.domain.name in ("positive", "unit")]
CLOSED = [n for n, f in FAMILIES.items() if n in textbook.FAMILIES and f.outcome.domain.name == "nonnegative"]


def test_the_table_is_what_the_package_does() -> None:
    assert FILE.read_text(encoding="utf-8") == table()


@pytest.mark.parametrize("name", OPEN)
def test_an_open_edge_is_refused_by_name(name: str) -> None:
    family = FAMILIES[name]
    loss = lk.derive(family)
    for edge in {family.outcome.domain.low, family.outcome.domain.high} - {np.inf}:
        with pytest.raises(SupportError, match=name) as caught:
            loss([0.5, edge], np.zeros((2, len(loss.outputs))))
        assert caught.value.index == 1
        assert caught.value.value == edge
        assert caught.value.remedy


@pytest.mark.parametrize("output", [-745.0, -30.0, 0.3, 30.0])
@pytest.mark.parametrize("name", CLOSED)
def test_a_closed_edge_has_the_limit_of_the_density(name: str, output: float) -> None:
    """At y = 0 the textbook formula's limit, value and gradient."""
    loss = lk.derive(FAMILIES[name])
    outputs = [output] * len(loss.outputs)
    value, gradient = loss.value_and_gradient([0.0], [outputs])
    truth = textbook.nll(name, 1e-300 * np.exp(min(output, 0)), outputs) if output > -700 else None
    if truth is None:
        assert np.isfinite(value).all()
        assert np.isfinite(gradient).all()
        return
    with mp.workdps(30):
        assert abs(mpf(float(value[0])) - truth.value) <= 1e-14 * (1 + abs(truth.value))
        for found, true in zip(np.reshape(gradient, -1), truth.gradient, strict=True):
            assert abs(mpf(float(found)) - true) <= 1e-14 * (1 + abs(true))
