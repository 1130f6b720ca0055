"""Slopes and curvatures of losses seen between bounds, against differences of what they are slopes of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from likelihoodkit.primitives import kernels
from likelihoodkit.primitives.record import RECORDS
from likelihoodkit.primitives.within import APART, BETWEEN

ROWS = 120
STEP = 1e-5


def _normal(rng: np.random.Generator) -> tuple[list[Any], list[Any]]:
    low = rng.uniform(-6, 6, ROWS)
    high = low + np.exp(rng.uniform(-4, 2, ROWS))
    return [low + rng.uniform(0, 1, ROWS) * (high - low), low, high], [rng.normal(0, 2, ROWS), rng.normal(0, 1, ROWS)]


def _shaped(rng: np.random.Generator) -> tuple[list[Any], list[Any]]:
    fixed, places = _normal(rng)
    return [np.exp(part) for part in fixed], [*places, rng.normal(0, 1, ROWS)]


def _mapped(rng: np.random.Generator) -> tuple[list[Any], list[Any]]:
    fixed, places = _normal(rng)
    return [part / 2 for part in fixed], [*places, rng.normal(0, 1, ROWS), rng.normal(-1, 0.5, ROWS)]


def _lives(rng: np.random.Generator) -> tuple[list[Any], list[Any]]:
    fixed, places = _normal(rng)
    return [np.exp(part / 2) for part in fixed], places


def _boxes(rng: np.random.Generator) -> tuple[list[Any], list[Any]]:
    """With no place beyond the end of the law."""
    fixed, _ = _gamma(rng)
    shape = rng.uniform(-0.3, 0.5, ROWS)
    return fixed, [rng.uniform(-0.1, 0.1, ROWS), np.log(0.5 * fixed[2] + np.exp(rng.normal(0, 1, ROWS))), shape]


def _excesses(rng: np.random.Generator) -> tuple[list[Any], list[Any]]:
    fixed, places = _boxes(rng)
    return fixed, places[1:]


def _held(*values: float) -> Any:
    def rows(rng: np.random.Generator) -> tuple[list[Any], list[Any]]:
        fixed, places = _normal(rng)
        return [*fixed, *(np.full(ROWS, value) for value in values)], places

    return rows


def _gamma(rng: np.random.Generator) -> tuple[list[Any], list[Any]]:
    low = np.exp(rng.uniform(-3, 2, ROWS))
    high = low * (1 + np.exp(rng.uniform(-4, 2, ROWS)))
    return [low + rng.uniform(0, 1, ROWS) * (high - low), low, high], [rng.normal(0, 1, ROWS), rng.normal(0, 1.5, ROWS)]


def _beta(rng: np.random.Generator) -> tuple[list[Any], list[Any]]:
    few = ROWS // 4  # each asks for integrals
    ends = np.sort(rng.uniform(0.01, 0.99, (2, few)), axis=0)
    low, high = np.where(rng.random(few) < 0.2, 0.0, ends[0]), np.where(rng.random(few) < 0.2, 1.0, ends[1])
    y = low + rng.uniform(0.01, 0.99, few) * (high - low)
    return [y, low, high], [rng.normal(0, 2, few), rng.normal(1, 2, few)]


def _counts(rng: np.random.Generator, places: int) -> tuple[list[Any], list[Any]]:
    low = rng.integers(0, 12, ROWS) * 1.0
    high = low + rng.integers(1, 20, ROWS)
    y = np.floor(low + rng.uniform(0, 1, ROWS) * (high - low))
    return [y, low, high], [rng.normal(0, 1.5, ROWS) for _ in range(places)]


ROWS_OF = [
    ("normal_within", "mt", _normal),
    ("extreme_within", "mt", _normal),
    ("logistic_within", "mt", _normal),
    ("laplace_within", "mt", _held(0.7, 1.3)),
    ("split_normal_within", "mt", _held(0.7, 1.3)),
    ("huber_within", "mt", _held(1.345)),
    ("secant_within", "mt", _normal),
    ("log_gamma_within", "mtn", _shaped),
    ("burr_within", "mtn", _shaped),
    ("kumaraswamy_within", "mtn", _shaped),
    ("fatigue_within", "mn", _lives),
    ("johnson_within", "mtgn", _mapped),
    ("arcsinh_within", "mtgn", _mapped),
    ("extreme_value_within", "mfs", _boxes),
    ("pareto_within", "fs", _excesses),
    ("box_cox_within", "mta", _shaped),
    ("power_within", "mfk", lambda rng: (_normal(rng)[0], [*_normal(rng)[1], rng.normal(1, 0.3, ROWS)])),
    ("skew_within", "mta", lambda rng: (_normal(rng)[0], [*_normal(rng)[1], rng.normal(0, 3, ROWS)])),
    ("student_within", "mtn", lambda rng: (_normal(rng)[0], [*_normal(rng)[1], rng.normal(1, 2, ROWS)])),
    ("rice_within", "fs", _lives),
    ("passage_within", "fg", _lives),
    ("delay_within", "msg", lambda rng: (_normal(rng)[0], [*_normal(rng)[1], rng.normal(0, 1, ROWS)])),
    ("gompertz_within", "fg", lambda rng: (_gamma(rng)[0], [rng.normal(-1, 1, ROWS), rng.normal(-1, 1, ROWS)])),
    ("gamma_within", "tn", _gamma),
    ("beta_within", "fg", _beta),
    ("negative_binomial_within", "fa", lambda rng: _counts(rng, 2)),
    ("zeta_within", "f", lambda rng: ([x + 1 for x in _counts(rng, 1)[0]], _counts(rng, 1)[1])),
    ("lived_within", "gn", lambda rng: (_counts(rng, 2)[0], [rng.normal(-3, 1, ROWS), rng.normal(-1, 0.5, ROWS)])),
    ("poisson_within", "f", lambda rng: _counts(rng, 1)),
]
MASSES = {kind.record.name.removesuffix("_within") for kind in BETWEEN}


@pytest.mark.slow
@pytest.mark.parametrize(("stem", "names", "rows"), ROWS_OF)
def test_slopes_are_those_of_what_they_say(stem: str, names: str, rows: Any) -> None:
    _compare(stem, names, *rows(np.random.default_rng(3)))


@pytest.mark.slow
@pytest.mark.parametrize(("stem", "names", "rows"), [row for row in ROWS_OF if row[0].split("_within")[0] in MASSES])
def test_slopes_of_masses_are_those_of_what_they_say(stem: str, names: str, rows: Any) -> None:
    fixed, places = rows(np.random.default_rng(5))
    ends = fixed[1:]
    if RECORDS[stem].function in APART:
        ends.append(ends[1] - ends[0])
    _compare(stem.replace("_within", "_between"), names, ends, places)


def _compare(stem: str, names: str, fixed: list[Any], places: list[Any]) -> None:

    def at(order: str, moved: int, step: float) -> Any:
        moving = [p + step if k == moved else p for k, p in enumerate(places)]
        with np.errstate(all="ignore"):
            return np.asarray(getattr(kernels, f"{stem}_{order}" if order else stem)(*fixed, *moving))

    for order in ("", *names):
        for k, name in enumerate(names):
            slope = "".join(sorted(order + name, key=names.index))
            found = at(slope, k, 0.0)
            ahead, behind = at(order, k, STEP), at(order, k, -STEP)
            scale = 1.0 + np.abs(found) + np.abs(ahead) * 1e-5  # a difference loses the digits of what it is taken of
            assert np.all(np.isfinite(found)), slope
            np.testing.assert_array_less(np.abs((ahead - behind) / (2 * STEP) - found) / scale, 1e-5, err_msg=slope)
