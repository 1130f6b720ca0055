"""Losses of generative models: games between two networks, and bounds on a likelihood.

A game is two losses: ``losses.gan_hinge(real, fake)`` is that of the discriminator (or critic), which scores real and
made rows; ``losses.gan_hinge.generator(fake)`` that of the generator, which sees the scores of its own rows alone.
"""

from likelihoodkit import links
from likelihoodkit.declaration import InputsLoss, NamedLoss, held, outcome, parameter
from likelihoodkit.losses._supports import data_rows, latents, zero_to_one
from likelihoodkit.primitives.robust import expm1_minus
from likelihoodkit.primitives.words import entries, exp, frozen, log, maximum, pi, softplus, sum_over, times_exp
from likelihoodkit.supports import positive, real as number


class gan_minimax(InputsLoss):
    """-log D(real) - log(1 - D(fake)) with D the sigmoid of the scores: the discriminator's side of the minimax game.

    Elicits the score log p(x)/q(x), with p the density of real rows and q of made ones. The noise behind it is
    Bernoulli: which of the two a row is. Behind the generator's side, log(1 - D(fake)), there is none; its gradient
    vanishes where the discriminator wins.

    Source: Goodfellow et al. (2014), Generative adversarial nets, NeurIPS 27, eq. 1.
    """

    real = parameter(number, link=links.identity)
    fake = parameter(number, link=links.identity)

    reading = ("shown", "real", "fake")
    loss = softplus(-real) + softplus(fake)


class gan_minimax_generator(InputsLoss):
    """log(1 - D(fake)): the generator's side of the minimax game.

    Elicits nothing of a row: at the best discriminator the game asks for the least Jensen-Shannon divergence. No noise
    is behind it.

    Source: Goodfellow et al. (2014), Generative adversarial nets, NeurIPS 27, eq. 1.
    """

    fake = parameter(number, link=links.identity)

    loss = -softplus(fake)


class gan_nonsaturating(InputsLoss):
    """-log D(real) - log(1 - D(fake)): the discriminator's side, the same as in `gan_minimax`.

    Elicits the score log p(x)/q(x). The noise behind it is Bernoulli: which of the two a row is. The generator's side
    is -log D(fake), a Bernoulli likelihood with the wrong label: its gradient does not vanish where the discriminator
    wins, but no divergence is what it lessens.

    Source: Goodfellow et al. (2014), NeurIPS 27, section 3; Arjovsky and Bottou (2017), ICLR, theorem 2.5.
    """

    real = parameter(number, link=links.identity)
    fake = parameter(number, link=links.identity)

    reading = ("shown", "real", "fake")
    loss = softplus(-real) + softplus(fake)


class gan_nonsaturating_generator(InputsLoss):
    """-log D(fake): the generator's side of the game that does not saturate.

    Elicits nothing of a row. No noise is behind it: as a likelihood its label is wrong, made rows called real.

    Source: Goodfellow et al. (2014), NeurIPS 27, section 3; Arjovsky and Bottou (2017), ICLR, theorem 2.5.
    """

    fake = parameter(number, link=links.identity)

    loss = softplus(-fake)


class gan_wasserstein(InputsLoss):
    """fake - real: the critic's side; it must be 1-Lipschitz, which `losses.gradient_penalty` asks for.

    Elicits nothing of a row: over critics of slope at most 1 its least mean is minus the Wasserstein distance. No noise
    is behind it. Without a bound on the slope it has no minimum.

    Source: Arjovsky, Chintala and Bottou (2017), ICML 34, 214-223; Gulrajani et al. (2017), NeurIPS 30.
    """

    real = parameter(number, link=links.identity)
    fake = parameter(number, link=links.identity)

    reading = ("shown", "real", "fake")
    loss = fake - real


class gan_wasserstein_generator(InputsLoss):
    """-fake: the generator's side of the Wasserstein game.

    Elicits nothing of a row. No noise is behind it.

    Source: Arjovsky, Chintala and Bottou (2017), ICML 34, 214-223.
    """

    fake = parameter(number, link=links.identity)

    loss = -fake


class gan_hinge(InputsLoss):
    """max(0, 1 - real) + max(0, 1 + fake): the discriminator's side with hinges.

    Elicits the sign of p(x) - q(x) alone, as `hinge` does. No noise is behind it. The generator's side is -fake.

    Source: Lim and Ye (2017), arXiv 1705.02894; Miyato et al. (2018), ICLR, eq. 16 and 17.
    """

    real = parameter(number, link=links.identity)
    fake = parameter(number, link=links.identity)

    reading = ("shown", "real", "fake")
    loss = maximum(0, 1 - real) + maximum(0, 1 + fake)


class gan_hinge_generator(InputsLoss):
    """-fake: the generator's side of the game with hinges.

    Elicits nothing of a row. No noise is behind it.

    Source: Lim and Ye (2017), arXiv 1705.02894; Miyato et al. (2018), ICLR, eq. 17.
    """

    fake = parameter(number, link=links.identity)

    loss = -fake


class reconstruction(InputsLoss):
    """The negative log-likelihood of D data under independent normals of one scale around the decoder's output.

    sum (y - decoded)^2/(2 scale^2) + D log(scale) + D/2 log(2 pi). Elicits the mean. The noise behind it is Normal, D
    times. For binary data take `binary_cross_entropy`; for grey values in [0, 1] `ContinuousBernoulli`, since
    cross-entropy of such values is no likelihood.

    Source: Kingma and Welling (2014), Auto-encoding variational Bayes, ICLR, appendix C; Loaiza-Ganem and Cunningham
    (2019), NeurIPS 32, for values in [0, 1].
    """

    y       = outcome(data_rows)
    decoded = parameter(data_rows, link=links.vector)
    scale   = held(positive, default=1)

    loss = sum_over((y - decoded) ** 2) / (2 * scale**2) + entries(decoded) * (log(scale) + log(2 * pi) / 2)


class vae_kl(InputsLoss):
    """sum (mean^2 + variance - 1 - log variance)/2: KL divergence of independent normals from the standard normal.

    Elicits, on its own, mean 0 and variance 1. No noise is behind it: it is what the bound on one pays for an
    approximate posterior. Other pairs of families: `losses.kl`. Written so that nothing cancels near the minimum.

    Source: Kingma and Welling (2014), Auto-encoding variational Bayes, ICLR, appendix B.
    """

    mean         = parameter(latents, link=links.vector)
    log_variance = parameter(latents, link=links.vector)

    loss = sum_over(mean**2) / 2 + sum_over(expm1_minus(log_variance)) / 2


class elbo(InputsLoss):
    """Minus the evidence lower bound of one row: `reconstruction` at one draw of the latents, plus `vae_kl`.

    Elicits the decoder's mean and the posterior that fits it. The noise behind it is the model's own: the mean of this
    loss over draws is at least -log p(y), with equality where the posterior is exact. It breaks, as a stand-in for the
    likelihood, where the posterior is not.

    Source: Kingma and Welling (2014), ICLR, eq. 7; Jordan et al. (1999), Machine Learning 37, 183-233.
    """

    y            = outcome(data_rows)
    decoded      = parameter(data_rows, link=links.vector)
    mean         = parameter(latents, link=links.vector)
    log_variance = parameter(latents, link=links.vector)
    scale        = held(positive, default=1)

    decoder = sum_over((y - decoded) ** 2) / (2 * scale**2) + entries(decoded) * (log(scale) + log(2 * pi) / 2)
    loss = decoder + sum_over(mean**2) / 2 + sum_over(expm1_minus(log_variance)) / 2


class beta_vae(InputsLoss):
    """`reconstruction` plus beta times `vae_kl`.

    Elicits what `elbo` does with another scale: with this normal decoder of variance scale^2 it is beta times the
    evidence bound of variance beta scale^2, up to a constant. The noise behind it is that wider normal. Read as a bound
    on the likelihood of the scale that is written, it breaks for any beta but 1.

    Source: Higgins et al. (2017), beta-VAE, ICLR, eq. 4.
    """

    y            = outcome(data_rows)
    decoded      = parameter(data_rows, link=links.vector)
    mean         = parameter(latents, link=links.vector)
    log_variance = parameter(latents, link=links.vector)
    beta         = held(positive)
    scale        = held(positive, default=1)

    decoder = sum_over((y - decoded) ** 2) / (2 * scale**2) + entries(decoded) * (log(scale) + log(2 * pi) / 2)
    loss = decoder + beta * (sum_over(mean**2) / 2 + sum_over(expm1_minus(log_variance)) / 2)


class beta_nll(NamedLoss):
    """scale^(2 beta) times the negative log-likelihood of `Normal`, the factor not differentiated.

    Elicits, as `Normal` does, mean and scale, with rows of small scale pulling less. No noise is behind it for
    beta > 0: its gradient is not that of its value. beta = 0 is the likelihood; at beta = 1 the gradient in the mean is
    that of squared error. A cure for models that explain misfit by scale; it breaks, for comparing fits, since its
    value moves with beta.

    Source: Seitzer et al. (2022), On the pitfalls of heteroscedastic uncertainty estimation, ICLR.
    """

    y     = outcome(number)
    mean  = parameter(number, link=links.identity)
    scale = parameter(positive, link=links.softplus)
    beta  = held(zero_to_one)

    # scale and its weight as exponents: scale^(2 beta - 2) r^2 is finite where scale itself is 0 to a float
    held_still = beta * frozen(log(scale))
    residual = times_exp(y - mean, held_still - log(scale))
    loss = residual**2 / 2 + exp(2 * held_still) * (log(scale) + log(2 * pi) / 2)
