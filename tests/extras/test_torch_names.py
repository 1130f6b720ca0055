"""The names of torch.distributions: every family it has is called there and gives the same density."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from families.test_peers import at, having
from likelihoodkit.families import FAMILIES


@pytest.mark.parametrize("name", having("torch"))
def test_torch_has_the_same_density(name: str) -> None:
    values, y = at(name)
    if name == "Categorical":
        values = {"probabilities": values["probabilities"]}
    names = FAMILIES[name].names("torch")
    function = getattr(torch.distributions, names.function.removeprefix("torch.distributions."))
    arguments = names.arguments(**values)
    whole = {"total_count"} & set(arguments) and name == "Multinomial"
    numbers = {
        k: int(v) if whole and k == "total_count" else torch.tensor(np.asarray(v, float)) for k, v in arguments.items()
    }
    usual = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)  # GeneralizedPareto of torch 2.13 mixes it with the dtype of its arguments
    try:
        expected = function(**numbers, validate_args=False).log_prob(torch.tensor(y)).numpy()
    finally:
        torch.set_default_dtype(usual)
    assert FAMILIES[name](**values).log_density(y) == pytest.approx(expected, rel=1e-6, abs=1e-6)
