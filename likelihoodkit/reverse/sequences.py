"""Losses of sequences: exp(-loss) summed over all sequences there are, for few steps and few classes."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.declaration import Bound, as_bound
from likelihoodkit.families import FAMILIES
from likelihoodkit.loss import derive
from likelihoodkit.reverse.noise import Noise

STEPS, CLASSES = 3, 3
#: families of sequences that a loss may be the likelihood of
FAMILY = ("Alignment", "LinearChain")


def of_sequences(thing: Any) -> Noise | None:
    """The answer for a named loss of label sequences; None for anything else."""
    bound = getattr(thing, "bound", None)
    if not isinstance(bound, Bound) or bound.family.sign < 0 or bound.family.outcome.domain.layout != "labels":
        return None
    y = _all_of(bound)
    generator = np.random.default_rng(0)
    rows = STEPS + CLASSES * ("transitions" in bound.outputs)
    scores = [generator.normal(size=(1, rows, CLASSES)) for _ in range(2)]
    values = [derive(bound)(y, np.repeat(s, len(y), axis=0)) for s in scores]
    sums = [float(np.exp(-v).sum()) for v in values]
    what = f"exp(-loss) summed over all {len(y)} sequences of {STEPS} steps and {CLASSES} classes"
    if max(abs(total - 1) for total in sums) > 1e-12:
        return Noise(bound.name, "neither", (f"{what} moves with the scores: {sums[0]:.6g}, {sums[1]:.6g}",))
    family = next((name for name in FAMILY if _same(name, bound, y, scores, values)), None)
    return Noise(
        loss=repr(bound),
        tier="likelihood",
        reasons=(f"{what} is 1 at two sets of scores",),
        family=None if family is None else FAMILIES[family],
        number=1.0,
        error=max(abs(total - 1) for total in sums),
        law="Categorical(), step after step" if family is None else f"{family}()",
    )


def _all_of(bound: Bound) -> NDArray[np.float64]:
    """Every sequence: a class for each step, or every labelling that may be stretched over the steps."""
    if bound.family.outcome.domain.name != "labellings":
        return np.array(list(itertools.product(range(CLASSES), repeat=STEPS)), dtype=float)
    blank = int(bound.held["blank"])
    labels = [k for k in range(CLASSES) if k != blank]
    strings = [s for n in range(STEPS + 1) for s in itertools.product(labels, repeat=n)]
    return np.array([[*s, *[-1] * (STEPS - len(s))] for s in strings], dtype=float)


def _same(name: str, bound: Bound, y: Any, scores: Any, values: Any) -> bool:
    """Does the family have this very loss?"""
    noise = as_bound(FAMILIES[name])
    if noise.outputs != bound.outputs:
        return False
    found = [derive(noise)(y, np.repeat(s, len(y), axis=0)) for s in scores]
    return all(np.allclose(a, b, rtol=1e-12) for a, b in zip(found, values, strict=True))
