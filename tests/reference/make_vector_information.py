"""Write tests/reference/vector_information.json: E[score score'] of vectors and sequences by mpmath.

    PYTHONPATH=tests python tests/reference/make_vector_information.py [CASE ...]

One moderate place for each noise of the accuracy table. The score is that of the textbook formula (`vectors`), by
Taylor arithmetic; the expectation a sum over all outcomes, or a rule in coordinates in which the noise is a product:
three points of Gauss and Hermite for each entry of a normal (the squared score is a polynomial of degree four), equal
steps around a circle, the double exponential rule elsewhere. A row is written only where the weights add up to one.
"""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mpmath import mp, mpf

from reference import vectors
from reference.jets import variables

FILE = Path(__file__).with_name("vector_information.json")
#: outcomes, with what they weigh beside the density, or None where they weigh what their density is
Rule = Iterator[tuple[list[Any], Any]]
FACTOR = (0.3, 0.5, 0.2, -0.4, 0.7)  # two means, a triangle


def every(outcomes: Any) -> Rule:
    """All outcomes of a finite support."""
    for y in outcomes:
        yield list(y), mpf(1)


def tables(total: int, classes: int) -> Rule:
    """All counts that add up to a total."""
    return every(y for y in itertools.product(range(total + 1), repeat=classes) if sum(y) == total)


def labellings(steps: int, classes: int, blank: int = 0) -> Rule:
    """All labellings that fit into so many steps."""
    names = [k for k in range(classes) if k != blank]
    for length in range(steps + 1):
        for y in itertools.product(names, repeat=length):
            if length + sum(a == b for a, b in itertools.pairwise(y)) <= steps:
                yield [*y, *[-1] * (steps - length)], mpf(1)


def nodes() -> list[tuple[mpf, mpf, mpf]]:
    """(x, 1 - x, weight) of the double exponential rule over (0, 1)."""
    found = []
    for k in range(-44, 45):
        t = mpf(k) / 12
        inner = mp.exp(mp.pi * mp.sinh(t))
        found.append((inner / (1 + inner), 1 / (1 + inner), mp.pi * mp.cosh(t) * inner / (1 + inner) ** 2 / 12))
    return found


def placed(z: list[Any], f: tuple[float, ...], d: int) -> list[Any]:
    """Mean plus L z."""
    lower = [[mp.exp(mpf(f[d + i])) if i == j else mpf(0) for j in range(d)] for i in range(d)]
    below = [(row, column) for row in range(d) for column in range(row)]
    for place, (row, column) in enumerate(below):
        lower[row][column] = mpf(f[2 * d + place]) if len(f) > 2 * d + place else mpf(0)
    return [mpf(f[i]) + mp.fsum(lower[i][j] * z[j] for j in range(d)) for i in range(d)]


def normals(f: tuple[float, ...], d: int) -> Rule:
    """Weights of their own: the density is in them."""
    points = [(mpf(0), mpf(2) / 3), (mp.sqrt(3), mpf(1) / 6), (-mp.sqrt(3), mpf(1) / 6)]
    for chosen in itertools.product(points, repeat=d):
        yield placed([z for z, _ in chosen], f, d), (mp.fprod(w for _, w in chosen),)


def students(f: tuple[float, ...]) -> Rule:
    """In the plane: 1 - u = v^(2/n) with v uniform, u = q/(n + q), and an angle."""
    n = mp.exp(mpf(f[-1]))
    for v, _, weight in nodes():
        left = v ** (2 / n)
        size = mp.sqrt(n * (1 - left) / left)
        for k in range(8):
            angle = mp.pi * k / 4
            yield placed([size * mp.cos(angle), size * mp.sin(angle)], f[:-1], 2), (weight / 8,)


def shares() -> Rule:
    """Three of them, broken off one after the other."""
    for a, rest, first in nodes():
        for b, left, second in nodes():
            yield [a, rest * b, rest * left], first * second * rest


def directions(d: int) -> Rule:
    """On the circle, and on the sphere about its third axis."""
    if d == 2:
        for k in range(96):
            yield [mp.cos(mp.pi * k / 48), mp.sin(mp.pi * k / 48)], mp.pi / 48
        return
    for x, rest, weight in nodes():
        across = 2 * mp.sqrt(x * rest)
        for k in range(48):
            angle = mp.pi * k / 24
            yield [across * mp.cos(angle), across * mp.sin(angle), x - rest], weight * 2 * mp.pi / 24


#: label in the table -> textbook formula, outputs, outcomes, what is given by keyword
CASES: dict[str, tuple[Callable[..., Any], tuple[float, ...], Callable[[], Rule], dict[str, float]]] = {
    "MultivariateNormal()": (vectors.multivariate_normal, FACTOR, lambda: normals(FACTOR, 2), {}),
    "MultivariateNormal(scale='diagonal')": (vectors.diagonal_normal, FACTOR[:4], lambda: normals(FACTOR[:4], 2), {}),
    "MultivariateNormal(scale='isotropic')": (
        vectors.isotropic_normal, FACTOR[:3], lambda: normals((*FACTOR[:3], FACTOR[2]), 2), {}
    ),
    "MultivariateNormal() of three numbers": (
        vectors.multivariate_normal, (0.3, 0.5, -1.0, 0.2, -0.4, 0.1, 0.7, -0.3, 0.2),
        lambda: normals((0.3, 0.5, -1.0, 0.2, -0.4, 0.1, 0.7, -0.3, 0.2), 3), {},
    ),
    "MultivariateT()": (vectors.multivariate_t, (*FACTOR, 0.9), lambda: students((*FACTOR, 0.9)), {}),
    "Dirichlet()": (vectors.dirichlet, (0.3, 0.5, -0.4, 1.8), shares, {}),
    "Multinomial()": (vectors.multinomial, (0.3, 0.5, -0.4), lambda: tables(4, 3), {"trials": 4.0}),
    "DirichletMultinomial()": (
        vectors.dirichlet_multinomial, (0.3, 0.5, -0.4, 0.9), lambda: tables(4, 3), {"trials": 4.0}
    ),
    "VonMisesFisher() in the plane": (vectors.von_mises_fisher, (0.5, -1.0, 0.9), lambda: directions(2), {}),
    "VonMisesFisher()": (vectors.von_mises_fisher, (0.5, -1.0, 0.7, 0.9), lambda: directions(3), {}),
    "PlackettLuce()": (
        vectors.plackett_luce, (0.3, 0.5, -0.4, 0.9), lambda: every(itertools.permutations(range(4))), {}
    ),
    "LinearChain(classes=2)": (
        vectors.linear_chain(2), (0.3, 0.5, -0.4, 0.9, 0.1, -0.2, 0.7, -0.6, 0.2, 0.4),
        lambda: every(itertools.product(range(2), repeat=3)), {},
    ),
    "Alignment(classes=3)": (
        vectors.alignment(3), (0.3, 0.5, -0.4, 0.9, 0.1, -0.2, 0.7, -0.6, 0.2), lambda: labellings(3, 3), {}
    ),
}  # fmt: skip


def fisher(formula: Callable[..., Any], outputs: tuple[float, ...], rule: Rule) -> list[list[float]] | None:
    """E[score score'], or None where the probabilities do not add up to one."""
    width = range(len(outputs))
    at = variables([mpf(x) for x in outputs])
    mass, total = mpf(0), [[mpf(0) for _ in width] for _ in width]
    for y, weight in rule:
        loss = formula(y, at)
        share = weight[0] if isinstance(weight, tuple) else weight * mp.exp(-loss.value)
        mass += share
        for i in width:
            for j in width:
                total[i][j] += share * loss.gradient[i] * loss.gradient[j]
    print(mp.nstr(mass - 1, 3))
    return [[float(x) for x in row] for row in total] if abs(mass - 1) < mpf(10) ** -13 else None


def main(names: list[str]) -> None:
    found = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    for name in names or CASES:
        formula, outputs, rule, given = CASES[name]
        with mp.workdps(30):
            matrix = fisher(formula, outputs, rule())
        print(name, matrix is not None, flush=True)
        if matrix is not None:
            found[name] = {"outputs": list(outputs), "given": given, "fisher": matrix}
        lines = [f"{json.dumps(key)}: {json.dumps(found[key])}" for key in CASES if key in found]
        FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
