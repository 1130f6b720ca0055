"""Losses behind alternative links: infinite or NaN where the truth is finite, and digits of value and gradient.

    python -m benchmarks.accuracy.links [--wide 120] [--near 12] [--patience 0.5] [--own] [NAME ...]

Quicker than the table of `make accuracy`, which judges a dozen points with their Hessians. Of every family with another
link (`--own`: with its own links) `wide` points are looked at over the whole range of outputs, up to +-1e300: the truth
is asked for where an answer is not finite, for at most ten of them and where it takes less than 1500 digits. And `near`
points with outputs up to +-745 are judged to the last digit. Offences stand below the line of their part.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.accuracy.cases import Case, cases
from benchmarks.accuracy.measure import KINDS, SIZES, Measured, Point, _judge, _reference, extreme_points
from reference.certified import starting_digits  # type: ignore[import-not-found]

NEAR = 745.0
MOST = 10  # not finite rows of a pair whose truth is asked for
REACH = 1500  # digits that a truth may take, about


def numbers(case: Case, points: Sequence[Point]) -> np.ndarray:
    """Value and gradient of each point, a row each."""
    y, outputs = np.array([p[0] for p in points], dtype=float), np.array([p[1] for p in points], dtype=float)
    with np.errstate(all="ignore"):
        value, gradient = case.loss.value_and_gradient(case.rows(y), outputs)
    return np.column_stack([value, np.reshape(gradient, (len(points), -1))])


def _digits(case: Case, point: Point) -> int:
    """How many digits a truth takes here, at least."""
    return int(starting_digits(*point, case.links_of_columns))


def judged(case: Case, points: Sequence[Point], rows: np.ndarray, seconds: float) -> Measured:
    """Each number of these rows against its truth, if one is found in so many seconds."""
    found = Measured(case.label, len(points))
    for (y, outputs), row in zip(points, rows, strict=True):
        truth = _reference(case, y, list(outputs), seconds)
        if truth is None:
            found.no_reference += 1
            continue
        place = f"{case.label} y={y!r} outputs={list(outputs)}"
        true = [(KINDS[0], truth.value, truth.value_condition)]
        true += [(KINDS[1], *pair) for pair in zip(truth.gradient, truth.gradient_condition, strict=True)]
        for ours, (kind, number, condition) in zip(row, true, strict=True):
            _judge(found, place, kind, float(ours), number, condition, np.float64, list)
    return found


def swept(case: Case, wide: int, near: int, seconds: float) -> Iterator[tuple[str, Measured, int]]:
    """What is not finite over the whole range, then the digits near: (part, found, NaN)."""
    points = extreme_points(case, wide, SIZES[-1]) if wide else []
    if points:
        rows = numbers(case, points)
        odd = [k for k in range(len(points)) if not np.isfinite(rows[k]).all()]
        nan = [k for k in odd if np.isnan(rows[k]).any()]
        within = [k for k in odd if _digits(case, points[k]) < REACH]
        asked = sorted(within, key=lambda k: (k not in nan, _digits(case, points[k])))[:MOST]
        yield "wide", judged(case, [points[k] for k in asked], rows[asked], seconds), len(nan)
    points = extreme_points(case, near, NEAR) if near else []
    if points:
        yield "near", judged(case, points, numbers(case, points), seconds), 0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="families, or cases; all when left out")
    parser.add_argument("--wide", type=int, default=120)
    parser.add_argument("--near", type=int, default=12)
    parser.add_argument("--patience", type=float, default=0.5, help="seconds for a reference")
    parser.add_argument("--own", action="store_true", help="families with their own links")
    options = parser.parse_args()
    for case in cases(("family" if options.own else "link",)):
        if options.names and not {case.label, case.label.split("(")[0]} & set(options.names):
            continue
        for part, found, nan in swept(case, options.wide, options.near, options.patience):
            wrong = found.non_finite + found.nan_at_overflow + found.not_overflowing
            worst = ", ".join(f"{kind} {found.worst[kind]:.3g}" for kind in KINDS[:2] if found.worst[kind])
            counts = f"{found.points} judged, {found.no_reference} no truth, {nan} NaN, {wrong} wrong infinity"
            print(f"{case.label} {part}: {counts}; {worst}", flush=True)
            for offence in found.offences:
                print("   ", offence, flush=True)


if __name__ == "__main__":
    main()
