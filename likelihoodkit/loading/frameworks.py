"""Frameworks are imported when they are asked for, and a missing one is an error that says what to install."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from likelihoodkit.errors import MissingExtraError

#: module -> the extra of likelihoodkit that installs it
EXTRAS = {
    "torch": "torch",
    "jax": "jax",
    "keras": "keras",
    "xgboost": "xgboost",
    "lightgbm": "lightgbm",
    "catboost": "catboost",
    "sklearn": "sklearn",
    "narwhals": "sklearn",
    "formulaic": "formula",
    "matplotlib": "plot",
    "dask": "dask",
    "statsmodels": "statsmodels",
    "skpro": "skpro",
    "tqdm": "progress",
}


#: what to do where a framework is there and another one is not that it looks for
WANTING = {("keras", "tensorflow"): "Set the environment's KERAS_BACKEND to jax or torch before Keras is imported"}


def framework(module: str) -> Any:
    """The module, imported now.

    Raises `MissingExtraError` naming the extra where its framework is not installed.

    >>> framework("json").__name__
    'json'
    """
    root = module.split(".", maxsplit=1)[0]
    try:
        return import_module(module)
    except ModuleNotFoundError as problem:
        if remedy := WANTING.get((root, str(problem.name).split(".", maxsplit=1)[0])):
            raise MissingExtraError(
                f"{root} looks for {problem.name}, which is not installed", value=root, remedy=remedy
            ) from None
        if problem.name is None or problem.name.split(".")[0] != root:
            raise  # the framework is there and lacks something of its own: its message is the right one
        extra = EXTRAS.get(root, root)
        raise MissingExtraError(
            f"this needs {root}, which is not installed",
            value=root,
            remedy=f"Install it with: pip install 'likelihoodkit[{extra}]'",
        ) from None


def framework_of(*things: Any) -> str:
    """Say "torch" or "jax" where one of the things is a tensor of it, else ""; neither is imported for the question.

    >>> framework_of([1.0], 2.0)
    ''
    """
    torch, jax = sys.modules.get("torch"), sys.modules.get("jax")
    for name, kind in (("torch", getattr(torch, "Tensor", None)), ("jax", getattr(jax, "Array", None))):
        if kind is not None and any(isinstance(thing, kind) for thing in things):
            return name
    return ""
