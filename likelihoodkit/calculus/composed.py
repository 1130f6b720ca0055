"""Curvatures of a loss that is composed with a link, which are a difference: N_tt t'^2 + N_t t''.

Terms that slope and curvature share are taken once (`Through.curved_once`), and behind softplus the curvature is
derived in the parameter itself where that is all but the output. And a location may leave the outcome far behind:
where N(r, s) of the residual r = y - c - e^f and the log of a scale is s + F(r e^-s), the curvature in f is a
difference: e^2f N_rr - e^f N_r. A loss that grows as a logarithm or a power does has little left of it once e^f is
many times y. With q = e^f/(e^f - y + c) the same is q^2 N_ss + q (y - c) N_r, of which each is as small as the sum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import sympy as sp

from likelihoodkit import links
from likelihoodkit.calculus.about_zero import REACH, about_zero
from likelihoodkit.declaration import Bound, Held, Shared
from likelihoodkit.nll import Derivation, negative_log_likelihood
from likelihoodkit.primitives import lower, reach
from likelihoodkit.primitives.behind_softplus import BENT
from likelihoodkit.stabilise import Through, rewrite, stabilise
from likelihoodkit.stabilise.grown import together

__all__ = ["composed_curve"]


class Derived(Protocol):
    """What is needed of the calculus of a loss."""

    @property
    def gradient(self) -> dict[str, sp.Expr]:
        """Its slopes."""

    @property
    def hessian(self) -> dict[tuple[str, str], sp.Expr]:
        """Its second derivatives."""


Derive = Callable[[Derivation], Derived]


def composed_curve(inner: Derived, through: Through, first: str, second: str, derive: Derive) -> sp.Expr:
    """A second derivative of a loss composed with t(f), from those in t."""
    curve, along = inner.hessian[first, second], inner.gradient[first]
    apart = first != second or first not in through.moves
    turn = sp.S.Zero if apart else sp.diff(through.moves[first].slope, through.moves[first].outer)
    if apart or turn.is_number:  # of the square that is a location: t'' is there where t' is 0
        curve = through.lifted(through.slope(first, through.slope(second, through.put(curve))))
        curve = together(curve + through.lifted(turn * through.put(along)))
        kink = not apart and along.has(
            sp.sign, sp.Heaviside
        )  # at y = 0, which an output of 0 is above; elsewhere t'' is there
        return _at_zero(curve, through, first, along) if kink else curve
    near = together(through.lifted(through.slope(first, through.curved_once(first, curve, along, _if_known))))
    near = _beside_zero(_grown(near, through, first, curve), through, first, curve, along)
    near = _in_parameter(_beside_far(near, through, first, along, derive), through, first, derive)
    return _at_zero(near, through, first, along)


def _at_zero(curve: sp.Expr, through: Through, name: str, along: sp.Expr) -> sp.Expr:
    """A curvature behind square, whose limit at an output of 0 is that of the slope over the output, or infinite."""
    move = through.moves[name]
    if move.link is not links.square:
        return curve
    slope = through.lifted(through.slope(name, through.put(along)))
    return reach.at_zero(move.outer, curve, reach.over_output(slope, move.outer))


def _grown(near: sp.Expr, through: Through, name: str, curve: sp.Expr) -> sp.Expr:
    """A curvature behind softplus or square: where both of its terms overflow N_tt is the larger."""
    if through.moves[name].link not in (links.softplus, links.square):
        return near
    return reach.outgrown_by(near, through.put(curve))


def _beside_zero(near: sp.Expr, through: Through, name: str, curve: sp.Expr, along: sp.Expr) -> sp.Expr:
    """A curvature, and about an output of 0 the form in which what grows has cancelled, if the loss has one."""
    terms = about_zero(through, name, curve, along)
    if terms is None:
        return near
    weighed = sp.Add(*[through.lifted(through.slope(name, term)) for term in terms])
    return reach.behind(sp.S.Half, REACH - sp.Abs(through.moves[name].outer), near, weighed)


def _if_known(expression: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    """The derivative of an expression, to correct it by; 0 where a primitive in it has none."""
    slope = sp.diff(expression, symbol)
    return sp.S.Zero if slope.has(sp.Derivative, sp.Subs, sp.DiracDelta) else rewrite(slope)


def _in_parameter(curve: sp.Expr, through: Through, name: str, derive: Derive) -> sp.Expr:
    """A curvature behind softplus: above 0, where the parameter is all but the output, derived in it."""
    move = through.moves[name]
    if not move.curved or through.curved is None:
        return curve
    above = together(derive(through.curved()).hessian[name, name])
    at_once = above.has(*[whole for *_, whole in BENT.values()])
    return above if at_once else reach.behind(sp.S.Half, -move.outer, above, curve)


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
    told = link.logarithm if isinstance(link, links.Link) else None
    return told(symbol) if told is not None else sp.log(derivation.parameters[name])


def _curve_in_scale(derivation: Derivation, location: str, derive: Derive) -> sp.Expr | None:
    """The curvature of an inner loss in the log of its scale; None where it has none."""
    name = _scale_of(derivation.bound, location)
    if name is None:
        return None
    bindings = tuple((n, links.exp if n == name else how) for n, how in derivation.bound.bindings)
    other = stabilise(negative_log_likelihood(replace(derivation.bound, bindings=bindings)))
    curve = derive(other).hessian[name, name]
    return curve.xreplace({other.predicted[name]: _log_of_scale(derivation, name)})


def _beside_far(near: sp.Expr, through: Through, location: str, slope: sp.Expr, derive: Derive) -> sp.Expr:
    """A curvature in a location, and beside it the form that holds far from the outcome, if the loss has one."""
    move = through.moves[location]
    if not through.distant(location):
        return near
    curve = _curve_in_scale(through.inner, location, derive)
    if curve is None:
        return near
    f, gap = move.outer, through.inner.y - move.link.inverse(sp.S.NegativeInfinity)
    share = reach.share_behind(gap, f)
    bent, leant = share**2 * through.put(curve), -share * gap * through.put(slope)
    return reach.behind(gap, f, near, reach.outgrown(through.lifted(bent), through.lifted(leant)))
