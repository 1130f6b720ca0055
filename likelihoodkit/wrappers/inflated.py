"""Outcomes that are exactly zero (or one) more often than their noise says, or for reasons of their own."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import sympy as sp

from likelihoodkit import links
from likelihoodkit.declaration import Bound, outcome, parameter
from likelihoodkit.errors import BindingError
from likelihoodkit.primitives import from_log, log_add_exp, pick
from likelihoodkit.primitives.words import along, exact
from likelihoodkit.supports import Support, counts, counts_up_to, simplex, unit
from likelihoodkit.wrappers.censored import Truncated
from likelihoodkit.wrappers.inside import HIGH, LOW, Inside, declare, inside, made, ordered, wrapper


@wrapper
def ZeroInflated(noise: Any, **bindings: Any) -> Bound:
    """Counts with extra zeros: with ``zero_probability`` a zero for sure, otherwise a count of ``noise``.

    The outputs are those of ``noise``, then zero_probability [sigmoid]; that one may be bound by name like any
    parameter. Use `Hurdle` where zeros have a cause of their own and the noise makes none.

    Raises `BindingError` for a noise that is not about counts from zero.

    >>> import likelihoodkit as lk
    >>> loss = lk.derive(lk.ZeroInflated(lk.Poisson))
    >>> loss.outputs
    ('mean', 'zero_probability')
    >>> loss([0.0, 2.0], [[0.0, 0.0], [0.0, 0.0]]).round(4)
    array([0.3799, 2.3863])
    """
    found = _without_own(inside(noise, "ZeroInflated"), "ZeroInflated", "zero_probability")
    if not found.domain.whole or found.domain.low != 0 or found.domain.upper == "classes":
        remedy = "Use Hurdle: a noise of amounts makes no zeros" if not found.domain.whole else None
        raise BindingError(
            f"ZeroInflated needs counts from zero; {found.bound.name} is about {found.domain.words}",
            family=found.bound.name,
            remedy=remedy,
        )
    return made(("ZeroInflated", found.bound, *_key(bindings)), lambda: _zero_inflated(found, bindings))


def _zero_inflated(found: Inside, bindings: dict[str, Any]) -> Bound:
    zero = parameter(unit, link=links.sigmoid)
    y = outcome(found.domain)
    seen = sp.log(1 - zero) + found.log_density(y)
    body: dict[str, Any] = {
        "y": y,
        **found.body,
        "zero_probability": zero,
        "log_density": sp.Piecewise((log_add_exp(sp.log(zero), seen), sp.Eq(y, 0)), (seen, True)),
        **_moments(found, 1 - zero),
        "limit": {**found.limits("ZeroInflated"), "zero_probability": (0, found.family.__name__)},
    }
    if found.declares("cdf") or found.declares("survival"):
        body["cdf"] = from_log(log_add_exp(sp.log(zero), sp.log(1 - zero) + found.log_cdf(y)))
        body["survival"] = from_log(sp.log(1 - zero) + found.log_survival(y))
    return declare(
        "ZeroInflated",
        (repr(found.bound),),
        found.body,
        body,
        {**found.bindings, **bindings},
        f"{found.bound!r} with extra zeros.",
        names=(found.bound.name,),
        components=((zero, 0.0), (1 - zero, found.part)),
    )


@wrapper
def Hurdle(noise: Any, **bindings: Any) -> Bound:
    """Zeros of their own: with ``zero_probability`` the outcome is zero, otherwise ``noise`` without its zeros.

    For counts the noise is truncated at one; amounts, which are never zero, are taken as they are: rainfall, claims,
    expenses. The outputs are those of ``noise``, then zero_probability [sigmoid]. The two halves share no parameter,
    so the loss is a sum of two.

    Raises `BindingError` for a noise whose outcomes may be negative.

    >>> import likelihoodkit as lk
    >>> lk.derive(lk.Hurdle(lk.Gamma))([0.0, 1.0], [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]).round(4)
    array([0.6931, 1.6931])
    """
    found = _without_own(ordered(inside(noise, "Hurdle"), "Hurdle"), "Hurdle", "zero_probability")
    if found.domain.low < 0 or found.domain.atoms:
        raise BindingError(
            f"Hurdle needs outcomes that are never negative; {found.bound.name} is about {found.domain.words}",
            family=found.bound.name,
        )
    whole = found.domain.whole and found.domain.low == 0
    return made(
        ("Hurdle", found.bound, *_key(bindings)),
        lambda: _hurdle(found, inside(Truncated(noise, low=1), "Hurdle") if whole else found, bindings),
    )


def _hurdle(found: Inside, rest: Inside, bindings: dict[str, Any]) -> Bound:
    zero = parameter(unit, link=links.sigmoid)
    domain = _or_zero(found.domain)
    y = outcome(domain)
    cases = [(sp.log(zero), sp.Eq(y, 0))]
    if found.domain.lower is not None or found.domain.low > (1 if domain.whole else 0):  # nothing is seen in between
        cases.append((-sp.oo, y < (found.body.get(found.domain.lower or "") or exact(found.domain.low))))
    body: dict[str, Any] = {
        "y": y,
        **rest.body,
        "zero_probability": zero,
        "log_density": sp.Piecewise(*cases, (sp.log(1 - zero) + rest.log_density(y), True)),
        "limit": found.limits("Hurdle"),
    }
    if not domain.whole:
        body |= _moments(rest, 1 - zero)
    if rest.declares("cdf"):
        at_zero = sp.Eq(y, 0)
        above = log_add_exp(sp.log(zero), sp.log(1 - zero) + rest.log_cdf(y))
        body["cdf"] = sp.Piecewise((zero, at_zero), (from_log(above), True))
        body["survival"] = sp.Piecewise((1 - zero, at_zero), (from_log(sp.log(1 - zero) + rest.log_survival(y)), True))
        body["log_step"] = sp.log(1 - zero) + rest.log_step(LOW, HIGH)  # beyond an outcome there is no zero
    return declare(
        "Hurdle",
        (repr(found.bound),),
        found.body,
        body,
        {**rest.bindings, **bindings},
        f"Zeros of their own, otherwise {found.bound!r}.",
        names=(found.bound.name,),
        components=((zero, 0.0), (1 - zero, rest.part)),
    )


def _or_zero(domain: Support) -> Support:
    """Where the noise lives, and zero."""
    if domain.whole and domain.low == 0:
        return domain
    if domain.whole and domain.low == 1:
        return counts_up_to(int(domain.high)) if math.isfinite(domain.high) else counts
    return replace(
        domain,
        name=f"{domain.name} or zero",
        words=f"{domain.words}, or exactly zero",
        low=0.0,
        closed_low=True,
        lower=None,
        atoms=() if domain.whole else (0.0,),
        remedy="For negative values try a family on the real line",
    )


@wrapper
def ZeroOneInflated(noise: Any, **bindings: Any) -> Bound:
    """Proportions with exact zeros and ones: three classes of outcomes, of which the middle one has a noise.

    The outputs are those of ``noise``, then ``shares`` [softmax], three columns: zero, one, inside.

    Raises `BindingError` for a noise that is not about proportions.

    >>> import likelihoodkit as lk
    >>> loss = lk.derive(lk.ZeroOneInflated(lk.Beta))
    >>> loss.outputs
    ('mean', 'concentration', 'shares')
    >>> loss([0.0, 1.0, 0.5], [[0.0, 1.0, 0.0, 0.0, 0.0]] * 3).round(4)
    array([1.0986, 1.0986, 0.9146])
    """
    found = _without_own(inside(noise, "ZeroOneInflated"), "ZeroOneInflated", "shares")
    if (found.domain.low, found.domain.high, found.domain.whole) != (0, 1, False) or found.domain.atoms:
        raise BindingError(
            f"ZeroOneInflated needs proportions; {found.bound.name} is about {found.domain.words}",
            family=found.bound.name,
        )
    return made(("ZeroOneInflated", found.bound, *_key(bindings)), lambda: _zero_one(found, bindings))


def _zero_one(found: Inside, bindings: dict[str, Any]) -> Bound:
    triple = replace(simplex, name="simplex of 3", size=3)
    shares = parameter(triple, link=replace(links.softmax, range=triple))
    y = outcome(
        replace(
            found.domain,
            name="unit or its ends",
            words="proportions from 0 to 1, both included",
            closed_low=True,
            closed_high=True,
            atoms=(0.0, 1.0),
            remedy="For percentages divide by 100",
        )
    )
    zero, one, rest = (pick(shares, exact(k)) for k in range(3))
    body: dict[str, Any] = {
        "y": y,
        **found.body,
        "shares": shares,
        "log_density": sp.Piecewise(
            (sp.log(zero), sp.Eq(y, 0)), (sp.log(one), sp.Eq(y, 1)), (sp.log(rest) + found.log_density(y), True)
        ),
    }
    if found.declares("cdf"):
        body |= _probabilities(found, zero, one, rest, y)
    if found.declares("expectation"):
        mean = found.write(found.family.expectation)  # type: ignore[attr-defined]
        middle = body["expectation"] = one + rest * mean
        if found.declares("variance"):  # within, and between the two values and the rest
            within = rest * found.write(found.family.variance)  # type: ignore[attr-defined]
            body["variance"] = within + zero * middle**2 + one * (1 - middle) ** 2 + rest * (mean - middle) ** 2
    if found.family.fisher:
        body["fisher"] = {pair: rest * found.write(entry) for pair, entry in found.family.fisher.items()}
        body["fisher"] |= {(name, "shares"): 0 for name in found.family.parameters}
        body["fisher"]["shares", "shares"] = along(shares) / shares
    return declare(
        "ZeroOneInflated",
        (repr(found.bound),),
        found.body,
        body,
        {**found.bindings, **bindings},
        f"Exact zeros and ones, otherwise {found.bound!r}.",
        names=(found.bound.name,),
        components=((zero, 0.0), (one, 1.0), (rest, found.part)),
    )


def _probabilities(found: Inside, zero: sp.Expr, one: sp.Expr, rest: sp.Expr, y: Any) -> dict[str, sp.Expr]:
    """What lies below, above and between, with values of their own at both ends."""
    below = log_add_exp(sp.log(zero), sp.log(rest) + found.log_cdf(y))
    above = log_add_exp(sp.log(one), sp.log(rest) + found.log_survival(y))
    up_to_one = log_add_exp(sp.log(one), sp.log(rest) + found.log_survival(LOW))
    return {
        "cdf": sp.Piecewise((zero, sp.Eq(y, 0)), (1, sp.Eq(y, 1)), (from_log(below), True)),
        "survival": sp.Piecewise((1 - zero, sp.Eq(y, 0)), (0, sp.Eq(y, 1)), (from_log(above), True)),
        "log_step": sp.Piecewise((up_to_one, sp.Eq(HIGH, 1)), (sp.log(rest) + found.log_step(LOW, HIGH), True)),
    }


def _moments(found: Inside, share: sp.Expr) -> dict[str, Any]:
    """Expectation and variance of a noise that is zero except for a ``share`` of the outcomes."""
    moments: dict[str, Any] = {}
    if found.declares("expectation"):
        mean = found.write(found.family.expectation)  # type: ignore[attr-defined]
        moments["expectation"] = share * mean
        if found.declares("variance"):
            moments["variance"] = share * (found.write(found.family.variance) + (1 - share) * mean**2)  # type: ignore[attr-defined]
    return {name: formula for name, formula in moments.items() if not formula.has(sp.Piecewise)}


def _without_own(found: Inside, wrapper: str, name: str) -> Inside:
    if name in found.body or not math.isfinite(found.domain.low):
        why = f"has a {name} of its own" if name in found.body else f"is about {found.domain.words}"
        raise BindingError(f"{wrapper} does not take {found.bound.name}, which {why}", family=found.bound.name)
    return found


def _key(bindings: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(bindings.items(), key=lambda item: item[0]))


__all__ = ["Hurdle", "ZeroInflated", "ZeroOneInflated"]
