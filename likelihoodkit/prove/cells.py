"""Sign cells: the domain cut along the zeros of what stands under |.|, max, min and in conditions.

In a cell every switch has one sign, so both sides of a claim are smooth expressions. A cell is written in coordinates
of its own: where a switch is linear in a symbol, the symbol is replaced by "border plus or minus a positive number", so
that the sign is plain from the symbols. Predictions are replaced before targets and targets before settings; a
coordinate inherits the level of what it replaces, so "free of the prediction" can be read off.

With absolute values and maxima alone the closed cells cover the domain and the sides are continuous across. As soon as
a condition (`Piecewise`) occurs, every cut gives three cells (below, at, above), each decided for itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import sympy as sp

from likelihoodkit.prove.branches import resolved, switches
from likelihoodkit.prove.domain import Domain
from likelihoodkit.prove.generators import Level
from likelihoodkit.prove.outcome import Undecided
from likelihoodkit.prove.signs import SPLIT, Signs
from likelihoodkit.prove.vectors import LENGTH
from likelihoodkit.prove.zero import Reader

Cut = tuple[sp.Expr, int, Level]  # a switch in the user's symbols, its sign, its level


@dataclass(frozen=True)
class Cell:
    """One cell: both sides in its coordinates, and how the coordinates relate to the user's symbols."""

    left: sp.Expr
    right: sp.Expr
    forward: dict[sp.Symbol, sp.Expr]  # user's symbol -> coordinates
    backward: dict[sp.Symbol, sp.Expr]  # coordinate -> user's symbols
    closure: dict[sp.Symbol, sp.Symbol]  # coordinate -> its version that includes the border, where it does
    cuts: tuple[Cut, ...] = ()
    known: tuple[tuple[sp.Expr, int], ...] = ()
    label: str = ""  # the value of a target with finitely many values

    def contradicts(self, other: Cell, reader: Reader) -> bool:
        """Do the two cells differ in a cut of targets or settings, so that no target is in both?"""
        if self.label != other.label:
            return True
        mine = {switch: sign for switch, sign, level in self.cuts if level < 2}
        signs = Signs(reader, self.known)
        for switch, sign, level in other.cuts:
            if level == 2:
                continue
            if switch in mine:
                if mine[switch] != sign:
                    return True
                continue
            here = signs.of(switch.xreplace(self.forward))
            if here in ({"+", "-"} if sign == 0 else {"-", "0-", "0"} if sign > 0 else {"+", "0+", "0"}):
                return True
        return False

    def where(self) -> str:
        """The cell in words."""
        words = {1: ">", 0: "=", -1: "<"}
        parts = [self.label] if self.label else []
        parts += [f"{switch} {words[sign]} 0" for switch, sign, _ in self.cuts]
        return ", ".join(parts) or "everywhere"


@dataclass
class Atlas:
    """Makes cells: hands out coordinates and knows their levels."""

    reader: Reader
    three_way: bool
    count: int = 0
    parts: dict[int, tuple[Cell, list[Cell] | None]] = field(default_factory=dict)

    def coordinate(self, level: Level, sign: str) -> sp.Symbol:
        """A new coordinate; ``sign`` is "positive" or "nonnegative"."""
        self.count += 1
        symbol = sp.Symbol(f"#{self.count}", real=True, **{sign: True})
        self.reader.levels[symbol] = level
        return symbol

    # -- the first cut: the domain itself -------------------------------------------------------------------------

    def start(
        self,
        left: sp.Expr,
        right: sp.Expr,
        domains: Mapping[sp.Symbol, Domain],
        values: Mapping[sp.Symbol, sp.Expr],
    ) -> list[Cell]:
        """The domain in pieces: the inside and, one by one, the ends that belong to it; targets at ``values``."""
        label = ", ".join(f"{s} = {v}" for s, v in sorted(values.items(), key=lambda item: str(item[0])))
        cells = [Cell(left.xreplace(values), right.xreplace(values), dict(values), {}, {}, label=label)]
        for symbol in sorted(set(domains) - set(values), key=lambda s: (len(_bounds(domains[s])), str(s))):
            cells = [piece for cell in cells for piece in self._ends(cell, symbol, domains[symbol])]
        return cells

    def _ends(self, cell: Cell, symbol: sp.Symbol, domain: Domain) -> Iterator[Cell]:
        level = self.reader.levels[symbol]
        low, high = domain.low.xreplace(cell.forward), domain.high.xreplace(cell.forward)
        kept = getattr(symbol, "is_vector", False) or domain.classes or symbol == LENGTH  # sums speak of K by this name
        if kept or (low == -sp.oo and high == sp.oo):
            yield replace(cell, forward={**cell.forward, symbol: symbol})
            return
        above, under = symbol - domain.low, domain.high - symbol
        cuts_low, cuts_high = (above, 1, level), (under, 1, level)
        cuts = ((cuts_low,) if domain.closed_low else ()) + ((cuts_high,) if domain.closed_high else ())
        t = self.coordinate(level, "positive")
        if high == sp.oo:
            inside, back = low + t, above
        elif low == -sp.oo:
            inside, back = high - t, under
        else:
            inside, back = low + (high - low) * t / (1 + t), above / under
        yield self._moved(cell, {symbol: inside}, {t: back}, {t: t}, cuts)
        if domain.closed_low:
            yield self._moved(cell, {symbol: low}, {}, {}, ((above, 0, level),))
        if domain.closed_high:
            yield self._moved(cell, {symbol: high}, {}, {}, ((under, 0, level),))

    def _moved(
        self,
        cell: Cell,
        move: dict[sp.Symbol, sp.Expr],
        back: dict[sp.Symbol, sp.Expr],
        closure: dict[sp.Symbol, sp.Symbol],
        cuts: tuple[Cut, ...],
        known: tuple[tuple[sp.Expr, int], ...] = (),
    ) -> Cell:
        forward = {s: e.xreplace(move) for s, e in cell.forward.items()}
        forward.update({s: e for s, e in move.items() if s not in cell.backward and s not in forward})
        assumed = tuple((e.xreplace(move), sign) for e, sign in (*cell.known, *known))
        signs = Signs(self.reader, assumed)
        return Cell(
            resolved(cell.left.xreplace(move), signs),
            resolved(cell.right.xreplace(move), signs),
            forward,
            {**cell.backward, **back},
            {**cell.closure, **closure},
            cell.cuts + cuts,
            assumed,
            cell.label,
        )

    # -- further cuts -----------------------------------------------------------------------------------------------

    def split(self, cell: Cell) -> list[Cell] | None:
        """The cells on the two or three sides of the next switch, or None where none is left."""
        if id(cell) not in self.parts:
            self.parts[id(cell)] = (cell, self._split(cell))  # the cell is kept, so its id is its own
        return self.parts[id(cell)][1]

    def _split(self, cell: Cell) -> list[Cell] | None:
        signs = Signs(self.reader, cell.known)
        found = sorted(
            {s for side in (cell.left, cell.right) for s in switches(side)},
            key=lambda s: (self._level(s), sp.count_ops(s), str(s)),
        )
        for switch in found:
            if switch.has(*SPLIT) or any(getattr(s, "is_vector", False) for s in switch.free_symbols):
                continue
            return self._cut(cell, switch, signs)
        if found:
            raise Undecided(f"cannot separate the cases of {found[0]}")
        return None

    def _level(self, e: sp.Expr) -> Level:
        return max((self.reader.levels[s] for s in e.free_symbols), default=0)

    def _cut(self, cell: Cell, switch: sp.Expr, signs: Signs) -> list[Cell]:
        value = self.reader.read(switch).cancelled()
        top = self.reader.table.poly_expression(value.num)
        below = sp.Mul(*[self.reader.table.poly_expression(f) ** k for f, k in sorted(value.den.items())])
        under = signs.of(below)
        straight = sp.expand(top) if under == "+" else sp.expand(-top) if under == "-" else sp.expand(switch)
        back = self._origin(switch, cell)
        level = self._level(switch)
        # only a symbol of the switch's own level may be replaced: a target that is replaced by "border(prediction) + t"
        # would make t look like a target
        for v in sorted((s for s in straight.free_symbols if self.reader.levels[s] == level), key=str):
            slope = straight.coeff(v, 1)
            rest = sp.expand(straight - slope * v)
            side = signs.of(slope)
            if v in rest.free_symbols or v in slope.free_symbols or side not in ("+", "-"):
                continue
            border = self.reader.tidy(-rest / slope)
            up = 1 if side == "+" else -1
            if not v.is_positive:
                if v in self.reader.levels and v.is_real and v.is_nonnegative is None:
                    return self._beside(cell, v, border, up, (back, level))
                continue
            where = signs.of(border)
            if where == "+":
                return self._between(cell, v, border, up, (back, level))
            if where in ("-", "0-", "0"):  # a positive symbol above a border that is not: one case only
                return [self._moved(cell, {}, {}, {}, (), ((switch, up),))]
            if border.free_symbols and not border.has(*SPLIT):
                return self._cut(cell, border, signs)
        if self.three_way:
            raise Undecided(f"cannot solve the border {back} = 0 for one symbol")
        return [self._moved(cell, {}, {}, {}, ((back, sign, level),), ((switch, sign),)) for sign in (1, -1)]

    def _origin(self, e: sp.Expr, cell: Cell) -> sp.Expr:
        return self.reader.tidy(e.xreplace(cell.backward))

    def _beside(self, cell: Cell, v: sp.Symbol, border: sp.Expr, up: int, cut: tuple[sp.Expr, Level]) -> list[Cell]:
        """A symbol without bounds: border + t and border - t."""
        origin = self._origin(v, cell) - self._origin(border, cell)
        level = self.reader.levels[v]
        cells = []
        for side in (1, -1):
            t = self.coordinate(level, "positive")
            closure = {t: t if self.three_way else self.coordinate(level, "nonnegative")}
            cells.append(
                self._moved(cell, {v: border + side * t}, {t: side * origin}, closure, ((cut[0], side * up, cut[1]),))
            )
        return cells + self._on(cell, v, border, cut)

    def _between(self, cell: Cell, v: sp.Symbol, border: sp.Expr, up: int, cut: tuple[sp.Expr, Level]) -> list[Cell]:
        """A positive symbol: border + t, and border * t/(1 + t) below."""
        level = self.reader.levels[v]
        here, edge = self._origin(v, cell), self._origin(border, cell)
        t, r = self.coordinate(level, "positive"), self.coordinate(level, "positive")
        end = cell.closure.get(v, v)
        closed_t = t if self.three_way else self.coordinate(level, "nonnegative")
        closed_r = r if end.is_positive else self.coordinate(level, "nonnegative")
        above = self._moved(cell, {v: border + t}, {t: here - edge}, {t: closed_t}, ((cut[0], up, cut[1]),))
        below = self._moved(
            cell, {v: border * r / (1 + r)}, {r: here / (edge - here)}, {r: closed_r}, ((cut[0], -up, cut[1]),)
        )
        return [above, below, *self._on(cell, v, border, cut)]

    def _on(self, cell: Cell, v: sp.Symbol, border: sp.Expr, cut: tuple[sp.Expr, Level]) -> list[Cell]:
        return [self._moved(cell, {v: border}, {}, {}, ((cut[0], 0, cut[1]),))] if self.three_way else []


def _bounds(domain: Domain) -> set[sp.Symbol]:
    return set(domain.low.free_symbols | domain.high.free_symbols)
