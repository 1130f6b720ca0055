"""Kernels whose arguments are whole vectors, a column of numbers per row: layout (K, n), reductions over axis 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from likelihoodkit.loading.later import exports

if TYPE_CHECKING:
    from likelihoodkit.primitives.vector_kernels.alignments import (
        alignment_curve as alignment_curve,
        alignment_loss as alignment_loss,
        alignment_residual as alignment_residual,
        best_labelling as best_labelling,
        best_path as best_path,
    )
    from likelihoodkit.primitives.vector_kernels.chains import (
        chain_loss as chain_loss,
        chain_marginals as chain_marginals,
        chain_pairs as chain_pairs,
        chain_pairs_curve as chain_pairs_curve,
        chain_partition as chain_partition,
        chain_unary as chain_unary,
        chain_unary_curve as chain_unary_curve,
        viterbi as viterbi,
    )
    from likelihoodkit.primitives.vector_kernels.cholesky import (
        cholesky_factor as cholesky_factor,
        cholesky_slope as cholesky_slope,
        diagonal_factor as diagonal_factor,
        diagonal_of as diagonal_of,
        diagonal_ones as diagonal_ones,
        factor_information as factor_information,
        factor_product as factor_product,
        factor_trace as factor_trace,
        factor_traces as factor_traces,
        isotropic_factor as isotropic_factor,
        log_determinant as log_determinant,
        log_determinant_exp as log_determinant_exp,
        packed_diagonal as packed_diagonal,
        packed_outer as packed_outer,
        packed_times as packed_times,
        packed_times_transposed as packed_times_transposed,
        row_squares as row_squares,
        size_of as size_of,
        times_unit as times_unit,
        unwhiten as unwhiten,
        unwhiten_exp as unwhiten_exp,
        whiten as whiten,
        whiten_exp as whiten_exp,
    )
    from likelihoodkit.primitives.vector_kernels.compositions import (
        digamma_exp as digamma_exp,
        digamma_exp_slope as digamma_exp_slope,
        dirichlet_multinomial_mode as dirichlet_multinomial_mode,
        half_divergence as half_divergence,
        half_divergence_curve as half_divergence_curve,
        half_divergence_pull as half_divergence_pull,
        log_gamma_exp as log_gamma_exp,
        log_rising_exp as log_rising_exp,
        multinomial_mode as multinomial_mode,
        relative_entropy_curve as relative_entropy_curve,
        relative_entropy_pull as relative_entropy_pull,
        reverse_divergence as reverse_divergence,
        rising_exp_curve as rising_exp_curve,
        rising_exp_slope as rising_exp_slope,
        scaled_relative_entropy as scaled_relative_entropy,
        smallest_of as smallest_of,
    )
    from likelihoodkit.primitives.vector_kernels.cutpoints import (
        cut as cut,
        cut_bend as cut_bend,
        cut_beyond as cut_beyond,
        cut_pull as cut_pull,
        gap_exponent as gap_exponent,
        gap_pull as gap_pull,
        increasing as increasing,
        increasing_pull as increasing_pull,
        log_gap as log_gap,
    )
    from likelihoodkit.primitives.vector_kernels.directions import (
        bessel_complement as bessel_complement,
        inverse_norm as inverse_norm,
        log_bessel as log_bessel,
        resultant_curve as resultant_curve,
        resultant_length as resultant_length,
        resultant_slope as resultant_slope,
        unit_of as unit_of,
    )
    from likelihoodkit.primitives.vector_kernels.distances import (
        cosine_complement as cosine_complement,
        distance_gap as distance_gap,
        frozen as frozen,
        heading as heading,
        heading_bend as heading_bend,
        heading_gap as heading_gap,
        heading_pull as heading_pull,
        heading_pull_gap as heading_pull_gap,
        inverse_length as inverse_length,
        norm as norm,
    )
    from likelihoodkit.primitives.vector_kernels.elliptic import (
        half_scatter as half_scatter,
        scatter_curve_f as scatter_curve_f,
        scatter_curve_r as scatter_curve_r,
        scatter_pull as scatter_pull,
        scatter_slope as scatter_slope,
        student_curve_f as student_curve_f,
        student_curve_r as student_curve_r,
        student_scatter as student_scatter,
        student_scatter_bend as student_scatter_bend,
        student_scatter_pull as student_scatter_pull,
        student_scatter_pull_tail as student_scatter_pull_tail,
        student_scatter_slope as student_scatter_slope,
        student_scatter_slope_tail as student_scatter_slope_tail,
        student_scatter_tail as student_scatter_tail,
    )
    from likelihoodkit.primitives.vector_kernels.fisher import (
        direction_bend as direction_bend,
        direction_curve as direction_curve,
        direction_loss as direction_loss,
        direction_pull as direction_pull,
        direction_slope as direction_slope,
    )
    from likelihoodkit.primitives.vector_kernels.labelled import (
        channel_cross_entropy as channel_cross_entropy,
        channel_residual as channel_residual,
        column_of as column_of,
        steps_cross_entropy as steps_cross_entropy,
        steps_curve as steps_curve,
        steps_residual as steps_residual,
    )
    from likelihoodkit.primitives.vector_kernels.normaliser import (
        student_normaliser as student_normaliser,
        student_normaliser_bend as student_normaliser_bend,
        student_normaliser_slope as student_normaliser_slope,
    )
    from likelihoodkit.primitives.vector_kernels.polya import (
        polya_bend as polya_bend,
        polya_cross as polya_cross,
        polya_curve as polya_curve,
        polya_loss as polya_loss,
        polya_pull as polya_pull,
        polya_slope as polya_slope,
    )
    from likelihoodkit.primitives.vector_kernels.radial import (
        log1p_norm as log1p_norm,
        norm_reciprocal as norm_reciprocal,
        norm_share as norm_share,
        shrunk as shrunk,
    )
    from likelihoodkit.primitives.vector_kernels.rankings import (
        plackett_luce as plackett_luce,
        plackett_luce_curve as plackett_luce_curve,
        plackett_luce_residual as plackett_luce_residual,
        ranking_of as ranking_of,
    )
    from likelihoodkit.primitives.vector_kernels.scatter import (
        factor_scatter as factor_scatter,
        factor_scatter_cross as factor_scatter_cross,
        factor_scatter_curve as factor_scatter_curve,
        factor_scatter_other as factor_scatter_other,
        factor_scatter_own as factor_scatter_own,
        factor_scatter_turned as factor_scatter_turned,
    )
    from likelihoodkit.primitives.vector_kernels.tilts import (
        resultant_bend as resultant_bend,
        resultant_gap as resultant_gap,
        resultant_gap_slope as resultant_gap_slope,
        resultant_lean as resultant_lean,
        resultant_lean_slope as resultant_lean_slope,
    )
    from likelihoodkit.primitives.vector_kernels.urns import (
        log_multinomial as log_multinomial,
    )

__getattr__, __dir__ = exports(__name__, __file__)
