"""What is kept on disk between processes: programs and what families declare, so that neither is derived again.

One JSON file per answer in the user's cache directory, named by a hash of the question and of the kit's own source.
Whatever cannot be read, or was not written for this very question, is ignored and written anew; a directory that
cannot be written to is no error. The variable ``LIKELIHOODKIT_CACHE`` names another directory, or ``off``.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from functools import cache
from pathlib import Path

VARIABLE = "LIKELIHOODKIT_CACHE"
SCHEMA = 2


def directory() -> Path | None:
    """Where answers are kept; None when nothing is."""
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
    rows = sorted(_files(str(Path(__file__).parents[1])))
    return hashlib.sha256(json.dumps([SCHEMA, rows]).encode()).hexdigest()


def _files(folder: str) -> list[tuple[str, int, int]]:
    rows = []
    with os.scandir(folder) as found:  # several times as quick as Path.rglob
        for entry in found:
            if entry.name.endswith(".py"):
                facts = entry.stat()
                rows.append((entry.path, facts.st_size, facts.st_mtime_ns))
            elif entry.is_dir() and entry.name != "__pycache__":
                rows += _files(entry.path)
    return rows


def read(question: str) -> str | None:
    """The answer that is kept for a question, or None."""
    place = _place(question)
    if place is None:
        return None
    try:
        entry = json.loads(place[0].read_text(encoding="utf-8"))
        text = entry["answer"]
        right = entry["key"] == place[1] and entry["sum"] == hashlib.sha256(text.encode()).hexdigest()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return text if right else None


def write(question: str, answer: str) -> None:
    """Keep the answer to a question."""
    place = _place(question)
    if place is None:
        return
    file, key = place
    entry = json.dumps({"key": key, "sum": hashlib.sha256(answer.encode()).hexdigest(), "answer": answer})
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False, encoding="utf-8") as draft:
            draft.write(entry)
        Path(draft.name).replace(file)  # at once: another process never sees half an entry
    except OSError:
        return


def _place(question: str) -> tuple[Path, str] | None:
    folder = directory()
    if folder is None:
        return None
    key = hashlib.sha256(f"{kit()}\n{question}".encode()).hexdigest()
    return folder / f"{key[:40]}.json", key
