"""What pytest must not import where it is not installed: classes of scikit-learn need scikit-learn."""

from __future__ import annotations

from importlib.util import find_spec

NEEDS = {
    "sklearn": ["likelihoodkit/export/estimators.py", "likelihoodkit/export/booster.py"],
    "torch": ["likelihoodkit/compile/torch.py", "likelihoodkit/export/torch.py"],
    "keras": ["likelihoodkit/export/keras.py"],
    "statsmodels": ["likelihoodkit/export/statsmodels_noise.py"],
    "skpro": ["likelihoodkit/export/skpro_noise.py"],
    "jax": ["likelihoodkit/compile/jax.py", "likelihoodkit/compile/jax_math.py", "likelihoodkit/export/jax.py"],
}
collect_ignore = [path for module, paths in NEEDS.items() if not find_spec(module) for path in paths]
