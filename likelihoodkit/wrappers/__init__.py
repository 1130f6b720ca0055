"""Noise made of noise: each wrapper takes a noise (or a named loss) and gives another of the same kind."""

from likelihoodkit.wrappers.censored import Censored, Truncated
from likelihoodkit.wrappers.independent import Independent
from likelihoodkit.wrappers.joint import Joint

__all__ = ["Censored", "Independent", "Joint", "Truncated"]
