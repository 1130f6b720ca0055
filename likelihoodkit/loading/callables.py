"""Packages that are verbs: ``lk.fit(...)`` and ``import likelihoodkit.fit`` name the same thing.

Python binds a sub-package to its parent under its own name whenever it is first imported, whatever the parent meant
by that name. So the package itself is made callable, and both readings work in either order.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any


def make_callable(name: str, verb: Callable[..., Any]) -> None:
    """Let the package ``name`` be called as ``verb``; its documentation stays its own."""

    class CallablePackage(ModuleType):
        """A package that may be called."""

        __call__ = staticmethod(verb)

    sys.modules[name].__class__ = CallablePackage
