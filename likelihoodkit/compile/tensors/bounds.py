"""Laws seen between two bounds, on numbers that record: as `primitives.kernels.within`, with choices by ``where``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from likelihoodkit.compile.tensors.number import NUMPY, Number, Stack, each, emit, largest, total, where
from likelihoodkit.compile.tensors.retarget import OWN, again, piecewise
from likelihoodkit.primitives.kernels._tools import legendre


def by_bounds(formulas: Sequence[Any], law: Any, outcomes: Sequence[Any], ends: Sequence[float], place: Any) -> Any:
    """As `within.by_bounds`."""
    below, above, between = (lambda *there, formula=formula: formula(law, *there) for formula in formulas)
    none = [bound == end for bound, end in zip(outcomes[-2:], ends, strict=True)]
    return piecewise((*outcomes, *place), (none[0], below), (none[1], above), otherwise=between)


def by_tails(law: Any, low: Any, high: Any, place: Any, whole: Any, in_tail: Any, short: Any) -> Any:
    """As `within._by_tails`."""
    at_low, at_high = law.tails(low, *place), law.tails(high, *place)
    left, right = (~NUMPY.isnan(rest[0]) for rest in (at_high[2], at_low[3]))
    rows = whole(at_low[0], at_high[1])
    close = emit("exp", at_low[0][0]) + emit("exp", at_high[1][0]) > again("within", "MOST")
    for side, near, further, (tail, last, rest, beyond) in (
        (left, high, low, (at_high[0], at_low[0], at_high[2], at_low[2])),
        (right, low, high, (at_low[1], at_high[1], at_low[3], at_high[3])),
    ):
        found, distance = again("within", "in_one_tail")(
            law, near, further, (tail, last, rest, beyond), in_tail, (), *place
        )
        rows = where(side, found, rows)
        close = where(side, distance < again("within", "SHORT"), close)
    return where(close, short((), where(left, high, low), *place), rows)


def integrated(law: Any, y: Any, low: Any, high: Any, place: Any) -> Any:
    """As `within._integrated`."""
    roots, weights = legendre(law.points)
    like = next(part for part in (y, *place) if isinstance(part, Number))
    inside = [emit("minimum", emit("maximum", kink, low), high) for kink in law.kinks(*place)]
    stretches = []
    for start, end in pairwise([low, *inside, high]):
        gap = again("within", "at_share")(law, y, start, end, each(like, 0.5 + 0.5 * roots), *place)
        gap[0] = gap[0] if law.rounded else where(start == end, -math.inf, gap[0])
        stretches.append(gap)
    top = NUMPY.maximum.reduce([largest(gap[0]) for gap in stretches])
    shares = [emit("exp", gap[0] - top) for gap in stretches]

    def summed(parts: Sequence[Any]) -> Any:
        totals = [total(share * part, 0.5 * weights) for share, part in zip(shares, parts, strict=True)]
        return sum(totals[1:], start=totals[0])

    mass = summed([1.0] * len(stretches))
    slopes = again("within", "slopes_of")(stretches[0])
    first = [summed([gap[k] for gap in stretches]) / mass for k in range(slopes.start, slopes.stop)]
    second = [summed([gap[k] for gap in stretches]) / mass for k in range(slopes.stop, len(stretches[0]))]
    if isinstance(law.jump, Number) or law.jump:
        (kink,) = law.kinks(*place)
        there = emit("exp", law.gap(y, kink, *place)[0] - top + place[1]) / mass
        second[0] = second[0] - where((low < kink) & (kink < high), law.jump * there, 0.0)
    for pair, (i, j) in enumerate(again("_rows", "PAIRS")[len(stretches[0])]):
        apart = [(gap[1 + i] - first[i]) * (gap[1 + j] - first[j]) for gap in stretches]
        second[pair] = second[pair] + summed(apart) / mass
    return Stack([top + emit("log", mass), *first, *second])


def each_held(_: Any, curve: Any, formula: Any, outcomes: int, arguments: Sequence[Any]) -> Any:
    """As `within_kinked.each_held`."""
    seen, held, letters = arguments[:outcomes], arguments[outcomes:-2], arguments[-2:]
    return formula(again("within_line", "law_of")(curve(*held)), *seen, -math.inf, math.inf, *letters)


#: which function stands for which of the kernels
OURS: dict[tuple[str, str], Any] = {
    ("within", "by_bounds"): by_bounds,
    ("within", "_by_tails"): by_tails,
    ("within", "_integrated"): integrated,
    ("within", "seen_where"): lambda x, _: x,
    ("within_kinked", "each_held"): each_held,
}  # fmt: skip
OWN.update(OURS)
