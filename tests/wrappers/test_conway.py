"""Wrapped counts of Conway and Maxwell against sums in mpmath."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest

import likelihoodkit as lk
from wrappers.truth import compare

INF = math.inf
CMP = lk.ConwayMaxwellPoisson


def _mass(low: int, high: int, f: Any, g: Any) -> Any:
    """The sum of rate^k/(k!)^dispersion from low to high."""
    return mp.fsum(mp.exp(f * k - mp.exp(g) * mp.loggamma(k + 1)) for k in range(low, high + 1))


def _share(low: float, high: float, last: int = 200) -> Callable[..., Any]:
    def loss(f: Any, g: Any) -> Any:
        inside = _mass(max(0, int(low)) if low > 0 else 0, last if high == INF else int(high), f, g)
        return mp.log(_mass(0, last, f, g)) - mp.log(inside)

    return loss


@pytest.mark.slow
@pytest.mark.parametrize("outputs", [[0.3, 0.2], [3.0, 0.0], [1.0, -1.0]], ids=str)
@pytest.mark.parametrize("y", [(-INF, 0.0), (-INF, 4.0), (1.0, INF), (6.0, INF), (2.0, 5.0), (30.0, INF)], ids=str)
def test_censored(y: tuple[float, float], outputs: list[float]) -> None:
    compare(lk.Censored(CMP), y, outputs, _share(*y), gradient=1e-11, hessian=1e-8)


@pytest.mark.parametrize("outputs", [[0.3, 0.2], [3.0, 0.0], [1.0, -1.0]], ids=str)
def test_truncated(outputs: list[float]) -> None:
    for low, high in ((1, None), (0, 5), (3, 8)):

        def loss(f: Any, g: Any, low: int = low, high: int | None = high) -> Any:
            return mp.log(_mass(low, high or 200, f, g)) - mp.log(_mass(4, 4, f, g))

        compare(lk.Truncated(CMP, low=low, high=high), 4.0, outputs, loss, gradient=1e-11, hessian=1e-8)


@pytest.mark.parametrize("y", [0.0, 1.0, 7.0])
def test_hurdle(y: float) -> None:
    def loss(f: Any, g: Any, z: Any) -> Any:
        zero = 1 / (1 + mp.exp(-z))
        if y == 0:
            return -mp.log(zero)
        return -mp.log(1 - zero) + mp.log(_mass(1, 200, f, g)) - mp.log(_mass(int(y), int(y), f, g))

    compare(lk.Hurdle(CMP), y, [1.2, 0.3, -0.4], loss, gradient=1e-11, hessian=1e-8)


@pytest.mark.parametrize("away", [-3.0, -0.5, 0.0, 2.0])
@pytest.mark.parametrize("log_mean", [8.0, 10.0, 13.0])
def test_many_counts(log_mean: float, away: float) -> None:
    """Terms are added in blocks: a dispersion of 1 is Poisson's law."""
    mean = math.exp(log_mean)
    y = math.floor(mean + away * math.sqrt(mean))
    belief = lk.derive(CMP).distribution([[log_mean, 0.0]])
    with mp.workdps(60):
        below = mp.gammainc(y + 1, mp.exp(log_mean), mp.inf, regularized=True)
    # log Z and y f are of the size of the mean: the last digit of f counts that often
    assert belief.cdf(y)[0] == pytest.approx(float(below), rel=mean * 1e-16 + 1e-13)
    assert belief.survival(y)[0] == pytest.approx(float(1 - below), rel=mean * 1e-16 + 1e-13)


def test_counts_that_never_happen() -> None:
    """A rate of 1 and no dispersion: all counts are as likely, and none is seen."""
    value, gradient = lk.derive(lk.Censored(CMP)).value_and_gradient([[-INF, 3.0], [3.0, INF]], [[0.0, -1e4]] * 2)
    assert value[1] == 0
    assert not np.isnan(gradient[1]).any()
