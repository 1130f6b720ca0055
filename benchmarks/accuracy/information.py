"""Fisher information against the expected squared score.

A golden is E[score score'] by mpmath, from the textbook log-density alone, at one moderate place for each noise; they
are made by tests/reference/make_information.py and make_vector_information.py.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.accuracy.cases import Case
from likelihoodkit.loss import Loss

REFERENCE = Path(__file__).resolve().parents[2] / "tests" / "reference"


@cache
def goldens() -> dict[str, dict[str, Any]]:
    """Of families by their name, of vectors and sequences by the label of their case."""
    names = ("information.json", "vector_information.json")
    return {k: row for n in names for k, row in json.loads((REFERENCE / n).read_text(encoding="utf-8")).items()}


def fisher_error(case: Case) -> str:
    """The largest error of an entry over the geometric mean of its variances; "-" where there is no golden."""
    golden = goldens().get(case.textbook or case.label)
    return "-" if golden is None else f"{largest_error(case.loss, golden):.1g}"


def largest_error(loss: Loss, golden: dict[str, Any]) -> float:
    """That error of a loss."""
    true = np.array(golden["fisher"])
    given = {name: np.array([number]) for name, number in golden.get("given", {}).items()}
    ours = np.reshape(loss.fisher([golden["outputs"]], **given), true.shape)
    size = np.sqrt(np.diagonal(true))
    return float(np.max(np.abs(ours - true) / np.outer(size, size)))
