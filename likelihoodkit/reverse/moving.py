"""exp(-loss) of more than a residual: its mass at a few predictions, and why there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import mpmath
import sympy as sp

from likelihoodkit.elicit import Functional
from likelihoodkit.elicit.branches import kinks, value
from likelihoodkit.elicit.question import Question
from likelihoodkit.errors import DerivationError, UndefinedError
from likelihoodkit.primitives import lower
from likelihoodkit.prove.branches import borders
from likelihoodkit.reverse import natural
from likelihoodkit.reverse.mass import CERTAIN
from likelihoodkit.reverse.noise import Noise

Asks = Callable[[], Functional] | None
_MANY = 10**6  # a count at which a series that converges has next to nothing left
_LOUD = 10**5  # an exponent at which an exponential is as good as infinite
_FAR_OUT = 10**12  # an outcome at which a density that integrates is next to nothing


def near_the_ends(question: Question) -> list[tuple[sp.Symbol, sp.Expr]]:
    """Predictions near the ends of their domain, where what a density loses beyond the end of the outcomes is seen."""
    a, domain = question.prediction.symbol, question.prediction.domain
    pairs = zip((domain.low, domain.high), domain.typical, strict=True)
    return [(a, _between(end, typical, 0.02)) for end, typical in pairs if abs(end) < float("inf")]


def moving(question: Question, asks: Asks, further: Sequence[tuple[sp.Symbol, sp.Expr]] = ()) -> Noise:
    """exp(-loss) depends on more than a difference: integrate it at a few predictions, and at these."""
    y, shares = question.y, (0.4, 0.8, 0.15, 0.6)
    places = [
        {p.symbol: _between(*p.domain.typical, shares[(i + j) % 4]) for j, p in enumerate(question.predictions)}
        for i in range(len(shares))
    ]
    places += [{**places[0], symbol: side} for symbol, side in (*_beyond_switches(question), *further)]
    first: float | None = None
    error = 0.0
    for place in places:
        settled, here = _mass_at(question, place, y), _written(place)
        if settled is None:
            out, left = _left_far_out(question, lower(question.formula.xreplace(place)))
            what = "has no finite sum" if question.target.whole else "does not integrate"
            reason = f"exp(-loss) {what} at the prediction {here}: it is {mpmath.nstr(left, 6)} at y = {out:.6g}"
            return Noise(question.name, "neither", _with_factor(question, reason), asks=asks)
        mass, unsure = settled
        first = mass if first is None else first
        error = max(error, unsure, 1e-15 * first)
        if abs(mass - first) > max(1e-10 * first, 4 * error):
            reason = (
                f"the mass of exp(-loss) moves with the prediction: {first:.6g} at {_written(places[0])}, "
                f"{mass:.6g} at {here}"
            )
            return Noise(question.name, "neither", _with_factor(question, reason), asks=asks)
        if error > CERTAIN * first:
            raise UndefinedError(f"the mass of exp(-loss) is not settled at {here}: {mass:.6g}, up to {error:.2g}")
        error = max(error, abs(mass - first))
    same = f"exp(-loss) has the mass {first:.12g} at {len(places)} predictions; that it has it everywhere was not shown"
    return Noise(question.name, "likelihood", (same,), number=first, error=error, asks=asks)


def _left_far_out(question: Question, loss: sp.Expr) -> tuple[int, mpmath.mpf]:
    """The far outcome at which most is left of exp(-loss), and how much."""
    target = question.target
    places = [_MANY] if target.whole else [-_FAR_OUT, _FAR_OUT] if target.low == -float("inf") else [_FAR_OUT]
    losses = {place: value(loss, {question.y: place}) for place in places}
    out = min(places, key=lambda place: losses[place])
    if abs(losses[out]) > _LOUD:
        return out, mpmath.inf if losses[out] < 0 else mpmath.mpf(0)
    return out, mpmath.exp(-losses[out])


def _between(low: float, high: float, share: float) -> sp.Expr:
    return sp.Rational(str(round(low + (high - low) * share, 3)))


def _written(place: dict[sp.Symbol, sp.Expr]) -> str:
    numbers = [f"{float(number):g}" for number in place.values()]
    return numbers[0] if len(numbers) == 1 else f"({', '.join(numbers)})"


def _beyond_switches(question: Question) -> list[tuple[sp.Symbol, sp.Expr]]:
    """Predictions on both sides of where the loss turns to another case by one prediction alone."""
    found = []
    for border, row in product(borders(lower(question.formula)), question.predictions):
        a, domain = row.symbol, row.domain
        for place in kinks(sp.Abs(border), a, -_FAR_OUT, _FAR_OUT) if border.free_symbols == {a} else ():
            step = abs(place) / 2 + sp.Rational(1, 2)
            found += [(a, side) for side in (place - step, place + step) if domain.low < side < domain.high]
    return found


def _with_factor(question: Question, reason: str) -> tuple[str, ...]:
    """The reason, and that no factor of y alone helps, where that was shown."""
    why = natural.refuted(question) if len(question.predictions) == 1 else ""
    return (reason, why) if why else (reason,)


def _mass_at(question: Question, at: dict[sp.Symbol, sp.Expr], y: sp.Symbol) -> tuple[float, float] | None:
    """The integral (or sum) of exp(-loss) over the outcomes at one prediction, and the error that it may have.

    None where it is not finite.
    """
    formula = lower(question.formula.xreplace(at))
    if formula.has(sp.I):
        raise DerivationError(
            f"{question.name} is no real number at the prediction {_written(at)}: it has a logarithm or a root of a "
            "negative one",
            family=question.name,
            remedy="Say where predictions lie, as by lk.parameter(lk.unit, link='sigmoid')",
        )
    low, high = question.target.low, question.target.high
    with mpmath.workdps(20):

        def density(place: Any) -> Any:
            exponent = -value(formula, {y: place})
            if exponent > _LOUD:
                return mpmath.inf
            return mpmath.exp(exponent) if exponent > -_LOUD else mpmath.mpf(0)

        if question.target.whole:
            if high == float("inf") and not density(mpmath.mpf(_MANY)) * _MANY < 1e-3:
                return None
            return float(mpmath.nsum(lambda n: density(n), [mpmath.mpf(low), mpmath.mpf(high)])), 0.0
        ends = [mpmath.mpf(low) if low > -float("inf") else -mpmath.inf,
                mpmath.mpf(high) if high < float("inf") else mpmath.inf]  # fmt: skip
        far = [side * mpmath.mpf(_FAR_OUT) for side, end in zip((-1, 1), ends, strict=True) if not mpmath.isfinite(end)]
        if any(not density(place) * _FAR_OUT < 1e-3 for place in far):
            return None
        near = [(end, side) for side, end in zip((1, -1), ends, strict=True) if mpmath.isfinite(end)]
        if any(_diverges(density, end, side) for end, side in near):
            return None
        middle = next(iter(at.values()))  # the prediction need be no outcome
        inside = {mpmath.mpmathify(float(k)) for k in (middle, *kinks(formula, y, low, high)) if low < k < high}
        found, error = mpmath.quad(density, [ends[0], *sorted(inside), ends[1]], error=True)
        if not mpmath.isfinite(found):
            return None
        return float(found), float(error)


def _diverges(density: Callable[[Any], Any], end: Any, side: int) -> bool:
    """Does the mass within d of an end not fall with d, as that of 1/d?"""
    with mpmath.workdps(60):
        near, nearer = (d * density(end + side * d) for d in (mpmath.mpf(10) ** -12, mpmath.mpf(10) ** -24))
        return bool(nearer > 0 and nearer > near * (1 - mpmath.mpf(10) ** -9))


__all__ = ["Asks", "moving", "near_the_ends"]
