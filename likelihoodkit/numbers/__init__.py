"""Exact-enough numbers: an elementary SymPy expression evaluated in mpmath, vectors as lists.

This is the kit's own reference: it reads primitives by what they mean in elementary mathematics, so an error in a
kernel or in a derivative rule cannot hide in it. Precision is the caller's (``mpmath.workdps``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import mpmath
import sympy as sp

from likelihoodkit.errors import DerivationError
from likelihoodkit.numbers.counted import COUNTED
from likelihoodkit.numbers.series import SERIES_FUNCTIONS
from likelihoodkit.numbers.tails import TAILS
from likelihoodkit.numbers.vectors import VECTORS
from likelihoodkit.primitives import RECORDS, Primitive, lower

#: an exponential of a number with more binary places than this is infinite (or zero) for every purpose here
_FARTHEST = 5000


def _exp(x: Any) -> Any:
    if mpmath.isfinite(x) and mpmath.mag(x) > _FARTHEST:  # mpmath would need as many digits as the exponent has
        return mpmath.inf if x > 0 else mpmath.mpf(0)
    return mpmath.exp(x)


def _power(base: Any, exponent: Any) -> Any:
    if mpmath.isfinite(exponent) and mpmath.mag(exponent) > 64 and base > 0:  # mpmath writes whole exponents out
        return _exp(exponent * mpmath.log(base))
    return mpmath.power(base, exponent)


def _sum_exp(z: list[Any]) -> Any:
    top = max(z)
    return top, [mpmath.exp(v - top) for v in z]


def _log_sum_exp(z: list[Any]) -> Any:
    top, parts = _sum_exp(z)
    return top + mpmath.log(mpmath.fsum(parts))


def _softmax(z: list[Any]) -> list[Any]:
    _, parts = _sum_exp(z)
    total = mpmath.fsum(parts)
    return [part / total for part in parts]


def _one_hot(y: Any, like: list[Any]) -> list[Any]:
    return [mpmath.mpf(1 if k == int(y) else 0) for k in range(len(like))]


def _largest_other(v: list[Any], y: Any) -> Any:
    return max(entry for k, entry in enumerate(v) if k != int(y))


def _is_largest_other(v: list[Any], y: Any) -> list[Any]:
    return _one_hot(v.index(_largest_other(v, y)), v)


def _wrap(x: Any) -> Any:
    turns = mpmath.floor((x + mpmath.pi) / (2 * mpmath.pi))
    return x - 2 * mpmath.pi * turns


def _beta_inverse(a: Any, b: Any, p: Any) -> Any:
    return mpmath.findroot(lambda x: mpmath.betainc(a, b, 0, x, regularized=True) - p, (0, 1), solver="anderson")


def _zeta_moments(x: Any, order: int) -> list[Any]:
    """The derivatives of zeta(1 + x) over it, from the first up to that order; nothing cancels near the pole."""
    with mpmath.extraprec(max(0, -mpmath.mag(x)) if x else 0):  # 1 + x keeps the digits of x
        total = mpmath.zeta(1 + x)
        return [mpmath.zeta(1 + x, derivative=k) / total for k in range(1, order + 1)]


def _gamma_inverse(a: Any, p: Any) -> Any:
    return mpmath.findroot(
        lambda x: mpmath.gammainc(a, 0, x, regularized=True) - p, (0, 10 * a + 50), solver="anderson"
    )


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp": _exp,
    "log": mpmath.log,
    "cos": mpmath.cos,
    "sin": mpmath.sin,
    "tan": mpmath.tan,
    "atan": mpmath.atan,
    "atan2": mpmath.atan2,
    "cosh": mpmath.cosh,
    "sinh": mpmath.sinh,
    "tanh": mpmath.tanh,
    "asinh": mpmath.asinh,
    "erf": mpmath.erf,
    "erfc": mpmath.erfc,
    "erfinv": mpmath.erfinv,
    "LambertW": lambda x, branch=0: mpmath.re(mpmath.lambertw(x, int(branch))),
    **{name: getattr(mpmath, name) for name in ("asin", "acos", "acot", "acosh", "atanh", "beta")},
    **{name: getattr(mpmath, name) for name in ("sec", "csc", "cot", "sech", "csch", "coth", "binomial", "factorial")},
    "ceiling": mpmath.ceil,
    "Mod": lambda x, n: x - n * mpmath.floor(x / n),
    "gamma": mpmath.gamma,
    "loggamma": mpmath.loggamma,
    "polygamma": lambda n, x: mpmath.psi(int(n), x),
    "besseli": mpmath.besseli,
    "besselk": mpmath.besselk,
    "zeta": mpmath.zeta,
    **SERIES_FUNCTIONS,
    **COUNTED,
    "log_zeta1p_slope": lambda x: mpmath.zeta(1 + x, derivative=1) / mpmath.zeta(1 + x),
    "log_zeta1p_curve": lambda x: (m := _zeta_moments(x, 2))[1] - m[0] ** 2,
    "log_zeta1p_third": lambda x: (m := _zeta_moments(x, 3))[2] - 3 * m[0] * m[1] + 2 * m[0] ** 3,
    "zeta_share": lambda x, k: mpmath.zeta(1 + x, k) / mpmath.zeta(1 + x),
    "lowergamma": lambda a, x: mpmath.gammainc(a, 0, x),
    "uppergamma": mpmath.gammainc,
    "Abs": abs,
    "Max": max,
    "Min": min,
    "sign": mpmath.sign,
    "floor": mpmath.floor,
    "Heaviside": lambda x, half: mpmath.mpf(half if x == 0 else (1 if x > 0 else 0)),
    "DiracDelta": lambda x, *order: mpmath.mpf(0),  # almost everywhere
    "sum_over": mpmath.fsum,
    "log_sum_exp": _log_sum_exp,
    "wrap_angle": _wrap,
    "ndtri": lambda p: mpmath.sqrt(2) * mpmath.erfinv(2 * p - 1),
    "regularised_beta_complement": lambda a, b, x: mpmath.betainc(a, b, x, 1, regularized=True),
    "regularised_beta": lambda a, b, x: mpmath.betainc(a, b, 0, x, regularized=True),
    "regularised_beta_inverse": _beta_inverse,
    "regularised_gamma_p_inverse": _gamma_inverse,
    "regularised_gamma_q_inverse": lambda a, q: _gamma_inverse(a, 1 - q),
    **TAILS,
}
#: these take or give whole vectors
VECTOR_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "pick": lambda v, y: v[int(y)],
    "entries": len,
    "largest_other": _largest_other,
    "is_largest_other": _is_largest_other,
    "softmax": _softmax,
    "one_hot": _one_hot,
    **VECTORS,
}


def evaluate(expression: sp.Basic, values: Mapping[sp.Symbol, Any]) -> Any:
    """The value of an elementary expression at ``values`` (mpmath numbers, lists for vectors).

    Raises `DerivationError` for a function without a reference and mpmath's own errors at singular points.
    """
    return evaluate_all([expression], values)[0]


def evaluate_all(expressions: Iterable[sp.Basic], values: Mapping[sp.Symbol, Any]) -> list[Any]:
    """The values of several expressions; what they have in common is worked out once."""
    memo: dict[sp.Basic, Any] = {}

    def run(node: sp.Basic) -> Any:
        if node not in memo:
            memo[node] = compute(node)
        return memo[node]

    def compute(node: sp.Basic) -> Any:
        if node in values:
            return values[node]
        if (tail := complement(node)) is not None:
            size, argument = tail
            return run(size) * mpmath.erfc(-run(argument))
        if isinstance(node, sp.Rational):
            return mpmath.mpf(int(node.p)) / int(node.q)
        if not node.args:
            return _constant(node)
        if isinstance(node, sp.log) and isinstance(node.args[0], sp.gamma):  # gamma itself may have 10^14 digits
            return _entrywise(mpmath.loggamma, [run(node.args[0].args[0])])
        if isinstance(node, sp.Piecewise):
            return _piecewise(node, run, values)
        if isinstance(node, sp.meijerg):  # the slope of an incomplete gamma function in its shape
            *parameters, place = node.args
            return mpmath.meijerg(*([[run(a) for a in part] for part in pair] for pair in parameters), run(place))
        arguments = [run(a) for a in node.args]
        name = type(node).__name__
        if isinstance(node, Primitive) and node.record.meaning is not None and name not in FUNCTIONS:
            return _mean(node.func, arguments)
        if name in VECTOR_FUNCTIONS or (name in {"sum_over", "log_sum_exp"} and isinstance(arguments[0], list)):
            return {**FUNCTIONS, **VECTOR_FUNCTIONS}[name](*arguments)
        return _entrywise(operation(node), arguments)

    return [run(expression) for expression in expressions]


def _mean(function: type[Primitive], arguments: list[Any]) -> Any:
    """A primitive's meaning at numbers; lowered on symbols first, because SymPy would evaluate gamma(10**6) exactly."""
    formula, symbols = _meaning(function.__name__)
    return evaluate(formula, dict(zip(symbols, arguments, strict=True)))


@cache
def _meaning(name: str) -> tuple[sp.Expr, list[sp.Symbol]]:
    record = RECORDS[name]
    symbols = [sp.Symbol(f"a{i}", real=True) for i in range(record.nargs)]
    return lower(record.function(*symbols)), symbols


def complement(node: sp.Basic) -> tuple[sp.Expr, sp.Expr] | None:
    """(c, x) where the node is c + c erf(x) or 2 c - c erfc(x), both c erfc(-x): a sum loses what is left far out."""
    if node.is_Add and len(node.args) == 2 and node.args[0].is_Number:
        number, body = node.args[1].as_coeff_Mul()
        if isinstance(body, sp.erf) and abs(number) == node.args[0]:
            return node.args[0], sp.sign(number) * body.args[0]
        if isinstance(body, sp.erfc) and -2 * number == node.args[0]:
            return -number, body.args[0]
    return None


def _piecewise(node: sp.Piecewise, run: Callable[[sp.Basic], Any], values: Mapping[sp.Symbol, Any]) -> Any:
    if (size := _size(node, run)) is not None:
        return [_cases(node, k, values) for k in range(size)]
    return next((run(branch) for branch, condition in node.args if holds(condition, run)), mpmath.nan)


def _size(node: sp.Piecewise, run: Callable[[sp.Basic], Any]) -> int | None:
    """The number of entries where the cases are decided entry by entry."""
    sides = (side for _, test in node.args for rel in test.atoms(sp.core.relational.Relational) for side in rel.args)
    return next((len(v) for v in map(run, sides) if isinstance(v, list)), None)


def _cases(node: sp.Piecewise, k: int, values: Mapping[sp.Symbol, Any]) -> Any:
    """Entry k of cases; vectors that are sums or softmaxes over all entries are replaced by their entry first."""
    mixing = {*VECTOR_FUNCTIONS, "sum_over", "log_sum_exp"}
    parts = {f: sp.Dummy("entry") for f in node.atoms(sp.Function) if type(f).__name__ in mixing}
    rows = {**values, **{d: evaluate(f, values) for f, d in parts.items()}}
    entry = {s: v[k] if isinstance(v, list) else v for s, v in rows.items()}
    return evaluate(node.xreplace(parts), entry)


def _constant(node: sp.Basic) -> Any:
    if isinstance(node, sp.NumberSymbol):
        return +getattr(mpmath, {"Pi": "pi", "Exp1": "e", "EulerGamma": "euler"}[type(node).__name__])
    if node is sp.oo or node is -sp.oo:
        return mpmath.inf if node is sp.oo else -mpmath.inf
    if node is sp.nan:  # a formula by cases none of which holds: it does not exist there
        return mpmath.nan
    raise DerivationError(f"no number is known for {node}")


def holds(condition: Any, run: Callable[[sp.Basic], Any]) -> bool:
    """Does a condition hold, by the values that ``run`` gives its sides?"""
    if condition in (sp.true, sp.false):
        return bool(condition)
    if isinstance(condition, sp.And | sp.Or):
        parts = [holds(c, run) for c in condition.args]
        return all(parts) if isinstance(condition, sp.And) else any(parts)
    left, right = run(condition.lhs), run(condition.rhs)
    if isinstance(condition, sp.Ne):
        return bool(left != right)
    tests = {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right, "==": left == right}
    return bool(tests[condition.rel_op])


def of_numbers(node: sp.Basic) -> bool:
    """Is it a sum, product, power or function whose value is that of `operation` at the values of its arguments?"""
    name = type(node).__name__
    return node.is_Add or node.is_Mul or node.is_Pow or (name in FUNCTIONS and name not in {"sum_over", "log_sum_exp"})


def _sum(*terms: Any) -> Any:
    return terms[0] + terms[1] if _two(terms) else mpmath.fsum(terms)


def _product(*factors: Any) -> Any:
    return factors[0] * factors[1] if _two(factors) else mpmath.fprod(factors)


def _two(numbers: tuple[Any, ...]) -> bool:
    """Are they two real numbers, of which the sum and the product are rounded once anyway?"""
    return len(numbers) == 2 and type(numbers[0]) is type(numbers[1]) is mpmath.mpf


def operation(node: sp.Basic) -> Callable[..., Any]:
    """What is done with the values of its arguments; `DerivationError` where that is not known."""
    if node.is_Add:
        return _sum
    if node.is_Mul:
        return _product
    if node.is_Pow:
        return _power
    name = type(node).__name__
    if name not in FUNCTIONS:
        kind = "primitive" if isinstance(node, Primitive) else "function"
        raise DerivationError(f"the {kind} {name} has no mpmath reference")
    return FUNCTIONS[name]


def _entrywise(operation: Callable[..., Any], arguments: list[Any]) -> Any:
    sizes = {len(a) for a in arguments if isinstance(a, list)}
    if not sizes:
        return operation(*arguments)
    (size,) = sizes
    return [operation(*[a[k] if isinstance(a, list) else a for a in arguments]) for k in range(size)]
