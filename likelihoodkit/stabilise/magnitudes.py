"""The last identity: what is left multiplies by its exponent."""

from __future__ import annotations

from sympy import Expr, Mul, S, exp

from likelihoodkit import primitives as p
from likelihoodkit.stabilise.apart import through_the_positive
from likelihoodkit.stabilise.sizes import size_carried
from likelihoodkit.stabilise.table import identity


@identity("a factor e^t is multiplied in by its exponent, so that neither over- nor underflow is met on the way")
def product_with_exp(e: Expr) -> Expr | None:
    if not e.is_Mul:
        return through_the_positive(e) or size_carried(e)
    number, rest, exponent, carried = S.One, [], S.Zero, False
    for factor in e.args:
        base, power = factor.as_base_exp()
        if factor.is_Number or not factor.free_symbols:
            number *= factor
        elif isinstance(factor, exp):
            exponent += factor.args[0]
            carried = True
        elif isinstance(base, p.softplus) and power.is_negative:
            exponent += power * p.log_softplus(base.args[0])
            carried = True
        else:
            rest.append(factor)
    if not carried or not rest:
        both = carried and any(isinstance(f, exp) and f.free_symbols for f in e.args) and e.has(p.softplus)
        return number * exp(exponent) if both and not rest else None
    for factor in rest:  # these carry an exponent of their own
        if isinstance(factor, p.ratio_deviance | p.ratio_minus_one):
            y, t, s = factor.args
            return number * Mul(*[f for f in rest if f is not factor]) * factor.func(y, t, s + exponent)
    merged, more = _taken_along(rest)
    exponent += more
    powers = {f.as_base_exp()[1] for f in merged}
    if len(powers) == 1:
        (power,) = powers
        if power.is_Integer and power > 1:
            return number * p.times_exp(Mul(*[f.as_base_exp()[0] for f in merged]), exponent / power) ** power
    return number * _times_exp(Mul(*merged), exponent)


def _taken_along(rest: list[Expr]) -> tuple[list[Expr], Expr]:
    """The factors without what goes into the exponent beside them, and that."""
    merged, exponent = [], S.Zero
    for factor in rest:
        base, power = factor.as_base_exp()
        if isinstance(base, p.sigmoid) and power.is_negative and len(rest) > 1:
            exponent -= power * p.softplus(-base.args[0])
        elif isinstance(base, p.times_exp):
            merged.append(base.args[0] ** power)
            exponent += power * base.args[1]
        else:
            merged.append(factor)
    return merged, exponent


def _times_exp(core: Expr, exponent: Expr) -> Expr:
    if isinstance(core, p.sech2):  # may be subnormal while e^t is large
        return p.sech2_times_exp(core.args[0], exponent)
    return p.times_exp(core, exponent)
