"""Where a symbol of a claim lives, as the proof engine sees it."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp


@dataclass(frozen=True)
class Domain:
    """An interval with open or closed ends, or vectors whose entries sum to one.

    Where only ``whole`` numbers occur (counts) a claim is proved for the interval, which implies it, and refuted at
    whole numbers only. ``simplex`` marks a vector symbol of target probabilities; ``one_hot`` one of 0/1 labels.
    ``classes`` marks a class index 0, ..., K - 1 that picks an entry of a vector.

    >>> Domain.unit().interior
    (0, 1)
    """

    low: sp.Expr = -sp.oo
    high: sp.Expr = sp.oo
    closed_low: bool = False
    closed_high: bool = False
    whole: bool = False
    simplex: bool = False
    one_hot: bool = False
    classes: bool = False

    @property
    def interior(self) -> tuple[sp.Expr, sp.Expr]:
        """The two ends."""
        return self.low, self.high

    @classmethod
    def real(cls) -> Domain:
        """All real numbers."""
        return cls()

    @classmethod
    def positive(cls) -> Domain:
        """Numbers above zero."""
        return cls(sp.S.Zero)

    @classmethod
    def nonnegative(cls) -> Domain:
        """Zero and above."""
        return cls(sp.S.Zero, closed_low=True)

    @classmethod
    def counts(cls) -> Domain:
        """0, 1, 2, ..."""
        return cls(sp.S.Zero, closed_low=True, whole=True)

    @classmethod
    def unit(cls) -> Domain:
        """Numbers strictly between 0 and 1."""
        return cls(sp.S.Zero, sp.S.One)

    @classmethod
    def of_symbol(cls, symbol: sp.Symbol) -> Domain:
        """What the assumptions of a symbol say."""
        if symbol.is_positive:
            return cls.positive()
        if symbol.is_nonnegative:
            return cls.nonnegative()
        if symbol.is_negative:
            return cls(-sp.oo, sp.S.Zero)
        if symbol.is_nonpositive:
            return cls(-sp.oo, sp.S.Zero, closed_high=True)
        return cls.real()
