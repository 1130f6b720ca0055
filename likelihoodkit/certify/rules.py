"""Rules to take expectations over vectors: outcomes with weights, as fine as is asked for.

Counts with a known total, rankings, paths and labellings are finite: a rule lists them all. Points of the plane are
integrated in polar coordinates around the declared mean or, where that does not settle, quadrant by quadrant around the
location; positive amounts, proportions and directions by products of one-dimensional rules; counts without a total
by a table of the small ones. A rule says what a coarser one would find, and so how far from settled it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.special
from numpy.typing import NDArray

from likelihoodkit.certify.subject import ANYWHERE, Point, Subject
from likelihoodkit.errors import DerivationError
from likelihoodkit.expectation.vectors import outcomes as every_outcome

Array = NDArray[np.float64]

#: counts of each entry that a table without a total goes up to
MOST_COUNTS = 150


@dataclass(frozen=True)
class Rule:
    """Outcomes with weights: E[f(Y)] is the sum of weight * p(y) * f(y); ``edge`` marks where the rule ends.

    Weights are kept as logarithms: where a density is infinite its weight is as good as zero. ``coarser`` is the same
    with about half as many places along each axis; None where the sum is exact.
    """

    ys: Array
    log_weights: Array
    edge: NDArray[np.bool_]
    coarser: Callable[[], Rule] | None = None


Builder = Callable[[Subject, Point, float], Rule]


def rules(subject: Subject, point: Point) -> list[Rule]:
    """The rules for the support of a subject, the usual one first; `DerivationError` where there is none."""
    domain = subject.domain
    settings = {name: int(value) for name, value in zip(subject.loss.inputs, point.given, strict=True)}
    settings |= {name: int(v) for name, v in subject.loss.bound.held.items() if getattr(v, "is_Integer", False)}
    every = every_outcome(
        domain.name, subject.entries, subject.steps, settings.get("trials", 0), settings.get("blank", 0)
    )
    if every is not None and not subject.without_total:
        return [Rule(every, np.zeros(len(every)), np.zeros(len(every), dtype=bool))]
    if domain.name not in RULES:
        raise DerivationError(
            f"{subject.loss.name}: there is no rule to integrate over {domain.words}",
            family=subject.loss.name,
            remedy="Certify one entry's family",
        )
    return [_with_coarser(build, subject, point) for build in RULES[domain.name]]


def _with_coarser(build: Builder, subject: Subject, point: Point) -> Rule:
    rule = build(subject, point, 1.0)
    return Rule(rule.ys, rule.log_weights, rule.edge, lambda: build(subject, point, 2.0))


def _centre(subject: Subject, found: dict[str, Array]) -> Array:
    """The declared mean, or the first parameter that is a point as outcomes are; else nothing."""
    parameters = subject.loss.bound.family.parameters
    points = [name for name, row in parameters.items() if row.domain.name in ANYWHERE and name in found]
    for name in ("mean", *points):
        if name in found and np.size(found[name]) == subject.entries:
            return np.asarray(found[name], dtype=np.float64).reshape(-1)
    return np.zeros(subject.entries)


def _around(centre: Array, rule: Rule) -> Rule:
    """The rule moved there; not the places that rounding takes to the centre, where a distance has no slope."""
    ys = centre + rule.ys
    apart = (ys != centre).any(axis=1)
    return Rule(ys[apart], rule.log_weights[apart], rule.edge[apart])


def _polar(subject: Subject, point: Point, coarse: float) -> Rule:
    """Polar coordinates around the centre, stretched by the scale; any other ones would do, if less well."""
    outputs, keywords = subject.keywords([point])
    found = subject.loss.parameters(outputs, **keywords)
    factor = np.eye(2)
    if "scale" in found and np.shape(found["scale"])[-2:] == (2, 2):
        factor = np.asarray(found["scale"]).reshape(-1, 2, 2)[0]
    step, turns = 0.05 * coarse, int(48 / coarse)
    s = np.arange(-5.5, 5.5 + step / 2, step)
    radius = np.exp(np.sinh(s))
    angle = 2 * np.pi * np.arange(turns) / turns
    z = radius[:, None, None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    weight = 2 * np.sinh(s) + np.log(np.cosh(s) * step * 2 * np.pi / turns) + float(np.linalg.slogdet(factor)[1])
    edge = np.repeat(np.abs(s) > 5.4, turns)
    return _around(_centre(subject, found), Rule((z @ factor.T).reshape(-1, 2), np.repeat(weight, turns), edge))


def _half_line(coarse: float) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Positive numbers from e^-33 to e^33, the logarithms of their weights, and which are the last."""
    step = 0.07 * coarse
    s = np.arange(-4.2, 4.2 + step / 2, step)
    return np.exp(np.sinh(s)), np.sinh(s) + np.log(np.cosh(s) * step), np.abs(s) > 4.1


def _product(line: Array, log_weights: Array, ends: NDArray[np.bool_], entries: int) -> Rule:
    """All combinations of the places of a line."""
    ys = np.stack(np.meshgrid(*[line] * entries, indexing="ij"), axis=-1).reshape(-1, entries)
    weights = sum(np.meshgrid(*[log_weights] * entries, indexing="ij"), np.zeros(())).reshape(-1)
    edge = np.stack(np.meshgrid(*[ends] * entries, indexing="ij"), axis=-1).reshape(-1, entries)
    return Rule(ys, weights, np.asarray(edge.any(axis=-1)))


def _quadrants(subject: Subject, point: Point, coarse: float) -> Rule:
    """Each quadrant around the centre by itself: kinks along the axes do no harm."""
    outputs, keywords = subject.keywords([point])
    r, weight, ends = _half_line(coarse)
    both = np.concatenate([-r[::-1], r]), np.concatenate([weight[::-1], weight]), np.concatenate([ends[::-1], ends])
    return _around(_centre(subject, subject.loss.parameters(outputs, **keywords)), _product(*both, subject.entries))


def _amounts(subject: Subject, point: Point, coarse: float) -> Rule:  # noqa: ARG001
    """Positive amounts, each on its logarithm's scale."""
    return _product(*_half_line(coarse), subject.entries)


def _small_counts(subject: Subject, point: Point, coarse: float) -> Rule:  # noqa: ARG001
    """All tables of counts whose total is not known, up to a size."""
    most = int(MOST_COUNTS / coarse)
    line = np.arange(most + 1.0)
    return _product(line, np.zeros(most + 1), line == most, subject.entries)


def _triangle(subject: Subject, point: Point, coarse: float) -> Rule:  # noqa: ARG001
    """Three parts that add up to one: y = (u, (1 - u) v, (1 - u)(1 - v)), u and v on the logit scale."""
    step = 0.06 * coarse
    s = np.arange(-7.2, 7.2 + step / 2, step)
    logit, weight = np.sinh(s), np.log(np.cosh(s) * step)
    u, rest = scipy.special.expit(logit), scipy.special.expit(-logit)
    log_u, log_rest = -np.logaddexp(0, -logit), -np.logaddexp(0, logit)
    ys = np.stack(
        [
            np.broadcast_to(u[:, None], (s.size, s.size)),
            rest[:, None] * u[None, :],
            rest[:, None] * rest[None, :],
        ],
        axis=-1,
    )
    total = (weight + log_u + 2 * log_rest)[:, None] + (weight + log_u + log_rest)[None, :]
    inside = (ys > 0).all(axis=-1)
    return Rule(ys[inside], total[inside], np.zeros(int(inside.sum()), dtype=bool))


def _directions(subject: Subject, point: Point, coarse: float) -> Rule:  # noqa: ARG001
    """Unit vectors in space: height by Gauss's rule, angle evenly."""
    turns = int(80 / coarse)
    height, weight = np.polynomial.legendre.leggauss(turns)
    angle = 2 * np.pi * np.arange(turns) / turns
    flat = np.sqrt(1 - height**2)
    ys = np.stack(
        [
            flat[:, None] * np.cos(angle),
            flat[:, None] * np.sin(angle),
            np.broadcast_to(height[:, None], (height.size, turns)),
        ],
        axis=-1,
    ).reshape(-1, 3)
    return Rule(ys, np.repeat(np.log(weight * 2 * np.pi / turns), turns), np.zeros(len(ys), dtype=bool))


#: by the name of the support
RULES: dict[str, tuple[Builder, ...]] = {
    "vectors": (_polar, _quadrants),
    "vector": (_polar, _quadrants),
    "positive vector": (_amounts,),
    "count vectors": (_small_counts,),
    "proportions": (_triangle,),
    "sphere": (_directions,),
}
