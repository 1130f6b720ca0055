"""Logarithms of masses: of one that is written out, and of what lies between two ends.

The latter by their middle and half width: no digits are lost however near they are.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from likelihoodkit import primitives as p
from likelihoodkit.primitives import differences, families
from likelihoodkit.primitives.steps import log_secant_below, log_secant_share
from likelihoodkit.wrappers.growth import by_cases, from_tail

#: an outcome
_Y = sp.Dummy("y", positive=True)
#: how many times as far as the nearer of two places the other may be: a middle and half width tell the former no better
WIDE = 64
#: degrees of freedom of which the mass hardly depends on the places
FEW = sp.Rational(1, 1000)


#: what places are sums of, and how it differs between two outcomes: by the difference of these, which is exact if near
_APART: dict[sp.Expr, Callable[[sp.Expr, sp.Expr], sp.Expr]] = {
    sp.log(_Y): lambda low, high: differences.log_ratio(high, low),
    p.log1p(_Y): lambda low, high: p.log1p((high - low) / (1 + low)),
    p.log1p(-_Y): lambda low, high: -p.log1p((high - low) / (1 - high)),
    sp.log(1 - _Y): lambda low, high: -p.log1p((high - low) / (1 - high)),
    sp.sqrt(_Y): lambda low, high: (high - low) / (sp.sqrt(low) + sp.sqrt(high)),
    _Y**2: lambda low, high: (high - low) * (high + low),
    1 / _Y: lambda low, high: p.expm1(-differences.log_ratio(high, low)) / low,
    1 / (1 + _Y): lambda low, high: p.expm1(-p.log1p((high - low) / (1 + low))) / (1 + low),
    _Y: lambda low, high: high - low,
}


def _apart(z: sp.Expr, y: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr | None:
    """z(high) - z(low) of a sum of such terms; None where it is another, or of the outcome itself alone."""
    total, bent = sp.S.Zero, False
    for term in sp.Add.make_args(sp.expand(z)):
        factor, core = term.as_independent(y, as_Add=False)
        core = core.xreplace({y: _Y})
        if core == 1:
            continue
        if core not in _APART:
            return None
        total, bent = total + factor * _APART[core](low, high), bent or core != _Y
    return total if bent else None


def apart(place: sp.Expr, y: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr:
    """How far two places are from each other, by the difference of the outcomes wherever that tells it."""
    known = _apart(sp.apart(place, y) if place.is_rational_function(y) else place, y, low, high)
    return place.xreplace({y: high}) - place.xreplace({y: low}) if known is None else known


def normal_step(z: sp.Expr, y: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr:
    """log(Phi(b) - Phi(a)) of the places a and b that two outcomes have in z."""
    a, b = z.xreplace({y: low}), z.xreplace({y: high})
    apart = _apart(z, y, low, high) if a.has(*low.free_symbols) and b.has(*high.free_symbols) else None
    if apart is not None:
        return p.log_window(a + apart / 2, apart / 2)
    width = sp.factor_terms(sp.expand(b - a))
    return p.log_window(sp.factor_terms(sp.expand(a + b)) / 2, width / 2)


def student(cdf: sp.Expr) -> tuple[sp.Expr, sp.Expr] | None:
    """(df, z) of Student's law, also as Cauchy's arcus tangens."""
    if isinstance(cdf, p.student_cdf):
        df, z = cdf.args
        return df, z
    angle = cdf * sp.pi
    return (sp.S.One, -angle.args[1]) if isinstance(angle, sp.atan2) and angle.args[0] == 1 else None


def _log_scale(cdf: sp.Expr, y: sp.Symbol) -> sp.Expr | None:
    """Of half a Cauchy law."""
    below = cdf.args[0] if isinstance(cdf, sp.exp) else None
    if not isinstance(below, log_secant_below):
        return None
    scale = sp.expand(sp.log(y) - below.args[0])
    return None if scale.has(y) else scale


def angle_within(cdf: sp.Expr, y: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr | None:
    """A log-density of half a Cauchy law between two ends, infinite ones being none.

    With v the logarithm of the tangent of an angle, log_secant_share(v) is its logarithm less v.
    """
    scale = _log_scale(cdf, y)
    if scale is None:
        return None
    if low <= 0:
        return -p.log1p(y**2 * sp.exp(-2 * scale)) - sp.log(high) - log_secant_share(sp.log(high) - scale)
    if high == sp.oo:
        return sp.log(low) - _log_sum(y, scale) - log_secant_share(scale - sp.log(low))
    width, both = sp.log(high - low), sp.log(low * high)
    apart = (y**2 - low * high) * sp.exp(-p.log_add_exp(2 * scale, both))
    return -width - p.log1p(apart) - log_secant_share(width - p.log_add_exp(scale, both - scale))


def _log_sum(r: sp.Expr, scale: sp.Expr) -> sp.Expr:
    """log(r^2 + e^(2 scale))."""
    return 2 * sp.log(r) + p.softplus(2 * scale - 2 * sp.log(r))


def angle_step(cdf: sp.Expr, y: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr | None:
    """log of (2/pi)(atan(b) - atan(a)) with a and b rates of the outcome: one angle, of tangent (b - a)/(1 + a b)."""
    scale = _log_scale(cdf, y)
    if scale is None:
        return None
    return log_secant_below(sp.log(high - low) - p.log_add_exp(scale, sp.log(low) + sp.log(high) - scale))


def _tilt(cdf: sp.Expr, y: sp.Symbol) -> sp.Expr | None:
    """The tilt, where the density is a multiple of e^(tilt y) up to 1."""
    tilt = next((node.args[0] / y for node in cdf.atoms(p.log_x_coth) if node.has(y)), y)
    return None if tilt.has(y) or cdf != sp.exp(sp.log(y) + _grown(tilt * y) - _grown(tilt)) else tilt


def tilted_step(cdf: sp.Expr, y: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr | None:
    """log of what lies between under such a density, from the end that is heavier."""
    tilt, width = _tilt(cdf, y), high - low
    if tilt is None:
        return None

    def told(lost: sp.Expr, tilt: sp.Expr) -> sp.Expr:
        return lost * tilt + sp.log(width) + _grown(tilt * width) - _grown(tilt)

    return sp.Piecewise((told(low, tilt), tilt < 0), (told(1 - high, -tilt), True))


def tilted_within(cdf: sp.Expr, y: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr | None:
    """Such a log-density between two ends, infinite ones being none."""
    tilt, low, high = _tilt(cdf, y), sp.Max(low, 0), sp.Min(high, 1)
    if tilt is None:
        return None

    def told(way: sp.Expr, tilt: sp.Expr) -> sp.Expr:
        return way * tilt - sp.log(high - low) - _grown(tilt * (high - low))

    return sp.Piecewise((told(y - low, tilt), tilt < 0), (told(high - y, -tilt), True))


def _grown(x: sp.Expr) -> sp.Expr:
    """log((e^x - 1)/x)."""
    return p.softplus(x) - p.log_x_coth(x)


def student_step(low: tuple[sp.Expr, sp.Expr], high: tuple[sp.Expr, sp.Expr], by_tails: sp.Expr) -> sp.Expr:
    """log of the mass between two places (df, z), by their middle and half width where these tell both places."""
    (df, a), (_, b) = low, high
    half = sp.factor_terms(sp.expand(b - a)) / 2
    middle = sp.factor_terms(sp.expand(a + b)) / 2
    return _by_window(df, a, b, middle, half, sp.S.Zero, by_tails)


def _by_window(
    df: sp.Expr, a: sp.Expr, b: sp.Expr, middle: sp.Expr, half: sp.Expr, more: sp.Expr, by_tails: sp.Expr
) -> sp.Expr:
    window = more - families.student_window_loss(df, middle, half)
    farther, nearer = sp.Abs(middle) + half, sp.Min(sp.Abs(a), sp.Abs(b))
    told = sp.Or(farther < WIDE * (1 + nearer), df < FEW)
    held = sp.And(farther < sp.Integer(10) ** 150, told)
    return sp.Piecewise((window, held), (by_tails, True))


def nearer_tail(
    below: tuple[sp.Expr, sp.Expr], above: tuple[sp.Expr, sp.Expr], gap: Callable[[sp.Expr, sp.Expr], sp.Expr]
) -> sp.Expr:
    """log of the mass between two ends by the logarithms of what is below and above them, neither close to 0.

    ``gap`` tells how far the larger of two logarithms is above the smaller one.
    """
    return sp.Piecewise(
        (from_tail(below[1], gap(below[1], below[0])), below[0] < -sp.log(2)),
        (from_tail(above[0], gap(*above)), True),
    )


def box_cox_student_step(
    cdf: sp.Expr, y: sp.Symbol, low: sp.Expr, high: sp.Expr, gap: Callable[[sp.Expr, sp.Expr], sp.Expr]
) -> sp.Expr | None:
    """The same of what a power brings to Student's law, whose places differ as the ratio of the ends says.

    What the power cuts off leaves its share to all: the tails are those of Student's law itself.
    """
    for cut in cdf.atoms(families.student_cut_loss):
        df, edge = cut.args
        for box in cdf.atoms(p.expm1_over):
            v, a = box.args
            rate = a / edge
            if (v - sp.log(y)).has(y) and sp.expand_log(v - sp.log(y), force=True).has(y):
                continue
            if cdf != families.cut_student_cdf(df, edge, box * rate, a * v):
                continue
            start, end = (box.xreplace({y: place}) * rate for place in (low, high))
            grown = sp.exp(a * v.xreplace({y: low})) * p.expm1_over(differences.log_ratio(high, low), a)
            half = grown * rate / 2
            below, above = (
                tuple(sp.log(p.student_cdf(df, side * place)) for place in (start, end)) for side in (1, -1)
            )
            by_tails = cut + nearer_tail(below, above, gap)
            return _by_window(df, start, end, start + half, half, cut, by_tails)
    return None


def vanishes(node: sp.Basic) -> bool:
    """A logarithm of no factors at all, or a power of nothing or the logarithm of one."""
    if isinstance(node, p.log_factorial | p.log_factorial_excess | p.scaled_power | p.log_power_difference):
        return bool(node.args[0] == 0)
    return isinstance(node, p.log_rising | p.log_binomial | p.log_rising_excess) and bool(node.args[1] == 0)


def log_of(probability: sp.Expr) -> sp.Expr:
    """The logarithm, case by case."""
    if isinstance(probability, sp.Piecewise):
        return by_cases(probability, log_of)
    if probability == 0:
        return -sp.oo
    if isinstance(probability, p.from_log):
        return probability.args[0]
    return sp.log(probability)
