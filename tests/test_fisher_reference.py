"""Fisher information against an integral or sum of the squared score, by mpmath from the textbook log-density."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import mpmath as mp
import numpy as np
import pytest

import likelihoodkit as lk

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.accuracy.cases import family_case
from benchmarks.accuracy.information import goldens, largest_error
from benchmarks.accuracy.vectors import VectorCase, vector_cases

Formula = Any


def normal(y: Any, f: Any, g: Any) -> Any:
    s = mp.log1p(mp.exp(g))
    return -(((y - f) / s) ** 2) / 2 - mp.log(s) - mp.log(2 * mp.pi) / 2


def logistic(y: Any, f: Any, g: Any) -> Any:
    s = mp.log1p(mp.exp(g))
    z = (y - f) / s
    return -z - mp.log(s) - 2 * mp.log1p(mp.exp(-z))


def gamma(y: Any, f: Any, g: Any) -> Any:
    k, m = mp.exp(g), mp.exp(f)
    return k * mp.log(k / m) - mp.loggamma(k) + (k - 1) * mp.log(y) - k * y / m


def lomax(y: Any, f: Any, g: Any) -> Any:
    return g - f - (mp.exp(g) + 1) * mp.log1p(y * mp.exp(-f))


def poisson(y: Any, f: Any) -> Any:
    return y * f - mp.exp(f) - mp.loggamma(y + 1)


def negative_binomial(y: Any, f: Any, a: Any) -> Any:
    r, m = mp.exp(-a), mp.exp(f)
    rising = mp.loggamma(y + r) - mp.loggamma(r) - mp.loggamma(y + 1)
    return rising - r * mp.log1p(m / r) + y * (f + a) - y * mp.log1p(mp.exp(f + a))


def continuous_bernoulli(y: Any, f: Any) -> Any:
    return y * f - mp.log((mp.exp(f) - 1) / f)


LINE, RAY = [-mp.inf, -5, 0, 5, mp.inf], [0, 0.1, 1, 5, 30, mp.inf]
ROWS: dict[str, tuple[Any, Formula, list[Any] | int, tuple[float, ...]]] = {
    "Normal": (lk.Normal, normal, LINE, (0.3, 0.5)),
    "Logistic": (lk.Logistic, logistic, LINE, (0.3, 0.5)),
    "Gamma": (lk.Gamma, gamma, RAY, (0.2, 0.9)),
    "Lomax": (lk.Lomax, lomax, [0, 1, 10, 1e3, mp.inf], (0.2, 0.9)),
    "Poisson": (lk.Poisson, poisson, 80, (0.7,)),
    "NegativeBinomial": (lk.NegativeBinomial, negative_binomial, 400, (0.4, -0.5)),
    "ContinuousBernoulli": (lk.ContinuousBernoulli, continuous_bernoulli, [0, 0.5, 1], (0.8,)),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_fisher_is_the_expected_squared_score(name: str) -> None:
    family, formula, support, outputs = ROWS[name]
    ours = np.reshape(lk.derive(family).fisher([list(outputs)]), (len(outputs), len(outputs)))
    with mp.workdps(25):
        at = [mp.mpf(f) for f in outputs]

        def score(y: Any, place: int) -> Any:
            h = mp.mpf(10) ** -9
            ends = [formula(y, *[f + s * h * (i == place) for i, f in enumerate(at)]) for s in (1, -1)]
            return (ends[0] - ends[1]) / (2 * h)

        for i in range(len(at)):
            for j in range(i, len(at)):

                def term(y: Any, i: int = i, j: int = j) -> Any:
                    return score(y, i) * score(y, j) * mp.exp(formula(y, *at))

                whole = isinstance(support, int)
                true = mp.fsum(map(term, range(support))) if whole else mp.quad(term, support)  # type: ignore[arg-type]
                assert ours[i, j] == pytest.approx(float(true), rel=1e-9, abs=1e-10), (i, j)


GOLDENS = json.loads((Path(__file__).parent / "reference" / "information.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(GOLDENS))
def test_fisher_is_that_of_the_textbook(name: str) -> None:
    """At one moderate place for each family: the expectation of score score' by tests/reference/make_information.py."""
    true = np.array(GOLDENS[name]["fisher"])
    ours = np.reshape(family_case(name).loss.fisher([GOLDENS[name]["outputs"]]), true.shape)
    size = np.sqrt(np.diagonal(true))
    assert np.all(size > 0)
    np.testing.assert_array_less(np.abs(ours - true), 1e-9 * np.outer(size, size))


@pytest.mark.parametrize("case", [c for c in vector_cases() if c.label in goldens()], ids=lambda c: c.label)
def test_fisher_of_vectors_is_that_of_the_textbook(case: VectorCase) -> None:
    """The same of vectors and sequences, by tests/reference/make_vector_information.py."""
    assert largest_error(case.loss, goldens()[case.label]) < 2e-14
