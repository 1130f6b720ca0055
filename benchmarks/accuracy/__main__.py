"""Everything against mpmath: families, alternative links, wrappers, named losses; writes benchmarks/accuracy/table.md.

    python -m benchmarks.accuracy [--points 24] [--largest 745] [--jobs 2] [--kinds family loss] [--missing] [NAME ...]

`--points` extreme combinations per case and dtype, `--largest` the largest |output|, `--links` combinations of the
whole set of outputs, up to +-1e300, per alternative link, `--show` offences printed, `--jobs` processes, `--patience`
seconds for a reference. Rows are printed as they are measured and kept in the table: with names, or `--kinds` and
`--parts`, only those rows are measured again, and with `--missing` only those that the table does not have, so that a
run may be stopped and taken up again.
"""

from __future__ import annotations

import argparse
import multiprocessing
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from benchmarks.accuracy.cases import KINDS_OF_CASES, cases
from benchmarks.accuracy.measure import BAR, KINDS, SIZES
from benchmarks.accuracy.rows import row

TABLE = Path(__file__).with_name("table.md")
HEAD = (
    *("case", "points", "no reference", "non-finite", "NaN at overflow", "no overflow", "Hessian inf/NaN"),
    *(f"worst {kind}" for kind in KINDS),
)
MODERATE = (
    *("case", "points", "value: median ulp", "99 %", "κ ≤ 8: median", "99 %", "conditioned"),
    *("gradient: median ulp", "99 %", "κ ≤ 8: median", "99 %", "conditioned"),
    *("NaN to 1e300", "Fisher NaN", "Fisher error"),
)
NOTE = """Regenerate with `make accuracy`. Errors are in units of u = 2^-53 (float32: 2^-24) times the conditioned size
|q| + sum |x dq/dx|; the bar is 4 for values, 8 for gradients and 16 for Hessian diagonals. References: the textbook
formulas of tests/textbook.py in mpmath, where there is none the formula as declared, at precision rising until two
agree to 40 digits; points without one are counted (1 beside e^-1e8 takes more digits than are tried). Non-finite, NaN
and no overflow count values and gradients. NaN to 1e300 counts NaN among values, gradients and Hessians of 4000
combinations of outputs up to 1e300, where most references are out of reach.

The strict bar on moderate points is a median of 1 ulp and 16 ulp for 99 %. Near the zero of a value or slope no
algorithm that rounds its inputs' functions once can meet it: such a point has a large condition number
κ = sum |x dq/dx| / |q|, and an error of about 1 + κ units is what must be expected. The columns κ ≤ 8 are the quantiles
over the points where that excuse does not hold; the columns before them are over all points. Fisher error is the
largest error of an entry of the Fisher information against E[score score'] by mpmath, over the geometric mean of its
two variances (tests/reference/information.json, vector_information.json). "-": no reference, not applicable, or longer
than 5 seconds.

Where y is moved by its last digit and the truth jumps (a kink), any answer between the two sides counts as right. The
rows below were measured with `--points 60 --moderate 60 --largest 1e300 --patience 0.3` (some families with
`--patience 1`, losses at 30 moderate points): outputs in {0, ±1e-300, ..., ±1e300}, in float32 30 points with outputs
in {0, ±1e-37, ..., ±1e38}. The float32 rows of wrappers are of earlier runs with 12 points and outputs up to ±104, the
float64 rows of wrappers and of outcomes not seen exactly were measured with `--points 40 --patience 0.25`: there about
half of the points have a reference. The links were measured with `--links 12 --patience 1` in float64, for each a fixed
sample of 12 of the combinations of outcomes and of all these outputs; at 300 combinations each less than 10 of 153 000
values with their gradients are NaN, 0 behind square left out. Vectors and sequences were measured with
`--points 40 --moderate 20 --patience 0.5`, against the formulas of tests/reference/vectors.py; losses of named inputs
at the everyday and extreme inputs (up to 1e150, float32 1e18) of tests/losses/named.py, an error there being an upper
bound where it is within the bar. Below a heading stands how many of its cases miss the bar, and how.
"""
TITLES = {
    "family": "Families",
    "link": "Alternative links, one parameter at a time",
    "wrapper": "Wrappers",
    "tail": "Outcomes not seen exactly, and noises put together",
    "loss": "Named losses",
    "vector": "Vectors and sequences",
    "named": "Losses of named inputs",
}


#: part of a table -> what its heading says
PARTS = {
    "float64": "extreme outputs, float64",
    "float32": "extreme outputs, float32",
    "moderate": "moderate random points, strict error in ulp",
}
#: kind of case -> its parts
PARTS_OF = {
    "family": ("float64", "float32", "moderate"),
    "link": ("float64", "float32"),
    "wrapper": ("float64", "float32"),
    "tail": ("float64",),
    "loss": ("float64", "float32", "moderate"),
    "vector": ("float64", "float32", "moderate"),
    "named": ("float64", "float32"),
}
Section = tuple[str, str]  # kind, part


def _title(section: Section) -> str:
    return f"## {TITLES[section[0]]}: {PARTS[section[1]]}"


SECTIONS: tuple[Section, ...] = tuple((kind, part) for kind, parts in PARTS_OF.items() for part in parts)


def published() -> dict[Section, dict[str, list[str]]]:
    """The rows of the committed table by section and case."""
    titles = {_title(section): section for section in SECTIONS}
    found: dict[Section, dict[str, list[str]]] = {section: {} for section in SECTIONS}
    here: Section | None = None
    for line in TABLE.read_text(encoding="utf-8").splitlines() if TABLE.exists() else []:
        here = titles.get(line, None if line.startswith("#") else here)
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if here and line.startswith("| ") and cells[0] != "case":
            found[here][cells[0]] = cells
    return found


def write(rows: dict[Section, dict[str, list[str]]]) -> None:
    """The table with these rows, in the order of the catalogue; cases that are no more are left out."""
    parts = ["# Accuracy\n", NOTE]
    for kind, part in SECTIONS:
        kept = [rows[kind, part][case.label] for case in cases((kind,)) if case.label in rows[kind, part]]
        if kept:
            parts += [_title((kind, part)) + "\n"]
            parts += [_table(MODERATE, kept)] if part == "moderate" else [_missing_the_bar(kept), _table(HEAD, kept)]
    TABLE.write_text("\n".join(parts), encoding="utf-8")


def _missing_the_bar(rows: list[list[str]]) -> str:
    """How many cases miss the bar in value or gradient, and what they miss."""
    column = {name: [float(row[place]) for row in rows] for place, name in enumerate(HEAD) if place}
    kinds = {
        "non-finite where the truth is finite": [n > 0 for n in column["non-finite"]],
        "NaN where the truth overflows": [n > 0 for n in column["NaN at overflow"]],
        "no overflow where the truth has one": [n > 0 for n in column["no overflow"]],
        "digits of the value": [worst > BAR[0] for worst in column[f"worst {KINDS[0]}"]],
        "digits of the gradient": [worst > BAR[1] for worst in column[f"worst {KINDS[1]}"]],
    }
    missing = sum(map(any, zip(*kinds.values(), strict=True)))
    how = "; ".join(f"{name}: {sum(found)}" for name, found in kinds.items() if any(found))
    points, unknown = int(sum(column["points"])), int(sum(column["no reference"]))
    told = f" ({how})" if how else ""
    return f"{missing} of {len(rows)} cases miss the bar{told}; {points} points, {unknown} without a reference.\n"


def _table(head: tuple[str, ...], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def main() -> None:
    """Measure, print and write the table after every few rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="cases to measure; all when left out")
    parser.add_argument("--kinds", nargs="*", choices=KINDS_OF_CASES, default=KINDS_OF_CASES)
    parser.add_argument("--parts", nargs="*", choices=tuple(PARTS), default=tuple(PARTS))
    parser.add_argument("--points", type=int, default=24)
    parser.add_argument("--links", type=int, default=24)
    parser.add_argument("--moderate", type=int, default=60)
    parser.add_argument("--largest", type=float, default=745.0)
    parser.add_argument("--patience", type=float, default=20.0, help="seconds for one reference; later there is none")
    parser.add_argument("--show", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--missing", action="store_true", help="only rows that the table does not have")
    parser.add_argument("--no-write", action="store_true")
    options = parser.parse_args()
    rows = published()
    counts = {"float64": options.points, "moderate": options.moderate}
    counts["float32"] = options.points // 2
    wanted = [
        (kind, part, case.label)
        for kind, part in SECTIONS
        if kind in options.kinds and part in options.parts
        for case in cases((kind,))
        if not options.names or case.label.split("(")[0] in options.names or case.label in options.names
        if not (options.missing and case.label in rows[kind, part])
    ]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.jobs, mp_context=context) as pool:
        jobs = {}
        for kind, part, label in wanted:
            few, largest = (options.links, SIZES[-1]) if kind == "link" else (counts[part], options.largest)
            jobs[pool.submit(row, kind, label, part, max(few, 2), largest, options.patience)] = (
                kind,
                part,
                label,
            )
        for done, job in enumerate(as_completed(jobs), start=1):
            kind, part, label = jobs[job]
            cells, offences = job.result()
            rows[kind, part][label] = cells
            print(f"{done}/{len(jobs)}", kind, part, *cells, flush=True)
            for offence in offences[: options.show]:
                print("   ", offence, flush=True)
            if not options.no_write and done % 20 == 0:
                write(rows)
    if not options.no_write:
        write(rows)


if __name__ == "__main__":
    main()
