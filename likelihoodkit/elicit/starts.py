"""Is the least expected loss at one prediction? Tried under random discrete laws, from several starts: no proof."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.declaration.binding import Bound
from likelihoodkit.elicit.answers import NOT_SHOWN
from likelihoodkit.elicit.matched import outcomes, random_outputs
from likelihoodkit.errors import LikelihoodKitError
from likelihoodkit.loss import Loss, derive

Array = NDArray[Any]
_LAWS, _STARTS, _OUTCOMES = 3, 5, 24
_FAR = 25.0  # outputs beyond which a search is on its way to an end of the parameters
_LEVEL = 1e-7


def tried(bound: Bound) -> str:
    """What was seen: "one minimum ...", "no: ..." or "not shown" where nothing was tried."""
    loss = derive(bound)
    if loss.shared or loss.inputs:
        return NOT_SHOWN
    rng = np.random.default_rng(0)
    ends = 0
    for _ in range(_LAWS):
        y = _drawn(loss, rng)
        if y is None:
            return NOT_SHOWN
        found = _best(loss, y, rng.dirichlet(np.ones(len(y))), rng)
        if len(found) > 1:
            one, two = ("(" + ", ".join(f"{x:.4g}" for x in place) + ")" for place in found[:2])
            return f"no: under a law of {_OUTCOMES} outcomes {one} and {two} are both best"
        ends += not found
    words = f"from {_STARTS} starts under {_LAWS} random laws of {_OUTCOMES} outcomes; not proved"
    if ends == _LAWS:
        return f"no least value was found {words}: it lies at an end of the parameters"
    some = f", where it is not at an end of the parameters ({ends} of the laws)" if ends else ""
    return f"one minimum was found {words}{some}"


def _drawn(loss: Loss, rng: np.random.Generator) -> Array | None:
    """Outcomes of the noise itself, at outputs of everyday size; None where it cannot draw them."""
    if loss.bound.family.outcome.domain.entries:  # intervals, rows of different things
        return None
    spread = outcomes(loss, rng)
    if spread is not None:
        return spread[:_OUTCOMES]
    try:
        return np.asarray(loss.distribution(random_outputs(loss, rng)).sample(rng, _OUTCOMES))[:, 0]
    except LikelihoodKitError:  # a loss that is no noise has nothing to draw
        return None


def _best(loss: Loss, y: Array, law: Array, rng: np.random.Generator) -> list[Array]:
    """The parameters of least expected loss, one for each place where it is; none where a search runs away."""
    from scipy.optimize import minimize

    width = random_outputs(loss, rng).shape[1]

    def risk(f: Array) -> tuple[float, Array]:
        value, slope = loss.value_and_gradient(y, np.broadcast_to(f, (len(y), width)))
        return float(law @ value), law @ slope.reshape(len(y), width)

    with np.errstate(all="ignore"):  # a line search may try anything
        ends = [minimize(risk, random_outputs(loss, rng)[0], jac=True, method="BFGS") for _ in range(_STARTS)]
        ends = [end for end in ends if np.isfinite(end.fun)]
        least = min((end.fun for end in ends), default=np.inf)
        level = least + _LEVEL * (1 + abs(least))
        best = [end.x for end in ends if end.fun <= level]
        if not best or any(np.abs(f).max() > _FAR for f in best):
            return []
        places: list[Array] = []
        for f in best:  # two places of a flat ground are one minimum; between two minima there is a ridge
            if all(risk((f + other) / 2)[0] > level for other in places):
                places.append(f)
    found = [loss.parameters(f[None, :]) for f in places]
    return [np.concatenate([np.ravel(row[name]) for name in loss.outputs]) for row in found]
