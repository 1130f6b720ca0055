"""What rounding takes of a link, and a power that is given it back: nothing of this is there in exact arithmetic."""

from __future__ import annotations

import sympy as sp

from likelihoodkit.primitives.record import Kind, primitive


def _nothing(name: str) -> Kind:
    return primitive(
        name,
        lambda z, rounded: sp.Integer(0),
        (lambda z, rounded: sp.Integer(0),) * 2,
        accurate=f"what rounding takes of {name.removesuffix('_rest')} z near 0: zero in exact arithmetic",
    )


softplus_rest = _nothing("softplus_rest")
log_softplus_rest = _nothing("log_softplus_rest")
sigmoid_rest = _nothing("sigmoid_rest")
exp_rest = _nothing("exp_rest")
raised: Kind = primitive(
    "raised",
    lambda power, s, t, logarithm, u: power * (1 + s * t + logarithm * u),
    (None,) * 5,
    r"{0}\left(1+{1}\,{2}+{3}\,{4}\right)",
    accurate="rests t and u of an ulp or so",
)
moved: Kind = primitive(
    "moved",
    lambda b, a, u: b + a * u,
    (None,) * 3,
    r"\left({0}+{1}\,{2}\right)",
    accurate="a rest u of an ulp or so",
)
ratio_of_log_rest: Kind = primitive(
    "ratio_of_log_rest",
    lambda z, y, f, s, lost: sp.Integer(0),
    (None,) * 5,
    accurate="what rounding takes of z = (log y - f)/s: zero in exact arithmetic",
)
