"""Long fits in blocks show how far they are, where tqdm is and somebody looks."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit.fit import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def fitted() -> lk.Fit:
    rng = np.random.default_rng(0)
    blocks = [(rng.poisson(3, 200).astype(float), rng.normal(size=(200, 2))) for _ in range(3)]
    return lk.fit(lk.Poisson, blocks=blocks)


def test_a_long_pass_is_counted_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    found = fitted()
    assert found.converged
    assert "Poisson: columns" in screen.getvalue()
    assert "Poisson: totals" in screen.getvalue()


@pytest.mark.parametrize("screen", [Terminal(), io.StringIO()])
def test_short_fits_and_files_are_left_alone(monkeypatch: pytest.MonkeyPatch, screen: io.StringIO) -> None:
    monkeypatch.setattr(sys, "stderr", screen)
    fitted()
    assert not screen.getvalue()
