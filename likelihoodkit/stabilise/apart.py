"""Logarithms of differences: what the larger is, and the logarithm of 1 less their ratio.

e^(-e^u) - e^(-e^v) is the share of a grade between two cutpoints of a complementary log-log, (1 + r)^y - r^y what is
left of a count where those of another are taken out: both under- and overflow where their logarithm is a number.
"""

from __future__ import annotations

from sympy import Add, Expr, Mul, Pow, S, cosh, default_sort_key, exp, expand, log

from likelihoodkit import primitives as p
from likelihoodkit.primitives import Primitive
from likelihoodkit.stabilise.table import core_and_exponent, log_of, log_of_term


def log_of_a_gap(x: Expr) -> Expr | None:
    """log x of a difference of exponentials or of powers, which is positive as it is typed."""
    if isinstance(x, p.times_exp_difference):
        return _of_exponentials(*x.args)
    return _of_powers(*x.args) if x.is_Add and len(x.args) == 2 else None


def _of_exponentials(core: Expr, apart: Expr, start: Expr) -> Expr | None:
    """log(core (e^(start + apart) - e^start)) through the larger of the two."""
    if core.could_extract_minus_sign() and (-core).is_positive:
        return log(-core) + start + p.log1m_exp(-apart)
    if not core.is_positive:
        return None
    inner = _of_exponentials(*apart.args) if isinstance(apart, p.times_exp_difference) else log_of(apart)
    rest = p.log1m_exp(apart) if inner is None else p.log1m_exp_neg_exp(inner)
    return log(core) + expand(start + _as_exponentials(apart)) + rest


def _as_exponentials(apart: Expr) -> Expr:
    if not isinstance(apart, p.times_exp_difference):
        return apart
    core, more, start = apart.args
    return core * exp(expand(start + _as_exponentials(more))) - core * exp(start)


def _of_powers(first: Expr, second: Expr) -> Expr | None:
    """log(a^y - b^y), for a power y of data."""
    if first.could_extract_minus_sign():
        first, second = second, first
    larger, smaller = _logarithm(first), _logarithm(-second)
    if larger is None or smaller is None or not any(_of_data(f) for f in Mul.make_args(first)):
        return None
    return larger + p.log1m_exp(larger - smaller)


def _of_data(f: Expr) -> bool:
    return isinstance(f, Pow) and not isinstance(f, exp) and bool(f.exp.free_symbols) and f.exp.is_Symbol


def _logarithm(term: Expr) -> Expr | None:
    total = S.Zero
    for f in Mul.make_args(term):
        base, power = f.as_base_exp()
        if isinstance(f, exp):
            total += f.args[0]
        elif base.is_positive:
            total += power * log(base)
        else:
            return None
    return total


def through_the_positive(e: Expr) -> Expr | None:
    """log(e^a + c e^b) = a + log(1 + c e^(b - a)) for a c of either sign, with cosh as two exponentials."""
    if isinstance(e, p.log1p):
        total = 1 + e.args[0]
    elif isinstance(e, log) and e.args[0].is_Add:
        total = e.args[0]
    else:
        return None
    typed = total.replace(cosh, lambda x: (exp(x) + exp(-x)) / 2) if total.has(cosh) else total
    terms = Add.make_args(expand(typed) if typed is not total else total)
    logs = {term: log_of_term(term) for term in terms}
    positive = sorted((q for q in logs.values() if q is not None), key=default_sort_key)
    rest = [core_and_exponent(term) for term, q in logs.items() if q is None]
    grows = any(term.has(exp, p.times_exp) for term, q in logs.items() if q is not None)
    if not (grows and rest and all(core.free_symbols and core.is_real for core, _ in rest)):
        return None
    if any(isinstance(core.as_coeff_Mul()[1], Primitive) for core, _ in rest):
        return None  # the logarithm of a tail, say, is read with its neighbours
    most, *others = positive
    for other in others:
        most = p.log_add_exp(most, other)
    return most + p.log1p(Add(*[core * exp(expand(exponent) - most) for core, exponent in rest]))
