"""What is audited of outcomes that are not seen exactly: wrapped noises with a textbook's distribution function.

A point is one number y and the outputs; a case says which row of data that number stands for, and its formula.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import likelihoodkit as lk
from benchmarks.accuracy.cases import OUTCOMES, Case, textbook
from likelihoodkit.families import FAMILIES
from reference.certified import Certified, apply_link, certify  # type: ignore[import-not-found]
from reference.jets import Number, exp, log  # type: ignore[import-not-found]
from reference.tails import DISTRIBUTIONS  # type: ignore[import-not-found]

Formula = Callable[..., Number]
Row = Callable[[float], Any]


@dataclass
class TailCase(Case):
    """A wrapped noise: the row of data that y stands for, outcomes to try and the loss by the textbook."""

    row: Row = float
    tried: tuple[float, ...] = ()
    formula: Formula | None = None

    @property
    def outcomes(self) -> tuple[float, ...]:
        return self.tried

    def rows(self, y: NDArray[Any]) -> NDArray[Any]:
        return np.array([self.row(float(value)) for value in y], dtype=y.dtype)

    def reference(self, y: float, outputs: list[float]) -> Certified | None:
        links = self.links_of_columns

        def loss(at: Number, columns: list[Number]) -> Number:
            assert self.formula is not None
            return self.formula(at, *[apply_link(link, [c]) for link, c in zip(links, columns, strict=True)])

        try:
            return certify(loss, y, outputs, links, continuous=not self.whole, cap=3000)
        except (OverflowError, ZeroDivisionError, ValueError, MemoryError):
            return None

    @property
    def whole(self) -> bool:
        """Are the outcomes counts?"""
        return all(y == int(y) for y in self.tried) and self.tried[:2] == (0.0, 1.0)


def _outcomes(name: str) -> tuple[float, ...]:
    support = textbook.FAMILIES[name].support
    if support == "counts":
        return (0.0, 1.0, 3.0, 30.0)
    return tuple(float(y) for y in OUTCOMES.get(support, OUTCOMES["positive"]) if 1e-9 < abs(y) < 1e5)


def _density(name: str) -> Formula:
    return textbook.FAMILIES[name].log_density  # type: ignore[no-any-return]


def _censored(name: str) -> Iterator[TailCase]:
    noise = lk.Censored(FAMILIES[name])
    below, above = (
        (lambda y, *p: -log(DISTRIBUTIONS[name](y, *p)[0])),
        (lambda y, *p: -log(DISTRIBUTIONS[name](y, *p)[1])),
    )
    counts = textbook.FAMILIES[name].support == "counts"
    for label, row, formula in (
        ("at most y", lambda y: (-math.inf, y), below),
        ("more than y" if counts else "at least y", lambda y: (y + counts, math.inf), above),
    ):
        yield TailCase(f"{noise!r}, {label}", "tail", noise, row=row, tried=_outcomes(name), formula=formula)


def _truncated(name: str, high: float) -> TailCase:
    noise = lk.Truncated(FAMILIES[name], high=high)
    tried = tuple(y for y in _outcomes(name) if y <= high)
    return TailCase(
        repr(noise), "tail", noise, tried=tried,
        formula=lambda y, *p: log(DISTRIBUTIONS[name](high, *p)[0]) - _density(name)(y, *p),
    )  # fmt: skip


def _inflated(name: str) -> TailCase:
    noise = lk.ZeroInflated(FAMILIES[name])

    def formula(y: Number, *all_: Number) -> Number:
        *p, zero = all_
        seen = (1 - zero) * exp(_density(name)(y, *p))
        return -log(seen + zero) if y == 0 else -log(1 - zero) - _density(name)(y, *p)

    return TailCase(repr(noise), "tail", noise, tried=_outcomes(name), formula=formula)


def _hurdle() -> TailCase:
    noise = lk.Hurdle(lk.Gamma)

    def formula(y: Number, mean: Number, shape: Number, zero: Number) -> Number:
        return -log(zero) + 0 * mean * shape if y == 0 else -log(1 - zero) - _density("Gamma")(y, mean, shape)

    return TailCase(repr(noise), "tail", noise, tried=(0.0, 1e-8, 1.0, 30.0), formula=formula)


def _joint() -> TailCase:
    noise = lk.Joint(height=lk.Normal, weight=lk.Gamma)
    return TailCase(
        repr(noise), "tail", noise, row=lambda y: (-y, y), tried=(1e-8, 1.0, 30.0, 1e4),
        formula=lambda y, a, b, c, d: -_density("Normal")(-y, a, b) - _density("Gamma")(y, c, d),
    )  # fmt: skip


def _discretised(name: str) -> TailCase:
    noise = lk.Discretised(FAMILIES[name])

    def formula(y: Number, *p: Number) -> Number:
        after = DISTRIBUTIONS[name](y + 1, *p)
        return -log(after[0] - DISTRIBUTIONS[name](y, *p)[0]) if y else -log(after[0])

    return TailCase(repr(noise), "tail", noise, tried=(0.0, 1.0, 3.0, 30.0), formula=formula)


def tails() -> Iterator[TailCase]:
    """All of them."""
    for name in DISTRIBUTIONS:
        yield from _censored(name)
    for name, high in (
        ("Gamma", 3.0),
        ("Beta", 0.75),
        ("StudentT", 2.0),
        ("LogNormal", 3.0),
        ("NegativeBinomial", 5.0),
    ):
        yield _truncated(name, high)
    yield _inflated("Poisson")
    yield _inflated("NegativeBinomial")
    yield _hurdle()
    yield _joint()
    for name in ("Weibull", "Gamma", "LogNormal"):
        yield _discretised(name)
