"""Mistakes of a first declaration: `lk.check` or the declaration itself says what is wrong, never a bare error."""

from __future__ import annotations

import math
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy as sp

import likelihoodkit as lk
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.errors import DeclarationError
from likelihoodkit.primitives.words import log, log_gamma, pi
from likelihoodkit.supports import Support, binary, counts, positive, real, real_vector


def law(support: Support, link: str, formula: Callable[[Any, Any], Any], **more: Any) -> type[Distribution]:
    """A law of one parameter t, positive where its link is."""

    def fill(body: dict[str, Any]) -> None:
        body["y"] = y = outcome(support)
        body["t"] = t = parameter(real if link == "identity" else positive, link=link)
        body["log_density"] = formula(y, t)
        body.update((name, form(y, t)) for name, form in more.items())

    return types.new_class("Mine", (Distribution,), exec_body=fill)


def test_a_pole_of_a_density_is_an_impossible_outcome() -> None:
    """Poisson's with gamma(y) for gamma(y + 1): mpmath's ValueError at y = 0 was all that was said."""
    report = lk.check(law(counts, "exp", lambda y, t: y * log(t) - t - log_gamma(y)))
    assert report["sums to one"].passed is False


def test_a_probability_below_zero_is_told_of_counts_too() -> None:
    """log p of a p on the whole line: a TypeError about mpc was all that was said."""
    report = lk.check(law(binary, "identity", lambda y, t: y * log(t) + (1 - y) * log(1 - t)))
    assert not report.passed
    assert "the log-probability is no real number at y = " in str(report)


def test_a_density_with_a_pole_at_its_location() -> None:
    assert not lk.check(law(real, "identity", lambda y, t: -1 / (y - t) ** 2)).passed


def test_a_scale_behind_a_link_that_reaches_less_than_all_of_them() -> None:
    """The sigmoid is a link of positive numbers: scales up to 1. Typical scales beyond 1 ended in a TypeError."""
    assert lk.check(law(real, "sigmoid", lambda y, t: -log(t) - y**2 / (2 * t**2) - log(2 * pi) / 2)).passed


def test_what_stays_open_is_told_beside_passed() -> None:
    report = lk.check(law(real, "identity", lambda y, t: sp.floor(-((y - t) ** 2) / 2) - log(2 * pi) / 2))
    assert "conditions stay open" in str(report).splitlines()[0]
    assert "open" not in str(lk.check(lk.Exponential)).splitlines()[0]


@pytest.mark.parametrize("form", ["expectation", "variance", "mode", "median", "quantile", "entropy"])
def test_a_number_of_the_law_that_mentions_the_outcome(form: str) -> None:
    with pytest.raises(
        DeclarationError, match=rf"Mine.{form} mentions the outcome y, of which it is no function. Write"
    ):
        law(positive, "exp", lambda y, t: log(t) - t * y, **{form: lambda y, t: y / t})


@pytest.mark.parametrize(("formula", "message"), [
    (lambda y, t: -(y - t) ^ 2, r"\^ is no operation of formulas. Powers are written \*\*"),
    (lambda y, t: -((y - t) % 2), r"% is no operation of formulas. Angles go round the circle by lk.wrap_angle"),
    (lambda y, t: -(int(y) - t) ** 2, r"the function int takes numbers, and an outcome is a symbol"),
    (lambda y, t: -(round(y - t)) ** 2, r"the function round takes numbers"),
    (lambda y, t: -log(math.factorial(y)) * t, r"takes numbers, and an outcome is a symbol. Write the formula with"),
])  # fmt: skip
def test_operations_that_formulas_do_not_have(formula: Callable[[Any, Any], Any], message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        law(real, "identity", formula)


#: what is typed of an outcome and a vector -> what is said
VECTORS: dict[str, tuple[Callable[[Any, Any], Any], str]] = {
    "not added up": (lambda y, m: -((y - m) ** 2), r"log_density is a vector, as m in it is. Add up over"),
    "a number added up": (
        lambda y, m: lk.sum_over(-((y - m) ** 2)) - lk.sum_over(log(2)),
        r"log\(2\) is one number. How",
    ),
    "entries by place": (lambda y, m: -((y - m[0]) ** 2), r"entry 0 of the parameter cannot be asked for: a"),
    "entries one by one": (lambda y, m: -sum((y - k) ** 2 for k in m), r"the entries of the parameter cannot"),
    "an array": (lambda y, m: -lk.sum_over((y - m * np.array([1, 2])) ** 2), r"an array stands beside"),
}


@pytest.mark.parametrize("way", VECTORS)
def test_vectors_are_added_up(way: str) -> None:
    formula, message = VECTORS[way]
    with pytest.raises(DeclarationError, match=message) as told:

        class Mine(Distribution):
            y = outcome(real)
            m = parameter(real_vector, link="vector")
            log_density = formula(y, m)

    assert told.value.remedy
