"""Seconds of whole fits, the kit's and those of libraries that are installed, in one process and in turn.

    OMP_NUM_THREADS=1 python -m benchmarks.fits [--rows 1000000] [--columns 20] [--rounds 3] [--blocks 1000000 4000000]

scikit-learn is in the extras of the tests; glum (`pip install glum`) and statsmodels are timed where they can be
imported. `--blocks` fits generated blocks of 100,000 rows that are never in memory together and prints the peak of what
Python allocates and the time per row. The log-likelihoods are printed so that one sees who reached the maximum.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
import tracemalloc
import warnings
from collections.abc import Callable
from functools import partial
from statistics import median

import numpy as np
from numpy.typing import NDArray

import likelihoodkit as lk
from likelihoodkit.families import FAMILIES

Array = NDArray[np.float64]
BLOCK = 100_000


def simulated(rows: int, columns: int, seed: int = 0) -> tuple[Array, dict[str, Array]]:
    """A design, and an outcome per family with a log link."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, columns))
    mean = np.exp(0.5 + X @ (0.1 * np.random.default_rng(1).normal(size=columns)))
    return X, {
        "Poisson": rng.poisson(mean).astype(float),
        "NegativeBinomial": rng.poisson(mean * rng.gamma(2, 0.5, rows)).astype(float),
        "Gamma": rng.gamma(2, mean / 2),
    }


def scikit(name: str, X: Array, y: Array) -> Callable[[], object]:
    from sklearn.linear_model import GammaRegressor, PoissonRegressor

    kind = GammaRegressor if name == "Gamma" else PoissonRegressor
    return lambda: kind(alpha=0, solver="lbfgs", max_iter=1000, tol=1e-6).fit(X, y)


def glum(name: str, X: Array, y: Array) -> Callable[[], object]:
    from glum import GeneralizedLinearRegressor

    return lambda: GeneralizedLinearRegressor(family=name.lower(), link="log", alpha=0).fit(X, y)


def statsmodels(name: str, X: Array, y: Array) -> Callable[[], object]:
    import statsmodels.api as sm

    family = {"Poisson": sm.families.Poisson(), "Gamma": sm.families.Gamma(sm.families.links.Log())}[name]
    return lambda: sm.GLM(y, sm.add_constant(X), family=family).fit()


PEERS = {"sklearn": scikit, "glum": glum, "statsmodels": statsmodels}


def calls(name: str, X: Array, y: Array, peers: tuple[str, ...]) -> dict[str, Callable[[], object]]:
    """Who fits this outcome; scikit-learn's Poisson stands beside the negative binomial, which it does not have."""
    found: dict[str, Callable[[], object]] = {"kit": lambda: lk.fit(FAMILIES[name], y, X)}
    for peer in peers:
        if importlib.util.find_spec(peer) and not (name == "NegativeBinomial" and peer != "sklearn"):
            found[peer] = PEERS[peer](name, X, y)
    return found


def compare(rows: int, columns: int, rounds: int, peers: tuple[str, ...]) -> None:
    X, outcomes = simulated(rows, columns)
    print(f"{rows} rows, {columns} columns, {rounds} rounds in turn; seconds: minimum (median)")
    for name, y in outcomes.items():
        found = calls(name, X, y, peers)
        seconds: dict[str, list[float]] = {who: [] for who in found}
        answer = None
        for _ in range(rounds):
            for who, call in found.items():
                start = time.perf_counter()
                answer = call() if who != "kit" else (kept := call())
                seconds[who].append(time.perf_counter() - start)
        assert answer is not None
        times = "  ".join(f"{who} {min(t):.2f} ({median(t):.2f})" for who, t in seconds.items())
        print(f"{name:17} {times}  loglik {kept.loglik:.6f} converged {kept.converged}", flush=True)  # type: ignore[attr-defined]


def block(columns: int, number: int) -> tuple[Array, Array]:
    X, outcomes = simulated(BLOCK, columns, number)
    return outcomes["NegativeBinomial"], X


def out_of_core(rows: int, columns: int) -> None:
    blocks = [partial(block, columns, number) for number in range(rows // BLOCK)]
    start = time.perf_counter()
    for load in blocks:
        load()
    making = time.perf_counter() - start
    tracemalloc.start()
    passes = 0

    def report(_: object) -> None:
        nonlocal passes
        passes += 1

    start = time.perf_counter()
    found = lk.fit(lk.NegativeBinomial, blocks=blocks, progress=report)
    seconds = time.perf_counter() - start
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(
        f"{rows} rows in blocks: {seconds:.1f} s, {1e9 * seconds / rows:.0f} ns per row ({1e9 * making / rows:.0f} to "
        f"make a row once), peak {peak / 1e6:.0f} MB, converged {found.converged} in {passes} steps",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", nargs="*", default=["sklearn", "glum"], choices=sorted(PEERS))
    parser.add_argument("--blocks", type=int, nargs="*", default=[])
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    compare(asked.rows, asked.columns, asked.rounds, tuple(asked.peers))
    for rows in asked.blocks:
        out_of_core(rows, 10)


if __name__ == "__main__":
    main()
