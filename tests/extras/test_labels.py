"""Rows that pandas labels: the same labels, or it is told which differ; periods are dates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import likelihoodkit as lk

RNG = np.random.default_rng(3)
ROWS = np.arange(100, 160)
X = pd.DataFrame({"a": RNG.normal(size=60)}, index=ROWS)
Y = pd.Series(RNG.poisson(np.exp(1 + 0.5 * X["a"])), index=ROWS)
TURNED = X.loc[ROWS[::-1]]
FRAME = X.assign(y=Y)
EXPOSURE = pd.Series(np.zeros(60), index=ROWS[::-1])
NORMAL = lk.fit(lk.Poisson, Y, X)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: lk.fit(lk.Poisson, Y, TURNED), "X"),
        (lambda: lk.fit(lk.Poisson, Y, {"mean": TURNED}), r"X\['mean'\]"),
        (lambda: lk.fit(lk.Poisson, Y, {"a": TURNED["a"]}), r"X\['a'\]"),
        (lambda: lk.fit(lk.Poisson, Y, X, offset=EXPOSURE), "offset"),
        (lambda: lk.fit(lk.Poisson, "y ~ a", FRAME, weights=1 + EXPOSURE), "weights"),
        (lambda: lk.fit(lk.Poisson, blocks=[(Y, X), (Y, TURNED)]), "X"),
        (lambda: lk.fit(lk.Binomial, Y.clip(0, 1), X, trials=1 + EXPOSURE), "trials"),
        (lambda: lk.suggest(Y, TURNED), "X"),
        (lambda: lk.diagnose(NORMAL, TURNED, Y), "X"),
        (lambda: NORMAL.predict(X, offset=EXPOSURE), "offset"),
    ],
)
def test_rows_with_other_labels_are_refused(call: Callable[[], Any], name: str) -> None:
    with pytest.raises(lk.errors.InputError, match=rf"row 0 is labelled 1\d\d in \w+ and 1\d\d in {name}\. Pair") as e:
        call()
    assert e.value.index == 0


def test_the_first_row_that_differs_is_told_and_the_remedies_work() -> None:
    other = X.set_axis([*ROWS[:-2], "b", pd.NA])
    with pytest.raises(lk.errors.InputError, match=r"row 58 is labelled 158 in y and 'b' in X\. .*X.loc\[y.index\]"):
        lk.fit(lk.Poisson, Y, other)
    for same in (TURNED.loc[Y.index], other.set_axis(Y.index), X.to_numpy(), dict(X.items())):
        assert lk.fit(lk.Poisson, Y, same).loglik == pytest.approx(NORMAL.loglik, rel=1e-14)


def test_another_number_of_rows_and_rows_without_labels() -> None:
    with pytest.raises(lk.errors.ShapeError, match="a design has 59 rows but y has 60"):
        lk.fit(lk.Poisson, Y, X[1:])
    assert lk.fit(lk.Poisson, Y.to_numpy(), TURNED).converged  # by position: nothing says otherwise
    assert lk.Regressor(lk.Poisson).fit(TURNED, Y) is not None  # as everywhere in scikit-learn


def test_periods_are_no_numbers() -> None:
    months = pd.Series(pd.period_range("2024-01", periods=60, freq="M"), index=ROWS)
    months.iloc[0] = pd.NaT
    table = X.assign(month=months)
    told = r"month.*(holds object, not numbers|holds times).*to_timestamp"
    for call in (
        lambda: lk.fit(lk.Poisson, Y[1:], table[1:]),
        lambda: lk.fit(lk.Poisson, "y ~ a + month", table.assign(y=Y)[1:]),
        lambda: lk.Regressor(lk.Poisson).fit(table[1:], Y[1:]),
        lambda: lk.Booster(lk.Poisson).fit(table, Y),
    ):
        with pytest.raises(lk.errors.InputError, match=told):
            call()
    with pytest.raises(lk.errors.InputError, match=r"y holds object.*to_timestamp"):
        lk.Regressor(lk.Normal).fit(X[1:], months[1:])


def test_columns_are_found_in_a_frame_that_holds_more() -> None:
    """Text and gaps in columns that the fit has not seen are not read; a column of a frame keeps its name."""
    x = np.linspace(-1, 1, 8)
    frame = pd.DataFrame(
        {"word": list("abcdefgh"), "age": x, "gap": np.where(x > 0, np.nan, 1.0), "y": x + np.cos(9 * x)}
    )
    fitted, alone = lk.fit(lk.Normal, frame["y"], frame[["age"]]), lk.fit(lk.Normal, frame["y"], frame["age"])
    assert alone.names == fitted.names == ("mean.intercept", "mean.age", "scale.intercept")
    for found in (fitted.predict(frame), fitted.predict(frame.to_dict("list")), alone.predict(frame["age"])):
        np.testing.assert_array_equal(found, fitted.predict({"age": x}))
