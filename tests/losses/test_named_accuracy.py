"""Losses of several named inputs to the last digits: value within 4, slopes 8 and curvatures 16 units of rounding."""

from __future__ import annotations

from typing import Any

import mpmath as mp
import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit import losses
from losses.named import DOUBLE, SINGLE, TEXTBOOK, audited, drawn, offences, softplus
from losses.settings import INPUTS, one

PRECISIONS = {"double": DOUBLE, "single": SINGLE}


def test_every_loss_of_named_inputs_has_its_textbook_formula() -> None:
    assert set(TEXTBOOK) == INPUTS


@pytest.mark.slow
@pytest.mark.parametrize("name", TEXTBOOK)
@pytest.mark.parametrize("digits", PRECISIONS)
def test_losses_of_named_inputs_keep_their_digits(name: str, digits: str) -> None:
    found = [number.offence for number in audited(name, PRECISIONS[digits]) if number.offence]
    assert not found, "\n".join(found)


def normals(x: Any, o: Any) -> Any:
    scale, prior = ([softplus(z) for z in row] for row in (x.scale, x.prior_scale))
    terms = zip(x.mean, scale, x.prior_mean, prior, strict=True)
    return mp.fsum(mp.log(t / s) + (s * s + (m - w) ** 2) / (2 * t * t) - mp.mpf(1) / 2 for m, s, w, t in terms)


def bernoullis(x: Any, o: Any) -> Any:
    """The log-odds are what is given."""
    pairs = zip(x.probability, x.prior_probability, strict=True)
    sides = [(s * a, s * b) for a, b in pairs for s in (-1, 1)]
    return mp.fsum((softplus(-b) - softplus(-a)) / (1 + mp.exp(-a)) for a, b in sides)


def poissons(x: Any, o: Any) -> Any:
    return mp.fsum(mp.exp(b) - mp.exp(a) + mp.exp(a) * (a - b) for a, b in zip(x.mean, x.prior_mean, strict=True))


def exponentials(x: Any, o: Any) -> Any:
    return mp.fsum(mp.exp(a - b) - 1 - (a - b) for a, b in zip(x.mean, x.prior_mean, strict=True))


def gammas(x: Any, o: Any) -> Any:
    rows = zip(x.mean, x.shape, x.prior_mean, x.prior_shape, strict=True)
    total = mp.mpf(0)
    for mean, a, prior_mean, b in ([mp.exp(z) for z in row] for row in rows):
        rates = mp.log(a / mean) - mp.log(b / prior_mean)
        total += (a - b) * mp.digamma(a) - mp.loggamma(a) + mp.loggamma(b) + b * rates + b * mean / prior_mean - a
    return total


#: family -> the divergence of two of it, in outputs of the links
DIVERGENCES = {
    "Normal": normals,
    "Bernoulli": bernoullis,
    "Poisson": poissons,
    "Exponential": exponentials,
    "Gamma": gammas,
}


@pytest.mark.parametrize("name", DIVERGENCES)
def test_divergences_keep_their_digits(name: str) -> None:
    loss = losses.kl(getattr(lk, name), getattr(lk, name))
    rng = np.random.default_rng(4)
    inputs = {key: (rng.normal(size=(10, 2)) * np.repeat([1.0, 20.0], 5)[:, np.newaxis]) for key in loss.names}
    with mp.workdps(180):
        found = [*offences(loss, DIVERGENCES[name], inputs, mp.mpf(10) ** -50)]
    assert not found, "\n".join(found)


TOGETHER = {"triplet", "soft_triplet", "cosine_embedding", "contrastive"}


@pytest.mark.parametrize("name", sorted(TOGETHER))
@pytest.mark.parametrize(("place", "spread"), [(1e8, 1.0), (1e3, 1e-3), (0.0, 1e-310), (1e300, 1e290), (0.0, 1e308)])
def test_points_close_together_tiny_or_far_apart(name: str, place: float, spread: float) -> None:
    rng = np.random.default_rng(5)
    inputs = drawn(name, 3, lambda size: place + spread * np.clip(rng.normal(size=size) / 2, -1.7, 1.7))
    with mp.workdps(1200):
        found = [*offences(one(name), TEXTBOOK[name], inputs, mp.mpf(10) ** -340)]
    assert not found, "\n".join(found)
