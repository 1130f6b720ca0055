"""Vectors and sequences under audit: outcomes and outputs are rows, the reference is tests/reference/vectors.py."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import likelihoodkit as lk
from benchmarks.accuracy.cases import Case
from likelihoodkit.loss import Loss
from reference import vectors as textbook  # type: ignore[import-not-found]
from reference.certified import Certified, certify  # type: ignore[import-not-found]

__all__ = ["VectorCase", "vector_cases"]

#: beyond it an exponential has more digits than are tried
REACH = 1e5
_HALF = math.sqrt(0.5)
_POINTS = ((0.0, 0.0), (1.0, -2.5), (1e200, 1.0), (1e-8, 30.0), (-1e8, 1e8), (1e-300, -5.0))
_SHARES = ((0.2, 0.5, 0.3), (1e-8, 0.25, 0.75 - 1e-8), (0.98, 0.015, 0.005), (1e-300, 0.5, 0.5))
_TARGETS = ((0.2, 0.5, 0.3), (1.0, 0.0, 0.0), (1e-8, 0.25, 0.75 - 1e-8), (0.0, 0.5, 0.5))
_COUNTS = ((0, 0, 1), (1, 2, 3), (0, 6, 0), (1, 0, 1), (40, 1, 0))
_PATHS = ((0, 1, 1), (0, 0, 0), (1, 0, 1))
_DIRECTIONS = {
    " in the plane": ((0.6, 0.8), (1.0, 0.0)),
    "": ((1 / 3, 2 / 3, 2 / 3), (1.0, 0.0, 0.0), (0.0, -_HALF, _HALF)),
    " of five numbers": ((0.1, 0.3, 0.3, 0.9, 0.0), (0.0, 0.0, 0.0, 0.0, 1.0)),
}
_LABELS = ((1, 2, -1), (1, -1, -1), (-1, -1, -1), (2, 2, -1), (2, 1, 2))

Formula = Callable[[Any, list[Any]], Any]


@dataclass
class VectorCase(Case):
    """One loss of rows under audit."""

    listed: tuple[tuple[float, ...], ...] = ()
    columns: int = 0
    formula: Formula | None = None
    exponents: tuple[int, ...] = ()  # columns that stand in an exponential of a formula that has no logarithm of it
    shared: bool = False  # shares are multiplied by exponentials
    directed: int = 0  # so many outputs must not all be zero

    @property
    def outcomes(self) -> tuple[Any, ...]:
        return self.listed

    @property
    def width(self) -> int:
        return self.columns

    def possible(self, outputs: tuple[float, ...]) -> bool:
        """A direction is not zero."""
        return any(outputs[: self.directed]) or not self.directed

    def reference(self, y: Any, outputs: list[float]) -> Certified | None:
        """Value, gradient and Hessian with their conditions, or None where none can be formed."""
        if any(abs(outputs[k]) > REACH for k in self.exponents):
            return None
        start = 80 + int(max(abs(math.log10(abs(x))) for x in (*y, *outputs, 1.0) if x))
        if self.shared:  # one less a share of e^-745 is not one
            start += int(2 * min(max(abs(x) for x in outputs), 1000.0) / math.log(10))
        if self.directed and self.exponents:  # sinh and cosh of a small concentration cancel to its third power
            start += int(3 * abs(min(outputs[-1], 0.0)) / math.log(10))
        continuous = not (self.domain.discrete or self.domain.whole)
        try:
            return certify(
                self.formula, y, outputs, ["identity"] * len(outputs), continuous=continuous, cap=6000, start=start
            )
        except (OverflowError, ZeroDivisionError, ValueError, MemoryError):
            return None  # an exponent beyond what mpmath holds; a singular point; a series that needs too much


def vector_cases() -> Iterator[VectorCase]:
    """Every family and loss of rows."""

    def case(noise: Any, rows: Any, columns: int, formula: Formula, **more: Any) -> VectorCase:
        wide = tuple(tuple(map(float, row)) for row in rows)
        label = (f"losses.{noise.name}" if isinstance(noise, Loss) else repr(noise)) + more.pop("of", "")
        return VectorCase(label, "vector", noise, listed=wide, columns=columns, formula=formula, **more)

    yield case(lk.MultivariateNormal(), _POINTS, 5, textbook.multivariate_normal, exponents=(2, 3))
    yield case(lk.MultivariateNormal(scale="diagonal"), _POINTS, 4, textbook.diagonal_normal, exponents=(2, 3))
    yield case(lk.MultivariateNormal(scale="isotropic"), _POINTS, 3, textbook.isotropic_normal, exponents=(2,))
    three = ((1.0, -2.5, 0.5), (1e-8, 1e200, 30.0), (0.0, 1e4, -1e-300))
    yield case(
        lk.MultivariateNormal(), three, 9, textbook.multivariate_normal, exponents=(3, 4, 5), of=" of three numbers"
    )
    yield case(lk.MultivariateT(), _POINTS, 6, textbook.multivariate_t, exponents=(2, 3, 5))
    yield case(lk.Dirichlet(), _SHARES, 4, textbook.dirichlet, exponents=(0, 1, 2, 3), shared=True)
    yield case(lk.Multinomial(), _COUNTS, 3, textbook.multinomial)
    yield case(lk.DirichletMultinomial(), _COUNTS, 4, textbook.dirichlet_multinomial)
    for words, rows in _DIRECTIONS.items():
        d = len(rows[0])
        formula = textbook.von_mises_fisher
        yield case(lk.VonMisesFisher(), rows, d + 1, formula, exponents=(d,), directed=d, of=words)
    orders = ((0, 1, 2, 3), (3, 1, 2, 0), (2, 0, -1, -1), (1, -1, -1, -1))
    yield case(lk.PlackettLuce(), orders, 4, textbook.plackett_luce)
    yield case(lk.LinearChain(classes=2), _PATHS, 10, textbook.linear_chain(2))
    yield case(lk.Alignment(classes=3), _LABELS, 9, textbook.alignment(3))
    losses = lk.losses
    yield case(losses.sequence_cross_entropy(classes=2), ((0, 1, 1), (1, -1, 0)), 6, textbook.steps_cross_entropy(2))
    yield case(losses.crf(classes=2), _PATHS, 10, textbook.linear_chain(2))
    yield case(losses.ctc(classes=3), _LABELS, 9, textbook.alignment(3))
    yield case(losses.expected_edit_distance, ((0, 3, 8), (2, 2, 2), (1, 0, 5)), 3, textbook.expected_cost)
    yield case(losses.categorical_cross_entropy, _TARGETS[:1] + _TARGETS[1:2], 3, textbook.cross_entropy)
    yield case(losses.cross_entropy, _TARGETS, 3, textbook.cross_entropy)
    yield case(losses.kl_divergence, _TARGETS, 3, textbook.kl_divergence)
    yield case(losses.reverse_kl, _TARGETS[::2], 3, textbook.reverse_kl)
    yield case(losses.jensen_shannon, _TARGETS, 3, textbook.jensen_shannon)
    wide = ((1.0, -2.5, 0.5), (1e-300, 0.0, 1e-8), (1e200, 1.0, -30.0))
    yield case(losses.cosine_distance, wide, 3, textbook.cosine_distance, directed=3)
