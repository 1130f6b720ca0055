"""The plain words that a declaration is written in: functions of expressions, all exported as ``lk.<word>``.

Numbers become exact rationals on the way in, so that ``0.1`` means one tenth.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy as sp

from likelihoodkit.exactly import fraction
from likelihoodkit.primitives import (
    bessel_ratio as bessel_ratio,
    bessel_ratio_complement as bessel_ratio_complement,
    bessel_ratio_derivative as bessel_ratio_derivative,
    digamma as digamma,
    digamma_chord as digamma_chord,
    digamma_rising as digamma_rising,
    entries as entries,
    exp_minus as exp_minus,
    expm1 as expm1,
    expm1_over as expm1_over,
    hazard as hazard,
    hazard_derivative as hazard_derivative,
    huber_penalty as huber_penalty,
    huber_score as huber_score,
    largest_other as largest_other,
    log1m_exp as log1m_exp,
    log1m_exp_neg_exp as log1m_exp_neg_exp,
    log1p as log1p,
    log1p_over as log1p_over,
    log1p_square as log1p_square,
    log1p_square_exp as log1p_square_exp,
    log_add_exp as log_add_exp,
    log_beta as log_beta,
    log_binomial as log_binomial,
    log_cosh as log_cosh,
    log_factorial as log_factorial,
    log_factorial_excess as log_factorial_excess,
    log_gamma as log_gamma,
    log_i0e as log_i0e,
    log_ndtr as log_ndtr,
    log_ndtr_inverse as log_ndtr_inverse,
    log_power_difference as log_power_difference,
    log_rising as log_rising,
    log_rising_excess as log_rising_excess,
    log_softplus as log_softplus,
    log_softplus_ratio as log_softplus_ratio,
    log_sum_exp as log_sum_exp,
    log_times_exp as log_times_exp,
    log_window as log_window,
    log_x_coth as log_x_coth,
    log_x_coth_curve as log_x_coth_curve,
    log_x_coth_slope as log_x_coth_slope,
    log_zeta1p as log_zeta1p,
    log_zeta1p_curve as log_zeta1p_curve,
    log_zeta1p_exp as log_zeta1p_exp,
    log_zeta1p_exp_curve as log_zeta1p_exp_curve,
    log_zeta1p_exp_slope as log_zeta1p_exp_slope,
    log_zeta1p_third as log_zeta1p_third,
    ndtr as ndtr,
    ndtri as ndtri,
    normal_plus_delay as normal_plus_delay,
    one_hot as one_hot,
    one_minus_cos as one_minus_cos,
    pick as pick,
    poisson_deviance_exp as poisson_deviance_exp,
    poisson_deviance_half as poisson_deviance_half,
    power_minus_one as power_minus_one,
    power_times_exp as power_times_exp,
    ratio_deviance as ratio_deviance,
    ratio_minus_one as ratio_minus_one,
    regularised_beta as regularised_beta,
    regularised_beta_complement as regularised_beta_complement,
    regularised_beta_inverse as regularised_beta_inverse,
    regularised_gamma_p as regularised_gamma_p,
    regularised_gamma_p_inverse as regularised_gamma_p_inverse,
    regularised_gamma_q as regularised_gamma_q,
    regularised_gamma_q_inverse as regularised_gamma_q_inverse,
    scaled_power as scaled_power,
    sech2 as sech2,
    sigmoid as sigmoid,
    sigmoid_balance as sigmoid_balance,
    softmax as softmax,
    softmax_cross_entropy as softmax_cross_entropy,
    softmax_residual as softmax_residual,
    softplus as softplus,
    softplus_ratio as softplus_ratio,
    softplus_ratio_derivative as softplus_ratio_derivative,
    square_ratio as square_ratio,
    square_ratio_derivative as square_ratio_derivative,
    square_rest_exp as square_rest_exp,
    square_share_exp as square_share_exp,
    square_slope_exp as square_slope_exp,
    stirling_error as stirling_error,
    stirling_error_derivative as stirling_error_derivative,
    stirling_error_second as stirling_error_second,
    student_cdf as student_cdf,
    student_quantile as student_quantile,
    sum_over as sum_over,
    tetragamma as tetragamma,
    times_exp as times_exp,
    times_exp_difference as times_exp_difference,
    trigamma as trigamma,
    trigamma_chord as trigamma_chord,
    trigamma_rising as trigamma_rising,
    wrap_angle as wrap_angle,
    x_over_expm1 as x_over_expm1,
    x_over_expm1_derivative as x_over_expm1_derivative,
    xlogy as xlogy,
    zeta_share as zeta_share,
)
from likelihoodkit.primitives.bessel_k import log_bessel_k_exp as log_bessel_k_exp
from likelihoodkit.primitives.cholesky import (
    factor_information as factor_information,
    factor_product as factor_product,
    factor_scatter as factor_scatter,
    factor_trace as factor_trace,
    factor_traces as factor_traces,
    log1p_norm as log1p_norm,
    log_determinant as log_determinant,
    row_squares as row_squares,
    size_of as size_of,
    unwhiten as unwhiten,
    whiten as whiten,
)
from likelihoodkit.primitives.conway_maxwell import (
    conway_maxwell_poisson_f as conway_maxwell_poisson_f,
    conway_maxwell_poisson_ff as conway_maxwell_poisson_ff,
    conway_maxwell_poisson_loss as conway_maxwell_poisson_loss,
    log_conway_cdf as log_conway_cdf,
    log_conway_survival as log_conway_survival,
)
from likelihoodkit.primitives.counted_tails import (
    log_generalized_poisson_cdf as log_generalized_poisson_cdf,
    log_generalized_poisson_survival as log_generalized_poisson_survival,
    log_logarithmic_cdf as log_logarithmic_cdf,
    log_logarithmic_survival as log_logarithmic_survival,
    log_poisson_inverse_gaussian_cdf as log_poisson_inverse_gaussian_cdf,
    log_poisson_inverse_gaussian_survival as log_poisson_inverse_gaussian_survival,
    log_skellam_cdf as log_skellam_cdf,
    log_skellam_survival as log_skellam_survival,
)
from likelihoodkit.primitives.directions import (
    log_bessel as log_bessel,
    resultant_length as resultant_length,
    resultant_slope as resultant_slope,
    unit_of as unit_of,
)
from likelihoodkit.primitives.distances import frozen as frozen, heading as heading, norm as norm
from likelihoodkit.primitives.extremes import (
    extreme_value_information as extreme_value_information,
    extreme_value_loss as extreme_value_loss,
    extreme_value_mean as extreme_value_mean,
    extreme_value_variance as extreme_value_variance,
    generalized_pareto_loss as generalized_pareto_loss,
)
from likelihoodkit.primitives.families import (
    cut_student_cdf as cut_student_cdf,
    cut_student_quantile as cut_student_quantile,
    poisson_inverse_gaussian_loss as poisson_inverse_gaussian_loss,
    student_cut_loss as student_cut_loss,
    student_window_loss as student_window_loss,
)
from likelihoodkit.primitives.labelled import (
    column_of as column_of,
    steps_cross_entropy as steps_cross_entropy,
)
from likelihoodkit.primitives.negative_binomial_tails import (
    log_negative_binomial_cdf as log_negative_binomial_cdf,
    log_negative_binomial_survival as log_negative_binomial_survival,
)
from likelihoodkit.primitives.passage import (
    log_passage_cdf as log_passage_cdf,
    log_passage_survival as log_passage_survival,
)
from likelihoodkit.primitives.poisson_tails import (
    log_poisson_cdf as log_poisson_cdf,
    log_poisson_survival as log_poisson_survival,
)
from likelihoodkit.primitives.polya import log_multinomial as log_multinomial
from likelihoodkit.primitives.random import (
    along as along,
    draw_counts as draw_counts,
    draw_direction as draw_direction,
    draw_labelling as draw_labelling,
    draw_normals as draw_normals,
    draw_path as draw_path,
    draw_proportions as draw_proportions,
    draw_ranking as draw_ranking,
    draw_student_shrink as draw_student_shrink,
)
from likelihoodkit.primitives.rising_gaps import log_rising_gap as log_rising_gap
from likelihoodkit.primitives.robust import hypot_ratio as hypot_ratio
from likelihoodkit.primitives.sequences import (
    best_labelling as best_labelling,
    best_path as best_path,
    chain_marginals as chain_marginals,
    chain_partition as chain_partition,
    dirichlet_multinomial_mode as dirichlet_multinomial_mode,
    log_gamma_exp as log_gamma_exp,
    log_rising_exp as log_rising_exp,
    multinomial_mode as multinomial_mode,
    ranking_of as ranking_of,
    smallest_of as smallest_of,
    viterbi as viterbi,
)
from likelihoodkit.primitives.skellam import skellam_loss as skellam_loss
from likelihoodkit.primitives.steps import (
    log_above as log_above,
    log_below as log_below,
    log_gap as log_gap,
    log_step as log_step,
)
from likelihoodkit.primitives.student_carried import student_df_information as student_df_information
from likelihoodkit.primitives.tails import log_student_cdf as log_student_cdf
from likelihoodkit.primitives.tweedie import (
    tweedie_apart as tweedie_apart,
    tweedie_cdf as tweedie_cdf,
    tweedie_deviance_half as tweedie_deviance_half,
    tweedie_normaliser as tweedie_normaliser,
    tweedie_survival as tweedie_survival,
)
from likelihoodkit.primitives.whole import trigamma_excess as trigamma_excess
from likelihoodkit.primitives.within import (
    delay_between as delay_between,
    rice_between as rice_between,
    skew_between as skew_between,
    zeta_between as zeta_between,
)

pi = sp.pi
EulerGamma = sp.EulerGamma
Piecewise = sp.Piecewise


def exact(value: Any) -> sp.Expr:
    """A number or expression as an exact SymPy expression.

    A float64 is the simplest fraction that rounds to it, where that has a small denominator, else its decimals.

    >>> exact(0.1), exact(2), exact(1 / 1.5), exact(0.123456)
    (1/10, 2, 2/3, 1929/15625)
    """
    if isinstance(value, sp.Basic):
        floats = {f: sp.Rational(fraction(float(f))) for f in value.atoms(sp.Float)}
        return value.xreplace(floats) if floats else value
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        try:
            value = float(value)
        except (TypeError, ValueError):
            raise TypeError(f"a formula is made of numbers and expressions, not {value!r}") from None
    if isinstance(value, int | Fraction):
        return sp.Rational(value)
    return sp.Float(value) if value in (float("inf"), float("-inf")) else sp.Rational(fraction(value))


def _word(function: Callable[..., Any], name: str, doc: str) -> Callable[..., Any]:
    def word(*arguments: Any) -> Any:
        found = function(*[exact(a) for a in arguments])
        wearing = next((one.dressed for one in arguments if hasattr(one, "dressed")), None)
        return found if wearing is None else wearing(found)  # of a class body, where wrong questions are told

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
log_bessel_k = _word(
    lambda order, x: log_bessel_k_exp(order, sp.log(x)) - x,
    "log_bessel_k",
    "log of the modified Bessel function K of an order, of x > 0.",
)
log_i0 = _word(lambda x: log_i0e(x) + x, "log_i0", "log of the modified Bessel function I0.")


#: every word, by the name it has in ``lk``
WORDS: dict[str, Any] = {
    name: value
    for name, value in list(globals().items())
    if not name.startswith("_")
    and (callable(value) or isinstance(value, sp.Expr))
    and name not in {"Any", "Callable", "Fraction"}
}
