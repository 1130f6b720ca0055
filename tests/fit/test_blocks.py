"""Rows in blocks: the same answer as from all of them at once, whatever the blocks and whoever computes them."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from multiprocessing import get_context

import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit.errors import FitError, InputError, SupportError

N = 3000


def columns(start: int, stop: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)
    X = rng.normal(size=(N, 3)) @ np.array([[1, 0.3, 0], [0, 1, 0.5], [0, 0, 2.0]]) + 4
    mean = np.exp(0.2 * X[:, 0] - 0.1 * X[:, 2])
    y = rng.negative_binomial(2, 2 / (2 + mean))
    weights = rng.integers(0, 3, N)
    part = slice(start, stop)
    return {"y": y[part], "X": X[part], "weights": weights[part]}


EDGES = {"even": range(0, N + 1, 500), "ragged": [0, 7, 8, 1200, 1203, N], "one": [0, N]}


def pieces(edges: str) -> list[dict[str, np.ndarray]]:
    cuts = list(EDGES[edges])
    return [columns(a, b) for a, b in pairwise(cuts)]


@pytest.fixture(scope="module")
def whole() -> lk.Fit:
    data = columns(0, N)
    return lk.fit(lk.NegativeBinomial, data["y"], data["X"], weights=data["weights"])


def assert_same(found: lk.Fit, whole: lk.Fit) -> None:
    assert found.names == whole.names
    assert found.converged
    np.testing.assert_allclose(found.coefficients, whole.coefficients, rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(found.covariance, whole.covariance, rtol=1e-9, atol=1e-15)
    assert found.loglik == pytest.approx(whole.loglik, rel=1e-13)
    assert (found.n, found.aic) == (whole.n, pytest.approx(whole.aic, rel=1e-13))


@pytest.mark.parametrize("edges", EDGES)
def test_any_blocks_give_the_answer_of_the_whole(edges: str, whole: lk.Fit) -> None:
    found = lk.fit(lk.NegativeBinomial, blocks=lambda: iter(pieces(edges)))
    assert_same(found, whole)
    np.testing.assert_allclose(found.predict(np.ones((2, 3))), whole.predict(np.ones((2, 3))), rtol=1e-10)


def test_executors_change_no_bit(whole: lk.Fit) -> None:
    alone = lk.fit(lk.NegativeBinomial, blocks=pieces("even"))
    with ThreadPoolExecutor(2) as threads:
        found = lk.fit(lk.NegativeBinomial, blocks=pieces("even"), executor=threads)
    np.testing.assert_array_equal(found.coefficients, alone.coefficients)
    np.testing.assert_array_equal(found.covariance, alone.covariance)
    loaders = [partial(columns, a, a + 500) for a in range(0, N, 500)]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        found = lk.fit(lk.NegativeBinomial, blocks=loaders, executor=processes)
    np.testing.assert_array_equal(found.coefficients, alone.coefficients)
    assert_same(found, whole)


def test_offsets_settings_designs_and_classes() -> None:
    rng = np.random.default_rng(1)
    x, offset, trials = rng.normal(size=N), rng.normal(size=N) / 5, rng.integers(1, 9, N)
    y = rng.binomial(trials, 1 / (1 + np.exp(-x / 2 - offset)))
    whole = lk.fit(lk.Binomial, y, {"dose": x}, offset=offset, trials=trials)
    halves = [slice(0, 1400), slice(1400, N)]
    blocks = [{"y": y[h], "X": {"dose": x[h]}, "offset": offset[h], "trials": trials[h]} for h in halves]
    assert_same(lk.fit(lk.Binomial, blocks=blocks), whole)
    labels = rng.integers(0, 3, N)
    whole = lk.fit(lk.Categorical, labels, x, classes=3)
    assert_same(lk.fit(lk.Categorical, blocks=[(labels[h], x[h]) for h in halves], classes=3), whole)
    noise = lk.Normal(scale=lk.shared)
    whole = lk.fit(noise, x + offset, {"mean": offset})
    assert_same(lk.fit(noise, blocks=[(x[h] + offset[h], {"mean": offset[h]}) for h in halves]), whole)


def test_a_first_block_that_says_little_is_no_obstacle() -> None:
    """All rows of the first block are alike in x: the sample's design is singular."""
    rng = np.random.default_rng(7)
    x = np.concatenate([np.zeros(25_000), rng.normal(size=5_000)])
    y = rng.poisson(np.exp(1 + 0.3 * x))
    whole = lk.fit(lk.Poisson, y, {"x": x})
    parts = [slice(0, 25_000), slice(25_000, 30_000)]
    assert_same(lk.fit(lk.Poisson, blocks=[(y[p], {"x": x[p]}) for p in parts]), whole)


def test_errors_name_what_is_wrong() -> None:
    good = pieces("even")
    with pytest.raises(SupportError, match="Poisson"):
        lk.fit(lk.Poisson, blocks=[*good[:2], {**good[2], "y": -good[2]["y"] - 1}])
    twice = [{**block, "X": np.column_stack([block["X"], block["X"][:, 1]])} for block in good]
    with pytest.raises(FitError, match=r"'x\d' is a combination of 'x\d'"):
        lk.fit(lk.Poisson, blocks=twice)
    with pytest.raises(InputError, match="block 1 has other columns"):
        lk.fit(lk.Poisson, blocks=[good[0], {**good[1], "X": good[1]["X"][:, :2]}])
    with pytest.raises(FitError, match="kinks"):
        lk.fit(lk.Laplace, blocks=good)
    with pytest.raises(FitError, match="how many classes"):
        lk.fit(lk.Categorical, blocks=good)
    with pytest.raises(FitError, match="no rows"):
        lk.fit(lk.Poisson, blocks=list)
    with pytest.raises(InputError, match="takes the place"):
        lk.fit(lk.Poisson, [1, 2], blocks=good)
    with pytest.raises(FitError, match="has not kept its rows"):
        lk.fit(lk.Poisson, blocks=good).robust()


def test_a_fit_that_does_not_converge_says_so() -> None:
    y = np.repeat([0, 1], 50)
    with pytest.warns(lk.ConvergenceWarning, match="did not converge"):
        fit = lk.fit(lk.Bernoulli, blocks=[(y[:60], {"x": y[:60] - 0.5}), (y[60:], {"x": y[60:] - 0.5})])
    assert not fit.converged


def test_blocks_without_rows_say_nothing() -> None:
    rng = np.random.default_rng(4)
    X = rng.normal(size=(90, 2))
    y = rng.poisson(np.exp(0.3 + X @ [0.2, -0.1]))
    empty = (y[:0], X[:0])
    for blocks in ([empty, (y, X)], [(y[:40], X[:40]), empty, (y[40:], X[40:])], [(y, X), empty]):
        found = lk.fit(lk.Poisson, blocks=blocks)
        assert found.n == 90
        np.testing.assert_allclose(found.loglik, lk.fit(lk.Poisson, y, X).loglik, rtol=1e-12)
    with pytest.raises(lk.errors.FitError, match="no rows in the blocks"):
        lk.fit(lk.Poisson, blocks=[empty])


def test_blocks_that_are_gone_after_one_pass_are_refused() -> None:
    with pytest.raises(lk.errors.InputError, match=r"generator, which can be gone through once.*function"):
        lk.fit(lk.Poisson, blocks=((np.arange(9.0), None) for _ in range(3)))


def test_the_number_of_a_wrong_block_is_said() -> None:
    blocks = [(np.arange(9.0), None), (np.arange(9.0) - 2, None)]
    with pytest.raises(lk.errors.SupportError, match=r"y\[0\] = -2") as raised:
        lk.fit(lk.Poisson, blocks=blocks)
    assert raised.value.__notes__ == ["This is block 1; its rows are counted from 0."]
