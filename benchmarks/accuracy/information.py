"""Fisher information against the expected squared score: goldens made by tests/reference/make_information.py.

A golden is E[score score'] by mpmath, from the textbook log-density alone, at one moderate place for each family.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from benchmarks.accuracy.cases import Case

GOLDENS = Path(__file__).resolve().parents[2] / "tests" / "reference" / "information.json"


def fisher_error(case: Case) -> str:
    """The largest error of an entry over the geometric mean of its variances; "-" where there is no golden."""
    golden = json.loads(GOLDENS.read_text(encoding="utf-8")).get(case.textbook)
    if golden is None:
        return "-"
    true = np.array(golden["fisher"])
    ours = np.reshape(case.loss.fisher([golden["outputs"]]), true.shape)
    size = np.sqrt(np.diagonal(true))
    return f"{np.max(np.abs(ours - true) / np.outer(size, size)):.1g}"
