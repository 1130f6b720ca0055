"""Beliefs of typed laws whose density jumps where it is highest, against their closed forms."""

from __future__ import annotations

import numpy as np
import sympy as sp

import likelihoodkit as lk

PLACES = np.array([1e-3, 0.3, 0.9, 1 - 1e-9, 1.0, 1 + 1e-9, 1.7, 6.0])[:, None]


class TwoHazards(lk.Distribution):
    """A hazard of ``first`` up to 1, and ``later`` beyond: the piecewise exponential law of survival analysis."""

    y = lk.outcome(lk.positive)
    first = lk.parameter(lk.positive, link="exp")
    later = lk.parameter(lk.positive, link="exp")
    early = lk.log(first) - first * y
    log_density = sp.Piecewise((early, y < 1), (lk.log(later) - first - later * (y - 1), True))


class Jumps(lk.Distribution):
    """The sizes of jumps of Kou (2002): exponential on either side of 0."""

    y = lk.outcome(lk.real)
    share = lk.parameter(lk.unit, link="sigmoid")
    up = lk.parameter(lk.positive, link="exp")
    down = lk.parameter(lk.positive, link="exp")
    log_density = sp.Piecewise((lk.log(share * up) - up * y, y >= 0), (lk.log((1 - share) * down) + down * y, True))


class Spliced(lk.Distribution):
    """Exponential below ``splice``, a power above."""

    y = lk.outcome(lk.positive)
    splice = lk.parameter(lk.positive, link="exp")
    share = lk.parameter(lk.unit, link="sigmoid")
    body = lk.log(share) - y - lk.log(1 - lk.exp(-splice))
    tail = lk.log(1 - share) + lk.log(2) + 2 * lk.log(splice) - 3 * lk.log(y)
    log_density = sp.Piecewise((body, y < splice), (tail, True))


def test_two_hazards():
    outputs = np.log([[0.8, 0.65], [0.5, 3.0], [0.2, 9.0], [1.5, 0.1]])
    first, later = np.exp(outputs).T
    belief = lk.derive(TwoHazards).distribution(outputs)
    left = np.exp(-first * np.minimum(PLACES, 1) - later * np.maximum(PLACES - 1, 0))
    assert np.allclose(belief.survival(np.tile(PLACES, 4)), left, rtol=1e-12, atol=0)
    assert np.allclose(belief.cdf(np.tile(PLACES, 4)) + left, 1, rtol=0, atol=1e-13)
    assert np.allclose(belief.mean(), (1 - np.exp(-first)) / first + np.exp(-first) / later, rtol=1e-10, atol=0)
    median = np.where(first > np.log(2), np.log(2) / first, 1 + (np.log(2) - first) / later)
    assert np.allclose(belief.median(), median, rtol=1e-10, atol=0)
    best = lk.derive(TwoHazards).predict(outputs, rule=lk.minimise(lambda action, y: np.abs(action - y)))
    assert np.allclose(best, median, rtol=1e-6, atol=0)


def test_sizes_of_jumps():
    outputs = np.array([[-1.1, 0.63, 0.6], [0.0, 0.1, 2.0], [1.0, 3.0, -1.0]])
    share, up, down = 1 / (1 + np.exp(-outputs[:, 0])), *np.exp(outputs[:, 1:]).T
    median = np.where(share < 0.5, np.log(0.5 / (1 - share)) / down, np.log(2 * share) / up)
    best = lk.derive(Jumps).predict(outputs, rule=lk.minimise(lambda action, y: np.abs(action - y)))
    assert np.allclose(best, median, rtol=0, atol=1e-6)
    belief = lk.derive(Jumps).distribution(outputs)
    assert np.allclose(belief.mean(), share / up - (1 - share) / down, rtol=1e-10, atol=1e-12)


def test_spliced():
    outputs = np.array([[0.68, -0.7], [-0.02, -1.5], [0.66, 0.1]])
    splice, share = np.exp(outputs[:, 0]), 1 / (1 + np.exp(-outputs[:, 1]))
    belief = lk.derive(Spliced).distribution(outputs)
    for times in (0.5, 1 - 1e-9, 1 + 1e-9, 3):
        y = splice * times
        below = share * np.expm1(-y) / np.expm1(-splice) if times < 1 else 1 - (1 - share) / times**2
        assert np.allclose(belief.cdf(y), below, rtol=1e-12, atol=0)
        assert np.allclose(belief.survival(y), 1 - below, rtol=1e-12, atol=0)
    heights = np.array([share / -np.expm1(-splice), (1 - share) * 2 / splice])
    assert (heights[1] > heights[0]).any()
    highest = np.exp(belief.log_density(belief.mode()))
    assert np.allclose(highest, heights.max(axis=0), rtol=1e-12, atol=0)


class LinearHazard(lk.Distribution):
    """A hazard that grows in a straight line."""

    y = lk.outcome(lk.positive)
    start = lk.parameter(lk.positive, link="exp")
    growth = lk.parameter(lk.positive, link="exp")
    log_density = lk.log(start + growth * y) - start * y - growth * y**2 / 2


def test_quantiles_without_a_search(monkeypatch):
    outputs = np.array([[0.3, -0.5], [-4.0, 2.0], [1.0, 0.0]])
    belief = lk.derive(LinearHazard).distribution(outputs)
    level = np.concatenate([[1e-12, 1 - 1e-12], np.linspace(1e-4, 1 - 1e-4, 300)])[:, None] + np.zeros(3)
    found = belief.quantile(level)
    start, growth = np.exp(outputs).T
    left = -np.log1p(-level)  # start y + growth y^2/2
    assert np.allclose(found, 2 * left / (start + np.sqrt(start**2 + 2 * growth * left)), rtol=1e-11, atol=0)

    def search(*_, **__):
        raise AssertionError("a root was searched for")

    monkeypatch.setattr("likelihoodkit.predict.laws.elementwise.find_root", search)
    assert belief.sample(0, 500).shape == (500, 3)
