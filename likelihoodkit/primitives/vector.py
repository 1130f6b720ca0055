"""Operations over the K entries of a vector output: sums, picks, log-sum-exp and softmax."""

from __future__ import annotations

import sympy as sp

from likelihoodkit.primitives.record import Kind, primitive

sum_over: Kind = primitive("sum_over", None, lambda v: sp.Integer(1), r"\sum_k {0}", reduces=True)
entries: Kind = primitive("entries", None, lambda v: sp.Integer(0), r"K", reduces=True, positive=True)
largest_other: Kind = primitive(
    "largest_other",
    None,
    (lambda v, y: is_largest_other(v, y), None),
    r"\max_{{k\neq {1}}}{0}_k",
    reduces=True,
)
is_largest_other: Kind = primitive(
    "is_largest_other",
    None,
    (None, None),
    r"\mathbf{{e}}_{{\arg\max_{{k\neq {1}}}{0}_k}}",
    vector=True,
    pullback=lambda adjoint, v, y: 0 * v,  # which class is the largest does not change nearby
    nonnegative=True,
)
pick: Kind = primitive(
    "pick",
    None,
    (lambda v, y: one_hot(y, v), lambda v, y: sp.Integer(0)),  # which entry it is does not change nearby
    r"\left[{0}\right]_{{{1}}}",
    reduces=True,
)
one_hot: Kind = primitive(
    "one_hot",
    None,
    (lambda y, like: sp.Integer(0), lambda y, like: sp.Integer(0)),
    r"\mathbf{{e}}_{{{0}}}",
    vector=True,
    nonnegative=True,
)
log_sum_exp: Kind = primitive(
    "log_sum_exp",
    None,
    lambda z: softmax(z),
    r"\log\sum_k e^{{{0}}}",
    reduces=True,
)
softmax: Kind = primitive(
    "softmax",
    None,
    (None,),
    r"\operatorname{{softmax}}\left({0}\right)",
    vector=True,
    pullback=lambda adjoint, z: softmax_pull(z, adjoint),
    positive=True,
)
softmax_pull: Kind = primitive(
    "softmax_pull",
    lambda z, v: softmax(z) * (v - sum_over(v * softmax(z))),
    (None, None),
    r"\operatorname{{softmax}}\left({0}\right)\left({1}-\sum_k\operatorname{{softmax}}\left({0}\right)_k{1}_k\right)",
    vector=True,
    pullback=(
        lambda a, z, v: softmax_pull(z, a * v - v * sum_over(a * softmax(z)) - a * sum_over(v * softmax(z))),
        lambda a, z, v: softmax_pull(z, a),
    ),
)
times_softmax: Kind = primitive(
    "times_softmax",
    lambda v, z: v * softmax(z),
    (None, None),
    r"{0}\operatorname{{softmax}}\left({1}\right)",
    vector=True,
    pullback=(lambda a, v, z: times_softmax(a, z), lambda a, v, z: softmax_pull(z, a * v)),
)
softmax_cross_entropy: Kind = primitive(
    "softmax_cross_entropy",
    lambda z, y: log_sum_exp(z) - pick(z, y),
    (lambda z, y: softmax_residual(z, y), None),
    r"\left(\log\sum_k e^{{{0}}}-\left[{0}\right]_{{{1}}}\right)",
    reduces=True,
    positive=True,
)
softmax_residual: Kind = primitive(
    "softmax_residual",
    lambda z, y: softmax(z) - one_hot(y, z),
    (None, None),
    r"\left(\operatorname{{softmax}}\left({0}\right)-\mathbf{{e}}_{{{1}}}\right)",
    vector=True,
    pullback=lambda adjoint, z, y: softmax_pull(z, adjoint),
)
#: how the gradient of a class's probability, over that probability, moves along v
chance_pull: Kind = primitive(
    "chance_pull",
    lambda z, v, y: softmax_pull(z, v) - softmax_residual(z, y) * sum_over(v * softmax_residual(z, y)),
    (None, None, None),
    vector=True,
)
