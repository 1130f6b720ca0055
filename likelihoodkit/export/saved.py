"""Noises as plain data: the registered name and how each parameter is bound; never code, never text to evaluate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from likelihoodkit import losses
from likelihoodkit.declaration.binding import Bound, Fixed, Held, Shared
from likelihoodkit.errors import InputError
from likelihoodkit.families import FAMILIES


def noise_to_json(bound: Bound) -> dict[str, Any]:
    """A bound noise or loss as a dictionary; exact, because JSON keeps float64.

    >>> import likelihoodkit as lk
    >>> noise_to_json(lk.Normal(scale=0.1))
    {'kind': 'family', 'name': 'Normal', 'bindings': {'mean': {'link': 'identity'}, 'scale': {'value': 0.1}}}
    """
    bindings: dict[str, Any] = {}
    for name, how in bound.bindings:
        if isinstance(how, Held):
            if isinstance(how.value, Fixed):
                bindings[name] = {"value": how.value.given}
            elif how.value is not None:
                bindings[name] = {"value": int(how.value) if how.value.is_Integer else float(how.value)}
        elif isinstance(how, Shared):
            bindings[name] = {"shared": getattr(how.link, "name", how.link)}
        else:
            bindings[name] = {"link": how.name}
    kind = "loss" if bound.family.sign > 0 else "family"
    return {"kind": kind, "name": bound.name, "bindings": bindings}


def noise_from_json(data: dict[str, Any]) -> Bound:
    """The noise that `noise_to_json` wrote; `InputError` for one that the kit does not have.

    >>> noise_from_json({"kind": "family", "name": "Normal", "bindings": {"scale": {"value": 2}}})
    Normal(scale=2)
    """
    name, kind = data.get("name"), data.get("kind")
    known = set(FAMILIES) if kind == "family" else set(losses.names())
    if name not in known:
        raise InputError(
            f"{name!r} is not a {kind} of the kit",
            value=name,
            remedy="Pass noise= with your own declaration",
        )
    declared: Any = FAMILIES[name] if kind == "family" else losses.declaration(name)
    bindings = {}
    for parameter, how in data["bindings"].items():
        (word, value) = next(iter(how.items()))
        bindings[parameter] = Shared(value) if word == "shared" else value
    return declared(**bindings)  # type: ignore[no-any-return]


def read(path: Path, schema: str, what: str) -> dict[str, Any]:
    """The JSON that was saved under a schema; `InputError` for a file that holds something else."""
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as problem:
        raise InputError(
            f"{path} is no {what} of likelihoodkit: it is not JSON ({problem})", value=str(path)
        ) from problem
    found = (data.get("schema"), data.get("version")) if isinstance(data, dict) else (None, None)
    if found != (schema, 1):
        raise InputError(
            f"{path} is no {what} of likelihoodkit: schema {found[0]!r}, version {found[1]!r}",
            value=found,
            remedy=f"Give the file that save wrote; its schema is {schema!r}, its version 1",
        )
    answer: dict[str, Any] = data
    return answer
