"""The folder is run with every framework at hand, so nothing in it needs to skip."""

from __future__ import annotations

import importlib

import pytest

FRAMEWORKS = ("torch", "jax", "keras", "numba", "xgboost", "lightgbm", "catboost", "sklearn", "narwhals", "formulaic")


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_the_framework_imports(name: str) -> None:
    assert importlib.import_module(name).__version__
