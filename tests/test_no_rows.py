"""Nothing to predict is no error: beliefs and losses of no rows answer with no numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit.predict.scores import crps

NOISES = [
    lk.Normal,
    lk.Bernoulli,
    lk.Poisson,
    lk.Tweedie(power=1.5),
    lk.Truncated(lk.Gamma, low=0.5, high=4),
    lk.Truncated(lk.Skellam, low=-2),
    lk.Truncated(lk.Tweedie(power=1.5), high=3),
    lk.Discretised(lk.Gamma),
    lk.Mixture(lk.Normal, components=2),
]
NUMBERS = ("mean", "variance", "mode", "median", "entropy")


@pytest.mark.parametrize("noise", NOISES, ids=repr)
def test_no_rows(noise: Any) -> None:
    """Windows, counted tails, modes of mixtures and costs of counts raised a ValueError of NumPy's."""
    loss = lk.derive(noise)
    none, outputs = np.empty(0), np.empty((0, 6 if "Mixture" in repr(noise) else len(loss.outputs)))
    assert loss(none, outputs).shape == (0,)
    assert loss.gradient(none, outputs).shape[0] == loss.hessian(none, outputs).shape[0] == 0
    assert loss.fisher(outputs).shape[0] == 0
    belief = loss.distribution(outputs)
    found = [getattr(belief, name)() for name in NUMBERS]
    found += [
        belief.cdf(none),
        belief.survival(none),
        belief.log_density(none),
        belief.quantile(0.3),
        crps(belief, none),
    ]
    found += [belief.sample(0), loss.predict(outputs, rule=lk.minimise(lambda action, y: np.abs(y - action)))]
    assert [one.shape for one in found] == [(0,)] * len(found)
    assert belief.sample(0, 3).shape == (3, 0)
    assert belief.interval(0.9).shape == (0, 2)
