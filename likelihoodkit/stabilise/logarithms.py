"""Identities for logarithms."""

from __future__ import annotations

import sympy as sp
from sympy import Add, Expr, Mul, Pow, exp, log

from likelihoodkit import primitives as p
from likelihoodkit.primitives import lives, products, single, steps, zeros
from likelihoodkit.primitives.bessel_k import log_bessel_k_exp
from likelihoodkit.stabilise.apart import log_of_a_gap
from likelihoodkit.stabilise.drawn_in import factor_of_a_sum
from likelihoodkit.stabilise.gains import normal_gain
from likelihoodkit.stabilise.summands import (
    inverse_of_tanh,
    less_its_argument,
    less_one_of_them,
    of_factors,
    with_its_scale,
)
from likelihoodkit.stabilise.table import CARRIED, TABLE, constant_and_rest, exponent_of, identity, log_of, log_of_term
from likelihoodkit.stabilise.tails import carried, log_of_distribution_function, other_tail


@identity("log e^x = x")
def log_of_exp(e: Expr) -> Expr | None:
    return e.args[0].args[0] if isinstance(e, log) and isinstance(e.args[0], exp) else None


@identity("log(1 + x^2) as one function does not overflow before its logarithm is taken")
def log_of_one_plus_square(e: Expr) -> Expr | None:
    if isinstance(e, p.log1p):
        found = _squared(e.args[0])
        if found is not None:
            base, level = found
            return p.log1p_square(base) if level == 0 else p.log1p_square_exp(base, level / 2)
    if isinstance(e, log) and e.args[0].is_Add and len(e.args[0].args) == 2:
        for square, other in (e.args[0].args, e.args[0].args[::-1]):
            base = _square_root(square)
            q = None if base is None or other == 1 else log_of_term(other)
            if q is not None and (other.is_positive or not other.is_number):
                inner, level = base.args if isinstance(base, p.times_exp) else (base, sp.S.Zero)
                if (ratio := log_of_one_plus_square(p.log1p(p.times_exp(inner, level - q / 2) ** 2))) is not None:
                    return q + ratio
    if isinstance(e, p.log1p_square) and isinstance(e.args[0], p.times_exp):
        return p.log1p_square_exp(*e.args[0].args)
    return None


def _squared(e: Expr) -> tuple[Expr, Expr] | None:
    """(x, t) where this is x^2 e^t, with factors whose logarithms are known."""
    number, body = e.as_coeff_Mul()
    if not number.is_positive:
        return None
    inner, level = body.args if isinstance(body, p.times_exp) else (body, sp.S.Zero)
    roots = {f: root for f in Mul.make_args(inner) if (root := _square_root(f)) is not None and log_of_term(f) is None}
    known = log_of_term(Mul(*[f for f in Mul.make_args(inner) if f not in roots]))
    if not roots or known is None:
        return None
    base, level = Mul(*roots.values()), level + known + log(number)
    return (base.args[0], 2 * base.args[1] + level) if isinstance(base, p.times_exp) else (base, level)


def _square_root(e: Expr) -> Expr | None:
    """A real number whose square this is."""
    if not (isinstance(e, Pow) and e.exp.is_Integer and e.exp > 0 and e.exp % 2 == 0 and e.base.is_real):
        return None
    half = e.exp / 2
    return (
        p.times_exp(e.base.args[0] ** half, half * e.base.args[1]) if isinstance(e.base, p.times_exp) else e.base**half
    )


@identity("the logarithm of a ratio is taken of the ratio, where that is representable")
def log_of_ratio(e: Expr) -> Expr | None:
    if isinstance(e, log) and isinstance(e.args[0], p.times_exp) and e.args[0].args[0].is_positive:
        y, t = e.args[0].args
        return p.log_times_exp(y, t) if y.is_Symbol else log(y) + t
    if isinstance(e, log) and isinstance(e.args[0], p.times_exp) and _amount(e.args[0].args[0]):
        return p.log_times_exp(*e.args[0].args)
    if e.is_Add and e.has(p.log_times_exp):
        return _less_its_scale(e)
    if isinstance(e, p.log_times_exp) and (1 / e.args[0]).is_Symbol:
        return -p.log_times_exp(1 / e.args[0], -e.args[1])
    if not isinstance(e, log) or not e.args[0].is_Mul:
        return None
    ratio = _data_times_exp(e.args[0].args)
    return None if ratio is None else p.log_times_exp(*ratio)


def _less_its_scale(e: Expr) -> Expr | None:
    """c log(y e^t) - c t = c log y."""
    for term in e.args:
        for node in (f for f in Mul.make_args(term) if isinstance(f, p.log_times_exp)):
            (y, t), weight = node.args, term / node
            for part in Add.make_args(weight) if y.is_Symbol else ():
                scale = Add.make_args(sp.expand(part * t))
                if t.free_symbols and all(-one in e.args for one in scale):
                    return e - term + Add(*scale) + part * log(y) + (weight - part) * node
    return None


def _amount(e: Expr) -> bool:
    """An outcome that is never negative; the logarithm of nothing is minus infinity."""
    return bool(e.is_Symbol and e.is_nonnegative)


def _data_times_exp(factors: tuple[Expr, ...]) -> tuple[Expr, Expr] | None:
    """(y, t) where the factors are a positive symbol (the outcome) and exponentials or powers of positive outputs."""
    symbols = [f for f in factors if _amount(f)]
    logs = [log_of(f) for f in factors if f not in symbols]
    if len(symbols) != 1 or not logs or any(q is None for q in logs):
        return None
    return symbols[0], Add(*logs)


@identity("a power of a ratio is taken of the ratio, where that is representable")
def power_of_ratio(e: Expr) -> Expr | None:
    if isinstance(e, p.times_exp) and isinstance(e.args[0], p.scaled_power):
        return with_its_scale(e)
    if e.is_Mul:
        return factor_of_a_sum(e)
    if isinstance(e, Pow) and isinstance(e.base, p.ndtr) and not e.exp.is_number:
        return exp(e.exp * p.log_ndtr(e.base.args[0]))
    if not isinstance(e, Pow) or isinstance(e, exp) or e.exp.is_number:
        return None
    r, t = e.base.args if isinstance(e.base, p.times_exp) else (e.base, sp.S.Zero)
    if _amount(r) and not r.is_positive and e.exp.is_positive:
        return p.scaled_power(r, t, e.exp)
    if isinstance(r, sp.Abs) and e.exp.is_positive:  # which has slopes at 0 too
        return p.scaled_power(r.args[0], t, e.exp)
    number, factor = e.exp.as_coeff_Mul()
    exponent = log_of(factor)
    if exponent is None:
        return None
    exponent += log(abs(number))
    if number.is_negative:  # of the inverse
        return p.power_times_exp(1 / r, -t, exponent) if t != 0 and r.is_positive else None
    if isinstance(e.base, p.times_exp) and e.base.args[0].is_positive:
        return p.power_times_exp(*e.base.args, exponent)
    ratio = _data_times_exp(e.base.args) if e.base.is_Mul else None
    return None if ratio is None else p.power_times_exp(*ratio, exponent)


@identity("the logarithm of a product is the sum of the logarithms")
def log_of_product(e: Expr) -> Expr | None:
    if not isinstance(e, log) or not e.args[0].is_Mul:
        return None
    factors = e.args[0].args
    positive = [f for f in factors if f.is_positive]
    others = [f for f in factors if not f.is_positive]
    if len(others) > 1 or len(positive) < (1 if others else 2) or (others and not e.args[0].is_positive):
        return None
    number = Mul(*[f for f in positive if not f.free_symbols])
    logs = [log(f) for f in positive if f.free_symbols] + [log(f) for f in others]
    if not logs:
        return None
    return Add(*logs) + (log(number) if number != 1 else 0)


@identity("the logarithm of a power is the exponent times the logarithm")
def log_of_power(e: Expr) -> Expr | None:
    if not isinstance(e, log) or not isinstance(e.args[0], Pow) or isinstance(e.args[0], exp):
        return None
    base, exponent = e.args[0].args
    if not e.args[0].free_symbols:
        return None
    if base.is_positive:
        return exponent * log(base)
    if base.is_real and exponent.is_Integer and exponent % 2 == 0:
        return exponent * log(sp.Abs(base))
    return None


@identity("log sigmoid(z) = -softplus(-z)")
def log_of_sigmoid(e: Expr) -> Expr | None:
    if isinstance(e, log) and isinstance(e.args[0], p.sigmoid):
        return -p.softplus(-e.args[0].args[0])
    return _log_of_gap(e)


@identity("a positive parameter is carried together with its logarithm")
def log_of_softplus(e: Expr) -> Expr | None:
    if isinstance(e, log) and isinstance(e.args[0], CARRIED):
        return log_of(e.args[0])
    return None


@identity("minus the log of a softmax entry is log-sum-exp minus that logit")
def log_of_picked_softmax(e: Expr) -> Expr | None:
    if not isinstance(e, log):
        return None
    inner = e.args[0]
    if isinstance(inner, p.pick) and isinstance(inner.args[0], p.softmax):
        return -p.softmax_cross_entropy(inner.args[0].args[0], inner.args[1])
    if isinstance(inner, p.softmax):
        return inner.args[0] - p.log_sum_exp(inner.args[0])
    return None


@identity("log(1 + e^q) = softplus(q)")
def log_of_one_plus_exp(e: Expr) -> Expr | None:
    if isinstance(e, p.log1p):
        inner = e.args[0]
    elif isinstance(e, log) and e.args[0].is_Add and constant_and_rest(e.args[0])[0] == 1:
        inner = e.args[0] - 1
    else:
        return None
    q = exponent_of(inner)
    return None if q is None else p.softplus(q)


@identity("the logarithm of a sum of exponentials is taken through the largest")
def log_of_sum_of_exps(e: Expr) -> Expr | None:
    if isinstance(e, p.log_add_exp):
        return _with_a_sure_zero(*e.args) or _with_a_sure_zero(*e.args[::-1])
    if e.is_Add and e.has(p.log_add_exp):
        return less_one_of_them(e)
    if not isinstance(e, log) or not e.args[0].is_Add:
        return None
    shares = e.args[0].has(p.sigmoid) and constant_and_rest(e.args[0])[0] == 0  # of two parts, each of which may vanish
    if not (shares or e.args[0].has(exp, p.softplus, p.times_exp)):
        return None
    logs = [log_of_term(t) for t in e.args[0].args]
    if any(q is None for q in logs):
        return None
    first, *others = sorted(logs, key=sp.default_sort_key)
    for other in others:
        first = p.log_add_exp(first, other)
    return first


def _with_a_sure_zero(sure: Expr, otherwise: Expr) -> Expr | None:
    """log(sigmoid(z) + sigmoid(-z) e^-l), which is all but 0 where l is."""
    if not isinstance(-sure, p.softplus):
        return None
    z = -(-sure).args[0]
    less = -otherwise - p.softplus(z)
    if less.has(p.log_factorial):
        (saddle,) = [row.rewrite for row in TABLE if row.name == "poisson saddle point"]
        less = saddle(less) or less
    if _never_negative(less) and not less.has(p.softplus(z)):
        return zeros.log_with_zero(z, less)
    return None


def _never_negative(x: Expr) -> bool:
    return bool(of_factors(x).is_nonnegative)


@identity("log(1 - e^-x) and log(e^x - 1) as one function")
def log_of_one_minus_exp(e: Expr) -> Expr | None:
    if not isinstance(e, log):
        return _rest_of_rest(e) if isinstance(e, p.log1m_exp) else None
    inner = e.args[0]
    if (gap := log_of_a_gap(inner)) is not None:
        return gap
    if isinstance(-inner, p.log1m_exp_neg_exp):
        return lives.log_reversed_risk((-inner).args[0])
    if isinstance(-inner, p.log1m_exp) and (-inner).args[0].is_positive:
        return lives.log_reversed_risk(log((-inner).args[0]))
    if isinstance(inner, p.expm1) and _never_negative(inner.args[0]):
        return inner.args[0] + log_of_one_minus_exp(log(-p.expm1(-inner.args[0])))
    if isinstance(-inner, p.expm1) and (log_risk := _log_of_growth(-(-inner).args[0])) is not None:
        return p.log1m_exp_neg_exp(log_risk)
    if isinstance(-inner, p.expm1):
        x = -(-inner).args[0]
        if isinstance(x, p.power_times_exp):  # its logarithm is a product, and so are the slopes of that
            y, t, g = x.args
            return p.log1m_exp_neg_exp(p.times_exp(p.log_times_exp(y, t), g))
        if isinstance(x, p.times_exp):
            r, t = x.args
            return p.log1m_exp_neg_exp(p.log_times_exp(r, t) if r.is_Symbol else log(r) + t)
        if isinstance(x, Pow) and isinstance(x.base, p.times_exp) and _amount(x.base.args[0]):
            return p.log1m_exp_neg_exp(x.exp * p.log_times_exp(*x.base.args))  # the power itself may vanish
        number, power = x.as_independent(*x.free_symbols, as_Add=False)
        if isinstance(power, exp) and number.is_positive:
            return p.log1m_exp_neg_exp(power.args[0] + log(number))
        if isinstance(power, p.softplus) and number.is_positive:
            return p.log1m_exp_neg_exp(p.log_softplus(power.args[0]) + log(number))
        if isinstance(-x, p.log_ndtr):
            return p.log_ndtr(-(-x).args[0])
        return p.log1m_exp(x)
    return None


def _rest_of_rest(e: Expr) -> Expr | None:
    """1 - (1 - w) = w, where x in 1 - e^-x is itself such a logarithm."""
    inner = -e.args[0]
    if isinstance(-inner, p.softplus):
        return -p.softplus(-(-inner).args[0])
    if isinstance(inner, p.log1m_exp):
        return -inner.args[0]
    if isinstance(inner, p.log1m_exp_neg_exp):
        return -exp(inner.args[0])
    if isinstance(inner, p.log1p) and (-inner.args[0]).is_positive:
        return log(-inner.args[0])
    return other_tail(inner)


def _log_of_growth(x: Expr) -> Expr | None:
    """log((e^(y a) - 1)/a e^f) with a = e^g; log(softplus(z) e^f); log(e^f log(1 + y e^t))."""
    if isinstance(x, products.scaled_log1p):
        y, t, f = x.args
        return f + p.log_softplus(log(y) + t)
    if not isinstance(x, p.times_exp):
        return None
    growth, f = x.args
    if isinstance(growth, p.expm1_over) and isinstance(growth.args[1], exp):
        y, a = growth.args
        return f + lives.log_expm1_over(y, a.args[0])
    return f + p.log_softplus(growth.args[0]) if isinstance(growth, p.softplus) else None


@identity("log(1 + x) as one function keeps its digits near zero")
def log_of_one_plus(e: Expr) -> Expr | None:
    if isinstance(e, log) and e.args[0].is_Add:
        if (gain := normal_gain(e.args[0])) is not None:
            return gain
        constant, rest = constant_and_rest(e.args[0])
        if constant == 1 and rest and e.args[0].free_symbols:
            return _of_leg(Add(*rest)) or p.log1p(Add(*rest))
    if e.is_Add and e.has(sp.tanh):
        return inverse_of_tanh(e)
    return less_its_argument(e) if e.is_Add and e.has(p.log1p, single.log1p_times_exp) else None


def _of_leg(x: Expr) -> Expr | None:
    """log(1 + r/sqrt(r^2 + c)) = log(1 + tanh(asinh(r/sqrt(c)))), of which little is left beside a large -r."""
    for root in (f for f in Mul.make_args(x) if isinstance(f, Pow) and f.exp == -sp.S.Half and f.base.is_Add):
        r = x / root
        rest = root.base - r**2
        logs = [log_of_term(term) for term in Add.make_args(rest)]
        if r.is_real and not r.is_number and r**2 in root.base.args and rest != 0 and None not in logs:
            return log(2) - p.softplus(-2 * single.asinh_times_exp(r, -log(rest) / 2))
    return None


@identity("log cosh as one function, log sinh x = x + log(1 - e^-2x) - log 2")
def log_of_cosh(e: Expr) -> Expr | None:
    if isinstance(e, log):
        if isinstance(e.args[0], sp.cosh):
            return p.log_cosh(e.args[0].args[0])
        if isinstance(e.args[0], sp.sech):
            return -p.log_cosh(e.args[0].args[0])
        if isinstance(e.args[0], sp.sinh) and (x := e.args[0].args[0]).is_positive:
            return x + log(1 - exp(-2 * x)) - log(2)
    return None


def _log_of_gap(e: Expr) -> Expr | None:
    """log(sigmoid(u) - sigmoid(v)) by u - v, of which rounding leaves nothing beside large u and v."""
    if not isinstance(e, log) or not isinstance(e.args[0], zeros.sigmoid_gap):
        return None
    u, v = e.args[0].args
    apart = sp.expand(of_factors(u - v))
    distance = log_of(apart) if apart.is_positive else None
    return None if distance is None else p.log1m_exp_neg_exp(distance) - p.softplus(-u) - p.softplus(v)


@identity("log gamma and log zeta as one function each")
def log_of_gamma(e: Expr) -> Expr | None:
    if isinstance(e, log):
        base, exponent = e.args[0].as_base_exp()
        if isinstance(base, sp.gamma | sp.factorial):
            return exponent * (p.log_gamma if isinstance(base, sp.gamma) else p.log_factorial)(base.args[0])
        if isinstance(base, sp.zeta) and len(base.args) == 1:
            return exponent * p.log_zeta1p(base.args[0] - 1)
    return p.log_gamma(e.args[0]) if isinstance(e, sp.loggamma) else None


@identity("log of a distribution function (normal, Cauchy, gamma, beta, Student) as one function")
def log_of_ndtr(e: Expr) -> Expr | None:
    if not isinstance(e, log):
        return carried(e)
    inner = e.args[0]
    number, body = inner.as_independent(p.ndtr)
    if isinstance(body, p.ndtr) and number.is_positive:
        return log(number) + p.log_ndtr(body.args[0])
    if (found := log_of_distribution_function(inner)) is not None:
        return found
    if inner.is_Add:
        constant, rest = constant_and_rest(inner)
        if len(rest) == 1:
            number, body = rest[0].as_coeff_Mul()
            share = body * sp.pi
            if isinstance(share, sp.atan) and abs(number) == 2 * constant:
                return log(2 * constant) + steps.log_cauchy_tail(-sp.sign(number) * share.args[0])
    return None


@identity("log I0(x) = x + log(I0(x) e^-x), log K(x) = log(K(x) e^x) - x")
def log_of_bessel(e: Expr) -> Expr | None:
    if isinstance(e, log) and isinstance(e.args[0], sp.besseli) and e.args[0].args[0] == 0:
        return e.args[0].args[1] + p.log_i0e(e.args[0].args[1])
    if isinstance(e, log) and isinstance(e.args[0], sp.besselk):
        order, x = e.args[0].args
        return log_bessel_k_exp(order, log(x)) - x
    return None
