"""The loss of a Poisson count whose rate is inverse Gaussian, in saddle-point form, with its slopes and curvatures.

Arguments: y, f = log mean, a = log dispersion. With w^2 = 1 + 2 mean dispersion and x = w/dispersion the probability
holds a Bessel function K of order nu = y - 1/2 at x. The rate that is most probable given y is
(mean/w) (p + h) with p = nu/x, h = sqrt(1 + p^2); around it everything is a deviance that is never negative.

Slopes hold kappa, the mean power of 1/x in the polynomial that K is, which goes from 0 to n = y - 1 as x goes to 0.
Where it is near n, what it lacks of n is near x; what is left is found in its own right: kappa + x = n + lag.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from likelihoodkit.primitives.kernels._debye import series
from likelihoodkit.primitives.kernels._tilted import POINTS, WEIGHTS
from likelihoodkit.primitives.kernels._tools import Floats, Kernel, Mask, kernel, piecewise
from likelihoodkit.primitives.kernels.differences import exp_minus
from likelihoodkit.primitives.kernels.exponential import log1pmx, times_exp
from likelihoodkit.primitives.kernels.hyperbolic import log1p_square_exp
from likelihoodkit.primitives.kernels.logistic import log_softplus, sigmoid, softplus
from likelihoodkit.primitives.kernels.rests import less_count
from likelihoodkit.primitives.kernels.saddle import log_factorial_excess
from likelihoodkit.primitives.kernels.single import asinh_times_exp

LOG2 = math.log(2.0)
FIRST = -500.0  # log of a dispersion whose square adds nothing to the slope for any count and a mean up to e^125
NUMBERS = 300.0  # the exponential of twice as much is a number
LEAST_RATE = 1e-290  # below, an inverse overflows
FEW = 25  # n and R from which on the Debye expansion has all digits
#: panels of the integral that D is for a small R; the last reaches to where e^(-5 t/2) is nothing
EDGES = (0.0, 1.5, 4.0, 9.0, 20.0)


@dataclass(frozen=True)
class _Powers:
    """kappa, minus its slope in log x; x + kappa - n, and its slope in log x."""

    kappa: Floats
    spread: Floats
    lag: Floats
    lag_slope: Floats


def _nowhere(mask: Mask) -> bool:
    return not np.any(mask)


class _Place:
    """What value and slopes share at one point."""

    def __init__(self, y: Floats, f: Floats, a: Floats) -> None:
        self.y, self.f, self.a = y, f, a
        both = f + a + LOG2
        self.c = c = np.asarray(softplus(both))  # log w^2
        self.share = np.asarray(sigmoid(both))  # 1 - w^-2
        self.rest = np.asarray(sigmoid(-both))
        self.n = y - 1.0
        self.beta, self.x = np.exp(a - 0.5 * c), np.exp(0.5 * c - a)
        self.nu = y - 0.5
        self.p = np.asarray(times_exp(self.nu, a - 0.5 * c))
        self.h = np.hypot(1.0, self.p)
        far = np.isinf(self.h)
        self.part, self.less = np.where(far, 1.0, self.p / self.h), 1.0 / self.h  # nu/R and x/R
        self.inverse = np.where(far, 1.0 / self.nu, self.beta / self.h)  # 1/R
        # of mean and dispersion themselves where they are numbers: the sum of their logarithms would round
        self.plain = (np.absolute(f) < NUMBERS) & (np.absolute(a) < NUMBERS)
        self.mean = np.exp(np.where(self.plain, f, 0.0))
        self.w = np.sqrt(1.0 + 2.0 * self.mean * np.exp(np.where(self.plain, a, 0.0)))
        self.level = np.where(self.plain, self.mean / self.w, np.exp(f - 0.5 * c))  # mean/w
        tilt = np.tanh(0.25 * c)  # (w - 1)/(w + 1)
        self.tilt = tilt
        near = np.where(c > 1e-8, tilt / np.where(c > 1e-8, c, 1.0), 0.25)
        tilted = np.asarray(times_exp(near, f - 0.5 * c + np.asarray(log_softplus(both))))
        self.tilted = np.where(self.plain & (tilt > 1e-8), self.level * tilt, tilted)  # level * tilt

    def powers(self) -> _Powers:
        low = self.n < FEW
        if _nowhere(low):
            return self._by_debye()
        few, many = self._by_recursion(), self._by_debye()
        return _Powers(*(np.where(low, getattr(few, k.name), getattr(many, k.name)) for k in fields(_Powers)))

    def _last(self) -> int:
        known = np.where(np.isnan(self.n), 0.0, self.n)
        return int(min(FEW - 1.0, np.max(known, initial=0.0)))

    def _by_recursion(self) -> _Powers:
        x, beta = self.x, self.beta
        small = x < 1.0
        kappa, spread = (np.zeros(np.shape(self.y)) for _ in range(2))
        lag = lag_slope = x
        for n in range(1, self._last() + 1):
            reach = n + kappa
            total, fall = x + reach, 1.0 + beta * reach
            now = self.n >= n
            lag = np.where(now, np.where(small, x * (x / total), x / fall), lag)
            lag_slope = np.where(
                now, lag * (1.0 + np.where(small, 1.0 / total, beta / fall) * (reach + spread)), lag_slope
            )
            close = x * (reach * reach - x * spread) / total / total
            spread = np.where(now, np.where(small, close, (beta * reach * reach - spread) / fall / fall), spread)
            powers = np.where(small, (n * reach - x * kappa) / total, (beta * n * reach - kappa) / fall)
            kappa = np.where(now, powers, kappa)
        return _Powers(kappa, spread, lag, lag_slope)

    def _by_debye(self) -> _Powers:
        q, g = self.part**2, self.less**2
        first, second = series(1, q, self.inverse), series(2, q, self.inverse)
        bend = g * g * second - 2.0 * q * g * first
        kappa = self.nu * (self.part / (1.0 + self.less)) - 0.5 * q + g * first
        spread = self.nu * (self.part * self.less / (1.0 + self.less)) - q * g + bend
        near = self.x * self.less / (1.0 + self.part)
        return _Powers(kappa, spread, near + 0.5 * g + g * first, near * (1.0 + self.part) + q * g - bend)

    def correction(self) -> Floats:
        """D: what the saddle point leaves out."""
        low = (self.inverse * FEW > 1.0) & (self.y > 2)
        return piecewise(
            (self.nu, self.inverse, self.part),
            (low, lambda nu, inverse, _: _integral(nu, 1.0 / inverse)),
            otherwise=lambda _, inverse, part: series(0, part**2, inverse),
        )


def _integral(nu: Floats, size: Floats) -> Floats:
    """log of sqrt(R/(2 pi)) times the integral of exp(-R (cosh t - 1) - nu (sinh t - t))."""
    total = np.zeros(np.shape(nu))
    for i in range(len(EDGES) - 1):
        width = EDGES[i + 1] - EDGES[i]
        for point, weight in zip(POINTS, WEIGHTS, strict=True):
            t = EDGES[i] + width * point
            drop = size * 2.0 * math.sinh(0.5 * t) ** 2
            lean = nu * (math.sinh(t) - t if t > 0.5 else _sinh_less(t))
            total += weight * width * (np.exp(lean - drop) + np.exp(-lean - drop))
    return np.asarray(0.5 * np.log(size / (2.0 * math.pi)) + np.log(total))


def _sinh_less(t: float) -> float:
    """sinh(t) - t for a small t."""
    square = t * t
    return (
        t * square / 6.0 * (1.0 + square / 20.0 * (1.0 + square / 42.0 * (1.0 + square / 72.0 * (1.0 + square / 110))))
    )


@kernel
def poisson_inverse_gaussian_loss(y: Floats, f: Floats, a: Floats) -> Floats:
    """A Poisson deviance, an inverse Gaussian one, and what the two leave."""
    y, f, a = np.broadcast_arrays(y, f, a)
    at = _Place(y, f, a)
    none = np.where(at.plain, 2.0 * at.mean / (1.0 + at.w), np.exp(LOG2 + f - np.asarray(softplus(0.5 * at.c))))
    grown = at.p + at.h
    angle = np.asarray(asinh_times_exp(at.nu, a - 0.5 * at.c))
    rate = np.where(np.isinf(grown), np.exp((f - 0.5 * at.c) + angle), at.level * grown)
    ratio = np.where(y > 0, rate / np.where(y > 0, y, 1.0), 1.0)
    gap = ratio - 1.0
    near = np.absolute(gap) < 0.5
    log_ratio = (f - 0.5 * at.c) + angle - np.log(np.where(y > 0, y, 1.0))
    deviance = y * np.where(near, -np.asarray(log1pmx(np.where(near, gap, 0.0))), gap - log_ratio)
    deviance = np.where(np.isinf(gap), np.inf, deviance)
    w = np.exp(0.5 * at.c)
    angle_of_share = -np.asarray(softplus(-(f + a + LOG2)))
    apart = np.where(f < 30.0, -np.asarray(exp_minus(f, at.nu)) / (w + 1.0 / grown), 0.0)
    apart = np.where(f < 30.0, apart, (at.nu / w - at.level) / (1.0 + 1.0 / (w * grown)))
    pull = at.share * (apart * (apart / rate))
    # of a rate that is hardly a number, and of a share that is none, the logarithms are
    small = apart * apart * np.exp(angle_of_share - ((f - 0.5 * at.c) + angle))
    pull = np.where(rate < LEAST_RATE, small, np.where(at.share == 0, 0.0, pull))
    rest = 0.5 * (0.5 * np.asarray(log1p_square_exp(at.nu, a - 0.5 * at.c)) + angle) - at.correction()
    # up to y = 2 the polynomial is short: 1, or 1 + 1/x
    short = none - y * (f - 0.5 * at.c) + np.where(y == 2.0, LOG2 - np.asarray(softplus(a - 0.5 * at.c)), 0.0)
    short = np.where(np.isinf(none), none, short)
    whole = np.asarray(log_factorial_excess(y)) + deviance + pull + rest
    whole = np.where(np.isinf(rate), np.inf, whole)
    return np.where(y == 0, none, np.where(y <= 2.0, short, whole))


#: what each of these functions is made of
_FORMULAS: list[tuple[Any, Any, Any]] = []


def _derivative(at: _Place, k: _Powers, none: Any, plain: Any, diffuse: Any) -> Floats:
    spread_out = (at.p > 1.0) & (at.share > 0.5)
    return np.asarray(np.where(at.y == 0, none(at), np.where(spread_out, diffuse(at, k), plain(at, k))))


def slopes_and_curvatures(y: Floats, f: Floats, a: Floats) -> Floats:
    """All derivatives of the loss by rows, f, a, ff, fa and aa, from what they share."""
    at = _Place(y, f, a)
    k = at.powers()
    return np.stack([_derivative(at, k, *formulas) for formulas in _FORMULAS])


def _kernel(name: str, none: Any, plain: Any, diffuse: Any) -> Kernel:
    """Of three formulas: for y = 0, for a rate that is well known, and for one of which y says nearly all."""
    _FORMULAS.append((none, plain, diffuse))

    def function(y: Floats, f: Floats, a: Floats) -> Floats:
        y, f, a = np.broadcast_arrays(y, f, a)
        at = _Place(y, f, a)
        return _derivative(at, at.powers(), none, plain, diffuse)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"The derivative {name.rsplit('_', 1)[1]} of the loss."
    return kernel(function)


def _slope_f(at: _Place, k: _Powers) -> Floats:
    """The mean of the rate given y, less y."""
    half = 0.5 * at.share
    gap, drawn = np.asarray(less_count(at.f, at.y)) * (1.0 - half), half * (np.exp(at.f) * at.tilt)
    close = gap + half * k.kappa - drawn
    apart = at.level - at.y * (1.0 - half) + half * k.kappa
    return np.where(np.maximum(np.absolute(gap), drawn) < np.maximum(at.level, at.y), close, apart)


def _slope_a(at: _Place, k: _Powers) -> Floats:
    whole = np.asarray(0.5 * (at.share * at.y - (2.0 - at.share) * k.kappa) - at.tilted)
    gap = np.asarray(exp_minus(at.f, at.y))
    first = np.asarray(times_exp(0.5 * (at.y - gap * gap), at.a))  # all there is where the dispersion is that small
    return np.where((at.a < FIRST) & (at.f < 0.25 * -FIRST), first, whole)


def _certain_a(at: _Place, k: _Powers) -> Floats:
    return np.asarray(0.5 * (1.0 + at.rest) * (1.0 - k.lag) - at.y * at.rest + np.exp(-at.a))


def _shared(at: _Place, k: _Powers) -> Floats:
    return np.asarray(0.5 * at.share * at.rest * (at.y + k.kappa))


def _certain_ff(at: _Place, k: _Powers) -> Floats:
    return np.asarray(0.25 * at.share * (k.lag_slope + at.rest * (at.x + k.spread)) + _shared(at, k))


def _cross(at: _Place, k: _Powers) -> Floats:
    half = 0.5 * at.share
    return np.asarray(-at.level * half + _shared(at, k) + half * (1.0 - half) * k.spread)


def _certain_cross(at: _Place, k: _Powers) -> Floats:
    return np.asarray(-0.25 * at.share * (at.share * k.lag_slope - 2.0 * at.rest * k.spread) + _shared(at, k))


def _level_aa(at: _Place) -> Floats:
    return np.asarray(0.25 * at.level * at.share * (2.0 * at.tilt - 1.0 + at.tilt**2))


def _certain_aa(at: _Place, k: _Powers) -> Floats:
    known = 0.5 * at.share * at.tilt * (2.0 + np.exp(-0.5 * at.c)) * np.exp(-at.a)
    return np.asarray(_shared(at, k) + 0.25 * at.share**2 * k.lag_slope - at.rest * k.spread - known)


poisson_inverse_gaussian_f = _kernel(
    "poisson_inverse_gaussian_f",
    lambda q: q.level,
    _slope_f,
    lambda q, k: 0.5 * q.share * (k.lag - 1.0) - q.y * q.rest,
)
poisson_inverse_gaussian_a = _kernel("poisson_inverse_gaussian_a", lambda q: -q.tilted, _slope_a, _certain_a)
poisson_inverse_gaussian_ff = _kernel(
    "poisson_inverse_gaussian_ff",
    lambda q: q.level * (1.0 - 0.5 * q.share),
    lambda q, k: q.level * (1.0 - 0.5 * q.share) + (_shared(q, k) - 0.25 * q.share**2 * k.spread),
    _certain_ff,
)
poisson_inverse_gaussian_fa = _kernel(
    "poisson_inverse_gaussian_fa", lambda q: -0.5 * q.level * q.share, _cross, _certain_cross
)
poisson_inverse_gaussian_aa = _kernel(
    "poisson_inverse_gaussian_aa",
    _level_aa,
    lambda q, k: _level_aa(q) + _shared(q, k) - k.spread * (1.0 - 0.5 * q.share) ** 2,
    _certain_aa,
)
