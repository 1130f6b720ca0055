"""Every family and wrapper is asked everything: a number without NaN, or an error that says why there is none."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

import likelihoodkit as lk
from laws.subjects import HELD
from likelihoodkit.certify.subject import Subject
from likelihoodkit.command_line.roster import WRAPPED
from likelihoodkit.errors import DerivationError, UndefinedError
from likelihoodkit.families import CHAPTERS, FAMILIES

VECTORS = {*CHAPTERS["Vectors"], *CHAPTERS["Sequences"]}
#: classes have no order, vectors no single one: which questions have no answer
UNORDERED = {"median", "cdf", "survival", "quantile", "interval"}
#: what does not exist, for all or for some parameters
MAY_FAIL: dict[str, set[str]] = {
    "Cauchy": {"mean", "variance"}, "HalfCauchy": {"mean", "variance"}, "StudentT": {"mean", "variance"},
    "SkewT": {"mean", "variance"}, "Lomax": {"mean", "variance"}, "Pareto": {"mean", "variance"},
    "GeneralizedPareto": {"mean", "variance"}, "GeneralizedExtremeValue": {"mean", "variance"},
    "BoxCoxNormal": {"mean", "variance"}, "BoxCoxT": {"mean", "variance", "entropy"}, "Zeta": {"mean", "variance"},
    "YuleSimon": {"mean", "variance"}, "Frechet": {"mean", "variance"}, "InverseGamma": {"mean", "variance"},
    "LogLogistic": {"mean", "variance"}, "Burr": {"mean", "variance"}, "Categorical": {"mean", "variance", *UNORDERED},
    "MultivariateT": {"mean", "variance"}, "Dirichlet": {"mode"}, "PlackettLuce": {"mean", "variance"},
    "LinearChain": {"mean", "variance"}, "Alignment": {"mean", "variance"}, "ZeroOneInflated(Beta)": {"entropy"},
}  # fmt: skip


class _Families:
    def __getattr__(self, name: str) -> Any:
        return FAMILIES[name]


def noises() -> dict[str, Any]:
    found: dict[str, Any] = {name: family(**HELD.get(name, {})) for name, family in FAMILIES.items()}
    return found | {label: make(_Families()) for label, make in WRAPPED.items()}


NOISES = noises()


@pytest.mark.parametrize("label", NOISES)
def test_every_question_has_an_answer_or_a_reason(label: str) -> None:
    loss = lk.derive(NOISES[label])
    subject = Subject(loss)
    outputs, keywords = subject.keywords(subject.draw(2, np.random.default_rng(3), central=True))
    belief = loss.distribution(outputs, **keywords)
    y = np.asarray(belief.sample(0, 4))
    assert not np.isnan(y).any()
    questions: dict[str, Callable[[], Any]] = {
        name: getattr(belief, name) for name in ("mean", "variance", "mode", "median")
    }
    questions |= {name: partial(getattr(belief, name), y) for name in ("cdf", "survival")}
    questions |= {"quantile": partial(belief.quantile, 0.3), "interval": partial(belief.interval, 0.9)}
    allowed = MAY_FAIL.get(label, set()) | (UNORDERED if label in VECTORS else set())
    refused = {}
    for name, ask in questions.items():
        try:
            assert not np.isnan(np.asarray(ask(), dtype=float)).any(), name
        except UndefinedError as reason:
            refused[name] = str(reason)
    assert set(refused) <= allowed, refused
    if label.startswith("Censored"):  # what is learnt depends on how outcomes come to be censored
        with pytest.raises(DerivationError, match="how outcomes come to be censored"):
            loss.fisher(outputs, **keywords)
    else:
        information = loss.fisher(outputs, **keywords)
        assert not np.isnan(information).any()
        assert (np.diagonal(information, axis1=1, axis2=2) >= 0).all()
