"""Every claim gets its verdict, no mutant of a true claim is proved, and neither depends on the hash seed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import sympy as sp

from likelihoodkit.prove import Decision, decide
from likelihoodkit.prove.zero import Reader
from prove import claims, declared, reductions
from prove.claims import OPEN, Claim
from prove.mutants import PER_CLAIM, mutants

TESTS = Path(__file__).parents[1]
TRUE = [*claims.TRUE, *reductions.TRUE, *declared.TRUE]
FALSE = [*claims.FALSE, *reductions.FALSE, *declared.FALSE]
HARD = [c for c in OPEN if c.name in claims.HARD]  # true, but not decided
CLAIMS = [*TRUE, *FALSE, *OPEN]
SAMPLE = CLAIMS[::9]
SOME = 4  # mutants of each claim in this suite, others for every claim; `make proofs` tries all of them


def decided(claim: Claim) -> Decision:
    return claim.decision


def some(position: int) -> list[Claim]:
    """A few mutants of the claim at this position; neighbours get others, so that every kind is tried."""
    children = list(mutants(TRUE[position]))
    return [children[(position * SOME + i) % len(children)] for i in range(SOME)]


def test_the_table_is_large_and_mixed():
    assert len(CLAIMS) >= 200
    assert 3 * len(FALSE) >= len(TRUE)
    assert len(OPEN) >= 12
    assert len({c.name for c in CLAIMS}) == len(CLAIMS)


def test_hardly_a_true_claim_is_undecided():
    """The share counts the true claims of the table that are expected to stay open."""
    assert len(HARD) == len(claims.HARD)
    assert len(HARD) <= 0.05 * (len(TRUE) + len(HARD))


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda c: c.name)
def test_verdict(claim: Claim):
    decision = decided(claim)
    assert decision.verdict == claim.verdict, decision.reason
    assert (decision.scale is not None) == (claim.verdict == "proved")
    assert (decision.witness is not None) == (claim.verdict == "refuted")
    assert claim.verdict != "undecided" or decision.reason


@pytest.mark.parametrize("claim", [c for c in TRUE if c.scale is not None], ids=lambda c: c.name)
def test_factor(claim: Claim):
    decision = decided(claim)
    reader = Reader(dict.fromkeys(claim.left.free_symbols | decision.scale.free_symbols, 0))
    assert reader.is_zero(decision.scale - claim.scale)


@pytest.mark.parametrize("claim", TRUE, ids=lambda c: c.name)
def test_constant_is_free_of_the_prediction(claim: Claim):
    decision = decided(claim)
    assert decision.constants
    for where, value in decision.constants:
        assert not value.free_symbols & set(claim.predictions), where
        assert not any(str(s).startswith("#") for s in value.free_symbols), "a coordinate of a cell leaked"
    assert not any(str(s).startswith("#") for s in decision.scale.free_symbols)


@pytest.mark.slow
@pytest.mark.parametrize("position", range(len(TRUE)), ids=[c.name for c in TRUE])
def test_no_mutant_is_proved(position: int):
    assert len(list(mutants(TRUE[position]))) == PER_CLAIM
    for child in some(position):
        assert decided(child).verdict != "proved", child.name


@pytest.mark.parametrize("claim", [c for c in TRUE if not c.name.startswith("softmax")], ids=lambda c: c.name)
def test_the_converse_is_proved_too(claim: Claim):
    back = claim.decided(claim.right, claim.left)
    assert back.verdict == "proved", back.reason


@pytest.mark.slow
def test_verdicts_do_not_depend_on_the_hash_seed():
    script = (
        "import json, sys\n"
        "from prove.test_claims import SAMPLE, decided\n"
        "rows = [(c.name, d.verdict, str(d.scale), d.cells, str(d.witness)) for c in SAMPLE for d in [decided(c)]]\n"
        "json.dump(rows, sys.stdout)\n"
    )
    answers = []
    for seed in range(4):
        environment = {
            **os.environ,
            "PYTHONHASHSEED": str(seed),
            "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)]),
        }
        done = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        )
        answers.append(json.loads(done.stdout))
    assert answers[0] == answers[1] == answers[2] == answers[3]
    assert [row[1] for row in answers[0]] == [c.verdict for c in SAMPLE]


def test_a_witness_is_true():
    """The two ratios of the gradients differ at the printed points, by SymPy's own derivative."""
    a, y = sp.symbols("a y", real=True)
    left, right = (y - a) ** 4, (y - a) ** 2
    witness = decide(left, right, predictions=[a], targets=[y]).witness
    assert witness.kind == "gradient"
    ratios = set()
    for point, shown_left, shown_right in zip(witness.points, witness.left, witness.right, strict=True):
        at = {s: sp.Rational(point[str(s)]) for s in (a, y)}
        one, two = (sp.diff(side, a).xreplace(at) for side in (left, right))
        assert float(one) == pytest.approx(float(shown_left), rel=1e-9)
        assert float(two) == pytest.approx(float(shown_right), rel=1e-9)
        ratios.add(one / two)
    assert len(ratios) == 2


def test_wrong_input_is_an_error():
    a, y = sp.symbols("a y", real=True)
    with pytest.raises(ValueError, match="not declared real"):
        decide(sp.Symbol("b") ** 2 + a, a, predictions=[a])
    with pytest.raises(ValueError, match="two different symbols are called a"):
        decide((y - a) ** 2, (y - sp.Symbol("a", positive=True)) ** 2, predictions=[a], targets=[y])
    with pytest.raises(ValueError, match="at least one prediction"):
        decide(a, a, predictions=[])
    with pytest.raises(ValueError, match="both a prediction and a target"):
        decide(a, a, predictions=[a], targets=[a])
    with pytest.raises(TypeError, match="SymPy expression"):
        decide("a", a, predictions=[a])  # text is never evaluated
