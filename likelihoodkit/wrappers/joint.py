"""Several outcomes in one row, each with a noise of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy as sp

from likelihoodkit.declaration import Bound, as_bound, outcome
from likelihoodkit.errors import BindingError
from likelihoodkit.supports import Support
from likelihoodkit.wrappers.inside import Inside, declare, made, wrapper


@wrapper
def Joint(**noises: Any) -> Bound:
    """Several outcomes of one row, independent given the inputs: the loss is the sum, each on its own scale.

    ``y`` is (n, d), a column for each name in the order given (two for a `Censored` noise). The outputs are those of
    the first noise, then those of the second, and so on, called ``name_parameter``: ``speed_mean``. Each noise brings
    its own scale, so no outcome drowns the others by its unit. Predictions are (n, d); see `JointBelief`.

    Raises `BindingError` for fewer than two noises, for named losses and for vectors.

    >>> import likelihoodkit as lk
    >>> loss = lk.derive(lk.Joint(direction=lk.VonMises, speed=lk.Gamma))
    >>> loss.outputs
    ('direction_direction', 'direction_concentration', 'speed_mean', 'speed_shape')
    >>> loss([[0.5, 3.0]], [[0.0, 1.0, 1.0, 0.0]]).round(4)
    array([2.9163])
    """
    bounds = {name: as_bound(noise) for name, noise in noises.items()}
    if len(bounds) < 2:
        raise BindingError("Joint needs at least two noises by name, as in Joint(height=Normal, weight=Gamma)")
    for name, bound in bounds.items():
        domain = bound.family.outcome.domain
        if bound.family.sign > 0 or domain.upper == "classes" or (domain.vector and not domain.entries):
            what = "a loss" if bound.family.sign > 0 else f"about {domain.words}"
            raise BindingError(
                f"Joint puts noises of one number side by side; {name}={bound!r} is {what}", family=bound.name
            )
    return made(("Joint", tuple(bounds.items())), lambda: _joint(bounds))


def _joint(bounds: dict[str, Bound]) -> Bound:
    insides = {name: Inside(bound, prefix=f"{name}_") for name, bound in bounds.items()}
    domain = Support(
        "joint",
        "rows of " + ", ".join(f"{name} ({found.domain.words})" for name, found in insides.items()),
        vector=True,
        columns=tuple((name, _renamed(found)) for name, found in insides.items()),
    )
    y = outcome(domain)
    total = sp.S.Zero
    body: dict[str, Any] = {"y": y}
    bindings: dict[str, Any] = {}
    for name, found in insides.items():
        row = found.family.outcome
        places = (
            {symbol: y.entries[f"{name}_{label}"] for label, symbol in row.entries}
            if row.entries
            else {row.symbol: y.entries[name]}
        )
        total += found.family.formula.xreplace({**found.symbols, **places})
        body |= found.body
        bindings |= found.bindings
    body["log_density"] = total
    return declare(
        "Joint",
        tuple(f"{name}={bound!r}" for name, bound in bounds.items()),
        {name: None for found in insides.values() for name in found.body},
        body,
        bindings,
        "Independent outcomes: " + ", ".join(f"{name} {bound!r}" for name, bound in bounds.items()) + ".",
        names=tuple(f"{name}_{bound.name}" for name, bound in bounds.items()),
        parts=tuple(found.part for found in insides.values()),
    )


def _renamed(found: Inside) -> Support:
    """The support, its ends by the names that they have in the joint declaration."""
    domain = found.domain
    upper, lower = (f"{found.prefix}{name}" if name else name for name in (domain.upper, domain.lower))
    return replace(domain, upper=upper, lower=lower)


__all__ = ["Joint"]
