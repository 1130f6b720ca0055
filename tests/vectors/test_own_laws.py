"""Laws of vectors that a user types: fits and reversals."""

from __future__ import annotations

import numpy as np

import likelihoodkit as lk
from likelihoodkit.supports import vectors


class LaplaceRow(lk.Distribution):
    """Independent Laplace errors of one scale."""

    y = lk.outcome(vectors)
    mean = lk.parameter(vectors, link="identity")
    scale = lk.parameter(lk.positive, link="exp")
    log_density = lk.sum_over(-lk.abs(y - mean) / scale - lk.log(2 * scale))


def test_a_fit_of_rows_with_kinks_is_at_the_medians():
    rows = np.random.default_rng(0).laplace(loc=[1.0, -2.0, 0.5], scale=2.0, size=(101, 3))
    fit = lk.fit(LaplaceRow, rows)
    assert fit.converged
    medians = np.median(rows, axis=0)
    scale = np.abs(rows - medians).mean()
    assert np.allclose(fit.coefficients, [*medians, np.log(scale)], rtol=0, atol=1e-9)


def test_a_scale_that_is_one_number_is_reversed():
    found = lk.reverse(LaplaceRow)
    assert found.tier == "likelihood"
    assert str(found.elicits) == "mean: M-functional; scale: M-functional"
