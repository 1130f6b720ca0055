"""Declaring a noise: a class body whose formula is a value.

``outcome`` and ``parameter`` return symbols that the package owns; the body is plain Python evaluated once; when the
class is made its symbols get their names and the formula is checked to mention nothing else. Calling the family binds
its parameters: a number holds one, a link predicts it another way, ``shared`` learns one value for all rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar, cast

import sympy as sp

from likelihoodkit.binding import Bound, Facts, Held, Parameter, Part, Shared, bind, shared
from likelihoodkit.errors import BindingError, DeclarationError, UnknownNameError
from likelihoodkit.peers import Names, names
from likelihoodkit.primitives.words import exact
from likelihoodkit.reparameterise import chosen, information, rewritten, spelled
from likelihoodkit.slots import (
    CLOSED_FORMS,
    OF_EITHER,
    RESERVED,
    Body,
    Slot,
    alternative,
    held,
    level,
    make_slot,
    name_symbols,
    named_parameter,
    outcome,
    parameter,
    write_formula,
)
from likelihoodkit.supports import nothing

__all__ = [
    "CLOSED_FORMS",
    "Bound",
    "Declared",
    "Distribution",
    "Held",
    "InputsLoss",
    "NamedLoss",
    "Names",
    "Parameter",
    "Part",
    "Shared",
    "alternative",
    "as_bound",
    "bind",
    "held",
    "level",
    "outcome",
    "parameter",
    "shared",
]


class FamilyMeta(type):
    """Gives the class body its guarded namespace and lets calling a family bind it."""

    @classmethod
    def __prepare__(cls, name: str, bases: tuple[type, ...], /, **keywords: Any) -> Body:
        """The guarded namespace in which the class body runs."""
        return Body()

    def __call__(cls, **bindings: Any) -> Bound:
        family = cast("type[Declared]", cls)
        way = chosen(family, bindings)
        return bind(family if way is None else _otherwise(family, way), bindings)

    def __repr__(cls) -> str:
        origin = vars(cls).get("origin")
        return cls.__name__ if origin is None else f"{cls.__name__}.by({', '.join(map(repr, vars(cls)['parameters']))})"

    def by(cls, *names: str) -> type[Declared]:
        """The same noise by other parameters, each predicted through its own link.

        Raises `UnknownNameError` for names that are no parameterisation of this family.

        >>> from likelihoodkit.families import Gamma
        >>> Gamma.by("shape", "rate")
        Gamma.by('shape', 'rate')
        >>> Gamma(rate=2).outputs
        ('shape',)
        """
        family = cast("type[Declared]", vars(cls).get("origin") or cls)
        if sorted(names) == sorted(family.parameters):
            return family
        for way in family.alternatives:
            if sorted(way) == sorted(names):
                return _otherwise(family, way)
        raise UnknownNameError(
            f"{family.__name__} has no parameterisation by {', '.join(names)}",
            family=family.__name__,
            value=names,
            remedy=f"It has {spelled([tuple(family.parameters), *family.alternatives])}",
        )

    def names(cls, library: str) -> Names:
        """How another library ("scipy", "torch", "R") calls this family: its function and our parameters in its words.

        Raises `UnknownNameError` for a library that is not known or does not have the family.

        >>> from likelihoodkit.families import Gamma
        >>> Gamma.names("torch")
        torch.distributions.Gamma(concentration=shape, rate=shape / mean)
        """
        family = cast("type[Declared]", cls)
        own = family.origin.alternatives[tuple(family.parameters)] if family.origin is not None else {}
        return names(cls.__name__, tuple(family.parameters), library, {name: str(value) for name, value in own.items()})


class Declared(Facts, metaclass=FamilyMeta):
    """What a noise and a named loss have in common: an outcome, parameters and one formula.

    Class attributes after creation: ``outcome`` (a `Parameter`), ``parameters`` (by name, in the order written),
    ``formula`` and any of `CLOSED_FORMS`, all SymPy expressions of the named symbols. A kind of declaration (a
    direct subclass) says what its formula is called; a declaration is final and has no instances.
    """

    def __init_subclass__(cls) -> None:
        if cls.__bases__ == (Declared,) or "narrowed_from" in vars(cls):  # all is said already: see `binding.narrow`
            return
        (kind,) = cls.__bases__
        if kind.__bases__ != (Declared,):
            raise DeclarationError(f"{cls.__name__} derives from {kind.__name__}, which is final")
        body = vars(cls)
        slots: dict[str, Slot] = {}
        for name, value in body.items():  # the first name counts: ``mode = mean`` is a formula, not a parameter
            if isinstance(value, Slot) and value not in slots.values():
                slots[value.word or name] = value
        others = {name: slot for name, slot in slots.items() if slot.role == "alternative"}
        slots = {name: slot for name, slot in slots.items() if name not in others}
        naming = name_symbols(cls.__name__, slots)
        outcomes = [name for name, slot in slots.items() if slot.role == "outcome"]
        if len(outcomes) > 1 or (not outcomes and cls.has_outcome):
            raise DeclarationError(
                f"{cls.__name__} declares {len(outcomes)} outcomes; exactly one outcome() is needed",
                family=cls.__name__,
            )
        if cls.formula_name not in body:
            raise DeclarationError(
                f"{cls.__name__} declares no {cls.formula_name}",
                family=cls.__name__,
                remedy=f"Write {cls.formula_name} = ...",
            )
        for name in (cls.formula_name, *CLOSED_FORMS):
            if name in body and (name not in slots or name != OF_EITHER):
                setattr(cls, name, write_formula(cls.__name__, name, body[name], naming))
        cls.formula = getattr(cls, cls.formula_name)
        cls.fisher = {
            key: write_formula(cls.__name__, "fisher", value, naming) for key, value in body.get("fisher", {}).items()
        }
        cls.components = tuple((w.xreplace(naming), one) for w, one in body.get("components", ()))
        cls.log_step = body["log_step"].xreplace(naming) if body.get("log_step") is not None else None
        cls.outcome = named_parameter(outcomes[0], slots, naming) if outcomes else NO_OUTCOME
        cls.parameters = {
            name: named_parameter(name, slots, naming) for name, slot in slots.items() if slot.role != "outcome"
        }
        for name, slot in slots.items():
            for bound in {slot.domain.upper, slot.domain.lower} - {None, "classes", *slots}:
                raise DeclarationError(f"{cls.__name__}.{name} is bounded by {bound!r}, which is not declared")
            if name not in RESERVED:
                setattr(cls, name, naming[slot])
            elif name == OF_EITHER and name in body:
                delattr(cls, name)  # not a claim about what it would ask for
        if others:
            _declare_alternatives(cls, body.get("alternatives", {}), naming, others)


def _declare_alternatives(
    family: type[Declared], ways: Mapping[Any, Any], naming: Mapping[Slot, sp.Symbol], others: Mapping[str, Slot]
) -> None:
    """Write down the further parameterisations: by the names of each, the family's own parameters in their terms."""
    every = {**naming, **name_symbols(family.__name__, others)}
    by_name = {str(symbol): symbol for symbol in every.values()}
    family.others = {name: named_parameter(name, others, every) for name in others}
    family.alternatives = {}
    for slots, places in ways.items():
        way = tuple(str(every[slot]) for slot in slots)
        kept = {name: row.symbol for name, row in family.parameters.items() if name in way}
        named = {str(every[slot]): exact(value).xreplace(every) for slot, value in places.items()}
        known = {by_name[name] for name in way}
        stray = {symbol for value in named.values() for symbol in value.free_symbols} - known
        if stray or set(kept) | set(named) != set(family.parameters) or set(kept) & set(named):
            raise DeclarationError(
                f"{family.__name__}.alternatives by {', '.join(way)} must say what each of "
                f"{', '.join(n for n in family.parameters if n not in way)} is, in terms of {', '.join(way)} alone",
                family=family.__name__,
            )
        family.alternatives[way] = {**kept, **named}


@cache
def _otherwise(family: type[Declared], way: tuple[str, ...]) -> type[Declared]:
    """The family by other parameters: a declaration of its own, made by substitution."""
    rows = [family.parameters.get(name) or family.others[name] for name in way]
    places = {family.parameters[name].symbol: value for name, value in family.alternatives[way].items()}
    body: dict[str, Any] = {"__doc__": family.__doc__, "__module__": family.__module__, "origin": family}
    slots: dict[sp.Symbol, Slot] = {}
    for row in (family.outcome, *rows):
        role = "outcome" if row is family.outcome else "held" if row.link is None else "parameter"
        slot = slots[row.symbol] = make_slot(role, row.domain, row.link)
        slot.word, slot.default = row.name, row.default
        body[f"_{row.name}"] = slot

    def written(formula: sp.Expr) -> Any:
        return rewritten(formula, places).xreplace(slots)

    for name in (family.formula_name, *CLOSED_FORMS):
        if name in vars(family):
            body[name] = written(getattr(family, name))
    own = {n: (row.symbol, places[row.symbol]) for n, row in family.parameters.items() if row.link is not None}
    new = {row.name: row.symbol for row in rows if row.link is not None}
    body["fisher"] = {pair: value.xreplace(slots) for pair, value in information(family.fisher, own, new).items()}
    return type(Distribution)(family.__name__, family.__bases__, body)  # type: ignore[misc,no-any-return]


class Distribution(Declared):
    """Base of all noise families: subclass it with ``y``, parameters and a ``log_density``.

    ``alternatives`` may say what the parameters are in terms of others (see `alternative`), as in
    ``rate = alternative("rate", positive, link="exp")`` and ``alternatives = {(shape, rate): {mean: shape / rate}}``;
    binding one of those names then chooses that parameterisation.

    Calling a family binds its parameters and gives a `Bound`:

    >>> from likelihoodkit.families import Normal
    >>> Normal(scale=2)
    Normal(scale=2)
    >>> Normal(scale=2).outputs
    ('mean',)
    """

    formula_name = "log_density"
    sign = -1  # the loss is minus the log-density
    log_density: ClassVar[sp.Expr]


class NamedLoss(Declared):
    """Base of all named losses: subclass it with a target, a prediction, settings and a ``loss``."""

    formula_name = "loss"
    sign = 1
    loss: ClassVar[sp.Expr]


class InputsLoss(Declared):
    """Base of losses whose inputs have names of their own (an anchor, a positive, a negative).

    Every parameter with a link is an input, given as an array of its own and differentiated; inputs that live in one
    support (by its name) have one width. An ``outcome()`` is not needed.

    ``reading`` says what could have happened instead, where that is no label: ("swap", a, b) if either of two inputs
    might have been the nearer, ("shown", a, b) if a row might have been scored as the one or the other.
    """

    formula_name = "loss"
    sign = 1
    has_outcome = False
    loss: ClassVar[sp.Expr]
    reading: ClassVar[tuple[str, str, str] | None] = None


#: what a loss without an outcome has in its place
NO_OUTCOME = Parameter("y", sp.Symbol("y", real=True), nothing, None)


Noise = Bound | type[Declared]


def as_bound(noise: Any) -> Bound:
    """A family or a bound family as a `Bound`; anything else is a clear error."""
    if isinstance(noise, Bound):
        return noise
    bound = getattr(noise, "bound", None)  # a Loss, made at a later stage, knows what it was derived from
    if isinstance(bound, Bound):
        return bound
    if isinstance(noise, FamilyMeta) and hasattr(noise, "formula"):
        return bind(cast("type[Declared]", noise), {})
    raise BindingError(f"expected a noise family such as lk.Normal or lk.Normal(scale=1), not {noise!r}", value=noise)
