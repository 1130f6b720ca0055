"""Noises and losses go to other processes and come back: as equal ones, and as losses with the same bits."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import likelihoodkit as lk
from laws.subjects import subjects
from losses.settings import one

WRAPPED = {
    "censored mixture": lk.Censored(lk.Mixture(lk.Weibull, components=2)),
    "mixture of two": lk.Mixture([lk.Normal, lk.Laplace]),
    "joint": lk.Joint(direction=lk.VonMises, speed=lk.Gamma),
    "truncated": lk.Truncated(lk.Normal(scale=1), low=40),
    "zero-inflated": lk.ZeroInflated(lk.NegativeBinomial),
    "hurdle": lk.Hurdle(lk.Gamma, zero_probability=0.25),
    "ends": lk.ZeroOneInflated(lk.Beta),
    "independent": lk.Independent(lk.Normal, 3),
    "discretised": lk.Discretised(lk.Normal),
    "mislabelled": lk.Mislabelled(lk.Bernoulli, [0.1, 0.2]),
    "other parameters": lk.Gamma(shape=2, rate="exp"),
    "all other parameters": lk.Gamma.by("shape", "rate")(),
    "a held minimum": lk.Pareto(minimum=2),
}


@pytest.mark.parametrize("label", list(subjects()))
def test_every_noise_is_equal_after_a_journey(label: str) -> None:
    bound = subjects()[label].bound
    assert pickle.loads(pickle.dumps(bound)) == bound


@pytest.mark.parametrize("label", list(WRAPPED))
def test_every_wrapped_noise_is_equal_after_a_journey(label: str) -> None:
    assert pickle.loads(pickle.dumps(WRAPPED[label])) == WRAPPED[label]


def test_losses_keep_their_engine() -> None:
    loss = lk.derive(lk.Mixture(lk.Normal, components=2)).compile("numpy", threads=2)
    found = pickle.loads(pickle.dumps(loss))
    y, outputs = [0.3, -1.0], [[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]] * 2
    np.testing.assert_array_equal(found.gradient(y, outputs), loss.gradient(y, outputs))
    assert pickle.loads(pickle.dumps(lk.derive(lk.Normal))) is lk.derive(lk.Normal)


def test_every_named_loss_is_the_same_after_a_journey() -> None:
    for loss in (*map(one, lk.losses.names()), lk.losses.poisson_deviance(link="identity")):
        assert pickle.loads(pickle.dumps(loss)) is copy.deepcopy(loss) is loss
    threads = lk.losses.hinge.compile("numpy", threads=2)
    again = pickle.loads(pickle.dumps(threads))
    assert repr(again) == repr(threads) == "losses.hinge"
    np.testing.assert_array_equal(again([-1, 1], [0.2, 0.3]), [1.2, 0.7])  # labels are read as before


@pytest.mark.parametrize(
    ("noise", "outputs"),
    [
        (lk.Normal, [[0.0, 1.0], [2.0, 1.0]]),
        (lk.Censored(lk.Gamma), [[1.0, 2.0]]),
        (lk.Joint(direction=lk.VonMises, speed=lk.Gamma), [[0.5, 1.0, 1.2, 0.0]]),
        (lk.Categorical, [[0.0, 1.0, 2.0]]),
        (lk.MultivariateNormal, [[0.0, 0.0, 0.0, 0.0, 1.0]]),
    ],
)
def test_beliefs_draw_alike_after_a_journey(noise: Any, outputs: list[list[float]]) -> None:
    belief = lk.derive(noise).distribution(outputs)
    for again in (pickle.loads(pickle.dumps(belief)), copy.deepcopy(belief)):
        assert repr(again) == repr(belief)
        np.testing.assert_array_equal(again.sample(0, size=3), belief.sample(0, size=3))


def test_formulas_are_equal_in_a_process_that_has_loaded_nothing(tmp_path: Path) -> None:
    expression = lk.derive(lk.StudentT).derivation.expression
    assert pickle.loads(pickle.dumps(expression)) == expression
    file = tmp_path / "formula.pickle"
    file.write_bytes(pickle.dumps(expression))
    code = f"import pickle; print(pickle.loads(open({str(file)!r}, 'rb').read()))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == str(expression)


def test_another_process_makes_them_again(tmp_path: Path) -> None:
    file = tmp_path / "noises.pickle"
    file.write_bytes(pickle.dumps(list(WRAPPED.values())))
    code = f"import pickle; print([repr(n) for n in pickle.loads(open({str(file)!r}, 'rb').read())])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == str([repr(noise) for noise in WRAPPED.values()])
