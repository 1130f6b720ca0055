"""The table of forms: name of a kernel -> formula on traced values."""

from __future__ import annotations

from collections.abc import Callable

from likelihoodkit.compile.trace import Value

Form = Callable[..., Value]
FORMS: dict[str, Form] = {}


def form(formula: Form) -> Form:
    """Enter a formula under its own name, that of the kernel whose work it does."""
    FORMS[formula.__name__] = formula
    return formula
