"""Fits of real data that other programs published: log-likelihood, coefficients, standard errors."""

from __future__ import annotations

import numpy as np
import pytest

from fit.reference_designs import CASES, table
from likelihoodkit.fit import fit


@pytest.mark.parametrize("name", CASES)
def test_reproduces(name: str) -> None:
    reference = table("reference_fits")["fits"][name]
    case = CASES[name]()
    found = fit(case.noise, case.y, case.X, **case.keywords)
    assert found.converged
    assert found.gradient_norm < 1e-6
    assert found.n == reference["n"]
    assert found.loglik == pytest.approx(reference["loglik"], abs=1e-7)
    assert found.aic == pytest.approx(2 * reference["df"] - 2 * reference["loglik"], abs=1e-6) or name == "engel_gauss"
    ours = dict(zip(found.names, found.coefficients, strict=True))
    assert {pair[1] for pair in case.pairs} == set(reference["coefficients"])
    for here, there, sign in case.pairs:
        assert sign * ours[here] == pytest.approx(reference["coefficients"][there], rel=1e-5), here
    errors = dict(zip(found.names, np.sqrt(np.diag(found.covariance)), strict=True))
    for here, there, _ in case.pairs:
        if reference.get("se_observed_information"):
            assert errors[here] == pytest.approx(reference["se_observed_information"][there], rel=1e-4), here


def test_engel_counts_its_scale_as_a_parameter() -> None:
    case = CASES["engel_gauss"]()
    found = fit(case.noise, case.y, case.X)
    assert found.aic == pytest.approx(2 * 3 - 2 * found.loglik, abs=1e-9)


def test_many_starts_find_the_better_of_two_optima() -> None:
    """With df 1.1 the stack-loss likelihood has several maxima; -49.5688 is the highest."""
    case = CASES["stackloss_t1.1"]()
    assert fit(case.noise, case.y, case.X).loglik > -49.56879
