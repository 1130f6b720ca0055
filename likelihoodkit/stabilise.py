"""The one table of identities that make a formula safe to compute.

Each row is a named identity: a function from a node to its replacement (or None), and the reason in words. The table
is applied bottom-up until nothing changes; every firing becomes a `Step`. Results are sums of terms that do not
cancel, written in primitives. Nothing is ever expanded afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp
from sympy import Add, Expr, Mul, Pow, S, exp, log

from likelihoodkit import primitives as p
from likelihoodkit.nll import Derivation, Step
from likelihoodkit.primitives import robust

Rewrite = Callable[[Expr], Expr | None]


@dataclass(frozen=True)
class Identity:
    """A row of the table: ``rewrite`` gives the right side where the left side matches."""

    name: str
    why: str
    rewrite: Rewrite


TABLE: list[Identity] = []


def identity(why: str) -> Callable[[Rewrite], Rewrite]:
    """Enter a function into the table under its own name."""

    def enter(rewrite: Rewrite) -> Rewrite:
        TABLE.append(Identity(rewrite.__name__.replace("_", " "), why, rewrite))
        return rewrite

    return enter


# -- reading a node ----------------------------------------------------------------------------------------------


def _log_of(factor: Expr) -> Expr | None:
    """log of a positive factor that the table knows how to take, else None."""
    base, exponent = factor.as_base_exp()
    if isinstance(factor, exp):
        return factor.args[0]
    if isinstance(base, p.softplus):
        return exponent * p.log_softplus(base.args[0])
    if isinstance(base, p.sigmoid):
        return -exponent * p.softplus(-base.args[0])
    return None


def _exponent(term: Expr) -> Expr | None:
    """q where term = e^q with an exponential inside and every factor positive; else None."""
    factors = Mul.make_args(term)
    if not any(isinstance(f, exp | p.times_exp) for f in factors):
        return None
    logs = [
        f.args[0] if isinstance(f, exp) else log(f.args[0]) + f.args[1] if isinstance(f, p.times_exp) else log(f)
        for f in factors
        if isinstance(f, exp) or (f.args[0] if isinstance(f, p.times_exp) else f).is_positive
    ]
    return Add(*logs) if len(logs) == len(factors) else None


def _constant_and_rest(node: Expr) -> tuple[Expr, list[Expr]]:
    constant = Add(*[t for t in node.args if t.is_Number])
    return constant, [t for t in node.args if not t.is_Number]


def _coefficient_pair(node: Expr, match: Callable[[Expr], bool]) -> tuple[Expr, Expr, Expr] | None:
    """(term, coefficient, body) of the first term ``coefficient * body`` with ``match(body)``, anything as coefficient."""
    for term in node.args:
        bodies = [f for f in Mul.make_args(term) if match(f)]
        if len(bodies) == 1:
            return term, term / bodies[0], bodies[0]
    return None


# -- logarithms --------------------------------------------------------------------------------------------------


@identity("log e^x = x")
def log_of_exp(e: Expr) -> Expr | None:
    if isinstance(e, log) and isinstance(e.args[0], exp):
        return e.args[0].args[0]
    return None


@identity("log(1 + x^2) as one function does not overflow before its logarithm is taken")
def log_of_one_plus_square(e: Expr) -> Expr | None:
    if isinstance(e, p.log1p) and isinstance(e.args[0], Pow) and e.args[0].exp == 2 and e.args[0].base.is_real:
        base = e.args[0].base
        return p.log1p_square_exp(*base.args) if isinstance(base, p.times_exp) else p.log1p_square(base)
    if isinstance(e, p.log1p_square) and isinstance(e.args[0], p.times_exp):
        return p.log1p_square_exp(*e.args[0].args)
    return None


@identity("the logarithm of a ratio is taken of the ratio, where that is representable")
def log_of_ratio(e: Expr) -> Expr | None:
    if isinstance(e, log) and isinstance(e.args[0], p.times_exp) and e.args[0].args[0].is_positive:
        return p.log_times_exp(*e.args[0].args)
    if not isinstance(e, log) or not e.args[0].is_Mul:
        return None
    ratio = _data_times_exp(e.args[0].args)
    return None if ratio is None else p.log_times_exp(*ratio)


def _data_times_exp(factors: tuple[Expr, ...]) -> tuple[Expr, Expr] | None:
    """(y, t) where the factors are a positive symbol (the outcome) and exponentials or powers of positive outputs."""
    symbols = [f for f in factors if f.is_Symbol and f.is_positive]
    logs = [_log_of(f) for f in factors if f not in symbols]
    if len(symbols) != 1 or not logs or any(q is None for q in logs):
        return None
    return symbols[0], Add(*logs)


@identity("a power of a ratio is taken of the ratio, where that is representable")
def power_of_ratio(e: Expr) -> Expr | None:
    if not isinstance(e, Pow) or isinstance(e, exp) or e.exp.is_number:
        return None
    exponent = _log_of(e.exp)
    if exponent is None:
        return None
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
    return None


@identity("a positive parameter is carried together with its logarithm")
def log_of_softplus(e: Expr) -> Expr | None:
    if isinstance(e, log) and isinstance(e.args[0], p.softplus):
        return p.log_softplus(e.args[0].args[0])
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
    elif isinstance(e, log) and e.args[0].is_Add and _constant_and_rest(e.args[0])[0] == 1:
        inner = e.args[0] - 1
    else:
        return None
    q = _exponent(inner)
    return None if q is None else p.softplus(q)


@identity("log(1 - e^-x) as one function")
def log_of_one_minus_exp(e: Expr) -> Expr | None:
    if not isinstance(e, log):
        return None
    inner = e.args[0]
    if isinstance(-inner, p.expm1) and _negative((-inner).args[0]):
        x = -(-inner).args[0]
        return p.log1m_exp_neg_exp(x.args[0]) if isinstance(x, exp) else p.log1m_exp(x)
    return None


def _negative(x: Expr) -> bool:
    return bool((-x).is_positive) or (x.is_Mul and x.args[0] == -1 and isinstance(-x, exp))


@identity("log(1 + x) as one function keeps its digits near zero")
def log_of_one_plus(e: Expr) -> Expr | None:
    if isinstance(e, log) and e.args[0].is_Add:
        constant, rest = _constant_and_rest(e.args[0])
        normal = len(rest) == 1 and isinstance(rest[0].as_coeff_Mul()[1], sp.erf)  # the row log of ndtr waits for it
        if constant == 1 and rest and e.args[0].free_symbols and not normal:
            return p.log1p(Add(*rest))
    return None


@identity("log cosh as one function")
def log_of_cosh(e: Expr) -> Expr | None:
    if isinstance(e, log):
        if isinstance(e.args[0], sp.cosh):
            return p.log_cosh(e.args[0].args[0])
        if isinstance(e.args[0], sp.sech):
            return -p.log_cosh(e.args[0].args[0])
    return None


@identity("log gamma as one function")
def log_of_gamma(e: Expr) -> Expr | None:
    if isinstance(e, log) and isinstance(e.args[0], sp.gamma):
        return p.log_gamma(e.args[0].args[0])
    if isinstance(e, log) and isinstance(e.args[0], sp.factorial):
        return p.log_factorial(e.args[0].args[0])
    return p.log_gamma(e.args[0]) if isinstance(e, sp.loggamma) else None


@identity("log of the normal distribution function")
def log_of_ndtr(e: Expr) -> Expr | None:
    if not isinstance(e, log):
        return None
    inner = e.args[0]
    if isinstance(inner, p.ndtr):
        return p.log_ndtr(inner.args[0])
    if inner.is_Add:
        constant, rest = _constant_and_rest(inner)
        if len(rest) == 1:
            number, body = rest[0].as_coeff_Mul()
            if isinstance(body, sp.erf) and abs(number) == constant:
                return log(2 * constant) + p.log_ndtr(sp.sign(number) * body.args[0] * sp.sqrt(2))
    return None


@identity("log I0(x) = x + log(I0(x) e^-x)")
def log_of_bessel(e: Expr) -> Expr | None:
    if isinstance(e, log) and isinstance(e.args[0], sp.besseli) and e.args[0].args[0] == 0:
        return e.args[0].args[1] + p.log_i0e(e.args[0].args[1])
    return None


# -- sigmoids and exponentials -----------------------------------------------------------------------------------


@identity("1/(1 + e^-z) = sigmoid(z)")
def sigmoid_from_exp(e: Expr) -> Expr | None:
    if isinstance(e, Pow) and e.exp.is_Integer and e.exp.is_negative and e.base.is_Add:
        constant, rest = _constant_and_rest(e.base)
        q = _exponent(rest[0]) if constant == 1 and len(rest) == 1 else None
        if q is not None:
            return p.sigmoid(-q) ** (-e.exp)
    return None


@identity("e^q sigmoid(-q) = sigmoid(q)")
def exp_times_sigmoid(e: Expr) -> Expr | None:
    if not e.is_Mul:
        return None
    for factor in e.args:
        base, exponent = factor.as_base_exp()
        if isinstance(base, p.sigmoid) and exponent.is_Integer and exponent.is_positive:
            for other in e.args:
                if isinstance(other, exp) and sp.expand(other.args[0] + base.args[0]) == 0:
                    # by filtering, not by division: SymPy does not cancel e^(a+b) e^(-a-b)
                    rest = [f for f in e.args if f is not factor and f is not other]
                    return Mul(*rest) * base ** (exponent - 1) * p.sigmoid(-base.args[0])
    return None


@identity("1 - sigmoid(z) = sigmoid(-z)")
def one_minus_sigmoid(e: Expr) -> Expr | None:
    if not e.is_Add:
        return None
    found = _coefficient_pair(e, lambda f: isinstance(f, p.sigmoid))
    if found and -found[1] in e.args:
        term, coefficient, body = found
        return e - term + coefficient - coefficient * p.sigmoid(-body.args[0])
    return None


@identity("sigmoid(z) - sigmoid(-z) = tanh(z/2)")
def difference_of_sigmoids(e: Expr) -> Expr | None:
    if not e.is_Add:
        return None
    found = _coefficient_pair(e, lambda f: isinstance(f, p.sigmoid))
    if found:
        term, coefficient, body = found
        mirror = -coefficient * p.sigmoid(-body.args[0])
        if mirror in e.args:
            return e - term - mirror + coefficient * sp.tanh(body.args[0] / 2)
    return None


@identity("e^x - 1 as one function keeps its digits near zero")
def exp_minus_one(e: Expr) -> Expr | None:
    if not e.is_Add:
        return None
    constant, rest = _constant_and_rest(e)
    for term in rest:
        number, body = term.as_coeff_Mul()
        if constant != 0 and number == -constant and isinstance(body, exp):
            return e - constant - term - constant * p.expm1(body.args[0])
    return None


@identity("1 - cos x as one function keeps its digits near zero")
def one_minus_cosine(e: Expr) -> Expr | None:
    if not e.is_Add:
        return None
    found = _coefficient_pair(e, lambda f: isinstance(f, sp.cos))
    if found and -found[1] in e.args:
        term, coefficient, body = found
        return e - term + coefficient - coefficient * p.one_minus_cos(body.args[0])
    return None


@identity("softplus(x) - x = softplus(-x)")
def softplus_minus_argument(e: Expr) -> Expr | None:
    if not e.is_Add:
        return None
    for term in e.args:
        for body in Mul.make_args(term):
            if isinstance(body, p.softplus):
                coefficient, x = term / body, body.args[0]
                for part in Add.make_args(coefficient):
                    if -part * x in e.args:
                        return e - term + part * x + part * p.softplus(-x) + (coefficient - part) * body
    return None


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
                if sp.expand(weight + counter) in (1, -1) or weight.could_extract_minus_sign():
                    continue  # two classes: one of the two terms vanishes, nothing balances
                return e - term - other + p.sigmoid_balance(weight, counter, x)
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


def _core_and_exponent(term: Expr) -> tuple[Expr, Expr]:
    """term = core * e^exponent with every exponential factor (and reciprocal softplus) taken out of the core."""
    core, exponent = S.One, S.Zero
    for factor in Mul.make_args(term):
        base, power = factor.as_base_exp()
        if isinstance(factor, exp):
            exponent += factor.args[0]
        elif isinstance(factor, p.times_exp):
            core, exponent = core * factor.args[0], exponent + factor.args[1]
        elif isinstance(base, p.softplus) and power.is_negative:
            exponent += power * p.log_softplus(base.args[0])
        else:
            core *= factor
    return core, exponent


def _pairs_with_exponents(e: Expr) -> list[tuple[Expr, Expr, Expr, Expr, Expr, Expr]]:
    """All pairs of terms of a sum as (first, its core, its exponent, second, its core, its exponent)."""
    parts = [(t, *_core_and_exponent(t)) for t in e.args]
    return [(*one, *two) for i, one in enumerate(parts) for two in parts[i + 1 :]]


@identity("a difference of exponentials is taken through the larger one")
def difference_of_exps(e: Expr) -> Expr | None:
    if not e.is_Add or not e.has(exp, p.times_exp):
        return None
    for first, core, exponent, second, other, another in _pairs_with_exponents(e):
        if exponent != another and core + other == 0 and (exponent * another != 0 or not core.is_number):
            if not (first.has(exp, p.times_exp) or second.has(exp, p.times_exp)):
                continue
            if core.could_extract_minus_sign():
                core, exponent, another = -core, another, exponent
            return e - first - second + p.times_exp_difference(core, sp.expand(exponent - another), another)
    return None


@identity("a squared difference over its own outcome is taken through the ratio")
def relative_squared_difference(e: Expr) -> Expr | None:
    if not e.is_Mul:
        return None
    for factor in e.args:
        base, power = factor.as_base_exp()
        if power == 2 and base.is_Add and len(base.args) == 2:
            for y in base.args:
                m = y - base
                if y.is_Symbol and y.is_positive and isinstance(m, exp) and 1 / y in e.args:
                    return e / factor * y * 2 * p.ratio_deviance(y, -m.args[0], 2 * m.args[0])
    return None


@identity("terms with the same exponential are added inside it")
def sum_inside_exp(e: Expr) -> Expr | None:
    if not e.is_Add or not e.has(p.times_exp):
        return None
    for first, core, exponent, second, other, another in _pairs_with_exponents(e):
        if exponent == another != 0 and core.could_extract_minus_sign() != other.could_extract_minus_sign():
            return e - first - second + p.times_exp(core + other, exponent)
    return None


@identity("a power of a ratio minus one as one function keeps its digits near one")
def power_less_one(e: Expr) -> Expr | None:
    if not e.is_Add:
        return None
    for term in e.args:
        for power in Mul.make_args(term):
            if isinstance(power, p.power_times_exp) and -term / power in e.args:
                return e - term + term / power + term / power * p.power_minus_one(*power.args)
    return None


@identity("1 + (e^x - 1) = e^x")
def one_plus_expm1(e: Expr) -> Expr | None:
    if not e.is_Add or not e.has(p.expm1):
        return None
    for term in e.args:
        number, body = term.as_coeff_Mul()
        if isinstance(body, p.expm1) and number in e.args:
            return e - term - number + number * exp(body.args[0])
    return None


@identity("exponentials multiply by adding exponents")
def product_of_exps(e: Expr) -> Expr | None:
    if not e.is_Mul:
        return None
    exps = [f for f in e.args if isinstance(f, exp)]
    if len(exps) < 2:
        return None
    return Mul(*[f for f in e.args if not isinstance(f, exp)]) * exp(Add(*[f.args[0] for f in exps]))


@identity("the exponential of a logarithm is the number itself")
def exp_of_log(e: Expr) -> Expr | None:
    if not isinstance(e, exp):
        return None
    number, body = e.args[0].as_coeff_Mul()
    if isinstance(body, p.log_softplus) and number.is_Integer:
        return p.softplus(body.args[0]) ** number
    if isinstance(body, p.softplus) and number == -1:
        return p.sigmoid(-body.args[0])
    return None


@identity("a power of an exponential multiplies the exponent")
def power_of_exp(e: Expr) -> Expr | None:
    if isinstance(e, Pow) and not isinstance(e, exp) and isinstance(e.base, exp) and e.base.args[0].is_real:
        return exp(e.base.args[0] * e.exp)
    if isinstance(e, Pow) and e.base.is_Mul and not e.exp.is_Integer:
        exps = [f for f in e.base.args if isinstance(f, exp)]
        if exps:
            return Mul(*[f for f in e.base.args if not isinstance(f, exp)]) ** e.exp * exp(
                e.exp * Add(*[f.args[0] for f in exps])
            )
    return None


@identity("sigmoid/softplus as one function")
def sigmoid_over_softplus(e: Expr) -> Expr | None:
    if not e.is_Mul:
        return None
    for factor in e.args:
        base, exponent = factor.as_base_exp()
        if isinstance(base, p.softplus) and exponent.is_Integer and exponent.is_negative:
            s = p.sigmoid(base.args[0])
            for other in e.args:
                other_base, other_exponent = other.as_base_exp()
                if other_base == s and other_exponent.is_Integer and other_exponent.is_positive:
                    return e * base / s * p.softplus_ratio(base.args[0])
    return None


@identity("1 - tanh(x)^2 = sech(x)^2 does not cancel")
def one_minus_tanh_square(e: Expr) -> Expr | None:
    if not e.is_Add:
        return None
    found = _coefficient_pair(e, lambda f: f.is_Pow and f.exp == 2 and isinstance(f.base, sp.tanh))
    if found and -found[1] in e.args:
        term, coefficient, body = found
        return e - term + coefficient - coefficient * p.sech2(body.base.args[0])
    return None


# -- deviances and target probabilities --------------------------------------------------------------------------


@identity("with the mean e^f a ratio to the mean is e^(log y - f), which neither over- nor underflows too early")
def ratio_to_exp(e: Expr) -> Expr | None:
    if isinstance(e, robust.gamma_deviance_half | robust.relative_excess) and isinstance(e.args[1], exp):
        inner = log(e.args[0]) - e.args[1].args[0]
        return robust.expm1_minus(inner) if isinstance(e, robust.gamma_deviance_half) else p.expm1(inner)
    return None


@identity("the cross-entropy of a softmax is a sum of log-sum-exp minus each logit")
def cross_entropy_of_softmax(e: Expr) -> Expr | None:
    if not isinstance(e, p.sum_over) or not e.args[0].is_Mul:
        return None
    for factor in e.args[0].args:
        logits = [a for a in Add.make_args(factor) if factor.is_Add and factor == a - p.log_sum_exp(a)]
        if logits:
            return -robust.soft_cross_entropy(logits[0], e.args[0] / factor)
    return None


# -- gamma functions ---------------------------------------------------------------------------------------------


@identity("log Gamma(a + n) - log Gamma(a) as one function does not cancel")
def difference_of_log_gammas(e: Expr) -> Expr | None:
    if not e.is_Add:
        return None
    terms = [(t, *t.as_coeff_Mul()) for t in e.args]
    gammas = [(t, c, b) for t, c, b in terms if isinstance(b, p.log_gamma)]
    for t1, c1, b1 in gammas:
        for t2, c2, b2 in gammas:
            if c1 == -c2 and c1 != 0:
                n = sp.expand(b1.args[0] - b2.args[0])
                if n.is_nonnegative and n in Add.make_args(b1.args[0]):
                    return e - t1 - t2 + c1 * p.log_rising(b2.args[0], n)
    return None


@identity("the large terms of a Poisson probability cancel inside one deviance (Loader's saddle point)")
def poisson_saddle_point(e: Expr) -> Expr | None:
    if not e.is_Add:
        return None
    for term in e.args:
        if isinstance(term, p.log_factorial):
            y = term.args[0]
            for mean in e.args:
                if isinstance(mean, exp) and -y * mean.args[0] in e.args:
                    rest = e - term - mean + y * mean.args[0]
                    return rest + p.poisson_deviance_exp(y, mean.args[0]) + p.log_factorial_excess(y)
                if mean.is_number and mean.is_positive and -y * log(mean) in e.args:
                    rest = e - term - mean + y * log(mean)
                    return rest + p.poisson_deviance_half(y, mean) + p.log_factorial_excess(y)
    return None


@identity("log Gamma(k + 1) = log k!")
def log_gamma_of_successor(e: Expr) -> Expr | None:
    if isinstance(e, p.log_gamma) and e.args[0].is_Add:
        constant, rest = _constant_and_rest(e.args[0])
        if constant == 1 and len(rest) == 1 and rest[0].is_nonnegative and rest[0].is_Symbol:
            return p.log_factorial(rest[0])
    return None


# -- magnitudes --------------------------------------------------------------------------------------------------


@identity("a factor e^t is multiplied in by its exponent, so that neither over- nor underflow is met on the way")
def product_with_exp(e: Expr) -> Expr | None:
    if not e.is_Mul:
        return None
    number, rest, exponent, carried = S.One, [], S.Zero, False
    for factor in e.args:
        base, power = factor.as_base_exp()
        if factor.is_Number or not factor.free_symbols:
            number *= factor
        elif isinstance(factor, exp):
            exponent += factor.args[0]
            carried = True
        elif isinstance(base, p.softplus) and power.is_negative:
            exponent += power * p.log_softplus(base.args[0])
            carried = True
        else:
            rest.append(factor)
    if not carried or not rest:
        return None
    for factor in rest:  # these carry an exponent of their own
        if isinstance(factor, p.ratio_deviance | p.ratio_minus_one):
            y, t, s = factor.args
            return number * Mul(*[f for f in rest if f is not factor]) * factor.func(y, t, s + exponent)
    merged = []
    for factor in rest:
        base, power = factor.as_base_exp()
        if isinstance(base, p.times_exp):
            merged.append(base.args[0] ** power)
            exponent += power * base.args[1]
        else:
            merged.append(factor)
    powers = {f.as_base_exp()[1] for f in merged}
    if len(powers) == 1:
        (power,) = powers
        if power.is_Integer and power > 1:
            return number * p.times_exp(Mul(*[f.as_base_exp()[0] for f in merged]), exponent / power) ** power
    return number * p.times_exp(Mul(*merged), exponent)


# -- applying the table ------------------------------------------------------------------------------------------


def rewrite(expression: Expr, trace: list[tuple[Identity, Expr, Expr]] | None = None) -> Expr:
    """Apply the table bottom-up until nothing changes; firings are appended to ``trace``."""
    memo: dict[Expr, Expr] = {}

    def run(node: Expr) -> Expr:
        if not node.args:
            return node
        if node in memo:
            return memo[node]
        args = [run(a) for a in node.args]
        result = node.func(*args) if tuple(args) != node.args else node
        for row in TABLE:
            if not result.args:
                break
            after = row.rewrite(result)
            if after is not None and after != result:
                if trace is not None:
                    trace.append((row, result, after))
                result = run(after)
                break
        memo[node] = result
        return result

    for _ in range(_MOST_PASSES):
        after = run(expression)
        if after == expression:
            return after
        expression = after
    raise AssertionError(f"the table of identities does not settle on {expression}")


_MOST_PASSES = 20


def stabilise(derivation: Derivation) -> Derivation:
    """Continue a derivation by the table; every firing becomes a step of the stage *minimise*."""
    trace: list[tuple[Identity, Expr, Expr]] = []
    after = rewrite(derivation.expression, trace)
    steps = [Step("minimise", row.name, left, right, row.why) for row, left, right in trace]
    return derivation.then(after, *steps)
