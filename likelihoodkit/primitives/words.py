"""The plain words that a declaration is written in: functions of expressions, all exported as ``lk.<word>``.

Numbers become exact rationals on the way in, so that ``0.1`` means one tenth.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy as sp

from likelihoodkit.primitives import (
    bessel_ratio as bessel_ratio,
)
from likelihoodkit.primitives import (
    bessel_ratio_complement as bessel_ratio_complement,
)
from likelihoodkit.primitives import (
    bessel_ratio_derivative as bessel_ratio_derivative,
)
from likelihoodkit.primitives import (
    digamma as digamma,
)
from likelihoodkit.primitives import (
    digamma_chord as digamma_chord,
)
from likelihoodkit.primitives import (
    digamma_rising as digamma_rising,
)
from likelihoodkit.primitives import (
    exp_minus as exp_minus,
)
from likelihoodkit.primitives import (
    expm1 as expm1,
)
from likelihoodkit.primitives import (
    expm1_over as expm1_over,
)
from likelihoodkit.primitives import (
    hazard as hazard,
)
from likelihoodkit.primitives import (
    hazard_derivative as hazard_derivative,
)
from likelihoodkit.primitives import (
    huber_penalty as huber_penalty,
)
from likelihoodkit.primitives import (
    huber_score as huber_score,
)
from likelihoodkit.primitives import (
    log1m_exp as log1m_exp,
)
from likelihoodkit.primitives import (
    log1m_exp_neg_exp as log1m_exp_neg_exp,
)
from likelihoodkit.primitives import (
    log1p as log1p,
)
from likelihoodkit.primitives import (
    log1p_over as log1p_over,
)
from likelihoodkit.primitives import (
    log1p_square as log1p_square,
)
from likelihoodkit.primitives import (
    log1p_square_exp as log1p_square_exp,
)
from likelihoodkit.primitives import (
    log_beta as log_beta,
)
from likelihoodkit.primitives import (
    log_binomial as log_binomial,
)
from likelihoodkit.primitives import (
    log_cosh as log_cosh,
)
from likelihoodkit.primitives import (
    log_factorial as log_factorial,
)
from likelihoodkit.primitives import (
    log_factorial_excess as log_factorial_excess,
)
from likelihoodkit.primitives import (
    log_gamma as log_gamma,
)
from likelihoodkit.primitives import (
    log_i0e as log_i0e,
)
from likelihoodkit.primitives import (
    log_ndtr as log_ndtr,
)
from likelihoodkit.primitives import (
    log_power_difference as log_power_difference,
)
from likelihoodkit.primitives import (
    log_rising as log_rising,
)
from likelihoodkit.primitives import (
    log_rising_excess as log_rising_excess,
)
from likelihoodkit.primitives import (
    log_softplus as log_softplus,
)
from likelihoodkit.primitives import (
    log_softplus_ratio as log_softplus_ratio,
)
from likelihoodkit.primitives import (
    log_sum_exp as log_sum_exp,
)
from likelihoodkit.primitives import (
    log_times_exp as log_times_exp,
)
from likelihoodkit.primitives import (
    log_x_coth as log_x_coth,
)
from likelihoodkit.primitives import (
    log_x_coth_curve as log_x_coth_curve,
)
from likelihoodkit.primitives import (
    log_x_coth_slope as log_x_coth_slope,
)
from likelihoodkit.primitives import (
    log_zeta1p as log_zeta1p,
)
from likelihoodkit.primitives import (
    log_zeta1p_curve as log_zeta1p_curve,
)
from likelihoodkit.primitives import (
    ndtr as ndtr,
)
from likelihoodkit.primitives import (
    ndtri as ndtri,
)
from likelihoodkit.primitives import (
    normal_plus_delay as normal_plus_delay,
)
from likelihoodkit.primitives import (
    one_hot as one_hot,
)
from likelihoodkit.primitives import (
    one_minus_cos as one_minus_cos,
)
from likelihoodkit.primitives import (
    pick as pick,
)
from likelihoodkit.primitives import (
    poisson_deviance_exp as poisson_deviance_exp,
)
from likelihoodkit.primitives import (
    poisson_deviance_half as poisson_deviance_half,
)
from likelihoodkit.primitives import (
    power_minus_one as power_minus_one,
)
from likelihoodkit.primitives import (
    power_times_exp as power_times_exp,
)
from likelihoodkit.primitives import (
    ratio_deviance as ratio_deviance,
)
from likelihoodkit.primitives import (
    ratio_minus_one as ratio_minus_one,
)
from likelihoodkit.primitives import (
    regularised_beta as regularised_beta,
)
from likelihoodkit.primitives import (
    regularised_beta_inverse as regularised_beta_inverse,
)
from likelihoodkit.primitives import (
    regularised_gamma_p as regularised_gamma_p,
)
from likelihoodkit.primitives import (
    regularised_gamma_p_inverse as regularised_gamma_p_inverse,
)
from likelihoodkit.primitives import (
    regularised_gamma_q as regularised_gamma_q,
)
from likelihoodkit.primitives import (
    scaled_power as scaled_power,
)
from likelihoodkit.primitives import (
    sech2 as sech2,
)
from likelihoodkit.primitives import (
    sigmoid as sigmoid,
)
from likelihoodkit.primitives import (
    sigmoid_balance as sigmoid_balance,
)
from likelihoodkit.primitives import (
    softmax as softmax,
)
from likelihoodkit.primitives import (
    softmax_cross_entropy as softmax_cross_entropy,
)
from likelihoodkit.primitives import (
    softmax_residual as softmax_residual,
)
from likelihoodkit.primitives import (
    softplus as softplus,
)
from likelihoodkit.primitives import (
    softplus_ratio as softplus_ratio,
)
from likelihoodkit.primitives import (
    softplus_ratio_derivative as softplus_ratio_derivative,
)
from likelihoodkit.primitives import (
    square_ratio as square_ratio,
)
from likelihoodkit.primitives import (
    square_ratio_derivative as square_ratio_derivative,
)
from likelihoodkit.primitives import (
    square_rest_exp as square_rest_exp,
)
from likelihoodkit.primitives import (
    square_share_exp as square_share_exp,
)
from likelihoodkit.primitives import (
    square_slope_exp as square_slope_exp,
)
from likelihoodkit.primitives import (
    stirling_error as stirling_error,
)
from likelihoodkit.primitives import (
    stirling_error_derivative as stirling_error_derivative,
)
from likelihoodkit.primitives import (
    stirling_error_second as stirling_error_second,
)
from likelihoodkit.primitives import (
    student_cdf as student_cdf,
)
from likelihoodkit.primitives import (
    student_quantile as student_quantile,
)
from likelihoodkit.primitives import (
    sum_over as sum_over,
)
from likelihoodkit.primitives import (
    tetragamma as tetragamma,
)
from likelihoodkit.primitives import (
    times_exp as times_exp,
)
from likelihoodkit.primitives import (
    times_exp_difference as times_exp_difference,
)
from likelihoodkit.primitives import (
    trigamma as trigamma,
)
from likelihoodkit.primitives import (
    trigamma_chord as trigamma_chord,
)
from likelihoodkit.primitives import (
    trigamma_rising as trigamma_rising,
)
from likelihoodkit.primitives import (
    wrap_angle as wrap_angle,
)
from likelihoodkit.primitives import (
    x_over_expm1 as x_over_expm1,
)
from likelihoodkit.primitives import (
    x_over_expm1_derivative as x_over_expm1_derivative,
)
from likelihoodkit.primitives import (
    xlogy as xlogy,
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
atan2 = _word(sp.atan2, "atan2", "The angle of the point (x, y), given as y, x.")
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
