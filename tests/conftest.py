"""One Hypothesis profile for every run: the same examples on every machine, no time limit per example; slow tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from slow import is_slow

os.environ["LIKELIHOODKIT_CACHE"] = "off"  # tests try the derivations of today, not the programs of an earlier run

settings.register_profile(
    "fixed", derandomize=True, deadline=None, max_examples=25, database=None, report_multiple_bugs=False
)
settings.load_profile("fixed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if is_slow(item.nodeid.removeprefix("tests/")):
            item.add_marker("slow")
