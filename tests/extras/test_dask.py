"""Fits on a Dask cluster: the answer of one machine, also when a worker is killed in the middle."""

from __future__ import annotations

import os
import signal
import threading
import time
from functools import partial

import distributed
import numpy as np
import pytest

import likelihoodkit as lk

N, SIZE = 4000, 500


def load(start: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(start)
    x = rng.normal(size=(SIZE, 2))
    time.sleep(0.05)  # long enough for a worker to be killed in mid-pass
    return rng.gamma(2.0, np.exp(x @ [0.3, -0.2]) / 2), x


LOADERS = [partial(load, start) for start in range(0, N, SIZE)]


@pytest.mark.filterwarnings("ignore")  # a killed worker leaves warnings of sockets and processes behind
def test_a_killed_worker_costs_a_retry_and_not_the_answer() -> None:
    alone = lk.fit(lk.Gamma, blocks=LOADERS)
    with (
        distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster,
        distributed.Client(cluster) as client,
    ):
        found = lk.fit(lk.Gamma, blocks=LOADERS, executor=client)
        np.testing.assert_array_equal(found.coefficients, alone.coefficients)
        worker = next(iter(client.run(os.getpid).values()))
        kill = threading.Timer(0.5, os.kill, (worker, signal.SIGKILL))
        kill.start()
        found = lk.fit(lk.Gamma, blocks=LOADERS, executor=client)
        kill.join()
        np.testing.assert_array_equal(found.coefficients, alone.coefficients)
        np.testing.assert_array_equal(found.covariance, alone.covariance)
