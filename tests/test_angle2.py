"""The link that makes one angle of two outputs: atan2, against mpmath, in every place where a parameter goes."""

from __future__ import annotations

import copy
import pickle

import mpmath
import numpy as np
import pytest
import scipy.stats

import likelihoodkit as lk
from likelihoodkit.errors import BindingError, InputError, UnknownNameError
from likelihoodkit.export.saved import noise_from_json, noise_to_json

NOISE = lk.VonMises(direction="angle2")
SIZES = (1e-300, 1e-100, 1e-8, 0.3, 1.0, 7.0, 1e8, 1e100, 1e300)
PLACES = [(s * a, t * b) for a in SIZES for b in SIZES for s in (1, -1) for t in (1, -1)]


class Cardioid(lk.Distribution):
    """A circle with one broad hump, declared by a user with the link as its own."""

    y = lk.outcome(lk.circle)
    direction = lk.parameter(lk.circle, link="angle2")
    height = lk.parameter(lk.unit, link="sigmoid")
    log_density = lk.log(1 + height * lk.cos(y - direction)) - lk.log(2 * lk.pi)


def textbook(y: float, a: float, b: float, g: float) -> mpmath.mpf:
    k = mpmath.exp(mpmath.mpf(g))
    turned = mpmath.mpf(y) - mpmath.atan2(mpmath.mpf(b), mpmath.mpf(a))
    return mpmath.log(2 * mpmath.pi * mpmath.besseli(0, k)) - k * mpmath.cos(turned)


def slopes(y: float, a: float, b: float, g: float) -> list[mpmath.mpf]:
    k, a, b = mpmath.exp(mpmath.mpf(g)), mpmath.mpf(a), mpmath.mpf(b)
    turned, square = mpmath.mpf(y) - mpmath.atan2(b, a), a * a + b * b
    pull = k * mpmath.sin(turned)
    return [
        pull * b / square,
        -pull * a / square,
        k * (mpmath.besseli(1, k) / mpmath.besseli(0, k) - mpmath.cos(turned)),
    ]


def test_it_is_written_and_printed_as_a_link() -> None:
    assert repr(NOISE) == "VonMises(direction='angle2')"
    assert NOISE.outputs == ("direction_cosine", "direction_sine", "concentration")
    assert NOISE == lk.VonMises(direction=lk.links.angle2) == lk.VonMises(direction_cosine="identity")
    assert repr(lk.VonMises(direction=lk.shared("angle2"))) == "VonMises(direction=shared('angle2'))"
    assert lk.VonMises(direction=lk.shared("angle2")).shared == ("direction_cosine", "direction_sine")
    assert repr(lk.VonMises(direction_cosine=1)) == "VonMises(direction_cosine=1)"
    assert lk.VonMises.by("concentration", "direction_sine", "direction_cosine")() == NOISE
    assert pickle.loads(pickle.dumps(NOISE)) == copy.deepcopy(NOISE) == NOISE
    assert noise_from_json(noise_to_json(NOISE)) == NOISE
    assert "atan2(direction_sine, direction_cosine)" in str(NOISE.family.names("scipy"))


def test_it_fits_angles_alone() -> None:
    with pytest.raises(BindingError, match=r"'angle2' gives angles in radians, which do not fit Normal.mean"):
        lk.Normal(mean="angle2")
    with pytest.raises(BindingError, match="do not fit VonMisesFisher"):
        lk.VonMisesFisher(direction="angle2")
    with pytest.raises(UnknownNameError, match="no parameter 'direction_tangent'"):
        lk.VonMises(direction_tangent=1)


@pytest.mark.parametrize("g", [-3.0, 0.4, 6.0])
def test_value_and_gradient_against_mpmath(g: float) -> None:
    outputs = np.array([(a, b, g) for a, b in PLACES])
    y = np.random.default_rng(5).uniform(-np.pi, np.pi, len(outputs))
    value, gradient = lk.derive(NOISE).value_and_gradient(y, outputs)
    with mpmath.workdps(60):
        for row, found, slope in zip(np.column_stack([y, outputs]).tolist(), value, gradient, strict=True):
            true, angle = slopes(*row), abs(row[0]) + 4
            room = mpmath.mpf(2) ** -50 * angle * mpmath.exp(g)  # one rounding of an angle moves the loss so much
            assert abs(mpmath.mpf(float(found)) - textbook(*row)) <= room
            turn = 1 / mpmath.hypot(row[1], row[2])
            for ours, truth, scale in zip(slope, true, (turn, turn, 1), strict=True):
                assert abs(mpmath.mpf(float(ours)) - truth) <= room * scale + mpmath.mpf(2) ** -1070


def test_hessian_against_differences_of_the_gradient() -> None:
    loss = lk.derive(NOISE)
    for a, b in [(0.3, -2.0), (-1e8, 3e7), (1e-100, 1e-101), (1e100, -2e100)]:
        found = loss.hessian([0.7], [[a, b, 0.2]])[0]
        with mpmath.workdps(60):
            size = mpmath.hypot(a, b)
            for i, scale in ((0, size), (1, size), (2, 1)):
                step = mpmath.mpf(10) ** -20 * scale
                point = [mpmath.mpf(v) for v in (a, b, 0.2)]
                ahead, back = [list(point), list(point)]
                ahead[i] += step
                back[i] -= step
                rise = [(u - v) / (2 * step) for u, v in zip(slopes(0.7, *ahead), slopes(0.7, *back), strict=True)]
                for j, unit in ((0, size), (1, size), (2, 1)):
                    assert abs(mpmath.mpf(found[i, j]) - rise[j]) * scale * unit <= 1e-14


def test_the_origin_has_no_angle() -> None:
    loss = lk.derive(NOISE)
    rows = np.array([[1.0, 0.0, 0.0], [0.0, -0.0, 0.0], [0.0, 2.0, 0.0]])
    assert np.isfinite(loss([0.0, 1.0], rows[::2])).all()
    for ask in (loss, loss.gradient, loss.hessian, loss.compile("numpy")):
        for _ in range(2):  # the second call may go another way
            with pytest.raises(
                InputError, match=r"direction_cosine and direction_sine are both 0 in row 1 \(1 of 3"
            ) as e:
                ask(np.zeros(3), rows)
    assert e.value.index == 1
    mixture = lk.derive(lk.Mixture(NOISE, components=2))
    with pytest.raises(InputError, match=r"direction_cosine\[1\] and direction_sine\[1\] are both 0 in row 0"):
        mixture([0.1], [[0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0]])


def test_information_is_that_of_the_angle_pulled_back() -> None:
    a, b, g = 1.5, -0.4, 0.7
    k = np.exp(g)
    ratio = float(mpmath.besseli(1, k) / mpmath.besseli(0, k))
    turn = np.array([-b, a]) / (a * a + b * b)
    found = lk.derive(NOISE).fisher([[a, b, g]])[0]
    np.testing.assert_allclose(found[:2, :2], k * ratio * np.outer(turn, turn), rtol=1e-13)
    np.testing.assert_allclose(found[2], [0, 0, k * k * (1 - ratio / k - ratio**2)], rtol=1e-12)


def test_predictions_are_directions() -> None:
    loss = lk.derive(NOISE)
    outputs = np.array([[-2.0, 1e-9, 1.0], [3.0, 4.0, 0.0], [-1e300, -1e300, 2.0]])
    true = np.arctan2(outputs[:, 1], outputs[:, 0])
    for rule in ("mean", "mode", "median"):
        np.testing.assert_allclose(loss.predict(outputs, rule=rule), true, rtol=1e-15)
    found = loss.parameters(outputs)
    assert list(found) == ["direction", "direction_cosine", "direction_sine", "concentration"]
    np.testing.assert_array_equal(found["direction"], true)
    np.testing.assert_allclose(
        loss.distribution(outputs).log_density([0.3, 0.3, 0.3]),
        scipy.stats.vonmises(np.exp(outputs[:, 2]), loc=true).logpdf(0.3),
        rtol=1e-12,
    )


@pytest.mark.parametrize("noise", [NOISE, lk.WrappedCauchy(direction="angle2"), Cardioid], ids=repr)
def test_certified(noise: object) -> None:
    report = lk.check(noise)
    assert report.passed, str(report)


def test_a_user_family_may_have_it_as_its_own() -> None:
    loss = lk.derive(Cardioid)
    assert loss.outputs == ("direction_cosine", "direction_sine", "height")
    found = loss([1.0], [[0.3, -0.4, 0.0]])
    true = -np.log((1 + 0.5 * np.cos(1 - np.arctan2(-0.4, 0.3))) / (2 * np.pi))
    np.testing.assert_allclose(found, true, rtol=1e-14)
    assert lk.derive(lk.Joint(wind=Cardioid, speed=lk.Gamma)).outputs[:2] == (
        "wind_direction_cosine",
        "wind_direction_sine",
    )
    with pytest.raises(BindingError, match="needs outcomes with an order"):
        lk.Censored(Cardioid)


def test_mixtures_of_it_are_those_of_angles() -> None:
    pair = lk.derive(lk.Mixture(NOISE, components=2, weights="sigmoid"))
    assert pair.outputs == ("weights", "direction_cosine", "direction_sine", "concentration")
    y, centres, sizes = np.array([0.2, 2.9]), np.array([0.4, -2.0]), np.array([3.0, 0.1])
    points = [0.3, *(sizes * np.cos(centres)), *(sizes * np.sin(centres)), 1.0, 0.5]
    plain = lk.derive(lk.Mixture(lk.VonMises, components=2, weights="sigmoid"))  # five outputs
    np.testing.assert_allclose(pair(y, [points, points]), plain(y, [[0.3, *centres, 1.0, 0.5]] * 2), rtol=1e-13)


def test_written_modules_have_it() -> None:
    loss = lk.derive(NOISE)
    outputs, y = np.array([[1.0, 2.0, 0.3], [-3e200, 1e200, -1.0]]), np.array([0.7, -3.0])
    module: dict[str, object] = {}
    exec(loss.source("numpy"), module)  # our own text
    for found, true in zip(module["value_and_gradient"](y, outputs), loss.value_and_gradient(y, outputs), strict=True):  # type: ignore[operator]
        np.testing.assert_array_equal(found, true)


def test_a_constant_direction_is_fitted_as_by_the_angle() -> None:
    y = np.random.default_rng(1).vonmises(2.5, 3.0, 400)
    angle, pair = lk.fit(lk.VonMises, y), lk.fit(NOISE, y)
    assert pair.converged
    assert pair.loglik == pytest.approx(angle.loglik, rel=1e-12)
    assert pair.aic == pytest.approx(angle.aic, rel=1e-12)  # only the direction of the two outputs counts
    a, b = (pair.params[f"direction_{word}"]["intercept"] for word in ("cosine", "sine"))
    assert a == -1.0
    assert np.arctan2(b, a) == pytest.approx(angle.params["direction"]["intercept"], abs=1e-7)
    error = pair.standard_errors["direction_sine"]["intercept"] / (1 + b * b)
    assert error == pytest.approx(angle.standard_errors["direction"]["intercept"], rel=1e-6)


def test_a_design_of_the_direction_feeds_both_outputs() -> None:
    rng = np.random.default_rng(2)
    X = rng.uniform(-1, 1, (600, 2))
    true = np.arctan2(0.5 + 0.6 * X[:, 0], 2 + X[:, 1])
    y = true + rng.vonmises(0, 8.0, 600)
    y = np.arctan2(np.sin(y), np.cos(y))
    first, named = lk.fit(NOISE, y, X), lk.fit(NOISE, y, {"direction": X})
    assert first.converged
    assert first.loglik == named.loglik
    apart = lk.fit(NOISE, y, {"direction_cosine": X[:, 1], "direction_sine": X[:, 0]})
    assert apart.converged
    assert first.loglik - 3 * 2 < apart.loglik < first.loglik
    assert apart.params["direction_sine"]["x1"] == pytest.approx(0.3, abs=0.05)  # per unit of the cosine's intercept
    assert first.standard_errors["direction_cosine"]["intercept"] == 0.0  # held
    for found in (first, named, apart):
        new = {"direction_cosine": X[:5, 1], "direction_sine": X[:5, 0]} if found is apart else X[:5]
        assert np.abs(found.predict(new, rule="mean") - true[:5]).max() < 0.2
