"""likelihoodkit: from an assumption about noise to a loss, and back.

The recipe: choose a distribution, let the model predict its parameters, minimise the negative log-likelihood, infer.
Names are loaded when first touched, so that ``import likelihoodkit`` stays light.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from likelihoodkit.families import FAMILIES

if TYPE_CHECKING:
    from likelihoodkit import data as data, families as families, links as links, losses as losses, supports as supports
    from likelihoodkit.certify import Report as Report, check as check
    from likelihoodkit.declaration import (
        Distribution as Distribution,
        NamedLoss as NamedLoss,
        alternative as alternative,
        held as held,
        level as level,
        outcome as outcome,
        parameter as parameter,
        shared as shared,
    )
    from likelihoodkit.elicit import Functional as Functional, elicits as elicits, is_proper as is_proper
    from likelihoodkit.errors import *  # noqa: F403
    from likelihoodkit.explain import explain as explain
    from likelihoodkit.export.booster import Booster as Booster
    from likelihoodkit.export.estimators import Classifier as Classifier, Regressor as Regressor
    from likelihoodkit.families import *  # noqa: F403
    from likelihoodkit.fit import Fit as Fit, fit as fit
    from likelihoodkit.loss import Loss as Loss, derive as derive
    from likelihoodkit.predict import Belief as Belief, interval as interval, minimise as minimise, quantile as quantile
    from likelihoodkit.primitives.words import *  # noqa: F403
    from likelihoodkit.prove import Proof as Proof, prove as prove
    from likelihoodkit.reverse import Noise as Noise, reverse as reverse
    from likelihoodkit.wrappers import (
        Censored as Censored,
        Discretised as Discretised,
        Hurdle as Hurdle,
        Independent as Independent,
        Joint as Joint,
        Mislabelled as Mislabelled,
        Mixture as Mixture,
        Transformed as Transformed,
        Truncated as Truncated,
        ZeroInflated as ZeroInflated,
        ZeroOneInflated as ZeroOneInflated,
    )

__version__ = "0.1.0"

#: public name -> the module it lives in; the words of formulas are looked up in `primitives.words`
_HOMES: dict[str, tuple[str, ...]] = {
    "declaration": ("Distribution", "NamedLoss", "outcome", "parameter", "alternative", "held", "shared", "level"),
    "loss": ("Loss", "derive"),
    "predict": ("Belief", "interval", "minimise", "quantile"),
    "prove": ("Proof", "prove"),
    "elicit": ("Functional", "elicits", "is_proper"),
    "reverse": ("Noise", "reverse"),
    "certify": ("Report", "check"),
    "explain": ("Explanation", "explain"),
    "fit": ("Fit", "fit"),
    "wrappers": (
        "Censored", "Discretised", "Hurdle", "Independent", "Joint", "Mislabelled",
        "Mixture", "Transformed", "Truncated", "ZeroInflated", "ZeroOneInflated",
    ),
    "export.estimators": ("Classifier", "Regressor"),
    "export.booster": ("Booster",),
    "diagnose": ("Comparison", "Diagnosis", "Suggestion", "compare", "diagnose", "suggest"),
    "errors": (
        "BindingError", "ConvergenceWarning", "DeclarationError", "DerivationError", "FitError", "InputError",
        "LikelihoodKitError", "MissingExtraError", "ShapeError", "SupportError", "UndefinedError", "UnknownNameError",
    ),
    "families": tuple(FAMILIES),
    "supports": (
        "real", "positive", "nonnegative", "unit", "counts", "binary", "circle", "simplex", "classes", "counts_up_to",
    ),
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
_MODULES = ("links", "supports", "losses", "corrections", "data", "families")

#: homes of classes that are scikit-learn's: ``import *`` leaves them out without it; by name they say what to install
_ESTIMATORS = () if find_spec("sklearn") else ("export.estimators", "export.booster")

__all__ = [*(name for name, home in _HOME_OF.items() if home not in _ESTIMATORS), *_MODULES]  # noqa: PLE0604


def complete() -> None:
    """Load the stages that carry out verbs of earlier nouns (`Loss.predict`, `Bound.sample`, ``print(loss)``)."""
    import_module("likelihoodkit.predict")
    import_module("likelihoodkit.explain")
    import_module("likelihoodkit.export")


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        home = import_module(f"likelihoodkit.{_HOME_OF[name]}")
        # a package that is a verb (fit, prove, explain) is itself what the name means
        return home if _HOME_OF[name] == name else getattr(home, name)
    if name in _MODULES:
        return import_module(f"likelihoodkit.{name}")
    # ``from likelihoodkit import kept`` asks for the attribute first: a module is no word of formulas
    if not name.startswith("_") and find_spec(f"likelihoodkit.{name}") is None:
        words = import_module("likelihoodkit.primitives.words").WORDS
        if name in words:
            return words[name]
    told = f"module 'likelihoodkit' has no attribute {name!r}"
    if not name.startswith("_"):
        near = import_module("likelihoodkit.loading.names").meant(name, __all__)
        told += f". {near}" if near else ""
    raise AttributeError(told)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME_OF, *_MODULES})
