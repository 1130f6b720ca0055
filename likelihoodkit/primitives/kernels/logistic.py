"""The logistic group: softplus, sigmoid and what links made of them need."""

from __future__ import annotations

import math

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel, piecewise
from likelihoodkit.primitives.kernels.exponential import log1pmx, log1pmx_over_square, times_exp

# softplus(z) = 1 at z = log(e - 1): the root of log_softplus, to twice the working precision.
ROOT, ROOT_LOW = 0.5413248546129181, -1.8138570925507326e-17
EXPONENTIAL = -40.0  # log(1 + e^z) = e^z below
SLOPE_AT_ROOT = 1.0 - math.exp(-1.0)


@kernel
def softplus(z: Floats) -> Floats:
    """log(1 + e^z)."""
    return np.maximum(z, 0.0) + np.log1p(np.exp(-np.absolute(z)))


@kernel
def sigmoid(z: Floats) -> Floats:
    """1/(1 + e^-z)."""
    small = np.exp(-np.absolute(z))
    return np.where(z >= 0, 1.0, small) / (1.0 + small)


def _log1p_ratio(e: Floats) -> Floats:
    """log1p(e)/e for e >= 0, 1 at 0."""
    return np.where(e == 0, 1.0, np.log1p(e) / e)


@kernel
def log_softplus(z: Floats) -> Floats:
    """log(log(1 + e^z)): z for z -> -inf, log z for z -> inf, with all digits at its root log(e - 1)."""
    return piecewise(
        (z,),
        (z <= 0, lambda z: z + np.log(_log1p_ratio(np.exp(z)))),
        (z < 1.5, lambda z: np.log1p(np.log1p(SLOPE_AT_ROOT * np.expm1((z - ROOT) - ROOT_LOW)))),
        otherwise=lambda z: np.log(z + np.log1p(np.exp(-z))),
    )


@kernel
def softplus_ratio(z: Floats) -> Floats:
    """sigmoid(z)/softplus(z), the derivative of log_softplus: 1 for z -> -inf, 1/z for z -> inf."""
    small = np.exp(-np.absolute(z))
    left = _log1p_ratio(small)
    return 1.0 / ((1.0 + small) * np.where(z > 0, z + left * small, left))


@kernel
def softplus_ratio_derivative(z: Floats) -> Floats:
    """Derivative of sigmoid/softplus: -e^z/2 for z -> -inf, -1/z^2 for z -> inf."""
    return piecewise((z,), (z < 0.6, _ratio_slope_left), (z < 40, _ratio_slope_middle), otherwise=_ratio_slope_right)


@kernel
def softplus_ratio_bend(w: Floats, z: Floats) -> Floats:
    """w times that derivative, also where it is subnormal and w large."""
    return piecewise(
        (w, z),
        (z < EXPONENTIAL, lambda w, z: times_exp(-0.5 * w, z)),
        otherwise=lambda w, z: w * softplus_ratio_derivative(z),
    )


def _ratio_slope_left(z: Floats) -> Floats:
    e = np.exp(z)
    scaled = (1.0 + e) * _log1p_ratio(e)
    return e * log1pmx_over_square(e) / (scaled * scaled)


def _ratio_slope_middle(z: Floats) -> Floats:
    e = np.exp(z)
    plus = np.log1p(e)
    return np.asarray(log1pmx(e) / (1.0 + e) * (e / (1.0 + e)) / (plus * plus))


def _ratio_slope_right(z: Floats) -> Floats:
    return (np.exp(-z) - 1.0 / z) / z  # softplus(z) = z and sigmoid(z) = 1 to the last digit


def of_softplus(f: Floats, slope: Floats, curve: Floats, beyond: Floats, rested: Floats | None = None) -> Floats:
    """The curvature in f of a loss of u = log softplus(f).

    From its slope and curvature in u, and `beyond`, what the latter has over the former. `rested` is the slope times
    sigmoid(-f), given where the slope may overflow and that does not.
    """
    ratio, rest = np.asarray(softplus_ratio(f)), np.asarray(sigmoid(-f))
    right = ratio * ratio * beyond + ratio * (np.where(rest == 0, 0.0, rest * slope) if rested is None else rested)
    left = ratio * ratio * curve + np.asarray(softplus_ratio_bend(slope, f))
    # where the slope overflows too, it is the smaller part
    found = np.where(f > 0, np.where(np.isinf(beyond), beyond, right), np.where(np.isinf(curve), curve, left))
    return np.asarray(found)
