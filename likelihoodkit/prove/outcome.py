"""What a proof can end in, and the reasons for leaving a claim undecided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import sympy as sp

Verdict = Literal["proved", "refuted", "undecided"]


class Undecided(Exception):  # noqa: N818  (not an error: a way out of the search that ends in an honest verdict)
    """The procedure cannot go on; the text says why."""


class Unsupported(Undecided):
    """An expression that the zero test cannot read."""


class TooLarge(Undecided):
    """An expression that grows beyond the work limit."""


@dataclass(frozen=True)
class Witness:
    """Where a claim fails, certified by ball arithmetic.

    ``points`` are exact values of all symbols by name. ``left`` and ``right`` hold, one entry per point, the compared
    quantity of each side in decimal: by ``kind`` the "gradient" in the prediction that ``components`` names, or the
    "difference" of losses between two predictions (a point then shows "from -> to").
    """

    kind: Literal["gradient", "difference"]
    components: tuple[str, ...]
    points: tuple[Mapping[str, str], ...]
    left: tuple[str, ...]
    right: tuple[str, ...]
    why: str

    def __str__(self) -> str:
        lines = [self.why]
        for point, component, left, right in zip(self.points, self.components, self.left, self.right, strict=True):
            where = ", ".join(f"{name} = {value}" for name, value in point.items())
            lines.append(f"at {where}:")
            what = f"gradient in {component}" if self.kind == "gradient" else "difference"
            lines.append(f"    {what}: left {left}, right {right}")
        return "\n".join(lines)


@dataclass(frozen=True)
class Decision:
    """The verdict on ``left = scale * right + constant``, with all that supports it.

    ``scale`` and ``constant`` are set for a proved claim. ``constant`` is free of the predictions; ``constants`` lists
    it per region of targets and settings where it differs. ``conditions`` say when the two may be dropped.
    """

    verdict: Verdict
    reason: str
    scale: sp.Expr | None = None
    constant: sp.Expr | None = None
    constants: tuple[tuple[str, sp.Expr], ...] = ()
    cells: int = 0
    witness: Witness | None = None
    conditions: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()

    @property
    def scale_depends_on(self) -> tuple[str, ...]:
        """Names of the settings that the factor holds."""
        return () if self.scale is None else tuple(sorted(map(str, self.scale.free_symbols)))

    @property
    def constant_depends_on(self) -> tuple[str, ...]:
        """Names of targets and settings that the dropped constant holds."""
        names = {str(s) for _, value in self.constants for s in value.free_symbols}
        return tuple(sorted(names | (set() if self.constant is None else set(map(str, self.constant.free_symbols)))))
