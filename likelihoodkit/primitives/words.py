"""The plain words that a declaration is written in: functions of expressions, all exported as ``lk.<word>``.

Numbers become exact rationals on the way in, so that ``0.1`` means one tenth.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy as sp

from likelihoodkit.primitives import (
    bessel_ratio,
    bessel_ratio_complement,
    bessel_ratio_derivative,
    digamma,
    digamma_rising,
    expm1,
    hazard,
    hazard_derivative,
    huber_penalty,
    huber_score,
    log1m_exp,
    log1m_exp_neg_exp,
    log1p,
    log1p_square,
    log_beta,
    log_binomial,
    log_cosh,
    log_factorial,
    log_gamma,
    log_i0e,
    log_ndtr,
    log_rising,
    log_softplus,
    log_sum_exp,
    ndtr,
    ndtri,
    one_hot,
    one_minus_cos,
    pick,
    poisson_deviance_half,
    regularised_beta,
    regularised_beta_inverse,
    regularised_gamma_p,
    regularised_gamma_p_inverse,
    regularised_gamma_q,
    sech2,
    sigmoid,
    softmax,
    softmax_cross_entropy,
    softmax_residual,
    softplus,
    softplus_ratio,
    softplus_ratio_derivative,
    square_ratio,
    stirling_error,
    stirling_error_derivative,
    stirling_error_second,
    student_cdf,
    student_quantile,
    sum_over,
    tetragamma,
    times_exp,
    trigamma,
    trigamma_rising,
    wrap_angle,
    x_over_expm1,
    x_over_expm1_derivative,
    xlogy,
)

pi = sp.pi
EulerGamma = sp.EulerGamma
Piecewise = sp.Piecewise


def exact(value: Any) -> sp.Expr:
    """A number or expression as an exact SymPy expression.

    >>> exact(0.1), exact(2)
    (1/10, 2)
    """
    if isinstance(value, sp.Basic):
        floats = {f: sp.Rational(Fraction(repr(float(f)))) for f in value.atoms(sp.Float)}
        return value.xreplace(floats) if floats else value
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        try:
            value = float(value)
        except (TypeError, ValueError):
            raise TypeError(f"a formula is made of numbers and expressions, not {value!r}") from None
    if isinstance(value, int | Fraction):
        return sp.Rational(value)
    return sp.Float(value) if value in (float("inf"), float("-inf")) else sp.Rational(Fraction(repr(value)))


def _word(function: Callable[..., Any], name: str, doc: str) -> Callable[..., Any]:
    def word(*arguments: Any) -> Any:
        return function(*[exact(a) for a in arguments])

    word.__name__ = word.__qualname__ = name
    word.__doc__ = doc
    return word


exp = _word(sp.exp, "exp", "e to the x.")
log = _word(sp.log, "log", "The natural logarithm.")
sqrt = _word(sp.sqrt, "sqrt", "The square root.")
abs = _word(sp.Abs, "abs", "The absolute value; its kink is kept, not smoothed.")
maximum = _word(sp.Max, "maximum", "The larger of the arguments.")
minimum = _word(sp.Min, "minimum", "The smaller of the arguments.")
floor = _word(sp.floor, "floor", "The largest whole number not above x.")
sign = _word(sp.sign, "sign", "-1, 0 or 1.")
cos = _word(sp.cos, "cos", "The cosine of an angle in radians.")
sin = _word(sp.sin, "sin", "The sine of an angle in radians.")
tan = _word(sp.tan, "tan", "The tangent of an angle in radians.")
atan = _word(sp.atan, "atan", "The inverse tangent.")
cosh = _word(sp.cosh, "cosh", "The hyperbolic cosine.")
sinh = _word(sp.sinh, "sinh", "The hyperbolic sine.")
asinh = _word(sp.asinh, "asinh", "The inverse hyperbolic sine.")
tanh = _word(sp.tanh, "tanh", "The hyperbolic tangent.")
erf = _word(sp.erf, "erf", "The error function.")
gamma = _word(sp.gamma, "gamma", "The gamma function; prefer log_gamma.")
log_i0 = _word(lambda x: log_i0e(x) + x, "log_i0", "log of the modified Bessel function I0.")


#: every word, by the name it has in ``lk``
WORDS: dict[str, Any] = {
    name: value
    for name, value in list(globals().items())
    if not name.startswith("_") and (callable(value) or isinstance(value, sp.Expr))
    and name not in {"Any", "Callable", "Fraction"}
}
