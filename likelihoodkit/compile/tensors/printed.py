"""Programs that are written in words all frameworks share, printed for one of them."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from likelihoodkit.compile.tensors import block_paths, elliptic_paths, paths

#: what these programs are called in `primitives`
PROGRAMS = (*paths.PROGRAMS, *block_paths.PROGRAMS, *elliptic_paths.PROGRAMS)
#: primitives that they call, and how many arguments these take
CALLED = paths.CALLED | block_paths.CALLED | elliptic_paths.CALLED
#: what is spelled anew, by framework
SPELLED = paths.SPELLED


@cache
def _definitions() -> dict[str, ast.FunctionDef]:
    found = {}
    texts = [Path(str(module.__file__)).read_text(encoding="utf-8") for module in (paths, block_paths, elliptic_paths)]
    for node in (node for text in texts for node in ast.parse(text).body):
        if isinstance(node, ast.FunctionDef):
            for argument in node.args.args:
                argument.annotation = None
            node.returns = None
            found[node.name] = node
    return found


def _uses(name: str) -> list[str]:
    """Functions of these files and primitives that a function calls, those that it needs first."""
    node, found = _definitions()[name], dict[str, None]()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and inner.id != name and inner.id in {*_definitions(), *CALLED}:
            if inner.id in _definitions():
                found |= dict.fromkeys(_uses(inner.id))
            found[inner.id] = None
    return list(found)


def text(target: str, programs: list[str]) -> tuple[list[str], list[str]]:
    """(texts of functions for a framework, names of the primitives that they call) for some of `PROGRAMS`."""
    needed: dict[str, None] = {}
    for name in programs:
        needed |= dict.fromkeys(_uses(name)) | {name: None}
    module = {"torch": "torch", "jax": "jnp"}[target]
    texts = []
    for name in needed:
        if name in SPELLED[target]:
            texts.append(SPELLED[target][name])
        elif name in _definitions():
            texts.append(ast.unparse(_definitions()[name]).replace("xp.", f"{module}."))
    return texts, [name for name in needed if name in CALLED]
