"""What pytest must not import where it is not installed: classes of scikit-learn need scikit-learn."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore = (
    [] if find_spec("sklearn") else ["likelihoodkit/export/estimators.py", "likelihoodkit/export/booster.py"]
)
