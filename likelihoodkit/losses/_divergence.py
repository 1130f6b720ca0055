"""The Kullback-Leibler divergence of two noises in closed form, derived from their declared log-densities.

log p(y) - log q(y) is written out as a sum of functions of y; each is replaced by its expectation under p, from the
table of expectations or from what the family declares. Where one has none, there is no closed form, and it says so.
"""

from __future__ import annotations

from functools import cache
from typing import Any, cast

import sympy as sp

from likelihoodkit.declaration import as_bound
from likelihoodkit.declaration.binding import Bound, Fixed, Held, Parameter
from likelihoodkit.errors import BindingError, DerivationError
from likelihoodkit.families import FAMILIES
from likelihoodkit.losses._expectations import LAWS, Law
from likelihoodkit.losses._written import WRITTEN
from likelihoodkit.primitives import Primitive

#: what the symbols of the second noise begin with
PRIOR = "prior_"

#: numbers that parameters are held at, by name
Numbers = frozenset[tuple[str, sp.Expr]]


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
    formula = written(**mine, **{PRIOR + name: value for name, value in theirs.items()}) if written else None
    if formula is not None:
        return formula
    if p.family.outcome.domain.vector:
        raise _none(p, q, "nothing is written down for these vectors")
    alike = frozenset(n for n, v in mine.items() if v.is_number and p.family is q.family and theirs[n] == v)
    one, two = cast(Any, p.family), cast(Any, q.family)
    try:
        formula = _derived(one, two, alike)
    except _NoClosedFormError as why:
        sides = ((p, mine, ""), (q, theirs, PRIOR))
        held = [(b.family.parameters[n], n, v, prefix) for b, known, prefix in sides for n, v in known.items()]
        numbers = frozenset((prefix + n, v) for row, n, v, prefix in held if v.is_number and row.domain.low == -sp.oo)
        try:  # what has no mean in general may have one where both are held at one place
            formula = _derived(one, two, alike, numbers)
        except _NoClosedFormError:
            raise _none(p, q, str(why)) from None
    rows, others = p.family.parameters, q.family.parameters
    moves = {_own(others[n], PRIOR): v for n, v in theirs.items()} | {_own(rows[n], ""): v for n, v in mine.items()}
    return formula.xreplace(moves)


def _own(row: Parameter, prefix: str) -> sp.Symbol:
    return type(row.symbol)(prefix + row.name, **row.symbol.assumptions0)


@cache
def _derived(one: Any, two: Any, alike: frozenset[str], numbers: Numbers = frozenset()) -> sp.Expr:
    """The divergence of two families in symbols for all parameters, numbers where these are given.

    Those ``alike`` have one symbol in both.
    """
    y, known = one.outcome.symbol, dict(numbers)
    mine = {row.symbol: known.get(n, _own(row, "")) for n, row in one.parameters.items()}
    by_name = {n: mine[row.symbol] for n, row in one.parameters.items()}
    law: Law = LAWS[one.__name__](**by_name) if one.__name__ in LAWS else {}
    everything = frozenset(one.parameters)
    declared = {
        form: getattr(one, form).xreplace(mine)
        for form in ("expectation", "variance", "entropy")
        if isinstance(getattr(one, form, None), sp.Expr)
    }
    if one.outcome.domain.classes == 2:
        log_p, log_q = _log_density(one, everything, y, numbers), _log_density(two, alike, y, numbers)
        return _over_labels(log_p - log_q, y, by_name["probability"])
    against = {f: -c for f, c in _terms_of(two, alike, y, numbers).items()}
    try:
        return _expected(_sum(_terms_of(one, everything, y, numbers), against), y, law, declared)
    except _NoClosedFormError:
        if "entropy" not in declared:
            raise
    cross = _expected(against, y, law, declared)
    if isinstance(cross, sp.Piecewise):
        (value, condition), diverges = cross.args
        return sp.Piecewise((value - declared["entropy"], condition), diverges)
    return cross - declared["entropy"]


def _log_density(family: Any, alike: frozenset[str], y: sp.Symbol, numbers: Numbers) -> sp.Expr:
    """The log-density at y; parameters that are not ``alike`` have "prior_" before their names."""
    known, names = dict(numbers), {}
    for n, row in family.parameters.items():
        prefix = "" if n in alike else PRIOR
        names[row.symbol] = known.get(prefix + n, _own(row, prefix))
    return family.formula.xreplace({family.outcome.symbol: y, **names})


@cache
def _terms_of(
    family: Any, alike: frozenset[str], y: sp.Symbol, numbers: Numbers = frozenset()
) -> dict[sp.Expr, sp.Expr]:
    """`_terms` of a family's log-density, which is asked for with every partner it may have."""
    return _terms(_log_density(family, alike, y, numbers), y)


def _sum(one: dict[sp.Expr, sp.Expr], two: dict[sp.Expr, sp.Expr]) -> dict[sp.Expr, sp.Expr]:
    """Two sums of functions of y as one, without what cancels."""
    found = {f: sp.expand(one.get(f, sp.S.Zero) + two.get(f, sp.S.Zero)) for f in {**one, **two}}
    return {f: c for f, c in found.items() if c != 0}


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
    if formula.has(sp.besseli, sp.besselk):
        formula = expression  # engines know the noise as a whole
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
    return _of_distance(function, y)


def _of_distance(function: sp.Expr, y: sp.Symbol) -> tuple[str, tuple[sp.Expr, ...]]:
    """The same for functions of the distance of y from a place."""
    base, power = function.as_base_exp()
    if isinstance(function, sp.exp):  # |y - m|^k as e^(k log |y - m|)
        base = next(iter(function.args[0].atoms(sp.Abs)), sp.S.One)
        power = function.args[0] / sp.log(base) if base != 1 else y
    if isinstance(base, sp.Abs) and not power.has(y):
        place = _place(base.args[0], y)
        if place is not None:
            return ("absolute", (place,)) if power == 1 else ("absolute power", (place, power))
    if isinstance(function, sp.log) and isinstance(function.args[0], sp.cosh):
        inside = function.args[0].args[0]
        rate = sp.diff(inside, y)
        if not rate.has(y) and rate != 0:
            return "log cosh", (sp.expand(y - inside / rate), rate)
    if isinstance(function, sp.cos):
        rest = sp.expand(function.args[0] + y)
        if not rest.has(y):
            return "cosine", (rest,)
    return "unknown", ()


def _place(distance: sp.Expr, y: sp.Symbol) -> sp.Expr | None:
    """m where the distance is y - m or m - y; None for anything else."""
    for sign in (1, -1):
        rest = sp.expand(y - sign * sp.expand(distance))
        if not rest.has(y):
            return rest
    return None


def kl_pairs(*families: str) -> list[tuple[str, str]]:
    """The pairs of families whose divergence has a closed form here, all parameters predicted where they can be.

    The first of a pair is one of ``families`` where these are named.
    """
    found = []
    for first in families or tuple(FAMILIES):
        one = FAMILIES[first]
        for second, two in FAMILIES.items():
            try:
                _formula(as_bound(one), as_bound(two))
            except (DerivationError, BindingError):
                continue
            found.append((first, second))
    return found
