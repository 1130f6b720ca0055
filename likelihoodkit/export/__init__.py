"""The same loss in the framework a model is trained in; each framework is imported when it is asked for.

boosters.py   `Loss.xgboost`, `Loss.lightgbm`, `Loss.catboost`, over objective.py, start.py and curvature.py
tensors.py    `Loss.torch`, `Loss.jax` and tensors in, tensors out, over torch.py and jax.py
statsmodels.py, skpro.py   `Loss.statsmodels`, `Loss.skpro`
saved.py      noises as plain data
"""

from __future__ import annotations

from likelihoodkit.export import (
    boosters as boosters,
    named as named,
    skpro as skpro,
    statsmodels as statsmodels,
    tensors as tensors,
)
from likelihoodkit.export.objective import Objective
from likelihoodkit.loading.frameworks import framework

__all__ = ["Objective", "boosters", "framework", "named", "skpro", "statsmodels", "tensors"]
