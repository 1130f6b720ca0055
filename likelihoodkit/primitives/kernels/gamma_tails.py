"""The gamma law in both tails: log P(a, x), log Q(a, x) and their derivatives in the shape and in x.

With t = x e^-u below and t = x e^u above, P and Q are x^a e^-x / Gamma(a) times an integral of a log-concave weight
in u, and d log P / da = E[log T | T < x] - psi(a), d2 log P / da2 = Var[log T | T < x] - psi'(a): conditional moments
of the same integral. The other of P and Q follows from the smaller one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from likelihoodkit.primitives.kernels._tilted import SMALL, Function, Tail, end_of, panels, tail_of
from likelihoodkit.primitives.kernels._tools import Floats, Formula, kernel, remembered
from likelihoodkit.primitives.kernels.deviance import poisson_deviance_half
from likelihoodkit.primitives.kernels.exponential import log1m_exp
from likelihoodkit.primitives.kernels.gamma import stirling_error, stirling_error_derivative, trigamma
from likelihoodkit.primitives.kernels.robust import expm1_minus

LOG_2PI = float(np.log(2.0 * np.pi))
HALF = float(np.log(0.5))
#: e^u is a number up to here, and for some way beyond
FAR = 600.0


@dataclass(frozen=True)
class Side:
    """One tail at (a, x): log of it, its first two derivatives in a, x times the hazard, and the mean gap in log t."""

    log: Floats
    shape: Floats
    curve: Floats
    pull: Floats
    gap: Floats

    def where(self, mask: Any, other: Side) -> Side:
        """Of this side where ``mask`` holds, of the other elsewhere."""
        return Side(*(np.where(mask, getattr(self, n), getattr(other, n)) for n in self.__dataclass_fields__))


def log_less_digamma(a: Floats) -> Floats:
    """log a - psi(a) > 0."""
    return np.asarray(0.5 / a - stirling_error_derivative(a))


def _log_ratio(a: Floats, x: Floats) -> Floats:
    """log(x/a), near 1 through the difference."""
    near = np.absolute(x - a) < 0.5 * a
    return np.asarray(np.where(near, np.log1p((x - a) / a), np.log(x) - np.log(a)))


def _log_one_plus_ratio(y: Any, x: Floats) -> Floats:
    """log(1 + y/x), also where y/x overflows."""
    ratio = y / x
    return np.asarray(np.where(ratio < np.inf, np.log1p(ratio), np.log(y) - np.log(x)))


def _front(a: Floats, x: Floats) -> Floats:
    """log of x^a e^-x / Gamma(a)."""
    return np.asarray(0.5 * (np.log(a) - LOG_2PI) - stirling_error(a) - poisson_deviance_half(a, x))


def integral(
    a: Floats,
    x: Floats,
    drift: Floats,
    statistics: Sequence[Function],
    limits: Callable[[Floats], Sequence[tuple[Floats, Floats | float]]],
    *,
    upper: bool,
    small: bool,
    own: bool = False,
) -> Tail:
    """The weight of one tail, integrated; ``drift``: how fast it falls at the edge, ``limits``: see `tail_of`."""
    sign = 1.0 if upper else -1.0

    def log_weight(u: Floats) -> Floats:
        bend = x * np.asarray(expm1_minus(sign * u))
        if small and upper and np.any(u > FAR):  # e^u overflows, x e^u does not
            bend = np.where(u > FAR, x * np.exp(FAR) * np.exp(u - FAR) - x * (1.0 + u), bend)
        return np.asarray(-drift * u - bend)

    # the weight is below e^-(drift u): far out in the tail it dies out many scales before the bounds below
    gone = np.where(drift > 0, 50.0 / np.where(drift > 0, drift, 1.0), np.inf)
    if small:
        turn = -sign * np.log(x)  # where x e^u or x e^-u passes 1
        if upper:
            end = np.minimum(_log_one_plus_ratio(60.0 + 1.5 * a * _log_one_plus_ratio(100.0, x), x), gone)
            edges = panels(np.maximum(np.minimum(turn - 37.0, end), 0.0), end, 8)
            return tail_of(log_weight, statistics, edges, own=own)
        end = np.minimum(np.maximum(turn, 0.0) + 37.0, gone)  # a statistic may settle as late as at e^-37, too
        return tail_of(log_weight, statistics, panels(np.zeros(np.shape(end)), end, 8)[1:], a, limits(end), own=own)
    far = np.sqrt(120.0 / x) + 120.0 / np.maximum(a, x) if upper else np.sqrt(135.0 / x) + 45.0 / a + 1.0
    far = np.minimum(far, gone)
    end = end_of(log_weight, lambda u: -drift - sign * x * np.expm1(sign * u), far)
    return tail_of(log_weight, statistics, panels(np.zeros(np.shape(end)), end, 2)[1:], own=own)


def _side(a: Floats, x: Floats, *, upper: bool, small: bool) -> Side:
    sign = 1.0 if upper else -1.0
    tail = integral(a, x, sign * (x - a), [lambda u: u], lambda end: [(end, 1.0)], upper=upper, small=small)
    mean, variance = tail.means[0], tail.covariances[0]
    return Side(
        log=_front(a, x) + tail.log_mass,
        shape=_log_ratio(a, x) + log_less_digamma(a) + sign * mean,
        curve=variance - trigamma(a),
        pull=np.exp(-tail.log_mass),
        gap=mean,
    )


def _complement(one: Side, a: Floats, x: Floats, *, upper: bool) -> Side:
    """The other tail of a law of which one tail is known and not close to 1."""
    odds = np.exp(one.log - log1m_exp(-one.log))
    shape = -odds * one.shape
    edge = _log_ratio(a, x) + log_less_digamma(a)
    return Side(
        log=np.asarray(log1m_exp(-one.log)),
        shape=shape,
        curve=-odds * (one.curve + one.shape**2) - shape**2,
        pull=one.pull * odds,
        gap=np.absolute(shape - edge) if upper else np.absolute(edge - shape),
    )


def _both(a: Floats, x: Floats, *, small: bool) -> tuple[Side, Side]:
    """The lower and the upper tail."""
    above = x >= a
    lower, upper = _side(a, x, upper=False, small=small), _side(a, x, upper=True, small=small)
    from_lower = _complement(lower, a, x, upper=True)
    from_upper = _complement(upper, a, x, upper=False)
    # the tail on whose side x lies is right; where that is the likelier one (tiny shapes), so is the other one
    rare = np.where(above, upper.log < HALF, lower.log < HALF) if small else np.full(x.shape, True)
    down = from_upper.where(above == rare, lower)
    up = from_lower.where(~above & rare, upper)
    return down, up


@remembered
def sides(a: Floats, x: Floats) -> tuple[Side, Side]:
    """Both tails at broadcast a > 0, x > 0; the limits at x = 0 and infinity."""
    a, x = np.broadcast_arrays(a, x)
    shape = a.shape
    a, x = a.ravel(), x.ravel()
    result = np.full((2, 5, a.size), np.nan)
    good = (a > 0) & (x > 0) & np.isfinite(a) & np.isfinite(x)
    for small in (True, False):
        mask = good & ((a < SMALL) == small)
        if mask.any():
            for k, side in enumerate(_both(a[mask], x[mask], small=small)):
                result[k][:, mask] = [side.log, side.shape, side.curve, side.pull, side.gap]
    none, all_ = (x == 0) & (a > 0), np.isposinf(x) & (a > 0)
    for one, other, edge in ((0, 1, none), (1, 0, all_)):
        result[one][0, edge], result[other][:4, edge] = -np.inf, 0.0
    # P is x^a/Gamma(a + 1) near 0, and Q is x^(a - 1) e^-x/Gamma(a) far out
    result[0][1:, none] = -np.inf + 0 * a[none], -trigamma(1.0 + a[none]), a[none], 1.0 / a[none]
    result[1][1:, all_] = np.inf + 0 * a[all_], -trigamma(a[all_]), np.inf + 0 * a[all_], 0 * a[all_]
    lower, upper = (Side(*(row.reshape(shape) for row in part)) for part in result)
    return lower, upper


def _tail(upper: int, name: str, doc: str) -> Formula:
    def formula(a: Floats, x: Floats) -> Floats:
        return np.asarray(getattr(sides(a, x)[upper], name))

    formula.__doc__ = doc
    return formula


log_gamma_p = kernel(_tail(0, "log", "log P(a, x)."))
log_gamma_q = kernel(_tail(1, "log", "log Q(a, x)."))
log_gamma_p_shape = kernel(_tail(0, "shape", "d log P / da."))
log_gamma_q_shape = kernel(_tail(1, "shape", "d log Q / da."))
log_gamma_p_curve = kernel(_tail(0, "curve", "d2 log P / da2."))
log_gamma_q_curve = kernel(_tail(1, "curve", "d2 log Q / da2."))
gamma_p_pull = kernel(_tail(0, "pull", "x d log P / dx."))
gamma_q_pull = kernel(_tail(1, "pull", "-x d log Q / dx."))
gamma_p_gap = kernel(_tail(0, "gap", "E[log x - log T | T < x]."))
gamma_q_gap = kernel(_tail(1, "gap", "E[log T - log x | T > x]."))
