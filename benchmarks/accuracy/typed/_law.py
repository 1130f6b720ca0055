"""How a row of the table of laws is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from likelihoodkit import supports as s
from likelihoodkit.primitives.words import exp, pi, sqrt
from likelihoodkit.supports import Support

__all__ = ["Law", "law", "normal"]


class Law(NamedTuple):
    """The support of the outcome, the parameters with theirs, the log-density of (y, *parameters)."""

    support: Support
    parameters: dict[str, Support]
    log_density: Callable[..., Any]


def law(support: Support, parameters: str, log_density: Callable[..., Any]) -> Law:
    """Parameters are named by words; a real one is marked ~, a share %, others are positive."""
    kinds = {"~": s.real, "%": s.unit}
    named = {word.lstrip("~%"): kinds.get(word[0], s.positive) for word in parameters.split()}
    return Law(support, named, log_density)


def normal(z: Any) -> Any:
    """The density of a standard normal number."""
    return exp(-(z**2) / 2) / sqrt(2 * pi)
