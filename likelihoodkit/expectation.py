"""Expectations over the outcome, computed by exact sums and quadrature; never by sampling."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.compile import Runner
from likelihoodkit.errors import DerivationError
from likelihoodkit.nll import Derivation
from likelihoodkit.rows import Rows


def expected_outer_product(derivation: Derivation, fused: Runner, rows: Rows) -> NDArray[Any]:
    """E[score score'] of each row, (n, w, w)."""
    raise DerivationError(f"{derivation.bound.name}: not yet")
