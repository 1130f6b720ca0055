"""A class for each of T independent steps, and columns of a matrix picked by a class."""

from __future__ import annotations

from likelihoodkit.primitives.record import Kind, primitive

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
