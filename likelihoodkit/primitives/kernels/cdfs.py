"""Distribution functions of the gamma, beta and Student families with their inverses."""

from __future__ import annotations

import numpy as np

from likelihoodkit.loading.later import special
from likelihoodkit.primitives.kernels._tools import Floats, kernel


@kernel
def regularised_gamma_p(a: Floats, x: Floats) -> Floats:
    """P(a, x), the distribution function of a gamma with shape a and rate 1."""
    return np.asarray(special.gammainc(a, x))


@kernel
def regularised_gamma_q(a: Floats, x: Floats) -> Floats:
    """Q(a, x) = 1 - P(a, x)."""
    return np.asarray(special.gammaincc(a, x))


@kernel
def regularised_gamma_p_inverse(a: Floats, p: Floats) -> Floats:
    """The x with P(a, x) = p."""
    return np.asarray(special.gammaincinv(a, p))


@kernel
def regularised_gamma_q_inverse(a: Floats, q: Floats) -> Floats:
    """The x with Q(a, x) = q."""
    return np.asarray(special.gammainccinv(a, q))


@kernel
def regularised_beta(a: Floats, b: Floats, x: Floats) -> Floats:
    """I_x(a, b), the distribution function of a beta."""
    return np.asarray(special.betainc(a, b, x))


@kernel
def regularised_beta_complement(a: Floats, b: Floats, x: Floats) -> Floats:
    """1 - I_x(a, b), also where I_x is within rounding of 1 or x is too small for 1 - x."""
    return np.asarray(special.betaincc(a, b, x))


@kernel
def regularised_beta_inverse(a: Floats, b: Floats, p: Floats) -> Floats:
    """The x with I_x(a, b) = p."""
    return np.asarray(special.betaincinv(a, b, p))


@kernel
def student_cdf(df: Floats, z: Floats) -> Floats:
    """Distribution function of Student's t."""
    return np.asarray(special.stdtr(df, z))


gammaincinv = regularised_gamma_p_inverse
gammainccinv = regularised_gamma_q_inverse
betaincinv = regularised_beta_inverse
