"""Vectors and sequences as the textbooks print them: losses of rows of numbers in raw outputs, in mpmath.

A formula takes the outcome (a list) and the outputs (jets or numbers) and gives minus the log-density, with no thought
of floating point. What sums over paths, rankings or labellings does so one by one: a score is linear in the outputs,
so the logarithm of such a sum, its slopes (expected features) and its curvature (their covariance) are one function.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from mpmath import mp, mpf

from reference.jets import Jet, Number, exp, log, log_bessel, log_gamma, sqrt, through, value

Row = Sequence[Any]


def total(terms: Sequence[Number]) -> Number:
    """A sum of jets and numbers."""
    found = terms[0]
    for term in terms[1:]:
        found = term + found if isinstance(term, Jet) else found + term
    return found


def log_partition(features: Sequence[Sequence[int]], f: list[Any]) -> Any:
    """log sum_k exp(features_k . f), with expected features as its gradient and their covariance as its Hessian."""
    scores = [mp.fsum(c * value(x) for c, x in zip(row, f, strict=True) if c) for row in features]
    top = max(scores)
    weights = [mp.exp(s - top) for s in scores]
    norm = mp.fsum(weights)
    at = top + mp.log(norm)
    if not isinstance(f[0], Jet):
        return at
    shares, width = [w / norm for w in weights], range(len(f))
    mean = [mp.fsum(p * row[i] for p, row in zip(shares, features, strict=True) if row[i]) for i in width]
    pairs = [[mp.fsum(p * r[i] * r[j] for p, r in zip(shares, features, strict=True)) for j in width] for i in width]
    curve = [[pairs[i][j] - mean[i] * mean[j] for j in width] for i in width]
    return Jet(at, mean, curve) if len(f) == len(f[0].gradient) else through(at, f, mean, curve)


def _unit(place: int, width: int) -> list[int]:
    return [int(k == place) for k in range(width)]


def _log_softmax(f: list[Number]) -> list[Number]:
    norm = log_partition([_unit(k, len(f)) for k in range(len(f))], f)
    return [x - norm for x in f]


# -- correlated errors: Mardia, Kent & Bibby (1979), ch. 3; Lange, Little & Taylor (1989), JASA 84, 881 ------------


def _whitened(r: list[Number], f: list[Number]) -> list[Number]:
    """L^-1 r for the outputs of L: logarithms of its diagonal, then what is below by rows."""
    d, z = len(r), list[Number]()
    for i in range(d):
        below = f[d + i * (i - 1) // 2 : d + i * (i + 1) // 2]
        z.append(total([r[i], *(-(a * b) for a, b in zip(below, z, strict=True))]) / exp(f[i]))
    return z


def _residuals(y: Row, f: list[Number]) -> list[Number]:
    return [mpf(a) - m for a, m in zip(y, f, strict=False)]


def multivariate_normal(y: Row, f: list[Number]) -> Number:
    d = len(y)
    z = _whitened(_residuals(y, f), f[d:])
    return total([a * a / 2 for a in z]) + total(f[d : 2 * d]) + mpf(d) / 2 * mp.log(2 * mp.pi)


def diagonal_normal(y: Row, f: list[Number]) -> Number:
    d = len(y)
    terms = [(r / exp(s)) ** 2 / 2 + s for r, s in zip(_residuals(y, f), f[d:], strict=True)]
    return total(terms) + mpf(d) / 2 * mp.log(2 * mp.pi)


def isotropic_normal(y: Row, f: list[Number]) -> Number:
    return diagonal_normal(y, [*f[:-1], *[f[-1]] * len(y)])


def multivariate_t(y: Row, f: list[Number]) -> Number:
    d = len(y)
    z, df = _whitened(_residuals(y, f), f[d:-1]), exp(f[-1])
    constant = log_gamma((df + d) / 2) - log_gamma(df / 2) - log(df * mp.pi) * mpf(d) / 2
    return total(f[d : 2 * d]) - constant + (df + d) / 2 * log(1 + total([a * a for a in z]) / df)


# -- shares: Kotz, Balakrishnan & Johnson (2000), ch. 49; Mosimann (1962), Biometrika 49, 65 -----------------------


def dirichlet(y: Row, f: list[Number]) -> Number:
    c = exp(f[-1])
    parts = [exp(s + f[-1]) for s in _log_softmax(f[:-1])]
    return total([log_gamma(a) - (a - 1) * mp.log(s) for a, s in zip(parts, y, strict=True)]) - log_gamma(c)


def _log_ways(y: Row) -> Any:
    return mp.loggamma(mp.fsum(y) + 1) - mp.fsum(mp.loggamma(mpf(k) + 1) for k in y)


def multinomial(y: Row, f: list[Number]) -> Number:
    return total([s * -mpf(k) for s, k in zip(_log_softmax(f), y, strict=True)]) - _log_ways(y)


def _log_rising(logarithm: Number, count: int) -> list[Number]:
    """log of a (a + 1) ... (a + count - 1)."""
    return [logarithm, *(log(exp(logarithm) + k) for k in range(1, count))] if count else []


def dirichlet_multinomial(y: Row, f: list[Number]) -> Number:
    parts = [s + f[-1] for s in _log_softmax(f[:-1])]
    own = [-term for a, k in zip(parts, y, strict=True) for term in _log_rising(a, int(k))]
    return total([*own, *_log_rising(f[-1], int(sum(y)))]) - _log_ways(y)


# -- directions: Mardia & Jupp (2000), 9.3.2 ----------------------------------------------------------------------


def von_mises_fisher(y: Row, f: list[Number]) -> Number:
    """k^(d/2-1) e^(k mu.y) / ((2 pi)^(d/2) I_(d/2-1)(k)); Bessel functions of half orders are elementary."""
    d, k = len(y), exp(f[-1])
    length = sqrt(total([x * x for x in f[:-1]]))
    along = total([x * mpf(a) for x, a in zip(f[:-1], y, strict=True)]) / length
    if d == 2:
        return log(2 * mp.pi) + log_bessel(k) - k * along
    twice = exp(k) - exp(-k)  # 2 sinh
    if d == 5:
        twice = exp(k) + exp(-k) - twice / k
    order = mpf(d) / 2 - 1
    bessel = log(twice) - mp.log(2) + (mp.log(2 / mp.pi) - f[-1]) / 2
    return bessel + mpf(d) / 2 * mp.log(2 * mp.pi) - f[-1] * order - k * along


# -- orders and sequences -----------------------------------------------------------------------------------------


def plackett_luce(y: Row, f: list[Number]) -> Number:
    """Plackett (1975): each time one among those that are left."""
    left, terms = list(range(len(f))), list[Number]()
    for item in (int(k) for k in y if k >= 0):
        terms.append(log_partition([_unit(k, len(f)) for k in left], f) - f[item])
        left.remove(item)
    return total(terms)


def _path(path: Sequence[int], classes: int, *, pairs: bool) -> list[int]:
    """How often a path meets each class at each step, and each pair of neighbours."""
    found = [int(k == c) for k in path for c in range(classes)]
    if pairs:
        met = list(itertools.pairwise(path))
        found += [met.count((a, b)) for a in range(classes) for b in range(classes)]
    return found


def linear_chain(classes: int) -> Callable[[Row, list[Number]], Number]:
    """Lafferty, McCallum & Pereira (2001): path by path."""

    def loss(y: Row, f: list[Number]) -> Number:
        paths = itertools.product(range(classes), repeat=len(y))
        every = log_partition([_path(p, classes, pairs=True) for p in paths], f)
        return every - log_partition([_path([int(k) for k in y], classes, pairs=True)], f)

    return loss


def alignment(classes: int, blank: int = 0) -> Callable[[Row, list[Number]], Number]:
    """Graves et al. (2006): all paths that collapse to the labelling, among all paths."""

    def loss(y: Row, f: list[Number]) -> Number:
        wanted = [int(k) for k in y if k >= 0]
        paths = list(itertools.product(range(classes), repeat=len(f) // classes))
        met = [p for p in paths if [k for k, _ in itertools.groupby(p) if k != blank] == wanted]
        both = ([_path(p, classes, pairs=False) for p in chosen] for chosen in (paths, met))
        return log_partition(next(both), f) - log_partition(next(both), f)

    return loss


# -- losses of rows -----------------------------------------------------------------------------------------------


def steps_cross_entropy(classes: int) -> Callable[[Row, list[Number]], Number]:
    def loss(y: Row, f: list[Number]) -> Number:
        terms = [0 * f[0]]
        for t, k in enumerate(int(k) for k in y):
            if k >= 0:
                own = [_unit(t * classes + c, len(f)) for c in range(classes)]
                terms.append(log_partition(own, f) - f[t * classes + k])
        return total(terms)

    return loss


def cross_entropy(y: Row, f: list[Number]) -> Number:
    return total([s * -mpf(t) for s, t in zip(_log_softmax(f), y, strict=True)])


def _entropy(y: Row) -> Any:
    return -mp.fsum(mpf(t) * mp.log(t) for t in y if t)


def kl_divergence(y: Row, f: list[Number]) -> Number:
    """sum y log(y/p) - y + p: the targets may add up to one but for their rounding."""
    return cross_entropy(y, f) - _entropy(y) + (1 - mp.fsum(y))


def reverse_kl(y: Row, f: list[Number]) -> Number:
    return total([exp(s) * (s - mp.log(t)) for s, t in zip(_log_softmax(f), y, strict=True)]) + (mp.fsum(y) - 1)


def jensen_shannon(y: Row, f: list[Number]) -> Number:
    parts = []
    for s, t in zip(_log_softmax(f), y, strict=True):
        p, middle = exp(s), (exp(s) + mpf(t)) / 2
        parts.append((p * (s - log(middle)) + mpf(t) * ((mp.log(t) if t else 0) - log(middle))) / 2)
    return total(parts)


def expected_cost(y: Row, f: list[Number]) -> Number:
    return total([exp(s) * mpf(c) for s, c in zip(_log_softmax(f), y, strict=True)])


def cosine_distance(y: Row, f: list[Number]) -> Number:
    along = total([x * mpf(a) for x, a in zip(f, y, strict=True)])
    return 1 - along / sqrt(total([x * x for x in f])) / mp.sqrt(mp.fsum(mpf(a) ** 2 for a in y))
