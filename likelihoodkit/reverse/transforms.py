"""Losses theta(a) T(y) + A(a): is exp(A) what some density adds up to, that is, the transform of a measure?

exp(-loss) h(y) has the mass one for every prediction a exactly where exp(A), as a function of theta, is the transform
of h: a power series in exp(-theta) for counts, a Laplace transform for amounts, a Mellin transform where T is a
logarithm. Such transforms are unique (Feller, 1971, An introduction to probability theory and its applications II,
XIII.1), so a coefficient or a value of h below zero refutes, and h without one is the proof. Power series laws: Noack
(1950), Annals of Mathematical Statistics 21, 127-132.
"""

from __future__ import annotations

from dataclasses import dataclass

import mpmath
import sympy as sp

from likelihoodkit.elicit.branches import value
from likelihoodkit.elicit.moments import separated
from likelihoodkit.elicit.question import Question
from likelihoodkit.primitives import lower

#: coefficients of a power series that are looked at for one below zero, and the digits they are asked with
COEFFICIENTS, DIGITS = 12, 60
#: what a coefficient below zero is of the largest one at least
SEEN = mpmath.mpf(10) ** -20
#: functions that are analytic wherever they are finite, but for logarithms and roots at zero
ANALYTIC = (sp.exp, sp.log, sp.cosh, sp.sinh, sp.cos, sp.sin, sp.Add, sp.Mul, sp.Pow, sp.Symbol, sp.Number)
_t = sp.Symbol("t", positive=True)


@dataclass(frozen=True)
class Measure:
    """What exp(A) is the transform of: a law, with its density where it has a closed form, or nothing."""

    reason: str
    law: str = ""  # empty: there is none
    density: sp.Expr | None = None
    mean: sp.Expr | None = None
    variance: sp.Expr | None = None


@dataclass(frozen=True)
class Parts:
    """loss = theta(a) T(y) + A(a) + alone(y)."""

    theta: sp.Expr
    told: sp.Expr
    size: sp.Expr
    alone: sp.Expr


def measure_of(question: Question) -> Measure | None:
    """The law behind such a loss, or why there is none; None where neither is shown."""
    parts = _parts(question)
    if parts is None:
        return None
    y, target = question.y, question.target
    logarithm = parts.told == sp.log(y)
    if target.whole and (target.low, target.high) == (0, float("inf")) and parts.told == y:
        return _of_series(question, parts)
    if target.whole or target.closed_low or target.low != 0:
        return None
    if target.high == float("inf") and parts.told == y:
        return _of_rates(question, parts, parts.theta, y, sp.S.One)
    if target.high == 1 and logarithm:  # -log y is an amount
        return _of_rates(question, parts, -parts.theta, -sp.log(y), 1 / y) or _of_gammas(question, parts)
    return _of_gammas(question, parts) if target.high == float("inf") and logarithm else None


def _parts(question: Question) -> Parts | None:
    a, y = question.prediction.symbol, question.y
    formula = sp.expand_log(lower(question.formula))
    if question.settings or formula.has(sp.Piecewise, sp.Abs, sp.Max, sp.Min, sp.Derivative):
        return None
    groups = separated(formula, a, y)
    if groups is None:
        return None
    size = groups.pop(sp.S.One, sp.S.Zero)
    moving = [beta for beta, alpha in groups.items() if a in alpha.free_symbols]
    if len(moving) != 1 or size.has(y):
        return None
    alone = sp.Add(*[beta * alpha for beta, alpha in groups.items() if beta != moving[0]])
    return Parts(groups[moving[0]], moving[0], size, alone)


def _inverted(form: sp.Expr, a: sp.Symbol, name: sp.Symbol) -> sp.Expr | None:
    """a, where form(a) = c g(a) + d is the name and g a power, an exponential or a logarithm; None of other forms."""
    shift, rest = form.as_independent(a, as_Add=True)
    times, base = rest.as_independent(a, as_Add=False)
    number = (name - shift) / times
    if base == sp.exp(a):
        return sp.log(number)
    if base == sp.log(a):
        return sp.exp(number)
    inside, power = base.as_base_exp()
    return number ** (1 / power) if inside == a and power.is_number else None


def _ends(question: Question, form: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """The least and the largest value of a monotone form of the prediction."""
    a, domain = question.prediction.symbol, question.prediction.domain
    ends = [
        sp.oo * (1 if end > 0 else -1) if abs(end) == float("inf") else sp.nsimplify(end)
        for end in (domain.low, domain.high)
    ]
    sides = [sp.limit(form, a, end, side) for end, side in zip(ends, "+-", strict=True)]
    return sp.Min(*sides), sp.Max(*sides)


def _exponential(size: sp.Expr) -> sp.Expr:
    """exp of a sum, term by term: that of a logarithm is a power."""
    return sp.Mul(*[sp.exp(term) for term in sp.Add.make_args(sp.expand(sp.expand_log(size)))])


def _moments(question: Question, parts: Parts) -> tuple[sp.Expr | None, sp.Expr | None]:
    """-d A/d theta and its own rate of change, by the prediction; known where T is the outcome."""
    if parts.told != question.y:
        return None, None
    a = question.prediction.symbol
    rate = sp.diff(parts.theta, a)
    mean = sp.factor(sp.cancel(-sp.diff(parts.size, a) / rate))
    return mean, sp.factor(sp.cancel(-sp.diff(mean, a) / rate))


# -- amounts: Laplace transforms ----------------------------------------------------------------------------------


def _of_rates(question: Question, parts: Parts, rate: sp.Expr, amount: sp.Expr, slope: sp.Expr) -> Measure | None:
    """exp(A) as a rational function of the rate: powers of the amount times exponentials."""
    a = question.prediction.symbol
    place = _inverted(rate, a, _t)
    mass = None if place is None else _exponential(parts.size.xreplace({a: place}))
    if mass is None or not mass.is_rational_function(_t) or mass.free_symbols != {_t}:
        return None
    constant, mass = sp.factor(mass).as_independent(_t)
    numbers = sp.Poly(sp.numer(mass) * sp.denom(mass), _t).get_domain()
    if not (constant > 0) or not (numbers.is_ZZ or numbers.is_QQ):
        return None
    factor = _density(mass, _ends(question, rate)[0])
    if factor is None:
        return None
    whole = constant * mass.xreplace({_t: rate})
    words = f"exp(-loss) h(y) has the mass one for every {a} where h has the Laplace transform {whole}"
    below = _below_zero(factor)
    if below is not None:
        what = f"h({amount})" if amount != question.y else "h(y)"
        return Measure(
            f"no factor of y alone makes it a likelihood: {words}, and {what} = {factor.xreplace({_t: question.y})} is "
            f"{mpmath.nstr(below[1], 6)} at {mpmath.nstr(below[0], 4)}"
        )
    if not (_mixed(factor) or _added(mass) or _never_below(factor)):
        return None
    full = sp.factor(constant * factor.xreplace({_t: amount}) * slope) * _exponential(parts.alone)
    mean, variance = _moments(question, parts)
    what = "an amount" if amount == question.y else str(amount)
    law = f"{'a mixture of gamma laws' if _mixed(factor) else 'a law'} of {what}"
    reason = f"exp(-loss) times {full} integrates to 1 for every {a}: {law}"
    return Measure(reason, law, full * sp.exp(-question.formula), mean, variance)


def _density(mass: sp.Expr, least: sp.Expr) -> sp.Expr | None:
    """What a proper rational function without complex poles is the Laplace transform of, for rates above the least."""
    found = sp.S.Zero
    for term in sp.Add.make_args(sp.apart(mass, _t)):
        share, base = term.as_independent(_t)
        inside, power = base.as_base_exp()
        if not (power.is_Integer and power < 0) or not inside.is_polynomial(_t) or sp.degree(inside, _t) != 1:
            return None
        scale = sp.diff(inside, _t)
        pole = -inside.xreplace({_t: sp.S.Zero}) / scale
        if not (pole <= least):
            return None
        count = -power
        found += share * scale**power * _t ** (count - 1) / sp.factorial(count - 1) * sp.exp(pole * _t)
    return found


def _mixed(factor: sp.Expr) -> bool:
    """Is it a sum of powers times exponentials without a share below zero?"""
    return all(term.as_independent(_t)[0] > 0 for term in sp.Add.make_args(factor))


def _added(mass: sp.Expr) -> bool:
    """Is it a product of transforms of measures: of 1/(t + b), and of (t + c)/(t + b) = 1 + (c - b)/(t + b), c >= b?"""
    above, below = (sp.roots(part, _t, multiple=True) for part in sp.fraction(sp.together(mass)))
    if not all(root.is_real for root in (*above, *below)) or sp.denom(mass).subs(_t, 10**9) < 0:
        return False
    return all(c <= b for c, b in zip(sorted(above, reverse=True), sorted(below, reverse=True), strict=False))


def _never_below(factor: sp.Expr) -> bool:
    """Beside one exponential alone: a polynomial without a root that changes its sign."""
    powers = factor.atoms(sp.exp)
    bare = sp.expand(factor / next(iter(powers)) if len(powers) == 1 else factor)
    if not bare.is_polynomial(_t):
        return False
    polynomial = sp.Poly(bare, _t)
    odd = [part for part, times in polynomial.sqf_list()[1] if times % 2 and part.count_roots(0, None)]
    return not odd and bool(polynomial.LC() > 0)


def _below_zero(factor: sp.Expr) -> tuple[mpmath.mpf, mpmath.mpf] | None:
    """An amount at which it is below zero for certain, and what it is there; None where none is seen."""
    for k in range(-24, 25):
        at = sp.Rational(2) ** sp.Rational(k, 4)
        sizes = [value(term, {_t: at}) for term in sp.Add.make_args(factor)]
        found = mpmath.fsum(sizes)
        if found < -(mpmath.mpf(10) ** -9) * max(map(abs, sizes)):
            return mpmath.mpf(float(at)), found
    return None


# -- logarithms of amounts: Mellin transforms ----------------------------------------------------------------------


def _of_gammas(question: Question, parts: Parts) -> Measure | None:
    """exp(A) is one gamma function of s = -theta times c k^s, or a ratio of two (outcomes below one)."""
    a, y = question.prediction.symbol, question.y
    place = _inverted(-parts.theta, a, _t)
    size = None if place is None else sp.expand(sp.expand_log(parts.size.xreplace({a: place})))
    if size is None or size.free_symbols != {_t}:
        return None
    terms = sp.Add.make_args(size)
    shifts: dict[int, sp.Expr] = {}
    for term in terms:
        sign, gamma = term.as_independent(_t)
        if isinstance(gamma, sp.loggamma):
            shift = gamma.args[0] - _t
            if abs(sign) != 1 or not shift.is_number or int(sign) in shifts:
                return None
            shifts[int(sign)] = shift
    wanted = {1, -1} if question.target.high == 1 else {1}
    if set(shifts) != wanted:
        return None
    rest = sp.Add(*[term for term in terms if not term.has(sp.loggamma)])
    for sign, shift in shifts.items():  # s gamma(s) = gamma(s + 1)
        more = 0
        while (step := sign * sp.log(_t + shift + more)) in sp.Add.make_args(rest):
            rest, more = rest - step, more + 1
        shifts[sign] = shift + more
    growth = sp.diff(rest, _t)
    if _t in growth.free_symbols or not (_ends(question, -parts.theta)[0] + shifts[1] >= 0):
        return None
    constant = sp.exp(rest.xreplace({_t: sp.S.Zero}))
    factor = constant * _exponential(parts.alone)
    if question.target.high == 1:
        gap = shifts[-1] - shifts[1]
        if growth != 0 or not gap > 0:
            return None
        factor *= y ** (shifts[1] - 1) * (1 - y) ** (gap - 1) / sp.gamma(gap)
        law = "a beta law"
    else:
        scale = sp.exp(growth)
        factor *= scale ** -shifts[1] * y ** (shifts[1] - 1) * sp.exp(-y / scale)
        law = "a gamma law by its shape"
    factor = sp.powsimp(factor)
    reason = f"exp(-loss) times {factor} integrates to 1 for every {a}: an integral of Euler's"
    return Measure(reason, law, factor * sp.exp(-question.formula))


# -- counts: power series ------------------------------------------------------------------------------------------


def _of_series(question: Question, parts: Parts) -> Measure | None:
    """exp(A) as a power series in z = exp(-theta)."""
    a = question.prediction.symbol
    z = _exponential(-parts.theta)
    place = _inverted(z, a, _t)
    if place is None and sp.diff(parts.theta, a, 2) == 0:  # z is an exponential of the prediction
        place = _inverted(-parts.theta, a, sp.log(_t))
    if place is None:
        return None
    series = _exponential(parts.size.xreplace({a: place}))
    low, high = _ends(question, z)
    if low != 0 or series.free_symbols != {_t} or not _analytic(series):
        return None
    what = f"the power series of {series} in t = {z}"
    ceilings = _rising(series)
    ceilings = _rising(sp.expand(series)) if ceilings is None else ceilings
    if ceilings is not None and all(sp.limit(ceiling, _t, high, "-") <= 1 for ceiling in ceilings):
        mean, variance = _moments(question, parts)
        reason = (
            f"exp(-loss) h(y) adds up to one for every {a} where h(y) exp({-parts.alone}) are the coefficients of "
            f"{what}: none is negative"
        )
        return Measure(reason.replace(" exp(0)", ""), "a power series law", None, mean, variance)
    for order, found in enumerate(_coefficients(series)):
        if found < 0:
            return Measure(
                f"no factor of y alone makes it a likelihood: it would be a coefficient of {what}, and that of "
                f"t^{order} is {mpmath.nstr(found, 6)}"
            )
    return None


def _analytic(form: sp.Expr) -> bool:
    """Is it analytic at 0, as far as can be read from how it is written?"""
    if not isinstance(form, ANALYTIC) and not form.is_number:
        return False
    if isinstance(form, sp.log) or (isinstance(form, sp.Pow) and not _natural(form)):
        start = form.args[0].xreplace({_t: sp.S.Zero})
        if not (start.is_number and start.is_real and start > 0):
            return False
    return all(_analytic(part) for part in form.args)


def _natural(power: sp.Pow) -> bool:
    return bool(power.exp.is_Integer and power.exp > 0)


def _rising(form: sp.Expr) -> list[sp.Expr] | None:
    """A proof that no coefficient of its power series is negative: what must stay below one for it to converge.

    Sums, products, natural powers, exponentials and hyperbolic functions of such series are such series, and so are
    (1 - g)^-p and -log(1 - g) of one that begins at 0. None where this is no proof.
    """
    if form.is_number:
        return [] if form >= 0 else None
    if form == _t:
        return []
    if isinstance(form, sp.Mul):
        sign, rest = form.as_independent(_t)
        if sign < 0:
            return _of_logarithm(rest) if isinstance(rest, sp.log) else None
        return _together(rest.args if isinstance(rest, sp.Mul) else (rest,))
    if isinstance(form, sp.Add):
        moving = [term for term in form.args if _t in term.free_symbols]
        return _together(moving) if form.xreplace({_t: sp.S.Zero}) >= 0 else None
    if isinstance(form, sp.exp):
        start = form.args[0].xreplace({_t: sp.S.Zero})
        return _rising(sp.expand(form.args[0] - start))
    if isinstance(form, sp.cosh | sp.sinh):
        return _rising(form.args[0])
    if isinstance(form, sp.Pow) and _natural(form):
        return _rising(form.base)
    if isinstance(form, sp.Pow) and form.exp.is_number and form.exp < 0:
        return _of_gap(form.base)
    return None


def _together(parts: tuple[sp.Expr, ...] | list[sp.Expr]) -> list[sp.Expr] | None:
    found = [_rising(part) for part in parts]
    return None if None in found else [ceiling for some in found for ceiling in some or ()]


def _of_logarithm(form: sp.Expr) -> list[sp.Expr] | None:
    """-log(c (1 - g)): its constant is looked at in the sum that it is part of."""
    return _of_gap(form.args[0]) if form.args[0].xreplace({_t: sp.S.Zero}) <= 1 else None


def _of_gap(base: sp.Expr) -> list[sp.Expr] | None:
    start = base.xreplace({_t: sp.S.Zero})
    if not (start.is_number and start > 0):
        return None
    gap = sp.expand(1 - base / start)
    inner = _rising(gap)
    return None if inner is None else [gap, *inner]


def _coefficients(series: sp.Expr) -> list[mpmath.mpf]:
    """The first ones, 0 where they are nothing beside the largest."""
    with mpmath.workdps(DIGITS):
        found = mpmath.taylor(lambda at: value(series, {_t: at}), 0, COEFFICIENTS)
        largest = max(abs(c) for c in found)
        return [mpmath.re(c) if abs(c) > SEEN * largest else mpmath.mpf(0) for c in found]


__all__ = ["Measure", "measure_of"]
