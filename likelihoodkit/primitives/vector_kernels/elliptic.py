"""Squared lengths of whitened residuals and their heavy-tailed relatives as whole numbers, with their slopes.

L is a Cholesky factor with the logarithms of its diagonal in the first d entries of f, z = L^-1 r, w = L^-T z. Written
once for floats and for numbers with exponents of their own: rows in which a solve may leave the range are done in the
latter, since what comes out of the next solve may be back in it.
"""

from __future__ import annotations

import itertools
from functools import cached_property, partial
from typing import Any

import numpy as np

from likelihoodkit.primitives.kernels import log1pmx
from likelihoodkit.primitives.kernels._tools import Floats, kernel, remembered
from likelihoodkit.primitives.vector_kernels.cholesky import below
from likelihoodkit.primitives.vector_kernels.wide import Wide, apart, choose, exponential, in_range, wide

Number = Any  # an array of floats or a `Wide`


class Floating:
    """Arithmetic of floats."""

    of = staticmethod(np.asarray)
    exp = staticmethod(np.exp)
    log = staticmethod(np.log)

    @staticmethod
    def sum(a: Number) -> Number:
        """Over the first axis."""
        return a.sum(axis=0)

    @staticmethod
    def empty(shape: tuple[int, ...]) -> Number:
        """To be filled."""
        return np.empty(shape)

    @staticmethod
    def number(a: Number) -> Floats:
        """As floats."""
        return np.asarray(a)


class Widened:
    """The same of numbers with exponents of their own."""

    of = staticmethod(wide)
    exp = staticmethod(exponential)
    log = staticmethod(Wide.log)
    sum = staticmethod(Wide.sum)
    number = staticmethod(Wide.number)

    @staticmethod
    def empty(shape: tuple[int, ...]) -> Number:
        """To be filled."""
        return Wide(np.empty(shape), np.empty(shape))


FLOATS, WIDES = Floating(), Widened()


class Factor:
    """L, its solves and its triangles."""

    def __init__(self, how: Any, f: Floats, rows: tuple[int, ...], d: int) -> None:
        self.how, self.d, self.rows = how, d, rows
        self.f = np.broadcast_to(f, (f.shape[0], *rows))

    @cached_property
    def up(self) -> Number:
        """The diagonal."""
        return self.how.exp(self.f[: self.d])

    @cached_property
    def down(self) -> Number:
        """One over it."""
        return self.how.exp(-self.f[: self.d])

    @cached_property
    def packed(self) -> Number:
        """All outputs as they are, of which only those below the diagonal are looked at."""
        return self.how.of(self.f)

    def _filled(self, parts: Any, order: Any) -> Number:
        found = self.how.empty((self.d, *self.rows))
        for i in order:
            found[i] = parts(found, i)
        return found

    def forward(self, r: Number) -> Number:
        """L^-1 r."""

        def part(z: Number, i: int) -> Number:
            rest = r[i] - self.how.sum(self.packed[below(i, self.d)] * z[:i]) if i else r[i]
            return rest * self.down[i]

        return self._filled(part, range(self.d))

    def backward(self, a: Number) -> Number:
        """L^-T a."""
        d = self.d

        def part(w: Number, i: int) -> Number:
            column = [below(j, d).start + i for j in range(i + 1, d)]
            rest = a[i] - self.how.sum(self.packed[column] * w[i + 1 :]) if column else a[i]
            return rest * self.down[i]

        return self._filled(part, reversed(range(d)))

    def outer(self, w: Number, z: Number) -> Number:
        """The lower triangle of w z', packed, its diagonal times that of L."""
        d = self.d
        found = self.how.empty((d * (d + 1) // 2, *self.rows))
        found[:d] = w * z * self.up
        for i in range(1, d):
            found[below(i, d)] = w[i] * z[:i]
        return found

    def times(self, c: Number, x: Number, *, transposed: bool = False) -> Number:
        """C x or C' x for a packed triangle whose diagonal is multiplied by that of L."""
        d = self.d
        found = self.how.empty((d, *self.rows))
        found[:d] = c[:d] * self.up * x
        for i in range(1, d):
            if transposed:
                found[:i] = found[:i] + c[below(i, d)] * x[i]
            else:
                found[i] = found[i] + self.how.sum(c[below(i, d)] * x[:i])
        return found


def _rows(*arrays: Floats) -> tuple[int, ...]:
    return np.broadcast_shapes(*(a.shape[1:] for a in arrays if a.ndim > 1))


def _by_floats(r: Floats, f: Floats) -> tuple[Floats, Floats]:
    factor = Factor(FLOATS, f, _rows(r, f), r.shape[0])
    z = factor.forward(r)
    return z, factor.backward(z)


#: the loss and its slopes ask for the same, one after the other; it is long
_plainly = remembered(_by_floats, 1)


def _solved(how: Any, r: Floats, f: Floats) -> tuple[Factor, Number, Number]:
    """L, z = L^-1 r and w = L^-T z."""
    factor = Factor(how, f, _rows(r, f), r.shape[0])
    if how is FLOATS:
        return factor, *_plainly(r, f)
    z = factor.forward(how.of(r))
    return factor, z, factor.backward(z)


def _either(run: Any, r: Floats, f: Floats, *more: Floats) -> Floats:
    """``run(how, r, f, *more)`` in floats where they do, else in wide numbers."""
    return apart(_fine(r, f, *more), partial(run, FLOATS), partial(run, WIDES), (r, f, *more))


def _in_range(r: Floats, f: Floats, *more: Floats) -> Any:
    """Rows in which no solve leaves the range."""
    d = r.shape[0]
    exponents = (f[:d], *(x[np.newaxis] for x in more))
    return in_range((r, f[d:]), exponents) & (np.absolute(f[:d]).sum(axis=0) < SPREAD)


_fine = remembered(_in_range, 2)

#: the sum of the sizes of the logarithms of a diagonal up to which floats do
SPREAD = 160.0


# -- half the square -----------------------------------------------------------------------------------------------


@kernel
def half_scatter(r: Floats, f: Floats) -> Floats:
    """|L^-1 r|^2/2."""

    def run(how: Any, r: Floats, f: Floats) -> Number:
        _, z, _ = _solved(how, r, f)
        return how.sum(z * z) * how.of(0.5)

    return _either(run, r, f)


@kernel
def scatter_pull(r: Floats, f: Floats) -> Floats:
    """Its slope in r: L^-T L^-1 r."""
    return _either(lambda how, r, f: _solved(how, r, f)[2], r, f)


@kernel
def scatter_slope(r: Floats, f: Floats) -> Floats:
    """Its slope in f: minus the lower triangle of w z'."""

    def run(how: Any, r: Floats, f: Floats) -> Number:
        factor, z, w = _solved(how, r, f)
        return -factor.outer(w, z)

    return _either(run, r, f)


@kernel
def scatter_curve_r(b: Floats, c: Floats, r: Floats, f: Floats) -> Floats:
    """The part in r of its Hessian times (b, c)."""
    return apart(np.False_, None, lambda *given: _along(*given)[0], (b, c, r, f))


@kernel
def scatter_curve_f(b: Floats, c: Floats, r: Floats, f: Floats) -> Floats:
    """The part in f of its Hessian times (b, c)."""
    return apart(np.False_, None, lambda *given: _along(*given)[1], (b, c, r, f))


def _along(b: Floats, c: Floats, r: Floats, f: Floats) -> tuple[Wide, Wide]:
    """How the slopes in r and in f change along (b, c)."""
    factor, z, w = _solved(WIDES, r, f)
    one, turn = wide(b + np.zeros(r.shape)), wide(c + np.zeros((f.shape[0], *factor.rows)))
    moved = factor.times(turn, z)  # C z
    dz = factor.forward(one - moved)
    dw = factor.backward(dz - factor.times(turn, w, transposed=True))
    own = factor.how.empty(turn.m.shape)
    own[:] = wide(np.zeros(turn.m.shape))
    own[: factor.d] = w * z * factor.up * turn[: factor.d]
    return dw, -(factor.outer(dw, z) + factor.outer(w, dz) + own)


# -- with heavy tails: (n + d)/2 log(1 + |z|^2/n) with n = e^t -------------------------------------------------------


class Tail:
    """q = |z|^2 against n: the shares u = q/(n + q) and v = n/(n + q), and what is made of them."""

    def __init__(self, how: Any, r: Floats, f: Floats, t: Floats) -> None:
        self.how = how
        self.factor, self.z, self.w = _solved(how, r, f)
        self.d = how.of(np.full(self.factor.rows, float(r.shape[0])))
        self.q = how.sum(self.z * self.z)
        self.n = how.exp(t + np.zeros(self.factor.rows))
        self.all = self.n + self.q
        self.u, self.v = self.q / self.all, self.n / self.all
        self.share = (self.n + self.d) / self.all  # the weight of the row

    def _of_share(self, near: Any, far: Any, tiny: Number) -> Number:
        """A function of u below a half, of u and log v above, its leading term where u is tiny."""
        u, log_v = self.how.number(self.u), self.how.log(self.v)
        small = u < 0.5
        number = np.where(small, near(np.where(small, u, 0.0)), far(u, np.where(small, 0.0, log_v)))
        return number if self.how is FLOATS else choose(u < TINY, tiny, wide(number))

    def logarithm(self) -> Number:
        """log(1 + q/n)."""
        return self._of_share(lambda u: -np.log1p(-u), lambda u, log_v: -log_v, self.u)

    def loss(self) -> Number:
        """n + d times it; where the share is next to nothing, q times the weight: n may have no digits beside it."""
        whole = (self.n + self.d) * self.logarithm()
        if self.how is FLOATS:
            return whole
        return choose(self.how.number(self.u) < TINY, self.q * self.share, whole)

    def excess(self) -> Number:
        """The same less u."""
        half = self.u * self.u * self.how.of(0.5)
        return self._of_share(lambda u: -np.asarray(log1pmx(-u)), lambda u, log_v: -log_v - u, half)

    def turn(self) -> Number:
        """The same less u and its square."""
        half = self.u * self.u * self.how.of(-0.5)
        return self._of_share(lambda u: -np.asarray(log1pmx(-u)) - u * u, lambda u, log_v: -log_v - u * (1.0 + u), half)

    def bent(self) -> Number:
        """The derivative of the weight in t."""
        return self.v * (self.q - self.d) / self.all


#: a share next to nothing, whose logarithm it is; its square is a float64 above
TINY = 1e-100


def _tailed(formula: Any, r: Floats, f: Floats, t: Floats) -> Floats:
    return _either(lambda how, r, f, t: formula(Tail(how, r, f, t)), r, f, t)


@kernel
def student_scatter(r: Floats, f: Floats, t: Floats) -> Floats:
    """(n + d)/2 log(1 + |L^-1 r|^2/n)."""
    return _tailed(lambda x: x.loss() * x.how.of(0.5), r, f, t)


@kernel
def student_scatter_pull(r: Floats, f: Floats, t: Floats) -> Floats:
    """Its slope in r: the weight (n + d)/(n + q) times w."""
    return _tailed(lambda x: x.share * x.w, r, f, t)


@kernel
def student_scatter_slope(r: Floats, f: Floats, t: Floats) -> Floats:
    """Its slope in f."""
    return _tailed(lambda x: -(x.share * x.factor.outer(x.w, x.z)), r, f, t)


@kernel
def student_scatter_tail(r: Floats, f: Floats, t: Floats) -> Floats:
    """Its slope in t."""
    return _tailed(lambda x: (x.n * x.excess() - x.d * x.u) * x.how.of(0.5), r, f, t)


@kernel
def student_scatter_bend(r: Floats, f: Floats, t: Floats) -> Floats:
    """Its second derivative in t."""
    return _tailed(lambda x: (x.n * x.turn() + x.d * x.u * x.v) * x.how.of(0.5), r, f, t)


@kernel
def student_scatter_pull_tail(r: Floats, f: Floats, t: Floats) -> Floats:
    """The slope in r, differentiated in t."""
    return _tailed(lambda x: x.bent() * x.w, r, f, t)


@kernel
def student_scatter_slope_tail(r: Floats, f: Floats, t: Floats) -> Floats:
    """The slope in f, differentiated in t."""
    return _tailed(lambda x: -(x.bent() * x.factor.outer(x.w, x.z)), r, f, t)


@kernel
def student_curve_r(b: Floats, c: Floats, r: Floats, f: Floats, t: Floats) -> Floats:
    """The part in r of its Hessian in r and f times (b, c)."""
    return apart(np.False_, None, lambda *given: _tailed_along(*given)[0], (b, c, r, f, t))


@kernel
def student_curve_f(b: Floats, c: Floats, r: Floats, f: Floats, t: Floats) -> Floats:
    """The part in f of its Hessian in r and f times (b, c)."""
    return apart(np.False_, None, lambda *given: _tailed_along(*given)[1], (b, c, r, f, t))


def _tailed_along(b: Floats, c: Floats, r: Floats, f: Floats, t: Floats) -> tuple[Wide, Wide]:
    x = Tail(WIDES, r, f, t)
    pull, slope = x.w, -x.factor.outer(x.w, x.z)
    one, turn = wide(b + np.zeros(r.shape)), wide(c + np.zeros(slope.m.shape))
    grown = ((one * pull).sum() + (turn * slope).sum()) * wide(2.0)  # of q
    less = x.share / x.all * grown
    dr, df = _along(b, c, r, f)
    found = x.share * df - less * slope
    for k in range(r.shape[0]):
        alone = (turn.m != 0.0).sum(axis=0) == (turn.m[k] != 0.0)
        alone &= ~(one.m != 0.0).any(axis=0)
        if alone.any():  # d^2/df_k^2, where the whole length grows or shrinks with e^f_k
            found[k] = choose(alone, _own(x, wide(r + np.zeros(one.m.shape)), k) * turn[k], found[k])
    return x.share * dr - less * pull, found


def _own(x: Tail, r: Wide, k: int) -> Wide:
    """The second derivative in f_k: z = a + e, where a alone moves, as e^-f_k.

    |a|^2 |z|^2 - (a z)^2, in which all may cancel, is the sum of the squared minors of a and e.
    """
    d, factor = r.m.shape[0], x.factor
    only, others = wide(np.zeros(r.m.shape)), Wide(r.m.copy(), r.e.copy())
    only[k] = factor.up[k] * x.z[k]
    others[k] = x.how.sum(factor.packed[below(k, d)] * x.z[:k]) if k else wide(np.zeros(factor.rows))
    a, e = factor.forward(only), factor.forward(others)
    along = (x.z * a).sum()
    total = x.n * ((a * a).sum() + along) + along * (x.z * e).sum()
    for i, j in itertools.combinations(range(d), 2):
        minor = e[i] * a[j] - e[j] * a[i]
        total = total + minor * minor
    found: Wide = x.share / x.all * total
    return found
