"""Data of known truth: every fit must reach the log-likelihood of the truth that made its data, or say why not.

    python -m benchmarks.fits.truths [--kinds plain truncated ...] [--seeds 0 1] [--rows 300] [--slow 10] [NAME ...]

A noise is given outputs at random, the first of them a line in a column x; outcomes are drawn and fitted. The maximum
of a likelihood is nowhere below its value at the truth, so a fit that ends below is wrong whoever looks; above it,
twice the difference is about chi-squared in as many degrees as there are coefficients. What is printed: fits below the
truth, those that fail, that say they did not converge, or that take longer than `slow` seconds.
"""

from __future__ import annotations

import argparse
import time
import warnings
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import likelihoodkit as lk
from benchmarks.accuracy.cases import AUDITED, HELD
from likelihoodkit.declaration import Bound
from likelihoodkit.errors import LikelihoodKitError

Array = NDArray[Any]
#: levels of the column x: as many laws are drawn from
LEVELS = 10
#: below the truth by more than rounding
BELOW = 1e-6
#: shares of outcomes below and above which they are unseen
LOW, HIGH = 0.1, 0.85


@dataclass(frozen=True)
class Task:
    """A noise to be fitted, the outcomes, and what they were drawn from."""

    noise: Any
    x: Array
    y: Array
    outputs: Array


@dataclass(frozen=True)
class Found:
    """What came of a fit: ``gain`` is the log-likelihood beyond the truth's."""

    label: str
    gain: float
    seconds: float
    words: str
    refused: str = ""

    def bad(self, slow: float) -> bool:
        """Is it below the truth, unfinished, or slow?"""
        return not self.gain > -BELOW or bool(self.words) or self.seconds > slow


def bound_of(name: str) -> Bound:
    """The family with what it does not learn held."""
    held: dict[str, Any] = HELD.get(name, {})
    return lk.derive(AUDITED[name](**held)).bound


def outputs_of(width: int, x: Array, rng: np.random.Generator) -> Array:
    """A line in x and constants."""
    outputs = np.tile(rng.uniform(-1, 1, width), (len(x), 1))
    outputs[:, 0] += rng.uniform(-0.5, 0.5) * x
    return outputs


def drawn(noise: Any, outputs: Array, rng: np.random.Generator) -> Array:
    """An outcome per row."""
    found: Array = lk.derive(noise).distribution(outputs).sample(rng)
    return found


def ends(noise: Any, outputs: Array) -> tuple[float, float]:
    """Outcomes of the middle row that a few lie below and above."""
    middle = lk.derive(noise).distribution(outputs[len(outputs) // 2 :][:1])
    low, high = (float(middle.quantile(level)[0]) for level in (LOW, HIGH))
    if noise.family.outcome.domain.whole:
        return low + 1, max(high, low + 3)
    return low, high


def plain(noise: Any, x: Array, rng: np.random.Generator) -> Task:
    """As it is."""
    outputs = outputs_of(len(noise.outputs), x, rng)
    return Task(noise, x, drawn(noise, outputs, rng), outputs)


def truncated(noise: Any, x: Array, rng: np.random.Generator, high: bool = False) -> Task:
    """Rows below one end, or below the one and above the other, are never seen."""
    outputs = outputs_of(len(noise.outputs), x, rng)
    low, top = ends(noise, outputs)
    wrapped = lk.Truncated(noise, low=low, high=top) if high else lk.Truncated(noise, low=low)
    y = drawn(noise, np.tile(outputs, (8, 1)), rng).reshape(8, -1)
    seen = (y >= low) & (y <= top) if high else y >= low
    rows = np.flatnonzero(seen.any(axis=0))
    first = seen.argmax(axis=0)
    return Task(wrapped, x[rows], y[first[rows], rows], outputs[rows])


def between(noise: Any, x: Array, rng: np.random.Generator) -> Task:
    """Rows on both sides of two ends are never seen."""
    return truncated(noise, x, rng, high=True)


def censored(noise: Any, x: Array, rng: np.random.Generator) -> Task:
    """What is above an end is known to be there, every fourth other outcome to lie in an interval."""
    outputs = outputs_of(len(noise.outputs), x, rng)
    y = drawn(noise, outputs, rng)
    low, high = ends(noise, outputs)
    cuts = (
        np.linspace(low, high, 5)
        if not noise.family.outcome.domain.whole
        else np.unique(np.floor(np.linspace(low, high, 3)))
    )
    place = np.searchsorted(cuts, y, side="right")
    lower, upper = np.append(-np.inf, cuts)[place], np.append(cuts, np.inf)[place]
    if noise.family.outcome.domain.whole:
        upper = upper - 1
    coarse = (y >= cuts[-1]) | (rng.uniform(size=len(y)) < 0.25)
    known = np.column_stack([np.where(coarse, lower, y), np.where(coarse, upper, y)])
    return Task(lk.Censored(noise), x, known, outputs)


def inflated(wrap: Callable[[Any], Any]) -> Callable[[Any, Array, np.random.Generator], Task]:
    """More zeros than the noise has."""

    def made(noise: Any, x: Array, rng: np.random.Generator) -> Task:
        wrapped = wrap(noise)
        outputs = outputs_of(len(wrapped.outputs), x, rng)
        return Task(wrapped, x, drawn(wrapped, outputs, rng), outputs)

    return made


def mixed(noise: Any, x: Array, rng: np.random.Generator) -> Task:
    """Two of them; the weight of the first, the first in what they are, follows x."""
    wrapped = lk.Mixture(noise, components=2)
    loss = lk.derive(wrapped)
    width = 2 * len(loss.outputs)
    outputs = np.tile(rng.uniform(-1, 1, width), (len(x), 1))
    return Task(wrapped, x, drawn(wrapped, outputs, rng), outputs)


KINDS: dict[str, Callable[[Any, Array, np.random.Generator], Task]] = {
    "plain": plain,
    "truncated": truncated,
    "between": between,
    "censored": censored,
    "hurdle": inflated(lk.Hurdle),
    "inflated": inflated(lk.ZeroInflated),
    "discretised": inflated(lk.Discretised),
    "mixture": mixed,
}


def tasks(kind: str, name: str, rows: int, seed: int) -> Task:
    """The data of one fit; `LikelihoodKitError` where the noise is none that this wrapper takes."""
    rng = np.random.default_rng([zlib.crc32(f"{kind} {name}".encode()), seed])
    x = np.resize(np.linspace(-1.5, 1.5, LEVELS), rows)
    return KINDS[kind](bound_of(name), x, rng)


def tried(kind: str, name: str, rows: int, seed: int) -> Found:
    """The fit of such data, beside the truth."""
    label = f"{kind} {name} {seed}"
    try:
        task = tasks(kind, name, rows, seed)
    except LikelihoodKitError as error:
        return Found(label, np.inf, 0.0, "", f"refused: {error}")
    loss = lk.derive(task.noise)
    truth = -float(loss(task.y, task.outputs).sum())
    start = time.perf_counter()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            fit = lk.fit(task.noise, task.y, task.x)
        except (LikelihoodKitError, ArithmeticError, ValueError) as error:
            return Found(label, -np.inf, time.perf_counter() - start, f"{type(error).__name__}: {error}")
    seconds = time.perf_counter() - start
    words = "; ".join(str(one.message) for one in told)
    return Found(label, fit.loglik - truth, seconds, words)


def found(kinds: list[str], names: list[str], rows: int, seeds: list[int]) -> Iterator[Found]:
    """All fits asked for."""
    for kind in kinds:
        for name in names:
            for seed in seeds:
                yield tried(kind, name, rows, seed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), choices=list(KINDS))
    parser.add_argument("--seeds", nargs="*", type=int, default=[0])
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--slow", type=float, default=10.0)
    parser.add_argument("--all", action="store_true", help="print good fits too")
    asked = parser.parse_args()
    count = 0
    for one in found(asked.kinds, asked.names or list(AUDITED), asked.rows, asked.seeds):
        count += 1
        if asked.all or one.bad(asked.slow):
            words = (one.words or one.refused)[:170]
            print(f"{one.label:45} {one.gain:10.3g} beyond the truth {one.seconds:6.1f} s  {words}", flush=True)
    print(f"{count} fits")


if __name__ == "__main__":
    main()
