"""Boosted noise: seconds and held-out log-likelihood of `lk.Booster`, a hand-written objective and the peers.

    OMP_NUM_THREADS=1 python -m benchmarks.boosting [--rows 10000] [--rounds 500] [--seeds 5] [--real]

The first table is Gaussian data whose mean and spread both follow four of ten columns, the same trees for all: 500
rounds, rate 0.05, depth 3 (NGBoost: its own trees of that depth). "numpy objective" is the Fisher objective as a person
types it for LightGBM. NGBoost and LightGBMLSS are run where they can be imported (`pip install ngboost lightgbmlss`).
`--real` boosts data sets that come with scikit-learn and with the kit under several noises and with squared error.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

import likelihoodkit as lk

Array = NDArray[Any]
RATE, DEPTH = 0.05, 3
Data = tuple[Array, Array, Array, Array]


def gaussian(rows: int, seed: int) -> Data:
    """Training and test data."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, (2 * rows, 10))
    mean = np.sin(3 * X[:, 0]) + X[:, 1] * X[:, 2]
    y = mean + np.exp(-0.5 + X[:, 3]) * rng.normal(size=2 * rows)
    return X[:rows], y[:rows], X[rows:], y[rows:]


def normal_loss(y: Array, mean: Array, scale: Array) -> float:
    """The mean negative log-likelihood."""
    return float(np.mean(0.5 * ((y - mean) / scale) ** 2 + np.log(scale) + 0.5 * np.log(2 * np.pi)))


def kit(data: Data, rounds: int) -> Callable[[], float]:
    X, y, Xt, yt = data

    def run() -> float:
        model = lk.Booster(lk.Normal(scale="exp"), n_rounds=rounds, learning_rate=RATE, max_depth=DEPTH).fit(X, y)
        return -float(np.mean(model.predict_distribution(Xt).log_density(yt)))

    return run


def typed(data: Data, rounds: int) -> Callable[[], float]:
    import lightgbm

    X, y, Xt, yt = data
    start = np.array([y.mean(), np.log(y.std())])

    def objective(raw: Array, _: Any) -> tuple[Array, Array]:
        f = raw.reshape(len(y), -1) + start
        z = (y - f[:, 0]) * np.exp(-f[:, 1])
        weight = np.exp(-2 * f[:, 1])
        gradient = np.column_stack([-z * np.exp(-f[:, 1]), 1 - z * z])
        return gradient, np.column_stack([weight, np.full(len(y), 2.0)])

    settings = {
        "objective": objective, "num_class": 2, "learning_rate": RATE, "max_depth": DEPTH, "num_leaves": 2**DEPTH,
        "num_threads": 1, "verbose": -1, "deterministic": True, "force_row_wise": True,
    }  # fmt: skip

    def run() -> float:
        model = lightgbm.train(settings, lightgbm.Dataset(X, y), rounds)
        f = model.predict(Xt, raw_score=True).reshape(len(yt), -1) + start
        return normal_loss(yt, f[:, 0], np.exp(f[:, 1]))

    return run


def ngboost(data: Data, rounds: int) -> Callable[[], float]:
    from ngboost import NGBRegressor
    from sklearn.tree import DecisionTreeRegressor

    X, y, Xt, yt = data

    def run() -> float:
        base = DecisionTreeRegressor(criterion="friedman_mse", max_depth=DEPTH)
        model = NGBRegressor(Base=base, n_estimators=rounds, learning_rate=RATE, verbose=False).fit(X, y)
        found = model.pred_dist(Xt)
        return normal_loss(yt, found.loc, found.scale)

    return run


def lightgbmlss(data: Data, rounds: int) -> Callable[[], float]:
    import lightgbm
    from lightgbmlss.distributions.Gaussian import Gaussian
    from lightgbmlss.model import LightGBMLSS

    X, y, Xt, yt = data

    def run() -> float:
        model = LightGBMLSS(Gaussian(stabilization="None", response_fn="exp", loss_fn="nll"))
        settings = {
            "learning_rate": RATE, "max_depth": DEPTH, "num_leaves": 2**DEPTH, "num_threads": 1, "verbose": -1,
            "boost_from_average": False,
        }  # fmt: skip
        model.train(settings, lightgbm.Dataset(X, label=y), num_boost_round=rounds)
        found = model.predict(Xt, pred_type="parameters")
        return normal_loss(yt, np.asarray(found["loc"]), np.asarray(found["scale"]))

    return run


PEERS = {"numpy objective": typed, "lightgbmlss": lightgbmlss, "ngboost": ngboost}


def compare(rows: int, rounds: int, seeds: int, slow: bool) -> None:
    names = ["kit", "numpy objective"]
    names += [peer for peer in ("lightgbmlss", *(["ngboost"] if slow else [])) if importlib.util.find_spec(peer)]
    seconds: dict[str, list[float]] = {name: [] for name in names}
    scores: dict[str, list[float]] = {name: [] for name in names}
    for seed in range(seeds):
        data = gaussian(rows, seed)
        for name in names:
            run = kit(data, rounds) if name == "kit" else PEERS[name](data, rounds)
            start = time.perf_counter()
            scores[name].append(run())
            seconds[name].append(time.perf_counter() - start)
    print(f"Gaussian, {rows} rows, {rounds} rounds, {seeds} seeds: fit and prediction of as many rows")
    for name in names:
        gap = np.array(scores[name]) - np.array(scores["kit"])
        print(
            f"{name:16} {min(seconds[name]):7.2f} s  held-out loss {np.mean(scores[name]):.4f}"
            f"  worse than the kit by {gap.mean():+.4f} (standard error {gap.std(ddof=1) / np.sqrt(seeds):.4f})",
            flush=True,
        )


def real() -> dict[str, tuple[Array, Array, tuple[Any, ...]]]:
    """Name -> design, outcome, noises that could be."""
    from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine

    diabetes, cancer, wine = load_diabetes(), load_breast_cancer(), load_wine()
    spot = list(cancer.feature_names).index("worst concavity")
    others = np.delete(np.arange(30), spot)
    concave = cancer.data[:, spot] > 0
    area = list(cancer.feature_names).index("area error")
    return {
        "diabetes (score)": (diabetes.data, diabetes.target, (lk.Normal(scale="exp"), lk.Gamma, lk.NegativeBinomial)),
        "tumour area error (amount)": (
            np.delete(cancer.data, area, 1), cancer.data[:, area], (lk.Normal(scale="exp"), lk.Gamma, lk.LogNormal),
        ),
        "tumour concavity (positive)": (
            cancer.data[concave][:, others], cancer.data[concave, spot], (lk.Normal(scale="exp"), lk.Gamma, lk.Weibull),
        ),
        "wine proline (heavy tail)": (
            wine.data[:, :12], wine.data[:, 12], (lk.Normal(scale="exp"), lk.StudentT(df=4, scale="exp"), lk.Gamma),
        ),
        "wine hue share (proportion)": (
            np.delete(wine.data, 10, 1), wine.data[:, 10] / 2, (lk.Normal(scale="exp"), lk.Beta),
        ),
    }  # fmt: skip


def on_real(rounds: int) -> None:
    from sklearn.model_selection import KFold

    print(f"real data, 5 folds, {rounds} rounds: held-out loss (standard error of the difference to the first)")
    for name, (X, y, noises) in real().items():
        losses = {}
        for noise in noises:
            rows = np.empty(len(y))
            for train, test in KFold(5, shuffle=True, random_state=0).split(X):
                model = lk.Booster(
                    noise, n_rounds=rounds, learning_rate=RATE, max_depth=DEPTH, early_stopping_rounds=20
                )
                model.fit(X[train], y[train])
                rows[test] = -model.predict_distribution(X[test]).log_density(y[test])
            losses[repr(noise) if not isinstance(noise, type) else noise.__name__] = rows
        first = next(iter(losses.values()))
        told = [
            f"{label} {rows.mean():.3f} ({(rows - first).std(ddof=1) / np.sqrt(len(y)):.3f})"
            for label, rows in losses.items()
        ]
        print(f"{name:28} n={len(y)}  " + "  ".join(told), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--without-ngboost", action="store_true", help="it takes half a minute a seed")
    parser.add_argument("--real", action="store_true")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    compare(asked.rows, asked.rounds, asked.seeds, not asked.without_ngboost)
    if asked.real:
        on_real(200)


if __name__ == "__main__":
    main()
