"""References for what censoring and truncation need: windows of a normal, tails of the gamma, beta and Student laws."""

from __future__ import annotations

import math

import mpmath as mp
import numpy as np

from primitives.reference import Case


def _windows(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    return rng.uniform(-40, 40, n), np.exp(rng.uniform(math.log(1e-9), math.log(60), n))


def _mass(m: mp.mpf, h: mp.mpf) -> mp.mpf:
    near, far = (abs(m) - h) / mp.sqrt(2), (abs(m) + h) / mp.sqrt(2)
    with mp.workdps(mp.mp.dps + int(mp.log10(1 + 1 / h)) + 10):
        return (mp.erfc(near) - mp.erfc(far)) / 2


def _density(x: mp.mpf) -> mp.mpf:
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


NARROW = tuple((m, h) for m in (0.0, -1.0, 40.0) for h in (1e-30, 1e-8, 0.2499, 0.2501, 50.0))

TAILS: dict[str, Case] = {
    "log_window": Case(lambda m, h: mp.log(_mass(m, h)), _windows, NARROW, bound=4.0),
    "log_window_middle": Case(
        lambda m, h: mp.mpf(0) if m == 0 else -2 * _density(m) * mp.exp(-h * h / 2) * mp.sinh(m * h) / _mass(m, h),
        _windows,
        NARROW,
        bound=4.0,
    ),
    "log_window_half": Case(
        lambda m, h: 2 * _density(m) * mp.exp(-h * h / 2) * mp.cosh(m * h) / _mass(m, h), _windows, NARROW, bound=4.0
    ),
}
