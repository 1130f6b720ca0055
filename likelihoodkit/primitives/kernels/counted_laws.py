"""Laws of counts as rows: the log of the probability of a count, its slopes and its curvatures."""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.logistic import (
    sigmoid,
    softplus,
    softplus_ratio,
    softplus_ratio_derivative,
)
from likelihoodkit.primitives.kernels.poisson_inverse_gaussian import (
    poisson_inverse_gaussian_loss,
    slopes_and_curvatures,
)
from likelihoodkit.primitives.kernels.powers import (
    generalized_poisson_curve,
    generalized_poisson_pull,
    generalized_poisson_pull_curve,
    generalized_poisson_slope,
)
from likelihoodkit.primitives.kernels.shapes import log_softplus_ratio
from likelihoodkit.primitives.kernels.single import generalized_poisson_loss
from likelihoodkit.primitives.kernels.skellam import skellam_cross, skellam_first, skellam_loss

Rows = Floats


def log_of_repeated(y: Floats, f: Floats, a: Floats) -> Rows:
    """Of a generalised Poisson law, f = log mean, a = log dispersion."""
    slope = np.asarray(generalized_poisson_slope(y, f, a))
    return -np.stack([
        generalized_poisson_loss(y, f, a), slope, generalized_poisson_pull(y, f, a),
        generalized_poisson_curve(y, f, a), -2.0 * slope * np.asarray(sigmoid(a + f)),
        generalized_poisson_pull_curve(y, f, a),
    ])  # fmt: skip


def log_of_mixed(y: Floats, f: Floats, a: Floats) -> Rows:
    """Of a Poisson law whose rate is inverse Gaussian, f = log mean, a = log dispersion."""
    return -np.concatenate([np.asarray(poisson_inverse_gaussian_loss(y, f, a))[None], slopes_and_curvatures(y, f, a)])


def log_of_difference(y: Floats, u: Floats, v: Floats) -> Rows:
    """Of the difference of two Poisson counts, u and v the logs of their rates."""
    first, second = np.asarray(skellam_cross(y, u, v)), np.asarray(skellam_cross(-y, v, u))
    return -np.stack([
        skellam_loss(y, u, v), skellam_first(y, u, v), skellam_first(-y, v, u),
        np.asarray(times_exp(1.0, u)) - first, -second, np.asarray(times_exp(1.0, v)) - second,
    ])  # fmt: skip


def log_logarithmic(y: Floats, z: Floats) -> Rows:
    """Of the log-series law, z the logit of its probability."""
    share, rest = np.asarray(sigmoid(z)), np.asarray(sigmoid(-z))
    ratio, gap = np.asarray(softplus_ratio(z)), -np.asarray(softplus_ratio_derivative(z))
    lack = gap / ratio  # what the ratio has more than the rest
    return np.stack([
        np.asarray(log_softplus_ratio(z)) - np.log(y) - (y - 1.0) * np.asarray(softplus(-z)),
        (y - 1.0) * rest - lack, ratio * lack - y * share * rest,
    ])  # fmt: skip


def logarithmic_mean(z: Floats) -> Floats:
    """e^z/log(1 + e^z)."""
    return np.asarray(np.exp(z) / softplus(z))
