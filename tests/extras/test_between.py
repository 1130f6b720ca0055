"""Modules for torch and for JAX of noises that are seen between two bounds only, by the laws that have one function."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensors import BAR, ulps
from test_one_row import node
from test_written import answers

import likelihoodkit as lk
from likelihoodkit.errors import DerivationError
from likelihoodkit.primitives import within

#: by the law of what lies between, a noise that has it
FAMILIES: dict[Any, tuple[Any, ...]] = {
    within.burr_within: (lk.Burr,),
    within.kumaraswamy_within: (lk.Kumaraswamy,),
    within.laplace_within: (lk.Laplace, lk.AsymmetricLaplace(level=0.9)),
    within.split_normal_within: (lk.AsymmetricNormal(level=0.2),),
    within.huber_within: (lk.Huber(threshold=1.345),),
    within.secant_within: (lk.HyperbolicSecant,),
    within.johnson_within: (lk.JohnsonSU,),
    within.arcsinh_within: (lk.SinhArcsinh,),
    within.fatigue_within: (lk.BirnbaumSaunders,),
    within.extreme_value_within: (lk.GeneralizedExtremeValue,),
    within.pareto_within: (lk.GeneralizedPareto,),
    within.box_cox_within: (lk.BoxCoxNormal,),
}
#: laws of which NumPy computes the tails
ON_HOST: dict[Any, tuple[Any, ...]] = {
    within.gamma_within: (lk.Gamma,),
    within.power_within: (lk.GeneralizedNormal,),
    within.log_gamma_within: (lk.InverseGamma,),
    within.beta_within: (lk.Beta,),
    within.skew_within: (lk.SkewNormal,),
    within.rice_within: (lk.Rice,),
    within.delay_within: (lk.ExponentiallyModifiedNormal,),
    within.passage_within: (lk.InverseGaussian,),
}
#: of others, that have a function for what is seen
SEEN = (lk.Normal, lk.HalfNormal, lk.Logistic, lk.Gumbel, lk.GeneralizedExtremeValue, lk.Gompertz, lk.BoxCoxNormal)


def _compare(noise: Any, y: np.ndarray, target: str) -> None:
    loss, rng = lk.derive(noise), np.random.default_rng(5)
    width = len(loss.outputs)
    moderate = rng.normal(0.0, 1.5, (len(y) // 2, width))
    outputs = np.concatenate([moderate, rng.uniform(-700.0, 700.0, (len(y) - len(moderate), width))])
    value, gradient = loss.value_and_gradient(y, outputs)
    found, slope = answers(loss, target, y, outputs)
    slope = slope.reshape(gradient.shape)
    for here, there in ((found, value), (slope, gradient)):
        assert not np.isnan(here[~np.isnan(there)]).any()
        assert (np.isfinite(here) == np.isfinite(there))[: len(moderate)].all()  # it may be infinite
        known = (np.isfinite(here) & np.isfinite(there))[: len(moderate)]
        near, expected = here[: len(moderate)][known], there[: len(moderate)][known]
        # terms cancel: two engines may be as far apart on either side of the truth
        assert ulps(near, expected) <= (2.0 * BAR if "BirnbaumSaunders" in repr(noise) else BAR)


def _ends(noise: Any, count: int = 40) -> np.ndarray:
    """Intervals, of which some are open and some nothing but the outcome."""
    rng, domain = np.random.default_rng(2), lk.derive(noise).bound.family.outcome.domain
    if domain.high == 1.0:
        low, length = rng.uniform(0.05, 0.5, count), rng.uniform(0.01, 0.4, count)
    else:
        low = rng.exponential(2.0, count) if domain.low == 0.0 else rng.normal(0.0, 2.0, count)
        length = rng.exponential(1.0, count)
    length[::10] = 0.0
    ends = np.column_stack([low, low + length])
    ends[1::10, 0], ends[2::10, 1] = -np.inf, np.inf
    return ends


@pytest.mark.parametrize("target", ["torch", "jax"])
@pytest.mark.parametrize("family", [f for families in FAMILIES.values() for f in families], ids=str)
def test_censored_noises_have_modules(family: Any, target: str) -> None:
    _compare(lk.Censored(family), _ends(family), target)


@pytest.mark.parametrize("family", [lk.AsymmetricLaplace(level=0.9), lk.Burr], ids=str)
def test_rounded_noises_have_modules(family: Any) -> None:
    _compare(lk.Discretised(family), np.arange(20.0), "torch")


@pytest.mark.parametrize("family", [lk.Laplace, lk.Burr], ids=str)
def test_rounded_noises_have_modules_of_javascript(family: Any, tmp_path: Path) -> None:
    loss, y = lk.derive(lk.Discretised(family)), np.arange(12.0)
    outputs = np.random.default_rng(1).normal(0.0, 1.5, (12, len(loss.outputs)))
    (tmp_path / "module.mjs").write_text(loss.source("javascript"), encoding="utf-8")
    rows = json.dumps([*zip(y.tolist(), outputs.tolist(), strict=True)])
    code = f"import * as m from './module.mjs';console.log(JSON.stringify({rows}.map((r) => m.valueAndGradient(...r))))"
    (tmp_path / "run.mjs").write_text(code, encoding="utf-8")
    done = subprocess.run([node(), tmp_path / "run.mjs"], capture_output=True, text=True, check=True)
    value, gradient = loss.value_and_gradient(y, outputs)
    found = json.loads(done.stdout)
    np.testing.assert_allclose([row["value"] for row in found], value, rtol=1e-14)
    np.testing.assert_allclose([row["gradient"] for row in found], gradient, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("family", SEEN, ids=str)
def test_truncated_noises_have_modules(family: Any) -> None:
    _compare(lk.Truncated(family, low=0.5, high=3.0), np.linspace(0.5, 3.0, 20), "torch")


@pytest.mark.parametrize("target", ["torch", "jax"])
def test_counts_without_zeros_have_modules(target: str) -> None:
    y = np.random.default_rng(3).choice([1.0, 2.0, 3.0, 5.0, 12.0, 40.0], 60)
    _compare(lk.Truncated(lk.PoissonInverseGaussian, low=1), y, target)


@pytest.mark.parametrize("target", ["torch", "jax"])
def test_few_counts_have_modules(target: str) -> None:
    """Of which each is looked at: they stand beside the rows, also where nothing predicted is a vector."""
    y = np.random.default_rng(4).choice([2.0, 3.0, 5.0, 9.0], 40)
    _compare(lk.Truncated(lk.ConwayMaxwellPoisson, low=1, high=9), y, target)
    _compare(lk.Truncated(lk.BetaBinomial(trials=12), low=2, high=9), y, target)
    ends = np.column_stack([y, y + 2.0])
    ends[::3, 0], ends[1::3, 1] = -np.inf, np.inf
    _compare(lk.Censored(lk.BetaBinomial(trials=12)), ends, target)


def test_all_laws_are_tried() -> None:
    assert {*FAMILIES, *ON_HOST} == {*within.BETWEEN}


@pytest.mark.parametrize("family", [f for families in ON_HOST.values() for f in families], ids=str)
def test_what_numpy_computes_says_so(family: Any) -> None:
    with pytest.raises(DerivationError, match="computed by NumPy on the host"):
        lk.derive(lk.Censored(family)).source("torch")
