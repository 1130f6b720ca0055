"""Curvatures in a location behind an exponential that has left the outcome far behind.

Where N(r, s) of the residual r = y - c - e^f and the log of a scale is s + F(r e^-s), the curvature in f is a
difference: e^2f N_rr - e^f N_r. A loss that grows as a logarithm or a power does has little left of it once e^f is
many times y. With q = e^f/(e^f - y + c) the same is q^2 N_ss + q (y - c) N_r, of which each is as small as the sum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import sympy as sp

from likelihoodkit import links
from likelihoodkit.declaration import Bound, Held, Shared
from likelihoodkit.nll import Derivation, negative_log_likelihood
from likelihoodkit.primitives import lower, reach
from likelihoodkit.stabilise import Through, stabilise

__all__ = ["beside_far"]


def _scale_of(bound: Bound, location: str) -> str | None:
    """The scale s with which the loss of this location is log s and a function of (y - location)/s."""
    family = bound.family
    place, ratio = family.parameters[location].symbol, sp.Dummy("ratio", real=True)
    for name, row in family.parameters.items():
        if row.domain.vector or not row.symbol.is_positive:
            continue
        moved = lower(family.sign * family.formula.xreplace({family.outcome.symbol: place + row.symbol * ratio}))
        cases = moved.args if isinstance(moved, sp.Piecewise) else ((moved, sp.true),)
        rests = [sp.expand_log(case, force=True) - sp.log(row.symbol) for case, _ in cases if case != sp.oo]
        told = rests + [where for _, where in cases]
        if not any({place, row.symbol} & part.free_symbols for part in told):
            return name
    return None


def _log_of_scale(derivation: Derivation, name: str) -> sp.Expr:
    """log of that scale as the inner loss has it."""
    how = dict(derivation.bound.bindings)[name]
    if isinstance(how, Held):
        return sp.log(derivation.parameters[name])
    link = how.link if isinstance(how, Shared) else how
    symbol = derivation.predicted[name]
    if link is links.exp:
        return symbol
    return link.logarithm(symbol) if link.logarithm is not None else sp.log(derivation.parameters[name])


def _curve_in_scale(
    derivation: Derivation, location: str, hessian: Callable[[Derivation], dict[tuple[str, str], sp.Expr]]
) -> sp.Expr | None:
    """The curvature of an inner loss in the log of its scale; None where it has none."""
    name = _scale_of(derivation.bound, location)
    if name is None:
        return None
    bindings = tuple((n, links.exp if n == name else how) for n, how in derivation.bound.bindings)
    other = stabilise(negative_log_likelihood(replace(derivation.bound, bindings=bindings)))
    curve = hessian(other)[name, name]
    return curve.xreplace({other.predicted[name]: _log_of_scale(derivation, name)})


def beside_far(
    near: sp.Expr,
    through: Through,
    location: str,
    slope: sp.Expr,
    hessian: Callable[[Derivation], dict[tuple[str, str], sp.Expr]],
) -> sp.Expr:
    """A curvature in a location, and beside it the form that holds far from the outcome, if the loss has one."""
    move = through.moves[location]
    if not through.distant(location):
        return near
    curve = _curve_in_scale(through.inner, location, hessian)
    if curve is None:
        return near
    f, gap = move.outer, through.inner.y - move.link.inverse(sp.S.NegativeInfinity)
    share = reach.share_behind(gap, f)
    bent, leant = share**2 * through.put(curve), -share * gap * through.put(slope)
    return reach.behind(gap, f, near, reach.outgrown(through.lifted(bent), through.lifted(leant)))
