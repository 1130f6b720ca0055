"""Links that users write: the noise behind them keeps its digits, and is fitted."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy as sp
from mpmath import mp

import likelihoodkit as lk
from likelihoodkit import supports
from likelihoodkit.links import Link

PROBIT = Link(
    "probit", lambda f: (1 + sp.erf(f / sp.sqrt(2))) / 2, lambda t: sp.sqrt(2) * sp.erfinv(2 * t - 1), supports.unit
)
CLOGLOG = Link("cloglog", lambda f: 1 - sp.exp(-sp.exp(f)), lambda t: sp.log(-sp.log(1 - t)), supports.unit)
CAUCHIT = Link(
    "cauchit", lambda f: sp.atan(f) / sp.pi + sp.S.Half, lambda t: sp.tan(sp.pi * (t - sp.S.Half)), supports.unit
)
SQUAREPLUS = Link("squareplus", lambda f: (f + sp.sqrt(f**2 + 4)) / 2, lambda t: t - 1 / t, supports.positive)
INVERSES: dict[Link, Callable[[Any], Any]] = {
    PROBIT: lambda f: mp.erfc(-f / mp.sqrt(2)) / 2,
    CLOGLOG: lambda f: -mp.expm1(-mp.exp(f)),
    CAUCHIT: lambda f: mp.mpf(1) / 2 + mp.atan(f) / mp.pi,
    SQUAREPLUS: lambda f: (f + mp.sqrt(f * f + 4)) / 2,
}
LOSSES: dict[str, Callable[[Any, Any], Any]] = {
    "Bernoulli": lambda y, p: -mp.log(p) if y else -mp.log(1 - p),
    "Geometric": lambda y, p: -mp.log(p) - y * mp.log(1 - p),
    "Poisson": lambda y, m: m - y * mp.log(m) + mp.loggamma(y + 1),
    "Exponential": lambda y, m: y / m + mp.log(m),
}
TINY = 1e-307
PLACES = [-40.0, -8.0, -1.0, -1e-8, 0.0, 0.5, 3.0, 6.0]  # what is above is as below for the other label
CASES = [
    (lk.Bernoulli(probability=link), y) for link in (PROBIT, CLOGLOG, CAUCHIT) for y in (0.0, 1.0)
] + [(lk.Geometric(probability=link), 3.0) for link in (PROBIT, CLOGLOG, CAUCHIT)] + [
    (lk.Poisson(mean=SQUAREPLUS), 0.0), (lk.Poisson(mean=SQUAREPLUS), 5.0), (lk.Exponential(mean=SQUAREPLUS), 2.5),
]  # fmt: skip


@pytest.mark.parametrize(("noise", "y"), CASES, ids=str)
def test_digits_behind_links_of_ones_own(noise: lk.Distribution, y: float) -> None:
    ((_, link),) = noise.bindings
    loss = lk.derive(noise)
    outputs, outcomes = np.array(PLACES)[:, None], np.full(len(PLACES), y)
    found = loss(outcomes, outputs), loss.gradient(outcomes, outputs)[:, 0]
    for k, place in enumerate(PLACES):
        with mp.workdps(1000 if place < -8 else 500):  # 1 - p of a p next to 1, and its slope
            f = mp.mpf(place)

            def true(f: Any) -> Any:
                return LOSSES[noise.name](mp.mpf(y), INVERSES[link](f))

            step = mp.mpf(10) ** (-mp.dps // 3)
            slope = (true(f + step) - true(f - step)) / (2 * step)
            assert abs(found[0][k] - true(f)) <= 1e-15 * (abs(true(f)) + abs(f * slope)) + TINY, place
            assert abs(found[1][k] - slope) <= 2e-14 * abs(slope) + TINY, place


def test_noises_behind_links_of_ones_own_are_fitted() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=200)
    labels = (x + rng.normal(size=200) > 0) * 1
    probit = lk.fit(lk.Bernoulli(probability=PROBIT), labels, x)
    slopes = lk.derive(lk.Bernoulli(probability=PROBIT)).gradient(labels, probit.outputs(x))[:, 0]
    assert probit.converged
    np.testing.assert_allclose([slopes.sum(), slopes @ x], 0, atol=1e-9)
    assert lk.fit(lk.Gamma(mean=SQUAREPLUS), rng.gamma(2, 1 + x**2), x).converged


def test_an_arsinh_typed_by_its_logarithm() -> None:
    class Typed(lk.Distribution):
        """Johnson's unbounded law."""

        y = lk.outcome(lk.real)
        scale = lk.parameter(lk.positive, link=lk.links.exp)

        log_density = (
            -sp.log(scale) - sp.log(2 * sp.pi) / 2 - sp.log(1 + (y / scale) ** 2) / 2
            - sp.log(y / scale + sp.sqrt((y / scale) ** 2 + 1)) ** 2 / 2
        )  # fmt: skip

    y, f = np.array([-1e4, -3.0, 2.0, 1e4, -1e9]), np.array([-8.0, -1.0, 0.0, 5.0, 9.0])
    found = lk.derive(Typed)(y, f[:, None])
    with mp.workdps(60):
        for k, (a, b) in enumerate(zip(y, f, strict=True)):
            z = mp.mpf(a) / mp.exp(mp.mpf(b))
            true = mp.mpf(b) + mp.log(2 * mp.pi) / 2 + mp.log1p(z * z) / 2 + mp.asinh(z) ** 2 / 2
            assert abs(found[k] - true) <= 4e-16 * (abs(true) + abs(b * mp.asinh(z))), k


def test_links_of_lambdas_are_stored_with_what_they_make_of_a_symbol() -> None:
    """A fit by them could not be pickled, nor an estimator sent to another process."""
    y = np.random.default_rng(0).poisson(3.0, 30)
    fitted = lk.fit(lk.Poisson(mean=SQUAREPLUS), y, {"x": np.linspace(-1, 1, 30)})
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.predict({"x": [0.5, 2.0]}), fitted.predict({"x": [0.5, 2.0]}))
    stored = pickle.loads(pickle.dumps(SQUAREPLUS))
    assert stored == pickle.loads(pickle.dumps(stored))
    f = sp.Symbol("f", real=True)
    assert stored(f) == SQUAREPLUS(f)
    assert stored.forward(f) == SQUAREPLUS.forward(f)
    assert copy.deepcopy(SQUAREPLUS) is SQUAREPLUS
