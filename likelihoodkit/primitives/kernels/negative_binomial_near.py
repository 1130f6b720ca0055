"""Tails of negative binomial counts where they are few, or nearly Poisson: what their logarithms cannot tell.

With r = e^-a, m = e^f and q = m/(m + r) the slope of log p(k) in r is (sum over j < k of (m - j)/(r + j))/(r + m) less
its mean. Of that sum (k m - k (k - 1)/2)/r is most where r is large, and its tail has a closed form (Stein's identity),
-(m/2)(1 + y/r) p(y) (y - m + m/r): it vanishes at y = m, where a difference of sums would keep nothing.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.logistic import sigmoid, softplus
from likelihoodkit.primitives.kernels.rests import exp_rest, sigmoid_rest, two_product, two_sum

LEAST = -2.0  # log of a p(0) whose rounding is no more than that of the terms
FEW = 12.0  # counts up to which a product of ratios has its digits
LONG = 100.0  # counts up to which a factorial is divided by at the end
MOST = 60.0  # counts that are summed one by one
DIGIT = 1e-19
NEAR = 4.0  # log r less log of counts beyond which the closed form is most of the slope, as a factor


def _start(f: Floats, a: Floats) -> tuple[Floats, Floats, Floats]:
    """log p(0), q and r q."""
    z = a + f  # rounded, which e^z tells and log(1 + e^z)/e^z does not
    x = np.exp(np.minimum(z, 0.0))
    rising = np.exp(f) * np.where(x == 0.0, 1.0, np.log1p(x) / np.where(x == 0.0, 1.0, x))
    none = np.where(z < 0.0, rising, np.asarray(times_exp(softplus(z), -a)))
    return -none, np.asarray(sigmoid(z)), np.asarray(times_exp(sigmoid(-z), f))


def few_counts(y: Floats, f: Floats, a: Floats, *, above: bool) -> Floats:
    """P(Y > y) or P(Y <= y) by products where all of them are ordinary numbers, else NaN."""
    log_p, q, few = _start(f, a)
    there = (y <= FEW) & (log_p > LEAST) & (np.absolute(a) < 600.0)
    share = np.full_like(f, np.nan)
    if there.any():
        y, q, few, f, z = y[there], q[there], few[there], f[there], (a + f)[there]
        # what rounding takes of q, of r q and of each product and sum is given back
        lost, gain = np.asarray(sigmoid_rest(z, q)), np.exp(f)
        less = few * (np.asarray(exp_rest(f, gain)) / gain) - gain * (lost + (np.asarray(sigmoid(-z)) + (q - 1.0)))
        product, total, k, factorial = np.exp(log_p[there]), np.zeros_like(y), 0.0, 1.0
        gone, rest = np.zeros_like(y), np.zeros_like(y)
        while k <= FEW or (above and np.any(product > DIGIT * factorial * total)):
            total, more = two_sum(total, np.where((k > y) == above, product * (1.0 + gone) / factorial, 0.0))
            rest = rest + more
            inner, low = two_product(q, np.full_like(q, k))
            factor, short = two_sum(inner, few)
            product, part = two_product(product, factor)
            gone = gone + part / np.where(product > 0.0, product, 1.0) + (low + short + k * lost + less) / factor
            k += 1.0
            factorial *= k
            if k == LONG:  # beyond it ratios are taken at once
                product, factorial = product / factorial, 1.0
            elif k > LONG:
                product, factorial = product / k, 1.0
        total = total + rest
        share[there] = total
    return share


def dispersion_slope(found: Floats, y: Floats, f: Floats, a: Floats, *, above: bool) -> Floats:
    """The slope of the logarithm of that in a: as it was found, or by the closed form where r is large."""
    m = np.exp(f)
    there = (y >= 0.0) & (y < MOST) & (m < MOST) & (np.exp(a) * NEAR * np.maximum(y + 1.0, m) < 1.0) & (f > -300.0)
    there &= a > -300.0
    slope = found.copy()
    if there.any():
        slope[there] = _nearly_poisson(y[there], f[there], a[there], above)
    return slope


def _nearly_poisson(y: Floats, f: Floats, a: Floats, above: bool) -> Floats:
    log_p, q, few = _start(f, a)
    m, e, sign = np.exp(f), np.exp(a), 1.0 if above else -1.0
    term, rest = np.exp(log_p), np.zeros_like(f)  # p(k), and r^2 times what the closed form leaves of the sum
    total, mean, inside, seen = np.zeros((4, f.size))
    weight, at_y = np.ones_like(f), np.ones_like(f)  # p(k) over that of the first count of the tail
    k = 0.0
    while k <= y.max() + 1.0 or np.any(term > DIGIT * total) or (above and np.any(weight > DIGIT * inside)):
        if above:
            weight = np.where(k == y + 1.0, 1.0, weight)
        there = (k > y) == above
        total, mean = total + term, mean + term * rest
        inside, seen = inside + np.where(there, weight, 0.0), seen + np.where(there, weight * rest, 0.0)
        at_y = np.where(k == y, weight, at_y)
        ratio = (k * q + few) / (k + 1.0)
        rest = rest - (m - k) * k / (1.0 + k * e)
        term, weight = term * ratio, weight * ratio
        k += 1.0
    share = (y + 1.0) / (y * q + few) / inside if above else at_y / inside  # p(y) over the tail
    off = np.where(y == 1.0, -np.expm1(f), y - m)
    closed = 0.5 * m * (1.0 + y * e) * share * (off + m * e)
    return np.asarray(np.asarray(sigmoid(-(a + f))) * e * (sign * closed - e * (seen / inside - mean / total)))
