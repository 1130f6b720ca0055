"""References for grades and counts: steps between cutpoints."""

from __future__ import annotations

from collections.abc import Callable

import mpmath as mp
import numpy as np

from primitives.reference import Case

Law = Callable[[mp.mpf], mp.mpf]


def _steps(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    return rng.uniform(-25, 25, n), np.where(rng.random(n) < 0.7, rng.uniform(-8, 4, n), rng.uniform(-80, 30, n))


def _extreme_steps(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    return rng.uniform(-5, 5, n), np.where(rng.random(n) < 0.7, rng.uniform(-8, 2, n), rng.uniform(-80, 6, n))


EDGES = tuple((a, t) for a in (0.0, -0.3, 3.0, -40.0) for t in (-700.0, -21.0, -0.7, 0.7, 20.0))


#: density, its derivative, and the probability of [a, b] without cancellation in the tails
def _normal_mass(a: mp.mpf, b: mp.mpf) -> mp.mpf:
    a, b = (-b, -a) if a + b < 0 else (a, b)
    return (mp.erfc(a / mp.sqrt(2)) - mp.erfc(b / mp.sqrt(2))) / 2


LAWS: dict[str, tuple[Law, Law, Callable[[mp.mpf, mp.mpf], mp.mpf]]] = {
    "normal": (mp.npdf, lambda x: -x * mp.npdf(x), _normal_mass),
    "cauchy": (
        lambda x: 1 / (mp.pi * (1 + x * x)),
        lambda x: -2 * x / (mp.pi * (1 + x * x) ** 2),
        lambda a, b: (mp.atan(b) - mp.atan(a)) / mp.pi,
    ),
    "gumbel": (
        lambda x: mp.exp(-x - mp.exp(-x)),
        lambda x: mp.exp(-x - mp.exp(-x)) * (mp.exp(-x) - 1),
        lambda a, b: mp.exp(-mp.exp(-b)) - mp.exp(-mp.exp(-a)),
    ),
    "gumbel_min": (
        lambda x: mp.exp(x - mp.exp(x)),
        lambda x: mp.exp(x - mp.exp(x)) * (1 - mp.exp(x)),
        lambda a, b: mp.exp(-mp.exp(a)) - mp.exp(-mp.exp(b)),
    ),
}


def _step(law: str, what: str) -> Callable[..., mp.mpf]:
    density, slope, mass = LAWS[law]

    def value(a: mp.mpf, t: mp.mpf) -> mp.mpf:
        with mp.workdps(mp.mp.dps + int(abs(t)) + 30):
            w = mp.exp(t)
            b = a + w
            p = mass(a, b)
            start, length = (density(b) - density(a)) / p, w * density(b) / p
            return {
                "value": lambda: mp.log(p),
                "start": lambda: start,
                "length": lambda: length,
                "bend": lambda: (slope(b) - slope(a)) / p - start**2,
                "cross": lambda: w * slope(b) / p - start * length,
                "curve": lambda: length + w * w * slope(b) / p - length**2,
            }[what]()

    return value


def _loose(what: str) -> float:
    """Second derivatives are differences of products of first ones."""
    return 4.0 if what in ("value", "start", "length") else 6.0


def _row(law: str, what: str) -> Case:
    sample = _extreme_steps if law.startswith("gumbel") else _steps
    points = () if law.startswith("gumbel") else EDGES
    return Case(_step(law, what), sample, points, bound=_loose(what))


COUNTS: dict[str, Case] = {
    **{f"log_{law}_step": _row(law, "value") for law in LAWS},
    **{f"{law}_step_{what}": _row(law, what) for law in LAWS for what in ("start", "length", "bend", "cross", "curve")},
}
