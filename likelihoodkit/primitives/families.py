"""Whole losses of single families whose slopes and curvatures are one function each, by pairs of arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations_with_replacement
from typing import Any

import sympy as sp
from sympy import asinh, exp, log, sinh

from likelihoodkit.primitives.logistic import expm1, sigmoid, softplus_ratio
from likelihoodkit.primitives.record import RECORDS, Kind, primitive
from likelihoodkit.primitives.shapes import expm1_over, log_ndtr_inverse
from likelihoodkit.primitives.tails import log_student_cdf
from likelihoodkit.primitives.whole import student_bend, student_df_curve, student_slope

Formula = Callable[..., sp.Expr]
#: an edge so far out that slopes in it overflow
ENDLESS = sp.Integer(10) ** 150


def _derived(meaning: Formula, names: str, *places: str) -> Formula:
    """The derivative of a meaning in the arguments of those names."""
    symbols = {name: sp.Symbol(f"_{name}", real=True) for name in names}
    known: list[sp.Expr] = []

    def formula(*arguments: sp.Expr) -> sp.Expr:
        if not known:
            known.append(sp.diff(meaning(*symbols.values()), *(symbols[place] for place in places)))
        return known[0].xreplace(dict(zip(symbols.values(), arguments, strict=True)))

    return formula


def kind(name: str) -> Kind:
    """The primitive of that name."""
    return RECORDS[name].function


def _rule(name: str) -> Formula:
    return lambda *arguments: kind(name)(*arguments)


def _times_power(formula: Formula, place: int, power: int) -> Formula:
    """A formula times a power of e^m, m being its argument at that place."""
    return lambda *arguments: exp(power * arguments[place]) * formula(*arguments)


def _zero(*_: sp.Expr) -> sp.Expr:
    return sp.S.Zero


def with_slopes(
    stem: str, meaning: Formula, names: str, held: str = "", twice: str = "", carried: str = "",
    chain: Formula | None = None, **facts: Any,
) -> Kind:  # fmt: skip
    """The primitive ``stem_loss``, its slopes ``stem_x`` and curvatures ``stem_xy`` in its one-letter arguments.

    ``held``: arguments in which nothing is differentiated. ``twice``: arguments that say again what another says, and
    leave all change to it. ``carried``: two arguments b and m that stand for b e^m, in which the slopes are taken.
    """
    free = [name for name in names if name not in held + twice]

    def rule(before: tuple[str, ...], name: str) -> Formula | None:
        if name in twice:
            return _zero
        letters = "".join(sorted((*before, name), key=names.index))
        if name not in free or len(letters) > 2:
            return None
        inner = _rule(f"{stem}_{letters}")
        return _times_power(inner, names.index(carried[1]), 1) if name in carried else inner

    def rules(*before: str) -> tuple[Formula | None, ...]:
        return tuple(rule(before, name) for name in names)

    def derivatives() -> Iterator[tuple[str, ...]]:
        yield from ((name,) for name in free)
        yield from combinations_with_replacement(free, 2)

    for places in derivatives():
        derived, often = _derived(meaning, names, *places), sum(place in carried for place in places)
        if often:
            derived = _times_power(derived, names.index(carried[1]), -often)
        primitive(f"{stem}_{''.join(places)}", derived, rules(*places), **facts)
    return primitive(f"{stem}_loss", meaning, rules(), chain=chain, **facts)


def _sinh_arcsinh(r: sp.Expr, t: sp.Expr, b: sp.Expr, g: sp.Expr) -> sp.Expr:
    z = r * exp(t)
    u = exp(g) * asinh(z) - b
    return sinh(u) ** 2 / 2 - log(sp.cosh(u)) + log(1 + z**2) / 2 - t - g


sinh_arcsinh_loss: Kind = with_slopes("sinh_arcsinh", _sinh_arcsinh, "rtbg")


def _johnson_su(r: sp.Expr, t: sp.Expr, b: sp.Expr, m: sp.Expr, _: sp.Expr, g: sp.Expr) -> sp.Expr:
    z = r * exp(t)
    return (exp(g) * asinh(z) + b * exp(m)) ** 2 / 2 + log(1 + z**2) / 2 - t - g


johnson_su_loss: Kind = with_slopes("johnson_su", _johnson_su, "rtbmdg", held="m", twice="d", carried="bm")


def _box_cox(y: sp.Expr, t: sp.Expr, s: sp.Expr, p: sp.Expr) -> sp.Expr:
    x = log(y) + t
    return (expm1_over(x, p) * exp(s)) ** 2 / 2 + log(y) - p * x - s + log_ndtr_inverse(p * exp(-s))


box_cox_loss: Kind = with_slopes("box_cox", _box_cox, "ytsp", held="y", accurate="y > 0")


def _student_cut(d: sp.Expr, x: sp.Expr) -> sp.Expr:
    return sp.Piecewise((0, sp.Eq(x, 0)), (-log_student_cdf(d, 1 / sp.Abs(x)), True))


student_cut_loss: Kind = with_slopes("student_cut", _student_cut, "dx", accurate="df > 0")
cut_student_quantile: Kind = primitive("cut_student_quantile", None, (None,) * 3, accurate="df > 0")


def _student_window(d: sp.Expr, m: sp.Expr, h: sp.Expr) -> sp.Expr:
    below, above = log_student_cdf(d, -sp.Abs(m) - h), log_student_cdf(d, h - sp.Abs(m))
    return -log(exp(above) - exp(below))


def _only_widens(arguments: tuple[sp.Expr, ...], slopes: list[sp.Expr]) -> sp.Expr | None:
    """The slope where middle and half width grow by one factor, as they do with a scale: terms of it cancel."""
    (_, m, h), (dd, dm, dh) = arguments, slopes
    if dd != 0 or dh == 0:
        return None
    rate = dh / h
    return rate * student_window_spread(*arguments) if sp.expand(dm - rate * m) == 0 else None


student_window_loss: Kind = with_slopes(
    "student_window", _student_window, "dmh", chain=_only_widens, accurate="df > 0, h > 0"
)
student_window_spread: Kind = primitive(
    "student_window_spread",
    lambda d, m, h: (
        m * _derived(_student_window, "dmh", "m")(d, m, h) + h * _derived(_student_window, "dmh", "h")(d, m, h)
    ),
    (
        lambda d, m, h: m * kind("student_window_dm")(d, m, h) + h * kind("student_window_dh")(d, m, h),
        lambda d, m, h: (
            kind("student_window_m")(d, m, h)
            + m * kind("student_window_mm")(d, m, h)
            + h * kind("student_window_mh")(d, m, h)
        ),
        lambda d, m, h: (
            kind("student_window_h")(d, m, h)
            + m * kind("student_window_mh")(d, m, h)
            + h * kind("student_window_hh")(d, m, h)
        ),
    ),
    accurate="df > 0, h > 0",
)


def cut_student_cdf(df: sp.Expr, x: sp.Expr, z: sp.Expr, rise: sp.Expr) -> sp.Expr:
    """Student's distribution function where it is cut at -1/x, at z with log(1 + x z) = rise; survival at -x, -z."""
    kept, edge = -student_cut_loss(df, x), -1 / sp.Abs(x)
    toward = sp.Piecewise((z, x > 0), (-z, True))
    half = exp(rise) / (2 * sp.Abs(x))  # half the way from the edge, on which digits are
    whole = exp(log_student_cdf(df, toward) - kept)
    apart = sp.Piecewise(
        (whole - exp(log_student_cdf(df, edge) - kept), -edge < ENDLESS),
        (whole - expm1(-kept), df < 2),  # what is cut is 1 less what is kept: its slopes do not overflow
        (whole, True),  # nothing is cut
    )
    close = exp(-student_window_loss(df, toward - half, half) - kept)
    inner = sp.Piecewise((close, half < sp.Max(1, -edge / 4)), (apart, True))
    return sp.Piecewise((inner, x > 0), (exp(log_student_cdf(df, z) - kept), True))


def _box_cox_student(y: sp.Expr, t: sp.Expr, s: sp.Expr, p: sp.Expr, _: sp.Expr, n: sp.Expr) -> sp.Expr:
    x = log(y) + t
    student = log(sp.gamma(exp(n) / 2)) - log(sp.gamma((exp(n) + 1) / 2)) + (n + log(sp.pi)) / 2
    student += (exp(n) + 1) / 2 * log(1 + expm1_over(x, p) ** 2 * exp(2 * s - n))
    return student - p * x - s - student_cut_loss(exp(n), p * exp(-s))


box_cox_student_loss: Kind = with_slopes(
    "box_cox_student", _box_cox_student, "ytspdn", held="y", twice="d", accurate="y > 0"
)


def _skew_student(r: sp.Expr, t: sp.Expr, a: sp.Expr, _: sp.Expr, n: sp.Expr) -> sp.Expr:
    z, df = r * exp(t), exp(n)
    return -log_student_cdf(df + 1, a * z * sp.sqrt((df + 1) / (df + z**2)))


skew_student_loss: Kind = with_slopes("skew_student", _skew_student, "rtadn", twice="d")


def _in_plane(letters: str) -> Formula:
    return lambda _, a, b: kind(f"von_mises_plane_{letters}")(a, b)


def _bessel_bend(first: str, second: str) -> Formula:
    derived = _derived(lambda a, b: log(sp.besseli(0, sp.sqrt(a**2 + b**2))), "ab", first, second)
    return lambda a, b: derived(a, b)


def _von_mises_plane(y: sp.Expr, a: sp.Expr, b: sp.Expr) -> sp.Expr:
    return log(2 * sp.pi) + log(sp.besseli(0, sp.sqrt(a**2 + b**2))) - a * sp.cos(y) - b * sp.sin(y)


_A, _B = "von_mises_plane_a", "von_mises_plane_b"
von_mises_plane_loss: Kind = primitive("von_mises_plane_loss", _von_mises_plane, (None, _rule(_A), _rule(_B)))
primitive(_A, _derived(_von_mises_plane, "yab", "a"), (None, _in_plane("aa"), _in_plane("ab")))
primitive(_B, _derived(_von_mises_plane, "yab", "b"), (None, _in_plane("ab"), _in_plane("bb")))
for _pair in ("aa", "ab", "bb"):  # which do not depend on the outcome
    primitive(f"von_mises_plane_{_pair}", _bessel_bend(*_pair), (None, None))


def _poisson_inverse_gaussian(y: sp.Expr, f: sp.Expr, a: sp.Expr) -> sp.Expr:
    root = sp.sqrt(1 + 2 * exp(f + a))
    x = root * exp(-a)
    bessel = log(2 * x / sp.pi) / 2 + exp(-a) + log(sp.besselk(y - sp.Rational(1, 2), x))
    return log(sp.gamma(y + 1)) - y * (f - log(root)) - bessel


poisson_inverse_gaussian_loss: Kind = with_slopes(
    "poisson_inverse_gaussian", _poisson_inverse_gaussian, "yfa", held="y", accurate="y >= 0"
)


def _poisson_inverse_gaussian_seen(y: sp.Expr, f: sp.Expr, a: sp.Expr) -> sp.Expr:
    none = 2 * exp(f) / (1 + sp.sqrt(1 + 2 * exp(f + a)))
    return _poisson_inverse_gaussian(y, f, a) + log(1 - exp(-none))


poisson_inverse_gaussian_seen_loss: Kind = with_slopes(
    "poisson_inverse_gaussian_seen", _poisson_inverse_gaussian_seen, "yfa", held="y", accurate="y > 0"
)


def bent(slope: str, curve: str, sign: int) -> Formula:
    """The second derivative in f where the log of softplus(f), times ``sign``, is the argument of slope and curve."""
    return lambda *arguments: (
        _rule(curve)(*arguments[:-1]) * softplus_ratio(arguments[-1]) ** 2
        + sign
        * _rule(slope)(*arguments[:-1])
        * softplus_ratio(arguments[-1])
        * (sigmoid(-arguments[-1]) - softplus_ratio(arguments[-1]))
    )


skew_student_df_curve: Kind = primitive(
    "skew_student_df_curve", bent("skew_student_n", "skew_student_nn", 1), (None,) * 6
)
sinh_arcsinh_scale_curve: Kind = primitive(
    "sinh_arcsinh_scale_curve", bent("sinh_arcsinh_t", "sinh_arcsinh_tt", -1), (None,) * 5
)
sinh_arcsinh_tail_curve: Kind = primitive(
    "sinh_arcsinh_tail_curve", bent("sinh_arcsinh_g", "sinh_arcsinh_gg", 1), (None,) * 5
)
johnson_su_scale_curve: Kind = primitive(
    "johnson_su_scale_curve", bent("johnson_su_t", "johnson_su_tt", -1), (None,) * 7
)
johnson_su_tail_curve: Kind = primitive("johnson_su_tail_curve", bent("johnson_su_g", "johnson_su_gg", 1), (None,) * 7)
#: slope -> (its own slope, the sign of softplus's logarithm in it, the curvature in what the softplus is of)
BENT: dict[Kind, tuple[Kind, int, Kind]] = {
    student_slope: (student_bend, 1, student_df_curve),
    kind("skew_student_n"): (kind("skew_student_nn"), 1, skew_student_df_curve),
    kind("sinh_arcsinh_t"): (kind("sinh_arcsinh_tt"), -1, sinh_arcsinh_scale_curve),
    kind("sinh_arcsinh_g"): (kind("sinh_arcsinh_gg"), 1, sinh_arcsinh_tail_curve),
    kind("johnson_su_t"): (kind("johnson_su_tt"), -1, johnson_su_scale_curve),
    kind("johnson_su_g"): (kind("johnson_su_gg"), 1, johnson_su_tail_curve),
}
