"""How the factor and the dropped constant are written: in the user's symbols, as close to the input as can be shown."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from likelihoodkit.prove.branches import resolved
from likelihoodkit.prove.cells import Cell
from likelihoodkit.prove.outcome import Undecided
from likelihoodkit.prove.problem import Problem
from likelihoodkit.prove.ring import Frac
from likelihoodkit.prove.signs import Signs
from likelihoodkit.prove.zero import Reader


class Constants:
    """Factors and constants of one problem, between the coordinates of cells and the user's symbols."""

    def __init__(self, problem: Problem, reader: Reader) -> None:
        self.problem = problem
        self.reader = reader

    def factor(self, cell: Cell, c: sp.Expr) -> sp.Expr:
        """The factor in the coordinates of a cell."""
        return resolved(c.xreplace(cell.forward), Signs(self.reader, cell.known))

    def written(self, cell: Cell, value: Frac) -> sp.Expr:
        """A constant in the user's symbols."""
        return self.reader.expression(value).xreplace(cell.backward)

    def listed(self, c: sp.Expr, done: Sequence[tuple[Cell, Frac | None]]) -> list[tuple[str, sp.Expr]]:
        """The constant, or one per region of targets and settings where the way to write it differs."""
        problem = self.problem
        guess = self._free_terms(problem.left, problem.right, c, frozenset(problem.predictions))
        if all(b is not None and self._equals(guess, cell, b) for cell, b in done):
            return [("everywhere", guess)]
        found: dict[str, sp.Expr] = {}
        for cell, b in done:
            low = tuple(cut for cut in cell.cuts if cut[2] < 2)
            where = Cell(cell.left, cell.right, {}, {}, {}, low, label=cell.label).where()
            if where not in found:
                found[where] = self._at_a_point(cell, c) if b is None else self._pretty(cell, c, b)
        return list(found.items())

    def _pretty(self, cell: Cell, c: sp.Expr, b: Frac) -> sp.Expr:
        moving = frozenset(s for s in self.reader.levels if self.reader.levels[s] == 2)
        guess = self._free_terms(cell.left, cell.right, self.factor(cell, c), moving).xreplace(cell.backward)
        return guess if self._equals(guess, cell, b) else self.reader.tidy(self.written(cell, b))

    def _free_terms(self, left: sp.Expr, right: sp.Expr, c: sp.Expr, moving: frozenset[sp.Symbol]) -> sp.Expr:
        """The terms of left - c right, as written, that are free of the prediction."""
        guess = sp.S.Zero
        for factor, side in ((sp.S.One, left), (-c, right)):
            terms = sp.Add.make_args(sp.expand_mul(sp.expand_log(side)))
            guess += sp.expand_mul(factor * sp.Add(*[t for t in terms if not t.free_symbols & moving]))
        return guess

    def _equals(self, guess: sp.Expr, cell: Cell, b: Frac) -> bool:
        try:
            here = resolved(guess.xreplace(cell.forward), Signs(self.reader, cell.known))
            return not (self.reader.read(here) - b).cancelled().num
        except Undecided:
            return False

    def _at_a_point(self, cell: Cell, c: sp.Expr) -> sp.Expr:
        """left - c right at a whole point of the cell: the constant, where no simpler form is known."""
        rest = cell.left - self.factor(cell, c) * cell.right
        moving = sorted((s for s in rest.free_symbols if self.reader.levels[s] == 2), key=str)
        value = rest.xreplace({s: sp.Integer(1) for s in moving}).xreplace(cell.backward)
        return self.reader.tidy(value)
