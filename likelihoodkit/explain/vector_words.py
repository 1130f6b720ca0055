"""Plain spellings of what formulas of vectors and sequences are made of."""

from __future__ import annotations

#: as `likelihoodkit.explain.plain.TEMPLATES`
VECTOR_TEMPLATES: dict[str, tuple[str, str]] = {
    "size_of": ("dim({0})", "atom"),
    "whiten": ("{1:power}^-1·{0:product}", "product"),
    "unwhiten": ("{1:power}^-T·{0:product}", "product"),
    "whiten_exp": ("chol({1})^-1·{0:product}", "product"),
    "unwhiten_exp": ("chol({1})^-T·{0:product}", "product"),
    "log_determinant": ("log det {0:power}", "product"),
    "log_determinant_exp": ("log det chol({0})", "product"),
    "cholesky_factor": ("chol({0})", "atom"),
    "cholesky_slope": ("chol'({0})", "atom"),
    "isotropic_factor": ("{0:product}·I", "product"),
    "diagonal_factor": ("diag({0})", "atom"),
    "packed_outer": ("tril({0:product}·{1:product}^T)", "atom"),
    "packed_times": ("tril({0})·{1:product}", "product"),
    "packed_times_transposed": ("tril({0})^T·{1:product}", "product"),
    "packed_diagonal": ("diag({0:product}·{1:product}·{2:product}·exp({3}))", "atom"),
    "diagonal_of": ("diag({0})", "atom"),
    "diagonal_ones": ("tril(I)", "atom"),
    "factor_product": ("{0:product}·{1:product}", "product"),
    "row_squares": ("diag({0:product}·{0:product}^T)", "atom"),
    "factor_information": ("information({0}, {1})", "atom"),
    "factor_trace": ("tr({0:power}^-1·{1:product})", "atom"),
    "factor_traces": ("diag({0:power}^-1)", "atom"),
    "log1p_norm": ("log(1 + |{0}|^2/{1:power})", "atom"),
    "shrunk": ("{0:product}/({1} + |{0}|^2)", "product"),
    "norm_share": ("|{0}|^2/({1} + |{0}|^2)", "product"),
    "norm_reciprocal": ("1/({1} + |{0}|^2)", "product"),
    "along": ("d{0:power}", "atom"),
    "draw_normals": ("N(0, I)", "atom"),
    "draw_student_shrink": ("sqrt({0:product}/chisq({0}))", "atom"),
}
