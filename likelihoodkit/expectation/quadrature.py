"""Adaptive Gauss-Kronrod quadrature over the outcomes of many rows at once.

The rule is that of QUADPACK's ``qk21`` with its error estimate (Piessens et al., 1983): 21 nodes, checked by 10 of
them. Panels whose error is too large are halved, so a kink costs a few dozen panels and no accuracy.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.errors import DerivationError, UndefinedError
from likelihoodkit.expectation.coordinates import Coordinates, coordinates
from likelihoodkit.expectation.density import Density, Function

Array = NDArray[Any]

#: edges of the first panels on either side of the centre, in t
EDGES = np.array([0, 0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 7, 10, 15, 22, 32, 48, 72, 110, 160, 240, 360, 520, 700.0])
#: a panel is fine when its error is below this share of the integral of the absolute value
TOLERANCE = 1e-14
#: an answer whose estimated error, or mass left out, is above this share is refused
CERTIFIED = 1e-10
#: nodes evaluated at a time
BATCH = 1 << 19
DEEPEST = 60


@lru_cache(maxsize=1)
def kronrod() -> tuple[Array, Array, Array]:
    """Nodes (21,) in [-1, 1], their Kronrod weights, and the weights of the 10-point Gauss rule (0 where unused).

    Computed: the Kronrod nodes interlace the Gauss nodes so that the rule is exact to degree 31; the Stieltjes
    polynomial's roots follow from its orthogonality to P10.
    """
    nodes, weights = np.polynomial.legendre.leggauss(10)
    # Stieltjes polynomial E11 = sum of odd Legendre polynomials with the integral of P10 E11 P_k zero for k = 1, 3, ...
    fine, fine_weights = np.polynomial.legendre.leggauss(40)
    basis = np.polynomial.legendre.legvander(fine, 11)
    odd = [1, 3, 5, 7, 9, 11]
    system = np.array([[np.sum(fine_weights * basis[:, 10] * basis[:, j] * basis[:, k]) for j in odd] for k in odd])
    unknown = np.linalg.solve(system[:5, :5], -system[:5, 5]) if abs(np.linalg.det(system[:5, :5])) > 0 else None
    assert unknown is not None
    coefficients = np.zeros(12)
    coefficients[odd[:5]], coefficients[11] = unknown, 1.0
    extra = np.polynomial.legendre.legroots(coefficients)
    return nodes, weights, extra
