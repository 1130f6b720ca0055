"""The same noise d times, independently given the inputs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from likelihoodkit.declaration import Bound, Declared, Held, Part, Shared, as_bound, bind, held, outcome, parameter
from likelihoodkit.errors import BindingError
from likelihoodkit.links import Link
from likelihoodkit.primitives import sum_over
from likelihoodkit.supports import Support
from likelihoodkit.wrappers.inside import made, vector_parameters, wrapper


@wrapper
def Independent(noise: Any, d: int) -> Bound:
    """``d`` outcomes of one row, each with the same noise and its own predictions: the loss is the sum.

    ``y`` is (n, d); ``outputs`` has d columns for each predicted parameter, parameter by parameter. Held parameters
    hold for all d, shared ones are one value for all rows and all d. Named losses are summed the same way.

    Raises `BindingError` where ``d`` is not a whole number of at least 2, or the outcome or a parameter is a vector.

    >>> import likelihoodkit as lk
    >>> loss = lk.derive(lk.Independent(lk.Normal(scale=1), 2))
    >>> loss.gradient([[1.0, 2.0]], [[0.0, 0.0]])
    array([[-1., -2.]])
    """
    inner = as_bound(noise)
    family = inner.family
    if type(d) is not int or d < 2:
        raise BindingError(f"Independent needs a whole number of outcomes, at least 2, not {d!r}", value=d)
    if family.outcome.domain.vector or family.outcome.domain.upper:
        raise BindingError(
            f"Independent repeats noises of one number; {family.__name__} is about {family.outcome.domain.words}",
            family=family.__name__,
        )
    if vectors := vector_parameters(inner):
        raise BindingError(
            f"Independent({inner.name}, {d}): {vectors[0]} is a vector already",
            family=family.__name__,
            remedy="Name the outcomes, as in Joint(first=noise, second=noise)",
        )
    return made(("Independent", inner, d), lambda: _repeated(inner, d))


def _repeated(inner: Bound, d: int) -> Bound:
    family = inner.family
    body: dict[str, Any] = {"__doc__": f"{d} independent outcomes, each {inner!r}.", "__module__": __name__}
    body[family.outcome.name] = outcome(replace(_vector(family.outcome.domain), size=d))
    bindings: dict[str, Any] = {}
    slots: dict[str, Any] = {}
    for name, how in inner.bindings:
        row = family.parameters[name]
        if isinstance(how, Link):
            slots[name] = parameter(_vector(row.domain), link=_entrywise(how))
        elif row.link is None:
            slots[name] = held(row.domain)
        else:
            slots[name] = parameter(row.domain, link=row.link)
        slots[name].word = name
        if isinstance(how, Shared) or (isinstance(how, Held) and how.value is not None):
            bindings[name] = how if isinstance(how, Shared) else how.value
    symbols = {family.outcome.symbol: body[family.outcome.name]}
    symbols |= {row.symbol: slots[name] for name, row in family.parameters.items()}
    body |= {f"_{name}": slot for name, slot in slots.items()}
    body[family.formula_name] = sum_over(family.formula.xreplace(symbols))
    (kind,) = family.__bases__
    repeated: type[Declared] = type(kind)(f"Independent_{d}_{family.__name__}", (kind,), body)
    repeated.spelling = ("Independent", (repr(inner), str(d)), frozenset(family.parameters))
    if family.sign < 0:
        repeated.parts = tuple(Part(str(k), inner, _places(inner, k)) for k in range(d))
    return bind(repeated, bindings)


def _places(inner: Bound, entry: int) -> tuple[tuple[str, str, int | None], ...]:
    """Where one of the outcomes finds its parameters: its own entry of those that are predicted."""
    return tuple((name, name, entry if name in inner.outputs else None) for name, _ in inner.bindings)


def _vector(domain: Support) -> Support:
    return replace(domain, name=f"vector of {domain.name}", words=f"rows of {domain.words}", vector=True)


def _entrywise(link: Link) -> Link:
    return replace(link, range=_vector(link.range))


__all__ = ["Independent"]
