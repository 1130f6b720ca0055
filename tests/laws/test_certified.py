"""Every family passes its own certificate, and a certificate notices what is wrong."""

from __future__ import annotations

import json

import pytest

import likelihoodkit as lk
from laws.subjects import HELD
from likelihoodkit import links
from likelihoodkit.certify import check
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.errors import DerivationError, UnknownNameError
from likelihoodkit.primitives.words import abs as absolute, cosh, exact, log, pi, sinh
from likelihoodkit.supports import counts, positive, real
from scope import NUMBERS as FAMILIES

#: |z|^shape with a shape that is no whole number takes mpmath minutes to integrate
QUICK = {"GeneralizedNormal": {"shape": 3}}


@pytest.mark.slow
@pytest.mark.parametrize("name", FAMILIES)
def test_families_are_certified(name: str) -> None:
    report = check(FAMILIES[name](**HELD.get(name, {}), **QUICK.get(name, {})))
    assert report.passed, str(report)
    assert len(report.rows) >= 10


@pytest.mark.parametrize(
    "bound",
    [lk.Normal(scale="exp"), lk.Laplace(scale=lk.shared), lk.Binomial(), lk.Gamma(mean="softplus", shape=2)],
    ids=repr,
)
def test_bound_noises_are_certified(bound: object) -> None:
    report = check(bound)
    assert report.passed, str(report)


# -- what is wrong fails, on the right row -------------------------------------------------------------------------


class Good(Distribution):
    """A normal with every closed form."""

    y = outcome(real)
    mean = parameter(real, link=links.identity)
    scale = parameter(positive, link=links.exp)

    log_density = -(((y - mean) / scale) ** 2) / 2 - log(scale) - log(2 * pi) / 2
    expectation = median = mode = mean
    variance = scale**2
    cdf = lk.ndtr((y - mean) / scale)
    survival = lk.ndtr((mean - y) / scale)
    quantile = mean + scale * lk.ndtri(lk.level)
    entropy = log(scale) + log(2 * pi) / 2 + exact(1) / 2
    fisher = {("mean", "mean"): 1 / scale**2, ("scale", "scale"): 2 / scale**2, ("mean", "scale"): 0}  # noqa: RUF012


y, mean, scale = Good.y, Good.mean, Good.scale
WRONG = {
    "log_density": (Good.log_density - log(2), {"integrates to one", "cdf", "survival"}),
    "expectation": (mean + exact(1) / 10**6, {"expectation"}),
    "median": (mean + scale / 10**6, {"median"}),
    "mode": (mean + scale / 10, {"mode"}),
    "variance": (scale**2 * (1 + exact(1) / 10**6), {"variance"}),
    "cdf": (lk.ndtr((y - mean) / scale / 2), {"cdf"}),
    "survival": (lk.ndtr((y - mean) / scale), {"survival"}),
    "quantile": (mean + 2 * scale * lk.ndtri(lk.level), {"quantile"}),
    "entropy": (log(scale) + log(2 * pi) / 2, {"entropy"}),
    "fisher": ({**Good.fisher, ("scale", "scale"): 1 / scale**2}, {"Fisher is E[score score']"}),
}


def spoiled(name: str, formula: object) -> type[Distribution]:
    """`Good` with one formula replaced."""
    slots = {"y": outcome(real), "mean": parameter(real, link="identity"), "scale": parameter(positive, link="exp")}
    back = {Good.y: slots["y"], Good.mean: slots["mean"], Good.scale: slots["scale"]}
    facts = ["log_density", "expectation", "median", "mode", "variance", "cdf", "survival", "quantile", "entropy"]
    body = {fact: getattr(Good, fact).xreplace(back) for fact in facts}
    body["fisher"] = {pair: value.xreplace(back) for pair, value in Good.fisher.items()}
    if name:
        body[name] = (
            {pair: value.xreplace(back) for pair, value in formula.items()}
            if isinstance(formula, dict)
            else formula.xreplace(back)
        )
    namespace = type(Distribution).__prepare__("Spoiled", (Distribution,))
    for key, value in {"__doc__": "Spoiled.", "__module__": __name__, **slots, **body}.items():
        namespace[key] = value
    return type(Distribution)("Spoiled", (Distribution,), namespace)


def test_the_unspoiled_family_passes() -> None:
    report = check(spoiled("", None))
    assert report.passed, str(report)
    assert [row.condition for row in report.rows if row.passed is None] == []


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_formula_fails_on_its_row(name: str) -> None:
    formula, rows = WRONG[name]
    report = check(spoiled(name, formula))
    assert not report.passed
    assert not report
    failed = {row.condition for row in report.failed}
    assert failed >= rows
    if name == "log_density":  # everything that is an integral of it goes with it
        follows = {"entropy", "variance", "expectation", "median", "quantile", "Fisher is E[score score']"}
        assert failed <= rows | follows | {"samples follow the density"}
    else:
        assert failed <= rows | {"samples follow the density"}
    for row in report.failed:
        assert row.worst > row.limit
        assert "output" in row.where
    assert "FAILED" in str(report)
    assert f"{len(report.failed)} of {len(report.rows)} conditions failed" in str(report)


class Drifting(Distribution):
    """A normaliser that forgets the scale: mass and score are wrong."""

    y = outcome(real)
    scale = parameter(positive, link=links.exp)

    log_density = -absolute(y) / scale - log(2)


class HalfCounts(Distribution):
    """A geometric that starts at one, declared on all counts."""

    y = outcome(counts)
    mean = parameter(positive, link=links.exp)

    log_density = y * log(mean) - (y + 2) * log(1 + mean)


class Cancelling(Distribution):
    """A law in 20 digits, but for a difference of large numbers that no identity knows: a cube root less its leg."""

    y = outcome(positive)
    rate = parameter(positive, link=links.exp)

    huge = rate * 10**9
    log_density = log(rate) - rate * y + ((huge**3 + 1) ** (exact(1) / 3) - huge)


def test_a_normaliser_that_depends_on_the_parameter() -> None:
    failed = {row.condition for row in check(Drifting).failed}
    assert {"integrates to one", "score has mean zero"} <= failed


def test_counts_that_do_not_sum_to_one() -> None:
    failed = {row.condition for row in check(HalfCounts).failed}
    assert {"sums to one", "score has mean zero"} <= failed


def test_numbers_that_lose_their_digits() -> None:
    failed = {row.condition for row in check(Cancelling).failed}
    assert "gradient against mpmath" in failed


class Overflowing(Distribution):
    """Finite as mathematics, infinite minus infinite as written: no identity knows this spelling."""

    y = outcome(real)
    mean = parameter(real, link=links.identity)

    z = y - mean
    log_density = -(z**2) / 2 - log(2 * pi) / 2 + cosh(z) ** 2 - sinh(z) ** 2 - 1


def test_a_formula_that_is_not_a_number_far_out() -> None:
    failed = {row.condition for row in check(Overflowing, grid="extreme").failed}
    assert {"value stands on the extreme grid", "value keeps its digits there, in u"} <= failed


def test_reports_are_data() -> None:
    report = check(lk.Poisson, seed=3)
    assert report == check(lk.Poisson, seed=3)
    data = json.loads(report.to_json())
    assert data["passed"] is True
    assert data["subject"] == "Poisson()"
    assert [row["condition"] for row in data["rows"]] == [row.condition for row in report.rows]
    assert report["sums to one"].passed
    assert str(report).startswith("Poisson(): passed")


def test_what_cannot_be_checked() -> None:
    with pytest.raises(UnknownNameError, match=r"there is no grid 'huge'. Grids: moderate, extreme"):
        check(lk.Normal, grid="huge")
    with pytest.raises(DerivationError, match=r"squared_error is a loss, not a noise: there is no density to certify"):
        check(lk.losses.squared_error)
