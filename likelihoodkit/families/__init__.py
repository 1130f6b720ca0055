"""The families, one per file; the chapters below are the table of contents by kind of outcome."""

from likelihoodkit.declaration import Distribution
from likelihoodkit.families.asymmetric_laplace import AsymmetricLaplace
from likelihoodkit.families.bernoulli import Bernoulli
from likelihoodkit.families.beta import Beta
from likelihoodkit.families.binomial import Binomial
from likelihoodkit.families.categorical import Categorical
from likelihoodkit.families.cauchy import Cauchy
from likelihoodkit.families.exponential import Exponential
from likelihoodkit.families.gamma import Gamma
from likelihoodkit.families.geometric import Geometric
from likelihoodkit.families.gumbel import Gumbel
from likelihoodkit.families.huber import Huber
from likelihoodkit.families.hyperbolic_secant import HyperbolicSecant
from likelihoodkit.families.inverse_gaussian import InverseGaussian
from likelihoodkit.families.laplace import Laplace
from likelihoodkit.families.log_normal import LogNormal
from likelihoodkit.families.logistic import Logistic
from likelihoodkit.families.negative_binomial import NegativeBinomial
from likelihoodkit.families.normal import Normal
from likelihoodkit.families.poisson import Poisson
from likelihoodkit.families.student_t import StudentT
from likelihoodkit.families.von_mises import VonMises
from likelihoodkit.families.weibull import Weibull

CHAPTERS: dict[str, tuple[type[Distribution], ...]] = {
    "Real numbers": (Normal, Laplace, StudentT, Cauchy, Logistic, HyperbolicSecant, Gumbel, AsymmetricLaplace, Huber),
    "Positive amounts": (Exponential, Gamma, LogNormal, Weibull, InverseGaussian),
    "Proportions and angles": (Beta, VonMises),
    "Classes": (Bernoulli, Categorical),
    "Counts": (Poisson, Geometric, NegativeBinomial, Binomial),
}

FAMILIES: dict[str, type[Distribution]] = {
    family.__name__: family for chapter in CHAPTERS.values() for family in chapter
}

__all__ = [
    "CHAPTERS",
    "FAMILIES",
    "AsymmetricLaplace",
    "Bernoulli",
    "Beta",
    "Binomial",
    "Categorical",
    "Cauchy",
    "Exponential",
    "Gamma",
    "Geometric",
    "Gumbel",
    "Huber",
    "HyperbolicSecant",
    "InverseGaussian",
    "Laplace",
    "LogNormal",
    "Logistic",
    "NegativeBinomial",
    "Normal",
    "Poisson",
    "StudentT",
    "VonMises",
    "Weibull",
]
