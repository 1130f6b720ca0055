"""Where to try the words of single families whose support moves with their parameters."""

from __future__ import annotations

from collections.abc import Callable

import mpmath as mp
import numpy as np

from primitives.reference import Case, _magnitudes
from reference import conway
from reference.sums import SUMS, amounts

Draw = Callable[[np.random.Generator, int, float], tuple[np.ndarray, ...]]
Row = tuple[Draw, tuple[tuple[float, ...], ...], int, float]

_TINY = ((1.0, 0.0, 1e-9), (2.0, 1.0, -1e-12), (0.5, -1.0, 1e-20), (7.0, 0.0, -1e-4))


def _excess(g: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    """Amounts inside the support: shape times y/scale above -0.9."""
    y, t = _magnitudes(g, n, 1e-3, 1e3), g.uniform(-3, 3, n)
    return y, t, np.maximum(g.uniform(-1.5, 3, n), -0.9 * np.exp(t) / y)


def _extreme(g: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    """Distances on either side of a location, inside the support."""
    r, t = g.normal(0, 3, n), g.uniform(-2, 2, n)
    limit, a = 0.9 * np.exp(t) / np.abs(r), g.uniform(-1.5, 3, n)
    return r, t, np.where(r > 0, np.maximum(a, -limit), np.minimum(a, limit))


def _behind_softplus(draw: Draw) -> Draw:
    """The same, and what the scale is softplus of."""
    return lambda g, n, top: (*draw(g, n, top), g.uniform(-20, 40, n))


def _difference(g: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    """A whole number near or far from the difference of two rates, and their logs."""
    u, v = g.uniform(-6, 7, n), g.uniform(-6, 7, n)
    far = np.floor(np.exp(g.uniform(-1, 6, n))) * g.choice([-1, 1], n)
    near = np.round(np.exp(u) - np.exp(v) + g.normal(0, 1, n) * np.sqrt(np.exp(u) + np.exp(v)))
    return np.where(g.random(n) < 0.5, near, far), u, v


def _relative(g: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    """log of a relative dispersion, and a power between 1 and 2 of few digits."""
    return g.uniform(-4, 5, n), np.round(g.uniform(1.05, 1.95, n), 3)


def _counted(s: mp.mpf, p: mp.mpf) -> tuple[mp.mpf, mp.mpf, mp.mpf]:
    """S, its slope and its curve, from the series and the moments of its terms."""
    b, c = 2 - p, p - 1
    middle = mp.exp(-s) / b
    log_sum, mean, variance = amounts(-s / c - mp.log(b) - b / c * mp.log(c), b / c, middle)
    return mp.exp(-s) / (b * c) - log_sum, (mean - middle) / c, (middle - variance / c) / c


def _share(y: mp.mpf, f: mp.mpf, g: mp.mpf, p: mp.mpf) -> mp.mpf:
    return SUMS[-1].cdf(y, mp.exp(f), mp.exp(g), p)


def _paid(g: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    """Amounts, logs of mean and dispersion, and a power."""
    y, p = _magnitudes(g, n, 1e-2, 1e2), np.round(g.uniform(1.05, 1.95, n), 3)
    return y, g.uniform(-2, 3, n), g.uniform(-2, 2, n), p


def _seldom(g: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    """The same with few amounts to add up: their incomplete gamma functions take mpmath long."""
    p = np.round(g.uniform(1.3, 1.8, n), 1)
    return _magnitudes(g, n, 0.3, 6), g.uniform(-0.5, 1, n), g.uniform(0, 1, n), p


def _extreme_information(a: mp.mpf, first: mp.mpf, second: mp.mpf) -> mp.mpf:
    """Prescott and Walden (1980), Biometrika 67, 723-724, at scale 1, for the log of the scale; a is not 0."""
    p, g, e = (1 + a) ** 2 * mp.gamma(1 + 2 * a), mp.gamma(2 + a), 1 - mp.euler
    q = g * (mp.psi(0, 1 + a) + (1 + a) / a)
    entries = {
        (0, 0): p,
        (0, 1): (g - p) / a,
        (0, 2): (p / a - q) / a,
        (1, 1): (1 - 2 * g + p) / a**2,
        (1, 2): (q - e - (1 - g) / a - p / a) / a**2,
        (2, 2): (mp.pi**2 / 6 + (e + 1 / a) ** 2 - 2 * q / a + p / a**2) / a**2,
    }
    return entries[int(first), int(second)]


def _one_entry(g: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    """Shapes, and the same entry for all."""
    return g.uniform(-0.45, 3, n), np.full(n, 1.0), np.full(n, 2.0)


def _extreme_moment(a: mp.mpf, which: mp.mpf, order: mp.mpf) -> mp.mpf:
    """Derivatives of (Gamma(1 - a) - 1)/a and (Gamma(1 - 2 a) - Gamma(1 - a)^2)/a^2."""
    parts = {
        1: lambda x: (mp.gamma(1 - x) - 1) / x,
        2: lambda x: (mp.gamma(1 - 2 * x) - mp.gamma(1 - x) ** 2) / x**2,
    }
    with mp.workdps(60 + mp.mp.dps):
        near = a + mp.mpf(10) ** -40  # the closed forms have no value at 0
        return mp.diff(parts[int(mp.nint(which))], near, int(mp.nint(order)))


def _one_moment(g: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    return g.uniform(-2, 0.45, n), np.full(n, 2.0), np.full(n, 2.0)


def _conway(what: str) -> Callable[..., mp.mpf]:
    def definition(y: mp.mpf, f: mp.mpf, n: mp.mpf) -> mp.mpf:
        nu, own = mp.exp(n), mp.loggamma(mp.mpf(y) + 1)
        at = conway.sums(mp.mpf(f), nu)
        slope = nu * (own - at.log_mean)
        known = {
            "loss": at.log_z - y * f + nu * own,
            "f": at.mean - y,
            "n": slope,
            "ff": at.spread,
            "fn": -nu * at.both,
        }
        return known[what] if what in known else slope + nu**2 * at.log_spread

    return definition


def _dispersed(g: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    """Few counts, log rates and log dispersions, mostly with short sums: mpmath takes a second for a long one."""
    count = max(n // 5, 1)
    log_nu = g.uniform(-1, 3, count)
    return np.floor(np.exp(g.uniform(0, 5, count))) - 1, np.exp(log_nu) * g.uniform(-3, 4, count), log_nu


def _conway_tail(what: str, upper: bool) -> Callable[..., mp.mpf]:
    """Plain sums over the counts up to y, or beyond."""

    def definition(y: mp.mpf, f: mp.mpf, n: mp.mpf) -> mp.mpf:
        nu, at = mp.exp(n), conway.sums(mp.mpf(f), mp.exp(n))
        mode = int(mp.floor(mp.exp(f / nu))) if f > 0 else 0
        end = max(int(y), mode) + 2
        counts = [mp.mpf(k) for k in (range(int(y) + 1, 3 * end + 2000) if upper else range(int(y) + 1))]
        logs = [mp.loggamma(k + 1) for k in counts]
        weights = [mp.exp(f * k - nu * log) for k, log in zip(counts, logs, strict=True)]
        total = mp.fsum(weights)
        mean, log_mean = (mp.fdot(weights, column) / total for column in (counts, logs))
        spread = mp.fdot(weights, [(k - mean) ** 2 for k in counts]) / total
        log_spread = mp.fdot(weights, [(log - log_mean) ** 2 for log in logs]) / total
        both = mp.fdot(weights, [(k - mean) * (log - log_mean) for k, log in zip(counts, logs, strict=True)]) / total
        slope = nu * (at.log_mean - log_mean)
        return {
            "loss": mp.log(total) - at.log_z,
            "f": mean - at.mean,
            "n": slope,
            "ff": spread - at.spread,
            "fn": nu * (at.both - both),
            "nn": slope + nu**2 * (log_spread - at.log_spread),
        }[what]

    return definition


def _counts_on_either_side(g: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    count = max(n // 5, 1)
    log_nu = g.uniform(-1, 1, count)
    return np.floor(np.exp(g.uniform(0, 4, count))) - 1, np.exp(log_nu) * g.uniform(-2, 4, count), log_nu


_CONWAY_TAILS = ((3.0, 1.0, 0.0), (0.0, 0.0, -1.0), (300.0, 5.1, -0.1), (0.0, -30.0, 1.0), (400.0, 5.0, 0.0))
_CONWAY = (
    (3.0, 1.0, 0.0),
    (0.0, 0.0, -5.0),
    (900.0, 5.1, -0.3),
    (0.0, -30.0, 1.0),
    (5.0, 8.0, 0.0),
)
#: name -> definition, arguments to draw, further points, digits lost per decade, bound
FAMILY_CASES: dict[str, Case] = {
    # nn is a variance less a mean, which for many counts are as good as equal
    **{
        f"conway_maxwell_poisson_{what}": Case(_conway(what), _dispersed, _CONWAY, 1, 100.0 if what == "nn" else 4.0)
        for what in ("loss", "f", "n", "ff", "fn", "nn")
    },
    **{
        f"log_conway_{tail}" + (f"_{what}" if what != "loss" else ""): Case(
            _conway_tail(what, tail == "survival"), _counts_on_either_side, _CONWAY_TAILS, 1, bound
        )
        for tail in ("cdf", "survival")
        for what, bound in (("loss", 2.0), ("f", 2.0), ("n", 4.0), ("ff", 8.0), ("fn", 32.0), ("nn", 16.0))
    },
    # rounded terms of 1/a^4 in the middle range: 1e-13 is more than a curvature needs
    "extreme_value_moment": Case(
        _extreme_moment, _one_moment, ((-0.2, 2.0, 2.0), (0.0, 2.0, 2.0), (0.4, 2.0, 2.0)), 20, 1e3
    ),
    "extreme_value_information": Case(_extreme_information, _one_entry, ((-0.2, 1.0, 2.0), (1e-3, 1.0, 2.0)), 20, 1e3),
    "tweedie_normaliser": Case(lambda s, p: _counted(s, p)[0], _relative, ((-7.0, 1.5), (0.0, 1.25)), 1, 8.0),
    "tweedie_normaliser_slope": Case(lambda s, p: _counted(s, p)[1], _relative, ((-7.0, 1.5),), 1, 200.0),
    "tweedie_normaliser_curve": Case(lambda s, p: _counted(s, p)[2], _relative, (), 1, 1e6),
    "tweedie_cdf": Case(_share, _seldom, ((0.0, 1.0, 0.0, 1.5),), 1, 100.0),
    "tweedie_survival": Case(lambda y, f, g, p: 1 - _share(y, f, g, p), _seldom, ((0.0, 1.0, 0.0, 1.5),), 1, 100.0),
}
_EVEN = ((0.0, 3.0, 3.0), (0.0, 2.47, 2.47), (-12.0, -20.0, 5.0), (24.0, -30.0, -30.0), (1000.0, 7.0, 3.0))
#: name -> (arguments to draw, further points, digits lost per decade, bound)
FAMILY_ROWS: dict[str, Row] = {
    **{
        f"generalized_pareto_{name}": (_excess, _TINY, 20, bound)
        for name, bound in (
            ("loss", 2.0), ("scale", 2.0), ("shape", 4.0), ("scale_curve", 4.0), ("cross", 4.0), ("shape_curve", 8.0),
        )
    },
    **{
        f"extreme_value_{name}": (_extreme, _TINY, 20, bound)
        for name, bound in (
            ("loss", 2.0), ("pull", 4.0), ("scale", 4.0), ("shape", 4.0), ("pull_curve", 4.0), ("turning", 8.0),
            ("pull_scale", 4.0), ("pull_shape", 8.0), ("scale_curve", 4.0), ("scale_shape", 8.0), ("shape_curve", 8.0),
        )
    },
    "generalized_pareto_softplus_curve": (
        _behind_softplus(_excess), ((3.0, 1.0, 1e8, 30.0), (2.0, 0.0, 1e60, 9.0), (2.0, -1.0, 0.5, -40.0)), 20, 8.0
    ),
    "extreme_value_softplus_curve": (
        _behind_softplus(_extreme), ((105.0, 3.4012, 1e8, 30.0), (9.0, 2.0, 1e60, 7.0), (2.0, -1.0, 0.5, -9.0)), 20, 8.0
    ),
    **{f"skellam_{name}": (_difference, _EVEN, 40, 4.0) for name in ("loss", "first", "cross")},
    "skellam_bend": (_difference, _EVEN, 40, 32.0),
    "tweedie_deviance_half": (
        _paid, ((1.0, 1e-9, 0.0, 1.5), (2.0, 0.6931471805599453, -3.0, 1.25)), 20, 4.0
    ),
    "tweedie_pull": (_paid, ((1.0, 1e-9, 0.0, 1.5), (0.0, 1.0, 1.0, 1.25)), 20, 2.0),
    "tweedie_bend": (_paid, ((0.0, 1.0, 1.0, 1.25),), 20, 2.0),
    "extreme_value_mean": (lambda g, n, top: (g.uniform(-3, 0.95, n),), ((1e-9,), (-1e-4,), (0.0,)), 20, 8.0),
    "extreme_value_variance": (lambda g, n, top: (g.uniform(-2, 0.45, n),), ((1e-9,), (-1e-4,), (0.0,)), 20, 16.0),
}  # fmt: skip
