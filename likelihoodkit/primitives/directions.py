"""Directions in any dimension: unit vectors and the normalising Bessel functions, the dimension read from a vector."""

from __future__ import annotations

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
    pullback=lambda a, f: (a - unit_of(f) * sum_over(a * unit_of(f))) * inverse_norm(f),
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
    "resultant_slope", None, (None, None), r"A_d'({0})", reduces=True, positive=True, pullback=_DIMENSION_ALONE
)
