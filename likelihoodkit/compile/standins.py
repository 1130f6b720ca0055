"""What stands for functions of SciPy in a module that needs NumPy alone: copied into it as they are written here."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def psi(x: Any) -> Any:
    """The digamma function for x > 0: 1/x until the asymptotic series holds; near its root as an integral of slopes."""
    x = np.asarray(x, dtype=float)
    gap = (x - 1.4616321449683622) - 9.549995429965697e-17  # from the root, in two numbers
    with np.errstate(all="ignore"):
        near = np.abs(gap) < 0.25
        big, total, slope = x.copy(), np.zeros_like(x), np.zeros_like(x)
        for _ in range(16):
            total -= np.where(big < 16.0, 1.0 / big, 0.0)
            big = np.where(big < 16.0, big + 1.0, big)
        v = 1.0 / (big * big)
        series = v * (1 / 12 - v * (1 / 120 - v * (1 / 252 - v * (1 / 240 - v * (1 / 132 - v * (691 / 32760))))))
        plain = total + (np.log(big) - 0.5 / big - series)
        for node, weight in zip(*np.polynomial.legendre.leggauss(14), strict=True):
            z = x - gap * (0.5 - 0.5 * node)
            some = np.zeros_like(x)
            for k in range(16):
                some += 1.0 / (z + k) ** 2
            z = z + 16.0
            u = 1.0 / (z * z)
            rest = 1.0 / z + 0.5 * u + u / z * (1 / 6 - u * (1 / 30 - u * (1 / 42 - u * (1 / 30 - u * (5 / 66)))))
            slope += 0.5 * weight * (some + rest)
        return np.where(near, gap * slope, plain)


def zeta(x: Any, q: Any = 1.0) -> Any:
    """The Hurwitz zeta function for x > 1, q > 0: twenty terms and the Euler-Maclaurin formula."""
    x, q = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(q, dtype=float))
    with np.errstate(all="ignore"):
        total = np.zeros_like(x)
        for k in range(20):
            total = total + (q + k) ** -x
        end = q + 20.0
        total = total + end ** (1.0 - x) / (x - 1.0) + 0.5 * end**-x
        term = x * end ** (-x - 1.0)
        for k, b in enumerate((1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510), start=1):
            total = total + term * b / math.factorial(2 * k)
            term = term * (x + 2 * k - 1) * (x + 2 * k) / (end * end)
        return total


def ive(order: float, k: Any) -> Any:
    """I(k) e^-k for k > 0: the power series, whose terms are positive, each through its logarithm."""
    k = np.asarray(k, dtype=float)
    top = float(np.max(k, initial=1.0))
    total, half = np.zeros_like(k), np.log(0.5 * k)
    for m in range(int(0.5 * top + 12.0 * math.sqrt(top)) + 40):
        total += np.exp((order + 2 * m) * half - math.lgamma(m + 1.0) - math.lgamma(m + order + 1.0) - k)
    return total


def exp1(x: Any) -> Any:
    """The exponential integral for x >= 0: its series up to 1, its continued fraction beyond."""
    x = np.asarray(x, dtype=float)
    with np.errstate(all="ignore"):
        small, big = np.minimum(x, 1.0), np.maximum(x, 1.0)
        power, series = np.ones_like(x), np.zeros_like(x)
        for k in range(1, 20):
            power = -power * small / k
            series -= power / k
        fraction = big + 201.0
        for k in range(100, 0, -1):
            fraction = big + (2 * k - 1.0) - k * k / fraction
        return np.where(x <= 1.0, series - np.log(small) - 0.5772156649015329, np.exp(-big) / fraction)


def spence(z: Any) -> Any:
    """The dilogarithm of 1 - z for z >= 0: its series within 1/2 of 1, reflected below and inverted above."""
    z = np.asarray(z, dtype=float)
    with np.errstate(all="ignore"):
        far = z > 1.5
        inside = np.where(far, 1.0 / z, z)
        low = inside < 0.5
        w = np.where(low, inside, 1.0 - inside)
        total, power = np.zeros_like(z), np.ones_like(z)
        for k in range(1, 56):
            power = power * w
            total += power / (k * k)
        product = np.where(inside == 0.0, 0.0, np.log(inside) * np.log1p(-inside))
        total = np.where(low, 1.6449340668482264 - product - total, total)
        return np.where(far, -total - 0.5 * np.log(z) ** 2, total)
