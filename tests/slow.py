"""Tests that take a core more than a few seconds: `make test-slow` runs them, `make test` all others, CI both.

Written as pytest names them: the function, then the cases of it that are slow, or none where all are.
"""

from __future__ import annotations

SLOW: dict[str, tuple[str, ...]] = {}


def is_slow(name: str) -> bool:
    """Is a test one of them? ``name`` is its node id."""
    function, _, case = name.partition("[")
    cases = SLOW.get(function)
    return cases is not None and (not cases or case.removesuffix("]") in cases)
