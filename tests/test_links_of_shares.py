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


@pytest.mark.parametrize("name", ["probit", "cloglog", "loglog"])
def test_means_whose_share_or_rest_is_nothing_in_float64(name: str) -> None:
    """Losses were infinite or NaN from cloglog(4), loglog(-4) and probit(38) on; two slopes, two second derivatives."""
    beta, counts = lk.derive(lk.Beta(mean=name)), lk.derive(lk.BetaBinomial(mean=name, trials=5))
    places = (-60.0, -30.0, -5.0, -0.7, 0.3, 4.5, 9.0, 30.0, 60.0)
    with mp.workdps(200):

        def truth(loss: lk.Loss, y: float, f: Any, g: Any) -> Any:
            (log_p, log_q), c, y = LOGS[name](f), mp.exp(g), mp.mpf(y)
            a, b = c * mp.exp(log_p), c * mp.exp(log_q)
            sizes = mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(c)
            if loss is beta:
                return sizes - (a - 1) * mp.log(y) - (b - 1) * mp.log1p(-y)
            with_seen = mp.loggamma(a + y) + mp.loggamma(b + 5 - y) - mp.loggamma(c + 5)
            return sizes - with_seen - mp.log(mp.binomial(5, y))

        step = mp.mpf(10) ** -30
        for f, g in [(f, g) for f in places for g in (-1.0, 2.0)]:
            for loss, y in ((beta, 0.3), (counts, 2.0)):
                value, slopes = loss.value_and_gradient([y], [[f, g]])
                curve = loss.hessian([y], [[f, g]])[0]
                here = truth(loss, y, f, g)
                for j, (df, dg) in enumerate(((step, 0), (0, step))):
                    low, high = truth(loss, y, f - df, g - dg), truth(loss, y, f + df, g + dg)
                    bend, second = (high - low) / (2 * step), (high - 2 * here + low) / step**2
                    size, slack = abs(here) + abs((f, g)[j] * bend), abs(bend) + abs((f, g)[j] * second)
                    assert abs(value[0] - here) <= 4 * UNIT * (size + 1), (f, g, y)
                    assert abs(slopes[0, j] - bend) <= 8 * UNIT * (slack + 1e-3), (
                        f,
                        g,
                        y,
                    )
                    assert abs(curve[j, j] - second) <= 16 * UNIT * (abs(second) + abs(bend) + 1e-3), (f, g, y)


@pytest.mark.parametrize("name", ["probit", "cloglog", "loglog"])
@pytest.mark.parametrize("f", [-1e300, 1e300])
def test_shares_of_nothing_at_all(name: str, f: float) -> None:
    value, slopes = lk.derive(lk.Beta(mean=name)).value_and_gradient([0.3], [[f, 0.5]])
    assert value[0] > 1e290
    assert not np.isnan(slopes).any()
