"""Losses of wrapped noises in mpmath, from their textbook definitions, and a loss compared with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np

import likelihoodkit as lk

DIGITS = 60
Formula = Callable[..., Any]


def softplus(f: Any) -> Any:
    return mp.log1p(mp.exp(f))


def ndtr(x: Any) -> Any:
    return mp.erfc(-x / mp.sqrt(2)) / 2


def log_mass(a: Any, b: Any) -> Any:
    """log(Phi(b) - Phi(a)) from the nearer tail."""
    if a > -b:
        a, b = -b, -a
    if b > 0:
        return mp.log1p(-ndtr(-b) - ndtr(a))
    return mp.log(ndtr(b) - ndtr(a))


def normal(y: Any, mean: Any, scale: Any) -> Any:
    """Log-density of a normal."""
    return -(((y - mean) / scale) ** 2) / 2 - mp.log(scale) - mp.log(2 * mp.pi) / 2


def weibull(y: Any, scale: Any, shape: Any) -> Any:
    """Log-density of a Weibull."""
    return mp.log(shape / scale) + (shape - 1) * mp.log(y / scale) - (y / scale) ** shape


def poisson(y: Any, mean: Any) -> Any:
    """Log-probability of a Poisson."""
    return y * mp.log(mean) - mean - mp.loggamma(y + 1)


def negative_binomial(y: Any, mean: Any, dispersion: Any) -> Any:
    """Log-probability of a negative binomial."""
    r = 1 / dispersion
    rising = mp.loggamma(y + r) - mp.loggamma(r) - mp.loggamma(y + 1)
    return rising + y * mp.log(dispersion * mean) - (y + r) * mp.log1p(dispersion * mean)


def compare(
    noise: Any,
    y: Any,
    outputs: list[float],
    formula: Formula,
    *,
    value: float = 1e-13,
    gradient: float = 1e-12,
    hessian: float = 1e-9,
) -> None:
    """Value, gradient and Hessian of one row against ``formula(*outputs)``, the loss in mpmath.

    The bounds are relative to the number itself, or to the largest of its kind where that is larger by rounding.
    """
    loss = lk.derive(noise)
    row = np.array([outputs])
    found, slope = loss.value_and_gradient(np.array([y]), row)
    curve = loss.hessian(np.array([y]), row)[0]
    with mp.workdps(DIGITS):
        at = [mp.mpf(f) for f in outputs]
        true = formula(*at)
        assert abs(found[0] - true) <= value * abs(true), (found[0], mp.nstr(true, 17))
        width = len(outputs)
        first = [mp.diff(formula, at, tuple(int(i == k) for k in range(width))) for i in range(width)]
        np.testing.assert_allclose(slope[0], [float(d) for d in first], rtol=gradient, atol=gradient)
        second = [
            [float(mp.diff(formula, at, tuple(int(i == k) + int(j == k) for k in range(width)))) for j in range(width)]
            for i in range(width)
        ]
        np.testing.assert_allclose(curve, second, rtol=hessian, atol=hessian)
