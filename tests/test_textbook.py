"""The references check one another: unit mass, moments, cdf, foreign tables, two ways to differentiate."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from mpmath import mp, mpf

from reference.certified import apply_link
from reference.jets import variables
from reference.make_golden import golden, points
from reference.truth import FOLDER, Case, cases, read
from textbook import FAMILIES, Family, nll

SPLITS = {
    "real": [-mp.inf, mp.inf], "positive": [0, mp.inf], "nonnegative": [0, mp.inf], "unit": [0, 1],
    "angle": [-mp.pi, mp.pi], "from a half": [mpf("0.5"), mp.inf],
    "amounts or nothing": [0, mpf(60)],
}  # fmt: skip
# Moderate parameters by name. Shapes above one keep the integrand finite.
MODERATE: list[dict[str, str]] = [
    {"mean": "0.7", "location": "0.7", "scale": "1.3", "df": "5.5", "shape": "2.5", "concentration": "4",
     "direction": "0.4", "probability": "0.3", "dispersion": "0.4", "skew": "1.5", "tail": "1.25", "rate": "0.8",
     "inner": "2.5", "outer": "1.5", "spread": "1.7", "centre": "0.9",
     "median": "1.3", "power": "1.4"},
    {"mean": "0.25", "location": "-1.5", "scale": "0.6", "df": "3.25", "shape": "1.75", "concentration": "9",
     "direction": "-1", "probability": "0.85", "dispersion": "0.1", "skew": "-0.5", "tail": "2", "rate": "2.5",
     "inner": "1.5", "outer": "3", "spread": "0.6", "centre": "2",
     "median": "0.8", "power": "-1.3"},
]  # fmt: skip
#: where those of all families would leave the quadrature without digits, or the moments without a value
OWN: dict[str, list[dict[str, str]]] = {
    "GeneralizedPareto": [{"scale": "1.3", "shape": "0.2"}, {"scale": "0.6", "shape": "0.1"}],
    "GeneralizedExtremeValue": [
        {"location": "0.7", "scale": "1.3", "shape": "0.2"}, {"location": "-1.5", "scale": "0.6", "shape": "0.1"},
    ],
    "Pareto": [{"shape": "12"}, {"shape": "8"}],
    "Tweedie": [{"mean": "1.7", "dispersion": "1.1"}, {"mean": "0.6", "dispersion": "0.4"}],
    "ConwayMaxwellPoisson": [{"rate": "0.8", "dispersion": "0.4"}, {"rate": "2.5", "dispersion": "1.7"}],
    "Skellam": [{"first": "2.5", "second": "0.7"}, {"first": "0.3", "second": "4"}],
}  # fmt: skip
SCALAR = [name for name in FAMILIES if not FAMILIES[name].classes]


def parameters(family: Family, at: dict[str, str]) -> list[mpf]:
    at = OWN[family.name][MODERATE.index(at)] if family.name in OWN else at
    return [mpf(at[name]) for name, _ in family.parameters]


def held(family: Family) -> dict[str, mpf]:
    return {name: mpf(v) for name, v in family.held.items()}


def expectation(family: Family, p: list[mpf], of: Callable[[mpf], mpf]) -> mpf:
    """Integral or sum of of(y) p(y) over the support."""
    settings = held(family)

    def weighted(y: mpf) -> mpf:
        log_density = family.log_density(y, *p, **settings)
        # exp(-exp(1e20)) has an exponent that no computer holds; below 1e-4000 nothing counts here
        return of(y) * mp.exp(log_density) if log_density > -1e4 else mpf(0)

    if family.continuous:
        low, high = SPLITS[family.support]
        inner = {0} | {p[0] + side * k for side in (-1, 1) for k in (0, 1, 3, 10)}  # Laplace has a corner
        if family.name == "Huber":
            inner |= {p[0] + side * p[1] * settings["threshold"] for side in (-1, 1)}
        atom = weighted(mpf(0)) if family.support == "amounts or nothing" else 0
        return atom + mp.quad(weighted, [low, *sorted(x for x in inner if low < x < high), high])
    first = {"counts from one": 1, "integers": -600}.get(family.support, 0)
    last = {"binary": 1, "trials": 12}.get(family.support, 600)
    return mp.fsum(weighted(mpf(k)) for k in range(first, last + 1))


@pytest.mark.slow
@pytest.mark.parametrize("at", MODERATE, ids=["first", "second"])
@pytest.mark.parametrize("name", SCALAR)
def test_mass_moments_and_cdf(name: str, at: dict[str, str]) -> None:
    family = FAMILIES[name]
    with mp.workdps(20):
        p = parameters(family, at)
        assert abs(expectation(family, p, lambda y: mpf(1)) - 1) < 1e-12
        if family.moments is not None and name != "Cauchy":
            mean, variance = family.moments(*p, **held(family))
            assert mean is not None
            assert variance is not None
            # the heavy tail of StudentT leaves the quadrature fewer digits
            tolerance = 1e-6 if name == "StudentT" else 1e-10
            assert abs(expectation(family, p, lambda y: y) - mean) < tolerance
            assert abs(expectation(family, p, lambda y: (y - mean) ** 2) / variance - 1) < tolerance


@pytest.mark.parametrize("name", [name for name, family in FAMILIES.items() if family.cdf])
def test_cdf_is_the_integral_of_the_density(name: str) -> None:
    """Derivative of the cdf (its jump, for a count) is the density."""
    family = FAMILIES[name]
    cdf, settings = family.cdf, held(family)
    assert cdf is not None
    with mp.workdps(40):
        p = parameters(family, MODERATE[0])
        lowest = {"counts from one": 1, "integers": -600}.get(family.support, 0)
        amounts = ("0.7", "1.5") if family.support == "from a half" else ("0.3", "0.65")
        counts = (2, -1) if family.support == "integers" else (lowest + 1, lowest)
        for y in map(mpf, amounts if family.continuous else counts):
            density = mp.exp(family.log_density(y, *p, **settings))
            if family.continuous:
                found = mp.diff(lambda t: cdf(t, *p, **settings), y)
            else:
                found = cdf(y, *p, **settings) - (cdf(y - 1, *p, **settings) if y > lowest else 0)
            assert abs(found / density - 1) < 1e-15


def test_categorical_sums_to_one() -> None:
    with mp.workdps(40):
        p = apply_link("softmax", [mpf(x) for x in (1, -2, "0.5")])
        assert abs(mp.fsum(mp.exp(FAMILIES["Categorical"].log_density(k, p)) for k in range(3)) - 1) < 1e-38


def covered(table: str) -> list[Case]:
    """The entries whose family has a row here, without degenerate ones (a probability of 0 or 1)."""
    return [
        case
        for case in cases(table)
        if case.target.family in FAMILIES and case.parameters.get("probability", 0.5) not in (0, 1)
    ]


def arguments(case: Case) -> tuple[Family, list[mpf], dict[str, mpf]]:
    family = FAMILIES[case.target.family]
    given = {k: mpf(v) for k, v in case.parameters.items()}
    return family, [given[name] for name, _ in family.parameters], {k: given[k] for k in family.held}


@pytest.mark.parametrize("table", ["r_logpdf", "distributions_jl", "gamlss_logpdf"])
def test_log_densities_of_other_programs(table: str) -> None:
    rows = 0
    for case in covered(table):
        family, p, settings = arguments(case)
        for x, expected in case.log_density():
            if (
                family.support in ("positive", "nonnegative") and x == 0
            ):  # the edge: the formula has log y, and no limits
                continue
            with mp.workdps(40):
                found = family.log_density(mpf(x), *p, **settings)
            assert abs(found - expected) <= 1e-9 * max(1, abs(expected)), (case.label, x)
            rows += 1
    assert rows > {"r_logpdf": 1400, "distributions_jl": 750, "gamlss_logpdf": 500}[table]


def test_cdf_of_other_programs() -> None:
    rows = 0
    for case in covered("r_logpdf"):
        family, p, settings = arguments(case)
        for tail in ("logcdf", "logsf") if family.cdf else ():
            for x, expected in case.tail(tail):
                if expected == 0 or expected < -2000 or (family.name, tail) == ("Poisson", "logsf"):
                    continue  # 0: rounded to certainty; below: more digits than the test is worth
                with mp.workdps(int(60 + 2 * abs(expected) / math.log(10))):
                    assert family.cdf is not None
                    lower = family.cdf(mpf(x), *p, **settings)
                    found = mp.log(lower if tail == "logcdf" else 1 - lower)
                assert abs(found - expected) <= 1e-9 * max(1, abs(expected)), (case.label, tail, x)
                rows += 1
    assert rows > 2000


@pytest.mark.parametrize("name", FAMILIES)
def test_jets_agree_with_mpmath_diff(name: str) -> None:
    """Taylor arithmetic against mpmath's own numerical derivatives, first and second."""
    family = FAMILIES[name]
    y, outputs = family.points(1)[0]
    numbers = nll(name, y, outputs)
    assert numbers is not None
    with mp.workdps(80):
        p = [mpf(x) for x in outputs]

        def value(*columns: mpf) -> mpf:
            inside = [apply_link(link, block) for link, block in zip(family.links, family.blocks(columns), strict=True)]
            return -family.log_density(mpf(y), *inside, **held(family))

        for i, slope in enumerate(numbers.gradient):
            order = tuple(int(k == i) for k in range(len(p)))
            assert abs(mp.diff(value, tuple(p), order) - slope) <= 1e-30 * (1 + abs(slope))
            for j, bend in enumerate(numbers.hessian[i]):
                second = tuple(int(k == i) + int(k == j) for k in range(len(p)))
                assert abs(mp.diff(value, tuple(p), second) - bend) <= 1e-20 * (1 + abs(bend))


def test_links_differentiate_like_mpmath() -> None:
    with mp.workdps(60):
        for link in ("identity", "exp", "softplus", "sigmoid", "tanh", "square", "angle", "shifted_exp"):
            x = mpf("0.7")
            jet = apply_link(link, variables([x]))
            for order, found in enumerate((jet.value, jet.gradient[0], jet.hessian[0][0])):
                assert abs(mp.diff(lambda t, link=link: apply_link(link, [t]), x, order) - found) < 1e-25


def test_extreme_outputs_are_certified_or_refused() -> None:
    confident = nll("Bernoulli", 1, [745.0])
    assert confident is not None
    assert abs(confident.value / mp.exp(-745) - 1) < 1e-15
    assert abs(confident.gradient[0] / -mp.exp(-745) - 1) < 1e-15
    forty = nll("Bernoulli", 1, [40.0])
    assert forty is not None
    assert float(forty.value) == 4.248354255291589e-18  # design: confident and right keeps its digits
    narrow = nll("Normal", 0.0, [0.0, -800.0])
    assert narrow is not None
    assert abs(narrow.value - (mp.log(2 * mp.pi) / 2 - 800)) < 1e-12
    assert nll("Bernoulli", 1, [1e8]) is None  # 1 + exp(-1e8) needs a hundred million digits


_SLOW = {
    *("StudentT", "Beta", "Gamma", "NegativeBinomial", "BetaBinomial", "BetaPrime", "InverseGamma", "ChiSquared"),
    *("Nakagami", "Rice", "SkewT", "BoxCoxT"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SCALAR)
def test_every_family_has_a_reference_far_out(name: str) -> None:
    """At 745, where exp leaves the doubles; at 345 where mpmath's log-gamma would take a minute."""
    family = FAMILIES[name]
    far = {"Tweedie": 8.0}.get(name, 345.0 if name in _SLOW else 745.0)  # its sums have e^far terms
    y = {"unit": 0.25}.get(family.support, 1)
    for outputs in ([-far] * family.width, [far, -far, far, -far][: family.width]):
        # a shape of 745 ends the support before y
        last = outputs[-1] if family.possible is None else 0.5 if y > outputs[0] else -0.5
        numbers = nll(name, y, [*outputs[:-1], last])
        assert numbers is not None, (name, outputs)
        assert mp.isfinite(numbers.value)


@pytest.mark.parametrize("name", FAMILIES)
def test_golden_files_are_what_the_generator_writes(name: str) -> None:
    """The first points of the committed file, recomputed."""
    written = (FOLDER / "golden" / f"{name}.json").read_text(encoding="utf-8").splitlines()
    again = golden(name, count=3).splitlines()
    assert [line.rstrip(",") for line in written[:5]] == [line.rstrip(",") for line in again[:5]]
    assert len(read(f"golden/{name}")["rows"]) == points(name)
