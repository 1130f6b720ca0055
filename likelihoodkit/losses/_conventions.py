"""How the numbers of a named loss compare with those of other packages: factors, reductions, labels, clipping.

Ours are per row and never averaged, and nothing is clipped. Each line becomes the last of the loss's docstring
(``help(lk.losses.huber(1))``); tests compare the numbers with the packages named here.
"""

from __future__ import annotations

#: loss -> what differs where
CONVENTIONS: dict[str, str] = {
    "squared_error": (
        "(y - a)^2, as in torch and optax.squared_error; optax.l2_loss, scikit-learn's half squared error and "
        "XGBoost's reg:squarederror are half of it."
    ),
    "absolute_error": "|y - a|, as in torch and scikit-learn.",
    "huber": "with 1/2 in the middle, as in torch.nn.HuberLoss, optax and keras, which average.",
    "smooth_l1": "huber(beta)/beta, as in torch.nn.SmoothL1Loss; both are the same at 1.",
    "pseudo_huber": "slope 1 per unit at 0 and delta far out, as in XGBoost's reg:pseudohubererror with huber_slope.",
    "log_cosh": "as in optax and keras; keras averages the last axis.",
    "pinball": "as scikit-learn's PinballLoss and XGBoost's reg:quantileerror; no factor 2.",
    "expectile": "no 1/2; XGBoost's reg:expectileerror is half of it.",
    "squared_log_error": (
        "(log(1 + y) - log(1 + a))^2; XGBoost's reg:squaredlogerror is half of it, keras clips both arguments "
        "from below."
    ),
    "poisson_deviance": (
        "the deviance, with its 2 and the terms of y; torch's poisson_nll_loss, scikit-learn's half Poisson loss "
        "and XGBoost's count:poisson are half of it without terms of y; XGBoost multiplies the curvature by "
        "e^0.7."
    ),
    "gamma_deviance": (
        "the deviance, with its 2; scikit-learn's half gamma loss and XGBoost's reg:gamma are half of it."
    ),
    "tweedie_deviance": (
        "the deviance, with its 2; scikit-learn's half Tweedie loss and XGBoost's reg:tweedie are half of it "
        "without terms of y."
    ),
    "binary_cross_entropy": (
        "on logits, as torch's binary_cross_entropy_with_logits; keras reads probabilities unless told otherwise,"
        " and clips them to [1e-7, 1 - 1e-7]."
    ),
    "hinge": "labels {0, 1} or {-1, +1}; optax and torch take {-1, +1}, XGBoost's binary:hinge {0, 1}.",
    "focal": (
        "no class balance unless alpha is given; keras averages the last axis, and reads probabilities unless "
        "told otherwise."
    ),
    "weighted_cross_entropy": "w1 and w0 weigh the classes; torch's pos_weight is w1 with w0 = 1.",
    "categorical_cross_entropy": (
        "on logits; keras reads probabilities unless told otherwise, divides their rows by the sum and clips "
        "them."
    ),
    "sparse_categorical_cross_entropy": "class indices 0, ..., K - 1; on logits, as torch's cross_entropy.",
    "softmax_cross_entropy": (
        "class indices 0, ..., K - 1, as torch's cross_entropy, which averages; XGBoost's multi:softmax has twice"
        " the diagonal of its Hessian as curvature."
    ),
    "label_smoothing": "amount/K for every class, the true one included, as in torch and keras.",
    "class_weighted": "a row times the weight of its class; torch's mean is over the weights, not the rows.",
    "multiclass_focal": "no class balance; keras's CategoricalFocalCrossentropy multiplies by alpha = 0.25.",
    "symmetric_cross_entropy": (
        "log 0 read as -4, so that a + 4 b (1 - p); optax's poly_loss_cross_entropy is a = 1, b = epsilon/4."
    ),
    "multiclass_hinge": (
        "the largest other score alone, as in optax; torch's multi_margin_loss sums over the other classes and "
        "divides by K."
    ),
    "kl_divergence": (
        "targets first, logits second; torch's kl_div takes log-probabilities first, and its batchmean is the "
        "mean of ours."
    ),
    "cosine_distance": "exact where a row is short; optax divides by the larger of the norm and an epsilon.",
    "contrastive": "y = 1 for a pair that belongs together; in the source it is 0.",
    "triplet": "distances as they are; torch.nn.TripletMarginLoss adds 1e-6 to every difference first.",
    "cosine_embedding": "labels {0, 1} or {-1, +1}; torch takes {-1, +1} and adds an epsilon to the squared norms.",
    "gan_minimax": "both halves added up; torch code often takes their mean.",
    "reconstruction": "all constants kept; torch's gaussian_nll_loss leaves out log(2 pi)/2 unless full=True.",
    "vae_kl": "summed over the latents; log_variance is that of the variance, not of the scale.",
    "ctc": (
        "the sum over the steps of a row; torch's mean divides by the length of each target first. Labels end "
        "with -1; keras pads them with the blank."
    ),
}


def documented(name: str, text: str | None) -> str:
    """A docstring with the loss's line of conventions at its end."""
    if name not in CONVENTIONS:
        return text or ""
    return f"{(text or '').rstrip()}\n\n    Convention: {CONVENTIONS[name]}\n    "
