"""From declarations to a claim: which output is which, where everything lives, what is held."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping
from typing import Any

import sympy as sp

from likelihoodkit.declaration import Bound, Shared, as_bound
from likelihoodkit.declaration.binding import Fixed, Held
from likelihoodkit.errors import InputError
from likelihoodkit.links import Link
from likelihoodkit.primitives import VectorSymbol, one_hot, sum_over
from likelihoodkit.primitives.distances import heading
from likelihoodkit.primitives.words import exact
from likelihoodkit.prove.chains import TOLD, by_steps
from likelihoodkit.prove.domain import Domain
from likelihoodkit.prove.expression import roles
from likelihoodkit.prove.factors_of_matrices import simpler, without_factors
from likelihoodkit.prove.held_vectors import together
from likelihoodkit.prove.readings import read_inputs
from likelihoodkit.prove.ready import Ready
from likelihoodkit.prove.side import Side, domain, ended, is_classes
from likelihoodkit.stabilise.spellings import SPELLINGS
from likelihoodkit.supports import Support, binary, sphere


def side(thing: Any) -> Side:
    """A noise, a bound noise, a named loss (settings open or given), a `Loss`, or an expression of the user."""
    if isinstance(thing, Side):
        return thing
    if isinstance(thing, sp.Expr):
        read = roles(thing)
        return Side(str(read.formula), read.formula, read.target, read.predicted, read.settings)
    declaration = getattr(thing, "declaration", thing)  # a named loss whose settings are not given: they stay symbols
    bound: Bound = thing.bound if hasattr(thing, "bound") else as_bound(declaration)
    family = bound.family
    formula = family.formula if family.sign > 0 else -family.formula
    for function in (sp.binomial, sp.beta):  # of which gamma functions are known
        formula = formula.replace(function, SPELLINGS[function])
    predicted, settings, learnt, numbers = [], [], [], {}
    fixed = []
    for name, how in bound.bindings:
        row = family.parameters[name]
        if row.domain.layout == "triangle":
            row, value = simpler(row, how)
            if value is not None:
                numbers[family.parameters[name].symbol] = value
            if isinstance(how, Held) and isinstance(how.value, sp.Expr):
                continue
        if isinstance(how, Held) and isinstance(how.value, Fixed):
            fixed.append((row.symbol, how.value.values))
        elif isinstance(how, Link):
            predicted.append((row, how))
        elif isinstance(how, Shared):
            settings.append(row)
            learnt.append(name)
        elif how.value is not None:
            numbers[row.symbol] = how.value
        else:
            settings.append(row)
    if not predicted:
        raise InputError(f"{bound.name} predicts nothing, so there is no loss to compare", family=bound.name)
    roles_ = tuple(predicted), tuple(settings), tuple(learnt)
    formula = without_factors(formula.xreplace(numbers))
    held = {name: number for name, number in bound.held.items() if number is not None}
    target, values = ended(family.outcome, held), tuple(held.items())
    this = Side(repr(bound), formula, target, *roles_, family.sign < 0, tuple(fixed), family.__name__, values)
    return read_inputs(this, family)


def matched(left: Side, right: Side) -> list[tuple[Side, tuple[str, ...]]]:
    """``right`` with several predictions under the names of ``left``, and which stands for which.

    Predictions of one name are each other's; the others are matched in every way that their domains allow.
    """
    mine, theirs = [row for row, _ in left.predicted], {row.name: (row, link) for row, link in right.predicted}
    names = [row.name for row in mine]
    if len(theirs) < 2 or len(theirs) != len(mine) or names == list(theirs):
        return [(right, ())]
    others = [name for name in theirs if name not in names]
    ways = []
    for order in itertools.permutations(others):
        nameless = iter(order)
        chosen = [theirs[name if name in theirs else next(nameless)] for name in names]
        if all(_alike(one.domain, row.domain) for one, (row, _) in zip(mine, chosen, strict=True)):
            pairs = list(zip(names, chosen, strict=True))
            told = tuple(f"{name} stands for {row.name}" for name, (row, _) in pairs if name != row.name)
            predicted = tuple((dataclasses.replace(row, name=n, written=row.symbol), link) for n, (row, link) in pairs)
            ways.append((dataclasses.replace(right, predicted=predicted), told))
    return ways or [(right, ())]


def prepared(left: Side, right: Side, where: Mapping[str, Any]) -> Ready:
    """Both sides in the same symbols: those of the left side."""
    ready = _prepared(left, right, where)
    formula, by_step = by_steps(ready.left, ready.right, ready.fixed)
    if by_step:
        still = {symbol: held for symbol, held in ready.fixed.items() if symbol in formula.free_symbols}
        return dataclasses.replace(ready, left=formula, fixed=still, assumptions=(*ready.assumptions, TOLD))
    if left.target.domain != sphere:
        return ready
    vectors = (*ready.targets, *ready.predictions)
    formula = ready.right.xreplace({heading(v): v for v in vectors if isinstance(v, VectorSymbol)})
    told = ("the vectors have length 1",) if formula != ready.right else ()  # they are their own directions
    return dataclasses.replace(ready, right=formula, assumptions=(*ready.assumptions, *told))


def _prepared(left: Side, right: Side, where: Mapping[str, Any]) -> Ready:
    assumptions: list[str] = []
    left, right, fixed = together(left, right)
    left_formula, right_formula = left.formula, right.formula
    (mine, my_link), (theirs, their_link) = left.predicted[0], right.predicted[0]
    if len(right.predicted) > 1 and [r.name for r, _ in left.predicted] != [r.name for r, _ in right.predicted]:
        names = ", ".join(r.name for r, _ in right.predicted)
        raise InputError(f"{right.name} predicts more than {left.name}: {names}")
    y, target_domain = left.target.symbol, left.target.domain
    if _same_inside(target_domain, right.target.domain) and not right.target.domain.includes(target_domain):
        target_domain = right.target.domain
        left = dataclasses.replace(left, target=dataclasses.replace(left.target, domain=target_domain))
        assumptions.append(f"on {target_domain.words}, which is all that {right.name} takes")
    lifted = right.target.domain.vector and not target_domain.vector and not is_classes(target_domain)
    if lifted:
        scalars = (y, *(row.symbol for row, _ in left.predicted))
        vectors = {s: _vector(s) for s in scalars}
        left_formula = sum_over(left_formula.xreplace(vectors))
        y = vectors[y]
        assumptions.append("coordinates are independent, with the same settings")
    settings = _settings(left, right, where)
    right_formula = right_formula.xreplace(settings)
    summed = target_domain.vector and not right.target.domain.vector and target_domain.layout == "entries"
    if summed:
        entries = {row.symbol: _vector(row.symbol) for row in (theirs, right.target)}
        right_formula = sum_over(right_formula.xreplace(entries))
        theirs = dataclasses.replace(theirs, written=entries[theirs.symbol], domain=mine.domain)
        assumptions.append("the loss is summed over the entries")
    predictions: list[sp.Symbol] = []
    domains: dict[sp.Symbol, Domain] = {}
    pairs = [(mine, my_link, theirs, their_link)]
    pairs += [(a, la, b, lb) for (a, la), (b, lb) in zip(left.predicted[1:], right.predicted[1:], strict=False)]
    for a, la, b, lb in pairs:
        symbol = _vector(a.symbol) if lifted else a.symbol
        if _alike(a.domain, b.domain) or lifted:
            right_formula = right_formula.xreplace({b.symbol: symbol})
            predictions.append(symbol)
            domains[symbol] = domain(a.domain)
            if la != lb and not lifted:
                assumptions.append(f"both read the same {a.name}, whatever link gives it")
        else:
            kind = VectorSymbol if a.domain.vector else sp.Symbol
            output = kind(f"f_{a.name}", real=True)
            left_formula = left_formula.xreplace({symbol: la.inverse(output)})
            right_formula = right_formula.xreplace({b.symbol: lb.inverse(output)})
            predictions.append(output)
            domains[output] = Domain.real()
    for row, _ in left.predicted[len(pairs) :]:
        predictions.append(row.symbol)
        domains[row.symbol] = domain(row.domain)
    if summed:
        right_formula = right_formula.xreplace({_vector(right.target.symbol): y})
    else:
        target = _target(left, right, y, predictions[0], lifted)
        right_formula = right_formula.xreplace({right.target.symbol: target})
    for row in left.settings:
        domains[row.symbol] = domain(row.domain)
    for row in right.settings:
        new = settings.get(row.symbol, row.symbol)
        if new.is_Symbol and new not in domains:
            domains[new] = domain(row.domain)
    domains[y] = domain(target_domain, {row.name: row.symbol for row in left.settings})
    values = [0, 1] if binary.includes(target_domain) else None
    more = domains, values, tuple(assumptions), fixed, bool(left.family or right.family)
    return Ready(left_formula, right_formula, tuple(predictions), (y,), *more)


def _vector(symbol: sp.Symbol) -> VectorSymbol:
    facts = {name: True for name in ("real", "positive", "nonnegative") if symbol.assumptions0.get(name)}
    return VectorSymbol(symbol.name, **facts)


def _alike(one: Support, two: Support) -> bool:
    return (one.low, one.high, one.vector, one.sums_to_one) == (two.low, two.high, two.vector, two.sums_to_one)


def _same_inside(one: Support, two: Support) -> bool:
    """Do the two differ in nothing but which of their ends belong to them?"""
    return (one.whole, one.circular) == (two.whole, two.circular) and _alike(one, two)


def _target(left: Side, right: Side, y: sp.Symbol, prediction: sp.Symbol, lifted: bool) -> sp.Expr:
    mine, theirs = left.target.domain, right.target.domain
    if is_classes(mine) and theirs.vector and theirs.sums_to_one:
        return one_hot(y, prediction)
    if lifted or theirs.includes(mine) or ((mine.circular or theirs.circular) and _alike(mine, theirs)):
        return y
    raise InputError(
        f"{right.name} takes {theirs.words}, but {left.name} speaks of {mine.words}",
        remedy="Compare with a loss for the same kind of outcome",
    )


def _settings(left: Side, right: Side, where: Mapping[str, Any]) -> dict[sp.Symbol, sp.Expr]:
    """The right side's settings in the left side's symbols: by ``where``, by name, or a symbol of its own."""
    known = {row.name: row for row in left.settings}
    unknown = [name for name in where if name not in {row.name for row in right.settings}]
    if unknown:
        raise InputError(f"{right.name} has no open setting {unknown[0]!r}", parameter=unknown[0])
    taken = {str(s) for s in left.formula.free_symbols} | {left.target.name}
    moves: dict[sp.Symbol, sp.Expr] = {}
    for row in right.settings:
        if row.name in where:
            moves[row.symbol] = exact(where[row.name])
        elif row.name in known and _alike(known[row.name].domain, row.domain):
            moves[row.symbol] = known[row.name].symbol
        elif row.name in taken:
            moves[row.symbol] = sp.Symbol(f"{row.name} of {right.name}", **row.domain.assumptions)
    return moves
