"""Conway-Maxwell-Poisson laws that no sum reaches: a dispersion next to nothing, or a mode beyond the numbers.

With kappa = nu j, s = log rate/nu and a = -(1 + n + s), nu = e^n, terms are exp(-kappa (log kappa + a)) but for the
Stirling term, which nu takes away; counts are so many that the sum is the integral over kappa divided by nu.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.loading.later import special
from likelihoodkit.primitives.kernels._tools import Floats
from likelihoodkit.primitives.kernels.logistic import sigmoid, softplus

LOG_TWO_PI = math.log(2.0 * math.pi)
TINY = -60.0  # log nu below which Stirling's logarithm is nothing beside the rest
POINTS = 641  # of the double exponential rule; a bell in log kappa is at least 1/45 wide
LARGEST = 1e10  # counts up to which log y! is asked for


@dataclass(frozen=True)
class Answers:
    """The loss, its slopes and curvatures."""

    loss: Floats
    f: Floats
    n: Floats
    ff: Floats
    fn: Floats
    nn: Floats

    def put(self, where: NDArray[np.intp], found: Answers) -> None:
        """Enter what was found for some rows."""
        for entry in fields(self):
            getattr(self, entry.name)[where] = getattr(found, entry.name)


def exponent(f: Floats, n: Floats) -> Floats:
    """f e^-n; e^-n may leave the range where the product does not."""
    half = np.exp(-0.5 * n)
    one_step = (np.absolute(n) < 700.0) | (f == 0.0)
    return np.where(one_step, f * np.exp(np.where(one_step & (f != 0.0), -n, 0.0)), f * half * half)


def _of_outcome(y: Floats, f: Floats, n: Floats, s: Floats) -> tuple[Floats, Floats]:
    """nu log y! - y f, and nu log y!."""
    nu = np.exp(n)
    few = y < LARGEST
    small = np.where(few, y, 0.0)
    factorial = nu * special.gammaln(small + 1.0)
    kappa = nu * np.where(few, 0.0, y)
    log_y = np.log(np.where(few, 1.0, y)) - 1.0
    # y enters here only where it is large, and s only where nu y is: both may be infinite elsewhere
    apart = kappa * (log_y - np.where(kappa > 0.0, s, 0.0))
    whole = np.where(few | (kappa < 1e-3), factorial + kappa * log_y - y * f, apart)
    return whole, factorial + kappa * log_y


def wide(y: Floats, f: Floats, n: Floats, s: Floats) -> Answers:
    """The law as an integral, for n < -60 and nu mu up to some thousands."""
    a = -(1.0 + n + s)
    flat = a > 1.0  # nearly geometric; else a bell
    known = np.where(flat, a, 2.0)
    # what a count's logarithm is measured from: nu a where that is a number, or its logarithm
    plain = (n > -700.0) | (f < -1e-303)
    w = np.where(plain, np.exp(n) * np.where(np.isinf(n), 0.0, -1.0 - n) - f, 1.0)
    log_w = np.where(plain & flat, np.log(w), np.where(flat, n + np.log(known), n - 1.0 + a))
    w = np.where(plain & flat, w, np.exp(log_w))
    size = np.where(flat, 1.0 / known, np.exp(1.0 - np.where(flat, 1.0, a)))
    rise = np.where(flat, 1.0 - np.where(np.isinf(known), 0.0, np.log(known) / known), size)

    x = np.linspace(-4.2, 4.2, POINTS)
    t = np.exp(x - np.exp(-x))
    log_t = x - np.exp(-x)
    logs = -t * (rise[:, None] + size[:, None] * log_t)
    top = np.max(logs, axis=1)
    weights = np.exp(logs - top[:, None]) * (t * (1.0 + np.exp(-x)) * (x[1] - x[0]))
    total = np.sum(weights, axis=1)
    weights /= total[:, None]
    level = -size * np.where(size > 0.0, log_w + 1.0, 0.0)
    factorials = (size[:, None] * log_t + level[:, None]) * t
    mean, mean_factorial = weights @ t, np.sum(weights * factorials, axis=1)
    far, out = t - mean[:, None], factorials - mean_factorial[:, None]
    spread = np.sum(weights * far * far, axis=1)
    whole, factorial = _of_outcome(y, f, n, s)
    slope = factorial - mean_factorial
    share = np.where(f == 0.0, 0.0, f / w)
    # by parts: with few words of the rate the two of a variance less its mean are as good as equal
    bend = np.where(
        np.absolute(share) < 0.5,
        share * mean + (size - share) ** 2 * spread,
        np.sum(weights * out * out, axis=1) - mean_factorial,
    )
    return Answers(
        (np.log(total) + top - log_w) + whole,
        mean / w - y,
        slope,
        spread / w / w,
        -np.sum(weights * far * out, axis=1) / w,
        factorial + bend,
    )


def far(y: Floats, f: Floats, n: Floats, s: Floats) -> Answers:
    """The saddle point, where mu itself leaves the range, with what a dispersion of nothing leaves of its series.

    Gaunt, Iyengar, Olde Daalhuis and Simsek (2019), Annals of the Institute of Statistical Mathematics 71, 163-180.
    """
    log_size = n + s
    size = np.exp(log_size)
    some = np.isfinite(size)
    q = np.where(some, 1.0 / size, 0.0)
    series = -q * (1.0 / 24.0 + q * (1.0 / 48.0 + q * 0.0279522))
    first = q * (1.0 / 24.0 + q * (1.0 / 24.0 + q * 0.0838566))  # its slopes in log size
    second = -q * (1.0 / 24.0 + q * (1.0 / 12.0 + q * 0.25157))
    s = np.where(some, s, 0.0)
    stirling = np.where(n < TINY, 0.5, 0.0)
    whole, factorial = _of_outcome(y, f, n, s)
    turn = 1.0 - s
    slope = size * turn + stirling * (first * turn * 2.0 - s - 1.0) + factorial
    bend = size * (turn * turn + s) + stirling * (2.0 * (second * turn * turn + first * s) + s) + factorial
    value = size + stirling * (s + LOG_TWO_PI - n + 2.0 * series) + whole
    endless = np.full(y.shape, np.inf)
    return Answers(
        np.where(some, value, np.inf),
        endless,
        np.where(some, slope, -np.inf),
        np.exp(np.where(some, s, log_size) - n),
        -endless,
        np.where(some, bend, np.inf),
    )


def two_counts(y: Floats, f: Floats) -> Answers:
    """An infinite dispersion: only 0 and 1 happen, as with Bernoulli."""
    happens = y < 2.0
    one = np.asarray(sigmoid(f))
    none = np.zeros(y.shape)
    impossible = np.where(happens, 0.0, np.inf)
    loss = np.where(y == 0.0, softplus(f), np.where(happens, softplus(-f), np.inf))
    pull = np.where(y == 1.0, -np.asarray(sigmoid(-f)), one - y)
    return Answers(loss, pull, impossible, one * np.asarray(sigmoid(-f)), none, impossible)
