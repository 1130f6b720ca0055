"""Second-order Taylor arithmetic over mpmath numbers: exact derivatives with no step to choose.

A `Jet` carries a value, its gradient and its Hessian with respect to a few independent variables.
The rules are the chain and product rules of any calculus text, so a formula written once with the
functions below gives value, gradient and Hessian at whatever precision `mpmath.mp` is set to.
Nothing here knows the package under test.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from mpmath import mp, mpf

from reference.gamma import log_gamma_and_derivatives

Number: TypeAlias = Any  # an mpf, an int, a float, or a Jet: formulas are written once for all of them


class Jet:
    """value (mpf), gradient (list of w mpf), Hessian (w lists of w mpf)."""

    __slots__ = ("gradient", "hessian", "value")

    def __init__(self, value: mpf, gradient: list[mpf], hessian: list[list[mpf]]) -> None:
        self.value, self.gradient, self.hessian = value, gradient, hessian

    def chain(self, value: mpf, first: mpf, second: mpf) -> Jet:
        """f(self) from f, f' and f'' at self.value (Faa di Bruno to the second order)."""
        g = self.gradient
        return Jet(
            value,
            [first * a for a in g],
            [
                [first * h + second * a * b for b, h in zip(g, row, strict=True)]
                for a, row in zip(g, self.hessian, strict=True)
            ],
        )

    def __add__(self, other: Number) -> Jet:
        if isinstance(other, Jet):
            return Jet(
                self.value + other.value,
                [a + b for a, b in zip(self.gradient, other.gradient, strict=True)],
                [[a + b for a, b in zip(r, s, strict=True)] for r, s in zip(self.hessian, other.hessian, strict=True)],
            )
        return Jet(self.value + other, self.gradient, self.hessian)

    def __neg__(self) -> Jet:
        return self.chain(-self.value, mpf(-1), mpf(0))

    def __sub__(self, other: Number) -> Jet:
        return self.__add__(-other)

    def __rsub__(self, other: Number) -> Jet:
        return (-self).__add__(other)

    def __mul__(self, other: Number) -> Jet:
        if isinstance(other, Jet):
            a, b, g, k = self.value, other.value, self.gradient, other.gradient
            width = range(len(g))
            return Jet(
                a * b,
                [a * k[i] + b * g[i] for i in width],
                [
                    [a * other.hessian[i][j] + b * self.hessian[i][j] + g[i] * k[j] + g[j] * k[i] for j in width]
                    for i in width
                ],
            )
        c = mpf(other)
        return Jet(self.value * c, [c * a for a in self.gradient], [[c * h for h in r] for r in self.hessian])

    def reciprocal(self) -> Jet:
        r = 1 / self.value
        return self.chain(r, -r * r, 2 * r**3)

    def __truediv__(self, other: Number) -> Jet:
        return self * other.reciprocal() if isinstance(other, Jet) else self * (1 / mpf(other))

    def __rtruediv__(self, other: Number) -> Jet:
        return self.reciprocal().__mul__(other)

    def __pow__(self, n: int) -> Jet:
        x = self.value
        return self.chain(x**n, n * x ** (n - 1), mpf(n * (n - 1)) * (x ** (n - 2) if n >= 2 else 0))

    __radd__, __rmul__ = __add__, __mul__


def variables(values: Sequence[mpf]) -> list[Jet]:
    """The independent variables: unit gradients, zero Hessians."""
    w = len(values)
    zero, one = mpf(0), mpf(1)
    empty = [[zero] * w for _ in range(w)]
    return [Jet(mpf(v), [one if j == i else zero for j in range(w)], empty) for i, v in enumerate(values)]


def value(x: Number) -> mpf:
    """The plain number under a jet; a number is itself."""
    return x.value if isinstance(x, Jet) else mpf(x)


def through(at: mpf, arguments: Sequence[Jet], first: Sequence[mpf], second: Sequence[Sequence[mpf]]) -> Jet:
    """A function of several jets from its value, gradient and Hessian there."""
    width = range(len(arguments[0].gradient))
    pairs = [(i, j) for i in range(len(arguments)) for j in range(len(arguments))]
    gradient = [mp.fsum(f * a.gradient[k] for f, a in zip(first, arguments, strict=True)) for k in width]
    hessian = [
        [
            mp.fsum(f * a.hessian[k][m] for f, a in zip(first, arguments, strict=True))
            + mp.fsum(second[i][j] * arguments[i].gradient[k] * arguments[j].gradient[m] for i, j in pairs)
            for m in width
        ]
        for k in width
    ]
    return Jet(at, gradient, hessian)


def _lift(plain: Callable[[mpf], mpf], slopes: Callable[[mpf, mpf], tuple[mpf, mpf]]) -> Callable[[Number], Number]:
    """A function of numbers and jets from f(x) and (x, f(x)) -> (f'(x), f''(x))."""

    def function(x: Number) -> Number:
        if not isinstance(x, Jet):
            return plain(mpf(x))
        at = plain(x.value)
        return x.chain(at, *slopes(x.value, at))

    return function


def _bessel_slopes(x: mpf, _: mpf) -> tuple[mpf, mpf]:
    """I0' = I1 and I1' = I0 - I1/x (Abramowitz & Stegun 9.6.26-27)."""
    ratio = mp.besseli(1, x) / mp.besseli(0, x)
    return ratio, 1 - ratio / x - ratio**2


def log_gamma(x: Number) -> Number:
    """log Gamma of a number or jet."""
    if not isinstance(x, Jet):
        return mp.loggamma(mpf(x))
    return x.chain(*log_gamma_and_derivatives(x.value))


def _mills(x: mpf) -> mpf:
    """P(Z > x)/phi(x), x >= 0: by erfc, or far out by the asymptotic series 7.1.23 of Abramowitz & Stegun."""
    if x**2 < 4 * mp.prec:
        return mp.erfc(x / mp.sqrt(2)) / 2 / mp.npdf(x)
    term = total = mpf(1)
    k = 0
    while abs(term) > mp.eps:
        k += 1
        term *= -(2 * k - 1) / x**2
        total += term
    return total / x


def _log_normal_cdf(x: mpf) -> mpf:
    left = -(x**2) / 2 - mp.log(2 * mp.pi) / 2 + mp.log(_mills(abs(x)))
    return left if x <= 0 else mp.log1p(-mp.exp(left))


def _hazard_slopes(x: mpf, at: mpf) -> tuple[mpf, mpf]:
    hazard = 1 / _mills(-x) if x <= 0 else mp.exp(-(x**2) / 2 - at) / mp.sqrt(2 * mp.pi)
    return hazard, -hazard * (x + hazard)


exp = _lift(mp.exp, lambda x, e: (e, e))
log = _lift(mp.log, lambda x, _: (1 / x, -1 / x**2))
tanh = _lift(mp.tanh, lambda x, t: (mp.sech(x) ** 2, -2 * t * mp.sech(x) ** 2))
cosh = _lift(mp.cosh, lambda x, c: (mp.sinh(x), c))
cos = _lift(mp.cos, lambda x, c: (-mp.sin(x), -c))
absolute = _lift(abs, lambda x, _: (mp.sign(x), mpf(0)))  # at the kink the middle slope, 0
log_bessel = _lift(lambda x: mp.log(mp.besseli(0, x)), _bessel_slopes)
sqrt = _lift(mp.sqrt, lambda x, r: (1 / (2 * r), -1 / (4 * x * r)))
asinh = _lift(mp.asinh, lambda x, _: (1 / mp.sqrt(1 + x**2), -x / mp.sqrt(1 + x**2) ** 3))
log_normal_cdf = _lift(_log_normal_cdf, _hazard_slopes)
unary = _lift  # for functions that one family needs
