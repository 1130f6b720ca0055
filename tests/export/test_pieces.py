"""What boosters take for the information of noises made of others: theirs, or what tells more and never less."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit.export.curvature import Information

EXACT = {
    "hurdle": (lk.Hurdle(lk.Gamma), 3),
    "independent": (lk.Independent(lk.Gumbel, 2), 4),
    "joint": (lk.Joint(a=lk.Normal, b=lk.Hurdle(lk.Exponential)), 4),
}
MIXED = {
    "two normals": (lk.Mixture(lk.Normal, components=2), 6),
    "weight by one output": (lk.Mixture([lk.Normal, lk.Laplace], weights="sigmoid"), 5),
    "one that predicts nothing": (lk.Mixture([lk.Normal(mean=0, scale=1), lk.Laplace]), 4),
    "beside another": (lk.Joint(a=lk.Mixture(lk.Normal, components=2), b=lk.Normal), 8),
}


def both(noise: Any, width: int) -> tuple[Any, Any]:
    """The information by pieces and that of the whole at three rows."""
    loss, outputs = lk.derive(noise), 0.7 * np.random.default_rng(0).normal(size=(3, width))
    found = Information(loss, {})
    assert found.pieces is not None
    return found.informed(outputs), loss.fisher(outputs)


@pytest.mark.parametrize("label", EXACT)
def test_what_is_seen_piece_by_piece_has_the_information_of_its_pieces(label: str) -> None:
    found, truth = both(*EXACT[label])
    np.testing.assert_allclose(found, truth, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("label", MIXED)
def test_a_mixture_is_told_no_less_than_its_information(label: str) -> None:
    found, truth = both(*MIXED[label])
    assert np.linalg.eigvalsh(found - truth).min() > -1e-12
    assert np.abs(found - truth).max() > 1e-3


@pytest.mark.parametrize(
    "noise", [lk.Mixture(lk.Normal(scale=lk.shared), components=2), lk.ZeroInflated(lk.Poisson), lk.SkewT()]
)
def test_other_noises_are_not_taken_apart(noise: Any) -> None:
    assert Information(lk.derive(noise), {}).pieces is None
