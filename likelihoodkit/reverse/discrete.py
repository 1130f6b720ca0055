"""The noise behind a loss of classes: does exp(-loss) sum to one number over them, or can it be recalibrated?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import sympy as sp

from likelihoodkit.declaration import bind
from likelihoodkit.elicit import Functional, answer
from likelihoodkit.elicit.branches import SWITCHES, value
from likelihoodkit.elicit.classes import Classes
from likelihoodkit.elicit.labels import Labels
from likelihoodkit.elicit.question import Question, zero
from likelihoodkit.families import FAMILIES
from likelihoodkit.prove.claim import side
from likelihoodkit.reverse.match import Match, as_side, claim, search
from likelihoodkit.reverse.noise import Noise
from likelihoodkit.wrappers import Mislabelled

DIGITS = 40


# -- two classes --------------------------------------------------------------------------------------------------


def of_labels(question: Question) -> Noise:
    """Bernoulli, a recalibrated probability, or neither."""
    asked, labels = answer(question), Labels(question)
    mass = sp.exp(-labels.one) + sp.exp(-labels.zero)
    if not mass.has(*SWITCHES) and zero(sp.diff(mass, labels.symbol)):
        return _likelihood(question, asked, labels, mass)
    shape = labels.shape[0]
    scaled = _reads(question, "Bernoulli") if shape in {"truth", "invertible"} else None
    if scaled is not None:
        return _of_factor(question, asked, scaled)
    two = _two_masses(labels, mass)
    moves = (
        f"exp(-loss) summed over the two classes moves with the prediction: {two[0][1]:.6g} at "
        f"{labels.symbol} = {two[0][0]:g}, {two[1][1]:.6g} at {two[1][0]:g}"
    )
    reasons = (moves, asked.why)
    notes = _gradient_note(question, labels) if shape == "truth" else ()
    if shape in {"truth", "invertible"}:
        forward, inverse = _maps(labels, shape)
        return Noise(
            question.name, "calibratable", reasons, asks=asked, map=forward, inverse=inverse, notes=notes,
            _recalibrate=lambda s: _recalibrated(labels, s), _distort=labels.best,
        )  # fmt: skip
    return Noise(question.name, "neither", reasons, asks=asked)


def _of_factor(question: Question, asked: Functional, match: Match) -> Noise:
    """A family of classes at another factor than 1: the noise of twice a cross-entropy is that of half of it."""
    bound, k = match.bound, match.factor
    return Noise(
        loss=question.name,
        tier="likelihood",
        reasons=(f"proved: the loss of {bound!r} = {k} * loss + something free of the prediction",),
        family=bound.family,
        bound=bound,
        factor=k,
        asks=asked,
        proof=match.decision,
        law=repr(bound),
    )


def _recalibrated(labels: Labels, prediction: Any) -> Any:
    """The probability behind a prediction, with digits enough for what 1 - prediction loses."""
    with mpmath.workdps(max(DIGITS, mpmath.mp.dps) + 20):
        return labels.recalibrated(mpmath.mpmathify(prediction))


def _likelihood(question: Question, asked: Functional, labels: Labels, mass: sp.Expr) -> Noise:
    match = search(question, list(FAMILIES.values())) or _reads(question, "Bernoulli")
    total = sp.nsimplify(float(value(mass, {labels.symbol: mpmath.mpf(1) / 3})), rational=True)
    chance = sp.exp(-labels.one) / total
    return Noise(
        loss=question.name,
        tier="likelihood",
        reasons=(f"exp(-loss) summed over the two classes is {total}, identically",),
        family=None if match is None else match.bound.family,
        bound=None if match is None else match.bound,
        density=sp.exp(-question.formula) / total,
        normaliser=total,
        number=float(total),
        error=0.0,
        mean=labels.symbol if question.as_probability else chance,
        variance=chance * (1 - chance),
        asks=asked,
        proof=None if match is None else match.decision,
        law="a Bernoulli variable" if match is None else repr(match.bound),
    )


def _two_masses(labels: Labels, mass: sp.Expr) -> list[tuple[float, float]]:
    """Two predictions at which the sums differ."""
    places: tuple[float, ...] = (0.5, 0.9, 0.25, 0.99) if labels.question.as_probability else (0.0, 1.0, 0.5, 2.0)
    if labels.high <= 0:
        places = tuple(-place for place in places)
    first = float(value(mass, {labels.symbol: mpmath.mpf(places[0])}))
    for place in places[1:]:
        other = float(value(mass, {labels.symbol: mpmath.mpf(place)}))
        if abs(other - first) > 1e-9:
            return [(places[0], first), (place, other)]
    return [(places[0], first), (places[1], first)]


def _maps(labels: Labels, shape: str) -> tuple[str, str]:
    """The map and its inverse in words: closed where there is a closed form."""
    s = labels.symbol
    if shape == "truth":
        return f"{s} = p", f"p = {s}"
    inverse = labels.map
    if inverse is None:
        pieces = [p for p in labels.pieces if p.probability is not None]
        middle = min(pieces, key=lambda p: abs(p.inside - (0.5 if labels.question.as_probability else 0.0)))
        assert middle.probability is not None
        inverse = sp.cancel(sp.together(middle.probability))
        text = f"p = {inverse} for {s} between {middle.low:g} and {middle.high:g}"
    else:
        text = f"p = {inverse}"
    odds = sp.log(inverse) - sp.log(1 - inverse)
    if labels.question.as_probability:
        shift = odds - sp.log(s) + sp.log(1 - s)
        if zero(sp.diff(shift, s)):
            size = sp.log(sp.exp(-shift.subs(s, sp.Rational(1, 2))))
            return f"logit({s}) = logit(p) + {size}", f"logit(p) = logit({s}) - {size}"
    elif zero(sp.diff(odds, s, 2)):
        rate = sp.cancel(sp.diff(odds, s)) if sp.diff(odds, s).is_rational_function(s) else None
        rate = rate if rate is not None and s not in rate.free_symbols else _rate(odds, s)
        return f"{s} = logit(p)/{rate}", f"p = sigmoid({rate} {s})"
    p = sp.Symbol("p", positive=True)
    if (
        inverse.is_rational_function(s)
        and sp.degree(sp.numer(sp.together(inverse)), s) == 1
        and not sp.denom(sp.together(inverse)).has(s)
    ):
        (solution,) = sp.solve(sp.Eq(inverse, p), s)
        return f"{s} = {solution}", text
    return f"the {s} at which {text.removeprefix('p = ')} equals p (bisection)", text


def _rate(odds: sp.Expr, s: sp.Symbol) -> sp.Expr:
    return sp.nsimplify(float(value(sp.diff(odds, s), {s: mpmath.mpf(1) / 3})), rational=True)


def _gradient_note(question: Question, labels: Labels) -> tuple[str, ...]:
    """For a proper loss read through a sigmoid: what is left of the slope where the prediction is confidently wrong."""
    if question.prediction.link.name != "sigmoid":
        return ()
    f = sp.Symbol("f", real=True)
    chance = 1 / (1 + sp.exp(-f))
    own = value(sp.diff(labels.one.xreplace({labels.symbol: chance}), f), {f: -10})
    best = value(sp.diff(sp.log(1 + sp.exp(-f)), f), {f: -10})
    if abs(own) > 0.1:
        return ()
    note = (
        f"its fault is the gradient: at output -10 and y = 1 the slope is {float(own):.3g}, that of cross-entropy "
        f"{float(best):.6g}"
    )
    return (note,)


# -- K classes ----------------------------------------------------------------------------------------------------


def of_classes(question: Question) -> Noise:
    """Categorical, a recalibrated vector of probabilities, or neither; read at K = 3, proved for all if possible."""
    asked, c = answer(question), Classes(question)
    mass = sp.Add(*[sp.exp(-loss) for loss in c.losses])
    smooth = not mass.has(*SWITCHES)
    if c.any_size.mass is not None or (smooth and c.constant_mass(mass)):
        size = "for every K, proved" if c.any_size.mass is not None else f"K = {c.size}"
        match = _channel(question) or _reads(question, "Categorical")
        at = {s: mpmath.mpf(1) / c.size for s in c.q}
        total = sp.nsimplify(float(value(mass, at)), rational=True)
        return Noise(
            loss=question.name,
            tier="likelihood",
            reasons=(f"exp(-loss) summed over the classes is {total}, identically ({size})",),
            family=FAMILIES["Categorical"],
            bound=None if match is None else match.bound,
            normaliser=total,
            number=float(total),
            error=0.0,
            asks=asked,
            proof=None if match is None else match.decision,
            law="Categorical, with probabilities exp(-loss)" if match is None else repr(match.bound),
        )
    scaled = _reads(question, "Categorical") if asked.unique == "yes" and c.stationary else None
    if scaled is not None:
        return _of_factor(question, asked, scaled)
    places = c.truths[0], (0.8, *[round(0.2 / (c.size - 1), 3)] * (c.size - 1))
    one, two = (_mass(c, mass, q) for q in places)
    where = [", ".join(f"{v:.3g}" for v in place) for place in places]
    moves = (
        f"exp(-loss) summed over {c.size} classes moves with the prediction: {one:.6g} at q = ({where[0]}), "
        f"{two:.6g} at ({where[1]})"
    )
    reasons = (moves, asked.why)
    if asked.unique == "yes":
        inverse, forward = _class_maps(c, asked)
        return Noise(
            question.name, "calibratable", reasons, asks=asked, map=forward, inverse=inverse,
            _recalibrate=lambda q: recalibrated(c, q), _distort=lambda p: distorted(c, p),
        )  # fmt: skip
    return Noise(question.name, "neither", reasons, asks=asked)


def _mass(c: Classes, mass: sp.Expr, q: tuple[float, ...]) -> float:
    return float(value(mass, {s: mpmath.mpf(str(v)) for s, v in zip(c.q, q, strict=True)}))


def _reads(question: Question, family: str) -> Match | None:
    """The family with its own link, against the loss read through its own: do both reduce to one?"""
    bound = bind(FAMILIES[family], {})
    decision = claim(side(bound), as_side(question))
    return Match(bound, decision.scale, decision) if decision.verdict == "proved" else None


def _channel(question: Question) -> Match | None:
    """Categorical seen through the matrix that the loss holds, if that is proved to be it."""
    square = [values for symbol, values in question.fixed if symbol.size == "square"]
    size = question.size
    if len(square) != 1 or size is None:
        return None
    rows = [list(square[0][k * size : (k + 1) * size]) for k in range(size)]
    if any(abs(sum(row) - 1) > 1e-9 for row in rows):
        return None
    bound = Mislabelled(FAMILIES["Categorical"], rows)
    decision = claim(side(bound), as_side(question))
    return Match(bound, decision.scale, decision) if decision.verdict == "proved" else None


def _class_maps(c: Classes, asked: Functional) -> tuple[str, str]:
    if c.stationary:
        return "p = q", "q = p"
    if c.own is not None:
        return asked.formula, "the q whose p by that map is the truth (one equation for the common multiplier)"
    return "p proportional to the solution of C' p = q", asked.formula


def recalibrated(c: Classes, prediction: Any) -> list[Any]:
    """The class probabilities behind predicted ones, any number of classes, in mpmath."""
    q = [mpmath.mpmathify(v) for v in prediction]
    if c.stationary:
        return q
    if c.own is not None:
        weight = [-1 / value(sp.diff(c.own, c.q[0]), {c.q[0]: v}) for v in q]
        return [w / mpmath.fsum(weight) for w in weight]
    assert c.mixing is not None
    solved = mpmath.lu_solve(_matrix(c).T, mpmath.matrix(q))
    return [v / mpmath.fsum(solved) for v in solved]


def distorted(c: Classes, truth: Any) -> list[Any]:
    """The class probabilities that are best where ``truth`` holds: the inverse of `recalibrated`."""
    p = [mpmath.mpmathify(v) for v in truth]
    if c.stationary:
        return p
    if c.own is None:
        mixed = _matrix(c).T * mpmath.matrix(p)
        return [v / mpmath.fsum(mixed) for v in mixed]
    slope = sp.diff(c.own, c.q[0])

    size = -1 / slope  # grows with q: the q of a class solves size(q) = p/multiplier

    def entry(chance: Any, multiplier: Any) -> Any:
        t = _root(lambda t: mpmath.log(value(size, {c.q[0]: _chance(t)})) - mpmath.log(chance) + multiplier, 100)
        return _chance(t)

    with mpmath.workdps(50):  # a chance of 1 - e^-100 is not 1
        best = _root(lambda m: mpmath.log(mpmath.fsum(entry(v, m) for v in p)), 40, rising=False)
        found = [entry(v, best) for v in p]
        return [v / mpmath.fsum(found) for v in found]


def _chance(t: Any) -> Any:
    return 1 / (1 + mpmath.exp(-t))


def _root(function: Callable[[Any], Any], reach: int, *, rising: bool = True) -> Any:
    """The zero of a monotone function between -reach and reach: halved to one unit, then by the secant."""
    low, high = mpmath.mpf(-reach), mpmath.mpf(reach)
    while high - low > 1:
        middle = (low + high) / 2
        low, high = (middle, high) if (function(middle) < 0) == rising else (low, middle)
    tolerance = mpmath.mpf(10) ** (10 - 2 * mpmath.mp.dps)
    return mpmath.findroot(function, (low, high), solver="anderson", tol=tolerance, verify=False, maxsteps=40)


def _matrix(c: Classes) -> Any:
    assert c.mixing is not None
    return mpmath.matrix([[value(entry, {}) for entry in row] for row in c.mixing.tolist()])


__all__ = ["distorted", "of_classes", "of_labels", "recalibrated"]
