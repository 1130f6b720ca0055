"""A normal residual beyond the bound that its outcome was seen for: x e^t from the bound to the mean, d e^t to y.

With w = x e^t it is log Phi(w) + ((d - x) e^t)^2/2 + log(2 pi)/2, the loss of a truncated normal but for its scale.
Far outside, for w below 0, the terms are large and cancel: d (d - 2 x) e^2t/2 is left, less the log of the hazard.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import exp, log

from likelihoodkit.primitives.logistic import times_exp
from likelihoodkit.primitives.record import Formula, Kind, primitive


def _loss(x: Any, d: Any, t: Any) -> Any:
    return log((1 + sp.erf(x * exp(t) / sp.sqrt(2))) / 2) + ((d - x) * exp(t)) ** 2 / 2 + log(2 * sp.pi) / 2


def _meaning(order: str) -> Formula:
    """The meaning of a derivative in x or t."""

    def formula(*arguments: Any) -> Any:
        places = dict(zip("xdt", sp.symbols("x d t", real=True, cls=sp.Dummy), strict=True))
        found = sp.diff(_loss(*places.values()), *[places[name] for name in order])
        return found.xreplace(dict(zip(places.values(), arguments, strict=True)))

    return formula


normal_beyond: Kind = primitive(
    "normal_beyond",
    _loss,
    (
        lambda x, d, t: normal_beyond_x(x, d, t),
        lambda x, d, t: times_exp(d - x, 2 * t),
        lambda x, d, t: normal_beyond_t(x, d, t),
    ),
)
normal_beyond_x: Kind = primitive(
    "normal_beyond_x",
    _meaning("x"),
    (
        lambda x, d, t: normal_beyond_xx(x, t),
        lambda x, d, t: -exp(2 * t),
        lambda x, d, t: normal_beyond_xt(x, d, t),
    ),
)
normal_beyond_t: Kind = primitive(
    "normal_beyond_t",
    _meaning("t"),
    (
        lambda x, d, t: normal_beyond_xt(x, d, t),
        lambda x, d, t: times_exp(2 * (d - x), 2 * t),
        lambda x, d, t: normal_beyond_tt(x, d, t),
    ),
)
normal_beyond_xx: Kind = primitive(
    "normal_beyond_xx", lambda x, t: _meaning("xx")(x, sp.Integer(0), t), (None, None), positive=True
)
normal_beyond_xt: Kind = primitive("normal_beyond_xt", _meaning("xt"), (None, None, None))
normal_beyond_tt: Kind = primitive("normal_beyond_tt", _meaning("tt"), (None, None, None))
