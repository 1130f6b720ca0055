"""The Kullback-Leibler divergence of two noises in closed form, derived from their declared log-densities.

log p(y) - log q(y) is written out as a sum of functions of y; each is replaced by its expectation under p, from the
table of expectations or from what the family declares. Where one has none, there is no closed form, and it says so.
"""

from __future__ import annotations

from functools import cache
from typing import Any, cast

import sympy as sp

from likelihoodkit.binding import Bound, Fixed, Held, Parameter
from likelihoodkit.declaration import as_bound
from likelihoodkit.errors import BindingError, DerivationError
from likelihoodkit.families import FAMILIES
from likelihoodkit.losses._expectations import LAWS, Law
from likelihoodkit.losses._written import WRITTEN
from likelihoodkit.primitives import Primitive, is_vector

#: what the symbols of the second noise begin with
PRIOR = "prior_"


class _NoClosedFormError(Exception):
    """A function of y whose expectation is not in the table."""


def symbols(bound: Bound, prefix: str = "") -> dict[str, sp.Expr]:
    """A noise's parameters by name: numbers where they are held, else symbols with the prefix before their names."""
    found: dict[str, sp.Expr] = {}
    for name, how in bound.bindings:
        row = bound.family.parameters[name]
        if isinstance(how, Held) and isinstance(how.value, sp.Expr):
            found[name] = how.value
        elif isinstance(how, Held):
            what = "a vector" if isinstance(how.value, Fixed) else "nothing"
            raise BindingError(
                f"{bound.name}.{name} is held at {what}: a divergence wants a number or a prediction",
                family=bound.name,
                parameter=name,
            )
        else:
            found[name] = type(row.symbol)(prefix + name, **row.symbol.assumptions0)
    return found


def kl_formula(noise: Any, other: Any) -> sp.Expr:
    """KL(noise, other) = E[log p(Y) - log q(Y)], Y from the first, in closed form.

    Parameters that are predicted stand as symbols of their names, those of ``other`` with "prior_" before them.
    Infinite where p has mass that q has not, or where an expectation diverges.

    Raises `DerivationError` where the pair has no closed form.

    >>> import likelihoodkit as lk
    >>> from likelihoodkit.losses import kl_formula
    >>> kl_formula(lk.Exponential(mean=2), lk.Exponential(mean=3)).evalf(6)
    0.0721318
    >>> kl_formula(lk.Gamma(mean=1, shape=1), lk.Exponential(mean=4)).evalf(6)
    0.636294
    """
    return _formula(as_bound(noise), as_bound(other))


@cache
def _formula(p: Bound, q: Bound) -> sp.Expr:
    mine, theirs = symbols(p), symbols(q, PRIOR)
    _same_kind(p, q)
    written = WRITTEN.get((p.name, q.name))
    if written is not None and not (p.name == "MultivariateNormal" and is_vector(theirs["scale"])):
        return written(**mine, **{PRIOR + name: value for name, value in theirs.items()})
    if p.family.outcome.domain.vector:
        raise _none(p, q, "nothing is written down for these vectors")
    alike = frozenset(n for n, v in mine.items() if v.is_number and p.family is q.family and theirs[n] == v)
    try:
        one, two = cast(Any, p.family), cast(Any, q.family)
        formula = _derived(one, two, alike)
    except _NoClosedFormError as why:
        raise _none(p, q, str(why)) from None
    rows, others = p.family.parameters, q.family.parameters
    moves = {_own(others[n], PRIOR): v for n, v in theirs.items()} | {_own(rows[n], ""): v for n, v in mine.items()}
    return formula.xreplace(moves)


def _own(row: Parameter, prefix: str) -> sp.Symbol:
    return type(row.symbol)(prefix + row.name, **row.symbol.assumptions0)


@cache
def _derived(one: Any, two: Any, alike: frozenset[str]) -> sp.Expr:
    """The divergence of two families in symbols for all parameters; those ``alike`` have one symbol in both."""
    y = one.outcome.symbol
    mine = {row.symbol: _own(row, "") for row in one.parameters.values()}
    theirs = {row.symbol: _own(row, "" if n in alike else PRIOR) for n, row in two.parameters.items()}
    by_name = {n: mine[row.symbol] for n, row in one.parameters.items()}
    law: Law = LAWS[one.__name__](**by_name) if one.__name__ in LAWS else {}
    log_p, log_q = one.formula.xreplace(mine), two.formula.xreplace({two.outcome.symbol: y, **theirs})
    declared = {
        form: getattr(one, form).xreplace(mine)
        for form in ("expectation", "variance", "entropy")
        if isinstance(getattr(one, form, None), sp.Expr)
    }
    if one.outcome.domain.classes == 2:
        return _over_labels(log_p - log_q, y, by_name["probability"])
    try:
        return _expected(_terms(log_p - log_q, y), y, law, declared)
    except _NoClosedFormError:
        if "entropy" not in declared:
            raise
    cross = _expected({f: -c for f, c in _terms(log_q, y).items()}, y, law, declared)
    if isinstance(cross, sp.Piecewise):
        (value, condition), diverges = cross.args
        return sp.Piecewise((value - declared["entropy"], condition), diverges)
    return cross - declared["entropy"]


def _same_kind(p: Bound, q: Bound) -> None:
    """p must have no outcome that q has not."""
    first, second = p.family.outcome.domain, q.family.outcome.domain
    inside = (first.low, -first.high) >= (second.low, -second.high) and first.low >= second.low
    inside = inside and first.high <= second.high
    limits = [(d.upper or d.total, b.held.get(d.upper or d.total or "")) for d, b in ((first, p), (second, q))]
    kinds = [(d.discrete, d.circular, d.vector) for d in (first, second)]
    if limits[0] != limits[1] or kinds[0] != kinds[1]:
        raise DerivationError(f"{p!r} and {q!r} speak of different kinds of outcome", family=p.name)
    if not inside:
        raise DerivationError(
            f"KL({p!r}, {q!r}) is infinite: {first.words} are not all {second.words}",
            family=p.name,
            remedy="Take the two the other way round, or a family with the same support",
        )


def _none(p: Bound, q: Bound, why: str) -> DerivationError:
    return DerivationError(
        f"KL({p!r}, {q!r}) has no closed form here: {why}",
        family=p.name,
        remedy="Estimate it from draws of the first: the mean of log p - log q",
    )


def _terms(expression: sp.Expr, y: sp.Symbol) -> dict[sp.Expr, sp.Expr]:
    """A log-density as a sum: function of y -> its coefficient."""
    written_out = sp.expand_log(sp.expand(_lowered(expression, y)), force=True)
    written_out = sp.expand(sp.expand_power_base(written_out, force=True))
    found: dict[sp.Expr, sp.Expr] = {}
    for term in sp.Add.make_args(written_out):
        coefficient, function = term.as_independent(y, as_Add=False)
        found[function] = found.get(function, sp.S.Zero) + coefficient
    return {function: c for function, c in found.items() if sp.expand(c) != 0}


def _lowered(expression: sp.Expr, y: sp.Symbol) -> sp.Expr:
    """Primitives of y as what they mean; those of parameters alone stay, for the engines know no Bessel function."""
    if not expression.has(y) or not expression.args:
        return expression
    rebuilt = expression.func(*[_lowered(a, y) for a in expression.args])
    if isinstance(rebuilt, Primitive) and rebuilt.record.meaning is not None:
        return _lowered(rebuilt.meaning(), y)
    return rebuilt


def _over_labels(expression: sp.Expr, y: sp.Symbol, probability: sp.Expr) -> sp.Expr:
    """The expectation over the labels 0 and 1 is a sum of two terms."""
    formula = _lowered(expression, y)
    at_zero, at_one = (formula.xreplace({y: sp.Integer(label)}) for label in (0, 1))
    if at_zero.has(sp.nan, sp.zoo) or at_one.has(sp.nan, sp.zoo):
        raise _NoClosedFormError("the formula has no plain value at a label")
    return (1 - probability) * at_zero + probability * at_one


def _expected(terms: dict[sp.Expr, sp.Expr], y: sp.Symbol, law: Law, declared: dict[str, sp.Expr]) -> sp.Expr:
    """The sum of the coefficients times expectations; infinite as soon as one of these diverges.

    Different functions grow at different rates, so what diverges is not cancelled by another, and a divergence is
    never minus infinity.
    """
    total, conditions = [], []
    for function, coefficient in terms.items():
        value = sp.S.One if function == 1 else _expectation(function, y, law, declared)
        if isinstance(value, sp.Piecewise) and value.args[-1].expr in (sp.oo, sp.nan):
            (value, condition), _ = value.args
            conditions.append(condition)
        total.append(coefficient * value)
    if not conditions:
        return sp.Add(*total)
    return sp.Piecewise((sp.Add(*total), sp.And(*conditions)), (sp.oo, True))


def _expectation(function: sp.Expr, y: sp.Symbol, law: Law, declared: dict[str, sp.Expr]) -> sp.Expr:
    """E[function(Y)] from the table, or from the declared moments."""
    kind, arguments = _kind(function, y)
    found = law[kind](*arguments) if kind in law else None
    if found is None and kind == "power" and arguments[0] == 1:
        found = declared.get("expectation")
    if found is None and kind == "power" and arguments[0] == 2 and {"expectation", "variance"} <= set(declared):
        mean, variance = declared["expectation"], declared["variance"]
        if isinstance(mean, sp.Piecewise) or isinstance(variance, sp.Piecewise):
            (mean, _), (spread, condition) = (_first(e) for e in (mean, variance))
            return sp.Piecewise((spread + mean**2, condition), (sp.oo, True))
        found = variance + mean**2
    if found is None or found.has(sp.zoo):
        raise _NoClosedFormError(f"nothing is known of the mean of {function}")
    return found


def _first(value: sp.Expr) -> tuple[sp.Expr, Any]:
    """The finite branch of a moment and where it holds."""
    return tuple(value.args[0]) if isinstance(value, sp.Piecewise) else (value, sp.true)


def _kind(function: sp.Expr, y: sp.Symbol) -> tuple[str, tuple[sp.Expr, ...]]:
    """Which row of the table a function of y is, and what stands in it."""
    log_y, log_rest = sp.log(y), sp.log(1 - y)
    plain = {
        y: ("power", (sp.S.One,)),
        log_y: ("log", ()),
        log_y**2: ("log squared", ()),
        log_rest: ("log rest", ()),
        log_rest**2: ("log rest squared", ()),
        log_y * log_rest: ("log log rest", ()),
        sp.log(1 + y): ("log one more", ()),
    }
    if function in plain:
        return plain[function]
    if isinstance(function, sp.exp):
        exponent = function.args[0]
        for base, kind in ((log_y, "power"), (y, "exp")):
            rate = exponent / base
            if not rate.has(y):
                return kind, (rate,)
    elif function.is_Pow and function.base == y and not function.exp.has(y):
        return "power", (function.exp,)
    if isinstance(function, sp.Abs):
        place = sp.expand(function.args[0])
        for sign in (1, -1):
            rest = sp.expand(sign * place + y)
            if not rest.has(y):
                return "absolute", (rest,)
    if isinstance(function, sp.cos):
        rest = sp.expand(function.args[0] + y)
        if not rest.has(y):
            return "cosine", (rest,)
    return "unknown", ()


def kl_pairs() -> list[tuple[str, str]]:
    """The pairs of families whose divergence has a closed form here, all parameters predicted where they can be."""
    found = []
    for first, one in FAMILIES.items():
        for second, two in FAMILIES.items():
            try:
                _formula(as_bound(one), as_bound(two))
            except (DerivationError, BindingError):
                continue
            found.append((first, second))
    return found
