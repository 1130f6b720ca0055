"""Outcomes of several numbers a row in a written module: columns side by side, and intervals that enclose a value.

A module takes a row apart as `likelihoodkit.supports.columns` does: an interval becomes its two ends and what kind of
observation it is, an open end takes the value of the other one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from likelihoodkit.compile.checks import Inside
from likelihoodkit.compile.named_text import question


@dataclass(frozen=True)
class Column:
    """One outcome of a row: the symbols that a program knows it by, what is asked of it, and its support in words.

    Three symbols (low, high, kind) for an interval; ``typical`` is the number that stands where nothing is known.
    """

    symbols: tuple[str, ...]
    check: Inside
    words: str
    typical: float

    @property
    def interval(self) -> bool:
        """Does it enclose a value, in two columns?"""
        return len(self.symbols) > 1

    @property
    def width(self) -> int:
        """Columns of y that it takes."""
        return 2 if self.interval else 1


INTERVAL = '''def _interval(low, high, inside, least, most, whole, typical, words):
    """The ends of rows [low, high], and 0 for exact ones, 1 for at most, 2 for at least, 3 between, 4 unknown."""
    exact = (low == high) & np.isfinite(low)
    wrong = np.isnan(low) | np.isnan(high) | (low > high) | (exact & ~inside(low))
    open_low = ~exact & ((low <= least) if not whole or np.isfinite(least) else np.isneginf(low))
    open_high = ~exact & (high >= most)
    wrong |= (high < least) | (low > most)
    if whole:
        wrong |= (np.isfinite(low) & (low != np.floor(low))) | (np.isfinite(high) & (high != np.floor(high)))
    else:
        wrong |= ~exact & ((high <= least) | (low >= most))
    if wrong.any():
        raise ValueError(f"y must hold {words}")
    kind = np.select([exact, open_low & open_high, open_low, open_high], [0, 4, 1, 2], 3)
    return (
        np.select([kind == 4, kind == 1], [np.full(len(low), typical), high], low),
        np.select([kind == 4, kind == 2], [np.full(len(low), typical), low], high),
        kind.astype(np.float64),
    )'''


def width(columns: Sequence[Column]) -> int:
    """Columns of y."""
    return sum(one.width for one in columns)


def reading(columns: Sequence[Column]) -> str:
    """The text of ``_columns(y)``: the numbers of all outcomes, (n,) each, in the order of the symbols."""
    lines = ["def _columns(y):", '    """The numbers that each outcome is known by, (n,) each."""', "    found = []"]
    start = 0
    for one in columns:
        asked, check = question(one.check, "x") or "np.isfinite(x)", one.check
        if one.interval:
            ends = ", ".join(_end(end) for end in (check.low, check.high))
            lines += [
                f"    found += _interval(y[:, {start}], y[:, {start + 1}], lambda x: {asked}, {ends}, {check.whole},",
                f'                       {one.typical!r}, "{one.words}")',
            ]
        else:
            lines += [
                f"    x = y[:, {start}]",
                f"    if not ({asked}).all():",
                f'        raise ValueError("column {start} of y must hold {one.words}")',
                "    found.append(x)",
            ]
        start += one.width
    text = "\n".join([*lines, "    return found"])
    return f"{INTERVAL}\n\n\n{text}" if any(one.interval for one in columns) else text


def _end(end: float) -> str:
    return {"-inf": "-np.inf", "inf": "np.inf"}.get(str(end), repr(end))
