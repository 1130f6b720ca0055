"""Declaring a noise: a class body whose formula is a value.

``outcome`` and ``parameter`` return symbols that the package owns; the body is plain Python evaluated once; when the
class is made its symbols get their names and the formula is checked to mention nothing else. Calling the family binds
its parameters: a number holds one, a link predicts it another way, ``shared`` learns one value for all rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, cast

import sympy as sp

from likelihoodkit.binding import Bound, Facts, Held, Parameter, Part, Shared, bind, shared
from likelihoodkit.errors import BindingError, DeclarationError
from likelihoodkit.links import Link, find
from likelihoodkit.primitives.record import SYMBOLS
from likelihoodkit.primitives.words import exact
from likelihoodkit.supports import Support, nothing

__all__ = [
    "CLOSED_FORMS",
    "Bound",
    "Declared",
    "Distribution",
    "Held",
    "InputsLoss",
    "NamedLoss",
    "Parameter",
    "Part",
    "Shared",
    "as_bound",
    "bind",
    "held",
    "level",
    "outcome",
    "parameter",
    "shared",
]

#: what sequences are asked for besides
PATHS = ("marginals", "log_partition", "path_labelling")
#: formulas a family may declare beside its log-density; all are certified by tests, never trusted
CLOSED_FORMS = ("expectation", "variance", "median", "mode", "cdf", "survival", "quantile", "entropy", "draw", *PATHS)
#: names that mean something else in a class body
RESERVED = {
    "log_density", "loss", "formula", "formula_name", "sign", "fisher", "limit", "intercept", "outcome", "parameters",
    "family", *CLOSED_FORMS,
}  # fmt: skip

#: the symbol of a probability in a declared ``quantile``
level = sp.Symbol("quantile_level", positive=True)


class Slot(sp.Dummy):  # type: ignore[misc]
    """A symbol waiting for its name: an outcome, a parameter or a held setting."""

    role: str
    domain: Support
    link: Link | None
    entries: dict[str, Slot]
    default: sp.Expr | None = None


def _slot(role: str, domain: Support, link: Link | None) -> Slot:
    if not isinstance(domain, Support):
        raise DeclarationError(f"{role}() takes a support such as real or positive, not {domain!r}", value=domain)
    slot: Slot = Slot(role, **domain.assumptions)
    slot.role, slot.domain, slot.link = role, domain, link
    slot.is_vector = domain.vector
    slot.entries = {label: _slot("entry", entry, None) for label, entry in domain.entries}
    return slot


def outcome(support: Support) -> Any:
    """The observed value ``y`` of one row, living in ``support``."""
    return _slot("outcome", support, None)


def parameter(domain: Support, *, link: Link | str, typical: tuple[float, float] | None = None) -> Any:
    """A parameter in ``domain``, predicted through ``link`` unless it is bound otherwise.

    ``typical`` says between which values it usually lies, where that is not what the domain says; checks draw there.

    Raises `DeclarationError` when the link can produce values outside the domain.
    """
    if not isinstance(domain, Support):
        raise DeclarationError(f"parameter() takes a support such as real or positive, not {domain!r}")
    if typical is not None:
        domain = replace(domain, typical=typical)
    chosen = find(link, domain)
    if not chosen.fits(domain):
        raise DeclarationError(
            f"the link {chosen.name!r} gives {chosen.range.words}, which do not fit the domain {domain.name!r}",
            value=chosen.name,
        )
    return _slot("parameter", domain, chosen)


def held(domain: Support, default: float | None = None) -> Any:
    """A setting the user gives (a quantile level, a threshold, the trials): a number, or a column per row.

    ``default`` is what it is held at where nothing is said.
    """
    slot = _slot("held", domain, None)
    slot.default = None if default is None else exact(default)
    return slot


_A = {"outcome": "the outcome", "parameter": "a parameter", "held": "a held setting"}


class _Body(dict[str, Any]):
    """The namespace of a class body; a slot that is overwritten is an error on the spot."""

    def __setitem__(self, key: str, value: Any) -> None:
        if isinstance(self.get(key), Slot):
            raise DeclarationError(
                f"the name {key!r} is already {_A[self[key].role]} of this family and is assigned again",
                parameter=key,
                remedy="Give the second value another name",
            )
        super().__setitem__(key, value)


class FamilyMeta(type):
    """Gives the class body its guarded namespace and lets calling a family bind it."""

    @classmethod
    def __prepare__(cls, name: str, bases: tuple[type, ...], /, **keywords: Any) -> _Body:
        """The guarded namespace in which the class body runs."""
        return _Body()

    def __call__(cls, **bindings: Any) -> Bound:
        return bind(cast("type[Declared]", cls), bindings)

    def __repr__(cls) -> str:
        return cls.__name__


class Declared(Facts, metaclass=FamilyMeta):
    """What a noise and a named loss have in common: an outcome, parameters and one formula.

    Class attributes after creation: ``outcome`` (a `Parameter`), ``parameters`` (by name, in the order written),
    ``formula`` and any of `CLOSED_FORMS`, all SymPy expressions of the named symbols. A kind of declaration (a
    direct subclass) says what its formula is called; a declaration is final and has no instances.
    """

    def __init_subclass__(cls) -> None:
        if cls.__bases__ == (Declared,):
            return
        (kind,) = cls.__bases__
        if kind.__bases__ != (Declared,):
            raise DeclarationError(f"{cls.__name__} derives from {kind.__name__}, which is final")
        body = vars(cls)
        slots: dict[str, Slot] = {}
        for name, value in body.items():  # the first name counts: ``mode = mean`` is a formula, not a parameter
            if isinstance(value, Slot) and value not in slots.values():
                slots[name] = value
        naming = _name_symbols(cls.__name__, slots)
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
            if name in body:
                setattr(cls, name, _formula(cls.__name__, name, body[name], naming))
        cls.formula = getattr(cls, cls.formula_name)
        cls.fisher = {
            key: _formula(cls.__name__, "fisher", value, naming) for key, value in body.get("fisher", {}).items()
        }
        cls.components = tuple((w.xreplace(naming), one) for w, one in body.get("components", ()))
        cls.log_step = body["log_step"].xreplace(naming) if body.get("log_step") is not None else None
        cls.outcome = _parameter(outcomes[0], slots, naming) if outcomes else NO_OUTCOME
        cls.parameters = {
            name: _parameter(name, slots, naming) for name, slot in slots.items() if slot.role != "outcome"
        }
        for name, slot in slots.items():
            upper = slot.domain.upper
            if upper and upper != "classes" and upper not in slots:
                raise DeclarationError(f"{cls.__name__}.{name} is bounded by {upper!r}, which is not declared")
            setattr(cls, name, naming[slot])


class Distribution(Declared):
    """Base of all noise families: subclass it with ``y``, parameters and a ``log_density``.

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
    """

    formula_name = "loss"
    sign = 1
    has_outcome = False
    loss: ClassVar[sp.Expr]


#: what a loss without an outcome has in its place
NO_OUTCOME = Parameter("y", sp.Symbol("y", real=True), nothing, None)


def _name_symbols(family: str, slots: Mapping[str, Slot]) -> dict[Slot, sp.Symbol]:
    naming: dict[Slot, sp.Symbol] = {}
    for name, slot in slots.items():
        if name in RESERVED:
            raise DeclarationError(
                f"{family} names a parameter {name!r}, which shadows a formula of that name",
                family=family,
                parameter=name,
                remedy="Choose another word",
            )
        kind = SYMBOLS[slot.domain.layout] if slot.domain.vector else sp.Symbol
        naming[slot] = kind(name, **slot.domain.assumptions)
        for label, entry in slot.entries.items():
            naming[entry] = sp.Symbol(f"{name}_{label}", **entry.domain.assumptions)
    return naming


def _formula(family: str, name: str, value: Any, naming: Mapping[Slot, sp.Symbol]) -> sp.Expr:
    try:
        expression = exact(value).xreplace(dict(naming))
    except TypeError as problem:
        raise DeclarationError(f"{family}.{name} is not a formula: {problem}", family=family) from None
    stray = expression.free_symbols - set(naming.values()) - {level}
    if stray:
        names = ", ".join(sorted(str(s).lstrip("_") for s in stray))
        known = ", ".join(str(s) for s in naming.values())
        raise DeclarationError(
            f"{family}.{name} mentions {names}, which the class does not declare",
            family=family,
            remedy=f"Declared are {known}",
        )
    return cast(sp.Expr, expression)


def _parameter(name: str, slots: Mapping[str, Slot], naming: Mapping[Slot, sp.Symbol]) -> Parameter:
    slot = slots[name]
    entries = tuple((label, naming[entry]) for label, entry in slot.entries.items())
    return Parameter(name, naming[slot], slot.domain, slot.link, entries, slot.default)


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
