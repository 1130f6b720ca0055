"""Proof that a noise reduces to a named loss: proved with factor and constant, refuted with a witness, or undecided.

``decide`` judges expressions; ``prove`` judges declarations. How it works, in the order of the modules: `ring` and
`generators` (exact arithmetic over opaque numbers), `zero` and `vectors` (the zero test), `signs`, `cells`,
`conditions` (finite and continuous), `ball`, `jets`, `refute` (certified counterexamples), `scale`, `decide`, and
`ledger` (what a proof drops, and when it no longer applies).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from likelihoodkit.loading.callables import make_callable
from likelihoodkit.prove.claim import matched, prepared, side
from likelihoodkit.prove.decide import decide
from likelihoodkit.prove.domain import Domain
from likelihoodkit.prove.factors_of_matrices import entry_by_entry, full
from likelihoodkit.prove.outcome import Decision, Witness
from likelihoodkit.prove.proof import Proof

__all__ = ["Decision", "Domain", "Proof", "Witness", "decide", "prove"]


def prove(noise: Any, reduces_to: Any, *, where: Mapping[str, Any] | None = None) -> Proof:
    """Does minimising ``noise`` in its predicted parameters come to minimising ``reduces_to``?

    The claim is loss(noise) = c * loss(reduces_to) + b with c > 0 free of prediction and target and b free of the
    prediction, for all values that the declarations allow. Parameters held, shared or given per row are settings.
    Several predictions are matched by their names, those under other names in every way that their domains allow.

    Parameters
    ----------
    noise, reduces_to
        A family, a bound family, a named loss (its settings given or open) or a `Loss`.
    where
        Open settings of ``reduces_to`` by name: numbers, or expressions in the symbols of the noise's family.

    Returns
    -------
    Proof
        True in a condition only if proved.

    Raises
    ------
    InputError
        If the two do not speak of the same kind of outcome, or nothing is predicted.

    >>> import likelihoodkit as lk
    >>> proof = lk.prove(lk.Normal(scale=lk.shared), reduces_to=lk.losses.squared_error)
    >>> proof.verdict, proof.scale
    ('proved', 1/(2*scale**2))
    >>> bool(lk.prove(lk.Normal, lk.losses.squared_error))  # the scale is predicted too
    False
    """
    left, right = side(noise), side(reduces_to)
    proofs = []
    for other, told in [(right, ())] if full(left) else matched(left, right):
        ready = entry_by_entry(left, other) if full(left) else prepared(left, other, where or {})
        predictions, assumptions = tuple(map(str, ready.predictions)), (*ready.assumptions, *told)
        decision = ready.decide()
        proofs.append(Proof(left.name, right.name, ready.left, ready.right, decision, assumptions, left, predictions))
        if decision.verdict == "proved":
            break
    return min(proofs, key=lambda proof: ("proved", "undecided", "refuted").index(proof.verdict))


make_callable(__name__, prove)
