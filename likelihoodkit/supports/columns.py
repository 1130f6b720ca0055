"""Outcomes of several columns: intervals [low, high] that enclose a value, and different outcomes side by side.

What a row says is taken apart here, once, into the numbers that a formula is written in. An interval becomes its two
ends and what kind of observation it is; an open end is given the value of the other one, so that no formula meets an
infinity that does not matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.errors import ShapeError, SupportError, UnknownNameError
from likelihoodkit.supports import Support

Array = NDArray[Any]

EXACT, LEFT, RIGHT, BETWEEN, UNKNOWN = range(5)
#: what is known of y in a row of each kind, to be read after "where"
KNOWN = {
    EXACT: "y was seen: low = high",
    LEFT: "y is at most high",
    RIGHT: "y is at least low",
    BETWEEN: "y lies between low and high",
    UNKNOWN: "nothing is known of y",
}
_WORDS = {"none": 0, "exact": 0, "left": -1, "right": 1}


def entries_of(domain: Support) -> int:
    """How many entries a vector parameter is declared to have; 0 where the outputs decide."""
    return domain.size or 0


def width(domain: Support) -> int:
    """How many columns ``y`` has for a compound outcome."""
    return 2 if domain.interval else sum(width(support) or 1 for _, support in domain.columns)


def outcome(domain: Support, y: Array, rows: int, family: str, uppers: Mapping[str, Any]) -> dict[str, Array]:
    """As `read`, with the shape of ``y`` checked against the number of rows."""
    if domain.interval and y.ndim == 1:
        raise ShapeError(
            f"{family}: y must have shape ({rows}, 2), rows [low, high], not {y.shape}",
            family=family,
            value=y.shape,
            remedy="Give np.column_stack([y, y]) for exact values, or pass censored= with one flag per row",
        )
    if y.shape != (rows, width(domain)):
        raise ShapeError(
            f"{family}: y must have shape {(rows, width(domain))} to match outputs, not {y.shape}",
            family=family,
            value=y.shape,
        )
    return read(domain, y, family, uppers)


def read(domain: Support, y: Array, family: str, uppers: Mapping[str, Any] | None = None) -> dict[str, Array]:
    """The numbers of a compound outcome by the labels of `Support.entries`, from ``y`` of shape (n, `width`).

    ``uppers`` are the held parameters that bound an outcome from above, by name. Raises `SupportError` for ends that
    are missing, in the wrong order, or leave no room in the support.
    """
    if domain.interval:
        return _interval(domain, y, family)
    found: dict[str, Array] = {}
    start = 0
    for name, support in domain.columns:
        size = width(support) or 1
        if support.entries:
            inner = read(support, y[:, start : start + size], f"{family}.{name}")
            found |= {f"{name}_{label}": values for label, values in inner.items()}
        else:
            upper = None if support.upper is None else np.asarray((uppers or {})[support.upper], dtype=np.float64)
            support.check(y[:, start], family=family, what=f"y[:, {start}]", upper=upper)
            found[name] = y[:, start]
        start += size
    return found


def _interval(domain: Support, y: Array, family: str) -> dict[str, Array]:
    low, high = y[:, 0], y[:, 1]
    _refuse(
        np.isnan(low) | np.isnan(high), y, family, "is missing", "For a row of which nothing is known give -inf, inf"
    )
    _refuse(low > high, y, family, "has its ends in the wrong order", "Rows are [low, high]")
    exact = (low == high) & np.isfinite(low)
    scalar = domain.entries[0][1]
    for name, end in (("low", low), ("high", high)):
        known = np.where(np.isfinite(end), end, np.floor(typical(domain)))
        if domain.whole:
            _refuse(known != np.floor(known), y, family, f"has a {name} end that is not a whole number", domain.remedy)
    _refuse(exact & scalar.outside(np.where(exact, low, typical(domain))), y, family, "is exact", domain.remedy)
    # an end on the edge of the support says no more than an open one
    open_low = ~exact & ((low <= domain.low) if not domain.whole or np.isfinite(domain.low) else np.isneginf(low))
    open_high = ~exact & (high >= domain.high)
    nowhere = (high < domain.low) | (low > domain.high)
    if not domain.whole:
        nowhere |= ~exact & ((high <= domain.low) | (low >= domain.high))
    _refuse(nowhere, y, family, f"holds none of the {domain.words}", domain.remedy)
    kind = np.select([exact, open_low & open_high, open_low, open_high], [EXACT, UNKNOWN, LEFT, RIGHT], BETWEEN)
    middle = np.full(len(y), typical(domain))
    return {
        "low": np.select([kind == UNKNOWN, kind == LEFT], [middle, high], low),
        "high": np.select([kind == UNKNOWN, kind == RIGHT], [middle, low], high),
        "kind": kind.astype(np.float64),
    }


def typical(domain: Support) -> float:
    """Some value of the support, to stand where a formula's value is not asked for."""
    middle = sum(domain.typical) / 2
    return float(np.floor(middle)) if domain.whole else middle


def _refuse(bad: Array, y: Array, family: str, why: str, remedy: str) -> None:
    if bad.any():
        index = int(np.argmax(bad))
        raise SupportError(
            f"{family}: y[{index}] = [{y[index, 0]:.12g}, {y[index, 1]:.12g}] {why} "
            f"({int(bad.sum())} of {len(bad)} rows)",
            family=family,
            index=index,
            value=tuple(y[index].tolist()),
            remedy=remedy,
        )


def from_flags(y: Array, censored: Any, family: str) -> Array:
    """Rows [low, high] from values and flags: 0 or False exact, 1 or True (or "right") at least y, -1 ("left") at most.

    Raises `ShapeError` where the flags do not match, `UnknownNameError` for a flag that means nothing.
    """
    flags = np.asarray(censored)
    if y.ndim != 1 or flags.shape != y.shape:
        raise ShapeError(
            f"{family}: with censored= y must have shape (n,) and one flag per row, not {y.shape} and {flags.shape}",
            family=family,
            value=flags.shape,
        )
    if flags.dtype.kind in "USO":
        strange = [word for word in np.unique(flags.astype(str)) if word not in _WORDS]
        flags = np.array([_WORDS.get(str(word), 0) for word in flags])
    else:
        flags = flags.astype(np.float64)
        strange = np.setdiff1d(flags, [-1, 0, 1]).tolist()
    if strange:
        raise UnknownNameError(
            f"{family}: censored= holds {strange[0]!r}",
            family=family,
            parameter="censored",
            value=strange[0],
            remedy='Flags are 0 or "none", 1 or "right", -1 or "left"',
        )
    return np.column_stack([np.where(flags < 0, -np.inf, y), np.where(flags > 0, np.inf, y)])


def representative(domain: Support, y: Array, name: str | None = None) -> Array:
    """One number per row that stands for a compound outcome where only its rough size matters.

    ``name`` is the column of several outcomes side by side; the first one otherwise.
    """
    if not domain.interval:
        start = 0
        for label, support in domain.columns:
            size = width(support) or 1
            if name in (None, label):
                return representative(support, y[:, start : start + size]) if support.entries else y[:, start]
            start += size
    ends: Mapping[str, Array] = _interval(domain, y, "y")
    return np.asarray((ends["low"] + ends["high"]) / 2)


def on_simplex(array: Array, family: str) -> None:
    """Raise `SupportError` for a row of target probabilities that is none."""
    sums = array.sum(axis=1)
    # rounding of K decimal probabilities, not a licence for unnormalised ones
    bad = (array < 0).any(axis=1) | (np.abs(sums - 1) > 1e-6)
    if bad.any():
        index = int(np.argmax(bad))
        raise SupportError(
            f"{family} expects rows of target probabilities but y[{index}] sums to {sums[index]:.12g}",
            family=family,
            index=index,
            value=float(sums[index]),
            remedy="Give non-negative rows that sum to 1",
        )


__all__ = [
    "BETWEEN",
    "EXACT",
    "LEFT",
    "RIGHT",
    "UNKNOWN",
    "from_flags",
    "on_simplex",
    "outcome",
    "read",
    "representative",
    "typical",
    "width",
]
