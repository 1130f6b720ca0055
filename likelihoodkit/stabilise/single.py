"""Identities for functions of a ratio to a scale, and for whole losses of single families."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from sympy import Add, Expr, Mul, exp, log

from likelihoodkit import primitives as p
from likelihoodkit.primitives import (
    beta_prime,
    burr,
    compositions,
    families,
    lower,
    powers,
    robust,
    sequences,
    single,
    whole as kinds,
    zeros,
)
from likelihoodkit.stabilise.families import MORE
from likelihoodkit.stabilise.table import constant_and_rest, identity
from likelihoodkit.stabilise.whole import logarithm, plain, signed, swap


def _ratio(e: Expr) -> tuple[Expr, Expr] | None:
    """(r, t) of r e^t."""
    return tuple(e.args) if isinstance(e, p.times_exp) else None


def _amount(x: Expr) -> bool:
    """An outcome, or a distance, that is never negative."""
    return bool(x.is_nonnegative and (x.is_Symbol or isinstance(x, sp.Abs)))


def power_of_ratio(e: Expr) -> tuple[Expr, Expr, Expr] | None:
    """(y, t, g) of e^g log(y e^t), the outcome or its inverse in y."""
    sign, body = e.as_coeff_Mul()
    if not isinstance(body, p.times_exp) or abs(sign) != 1 or not isinstance(body.args[0], p.log_times_exp):
        return None
    (y, t), g = body.args[0].args, body.args[1]
    return (y, t, g) if sign == 1 else (1 / y, -t, g)


def _softplus_plus_logarithm(e: Expr) -> Expr | None:
    """log(1 + x^-k) + log y, where the two cancel."""
    for term in e.args if e.is_Add and e.has(p.softplus) else ():
        if isinstance(term, p.softplus) and (power := power_of_ratio(-term.args[0])) and log(power[0]) in e.args:
            return e - term - log(power[0]) + single.softplus_less_log(*power)
    return None


def _share_and_rest(e: Expr) -> Expr | None:
    """What a ratio leaves of one is 1/(1 + x), not one minus the rest."""
    if not e.is_Add or not e.has(p.square_share_exp, single.ratio_share):
        return None
    kinds_of = {p.square_share_exp: p.square_rest_exp, single.ratio_share: single.ratio_rest}
    for term in e.args:
        for share in (f for f in Mul.make_args(term) if type(f) in kinds_of):
            weight, rest = term / share, kinds_of[type(share)](*share.args)
            for part in Add.make_args(sp.expand(weight)):
                if -part in e.args:
                    return e - term + part + (weight - part) * share - part * rest
    return None


def _share_of_ratio(e: Expr) -> Expr | None:
    """1/(1 + x) and x/(1 + x) of x = y e^t."""
    base, power = e.as_base_exp() if e.is_Pow else (e, sp.S.One)
    if base.is_Add and power.is_Integer and power.is_negative and len(base.args) == 2:
        ratio = _ratio(base - 1)
        if ratio and ratio[0].is_Symbol and ratio[0].is_nonnegative:
            return single.ratio_rest(*ratio) ** (-power)
    for rest in e.args if e.is_Mul else ():
        if isinstance(rest, single.ratio_rest) and p.times_exp(*rest.args) in e.args:
            kept = [f for f in e.args if f not in (rest, p.times_exp(*rest.args))]
            return Mul(*kept, single.ratio_share(*rest.args))
    return None


def _sign_of_kink(e: Expr) -> Expr | None:
    """A kink holds the sign that it multiplies: 0 times infinity is not met."""
    for kink in e.args if e.is_Mul else ():
        base, power = kink.as_base_exp()
        if not isinstance(base, sp.Max | sp.Min) or sp.S.Zero not in base.args or not power.is_Integer:
            continue
        inner = [a for a in base.args if a != 0]
        if len(inner) != 1:
            continue
        x = inner[0]
        step = sp.Heaviside(x if isinstance(base, sp.Max) else -x)
        for other in e.args:
            if other == step and power > 0:
                return e / other
            if other == x:
                return e / other * base
    return None


@identity("a function of a ratio is taken of the ratio, also where that overflows")
def function_of_ratio(e: Expr) -> Expr | None:
    if isinstance(e, sp.asinh) and (ratio := _ratio(e.args[0])):
        return single.asinh_times_exp(*ratio)
    if isinstance(e, robust.hypot_ratio) and (ratio := _ratio(e.args[0])):
        return single.hypot_share_exp(*ratio)
    if isinstance(e, p.log1p) and (ratio := _ratio(e.args[0])) and _amount(ratio[0]):
        return single.log1p_times_exp(*ratio)
    if isinstance(e, robust.expm1_minus) and (power := power_of_ratio(e.args[0])):
        return single.power_deviance(*power)
    if (share := _share_of_ratio(e)) is not None:
        return share
    for factor in e.args if e.is_Mul else ():
        z = factor.args[0] if isinstance(factor, p.sigmoid) else sp.S.Zero
        if isinstance(z, p.times_exp) or isinstance(-z, p.times_exp):
            for sign in (1, -1):
                if sign * z in e.args:
                    rest = Mul(*[f for f in e.args if f is not factor and f != sign * z])
                    return -sign * rest * single.argument_sigmoid(-z)
    return _share_and_rest(e) if e.is_Add else _sign_of_kink(e)


# -- whole losses of single families -----------------------------------------------------------------------------


def _beta_binomial(e: Expr) -> Expr | None:
    """Counts of successes whose probability has sizes a = c sigmoid(f) and b = c sigmoid(-f) with c = e^g."""
    for sign, node in signed(e, p.log_binomial):
        n, y = node.args
        for first in sorted(e.atoms(p.log_beta), key=sp.default_sort_key) if y.is_Symbol else ():
            a, b = first.args
            log_a, log_b = logarithm(a), logarithm(b)
            later = p.log_beta(a + y, b + n - y)
            if log_a is None or log_b is None or -sign * first not in e.args or sign * later not in e.args:
                continue
            g, f = _log_of_sum(log_a, log_b), _log_odds(log_a, log_b)
            return e - sign * node + sign * first - sign * later - sign * powers.beta_binomial_loss(n, y, f, g)
    return None


def _log_odds(log_a: Expr, log_b: Expr) -> Expr:
    """log_a - log_b; f where the two are g - softplus(-f) and g - softplus(f)."""
    for node in log_a.atoms(p.softplus):
        if sp.expand(log_a - log_b + node - p.softplus(-node.args[0])) == 0:
            return -node.args[0]
    return sp.expand(log_a - log_b)


def _log_of_sum(log_a: Expr, log_b: Expr) -> Expr:
    """log(e^log_a + e^log_b); g where the two are its shares g - softplus(-f) and g - softplus(f)."""
    for node in log_a.atoms(p.softplus):
        g = sp.expand(log_a + node)
        if sp.expand(log_b + p.softplus(-node.args[0]) - g) == 0:
            return g
    return log_a + p.softplus(log_b - log_a)


def _beta_prime(e: Expr) -> Expr | None:
    for sign, node in signed(e, p.log_beta):
        a, b = node.args
        log_a, log_b = (logarithm(_with_exponentials(size)) for size in (a, b))
        for y in sorted((s for s in e.free_symbols if s.is_positive), key=str) if log_a and log_b else ():
            terms = (a + b) * log(1 + y) - (a - 1) * log(y)
            found = swap(e - sign * node, sign, terms, _beta_prime_whole(y, log_a, log_b), y)
            if found is not None:
                return found
    return None


def _with_exponentials(size: Expr) -> Expr:
    """A number plus softplus(f) as one plus an exponential, whose logarithm is known."""
    sums = {node: node.replace(p.softplus, lambda f: exp(p.log_softplus(f))) for node in size.atoms(Add)}
    return size.xreplace({node: other for node, other in sums.items() if constant_and_rest(node)[0].is_positive})


def _beta_prime_whole(y: Expr, log_a: Expr, log_b: Expr) -> Expr:
    """By mean and concentration c where the sizes are mean (1 + c) and 2 + c."""
    for node in log_a.atoms(p.softplus):
        c, mean = node.args[0], sp.expand(log_a - node)
        if sp.expand(log_b - log(2) - p.softplus(sp.expand(c - log(2)))) == 0:
            return beta_prime.beta_prime_mean_loss(y, mean, c)
    return single.beta_prime_loss(y, log_a, log_b)


def _generalized_poisson(e: Expr) -> Expr | None:
    for sign, node in signed(e, p.log_factorial):
        y = node.args[0]
        for product in sorted(e.atoms(single.log1p_times_exp), key=sp.default_sort_key):
            for soft in sorted(e.atoms(p.softplus), key=sp.default_sort_key):
                a = product.args[1]
                f = sp.expand(soft.args[0] - a)
                whole = single.generalized_poisson_loss(y, f, a)
                rest = plain(lower(e) - sign * lower(whole))
                if not rest.has(y):
                    return rest + sign * whole
    return None


def _gompertz(e: Expr) -> Expr | None:
    for term in e.args:
        if isinstance(term, p.times_exp) and isinstance(term.args[0], p.expm1_over):
            (y, a), f = term.args[0].args, term.args[1]
            g = logarithm(a)
            if g is not None and -p.times_exp(y, g) in e.args and -f in e.args:
                return e - term + p.times_exp(y, g) + f + single.gompertz_loss(y, f, g)
    return None


def _burr(e: Expr) -> Expr | None:
    for term in e.args:
        if isinstance(term, p.times_exp) and isinstance(term.args[0], p.softplus):
            power = power_of_ratio(term.args[0].args[0])
            rest = single.softplus_less_log(*power) if power else None
            if power and rest in e.args:
                return e - term - rest + burr.burr_loss(*power, term.args[1])
    return None


def _rice(e: Expr) -> Expr | None:
    for sign, node in signed(e, p.log_i0e):
        ratio = _ratio(node.args[0])
        for term in e.args if ratio else ():
            y, total = ratio or (e, e)
            body = -sign * term * 2
            if not (isinstance(body, sp.Pow) and body.exp == 2 and isinstance(body.base, p.times_exp)):
                continue
            gap, s = body.base.args[0], -body.base.args[1]
            f = sp.expand(total + 2 * s)
            if gap == y - exp(f) and sign * log(y) in e.args:
                return e - sign * node - term - sign * log(y) - sign * single.rice_loss(y, f, s) + sign * 2 * s
    return None


def _continuous_bernoulli(e: Expr) -> Expr | None:
    for sign, node in signed(e, p.log_x_coth):
        for y in sorted((s for s in e.free_symbols if s.is_positive), key=str):
            f = node.args[0]
            known = {lower(p.softplus(-f)): lower(p.softplus(f)) - f}
            rest = plain(
                (lower(e - sign * node) + sign * lower((1 - y) * p.softplus(f) + y * p.softplus(-f))).xreplace(known)
            )
            if not rest.has(y):
                return rest - sign * powers.continuous_bernoulli_loss(y, f)
    return None


def _beta_prime_pull(e: Expr) -> Expr | None:
    """The slope in what both sizes share: either part may overflow."""
    for first in sorted(e.atoms(single.beta_prime_first), key=sp.default_sort_key):
        second = single.beta_prime_second(*first.args)
        weights = [Add(*[t / kind for t in e.args if kind in Mul.make_args(t)]) for kind in (first, second)]
        if 0 not in weights:
            rest = [t for t in e.args if first not in Mul.make_args(t) and second not in Mul.make_args(t)]
            return Add(*rest, powers.beta_prime_pull(*first.args, *weights))
    for term in e.args:
        for slope in (f for f in Mul.make_args(term) if isinstance(f, powers.beta_prime_pull_first)):
            *_, u, v = slope.args
            parts = (u * slope, v * powers.beta_prime_pull_second(*slope.args))
            for other in e.args:
                if isinstance(other, powers.beta_prime_pull) and all(part in e.args for part in parts):
                    return e - Add(*parts) - other + powers.beta_prime_bend(*slope.args, *other.args[3:])
    return None


def _yule_simon(e: Expr) -> Expr | None:
    for sign, node in signed(e, p.log_beta):
        for y, size in (node.args, node.args[::-1]):
            g = logarithm(size - 1) if y.is_Symbol and y.is_integer is None and y.is_positive else None
            if g is not None and sign * g in e.args:
                return e - sign * node - sign * g - sign * powers.yule_simon_loss(y, g)
    return None


def _dirichlet(e: Expr) -> Expr | None:
    """What is left at the best mean, and a relative entropy times the concentration."""
    for sign, node in signed(e, sequences.log_gamma_exp):
        c = node.args[0]
        for share in sorted(e.atoms(p.softmax), key=sp.default_sort_key):
            f = share.args[0]
            each = c + f - p.log_sum_exp(f)
            for y in sorted((s for s in e.free_symbols if isinstance(s, p.VectorSymbol)), key=str):
                powers_of = sign * p.sum_over((p.times_exp(share, c) - 1) * log(y))
                gammas = -sign * p.sum_over(sequences.log_gamma_exp(each))
                if powers_of in e.args and gammas in e.args:
                    peaks = p.sum_over(kinds.gamma_peak(each)) - kinds.gamma_peak(c)
                    whole = peaks + compositions.scaled_relative_entropy(f, c, y) + p.sum_over(log(y))
                    return e - sign * node - powers_of - gammas - sign * whole
    return None


def _poisson_without_zero(e: Expr) -> Expr | None:
    for sign, node in signed(e, p.poisson_deviance_exp):
        y, f = node.args
        for kept in (p.log1m_exp(exp(f)), p.log1m_exp_neg_exp(f)):
            terms = (sign * p.log_factorial_excess(y), sign * kept)
            if all(term in e.args for term in terms):
                return e - sign * node - Add(*terms) + sign * zeros.poisson_without_zero(y, f)
    return None


def _negative_binomial_without_zero(e: Expr) -> Expr | None:
    for sign, node in signed(e, kinds.negative_binomial_loss):
        y, f, a = node.args
        far = p.log1m_exp_neg_exp(p.log_softplus(a + f) - a)
        for kept in (sign * p.log1m_exp(p.times_exp(p.softplus(a + f), -a)), sign * far):
            if kept not in e.args:
                continue
            return e - sign * node - kept + sign * zeros.negative_binomial_without_zero(y, f, a)
    return None


def _poisson_inverse_gaussian_seen(e: Expr) -> Expr | None:
    for sign, node in signed(e, families.poisson_inverse_gaussian_loss):
        y, f, a = node.args
        kept = sign * p.log1m_exp(families.poisson_inverse_gaussian_loss(0, f, a))
        if kept in e.args:
            return e - sign * node - kept + sign * families.poisson_inverse_gaussian_seen_loss(y, f, a)
    return None


def _generalized_gamma(e: Expr) -> Expr | None:
    for sign, node in signed(e, p.log_gamma):
        g = logarithm(node.args[0])
        for power in sorted(e.atoms(p.times_exp), key=sp.default_sort_key) if g is not None else ():
            found = power_of_ratio(power)
            if found is None or not found[0].is_Symbol:
                continue
            y, t, k = found
            terms = -exp(g + k) * (log(y) + t) + exp(exp(k) * (log(y) + t)) + log(y) - k
            whole = swap(e - sign * node, sign, terms, powers.generalized_gamma_loss(y, t, g, k), y)
            if whole is not None:
                return whole
    return None


_FAMILIES: tuple[Callable[[Expr], Expr | None], ...] = (
    _beta_binomial,
    _beta_prime,
    _generalized_poisson,
    _gompertz,
    _softplus_plus_logarithm,
    _burr,
    _rice,
    _continuous_bernoulli,
    _beta_prime_pull,
    _yule_simon,
    _generalized_gamma,
    _poisson_without_zero,
    _negative_binomial_without_zero,
    _poisson_inverse_gaussian_seen,
    _dirichlet,
    *MORE,
)


@identity("the loss of one family as one function, where its terms cancel or overflow one by one")
def family_at_once(e: Expr) -> Expr | None:
    for found in (row(e) for row in _FAMILIES) if e.is_Add else ():
        if found is not None:
            return found
    return None
