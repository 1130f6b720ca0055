"""Outcomes that are known only to lie in an interval, and outcomes that are missing where they lie outside of one."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import sympy as sp

from likelihoodkit.declaration import Bound, outcome
from likelihoodkit.errors import BindingError
from likelihoodkit.primitives import from_log, log1m_exp, log_add_exp
from likelihoodkit.primitives.words import exact
from likelihoodkit.supports import Support, counts_up_to
from likelihoodkit.supports.columns import BETWEEN, EXACT, LEFT, RIGHT
from likelihoodkit.wrappers.counted import log_density_of_few, log_mass_of_few
from likelihoodkit.wrappers.inside import HIGH, LOW, Inside, declare, inside, made, ordered, wrapper


@wrapper
def Censored(noise: Any) -> Bound:
    """Outcomes of which some are known only to lie in an interval: survival times, detection limits, rounded values.

    ``y`` is (n, 2), rows [low, high]: equal where the outcome was seen, -inf or inf where an end is open (an end on the
    edge of the support counts as open; for counts both ends belong to the interval). Or ``y`` (n,) with ``censored=``,
    one flag per row: 0 seen, 1 at least y, -1 at most y. A row of which nothing is known, [-inf, inf], has the loss 0.

    The outputs are those of ``noise``; predictions are about the outcome itself, not about what is seen of it. How
    outcomes come to be censored must not depend on them; then it is no part of the loss, and there is no Fisher
    information without it: use the Hessian. Exact in the far tails.

    Raises `BindingError` for classes, angles and vectors, and for a noise that declares neither cdf nor survival.

    >>> import likelihoodkit as lk
    >>> loss = lk.derive(lk.Censored(lk.Normal(scale=1)))
    >>> value, gradient = loss.value_and_gradient([[40.0, float("inf")]], [0.0])
    >>> value.round(3), gradient.round(3)
    (array([804.608]), array([-40.025]))
    """
    found = ordered(inside(noise, "Censored"), "Censored")
    found.range = _held_range(found)
    return made(("Censored", found.bound), lambda: _censored(found))


def _censored(found: Inside) -> Bound:
    domain = replace(
        found.domain,
        name=f"intervals of {found.domain.name}",
        words=f"intervals [low, high] of {found.domain.words}",
        interval=True,
        vector=True,
    )
    y = outcome(domain)
    low, high, kind = (y.entries[label] for label in ("low", "high", "kind"))
    below = log_mass_of_few(found, None, high)
    if below is None:
        masses = found.log_below(high), found.log_above(low), found.log_between(low, high)
    else:
        masses = below, log_mass_of_few(found, low, None), log_mass_of_few(found, low, high)
    cases = [(mass, sp.Eq(kind, label)) for mass, label in zip(masses, (LEFT, RIGHT, BETWEEN), strict=True)]
    log_density = sp.Piecewise((found.log_density(low), sp.Eq(kind, EXACT)), *cases, (0, True))
    return declare(
        "Censored",
        (repr(found.bound),),
        found.body,
        {"y": y, **found.body, "log_density": log_density},
        found.bindings,
        f"{found.bound!r}, of which some outcomes are known only to lie in an interval.",
        names=(found.bound.name,),
        latent=found.part,
    )


@wrapper
def Truncated(noise: Any, low: float | None = None, high: float | None = None) -> Bound:
    """A noise of which outcomes below ``low`` or above ``high`` never reach the data, not even as a count.

    None is no bound. For counts both bounds belong to what is seen: ``Truncated(Poisson, low=1)`` has no zeros. The
    outputs are those of ``noise`` before truncation. Exact in the far tails.

    Raises `BindingError` for bounds that leave nothing, for classes, angles and vectors, and for a noise that declares
    neither cdf nor survival, unless it is about counts of which the bounds leave at most 5000: these are summed.

    >>> import likelihoodkit as lk
    >>> lk.derive(lk.Truncated(lk.Normal(scale=1), low=40))([41.0], [0.0]).round(4)
    array([36.8105])
    """
    found = ordered(inside(noise, "Truncated"), "Truncated")
    found.range = _held_range(found)
    low, high = _bound(found, low, "low"), _bound(found, high, "high")
    if low is None and high is None:
        raise BindingError(
            f"Truncated({found.bound!r}) has no bound inside the {found.domain.words}",
            family=found.bound.name,
            remedy="Give low= or high=, or use the noise as it is",
        )
    if low is not None and high is not None and not low < high:
        raise BindingError(f"Truncated needs low < high, not {low:g} and {high:g}", value=(low, high))
    if (inner := _once(found)) is not None:
        first, last = found.domain.low, found.domain.high
        bottom = low if low is not None else first if first > inner.family.outcome.domain.low else None
        top = high if high is not None else last if last < inner.family.outcome.domain.high else None
        return Truncated(inner, bottom, top)
    return made(("Truncated", found.bound, low, high), lambda: _truncated(found, low, high))


def _once(found: Inside) -> Bound | None:
    """What is inside of a truncated noise that nothing was bound in since: bounds in bounds are bounds."""
    part = found.family.untruncated
    if part is None:
        return None
    inner, whole = part.bound, part.bound.family.outcome.domain
    low, high = found.domain.low, found.domain.high
    same = Truncated(inner, low if low > whole.low else None, high if high < whole.high else None)
    return inner if same == found.bound else None


def _held_range(found: Inside) -> Support | None:
    """The counts up to a number of trials that is held."""
    upper = found.domain.upper
    most = None if upper in (None, "classes") else found.bound.held.get(upper)
    return counts_up_to(int(most)) if isinstance(most, sp.Integer) else None


def _bound(found: Inside, value: float | None, name: str) -> float | None:
    """A bound that takes something away, as a float; None where it takes nothing."""
    if value is None:
        return None
    number, domain = float(value), found.domain
    if math.isnan(number) or (domain.whole and math.isfinite(number) and number != math.floor(number)):
        raise BindingError(f"Truncated: {name} must be one of the {domain.words}, not {value!r}", value=value)
    upper = name == "high"
    if domain.upper and (upper or domain.upper == "classes" or found.family.parameters[domain.upper].domain.vector):
        raise BindingError(
            f"Truncated: {found.bound.name} has a bound of its own for each row",
            value=value,
            remedy=f"Hold it at one number, as in {found.bound.name}({domain.upper}=12)",
        )
    if (number <= domain.low) if upper else (number >= domain.high):
        raise BindingError(f"Truncated: {name} = {number:g} leaves none of the {domain.words}", value=value)
    return None if (number >= domain.high if upper else number <= domain.low) else number


def _truncated(found: Inside, low: float | None, high: float | None) -> Bound:
    _all_are_told(found, low, high)
    y = outcome(_narrowed(found.domain, low, high))
    bottom, top = (None if bound is None else exact(bound) for bound in (low, high))
    before = None if bottom is None else bottom - 1 if found.domain.whole else bottom
    log_density, forms = log_density_of_few(found, y, low, high), {}
    if log_density is None:
        mass = (
            found.log_below(top)
            if before is None
            else found.log_survival(before) if top is None else found.log_step(before, top)
        )  # fmt: skip
        log_density = found.log_density_within(y, before, top, mass)
        if found.declares("cdf") or found.declares("survival"):  # without zeros a noise can do without either
            log_cdf = found.log_cdf(y) if before is None else _or_nothing(found, y, before, y)
            log_survival = found.log_survival(y) if top is None else _or_nothing(found, y, y, top)
            below, above = log_cdf - mass, log_survival - mass
            within = found.log_step(LOW, HIGH, touching=True) - mass  # the two tails are steps already
            if not (found.domain.whole or within.has(sp.Piecewise)):  # cases within cases would be too many
                rest = _together(below.xreplace({y: LOW}), above.xreplace({y: HIGH}))
                below, above, within = _of_rest(below, above), _of_rest(above, below), _of_rest(within, rest)
            forms = {"cdf": from_log(below), "survival": from_log(above), "log_step": within}
    body = {"y": y, **found.body, "log_density": log_density, **forms}
    plain = not math.isfinite(found.domain.low) or not math.isfinite(found.domain.high)
    if found.declares("mode") and plain and not found.domain.whole:  # one peak, as every declared mode is but for Beta
        peak = found.write(found.family.mode)  # type: ignore[attr-defined]
        peak = peak if bottom is None else sp.Max(peak, bottom)
        body["mode"] = peak if top is None else sp.Min(peak, top)
    words = [f"{name}={bound:g}" for name, bound in (("low", low), ("high", high)) if bound is not None]
    return declare(
        "Truncated",
        (repr(found.bound), *words),
        found.body,
        body,
        found.bindings,
        f"{found.bound!r}, seen only where {' and '.join(words)}.",
        names=(found.bound.name,),
        untruncated=found.part,
    )


def _all_are_told(found: Inside, low: float | None, high: float | None) -> None:
    """An error where the bounds take the zeros away, and with them all that tells how many there are."""
    ends = (-math.inf if low is None else low, math.inf if high is None else high)
    parts = [part for _, part in found.family.components]
    seen = [part for part in parts if not isinstance(part, float) or ends[0] <= part <= ends[1]]
    if len(seen) == 1 < len(parts):
        raise BindingError(
            f"Truncated: the bounds leave {found.bound.name} none of the zeros that tell of its probabilities",
            family=found.bound.name,
            value=low,
            remedy="Truncate the noise inside by itself, as in Truncated(Poisson, low=1)",
        )


def _or_nothing(found: Inside, y: Any, low: Any, high: Any) -> sp.Expr:
    """The logarithm of the probability between the outcome and an end, minus infinity where nothing is between."""
    end = low if high is y else high
    return sp.Piecewise((-sp.oo, sp.Eq(y, end)), (found.log_step(low, high, touching=True), True))


def _of_rest(told: sp.Expr, rest: sp.Expr) -> sp.Expr:
    """The logarithm of a probability above a half by that of what is left of it: the difference has lost its digits."""
    return sp.Piecewise((told, told < -sp.log(2)), (log1m_exp(-rest), True))


def _together(below: sp.Expr, above: sp.Expr) -> sp.Expr:
    """The logarithm of the sum of what is below an interval and above it, of which either may be nothing."""
    cases = [(above, sp.Eq(below, -sp.oo)), (below, sp.Eq(above, -sp.oo)), (log_add_exp(below, above), True)]
    return sp.Piecewise(*cases)


def _narrowed(domain: Support, low: float | None, high: float | None) -> Support:
    bottom, top = domain.low if low is None else low, domain.high if high is None else high
    where = " and ".join(([] if low is None else [f"from {low:g} on"]) + ([] if high is None else [f"up to {high:g}"]))
    return replace(
        domain,
        name=f"{domain.name} {where}",
        words=f"{domain.words} {where}",
        low=bottom,
        high=top,
        closed_low=domain.closed_low if low is None else True,
        closed_high=domain.closed_high if high is None else True,
        typical=_typical(domain, bottom, top),
        atoms=tuple(value for value in domain.atoms if bottom <= value <= top),
        remedy="Values outside the bounds cannot have been seen under truncation; for values at a limit use Censored",
    )


def _typical(domain: Support, low: float, high: float) -> tuple[float, float]:
    """A range of ordinary values inside the bounds."""
    first, last = domain.typical
    first, last = max(first, low), min(last, high)
    if not first < last:
        span = min(domain.typical[1] - domain.typical[0], high - low)
        first, last = (low, low + span) if math.isfinite(low) else (high - span, high)
    if domain.whole:
        return first, last
    edge = (last - first) / 50  # of a density that may end in a jump, or in nothing
    return first + edge * (first == low), last - edge * (last == high)


__all__ = ["Censored", "Truncated"]
