"""One textbook entry: what `textbook.py` is a table of."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from mpmath import mpf

from reference.jets import Number

Draw: TypeAlias = Callable[[random.Random], float]


@dataclass(frozen=True)
class Family:
    """One textbook entry. `moments` gives (mean, variance), None for a moment that does not exist."""

    name: str
    source: str
    support: str  # one of the keys of _DRAWS
    parameters: tuple[tuple[str, str], ...]  # (name, default link), in the catalogue's order
    log_density: Callable[..., Number]
    cdf: Callable[..., mpf] | None = None
    moments: Callable[..., tuple[mpf | None, mpf | None]] | None = None
    held: Mapping[str, float] = field(default_factory=dict)
    possible: Callable[[float, Sequence[float]], bool] | None = None  # does y have a density under these outputs?
    classes: int = 0  # width of the block of a vector-valued parameter, which is the last one

    @property
    def links(self) -> tuple[str, ...]:
        return tuple(link for _, link in self.parameters)

    @property
    def width(self) -> int:
        """Number of output columns."""
        return len(self.parameters) - bool(self.classes) + self.classes

    def blocks(self, columns: Sequence[Number]) -> list[list[Number]]:
        """The columns by parameter."""
        single = len(self.parameters) - bool(self.classes)
        return [[c] for c in columns[:single]] + [list(columns[single:])] * bool(self.classes)

    @property
    def continuous(self) -> bool:
        return self.support in ("real", "positive", "nonnegative", "unit", "angle", "from a half", "amounts or nothing")

    def points(self, count: int = 300) -> list[tuple[float, list[float]]]:
        """`count` moderate (y, outputs), the same on every machine: seeded by the family's name."""
        rng = random.Random(f"likelihoodkit {self.name}")
        draw = _DRAWS[self.support]
        found: list[tuple[float, list[float]]] = []
        while len(found) < count:
            y, outputs = draw(rng), [round(rng.gauss(0, 2), 6) for _ in range(self.width)]
            if self.possible is None or self.possible(y, outputs):
                found.append((y, outputs))
        return found


_DRAWS: dict[str, Draw] = {
    "real": lambda rng: round(rng.gauss(0, 3), 6),
    "positive": lambda rng: float(f"{math.exp(rng.gauss(0, 1.5)):.7g}"),
    "nonnegative": lambda rng: float(f"{math.exp(rng.gauss(0, 1.5)):.7g}"),
    "from a half": lambda rng: 0.5 + float(f"{math.exp(rng.gauss(0, 1.5)):.7g}"),
    "amounts or nothing": lambda rng: max(0.0, float(f"{math.exp(rng.gauss(0, 1.5)) - 0.3:.7g}")),
    "unit": lambda rng: float(f"{1 / (1 + math.exp(rng.gauss(0, 1.5))):.7g}"),
    "angle": lambda rng: round(rng.uniform(-math.pi, math.pi), 6),
    "binary": lambda rng: rng.randrange(2),
    "classes": lambda rng: rng.randrange(4),
    "grades": lambda rng: rng.randrange(5),
    "counts": lambda rng: math.floor(math.exp(rng.gauss(1, 1.3))),
    "integers": lambda rng: rng.choice([-1, 1]) * math.floor(math.exp(rng.gauss(1, 1.3))),
    "counts from one": lambda rng: 1 + math.floor(math.exp(rng.gauss(1, 1.3))),
    "trials": lambda rng: rng.randrange(13),
}
