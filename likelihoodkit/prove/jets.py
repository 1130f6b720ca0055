"""An expression evaluated with its gradient in balls, at an exact rational point."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from likelihoodkit.prove.ball import Arithmetic, NoBall

Point = Mapping[sp.Symbol, Fraction]


@dataclass(frozen=True)
class Jet:
    """A value and its partial derivatives; one that is absent is exactly zero."""

    value: Any
    slope: Mapping[sp.Symbol, Any]


class Evaluator:
    """Evaluates at ``point``, with derivatives in ``variables`` (none: values only).

    A kink or jump that moves with a variable has no derivative there: `NoBall`.
    """

    def __init__(self, balls: Arithmetic, point: Point, variables: frozenset[sp.Symbol]) -> None:
        self.balls = balls
        self.point = point
        self.variables = variables
        self._seen: dict[sp.Expr, Jet] = {}

    def __call__(self, e: sp.Expr) -> Jet:
        """The jet of ``e``."""
        if e not in self._seen:
            self._seen[e] = self._new(e)
        return self._seen[e]

    def _number(self, value: int | Fraction) -> Any:
        return self.balls.rational(Fraction(value))

    def _new(self, e: sp.Expr) -> Jet:
        if e.is_Symbol:
            one = {e: self._number(1)} if e in self.variables else {}
            return Jet(self._number(self.point[e]), one)
        if e.is_Rational or e.is_Float:
            exact = sp.Rational(e)
            return Jet(self._number(Fraction(int(exact.p), int(exact.q))), {})
        if e is sp.E:
            return Jet(self.balls.call("exp", self._number(1)), {})
        if e.is_Atom:
            return Jet(self.balls.constant({sp.pi: "pi"}.get(e, str(e))), {})
        if e.is_Add:
            result = self(e.args[0])
            for a in e.args[1:]:
                result = self.add(result, self(a))
            return result
        if e.is_Mul:
            result = self(e.args[0])
            for a in e.args[1:]:
                result = self.multiply(result, self(a))
            return result
        if e.is_Pow and not isinstance(e, sp.exp) and e.base is not sp.E:
            return self._power(e)
        if isinstance(e, sp.Piecewise):
            return self._piecewise(e)
        if isinstance(e, sp.Max | sp.Min):
            return self._extreme(e)
        return self._function(e)

    def add(self, one: Jet, two: Jet) -> Jet:
        """A sum."""
        slope = dict(one.slope)
        for s, d in two.slope.items():
            slope[s] = slope[s] + d if s in slope else d
        return Jet(one.value + two.value, slope)

    def multiply(self, one: Jet, two: Jet) -> Jet:
        """A product."""
        slope = {s: d * two.value for s, d in one.slope.items()}
        for s, d in two.slope.items():
            slope[s] = slope[s] + one.value * d if s in slope else one.value * d
        return Jet(one.value * two.value, slope)

    def chain(self, inner: Jet, value: Any, derivative: Callable[[], Any]) -> Jet:
        """f(inner) from f and f'; the latter only where it is needed."""
        if not inner.slope:
            return Jet(value, {})
        rate = derivative()
        return Jet(value, {s: rate * d for s, d in inner.slope.items()})

    def _power(self, e: sp.Expr) -> Jet:
        base = self(e.base)
        sign = self.balls.sign(base.value)
        if e.exp.is_Integer:
            n = int(e.exp)
            if n < 0 and sign in (None, 0):
                raise NoBall("a pole")
            return self.chain(base, base.value**n, lambda: self._number(n) * base.value ** (n - 1))
        if sign != 1:
            raise NoBall("a power of what is not certainly positive")
        exponent = self(e.exp)
        log_base = self.chain(base, self.balls.call("log", base.value), lambda: self._number(1) / base.value)
        product = self.multiply(exponent, log_base)
        value = self.balls.call("exp", product.value)
        return self.chain(product, value, lambda: value)

    def _side(self, jet: Jet) -> int:
        """The certain sign of a switch; zero only where it does not move with the variables."""
        sign = self.balls.sign(jet.value)
        if sign is None or (sign == 0 and jet.slope):
            raise NoBall("on a border")
        return sign

    def _extreme(self, e: sp.Expr) -> Jet:
        best = self(e.args[0])
        for a in e.args[1:]:
            other = self(a)
            side = self._side(self.add(best, self.multiply(Jet(self._number(-1), {}), other)))
            if (side < 0) == isinstance(e, sp.Max):
                best = other
        return best

    def _piecewise(self, e: sp.Piecewise) -> Jet:
        for value, condition in e.args:
            if self._truth(condition):
                return self(value)
        raise NoBall("no branch")

    def _truth(self, condition: Boolean) -> bool:
        if condition in (sp.true, sp.false):
            return bool(condition)
        if isinstance(condition, sp.And):
            return all(self._truth(c) for c in condition.args)
        if isinstance(condition, sp.Or):
            return any(self._truth(c) for c in condition.args)
        if isinstance(condition, sp.Not):
            return not self._truth(condition.args[0])
        if not isinstance(condition, Relational):
            raise NoBall("an unknown condition")
        side = self._side(self(condition.lhs - condition.rhs))
        tests: dict[type, bool] = {
            sp.Gt: side > 0,
            sp.Ge: side >= 0,
            sp.Lt: side < 0,
            sp.Le: side <= 0,
            sp.Eq: side == 0,
            sp.Ne: side != 0,
        }
        return tests[condition.func]

    def _function(self, e: sp.Expr) -> Jet:
        name = type(e).__name__
        if name in ("polygamma", "besseli"):
            return self._indexed(name, e)
        if name not in DERIVATIVES:
            return self._exact(e)
        inner = self(e.args[0])
        if name == "Abs":
            side = self._side(inner)
            factor = self._number(side)
            return Jet(inner.value * factor, {s: d * factor for s, d in inner.slope.items()})
        if name in ("log", "gamma", "loggamma") and self.balls.sign(inner.value) != 1:
            raise NoBall("an argument that is not certainly positive")
        value = self.balls.call(name, inner.value)
        return self.chain(inner, value, lambda: DERIVATIVES[name](self, inner.value, value))

    def _exact(self, e: sp.Expr) -> Jet:
        """Any other function where it does not move with the variables and has an exact rational value: floor, sign."""
        if e.free_symbols & self.variables:
            raise NoBall(type(e).__name__)
        value = e.xreplace({s: sp.Rational(v.numerator, v.denominator) for s, v in self.point.items()})
        if not value.is_Rational:
            raise NoBall(type(e).__name__)
        return Jet(self._number(Fraction(int(value.p), int(value.q))), {})

    def _indexed(self, name: str, e: sp.Expr) -> Jet:
        order = e.args[0]
        if not (order.is_Integer and order >= 0):
            raise NoBall(name)
        n = int(order)
        inner = self(e.args[1])
        call = self.balls.call
        if name == "polygamma":
            if self.balls.sign(inner.value) != 1:
                raise NoBall("an argument that is not certainly positive")
            return self.chain(inner, call(name, n, inner.value), lambda: call(name, n + 1, inner.value))
        half = self._number(Fraction(1, 2))
        below = n - 1 if n else 1
        return self.chain(
            inner,
            call(name, n, inner.value),
            lambda: (call(name, below, inner.value) + call(name, n + 1, inner.value)) * half,
        )


def _erf_slope(ev: Evaluator, x: Any, sign: int) -> Any:
    root = ev.balls.call("sqrt", ev.balls.constant("pi"))
    return ev.balls.rational(Fraction(2 * sign)) * ev.balls.call("exp", -(x * x)) / root


DERIVATIVES: dict[str, Callable[[Evaluator, Any, Any], Any]] = {
    "Abs": lambda ev, x, v: v,
    "exp": lambda ev, x, v: v,
    "log": lambda ev, x, v: ev.balls.rational(Fraction(1)) / x,
    "sin": lambda ev, x, v: ev.balls.call("cos", x),
    "cos": lambda ev, x, v: -ev.balls.call("sin", x),
    "sinh": lambda ev, x, v: ev.balls.call("cosh", x),
    "cosh": lambda ev, x, v: ev.balls.call("sinh", x),
    "tanh": lambda ev, x, v: ev.balls.rational(Fraction(1)) - v * v,
    "atan": lambda ev, x, v: ev.balls.rational(Fraction(1)) / (ev.balls.rational(Fraction(1)) + x * x),
    "asinh": lambda ev, x, v: (
        ev.balls.rational(Fraction(1)) / ev.balls.call("sqrt", ev.balls.rational(Fraction(1)) + x * x)
    ),
    "erf": lambda ev, x, v: _erf_slope(ev, x, 1),
    "erfc": lambda ev, x, v: _erf_slope(ev, x, -1),
    "gamma": lambda ev, x, v: v * ev.balls.call("polygamma", 0, x),
    "loggamma": lambda ev, x, v: ev.balls.call("polygamma", 0, x),
}
