"""Beliefs against themselves: cdf, quantile, density, samples, moments, entropy, mode, scores and costs must agree.

    python -m benchmarks.beliefs [--kinds families wrapped typed] [--seeds 0 1] [--rows 3] [--slow 5] [NAME ...]

Each is worked out on a road of its own (a closed form, a sum, an integral, a search), so a wrong one is seen by
another. Rows have parameters from the middle of their ranges. What is printed: an error above what it may be, a
refusal, and what takes longer than `slow` seconds; a moment that does not exist is skipped.
"""

from __future__ import annotations

import argparse
import time
import warnings
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

import likelihoodkit as lk
from benchmarks.beliefs.noises import KINDS
from likelihoodkit.certify.subject import Subject
from likelihoodkit.errors import LikelihoodKitError, UndefinedError
from likelihoodkit.predict.scores import crps

Array = NDArray[Any]
DRAWN, THINNED = 4000, 200
#: a statistic of samples may be this many standard errors off
SIGMAS = 5.0
#: the supremum of a Brownian bridge is above this once in 2000 times
KOLMOGOROV = 2.0
LEVELS = (0.003, 0.1, 0.37, 0.5, 0.9, 0.999)
#: where integrals over the line of outcomes are cut
TAIL = 10.0 ** np.linspace(-12, -0.5, 24)
CUTS = (*TAIL, 0.5, *(1 - TAIL[::-1]))
COUNTS = 3000  # as many are summed over
NODES, WEIGHTS = np.polynomial.legendre.leggauss(16)


class NothingError(Exception):
    """There is nothing to compare."""


@dataclass
class Told:
    """Beliefs of several rows, and outcomes drawn of each, (DRAWN, n)."""

    loss: lk.Loss
    belief: Any
    outputs: Array
    keywords: dict[str, Any]
    rng: np.random.Generator

    @property
    def support(self) -> Any:
        """Where outcomes lie."""
        return self.belief.pointwise.support

    @property
    def whole(self) -> bool:
        """Are they counts?"""
        return bool(self.support.whole)

    @property
    def count(self) -> int:
        """Of rows."""
        return len(self.outputs)

    @cached_property
    def drawn(self) -> Array:
        """Outcomes."""
        return np.asarray(self.belief.sample(self.rng, DRAWN), float)

    @cached_property
    def masses(self) -> tuple[Array, Array]:
        """Counts (m, 1) from the lowest to the highest that matter, and their probabilities, (m, n)."""
        low, high = self.belief.quantile(1e-14).min(), self.belief.quantile(1 - 1e-13).max()
        if high - low > COUNTS:
            raise NothingError
        counts = np.arange(low, high + 1)[:, None]
        return counts, np.exp(self.belief.log_density(np.tile(counts, self.count)))

    def _pieces(self, jump: Array | None) -> tuple[Array, Array]:
        """Outcomes and their weights, (m, n), by pieces between quantiles and ``jump``, without single values."""
        if self.support.circular:
            ends = np.linspace(-np.pi, np.pi, 41)[:, None] + np.zeros(self.count)
        else:
            below, above = self.apart()
            ends = np.array([self.belief.quantile(below + level * (1 - below - above)) for level in CUTS])
            ends = ends if jump is None else np.concatenate([ends, jump[None]])
            if self.support.atoms:  # a quantile that rounding took to a single value has nothing below it
                ends = np.where(np.isin(ends, self.support.atoms), ends[len(TAIL)], ends)
            ends = np.sort(ends, axis=0)
        if self.support.low == 0:  # densities grow towards it, tails are powers: by the logarithm
            growth = np.log(ends[1:, None] / ends[:-1, None]) / 2
            places = ends[:-1, None] * np.exp(growth * (1 + NODES[:, None]))
            weights = growth * WEIGHTS[:, None] * places
        else:
            half = np.diff(ends, axis=0)[:, None] / 2
            places = ends[:-1, None] + half * (1 + NODES[:, None])
            weights = half * WEIGHTS[:, None] + 0 * places
        return places.reshape(-1, self.count), weights.reshape(-1, self.count)

    def apart(self) -> tuple[Array, Array]:
        """The probabilities, (n,) each, of single values at the lower and at the upper end."""
        found = np.zeros((2, self.count))
        for value in self.support.atoms:
            found[int(value > self.support.low)] += np.exp(self.belief.log_density(np.full(self.count, value)))
        return found[0], found[1]

    def integral(self, function: Callable[[Array], Array], jump: Array | None = None) -> Array:
        """Of a function of outcomes (m, n) over the line of outcomes."""
        places, weights = self._pieces(jump)
        values = np.where(weights > 0, function(np.where(weights > 0, places, self.belief.median())), 0)
        return np.asarray((weights * values).sum(axis=0))


def samples(told: Told) -> float:
    """Drawn outcomes against the cdf: Kolmogorov's distance in terms of what is large."""
    worst = 0.0
    for k in range(told.count):
        values, times = np.unique(told.drawn[:, k], return_counts=True)
        below = np.cumsum(times) / DRAWN
        thin = slice(None, None, max(1, len(values) // THINNED))
        values, below = values[thin], below[thin]
        at = np.zeros((len(values), told.count)) + values[:, None]
        worst = max(worst, np.abs(told.belief.cdf(at)[:, k] - below).max() - (0 if told.whole else 1 / DRAWN))
    return float(worst * np.sqrt(DRAWN) / KOLMOGOROV)


def quantiles(told: Told) -> float:
    """The cdf of a quantile is its level; of counts and single values it is the first to reach it."""
    if told.support.circular:
        return _circular_quantiles(told)
    worst = 0.0
    for level in LEVELS:
        places = told.belief.quantile(level)
        at = told.belief.cdf(places)
        if told.whole or told.support.atoms:
            before = places - 1 if told.whole else np.nextafter(places, -np.inf)
            under = told.belief.cdf(before)
            fails = (at < level * (1 - 1e-12)) | ((under > level * (1 + 1e-12)) & (places > told.support.low))
            worst = max(worst, float(fails.any()))
        else:
            worst = max(worst, (np.abs(at - level) / level / (1 - level)).max() / 1e-9)
    return worst


def _circular_quantiles(told: Told) -> float:
    gaps = [np.abs(told.belief.cdf(told.belief.quantile(level)) - level).max() for level in LEVELS]
    return float(max(gaps)) / 1e-8


def both_sides(told: Told) -> float:
    """Cdf and survival add up to one."""
    y = told.drawn[:200]
    return float(np.abs(told.belief.cdf(y) + told.belief.survival(y) - 1).max()) / 1e-10


def mass(told: Told) -> float:
    """The density adds up to one, or to what single values leave."""
    if told.whole:
        return float(np.abs(told.masses[1].sum(axis=0) - 1).max()) / 1e-9
    found = told.integral(lambda y: np.exp(told.belief.log_density(y)))
    atoms = sum(np.exp(told.belief.log_density(np.full(told.count, atom))) for atom in told.support.atoms)
    return float(np.abs(found + atoms - 1).max()) / 1e-4


def steps(told: Told) -> float:
    """The density is what the cdf adds between neighbours."""
    if told.whole:
        counts, probabilities = told.masses
        cdf = told.belief.cdf(np.tile(counts, told.count))
        return float(np.abs(np.diff(cdf, axis=0) - probabilities[1:]).max()) / 1e-9
    if told.support.circular or told.support.atoms:
        raise NothingError
    low, high = told.belief.quantile(0.3), told.belief.quantile(0.6)
    half = (high - low) / 2
    places = low + half * (1 + NODES[:, None])
    inside = (half * WEIGHTS[:, None] * np.exp(told.belief.log_density(places))).sum(axis=0)
    return float(np.abs(inside - told.belief.cdf(high) + told.belief.cdf(low)).max()) / 1e-3


def moments(told: Told) -> float:
    """Mean and variance of what is drawn."""
    mean, variance = told.belief.mean(), told.belief.variance()
    if told.support.circular:
        sine, cosine = (f(told.drawn).mean(axis=0) for f in (np.sin, np.cos))
        return float(np.abs(1 - np.hypot(sine, cosine) - variance).max()) * np.sqrt(DRAWN) / SIGMAS
    if not np.isfinite(variance).all():
        raise NothingError
    return float((np.abs(told.drawn.mean(axis=0) - mean) / np.sqrt(variance / DRAWN)).max()) / SIGMAS


def exact_moments(told: Told) -> float:
    """Mean and variance are sums of masses, or integrals."""
    mean, variance = told.belief.mean(), told.belief.variance()
    if told.support.circular or not np.isfinite(variance).all():
        raise NothingError
    if told.whole:
        counts, probabilities = told.masses
        first = (counts * probabilities).sum(axis=0)
        second = ((counts - first) ** 2 * probabilities).sum(axis=0)
        tolerance = 1e-8
    else:
        if told.belief.quantile(1 - 1e-6).max() > 8 * float(np.abs(told.belief.quantile(0.999)).max()):
            raise NothingError  # what is beyond the last piece matters
        atoms = [(a, np.exp(told.belief.log_density(np.full(told.count, a)))) for a in told.support.atoms]
        first = told.integral(lambda y: y * np.exp(told.belief.log_density(y))) + sum(a * p for a, p in atoms)
        second = told.integral(lambda y: (y - mean) ** 2 * np.exp(told.belief.log_density(y)))
        second = second + sum((a - mean) ** 2 * p for a, p in atoms)
        tolerance = 1e-4
    gap = np.abs(first - mean) / (np.sqrt(variance) + np.abs(mean))
    return float(max(gap.max(), (np.abs(second - variance) / variance).max())) / tolerance


def ranked(told: Told) -> float:
    """The ranked score of a median is the integral of squared distances of cdfs."""
    if told.support.circular:
        raise NothingError
    y = np.median(told.drawn, axis=0)
    y = np.round(y) if told.whole else y
    found = crps(told.belief, y)
    if told.whole:
        counts, _ = told.masses
        cdf = told.belief.cdf(np.tile(counts, told.count))
        true = ((cdf - (counts >= y)) ** 2).sum(axis=0)
        return float((np.abs(found - true) / true).max()) / 1e-8
    true = told.integral(
        lambda places: np.where(places < y, told.belief.cdf(places), told.belief.survival(places)) ** 2, y
    )
    low = told.support.low
    if told.support.atoms and low in told.support.atoms:  # from it to where amounts begin
        below, above = told.apart()
        first = told.belief.quantile(below + TAIL[0] * (1 - below - above))
        true += (first - low) * np.where(y <= low, told.belief.survival(low), told.belief.cdf(low)) ** 2
    return float((np.abs(found - true) / true).max()) / 1e-5


def squared(told: Told) -> float:
    """The least expected squared error is at the mean."""
    if told.support.circular or told.support.atoms or told.support.classes is not None:
        raise NothingError
    mean, variance = told.belief.mean(), told.belief.variance()
    if not np.isfinite(variance).all():
        raise NothingError
    found = told.loss.predict(told.outputs, rule=lk.minimise(lambda action, y: (y - action) ** 2), **told.keywords)
    return float((np.abs(found - mean) / (np.sqrt(variance) + np.abs(mean))).max()) / 1e-5


def absolute(told: Told) -> float:
    """The least expected absolute error is at a median."""
    if told.support.circular or told.support.classes is not None:
        raise NothingError
    if not np.isfinite(told.belief.mean()).all():
        raise NothingError
    found = told.loss.predict(told.outputs, rule=lk.minimise(lambda action, y: np.abs(y - action)), **told.keywords)
    if told.whole or told.support.atoms:
        under = told.belief.cdf(np.nextafter(found, -np.inf))
        return float(((under > 0.5 + 1e-4) | (told.belief.cdf(found + 1e-6 * (1 + abs(found))) < 0.5 - 1e-4)).any())
    return float(np.abs(told.belief.cdf(found) - 0.5).max()) / 1e-4


def entropies(told: Told) -> float:
    """The mean surprise of what is drawn."""
    entropy = told.belief.entropy()
    surprise = -told.belief.log_density(told.drawn)
    error = surprise.std(axis=0) / np.sqrt(DRAWN) + 1e-9 * (1 + np.abs(entropy))
    return float((np.abs(surprise.mean(axis=0) - entropy) / error).max()) / SIGMAS


def modes(told: Told) -> float:
    """Nothing drawn is more probable than the mode."""
    mode = told.belief.mode()
    top = told.belief.log_density(mode)
    at_an_end = (mode == told.support.low) | (mode == told.support.high)
    top = np.where(at_an_end & (top == -np.inf), np.inf, top)  # the density grows without end towards it
    seen = told.belief.log_density(told.drawn)
    if told.support.atoms:
        seen = np.where(np.isin(told.drawn, told.support.atoms), seen, -np.inf)
        top = np.where(np.isin(mode, told.support.atoms), top, np.inf)
    return float((seen.max(axis=0) - top).max()) / 1e-8


def losses(told: Told) -> float:
    """The loss is minus the log-density."""
    if told.loss.bound.family.latent is not None:  # it is about what is seen of what is believed
        raise NothingError
    y = told.drawn[0]
    return float(np.abs(told.loss(y, told.outputs, **told.keywords) + told.belief.log_density(y)).max()) / 1e-12


#: how beliefs are compared, each in terms of what is too much
CHECKS = (
    samples, quantiles, both_sides, mass, steps, moments, exact_moments,
    ranked, squared, absolute, entropies, modes, losses,
)  # fmt: skip
#: those of outcomes without an order
UNORDERED = (entropies, modes, losses)


def told_of(noise: Any, rows: int, rng: np.random.Generator) -> Told:
    """Beliefs at parameters from the middle of their ranges."""
    loss = lk.derive(noise)
    subject = Subject(loss)
    if subject.domain.vector:
        raise NothingError
    outputs, keywords = subject.keywords(subject.draw(rows, rng, central=True))
    return Told(loss, loss.distribution(outputs, **keywords), outputs, keywords, rng)


def findings(make: Callable[[], Any], rows: int, slow: float, seed: int) -> Iterator[str]:
    """What is wrong with a noise, in words."""
    try:
        told = told_of(make(), rows, np.random.default_rng(seed))
    except NothingError:
        return
    except (LikelihoodKitError, TypeError, ValueError) as problem:
        yield f"is not derived: {type(problem).__name__}: {str(problem)[:200]}"
        return
    for check in UNORDERED if told.belief.pointwise.unordered else CHECKS:
        began = time.process_time()
        try:
            error = check(told)
        except (NothingError, UndefinedError):
            continue
        except Exception as problem:  # noqa: BLE001 - whatever it is, it is a finding
            yield f"{check.__name__}: {type(problem).__name__}: {str(problem)[:200]}"
            continue
        seconds = time.process_time() - began
        if not error <= 1:
            yield f"{check.__name__}: {error:.3g} times too much at {told.outputs.tolist()} {told.keywords}"
        if seconds > slow:
            yield f"{check.__name__}: {seconds:.1f} seconds"


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="noises; all when left out")
    parser.add_argument("--kinds", nargs="*", default=["families", "wrapped"], choices=[*KINDS])
    parser.add_argument("--seeds", nargs="*", type=int, default=[0])
    parser.add_argument("--rows", type=int, default=3)
    parser.add_argument("--slow", type=float, default=5)
    options = parser.parse_args()
    tried = 0
    for kind in options.kinds:
        for name, make in KINDS[kind]().items():
            if options.names and name not in options.names:
                continue
            for seed in options.seeds:
                tried += 1
                own = zlib.crc32(f"{name} {seed}".encode())
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    for line in findings(make, options.rows, options.slow, own):
                        print(f"{name} (seed {seed}): {line}", flush=True)
    print(f"{tried} beliefs tried")


if __name__ == "__main__":
    main()
