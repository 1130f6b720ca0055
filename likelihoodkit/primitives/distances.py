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
    pullback=lambda a, v: heading_pull(v, a),
)
heading_pull: Kind = primitive(
    "heading_pull",
    lambda v, a: (a - heading(v) * sum_over(a * heading(v))) * inverse_length(v),
    (None, None),
    r"\left({1}-\frac{{{0}}}{{\|{0}\|}}\sum_k{1}_k\frac{{{0}_k}}{{\|{0}\|}}\right)\frac{{1}}{{\|{0}\|}}",
    vector=True,
    pullback=(
        lambda b, v, a: heading_bend(b, v, a),
        lambda b, v, a: heading_pull(v, b),
    ),
)
heading_bend: Kind = primitive(
    "heading_bend",
    lambda b, v, a: (
        -heading(v) * inverse_length(v) * sum_over(b * heading_pull(v, a))
        - inverse_length(v) * heading_pull(v, a * sum_over(b * heading(v)) + b * sum_over(a * heading(v)))
    ),
    (None, None, None),
    vector=True,
)
cosine_complement: Kind = primitive(
    "cosine_complement",
    lambda u, v: sum_over((heading(u) - heading(v)) ** 2) / 2,
    (None, None),
    r"\left(1-\cos\angle({0},{1})\right)",
    reduces=True,
    nonnegative=True,
    pullback=(
        lambda a, u, v: -a * heading_pull(u, heading(v)),
        lambda a, u, v: -a * heading_pull(v, heading(u)),
    ),
)
#: of one point to two others; what the two have in common is never rounded into either distance
distance_gap: Kind = primitive(
    "distance_gap",
    lambda one, near, far: norm(one - near) - norm(one - far),
    (None, None, None),
    r"\left(\|{0}-{1}\|-\|{0}-{2}\|\right)",
    reduces=True,
    pullback=(
        lambda a, one, near, far: a * heading_gap(one, near, far),
        lambda a, one, near, far: -a * heading(one - near),
        lambda a, one, near, far: a * heading(one - far),
    ),
)
heading_gap: Kind = primitive(
    "heading_gap",
    lambda one, near, far: heading(one - near) - heading(one - far),
    (None, None, None),
    r"\left(\frac{{{0}-{1}}}{{\|{0}-{1}\|}}-\frac{{{0}-{2}}}{{\|{0}-{2}\|}}\right)",
    vector=True,
    pullback=(
        lambda a, one, near, far: heading_pull(one - near, a) - heading_pull(one - far, a),
        lambda a, one, near, far: -heading_pull(one - near, a),
        lambda a, one, near, far: heading_pull(one - far, a),
    ),
)
heading_pull_gap: Kind = primitive(
    "heading_pull_gap",
    lambda one, near, far, a: heading_pull(one - near, a) - heading_pull(one - far, a),
    (None, None, None, None),
    vector=True,
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
