"""The families, one per file; the chapters below are the table of contents by kind of outcome.

``lk.families()`` prints as that table: name, outputs with their links, support and the first line of the entry.
"""

from dataclasses import dataclass

from likelihoodkit.callables import make_callable
from likelihoodkit.declaration import Distribution
from likelihoodkit.families.alignment import Alignment
from likelihoodkit.families.asymmetric_laplace import AsymmetricLaplace
from likelihoodkit.families.asymmetric_normal import AsymmetricNormal
from likelihoodkit.families.bernoulli import Bernoulli
from likelihoodkit.families.beta import Beta
from likelihoodkit.families.beta_binomial import BetaBinomial
from likelihoodkit.families.beta_prime import BetaPrime
from likelihoodkit.families.binomial import Binomial
from likelihoodkit.families.birnbaum_saunders import BirnbaumSaunders
from likelihoodkit.families.burr import Burr
from likelihoodkit.families.categorical import Categorical
from likelihoodkit.families.cauchy import Cauchy
from likelihoodkit.families.chi_squared import ChiSquared
from likelihoodkit.families.continuous_bernoulli import ContinuousBernoulli
from likelihoodkit.families.dirichlet import Dirichlet
from likelihoodkit.families.dirichlet_multinomial import DirichletMultinomial
from likelihoodkit.families.discrete_weibull import DiscreteWeibull
from likelihoodkit.families.exponential import Exponential
from likelihoodkit.families.exponentially_modified_normal import ExponentiallyModifiedNormal
from likelihoodkit.families.frechet import Frechet
from likelihoodkit.families.gamma import Gamma
from likelihoodkit.families.generalized_gamma import GeneralizedGamma
from likelihoodkit.families.generalized_normal import GeneralizedNormal
from likelihoodkit.families.generalized_poisson import GeneralizedPoisson
from likelihoodkit.families.geometric import Geometric
from likelihoodkit.families.gompertz import Gompertz
from likelihoodkit.families.gumbel import Gumbel
from likelihoodkit.families.gumbel_min import GumbelMin
from likelihoodkit.families.half_cauchy import HalfCauchy
from likelihoodkit.families.half_normal import HalfNormal
from likelihoodkit.families.huber import Huber
from likelihoodkit.families.hyperbolic_secant import HyperbolicSecant
from likelihoodkit.families.inverse_gamma import InverseGamma
from likelihoodkit.families.inverse_gaussian import InverseGaussian
from likelihoodkit.families.johnson_su import JohnsonSU
from likelihoodkit.families.kumaraswamy import Kumaraswamy
from likelihoodkit.families.laplace import Laplace
from likelihoodkit.families.linear_chain import LinearChain
from likelihoodkit.families.log_logistic import LogLogistic
from likelihoodkit.families.log_normal import LogNormal
from likelihoodkit.families.logarithmic import Logarithmic
from likelihoodkit.families.logistic import Logistic
from likelihoodkit.families.logit_normal import LogitNormal
from likelihoodkit.families.lomax import Lomax
from likelihoodkit.families.maxwell import Maxwell
from likelihoodkit.families.multinomial import Multinomial
from likelihoodkit.families.multivariate_normal import MultivariateNormal
from likelihoodkit.families.multivariate_t import MultivariateT
from likelihoodkit.families.nakagami import Nakagami
from likelihoodkit.families.negative_binomial import NegativeBinomial
from likelihoodkit.families.normal import Normal
from likelihoodkit.families.plackett_luce import PlackettLuce
from likelihoodkit.families.poisson import Poisson
from likelihoodkit.families.rayleigh import Rayleigh
from likelihoodkit.families.rice import Rice
from likelihoodkit.families.skew_normal import SkewNormal
from likelihoodkit.families.student_t import StudentT
from likelihoodkit.families.von_mises import VonMises
from likelihoodkit.families.von_mises_fisher import VonMisesFisher
from likelihoodkit.families.weibull import Weibull
from likelihoodkit.families.wrapped_cauchy import WrappedCauchy
from likelihoodkit.families.yule_simon import YuleSimon
from likelihoodkit.families.zeta import Zeta

CHAPTERS: dict[str, tuple[type[Distribution], ...]] = {
    "Real numbers": (
        Normal, Laplace, StudentT, Cauchy, Logistic, HyperbolicSecant, Gumbel, AsymmetricLaplace, Huber,
        AsymmetricNormal, JohnsonSU, GumbelMin, SkewNormal, ExponentiallyModifiedNormal, GeneralizedNormal,
    ),
    "Positive amounts": (
        Exponential, Gamma, LogNormal, Weibull, InverseGaussian, InverseGamma, ChiSquared, LogLogistic,
        Lomax, Burr, Rayleigh, Maxwell, HalfNormal, HalfCauchy, Nakagami,
        BirnbaumSaunders, BetaPrime, Frechet, Rice, Gompertz, GeneralizedGamma,
    ),
    "Proportions and angles": (Beta, VonMises, LogitNormal, Kumaraswamy, WrappedCauchy, ContinuousBernoulli),
    "Classes": (Bernoulli, Categorical),
    "Counts": (
        Poisson, Geometric, NegativeBinomial, Binomial, BetaBinomial, Logarithmic, GeneralizedPoisson, Zeta, YuleSimon,
        DiscreteWeibull,
    ),
    "Vectors": (
        MultivariateNormal, MultivariateT, Dirichlet, Multinomial, DirichletMultinomial, PlackettLuce, VonMisesFisher,
    ),
    "Sequences": (LinearChain, Alignment),
}

FAMILIES: dict[str, type[Distribution]] = {
    family.__name__: family for chapter in CHAPTERS.values() for family in chapter
}

__all__ = [
    "CHAPTERS",
    "FAMILIES",
    "Alignment",
    "AsymmetricLaplace",
    "AsymmetricNormal",
    "Bernoulli",
    "Beta",
    "BetaBinomial",
    "BetaPrime",
    "Binomial",
    "BirnbaumSaunders",
    "Burr",
    "Categorical",
    "Cauchy",
    "ChiSquared",
    "Contents",
    "ContinuousBernoulli",
    "Dirichlet",
    "DirichletMultinomial",
    "DiscreteWeibull",
    "Entry",
    "Exponential",
    "ExponentiallyModifiedNormal",
    "Frechet",
    "Gamma",
    "GeneralizedGamma",
    "GeneralizedNormal",
    "GeneralizedPoisson",
    "Geometric",
    "Gompertz",
    "Gumbel",
    "GumbelMin",
    "HalfCauchy",
    "HalfNormal",
    "Huber",
    "HyperbolicSecant",
    "InverseGamma",
    "InverseGaussian",
    "JohnsonSU",
    "Kumaraswamy",
    "Laplace",
    "LinearChain",
    "LogLogistic",
    "LogNormal",
    "Logarithmic",
    "Logistic",
    "LogitNormal",
    "Lomax",
    "Maxwell",
    "Multinomial",
    "MultivariateNormal",
    "MultivariateT",
    "Nakagami",
    "NegativeBinomial",
    "Normal",
    "PlackettLuce",
    "Poisson",
    "Rayleigh",
    "Rice",
    "SkewNormal",
    "StudentT",
    "VonMises",
    "VonMisesFisher",
    "Weibull",
    "WrappedCauchy",
    "YuleSimon",
    "Zeta",
]


@dataclass(frozen=True)
class Entry:
    """One row of the table of contents."""

    chapter: str
    name: str
    outputs: dict[str, str]
    support: str
    summary: str


class Contents(tuple[Entry, ...]):
    """The rows of `Entry`, printed as a table by chapter."""

    __slots__ = ()

    def __str__(self) -> str:
        lines: list[str] = []
        for chapter in CHAPTERS:
            lines += ["", chapter]
            for row in self:
                if row.chapter == chapter:
                    outputs = ", ".join(f"{name} [{link}]" for name, link in row.outputs.items())
                    lines.append(f"  {row.name}({outputs}) on {row.support}: {row.summary}")
        return "\n".join(lines[1:])


def contents() -> Contents:
    """All families in the order of the chapters.

    >>> print(str(contents()).splitlines()[1])
      Normal(mean [identity], scale [softplus]) on real: Errors that are sums of many small independent causes.
    """
    return Contents(
        Entry(
            chapter,
            family.__name__,
            {name: row.link.name if row.link else "held" for name, row in family.parameters.items()},
            family.outcome.domain.name,
            str(family.__doc__).strip().splitlines()[0],
        )
        for chapter, members in CHAPTERS.items()
        for family in members
    )


make_callable(__name__, contents)
