"""Write tests/reference/golden/FAMILY.json: certified mpmath numbers at moderate points, per family.

    PYTHONPATH=tests python tests/reference/make_golden.py [FAMILY ...]

One point is one line: y, outputs, value, gradient (w), the lower triangle of the Hessian by rows, and after
them the condition numbers of the same quantities. Values are strings of 25 significant digits, inputs are
doubles, conditions have 4 digits. The seed is the family's name, so a rerun writes the same bytes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from mpmath import mp, mpf

from reference.ends import ENDS
from reference.formulas import MORE
from reference.sums import SUMS
from textbook import FAMILIES, nll

FOLDER = Path(__file__).parent / "golden"
QUANTITIES = ["value", "gradient", "hessian"]
COLUMNS = ["y", "outputs", *QUANTITIES, *(f"{q}_condition" for q in QUANTITIES)]


def _digits(x: mpf, n: int = 25) -> str:
    text: str = mp.nstr(x, n, strip_zeros=True)
    return text


def _triangle(matrix: list[list[mpf]]) -> list[mpf]:
    return [matrix[i][j] for i in range(len(matrix)) for j in range(i + 1)]


def points(name: str) -> int:
    """300 points, 100 for the families of the other files: what they are made of is in these too."""
    return 100 if name in {row.name for row in (*MORE, *ENDS, *SUMS)} else 300


def golden(name: str, count: int | None = None) -> str:
    """The text of one family's file."""
    family = FAMILIES[name]
    lines = []
    for y, outputs in family.points(points(name) if count is None else count):
        numbers = nll(name, y, outputs)
        if numbers is None:
            raise ArithmeticError(f"{name} at y = {y}, outputs = {outputs}: no reference")
        exact = [_digits(numbers.value), [_digits(g) for g in numbers.gradient]]
        exact.append([_digits(h) for h in _triangle(numbers.hessian)])
        rough: list[float | list[float]] = [float(_digits(numbers.value_condition, 4))]
        rough.append([float(_digits(c, 4)) for c in numbers.gradient_condition])
        rough.append([float(_digits(c, 4)) for c in _triangle(numbers.hessian_condition)])
        lines.append(json.dumps([y, outputs, *exact, *rough], separators=(",", ":")))
    head = {"family": name, "source": family.source, "links": family.links, "held": family.held}
    return json.dumps(head | {"columns": COLUMNS})[:-1] + ',\n"rows": [\n' + ",\n".join(lines) + "\n]}\n"


def main(names: list[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in names or list(FAMILIES):
        (FOLDER / f"{name}.json").write_text(golden(name), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
