"""What every wrapper begins with: the inner noise's parameters taken over into the body of a new declaration.

A wrapper writes its log-density out of four expressions of the inner noise: the log-density, and the logarithms of the
probabilities below, above and between. These are logarithms of the declared ``cdf`` and ``survival``; the table of
identities makes them exact in the tails, as it does with any other formula.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec

import sympy as sp

from likelihoodkit import primitives as p
from likelihoodkit.declaration import (
    Bound,
    Declared,
    Distribution,
    Held,
    Part,
    Shared,
    as_bound,
    bind,
    held,
    outcome,
    parameter,
)
from likelihoodkit.declaration.binding import as_declared
from likelihoodkit.errors import BindingError
from likelihoodkit.links import Link
from likelihoodkit.primitives.distribution_functions import read
from likelihoodkit.supports import Support
from likelihoodkit.wrappers.counted import counts_between, counts_within
from likelihoodkit.wrappers.growth import by_cases, log_density_of_growth, log_distance, log_step_of_growth
from likelihoodkit.wrappers.lines import line_between, line_within
from likelihoodkit.wrappers.steps import (
    angle_step,
    angle_within,
    box_cox_student_step,
    log_of,
    nearer_tail,
    normal_step,
    student,
    student_step,
    tilted_step,
    tilted_within,
    vanishes,
)

Given = ParamSpec("Given")

#: the ends of an interval in a declared ``log_step``
LOW, HIGH = sp.Dummy("low", real=True), sp.Dummy("high", real=True)


@dataclass
class Inside:
    """An inner noise and how its parameters are called in the body of the wrapper.

    ``body`` collects the class body, ``bindings`` what of it is held or shared, ``symbols`` the inner symbols' places.
    ``lift`` turns the domain and link of a parameter that is predicted into those of several entries (a mixture's).
    ``range`` is where the outcome lives if more is known of that than the declaration says.
    """

    bound: Bound
    prefix: str = ""
    suffix: str = ""
    lift: Callable[[Support, Link], tuple[Support, Link]] | None = None
    body: dict[str, Any] = field(default_factory=dict)
    bindings: dict[str, Any] = field(default_factory=dict)
    symbols: dict[sp.Symbol, Any] = field(default_factory=dict)
    range: Support | None = None

    def __post_init__(self) -> None:
        for inner, how in self.bound.bindings:
            row, name = self.family.parameters[inner], f"{self.prefix}{inner}{self.suffix}"
            if isinstance(how, Link):
                domain, link = self.lift(row.domain, how) if self.lift else (row.domain, how)
                slot = parameter(domain, link=link)
            elif row.link is None:
                slot = held(row.domain)
            else:
                slot = parameter(row.domain, link=row.link)
            slot.word = name  # a parameter called ``variance`` stands beside the formula of that name
            self.body[f"_{name}"] = slot
            if isinstance(how, Shared):
                self.bindings[name] = how
            elif isinstance(how, Held) and how.value is not None:
                self.bindings[name] = how.value
            self.symbols[row.symbol] = slot

    @property
    def family(self) -> type[Declared]:
        """The inner noise's declaration."""
        return self.bound.family  # type: ignore[return-value]

    @property
    def domain(self) -> Support:
        """Where the inner outcome lives."""
        return self.range or self.family.outcome.domain

    @property
    def y(self) -> sp.Symbol:
        """The inner outcome's symbol."""
        return self.family.outcome.symbol

    @property
    def part(self) -> Part:
        """The inner noise with the places of its parameters."""
        return self.at(None)

    def at(self, entry: int | None) -> Part:
        """The inner noise whose lifted parameters are the given entry of the wrapper's."""
        lifted = self.bound.outputs if self.lift else ()
        places = tuple(
            (name, f"{self.prefix}{name}{self.suffix}", entry if name in lifted else None)
            for name, _ in self.bound.bindings
        )
        return Part(self.prefix.rstrip("_") or self.bound.name, self.bound, places)

    def limits(self, title: str) -> dict[str, tuple[Any, str]]:
        """What the wrapper of that title becomes as inner parameters go to the ends that the noise declares."""
        return {
            f"{self.prefix}{name}{self.suffix}": (end, f"{title}_{other}")
            for name, (end, other) in self.family.limit.items()
        }

    def declares(self, name: str) -> bool:
        """Does the inner noise declare this closed form?"""
        return hasattr(self.family, name)

    def write(self, formula: sp.Expr, y: Any = None) -> sp.Expr:
        """A formula of the inner noise in the wrapper's symbols, at the outcome ``y`` (None: it has none)."""
        places = self.symbols if y is None else {**self.symbols, self.y: y}
        return formula.xreplace(places)

    @property
    def below(self) -> sp.Expr:
        """The distribution function, as it is read."""
        return read(self.family.cdf if self.declares("cdf") else 1 - self.family.survival)  # type: ignore[attr-defined]

    @property
    def above(self) -> sp.Expr:
        """What is left of it."""
        return read(self.family.survival if self.declares("survival") else 1 - self.family.cdf)  # type: ignore[attr-defined]

    # -- the four expressions ------------------------------------------------------------------------------------

    def log_density(self, y: Any) -> sp.Expr:
        """log p(y)."""
        formula = self.write(self.family.formula, y)
        return formula.replace(vanishes, lambda *_: sp.S.Zero) if self.first(y) else formula

    def first(self, y: Any) -> bool:
        """Is ``y`` the number that the counts begin with?"""
        literal = getattr(y, "is_number", True) and float(y) == self.domain.low
        return bool(self.domain.whole and literal and self.domain.upper != "classes")

    def log_cdf(self, y: Any) -> sp.Expr:
        """log P(Y <= y)."""
        if self.first(y):
            return self.log_density(y)
        self._need_probabilities()
        return log_of(self.write(self.below, y))

    def log_survival(self, y: Any) -> sp.Expr:
        """log P(Y > y)."""
        if self.first(y):
            return p.log1m_exp(-self.log_density(y))
        self._need_probabilities()
        return log_of(self.write(self.above, y))

    def log_below(self, high: Any) -> sp.Expr:
        """log P(Y <= high): what is known of an outcome that is at most ``high``."""
        return self.log_cdf(high)

    def log_above(self, low: Any) -> sp.Expr:
        """log P(Y >= low)."""
        return self.log_survival(low - 1 if self.domain.whole else low)

    def log_between(self, low: Any, high: Any) -> sp.Expr:
        """log P(low <= Y <= high); for whole numbers both ends count."""
        below = low - 1 if self.domain.whole else low
        return self.log_step(below, high)

    def log_step(self, low: Any, high: Any, *, touching: bool = False) -> sp.Expr:
        """log P(low < Y <= high), where it can be in a form that keeps its digits however near the two are.

        ``touching``: the two may come so near that the tails beyond them are rounded to the wrong order.
        """
        self._need_probabilities()
        if self.family.log_step is not None:
            return self.write(self.family.log_step).xreplace({LOW: low, HIGH: high})
        cdf = self.below if self.declares("cdf") else None
        if cdf is not None and self.domain.whole:
            found = counts_between(self.write(cdf), self.y, low + 1, high)
        else:
            found = None if cdf is None else line_between(self.write(cdf), self.y, low, high)
        if found is not None:
            return found
        if isinstance(cdf, p.ndtr):
            return normal_step(self.write(cdf).args[0], self.y, low, high)
        if isinstance(cdf, p.sigmoid) and (length := log_distance(cdf.args[0], self.y, LOW, HIGH)) is not None:
            inner = p.log1m_exp_neg_exp(self.write(length).xreplace({LOW: low, HIGH: high}))
            return inner - p.softplus(-self.write(cdf, high).args[0]) - p.softplus(self.write(cdf, low).args[0])
        if cdf is not None and (found := log_step_of_growth(cdf, self.y, LOW, HIGH)) is not None:
            return self.write(found).xreplace({LOW: low, HIGH: high})
        for step_of in (angle_step, tilted_step) if cdf is not None else ():
            if (found := step_of(cdf, self.y, LOW, HIGH)) is not None:
                return self.write(found).xreplace({LOW: low, HIGH: high})

        def gap(larger: sp.Expr, smaller: sp.Expr) -> sp.Expr:
            return sp.Abs(larger - smaller) if touching else larger - smaller

        if cdf is not None:
            found = box_cox_student_step(self.write(cdf), self.y, low, high, gap)
            if found is not None:
                return found
        below, above = self.log_cdf(high), (self.log_survival(low), self.log_survival(high))
        step = by_cases(sp.piecewise_fold(self.log_cdf(low)), lambda first: nearer_tail((first, below), above, gap))
        if cdf is None:
            return step
        if (start := student(self.write(cdf, low))) is None:
            return step
        end = student(self.write(cdf, high))
        return step if end is None else student_step(start, end, step)

    def log_density_within(self, y: Any, low: Any, high: Any, log_mass: sp.Expr) -> sp.Expr:
        """log p(y) of what lies between two ends only (None: no end), of which the mass has this logarithm."""
        cdf = self.below if self.declares("cdf") else None
        if cdf is not None and self.domain.whole:
            seen = counts_within(self.write(cdf, self.y), self.y, None if low is None else low + 1, high)
            return self.log_density(y) - log_mass if seen is None else seen.xreplace({self.y: y})
        ends = (-sp.oo if low is None else low, sp.oo if high is None else high)
        if cdf is None:
            return self.log_density(y) - log_mass
        cdf, log_density = self.write(cdf, self.y), self.log_density(self.y)
        found = line_within(cdf, self.y, *ends)
        found = log_density_of_growth(log_density, cdf, self.y, low, high) if found is None else found
        for told in (tilted_within, angle_within):
            found = told(cdf, self.y, *ends) if found is None else found
        return self.log_density(y) - log_mass if found is None else found.xreplace({self.y: y})

    def _need_probabilities(self) -> None:
        if self.declares("cdf") or self.declares("survival"):
            return
        name = self.family.__name__
        raise BindingError(
            f"{name} declares neither cdf nor survival, which are needed where an outcome is not seen exactly",
            family=name,
            remedy=f"Declare cdf = ... and survival = ... in {name}, as expressions of y and the parameters",
        )


def vector_parameters(bound: Bound) -> list[str]:
    """The parameters that are vectors, predicted or held: what makes vectors of numbers has no place for them."""
    return [name for name, _ in bound.bindings if bound.family.parameters[name].domain.vector]


def inside(noise: Any, wrapper: str, **keywords: Any) -> Inside:
    """An inner noise ready to be wrapped; `BindingError` for a named loss and for outcomes of several columns."""
    bound = as_bound(noise)
    family = bound.family
    if family.sign > 0:
        raise BindingError(
            f"{wrapper} takes a noise; {bound.name} is a loss",
            family=bound.name,
            remedy="Wrap the noise that the loss assumes",
        )
    if family.outcome.domain.vector:
        remedy = "Put it outside, as in Censored(Mixture(...))" if family.outcome.domain.interval else None
        raise BindingError(
            f"{wrapper} wraps noises of one number; {family.__name__} is about {family.outcome.domain.words}",
            family=bound.name,
            remedy=remedy,
        )
    return Inside(bound, **keywords)


def ordered(found: Inside, wrapper: str) -> Inside:
    """The same, refused where the outcomes have no order (classes, angles)."""
    if found.domain.upper == "classes" or found.domain.circular:
        raise BindingError(
            f"{wrapper} needs outcomes with an order; {found.family.__name__} is about {found.domain.words}",
            family=found.family.__name__,
        )
    return found


def wrapper(make: Callable[Given, Bound]) -> Callable[Given, Bound]:
    """A maker of noises from noises; what it makes knows how, and so can be pickled and sent to other processes."""

    @wraps(make)
    def call(*arguments: Given.args, **keywords: Given.kwargs) -> Bound:
        bound = make(*arguments, **keywords)
        family = as_declared(bound.family)
        if family.recipe is None and family.__module__.startswith(__package__):
            family.recipe = (call, arguments, keywords)
        return bound

    return call


_MADE: dict[Any, Bound] = {}


def made(key: tuple[Any, ...], build: Callable[[], Bound]) -> Bound:
    """The bound noise of a wrapper, built once for every ``key``, so that equal noises are the same object."""
    known = _frozen(key)
    if known not in _MADE:
        _MADE[known] = build()
    return _MADE[known]


def _frozen(value: Any) -> Any:
    """Lists and arrays (the weights of a mixture) as tuples, which a key can be made of."""
    plain = value.tolist() if hasattr(value, "tolist") else value
    return tuple(map(_frozen, plain)) if isinstance(plain, list | tuple) else plain


def declare(
    title: str,
    first: tuple[str, ...],
    said: Mapping[str, Any],
    body: dict[str, Any],
    bindings: Mapping[str, Any],
    doc: str,
    **facts: Any,
) -> Bound:
    """The declaration of a wrapper's body, bound.

    ``title`` and ``first`` are how it is written, ``said`` the parameters that this already says (as the body names
    them, see `Inside`); ``facts`` are class attributes that are no formulas (see `Facts`).
    """
    name = "_".join([title, *facts.pop("names", ())])
    components = facts.pop("components", ())
    made_of: dict[str, Any] = {**facts, **body, "components": components, "__doc__": doc, "__module__": __name__}
    family: type[Declared] = type(Distribution)(name, (Distribution,), made_of)  # type: ignore[misc]
    family.spelling = (title, first, frozenset(name.removeprefix("_") for name in said))
    return bind(family, bindings)


__all__ = ["Inside", "declare", "inside", "made", "ordered", "outcome", "wrapper"]
