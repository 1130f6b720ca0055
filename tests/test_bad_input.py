"""Bad input is a documented answer or an error that names family, condition, index, value and remedy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit.errors import (
    BindingError,
    DerivationError,
    InputError,
    LikelihoodKitError,
    ShapeError,
    SupportError,
    UnknownNameError,
)

NAN, INF = float("nan"), float("inf")
NORMAL = lk.derive(lk.Normal(scale=1))
BOTH = lk.derive(lk.Normal)
POISSON = lk.derive(lk.Poisson)
CLASSES = lk.derive(lk.Categorical)


# -- values of y outside the support -------------------------------------------------------------------------------

OUTSIDE = [
    (lk.Normal(scale=1), [0.0, NAN], r"Normal expects real numbers but y\[1\] = nan; 1 of 2 values is missing, at 1. Drop or impute missing", 1),  # noqa: E501
    (lk.Normal(scale=1), [INF], r"Normal expects real numbers but y\[0\] = inf, which is infinite. Drop or impute", 0),
    (lk.Poisson(), [1.0, -1.0], r"Poisson expects counts \(0, 1, 2, ...\) but y\[1\] = -1; 1 of 2 values is below 0, at 1. For amounts try Gamma", 1),  # noqa: E501
    (lk.Poisson(), [2.5], r"Poisson expects counts .* but y\[0\] = 2.5, which is not a whole number. For amounts try Gamma or Tweedie; for rates", 0),  # noqa: E501
    (lk.Gamma(shape=1), [1.0, 2.0, 0.0], r"Gamma expects positive amounts but y\[2\] = 0; 1 of 3 values is not above 0, at 2. For exact zeros try", 2),  # noqa: E501
    (lk.Exponential(), [-0.5], r"Exponential expects amounts of zero or more but y\[0\] = -0.5, which is below 0. For negative values try", 0),  # noqa: E501
    (lk.Beta(concentration=2), [1.0], r"Beta expects proportions strictly between 0 and 1 but y\[0\] = 1, which is not below 1. For exact 0 or 1 try ZeroOneInflated", 0),  # noqa: E501
    (lk.Bernoulli(), [0, 2, 1, 3], r"Bernoulli expects labels 0 or 1 but y\[1\] = 2; 2 of 4 values are above 1, first at 1, 3. Recode", 1),  # noqa: E501
    (lk.Binomial(trials=3), [4], r"Binomial expects counts 0, 1, ..., trials but y\[0\] = 4, which is above 3. Check that y counts successes", 0),  # noqa: E501
    (lk.VonMises(concentration=1), [NAN], r"VonMises expects angles in radians but y\[0\] = nan, which is missing. Drop or impute missing", 0),  # noqa: E501
]  # fmt: skip


@pytest.mark.parametrize(("bound", "y", "message", "index"), OUTSIDE, ids=[f"{b} {y}" for b, y, _, _ in OUTSIDE])
def test_outcomes_outside_the_support(bound: Any, y: list[float], message: str, index: int) -> None:
    loss = lk.derive(bound)
    for call in (loss, loss.gradient, loss.hessian):
        with pytest.raises(SupportError, match=rf"^{message}") as caught:
            call(y, np.zeros(len(y)))
        error = caught.value
        assert error.family == loss.name
        assert error.index == index
        assert error.value == y[index] or np.isnan(error.value)
        assert error.remedy
        assert str(error).endswith(error.remedy)
        assert isinstance(error, ValueError)


def test_class_indices_beyond_the_columns() -> None:
    with pytest.raises(
        SupportError,
        match=r"Categorical expects class indices .* but y\[1\] = 3; 1 of 2 values is above 2, at 1.*Number the classes from 0",  # noqa: E501
    ):
        CLASSES([0, 3], np.zeros((2, 3)))
    with pytest.raises(SupportError, match=r"y\[0\] = -1, which is below 0"):
        CLASSES([-1], np.zeros((1, 3)))


def test_trials_as_a_column() -> None:
    loss = lk.derive(lk.Binomial())
    with pytest.raises(SupportError, match=r"y\[1\] = 5; 1 of 2 values is above 4, at 1"):
        loss([1, 5], [0.0, 0.0], trials=[9, 4])
    with pytest.raises(
        InputError,
        match=r"Binomial needs trials. Hold it, as in Binomial\(trials=...\), or pass trials= with one number per row",
    ):
        loss([1], [0.0])
    with pytest.raises(SupportError, match=r"Binomial expects counts .* but trials\[0\] = 2.5"):
        loss([1], [0.0], trials=[2.5])
    with pytest.raises(ShapeError, match=r"Binomial: trials must have shape \(2,\) to match outputs, not \(3,\)"):
        loss([1, 1], [0.0, 0.0], trials=[3, 3, 3])
    np.testing.assert_array_equal(loss([1, 2], [0.0, 0.0], trials=4), loss([1, 2], [0.0, 0.0], trials=[4, 4]))


# -- outputs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [NAN, INF, -INF])
def test_outputs_that_are_not_finite(value: float) -> None:
    with pytest.raises(
        InputError, match=r"Normal: outputs\[1\] = -?(nan|inf) is not finite. Find where the model produces it"
    ) as caught:
        NORMAL([0.0, 0.0], [0.0, value])
    assert caught.value.index == 1
    with pytest.raises(InputError, match=r"Normal: outputs\[0, 1\] = "):
        BOTH([0.0], [[0.0, value]])


SHAPES = [
    (NORMAL, np.zeros(2), np.zeros(3), r"Normal: y must have shape \(3,\) to match outputs, not \(2,\)$"),
    (NORMAL, np.zeros(2), np.zeros((2, 2)), r"Normal predicts mean: outputs must have shape \(n,\) or \(n, 1\), but they have 2 columns"),  # noqa: E501
    (NORMAL, np.zeros((2, 1)), np.zeros(2), r"Normal: y must have shape \(2,\) to match outputs, not \(2, 1\). Use np.ravel\(y\)"),  # noqa: E501
    (NORMAL, np.zeros((2, 1)), np.zeros((2, 1)), r"Normal: y must have shape \(2,\) to match outputs, not \(2, 1\). Use np.ravel\(y\)"),  # noqa: E501
    (NORMAL, np.zeros((1, 2)), np.zeros(2), r"Normal: y must have shape \(2,\) to match outputs, not \(1, 2\)"),
    (NORMAL, 1.0, np.zeros(1), r"Normal: y must have shape \(1,\) to match outputs, not \(\). For a single row use np.atleast_1d\(y\)"),  # noqa: E501
    (NORMAL, np.zeros(1), 0.0, r"Normal predicts mean: outputs must have shape \(n,\) or \(n, 1\), not \(\)"),
    (NORMAL, np.zeros(2), np.zeros((2, 1, 1)), r"outputs must have shape \(n,\) or \(n, 1\), not \(2, 1, 1\)"),
    (BOTH, np.zeros(2), np.zeros(2), r"Normal predicts mean, scale: outputs must have shape \(n, 2\), not \(2,\). For a single row use outputs\[None, :\]"),  # noqa: E501
    (BOTH, np.zeros(2), np.zeros((2, 3)), r"Normal predicts mean, scale: outputs must have shape \(n, 2\), but they have 3 columns"),  # noqa: E501
    (BOTH, np.zeros(1), np.zeros((2, 2)), r"Normal: y must have shape \(2,\) to match outputs, not \(1,\)"),
    (CLASSES, np.zeros(2), np.zeros(2), r"Categorical predicts probabilities: outputs must have shape \(n, K\), not \(2,\)"),  # noqa: E501
    (CLASSES, np.zeros(2), np.zeros((2, 1)), r"outputs must have shape \(n, K\), but they have 1 columns. K, the number of classes, is at least 2"),  # noqa: E501
]  # fmt: skip


@pytest.mark.parametrize(("loss", "y", "outputs", "message"), SHAPES)
def test_wrong_shapes_are_never_broadcast(loss: lk.Loss, y: Any, outputs: Any, message: str) -> None:
    for call in (loss, loss.gradient, loss.hessian, loss.value_and_gradient):
        with pytest.raises(ShapeError, match=message) as caught:
            call(y, outputs)
        assert caught.value.family == loss.name


KINDS = [
    (np.array(["1", "2"]), r"Normal: y holds <U1, not real numbers. Convert it first, as in np.asarray\(y, dtype=float\)"),  # noqa: E501
    (np.array([1, {}], dtype=object), r"Normal: y holds object, not real numbers"),
    (np.array([1 + 1j, 2]), r"Normal: y holds complex128, not real numbers"),
    (np.array(["2020-01-01", "2020-01-02"], dtype="datetime64[D]"), r"Normal: y holds datetime64\[D\], not real numbers"),  # noqa: E501
    ([[1.0], [1.0, 2.0]], r"Normal: y is ragged; its rows have different lengths"),
    (np.ma.masked_array([1.0, 2.0], mask=[False, True]), r"Normal: y is a masked array. Drop the masked rows first"),
    (np.array([1.0, 2.0], dtype=np.longdouble), r"Normal: y holds (float128|float96|longdouble), not real numbers"),
]  # fmt: skip


@pytest.mark.parametrize(("y", "message"), KINDS, ids=[m[:30] for _, m in KINDS])
def test_things_that_are_not_real_numbers(y: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        NORMAL(y, [0.0, 0.0])
    with pytest.raises(InputError, match=message.replace(" y ", " outputs ").replace(r"\(y,", r"\(outputs,")):
        NORMAL([0.0, 0.0], y)


@pytest.mark.parametrize("what", ["y", "outputs", "weights", "offset"])
def test_a_missing_value_among_others_is_named(what: str) -> None:
    """A list with None in it, or an object column of a data frame, says where, as NaN does."""
    given: dict[str, Any] = {key: [1.0, 2.0, 3.0] for key in ("y", "outputs", "weights", "offset")}
    with pytest.raises(InputError, match=rf"Normal: {what}\[1\] = None is missing \(2 of 3 values\). Drop") as found:
        NORMAL(**{**given, what: [1.0, None, float("nan") if what == "y" else None]})
    assert (found.value.index, found.value.value) == (1, None)


@pytest.mark.parametrize("bad", [None, float("nan")])
def test_a_missing_value_in_a_column_is_named(bad: float | None) -> None:
    column = np.array([1.0, 2.0, bad, 5.0], dtype=object if bad is None else float)
    with pytest.raises(InputError, match=rf"Normal: X has {bad} in column 'a', row 2 \(1 of 4 .*Drop the row") as found:
        lk.fit(lk.Normal, [1.0, 2.0, 3.0, 5.0], {"a": column})
    assert found.value.index == 2


def test_numbers_of_other_kinds_are_read() -> None:
    expected = NORMAL([1.0, 0.0], [0.0, 1.0])
    for y in (
        [1, 0],
        (True, False),
        np.array([True, False]),
        np.array([1, 0], dtype=np.int8),
        np.array([1, 0], dtype=np.float16),
    ):
        np.testing.assert_array_equal(NORMAL(y, [0.0, 1.0]), expected)
    assert NORMAL([1], [0]).dtype == np.float64
    assert NORMAL(np.array([1.0]), np.array([0.0], dtype=np.float32)).dtype == np.float32
    big_endian = np.array([1.0, 0.0]).astype(">f8")
    np.testing.assert_array_equal(NORMAL(big_endian, [0.0, 1.0]), expected)
    assert NORMAL(big_endian, big_endian).dtype == np.float64


def test_nothing_gives_nothing() -> None:
    assert NORMAL([], []).shape == (0,)
    assert BOTH.hessian([], np.zeros((0, 2))).shape == (0, 2, 2)
    assert CLASSES.gradient([], np.zeros((0, 4))).shape == (0, 4)
    assert POISSON.fisher(np.zeros(0)).shape == (0, 1, 1)


# -- weights, offsets, shared parameters, names --------------------------------------------------------------------

WEIGHTS = [
    ([1.0], r"Normal: weights must have shape \(2,\) to match outputs, not \(1,\)"),
    (1.0, r"Normal: weights must have shape \(2,\) to match outputs, not \(\)"),
    ([1.0, -1.0], r"Normal: weights\[1\] = -1 is negative"),
    ([1.0, NAN], r"Normal: weights\[1\] = nan is not finite. Drop the row or give it weight 0"),
    (["a", "b"], r"Normal: weights holds <U1"),
]


@pytest.mark.parametrize(("weights", "message"), WEIGHTS)
def test_weights(weights: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        NORMAL([0.0, 0.0], [0.0, 0.0], weights=weights)


OFFSETS = [
    ([1.0], r"Normal: offset must have shape \(2,\) to match outputs, not \(1,\)"),
    (np.zeros((2, 3)), r"Normal: offset must have shape \(2, 2\) to match outputs, not \(2, 3\)"),
    ([0.0, INF], r"Normal: offset\[1\] = inf is not finite"),
]


@pytest.mark.parametrize(("offset", "message"), OFFSETS)
def test_offsets(offset: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        BOTH([0.0, 0.0], np.zeros((2, 2)), offset=offset)


def test_shared_parameters() -> None:
    loss = lk.derive(lk.Normal(scale=lk.shared))
    with pytest.raises(InputError, match=r"Normal shares scale: pass shared= with 1 number\(s\) on the link scale"):
        loss([0.0], [0.0])
    with pytest.raises(ShapeError, match=r"Normal: shared must hold 1 number\(s\), not 2"):
        loss([0.0], [0.0], shared=[0.0, 1.0])
    with pytest.raises(InputError, match=r"Normal: shared\[0\] = nan is not finite"):
        loss([0.0], [0.0], shared=[NAN])
    with pytest.raises(UnknownNameError, match=r"Normal shares \['scale'\], not \['sigma'\]"):
        loss([0.0], [0.0], shared={"sigma": 1.0})
    with pytest.raises(ShapeError, match=r"Normal: shared must hold 0 number\(s\), not 1"):
        NORMAL([0.0], [0.0], shared=[1.0])
    np.testing.assert_array_equal(loss([0.0], [0.0], shared=0.5), loss([0.0], [0.0], shared={"scale": 0.5}))


def test_unknown_names() -> None:
    with pytest.raises(
        UnknownNameError,
        match=r"Normal takes no column 'sigma'. All its parameters are predicted, shared or held already",
    ):
        NORMAL([0.0], [0.0], sigma=[1.0])
    with pytest.raises(UnknownNameError, match=r"no column 'sample_weight'. Weights are given as weights="):
        NORMAL([0.0], [0.0], sample_weight=[1.0])
    with pytest.raises(BindingError, match=r"Normal takes its parameters by name, not 0, 1 by place"):
        lk.Normal(0, 1)
    with pytest.raises(ShapeError, match=r"numbered by y.argmax\(axis=1\)"):
        NORMAL([[1, 0, 0]], [0.0])
    with pytest.raises(UnknownNameError, match=r"no curvature is called 'newton'. Kinds: "):
        NORMAL.curvature([0.0], [0.0], kind="newton")
    with pytest.raises(UnknownNameError, match=r"there is no program 'jacobian'"):
        NORMAL.program("jacobian")
    with pytest.raises(UnknownNameError, match=r"no rule is called 'average'. Rules: mode"):
        NORMAL.predict([0.0], rule="average")


def test_what_a_family_does_not_have() -> None:
    with pytest.raises(LikelihoodKitError, match=r"Cauchy"):
        lk.derive(lk.Cauchy).predict([[0.0, 0.0]], rule="mean")
    with pytest.raises(
        DerivationError, match=r"squared_error is a loss, not a noise: Fisher information needs a distribution"
    ):
        lk.derive(lk.losses.squared_error).fisher([0.0])


def test_no_input_is_changed() -> None:
    y, outputs = np.array([1.0, 2.0]), np.array([[0.0, 1.0], [1.0, 0.0]])
    weights, offset = np.array([1.0, 2.0]), np.array([0.5, 0.5])
    copies = [a.copy() for a in (y, outputs, weights, offset)]
    for array in (y, outputs, weights, offset):
        array.flags.writeable = False
    BOTH.value_and_gradient(y, outputs, weights=weights, offset=offset)
    BOTH.hessian(y, outputs, weights=weights, offset=offset)
    BOTH.fisher(outputs, weights=weights, offset=offset)
    BOTH.parameters(outputs, offset=offset)
    for array, copy in zip((y, outputs, weights, offset), copies, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_answers_do_not_alias_inputs() -> None:
    outputs = np.zeros((2, 2))
    gradient = BOTH.gradient([1.0, 2.0], outputs)
    assert not np.shares_memory(gradient, outputs)
    gradient[:] = 7
    np.testing.assert_array_equal(outputs, 0)


# -- the whole story, and what is impossible -----------------------------------------------------------------------


def test_a_support_error_tells_the_whole_story() -> None:
    y = np.full(1000, 3.0)
    y[[17, 60, 411]] = 2.5
    with pytest.raises(SupportError) as caught:
        lk.derive(lk.Poisson)(y, np.zeros(1000))
    assert str(caught.value) == (
        "Poisson expects counts (0, 1, 2, ...) but y[17] = 2.5; 3 of 1000 values are not whole numbers, "
        "first at 17, 60, 411. For amounts try Gamma or Tweedie; for rates pass offset=log(exposure)"
    )
    assert (caught.value.family, caught.value.index, caught.value.value) == ("Poisson", 17, 2.5)


def test_every_reason_is_told_in_the_order_it_is_met() -> None:
    y = np.array([1.0, -2.0, 0.5, NAN, 1.5, -1.0])
    with pytest.raises(
        SupportError,
        match=r"y\[1\] = -2; 2 of 6 values are below 0, first at 1, 5; 2 of 6 values are not whole numbers, "
        r"first at 2, 4; 1 of 6 values is missing, at 3. For amounts",
    ):
        lk.derive(lk.Poisson)(y, np.zeros(6))


@pytest.mark.parametrize("noise", [lk.Poisson(), lk.Gamma(shape=2), lk.Beta(concentration=3), lk.Binomial(trials=4)])
def test_what_is_impossible_may_be_infinite(noise: object) -> None:
    loss = lk.derive(noise)
    y, outputs, weights = np.array([1.0, -3.0, INF, -1.0]), np.zeros(4), np.array([2.0, 1.0, 1.0, 0.0])
    y[0] = 0.5 if loss.name == "Beta" else 1.0
    expected = loss(y[:1], outputs[:1], weights=weights[:1])
    value, gradient = loss.value_and_gradient(y, outputs, weights=weights, on_invalid="inf")
    np.testing.assert_array_equal(value, [expected[0], INF, INF, 0.0])
    np.testing.assert_array_equal(loss(y, outputs, weights=weights, on_invalid="inf"), value)
    np.testing.assert_array_equal(gradient[1:], 0)
    np.testing.assert_array_equal(loss.hessian(y, outputs, on_invalid="inf")[1:], 0)
    assert loss.curvature(y, outputs, on_invalid="inf").shape == (4,)
    with pytest.raises(SupportError, match="missing"):
        loss([NAN], [0.0], on_invalid="inf")
    with pytest.raises(UnknownNameError, match=r"on_invalid is not 'ignore'. Use 'raise' or 'inf'"):
        loss([1.0], [0.0], on_invalid="ignore")


def test_classes_that_do_not_exist_may_be_infinite() -> None:
    value = lk.derive(lk.Categorical)([0, 5, 2], np.zeros((3, 3)), on_invalid="inf")
    np.testing.assert_allclose(value, [np.log(3), INF, np.log(3)])


def test_words_as_outcomes_are_told_how_to_become_classes() -> None:
    words = r"Normal: y\[1\] = 'b' is no number. Number classes 0, 1, ..., as in np.unique\(y, return_inverse=True\)"
    with pytest.raises(InputError, match=words) as caught:
        NORMAL(["1e5", "b"], np.zeros(2))
    assert (caught.value.index, caught.value.value) == (1, "b")


def test_where_value_and_gradient_go_is_told_by_two_arrays() -> None:
    with pytest.raises(InputError, match=r"out must be two arrays, not ndarray. Give out=\(value, gradient\)"):
        BOTH.value_and_gradient([0.0], [[0.0, 1.0]], out=np.empty(1))


def test_a_row_without_an_axis_is_told_how_to_get_one() -> None:
    with pytest.raises(ShapeError, match=r"not \(\)\. For a single row use np.array\(\[outputs\]\)"):
        POISSON(1.0, 0.5)
    with pytest.raises(ShapeError, match=r"not \(2,\)\. For a single row use outputs\[None, :\]"):
        BOTH(1.0, [0.0, 1.0])
