"""Formulas, read by formulaic."""

from __future__ import annotations

import dask.dataframe as dd
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import likelihoodkit as lk
from likelihoodkit.errors import InputError, ShapeError, SupportError

RNG = np.random.default_rng(2)
N = 120
FRAME = pd.DataFrame({
    "age": RNG.uniform(20, 60, N),
    "region": RNG.choice(["north", "south", "west"], N),
    "z": RNG.normal(size=N),
})  # fmt: skip
FRAME["amount"] = RNG.gamma(2.0, np.exp(0.02 * FRAME["age"] + 0.3 * (FRAME["region"] == "west")) / 2)
FRAME["visits"] = RNG.poisson(np.exp(0.01 * FRAME["age"]))


def test_a_formula_is_its_design() -> None:
    by_formula = lk.fit(lk.Gamma, "amount ~ age + C(region)", FRAME)
    south, west = (FRAME["region"] == r for r in ("south", "west"))
    by_hand = lk.fit(lk.Gamma, FRAME["amount"], {"age": FRAME["age"], "south": south * 1.0, "west": west * 1.0})
    np.testing.assert_allclose(by_formula.coefficients, by_hand.coefficients, rtol=1e-12)
    assert by_formula.names[:2] == ("mean.intercept", "mean.age")
    assert by_formula.names[2:4] == ("mean.C(region)[T.south]", "mean.C(region)[T.west]")
    assert list(by_formula.constants()) == ["shape"]


def test_one_formula_per_parameter() -> None:
    fit = lk.fit(lk.Gamma, {"mean": "amount ~ age", "shape": "~ 0 + z"}, FRAME)
    by_hand = lk.fit(
        lk.Gamma,
        FRAME["amount"],
        {"mean": {"intercept": np.ones(N), "age": FRAME["age"]}, "shape": {"z": FRAME["z"]}},
        intercept=False,
    )
    np.testing.assert_allclose(fit.coefficients, by_hand.coefficients, rtol=1e-12)


def test_new_rows_are_coded_as_the_old_ones_were() -> None:
    fit = lk.fit(lk.Poisson, "visits ~ bs(age, df=4) + C(region)", FRAME)
    np.testing.assert_allclose(fit.outputs(FRAME.iloc[[5, 60]]), fit.outputs(FRAME)[[5, 60]], rtol=1e-12)
    assert fit.predict(FRAME.head(3)).shape == (3,)
    constant = lk.fit(lk.Poisson, "visits ~ 1", FRAME)
    np.testing.assert_allclose(constant.predict(FRAME.head(4)), FRAME["visits"].mean(), rtol=1e-12)


def test_columns_beside_a_formula_go_by_name() -> None:
    frame = FRAME.assign(late=(FRAME["amount"] > 4) * 1, capped=FRAME["amount"].clip(upper=4.0), w=FRAME["age"] / 40)
    noise = lk.Censored(lk.Gamma)
    by_name = lk.fit(noise, "capped ~ z", data=frame, censored="late", offset="z", weights="w")
    by_hand = lk.fit(
        noise, frame["capped"], frame[["z"]], censored=frame["late"], offset=frame["z"], weights=frame["w"]
    )
    np.testing.assert_allclose(by_name.coefficients, by_hand.coefficients, rtol=1e-12)
    np.testing.assert_array_equal(by_name.outputs(frame, offset="z"), by_name.outputs(frame, offset=frame["z"]))
    for frames in (frame, pl.DataFrame({name: frame[name].to_numpy() for name in frame}), dict(frame)):
        with pytest.raises(InputError, match=r"the data have no column 'lost'\. Columns: age, region"):
            lk.fit(noise, "capped ~ z", data=frames, censored="lost")
    with pytest.raises(InputError, match="data= goes with a formula"):
        lk.fit(lk.Gamma, frame["amount"], data=frame)


def test_polars_and_mappings() -> None:
    plain = lk.fit(lk.Gamma, "amount ~ age", FRAME)
    for frame in (pl.DataFrame({name: FRAME[name].to_numpy() for name in FRAME}), dict(FRAME)):
        np.testing.assert_allclose(lk.fit(lk.Gamma, "amount ~ age", frame).coefficients, plain.coefficients, rtol=1e-12)


def test_tables_of_arrow_and_frames_of_dask() -> None:
    table = pa.Table.from_pandas(FRAME)
    by_table = lk.fit(lk.Gamma, "amount ~ bs(age, df=4) + region", data=table, offset="z")
    by_frame = lk.fit(lk.Gamma, "amount ~ bs(age, df=4) + region", data=FRAME, offset="z")
    np.testing.assert_array_equal(by_table.coefficients, by_frame.coefficients)
    np.testing.assert_array_equal(by_table.outputs(table[:5], offset="z"), by_frame.outputs(FRAME[:5], offset="z"))
    with pytest.raises(InputError, match="no column 'wage'"):
        lk.fit(lk.Gamma, "amount ~ age", data=table, weights="wage")
    with pytest.raises(InputError, match="has them in partitions"):
        lk.fit(lk.Gamma, "amount ~ age", data=dd.from_pandas(FRAME, npartitions=2))
    with pytest.raises(InputError, match="name of a file"):
        lk.fit(lk.Gamma, blocks="rows.parquet")


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("amount ~ heigth", "heigth"),
        ("amount ~ age +", "cannot be read"),
        ("~ age", "must name the outcome"),
        ({"mean": "amount ~ age", "shape": "amount ~ z"}, "must not name an outcome"),
    ],
)
def test_formulas_that_make_no_sense(formula: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        lk.fit(lk.Gamma, formula, FRAME)


def test_data_that_do_not_fit_the_formula() -> None:
    missing = FRAME.assign(age=FRAME["age"].where(FRAME["age"] > 25))
    row, count = int(np.argmax(missing["age"].isna())), int(missing["age"].isna().sum())
    story = rf"column 'age' of the formula 'amount ~ C\(region\) \+ age' has a null value in row {row} \({count} of"
    for frame in (missing, missing.to_dict("series"), pl.from_pandas(missing)):
        with pytest.raises(InputError, match=story) as found:
            lk.fit(lk.Gamma, "amount ~ C(region) + age", frame)
        assert found.value.index == row
    with pytest.raises(InputError, match="needs a data frame"):
        lk.fit(lk.Gamma, "amount ~ age")
    with pytest.raises(ShapeError, match="3 columns"):
        lk.fit(lk.Gamma, "region ~ age", FRAME)
    with pytest.raises(SupportError):
        lk.fit(lk.Gamma, "z ~ age", FRAME)
    fit = lk.fit(lk.Gamma, "amount ~ C(region)", FRAME)
    with pytest.raises(InputError, match="east"):
        fit.predict(pd.DataFrame({"region": ["east"]}))


def test_dates_in_formulas() -> None:
    dated = FRAME.assign(when=np.datetime64("2024-02-20") + np.arange(N) // 40)
    with pytest.raises(InputError, match=r"column 'when' of the formula .* holds times.*days since the first"):
        lk.fit(lk.Gamma, "amount ~ age + when", dated)
    assert len(lk.fit(lk.Gamma, "amount ~ C(when)", dated).params["mean"]) == 3


def test_a_fit_by_formula_is_diagnosed_on_its_frame() -> None:
    import pandas as pd

    rng = np.random.default_rng(0)
    x, group = rng.normal(size=300), rng.choice(["a", "b"], 300)
    frame = pd.DataFrame({"x": x, "group": group, "y": x + (group == "b") + rng.normal(size=300) * np.exp(0.5 * x)})
    found = lk.diagnose(lk.fit(lk.Normal, "y ~ x + C(group)", frame), frame, frame["y"])
    assert found["fan-out"].broken
    assert found.suggestion is not None
    by_hand = pd.DataFrame({"x": x, "b": (group == "b").astype(float)})
    plain = lk.diagnose(lk.fit(lk.Normal, frame["y"], by_hand), by_hand, frame["y"])
    assert found["fan-out"].statistic == pytest.approx(plain["fan-out"].statistic, rel=1e-9)


def test_noises_are_suggested_by_formula() -> None:
    import pandas as pd

    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"x": rng.normal(size=200), "group": rng.choice(["a", "b"], 200)})
    frame["y"] = np.exp(frame["x"]) * rng.gamma(2.0, size=200)
    found = lk.suggest("y ~ x + C(group)", frame)
    by_hand = lk.suggest(frame["y"], {"x": frame["x"], "b": (frame["group"] == "b").astype(float)})
    assert [r.name for r in found.ranking] == [r.name for r in by_hand.ranking]
    assert found.best.score == pytest.approx(by_hand.best.score, rel=1e-9)


def test_new_rows_may_be_a_mapping() -> None:
    """One row of two columns was answered twice: once for each column."""
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0, 5.0], "g": list("uvuvu"), "y": [1.0, 3.0, 2.0, 5.0, 4.0]})
    fitted = lk.fit(lk.Normal, "y ~ a + g", frame)
    row = {"a": [2.0], "g": ["v"]}
    assert fitted.outputs(row).shape == (1, 2)
    np.testing.assert_array_equal(fitted.outputs(row), fitted.outputs(pd.DataFrame(row)))
    assert lk.fit(lk.Normal, "y ~ 1", frame).outputs({"a": [2.0, 1.0], "g": ["v", "u"], "y": [0.0, 0.0]}).shape == (
        2,
        2,
    )
