"""Between which numbers a formula lies, from where its symbols do: whether a factor of a density is positive.

Intervals with open and closed ends; what is not known to be bounded lies between the infinities, so that an answer is
sound and may only be too wide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy import Add, Expr, Mul, Pow, S

from likelihoodkit.primitives import sigmoid, softplus

OO = S.Infinity


@dataclass(frozen=True)
class Interval:
    """All numbers between ``low`` and ``high``; an end that is ``open`` is not one of them."""

    low: Expr
    high: Expr
    open_low: bool = True
    open_high: bool = True

    @property
    def positive(self) -> bool:
        """Are all of them above 0?"""
        return bool(self.low > 0) or bool(self.low == 0 and self.open_low)

    def __add__(self, other: Interval) -> Interval:
        return Interval(
            _sum(self.low, other.low, -OO),
            _sum(self.high, other.high, OO),
            self.open_low or other.open_low,
            self.open_high or other.open_high,
        )

    def __mul__(self, other: Interval) -> Interval:
        ends = [
            (_product(a, b), open_ and (a != 0 or p) and (b != 0 or q))
            for a, p in ((self.low, self.open_low), (self.high, self.open_high))
            for b, q in ((other.low, other.open_low), (other.high, other.open_high))
            for open_ in [p or q]
        ]
        low, high = min(e for e, _ in ends), max(e for e, _ in ends)
        return Interval(low, high, all(o for e, o in ends if e == low), all(o for e, o in ends if e == high))

    def through(self, rising: Callable[[Any], Any], low: Any, high: Any) -> Interval:
        """What a rising function makes of them; ``low`` and ``high`` are its limits."""
        ends = (low if self.low == -OO else rising(self.low), high if self.high == OO else rising(self.high))
        return Interval(ends[0], ends[1], self.open_low, self.open_high)


EVERYTHING, POSITIVE = Interval(-OO, OO), Interval(S.Zero, OO)


def _sum(a: Expr, b: Expr, infinite: Expr) -> Expr:
    return infinite if infinite in (a, b) else a + b


def _raised(end: Expr, exponent: Expr) -> Expr:
    """An end to a power; the infinities are the limits."""
    if end in (S.Zero, OO):
        return OO if (end == OO) == (exponent > 0) else S.Zero
    return end**exponent


def _product(a: Expr, b: Expr) -> Expr:
    return S.Zero if a == 0 or b == 0 else a * b


#: rising functions with their limits
RISING: dict[Any, tuple[Any, Any]] = {
    sp.exp: (S.Zero, OO),
    sp.log: (-OO, OO),
    sigmoid: (S.Zero, S.One),
    softplus: (S.Zero, OO),
    sp.tanh: (S.NegativeOne, S.One),
    sp.erf: (S.NegativeOne, S.One),
    sp.atan: (-sp.pi / 2, sp.pi / 2),
}


#: positive where the last of their arguments is (the order of a Bessel function being a number of at least 0)
_POSITIVE_OF_POSITIVE = (sp.besseli, sp.besselk)


def bounds(e: Expr, known: Mapping[Expr, Interval]) -> Interval:
    """Where a formula lies, given where some of its symbols do."""
    if e in known:
        return known[e]
    if e.is_number:
        return Interval(e, e, False, False) if e.is_real else EVERYTHING
    found = _inside(e, known)
    if found.low < 0 and e.is_positive:
        return Interval(S.Zero, found.high, True, found.open_high)
    return found


def _inside(e: Expr, known: Mapping[Expr, Interval]) -> Interval:
    if isinstance(e, Add | Mul):
        return _of_several(e, known)
    if type(e) in RISING:
        at = bounds(e.args[0], known)
        if isinstance(e, sp.log) and not at.positive:
            return EVERYTHING
        low, high = RISING[type(e)]
        return at.through(lambda x: low if x == 0 and isinstance(e, sp.log) else type(e)(x), low, high)
    if isinstance(e, sp.gamma | sp.factorial):
        at = bounds(e.args[0], known)
        return POSITIVE if at.positive or (isinstance(e, sp.factorial) and at.low >= 0) else EVERYTHING
    if isinstance(e, sp.cos | sp.sin):
        at = bounds(e.args[0], known)
        if not (at.low >= 0 and at.high <= sp.pi):
            return Interval(S.NegativeOne, S.One, False, False)
        if isinstance(e, sp.cos):
            return Interval(sp.cos(at.high), sp.cos(at.low), at.open_high, at.open_low)
        return Interval(S.Zero, S.One, at.open_low and at.open_high, False)
    if isinstance(e, sp.cosh):
        return Interval(S.One, OO, False)
    if isinstance(e, sp.Min | sp.Max):
        every = [bounds(a, known) for a in e.args]
        if all(one.positive for one in every) or (isinstance(e, sp.Max) and any(one.positive for one in every)):
            return POSITIVE
        return EVERYTHING
    if isinstance(e, Pow):
        return _power(bounds(e.base, known), e.exp, bounds(e.exp, known))
    if isinstance(e, sp.zeta) and len(e.args) == 1 and bounds(e.args[0] - 1, known).positive:
        return POSITIVE
    if isinstance(e, _POSITIVE_OF_POSITIVE) and bounds(e.args[-1], known).positive:
        return POSITIVE
    return POSITIVE if e.is_positive else Interval(S.Zero, OO, False) if e.is_nonnegative else EVERYTHING


def _of_several(e: Add | Mul, known: Mapping[Expr, Interval]) -> Interval:
    """Where a sum or a product lies."""
    if window(e, known) is not None or _rises(e, known) or _rises(-e, known):
        return Interval(-OO, S.Zero) if _rises(-e, known) else POSITIVE
    if _leg(e, known):
        return Interval(S.NegativeOne, S.One)
    if _share(e, known):
        return Interval(S.Zero, S.One)
    first, *others = [bounds(a, known) for a in e.args]
    for other in others:
        first = first + other if isinstance(e, Add) else first * other
    return first


def _rises(e: Expr, known: Mapping[Expr, Interval]) -> bool:
    """Is it a power less the same power of a smaller number, or of a larger one where the exponent is negative?"""
    if not isinstance(e, Add) or len(e.args) != 2:
        return False
    for more, less in (e.args, e.args[::-1]):
        (base, power), (other, same) = more.as_base_exp(), (-less).as_base_exp()
        if power == same != 1:
            falls = bounds(-power, known).positive
            lower, gap = (base, other - base) if falls else (other, base - other)
            sure = falls or bounds(power, known).positive
            return sure and bool(bounds(lower, known).low >= 0) and bounds(gap, known).positive
    return False


def window(e: Expr, known: Mapping[Expr, Interval]) -> tuple[Expr, Expr, Expr] | None:
    """(k, a + b, a - b) of k erf(a) + k erf(b) with a + b > 0, which is positive; None for anything else."""
    parts = [term.as_coeff_Mul() for term in e.args] if e.is_Add and len(e.args) == 2 else []
    if not parts or not all(isinstance(body, sp.erf) for _, body in parts) or abs(parts[0][0]) != abs(parts[1][0]):
        return None
    a, b = (sp.sign(number) * body.args[0] for number, body in parts)
    total, difference = (sp.factor_terms(sp.expand(z)) for z in (a + b, a - b))
    return (abs(parts[0][0]), total, difference) if bounds(total, known).positive else None


def _leg(e: Expr, known: Mapping[Expr, Interval]) -> bool:
    """Is it a leg over the hypotenuse, r/sqrt(r^2 + c)?"""
    roots = [f for f in e.args if isinstance(f, Pow) and f.exp == -S.Half and f.base.is_Add] if e.is_Mul else []
    return any(bounds(root.base - (e / root) ** 2, known).positive for root in roots)


def _share(e: Expr, known: Mapping[Expr, Interval]) -> bool:
    """Is it a share of a sum of positive numbers, k/(k + m)?"""
    wholes = [f for f in e.args if isinstance(f, Pow) and f.exp == -1 and f.base.is_Add] if e.is_Mul else []
    pairs = [(e / whole, whole.base - e / whole) for whole in wholes]
    return any(bounds(part, known).positive and bounds(rest, known).positive for part, rest in pairs)


def _power(base: Interval, exponent: Expr, power: Interval) -> Interval:
    if base.positive and exponent.is_Rational:
        low, high = (_raised(end, exponent) for end in (base.low, base.high))
        ends = ((low, base.open_low), (high, base.open_high))
        (low, opened), (high, closed) = ends if exponent > 0 else ends[::-1]
        return Interval(low, high, opened, closed)
    if base.positive and power.positive and base.high <= 1:
        return Interval(S.Zero, S.One, True, base.open_high or base.high < 1)
    if base.positive and power.positive and base.low >= 1:
        return Interval(S.One, OO, base.open_low or base.low > 1)
    if base.positive:
        return POSITIVE
    if exponent.is_Integer and exponent % 2 == 0 and exponent > 0:
        furthest = max(-base.low, base.high)
        reached = [o for end, o in ((base.high, base.open_high), (-base.low, base.open_low)) if end == furthest]
        return Interval(S.Zero, _raised(furthest, exponent), False, all(reached))
    return EVERYTHING
