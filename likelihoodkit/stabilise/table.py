"""The table itself, and how its rows read a node of a formula."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sympy import Add, Expr, Mul, Pow, S, asinh, exp, log

from likelihoodkit import primitives as p
from likelihoodkit.primitives.robust import hypot_sum

Rewrite = Callable[[Expr], Expr | None]


@dataclass(frozen=True)
class Identity:
    """A row of the table: ``rewrite`` gives the right side where the left side matches."""

    name: str
    why: str
    rewrite: Rewrite


TABLE: list[Identity] = []


def identity(why: str) -> Callable[[Rewrite], Rewrite]:
    """Enter a function into the table under its own name."""

    def enter(rewrite: Rewrite) -> Rewrite:
        TABLE.append(Identity(rewrite.__name__.replace("_", " "), why, rewrite))
        return rewrite

    return enter


#: what a positive parameter is made by, and has a logarithm of its own
CARRIED = (p.softplus, hypot_sum)


def log_of(factor: Expr) -> Expr | None:
    """log of a positive factor that the table knows how to take, else None."""
    base, exponent = factor.as_base_exp()
    if isinstance(factor, exp):
        return factor.args[0]
    if isinstance(base, p.softplus):
        return exponent * p.log_softplus(base.args[0])
    if isinstance(base, hypot_sum):  # a root and a leg, of which little may be left
        return exponent * asinh(base.args[0])
    if isinstance(base, p.sigmoid):
        return -exponent * p.softplus(-base.args[0])
    return None


def ratio(e: Expr) -> tuple[Expr, Expr]:
    """(r, t) of r e^t."""
    number, body = e.as_coeff_Mul()
    return (number * body.args[0], body.args[1]) if isinstance(body, p.times_exp) else (e, S.Zero)


def exponent_of(term: Expr) -> Expr | None:
    """q where term = e^q with an exponential inside and every factor positive; else None."""
    if isinstance(term, p.power_times_exp):
        y, t, g = term.args
        return p.times_exp(p.log_times_exp(y, t), g)
    factors = Mul.make_args(term)
    if not any(isinstance(f, exp | p.times_exp) for f in factors):
        return None
    logs = [
        f.args[0] if isinstance(f, exp) else log(f.args[0]) + f.args[1] if isinstance(f, p.times_exp) else log(f)
        for f in factors
        if isinstance(f, exp) or (f.args[0] if isinstance(f, p.times_exp) else f).is_positive
    ]
    return Add(*logs) if len(logs) == len(factors) else None


def core_and_exponent(term: Expr) -> tuple[Expr, Expr]:
    """term = core * e^exponent with every exponential factor (and reciprocal softplus) taken out of the core."""
    core, exponent = S.One, S.Zero
    for factor in Mul.make_args(term):
        base, power = factor.as_base_exp()
        if isinstance(factor, exp):
            exponent += factor.args[0]
        elif isinstance(factor, p.times_exp):
            core, exponent = core * factor.args[0], exponent + factor.args[1]
        elif isinstance(base, p.softplus) and power.is_negative:
            exponent += power * p.log_softplus(base.args[0])
        else:
            core *= factor
    numbers = [t for t in Add.make_args(exponent) if isinstance(t, log) and t.args[0].is_Rational]
    return core * Mul(*[t.args[0] for t in numbers]), exponent - Add(*numbers)


def constant_and_rest(node: Expr) -> tuple[Expr, list[Expr]]:
    constant = Add(*[t for t in node.args if t.is_Number])
    return constant, [t for t in node.args if not t.is_Number]


def coefficient_pair(node: Expr, match: Callable[[Expr], bool]) -> tuple[Expr, Expr, Expr] | None:
    """(term, coefficient, body) of the first term ``coefficient * body`` with ``match(body)``; any coefficient."""
    for term in node.args:
        bodies = [f for f in Mul.make_args(term) if match(f)]
        if len(bodies) == 1:
            return term, term / bodies[0], bodies[0]
    return None


def log_of_term(term: Expr) -> Expr | None:
    """log of a positive term of known factors, else None."""
    total: Expr = S.Zero
    for factor in Mul.make_args(term):
        if isinstance(factor, p.times_exp) and factor.args[0].is_positive:
            total += log(factor.args[0]) + factor.args[1]
        elif isinstance(factor, Pow) and isinstance(factor.base, p.times_exp) and factor.base.args[0].is_positive:
            total += factor.exp * (log(factor.base.args[0]) + factor.base.args[1])
        elif log_of(factor) is not None:
            total += log_of(factor)
        elif isinstance(factor, Pow) and factor.base.is_Symbol and factor.base.is_positive:
            total += factor.exp * log(factor.base)
        elif factor.is_positive and (factor.is_Symbol or not factor.free_symbols):
            total += log(factor)
        else:
            return None
    return total
