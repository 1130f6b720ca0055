"""Everything there is to certify, by label: families, their alternative links, wrappers, named losses.

Families, links and losses come from the package's tables, so what is added there is certified too. Each label is
looked up in whatever process certifies it.
"""

from __future__ import annotations

import json
import math
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from functools import cache, partial
from typing import Any

import likelihoodkit.families as chapters
from likelihoodkit import losses, wrappers
from likelihoodkit.certify import Report, check, check_numbers
from likelihoodkit.errors import DerivationError
from likelihoodkit.links import LINKS
from likelihoodkit.losses._catalogue import settings_of
from likelihoodkit.primitives.words import WORDS
from likelihoodkit.supports import Support

FAMILIES = chapters.FAMILIES
KINDS = ("families", "links", "wrappers", "losses")
#: combinations of a subject that has no certificate of its own: looked at, and compared with the truth
FEW = {"most": 400, "compared": 12}

#: each wrapper around noises of the kinds it takes
WRAPPED: dict[str, Callable[[Any], Any]] = {
    "Censored(Normal)": lambda f: wrappers.Censored(f.Normal),
    "Censored(Weibull)": lambda f: wrappers.Censored(f.Weibull),
    "Truncated(Normal, low=0)": lambda f: wrappers.Truncated(f.Normal, low=0),
    "Truncated(Poisson, low=1)": lambda f: wrappers.Truncated(f.Poisson, low=1),
    "ZeroInflated(Poisson)": lambda f: wrappers.ZeroInflated(f.Poisson),
    "ZeroInflated(NegativeBinomial)": lambda f: wrappers.ZeroInflated(f.NegativeBinomial),
    "Hurdle(Poisson)": lambda f: wrappers.Hurdle(f.Poisson),
    "Hurdle(NegativeBinomial)": lambda f: wrappers.Hurdle(f.NegativeBinomial),
    "ZeroOneInflated(Beta)": lambda f: wrappers.ZeroOneInflated(f.Beta),
    "Mixture(Normal, components=2)": lambda f: wrappers.Mixture(f.Normal, components=2),
    "Mixture(Poisson, components=3)": lambda f: wrappers.Mixture(f.Poisson, components=3),
    "Joint(height=Normal, count=Poisson)": lambda f: wrappers.Joint(height=f.Normal, count=f.Poisson),
    "Independent(Normal, 2)": lambda f: wrappers.Independent(f.Normal, 2),
    "Transformed(Normal, log)": lambda f: wrappers.Transformed(f.Normal, WORDS["log"]),
    "Discretised(Normal)": lambda f: wrappers.Discretised(f.Normal),
    "Discretised(Logistic)": lambda f: wrappers.Discretised(f.Logistic),
    "Mislabelled(Bernoulli, 0.1)": lambda f: wrappers.Mislabelled(f.Bernoulli, 0.1),
}


@dataclass(frozen=True)
class Subject:
    """What to certify: its label, its kind and how to make it."""

    label: str
    kind: str
    make: Callable[[], Any]


@dataclass(frozen=True)
class Verdict:
    """What was found: ``passed`` is None where certification was refused, then ``failed`` says why."""

    label: str
    kind: str
    passed: bool | None
    failed: tuple[str, ...]
    counts: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def subjects(kinds: tuple[str, ...] = KINDS, match: str = "") -> dict[str, Subject]:
    """By label, in the order of the tables; only labels that contain ``match``."""
    every = (s for kind in kinds for s in _MAKERS[kind]())
    return {s.label: s for s in every if match in s.label}


def _families() -> Iterator[Subject]:
    for name in FAMILIES:
        yield Subject(name, "families", partial(FAMILIES.__getitem__, name))


def _links() -> Iterator[Subject]:
    for name, family in FAMILIES.items():
        for parameter in family.parameters.values():
            for link in LINKS.values() if parameter.link is not None else ():
                if link is not parameter.link and link.fits(parameter.domain):
                    bound = partial(family, **{parameter.name: link.name})
                    yield Subject(f"{name}({parameter.name}='{link.name}')", "links", bound)


def _wrappers() -> Iterator[Subject]:
    for label, make in WRAPPED.items():
        yield Subject(label, "wrappers", partial(make, _Names()))


def _losses() -> Iterator[Subject]:
    for name in losses.names():
        declared = losses.declaration(name)
        chosen = {n: typical(declared.parameters[n].domain) for n in settings_of(declared)}
        inside = ", ".join(
            f"{n}={value:g}" if isinstance(value, float) else f"{n}={value}" for n, value in chosen.items()
        )
        yield Subject(
            f"losses.{name}({inside})" if inside else f"losses.{name}", "losses", partial(_loss, name, chosen)
        )


def _loss(name: str, chosen: dict[str, Any]) -> Any:
    found = getattr(losses, name)
    return found(**chosen) if chosen else found


#: settings that are vectors and matrices, for three classes
_SETS: dict[str, list[Any]] = {
    "positive vector": [0.5, 1.0, 2.0],
    "simplex": [0.5, 0.3, 0.2],
    "channel": [[0.8, 0.1, 0.1], [0.0, 1.0, 0.0], [0.1, 0.2, 0.7]],
}


def typical(domain: Support) -> Any:
    """A setting in the middle of what is usual."""
    if domain.name in _SETS:
        return _SETS[domain.name]
    low, high = domain.typical
    if domain.whole:
        return float(math.ceil((low + high) / 2))
    return math.sqrt(low * high) if low > 0 else (low + 2 * high) / 3


class _Names:
    """The families as attributes."""

    def __getattr__(self, name: str) -> Any:
        return FAMILIES[name]


_MAKERS: dict[str, Callable[[], Iterator[Subject]]] = {
    "families": _families,
    "links": _links,
    "wrappers": _wrappers,
    "losses": _losses,
}


@cache
def _every() -> dict[str, Subject]:
    return subjects()


def certify(label: str, grid: str = "moderate", seed: int = 0) -> Verdict:
    """One subject: the whole certificate of a family or wrapper, the numbers of another link or a named loss."""
    subject = _every()[label]
    try:
        report = _report(subject, grid, seed)
    except DerivationError as refused:
        return Verdict(label, subject.kind, None, (str(refused),))
    failed = tuple(f"{row.condition}: {row.worst:.3g} at {row.where}" for row in report.failed)
    return Verdict(label, subject.kind, report.passed, failed, dict(report.counts))


def _report(subject: Subject, grid: str, seed: int) -> Report:
    if subject.kind in ("families", "wrappers"):
        return check(subject.make(), grid, seed)
    return check_numbers(subject.make(), seed, **FEW)


def certify_all(
    labels: list[str], grid: str, seed: int = 0, jobs: int = 1, said: Callable[[Verdict, int], None] | None = None
) -> list[Verdict]:
    """Every label, ``jobs`` at a time; ``said`` hears of each when it is done, with how many are."""
    found: dict[str, Verdict] = {}
    hear = said or (lambda verdict, count: None)
    if jobs == 1:
        for label in labels:
            found[label] = certify(label, grid, seed)
            hear(found[label], len(found))
        return list(found.values())
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        waiting = [pool.submit(certify, label, grid, seed) for label in labels]
        for done in as_completed(waiting):
            verdict = done.result()
            found[verdict.label] = verdict
            hear(verdict, len(found))
    return [found[label] for label in labels]


_COLUMNS = {
    "points": "points",
    "compared": "compared",
    "no truth": "without_reference",
    "inf wrong": "false_infinity",
    "NaN": "nan",
    "no inf": "false_number",
    "value": "worst value",
    "gradient": "worst gradient",
    "Hessian": "worst Hessian diagonal",
}


def table(verdicts: list[Verdict]) -> str:
    """A line for each, then what failed in words, then the sums."""
    width = max([len(v.label) for v in verdicts] or [0])
    lines = [f"{'':<{width}}  {'':<7}" + "".join(f"{title:>10}" for title in _COLUMNS)]
    for v in verdicts:
        cells = [_cell(v.counts[key]) if key in v.counts else "-" for key in _COLUMNS.values()]
        lines.append(f"{v.label:<{width}}  {_MARKS[v.passed]:<7}" + "".join(f"{cell:>10}" for cell in cells))
    for v in verdicts:
        lines += [f"{v.label}: {reason}" for reason in v.failed]
    return "\n".join([*lines, json.dumps(summary(verdicts))])


def _cell(number: float) -> str:
    return str(number) if isinstance(number, int) else f"{number:.2g}"


_MARKS = {True: "ok", False: "FAILED", None: "refused"}


def summary(verdicts: list[Verdict]) -> dict[str, float]:
    """How many passed, failed and were refused, and the sums of the counts."""
    sums = {key: sum(v.counts.get(key, 0) for v in verdicts) for key in list(_COLUMNS.values())[:6]}
    outcomes = {word: sum(v.passed is flag for v in verdicts) for flag, word in _MARKS.items()}
    return {**outcomes, **sums}
