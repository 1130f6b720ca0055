"""The mass of a normal between m - h and m + h, by its middle and half width: no digits are lost however narrow."""

from __future__ import annotations

import numpy as np

from likelihoodkit.later import special
from likelihoodkit.primitives.kernels._tools import Floats, gauss_legendre, kernel, piecewise
from likelihoodkit.primitives.kernels.exponential import log1m_exp
from likelihoodkit.primitives.kernels.normal import SQRT_HALF, _density, _left_hazard, _log_ndtr_left, log_ndtr

NARROW = 0.5  # widths up to which the hazard is integrated by one Gauss rule


def _fall(near: Floats, h: Floats) -> Floats:
    """log S(near) - log S(near + 2 h) for near >= 0."""
    width = 2.0 * h
    return piecewise(
        (near, width),
        (width < NARROW, lambda a, w: gauss_legendre(lambda t: _left_hazard(-t), a, w)),
        otherwise=lambda a, w: _log_ndtr_left(-a) - np.asarray(log_ndtr(-(a + w))),
    )


def _sides(m: Floats, h: Floats) -> tuple[Floats, Floats]:
    """Inside and outside of a window that holds 0: m < h."""
    near, far = (m - h) * SQRT_HALF, (m + h) * SQRT_HALF
    return 0.5 * (special.erf(far) + special.erf(-near)), 0.5 * (special.erfc(far) + special.erfc(-near))


def _across(m: Floats, h: Floats) -> Floats:
    inside, outside = _sides(m, h)
    return np.asarray(np.where(outside < 0.5, np.log1p(-outside), np.log(inside)))


def _aside(m: Floats, h: Floats) -> Floats:
    near = m - h
    return np.asarray(_log_ndtr_left(-near) + log1m_exp(_fall(near, h)))


@kernel
def log_window(m: Floats, h: Floats) -> Floats:
    """log(Phi(m + h) - Phi(m - h)) for h > 0."""
    size = np.absolute(m)
    return piecewise((size, h), (size < h, _across), otherwise=_aside)


def _share(m: Floats, h: Floats) -> Floats:
    """phi(m - h)/(Phi(m + h) - Phi(m - h)) for m >= 0."""
    return piecewise(
        (m, h),
        (m < h, lambda m, h: _density(m - h) / _sides(m, h)[0]),
        otherwise=lambda m, h: _left_hazard(h - m) / -np.expm1(-_fall(m - h, h)),
    )


@kernel
def log_window_middle(m: Floats, h: Floats) -> Floats:
    """The derivative in m: -m for h -> 0."""
    size = np.absolute(m)
    return np.asarray(np.sign(m) * _share(size, h) * np.expm1(-2.0 * size * h))


@kernel
def log_window_half(m: Floats, h: Floats) -> Floats:
    """The derivative in h: 1/h for h -> 0."""
    size = np.absolute(m)
    return np.asarray(_share(size, h) * (1.0 + np.exp(-2.0 * size * h)))
