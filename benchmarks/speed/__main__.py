"""Value and gradient per row: the kit's engines against NumPy as a person types it, and C where a compiler is found.

    OMP_NUM_THREADS=1 python -m benchmarks.speed [--rows 1000 100000] [--rounds 15] [--single] [--derive]

All are timed in turn, round by round, in one process, each into arrays of its own; minimum and median of the rounds
are printed. Read the ratios: absolute times move with the machine. `kernels.c` is a C to beat: it returns one sum where
the kit returns the loss of every row, and holds no guard against overflow or cancellation.
"""

from __future__ import annotations

import argparse
import ctypes
import importlib.util
import math
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import scipy

import likelihoodkit as lk
from benchmarks.speed.workloads import Workload, workloads

Call = Callable[[], object]
COMPILED = importlib.util.find_spec("llvmlite") is not None


def library() -> ctypes.CDLL | None:
    """The C kernels, compiled for this machine; None without a compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    target = Path(tempfile.mkdtemp()) / "kernels.so"
    options = ["-O3", "-march=native", "-fopenmp-simd", "-DPOLY", "-fno-math-errno", "-ffp-contract=fast"]
    source = Path(__file__).with_name("kernels.c")
    subprocess.run([compiler, *options, "-shared", "-fPIC", "-o", target, source, "-lm"], check=True)
    return ctypes.CDLL(str(target))


def in_c(found: ctypes.CDLL, work: Workload) -> Call:
    """The C function of a workload on columns that each lie together, as it likes them."""
    rows = len(work.y)
    columns = [np.ascontiguousarray(c) for c in work.outputs.reshape(rows, -1).T]
    arrays = [work.y, *columns, *(np.empty(rows) for _ in columns)]
    pointers = [ctypes.c_void_p(a.ctypes.data) for a in arrays]
    if work.kernel == "A":
        pointers.insert(2, ctypes.c_double(1.0))
    function = getattr(found, work.kernel)
    function.restype = ctypes.c_double
    keep = arrays  # the pointers do not own them
    return lambda: (function(ctypes.c_long(rows), *pointers), keep)


def timed(call: Call) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def check(work: Workload, loss: lk.Loss) -> None:
    """Both give the same numbers, or the times mean nothing."""
    near = 1e-8 if work.outputs.dtype == np.float64 else 2e-3
    for a, b in zip(loss.value_and_gradient(work.y, work.outputs), work.typed(work.y, work.outputs), strict=True):
        np.testing.assert_allclose(a, b, rtol=near, atol=near)


def calls(work: Workload, found: ctypes.CDLL | None) -> dict[str, Call]:
    """What is timed: typed, the engines, C."""
    chosen: dict[str, Call] = {"typed": lambda: work.typed(work.y, work.outputs)}
    for engine in ("numpy", *(("numba",) if COMPILED else ())):
        loss = lk.derive(work.noise).compile(engine)
        check(work, loss)
        chosen[engine] = lambda loss=loss: loss.value_and_gradient(work.y, work.outputs)
    if found is not None and work.kernel and work.outputs.dtype == np.float64:
        chosen["C"] = in_c(found, work)
    return chosen


def compare(rows: int, rounds: int, dtype: type) -> None:
    found = library()
    print(f"\n{rows} rows, {np.dtype(dtype).name}: ns per row, minimum / median of {rounds} rounds\n")
    names = ["typed", "numpy", *(["numba"] if COMPILED else []), *(["C"] if found else [])]
    print(f"| workload | {' | '.join(names)} | numpy / typed |{' numba / C |' if COMPILED and found else ''}")
    print("|---|" + "---|" * (len(names) + 1 + bool(COMPILED and found)))
    ratios = []
    for work in workloads(rows, dtype):
        chosen = calls(work, found)
        times: dict[str, list[float]] = {name: [] for name in chosen}
        for _ in range(rounds):
            for name, call in chosen.items():
                times[name].append(timed(call))
        scale = 1e9 / len(work.y) / work.share
        cells = [f"{min(times[n]) * scale:.1f} / {median(times[n]) * scale:.1f}" if n in times else "" for n in names]
        ratios.append(min(times["numpy"]) / min(times["typed"]))
        cells.append(f"{ratios[-1]:.2f}")
        if COMPILED and found:
            cells.append(f"{min(times['numba']) / min(times['C']):.2f}" if "C" in times else "")
        print(f"| {work.name} | {' | '.join(cells)} |", flush=True)
    print(f"\nnumpy / typed, geometric mean: {math.exp(sum(map(math.log, ratios)) / len(ratios)):.2f}")


DERIVE = """
import time, likelihoodkit as lk
from likelihoodkit.families import FAMILIES
lk.derive(lk.Normal)
start = time.perf_counter(); lk.derive(FAMILIES["{name}"]).calculus.gradient; print(time.perf_counter() - start)
"""


def deriving() -> None:
    """Milliseconds from a family to its stabilised gradient, each in a fresh process after the imports."""
    print("\n| family | derive, ms |\n|---|---|")
    from likelihoodkit.families import FAMILIES

    for name in FAMILIES:
        command = [sys.executable, "-c", DERIVE.format(name=name)]
        found = [float(subprocess.run(command, capture_output=True, check=True).stdout) for _ in range(3)]
        print(f"| {name} | {min(found) * 1e3:.0f} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1000, 100_000])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--single", action="store_true", help="float32")
    parser.add_argument("--derive", action="store_true", help="the cost of deriving each family too")
    chosen = parser.parse_args()
    busy = f"{os.getloadavg()[0]:.1f} busy" if hasattr(os, "getloadavg") else "unknown load"
    print(
        f"Python {platform.python_version()}, NumPy {np.__version__}, SciPy {scipy.__version__}, {platform.machine()}"
    )
    print(f"{os.cpu_count()} cores, {busy} before the start, one thread used")
    for count in chosen.rows:
        compare(count, chosen.rounds, np.float32 if chosen.single else np.float64)
    if chosen.derive:
        deriving()
