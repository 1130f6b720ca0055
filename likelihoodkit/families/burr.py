"""Burr noise."""

from sympy import Piecewise, oo

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, level, outcome, parameter
from likelihoodkit.primitives.words import exp, expm1, log, log1p, log_beta, log_rising_gap, maximum, softplus
from likelihoodkit.supports import positive


class Burr(Distribution):
    """Positive amounts with a power law at each end (Burr of the twelfth kind, Singh-Maddala).

    Choose it for incomes and claims: near zero the density is the power inner - 1, far out -(inner * outer + 1).
    outer = 1 is `LogLogistic`, inner = 1 is `Lomax`. It breaks when data are too few to tell the two exponents apart
    (try `LogLogistic` or `Lomax`).

    Reference: Burr (1942), Annals of Mathematical Statistics 13, 215-232.
    """

    y     = outcome(positive)
    scale = parameter(positive, link=links.exp)
    inner = parameter(positive, link=links.exp)
    outer = parameter(positive, link=links.exp)

    z = inner * log(y / scale)
    log_density = log(inner) + log(outer) - log(y) - softplus(-z) - outer * softplus(z)

    first = outer * exp(log_beta(outer - 1 / inner, 1 + 1 / inner))
    ratio = log_rising_gap(1, 1 / inner, 1 / inner) + log_rising_gap(outer - 2 / inner, 1 / inner, 1 / inner)
    expectation = Piecewise((scale * first, inner * outer > 1), (oo, True))
    mode = scale * maximum(0, (inner - 1) / (inner * outer + 1)) ** (1 / inner)
    variance = Piecewise(((scale * first) ** 2 * expm1(ratio), inner * outer > 2), (oo, True))
    cdf = -expm1(-outer * softplus(z))
    survival = exp(-outer * softplus(z))
    quantile = scale * exp(log(expm1(-log1p(-level) / outer)) / inner)
