"""What a float64 stands for: the fraction that was meant when it was written."""

from __future__ import annotations

from fractions import Fraction

SIMPLE = 1000  # denominators up to which a number is read as a fraction


def fraction(value: float) -> Fraction:
    """The fraction with a small denominator that rounds to it, where there is one, else its decimals.

    >>> fraction(0.1), fraction(1 / 1.5), fraction(0.123456)
    (Fraction(1, 10), Fraction(2, 3), Fraction(1929, 15625))
    """
    near = Fraction(value).limit_denominator(SIMPLE)
    return near if float(near) == value else Fraction(repr(value))
