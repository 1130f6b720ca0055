"""The numeric kernels: one NumPy function per primitive of the vocabulary, accurate over the whole range.

Each takes arrays that broadcast (float64 in, float64 out; float32 in, float32 out; scalars too) and returns the
true value to a few units in the last place: inf where it overflows, NaN only where it is undefined. Vectors over
K classes have layout (K, n). Run them under `np.errstate(all="ignore")`, as the engine does: a formula that is
not taken for an element may still touch it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from likelihoodkit.loading.later import exports

if TYPE_CHECKING:
    from likelihoodkit.primitives.kernels.bessel import (  # isort: skip
        bessel_ratio, bessel_ratio_complement, bessel_ratio_derivative, log_i0e)  # fmt: skip
    from likelihoodkit.primitives.kernels.rising_gaps import (  # isort: skip
        digamma_rising_gap, log_rising_gap, trigamma_rising_gap)  # fmt: skip
    from likelihoodkit.primitives.kernels.rising_exp_gaps import (  # isort: skip
        log_rising_gap_exp, rising_gap_exp_base, rising_gap_exp_base_bend, rising_gap_exp_both,
        rising_gap_exp_more, rising_gap_exp_more_bend)  # fmt: skip
    from likelihoodkit.primitives.kernels.bessel_k import (  # isort: skip
        log_bessel_k_cross, log_bessel_k_curve, log_bessel_k_exp, log_bessel_k_order, log_bessel_k_order_curve,
        log_bessel_k_slope)  # fmt: skip
    from likelihoodkit.primitives.kernels.bends import (  # isort: skip
        bessel_lean_slope, bessel_ratio_second, tilt_bend_curve, tilt_bend_slope, zeta_bend_slope)  # fmt: skip
    from likelihoodkit.primitives.kernels.beta_carried import (  # isort: skip
        log_beta_below, log_beta_below_f, log_beta_below_ff, log_beta_below_fg, log_beta_below_g, log_beta_below_gg,
    )  # fmt: skip
    from likelihoodkit.primitives.kernels.beta_prime import (  # isort: skip
        beta_prime_bend, beta_prime_cross, beta_prime_first, beta_prime_first_curve, beta_prime_loss, beta_prime_pull,
        beta_prime_pull_first, beta_prime_pull_second, beta_prime_second, beta_prime_second_curve,
        scaled_beta_prime_first)  # fmt: skip
    from likelihoodkit.primitives.kernels.beta_prime_mean import (  # isort: skip
        beta_prime_mean_k, beta_prime_mean_kk, beta_prime_mean_loss, beta_prime_mean_m, beta_prime_mean_mk,
        beta_prime_mean_mm, beta_prime_mean_softplus_mean, beta_prime_mean_softplus_size, scaled_beta_prime_mean_k,
        scaled_beta_prime_mean_kk, scaled_beta_prime_mean_m, scaled_beta_prime_mean_mk,
        scaled_beta_prime_mean_mm)  # fmt: skip
    from likelihoodkit.primitives.kernels.beta_tails import (  # isort: skip
        beta_gap_a, beta_gap_b, beta_pull, log_beta_tail, log_beta_tail_a, log_beta_tail_aa, log_beta_tail_ab,
        log_beta_tail_b, log_beta_tail_bb)  # fmt: skip
    from likelihoodkit.primitives.kernels.box_cox import (  # isort: skip
        expm1_over, expm1_over_da, expm1_over_daa, log1p_over, log1p_over_da, log1p_over_daa)  # fmt: skip
    from likelihoodkit.primitives.kernels.box_cox_density import (  # isort: skip
        box_cox_loss, box_cox_p, box_cox_pp, box_cox_s, box_cox_sp, box_cox_ss, box_cox_t, box_cox_tp, box_cox_ts,
        box_cox_tt, scaled_box_cox_p)  # fmt: skip
    from likelihoodkit.primitives.kernels.box_cox_student import (  # isort: skip
        box_cox_student_loss, box_cox_student_n, box_cox_student_nn, box_cox_student_p, box_cox_student_pn,
        box_cox_student_pp, box_cox_student_s, box_cox_student_sn, box_cox_student_sp, box_cox_student_ss,
        box_cox_student_t, box_cox_student_tn, box_cox_student_tp, box_cox_student_ts, box_cox_student_tt)  # fmt: skip
    from likelihoodkit.primitives.kernels.between import (  # isort: skip
        arcsinh_between, arcsinh_between_g, arcsinh_between_gg, arcsinh_between_gn, arcsinh_between_m,
        arcsinh_between_mg, arcsinh_between_mm, arcsinh_between_mn, arcsinh_between_mt, arcsinh_between_n,
        arcsinh_between_nn, arcsinh_between_t, arcsinh_between_tg, arcsinh_between_tn, arcsinh_between_tt, beta_between,
        beta_between_f, beta_between_ff, beta_between_fg, beta_between_g, beta_between_gg, burr_between, burr_between_m,
        burr_between_mm, burr_between_mn, burr_between_mt, burr_between_n, burr_between_nn, burr_between_t,
        burr_between_tn, burr_between_tt, extreme_value_between, extreme_value_between_f, extreme_value_between_ff,
        extreme_value_between_fs, extreme_value_between_m, extreme_value_between_mf, extreme_value_between_mm,
        extreme_value_between_ms, extreme_value_between_s, extreme_value_between_ss, fatigue_between, fatigue_between_m,
        fatigue_between_mm, fatigue_between_mn, fatigue_between_n, fatigue_between_nn, gamma_between, gamma_between_n,
        gamma_between_nn, gamma_between_t, gamma_between_tn, gamma_between_tt, huber_between, huber_between_m,
        huber_between_mm, huber_between_mt, huber_between_t, huber_between_tt, johnson_between, johnson_between_g,
        johnson_between_gg, johnson_between_gn, johnson_between_m, johnson_between_mg, johnson_between_mm,
        johnson_between_mn, johnson_between_mt, johnson_between_n, johnson_between_nn, johnson_between_t,
        johnson_between_tg, johnson_between_tn, johnson_between_tt, kumaraswamy_between, kumaraswamy_between_m,
        kumaraswamy_between_mm, kumaraswamy_between_mn, kumaraswamy_between_mt, kumaraswamy_between_n,
        kumaraswamy_between_nn, kumaraswamy_between_t, kumaraswamy_between_tn, kumaraswamy_between_tt, laplace_between,
        laplace_between_m, laplace_between_mm, laplace_between_mt, laplace_between_t, laplace_between_tt,
        log_gamma_between, log_gamma_between_m, log_gamma_between_mm, log_gamma_between_mn, log_gamma_between_mt,
        log_gamma_between_n, log_gamma_between_nn, log_gamma_between_t, log_gamma_between_tn, log_gamma_between_tt,
        pareto_between, pareto_between_f, pareto_between_ff, pareto_between_fs, pareto_between_s, pareto_between_ss,
        secant_between, secant_between_m, secant_between_mm, secant_between_mt, secant_between_t, secant_between_tt,
        split_normal_between, split_normal_between_m, split_normal_between_mm, split_normal_between_mt,
        split_normal_between_t, split_normal_between_tt)  # fmt: skip
    from likelihoodkit.primitives.kernels.bregman import (  # isort: skip
        bessel_bend, bessel_gap, bessel_gap_slope, bessel_lean, exp_gap_times, log_sigmoid_gap, logarithmic_bend,
        logarithmic_gap, logarithmic_gap_slope, tilt_bend, tilt_gap, tilt_gap_slope, zeta_bend, zeta_gap,
        zeta_gap_slope)  # fmt: skip
    from likelihoodkit.primitives.kernels.cdfs import (  # isort: skip
        betaincinv, gammainccinv, gammaincinv, regularised_beta, regularised_beta_complement, regularised_beta_inverse,
        regularised_gamma_p, regularised_gamma_p_inverse, regularised_gamma_q, regularised_gamma_q_inverse, student_cdf,
    )  # fmt: skip
    from likelihoodkit.primitives.kernels.behind_softplus import (  # isort: skip
        beta_softplus_curve, power_shape_softplus_curve, rate_gamma_softplus_curve,
        rice_centre_softplus_curve)  # fmt: skip
    from likelihoodkit.primitives.kernels.burr import burr_loss, burr_pull, burr_tail  # isort: skip
    from likelihoodkit.primitives.kernels.classes import (  # isort: skip
        chance_pull, entries, is_largest_other, largest_other, log_sum_exp, one_hot, pick, softmax,
        softmax_cross_entropy, softmax_pull, softmax_residual, sum_over, times_softmax)  # fmt: skip
    from likelihoodkit.primitives.kernels.conway_maxwell import (  # isort: skip
        conway_maxwell_poisson_f, conway_maxwell_poisson_ff, conway_maxwell_poisson_fn, conway_maxwell_poisson_loss,
        conway_maxwell_poisson_n, conway_maxwell_poisson_nn)  # fmt: skip
    from likelihoodkit.primitives.kernels.conway_tails import (  # isort: skip
        log_conway_cdf, log_conway_cdf_f, log_conway_cdf_ff, log_conway_cdf_fn, log_conway_cdf_n, log_conway_cdf_nn,
        log_conway_survival, log_conway_survival_f, log_conway_survival_ff, log_conway_survival_fn,
        log_conway_survival_n, log_conway_survival_nn)  # fmt: skip
    from likelihoodkit.primitives.kernels.counts_lived import (  # isort: skip
        lived_between, lived_between_g, lived_between_gg, lived_between_gn, lived_between_n, lived_between_nn,
        lived_within, lived_within_g, lived_within_gg, lived_within_gn, lived_within_n, lived_within_nn)  # fmt: skip
    from likelihoodkit.primitives.kernels.counts_ranked import (  # isort: skip
        zeta_between, zeta_between_f, zeta_between_ff, zeta_within, zeta_within_f, zeta_within_ff)  # fmt: skip
    from likelihoodkit.primitives.kernels.counts_within import (  # isort: skip
        negative_binomial_within, negative_binomial_within_a, negative_binomial_within_aa, negative_binomial_within_f,
        negative_binomial_within_fa, negative_binomial_within_ff, poisson_within, poisson_within_f, poisson_within_ff,
    )  # fmt: skip
    from likelihoodkit.primitives.kernels.counted_tails import (  # isort: skip
        log_generalized_poisson_cdf, log_generalized_poisson_cdf_a, log_generalized_poisson_cdf_aa,
        log_generalized_poisson_cdf_f, log_generalized_poisson_cdf_fa, log_generalized_poisson_cdf_ff,
        log_generalized_poisson_survival, log_generalized_poisson_survival_a,
        log_generalized_poisson_survival_aa, log_generalized_poisson_survival_f,
        log_generalized_poisson_survival_fa, log_generalized_poisson_survival_ff, log_logarithmic_cdf,
        log_logarithmic_cdf_f, log_logarithmic_cdf_ff, log_logarithmic_survival, log_logarithmic_survival_f,
        log_logarithmic_survival_ff, log_poisson_inverse_gaussian_cdf, log_poisson_inverse_gaussian_cdf_a,
        log_poisson_inverse_gaussian_cdf_aa, log_poisson_inverse_gaussian_cdf_f,
        log_poisson_inverse_gaussian_cdf_fa, log_poisson_inverse_gaussian_cdf_ff,
        log_poisson_inverse_gaussian_survival, log_poisson_inverse_gaussian_survival_a,
        log_poisson_inverse_gaussian_survival_aa, log_poisson_inverse_gaussian_survival_f,
        log_poisson_inverse_gaussian_survival_fa, log_poisson_inverse_gaussian_survival_ff, log_skellam_cdf,
        log_skellam_cdf_a, log_skellam_cdf_aa, log_skellam_cdf_f, log_skellam_cdf_fa, log_skellam_cdf_ff,
        log_skellam_survival, log_skellam_survival_a, log_skellam_survival_aa, log_skellam_survival_f,
        log_skellam_survival_fa, log_skellam_survival_ff,
    )  # fmt: skip
    from likelihoodkit.primitives.kernels.curves import (  # isort: skip
        beta_concentration_curve, beta_cross, beta_mean_curve, gamma_curve, negative_binomial_cross,
        negative_binomial_curve)  # fmt: skip
    from likelihoodkit.primitives.kernels.delay import (  # isort: skip
        delay_g, delay_gg, delay_loss, delay_r, delay_rate_curve, delay_rg, delay_rr, delay_rt, delay_scale_curve,
        delay_t, delay_tg, delay_tt)  # fmt: skip
    from likelihoodkit.primitives.kernels.deviance import poisson_deviance_half, tweedie_half_deviance  # isort: skip
    from likelihoodkit.primitives.kernels.differences import (  # isort: skip
        exp_minus, log_ratio, log_times_exp, power_bend, power_less_log, power_minus_one, power_rise, power_slope,
        power_times_exp, ratio_deviance, ratio_minus_one, scaled_exp_minus, sigmoid_balance, sigmoid_curve,
        square_bend_exp, square_rest_exp, square_share_exp, square_slope_exp, times_exp_difference,
        gap_of_powers)  # fmt: skip
    from likelihoodkit.primitives.kernels.exponential import (  # isort: skip
        exprel, exprel_derivative, log1m_exp, log1m_exp_neg_exp, log1pmx, times_exp, x_over_expm1,
        x_over_expm1_derivative)  # fmt: skip
    from likelihoodkit.primitives.kernels.extreme_moments import (  # isort: skip
        extreme_value_information, extreme_value_mean, extreme_value_moment, extreme_value_variance)  # fmt: skip
    from likelihoodkit.primitives.kernels.extreme_steps import (  # isort: skip
        gumbel_min_step_bend, gumbel_min_step_cross, gumbel_min_step_curve, gumbel_min_step_length,
        gumbel_min_step_start, gumbel_step_bend, gumbel_step_cross, gumbel_step_curve, gumbel_step_length,
        gumbel_step_start, log_gumbel_min_step, log_gumbel_step, logistic_step_curve)  # fmt: skip
    from likelihoodkit.primitives.kernels.extremes import (  # isort: skip
        extreme_value_loss, extreme_value_pull, extreme_value_pull_curve, extreme_value_pull_scale,
        extreme_value_pull_shape, extreme_value_scale, extreme_value_scale_curve, extreme_value_scale_shape,
        extreme_value_shape, extreme_value_shape_curve, extreme_value_softplus_curve, extreme_value_turning,
        generalized_pareto_cross,
        generalized_pareto_loss, generalized_pareto_scale, generalized_pareto_scale_curve, generalized_pareto_shape,
        generalized_pareto_shape_curve, generalized_pareto_softplus_curve, scaled_extreme_scale, scaled_extreme_shape,
        scaled_pareto_shape)  # fmt: skip
    from likelihoodkit.primitives.kernels.gamma import (  # isort: skip
        digamma, log_factorial, log_gamma, pentagamma, stirling_error, stirling_error_derivative, stirling_error_second,
        tetragamma, trigamma)  # fmt: skip
    from likelihoodkit.primitives.kernels.gamma_carried import (  # isort: skip
        log_gamma_above, log_gamma_above_n, log_gamma_above_nn, log_gamma_above_t, log_gamma_above_tn,
        log_gamma_above_tt, log_gamma_below, log_gamma_below_n, log_gamma_below_nn, log_gamma_below_t,
        log_gamma_below_tn, log_gamma_below_tt)  # fmt: skip
    from likelihoodkit.primitives.kernels.gamma_gaps import gamma_gap, gamma_gap_slope  # isort: skip
    from likelihoodkit.primitives.kernels.gamma_tails import (  # isort: skip
        gamma_p_gap, gamma_p_pull, gamma_q_gap, gamma_q_pull, log_gamma_p, log_gamma_p_curve, log_gamma_p_shape,
        log_gamma_q, log_gamma_q_curve, log_gamma_q_shape)  # fmt: skip
    from likelihoodkit.primitives.kernels.within_beta import (  # isort: skip
        beta_within, beta_within_f, beta_within_ff, beta_within_fg, beta_within_g, beta_within_gg)  # fmt: skip
    from likelihoodkit.primitives.kernels.within_kinked import (  # isort: skip
        huber_within, huber_within_m, huber_within_mm, huber_within_mt, huber_within_t, huber_within_tt, laplace_within,
        laplace_within_m, laplace_within_mm, laplace_within_mt, laplace_within_t, laplace_within_tt, secant_within,
        secant_within_m, secant_within_mm, secant_within_mt, secant_within_t, secant_within_tt, split_normal_within,
        split_normal_within_m, split_normal_within_mm, split_normal_within_mt, split_normal_within_t,
        split_normal_within_tt)  # fmt: skip
    from likelihoodkit.primitives.kernels.within_box import (  # isort: skip
        box_cox_between, box_cox_between_a, box_cox_between_aa, box_cox_between_m, box_cox_between_ma,
        box_cox_between_mm, box_cox_between_mt, box_cox_between_t, box_cox_between_ta, box_cox_between_tt,
        box_cox_within, box_cox_within_a, box_cox_within_aa, box_cox_within_m, box_cox_within_ma, box_cox_within_mm,
        box_cox_within_mt, box_cox_within_t, box_cox_within_ta, box_cox_within_tt)  # fmt: skip
    from likelihoodkit.primitives.kernels.within_skew import (  # isort: skip
        skew_between, skew_between_a, skew_between_aa, skew_between_m, skew_between_ma, skew_between_mm,
        skew_between_mt, skew_between_t, skew_between_ta, skew_between_tt, skew_within, skew_within_a, skew_within_aa,
        skew_within_m, skew_within_ma, skew_within_mm, skew_within_mt, skew_within_t, skew_within_ta, skew_within_tt,
    )  # fmt: skip
    from likelihoodkit.primitives.kernels.within_passage import (  # isort: skip
        passage_between, passage_between_f, passage_between_ff, passage_between_fg, passage_between_g,
        passage_between_gg, passage_within, passage_within_f, passage_within_ff, passage_within_fg, passage_within_g,
        passage_within_gg)  # fmt: skip
    from likelihoodkit.primitives.kernels.within_delay import (  # isort: skip
        delay_between, delay_between_g, delay_between_gg, delay_between_m, delay_between_mg, delay_between_mm,
        delay_between_ms, delay_between_s, delay_between_sg, delay_between_ss, delay_within, delay_within_g,
        delay_within_gg, delay_within_m, delay_within_mg, delay_within_mm, delay_within_ms, delay_within_s,
        delay_within_sg, delay_within_ss)  # fmt: skip
    from likelihoodkit.primitives.kernels.within_rice import (  # isort: skip
        rice_between, rice_between_f, rice_between_ff, rice_between_fs, rice_between_s, rice_between_ss, rice_within,
        rice_within_f, rice_within_ff, rice_within_fs, rice_within_s, rice_within_ss)  # fmt: skip
    from likelihoodkit.primitives.kernels.within_growth import (  # isort: skip
        extreme_value_within, extreme_value_within_f, extreme_value_within_ff, extreme_value_within_fs,
        extreme_value_within_m, extreme_value_within_mf, extreme_value_within_mm, extreme_value_within_ms,
        extreme_value_within_s, extreme_value_within_ss, gompertz_within, gompertz_within_f, gompertz_within_ff,
        gompertz_within_fg, gompertz_within_g, gompertz_within_gg, pareto_within, pareto_within_f, pareto_within_ff,
        pareto_within_fs, pareto_within_s, pareto_within_ss)  # fmt: skip
    from likelihoodkit.primitives.kernels.within_line import (  # isort: skip
        extreme_within, extreme_within_m, extreme_within_mm, extreme_within_mt, extreme_within_t, extreme_within_tt,
        logistic_within, logistic_within_m, logistic_within_mm, logistic_within_mt, logistic_within_t,
        logistic_within_tt)  # fmt: skip
    from likelihoodkit.primitives.kernels.within_normal import (  # isort: skip
        normal_within, normal_within_m, normal_within_mm, normal_within_mt, normal_within_t, normal_within_tt,
    )  # fmt: skip
    from likelihoodkit.primitives.kernels.within_mapped import (  # isort: skip
        fatigue_within, fatigue_within_m, fatigue_within_mm, fatigue_within_mn, fatigue_within_n, fatigue_within_nn,
        johnson_within, johnson_within_g, johnson_within_gg, johnson_within_gn, johnson_within_m, johnson_within_mg,
        johnson_within_mm, johnson_within_mn, johnson_within_mt, johnson_within_n, johnson_within_nn, johnson_within_t,
        johnson_within_tg, johnson_within_tn, johnson_within_tt, arcsinh_within, arcsinh_within_g, arcsinh_within_gg,
        arcsinh_within_gn, arcsinh_within_m, arcsinh_within_mg, arcsinh_within_mm, arcsinh_within_mn, arcsinh_within_mt,
        arcsinh_within_n, arcsinh_within_nn, arcsinh_within_t, arcsinh_within_tg, arcsinh_within_tn, arcsinh_within_tt,
    )  # fmt: skip
    from likelihoodkit.primitives.kernels.within_power import (  # isort: skip
        power_between, power_between_f, power_between_ff, power_between_fk, power_between_k, power_between_kk,
        power_between_m, power_between_mf, power_between_mk, power_between_mm, power_within, power_within_f,
        power_within_ff, power_within_fk, power_within_k, power_within_kk, power_within_m, power_within_mf,
        power_within_mk, power_within_mm)  # fmt: skip
    from likelihoodkit.primitives.kernels.within_shape import (  # isort: skip
        burr_within, burr_within_m, burr_within_mm, burr_within_mn, burr_within_mt, burr_within_n, burr_within_nn,
        burr_within_t, burr_within_tn, burr_within_tt, kumaraswamy_within, kumaraswamy_within_m, kumaraswamy_within_mm,
        kumaraswamy_within_mn, kumaraswamy_within_mt, kumaraswamy_within_n, kumaraswamy_within_nn, kumaraswamy_within_t,
        kumaraswamy_within_tn, kumaraswamy_within_tt, log_gamma_within, log_gamma_within_m, log_gamma_within_mm,
        log_gamma_within_mn, log_gamma_within_mt, log_gamma_within_n, log_gamma_within_nn, log_gamma_within_t,
        log_gamma_within_tn, log_gamma_within_tt)  # fmt: skip
    from likelihoodkit.primitives.kernels.within_gamma import (  # isort: skip
        gamma_within, gamma_within_n, gamma_within_nn, gamma_within_t, gamma_within_tn, gamma_within_tt)  # fmt: skip
    from likelihoodkit.primitives.kernels.hyperbolic import (  # isort: skip
        hypot1m, hypot_rise, hypot_sum, log1p_square, log1p_square_exp, log_cosh, sech2, sech2_times_exp, square_ratio,
        square_ratio_derivative, square_sech2)  # fmt: skip
    from likelihoodkit.primitives.kernels.johnson_su import (  # isort: skip
        johnson_su_b, johnson_su_bb, johnson_su_bg, johnson_su_g, johnson_su_gg, johnson_su_loss, johnson_su_r,
        johnson_su_rb, johnson_su_rg, johnson_su_rr, johnson_su_rt, johnson_su_scale_curve, johnson_su_t,
        johnson_su_tail_curve, johnson_su_tb, johnson_su_tg, johnson_su_tt, scaled_johnson_su_b, scaled_johnson_su_g,
        scaled_johnson_su_r)  # fmt: skip
    from likelihoodkit.primitives.kernels.kumaraswamy import (  # isort: skip
        kumaraswamy_first, kumaraswamy_first_curve, kumaraswamy_loss, kumaraswamy_second)  # fmt: skip
    from likelihoodkit.primitives.kernels.linked import (  # isort: skip
        beyond, beyond_square, carried_exp, carried_shifted_exp, carried_square, corrected, half_rest, log_square,
        log_square_rest, scaled_ageing, scaled_ageing_curve, scaled_argument_sigmoid, scaled_argument_sigmoid_curve,
        scaled_bessel_bend, scaled_bessel_pull, scaled_hazard, scaled_kumaraswamy_curve, scaled_kumaraswamy_first,
        scaled_rate_excess, scaled_shape_curve, scaled_shape_slope, shifted_exp_residual, side, sigmoid_residual,
        tanh_residual, times_sigmoid, times_softplus)  # fmt: skip
    from likelihoodkit.primitives.kernels.lives import (  # isort: skip
        argument_rate_short, growth_excess, log1m_exp_ratio, log_expm1_over, log_expm1_over_curve, log_expm1_over_slope,
        log_reversed_risk, log_reversed_risk_curve, log_reversed_risk_slope, rate_less_exp, rate_less_power, rate_short,
    )  # fmt: skip
    from likelihoodkit.primitives.kernels.logistic import (  # isort: skip
        log_softplus, sigmoid, softplus, softplus_ratio, softplus_ratio_bend, softplus_ratio_derivative)  # fmt: skip
    from likelihoodkit.primitives.kernels.mixed import (  # isort: skip
        delay_pull, delay_wait, rice_centre, rice_centre_curve, rice_cross, rice_loss, rice_scale, rice_scale_curve,
    )  # fmt: skip
    from likelihoodkit.primitives.kernels.negative_binomial_tails import (  # isort: skip
        log_negative_binomial_cdf, log_negative_binomial_cdf_a, log_negative_binomial_cdf_aa,
        log_negative_binomial_cdf_f, log_negative_binomial_cdf_fa, log_negative_binomial_cdf_ff,
        log_negative_binomial_survival, log_negative_binomial_survival_a, log_negative_binomial_survival_aa,
        log_negative_binomial_survival_f, log_negative_binomial_survival_fa, log_negative_binomial_survival_ff,
    )  # fmt: skip
    from likelihoodkit.primitives.kernels.normal import (  # isort: skip
        erfc, hazard, hazard_derivative, log_diff_ndtr, log_ndtr, ndtr, ndtri)  # fmt: skip
    from likelihoodkit.primitives.kernels.bounded import (  # isort: skip
        normal_beyond, normal_beyond_t, normal_beyond_tt, normal_beyond_x, normal_beyond_xt, normal_beyond_xx,
    )  # fmt: skip
    from likelihoodkit.primitives.kernels.passage import (  # isort: skip
        log_passage_cdf, log_passage_cdf_f, log_passage_cdf_ff, log_passage_cdf_fg, log_passage_cdf_g,
        log_passage_cdf_gg, log_passage_survival, log_passage_survival_f, log_passage_survival_ff,
        log_passage_survival_fg, log_passage_survival_g, log_passage_survival_gg)  # fmt: skip
    from likelihoodkit.primitives.kernels.plain import (  # isort: skip
        abs, arctan, atan2, cos, cosh, exp, expm1, floor, huber_penalty, huber_score, log, log1p, maximum, minimum,
        one_minus_cos, sign, sin, sinh, sqrt, tanh, where_positive, wrap_angle)  # fmt: skip
    from likelihoodkit.primitives.kernels.planes import plane_angle, plane_turn  # isort: skip
    from likelihoodkit.primitives.kernels.poisson_inverse_gaussian import (  # isort: skip
        poisson_inverse_gaussian_a, poisson_inverse_gaussian_aa, poisson_inverse_gaussian_f,
        poisson_inverse_gaussian_fa, poisson_inverse_gaussian_ff, poisson_inverse_gaussian_loss)  # fmt: skip
    from likelihoodkit.primitives.kernels.poisson_inverse_gaussian_seen import (  # isort: skip
        poisson_inverse_gaussian_seen_a, poisson_inverse_gaussian_seen_aa, poisson_inverse_gaussian_seen_f,
        poisson_inverse_gaussian_seen_fa, poisson_inverse_gaussian_seen_ff, poisson_inverse_gaussian_seen_loss,
    )  # fmt: skip
    from likelihoodkit.primitives.kernels.poisson_tails import (  # isort: skip
        log_poisson_cdf, log_poisson_cdf_f, log_poisson_cdf_ff, log_poisson_survival, log_poisson_survival_f,
        log_poisson_survival_ff)  # fmt: skip
    from likelihoodkit.primitives.kernels.powers import (  # isort: skip
        generalized_gamma_loss, generalized_poisson_curve, generalized_poisson_pull, generalized_poisson_pull_curve,
        generalized_poisson_slope, power_excess, power_moment, power_pull, power_shape_curve, power_shape_slope,
        yule_simon_curve, yule_simon_loss, yule_simon_slope)  # fmt: skip
    from likelihoodkit.primitives.kernels.products import (  # isort: skip
        argument_hazard, argument_hazard_curve, argument_hazard_slope, excess_log1m, excess_rate, excess_rate_slope,
        hazard_curve, log_power_step, log_power_step_curve, log_power_step_slope, power_exp, power_log_exp,
        power_log_square_exp, power_step_pull, scaled_chord, scaled_log1m, scaled_log1p, scaled_mean, scaled_rate,
        scaled_rate_slope, scaled_share, scaled_wave, weighted_rate, weighted_rate_slope)  # fmt: skip
    from likelihoodkit.primitives.kernels.reach import (  # isort: skip
        at_zero, beside_count, beside_zero, behind, faint, grown_and_short, half_product, less_log2, outgrown,
        outgrown_by, over_output, product_of_three, resolved, scaled_balance, scaled_softplus, share_behind, steep,
        times_hazard, times_output, unless_zero, within_range)  # fmt: skip
    from likelihoodkit.primitives.kernels.rests import (  # isort: skip
        exp_rest, log_softplus_rest, moved, raised, ratio_of_log_rest, sigmoid_rest, softplus_rest)  # fmt: skip
    from likelihoodkit.primitives.kernels.rising import (  # isort: skip
        digamma_rising, log_beta, log_binomial, log_rising, log_rising_excess, log_rising_excess_derivative,
        log_rising_excess_second, trigamma_rising)  # fmt: skip
    from likelihoodkit.primitives.kernels.robust import (  # isort: skip
        biweight_curvature, biweight_penalty, biweight_score, expm1_minus, gamma_deviance_exp, gamma_deviance_half,
        hypot_ratio, power_penalty, power_penalty_curvature, power_penalty_score, ratio_excess, relative_excess,
        soft_cross_entropy, soft_residual)  # fmt: skip
    from likelihoodkit.primitives.kernels.saddle import log_factorial_excess, poisson_deviance_exp  # isort: skip
    from likelihoodkit.primitives.kernels.shapes import (  # isort: skip
        digamma_chord, hazard_excess, hazard_excess_derivative, log_ndtr_inverse, log_ndtr_inverse_curve,
        log_ndtr_inverse_slope, log_ndtr_tilted, log_ndtr_tilted_scale, log_ndtr_tilted_slope, log_normal_gain,
        log_power_difference, log_power_difference_curve, log_power_difference_slope, log_softplus_ratio, log_x_coth,
        log_x_coth_curve, log_x_coth_slope, normal_plus_delay, scaled_power, scaled_power_log, scaled_power_log_over,
        scaled_power_log_square, scaled_power_over, scaled_power_over_square, trigamma_chord)  # fmt: skip
    from likelihoodkit.primitives.kernels.shares import (  # isort: skip
        beta_binomial_cross, beta_binomial_loss, beta_binomial_odds, beta_binomial_odds_curve, beta_binomial_size,
        beta_binomial_size_curve, continuous_bernoulli_loss, continuous_bernoulli_slope, continuous_bernoulli_variance,
    )  # fmt: skip
    from likelihoodkit.primitives.kernels.single import (  # isort: skip
        argument_sigmoid, argument_sigmoid_curve, argument_sigmoid_derivative, asinh_times_exp, chi_squared_loss,
        generalized_poisson_loss, gompertz_ageing, gompertz_curve, gompertz_loss, gompertz_risk, hypot_rest_exp,
        hypot_share_exp, log1p_short, log1p_times_exp, nakagami_loss, power_deviance, rate_gamma_curve,
        rate_gamma_excess, rate_gamma_loss, rate_gamma_slope, ratio_rate, ratio_rest, ratio_share,
        scaled_square_deviance, scaled_square_excess, softplus_less_log, tilted_balance)  # fmt: skip
    from likelihoodkit.primitives.kernels.sinh_arcsinh import (  # isort: skip
        scaled_sinh_arcsinh_b, scaled_sinh_arcsinh_g, scaled_sinh_arcsinh_r, sinh_arcsinh_b, sinh_arcsinh_bb,
        sinh_arcsinh_bg, sinh_arcsinh_g, sinh_arcsinh_gg, sinh_arcsinh_loss, sinh_arcsinh_r, sinh_arcsinh_rb,
        sinh_arcsinh_rg, sinh_arcsinh_rr, sinh_arcsinh_rt, sinh_arcsinh_scale_curve, sinh_arcsinh_t,
        sinh_arcsinh_tail_curve, sinh_arcsinh_tb, sinh_arcsinh_tg, sinh_arcsinh_tt)  # fmt: skip
    from likelihoodkit.primitives.kernels.skellam import (  # isort: skip
        skellam_bend, skellam_cross, skellam_first, skellam_loss)  # fmt: skip
    from likelihoodkit.primitives.kernels.skew_student import (  # isort: skip
        skew_student_a, skew_student_aa, skew_student_an, skew_student_df_curve, skew_student_loss, skew_student_n,
        skew_student_nn, skew_student_r, skew_student_ra, skew_student_rn, skew_student_rr, skew_student_rt,
        skew_student_t, skew_student_ta, skew_student_tn, skew_student_tt)  # fmt: skip
    from likelihoodkit.primitives.kernels.steps import (  # isort: skip
        cauchy_hazard, cauchy_hazard_slope, cauchy_step_bend, cauchy_step_cross, cauchy_step_curve, cauchy_step_length,
        cauchy_step_start, log_cauchy_step, log_cauchy_tail, log_normal_step, log_secant_below, log_secant_share,
        normal_step_bend, normal_step_cross, normal_step_curve, normal_step_length, normal_step_start, secant_hazard,
        secant_hazard_slope, secant_share_slope)  # fmt: skip
    from likelihoodkit.primitives.kernels.student import (  # isort: skip
        student_balance, student_balance_slope, student_bend, student_df_curve, student_df_information, student_loss,
        student_pull,
        student_pull_bend, student_pull_slope, student_slope)  # fmt: skip
    from likelihoodkit.primitives.kernels.student_carried import (  # isort: skip
        log_student_below, log_student_below_n, log_student_below_nn, log_student_below_r, log_student_below_rn,
        log_student_below_rr, log_student_below_rt, log_student_below_t, log_student_below_tn, log_student_below_tt,
    )  # fmt: skip
    from likelihoodkit.primitives.kernels.student_cut import (  # isort: skip
        student_cut_d, student_cut_dd, student_cut_dx, student_cut_loss, student_cut_x, student_cut_xx)  # fmt: skip
    from likelihoodkit.primitives.kernels.student_quantiles import cut_student_quantile, student_quantile  # isort: skip
    from likelihoodkit.primitives.kernels.student_tails import (  # isort: skip
        log_student_cdf, log_student_cdf_df, log_student_cdf_df2, student_hazard)  # fmt: skip
    from likelihoodkit.primitives.kernels.within_student import (  # isort: skip
        student_within, student_within_m, student_within_mm, student_within_mn, student_within_mt, student_within_n,
        student_within_nn, student_within_t, student_within_tn, student_within_tt)  # fmt: skip
    from likelihoodkit.primitives.kernels.student_window import (  # isort: skip
        student_window_d, student_window_dd, student_window_dh, student_window_dm, student_window_h, student_window_hh,
        student_window_loss, student_window_m, student_window_mh, student_window_mm,
        student_window_spread)  # fmt: skip
    from likelihoodkit.primitives.kernels.sums import log_add_exp, log_mean_exp  # isort: skip
    from likelihoodkit.primitives.kernels.tweedie import (  # isort: skip
        scaled_tweedie_bend, scaled_tweedie_pull, tweedie_apart, tweedie_bend, tweedie_deviance_half,
        tweedie_normaliser, tweedie_normaliser_curve, tweedie_normaliser_slope, tweedie_pull)  # fmt: skip
    from likelihoodkit.primitives.kernels.tweedie_tails import (  # isort: skip
        tweedie_cdf, tweedie_cdf_f, tweedie_cdf_ff, tweedie_cdf_fg, tweedie_cdf_g, tweedie_cdf_gg,
        tweedie_survival)  # fmt: skip
    from likelihoodkit.primitives.kernels.von_mises_plane import (  # isort: skip
        von_mises_plane_a, von_mises_plane_aa, von_mises_plane_ab, von_mises_plane_b, von_mises_plane_bb,
        von_mises_plane_loss)  # fmt: skip
    from likelihoodkit.primitives.kernels.whole import (  # isort: skip
        bessel_bend_exp, bessel_pull_exp, binomial_loss, gamma_loss, gamma_peak, log_i0e_exp, log_less_digamma,
        scaled_deviance, scaled_excess, trigamma_excess, trigamma_excess_slope)  # fmt: skip
    from likelihoodkit.primitives.kernels.without_zero import (  # isort: skip
        negative_binomial_without_zero, negative_binomial_without_zero_a, negative_binomial_without_zero_aa,
        negative_binomial_without_zero_f, negative_binomial_without_zero_fa, negative_binomial_without_zero_ff,
    )  # fmt: skip
    from likelihoodkit.primitives.kernels.whole_pairs import (  # isort: skip
        beta_concentration_slope, beta_deviance, beta_loss, beta_mean_slope, negative_binomial_bend,
        negative_binomial_deviance, negative_binomial_loss, negative_binomial_residual, negative_binomial_slope,
        negative_binomial_spread, negative_binomial_spread_slope, negative_binomial_weight)  # fmt: skip
    from likelihoodkit.primitives.kernels.window_ends import (  # isort: skip
        scaled_window_low, scaled_window_low_middle, scaled_window_low_spread)  # fmt: skip
    from likelihoodkit.primitives.kernels.windows import (  # isort: skip
        log_window, log_window_half, log_window_middle, scaled_window, scaled_window_bend, scaled_window_cross,
        scaled_window_curve, scaled_window_middle, scaled_window_spread)  # fmt: skip
    from likelihoodkit.primitives.kernels.zeros import (  # isort: skip
        log_with_zero, poisson_without_zero, poisson_without_zero_curve, poisson_without_zero_slope, sigmoid_gap,
    )  # fmt: skip
    from likelihoodkit.primitives.kernels.zeta import (  # isort: skip
        log_zeta1p, log_zeta1p_curve, log_zeta1p_exp, log_zeta1p_exp_curve, log_zeta1p_exp_slope, log_zeta1p_slope,
        log_zeta1p_third, zeta_share)  # fmt: skip
    from scipy.special import erf, xlog1py, xlogy  # isort: skip

__getattr__, __dir__ = exports(__name__, __file__)
