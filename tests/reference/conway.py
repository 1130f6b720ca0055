"""Sums over the counts of a Conway-Maxwell-Poisson law in mpmath: all terms where they are few, else Euler-Maclaurin.

Weights are rate^k/(k!)^nu (Sellers & Shmueli 2010, Ann. Appl. Stat. 4, 943). Where nu rate^(1/nu) is beyond 1e60 the
normaliser is the leading term of its expansion (Shmueli et al. 2005, J. R. Stat. Soc. C 54, 127), right to 1e-60.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

from mpmath import mp, mpf

from reference.entry import Family
from reference.jets import Jet, Number, exp, log, log_gamma, through, value


class Sums(NamedTuple):
    """log Z, means and covariances of k and log k!."""

    log_z: mpf
    mean: mpf
    log_mean: mpf
    spread: mpf
    log_spread: mpf
    both: mpf


def sums(log_rate: mpf, nu: mpf) -> Sums:
    """At the precision of the caller."""
    lost = 3 * max(0, int(log_rate / nu / mp.log(10)))
    with mp.workdps(mp.dps + 15 + lost):
        return _sums(log_rate, nu, mp.dps)


class _Bag:
    """Weights against that of the mode, with what is averaged over them: powers of k and log k! about the mode's."""

    def __init__(self, log_rate: mpf, nu: mpf) -> None:
        self.log_rate, self.nu = log_rate, nu
        self.mode = mp.floor(mp.exp(log_rate / nu))
        self.base = mp.loggamma(self.mode + 1)
        self.totals = [mpf(0)] * 6

    def enter(self, k: mpf, times: mpf | int = 1) -> mpf:
        """Add a weight; gives it back."""
        far, out = k - self.mode, mp.loggamma(k + 1) - self.base
        weight = mp.exp(self.log_rate * far - self.nu * out)
        powers = (1, far, out, far**2, out**2, far * out)
        self.totals = [t + times * weight * p for t, p in zip(self.totals, powers, strict=True)]
        return weight

    def read(self) -> Sums:
        z, far, out, far2, out2, both = self.totals[0], *(t / self.totals[0] for t in self.totals[1:])
        return Sums(
            mp.log(z) + self.log_rate * self.mode - self.nu * self.base, self.mode + far, self.base + out,
            far2 - far**2, out2 - out**2, both - far * out,
        )  # fmt: skip


@lru_cache(maxsize=4096)
def _sums(log_rate: mpf, nu: mpf, digits: int) -> Sums:
    bag, nats = _Bag(log_rate, nu), digits * mp.log(10)
    typical = mp.exp(log_rate / nu)
    least = mp.mpf(10) ** (-digits - 20)
    if typical > 1000 and typical * nu > 5 * nats:  # far from 0: steps of a fraction of the bell's width
        step = max(mpf(1), mp.sqrt(typical / nu) / (1 + mp.sqrt(nats / 2) / mp.pi))
        bag.enter(bag.mode, step)
        for direction in (-step, step):
            k = bag.mode + direction
            while k >= 0 and bag.enter(k) > least:
                bag.enter(k, step - 1)
                k += direction
        return bag.read()
    k, first = mpf(0), max(150, int(nats))
    while k < first or (bag.mode < 1000 and (k <= bag.mode + 1 or typical * nu > 20)):
        weight = bag.enter(k)
        k += 1
        if k > bag.mode + 2 and weight < least:
            return bag.read()
    _rest(bag, k, nats)
    return bag.read()


def _rest(bag: _Bag, start: mpf, nats: mpf) -> None:
    """The terms from `start` on: integral (double exponential rule), half the first, derivatives at the start."""
    peak, reach = max(start, mp.exp(bag.log_rate / bag.nu)), mpf(1)

    def height(k: mpf) -> mpf:
        return bag.log_rate * k - bag.nu * mp.loggamma(k + 1)

    while height(peak + reach) > height(peak) - nats - 50:
        reach *= 2
    size = max(bag.nu * mp.exp(bag.log_rate / bag.nu), mpf(1))
    width, h = (peak - start) + reach / nats, min(mpf(3) / nats, mpf(2.5) / mp.sqrt(nats * size))
    x, k = -mp.log(nats + 60), start
    while k < peak + reach:
        grown = mp.exp(x - mp.exp(-x))
        k = start + width * grown
        bag.enter(k, h * width * grown * (1 + mp.exp(-x)))
        x += h
    order = 2 * int(nats / 7) + 16
    with mp.workdps(3 * mp.dps // 2):  # Taylor coefficients of each summand, by Cauchy's formula on a circle
        points = 2 ** (2 * order - 1).bit_length()
        circle = [mp.expjpi(mpf(2) * i / points) for i in range(points // 2 + 1)]
        values = []
        for unit in circle:
            at = start + start / 2 * unit
            far, out = at - bag.mode, mp.loggamma(at + 1) - bag.base
            weight = mp.exp(bag.log_rate * far - bag.nu * out)
            values.append([weight * p for p in (1, far, out, far**2, out**2, far * out)])
        values += [[mp.conj(v) for v in row] for row in values[-2:0:-1]]  # the lower half of the circle
        for place in range(6):
            turned = _fourier([row[place] for row in values], circle)
            found = mp.re(turned[0]) / points / 2
            for j in range(1, order, 2):
                found -= mp.bernoulli(j + 1) / (j + 1) * mp.re(turned[j]) / points / (start / 2) ** j
            bag.totals[place] += found


def _fourier(values: list[mpf], circle: list[mpf]) -> list[mpf]:
    """sum_i values[i] e^(-2 pi i j/n) for all j, n a power of two; `circle` holds half of the roots of unity."""
    if len(values) == 1:
        return values
    even, odd = _fourier(values[::2], circle[::2]), _fourier(values[1::2], circle[::2])
    odd = [mp.conj(unit) * value for unit, value in zip(circle, odd, strict=False)]
    return [e + o for e, o in zip(even, odd, strict=True)] + [e - o for e, o in zip(even, odd, strict=True)]


def _log_density(y: Number, rate: Number, dispersion: Number) -> Number:
    f, own = log(rate), log_gamma(value(y) + 1)
    s = f / dispersion
    if value(s) > mpf(10) ** 3000:
        raise OverflowError("more digits before the point than the test is worth")
    if value(s) > 100 and value(s) + mp.log(value(dispersion)) > 60 * mp.log(10):
        two_pi = mp.log(2 * mp.pi)
        return (
            y * f - dispersion * own - dispersion * exp(s) + (dispersion - 1) / 2 * (s + two_pi) + log(dispersion) / 2
        )
    known = sums(value(f), value(dispersion))
    normaliser: Number = known.log_z
    if isinstance(f, Jet) and isinstance(dispersion, Jet):
        second = ((known.spread, -known.both), (-known.both, known.log_spread))
        normaliser = through(known.log_z, (f, dispersion), (known.mean, -known.log_mean), second)
    return y * f - dispersion * own - normaliser


def _cdf(y: mpf, rate: mpf, dispersion: mpf) -> mpf:
    return mp.fsum(mp.exp(_log_density(mpf(k), rate, dispersion)) for k in range(int(mp.floor(y)) + 1))


def _moments(rate: mpf, dispersion: mpf) -> tuple[mpf, mpf]:
    known = sums(mp.log(rate), dispersion)
    return known.mean, known.spread


CONWAY_MAXWELL_POISSON = Family(
    "ConwayMaxwellPoisson", "Sellers & Shmueli (2010) Ann. Appl. Stat. 4, 943", "counts",
    (("rate", "exp"), ("dispersion", "exp")), _log_density, _cdf, _moments,
    possible=lambda y, outputs: outputs[0] < 500 * math.exp(outputs[1]),  # beyond it the loss overflows
)  # fmt: skip
