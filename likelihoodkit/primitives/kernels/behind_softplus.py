"""Second derivatives in f where a concentration or shape s is softplus(f): beyond 0 by those in s itself."""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel
from likelihoodkit.primitives.kernels.bessel import bessel_ratio_derivative
from likelihoodkit.primitives.kernels.curves import beta_concentration_curve, beta_concentration_rest, gamma_curve
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.logistic import of_softplus
from likelihoodkit.primitives.kernels.mixed import rice_centre, rice_centre_curve
from likelihoodkit.primitives.kernels.powers import power_shape_curve, power_shape_slope
from likelihoodkit.primitives.kernels.single import rate_gamma_curve, rate_gamma_slope
from likelihoodkit.primitives.kernels.whole import bessel_bend_exp, bessel_pull_exp, log_less_digamma
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


@kernel
def rice_centre_softplus_curve(y: Floats, f: Floats, s: Floats, h: Floats) -> Floats:
    """Of rice_loss in its centre m, f = log softplus(h): (m/scale)^2 less w^2 r'(w), r = I1/I0 and w = y m/scale^2."""
    log_w = np.log(y) + (f - 2.0 * s)
    w = np.asarray(times_exp(y, f - 2.0 * s))
    few = w < 2.0
    near = np.where(few, w, 1.0) ** 2 * np.asarray(bessel_ratio_derivative(np.where(few, w, 1.0)))
    spread = np.where(few, near, np.asarray(bessel_pull_exp(log_w)) - np.asarray(bessel_bend_exp(log_w)))
    slope, curve = np.asarray(rice_centre(y, f, s)), np.asarray(rice_centre_curve(y, f, s))
    return of_softplus(h, slope, curve, np.asarray(times_exp(1.0, 2.0 * (f - s))) - spread)
