"""A support error tells the whole story, for every support; ``on_invalid="inf"`` calls the row impossible instead."""

from __future__ import annotations

import re

import numpy as np
import pytest

import likelihoodkit as lk
from laws.subjects import HELD, subjects
from likelihoodkit.errors import SupportError
from likelihoodkit.families import FAMILIES
from likelihoodkit.supports import counts

#: one family for each support of outcomes
BY_SUPPORT = {family.outcome.domain.name: name for name, family in reversed(list(FAMILIES.items()))}
#: a number that is in none of these supports
WRONG = {"real": np.inf, "vectors": np.inf, "circle": np.inf, "integers": 2.5, "whole numbers": 2.5}


def rows(name: str, bad: float):  # type: ignore[no-untyped-def]
    subject = subjects()[repr(FAMILIES[name](**HELD.get(name, {})))]
    given = subject.rows(12)
    y = given.y.copy()
    y[(3,) if y.ndim == 1 else (3, 0)] = bad
    y[(5,) if y.ndim == 1 else (5, 0)] = bad
    return subject.loss, y, given


def test_the_story_of_the_counts() -> None:
    y = np.zeros(1000)
    y[[17, 60, 411]] = 2.5
    with pytest.raises(SupportError) as problem:
        lk.derive(lk.Poisson)(y, np.zeros(1000))
    assert str(problem.value) == (
        "Poisson expects counts (0, 1, 2, ...) but y[17] = 2.5; 3 of 1000 values are not whole numbers, first at "
        "17, 60, 411. For amounts try Gamma or Tweedie; for rates pass offset=log(exposure)"
    )


@pytest.mark.parametrize("support", BY_SUPPORT)
def test_missing_outcomes_are_counted_and_placed(support: str) -> None:
    name = BY_SUPPORT[support]
    loss, y, given = rows(name, np.nan)
    place = r"y\[3\]" if y.ndim == 1 else r"y\[3, 0\]"
    story = rf"{name} expects .* but {place} = nan; 2 of {y.size} values are missing, first at 3, 5\. \S"
    for how in ({}, {"on_invalid": "inf"}):  # a missing outcome is not an impossible one
        with pytest.raises(SupportError, match=story):
            loss(y, given.outputs, **given.keywords, **how)


@pytest.mark.parametrize("support", BY_SUPPORT)
def test_wrong_outcomes_raise_or_are_impossible(support: str) -> None:
    name = BY_SUPPORT[support]
    loss, y, given = rows(name, WRONG.get(support, -7.0))
    with pytest.raises(SupportError) as problem:
        loss(y, given.outputs, **given.keywords)
    assert re.search(r"2 of \d+ (values|rows)", str(problem.value))
    assert problem.value.remedy
    found = loss(y, given.outputs, **given.keywords, on_invalid="inf")
    assert np.isposinf(found[[3, 5]]).all()
    assert np.isfinite(np.delete(found, [3, 5])).sum() >= 5  # partial rankings and short labellings may be impossible


def test_the_first_of_many_values_is_named_wherever_it_is() -> None:
    for place in (0, 16_384, 39_998):
        y = np.ones(40_000)
        y[place:] = 2.5
        with pytest.raises(SupportError, match=rf"y\[{place}\] = 2.5; {40_000 - place} of 40000 value") as found:
            counts.check(y, family="Poisson")
        assert found.value.index == place
