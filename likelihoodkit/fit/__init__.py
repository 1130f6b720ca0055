"""Maximum likelihood: one sample, linear predictors, standard errors.

``lk.fit(noise, y, X)`` is the function `fit`; this package is callable under the same name, because Python binds a
package to its parent whatever else is called so.

prepare.py  reads and checks what was given         start.py    where to begin
design.py   X becomes named full-rank matrices      newton.py   Newton, Fisher scoring, line search
model.py    the sum to be minimised                 kinks.py    absolute error and its kin
estimate.py the function `fit`                      result.py   the answer (predictor.py: for new rows)
corners.py  where losses have kinks              descent.py  minima that lie at kinks of rows
formula.py  "y ~ x" becomes y and designs           constrained.py  linear equations between coefficients
inference.py  intervals, sandwich, likelihood ratio blocks.py   rows in blocks, more than memory holds
"""

from __future__ import annotations

from likelihoodkit.fit.estimate import fit
from likelihoodkit.fit.result import Fit
from likelihoodkit.loading.callables import make_callable

__all__ = ["Fit", "fit"]


make_callable(__name__, fit)
