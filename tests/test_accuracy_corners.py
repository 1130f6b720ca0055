"""Places where a loss once lost its digits, its sign or a number: each against mpmath on the textbook formula."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import likelihoodkit as lk


def _derivatives(loss: object, place: list[float], digits: int) -> tuple[float, list[float], list[float]]:
    """Value, slopes and the diagonal of the curvature of a function of mpmath numbers."""
    assert callable(loss)
    with mpmath.workdps(digits):
        at, step = [mpmath.mpf(x) for x in place], mpmath.mpf(10) ** (-digits // 4)
        middle, slopes, curves = loss(*at), [], []
        for i in range(len(at)):
            above, below = (loss(*[x + sign * step * (i == j) for j, x in enumerate(at)]) for sign in (1, -1))
            slopes.append(float((above - below) / (2 * step)))
            curves.append(float((above - 2 * middle + below) / step**2))
        return float(middle), slopes, curves


@pytest.mark.parametrize(
    ("y", "mean", "dispersion"),
    [
        (2, 0.0, 1e-8),  # the slope in the mean is 0 at 0, 0
        (2, -1e-8, 1e-3),
        (1, -88.0, -0.001),
        (1, -3.0, 0.5),
        (2, -745.0, 1e-8),
        (2, 709.0, 30.0),
        (200, 709.0, -1.0),
        (30, -709.0, 30.0),
        (30, -88.0, 30.0),
        (30, 30.0, 0.0),
        (2, 104.0, -0.001),
        (200, -745.0, -30.0),
    ],
)
def test_a_negative_binomial_without_zero(y: int, mean: float, dispersion: float) -> None:
    """-inf and NaN where the truth is finite, and up to all digits lost where few counts are expected."""

    def truth(f: mpmath.mpf, a: mpmath.mpf) -> mpmath.mpf:
        r, odds = mpmath.exp(-a), mpmath.exp(a + f)
        rising = mpmath.fsum(mpmath.log(r + i) for i in range(y))
        chosen = mpmath.loggamma(y + 1) - rising + y * mpmath.log1p(1 / odds)
        return chosen + mpmath.log(mpmath.expm1(r * mpmath.log1p(odds)))

    value, slopes, curves = _derivatives(truth, [mean, dispersion], 700)
    loss = lk.derive(lk.Truncated(lk.NegativeBinomial, low=1))
    assert loss([y], [[mean, dispersion]])[0] == pytest.approx(value, rel=1e-14)
    np.testing.assert_allclose(loss.gradient([y], [[mean, dispersion]])[0], slopes, rtol=4e-15, atol=5e-324)
    hessian = loss.hessian([y], [[mean, dispersion]])[0]
    np.testing.assert_allclose(np.diagonal(hessian), curves, rtol=2e-14, atol=5e-324)


@pytest.mark.parametrize(
    ("y", "outputs"),
    [
        (0.0, (-0.001, 745.0, -1e-300)),  # a short delay: z and 1/k vanish, and the curvatures are of the order 1/k^2
        (-2.5, (-1e-300, 1e-300, 709.0)),
        (-30.0, (-88.0, -88.0, 30.0)),  # a long one: the loss is linear in the rate
        (1e8, (1e-300, -0.001, 709.0)),
        (-0.70835, (-1.130875, 1.166753, 1.210324)),
        (-4.157193, (-1.335394, 2.510384, -0.845157)),
        (3.0, (1.0, 0.5, 0.7)),
    ],
)
def test_the_curvatures_of_a_normal_plus_a_delay(y: float, outputs: tuple[float, ...]) -> None:
    def truth(f: mpmath.mpf, s: mpmath.mpf, rate: mpmath.mpf) -> mpmath.mpf:
        scale, rate = mpmath.log1p(mpmath.exp(s)), mpmath.log1p(mpmath.exp(rate))
        gap, k = (y - f) / scale, rate * scale
        below = mpmath.erfc((k - gap) / mpmath.sqrt(2)) / 2
        return -mpmath.log(rate) - mpmath.log(below) - k * k / 2 + rate * (y - f)

    value, slopes, curves = _derivatives(truth, list(outputs), 1200)
    loss = lk.derive(lk.ExponentiallyModifiedNormal)
    assert loss([y], [outputs])[0] == pytest.approx(value, rel=1e-14)
    np.testing.assert_allclose(loss.gradient([y], [outputs])[0], slopes, rtol=1e-13)
    np.testing.assert_allclose(np.diagonal(loss.hessian([y], [outputs])[0]), curves, rtol=1e-14)


@pytest.mark.parametrize(
    ("family", "y", "outputs", "place", "sign"),
    [
        (lk.ExponentiallyModifiedNormal, -2.5, (0.0, -709.0, 0.0), 1, 1),
        (lk.ExponentiallyModifiedNormal, 1.0, (1e4, -745.0, 0.0), 1, 1),
        (lk.ExponentiallyModifiedNormal, -2.5, (1e300, 1.0, -1e8), 1, 1),
        (lk.ExponentiallyModifiedNormal, 1.0, (-1e300, -30.0, 1e300), 1, -1),
        (lk.Rice, 2.5, (1e-300, -709.0), 0, -1),
        (lk.Rice, 1e-8, (-88.0, -709.0), 0, -1),
    ],
)
def test_a_curvature_that_overflows_is_infinite(
    family: object, y: float, outputs: tuple[float, ...], place: int, sign: int
) -> None:
    """The two parts of it overflow to either side: it was NaN."""
    assert lk.derive(family).hessian([y], [outputs])[0, place, place] == sign * np.inf  # type: ignore[arg-type]


CHANNEL = [[0.9, 0.1, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.1, 0.2, 0.7, 0.0], [0.0, 0.0, 0.25, 0.75]]


@pytest.mark.parametrize(
    ("y", "scores"),
    [
        (0, (30.0, 1.0, -1e-300, -104.0)),  # the likeliest class may have been flipped to this label
        (1, (745.0, 0.001, 30.0, -1e-300)),
        (2, (0.0, -0.001, -709.0, 709.0)),
        (2, (-88.0, -709.0, 104.0, 0.001)),
        (0, (-88.0, -1.0, -30.0, 104.0)),  # it may not
        (0, (-0.001, -0.001, 1e-300, 104.0)),
    ],
)
def test_a_class_seen_through_a_channel(y: int, scores: tuple[float, ...]) -> None:
    """A difference of two log-sum-exps of the size of the scores: slopes lost all their digits."""

    def truth(*z: mpmath.mpf) -> mpmath.mpf:
        weights = [mpmath.exp(x) for x in z]
        return -mpmath.log(
            mpmath.fsum(w * row[y] for w, row in zip(weights, CHANNEL, strict=True)) / mpmath.fsum(weights)
        )

    value, slopes, curves = _derivatives(truth, list(scores), 2600)
    loss = lk.losses.forward_corrected(CHANNEL)
    assert loss([y], [scores])[0] == pytest.approx(value, rel=2e-15)
    within = {"rtol": 1e-14 * (1 + max(map(abs, scores)) / 50), "atol": 5e-323}
    np.testing.assert_allclose(loss.gradient([y], [scores])[0], slopes, **within)
    np.testing.assert_allclose(np.diagonal(loss.hessian([y], [scores])[0]), curves, **within)


@pytest.mark.parametrize("point", [(12, -745.0, 709.0), (12, 745.0, 104.0), (6, -30.0, 745.0), (0, -745.0, 104.0)])
def test_shares_and_concentrations_beyond_float64(point: tuple[int, float, float]) -> None:
    """Twelve of twelve at a = e^-36, b = e^709 had the binomial's loss, and terms of e^-745 were rounded one by one."""
    y = point[0]

    def truth(f: mpmath.mpf, g: mpmath.mpf) -> mpmath.mpf:
        a, b = mpmath.exp(g) / (1 + mpmath.exp(-f)), mpmath.exp(g) / (1 + mpmath.exp(f))
        draws = mpmath.fsum(mpmath.log(a + b + i) for i in range(12))
        kinds = mpmath.fsum(mpmath.log(a + i) for i in range(y)) + mpmath.fsum(mpmath.log(b + i) for i in range(12 - y))
        return draws - kinds - mpmath.log(mpmath.binomial(12, y))

    value, slopes, curves = _derivatives(truth, list(point[1:]), 2000)
    loss = lk.derive(lk.BetaBinomial(trials=12))
    within = {"rtol": 1e-13, "atol": 2e-323}
    np.testing.assert_allclose(loss([y], [point[1:]])[0], value, **within)
    np.testing.assert_allclose(loss.gradient([y], [point[1:]])[0], slopes, **within)
    np.testing.assert_allclose(np.diagonal(loss.hessian([y], [point[1:]])[0]), curves, **within)


def test_the_curvature_of_a_vanishing_shape() -> None:
    """s (2 zeta(2) s - euler - log(y/2)) with s = df/2, of terms 700 times as large."""
    s = mpmath.exp(-709) / 2
    expected = s * (-mpmath.euler - mpmath.log(mpmath.mpf(1) / 2))
    hessian = lk.derive(lk.ChiSquared).hessian([1.0], [[-709.0]])
    assert float(np.squeeze(hessian)) == pytest.approx(float(expected), rel=2e-13, abs=1e-323)  # df/2 is rounded


@pytest.mark.parametrize("mean", [709.0, 709.9, 745.0, 1e4, 1e300])
def test_a_zero_that_a_huge_mean_does_not_make(mean: float) -> None:
    """The share of the counts among the zeros is e^-(e^mean), and its slope in the mean is not 0 times infinity."""
    loss = lk.derive(lk.ZeroInflated(lk.Poisson))
    value, gradient = loss.value_and_gradient([0], [[mean, 1e-8]])
    assert value[0] == pytest.approx(float(mpmath.log1p(mpmath.exp(-1e-8))), rel=1e-15)
    np.testing.assert_allclose(gradient[0], [0.0, -float(1 / (1 + mpmath.exp(1e-8)))], rtol=1e-15)
    curves = np.diagonal(loss.hessian([0], [[mean, 1e-8]])[0])
    np.testing.assert_allclose(curves[1], 0.25, rtol=1e-15)
    assert curves[0] == 0.0


@pytest.mark.parametrize(
    "outputs", [(-1e-300, 709.0, 1e-300), (0.0, 709.0, -745.0), (709.0, 0.5, 1.0), (1.0, -745.0, 3.0)]
)
def test_amounts_beyond_a_hurdle_are_as_accurate_as_without_it(outputs: tuple[float, ...]) -> None:
    """Of a sum of terms that overflow (NaN), or cancel, the deviance is left: y is positive where it is not 0."""
    value, gradient = lk.derive(lk.Hurdle(lk.Gamma)).value_and_gradient([30.0], [outputs])
    alone, slopes = lk.derive(lk.Gamma).value_and_gradient([30.0], [outputs[:2]])
    assert value[0] == alone[0] + float(mpmath.log1p(mpmath.exp(outputs[2])))
    np.testing.assert_array_equal(gradient[0, :2], slopes[0])


@pytest.mark.parametrize(
    ("y", "low", "outputs"),
    [
        (0.0, 0.0, (-5.0, 0.001)),  # on the bound, where nothing of y is left to excuse lost digits
        (1.5, 1.5, (-1e4, -5.0)),
        (0.0, 0.0, (-0.001, 1e-8)),
        (2.0, 0.0, (-30.0, 30.0)),
        (2.0, 1.0, (1.5, -745.0)),
        (0.0, 0.0, (-1e8, -709.0)),  # the mean is e^727 scales below the bound
        (1e-300, 0.0, (-1.0, -104.0)),
    ],
)
def test_a_normal_seen_only_above_a_bound(y: float, low: float, outputs: tuple[float, ...]) -> None:
    """log P(Y > low) and the square are equal but for the digits that count: up to all of them were lost."""

    def truth(m: mpmath.mpf, f: mpmath.mpf) -> mpmath.mpf:
        scale = mpmath.log1p(mpmath.exp(f))
        z = (mpmath.mpf(low) - m) / scale
        if z > 1e6:  # Mills' ratio
            ratio = mpmath.log(mpmath.fsum((-1) ** k * mpmath.fac2(2 * k - 1) / z ** (2 * k) for k in range(20)) / z)
            return (y - low) * (y + low - 2 * m) / scale**2 / 2 + ratio + mpmath.log(scale)
        seen = mpmath.log(mpmath.erfc(z / mpmath.sqrt(2)) / 2)
        return seen + ((y - m) / scale) ** 2 / 2 + mpmath.log(scale * mpmath.sqrt(2 * mpmath.pi))

    value, slopes, curves = _derivatives(truth, list(outputs), 1500)
    loss = lk.derive(lk.Truncated(lk.Normal, low=low))
    np.testing.assert_allclose(loss([y], [outputs])[0], value, rtol=4e-15)
    np.testing.assert_allclose(loss.gradient([y], [outputs])[0], slopes, rtol=4e-15)
    np.testing.assert_allclose(np.diagonal(loss.hessian([y], [outputs])[0]), curves, rtol=1e-13)


def _gumbel(y: mpmath.mpf, low: float, m: mpmath.mpf, s: mpmath.mpf) -> mpmath.mpf:
    u = -(y - m) / s
    return mpmath.exp(u) - u + mpmath.log(s) + mpmath.log(-mpmath.expm1(-mpmath.exp((m - low) / s)))


def _logistic(y: mpmath.mpf, low: float, m: mpmath.mpf, s: mpmath.mpf) -> mpmath.mpf:
    r = (y - m) / s
    return r + 2 * mpmath.log1p(mpmath.exp(-r)) + mpmath.log(s) - mpmath.log1p(mpmath.exp((low - m) / s))


def _laplace(y: mpmath.mpf, low: float, m: mpmath.mpf, s: mpmath.mpf) -> mpmath.mpf:
    z = (m - low) / s
    seen = mpmath.log1p(-mpmath.exp(-z) / 2) if z > 0 else z - mpmath.log(2)
    return abs(y - m) / s + mpmath.log(2 * s) + seen


@pytest.mark.parametrize(
    ("y", "low", "outputs"),
    [
        (1e-8, 0.0, (-88.0, 1e-300)),
        (2.5, 0.0, (-104.0, -1e-8)),
        (1.0, 0.0, (-30.0, 2.0)),
        (1.5, 1.0, (-500.0, 1.0)),
        (3.0, 0.0, (0.25, 0.5)),
        (3.0, 0.0, (8.0, 0.5)),
    ],
)
@pytest.mark.parametrize(
    ("family", "formula"), [(lk.Gumbel, _gumbel), (lk.Logistic, _logistic), (lk.Laplace, _laplace)]
)
def test_a_linear_tail_seen_only_above_a_bound(
    family: object, formula: object, y: float, low: float, outputs: tuple[float, ...]
) -> None:
    """The loss and the log-probability of being seen are both linear in the location far outside."""
    assert callable(formula)
    value, slopes, curves = _derivatives(
        lambda m, f: formula(mpmath.mpf(y), low, m, mpmath.log1p(mpmath.exp(f))), list(outputs), 1500
    )
    loss = lk.derive(lk.Truncated(family, low=low))
    np.testing.assert_allclose(loss([y], [outputs])[0], value, rtol=4e-15)
    np.testing.assert_allclose(loss.gradient([y], [outputs])[0], slopes, rtol=1e-13, atol=5e-324)
    np.testing.assert_allclose(np.diagonal(loss.hessian([y], [outputs])[0]), curves, rtol=1e-13, atol=5e-324)


@pytest.mark.parametrize(
    ("y", "outputs", "nearer"),
    [
        (1e200, (0.0, 1.0, 2.0, 3.0, 1.0), 0),  # both losses overflow: the wider part has all of the outcome
        (1e200, (0.0, 1.0, 1.0, 3.0, 2.0), 1),
        (2.0, (0.5, 1.0, -800.0, 0.0, -800.5), 0),
        (3.0, (0.5, 1.0, -1e4, 2.0, -1e4), 1),
    ],
)
def test_parts_of_a_mixture_that_are_both_impossible(y: float, outputs: tuple[float, ...], nearer: int) -> None:
    """Which is the likelier is known: slopes were NaN, inf less inf."""
    loss = lk.derive(lk.Mixture([lk.Normal, lk.Normal], weights="sigmoid"))
    value, gradient = loss.value_and_gradient([y], [outputs])
    assert value[0] == np.inf
    alone = lk.derive(lk.Normal).gradient([y], [outputs[1 + 2 * nearer : 3 + 2 * nearer]])[0]
    np.testing.assert_allclose(gradient[0, 1 + 2 * nearer : 3 + 2 * nearer], alone, rtol=1e-15)
    np.testing.assert_array_equal(gradient[0, 3 - 2 * nearer : 5 - 2 * nearer], [0.0, 0.0])
    weight = 1 / (1 + np.exp(-outputs[0]))
    np.testing.assert_allclose(gradient[0, 0], weight - 1 if nearer == 0 else weight, rtol=1e-14)


def test_a_logistic_and_a_normal_part_that_are_both_impossible() -> None:
    loss = lk.derive(lk.Mixture([lk.Logistic, lk.Normal], weights="sigmoid"))
    value, gradient = loss.value_and_gradient([3.0], [[0.0, 1.0, -800.0, 1.0, -800.0]])
    assert value[0] == np.inf
    np.testing.assert_array_equal(gradient[0], [-0.5, -np.inf, -np.inf, 0.0, 0.0])  # of the two tails the heavier one


@pytest.mark.parametrize(
    ("family", "times"), [(lk.NegativeBinomial, 1), (lk.GeneralizedPoisson, 2), (lk.PoissonInverseGaussian, 1)]
)
@pytest.mark.parametrize("f", [0.0, -1e-300])
def test_the_curvature_in_a_dispersion_of_nothing_squared(family: type[lk.Distribution], times: int, f: float) -> None:
    """With a variance m + times a m^2 + ... the loss grows by times a (y - (m - y)^2)/2, a = f^2; it was 0 at f = 0."""
    hessian = lk.derive(family(dispersion="square")).hessian([300.0], [[1.0, f]])
    with mpmath.workdps(40):
        expected = times * (300 - (mpmath.e - 300) ** 2)
    assert float(hessian[0, 1, 1]) == pytest.approx(float(expected), rel=1e-15)
