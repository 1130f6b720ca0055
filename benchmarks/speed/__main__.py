"""Value and gradient per row: the kit's engines against NumPy as a person types it, C, torch and JAX where they are.

    OMP_NUM_THREADS=1 python -m benchmarks.speed [--rows 1000 100000] [--rounds 15] [--single] [--derive]
                                                 [--frameworks] [--threads 2] [WORKLOAD ...]
                                                 [--only numba C]

All are timed in turn, round by round, in one process, the kit and C each into arrays of its own; minimum and median of
the rounds are printed. Read the ratios: absolute times move with the machine. `kernels.c` is a C to beat: it returns
one sum where the kit returns the loss of every row, and holds no guard against overflow or cancellation; "C by row"
writes every loss too, where that is most of the work.
`--frameworks` types the losses for torch (eager) and JAX (jitted), `--threads` runs the compiled engine on so many
cores too, and a WORKLOAD is the letter with which its name begins.
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
from benchmarks.speed.frameworks import LOSSES, Jax, Torch
from benchmarks.speed.workloads import Workload, workloads

Call = Callable[[], object]
#: outputs move by it before each call: what kernels remember of the last call must not count
NUDGE = 1e-6
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


def in_c(found: ctypes.CDLL, work: Workload, kernel: str) -> Call:
    """A C function of a workload on columns that each lie together, as it likes them."""
    rows = len(work.y)
    function = getattr(found, kernel)
    function.restype = ctypes.c_double
    if kernel == "F":  # reads rows as they are
        answer = np.empty_like(work.outputs)
        sizes, arrays = [rows, work.outputs.shape[1]], [work.outputs, work.y, answer]
        inside = [*map(ctypes.c_long, sizes), *(ctypes.c_void_p(a.ctypes.data) for a in arrays)]
        return lambda: (function(*inside), arrays)
    columns = [np.ascontiguousarray(c) for c in work.outputs.reshape(rows, -1).T]
    arrays = [work.y, *columns, *(np.empty(rows) for _ in columns)]
    if kernel == work.by_row:
        arrays.append(np.empty(rows))
    pointers = [ctypes.c_void_p(a.ctypes.data) for a in arrays]
    if kernel == "A":
        pointers.insert(2, ctypes.c_double(1.0))
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


def framework_calls(work: Workload) -> dict[str, Call]:
    """The loss in torch and in JAX, if they are there."""
    typed = LOSSES.get(work.typed.__name__)
    found: dict[str, Call] = {}
    for name, words in (("torch", Torch), ("jax", Jax)):
        if typed is not None and importlib.util.find_spec(name) is not None:
            found[name] = words().call(typed, work.y, work.outputs)
    return found


def calls(work: Workload, found: ctypes.CDLL | None, chosen: argparse.Namespace) -> dict[str, Call]:
    """What is timed: typed, the engines, C, the frameworks."""
    timed: dict[str, Call] = {"typed": lambda: work.typed(work.y, work.outputs)}
    engines = [("numpy", "numpy", 1), *([("numba", "numba", 1)] if COMPILED else [])]
    if COMPILED and chosen.threads > 1:
        engines.append((f"numba, {chosen.threads} threads", "numba", chosen.threads))
    for name, engine, threads in engines:
        loss = lk.derive(work.noise).compile(engine, threads=threads)
        check(work, loss)
        out = None
        if work.outputs.ndim < 3:
            out = np.zeros(len(work.y), work.outputs.dtype), np.zeros_like(work.outputs)
        timed[name] = lambda loss=loss, out=out: loss.value_and_gradient(work.y, work.outputs, out=out)
    if found is not None and work.kernel and work.outputs.dtype == np.float64:
        timed["C"] = in_c(found, work, work.kernel)
        if work.by_row:
            timed["C by row"] = in_c(found, work, work.by_row)
    timed |= framework_calls(work) if chosen.frameworks else {}
    return {name: call for name, call in timed.items() if not chosen.only or name in chosen.only}


def compare(rows: int, chosen: argparse.Namespace) -> None:
    """The table for so many rows."""
    found = library()
    dtype = np.float32 if chosen.single else np.float64
    print(f"\n{rows} rows, {np.dtype(dtype).name}: ns per row, minimum / median of {chosen.rounds} rounds\n")
    ratios: list[float] = []
    names: list[str] = []
    for work in workloads(rows, dtype):
        if chosen.workloads and work.name.split()[0] not in chosen.workloads:
            continue
        timed_calls = calls(work, found, chosen)
        times: dict[str, list[float]] = {name: [] for name in timed_calls}
        for _ in range(chosen.rounds):
            for name, call in timed_calls.items():
                work.outputs += NUDGE
                times[name].append(timed(call))
        if not names:
            wanted = chosen.only or [*times, *(["C"] if found and not chosen.single else [])]
            names = [name for name in dict.fromkeys(wanted) if name in times or name == "C"]
            pairs = [("numpy", "typed"), *((n, "numba") for n in names if n not in {"typed", "numpy", "numba"})]
            pairs = [(a, b) for a, b in pairs if a in names and b in names]
            print("| workload | " + " | ".join([*names, *(f"{a} / {b}" for a, b in pairs)]) + " |")
            print("|---|" + "---|" * (len(names) + len(pairs)))
        scale = 1e9 / len(work.y) / work.share
        cells = [f"{min(times[n]) * scale:.1f} / {median(times[n]) * scale:.1f}" if n in times else "" for n in names]
        best = {name: min(found) for name, found in times.items()}
        cells += [f"{best[a] / best[b]:.2f}" if a in best and b in best else "" for a, b in pairs]
        if ("numpy", "typed") in pairs:
            ratios.append(best["numpy"] / best["typed"])
        print(f"| {work.name} | {' | '.join(cells)} |", flush=True)
    if ratios:
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
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD")
    parser.add_argument("--frameworks", action="store_true", help="torch and JAX too, where they are installed")
    parser.add_argument("--only", nargs="+", metavar="NAME", help='time these alone: numba, C, "C by row", ...')
    parser.add_argument("--threads", type=int, default=1, help="the compiled engine on so many cores too")
    parser.add_argument("--derive", action="store_true", help="the cost of deriving each family too")
    chosen = parser.parse_args()
    busy = f"{os.getloadavg()[0]:.1f} busy" if hasattr(os, "getloadavg") else "unknown load"
    print(
        f"Python {platform.python_version()}, NumPy {np.__version__}, SciPy {scipy.__version__}, {platform.machine()}"
    )
    print(f"{os.cpu_count()} cores, {busy} before the start, one thread used")
    for count in chosen.rows:
        compare(count, chosen)
    if chosen.derive:
        deriving()
