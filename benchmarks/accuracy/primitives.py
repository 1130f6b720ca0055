"""Every primitive and its derivatives against mpmath, in ulp; writes benchmarks/accuracy/primitives.md.

    python -m benchmarks.accuracy.primitives [--points 40] [name ...]

With names only their rows are measured again. Points are drawn with a fixed seed, half over the whole range of the type
and half over ordinary values, and the special points of tests/primitives/reference.py are added. The
condition-normalised error is the error divided by u (|f| + sum |x_i df/dx_i|): what rounding the arguments alone would
cost is about 1.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests")]

TABLE = Path(__file__).with_name("primitives.md")
NOTE = """# Accuracy of the primitives

Regenerate with `make accuracy`, one row with `python -m benchmarks.accuracy.primitives NAME`. Errors in ulp (median,
99 %, largest) and relative to what rounding the arguments costs (conditioned, in u); wrong infinities and NaN;
points at which mpmath settles no truth. Name' i is the derivative in argument i as the kit forms it: the rule of the
record, stabilised and compiled. What is known to lose digits is listed with its reason in
tests/primitives/test_slopes.py. Kernels over K classes are tested in tests/primitives/test_kernels.py.
"""
HEAD = ("primitive", "points", "median", "99 %", "largest", "conditioned", "float32: largest", "conditioned")
HEAD = (*HEAD, "wrong inf/NaN", "no truth")


def _cells(name: str, double: Any, single: Any) -> list[str]:
    ulp = np.array([row[2] for row in double.rows] or [0.0])
    small = np.array([row[2] for row in single.rows] or [0.0])
    conditioned = [max([row[3] for row in report.rows] or [0.0]) for report in (double, single)]
    return [
        name,
        str(len(double.rows)),
        f"{np.median(ulp):.2f}",
        f"{np.percentile(ulp, 99):.2g}",
        f"{ulp.max():.2g}",
        f"{conditioned[0]:.2g}",
        f"{small.max():.2g}",
        f"{conditioned[1]:.2g}",
        str(len(double.wrong_infinity) + len(single.wrong_infinity)),
        str(double.undecided + single.undecided),
    ]


def published() -> dict[str, list[str]]:
    """The rows of the committed table, by the name of the primitive."""
    lines = TABLE.read_text(encoding="utf-8").splitlines() if TABLE.exists() else []
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return {row[0]: row for row in rows if row[0] != HEAD[0]}


def wanted() -> list[str]:
    """Every row that the table should have: kernels, then their derivatives."""
    from primitives.reference import TABLE as KERNELS  # type: ignore[import-not-found]
    from primitives.slopes import rules  # type: ignore[import-not-found]

    return [*sorted(KERNELS), *(f"{name}' {argument}" for name, argument in sorted(rules()))]


def measured(label: str, points: int) -> list[str]:
    """One row."""
    from primitives.audit import audit  # type: ignore[import-not-found]
    from primitives.slopes import slope_audit

    name, derivative, argument = label.partition("' ")
    if derivative:
        return _cells(label, *(slope_audit(name, int(argument), points, dtype) for dtype in (np.float64, np.float32)))
    return _cells(label, audit(name, np.float64, points), audit(name, np.float32, points, special=False))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="primitives to measure; all when left out")
    parser.add_argument("--points", type=int, default=40)
    options = parser.parse_args()
    rows = published()
    for label in wanted():
        if not options.names or label.partition("'")[0] in options.names:
            rows[label] = measured(label, options.points)
            print(*rows[label], flush=True)
    lines = ["| " + " | ".join(HEAD) + " |", "|" + "---|" * len(HEAD)]
    lines += ["| " + " | ".join(rows[label]) + " |" for label in wanted() if label in rows]
    TABLE.write_text(NOTE + "\n" + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
