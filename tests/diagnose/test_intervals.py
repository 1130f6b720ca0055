"""`lk.diagnose` where some outcomes are known only to lie in intervals: residuals are drawn there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

import likelihoodkit as lk


def test_residuals_of_intervals_lie_within_them() -> None:
    class Fixed:
        loss = lk.derive(lk.Censored(lk.Poisson(mean=3)))

        def outputs(self, X: Any) -> np.ndarray:
            return np.zeros((6, 0))

    rows = np.array([[2.0, 2], [4, 6], [5, np.inf], [-np.inf, 1], [0, 1], [-np.inf, np.inf]])
    u = lk.diagnose(Fixed(), None, rows, upgrades=False).evidence.u
    cdf = stats.poisson(3).cdf
    for got, low, high in zip(u, [1, 3, 4, -1, -1, -1], [2, 6, np.inf, 1, 1, np.inf], strict=True):
        assert cdf(low) < got < cdf(high)


@pytest.mark.parametrize(("noise", "broken"), [(lk.LogNormal, ()), (lk.Exponential, ("calibration", "heavy tails"))])
def test_censored_fits_are_asked_by_residuals_drawn_in_their_intervals(noise: Any, broken: tuple[str, ...]) -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=300)
    life, watched = np.exp(0.3 * x + 0.5 * rng.normal(size=300)), rng.exponential(4, size=300)
    y, late = np.minimum(life, watched), (life > watched) * 1
    fitted = lk.fit(lk.Censored(noise), y, x, censored=late)
    found = lk.diagnose(fitted, x, y, censored=late, upgrades=False)
    assert {"calibration", "coverage", "skew", "fan-out", "pattern"} <= {
        f.name for f in found.findings if not f.skipped
    }
    assert "known only to lie in intervals" in found["sharpness"].skipped
    assert found.passed == (not broken)
    assert all(found[name].broken for name in broken)
    seen = late == 0
    plain = fitted.distribution(x).cdf(y)[seen]
    np.testing.assert_allclose(found.evidence.u[seen], plain, rtol=1e-12)
    by_rows = lk.diagnose(fitted, x, np.column_stack([y, np.where(late, np.inf, y)]), upgrades=False)
    assert [f.p_value for f in by_rows.findings] == pytest.approx([f.p_value for f in found.findings], nan_ok=True)


@pytest.mark.slow
def test_a_censored_noise_is_cured_by_another_censored_the_same_way() -> None:
    low = np.floor(2 * np.random.default_rng(3).standard_t(3, size=400)) / 2
    rows = np.column_stack([low, low + 0.5])
    found = lk.diagnose(lk.fit(lk.Censored(lk.Normal), rows), None, rows)
    assert found["heavy tails"].broken
    assert [g.label for g in found["heavy tails"].upgrades] == ["Censored(Laplace)", "Censored(Logistic)"]
    assert found.suggestion.real
