"""Names and parametrisations of the reference tables, translated into the catalogue's.

`R_AND_JULIA` serves r_logpdf.json and distributions_jl.json, `GAMLSS` serves gamlss_logpdf.json. An entry is
either the name of a reference parameter or a function of the dictionary of them. `settled` is False where the
catalogue does not fix the parametrisation yet: check the row when the family is written. Reference families
without a counterpart (F, noncentral, Levy, triangular, ...) have no row and were not copied.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Parameters: TypeAlias = Mapping[str, float]
Translation: TypeAlias = str | Callable[[Parameters], float]


@dataclass(frozen=True)
class Target:
    """A family of the catalogue with all its parameters, perhaps inside one wrapper."""

    family: str
    translations: Mapping[str, Translation]
    settled: bool = True
    wrapper: str = ""
    wrapper_translations: Mapping[str, Translation] = field(default_factory=dict)
    origin: str = ""  # the reference parameter from which the family counts its outcome

    def parameters(self, reference: Parameters) -> dict[str, float]:
        """The family's parameters (held ones included) by the catalogue's names."""
        return _translate(self.translations, reference)

    def wrapper_parameters(self, reference: Parameters) -> dict[str, float]:
        """The wrapper's own parameters."""
        return _translate(self.wrapper_translations, reference)


def _translate(translations: Mapping[str, Translation], reference: Parameters) -> dict[str, float]:
    return {k: float(reference[t] if isinstance(t, str) else t(reference)) for k, t in translations.items()}


def _to(family: str, **translations: Translation) -> Target:
    return Target(family, translations)


def _unsettled(family: str, **translations: Translation) -> Target:
    return Target(family, translations, settled=False)


def _inside(wrapper: str, target: Target, **own: Translation) -> Target:
    return Target(target.family, target.translations, target.settled, wrapper, own)


_AT: dict[str, Translation] = {"location": "loc", "scale": "scale"}
_POISSON = _to("Poisson", mean="rate")
_NEGATIVE_BINOMIAL = _to("NegativeBinomial", mean="mu", dispersion=lambda p: 1 / p["size"])
_BETA: dict[str, Translation] = {
    "mean": lambda p: p["a"] / (p["a"] + p["b"]),
    "concentration": lambda p: p["a"] + p["b"],
}


def _sd_to_scale(sd: str, power: str) -> Callable[[Parameters], float]:
    """A generalised normal given by its standard deviation: sd^2 = scale^2 Gamma(3/n)/Gamma(1/n)."""
    return lambda p: p[sd] * math.exp((math.lgamma(1 / p[power]) - math.lgamma(3 / p[power])) / 2)


R_AND_JULIA: dict[str, Target] = {
    # the real line
    "normal": _to("Normal", mean="loc", scale="scale"),
    "laplace": _to("Laplace", **_AT),
    "student_t": _to("StudentT", **_AT, df="df"),
    "cauchy": _to("Cauchy", **_AT),
    "logistic": _to("Logistic", **_AT),
    "gumbel_max": _to("Gumbel", **_AT),
    "asymmetric_laplace_pinball": _to("AsymmetricLaplace", **_AT, level="tau"),
    "huber": _to("Huber", **_AT, threshold="delta"),
    "generalized_normal": _to("GeneralizedNormal", **_AT, shape="power"),
    "generalized_normal_sd": _to("GeneralizedNormal", location="loc", scale=_sd_to_scale("sd", "power"), shape="power"),
    "skew_normal": _to("SkewNormal", **_AT, skew="alpha"),
    "skew_t_azzalini": _to("SkewT", **_AT, skew="alpha", df="df"),
    "johnson_su": _unsettled("JohnsonSU", location="xi", scale="lam", skew="gamma", tail="delta"),
    "gev": _to("GeneralizedExtremeValue", **_AT, shape="shape"),
    "truncated_normal": _inside("Truncated", _to("Normal", mean="loc", scale="scale"), low="low", high="high"),
    # positive amounts
    "exponential": _to("Exponential", mean=lambda p: 1 / p["rate"]),
    "gamma": _to("Gamma", mean=lambda p: p["shape"] / p["rate"], shape="shape"),
    "inverse_gamma": _to("InverseGamma", scale="scale", shape="shape"),
    "chi2": _to("ChiSquared", df="df"),
    "lognormal": _to("LogNormal", location="mu", scale="sigma"),
    "weibull": _to("Weibull", scale="scale", shape="shape"),
    "frechet": _to("Frechet", scale="scale", shape="shape"),
    "inverse_gaussian": _to("InverseGaussian", mean="mean", shape="shape"),
    "loglogistic": _to("LogLogistic", scale="scale", shape="shape"),
    "gpd": Target("GeneralizedPareto", {"scale": "scale", "shape": "shape"}, origin="loc"),
    "lomax": _to("Lomax", scale="scale", shape="shape"),
    "pareto": _to("Pareto", shape="shape", minimum="scale"),
    "burr12": _to("Burr", scale="scale", inner="shape2", outer="shape1"),
    "gen_gamma": _to("GeneralizedGamma", scale="scale", shape="shape", power="power"),
    "rayleigh": _to("Rayleigh", scale="scale"),
    "maxwell": _to("Maxwell", scale="scale"),
    "half_normal": _to("HalfNormal", scale="scale"),
    "half_cauchy": _to("HalfCauchy", scale="scale"),
    "nakagami": _to("Nakagami", shape="m", spread="omega"),
    "rice": _to("Rice", centre="nu", scale="sigma"),
    "birnbaum_saunders": _to("BirnbaumSaunders", scale="beta", shape="alpha"),
    "gompertz": _unsettled("Gompertz", rate="a", shape="b"),  # hazard a exp(b x)
    "tweedie": _to("Tweedie", mean="mu", dispersion="phi", power="p"),
    # the unit interval, angles
    "beta": _to("Beta", **_BETA),
    "kumaraswamy": _to("Kumaraswamy", first="a", second="b"),
    "von_mises": _to("VonMises", direction="loc", concentration="kappa"),
    "wrapped_cauchy": _to("WrappedCauchy", direction="loc", concentration="rho"),
    # classes and counts
    "bernoulli": _to("Bernoulli", probability="p"),
    "poisson": _POISSON,
    "geometric_failures": _to("Geometric", mean=lambda p: (1 - p["p"]) / p["p"]),
    "negative_binomial": _NEGATIVE_BINOMIAL,
    "binomial": _to("Binomial", probability="p", trials="n"),
    "beta_binomial": _to("BetaBinomial", **_BETA, trials="n"),
    "poisson_inverse_gaussian": _to(  # variance = mean + dispersion mean^2, as for NegativeBinomial
        "PoissonInverseGaussian", mean="mean", dispersion=lambda p: p["mean"] / p["shape"]
    ),
    "discrete_weibull": _to("DiscreteWeibull", probability="q", shape="beta"),
    "logarithmic": _to("Logarithmic", probability="p"),
    "zeta": _to("Zeta", shape="s"),
    "yule_simon": _to("YuleSimon", shape="rho"),
    "skellam": _to("Skellam", first="mu1", second="mu2"),
    # noise made of noise
    "zero_inflated_poisson": _inside("ZeroInflated", _POISSON, zero_probability="pi"),
    "zero_inflated_negative_binomial": _inside("ZeroInflated", _NEGATIVE_BINOMIAL, zero_probability="pi"),
    "hurdle_poisson": _inside("Hurdle", _POISSON, zero_probability="p0"),
    "hurdle_negative_binomial": _inside("Hurdle", _NEGATIVE_BINOMIAL, zero_probability="p0"),
    "zero_truncated_poisson": _inside("Truncated", _POISSON, low=lambda p: 1),  # counts from 1 on
}

_MU_SIGMA: dict[str, Translation] = {"location": "mu", "scale": "sigma"}
_PO = _to("Poisson", mean="mu")
_NBI = _to("NegativeBinomial", mean="mu", dispersion="sigma")
_PIG = _to("PoissonInverseGaussian", mean="mu", dispersion="sigma")
_BOX_COX: dict[str, Translation] = {"median": "mu", "scale": "sigma", "power": "nu"}

GAMLSS: dict[str, Target] = {
    "NO": _to("Normal", mean="mu", scale="sigma"),
    "NO2": _to("Normal", mean="mu", scale=lambda p: math.sqrt(p["sigma"])),  # sigma is the variance
    "LO": _to("Logistic", **_MU_SIGMA),
    "GU": _to("GumbelMin", **_MU_SIGMA),
    "RG": _to("Gumbel", **_MU_SIGMA),
    "TF": _to("StudentT", **_MU_SIGMA, df="nu"),
    "TF2": _to(  # sigma is the standard deviation
        "StudentT", location="mu", scale=lambda p: p["sigma"] * math.sqrt(1 - 2 / p["nu"]), df="nu"
    ),
    "PE": _to("GeneralizedNormal", location="mu", scale=_sd_to_scale("sigma", "nu"), shape="nu"),
    "PE2": _to("GeneralizedNormal", **_MU_SIGMA, shape="nu"),
    "SN1": _to("SkewNormal", **_MU_SIGMA, skew="nu"),
    "ST2": _to("SkewT", **_MU_SIGMA, skew="nu", df="tau"),
    "exGAUS": _to("ExponentiallyModifiedNormal", **_MU_SIGMA, rate=lambda p: 1 / p["nu"]),
    "JSUo": _unsettled("JohnsonSU", **_MU_SIGMA, skew="nu", tail="tau"),
    "SHASHo": _to("SinhArcsinh", **_MU_SIGMA, skew="nu", tail="tau"),
    "EXP": _to("Exponential", mean="mu"),
    "GA": _to("Gamma", mean="mu", shape=lambda p: p["sigma"] ** -2),
    "IG": _to("InverseGaussian", mean="mu", shape=lambda p: p["sigma"] ** -2),
    "LOGNO": _to("LogNormal", **_MU_SIGMA),
    "LOGNO2": _to("LogNormal", location=lambda p: math.log(p["mu"]), scale="sigma"),
    "WEI": _to("Weibull", scale="mu", shape="sigma"),
    "WEI2": _to("Weibull", scale=lambda p: p["mu"] ** (-1 / p["sigma"]), shape="sigma"),
    "WEI3": _to("Weibull", scale=lambda p: p["mu"] / math.gamma(1 + 1 / p["sigma"]), shape="sigma"),
    "PARETO2": _to("Lomax", scale="mu", shape=lambda p: 1 / p["sigma"]),
    "PARETO2o": _to("Lomax", scale="mu", shape="sigma"),
    "BCCG": _to("BoxCoxNormal", **_BOX_COX),  # truncated where z < -1/(scale |power|) has no y
    "BCCGo": _to("BoxCoxNormal", **_BOX_COX),
    "BCT": _to("BoxCoxT", **_BOX_COX, df="tau"),
    "BCTo": _to("BoxCoxT", **_BOX_COX, df="tau"),
    "BE": _to("Beta", mean="mu", concentration=lambda p: p["sigma"] ** -2 - 1),
    "BEo": _to("Beta", mean=lambda p: p["mu"] / (p["mu"] + p["sigma"]), concentration=lambda p: p["mu"] + p["sigma"]),
    "LOGITNO": _to("LogitNormal", location=lambda p: math.log(p["mu"] / (1 - p["mu"])), scale="sigma"),
    "PO": _PO,
    "GEOM": _to("Geometric", mean="mu"),
    "GEOMo": _to("Geometric", mean=lambda p: (1 - p["mu"]) / p["mu"]),
    "NBI": _NBI,
    "NBII": _to("NegativeBinomial", mean="mu", dispersion=lambda p: p["sigma"] / p["mu"]),
    "PIG": _PIG,
    "LG": _to("Logarithmic", probability="mu"),
    "ZIP": _inside("ZeroInflated", _PO, zero_probability="sigma"),
    "ZAP": _inside("Hurdle", _PO, zero_probability="sigma"),
    "ZINBI": _inside("ZeroInflated", _NBI, zero_probability="nu"),
    "ZANBI": _inside("Hurdle", _NBI, zero_probability="nu"),
    "ZIPIG": _inside("ZeroInflated", _PIG, zero_probability="nu"),
    "ZAPIG": _inside("Hurdle", _PIG, zero_probability="nu"),
}
