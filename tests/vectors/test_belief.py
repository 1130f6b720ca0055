"""Beliefs about vectors: samples follow the density, information is the variance of the score, modes are highest."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit.errors import BindingError, DerivationError, SupportError, UndefinedError

RNG = np.random.default_rng(5)
#: family, outputs of one row, keywords
SAMPLED = {
    "MultivariateNormal": (RNG.normal(size=(1, 9)), {}),
    "MultivariateT": (np.append(RNG.normal(size=5), 2.0)[None], {}),
    "Dirichlet": (np.array([[0.3, -0.4, 0.0, 2.0]]), {}),
    "Multinomial": (RNG.normal(size=(1, 3)), {"trials": 6}),
    "DirichletMultinomial": (np.append(RNG.normal(size=3), 1.0)[None], {"trials": 6}),
    "VonMisesFisher": (np.append(RNG.normal(size=3), 1.0)[None], {}),
    "PlackettLuce": (RNG.normal(size=(1, 4)), {}),
    "LinearChain": (RNG.normal(size=(1, 5, 2)), {}),
    "Alignment": (RNG.normal(size=(1, 3, 3)), {}),
}
MANY = 40_000


@pytest.mark.parametrize("name", SAMPLED)
def test_scores_of_samples_have_mean_zero_and_the_information_as_variance(name: str) -> None:
    outputs, given = SAMPLED[name]
    loss = lk.derive(getattr(lk, name))
    belief = loss.distribution(outputs, **given)
    y = belief.sample(np.random.default_rng(3), MANY)[:, 0]
    scores = loss.gradient(y, np.repeat(outputs, MANY, axis=0), **given).reshape(MANY, -1)
    information = loss.fisher(outputs, **given)[0]
    spread = np.sqrt(np.diag(information))
    moving = spread > 0
    assert np.abs(scores.mean(axis=0)[moving] / spread[moving]).max() < 5 / np.sqrt(MANY)
    found = scores.T @ scores / MANY
    assert np.abs(found - information).max() < 0.05 * np.abs(information).max()


@pytest.mark.parametrize(
    "name", ["Multinomial", "DirichletMultinomial", "Dirichlet", "MultivariateNormal", "MultivariateT"]
)
def test_moments_are_those_of_samples(name: str) -> None:
    outputs, given = SAMPLED[name]
    belief = lk.derive(getattr(lk, name)).distribution(outputs, **given)
    y = belief.sample(7, MANY)[:, 0]
    width = np.sqrt(belief.variance()[0])
    assert (np.abs(y.mean(axis=0) - belief.mean()[0]) < 5 * width / np.sqrt(MANY)).all()
    np.testing.assert_allclose(y.var(axis=0), belief.variance()[0], rtol=0.15)
    covariance = belief.covariance()[0]
    np.testing.assert_array_equal(np.diag(covariance), belief.variance()[0])
    np.testing.assert_allclose(np.cov(y, rowvar=False), covariance, atol=0.1 * width.max() ** 2)


@pytest.mark.parametrize("name", ["Multinomial", "DirichletMultinomial", "PlackettLuce", "LinearChain", "Alignment"])
def test_the_mode_is_the_most_probable_of_all(name: str) -> None:
    outputs, given = SAMPLED[name]
    belief = lk.derive(getattr(lk, name)).distribution(outputs, **given)
    every: list[tuple[int, ...]] = {
        "PlackettLuce": list(itertools.permutations(range(4))),
        "LinearChain": list(itertools.product(range(2), repeat=3)),
        "Alignment": [(*s, *[-1] * (3 - len(s))) for n in range(4) for s in itertools.product([1, 2], repeat=n)],
    }.get(name, [c for c in itertools.product(range(7), repeat=3) if sum(c) == 6])
    heights = belief.log_density(np.array(every, dtype=float)[:, None])[:, 0]
    assert belief.log_density(belief.mode())[0] == pytest.approx(heights.max(), rel=1e-13)
    np.testing.assert_array_equal(lk.derive(getattr(lk, name)).predict(outputs, **given), belief.mode())


def test_a_chain_knows_its_marginals_and_partition() -> None:
    outputs = RNG.normal(0, 2, (2, 6, 3))  # three steps, three rows of transitions
    belief = lk.derive(lk.LinearChain).distribution(outputs)
    paths = np.array(list(itertools.product(range(3), repeat=3)))
    mass = np.exp(belief.log_density(np.repeat(paths[:, None], 2, axis=1).astype(float)))
    for t, k in itertools.product(range(3), range(3)):
        np.testing.assert_allclose(belief.marginals()[:, t, k], mass[paths[:, t] == k].sum(axis=0), rtol=1e-12)
    first = outputs[0]
    scores = [
        sum(first[t, k] for t, k in enumerate(p)) + sum(first[3 + a, b] for a, b in itertools.pairwise(p))
        for p in paths
    ]
    assert belief.log_partition()[0] == pytest.approx(np.log(np.exp(scores).sum()), rel=1e-13)


def test_what_does_not_exist_is_said() -> None:
    normal = lk.derive(lk.MultivariateNormal(scale=1)).distribution([[0.0, 0.0]])
    for ask in (normal.median, lambda: normal.cdf([[0.0, 0.0]]), lambda: normal.quantile(0.5)):
        with pytest.raises(UndefinedError, match="no order"):
            ask()
    with pytest.raises(UndefinedError, match="mean of row 0 does not exist"):
        lk.derive(lk.MultivariateT).distribution([[0.0, 0.0, 0.0, 0.0, 0.0, -1.0]]).mean()
    with pytest.raises(UndefinedError, match="has no mean"):
        lk.derive(lk.PlackettLuce).distribution([[0.0, 1.0]]).mean()
    with pytest.raises(DerivationError, match="at most"):
        lk.derive(lk.PlackettLuce).fisher(np.zeros((1, 12)))


@pytest.mark.parametrize(
    ("family", "y", "width", "words"),
    [
        (lk.Dirichlet, [0.5, 0.5, 0.0], 4, "not positive everywhere"),
        (lk.Dirichlet, [0.5, 0.5, 0.5], 4, "does not sum to 1"),
        (lk.Multinomial, [1.0, 0.5, 2.0], 3, "not a whole number"),
        (lk.PlackettLuce, [0, 0, 1], 3, "names an item twice"),
        (lk.PlackettLuce, [0, -1, 1], 3, "goes on after -1"),
        (lk.PlackettLuce, [0, 3, 1], 3, "above 2"),
        (lk.LinearChain, [0, 2], 8, "above 1"),
    ],
)
def test_outcomes_outside_the_support_are_told(family: object, y: list[float], width: int, words: str) -> None:
    with pytest.raises(SupportError, match=words):
        lk.derive(family)([y], np.zeros((1, width)))


def test_fully_bound_vectors_are_distributions() -> None:
    noise = lk.MultivariateNormal(mean=[1, 2], scale=[[2, 0], [1, 1]])
    assert noise.log_density([1.0, 2.0]) == pytest.approx(-np.log(2 * np.pi) - np.log(2))
    np.testing.assert_array_equal(noise.variance(), [4, 2])
    assert noise.sample(0, 3).shape == (3, 2)
    np.testing.assert_allclose(np.cov(noise.sample(0, MANY).T), [[4, 2], [2, 2]], atol=0.1)
    for wrong in ([[1, 0.5], [0.5, 1]], [[-1, 0], [0, 1]], -2.0):
        with pytest.raises(BindingError, match="positive diagonal"):
            lk.MultivariateNormal(scale=wrong)


@pytest.mark.parametrize(
    ("how", "outputs"), [("cholesky", [0, 0, 0, 0.5, 2]), ("diagonal", [0, 0, 1, 2]), ("isotropic", [0, 0, 1])]
)
def test_covariances_of_a_t_law_are_those_of_its_scale_matrix(how: str, outputs: list[float]) -> None:
    loss = lk.derive(lk.MultivariateT(scale=how, df=5))
    factor = loss.parameters([outputs])["scale"][0]
    np.testing.assert_allclose(loss.distribution([outputs]).covariance()[0], factor @ factor.T * 5 / 3, rtol=1e-14)


def test_covariances_of_shares_and_where_there_are_none() -> None:
    """Every row of a covariance of what adds up to a number adds up to zero."""
    dirichlet = lk.derive(lk.Dirichlet).distribution([[0.3, -1, 0.5, 1.0], [0, 40, 0, 0]])
    np.testing.assert_allclose(dirichlet.covariance().sum(axis=-1), 0, atol=1e-17)
    with pytest.raises(UndefinedError, match=r"covariance has no closed form.*samples"):
        lk.derive(lk.VonMisesFisher).distribution([[0.0, 1.0, 0.0, 0.0]]).covariance()


def test_samples_of_held_degrees_of_freedom_are_drawn_row_by_row() -> None:
    """A number in the place of an output was a DerivationError."""
    belief = lk.derive(lk.MultivariateT(df=3)).distribution(np.zeros((2000, 5)))
    y = belief.sample(0)
    far = (np.abs(y) > 4).any(axis=1)  # what Student's law has beyond 4: 0.028 each
    assert 0.03 < far.mean() < 0.07
    assert y.std(axis=0) == pytest.approx(np.sqrt(3), rel=0.25)
