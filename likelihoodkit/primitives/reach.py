"""Products that are numbers where a factor is none: nothing of an infinity, and what a factor has by its exponent."""

from __future__ import annotations

import sympy as sp
from sympy import exp, log

from likelihoodkit.primitives.logistic import expm1, times_exp
from likelihoodkit.primitives.normal import hazard
from likelihoodkit.primitives.record import Kind, primitive
from likelihoodkit.primitives.single import tilted_balance

times_output: Kind = primitive(
    "times_output",
    lambda w, f: w * f,
    (lambda w, f: f, lambda w, f: w),
    r"{0}\,{1}",
    accurate="f itself, not what rounding has left of it",
)
over_output: Kind = primitive(
    "over_output",
    lambda w, f: w / f,
    (lambda w, f: 1 / f, lambda w, f: -w / f**2),
    r"\frac{{{0}}}{{{1}}}",
    accurate="w vanishes at f = 0 faster than f where it does",
)
within_range: Kind = primitive(
    "within_range",
    lambda product, far: product,
    (lambda product, far: sp.Integer(1), lambda product, far: sp.Integer(0)),
    accurate="far is the product, by its exponents, wherever one of its factors leaves the range",
)
resolved: Kind = primitive(
    "resolved",
    lambda total, far: total,
    (lambda total, far: sp.Integer(1), lambda total, far: sp.Integer(0)),
    accurate="far is the sum, by the exponents of its terms, where these overflow against each other",
)
outgrown: Kind = primitive(
    "outgrown",
    lambda more, less: more + less,
    (lambda more, less: sp.Integer(1),) * 2,
    r"\left({0}+{1}\right)",
    accurate="where both are infinite the first grew faster",
)
outgrown_by: Kind = primitive(
    "outgrown_by",
    lambda total, most: total,
    (lambda total, most: sp.Integer(1), lambda total, most: sp.Integer(0)),
    accurate="most has the sign of the total wherever its terms overflow against each other",
)
beside_zero: Kind = primitive("beside_zero", lambda f: f, lambda f: sp.Integer(1), accurate="f, and a limit at f = 0")
unless_zero: Kind = primitive(
    "unless_zero", lambda f, near, far: near, (None,) * 3, accurate="far is near, and right at f = 0 too"
)
at_zero: Kind = primitive(
    "at_zero",
    lambda f, curve, share: curve,
    (None,) * 3,
    accurate="at f = 0 it is the limit, told by the share of f that the slope is",
)
grown_and_short: Kind = primitive(
    "grown_and_short",
    lambda core, short, t: core * exp(t) + short * (exp(t) - 1),
    (lambda core, short, t: exp(t), lambda core, short, t: expm1(t), lambda core, short, t: times_exp(core + short, t)),
    r"\left({0}\,e^{{{2}}}+{1}\left(e^{{{2}}}-1\right)\right)",
    accurate="also where e^t leaves the range and the two products have opposite signs",
)
less_log2: Kind = primitive("less_log2", lambda t: t - log(2), (lambda t: sp.Integer(1),))
faint: Kind = primitive(
    "faint",
    lambda c, near, far: near,
    (None,) * 3,
    accurate="far is near for c -> -oo",
)
beside_count: Kind = primitive(
    "beside_count",
    lambda gap, y, near, far: sp.Piecewise((near, sp.Abs(gap) <= y / 2), (far, True)),
    (None,) * 4,
    accurate="far is near, written without the gap between a mean and the count y",
)
share_behind: Kind = primitive(
    "share_behind",
    lambda y, f: 1 / (1 - y * exp(-f)),
    (None,) * 2,
    r"\frac{{1}}{{1-{0}\,e^{{-{1}}}}}",
    accurate="e^f beyond twice |y|",
)
behind: Kind = primitive(
    "behind",
    lambda y, f, near, far: sp.Piecewise((far, exp(f) > 2 * sp.Abs(y)), (near, True)),
    (None,) * 4,
    accurate="far is near, written without their common terms of e^f",
)
product_of_three: Kind = primitive(
    "product_of_three", lambda a, b, c: a * b * c, (None,) * 3, accurate="whichever two of them overflow"
)
half_product: Kind = primitive("half_product", lambda a, b: a * b / 2, (None, None))
times_hazard: Kind = primitive(
    "times_hazard",
    lambda w, z: w * hazard(z),
    (None, None),
    r"{0}\,h\left({1}\right)",
    accurate="z grows with w where w is infinite",
)
scaled_balance: Kind = primitive(
    "scaled_balance",
    lambda z, o, s: exp(s) * tilted_balance(z, o),
    (None, None, lambda z, o, s: scaled_balance(z, o, s)),
)
scaled_softplus: Kind = primitive(
    "scaled_softplus",
    lambda r, t, s: exp(s) * log(1 + exp(r * exp(t))),
    (None, None, lambda r, t, s: scaled_softplus(r, t, s)),
    positive=True,
)
steep: Kind = primitive(
    "steep",
    lambda a, r, near, far: near,
    (None,) * 4,
    accurate="far is near for a -> oo and r > 0",
)
