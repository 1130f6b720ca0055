"""The conditions on a distribution: unit mass, scores, information, closed forms, sampling.

Each is a function of the subject and its random points and gives one row. All of them compare what is declared or
computed with an expectation worked out here, in mpmath.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

import mpmath
import numpy as np
import scipy.special
import sympy as sp
from numpy.typing import NDArray

from likelihoodkit.certify.integrate import EndlessError, Outcomes, one
from likelihoodkit.certify.report import Row
from likelihoodkit.certify.subject import Point, Subject
from likelihoodkit.compile import Runner, compile_program
from likelihoodkit.declaration import level
from likelihoodkit.errors import DerivationError
from likelihoodkit.numbers import evaluate

LEVELS = (0.1, 0.5, 0.9)
#: a sampler that is right fails with this probability; the seed is fixed, so that a pass stays a pass
SIGNIFICANCE = 1e-5
SAMPLES = 4000

Figure = tuple[float, str]


def collect(condition: str, limit: float, figures: Iterator[Figure], note: str = "") -> Row:
    """The row of the worst figure; open when the figures stop with a `DerivationError` or there are none."""
    worst, where, count = 0.0, "", 0
    try:
        for figure, place in figures:
            count += 1
            if not (figure <= worst or math.isnan(worst)):  # NaN is worse than anything
                worst, where = figure, place
    except DerivationError as problem:
        return Row(condition, False if worst > limit else None, worst, limit, where, str(problem))
    if not count:
        return Row(condition, None, 0.0, limit, note=note or "nothing to check")
    return Row(condition, bool(worst <= limit), worst, limit, where, note)


def outcomes_at(subject: Subject, point: Point) -> Outcomes:
    """The distribution at a point, made once for all conditions."""
    if point not in subject.memory:
        subject.memory[point] = Outcomes(subject, point)
    return cast("Outcomes", subject.memory[point])


def unit_mass(subject: Subject, points: Sequence[Point]) -> Row:
    """The density integrates (the probabilities sum) to one."""
    name = "sums to one" if subject.domain.discrete else "integrates to one"

    notes: list[str] = []

    def figures() -> Iterator[Figure]:
        for point in points:
            try:
                yield abs(float(outcomes_at(subject, point).expect(one, 1)[0]) - 1), subject.say(point)
            except EndlessError:
                notes.append("the density does not die out; is what was declared its logarithm?")
                yield math.inf, subject.say(point)
                return

    row = collect(name, 1e-9, figures())
    return replace(row, note=notes[0]) if notes else row


def scores(subject: Subject, points: Sequence[Point]) -> list[Row]:
    """The score has mean zero, and the Fisher information is the expectation of its outer product."""
    means: list[Figure] = []
    informations: list[Figure] = []
    problem: DerivationError | None = None
    refusal: DerivationError | None = None
    for point in points:
        try:
            mean, outer = _score_moments(subject, point)
        except DerivationError as found:
            problem = found
            continue
        size = np.sqrt(np.diag(outer))  # of a score; at least the square root of a square, never negative
        means.append((float(np.max(np.abs(mean) / (1 + size))), subject.say(point)))
        outputs, keywords = subject.keywords([point])
        try:
            information = subject.loss.fisher(outputs, **keywords)[0]
        except DerivationError as found:  # the kit itself refuses: no density, or no finite information
            refusal = found
            continue
        gap = np.abs(information - outer) / np.outer(size, size)
        informations.append((float(np.max(gap)), subject.say(point)))

    return [
        collect("score has mean zero", 1e-9, _then(means, problem)),
        collect("Fisher is E[score score']", 1e-8, _then(informations, problem or refusal)),
    ]


def _then(figures: Sequence[Figure], problem: DerivationError | None) -> Iterator[Figure]:
    yield from figures
    if problem is not None:
        raise problem


def _score_moments(subject: Subject, point: Point) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    score = subject.in_outcome(subject.gradient, point)
    width = subject.width
    upper = np.triu_indices(width)

    def functions(y: Any) -> list[Any]:
        flat: list[Any] = []
        for entry in score(y):
            flat.extend(entry if isinstance(entry, list) else [entry])
        return flat + [flat[i] * flat[j] for i, j in zip(*upper, strict=True)]

    found = outcomes_at(subject, point).expect(functions, width + len(upper[0]))
    outer = np.empty((width, width))
    outer[upper] = found[width:]
    outer.T[upper] = found[width:]
    return found[:width], outer


# -- closed forms ------------------------------------------------------------------------------------------------


class Forms:
    """A family's declared closed forms as float64 functions of (y, level) at one point."""

    def __init__(self, subject: Subject, point: Point) -> None:
        self.family = subject.loss.bound.family
        with mpmath.workdps(40):
            found = subject.parameters(point)
        self.exact = found
        self.inputs = {s.name: np.array([float(v)]) for s, v in found.items() if not isinstance(v, list)}
        self.vectors = {s.name: np.array([[float(x)] for x in v]) for s, v in found.items() if isinstance(v, list)}
        self.y = subject.y

    def __call__(self, name: str, y: float | None = None, at: float | None = None) -> float:
        """The number that the compiled formula gives; NaN where the family says it does not exist."""
        inputs = {**self.inputs, **self.vectors}
        if y is not None:
            inputs[self.y.name] = np.array([y])
        if at is not None:
            inputs[level.name] = np.array([at])
        place = np.empty(1)
        runner = Runner(compile_program({name: getattr(self.family, name)}))
        runner.run(inputs, {name: place}, 1)
        return float(place[0])

    def exists(self, name: str) -> bool:
        """Say whether the formula gives a number here: a mean may exist for some parameters only."""
        formula = getattr(self.family, name)
        if not formula.atoms(sp.Piecewise):
            return True
        return not mpmath.isnan(evaluate(formula, self.exact))


def _error(found: float, true: float, scale: float = 0.0) -> float:
    if not math.isfinite(found):
        return math.inf
    return abs(found - true) / (abs(true) + scale) if true or scale else abs(found)


def moments(subject: Subject, points: Sequence[Point]) -> list[Row]:
    """Declared expectation, variance and entropy against the integrals."""

    def figures(name: str, of: Callable[[Outcomes], float]) -> Iterator[Figure]:
        open_: DerivationError | None = None
        count = 0
        for point in points:
            forms = Forms(subject, point)
            if not forms.exists(name):
                continue
            try:
                true = of(outcomes_at(subject, point))
            except DerivationError as problem:  # a tail too heavy for this moment at this point; others may do
                open_ = problem
                continue
            count += 1
            yield _error(forms(name), true, 1.0 if name in {"expectation", "entropy"} else 0.0), subject.say(point)
        if open_ is not None and not count:
            raise open_

    table = {"expectation": _mean, "variance": _variance, "entropy": _entropy}
    return [
        collect(name, 1e-8, figures(name, of)) for name, of in table.items() if name in vars(subject.loss.bound.family)
    ]


def _mean(outcomes: Outcomes) -> float:
    if outcomes.domain.circular:
        c, s = outcomes.expect(lambda y: [mpmath.cos(y), mpmath.sin(y)], 2)
        return math.atan2(s, c)
    return float(outcomes.expect(lambda y: [y], 1, power=1)[0])


def _variance(outcomes: Outcomes) -> float:
    if outcomes.domain.circular:
        c, s = outcomes.expect(lambda y: [mpmath.cos(y), mpmath.sin(y)], 2)
        return 1 - math.hypot(c, s)
    mean = _mean(outcomes)
    return float(outcomes.expect(lambda y: [(y - mean) ** 2], 1, power=2)[0])


def _entropy(outcomes: Outcomes) -> float:
    return float(outcomes.expect(lambda y: [-outcomes.log_density(y)], 1)[0])


def probabilities(subject: Subject, points: Sequence[Point]) -> list[Row]:
    """Declared cdf, survival, quantile and median against the integrals."""
    names = [name for name in ("cdf", "survival", "quantile", "median") if name in vars(subject.loss.bound.family)]
    if not names:
        return []
    found = [figure for point in points for figure in _probabilities_at(subject, point, names)]

    def figures(name: str) -> Iterator[Figure]:
        for condition, figure, where in found:
            if condition == "open":
                raise DerivationError(where)
            if condition == name:
                yield figure, where

    return [collect(name, 1e-8, figures(name)) for name in names]


def _probabilities_at(subject: Subject, point: Point, names: Sequence[str]) -> Iterator[tuple[str, float, str]]:
    forms, outcomes = Forms(subject, point), outcomes_at(subject, point)
    say = subject.say(point)
    try:
        ys = outcomes.spread(4)
        quantiles = [forms("quantile", at=p) for p in LEVELS] if "quantile" in names else []
        medians = [forms("median")] if "median" in names and forms.exists("median") else []
        if not all(map(math.isfinite, quantiles + medians)):
            yield "quantile" if quantiles else "median", math.inf, say
            return
        if subject.domain.circular:
            for m in medians:
                yield "median", abs(_half_circle(outcomes, m) - 0.5), say
            return
        wanted = sorted({*ys, *quantiles, *medians})
        true = dict(zip(wanted, outcomes.cumulative(wanted).tolist(), strict=True))
        for y in ys:
            if "cdf" in names:
                yield "cdf", abs(forms("cdf", y=y) - true[y]), f"y = {y:.6g}, {say}"
            if "survival" in names:
                yield "survival", abs(forms("survival", y=y) - (1 - true[y])), f"y = {y:.6g}, {say}"
        for p, q in zip(LEVELS, quantiles, strict=False):
            yield "quantile", abs(true[q] - p), f"level = {p}, {say}"
        for m in medians:
            below = float(outcomes.cumulative([m - 1])[0]) if subject.domain.discrete else true[m]
            yield "median", max(0.5 - true[m], below - 0.5, 0.0), say
    except DerivationError as problem:
        yield "open", 0.0, str(problem)


def _half_circle(outcomes: Outcomes, direction: float) -> float:
    """Mass of the half circle that begins at ``direction``."""
    turn = (direction + math.pi) % (2 * math.pi) - math.pi
    low, high = (turn, turn + math.pi) if turn <= 0 else (turn - math.pi, turn)
    inside = float(outcomes.segments(one, 1, [low, high])[1, 0])
    return inside if turn <= 0 else 1 - inside


def mode(subject: Subject, points: Sequence[Point]) -> list[Row]:
    """No outcome is more likely than the declared mode (approached from within where the mode is a boundary)."""
    if "mode" not in vars(subject.loss.bound.family):
        return []

    def figures() -> Iterator[Figure]:
        for point in points:
            found = Forms(subject, point)("mode")
            outcomes = outcomes_at(subject, point)
            ys = outcomes.spread(25)
            with mpmath.workdps(30):
                if subject.domain.discrete:
                    ys += [
                        y
                        for y in (found - 1, found + 1)
                        if subject.domain.low <= y <= (subject.upper(point) or math.inf)
                    ]
                    top = outcomes.log_density(mpmath.mpf(found))
                else:
                    width = (max(ys) - min(ys)) / 1000
                    ys += [found - width, found + width]
                    ys = [y for y in ys if not subject.domain.outside(np.array([y]))[0] and abs(y - found) > width / 2]
                    top = outcomes.log_density(_inside(subject, found, width))
                excess = max(float(outcomes.log_density(mpmath.mpf(y)) - top) for y in ys)
            yield max(excess, 0.0), subject.say(point)

    return [collect("mode", 1e-8, figures())]


def _inside(subject: Subject, mode_: float, width: float) -> Any:
    """The mode, or a point next to it when it is a bound that does not belong to the support."""
    if not subject.domain.outside(np.array([mode_]))[0]:
        return mpmath.mpf(mode_)
    step = mpmath.mpf(width) / 10**6
    return mpmath.mpf(mode_) + (step if mode_ <= subject.domain.low else -step)


# -- sampling ----------------------------------------------------------------------------------------------------


def sampling(subject: Subject, points: Sequence[Point], generator: np.random.Generator) -> Row:
    """Samples fall into parts of the support as often as the density says (chi-square, figure = -log10 p)."""

    def figures() -> Iterator[Figure]:
        for point in points[:1]:
            outcomes = outcomes_at(subject, point)
            cuts = outcomes.spread(15)
            edges = np.array(cuts)
            below = outcomes.cumulative(cuts)
            expected = np.diff(np.concatenate([[0.0], below, [1.0]]))
            outputs, keywords = subject.keywords([point])
            sample = np.asarray(subject.loss.distribution(outputs, **keywords).sample(generator, SAMPLES)).reshape(-1)
            if subject.domain.circular:
                sample = np.pi - (np.pi - sample) % (2 * np.pi)
            part = np.searchsorted(edges, sample, side="left")
            counts = np.bincount(part, minlength=len(expected))
            yield -math.log10(max(chi_square(counts, expected * len(sample)), 1e-300)), subject.say(point)

    return collect("samples follow the density", -math.log10(SIGNIFICANCE), figures())


def chi_square(counts: NDArray[np.int64], expected: NDArray[np.float64]) -> float:
    """p-value of the counts, small cells pooled."""
    small = expected < 5
    observed = np.append(counts[~small], counts[small].sum())
    wanted = np.append(expected[~small], expected[small].sum())
    keep = wanted > 1e-9 * expected.sum()
    if observed[~keep].sum() > 0:
        return 0.0
    statistic = float(((observed[keep] - wanted[keep]) ** 2 / wanted[keep]).sum())
    return float(scipy.special.chdtrc(max(int(keep.sum()) - 1, 1), statistic))
