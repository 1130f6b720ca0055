"""Losses as modules that need NumPy alone, run where nothing else can be imported."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit.cli import main
from likelihoodkit.errors import UnknownNameError
from likelihoodkit.families import FAMILIES
from scope import NUMBERS

#: computed by Python's erfc and lgamma, or by what stands for SciPy's digamma, instead of SciPy's
LAST_DIGITS = {
    "Beta", "GeneralizedNormal", "Zeta", "ContinuousBernoulli",
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
    names = list(NUMBERS)
    given: dict[str, np.ndarray] = {}
    for name in names:
        given |= arguments(name)
    return alone(folder, {name: lk.derive(FAMILIES[name]).source() for name in names}, given), given


def alone(folder: Path, texts: dict[str, str], given: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What modules answer to the arrays ``<name> y``, ``<name> outputs`` and ``<name> given <keyword>``."""
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    np.savez(folder / "given.npz", **given)
    (folder / "alone").mkdir()
    numpy_home = Path(np.__file__).parent
    for part in (numpy_home, numpy_home.with_name("numpy.libs")):
        if part.exists():
            (folder / "alone" / part.name).symlink_to(part, target_is_directory=True)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", RUN, str(folder / "alone"), str(folder / "given.npz"), str(folder),
         json.dumps(list(texts)), str(folder / "answers.npz")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return dict(np.load(folder / "answers.npz"))


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


#: noises that are seen in part, whose kernels lie in many files, and what their rows may be
SEEN = {
    "grouped": (lk.Discretised(lk.Gamma), (0, 9)),
    "shares": (lk.Truncated(lk.Beta, low=0.2, high=0.9), (0.2, 0.9)),
    "tails": (lk.Truncated(lk.StudentT, low=-1, high=3), (-1, 3)),
    "counts": (lk.Truncated(lk.NegativeBinomial, low=1, high=12), (1, 13)),
    "lifetimes": (lk.Truncated(lk.Weibull, high=2), (0.01, 2)),
    "two": (lk.Mixture(lk.Truncated(lk.Normal, low=0), components=2), (0, 3)),
}


def test_modules_of_noises_seen_in_part(tmp_path: Path) -> None:
    rng, given, losses = np.random.default_rng(2), {}, {name: lk.derive(noise) for name, (noise, _) in SEEN.items()}
    for name, loss in losses.items():
        low, high = SEEN[name][1]
        y = rng.uniform(low, high, 300)
        width = 6 if loss._reader.vectors else len(loss.outputs)
        given[f"{name} y"] = np.floor(y) if loss.bound.family.outcome.domain.whole else y
        given[f"{name} outputs"] = rng.normal(size=(300, width))
    found = alone(tmp_path, {name: loss.source() for name, loss in losses.items()}, given)
    for name, loss in losses.items():
        value, gradient = loss.value_and_gradient(given[f"{name} y"], given[f"{name} outputs"])
        np.testing.assert_allclose(found[f"{name} value"], value, rtol=1e-13, atol=1e-14, err_msg=name)
        np.testing.assert_allclose(found[f"{name} gradient"], gradient, rtol=1e-13, atol=1e-13, err_msg=name)


def read(text: str, folder: Path) -> ModuleType:
    """A written module, imported."""
    (folder / "written.py").write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("written", folder / "written.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["written"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RNG = np.random.default_rng(5)
#: noises whose outputs hold vectors beside numbers, outcomes, and columns of outputs
BESIDE = {
    "Ordered": (lk.Ordered, RNG.integers(0, 4, 500).astype(float), 4),
    "MultivariateNormal": (lk.MultivariateNormal, RNG.normal(size=(500, 3)), 9),
    "MultivariateT": (lk.MultivariateT, RNG.normal(size=(500, 3)), 10),
    "Dirichlet": (lk.Dirichlet, RNG.dirichlet(np.ones(3), 500), 4),
    "Multinomial": (lk.Multinomial(trials=4), RNG.multinomial(4, [0.2, 0.3, 0.5], 500).astype(float), 3),
    "DirichletMultinomial": (
        lk.DirichletMultinomial(trials=4), RNG.multinomial(4, [0.2, 0.3, 0.5], 500).astype(float), 4
    ),
    "isotropic": (lk.MultivariateNormal(scale="isotropic"), RNG.normal(size=(500, 3)), 4),
    "diagonal": (lk.MultivariateNormal(scale="diagonal"), RNG.normal(size=(500, 3)), 6),
    "VonMisesFisher": (lk.VonMisesFisher, np.outer(RNG.choice([-1, 1], 500), [1 / 3, 2 / 3, 2 / 3]), 4),
    "cauchy": (lk.Ordered(response="cauchy"), RNG.integers(0, 4, 500).astype(float), 4),
    "Mixture": (lk.Mixture(lk.Normal, components=3), RNG.normal(size=500), 9),
    "Independent": (lk.Independent(lk.Normal, 2), RNG.normal(size=(500, 2)), 4),
}  # fmt: skip


@pytest.mark.parametrize("family", ["Multinomial", "DirichletMultinomial"])
def test_numbers_of_trials_are_read_from_the_outcomes(family: str, tmp_path: Path) -> None:
    loss = lk.derive(FAMILIES[family])
    module = read(loss.source(), tmp_path)
    trials = RNG.integers(0, 9, 300)
    y = RNG.multinomial(trials, [0.2, 0.3, 0.5]).astype(float)
    outputs = RNG.normal(size=(300, 3 if family == "Multinomial" else 4))
    for more in ({}, {"trials": trials}):
        value, gradient = module.value_and_gradient(y, outputs, **more)
        for ours, expected in zip((value, gradient), loss.value_and_gradient(y, outputs), strict=True):
            np.testing.assert_allclose(ours, expected, rtol=1e-13, atol=1e-15)
    with pytest.raises(ValueError, match="does not add up to trials"):
        module.loss(y, outputs, trials=trials + 1)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("label", list(BESIDE))
def test_vectors_beside_numbers(label: str, dtype: type, tmp_path: Path) -> None:
    noise, y, width = BESIDE[label]
    loss, module = lk.derive(noise), read(lk.derive(noise).source(), tmp_path)
    outputs = RNG.normal(size=(500, width)).astype(dtype)
    outputs[::50] *= 30
    value, gradient = module.value_and_gradient(y, outputs)
    assert value.dtype == gradient.dtype == dtype
    digits = 1e-13 if dtype is np.float64 else 1e-6
    for ours, expected in zip((value, gradient), loss.value_and_gradient(y, outputs), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=digits, atol=digits * 1e-3)
    with pytest.raises(ValueError, match=r"no number of entries has 2 columns|widths|y must hold grades"):
        module.value_and_gradient(y, outputs[:, :2])


FIRST, SPREAD = RNG.normal(size=500), RNG.exponential(size=500)
ENDS = np.column_stack(
    [np.where(FIRST < -1, -np.inf, FIRST), np.where(FIRST > 0.7, np.inf, FIRST + np.where(SPREAD < 0.5, 0, SPREAD))]
)
STEPS = np.where(np.isfinite(ENDS), np.floor(3 + 2 * np.abs(np.where(np.isfinite(ENDS), ENDS, 0))), ENDS)
STEPS = np.column_stack([STEPS[:, 0], np.maximum(STEPS[:, 0], STEPS[:, 1])])
#: noises with outcomes of several numbers a row, and outcomes
SIDE_BY_SIDE = {
    "two": (lk.Joint(direction=lk.VonMises, speed=lk.Gamma), np.column_stack([FIRST, SPREAD])),
    "interval": (lk.Censored(lk.Normal), ENDS),
    "one output": (lk.Censored(lk.Normal(scale=1)), ENDS),
    "counts": (lk.Censored(lk.Poisson), STEPS),
    "powers": (lk.Censored(lk.GeneralizedNormal(shape=1.5)), ENDS),
    "both": (lk.Joint(a=lk.Poisson, b=lk.Censored(lk.Logistic), c=lk.Bernoulli),
             np.column_stack([np.floor(3 * SPREAD), ENDS, FIRST > 0])),
}  # fmt: skip


@pytest.mark.parametrize("label", list(SIDE_BY_SIDE))
def test_several_numbers_a_row(label: str, tmp_path: Path) -> None:
    noise, y = SIDE_BY_SIDE[label]
    loss = lk.derive(noise)
    module = read(loss.source(), tmp_path)
    outputs = RNG.normal(size=(500, len(loss.outputs)))
    outputs[::50] *= 30
    for ours, expected in zip(module.value_and_gradient(y, outputs), loss.value_and_gradient(y, outputs), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-13, atol=1e-15)
    with pytest.raises(ValueError, match="do not fit"):
        module.loss(y[:, 0], outputs)


def test_what_a_row_of_several_numbers_must_hold(tmp_path: Path) -> None:
    module = read(lk.derive(SIDE_BY_SIDE["both"][0]).source(), tmp_path)
    row, outputs = np.array([[2.0, 0.0, 1.0, 1.0]]), np.zeros((1, 4))
    assert np.isfinite(module.loss(row, outputs)).all()
    for place, wrong, words in ((0, 2.5, "column 0 of y must hold counts"), (1, 3.0, "y must hold intervals"),
                                (3, 2.0, "column 3 of y must hold labels")):  # fmt: skip
        with pytest.raises(ValueError, match=words):
            module.loss(np.where(np.arange(4) == place, wrong, row), outputs)


def test_counts_add_up_to_the_trials_that_are_held(tmp_path: Path) -> None:
    module = read(lk.derive(lk.Multinomial(trials=4)).source(), tmp_path)
    assert module.loss([[1.0, 3.0]], np.zeros((1, 2))) == pytest.approx(np.log(2**4 / 4))
    with pytest.raises(ValueError, match="does not add up to trials"):
        module.loss([[1.0, 2.0]], np.zeros((1, 2)))


def test_no_outcome_is_above_the_cutpoints(tmp_path: Path) -> None:
    module = read(lk.derive(lk.Ordered).source(), tmp_path)
    assert np.isfinite(module.loss([3.0], np.zeros((1, 4)))).all()
    with pytest.raises(ValueError, match="y must hold"):
        module.loss([4.0], np.zeros((1, 4)))


@pytest.mark.parametrize("name", ["Normal", "Gamma", "Poisson", "Categorical"])
def test_single_precision(name: str, tmp_path: Path) -> None:
    loss = lk.derive(getattr(lk, name))
    module = read(loss.source(), tmp_path)
    outputs = RNG.normal(size=(500, 4 if name == "Categorical" else len(loss.outputs))).astype(np.float32)
    y = RNG.integers(1, 4, 500).astype(np.float32)
    for ours, expected in zip(module.value_and_gradient(y, outputs), loss.value_and_gradient(y, outputs), strict=True):
        assert ours.dtype == np.float32
        np.testing.assert_array_equal(ours, expected)


def test_another_target() -> None:
    with pytest.raises(UnknownNameError, match="Targets: numpy"):
        lk.derive(lk.Normal).source("fortran")


def test_the_command_writes_the_module(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["source", "Poisson"]) == 0
    assert capsys.readouterr().out == lk.derive(lk.Poisson).source()
