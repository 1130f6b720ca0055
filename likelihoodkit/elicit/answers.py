"""What the questions of this stage end in: a functional of the truth, and a verdict on properness."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

Minimiser = Callable[[Any, Any], float]
TRIED = "as far as tried: on a grid, not proved"
NOT_SHOWN = "not shown"  # whether it is unique: to be tried where it can be


class Functional(str):
    """The number that a loss asks for: a text such as ``quantile(0.9)``, with what was found on the way.

    Attributes
    ----------
    equation
        The identification function: the equation that the best prediction solves under the true law of y.
    formula
        The functional written out, where it has a closed form; else the empty text.
    unique
        "yes", "no" or in words where it depends on the truth (a median need not be unique). Where nothing is known of
        a loss of several predictions it is tried from several starts, and said so.
    why
        What was computed to say so.

    >>> import likelihoodkit as lk
    >>> found = lk.elicits(lk.losses.pinball(0.9))
    >>> found, found == "quantile(0.9)"
    ('quantile(0.9)', True)
    """

    equation: str
    formula: str
    why: str
    _unique: str | Callable[[], str]
    _minimiser: Minimiser | None

    def __new__(
        cls,
        name: str,
        *,
        equation: str = "",
        formula: str = "",
        unique: str | Callable[[], str] = "",
        why: str = "",
        minimiser: Minimiser | None = None,
    ) -> Functional:
        """Make the text and attach what was found."""
        self = super().__new__(cls, name)
        self.equation, self.formula, self._unique, self.why = equation, formula, unique, why
        self._minimiser = minimiser
        return self

    @property
    def unique(self) -> str:
        """Is there one best prediction? Where it has to be tried, that is done when first asked."""
        if not isinstance(self._unique, str):
            self._unique = self._unique()
        return self._unique

    @property
    def untried(self) -> bool:
        """Is nothing known of whether it is unique, and nothing tried?"""
        return self._unique == NOT_SHOWN

    def with_unique(self, unique: str | Callable[[], str]) -> Functional:
        """The same, with another answer to whether it is unique."""
        return Functional(
            str(self), equation=self.equation, formula=self.formula, unique=unique, why=self.why,
            minimiser=self._minimiser,
        )  # fmt: skip

    def of(self, values: ArrayLike, probabilities: ArrayLike | None = None) -> float:
        """The functional of a discrete law: ``values`` (n,) with ``probabilities`` (n,), equal where not given.

        For labels ``values`` are the labels that occur; the answer is the prediction on its own scale.
        """
        y = np.asarray(values, dtype=float)
        p = np.full(len(y), 1 / len(y)) if probabilities is None else np.asarray(probabilities, dtype=float)
        if self._minimiser is None:
            raise TypeError(f"{self!s} has no number of its own")
        return float(self._minimiser(y, p / p.sum()))

    def describe(self) -> str:
        """Everything that is known, line by line."""
        rows = {
            "elicits": str(self),
            "formula": self.formula,
            "equation": self.equation,
            "unique": self.unique,
            "because": self.why,
        }
        return "\n".join(f"{name:<9} {text}" for name, text in rows.items() if text)


@dataclass(frozen=True, eq=False)
class Properness:
    """The verdict of `is_proper`: "strictly proper", "proper" or "neither"; true in a condition unless "neither".

    ``counterexample`` names a truth p and a prediction q that costs no more under it, with both risks.
    """

    verdict: str
    why: str
    counterexample: dict[str, Any] | None = None

    def __bool__(self) -> bool:
        return self.verdict != "neither"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Properness):
            return (self.verdict, self.counterexample) == (other.verdict, other.counterexample)
        return self.verdict == other

    def __hash__(self) -> int:
        return hash(self.verdict)

    def __str__(self) -> str:
        if self.counterexample is None:
            return f"{self.verdict}: {self.why}"
        facts = ", ".join(f"{name} = {_short(value)}" for name, value in self.counterexample.items())
        return f"{self.verdict}: {self.why} ({facts})"

    def __repr__(self) -> str:
        return f"Properness({self.verdict!r})"


def _short(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "(" + ", ".join(_short(v) for v in value) + ")"
    return f"{float(value):.6g}"
