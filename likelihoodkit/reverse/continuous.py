"""The noise behind a loss of a number: a family, a law of the residual, or the proof that exp(-loss) has no mass."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import sympy as sp

from likelihoodkit import links, supports
from likelihoodkit.declaration.binding import as_declared
from likelihoodkit.elicit import answer
from likelihoodkit.elicit.branches import value
from likelihoodkit.elicit.question import Question
from likelihoodkit.families import FAMILIES
from likelihoodkit.prove import Decision
from likelihoodkit.reverse import natural, transforms
from likelihoodkit.reverse.laws import LAWS
from likelihoodkit.reverse.mass import Scale, Tail, r, residual, tail, total
from likelihoodkit.reverse.match import Match, search
from likelihoodkit.reverse.moving import Asks, moving, near_the_ends
from likelihoodkit.reverse.noise import Noise
from likelihoodkit.supports import Support


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
        return moving(question, asks)
    if found is None:
        return (
            _up_to_a_factor(question, asks)
            or _by_its_transform(question, asks)
            or _by_its_variance(question, asks)
            or moving(question, asks)
        )
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


def _by_its_transform(question: Question, asks: Asks) -> Noise | None:
    """A likelihood up to a factor of y alone that is written out, or shown to be none; None where neither is shown."""
    found = transforms.measure_of(question)
    if found is None:
        return None
    if not found.law:
        return Noise(question.name, "neither", (found.reason,), asks=asks)
    return Noise(
        loss=question.name,
        tier="likelihood",
        reasons=(found.reason,),
        density=found.density,
        normaliser=None if found.density is None else sp.S.One,
        mean=found.mean,
        variance=found.variance,
        asks=asks,
        law=found.law,
    )


def _by_its_variance(question: Question, asks: Asks) -> Noise | None:
    """A noise whose density has the factor that the loss's own variance function asks for; None where it is none."""
    for factor in natural.factors(question):
        weighed = replace(question, formula=question.formula - sp.log(factor))
        found = moving(weighed, asks, near_the_ends(question))
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
        elif not one.integrable and not one.index:
            reasons.append(f"exp(-loss) does not integrate: it falls slower than any power as {what} goes to {side}")
        elif not one.integrable:
            reasons.append(f"exp(-loss) does not integrate: it falls as |r|^-{one.index:.6g} as {what} goes to {side}")
    bounded = any(t.limit is not None for t in tails)
    least = min(t.index for t in tails if not t.integrable)
    note = f"exp(-k loss) integrates for k > {1 / least:.6g}" if least else "no factor helps"
    note = "no factor helps: a bounded loss has no noise" if bounded else note
    return Noise(question.name, "neither", tuple(reasons), asks=asks, notes=(note,))


__all__ = ["r", "reversed_"]
