"""Declaring a noise: a class body whose formula is a value.

``outcome`` and ``parameter`` return symbols that the package owns; the body is plain Python evaluated once; when the
class is made its symbols get their names and the formula is checked to mention nothing else. Calling the family binds
its parameters: a number holds one, a link predicts it another way, ``shared`` learns one value for all rows.
"""

from __future__ import annotations

import copyreg
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Never, cast

from likelihoodkit.declaration.binding import (
    NO_OUTCOME,
    Bound,
    Facts,
    Held,
    Parameter,
    Part,
    Shared,
    as_declared,
    bind,
    shared,
)
from likelihoodkit.declaration.folding import over, spreads, taken
from likelihoodkit.declaration.peers import Names, names
from likelihoodkit.declaration.reparameterise import chosen, spelled
from likelihoodkit.errors import BindingError, DeclarationError, UnknownNameError
from likelihoodkit.loading.later import Later, exports

if TYPE_CHECKING:
    import sympy as sp

    from likelihoodkit.declaration import making
    from likelihoodkit.declaration.slots import CLOSED_FORMS, alternative, held, level, outcome, parameter
    from likelihoodkit.links import Link
    from likelihoodkit.primitives.record import lower
else:
    making = Later("likelihoodkit.declaration.making")

    def lower(value: Any) -> Any:
        return Later("likelihoodkit.primitives.record").lower(value)


__getattr__, __dir__ = exports(__name__, __file__)

__all__ = [
    "CLOSED_FORMS",
    "NO_OUTCOME",
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


_A = {
    "outcome": "the outcome",
    "parameter": "a parameter",
    "held": "a held setting",
    "alternative": "an alternative parameter",
}


#: names of facts that no class body writes as a formula
_FACTS = frozenset({"sign", "formula", "formula_name", "family", "by", "names", "others", "origin", "own", "folded"})


class Body(dict[str, Any]):
    """The namespace of a class body; a slot that is overwritten is an error on the spot."""

    def __setitem__(self, key: str, value: Any) -> None:
        role = getattr(self.get(key), "role", None)  # of a `Slot`; nothing else in a class body has one
        if role in _A:
            raise DeclarationError(
                f"the name {key!r} is already {_A[role]} of this family and is assigned again",
                parameter=key,
                remedy="Give the second value another name",
            )
        if key in _FACTS and hasattr(value, "free_symbols") and not hasattr(value, "role"):
            raise DeclarationError(
                f"{key!r} is a name for facts about the family and cannot be that of a part of a formula",
                value=key,
                remedy="Give it another name",
            )
        super().__setitem__(key, value)


class FamilyMeta(type):
    """Gives the class body its guarded namespace and lets calling a family bind it."""

    @classmethod
    def __prepare__(cls, name: str, bases: tuple[type, ...], /, **keywords: Any) -> Body:
        """The guarded namespace in which the class body runs."""
        return Body()

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any], /) -> FamilyMeta:
        """The class of a body; where that was announced, the announced one."""
        waiting = _ANNOUNCED.pop((str(body.get("__module__")), name), None)
        if waiting is None:
            return super().__new__(cls, name, bases, body)
        for key in _UNREAD:
            delattr(waiting, key)
        for key, value in body.items():
            if key not in {"__dict__", "__weakref__"}:
                setattr(waiting, key, value)
        making.declare(waiting)
        return waiting

    if not TYPE_CHECKING:  # which attributes there are is for the type checker to say

        def __getattr__(cls, name: str) -> Any:
            if _ANNOUNCED.get((cls.__module__, cls.__name__)) is not cls or name.startswith("__"):
                raise AttributeError(f"type object {cls.__name__!r} has no attribute {name!r}")
            import_module(cls.__module__)
            return getattr(cls, name)

    def __dir__(cls) -> list[str]:
        getattr(cls, "formula", None)  # runs a body that has not
        return list(super().__dir__())

    def __call__(cls, *unnamed: Never, **bindings: Any) -> Bound:
        family = cast("type[Declared]", cls)
        if unnamed:
            named = ", ".join(f"{name}=..." for name in family.parameters)
            raise BindingError(
                f"{cls.__name__} takes its parameters by name, not {', '.join(map(repr, unnamed))} by place",
                family=cls.__name__,
                remedy=f"As in {cls.__name__}({named}); those left out are predicted",
            )
        way = chosen(family, [name for name in bindings if name not in spreads(family)])
        family = family if way is None else cast("type[Declared]", making.otherwise(family, way))
        links = taken(family, bindings)
        if not links:
            return bind(family, bindings)
        return bind(making.spread(family, tuple(links.items())), over(bindings, links))

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
                return cast("type[Declared]", making.otherwise(family, way))
        links = taken(family, dict.fromkeys(names))
        if sorted(part for n in family.parameters for part in (links[n].outputs(n) if n in links else (n,))) == sorted(
            names
        ):
            return cast("type[Declared]", making.spread(family, tuple(links.items())))
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
        own = {name: str(lower(value)) for name, value in family.own.items()}
        return names(cls.__name__, tuple(family.parameters), library, own)


#: classes whose bodies have not run, by module and name
_ANNOUNCED: dict[tuple[str, str], FamilyMeta] = {}


class _Unread:
    """Stands for a fact that only the class body says."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, nothing: None, owner: FamilyMeta) -> Any:
        import_module(owner.__module__)
        return getattr(owner, self.name)


#: facts that have a meaning where the body says nothing, so that their absence would not be noticed
_UNREAD = ("fisher", "limit", "alternatives", "others", "only_differences", "intercept")


def announce(module: str, name: str, facts: Mapping[str, Any]) -> type[Distribution]:
    """The noise of that name in ``module``, of which these facts are known; its body runs when more is asked for."""
    body = {**facts, **{key: _Unread() for key in _UNREAD}, "__module__": module, "__qualname__": name}
    found = _ANNOUNCED[module, name] = type.__new__(FamilyMeta, name, (Distribution,), body)
    return cast("type[Distribution]", found)


def body_of(family: type[Facts]) -> Mapping[str, Any]:
    """What a declaration says itself, by name."""
    _ = family.formula
    return vars(family)


def _otherwise(family: type[Declared], names: tuple[str, ...]) -> type[Declared]:
    return family.by(*names)


def _spread(family: type[Declared], links: tuple[tuple[str, Link], ...]) -> type[Facts]:
    return making.spread(family, links)


def _wrapped(wrapper: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> type[Facts]:
    return as_declared(wrapper(*arguments, **keywords).family)


def _reduced(family: FamilyMeta) -> str | tuple[Any, ...]:
    """What pickle keeps of a family: its name, or how it is made from families that have one."""
    facts = vars(family)
    if facts.get("folded"):
        return _spread, (facts["origin"], tuple(facts["folded"].items()))
    if facts.get("origin") is not None:
        return _otherwise, (facts["origin"], tuple(facts["parameters"]))
    return family.__qualname__ if facts.get("recipe") is None else (_wrapped, facts["recipe"])


copyreg.pickle(FamilyMeta, _reduced)


class Declared(Facts, metaclass=FamilyMeta):
    """What a noise and a named loss have in common: an outcome, parameters and one formula.

    Class attributes after creation: ``outcome`` (a `Parameter`), ``parameters`` (by name, in the order written),
    ``formula`` and any of `CLOSED_FORMS`, all SymPy expressions of the named symbols. A kind of declaration (a
    direct subclass) says what its formula is called; a declaration is final and has no instances.
    """

    def __init_subclass__(cls) -> None:
        if cls.__bases__ == (Declared,) or isinstance(vars(cls).get("outcome"), Parameter):
            return  # all is said already: see `binding.narrow` and `announce`
        kind, *more = cls.__bases__
        if more:
            names = " and ".join(base.__name__ for base in cls.__bases__)
            raise DeclarationError(
                f"{cls.__name__} derives from {names}; a declaration derives from one class and is whole in itself",
                family=cls.__name__,
                remedy="Parameters are lines of the body; what else another class holds is used by its name",
            )
        if kind.__bases__ != (Declared,):
            raise DeclarationError(
                f"{cls.__name__} derives from {kind.__name__}, which is final",
                family=cls.__name__,
                remedy=f"Bind its parameters, as in {kind.__name__}(...), wrap it, or write a log_density of its own",
            )
        making.declare(cls)


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
    """Base of all named losses: subclass it with a target, a prediction, settings and a ``loss``.

    >>> import likelihoodkit as lk
    >>> class fourth_power(lk.NamedLoss):
    ...     y = lk.outcome(lk.real)
    ...     prediction = lk.parameter(lk.real, link="identity")
    ...     loss = (y - prediction) ** 4
    >>> lk.derive(fourth_power)([2.0], [0.0])
    array([16.])
    """

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


Noise = Bound | type[Declared]


def as_bound(noise: Any) -> Bound:
    """A family or a bound family as a `Bound`; anything else is a clear error."""
    if isinstance(noise, Bound):
        return noise
    if isinstance(noise, FamilyMeta):
        if "parameters" in vars(noise):
            return noise()
    elif isinstance(bound := getattr(noise, "bound", None), Bound):
        return bound  # a Loss, made at a later stage, knows what it was derived from
    if settings := getattr(noise, "settings", ()):  # a named loss, made at a later stage
        raise BindingError(
            f"{noise!r} is a loss once it has its settings",
            value=noise,
            parameter=settings[0],
            remedy=f"Call it with {', '.join(settings)} first",
        )
    remedy = None
    if isinstance(noise, str):
        remedy = (
            "Text is read by likelihoodkit.command_line.parse.parse (names of noises and losses), and by "
            "likelihoodkit.command_line.parse_formula.parse_formula (formulas such as 'abs(y - a)')"
        )
    elif callable(noise):
        remedy = (
            "Write a loss as an expression: y, a = lk.outcome(lk.real), lk.parameter(lk.real, link='identity'), "
            "then lk.reverse((y - a) ** 2)"
        )
    raise BindingError(
        f"expected a noise family such as lk.Normal or lk.Normal(scale=1), not {noise!r}", value=noise, remedy=remedy
    )
