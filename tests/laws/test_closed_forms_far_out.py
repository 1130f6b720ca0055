"""Closed forms whose textbook spelling is a difference: digits where its terms are all but alike."""

from __future__ import annotations

import pytest
from mpmath import mp

import likelihoodkit as lk


def _gamma_ratio(a: mp.mpf, x: mp.mpf) -> mp.mpf:
    """Gamma(a + 2 x)/Gamma(a) less the square of Gamma(a + x)/Gamma(a)."""
    return mp.gamma(a + 2 * x) / mp.gamma(a) - (mp.gamma(a + x) / mp.gamma(a)) ** 2


@pytest.mark.parametrize("f", [-800.0, -30.0, 0.0, 3.0, 3.7, 8.0, 20.0, 100.0])
def test_information_about_degrees_of_freedom(f: float) -> None:
    found = lk.derive(lk.StudentT(df="exp", scale=1)).fisher([[0.0, f]])[0, 1, 1]
    with mp.workdps(60 + int(2 * abs(f))):
        d = mp.exp(f)
        true = d**2 * ((mp.psi(1, d / 2) - mp.psi(1, (d + 1) / 2)) / 4 - (d + 5) / (2 * d * (d + 1) * (d + 3)))
        assert abs(found - true) <= 1e-14 * true


@pytest.mark.parametrize("noise", [lk.Gamma(mean=1), lk.Nakagami(spread=1), lk.InverseGamma(scale=1)], ids=repr)
def test_information_about_a_vanishing_shape(noise: lk.Distribution) -> None:
    assert lk.derive(noise).fisher([[-600.0]])[0, 0, 0] == pytest.approx(1, rel=1e-14)


@pytest.mark.parametrize("shape", [0.0, 3.0, 11.0])
def test_variances_of_large_shapes(shape: float) -> None:
    with mp.workdps(60):
        x = mp.exp(-mp.mpf(shape) - 1)
        a = mp.exp(shape)
        cases = {
            lk.Weibull(scale=1): ([shape + 1], _gamma_ratio(mp.mpf(1), x)),
            lk.Frechet(scale=1): ([shape + 1], mp.gamma(1 - 2 * x) - mp.gamma(1 - x) ** 2),
            lk.LogLogistic(scale=1): (
                [shape + 1], 2 * mp.pi * x / mp.sin(2 * mp.pi * x) - (mp.pi * x / mp.sin(mp.pi * x)) ** 2
            ),
            lk.Nakagami(spread=1): ([shape], 1 - (mp.gamma(a + 0.5) / mp.gamma(a)) ** 2 / a),
            lk.GeneralizedGamma(scale=1, shape=7): ([shape + 1], _gamma_ratio(mp.mpf(7), x)),
        }  # fmt: skip
        for noise, (outputs, true) in cases.items():
            found = lk.derive(noise).distribution([outputs]).variance()[0]
            assert abs(found - true) <= 1e-12 * true, (noise, found, true)
