"""A normal error plus an exponential delay as books type it: the tail and the square that it cancels are one function.

log Phi(z - k) is -(z - k)^2/2 and little more where the delay is short, k large: k^2/2 - z k beside it leaves -z^2/2.
"""

from __future__ import annotations

import sympy as sp
from sympy import Add, Expr, exp, log

from likelihoodkit import primitives as p
from likelihoodkit.stabilise.whole import TAILS, logarithm, signed


def _products(e: Expr) -> Expr:
    """With factors e^t as such, expanded."""
    plain = e.replace(p.times_exp, lambda r, t: r * exp(t)).replace(p.log_softplus, lambda f: log(p.softplus(f)))
    return sp.expand(plain)


def _without_data(rest: Expr) -> Expr:
    """Without what the change to the logarithm of an outcome leaves, as of a log-normal law with a Pareto tail."""
    kept = [t for t in Add.make_args(rest) if not (t.free_symbols and all(s.is_positive for s in t.free_symbols))]
    return Add(*kept)


def typed_delay(e: Expr) -> Expr | None:
    """log Phi(z - k) + k^2/2 - z k with z = r e^t and k > 0, where what z is counted from is in nothing else."""
    for sign, node in signed(e, p.log_ndtr):
        others = sign * (e - sign * node)
        if others.has(*TAILS):
            continue
        w, others = _products(node.args[0]), _products(others)
        for symbol in sorted(w.free_symbols & others.free_symbols, key=str):
            up, along = w.coeff(symbol), others.coeff(symbol)
            if up == 0 or along == 0 or symbol in up.free_symbols | along.free_symbols:
                continue
            size = -up if up.could_extract_minus_sign() else up
            t, u = logarithm(size), logarithm(-along / up)
            if t is None or u is None:
                continue
            k = -along / up
            z = sp.expand(w + k)
            rest = sp.expand(others - k**2 / 2 + z * k)
            if not _without_data(rest).free_symbols & z.free_symbols - t.free_symbols and not rest.has(exp):
                return sign * (rest + p.normal_plus_delay(sp.expand(z / size), -t, exp(sp.expand(t + u))))
    return None
