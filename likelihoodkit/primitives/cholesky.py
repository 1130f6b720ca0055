"""Vectors with a scale matrix: whitening by a Cholesky factor, its log-determinant, and their derivatives.

A factor L is packed: the d diagonal entries, then the strict lower triangle by rows. The names that end in ``_exp``
read the first d entries as logarithms; the table of identities brings formulas into that form.
"""

from __future__ import annotations

import sympy as sp

from likelihoodkit.primitives.record import Kind, primitive
from likelihoodkit.primitives.vector import sum_over

size_of: Kind = primitive("size_of", None, (lambda v: sp.Integer(0),), r"\dim {0}", reduces=True, positive=True)

# the factor itself is differentiated only in the forms below, which read its outputs
whiten: Kind = primitive(
    "whiten", None, (None, None), r"{1}^{{-1}}{0}", vector=True, pullback=lambda a, r, factor: unwhiten(a, factor)
)
unwhiten: Kind = primitive(
    "unwhiten", None, (None, None), r"{1}^{{-\top}}{0}", vector=True, pullback=lambda b, a, factor: whiten(b, factor)
)
#: an entry of a unit vector times what may overflow where that entry is zero
times_unit: Kind = primitive("times_unit", lambda x, v: x * v, (None, None), vector=True)
log_determinant: Kind = primitive("log_determinant", None, (None, None), r"\log\det {0}", reduces=True)

cholesky_factor: Kind = primitive(
    "cholesky_factor", None, lambda f: cholesky_slope(f), r"\operatorname{{chol}}\left({0}\right)", vector=True
)
cholesky_slope: Kind = primitive(
    "cholesky_slope", None, (lambda f: cholesky_slope(f) * diagonal_ones(f),), vector=True, positive=True
)
isotropic_factor: Kind = primitive(
    "isotropic_factor", None, (None,), r"{0}\,I", vector=True, pullback=lambda a, s: log_determinant_exp(a)
)
diagonal_factor: Kind = primitive(
    "diagonal_factor",
    None,
    (None,),
    r"\operatorname{{diag}}\left({0}\right)",
    vector=True,
    pullback=lambda a, s: diagonal_of(a),
)
diagonal_of: Kind = primitive("diagonal_of", None, (None,), r"\operatorname{{diag}}\left({0}\right)", vector=True)

whiten_exp: Kind = primitive(
    "whiten_exp",
    None,
    (None, None),
    r"\operatorname{{chol}}\left({1}\right)^{{-1}}{0}",
    vector=True,
    pullback=(
        lambda a, r, f: unwhiten_exp(a, f),
        lambda a, r, f: -packed_outer(unwhiten_exp(a, f), whiten_exp(r, f), f),
    ),
)
unwhiten_exp: Kind = primitive(
    "unwhiten_exp",
    None,
    (None, None),
    r"\operatorname{{chol}}\left({1}\right)^{{-\top}}{0}",
    vector=True,
    pullback=(
        lambda b, a, f: whiten_exp(b, f),
        lambda b, a, f: -packed_outer(unwhiten_exp(a, f), whiten_exp(b, f), f),
    ),
)
packed_outer: Kind = primitive(
    "packed_outer",
    None,
    (None, None, None),
    r"\operatorname{{tril}}\left({0}\,{1}^\top\right)",
    vector=True,
    pullback=(
        lambda b, w, z, f: packed_times(b, z, f),
        lambda b, w, z, f: packed_times_transposed(b, w, f),
        lambda b, w, z, f: packed_diagonal(b, w, z, f),
    ),
)
packed_times: Kind = primitive(
    "packed_times", None, (None, None, None), r"\operatorname{{tril}}({0})\,{1}", vector=True
)
packed_times_transposed: Kind = primitive(
    "packed_times_transposed", None, (None, None, None), r"\operatorname{{tril}}({0})^\top{1}", vector=True
)
packed_diagonal: Kind = primitive("packed_diagonal", None, (None, None, None, None), vector=True)
log_determinant_exp: Kind = primitive(
    "log_determinant_exp",
    None,
    (None,),
    r"\log\det\operatorname{{chol}}\left({0}\right)",
    reduces=True,
    pullback=lambda flow, f: flow * diagonal_ones(f),
)
diagonal_ones: Kind = primitive(
    "diagonal_ones", None, (None,), r"\operatorname{{tril}}(I)", vector=True, pullback=lambda flow, f: sp.Integer(0)
)

# what closed forms and samples are written in
factor_product: Kind = primitive("factor_product", None, (None, None), r"{0}\,{1}", vector=True)
row_squares: Kind = primitive("row_squares", None, (None, None), r"\operatorname{{diag}}({0}{0}^\top)", vector=True)
factor_information: Kind = primitive("factor_information", None, (None, None, None), vector=True)
factor_trace: Kind = primitive(
    "factor_trace", None, (None, None, None), r"\operatorname{{tr}}({0}^{{-1}}{1})", reduces=True
)
factor_traces: Kind = primitive("factor_traces", None, (None, None), r"\nabla\log\det {0}", vector=True)

# the divergence of correlated normals from correlated normals
factor_scatter: Kind = primitive(
    "factor_scatter",
    None,
    (None, None, None),
    r"\|{1}^{{-1}}{0}\|^2",
    reduces=True,
    nonnegative=True,
    pullback=(
        lambda a, own, other, like: a * factor_scatter_own(own, other, like),
        lambda a, own, other, like: -a * factor_scatter_other(own, other, like),
        lambda a, own, other, like: sp.Integer(0),
    ),
)
factor_scatter_own: Kind = primitive(
    "factor_scatter_own",
    None,
    (None, None, None),
    r"2\operatorname{{tril}}({1}^{{-\top}}{1}^{{-1}}{0})",
    vector=True,
    pullback=(
        lambda a, own, other, like: factor_scatter_own(a, other, like),
        lambda a, own, other, like: -factor_scatter_cross(a, own, other, like),
        lambda a, own, other, like: sp.Integer(0),
    ),
)
factor_scatter_other: Kind = primitive(
    "factor_scatter_other",
    None,
    (None, None, None),
    r"2\operatorname{{tril}}({1}^{{-\top}}{1}^{{-1}}{0}{0}^\top{1}^{{-\top}})",
    vector=True,
    pullback=(
        lambda b, own, other, like: factor_scatter_turned(b, own, other, like),
        lambda b, own, other, like: -factor_scatter_curve(b, own, other, like),
        lambda b, own, other, like: sp.Integer(0),
    ),
)
factor_scatter_cross: Kind = primitive("factor_scatter_cross", None, (None, None, None, None), vector=True)
factor_scatter_turned: Kind = primitive("factor_scatter_turned", None, (None, None, None, None), vector=True)
factor_scatter_curve: Kind = primitive("factor_scatter_curve", None, (None, None, None, None), vector=True)

# -- heavy tails: functions of q = sum z^2 -------------------------------------------------------------------------

log1p_norm: Kind = primitive(
    "log1p_norm",
    lambda z, df: sp.log(1 + sum_over(z**2) / df),
    (None, lambda z, df: -norm_share(z, df) / df),
    r"\log\left(1+\|{0}\|^2/{1}\right)",
    reduces=True,
    nonnegative=True,
    pullback=(lambda a, z, df: 2 * a * shrunk(z, df), None),
)
shrunk: Kind = primitive(
    "shrunk",
    lambda z, df: z / (df + sum_over(z**2)),
    (None, lambda z, df: -shrunk(z, df) * norm_reciprocal(z, df)),
    r"\frac{{{0}}}{{{1}+\|{0}\|^2}}",
    vector=True,
    pullback=(
        lambda a, z, df: a * norm_reciprocal(z, df) - 2 * shrunk(z, df) * sum_over(a * shrunk(z, df)),
        None,
    ),
)
norm_share: Kind = primitive(
    "norm_share",
    lambda z, df: sum_over(z**2) / (df + sum_over(z**2)),
    (None, lambda z, df: -norm_share(z, df) * norm_reciprocal(z, df)),
    r"\frac{{\|{0}\|^2}}{{{1}+\|{0}\|^2}}",
    reduces=True,
    nonnegative=True,
    pullback=(lambda a, z, df: 2 * a * df * shrunk(z, df) * norm_reciprocal(z, df), None),
)
norm_reciprocal: Kind = primitive(
    "norm_reciprocal",
    lambda z, df: 1 / (df + sum_over(z**2)),
    (None, None),
    r"\frac{{1}}{{{1}+\|{0}\|^2}}",
    reduces=True,
    positive=True,
)
