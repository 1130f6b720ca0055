"""A Poisson number of gamma amounts; ``f`` is the log of the mean, ``g`` that of the dispersion, ``p`` the power."""

from __future__ import annotations

from functools import partial

import sympy as sp
from sympy import exp, log

from likelihoodkit.primitives.record import RECORDS, Formula, Kind, primitive


def _half(y: sp.Expr, f: sp.Expr, g: sp.Expr, p: sp.Expr) -> sp.Expr:
    b, c = 2 - p, p - 1
    above = exp(b * f) / b + y * exp(-c * f) / c - exp(b * log(y)) / (b * c)
    return sp.Piecewise((exp(b * f - g) / b, sp.Eq(y, 0)), (exp(-g) * above, True))


tweedie_deviance_half: Kind = primitive(
    "tweedie_deviance_half",
    _half,
    (None, lambda y, f, g, p: tweedie_pull(y, f, g, p), lambda y, f, g, p: -tweedie_deviance_half(y, f, g, p), None),
    r"\frac{{1}}{{2}}e^{{-\left({2}\right)}}d_{{{3}}}\left({0},e^{{{1}}}\right)",
    accurate="y >= 0, 1 < p < 2",
    nonnegative=True,
)
tweedie_pull: Kind = primitive(
    "tweedie_pull",
    lambda y, f, g, p: (exp(f) - y) * exp((1 - p) * f - g),
    (None, lambda y, f, g, p: tweedie_bend(y, f, g, p), lambda y, f, g, p: -tweedie_pull(y, f, g, p), None),
    r"\left(e^{{{1}}}-{0}\right)e^{{\left(1-{3}\right)\left({1}\right)-\left({2}\right)}}",
    accurate="y >= 0, 1 < p < 2",
)
tweedie_bend: Kind = primitive(
    "tweedie_bend",
    lambda y, f, g, p: ((2 - p) * exp(f) + (p - 1) * y) * exp((1 - p) * f - g),
    (None, None, None, None),
    accurate="y >= 0, 1 < p < 2",
    positive=True,
)
#: minus the log of y times the density of y where that is the mean; s = log(dispersion) - (2 - p) log y
tweedie_normaliser: Kind = primitive(
    "tweedie_normaliser",
    None,
    (lambda s, p: tweedie_normaliser_slope(s, p), None),
    r"S_{{{1}}}\left({0}\right)",
    accurate="1 < p < 2",
)
tweedie_apart: Kind = primitive(
    "tweedie_apart",
    lambda y, g, p: log(y) + tweedie_normaliser(g - (2 - p) * log(y), p),
    (None, lambda y, g, p: tweedie_normaliser_slope(g - (2 - p) * log(y), p), None),
    r"\left(\log {0}+S_{{{2}}}\left({1}-\left(2-{2}\right)\log {0}\right)\right)",
    accurate="y > 0, 1 < p < 2",
)
tweedie_normaliser_slope: Kind = primitive(
    "tweedie_normaliser_slope",
    None,
    (lambda s, p: tweedie_normaliser_curve(s, p), None),
    r"S_{{{1}}}'\left({0}\right)",
    accurate="1 < p < 2",
)
tweedie_normaliser_curve: Kind = primitive(
    "tweedie_normaliser_curve",
    None,
    (None, None),
    r"S_{{{1}}}''\left({0}\right)",
    accurate="1 < p < 2",
)


def _slope(order: str, sign: int = 1) -> Formula:
    return lambda *place: sign * RECORDS[f"tweedie_cdf_{order}"].function(*place)


#: derivative of P(Y <= y) -> its derivatives in f and g
_SLOPES = {"": ("f", "g"), "_f": ("ff", "fg"), "_g": ("fg", "gg"), "_ff": None, "_fg": None, "_gg": None}


def _enter(what: str, slopes: tuple[str, str] | None) -> Kind:
    rules = (None,) * 4 if slopes is None else (None, *map(_slope, slopes), None)
    latex = "".join(rf"\partial_{{{{{order}}}}}" for order in what[1:]) + r"F\left({0}\right)"
    made = partial(primitive, f"tweedie_cdf{what}", None, rules, latex, accurate="y >= 0, 1 < p < 2")
    return made() if what else made(nonnegative=True)


_KINDS = {what: _enter(what, slopes) for what, slopes in _SLOPES.items()}
tweedie_cdf: Kind = _KINDS[""]
tweedie_survival: Kind = primitive(
    "tweedie_survival",
    None,
    (None, _slope("f", -1), _slope("g", -1), None),
    r"\left(1-F\left({0}\right)\right)",
    accurate="y >= 0, 1 < p < 2",
    nonnegative=True,
)
