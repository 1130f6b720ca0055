"""What is left of the logarithm of a sum of exponentials less one of its terms, and of powers with their scales."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp
from sympy import Add, Expr, Mul, exp, log

from likelihoodkit import primitives as p
from likelihoodkit.primitives import single


def less_one_of_them(e: Expr) -> Expr | None:
    """log(e^u + e^v) - u = softplus(v - u), once or several times; of more than two, what is left of each."""
    for term in e.args:
        number, node = term.as_coeff_Mul()
        if (several := _summands(node)) is not None and (len(several) > 2 or any(u.is_Add for u in several)):
            for u in several:
                if u.free_symbols and all(-number * part in e.args for part in Add.make_args(u)):
                    if len(several) == 2:
                        return e - term + number * u + number * p.softplus(sum(several) - 2 * u)
                    first, *others = [one - u for one in several]
                    for other in others:
                        first = p.log_add_exp(first, other)
                    return e - term + number * u + number * first
        found = _weighed_less(e, term)
        if found is not None:
            return found
        for u, v in (node.args, node.args[::-1]) if isinstance(node, p.log_add_exp) else ():
            for other in e.args:
                share = -other / u
                if share.is_Rational and u.free_symbols and 0 < share / number <= 1:
                    return e - term - other + (number - share) * node + share * p.softplus(v - u)
    return None


def _weighed_less(e: Expr, term: Expr) -> Expr | None:
    """w log(e^u + e^v) - a u, where the weight w has a part a that an output moves."""
    for node in (f for f in Mul.make_args(term) if isinstance(f, p.log_add_exp)):
        weight = term / node
        for part in Add.make_args(sp.expand(weight)) if weight.free_symbols else ():
            number, power = part.as_coeff_Mul()
            for u, v in (node.args, node.args[::-1]) if part.free_symbols else ():
                for lines in _lines(number, power, u) if u.free_symbols else ():
                    if all(line in e.args for line in lines):
                        return e - term - Add(*lines) + sp.expand(weight - part) * node + part * p.softplus(v - u)
    return None


def _lines(number: Expr, power: Expr, u: Expr) -> Iterator[list[Expr]]:
    """The terms as which -c w u may stand in a sum."""
    if not isinstance(power, exp):
        yield [-number * power * u]
        return
    t = power.args[0]
    yield [-number * p.times_exp(u, t)]
    data = [one for one in Add.make_args(u) if isinstance(one, log) and one.args[0].is_Symbol]
    if len(data) == 1:
        yield [-number * p.times_exp(p.log_times_exp(data[0].args[0], u - data[0]), t)]
    parts = [one.as_coeff_Mul() for one in Add.make_args(u)]
    yield [-number * c * p.times_exp(body, t) for c, body in parts]


def _summands(e: Expr) -> list[Expr] | None:
    """All z in the logarithm of a sum of e^z, however it is nested."""
    if not isinstance(e, p.log_add_exp):
        return None
    return [z for part in e.args for z in (_summands(part) or [part])]


def inverse_of_tanh(e: Expr) -> Expr | None:
    """log(1 + tanh z) - log(1 - tanh z) = 2 z."""
    for term in e.args if e.is_Add else ():
        coefficient, body = term.as_coeff_Mul()
        if isinstance(body, p.log1p) and isinstance(body.args[0], sp.tanh):
            z = body.args[0].args[0]
            for other in (p.log1p(sp.tanh(-z)), p.log1p(-sp.tanh(z))):
                if -coefficient * other in e.args:
                    return e - term + coefficient * other + 2 * coefficient * z
    return None


def of_factors(x: Expr) -> Expr:
    """With r e^t as a product, which has the sign of r."""
    return x.replace(p.times_exp, lambda r, t: r * exp(t))


def less_its_argument(e: Expr) -> Expr | None:
    """c log(1 + x) - c x as one function, which is -c x^2/2 near 0."""
    for term in e.args:
        number, body = term.as_coeff_Mul()
        if isinstance(body, p.log1p | single.log1p_times_exp):
            x = body.args[0] if isinstance(body, p.log1p) else p.times_exp(*body.args)
            if of_factors(x).is_nonnegative and -number * x in e.args:
                return e - term + number * x - number * single.log1p_short(x)
    return None


def with_its_scale(e: Expr) -> Expr | None:
    """|r|^a e^(c a + u) = |r e^c|^a e^u."""
    (r, t, a), level = e.args[0].args, e.args[1]
    for term in Add.make_args(level) if isinstance(a, exp) else ():
        number, node = term.as_coeff_Mul()
        if isinstance(node, p.times_exp) and node.args[1] == a.args[0]:
            power = p.scaled_power(r, t + number * node.args[0], a)
            return power if term == level else p.times_exp(power, level - term)
    return None
