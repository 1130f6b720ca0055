"""The tower of a loss: its value and derivatives as frameworks attach them."""

from __future__ import annotations

from functools import partial
from itertools import product

from likelihoodkit.compile.program import Program
from likelihoodkit.compile.tensors import Tower
from likelihoodkit.loss import Loss
from likelihoodkit.primitives import is_vector

__all__ = ["tower"]


def tower(loss: Loss) -> Tower:
    """The tower of a loss: what it predicts first, then the outcome, what is given with each call, what is held."""
    found: Tower | None = loss.__dict__.get("_tower")
    if found is None:
        derivation = loss.derivation
        entries = [symbol for _, symbol in loss.bound.family.outcome.entries] or [derivation.y]
        symbols = [
            *derivation.predicted.values(), *entries, *derivation.inputs.values(),
            *(symbol for symbol, _ in derivation.constants.values()),
        ]  # fmt: skip
        known = partial(_known, loss, list(derivation.predicted))
        found = Tower(repr(loss), symbols, lambda: [loss.calculus.value], lambda: loss.program("value"), known)
        loss.__dict__["_tower"] = found
    return found


def _known(loss: Loss, names: list[str], *wrt: tuple[int, ...]) -> Program | None:
    """The slopes in some outputs, or the second derivatives in some of each: those of the calculus, digits and all."""
    if len(wrt) > 2 or any(k >= len(names) for places in wrt for k in places):
        return None
    if len(wrt) == 1:
        program, wanted = loss.program("fused"), [f"d {names[k]}" for k in wrt[0]]
    elif any(is_vector(symbol) for symbol in loss.derivation.predicted.values()):
        return None  # there it is a product with a direction
    else:
        pairs = [sorted(pair) for pair in product(*wrt)]
        program, wanted = loss.program("hessian"), [f"{names[i]} {names[k]}" for i, k in pairs]
    places = dict(program.results)
    return Program(
        program.instructions, tuple((f"r{k}", places[name]) for k, name in enumerate(wanted)), program.vectors
    )
