"""The identity for vectors: a factor of a matrix is used through the outputs behind it."""

from __future__ import annotations

from sympy import Expr, log

from likelihoodkit.primitives import cholesky as v
from likelihoodkit.primitives.vector import sum_over
from likelihoodkit.stabilise.table import identity


@identity("a factor is divided by in the exponent of its diagonal, and its log-determinant is the sum of exponents")
def factor_by_its_outputs(e: Expr) -> Expr | None:
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
