"""What losses ask for: names against the literature, numbers against brute-force minimisation."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy as sp

import likelihoodkit as lk
from likelihoodkit import losses
from likelihoodkit.elicit import read
from likelihoodkit.elicit.labels import Labels

y = lk.outcome(lk.real)
a = lk.parameter(lk.real, link="identity")
amount = lk.outcome(lk.positive)
guess = lk.parameter(lk.positive, link="exp")
label = lk.outcome(lk.binary)
share = lk.outcome(lk.unit)
chance = lk.parameter(lk.unit, link="sigmoid")
kind = lk.outcome(lk.classes)
shares = lk.parameter(lk.simplex, link="softmax")
chosen = lk.pick(shares, kind)

NAMED = [
    (losses.squared_error, "mean"),
    (losses.absolute_error, "median"),
    (losses.pinball(0.9), "quantile(0.9)"),
    (losses.pinball, "quantile(level)"),
    (losses.expectile(0.8), "expectile(0.8)"),
    (losses.expectile, "expectile(level)"),
    (losses.huber(1.0), "M-functional"),
    (losses.pseudo_huber(2.0), "M-functional"),
    (losses.log_cosh, "M-functional"),
    (losses.cauchy(2.0), "M-functional"),
    (losses.tukey(4.685), "M-functional"),
    (losses.epsilon_insensitive(0.5), "M-functional"),
    (losses.linex(1.5), "log-mean-exp(1.5)"),
    (losses.circular_distance, "mean direction"),
    (losses.squared_log_error, "expm1 of mean log1p"),
    (losses.poisson_deviance, "mean"),
    (losses.gamma_deviance, "mean"),
    (losses.inverse_gaussian_deviance, "mean"),
    (abs(amount - guess) / amount, "weighted median"),
    (((amount - guess) / amount) ** 2, "ratio E[1/y]/E[y**(-2)]"),
    ((lk.log(amount) - lk.log(guess)) ** 2, "exp of mean log"),
    (lk.abs(lk.log(amount / guess)), "median"),
    ((amount - guess) ** 2 / guess, "root mean square"),
    ((y - a) ** 4, "M-functional"),
    (lk.Normal(scale=1), "mean"),
    (lk.LogNormal(scale=1), "mean of log(y)"),
    (lk.Poisson, "mean"),
    (losses.binary_cross_entropy, "probability"),
    (losses.brier, "probability"),
    (losses.focal(0.0), "probability"),
    (losses.focal(2.0), "distorted probability"),
    (losses.focal(2.0, 0.25), "distorted probability"),
    (losses.hinge, "sign only"),
    (losses.squared_hinge, "probability, through a link"),
    (losses.exponential, "probability, through a link"),
    (label * (1 - chance) + (1 - label) * chance, "sign only"),
    (3 * label * (1 - chance) + (1 - label) * chance, "side of 0.25 only"),
    (losses.categorical_cross_entropy, "class probabilities"),
    (losses.softmax_cross_entropy, "class probabilities"),
    (lk.sum_over((shares - lk.one_hot(kind, shares)) ** 2), "class probabilities"),
    ((1 - chosen**0.5) * 2, "distorted class probabilities"),
    (1 - chosen, "mode"),
    (
        (lk.log(share / (1 - share)) - lk.log(chance / (1 - chance))) ** 2,
        "g-mean, g(y) = log(y) + log(1/(1 - y))",
    ),
    (lk.minimum(1, lk.maximum(0, 1 - (2 * label - 1) * a)), "sign only"),  # the ramp
    (lk.maximum(0, (1 - 2 * label) * a), "none"),  # the perceptron's is least at 0 whatever is true
    ((1 + 2 * label) * lk.minimum(1, lk.maximum(0, 1 - (2 * label - 1) * a)), "side of 0.25 only"),
]


@pytest.mark.parametrize(("loss", "functional"), NAMED, ids=[f"{n}: {f}" for n, (_, f) in enumerate(NAMED)])
def test_functional(loss, functional):
    found = lk.elicits(loss)
    assert found == functional
    assert found.equation
    assert found.unique
    assert str(functional) in found.describe()


REAL = [row for row in NAMED[:27] if not (hasattr(row[0], "settings") and not hasattr(row[0], "bound"))]


@pytest.mark.slow
@pytest.mark.parametrize("loss", [loss for loss, _ in REAL], ids=[f"{n}: {f}" for n, (_, f) in enumerate(REAL)])
def test_the_functional_has_the_least_risk_under_random_laws(loss):
    """200 random discrete laws: no prediction of a fine grid costs less than the functional."""
    question = read(loss)
    functional = lk.elicits(loss)
    low, high = (0.2, 5.0) if question.target.low == 0 else (-3.0, 3.0)
    rng = np.random.default_rng(7)
    value = bare(question)
    for _ in range(200):
        values = rng.uniform(low, high, 5)
        probabilities = rng.dirichlet(np.ones(5))
        best = functional.of(values, probabilities)
        grid = np.append(np.linspace(low, high, 121), best)
        risk = value(grid, values) @ probabilities
        assert risk[-1] <= risk[:-1].min() + 1e-9 * abs(risk[-1])


BINARY = [
    losses.binary_cross_entropy, losses.brier, losses.focal(0.0), losses.focal(2.0), losses.focal(2.0, 0.25),
    losses.squared_hinge, losses.exponential, losses.savage, losses.poly1(2.0), losses.weighted_cross_entropy(2.0, 3.0),
    losses.label_smoothed_binary(0.1), losses.generalized_cross_entropy(0.7), lk.softplus(1 - (2 * label - 1) * a),
    (1 - (2 * label - 1) * a) ** 2, -label * lk.log_ndtr(a) - (1 - label) * lk.log_ndtr(-a),
]  # fmt: skip


@pytest.mark.parametrize("loss", BINARY, ids=[str(n) for n in range(len(BINARY))])
def test_the_prediction_for_labels_has_the_least_risk_under_random_laws(loss):
    """200 random laws of two labels in all: no prediction of a fine grid costs less than the functional."""
    question = read(loss).closed()
    functional = lk.elicits(loss)
    inside = question.as_probability
    grid = np.linspace(0.001, 0.999, 333) if inside else np.linspace(-9, 9, 333)
    value = bare(question)
    for p in np.random.default_rng(BINARY.index(loss)).uniform(0.01, 0.99, 14):
        best = functional.of([0.0, 1.0], [1 - p, p])
        risk = value(np.append(grid, best), np.array([0.0, 1.0])) @ [1 - p, p]
        assert risk[-1] <= risk[:-1].min() + 1e-9 * abs(risk[-1])


def bare(question):
    """The loss of predictions (m,) on their own scale at outcomes (n,), as an array (m, n), by the engine's program."""
    from likelihoodkit.elicit.risk import Formula

    formula = Formula(question.formula)
    names = question.prediction.symbol.name, question.y.name
    return lambda at, ys: formula(**dict(zip(names, (at[:, None], ys[None, :]), strict=True)))


def test_uniqueness_is_computed():
    tukey = lk.elicits(losses.tukey(2.0))
    assert tukey.unique == "no"
    assert "-1 and 1 are both best" in tukey.why
    assert lk.elicits(losses.huber(1.0)).unique == "an interval at most"
    assert lk.elicits(losses.log_cosh).unique == "yes"


#: (loss, functional): what looks like one functional near y = a, and is not, or is one in another spelling
DECEPTIVE = [
    (-lk.maximum(-((y - a) ** 2), -4), "M-functional"),  # min((y - a)^2, 4)
    (-lk.maximum(-((y - a) ** 2), -1e-4), "M-functional"),
    ((y - a) ** 2 + lk.maximum(a - 1, 0), "M-functional"),
    ((y - a) ** 2 + 5 * lk.abs(a), "M-functional"),
    ((a**2 - y) ** 2, "M-functional"),  # two roots
    ((y**2 - a**2) ** 2, "M-functional"),
    (-((y - a) ** 2), "none"),
    (-lk.abs(y - a), "none"),
    (3 * lk.maximum(y - a, 0) - lk.maximum(a - y, 0), "none"),
    (lk.log(guess) - guess / amount, "none"),
    (a * y, "none"),
    (lk.maximum(y - a, 0) ** 2, "M-functional"),
    ((y - a**3) ** 2, "the prediction with prediction**3 = E[y]"),
    (2 * (amount * lk.log(lk.maximum(amount, 1) / guess) - amount + guess), "mean"),
    (lk.maximum(y, 2) * lk.abs(y - a), "weighted median"),
]


@pytest.mark.parametrize(("loss", "functional"), DECEPTIVE, ids=[str(n) for n in range(len(DECEPTIVE))])
def test_no_name_is_given_for_a_likeness(loss, functional):
    assert lk.elicits(loss) == functional


def test_a_minimiser_may_lie_beyond_all_outcomes():
    ridge = lk.elicits((y - a) ** 2 + 5 * lk.abs(a))
    assert ridge.of([1.0, 2.0]) == pytest.approx(0.0, abs=1e-6)
    assert ridge.of([5.0, 6.0]) == pytest.approx(3.0, abs=1e-6)
    # E log y lies below all outcomes
    assert lk.elicits(lk.exp(a) - y * a).of([0.1, 0.3]) == pytest.approx(np.log(0.2), rel=1e-12)


JOINT = [
    (lk.Normal, "mean: mean; scale: scale**2 = E[(-mean + y)**2]"),
    (lk.Laplace, "location: median; scale: mean of Abs(location - y)"),
    (losses.beta_nll(0.5), "mean: mean; scale: scale**2 = E[(-mean + y)**2]"),
    (lk.StudentT, "location: M-functional; scale: M-functional; df: M-functional"),
    (lk.VonMises, "direction: mean direction; concentration: M-functional"),
    (lk.NegativeBinomial, "mean: mean; dispersion: M-functional"),
    (lk.WrappedCauchy(concentration=0.3), "M-functional"),
    (lk.Multinomial, "shares of the mean"),
    (losses.sequence_cross_entropy, "class probabilities of each step"),
    (losses.crf, "class probabilities of each step and pair of neighbours"),
    (losses.ctc, "M-functional"),
    (lk.PlackettLuce, "M-functional"),
    (losses.jensen_shannon, "distorted class probabilities"),
    (losses.multiclass_hinge, "majority class only"),
    (losses.elbo, "decoded: mean; mean: 0; log_variance: 0"),
    (losses.beta_vae(4.0), "decoded: mean; mean: 0; log_variance: 0"),
    (losses.vae_kl, "mean: 0; log_variance: 0"),
    (lk.Ordered, "class probabilities, through their cumulative sums"),
    (lk.Ordered(cutpoints=[-1.0, 0.0, 2.0]), "M-functional"),
    (lk.MultivariateNormal, "mean: mean; scale: scale scale' = E[(y - mean)(y - mean)']"),
    (lk.MultivariateNormal(scale="diagonal"), "mean: mean; scale: scale_k**2 = E[(y_k - mean_k)**2] for every k"),
    (lk.MultivariateNormal(scale="isotropic"), "mean: mean; scale: scale**2 = E[|y - mean|**2]/d"),
    (lk.MultivariateNormal(scale=[[1.0, 0.0], [0.5, 2.0]]), "mean"),
    (lk.MultivariateT(df=4.0), "mean: M-functional; scale: M-functional"),
    (lk.Dirichlet, "mean, concentration: digamma(a_k) - digamma(sum a) = E[log y_k], a = mean*concentration"),
    (lk.DirichletMultinomial, "mean: M-functional; concentration: M-functional"),
    (lk.VonMisesFisher, "direction: mean direction; concentration: A(concentration) = |E[y]|"),
    (lk.VonMisesFisher(concentration=2.0), "mean direction"),
    (lk.Mixture(lk.Normal(scale=1), components=2), "weights: M-functional; mean: M-functional"),
    (lk.Hurdle(lk.Gamma(shape=2.0)), "zero_probability: P(y = 0); where y is not 0: mean"),
    (lk.ZeroInflated(lk.Poisson), "mean: M-functional; zero_probability: M-functional"),
    (
        lk.Joint(speed=lk.Gamma(shape=2.0), turn=lk.VonMises(concentration=1.0)),
        "of speed: mean; of turn: mean direction",
    ),
    (lk.Independent(lk.Laplace(scale=1), 3), "median"),
    (lk.Censored(lk.Normal), "mean: M-functional; scale: M-functional"),
    (lk.Tweedie, "mean: mean; dispersion: M-functional"),
]


@pytest.mark.parametrize(("loss", "functional"), JOINT, ids=[str(loss)[:20] for loss, _ in JOINT])
def test_several_predictions_rows_and_sequences(loss, functional):
    found = lk.elicits(loss)
    assert found == functional
    assert found.equation


@pytest.mark.parametrize("loss", [losses.ctc, losses.crf, lk.derive(lk.PlackettLuce), losses.sequence_cross_entropy])
def test_the_equations_of_sequences_hold_where_the_model_is_the_truth(loss):
    """The mean of the gradient over all outcomes, at the probabilities that the model itself gives them, is zero."""
    import itertools

    rng = np.random.default_rng(0)
    if loss.bound.family.outcome.domain.name == "labellings":
        every = [s for n in range(4) for s in itertools.product((1, 2), repeat=n)]
        outcomes = np.array([[*s, *[-1] * (3 - len(s))] for s in every], dtype=float)
    elif loss.bound.name.startswith("PlackettLuce"):
        outcomes = np.array(list(itertools.permutations(range(3))), dtype=float)
    else:
        outcomes = np.array(list(itertools.product(range(3), repeat=3)), dtype=float)
    rows = {"crf": (6, 3), "PlackettLuce": (3,)}.get(loss.bound.name.partition("(")[0], (3, 3))
    scores = np.repeat(rng.normal(size=(1, *rows)), len(outcomes), axis=0)
    value, slope = loss.value_and_gradient(outcomes, scores)
    chance = np.exp(-value)
    assert chance.sum() == pytest.approx(1, rel=1e-12)
    assert np.abs(np.tensordot(chance, slope, axes=1)).max() < 1e-13


def least(loss, y, law, width, **given):
    """The outputs of least expected loss under a discrete law, by BFGS."""
    from scipy.optimize import minimize

    def risk(f):
        value, slope = loss.value_and_gradient(y, np.repeat(f[None, :], len(y), axis=0), **given)
        return law @ value, law @ slope

    best = minimize(risk, np.random.default_rng(3).normal(0, 0.3, width), jac=True, method="BFGS", tol=1e-10)
    return {name: value[0] for name, value in loss.parameters(best.x[None, :], **{k: [1] for k in given}).items()}


def vectors_of(kind, rng):
    z = rng.normal(size=(12, 3))
    ahead = z + np.array([2.0, 0.0, 1.0])
    return {
        "plain": z @ [[1.0, 0.3, 0.0], [0.0, 2.0, -0.4], [0.0, 0.0, 0.7]],
        "shares": np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),
        "unit": ahead / np.linalg.norm(ahead, axis=1, keepdims=True),
        "counts": np.array([rng.multinomial(rng.integers(3, 9), rng.dirichlet([2.0, 1.0, 0.7])) for _ in z], float),
    }[kind]


@pytest.mark.parametrize("seed", range(3))
def test_equations_of_rows_hold_at_the_least_risk(seed):
    """Brute-force minimisation under random discrete laws, and the equations in NumPy and SciPy alone."""
    from scipy.special import digamma, iv

    rng = np.random.default_rng(seed)
    law = rng.dirichlet(3 * np.ones(12))

    y = vectors_of("plain", rng)
    at = least(lk.derive(lk.MultivariateNormal), y, law, 9)
    np.testing.assert_allclose(at["mean"], law @ y, atol=1e-5)
    np.testing.assert_allclose(at["scale"] @ at["scale"].T, np.cov(y.T, aweights=law, ddof=0), atol=1e-4)

    at = least(lk.derive(lk.MultivariateT(df=4.0)), y, law, 9)
    r, cover = y - at["mean"], at["scale"] @ at["scale"].T
    w = 7 / (4 + np.einsum("ni,ij,nj->n", r, np.linalg.inv(cover), r))
    np.testing.assert_allclose((law * w) @ r, 0, atol=1e-5)
    np.testing.assert_allclose(np.einsum("n,ni,nj->ij", law * w, r, r), cover, atol=1e-4)

    y = vectors_of("shares", rng)
    at = least(lk.derive(lk.Dirichlet), y, law, 4)
    a = at["mean"] * at["concentration"]
    np.testing.assert_allclose(digamma(a) - digamma(a.sum()), law @ np.log(y), atol=1e-5)

    y = vectors_of("counts", rng)
    at = least(lk.derive(lk.DirichletMultinomial(concentration=2.0)), y, law, 3, trials=y.sum(axis=1))
    a = at["mean"] * 2.0
    same = law @ (digamma(a + y) - digamma(a))
    np.testing.assert_allclose(same, same[0], atol=1e-5)

    y = vectors_of("unit", rng)
    at = least(lk.derive(lk.VonMisesFisher), y, law, 4)
    c = at["concentration"]
    np.testing.assert_allclose(iv(1.5, c) / iv(0.5, c) * at["direction"], law @ y, atol=1e-5)


@pytest.mark.parametrize(("response", "inverse"), [
    ("logistic", lambda p: np.log(p / (1 - p))), ("cauchy", lambda p: np.tan(np.pi * (p - 0.5))),
])  # fmt: skip
def test_ordered_elicits_cumulative_probabilities(response, inverse):
    p = np.array([0.1, 0.4, 0.2, 0.3])
    loss = lk.derive(lk.Ordered(response=response))
    at = least(loss, np.arange(4.0), p, 4)
    np.testing.assert_allclose(at["cutpoints"] - at["location"], inverse(np.cumsum(p)[:-1]), atol=1e-4)
    assert lk.elicits(loss).unique == "in probabilities; location and cutpoints have a constant to spare"


def test_a_mixture_elicits_moments_of_its_shares():
    rng = np.random.default_rng(1)
    y = np.concatenate([rng.normal(-2, 1, 10), rng.normal(2, 0.5, 10)])
    law = rng.dirichlet(5 * np.ones(20))
    noise = lk.Mixture(lk.Normal(scale="exp"), components=2)
    at = least(lk.derive(noise), y, law, 6)
    w, m, s = at["weights"], at["mean"], at["scale"]
    parts = w * np.exp(-(((y[:, None] - m) / s) ** 2) / 2) / s
    r = law[:, None] * parts / parts.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(r.sum(axis=0), w, atol=1e-5)
    np.testing.assert_allclose((r * y[:, None]).sum(axis=0) / w, m, atol=1e-4)
    np.testing.assert_allclose((r * (y[:, None] - m) ** 2).sum(axis=0) / w, s**2, atol=1e-4)
    found = lk.elicits(noise)
    assert found.unique == "no"
    assert "change places" in found.why
    assert lk.elicits(lk.Mixture([lk.Normal(scale=1), lk.Laplace(scale=1)])).unique.startswith("one minimum was found")


def test_extra_zeros_are_not_part_of_the_mean():
    """A hurdle's mean is that of what is over the hurdle; the mean of all outcomes was said once."""
    y, law = np.array([0.0, 1.0, 3.0, 8.0]), np.array([0.4, 0.3, 0.2, 0.1])
    at = least(lk.derive(lk.Hurdle(lk.Gamma(shape=2.0))), y, law, 2)
    assert at["zero_probability"] == pytest.approx(0.4, abs=1e-6)
    assert at["mean"] == pytest.approx((0.3 + 0.6 + 0.8) / 0.6, rel=1e-5)
    assert "P(y = 0)" in lk.elicits(lk.Hurdle(lk.Gamma(shape=2.0)))


def test_uniqueness_of_several_predictions_is_tried():
    assert lk.elicits(lk.Cauchy).unique.startswith("one minimum was found from 5 starts")
    # a location and a constant on the other side of it: a whole line of best predictions
    twin = lk.elicits(lk.VonMisesFisher)
    assert twin.unique.startswith("yes, unless E[y] = 0")


def test_what_holds_no_outcome_is_asked_nothing():
    for loss in (losses.gan_minimax_generator, losses.circle(0.25, 4.0)):
        with pytest.raises(lk.DerivationError, match="no outcome is in it"):
            lk.elicits(loss)


def test_the_jensen_shannon_divergence_from_a_label_can_be_recalibrated():
    """p_k proportional to 1/log((1 + q_k)/q_k), at the minimiser found by brute force."""
    found = lk.reverse(losses.jensen_shannon)
    assert found.tier == "calibratable"
    q = np.array([0.6353447804, 0.2608041939, 0.1038510257])
    np.testing.assert_allclose([float(p) for p in found.recalibrate(q)], [0.5, 0.3, 0.2], atol=1e-6)
    np.testing.assert_allclose([float(p) for p in found.distort([0.5, 0.3, 0.2])], q, atol=1e-6)


def test_focal_distorts_as_measured():
    """rows.md 3.6: argmin of the conditional risk, and the map back to 1e-12."""
    table = {
        0.5: (0.574, 0.735, 0.833, 0.964),
        2.0: (0.538, 0.627, 0.694, 0.846),
        5.0: (0.518, 0.562, 0.597, 0.695),
    }
    for gamma, expected in table.items():
        labels = Labels(read(losses.focal(gamma)))
        for p, q in zip((0.6, 0.8, 0.9, 0.99), expected, strict=True):
            best = labels.best(p)
            assert float(best) == pytest.approx(q, abs=6e-4)
            assert abs(labels.recalibrated(best) - mpmath.mpf(p)) < 1e-12


PROPER = [
    (losses.binary_cross_entropy, "strictly proper"),
    (losses.brier, "strictly proper"),
    (lk.Bernoulli, "strictly proper"),
    (losses.softmax_cross_entropy, "strictly proper"),
    (lk.Categorical, "strictly proper"),
    (lk.sum_over((shares - lk.one_hot(kind, shares)) ** 2), "strictly proper"),
    (losses.focal(2.0), "neither"),
    (label * (1 - chance) + (1 - label) * chance, "neither"),
    (1 - chosen, "neither"),
    (-((1 - chosen) ** 2) * lk.log(chosen), "neither"),
]


@pytest.mark.parametrize(("loss", "verdict"), PROPER)
def test_properness(loss, verdict):
    found = lk.is_proper(loss)
    assert found == verdict
    assert bool(found) == (verdict != "neither")
    if not found:
        facts = found.counterexample
        assert facts["risk_q"] < facts["risk_p"]


def test_a_score_is_no_probability():
    with pytest.raises(lk.InputError, match="not probabilities"):
        lk.is_proper(losses.hinge)


def test_symbols_that_are_not_clear():
    u, v = sp.symbols("u v", real=True)
    with pytest.raises(lk.InputError, match="which symbol is the outcome"):
        lk.elicits((u - v) ** 2)
    assert lk.elicits((u - v) ** 2, outcome=u) == "mean"
    with pytest.raises(lk.InputError, match="not declared real"):
        lk.elicits((sp.Symbol("y") - v) ** 2)
    with pytest.raises(lk.InputError, match="predicts nothing"):
        lk.elicits(lk.Normal(mean=0, scale=1))
    with pytest.raises(lk.InputError, match="needs a number for gamma"):
        lk.elicits(losses.focal)


def test_a_noise_whose_mean_is_matched_says_so():
    logarithmic = lk.elicits(lk.Logarithmic)
    assert logarithmic == "the probability whose mean is E[y]"
    assert logarithmic.unique == "yes"
    values, shares = np.array([1.0, 2.0, 7.0]), np.array([0.5, 0.3, 0.2])
    found = logarithmic.of(values, shares)
    assert lk.Logarithmic(probability=found).mean() == pytest.approx(values @ shares, rel=1e-12)
    assert lk.elicits(lk.ContinuousBernoulli) == "the probability whose mean is E[y]"
    assert lk.elicits(lk.Zeta) == "the shape with -log_zeta1p_slope(shape - 1) = E[log(y)]"
    zeta = lk.elicits(lk.Zeta).of(values, shares)
    assert float(mpmath.zeta(zeta, derivative=1) / mpmath.zeta(zeta)) == pytest.approx(
        -np.log(values) @ shares, rel=1e-10
    )


def test_losses_whose_best_prediction_is_an_end():
    """Concave in the probability: 0 or 1 is best, with the costs' threshold; or one of them always."""
    both = label * (1 - chance**2) + (1 - label) * (1 - (1 - chance) ** 2)
    assert lk.elicits(both) == "sign only"
    dear = 3 * label * (1 - chance**2) + (1 - label) * (1 - (1 - chance) ** 2)
    assert lk.elicits(dear) == "side of 0.25 only"
    dice = lk.elicits(1 - 2 * label * chance / (label + chance))
    assert dice == "none"
    assert dice.why.endswith("goes to 1")
    for loss in (both, dear, 1 - 2 * label * chance / (label + chance)):
        verdict = lk.is_proper(loss)
        assert verdict == "neither"
        assert verdict.counterexample["risk_q"] < verdict.counterexample["risk_p"]


def test_the_map_of_probabilities_rises_by_its_slope_where_that_has_a_sign():
    assert lk.elicits(losses.exponential).unique == "yes"
    assert "the sign of its slope" in lk.elicits(losses.exponential).why
    assert lk.elicits(losses.generalized_cross_entropy(0.5)).unique.startswith("yes")


def test_a_cusp_at_an_outcome_is_a_minimum():
    """The root of a distance is least at an outcome, where its slope is infinite on both sides."""
    rng = np.random.default_rng(3)
    found = lk.elicits(lk.abs(y - a) ** sp.Rational(1, 2))
    for _ in range(6):
        values, shares = 2 * rng.normal(size=7), rng.dirichlet(np.ones(7))
        risks = [np.sqrt(np.abs(values - v)) @ shares for v in values]
        assert found.of(values, shares) == pytest.approx(values[int(np.argmin(risks))], abs=1e-6)
