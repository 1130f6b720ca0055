"""Counts of classes whose probabilities vary (Polya's urn), as one number with slopes of its own.

a = e^c softmax(f) and A = e^c. The probability is a product of as many ratios (A + s)/(a_k + i) as there are counts;
each is one more than a number that is not negative, so that one class that is all but certain leaves the others.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from likelihoodkit.primitives.kernels import digamma_rising, log_beta, log_binomial, log_factorial
from likelihoodkit.primitives.kernels._tools import Floats, kernel
from likelihoodkit.primitives.vector_kernels.compositions import (
    log_rising_exp,
    rising_exp_curve,
    rising_exp_slope,
)
from likelihoodkit.primitives.vector_kernels.shares import Shares, others

#: beyond it e^-t is rounded too soon
LATE = 690.0
#: ratios that are multiplied before a logarithm is taken
TOGETHER = 12
#: counts up to which every ratio is looked at
MOST = 256
#: differences this far below what they are taken of are counted by ratios
SMALL = 0.1
#: a ratio whose logarithm is a difference without cancelling
LARGE = 1e10


@kernel
def log_multinomial(y: Floats) -> Floats:
    """log((sum y)!/prod y!), class by class, so that nothing cancels."""
    return np.asarray(log_binomial(np.cumsum(y, axis=0), y).sum(axis=0))


def _kept(t: Floats, i: int) -> Floats:
    """a/(a + i) with a = e^t."""
    return np.where(t > 0, 1.0 / (1.0 + i * np.exp(-np.maximum(t, 0.0))), _small(t) / (_small(t) + i) if i else 1.0)


def _lost(t: Floats, i: int) -> Floats:
    """i/(a + i)."""
    u = np.where(t > LATE, np.exp(np.log(max(i, 1)) - t), i * np.exp(-np.maximum(t, 0.0)))
    return np.where(t > 0, u / (1.0 + u), i / (_small(t) + i) if i else 0.0)


def _small(t: Floats) -> Floats:
    return np.exp(np.minimum(t, 0.0))


class Urn(Shares):
    """Rows with few counts."""

    def __init__(self, f: Floats, c: Floats, y: Floats) -> None:
        super().__init__(f)
        self.c, self.y = c, y

    @cached_property
    def t(self) -> Floats:
        """log a."""
        return np.asarray(self.c + self.log_share)

    def _sum(self, t: Floats, counts: Floats, term: Any) -> Floats:
        total = np.zeros(np.broadcast_shapes(t.shape, counts.shape))
        for i in range(int(np.max(counts, initial=0.0))):
            total += np.where(i < counts, term(t, i), 0.0)
        return total

    @cached_property
    def drawn(self) -> Floats:
        """The slope of log a (a + 1) ... in log a."""
        return self.first + self.again

    @cached_property
    def first(self) -> Floats:
        """Its part that the first draw of each class makes, whatever a."""
        return np.where(self.y > 0, 1.0, 0.0)

    @cached_property
    def again(self) -> Floats:
        """Its part that the further draws make."""
        return self._sum(self.t, self.y, lambda t, i: _kept(t, i) if i else 0.0)

    @cached_property
    def bent(self) -> Floats:
        """Its second derivative."""
        return self._sum(self.t, self.y, lambda t, i: _kept(t, i) * _lost(t, i))

    @cached_property
    def top(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Of the class with most counts: those, log a, one less its share; and the other classes."""
        place = np.argmax(self.y, axis=0)[np.newaxis]
        most, t, rest = (np.take_along_axis(v, place, axis=0)[0] for v in (self.y, self.t, self.rest))
        return most, t, rest, np.arange(len(self.y))[:, np.newaxis] != place

    def loss(self) -> Floats:
        """Minus the log-probability."""
        seen = np.cumsum(self.y, axis=0) - self.y
        c, t, m, rest = self.c + 0.0 * self.t, self.t, self.share, self.rest
        wide = np.exp(-np.maximum(c, 0.0))  # 1/A where that is below one, else A itself
        small = _small(c)

        def ratio(_: Floats, i: int) -> Floats:
            whole = np.where(c > 0, np.log1p((seen + i) * wide), np.log(small + seen + i) - c)  # log(A + s + i) - c
            if not i:
                return np.where(seen == 0, 0.0, whole) - self.log_share
            near = np.where(c > 0, (rest + seen * wide) / (m + i * wide), (small * rest + seen) / (small * m + i))
            far = whole - self.log_share - np.log1p(i * np.exp(-np.maximum(t, 0.0)))
            low = whole + c - np.log(_small(t) + i)
            return np.where(near < LARGE, np.log1p(near), np.where(t > 0, far, low))

        return np.asarray(self._sum(t, self.y, ratio).sum(axis=0) - log_multinomial(self.y))

    def pull(self, first: Floats | float, again: Floats) -> Floats:
        """Its share of all that has been drawn less what has been drawn of each class.

        Shares next to each other are counted from equal ones: sum_k (d_k - d_j e^(f_k - f_j)) times the share.
        """
        top = self.f - np.max(self.f, axis=0)
        close = top > -1.0
        own, many = np.where(close, -top, 0.0), close.sum(axis=0)
        inner = np.where(close, np.expm1(top), np.exp(top)).sum(axis=0)
        apart = np.exp(own) * inner + many * np.expm1(own)  # sum of e^(f_k - f_j), less one where they are close
        drawn = first + again  # of which the first part is whole numbers
        even = np.sum(first + np.zeros(again.shape), axis=0) - many * first + (again.sum(axis=0) - many * again)
        whole = drawn.sum(axis=0)
        near = close & (np.absolute(even) + drawn * np.absolute(apart) <= whole + drawn * (many + apart))
        away = self.shared(others(drawn)) - self.left(drawn)
        return np.where(near, self.share * (even - drawn * apart), away)

    def slope(self) -> Floats:
        """The slope in c."""
        most, t, rest, other = self.top
        c, total = self.c + 0.0 * t, self.y.sum(axis=0)
        found = self._sum(t, most, lambda t, i: rest * _kept(c, i) * _lost(t, i))
        found += np.where(other, self._sum(self.t, self.y, _lost), 0.0).sum(axis=0)
        return np.asarray(found - self._sum(c, total, lambda c, i: np.where(i >= most, _lost(c, i), 0.0)))

    def bend(self) -> Floats:
        """The second derivative in c."""
        most, t, rest, other = self.top
        c, total = self.c + 0.0 * t, self.y.sum(axis=0)

        def pair(t: Floats, i: int) -> Floats:
            return rest * _kept(c, i) * _lost(t, i) * (_lost(c, i) * _lost(t, i) - _kept(c, i) * _kept(t, i))

        found = self._sum(t, most, pair)
        found += self._sum(c, total, lambda c, i: np.where(i >= most, _kept(c, i) * _lost(c, i), 0.0))
        return np.asarray(found - np.where(other, self.bent, 0.0).sum(axis=0))


class Everyday(Urn):
    """The same with a and A as numbers, which are far from the ends of the range."""

    @cached_property
    def a(self) -> Floats:
        """e^c times the shares."""
        return self.whole * self.share

    @cached_property
    def whole(self) -> Floats:
        """e^c."""
        return np.exp(self.c)

    def _counted(self, term: Any) -> Floats:
        """The sum of ``term(a + i, i)`` over i from 1 to below the counts."""
        total = np.zeros(self.y.shape)
        for i in range(1, int(np.max(self.y, initial=0.0))):
            total += np.where(i < self.y, term(self.a + i, i), 0.0)
        return total

    @cached_property
    def again(self) -> Floats:
        """The part of the slope that the further draws of each class make."""
        return self.a * self._counted(lambda above, i: 1.0 / above)

    @cached_property
    def bent(self) -> Floats:
        """Its second derivative."""
        return self.a * self._counted(lambda above, i: i / (above * above))

    @cached_property
    def left_over(self) -> Floats:
        """What is not drawn: the sum of i/(a + i)."""
        return self._counted(lambda above, i: i / above)

    def loss(self) -> Floats:
        """Minus the log-probability."""
        ratios, ways = self.logarithms()
        return np.asarray(ratios - ways)

    def logarithms(self) -> tuple[Floats, Floats]:
        """Of the ratios, and of the ways to order the counts: ratios are one and what is not negative."""
        seen = np.cumsum(self.y, axis=0) - self.y
        found = np.where(self.y > 0, np.log1p(seen / self.whole) - self.log_share, 0.0)
        above, beyond = self.whole * self.rest + seen, np.zeros(self.y.shape)
        for i in range(1, int(np.max(self.y, initial=0.0))):
            near = above / (self.a + i)
            beyond += np.where(i < self.y, near + near * beyond, 0.0)
            if i % TOGETHER == 0:
                found += np.log1p(beyond)
                beyond[...] = 0.0
        return (found + np.log1p(beyond)).sum(axis=0), np.asarray(log_multinomial(self.y))

    def slope(self) -> Floats:
        """The slope in c."""
        plus, minus = self.tilt()
        return plus - minus

    def tilt(self) -> tuple[Floats, Floats]:
        """What it is the difference of."""
        place = np.argmax(self.y, axis=0)[np.newaxis]
        most, a, rest = (np.take_along_axis(v, place, axis=0)[0] for v in (self.y, self.a, self.rest))
        other, total = np.arange(len(self.y))[:, np.newaxis] != place, self.y.sum(axis=0)
        found = np.where(other, self.left_over, 0.0).sum(axis=0)
        first, last = np.zeros(total.shape), np.zeros(total.shape)
        for i in range(1, int(np.max(total, initial=0.0))):
            part = i / (self.whole + i)
            here = i < most
            first += np.where(here, part / (a + i), 0.0)
            last += np.where(here | (i >= total), 0.0, part)
        return np.asarray(found + rest * self.whole * first), last


class Many(Urn):
    """Rows with many counts, by gamma functions."""

    again = cached_property(lambda self: np.asarray(rising_exp_slope(self.t, self.y)) - self.first)
    drawn = cached_property(lambda self: np.asarray(rising_exp_slope(self.t, self.y)))
    bent = cached_property(lambda self: np.asarray(rising_exp_curve(self.t, self.y)))

    def loss(self) -> Floats:
        """Minus the log-probability."""
        total = self.y.sum(axis=0)
        ways = np.asarray(log_factorial(total)) - np.asarray(log_factorial(self.y)).sum(axis=0)
        own = np.asarray(log_rising_exp(self.t, self.y)).sum(axis=0)
        return np.asarray(np.asarray(log_rising_exp(self.c, total)) - own - ways)

    def slope(self) -> Floats:
        """The slope in c."""
        return np.asarray(rising_exp_slope(self.c, self.y.sum(axis=0)) - self.drawn.sum(axis=0))

    def bend(self) -> Floats:
        """The second derivative in c."""
        return np.asarray(rising_exp_curve(self.c, self.y.sum(axis=0)) - self.bent.sum(axis=0))


class Crowd(Everyday):
    """Everyday rows with many counts, by beta functions: y B(a, y) for each class over the same for all."""

    @cached_property
    def again(self) -> Floats:
        """The part of the slope that the further draws of each class make."""
        return np.asarray(self.a * digamma_rising(1.0 + self.a, np.maximum(self.y - 1.0, 0.0)))

    def _anew(self, plus: Floats, minus: Floats, parts: Any) -> Floats:
        """plus - minus, where that is small by ratios, one by one, if those are of smaller terms."""
        found = np.asarray(plus - minus)
        doubtful = (np.absolute(found) < SMALL * (plus + minus)) & (self.y.sum(axis=0) <= MOST)
        if doubtful.any():
            more, less = parts(Everyday(self.f[:, doubtful], self.c[doubtful], self.y[:, doubtful]))
            better = more + less < (plus + minus)[doubtful]
            found[doubtful] = np.where(better, more - less, found[doubtful])
        return found

    def loss(self) -> Floats:
        """Minus the log-probability."""
        total, some = self.y.sum(axis=0), np.maximum(self.y, 1.0)
        own = np.where(self.y > 0, np.log(some) + np.asarray(log_beta(self.a, some)), 0.0)
        all_of = np.log(total) + np.asarray(log_beta(self.whole, total))
        terms = np.concatenate([own, -all_of[np.newaxis]])
        plus, minus = np.maximum(terms, 0.0).sum(axis=0), np.maximum(-terms, 0.0).sum(axis=0)
        return self._anew(plus, minus, Everyday.logarithms)

    def slope(self) -> Floats:
        """The slope in c."""
        total = self.y.sum(axis=0)
        all_of = 1.0 + self.whole * np.asarray(digamma_rising(1.0 + self.whole, total - 1.0))
        return self._anew(all_of, self.drawn.sum(axis=0), Everyday.tilt)


class Throng(Crowd):
    """Too many to be counted one by one."""

    bent = cached_property(lambda self: np.asarray(rising_exp_curve(self.t, self.y)))
    bend = Many.bend
