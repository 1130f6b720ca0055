"""Size and power of `lk.diagnose` on simulations; writes benchmarks/diagnosis/table.md.

python -m benchmarks.diagnosis [--runs 200] [--right 1000] [--seed 0] [--no-write]
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import numpy as np

import likelihoodkit as lk
from benchmarks.diagnosis.simulations import BROKEN, MADE, RIGHT, Draw, Simulation

TABLE = Path(__file__).with_name("table.md")
LEVEL = 0.05


def rates(simulation: Simulation, runs: int, seed: int) -> tuple[dict[str, float], float]:
    """How often each question has p < 0.05, and how often anything at all is called broken."""
    rng = np.random.default_rng(seed)
    small: dict[str, list[bool]] = {}
    called = 0
    for _ in range(runs):
        X, y = simulation.draw(rng, simulation.n)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", lk.ConvergenceWarning)  # a broken assumption may have no maximum
            fitted = lk.fit(simulation.noise, y, X)
        found = lk.diagnose(fitted, X, y, upgrades=False)
        called += not found.passed
        for finding in found.findings:
            if not finding.skipped:
                small.setdefault(finding.name, []).append(finding.p_value < LEVEL)
    # a question that fitting leaves open in few of the simulations alone has no rate
    return {name: float(np.mean(flags)) for name, flags in small.items() if len(flags) > runs / 4}, called / runs


def named(draw: Draw, true: str, runs: int, seed: int) -> tuple[float, float, float]:
    """How often `suggest` has the noise that made the outcomes first, first or among the ties, and how many ties."""
    rng = np.random.default_rng(seed)
    first, tied, ties = 0, 0, 0
    for _ in range(runs):
        X, y = draw(rng, 500)
        found = lk.suggest(y, X)
        first += found.best.name == true
        tied += true in found.ties
        ties += len(found.ties)
    return first / runs, tied / runs, ties / runs


def main() -> None:
    """Measure, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--right", type=int, default=1000, help="simulations of each right assumption")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-write", action="store_true")
    chosen = parser.parse_args()
    lines = [
        "# What `lk.diagnose` finds",
        "",
        f"Regenerate with `python -m benchmarks.diagnosis`. {chosen.runs} simulations of each break and {chosen.right}",
        f"of each right assumption, seed {chosen.seed}. Level {LEVEL}; the standard error of a rate of 0.05 is",
        f"{np.sqrt(0.05 * 0.95 / chosen.right):.3f} where the assumption is right.",
        "",
        "## Power: one known break",
        "",
        "| break | fitted | rows | question | found | named among the broken (Holm) |",
        "|---|---|---|---|---|---|",
    ]
    for row in BROKEN:
        found, called = rates(row, chosen.runs, chosen.seed)
        name = row.noise.__name__
        lines.append(f"| {row.name} | {name} | {row.n} | {row.broken} | {found[row.broken]:.3f} | {called:.3f} |")
        print(lines[-1], flush=True)
    lines += ["", "## Size: the assumption is right", "", "| noise | rows | question | p < 0.05 |", "|---|---|---|---|"]
    for row in RIGHT:
        found, called = rates(row, chosen.right, chosen.seed)
        part = [f"| {row.name} | {row.n} | {name} | {rate:.3f} |" for name, rate in found.items()]
        lines += [*part, f"| {row.name} | {row.n} | anything at all (Holm) | {called:.3f} |"]
        print("\n".join(part), flush=True)
    each = max(1, chosen.runs // 10)
    lines += [
        "",
        "## `lk.suggest`: the noise that made 500 outcomes",
        "",
        f"{each} simulations each.",
        "",
        "| noise | first | first or tied with it | noises that are tied, on average |",
        "|---|---|---|---|",
    ]
    shares = []
    for name, draw in MADE:
        first, tied, ties = named(draw, name, each, chosen.seed)
        shares.append(tied)
        lines.append(f"| {name} | {first:.2f} | {tied:.2f} | {ties:.1f} |")
        print(lines[-1], flush=True)
    lines.append(f"| all | | {np.mean(shares):.3f} | |")
    if not chosen.no_write:
        TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
