"""Every error of the kit.

LikelihoodKitError
├── DeclarationError            a family, a loss or a link is written wrongly
│   └── BindingError            a parameter is bound to something it cannot be
├── InputError                  an array handed in does not fit  (also a ValueError)
│   ├── ShapeError              wrong number of rows, columns or axes
│   ├── SupportError            a value outside the support or a parameter's domain
│   └── UnknownNameError        a name nobody declared           (also a KeyError)
├── DerivationError             the symbolic recipe cannot go on
│   └── UndefinedError          a quantity that does not exist   (the mean of a Cauchy)
├── FitError                    a fit cannot be had              (a singular design)
└── MissingExtraError           a framework is not installed     (also an ImportError)

Errors carry data: ``family``, ``parameter``, ``index``, ``value``, ``remedy`` where they apply, so that a
program can react without reading the sentence.
"""

from __future__ import annotations

from typing import Any


class LikelihoodKitError(Exception):
    """Base of all errors of the kit; keeps the facts behind the sentence as attributes.

    ``family``, ``parameter``, ``index``, ``value`` and ``remedy``: what is known of them, else None.

    >>> import likelihoodkit as lk
    >>> try:
    ...     lk.derive(lk.Poisson)([1, 2.5], [0.0, 0.0])
    ... except lk.LikelihoodKitError as problem:
    ...     print(problem.family, problem.index, problem.value)
    Poisson 1 2.5
    """

    def __init__(
        self,
        message: str,
        *,
        family: str | None = None,
        parameter: str | None = None,
        index: Any = None,
        value: Any = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(f"{message}. {remedy}" if remedy else message)
        self.family = family
        self.parameter = parameter
        self.index = index
        self.value = value
        self.remedy = remedy

    def about(self, family: str) -> LikelihoodKitError:
        """The same error, saying of which family it is told."""
        if self.family is not None:
            return self
        told = type(self)(
            f"{family}: {self}", family=family, parameter=self.parameter, index=self.index, value=self.value
        )
        told.remedy = self.remedy
        return told


class DeclarationError(LikelihoodKitError, TypeError):
    """A family, loss or link is written wrongly; raised where it is declared."""


class BindingError(DeclarationError, ValueError):
    """A parameter is bound to a number, link or name that does not fit its domain."""


class InputError(LikelihoodKitError, ValueError):
    """An argument does not fit; the message says which, where and what to do."""


class ShapeError(InputError):
    """Wrong number of rows, columns or axes; nothing is broadcast by accident."""


class SupportError(InputError):
    """A value outside the support of a family or the domain of a parameter."""


class UnknownNameError(InputError, KeyError):
    """A name that nobody declared; the message lists the names that exist."""

    def __str__(self) -> str:  # KeyError would print the repr of the message
        return str(self.args[0])


class DerivationError(LikelihoodKitError):
    """The symbolic recipe cannot be carried further."""


class UndefinedError(DerivationError, ValueError):
    """A quantity that does not exist, such as the mean of a Cauchy."""


class FitError(LikelihoodKitError, ValueError):
    """A fit cannot be had: a singular design, too few rows, no finite start."""


class MissingExtraError(LikelihoodKitError, ImportError):
    """A framework was asked for that is not installed; the message says how to install it."""


class ConvergenceWarning(UserWarning):
    """A fit stopped before its gradient vanished; carries the gradient norm in its text."""
