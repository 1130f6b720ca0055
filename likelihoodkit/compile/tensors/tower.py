"""A program together with the programs of its derivatives, of any order, each derived when it is first asked for.

The derivatives are those of the calculus: of every expression the stabilised one, so that an engine that attaches them
differentiates a loss with the digits of the NumPy engine, and never differentiates a branch that was not taken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, cached_property, partial
from typing import Any

import sympy as sp

from likelihoodkit.calculus import derivative
from likelihoodkit.compile.build import compile_program
from likelihoodkit.compile.program import Program
from likelihoodkit.compile.tensors.expand import LONGEST, expand, host
from likelihoodkit.compile.tensors.host import NUMBER, HostProgram
from likelihoodkit.errors import DerivationError
from likelihoodkit.primitives import RECORDS, is_vector, vector_kernels


class Tower:
    """Expressions of some symbols: what engines run, and the tower of their derivatives in chosen symbols.

    ``program`` is the compiled program where it is already known, and ``known`` answers with that of the derivatives
    in the symbols of given places, one after the other, or None: nothing is derived for what is known.
    """

    def __init__(
        self,
        name: str,
        symbols: Sequence[sp.Symbol],
        expressions: Callable[[], Sequence[sp.Expr]],
        program: Callable[[], Program] | None = None,
        known: Callable[..., Program | None] = lambda *wrt: None,
    ) -> None:
        self.name, self.symbols = name, tuple(symbols)
        self._expressions, self._program, self._known = expressions, program, known
        self._slopes: dict[tuple[int, ...], Tower] = {}
        self.made: dict[Any, Any] = {}  # what engines make of it

    @cached_property
    def expressions(self) -> tuple[sp.Expr, ...]:
        """What is computed."""
        return tuple(self._expressions())

    @cached_property
    def program(self) -> Program:
        """The program in primitives."""
        if self._program is not None:
            return self._program()
        return compile_program({f"r{k}": expression for k, expression in enumerate(self.expressions)})

    @cached_property
    def straight(self) -> Program:
        """The program in elementary operations."""
        return expand(self.program, longest=LONGEST)

    @cached_property
    def by_primitive(self) -> Program:
        """The program in elementary operations and in primitives that work entry by entry."""
        return expand(self.program, primitives=False)

    @property
    def host(self) -> tuple[str, ...]:
        """Names of the primitives that NumPy computes on the host."""
        return host(self.straight)

    @property
    def vectors(self) -> bool:
        """Does it mix the entries of vectors, so that a derivative is more than a number per result and argument?"""
        return any(is_vector(s) for s in self.symbols)

    @property
    def on_host(self) -> bool:
        """Is all of it left to NumPy, since kernels of the host mix the entries of its vectors?"""
        return self.vectors and any(hasattr(vector_kernels, name) for name in self.host)

    def hosted(self, wrt: tuple[int, ...] | None = None) -> HostProgram:
        """The program, or that of the derivatives in the symbols of those places, for the host."""
        names = [s.name for s in self.symbols]
        flags = [is_vector(s) for s in self.symbols]
        if wrt is None:
            return HostProgram(self.name, self.program, names, flags, [NUMBER])
        return HostProgram(self.name, self.slopes(wrt).program, names, flags, wrt)

    def slopes(self, wrt: tuple[int, ...]) -> Tower:
        """The derivatives of every expression in the symbols of those places: expression by expression, then symbol.

        Raises `DerivationError` where there is no rule for one.
        """
        if wrt not in self._slopes:
            program = self._known(wrt)
            self._slopes[wrt] = Tower(
                self.name,
                self.symbols,
                lambda: [self._derivative(e, self.symbols[k]) for e in self.expressions for k in wrt],
                None if program is None else lambda: program,
                partial(self._known, wrt),
            )
        return self._slopes[wrt]

    def _derivative(self, expression: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
        try:
            slope = derivative(expression, symbol)
        except sp.core.function.ArgumentIndexError:
            slope = sp.nan
        if slope.has(sp.Derivative, sp.Subs, sp.nan):  # of a primitive that has no rule for this argument
            raise DerivationError(
                f"{self.name} has no derivative in {symbol}", value=str(symbol), remedy="Hold it, or detach it"
            )
        return slope


@cache
def tower_of(kernel: str) -> Tower:
    """The tower of one primitive that works entry by entry, by the name of its kernel."""
    record = next(r for r in RECORDS.values() if r.kernel == kernel)
    symbols = [sp.Symbol(f"x{k}", real=True) for k in range(record.nargs)]
    return Tower(record.name, symbols, lambda: [record.function(*symbols)])


def entrywise(kernel: str) -> bool:
    """Is it a primitive that works entry by entry?"""
    return any(r.kernel == kernel and not (r.vector or r.reduces) for r in RECORDS.values())
