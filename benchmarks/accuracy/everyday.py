"""Value, slopes and curvature where models are: outputs normal with a spread of 2, outcomes drawn from the law.

    python -m benchmarks.accuracy.everyday [--kinds family link wrapper tail] [--points 20] [--spread 2] [NAME ...]

The table of `make accuracy` stands on a grid of extremes; a random point of everyday size tells other faults: a shape
that is a little below one, an outcome near a mode. A line for each case, its offences below it. An outcome that a law
draws beyond 1e4 or below 1e-8 is drawn again, for the table has those; of a censored noise they are those of the table.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator

import numpy as np

from benchmarks.accuracy.cases import Case, cases
from benchmarks.accuracy.measure import KINDS, Point, measure
from likelihoodkit.errors import LikelihoodKitError

LEAST, MOST = 1e-8, 1e4
DRAWS = 20  # of an outcome, before one of the table is taken


def _drawn(case: Case, outputs: tuple[float, ...], seed: int) -> float | None:
    """An outcome of the law at these outputs; None if it draws none that is of everyday size."""
    if case.label.startswith(("Censored", "Joint", "losses")) or case.vector:
        return None
    belief = case.loss.distribution(np.array([outputs]))
    for again in range(DRAWS):
        y = float(np.ravel(belief.sample(rng=np.random.default_rng([seed, again])))[0])
        if y == 0.0 or LEAST <= abs(y) <= MOST:
            low, high = case.domain.low, case.domain.high
            if low < y < high or (y == low and case.domain.closed_low) or (y == high and case.domain.closed_high):
                return y
    return None


def points(case: Case, count: int, spread: float, seed: int) -> Iterator[Point]:
    """So many of them, the same on every machine."""
    rng = random.Random(f"everyday {case.label} {seed}")
    tried = [y for y in case.outcomes if y == 0 or LEAST <= abs(y) <= MOST]
    for k in range(count):
        outputs = tuple(round(rng.gauss(0.0, spread), 3) for _ in range(case.width))
        try:
            y = _drawn(case, outputs, seed * count + k)
        except LikelihoodKitError:  # a law that has no quantiles
            y = None
        yield (rng.choice(tried) if y is None else y), outputs


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="families, or cases; all when left out")
    parser.add_argument("--kinds", nargs="*", default=("family", "link", "wrapper", "tail"))
    parser.add_argument("--points", type=int, default=20)
    parser.add_argument("--spread", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--patience", type=float, default=0.5, help="seconds for a reference")
    options = parser.parse_args()
    missed, number = 0, 0
    for case in cases(tuple(options.kinds)):
        if options.names and not {case.label, case.label.split("(")[0]} & set(options.names):
            continue
        chosen = list(points(case, options.points, options.spread, options.seed))
        found = measure(case, chosen, seconds=options.patience)
        good = found.meets_the_bar and found.hessian_meets_the_bar
        number, missed = number + 1, missed + (not good)
        wrong = found.non_finite + found.nan_at_overflow + found.not_overflowing + found.hessian_not_finite
        worst = ", ".join(f"{kind} {found.worst[kind]:.3g}" for kind in KINDS)
        counts = f"{found.points} points, {found.no_reference} no truth, {wrong} wrong infinity or NaN"
        print(f"{'' if good else '! '}{case.label}: {counts}; {worst}", flush=True)
        for offence in found.offences:
            print("   ", offence, flush=True)
    print(f"{missed} of {number} cases miss the bar")


if __name__ == "__main__":
    main()
