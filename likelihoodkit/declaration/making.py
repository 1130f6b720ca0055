"""Making a declaration: what the class body wrote becomes facts, and the same noise by other parameters.

Symbols get their names, formulas are checked to mention nothing else, alternatives are written down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any

import sympy as sp

from likelihoodkit.declaration.binding import NO_OUTCOME, Parameter
from likelihoodkit.declaration.cases import missed
from likelihoodkit.declaration.nothing import read_nothing
from likelihoodkit.declaration.reparameterise import information, rewritten
from likelihoodkit.declaration.slots import (
    CLOSED_FORMS,
    OF_EITHER,
    OF_PARAMETERS,
    RESERVED,
    Slot,
    make_slot,
    name_symbols,
    write_formula,
)
from likelihoodkit.declaration.turning import read_angle
from likelihoodkit.errors import DeclarationError
from likelihoodkit.links import identity
from likelihoodkit.primitives.record import is_vector
from likelihoodkit.primitives.words import exact
from likelihoodkit.supports import real

if TYPE_CHECKING:
    from likelihoodkit.declaration.binding import Facts
    from likelihoodkit.links import Link
    from likelihoodkit.supports import Support


def declare(cls: Any) -> None:
    """Give a class the facts that its body wrote."""
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
            value=len(outcomes),
            remedy="Write y = outcome(support); several outcomes of one row are a Joint, or one of a vector support",
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
    for slot in (slots[name] for name in outcomes):
        cls.formula = read_nothing(cls.formula, naming[slot], slot.domain)
        cls.formula = read_angle(cls.formula, naming[slot], slot.domain)
    every = naming | name_symbols(cls.__name__, others)  # an entry may be in parameters of another way
    cls.fisher = {
        key: write_formula(cls.__name__, "fisher", value, every) for key, value in body.get("fisher", {}).items()
    }
    cls.components = tuple((w.xreplace(naming), one) for w, one in body.get("components", ()))
    cls.log_step = body["log_step"].xreplace(naming) if body.get("log_step") is not None else None
    cls.outcome = slots[outcomes[0]].under(outcomes[0]) if outcomes else NO_OUTCOME
    cls.parameters = {name: slot.under(name) for name, slot in slots.items() if slot.role != "outcome"}
    for name, slot in slots.items():
        for bound in {slot.domain.upper, slot.domain.lower} - {None, "classes", *slots}:
            raise DeclarationError(f"{cls.__name__}.{name} is bounded by {bound!r}, which is not declared")
        if name not in RESERVED:
            setattr(cls, name, naming[slot])
        elif name == OF_EITHER and name in body:
            delattr(cls, name)  # not a claim about what it would ask for
    _is_one_number(cls)
    _closed_forms_are_of_parameters(cls)
    _every_outcome_has_a_case(cls)
    _every_parameter_counts(cls, slots)
    _the_outcome_counts(cls)
    if others:
        _declare_alternatives(cls, body.get("alternatives", {}), naming, others)


def _is_one_number(cls: Any) -> None:
    """`DeclarationError` where a row has a number for each entry of a vector."""
    if is_vector(cls.formula):
        vectors = sorted(str(symbol) for symbol in cls.formula.free_symbols if is_vector(symbol))
        raise DeclarationError(
            f"{cls.__name__}.{cls.formula_name} is a vector, as {' and '.join(vectors)} in it "
            f"{'are' if vectors[1:] else 'is'}",
            family=cls.__name__,
            value=str(cls.formula),
            remedy="Add up over the entries, as in lk.sum_over(-(y - m)**2), or take one by a label with lk.pick",
        )


def _closed_forms_are_of_parameters(cls: Any) -> None:
    """`DeclarationError` where a mean, a mode or another number of the law mentions the outcome."""
    seen = {cls.outcome.symbol, *(symbol for _, symbol in cls.outcome.entries)}
    for name in OF_PARAMETERS:
        form = vars(cls).get(name)
        if isinstance(form, sp.Basic) and form.free_symbols & seen:
            raise DeclarationError(
                f"{cls.__name__}.{name} mentions the outcome {cls.outcome.name}, of which it is no function",
                family=cls.__name__,
                value=str(form),
                remedy=f"Write {name} as a formula of the parameters alone, or leave it out: it is then worked out",
            )


def _every_outcome_has_a_case(cls: Any) -> None:
    """`DeclarationError` where the cases of a formula leave something out."""
    bounds = {cls.outcome.domain.upper, cls.outcome.domain.lower}
    if not cls.formula.has(sp.Piecewise) or bounds != {None}:  # which outcomes a row may have is for its bounds to say
        return
    rows = (cls.outcome, *cls.parameters.values())
    domains = {row.symbol: row.domain for row in rows} | dict(entry for row in rows for entry in _entries(row))
    place = missed(cls.formula, domains)
    if place is not None:
        where = ", ".join(f"{symbol} = {float(number):g}" for symbol, number in place.items())
        nothing = "or (-sympy.oo, True) where nothing can be seen" if cls.sign < 0 else "last"
        raise DeclarationError(
            f"{cls.__name__}.{cls.formula_name} has no case for {where}",
            family=cls.__name__,
            value=where,
            remedy=f"End it with what holds otherwise, sympy.Piecewise((a, condition), (b, True)), {nothing}",
        )


def _entries(row: Parameter) -> list[tuple[sp.Symbol, Support]]:
    return [(symbol, domain) for (_, symbol), (_, domain) in zip(row.entries, row.domain.entries, strict=True)]


def _every_parameter_counts(cls: Any, slots: Mapping[str, Slot]) -> None:
    """`DeclarationError` where a noise does not depend on a parameter that it predicts."""
    bounds = {bound for slot in slots.values() for bound in (slot.domain.upper, slot.domain.lower)}
    for name, slot in slots.items():
        row = cls.parameters.get(name)
        if cls.sign < 0 and slot.role == "parameter" and not cls.formula.has(row.symbol) and name not in bounds:
            raise DeclarationError(
                f"{cls.__name__}.{cls.formula_name} does not mention the parameter {name}: no data can tell its value",
                family=cls.__name__,
                parameter=name,
                remedy=f"Use {name} in the formula, or leave it out",
            )


def _the_outcome_counts(cls: Any) -> None:
    """`DeclarationError` where a noise with parameters is the same for every outcome, whose ends they do not move.

    What is seen of a latent noise may tell nothing about it (labels that are wrong half of the time).
    """
    symbols = {cls.outcome.symbol, *(symbol for _, symbol in cls.outcome.entries)}
    moving = any(getattr(cls, end, None) is not None for end in ("lowest", "highest"))
    predicted = [row for row in cls.parameters.values() if row.link is not None]
    told = moving or cls.latent is not None
    if cls.sign < 0 and predicted and not told and not cls.formula.free_symbols & symbols:
        raise DeclarationError(
            f"{cls.__name__}.{cls.formula_name} does not mention the outcome {cls.outcome.name}: all are as likely",
            family=cls.__name__,
            parameter=cls.outcome.name,
            remedy=f"Use {cls.outcome.name} in the formula",
        )


def _declare_alternatives(
    family: type[Facts], ways: Mapping[Any, Any], naming: Mapping[Slot, sp.Symbol], others: Mapping[str, Slot]
) -> None:
    """Write down the further parameterisations: by the names of each, the family's own parameters in their terms."""
    every = {**naming, **name_symbols(family.__name__, others)}
    by_name = {str(symbol): symbol for symbol in every.values()}
    family.others = {name: slot.under(name) for name, slot in others.items()}
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
def otherwise(family: type[Facts], way: tuple[str, ...]) -> type[Facts]:
    """The family by other parameters: a declaration of its own, made by substitution."""
    rows = [family.parameters.get(name) or family.others[name] for name in way]
    return _rewritten(family, rows, family.alternatives[way], {})


@cache
def spread(family: type[Facts], chosen: tuple[tuple[str, Link], ...]) -> type[Facts]:
    """The family with parameters that a link makes of several outputs replaced by these, each a parameter itself."""
    _ = family.formula  # all that the body says is needed
    links, rows, places = dict(chosen), list[Parameter](), dict[str, sp.Expr]()
    for name, row in family.parameters.items():
        if name in links:
            parts = [Parameter(part, real, identity) for part in links[name].outputs(name)]
            places[name] = links[name].inverse(*[part.symbol for part in parts])
            rows += parts
        else:
            rows.append(row)
            places[name] = row.symbol
    return _rewritten(family, rows, places, {"folded": links})


def _rewritten(
    family: type[Facts], rows: Sequence[Parameter], own: Mapping[str, sp.Expr], more: Mapping[str, Any]
) -> type[Facts]:
    """The family with the parameters ``rows``, in which its own ones are these formulas."""
    places = {family.parameters[name].symbol: value for name, value in own.items()}
    body: dict[str, Any] = {
        "__doc__": family.__doc__,
        "__module__": family.__module__,
        "origin": family,
        "own": own,
        **more,
    }
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
    moved = {n: (row.symbol, places[row.symbol]) for n, row in family.parameters.items() if row.link is not None}
    new = {row.name: row.symbol for row in rows if row.link is not None}
    given = {pair: value for pair, value in family.fisher.items() if set(pair) <= set(new)}
    whole = all(pair in given or pair[::-1] in given for pair in combinations_with_replacement(new, 2))
    known = given if whole else information(family.fisher, moved, new)
    body["fisher"] = {pair: value.xreplace(slots) for pair, value in known.items()}
    return type(family)(family.__name__, family.__bases__, body)  # type: ignore[misc,no-any-return]
