"""What it takes to belong: the record of a set of values, and the words for what does not."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.errors import SupportError

INFINITY = float("inf")
#: what to do where nothing but missing values is wrong
MISSING = "Drop or impute missing values first"
#: values that are asked at a time
PART = 1 << 14


@dataclass(frozen=True)
class Support:
    """A set of values: an interval, possibly of whole numbers, possibly a vector of them.

    ``low``/``high`` bound every entry; ``closed_low``/``closed_high`` say whether the bound itself belongs.
    ``layout`` says how many numbers a vector holds (see `likelihoodkit.rows.layout.SIZES`), ``fewest`` the least number
    of entries; only a link made for it fits a ``special`` one. ``total`` names the parameter that the entries add up
    to, ``upper`` and ``lower`` the held parameters that bound the outcome.
    """

    name: str
    words: str
    low: float = -INFINITY
    high: float = INFINITY
    closed_low: bool = False
    closed_high: bool = False
    whole: bool = False
    vector: bool = False
    sums_to_one: bool = False
    circular: bool = False
    classes: int | None = None
    upper: str | None = None
    lower: str | None = None
    layout: str = "entries"
    fewest: int = 2
    special: bool = False
    total: str | None = None
    remedy: str = ""
    typical: tuple[float, float] = (-3.0, 3.0)
    interval: bool = False  # rows [low, high] that enclose a value of this support
    columns: tuple[tuple[str, Support], ...] = ()  # several named outcomes in one row, each with its own support
    atoms: tuple[float, ...] = ()  # values of a continuous outcome that have a probability of their own
    size: int | None = None  # entries of a vector where the declaration fixes them
    increasing: bool = False  # the entries of a vector come in increasing order
    names: tuple[str, ...] = ()  # what the numbers 0, 1, ... are called where they stand for a choice
    notes: dict[str, str] = field(default_factory=dict, compare=False)
    either_sign: ClassVar[bool] = False  # may the labels 0 and 1 be spelled -1 and +1?

    def __post_init__(self) -> None:
        """Where nothing is said, what is typical lies inside the bounds."""
        if self.low > self.typical[0] or self.high < self.typical[1]:
            object.__setattr__(self, "typical", _inside(self.low, self.high, self.whole))

    def __str__(self) -> str:
        return self.name

    @property
    def assumptions(self) -> dict[str, bool]:
        """SymPy assumptions that a symbol living here may carry.

        >>> from likelihoodkit.supports import counts, positive
        >>> positive.assumptions
        {'real': True, 'positive': True}
        >>> counts.assumptions
        {'real': True, 'nonnegative': True}
        """
        facts = {"real": True}
        if self.low > 0 or (self.low == 0 and not self.closed_low):
            facts["positive"] = True
        elif self.low == 0:
            facts["nonnegative"] = True
        return facts

    @property
    def discrete(self) -> bool:
        """True when a probability, not a density, is attached to each value."""
        return self.whole

    @property
    def entries(self) -> tuple[tuple[str, Support], ...]:
        """What one row of a compound outcome consists of: labels and supports; empty for a plain outcome.

        >>> from dataclasses import replace
        >>> from likelihoodkit.supports import positive
        >>> [label for label, _ in replace(positive, interval=True).entries]
        ['low', 'high', 'kind']
        """
        if self.interval:
            scalar = replace(self, interval=False, vector=False)
            return ("low", scalar), ("high", scalar), ("kind", KINDS)
        return tuple(
            (f"{name}_{label}" if label else name, entry)
            for name, support in self.columns
            for label, entry in (support.entries or (("", support),))
        )

    def includes(self, other: Support) -> bool:
        """Does every value of ``other`` belong here, as the range of a link must."""
        if self.vector != other.vector or (self.sums_to_one and not other.sums_to_one):
            return False
        if self.vector and (self.layout != other.layout or (self.special and self.name != other.name)):
            return False
        if self.whole and not other.whole:
            return False
        low = other.low > self.low or (other.low == self.low and (self.closed_low or not other.closed_low))
        high = other.high < self.high or (other.high == self.high and (self.closed_high or not other.closed_high))
        return low and high

    def outside(
        self,
        values: NDArray[Any],
        upper: NDArray[Any] | float | None = None,
        lower: NDArray[Any] | float | None = None,
    ) -> NDArray[np.bool_]:
        """Mask of the values that do not belong; NaN never belongs. ``values`` and the mask have one shape."""
        with np.errstate(invalid="ignore"):  # comparisons with NaN answer False, which is what is wanted
            inside = (values >= self.low) if self.closed_low else (values > self.low)
            inside &= (values <= self.high) if self.closed_high else (values < self.high)
            if upper is not None:
                inside &= values <= upper
            if lower is not None:
                inside &= values >= lower
            if self.whole:
                inside &= values == np.floor(values)
        return ~inside

    def check(
        self,
        values: NDArray[Any],
        *,
        family: str,
        what: str = "y",
        upper: NDArray[Any] | float | None = None,
        lower: NDArray[Any] | float | None = None,
        remedy: str | None = None,
    ) -> None:
        """Raise `SupportError` that names family, condition, index, value and remedy; return None if fine."""
        if values.ndim == 1 and len(values) > PART and self._all_inside(values, upper, lower):
            return
        bad = self.outside(values, upper, lower)
        if not bad.any():
            return
        first = tuple(int(i) for i in np.argwhere(bad)[0])
        index: Any = first[0] if len(first) == 1 else first
        value = float(values[first])
        reasons = sorted(self._reasons(values, bad, upper, lower), key=lambda reason: int(np.argmax(reason[0])))
        if values.size == 1:
            why = f", which {reasons[0][1]}"
        else:
            why = "".join(f"; {_how_many(mask, one, many)}" for mask, one, many in reasons)
        raise SupportError(
            f"{family} expects {self.words} but {what}[{', '.join(map(str, first))}] = {value:.12g}{why}",
            family=family,
            index=index,
            value=value,
            remedy=MISSING if np.isnan(values[bad]).all() else self.remedy if remedy is None else remedy,
        )

    def _all_inside(
        self, values: NDArray[Any], upper: NDArray[Any] | float | None, lower: NDArray[Any] | float | None
    ) -> bool:
        """Are many values all inside? A part of them at a time, so that nothing is made that is as long as they are."""
        for start in range(0, len(values), PART):
            part = slice(start, start + PART)
            bounds = [b[part] if isinstance(b, np.ndarray) and b.ndim else b for b in (upper, lower)]
            if self.outside(values[part], *bounds).any():
                return False
        return True

    def _reasons(
        self,
        values: NDArray[Any],
        bad: NDArray[np.bool_],
        upper: NDArray[Any] | float | None,
        lower: NDArray[Any] | float | None,
    ) -> list[tuple[NDArray[np.bool_], str, str]]:
        """The bad values sorted by what is wrong with them: masks that do not overlap, the words for one and many."""
        low, high = f"{self.low:.12g}", f"{self.high:.12g}"
        with np.errstate(invalid="ignore"):
            tests = [
                (np.isnan(values), "missing"),
                (np.isinf(values), "infinite"),
                (values < self.low, f"below {low}"),
                ((values == self.low) & (not self.closed_low), f"not above {low}"),
                (values > self.high, f"above {high}"),
                ((values == self.high) & (not self.closed_high), f"not below {high}"),
            ]
            for bound, compare, word in ((upper, np.greater, "above"), (lower, np.less, "below")):
                if bound is not None:
                    end = np.broadcast_to(np.asarray(bound, dtype=float), values.shape)
                    beyond = compare(values, end)
                    tests.append((beyond, f"{word} {end[beyond][0]:.12g}" if beyond.any() else ""))
        found, left = [], bad
        for mask, words in tests:
            if (mask & left).any():
                found.append((mask & left, f"is {words}", f"are {words}"))
            left = left & ~mask
        if left.any():
            found.append((left, "is not a whole number", "are not whole numbers"))
        return found


def _inside(low: float, high: float, whole: bool) -> tuple[float, float]:
    """Two numbers between the bounds."""
    if low == -INFINITY:
        return high - 5.0, high - 0.2 * (not whole)
    if high == INFINITY:
        return low + 0.2 * (not whole), low + 5.0
    margin = 0.0 if whole else 0.05 * (high - low)
    return low + margin, high - margin


def _how_many(mask: NDArray[np.bool_], one: str, many: str) -> str:
    """``3 of 1000 values are not whole numbers, first at 17, 60, 411``; every place where there are three or fewer."""
    places = ", ".join(str(int(p[0])) for p in np.argwhere(mask)[:3])
    count = int(mask.sum())
    return f"{count} of {mask.size} values {one if count == 1 else many}, {'first ' if count > 1 else ''}at {places}"


#: how an interval is read: 0 exact, 1 known to be at most high, 2 at least low, 3 between the two, 4 nothing known
KINDS = Support("kinds", "kinds of observation", low=0.0, high=4.0, closed_low=True, closed_high=True, whole=True)
