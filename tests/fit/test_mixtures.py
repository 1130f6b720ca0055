"""Mixtures are fitted from starts with their components apart; the maximum solves the equations of EM."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import likelihoodkit as lk
from likelihoodkit.errors import InputError


def _responsibilities(y: np.ndarray, laws: list, weights: np.ndarray) -> np.ndarray:
    joint = np.stack(
        [w * law.pdf(y) if hasattr(law, "pdf") else w * law.pmf(y) for w, law in zip(weights, laws, strict=True)]
    )
    share: np.ndarray = joint / joint.sum(axis=0)
    return share


def test_two_normals_solve_the_equations_of_em() -> None:
    rng = np.random.default_rng(0)
    y = np.concatenate([rng.normal(0, 1, size=150), rng.normal(4, 0.5, size=100)])
    fitted = lk.fit(lk.Mixture(lk.Normal, components=2), y)
    assert fitted.converged
    found = fitted.loss.parameters(fitted.outputs())
    weights, means, scales = (np.ravel(found[name]) for name in ("weights", "mean", "scale"))
    share = _responsibilities(y, [stats.norm(m, s) for m, s in zip(means, scales, strict=True)], weights)
    np.testing.assert_allclose(share.mean(axis=1), weights, rtol=1e-7)
    np.testing.assert_allclose(share @ y / share.sum(axis=1), means, rtol=1e-7, atol=1e-9)
    variances = [(s @ (y - m) ** 2) / s.sum() for s, m in zip(share, means, strict=True)]
    np.testing.assert_allclose(np.sqrt(variances), scales, rtol=1e-7)


def test_two_poissons_solve_the_equations_of_em() -> None:
    rng = np.random.default_rng(1)
    y = np.concatenate([rng.poisson(2.0, size=200), rng.poisson(12.0, size=100)]).astype(float)
    fitted = lk.fit(lk.Mixture(lk.Poisson, components=2), y)
    found = fitted.loss.parameters(fitted.outputs())
    weights, means = np.ravel(found["weights"]), np.ravel(found["mean"])
    assert fitted.converged
    assert sorted(np.round(means)) == [2.0, 12.0]
    share = _responsibilities(y, [stats.poisson(m) for m in means], weights)
    np.testing.assert_allclose(share @ y / share.sum(axis=1), means, rtol=1e-7)


@pytest.mark.parametrize("spread", [(1.0, 6.0)])
def test_components_that_differ_in_spread_alone_are_told_apart(spread: tuple[float, float]) -> None:
    rng = np.random.default_rng(2)
    y = np.concatenate([rng.normal(0, s, size=300) for s in spread])
    fitted = lk.fit(lk.Mixture(lk.Normal, components=2), y)
    scales = np.ravel(fitted.loss.parameters(fitted.outputs())["scale"])
    assert fitted.converged
    np.testing.assert_allclose(sorted(scales), spread, rtol=0.15)


def test_zero_inflation_with_a_column() -> None:
    """The score equations of a zero-inflated Poisson (Lambert 1992), written out."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=300)
    y = rng.poisson(np.exp(1 + 0.5 * x)) * (rng.uniform(size=300) > 0.2).astype(float)
    fitted = lk.fit(lk.ZeroInflated(lk.Poisson), y, {"mean": x})
    assert fitted.converged
    found = fitted.loss.parameters(fitted.outputs({"mean": x}))
    mean, zero = found["mean"], found["zero_probability"]
    extra = np.where(y == 0, zero / (zero + (1 - zero) * np.exp(-mean)), 0.0)
    assert extra.mean() == pytest.approx(zero[0], rel=1e-7)
    residual = (1 - extra) * (y - mean)
    assert abs(residual.sum()) < 1e-6
    assert abs(residual @ x) < 1e-6


MIXED = lk.Mixture(lk.LogNormal, components=2)
SEEN = {
    "Hurdle": (lk.Hurdle(MIXED), lambda y, draws: np.where(draws < 0.3, 0.0, y)),
    "Censored": (lk.Censored(MIXED), lambda y, _: np.stack([np.minimum(y, 40), np.where(y > 40, np.inf, y)], axis=1)),
    "Truncated": (lk.Truncated(MIXED, low=0.5), lambda y, _: y[y > 0.5]),
    "Joint": (lk.Joint(size=MIXED, count=lk.Poisson), lambda y, draws: np.stack([y, np.floor(3 * draws)], axis=1)),
}  # fmt: skip


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.slow) if n == "Censored" else n for n in SEEN])
def test_a_mixture_inside_a_wrapper_is_told_apart(name: str) -> None:
    """Where its components begin alike they stay so: that is a saddle."""
    rng = np.random.default_rng(4)
    y = np.exp(np.concatenate([rng.normal(0, 0.5, size=200), rng.normal(3, 0.5, size=200)]))
    noise, seen = SEEN[name]
    fitted = lk.fit(noise, seen(y, rng.uniform(size=400)))
    assert fitted.converged
    found = fitted.loss.parameters(fitted.outputs())
    where = next(value for name, value in found.items() if name.endswith("location"))
    np.testing.assert_allclose(np.sort(np.ravel(where)[:2]), [0, 3], atol=0.25)


def test_two_classes_go_by_name() -> None:
    by_name = lk.fit(lk.Bernoulli, ["no", "yes", "yes"], classes=["no", "yes"])
    assert by_name.coefficients == pytest.approx(lk.fit(lk.Bernoulli, [0, 1, 1]).coefficients)
    with pytest.raises(InputError, match="Bernoulli has two classes"):
        lk.fit(lk.Bernoulli, [0, 1, 1], classes=3)
    with pytest.raises(InputError, match="Poisson has no classes"):
        lk.fit(lk.Poisson, [0, 1, 1], classes=2)
