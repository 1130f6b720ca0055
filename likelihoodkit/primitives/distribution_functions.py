"""Distribution functions as books type them, read as functions of their own.

As typed they are what is left of a constant, and lose all digits in one tail: 1/2 + z/(2 sqrt(2 + z^2)) on the left,
1 - e^-u (1 + c u) where u vanishes. What they are read as is a sum of positive terms.
"""

from __future__ import annotations

import sympy as sp
from sympy import Add, Expr, Mul, Pow, S, exp

from likelihoodkit.primitives.gamma import regularised_gamma_p, student_cdf
from likelihoodkit.primitives.normal import ndtr
from likelihoodkit.primitives.steps import log_secant_below

MOST_STAGES = 6  # of Erlang's law


def read(formula: Expr) -> Expr:
    """A declared distribution function or survival, each sum in it that is that of a known law as this law's."""
    readings = (_student_of_two, _stages, _rest, _law, _remainder)
    return formula.replace(
        lambda f: f.is_Add, lambda f: next((found for reading in readings if (found := reading(f)) is not None), f)
    )


def read_within(formula: Expr) -> Expr:
    """The sums of any formula that would lose their digits; the others are read by the table."""
    formula = formula.replace(sp.log, lambda inner: _log_secant(inner) or sp.log(inner))
    return formula.replace(lambda f: f.is_Add, lambda f: _stages(f) or _rest(f) or f)


def _law(e: Expr) -> Expr | None:
    """The normal, Cauchy's and the hyperbolic secant's by erf and arctan."""
    if len(e.args) != 2 or not e.args[0].is_number:
        return None
    constant, term = e.args
    number, body = term.as_coeff_Mul()
    if isinstance(body, sp.erf) and constant == S.Half and abs(number) == S.Half:
        return ndtr(sp.sign(number) * sp.sqrt(2) * body.args[0])
    angle = body * sp.pi
    if not isinstance(angle, sp.atan):
        return None
    if constant == S.Half and abs(number) == 1:
        return sp.atan2(1, -number * angle.args[0]) / sp.pi
    if constant == 1 and number == -2 and isinstance(angle.args[0], exp):  # of e^u and e^-u together a right angle
        return 2 / sp.pi * sp.atan(1 / angle.args[0])
    return None


def _log_secant(inner: Expr) -> Expr | None:
    """Of (2/pi) arctan(e^u), which vanishes with e^u."""
    angle = inner * sp.pi / 2
    return (
        log_secant_below(angle.args[0].args[0])
        if isinstance(angle, sp.atan) and isinstance(angle.args[0], exp)
        else None
    )


def _student_of_two(e: Expr) -> Expr | None:
    """h + h z/sqrt(m + z^2)."""
    if len(e.args) != 2 or not (e.args[0].is_number and e.args[0].is_positive):
        return None
    half, term = e.args
    for root in Mul.make_args(term):
        if isinstance(root, Pow) and root.exp == -S.Half and root.base.is_Add:
            z = term / root / half
            rest = sp.expand(root.base - z**2)
            if rest.is_positive and z.is_real:
                return 2 * half * student_cdf(S(2), z * sp.sqrt(2 / rest))
    return None


def _stages(e: Expr) -> Expr | None:
    """1 - e^-u (1 + q u) with q up to 1, as in Lindley's law, and 1 - e^-u (1 + u + u^2/2 + ...), Erlang's."""
    terms = [t for t in e.args if t != 1]
    falls = {f for t in terms for f in Mul.make_args(t) if isinstance(f, exp) and f.args[0].is_nonpositive}
    if len(terms) == len(e.args) or len(falls) != 1:
        return None
    (fall,) = falls
    if not all(fall in Mul.make_args(t) for t in terms):
        return None
    u, weight = -fall.args[0], -Add(*[t / fall for t in terms])
    if weight == 1:
        return None
    share = sp.factor(sp.cancel(sp.together(1 - (weight - 1) / u)))
    if share.is_positive and not u.free_symbols <= share.free_symbols:  # the outcome is in u alone
        return regularised_gamma_p(S(2), u) + share * u * fall
    for stages in range(2, MOST_STAGES):
        if sp.expand(weight - Add(*[u**k / sp.factorial(k) for k in range(stages)])) == 0:
            return regularised_gamma_p(S(stages), u)
    return None


def _rest(e: Expr) -> Expr | None:
    """1 - a/b = (b - a)/b, where b - a is 1 - e^-u or a sum of positive terms, as of Marshall and Olkin's laws."""
    if len(e.args) != 2 or e.args[0] != 1:
        return None
    below = Mul(*[1 / f for f in Mul.make_args(e.args[1]) if isinstance(f, Pow) and f.exp == -1 and f.base.is_Add])
    rest = sp.expand(below + e.args[1] * below) if below != 1 else S.Zero
    terms = Add.make_args(rest)
    falls = [t for t in terms if isinstance(-t, exp) and (-t).args[0].is_nonpositive]
    left = [t for t in terms if t not in falls]
    sound = all(t.is_positive for t in left) and (not falls or (left == [1] and len(falls) == 1))
    return rest / below if rest != 0 and sound else None


def _remainder(e: Expr) -> Expr | None:
    """1 - a/b = (b - a)/b, where b - a is a product: (1 - p) e^-w, (e^v - 1)^k, or c^n (c^m - 1) of two powers of c."""
    if len(e.args) != 2 or e.args[0] != 1:
        return None
    below = Mul(*[1 / f for f in Mul.make_args(e.args[1]) if isinstance(f, Pow) and f.exp == -1 and f.base.is_Add])
    if below == 1:
        return None
    rest = sp.expand_mul(below + e.args[1] * below)
    terms = Add.make_args(rest)
    if not any(isinstance(f, exp) or not f.exp.is_number for f in rest.atoms(exp, Pow)):
        return None  # what vanishes in a tail is a power or an exponential
    if len(terms) == 1:
        return rest / below
    if len(terms) != 2:
        return None
    larger, smaller = terms if terms[1].could_extract_minus_sign() else terms[::-1]
    (base, m), (same, n) = larger.as_base_exp(), (-smaller).as_base_exp()
    if base == same and (base == sp.E or not base.is_number):
        return -smaller * (base ** sp.expand_mul(m - n) - 1) / below
    product = sp.factor_terms(rest)
    shares = [f for f in Mul.make_args(product) if f.is_Add]
    return product / below if shares and all(len(f.args) == 2 and (1 - f).is_Symbol for f in shares) else None
