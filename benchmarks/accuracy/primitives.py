"""Accuracy of every numeric kernel: median, 99 % and largest error in ulp, largest condition-normalised error.

    python benchmarks/accuracy/primitives.py [--points 300] [--dtype float64] [name ...]

Points are drawn with a fixed seed, half over the whole range of the type and half over ordinary values, and the
special points of tests/primitives/reference.py are added. The condition-normalised error is the error divided by
u (|f| + sum |x_i df/dx_i|): what rounding the arguments alone would cost is about 1.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]


def main() -> None:
    from primitives.audit import audit
    from primitives.reference import TABLE

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="kernels to measure; all when left out")
    parser.add_argument("--points", type=int, default=300)
    parser.add_argument("--dtype", choices=["float64", "float32"], default="float64")
    options = parser.parse_args()
    dtype = np.float64 if options.dtype == "float64" else np.float32
    print(f"{options.dtype}, {options.points} drawn points each; ulp: median, 99 %, max; cond: max")
    print("| kernel | points | median | p99 | max | cond | wrong inf/NaN | no reference |")
    print("|---|---|---|---|---|---|---|---|")
    for name in options.names or TABLE:
        report = audit(name, dtype, options.points, special=dtype is np.float64)
        ulp = np.array([row[2] for row in report.rows])
        numbers = f"{np.median(ulp):.2f} | {np.percentile(ulp, 99):.3g} | {ulp.max():.3g}"
        numbers += f" | {max(row[3] for row in report.rows):.2f}"
        print(
            f"| {name} | {len(ulp)} | {numbers} | {len(report.wrong_infinity)} | {report.undecided} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
