"""Every family against its textbook formula in mpmath; writes benchmarks/accuracy/table.md.

    python -m benchmarks.accuracy [--points 60] [--largest 745] [--show 3] [--no-write] [Family ...]

`--points` extreme combinations per family and dtype, `--largest` the largest |output|, `--show` offences printed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from benchmarks.accuracy.measure import (
    FAMILIES,
    KINDS,
    Measured,
    extreme_points,
    measure,
    moderate_points,
    nan_count,
    summary,
)

TABLE = Path(__file__).with_name("table.md")
HEAD = (
    "family",
    "points",
    "no reference",
    "non-finite",
    "NaN at overflow",
    "no overflow",
    "Hessian inf/NaN",
    *(f"worst {kind}" for kind in KINDS),
)
MODERATE = (
    "family",
    "points",
    "value: median ulp",
    "99 %",
    "conditioned",
    "gradient: median ulp",
    "99 %",
    "conditioned",
)
NOTE = """Regenerate with `make accuracy`. Errors are in units of u = 2^-53 (float32: 2^-24) times the conditioned size
|q| + sum |x dq/dx|; the bar is 4 for values and 8 for gradients. References: the textbook formulas of tests/textbook.py
in mpmath, at precision rising until two agree to 40 digits. Non-finite, NaN and no overflow count values and gradients.
"""


def _table(head: tuple[str, ...], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def _moderate(found: Measured) -> list[str]:
    cells = [found.family, str(found.points)]
    for kind in KINDS[:2]:
        cells += [f"{found.quantile(kind, 0.5):.2f}", f"{found.quantile(kind, 0.99):.2g}", f"{found.worst[kind]:.2g}"]
    return cells


def main() -> None:
    """Measure, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("families", nargs="*", help="families to measure; all when left out")
    parser.add_argument("--points", type=int, default=60)
    parser.add_argument("--moderate", type=int, default=300)
    parser.add_argument("--largest", type=float, default=745.0)
    parser.add_argument("--show", type=int, default=3)
    parser.add_argument("--no-write", action="store_true")
    options = parser.parse_args()
    names = options.families or list(FAMILIES)
    parts = ["# Accuracy of the built-in families\n", NOTE]
    for dtype in (np.float64, np.float32):
        rows = []
        largest = options.largest if dtype is np.float64 else min(options.largest, 745.0)
        for name in names:
            found = measure(name, extreme_points(FAMILIES[name], options.points, largest), dtype)
            rows.append(list(summary(found)))
            print(dtype.__name__, *rows[-1], flush=True)
            for offence in found.offences[: options.show]:
                print("   ", offence, flush=True)
        title = f"## Extreme outputs up to {largest:g}, {dtype.__name__}\n"
        parts += [title, _table(HEAD, rows)]
    rows = []
    for name in names:
        rows.append(_moderate(measure(name, moderate_points(FAMILIES[name], options.moderate))))
        print("moderate", *rows[-1], flush=True)
    parts += ["## Moderate random points, float64: strict error in ulp\n", _table(MODERATE, rows)]
    far = [[name, str(nan_count(name))] for name in names]
    print("NaN up to 1e300", far)
    parts += ["## NaN among values and gradients, 4000 combinations of outputs up to 1e300, float64\n"]
    parts += [_table(("family", "NaN"), far)]
    if not options.no_write and not options.families:
        TABLE.write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
