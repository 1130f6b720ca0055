"""Directions in any dimension: unit vectors and the normalising Bessel functions, the dimension read from a vector."""

from __future__ import annotations

from sympy import Expr, exp

from likelihoodkit.primitives.distances import heading_pull
from likelihoodkit.primitives.logistic import times_exp
from likelihoodkit.primitives.record import Kind, primitive
from likelihoodkit.primitives.vector import sum_over

#: of the second argument only the number of entries counts
_DIMENSION_ALONE = (None, lambda a, k, v: 0 * a)

inverse_norm: Kind = primitive(
    "inverse_norm",
    None,
    (None,),
    r"\frac{{1}}{{\|{0}\|}}",
    reduces=True,
    positive=True,
    pullback=lambda a, f: -a * unit_of(f) * inverse_norm(f) ** 2,
)
unit_of: Kind = primitive(
    "unit_of",
    None,
    (None,),
    r"\frac{{{0}}}{{\|{0}\|}}",
    vector=True,
    pullback=lambda a, f: heading_pull(f, a),
)
log_bessel: Kind = primitive(
    "log_bessel",
    None,
    (lambda k, v: -bessel_complement(k, v), None),
    r"\left(\log I_{{d/2-1}}\left({0}\right)-\left(d/2-1\right)\log\left({0}\right)-{0}\right)",
    reduces=True,
    pullback=_DIMENSION_ALONE,
)
bessel_complement: Kind = primitive(
    "bessel_complement",
    None,
    (lambda k, v: -resultant_slope(k, v), None),
    r"\left(1-A_d({0})\right)",
    reduces=True,
    positive=True,
    pullback=_DIMENSION_ALONE,
)
resultant_length: Kind = primitive(
    "resultant_length",
    None,
    (lambda k, v: resultant_slope(k, v), None),
    r"A_d({0})",
    reduces=True,
    positive=True,
    pullback=_DIMENSION_ALONE,
)
resultant_slope: Kind = primitive(
    "resultant_slope",
    None,
    (lambda k, v: resultant_curve(k, v), None),
    r"A_d'({0})",
    reduces=True,
    positive=True,
    pullback=_DIMENSION_ALONE,
)
resultant_curve: Kind = primitive(
    "resultant_curve", None, (None, None), r"A_d''({0})", reduces=True, nonpositive=True, pullback=_DIMENSION_ALONE
)

# -- the noise as one number: of its slope only what is across f is left, and a concentration e^c may leave the range --


def _gap(y: Expr, f: Expr) -> Expr:
    return sum_over((y - unit_of(f)) ** 2) / 2


direction_loss: Kind = primitive(
    "direction_loss",
    lambda y, f, c: exp(c) * _gap(y, f) + log_bessel(exp(c), y),
    (None, None, lambda y, f, c: direction_slope(y, f, c)),
    r"\left(\frac{{1}}{{2}}e^{{{2}}}\left\|{0}-\frac{{{1}}}{{\|{1}\|}}\right\|^2"
    r"+\log I_{{d/2-1}}\left(e^{{{2}}}\right)-\left(d/2-1\right){2}-e^{{{2}}}\right)",
    reduces=True,
    pullback=(
        lambda a, y, f, c: a * times_exp(y - unit_of(f), c),
        lambda a, y, f, c: a * direction_pull(y, f, c),
        None,
    ),
)
direction_pull: Kind = primitive(
    "direction_pull",
    lambda y, f, c: -exp(c) * heading_pull(f, y),
    (None, None, lambda y, f, c: direction_pull(y, f, c)),
    vector=True,
    pullback=(
        lambda b, y, f, c: direction_pull(b, f, c),
        lambda b, y, f, c: direction_curve(b, y, f, c),
        None,
    ),
)
direction_curve: Kind = primitive("direction_curve", None, (None, None, None, None), vector=True)
direction_slope: Kind = primitive(
    "direction_slope",
    lambda y, f, c: exp(c) * (_gap(y, f) - bessel_complement(exp(c), y)),
    (None, None, lambda y, f, c: direction_bend(y, f, c)),
    reduces=True,
    pullback=(
        lambda a, y, f, c: a * times_exp(y - unit_of(f), c),
        lambda a, y, f, c: a * direction_pull(y, f, c),
        None,
    ),
)
direction_bend: Kind = primitive(
    "direction_bend",
    lambda y, f, c: exp(c) * (_gap(y, f) - bessel_complement(exp(c), y)) + exp(2 * c) * resultant_slope(exp(c), y),
    (None, None, None),
    reduces=True,
)
