"""Links that a user makes: probit and complementary log-log regression, against the likelihoods typed with SciPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.optimize
import scipy.stats
from mpmath import mp, mpf
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


#: links of positive means, each with its inverse in mpmath
POSITIVE = [
    (
        Link("reciprocal square", lambda f: f**-2, lambda t: 1 / lk.sqrt(t), lk.positive, one_to_one=False),
        lambda f: f**-2,
    ),
    (
        Link("Box-Cox", lambda f: (1 + lk.log(1 + lk.exp(f)) / 2) ** 2, lambda t: 2 * (lk.sqrt(t) - 1), lk.positive),
        lambda f: (1 + mp.log1p(mp.exp(f)) / 2) ** 2,
    ),
    (
        Link("root", lambda f: lk.sqrt(lk.log(1 + lk.exp(f))), lambda t: t**2, lk.positive),
        lambda f: mp.sqrt(mp.log1p(mp.exp(f))),
    ),
]


class Waits(lk.Distribution):
    """A gamma law as a user types it."""

    y = lk.outcome(lk.positive)
    mean = lk.parameter(lk.positive, link="exp")
    shape = lk.parameter(lk.positive, link="exp")

    log_density = shape * lk.log(shape / mean) + (shape - 1) * lk.log(y) - shape * y / mean - lk.log_gamma(shape)


def _geometric(y: mpf, m: mpf, _: mpf) -> mpf:
    return (y + 1) * mp.log1p(m) - y * mp.log(m)


def _gamma(y: mpf, m: mpf, k: mpf) -> mpf:
    return mp.loggamma(k) - k * mp.log(k / m) - (k - 1) * mp.log(y) + k * y / m


@pytest.mark.parametrize(("link", "inverse"), POSITIVE, ids=lambda x: getattr(x, "name", ""))
@pytest.mark.parametrize(
    ("family", "textbook"), [(lk.Geometric, _geometric), (lk.Gamma, _gamma), (Waits, _gamma)], ids=lambda x: x.__name__
)
def test_means_behind_a_link_of_ones_own_keep_their_digits(
    family: Any, textbook: Any, link: Link, inverse: Any
) -> None:
    """The family's loss as one function, of the logarithm of that mean: term by term it lost up to 140 units."""
    loss = lk.derive(family(mean=link))
    wide = len(loss.outputs) > 1
    for f in (0.3, -1.0, 3.0, 8.0, 30.0, -30.0):
        for y in (2.0, 50.0):
            with mp.workdps(60):

                def at(x: mpf, y: float = y) -> mpf:
                    return textbook(mpf(y), inverse(x), mp.exp(mpf(4)))

                value, slope, curve = at(mpf(f)), mp.diff(at, mpf(f)), mp.diff(at, mpf(f), 2)
                sizes = [abs(value) + abs(f * slope), abs(slope) + abs(f * curve)]
            ours, gradient = loss.value_and_gradient([y], [[f, 4.0]] if wide else [f])
            unit = 2.0**-53
            assert abs(mpf(float(ours[0])) - value) <= 4 * unit * sizes[0]
            assert abs(mpf(float(np.ravel(gradient)[0])) - slope) <= 8 * unit * sizes[1]
