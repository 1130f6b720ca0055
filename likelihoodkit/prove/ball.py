"""Rigorous evaluation: values and gradients as balls that contain the truth.

Forward differentiation over interval numbers: every operation returns an enclosure, so "the ball does not contain
zero" is a proof. With python-flint the balls are `flint.arb`; otherwise they are mpmath intervals, which know fewer
functions (no Bessel functions: a claim that would need one stays undecided).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from fractions import Fraction
from importlib import import_module
from typing import Any, Protocol

import mpmath
from mpmath import iv
from mpmath.libmp.libmpf import ComplexResult

flint: Any = None
with suppress(ModuleNotFoundError):  # an extra
    flint = import_module("flint")

BITS = 220


class NoBall(Exception):  # noqa: N818  (no enclosure here: the point is not used)
    """There is no enclosure: a pole, a kink, or a function without a rigorous implementation."""


class Arithmetic(Protocol):
    """What an implementation of balls provides."""

    name: str

    def precision(self) -> AbstractContextManager[None]:
        """The working precision, for the length of a with block."""

    def rational(self, value: Fraction) -> Any:
        """An enclosure of a rational number."""

    def constant(self, name: str) -> Any:
        """An enclosure of pi and its like; `NoBall` where it is not known."""

    def call(self, name: str, *arguments: Any) -> Any:
        """A function of balls; `NoBall` where there is no enclosure."""

    def sign(self, ball: Any) -> int | None:
        """The certain sign (0 only for exact zero), else None."""

    def text(self, ball: Any) -> str:
        """The middle in decimal."""


class Arb:
    """Balls of python-flint."""

    name = "flint.arb"
    _names: Mapping[str, str] = {"loggamma": "lgamma", "gamma": "gamma"}

    def __init__(self, bits: int = BITS) -> None:
        self.bits = bits

    @contextmanager
    def precision(self) -> Iterator[None]:
        """Work at `bits`, then put the caller's precision back."""
        before = flint.ctx.prec
        flint.ctx.prec = self.bits
        try:
            yield
        finally:
            flint.ctx.prec = before

    def rational(self, value: Fraction) -> Any:
        """An exact number."""
        return flint.arb(value.numerator) / flint.arb(value.denominator)

    def constant(self, name: str) -> Any:
        """A constant."""
        known = {"pi": flint.arb.pi, "EulerGamma": flint.arb.const_euler, "Catalan": flint.arb.const_catalan}
        if name not in known:
            raise NoBall(name)
        return known[name]()

    def call(self, name: str, *arguments: Any) -> Any:
        """A function of balls."""
        if name == "polygamma":
            order, x = arguments
            return x.digamma() if order == 0 else _polygamma(order, x)
        if name == "besseli":
            order, x = arguments
            return x.bessel_i(order)
        method = getattr(flint.arb, self._names.get(name, name), None)
        if method is None:
            raise NoBall(name)
        return method(*arguments)

    def sign(self, ball: Any) -> int | None:
        """The certain sign, 0 only for exact zero, None where the ball straddles zero or is not finite."""
        if not ball.is_finite():
            return None
        if ball > 0:
            return 1
        if ball < 0:
            return -1
        return 0 if ball.is_zero() else None

    def text(self, ball: Any) -> str:
        """Some digits."""
        return str(ball.str(12, radius=False))


def _polygamma(order: int, x: Any) -> Any:
    """(-1)**(n+1) n! zeta(n+1, x) for n >= 1."""
    value = flint.arb(order + 1).zeta(x) * flint.arb(order + 1).gamma()
    return value if order % 2 else -value


#: monotone functions (True: rising) that mpmath has for numbers alone
_MONOTONE: Mapping[str, tuple[Callable[[Any], Any], bool]] = {
    "atan": (mpmath.atan, True),
    "asinh": (mpmath.asinh, True),
    "erf": (mpmath.erf, True),
    "erfc": (mpmath.erfc, False),
}


class Intervals:
    """mpmath's intervals; a monotone function lies between its values at the ends, taken with more digits."""

    name = "mpmath.iv"
    _names = frozenset({"exp", "log", "sin", "cos", "sqrt", "gamma", "loggamma"})

    def __init__(self, bits: int = BITS) -> None:
        self.iv = iv
        self.bits = bits

    @contextmanager
    def precision(self) -> Iterator[None]:
        """Work at `bits`, then put the caller's precision back."""
        before = self.iv.prec
        self.iv.prec = self.bits
        try:
            yield
        finally:
            self.iv.prec = before

    def rational(self, value: Fraction) -> Any:
        """An exact number."""
        return self.iv.mpf(value.numerator) / self.iv.mpf(value.denominator)

    def constant(self, name: str) -> Any:
        """A constant."""
        if name != "pi":
            raise NoBall(name)
        return +self.iv.pi

    def call(self, name: str, *arguments: Any) -> Any:
        """A function of intervals."""
        if name in ("sinh", "cosh", "tanh"):
            up, down = self.iv.exp(arguments[0]), self.iv.exp(-arguments[0])
            top = up + down if name == "cosh" else up - down
            return top / (up + down) if name == "tanh" else top / 2
        if name == "polygamma" and arguments[1].a > 0:  # of order n it has the sign of (-1)^(n + 1) and tends to 0
            order = int(arguments[0])
            return self._between(lambda x: mpmath.psi(order, x), order % 2 == 0, arguments[1])
        if name in _MONOTONE:
            return self._between(*_MONOTONE[name], arguments[0])
        if name not in self._names:
            raise NoBall(name)
        try:
            return getattr(self.iv, name)(*arguments)
        except ComplexResult:
            raise NoBall(name) from None

    def _between(self, function: Callable[[Any], Any], rising: bool, x: Any) -> Any:
        with mpmath.workprec(self.iv.prec + 32):
            ends = [function(mpmath.mpf(end._mpi_[0])) for end in ((x.a, x.b) if rising else (x.b, x.a))]
        unit = self.iv.mpf(2) ** -self.iv.prec
        return self.iv.mpf(ends) * self.iv.mpf([1 - unit, 1 + unit])

    def sign(self, ball: Any) -> int | None:
        """The certain sign, 0 only for exact zero, None where the interval straddles zero or is not finite."""
        if not (abs(ball.a) < self.iv.inf and abs(ball.b) < self.iv.inf):
            return None
        if ball.a > 0:
            return 1
        if ball.b < 0:
            return -1
        return 0 if ball.a == 0 and ball.b == 0 else None

    def text(self, ball: Any) -> str:
        """Some digits."""
        return f"{float(ball.mid.a):.12g}"


def arithmetic(bits: int = BITS) -> Arithmetic:
    """The best implementation at hand."""
    return Arb(bits) if flint is not None else Intervals(bits)
