"""The few relations between generators: a root to its power is its base, |f|^2 is f^2, sin^2 is 1 - cos^2."""

from __future__ import annotations

import math
from fractions import Fraction

from likelihoodkit.prove.generators import Table
from likelihoodkit.prove.outcome import Unsupported
from likelihoodkit.prove.ring import ONE, Frac, Monomial, Poly, constant, times


def settle(table: Table, value: Frac) -> Frac:
    """Apply the relations of roots, absolute values and sines until none applies."""
    for _ in range(40):
        for monomial in value.num.key:
            better = _relation(table, monomial[0])
            if better is not None:
                rest = Frac(value.num + Poly({monomial[0]: -monomial[1]}), value.den)
                coefficient = Frac(Poly({(): monomial[1]}), value.den)
                value = rest + coefficient * better
                break
        else:
            return value
    raise Unsupported("relations do not settle")


def _relation(table: Table, monomial: Monomial) -> Frac | None:
    for g, k in monomial:
        row = table.rows[g]
        if row.kind in ("root", "prime") and not 0 < k < 1:
            low = int(k // 1)
            base = constant(int(row.data)) if row.kind == "prime" else Frac(row.data)
            swap = base.power(low)
        elif row.kind == "abs" and not 0 <= k < 2:
            low = 2 * math.floor(k / 2)
            swap = Frac(row.data).power(low)
        elif row.kind == "sin" and isinstance(k, int) and k >= 2:
            low = 2
            cosine = table.find("cos", row.data)
            assert cosine is not None
            swap = Frac(ONE + Poly({((cosine, 2),): Fraction(-1)}))
        else:
            continue
        return Frac(Poly({times(monomial, ((g, -low),)): Fraction(1)})) * swap
    return None
