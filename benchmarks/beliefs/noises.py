"""The noises of which beliefs are compared, by kind."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import likelihoodkit as lk
from benchmarks.accuracy.cases import AUDITED
from benchmarks.accuracy.strangers import declared
from benchmarks.accuracy.typed import LAWS
from benchmarks.fits.truths import bound_of

WRAPPED: dict[str, Callable[[], Any]] = {
    "Truncated(Normal, low=0)": lambda: lk.Truncated(lk.Normal, low=0),
    "Truncated(Gamma, low=0.5, high=4)": lambda: lk.Truncated(lk.Gamma, low=0.5, high=4),
    "Truncated(StudentT, low=-1, high=3)": lambda: lk.Truncated(lk.StudentT, low=-1, high=3),
    "Truncated(Poisson, low=1)": lambda: lk.Truncated(lk.Poisson, low=1),
    "Truncated(Beta, low=0.2, high=0.9)": lambda: lk.Truncated(lk.Beta, low=0.2, high=0.9),
    "Truncated(NegativeBinomial, low=1, high=12)": lambda: lk.Truncated(lk.NegativeBinomial, low=1, high=12),
    "Truncated(Weibull, high=2)": lambda: lk.Truncated(lk.Weibull, high=2),
    "Truncated(Laplace, low=-1)": lambda: lk.Truncated(lk.Laplace, low=-1),
    "Truncated(Skellam, low=-2)": lambda: lk.Truncated(lk.Skellam, low=-2),
    "Truncated(Hurdle(Gamma), high=4)": lambda: lk.Truncated(lk.Hurdle(lk.Gamma), high=4),
    "Truncated(Tweedie, high=3)": lambda: lk.Truncated(lk.Tweedie(power=1.5), high=3),
    "Truncated(Tweedie, low=0.5)": lambda: lk.Truncated(lk.Tweedie(power=1.5), low=0.5),
    "Truncated(Transformed(Normal, log), high=3)": lambda: lk.Truncated(lk.Transformed(lk.Normal, lk.log), high=3),
    "Truncated(ZeroInflated(Poisson), high=4)": lambda: lk.Truncated(lk.ZeroInflated(lk.Poisson), high=4),
    "Truncated(Mixture(Normal), low=-1)": lambda: lk.Truncated(lk.Mixture(lk.Normal, components=2), low=-1),
    "Truncated(Discretised(Normal), low=-2)": lambda: lk.Truncated(lk.Discretised(lk.Normal), low=-2),
    "ZeroInflated(Poisson)": lambda: lk.ZeroInflated(lk.Poisson),
    "ZeroInflated(NegativeBinomial)": lambda: lk.ZeroInflated(lk.NegativeBinomial),
    "ZeroInflated(GeneralizedPoisson)": lambda: lk.ZeroInflated(lk.GeneralizedPoisson),
    "ZeroInflated(Binomial)": lambda: lk.ZeroInflated(lk.Binomial(trials=9)),
    "ZeroInflated(Mixture(Poisson))": lambda: lk.ZeroInflated(lk.Mixture(lk.Poisson, components=2)),
    "ZeroInflated(Truncated(Poisson, high=5))": lambda: lk.ZeroInflated(lk.Truncated(lk.Poisson, high=5)),
    "Hurdle(Gamma)": lambda: lk.Hurdle(lk.Gamma),
    "Hurdle(LogNormal)": lambda: lk.Hurdle(lk.LogNormal),
    "Hurdle(NegativeBinomial)": lambda: lk.Hurdle(lk.NegativeBinomial),
    "Hurdle(Weibull)": lambda: lk.Hurdle(lk.Weibull),
    "ZeroOneInflated(Beta)": lambda: lk.ZeroOneInflated(lk.Beta),
    "ZeroOneInflated(Kumaraswamy)": lambda: lk.ZeroOneInflated(lk.Kumaraswamy),
    "Mixture(Normal)": lambda: lk.Mixture(lk.Normal, components=2),
    "Mixture(Gamma)": lambda: lk.Mixture(lk.Gamma, components=3),
    "Mixture(Poisson)": lambda: lk.Mixture(lk.Poisson, components=2),
    "Mixture(StudentT)": lambda: lk.Mixture(lk.StudentT, components=2),
    "Mixture(Beta)": lambda: lk.Mixture(lk.Beta, components=2),
    "Mixture(Hurdle(Gamma))": lambda: lk.Mixture(lk.Hurdle(lk.Gamma), components=2),
    "Mixture(Normal, Laplace)": lambda: lk.Mixture([lk.Normal, lk.Laplace]),
    "Mixture(Truncated(Normal, low=0))": lambda: lk.Mixture(lk.Truncated(lk.Normal, low=0), components=2),
    "Mixture(ZeroInflated(Poisson))": lambda: lk.Mixture(lk.ZeroInflated(lk.Poisson), components=2),
    "Mixture(Tweedie)": lambda: lk.Mixture(lk.Tweedie(power=1.5), components=2),
    "Mixture(Discretised(Gamma))": lambda: lk.Mixture(lk.Discretised(lk.Gamma), components=2),
    "Mixture(Mixture(Normal), Laplace)": lambda: lk.Mixture([lk.Mixture(lk.Normal, components=2), lk.Laplace]),
    "Mixture(ZeroOneInflated(Beta))": lambda: lk.Mixture(
        [lk.ZeroOneInflated(lk.Beta), lk.ZeroOneInflated(lk.Kumaraswamy)]
    ),
    "Mixture(Binomial)": lambda: lk.Mixture(lk.Binomial(trials=9), components=2),
    "Mixture(Bernoulli)": lambda: lk.Mixture([lk.Bernoulli, lk.Bernoulli]),
    "Hurdle(Discretised(Gamma))": lambda: lk.Hurdle(lk.Discretised(lk.Gamma)),
    "Hurdle(Truncated(Poisson, high=6))": lambda: lk.Hurdle(lk.Truncated(lk.Poisson, high=6)),
    "Hurdle(Truncated(Normal, low=1))": lambda: lk.Hurdle(lk.Truncated(lk.Normal, low=1)),
    "Hurdle(Mixture(Gamma))": lambda: lk.Hurdle(lk.Mixture(lk.Gamma, components=2)),
    "Hurdle(Transformed(Normal, log))": lambda: lk.Hurdle(lk.Transformed(lk.Normal, lk.log)),
    "Hurdle(Pareto)": lambda: lk.Hurdle(lk.Pareto(minimum=1)),
    "Discretised(Hurdle(Gamma))": lambda: lk.Discretised(lk.Hurdle(lk.Gamma)),
    "Discretised(Transformed(Normal, log))": lambda: lk.Discretised(lk.Transformed(lk.Normal, lk.log)),
    "Transformed(Truncated(Normal, low=0), sqrt)": lambda: lk.Transformed(lk.Truncated(lk.Normal, low=0), lk.sqrt),
    "Transformed(Mixture(Normal), log)": lambda: lk.Transformed(lk.Mixture(lk.Normal, components=2), lk.log),
    "Transformed(Gamma, exp)": lambda: lk.Transformed(lk.Gamma, lk.exp),
    "Transformed(Beta, sigmoid)": lambda: lk.Transformed(lk.Beta, lk.sigmoid),
    "Transformed(Normal, asinh)": lambda: lk.Transformed(lk.Normal, lk.asinh),
    "Mixture(VonMises)": lambda: lk.Mixture(lk.VonMises, components=2),
    "Discretised(Normal)": lambda: lk.Discretised(lk.Normal),
    "Discretised(Gamma)": lambda: lk.Discretised(lk.Gamma),
    "Discretised(Logistic)": lambda: lk.Discretised(lk.Logistic),
    "Discretised(Mixture(Normal))": lambda: lk.Discretised(lk.Mixture(lk.Normal, components=2)),
    "Discretised(Truncated(Normal, low=0))": lambda: lk.Discretised(lk.Truncated(lk.Normal, low=0)),
    "Transformed(Normal, log)": lambda: lk.Transformed(lk.Normal, lk.log),
    "Transformed(StudentT, log)": lambda: lk.Transformed(lk.StudentT, lk.log),
    "Transformed(Logistic, logit)": lambda: lk.Transformed(lk.Logistic, logit, on=lk.unit),
    "Mislabelled(Bernoulli)": lambda: lk.Mislabelled(lk.Bernoulli, [0.1, 0.2]),
}


def logit(y: Any) -> Any:
    """A scale of one's own."""
    return lk.log(y) - lk.log1p(-y)


#: the noises of a kind, by name
KINDS: dict[str, Callable[[], dict[str, Callable[[], Any]]]] = {
    "families": lambda: {name: partial(bound_of, name) for name in AUDITED},
    "wrapped": lambda: WRAPPED,
    "typed": lambda: {name: partial(declared, name, law) for name, law in LAWS.items()},
}
