"""What a multivariate normal reduces to: s I to the summed squared error, a diagonal to a weighted one, others not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import likelihoodkit as lk
from likelihoodkit import links
from likelihoodkit.declaration import NamedLoss, held, outcome, parameter
from likelihoodkit.primitives import VectorSymbol
from likelihoodkit.primitives.words import sum_over
from likelihoodkit.supports import positive, vectors

THREE = [[2, 0, 0], [0, 2, 0], [0, 0, 2]]


class Weighted(NamedLoss):
    """Squared errors of several numbers, each with a weight of its own."""

    y = outcome(vectors)
    prediction = parameter(vectors, link=links.identity)
    weights = held(replace(positive, name="weights", vector=True))

    loss = sum_over(weights * (y - prediction) ** 2)


@pytest.mark.parametrize("scale", [1, 3, lk.shared("isotropic"), [[2, 0], [0, 2]], THREE], ids=str)
def test_a_multiple_of_the_identity_is_summed_squared_error(scale: Any) -> None:
    proof = lk.prove(lk.MultivariateNormal(scale=scale), reduces_to=lk.losses.squared_error)
    assert proof.verdict == "proved"


@pytest.mark.parametrize(
    "noise",
    [
        lk.MultivariateNormal,
        lk.MultivariateNormal(scale=lk.shared),
        lk.MultivariateNormal(scale=lk.shared("diagonal")),
        lk.MultivariateNormal(scale=[[1, 0], [0.5, 1]]),
        lk.MultivariateNormal(scale=[[1, 0, 0], [0, 1, 0], [0.5, 0, 1]]),
    ],
    ids=str,
)
def test_other_matrices_are_refuted(noise: Any) -> None:
    proof = lk.prove(noise, reduces_to=lk.losses.squared_error)
    assert proof.verdict == "refuted"


def test_a_diagonal_is_weighted_squared_error() -> None:
    scale = VectorSymbol("scale", real=True, positive=True)
    noise = lk.MultivariateNormal(scale=lk.shared("diagonal"))
    assert lk.prove(noise, reduces_to=Weighted, where={"weights": 1 / scale**2}).verdict == "proved"
    assert lk.prove(noise, reduces_to=Weighted, where={"weights": 1 / scale}).verdict == "refuted"
