"""The beta prime loss and its slopes: odds y with sizes a = e^p and b = e^q, c = a + b."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel
from likelihoodkit.primitives.kernels.curves import gamma_curve
from likelihoodkit.primitives.kernels.exponential import log1pmx, times_exp
from likelihoodkit.primitives.kernels.logistic import sigmoid, softplus
from likelihoodkit.primitives.kernels.whole import gamma_peak, log_less_digamma, trigamma_excess


def _beta_gap(y: Floats, p: Floats, q: Floats) -> tuple[Floats, Floats]:
    """(a - b y)/(1 + y) over a and over b: how far the odds y are from their mean a/b."""
    odds = np.asarray(times_exp(y, q - p))  # b y/a
    share = 1.0 / (1.0 + y)
    return (1.0 - odds) * share, np.where(odds > 1e17, -y * share, np.asarray(times_exp((1.0 - odds) * share, p - q)))


def _log_parts(y: Floats, p: Floats, q: Floats) -> tuple[Floats, Floats]:
    """log(a (1 + y)/((a + b) y)) and log(b (1 + y)/(a + b))."""
    mean = p - q
    down = np.log1p(1.0 / y)
    down = np.where(np.isinf(down), -np.log(y), down)
    return down - np.asarray(softplus(-mean)), np.log1p(y) - np.asarray(softplus(mean))


def _log_rest(gap: Floats, logarithm: Floats) -> Floats:
    """log(1/(1 - gap)), the logarithm given for where the gap is not small."""
    small = np.absolute(gap) < 0.5
    return np.where(small, -np.log1p(-np.where(small, gap, 0.0)), logarithm)


def beta_prime_parts(y: Floats, p: Floats, q: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """What beta_prime_first and beta_prime_second are made of: each e^size (logarithm) + edge."""
    gap_a, gap_b = _beta_gap(y, p, q)
    part_a, part_b = _log_parts(y, p, q)
    both = np.asarray(log_less_digamma(p + softplus(q - p)))
    edge_a = np.asarray(sigmoid(p - q)) * both - np.asarray(log_less_digamma(p))
    edge_b = np.asarray(sigmoid(q - p)) * both - np.asarray(log_less_digamma(q))
    return _log_rest(gap_a, part_a), _log_rest(-gap_b, part_b), edge_a, edge_b


def _by_smaller(part: Floats, gap: Floats, other: Floats, size: Floats, smaller: Floats) -> Floats:
    """e^size part; where part is small, through e^size gap = e^smaller other, which loses fewer digits."""
    near = (np.absolute(gap) < 0.5) & (smaller < size) & (gap != 0)
    chord = np.where(near, part / np.where(near, gap, 1.0), 1.0)
    return np.where(near, np.asarray(times_exp(other * chord, smaller)), np.asarray(times_exp(part, size)))


@kernel
def beta_prime_first(y: Floats, p: Floats, q: Floats) -> Floats:
    """a (digamma(a) - digamma(a + b) - log(y/(1 + y)))."""
    first, _, edge, _ = beta_prime_parts(y, p, q)
    gap, other = _beta_gap(y, p, q)
    return np.asarray(_by_smaller(first, gap, other, p, q) + edge)


@kernel
def scaled_beta_prime_first(y: Floats, p: Floats, q: Floats, s: Floats) -> Floats:
    """e^s times that, also where a leaves the range and the product does not."""
    whole = np.asarray(beta_prime_first(y, p, q))
    far = np.asarray(times_exp(beta_prime_parts(y, p, q)[0], p + s))
    return np.where(np.isfinite(whole), np.asarray(times_exp(whole, s)), far)


@kernel
def beta_prime_second(y: Floats, p: Floats, q: Floats) -> Floats:
    """b (digamma(b) - digamma(a + b) + log(1 + y))."""
    _, second, _, edge = beta_prime_parts(y, p, q)
    other, gap = _beta_gap(y, p, q)
    return np.asarray(_by_smaller(second, -gap, -other, q, p) + edge)


def loss_of_gaps(
    y: Floats,
    sizes: tuple[Floats, Floats, Floats],
    ratio: Floats,
    gaps: tuple[Floats, Floats, Floats, Floats],
    times: tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]],
) -> Floats:
    """The loss from the logarithms of a, b, a + b and a/b, and the two gaps with their logarithms.

    And from what multiplies by a and by b.
    """
    times_a, times_b = times
    (p, q, c), (gap_a, gap_b, part_a, part_b) = sizes, gaps
    near = (np.absolute(gap_a) < 0.5) & (np.absolute(gap_b) < 0.5)
    small_a, small_b = np.where(near, gap_a, 0.0), np.where(near, gap_b, 0.0)
    close = -times_a(np.asarray(log1pmx(-small_a))) - times_b(np.asarray(log1pmx(small_b)))
    first, second = times_a(part_a), times_b(part_b)
    early = (y < 1.0) & (np.absolute(gap_a) >= 0.5)  # log y and a log y may cancel
    less = np.where(p < 1.0, np.expm1(p) * np.log(y), times_a(np.log(y)) - np.log(y))
    most = times_a(np.log1p(y) - np.asarray(softplus(-ratio))) - less
    shared = np.asarray(sigmoid(ratio)) * part_a + np.asarray(sigmoid(-ratio)) * part_b
    far = np.where(c > 300.0, np.asarray(times_exp(shared, c)), first + second)
    peak = np.asarray(gamma_peak(p)) + np.asarray(gamma_peak(q)) - np.asarray(gamma_peak(c))
    late = np.log(y) + np.where(near, close, far)
    return np.asarray(peak + np.where(early & (c <= 300.0), most + second, late))


@kernel
def beta_prime_loss(y: Floats, p: Floats, q: Floats) -> Floats:
    """log B(a, b) + (a + b) log(1 + y) - (a - 1) log y."""
    gap_a, gap_b = _beta_gap(y, p, q)
    part_a, part_b = _log_parts(y, p, q)
    gaps = gap_a, gap_b, _log_rest(gap_a, part_a), _log_rest(-gap_b, part_b)
    sizes = p, q, p + np.asarray(softplus(q - p))
    return loss_of_gaps(y, sizes, p - q, gaps, (lambda x: times_exp(x, p), lambda x: times_exp(x, q)))


# -- second derivatives: what log Gamma(c) shares with the others is taken out, what the logarithms share is added ---


def _shared(p: Floats, q: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """a b/c + a b/c^2 (c^2 trigamma(c) - c), the shares a/c and b/c, and the curvature of log Gamma(c)."""
    c = p + np.asarray(softplus(q - p))
    share, rest = np.asarray(sigmoid(p - q)), np.asarray(sigmoid(q - p))
    size = np.where(p < q, np.asarray(times_exp(rest, p)), np.asarray(times_exp(share, q)))
    return size + share * rest * np.asarray(trigamma_excess(c)), share, rest, np.asarray(gamma_curve(c))


def _scaled(first: Floats, second: Floats, p: Floats, q: Floats, u: Floats, v: Floats) -> Floats:
    """u e^p first + v e^q second, also where either overflows."""
    most = np.maximum(p, q)
    shares = u * np.asarray(times_exp(first, p - most)) + v * np.asarray(times_exp(second, q - most))
    each = u * np.asarray(times_exp(first, p)) + v * np.asarray(times_exp(second, q))
    return np.where(np.isfinite(each), each, np.asarray(times_exp(shares, most)))


@kernel
def beta_prime_pull(y: Floats, p: Floats, q: Floats, u: Floats, v: Floats) -> Floats:
    """u times the slope of beta_prime_loss in p and v times that in q."""
    first, second, edge_first, edge_second = beta_prime_parts(y, p, q)
    return np.asarray(_scaled(first, second, p, q, u, v) + (u * edge_first + v * edge_second))


@kernel
def beta_prime_bend(y: Floats, p: Floats, q: Floats, u: Floats, v: Floats, du: Floats, dv: Floats) -> Floats:
    """The second derivative along p' = u, q' = v with p'' = du, q'' = dv."""
    first, second, edge_first, edge_second = beta_prime_parts(y, p, q)
    shared, share, rest, curve = _shared(p, q)
    peak = u * u * (np.asarray(gamma_curve(p)) - share * curve) + v * v * (np.asarray(gamma_curve(q)) - rest * curve)
    edges = du * edge_first + dv * edge_second
    apart = np.where(u == v, 0.0, (u - v) ** 2 * shared)
    return np.asarray(_scaled(first, second, p, q, u * u + du, v * v + dv) + (apart + (peak + edges)))


def _log1p_less_share(t: Floats) -> Floats:
    """log(1 + x) - x/(1 + x) with x = e^t, positive."""
    x = np.exp(np.where(t < 0, t, 0.0))
    return np.where(t < 0, np.asarray(log1pmx(x)) + x * x / (1.0 + x), np.asarray(softplus(t)) - np.asarray(sigmoid(t)))


def _own_curve(gap: Floats, p: Floats, q: Floats) -> Floats:
    """e^p (gap - (log(1 + b/a) - b/c)) and what log Gamma(a) and log Gamma(c) add."""
    c = p + np.asarray(softplus(q - p))
    share, rest = np.asarray(sigmoid(p - q)), np.asarray(sigmoid(q - p))
    peaks = np.asarray(gamma_curve(p)) + share * (rest * np.asarray(trigamma_excess(c)) - np.asarray(gamma_curve(c)))
    return np.asarray(np.asarray(times_exp(gap - _log1p_less_share(q - p), p)) + peaks)


@kernel
def beta_prime_first_curve(y: Floats, p: Floats, q: Floats) -> Floats:
    """Second derivative of beta_prime_loss in p."""
    down = np.log1p(1.0 / y)
    return _own_curve(np.where(np.isinf(down), -np.log(y), down), p, q)


@kernel
def beta_prime_second_curve(y: Floats, p: Floats, q: Floats) -> Floats:
    """Second derivative of beta_prime_loss in q."""
    return _own_curve(np.log1p(y), q, p)


@kernel
def beta_prime_cross(y: Floats, p: Floats, q: Floats) -> Floats:
    """Mixed second derivative of beta_prime_loss; y does not matter."""
    return np.asarray(0.0 * y - _shared(p, q)[0])


@kernel
def beta_prime_pull_first(y: Floats, p: Floats, q: Floats, u: Floats, v: Floats) -> Floats:
    """Derivative of beta_prime_pull in p."""
    first, _, _, _ = beta_prime_parts(y, p, q)
    shared, share, _, curve = _shared(p, q)
    apart = np.where(u == v, 0.0, (u - v) * shared)
    return np.asarray(u * np.asarray(times_exp(first, p)) + (apart + u * (np.asarray(gamma_curve(p)) - share * curve)))


@kernel
def beta_prime_pull_second(y: Floats, p: Floats, q: Floats, u: Floats, v: Floats) -> Floats:
    """Derivative of beta_prime_pull in q."""
    _, second, _, _ = beta_prime_parts(y, p, q)
    shared, _, rest, curve = _shared(p, q)
    apart = np.where(u == v, 0.0, (v - u) * shared)
    return np.asarray(v * np.asarray(times_exp(second, q)) + (apart + v * (np.asarray(gamma_curve(q)) - rest * curve)))
