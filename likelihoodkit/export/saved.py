"""Noises as plain data: the registered name and how each parameter is bound; never code, never text to evaluate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from likelihoodkit import losses, wrappers
from likelihoodkit.declaration import FamilyMeta, as_bound
from likelihoodkit.declaration.binding import Bound, Fixed, Held, Shared
from likelihoodkit.errors import InputError
from likelihoodkit.families import FAMILIES
from likelihoodkit.links import Link
from likelihoodkit.loss import Loss
from likelihoodkit.wrappers.seen import SCALES


def noise_to_json(bound: Bound) -> dict[str, Any]:
    """A bound noise or loss as a dictionary; exact, because JSON keeps float64.

    >>> import likelihoodkit as lk
    >>> noise_to_json(lk.Normal(scale=0.1))
    {'kind': 'family', 'name': 'Normal', 'bindings': {'mean': {'link': 'identity'}, 'scale': {'value': 0.1}}}
    """
    if bound.family.recipe is not None:
        wrapper, arguments, keywords = bound.family.recipe
        if wrapper(*arguments, **keywords) == bound:
            given = {name: _argument_to_json(value) for name, value in keywords.items()}
            return {
                "kind": "wrapper",
                "name": wrapper.__name__,
                "arguments": [_argument_to_json(value) for value in arguments],
                "keywords": given,
            }
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


def _argument_to_json(value: Any) -> Any:
    """What a wrapper was given: numbers, text and lists as they are, the rest as dictionaries."""
    if isinstance(value, list | tuple):
        return [_argument_to_json(entry) for entry in value]
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, Shared):
        return {"shared": getattr(value.link, "name", value.link)}
    if isinstance(value, Link):
        return value.name
    if value is None or isinstance(value, int | float | str):
        return value
    if not isinstance(value, Bound | FamilyMeta | Loss):
        return {"scale": getattr(value, "__name__", repr(value))}  # one of its own is given again when it is read
    return noise_to_json(as_bound(value))


def _argument_from_json(value: Any) -> Any:
    if isinstance(value, list):
        return [_argument_from_json(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    if "shared" in value:
        return Shared(value["shared"])
    if "scale" in value:
        known = {scale.__name__: scale for scale in SCALES}
        if value["scale"] not in known:
            raise _strange(value["scale"], "scale")
        return known[value["scale"]]
    return noise_from_json(value)


def _strange(name: Any, kind: Any) -> InputError:
    return InputError(
        f"{name!r} is not a {kind} of the kit", value=name, remedy="Pass noise= with your own declaration"
    )


def noise_from_json(data: dict[str, Any]) -> Bound:
    """The noise that `noise_to_json` wrote; `InputError` for one that the kit does not have.

    >>> noise_from_json({"kind": "family", "name": "Normal", "bindings": {"scale": {"value": 2}}})
    Normal(scale=2)
    """
    name, kind = data.get("name"), data.get("kind")
    if kind == "wrapper":
        if name not in wrappers.__all__:
            raise _strange(name, kind)
        keywords = {key: _argument_from_json(value) for key, value in data["keywords"].items()}
        wrapped: Bound = getattr(wrappers, name)(*map(_argument_from_json, data["arguments"]), **keywords)
        return wrapped
    known = set(FAMILIES) if kind == "family" else set(losses.names())
    if name not in known:
        raise _strange(name, kind)
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
