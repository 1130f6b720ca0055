"""What is audited: every family with every link that fits, the wrappers, every named loss.

A case knows its loss, outcomes to try and a reference: the textbook formula where there is one, else the formula as
declared, unstabilised, in mpmath (tests/reference/declared.py). New families, links and losses enter by themselves.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

import likelihoodkit as lk
from likelihoodkit.families import FAMILIES
from likelihoodkit.links import LINKS, Link
from likelihoodkit.loss import Loss
from likelihoodkit.losses._inputs import NamedInputs
from likelihoodkit.supports import Support

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

import textbook  # type: ignore[import-not-found]
from laws.subjects import CLASSES, HELD  # type: ignore[import-not-found]
from losses import named  # type: ignore[import-not-found]
from losses.settings import SETTINGS  # type: ignore[import-not-found]
from reference.certified import LINKS as TEXTBOOK_LINKS, Certified, certify  # type: ignore[import-not-found]
from reference.declared import NotScalarError, formula_of  # type: ignore[import-not-found]

__all__ = ["AUDITED", "KINDS_OF_CASES", "Case", "cases", "family_case", "named"]

KINDS_OF_CASES = ("family", "link", "wrapper", "tail", "loss", "vector", "named")

#: outcomes by support: moderate, extreme, and on the edge where it belongs
OUTCOMES: dict[str, tuple[float, ...]] = {
    "real": (0, 1, -2.5, 1e-8, -30, 1e4, 1e8, 1e200),
    "positive": (1, 2.5, 1e-8, 30, 1e4, 1e-300, 1e200),
    "nonnegative": (0, 1, 2.5, 1e-8, 30, 1e4, 1e-300, 1e200),
    "amounts or nothing": (0, 1, 2.5, 1e-8, 30, 1e4, 1e-300, 1e200),
    "amounts from minimum": (1, 2.5, 0.5, 30, 1e4, 1e200),
    "unit": (0.5, 0.1, 1e-8, 1e-300, 1 - 1e-9),
    "circle": (0, 1e-8, 1, -3),
    "binary": (0, 1),
    "labels": (0, 1),  # as the formula has them; -1 and +1 are recoded at the door
    "classes": (0, 1, 2),
    "grades": (0, 1, 2, 4),
    "counts": (0, 1, 2, 30, 1000, 10**6),
    "integers": (0, 1, -2, 30, -1000, 10**6),
    "counts from one": (1, 2, 30, 1000, 10**6),
}


def _in_columns(family: Any) -> bool:
    """One number for y and one column for each parameter, or classes: what this audit can put on its grid."""
    vectors = [row for row in family.parameters.values() if row.domain.vector]
    return not family.outcome.domain.vector and (not vectors or family.outcome.domain.upper in {"classes", "cutpoints"})


#: the families audited here; those of vectors and sequences are in vectors.py
AUDITED = {name: family for name, family in FAMILIES.items() if _in_columns(family)}


def outcomes_of(domain: Support) -> tuple[float, ...]:
    """Outcomes of a support, by its name or by its interval."""
    if domain.name in OUTCOMES:
        return OUTCOMES[domain.name]
    if domain.upper == "trials":
        return (0, 1, 6, 12)
    inside = [y for y in OUTCOMES["counts" if domain.whole else "real"] if domain.low <= y <= domain.high]
    inside = [y for y in inside if domain.closed_high or y < domain.high]
    return tuple(y for y in inside if domain.closed_low or y > domain.low)


@dataclass
class Case:
    """One loss under audit."""

    label: str
    kind: str
    declared: Any  # a bound noise or a named loss
    textbook: str = ""  # the row of the textbook, if there is one
    held: dict[str, float] = field(default_factory=dict)

    @cached_property
    def loss(self) -> Loss:
        return self.declared if isinstance(self.declared, Loss) else lk.derive(self.declared)

    @property
    def domain(self) -> Support:
        domain: Support = self.loss.bound.family.outcome.domain
        return domain

    @property
    def outcomes(self) -> tuple[Any, ...]:
        return outcomes_of(self.domain)

    def rows(self, y: NDArray[Any]) -> NDArray[Any]:
        """The rows of data that outcomes of this case stand for."""
        return y

    @property
    def whole(self) -> bool:
        """Are the outcomes whole numbers, without a rounding error of their own?"""
        return self.domain.whole

    @property
    def links(self) -> tuple[str, ...]:
        """Name of the link of each output."""
        return tuple(how.name for _, how in self.loss.bound.bindings if isinstance(how, Link))

    @property
    def vector(self) -> bool:
        parameters = self.loss.bound.family.parameters
        return any(parameters[name].domain.vector for name in self.loss.bound.outputs)

    @property
    def width(self) -> int:
        return len(self.loss.bound.outputs) + (CLASSES - 1 if self.vector else 0)

    @property
    def links_of_columns(self) -> list[str]:
        """Name of the link of each column."""
        how = dict(self.loss.bound.bindings)
        sizes = {name: CLASSES if self.loss.bound.family.parameters[name].domain.vector else 1 for name in how}
        return [link for name, size in sizes.items() if isinstance(how[name], Link) for link in [how[name].name] * size]

    def possible(self, outputs: tuple[float, ...]) -> bool:
        """Do these outputs stand for parameters?"""
        return True

    def reference(self, y: Any, outputs: list[float]) -> Certified | None:
        """Value, gradient and Hessian with their conditions, or None where none can be formed."""
        try:
            if self.textbook:
                return textbook.nll(self.textbook, y, outputs, self.links, self.held)
            if self._formula is None:
                return None
            return certify(self._formula, y, outputs, self.links_of_columns, continuous=not self.domain.whole, cap=6000)
        except (OverflowError, ZeroDivisionError, ValueError, MemoryError):
            return None  # an exponent beyond what mpmath holds; a singular point; a series that needs too much

    @cached_property
    def _formula(self) -> Any:
        try:
            return formula_of(self.loss)
        except NotScalarError:
            return None


def family_case(name: str, **links: str) -> Case:
    """A family with its held parameters at the values of the tests, and perhaps other links."""
    held = HELD.get(name, {})
    bound = FAMILIES[name](**held, **links)
    known = name in textbook.FAMILIES and set(links.values()) <= set(TEXTBOOK_LINKS)
    return Case(repr(bound), "link" if links else "family", bound, name if known else "", held)


def _other_links() -> Iterator[Case]:
    for name, family in AUDITED.items():
        for parameter in family.parameters.values():
            of_one = [link for link in LINKS.values() if not link.columns]  # of several: tests/test_angle2.py
            for link in of_one if parameter.link is not None else ():
                if link.fits(parameter.domain) and link is not parameter.link and not link.range.vector:
                    yield family_case(name, **{parameter.name: link.name})


def _wrappers() -> Iterator[Case]:
    """Wrappers of scalar outcomes, each around two noises; those of vectors are tested with their own laws."""
    made: dict[str, Any] = {}
    if hasattr(lk, "Truncated"):
        made["Truncated"] = lambda: [lk.Truncated(lk.Normal, low=0), lk.Truncated(lk.Poisson, low=1)]
    if hasattr(lk, "ZeroInflated"):
        made["ZeroInflated"] = lambda: [lk.ZeroInflated(lk.Poisson), lk.ZeroInflated(lk.NegativeBinomial)]
    if hasattr(lk, "Hurdle"):
        made["Hurdle"] = lambda: [lk.Hurdle(lk.Poisson), lk.Hurdle(lk.NegativeBinomial)]
    if hasattr(lk, "Discretised"):
        made["Discretised"] = lambda: [lk.Discretised(lk.Normal), lk.Discretised(lk.Logistic)]
    for make in made.values():
        for bound in make():
            yield Case(repr(bound), "wrapper", bound)


def _tails() -> Iterator[Case]:
    from benchmarks.accuracy.tails import tails  # it is made of this module

    return iter(tails())


def _losses() -> Iterator[Case]:
    for name in lk.losses.names():
        entry = getattr(lk.losses, name)
        settings = SETTINGS[name][:1] if name in SETTINGS else ((),)
        for chosen in settings:
            loss = entry(*chosen) if chosen else entry
            if not isinstance(loss, Loss) or isinstance(loss, NamedInputs):
                continue
            if not loss.bound.family.outcome.domain.vector and loss.bound.outputs:
                label = (
                    f"losses.{name}({', '.join(f'{c:g}' if isinstance(c, float) else str(c) for c in chosen)})"
                    if chosen
                    else f"losses.{name}"
                )
                yield Case(label, "loss", loss)


def cases(kinds: tuple[str, ...] = KINDS_OF_CASES) -> list[Case]:
    """All cases of these kinds, in the order of the catalogue."""
    from benchmarks.accuracy.vectors import vector_cases  # its cases are made of the class above

    makers: dict[str, Callable[[], Iterable[Case]]] = {
        "family": lambda: map(family_case, AUDITED),
        "link": _other_links,
        "wrapper": _wrappers,
        "tail": _tails,
        "loss": _losses,
        "vector": vector_cases,
        "named": lambda: (Case(f"losses.{name}", "named", None) for name in named.TEXTBOOK),
    }
    return [case for kind in kinds for case in makers[kind]()]
