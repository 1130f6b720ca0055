"""The Gauss-Newton curvature of a loss of several inputs: what bends in its distances, seen along their slopes.

A loss phi(u) of numbers u that vectors enter through (lengths, differences of distances, cosines) has the Hessian
J' phi'' J + phi' u''. The first part is Gauss-Newton's: never negative where phi is convex, whatever the distances do.
A number that is an input itself, and a sum over entries, are their own u: there it is the whole second derivative.
"""

from __future__ import annotations

import sympy as sp

from likelihoodkit.calculus import derivative
from likelihoodkit.nll import Derivation
from likelihoodkit.primitives import Primitive, VectorSymbol, entries, is_vector, sum_over
from likelihoodkit.primitives.distances import heading, norm
from likelihoodkit.stabilise import rewrite


def expressions(derivation: Derivation) -> dict[str, sp.Expr] | None:
    """The curvature in each input, by name; None where vectors enter neither through distances nor entry by entry."""
    formula = derivation.expression.replace(sum_over, _length)
    symbols = derivation.predicted
    numbers = sorted(
        (n for n in formula.atoms(Primitive) if n.record.reduces and any(is_vector(a) for a in n.args)), key=str
    )
    inner = {n: sp.Dummy(f"u{k}", real=True) for k, n in enumerate(numbers) if not isinstance(n, sum_over | entries)}
    inner |= {n: sp.Dummy("cosine", real=True) for n in numbers if isinstance(n, sum_over) and n.has(heading)}
    outer = formula.xreplace(inner)
    back = {u: n for n, u in inner.items()}
    found = {}
    for name, symbol in symbols.items():
        if not isinstance(symbol, VectorSymbol):
            found[name] = derivative(derivative(outer, symbol), symbol).xreplace(back)
            continue
        apart = [t for t in sp.Add.make_args(sp.expand(outer)) if t.has(symbol)]
        if any(not isinstance(t.as_independent(symbol, as_Add=False)[1], sum_over | entries) for t in apart):
            return None
        curve = sp.Add(*[_entrywise(t, symbol) for t in apart])
        moving = [u for u, n in back.items() if n.has(symbol)]
        slopes = {u: derivative(back[u], symbol) for u in moving}
        for one in moving:
            bend = derivative(outer, one)
            for two in moving:
                curve += derivative(bend, two).xreplace(back) * slopes[one] * slopes[two]
        found[name] = rewrite(curve)
    return found


def _length(inside: sp.Expr) -> sp.Expr:
    """The sum of the squares of a difference as the square of its length: a pair's distance."""
    base, exponent = inside.as_base_exp()
    both = base.free_symbols if exponent == 2 else set()
    pair = len([s for s in both if isinstance(s, VectorSymbol) and s.name.startswith("f_")]) > 1
    return norm(base) ** 2 if pair and not base.has(heading) else sum_over(inside)


def _entrywise(term: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    """The second derivative of a sum over entries in each of them."""
    coefficient, whole = term.as_independent(symbol, as_Add=False)
    if isinstance(whole, entries):
        return sp.S.Zero
    plain = {v: sp.Symbol(v.name, real=True) for v in whole.atoms(VectorSymbol)}  # one entry of each
    inside = whole.args[0].xreplace(plain)
    bend = derivative(derivative(inside, plain[symbol]), plain[symbol])
    return coefficient * bend.xreplace({entry: v for v, entry in plain.items()})
