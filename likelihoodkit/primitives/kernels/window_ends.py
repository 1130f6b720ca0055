"""What the ends of a window of a normal do to its mass: the density at the low end, and its slopes.

With a and b the ends, alpha and beta the densities there over the mass and z between them, these are alpha,
alpha (E z - a) and alpha (a^2 - E z^2) times powers of e^t: distances within the window, of one sign each.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel, piecewise
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.windows import _from_zero, _moments, _of_window, _side, _Window


def _at_edge(m: Floats, h: Floats, sign: Floats | float) -> Floats:
    """The density at the nearer (-1) or further (1) edge times h, of a narrow window."""
    return np.asarray(np.exp(-h * (sign * m + 0.5 * h)) / _moments(m, h)[5])


def _square_less(m: Floats, h: Floats, sign: float) -> Floats:
    """(E z^2 less the square of an edge)/h, of a narrow window."""
    mean, square, *_ = _moments(m, h)
    if sign < 0:
        return np.asarray((2.0 * m - h) * (1.0 + mean) + h * (mean + square))
    return np.asarray((2.0 * m + h) * (mean - 1.0) + h * (square - mean))


def _narrow(form: Callable[[Floats, Floats, float], Floats], sign: float) -> Callable[[Floats, Floats], Floats]:
    return lambda m, h: np.asarray(_at_edge(m, h, sign) * form(m, h, sign))


def _distance(m: Floats, h: Floats, sign: float) -> Floats:
    """The distance of the mean from an edge over h."""
    return np.asarray(1.0 - sign * _moments(m, h)[0])


def _squares(w: _Window) -> Floats:
    """a^2 - E z^2."""
    return (w.beyond if w.beside else w.a * w.a - w.pull) - 1.0


_DENSITY = (_of_window(lambda w: w.fall + w.beta, (1.0, 1)), _of_window(lambda w: w.beta, (0.0, 1)))
_MIDDLE = (
    _of_window(lambda w: (w.fall + w.beta) * -w.short, (1.0, 0), _narrow(_distance, -1.0)),
    _of_window(lambda w: w.beta * (w.width + w.short), (0.0, 0), _narrow(_distance, 1.0)),
)
_SPREAD = (
    _of_window(lambda w: (w.fall + w.beta) * _squares(w), (-2.0, 1), _narrow(lambda *e: -_square_less(*e), -1.0)),
    _of_window(
        lambda w: w.beta * (w.width * w.sum + _squares(w)), (0.0, 1), _narrow(lambda *e: -_square_less(*e), 1.0)
    ),
)
Of_window = Callable[[Floats, Floats, Floats, Floats], Floats]


def _at_low(forms: tuple[Of_window, Of_window]) -> Of_window:
    """The form for the nearer edge where the low end is that, else the one for the further edge."""
    nearer, further = forms
    return lambda *w: piecewise(w, (_side(*w[:3]) > 0, nearer), otherwise=further)


def _narrow_low(low: Floats, high: Floats, centre: Floats, t: Floats) -> Floats:
    """The density of a narrow window, which it shares evenly: over half its width, however small that is."""
    _, _, width, both = _from_zero(low, high, centre, t)
    return np.asarray(_at_edge(0.5 * both, 0.5 * width, -_side(low, high, centre)) / (0.5 * (high - low)))


@kernel
def scaled_window_low(low: Floats, high: Floats, centre: Floats, t: Floats) -> Floats:
    """phi(a) e^t/(Phi(b) - Phi(a)), a = (low - centre) e^t and b = (high - centre) e^t, for low < high."""
    _, _, width, both = _from_zero(low, high, centre, t)
    return piecewise(
        (low, high, centre, t),
        ((both * width < 4.0) & (width < 1.0) & (low < high), _narrow_low),
        otherwise=lambda *w: np.asarray(times_exp(_at_low(_DENSITY)(*w), w[3])),
    )


@kernel
def scaled_window_low_middle(low: Floats, high: Floats, centre: Floats, t: Floats) -> Floats:
    """Minus its derivative in the centre."""
    return np.asarray(times_exp(_at_low(_MIDDLE)(low, high, centre, t), 2.0 * t))


@kernel
def scaled_window_low_spread(low: Floats, high: Floats, centre: Floats, t: Floats) -> Floats:
    """Minus its derivative in t."""
    return np.asarray(times_exp(_at_low(_SPREAD)(low, high, centre, t), t))
