"""Write tests/reference/information.json: E[score score'] by mpmath from the textbook log-densities.

    PYTHONPATH=tests python tests/reference/make_information.py [FAMILY ...]

One moderate place for each family of one outcome. The score is a difference quotient of 30 digits, the expectation a
sum over counts or tanh-sinh quadrature between the kinks; a family is written only where the density integrates to
one within 1e-11.
"""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

from mpmath import mp, mpf

from reference.certified import apply_link
from textbook import FAMILIES

FILE = Path(__file__).with_name("information.json")
OUTPUTS = (0.3, 0.5, 0.4, 0.9)
STEP, NORMALISES = mpf(10) ** -12, mpf(10) ** -11
#: breaks by support; a location and its kinks are added on the line
BREAKS: dict[str, list[float]] = {
    "real": [-mp.inf, -1e3, -30, -8, 8, 30, 1e3, mp.inf],
    "positive": [0, 1e-3, 0.05, 0.3, 1, 2.5, 6, 30, 1e3, mp.inf],
    "nonnegative": [0, 1e-3, 0.05, 0.3, 1, 2.5, 6, 30, 1e3, mp.inf],
    "unit": [0, 0.01, 0.2, 0.5, 0.8, 0.99, 1],
    "angle": [-mp.pi, -1, 0.3, 1.5, mp.pi],
    "from a half": [0.5, 0.6, 1, 3, 30, 1e3, mp.inf],
}
#: beyond these nothing is left of an exponential of an exponential, which mpmath would work out to all its digits
LIGHT: dict[str, tuple[float, float]] = {"Gumbel": (-8, 90), "GumbelMin": (-90, 8), "Gompertz": (0, 60)}
COUNTS, MOST_COUNTS = {"counts", "counts from one", "trials", "binary"}, 4000


class Law:
    """One family at its place: density and score at an outcome, each outcome worked out once."""

    def __init__(self, name: str) -> None:
        self.family = FAMILIES[name]
        self.at = [mpf(x) for x in OUTPUTS[: self.family.width]]
        self.held = {k: mpf(v) for k, v in self.family.held.items()}
        self.seen: dict[Any, tuple[mpf, list[mpf]]] = {}

    def log_density(self, y: Any, at: list[mpf]) -> mpf:
        blocks = self.family.blocks(at)
        parameters = [apply_link(link, block) for link, block in zip(self.family.links, blocks, strict=True)]
        return self.family.log_density(y, *parameters, **self.held)

    def __call__(self, y: Any) -> tuple[mpf, list[mpf]]:
        if y not in self.seen:
            score = []
            for i in range(len(self.at)):
                ends = [self.log_density(y, [f + s * STEP * (i == k) for k, f in enumerate(self.at)]) for s in (1, -1)]
                score.append((ends[0] - ends[1]) / (2 * STEP))
            self.seen[y] = mp.exp(self.log_density(y, self.at)), score
        return self.seen[y]

    def breaks(self) -> list[Any]:
        found = set(BREAKS[self.family.support])
        if self.family.support == "real":
            scale = mp.log1p(mp.exp(self.at[1]))
            found |= {self.at[0] + k * scale for k in (-1.345, 0, 1.345)}
        low, high = LIGHT.get(self.family.name, (-mp.inf, mp.inf))
        ends = {b for b in (low, high) if mp.isfinite(b)}
        return sorted({b for b in found if low <= b <= high} | ends)

    def expectation(self, term: Any) -> mpf:
        if self.family.continuous:
            return mp.fsum(mp.quad(term, [a, b]) for a, b in pairwise(self.breaks()))
        first = 0 if self.family.support != "counts from one" else 1
        last = 1 if self.family.support == "binary" else int(self.held.get("trials", MOST_COUNTS))
        return mp.fsum(term(k) for k in range(first, last + 1))

    def fisher(self) -> list[list[float]] | None:
        if not abs(self.expectation(lambda y: self(y)[0]) - 1) <= NORMALISES:
            return None
        width = range(len(self.at))

        def entry(i: int, j: int) -> float:
            return float(self.expectation(lambda y: self(y)[0] * self(y)[1][i] * self(y)[1][j]))

        return [[entry(min(i, j), max(i, j)) for j in width] for i in width]


def main(names: list[str]) -> None:
    found = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    for name in names or FAMILIES:
        if FAMILIES[name].classes or FAMILIES[name].support not in {*BREAKS, *COUNTS}:
            continue
        with mp.workdps(30):
            try:
                fisher = Law(name).fisher()
            except (ZeroDivisionError, ValueError) as error:
                print(name, error, flush=True)
                continue
        print(name, fisher, flush=True)
        if fisher is not None:
            found[name] = {"outputs": list(OUTPUTS[: len(fisher)]), "fisher": fisher}
        lines = [f"{json.dumps(key)}: {json.dumps(found[key])}" for key in FAMILIES if key in found]
        FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
