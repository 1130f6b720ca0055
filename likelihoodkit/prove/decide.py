"""The decision: does ``left = c right + b`` hold with c > 0 and b free of the prediction?

>>> import sympy as sp
>>> a, y = sp.symbols("a y", real=True)
>>> s = sp.Symbol("s", positive=True)
>>> decision = decide((y - a) ** 2 / (2 * s**2) + sp.log(s), (y - a) ** 2, predictions=[a], targets=[y])
>>> decision.verdict, decision.scale, decision.constant
('proved', 1/(2*s**2), log(s))
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice

import sympy as sp

from likelihoodkit.primitives import VectorSymbol
from likelihoodkit.prove.branches import alike, resolved
from likelihoodkit.prove.cells import Atlas, Cell
from likelihoodkit.prove.conditions import Conditions
from likelihoodkit.prove.constants import Constants
from likelihoodkit.prove.domain import Domain
from likelihoodkit.prove.held_vectors import by_class
from likelihoodkit.prove.instances import claims
from likelihoodkit.prove.outcome import Decision, Undecided, Witness
from likelihoodkit.prove.problem import Problem
from likelihoodkit.prove.refute import moves, refute
from likelihoodkit.prove.ring import Frac
from likelihoodkit.prove.scale import candidates
from likelihoodkit.prove.signs import Signs
from likelihoodkit.prove.zero import Reader

MOST_CELLS = 160
MOST_CANDIDATES = 6


class Decider:
    """The procedure on one problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        simplexes = frozenset(s for s in problem.vectors if problem.domains[s].simplex)
        self.reader = Reader(problem.levels, simplexes)
        problem.left, problem.right = (alike(side, self._same) for side in (problem.left, problem.right))
        three_way = problem.left.has(sp.Piecewise) or problem.right.has(sp.Piecewise)
        self.atlas = Atlas(self.reader, three_way)
        self.constants = Constants(problem, self.reader)
        self.steps: list[str] = []
        self.fixed = set(problem.predictions)
        self.tried: set[sp.Expr] = set()

    def _same(self, one: sp.Expr, two: sp.Expr) -> bool:
        try:
            return self.reader.is_zero(one - two)
        except Undecided:
            return False

    def decide(self) -> Decision:
        """Quick identity, then refutation, then the proof cell by cell."""
        start = self._start()
        reason = "no factor c was found"
        for c in islice(self._factors(start), MOST_CANDIDATES):
            try:
                return self._proved(start, c)
            except Undecided as obstacle:
                reason = str(obstacle)
        witness = self._refuted()
        if witness is not None:
            return Decision("refuted", witness.why, witness=witness, steps=tuple(self.steps))
        for c in islice(self._factors(self._leaves(start)), MOST_CANDIDATES):
            try:
                return self._proved(start, c)
            except Undecided as obstacle:
                reason = str(obstacle)
        return self._flat(start) or self._undecided(reason)

    def _factors(self, cells: Iterable[Cell]) -> Iterator[sp.Expr]:
        """Different candidates, each fitting at least one cell in which the prediction occurs."""
        for cell in cells:
            if self._moving(cell):
                for c in candidates(cell, self.reader):
                    if c not in self.tried and not c.free_symbols & {*self.fixed, *self.problem.targets}:
                        self.tried.add(c)
                        yield c

    def _undecided(self, reason: str) -> Decision:
        return Decision("undecided", reason, steps=tuple(self.steps))

    def _start(self) -> list[Cell]:
        problem = self.problem
        classes = {s: Domain(classes=True) for s in problem.indices}
        domains = {**problem.domains, **classes}
        rows: Iterable[Mapping[sp.Symbol, sp.Expr]] = problem.values or ({},)
        cells = [c for row in rows for c in self.atlas.start(problem.left, problem.right, domains, row)]
        if len(cells) > MOST_CELLS:
            raise Undecided("too many cells")
        return cells

    # -- one cell -------------------------------------------------------------------------------------------------

    def _moving(self, cell: Cell) -> bool:
        return any(self.reader.levels[s] == 2 for s in cell.left.free_symbols | cell.right.free_symbols)

    def _identity(self, cell: Cell, c: sp.Expr) -> Frac | None:
        """The constant left - c right of a cell if it is plainly free of the prediction."""
        try:
            rest = self.reader.read(cell.left - self.constants.factor(cell, c) * cell.right).cancelled()
        except Undecided:
            return None
        if self.reader.level(rest) == 2 or self.constants.written(cell, rest).free_symbols & self.fixed:
            return None
        return rest

    def _same_slopes(self, cell: Cell, c: sp.Expr) -> bool:
        """Are all slopes of left - c right identically zero in this cell?"""
        factor = self.constants.factor(cell, c)
        moving = sorted(
            (s for s in cell.left.free_symbols | cell.right.free_symbols if self.reader.levels[s] == 2), key=str
        )
        if any(getattr(s, "is_vector", False) for s in moving):
            return False
        signs = Signs(self.reader, cell.known)  # inside a cell both sides must be analytic: no root of what may vanish
        roots = {p.base for p in cell.left.atoms(sp.Pow) | cell.right.atoms(sp.Pow) if not p.exp.is_Integer}
        if any(signs.of(base) != "+" for base in roots):
            return False
        return all(self.reader.is_zero(sp.diff(cell.left, s) - factor * sp.diff(cell.right, s)) for s in moving)

    # -- all cells ------------------------------------------------------------------------------------------------

    def _proved(self, start: Sequence[Cell], c: sp.Expr) -> Decision:
        """The proof with the factor ``c``, or `Undecided` with the first obstacle."""
        problem = self.problem
        open_cells, done = list(start), list[tuple[Cell, Frac | None]]()
        while open_cells:
            cell = open_cells.pop(0)
            if Signs(self.reader, cell.known).of(self.constants.factor(cell, c)) != "+":
                raise Undecided(f"the factor {c} was not shown to be positive")
            conditions = Conditions(cell, self.reader)
            obstacle = conditions.failure(problem.left) or conditions.failure(problem.right) or conditions.failure(c)
            constant = self._identity(cell, c) if obstacle is None else None
            if constant is not None:
                done.append((cell, constant))
                continue
            parts = self.atlas.split(cell)
            if parts is not None:
                open_cells += parts
                if len(open_cells) + len(done) > MOST_CELLS:
                    raise Undecided("too many cells")
                continue
            if obstacle is not None:
                raise Undecided(obstacle)
            if any(level == 2 and sign == 0 for _, sign, level in cell.cuts) or not self._same_slopes(cell, c):
                raise Undecided(f"left - ({c})*right was not shown to be free of the prediction where {cell.where()}")
            done.append((cell, None))
        self._check_borders(done)
        return self._report(c, done)

    def _check_borders(self, done: Sequence[tuple[Cell, Frac | None]]) -> None:
        """The constants of cells that share targets are one constant."""
        cuts = [(sign, level) for cell, _ in done for _, sign, level in cell.cuts]
        apart = any(level == 2 and (sign == 0 or self.atlas.three_way) for sign, level in cuts)
        if apart and any(b is None for _, b in done):  # slopes alone say nothing about a jump at the border
            raise Undecided("continuity across the borders of a condition was not shown")
        known = [(cell, self.constants.written(cell, b)) for cell, b in done if b is not None]
        for i, (one, b1) in enumerate(known):
            for two, b2 in known[i + 1 :]:
                if b1 == b2 or one.contradicts(two, self.reader) or two.contradicts(one, self.reader):
                    continue
                gap = b1 - b2
                if not any(self._vanishes(gap, cell) for cell in (one, two)):
                    raise Undecided(f"the constant jumps between {one.where()} and {two.where()}")

    def _vanishes(self, gap: sp.Expr, cell: Cell) -> bool:
        here = resolved(gap.xreplace(cell.forward), Signs(self.reader, cell.known))
        try:
            return self.reader.is_zero(here)
        except Undecided:
            return False

    def _report(self, c: sp.Expr, done: Sequence[tuple[Cell, Frac | None]]) -> Decision:
        constants = self.constants.listed(c, done)
        dropped = constants[0][1] if len({e for _, e in constants}) == 1 else None
        steps = [*self.steps, f"factor {c}"]
        for cell, b in done:
            how = "left - c*right is free of the prediction"
            if b is None:
                how = "slopes agree and both sides are continuous"
            steps.append(f"{cell.where()}: {how}")
        held = {s for e in (c, *(e for _, e in constants)) for s in e.free_symbols if s not in self.problem.targets}
        names = ", ".join(sorted(map(str, held)))
        conditions = (f"{names} {'is' if len(held) == 1 else 'are'} not predicted",) if held else ()
        return Decision(
            "proved",
            "left - c*right is free of the prediction in every cell",
            scale=c,
            constant=dropped,
            constants=tuple(constants),
            cells=len(done),
            conditions=conditions,
            steps=tuple(steps),
            targets=tuple(map(str, self.problem.targets)),
        )

    # -- refuting -------------------------------------------------------------------------------------------------

    def _leaves(self, start: Sequence[Cell]) -> Iterator[Cell]:
        """Cells that need no further cut."""
        open_cells, count = list(start), 0
        while open_cells:
            cell = open_cells.pop(0)
            parts = self.atlas.split(cell)
            count += 1
            if count > MOST_CELLS:
                raise Undecided("too many cells")
            if parts is None:
                yield cell
            else:
                open_cells = parts + open_cells

    def _refuted(self) -> Witness | None:
        for group in claims(self.problem):
            witness = refute(group)
            if witness is not None:
                return witness
        return None

    def _flat(self, start: Sequence[Cell]) -> Decision | None:
        """Claims in which one side, or both, do not move with the prediction at all."""
        flat = []
        for side in ("left", "right"):
            values = []
            for cell in start:
                try:
                    values.append(self.reader.level(self.reader.read(getattr(cell, side)).cancelled()) < 2)
                except Undecided:
                    values.append(False)
            flat.append(all(values))
        if flat == [True, True]:
            try:
                return self._proved(start, sp.S.One)
            except Undecided as problem:
                return self._undecided(str(problem))
        if any(flat):
            for claim in chain.from_iterable(claims(self.problem)):
                witness = moves(claim)
                if witness is not None:
                    return Decision("refuted", witness.why, witness=witness, steps=tuple(self.steps))
        return None


def decide(
    left: sp.Expr,
    right: sp.Expr,
    *,
    predictions: Sequence[sp.Symbol],
    targets: Sequence[sp.Symbol] = (),
    domains: Mapping[sp.Symbol, Domain] | None = None,
    target_values: Sequence[object] | None = None,
    fixed: Mapping[VectorSymbol, tuple[float, ...]] | None = None,
) -> Decision:
    """Decide ``left = c right + b`` with c > 0 free of predictions and targets and b free of predictions.

    Parameters
    ----------
    left, right
        Expressions with one value per row, in elementary functions or in primitives. All vectors that occur have one
        length K, which stays open; a proof holds for every K.
    predictions, targets
        The symbols so called. All others are settings: real, positive where declared so.
    domains
        Where a symbol lives, if its assumptions do not say it all. Ends that belong to the domain are decided too.
    target_values
        All values of the target where there are finitely many: numbers, tuples or mappings. The constant may differ
        from one to the next, the factor may not.
    fixed
        The numbers of vector settings that are held; their length is K then.

    Returns
    -------
    Decision
        "proved" for all values in the domains, "refuted" with a certified `Witness`, or "undecided" with the obstacle.

    Raises
    ------
    ValueError
        If two symbols share a name, a symbol is not real, or nothing is predicted.
    """
    problem = Problem(left, right, predictions, targets, domains or {}, target_values, fixed)
    decider = Decider(problem)
    try:
        found = decider.decide()
    except Undecided as obstacle:
        found = Decision("undecided", str(obstacle), steps=tuple(decider.steps))
    if found.verdict == "undecided" and problem.fixed:
        return by_class(problem, decide) or found
    return found
