"""The last pass before a program is made: nothing here changes what a formula means, only what rounding takes of it.

A link is rounded once: softplus(0) is log 2 to half an ulp, whatever the digits of the output. Almost everywhere that
is all it costs. But a power multiplies it by its logarithm, and an exponential by its exponent: there the rest goes
along, as one more factor or into an argument that has room for it. And a link that vanishes has no digits to multiply
with (softplus(-740) is subnormal): there it goes into the product by its exponent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import sympy as sp
from sympy import Abs, Add, Expr, Max, Mul, S, exp, log

from likelihoodkit import primitives as p
from likelihoodkit.primitives import differences, extremes, linked, logistic, powers, products, reach, rests, single
from likelihoodkit.primitives.families import kind
from likelihoodkit.primitives.record import RECORDS
from likelihoodkit.stabilise.range import beside_cutpoint, in_reach
from likelihoodkit.stabilise.rewriting import rewrite
from likelihoodkit.stabilise.single import power_of_ratio

__all__ = ["finished"]

#: function of an output -> what rounding takes of it near 0, where the output's own digits are no excuse
_RESTS: dict[type[Expr], Callable[[Expr, Expr], Expr]] = {
    p.softplus: rests.softplus_rest,
    p.log_softplus: rests.log_softplus_rest,
    p.sigmoid: rests.sigmoid_rest,
}


Rest = Callable[[Expr], Expr]


def _rest(settled: frozenset[sp.Symbol], e: Expr) -> Expr:
    """What rounding takes of an expression: zero in exact arithmetic, S.Zero where it is not worth asking."""
    if e.is_Add:
        return sp.Add(*[_rest(settled, a) for a in e.args])
    number, body = e.as_coeff_Mul()
    if isinstance(body, exp):
        inner = _rest(settled, body.args[0])
        return number * (rests.exp_rest(body.args[0], body) + (inner * body if inner != 0 else 0))
    if type(body) not in _RESTS or body.free_symbols & settled:
        return S.Zero
    return number * _RESTS[type(body)](body.args[0], body)


def _scaled(rest: Rest, r: Expr, t: Expr, s: Expr) -> tuple[Expr, ...]:
    return s, rest(t), differences.log_times_exp(Abs(r), t), rest(s)


def _plain(rest: Rest, y: Expr, s: Expr, t: Expr) -> tuple[Expr, ...]:
    return S.One, rest(t), log(y), rest(s)


#: power -> of its logarithm s (t + ...): s, what is lost of t, the logarithm that s multiplies, what is lost of s
_POWERS: dict[type[Expr], Callable[..., tuple[Expr, ...]]] = {
    **dict.fromkeys((p.scaled_power, p.scaled_power_over, p.scaled_power_over_square), _scaled),
    **dict.fromkeys((p.scaled_power_log, p.scaled_power_log_over, p.scaled_power_log_square), _scaled),
    **dict.fromkeys((products.power_exp, products.power_log_exp, products.power_log_square_exp), _plain),
}


#: functions of (y, t, g) with a power e^g, or times e^g, which multiplies what rounding takes of g
_OF_POWER = (
    *(p.ratio_deviance, p.ratio_minus_one),  # (y, t, s), times e^s
    *(differences.power_minus_one, differences.power_less_log, differences.power_slope, p.power_times_exp),
    single.power_deviance,
)


def _of(stem: str) -> tuple[type[Expr], ...]:
    return tuple(record.function for name, record in RECORDS.items() if name.startswith((stem, f"scaled_{stem}")))


_SINH_ARCSINH, _BOX_COX = _of("sinh_arcsinh"), _of("box_cox")
_VALUES = tuple(map(kind, ("box_cox_loss", "box_cox_student_loss")))


#: tails of the normal law, which take over what rounding takes of their argument as often as it is large
_NORMAL_TAILS = (p.log_ndtr, p.hazard, products.argument_hazard)


def _tail_of_logarithm(e: Expr, rest: Rest) -> Expr:
    """A normal tail at (log y - f)/s: of an outcome's logarithm only the last digits of the outcome are its own."""
    sign, z = e.args[0].as_coeff_Mul()
    r, t = z.args if isinstance(z, p.times_exp) else (z, S.Zero)
    for term in r.args if r.is_Add and abs(sign) == 1 else ():
        turn, logarithm = term.as_coeff_Mul()
        y = logarithm.args[0] if isinstance(logarithm, log) else S.One
        if y.is_Symbol and abs(turn) == 1:
            s = rewrite(exp(-t))
            lost = rests.ratio_of_log_rest(turn * z, y, sp.expand(logarithm - turn * r), s, rest(s))
            return linked.corrected(e, e.fdiff(1), sign * turn * lost)
    return e


def _with_rest(e: Expr, rest: Rest) -> Expr:
    """A power with what rounding takes of its exponent."""
    if isinstance(e, _NORMAL_TAILS):
        return _tail_of_logarithm(e, rest)
    if type(e) in _POWERS:
        s, less, logarithm, lost = _POWERS[type(e)](rest, *e.args)
        if less != 0 or lost != 0:
            return rests.raised(e, s, less, logarithm, lost)
    if type(e) in _SINH_ARCSINH:
        r, t, b, g, *others = e.args  # of a e^g - b
        lost = rest(g)
        if lost != 0:
            return e.func(r, t, rests.moved(b, single.asinh_times_exp(r, t), -p.times_exp(lost, g)), g, *others)
    if e.is_Mul:
        return _with_hazard(_vanishing(_halved(e)))
    if isinstance(e, p.times_exp):
        return _of_power(_of_balance(e))
    if isinstance(e, linked.times_sigmoid):
        return _of_power_pull(e)
    if isinstance(e, _OF_POWER):
        return _along_slopes(e, rest, (2,))
    if isinstance(e, extremes.extreme_value_pull_curve) and isinstance(e.args[2], sp.tanh):
        return 2 * p.sigmoid(2 * e.args[2].args[0]) * extremes.extreme_value_turning(*e.args)  # 1 + tanh f
    if type(e) in _BOX_COX:
        return _along_slopes(e, rest, range(1, 4) if type(e) in _VALUES else (3,))
    return e


#: differences that are infinite where a link is
_RESIDUALS = (linked.shifted_exp_residual, linked.carried_exp, linked.carried_shifted_exp, linked.carried_square)


#: link that vanishes -> a number times it
_TIMES: dict[type[Expr], Callable[[Expr, Expr], Expr]] = {
    p.sigmoid: linked.times_sigmoid,
    p.softplus: linked.times_softplus,
}


#: half the square of such a number is in range where the square is not
_ROOTS = (products.scaled_chord, products.scaled_mean)


def _vanishing(e: Expr) -> Expr:
    """A product with a link that vanishes where a sum of outputs does not."""
    factors = [f for f in e.args if type(f) in _TIMES]
    others = [f for f in e.args if type(f) not in _TIMES]
    sums = [f for f in others if f.is_Add and not all(symbol.is_nonnegative for symbol in f.free_symbols)]
    sums += [f for f in others if isinstance(f, single.asinh_times_exp) or (f.is_Symbol and not f.is_nonnegative)]
    if len(factors) != 1 or not sums:
        return e
    return _TIMES[type(factors[0])](Mul(*others), factors[0].args[0])


def _halved(e: Expr) -> Expr:
    """Half the product of two numbers that may be as large as the root of what there is."""
    number, body = e.as_coeff_Mul()
    factors = [f for part in Mul.make_args(body) for f in _repeated(part)]
    roots = [f for f in factors if isinstance(f, _ROOTS)]
    if abs(number) != S.Half or len(roots) != 2:
        return e
    level = (roots[0].args[-1] + roots[1].args[-1]) / 2
    return (
        2
        * number
        * Mul(*[f for f in factors if f not in roots])
        * reach.half_product(*[root.func(*root.args[:-1], level) for root in roots])
    )


def _repeated(factor: Expr) -> tuple[Expr, ...]:
    base, power = factor.as_base_exp()
    return (base, base) if power == 2 else (factor,)


def _with_hazard(e: Expr) -> Expr:
    """A product with a hazard: where a power of an output is infinite, so is what the hazard is taken of."""
    outputs = [f for f in Mul.make_args(e) if f.is_Symbol]
    if len(outputs) == 1 and any(isinstance(f, products.hazard_curve | linked.scaled_hazard) for f in Mul.make_args(e)):
        return reach.times_output(e / outputs[0], outputs[0])  # the curve may overflow, and the output be 0
    hazards = [f for f in Mul.make_args(e) if isinstance(f, p.hazard)]
    others = [f for f in Mul.make_args(e) if not isinstance(f, p.hazard)]
    if len(hazards) != 1 or not any(f.has(exp, sp.Pow, *_RESIDUALS) for f in others):
        return e
    return reach.times_hazard(Mul(*others), hazards[0].args[0])


def _of_balance(e: Expr) -> Expr:
    """A balance of two sigmoids times an exponential, as one function: the sigmoids may both be subnormal."""
    r, t = e.args
    number, balance = r.as_coeff_Mul()
    if not isinstance(balance, single.tilted_balance):
        return e
    return number * reach.scaled_balance(*balance.args, t)


def _of_power(e: Expr) -> Expr:
    """A power less 1, times a number and an exponential: by the larger exponent, also where the power has vanished."""
    factors = Mul.make_args(e.args[0]) if isinstance(e, p.times_exp) else ()
    for power in (f for f in factors if isinstance(f, differences.power_minus_one)):
        others = Mul(*[f for f in factors if f is not power])
        u = p.times_exp(p.log_times_exp(*power.args[:2]), power.args[2])
        return reach.within_range(e, differences.times_exp_difference(others, u, e.args[1]))
    return e


def _of_power_pull(e: Expr) -> Expr:
    """log X (X - s) and numbers times a sigmoid: by the larger of the two exponents where it is infinite."""
    total, z = e.args
    for term in Add.make_args(total):
        if isinstance(term, powers.power_pull) and (total - term).is_number:
            y, t, g, k = term.args
            logarithm, level = p.log_times_exp(y, t), -p.softplus(-z)
            u = p.times_exp(logarithm, k)
            short = sp.sign(u - g) * p.expm1(-Abs(u - g))  # of which neither term is infinite beside the other
            far = -p.times_exp(logarithm * short, k + level + Max(u, g))
            return reach.within_range(e, far)
    return e


def _along_slopes(e: Expr, rest: Rest, places: Iterable[int]) -> Expr:
    """A function with its slope in those arguments times what rounding takes of them."""
    total = e
    for place in places:
        lost = rest(e.args[place])
        if lost != 0 and e.record.derivative[place] is not None:
            total = linked.corrected(total, e.fdiff(place + 1), lost)
    return total


def _less_log2(e: Expr) -> Expr:
    """A sum that is given what rounding takes of a softplus: log 2 less that is none of log 2's digits."""
    total = e.args[0] if isinstance(e, linked.corrected) else S.Zero
    twice = total.coeff(log(2)) if total.is_Add else S.Zero
    for term in total.args if twice != 0 else ():
        number, body = term.as_coeff_Mul()
        if isinstance(body, p.softplus) and number == -twice:
            return e.func(total - term - twice * log(2) - twice * reach.less_log2(body), *e.args[1:])
    return e


def _step_less_kept(e: Expr) -> Expr:
    """What a step of a power pulls less what it has, in a sum: 0 at places where neither is."""
    for term in e.args if e.is_Add else ():
        for power in (f for f in Mul.make_args(term) if isinstance(f, products.power_exp)):
            (k, s, level), weight = power.args, term / power
            if isinstance(s, exp) and isinstance(level, p.log_softplus):
                other = -weight * logistic.scaled_rate(products.log_power_step(k, s.args[0]) + level, S.Zero)
                if other in e.args:
                    return e - term - other + weight * products.power_step_pull(k, s.args[0], -level.args[0])
    return e


def _tail_by_power(e: Expr) -> Expr:
    """A loss log(1 + x^k), or its slope, alone: the power has the digits that its logarithm, rounded, has not."""
    if isinstance(e, sp.Piecewise):
        return sp.Piecewise(*[(_tail_by_power(branch), where) for branch, where in e.args])
    if isinstance(e, linked.corrected):
        return e.func(_tail_by_power(e.args[0]), *e.args[1:])
    number, body = e.as_coeff_Mul()
    if isinstance(body, p.times_exp) and isinstance(body.args[0], p.sigmoid):
        power = power_of_ratio(body.args[0].args[0])
        return e if power is None else number * p.times_exp(_share(power), body.args[1])
    if isinstance(body, single.argument_sigmoid):
        power = power_of_ratio(-body.args[0])
        return e if power is None else number * reach.faint(-body.args[0], body.args[0] * _share(power), body)
    power = power_of_ratio(body.args[0]) if isinstance(body, p.softplus) else None
    return e if power is None else number * reach.within_range(p.log1p(p.power_times_exp(*power)), body)


#: how near a constant is to minus log log 2 where the logarithm of a softplus at an output of 0 all but takes it away
_BESIDE = sp.Rational(3, 20)


def _beside_constant(e: Expr) -> Expr:
    """A loss that adds a constant to log softplus(f), and is all but 0 at f = 0: with what rounding takes of both."""
    constant, _ = e.as_coeff_Add() if e.is_Add else (S.Zero, e)
    constant += Add(*[term for term in Add.make_args(e - constant) if term.is_number])
    if constant == 0 or not constant.is_comparable or not abs(constant + log(log(2))) < _BESIDE:
        return e  # a loss of numbers alone may be one of functions that SymPy has no digits of
    for term in Add.make_args(e):
        if isinstance(term, p.log_softplus) and term.args[0].is_Symbol:
            lost = constant.evalf(40) - sp.Float(float(constant), 40)
            return linked.corrected(e, S.One, rests.log_softplus_rest(term.args[0], term) + sp.Rational(float(lost)))
    return e


def _share(power: tuple[Expr, ...]) -> Expr:
    """x^k/(1 + x^k)."""
    return single.ratio_share(p.power_times_exp(*power), S.Zero)


def finished(expression: Expr, settled: Iterable[sp.Symbol] = (), *, linked_twice: bool = False) -> Expr:
    """The expression, ready to be computed; not to be differentiated any more.

    ``settled``: outputs whose links have been given what rounding takes of them (`Through.corrected`).
    ``linked_twice``: is a parameter there that another link than its own may take out of the range?
    """
    memo: dict[Expr, Expr] = {}
    rest = partial(_rest, frozenset(settled))

    def run(node: Expr) -> Expr:
        if not node.args:
            return node
        if node not in memo:
            whole = _step_less_kept(_less_log2(node))
            args = [run(a) for a in whole.args]
            plain = whole.func(*args) if tuple(args) != whole.args else whole
            memo[node] = _with_rest(plain, rest)
            if linked_twice and plain.is_Mul:
                memo[node] = in_reach(plain, memo[node])
            elif linked_twice:
                memo[node] = beside_cutpoint(memo[node])
        return memo[node]

    return _limits(run(_beside_constant(_tail_by_power(expression))))


def _limits(e: Expr) -> Expr:
    """What has a limit at an output of 0 is computed beside it."""
    told = {}
    for node in e.atoms(reach.at_zero):
        f, *parts = node.args
        told[node] = reach.at_zero(f, *[part.xreplace({f: reach.beside_zero(f)}) for part in parts])
    return e.xreplace(told)
