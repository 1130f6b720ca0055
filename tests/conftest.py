"""One Hypothesis profile for every run: the same examples on every machine, no time limit per example."""

from __future__ import annotations

import os

from hypothesis import settings

os.environ["LIKELIHOODKIT_CACHE"] = "off"  # tests try the derivations of today, not the programs of an earlier run
os.environ.setdefault("SYMPY_CACHE_SIZE", "20000")  # of hundreds of noises in one process; proofs take a seventh less

settings.register_profile(
    "fixed", derandomize=True, deadline=None, max_examples=25, database=None, report_multiple_bugs=False
)
settings.load_profile("fixed")
