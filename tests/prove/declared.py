"""Claims between declarations: families, named losses and bound noises, each with its verdict.

`claims()` turns the ones that speak of numbers and classes into the expressions that `lk.prove` compares, so that the
mutants of `prove.mutants` apply to them too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import likelihoodkit as lk
from likelihoodkit import losses
from likelihoodkit.prove.claim import prepared, side
from likelihoodkit.prove.factors_of_matrices import full
from prove.claims import Claim

free = lk.shared
CHANNEL = [[0.75, 0.25], [0.125, 0.875]]
Row = tuple[Any, Any] | tuple[Any, Any, dict[str, Any]]

PROVED: list[Row] = [
    (lk.Normal(scale=1), losses.squared_error),
    (lk.Normal(scale=free), losses.squared_error),
    (lk.Laplace(scale=free), losses.absolute_error),
    (lk.Laplace(scale=2), losses.pinball(0.5)),
    (lk.AsymmetricLaplace(scale=free), losses.pinball),
    (lk.AsymmetricLaplace(scale=2, level=0.9), losses.pinball(0.9)),
    (lk.AsymmetricNormal(scale=free, level=0.8), losses.expectile(0.8)),
    (lk.AsymmetricNormal(scale=1, level=0.5), losses.squared_error),
    (lk.Huber(scale=free), losses.huber, {"delta": lk.Huber.threshold * lk.Huber.scale}),
    (lk.Huber(scale=1, threshold=1.345), losses.huber(1.345)),
    (lk.Huber(scale=1, threshold=2), losses.smooth_l1(2)),
    (lk.Huber(scale=1, threshold=2), losses.quantile_huber(0.5, 2)),
    (lk.HyperbolicSecant(scale=1), losses.log_cosh),
    (lk.Cauchy(scale=2), losses.cauchy(2)),
    (lk.StudentT(scale=1, df=1), losses.cauchy(1)),
    (lk.StudentT(scale=2, df=4), losses.cauchy(4)),
    (lk.StudentT(scale=free, df=1), lk.Cauchy(scale=free)),
    (lk.GeneralizedNormal(scale=free, shape=2), losses.squared_error),
    (lk.GeneralizedNormal(scale=free, shape=1), losses.absolute_error),
    (lk.GumbelMin(scale=0.5), losses.linex(2)),
    (lk.Gumbel(scale=0.5), losses.linex(-2)),
    (lk.VonMises(concentration=free), losses.circular_distance),
    (lk.LogNormal(scale=free), lk.LogNormal(scale=1)),
    (lk.Exponential, losses.gamma_deviance),
    (lk.Gamma(shape=free), losses.gamma_deviance),
    (lk.Gamma(shape=1), lk.Exponential),
    (lk.InverseGaussian(shape=free), losses.inverse_gaussian_deviance),
    (lk.Poisson, losses.poisson_deviance),
    (lk.Bernoulli, losses.binary_cross_entropy),
    (lk.Binomial(trials=1), losses.binary_cross_entropy),
    (lk.Truncated(lk.Pareto(minimum=1), low=2), lk.Pareto(minimum=2)),
    (lk.Gamma(shape=1e7), losses.gamma_deviance),
    (lk.Bernoulli, losses.focal(0)),
    (lk.Bernoulli, losses.weighted_cross_entropy(2, 2)),
    (lk.Categorical, losses.categorical_cross_entropy),
    (lk.Categorical, losses.sparse_categorical_cross_entropy),
    (lk.Categorical, losses.softmax_cross_entropy),
    (lk.Categorical, losses.temperature(1)),
    (losses.softmax_cross_entropy, losses.sparse_categorical_cross_entropy),
    (losses.smooth_l1(0.5), losses.huber(0.5)),
    (losses.barron(2, 1), losses.squared_error),
    (losses.barron(1, 1), losses.pseudo_huber(1)),
    (losses.quantile_huber(0.5, 2), losses.huber(2)),
    (losses.multiclass_focal(0), losses.softmax_cross_entropy),
    (losses.exponential, losses.exponential),
    (losses.focal(2, 0.5), losses.focal(2)),
    (lk.Rayleigh, lk.Rayleigh),
    (lk.NegativeBinomial(dispersion=1), lk.Geometric),
    (lk.Weibull(shape=1), losses.gamma_deviance),
    (lk.Nakagami(shape=free), lk.Nakagami(shape=2)),
    (lk.Lomax(shape=free), lk.Lomax(shape=free)),
    (lk.WrappedCauchy(concentration=free), lk.WrappedCauchy(concentration=free)),
    # sequences, rows of probabilities, settings held at a vector or a matrix
    (lk.Alignment, losses.ctc),
    (lk.LinearChain, losses.crf),
    (lk.LinearChain(transitions=0), losses.sequence_cross_entropy),
    (lk.LinearChain(transitions=[[1.5, 1.5], [1.5, 1.5]]), losses.sequence_cross_entropy),
    (losses.kl_divergence, losses.cross_entropy),
    (losses.cross_entropy, losses.kl_divergence),
    (lk.Categorical, losses.kl_divergence),
    (lk.Mislabelled(lk.Categorical, CHANNEL), losses.forward_corrected(CHANNEL)),
    (losses.forward_corrected([[1.0, 0.0], [0.0, 1.0]]), losses.softmax_cross_entropy),
    (losses.class_weighted([1.0, 2.0]), losses.class_weighted([2.0, 4.0])),
    (losses.class_weighted([3.0, 3.0, 3.0]), losses.softmax_cross_entropy),
    (losses.prior_shifted([0.5, 0.5], [0.5, 0.5]), losses.softmax_cross_entropy),
    # losses of named inputs
    (lk.Bernoulli, losses.gan_minimax),
    (lk.Bernoulli, losses.gan_nonsaturating),
    (lk.Bernoulli, losses.soft_triplet),
    (losses.gan_hinge, losses.hinge),
    (losses.gan_nonsaturating, losses.gan_minimax),
    (losses.triplet(1.0), losses.hinge),
    (losses.beta_vae(4.0), losses.elbo(scale=2.0)),
    (losses.beta_vae(9.0, scale=0.5), losses.elbo(scale=1.5)),
    (losses.beta_vae(1.0), losses.elbo),
    (lk.Independent(lk.Normal(scale=1), 3), losses.reconstruction),
    (losses.reconstruction, losses.squared_error),
    (lk.Normal, losses.beta_nll(0.0)),
    (losses.info_nce(0.5), losses.temperature(0.5)),
]  # fmt: skip

REFUTED: list[Row] = [
    (lk.Tweedie(dispersion=1, power=1.5), losses.tweedie_deviance(1.6)),
    (lk.Tweedie(power=1.5), losses.tweedie_deviance(1.5)),  # its series does not move with the mean
    (lk.StudentT(scale=1, df=1e6), losses.squared_error),  # true in the limit alone
    (lk.NegativeBinomial(dispersion=1e-6), losses.poisson_deviance),
    (lk.Normal, losses.squared_error),
    (lk.Normal(scale=1), losses.absolute_error),
    (lk.Normal(scale=1), losses.huber(1)),
    (lk.Laplace(scale=1), losses.squared_error),
    (lk.Laplace(scale=1), losses.pinball(0.6)),
    (lk.Laplace, losses.absolute_error),
    (lk.Huber(scale=1, threshold=2), losses.huber(1)),
    (lk.Huber(scale=1, threshold=1), losses.squared_error),
    (lk.Huber(scale=2, threshold=1), losses.huber(1)),
    (lk.HyperbolicSecant(scale=2), losses.log_cosh),
    (lk.Logistic(scale=1), losses.log_cosh),
    (lk.StudentT(df=3, scale=1), losses.cauchy(1)),
    (lk.Cauchy(scale=1), losses.geman_mcclure(1)),
    (lk.AsymmetricNormal(scale=1, level=0.8), losses.expectile(0.7)),
    (lk.AsymmetricLaplace(scale=1, level=0.8), losses.expectile(0.8)),
    (lk.GumbelMin(scale=1), losses.linex(-1)),
    (lk.Gumbel(scale=1), losses.squared_error),
    (lk.GeneralizedNormal(scale=1, shape=1.5), losses.squared_error),
    (lk.SkewNormal(scale=1, skew=1), losses.squared_error),
    (lk.VonMises(concentration=1), losses.squared_error),
    (lk.VonMises, losses.circular_distance),
    (lk.Gamma(shape=1), losses.squared_log_error),
    (lk.Gamma(shape=1), losses.squared_error),
    (lk.Gamma, losses.gamma_deviance),
    (lk.InverseGaussian(shape=1), losses.gamma_deviance),
    (lk.LogNormal(scale=1), losses.squared_error),
    (lk.Weibull(shape=2), losses.gamma_deviance),
    (lk.Poisson, losses.squared_error),
    (lk.Poisson, losses.squared_log_error),
    (lk.Bernoulli, losses.hinge),
    (lk.Bernoulli, losses.squared_hinge),
    (lk.Bernoulli, losses.exponential),
    (lk.Bernoulli, losses.savage),
    (lk.Bernoulli, losses.brier),
    (lk.Bernoulli, losses.focal(2)),
    (lk.Bernoulli, losses.weighted_cross_entropy(2, 1)),
    (lk.Bernoulli, losses.label_smoothed_binary(0.1)),
    (lk.Bernoulli, losses.poly1(1)),
    (lk.Bernoulli, losses.generalized_cross_entropy(0.5)),
    (lk.Categorical, losses.label_smoothing(0.1)),
    (lk.Categorical, losses.temperature(2)),
    (lk.Categorical, losses.multiclass_focal(2)),
    (lk.Categorical, losses.symmetric_cross_entropy(1, 1)),
    (lk.Categorical, losses.multiclass_hinge),
    (losses.kl_divergence, losses.reverse_kl),
    (losses.kl_divergence, losses.jensen_shannon),
    (losses.hinge, losses.squared_hinge),
    (losses.huber(1), losses.pseudo_huber(1)),
    (losses.tukey(1), losses.welsch(1)),
    (losses.tweedie_deviance(1.5), losses.tweedie_deviance(1.6)),
    (losses.gamma_deviance, losses.inverse_gaussian_deviance),
    (losses.absolute_percentage_error, losses.absolute_error),
    (lk.Mislabelled(lk.Categorical, CHANNEL), losses.forward_corrected([[0.9, 0.1], [0.2, 0.8]])),
    (lk.Mislabelled(lk.Categorical, CHANNEL), losses.softmax_cross_entropy),
    (losses.class_weighted([1.0, 2.0]), losses.class_weighted([1.0, 3.0])),
    (losses.class_weighted([1.0, 2.0]), losses.softmax_cross_entropy),
    (losses.prior_shifted([0.5, 0.5], [0.2, 0.8]), losses.prior_shifted([0.5, 0.5], [0.8, 0.2])),
    (lk.Bernoulli, losses.gan_hinge),
    (lk.Bernoulli, losses.gan_wasserstein),
    (losses.triplet(1.0), losses.soft_triplet),
    (lk.Bernoulli, losses.triplet(1.0)),
    (losses.beta_vae(4.0), losses.elbo),
    (losses.beta_vae(4.0), losses.elbo(scale=2.001)),
]  # fmt: skip


def claims(rows: list[Row], verdict: str) -> Iterator[Claim]:
    """The rows as expressions."""
    for noise, loss, *where in rows:
        left, right = side(noise), side(loss)
        if full(left):
            continue
        ready = prepared(left, right, where[0] if where else {})
        yield Claim(
            f"{left.name} -> {right.name}", verdict, ready.left, ready.right, ready.predictions, ready.targets,
            ready.domains, None if ready.target_values is None else tuple(ready.target_values),
            fixed=dict(ready.fixed), declared=ready.declared,
        )  # fmt: skip


TRUE, FALSE = list(claims(PROVED, "proved")), list(claims(REFUTED, "refuted"))
