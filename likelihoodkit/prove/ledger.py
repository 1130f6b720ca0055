"""What a reduction drops, term by term, with the assumption that lets each term go; and when a proof stops to apply."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import sympy as sp

from likelihoodkit.prove.claim import side
from likelihoodkit.prove.outcome import Decision
from likelihoodkit.prove.side import Side
from likelihoodkit.prove.vectors import LENGTH


@dataclass(frozen=True)
class Dropped:
    """The factor, or one term of the dropped constant.

    Attributes
    ----------
    what
        "factor" or "constant".
    term
        The expression that was dropped.
    settings
        Names of the settings in it: once one of them is predicted the term may not be dropped.
    because
        Why it could go.
    where
        The region of targets that it belongs to: "everywhere" unless the constant differs.
    """

    what: Literal["factor", "constant"]
    term: sp.Expr
    settings: tuple[str, ...]
    because: str
    where: str = "everywhere"

    def __str__(self) -> str:
        place = "" if self.where == "everywhere" else f", where {self.where}"
        return f"{self.what} {self.term}: {self.because}{place}"


@dataclass(frozen=True)
class Applies:
    """Does a proof still speak of a noise? True in a condition if so; ``reasons`` say why not."""

    reasons: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return not self.reasons

    def __str__(self) -> str:
        return "the proof applies" if self else "the proof no longer applies: " + "; ".join(self.reasons)


def listed(decision: Decision, left: Side) -> Iterator[Dropped]:
    """The factor and every additive term of the constant of a proved claim."""
    if decision.scale is None:
        return
    how = _held(left)
    if decision.scale != 1:
        yield _row("factor", decision.scale, decision, how)
    for where, constant in decision.constants:
        for term in sp.Add.make_args(sp.expand_log(sp.expand(constant))):
            if term != 0:
                yield _row("constant", term, decision, how, where)


def _held(left: Side) -> dict[str, str]:
    """How each setting of the noise is held, in words."""
    shared = {name: f"{name} is one number for all rows, not predicted" for name in left.learnt}
    return {row.name: f"{row.name} is held, not predicted" for row in left.settings} | shared


def _row(
    what: Literal["factor", "constant"], term: sp.Expr, decision: Decision, how: dict[str, str],
    where: str = "everywhere",
) -> Dropped:  # fmt: skip
    names = sorted(map(str, term.free_symbols))
    settings = tuple(name for name in names if name not in decision.targets and name != LENGTH.name)
    if settings:
        because = ", ".join(how.get(name, f"{name} is a setting, not predicted") for name in settings)
    elif names:
        depends = ", ".join("the number of entries" if name == LENGTH.name else name for name in names)
        because = f"no prediction moves it: it depends on {depends} alone"
    else:
        because = "a positive number moves no minimum" if what == "factor" else "a number"
    return Dropped(what, term, settings, because, where)


def numbers(left: Side) -> tuple[str, ...]:
    """What is held at a number, and that the proof stands on it."""
    return tuple(
        f"{name} = {value} is held: once it is predicted the proof no longer applies" for name, value in left.numbers
    )


def applies(proof_side: Side, rows: tuple[Dropped, ...], predictions: tuple[str, ...], noise: Any) -> Applies:
    """Does what was proved of one side hold of ``noise`` too?"""
    other = side(noise)
    if other.family != proof_side.family:
        return Applies((f"it is about {proof_side.family or proof_side.name}, not {other.family or other.name}",))
    mine, theirs = ({row.name: link for row, link in one.predicted} for one in (proof_side, other))
    reasons = []
    for name in (n for n in theirs if n not in mine):
        kept = [str(row.term) for row in rows if name in row.settings]
        what = f", so {' and '.join(kept)} must stay in the loss" if kept else ""
        reasons.append(f"{name} is predicted now{what}")
    reasons += [f"{name} is not predicted now" for name in mine if name not in theirs]
    held, now = dict(proof_side.numbers), dict(other.numbers)
    for name in (n for n in held if n not in theirs):
        if held[name] != now.get(name):
            new = "learnt" if name in other.learnt else now.get(name, "open")
            reasons.append(f"{name} was {held[name]}, now it is {new}")
    for name, link in mine.items():
        if f"f_{name}" in predictions and name in theirs and theirs[name] != link:
            reasons.append(f"{name} was read through {link.name}, now through {theirs[name].name}")
    return Applies(tuple(reasons))
