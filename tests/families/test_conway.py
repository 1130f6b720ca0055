"""Conway-Maxwell-Poisson counts: the laws that they hold, published numbers, and the ends of the range."""

from __future__ import annotations

import math

import mpmath as mp
import numpy as np
import pytest

import likelihoodkit as lk

Y = np.arange(40.0)
LOSS = lk.derive(lk.ConwayMaxwellPoisson)


def at(y: object, f: float, n: float) -> tuple[np.ndarray, np.ndarray]:
    y = np.asarray(y, dtype=float)
    return LOSS.value_and_gradient(y, np.column_stack([np.full(y.shape, f), np.full(y.shape, n)]))


@pytest.mark.parametrize("f", [-30.0, -1.0, 0.0, 1.0, 3.0])
def test_a_dispersion_of_one_is_poisson(f: float) -> None:
    value, gradient = at(Y, f, 0.0)
    poisson, slope = lk.derive(lk.Poisson).value_and_gradient(Y, np.full(Y.shape, f))
    assert value == pytest.approx(poisson, rel=1e-14)
    assert gradient[:, 0] == pytest.approx(slope, rel=1e-15, abs=1e-300)


@pytest.mark.parametrize("n", [-745.0, -1e4, -1e300])
@pytest.mark.parametrize("rate", [1e-8, 0.3, 0.999])
def test_a_dispersion_of_nothing_is_geometric(rate: float, n: float) -> None:
    value, gradient = at(Y, math.log(rate), n)
    p = -math.expm1(math.log(rate))
    assert value == pytest.approx(-math.log(p) - Y * math.log(rate), rel=1e-14)
    assert gradient[:, 0] == pytest.approx(rate / p - Y, rel=1e-13, abs=1e-13)
    assert np.all(np.abs(gradient[:, 1]) < 1e-300)


@pytest.mark.parametrize("f", [0.0, 1e-8, 1e-3, 1.0, 700.0])
def test_a_rate_of_one_or_more_needs_a_dispersion(f: float) -> None:
    value, gradient = at([0, 3], f, -1e300)
    if f:
        assert value.tolist() == [math.inf, math.inf]
        assert gradient.tolist() == [[math.inf, -math.inf]] * 2
    else:  # log Z grows as -n
        assert value == pytest.approx([1e300, 1e300])
        assert gradient[:, 1] == pytest.approx([-1.0, -1.0])


@pytest.mark.parametrize("n", [10.0, 100.0, 709.0, 745.0, 1e300])
def test_an_endless_dispersion_is_bernoulli(n: float) -> None:
    value, gradient = at([0, 1], 2.0, n)
    bernoulli, slope = lk.derive(lk.Bernoulli).value_and_gradient([0, 1], [2.0, 2.0])
    assert value == pytest.approx(bernoulli, rel=1e-15)
    assert gradient[:, 0] == pytest.approx(slope, rel=1e-15)
    assert gradient[:, 1] == pytest.approx([0.0, 0.0])
    assert at([2], 2.0, 1e4)[0][0] == math.inf


def test_the_normaliser_at_two_is_a_bessel_function() -> None:
    """The sum of rate^k/(k!)^2 is I_0(2 sqrt(rate)) (Abramowitz and Stegun 9.6.10)."""
    for rate in (0.01, 1.0, 20.0, 1e4, 1e6):
        truth = float(mp.log(mp.besseli(0, 2 * mp.sqrt(rate))))
        noise = lk.ConwayMaxwellPoisson(rate=rate, dispersion=2)
        assert -noise.log_density([0.0])[0] == pytest.approx(truth, rel=2e-15)


@pytest.mark.parametrize(("f", "n"), [(3.0, -1.0), (0.6, -3.0), (40.0, 0.5), (9.0, -0.4), (0.03, -6.0), (0.05, -6.0)])
def test_its_expansion_for_many_counts(f: float, n: float) -> None:
    """Gaunt, Iyengar, Olde Daalhuis and Simsek (2019), AISM 71, 163-180, theorem 1 with three terms."""
    f, n = mp.mpf(f), mp.mpf(n)
    nu = mp.exp(n)
    size = nu * mp.exp(f / nu)
    c = nu**2 - 1
    series = 1 + c / 24 / size + c * (nu**2 + 23) / 1152 / size**2
    series += c * (5 * nu**4 - 298 * nu**2 + 11237) / 414720 / size**3
    truth = size - (nu - 1) / 2 * (f / nu + mp.log(2 * mp.pi)) - n / 2 + mp.log(series)
    assert size > 100
    assert at([0], float(f), float(n))[0][0] == pytest.approx(float(truth), rel=max(1e-14, 0.2 / float(size) ** 4))


def test_wide_laws_with_next_to_no_dispersion() -> None:
    """The sum is an integral: at rate 1, Z nu is the integral of t^-t e^-(c t), c = -1 - n."""
    for n in (-61.0, -100.0, -709.0, -745.0, -1e4, -1e8):
        c = mp.mpf(-1 - n)
        whole = mp.quad(lambda t, c=c: mp.exp(-t / c * (c + mp.log(t / c))), [0, 0.1, 1, 5, 20, 60, 120]) / c
        value, _ = at([0], 0.0, n)
        assert value[0] == pytest.approx(float(mp.log(whole) - n), rel=1e-15)


def test_counts_beyond_the_whole_numbers() -> None:
    """The loss of counts of which a float has just all digits, to what the rounding of log rate leaves."""
    mu = 1e15
    spread = math.sqrt(mu / 0.5)
    y = np.floor(mu + spread * np.array([-3.0, -1.0, 0.0, 2.0]))
    value, _ = at(y, 0.5 * math.log(mu), math.log(0.5))
    with mp.workdps(50):
        m = mp.exp(mp.mpf(0.5 * math.log(mu)) / mp.exp(mp.mpf(math.log(0.5))))
        nu = mp.exp(mp.mpf(math.log(0.5)))
        log_z = nu * m - (nu - 1) / 2 * (mp.log(m) + mp.log(2 * mp.pi)) - mp.log(nu) / 2
        truth = [float(log_z - nu * (k * mp.log(m) - mp.loggamma(k + 1))) for k in map(mp.mpf, y.tolist())]
    assert np.all(np.abs(value - truth) <= 2.0**-52 * (value + 0.5 * math.log(mu) * np.abs(y - mu)))


def test_the_whole_grid_is_free_of_nan() -> None:
    sizes = [0.0, 1e-300, 1e-8, 1e-3, 1.0, 5.0, 30.0, 88.0, 104.0, 709.0, 745.0, 1e4, 1e8, 1e300]
    grid = np.array([*sizes, *(-s for s in sizes[1:])])
    y, f, n = (a.ravel() for a in np.meshgrid([0.0, 1.0, 2.0, 30.0, 1e6, 1e15], grid, grid, indexing="ij"))
    value, gradient = LOSS.value_and_gradient(y, np.column_stack([f, n]))
    assert np.all(value >= 0)
    assert not np.isnan(gradient).any()
    assert not np.isnan(LOSS.hessian(y, np.column_stack([f, n]))).any()


def test_less_scatter_than_poisson_is_found() -> None:
    noise = lk.ConwayMaxwellPoisson(rate=30.0, dispersion=2.0)
    y = noise.sample(np.random.default_rng(1), 4000)
    assert noise.variance() < 0.6 * noise.mean()
    assert y.mean() == pytest.approx(noise.mean(), abs=4 * math.sqrt(noise.variance() / 4000))
    found = lk.fit(lk.ConwayMaxwellPoisson, y)
    assert found.converged
    assert found.loglik > lk.fit(lk.Poisson, y).loglik + 100
    assert found.loglik >= noise.log_density(y).sum() - 1e-9
