"""Identities for sigmoids, softplus and single exponentials."""

from __future__ import annotations

import sympy as sp
from sympy import Add, Expr, Mul, Pow, S, exp

from likelihoodkit import primitives as p
from likelihoodkit.primitives import lives, robust, zeros
from likelihoodkit.primitives.linked import times_sigmoid
from likelihoodkit.primitives.single import argument_sigmoid, argument_sigmoid_derivative
from likelihoodkit.stabilise.table import (
    coefficient_pair,
    constant_and_rest,
    core_and_exponent,
    exponent_of,
    identity,
    log_of,
)


@identity("1/(1 + e^-z) = sigmoid(z); a root of 1 + e^z is e^(softplus(z)/2)")
def sigmoid_from_exp(e: Expr) -> Expr | None:
    if not (isinstance(e, Pow) and e.base.is_Add and e.exp.is_Rational):
        return None
    constant, rest = constant_and_rest(e.base)
    q = exponent_of(rest[0]) if constant == 1 and len(rest) == 1 else None
    if q is None or (e.exp.is_Integer and e.exp.is_positive):
        return None
    return p.sigmoid(-q) ** (-e.exp) if e.exp.is_Integer else exp(e.exp * p.softplus(q))


def _share_of_powers(e: Expr) -> Expr | None:
    """s(z)^t/(s(z)^t + s(-z)^t) = s(t z)."""
    for below in (f for f in e.args if f.is_Pow and f.exp == -1 and f.base.is_Add and len(f.base.args) == 2):
        (one, t), (two, u) = (term.as_base_exp() for term in below.base.args)
        if t == u and isinstance(one, p.sigmoid) and two == p.sigmoid(-one.args[0]):
            for base in (one, two):
                if base**t in e.args:
                    return Mul(*[f for f in e.args if f not in (below, base**t)]) * p.sigmoid(t * base.args[0])
    return None


@identity("e^q sigmoid(-q) = sigmoid(q), sigmoid(q)/sigmoid(-q) = e^q")
def exp_times_sigmoid(e: Expr) -> Expr | None:
    if not e.is_Mul:
        return None
    if (share := _share_of_powers(e)) is not None:
        return share
    for factor in e.args:
        base, exponent = factor.as_base_exp()
        if isinstance(base, p.sigmoid) and exponent.is_Integer and exponent.is_positive:
            for other in e.args:
                if other == 1 / p.sigmoid(-base.args[0]):
                    return e / factor / other * base ** (exponent - 1) * exp(base.args[0])
                if isinstance(other, exp) and sp.expand(other.args[0] + base.args[0]) == 0:
                    # by filtering, not by division: SymPy does not cancel e^(a+b) e^(-a-b)
                    rest = [f for f in e.args if f is not factor and f is not other]
                    return Mul(*rest) * base ** (exponent - 1) * p.sigmoid(-base.args[0])
    return None


def _sigmoids_apart(e: Expr) -> Expr | None:
    """sigmoid(a) - sigmoid(b), times anything."""
    terms = [(t, f) for t in e.args for f in Mul.make_args(t) if isinstance(f, p.sigmoid)]
    for term, one in terms:
        for other, two in terms:
            weight = term / one
            if (
                one != two
                and not weight.could_extract_minus_sign()
                and other == -weight * two
                and not weight.has(p.sigmoid)
            ):
                return e - term - other + weight * zeros.sigmoid_gap(one.args[0], two.args[0])
    return None


def _curves_apart(e: Expr) -> Expr | None:
    """w s(a) [s(b) s(-b)] - w s(b) [s(-a) s(a)] = w s(a) s(b) [s(-b) - s(-a)], as slopes of two logits leave it."""
    for term in e.args:
        weight, b = term.args if isinstance(term, p.sigmoid_curve) else (S.One, S.Zero)
        for share in weight.atoms(p.sigmoid) & set(Mul.make_args(weight)):
            (a,), rest = share.args, weight / share
            for other in (p.sigmoid_curve(times_sigmoid(rest, b), turned) for turned in (a, -a)):
                if -other in e.args:
                    return e - term + other + rest * share * p.sigmoid(b) * zeros.sigmoid_gap(-b, -a)
    return None


@identity("a difference of two sigmoids as one function; sigmoid(z) - sigmoid(-z) = tanh(z/2)")
def difference_of_sigmoids(e: Expr) -> Expr | None:
    if not e.is_Add:
        return None
    found = coefficient_pair(e, lambda f: isinstance(f, p.sigmoid))
    if found:
        term, coefficient, body = found
        mirror = -coefficient * p.sigmoid(-body.args[0])
        if mirror in e.args:
            return e - term - mirror + coefficient * sp.tanh(body.args[0] / 2)
    found = coefficient_pair(e, lambda f: isinstance(f, argument_sigmoid))  # z sigmoid(-z) less z sigmoid(z)
    if found:
        term, coefficient, body = found
        mirror = coefficient * argument_sigmoid(-body.args[0])
        if mirror in e.args:
            return e - term - mirror - coefficient * body.args[0] * sp.tanh(body.args[0] / 2)
    found = coefficient_pair(e, lambda f: isinstance(f, argument_sigmoid_derivative))
    if found:
        term, coefficient, body = found
        z = body.args[0]
        mirror = -coefficient * argument_sigmoid_derivative(-z)
        if mirror in e.args:
            return e - term - mirror - coefficient * (sp.tanh(z / 2) + 2 * p.sigmoid_curve(z, z))
    return _curves_apart(e) or _sigmoids_apart(e)


def _less(number: Expr, x: Expr) -> tuple[Expr, ...]:
    """The ways in which -c x is written."""
    turned = (number * p.times_exp(-x.args[0], x.args[1]),) if isinstance(x, p.times_exp) else ()
    return (-number * x, *turned)


@identity("e^x - x as one function is infinite where e^x is, and e^x - x - 1 keeps its digits near zero")
def exp_minus_argument(e: Expr) -> Expr | None:
    for term in e.args if e.is_Add else ():
        number, power = term.as_coeff_Mul()
        for line in _less(number, power.args[0]) if isinstance(power, exp) else ():
            if line in e.args:
                return e - term - line + number + number * robust.expm1_minus(power.args[0])
        if isinstance(power, robust.expm1_minus) and -number * p.expm1(power.args[0]) in e.args:
            return e - term + number * p.expm1(power.args[0]) - number * power.args[0]
        if isinstance(power, p.times_exp) and isinstance(power.args[0], p.expm1):
            (x,), g = power.args[0].args, power.args[1]
            if -number * x in e.args:
                return e - term + number * x + number * lives.growth_excess(x, g)
    return None


@identity("e^x - 1 as one function keeps its digits near zero")
def exp_minus_one(e: Expr) -> Expr | None:
    if not e.is_Add:
        return None
    constant, rest = constant_and_rest(e)
    for term in rest:
        number, body = term.as_coeff_Mul()
        if constant != 0 and number == -constant:
            power = body.args[0] if isinstance(body, exp) else _log_of_shares(body) if len(e.args) == 2 else None
            if power is not None:
                return e - constant - term - constant * p.expm1(power)
    return None


def _log_of_shares(e: Expr) -> Expr | None:
    """The logarithm of a product or power of shares, of which 1 may be all but left: (1 - p)^5, y^-u, (1 - e^-x)^a."""
    base, power = e.as_base_exp()
    if isinstance(e, Pow) and power.free_symbols:
        size = base.is_Symbol and base.is_positive and power.is_negative
        rest = isinstance(-base, p.expm1) or (base.is_Add and S.One in base.args)  # as distribution functions have it
        return power * sp.log(base) if size or (rest and power.is_positive) else None
    bases = [f.as_base_exp() for f in Mul.make_args(e)]
    if e in [base for base, _ in bases] or not all(
        isinstance(base, p.sigmoid | p.ndtr) and power.is_positive for base, power in bases
    ):
        return None
    logs = [log_of(base) if isinstance(base, p.sigmoid) else p.log_ndtr(base.args[0]) for base, _ in bases]
    return Add(*[power * one for (_, power), one in zip(bases, logs, strict=True)])


@identity("1 - cos x as one function keeps its digits near zero")
def one_minus_cosine(e: Expr) -> Expr | None:
    if not e.is_Add:
        return None
    found = coefficient_pair(e, lambda f: isinstance(f, sp.cos))
    if found and -found[1] in e.args:
        term, coefficient, body = found
        return e - term + coefficient - coefficient * p.one_minus_cos(body.args[0])
    return None


def _times(r: Expr, s: Expr) -> Expr:
    return r if s == 0 or r == 0 else p.times_exp(r, s)


def _scaled_softplus(e: Expr) -> Expr | None:
    """softplus(x) e^s - x e^s, or a share of it."""
    terms = [(t, *core_and_exponent(t)) for t in e.args] if e.is_Add and e.has(p.softplus) else []
    for term, core, s in terms:
        for soft in (f for f in Mul.make_args(core) if isinstance(f, p.softplus) and f.free_symbols):
            x = soft.args[0]
            number, body = x.as_coeff_Mul()
            r, t = body.args if isinstance(body, p.times_exp) else (body, S.Zero)
            for part in Add.make_args(core / soft):
                weight, more = core_and_exponent(part)
                for other, line, exponent in terms:
                    share = -(line / r) / (weight * number)
                    if other is term or not (share.is_Rational and 0 < share <= 1):
                        continue
                    if sp.expand(exponent - s - more - t) == 0:
                        taken = share * part
                        return (
                            e
                            - term
                            - other
                            + _times(taken * p.softplus(-x), s)
                            + _times((core / soft - taken) * soft, s)
                        )
    return None


def _shares(coefficient: Expr, x: Expr, e: Expr) -> list[Expr]:
    """The numbers s with -s x in a sum, no more than the coefficient of its softplus(x)."""
    if not coefficient.is_Rational or not x.free_symbols:
        return []
    first, *others = Add.make_args(x)
    found = [-other / first for other in e.args]
    if others:  # u + v stands in a sum as two of its terms
        found = [share for share in found if all(-share * other in e.args for other in others)]
    return [share for share in found if share.is_Rational and 0 < share / coefficient <= 1]


@identity("softplus(x) - x = softplus(-x)")
def softplus_minus_argument(e: Expr) -> Expr | None:
    if not e.is_Add:
        return None
    for term in e.args:
        for body in Mul.make_args(term):
            if isinstance(body, p.softplus):
                coefficient, x = term / body, body.args[0]
                if -coefficient * p.softplus(-x) in e.args:
                    return e - term + coefficient * p.softplus(-x) + coefficient * x
                for share in _shares(coefficient, x, e):
                    return e - term + share * x + share * p.softplus(-x) + (coefficient - share) * body
                labels = [f for f in e.atoms(sp.Symbol) if f.is_nonnegative and -coefficient * f * x in e.args]
                if coefficient.is_positive and coefficient.is_number and len(labels) == 1:
                    (y,) = labels  # a label from 0 to 1: either side keeps its digits
                    if not (e + coefficient * y * x).has(y):
                        return e - term + coefficient * y * x + coefficient * (y * p.softplus(-x) + (1 - y) * body)
                for part in Add.make_args(coefficient):
                    if -part * x in e.args:
                        return e - term + part * x + part * p.softplus(-x) + (coefficient - part) * body
    return _scaled_softplus(e)


def _shared_by_both(a: Expr, b: Expr) -> tuple[Expr, Expr] | None:
    """((a - b)/2, (a + b)/2) where each holds one of two symbols only, a and b being c + d and c - d."""
    if not (a.is_Add and b.is_Add and len(a.args) == len(b.args) == 2 and a.free_symbols == b.free_symbols):
        return None
    half, rest = sp.expand(a - b) / 2, sp.expand(a + b) / 2
    return None if half.is_Add or rest.is_Add or 0 in (half, rest) else (half, rest)


@identity("a sigmoid(x) - b sigmoid(-x) as one function keeps its digits where the two balance")
def balance_of_sigmoids(e: Expr) -> Expr | None:
    if not e.is_Add:
        return None
    for term in e.args:
        for body in Mul.make_args(term):
            if not isinstance(body, p.sigmoid) or (-body.args[0]).could_extract_minus_sign() is False:
                continue
            weight, x = term / body, body.args[0]
            for other in e.args:
                counter = -other / p.sigmoid(-x)
                if other is term or counter.has(p.sigmoid, p.softplus) or weight.has(p.sigmoid, p.softplus):
                    continue
                if (shared := _shared_by_both(weight, counter)) is not None:
                    half, rest = shared
                    return e - term - other + half + rest * sp.tanh(x / 2)
                if sp.expand(weight + counter) in (1, -1) or weight.as_coeff_Mul()[0] < 0:
                    continue  # two classes: one of the two terms vanishes, nothing balances
                return e - term - other + p.sigmoid_balance(weight, counter, x)
    return _scaled_balance(e)


def _scaled_balance(e: Expr) -> Expr | None:
    """e^a sigmoid(x) - e^b sigmoid(-x)."""
    terms = [(t, *core_and_exponent(t)) for t in e.args if t.has(p.sigmoid)]
    for term, core, a in terms:
        for body in (f for f in Mul.make_args(core) if isinstance(f, p.sigmoid)):
            weight, mirror = core / body, p.sigmoid(-body.args[0])
            for other, counter, b in terms:
                if counter == -weight * mirror and a != b and not weight.could_extract_minus_sign():
                    x, gap = body.args[0], sp.expand(a - b)
                    mixing = any(n.record.reduces or n.record.vector for n in weight.atoms(p.Primitive))
                    before, weight = (weight, S.One) if mixing else (S.One, weight)  # cases cannot mix entries
                    far = p.times_exp(weight * p.sigmoid_balance(exp(gap), S.One, x), b)
                    near = p.times_exp_difference(weight, gap + x, b - p.softplus(x))  # of e^gap little would be left
                    return e - term - other + before * sp.Piecewise((near, sp.Abs(x) < 1), (far, True))
    return None


@identity("e^t - y as one function keeps its digits where the two agree")
def exp_minus_outcome(e: Expr) -> Expr | None:
    if not e.is_Add:
        return None
    for term in e.args:
        if isinstance(term, exp):
            for other in e.args:
                if (-other).is_Symbol and (-other).is_nonnegative:
                    return e - term - other + p.exp_minus(term.args[0], -other)
    return None
