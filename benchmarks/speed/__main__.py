"""Value and gradient per row: the kit's NumPy engine against NumPy as a person types it; and the cost of deriving.

    OMP_NUM_THREADS=1 python -m benchmarks.speed [--rows 100000] [--rounds 15]

The two are timed in turn, round by round, in one process; minimum and median of the rounds are printed with their
ratio. Read the ratios: absolute times move with the machine.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

import numpy as np
import scipy
from scipy import special

import likelihoodkit as lk

Call = Callable[[], object]


def normal_held(y, f):
    r = f - y
    return 0.5 * r**2 + 0.5 * np.log(2 * np.pi), r


def normal_softplus(y, f):
    scale = np.logaddexp(0, f[:, 1])
    z = (y - f[:, 0]) / scale
    value = 0.5 * z**2 + np.log(scale) + 0.5 * np.log(2 * np.pi)
    slope = special.expit(f[:, 1])
    return value, np.stack([-z / scale, (1 - z**2) / scale * slope], 1)


def normal_exp(y, f):
    z = (y - f[:, 0]) * np.exp(-f[:, 1])
    return 0.5 * z**2 + f[:, 1] + 0.5 * np.log(2 * np.pi), np.stack([-z * np.exp(-f[:, 1]), 1 - z**2], 1)


def bernoulli(y, f):
    return np.logaddexp(0, f) - y * f, special.expit(f) - y


def negative_binomial(y, f):
    mean, dispersion = np.exp(f[:, 0]), np.exp(f[:, 1])
    r = 1 / dispersion
    value = -(
        special.gammaln(y + r) - special.gammaln(r) - special.gammaln(y + 1)
        + y * np.log(dispersion * mean) - (y + r) * np.log1p(dispersion * mean)
    )  # fmt: skip
    share = dispersion * mean / (1 + dispersion * mean)
    by_mean = (y + r) * share - y
    psi = special.digamma(y + r) - special.digamma(r)
    by_dispersion = r * (psi - np.log1p(dispersion * mean)) - y + (y + r) * share
    return value, np.stack([by_mean, by_dispersion], 1)


def student(y, f):
    scale, df = np.logaddexp(0, f[:, 1]), np.logaddexp(0, f[:, 2])
    z = (y - f[:, 0]) / scale
    tail = np.log1p(z**2 / df)
    value = (
        special.gammaln(df / 2) - special.gammaln((df + 1) / 2) + 0.5 * np.log(np.pi * df) + np.log(scale)
        + (df + 1) / 2 * tail
    )  # fmt: skip
    w = (df + 1) / (df + z**2)
    by_df = 0.5 * (special.digamma(df / 2) - special.digamma((df + 1) / 2) + 1 / df + tail - w * z**2 / df)
    gradient = [-w * z / scale, (1 - w * z**2) / scale * special.expit(f[:, 1]), by_df * special.expit(f[:, 2])]
    return value, np.stack(gradient, 1)


def softmax(y, f):
    top = f.max(1, keepdims=True)
    e = np.exp(f - top)
    total = e.sum(1, keepdims=True)
    rows = np.arange(len(y))
    gradient = e / total
    value = np.log(total[:, 0]) + top[:, 0] - f[rows, y]
    gradient[rows, y] -= 1
    return value, gradient


def workloads(n: int):
    rng = np.random.default_rng(0)
    y, counts = rng.normal(size=n), rng.poisson(3, n).astype(float)
    one, two, three = rng.normal(size=n), rng.normal(size=(n, 2)), rng.normal(size=(n, 3))
    labels, classes, logits = rng.integers(0, 2, n).astype(float), rng.integers(0, 10, n), rng.normal(size=(n, 10))
    yield "A normal, scale held", lk.Normal(scale=1), normal_held, y, one
    yield "B normal, softplus scale", lk.Normal, normal_softplus, y, two
    yield "B' normal, exp scale", lk.Normal(scale="exp"), normal_exp, y, two
    yield "C Bernoulli, logit", lk.Bernoulli, bernoulli, labels, one
    yield "D negative binomial", lk.NegativeBinomial, negative_binomial, counts, two
    yield "E Student-t", lk.StudentT, student, y, three
    yield "F softmax K=10", lk.Categorical, softmax, classes, logits


def timed(call: Call) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def compare(rows: int, rounds: int) -> None:
    print(f"| workload | typed, ns per row (min / median) | ours (min / median) | ratio of minima |\n|{'---|' * 4}")
    for name, noise, typed, y, f in workloads(rows):
        loss = lk.derive(noise)
        ours, theirs = loss.value_and_gradient(y, f), typed(y, f)
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-8)
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(rounds):
            times[0].append(timed(lambda: typed(y, f)))  # noqa: B023  (called at once)
            times[1].append(timed(lambda: loss.value_and_gradient(y, f)))  # noqa: B023
        scale = 1e9 / rows
        cells = [f"{min(t) * scale:.1f} / {median(t) * scale:.1f}" for t in times]
        print(f"| {name} | {cells[0]} | {cells[1]} | {min(times[1]) / min(times[0]):.2f} |")


DERIVE = """
import time, likelihoodkit as lk
from likelihoodkit.families import FAMILIES
lk.derive(lk.Normal)
start = time.perf_counter(); lk.derive(FAMILIES["{name}"]).calculus.gradient; print(time.perf_counter() - start)
"""


def deriving() -> None:
    """Seconds from a family to its stabilised gradient, each in a fresh process after the imports."""
    print("\n| family | derive, ms |\n|---|---|")
    from likelihoodkit.families import FAMILIES

    for name in FAMILIES:
        found = [
            float(
                subprocess.run([sys.executable, "-c", DERIVE.format(name=name)], capture_output=True, check=True).stdout
            )
            for _ in range(3)
        ]
        print(f"| {name} | {min(found) * 1e3:.0f} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=15)
    chosen = parser.parse_args()
    print(
        f"Python {platform.python_version()}, NumPy {np.__version__}, SciPy {scipy.__version__}, {chosen.rows} rows\n"
    )
    compare(chosen.rows, chosen.rounds)
    deriving()
