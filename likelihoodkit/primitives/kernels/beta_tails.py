"""The beta law's tail on a logarithmic scale with its derivatives in both shapes and in the logit of its end.

With logit t = z - u, I_x(a, b) at x = sigmoid(z) is x^a (1-x)^b / B(a, b) times an integral of a log-concave weight in
u, and its derivatives in the shapes are conditional means and covariances of log t and log(1 - t), as for the gamma.
1 - I_x(a, b) is the same with a and b exchanged and z reversed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from likelihoodkit.primitives.kernels._tilted import SMALL, Tail, end_of, panels, tail_of
from likelihoodkit.primitives.kernels._tools import Floats, Formula, Mask, kernel, remembered
from likelihoodkit.primitives.kernels.exponential import log1m_exp, log1pmx
from likelihoodkit.primitives.kernels.gamma import stirling_error, trigamma
from likelihoodkit.primitives.kernels.gamma_tails import HALF, LOG_2PI, log_less_digamma
from likelihoodkit.primitives.kernels.logistic import sigmoid, softplus
from likelihoodkit.primitives.kernels.rising import trigamma_rising
from likelihoodkit.primitives.kernels.robust import expm1_minus


@dataclass(frozen=True)
class BetaTail:
    """log I, its first and second derivatives in a and b, that in z, and the mean gaps of log t and log(1 - t)."""

    log: Floats
    first: Floats
    second: Floats
    first_first: Floats
    first_second: Floats
    second_second: Floats
    pull: Floats
    gap_first: Floats
    gap_second: Floats

    def where(self, mask: Any, other: BetaTail) -> BetaTail:
        """Of this one where ``mask`` holds, of the other elsewhere."""
        return BetaTail(*(np.where(mask, getattr(self, n), getattr(other, n)) for n in self.__dataclass_fields__))

    def mirrored(self) -> BetaTail:
        """The same with the names of the two shapes exchanged."""
        return BetaTail(
            self.log, self.second, self.first, self.second_second, self.first_second, self.first_first, self.pull,
            self.gap_second, self.gap_first,
        )  # fmt: skip


def _edges(a: Floats, b: Floats, z: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """s = a (1 - x) - b x, the least of a log-density's slopes, x and 1 - x, and the logs of x/m and (1-x)/(1-m)."""
    x, rest = np.asarray(sigmoid(z)), np.asarray(sigmoid(-z))
    slope = a * rest - b * x
    with np.errstate(invalid="ignore", divide="ignore"):
        low = np.where(np.absolute(slope) < 0.5 * a, np.log1p(-slope / a), np.log1p(b / a) - np.asarray(softplus(-z)))
        high = np.where(np.absolute(slope) < 0.5 * b, np.log1p(slope / b), np.log1p(a / b) - np.asarray(softplus(z)))
    return slope, x, low, high


def _front(a: Floats, b: Floats, slope: Floats, low: Floats, high: Floats) -> Floats:
    """log of x^a (1-x)^b / B(a, b)."""
    near = (np.absolute(slope) < 0.5 * a) & (np.absolute(slope) < 0.5 * b)
    with np.errstate(invalid="ignore"):
        close = a * np.asarray(log1pmx(-slope / a)) + b * np.asarray(log1pmx(slope / b))
    body = np.where(near, close, a * low + b * high)
    size = np.log(a) + np.log(b) - np.log(a + b)  # of ab/(a + b), which may overflow on the way
    rest = stirling_error(a) + stirling_error(b) - stirling_error(a + b)
    return np.asarray(body - rest + 0.5 * (size - LOG_2PI))


def _beyond(a: Floats, total: Floats, slope: Floats, x: Floats, rest: Floats, z: Floats) -> Floats:
    """A place where the weight is below e^-45: by its slopes far out and at 0, or by its curvature within 1 of 0."""
    far = (45.0 + total * np.asarray(softplus(z))) / a + 1.0
    with np.errstate(divide="ignore"):
        by_slope = np.where(slope > 0.0, 46.0 / slope, np.inf)
        by_curve = np.sqrt(246.0 / x / rest / total)  # 90 e, and some more
    return np.asarray(np.minimum(np.minimum(far, by_slope), np.where(by_curve < 1.0, by_curve, np.inf)))


def _graded(start: Floats, turn: Floats, end: Floats) -> list[Floats]:
    """Panels up to ``start``, five to ``turn`` and six from there to ``end``."""
    return [*panels(start, turn, 5), *panels(turn, end, 6)[2:]]


def integral(a: Floats, b: Floats, z: Floats, *, small: bool) -> Tail:
    """The weight of the lower tail, with log(x/t) and log((1 - t)/(1 - x)) as what goes with it."""
    slope, x, _, _ = _edges(a, b, z)
    rest, total = np.asarray(sigmoid(-z)), a + b

    def right_of(u: Floats) -> Mask:  # where e^u has its place beside 1 - x
        return (x > 0.5) & (u <= 700.0)

    def log_weight(u: Floats) -> Floats:
        left = -x * -np.expm1(-u)
        from_left = -total * x * expm1_minus(-u) - total * np.asarray(log1pmx(left))
        right = rest * np.expm1(np.minimum(u, 700.0))
        from_right = -total * rest * expm1_minus(np.minimum(u, 700.0)) - total * np.asarray(log1pmx(right))
        far = -(a * u) - total * np.log(rest + x * np.exp(-u)) + slope * u  # differences do not matter there
        flat = b * u - total * np.log1p(right) + slope * u  # as little falls for long where x is near 1
        beyond = np.where(right_of(u), flat, far)
        return -slope * u + np.where(u > 5.0, beyond, np.where(x <= 0.5, from_left, from_right))

    def less(u: Floats) -> Floats:  # log(x/t)
        near = np.log1p(rest * np.expm1(np.minimum(u, 700.0)))
        return np.where((u > 5.0) & ~right_of(u), u + np.log(rest + x * np.exp(-u)), near)

    def more(u: Floats) -> Floats:  # log((1 - t)/(1 - x))
        far = (u > 5.0) & (x > 0.5)
        return -np.where(far, np.log(rest + x * np.exp(-u)), np.log1p(np.where(far, 0.0, x) * np.expm1(-u)))

    def fall(u: Floats) -> Floats:
        return np.asarray(-slope + total * x * rest * np.expm1(-u) / (rest + x * np.exp(-u)))

    end = end_of(log_weight, fall, _beyond(a, total, slope, x, rest, z))
    if small:
        slow = a < 1.0  # the weight outlasts everything else; what is left of it is known exactly
        end = np.where(slow, np.maximum(z, 0.0) + 37.0, end)
        start = np.maximum(np.minimum(z, end) - 37.0, 0.0)
        edges = _graded(start, np.where(slow, start + (end - start) * (5.0 / 11.0), np.maximum(end - 6.0, start)), end)
        rate = np.where(slow, a, np.inf)
        return tail_of(log_weight, [less, more], edges, rate, [(less(end), 1.0), (more(end), 0.0)])
    return tail_of(log_weight, [less, more], panels(np.zeros(np.shape(end)), end, 2)[1:])


def _direct(a: Floats, b: Floats, z: Floats, *, small: bool) -> BetaTail:
    slope, _, low, high = _edges(a, b, z)
    tail, total = integral(a, b, z, small=small), a + b
    down, up = tail.means
    both = trigamma(total)
    share = log_less_digamma(total)
    return BetaTail(
        log=_front(a, b, slope, low, high) + tail.log_mass,
        first=low - share + log_less_digamma(a) - down,
        second=high - share + log_less_digamma(b) + up,
        first_first=tail.covariances[0] + trigamma_rising(a, b),
        first_second=-tail.covariances[1] + both,
        second_second=tail.covariances[2] + trigamma_rising(b, a),
        pull=np.exp(-tail.log_mass),
        gap_first=down,
        gap_second=up,
    )


def _complement(one: BetaTail, a: Floats, b: Floats, z: Floats) -> BetaTail:
    """The other tail in the same shapes: 1 - I, where I is known and not close to 1."""
    _, _, low, high = _edges(a, b, z)
    odds = np.exp(one.log - log1m_exp(-one.log))
    first, second = -odds * one.first, -odds * one.second
    share = log_less_digamma(a + b)
    return BetaTail(
        log=np.asarray(log1m_exp(-one.log)),
        first=first,
        second=second,
        first_first=-odds * (one.first_first + one.first**2) - first**2,
        first_second=-odds * (one.first_second + one.first * one.second) - first * second,
        second_second=-odds * (one.second_second + one.second**2) - second**2,
        pull=one.pull * odds,
        gap_first=np.absolute(first - (low - share + log_less_digamma(a))),
        gap_second=np.absolute(second - (high - share + log_less_digamma(b))),
    )


def _two(a: Floats, b: Floats, z: Floats, *, small: bool) -> tuple[BetaTail, BetaTail]:
    """log I and log(1 - I) with derivatives: the side that is right by its integral, the other as what it leaves."""
    lower = z <= np.log(a) - np.log(b)
    found = _side(a, b, z, lower, small=small)
    wrong = found.log >= HALF
    if small and wrong.any():
        lower = lower ^ wrong
        other = _side(a[wrong], b[wrong], z[wrong], lower[wrong], small=small)
        for name in BetaTail.__dataclass_fields__:
            getattr(found, name)[wrong] = getattr(other, name)
    rest = _complement(found.mirrored(), np.where(lower, b, a), np.where(lower, a, b), np.where(lower, -z, z))
    return found.where(lower, rest), rest.where(lower, found)


def _side(a: Floats, b: Floats, z: Floats, lower: Mask, *, small: bool) -> BetaTail:
    return _direct(np.where(lower, a, b), np.where(lower, b, a), np.where(lower, z, -z), small=small)


@remembered
def tails(a: Floats, b: Floats, z: Floats) -> tuple[BetaTail, BetaTail]:
    """log I at x = sigmoid(z) and its derivatives, at broadcast a, b > 0; and 1 - I, which is I(b, a) at -z."""
    a, b, z = np.broadcast_arrays(a, b, z)
    shape = a.shape
    a, b, z = a.ravel(), b.ravel(), z.ravel()
    result = np.full((2, 9, a.size), np.nan)
    good = (a > 0) & (b > 0) & np.isfinite(a) & np.isfinite(b) & np.isfinite(z)
    for small in (True, False):
        mask = good & ((np.minimum(a, b) < SMALL) == small)
        if mask.any():
            for rows, found in zip(result, _two(a[mask], b[mask], z[mask], small=small), strict=True):
                rows[:, mask] = [getattr(found, name) for name in BetaTail.__dataclass_fields__]
    for rows, end in zip(result, (z, -z), strict=True):
        rows[0, np.isneginf(end)] = -np.inf
        rows[:7, np.isposinf(end)] = 0.0
    low, high = (BetaTail(*(row.reshape(shape) for row in rows)) for rows in result)
    return low, high


def tail(a: Floats, b: Floats, z: Floats) -> BetaTail:
    """The first of the `tails`."""
    lower: BetaTail = tails(a, b, z)[0]
    return lower


def _piece(name: str, doc: str) -> Formula:
    def formula(a: Floats, b: Floats, z: Floats) -> Floats:
        return np.asarray(getattr(tail(a, b, z), name))

    formula.__doc__ = doc
    return formula


log_beta_tail = kernel(_piece("log", "log I_x(a, b) at x = sigmoid(z)."))
log_beta_tail_a = kernel(_piece("first", "Its derivative in a."))
log_beta_tail_b = kernel(_piece("second", "Its derivative in b."))
log_beta_tail_aa = kernel(_piece("first_first", "Its second derivative in a."))
log_beta_tail_ab = kernel(_piece("first_second", "Its derivative in a and b."))
log_beta_tail_bb = kernel(_piece("second_second", "Its second derivative in b."))
beta_pull = kernel(_piece("pull", "Its derivative in z."))
beta_gap_a = kernel(_piece("gap_first", "E[log x - log T | T < x]."))
beta_gap_b = kernel(_piece("gap_second", "E[log(1 - T) - log(1 - x) | T < x]."))
