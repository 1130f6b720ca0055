"""The same noise by other parameters: what is derived agrees with the textbook, and names are never mixed."""

from __future__ import annotations

import copy
from typing import Any

import mpmath as mp
import numpy as np
import pytest
import scipy.special as special
import scipy.stats as st

import likelihoodkit as lk
from likelihoodkit.command_line.parse import parse
from likelihoodkit.export.saved import noise_from_json, noise_to_json
from likelihoodkit.families import FAMILIES

#: (bound by other parameters, the same distribution as SciPy's reference page writes it)
TEXTBOOK: list[tuple[str, dict[str, Any], Any]] = [
    ("Normal", {"mean": 1.0, "variance": 4.0}, st.norm(1, 2)),
    ("Normal", {"mean": 1.0, "precision": 4.0}, st.norm(1, 0.5)),
    ("Laplace", {"location": 1.0, "rate": 4.0}, st.laplace(1, 0.25)),
    ("StudentT", {"location": 1.0, "precision": 4.0, "df": 5.0}, st.t(5, 1, 0.5)),
    ("Logistic", {"location": 1.0, "deviation": 3.0}, st.logistic(1, 3 * np.sqrt(3) / np.pi)),
    ("Exponential", {"rate": 4.0}, st.expon(scale=0.25)),
    ("Gamma", {"shape": 2.5, "rate": 4.0}, st.gamma(2.5, scale=0.25)),
    ("Gamma", {"shape": 2.5, "scale": 4.0}, st.gamma(2.5, scale=4)),
    ("Gamma", {"mean": 3.0, "dispersion": 0.4}, st.gamma(2.5, scale=3 * 0.4)),
    ("InverseGaussian", {"mean": 3.0, "dispersion": 0.4}, st.invgauss(3 * 0.4, scale=1 / 0.4)),
    ("LogNormal", {"mean": 3.0, "scale": 0.5}, st.lognorm(0.5, scale=3 * np.exp(-0.125))),
    ("LogNormal", {"median": 3.0, "scale": 0.5}, st.lognorm(0.5, scale=3)),
    ("Weibull", {"median": 3.0, "shape": 1.5}, st.weibull_min(1.5, scale=3 / np.log(2) ** (1 / 1.5))),
    ("Weibull", {"mean": 3.0, "shape": 1.5}, st.weibull_min(1.5, scale=3 / special.gamma(1 + 1 / 1.5))),
    ("VonMises", {"cosine": 1.2, "sine": -0.9}, None),
    ("Dirichlet", {"alphas": [1.5, 2.0, 0.7]}, st.dirichlet([1.5, 2.0, 0.7])),
    ("DirichletMultinomial", {"alphas": [1.5, 2.0, 0.7], "trials": 9}, st.dirichlet_multinomial([1.5, 2.0, 0.7], 9)),
    ("Lomax", {"rate": 4.0, "shape": 1.5}, st.lomax(1.5, scale=0.25)),
    ("Rayleigh", {"mean": 3.0}, st.rayleigh(scale=3 * np.sqrt(2 / np.pi))),
    ("Beta", {"first": 2.5, "second": 0.7}, st.beta(2.5, 0.7)),
    ("BetaBinomial", {"first": 2.5, "second": 0.7, "trials": 9}, st.betabinom(9, 2.5, 0.7)),
    ("LogitNormal", {"median": 0.2, "scale": 0.5}, None),
    ("Geometric", {"probability": 0.3}, st.geom(0.3, loc=-1)),
    ("NegativeBinomial", {"mean": 3.0, "size": 2.5}, st.nbinom(2.5, 2.5 / 5.5)),
    ("NegativeBinomial", {"size": 2.5, "probability": 0.3}, st.nbinom(2.5, 0.3)),
    ("NegativeBinomial", {"mean": 3.0, "excess": 0.7}, st.nbinom(3 / 0.7, 1 / 1.7)),
    ("Bernoulli", {"odds": 3.0}, st.bernoulli(0.75)),
]


@pytest.mark.parametrize("row", TEXTBOOK, ids=lambda row: f"{row[0]}-{','.join(row[1])}")
def test_is_the_textbook_distribution(row: tuple[str, dict[str, Any], Any]) -> None:
    name, parameters, true = row
    noise = getattr(lk, name)(**parameters)
    if "alphas" in parameters:
        y = (
            np.array([[1.0, 5.0, 3.0], [0.0, 9.0, 0.0]])
            if "trials" in parameters
            else [[0.2, 0.3, 0.5], [0.9, 0.02, 0.08]]
        )
        density = true.logpmf if "trials" in parameters else true.logpdf
        assert noise.log_density(y) == pytest.approx([density(row) for row in np.asarray(y)], rel=1e-12)
        assert np.ravel(noise.mean()) == pytest.approx(true.mean(), rel=1e-12)
        return
    if name == "VonMises":  # with a support of its own in SciPy
        y, angle, size = np.array([-2.0, 0.1, 3.0]), np.arctan2(-0.9, 1.2), 1.5
        assert noise.log_density(y) == pytest.approx(st.vonmises(size, angle).logpdf(y), rel=1e-12)
        assert float(noise.mean()) == pytest.approx(angle, rel=1e-14)
        return
    if true is None:  # LogitNormal: a normal on the logit scale
        y = np.array([0.05, 0.2, 0.7])
        logit = np.log(y) - np.log1p(-y)
        expected = st.norm(np.log(0.25), 0.5).logpdf(logit) - np.log(y) - np.log1p(-y)
        assert noise.log_density(y) == pytest.approx(expected, rel=1e-12)
        return
    y = true.ppf([0.02, 0.3, 0.5, 0.9, 0.999])
    density = true.logpmf if hasattr(true.dist, "pmf") else true.logpdf
    assert noise.log_density(y) == pytest.approx(density(y), rel=1e-10, abs=1e-12)
    assert noise.cdf(y) == pytest.approx(true.cdf(y), rel=1e-10)
    assert noise.mean() == pytest.approx(true.mean(), rel=1e-10)
    assert noise.variance() == pytest.approx(true.var(), rel=1e-10)


def ways() -> list[tuple[str, tuple[str, ...]]]:
    return [(name, way) for name, family in FAMILIES.items() for way in family.alternatives]


def test_every_way_is_in_the_table() -> None:
    assert {(name, tuple(parameters)) for name, parameters, _ in TEXTBOOK} == set(ways())


@pytest.mark.slow
@pytest.mark.parametrize(("name", "way"), ways(), ids=str)
def test_is_certified(name: str, way: tuple[str, ...]) -> None:
    held = {"trials": 7} if "trials" in way else {}
    report = lk.check(FAMILIES[name].by(*way)(**held))
    assert report.passed, str(report)


def test_is_chosen_by_the_names_that_are_bound() -> None:
    assert lk.Gamma(rate=2).outputs == ("shape",)
    assert lk.Gamma(shape="softplus", rate=lk.shared).outputs == ("shape",)
    assert lk.Gamma(shape=2).outputs == ("mean",)  # the catalogue's own parameters come first
    assert lk.derive(lk.Gamma.by("rate", "shape")).outputs == ("shape", "rate")
    assert lk.Normal.by("mean", "scale") is lk.Normal
    assert lk.Normal.by("mean", "variance") is lk.Normal.by("mean", "variance")


def test_names_of_two_parameterisations_are_not_mixed() -> None:
    with pytest.raises(lk.BindingError, match=r"mean and rate belong to different parameterisations.*; or shape, rate"):
        lk.Gamma(mean=1, rate=2)
    with pytest.raises(lk.UnknownNameError, match="mean, dispersion; or mean, size"):
        lk.NegativeBinomial(sizes=2)
    with pytest.raises(lk.UnknownNameError, match=r"no parameterisation by mean"):
        lk.Gamma.by("mean")
    with pytest.raises(lk.BindingError, match="positive"):
        lk.Gamma(rate=-1)


@pytest.mark.parametrize("text", ["Gamma(shape='exp', rate=2)", "Normal(mean='identity', variance='exp')"])
def test_is_read_and_written(text: str) -> None:
    noise = parse(text)
    assert repr(noise) == text
    assert noise_from_json(noise_to_json(noise)) == noise
    assert copy.deepcopy(noise) == noise


def test_von_mises_by_two_outputs_is_smooth_at_the_uniform_circle() -> None:
    """The loss is log(2 pi) + log(I0(|f|)) - f . (cos y, sin y), whose gradient at 0 is -(cos y, sin y)."""
    loss = lk.derive(lk.VonMises.by("cosine", "sine"))
    y = np.array([0.3, -2.0, 3.1])
    value, gradient = loss.value_and_gradient(y, np.zeros((3, 2)))
    assert value == pytest.approx(np.log(2 * np.pi), rel=1e-15)
    assert gradient == pytest.approx(-np.column_stack([np.cos(y), np.sin(y)]), rel=1e-15)
    assert loss.hessian(y, np.zeros((3, 2))) == pytest.approx(np.tile(np.eye(2) / 2, (3, 1, 1)), rel=1e-15)
    assert loss.fisher(np.zeros((3, 2))) == pytest.approx(np.tile(np.eye(2) / 2, (3, 1, 1)), rel=1e-15)
    for outputs in ([1e-160, -1e-200], [1e10, 1.0], [-1e300, 1e300], [0.0, -1e-8]):
        value, gradient = loss.value_and_gradient([0.5], [outputs])
        with mp.workdps(40):
            size = mp.hypot(*outputs)
            far = -mp.log(2 * mp.pi * size) / 2 + mp.log1p(1 / (8 * size)) if size > 1e9 else None
            bessel = size + far if far is not None else mp.log(mp.besseli(0, size))
            exact = mp.log(2 * mp.pi) + bessel - outputs[0] * mp.cos(0.5) - outputs[1] * mp.sin(0.5)
        assert float(value[0]) == pytest.approx(float(exact), rel=1e-13)
        assert np.isfinite(gradient).all()


def test_fits_the_same_distribution() -> None:
    y = np.random.default_rng(1).gamma(2.5, 2.0, 400)
    own, other = lk.fit(lk.Gamma, y), lk.fit(lk.Gamma.by("shape", "rate"), y)
    assert other.loglik == pytest.approx(own.loglik, rel=1e-12)
    shape, rate = (np.exp(other.params[name]["intercept"]) for name in ("shape", "rate"))
    assert shape / rate == pytest.approx(np.exp(own.params["mean"]["intercept"]), rel=1e-8)


def test_goes_into_wrappers_where_a_parameter_is_called_like_a_formula() -> None:
    loss = lk.derive(lk.Mixture(lk.Normal(variance="exp"), components=2))
    same = lk.derive(lk.Mixture(lk.Normal(scale="exp"), components=2))
    other, own = [[0.3, -0.1, 0.0, 2.0, 1.0, -0.4]], [[0.3, -0.1, 0.0, 2.0, 0.5, -0.2]]
    assert loss([0.7], other) == pytest.approx(same([0.7], own), rel=1e-14)
    assert lk.derive(lk.Censored(lk.Normal(variance=1)))([[40.0, np.inf]], [0.0]) == pytest.approx([804.608], abs=5e-4)
    assert lk.derive(lk.Independent(lk.Normal(variance=4), 2))([[1.0, 2.0]], [[0.0, 0.0]]) == pytest.approx(
        lk.derive(lk.Independent(lk.Normal(scale=2), 2))([[1.0, 2.0]], [[0.0, 0.0]]), rel=1e-14
    )


def test_a_user_family_may_have_other_parameters() -> None:
    from likelihoodkit import links

    class Speeds(lk.Distribution):
        """Speeds of molecules."""

        y = lk.outcome(lk.positive)
        scale = lk.parameter(lk.positive, link=links.exp)
        heat = lk.alternative("variance", lk.positive, link=links.exp)
        alternatives = {(heat,): {scale: heat ** (lk.exact(1) / 2)}}  # noqa: RUF012
        log_density = lk.log(2 / lk.pi) / 2 + 2 * lk.log(y) - 3 * lk.log(scale) - (y / scale) ** 2 / 2

    assert Speeds(variance=4).log_density([1.5]) == pytest.approx(lk.Maxwell(scale=2).log_density([1.5]), rel=1e-14)

    with pytest.raises(lk.DeclarationError, match="must say what each of scale is"):

        class Broken(lk.Distribution):
            """Says nothing of the scale."""

            y = lk.outcome(lk.positive)
            scale = lk.parameter(lk.positive, link=links.exp)
            heat = lk.alternative("heat", lk.positive, link=links.exp)
            alternatives = {(heat,): {}}  # noqa: RUF012
            log_density = -y / scale - lk.log(scale)
