"""One Hypothesis profile for every run: the same examples on every machine, no time limit per example."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile(
    "fixed", derandomize=True, deadline=None, max_examples=25, database=None, report_multiple_bugs=False
)
settings.load_profile("fixed")
