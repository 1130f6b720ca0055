"""The words of a class body: symbols waiting for their names, and the formulas written with them.

``outcome``, ``parameter``, ``held`` and ``alternative`` return a `Slot`; when the class is made every slot gets the
symbol of its name, and a formula is checked to mention nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import sympy as sp

from likelihoodkit.declaration.binding import Parameter, exact_number
from likelihoodkit.declaration.sugar import written_out
from likelihoodkit.declaration.typed import Typed
from likelihoodkit.errors import DeclarationError
from likelihoodkit.links import Link, find, named
from likelihoodkit.primitives.record import Primitive, is_vector
from likelihoodkit.primitives.words import exact
from likelihoodkit.supports import Support

#: what sequences are asked for besides
PATHS = ("marginals", "log_partition", "path_labelling")
#: formulas a family may declare beside its log-density; all are certified by tests, never trusted
CLOSED_FORMS = (
    "expectation", "variance", "median", "mode", "cdf", "survival", "quantile", "entropy", "draw", "lowest", "highest",
    *PATHS,
)  # fmt: skip
#: those in which the outcome has no place
OF_PARAMETERS = ("expectation", "variance", "median", "mode", "quantile", "entropy", "lowest", "highest")
#: a closed form that may be a parameter's name instead: what it asks for is then found from the quantile
OF_EITHER = "median"
#: names that mean something else in a class body
RESERVED = {
    "log_density", "loss", "formula", "formula_name", "sign", "fisher", "limit", "intercept", "outcome", "parameters",
    "family", "by", "names", "alternatives", "others", "origin", "own", "folded", "only_differences", *CLOSED_FORMS,
}  # fmt: skip

#: the symbol of a probability in a declared ``quantile``
level = sp.Symbol("quantile_level", positive=True)


class Slot(Typed, sp.Dummy):  # type: ignore[misc]
    """A symbol waiting for its name: an outcome, a parameter or a held setting."""

    role: str
    domain: Support
    link: Link | None
    entries: dict[str, Slot]
    default: Any = None
    word: str | None = None  # what it is called, where that is not the name it is assigned to

    def __iter__(self) -> Any:
        return self["all"]

    def __getitem__(self, place: Any) -> Any:
        what = "the entries" if place == "all" else f"entry {place!r}"
        raise DeclarationError(
            f"{what} of the {self.role} cannot be asked for: a vector is one symbol, a formula in it is meant entry by "
            "entry, whatever their number",
            value=place,
            remedy="Add up over the entries with lk.sum_over, take one by a label with lk.pick, the largest with "
            "lk.largest_other, a length with lk.norm",
        )

    def under(self, name: str) -> Parameter:
        """Its record under that name."""
        return Parameter(name, self.domain, self.link, self.default)


def make_slot(role: str, domain: Support, link: Link | None) -> Slot:
    """A slot in a domain, with those of the numbers that a row of it consists of."""
    if not isinstance(domain, Support):
        raise DeclarationError(f"{role}() takes a support such as real or positive, not {domain!r}", value=domain)
    slot: Slot = Slot(role, **domain.assumptions)
    slot.role, slot.domain, slot.link = role, domain, link
    slot.is_vector = domain.vector
    slot.entries = {label: make_slot("entry", entry, None) for label, entry in domain.entries}
    return slot


def outcome(support: Support) -> Any:
    """The observed value ``y`` of one row, living in ``support``: the line of a class body that names the outcome.

    Outcomes outside the support are a `SupportError` when data come; the name is free (``y``, ``time``, ``count``).

    >>> import likelihoodkit as lk
    >>> class Halved(lk.Distribution):
    ...     time = lk.outcome(lk.positive)
    ...     rate = lk.parameter(lk.positive, link="exp")
    ...     log_density = lk.log(rate) - rate * time
    >>> lk.derive(Halved)([2.0], [0.0])
    array([2.])
    """
    return make_slot("outcome", support, None)


def parameter(domain: Support, *, link: Link | str | None = None, typical: tuple[float, float] | None = None) -> Any:
    """A parameter in ``domain``, predicted through ``link`` unless it is bound otherwise.

    ``typical`` says between which values it usually lies, where that is not what the domain says; checks draw there.

    Raises `DeclarationError` when no link is given or the link can produce values outside the domain.

    >>> import likelihoodkit as lk
    >>> lk.parameter(lk.positive, link="identity")
    Traceback (most recent call last):
        ...
    likelihoodkit.errors.DeclarationError: the link 'identity' gives real numbers, which do not fit the domain
    'positive'. Links that fit here: exp, softplus, sigmoid, square, shifted_exp
    """
    if not isinstance(domain, Support):
        raise DeclarationError(f"parameter() takes a support such as real or positive, not {domain!r}")
    if link is None:
        fitting = named(domain)
        raise DeclarationError(
            "parameter() needs a link, by which a real number that a model puts out becomes the parameter",
            value=domain.name,
            remedy=f"As in parameter({domain.name}, link={fitting[0]!r}); links that fit: {', '.join(fitting)}",
        )
    if typical is not None:
        domain = replace(domain, typical=typical)
    chosen = find(link, domain)
    if not chosen.fits(domain):
        raise DeclarationError(
            f"the link {chosen.name!r} gives {chosen.range.words}, which do not fit the domain {domain.name!r}",
            value=chosen.name,
            remedy=f"Links that fit here: {', '.join(named(domain))}",
        )
    return make_slot("parameter", domain, chosen)


def held(domain: Support, default: float | None = None) -> Any:
    """A setting the user gives (a quantile level, a threshold, the trials): a number, or a column per row.

    ``default`` is what it is held at where nothing is said.

    >>> import likelihoodkit as lk
    >>> lk.Binomial(trials=12)
    Binomial(trials=12)
    >>> lk.derive(lk.Binomial)([3], [0.0], trials=[12]).round(4)  # a column for each call
    array([2.9241])
    """
    slot = make_slot("held", domain, None)
    slot.default = None if default is None else exact_number(default)
    return slot


def alternative(word: str, domain: Support, *, link: Link | str) -> Any:
    """A parameter of another parameterisation, called ``word``; see ``alternatives`` of `Distribution`.

    >>> import likelihoodkit as lk
    >>> class Waiting(lk.Distribution):
    ...     y = lk.outcome(lk.positive)
    ...     mean = lk.parameter(lk.positive, link="exp")
    ...     rate = lk.alternative("rate", lk.positive, link="exp")
    ...     log_density = -lk.log(mean) - y / mean
    ...     alternatives = {(rate,): {mean: 1 / rate}}
    >>> lk.derive(Waiting(rate="exp")).outputs
    ('rate',)
    """
    slot = parameter(domain, link=link)
    slot.role, slot.word = "alternative", word
    return slot


def name_symbols(family: str, slots: Mapping[str, Slot]) -> dict[Slot, sp.Symbol]:
    """The symbol of every slot; `DeclarationError` for a name that means something else."""
    naming: dict[Slot, sp.Symbol] = {}
    for name, slot in slots.items():
        if not name.isidentifier():
            raise DeclarationError(
                f"{family} has a parameter called {name!r}, which is no name",
                family=family,
                parameter=name,
                remedy="Names are letters, digits and underscores, as in " + repr("_".join(name.split()) or "scale"),
            )
        if name in RESERVED - {OF_EITHER} and slot.word is None:
            raise DeclarationError(
                f"{family} names a parameter {name!r}, which shadows a formula of that name",
                family=family,
                parameter=name,
                remedy="Choose another word",
            )
        row = slot.under(name)
        naming[slot] = row.symbol
        for (_, symbol), entry in zip(row.entries, slot.entries.values(), strict=True):
            naming[entry] = symbol
    return naming


def _must_be_a_number(family: str, name: str, e: Any) -> None:
    """`DeclarationError` for conditions, for what is not a number or not real, and for logarithms of negative ones."""
    trouble, value, remedy = None, e, "Write the logarithm of the density, a real number for every outcome"
    if not isinstance(e, sp.Expr):
        trouble, remedy = (
            f"is the condition {e}, no number",
            "Cases are written sympy.Piecewise((a, condition), (b, True))",
        )
    elif e.has(sp.nan, sp.zoo) or e in (sp.oo, -sp.oo):
        trouble = f"is {e}"
    elif e.has(sp.I):
        trouble = "has an imaginary part"
    else:
        taken = [f for f in e.atoms(sp.log, sp.Pow) if f.args[0].is_negative and _of_positive_ones(f)]
        if taken:
            value = taken[0].args[0]
            what = "the logarithm" if isinstance(taken[0], sp.log) else "a root or power"
            trouble = f"takes {what} of {value}, which is negative"
    if trouble is not None:
        raise DeclarationError(f"{family}.{name} {trouble}", family=family, value=str(value), remedy=remedy)


def _of_positive_ones(f: sp.Expr) -> bool:
    """Is it real for positive numbers alone?"""
    return isinstance(f, sp.log) or (f.args[1].is_Rational and not f.args[1].is_Integer)


def _a(role: str) -> str:
    return f"an {role}" if role[0] in "aeo" else f"a {role}"


def write_formula(family: str, name: str, value: Any, naming: Mapping[Slot, sp.Symbol]) -> sp.Expr:
    """A formula in the named symbols; `DeclarationError` where it is none or mentions what is not declared."""
    if callable(value) or isinstance(value, property | classmethod | staticmethod):
        raise DeclarationError(
            f"{family}.{name} is not a formula: a formula is made of numbers and expressions, not a function",
            family=family,
            value=name,
            remedy=f"Write {name} = ... in the class body, an expression of the outcome and parameters named there",
        )
    if isinstance(value, str):
        raise DeclarationError(
            f"{family}.{name} is not a formula: a formula is made of numbers and expressions, not of text",
            family=family,
            value=value,
            remedy="Write it without quotation marks; log, exp and others are words of the kit: lk.log, lk.exp",
        )
    try:
        expression = exact(value).xreplace(dict(naming))
    except TypeError as problem:
        raise DeclarationError(f"{family}.{name} is not a formula: {problem}", family=family) from None
    expression = written_out(expression)
    _must_be_a_number(family, name, expression)
    for part in expression.atoms(Primitive):
        if part.record.reduces and not any(is_vector(argument) for argument in part.args):
            raise DeclarationError(
                f"{family}.{name} has {part}, which is about the entries of a vector, and {part.args[0]} is one number",
                family=family,
                value=str(part),
                remedy="How many entries a vector y has is lk.size_of(y): write lk.size_of(y) * ... for such a sum",
            )
    strange = sorted({str(f.func) for f in expression.atoms(sp.core.function.AppliedUndef)})
    if strange:
        raise DeclarationError(
            f"{family}.{name} has the function {', '.join(strange)}, of which nothing is known",
            family=family,
            value=strange[0],
            remedy="Write out what it is, with the words of the kit or SymPy's functions",
        )
    stray = expression.free_symbols - set(naming.values()) - {level}
    unnamed = sorted({s.role for s in stray if isinstance(s, Slot)})
    if unnamed:
        raise DeclarationError(
            f"{family}.{name} mentions {' and '.join(map(_a, unnamed))} which the class does not declare by a name",
            family=family,
            remedy="Each needs a line of its own in the body, as in scale = lk.parameter(lk.positive, link='exp'); "
            "what is in a list, a dict or another class has none",
        )
    if stray:
        names = ", ".join(sorted(str(s).lstrip("_") for s in stray))
        known = ", ".join(str(s) for s in naming.values())
        raise DeclarationError(
            f"{family}.{name} mentions {names}, which the class does not declare",
            family=family,
            remedy=f"Declared are {known}",
        )
    return cast(sp.Expr, expression)
