"""Laws of an amount with a shape, seen between two bounds only: the gamma, Burr and Kumaraswamy; see `_shaped`."""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._shaped import Shape, law_of, ten
from likelihoodkit.primitives.kernels._tools import Floats
from likelihoodkit.primitives.kernels.exponential import log1m_exp_neg_exp, times_exp
from likelihoodkit.primitives.kernels.gamma_carried import HUGE, TINY, tails_and_rests
from likelihoodkit.primitives.kernels.gamma_tails import sides
from likelihoodkit.primitives.kernels.lives import log1m_exp_ratio, rate_short
from likelihoodkit.primitives.kernels.logistic import (
    log_softplus,
    sigmoid,
    softplus,
    softplus_ratio,
    softplus_ratio_derivative,
)
from likelihoodkit.primitives.kernels.products import scaled_rate, scaled_rate_slope
from likelihoodkit.primitives.kernels.robust import expm1_minus
from likelihoodkit.primitives.kernels.shapes import log_softplus_ratio
from likelihoodkit.primitives.kernels.single import (
    rate_gamma_curve,
    rate_gamma_excess,
    rate_gamma_loss,
    rate_gamma_slope,
    tilted_balance,
)
from likelihoodkit.primitives.kernels.within import Rows, Tails
from likelihoodkit.primitives.kernels.within_line import FAR, MEDIAN, product

# -- the logarithm of a gamma amount: e^u - e^n u + log Gamma(e^n) -----------------------------------------------------


def _gamma_loss(u: Floats, n: Floats) -> Rows:
    one, x, a = np.ones_like(u), np.exp(u), np.exp(n)
    return np.stack([
        np.where(u == np.inf, np.inf, np.asarray(rate_gamma_loss(one, u, n))),
        np.where(u == np.inf, np.inf, np.asarray(rate_gamma_excess(one, u, n))),
        np.asarray(rate_gamma_slope(one, u, n)), x, -a, np.asarray(rate_gamma_curve(one, u, n)),
    ])  # fmt: skip


def _exponential_gap(u: Floats, v: Floats, d: Floats) -> Floats:
    """e^u - e^v."""
    x, far = np.exp(v), np.absolute(d) > FAR
    near = product(x, np.expm1(np.where(far, 0.0, d)))
    beyond = np.maximum(u, v) > 709.0
    infinite = np.where(d == 0.0, 0.0, np.sign(d) * np.exp(np.maximum(u, v)))
    return np.where(beyond, infinite, np.where(far, np.exp(u) - x, near))


def _gamma_gap(u: Floats, v: Floats, d: Floats, n: Floats) -> Rows:
    """e^u - e^v - a d, as e^v (e^d - 1 - d) + (e^v - a) d where that is more than its parts."""
    less, a = _exponential_gap(u, v, d), np.exp(n)
    own = np.where(d == 0.0, 0.0, -a * d)
    short = np.where(np.absolute(d) > FAR, 0.0, d)
    excess = np.asarray(rate_gamma_excess(np.ones_like(v), v, n))
    bow = product(np.exp(v), np.asarray(expm1_minus(short)))
    tilt = np.where(d == 0.0, 0.0, excess * d)
    plain = (np.absolute(d) > FAR) | (np.maximum(np.absolute(less), np.absolute(own)) < np.absolute(bow + tilt))
    value = np.where(less == np.inf, np.inf, np.where(plain, less + own, bow + tilt))
    return np.stack([value, less, own, less, np.zeros_like(u), own])


def _gamma_in_line(rows: Rows, own: Floats) -> Rows:
    """Rows in u and n of those in the logarithm t of the place over the mean, which n moves with it, and in n.

    ``own`` is the slope in n where it is known by itself, else NaN.
    """
    value, t, n, tt, tn, nn = rows
    apart = np.where(np.isnan(own), np.where(n == t, 0.0, n - t), own)
    return np.stack([value, t, apart, tt, tn - tt, nn - 2.0 * tn + tt])


def _gamma_tails(u: Floats, n: Floats) -> Tails:
    number = np.absolute(u) < 700.0  # e^u has its digits
    x, a = np.exp(np.where(number, u, 0.0)), np.exp(n)
    below, above, rest_below, rest_above = tails_and_rests(x, np.where(number, -n, u - n), n)
    few = number & (n > TINY) & (n < HUGE)
    lower, upper = sides(np.where(few, a, 1.0), np.where(few, x, 1.0))
    own = [np.where(few, a * part, np.nan) for part in (lower.shape, upper.shape, -np.asarray(lower.gap), upper.gap)]
    return (
        _gamma_in_line(below, own[0]), _gamma_in_line(above, own[1]),
        _gamma_in_line(rest_below, own[2]), _gamma_in_line(rest_above, own[3]),
    )  # fmt: skip


# -- Burr's: a survival of (1 + e^u)^-e^n ------------------------------------------------------------------------------


def _burr_loss(u: Floats, n: Floats) -> Rows:
    o, bend = np.exp(n), np.asarray(sigmoid(u)) * np.asarray(sigmoid(-u))
    soft, share = np.asarray(times_exp(softplus(u), n)), np.asarray(times_exp(sigmoid(u), n))
    return np.stack([
        soft + softplus(-u) - n, np.asarray(tilted_balance(u, n)), soft - 1.0, (1.0 + o) * bend, share, soft,
    ])  # fmt: skip


def _softplus_gap(u: Floats, v: Floats, d: Floats) -> Floats:
    """log((1 + e^u)/(1 + e^v)), told from the side of v."""
    near = np.absolute(d) < FAR
    step = np.log1p(sigmoid(v) * np.expm1(np.where(near, d, 0.0)))
    mirror = np.where(near, d, 0.0) + np.log1p(sigmoid(-v) * np.expm1(-np.where(near, d, 0.0)))
    apart = np.where(u == v, 0.0, softplus(u) - softplus(v))
    return np.where(near, np.where(v < 0.0, step, mirror), np.where(np.isnan(apart), d, apart))


def _burr_gap(u: Floats, v: Floats, d: Floats, n: Floats) -> Rows:
    up, down = _softplus_gap(u, v, d), _softplus_gap(-u, -v, -d)
    above, below = np.maximum(u, v), np.minimum(u, v)
    shares = np.sign(d) * sigmoid(above) * sigmoid(-below) * -np.expm1(-np.absolute(d))
    own, moved = np.asarray(times_exp(up, n)), np.asarray(times_exp(shares, n))
    less = np.where(shares == 0.0, 0.0, moved + shares)
    return np.stack([own + down, less, own, less * (1.0 - sigmoid(u) - sigmoid(v)), moved, own])


def _burr_tails(u: Floats, n: Floats) -> Tails:
    soft, share = np.asarray(times_exp(softplus(u), n)), np.asarray(times_exp(sigmoid(u), n))
    bend, zero = np.asarray(sigmoid(u)) * np.asarray(sigmoid(-u)), np.zeros_like(u)
    above = -np.stack([soft, share, soft, np.asarray(times_exp(bend, n)), share, soft])
    log_risk = n + log_softplus(u)
    rate, turn = np.asarray(scaled_rate(log_risk, zero)), np.asarray(scaled_rate_slope(log_risk, zero))
    ratio, fall = np.asarray(softplus_ratio(u)), np.asarray(softplus_ratio_derivative(u))
    below = np.stack([
        np.asarray(log1m_exp_neg_exp(log_risk)), rate * ratio, rate, turn * ratio * ratio + rate * fall,
        turn * ratio, turn,
    ])  # fmt: skip
    rest_above = np.stack([softplus(-u) - n, -sigmoid(-u), zero - 1.0, bend, zero, zero])
    near = np.where(log_risk < MEDIAN, log_risk, np.nan)
    risk = np.exp(near)
    value = np.log1p(np.where(risk == 0.0, 0.0, np.asarray(expm1_minus(risk)) / risk))
    slope = risk - np.asarray(rate_short(near))
    curve = risk + np.asarray(scaled_rate_slope(near, zero))
    rest_below = np.stack([
        value - np.asarray(log_softplus_ratio(u)), slope * ratio - fall / ratio, slope - 0.0,
        curve * ratio * ratio + slope * fall + fall + bend, curve * ratio, curve,
    ])  # fmt: skip
    return below, above, rest_below, np.where(log_risk < MEDIAN, np.nan, rest_above)


# -- Kumaraswamy's: (1 - exp(-e^u))^e^n below --------------------------------------------------------------------------


def _kumaraswamy_parts(u: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """e^u, log(1 - exp(-e^u)) and its slope r and curvature."""
    zero = np.zeros_like(u)
    x, log_below = np.exp(u), np.asarray(log1m_exp_neg_exp(u))
    return x, log_below, np.asarray(scaled_rate(u, zero)), np.asarray(scaled_rate_slope(u, zero))


def _minus_log_rate(u: Floats) -> Floats:
    """-log r = e^u - u + log(1 - exp(-e^u))."""
    x = np.exp(u)
    small = np.where(u < 0.0, x, 1.0)
    close = np.log1p(np.where(small == 0.0, 0.0, np.asarray(expm1_minus(small)) / small))
    return np.where(u < 0.0, close, np.where(u == np.inf, np.inf, x - u + np.asarray(log1m_exp_neg_exp(u))))


def _kumaraswamy_loss(u: Floats, n: Floats) -> Rows:
    x, log_below, rate, turn = _kumaraswamy_parts(u)
    own = -np.asarray(times_exp(log_below, n))
    moved, turned = np.asarray(times_exp(rate, n)), np.asarray(times_exp(turn, n))
    return np.stack([
        _minus_log_rate(u) + own - n, (x - np.asarray(rate_short(u))) - moved, own - 1.0,
        (x + turn) - turned, -moved, own,
    ])  # fmt: skip


def _kumaraswamy_gap(u: Floats, v: Floats, d: Floats, n: Floats) -> Rows:
    _, below_u, rate_u, turn_u = _kumaraswamy_parts(u)
    there, below_v, rate_v, turn_v = _kumaraswamy_parts(v)
    apart = _exponential_gap(u, v, d)
    near = np.absolute(d) < FAR
    step = np.where(near, -np.expm1(-apart) / np.where(there < 1e-300, 1.0, np.expm1(there)), 0.0)
    step = np.where(near & (there < 1e-300), np.expm1(np.where(near, d, 0.0)), step)
    apart_short = d + (np.asarray(log1m_exp_ratio(u)) - np.asarray(log1m_exp_ratio(v)))
    longer = np.where(np.maximum(u, v) < 1.0, apart_short, below_u - below_v)
    longer = np.where(near & (step > -0.5), np.log1p(np.maximum(step, -0.5)), longer)
    longer = np.where(d == 0.0, 0.0, longer)
    own = -np.asarray(times_exp(longer, n))
    rates = np.where(d == 0.0, 0.0, np.asarray(rate_short(v)) - np.asarray(rate_short(u)))
    rates = np.where(np.minimum(u, v) > 0.0, rate_u - rate_v, rates)
    turns = turn_u - turn_v
    moved, turned = np.asarray(times_exp(rates, n)), np.asarray(times_exp(turns, n))
    steep = np.minimum(u, v) > 0.0
    first = np.where(steep, apart - d + longer, _minus_log_rate(u) - _minus_log_rate(v))
    first = np.where(d == 0.0, 0.0, np.where(np.isinf(apart), apart, first))
    return np.stack([first + own, (apart + rates) - moved, own, (apart + turns) - turned, -moved, own])


def _kumaraswamy_tails(u: Floats, n: Floats) -> Tails:
    x, log_below, rate, turn = _kumaraswamy_parts(u)
    lost = np.asarray(times_exp(log_below, n))
    moved, turned = np.asarray(times_exp(rate, n)), np.asarray(times_exp(turn, n))
    zero = np.zeros_like(u)
    below = np.stack([lost, moved, lost, turned, moved, lost])
    # above is 1 - exp(-e^w) with w = n + log(-log below), which falls in u
    far = u > 3.6  # -log(1 - s) is s
    log_risk = n + np.where(far, -x, np.log(-log_below))
    pull = np.where(far, -x, rate / log_below)  # the slope of w
    bend = np.where(far, -x, turn / log_below - pull * pull)
    fast, slow = np.asarray(scaled_rate(log_risk, zero)), np.asarray(scaled_rate_slope(log_risk, zero))
    above = np.stack([
        np.asarray(log1m_exp_neg_exp(log_risk)), product(fast, pull), fast,
        product(product(slow, pull), pull) + product(fast, bend), product(slow, pull), slow,
    ])  # fmt: skip
    short = np.asarray(rate_short(u))
    rest_below = np.stack([_minus_log_rate(u) - n, x - short, zero - 1.0, x + turn, zero, zero])
    rare = np.where(log_risk < MEDIAN, log_risk, np.nan)
    risk = np.exp(rare)
    grown = np.log1p(np.where(risk == 0.0, 0.0, np.asarray(expm1_minus(risk)) / risk))
    slope, curve = risk - np.asarray(rate_short(rare)), risk + np.asarray(scaled_rate_slope(rare, zero))
    # the rest of above: log((e^R - 1)/R) + log(-log below) - log r, R = e^w
    ratio = np.where(far, -u, np.log(-log_below) + _minus_log_rate(u))
    lean = np.where(far, -1.0, pull + (x - short))
    rest_above = np.stack([
        grown + ratio, product(slope, pull) + lean, slope,
        product(product(curve, pull), pull) + product(slope, bend) + np.where(far, 0.0, bend + (x + turn)),
        product(curve, pull), curve,
    ])  # fmt: skip
    return below, above, np.where(log_risk < MEDIAN, np.nan, rest_below), rest_above


POWERED_GAMMA = law_of(Shape(_gamma_loss, _gamma_gap, _gamma_tails))
BURR = law_of(Shape(_burr_loss, _burr_gap, _burr_tails))
KUMARASWAMY = law_of(Shape(_kumaraswamy_loss, _kumaraswamy_gap, _kumaraswamy_tails))

(
    log_gamma_within, log_gamma_within_m, log_gamma_within_t, log_gamma_within_n, log_gamma_within_mm,
    log_gamma_within_mt, log_gamma_within_mn, log_gamma_within_tt, log_gamma_within_tn, log_gamma_within_nn,
) = ten(POWERED_GAMMA, __name__)  # fmt: skip
(
    burr_within, burr_within_m, burr_within_t, burr_within_n, burr_within_mm, burr_within_mt, burr_within_mn,
    burr_within_tt, burr_within_tn, burr_within_nn,
) = ten(BURR, __name__)  # fmt: skip
(
    kumaraswamy_within, kumaraswamy_within_m, kumaraswamy_within_t, kumaraswamy_within_n, kumaraswamy_within_mm,
    kumaraswamy_within_mt, kumaraswamy_within_mn, kumaraswamy_within_tt, kumaraswamy_within_tn, kumaraswamy_within_nn,
) = ten(KUMARASWAMY, __name__)  # fmt: skip
