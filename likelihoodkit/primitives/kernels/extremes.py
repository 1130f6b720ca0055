"""Generalized Pareto and generalized extreme values: whole losses that end where 1 + a x does, with their slopes.

Both are written with L = log(1 + a x)/a, q = x/(1 + a x) and L' = dL/da = (q - L)/a, which pass through a = 0 smoothly.
Outside the support (1 + a x <= 0) the loss is infinite and does not move: its slopes are 0. ``t`` is the log of the
scale, ``a`` the shape.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, Mask, kernel
from likelihoodkit.primitives.kernels.box_cox import log1p_over, log1p_over_da, log1p_over_daa
from likelihoodkit.primitives.kernels.exponential import log1pmx, times_exp
from likelihoodkit.primitives.kernels.logistic import of_softplus

#: beyond this size of a x, the 1 in 1 + a x is gone
LARGE = 1e16
#: below this size x may be subnormal, and what it is multiplied by large
LEAST = 1e-290
#: below it log(1 + u) - u/(1 + u) is u^2/2 - 2 u^3/3
SMALL = 1e-8


class Place:
    """An outcome r e^-t = x on the line of shape a: 1/x, 1/(1 + a x), L and q, and whether it is outside.

    Where a x is ``large`` all is written with 1/x: the product itself may overflow.
    """

    def __init__(self, r: Floats, t: Floats, a: Floats) -> None:
        x = np.asarray(times_exp(r, -t))
        self.steep = steep = np.isinf(x) & (np.absolute(a) < 1.0)  # a small shape may bring it back
        u = np.where((a == 0) | (x == 0), 0.0, np.where(steep, np.asarray(times_exp(a * r, -t)), a * x))
        self.x, self.a = x, a
        self.outside: Mask = u <= -1.0
        self.large: Mask = u > LARGE
        self.inverse = 1.0 / x
        self.rest = 1.0 / (1.0 + u)
        far = (np.log(np.absolute(a)) + (np.log(np.absolute(r)) - t)) / a
        near = np.where(steep & (a != 0), np.log1p(u) / a, np.asarray(log1p_over(x, a)))
        self.log = np.where(x == 0, 0.0, np.where(self.large, far, near))  # a may be infinite
        self.odds = np.where(np.absolute(u) > 1.0, 1.0 / (a + self.inverse), x / (1.0 + u))

    def over(self, near: Floats, far: Floats) -> Floats:
        """``near``/(1 + a x), where ``far`` is ``near``/x for large x."""
        return np.where(np.absolute(self.x) > 1.0, far / (self.inverse + self.a), near * self.rest)

    def slow(self, r: Floats, t: Floats) -> Floats:
        """e^-t/(1 + a x)."""
        return np.where(self.large, self.slowed(1.0, r), np.asarray(times_exp(self.rest, -t)))

    def slowed(self, factor: Any, r: Floats) -> Floats:
        """``factor`` e^-t/(1 + a x) where a x is large."""
        return np.asarray(factor / self.a / r / (1.0 + self.inverse / self.a))

    @property
    def slope(self) -> Floats:
        """L': negative, -x^2/2 at a = 0."""
        far = np.where(np.isinf(self.log), -np.inf, (self.odds - self.log) / self.a)
        near = np.where(self.steep, -np.inf, np.asarray(log1p_over_da(self.x, self.a)))
        return np.where(self.x == 0, 0.0, np.where(self.large, far, near))

    @property
    def bend(self) -> Floats:
        """The second derivative of L in a, 2 x^3/3 at a = 0."""
        far = (2.0 * (self.log - self.odds) / self.a - self.odds * self.odds) / self.a
        far = np.where(np.isinf(self.log), np.inf, far)
        near = np.where(self.steep, self.x, np.asarray(log1p_over_daa(self.x, self.a)))
        return np.where(self.x == 0, 0.0, np.where(self.large, far, near))


Part = Callable[[Place, Floats, Floats], Floats]


def _led(less: Floats, more: Floats) -> Floats:
    """The sum of two numbers of which the second is infinite first, and then of the sign of the sum."""
    return np.where(np.isinf(more), more, less + more)


def _walled(formula: Part, outside: float = 0.0) -> Callable[..., Floats]:
    """A kernel of (r, t, a) from a formula of the place, r and t; outside the support it is ``outside``."""

    def whole(r: Floats, t: Floats, a: Floats) -> Floats:
        r, t, a = np.broadcast_arrays(r, t, a)
        place = Place(r, t, a)
        return np.where(place.outside, outside, formula(place, r, t))

    whole.__doc__ = formula.__doc__
    return kernel(whole)


def _bent(beyond: Part, slope: Part, curve: Part, doc: str) -> Callable[..., Floats]:
    """The second derivative in f where t is log softplus(f); ``beyond`` is what ``curve`` in t has over ``slope``."""

    def whole(r: Floats, t: Floats, a: Floats, f: Floats) -> Floats:
        r, t, a, f = np.broadcast_arrays(r, t, a, f)
        p = Place(r, t, a)
        return np.where(p.outside, 0.0, of_softplus(f, slope(p, r, t), curve(p, r, t), beyond(p, r, t)))

    whole.__doc__ = doc
    return kernel(whole)


# -- generalized Pareto: t + (1 + a) L ---------------------------------------------------------------------------


def _pareto_loss(p: Place, r: Floats, t: Floats) -> Floats:
    """t + (1 + a) L."""
    with_tail = (np.log(np.absolute(p.a)) + np.log(np.absolute(r))) + p.log  # a L = log(a x): t has cancelled by hand
    near = t + np.where(p.log == 0, 0.0, (1.0 + p.a) * p.log)
    return np.where(p.large, with_tail, near)


def _pareto_scale(p: Place, r: Floats, t: Floats) -> Floats:
    """Derivative in t: (1 - x)/(1 + a x)."""
    return p.over(1.0 - p.x, p.inverse - 1.0)


def _pareto_shape(p: Place, r: Floats, t: Floats) -> Floats:
    """Derivative in a: L + (1 + a) L' = q + L'."""
    return _led(p.odds, p.slope)


def _pareto_scale_curve(p: Place, r: Floats, t: Floats) -> Floats:
    """Second derivative in t: (1 + a) x/(1 + a x)^2."""
    small = np.where(r == 0, 0.0, np.asarray(times_exp((1.0 + p.a) * r, -t)) * p.rest * p.rest)  # a may be infinite
    return np.where(np.absolute(p.x) < LEAST, small, ((1.0 + p.a) * p.odds) * p.rest)


def _pareto_cross(p: Place, r: Floats, t: Floats) -> Floats:
    """Mixed second derivative: x (x - 1)/(1 + a x)^2."""
    return -p.odds * _pareto_scale(p, r, t)


def _pareto_shape_curve(p: Place, r: Floats, t: Floats) -> Floats:
    """Second derivative in a: L'' - q^2."""
    return _led(-p.odds * p.odds, p.bend)


def _pareto_beyond(p: Place, r: Floats, t: Floats) -> Floats:
    """The second derivative in t less the first: (x (2 + a x) - 1)/(1 + a x)^2."""
    return p.odds * (1.0 + p.rest) - p.rest * p.rest


generalized_pareto_loss = _walled(_pareto_loss, np.inf)
generalized_pareto_scale = _walled(_pareto_scale)
generalized_pareto_shape = _walled(_pareto_shape)
generalized_pareto_scale_curve = _walled(_pareto_scale_curve)
generalized_pareto_cross = _walled(_pareto_cross)
generalized_pareto_shape_curve = _walled(_pareto_shape_curve)
generalized_pareto_softplus_curve = _bent(
    _pareto_beyond, _pareto_scale, _pareto_scale_curve, "Second derivative in f where t = log softplus(f)."
)


# -- generalized extreme value: t + (1 + a) L + E, E = e^-L ------------------------------------------------------


def _extreme_loss(p: Place, r: Floats, t: Floats) -> Floats:
    """t + (1 + a) L + E."""
    rare = np.exp(-p.log)
    with_tail = np.log(np.absolute(p.a)) + np.log(np.absolute(r)) + p.log  # a L = log(a x): t has cancelled by hand
    near = t + np.where(p.log == 0, 0.0, (1.0 + p.a) * p.log)
    whole = np.where(p.large, with_tail, near)
    return np.where(rare == np.inf, np.inf, whole + rare)


def _gap(p: Place) -> tuple[Floats, Floats]:
    """E and E - 1."""
    return np.exp(-p.log), np.expm1(-p.log)


def _extreme_pull(p: Place, r: Floats, t: Floats) -> Floats:
    """Derivative in r: (1 + a - E) e^-t/(1 + a x)."""
    rare, less = _gap(p)
    far = p.slowed(p.a - less, r)
    near = np.where(p.large, far, np.asarray(times_exp((p.a - less) * p.rest, -t)))
    return np.where(rare == np.inf, -np.exp(-(1.0 + p.a) * p.log - t), near)


def _extreme_scale(p: Place, r: Floats, t: Floats) -> Floats:
    """Derivative in t: (1 - x (1 - E))/(1 + a x)."""
    rare, less = _gap(p)
    far = -np.exp(np.log(np.absolute(p.x)) - (1.0 + p.a) * p.log)
    return np.where(rare == np.inf, far, p.over(1.0 + p.x * less, p.inverse + less))


def _scaled_extreme_scale(r: Floats, t: Floats, a: Floats, s: Floats) -> Floats:
    """e^s times the derivative in t."""
    r, t, a, s = np.broadcast_arrays(r, t, a, s)
    p = Place(r, t, a)
    rare, less = _gap(p)
    far = -np.exp(np.log(np.absolute(p.x)) - (1.0 + p.a) * p.log + s)
    near = p.over(np.asarray(times_exp(1.0 + p.x * less, s)), np.asarray(times_exp(p.inverse + less, s)))
    return np.where(p.outside, 0.0, np.where(rare == np.inf, far, near))


def _extreme_shape(p: Place, r: Floats, t: Floats) -> Floats:
    """Derivative in a: q + (1 - E) L'."""
    _, less = _gap(p)
    return _led(p.odds, -np.where(less == 0, 0.0, less * p.slope))


def _turn(p: Place) -> Floats:
    """(1 + a - E + x E)/(1 + a x)."""
    rare, less = _gap(p)
    return p.over(p.a - less + p.x * rare, (p.a - less) * p.inverse + rare)


def _extreme_pull_curve(p: Place, r: Floats, t: Floats) -> Floats:
    """Second derivative in r: (1 + a) (E - a) (e^-t/(1 + a x))^2."""
    rare, _ = _gap(p)
    slow = p.slow(r, t)
    return np.asarray(((1.0 + p.a) * slow) * ((rare - p.a) * slow))


def _extreme_turning(p: Place, r: Floats, t: Floats) -> Floats:
    """The second derivative in r over 1 + a, which may have digits that a has not: (E - a) (e^-t/(1 + a x))^2."""
    rare, _ = _gap(p)
    slow = p.slow(r, t)
    return np.asarray(slow * ((rare - p.a) * slow))


def _extreme_pull_scale(p: Place, r: Floats, t: Floats) -> Floats:
    """Mixed second derivative in r and t: -(1 + a - E + x E) e^-t/(1 + a x)^2."""
    return np.where(p.large, -_turn(p) * p.slow(r, t), -np.asarray(times_exp(_turn(p) * p.rest, -t)))


def _extreme_scale_curve(p: Place, r: Floats, t: Floats) -> Floats:
    """Second derivative in t: x (1 + a - E + x E)/(1 + a x)^2."""
    return p.odds * _turn(p)


def _lean(p: Place) -> Floats:
    """1/(1 + a x) + E L' - q (1 - E)."""
    rare, less = _gap(p)
    return p.rest + (np.where(rare == 0, 0.0, rare * p.slope) + p.odds * less)


def _extreme_pull_shape(p: Place, r: Floats, t: Floats) -> Floats:
    """Mixed second derivative in r and a."""
    return np.where(p.large, _lean(p) * p.slow(r, t), np.asarray(times_exp(_lean(p) * p.rest, -t)))


def _extreme_scale_shape(p: Place, r: Floats, t: Floats) -> Floats:
    """Mixed second derivative in t and a."""
    return -p.odds * _lean(p)


def _extreme_shape_curve(p: Place, r: Floats, t: Floats) -> Floats:
    """Second derivative in a: E L'^2 - q^2 + (1 - E) L''."""
    rare, less = _gap(p)
    square = np.where(rare == 0, 0.0, (rare * p.slope) * p.slope)
    return _led(square - p.odds * p.odds, -np.where(less == 0, 0.0, less * p.bend))


def _extreme_beyond(p: Place, r: Floats, t: Floats) -> Floats:
    """The second derivative in t less the first: (x (1 - E) (2 + a x) + x^2 E - 1)/(1 + a x)^2."""
    rare, less = _gap(p)
    square = np.where(rare == 0, 0.0, p.odds * (p.odds * rare))
    return square - np.where(less == 0, 0.0, less * (p.odds * (1.0 + p.rest))) - p.rest * p.rest


def _with_exponent(whole: Floats, r: Floats, t: Floats, a: Floats, s: Floats) -> Floats:
    """e^s times a derivative in a > 0; where that is -infinity it is -(a L less a x/(1 + a x))/a^2."""
    u = np.asarray(times_exp(a * np.absolute(r), -t))
    some = np.where(u < SMALL, 1.0, u)
    fallen = np.where(u < SMALL, 0.5 - 2.0 * u / 3.0, (np.asarray(log1pmx(some)) / some + some / (1.0 + some)) / some)
    root, logarithm = np.asarray(times_exp(r, 0.5 * s - t)), np.log(np.absolute(a))
    grown = np.log(np.absolute(r)) + (logarithm - t) - np.where(u > LARGE, 1.0, u / (1.0 + u))
    led = np.where(u > 1.0, np.asarray(times_exp(grown, s - 2.0 * logarithm)), (root * root) * fallen)
    return np.where(whole == -np.inf, -led, np.asarray(times_exp(whole, s)))


@kernel
def scaled_pareto_shape(r: Floats, t: Floats, a: Floats, s: Floats) -> Floats:
    """e^s times the derivative of the Pareto loss in a."""
    return _with_exponent(np.asarray(generalized_pareto_shape(r, t, a)), r, t, a, s)


@kernel
def scaled_extreme_shape(r: Floats, t: Floats, a: Floats, s: Floats) -> Floats:
    """e^s times the derivative of the extreme value loss in a."""
    return _with_exponent(np.asarray(extreme_value_shape(r, t, a)), r, t, a, s)


extreme_value_loss = _walled(_extreme_loss, np.inf)
extreme_value_pull = _walled(_extreme_pull)
extreme_value_scale = _walled(_extreme_scale)
scaled_extreme_scale = kernel(_scaled_extreme_scale)
extreme_value_shape = _walled(_extreme_shape)
extreme_value_pull_curve = _walled(_extreme_pull_curve)
extreme_value_turning = _walled(_extreme_turning)
extreme_value_pull_scale = _walled(_extreme_pull_scale)
extreme_value_pull_shape = _walled(_extreme_pull_shape)
extreme_value_scale_curve = _walled(_extreme_scale_curve)
extreme_value_scale_shape = _walled(_extreme_scale_shape)
extreme_value_shape_curve = _walled(_extreme_shape_curve)
extreme_value_softplus_curve = _bent(
    _extreme_beyond, _extreme_scale, _extreme_scale_curve, "Second derivative in f where t = log softplus(f)."
)
