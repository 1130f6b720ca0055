"""The table of names: SciPy is called live for every family it has; R's arguments are those of its own tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.stats

import likelihoodkit as lk
from likelihoodkit.declaration.peers import CALLS
from likelihoodkit.families import FAMILIES
from reference.truth import cases

#: parameters at which libraries are compared
AT: dict[str, dict[str, Any]] = {
    "mean": {"": 1.7, "Beta": 0.3, "BetaBinomial": 0.3, "MultivariateNormal": [0.3, -1.0], "MultivariateT": [0.3, -1.0],
             "Dirichlet": [0.2, 0.5, 0.3], "DirichletMultinomial": [0.2, 0.5, 0.3]},
    "scale": {"": 1.3, "MultivariateNormal": [[1.0, 0.0], [0.5, 2.0]], "MultivariateT": [[1.0, 0.0], [0.5, 2.0]]},
    "location": {"": 0.4}, "df": {"": 3.5}, "level": {"": 0.3}, "shape": {"": 1.6}, "skew": {"": -0.8},
    "tail": {"": 1.4}, "rate": {"": 0.7}, "power": {"": 1.2}, "minimum": {"": 0.5}, "inner": {"": 1.5},
    "outer": {"": 0.8}, "spread": {"": 2.0}, "centre": {"": 1.1}, "concentration": {"": 2.5, "WrappedCauchy": 0.4},
    "first": {"": 0.9}, "second": {"": 2.1}, "probability": {"": 0.3}, "direction": {"": 0.5,
    "VonMisesFisher": [0.6, 0.0, 0.8]},
    "dispersion": {"": 0.4}, "trials": {"": 9}, "probabilities": {"": [0.2, 0.5, 0.3]},
    "threshold": {"": 1.345}, "median": {"": 1.7},
}  # fmt: skip
OUTCOMES: dict[str, Any] = {
    "real": [-2.3, 0.1, 3.0], "positive": [0.6, 1.4, 5.0], "amounts from minimum": [0.6, 1.4, 5.0],
    "amounts or nothing": [0.0, 1.4, 5.0],
    "nonnegative": [0.0, 1.4, 5.0], "unit": [0.1, 0.5, 0.97],
    "circle": [-3.0, 0.6, 2.0], "binary": [0.0, 1.0], "counts": [0.0, 1.0, 7.0], "counts from one": [1.0, 2.0, 7.0],
    "counts up to trials": [0.0, 4.0, 9.0], "vectors": [[0.1, -2.0], [3.0, 1.0]], "integers": [-4.0, 0.0, 3.0],
    "proportions": [[0.1, 0.2, 0.7], [0.3, 0.3, 0.4]], "count vectors": [[2.0, 3.0, 4.0], [0.0, 9.0, 0.0]],
    "sphere": [[1.0, 0.0, 0.0], [0.0, 0.6, 0.8]], "classes": [0.0, 2.0],
}  # fmt: skip


def at(name: str) -> tuple[dict[str, Any], Any]:
    """Parameters and outcomes of a family."""
    family = FAMILIES[name]
    values = {p: AT[p].get(name, AT[p][""]) for p in family.parameters}
    return values, np.array(OUTCOMES[family.outcome.domain.name])


def having(library: str) -> list[str]:
    return [name for name in FAMILIES if library in CALLS.get(name, {})]


@pytest.mark.parametrize("name", having("scipy"))
def test_scipy_has_the_same_density(name: str) -> None:
    values, y = at(name)
    names = FAMILIES[name].names("scipy")
    function = getattr(scipy.stats, names.function.removeprefix("scipy.stats."))
    arguments = names.arguments(**values)
    if name == "WrappedCauchy":  # SciPy's circle begins at loc
        y = (y - values["direction"]) % (2 * np.pi) + values["direction"]
    if name == "Dirichlet":  # takes columns
        y_there = y.T
    else:
        y_there = y
    density = getattr(function, "logpdf", None) if not hasattr(function, "logpmf") else function.logpmf
    found = FAMILIES[name](**values).log_density(y)
    assert found == pytest.approx(density(y_there, **arguments), rel=1e-9, abs=1e-12)


#: SciPy has no such distribution (1.17); every other family has a row in the table
NOT_IN_SCIPY = {
    "AsymmetricNormal", "Huber", "SkewT", "SinhArcsinh", "BoxCoxNormal", "BoxCoxT", "Tweedie", "Kumaraswamy",
    "LogitNormal", "ContinuousBernoulli", "Categorical", "Ordered", "PlackettLuce", "GeneralizedPoisson",
    "ConwayMaxwellPoisson", "PoissonInverseGaussian", "DiscreteWeibull", "LinearChain", "Alignment",
}  # fmt: skip


def test_every_family_of_scipy_is_in_the_table() -> None:
    assert set(FAMILIES) - set(having("scipy")) <= NOT_IN_SCIPY
    assert not NOT_IN_SCIPY & set(having("scipy"))


#: R's own arguments where the reference table gives the textbook's: what they are computed from
COMPUTED = {"maxwell", "asymmetric_laplace_pinball", "beta_prime", "zeta", "huber", "generalized_poisson_gp0", "gpd"}


@pytest.mark.parametrize("name", having("R"))
def test_r_is_called_with_its_own_arguments(name: str) -> None:
    """The table of R's densities was made with these functions: the arguments have the same numbers."""
    package = {"extraDistr", "VGAM", "actuar", "statmod", "sn", "fGarch", "circular", "mgcv", "gamlss.dist", "mvtnorm",
               "movMF", "stats", "COMPoissonReg"}  # fmt: skip
    names = FAMILIES[name].names("R")
    home = names.function.split("::")[0] if "::" in names.function else "stats"
    assert home in package
    assert names.function.split("::")[-1].startswith(("d", "ldT"))
    compared = 0
    for case in cases("r_logpdf"):
        source = case.entry["source"].removeprefix("R:")
        if case.target.family != name or case.entry["family"] in COMPUTED or source != home:
            continue
        numbers = sorted(names.arguments(**case.parameters).values())
        assert numbers == pytest.approx(sorted(case.entry["params"].values()), rel=1e-12)
        compared += 1
    assert compared or name in NOT_COMPARED


#: families whose R function made no row of that table, or whose rows are in the textbook's parameters
NOT_COMPARED = {
    "GumbelMin", "JohnsonSU", "SinhArcsinh", "ExponentiallyModifiedNormal", "BoxCoxNormal", "BoxCoxT", "LogitNormal",
    "StudentT", "Bernoulli", "Maxwell", "AsymmetricLaplace", "BetaPrime", "Zeta", "Huber", "GeneralizedPoisson",
    "GeneralizedPareto", "MultivariateNormal", "MultivariateT", "Dirichlet", "Multinomial", "DirichletMultinomial",
    "VonMisesFisher", "ConwayMaxwellPoisson",
}  # fmt: skip


def test_other_parameters_have_names_too() -> None:
    names = lk.Gamma.by("shape", "rate").names("scipy")
    assert names.arguments(shape=2.0, rate=4.0) == {"a": 2.0, "scale": 0.25}
    assert lk.NegativeBinomial.by("size", "probability").names("R").arguments(size=2.0, probability=0.25) == {
        "size": 2.0,
        "mu": 6.0,
    }


def test_what_a_library_does_not_have_is_an_error() -> None:
    with pytest.raises(lk.UnknownNameError, match=r"scipy.stats has no Kumaraswamy.*torch, R"):
        lk.Kumaraswamy.names("scipy")
    with pytest.raises(lk.UnknownNameError, match="Known are scipy, torch, R"):
        lk.Normal.names("numpy")
    with pytest.raises(lk.BindingError, match="is called with mean, scale"):
        lk.Normal.names("scipy").arguments(mean=1)
