"""Probit, complementary log-log, log-log and cauchit, by the names that generalized linear models have for them."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest
import scipy.optimize
import sympy as sp

import likelihoodkit as lk
from likelihoodkit.errors import UnknownNameError
from likelihoodkit.links import OF_SHARES
from likelihoodkit.numbers import evaluate
from likelihoodkit.primitives import lower

#: the logarithms of the share and of the rest, from the textbook
LOGS: dict[str, Callable[[Any], tuple[Any, Any]]] = {
    "probit": lambda f: (mp.log(mp.erfc(-f / mp.sqrt(2)) / 2), mp.log(mp.erfc(f / mp.sqrt(2)) / 2)),
    "cloglog": lambda f: (mp.log(-mp.expm1(-mp.exp(f))), -mp.exp(f)),
    "loglog": lambda f: (-mp.exp(-f), mp.log(-mp.expm1(-mp.exp(-f)))),
    "cauchit": lambda f: (mp.log(0.5 + mp.atan(f) / mp.pi), mp.log(0.5 - mp.atan(f) / mp.pi)),
}
PLACES = (-30.0, -5.5, -0.7, 0.0, 0.3, 4.5, 30.0)
UNIT = 2.0**-52


def test_the_table_is_these() -> None:
    assert set(OF_SHARES) == set(LOGS)


@pytest.mark.parametrize("name", LOGS)
def test_forward_undoes_inverse(name: str) -> None:
    link, f = OF_SHARES[name], sp.Symbol("f", real=True)
    with mp.workdps(50):
        for place in (-2.25, -0.125, 0.0, 1.5, 2.75):
            share = evaluate(lower(link.inverse(f)), {f: mp.mpf(place)})
            assert 0 < share < 1
            assert abs(evaluate(lower(link.forward(f)), {f: share}) - place) < mp.mpf(10) ** -30
    assert pickle.loads(pickle.dumps(link)) is link


@pytest.mark.parametrize("name", LOGS)
def test_labels_and_counts_of_trials_keep_their_digits(name: str) -> None:
    """Value within 4 units and slope within 8, far out too."""
    label, trials = lk.derive(lk.Bernoulli(probability=name)), lk.derive(lk.Binomial(probability=name, trials=5))
    with mp.workdps(700):
        for place in PLACES:
            for loss, weights, y in ((label, (1, 0), 1.0), (label, (0, 1), 0.0), (trials, (2, 3), 2.0)):

                def truth(f: Any, weights: tuple[int, int] = weights) -> Any:
                    yes, no = LOGS[name](f)
                    return -(weights[0] * yes if weights[0] else 0) - (weights[1] * no if weights[1] else 0)

                value, slope = loss.value_and_gradient([y], [[place]])
                step = mp.mpf(10) ** -200
                low, here, high = (truth(place + k * step) for k in (-1, 0, 1))
                bend, curve = (high - low) / (2 * step), (high - 2 * here + low) / step**2
                # of the numbers themselves, and what the rounding of the output makes of them
                size, slack = abs(here) + abs(place * bend), abs(bend) + abs(place * curve)
                if loss is trials:  # differences of two parts
                    here, size, slack = here - mp.log(10), size + mp.log(10), slack + 1
                assert abs(value[0] - here) <= 4 * UNIT * size, (place, y)
                assert abs(slope[0, 0] - bend) <= 8 * UNIT * slack, (place, y)


@pytest.mark.parametrize("name", LOGS)
def test_regressions_of_labels(name: str) -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=120)
    y = (rng.normal(size=120) < 0.3 + 0.8 * x) * 1.0

    def loss(beta: np.ndarray) -> float:
        logs = [LOGS[name](mp.mpf(float(f))) for f in beta[0] + beta[1] * x]
        return float(mp.fsum(-(a if one else b) for (a, b), one in zip(logs, y, strict=True)))

    found = lk.fit(lk.Bernoulli(probability=name), y, x)
    assert found.converged
    assert loss(found.coefficients) == pytest.approx(-found.loglik, rel=1e-12)
    slopes = scipy.optimize.approx_fprime(found.coefficients, loss, 1e-6)
    np.testing.assert_allclose(slopes, 0.0, atol=1e-3)


def test_they_are_for_shares_and_listed_there_alone() -> None:
    with pytest.raises(UnknownNameError, match="sigmoid, probit, cloglog, loglog, cauchit"):
        lk.Bernoulli(probability="gompit")
    with pytest.raises(UnknownNameError) as told:
        lk.Poisson(mean="gompit")
    assert "probit" not in str(told.value)


@pytest.mark.parametrize("target", ["torch", "jax", "javascript"])
def test_they_are_exported(target: str) -> None:
    for name in LOGS:
        assert lk.derive(lk.Bernoulli(probability=name)).source(target)
