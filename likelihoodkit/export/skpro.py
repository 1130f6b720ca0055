"""What is believed about each row as a distribution of skpro: its metrics, intervals and pipelines then work on it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from likelihoodkit.errors import BindingError
from likelihoodkit.loading.verbs import register
from likelihoodkit.loss import Loss


@register
def skpro_distribution(loss: Loss, outputs: ArrayLike, index: Any = None, columns: Any = None) -> Any:
    """`Loss.skpro`: a distribution of skpro with one row per row of outputs, (n,) or (n, w).

    Means, variances, densities, cdf and quantiles are the kit's. Raises `BindingError` where outcomes are vectors or
    a number is given with each row.
    """
    domain = loss.bound.family.outcome.domain
    if loss.inputs or loss.shared or domain.vector or domain.entries:
        raise BindingError(
            f"{loss.bound!r}: skpro's distributions hold one number per row, everything else is in the outputs",
            family=loss.name,
            remedy="Hold what is shared or given per row",
        )
    rows = np.asarray(outputs, dtype=np.float64)
    from likelihoodkit.export.skpro_noise import NoiseDistribution

    return NoiseDistribution(loss.bound, rows[:, None] if rows.ndim == 1 else rows, index, columns)
