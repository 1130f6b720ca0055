"""Student's law seen between two bounds only: the digits of mpmath's beta tails, near the location and far from it."""

from __future__ import annotations

from typing import Any

import mpmath as mp
import numpy as np
import pytest

import likelihoodkit as lk

UNIT = mp.mpf(2) ** -53
INF = float("inf")


def _tail(z: Any, df: Any) -> Any:
    """P(T > z)."""
    if z == mp.inf:
        return mp.mpf(0)
    half = mp.betainc(df / 2, mp.mpf(1) / 2, 0, df / (df + z * z), regularized=True) / 2
    return half if z >= 0 else 1 - half


def _loss(y: float, low: float, high: float, *outputs: Any) -> Any:
    location, (scale, df) = outputs[0], (mp.log1p(mp.exp(f)) for f in outputs[1:])
    z, a, b = ((mp.mpf(place) - location) / scale for place in (y, low, high))
    mass = _tail(a, df) - _tail(b, df) if a > 0 else _tail(-b, df) - _tail(-a, df)
    top = mp.loggamma((df + 1) / 2) - mp.loggamma(df / 2) - mp.log(df * mp.pi) / 2 - mp.log(scale)
    return mp.log(mass) - top + (df + 1) / 2 * mp.log1p(z * z / df)


def _error(found: float, outcome: tuple[float, float, float], outputs: list[float], order: tuple[int, ...]) -> float:
    """In units of what rounding the outputs costs."""
    place, step = tuple(map(mp.mpf, outputs)), mp.mpf(10) ** -20

    def number(*at: Any) -> Any:
        def along(*more: Any) -> Any:
            return _loss(*outcome, *more)

        return mp.diff(along, at, order, h=step) if any(order) else along(*at)

    true, nudge = number(*place), mp.mpf(10) ** -8
    size = abs(true)
    for k, f in enumerate(place):
        moved = tuple(g * (1 + nudge * (i == k)) for i, g in enumerate(place))
        size += abs(number(*moved) - true) / nudge if f else 0
    return float(abs(mp.mpf(float(found)) - true) / (size * UNIT))


#: bounds, an outcome and outputs
FAR: list[tuple[tuple[float, float], float, list[float]]] = [
    ((-INF, 2.0), 1.5, [709.0, -1.0, 2.0]),
    ((-INF, 2.0), -40.0, [88.0, 0.3, -1.0]),
    ((-INF, 2.0), 1.999, [3.0, -4.0, 30.0]),
    ((-INF, 2.0), 0.5, [1.0, 0.4, 0.7]),
    ((-INF, 3.0), 1.0, [30.0, -30.0, -30.0]),
    ((1.0, INF), 3.0, [-709.0, -30.0, 1.0]),
    ((1.0, INF), 1.25, [-2.0, -1.5, 5.0]),
    ((1.0, 3.0), 1.5, [-88.0, -1.0, 1.5]),
    ((1.0, 3.0), 1.25, [0.5, -1.0, 2.0]),
]


@pytest.mark.parametrize(("bounds", "y", "outputs"), FAR)
def test_what_is_seen_of_student_keeps_the_digits(bounds: tuple[float, float], y: float, outputs: list[float]) -> None:
    low, high = (None if np.isinf(bound) else bound for bound in bounds)
    loss = lk.derive(lk.Truncated(lk.StudentT, low=low, high=high))
    value, gradient = loss.value_and_gradient([y], [outputs])
    curves = loss.hessian([y], [outputs])[0]
    with mp.workdps(90):
        assert _error(value[0], (y, *bounds), outputs, (0, 0, 0)) <= 4.0
        for k in range(3):
            order = tuple(int(i == k) for i in range(3))
            assert _error(gradient[0, k], (y, *bounds), outputs, order) <= 8.0, k
            assert _error(curves[k, k], (y, *bounds), outputs, tuple(2 * i for i in order)) <= 16.0, k


@pytest.mark.parametrize(("bounds", "y", "outputs"), [case for case in FAR if case[2][0] < 700.0])
def test_what_is_seen_of_cauchy_keeps_the_digits(bounds: tuple[float, float], y: float, outputs: list[float]) -> None:
    low, high = (None if np.isinf(bound) else bound for bound in bounds)
    value, gradient = lk.derive(lk.Truncated(lk.Cauchy, low=low, high=high)).value_and_gradient([y], [outputs[:2]])
    one = [*outputs[:2], float(np.log(np.expm1(1.0)))]  # of which the softplus is 1
    with mp.workdps(90):
        assert _error(value[0], (y, *bounds), one, (0, 0, 0)) <= 4.0
        for k in range(2):
            assert _error(gradient[0, k], (y, *bounds), one, (int(k == 0), int(k == 1), 0)) <= 8.0, k


#: bounds, an outcome and an output
HALVES: list[tuple[tuple[float, float], float, float]] = [
    *(((1.0, INF), 1.25, f) for f in (-709.0, -104.0, -3.0, 0.5, 88.0, 709.0)),
    *(((0.0, 2.0), 1.5, f) for f in (-709.0, -104.0, -3.0, 0.5, 88.0)),
    *(((1.0, 3.0), 1.5, f) for f in (-88.0, -3.0, 0.5, 88.0)),
]


@pytest.mark.parametrize(("bounds", "y", "output"), HALVES)
def test_what_is_seen_of_half_a_cauchy_keeps_the_digits(bounds: tuple[float, float], y: float, output: float) -> None:
    low, high = (None if bound in (0.0, INF) else bound for bound in bounds)
    loss = lk.derive(lk.Truncated(lk.HalfCauchy, low=low, high=high))
    value, gradient = loss.value_and_gradient([y], [output])

    def formula(f: Any) -> Any:
        scale, (low, high) = mp.exp(f), bounds
        angle = mp.atan(scale / low) if high == INF else mp.atan(high / scale) - mp.atan(low / scale)
        return mp.log(angle) + f + mp.log1p((y / scale) ** 2)

    with mp.workdps(700):
        f = mp.mpf(output)
        slope, bend = (mp.diff(formula, f, order, h=mp.mpf(10) ** -150) for order in (1, 2))
        for found, true, moved, bar in ((value[0], formula(f), slope, 4.0), (gradient[0], slope, bend, 8.0)):
            assert abs(mp.mpf(float(found)) - true) <= bar * UNIT * (abs(true) + abs(f * moved)) + mp.mpf(10) ** -300


def test_far_above_a_wide_law_slopes_do_not_cancel() -> None:
    """In the scale the loss of a power's tail does not move but by its square: here by 1e-23."""
    gradient = lk.derive(lk.Truncated(lk.StudentT, high=2.0)).gradient([-27.5], [[9.9, -29.4, 248.0]])
    with mp.workdps(90):
        assert _error(gradient[0, 1], (-27.5, -INF, 2.0), [9.9, -29.4, 248.0], (0, 1, 0)) <= 8.0
