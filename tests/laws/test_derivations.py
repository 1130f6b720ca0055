"""A derivation can be checked, copied, stored and repeated: the same steps and the same program every time."""

from __future__ import annotations

import copy
import json
import os
import pickle
import subprocess
import sys

import pytest

import likelihoodkit as lk
from laws.subjects import subjects, under
from likelihoodkit import families, links
from likelihoodkit.compile import Program

WHATS = ("value", "fused", "hessian")


@pytest.mark.parametrize("label", under("every step holds"))
def test_every_step_holds(label: str) -> None:
    derivation = subjects()[label].loss.derivation
    assert [str(step) for step in derivation.steps if not step.check()] == []
    assert derivation.check()
    assert all(step.why for step in derivation.steps)
    assert derivation.steps[-1].after.free_symbols <= derivation.expression.free_symbols | {derivation.y}


@pytest.mark.parametrize("label", under("programs are stored as JSON"))
def test_programs_are_stored_as_json(label: str) -> None:
    loss = subjects()[label].loss
    for what in WHATS:
        program = loss.program(what)
        again = Program.from_json(program.to_json())
        assert again == program
        assert again.fingerprint == program.fingerprint
        targets = [i.target for i in program.instructions]
        assert targets == list(range(len(targets)))
        assert all(a < i.target for i in program.instructions for a in i.arguments)
        assert len({(i.operation, i.arguments, str(i.detail)) for i in program.instructions}) == len(targets)


FINGERPRINTS = """
import json
from laws.subjects import subjects
whats = ("value", "fused", "hessian")
print(json.dumps({k: [s.loss.program(w).fingerprint for w in whats] for k, s in subjects().items()}))
"""


@pytest.mark.slow
def test_programs_do_not_depend_on_the_hash_seed() -> None:
    """The same text in fresh interpreters whose sets and dicts of symbols are ordered otherwise."""
    here = {k: [s.loss.program(w).fingerprint for w in WHATS] for k, s in subjects().items()}
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        done = subprocess.run(
            [sys.executable, "-c", FINGERPRINTS], env=environment, capture_output=True, text=True, check=True
        )
        there = json.loads(done.stdout)
        assert [k for k in here if here[k] != there[k]] == []


@pytest.mark.parametrize("label", under("bound noises can be copied"))
def test_bound_noises_can_be_copied(label: str) -> None:
    bound = subjects()[label].bound
    for again in (copy.copy(bound), copy.deepcopy(bound), pickle.loads(pickle.dumps(bound))):
        assert again == bound
        assert hash(again) == hash(bound)
        assert lk.derive(again) is lk.derive(bound)


@pytest.mark.parametrize("label", under("repr reads back"))
def test_repr_reads_back(label: str) -> None:
    bound = subjects()[label].bound
    names = {**families.FAMILIES, "shared": lk.shared, "links": links}
    assert eval(repr(bound), names) == bound
    assert repr(lk.derive(bound)) == f"Loss({bound!r})"
