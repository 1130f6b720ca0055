"""Nakagami noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, level, outcome, parameter
from likelihoodkit.primitives.words import (
    digamma,
    exact,
    exp,
    expm1,
    log,
    log_gamma,
    log_rising,
    log_rising_gap,
    maximum,
    regularised_gamma_p,
    regularised_gamma_p_inverse,
    regularised_gamma_q,
    sqrt,
    trigamma_excess,
)
from likelihoodkit.supports import positive


class Nakagami(Distribution):
    """Amplitudes whose square is gamma: fading of radio signals.

    Choose it for signal strength and echo amplitudes; `spread` is the mean of y^2. shape 1 is `Rayleigh`,
    shape 1/2 `HalfNormal`. It breaks when one strong path dominates with a known amplitude (see `Rice`).

    Reference: Nakagami (1960), Statistical Methods in Radio Wave Propagation, 3-36.
    """

    y      = outcome(positive)
    shape  = parameter(positive, link=links.exp)
    spread = parameter(positive, link=links.exp)

    # y^2 is Gamma(mean=spread, shape=shape)
    log_density = (
        log(2) + shape * log(shape / spread) - log_gamma(shape) + (2 * shape - 1) * log(y) - shape * y**2 / spread
    )

    root = exp(log_rising(shape, exact(1) / 2)) / sqrt(shape)
    expectation = sqrt(spread) * root
    mode = sqrt(spread * maximum(0, 1 - 1 / (2 * shape)))
    variance = -spread * expm1(-log_rising_gap(shape, exact(1) / 2, exact(1) / 2))
    cdf = regularised_gamma_p(shape, shape * y**2 / spread)
    survival = regularised_gamma_q(shape, shape * y**2 / spread)
    quantile = sqrt(spread / shape * regularised_gamma_p_inverse(shape, level))
    entropy = (
        shape + log_gamma(shape) - log(2) + log(spread / shape) / 2 + (exact(1) / 2 - shape) * digamma(shape)
    )
    fisher = {
        ("shape", "shape"): trigamma_excess(log(shape)) / shape**2,
        ("spread", "spread"): shape / spread**2,
        ("shape", "spread"): 0,
    }
