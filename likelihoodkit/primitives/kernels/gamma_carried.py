"""Both tails of the gamma law by the logarithm of its shape: log P(a, a c) and log Q(a, a c), a = e^n and c = y e^t.

Slopes and curvatures are those in t and n, each formed in its own right: a times a slope in a is never 0 times
infinity, and what a wider shape does by itself does not cancel with what it does to the end a c. With the weight e^L of
`gamma_tails` they are moments of L, which n moves as a whole. Three places have forms of their own:

- a tiny: Q is 1 - e^-(a E1(a c)), also where a c is no float64;
- a huge: P is normal in the signed root of twice the deviance;
- ends a c that are tiny, or huge beside a: the leading power, or exponential. Where a is small too, all mass but a
  share a lies at 0, and what is said of P is its series, each term of which is as small as the share.

Beside each tail stands its rest: log of the tail over a c times the density at the end, with the same derivatives. Far
out it is small where the tail's logarithm is large. Where the end does not lie in the tail there is none (NaN).
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.loading.later import special
from likelihoodkit.primitives.kernels._rows import by_place, complement, row
from likelihoodkit.primitives.kernels._tilted import SMALL
from likelihoodkit.primitives.kernels._tools import Floats, Kernel, Mask, horner, remembered
from likelihoodkit.primitives.kernels.curves import gamma_curve
from likelihoodkit.primitives.kernels.differences import log_times_exp, power_times_exp
from likelihoodkit.primitives.kernels.exponential import log1m_exp, log1m_exp_neg_exp, times_exp
from likelihoodkit.primitives.kernels.gamma import digamma, log_gamma, log_gamma_1p_near, stirling_error, trigamma
from likelihoodkit.primitives.kernels.gamma_tails import HALF, LOG_2PI, integral
from likelihoodkit.primitives.kernels.normal import hazard, hazard_derivative, log_ndtr, mills_excess
from likelihoodkit.primitives.kernels.products import scaled_rate, scaled_rate_slope
from likelihoodkit.primitives.kernels.shapes import hazard_excess_derivative
from likelihoodkit.primitives.kernels.whole import gamma_peak, log_less_digamma, scaled_deviance, scaled_excess

TINY, HUGE = -40.0, 75.0  # log shapes outside of which the limits are exact
LEAST = -80.0  # log of an end a c below which P is a power of it
CLOSE, FEW, TERMS = float(np.log(0.5)), 2.5, 24  # log of an end, and of a shape, below which P is a series; its terms
MOST = 50.0  # log of an end, and of one over the shape, beyond which log Q is its exponent alone
EULER = float(np.euler_gamma)
#: psi(1 + a) - log Gamma(1 + a)/a over a, in powers of a
EULER_GAP = tuple(float((-1) ** k * special.zeta(k) * (1.0 - 1.0 / k)) for k in range(2, 18))

#: one tail: its logarithm, slopes in t and n, curvatures tt, tn, nn
ORDERS = ("", "_t", "_n", "_tt", "_tn", "_nn")
Rows = Floats
Tails = tuple[Rows, Rows, Rows, Rows]  # below, above, and the rest of each


def _direct(y: Floats, t: Floats, n: Floats, *, upper: bool, small: bool) -> tuple[Rows, Rows]:
    """One tail by its integral, and its rest."""
    a, x = np.exp(n), np.asarray(times_exp(y, t + n))
    sign = 1.0 if upper else -1.0
    drift, deviance = sign * np.asarray(scaled_excess(y, t, n)), np.asarray(scaled_deviance(y, t, n))

    def shift(u: Floats) -> Floats:  # the slope of L in t, sign reversed in the upper tail
        return sign * x * np.expm1(sign * u)

    tail = integral(a, x, drift, [shift], lambda end: [(shift(end), 0.0)], upper=upper, small=small, own=True)
    mean, shifted = tail.means
    pull = np.exp(-tail.top) / tail.mass
    root = np.maximum(np.exp(0.5 * n), 1.0)  # the mass is about 1/root where the shape is large
    rest = np.where(root > 1.0, 0.5 * LOG_2PI + np.asarray(stirling_error(a)), np.asarray(gamma_peak(n)))
    log_tail = (tail.top + np.log(tail.mass * root)) - rest - deviance
    own, both, of_shift = tail.covariances
    log_rest = np.stack([
        tail.log_mass, -sign * shifted, mean,
        of_shift - sign * shifted, -sign * (shifted + both), mean + own,
    ])  # fmt: skip
    return np.stack([
        log_tail,
        -sign * pull,
        (np.asarray(log_less_digamma(n)) + mean) - deviance,
        -pull * shifted,
        sign * pull * mean,
        own + (mean - deviance) - np.asarray(gamma_curve(n)),
    ]), log_rest  # fmt: skip


def _by_integrals(y: Floats, t: Floats, n: Floats) -> Tails:
    """Both tails where the shape and the end are numbers of some size: the rarer one, and what is left by it."""
    lower, upper, rest_below, rest_above = np.full((4, len(ORDERS), y.size), np.nan)
    above, small = np.asarray(scaled_excess(y, t, n)) >= 0.0, np.exp(n) < SMALL

    def by_upper(there: Mask, *, few: bool) -> None:
        if there.any():
            upper[:, there], rest_above[:, there] = _direct(y[there], t[there], n[there], upper=True, small=few)
            lower[:, there] = complement(upper[:, there])

    for few in (True, False):
        below = (small == few) & ~above
        by_upper((small == few) & above, few=few)
        if below.any():
            lower[:, below], rest_below[:, below] = _direct(y[below], t[below], n[below], upper=False, small=few)
            upper[:, below] = complement(lower[:, below])
            by_upper(below & (lower[0] >= HALF), few=few)  # the mean of a small shape is beyond its median
    return lower, upper, rest_below, rest_above


def _of_tiny_shape(y: Floats, t: Floats, n: Floats) -> Tails:
    """a -> 0: log P = -a E with E = E1(x), x = a c, and minus the slope of log E in log x is h = e^-x/E."""
    log_x = np.asarray(log_times_exp(y, t + n))
    x = np.exp(log_x)
    left, right = log_x < -36.0, x > 500.0
    more = 1.0 - (2.0 - 6.0 / x) / x
    part = more / x  # 1 - x e^x E1(x) far out
    e1 = np.where(left, -EULER - log_x, special.exp1(x))
    log_e1 = np.where(right, -x - log_x + np.log1p(-part), np.log(e1))
    h = np.where(right, x / (1.0 - part), np.exp(-x) / e1)
    less = np.where(left, np.asarray(times_exp(EULER + log_x, n)), np.asarray(times_exp(-e1, n)))
    density, far = np.exp(n - x), np.where(x < np.inf, np.asarray(times_exp(x, n - x)), 0.0)
    below = np.stack([less, density, less + density, -far, density - far, (less + density) + (density - far)])
    v = n + log_e1  # log Q = log(1 - exp(-e^v))
    rate, bend = np.asarray(scaled_rate(v, 0.0 * n)), np.asarray(scaled_rate_slope(v, 0.0 * n))
    rise, up = np.where(right, more / (1.0 - part), h - x) * h, 1.0 - h  # h' and the slope of v in n

    def curve(first: Floats, second: Floats) -> Floats:
        return np.where(rate == 0.0, 0.0, -rate * rise) + np.where(bend == 0.0, 0.0, bend * first * second)

    slopes = [np.where(rate == 0.0, 0.0, rate * slope) for slope in (-h, up)]
    above = np.stack([log1m_exp_neg_exp(v), *slopes, curve(-h, -h), curve(-h, up), curve(up, up)])
    # the pull is rate h; where Q is the rarer one, the slope of log rate in v is small and its own slope
    log_h = np.where(right, log_x - np.log1p(-part), -x - log_e1)
    lean = bend / rate
    excess = np.where(right, more / (1.0 - part), h - x)
    turn = np.where(right, (1.0 - (6.0 - 39.0 / x) / x) / x, h * excess - x)  # the slope of the excess

    def with_lean(factor: Floats) -> Floats:
        return np.where(lean == 0.0, 0.0, lean * factor)

    rest = np.stack([
        -np.log(rate) - log_h, with_lean(h) - excess, -with_lean(up) - excess,
        with_lean(h * excess - h * h) - turn, with_lean(h * excess + h * up) - turn,
        with_lean(h * excess - up * up) - turn,
    ])  # fmt: skip
    return below, above, np.full_like(rest, np.nan), np.where(v < 1.0, rest, np.nan)


def close_series(log_x: Floats, n: Floats) -> Rows:
    """log(a x^-a gamma(a, x))/a, the incomplete gamma function, for an end x up to 1/2; slopes over a, and curvatures.

    The logarithm is log(1 - a w) with w = x/(a + 1) - x^2/(2 (a + 2)) + ..., and moving n moves x and a alike.
    """
    a, x = np.exp(n), np.exp(log_x)
    w, in_t, in_n, tt, tn, nn = np.zeros((6, *x.shape))
    term = np.full_like(x, -1.0)
    for k in range(1, TERMS):
        term = term * (-x / k)
        share, move = term / (a + k), k + k / (a + k)
        w, in_t, tt = w + share, in_t + k * share, tt + k * k * share
        in_n, tn = in_n + move * share, tn + k * move * share
        nn = nn + (move * move - a * k / (a + k) ** 2) * share
    left = 1.0 - a * w
    slopes = -np.stack([in_t, in_n]) / left
    curves = -np.stack([tt, tn, nn]) / left
    squares = a * np.stack([slopes[0] ** 2, slopes[0] * slopes[1], slopes[1] ** 2])
    return np.concatenate([
        np.where(a * w == 0.0, -w, np.log1p(-a * w) / a)[None], slopes, curves - squares,
    ])  # fmt: skip


def _of_close_end(y: Floats, t: Floats, n: Floats) -> tuple[Rows, Rows, Rows]:
    """P, its rest, and Q, for an end x up to 1/2 and a shape up to 12, or an end that is tiny.

    log P is a M, and of Q what M is: where a is small its slope in n is all but 1.
    """
    log_x = np.asarray(log_times_exp(y, t + n))
    a, x, also = np.exp(n), np.exp(log_x), close_series(log_x, n)
    more = a * also
    few = a < 0.5
    normaliser = np.where(few, log_gamma_1p_near(np.where(few, a, 0.0)), np.asarray(log_gamma(1.0 + a)))
    fall, turn = np.asarray(digamma(1.0 + a)), a * np.asarray(trigamma(1.0 + a))
    less = log_x - fall
    power = np.stack([a * log_x - normaliser, a, a * (less + 1.0), 0.0 * a, a, a * ((less + 2.0) - turn)])
    rest = more + x
    rest[0], rest[2] = rest[0] - n, rest[2] - 1.0
    gap = np.where(a < 0.05, a * horner(EULER_GAP, np.minimum(a, 0.05)), fall - normaliser / a)
    level = fall - gap
    own = [log_x - level, 1.0, 1.0 - gap, 0.0, 0.0, gap - turn]
    w, w_t, w_n, w_tt, w_tn, w_nn = also
    lean = [w, w_t, w_n - w, w_tt, w_tn - w_t, (w_nn - w_n) - (w_n - w)]
    m, m_t, m_n, *curves = (part + extra for part, extra in zip(own, lean, strict=True))
    v, in_t, in_n = n + np.log(-m), m_t / m, m_n / m
    rate, bend = np.asarray(scaled_rate(v, 0.0 * n)), np.asarray(scaled_rate_slope(v, 0.0 * n))
    tt, tn, nn = (c / m for c in curves)
    along = 1.0 + in_n
    above = np.stack([
        log1m_exp_neg_exp(v), rate * in_t, rate * along, rate * (tt - in_t * in_t) + bend * in_t * in_t,
        rate * (tn - in_t * in_n) + bend * in_t * along, rate * (nn - in_n * in_n) + bend * along * along,
    ])  # fmt: skip
    below = power + more
    share = np.asarray(power_times_exp(y, t + n, n)) * np.exp(more[0] - normaliser)
    return below, rest, np.where(below[0] < -1.0, complement(below, share), above)


def _of_huge_shape(y: Floats, t: Floats, n: Floats) -> Tails:
    """a -> inf: P is normal in z, where z^2/2 is the deviance."""
    excess, deviance = np.asarray(scaled_excess(y, t, n)), np.asarray(scaled_deviance(y, t, n))
    z, x = np.sign(excess) * np.sqrt(2.0 * deviance), np.asarray(times_exp(y, t + n))
    below, above = (normal_rows(side * z, side * np.exp(0.5 * n), excess, deviance, x) for side in (1.0, -1.0))
    log_c = np.asarray(log_times_exp(y, t))
    rests = [_normal_rest(side, side * z, excess, log_c, n) for side in (1.0, -1.0)]
    return below, above, rests[0], rests[1]


def _normal_rest(side: float, z: Floats, excess: Floats, log_c: Floats, n: Floats) -> Rows:
    """-log(h |slope|) with h = phi/Phi and the slope excess/z at z, e^(n/2) at z = 0; far out -log |excess|.

    Its slope in t is (h + z) slope less that of log |slope|: 1/3, since c is all but 1 where z is not far out.
    """
    far = z < -1e6
    near = np.where(far, -1.0, np.minimum(z, 1.0))
    h, short = np.asarray(hazard(near)), np.asarray(mills_excess(-near))
    fall = np.asarray(hazard_excess_derivative(near))  # of h + z
    level = near == 0.0
    log_slope = np.where(level, 0.5 * n, np.log(np.absolute(np.where(far, 1.0, excess) / np.where(level, 1.0, near))))
    slope = side * np.exp(log_slope)
    in_n = 0.5 * near * short
    close = np.stack([
        -np.log(h) - log_slope, short * slope - 1.0 / 3.0, in_n - 0.5,
        fall * slope * slope, 0.5 * slope * (short + near * fall), 0.25 * near * (short + near * fall),
    ])  # fmt: skip
    pull = 1.0 / np.expm1(-np.where(far, log_c, 1.0))
    zero = np.zeros_like(z)
    log_gap = np.maximum(log_c, 0.0) + np.asarray(log1m_exp(np.absolute(np.where(far, log_c, 1.0))))
    limit = np.stack([-n - log_gap, pull, zero - 1.0, pull * (1.0 + pull), zero, zero])
    return np.where(z > 0.0, np.nan, np.where(far, limit, close))


def normal_rows(z: Floats, steep: Floats, excess: Floats, deviance: Floats, x: Floats) -> Rows:
    """log Phi(z), where z has the slopes excess/z in t (``steep`` at z = 0) and z/2 in n, and the excess x in t.

    By h = phi/Phi, far out by the deviance alone.
    """
    far, gone = z < -1e6, z > 40.0
    near = np.where(far | gone, -1.0, z)
    h, fall = np.asarray(hazard(near)), np.asarray(hazard_derivative(near))
    slope = np.where(near == 0.0, steep, np.where(far | gone, 1.0, excess) / near)
    half = 0.5 * (h + near * fall)
    share = (h - near * fall) * slope / near  # the excess over the slope, moved by t
    bend = np.where(near < -1.0, (h / near) * x - share * slope, fall * slope**2)
    rows = np.stack([log_ndtr(near), h * slope, 0.5 * near * h, bend, half * slope, 0.5 * near * half])
    limit = np.stack([-deviance, -excess, -deviance, -x, -excess, -deviance])
    return np.where(gone, 0.0, np.where(far, limit, rows))


def _of_tiny_end(y: Floats, t: Floats, n: Floats) -> Tails:
    """P = x^a/Gamma(a + 1)."""
    a, log_x = np.exp(n), np.asarray(log_times_exp(y, t + n))
    (below, rest, above), zero = _of_close_end(y, t, n), np.zeros_like(a)
    pull, loss = above[1], np.stack([zero, -a, np.asarray(gamma_curve(n)) - a * (1.0 + log_x - n)])
    rest_above = np.concatenate([np.stack([-np.log(-pull), -above[3] / pull, -above[4] / pull]), above[3:] + loss])
    return below, above, rest, np.where(above[0] < HALF, rest_above, np.nan)


def _of_far_end(y: Floats, t: Floats, n: Floats) -> Tails:
    """Q = e^-x to its leading term, P = 1."""
    excess, deviance = np.asarray(scaled_excess(y, t, n)), np.asarray(scaled_deviance(y, t, n))
    above = -np.stack([deviance, excess, deviance, np.asarray(times_exp(y, t + n)), excess, deviance])
    zero = np.zeros_like(deviance)
    rest = np.stack([-(np.asarray(log_times_exp(y, t)) + n), zero - 1.0, zero - 1.0, zero, zero, zero])
    return np.zeros_like(above), above, np.full_like(rest, np.nan), rest


@remembered
def tails_and_rests(y: Floats, t: Floats, n: Floats) -> Tails:
    """Rows of both tails and of their rests at broadcast y > 0, t and n; a rest is NaN where it is not asked for."""
    y, t, n = np.broadcast_arrays(y, t, n)
    log_c = np.asarray(log_times_exp(y, t))
    places = (
        (n < TINY, _of_tiny_shape),
        (n > HUGE, _of_huge_shape),
        (log_c + n < LEAST, _of_tiny_end),
        ((log_c > MOST) & (log_c + n > MOST), _of_far_end),
        (np.full(y.shape, True), _by_integrals),
    )
    lower, upper, rest_below, rest_above = by_place((y, t, n), places, 4)
    log_x = np.asarray(log_times_exp(y, t + n))
    close = (n < FEW) & (log_x < CLOSE)
    if close.any():
        lower[:, close], rest_below[:, close], upper[:, close] = _of_close_end(y[close], t[close], n[close])
    return lower, upper, rest_below, rest_above


def both_tails(y: Floats, t: Floats, n: Floats) -> tuple[Rows, Rows]:
    """Rows of both tails."""
    found: tuple[Rows, Rows] = tails_and_rests(y, t, n)[:2]
    return found


def _six(which: int, tail: str) -> list[Kernel]:
    told = (f"log {tail}(a, a y e^t), a = e^n{f', derived in {o[1:]}' if o else ''}." for o in ORDERS)
    return [row(lambda *at: both_tails(*at)[which], i, doc) for i, doc in enumerate(told)]


(
    log_gamma_below, log_gamma_below_t, log_gamma_below_n, log_gamma_below_tt, log_gamma_below_tn, log_gamma_below_nn,
) = _six(0, "P")  # fmt: skip
(
    log_gamma_above, log_gamma_above_t, log_gamma_above_n, log_gamma_above_tt, log_gamma_above_tn, log_gamma_above_nn,
) = _six(1, "Q")  # fmt: skip
