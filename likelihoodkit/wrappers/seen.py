"""Outcomes seen on another scale, rounded down to counts, or through labels that are sometimes wrong."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from likelihoodkit import supports
from likelihoodkit.declaration import Bound, outcome
from likelihoodkit.errors import BindingError
from likelihoodkit.primitives import from_log, log_add_exp, lower, ndtr, words
from likelihoodkit.primitives.words import exact
from likelihoodkit.supports import Support, counts
from likelihoodkit.wrappers.inside import HIGH, LOW, Inside, declare, inside, made, ordered, wrapper
from likelihoodkit.wrappers.steps import normal_step

Map = Callable[[Any], Any]


@dataclass(frozen=True)
class Scale:
    """A scale to see outcomes on: where it is defined, and its inverse."""

    domain: Support
    inverse: Map


#: the scales that need no further words
SCALES: dict[Map, Scale] = {
    words.log: Scale(supports.positive, words.exp),
    words.exp: Scale(supports.real, words.log),
    words.sqrt: Scale(supports.positive, lambda x: x**2),
    words.asinh: Scale(supports.real, words.sinh),
    words.sinh: Scale(supports.real, words.asinh),
    words.sigmoid: Scale(supports.real, lambda x: words.log(x) - words.log1p(-x)),
}


@wrapper
def Transformed(noise: Any, scale: Map, on: Support | None = None, inverse: Map | None = None) -> Bound:
    """A noise on ``scale(y)``: what is normal is the logarithm, the square root, the power of the outcome.

    ``scale`` is a function of expressions that rises or falls throughout: `lk.log`, `lk.sqrt`, `lk.asinh`, or your own
    with its support ``on``. The log-Jacobian is kept, so likelihoods on different scales may be compared.
    ``inverse`` gives quantiles in closed form; the known scales have it.

    Raises `BindingError` for a scale whose direction is not known, for one that reaches outside the noise's support and
    for one that does not reach all of it (the square root of no outcome is negative: truncate the noise at 0 first).

    >>> import likelihoodkit as lk
    >>> loss = lk.derive(lk.Transformed(lk.Normal(scale=1), lk.log))
    >>> loss([2.0], [0.5]) - lk.derive(lk.LogNormal(scale=1))([2.0], [0.5])
    array([0.])
    """
    found = inside(noise, "Transformed")
    known = SCALES.get(scale)
    domain = on or (known.domain if known else None)
    name = getattr(scale, "__name__", repr(scale))
    if domain is None:
        raise BindingError(
            f"Transformed: where {name} may be used is not known",
            family=found.bound.name,
            remedy="Give the support of the outcome, as in Transformed(Normal, scale, on=lk.positive)",
        )
    if found.domain.whole or found.domain.circular or found.domain.atoms:
        raise BindingError(f"Transformed needs amounts; {found.bound.name} is about {found.domain.words}")
    back = inverse or (known.inverse if known else None)
    return made(
        ("Transformed", found.bound, scale, domain, back), lambda: _transformed(found, scale, name, domain, back)
    )


def _reach(place: sp.Expr, y: sp.Symbol, domain: Support) -> tuple[float, float] | None:
    """The least and largest that a scale reaches on a support; None where its limits are not found."""
    meant, low, high = lower(place), sp.nsimplify(domain.low), sp.nsimplify(domain.high)
    ends = (sp.limit(meant, y, low, "+"), sp.limit(meant, y, high, "-"))
    if not all(end.is_comparable or end in (sp.oo, -sp.oo) for end in ends):
        return None
    first, second = map(float, ends)
    return min(first, second), max(first, second)


def _rises(slope: sp.Expr, y: sp.Symbol, domain: Support) -> bool | None:
    """The sign of a slope on a support, by its factors once the support is laid on the positive numbers; else None."""
    u = sp.Symbol("u", positive=True)
    low, high = sp.nsimplify(domain.low), sp.nsimplify(domain.high)
    if low.is_finite and high.is_finite:
        places = [low + (high - low) * u / (1 + u)]
    elif low.is_finite:
        places = [low + u, low + sp.log(1 + u)]
    else:
        places = [high - u, high - sp.log(1 + u)] if high.is_finite else [sp.log(u)]
    for form in (slope, *(sp.factor(sp.together(lower(slope).xreplace({y: place}))) for place in places)):
        if form.is_positive or form.is_negative:
            return bool(form.is_positive)
    return None


def _transformed(found: Inside, scale: Map, name: str, domain: Support, back: Map | None) -> Bound:
    y = outcome(domain)
    place = scale(y)
    slope = sp.diff(place, y)
    rises = _rises(slope, y, domain)
    if rises is None:
        raise BindingError(
            f"Transformed: it is not known whether {name} rises or falls, its slope being {slope}",
            family=found.bound.name,
            remedy="Write it so that the sign of its slope follows from the support",
        )
    reach = _reach(place, y, domain)
    if reach and (reach[0] < found.domain.low or reach[1] > found.domain.high):
        raise BindingError(
            f"Transformed: {name} reaches from {reach[0]:g} to {reach[1]:g}, and {found.bound.name} is about "
            f"{found.domain.words}",
            family=found.bound.name,
        )
    if reach and (reach[0] > found.domain.low or reach[1] < found.domain.high):
        bounds = [f"low={reach[0]:g}"] * (reach[0] > found.domain.low)
        bounds += [f"high={reach[1]:g}"] * (reach[1] < found.domain.high)
        raise BindingError(
            f"Transformed: {name} reaches from {reach[0]:g} to {reach[1]:g}, and {found.bound.name} goes beyond: what "
            "it has there would be lost, and the rest would not add up to one",
            family=found.bound.name,
            remedy=f"Say that nothing lies there: Transformed(Truncated({found.bound!r}, {', '.join(bounds)}), {name})",
        )
    body: dict[str, Any] = {
        "y": y,
        **found.body,
        "log_density": found.log_density(place) + sp.log(slope if rises else -slope),
    }
    if found.declares("cdf") or found.declares("survival"):
        below, above = from_log(found.log_cdf(place)), from_log(found.log_survival(place))
        body["cdf"], body["survival"] = (below, above) if rises else (above, below)
        if isinstance(found.below, ndtr):  # a window of it keeps its digits, however near its ends
            (z,) = found.write(found.below, place).args
            body["log_step"] = normal_step(z if rises else -z, y, LOW, HIGH)
    if found.family.fisher:  # what is learnt does not depend on the scale it is seen on
        body["fisher"] = {pair: found.write(entry) for pair, entry in found.family.fisher.items()}
    if back and rises:
        for form in ("quantile", "median"):
            if found.declares(form):
                body[form] = back(found.write(getattr(found.family, form)))
    return declare(
        "Transformed",
        (repr(found.bound), name),
        found.body,
        body,
        found.bindings,
        f"{found.bound!r} on the scale {name}.",
        names=(name, found.bound.name),
    )


@wrapper
def Discretised(noise: Any) -> Bound:
    """Counts from a noise of amounts rounded down: P(y) = F(y + 1) - F(y), exact in both tails.

    A noise on the real line gives whole numbers, a noise of amounts gives counts from zero. The outputs are those of
    ``noise``, predictions are about the counts.

    Raises `BindingError` for a noise that is about counts already, angles, proportions or classes.

    >>> import likelihoodkit as lk
    >>> lk.derive(lk.Discretised(lk.Exponential))([0, 2], [0.0, 0.0]).round(4)
    array([0.4587, 2.4587])
    """
    found = ordered(inside(noise, "Discretised"), "Discretised")
    domain = found.domain
    apart = set(domain.atoms) - {0.0}  # a zero of its own probability stays one
    if domain.whole or apart or domain.low not in (0.0, -math.inf) or math.isfinite(domain.high):
        raise BindingError(
            f"Discretised needs amounts or real numbers; {found.bound.name} is about {domain.words}",
            family=found.bound.name,
        )
    return made(("Discretised", found.bound), lambda: _discretised(found))


def _discretised(found: Inside) -> Bound:
    everywhere = found.domain.low == -math.inf
    domain = counts
    if everywhere:
        domain = replace(
            counts, name="integers", words="whole numbers (..., -1, 0, 1, ...)", low=-math.inf, closed_low=False,
            typical=(-4, 4), remedy="For amounts use the noise itself",
        )  # fmt: skip
    y = outcome(domain)
    above = sp.floor(y) + 1
    inner = found.log_step(y, y + 1)
    first = (found.log_cdf(exact(1)), sp.Eq(y, 0))
    body = {
        "y": y,
        **found.body,
        "log_density": inner if everywhere else sp.Piecewise(first, (inner, True)),
        "cdf": from_log(found.log_cdf(above)),
        "survival": from_log(found.log_survival(above)),
        "log_step": found.log_step(sp.floor(LOW) + 1, sp.floor(HIGH) + 1),
    }
    return declare(
        "Discretised",
        (repr(found.bound),),
        found.body,
        body,
        found.bindings,
        f"{found.bound!r}, rounded down.",
        names=(found.bound.name,),
    )


@wrapper
def Mislabelled(noise: Any, rates: Any) -> Bound:
    """Classes seen through a channel that is known to err: the loss of the label, the prediction of the class.

    ``rates`` for two classes: one number (either label is wrong that often) or two (how often a 0 is seen as 1, how
    often a 1 as 0); for K classes a matrix, ``rates[truth][seen]``, whose rows sum to one. The outputs are those of
    ``noise`` and predictions are about the true class. With a wrong label in ten, a confident mistake costs at most
    -log 0.1: labels that contradict everything lose their pull.

    Raises `BindingError` for rates that are no probabilities and for noises not about classes.

    >>> import likelihoodkit as lk
    >>> loss = lk.derive(lk.Mislabelled(lk.Bernoulli, 0.1))
    >>> loss([0.0, 1.0], [1000.0, 0.0]).round(4)
    array([2.3026, 0.6931])
    """
    found = inside(noise, "Mislabelled")
    binary = found.domain.classes == 2
    if not binary and found.domain.upper != "classes":
        raise BindingError(
            f"Mislabelled needs classes; {found.bound.name} is about {found.domain.words}", family=found.bound.name
        )
    matrix = _matrix(rates, binary=binary)
    if not binary:  # as many classes as the matrix has rows
        found = inside(noise, "Mislabelled", lift=lambda domain, link: (_sized(domain, matrix), _sized(link, matrix)))
    return made(("Mislabelled", found.bound, matrix), lambda: _mislabelled(found, matrix, binary=binary))


def _sized(of: Any, matrix: Sequence[Any]) -> Any:
    """A vector's domain, or the link onto it, with as many entries as there are classes."""
    if isinstance(of, Support):
        return replace(of, size=len(matrix)) if of.vector else of
    return replace(of, range=_sized(of.range, matrix))


def _matrix(rates: Any, *, binary: bool) -> tuple[tuple[float, ...], ...]:
    if isinstance(rates, int | float):
        rates = (rates, rates)
    table = [list(row) if isinstance(row, Sequence) or hasattr(row, "tolist") else row for row in rates]
    if binary and len(table) == 2 and not any(isinstance(row, list) for row in table):
        wrong: list[Any] = table
        table = [[1 - wrong[0], wrong[0]], [wrong[1], 1 - wrong[1]]]
    rows = tuple(tuple(float(x) for x in row) for row in table if isinstance(row, list))
    square = len(rows) == len(table) >= 2 and all(len(row) == len(rows) for row in rows)
    if not square or (binary and len(rows) != 2):
        raise BindingError(
            "Mislabelled takes a rate, two rates, or a square matrix rates[truth][seen]", parameter="rates", value=rates
        )
    for k, row in enumerate(rows):
        if not (all(0 <= x <= 1 for x in row) and abs(sum(row) - 1) < 1e-9):
            raise BindingError(
                f"Mislabelled: row {k} of the rates, {list(row)}, is not made of probabilities that sum to 1",
                parameter="rates",
                value=row,
            )
    return rows


def _mislabelled(found: Inside, matrix: tuple[tuple[float, ...], ...], *, binary: bool) -> Bound:
    size = len(matrix)
    domain = found.domain if binary else replace(found.domain, words=f"class indices 0, 1, ..., {size - 1}")
    y = outcome(domain)

    def seen(k: int) -> sp.Expr:
        """log P(seen as k): the sum over the true classes, through the largest term."""
        terms = [
            sp.log(exact(row[k])) + found.log_density(exact(truth)) for truth, row in enumerate(matrix) if row[k] > 0
        ]
        if not terms:
            return -sp.oo
        total, *others = terms
        for term in others:
            total = log_add_exp(total, term)
        return total

    cases = [(seen(k), sp.Eq(y, k)) for k in range(size - 1)]
    body = {"y": y, **found.body, "log_density": sp.Piecewise(*cases, (seen(size - 1), True))}
    return declare(
        "Mislabelled",
        (repr(found.bound), str([list(row) for row in matrix])),
        found.body,
        body,
        found.bindings,
        f"{found.bound!r}, seen through labels that may be wrong.",
        names=(found.bound.name,),
        latent=found.part,
    )


__all__ = ["SCALES", "Discretised", "Mislabelled", "Scale", "Transformed"]
