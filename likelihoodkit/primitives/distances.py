"""Distances and directions of embeddings, and numbers that are held still while the rest is differentiated.

At distance zero there is no direction. The length has every vector of length at most 1 for a subgradient there; the
convention is the shortest of them, 0, so that two equal points do not push each other anywhere, and no NaN arises.
"""

from __future__ import annotations

from likelihoodkit.primitives.record import Kind, primitive
from likelihoodkit.primitives.vector import sum_over

norm: Kind = primitive(
    "norm",
    None,
    (None,),
    r"\left\|{0}\right\|",
    reduces=True,
    nonnegative=True,
    pullback=lambda a, v: a * heading(v),
)
heading: Kind = primitive(
    "heading",
    None,
    (None,),
    r"\frac{{{0}}}{{\|{0}\|}}",
    vector=True,
    pullback=lambda a, v: (a - heading(v) * sum_over(a * heading(v))) * inverse_length(v),
)
inverse_length: Kind = primitive(
    "inverse_length",
    None,
    (None,),
    r"\frac{{1}}{{\|{0}\|}}",
    reduces=True,
    nonnegative=True,
    pullback=lambda a, v: -a * heading(v) * inverse_length(v) ** 2,
)
frozen: Kind = primitive(
    "frozen",
    None,
    (lambda x: 0 * x,),  # by its purpose: the number counts, its slope does not
    r"\lfloor{0}\rfloor_{{\text{{held}}}}",
)
