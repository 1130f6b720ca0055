"""The text of kernels and of everything they call, to stand in a module of its own that needs NumPy alone.

Read from the files of `primitives.kernels` with ``ast``: definitions are copied as they are written, comments
included; a name that two files define differently gets the name of its file in front.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np

from likelihoodkit.compile import standins
from likelihoodkit.errors import DerivationError

PACKAGE = "likelihoodkit.primitives.kernels"
HOMES = (PACKAGE, "likelihoodkit.primitives.vector_kernels")

#: what SciPy does in a kernel, in Python's own mathematics: right, but one number at a time
STANDINS = {
    "erf": "erf = _each(math.erf)",
    "erfc": "erfc = _each(math.erfc)",
    "gammaln": "gammaln = _each(math.lgamma)",
    "xlogy": """def xlogy(a, b):
    return np.where((a == 0) & ~np.isnan(b), 0.0, a * np.log(np.where(a == 0, 1.0, b)))""",
    "xlog1py": """def xlog1py(a, b):
    return np.where((a == 0) & ~np.isnan(b), 0.0, a * np.log1p(np.where(a == 0, 0.0, b)))""",
    **{name: inspect.getsource(getattr(standins, name)).rstrip() for name in ("psi", "zeta", "ive", "exp1", "spence")},
}
EACH = '''def _each(function):
    """A function of one number, applied to every entry."""
    return np.vectorize(function, otypes=[float])'''
_MODULES = {"np": "import numpy as np", "math": "import math", "wraps": "from functools import wraps"}


@dataclass(frozen=True)
class Definition:
    """One definition at the top of a file: its text and the names it uses."""

    file: str
    name: str
    text: str
    uses: tuple[str, ...]


@dataclass(frozen=True)
class _File:
    definitions: dict[str, Definition]
    imports: dict[str, tuple[str, str]]  # name here -> (module, name there)


def _annotations(tree: ast.AST) -> set[int]:
    """Ids of the nodes inside annotations, which are never run."""
    found: set[int] = set()
    for node in ast.walk(tree):
        parts: list[ast.AST | None] = []
        if isinstance(node, ast.FunctionDef):
            parts = [node.returns]
        elif isinstance(node, ast.arg | ast.AnnAssign):
            parts = [node.annotation]
        found |= {id(inner) for part in parts if part is not None for inner in ast.walk(part)}
    return found


def _uses(tree: ast.AST) -> tuple[str, ...]:
    silent = _annotations(tree)
    names: dict[str, None] = {}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in {"special", "tables"}
        ):
            names[f"{node.value.id}.{node.attr}"] = None
        elif isinstance(node, ast.Name) and id(node) not in silent:
            names[node.id] = None
    return tuple(names)


@cache
def _read(module: str) -> _File:
    path = Path(str(import_module(module).__file__))
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    definitions: dict[str, Definition] = {}
    imports: dict[str, tuple[str, str]] = {}
    top = ast.parse(text).body
    later = [inner for node in top if isinstance(node, ast.If) for inner in node.body]  # see `later.exports`
    for node in [*top, *later]:
        if isinstance(node, ast.ImportFrom):
            imports |= {a.asname or a.name: (node.module or "", a.name) for a in node.names}
        names = _defined(node)
        if names:
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
            body = "\n".join(lines[first - 1 : node.end_lineno])
            for name in names:
                definitions[name] = Definition(path.stem, name, body, _uses(node))
        elif isinstance(node, ast.For | ast.AugAssign):  # a table that a loop fills: the loop belongs to it
            uses, body = _uses(node), "\n".join(lines[node.lineno - 1 : node.end_lineno])
            for name in [n for n in uses if n in definitions]:
                old = definitions[name]
                if not old.text.startswith(("def ", "class ", "@")) and _changes(node, name):
                    definitions[name] = Definition(old.file, name, f"{old.text}\n{body}", (*old.uses, *uses))
    return _File(definitions, imports)


def _changes(tree: ast.AST, name: str) -> bool:
    """Does a statement add to the table of that name, by a method of it, an entry, or in place?"""
    for node in ast.walk(tree):
        owner = node.target if isinstance(node, ast.AugAssign) else getattr(node, "value", None)
        if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Store):
            continue
        adds = isinstance(node, ast.Attribute | ast.Subscript | ast.AugAssign)
        if adds and isinstance(owner, ast.Name) and owner.id == name:
            return True
    return False


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id] if node.value is not None else []
    if isinstance(node, ast.Assign):
        found = []
        for target in node.targets:
            found += [n.id for n in ast.walk(target) if isinstance(n, ast.Name)]
        return found
    return []


def _home(module: str, name: str) -> str:
    """The file that defines a name of a module of the package, through its imports."""
    file = _read(module)
    if name in file.definitions or name not in file.imports:
        return module.rpartition(".")[2]
    home, there = file.imports[name]
    return _home(home, there) if home.startswith(PACKAGE) else home


class Collector:
    """Definitions that are needed, each after what it uses."""

    def __init__(self) -> None:
        self.order: list[Definition] = []
        self.standins: dict[str, str] = {}
        self.tables: dict[str, None] = {}
        self.special: dict[str, None] = {}
        self.imports: dict[str, None] = {}
        self.homes: dict[tuple[str, str], str] = {}  # (file, name there) -> the file that defines it
        self._seen: set[tuple[str, str]] = set()

    def operation(self, name: str, function: object) -> None:
        """Take along what carries out an operation: a kernel, or a function of SciPy under its own name."""
        if isinstance(function, np.ufunc):
            self._imported("scipy.special", name)
        else:
            module = str(function.__module__)
            if name not in _read(module).definitions and name not in _read(module).imports:
                raise AssertionError(f"{module} does not define the kernel {name}: the module written would not run")
            self.need(module, name)

    def need(self, module: str, name: str) -> None:
        """Take a definition of a module along, with everything that it uses."""
        if (module, name) in self._seen:
            return
        self._seen.add((module, name))
        file = _read(module)
        if name in file.imports and name not in file.definitions:
            self._imported(*file.imports[name])
            return
        if name not in file.definitions:
            return  # a builtin, a parameter or a local name
        definition = file.definitions[name]
        for used in definition.uses:
            self._used(module, used)
            self.homes[definition.file, used] = _home(module, used)
        self.order.append(definition)

    def _used(self, module: str, used: str) -> None:
        kind, dot, name = used.partition(".")
        if not dot:
            self.need(module, used)
        elif kind == "tables":
            self.need(f"{PACKAGE}._tables", name)
            self.tables[name] = None
        else:
            self._imported("scipy.special", name)
            self.special[name] = None

    def _imported(self, module: str, name: str) -> None:
        if module.startswith("scipy"):
            if name not in STANDINS:
                raise DerivationError(
                    f"a module that needs NumPy alone cannot have scipy.special.{name}",
                    remedy="Ship the kit, or choose a family without that function",
                )
            self.standins[name] = STANDINS[name]
        elif module.startswith(HOMES) and name != "_tables":
            if name not in _read(module).definitions and name not in _read(module).imports:
                raise AssertionError(f"{module} does not define {name}: the module written would not run")
            self.need(module, name)
        elif module.partition(".")[0] in sys.stdlib_module_names and module not in {"__future__", "typing"}:
            self.imports[f"from {module} import {name}"] = None

    def text(self) -> str:
        """All of it, in order."""
        files: dict[str, set[str]] = {}
        for definition in self.order:
            files.setdefault(definition.name, set()).add(definition.file)
        twice = {name for name, found in files.items() if len(found) > 1}
        parts = ["\n".join(self.imports)] if self.imports else []
        parts += [EACH, *self.standins.values()] if self.standins else []
        if self.special:
            parts.append("class special:\n" + "\n".join(f"    {n} = staticmethod({n})" for n in self.special))
        seen: set[str] = set()
        numbers = [d for d in self.order if d.file == "_tables"]
        parts += list(dict.fromkeys(d.text for d in numbers))
        if self.tables:
            parts.append("class tables:\n" + "\n".join(f"    {name} = {name}" for name in self.tables))
        for definition in [d for d in self.order if d.file != "_tables"]:
            text = definition.text
            for name in twice & {definition.name, *definition.uses}:
                file = definition.file if name == definition.name else self.homes[definition.file, name]
                if (file, name) in {(d.file, d.name) for d in self.order}:
                    text = re.sub(rf"(?<![\w.]){name}(?!\w)", f"{file.strip('_')}_{name.strip('_')}", text)
            if text in seen:
                continue
            seen.add(text)
            parts.append(text)
        return "\n\n\n".join(parts)
