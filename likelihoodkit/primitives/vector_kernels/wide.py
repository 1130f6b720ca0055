"""Numbers with an exponent of their own, for products of exponentials that leave the range and come back.

A `Wide` is m 2^e with 1/2 <= |m| < 1 and e a float that holds a whole number: e^(10^8) is no special case. Rounding is
that of float64. Rows of everyday size never come here (`in_range`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats

#: the exponent of zero, below that of any number
NOTHING = -1e305
#: log 2 in two parts, the first with zeros behind, so that its products with whole numbers are exact
LOG2_HIGH, LOG2_LOW = 0.693147180369123816490, 1.90821492927058770002e-10
#: more binary places than separate the largest float64 from the least
BEYOND = 3000.0


@dataclass(frozen=True)
class Wide:
    """m 2^e, entry by entry."""

    m: Floats
    e: Floats

    def __add__(self, other: Wide) -> Wide:
        top = np.maximum(self.e, other.e)
        return _normal(_shifted(self.m, self.e - top) + _shifted(other.m, other.e - top), top)

    def __neg__(self) -> Wide:
        return Wide(-self.m, self.e)

    def __sub__(self, other: Wide) -> Wide:
        return self + -other

    def __mul__(self, other: Wide) -> Wide:
        return _normal(self.m * other.m, self.e + other.e)

    def __truediv__(self, other: Wide) -> Wide:
        return _normal(self.m / other.m, self.e - other.e)

    def __getitem__(self, place: Any) -> Wide:
        return Wide(self.m[place], self.e[place])

    def __setitem__(self, place: Any, other: Wide) -> None:
        self.m[place], self.e[place] = other.m, other.e

    def sum(self) -> Wide:
        """The sum over the first axis."""
        top = np.max(self.e, axis=0)
        return _normal(_shifted(self.m, self.e - top).sum(axis=0), top)

    def root(self) -> Wide:
        """The square root."""
        odd = np.mod(self.e, 2.0)
        return _normal(np.sqrt(self.m * np.where(odd == 1.0, 2.0, 1.0)), (self.e - odd) / 2.0)

    def log(self) -> Floats:
        """The logarithm, a number; -inf for zero."""
        near = np.absolute(self.e) < 1000.0  # to numbers next to one no e log 2 is added
        far = np.log(self.m) + self.e * np.log(2.0)
        return np.asarray(np.where(near, np.log(self.number()), far))

    def number(self) -> Floats:
        """The float64 next to it, infinite beyond the range."""
        return np.asarray(np.ldexp(self.m, _whole(self.e)))


def _whole(e: Floats) -> Any:
    """Binary places as `ldexp` takes them: further ones change nothing."""
    return np.maximum(np.minimum(e, BEYOND), -BEYOND).astype(np.int32)


def _shifted(m: Floats, places: Floats) -> Floats:
    return np.asarray(np.ldexp(m, _whole(places)))


def _normal(m: Floats, e: Floats) -> Wide:
    part, more = np.frexp(m)
    return Wide(part, np.where(part == 0.0, NOTHING, e + more))


def wide(x: Floats | float) -> Wide:
    """A number, as it is."""
    x = np.asarray(x, dtype=np.float64)
    return _normal(x, np.zeros(x.shape))


def exponential(t: Floats) -> Wide:
    """e^t."""
    places = np.rint(t / np.log(2.0))
    rest = np.where(np.absolute(t) < 1e6, (t - places * LOG2_HIGH) - places * LOG2_LOW, 0.0)
    return _normal(np.exp(rest), places)


def stack(parts: list[Wide]) -> Wide:
    """Along a new first axis."""
    return Wide(
        np.stack(np.broadcast_arrays(*[p.m for p in parts])), np.stack(np.broadcast_arrays(*[p.e for p in parts]))
    )


def choose(mask: Any, one: Wide, two: Wide) -> Wide:
    """One where the mask holds, two elsewhere."""
    return Wide(np.where(mask, one.m, two.m), np.where(mask, one.e, two.e))


#: entries whose products of three or four are in range, if they are not zero
LEAST, MOST, EXPONENT = 1e-40, 1e40, 80.0


def in_range(numbers: tuple[Floats, ...], exponents: tuple[Floats, ...]) -> Any:
    """Rows (the last axis) with nothing so small or large that a product of a few of them may leave the range."""
    fine: Any = np.True_
    for array in numbers:
        size = np.absolute(array)
        fine = fine & (((size >= LEAST) & (size <= MOST)) | (size == 0.0)).all(axis=0)
    for array in exponents:
        fine = fine & (np.absolute(array) <= EXPONENT).all(axis=0)
    return fine


def apart(
    fine: Any, plain: Callable[..., Floats] | None, by_wide: Callable[..., Wide], arguments: tuple[Floats, ...]
) -> Floats:
    """``plain``, if there is one, on rows that are fine and ``by_wide`` on the others; arguments are (n,) or (K, n)."""
    rows = max(a.shape[-1] if a.ndim else 1 for a in arguments)
    fine = np.broadcast_to(fine, (rows,)) if plain else np.zeros(rows, dtype=bool)
    if plain and fine.all():
        return np.asarray(plain(*arguments))
    spread = [np.broadcast_to(a, (*a.shape[:-1], rows)) if a.ndim else a for a in arguments]
    strange = by_wide(*(a[..., ~fine] if a.ndim else a for a in spread)).number()
    if not (plain and fine.any()):
        return strange
    ordinary = plain(*(a[..., fine] if a.ndim else a for a in spread))
    found = np.empty((*strange.shape[:-1], rows))
    found[..., fine], found[..., ~fine] = ordinary, strange
    return found
