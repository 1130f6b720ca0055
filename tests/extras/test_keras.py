"""Losses in Keras 3, each backend in a process of its own: Keras is told its backend when it is imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PREAMBLE = """
import numpy as np, keras, pytest
import likelihoodkit as lk
rng = np.random.default_rng(0)
"""

VALUES = """
y, outputs = rng.poisson(2, 8).astype("float32"), rng.normal(size=(8, 2)).astype("float32")
loss = lk.derive(lk.NegativeBinomial)
each = loss.keras(reduction="none")(y, outputs)
np.testing.assert_allclose(keras.ops.convert_to_numpy(each), loss(y, outputs), rtol=3e-7)
mean = loss.keras()(y[:, None], outputs)
np.testing.assert_allclose(float(mean), loss(y, outputs).mean(), rtol=3e-7)
weighted = loss.keras(reduction="sum")(y, outputs, sample_weight=np.arange(8.0, dtype="float32"))
np.testing.assert_allclose(float(weighted), (loss(y, outputs) * np.arange(8)).sum(), rtol=1e-6)
one = lk.derive(lk.Poisson).keras(reduction="none")
for target, predicted in ((y, outputs[:, :1]), (y[:, None], outputs[:, :1]), (y, outputs[:, 0])):
    found = keras.ops.convert_to_numpy(one(target, predicted))
    np.testing.assert_allclose(found, lk.derive(lk.Poisson)(y, outputs[:, 0]), rtol=3e-7)
with pytest.raises(lk.SupportError, match="y"):
    lk.derive(lk.Poisson).keras()(np.array([-1.0], "float32"), np.array([[0.0]], "float32"))
with pytest.raises(lk.BindingError, match="no weights of its own"):
    lk.derive(lk.Normal(scale=lk.shared)).keras()
with pytest.raises(lk.DerivationError, match="one array of outputs"):
    lk.losses.vae_kl.keras()
classes = lk.losses.softmax_cross_entropy
labels, logits = rng.integers(0, 3, 8).astype("float32"), rng.normal(size=(8, 3)).astype("float32")
found = keras.ops.convert_to_numpy(classes.keras(reduction="none")(labels, logits))
np.testing.assert_allclose(found, classes(labels, logits), rtol=3e-7)
"""

TRAINING = """
keras.utils.set_random_seed(0)
engel = lk.data.load("engel")
X = ((np.asarray(engel["income"]) - 980) / 520).astype("float32")[:, None]
y = (np.asarray(engel["food"]) / 100).astype("float32")
loss = lk.derive(lk.Gamma)
model = keras.Sequential([keras.layers.Dense(2, kernel_initializer="zeros")])
model.compile(optimizer=keras.optimizers.Adam(0.05), loss=loss.keras())
model.fit(X, y, epochs=300, batch_size=235, verbose=0)
reached = -loss(y.astype(float), model.predict(X, verbose=0).astype(float)).sum()
designs = {"mean": X.astype(float), "shape": X.astype(float)}
best = lk.fit(lk.Gamma, y.astype(float), designs)
assert reached == pytest.approx(best.loglik, abs=0.02), (reached, best.loglik)
model.save("model.keras")
again = keras.saving.load_model("model.keras")
assert repr(again.loss.loss) == repr(loss)
np.testing.assert_allclose(again.evaluate(X, y, verbose=0), model.evaluate(X, y, verbose=0), rtol=1e-6)
held = lk.losses.huber(0.5).keras()
assert repr(type(held).from_config(held.get_config()).loss) == "losses.huber(delta=0.5)"
"""


@pytest.mark.parametrize("backend", ["jax", "torch"])
@pytest.mark.parametrize("script", [VALUES, TRAINING], ids=["values", "training"])
def test_keras(backend: str, script: str, tmp_path: Path) -> None:
    path = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": path}
    done = subprocess.run(
        [sys.executable, "-c", PREAMBLE + script],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_keras_without_a_backend_says_how_to_get_one(tmp_path: Path) -> None:
    path = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow", "KERAS_HOME": str(tmp_path), "PYTHONPATH": path}
    done = subprocess.run(
        [sys.executable, "-c", "import likelihoodkit as lk; lk.derive(lk.Normal).keras()"],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert "MissingExtraError: keras looks for tensorflow, which is not installed" in done.stderr
    assert "KERAS_BACKEND to jax or torch" in done.stderr
