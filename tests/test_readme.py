"""What the README shows runs, and what it claims is proved here again."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

import likelihoodkit as lk
from likelihoodkit.command_line.parse import parse

README = Path(__file__).parents[1] / "README.md"


def test_examples_run() -> None:
    found = doctest.testfile(str(README), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert found.attempted > 10
    assert found.failed == 0


def claims() -> list[tuple[str, str, str]]:
    rows = re.findall(r"^\| `([^`]+)`[^|]*\| `([^`]+)` \| ([^|]+) \|$", README.read_text(), re.MULTILINE)
    return [(left, right, factor.strip()) for left, right, factor in rows]


def test_the_table_is_read() -> None:
    assert len(claims()) == 16


@pytest.mark.parametrize(("left", "right", "factor"), claims())
def test_claims_of_the_table(left: str, right: str, factor: str) -> None:
    proof = lk.prove(_build(left), reduces_to=_build(right))
    if factor == "refuted":
        assert proof.verdict == "refuted"
    else:
        assert proof.verdict == "proved"
        assert str(proof.scale).replace("**", "^").replace("*", " ") == factor.replace("*", " ")


def _build(text: str) -> object:
    inside = re.fullmatch(r"Independent\((.*), (\d)\)", text)
    if inside:
        return lk.Independent(_build(inside[1]), int(inside[2]))
    return parse(text.replace("lk.", ""))
