"""Identities for deviances, gamma functions and whole losses."""

from __future__ import annotations

import sympy as sp
from sympy import Add, Expr, S, exp, log

from likelihoodkit import primitives as p
from likelihoodkit.primitives import robust
from likelihoodkit.primitives.rising_gaps import log_rising_gap
from likelihoodkit.stabilise.table import constant_and_rest, identity

#: function of an amount and a mean -> the same of an amount and the logarithm of the mean
_OF_LOG_MEAN = {
    robust.gamma_deviance_half: robust.gamma_deviance_exp,
    robust.relative_excess: robust.ratio_excess,
    p.poisson_deviance_half: p.poisson_deviance_exp,
}


@identity("with the mean e^f a ratio to the mean is y e^-f, which neither over- nor underflows too early")
def ratio_to_exp(e: Expr) -> Expr | None:
    if type(e) in _OF_LOG_MEAN and isinstance(e.args[1], exp):
        return _OF_LOG_MEAN[type(e)](e.args[0], e.args[1].args[0])
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


@identity("log Gamma(a + n) - log Gamma(a), and the same of digamma, as one function does not cancel")
def difference_of_log_gammas(e: Expr) -> Expr | None:
    if isinstance(e, p.log_rising) and (e.args[1] == 1 or e.args[1] - 1 in e.args[1].free_symbols):
        a, n = e.args
        return log(a) + (p.log_rising(a + 1, n - 1) if n != 1 else 0)
    if isinstance(e, p.log_beta) and S.One in e.args:
        return -log(e.args[1] if e.args[0] == 1 else e.args[0])
    if isinstance(e, p.log_beta) and e.args[0] == e.args[1] and e.free_symbols:  # Legendre's duplication
        return (1 - 2 * e.args[0]) * log(2) + p.log_beta(S.Half, e.args[0])
    if not e.is_Add:
        return None
    for kind, rising in ((p.log_gamma, p.log_rising), (p.digamma, p.digamma_rising)):
        terms = [(t, *t.as_coeff_Mul()) for t in e.args]
        gammas = [(t, c, b) for t, c, b in terms if isinstance(b, kind)]
        if kind is p.log_gamma and (whole := _beta(e, terms)) is not None:
            return whole
        for t1, c1, b1 in gammas:
            for t2, c2, b2 in gammas:
                if c1 == -c2 and c1 != 0:
                    n = _apart(b1.args[0], b2.args[0])
                    if n.is_nonnegative and (n.is_Rational or _part(n, b1.args[0])):
                        return e - t1 - t2 + c1 * rising(b2.args[0], n)
    return _risings(e) or _binomial(e) or _doubled(e)


def _apart(more: Expr, less: Expr) -> Expr:
    """What two sizes are apart; where they are ratios of probabilities, in exponentials."""
    n = more - less
    if not any(f.is_Pow and isinstance(f.base, p.sigmoid) and f.exp.is_negative for f in n.atoms(sp.Pow)):
        return sp.expand(n)
    return sp.expand(sp.cancel(sp.together(n.replace(p.sigmoid, lambda z: 1 / (1 + exp(-z))))))


def _doubled(e: Expr) -> Expr | None:
    """2 log Gamma(v) - log Gamma(2v - 1) by Legendre's duplication: powers of two of the size of v cancel."""
    gammas = [(t, *t.as_coeff_Mul()) for t in e.args if t.has(p.log_gamma)]
    for t1, c1, one in gammas:
        for t2, c2, two in gammas:
            if isinstance(one, p.log_gamma) and isinstance(two, p.log_gamma) and c1 == -2 * c2:
                v = one.args[0]
                if v.free_symbols and sp.expand(two.args[0] - 2 * v + 1) == 0:
                    power = (2 * v - 2) * log(2) - log(sp.pi) / 2
                    return e - t1 - t2 + c2 * (sp.expand(power) - p.log_rising(v - S.Half, S.Half))
    return None


def _part(n: Expr, whole: Expr) -> bool:
    """Is this a part of a sum, or of a number of times the same?"""
    parts = Add.make_args(whole)
    return all(part in parts for part in Add.make_args(n)) or (n / whole).is_number


def _beta(e: Expr, terms: list[tuple[Expr, Expr, Expr]]) -> Expr | None:
    """log Gamma(a) + log Gamma(b) - log Gamma(a + b), where there are no more of them; a factorial is one of them."""
    gammas = [
        (term, number, body.args[0] + (1 if isinstance(body, p.log_factorial) else 0))
        for term, number, body in terms
        if isinstance(body, p.log_gamma | p.log_factorial)
    ]
    if not 2 <= len(gammas) <= 3 or e.has(p.log_rising):
        return None
    for t1, c1, whole in gammas:
        others = [(t, c, size) for t, c, size in gammas if t is not t1]
        sizes = [size for _, c, size in others for _ in range(2 if c == -2 * c1 else 1 if c == -c1 else 0)]
        if len(sizes) == 2 and sp.expand(Add(*sizes) - whole) == 0 and all(s.free_symbols for s in sizes):
            return e - t1 - Add(*[t for t, _, _ in others]) - c1 * p.log_beta(*sizes)
    return None


def _risings(e: Expr) -> Expr | None:
    """Two rising factorials of one number as one function, by the shorter product: long ones would cancel."""
    terms = [(t, *t.as_coeff_Mul()) for t in e.args] if e.is_Add and e.has(p.log_rising) else []
    risings = [(t, c, *b.args) for t, c, b in terms if isinstance(b, p.log_rising)]
    for t1, c, u, n in risings:
        for t2, minus, v, m in [*risings, *_factorials(terms, n)]:
            if c != -minus:
                continue
            d = sp.expand(u - v)
            if n - m in (0, 1) and d.is_nonnegative and d.free_symbols:
                return e - t1 - t2 + c * log_rising_gap(v, d, n) + (c * log(v + m) if n != m else 0)
            if n == m and v == 1 and u.free_symbols:  # (u)_n = (u + 1)_n / (1 + n/u)
                return e - t1 - t2 + c * (log_rising_gap(v, u, n) - p.log1p(n / u))
    return None


def _factorials(terms: list[tuple[Expr, Expr, Expr]], n: Expr) -> list[tuple[Expr, Expr, Expr, Expr]]:
    """n! = (1)_n where nothing else grows with n, so that a power of it is what is left."""
    rest = [b for _, _, b in terms if not isinstance(b, log | p.log_rising | p.log_factorial)]
    if any(b.free_symbols & n.free_symbols for b in rest):
        return []
    return [(t, c, S.One, n) for t, c, b in terms if isinstance(b, p.log_factorial) and b.args[0] == n]


def _binomial(e: Expr) -> Expr | None:
    """log y! + log (n - y)! for a number n."""
    for term in e.args:
        sign, node = term.as_coeff_Mul()
        for other in e.args if isinstance(node, p.log_factorial) else ():
            y, rest = node.args[0], other / sign
            n = rest.args[0] + y - 1 if isinstance(rest, p.log_gamma) else S.Half
            if n.is_Integer:
                return e - term - other + sign * (log(sp.factorial(n)) - p.log_binomial(n, y))
    return None


@identity("the large terms of a Poisson probability cancel inside one deviance (Loader's saddle point)")
def poisson_saddle_point(e: Expr) -> Expr | None:
    if not e.is_Add:
        return None
    if e.has(p.xlogy) and (deviance := _typed_deviance(e)) is not None:
        return deviance
    for one in e.args:
        sign, node = one.as_coeff_Mul()
        y = node.args[0] if isinstance(node, p.log_factorial) and abs(sign) == 1 else S.NaN
        for term in e.args if y is not S.NaN else ():
            mean, rest = sign * term, e - one - term
            if isinstance(mean, exp) and -sign * y * mean.args[0] in e.args:
                deviance = p.poisson_deviance_exp(y, mean.args[0])
                return rest + sign * (y * mean.args[0] + deviance + p.log_factorial_excess(y))
            if mean.is_number and mean.is_positive and -sign * y * log(mean) in e.args:
                deviance = p.poisson_deviance_half(y, mean)
                return rest + sign * (y * log(mean) + deviance + p.log_factorial_excess(y))
    return None


def _typed_deviance(e: Expr) -> Expr | None:
    """y log(y/m) - (y - m) with m = e^f."""
    for term in e.args:
        number, node = term.as_coeff_Mul()
        if not isinstance(node, exp | p.exp_minus):
            continue
        f = node.args[0]
        for y in (s for s in e.free_symbols if s.is_nonnegative):
            mean = (number * p.exp_minus(f, y),) if isinstance(node, p.exp_minus) else (term, -number * y)
            ratio = (number * p.xlogy(y, p.times_exp(y, -f)),)
            for terms in ((*mean, *ratio), (*mean, number * p.xlogy(y, y), -number * f * y)):
                if all(t in e.args for t in terms):
                    return e - Add(*terms) + number * p.poisson_deviance_exp(y, f)
    return None


@identity("log Gamma(k + 1) = log k!")
def log_gamma_of_successor(e: Expr) -> Expr | None:
    if isinstance(e, p.log_gamma) and e.args[0].is_Add:
        constant, rest = constant_and_rest(e.args[0])
        if constant == 1 and len(rest) == 1 and rest[0].is_nonnegative and rest[0].is_Symbol:
            return p.log_factorial(rest[0])
    return None
