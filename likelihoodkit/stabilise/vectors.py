"""The identity for vectors: a factor of a matrix, or cutpoints in order, are used through the outputs behind them."""

from __future__ import annotations

from sympy import Expr, log

from likelihoodkit.primitives import cholesky as v
from likelihoodkit.primitives.steps import cut, gap_exponent, increasing, log_gap
from likelihoodkit.primitives.vector import entries, pick, sum_over
from likelihoodkit.stabilise.table import identity


@identity("a factor is divided by in the exponent of its diagonal, and its log-determinant is their sum; so is a gap")
def factor_by_its_outputs(e: Expr) -> Expr | None:
    if isinstance(e, pick | log_gap) and isinstance(e.args[0], increasing):
        return (cut if isinstance(e, pick) else gap_exponent)(e.args[0].args[0], e.args[1])
    if isinstance(e, entries) and isinstance(e.args[0], increasing):
        return entries(e.args[0].args[0])
    if isinstance(e, v.whiten | v.unwhiten):
        vector, factor = e.args
        if isinstance(factor, v.cholesky_factor):
            return (v.whiten_exp if isinstance(e, v.whiten) else v.unwhiten_exp)(vector, factor.args[0])
        return vector / factor.args[0] if isinstance(factor, v.isotropic_factor | v.diagonal_factor) else None
    if not isinstance(e, v.log_determinant):
        return None
    factor, like = e.args
    if isinstance(factor, v.cholesky_factor):
        return v.log_determinant_exp(factor.args[0])
    if isinstance(factor, v.isotropic_factor):
        return v.size_of(like) * log(factor.args[0])
    return sum_over(log(factor.args[0])) if isinstance(factor, v.diagonal_factor) else None
