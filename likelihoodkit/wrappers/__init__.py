"""Noise made of noise: each wrapper takes a noise (or a named loss) and gives another of the same kind."""

from likelihoodkit.wrappers.censored import Censored, Truncated
from likelihoodkit.wrappers.independent import Independent
from likelihoodkit.wrappers.inflated import Hurdle, ZeroInflated, ZeroOneInflated
from likelihoodkit.wrappers.joint import Joint
from likelihoodkit.wrappers.mixture import Mixture
from likelihoodkit.wrappers.seen import Discretised, Mislabelled, Transformed

__all__ = [
    "Censored", "Discretised", "Hurdle", "Independent", "Joint", "Mislabelled", "Mixture", "Transformed", "Truncated",
    "ZeroInflated", "ZeroOneInflated",
]  # fmt: skip
