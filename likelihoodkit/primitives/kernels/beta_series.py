"""log I_x(a, b) of a beta law with a small concentration c, by the logits z of x and f of the mean and by g = log c.

Nearly all mass lies at 0 and 1, 1 - m and m of it, and what the shapes a = c m and b = c (1 - m) say besides is as
small as they are: log I = log(1 - m) + T with T = a log x + log(1 + a S) and the logarithm of Gamma(1 + a + b) over
Gamma(1 + a) Gamma(1 + b), where S is the sum of (1 - b)_k x^k/(k! (a + k)). Of x beyond 1/2 it is what the same leaves
with a and b exchanged. No slope in g is the difference of two that are not small.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._rows import complement
from likelihoodkit.primitives.kernels._tools import Floats
from likelihoodkit.primitives.kernels.gamma import trigamma
from likelihoodkit.primitives.kernels.logistic import sigmoid, softplus
from likelihoodkit.primitives.kernels.rising import digamma_rising, trigamma_rising
from likelihoodkit.primitives.kernels.rising_gaps import log_rising_gap

FEW = -0.05  # log of a concentration up to which it is taken: no k - b is 0
TERMS = 54  # 2^-54 is no digit beside the first
SURE = -0.7  # T from which the mass on the other side is told by itself


def in_outputs(rows: Floats, f: Floats) -> Floats:
    """Rows in log a and log b as rows in f and g."""
    value, a, b, aa, ab, bb = rows
    m, rest = np.asarray(sigmoid(f)), np.asarray(sigmoid(-f))
    return np.stack([
        value, rest * a - m * b, a + b,
        rest * rest * aa - 2.0 * m * rest * ab + m * m * bb - m * rest * (a + b),
        rest * (aa + ab) - m * (ab + bb), aa + 2.0 * ab + bb,
    ])  # fmt: skip


def series(a: Floats, b: Floats, x: Floats) -> Floats:
    """log(1 + a S) with its derivatives in log a and log b."""
    w, in_a, in_b, aa, ab, bb = np.zeros((6, *x.shape))
    term, lean, bend = np.ones_like(x), np.zeros_like(x), np.zeros_like(x)
    for k in range(1, TERMS):
        less = k - b
        term = term * (less * x / k)
        lean, bend = lean - b / less, bend - (b / less) ** 2
        share, move = a * term / (a + k), k / (a + k)
        turn = lean + lean * lean + bend  # twice in log b, of a product of k - b
        w, in_a, in_b = w + share, in_a + share * move, in_b + share * lean
        aa, ab, bb = aa + share * move * (2.0 * move - 1.0), ab + share * move * lean, bb + share * turn
    rows = np.stack([in_a, in_b, aa, ab, bb]) / (1.0 + w)
    rows[2:] -= np.stack([rows[0] ** 2, rows[0] * rows[1], rows[1] ** 2])
    return np.asarray(np.concatenate([np.log1p(w)[None], rows]))


def _more(z: Floats, f: Floats, g: Floats) -> Floats:
    """T and its derivatives in f and g, for x up to 1/2."""
    a, b = np.exp(g - softplus(-f)), np.exp(g - softplus(f))
    power = -a * np.asarray(softplus(-z))
    first, second = a * np.asarray(digamma_rising(1.0 + a, b)), b * np.asarray(digamma_rising(1.0 + b, a))
    rows = series(a, b, np.asarray(sigmoid(z)))
    rows += np.stack([
        power + np.asarray(log_rising_gap(np.ones_like(a), a, b)), power + first, second,
        power + first + a * a * np.asarray(trigamma_rising(1.0 + a, b)), a * b * np.asarray(trigamma(1.0 + a + b)),
        second + b * b * np.asarray(trigamma_rising(1.0 + b, a)),
    ])  # fmt: skip
    return in_outputs(rows, f)


def _with_mean(rows: Floats, f: Floats) -> Floats:
    """log(1 - m) added."""
    m, zero = np.asarray(sigmoid(f)), np.zeros_like(f)
    return np.asarray(rows + np.stack([-softplus(f), -m, zero, -m * np.asarray(sigmoid(-f)), zero, zero]))


def _beyond(z: Floats, f: Floats, g: Floats) -> Floats:
    """For x beyond 1/2: log(1 - m e^T) of the other side's T, which is log(1 - m) + log(1 - e^f (e^T - 1))."""
    signs = np.array([1.0, -1.0, 1.0, 1.0, -1.0, 1.0])[:, None]
    other = signs * _more(-z, -f, g)
    t, in_f, in_g, ff, fg, gg = other
    odds = np.exp(f)
    lost = -odds * np.expm1(t)
    left = 1.0 + lost
    share = odds * np.exp(t) / left  # of m e^T in what is left
    one = lost / left
    # of log(1 - e^f (e^T - 1)): e^f moves with f, too
    slope_f, slope_g = one - share * in_f, -share * in_g
    near = np.stack([
        np.log1p(lost), slope_f, slope_g,
        one - share * (2.0 * in_f + in_f * in_f + ff) - slope_f * slope_f,
        -share * (in_g + in_f * in_g + fg) - slope_f * slope_g, -share * (in_g * in_g + gg) - slope_g * slope_g,
    ])  # fmt: skip
    with np.errstate(all="ignore"):
        far = complement(signs * _with_mean(signs * other, -f))
    return np.where(t < SURE, far, _with_mean(near, f))


def of_few(z: Floats, f: Floats, g: Floats) -> tuple[Floats]:
    """log I, its slopes in f and g, and its curvatures ff, fg, gg."""
    rows, right = np.empty((6, z.size)), z > 0
    rows[:, ~right] = _with_mean(_more(z[~right], f[~right], g[~right]), f[~right])
    rows[:, right] = _beyond(z[right], f[right], g[right])
    return (rows,)
