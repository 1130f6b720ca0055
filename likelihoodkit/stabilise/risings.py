"""Two gamma functions as many steps apart as an outcome says, less a number: one rising factorial.

That y - 1 is never negative says where the outcome lies, which the rows of the table are not told.
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
from sympy import Expr, log

from likelihoodkit import primitives as p
from likelihoodkit.stabilise.bounds import Interval, bounds

WHY = "log Gamma(a + n) - log Gamma(a) as one function does not cancel"


def risen(e: Expr, known: Mapping[Expr, Interval]) -> Expr:
    """The sum with log Gamma(a + y - 1) - log Gamma(a) in it as one function."""
    if not e.is_Add or not known:
        return e
    terms = [(term, *term.as_coeff_Mul()) for term in e.args]
    sizes = [(term, number, _size(body)) for term, number, body in terms]
    gammas = [(term, number, size) for term, number, size in sizes if size is not None]
    for one, number, more in gammas:
        for other, opposite, less in gammas:
            n = sp.expand(more - less) if number == -opposite else None
            if n is None or not n.is_Add or not n.free_symbols or not less.free_symbols - set(known):
                continue
            if any(third == opposite and sp.expand(size - n) == 0 for _, third, size in gammas):
                continue  # a beta function, which keeps its digits where the outcome is large too
            if n.free_symbols <= set(known) and bounds(n, known).low >= 0:
                return risen(e - one - other + number * p.log_rising(less, n), known)
    return e


def _size(body: Expr) -> Expr | None:
    """a of log Gamma(a)."""
    if isinstance(body, p.log_gamma):
        return body.args[0]
    inside = body.args[0] if isinstance(body, log) else None
    return inside.args[0] if isinstance(inside, sp.gamma) else None
