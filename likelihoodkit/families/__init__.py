"""The families, one per file; the chapters below are the table of contents by kind of outcome.

A family's file is read when the family is first asked for, so that one loss does not wait for all the others.
``lk.families()`` prints as that table: the eleven kinds of outcome first, then every family with its outputs, links and
support, what its loss reduces to and what to choose instead.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from likelihoodkit.families.contents import Contents, Entry, entry
from likelihoodkit.loading import kept
from likelihoodkit.loading.callables import make_callable
from likelihoodkit.loading.later import Later

if TYPE_CHECKING:
    from likelihoodkit import declaration
    from likelihoodkit.declaration import Distribution
    from likelihoodkit.families import announced
    from likelihoodkit.families.alignment import Alignment as Alignment
    from likelihoodkit.families.asymmetric_laplace import AsymmetricLaplace as AsymmetricLaplace
    from likelihoodkit.families.asymmetric_normal import AsymmetricNormal as AsymmetricNormal
    from likelihoodkit.families.bernoulli import Bernoulli as Bernoulli
    from likelihoodkit.families.beta import Beta as Beta
    from likelihoodkit.families.beta_binomial import BetaBinomial as BetaBinomial
    from likelihoodkit.families.beta_prime import BetaPrime as BetaPrime
    from likelihoodkit.families.binomial import Binomial as Binomial
    from likelihoodkit.families.birnbaum_saunders import BirnbaumSaunders as BirnbaumSaunders
    from likelihoodkit.families.box_cox_normal import BoxCoxNormal as BoxCoxNormal
    from likelihoodkit.families.box_cox_t import BoxCoxT as BoxCoxT
    from likelihoodkit.families.burr import Burr as Burr
    from likelihoodkit.families.categorical import Categorical as Categorical
    from likelihoodkit.families.cauchy import Cauchy as Cauchy
    from likelihoodkit.families.chi_squared import ChiSquared as ChiSquared
    from likelihoodkit.families.continuous_bernoulli import ContinuousBernoulli as ContinuousBernoulli
    from likelihoodkit.families.conway_maxwell_poisson import ConwayMaxwellPoisson as ConwayMaxwellPoisson
    from likelihoodkit.families.dirichlet import Dirichlet as Dirichlet
    from likelihoodkit.families.dirichlet_multinomial import DirichletMultinomial as DirichletMultinomial
    from likelihoodkit.families.discrete_weibull import DiscreteWeibull as DiscreteWeibull
    from likelihoodkit.families.exponential import Exponential as Exponential
    from likelihoodkit.families.exponentially_modified_normal import (
        ExponentiallyModifiedNormal as ExponentiallyModifiedNormal,
    )
    from likelihoodkit.families.frechet import Frechet as Frechet
    from likelihoodkit.families.gamma import Gamma as Gamma
    from likelihoodkit.families.generalized_extreme_value import GeneralizedExtremeValue as GeneralizedExtremeValue
    from likelihoodkit.families.generalized_gamma import GeneralizedGamma as GeneralizedGamma
    from likelihoodkit.families.generalized_normal import GeneralizedNormal as GeneralizedNormal
    from likelihoodkit.families.generalized_pareto import GeneralizedPareto as GeneralizedPareto
    from likelihoodkit.families.generalized_poisson import GeneralizedPoisson as GeneralizedPoisson
    from likelihoodkit.families.geometric import Geometric as Geometric
    from likelihoodkit.families.gompertz import Gompertz as Gompertz
    from likelihoodkit.families.gumbel import Gumbel as Gumbel
    from likelihoodkit.families.gumbel_min import GumbelMin as GumbelMin
    from likelihoodkit.families.half_cauchy import HalfCauchy as HalfCauchy
    from likelihoodkit.families.half_normal import HalfNormal as HalfNormal
    from likelihoodkit.families.huber import Huber as Huber
    from likelihoodkit.families.hyperbolic_secant import HyperbolicSecant as HyperbolicSecant
    from likelihoodkit.families.inverse_gamma import InverseGamma as InverseGamma
    from likelihoodkit.families.inverse_gaussian import InverseGaussian as InverseGaussian
    from likelihoodkit.families.johnson_su import JohnsonSU as JohnsonSU
    from likelihoodkit.families.kumaraswamy import Kumaraswamy as Kumaraswamy
    from likelihoodkit.families.laplace import Laplace as Laplace
    from likelihoodkit.families.linear_chain import LinearChain as LinearChain
    from likelihoodkit.families.log_logistic import LogLogistic as LogLogistic
    from likelihoodkit.families.log_normal import LogNormal as LogNormal
    from likelihoodkit.families.logarithmic import Logarithmic as Logarithmic
    from likelihoodkit.families.logistic import Logistic as Logistic
    from likelihoodkit.families.logit_normal import LogitNormal as LogitNormal
    from likelihoodkit.families.lomax import Lomax as Lomax
    from likelihoodkit.families.maxwell import Maxwell as Maxwell
    from likelihoodkit.families.multinomial import Multinomial as Multinomial
    from likelihoodkit.families.multivariate_normal import MultivariateNormal as MultivariateNormal
    from likelihoodkit.families.multivariate_t import MultivariateT as MultivariateT
    from likelihoodkit.families.nakagami import Nakagami as Nakagami
    from likelihoodkit.families.negative_binomial import NegativeBinomial as NegativeBinomial
    from likelihoodkit.families.normal import Normal as Normal
    from likelihoodkit.families.ordered import Ordered as Ordered
    from likelihoodkit.families.pareto import Pareto as Pareto
    from likelihoodkit.families.plackett_luce import PlackettLuce as PlackettLuce
    from likelihoodkit.families.poisson import Poisson as Poisson
    from likelihoodkit.families.poisson_inverse_gaussian import PoissonInverseGaussian as PoissonInverseGaussian
    from likelihoodkit.families.rayleigh import Rayleigh as Rayleigh
    from likelihoodkit.families.rice import Rice as Rice
    from likelihoodkit.families.sinh_arcsinh import SinhArcsinh as SinhArcsinh
    from likelihoodkit.families.skellam import Skellam as Skellam
    from likelihoodkit.families.skew_normal import SkewNormal as SkewNormal
    from likelihoodkit.families.skew_t import SkewT as SkewT
    from likelihoodkit.families.student_t import StudentT as StudentT
    from likelihoodkit.families.tweedie import Tweedie as Tweedie
    from likelihoodkit.families.von_mises import VonMises as VonMises
    from likelihoodkit.families.von_mises_fisher import VonMisesFisher as VonMisesFisher
    from likelihoodkit.families.weibull import Weibull as Weibull
    from likelihoodkit.families.wrapped_cauchy import WrappedCauchy as WrappedCauchy
    from likelihoodkit.families.yule_simon import YuleSimon as YuleSimon
    from likelihoodkit.families.zeta import Zeta as Zeta

if not TYPE_CHECKING:
    announced, declaration = Later("likelihoodkit.families.announced"), Later("likelihoodkit.declaration")

CHAPTERS: dict[str, tuple[str, ...]] = {
    "Real numbers": (
        "Normal", "Laplace", "StudentT", "Cauchy", "Logistic", "HyperbolicSecant", "Gumbel", "AsymmetricLaplace",
        "Huber", "AsymmetricNormal", "JohnsonSU", "GumbelMin", "SkewNormal", "ExponentiallyModifiedNormal",
        "GeneralizedNormal", "SinhArcsinh", "GeneralizedExtremeValue", "SkewT",
    ),
    "Positive amounts": (
        "Exponential", "Gamma", "LogNormal", "Weibull", "InverseGaussian", "InverseGamma", "ChiSquared",
        "LogLogistic", "Lomax", "Burr", "Rayleigh", "Maxwell", "HalfNormal", "HalfCauchy", "Nakagami",
        "BirnbaumSaunders", "BetaPrime", "Frechet", "Rice", "Gompertz", "GeneralizedGamma",
        "BoxCoxNormal", "BoxCoxT", "GeneralizedPareto", "Pareto",
        "Tweedie",
    ),
    "Proportions and angles": (
        "Beta", "VonMises", "LogitNormal", "Kumaraswamy", "WrappedCauchy", "ContinuousBernoulli",
    ),
    "Classes": (
        "Bernoulli", "Categorical", "Ordered",
    ),
    "Counts": (
        "Poisson", "Geometric", "NegativeBinomial", "Binomial", "BetaBinomial", "Logarithmic", "GeneralizedPoisson",
        "Zeta", "YuleSimon", "DiscreteWeibull", "Skellam",
        "PoissonInverseGaussian", "ConwayMaxwellPoisson",
    ),
    "Vectors": (
        "MultivariateNormal", "MultivariateT", "Dirichlet", "Multinomial", "DirichletMultinomial", "PlackettLuce",
        "VonMisesFisher",
    ),
    "Sequences": (
        "LinearChain", "Alignment",
    ),
}


class Families(Mapping[str, "type[Distribution]"]):
    """Name -> family, in the order of the chapters; a family is imported when it is looked up."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = dict.fromkeys(names)
        self._found: dict[str, type[Distribution]] = {}

    def __getitem__(self, name: str) -> type[Distribution]:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._found:
            self._found[name] = self._announced(name) or self._read(name)
        return self._found[name]

    def own(self, family: Any) -> bool:
        """Is it one of these families, as it stands in its file?"""
        return family.__name__ in self._names and self[family.__name__] is family

    @staticmethod
    def _module(name: str) -> str:
        # JohnsonSU -> johnson_su, VonMisesFisher -> von_mises_fisher
        return f"{__name__}." + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()

    def _announced(self, name: str) -> type[Distribution] | None:
        """The family from what an earlier process kept of its facts, its file unread."""
        text = None if self._module(name) in sys.modules else kept.read(f"facts of {name}")
        facts = None if text is None else announced.heard(text)
        return None if facts is None else declaration.announce(self._module(name), name, facts)

    def _read(self, name: str) -> type[Distribution]:
        fresh = self._module(name) not in sys.modules
        family: type[Distribution] = getattr(import_module(self._module(name)), name)
        text = announced.told(family.__doc__, family.outcome, family.parameters) if fresh else None
        if text is not None:
            kept.write(f"facts of {name}", text)
        return family

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


FAMILIES = Families(tuple(name for names in CHAPTERS.values() for name in names))

__all__ = ["CHAPTERS", "FAMILIES", "Contents", "Entry", *FAMILIES]  # noqa: PLE0604  (names of the table above)


def __getattr__(name: str) -> Any:
    if name in FAMILIES:
        return FAMILIES[name]
    raise AttributeError(f"module 'likelihoodkit.families' has no attribute {name!r}")


def contents() -> Contents:
    """All families in the order of the chapters.

    >>> print(str(contents()).splitlines()[14])
      Normal(mean [identity], scale [softplus]) on real: Errors that are sums of many small independent causes.
    """
    return Contents(entry(chapter, FAMILIES[name]) for chapter, names in CHAPTERS.items() for name in names)


make_callable(__name__, contents)
