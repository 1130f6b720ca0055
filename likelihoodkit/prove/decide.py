"""The decision: does ``left = c right + b`` hold with c > 0 and b free of the prediction?

    >>> import sympy as sp
    >>> a, y = sp.symbols("a y", real=True)
    >>> s = sp.Symbol("s", positive=True)
    >>> decision = decide((y - a)**2/(2*s**2) + sp.log(s), (y - a)**2, predictions=[a], targets=[y])
    >>> decision.verdict, decision.scale, decision.constant
    ('proved', 1/(2*s**2), log(s))
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import chain, islice

import sympy as sp

from likelihoodkit.primitives import lower, one_hot
from likelihoodkit.prove.cells import Atlas, Cell, borders, resolved
from likelihoodkit.prove.conditions import Conditions
from likelihoodkit.prove.domain import Domain
from likelihoodkit.prove.generators import Level
from likelihoodkit.prove.instances import Instance
from likelihoodkit.prove.outcome import Decision, Undecided, Witness
from likelihoodkit.prove.refute import Claim, moves, refute
from likelihoodkit.prove.ring import Frac, Poly
from likelihoodkit.prove.scale import candidates
from likelihoodkit.prove.signs import Signs
from likelihoodkit.prove.vectors import LENGTH
from likelihoodkit.prove.zero import Reader

MOST_CELLS = 160
MOST_CANDIDATES = 6
LENGTHS = (2, 3)  # lengths K at which a claim about vectors is refuted


class Problem:
    """A claim with its symbols sorted out: exact, elementary, one symbol per name, every domain known."""

    def __init__(
        self,
        left: sp.Expr,
        right: sp.Expr,
        predictions: Sequence[sp.Symbol],
        targets: Sequence[sp.Symbol],
        domains: Mapping[sp.Symbol, Domain],
        target_values: Sequence[object] | None,
    ) -> None:
        self.left, self.right = (lower(_expression(side)) for side in (left, right))
        self.predictions, self.targets = tuple(predictions), tuple(targets)
        self._labels(domains)
        symbols = self.left.free_symbols | self.right.free_symbols
        symbols |= set(self.predictions) | set(self.targets)
        for s in sorted(symbols, key=str):
            symbols |= domains[s].low.free_symbols | domains[s].high.free_symbols if s in domains else set()
        self.symbols = tuple(sorted(symbols, key=str))
        self._check()
        self.domains = {s: domains.get(s) or Domain.of_symbol(s) for s in self.symbols}
        self.levels: dict[sp.Symbol, Level] = {s: self._level(s) for s in self.symbols}
        if self.vectors:
            self.levels[LENGTH] = 0
            self.domains[LENGTH] = Domain.positive()
        self.settings = tuple(s for s in self.symbols if self.levels[s] == 0)
        self.values = _values(self.targets, target_values)

    def _labels(self, domains: Mapping[sp.Symbol, Domain]) -> None:
        """A one-hot target t is the one-hot vector of a class index."""
        for t in self.targets:
            if t in domains and domains[t].one_hot:
                index = sp.Symbol(f"class of {t}", real=True)
                move = {t: one_hot(index, t)}
                self.left, self.right = self.left.xreplace(move), self.right.xreplace(move)
                self.targets = tuple(index if s == t else s for s in self.targets) + (t,)

    def _level(self, symbol: sp.Symbol) -> Level:
        return 2 if symbol in self.predictions else 1 if symbol in self.targets else 0

    def _check(self) -> None:
        names: dict[str, sp.Symbol] = {}
        for s in self.symbols:
            if names.setdefault(str(s), s) != s:
                raise ValueError(f"two different symbols are called {s}: declare it once")
            if s.is_real is not True:
                raise ValueError(f"the symbol {s} is not declared real")
            if str(s).startswith("#") or (str(s) == LENGTH.name and s != LENGTH):
                raise ValueError(f"the name {s} is reserved")
        if not self.predictions:
            raise ValueError("a claim needs at least one prediction")
        for s in self.predictions:
            if s in self.targets:
                raise ValueError(f"{s} is both a prediction and a target")

    @property
    def vectors(self) -> tuple[sp.Symbol, ...]:
        """The vector symbols."""
        return tuple(s for s in self.symbols if getattr(s, "is_vector", False))

    @property
    def indices(self) -> tuple[sp.Symbol, ...]:
        """Symbols that are class indices: arguments of pick and one_hot."""
        found = set()
        for side in (self.left, self.right):
            for node in sp.preorder_traversal(side):
                if type(node).__name__ == "pick":
                    found |= node.args[1].free_symbols
                elif type(node).__name__ == "one_hot":
                    found |= node.args[0].free_symbols
        return tuple(sorted(found, key=str))


def _expression(side: object) -> sp.Expr:
    if isinstance(side, bool) or not isinstance(side, sp.Expr | int | Fraction):
        raise TypeError(f"a side of a claim is a SymPy expression, not {side!r}")
    return sp.Rational(side) if isinstance(side, Fraction) else sp.sympify(side)


def _values(targets: tuple[sp.Symbol, ...], given: Sequence[object] | None) -> tuple[dict[sp.Symbol, sp.Expr], ...]:
    if given is None:
        return ()
    rows = []
    for value in given:
        row = value if isinstance(value, Mapping) else dict(zip(targets, value if isinstance(value, tuple) else (value,)))
        rows.append({s: sp.sympify(v) for s, v in row.items()})
    return tuple(rows)


class Decider:
    """The procedure on one problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        simplexes = frozenset(s for s in problem.vectors if problem.domains[s].simplex)
        self.reader = Reader(problem.levels, simplexes)
        three_way = problem.left.has(sp.Piecewise) or problem.right.has(sp.Piecewise)
        self.atlas = Atlas(self.reader, three_way)
        self.steps: list[str] = []
        self.tried: set[sp.Expr] = set()

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
                    if c not in self.tried:
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

    def _factor(self, cell: Cell, c: sp.Expr) -> sp.Expr:
        return resolved(c.xreplace(cell.forward), Signs(self.reader, cell.known))

    def _identity(self, cell: Cell, c: sp.Expr) -> Frac | None:
        """The constant left - c right of a cell if it is plainly free of the prediction."""
        try:
            rest = self.reader.read(cell.left - self._factor(cell, c) * cell.right).cancelled()
        except Undecided:
            return None
        return rest if self.reader.level(rest) < 2 else None

    def _same_slopes(self, cell: Cell, c: sp.Expr) -> bool:
        """Are all slopes of left - c right identically zero in this cell?"""
        factor = self._factor(cell, c)
        moving = sorted(
            (s for s in cell.left.free_symbols | cell.right.free_symbols if self.reader.levels[s] == 2), key=str
        )
        if any(getattr(s, "is_vector", False) for s in moving):
            return False
        signs = Signs(self.reader, cell.known)  # inside a cell both sides must be analytic: no root of what may vanish
        roots = {p.base for p in cell.left.atoms(sp.Pow) | cell.right.atoms(sp.Pow) if not p.exp.is_Integer}
        if any(signs.of(base) != "+" for base in roots):
            return False
        return all(
            self.reader.is_zero(sp.diff(cell.left, s) - factor * sp.diff(cell.right, s)) for s in moving
        )

    # -- all cells ------------------------------------------------------------------------------------------------

    def _proved(self, start: Sequence[Cell], c: sp.Expr) -> Decision:
        """The proof with the factor ``c``, or `Undecided` with the first obstacle."""
        problem = self.problem
        open_cells, done = list(start), list[tuple[Cell, Frac | None]]()
        while open_cells:
            cell = open_cells.pop(0)
            if Signs(self.reader, cell.known).of(self._factor(cell, c)) != "+":
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
        known = [(cell, self._written(cell, b)) for cell, b in done if b is not None]
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

    def _written(self, cell: Cell, value: Frac) -> sp.Expr:
        return self.reader.expression(value).xreplace(cell.backward)

    def _report(self, c: sp.Expr, done: Sequence[tuple[Cell, Frac | None]]) -> Decision:
        constants = self._constants(c, done)
        dropped = constants[0][1] if len({e for _, e in constants}) == 1 else None
        steps = [*self.steps, f"factor {c}"]
        for cell, b in done:
            how = "slopes agree and both sides are continuous" if b is None else "left - c*right is free of the prediction"
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

    def _constants(self, c: sp.Expr, done: Sequence[tuple[Cell, Frac | None]]) -> list[tuple[str, sp.Expr]]:
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
        guess = self._free_terms(cell.left, cell.right, self._factor(cell, c), moving).xreplace(cell.backward)
        return guess if self._equals(guess, cell, b) else self.reader.tidy(self._written(cell, b))

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
        rest = cell.left - self._factor(cell, c) * cell.right
        moving = sorted((s for s in rest.free_symbols if self.reader.levels[s] == 2), key=str)
        value = rest.xreplace({s: sp.Integer(1) for s in moving}).xreplace(cell.backward)
        return self.reader.tidy(value)

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
        for claim in self._claims():
            witness = refute(claim)
            if witness is not None:
                return witness
        return None

    def _claims(self) -> Iterator[Claim]:
        """The claim itself, or its instances where it is about vectors."""
        p = self.problem
        if not p.vectors and not p.indices:
            kinks = tuple(sorted(borders(p.left) | borders(p.right), key=sp.default_sort_key))
            yield Claim(p.left, p.right, p.predictions, p.targets, p.settings, p.domains, p.values, borders=kinks)
            return
        flags = {v: p.domains[v].simplex for v in p.vectors}
        for size in LENGTHS:
            yield from self._instances(size, flags)

    def _instances(self, size: int, flags: Mapping[sp.Symbol, bool]) -> Iterator[Claim]:
        p = self.problem
        for k in range(size if p.indices else 1):
            instance = Instance(size, flags, {s: (k + i) % size for i, s in enumerate(p.indices)})
            left, right = (instance.scalar(e).xreplace({LENGTH: sp.Integer(size)}) for e in (p.left, p.right))
            domains = {s: d for s, d in p.domains.items() if s not in instance.free and s not in p.indices}
            simplexes = []
            for vector, names in instance.free.items():
                d = p.domains[vector]
                entry = Domain(d.low, d.high, d.closed_low, d.closed_high)
                domains.update(dict.fromkeys(names, entry))
                if flags[vector]:
                    simplexes.append(names)

            def spread(symbols: Sequence[sp.Symbol], instance: Instance = instance) -> tuple[sp.Symbol, ...]:
                return tuple(n for s in symbols if s not in p.indices for n in instance.free.get(s, (s,)))

            yield Claim(
                left, right, spread(p.predictions), spread(p.targets), spread(p.settings), domains, (), tuple(simplexes)
            )

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
            for claim in self._claims():
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

    Returns
    -------
    Decision
        "proved" for all values in the domains, "refuted" with a certified `Witness`, or "undecided" with the obstacle.

    Raises
    ------
    ValueError
        If two symbols share a name, a symbol is not real, or nothing is predicted.
    """
    problem = Problem(left, right, predictions, targets, domains or {}, target_values)
    decider = Decider(problem)
    try:
        return decider.decide()
    except Undecided as obstacle:
        return Decision("undecided", str(obstacle), steps=tuple(decider.steps))


__all__ = ["Decision", "Domain", "Poly", "decide"]
