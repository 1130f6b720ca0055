"""The same loss in the framework a model is trained in; each framework is imported when it is asked for.

boosters.py   `Loss.xgboost`, `Loss.lightgbm`, `Loss.catboost`, over objective.py, start.py and curvature.py
saved.py      noises as plain data            frameworks.py   what to install
"""

from __future__ import annotations

from likelihoodkit.export import boosters as boosters
from likelihoodkit.export.frameworks import framework
from likelihoodkit.export.objective import Objective

__all__ = ["Objective", "boosters", "framework"]
