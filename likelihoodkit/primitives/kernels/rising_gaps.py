"""Differences of rising factorials, and of their slopes, by the shorter of both products."""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, Kernel, kernel, piecewise
from likelihoodkit.primitives.kernels.rising import digamma_rising, log_rising, trigamma_rising


def _gap(rising: Kernel, v: Floats, d: Floats, n: Floats) -> Floats:
    return piecewise(
        (v, d, n),
        (n <= d, lambda v, d, n: np.asarray(rising(v + d, n)) - np.asarray(rising(v, n))),
        otherwise=lambda v, d, n: np.asarray(rising(v + n, d)) - np.asarray(rising(v, d)),
    )


@kernel
def log_rising_gap(v: Floats, d: Floats, n: Floats) -> Floats:
    """log (v + d)_n - log (v)_n."""
    return _gap(log_rising, v, d, n)


@kernel
def digamma_rising_gap(v: Floats, d: Floats, n: Floats) -> Floats:
    """Its slope in v."""
    return _gap(digamma_rising, v, d, n)


@kernel
def trigamma_rising_gap(v: Floats, d: Floats, n: Floats) -> Floats:
    """Its second slope in v."""
    return _gap(trigamma_rising, v, d, n)
