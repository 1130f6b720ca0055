"""Maximum likelihood: one sample, linear predictors, standard errors.

``lk.fit(noise, y, X)`` is the function `fit`; this package is callable under the same name, because Python binds a
package to its parent whatever else is called so.

prepare.py  reads and checks what was given         start.py    where to begin
design.py   X becomes named full-rank matrices      newton.py   Newton, Fisher scoring, line search
model.py    the sum to be minimised                 kinks.py    absolute error and its kin
estimate.py the function `fit`                      result.py   the answer (predictor.py: for new rows)
"""

from __future__ import annotations

import sys
from types import ModuleType

from likelihoodkit.fit.estimate import fit
from likelihoodkit.fit.result import Fit

__all__ = ["Fit", "fit"]


class _Callable(ModuleType):
    """A module that may be called: ``lk.fit(...)`` works before and after ``import likelihoodkit.fit``."""

    __call__ = staticmethod(fit)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *__all__]


sys.modules[__name__].__class__ = _Callable
