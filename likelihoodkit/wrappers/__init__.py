"""Noise made of noise: each wrapper takes a noise (or a named loss) and gives another of the same kind."""

from likelihoodkit.wrappers.independent import Independent

__all__ = ["Independent"]
