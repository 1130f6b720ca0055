"""Proof: what users hold after `lk.prove`: the claim, the verdict, what was dropped and under which condition."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Any

import sympy as sp

from likelihoodkit.prove.ledger import Applies, Dropped, applies, listed, numbers
from likelihoodkit.prove.outcome import Decision, Verdict, Witness
from likelihoodkit.prove.side import Side
from likelihoodkit.prove.vectors import LENGTH

SCHEMA = "likelihoodkit.proof/1"


@dataclass(frozen=True)
class Proof:
    """The verdict on "``left`` reduces to ``right``"; true in a condition only if proved.

    Attributes
    ----------
    left, right
        Names of the two sides.
    left_formula, right_formula
        What was compared: expressions in the prediction, the target and the settings.
    decision
        The full `Decision`, cells and steps included.
    assumptions
        What the comparison takes for granted (which output is which, independence of coordinates, ...).
    side
        The left side as it was read: what it predicts, shares and holds.
    predictions
        Names of what was predicted in the claim.

    >>> import likelihoodkit as lk
    >>> proof = lk.prove(lk.Normal(scale=1), reduces_to=lk.losses.squared_error)
    >>> proof.verdict, proof.scale, bool(proof)
    ('proved', 1/2, True)
    """

    left: str
    right: str
    left_formula: sp.Expr
    right_formula: sp.Expr
    decision: Decision
    assumptions: tuple[str, ...] = ()
    side: Side | None = None
    predictions: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """One of "proved", "refuted" and "undecided"."""
        return self.decision.verdict

    @property
    def scale(self) -> sp.Expr | None:
        """The positive factor c, where proved."""
        return self.decision.scale

    @property
    def constant(self) -> sp.Expr | None:
        """The dropped constant b = left - c * right, where proved and the same for all targets' regions."""
        return self.decision.constant

    @property
    def conditions(self) -> tuple[str, ...]:
        """Under which factor and constant may be dropped: what must not be predicted."""
        words = []
        d = self.decision
        depends = {"factor": self._held(d.scale_depends_on), "constant": self._held(d.constant_depends_on)}
        for what, names in depends.items():
            if names:
                verb = "is" if len(names) == 1 else "are"
                words.append(f"the {what} may be dropped as long as {', '.join(names)} {verb} not predicted")
        touched = [
            n for n in (self.side.learnt if self.side else ()) if n in {*d.scale_depends_on, *d.constant_depends_on}
        ]
        if touched:
            words.append(f"{', '.join(touched)} is learnt here: for that keep the whole loss")
        return (*self.assumptions, *words, *(numbers(self.side) if self and self.side else ()))

    @property
    def ledger(self) -> tuple[Dropped, ...]:
        """The factor and every term of the constant that were dropped, each with the assumption that let it go.

        >>> import likelihoodkit as lk
        >>> for row in lk.prove(lk.Laplace(scale=lk.shared), reduces_to=lk.losses.absolute_error).ledger:
        ...     print(row)
        factor 1/scale: scale is one number for all rows, not predicted
        constant log(2): a number
        constant log(scale): scale is one number for all rows, not predicted
        """
        return () if self.side is None else tuple(listed(self.decision, self.side))

    def applies_to(self, noise: Any) -> Applies:
        """Does the proof speak of this noise too? Not once a parameter is predicted that was held, or held elsewhere.

        >>> import likelihoodkit as lk
        >>> proof = lk.prove(lk.Laplace(scale=lk.shared), reduces_to=lk.losses.absolute_error)
        >>> bool(proof.applies_to(lk.Laplace(scale=lk.shared)))
        True
        >>> print(proof.applies_to(lk.Laplace))
        the proof no longer applies: scale is predicted now, so 1/scale and log(scale) must stay in the loss
        """
        if not self or self.side is None:
            return Applies((f"there is none: the claim is {self.verdict}",))
        return applies(self.side, self.ledger, self.predictions, noise)

    def _held(self, names: tuple[str, ...]) -> list[str]:
        return [n for n in names if n not in self.decision.targets and n != LENGTH.name]

    @property
    def steps(self) -> tuple[str, ...]:
        """What was shown, cell by cell."""
        return self.decision.steps

    @property
    def counterexample(self) -> Witness | None:
        """Where the claim fails, certified, if refuted."""
        return self.decision.witness

    def __bool__(self) -> bool:
        return self.verdict == "proved"

    def __str__(self) -> str:
        lines = [f"claim     {self.left} = c * {self.right} + b, c > 0", f"verdict   {self.verdict}"]
        if self:
            lines.append(f"factor    c = {self.scale}")
            for where, value in self.decision.constants:
                place = "" if where == "everywhere" else f"   where {where}"
                lines.append(f"dropped   b = {value}{place}")
            lines += [f"condition {c}" for c in self.conditions]
        elif self.counterexample is not None:
            lines.append(textwrap.indent(str(self.counterexample), " " * 10).replace(" " * 10, "witness   ", 1))
        else:
            lines.append(f"obstacle  {self.decision.reason}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"Proof({self.left} -> {self.right}: {self.verdict})"

    def _repr_latex_(self) -> str:
        left, right = rf"\text{{{_plain(self.left)}}}", rf"\text{{{_plain(self.right)}}}"
        if not self:
            return rf"$$ {left} \to {right}: \quad \text{{{self.verdict}}} $$"
        constant = r"b(y)" if self.constant is None else sp.latex(self.constant)
        one, factor, two = (sp.latex(e) for e in (self.left_formula, self.scale, self.right_formula))
        return rf"$$ {one} = {factor} \cdot \left({two}\right) + {constant} $$"

    def to_json(self) -> dict[str, Any]:
        """The proof as plain data: strings, numbers, lists; with a schema name.

        Keys: schema, left, right, left_formula, right_formula, verdict, reason, scale, constants, conditions, ledger
        (rows of what, term, because, where), cells, steps, counterexample (None or kind, components, points, left,
        right, why).
        """
        d, w = self.decision, self.decision.witness
        return {
            "schema": SCHEMA,
            "left": self.left,
            "right": self.right,
            "left_formula": str(self.left_formula),
            "right_formula": str(self.right_formula),
            "verdict": self.verdict,
            "reason": d.reason,
            "scale": None if d.scale is None else str(d.scale),
            "constants": [{"where": where, "value": str(value)} for where, value in d.constants],
            "conditions": list(self.conditions),
            "ledger": [
                {"what": row.what, "term": str(row.term), "because": row.because, "where": row.where}
                for row in self.ledger
            ],
            "cells": d.cells,
            "steps": list(d.steps),
            "counterexample": None
            if w is None
            else {
                "kind": w.kind,
                "components": list(w.components),
                "points": [dict(p) for p in w.points],
                "left": list(w.left),
                "right": list(w.right),
                "why": w.why,
            },
        }


def _plain(text: str) -> str:
    return text.replace("_", r"\_")
