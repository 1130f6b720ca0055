"""Noise: what `lk.reverse` gives back: the noise behind a loss, or why there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import sympy as sp

from likelihoodkit.declaration import Bound
from likelihoodkit.elicit import Functional
from likelihoodkit.errors import UndefinedError
from likelihoodkit.prove import Decision

SCHEMA = "likelihoodkit.noise/1"
Tier = Literal["likelihood", "calibratable", "neither"]


@dataclass(frozen=True)
class Noise:
    """The noise that a loss assumes, in one of three tiers.

    Attributes
    ----------
    loss
        The loss that was read.
    tier
        "likelihood": exp(-factor * loss), normalised, is a distribution whatever the prediction. "calibratable": it is
        not, but the best prediction is an invertible map of the true probability. "neither".
    family, bound
        The matching family of the kit and the family with its settings, where there is one (else None).
    factor
        density = base(y) exp(-factor * loss) / normaliser; 1 wherever that integrates.
    density, normaliser
        Expressions in the symbols of the loss; None where there is no closed form.
    number
        The normaliser as a number, with `error`, an estimate of its error.
    mean, variance
        Of the outcome, expressions or numbers (for a prediction of 0 where no family says more); None if not finite.
    tails
        How the density falls off on either side, in words.
    elicits, asks
        The functional that the loss asks for; None where it asks for no single number. It is known, or found by
        calling `asks` when it is first read.
    map, inverse
        Prediction from probability and probability from prediction, in words, where the tier is "calibratable".
    reasons, notes
        What was computed to say so.
    proof
        The decision behind the family: family's loss = factor * loss + constant.

    >>> import likelihoodkit as lk
    >>> found = lk.reverse(lk.losses.log_cosh)
    >>> found.tier, found.bound
    ('likelihood', HyperbolicSecant(scale=1))
    """

    loss: str
    tier: Tier
    reasons: tuple[str, ...]
    family: Any = None
    bound: Bound | None = None
    factor: sp.Expr = sp.S.One
    density: sp.Expr | None = None
    normaliser: sp.Expr | None = None
    number: float | None = None
    error: float | None = None
    mean: Any = None
    variance: Any = None
    tails: str = ""
    map: str = ""
    inverse: str = ""
    notes: tuple[str, ...] = ()
    proof: Decision | None = None
    law: str = ""
    asks: Functional | Callable[[], Functional] | None = field(default=None, repr=False, compare=False)
    _recalibrate: Callable[[Any], Any] | None = field(default=None, repr=False, compare=False)
    _distort: Callable[[Any], Any] | None = field(default=None, repr=False, compare=False)

    @cached_property
    def elicits(self) -> Functional | None:
        """The functional that the loss asks for, found when it is first read."""
        return self.asks() if callable(self.asks) else self.asks

    @property
    def is_likelihood(self) -> bool:
        """Is there a noise at all?"""
        return self.tier == "likelihood"

    def recalibrate(self, prediction: Any) -> Any:
        """The probability behind a prediction: one number (or, for K classes, one row) gives one back.

        Raises `UndefinedError` where the prediction holds no probability.
        """
        if self._recalibrate is None:
            raise UndefinedError(f"no probability can be read from a prediction of {self.loss}")
        return self._recalibrate(prediction)

    def distort(self, probability: Any) -> Any:
        """The prediction that is best where this is the true probability: the inverse of `recalibrate`."""
        if self._distort is None:
            raise UndefinedError(f"{self.loss} has no best prediction for a given probability")
        return self._distort(probability)

    def __str__(self) -> str:
        rows = [("loss", self.loss), ("tier", self.tier)]
        if self.law:
            rows.append(("noise", self.law))
        if self.factor != 1:
            rows.append(("factor", f"the density is exp(-{self.factor} loss), normalised"))
        if self.density is not None:
            rows.append(("density", str(self.density)))
        if self.tier == "likelihood":
            rows += [("normaliser", self._mass()), ("mean", self.mean), ("variance", self.variance)]
            rows.append(("tails", self.tails))
        if self.elicits is not None:
            rows.append(("elicits", str(self.elicits)))
        rows += [("map", self.map), ("inverse", self.inverse)]
        rows += [("because", reason) for reason in self.reasons] + [("note", note) for note in self.notes]
        return "\n".join(f"{name:<10} {text}" for name, text in rows if text not in ("", None))

    def _mass(self) -> str:
        if self.normaliser is None:
            return "" if self.number is None else f"{self.number:.15g} (by quadrature, error below {self.error:.1g})"
        plain = self.number is None or self.normaliser.is_Rational
        return f"{self.normaliser}" if plain else f"{self.normaliser} = {self.number:.15g}"

    def __repr__(self) -> str:
        return f"Noise({self.loss}: {self.tier}{', ' + self.law if self.law else ''})"

    def to_json(self) -> dict[str, Any]:
        """Plain data: strings and numbers, with a schema name."""
        texts = ("density", "normaliser", "mean", "variance", "elicits")
        return {
            "schema": SCHEMA,
            "loss": self.loss,
            "tier": self.tier,
            "noise": self.law or None,
            "family": None if self.family is None else self.family.__name__,
            "factor": str(self.factor),
            **{name: None if getattr(self, name) is None else str(getattr(self, name)) for name in texts},
            "number": self.number,
            "error": self.error,
            "tails": self.tails,
            "map": self.map,
            "inverse": self.inverse,
            "reasons": list(self.reasons),
            "notes": list(self.notes),
        }
