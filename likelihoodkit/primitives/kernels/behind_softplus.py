"""Second derivatives in f where a concentration or shape s is softplus(f): beyond 0 by those in s itself."""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel
from likelihoodkit.primitives.kernels.curves import beta_concentration_curve, beta_concentration_rest, gamma_curve
from likelihoodkit.primitives.kernels.logistic import of_softplus
from likelihoodkit.primitives.kernels.powers import power_shape_curve, power_shape_slope
from likelihoodkit.primitives.kernels.single import rate_gamma_curve, rate_gamma_slope
from likelihoodkit.primitives.kernels.whole import log_less_digamma
from likelihoodkit.primitives.kernels.whole_pairs import beta_concentration_peak, beta_concentration_slope


def _bend(g: Floats) -> Floats:
    """s^2 trigamma(s) with s = e^g."""
    return np.asarray(np.exp(g) + (np.asarray(gamma_curve(g)) + np.asarray(log_less_digamma(g))))


@kernel
def beta_softplus_curve(y: Floats, f: Floats, g: Floats, h: Floats) -> Floats:
    """Of beta_loss, g = log softplus(h): a^2 trigamma(a) + b^2 trigamma(b) - s^2 trigamma(s) in positive terms."""
    slope, curve = np.asarray(beta_concentration_slope(y, f, g)), np.asarray(beta_concentration_curve(y, f, g))
    bend = np.asarray(beta_concentration_rest(f, g)) + np.asarray(beta_concentration_peak(f, g))
    return of_softplus(h, slope, curve, bend)


@kernel
def rate_gamma_softplus_curve(r: Floats, h: Floats, g: Floats, f: Floats) -> Floats:
    """Of rate_gamma_loss, g = log softplus(f)."""
    return of_softplus(f, np.asarray(rate_gamma_slope(r, h, g)), np.asarray(rate_gamma_curve(r, h, g)), _bend(g))


@kernel
def power_shape_softplus_curve(y: Floats, t: Floats, g: Floats, k: Floats, f: Floats) -> Floats:
    """Of the generalised gamma loss in its shape, g = log softplus(f)."""
    slope, curve = np.asarray(power_shape_slope(y, t, g, k)), np.asarray(power_shape_curve(y, t, g, k))
    return of_softplus(f, slope, curve, _bend(g))
