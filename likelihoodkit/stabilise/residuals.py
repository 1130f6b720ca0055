"""Slopes that are a mean less the outcome, times a factor: where a link has a form of that difference, it is taken.

A mean 1 + e^f is 2 at f = 0, to the digits of e^f; less y = 2 it has those of f only if it is never rounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import sympy as sp
from sympy import Expr, S

from likelihoodkit import primitives as p
from likelihoodkit.primitives import whole
from likelihoodkit.primitives.linked import times_sigmoid
from likelihoodkit.primitives.reach import beside_count

__all__ = ["holds_residual", "residual_of"]

#: function of the logarithm of a mean -> the outcome, that logarithm, and the one that the difference is divided by
#: 1 + e^x of; None where it is not divided
_DIFFERENCES: dict[type[Expr], Callable[..., tuple[Expr, Expr, Expr | None]]] = {
    p.exp_minus: lambda t, y: (y, t, None),
    p.sigmoid_balance: lambda one, y, t: (y, t, t),
    whole.negative_binomial_residual: lambda y, t, a: (y, t, a + t),
}


def _read(node: Expr) -> tuple[Expr, Expr, Expr | None] | None:
    found = _DIFFERENCES.get(type(node))
    if found is None or (isinstance(node, p.sigmoid_balance) and node.args[0] != S.One):
        return None
    return found(*node.args)


def residual_of(
    node: Expr, residuals: Mapping[Expr, Callable[[Expr], Expr]], put: Callable[[Expr], Expr]
) -> Expr | None:
    """A slope by the residual of the link behind its mean; None if it is no such slope, or of another mean."""
    read = _read(node)
    residual = None if read is None else residuals.get(read[1])
    if read is None or residual is None:
        return None
    y, _, divided = read
    if divided is None:
        return -residual(y)
    plain = node.func(*map(put, node.args))
    return beside_count(residual(y), y, times_sigmoid(-residual(y), -put(divided)), plain)


def holds_residual(e: Expr, logarithm: sp.Symbol) -> bool:
    """Is a slope among the parts of an expression that is such a difference?"""
    return any(read[1] == logarithm for read in _reads(e))


def _reads(e: Expr) -> Iterator[tuple[Expr, Expr, Expr | None]]:
    for node in e.atoms(*_DIFFERENCES):
        read = _read(node)
        if read is not None:
            yield read
