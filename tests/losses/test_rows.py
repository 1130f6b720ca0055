"""The syllabus: 49 losses and constructions of a note on losses, each with what it is derived from, computed here.

A row is a function `row_N`; its docstring says what the row asks. Numbers that a row quotes as measured are its
expectations; everything else is a verdict of `lk.prove`, `lk.reverse` or `lk.elicits`, or a sum done by hand.
"""

from __future__ import annotations

import itertools

import mpmath as mp
import numpy as np
import pytest
import sympy as sp

import likelihoodkit as lk
from likelihoodkit import losses

RNG = np.random.default_rng(49)


def proved(noise, loss, factor=None):
    proof = lk.prove(noise, reduces_to=loss)
    assert proof.verdict == "proved", str(proof)
    assert factor is None or sp.simplify(proof.scale - factor) == 0
    return proof


def refuted(noise, loss):
    assert lk.prove(noise, reduces_to=loss).verdict == "refuted"


def likelihood(loss, family, **held):
    noise = lk.reverse(loss)
    assert (noise.tier, noise.family) == ("likelihood", family)
    for name, number in held.items():
        assert float(noise.bound.held[name]) == pytest.approx(number)
    return noise


def none(loss, tier="neither"):
    noise = lk.reverse(loss)
    assert noise.tier == tier
    assert noise.reasons
    return noise


def row_1():
    """MSE: four steps from N(mu, sigma^2), sigma fixed; elicits the mean."""
    scale = lk.Normal.parameters["scale"].symbol
    proof = proved(lk.Normal(scale=lk.shared), losses.squared_error, 1 / (2 * scale**2))
    assert len(str(lk.explain(lk.Normal(scale=1))).split("\n\n")) >= 4
    assert "scale" in str(proof)
    assert lk.elicits(losses.squared_error) == "mean"


def row_2():
    """One learned sigma for all rows: sigma_hat^2 = SSE/I."""
    y = RNG.normal(3.0, 2.0, 200)
    fit = lk.fit(lk.Normal(scale=lk.shared("exp")), y, np.empty((200, 0)))
    scale = np.exp(fit.params["scale"]["intercept"])
    assert scale**2 == pytest.approx(((y - y.mean()) ** 2).mean(), rel=1e-6)


def row_3():
    """Two outputs, mean and scale; unbounded below as the scale vanishes."""
    loss = lk.derive(lk.Normal)
    assert loss.outputs == ("mean", "scale")
    values = loss(np.zeros(3), np.stack([np.zeros(3), [0.0, -10.0, -300.0]], axis=1))
    assert (np.diff(values) < 0).all()
    assert values[-1] == pytest.approx(-300 + np.log(2 * np.pi) / 2, rel=1e-12)
    assert lk.derive(lk.Normal(scale="softplus")) is not lk.derive(lk.Normal(scale="exp"))


def row_4():
    """beta-NLL: the gradient scaled by sigma^(2 beta), no likelihood for beta > 0."""
    none(losses.beta_nll(0.5))
    refuted(lk.Normal, losses.beta_nll(0.5))
    proved(lk.Normal, losses.beta_nll(0.0), 1)


def row_5():
    """MAE: Laplace; elicits the median."""
    scale = lk.Laplace.parameters["scale"].symbol
    proved(lk.Laplace(scale=lk.shared), losses.absolute_error, 1 / scale)
    assert lk.elicits(losses.absolute_error) == "median"


def row_6():
    """Huber is a likelihood; Z_1.345 = 2.660723809390; not between mean and median."""
    noise = likelihood(losses.huber(1.345), lk.Huber)
    proved(lk.Huber(scale=1, threshold=1.345), losses.huber(1.345), 1)
    assert noise.number == pytest.approx(2.660723809390, rel=1e-12)
    y, p = np.array([-4.4, -3, 3.4, 15.1]), np.array([0.363, 0.127, 0.2, 0.31])
    found = lk.elicits(losses.huber(4.0)).of(y, p)
    # -4 (.363) - (3 + a) .127 + (3.4 - a) .2 + 4 (.31) = 0; the note's grid says 0.272
    assert found == pytest.approx(0.087 / 0.327, rel=1e-6)
    assert found < min(3.4, p @ y)


def row_7():
    """Log-cosh is the hyperbolic secant, normaliser pi; not the logistic."""
    noise = likelihood(losses.log_cosh, lk.HyperbolicSecant, scale=1)
    assert noise.number == pytest.approx(np.pi, rel=1e-15)
    refuted(lk.Logistic(scale=1), losses.log_cosh)


def row_8():
    """Pinball: asymmetric Laplace; the quantile."""
    likelihood(losses.pinball(0.9), lk.AsymmetricLaplace, level=0.9)
    assert lk.elicits(losses.pinball(0.9)) == "quantile(0.9)"


def row_9():
    """Student-t: not convex in the location."""
    loss = lk.derive(lk.StudentT(scale=1, df=3))
    assert loss.hessian([10.0], [0.0])[0, 0, 0] < 0 < loss.hessian([0.0], [0.0])[0, 0, 0]
    likelihood(loss, lk.StudentT)


def row_10():
    """Log-normal, gamma, Poisson, beta: their own likelihoods; gamma's is its deviance, log-normal's median e^mu."""
    shape = lk.Gamma.parameters["shape"].symbol
    proved(lk.Gamma(shape=lk.shared), losses.gamma_deviance, shape / 2)
    proved(lk.Poisson, losses.poisson_deviance, sp.Rational(1, 2))
    assert lk.elicits(lk.Poisson) == "mean"
    assert lk.derive(lk.LogNormal(scale=1)).predict([0.7], rule="median")[0] == pytest.approx(np.exp(0.7))
    assert lk.derive(lk.Beta)([0.3], [[0.1, 1.0]]).shape == (1,)


def row_11():
    """Counts: Poisson through log or softplus, log y! kept."""
    value = lk.derive(lk.Poisson)([3], [0.0])[0]
    assert value == pytest.approx(1 + np.log(6), rel=1e-15)
    assert lk.derive(lk.Poisson(mean="softplus")).outputs == ("mean",)


def row_12():
    """The picture of data types: each has its family."""
    names = (
        "Normal Laplace StudentT Exponential Gamma Beta MultivariateNormal VonMises Bernoulli Categorical Poisson "
        "PlackettLuce"
    )
    assert set(names.split()) <= set(lk.families.FAMILIES)
    mixture = lk.derive(lk.Mixture(lk.Normal(scale="exp"), components=2))
    assert mixture.predict(np.array([[0.0, 1.0, -3.0, 3.0, 0.0, 0.0]]), rule="mode")[0] == pytest.approx(3, abs=1e-3)


def row_13():
    """Several outputs: the product rule is a sum of losses."""
    y, outputs = RNG.normal(size=(4, 2)), RNG.normal(size=(4, 2))
    both = lk.derive(lk.Joint(a=lk.Normal(scale=1), b=lk.Laplace(scale=1)))(y, outputs)
    one, two = lk.derive(lk.Normal(scale=1)), lk.derive(lk.Laplace(scale=1))
    assert np.allclose(both, one(y[:, 0], outputs[:, 0]) + two(y[:, 1], outputs[:, 1]), rtol=1e-14)


def row_14():
    """Multivariate normal: s I is squared error; the full covariance is another loss."""
    proved(lk.MultivariateNormal(scale=1), losses.squared_error, sp.Rational(1, 2))
    y, covariance = RNG.normal(size=(3, 2)), np.array([[1.0, 0.9], [0.9, 1.0]])
    factor = np.linalg.cholesky(covariance)
    loss = lk.derive(lk.MultivariateNormal(scale=factor))
    r = y - 0.2
    expected = 0.5 * (
        np.log(np.linalg.det(2 * np.pi * covariance)) + np.einsum("ni,ij,nj->n", r, np.linalg.inv(covariance), r)
    )
    assert np.allclose(loss(y, np.full((3, 2), 0.2)), expected, rtol=1e-12)


def row_15():
    """Binary cross-entropy: Bernoulli through a sigmoid; strictly proper."""
    proved(lk.Bernoulli, losses.binary_cross_entropy, 1)
    assert lk.is_proper(losses.binary_cross_entropy) == "strictly proper"


def row_16():
    """Weights: the logit moves by log(w1/w0)."""
    noise = none(losses.weighted_cross_entropy(1.0, 3.0), "calibratable")
    assert noise.map == "logit(probability) = logit(p) + log(3)"


def row_17():
    """Hinge: exp(-loss) sums to .736, .830, 1.135, 1.050, 1.003; elicits the sign."""
    none(losses.hinge)
    s = np.array([0.0, 0.5, 1.0, 2.0, 5.0])
    sums = np.exp(-losses.hinge(np.ones(5), s)) + np.exp(-losses.hinge(np.zeros(5), s))
    assert sums.round(3).tolist() == [0.736, 0.830, 1.135, 1.050, 1.002]
    assert lk.elicits(losses.hinge) == "sign only"


def row_18():
    """Focal: exp(-loss) sums to 1.523, 1.682, 1.154; its map recovers p to 1e-12."""
    noise = none(losses.focal(2.0), "calibratable")
    q = np.array([0.7, 0.5, 0.9])
    z = np.log(q / (1 - q))
    sums = np.exp(-losses.focal(2.0)(np.ones(3), z)) + np.exp(-losses.focal(2.0)(np.zeros(3), z))
    assert sums.round(3).tolist() == [1.523, 1.682, 1.154]
    for p in (0.6, 0.9, 0.99):
        assert abs(noise.recalibrate(noise.distort(mp.mpf(p))) - mp.mpf(p)) < 1e-12


def row_19():
    """Categorical cross-entropy of one-hot rows."""
    proved(lk.Categorical, losses.categorical_cross_entropy, 1)


def row_20():
    """The same with indices."""
    proved(lk.Categorical, losses.sparse_categorical_cross_entropy, 1)


def row_21():
    """The same, fused with softmax."""
    proved(lk.Categorical, losses.softmax_cross_entropy, 1)


def row_22():
    """Label smoothing: (1-e) CE + e KL(u||p) + const, no noisy channel; elicits the mixture; finite gap 4.5109."""
    none(losses.label_smoothing(0.1), "calibratable")
    classes, e = 10, 0.1
    noisy = np.full((classes, classes), e / classes) + (1 - e) * np.eye(classes)
    z = RNG.normal(size=(5, classes))
    y = np.arange(5.0)
    smooth, channel = losses.label_smoothing(e)(y, z), losses.forward_corrected(noisy)(y, z)
    assert np.abs(smooth - channel).max() > 0.01
    shares = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    uniform = (np.log(1 / classes) - np.log(shares)).mean(axis=1)
    plain = losses.softmax_cross_entropy(y, z)
    assert np.allclose(smooth, (1 - e) * plain + e * (uniform + np.log(classes)), rtol=1e-12)
    best = (1 - e) * np.eye(classes)[0] + e / classes
    assert best[0] == pytest.approx(0.91)
    assert np.log(best[0] / best[1]) == pytest.approx(4.5109, abs=1e-4)
    target = np.log(np.tile(best, (classes, 1)))
    slope = losses.label_smoothing(e).gradient(np.zeros(1), target[:1])
    assert np.abs(slope).max() < 1e-15


def row_23():
    """Any noise has its negative log-likelihood."""

    class Tent(lk.Distribution):
        """A noise of one's own."""

        y = lk.outcome(lk.real)
        place = lk.parameter(lk.real, link="identity")
        log_density = -lk.abs(y - place) - lk.log(2)

    assert lk.derive(Tent).gradient([2.0], [0.0]).tolist() == [-1.0]
    proved(Tent, losses.absolute_error, 1)


def row_24():
    """KL: forward is maximum likelihood, reverse keeps to one mode."""
    p, one, two = RNG.dirichlet(np.ones(3), 4), RNG.normal(size=(4, 3)), RNG.normal(size=(4, 3))
    gaps = [losses.cross_entropy(p, z) - losses.kl_divergence(p, z) for z in (one, two)]
    assert np.allclose(gaps[0], -(p * np.log(p)).sum(axis=1), rtol=1e-12)  # the entropy, whatever is predicted
    assert np.allclose(*gaps, rtol=1e-12)
    assert lk.elicits(losses.kl_divergence) == "class probabilities"
    halves = np.array([[0.49, 0.02, 0.49]])
    one, spread = np.log([[0.96, 0.02, 0.02]]), np.log([[1 / 3, 1 / 3, 1 / 3]])
    assert losses.reverse_kl(halves, one)[0] < losses.reverse_kl(halves, spread)[0]
    assert losses.kl_divergence(halves, one)[0] > losses.kl_divergence(halves, spread)[0]


def row_25():
    """Jensen-Shannon: log 2 minus it is the cross-entropy of the best discriminator; bounded; zero at p = q."""
    p, q = RNG.dirichlet(np.ones(4)), RNG.dirichlet(np.ones(4))
    best = np.log(p / q)  # the score log p/q
    cost = losses.gan_minimax(best, np.zeros(4)) * p + losses.gan_minimax(np.zeros(4), best) * q
    entropy = (cost - np.log(2) * (p + q)).sum() / 2
    assert np.log(2) - entropy == pytest.approx(losses.jensen_shannon(p[None], np.log(q)[None])[0], rel=1e-12)
    assert losses.jensen_shannon(p[None], np.log(p)[None])[0] == pytest.approx(0, abs=1e-15)
    assert losses.jensen_shannon([[1.0, 0.0]], [[-800.0, 0.0]])[0] == pytest.approx(np.log(2))


def row_26():
    """Cross-entropy between distributions: the expected loss over labels."""
    p, z = RNG.dirichlet(np.ones(3), 4), RNG.normal(size=(4, 3))
    each = np.stack([losses.softmax_cross_entropy(np.full(4, float(k)), z) for k in range(3)], axis=1)
    assert np.allclose(losses.cross_entropy(p, z), (p * each).sum(axis=1), rtol=1e-13)
    proved(losses.cross_entropy, losses.categorical_cross_entropy, 1)


def row_27():
    """Contrastive: no likelihood; the logistic variant, Bernoulli on b - d^2, is one."""
    none(losses.contrastive(1.0), "calibratable")
    distance = np.array([0.0, 1.0, 3.0])
    logit = 2 - distance**2
    sums = sum(np.exp(-losses.binary_cross_entropy(np.full(3, y), logit)) for y in (0.0, 1.0))
    assert np.allclose(sums, 1, rtol=1e-15)


def row_28():
    """Triplet: no likelihood; with a soft margin Bradley and Terry's."""
    none(losses.triplet(1.0))
    proved(lk.Bernoulli, losses.soft_triplet, 1)


def row_29():
    """Cosine embedding: the positive branch is von Mises-Fisher."""
    none(losses.cosine_embedding(0.0))
    likelihood(losses.cosine_distance, lk.VonMisesFisher, concentration=1)


def row_30():
    """Circle: none; without re-weighting it is cross-entropy of a softmax over pairs."""
    none(losses.circle(0.25, 2.0))
    like, unlike = RNG.uniform(-1, 1, (3, 1)), RNG.uniform(-1, 1, (3, 4))
    scale, margin = 2.0, 0.25
    # one positive, weights set to one: log(1 + sum exp(scale(s_n - m)) exp(-scale(s_p - 1 + m)))
    logits = scale * np.concatenate([like - 1 + margin, unlike - margin], axis=1)
    expected = losses.softmax_cross_entropy(np.zeros(3), logits)
    unweighted = np.log1p(np.exp(scale * (unlike - margin)).sum(axis=1) * np.exp(-scale * (like[:, 0] - 1 + margin)))
    assert np.allclose(expected, unweighted, rtol=1e-13)


def row_31():
    """InfoNCE: a categorical over candidates."""
    likelihood(losses.info_nce(0.5), lk.Categorical)
    proved(losses.info_nce(0.5), losses.temperature(0.5), 1)


def row_32():
    """CTC: normalised over all label strings, the empty one too (T = 3)."""
    likelihood(losses.ctc, lk.Alignment)
    logits = RNG.normal(size=(1, 3, 3))
    strings = [s for n in range(4) for s in itertools.product((1, 2), repeat=n)]
    padded = np.array([[*s, *[-1] * (3 - len(s))] for s in strings], float)
    values = losses.ctc(padded, np.repeat(logits, len(strings), axis=0))
    assert np.exp(-values).sum() == pytest.approx(1, rel=1e-14)


def row_33():
    """Sequences with teacher forcing: a product of categoricals."""
    y, z = RNG.integers(0, 3, (4, 5)), RNG.normal(size=(4, 5, 3))
    each = losses.softmax_cross_entropy(y.ravel(), z.reshape(-1, 3)).reshape(4, 5)
    assert np.allclose(losses.sequence_cross_entropy(y, z), each.sum(axis=1), rtol=1e-14)


def row_34():
    """CRF: log Z - score, normalised over all paths."""
    likelihood(losses.crf, lk.LinearChain)
    outputs = RNG.normal(size=(1, 5, 2))
    paths = np.array(list(itertools.product(range(2), repeat=3)))
    values = losses.crf(paths, np.repeat(outputs, 8, axis=0))
    assert np.exp(-values).sum() == pytest.approx(1, rel=1e-14)


def row_35():
    """Expected edit distance: a Bayes decision, no likelihood."""
    costs = losses.edit_distances(["abc"], [["abd", "xyz"]])
    assert costs.tolist() == [[1, 3]]
    gradient = losses.expected_edit_distance.gradient(costs, [[0.0, 0.0]])
    assert gradient[0].tolist() == [-0.5, 0.5]
    sums = [np.exp(-losses.expected_edit_distance(costs, [z])) for z in ([0.0, 0.0], [2.0, 0.0])]
    assert sums[0] != sums[1]


def row_36():
    """GAN minimax: the discriminator is Bernoulli, exactly; D* = p/(p + q); the generator is none; G: 2 JS - log 4."""
    likelihood(losses.gan_minimax, lk.Bernoulli)
    none(losses.gan_minimax.generator)
    p, q = RNG.dirichlet(np.ones(4)), RNG.dirichlet(np.ones(4))
    best = np.log(p / q)
    slope = losses.gan_minimax.gradient(best, best)
    assert np.allclose(p * slope["real"] + q * slope["fake"], 0, atol=1e-15)
    value = -(losses.gan_minimax(best, np.zeros(4)) - np.log(2)) @ p + losses.gan_minimax.generator(best) @ q
    divergence = losses.jensen_shannon(p[None], np.log(q)[None])[0]
    assert value == pytest.approx(2 * divergence - np.log(4), rel=1e-12)


def row_37():
    """Non-saturating: the generator's gradient is that of KL(q||p) - 2 JS (Arjovsky and Bottou, theorem 2.5)."""
    none(losses.gan_nonsaturating.generator)
    p, z = RNG.dirichlet(np.ones(4)), RNG.normal(size=4)

    def made(z):
        return np.exp(z) / np.exp(z).sum()

    best = np.log(p / made(z))  # the best discriminator, held while the generator moves
    step = 1e-6 * np.eye(4)
    ours = [(losses.gan_nonsaturating.generator(best) @ (made(z + s) - made(z - s))) / 2e-6 for s in step]

    def objective(z):
        q = made(z)
        return q @ np.log(q / p) - 2 * losses.jensen_shannon(p[None], np.log(q)[None])[0]

    theirs = [(objective(z + s) - objective(z - s)) / 2e-6 for s in step]
    assert np.allclose(ours, theirs, atol=1e-8)


def row_38():
    """Wasserstein: difference of critics, no likelihood; W1 by the dual on a line."""
    none(losses.gan_wasserstein)
    real, fake = np.array([2.0, 3.0]), np.array([0.0, 1.0])
    assert -losses.gan_wasserstein(real, fake).mean() == 2.0  # the critic f(x) = x attains W1 of a shift by 2


def row_39():
    """Hinge GAN: none, sign only."""
    none(losses.gan_hinge)
    assert lk.elicits(losses.gan_hinge) == "sign only"


def row_40():
    """VAE reconstruction: the decoder's likelihood; cross-entropy of grey values is none, ContinuousBernoulli is."""
    likelihood(losses.reconstruction(scale=0.5), lk.Normal, scale=0.5)
    proved(losses.reconstruction, losses.squared_error, sp.Rational(1, 2))
    grey = np.linspace(0, 1, 2001)
    z = np.full(2001, 1.5)
    chance = 1 / (1 + np.exp(-1.5))
    masses = [np.trapezoid(np.exp(-lk.derive(lk.ContinuousBernoulli)(grey[1:-1], z[1:-1])), grey[1:-1]),
              np.trapezoid(chance**grey * (1 - chance) ** (1 - grey), grey)]  # fmt: skip
    assert masses[0] == pytest.approx(1, abs=2e-3)
    assert masses[1] < 0.6


def row_41():
    """VAE KL: half sum of mu^2 + s^2 - 1 - log s^2."""
    mean, log_variance = RNG.normal(size=(2, 3, 4))
    expected = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=1)
    assert np.allclose(losses.vae_kl(mean, log_variance), expected, rtol=1e-13)
    none(losses.vae_kl)


def row_42():
    """beta-VAE: with a fixed normal decoder the ELBO of variance beta sigma^2."""
    proved(losses.beta_vae(4.0), losses.elbo(scale=2.0), 4)
    refuted(losses.beta_vae(4.0), losses.elbo)


def row_43():
    """Focal variants: distorted probabilities."""
    none(losses.poly1(2.0), "calibratable")
    none(losses.multiclass_focal(2.0), "calibratable")
    assert lk.elicits(losses.poly1(2.0)) == "distorted probability"


def row_44():
    """Asymmetric loss distorts; LINEX is GumbelMin with normaliser e/a; the expectile loss a two-piece normal."""
    none(losses.asymmetric(1.0, 4.0, 0.0), "calibratable")
    noise = likelihood(losses.linex(1.5), lk.GumbelMin, scale=1 / 1.5)
    proved(lk.GumbelMin(scale=1 / 1.5), losses.linex(1.5), 1)
    refuted(lk.Gumbel(scale=1 / 1.5), losses.linex(1.5))
    assert noise.number == pytest.approx(np.e / 1.5, rel=1e-15)
    likelihood(losses.expectile(0.8), lk.AsymmetricNormal, level=0.8)
    y, p = np.array([0.0, 1.0, 2.5]), np.array([0.3, 0.5, 0.2])
    assert lk.elicits(losses.linex(1.5)).of(y, p) == pytest.approx(np.log(p @ np.exp(1.5 * y)) / 1.5, rel=1e-12)


def row_45():
    """Generalised cross-entropy distorts (p = .6 -> .794, .8 -> .990 at .7); forward correction is a likelihood."""
    noise = none(losses.generalized_cross_entropy(0.7), "calibratable")
    assert float(noise.distort(mp.mpf("0.6"))) == pytest.approx(0.794, abs=5e-4)
    assert float(noise.distort(mp.mpf("0.8"))) == pytest.approx(0.990, abs=5e-4)
    assert lk.elicits(losses.generalized_cross_entropy(1.0)) == "sign only"
    matrix = [[0.9, 0.1, 0.0], [0.1, 0.8, 0.1], [0.0, 0.0, 1.0]]
    z, y = RNG.normal(size=(6, 3)), RNG.integers(0, 3, 6)
    noisy = lk.derive(lk.Mislabelled(lk.Categorical, matrix))
    assert np.allclose(losses.forward_corrected(matrix)(y, z), noisy(y, z), rtol=1e-13)


def row_46():
    """Handcrafted: p = exp(-loss)/Z if Z is finite and free of the prediction."""
    y, a = lk.outcome(lk.real), lk.parameter(lk.real, link="identity")
    r = y - a
    own = lk.reverse(r**2 + lk.abs(r))
    assert own.tier == "likelihood"
    with mp.workdps(20):
        assert own.number == pytest.approx(float(mp.quad(lambda t: mp.exp(-t * t - abs(t)), [-30, 0, 30])), rel=1e-12)
    assert lk.reverse(lk.minimum(r**2, 1)).tier == "neither"
    assert "does not integrate" in lk.reverse(lk.minimum(r**2, 1)).reasons[0]


def row_47():
    """MSE on labels: strictly proper; its fault is the gradient (-9.1e-5 against -0.99995 at z = -10)."""
    assert lk.is_proper(losses.brier) == "strictly proper"
    assert losses.brier.gradient([1.0], [-10.0])[0] == pytest.approx(-9.1e-5, rel=5e-3)
    assert losses.binary_cross_entropy.gradient([1.0], [-10.0])[0] == pytest.approx(-0.99995, rel=1e-5)
    assert "its fault is the gradient" in lk.reverse(losses.brier).notes[0]


def row_48():
    """Label noise: p(1 - 2r) + r, invertible."""
    noise = lk.corrections.label_noise(0.1)
    p = np.array([0.2, 0.7])
    assert np.allclose(noise.elicited(p), p * 0.8 + 0.1, rtol=1e-14)
    assert np.allclose(noise.restored(noise.elicited(p)), p, rtol=1e-12)


def row_49():
    """The named links."""
    for name in ("identity", "softplus", "exp", "sigmoid", "softmax", "cholesky", "square", "angle", "ordered", "tanh"):
        assert lk.links.find(name).name == name


ROWS = {n: globals()[f"row_{n}"] for n in range(1, 50)}


@pytest.mark.parametrize("row", ROWS, ids=lambda n: f"row {n}")
def test_row(row):
    assert ROWS[row].__doc__
    ROWS[row]()
