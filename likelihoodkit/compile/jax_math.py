"""Elementary functions of JAX in float64, to half a unit of the last place: XLA's own are off by one and more.

The last digit of an exponential is several of a loss whose terms cancel, so that the engines would differ there. A
number stands here as two, a head and what rounding took of it. XLA multiplies and adds in one step where it likes to:
products that are to be exact are of numbers with half of the digits. Written modules for JAX print these functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from likelihoodkit.loading.frameworks import framework

jax: Any = framework("jax")
jnp: Any = framework("jax.numpy")


def _polynomial(coefficients: Sequence[float], x: Any) -> Any:
    total = coefficients[-1]
    for coefficient in coefficients[-2::-1]:
        total = total * x + coefficient
    return total


def _apart(constant: Any, x: Any) -> Any:
    """The constant for a sum with ``x``, hidden from XLA: it takes (x + 1) - 1 for x, whatever rounding left there."""
    return jnp.where(x == x, constant, jnp.nan)  # noqa: PLR0124  (which is not known before the numbers are)


def _added(a: Any, b: Any) -> tuple[Any, Any]:
    """A sum and what rounding took of it."""
    total = a + b
    other = total - a
    return total, (a - (total - other)) + (b - other)


def _settled(head: Any, rest: Any) -> tuple[Any, Any]:
    """The sum of a number and a smaller one, and what rounding took of it."""
    total = head + rest
    return total, rest - (total - head)


def _square_halved(x: Any) -> tuple[Any, Any]:
    """x^2/2 as an exact number of half the digits and the rest."""
    head = jax.lax.reduce_precision(x, 11, 25)
    return 0.5 * head * head, 0.5 * (x - head) * (x + head)


def _two_to(k: Any) -> Any:
    """2^k for whole k from -1022 to 1023."""
    return jax.lax.bitcast_convert_type((k.astype(np.int64) + 1023) << 52, np.float64)


def _reduced(x: Any) -> tuple[Any, Any, Any, Any]:
    """k, r, r^2/2 and the rest, such that exp(x) is 2^k (1 + r + r^2/2 + rest)."""
    k = jnp.round(x * 1.4426950408889634)
    r, low = x - k * 0.6931471805598903, k * -5.497923018708371e-14  # log 2 in two: the first product is exact
    half, rest = _square_halved(r)
    tail = r * r * r * _polynomial(
        (1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040, 1 / 40320, 1 / 362880, 1 / 3628800, 1 / 39916800, 1 / 479001600,
         1 / 6227020800, 1 / 87178291200), r
    )  # fmt: skip
    rest = rest + tail
    rest = rest + low * (1.0 + (r + (half + rest)))
    return k, r, half, rest


def _exp_in_two(x: Any) -> tuple[Any, Any, Any]:
    """2^k and a number about 1 in two parts, whose product is exp(x); x from -745 to 710."""
    k, r, half, rest = _reduced(x)
    one = 1.0 + r
    lost = r - (one - _apart(1.0, one))
    head = one + half
    return k, head, (half - (head - one)) + lost + rest


def _expm1_in_two(x: Any) -> tuple[Any, Any]:
    """exp(x) - 1 as a number and what rounding took of it; x up to 60."""
    x = jnp.where(x < -60.0, -60.0, x)
    k, r, half, rest = _reduced(x)
    near = r + half
    one = 1.0 + r
    lost = r - (one - _apart(1.0, one))
    head = one + half
    scale = _two_to(k)
    total, more = _added(scale * head, -1.0)
    more = more + scale * ((half - (head - one)) + lost + rest)
    small = k == 0.0
    return _settled(jnp.where(small, near, total), jnp.where(small, (half - (near - r)) + rest, more))


def _quotient(a: Any, a_rest: Any, b: Any, b_rest: Any) -> Any:
    """(a + a_rest)/(b + b_rest)."""
    rough = a / b
    upper, b_upper = jax.lax.reduce_precision(rough, 11, 25), jax.lax.reduce_precision(b, 11, 25)
    left = ((a - upper * b_upper) - upper * (b - b_upper)) - (rough - upper) * b
    return rough + (left + (a_rest - rough * b_rest)) / b


def _power_of_e(x: Any, shift: float) -> Any:
    """2^shift exp(x), wherever that is a number."""
    k, head, rest = _exp_in_two(jnp.where(x > 711.0, 711.0, jnp.where(x < -746.0, -746.0, x)))
    first = jnp.floor(0.5 * k)
    return ((head + rest) * _two_to(first)) * _two_to(k - first + shift)


def _exp(x: Any) -> Any:
    return _power_of_e(x, 0.0)


def _expm1(x: Any) -> Any:
    head, rest = _expm1_in_two(jnp.where(x > 60.0, 60.0, x))
    return jnp.where(x > 60.0, _exp(x), jnp.where(jnp.abs(x) < 1e-300, x, head + rest))


def _log1p(x: Any) -> Any:
    whole = 1.0 + x
    part = whole - _apart(1.0, whole)
    lost = (x - part) + (1.0 - (whole - part))
    k = jnp.round(jnp.log(whole) * 1.4426950408889634)
    k = jnp.where(jnp.abs(k) < 2000.0, k, 0.0)  # of -1, infinity and what is no number
    first = jnp.floor(0.5 * k)
    down, again = _two_to(-first), _two_to(first - k)
    f = (whole * down) * again - 1.0
    half, rest = _square_halved(f)
    s = f / (2.0 + f)  # log(1 + f) = f - f^2/2 + s (f^2/2 + s^2 P(s^2)), the polynomial of fdlibm
    more = s * ((half + rest) + s * s * _polynomial(
        (6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01, 2.222219843214978396e-01,
         1.818357216161805012e-01, 1.531383769920937332e-01, 1.479819860511658591e-01), s * s
    ))  # fmt: skip
    power = k * 0.6931471805598903
    one = power + f
    head = one - half
    rest = (((one - head) - half) + (f - (one - power))) - rest + more + k * 5.497923018708371e-14
    lost = (lost * down) * again
    total, less = _added(head, lost)
    value = total + (less + (rest - lost * (f / (1.0 + f))))
    return jnp.where((x > -1.0) & (x < jnp.inf), jnp.where(jnp.abs(x) < 1e-300, x, value), jnp.log(whole))


def _tanh(x: Any) -> Any:
    gap, rest = _expm1_in_two(-2.0 * jnp.abs(x))
    whole, more = _added(gap, 2.0)
    value = _quotient(-gap, -rest, whole, more + rest)
    return jnp.where(jnp.abs(x) < 1e-150, x, jnp.sign(x) * jnp.where(jnp.abs(x) > 30.0, 1.0, value))


def _sinh_in_two(x: Any) -> tuple[Any, Any]:
    """sinh(x) for x from 0 to 20."""
    up, up_rest = _expm1_in_two(x)
    down, down_rest = _expm1_in_two(-x)
    total, lost = _added(up, -down)
    return 0.5 * total, 0.5 * (lost + (up_rest - down_rest))


def _sinh(x: Any) -> Any:
    size = jnp.abs(x)
    head, rest = _sinh_in_two(jnp.where(size > 20.0, 20.0, size))
    value = jnp.where(size > 20.0, _power_of_e(size, -1.0), head + rest)
    return jnp.where(size < 1e-150, x, jnp.sign(x) * value)


def _cosh(x: Any) -> Any:
    size = jnp.abs(x)
    near = jnp.where(size > 20.0, 20.0, size)
    k, head, rest = _exp_in_two(near)
    scale = _two_to(k)
    k, other, other_rest = _exp_in_two(-near)
    small = _two_to(k)
    total, lost = _added(scale * head, small * other)
    value = 0.5 * total + 0.5 * (lost + (scale * rest + small * other_rest))
    return jnp.where(size > 20.0, _power_of_e(size, -1.0), value)


def _arcsinh(x: Any) -> Any:
    """The library's own, and a step of Newton's."""
    rough = jnp.arcsinh(x)
    size = jnp.abs(rough)
    near = jnp.where(size > 20.0, 0.0, size)
    head, rest = _sinh_in_two(near)
    lost = jnp.where(size > 20.0, 0.0, (head - jnp.abs(x)) + rest)
    better = size - lost / jnp.cosh(near)
    return jnp.where(size > 20.0, rough, jnp.where(size < 1e-150, x, jnp.sign(x) * better))
