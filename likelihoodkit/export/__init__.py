"""The same loss in the framework a model is trained in; each framework is imported when it is asked for.

boosters.py   `Loss.xgboost`, `Loss.lightgbm`, `Loss.catboost`, over objective.py, start.py and curvature.py
saved.py      noises as plain data
"""

from __future__ import annotations

from likelihoodkit.export import boosters as boosters
from likelihoodkit.export.objective import Objective
from likelihoodkit.frameworks import framework

__all__ = ["Objective", "boosters", "framework"]
