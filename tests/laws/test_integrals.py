"""The integrals that certificates are made of, against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import special

from likelihoodkit.certify.even import STRAIGHT, drawn, even_steps


def rows(function):
    return lambda places: np.array([[function(t)] for t in places])


#: integrand, edges, map, its integral up to a place
KNOWN = {
    "normal": (
        lambda t: math.exp(-t * t / 2), [-10.0, 10.0], drawn(0.3, 1.5),
        lambda t: math.sqrt(2 * math.pi) * special.ndtr(t),
    ),
    "narrow, with long tails": (
        lambda t: (1 + 1e4 * t * t) ** -2, [-1e5, 1e5], drawn(0.001, 0.01),
        lambda t: (t / (1 + 1e4 * t * t) + (math.pi / 2 + math.atan(100 * t)) / 100) / 2,
    ),
    "a kink": (
        lambda t: math.exp(-abs(t - 0.25)), [-45.0, 0.25, 45.0], STRAIGHT,
        lambda t: math.exp(t - 0.25) if t < 0.25 else 2 - math.exp(0.25 - t),
    ),
    "an end like a root": (
        lambda t: math.sqrt(max(1 - t, 0)), [0.0, 1.0, 2.0], STRAIGHT,
        lambda t: (1 - max(1 - t, 0) ** 1.5) / 1.5,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", KNOWN)
def test_the_whole_and_every_part(name: str) -> None:
    function, edges, whole, known = KNOWN[name]
    parts = even_steps(rows(function), edges, whole)
    assert parts is not None
    total = known(edges[-1])
    assert sum(part.total[0] for part in parts) == pytest.approx(
        total, rel=1e-9 if name.startswith("narrow") else 1e-12
    )
    for place in (-0.5, -0.01, 0.0, 0.25, 0.7, 1.0, 1.5):
        found = sum(part.up_to(place)[0] for part in parts)
        assert found == pytest.approx(known(max(place, edges[0])), abs=1e-11 * total)


def test_all_round_a_circle() -> None:
    (part,) = even_steps(rows(lambda t: math.exp(math.cos(t))), [-math.pi, math.pi], STRAIGHT)
    assert part.total[0] == pytest.approx(2 * math.pi * special.i0(1), rel=1e-14)
    assert len(part.grid) == 129


def test_what_does_not_settle_is_not_told() -> None:
    jump = rows(lambda t: float(abs(t) < 0.3))
    assert even_steps(jump, [-1.0, 1.0], drawn(0.0, 1.0)) is None
