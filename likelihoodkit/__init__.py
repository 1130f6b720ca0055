"""likelihoodkit: from an assumption about noise to a loss, and back.

The recipe: choose a distribution, let the model predict its parameters, minimise the negative log-likelihood, infer.
Names are loaded when first touched, so that ``import likelihoodkit`` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES: dict[str, tuple[str, ...]] = {
    "declaration": ("Distribution", "NamedLoss", "outcome", "parameter", "held", "shared", "level"),
    "loss": ("Loss", "derive"),
    "predict": ("Belief", "interval", "minimise", "quantile"),
    "errors": (
        "BindingError",
        "ConvergenceWarning",
        "DeclarationError",
        "DerivationError",
        "FitError",
        "InputError",
        "LikelihoodKitError",
        "ShapeError",
        "SupportError",
        "UndefinedError",
        "UnknownNameError",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
_FAMILIES = (
    "AsymmetricLaplace", "Bernoulli", "Beta", "Binomial", "Categorical", "Cauchy", "Exponential", "Gamma", "Geometric",
    "Gumbel", "Huber", "HyperbolicSecant", "InverseGaussian", "Laplace", "LogNormal", "Logistic", "NegativeBinomial",
    "Normal", "Poisson", "StudentT", "VonMises", "Weibull",
)  # fmt: skip
_SUPPORTS = ("real", "positive", "nonnegative", "unit", "counts", "binary", "circle", "simplex", "classes", "counts_up_to")
_MODULES = ("links", "supports", "losses", "data", "families")


def complete() -> None:
    """Load the stages that carry out verbs of earlier nouns (`Loss.predict`, `Bound.sample`, ``print(loss)``)."""
    import_module("likelihoodkit.predict")
    import_module("likelihoodkit.explain")


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        return getattr(import_module(f"likelihoodkit.{_HOME_OF[name]}"), name)
    if name in _FAMILIES:
        return getattr(import_module("likelihoodkit.families"), name)
    if name in _SUPPORTS:
        return getattr(import_module("likelihoodkit.supports"), name)
    if name in _MODULES:
        return import_module(f"likelihoodkit.{name}")
    if not name.startswith("_"):
        words = import_module("likelihoodkit.primitives.words").WORDS
        if name in words:
            return words[name]
    raise AttributeError(f"module 'likelihoodkit' has no attribute {name!r}")
