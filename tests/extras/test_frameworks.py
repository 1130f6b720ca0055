"""Values and gradients of named losses against torch.nn.functional, optax and scikit-learn's loss module, live.

Each row says how the conventions differ, if they do. torch is asked for gradients by autograd, optax by jax.grad.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from sklearn._loss import loss as sklearn_loss

from likelihoodkit import losses

jax.config.update("jax_enable_x64", True)
RNG = np.random.default_rng(17)
N, K = 60, 4
REAL, GUESS = 2 * RNG.normal(size=N), 2 * RNG.normal(size=N)
POSITIVE = RNG.gamma(2.0, 1.5, N)
COUNTS = np.round(POSITIVE)
LABELS = RNG.integers(0, 2, N).astype(float)
SIGNS = 2 * LABELS - 1
CLASSES, LOGITS = RNG.integers(0, K, N), 3 * RNG.normal(size=(N, K))
TARGETS = RNG.dirichlet(np.ones(K), N)
WEIGHTS = np.array([0.5, 1.0, 2.0, 3.0])
LOG_TARGETS = np.log(TARGETS)
FIRST, SECOND, THIRD = RNG.normal(size=(3, N, 5))


def t(array):
    return torch.tensor(array)


def classes(array):
    return torch.tensor(array, dtype=torch.int64)


def scaled(loss, factor):
    """Our loss times a number, as (value, gradient)."""
    return lambda *arrays: tuple(factor * part for part in loss.value_and_gradient(*arrays))


#: name -> (ours as (value, gradient), y, outputs, torch's value per row from the tensor of outputs)
TORCH = {
    "squared_error": (losses.squared_error, REAL, GUESS, lambda a: F.mse_loss(a, t(REAL), reduction="none")),
    "absolute_error": (losses.absolute_error, REAL, GUESS, lambda a: F.l1_loss(a, t(REAL), reduction="none")),
    "huber": (losses.huber(0.7), REAL, GUESS, lambda a: F.huber_loss(a, t(REAL), reduction="none", delta=0.7)),
    "smooth_l1": (
        losses.smooth_l1(0.7), REAL, GUESS, lambda a: F.smooth_l1_loss(a, t(REAL), reduction="none", beta=0.7)
    ),
    "binary_cross_entropy": (
        losses.binary_cross_entropy, LABELS, GUESS,
        lambda a: F.binary_cross_entropy_with_logits(a, t(LABELS), reduction="none"),
    ),
    "weighted_cross_entropy": (  # pos_weight is w1 over w0 = 1
        losses.weighted_cross_entropy(1.0, 3.0), LABELS, GUESS,
        lambda a: F.binary_cross_entropy_with_logits(a, t(LABELS), reduction="none", pos_weight=t(3.0)),
    ),
    "softmax_cross_entropy": (
        losses.softmax_cross_entropy, CLASSES, LOGITS, lambda z: F.cross_entropy(z, classes(CLASSES), reduction="none")
    ),
    "sparse_categorical_cross_entropy": (
        losses.sparse_categorical_cross_entropy, CLASSES, LOGITS,
        lambda z: F.nll_loss(F.log_softmax(z, 1), classes(CLASSES), reduction="none"),
    ),
    "categorical_cross_entropy": (
        losses.categorical_cross_entropy, TARGETS, LOGITS, lambda z: F.cross_entropy(z, t(TARGETS), reduction="none")
    ),
    "label_smoothing": (
        losses.label_smoothing(0.2), CLASSES, LOGITS,
        lambda z: F.cross_entropy(z, classes(CLASSES), reduction="none", label_smoothing=0.2),
    ),
    "class_weighted": (
        losses.class_weighted(WEIGHTS), CLASSES, LOGITS,
        lambda z: F.cross_entropy(z, classes(CLASSES), weight=t(WEIGHTS), reduction="none"),
    ),
    "kl_divergence": (
        losses.kl_divergence, TARGETS, LOGITS,
        lambda z: F.kl_div(F.log_softmax(z, 1), t(TARGETS), reduction="none").sum(1),
    ),
    "poisson_deviance": (  # torch leaves out what does not depend on the prediction, and the 2
        losses.poisson_deviance, COUNTS, GUESS / 2,
        lambda f: 2 * (F.poisson_nll_loss(f, t(COUNTS), reduction="none") + t(_saturated(COUNTS))),
    ),
    "multiclass_hinge": (  # torch sums over all other classes and divides by K; with two classes that is half of ours
        losses.multiclass_hinge, LABELS, LOGITS[:, :2],
        lambda z: 2 * F.multi_margin_loss(z, classes(LABELS), reduction="none"),
    ),
    "hinge": (  # torch's hinge_embedding_loss takes a distance: x for y = 1, max(0, 1 - x) for y = -1
        losses.hinge, np.zeros(N), GUESS, lambda a: F.hinge_embedding_loss(-a, -torch.ones(N), reduction="none")
    ),
}  # fmt: skip


def _saturated(y):
    return np.where(y > 0, y * np.log(np.where(y > 0, y, 1)), 0) - y


@pytest.mark.parametrize("name", TORCH)
def test_torch(name):
    ours, y, outputs, theirs = TORCH[name]
    variable = t(outputs).clone().requires_grad_(True)
    value = theirs(variable)
    value.sum().backward()
    mine = ours.value_and_gradient(y, outputs)
    assert np.allclose(mine[0], value.detach().numpy(), rtol=1e-12, atol=1e-13)
    assert np.allclose(mine[1], variable.grad.numpy(), rtol=1e-11, atol=1e-13)


#: losses of several arrays: name -> (ours, arrays by name, torch's from tensors by name)
PAIRS = {
    "triplet": (  # torch adds 1e-6 to every coordinate of a difference; asked for none
        losses.triplet(1.0),
        {"anchor": FIRST, "positive": SECOND, "negative": THIRD},
        lambda anchor, positive, negative: F.triplet_margin_loss(
            anchor, positive, negative, margin=1.0, eps=0.0, reduction="none"
        ),
    ),
    "soft_triplet": (
        losses.soft_triplet,
        {"anchor": FIRST, "positive": SECOND, "negative": THIRD},
        lambda anchor, positive, negative: F.soft_margin_loss(
            F.pairwise_distance(anchor, negative, eps=0) - F.pairwise_distance(anchor, positive, eps=0),
            torch.ones(N, dtype=torch.float64), reduction="none",
        ),
    ),
    "cosine_embedding": (
        losses.cosine_embedding(0.1),
        {"first": FIRST, "second": SECOND},
        lambda first, second: F.cosine_embedding_loss(first, second, t(SIGNS), margin=0.1, reduction="none"),
    ),
    "contrastive": (  # torch has none: written out
        losses.contrastive(2.0),
        {"first": FIRST, "second": SECOND},
        lambda first, second: torch.where(
            t(LABELS) == 1,
            F.pairwise_distance(first, second, eps=0) ** 2 / 2,
            F.relu(2.0 - F.pairwise_distance(first, second, eps=0)) ** 2 / 2,
        ),
    ),
    "gan_minimax": (
        losses.gan_minimax,
        {"real": REAL, "fake": GUESS},
        lambda real, fake: F.binary_cross_entropy_with_logits(real, torch.ones_like(real), reduction="none")
        + F.binary_cross_entropy_with_logits(fake, torch.zeros_like(fake), reduction="none"),
    ),
    "reconstruction": (  # torch leaves out log(2 pi)/2 unless asked
        losses.reconstruction(scale=0.5),
        {"decoded": FIRST},
        lambda decoded: F.gaussian_nll_loss(
            decoded, t(SECOND), torch.full_like(decoded, 0.25), full=True, reduction="none"
        ).sum(1),
    ),
    "vae_kl": (
        losses.vae_kl,
        {"mean": FIRST, "log_variance": SECOND},
        lambda mean, log_variance: torch.distributions.kl_divergence(
            torch.distributions.Normal(mean, (log_variance / 2).exp()), torch.distributions.Normal(0.0, 1.0)
        ).sum(1),
    ),
}  # fmt: skip
GIVEN = {"cosine_embedding": SIGNS, "contrastive": LABELS, "reconstruction": SECOND}


@pytest.mark.parametrize("name", PAIRS)
def test_torch_pairs(name):
    ours, arrays, theirs = PAIRS[name]
    variables = {key: t(array).clone().requires_grad_(True) for key, array in arrays.items()}
    value = theirs(**variables)
    value.sum().backward()
    mine = ours.value_and_gradient(**({"y": GIVEN[name]} if name in GIVEN else {}), **arrays)
    assert np.allclose(mine[0], value.detach().numpy(), rtol=1e-11, atol=1e-12)
    for key, variable in variables.items():
        assert np.allclose(mine[1][key], variable.grad.numpy(), rtol=1e-10, atol=1e-12)


def test_torch_has_nan_or_noise_where_points_are_equal():
    """Ours is 0; torch's own distance without its 1e-6 has 0 too, a square root of a sum of squares NaN."""
    point = torch.zeros(1, 3, dtype=torch.float64, requires_grad=True)
    ((point - 0.0) ** 2).sum().sqrt().backward()
    assert torch.isnan(point.grad).all()
    zeros = np.zeros((1, 3))
    assert not losses.triplet(1.0).gradient(zeros, zeros, zeros)["anchor"].any()


def test_torch_ctc():
    logits, labels = RNG.normal(size=(5, 8, 4)), RNG.integers(1, 4, (5, 3))
    variable = t(logits).clone().requires_grad_(True)
    log_probs = F.log_softmax(variable, 2).transpose(0, 1)
    lengths = (torch.full((5,), 8), torch.full((5,), 3))
    value = F.ctc_loss(log_probs, classes(labels), *lengths, blank=0, reduction="none")
    value.sum().backward()
    mine = losses.ctc.value_and_gradient(labels, logits)
    assert np.allclose(mine[0], value.detach().numpy(), rtol=1e-11)
    assert np.allclose(mine[1], variable.grad.numpy(), atol=1e-12)


#: name -> (ours, y, outputs, optax's value per row from the outputs)
OPTAX = {
    "squared_error": (losses.squared_error, REAL, GUESS, lambda a: optax.losses.squared_error(a, REAL)),
    "huber": (losses.huber(0.7), REAL, GUESS, lambda a: optax.losses.huber_loss(a, REAL, delta=0.7)),
    "log_cosh": (losses.log_cosh, REAL, GUESS, lambda a: optax.losses.log_cosh(a, REAL)),
    "hinge": (losses.hinge, SIGNS, GUESS, lambda a: optax.losses.hinge_loss(a, SIGNS)),
    "binary_cross_entropy": (
        losses.binary_cross_entropy, LABELS, GUESS, lambda a: optax.losses.sigmoid_binary_cross_entropy(a, LABELS)
    ),
    "focal": (losses.focal(2.0), LABELS, GUESS, lambda a: optax.losses.sigmoid_focal_loss(a, LABELS, gamma=2.0)),
    "softmax_cross_entropy": (
        losses.softmax_cross_entropy, CLASSES, LOGITS,
        lambda z: optax.losses.softmax_cross_entropy_with_integer_labels(z, CLASSES),
    ),
    "categorical_cross_entropy": (
        losses.categorical_cross_entropy, TARGETS, LOGITS, lambda z: optax.losses.softmax_cross_entropy(z, TARGETS)
    ),
    "kl_divergence": (
        losses.kl_divergence, TARGETS, LOGITS, lambda z: optax.losses.kl_divergence(jax.nn.log_softmax(z), TARGETS)
    ),
    "cosine_distance": (  # optax takes 1 - cos as it is written
        losses.cosine_distance, FIRST, SECOND, lambda a: optax.losses.cosine_distance(a, FIRST)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OPTAX)
def test_optax(name):
    ours, y, outputs, theirs = OPTAX[name]
    mine = ours.value_and_gradient(y, outputs)
    assert np.allclose(mine[0], theirs(jnp.asarray(outputs)), rtol=1e-11, atol=1e-13)
    gradient = jax.grad(lambda a: theirs(a).sum())(jnp.asarray(outputs))
    assert np.allclose(mine[1], gradient, rtol=1e-10, atol=1e-12)


#: name -> (ours as value and gradient, y, raw prediction, scikit-learn's loss, what theirs leaves out)
SKLEARN = {
    "squared_error": (scaled(losses.squared_error, 0.5), REAL, GUESS, sklearn_loss.HalfSquaredError(), 0.0),
    "absolute_error": (losses.absolute_error.value_and_gradient, REAL, GUESS, sklearn_loss.AbsoluteError(), 0.0),
    "pinball": (losses.pinball(0.8).value_and_gradient, REAL, GUESS, sklearn_loss.PinballLoss(quantile=0.8), 0.0),
    "huber": (losses.huber(0.7).value_and_gradient, REAL, GUESS, sklearn_loss.HuberLoss(delta=0.7), 0.0),
    "poisson_deviance": (  # half, without y log y - y
        scaled(losses.poisson_deviance, 0.5), POSITIVE, GUESS, sklearn_loss.HalfPoissonLoss(), _saturated(POSITIVE)
    ),
    "gamma_deviance": (  # half, without -log y - 1
        scaled(losses.gamma_deviance, 0.5), POSITIVE, GUESS, sklearn_loss.HalfGammaLoss(), -np.log(POSITIVE) - 1
    ),
    "tweedie_deviance": (  # half, without y^(2 - p)/((1 - p)(2 - p))
        scaled(losses.tweedie_deviance(1.5), 0.5), POSITIVE, GUESS, sklearn_loss.HalfTweedieLoss(power=1.5),
        POSITIVE**0.5 / (-0.5 * 0.5),
    ),
    "binary_cross_entropy": (
        losses.binary_cross_entropy.value_and_gradient, LABELS, GUESS, sklearn_loss.HalfBinomialLoss(), 0.0
    ),
    "exponential": (
        losses.exponential.value_and_gradient, LABELS, GUESS, sklearn_loss.ExponentialLoss(), 0.0
    ),
    "softmax_cross_entropy": (
        losses.softmax_cross_entropy.value_and_gradient, CLASSES.astype(float), LOGITS,
        sklearn_loss.HalfMultinomialLoss(n_classes=K), 0.0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SKLEARN)
def test_sklearn(name):
    ours, y, raw, theirs, missing = SKLEARN[name]
    value, gradient = theirs.loss_gradient(y_true=y, raw_prediction=np.ascontiguousarray(raw))
    mine = ours(y, raw)
    assert np.allclose(mine[0], value + missing, rtol=1e-10, atol=1e-12)
    assert np.allclose(mine[1], gradient, rtol=1e-10, atol=1e-12)
