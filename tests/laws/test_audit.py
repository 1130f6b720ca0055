"""The audit of the extreme grid: what it counts, and that its truth is the truth."""

from __future__ import annotations

import mpmath
import pytest

import likelihoodkit as lk
from likelihoodkit.certify import check_numbers
from likelihoodkit.certify.accuracy import settled
from likelihoodkit.certify.reference import Reference
from likelihoodkit.certify.subject import Point, Subject
from likelihoodkit.cli import main
from likelihoodkit.command_line import roster
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.errors import DerivationError
from likelihoodkit.primitives.words import cosh, log, pi, sinh
from likelihoodkit.supports import real
from scope import NUMBERS
from textbook import FAMILIES as TEXTBOOK, nll


@pytest.mark.parametrize("name", ["Normal", "Gamma", "StudentT", "NegativeBinomial", "Laplace", "VonMises", "Weibull"])
def test_the_reference_is_that_of_the_textbook(name: str) -> None:
    """Two ways to the truth that share nothing but the formula: SymPy's derivatives, and Taylor jets."""
    family = TEXTBOOK[name]
    reference = Reference(Subject(lk.derive(NUMBERS[name](**family.held))))
    for y, outputs in ((1.0, [0.5, -104.0, 30.0]), (2.0, [-30.0, 3.0, -88.0])):
        columns = tuple(outputs[: family.width])
        ours, theirs = reference.at(y, Point(columns)), nll(name, y, list(columns))
        assert ours is not None
        assert theirs is not None
        true = [theirs.value, *theirs.gradient, *(theirs.hessian[i][i] for i in range(family.width))]
        conditions = [
            theirs.value_condition,
            *theirs.gradient_condition,
            *(theirs.hessian_condition[i][i] for i in range(family.width)),
        ]
        with mpmath.workdps(60):
            assert all(abs(a - b) <= abs(b) * mpmath.mpf(10) ** -20 for a, b in zip(ours.numbers, true, strict=True))
            found = reference.conditions(y, Point(columns), ours)
            assert all(abs(a / b - 1) < 1e-9 for a, b in zip(found, conditions, strict=True) if b)


def test_vectors_have_a_reference_by_differences() -> None:
    found = Reference(Subject(lk.derive(lk.Categorical))).at(0.0, Point((40.0, -104.0, 1.0)))
    assert found is not None
    with mpmath.workdps(100):
        powers = [mpmath.exp(z) for z in (40, -104, 1)]
        shares = [e / sum(powers) for e in powers]
        true = [-mpmath.log(shares[0]), shares[0] - 1, *shares[1:], *(s * (1 - s) for s in shares)]
        for ours, theirs in zip(found.numbers, true, strict=True):
            assert abs(ours / theirs - 1) < 1e-18


def test_a_point_beyond_the_digits_has_no_reference() -> None:
    assert Reference(Subject(lk.derive(lk.Poisson))).at(1.0, Point((1e8,))) is None


def test_the_oldest_families_stand() -> None:
    for name in ("Normal", "Poisson", "Bernoulli", "Exponential"):
        report = check_numbers(NUMBERS[name], most=200, compared=10)
        assert report.passed, str(report)
        assert report.counts["compared"] >= 8


class Cancelling(Distribution):
    """Loses its digits at 1 and is not a number beyond 400: nothing knows this spelling."""

    y = outcome(real)
    mean = parameter(real, link="identity")

    z = y - mean
    log_density = -(z**2) / 2 - log(2 * pi) / 2 + cosh(z) ** 2 - sinh(z) ** 2 - 1


def test_lost_digits_and_nan_are_counted() -> None:
    report = check_numbers(Cancelling)
    assert {row.condition for row in report.failed} >= {
        "value stands on the extreme grid",
        "value keeps its digits there, in u",
    }
    assert report.counts["nan"] > 0
    assert report.counts["worst value"] > 1e3
    assert "NaN" in report["value stands on the extreme grid"].where


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(DerivationError, match="not put on the grid"):
        check_numbers(lk.Dirichlet)


def test_the_roster_is_that_of_the_tables() -> None:
    labels = roster.subjects()
    assert {"Normal", "Normal(scale='exp')", "Mixture(Normal, components=2)", "losses.huber(delta=1)"} <= set(labels)
    kinds = [subject.kind for subject in labels.values()]
    assert kinds.count("families") == len(lk.families.FAMILIES)
    assert kinds.count("losses") == len(lk.losses.names())
    assert {label.split("(")[0] for label in roster.subjects(("wrappers",))} >= set(lk.wrappers.__all__)
    for subject in labels.values():
        if subject.kind in ("wrappers", "losses"):
            subject.make()


def test_check_all_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["check", "--all", "--grid", "extreme", "--kinds", "links", "losses", "--match"]
    assert main([*asked, "Exponential(mean='softplus')"]) == 0
    assert '"ok": 1, "FAILED": 0, "refused": 0' in capsys.readouterr().out
    assert main([*asked, "losses.hinge", "--json"]) == 0
    assert '"nan_at_overflow": 0' in capsys.readouterr().out
    assert main(["check"]) == 2


def test_a_zero_counts_only_where_the_highest_precision_has_it_too() -> None:
    """1 + 1e-200 - 1 is 0 at 40 and at 120 digits; a difference of equal numbers is 0 at all."""

    def swallowed(digits: int) -> mpmath.mpf:
        with mpmath.workdps(digits):
            return 1 + mpmath.mpf(10) ** -200 - 1

    assert abs(settled(swallowed) - mpmath.mpf(10) ** -200) < mpmath.mpf(10) ** -215
    assert settled(lambda digits: mpmath.mpf(0)) == 0
