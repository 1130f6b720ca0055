"""A class for each of T independent steps, and columns of a matrix picked by a class."""

from __future__ import annotations

from sympy import log

from likelihoodkit.primitives.record import Kind, primitive
from likelihoodkit.primitives.vector import log_sum_exp, softmax, softmax_pull

steps_cross_entropy: Kind = primitive(
    "steps_cross_entropy",
    None,
    (None, None, None),
    r"\sum_t\left(\log\sum_k e^{{{0}_{{tk}}}}-{0}_{{t{1}_t}}\right)",
    reduces=True,
    nonnegative=True,
    pullback=(lambda a, z, y, classes: a * steps_residual(z, y, classes), None, None),
)
steps_residual: Kind = primitive(
    "steps_residual",
    None,
    (None, None, None),
    r"\left(\operatorname{{softmax}}\left({0}\right)-\mathbf{{e}}_{{{1}}}\right)",
    vector=True,
    pullback=(lambda v, z, y, classes: steps_curve(v, z, y, classes), None, None),
)
steps_curve: Kind = primitive("steps_curve", None, (None, None, None, None), vector=True)

#: constants only: nothing is learnt through it
column_of: Kind = primitive(
    "column_of", None, (None, None), r"\left[{0}\right]_{{\cdot {1}}}", vector=True, nonnegative=True
)

#: classes seen through a channel: ``c`` is the chance of the label that was seen, for each true class
channel_cross_entropy: Kind = primitive(
    "channel_cross_entropy",
    lambda z, c: log_sum_exp(z) - log_sum_exp(z + log(c)),
    (None, None),
    r"-\log\sum_k{{{1}}}_k\operatorname{{softmax}}\left({0}\right)_k",
    reduces=True,
    nonnegative=True,
    pullback=(lambda a, z, c: a * channel_residual(z, c), None),
)
channel_residual: Kind = primitive(
    "channel_residual",
    lambda z, c: softmax(z) - softmax(z + log(c)),
    (None, None),
    r"\left(\operatorname{{softmax}}\left({0}\right)-\operatorname{{softmax}}\left({0}+\log {1}\right)\right)",
    vector=True,
    pullback=(
        lambda a, z, c: softmax_pull(z, a) - softmax_pull(z + log(c), a),
        None,
    ),
)
