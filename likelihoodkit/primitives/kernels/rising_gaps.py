"""Differences of rising factorials, and of their slopes, by the shorter of both products."""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, Kernel, gauss_legendre, kernel, piecewise
from likelihoodkit.primitives.kernels.rising import digamma_rising, log_rising, trigamma_rising

SHORT = 1 / 32  # of v, below which a difference of products loses digits, and slopes are integrated


def _difference(rising: Kernel, v: Floats, short: Floats, long: Floats) -> Floats:
    return np.asarray(np.asarray(rising(v + long, short)) - np.asarray(rising(v, short)))


def _gap(rising: Kernel, slope: Kernel, v: Floats, d: Floats, n: Floats) -> Floats:
    short, long = np.minimum(d, n), np.maximum(d, n)
    return piecewise(
        (v, short, long),
        (short < SHORT * v, lambda v, d, n: gauss_legendre(lambda x: np.asarray(slope(x, n)), v, d, 5)),
        otherwise=lambda v, d, n: _difference(rising, v, d, n),
    )


@kernel
def log_rising_gap(v: Floats, d: Floats, n: Floats) -> Floats:
    """log (v + d)_n - log (v)_n."""
    return _gap(log_rising, digamma_rising, v, d, n)


@kernel
def digamma_rising_gap(v: Floats, d: Floats, n: Floats) -> Floats:
    """Its slope in v."""
    return _gap(digamma_rising, trigamma_rising, v, d, n)


@kernel
def trigamma_rising_gap(v: Floats, d: Floats, n: Floats) -> Floats:
    """Its second slope in v."""
    return _difference(trigamma_rising, v, np.minimum(d, n), np.maximum(d, n))
