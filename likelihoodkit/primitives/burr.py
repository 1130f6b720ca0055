"""The Burr loss: its tail and its slope in the inner shape, which carry their exponents.

With x = y e^t, k = e^g and z = k log x the loss is e^o log(1 + x^k) + log(1 + x^-k) + log y, where t is minus the log
of a scale, g and o the logs of the inner and the outer shape.
"""

from __future__ import annotations

import sympy as sp
from sympy import exp, log

from likelihoodkit.primitives.differences import log_times_exp
from likelihoodkit.primitives.logistic import sigmoid, times_exp
from likelihoodkit.primitives.record import Kind, primitive
from likelihoodkit.primitives.single import argument_sigmoid, tilted_balance


def _place(y: sp.Expr, t: sp.Expr, g: sp.Expr) -> sp.Expr:
    return times_exp(log_times_exp(y, t), g)


def _plain(y: sp.Expr, t: sp.Expr, g: sp.Expr) -> sp.Expr:
    return exp(g) * (log(y) + t)


def _bend(y: sp.Expr, t: sp.Expr, g: sp.Expr, o: sp.Expr) -> sp.Expr:
    """How z (e^o sigmoid(z) - sigmoid(-z)) moves with z."""
    z = _place(y, t, g)
    return tilted_balance(z, o) + argument_sigmoid(z) * sigmoid(z) * (1 + exp(o))


burr_loss: Kind = primitive(
    "burr_loss",
    lambda y, t, g, o: exp(o) * log(1 + exp(_plain(y, t, g))) + log(1 + exp(-_plain(y, t, g))) + log(y),
    (
        None,
        lambda y, t, g, o: times_exp(tilted_balance(_place(y, t, g), o), g),
        lambda y, t, g, o: burr_pull(y, t, g, o, sp.S.Zero),
        lambda y, t, g, o: burr_tail(y, t, g, o),
    ),
    accurate="y > 0",
)
burr_tail: Kind = primitive(
    "burr_tail",
    lambda y, t, g, o: exp(o) * log(1 + exp(_plain(y, t, g))),
    (
        None,
        lambda y, t, g, o: times_exp(sigmoid(_place(y, t, g)), g + o),
        lambda y, t, g, o: -times_exp(argument_sigmoid(-_place(y, t, g)), o),
        lambda y, t, g, o: burr_tail(y, t, g, o),
    ),
    accurate="y > 0",
    positive=True,
)
#: e^s times the slope of the loss in g
burr_pull: Kind = primitive(
    "burr_pull",
    lambda y, t, g, o, s: (
        exp(s) * _plain(y, t, g) * (exp(o) / (1 + exp(-_plain(y, t, g))) - 1 / (1 + exp(_plain(y, t, g))))
    ),
    (
        None,
        lambda y, t, g, o, s: times_exp(_bend(y, t, g, o), g + s),
        lambda y, t, g, o, s: times_exp(_place(y, t, g) * _bend(y, t, g, o), s),
        lambda y, t, g, o, s: -times_exp(argument_sigmoid(-_place(y, t, g)), o + s),
        lambda y, t, g, o, s: burr_pull(y, t, g, o, s),
    ),
    accurate="y > 0",
)
