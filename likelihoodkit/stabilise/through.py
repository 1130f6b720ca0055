"""A loss through its own links: where another link is chosen, the stable form for the own link is composed with it.

A positive parameter is carried by its logarithm, and a location by itself: the family's own output t is a function
t(f) of the output f that the other link has. The loss and its derivatives in t are those of the own link, digits and
all; what the other link adds is t(f) with its slope.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import sympy as sp
from sympy import Add, Expr, S, exp, log

from likelihoodkit import links, primitives as p
from likelihoodkit.declaration.binding import Bound, Parameter, Shared
from likelihoodkit.links import Link
from likelihoodkit.nll import Derivation, Step, output_symbol
from likelihoodkit.primitives import linked, reach
from likelihoodkit.primitives.linked import corrected, half_rest
from likelihoodkit.stabilise.carried import scaled
from likelihoodkit.stabilise.hypotenuses import by_hypotenuse
from likelihoodkit.stabilise.lifted import leaning, lifted, slow
from likelihoodkit.stabilise.residuals import holds_residual, residual_of
from likelihoodkit.stabilise.rewriting import rewrite
from likelihoodkit.stabilise.spellings import spelt
from likelihoodkit.stabilise.steep import steep

__all__ = ["Move", "Through", "inner_links", "through"]


@dataclass(frozen=True)
class Move:
    """The own output ``inner`` of a parameter as a function ``at`` of the ``outer`` one, its first two derivatives."""

    inner: sp.Symbol
    outer: sp.Symbol
    link: Link
    own: Link

    @property
    def at(self) -> Expr:
        """t(f)."""
        if self.own is links.exp:
            assert self.link.logarithm is not None
            return self.link.logarithm(self.outer)
        if self.own is links.sigmoid:
            assert self.link.logit is not None
            return self.link.logit(self.outer)
        return self.link.inverse(self.outer)

    @property
    def logarithm(self) -> Expr | None:
        """log of the parameter as a function of the output, where it has a form."""
        if self.link is links.exp:
            return self.outer
        return None if self.link.logarithm is None else self.link.logarithm(self.outer)

    @property
    def curved(self) -> bool:
        """Is the curvature derived from the parameter itself, rather than from its logarithm?"""
        return self.own is links.exp and self.link.bent

    @cached_property
    def slope(self) -> Expr:
        """t'(f)."""
        if self.own is links.sigmoid or (self.own is links.exp and self.link.rest is None and not self.link.bent):
            return rewrite(sp.diff(self.at, self.outer))
        parameter = self.link.inverse(self.outer)
        slope = sp.diff(parameter, self.outer)
        return rewrite(sp.expand(slope / parameter) if self.own is links.exp else slope)

    @cached_property
    def bend(self) -> Expr:
        """t''(f)/t'(f)."""
        return rewrite(sp.expand(sp.diff(self.slope, self.outer) / self.slope))

    @cached_property
    def turns(self) -> dict[int, Expr]:
        """t' + s t''/t' by its sign s, where it is one function, or a sum: the logarithm of softplus bends down."""
        sums = {sign: rewrite(self.slope + sign * self.bend) for sign in (1, -1) if self.own is links.exp}
        return {
            sign: sum_
            for sign, sum_ in sums.items()
            if isinstance(sum_.as_coeff_Mul()[1], sp.tanh | p.sigmoid) or (sign < 0 and self.link.bent)
        }

    @property
    def gap(self) -> Callable[[Expr], Expr] | None:
        """An outcome less the parameter, as one function, where that keeps more digits than y - e^t."""
        residual, outer = self.link.residual, self.outer
        if self.own is not links.exp or residual is None or self.link.coarse:
            return None
        return lambda y: residual(y, outer)

    def residual(self, total: Expr, y: sp.Symbol) -> Expr:
        """A sum in which y - t, times a number, is one function where the link has a form for it."""
        weight = total.coeff(y)
        if self.own is not links.identity or self.link.residual is None or weight == 0:
            return total
        if total.coeff(self.inner) != -weight:
            return total
        return total - weight * (y - self.inner) + weight * self.link.residual(y, self.outer)


def inner_links(bound: Bound, *, curved: bool = False) -> tuple[Bound, dict[str, tuple[Link, Link]]]:
    """The same noise with the links that are taken through another, and the pairs (chosen, inner) this replaced.

    ``curved`` leaves those be whose curvature is better derived from the parameter itself.
    """
    kept: list[tuple[str, Any]] = []
    moved: dict[str, tuple[Link, Link]] = {}
    for name, how in bound.bindings:
        row = bound.family.parameters[name]
        link = _told(how.link if isinstance(how, Shared) else how, row)
        inner = _inner(link, row) if isinstance(link, Link) else None
        if isinstance(link, Link) and link.logit is not None and _in_beta_function(bound, row):
            inner = links.sigmoid
        if curved and inner is links.exp and isinstance(link, Link) and link.bent:
            inner = None
        if isinstance(link, Link) and inner is not None:
            moved[name] = link, inner
        kept.append((name, how if inner is None else Shared(inner) if isinstance(how, Shared) else inner))
    return replace(bound, bindings=tuple(kept)), moved


def _told(link: Any, row: Parameter) -> Any:
    """A user's link of a positive parameter, told the logarithm of that parameter and its distance from an outcome.

    A bare prediction, which nothing keeps positive, stays as it is: at y = prediction a deviance is exactly 0.
    """
    if not isinstance(link, Link) or link.logarithm is not None or link.residual is not None:
        return link
    if link.name == links.identity.name:
        return link
    if link.range.vector or link.columns or not links.exp.fits(row.domain) or links.identity.fits(row.domain):
        return link

    def inverse(f: Expr) -> Expr:
        return rewrite(by_hypotenuse(spelt(link.inverse(f))))

    return replace(
        link, inverse=inverse, logarithm=lambda f: rewrite(log(inverse(f))), residual=lambda y, f: y - inverse(f)
    )


def _in_beta_function(bound: Bound, row: Parameter) -> bool:
    """A share whose own link is the logit, in the sizes of a beta function, which vanish with it or with its rest?"""
    sizes = bound.family.formula.atoms(p.log_beta)
    return row.link is links.sigmoid and any(row.symbol in node.free_symbols for node in sizes)


def _inner(link: Link, row: Parameter) -> Link | None:
    """What a link is taken through: exp where its logarithm has a form, identity for a location; None for itself."""
    if row.domain.vector or link is row.link:
        return None
    if link.logarithm is not None and links.exp.fits(row.domain):
        return links.exp if not links.identity.fits(row.domain) else links.identity if link.residual else None
    return links.identity if link.residual is not None and links.identity.fits(row.domain) else None


@dataclass(frozen=True)
class Through:
    """A loss in its own outputs, and what is put in for each of those that belong to another link."""

    inner: Derivation
    moves: dict[str, Move]
    curved: Callable[[], Derivation] | None = None  # the loss that curvatures are derived from, where that is another

    def put(self, expression: Expr) -> Expr:
        """An expression in the own outputs as one in the outputs that there are."""
        names = {move: sp.Dummy(real=True) for move in self.moves.values()}  # own and other outputs have the same names
        moves = [replace(move, outer=name) for move, name in names.items()]
        places: dict[Expr, Expr] = {move.inner: move.at for move in moves}
        residuals = {move.inner: move.gap for move in moves if move.gap is not None}
        logarithms = {m.at: m.logarithm for m in moves if m.own is links.identity and m.logarithm is not None}
        y, memo = self.inner.y, dict[Expr, Expr]()

        def run(node: Expr) -> Expr:
            if node in places or not node.args:
                return places.get(node, node)
            near = residual_of(node, residuals, run)
            if near is not None:
                return near
            if node not in memo:
                gap = node
                for move in moves if node.is_Add else ():
                    gap = move.residual(gap, y)
                memo[node] = run(gap) if gap != node else node.func(*[run(a) for a in node.args])
                if gap == node and logarithms:
                    memo[node] = steep(memo[node], logarithms)
            return memo[node]

        return run(expression).xreplace({name: move.outer for move, name in names.items()})

    def corrected(self, inner: Expr, slopes: Callable[[str], Expr]) -> Expr:
        """A value or slope, given in the own outputs, in those that there are.

        What the rounding of t(f) has taken of it is added from the next derivative in t, if it is not a residual's.
        """
        value = self.put(inner)
        for name, move in self.moves.items():
            rest = move.link.rest
            exact = move.gap is not None and holds_residual(inner, move.inner)
            along = slopes(name) if move.outer in self.settled and not exact else S.Zero
            if rest is not None and along != 0:
                lost = rest(move.outer)
                if self._halved(move.inner):
                    lost += half_rest(move.at)
                value = corrected(value, self.put(along), lost)
        return value

    @property
    def settled(self) -> tuple[sp.Symbol, ...]:
        """Outputs of whose links `corrected` knows what rounding takes."""
        return tuple(m.outer for m in self.moves.values() if m.own is links.exp and m.link.rest is not None)

    def _halved(self, inner: sp.Symbol) -> bool:
        """Is half the parameter what the loss is a function of?"""
        half = sp.Dummy(real=True)
        return not self.inner.expression.xreplace({inner - log(2): half}).has(inner)

    def slope(self, name: str, along: Expr) -> Expr:
        """The derivative in an output, from that in the own one."""
        if name not in self.moves:
            return along
        move = self.moves[name]
        logarithm = move.logarithm
        if isinstance(along, reach.steep) and logarithm is not None:
            a, r, near, far = along.args  # far is in units of 1/a, and a'/a is the slope of the logarithm
            return reach.steep(a, r, scaled(near, move.slope), far * exp(logarithm) * sp.diff(logarithm, move.outer))
        return scaled(along, move.slope)

    def lifted(self, expression: Expr) -> Expr:
        """The same with the residuals of locations that leave the range carried by exponents."""
        y = self.inner.y
        for move in self.moves.values():
            carried = _CARRIED.get(move.link.name) if move.own is links.identity else None
            if carried is not None and move.link.residual is not None and slow(self.inner.expression):
                residual = move.link.residual(y, move.outer)
                expression = lifted(expression, residual, carried(y, move.outer), y, move.outer)
                core, more = carried(S.Zero, move.outer)
                expression = leaning(expression, move.at, (-core, more))
        return expression

    def distant(self, name: str) -> bool:
        """Is an output the log of a location, or of its distance from a number, and the loss one that grows slowly?"""
        move = self.moves[name]
        return move.own is links.identity and move.bend == S.One and slow(self.inner.expression)

    def bent(self, name: str, along: Expr) -> Expr:
        """A derivative in the own output, times t''/t'."""
        return scaled(along, self.moves[name].bend)

    def curved_once(self, name: str, curve: Expr, along: Expr, derived: Callable[[Expr, sp.Symbol], Expr]) -> Expr:
        """N_tt t' + N_t t''/t', terms of both taken times what is left of t' and t''/t' beside each other."""
        share = sp.cancel(self.moves[name].bend / self.moves[name].slope)
        if share.is_number:  # of a square: one sum, whose exponents take what both slopes have
            total = rewrite(curve + share * along)
            return self.slope(name, self.corrected(total, lambda other: derived(total, self.moves[other].inner)))
        terms, others, joint = _by_body(curve), _by_body(along), S.Zero
        for sign, turn in self.moves[name].turns.items():
            for body, number in list(terms.items()):
                if others.get(body) == sign * number:
                    joint += turn * self.put(number * body)
                    del terms[body], others[body]
        curve, along = (Add(*[number * body for body, number in sums.items()]) for sums in (terms, others))
        grown, leant = self.slope(name, self.put(curve)), self.bent(name, self.put(along))
        return joint + grown + leant

    def steps(self) -> tuple[Step, ...]:
        """The steps of the inner derivation, after those that bring the parameters into its form."""
        carried = [
            Step("minimise", "carry by logarithm", move.link.inverse(move.outer), exp(move.at), CARRIED)
            for move in self.moves.values()
            if move.own is links.exp
        ]
        inner = [s for s in self.inner.steps if s.stage == "minimise" and s.equality]
        moved = [Step(s.stage, s.rule, self.put(s.before), self.put(s.after), s.why) for s in inner]
        return (*carried, *[s for s in moved if s.before != s.after])


def _by_body(total: Expr) -> dict[Expr, Expr]:
    """The numbers before the terms of a sum, by what they multiply."""
    return {body: number for number, body in (term.as_coeff_Mul() for term in Add.make_args(total))}


#: link of a location that leaves the range -> its residual less an exponent, and that
_CARRIED: dict[str, Callable[[Expr, Expr], tuple[Expr, Expr]]] = {
    "exp": lambda y, f: (linked.carried_exp(y, f), linked.beyond(f)),
    "shifted_exp": lambda y, f: (linked.carried_shifted_exp(y, f), linked.beyond(f)),
    "square": lambda y, f: (linked.carried_square(y, f, linked.beyond_square(y, f)), linked.beyond_square(y, f)),
}

CARRIED = "a positive parameter is carried by its logarithm"


def through(
    outer: Derivation,
    inner: Derivation,
    pairs: Mapping[str, tuple[Link, Link]],
    curved: Callable[[], Derivation] | None,
) -> Through:
    """The inner loss, in its own outputs, with the outputs of the outer one."""
    parameters = outer.bound.family.parameters
    moves = {
        name: Move(output_symbol(parameters[name], own), outer.predicted[name], link, own)
        for name, (link, own) in pairs.items()
    }
    return Through(inner, moves, curved)
