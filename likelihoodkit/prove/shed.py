"""Terms of the target alone that come by cases: taken off both sides before a proof, and added to its constant.

The constant of a proof may depend on the target. y log y, which is 0 at y = 0, comes by cases; where y is a vector the
cases of its entries cannot be looked at one by one, and need not be.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

import sympy as sp

from likelihoodkit.primitives import one_hot, poisson_deviance_exp, sum_over, xlogy
from likelihoodkit.prove.outcome import Decision


def shed(side: sp.Expr, targets: Iterable[sp.Symbol]) -> tuple[sp.Expr, sp.Expr]:
    """The side without y log y of vector targets y, and the terms that were taken off; they are finite for y >= 0."""
    alone = {t for t in targets if getattr(t, "is_vector", False)}
    kept, off = [], sp.S.Zero
    for term in sp.Add.make_args(sp.expand(side)):
        factor, heads = term.as_independent(sum_over, as_Add=False)
        if not isinstance(heads, sum_over) or not factor.is_number:
            kept.append(term)
            continue
        parts = []
        for part in sp.Add.make_args(heads.args[0]):
            y, f = part.args if isinstance(part, poisson_deviance_exp) else (sp.S.Zero, part)
            known = y in alone or isinstance(y, one_hot)
            parts.append(sp.exp(f) - y * f - y if known else part)
            if y in alone:
                off += factor * sum_over(xlogy(y, y))
        kept.append(factor * sum_over(sp.Add(*parts)))
    found = sp.Add(*kept)
    return (side, sp.S.Zero) if found == sp.expand(side) else (found, off)


def decided(
    left: sp.Expr,
    right: sp.Expr,
    targets: tuple[sp.Symbol, ...],
    decide: Callable[[sp.Expr, sp.Expr], Decision],
    *,
    declared: bool,
) -> Decision:
    """The decision on the two sides by ``decide``, which sees them without what was shed.

    Where both are one formula in the same symbols, and that of a ``declared`` noise or loss, which is finite wherever
    its declaration lets it be called, there is nothing to look into, whatever primitives it is made of. An expression
    of the user may have poles and jumps of its own and is looked into.
    """
    if declared and left == right:
        everywhere = (("everywhere", sp.S.Zero),)
        one, nothing = sp.S.One, sp.S.Zero
        return Decision("proved", "the two are one formula", scale=one, constant=nothing, constants=everywhere)
    (mine, off), (theirs, theirs_off) = shed(left, targets), shed(right, targets)
    found = decide(mine, theirs)
    if found.scale is None or (off == 0 and theirs_off == 0):
        return found
    more = off - found.scale * theirs_off
    constants = tuple((where, value + more) for where, value in found.constants)
    whole = None if found.constant is None else found.constant + more
    return dataclasses.replace(found, constant=whole, constants=constants)
