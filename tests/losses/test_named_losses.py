from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit import losses
from likelihoodkit.losses._catalogue import Unset
from likelihoodkit.numbers import evaluate
from likelihoodkit.primitives import lower
from losses.settings import SETTINGS, instances, random_rows

ALL = instances()
SMOOTH_AT_ZERO = ["squared_error", "pseudo_huber", "log_cosh", "cauchy", "tukey", "welsch", "geman_mcclure", "linex"]


def exact(loss, y, outputs):
    """The declared formula of one row, lowered to elementary mathematics, in mpmath."""
    derivation = loss.derivation
    textbook = derivation.substitute(loss.bound.family.formula)
    (symbol,) = derivation.outputs.values()
    point = {symbol: outputs, derivation.y: y}
    for held, values in derivation.constants.values():
        point[held] = mp(values)
    return evaluate(lower(textbook), point)


def mp(value):
    return [mpmath.mpf(float(v)) for v in value] if np.ndim(value) else mpmath.mpf(float(value))


def exact_gradient(loss, y, outputs):
    """Central differences of the exact formula, with a step so small that 40 digits remain."""
    step = mpmath.mpf(10) ** -50
    if not isinstance(outputs, list):
        return (exact(loss, y, outputs + step) - exact(loss, y, outputs - step)) / (2 * step)
    slopes = []
    for k in range(len(outputs)):
        up, down = list(outputs), list(outputs)
        up[k] += step
        down[k] -= step
        slopes.append((exact(loss, y, up) - exact(loss, y, down)) / (2 * step))
    return slopes


def close(measured, true, tolerance, floor=0.0):
    pairs = zip(measured, true, strict=True) if isinstance(true, list) else [(measured, true)]
    return all(abs(mpmath.mpf(float(a)) - b) <= tolerance * abs(b) + floor for a, b in pairs)


@pytest.mark.slow
@pytest.mark.parametrize("loss", ALL, ids=repr)
def test_value_and_gradient_against_mpmath(loss):
    y, outputs = random_rows(loss, 40)
    value, gradient = loss.value_and_gradient(y, outputs)
    with mpmath.workdps(120):
        for i in range(len(value)):
            where = (mp(y[i]), mp(outputs[i]))
            assert close(value[i], exact(loss, *where), 2e-13, 1e-300)
            # an entry of a gradient may be a difference that vanishes: then the absolute error counts
            assert close(gradient[i], exact_gradient(loss, *where), 2e-13, 2e-15)


@pytest.mark.parametrize("loss", ALL, ids=repr)
def test_hessian_is_the_slope_of_the_gradient(loss):
    y, outputs = random_rows(loss, 12, seed=1)
    hessian = loss.hessian(y, outputs)
    outputs = np.atleast_2d(outputs.T).T
    step = 1e-6
    for k in range(outputs.shape[1]):
        bump = np.zeros_like(outputs)
        bump[:, k] = step
        slope = (loss.gradient(y, outputs + bump) - loss.gradient(y, outputs - bump)) / (2 * step)
        assert np.allclose(hessian[:, :, k], slope, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", SMOOTH_AT_ZERO)
def test_tiny_residuals_keep_their_digits(name):
    loss = getattr(losses, name)
    loss = loss(1.0) if name in SETTINGS else loss
    r = np.array([1e-3, -1e-5, 1e-8, -1e-12, 1e-150])
    expected = r**2 * (1.0 if name == "squared_error" else 0.5)
    with mpmath.workdps(700):
        true = [exact(loss, mpmath.mpf(float(v)), mpmath.mpf(0)) for v in r]
    assert np.allclose(np.array(true, float), expected, rtol=1e-3, atol=0)
    assert all(close(a, b, 1e-15, 5e-324) for a, b in zip(loss(r, np.zeros(5)), true, strict=True))


@pytest.mark.parametrize("name", ["poisson_deviance", "gamma_deviance", "inverse_gaussian_deviance"])
@pytest.mark.parametrize("size", [1e-6, 0.3, 1.0, 100.0, 1e9])
def test_deviances_near_the_prediction(name, size):
    bare = getattr(losses, name)(link="identity")
    y = np.full(6, size)
    prediction = size * (1 + np.array([0.0, 1e-15, -1e-12, 1e-8, -1e-4, 0.1]))
    value, gradient = bare.value_and_gradient(y, prediction)
    assert value[0] == 0
    assert gradient[0] == 0
    with mpmath.workdps(120):
        for i in range(6):
            where = (mp(y[i]), mp(prediction[i]))
            assert close(value[i], exact(bare, *where), 1e-14)
            assert close(gradient[i], exact_gradient(bare, *where), 1e-14, 1e-40)


@pytest.mark.parametrize("name", ["gamma_deviance", "inverse_gaussian_deviance"])
def test_deviances_far_from_the_prediction_on_the_log_scale(name):
    loss = getattr(losses, name)
    y, outputs = np.array([1.0, 1e-300, 1e300]), np.array([1000.0, 800.0, 690.0])
    value, gradient = loss.value_and_gradient(y, outputs)
    with mpmath.workdps(900):
        for i in range(3):
            where = (mp(y[i]), mp(outputs[i]))
            assert close(value[i], exact(loss, *where), 1e-13, 5e-324)
            assert np.isfinite(gradient[i])


def test_logits_of_a_thousand():
    logits = np.array([1000.0, -1000.0, 1000.0, -1000.0])
    y = np.array([1.0, 1.0, 0.0, 0.0])
    assert losses.binary_cross_entropy(y, logits).tolist() == [0.0, 1000.0, 1000.0, 0.0]
    assert losses.binary_cross_entropy.gradient(y, logits).tolist() == [0.0, -1.0, 1.0, 0.0]
    z = np.array([[1000.0, 0.0, -1000.0], [40.0, 0.0, 0.0]])
    far, near = losses.softmax_cross_entropy([2, 0], z).tolist()
    assert far == 2000.0
    with mpmath.workdps(40):
        assert abs(near - mpmath.log1p(2 * mpmath.exp(-40))) <= 2 * math.ulp(near)


def test_three_spellings_of_cross_entropy_agree_to_the_last_digit():
    rng = np.random.default_rng(3)
    z = 20 * rng.normal(size=(200, 5))
    index = rng.integers(0, 5, 200)
    one_hot = np.eye(5)[index]
    fused = losses.softmax_cross_entropy.value_and_gradient(index, z)
    sparse = losses.sparse_categorical_cross_entropy.value_and_gradient(index, z)
    soft = losses.categorical_cross_entropy.value_and_gradient(one_hot, z)
    assert np.allclose(fused[0], sparse[0], rtol=4e-16, atol=0)
    assert np.allclose(fused[1], sparse[1], rtol=4e-15, atol=0)
    # shares of classes go by differences of logits, whose rounding a small loss multiplies by them: 16 units here
    assert np.allclose(fused[0], soft[0], rtol=4e-15, atol=0)
    assert np.allclose(fused[1], soft[1], rtol=1e-14, atol=0)
    with mpmath.workdps(40):
        for row, k, found in zip(z.tolist(), index.tolist(), fused[0].tolist(), strict=True):
            odds = mpmath.fsum(mpmath.exp(mpmath.mpf(v) - row[k]) for j, v in enumerate(row) if j != k)
            assert abs(found - mpmath.log1p(odds)) <= 3 * math.ulp(found)


def test_labels_of_either_spelling():
    score = np.array([0.5, -2.0, 3.0])
    for name in ("hinge", "squared_hinge", "exponential"):
        loss = getattr(losses, name)
        zero_one, signed = np.array([1, 0, 1]), np.array([1, -1, 1])
        for a, b in zip(loss.value_and_gradient(zero_one, score), loss.value_and_gradient(signed, score), strict=True):
            assert a.tolist() == b.tolist()
        assert loss([1, 1], score[:2]).shape == (2,)
        assert signed.tolist() == [1, -1, 1]
    assert losses.hinge([1, 0, 1], score).tolist() == [0.5, 0.0, 0.0]


def test_a_mixture_of_spellings_is_refused():
    with pytest.raises(lk.SupportError, match=r"mixes the labels 0 and -1, first at y\[2\]") as caught:
        losses.hinge([1, -1, 0], [0.1, 0.2, 0.3])
    assert (caught.value.family, caught.value.index) == ("hinge", 2)
    with pytest.raises(lk.SupportError, match="labels 0 and 1"):
        losses.hinge([2, 0], [0.1, 0.2])
    with pytest.raises(lk.SupportError):
        losses.binary_cross_entropy([1, -1], [0.1, 0.2])


def test_the_bare_prediction_must_be_positive():
    bare = losses.poisson_deviance(link="identity")
    assert bare([2.0], [2.0]).tolist() == [0.0]
    with pytest.raises(lk.SupportError, match=r"outputs\[1\] = -1") as caught:
        bare([2.0, 2.0], [1.0, -1.0])
    assert caught.value.index == 1
    assert losses.poisson_deviance([2.0], [-1.0])[0] > 0


def test_conventions():
    assert losses.squared_error([3.0], [1.0])[0] == 4
    assert losses.huber(1.0)([3.0], [1.0])[0] == 1.5
    assert losses.smooth_l1(0.5)([3.0], [1.0])[0] == 1.75
    assert losses.poisson_deviance([0.0], [0.0])[0] == 2
    assert losses.expectile(0.5)([3.0], [1.0])[0] == 2
    assert losses.pinball(0.9)([3.0, 1.0], [1.0, 3.0]).tolist() == [1.8, 0.2]
    assert losses.tukey(6.0)([100.0], [0.0])[0] == 6
    assert losses.epsilon_insensitive(0.5)([1.0, 1.25], [1.0, 2.0]).tolist() == [0.0, 0.25]
    assert losses.circular_distance([np.pi], [-np.pi])[0] == pytest.approx(0.0, abs=1e-31)


@pytest.mark.parametrize("loss", [losses.pinball(0.9), losses.cauchy(3.0), losses.smooth_l1(0.3), losses.welsch(3.0)])
def test_a_small_residual_of_large_numbers_is_subtracted_before_it_is_scaled(loss):
    value = loss([1e8, -1e8], [1e8 - 2.0**-20, -1e8 - 2.0**-20])
    assert value.tolist() == loss([2.0**-20] * 2, [0.0, 0.0]).tolist()


def test_settings_come_first():
    assert losses.huber(1.0) is losses.huber(delta=1)
    assert losses.focal(2.0).name == "focal"
    assert losses.focal(2.0, None) is losses.focal(gamma=2)
    balanced = losses.focal(2.0, alpha=0.25)
    plain = losses.focal(2.0)([1, 0], [0.3, 0.3])
    assert np.allclose(balanced([1, 0], [0.3, 0.3]), plain * [0.25, 0.75], rtol=1e-15)
    assert isinstance(losses.pinball, Unset)
    for wrong, error in [
        (lambda: losses.huber([1.0, 2.0], [0.0, 0.0]), lk.BindingError),
        (lambda: losses.huber(), lk.InputError),
        (lambda: losses.huber(1.0, delta=2.0), lk.BindingError),
        (lambda: losses.huber(-1.0), lk.BindingError),
        (lambda: losses.pinball(1.5), lk.BindingError),
        (lambda: losses.huber(beta=1.0), lk.InputError),
        (lambda: losses.squared_error(link="exp")([1.0], [0.0], wights=[1.0]), lk.UnknownNameError),
        (lambda: losses.poisson_deviance(link="sigmoid")([1.0], [0.0], power=2), lk.UnknownNameError),
    ]:
        with pytest.raises(error):
            wrong()


def test_a_named_loss_has_the_verbs_of_a_noise():
    loss = losses.absolute_error
    assert loss is losses.absolute_error
    assert isinstance(loss, lk.Loss)
    assert lk.derive(loss) is loss
    assert loss.outputs == ("prediction",)
    assert loss([1.0], [3.0], weights=[0.5], offset=[-1.0]).tolist() == [0.5]
    assert loss(np.float32([1.0]), np.float32([3.0])).dtype == np.float32
    assert loss.derivation.check()
    with pytest.raises(lk.DerivationError, match="not a noise"):
        loss.fisher([1.0])


@pytest.mark.parametrize("loss", ALL, ids=repr)
def test_every_step_of_the_derivation_is_an_equality(loss):
    assert loss.derivation.check()


def test_the_catalogue_is_a_table():
    table = losses.catalogue()
    assert [row.name for row in table] == list(losses.names())
    assert len(table) == len(set(losses.names())) >= 28
    assert "pinball(level)" in str(table)
    assert str(table) == str(losses.catalogue())
    assert all(row.summary for row in table)
    for name in losses.names():
        doc = losses.declaration(name).__doc__
        assert "Source:" in doc, name
        assert any(c in doc for c in ("17", "18", "19", "20")), name
        assert "Elicits" in doc, name
    with pytest.raises(AttributeError):
        _ = losses.nonsense
    with pytest.raises(lk.UnknownNameError, match="Known: squared_error"):
        losses.declaration("nonsense")
