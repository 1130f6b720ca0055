"""Log-densities of what is seen between two ends only, where the cdf is one of u = (v - m) e^t with v = v(y).

These are the logistic laws, those whose cdf is 1 - exp(-e^u) or exp(-e^u), and laws of u with a shape besides. Density
and mass are one function of outcome and ends: what both have in common is never formed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import sympy as sp

from likelihoodkit import primitives as p
from likelihoodkit.primitives import within
from likelihoodkit.primitives.passage import log_passage_cdf
from likelihoodkit.primitives.record import Kind
from likelihoodkit.wrappers.odds import log_of_product as _log, odds_between, odds_within
from likelihoodkit.wrappers.steps import apart, student

__all__ = ["line_between", "line_within"]

#: of a cdf: the law that u has or whose other tail the cdf is, u, its shapes, and what of it is held
Found = tuple[Kind, sp.Expr, tuple[sp.Expr, ...], tuple[sp.Expr, ...]]


class Told(NamedTuple):
    """A law, the place of the outcome and of both ends in it, its letters, and the log-density of y beside its own."""

    law: Kind
    place: sp.Expr
    ends: tuple[sp.Expr, sp.Expr]
    letters: tuple[sp.Expr, ...]
    speed: sp.Expr


def line_within(cdf: sp.Expr, y: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr | None:
    """The log-density between two ends, infinite ones being none; None where the cdf is of another form."""
    found = _told(cdf, y, low, high)
    if found is not None:
        return found.speed - found.law(found.place, *found.ends, *found.letters)
    return odds_within(cdf, y, low, high)


def line_between(cdf: sp.Expr, y: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr | None:
    """The logarithm of what lies between two ends, which may be symbols; None where that has no function of its own."""
    if isinstance(cdf, sp.erf):  # of half of a normal: a gamma law of the square
        cdf = p.regularised_gamma_p(sp.S.Half, cdf.args[0] ** 2)
    found = _told(cdf, y, low, high)
    mass = None if found is None else within.BETWEEN.get(found.law)
    if found is not None and mass is not None:
        if found.law not in within.APART:
            return mass(*found.ends, *found.letters)
        length = apart(found.place, y, low, high)
        rising = found.ends[0] == found.place.xreplace({y: low})
        return mass(*found.ends, length if rising else -length, *found.letters)
    return odds_between(cdf, y, low, high)


def _told(cdf: sp.Expr, y: sp.Symbol, low: sp.Expr, high: sp.Expr) -> Told | None:
    for read in _LAWS:
        found = read(cdf)
        line = None if found is None else _line(found[1], y)
        if found is not None and line is not None and (line[0] != y or not found[2]):
            law, _, shapes, held = found
            v, m, t, rising = line
            ends = (_end(v, y, low, -sp.oo), _end(v, y, high, sp.oo))
            bottom, top = ends if _rises(v) else ends[::-1]
            places = (v, bottom, top, m) if rising else (-v, -top, -bottom, -m)
            if shapes:  # these are told of amounts, whose logarithm is v
                places = (*map(_amount, places[:3]), places[3])
            speed = sp.expand_log(sp.log(sp.Abs(sp.diff(v, y))), force=True)
            return Told(law, places[0], places[1:3], (*held, places[3], t, *shapes), speed)
    told = (read(cdf, y, low, high) for read in (_declared, _square, _mapped, _growing, _box_cox, _power, _student))
    return next((one for one in told if one is not None), None)


# -- which law it is -------------------------------------------------------------------------------------------------


def _logistic(cdf: sp.Expr) -> Found | None:
    return (within.logistic_within, cdf.args[0], (), ()) if isinstance(cdf, p.sigmoid) else None


def _growth(cdf: sp.Expr) -> sp.Expr | None:
    """E of 1 - e^-E."""
    return -(-cdf).args[0] if isinstance(-cdf, p.expm1) else None


def _extreme(cdf: sp.Expr) -> Found | None:
    growth = -cdf.args[0] if isinstance(cdf, sp.exp) else _growth(cdf)
    if growth is None or not (
        growth.has(sp.exp) or any(isinstance(f, sp.Pow) and f.exp != -1 for f in sp.Mul.make_args(growth))
    ):
        return None
    return within.extreme_within, _logarithm(growth), (), ()


def _gamma(cdf: sp.Expr) -> Found | None:
    """Of a rate that the shape is not in."""
    if not isinstance(cdf, p.regularised_gamma_p | p.regularised_gamma_q):
        return None
    shape, end = cdf.args
    return (
        None
        if shape.free_symbols & end.free_symbols
        else (within.log_gamma_within, _logarithm(end), (_log(shape),), ())
    )


def _burr(cdf: sp.Expr) -> Found | None:
    return _powered(cdf, -1, p.softplus, within.burr_within)


def _kumaraswamy(cdf: sp.Expr) -> Found | None:
    return _powered(cdf, 1, p.log1m_exp_neg_exp, within.kumaraswamy_within)


def _powered(cdf: sp.Expr, sign: int, kind: type[sp.Expr], law: Kind) -> Found | None:
    """A survival exp(sign a kind(u))."""
    growth = _growth(cdf)
    nodes = [f for f in sp.Mul.make_args(-sp.S.One if growth is None else growth) if isinstance(f, kind)]
    if growth is None or len(nodes) != 1:
        return None
    return law, nodes[0].args[0], (_log(-sign * growth / nodes[0]),), ()


def _secant(cdf: sp.Expr) -> Found | None:
    angle = cdf * sp.pi / 2
    known = isinstance(angle, sp.atan) and isinstance(angle.args[0], sp.exp)
    return (within.secant_within, angle.args[0].args[0], (), ()) if known else None


def _laplace(cdf: sp.Expr) -> Found | None:
    """w e^(l z) up to 0, and 1 - (1 - w) e^(-r z) beyond: the share w of the mass is r/(l + r)."""
    if not isinstance(cdf, sp.Piecewise) or len(cdf.args) != 2 or not isinstance(cdf.args[0].cond, sp.StrictLessThan):
        return None
    z = cdf.args[0].cond.lhs
    below, above = (_rate(part, z) for part in (cdf.args[0].expr, 1 - cdf.args[1].expr))
    if below is None or above is None or cdf.args[0].cond.rhs != 0:
        return None
    share, left, rest, right = *below, above[0], -above[1]
    told = sp.cancel(share * (left + right) - right) == 0 == sp.cancel(rest * (left + right) - left)
    return (within.laplace_within, z, (), (right, left)) if told else None


def _rate(part: sp.Expr, z: sp.Expr) -> tuple[sp.Expr, sp.Expr] | None:
    """(w, r) of w e^(r z)."""
    powers = [f for f in sp.Mul.make_args(part) if isinstance(f, sp.exp)]
    if len(powers) != 1:
        return None
    share, rate = part / powers[0], sp.cancel(powers[0].args[0] / z)
    return None if (share.free_symbols | rate.free_symbols) & z.free_symbols else (share, rate)


def _split_normal(cdf: sp.Expr) -> Found | None:
    """2 w Phi(l min(z, 0)) + (1 - w) erf(r max(z, 0)/sqrt(2)), w as above."""
    for below in cdf.atoms(p.ndtr):
        for above in cdf.atoms(sp.erf):
            for z in (low.args[1] for low in below.atoms(sp.Min) if low.args[0] == 0):
                left, right = below.args[0] / sp.Min(z, 0), sp.sqrt(2) * above.args[0] / sp.Max(z, 0)
                share = right / (left + right)
                if (left.free_symbols | right.free_symbols) & z.free_symbols:
                    continue
                if (cdf.coeff(below), cdf.coeff(above)) == (2 * share, 1 - share):
                    return within.split_normal_within, z, (), (right, left)
    return None


def _huber(cdf: sp.Expr) -> Found | None:
    """What lies further out than |z| on one side is c^-1 e^(c^2/2 - c|z|) beyond c, beside the normaliser."""
    if not isinstance(cdf, sp.Piecewise) or not isinstance(cdf.args[0].cond, sp.StrictLessThan):
        return None
    z, beyond = cdf.args[0].cond.lhs, cdf.args[0].expr
    outer = beyond.args[0].cond if isinstance(beyond, sp.Piecewise) else None
    if not isinstance(outer, sp.StrictLessThan | sp.StrictGreaterThan) or outer.gts != sp.Abs(z):
        return None
    c = outer.lts
    if c.free_symbols & z.free_symbols or not beyond.args[1].expr.has(p.ndtr):
        return None
    return within.huber_within, z, (), (c,)


_LAWS: tuple[Callable[[sp.Expr], Found | None], ...] = (
    _logistic,
    _extreme,
    _gamma,
    _burr,
    _kumaraswamy,
    _secant,
    _laplace,
    _split_normal,
    _huber,
)


# -- how it depends on the outcome -----------------------------------------------------------------------------------


def _logarithm(x: sp.Expr) -> sp.Expr:
    return sp.expand(_log(x))


def _rises(v: sp.Expr) -> bool:
    """Does v rise in y? log(-log y) falls."""
    return not v.has(sp.log) or v.args[0].is_Symbol


def _line(u: sp.Expr, y: sp.Symbol) -> tuple[sp.Expr, sp.Expr, sp.Expr, bool] | None:
    """(v, m, t, does u rise in v) where u = +-(v - m) e^t with v = y, log y or log(-log y)."""
    whole = sp.Dummy("v", real=True)
    for v in (sp.log(-sp.log(y)), y, sp.log(y)):
        u = sp.expand(sp.expand_log(u.xreplace({v: whole}), force=True).xreplace({whole: v}))
        slope = sp.factor_terms(u.coeff(v))
        if slope == 0 or slope.has(y) or (u - sp.expand(slope * v)).has(y):
            continue
        rising = not slope.could_extract_minus_sign()
        size = slope if rising else -slope
        return v, sp.expand(v - u / slope), _log(size), rising
    return None


def _end(v: sp.Expr, y: sp.Symbol, end: sp.Expr, none: sp.Expr) -> sp.Expr:
    """v at an end; ``none`` where it is infinite, and v of that; below all amounts there is none."""
    if end == none or (v != y and end.is_number and end <= 0):
        return none if _rises(v) else -none
    return v.xreplace({y: end})


def _from_nothing(end: sp.Expr) -> sp.Expr:
    """The end of an amount; one that is a symbol is none."""
    return sp.Max(end, 0) if end.is_number else end


def _amount(v: sp.Expr) -> sp.Expr:
    return sp.S.Zero if v == -sp.oo else v if v == sp.oo else sp.exp(v)


# -- laws that say what lies between -----------------------------------------------------------------------------------


def _declared(cdf: sp.Expr, y: sp.Symbol, low: sp.Expr, high: sp.Expr) -> Told | None:
    """A cdf that is what lies between the edge of the support and the outcome, or is known for its tails."""
    mass = cdf.args[0] if isinstance(cdf, sp.exp) else None
    if isinstance(mass, log_passage_cdf) and mass.args[0] == y:
        return Told(within.passage_within, y, (_from_nothing(low), high), mass.args[1:], -sp.log(y))
    for law, between in within.BETWEEN.items():
        if isinstance(mass, between) and mass.args[1] == y:
            first, _, *letters = mass.args
            return Told(law, y, (low if first == -sp.oo else _from_nothing(low), high), tuple(letters), sp.S.Zero)
    return None


# -- gamma laws of the outcome or its square, with the shape in the rate, and half of a normal -------------------------


def _square(cdf: sp.Expr, y: sp.Symbol, low: sp.Expr, high: sp.Expr) -> Told | None:
    bottom = _from_nothing(low)
    if isinstance(cdf, p.regularised_gamma_p):
        shape, end = cdf.args
        place = y**2 if not (end / y**2).has(y) else y
        if (end / place).has(y):
            return None
        t = sp.expand(_log(end / place) - _log(shape))
        ends = (bottom, high) if place == y else (bottom**2, high**2)
        return Told(within.gamma_within, place, ends, (t, _log(shape)), sp.log(sp.diff(place, y)))
    if isinstance(cdf, p.regularised_beta) and cdf.args[2] == y:
        a, b, _ = cdf.args
        top = sp.Min(high, 1) if high.is_number else high
        letters = _log(a) - _log(b), _log(sp.expand(a + b))
        return Told(within.beta_within, y, (bottom, top), letters, sp.S.Zero)
    if isinstance(cdf, sp.erf) and not (rate := sp.sqrt(2) * cdf.args[0] / y).has(y):
        return Told(within.normal_within, y, (bottom, high), (sp.S.Zero, _log(rate)), sp.S.Zero)
    return None


# -- what a map brings to normal -------------------------------------------------------------------------------------


def _mapped(cdf: sp.Expr, y: sp.Symbol, low: sp.Expr, high: sp.Expr) -> Told | None:
    """A normal of g + e^n asinh x or its hyperbolic sine, x linear in y; or of e^(x + n) - e^(n - x), x in log y."""
    if not isinstance(cdf, p.ndtr):
        return None
    z = cdf.args[0]
    angle = z.args[0] if isinstance(z, sp.sinh) else -(-z).args[0] if isinstance(-z, sp.sinh) else z
    for area in angle.atoms(sp.asinh):
        whole = sp.Dummy("u", real=True)
        line = angle.xreplace({area: whole})
        pitch, slope, rest = sp.diff(line, whole), sp.diff(area.args[0], y), line.xreplace({whole: sp.S.Zero})
        if slope.is_positive and pitch.is_positive and not (slope.has(y) or pitch.has(whole, y) or rest.has(y)):
            law, side = (within.arcsinh_within, -1) if angle != z else (within.johnson_within, 1)
            place = sp.expand(y - area.args[0] / slope)
            return Told(law, y, (low, high), (place, _log(slope), side * rest, _log(pitch)), sp.S.Zero)
    parts = dict(part.as_coeff_Mul() for part in z.args) if z.is_Add and len(z.args) == 2 else {}
    if set(parts) == {1, -1}:
        up, down = (_logarithm(parts[sign]) for sign in (1, -1))
        twice, n = up - down, (up + down) / 2
        if twice.coeff(sp.log(y)) == 1 and not (twice - sp.log(y)).has(y) and not sp.expand(n).has(y):
            ends, letters = (_from_nothing(low), high), (sp.log(y) - twice, sp.expand(n))
            return Told(within.fatigue_within, y, ends, letters, -sp.log(y))
    return None


def _box_cox(cdf: sp.Expr, y: sp.Symbol, low: sp.Expr, high: sp.Expr) -> Told | None:
    """A normal of (e^(a w) - 1)/(a s), w being log y less a number, cut where there is no amount."""
    if not isinstance(cdf, sp.Piecewise) or len(cdf.args) != 2 or not cdf.args[0].expr.has(p.log_window):
        return None
    whole, cond = cdf.args[1].expr, cdf.args[0].cond
    if not isinstance(cond, sp.StrictGreaterThan | sp.StrictLessThan) or cond.lts != 0:
        return None
    for box in whole.atoms(p.expm1_over):
        v, a = box.args
        m = sp.expand(sp.expand_log(sp.log(y) - v, force=True))
        for normal in whole.atoms(p.ndtr):
            rate = normal.args[0] / box
            kept = sp.exp(-p.log_ndtr_inverse(a / rate))
            if not (m.has(y) or rate.has(y)) and whole == normal * kept and cond.gts == a:
                ends, t = (_from_nothing(low), high), _log(rate)
                return Told(within.box_cox_within, y, ends, (m, t, a), -sp.log(y))
    return None


def _student(cdf: sp.Expr, y: sp.Symbol, low: sp.Expr, high: sp.Expr) -> Told | None:
    """Student's law, or Cauchy's, of what is linear in the outcome."""
    found = student(cdf)
    if found is None:
        return None
    df, z = found
    slope = sp.diff(z, y)
    place = sp.expand(y - z / slope)
    if slope.has(y) or place.has(y) or df.has(y) or not slope.is_positive:
        return None
    return Told(within.student_within, y, (low, high), (place, _log(slope), _log(df)), sp.S.Zero)


def _power(cdf: sp.Expr, y: sp.Symbol, low: sp.Expr, high: sp.Expr) -> Told | None:
    """Half a gamma tail of |(y - m)/s|^c with the shape 1/c, below m."""
    if not isinstance(cdf, sp.Piecewise) or not isinstance(2 * cdf.args[0].expr, p.regularised_gamma_q):
        return None
    shape, size = (2 * cdf.args[0].expr).args
    if not isinstance(size, p.scaled_power) or sp.cancel(shape * size.args[2]) != 1 or size.args[2].has(y):
        return None
    r, t, c = size.args
    m = y - r
    cond = cdf.args[0].cond
    told = isinstance(cond, sp.StrictLessThan | sp.StrictGreaterThan) and (cond.lts, cond.gts) == (y, m)
    told = told and not (m.has(y) or t.has(y))
    return Told(within.power_within, y, (low, high), (m, -t, _log(c)), sp.S.Zero) if told else None


# -- laws of a cumulative hazard ---------------------------------------------------------------------------------------


def _growing(cdf: sp.Expr, y: sp.Symbol, low: sp.Expr, high: sp.Expr) -> Told | None:
    """1 - e^-E of an E that is log(1 + a v)/a or r (e^(a y) - 1)/a, or e^-E of the first one's e^-E; also with ends."""
    if isinstance(cdf, sp.Piecewise) and all(value in (0, 1) for value, _ in cdf.args[1:]):
        cdf = cdf.args[0].expr
    risk = _growth(cdf)
    if risk is None and isinstance(cdf, sp.exp) and isinstance(-cdf.args[0], sp.exp):
        box = -(-cdf.args[0]).args[0]
    else:
        box = sp.S.Zero if risk is None else risk
    if isinstance(box, p.log1p_over):
        v, a = box.args
        slope = sp.diff(v, y)
        place = sp.expand(y - v / slope)
        if slope.has(y) or (place != 0 and risk is not None):
            return None
        if risk is None:
            return Told(within.extreme_value_within, y, (low, high), (place, -_log(slope), a), sp.S.Zero)
        return Told(within.pareto_within, y, (_from_nothing(low), high), (-_log(slope), a), sp.S.Zero)
    rate, body = box.as_independent(y, as_Add=False)
    if isinstance(body, p.expm1_over) and body.args[0] == y:
        letters = _log(rate), _log(body.args[1])
        return Told(within.gompertz_within, y, (_from_nothing(low), high), letters, sp.S.Zero)
    return None
