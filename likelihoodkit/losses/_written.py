"""Divergences that are written down: of vectors, and those whose terms would cancel where both noises are close.

Each is an expression of the parameters of both, those of the second with "prior_" before their names. Tests hold them
against quadrature and, where there is one, against the divergence derived from the log-densities.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp

from likelihoodkit.primitives import bessel_ratio, digamma, expm1, is_vector, log_gamma, poisson_deviance_half
from likelihoodkit.primitives.bregman import bessel_gap, logarithmic_gap, resultant_gap, tilt_gap, zeta_gap
from likelihoodkit.primitives.cholesky import isotropic_factor, whiten
from likelihoodkit.primitives.gamma_gaps import gamma_gap
from likelihoodkit.primitives.robust import expm1_minus
from likelihoodkit.primitives.words import (
    abs,
    exp,
    factor_scatter,
    log,
    log1p,
    log_determinant,
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


def _shapes(shape: Expr, prior_shape: Expr) -> Expr:
    """Two gamma variables of one mean: what log-gamma, less its entropy part, bends between the shapes."""
    return gamma_gap(log(prior_shape), log(shape))


def _gammas(mean: Expr, shape: Expr, prior_mean: Expr, prior_shape: Expr) -> Expr:
    """What the means cost at the second's shape, and what the shapes do, each nothing where both are equal."""
    return prior_shape * expm1_minus(log(mean) - log(prior_mean)) + _shapes(shape, prior_shape)


def _inverse_gammas(scale: Expr, shape: Expr, prior_scale: Expr, prior_shape: Expr) -> Expr:
    """That of the reciprocals, gamma variables with means shape/scale."""
    apart = log(shape) - log(scale) - log(prior_shape) + log(prior_scale)
    return prior_shape * expm1_minus(apart) + _shapes(shape, prior_shape)


def _laplaces(location: Expr, scale: Expr, prior_location: Expr, prior_scale: Expr) -> Expr:
    ratio, apart = log(scale) - log(prior_scale), abs(location - prior_location) / scale
    return expm1_minus(ratio) + scale / prior_scale * expm1_minus(-apart)


def _log_exponentials(apart: Expr, ratio: Expr) -> Expr:
    """Two logarithms of exponential variables: locations ``apart`` in units of the second's scale, scales as a ratio.

    e^x - 1 - x at x = apart + log Gamma(1 + ratio), and what the tangent of log-gamma at 1 misses at the ratio.
    """
    return (
        expm1_minus(apart + log_gamma(1 + ratio))
        + gamma_gap(log(ratio), sp.S.Zero)
        + ratio * expm1_minus(-log(ratio))
    )


def _gumbels(side: int) -> Callable[..., Expr]:
    """The largest (1) or the smallest (-1) of many."""
    return lambda location, scale, prior_location, prior_scale: _log_exponentials(
        side * (prior_location - location) / prior_scale, scale / prior_scale
    )


def _weibulls(side: int) -> Callable[..., Expr]:
    """Weibull (-1) and Frechet (1): their logarithms have scales 1/shape."""
    return lambda scale, shape, prior_scale, prior_shape: _log_exponentials(
        side * (log(prior_scale) - log(scale)) * prior_shape, prior_shape / shape
    )


def _inverse_gaussians(mean: Expr, shape: Expr, prior_mean: Expr, prior_shape: Expr) -> Expr:
    means = expm1(log(mean) - log(prior_mean)) ** 2 / mean
    return (expm1_minus(log(prior_shape) - log(shape)) + prior_shape * means) / 2


def _two_shares(p: Expr, rest: Expr, q: Expr, other: Expr) -> Expr:
    """Two laws of two classes, the shares of both classes given."""
    return poisson_deviance_half(p, q) + poisson_deviance_half(rest, other)


def _negative_binomials(mean: Expr, prior_mean: Expr, size: Expr) -> Expr:
    """size + mean trials, each a failure with chance mean/(size + mean)."""
    one, two = size + mean, size + prior_mean
    return one * _two_shares(mean / one, size / one, prior_mean / two, size / two)


def _of_one_size(mean: Expr, dispersion: Expr, prior_mean: Expr, prior_dispersion: Expr) -> Expr | None:
    """None where the dispersions differ: there is no closed form."""
    return _negative_binomials(mean, prior_mean, 1 / dispersion) if dispersion == prior_dispersion else None


def _betas(first: Expr, second: Expr, prior_first: Expr, prior_second: Expr) -> Expr:
    """Two beta variables by their two shapes: gaps of log-gamma, and what the means cost."""
    total, prior_total = first + second, prior_first + prior_second
    gaps = _shapes(first, prior_first) + _shapes(second, prior_second) - _shapes(total, prior_total)
    shares = first / total, second / total, prior_first / prior_total, prior_second / prior_total
    p, rest, q, other = shares
    return gaps + prior_total * _two_shares(q, other, p, rest)


def _scales(power: int) -> Callable[..., Expr]:
    """Families of one scale whose power is a gamma variable: shape times the deviance of the powers."""
    return lambda scale, prior_scale: expm1_minus(2 * (log(scale) - log(prior_scale))) * sp.Rational(power, 2)


def _dirichlets(mean: Expr, concentration: Expr, prior_mean: Expr, prior_concentration: Expr) -> Expr:
    """As `_betas`, with a shape for each entry."""
    size, prior_size = log(concentration), log(prior_concentration)
    gaps = sum_over(gamma_gap(prior_size + log(prior_mean), size + log(mean))) - gamma_gap(prior_size, size)
    return gaps + prior_concentration * _categoricals(prior_mean, mean)


def _categoricals(probabilities: Expr, prior_probabilities: Expr) -> Expr:
    return sum_over(poisson_deviance_half(probabilities, prior_probabilities))


def _spheres(direction: Expr, concentration: Expr, prior_direction: Expr, prior_concentration: Expr) -> Expr:
    """What the concentrations do, and what turning costs: 1 - cos of the angle is half the squared distance."""
    length = resultant_length(concentration, direction)
    apart = sum_over((direction - prior_direction) ** 2) / 2
    gap = resultant_gap(log(prior_concentration), log(concentration), direction)
    return gap + prior_concentration * length * apart


def _angles(direction: Expr, concentration: Expr, prior_direction: Expr, prior_concentration: Expr) -> Expr:
    """`_spheres` in the plane."""
    turned = prior_concentration * bessel_ratio(concentration) * one_minus_cos(direction - prior_direction)
    return bessel_gap(log(prior_concentration), log(concentration)) + turned


def _logit(probability: Expr) -> Expr:
    return log(probability) - log(1 - probability)


def _generalized_gammas(
    scale: Expr, shape: Expr, power: Expr, prior_scale: Expr, prior_shape: Expr, prior_power: Expr
) -> Expr:
    """With the power's ratio r and e^m, what a mean of the second's gamma variable is off: each term nothing at equals.

    E (y/prior_scale)^prior_power is prior_shape e^m; log-gamma's own tangent at shape + 1 misses ``bend`` at shape + r.
    """
    more = expm1(log(prior_power) - log(power))  # r - 1
    step = log1p(more / (shape + 1))
    bend = gamma_gap(log(shape + 1) + step, log(shape + 1)) + (shape + 1) * exp(step) * expm1_minus(-step)
    moved = (log(scale) - log(prior_scale)) * prior_power - (log(prior_shape) - log(shape))
    off = moved + more * digamma(shape + 1) + bend
    together = expm1(log(prior_shape) - log(shape)) * more + expm1_minus(log(prior_power) - log(power))
    return prior_shape * (expm1_minus(off) + bend) + _shapes(shape, prior_shape) + together


def _cauchys(location: Expr, scale: Expr, prior_location: Expr, prior_scale: Expr) -> Expr:
    """log(((s + t)^2 + d^2)/(4 s t)) (Chyzak and Nielsen, 2019, arXiv 1905.10965)."""
    return log(1 + ((location - prior_location) ** 2 + (scale - prior_scale) ** 2) / (4 * scale * prior_scale))


def _half_cauchys(scale: Expr, prior_scale: Expr) -> Expr:
    """That of two Cauchys at one place, for the densities and their ratio are even."""
    return _cauchys(sp.S.Zero, scale, sp.S.Zero, prior_scale)


def _wrapped_cauchys(direction: Expr, concentration: Expr, prior_direction: Expr, prior_concentration: Expr) -> Expr:
    """log((1 - 2 r s cos d + r^2 s^2)/((1 - r^2)(1 - s^2))): the Poisson kernel integrated against its logarithm.

    Written as log1p: the top less the bottom is (r - s)^2 + 2 r s (1 - cos d).
    """
    both = concentration * prior_concentration
    top = (concentration - prior_concentration) ** 2 + 2 * both * one_minus_cos(direction - prior_direction)
    return log1p(top / ((1 - concentration**2) * (1 - prior_concentration**2)))


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


#: (first, second) -> the divergence, None for parameters that have none
WRITTEN: dict[tuple[str, str], Callable[..., Expr | None]] = {
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
    ("InverseGamma", "InverseGamma"): _inverse_gammas,
    ("ChiSquared", "ChiSquared"): lambda df, prior_df: _gammas(df, df / 2, prior_df, prior_df / 2),
    ("Nakagami", "Nakagami"): lambda shape, spread, prior_shape, prior_spread: _gammas(
        spread, shape, prior_spread, prior_shape
    ),
    ("Laplace", "Laplace"): _laplaces,
    ("Gumbel", "Gumbel"): _gumbels(1),
    ("GumbelMin", "GumbelMin"): _gumbels(-1),
    ("Weibull", "Weibull"): _weibulls(-1),
    ("Frechet", "Frechet"): _weibulls(1),
    ("InverseGaussian", "InverseGaussian"): _inverse_gaussians,
    ("Geometric", "Geometric"): lambda mean, prior_mean: _negative_binomials(mean, prior_mean, sp.S.One),
    ("NegativeBinomial", "NegativeBinomial"): _of_one_size,
    ("Binomial", "Binomial"): lambda probability, trials, prior_probability, **same_trials: (
        trials * _bernoullis(probability, prior_probability)
    ),
    ("Beta", "Beta"): lambda mean, concentration, prior_mean, prior_concentration: _betas(
        mean * concentration, (1 - mean) * concentration,
        prior_mean * prior_concentration, (1 - prior_mean) * prior_concentration,
    ),
    ("BetaPrime", "BetaPrime"): lambda mean, concentration, prior_mean, prior_concentration: _betas(
        mean * (1 + concentration), 2 + concentration,
        prior_mean * (1 + prior_concentration), 2 + prior_concentration,
    ),
    ("Rayleigh", "Rayleigh"): _scales(2),
    ("Maxwell", "Maxwell"): _scales(3),
    ("HalfNormal", "HalfNormal"): _scales(1),
    ("Cauchy", "Cauchy"): _cauchys,
    ("HalfCauchy", "HalfCauchy"): _half_cauchys,
    ("GeneralizedGamma", "GeneralizedGamma"): _generalized_gammas,
    ("ContinuousBernoulli", "ContinuousBernoulli"): lambda probability, prior_probability: tilt_gap(
        _logit(prior_probability), _logit(probability)
    ),
    ("Logarithmic", "Logarithmic"): lambda probability, prior_probability: logarithmic_gap(
        _logit(prior_probability), _logit(probability)
    ),
    ("Zeta", "Zeta"): lambda shape, prior_shape: zeta_gap(log(prior_shape - 1), log(shape - 1)),
    ("VonMises", "VonMises"): _angles,
    ("Categorical", "Categorical"): _categoricals,
    ("WrappedCauchy", "WrappedCauchy"): _wrapped_cauchys,
    ("Multinomial", "Multinomial"): _multinomials,
    ("MultivariateNormal", "MultivariateNormal"): _multivariate_normals,
    ("Dirichlet", "Dirichlet"): _dirichlets,
    ("VonMisesFisher", "VonMisesFisher"): _spheres,
}
