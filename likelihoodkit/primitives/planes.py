"""The angle of a point of the plane, and how it turns as the point moves: links that make one angle of two outputs."""

from __future__ import annotations

import sympy as sp

from likelihoodkit.primitives.record import Kind, primitive

plane_angle: Kind = primitive(
    "plane_angle",
    lambda a, b: sp.atan2(b, a),
    (lambda a, b: -plane_turn(b, a), lambda a, b: plane_turn(a, b)),
    r"\operatorname{{atan2}}\left({1}, {0}\right)",
    accurate="not both 0",
)
# the slope of the angle in the other coordinate; its own slopes are made of nothing else
plane_turn: Kind = primitive(
    "plane_turn",
    lambda a, b: a / (a**2 + b**2),
    (
        lambda a, b: (plane_turn(b, a) - plane_turn(a, b)) * (plane_turn(b, a) + plane_turn(a, b)),
        lambda a, b: -2 * plane_turn(a, b) * plane_turn(b, a),
    ),
    r"\frac{{{0}}}{{\left({0}\right)^2+\left({1}\right)^2}}",
    accurate="not both 0",
)
