"""Laws that the kit has never seen (`typed.LAWS`), derived and compared with the truth as typed.

    python -m benchmarks.accuracy.strangers [--wide 400] [--near 24] [--reach 745] [--patience 0.5] [NAME ...]

Of every law `wide` points are looked at, outputs from 0 over 1e-8 to +-745 (or as `--reach` says): the truth is asked
for where an answer is NaN, and where one is infinite, for at most a dozen of either. `near` points are judged to the
last digit, with their Hessians.
"""

from __future__ import annotations

import argparse
import time
import types

import numpy as np

import likelihoodkit as lk
from benchmarks.accuracy.cases import Case
from benchmarks.accuracy.links import judged, numbers
from benchmarks.accuracy.measure import KINDS, extreme_points, measure
from benchmarks.accuracy.typed import LAWS, Law
from likelihoodkit.errors import LikelihoodKitError

LINKS = {"real": "identity", "positive": "exp", "unit": "sigmoid"}
FARTHEST = 745.0
MOST = 12  # rows of a law that are NaN, and as many that are infinite, whose truth is asked for


def declared(name: str, law: Law) -> type[lk.Distribution]:
    """The family that a class body of these lines makes."""

    def fill(body: dict[str, object]) -> None:
        body["y"] = lk.outcome(law.support)
        slots = {key: lk.parameter(domain, link=LINKS[domain.name]) for key, domain in law.parameters.items()}
        body.update(slots)
        body["log_density"] = law.log_density(body["y"], *slots.values())

    return types.new_class(name, (lk.Distribution,), exec_body=fill)


def spread(places: list[int]) -> list[int]:
    """At most so many of these, from the first to the last."""
    return places[:: max(1, -(-len(places) // MOST))]


def swept(case: Case, wide: int, near: int, reach: float, seconds: float) -> str:
    """One line of what was found, and a line for each offence."""
    points = extreme_points(case, wide, reach)
    rows = numbers(case, points)
    odd = [k for k in range(len(points)) if not np.isfinite(rows[k]).all()]
    odd.sort(key=lambda k: sum(map(abs, points[k][1])))
    nan = [k for k in odd if np.isnan(rows[k]).any()]
    infinite = [k for k in odd if k not in nan]
    asked = [*nan[:MOST], *spread(infinite)]
    far = judged(case, [points[k] for k in asked], rows[asked], seconds)
    with np.errstate(all="ignore"):
        close = measure(case, extreme_points(case, near, reach), seconds=seconds)
    wrong = far.non_finite + far.nan_at_overflow + far.not_overflowing
    worst = ", ".join(f"{kind} {close.worst[kind]:.3g}" for kind in KINDS)
    counts = (
        f"{len(nan)} NaN and {len(infinite)} infinite of {len(points)}, {wrong} numbers of {len(asked)} points wrong"
    )
    line = f"{case.label}: {counts}; {worst}; {close.no_reference} of {near} no truth"
    return "\n    ".join([line, *far.offences, "--", *close.offences])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="laws; all when left out")
    parser.add_argument("--wide", type=int, default=400)
    parser.add_argument("--near", type=int, default=24)
    parser.add_argument("--reach", type=float, default=FARTHEST, help="largest output")
    parser.add_argument("--patience", type=float, default=0.5, help="seconds for a reference")
    options = parser.parse_args()
    for name, law in LAWS.items():
        if options.names and name not in options.names:
            continue
        began = time.process_time()
        try:
            case = Case(name, "family", lk.derive(declared(name, law)))
            case.loss.hessian(case.rows(np.array(case.outcomes[:1], dtype=float)), np.zeros((1, case.width)))
            spent = time.process_time() - began
            print(
                swept(case, options.wide, options.near, options.reach, options.patience), f"({spent:.1f} s)", flush=True
            )
        except LikelihoodKitError as problem:
            print(f"{name}: refused: {problem}", flush=True)
        except Exception as problem:  # noqa: BLE001
            print(f"{name}: CRASH {type(problem).__name__}: {problem}", flush=True)


if __name__ == "__main__":
    main()
