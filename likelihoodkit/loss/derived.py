"""The formula of a loss and what is computed from it: all that a loss whose programs are kept does not need."""

from __future__ import annotations

from functools import cached_property

import sympy as sp

from likelihoodkit.calculus import Calculus
from likelihoodkit.calculus.majorizer import majorizer
from likelihoodkit.compile.build import compile_program
from likelihoodkit.declaration import Bound
from likelihoodkit.expectation import expected_outer_product
from likelihoodkit.loss.matrices import assemble
from likelihoodkit.nll import Derivation, negative_log_likelihood
from likelihoodkit.rows.parts import by_parts, refuse_information
from likelihoodkit.stabilise import stabilise
from likelihoodkit.stabilise.finish import finished

__all__ = [
    "Derived",
    "assemble",
    "by_parts",
    "compile_program",
    "expected_outer_product",
    "majorizer",
    "refuse_information",
]


class Derived:
    """What is derived from a bound noise or a named loss, each part when it is first asked for."""

    def __init__(self, bound: Bound) -> None:
        self.textbook = negative_log_likelihood(bound)
        self._expressions: dict[str, dict[str, sp.Expr]] = {}

    @cached_property
    def derivation(self) -> Derivation:
        """The stable expression and the steps that led to it."""
        return stabilise(self.textbook)

    @cached_property
    def calculus(self) -> Calculus:
        """Symbolic value, gradient, Hessian and Fisher information."""
        return Calculus(self.derivation)

    def expressions(self, what: str) -> dict[str, sp.Expr]:
        """The results of one of the programs of a loss, by name; found once, for a Hessian asks with every call."""
        if what == "curved":
            return {**self.expressions("fused"), **self.expressions("hessian")}
        if what not in self._expressions:
            self._expressions[what] = self._finished(what)
        return self._expressions[what]

    def _finished(self, what: str) -> dict[str, sp.Expr]:
        through = self.derivation.through
        settled = through.settled if through is not None and what in {"value", "fused"} else ()
        twice = through is not None
        return {name: finished(e, settled, linked_twice=twice) for name, e in self._unfinished(what).items()}

    def _unfinished(self, what: str) -> dict[str, sp.Expr]:
        calculus = self.calculus
        if what == "value":
            return {"value": calculus.value}
        if what == "fused":
            return {"value": calculus.value, **{f"d {n}": e for n, e in calculus.gradient.items()}}
        if what == "hessian":
            return {f"{a} {b}": e for (a, b), e in calculus.hessian.items()}
        if what == "fisher":
            return {f"{a} {b}": e for (a, b), e in (calculus.fisher or {}).items()}
        family = self.derivation.bound.family
        angles = {name: self.derivation.substitute(family.own[name]) for name in family.folded}
        return {**angles, **self.derivation.parameters}
