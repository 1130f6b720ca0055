"""What the tests of torch and of JAX share: rows for every loss of the package, and the measure of their agreement."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

import likelihoodkit as lk
from laws.subjects import CLASSES, Rows, subjects
from likelihoodkit.command_line import roster
from likelihoodkit.export.towers import tower
from likelihoodkit.loss import Loss
from likelihoodkit.losses._catalogue import SignedLabels
from likelihoodkit.losses._inputs import NamedInputs
from likelihoodkit.rows.layout import SIZES

NOISES = tuple(subjects())
NAMED = tuple(n for n, s in roster.subjects(("losses",)).items() if isinstance(s.make(), NamedInputs))
LOSSES = tuple(label for label in roster.subjects(("losses",)) if label not in NAMED)
WRAPPERS = tuple(roster.subjects(("wrappers",)))
#: losses whose outcomes are pairs of classes or matrices: their rows are drawn in their own tests
SOFT = {"simplex", "one-hot"}


def call(label: str) -> tuple[Loss, Rows]:
    """A loss by its label and moderate rows for it."""
    if label in NOISES:
        subject = subjects()[label]
        return subject.loss, subject.rows()
    loss = lk.derive((roster.subjects(("losses", "wrappers"))[label]).make())
    rng = np.random.default_rng(len(label))
    domain = loss.bound.family.outcome.domain
    count = 12
    entries = 3
    sizes = [getattr(s, "size", "one") for s in loss.derivation.predicted.values()]
    if label.startswith("Independent"):
        entries = 2
    if label.startswith("Mixture"):
        entries = 2 if "Normal" in label else 3
    parameters = loss.bound.family.parameters
    widths = [parameters[n].domain.size or SIZES[s](entries, 3) for n, s in zip(loss.outputs, sizes, strict=True)]
    outputs = rng.normal(0, 1, (count, sum(widths)))
    keywords: dict[str, Any] = {name: np.full(count, 3.0) for name in loss.inputs}
    return loss, Rows(_outcome(loss, domain, rng, count, entries), outputs, keywords)


def _outcome(loss: Loss, domain: Any, rng: np.random.Generator, count: int, entries: int) -> np.ndarray:
    name = loss.name
    if domain.interval:
        low = np.floor(rng.uniform(1, 3, count)) if domain.whole else rng.uniform(0.5, 2, count)
        high = low + rng.integers(0, 2, count)
        low[0], high[1] = -np.inf, np.inf
        return np.column_stack([low, high])
    if domain.columns:
        return np.column_stack([rng.normal(size=count), rng.poisson(2, count).astype(float)])
    if domain.vector and domain.layout == "labels":
        if name == "ctc":
            return np.column_stack([np.ones(count), np.tile([2.0, -1.0], count // 2)])
        return rng.integers(0, entries, (count, 3)).astype(float)
    if domain.vector:
        y = (
            rng.dirichlet(np.ones(entries), count)
            if domain.sums_to_one or domain.name in SOFT
            else rng.normal(size=(count, entries))
        )
        if domain.name == "one-hot":
            y = np.eye(entries)[rng.integers(0, entries, count)]
        if name == "expected_edit_distance":
            y = np.abs(y)
        if domain.name == "sphere":
            y /= np.linalg.norm(y, axis=1, keepdims=True)
        return y
    if isinstance(domain, SignedLabels) or domain.classes == 2:
        return rng.integers(0, 2, count).astype(float)
    if domain.upper == "classes":
        return rng.integers(0, entries, count).astype(float)
    low, high = domain.typical
    drawn = rng.uniform(low, high, count)
    return np.floor(drawn) + (np.floor(low) < 1) if domain.whole else drawn


def ulps(found: Any, expected: np.ndarray) -> float:
    """The largest difference in units of the last place, those of 1 where a number is smaller (it has cancelled).

    A number beyond e may be off by its logarithm more: an exponential has the error of its exponent.
    """
    found = np.asarray(found, dtype=float)
    assert found.shape == expected.shape
    size = np.maximum(np.abs(expected), 1.0)
    return float(np.max(np.abs(found - expected) / np.spacing(size) / (1 + np.log(size)), initial=0.0))


#: units of the last place between the NumPy engine and a framework
BAR = 4.0
#: where it is more: sums of terms that cancel, each engine within 9 units of the truth
BARS = {
    "GeneralizedExtremeValue()": 10.0, "Mixture(Poisson, components=3)": 8.0, "Maxwell()": 6.0,
    "GeneralizedGamma()": 6.0, "LogitNormal()": 5.0,
}  # fmt: skip


def bar(label: str) -> float:
    """The largest difference allowed between NumPy and the operations of a framework, in units of the last place."""
    return BARS.get(label, BAR)


@cache
def native(label: str) -> bool:
    """Is a loss computed by the framework alone?"""
    return not tower(call(label)[0]).host


__all__ = ["BAR", "CLASSES", "LOSSES", "NAMED", "NOISES", "WRAPPERS", "call", "native", "ulps"]
