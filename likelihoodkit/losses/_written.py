"""Divergences that are written down: of vectors, and those whose terms would cancel where both noises are close.

Each is an expression of the parameters of both, those of the second with "prior_" before their names. Tests hold them
against quadrature and, where there is one, against the divergence derived from the log-densities.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp

from likelihoodkit.primitives import expm1, is_vector, log_gamma, poisson_deviance_half
from likelihoodkit.primitives.cholesky import isotropic_factor, whiten
from likelihoodkit.primitives.robust import expm1_minus
from likelihoodkit.primitives.whole import gamma_peak, log_less_digamma
from likelihoodkit.primitives.words import (
    digamma,
    factor_scatter,
    log,
    log_bessel,
    log_determinant,
    log_gamma_exp,
    one_minus_cos,
    resultant_length,
    size_of,
    sum_over,
)

Expr = Any


def _normals(m: Expr, s: Expr, m2: Expr, s2: Expr) -> Expr:
    """mu^2/2 + s^2/2 - log s - 1/2 against the standard normal."""
    return ((m - m2) / s2) ** 2 / 2 + expm1_minus(2 * (log(s) - log(s2))) / 2


def _poissons(m: Expr, m2: Expr) -> Expr:
    """m log(m/m2) - m + m2, as a function of the difference of the logarithms."""
    return m * expm1_minus(log(m2) - log(m))


def _bernoullis(p: Expr, q: Expr) -> Expr:
    return poisson_deviance_half(p, q) + poisson_deviance_half(1 - p, 1 - q)


def _gammas(mean: Expr, shape: Expr, prior_mean: Expr, prior_shape: Expr) -> Expr:
    """What the means cost at the second's shape, and what the shapes do, each nothing where both are equal."""
    rate = log(prior_shape) - log(shape)
    shapes = gamma_peak(log(prior_shape)) - gamma_peak(log(shape)) + expm1(rate) * log_less_digamma(log(shape))
    return prior_shape * expm1_minus(log(mean) - log(prior_mean)) + shapes


def _scales(power: int) -> Callable[..., Expr]:
    """Families of one scale whose power is a gamma variable: shape times the deviance of the powers."""
    return lambda scale, prior_scale: expm1_minus(2 * (log(scale) - log(prior_scale))) * sp.Rational(power, 2)


def _dirichlets(mean: Expr, concentration: Expr, prior_mean: Expr, prior_concentration: Expr) -> Expr:
    a, b = concentration * mean, prior_concentration * prior_mean
    total = log_gamma(concentration) - log_gamma(prior_concentration)
    each = log_gamma_exp(log(prior_concentration) + log(prior_mean)) - log_gamma_exp(log(concentration) + log(mean))
    return total + sum_over(each) + sum_over((a - b) * (digamma(a) - digamma(concentration)))


def _categoricals(probabilities: Expr, prior_probabilities: Expr) -> Expr:
    return sum_over(poisson_deviance_half(probabilities, prior_probabilities))


def _spheres(direction: Expr, concentration: Expr, prior_direction: Expr, prior_concentration: Expr) -> Expr:
    """log_bessel leaves out e^k, so that the exponents come with distances and not with cosines."""
    length = resultant_length(concentration, direction)
    apart = sum_over((direction - prior_direction) ** 2) / 2  # 1 - cos of the angle
    norms = log_bessel(prior_concentration, direction) - log_bessel(concentration, direction)
    return norms + (prior_concentration - concentration) * (1 - length) + prior_concentration * length * apart


def _cauchys(location: Expr, scale: Expr, prior_location: Expr, prior_scale: Expr) -> Expr:
    """log(((s + t)^2 + d^2)/(4 s t)) (Chyzak and Nielsen, 2019, arXiv 1905.10965)."""
    return log(1 + ((location - prior_location) ** 2 + (scale - prior_scale) ** 2) / (4 * scale * prior_scale))


def _half_cauchys(scale: Expr, prior_scale: Expr) -> Expr:
    """That of two Cauchys at one place, for the densities and their ratio are even."""
    return _cauchys(sp.S.Zero, scale, sp.S.Zero, prior_scale)


def _wrapped_cauchys(direction: Expr, concentration: Expr, prior_direction: Expr, prior_concentration: Expr) -> Expr:
    """log((1 - 2 r s cos d + r^2 s^2)/((1 - r^2)(1 - s^2))): the Poisson kernel integrated against its logarithm."""
    both = concentration * prior_concentration
    top = (1 - both) ** 2 + 2 * both * one_minus_cos(direction - prior_direction)
    return log(top) - log(1 - concentration**2) - log(1 - prior_concentration**2)


def _multivariate_normals(mean: Expr, scale: Expr, prior_mean: Expr, prior_scale: Expr) -> Expr:
    """Half of tr(S2^-1 S1) + the squared distance - d - the difference of log-determinants."""
    gap = mean - prior_mean
    if is_vector(prior_scale):
        apart, trace = sum_over(whiten(gap, prior_scale) ** 2), factor_scatter(_factor(scale), prior_scale, gap)
        volume = log_determinant(prior_scale, gap)
    else:
        apart, volume = sum_over((gap / prior_scale) ** 2), size_of(gap) * log(prior_scale)
        trace = (sum_over(scale**2) if is_vector(scale) else size_of(gap) * scale**2) / prior_scale**2
    return (apart + trace - size_of(gap)) / 2 + volume - log_determinant(_factor(scale), gap)


def _factor(scale: Expr) -> Expr:
    return scale if is_vector(scale) else isotropic_factor(scale)


def _multinomials(probabilities: Expr, trials: Expr, prior_probabilities: Expr, **same_trials: Expr) -> Expr:
    del same_trials  # the pair has been asked for one number of trials
    return trials * _categoricals(probabilities, prior_probabilities)


#: (first, second) -> the divergence
WRITTEN: dict[tuple[str, str], Callable[..., Expr]] = {
    ("Normal", "Normal"): lambda mean, scale, prior_mean, prior_scale: _normals(mean, scale, prior_mean, prior_scale),
    ("LogNormal", "LogNormal"): lambda location, scale, prior_location, prior_scale: _normals(
        location, scale, prior_location, prior_scale
    ),
    ("LogitNormal", "LogitNormal"): lambda location, scale, prior_location, prior_scale: _normals(
        location, scale, prior_location, prior_scale
    ),
    ("Poisson", "Poisson"): lambda mean, prior_mean: _poissons(mean, prior_mean),
    ("Exponential", "Exponential"): lambda mean, prior_mean: expm1_minus(log(mean) - log(prior_mean)),
    ("Bernoulli", "Bernoulli"): lambda probability, prior_probability: _bernoullis(probability, prior_probability),
    ("Gamma", "Gamma"): _gammas,
    ("Rayleigh", "Rayleigh"): _scales(2),
    ("Maxwell", "Maxwell"): _scales(3),
    ("HalfNormal", "HalfNormal"): _scales(1),
    ("Cauchy", "Cauchy"): _cauchys,
    ("HalfCauchy", "HalfCauchy"): _half_cauchys,
    ("Categorical", "Categorical"): _categoricals,
    ("WrappedCauchy", "WrappedCauchy"): _wrapped_cauchys,
    ("Multinomial", "Multinomial"): _multinomials,
    ("MultivariateNormal", "MultivariateNormal"): _multivariate_normals,
    ("Dirichlet", "Dirichlet"): _dirichlets,
    ("VonMisesFisher", "VonMisesFisher"): _spheres,
}
