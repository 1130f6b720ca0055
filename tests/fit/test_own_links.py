"""Links that a user makes: probit and complementary log-log regression, against the likelihoods typed with SciPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.optimize
import scipy.stats
from numpy.typing import NDArray

import likelihoodkit as lk
from likelihoodkit.links import Link

Array = NDArray[Any]


def _probit(f: Array) -> tuple[Array, Array]:
    return scipy.stats.norm.logcdf(f), scipy.stats.norm.logsf(f)


def _cloglog(f: Array) -> tuple[Array, Array]:
    return np.log(-np.expm1(-np.exp(f))), -np.exp(f)


PROBIT = Link("probit", lk.ndtr, lk.ndtri, lk.supports.unit)
CLOGLOG = Link("cloglog", lambda f: 1 - lk.exp(-lk.exp(f)), lambda t: lk.log(-lk.log(1 - t)), lk.supports.unit)


@pytest.mark.parametrize(
    ("link", "logs"), [(PROBIT, _probit), (CLOGLOG, _cloglog)], ids=lambda x: getattr(x, "name", "")
)
def test_regressions_of_labels(link: Link, logs: Callable[[Array], tuple[Array, Array]]) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=300)
    y = (rng.normal(size=300) < 0.3 + 0.8 * x) * 1.0

    def loss(beta: Array) -> float:
        yes, no = logs(beta[0] + beta[1] * x)
        return -float(np.sum(np.where(y == 1, yes, no)))

    best = scipy.optimize.minimize(loss, [0.0, 0.0], method="BFGS", options={"gtol": 1e-7})
    found = lk.fit(lk.Bernoulli(probability=link), y, x)
    assert found.loglik == pytest.approx(-best.fun, abs=1e-9)
    assert list(found.params["probability"].values()) == pytest.approx(best.x, abs=1e-6)


@pytest.mark.parametrize("link", [PROBIT, CLOGLOG], ids=lambda x: x.name)
def test_labels_far_out_keep_their_digits(link: Link) -> None:
    loss = lk.derive(lk.Bernoulli(probability=link))
    assert lk.check(loss).passed
    value, gradient = loss.value_and_gradient([0.0, 1.0], [30.0, -30.0])
    assert np.isfinite(value).all()
    assert np.isfinite(gradient).all()


def test_the_usual_names_of_links_lead_to_ours() -> None:
    with pytest.raises(lk.errors.UnknownNameError, match="how an output becomes the parameter: 'exp'"):
        lk.derive(lk.Poisson(mean="log"))
