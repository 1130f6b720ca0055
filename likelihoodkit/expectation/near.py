"""A density near an end of its support that is not 0, told by the distance from that end.

Beyond 1 - 2^-53 float64 has no outcomes below 1, but a density that grows there may have its mass there: an arcsine law
has one part in 1e8. The formula is written in what is left, y = 1 - u, and made stable as such, so that u may be as
small as float64 goes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from likelihoodkit.calculus import derivative
from likelihoodkit.compile import Runner, compile_program
from likelihoodkit.errors import DerivationError
from likelihoodkit.expectation.density import Density
from likelihoodkit.primitives.within import beta_within
from likelihoodkit.stabilise import rewrite, stable

Array = NDArray[Any]

#: one function between bounds of y, and what it is of 1 - y
MIRRORED = {beta_within: lambda y, low, high, mean, size: beta_within(1 - y, 1 - high, 1 - low, -mean, size)}


class End:
    """A number where outcomes end, and the density at distances below it (``upper``) or above."""

    def __init__(self, density: Density, number: float, *, upper: bool) -> None:
        self.density, self.upper = density, upper
        derivation, support = density.derivation, density.support
        end = sp.nsimplify(number, rational=True)
        known = upper and (support.low, support.high) == (0.0, number)  # the distance has the bounds of the outcome
        self._gap = derivation.y if known else sp.Symbol("_gap", positive=True)
        written = derivation.substitute(derivation.bound.family.formula)
        mirrored = -written.xreplace({derivation.y: end - self._gap if upper else end + self._gap})
        mirrored = mirrored.replace(lambda node: isinstance(node, sp.Add), self._factored)
        if end == 1 and upper:
            for function, other in MIRRORED.items():
                mirrored = mirrored.replace(function, other)
        self._loss = stable(derivation, mirrored) if known else rewrite(mirrored)
        self._value = Runner(compile_program({"value": self._loss}))
        self._slopes: Runner | None = None

    def _factored(self, node: sp.Expr) -> sp.Expr:
        """Numbers that cancel in a polynomial in the distance, as in 1 - (1 - u)^2 = u (2 - u)."""
        if node.free_symbols != {self._gap} or not node.is_polynomial(self._gap):
            return node
        terms = sp.Poly(node, self._gap)
        return sp.factor(terms.as_expr()) if terms.coeff_monomial(1) == 0 else node

    def log(self, gap: Array, row: Array) -> Array:
        """Log-density at these distances of these rows, flat; minus infinity at none, the end itself.

        Raises `DerivationError` where the formula gives no number.
        """
        found = self.told(gap, row)
        if np.isnan(found).any():
            place = int(np.argmax(np.isnan(found)))
            raise DerivationError(
                f"{self.density.name}: the log-density of row {int(row[place])} is not a number {gap[place]:.6g} "
                f"{'below the upper' if self.upper else 'above the lower'} end of its outcomes",
                family=self.density.name,
                index=int(row[place]),
                value=float(gap[place]),
            )
        return found

    def told(self, gap: Array, row: Array) -> Array:
        """The same, NaN where the formula gives no number."""
        if not gap.all():
            found = np.full(gap.shape, -np.inf)
            found[gap > 0] = self.told(gap[gap > 0], row[gap > 0])
            return found
        values = self.density.run(self._value, row, **{self._gap.name: gap})["value"]
        return np.asarray(-np.broadcast_to(values, gap.shape))

    def slopes(self, gap: Array, row: Array) -> dict[str, Array]:
        """The slopes of the loss in the outputs there, by their names in programs."""
        if self._slopes is None:
            predicted = self.density.derivation.predicted
            self._slopes = Runner(
                compile_program({f"d {name}": derivative(self._loss, symbol) for name, symbol in predicted.items()})
            )
        return self.density.run(self._slopes, row, **{self._gap.name: gap})


def end_of(density: Density, number: float, *, upper: bool) -> End:
    """A number where outcomes end, written down once."""
    name = f"{'upper' if upper else 'lower'} end {number!r}"
    if name not in density.cache:
        density.cache[name] = End(density, number, upper=upper)
    found: End = density.cache[name]
    return found


class Surprise:
    """-log density, as a function of outcomes: its expectation is the entropy."""

    def __init__(self, density: Density) -> None:
        self.density = density

    def __call__(self, y: Array, row: Array) -> Array:
        """(1, P)."""
        return -self.density.log(y, row)[None]

    def near(self, number: float, gap: Array, row: Array, *, upper: bool) -> Array:
        """The same at distances from a number where outcomes end."""
        return -end_of(self.density, number, upper=upper).log(gap, row)[None]
