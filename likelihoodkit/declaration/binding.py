"""Binding a declaration: every parameter held at a number, predicted through a link, or shared by all rows."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar, cast

import numpy as np

from likelihoodkit.declaration.reparameterise import spelled
from likelihoodkit.errors import BindingError, DeclarationError, UnknownNameError
from likelihoodkit.exactly import fraction
from likelihoodkit.links import Link, find
from likelihoodkit.loading.later import Later, sp
from likelihoodkit.loading.verbs import Evaluated
from likelihoodkit.supports import Support, narrowed, nothing

_record, _words = Later("likelihoodkit.primitives.record"), Later("likelihoodkit.primitives.words")


def symbol_of(name: str, domain: Support, **assumptions: bool) -> sp.Symbol:
    """A symbol for what lives in ``domain``: one number, or a vector of its layout."""
    return _record.SYMBOLS[domain.layout if domain.vector else "one"](name, **assumptions)


@dataclass(frozen=True)
class Parameter:
    """A named parameter: its domain, the link it is predicted through (None where it is held) and its symbol."""

    name: str
    domain: Support
    link: Link | None
    default: Fraction | sp.Expr | None = None
    written: sp.Symbol | None = None  # the symbol in formulas, where that is not the one of this name and domain

    @cached_property
    def symbol(self) -> sp.Symbol:
        """Its symbol in formulas."""
        return self.written or symbol_of(self.name, self.domain, **self.domain.assumptions)

    @cached_property
    def entries(self) -> tuple[tuple[str, sp.Symbol], ...]:
        """Labels and symbols of the numbers that a row of a compound outcome has."""
        return tuple(
            (label, sp.Symbol(f"{self.name}_{label}", **entry.assumptions)) for label, entry in self.domain.entries
        )


#: what a loss without an outcome has in its place
NO_OUTCOME = Parameter("y", nothing, None)


@dataclass(frozen=True)
class Shared:
    """One learnt value for all rows, through ``link`` (None: the parameter's own).

    >>> import likelihoodkit as lk
    >>> loss = lk.derive(lk.Normal(scale=lk.shared("exp")))  # or lk.shared, through the scale's own link
    >>> value, gradient = loss.value_and_gradient([0.0, 1.0], [0.0, 0.0], shared=[0.0])
    >>> gradient.shape  # the last column is the slope in the shared value, row by row
    (2, 2)
    """

    link: Link | str | None = None

    def __call__(self, link: Link | str) -> Shared:
        """Share through another link than the parameter's own."""
        return Shared(link)

    def __repr__(self) -> str:
        return "shared" if self.link is None else f"shared({self.link!r})"


shared = Shared()


@dataclass(frozen=True)
class Fixed:
    """A vector or matrix that a parameter is held at, packed as the engines want it."""

    values: tuple[float, ...]
    rows: tuple[Any, ...]  # as it was given, in nested tuples

    @property
    def given(self) -> list[Any]:
        """The vector, or the matrix as a list of its rows."""
        return [list(row) if isinstance(row, tuple) else row for row in self.rows]

    def __str__(self) -> str:
        return str(self.given)


@dataclass(frozen=True)
class Held:
    """A parameter fixed to an exact number or a vector, or to what is given with each call (``value`` None)."""

    number: Fraction | sp.Expr | Fixed | None

    @cached_property
    def value(self) -> sp.Expr | Fixed | None:
        """The number as SymPy has it."""
        return sp.Rational(self.number) if isinstance(self.number, Fraction) else self.number

    def __str__(self) -> str:
        if isinstance(self.number, Fraction) and self.number.denominator == 1:
            return str(self.number.numerator)
        return str(self.number) if isinstance(self.number, Fixed) else f"{float(self.number):.12g}"  # type: ignore[arg-type]


def exact_number(value: Any) -> Any:
    """A real number as a fraction, read as it is written; an expression that is no fraction as it is.

    >>> exact_number(0.1), exact_number(2)
    (Fraction(1, 10), Fraction(2, 1))
    """
    if isinstance(value, numbers.Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    return _words.exact(value) if hasattr(value, "free_symbols") else fraction(float(value))


class Facts:
    """What every declaration knows about itself once its class body has run.

    The last ones belong to noise made of noise: ``spelling`` (how it is written: the wrapper's name, what comes first
    in the brackets, the parameters that this already says), ``latent`` (the noise that predictions are about, where
    the outcome is only a view of it), ``parts`` (independent noises side by side), ``components`` (noises, or single
    values, mixed with these weights), ``untruncated`` (the noise of which only what lies between bounds is seen) and
    ``log_step`` (log P(low < Y <= high), where it is not taken from the tails).
    ``alternatives`` are further parameterisations: by the names of the parameters, what the family's own are in terms
    of them; ``origin`` is the family that another parameterisation came from.
    """

    outcome: ClassVar[Parameter]
    parameters: ClassVar[dict[str, Parameter]]
    formula: ClassVar[sp.Expr]
    formula_name: ClassVar[str]
    sign: ClassVar[int]
    has_outcome: ClassVar[bool] = True
    fisher: ClassVar[dict[Any, sp.Expr]] = {}
    limit: ClassVar[dict[str, tuple[Any, str]]] = {}
    spelling: ClassVar[tuple[str, tuple[str, ...], frozenset[str]] | None] = None
    latent: ClassVar[Part | None] = None
    untruncated: ClassVar[Part | None] = None
    parts: ClassVar[tuple[Part, ...]] = ()
    log_step: ClassVar[sp.Expr | None] = None
    components: ClassVar[tuple[tuple[sp.Expr, Part | float], ...]] = ()
    alternatives: ClassVar[dict[tuple[str, ...], dict[str, sp.Expr]]] = {}
    others: ClassVar[dict[str, Parameter]] = {}  # the parameters that only alternatives have
    origin: ClassVar[type[Facts] | None] = None
    own: ClassVar[Mapping[str, sp.Expr]] = {}  # what the parameters of ``origin`` are in terms of these
    folded: ClassVar[Mapping[str, Link]] = {}  # those of them that a link makes of several of these
    recipe: ClassVar[tuple[Any, ...] | None] = None  # the wrapper that made it, and what it was given
    only_differences: ClassVar[tuple[str, ...]] = ()  # vectors of which a number added to all entries changes nothing
    intercept: ClassVar[dict[str, str]] = {}  # a parameter that another one already shifts -> that other one


Family = type[Facts]
Binding = Link | Shared | Held


@dataclass(frozen=True)
class Bound(Evaluated):
    """A family with every parameter decided: predicted through a link, shared, or held at a number."""

    family: Family
    bindings: tuple[tuple[str, Binding], ...]

    def __reduce__(self) -> tuple[Any, ...]:
        return _bound, (as_declared(self.family), self.bindings)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        raise DeclarationError(
            f"{self!r} is a noise with its parameters bound, and no class derives from it",
            family=self.name,
            remedy="It is used as it is, as in lk.derive(noise); other laws derive from lk.Distribution",
        )

    @property
    def name(self) -> str:
        """The family's name."""
        return self.family.__name__

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of what the model must output, in order."""
        return tuple(name for name, how in self.bindings if isinstance(how, Link))

    @property
    def shared(self) -> tuple[str, ...]:
        """Names of the parameters learnt once for all rows, in order."""
        return tuple(name for name, how in self.bindings if isinstance(how, Shared))

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the held parameters that are given as a column with each call."""
        return tuple(name for name, how in self.bindings if isinstance(how, Held) and how.number is None)

    @property
    def held(self) -> dict[str, Any]:
        """Parameters held at a number (as SymPy has it) or a vector."""
        return {name: how.value for name, how in self.bindings if isinstance(how, Held) and how.number is not None}

    @property
    def numbers(self) -> dict[str, Any]:
        """The same, numbers as fractions."""
        return {name: how.number for name, how in self.bindings if isinstance(how, Held) and how.number is not None}

    def __repr__(self) -> str:
        title, first, said = self.family.spelling or (self.name, (), frozenset())
        words = list(first)
        for name, link in self.family.folded.items():
            parts, hows = link.outputs(name), dict(self.bindings)
            if all(hows[part] == self.family.parameters[part].link for part in parts):
                words, said = [*words, f"{name}={link.name!r}"], said | {*parts}
            elif all(hows[part] == Shared(self.family.parameters[part].link) for part in parts):
                words, said = [*words, f"{name}=shared({link.name!r})"], said | {*parts}
        for name, how in self.bindings:
            if name in said:
                continue
            own = self.family.parameters[name].link
            if isinstance(how, Held) and how.number not in (None, self.family.parameters[name].default):
                names = self.family.parameters[name].domain.names
                value = repr(names[int(str(how))]) if names else str(how)
                words.append(f"{name}={value}")
            elif isinstance(how, Shared):
                words.append(f"{name}={how!r}")
            elif isinstance(how, Link) and (how != own or (self.family.origin is not None and not self.family.folded)):
                words.append(f"{name}={how.name!r}")
        return f"{title}({', '.join(words)})"


@dataclass(frozen=True)
class Part:
    """A noise inside another one: ``places`` says for each of its parameters which parameter (and entry) that is."""

    name: str
    bound: Bound
    places: tuple[tuple[str, str, int | None], ...]


def as_declared(family: Family) -> Family:
    """The family as it was written, whatever its support was narrowed to."""
    found: Family = getattr(family, "narrowed_from", family)
    return found


def narrow(family: Family, low: float) -> Family:
    """The family whose support begins at ``low``, the number that its lower bound is held at; made once for each."""
    whole = as_declared(family)
    if (whole, low) not in _NARROWED:
        row, _ = whole.outcome, whole.formula  # all that the body says is needed
        body = {
            **{name: value for name, value in vars(whole).items() if name not in {"__dict__", "__weakref__"}},
            "narrowed_from": whole,
            "outcome": replace(row, domain=narrowed(row.domain, low), written=row.symbol),
        }
        _NARROWED[whole, low] = cast("Family", cast(Any, type(whole))(whole.__name__, whole.__bases__, body))
    return _NARROWED[whole, low]


_NARROWED: dict[tuple[Family, float], Family] = {}


def bind(family: Family, bindings: Mapping[str, Any]) -> Bound:
    """Decide every parameter of ``family``; what is not mentioned is predicted through its own link."""
    unknown = [name for name in bindings if name not in family.parameters]
    if unknown:
        raise UnknownNameError(
            f"{family.__name__} has no parameter {unknown[0]!r}",
            family=family.__name__,
            parameter=unknown[0],
            remedy=f"Its parameters are {spelled([tuple(family.parameters), *family.alternatives])}",
        )
    decided = tuple(
        (name, _binding(family.__name__, row, bindings[name]) if name in bindings else row.link or Held(row.default))
        for name, row in family.parameters.items()
    )
    return _bound(family, decided)


def _bound(family: Family, decided: tuple[tuple[str, Binding], ...]) -> Bound:
    least = dict(decided).get(family.outcome.domain.lower or "")
    if isinstance(least, Held) and least.number is not None and not isinstance(least.number, Fixed):
        family = narrow(family, float(least.number))
    return Bound(family, decided)


def _binding(family: str, row: Parameter, value: Any) -> Binding:
    if isinstance(value, Shared):
        chosen = row.link if value.link is None else fitting(family, row, value.link)
        if chosen is None:
            raise BindingError(f"{family}.{row.name} is held: give it a number", family=family, parameter=row.name)
        return Shared(chosen)
    if row.domain.names:
        return _chosen(family, row, value)
    if isinstance(value, Link | str):
        if row.link is None:
            raise BindingError(
                f"{family}.{row.name} is held and cannot be predicted", family=family, parameter=row.name
            )
        return fitting(family, row, value)
    if row.domain.vector and isinstance(value, Fixed):  # as a noise inside this one holds it
        return Held(value)
    if row.domain.vector and isinstance(value, list | tuple | np.ndarray):
        return Held(_fixed(family, row, value))
    formula = getattr(value, "free_symbols", None) == set()
    if isinstance(value, bool) or not (formula or isinstance(value, numbers.Real)):
        raise BindingError(
            f"{family}.{row.name} takes a number, a link or lk.shared, not {value!r}",
            family=family,
            parameter=row.name,
            value=value,
        )
    as_float = float(value)
    if math.isnan(as_float) or math.isinf(as_float) or not _inside(row.domain, as_float):
        raise BindingError(
            f"{family}.{row.name} must be one of the {row.domain.words}, not {as_float:.12g}",
            family=family,
            parameter=row.name,
            value=value,
        )
    return Held(exact_number(value))


def _chosen(family: str, row: Parameter, value: Any) -> Held:
    names = row.domain.names
    if value not in names:
        raise BindingError(
            f"{family}.{row.name} is one of {', '.join(map(repr, names))}, not {value!r}",
            family=family,
            parameter=row.name,
            value=value,
        )
    return Held(Fraction(names.index(value)))


def _inside(domain: Support, value: float) -> bool:
    if domain.vector:  # one number for all entries, or for the diagonal of a matrix
        return value > 0 if domain.layout == "triangle" else not domain.special and not domain.sums_to_one
    return not bool(domain.outside(np.asarray([value]))[0])


def _fixed(family: str, row: Parameter, value: Any) -> Fixed:
    """A list or array as what a vector parameter is held at; a triangle comes as its (d, d) matrix."""
    array = np.asarray(value, dtype=np.float64)
    domain = row.domain
    ranks = 2 if domain.layout in {"triangle", "square", "steps"} else 1
    good = array.ndim == ranks and bool(np.isfinite(array).all())
    if good and domain.layout == "triangle":
        good = array.shape[0] == array.shape[1] and not np.triu(array, 1).any() and bool((np.diag(array) > 0).all())
    if good and domain.layout == "entries":
        good = not bool(domain.outside(array).any()) or domain.special
        good = good and (not domain.sums_to_one or abs(array.sum() - 1) <= 1e-6)
        good = good and (not domain.increasing or bool((np.diff(array) > 0).all()))
        good = good and (not domain.special or domain.increasing or abs(np.square(array).sum() - 1) <= 1e-6)
    if good and domain.sums_to_one and ranks == 2:  # a channel from K classes to K labels
        good = array.shape[0] == array.shape[1] and not bool(domain.outside(array).any())
        good = good and bool((np.abs(array.sum(axis=1) - 1) <= 1e-9).all()) and bool(array.any(axis=0).all())
    if not good:
        raise BindingError(
            f"{family}.{row.name} must be one of the {domain.words}, not {value!r}",
            family=family,
            parameter=row.name,
            value=value,
            remedy=domain.remedy or None,
        )
    rows = tuple(tuple(row) if isinstance(row, list) else row for row in array.tolist())
    if domain.layout == "triangle":
        array = np.concatenate([np.diag(array), *[array[i, :i] for i in range(1, len(array))]])
    return Fixed(tuple(float(x) for x in array.ravel()), rows)


def fitting(family: str, row: Parameter, link: Link | str) -> Link:
    """The link, if what it gives fits the parameter; `BindingError` where it does not."""
    chosen = find(link, row.domain)
    if not chosen.fits(row.domain):
        raise BindingError(
            f"the link {chosen.name!r} gives {chosen.range.words}, which do not fit {family}.{row.name} "
            f"({row.domain.words})",
            family=family,
            parameter=row.name,
            value=chosen.name,
        )
    return chosen
