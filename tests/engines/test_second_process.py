"""A second process: the family's file unread, SymPy not loaded, the same bits, and everything there when asked for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import likelihoodkit as lk
from laws.subjects import HELD, Subject
from likelihoodkit.families import FAMILIES, announced
from likelihoodkit.loading import kept

#: families whose formula is asked for, and why; they come last, for a process that has SymPy keeps it
NEEDS_SYMPY = {"Pareto": "held at a number the minimum bounds the support, which makes a declaration of its own"}
NAMES = [*(name for name in FAMILIES if name not in NEEDS_SYMPY), *NEEDS_SYMPY]

#: evaluates every family on the rows of a file, by names and numbers alone; says which heavy modules that took
SCRIPT = """
import json, sys
import numpy as np
import likelihoodkit as lk
file, held = np.load(sys.argv[1]), json.loads(sys.argv[2])
answers, took = {}, {}
for name in dict.fromkeys(key.split(" ")[0] for key in file):
    loss = lk.derive(getattr(lk, name)(**held.get(name, {})))
    keywords = {key.split(" ")[2]: file[key] for key in file if key.startswith(name + " given ")}
    value, gradient = loss.value_and_gradient(file[name + " y"], file[name + " outputs"], **keywords)
    alone = loss(file[name + " y"], file[name + " outputs"], **keywords)
    answers[name] = [repr(loss), value.tobytes().hex(), gradient.tobytes().hex(), alone.tobytes().hex()]
    took[name] = sorted({"sympy", "mpmath"} & set(sys.modules))
print(json.dumps([answers, took]))
"""


def run(script: str, *arguments: str, cache: Path) -> str:
    environment = {"LIKELIHOODKIT_CACHE": str(cache), "PYTHONPATH": str(Path(lk.__file__).parents[1]), "PATH": ""}
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[dict[str, list[str]], dict[str, list[str]]]]:
    """What the first and the second process say."""
    folder = tmp_path_factory.mktemp("processes")
    arrays = {}
    for name in NAMES:
        rows = Subject(name, FAMILIES[name](**HELD.get(name, {}))).rows()
        arrays |= {f"{name} y": rows.y, f"{name} outputs": rows.outputs}
        arrays |= {f"{name} given {key}": column for key, column in rows.keywords.items()}
    np.savez(folder / "rows.npz", **arrays)
    told = str(folder / "rows.npz"), json.dumps(HELD)
    return [tuple(json.loads(run(SCRIPT, *told, cache=folder / "kept"))) for _ in range(2)]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_second_process_says_the_same_without_sympy(name: str, answers) -> None:
    (first, _), (second, took) = answers
    assert first[name] == second[name]
    assert (took[name] != []) == (name in NEEDS_SYMPY)


def asked(question: str, cache: Path) -> str:
    """The answer of a process in which Gamma was announced: its loss derived from what is kept."""
    begin = "import sys, likelihoodkit as lk; from likelihoodkit.declaration import Distribution; family = lk.Gamma\n"
    begin += "lk.derive(family).value_and_gradient([1.0], [[0.0, 0.0]]); assert 'sympy' not in sys.modules\n"
    return run(f"{begin}print(({question}))", cache=cache).strip()


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kept")
    run("import likelihoodkit as lk; lk.derive(lk.Gamma).value_and_gradient([1.0], [[0.0, 0.0]])", cache=folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("issubclass(family, Distribution), repr(family), family.__name__", "(True, 'Gamma', 'Gamma')"),
        ("family.expectation, family.fisher != {}, list(family.alternatives)[0]", "(mean, True, ('shape', 'rate'))"),
        ("family.limit, family.intercept", repr((lk.Gamma.limit, lk.Gamma.intercept))),
        ("__import__('likelihoodkit.families.gamma').families.gamma.Gamma is family is lk.Gamma", "True"),
        ("(p := __import__('pickle')).loads(p.dumps(family(shape=2))) == family(shape=2)", "True"),
        ("family(shape=2) == lk.Gamma(shape=2.0), hash(family(shape=2)) == hash(lk.Gamma(shape=2.0))", "(True, True)"),
        ("family.formula.free_symbols == {family.outcome.symbol, *(p.symbol for p in family.parameters.values())}",
         "True"),
        ("hasattr(family, 'cdf'), hasattr(family, 'nonsense'), 'cdf' in dir(family)", "(True, False, True)"),
        ("family.__doc__.splitlines()[0]", str(lk.Gamma.__doc__).splitlines()[0]),
        ("lk.derive(family).derivation.check(), lk.derive(family).outputs", "(True, ('mean', 'shape'))"),
        ("lk.prove(family(shape=lk.shared), reduces_to=lk.losses.gamma_deviance).verdict", "proved"),
        ("lk.derive(family).hessian([1.0], [[0.0, 0.0]]).shape, family(mean=2, shape=1).cdf(2.0).round(4)",
         "((1, 2, 2), np.float64(0.6321))"),
    ],
)  # fmt: skip
def test_what_was_not_read_is_there_when_asked_for(question: str, answer: str, cache: Path) -> None:
    assert asked(question, cache) == answer


def test_held_numbers_do_not_need_sympy_either(cache: Path) -> None:
    code = (
        "import sys, likelihoodkit as lk\n"
        "loss = lk.derive(lk.Gamma(shape=2.5))\n"
        "print(loss([1.0], [0.5])[0], repr(loss), 'sympy' in sys.modules)"
    )
    first, second = run(code, cache=cache).strip(), run(code, cache=cache).strip()
    assert first == second.replace("False", "True")
    assert second.endswith("Loss(Gamma(shape=2.5)) False")


@pytest.mark.parametrize("spoilt", ["", "[1, 2]", '{"doc": 1, "rows": []}', '{"doc": "", "rows": [{"name": "y"}]}'])
def test_facts_that_nobody_wrote_are_not_believed(spoilt: str) -> None:
    assert announced.heard(spoilt) is None


@pytest.mark.parametrize("name", list(FAMILIES))
def test_facts_are_read_back_equal(name: str) -> None:
    family = FAMILIES[name]
    text = announced.told(family.__doc__, family.outcome, family.parameters)
    assert text is not None
    facts = announced.heard(text)
    assert facts == {"__doc__": family.__doc__, "outcome": family.outcome, "parameters": family.parameters}


@pytest.mark.slow
def test_spoilt_facts_are_written_anew(tmp_path: Path) -> None:
    code = "import likelihoodkit as lk; print(list(lk.Rayleigh.parameters))"
    right = run(code, cache=tmp_path)
    (file,) = tmp_path.iterdir()
    text = file.read_text()
    for spoilt in (text[: len(text) // 2], text.replace("scale", "shape"), "{}"):
        file.write_text(spoilt)
        assert run(code, cache=tmp_path) == right
        assert file.read_text() == text
    assert kept.SCHEMA == 2
