"""The expected loss itself: evaluated under a discrete law, minimised, and tried for several minima."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from likelihoodkit.compile import Runner, compile_program
from likelihoodkit.elicit.question import Question
from likelihoodkit.primitives import digamma, log_gamma, log_i0e, tetragamma, trigamma
from likelihoodkit.supports import Support

Array = NDArray[Any]
Minimiser = Callable[[Any, Any], float]
_HALVINGS = 200
_WIDER = 40
POLYGAMMA = {0: digamma, 1: trigamma, 2: tetragamma}  # what the derivatives of SymPy's log-gamma are for the engines


class Formula:
    """An expression of scalars as a function of float64 arrays by symbol name (n,)."""

    def __init__(self, expression: sp.Expr) -> None:
        known = expression.replace(sp.polygamma, lambda n, x: POLYGAMMA.get(n, partial(sp.polygamma, n))(x))
        known = known.replace(sp.gamma, lambda x: sp.exp(log_gamma(x)))
        known = known.replace(sp.besseli, lambda n, x: sp.exp(log_i0e(x) + x) if n == 0 else sp.besseli(n, x))
        self.runner = Runner(compile_program({"value": known}))

    def __call__(self, **inputs: Any) -> Array:
        """The values in the common shape of the inputs."""
        columns = np.broadcast_arrays(*[np.asarray(v, dtype=float) for v in inputs.values()])
        shape = columns[0].shape
        flat = {name: np.ascontiguousarray(c).ravel() for name, c in zip(inputs, columns, strict=True)}
        out = np.empty(columns[0].size)
        self.runner.run(flat, {"value": out}, out.size)
        return out.reshape(shape)


def root(function: Callable[[float], float], low: float, high: float) -> float:
    """The zero of a monotone function between ``low`` and ``high`` (Brent); an end where it does not change sign."""
    from scipy.optimize import brentq

    left, right = function(low), function(high)
    if left * right >= 0:
        return low if abs(left) <= abs(right) else high
    return float(brentq(function, low, high, xtol=1e-300, rtol=8.9e-16, maxiter=4000))


def golden(function: Callable[[float], float], low: float, high: float) -> float:
    """A local minimum of a function by golden section; a minimum is known to half the digits of its value."""
    ratio = (np.sqrt(5.0) - 1) / 2
    a, b = low, high
    u, v = b - ratio * (b - a), a + ratio * (b - a)
    fu, fv = function(u), function(v)
    for _ in range(_HALVINGS):
        if abs(b - a) <= 1e-9 * (abs(a) + abs(b)):
            break
        if fu <= fv:
            b, v, fv = v, u, fu
            u = b - ratio * (b - a)
            fu = function(u)
        else:
            a, u, fu = u, v, fv
            v = a + ratio * (b - a)
            fv = function(v)
    return float((a + b) / 2)


def minimiser(question: Question, low: float | None = None, high: float | None = None) -> Minimiser:
    """The prediction of least risk under a discrete law: the best of a fine grid, refined by golden section.

    A minimum of a function is known to half the digits of its value, a sign change of its slope to all of them: where
    the mean slope changes sign beside what was found, that place is the answer.
    """
    formula = Formula(question.formula)
    psi = Formula(sp.diff(question.formula, question.prediction.symbol))
    a, y = question.prediction.symbol.name, question.y.name
    floor, ceiling = (float(v) for v in (question.prediction.domain.low, question.prediction.domain.high))

    def least(values: Array, probabilities: Array) -> float:
        start = float(np.min(values)) if low is None else low
        stop = float(np.max(values)) if high is None else high

        def risk(at: Any) -> Array:
            grid = np.asarray(at, dtype=float)
            return np.asarray(formula(**{a: grid[..., None], y: values}) @ probabilities)

        def places() -> tuple[Array, int]:
            grid = np.unique(np.concatenate([np.linspace(start, stop, 601), values if low is None else []]))
            return grid, int(np.argmin(risk(grid)))

        grid, best = places()
        for _ in range(_WIDER):  # the answer need not lie among the outcomes
            width = stop - start or 1.0
            if best == 0 and low is None:
                start = start / 2 if question.prediction.domain.low == 0 else max(start - width, floor)
            elif best == len(grid) - 1 and high is None:
                stop = min(stop + width, ceiling)
            else:
                break
            grid, best = places()
        near = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
        found = golden(lambda at: float(risk(at)), float(near[0]), float(near[1]))
        found = found if risk(found) < risk(grid[best]) else float(grid[best])

        def slope(at: float) -> float:
            sizes = psi(**{a: at, y: values})
            return (
                float(sizes @ probabilities) if np.isfinite(sizes).all() else 0.0
            )  # a cusp: sides meet, it turns here

        return _turn(slope, found, (stop - start) / 600)

    return least


def _turn(slope: Callable[[float], float], near: float, reach: float) -> float:
    """Where a slope turns from falling to rising within ``reach`` of ``near``; ``near`` itself where it does not."""
    step = reach * 2.0**-30
    while step <= reach:
        low, high = near - step, near + step
        if low == high:
            return near
        if slope(low) < 0 < slope(high):
            return root(slope, low, high)
        step *= 4
    return near


def convexity(question: Question) -> str:
    """Is the loss convex in the prediction? "yes", "no" or "not seen" on a grid, for usual outcomes."""
    a, y = question.prediction.symbol.name, question.y.name
    formula = Formula(question.formula)
    low, high = question.target.typical
    span = np.linspace(low, high, 9)
    domain = question.prediction.domain
    grid = np.linspace(max(domain.low, low - 20 * (domain.low < 0)), min(domain.high, high + 20), 4001)[1:-1]
    grid = grid[grid > domain.low]
    with np.errstate(all="ignore"):  # infinite far out, where nothing is seen
        curves = formula(**{a: grid[None, :], y: span[:, None]})
        bend = np.diff(np.diff(curves, axis=1), axis=1)
    seen = bend[np.isfinite(bend)]
    if not seen.size:
        return "not seen"
    noise = 1e-12 * max(1.0, float(np.abs(curves[np.isfinite(curves)]).max()))
    return "yes" if bool((seen >= -noise).all()) else "no"


def typical(domain: Support, count: int) -> Array:
    """Everyday outcomes, (count,), or the whole numbers below them."""
    outcomes = np.linspace(*domain.typical, count + 2)[1:-1]
    return np.unique(np.floor(outcomes)) if domain.whole else outcomes


def falls(question: Question) -> str | None:
    """The end of its domain towards which the mean loss falls without a minimum, under every law tried; else None."""
    a, y = question.prediction.symbol.name, question.y.name
    formula = Formula(question.formula)
    low, high = (float(v) for v in (question.prediction.domain.low, question.prediction.domain.high))
    if np.isfinite(low) and np.isfinite(high):
        return None
    out = np.geomspace(1e-3, 1e6, 91)
    grid = low + out if np.isfinite(low) else high - out[::-1] if np.isfinite(high) else np.append(-out[::-1], out)
    outcomes = typical(question.target, 5)
    laws = np.vstack([np.eye(len(outcomes)), np.random.default_rng(0).dirichlet(np.ones(len(outcomes)), 8)])
    ends = set()
    with np.errstate(all="ignore"):  # infinite far out, and then nothing is said
        risks = np.asarray(formula(**{a: grid[:, None], y: outcomes[None, :]})) @ laws.T
    for risk in risks.T:
        if np.isnan(risk).any():  # infinity less infinity: nothing is known
            return None
        inside = float(np.min(risk[1:-1]))
        sides = {"minus infinity": np.isinf(low) and risk[0] < inside, "infinity": np.isinf(high) and risk[-1] < inside}
        found = " or ".join(end for end, holds in sides.items() if holds)
        if not found and np.max(risk) > np.min(risk):
            return None
        ends.add(found)
    return " or ".join(sorted(ends - {""})) if len(ends - {""}) == 1 else "one of the ends" if ends - {""} else None


def two_minima(question: Question) -> tuple[float, tuple[float, float]] | None:
    """A law with two best predictions: (distance d, the two) with Y = d or -d at equal odds; None if none is seen."""
    if question.target.low > float("-inf"):
        return None
    a, y = question.prediction.symbol.name, question.y.name
    formula = Formula(question.formula)
    for d in (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0):
        grid = np.linspace(0.0, 1.5 * d, 3001)

        def risk(at: Any, d: float = d) -> Array:
            return np.asarray((formula(**{a: at, y: d}) + formula(**{a: at, y: -d})) / 2)

        if not np.allclose(risk(grid), risk(-grid), rtol=1e-12, atol=1e-12):
            return None
        sizes = risk(grid)
        best = int(np.argmin(sizes))
        if best and sizes[best] < sizes[0] - 1e-9 * abs(sizes[0]):
            near = golden(lambda at: float(risk(at)), float(grid[best - 1]), float(grid[min(best + 1, 3000)]))
            return d, (-near, near)
    return None
