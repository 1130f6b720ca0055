"""Programs kept on disk, so that a second process does not derive them again; see `likelihoodkit.loading.kept`."""

from __future__ import annotations

from collections.abc import Callable

from likelihoodkit.compile.program import ELEMENTARY, Program
from likelihoodkit.compile.trace import ELEMENTWISE, VECTOR
from likelihoodkit.errors import DerivationError
from likelihoodkit.loading import kept
from likelihoodkit.primitives import kernels, vector_kernels

#: operations that are no kernels
_OPERATIONS = frozenset({"input", "constant", *ELEMENTARY.values(), *ELEMENTWISE, *VECTOR})


def recall(question: str, build: Callable[[], Program]) -> Program:
    """The program that answers a question (the text of a declaration and what is asked of it), kept or built now."""
    text = kept.read(question)
    found = None if text is None else _read(text)
    if found is None:
        found = build()
        kept.write(question, found.to_json())
    return found


def _read(text: str) -> Program | None:
    try:
        program = Program.from_json(text)
    except (ValueError, KeyError, TypeError, AttributeError, DerivationError):
        return None
    return program if all(_known(i.operation) for i in program.instructions) else None


def _known(operation: str) -> bool:
    return operation in _OPERATIONS or hasattr(kernels, operation) or hasattr(vector_kernels, operation)
