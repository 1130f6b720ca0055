"""Boosted noise: seconds and held-out log-likelihood of `lk.Booster`, a hand-written objective and the peers.

    OMP_NUM_THREADS=1 python -m benchmarks.boosting [--rows 10000] [--rounds 500] [--seeds 5] [--real | --mixtures]

The first table is Gaussian data whose mean and spread both follow four of ten columns, the same trees for all: 500
rounds, rate 0.05, depth 3 (NGBoost: its own trees of that depth). "numpy objective" is the Fisher objective as a person
types it for LightGBM. NGBoost and LightGBMLSS are run where they can be imported (`pip install ngboost lightgbmlss`).
`--real` boosts data sets of scikit-learn and statsmodels under noises that suit them, squared error and normal noise.
`--mixtures` boosts rows of two kinds under mixtures of two and three noises.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
import warnings
from collections.abc import Callable
from functools import partial
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


def kit(data: Data, rounds: int, noise: Any = None) -> Callable[[], float]:
    X, y, Xt, yt = data
    assumed = lk.Normal(scale="exp") if noise is None else noise

    def run() -> float:
        model = lk.Booster(assumed, n_rounds=rounds, learning_rate=RATE, max_depth=DEPTH).fit(X, y)
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
    """Name -> design, outcome, noises that suit it."""
    from sklearn.datasets import load_breast_cancer, load_diabetes
    from statsmodels.datasets import fair, grunfeld, randhie, star98

    visits = randhie.load_pandas().data
    affairs = fair.load_pandas().data
    schools = star98.load_pandas().data
    firms = grunfeld.load_pandas().data.drop(columns="firm")
    diabetes, cancer = load_diabetes(), load_breast_cancer()
    area = list(cancer.feature_names).index("area error")
    passed = schools["NABOVE"] / (schools["NABOVE"] + schools["NBELOW"])
    inside = ((passed > 0) & (passed < 1)).to_numpy()
    return {
        "doctor visits (counts)": (
            visits.drop(columns="mdvis").to_numpy(float), visits["mdvis"].to_numpy(float),
            (lk.Poisson, lk.NegativeBinomial, lk.ZeroInflated(lk.NegativeBinomial)),
        ),
        "affairs (amounts with zeros)": (
            affairs.drop(columns="affairs").to_numpy(float), affairs["affairs"].to_numpy(float),
            (lk.Tweedie(power=1.5),),
        ),
        "tumour area error (amounts)": (
            np.delete(cancer.data, area, 1), cancer.data[:, area], (lk.Gamma, lk.LogNormal),
        ),
        "pupils above the median (proportions)": (
            schools.drop(columns=["NABOVE", "NBELOW"]).to_numpy(float)[inside], passed.to_numpy(float)[inside],
            (lk.Beta,),
        ),
        "investment of firms (heavy tail)": (
            firms.drop(columns="invest").to_numpy(float), firms["invest"].to_numpy(float),
            (lk.StudentT(df=4, scale="exp"), lk.LogNormal, lk.Gamma),
        ),
        "diabetes (scores)": (diabetes.data, diabetes.target, (lk.Gamma, lk.NegativeBinomial)),
    }  # fmt: skip


def squared(data: Data, rounds: int) -> Callable[[], float]:
    """Squared error, read as normal noise with the spread of the residuals in training."""
    X, y, Xt, yt = data

    def run() -> float:
        model = lk.Booster(lk.losses.squared_error, n_rounds=rounds, learning_rate=RATE, max_depth=DEPTH).fit(X, y)
        spread = np.full(len(yt), np.sqrt(np.mean((y - model.predict(X)) ** 2)))
        return normal_loss(yt, model.predict(Xt), spread)

    return run


def on_real(rounds: int) -> None:
    from sklearn.model_selection import KFold

    present = [peer for peer in ("ngboost", "lightgbmlss") if importlib.util.find_spec(peer)]
    print(f"real data, 5 folds, {rounds} rounds: held-out loss (standard error of the difference to the kit's normal)")
    for name, (X, y, noises) in real().items():
        runs: dict[str, Callable[[Data, int], Callable[[], float]]] = {"normal": kit, "squared error": squared}
        runs |= {f"normal by {peer}": PEERS[peer] for peer in present}
        runs |= {repr(noise).replace("lk.", ""): partial(kit, noise=noise) for noise in noises}
        losses: dict[str, list[float]] = {label: [] for label in runs}
        for train, test in KFold(5, shuffle=True, random_state=0).split(X):
            for label, run in runs.items():
                losses[label].append(run((X[train], y[train], X[test], y[test]), rounds)())
        gaps = {label: np.array(found) - np.array(losses["normal"]) for label, found in losses.items()}
        told = [f"{label} {np.mean(losses[label]):.3f} ({gaps[label].std(ddof=1) / np.sqrt(5):.3f})" for label in runs]
        print(f"{name}, {len(y)} rows: " + "; ".join(told), flush=True)


def two_kinds(rows: int, seed: int) -> Data:
    """Outcomes of two kinds of rows, and nobody has written down which is which: two modes where they are apart."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, (2 * rows, 10))
    second = rng.random(2 * rows) < 1 / (1 + np.exp(-2 * X[:, 3]))
    y = np.where(second, 2 + X[:, 1], np.sin(3 * X[:, 0]) - 1) + np.where(second, 0.4, 0.7) * rng.normal(size=2 * rows)
    return X[:rows], y[:rows], X[rows:], y[rows:]


def on_mixtures(rows: int, rounds: int, seeds: int) -> None:
    noises = {
        "Normal": lk.Normal(scale="exp"),
        "StudentT(df=4)": lk.StudentT(scale="exp", df=4),
        "Mixture(Normal, 2)": lk.Mixture(lk.Normal(scale="exp"), components=2),
        "Mixture(Normal, 3)": lk.Mixture(lk.Normal(scale="exp"), components=3),
        "Mixture(Laplace, 2)": lk.Mixture(lk.Laplace(scale="exp"), components=2),
    }
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in noises}
    for noise in noises.values():  # what is derived and compiled once a process is not timed
        kit(two_kinds(200, 0), 2, noise)()
    for seed in range(seeds):
        data = two_kinds(rows, seed)
        for name, noise in noises.items():
            start = time.process_time()
            loss = kit(data, rounds, noise)()
            found[name].append((time.process_time() - start, loss))
    first = np.array(found["Normal"])[:, 1]
    print(f"{rows} rows, {rounds} rounds, {seeds} seeds: processor seconds (minimum), loss, to Normal (its error)")
    for name, pairs in found.items():
        seconds, losses = np.array(pairs).T
        gap = losses - first
        error = gap.std(ddof=1) / np.sqrt(seeds)
        print(f"{name:22} {seconds.min():6.2f}  {losses.mean():.4f}  {gap.mean():+.4f} ({error:.4f})", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--without-ngboost", action="store_true", help="it takes half a minute a seed")
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--mixtures", action="store_true")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    if asked.real:
        on_real(100)
    elif asked.mixtures:
        on_mixtures(asked.rows, asked.rounds, asked.seeds)
    else:
        compare(asked.rows, asked.rounds, asked.seeds, not asked.without_ngboost)


if __name__ == "__main__":
    main()
