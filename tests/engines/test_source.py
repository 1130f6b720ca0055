"""Losses as modules that need NumPy alone, run where nothing else can be imported."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit.cli import main
from likelihoodkit.errors import DerivationError, UnknownNameError
from likelihoodkit.families import FAMILIES
from scope import NUMBERS

#: functions that neither NumPy nor Python's own mathematics has, and vectors beside numbers
WITHOUT = {
    "GeneralizedNormal", "Beta", "ContinuousBernoulli", "Zeta", "MultivariateNormal", "MultivariateT", "Ordered"
}  # fmt: skip
#: computed one number at a time by Python's erfc and lgamma instead of SciPy's
LAST_DIGITS = {
    "SkewNormal", "ExponentiallyModifiedNormal", "BoxCoxNormal", "BoxCoxT", "Tweedie", "ConwayMaxwellPoisson"
}  # fmt: skip
RUN = """
import importlib.util, json, sys
sys.path.insert(0, sys.argv[1])
import numpy as np
given = np.load(sys.argv[2])
answers = {}
for name in json.loads(sys.argv[4]):
    spec = importlib.util.spec_from_file_location(name, f"{sys.argv[3]}/{name}.py")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)  # as an import does
    spec.loader.exec_module(module)
    more = {k.split(" ")[2]: given[k] for k in given if k.startswith(name + " given ")}
    value, gradient = module.value_and_gradient(given[name + " y"], given[name + " outputs"], **more)
    answers |= {name + " value": value, name + " gradient": gradient}
loaded = {m.split(".")[0] for m in sys.modules}
assert not loaded & {"likelihoodkit", "scipy", "sympy", "mpmath"}, loaded
np.savez(sys.argv[5], **answers)
"""


def arguments(name: str) -> dict[str, np.ndarray]:
    loss = lk.derive(FAMILIES[name])
    rng = np.random.default_rng(7)
    count = 9000  # more than a tile
    outputs = rng.normal(size=(count, 3 if loss._reader.vectors else len(loss.outputs)))
    outputs[::900] *= 100  # rows outside the everyday range
    domain = loss.bound.family.outcome.domain
    y = rng.uniform(*domain.typical, count)
    found = {f"{name} y": np.floor(y) if domain.whole else y, f"{name} outputs": outputs}
    held = {"level": 0.3, "minimum": 0.001, "power": 1.5}
    return found | {f"{name} given {n}": np.full(count, held.get(n, 12.0)) for n in loss.inputs}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """What the modules answer in a process that can import NumPy and nothing else, and what they were given."""
    folder = tmp_path_factory.mktemp("source")
    names = [name for name in NUMBERS if name not in WITHOUT]
    given: dict[str, np.ndarray] = {}
    for name in list(names):
        (folder / f"{name}.py").write_text(lk.derive(FAMILIES[name]).source(), encoding="utf-8")
        given |= arguments(name)
    np.savez(folder / "given.npz", **given)
    (folder / "alone").mkdir()
    numpy_home = Path(np.__file__).parent
    for part in (numpy_home, numpy_home.with_name("numpy.libs")):
        if part.exists():
            (folder / "alone" / part.name).symlink_to(part, target_is_directory=True)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", RUN, str(folder / "alone"), str(folder / "given.npz"), str(folder),
         json.dumps(names), str(folder / "answers.npz")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return dict(np.load(folder / "answers.npz")), given


def test_modules_give_the_digits_of_the_engine(answers: tuple[dict[str, np.ndarray], dict[str, np.ndarray]]) -> None:
    found, given = answers
    names = {key.split(" ")[0] for key in found}
    assert len(names) > 40
    for name in names:
        more = {k.split(" ")[2]: v for k, v in given.items() if k.startswith(f"{name} given ")}
        value, gradient = lk.derive(FAMILIES[name]).value_and_gradient(
            given[f"{name} y"], given[f"{name} outputs"], **more
        )
        pairs = ((found[f"{name} value"], value), (found[f"{name} gradient"], gradient))
        for ours, expected in pairs:
            if name in LAST_DIGITS:
                np.testing.assert_allclose(ours, expected, rtol=1e-13, atol=1e-14)
            else:
                np.testing.assert_array_equal(ours, expected, err_msg=name)


@pytest.mark.parametrize("name", sorted(WITHOUT))
def test_what_cannot_be_written_says_so(name: str) -> None:
    with pytest.raises(DerivationError, match=r"NumPy alone|not written"):
        lk.derive(FAMILIES[name]).source()


def test_another_target() -> None:
    with pytest.raises(UnknownNameError, match="Targets: numpy"):
        lk.derive(lk.Normal).source("fortran")


def test_the_command_writes_the_module(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["source", "Poisson"]) == 0
    assert capsys.readouterr().out == lk.derive(lk.Poisson).source()
