"""What the README counts."""

from __future__ import annotations

import re
from pathlib import Path

from likelihoodkit import losses
from likelihoodkit.families import FAMILIES

README = (Path(__file__).parents[1] / "README.md").read_text()


def test_the_readme_counts_what_there_is() -> None:
    families, named = re.search(r"(\d+) families .*, (\d+) named losses", README).groups()  # type: ignore[union-attr]
    assert (int(families), int(named)) == (len(FAMILIES), len(losses.names()))
