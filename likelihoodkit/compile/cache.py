"""Programs kept on disk, so that a second process does not derive them again.

One JSON file per program in the user's cache directory, named by a hash of the declaration, of what was asked and of
the kit's own source. Whatever cannot be read, or was not written for this very question, is ignored and written anew;
a directory that cannot be written to is no error. The variable ``LIKELIHOODKIT_CACHE`` names another directory, or
``off``.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from likelihoodkit.compile.program import ELEMENTARY, Program
from likelihoodkit.compile.trace import ELEMENTWISE, VECTOR
from likelihoodkit.errors import DerivationError
from likelihoodkit.primitives import RECORDS

VARIABLE = "LIKELIHOODKIT_CACHE"
SCHEMA = 1


def directory() -> Path | None:
    """Where programs are kept; None when the cache is off."""
    chosen = os.environ.get(VARIABLE, "")
    if chosen == "off":
        return None
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        return Path(base) / "likelihoodkit" if base else None
    if sys.platform == "darwin":
        return Path("~/Library/Caches/likelihoodkit").expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "likelihoodkit"


@cache
def kit() -> str:
    """A fingerprint of the kit's source: names, sizes and times of its files."""
    root = Path(__file__).parents[1]
    rows = sorted((str(p.relative_to(root)), p.stat().st_size, p.stat().st_mtime_ns) for p in root.rglob("*.py"))
    return hashlib.sha256(json.dumps([SCHEMA, rows]).encode()).hexdigest()


def recall(question: str, build: Callable[[], Program]) -> Program:
    """The program that answers a question (the text of a declaration and what is asked of it), kept or built now."""
    place = directory()
    if place is None:
        return build()
    key = hashlib.sha256(f"{kit()}\n{question}".encode()).hexdigest()
    file = place / f"{key[:40]}.json"
    found = _read(file, key)
    if found is None:
        found = build()
        _write(file, key, found)
    return found


def _read(file: Path, key: str) -> Program | None:
    try:
        entry = json.loads(file.read_text(encoding="utf-8"))
        text = entry["program"]
        if entry["key"] != key or entry["sum"] != hashlib.sha256(text.encode()).hexdigest():
            return None
        program = Program.from_json(text)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, DerivationError):
        return None
    return program if all(_known(i.operation) for i in program.instructions) else None


@cache
def _operations() -> frozenset[str]:
    kernels = {record.kernel for record in RECORDS.values()}
    return frozenset({"input", "constant", *ELEMENTARY.values(), *ELEMENTWISE, *VECTOR, *kernels})


def _known(operation: str) -> bool:
    return operation in _operations()


def _write(file: Path, key: str, program: Program) -> None:
    text = program.to_json()
    entry = json.dumps({"key": key, "sum": hashlib.sha256(text.encode()).hexdigest(), "program": text})
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False, encoding="utf-8") as draft:
            draft.write(entry)
        Path(draft.name).replace(file)  # at once: another process never sees half an entry
    except OSError:
        return
