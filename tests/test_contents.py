"""The table of contents: eleven kinds of outcome, true reductions, and a way out for every family."""

from __future__ import annotations

import pytest

import likelihoodkit as lk
from likelihoodkit import losses
from likelihoodkit.command_line.parse import parse
from likelihoodkit.families import FAMILIES
from likelihoodkit.families.contents import KINDS, REDUCES

ROWS = {row.name: row for row in lk.families()}
#: names of the catalogue that may be recommended before they are there
PROMISED = {
    "Tweedie", "GeneralizedExtremeValue", "GeneralizedPareto", "Pareto", "SkewT", "BoxCoxT", "Skellam",
    "PoissonInverseGaussian",
}  # fmt: skip


def test_the_eleven_kinds_of_outcome_come_first() -> None:
    """Figure 5.11 of Prince (2023): data type, domain, distribution, use, row by row."""
    assert [kind.noises for kind in KINDS] == [
        ("Normal",),
        ("Laplace", "StudentT"),
        ("Mixture(Normal, components=2)",),
        ("Exponential", "Gamma"),
        ("Beta",),
        ("MultivariateNormal",),
        ("VonMises",),
        ("Bernoulli",),
        ("Categorical",),
        ("Poisson",),
        ("PlackettLuce",),
    ]
    lines = str(lk.families()).splitlines()
    assert "StudentT" in lines[2]
    assert lines[11].endswith("PlackettLuce: ranking")
    assert ROWS["Poisson"].use == "event counts"


@pytest.mark.parametrize("noise", [noise for kind in KINDS for noise in kind.noises])
def test_every_kind_can_be_derived(noise: str) -> None:
    bound = lk.Mixture(lk.Normal, components=2) if noise.startswith("Mixture") else FAMILIES[noise]
    assert lk.derive(bound).outputs


@pytest.mark.parametrize("claim", [c for rows in REDUCES.values() for c in rows], ids=str)
def test_every_reduction_is_proved(claim: tuple[str, str, str]) -> None:
    noise, loss, how = claim
    target = lk.Independent(parse(loss), 2) if how == "summed" else parse(loss)
    assert lk.prove(parse(noise), reduces_to=target).verdict == "proved"


@pytest.mark.parametrize("name", ROWS)
def test_every_family_says_what_to_choose_instead(name: str) -> None:
    row = ROWS[name]
    assert row.breaks.startswith("It breaks")
    assert row.instead, row.breaks
    assert set(row.instead) <= set(dir(lk)) | PROMISED
    assert row.support == FAMILIES[name].outcome.domain.name
    assert list(row.outputs) == list(FAMILIES[name].parameters)
    assert all(limit.split()[0] in FAMILIES for limit in row.limits)


def test_reductions_name_families_that_are_there() -> None:
    assert set(REDUCES) <= set(FAMILIES)
    assert losses.names()
