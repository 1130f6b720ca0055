"""Tails of the gamma, beta and Student laws: second derivatives, far tails, large and tiny shapes, limits."""

from __future__ import annotations

import math

import mpmath as mp
import numpy as np
import pytest

from likelihoodkit.primitives import kernels
from primitives.reference import SECOND
from primitives.reference_tails import _log_i_below, _negative_binomial

INF = math.inf


@pytest.mark.parametrize("name", SECOND)
def test_second_derivatives(name: str) -> None:
    arguments = SECOND[name].sample(np.random.default_rng(3), 4, 30.0)
    with np.errstate(all="ignore"):
        found = getattr(kernels, name)(*arguments)
    with mp.workdps(60):
        true = [float(SECOND[name].definition(*map(mp.mpf, point))) for point in zip(*arguments, strict=True)]
    np.testing.assert_allclose(found, true, rtol=1e-11, atol=1e-16)


#: (y, t, log of the shape): shapes that are no float64, or whose law is a needle at y e^t = 1
FAR_SHAPES = [
    (1.0, -30.0, -800.0), (2.0, 3.0, -800.0), (1.0, -1e4, -900.0), (0.5, 700.0, -690.0), (1.0, -1e303, -697.0),
    (1.0, 60.0, -41.0), (1.0, 38.0, -41.0), (1 + 2.0**-52, 0.0, 75.5), (1 - 2.0**-53, 0.0, 75.5),
    (1 - 2.0**-53, 0.0, 80.0), (2.0, 0.0, 100.0), (1.0, -1.0, 700.0),
]  # fmt: skip


def _far_tails(w: mp.mpf, n: mp.mpf) -> tuple[mp.mpf, mp.mpf]:
    """As the shape goes to 0 and to infinity, by what Abramowitz and Stegun (1964), 5.1 and 26.4.11, are limits of."""
    if n < 0:
        less = mp.exp(n) * (mp.e1(mp.exp(w + n)) if w + n > -1000 else -mp.euler - w - n)
        return -less, mp.log(-mp.expm1(-less))
    z = mp.sqrt(2 * mp.exp(n) * (mp.expm1(w) - w))
    far = mp.log(mp.erfc(z / mp.sqrt(2)) / 2) if z < 1e4 else -z * z / 2 - mp.log(z * mp.sqrt(2 * mp.pi))
    near = mp.log1p(-mp.exp(far))
    return (near, far) if w > 0 else (far, near)


@pytest.mark.parametrize(("y", "t", "n"), FAR_SHAPES)
def test_tails_of_shapes_beyond_float64(y: float, t: float, n: float) -> None:
    with np.errstate(all="ignore"):
        found = [[getattr(kernels, f"log_gamma_{side}{what}")(y, t, n) for what in ("", "_t", "_n")]
                 for side in ("below", "above")]  # fmt: skip
    with mp.workdps(700 if abs(t) > 1e9 else 150):
        at = mp.log(mp.mpf(y)) + t, mp.mpf(n)
        for side in range(2):
            true = [mp.diff(lambda *u: _far_tails(*u)[side], at, order) for order in ((0, 0), (1, 0), (0, 1))]  # noqa: B023
            for ours, value in zip(found[side], true, strict=True):
                assert mp.isinf(ours) if abs(value) > 1.79e308 else abs(ours - value) <= 3e-13 * abs(value) + 5e-323


#: (r, t, log df): scales and degrees of freedom that are no float64, and places beside the middle
FAR_STUDENTS = [
    (-3.0, 0.0, -800.0), (3.0, 900.0, -800.0), (-1e300, 690.0, -690.0), (-2.0, 800.0, 3.0), (2.0, 800.0, -3.0),
    (-2.0, 200.0, 60.0), (-1.0, 390.0, 690.0), (-3.0, 0.5, 800.0), (7.0, 0.0, 800.0), (-1e-300, 1.0, 2.0),
    (1e-12, -3.0, -20.0),
]  # fmt: skip


def _far_student(r: mp.mpf, t: mp.mpf, n: mp.mpf) -> mp.mpf:
    """Of df -> 0 (Student's t is asinh of it), df -> inf, of z -> 0, and of the power law far out."""
    z, size, h = r * mp.exp(t), mp.log(abs(r)) + t, mp.exp(n) / 2
    if n < -600:
        outside = mp.exp(-2 * h * mp.asinh(mp.exp(size - n / 2))) / 2
    elif size < -10:
        return mp.log1p(2 * z * mp.gamma(h + 0.5) / mp.gamma(h) / mp.sqrt(2 * h * mp.pi)) - mp.log(2)
    elif n > 700 and size < 300:
        outside = mp.erfc(abs(z) / mp.sqrt(2)) / 2
    else:
        ratio = mp.exp(2 * size - n)  # (1 + ratio)^-(h + 1/2) over what Mills' ratio has, far out
        level = mp.loggamma(h + 0.5) - mp.loggamma(h) - mp.log(mp.pi) / 2 - n / 2
        log_tail = level - (h + 0.5) * mp.log1p(ratio) + mp.log1p(ratio) - size
        return log_tail if r < 0 else mp.log1p(-mp.exp(log_tail))
    return mp.log(outside) if r < 0 else mp.log1p(-outside)


@pytest.mark.slow
@pytest.mark.parametrize(("r", "t", "n"), FAR_STUDENTS)
def test_student_beyond_float64(r: float, t: float, n: float) -> None:
    place = (r, t, math.exp(n) if n < 700 else INF, n)
    with np.errstate(all="ignore"):
        found = [getattr(kernels, f"log_student_below{what}")(*place) for what in ("", "_r", "_t", "_n")]
    with mp.workdps(900 if abs(math.log10(abs(r))) > 9 or n > 700 else 300):
        at = mp.mpf(r), mp.mpf(t), mp.mpf(n)
        true = [mp.diff(_far_student, at, order) for order in ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1))]
        for ours, value in zip(found, true, strict=True):
            assert mp.isinf(ours) if abs(value) > 1.79e308 else abs(ours - value) <= 3e-13 * abs(value) + 5e-323


#: (y, f, a): means and dispersions that are no float64, and sums that take many terms
FAR_COUNTS = [
    (0.0, 0.0, 745.0), (3.0, 0.0, 900.0), (3.0, -20.0, 745.0), (1.0, 1e4, -709.0), (2.0, 30.0, 30.0), (2.0, 800.0, 3.0),
    (1.0, -1e300, 0.5), (3.0, -900.0, -30.0), (3.0, 2.0, -800.0), (600.0, 5.0, 1.0), (450.0, 7.0, -3.0),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("place", FAR_COUNTS)
def test_counts_beyond_float64(place: tuple[float, float, float]) -> None:
    y, f, a = place
    names = [f"log_negative_binomial_{tail}{what}" for tail in ("cdf", "survival") for what in ("", "_f", "_a")]
    with np.errstate(all="ignore"):
        found = [getattr(kernels, name)(*place) for name in names]

    def both(f: mp.mpf, a: mp.mpf) -> tuple[mp.mpf, mp.mpf]:
        """log P(Y <= y) and log P(Y > y), in terms from y on where the mean is below."""
        if f < -800:  # all but its first term is gone
            r = mp.exp(-a)
            term = mp.loggamma(r + y + 1) - mp.loggamma(r) - mp.loggamma(y + 2) + (y + 1) * (a + f)
            return -mp.exp(term), term
        below = _negative_binomial(mp.mpf(y), f, a)
        return mp.log(below), mp.log1p(-below)

    with mp.workdps(1200):
        true = [mp.diff(lambda *u: both(*u)[which], (f, a), order)  # noqa: B023  used at once
                for which in (0, 1) for order in ((0, 0), (1, 0), (0, 1))]  # fmt: skip
    for ours, value in zip(found, true, strict=True):
        assert mp.isinf(ours) if abs(value) > 1.79e308 else abs(ours - value) <= 1e-12 * abs(value) + 5e-323


#: which tail, (y, f, a): counts of which nearly all or none are in it
ONE_SIDED = [
    ("survival", (1.0, -30.0, 0.0)), ("survival", (3.0, -30.0, -30.0)), ("cdf", (0.0, 30.0, 0.0)),
    ("cdf", (1.0, 104.0, 0.0)), ("cdf", (3.0, 20.0, 1.0)),
]  # fmt: skip


@pytest.mark.parametrize(("tail", "place"), ONE_SIDED)
def test_curvatures_of_counts_in_the_mean(tail: str, place: tuple[float, float, float]) -> None:
    """They are small beside the squares of slopes that they are made of; two digits were left, or none."""
    y, *at = place
    with np.errstate(all="ignore"):
        found = float(getattr(kernels, f"log_negative_binomial_{tail}_ff")(*place))

    def logarithm(f: mp.mpf) -> mp.mpf:
        below = _negative_binomial(mp.mpf(y), f, mp.mpf(at[1]))
        return mp.log(below if tail == "cdf" else 1 - below)

    with mp.workdps(200):
        assert found == pytest.approx(float(mp.diff(logarithm, mp.mpf(at[0]), 2)), rel=1e-14)


#: (z, f, g): shapes that vanish or are huge, one or both; concentrations that are gone
FAR_PROPORTIONS = [
    (0.5, -95.0, 3.0), (0.5, 95.0, 3.0), (-2.0, -130.0, 5.0), (0.0, 100.0, 20.0), (-300.0, -70.0, 71.0),
    (-70.0, -70.0, 71.0), (69.0, 70.0, 71.0), (1.0, 1.0, -60.0), (-300.0, 80.0, -40.0), (-2.0, -5.0, -30.0),
    (-18.0, 2.0, -20.5), (-18.4, -30.0, 5.0),
]  # fmt: skip


@pytest.mark.parametrize("place", FAR_PROPORTIONS)
def test_proportions_beyond_float64(place: tuple[float, float, float]) -> None:
    with np.errstate(all="ignore"):
        found = [getattr(kernels, f"log_beta_below{what}")(*place) for what in ("", "_f", "_g")]
    with mp.workdps(150):
        at = [mp.mpf(x) for x in place]
        true = [float(mp.diff(_log_i_below, at, order)) for order in ((0, 0, 0), (0, 1, 0), (0, 0, 1))]
    np.testing.assert_allclose(found, true, rtol=3e-14)


def test_proportions_of_a_huge_concentration() -> None:
    """Normal: at m = 1/2, c = e^140 the end z = e^-70 is half a standard deviation beyond m; further out 0 and inf."""
    with np.errstate(all="ignore"):
        found = [getattr(kernels, f"log_beta_below{what}")(math.exp(-70), 0.0, 140.0) for what in ("", "_f", "_g")]
        above, below = kernels.log_beta_below([1.0, -1.0], 0.0, 1e4)
    hazard = math.exp(-0.125) / math.sqrt(2 * math.pi) / float(mp.ncdf(0.5))
    true = [float(mp.log(mp.ncdf(0.5))), -hazard * math.exp(70) / 2, hazard / 4]
    np.testing.assert_allclose(found, true, rtol=1e-13)
    assert (above, below) == (0.0, -INF)


def test_ends_beyond_float64() -> None:
    """P(a, x) is x^a/Gamma(a + 1) at x = e^-1000, and Q all but e^-x at x = 3e^700."""
    with np.errstate(all="ignore"):
        found = [getattr(kernels, f"log_gamma_below{what}")(1.0, -1000.0, 1.0) for what in ("", "_t", "_n")]
        above = [getattr(kernels, f"log_gamma_above{what}")(3.0, 699.0, 1.0) for what in ("", "_t", "_n")]
        none = [getattr(kernels, f"log_gamma_above{what}")(3.0, 800.0, 1.0) for what in ("", "_t", "_n")]
    a = math.e
    with mp.workdps(30):
        log_p, slope = -999 * mp.e - mp.loggamma(1 + mp.e), mp.e * (-998 - mp.psi(0, 1 + mp.e))
    np.testing.assert_allclose(found, [float(log_p), a, float(slope)], rtol=1e-15)
    np.testing.assert_allclose(above, [-3 * math.exp(700)] * 3, rtol=1e-13)
    assert none == [-INF, -INF, -INF]


@pytest.mark.parametrize("shape", [1e-6, 0.3, 11.9, 12.1, 1e3, 1e6])
@pytest.mark.parametrize("away", [-5.0, 0.0, 5.0, 30.0])
def test_far_tails_of_the_gamma(shape: float, away: float) -> None:
    x = shape * math.exp(away / math.sqrt(1 + shape))
    with np.errstate(all="ignore"):
        found = [kernels.log_gamma_p(shape, x), kernels.log_gamma_q(shape, x)]
    with mp.workdps(400 if shape < 1e5 else 250):
        a, end = mp.mpf(shape), mp.mpf(x)
        front = mp.exp(a * mp.log(end) - end - mp.loggamma(a + 1))
        if away <= 0:
            term = total = mp.mpf(1)
            k = 0
            while term > total * mp.mpf(10) ** -60:
                k += 1
                term *= end / (a + k)
                total += term
            lower = front * total
            upper = 1 - lower
        else:
            upper = mp.gammainc(a, end, mp.inf, regularized=True) if shape < 1e5 else _fraction(a, end) * front * a
            lower = 1 - upper
        true = [float(mp.log(lower) if lower < 0.5 else mp.log1p(-upper)), float(mp.log1p(-lower))]
        true[1] = float(mp.log(upper)) if upper < 0.5 else true[1]
    np.testing.assert_allclose(found, true, rtol=3e-13)


def _fraction(a: mp.mpf, x: mp.mpf) -> mp.mpf:
    """Legendre's continued fraction of Gamma(a, x) / (x^a e^-x), from the far end."""
    value = mp.mpf(0)
    for k in range(4000, 0, -1):
        value = k * (a - k) / (x + 2 * k + 1 - a + value)
    return 1 / (x + 1 - a + value)


LIMITS = [
    ("log_gamma_p", (2.0, 0.0), -INF), ("log_gamma_q", (2.0, 0.0), 0.0), ("log_gamma_p", (2.0, INF), 0.0),
    ("log_gamma_q", (2.0, INF), -INF), ("log_beta_tail", (2.0, 3.0, -INF), -INF),
    ("log_beta_tail", (2.0, 3.0, INF), 0.0),
    ("log_student_cdf", (4.0, 0.0), -math.log(2)), ("log_student_cdf_df", (4.0, 0.0), 0.0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "limit"), LIMITS)
def test_limits(name: str, arguments: tuple[float, ...], limit: float) -> None:
    with np.errstate(all="ignore"):
        assert getattr(kernels, name)(*arguments) == limit


def test_student_is_cauchy_and_normal() -> None:
    z = np.array([-1e6, -3.0, -0.2, 0.4, 8.0])
    with np.errstate(all="ignore"):
        cauchy, normal = kernels.log_student_cdf(1.0, z), kernels.log_student_cdf(1e12, np.array([-30.0, -1.0, 2.0]))
    np.testing.assert_allclose(cauchy, np.log(np.arctan2(1, -z) / math.pi), rtol=1e-13)
    np.testing.assert_allclose(normal, kernels.log_ndtr(np.array([-30.0, -1.0, 2.0])), rtol=1e-6)
