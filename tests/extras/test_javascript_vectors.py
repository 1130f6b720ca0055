"""ES modules of losses of vectors: classes by scores, mixtures, pairs and triples, against the NumPy engine."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensors import NAMED, call
from test_one_row import node

import likelihoodkit as lk
from likelihoodkit import losses
from likelihoodkit.command_line import roster

LABELS = (
    "Categorical()", "Multinomial()", "MultivariateNormal(scale='diagonal')", "ZeroOneInflated(Beta)",
    "Mixture(Normal, components=2)", "Independent(Normal, 2)", "losses.cosine_distance",
    "losses.categorical_cross_entropy", "losses.softmax_cross_entropy", "losses.cross_entropy", "losses.kl_divergence",
    "losses.class_weighted(weights=[0.5, 1.0, 2.0])", "losses.info_nce(temperature=1)", "losses.jensen_shannon",
    "losses.prior_shifted(train=[0.5, 0.3, 0.2], deploy=[0.5, 0.3, 0.2])", "losses.reverse_kl",
    "losses.expected_edit_distance",
    "losses.forward_corrected(matrix=[[0.8, 0.1, 0.1], [0.0, 1.0, 0.0], [0.1, 0.2, 0.7]])",
)  # fmt: skip
RUN = """
import fs from "node:fs";
const given = JSON.parse(fs.readFileSync("given.json")), found = {};
for (const [name, rows] of Object.entries(given)) {
  const module = await import(`./${name}.mjs`);
  found[name] = rows.map((row) => Object.values(module.valueAndGradient(...row)));
}
console.log(JSON.stringify(found));
"""


def run(folder: Path, modules: dict[str, str], given: dict[str, list[Any]]) -> dict[str, list[Any]]:
    for name, text in modules.items():
        (folder / f"{name}.mjs").write_text(text, encoding="utf-8")
    (folder / "given.json").write_text(json.dumps(given))
    (folder / "run.mjs").write_text(RUN)
    done = subprocess.run([node(), "run.mjs"], capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, list[Any]] = json.loads(done.stdout)
    return found


def test_vectors_are_those_of_the_engine(tmp_path: Path) -> None:
    modules, given, expected = {}, {}, {}
    for k, label in enumerate(LABELS):
        loss, rows = call(label)
        more = [{n: float(np.asarray(x)[i]) for n, x in rows.keywords.items()} for i in range(len(rows.y))]
        modules[f"m{k}"] = loss.source("javascript")
        given[f"m{k}"] = [list(row) for row in zip(rows.y.tolist(), rows.outputs.tolist(), more, strict=True)]
        expected[f"m{k}"] = loss.value_and_gradient(rows.y, rows.outputs, **rows.keywords)
    found = run(tmp_path, modules, given)
    for name, (value, gradient) in expected.items():
        np.testing.assert_allclose([row[0] for row in found[name]], value, rtol=1e-13, atol=1e-14)
        np.testing.assert_allclose([row[1] for row in found[name]], gradient, rtol=1e-13, atol=1e-13)


def test_inputs_by_name_are_those_of_the_engine(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    modules, given, expected = {}, {}, {}
    for k, label in enumerate(NAMED):
        loss: Any = roster.subjects(("losses",))[label].make()
        columns = {}
        for one in loss._signature().inputs:
            column = rng.normal(size=(8, 4)) if one.vector else rng.normal(size=8)
            columns[one.name] = rng.integers(0, 2, 8).astype(float) if one.check.whole or one.labels else column
        modules[f"m{k}"] = loss.source("javascript")
        given[f"m{k}"] = [list(row) for row in zip(*(column.tolist() for column in columns.values()), strict=True)]
        expected[f"m{k}"] = loss.value_and_gradient(**columns)
    found = run(tmp_path, modules, given)
    assert len(found) > 10
    for name, (value, gradient) in expected.items():
        np.testing.assert_allclose([row[0] for row in found[name]], value, rtol=1e-14, atol=1e-14)
        for part, slopes in gradient.items():
            np.testing.assert_allclose([row[1][part] for row in found[name]], slopes, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize(
    ("loss", "row", "says"),
    [
        (losses.cross_entropy, [[0.5, 0.4], [0.0, 1.0]], "y does not sum to 1"),
        (losses.cross_entropy, [[0.5, 0.5], [0.0, 1.0, 2.0]], "outputs and y differ in length"),
        (losses.contrastive(margin=1), [[0.0, 1.0], [0.0, "x"], 1], "must hold"),
        (lk.derive(lk.Mixture(lk.Normal, components=2)), [0.3, [0.0, 1.0, 2.0]], "outputs cannot be 3 numbers"),
        (lk.derive(lk.Multinomial), [[1.5, 1.0], [0.0, 1.0]], "y must hold"),
    ],
)
def test_what_does_not_fit_is_a_range_error(loss: Any, row: list[Any], says: str, tmp_path: Path) -> None:
    (tmp_path / "loss.mjs").write_text(loss.source("javascript"))
    asked = f"try {{ value(...{json.dumps(row)}); }} catch (e) {{ console.log(String(e)); }}"
    (tmp_path / "run.mjs").write_text(f"import {{ value }} from './loss.mjs'; {asked}")
    done = subprocess.run([node(), tmp_path / "run.mjs"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("RangeError: ")
    assert says in done.stdout
