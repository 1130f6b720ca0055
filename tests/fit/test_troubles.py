"""What goes wrong, and what the user is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix

import likelihoodkit as lk
from likelihoodkit.errors import ConvergenceWarning, FitError, InputError, ShapeError, SupportError, UnknownNameError
from likelihoodkit.fit import fit, newton

RNG = np.random.default_rng(3)
N = 30
X = RNG.normal(size=(N, 2))
Y = RNG.normal(size=N)
LINE = np.linspace(-1, 1, N)
DAYS = np.datetime64("2024-02-20") + np.arange(N)


def _with(place: tuple[int, int], value: float) -> Any:
    changed = X.copy()
    changed[place] = value
    return changed


ERRORS: list[tuple[str, Callable[[], Any], type[Exception], str]] = [
    ("sum", lambda: fit(lk.Normal, Y, np.c_[X, X.sum(axis=1)]), FitError, "'x3' is a combination of 'x1', 'x2'"),
    ("ones", lambda: fit(lk.Normal, Y, np.c_[X, np.ones(N)]), FitError, "'intercept'.*intercept=False"),
    ("named", lambda: fit(lk.Normal, Y, {"a": LINE, "b": 2 * LINE}), FitError, "design of mean is singular: '[ab]'"),
    ("scale", lambda: fit(lk.Normal, Y, {"scale": {"one": np.ones(N)}}), FitError, "design of scale is singular"),
    ("zero", lambda: fit(lk.Normal, Y, {"none": np.zeros(N)}), FitError, "'none' is zero in every row"),
    ("rows", lambda: fit(lk.Normal, Y[:3], X[:3]), FitError, "4 coefficients cannot be learnt from 3 rows"),
    ("wide", lambda: fit(lk.Poisson, [1, 2], RNG.normal(size=(2, 5))), FitError, "cannot be told apart by 2 rows"),
    ("empty", lambda: fit(lk.Normal, []), FitError, "no rows"),
    ("0-d", lambda: fit(lk.Normal, 3.0), ShapeError, "shape"),
    ("held", lambda: fit(lk.Normal(mean=0, scale=1), Y), FitError, "nothing to learn"),
    ("missing class", lambda: fit(lk.Categorical, [0, 2, 2, 0]), FitError, "class 1 never occurs"),
    ("ragged", lambda: fit(lk.Categorical, [[1], [1, 2]], classes=["a", "b"]), InputError, "y is ragged"),
    ("classes", lambda: fit(lk.Normal, Y, classes=3), InputError, "no classes"),
    ("weights 0", lambda: fit(lk.Normal, Y, weights=np.zeros(N)), FitError, "every weight is zero"),
    ("weights <0", lambda: fit(lk.Normal, Y, weights=-np.ones(N)), InputError, "weights.0. = -1 is negative"),
    ("NaN", lambda: fit(lk.Normal, Y, _with((3, 1), np.nan)), InputError, "nan in column 'x2', row 3"),
    ("inf", lambda: fit(lk.Normal, Y, {"a": _with((5, 0), np.inf)[:, 0]}), InputError, "inf in column 'a', row 5"),
    ("text", lambda: fit(lk.Normal, Y, {"colour": ["red"] * N}), InputError, "'colour' of X holds"),
    (
        "dates",
        lambda: fit(lk.Normal, Y, {"when": DAYS}),
        InputError,
        "'when' of X holds datetime.*days since the first",
    ),
    (
        "numbers",
        lambda: fit(lk.Normal, Y, X.astype(object)),
        InputError,
        r"'x1' of X holds object.*np.asarray\(X, dtype=float",
    ),
    ("words", lambda: fit(lk.Normal, Y, {"colour": ["red"] * N}), InputError, "colour == 'red'.*or by a formula"),
    ("column", lambda: fit(lk.Normal, Y[:, None]), ShapeError, r"Use np.ravel\(y\)"),
    ("missing count", lambda: fit(lk.Poisson, [1, np.nan]), SupportError, "is missing, at 1. Drop or impute"),
    ("objects", lambda: fit(lk.Normal, Y, {"when": DAYS.astype(object)}), InputError, "'when' .*days since the first"),
    ("times", lambda: fit(lk.Normal, DAYS - DAYS[0]), InputError, "y holds timedelta.*days since the first"),
    ("sparse", lambda: fit(lk.Normal, Y, csr_matrix(X)), InputError, r"X is a sparse matrix. Give X.toarray\(\)"),
    ("short", lambda: fit(lk.Normal, Y, X[:5]), ShapeError, "5 rows but y has 30"),
    ("turned", lambda: fit(lk.Normal, Y, X.T), ShapeError, "Transpose"),
    ("3-d", lambda: fit(lk.Normal, Y, X[None]), ShapeError, r"must have shape \(n, p\)"),
    ("uneven", lambda: fit(lk.Normal, Y, {"a": LINE, "b": LINE[:4]}), ShapeError, "column 'b'"),
    ("typo", lambda: fit(lk.Normal, Y, {"mean": X, "scael": X}), UnknownNameError, "scael.*mean, scale"),
    ("keyword", lambda: fit(lk.Normal, Y, trails=3), UnknownNameError, "no column 'trails'"),
    ("trials", lambda: fit(lk.Binomial, [1, 2, 3]), InputError, "needs trials"),
    ("offset", lambda: fit(lk.Normal, Y, offset=np.zeros(3)), ShapeError, r"offset must have shape \(30,\)"),
    ("exposure 0", lambda: fit(lk.Poisson, [1, 2], offset=[0.0, -np.inf]), InputError, "exposure of zero"),
    ("offset of classes", lambda: fit(lk.Categorical, [0, 1, 1], offset=np.zeros(3)), InputError, "is a vector"),
    ("intercept", lambda: fit(lk.Normal, Y, {"intercept": LINE}), InputError, "already called 'intercept'"),
    ("negative", lambda: fit(lk.Poisson, [1, -1, 2]), SupportError, r"y\[1\] = -1"),
    ("missing y", lambda: fit(lk.Gamma, [1.0, np.nan]), SupportError, r"y\[1\] = nan"),
    ("not a noise", lambda: fit("Normal", Y), lk.BindingError, "expected a noise family"),
]


@pytest.mark.parametrize(("call", "error", "words"), [row[1:] for row in ERRORS], ids=[row[0] for row in ERRORS])
def test_wrong_input_is_a_clear_error(call: Callable[[], Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()


def test_a_singular_design_carries_its_columns() -> None:
    with pytest.raises(FitError) as caught:
        fit(lk.Normal, Y, {"a": X[:, 0], "b": X[:, 1], "both": X[:, 0] + X[:, 1]})
    assert caught.value.parameter == "mean"
    assert caught.value.value[0] in {"a", "b", "both"}


def test_rows_of_weight_zero_do_not_count_as_rows() -> None:
    """A column that varies only where the weight is zero cannot be learnt."""
    column = np.r_[np.ones(N - 2), 0.0, 3.0]
    with pytest.raises(FitError, match="singular"):
        fit(lk.Normal, Y, {"a": column}, weights=np.r_[np.ones(N - 2), 0, 0])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: fit(lk.Bernoulli, LINE > 0.1, {"dose": LINE}), r"infinity: probability\.dose.*gradient norm"),
        (
            lambda: fit(lk.Bernoulli, LINE > 0.1, {"a": LINE**2, "treated": (LINE > 0.1) * 1.0}),
            r"infinity: probability\.treated",
        ),
        (lambda: fit(lk.Categorical, (LINE > 0) * 1, {"dose": LINE}), r"infinity: probabilities\[1\]\.dose"),
        (lambda: fit(lk.Poisson, np.zeros(10)), r"infinity: mean\.intercept.*\. Every outcome is 0$"),
        (lambda: fit(lk.NegativeBinomial, np.zeros(10)), r"no maximum.*\. Every outcome is 0$"),
        (
            lambda: fit(lk.Censored(lk.Exponential), np.full((5, 2), [2.0, np.inf])),
            r"infinity: mean.*\. Of every outcome only a lower end is known$",
        ),
        (lambda: fit(lk.NegativeBinomial, [3, 4, 5, 4, 3, 4]), r"infinity: dispersion\.intercept"),
        (lambda: fit(lk.Normal, np.ones(4)), "met to rounding: .* the scale is zero"),
        (lambda: fit(lk.Laplace, 1 + 0.1 * LINE, {"a": LINE}), "met to rounding"),
        (lambda: fit(lk.Normal, 1 + 0.1 * X[:, 0] - 0.3 * X[:, 1], X), "met to rounding"),
    ],
    ids=[
        "separated",
        "dummy",
        "classes",
        "no events",
        "no counts",
        "none ends",
        "underdispersed",
        "constant",
        "LAD line",
        "line",
    ],
)
def test_no_finite_maximum_is_a_warning_that_names_the_column(call: Callable[[], Any], words: str) -> None:
    with pytest.warns(ConvergenceWarning, match=words):
        found = call()
    assert not found.converged
    assert "NOT CONVERGED" in found.summary()


def test_nearly_separated_classes_converge() -> None:
    y = (LINE > 0.1) * 1
    y[[17, 18]] = y[[18, 17]] = [0, 1]
    y[12] = 1
    found = fit(lk.Bernoulli, y, {"dose": LINE})
    assert found.converged
    assert np.isfinite(found.coefficients).all()


def test_no_input_is_changed() -> None:
    y, design, weights, offset = Y.copy(), X.copy(), np.ones(N), np.zeros(N)
    for array in (y, design, weights, offset):
        array.setflags(write=False)
    fit(lk.Normal, y, design, weights=weights, offset=offset)
    fit(lk.Laplace, y[::-1], design[::-1], weights=weights, offset=offset)


class _Quartic:
    """x^4, whose steps are told 2^30 times too long; it counts how often it is asked."""

    asked = 0

    def outputs(self, inner: Any, /) -> Any:
        return inner

    def finite(self, outputs: Any, /) -> bool:
        return True

    def values(self, outputs: Any, /) -> Any:
        self.asked += 1
        return outputs**4

    def gradient(self, outputs: Any, /) -> Any:
        return 4 * outputs**3

    def observed(self, outputs: Any, /) -> Any:
        return np.diag(12 * outputs**2) / 2**30

    def scoring(self, outputs: Any, /) -> Any:
        return self.observed(outputs)

    def movement(self, step: Any, outputs: Any, /) -> Any:
        return np.abs(step)


def test_a_search_whose_steps_are_far_too_long_remembers_it() -> None:
    whole = _Quartic()
    found = newton.minimise(whole, np.array([1.0]))
    assert abs(found.inner[0]) < 1e-7
    assert whole.asked < 30 + found.iterations * (
        newton.LENGTHENED + 2
    )  # from the whole step each time 30 an iteration


class _Saddle(_Quartic):
    """Steep in one direction, and between two minima in the other, where the Hessian is indefinite."""

    def values(self, outputs: Any, /) -> Any:
        return np.array([5e5 * outputs[0] ** 2, (outputs[1] ** 2 - 1) ** 2 / 100])

    def gradient(self, outputs: Any, /) -> Any:
        return np.array([1e6 * outputs[0], outputs[1] * (outputs[1] ** 2 - 1) / 25])

    def observed(self, outputs: Any, /) -> Any:
        return np.diag([1e6, (3 * outputs[1] ** 2 - 1) / 25])

    def scoring(self, outputs: Any, /) -> Any:
        return np.eye(2)


def test_a_saddle_is_left_though_another_direction_is_steep() -> None:
    """A step of scoring is as short in all directions as the steep one asks for: it took thousands."""
    found = newton.minimise(_Saddle(), np.array([1e-3, 1e-2]))
    assert found.converged
    assert found.iterations < 30
    np.testing.assert_allclose(found.inner, [0.0, 1.0], atol=1e-9)


def test_the_row_that_has_no_bound_is_named() -> None:
    """A shape below -1 has an infinite density at the end of the support, which the largest outcome meets."""
    y = np.random.default_rng(0).uniform(0, 1, 60)
    row = int(np.argmax(y))
    with pytest.warns(ConvergenceWarning, match=f"no maximum .* Row {row} alone, y = {y[row]:.6g}, .*without bound"):
        assert not fit(lk.GeneralizedPareto, y).converged


def test_a_skew_of_zero_is_left_where_the_maximum_is_elsewhere() -> None:
    """A skew normal law has a flat place at a skew of 0, whatever the data (Azzalini 1985)."""
    rng = np.random.default_rng(15)
    first, second, x = rng.normal(size=(3, 150))
    y = 0.5 * x + 0.5 * (0.7 * np.abs(first) + np.sqrt(0.51) * second)
    fitted = lk.fit(lk.SkewNormal, y, x)
    assert fitted.converged
    assert fitted.params["skew"]["intercept"] > 3
    assert fitted.loglik > lk.fit(lk.Normal, y, x).loglik + 2


def test_heavy_and_skew_tails_together_are_found() -> None:
    rng = np.random.default_rng(5)
    y = 0.7 * np.sinh((rng.normal(size=200) - 1) / 0.35)
    fitted = lk.fit(lk.JohnsonSU, y)
    truth = np.tile([0.0, np.log(np.expm1(0.7)), 1.0, np.log(np.expm1(0.35))], (200, 1))
    assert fitted.converged
    assert fitted.loglik > -lk.derive(lk.JohnsonSU)(y, truth).sum()


def test_the_higher_of_two_maxima_of_four_parameters_is_found() -> None:
    """The search from the usual start ended 7.1 nats lower, converged."""
    rng = np.random.default_rng([3958975137, 0])
    x = np.resize(np.linspace(-1.5, 1.5, 10), 300)
    outputs = np.tile(rng.uniform(-1, 1, 4), (300, 1))
    outputs[:, 0] += rng.uniform(-0.5, 0.5) * x
    loss = lk.derive(lk.BoxCoxT)
    y = loss.distribution(outputs).sample(rng)
    found = fit(lk.BoxCoxT, y, x)
    assert found.converged
    assert found.loglik > -loss(y, outputs).sum()
