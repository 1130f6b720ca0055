"""Kinks and cases: the switches of an expression, and which branch holds where signs are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

import sympy as sp
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from likelihoodkit.prove.generators import Sign
from likelihoodkit.prove.outcome import Undecided
from likelihoodkit.prove.signs import SPLIT, Signs, nonnegative


def switches(e: sp.Expr) -> Iterator[sp.Expr]:
    """Everything whose sign decides a branch."""
    for node in sp.preorder_traversal(e):
        if isinstance(node, sp.Abs):
            yield node.args[0]
        elif isinstance(node, sp.Max | sp.Min):
            for one, two in combinations(sorted(node.args, key=sp.default_sort_key), 2):
                yield one - two
        elif isinstance(node, sp.Piecewise):
            for _, condition in node.args:
                for relation in sorted(condition.atoms(Relational), key=sp.default_sort_key):
                    yield relation.lhs - relation.rhs


def borders(e: sp.Expr) -> set[sp.Expr]:
    """Expressions without |.|, max and min whose zeros include all kinks and jumps of ``e``: more than needed."""
    found: set[sp.Expr] = set()
    for switch in switches(e):
        found |= _variants(switch)
        if len(found) > 60:
            break
    return found


def _variants(e: sp.Expr) -> set[sp.Expr]:
    inner = next((n for n in sp.postorder_traversal(e) if isinstance(n, SPLIT)), None)
    if inner is None:
        return {e}
    if isinstance(inner, sp.Abs):
        choices = [inner.args[0], -inner.args[0]]
    elif isinstance(inner, sp.Piecewise):
        choices = [value for value, _ in inner.args]
    else:
        choices = sorted(inner.args, key=sp.default_sort_key)
    return set().union(*[_variants(e.xreplace({inner: c})) for c in choices])


#: functions without poles, jumps or kinks: two formulas of them that agree on an open set agree everywhere
ENTIRE = (sp.Add, sp.Mul, sp.sin, sp.cos, sp.exp, sp.sinh, sp.cosh)


def _entire(e: sp.Expr) -> bool:
    if e.is_Pow:
        return bool(e.exp.is_Integer and e.exp >= 0) and _entire(e.base)
    return e.is_Symbol or e.is_Rational or (isinstance(e, ENTIRE) and all(_entire(a) for a in e.args))


def alike(e: sp.Expr, same: Callable[[sp.Expr, sp.Expr], bool]) -> sp.Expr:
    """The expression with every choice among one formula in several spellings replaced by that formula."""
    swaps = {}
    for choice in e.atoms(sp.Piecewise):
        (first, _), *others = choice.args
        total = choice.args[-1][1] == sp.true
        if total and all(_entire(v) for v, _ in choice.args) and all(same(first, v) for v, _ in others):
            swaps[choice] = first
    return e.xreplace(swaps)


def truth(condition: Boolean, signs: Signs) -> bool | None:
    """The truth of a condition in a cell, None where it is open."""
    if condition in (sp.true, sp.false):
        return bool(condition)
    if isinstance(condition, sp.And | sp.Or):
        parts = [truth(c, signs) for c in condition.args]
        stop = isinstance(condition, sp.Or)
        if stop in parts:
            return stop
        return None if None in parts else not stop
    if isinstance(condition, sp.Not):
        inner = truth(condition.args[0], signs)
        return None if inner is None else not inner
    if isinstance(condition, Relational):
        return _relation(condition, signs.of(condition.lhs - condition.rhs))
    raise Undecided(f"cannot judge the condition {condition}")


def _relation(relation: Relational, sign: Sign | None) -> bool | None:
    if isinstance(relation, sp.Eq | sp.Ne):
        equal = True if sign == "0" else False if sign in ("+", "-") else None
        return equal if equal is None or isinstance(relation, sp.Eq) else not equal
    table: dict[type, tuple[set[str], set[str]]] = {
        sp.Gt: ({"+"}, {"-", "0-", "0"}),
        sp.Ge: ({"+", "0+", "0"}, {"-"}),
        sp.Lt: ({"-"}, {"+", "0+", "0"}),
        sp.Le: ({"-", "0-", "0"}, {"+"}),
    }
    yes, no = table[relation.func]
    return True if sign in yes else False if sign in no else None


def branch(e: sp.Piecewise, signs: Signs) -> sp.Expr | None:
    """The branch that holds in a cell, None where that is open."""
    for value, condition in e.args:
        holds = truth(condition, signs)
        if holds is None:
            return None
        if holds:
            return value
    raise Undecided("a piecewise formula has no branch for part of its domain")


def resolved(e: sp.Expr, signs: Signs) -> sp.Expr:
    """The expression with every |.|, max, min and condition whose case is decided replaced."""
    if not e.args or not e.has(*SPLIT):
        return e
    if isinstance(e, sp.Piecewise):
        chosen = branch(e, signs)
        if chosen is not None:
            return resolved(chosen, signs)
        return sp.Piecewise(*[(resolved(v, signs), settled(c, signs)) for v, c in e.args], evaluate=False)
    e = e.func(*[resolved(a, signs) for a in e.args])
    if isinstance(e, sp.Abs):
        sign = signs.of(e.args[0])
        return e.args[0] if nonnegative(sign) else -e.args[0] if sign in ("-", "0-") else e
    if isinstance(e, sp.Max | sp.Min):
        return _extreme(e, signs)
    return e


def settled(condition: Boolean, signs: Signs) -> Boolean:
    """A condition with the decided cases inside its relations replaced."""
    swaps = {r: r.func(resolved(r.lhs, signs), resolved(r.rhs, signs)) for r in condition.atoms(Relational)}
    return condition.xreplace(swaps)


def _extreme(e: sp.Expr, signs: Signs) -> sp.Expr:
    kept = sorted(e.args, key=sp.default_sort_key)
    larger = isinstance(e, sp.Max)
    for one, two in combinations(list(kept), 2):
        if one not in kept or two not in kept:
            continue
        sign = signs.of(one - two)
        if nonnegative(sign):
            kept.remove(two if larger else one)
        elif sign in ("-", "0-"):
            kept.remove(one if larger else two)
    return e.func(*kept)
