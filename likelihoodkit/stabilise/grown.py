"""Terms that overflow alike and are subtracted: which of them is the larger is known by their exponents."""

from __future__ import annotations

import sympy as sp
from sympy import Add, Expr, Mul, S, exp

from likelihoodkit.primitives import (
    expm1,
    power_times_exp,
    reach,
    sigmoid_curve,
    softplus,
    softplus_ratio_bend,
    times_exp,
    times_exp_difference,
)
from likelihoodkit.primitives.linked import times_sigmoid
from likelihoodkit.primitives.products import scaled_chord, scaled_mean
from likelihoodkit.stabilise.table import core_and_exponent

__all__ = ["together"]

Row = tuple[Expr, Expr, Expr]  # a term, its core and its exponent


def _by_exponent(term: Expr) -> tuple[Expr, Expr]:
    """Core and exponent of a term, also of powers, and where e^z - 1 is e^z (1 - e^-z)."""
    core, exponent = S.One, S.Zero
    for factor in Mul.make_args(term):
        base, power = (factor, S.One) if isinstance(factor, exp) else factor.as_base_exp()
        if isinstance(base, times_exp):
            inner, more = _by_exponent(base.args[0])
            more += base.args[1]
        elif isinstance(base, scaled_chord | scaled_mean):
            inner, more = base.func(*base.args[:-1], S.Zero), base.args[-1]
        elif isinstance(base, expm1):
            inner, more = -expm1(-base.args[0]), base.args[0]
        elif isinstance(base, times_exp_difference):
            r, q, t = base.args
            inner, more = -r * expm1(-q), q + t
        elif isinstance(base, times_sigmoid | sigmoid_curve):
            w, z = base.args
            inner, more = _by_exponent(w)
            more -= softplus(-z) + (softplus(z) if isinstance(base, sigmoid_curve) else S.Zero)
        elif isinstance(base, softplus_ratio_bend):
            inner, more = _by_exponent(base.args[0])
            inner = softplus_ratio_bend(inner, base.args[1])
        elif isinstance(base, sp.Max | sp.Min) and S.Zero in base.args and len(base.args) == 2:
            (other,) = [part for part in base.args if part != 0]
            inner, more = _by_exponent(other)
            inner = base.func(S.Zero, inner)
        else:
            inner, more = core_and_exponent(factor)
            power = S.One
        core, exponent = core * inner**power, exponent + power * more
    return core, sp.expand(exponent)


def _growth(exponent: Expr) -> set[Expr]:
    """The exponentials in an exponent."""
    return {u for u in Add.make_args(exponent) if isinstance(u.as_coeff_Mul()[1], times_exp | power_times_exp)}


def _alike(told: list[Row]) -> list[Row]:
    """The most terms that share an exponential in their exponents; else those of one core, with different signs."""
    shared = {u: [row for row in told if u in _growth(row[2])] for u in set().union(*(_growth(s) for *_, s in told))}
    if shared:
        found = max(
            sorted(shared.items(), key=lambda pair: sp.default_sort_key(pair[0])), key=lambda pair: len(pair[1])
        )
        if len(found[1]) > 1:
            return found[1]
    cores: dict[Expr, list[Row]] = {}
    for row in told:
        cores.setdefault(row[1].as_coeff_Mul()[1], []).append(row)
    return next((rows for rows in cores.values() if len({row[1].as_coeff_Mul()[0] > 0 for row in rows}) == 2), [])


def _terms(total: Expr) -> tuple[Expr, ...]:
    """The terms of a sum, and of one that is multiplied by an exponential."""
    if isinstance(total, times_exp) and total.args[0].is_Add:
        return tuple(times_exp(part, total.args[1]) for part in total.args[0].args)
    return Add.make_args(total)  # type: ignore[no-any-return]


def together(total: Expr) -> Expr:
    """A sum, by what its terms share where they leave the range, or by the exponent that is largest there."""
    told = [(term, *_by_exponent(term)) for term in _terms(total)]
    alike = _alike(told)
    if not alike:
        return _by_the_largest(total, told)
    (_, first, level), *others = alike
    core = S.One if _growth(level) else first.as_coeff_Mul()[1]
    share = first / core + Add(*[times_exp(more / core, sp.expand(s - level)) for _, more, s in others])
    rest = Add(*[row[0] for row in told if row not in alike])
    return reach.resolved(total, times_exp(core * share, level) + rest)


def _by_the_largest(total: Expr, told: list[Row]) -> Expr:
    """A sum of terms of which several have exponents without an exponential in them."""
    levels = {level for *_, level in told}
    if len(told) < 2 or not any(level.free_symbols for level in levels) or any(map(_growth, levels)):
        return total
    most = sp.Max(*levels)
    return reach.within_range(total, times_exp(Add(*[times_exp(core, level - most) for _, core, level in told]), most))
