"""The same noise by other parameters: a log-density and its closed forms rewritten by substitution.

A family says what its own parameters are in terms of the others (``mean = shape / rate``); everything else follows:
the formulas by substitution, the Fisher information by the Jacobian. What substitution leaves unfinished is finished
here: sums of fractions become one fraction, so that ``1 - first / (first + second)`` is ``second / (first + second)``
and never a difference of two near numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations_with_replacement
from typing import Any

from likelihoodkit.errors import BindingError
from likelihoodkit.loading.later import Later, sp

words = Later("likelihoodkit.primitives.words")

Way = tuple[str, ...]


def chosen(family: Any, names: Iterable[str]) -> Way | None:
    """The first parameterisation of ``family`` that has all of ``names``; None where it is the family's own.

    A name that none of them has is left for the binding to complain of; names that no single one has are mixed.
    """
    asked = list(names)
    if set(asked) <= set(family.parameters):
        return None
    ways: list[Way] = [tuple(family.parameters), *family.alternatives]
    for way in ways:
        if set(asked) <= set(way):
            return way
    if not set(asked) <= {name for way in ways for name in way}:
        return None
    first = next(way for way in ways if asked[0] in way)
    stranger = next(name for name in asked if name not in first)
    raise BindingError(
        f"{family.__name__}: {asked[0]} and {stranger} belong to different parameterisations",
        family=family.__name__,
        parameter=stranger,
        remedy=f"Use the names of one of them: {spelled(ways)}",
    )


def spelled(ways: Iterable[Way]) -> str:
    """Parameterisations in words: ``mean, shape; or shape, rate``."""
    return "; or ".join(", ".join(way) for way in ways)


def rewritten(formula: Any, places: Mapping[sp.Symbol, sp.Expr]) -> Any:
    """A formula with other parameters in the places of its own."""
    fresh = {symbol for value in places.values() for symbol in value.free_symbols}
    return _finished(words.exact(formula).xreplace(dict(places)), fresh) if fresh else formula


def _finished(expression: Any, fresh: set[sp.Basic]) -> Any:
    """Sums of fractions as one fraction, and the logarithm of one as that of its factors."""

    def fraction(e: sp.Basic) -> bool:
        return bool(e.free_symbols & fresh) and bool(e.is_rational_function(*e.free_symbols))

    def logarithm(e: Any) -> Any:
        whole = sp.factor(1 + e.args[0])
        return e if any(f.is_Add for f in sp.Mul.make_args(whole) for f in f.as_base_exp()[:1]) else sp.log(whole)

    done = expression.replace(lambda e: e.is_Add and fraction(e), sp.factor)
    done = done.replace(lambda e: isinstance(e, words.log1p) and fraction(e.args[0]), logarithm)
    return done.replace(lambda e: isinstance(e, sp.log) and fraction(e.args[0]), lambda e: sp.log(sp.factor(e.args[0])))


def information(
    fisher: Mapping[Any, sp.Expr],
    own: Mapping[str, tuple[sp.Symbol, sp.Expr]],
    new: Mapping[str, sp.Symbol],
) -> dict[tuple[str, str], sp.Expr]:
    """The Fisher information of other parameters, J' F J; empty where the family's own is not declared whole.

    Empty for an angle too: there is no Jacobian at the origin, where the Hessian and quadrature are right.

    ``own`` says for each parameter that is not held its symbol and what it is in the ``new`` ones.
    """
    places = dict(own.values())

    def entry(first: str, second: str) -> sp.Expr | None:
        return fisher.get((first, second), fisher.get((second, first)))

    if any(place.has(sp.atan2) for place in places.values()):  # no Jacobian at the origin
        return {}
    if any(entry(a, b) is None for a, b in combinations_with_replacement(own, 2)):
        return {}
    slopes = {(a, b): sp.diff(own[a][1], symbol) for a in own for b, symbol in new.items()}
    found = {}
    for b, c in combinations_with_replacement(new, 2):
        terms = [
            words.exact(entry(i, j)).xreplace(places) * slopes[i, b] * slopes[j, c]
            for i in own
            for j in own
            if slopes[i, b] != 0 and slopes[j, c] != 0
        ]
        found[b, c] = _collected(sp.Add(*terms), set(new.values()))
    return found


def _collected(expression: sp.Expr, fresh: set[sp.Basic]) -> sp.Expr:
    """Terms with the same special function put together, so that what cancels is gone before it is computed."""
    functions = sorted(expression.atoms(sp.Function), key=sp.default_sort_key)
    finished = expression.replace(
        lambda e: e.is_Add and bool(e.free_symbols & fresh) and bool(e.is_rational_function(*e.free_symbols)), sp.factor
    )
    if not functions:
        return sp.factor(finished)
    return sp.collect(sp.expand(finished, power_exp=False, power_base=False, log=False), functions, sp.factor)
