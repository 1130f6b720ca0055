"""Read the reference tables: entries translated into the catalogue's names, rows that can be trusted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from reference.mapping import GAMLSS, R_AND_JULIA, Target

FOLDER = Path(__file__).parent
_TABLES = {"r_logpdf": R_AND_JULIA, "distributions_jl": R_AND_JULIA, "gamlss_logpdf": GAMLSS}


@dataclass(frozen=True)
class Case:
    """One entry of a table: a reference distribution with its points, and the catalogue's name for it."""

    table: str
    target: Target
    entry: Mapping[str, Any]

    @property
    def label(self) -> str:
        settings = ",".join(f"{k}={v:.6g}" for k, v in self.entry["params"].items())
        return f"{self.table}-{self.entry['family']}-{settings}"

    @property
    def parameters(self) -> dict[str, float]:
        return self.target.parameters(self.entry["params"])

    def log_density(self) -> list[tuple[float, float]]:
        """(x, log-density) where both are finite: the 40-digit value if the table has one, else R's."""
        best = self.entry.get("logpdf_mp", self.entry["logpdf"])
        return list(_finite(self._outcomes, best))

    @property
    def _outcomes(self) -> list[Any]:
        start = self.entry["params"].get(self.target.origin, 0)
        return [x - start if start and isinstance(x, int | float) else x for x in self.entry["x"]]

    def tail(self, name: str) -> list[tuple[float, float]]:
        """(x, log of the probability); name: "logcdf" or "logsf". Only where a second source agrees."""
        if name not in self.entry or "tails_agree" not in self.entry:
            return []
        column = ("logcdf", "logsf").index(name)
        pairs = zip(self.entry[name], self.entry["tails_agree"], strict=True)
        trusted = [value if agree and agree[column] else None for value, agree in pairs]
        return list(_finite(self._outcomes, trusted))


def _finite(xs: list[Any], values: list[Any]) -> Iterator[tuple[float, float]]:
    """Drop null ("not available") and the strings that stand for infinities and NaN."""
    for x, v in zip(xs, values, strict=True):
        if isinstance(x, int | float) and isinstance(v, int | float):
            yield float(x), float(v)


@cache
def read(name: str) -> Any:
    """A table of this folder, parsed."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


@cache
def cases(table: str, *, wrapped: bool = False) -> tuple[Case, ...]:
    """All entries of a table: of bare families, or (wrapped=True) of families inside a wrapper."""
    names = _TABLES[table]
    # mass_ok (gamlss only): the density that R returned integrates to one
    entries = ((names[e["family"]], e) for e in read(table)["entries"] if e.get("mass_ok", True))
    return tuple(Case(table, target, e) for target, e in entries if bool(target.wrapper) == wrapped)
