"""Noise made of noise: each wrapper takes a noise (or a named loss) and gives another of the same kind."""

from likelihoodkit.wrappers.censored import Censored, Truncated
from likelihoodkit.wrappers.independent import Independent
from likelihoodkit.wrappers.inflated import Hurdle, ZeroInflated, ZeroOneInflated
from likelihoodkit.wrappers.joint import Joint
from likelihoodkit.wrappers.mixture import Mixture

__all__ = ["Censored", "Hurdle", "Independent", "Joint", "Mixture", "Truncated", "ZeroInflated", "ZeroOneInflated"]
