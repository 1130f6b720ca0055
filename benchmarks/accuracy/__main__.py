"""Everything against mpmath: families, alternative links, wrappers, named losses; writes benchmarks/accuracy/table.md.

    python -m benchmarks.accuracy [--points 60] [--largest 745] [--jobs 2] [--kinds family loss] [--no-write] [NAME ...]

`--points` extreme combinations per case and dtype (a third of them for alternative links), `--largest` the largest
|output|, `--far` combinations with an output of +-1e4, `--show` offences printed, `--jobs` processes. Rows are
printed as they are measured.
"""

from __future__ import annotations

import argparse
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.accuracy.cases import KINDS_OF_CASES, cases
from benchmarks.accuracy.measure import KINDS
from benchmarks.accuracy.rows import row

TABLE = Path(__file__).with_name("table.md")
HEAD = (
    *("case", "points", "no reference", "non-finite", "NaN at overflow", "no overflow", "Hessian inf/NaN"),
    *(f"worst {kind}" for kind in KINDS),
)
MODERATE = (
    *("case", "points", "value: median ulp", "99 %", "conditioned", "gradient: median ulp", "99 %", "conditioned"),
    *("NaN to 1e300", "Fisher NaN"),
)
NOTE = """Regenerate with `make accuracy`. Errors are in units of u = 2^-53 (float32: 2^-24) times the conditioned size
|q| + sum |x dq/dx|; the bar is 4 for values, 8 for gradients and 16 for Hessian diagonals. References: the textbook
formulas of tests/textbook.py in mpmath, where there is none the formula as declared, at precision rising until two
agree to 40 digits; points without one are counted (1 beside e^-1e8 takes more digits than are tried). Non-finite, NaN
and no overflow count values and gradients. NaN to 1e300 counts NaN among values, gradients and Hessians of 4000
combinations of outputs up to 1e300, where most references are out of reach.

The strict bar on moderate points is a median of 1 ulp and 16 ulp for 99 %. Of the first 22 families these are beyond
it, and why:

- Gumbel: e^-z with z = (y - location)/scale in the hundreds; the quotient is rounded once before, |z| ulp of the
  answer.
- LogNormal, value: a sum of four rounded terms near its zero.
- AsymmetricLaplace and VonMises, gradient: a difference of two rounded terms near its zero; the angle between outcome
  and direction has been rounded before.
"""
TITLES = {
    "family": "Families",
    "link": "Alternative links, one parameter at a time",
    "wrapper": "Wrappers",
    "loss": "Named losses",
}


def _table(head: tuple[str, ...], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def main() -> None:
    """Measure, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="cases to measure; all when left out")
    parser.add_argument("--kinds", nargs="*", choices=KINDS_OF_CASES, default=KINDS_OF_CASES)
    parser.add_argument("--points", type=int, default=60)
    parser.add_argument("--far", type=int, default=12)
    parser.add_argument("--moderate", type=int, default=300)
    parser.add_argument("--largest", type=float, default=745.0)
    parser.add_argument("--show", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--no-write", action="store_true")
    options = parser.parse_args()
    parts = ["# Accuracy\n", NOTE]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.jobs, mp_context=context) as pool:
        for kind in options.kinds:
            chosen = [c.label for c in cases((kind,)) if not options.names or c.label.split("(")[0] in options.names]
            few = options.points if kind != "link" else options.points // 5
            sections = [("float64", few), ("float32", few // 2 if kind == "link" else few)]
            sections += [("far", options.far)] if kind == "family" else []
            sections += [("moderate", options.moderate)] if kind in ("family", "loss") else []
            for part, points in sections if chosen else []:
                jobs = [pool.submit(row, kind, label, part, points, options.largest) for label in chosen]
                rows = []
                for job in jobs:
                    cells, offences = job.result()
                    rows.append(cells)
                    print(part, *cells, flush=True)
                    for offence in offences[: options.show]:
                        print("   ", offence, flush=True)
                head = MODERATE if part == "moderate" else HEAD
                words = {
                    "moderate": "moderate random points, strict error in ulp",
                    "far": "combinations with an output of 1e4 or -1e4, float64",
                }.get(part, f"extreme outputs, {part}")
                parts += [f"## {TITLES[kind]}: {words}\n", _table(head, rows)]
    if not options.no_write and not options.names:
        TABLE.write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
