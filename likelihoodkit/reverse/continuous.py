"""The noise behind a loss of a number: a family, a law of the residual, or the proof that exp(-loss) has no mass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any

import mpmath
import sympy as sp

from likelihoodkit import links, supports
from likelihoodkit.declaration.binding import as_declared
from likelihoodkit.elicit import Functional, answer
from likelihoodkit.elicit.branches import kinks, value
from likelihoodkit.elicit.question import Question
from likelihoodkit.errors import UndefinedError
from likelihoodkit.families import FAMILIES
from likelihoodkit.primitives import lower
from likelihoodkit.prove import Decision
from likelihoodkit.prove.branches import borders
from likelihoodkit.reverse import natural
from likelihoodkit.reverse.laws import LAWS
from likelihoodkit.reverse.mass import CERTAIN, Scale, Tail, r, residual, tail, total
from likelihoodkit.reverse.match import Match, search
from likelihoodkit.reverse.noise import Noise
from likelihoodkit.supports import Support

Asks = Callable[[], Functional] | None


def reversed_(question: Question) -> Noise:
    """The noise behind a loss whose outcome is a number."""
    asks = partial(answer, question) if len(question.predictions) == 1 else None
    whole = question.target.whole  # counts have no location: what is summed is no integral
    found = residual(question) if len(question.predictions) == 1 and not whole else None
    tails = (tail(found[0], -1), tail(found[0], 1)) if found is not None and question.kind == "real" else None
    if found is not None and tails is not None and any(t.limit is not None for t in tails):
        return _no_mass(tails, found[1], question, asks)  # bounded: no family has such a loss
    families = [family for family in FAMILIES.values() if family.outcome.domain.whole or not whole]
    family = search(question, families, exactly=question.normalised)
    if family is not None:
        return _of_family(question, family, asks)
    if len(question.predictions) > 1:
        return _moving(question, asks)
    if found is None:
        return _up_to_a_factor(question, asks) or _by_its_variance(question, asks) or _moving(question, asks)
    rho, scale = found
    if tails is None:
        return _on_circle(question, rho, asks)
    if not all(t.integrable for t in tails):
        return _no_mass(tails, found[1], question, asks)
    return _of_residual(question, rho, scale, tails, asks)


def _up_to_a_factor(question: Question, asks: Asks) -> Noise | None:
    """A likelihood up to a factor of y alone, in a parameter that is not the family's; None where none is found."""
    found = natural.in_its_mean(question)
    if found is None:
        return None
    match, moved, size = found
    back = {moved.prediction.symbol: size}
    noise = _of_family(moved, match, asks)
    words = f"with {moved.prediction.name} = {size}, up to a factor of y alone"
    put = {name: getattr(noise, name) for name in ("density", "mean", "variance")}
    return replace(
        noise,
        reasons=tuple(f"{reason}, {words}" for reason in noise.reasons),
        **{name: form.xreplace(back) if isinstance(form, sp.Basic) else form for name, form in put.items()},
    )


def _by_its_variance(question: Question, asks: Asks) -> Noise | None:
    """A noise whose density has the factor that the loss's own variance function asks for; None where it is none."""
    for factor in natural.factors(question):
        weighed = replace(question, formula=question.formula - sp.log(factor))
        found = _moving(weighed, asks, _near_the_ends(question))
        if found.tier == "likelihood" and found.number is not None:
            words = found.reasons[0].replace("exp(-loss)", f"{factor} exp(-loss)")
            return replace(
                found, reasons=(words,), density=factor * sp.exp(-question.formula) / sp.Float(found.number, 17)
            )
    return None


# -- a family of the kit ------------------------------------------------------------------------------------------


def _put(form: sp.Expr, moves: dict[sp.Symbol, sp.Expr]) -> sp.Expr:
    """A closed form at these numbers; cases that do not hold are not formed, for there it may have a pole."""
    if not isinstance(form, sp.Piecewise):
        return form.xreplace(moves)
    cases = [(part, condition.xreplace(moves)) for part, condition in form.args]
    return sp.Piecewise(*((part.xreplace(moves), condition) for part, condition in cases if condition is not sp.false))


def _of_family(question: Question, match: Match, asks: Asks) -> Noise:
    bound, k = match.bound, match.factor
    family, rows = bound.family, bound.family.parameters
    moves = {rows[name].symbol: number for name, number in bound.held.items()}
    moves |= {rows[name].symbol: p.symbol for name, p in zip(bound.outputs, question.predictions, strict=True)}
    moves[family.outcome.symbol] = question.y
    mass = _normaliser(match.decision)
    closed = {form: _put(getattr(family, form), moves) for form in ("expectation", "variance") if hasattr(family, form)}
    notes = [
        f"{text} is held, not predicted: once it is predicted the proof no longer applies" for text in _held(bound)
    ]
    if match.other is not None:
        times = "" if match.other.factor == 1 else f"{match.other.factor} "
        notes.append(f"it is the loss of {match.other.bound!r} too (proved): exp(-{times}loss) up to a constant")
    number = float(value(mass, {})) if mass is not None and not mass.free_symbols else None
    if not question.target.whole:
        notes += _spilt(question.target, family.outcome.domain.low, family.outcome.domain.high)
    return Noise(
        loss=question.name,
        tier="likelihood",
        reasons=(f"proved: the loss of {bound!r} = {k} * loss + something free of the prediction",),
        family=as_declared(family),
        bound=bound,
        factor=k,
        density=sp.exp(family.formula.xreplace(moves)),
        normaliser=mass,
        number=number,
        error=None if number is None else 0.0,
        mean=closed.get("expectation"),
        variance=closed.get("variance"),
        tails=_tails_of(question, k),
        asks=asks,
        notes=tuple(notes),
        proof=match.decision,
        law=repr(bound),
    )


def _spilt(target: Support, low: float, high: float) -> tuple[str, ...]:
    """Where a noise has mass that no outcome of the loss could show."""
    sides = [f"below {target.low:g}"] * (target.low > low) + [f"above {target.high:g}"] * (target.high < high)
    if not sides:
        return ()
    return (f"this noise puts mass on y {' and '.join(sides)} too, where the loss allows no outcome",)


def _held(bound: Any) -> list[str]:
    return [f"{name} = {number}" for name, number in bound.held.items()]


def _normaliser(decision: Decision) -> sp.Expr | None:
    """exp of what is a plain number in the constant: the family's loss minus factor times the loss."""
    if decision.constant is None:
        return None
    terms = sp.Add.make_args(sp.expand(decision.constant))
    return sp.exp(sp.Add(*[t for t in terms if not t.free_symbols]))


def _tails_of(question: Question, k: sp.Expr) -> str:
    if len(question.predictions) != 1 or question.kind != "real":
        return ""
    found = residual(question)
    if found is None:
        return ""
    rho, scale = found
    return _words((tail(k * rho, -1), tail(k * rho, 1)), scale)


def _words(tails: tuple[Tail, Tail], scale: Scale) -> str:
    below, above = (t.words() for t in tails)
    text = f"{above} on both sides" if below == above else f"{below} below, {above} above"
    return text if scale.name == "y" else f"on the scale of {scale.name}: {text}"


# -- no family ----------------------------------------------------------------------------------------------------


def _of_residual(question: Question, rho: sp.Expr, scale: Scale, tails: tuple[Tail, Tail], asks: Asks) -> Noise:
    number, error = total(rho)
    first, second = (total(rho, power=n)[0] / number for n in (1, 2)) if _has_moments(tails) else (None, None)
    inside = scale.name == "y" and question.target.low == scale.low
    law = search(_on_line(question, rho), list(LAWS) if inside else [*FAMILIES.values(), *LAWS])
    normaliser, name, proof = None, "", None
    if law is not None:
        family, proof = law.bound.family, law.decision
        words, mass = _laws().get(family, (repr(law.bound), None))
        moves = {family.parameters[n].symbol: v for n, v in law.bound.held.items()}
        normaliser = _normaliser(law.decision) if mass is None else mass.xreplace(moves)
        name = words if scale.name == "y" else f"{words} on the scale of {scale.name}"
        number, error = float(value(normaliser, {})), 0.0
    jacobian = sp.diff(scale.forward(question.y), question.y)
    if scale.name != "y":
        name = name or f"noise on the scale of {scale.name}"
    notes = _spilt(question.target, scale.low, float("inf"))
    mass = normaliser if normaliser is not None else sp.Float(number, 17)
    a = question.prediction.symbol
    on_y = scale.name == "y"
    sees = "the loss sees only " + ("y - prediction" if on_y else f"{scale.name} minus that of the prediction")
    return Noise(
        loss=question.name,
        tier="likelihood",
        family=None if law is None or not on_y or law.bound.family in LAWS else law.bound.family,
        reasons=(f"{sees}, and exp(-loss) integrates to {number:.12g} whatever the prediction",),
        density=jacobian * sp.exp(-question.formula) / mass,
        normaliser=normaliser,
        number=number,
        error=error,
        mean=None if first is None or not on_y else _plus(a, first),
        variance=None if second is None or first is None or not on_y else second - first**2,
        tails=_words(tails, scale),
        asks=asks,
        notes=notes,
        proof=proof,
        law=name,
    )


def _laws() -> dict[Any, tuple[str, sp.Expr]]:
    return dict(LAWS)


def _on_line(question: Question, rho: sp.Expr) -> Question:
    """The same loss of a residual, asked about an outcome on the whole line."""
    y, a = sp.Symbol("y", real=True), sp.Symbol("prediction", real=True)
    row = replace(question.prediction, name="prediction", symbol=a, domain=supports.real, link=links.identity)
    return replace(question, formula=rho.xreplace({r: y - a}), y=y, target=supports.real, predictions=(row,))


def _plus(a: sp.Symbol, shift: float) -> sp.Expr:
    return a if abs(shift) < 1e-14 else a + sp.Float(shift, 15)


def _has_moments(tails: tuple[Tail, Tail]) -> bool:
    return all(t.power > 0 or t.index > 3 for t in tails)


def _on_circle(question: Question, rho: sp.Expr, asks: Asks) -> Noise:
    number, error = total(rho, circular=True)
    return Noise(
        loss=question.name,
        tier="likelihood",
        reasons=(f"exp(-loss) integrates over the circle to {number:.12g} whatever the prediction",),
        density=sp.exp(-question.formula) / sp.Float(number, 17),
        number=number,
        error=error,
        asks=asks,
        tails="none: the circle is bounded",
    )


def _no_mass(tails: tuple[Tail, Tail], scale: Scale, question: Question, asks: Asks) -> Noise:
    reasons = []
    what = "the residual" if scale.name == "y" else f"the difference in {scale.name}"
    for side, one in zip(("minus infinity", "infinity"), tails, strict=True):
        if one.returns:
            reasons.append(
                f"exp(-loss) does not integrate: it comes back to {float(one.limit):.2g} again and again as {what} "
                f"goes to {side}"
            )
        elif one.limit is not None:
            reasons.append(
                f"exp(-loss) does not integrate: it tends to {one.limit} = {float(one.limit):.6g}, not to zero, as "
                f"{what} goes to {side}"
            )
        elif not one.integrable:
            reasons.append(f"exp(-loss) does not integrate: it falls as |r|^-{one.index:.6g} as {what} goes to {side}")
    bounded = any(t.limit is not None for t in tails)
    note = "no factor helps: a bounded loss has no noise" if bounded else (
        f"exp(-k loss) integrates for k > {1 / min(t.index for t in tails if not t.integrable):.6g}"
    )  # fmt: skip
    return Noise(question.name, "neither", tuple(reasons), asks=asks, notes=(note,))


def _near_the_ends(question: Question) -> list[tuple[sp.Symbol, sp.Expr]]:
    """Predictions near the ends of their domain, where what a density loses beyond the end of the outcomes is seen."""
    a, domain = question.prediction.symbol, question.prediction.domain
    pairs = zip((domain.low, domain.high), domain.typical, strict=True)
    return [(a, _between(end, typical, 0.02)) for end, typical in pairs if abs(end) < float("inf")]


def _moving(question: Question, asks: Asks, further: Sequence[tuple[sp.Symbol, sp.Expr]] = ()) -> Noise:
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


_MANY = 10**6  # a count at which a series that converges has next to nothing left
_LOUD = 10**5  # an exponent at which an exponential is as good as infinite
_FAR_OUT = 10**12  # an outcome at which a density that integrates is next to nothing


def _mass_at(question: Question, at: dict[sp.Symbol, sp.Expr], y: sp.Symbol) -> tuple[float, float] | None:
    """The integral (or sum) of exp(-loss) over the outcomes at one prediction, and the error that it may have.

    None where it is not finite.
    """
    formula = lower(question.formula.xreplace(at))
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


__all__ = ["r", "reversed_"]
