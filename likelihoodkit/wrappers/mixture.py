"""One of several noises, which one is not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sympy as sp

from likelihoodkit import links
from likelihoodkit.declaration import Bound, as_bound, outcome, parameter
from likelihoodkit.errors import BindingError
from likelihoodkit.links import Link
from likelihoodkit.primitives import from_log, log_add_exp, log_sum_exp, one_hot, pick, sum_over
from likelihoodkit.primitives.words import exact
from likelihoodkit.supports import Support, simplex, unit
from likelihoodkit.wrappers.inside import HIGH, LOW, Inside, declare, inside, made, vector_parameters, wrapper


@wrapper
def Mixture(noise: Any, components: int | None = None, **bindings: Any) -> Bound:
    """Each outcome comes from one of K noises, nobody says from which: several peaks, or a few odd rows.

    ``Mixture(noise, components=K)`` mixes K of the same kind: the outputs are weights [softmax] (K columns) first,
    then K columns for each predicted parameter; a shared or held parameter is the same for all. ``Mixture([a, b])``
    mixes different ones about the same kind of outcome: weights, then the parameters of the first, ``mean_1``, of the
    second, ``mean_2``, and so on. With two noises ``weights="sigmoid"`` predicts the weight of the first by one output,
    so that a mixture of two normals has five. The loss is taken through the largest term and never underflows.

    It breaks where a component's scale shrinks onto one row: the likelihood has no maximum then; share the scale or
    hold it. Which component is called first is arbitrary. The mean may be where no outcome is: look at the mode.

    Raises `BindingError` for fewer than two noises, for vectors and for different kinds of outcomes.

    >>> import likelihoodkit as lk
    >>> loss = lk.derive(lk.Mixture(lk.Normal(scale=1), components=2))
    >>> loss.outputs
    ('weights', 'mean')
    >>> loss([3.0, 500.0], [[0.0, 0.0, -3.0, 3.0]] * 2).round(4)
    array([1.61210000e+00, 1.23506112e+05])
    >>> loss.predict([[0.0, 1.0, -3.0, 3.0]], rule="mode").round(4)
    array([3.])
    """
    if isinstance(noise, Sequence):
        found = [inside(one, "Mixture", suffix=f"_{k}") for k, one in enumerate(noise, 1)]
        if len(found) < 2 or components not in (None, len(found)):
            raise BindingError(f"Mixture needs at least two noises, not {len(found)}", value=len(found))
        key: tuple[Any, ...] = tuple(one.bound for one in found)
        return made(("Mixture", key, *bindings.items()), lambda: _different(found, bindings))
    if type(components) is not int or components < 2:
        raise BindingError(
            f"Mixture needs a whole number of components, at least 2, not {components!r}",
            value=components,
            remedy="As in Mixture(Normal, components=2) or Mixture([Normal, Laplace])",
        )
    bound = as_bound(noise)
    if not bound.outputs:
        raise BindingError(
            f"{bound!r} predicts nothing, so its components are all the same",
            family=bound.name,
            remedy="Mix noises of different settings, as in Mixture([Normal(mean=0, scale=1), Laplace(scale=1)])",
        )

    def lift(domain: Support, link: Link) -> tuple[Support, Link]:
        several = replace(domain, name=f"{components} of {domain.name}", vector=True, size=components)
        return several, replace(link, range=replace(link.range, vector=True, size=components))

    if vectors := vector_parameters(bound):
        raise BindingError(
            f"Mixture({bound.name}, components={components}): {vectors[0]} is a vector already",
            family=bound.name,
            remedy=f"Use a list, as in Mixture([{bound.name}, {bound.name}])",
        )
    one = inside(bound, "Mixture", lift=lift)
    return made(("Mixture", bound, components, *bindings.items()), lambda: _same(one, components, bindings))


def _weights(count: int, bindings: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The parameter of the weights, and what is left to bind."""
    how = bindings.get("weights")
    if isinstance(how, str | Link) and how in ("sigmoid", links.sigmoid):
        if count != 2:
            raise BindingError(f"weights='sigmoid' is for two components, not {count}", parameter="weights")
        return parameter(unit, link=links.sigmoid), {k: v for k, v in bindings.items() if k != "weights"}
    domain = replace(simplex, name=f"simplex of {count}", size=count)
    return parameter(domain, link=replace(links.softmax, range=domain)), bindings


def _each(weights: Any, count: int) -> list[sp.Expr]:
    """The weights one by one."""
    return [pick(weights, exact(k)) for k in range(count)] if weights.is_vector else [weights, 1 - weights]


def _same(found: Inside, count: int, bindings: dict[str, Any]) -> Bound:
    weights, bindings = _weights(count, bindings)
    y = outcome(found.domain)
    like = next(slot for slot in found.body.values() if slot.is_vector)
    if weights.is_vector:
        share, log_share = weights, sp.log(weights)
    else:
        first, second = (one_hot(exact(k), like) for k in (0, 1))
        share = first * weights + second * (1 - weights)
        log_share = first * sp.log(weights) + second * sp.log(1 - weights)
    body: dict[str, Any] = {"weights": weights, **found.body, "y": y}

    def mixed(log_probability: sp.Expr) -> sp.Expr:
        """The logarithm of the weighted sum, case by case where the cases do not differ between components."""
        return log_sum_exp(log_share + log_probability)

    body["log_density"] = mixed(found.log_density(y))
    if found.declares("cdf") or found.declares("survival"):
        body["cdf"] = from_log(mixed(found.log_cdf(y)))
        body["survival"] = from_log(mixed(found.log_survival(y)))
        body["log_step"] = mixed(found.log_step(LOW, HIGH))
    if found.declares("expectation") and not found.domain.circular:
        means = found.write(found.family.expectation)  # type: ignore[attr-defined]
        if not means.has(sp.Piecewise):
            body["expectation"] = sum_over(share * means)
    return declare(
        "Mixture",
        (repr(found.bound), f"components={count}"),
        found.body,
        body,
        {**found.bindings, **bindings},
        f"A mixture of {count} of {found.bound!r}.",
        names=(str(count), found.bound.name),
        components=tuple((w, found.at(k)) for k, w in enumerate(_each(weights, count))),
    )


def _different(found: list[Inside], bindings: dict[str, Any]) -> Bound:
    weights, bindings = _weights(len(found), bindings)
    domains = [one.domain for one in found]
    same = {(d.low, d.high, d.whole, d.circular, d.upper, d.atoms) for d in domains}
    if len(same) > 1 or domains[0].upper is not None:
        raise BindingError(
            "Mixture needs noises about the same kind of outcome, not " + " and ".join(d.name for d in domains),
            remedy="Counts without zeros are those of Truncated(Poisson, low=1); counts up to a number of trials are "
            "mixed with their like, as in Mixture(Binomial(trials=12), components=2)"
            if domains[0].whole
            else "Bring them to one scale first, as in Transformed(Normal, log)",
        )
    # a bound that one of them excludes is excluded: it has no probability
    narrow = min(domains, key=lambda d: (d.closed_low, d.closed_high))
    y = outcome(narrow)
    shares = [sp.log(w) for w in _each(weights, len(found))]
    body: dict[str, Any] = {"weights": weights, "y": y}
    settings: dict[str, Any] = dict(bindings)
    for one in found:
        body |= one.body
        settings |= one.bindings

    def mixed(terms: list[sp.Expr]) -> sp.Expr:
        total, *others = [share + term for share, term in zip(shares, terms, strict=True)]
        for term in others:
            total = log_add_exp(total, term)
        return total

    body["log_density"] = mixed([one.log_density(y) for one in found])
    if all(one.declares("cdf") or one.declares("survival") for one in found):
        body["cdf"] = from_log(mixed([one.log_cdf(y) for one in found]))
        body["survival"] = from_log(mixed([one.log_survival(y) for one in found]))
        body["log_step"] = mixed([one.log_step(LOW, HIGH) for one in found])
    return declare(
        "Mixture",
        ("[" + ", ".join(repr(one.bound) for one in found) + "]",),
        {name: None for one in found for name in one.body},
        body,
        settings,
        "A mixture of " + ", ".join(repr(one.bound) for one in found) + ".",
        names=tuple(one.bound.name for one in found),
        components=tuple((w, one.part) for w, one in zip(_each(weights, len(found)), found, strict=True)),
    )


__all__ = ["Mixture"]
