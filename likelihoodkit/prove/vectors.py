"""Vectors of any length K in the zero test: sums over entries and picked entries.

A vector is an expression in which some generators carry one value per entry. A sum over the entries is linear and
pulls scalars out; a one-hot factor turns it into a pick; picking distributes over every entrywise operation. With
softmax(z) read as exp(z)/sum exp(z) and log_sum_exp(z) as log(sum exp(z)), these are all the rules there are.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import sympy as sp

from likelihoodkit.primitives import pick, sum_over
from likelihoodkit.prove.generators import single
from likelihoodkit.prove.outcome import Unsupported
from likelihoodkit.prove.ring import Exponent, Frac, Monomial, Poly, constant, total

if TYPE_CHECKING:
    from likelihoodkit.prove.zero import Reader

LENGTH = sp.Symbol("K", positive=True)  # the number of entries; a claim may mention it as a setting


def summed(reader: Reader, value: Frac) -> Frac:
    """The sum over all entries."""
    table = reader.table
    value = reader.reduced(value).cancelled()
    scalar_den: dict[Poly, int] = {}
    num = value.num
    for factor, power in sorted(value.den.items()):
        if any(table.rows[g].vector for g in factor.generators):
            level = table.level(factor.generators)
            index = table.add("inverse", factor.key, factor, level=level, vector=True)
            num = num.scaled(Fraction(1), ((index, power),))
        else:
            scalar_den[factor] = power
    terms = []
    for monomial, coefficient in num.key:
        scalar = tuple((g, k) for g, k in monomial if not table.rows[g].vector)
        entries = tuple((g, k) for g, k in monomial if table.rows[g].vector)
        terms.append(Frac(Poly({scalar: coefficient})) * _entry_sum(reader, entries))
    return total(terms) * Frac(Poly({(): Fraction(1)}), scalar_den)


def _entry_sum(reader: Reader, entries: Monomial) -> Frac:
    table = reader.table
    if not entries:
        return single(table.add("symbol", LENGTH, LENGTH, level=0, sign="+"))
    flags = [(g, k) for g, k in entries if table.rows[g].kind == "one_hot"]
    if flags:
        g, k = flags[0]
        if not (isinstance(k, int) and k > 0):
            raise Unsupported("division by a one-hot vector")
        index = table.rows[g].data[1][0]
        rest = tuple((h, e) for h, e in entries if h != g)  # a one-hot vector is its own square
        return picked(reader, Frac(Poly({rest: Fraction(1)})), index)
    if len(entries) == 1 and entries[0][1] == 1 and table.rows[entries[0][0]].data in reader.simplexes:
        return constant(1)
    sign = table.monomial_sign(entries)
    level = table.level(g for g, _ in entries)
    data = (sum_over, (Frac(Poly({entries: Fraction(1)})),))
    return single(table.add("sum", entries, data, level=level, sign=sign))


def picked(reader: Reader, value: Frac, index: Frac) -> Frac:
    """One entry: every vector generator is replaced by its entry."""
    value = reader.reduced(value)
    top = _picked_poly(reader, value.num, index)
    for factor, power in sorted(value.den.items()):
        top = top * _picked_poly(reader, factor, index).power(-power)
    return reader.reduced(top)


def _picked_poly(reader: Reader, poly: Poly, index: Frac) -> Frac:
    terms = []
    for monomial, coefficient in poly.key:
        product = constant(coefficient)
        for g, k in monomial:
            product = product * _picked_power(reader, g, k, index)
        terms.append(product)
    return total(terms)


def _picked_power(reader: Reader, g: int, k: Exponent, index: Frac) -> Frac:
    table = reader.table
    row = table.rows[g]
    if not row.vector:
        return single(g, k)
    if row.kind == "exp":
        monomial, unit = row.data
        return reader.exp(_picked_poly(reader, Poly({monomial: unit * Fraction(k)}), index))
    if row.kind == "log":
        return _whole_power(reader.log(_picked_poly(reader, row.data, index)), k)
    if row.kind == "inverse":
        return _whole_power(_picked_poly(reader, row.data, index), -k)
    if row.kind == "root":
        return reader.root(_picked_poly(reader, row.data, index), Fraction(k))
    if row.kind == "abs":
        return _whole_power(reader.absolute(_picked_poly(reader, row.data, index)), k)
    if row.kind == "one_hot" and row.data[1][0].key == index.key:
        return constant(1)
    level = max(row.level, reader.level(index))
    base = Frac(Poly({((g, 1),): Fraction(1)}))
    return single(table.add("pick", (g, index.key), (pick, (base, index)), level=level, sign=row.sign), k)


def _whole_power(value: Frac, k: Exponent) -> Frac:
    if not isinstance(k, int):
        raise Unsupported("a fractional power of an entry")
    return value.power(k)
