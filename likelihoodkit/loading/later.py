"""What is imported when something of it is first used: SymPy takes longer to load than a kept loss to run.

The one place where that is arranged. `sp`, `mpmath` and `special` stand for those modules; a package whose imports
are written under ``if TYPE_CHECKING:`` carries them out by `exports` when one of the names is asked for.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any


class Later:
    """A module that is loaded when it is first asked for a name.

    >>> Later("json").dumps([1])
    '[1]'
    """

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __getattr__(self, name: str) -> Any:
        found = getattr(import_module(self.__name__), name)
        setattr(self, name, found)  # from now on as quick as the module itself
        return found

    def __repr__(self) -> str:
        return f"<module {self.__name__!r}, loaded when it is used>"


if TYPE_CHECKING:
    import mpmath
    import sympy as sp
    from scipy import special
else:
    sp, mpmath, special = Later("sympy"), Later("mpmath"), Later("scipy.special")


__all__ = ["Later", "exports", "mpmath", "sp", "special"]


def exports(package: str, file: str, *, together: bool = False) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """``__getattr__`` and ``__dir__`` of a module that carries out what it imports ``if TYPE_CHECKING:`` when asked.

    These names are its ``__all__`` too, where it does not say another one.

    ``together`` loads all modules of the package at the first question, since they enter a table when they are loaded.
    """

    @cache
    def homes() -> dict[str, str]:
        blocks = [n for n in ast.parse(Path(file).read_text(encoding="utf-8")).body if isinstance(n, ast.If)]
        block = next(n for n in blocks if isinstance(n.test, ast.Name) and n.test.id == "TYPE_CHECKING")
        imports = [n for n in block.body if isinstance(n, ast.ImportFrom)]
        return {alias.asname or alias.name: str(n.module) for n in imports for alias in n.names}

    @cache
    def load_all() -> None:
        for path in sorted(Path(file).parent.glob("*.py")):
            import_module(package if path.stem == "__init__" else f"{package}.{path.stem}")

    def get(name: str) -> Any:
        if name == "__all__":
            return sorted(homes())
        if name.startswith("__") or name not in homes():
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        if together:
            load_all()
        found = getattr(import_module(homes()[name]), name)
        setattr(sys.modules[package], name, found)
        return found

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *homes()})

    return get, names
