"""Certifying noises of vectors and sequences: the same conditions, by sums over all outcomes or quadrature.

Counts, rankings, paths and labellings are finite: every expectation is a sum over all of them. Points of the plane are
integrated in polar coordinates around the declared mean, proportions of three parts and directions in space by
products of one-dimensional rules. What a rule cannot settle (a moment whose tail is too heavy) is left open.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.special
from numpy.typing import NDArray

from likelihoodkit.certify.accuracy import KINDS, MODERATE, error, trouble
from likelihoodkit.certify.conditions import SAMPLES, SIGNIFICANCE, Figure, chi_square, collect
from likelihoodkit.certify.report import Row
from likelihoodkit.certify.subject import Point, Subject
from likelihoodkit.errors import DerivationError, UndefinedError
from likelihoodkit.expectation.vectors import outcomes as every_outcome

Array = NDArray[np.float64]

_PLACES = 10  # entries of a gradient or Hessian that are compared at each point
_CASES = 150  # combinations of outputs and outcomes far out
_TOGETHER = 10  # of them with the same shared values


@dataclass(frozen=True)
class Rule:
    """Outcomes with weights: E[f(Y)] is the sum of weight * p(y) * f(y); ``edge`` marks where the rule ends.

    Weights are kept as logarithms: where a density is infinite its weight is as good as zero.
    """

    ys: Array
    log_weights: Array
    edge: NDArray[np.bool_]


def vector_rows(subject: Subject, generator: np.random.Generator) -> list[Row]:
    """All conditions on a noise whose outcome is a vector."""
    points = subject.draw(3, generator, central=True)
    rules = [(point, _rule(subject, point)) for point in points]
    return [
        collect("integrates to one", 1e-9, _mass(subject, rules)),
        collect("score has mean zero", 1e-9, _score(subject, rules)),
        collect("Fisher is E[score score']", 1e-8, _fisher(subject, rules[:2])),
        *_against(subject, subject.draw(4, generator), generator),
        *_far_out(subject, generator),
        *(collect(name, 1e-8, _moment(subject, rules, name)) for name in ("expectation", "variance")),
        collect("mode", 1e-8, _mode(subject, rules)),
        collect("samples follow the density", -math.log10(SIGNIFICANCE), _sampling(subject, rules[0], generator)),
    ]


# -- outcomes with weights ----------------------------------------------------------------------------------------


def _rule(subject: Subject, point: Point) -> Rule:
    """The rule for the support of a subject; `DerivationError` where there is none."""
    domain = subject.domain
    settings = {name: int(value) for name, value in zip(subject.loss.inputs, point.given, strict=True)}
    settings |= {name: int(v) for name, v in subject.loss.bound.held.items() if getattr(v, "is_Integer", False)}
    every = every_outcome(
        domain.name, subject.entries, subject.steps, settings.get("trials", 0), settings.get("blank", 0)
    )
    if every is not None:
        return Rule(every, np.zeros(len(every)), np.zeros(len(every), dtype=bool))
    if domain.name not in _RULES:
        raise DerivationError(
            f"{subject.loss.name}: there is no rule to integrate over {domain.words}",
            family=subject.loss.name,
            remedy="Certify one entry's family",
        )
    return _RULES[domain.name](subject, point)


def _plane(subject: Subject, point: Point) -> Rule:
    """Polar coordinates around the mean, stretched by the scale; any other ones would do, if less well."""
    outputs, keywords = subject.keywords([point])
    found = subject.loss.parameters(outputs, **keywords)
    centre, factor = np.zeros(2), np.eye(2)
    if "mean" in found:
        centre = np.asarray(found["mean"]).reshape(-1, 2)[0]
    if "scale" in found and np.shape(found["scale"])[-2:] == (2, 2):
        factor = np.asarray(found["scale"]).reshape(-1, 2, 2)[0]
    step, turns = 0.05, 48
    s = np.arange(-5.5, 5.5 + step / 2, step)
    radius = np.exp(np.sinh(s))
    angle = 2 * np.pi * np.arange(turns) / turns
    z = radius[:, None, None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    weight = 2 * np.sinh(s) + np.log(np.cosh(s) * step * 2 * np.pi / turns) + float(np.linalg.slogdet(factor)[1])
    edge = np.repeat(np.abs(s) > 5.4, turns)
    return Rule((centre + z @ factor.T).reshape(-1, 2), np.repeat(weight, turns), edge)


def _triangle(subject: Subject, point: Point) -> Rule:  # noqa: ARG001
    """Three parts that add up to one: y = (u, (1 - u) v, (1 - u)(1 - v)), u and v on the logit scale."""
    step = 0.06
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


def _directions(subject: Subject, point: Point) -> Rule:  # noqa: ARG001
    """Unit vectors in space: height by Gauss's rule, angle evenly."""
    height, weight = np.polynomial.legendre.leggauss(80)
    turns = 80
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


_RULES: dict[str, Callable[[Subject, Point], Rule]] = {
    "vectors": _plane,
    "proportions": _triangle,
    "sphere": _directions,
}


def _call(subject: Subject, point: Point, rule: Rule) -> tuple[Array, Array, Array]:
    """The share of each outcome in an expectation, its score (0 where the share is) and its log-density."""
    outputs, keywords = subject.keywords([point])
    n = len(rule.ys)
    many = {name: value if name == "shared" else np.repeat(value, n, axis=0) for name, value in keywords.items()}
    value, gradient = subject.loss.value_and_gradient(rule.ys, np.repeat(outputs, n, axis=0), **many)
    with np.errstate(under="ignore"):
        share = np.exp(rule.log_weights - value)
    return share, np.where(share[:, None] > 0, -np.asarray(gradient).reshape(n, -1), 0.0), -value


# -- the conditions ----------------------------------------------------------------------------------------------

Rules = Sequence[tuple[Point, Rule]]


def _mass(subject: Subject, rules: Rules) -> Iterator[Figure]:
    for point, rule in rules:
        share, _, _ = _call(subject, point, rule)
        yield abs(math.fsum(share) - 1), subject.say(point)


def _score(subject: Subject, rules: Rules) -> Iterator[Figure]:
    for point, rule in rules:
        share, score, _ = _call(subject, point, rule)
        yield float(np.abs(share @ score).max()), subject.say(point)


def _fisher(subject: Subject, rules: Rules) -> Iterator[Figure]:
    for point, rule in rules:
        share, score, _ = _call(subject, point, rule)
        true = (share[:, None] * score).T @ score
        outputs, keywords = subject.keywords([point])
        found = np.asarray(subject.loss.fisher(outputs, **keywords)).reshape(true.shape)
        yield float(np.abs(found - true).max() / np.abs(true).max()), subject.say(point)


def _against(subject: Subject, points: Sequence[Point], generator: np.random.Generator) -> list[Row]:
    ys = [_random(subject, point, generator) for point in points]
    computed = subject.computed(ys, points)

    def figures(kind: int) -> Iterator[Figure]:
        for i, (y, point) in enumerate(zip(ys, points, strict=True)):
            for place in _some(subject.width, KINDS[kind][1], generator):
                found = float(computed[kind][(i, *place)])
                yield error(subject, y, point, place, found, KINDS[kind][2]), subject.say(point, y)

    return [collect(f"{name} against mpmath", limit, figures(k)) for k, (name, _, limit) in enumerate(KINDS)]


def _some(width: int, order: int, generator: np.random.Generator) -> list[tuple[int, ...]]:
    places = [tuple(sorted(generator.integers(0, width, order).tolist())) for _ in range(_PLACES if order else 1)]
    return list(dict.fromkeys(places))


def _random(subject: Subject, point: Point, generator: np.random.Generator) -> tuple[float, ...]:
    """An outcome of the support; of a plane or a simplex some ordinary one."""
    name = subject.domain.name
    if name == "vectors":
        return tuple(generator.normal(0, 2, subject.entries).tolist())
    if name == "proportions":
        return tuple(generator.dirichlet(np.full(subject.entries, 2.0)).tolist())
    if name == "sphere":
        y = generator.normal(size=subject.entries)
        return tuple((y / np.linalg.norm(y)).tolist())
    rule = _rule(subject, point)
    possible = rule.ys[_call(subject, point, rule)[0] > 0]
    return tuple(possible[generator.integers(len(possible))].tolist())


def _far_out(subject: Subject, generator: np.random.Generator) -> list[Row]:
    given = subject.draw(1, generator)[0].given
    columns = generator.choice(MODERATE, (_CASES, subject.width))
    if own := subject.shared_width:  # rows that share their values are one call
        columns[:, -own:] = np.repeat(columns[::_TOGETHER, -own:], _TOGETHER, axis=0)
    points = [Point(tuple(row), given) for row in columns.tolist()]
    points = [point for point in points if subject.directed(point.columns)]
    ys = [_random(subject, point, generator) for point in points]
    computed = subject.computed(ys, points)
    return [
        collect(f"{name} stands on the moderate grid", 0.0, trouble(subject, ys, points, computed[kind], order))
        for kind, (name, order, _) in enumerate(KINDS)
    ]


def _moment(subject: Subject, rules: Rules, name: str) -> Iterator[Figure]:
    if not hasattr(subject.loss.bound.family, name):
        return
    unsettled = ""
    count = 0
    for point, rule in rules:
        outputs, keywords = subject.keywords([point])
        belief = subject.loss.distribution(outputs, **keywords)
        try:
            found = np.asarray(getattr(belief, {"expectation": "mean"}.get(name, name))()).reshape(-1)
        except UndefinedError:
            continue
        if not np.isfinite(found).all():
            continue
        share = _call(subject, point, rule)[0][:, None]
        values = rule.ys if name == "expectation" else (rule.ys - share.T @ rule.ys) ** 2
        terms = np.where(share > 0, share * np.where(share > 0, values, 0.0), 0.0)
        if np.abs(terms[rule.edge]).sum() > 1e-10 * np.abs(terms).sum():
            unsettled = f"{subject.say(point)}: the tail is too heavy for this rule"
            continue
        count += 1
        true = terms.sum(axis=0)
        yield float(np.abs((found - true) / (np.abs(true).max())).max()), subject.say(point)
    if unsettled and not count:
        raise DerivationError(unsettled)


def _mode(subject: Subject, rules: Rules) -> Iterator[Figure]:
    if not hasattr(subject.loss.bound.family, "mode"):
        return
    for point, rule in rules:
        outputs, keywords = subject.keywords([point])
        belief = subject.loss.distribution(outputs, **keywords)
        try:
            mode = belief.mode()
        except UndefinedError:
            continue
        top = float(np.ravel(belief.log_density(mode))[0])
        yield max(float(_call(subject, point, rule)[2].max()) - top, 0.0), subject.say(point)


def _sampling(subject: Subject, rule: tuple[Point, Rule], generator: np.random.Generator) -> Iterator[Figure]:
    point, nodes = rule
    outputs, keywords = subject.keywords([point])
    belief = subject.loss.distribution(outputs, **keywords)
    try:
        sample = np.asarray(belief.sample(generator, SAMPLES)).reshape(SAMPLES, -1)
    except UndefinedError:
        return
    share, _, log_density = _call(subject, point, nodes)
    if subject.domain.discrete:
        place = {tuple(y): i for i, y in enumerate(nodes.ys.tolist())}
        counts = np.bincount([place[tuple(y)] for y in sample.tolist()], minlength=len(share))
        yield -math.log10(max(chi_square(counts, share * SAMPLES), 1e-300)), subject.say(point)
        return
    centre = nodes.ys[np.argmax(log_density)] if subject.domain.name == "vectors" else np.zeros(nodes.ys.shape[1])
    true, seen = _bounded(nodes.ys - centre), _bounded(sample - centre)
    expected = share @ true
    spread = np.sqrt(share @ (true - expected) ** 2 / SAMPLES)
    worst = float((np.abs(seen.mean(axis=0) - expected) / spread).max())
    chance = min(1.0, true.shape[1] * math.erfc(worst / math.sqrt(2)))
    yield -math.log10(max(chance, 1e-300)), subject.say(point)


def _bounded(y: Array) -> Array:
    """Bounded smooth functions of outcomes: direction cosines and their products, shrunk near the centre."""
    with np.errstate(over="ignore"):
        unit = y / np.sqrt(1 + (y * y).sum(axis=1))[:, None]
        unit[~np.isfinite(unit).all(axis=1)] = 0.0
    first, second = np.triu_indices(y.shape[1])
    products = unit[:, first] * unit[:, second]
    return np.concatenate([unit, products, unit**3], axis=1)


__all__ = ["vector_rows"]
