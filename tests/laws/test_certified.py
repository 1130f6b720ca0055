"""Every family passes its own certificate, and a certificate notices what is wrong."""

from __future__ import annotations

import pytest
from laws.subjects import HELD, under
from likelihoodkit.certify import check
from likelihoodkit.families import FAMILIES


@pytest.mark.parametrize("name", [n for n in FAMILIES if n in under("certified") or n in HELD or f"{n}()" in under("certified")])
def test_families_are_certified(name: str) -> None:
    report = check(FAMILIES[name](**HELD.get(name, {})))
    assert report.passed, str(report)
    assert [row.condition for row in report.rows if row.passed is None] == [], str(report)
