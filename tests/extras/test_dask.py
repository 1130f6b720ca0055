"""Dask: fits and boosting on a cluster give the answer of one machine, also when a worker is killed in the middle."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from functools import partial

import dask.array
import dask.dataframe
import distributed
import lightgbm
import numpy as np
import pandas as pd
import pytest
import xgboost
import xgboost.dask

import likelihoodkit as lk

# a killed worker leaves warnings of sockets and processes behind
pytestmark = pytest.mark.filterwarnings("ignore")

N, SIZE = 4000, 500


@pytest.fixture(scope="module")
def client() -> Iterator[distributed.Client]:
    with (
        distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster,
        distributed.Client(cluster) as found,
    ):
        yield found


def load(start: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(start)
    x = rng.normal(size=(SIZE, 2))
    time.sleep(0.05)  # long enough for a worker to be killed in mid-pass
    return rng.gamma(2.0, np.exp(x @ [0.3, -0.2]) / 2), x


LOADERS = [partial(load, start) for start in range(0, N, SIZE)]


def test_collections_are_blocks(client: distributed.Client) -> None:
    rng = np.random.default_rng(0)
    X, w = rng.normal(size=(N, 3)), rng.uniform(0.5, 2, N)
    y = rng.gamma(2.0, np.exp(X @ [0.3, -0.2, 0.1]) / 2)
    alone = lk.fit(lk.Gamma, y, X, w)
    pieces = [dask.array.from_array(a, chunks=c) for a, c in ((y, 1000), (X, (700, 2)), (w, 900))]
    arrays = lk.fit(lk.Gamma, *pieces)
    np.testing.assert_allclose(arrays.coefficients, alone.coefficients, rtol=1e-12)
    np.testing.assert_allclose(np.diag(arrays.covariance), np.diag(alone.covariance), rtol=1e-12)
    np.testing.assert_array_equal(lk.fit(lk.Gamma, *pieces, executor=client).coefficients, arrays.coefficients)

    frame = pd.DataFrame(X, columns=list("abc")).assign(y=y, w=w)
    designs = {"mean": ["a", "b"], "shape": ["c"]}
    alone = lk.fit(lk.Gamma, frame["y"], {k: frame[v] for k, v in designs.items()}, frame["w"])
    table = dask.dataframe.from_pandas(frame, npartitions=5)
    found = lk.fit(lk.Gamma, table["y"], {k: table[v] for k, v in designs.items()}, table["w"], executor=client)
    assert found.names == alone.names
    np.testing.assert_allclose(found.coefficients, alone.coefficients, rtol=1e-12)

    with pytest.raises(lk.InputError, match=r"X has 5 partitions, y has 4"):
        lk.fit(lk.Gamma, pieces[0], table[["a"]])
    with pytest.raises(lk.InputError, match=r"weights is not a collection of Dask"):
        lk.fit(lk.Gamma, pieces[0], pieces[1], w)


def test_trees_on_all_workers_begin_where_one_machine_begins(client: distributed.Client) -> None:
    rng = np.random.default_rng(1)
    X, offset = rng.uniform(-1, 1, (N, 3)), rng.normal(size=N)
    w = rng.integers(1, 3, N).astype(float)
    y = rng.poisson(np.exp(X[:, 0] + offset)).astype(float)
    columns, labels, weights = (dask.array.from_array(a, chunks=(1000, *a.shape[1:])) for a in (X, y, w))
    loss = lk.derive(lk.NegativeBinomial)
    rounds, settings = 60, {"learning_rate": 0.1, "max_depth": 3}

    def best(engine: str) -> float:
        model = lk.Booster(lk.NegativeBinomial, engine=engine, n_rounds=rounds, **settings).fit(X, y, w, offset)
        return float(np.average(-model.predict_distribution(X, offset=offset).log_density(y), weights=w))

    objective = loss.lightgbm().prepare(y, w, offset).release()
    scores = dask.array.from_array(objective.margin(offset), chunks=(1000, 2))
    trees = lightgbm.DaskLGBMRegressor(
        client=client, n_estimators=rounds, objective=objective, num_class=objective.width, verbose=-1,
        boost_from_average=False, metric="None", **settings,
    ).fit(columns, labels, sample_weight=weights, init_score=scores)  # fmt: skip
    raw = trees.booster_.predict(X, raw_score=True)
    assert objective.measure(y, raw, w, offset) < best("lightgbm") + 0.005

    objective = loss.xgboost().prepare(y, w, offset).release()
    scores = dask.array.from_array(objective.margin(offset), chunks=(1000, 2))
    data = xgboost.dask.DaskDMatrix(client, columns, labels, weight=weights, base_margin=scores)
    found = xgboost.dask.train(client, objective.parameters | settings, data, num_boost_round=rounds, obj=objective)
    raw = found["booster"].predict(xgboost.DMatrix(X), output_margin=True)
    assert objective.measure(y, raw, w, offset) < best("xgboost") + 0.005


def test_a_killed_worker_costs_a_retry_and_not_the_answer(client: distributed.Client) -> None:
    alone = lk.fit(lk.Gamma, blocks=LOADERS)
    found = lk.fit(lk.Gamma, blocks=LOADERS, executor=client)
    np.testing.assert_array_equal(found.coefficients, alone.coefficients)
    worker = next(iter(client.run(os.getpid).values()))
    kill = threading.Timer(0.5, os.kill, (worker, signal.SIGKILL))
    kill.start()
    found = lk.fit(lk.Gamma, blocks=LOADERS, executor=client)
    kill.join()
    np.testing.assert_array_equal(found.coefficients, alone.coefficients)
    np.testing.assert_array_equal(found.covariance, alone.covariance)
