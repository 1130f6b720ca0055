"""What some losses are about that no noise is: costs, channels, steps that do not count."""

from __future__ import annotations

from dataclasses import replace

from likelihoodkit.supports import Support, label_paths, real_vector

positive_vector = replace(
    real_vector, name="positive vector", words="rows of positive numbers", low=0.0, typical=(0.2, 5.0)
)
costs = replace(positive_vector, name="costs", words="rows of costs of zero or more", closed_low=True, fewest=1)
channel = Support(
    "channel",
    "square matrices of probabilities, matrix[truth][seen], whose rows sum to one, with no column of zeros",
    low=0.0,
    high=1.0,
    closed_low=True,
    closed_high=True,
    vector=True,
    sums_to_one=True,
    layout="square",
    special=True,
    remedy="matrix[truth][seen] is how often a case of class truth carries the label seen",
)
padded_label_paths = replace(
    label_paths,
    name="padded label paths",
    words="label sequences: a class 0, ..., K - 1 for each step, or -1 for a step that does not count",
    low=-1.0,
    remedy="Give one label per step; pad shorter sequences with -1",
)
