"""Kernels whose arguments are whole vectors, a column of numbers per row: layout (K, n), reductions over axis 0."""

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
    unwhiten as unwhiten,
    unwhiten_exp as unwhiten_exp,
    whiten as whiten,
    whiten_exp as whiten_exp,
)
from likelihoodkit.primitives.vector_kernels.radial import (
    log1p_norm as log1p_norm,
    norm_reciprocal as norm_reciprocal,
    norm_share as norm_share,
    shrunk as shrunk,
)
