"""Rows that lie in files: memory maps, Parquet, generators; the answer is that of all rows at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet
import pytest

import likelihoodkit as lk

ROWS, SIZE = 5000, 700


@pytest.fixture(scope="module")
def data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    X = rng.normal(size=(ROWS, 2))
    return rng.poisson(np.exp(0.5 + X @ [0.3, -0.4])).astype(float), X


def same(found: lk.Fit, alone: lk.Fit) -> None:
    np.testing.assert_allclose(found.coefficients, alone.coefficients, rtol=1e-12)
    np.testing.assert_allclose(np.diag(found.covariance), np.diag(alone.covariance), rtol=1e-12)
    assert found.loglik == pytest.approx(alone.loglik, rel=1e-13)


def test_memory_maps(data: tuple[np.ndarray, np.ndarray], tmp_path: Path) -> None:
    for name, array in zip(("y", "X"), data, strict=True):
        np.save(tmp_path / f"{name}.npy", array)
    y, X = (np.load(tmp_path / f"{name}.npy", mmap_mode="r") for name in ("y", "X"))

    def blocks() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for start in range(0, len(y), SIZE):
            yield y[start : start + SIZE], X[start : start + SIZE]

    same(lk.fit(lk.Poisson, blocks=blocks), lk.fit(lk.Poisson, *data))


def test_parquet(data: tuple[np.ndarray, np.ndarray], tmp_path: Path) -> None:
    y, X = data
    table = pa.table({"count": y, "age": X[:, 0], "height": X[:, 1]})
    pa.parquet.write_table(table, tmp_path / "rows.parquet", row_group_size=SIZE)

    def blocks() -> Iterator[tuple[pa.ChunkedArray, pa.Table]]:
        for batch in pa.dataset.dataset(tmp_path / "rows.parquet").to_batches(batch_size=SIZE):
            rows = pa.Table.from_batches([batch])
            yield rows["count"], rows.select(["age", "height"])

    found = lk.fit(lk.Poisson, blocks=blocks)
    assert found.names == ("mean.intercept", "mean.age", "mean.height")
    same(found, lk.fit(lk.Poisson, y, X))
