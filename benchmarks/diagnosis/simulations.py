"""Simulated data with a right assumption, or with one known break; the numbers of rows at which power is claimed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import likelihoodkit as lk

Array = NDArray[Any]
Draw = Callable[[np.random.Generator, int], tuple[Any, Array]]  # (X as given to lk.fit, y)


@dataclass(frozen=True)
class Simulation:
    """Data of ``n`` rows for a fit of ``noise``; ``broken`` names the finding that must show it, "" for none."""

    name: str
    noise: Any
    n: int
    broken: str
    draw: Draw


def _x(rng: np.random.Generator, n: int) -> Array:
    return rng.normal(size=n)


def _right_normal(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    x = _x(rng, n)
    return x, 1 + 2 * x + rng.normal(size=n)


def _right_spread(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    x = _x(rng, n)
    return {"mean": x, "scale": x}, 1 + 2 * x + rng.normal(size=n) * np.logaddexp(0, 0.5 + 0.3 * x)


def _right_student(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    x = _x(rng, n)
    return x, x + rng.standard_t(4, size=n)


def _right_gamma(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    x = _x(rng, n)
    return x, rng.gamma(3.0, np.exp(1 + 0.5 * x) / 3)


def _right_poisson(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    x = _x(rng, n)
    return x, rng.poisson(np.exp(1 + 0.5 * x)).astype(float)


def _right_negative_binomial(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    x = _x(rng, n)
    return x, rng.poisson(np.exp(1 + 0.5 * x) * rng.gamma(2.0, 0.5, size=n)).astype(float)


def _right_bernoulli(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    x = _x(rng, n)
    return x, (rng.uniform(size=n) < 1 / (1 + np.exp(-x))).astype(float)


def _fan_out(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    x = _x(rng, n)
    return x, 1 + 2 * x + rng.normal(size=n) * np.exp(0.3 * x)


def _heavy(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    x = _x(rng, n)
    return x, x + rng.standard_t(4, size=n)


def _skew(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    x = _x(rng, n)
    return x, x + rng.gamma(8.0, size=n)


def _two_groups(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    return None, rng.normal(size=n) + 3.0 * rng.integers(0, 2, size=n)


def _zeros(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    x = _x(rng, n)
    return x, rng.poisson(np.exp(1 + 0.5 * x)) * (rng.uniform(size=n) > 0.15).astype(float)


def _over(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    x = _x(rng, n)
    return x, rng.poisson(np.exp(1 + 0.5 * x) * rng.gamma(5.0, 0.2, size=n)).astype(float)


def _bend(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    x = _x(rng, n)
    return x, x + 0.3 * x * x + rng.normal(size=n)


def _wave(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    x = rng.uniform(0, 2, size=n)
    return x, np.sin(8 * x) + 0.3 * rng.normal(size=n)


def _gaming(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    x, y = _wave(rng, n)
    return {"mean": x, "scale": x}, y


def _collapse(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    """Two rows have a column of their own and happen to agree, so that their spread is the width of their accident."""
    alone = np.zeros(n)
    alone[:2] = 1
    y = rng.normal(size=n)
    y[1] = y[0] + 1e-3 * rng.normal()
    return {"mean": alone, "scale": alone}, y


def _unreliable(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    x = _x(rng, n)
    return x, (rng.uniform(size=n) < 1 / (1 + np.exp(x - x * x))).astype(float)


def _outliers(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    x = _x(rng, n)
    y = x + rng.normal(size=n)
    y[: max(1, n // 100)] += 8
    return x, y


def _right_lognormal(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    x = _x(rng, n)
    return x, np.exp(1 + 0.5 * x + 0.5 * rng.normal(size=n))


def _right_weibull(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    x = _x(rng, n)
    return x, np.exp(1 + 0.5 * x) * rng.weibull(1.7, size=n)


def _right_beta(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    x = _x(rng, n)
    mean = 1 / (1 + np.exp(-0.5 * x))
    return x, rng.beta(8 * mean, 8 - 8 * mean)


def _right_hurdle(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    x, y = _right_gamma(rng, n)
    return x, y * (rng.uniform(size=n) > 0.25)


def _right_inflated(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    x, y = _right_poisson(rng, n)
    return x, y * (rng.uniform(size=n) > 0.25)


def _line(draw: Callable[[np.random.Generator, int], Array]) -> Draw:
    """Errors around x."""

    def made(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
        x = _x(rng, n)
        return x, x + draw(rng, n)

    return made


def _times(draw: Callable[[np.random.Generator, int], Array], zeros: float = 0.0) -> Draw:
    """Factors of e^(1 + x/2), a share of them 0."""

    def made(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
        x = _x(rng, n)
        y = np.exp(1 + 0.5 * x) * draw(rng, n)
        return x, y * (rng.uniform(size=n) > zeros) if zeros else y

    return made


def _skew_normal(rng: np.random.Generator, n: int) -> Array:
    lean = 4 / np.sqrt(17)
    return lean * np.abs(rng.normal(size=n)) + np.sqrt(1 - lean * lean) * rng.normal(size=n)


def _odds(rng: np.random.Generator, n: int) -> Array:
    u = rng.uniform(size=n)
    return np.asarray((u / (1 - u)) ** (1 / 3))


def _right_inverse_gaussian(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    x = _x(rng, n)
    return x, rng.wald(np.exp(1 + 0.5 * x), 4.0)


def _right_logit_normal(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    x = _x(rng, n)
    return x, 1 / (1 + np.exp(-0.5 * x - 0.6 * rng.normal(size=n)))


def _right_ends(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    x = _x(rng, n)
    mean, u = 1 / (1 + np.exp(-0.5 * x)), rng.uniform(size=n)
    y = rng.beta(8 * mean, 8 - 8 * mean)
    return x, np.where(u < 0.1, 0.0, np.where(u > 0.9, 1.0, y))


def _right_geometric(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    x = _x(rng, n)
    return x, rng.geometric(1 / (1 + np.exp(1 + 0.5 * x))) - 1.0


def _right_conway(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    """Counts with probabilities proportional to rate^k/(k!)^2, by inversion; above 60 they are below 1e-80."""
    x = _x(rng, n)
    k = np.arange(60)
    chances = np.exp(k * (2 + 0.5 * x)[:, None] - 2 * np.concatenate([[0.0], np.cumsum(np.log(k[1:]))]))
    cumulated = np.cumsum(chances, axis=1)
    return x, (rng.uniform(size=(n, 1)) * cumulated[:, -1:] > cumulated).sum(axis=1).astype(float)


def _right_generalized_poisson(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    """Total size of branching families: a Poisson number of founders, each with a Poisson number of children."""
    x = _x(rng, n)
    mean = np.exp(1 + 0.5 * x)
    born = rng.poisson(mean / (1 + 0.2 * mean))
    y, children = born.astype(float), 0.2 * mean / (1 + 0.2 * mean)
    while born.any():
        born = rng.poisson(children * born)
        y += born
    return x, y


def _right_inflated_negative_binomial(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    x, y = _right_negative_binomial(rng, n)
    return x, y * (rng.uniform(size=n) > 0.25)


def _right_tweedie(rng: np.random.Generator, n: int) -> tuple[Any, Array]:
    """A Poisson number of gamma amounts of shape 1: power 1.5, dispersion 1."""
    x = _x(rng, n)
    mean = np.exp(1 + 0.5 * x)
    number = rng.poisson(2 * np.sqrt(mean))
    return x, np.where(number > 0, rng.gamma(np.maximum(number, 1)) * np.sqrt(mean) / 2, 0.0)


#: the noise that made the outcomes, as `suggest` names it
MADE = (
    ("Normal", _right_normal),
    ("StudentT", _right_student),
    ("Gamma", _right_gamma),
    ("LogNormal", _right_lognormal),
    ("Weibull", _right_weibull),
    ("Poisson", _right_poisson),
    ("NegativeBinomial", _right_negative_binomial),
    ("ZeroInflated(Poisson())", _right_inflated),
    ("Beta", _right_beta),
    ("Hurdle(Gamma())", _right_hurdle),
    ("Laplace", _line(lambda rng, n: rng.laplace(size=n))),
    ("Logistic", _line(lambda rng, n: rng.logistic(size=n))),
    ("SkewNormal", _line(_skew_normal)),
    ("Gumbel", _line(lambda rng, n: rng.gumbel(size=n))),
    ("GumbelMin", _line(lambda rng, n: -rng.gumbel(size=n))),
    ("Exponential", _times(lambda rng, n: rng.exponential(size=n))),
    ("InverseGaussian", _right_inverse_gaussian),
    ("LogLogistic", _times(_odds)),
    ("LogitNormal", _right_logit_normal),
    ("Hurdle(LogNormal())", _times(lambda rng, n: np.exp(0.6 * rng.normal(size=n)), 0.25)),
    ("Hurdle(Weibull())", _times(lambda rng, n: rng.weibull(1.7, size=n), 0.25)),
    ("ZeroOneInflated(Beta())", _right_ends),
    ("Geometric", _right_geometric),
    ("ConwayMaxwellPoisson", _right_conway),
    ("GeneralizedPoisson", _right_generalized_poisson),
    ("ZeroInflated(NegativeBinomial())", _right_inflated_negative_binomial),
    ("Tweedie(power=1.5)", _right_tweedie),
)

RIGHT = (
    Simulation("Normal", lk.Normal, 500, "", _right_normal),
    Simulation("Normal, spread predicted", lk.Normal, 500, "", _right_spread),
    Simulation("StudentT", lk.StudentT, 500, "", _right_student),
    Simulation("Gamma", lk.Gamma, 500, "", _right_gamma),
    Simulation("Poisson", lk.Poisson, 500, "", _right_poisson),
    Simulation("NegativeBinomial", lk.NegativeBinomial, 500, "", _right_negative_binomial),
    Simulation("Bernoulli", lk.Bernoulli, 500, "", _right_bernoulli),
)
BROKEN = (
    Simulation("spread exp(0.3 x)", lk.Normal, 500, "fan-out", _fan_out),
    Simulation("Student's t, df 4", lk.Normal, 500, "heavy tails", _heavy),
    Simulation("gamma, shape 8", lk.Normal, 500, "skew", _skew),
    Simulation("two groups, 3 sd apart", lk.Normal, 500, "multimodality", _two_groups),
    Simulation("15 % extra zeros", lk.Poisson, 500, "zero excess", _zeros),
    Simulation("rates with variance 0.2", lk.Poisson, 500, "over-dispersion", _over),
    Simulation("rates with variance 0.2", lk.Poisson, 500, "calibration", _over),
    Simulation("rates with variance 0.2", lk.Poisson, 500, "coverage", _over),
    Simulation("rates with variance 0.2", lk.Poisson, 500, "sharpness", _over),
    Simulation("mean bends by 0.3 x^2", lk.Normal, 500, "bend", _bend),
    Simulation("mean is sin 8x", lk.Normal, 500, "pattern", _wave),
    Simulation("mean is sin 8x, spread predicted", lk.Normal, 500, "gaming", _gaming),
    Simulation("two rows agree by accident", lk.Normal, 500, "collapse", _collapse),
    Simulation("logit bends by x^2", lk.Bernoulli, 500, "reliability", _unreliable),
    Simulation("1 % of rows 8 sd away", lk.Normal, 500, "outliers", _outliers),
    Simulation("25 % extra zeros", lk.NegativeBinomial, 500, "zero excess", _right_inflated_negative_binomial),
)
