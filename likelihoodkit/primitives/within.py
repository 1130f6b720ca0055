"""Losses of outcomes that are seen between two bounds only: the logarithm of the mass between over the density at y.

Each is one function of the outcome and both bounds, so that what the density and the mass have in common is not formed.
A bound that is no bound is the edge of the support. What slopes in a shape mean has no elementary form. Wrappers write
the losses of laws of u = (y - m) e^t: these have a meaning and a slope in the outcome. Of some laws the logarithm of
the mass is a function of its own, for what is known only to lie between two ends.
"""

from __future__ import annotations

import sympy as sp

from likelihoodkit.primitives.logistic import expm1, scaled_rate, sigmoid, softplus
from likelihoodkit.primitives.record import RECORDS, Formula, Kind, primitive


def _enter(
    stem: str, fixed: int, names: str, letters: str, meaning: Formula | None = None, in_outcome: Formula | None = None
) -> Kind:
    """A loss with two parameters, or one, after the outcome and the bounds; and its slopes and curvatures."""

    def slope(order: str) -> Formula:
        return lambda *place: RECORDS[f"{stem}_{order}"].function(*place)

    orders = {"": list(names), **{one: [min(one + x, x + one, key=_rank(names)) for x in names] for one in names}}
    second = {order for one in names for order in orders[one]}

    def enter(what: str) -> Kind:
        rules = tuple(slope(order) for order in orders[what]) if what in orders else (None,) * len(names)
        latex = "".join(rf"\partial_{{{{{name}}}}}" for name in what) + letters
        if what:
            return primitive(f"{stem}_{what}", None, ((None,) * fixed + rules), latex)
        return primitive(stem, meaning, (in_outcome, *(None,) * (fixed - 1), *rules), latex)

    return {what: enter(what) for what in (*sorted(second), *names, "")}[""]


def _enter_mass(
    within: Kind, fixed: int, names: str, letters: str, edges: tuple[sp.Expr, sp.Expr], apart: bool = False
) -> Kind:
    """The logarithm of the mass: the loss of an outcome at one bound less that of one that is always seen.

    ``apart``: after the bounds, which may be rounded, comes how far they are from each other.
    """
    means = within.record.meaning

    def mass(low: sp.Expr, high: sp.Expr, *place: sp.Expr) -> sp.Expr:
        assert means is not None
        place = place[apart:]
        return means(high, low, high, *place) - means(high, *edges, *place)

    stem = within.record.name.replace("_within", "_between")
    return _enter(stem, fixed - 1 + apart, names, letters, None if means is None else mass)


def _rank(names: str) -> Formula:
    return lambda order: [names.index(letter) for letter in order]


def _latex(last: str) -> str:
    return rf"\log\frac{{{{P\left({{1}}\le Y\le{{2}}\mid {last}\right)}}}}{{{{p\left({{0}}\mid {last}\right)}}}}"


negative_binomial_within: Kind = _enter("negative_binomial_within", 3, "fa", _latex("{3},{4}"))
gamma_within: Kind = _enter("gamma_within", 3, "tn", _latex("{3},{4}"))
beta_within: Kind = _enter("beta_within", 3, "fg", _latex("{3},{4}"))
normal_within: Kind = _enter("normal_within", 3, "mt", _latex("{3},{4}"))
poisson_within: Kind = _enter("poisson_within", 3, "f", _latex("{3}"))
zeta_within: Kind = _enter("zeta_within", 3, "f", _latex("{3}"))
zeta_between: Kind = _enter("zeta_between", 2, "f", r"\log P\left({0}\le Y\le{1}\mid {2}\right)")


def _place(end: sp.Expr, m: sp.Expr, t: sp.Expr) -> sp.Expr:
    return end if end.is_infinite else (end - m) * sp.exp(t)


def _of_extremes(y: sp.Expr, low: sp.Expr, high: sp.Expr, m: sp.Expr, t: sp.Expr) -> sp.Expr:
    u, a, b = (_place(end, m, t) for end in (y, low, high))
    return sp.log(sp.exp(-sp.exp(a)) - sp.exp(-sp.exp(b))) + sp.exp(u) - u - t


def _logistic(y: sp.Expr, low: sp.Expr, high: sp.Expr, m: sp.Expr, t: sp.Expr) -> sp.Expr:
    u, a, b = (_place(end, m, t) for end in (y, low, high))
    below, above = (sp.S.Zero if low == -sp.oo else sigmoid(a)), (sp.S.One if high == sp.oo else sigmoid(b))
    return sp.log(above - below) + softplus(u) + softplus(-u) - t


extreme_within: Kind = _enter(
    "extreme_within", 3, "mt", _latex("{3},{4}"), _of_extremes,
    lambda y, low, high, m, t: expm1(_place(y, m, t)) * sp.exp(t),
)  # fmt: skip
logistic_within: Kind = _enter(
    "logistic_within", 3, "mt", _latex("{3},{4}"), _logistic,
    lambda y, low, high, m, t: sp.tanh(_place(y, m, t) / 2) * sp.exp(t),
)  # fmt: skip


def _log_place(end: sp.Expr, m: sp.Expr, t: sp.Expr) -> sp.Expr:
    return _place(-sp.oo if end == 0 else end if end == sp.oo else sp.log(end), m, t)


def _log_gamma(y: sp.Expr, low: sp.Expr, high: sp.Expr, m: sp.Expr, t: sp.Expr, n: sp.Expr) -> sp.Expr:
    u, a, b = (_log_place(end, m, t) for end in (y, low, high))
    above = sp.uppergamma(sp.exp(n), sp.exp(a)) - (0 if high == sp.oo else sp.uppergamma(sp.exp(n), sp.exp(b)))
    return sp.log(above) - sp.exp(n) * u + sp.exp(u) - t


def _burr(y: sp.Expr, low: sp.Expr, high: sp.Expr, m: sp.Expr, t: sp.Expr, n: sp.Expr) -> sp.Expr:
    u, a, b = (_log_place(end, m, t) for end in (y, low, high))
    above = sp.exp(-sp.exp(n) * softplus(a)) - (0 if high == sp.oo else sp.exp(-sp.exp(n) * softplus(b)))
    return sp.log(above) + sp.exp(n) * softplus(u) + softplus(-u) - n - t


def _kumaraswamy(y: sp.Expr, low: sp.Expr, high: sp.Expr, m: sp.Expr, t: sp.Expr, n: sp.Expr) -> sp.Expr:
    u, a, b = (_log_place(end, m, t) for end in (y, low, high))
    below = (sp.S.One if high == sp.oo else (1 - sp.exp(-sp.exp(b))) ** sp.exp(n)) - (
        sp.S.Zero if low == 0 else (1 - sp.exp(-sp.exp(a))) ** sp.exp(n)
    )
    return sp.log(below) - n - u + sp.exp(u) - (sp.exp(n) - 1) * sp.log(1 - sp.exp(-sp.exp(u))) - t


log_gamma_within: Kind = _enter(
    "log_gamma_within", 3, "mtn", _latex("{3},{4},{5}"), _log_gamma,
    lambda y, low, high, m, t, n: (sp.exp(_log_place(y, m, t)) - sp.exp(n)) * sp.exp(t) / y,
)  # fmt: skip
burr_within: Kind = _enter(
    "burr_within", 3, "mtn", _latex("{3},{4},{5}"), _burr,
    lambda y, low, high, m, t, n: ((1 + sp.exp(n)) * sigmoid(_log_place(y, m, t)) - 1) * sp.exp(t) / y,
)  # fmt: skip
kumaraswamy_within: Kind = _enter(
    "kumaraswamy_within", 3, "mtn", _latex("{3},{4},{5}"), _kumaraswamy,
    lambda y, low, high, m, t, n: (
        sp.exp(_log_place(y, m, t)) - 1 + (1 - sp.exp(n)) * scaled_rate(_log_place(y, m, t), sp.S.Zero)
    ) * sp.exp(t) / y,
)  # fmt: skip


# -- laws whose halves are told apart; what they have besides m and t is held ------------------------------------------


def _exponentials(
    y: sp.Expr, low: sp.Expr, high: sp.Expr, right: sp.Expr, left: sp.Expr, m: sp.Expr, t: sp.Expr
) -> sp.Expr:
    """Each side of the density has the part of the other's rate; the sides' masses are that."""

    def above(end: sp.Expr) -> sp.Expr:
        u = _place(end, m, t)
        if u.is_infinite:
            return sp.S.One if u == -sp.oo else sp.S.Zero
        whole = right + left
        return sp.Piecewise((1 - right / whole * sp.exp(left * u), u < 0), (left / whole * sp.exp(-right * u), True))

    u = _place(y, m, t)
    loss = sp.Max(right * u, -left * u) + sp.log(1 / right + 1 / left)
    return sp.log(above(low) - above(high)) + loss - t


def _normals(y: sp.Expr, low: sp.Expr, high: sp.Expr, right: sp.Expr, left: sp.Expr, m: sp.Expr, t: sp.Expr) -> sp.Expr:
    def below(end: sp.Expr) -> sp.Expr:
        u = _place(end, m, t)
        if u.is_infinite:
            return sp.S.Zero if u == -sp.oo else sp.S.One
        share, root = right / (left + right), sp.sqrt(2)
        return share * sp.erfc(-left * sp.Min(u, 0) / root) + (1 - share) * sp.erf(right * sp.Max(u, 0) / root)

    u = _place(y, m, t)
    square = (right * sp.Max(u, 0)) ** 2 + (left * sp.Min(u, 0)) ** 2
    return sp.log(below(high) - below(low)) + square / 2 + sp.log(sp.pi / 2) / 2 + sp.log(1 / right + 1 / left) - t


def _huber(y: sp.Expr, low: sp.Expr, high: sp.Expr, c: sp.Expr, m: sp.Expr, t: sp.Expr) -> sp.Expr:
    core, wing = sp.sqrt(2 * sp.pi) * sp.erf(c / sp.sqrt(2)), sp.exp(-(c**2) / 2) / c

    def below(end: sp.Expr) -> sp.Expr:
        u = _place(end, m, t)
        if u.is_infinite:
            return sp.S.Zero if u == -sp.oo else core + 2 * wing
        inner = sp.sqrt(sp.pi / 2) * (sp.erf(u / sp.sqrt(2)) + sp.erf(c / sp.sqrt(2)))
        outer = sp.exp(c**2 / 2 - c * sp.Abs(u)) / c
        return sp.Piecewise((outer, u < -c), (wing + inner, u < c), (core + 2 * wing - outer, True))

    u = _place(y, m, t)
    loss = sp.Piecewise((u**2 / 2, sp.Abs(u) < c), (c * sp.Abs(u) - c**2 / 2, True))
    return sp.log(below(high) - below(low)) + loss - t


def _secant(y: sp.Expr, low: sp.Expr, high: sp.Expr, m: sp.Expr, t: sp.Expr) -> sp.Expr:
    u, a, b = (_place(end, m, t) for end in (y, low, high))
    start, end = (sp.atan(sp.exp(part)) for part in (a, b))
    return sp.log(2 * (end - start)) + sp.log(sp.cosh(u)) - t


def _steepness(y: sp.Expr, right: sp.Expr, left: sp.Expr, m: sp.Expr) -> sp.Expr:
    return sp.Piecewise((-left, y < m), (right, y > m), (0, True))


def _power(y: sp.Expr, low: sp.Expr, high: sp.Expr, m: sp.Expr, f: sp.Expr, k: sp.Expr) -> sp.Expr:
    def size(end: sp.Expr) -> sp.Expr:
        return sp.exp(sp.exp(k) * (sp.log(sp.Abs(end - m)) - f))

    def above(end: sp.Expr) -> sp.Expr:
        if end.is_infinite:
            return sp.S.Zero if end == sp.oo else sp.S.One
        half = sp.uppergamma(sp.exp(-k), size(end)) / sp.gamma(sp.exp(-k)) / 2
        return sp.Piecewise((half, end > m), (1 - half, end < m), (sp.S.Half, True))

    return sp.log(above(low) - above(high)) + size(y) + sp.log(2) + f + sp.log(sp.gamma(1 + sp.exp(-k)))


laplace_within: Kind = _enter(
    "laplace_within", 5, "mt", _latex("{5},{6}"), _exponentials,
    lambda y, low, high, right, left, m, t: _steepness(y, right, left, m) * sp.exp(t),
)  # fmt: skip
split_normal_within: Kind = _enter(
    "split_normal_within", 5, "mt", _latex("{5},{6}"), _normals,
    lambda y, low, high, right, left, m, t: _steepness(y, right**2, -(left**2), m) * (y - m) * sp.exp(2 * t),
)  # fmt: skip
huber_within: Kind = _enter(
    "huber_within", 4, "mt", _latex("{4},{5}"), _huber,
    lambda y, low, high, c, m, t: sp.Max(sp.Min(_place(y, m, t), c), -c) * sp.exp(t),
)  # fmt: skip
power_within: Kind = _enter("power_within", 3, "mfk", _latex("{3},{4},{5}"), _power)
secant_within: Kind = _enter(
    "secant_within", 3, "mt", _latex("{3},{4}"), _secant,
    lambda y, low, high, m, t: sp.tanh(_place(y, m, t)) * sp.exp(t),
)  # fmt: skip


# -- what a map brings to normal ---------------------------------------------------------------------------------------


def _mapped(z: Formula, ends: tuple[sp.Expr, sp.Expr], speed: sp.Expr, at: sp.Expr) -> sp.Expr:
    """By the map z, the ends, and the logarithm of its speed at the place ``at``."""
    low, high = ends
    below, above = (sp.erfc(-z(end) / sp.sqrt(2)) / 2 for end in (low, high))
    below = sp.S.Zero if low in (0, -sp.oo) else below
    above = sp.S.One if high == sp.oo else above
    return sp.log(above - below) + z(at) ** 2 / 2 + sp.log(2 * sp.pi) / 2 - speed


def _johnson(y: sp.Expr, low: sp.Expr, high: sp.Expr, m: sp.Expr, t: sp.Expr, g: sp.Expr, n: sp.Expr) -> sp.Expr:
    speed = n + t - sp.log(1 + _place(y, m, t) ** 2) / 2
    return _mapped(lambda end: g + sp.exp(n) * sp.asinh(_place(end, m, t)), (low, high), speed, y)


def _sinh_arcsinh(y: sp.Expr, low: sp.Expr, high: sp.Expr, m: sp.Expr, t: sp.Expr, g: sp.Expr, n: sp.Expr) -> sp.Expr:
    def angle(end: sp.Expr) -> sp.Expr:
        return sp.exp(n) * sp.asinh(_place(end, m, t)) - g

    speed = n + t - sp.log(1 + _place(y, m, t) ** 2) / 2 + sp.log(sp.cosh(angle(y)))
    return _mapped(lambda end: sp.sinh(angle(end)), (low, high), speed, y)


def _fatigue(y: sp.Expr, low: sp.Expr, high: sp.Expr, m: sp.Expr, n: sp.Expr) -> sp.Expr:
    def half(end: sp.Expr) -> sp.Expr:
        return (sp.log(end) - m) / 2

    speed = n + sp.log(sp.cosh(half(y)))
    return _mapped(lambda end: 2 * sp.exp(n) * sp.sinh(half(end)), (low, high), speed, y)


def _box_cox(y: sp.Expr, low: sp.Expr, high: sp.Expr, m: sp.Expr, t: sp.Expr, a: sp.Expr) -> sp.Expr:
    """Where there is no bound the law is cut at what z tends to."""

    def below(end: sp.Expr) -> sp.Expr:
        if end in (0, sp.oo):  # the power 0 cuts nothing
            beyond = sp.erfc(sp.exp(t) / a / sp.sqrt(2)) / 2
            return sp.Piecewise((beyond, a > 0 if end == 0 else a < 0), (sp.S.Zero if end == 0 else sp.S.One, True))
        return sp.erfc(-z(end) / sp.sqrt(2)) / 2

    def z(end: sp.Expr) -> sp.Expr:
        return sp.exp(t) * (sp.exp(a * (sp.log(end) - m)) - 1) / a

    speed = t + a * (sp.log(y) - m)
    return sp.log(below(high) - below(low)) + z(y) ** 2 / 2 + sp.log(2 * sp.pi) / 2 - speed


johnson_within: Kind = _enter("johnson_within", 3, "mtgn", _latex("{3},{4},{5},{6}"), _johnson)
arcsinh_within: Kind = _enter("arcsinh_within", 3, "mtgn", _latex("{3},{4},{5},{6}"), _sinh_arcsinh)
fatigue_within: Kind = _enter("fatigue_within", 3, "mn", _latex("{3},{4}"), _fatigue)
box_cox_within: Kind = _enter("box_cox_within", 3, "mta", _latex("{3},{4},{5}"), _box_cox)


# -- laws of a cumulative hazard ---------------------------------------------------------------------------------------


def _box(end: sp.Expr, m: sp.Expr, f: sp.Expr, s: sp.Expr) -> sp.Expr:
    """log(1 + s x)/s of x = (y - m) e^-f."""
    return end if end.is_infinite else sp.log(1 + s * (end - m) * sp.exp(-f)) / s


def _extreme_value(y: sp.Expr, low: sp.Expr, high: sp.Expr, m: sp.Expr, f: sp.Expr, s: sp.Expr) -> sp.Expr:
    g, below, above = (_box(end, m, f, s) for end in (y, low, high))
    return sp.log(sp.exp(-sp.exp(-above)) - sp.exp(-sp.exp(-below))) + sp.exp(-g) + (1 + s) * g + f


def _pareto(y: sp.Expr, low: sp.Expr, high: sp.Expr, f: sp.Expr, s: sp.Expr) -> sp.Expr:
    g, start, end = (_box(place, sp.S.Zero, f, s) for place in (y, low, high))
    return sp.log(sp.exp(-start) - sp.exp(-end)) + (1 + s) * g + f


def _gompertz(y: sp.Expr, low: sp.Expr, high: sp.Expr, f: sp.Expr, g: sp.Expr) -> sp.Expr:
    def risk(end: sp.Expr) -> sp.Expr:
        return end if end.is_infinite else (sp.exp(end * sp.exp(g)) - 1) * sp.exp(f - g)

    return sp.log(sp.exp(-risk(low)) - sp.exp(-risk(high))) + risk(y) - f - y * sp.exp(g)


extreme_value_within: Kind = _enter("extreme_value_within", 3, "mfs", _latex("{3},{4},{5}"), _extreme_value)
pareto_within: Kind = _enter("pareto_within", 3, "fs", _latex("{3},{4}"), _pareto)
gompertz_within: Kind = _enter("gompertz_within", 3, "fg", _latex("{3},{4}"), _gompertz)


# -- counts of periods survived ----------------------------------------------------------------------------------------


def _lived(y: sp.Expr, low: sp.Expr, high: sp.Expr, g: sp.Expr, n: sp.Expr) -> sp.Expr:
    def left(k: sp.Expr) -> sp.Expr:
        return sp.S.Zero if k == sp.oo else sp.exp(-sp.exp(g) * k ** sp.exp(n))

    return sp.log(left(low) - left(high + 1)) - sp.log(left(y) - left(y + 1))


lived_within: Kind = _enter("lived_within", 3, "gn", _latex("{3},{4}"), _lived)


# -- laws whose distribution functions are integrals -------------------------------------------------------------------

skew_within: Kind = _enter("skew_within", 3, "mta", _latex("{3},{4},{5}"))
student_within: Kind = _enter("student_within", 3, "mtn", _latex("{3},{4},{5}"))
rice_within: Kind = _enter("rice_within", 3, "fs", _latex("{3},{4}"))
delay_within: Kind = _enter("delay_within", 3, "msg", _latex("{3},{4},{5}"))
passage_within: Kind = _enter("passage_within", 3, "fg", _latex("{3},{4}"))


# -- what lies between two ends ----------------------------------------------------------------------------------------

_REAL, _AMOUNTS, _SHARES = (-sp.oo, sp.oo), (sp.S.Zero, sp.oo), (sp.S.Zero, sp.S.One)


def _mass(place: str) -> str:
    return rf"\log P\left({{0}}\le Y\le{{1}}\mid {place}\right)"


#: laws of places that outcomes are brought to (1/y, y^2, -log y, y/(1 + y)) and rounded at: their masses are told how
#: far the two are apart
APART = (gamma_within, beta_within, log_gamma_within, kumaraswamy_within)


def _told(first: int, names: str) -> str:
    return _mass(",".join(f"{{{first + k}}}" for k in range(len(names))))


#: by the loss of what is seen, the logarithm of what could be
BETWEEN: dict[Kind, Kind] = {
    kind: _enter_mass(kind, fixed, names, _told(fixed - 1 + (kind in APART), names), edges, kind in APART)
    for kind, fixed, names, edges in (
        (gamma_within, 3, "tn", _AMOUNTS),
        (beta_within, 3, "fg", _SHARES),
        (log_gamma_within, 3, "mtn", _AMOUNTS),
        (burr_within, 3, "mtn", _AMOUNTS),
        (kumaraswamy_within, 3, "mtn", _AMOUNTS),
        (laplace_within, 5, "mt", _REAL),
        (split_normal_within, 5, "mt", _REAL),
        (huber_within, 4, "mt", _REAL),
        (secant_within, 3, "mt", _REAL),
        (power_within, 3, "mfk", _REAL),
        (johnson_within, 3, "mtgn", _REAL),
        (arcsinh_within, 3, "mtgn", _REAL),
        (fatigue_within, 3, "mn", _AMOUNTS),
        (extreme_value_within, 3, "mfs", _REAL),
        (pareto_within, 3, "fs", _AMOUNTS),
        (box_cox_within, 3, "mta", _AMOUNTS),
        (skew_within, 3, "mta", _REAL),
        (rice_within, 3, "fs", _AMOUNTS),
        (passage_within, 3, "fg", _AMOUNTS),
        (delay_within, 3, "msg", _REAL),
    )
}

skew_between, rice_between, delay_between = (BETWEEN[law] for law in (skew_within, rice_within, delay_within))
lived_between: Kind = _enter_mass(lived_within, 3, "gn", _mass("{2},{3}"), _AMOUNTS)
