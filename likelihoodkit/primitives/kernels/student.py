"""Student's t as one function from df = 0 to infinity, where it is the normal.

Arguments: r = y - location, t = -log scale, df, and n = log df: the pair is carried together because either alone may
leave the range or round. With z = r e^t and X^2 = z^2/df.
"""

from __future__ import annotations

import math

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel, piecewise
from likelihoodkit.primitives.kernels.differences import square_rest_exp, square_share_exp
from likelihoodkit.primitives.kernels.exponential import log1pmx_over_square, times_exp
from likelihoodkit.primitives.kernels.gamma import LOG_SQRT_2PI
from likelihoodkit.primitives.kernels.hyperbolic import log1p_square, log1p_square_exp
from likelihoodkit.primitives.kernels.logistic import sigmoid, softplus_ratio, softplus_ratio_bend
from likelihoodkit.primitives.kernels.rising import (
    digamma_rising,
    log_rising_excess,
    log_rising_excess_derivative,
    log_rising_excess_second,
    trigamma_rising,
)

LEFT = -40.0  # log df below which df is gone beside 1
LARGE = 1e8  # h above which the next term of the asymptotic series is below half an ulp
NORMAL = 1e-300
GONE = 750.0  # e^-f is 0 beyond


def _ratio(r: Floats, t: Floats, df: Floats, n: Floats) -> Floats:
    """X = z/sqrt(df)."""
    plain = (df > NORMAL) & np.isfinite(df)
    root = np.sqrt(np.where(plain, df, 1.0))
    return piecewise(
        (r, t, root, n),
        (plain, lambda r, t, root, n: times_exp(r / root, t)),
        otherwise=lambda r, t, root, n: _ratio_beyond(r, t, n),
    )


def _ratio_beyond(r: Floats, t: Floats, n: Floats) -> Floats:
    """X where df is no number."""
    z = np.asarray(times_exp(r, t))
    direct = np.isfinite(z) & (np.absolute(z) > NORMAL)  # a sum of the exponents would round
    return np.where(direct, np.asarray(times_exp(z, -0.5 * n)), np.asarray(times_exp(r, t - 0.5 * n)))


def _normaliser(df: Floats, n: Floats) -> Floats:
    """log(Gamma(h + 1/2)/Gamma(h)) - log(h)/2 with h = df/2."""
    h = 0.5 * df
    return piecewise(
        (h, n),
        (n < LEFT, lambda h, n: 0.5 * (n + math.log(0.5 * math.pi))),
        (h > LARGE, lambda h, n: -0.125 / h),
        otherwise=lambda h, n: log_rising_excess(h, np.full_like(h, 0.5)),
    )


def student_fall(r: Floats, t: Floats, df: Floats, n: Floats) -> Floats:
    """-log of the t density less what it is at r = t = 0, which is said by df alone."""
    x = _ratio(r, t, df, n)
    z = np.asarray(times_exp(r, t))
    square = x * x
    near = 0.5 * z * (z * np.where(square == 0, 1.0, np.log1p(square) / square)) + 0.5 * np.log1p(square) - t
    size = np.where(np.isfinite(x), np.log(np.absolute(x)), np.log(np.absolute(r)) + (t - 0.5 * n))
    rest = np.log1p((1.0 / x) ** 2)
    far = np.log(np.absolute(r)) - 0.5 * n + (df * size + np.where(rest == 0, 0.0, (0.5 * df + 0.5) * rest))
    return np.where(np.absolute(x) < 1, near, far)


@kernel
def student_loss(r: Floats, t: Floats, df: Floats, n: Floats) -> Floats:
    """-log of the t density, log scale = -t included; z^2/2 + log(2 pi)/2 - t for df -> inf."""
    return (LOG_SQRT_2PI - _normaliser(df, n)) + student_fall(r, t, df, n)


@kernel
def student_pull(r: Floats, t: Floats, df: Floats, n: Floats) -> Floats:
    """(df + 1) r e^2t/(df + z^2): the derivative in r; z e^t for df -> inf."""
    x = _ratio(r, t, df, n)
    z = np.asarray(times_exp(r, t))
    # z + z/df, the latter from x = z/sqrt(df): 1/df may overflow where z underflows
    pull = z + np.asarray(times_exp(x, -0.5 * n))
    near = np.asarray(times_exp(pull / (1.0 + x * x), t))
    far = (1.0 + df) / (r * (1.0 + (1.0 / x) ** 2))
    return np.where(r == 0, 0.0, np.where(np.absolute(x) < 1, near, far))


@kernel
def student_balance(r: Floats, t: Floats, df: Floats, n: Floats) -> Floats:
    """df (z^2 - 1)/(df + z^2): the derivative in t; z^2 - 1 for df -> inf."""
    x = _ratio(r, t, df, n)
    z = np.asarray(times_exp(r, t))
    near = (z - 1.0) * ((z + 1.0) / (1.0 + x * x))
    far = (df - (1.0 / x) ** 2) / (1.0 + (1.0 / x) ** 2)
    return np.where(np.absolute(x) < 1, near, far)


@kernel
def student_pull_slope(r: Floats, t: Floats, df: Floats, n: Floats) -> Floats:
    """(df + 1) e^2t (df - z^2)/(df + z^2)^2: the second derivative in r; e^2t for df -> inf."""
    x = _ratio(r, t, df, n)
    inverse = 1.0 / x
    share = (1.0 - x) * (1.0 + x) / (1.0 + x * x) ** 2
    near = np.asarray(times_exp(share, 2.0 * t)) + np.asarray(times_exp(share, 2.0 * t - n))
    far = (inverse - 1.0) * (inverse + 1.0) / (1.0 + inverse * inverse) ** 2 * (1.0 + df) / r / r
    return np.where(np.absolute(x) <= 1, near, far)


@kernel
def student_pull_bend(r: Floats, t: Floats, df: Floats, n: Floats) -> Floats:
    """df r e^2t (z^2 - 1)/(df + z^2)^2: the mixed derivative in r and n."""
    x = _ratio(r, t, df, n)
    z = np.asarray(times_exp(r, t))
    share = 1.0 + x * x
    near = np.asarray(times_exp(z * (z - 1.0) * (z + 1.0) / share / share, t - n))
    large = np.asarray(times_exp(z / share / share, t)) * (x * x)
    inverse = 1.0 / x
    far = (df - inverse * inverse) / r / (1.0 + inverse * inverse) ** 2
    near = np.where(np.absolute(z) < LARGE, near, large)
    return np.where(r == 0, 0.0, np.where(np.absolute(x) <= 1, near, far))


@kernel
def student_balance_slope(r: Floats, t: Floats, df: Floats, n: Floats) -> Floats:
    """2 df (df + 1) z^2/(df + z^2)^2: the second derivative in t; 2 z^2 for df -> inf."""
    x = _ratio(r, t, df, n)
    z = np.asarray(times_exp(r, t))
    inverse = 1.0 / x
    near = (z * z + x * x) / (1.0 + x * x) ** 2
    far = (1.0 + df) * inverse / (1.0 + inverse * inverse) * (inverse / (1.0 + inverse * inverse))
    return 2.0 * np.where(np.absolute(x) <= 1, near, far)


def _pieces(r: Floats, t: Floats, df: Floats, n: Floats) -> tuple[Floats, Floats, Floats]:
    """w = X^2/(1 + X^2), df w, and df (log(1 + X^2) - w)."""
    x = _ratio(r, t, df, n)
    z = np.asarray(times_exp(r, t))
    near = np.absolute(x) < 1
    square = x * x
    w = np.where(near, square / (1.0 + square), 1.0 / (1.0 + (1.0 / x) ** 2))
    scaled = np.where(near, z * (z / (1.0 + square)), df * w)
    logarithm = np.where(np.isfinite(x), log1p_square(x), np.asarray(log1p_square_exp(r, t - 0.5 * n)))
    bend = -np.asarray(log1pmx_over_square(-np.where(near, w, 0.0)))
    gap = np.where(near, scaled * w * bend, np.where(df == 0, 0.0, df * (logarithm - w)))
    gap = piecewise(
        (gap, r, t, n, square, bend),
        (near & (~np.isfinite(scaled) | (square < NORMAL)), _gap_of_root),
        otherwise=lambda gap, *_: gap,
    )
    return w, scaled, gap


def _gap_of_root(_: Floats, r: Floats, t: Floats, n: Floats, square: Floats, bend: Floats) -> Floats:
    """df w^2 times the bend, where neither df nor z^2 is a float64."""
    z = np.asarray(times_exp(r, t))  # a sum of the exponents would round
    root = np.where(np.isfinite(z), np.asarray(times_exp(z, -0.25 * n)), np.asarray(times_exp(r, t - 0.25 * n)))
    return np.asarray(bend * (root * root / (1.0 + square)) ** 2)


@kernel
def student_slope(r: Floats, t: Floats, df: Floats, n: Floats) -> Floats:
    """The derivative in n = log df."""
    h = 0.5 * df
    first = piecewise(
        (h, n),
        (n < LEFT, lambda h, n: np.full_like(h, 0.5)),
        (h > LARGE, lambda h, n: 0.125 / h),
        otherwise=lambda h, n: h * log_rising_excess_derivative(h, np.full_like(h, 0.5)),
    )
    w, _, gap = _pieces(r, t, df, n)
    return 0.5 * gap - (0.5 * w + first)


@kernel
def student_bend(r: Floats, t: Floats, df: Floats, n: Floats) -> Floats:
    """The second derivative in n = log df."""
    x = _ratio(r, t, df, n)
    inverse = 1.0 / x
    square = np.where(np.absolute(x) <= 1, x * x, inverse * inverse)
    spread = 0.5 * square / (1.0 + square) ** 2  # w (1 - w)/2
    return piecewise((r, t, df, n, spread), (n < LEFT, _bend_left), otherwise=_bend)


def _bend_left(r: Floats, t: Floats, df: Floats, n: Floats, spread: Floats) -> Floats:
    """df -> 0, to the last digit also where df is subnormal."""
    x = _ratio(r, t, df, n)
    w = np.asarray(square_share_exp(r, t - 0.5 * n))
    logarithm = np.where(np.isfinite(x), log1p_square(x), np.asarray(log1p_square_exp(r, t - 0.5 * n)))
    return np.asarray(times_exp(math.log(2.0) + 0.5 * (logarithm - w - w * w), n)) + spread


def _bend(r: Floats, t: Floats, df: Floats, n: Floats, spread: Floats) -> Floats:
    h = 0.5 * df
    first = piecewise(
        (h,),
        (h > LARGE, lambda h: -0.125 / h),
        (h < 1, lambda h: -h * (digamma_rising(h + 0.5, 0.5) + h * trigamma_rising(h + 0.5, 0.5))),
        otherwise=_normaliser_bend,
    )
    w, scaled, gap = _pieces(r, t, df, n)
    x = _ratio(r, t, df, n)
    root = np.asarray(times_exp(r, t)) * (x / (1.0 + x * x))  # df w alone may overflow
    return 0.5 * (gap - np.where(np.absolute(x) < 1, root * root, scaled * w)) + (spread - first)


def _normaliser_bend(h: Floats) -> Floats:
    half = np.full_like(h, 0.5)
    return np.asarray(h * (log_rising_excess_derivative(h, half) + h * log_rising_excess_second(h, half)))


@kernel
def student_df_curve(r: Floats, t: Floats, df: Floats, n: Floats, f: Floats) -> Floats:
    """The second derivative in f where df = softplus(f): for f > 0 the large terms of slope and bend have cancelled."""
    q = np.asarray(softplus_ratio(f))
    return piecewise((r, t, df, n, f, q), (f < 0, _df_curve_left), otherwise=_df_curve_right)


def _df_curve_right(r: Floats, t: Floats, df: Floats, n: Floats, f: Floats, q: Floats) -> Floats:
    rest = np.where(f > GONE, 0.0, q * np.asarray(sigmoid(-f)) * student_slope(r, t, df, n))
    return np.asarray(q * (q * _bend_less_slope(r, t, df, n)) + rest)


def _df_curve_left(r: Floats, t: Floats, df: Floats, n: Floats, f: Floats, q: Floats) -> Floats:
    return np.asarray(q * q * student_bend(r, t, df, n) + softplus_ratio_bend(student_slope(r, t, df, n), f))


def _bend_less_slope(r: Floats, t: Floats, df: Floats, n: Floats) -> Floats:
    """df^2 times the second derivative in df itself, for df > 1/2."""
    h = 0.5 * df
    peak = piecewise(
        (h,),
        (h > LARGE, lambda h: 0.25 / h),
        otherwise=lambda h: -h * (h * log_rising_excess_second(h, np.full_like(h, 0.5))),
    )
    w, scaled, _ = _pieces(r, t, df, n)
    return np.asarray(0.5 * w * ((1.0 - scaled) + square_rest_exp(r, t - 0.5 * n)) + peak)


# -- what is told about df ----------------------------------------------------------------------------------------

#: of 1/df in the information about df, from the fourth power on: j! times the coefficients of t^j, j = 3, 4, ..., in
#: t/(1 + e^-t) - 5/6 + e^-t - e^(-3t)/6, of which the information is the Laplace transform
_AT_INFINITY = (3.5, -13.0, 39.5, -119.0, 363.5, -1101.0, 3279.5, -9763.0, 29523.5, -89609.0, 265719.5, -778047.0,
                2391483.5, -7639237.0, 21523359.5, -50159771.0, 193710244.5)  # fmt: skip
MANY = 40.0  # degrees of freedom from which the series has all digits
STEPS = 20  # of two degrees of freedom up to there


@kernel
def student_df_information(g: Floats) -> Floats:
    """What an outcome tells about log df, location and scale being known, df = e^g: 1 for df -> 0, 3.5/df^2 at the end.

    The information h about df is q(df) - h(df + 1) with a rational q, so h(df) - h(df + 2) is one as well: terms of one
    sign, which are added until a series in 1/df takes over.
    """

    def series(g: Floats) -> Floats:
        u = np.exp(-g)
        total = np.zeros_like(u)
        for coefficient in reversed(_AT_INFINITY):
            total = total * u + coefficient
        return total * u * u

    def steps(g: Floats) -> Floats:
        d = np.exp(g)
        total = np.zeros_like(d)
        for step in range(2 * STEPS - 2, 0, -2):
            x = d + step
            total += 2.0 * ((14.0 * x + 33.0) * x + 15.0) / ((x * (x + 1.0)) ** 2 * (x + 2.0) * (x + 3.0) * (x + 5.0))
        first = 2.0 * ((14.0 * d + 33.0) * d + 15.0) / ((d + 1.0) ** 2 * (d + 2.0) * (d + 3.0) * (d + 5.0))
        far = d + 2.0 * STEPS
        return first + d * d * (total + series(np.log(far)) / (far * far))

    return piecewise((g,), (g > np.log(MANY), series), otherwise=steps)
