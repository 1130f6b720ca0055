"""What some losses are about that no noise is: costs, channels, steps that do not count, embeddings."""

from __future__ import annotations

from dataclasses import replace

from likelihoodkit.supports import Support, label_paths, real_vector, unit

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

# -- inputs with names: those of one support have one width ---------------------------------------------------------

embeddings = replace(real_vector, name="embeddings", words="embeddings, a row of d numbers each", fewest=1)
directions = replace(
    embeddings,
    name="directions",
    words="embeddings with a direction",
    remedy="Drop rows of zeros; a network that makes them has died",
)
like_scores = replace(embeddings, name="like scores", words="similarities to what belongs together")
unlike_scores = replace(embeddings, name="unlike scores", words="similarities to what does not belong")
data_rows = replace(embeddings, name="data rows", words="rows of D data")
latents = replace(embeddings, name="latents", words="rows of latent numbers")
zero_to_one = replace(
    unit, name="zero to one", words="numbers from 0 to 1", closed_low=True, closed_high=True, remedy=""
)
