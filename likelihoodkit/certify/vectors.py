"""Certifying noises of vectors and sequences: the same conditions, by the rules of `certify.rules`.

What a rule cannot settle (a moment whose tail is too heavy, a mass that a coarser rule finds otherwise) is left open.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.certify.accuracy import KINDS, MODERATE, error, trouble
from likelihoodkit.certify.conditions import SAMPLES, SIGNIFICANCE, Figure, chi_square, collect
from likelihoodkit.certify.report import Row
from likelihoodkit.certify.rules import Rule, rules as rules_of
from likelihoodkit.certify.subject import ANYWHERE, Point, Subject
from likelihoodkit.errors import DerivationError, UndefinedError

Array = NDArray[np.float64]

_PLACES = 10  # entries of a gradient or Hessian that are compared at each point
_CASES = 150  # combinations of outputs and outcomes far out
_TOGETHER = 10  # of them with the same shared values
_MASS = 1e-9  # how far from one a mass may be
_EDGE = 1e-10  # of a mass: what may lie where a rule ends
_SETTLED = 0.1  # of a figure: what a coarser rule may find otherwise, if the figure is to count against a noise


def vector_rows(subject: Subject, generator: np.random.Generator) -> list[Row]:
    """All conditions on a noise whose outcome is a vector."""
    points = subject.draw(3, generator, central=True)
    rules = [(point, _rule(subject, point)) for point in points]
    mass = collect("integrates to one", _MASS, _settled(subject, rules, _mass, _MASS))
    return [
        mass if mass.passed else replace(mass, note=mass.note or f"as tried on outcomes of {subject.entries} entries"),
        collect("score has mean zero", 1e-9, _settled(subject, rules, _score, 1e-9)),
        collect("Fisher is E[score score']", 1e-8, _fisher(subject, rules[:2])),
        *_against(subject, subject.draw(4, generator), generator),
        *_far_out(subject, generator),
        *(collect(name, 1e-8, _moment(subject, rules, name)) for name in ("expectation", "variance")),
        collect("mode", 1e-8, _mode(subject, rules)),
        collect("samples follow the density", -math.log10(SIGNIFICANCE), _sampling(subject, rules[0], generator)),
    ]


# -- what a rule finds ---------------------------------------------------------------------------------------------


def _rule(subject: Subject, point: Point) -> Rule:
    """The first rule that finds unit mass; where none does, the one that a coarser one agrees with best."""
    possible = rules_of(subject, point)
    doubts: list[tuple[float, int]] = []
    for place, rule in enumerate(possible if len(possible) > 1 else ()):
        found = _mass(subject, point, rule)
        if found <= _MASS or rule.coarser is None:
            return rule
        doubts.append((abs(found - _mass(subject, point, rule.coarser())), place))
    return possible[min(doubts)[1]] if doubts else possible[0]


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


def _mass(subject: Subject, point: Point, rule: Rule) -> float:
    return abs(math.fsum(_call(subject, point, rule)[0]) - 1)


def _score(subject: Subject, point: Point, rule: Rule) -> float:
    share, score, _ = _call(subject, point, rule)
    return float(np.abs(share @ score).max())


def _settled(
    subject: Subject, rules: Rules, figure: Callable[[Subject, Point, Rule], float], limit: float
) -> Iterator[Figure]:
    """The figure at every point; one above the limit counts only where a coarser rule finds nearly the same."""
    doubtful = ""
    for point, rule in rules:
        found = figure(subject, point, rule)
        if found > limit and rule.coarser is not None:
            other = figure(subject, point, rule.coarser())
            if not abs(found - other) <= _SETTLED * found:
                doubtful = f"{subject.say(point)}: no rule for vectors settles this integral ({found:.1e}, {other:.1e})"
                continue
            share = _call(subject, point, rule)[0]
            if share[rule.edge].sum() > _EDGE * share.sum() and math.fsum(share) < 1:
                doubtful = f"{subject.say(point)}: the tail is too heavy for this rule"
                continue
        yield found, subject.say(point)
    if doubtful:
        raise DerivationError(doubtful)


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
    if name in ANYWHERE:
        return tuple(generator.normal(0, 2, subject.entries).tolist())
    if subject.without_total:
        return tuple(generator.poisson(3.0, subject.entries).astype(float).tolist())
    if name == "positive vector":
        return tuple(np.exp(generator.normal(0, 1, subject.entries)).tolist())
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
        if np.abs(terms[rule.edge]).sum() > _EDGE * np.abs(terms).sum():
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
        counts = np.bincount([place.get(tuple(y), len(share)) for y in sample.tolist()], minlength=len(share) + 1)
        share = np.append(share, max(1.0 - math.fsum(share), 0.0))  # what the rule leaves out
        yield -math.log10(max(chi_square(counts, share * SAMPLES), 1e-300)), subject.say(point)
        return
    centre = nodes.ys[np.argmax(log_density)] if subject.domain.name in ANYWHERE else np.zeros(nodes.ys.shape[1])
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
