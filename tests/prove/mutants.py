"""False children of true claims: perturbed by 1e-9, moved, swapped, with poles, logarithms and jumps added.

None of them may be proved. Twenty per claim at least; where a claim has no target or no scalar one, others stand in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice

import sympy as sp
from sympy import Abs, Max, Piecewise, Rational, atan, exp, floor, log, sin, sqrt, tan

from likelihoodkit.primitives import VectorSymbol, sum_over
from prove.claims import SMALL, TINY, UNIT, Claim

PER_CLAIM = 20


def _each(claim: Claim, f: Callable[[sp.Expr], sp.Expr]) -> sp.Expr:
    """f of the first prediction, centred inside its domain; summed over the entries of a vector."""
    first = claim.predictions[0]
    if isinstance(first, VectorSymbol):
        return sum_over(f(first - Rational(1, 2) if first.is_positive else first))
    unit = claim.domains.get(first) == UNIT
    return f(first - Rational(1, 2) if unit else first - 1 if first.is_positive else first)


def _moved(claim: Claim, size: sp.Rational) -> sp.Expr:
    """The first prediction shifted (real) or bent (positive, vectors, and where a shift would only move a constant)."""
    first = claim.predictions[0]
    straight = not isinstance(first, VectorSymbol) and claim.left.diff(first, 2) == 0 and not claim.left.has(Abs, Max)
    bent = first.is_positive or isinstance(first, VectorSymbol) or straight
    return claim.left.xreplace({first: first + size * (first**2 if bent else 1)})


def _swapped(claim: Claim) -> sp.Expr | None:
    """Two classes exchanged on the left side, where there are two."""
    if claim.target_values == (0, 1):
        return claim.left.xreplace({claim.targets[0]: 1 - claim.targets[0]})
    if claim.target_values == (-1, 1):
        return claim.left.xreplace({claim.targets[0]: -claim.targets[0]})
    return None


def _all(claim: Claim) -> Iterator[tuple[str, sp.Expr]]:
    left = claim.left
    real = [s for s in claim.targets if not isinstance(s, VectorSymbol)]
    swapped = _swapped(claim)
    if swapped is not None:
        yield "classes swapped", swapped
    if real:
        yield "scale that depends on the target", left * (3 + real[0] + real[0] ** 2)
    if real and not isinstance(claim.predictions[0], VectorSymbol):
        yield "kink beside the target", left + TINY * Max(0, claim.predictions[0] - real[0] - SMALL)
    yield "1e-9 of a sixth power", left + TINY * _each(claim, lambda r: r**6)
    yield "1e-6 of a sine", left + SMALL * _each(claim, lambda r: sin(3 * r + 1))
    yield "kink added", left + TINY * _each(claim, Abs)
    yield "prediction moved by 1e-9", _moved(claim, TINY)
    yield "prediction moved by 1e-6", _moved(claim, SMALL)
    yield "sign swapped", -left
    yield "squared", left**2
    yield "exponentiated", exp(left)
    yield "pole added", left + TINY * _each(claim, lambda r: 1 / r)
    yield "log added", left + TINY * _each(claim, lambda r: log(Abs(r)))
    yield "jump added", left + TINY * _each(claim, lambda r: Abs(r) / r)
    yield "root jump added", left + _each(claim, lambda r: sqrt(r**2) / r)
    yield "floor added", left + TINY * _each(claim, floor)
    yield "hidden step added", left + _each(claim, lambda r: atan(tan(r)) - r)
    yield "double pole added", left + TINY * _each(claim, lambda r: r**-2)
    yield "log of a square added", left + TINY * _each(claim, lambda r: log(r**2))
    yield "bump added", left + TINY * _each(claim, lambda r: exp(-(r**2)))
    yield "step added", left + TINY * _each(claim, lambda r: Piecewise((1, r < 0), (0, True)))
    yield "spike added", left + _each(claim, lambda r: Piecewise((1, sp.Eq(r, 0)), (0, True)))
    yield "one part in 1e9 of its square", left + TINY * left**2


def mutants(claim: Claim) -> Iterator[Claim]:
    """Twenty false children of a true claim."""
    for name, changed in islice(_all(claim), PER_CLAIM):
        yield replace(claim, name=f"{claim.name} [{name}]", verdict="not proved", left=changed, scale=None)
