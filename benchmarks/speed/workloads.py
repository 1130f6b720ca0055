"""The workloads: a noise, the same loss as a person types it in NumPy, and data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special

import likelihoodkit as lk
from benchmarks.speed.vectors import alignment, linear_chain, multivariate_normal

#: rows from which sequences are left out: they take minutes and tell nothing new
MOST_SEQUENCES = 1_000_000
HALF_LOG_2PI = 0.5 * np.log(2 * np.pi)


@dataclass
class Workload:
    """One row of the table; ``typed(y, f)`` gives value and gradient; times are per row and ``share`` (a logit)."""

    name: str
    noise: object
    typed: Callable[..., object]
    y: np.ndarray
    outputs: np.ndarray
    share: int = 1
    kernel: str = ""  # name of the C function in kernels.c
    by_row: str = ""  # of the one that gives the loss of every row, where memory matters


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


def mixture(y, f):
    weights, means, scales = f[:, :5], f[:, 5:10], np.logaddexp(0, f[:, 10:])
    z = (y[:, None] - means) / scales
    top = weights.max(1, keepdims=True)
    share = np.exp(weights - top)
    total = share.sum(1, keepdims=True)
    share /= total
    terms = weights - top - np.log(total) - 0.5 * z**2 - np.log(scales) - HALF_LOG_2PI
    best = terms.max(1, keepdims=True)
    part = np.exp(terms - best)
    whole = part.sum(1, keepdims=True)
    part /= whole
    value = -(np.log(whole) + best)[:, 0]
    by_scale = part * (1 - z**2) / scales * special.expit(f[:, 10:])
    return value, np.concatenate([share - part, -part * z / scales, by_scale], 1)


def workloads(rows: int, dtype: type = np.float64) -> Iterator[Workload]:
    """All of them, with that many rows; softmax over many classes gets fewer."""
    rng = np.random.default_rng(0)
    few = max(rows // 50, 200)

    def outputs(width: int, count: int = rows) -> np.ndarray:
        return rng.normal(size=(count, width) if width > 1 else count).astype(dtype)

    y, counts = rng.normal(size=rows).astype(dtype), rng.poisson(3, rows).astype(dtype)
    labels = rng.integers(0, 2, rows).astype(dtype)
    yield Workload("A normal, scale held", lk.Normal(scale=1), normal_held, y, outputs(1), kernel="A", by_row="Ar")
    yield Workload("B normal, softplus scale", lk.Normal, normal_softplus, y, outputs(2), kernel="B")
    yield Workload("B' normal, exp scale", lk.Normal(scale="exp"), normal_exp, y, outputs(2), kernel="Bx", by_row="Bxr")
    yield Workload("C Bernoulli, logit", lk.Bernoulli, bernoulli, labels, outputs(1), kernel="Cc")
    yield Workload("D negative binomial", lk.NegativeBinomial, negative_binomial, counts, outputs(2), kernel="D")
    yield Workload("E Student-t", lk.StudentT, student, y, outputs(3), kernel="E")
    classes = rng.integers(0, 10, rows)
    ten, many = outputs(10), outputs(1000, few)
    yield Workload("F softmax, K = 10, per logit", lk.Categorical, softmax, classes, ten, share=10, kernel="F")
    classes = rng.integers(0, 1000, few)
    yield Workload("F softmax, K = 1000, per logit", lk.Categorical, softmax, classes, many, share=1000, kernel="F")
    mixed = lk.Mixture(lk.Normal, components=5)
    yield Workload("G mixture of 5 normals", mixed, mixture, y, outputs(15), kernel="M")
    if rows > MOST_SEQUENCES:
        return
    for d in (2, 20):
        count = max(rows // d, 200)
        wide = outputs(d + d * (d + 1) // 2, count)
        wide[:, d:] *= 0.3
        name = f"H multivariate normal, d = {d}, per coordinate"
        yield Workload(name, lk.MultivariateNormal, multivariate_normal, outputs(d, count), wide, share=d)
    count = max(rows // 500, 20)
    paths, scores = rng.integers(0, 5, (count, 100)), outputs(525, count)
    yield Workload("I linear chain, T = 100, K = 5, per step", lk.LinearChain, linear_chain, paths, scores, share=100)
    labels, logits = rng.integers(1, 10, (count, 20)), outputs(1000, count).reshape(count, 100, 10)
    yield Workload("J alignment, T = 100, K = 10, per step", lk.Alignment, alignment, labels, logits, share=100)
