"""Noise without a family of its own: losses of a residual whose normaliser is known in closed form.

Each row is declared like a family, but without its normaliser, which stands beside it: the vocabulary of the engines
need not know the functions in it. Sources: Barndorff-Nielsen (1977), Proc. R. Soc. A 353, 401-419 (hyperbolic);
Subbotin (1923), Mat. Sb. 31, 296-301 (exponential power); the others are elementary integrals.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.robust import hypot1m
from likelihoodkit.primitives.words import abs, erf, exp, gamma, huber_penalty, maximum, minimum, pi, sqrt
from likelihoodkit.supports import positive, real, unit


class Hyperbolic(Distribution):
    """Normal in the middle, exponential tails, no corner."""

    y = outcome(real)
    location = parameter(real, link=links.identity)
    width = parameter(positive, link=links.exp)
    steepness = parameter(positive, link=links.exp)

    log_density = -steepness * width * hypot1m((y - location) / width)


class UniformWithLaplaceTails(Distribution):
    """Flat up to `reach` on either side, exponential beyond."""

    y = outcome(real)
    location = parameter(real, link=links.identity)
    reach = parameter(positive, link=links.exp)
    scale = parameter(positive, link=links.exp)

    log_density = -maximum(0, abs(y - location) - reach) / scale


class TwoPieceHuber(Distribution):
    """A Huber density with another weight on either side."""

    y = outcome(real)
    location = parameter(real, link=links.identity)
    threshold = parameter(positive, link=links.exp)
    level = parameter(unit, link=links.sigmoid)
    weight = parameter(positive, link=links.exp)

    above, below = maximum(y - location, 0), minimum(y - location, 0)
    log_density = -weight * (level * huber_penalty(above, threshold) + (1 - level) * huber_penalty(below, threshold))


class ExponentialPower(Distribution):
    """exp(-|r/scale|^power)."""

    y = outcome(real)
    location = parameter(real, link=links.identity)
    scale = parameter(positive, link=links.exp)
    power = parameter(positive, link=links.exp)

    log_density = -(abs((y - location) / scale) ** power)


def _half(weight: Any, threshold: Any) -> Any:
    """The mass of exp(-weight * Huber penalty) on one side."""
    core = sqrt(pi / (2 * weight)) * erf(threshold * sqrt(weight / 2))
    return core + exp(-weight * threshold**2 / 2) / (weight * threshold)


_H, _T, _E = Hyperbolic, TwoPieceHuber, ExponentialPower

#: law -> (what it is called, the integral of exp(-loss) over the line)
LAWS: dict[type[Distribution], tuple[str, sp.Expr]] = {
    Hyperbolic: (
        "the symmetric hyperbolic distribution",
        2 * _H.width * exp(_H.steepness * _H.width) * sp.besselk(1, _H.steepness * _H.width),
    ),
    UniformWithLaplaceTails: (
        "a uniform distribution with Laplace tails",
        2 * (UniformWithLaplaceTails.reach + UniformWithLaplaceTails.scale),
    ),
    ExponentialPower: ("the exponential power distribution", 2 * _E.scale * gamma(1 + 1 / _E.power)),
    TwoPieceHuber: (
        "a Huber distribution with two weights",
        _half(_T.weight * _T.level, _T.threshold) + _half(_T.weight * (1 - _T.level), _T.threshold),
    ),
}
