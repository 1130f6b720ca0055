"""From losses back to noise: tiers, normalisers against quadrature, recalibration, round trips."""

from __future__ import annotations

import json

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import Phase, given, settings, strategies as st

import likelihoodkit as lk
from likelihoodkit import losses
from likelihoodkit.numbers import evaluate
from likelihoodkit.primitives import lower

y = lk.outcome(lk.real)
a = lk.parameter(lk.real, link="identity")
r = y - a
amount = lk.outcome(lk.positive)
guess = lk.parameter(lk.positive, link="exp")
label = lk.outcome(lk.binary)
chance = lk.parameter(lk.unit, link="sigmoid")
score = lk.parameter(lk.real, link="identity")
margin = (2 * label - 1) * score
count = lk.outcome(lk.counts)
kind = lk.outcome(lk.classes)
shares = lk.parameter(lk.simplex, link="softmax")
chosen = lk.pick(shares, kind)

#: loss, its tier, the family behind it (None: no family of the kit)
TIERS = [
    (losses.squared_error, "likelihood", "Normal"),
    (losses.absolute_error, "likelihood", "Laplace"),
    (losses.huber(1.345), "likelihood", "Huber"),
    (losses.smooth_l1(0.5), "likelihood", "Huber"),
    (losses.pseudo_huber(2.0), "likelihood", None),
    (losses.log_cosh, "likelihood", "HyperbolicSecant"),
    (losses.pinball(0.9), "likelihood", "AsymmetricLaplace"),
    (losses.expectile(0.8), "likelihood", "AsymmetricNormal"),
    (losses.cauchy(2.0), "likelihood", "Cauchy"),
    (losses.cauchy(1.0), "likelihood", "Cauchy"),
    (losses.epsilon_insensitive(0.5), "likelihood", None),
    (losses.tukey(4.685), "neither", None),
    (losses.welsch(2.0), "neither", None),
    (losses.geman_mcclure(2.0), "neither", None),
    (losses.linex(1.5), "likelihood", "GumbelMin"),
    (losses.linex(-0.5), "likelihood", "Gumbel"),
    (losses.circular_distance, "likelihood", "VonMises"),
    (losses.squared_log_error, "likelihood", None),
    (losses.poisson_deviance, "likelihood", "Poisson"),
    (losses.gamma_deviance, "likelihood", "Gamma"),
    (losses.inverse_gaussian_deviance, "likelihood", "InverseGaussian"),
    (losses.binary_cross_entropy, "likelihood", "Bernoulli"),
    (losses.hinge, "neither", None),
    (losses.squared_hinge, "calibratable", None),
    (losses.exponential, "calibratable", None),
    (losses.brier, "calibratable", None),
    (losses.focal(2.0), "calibratable", None),
    (losses.focal(0.0), "likelihood", "Bernoulli"),
    (losses.focal(2.0, 0.25), "calibratable", None),
    (losses.categorical_cross_entropy, "likelihood", "Categorical"),
    (losses.sparse_categorical_cross_entropy, "likelihood", "Categorical"),
    (losses.softmax_cross_entropy, "likelihood", "Categorical"),
    (3 * lk.abs(r), "likelihood", "Laplace"),
    (lk.abs(r) ** 1.5, "likelihood", "GeneralizedNormal"),
    (r**4, "likelihood", "GeneralizedNormal"),
    (r**2 / 8 + 5, "likelihood", "Normal"),
    (2 * lk.log(1 + r**2 / 9), "likelihood", "Cauchy"),  # of scale 3, at half the loss
    (2 * lk.log(1 + r**2 / 3), "likelihood", "StudentT"),  # of 3 degrees of freedom, as it stands
    (sp.Rational(5, 2) * lk.log(1 + r**2 / 4), "likelihood", "StudentT"),
    (lk.log(1 + lk.abs(r)) / 2, "neither", None),
    (lk.minimum(r**2, 1), "neither", None),
    (r**2 + lk.abs(r), "likelihood", None),
    (lk.maximum(r, 0) + r**2, "likelihood", None),
    (lk.softplus(r) + lk.softplus(-r), "likelihood", "Logistic"),
    (lk.exp(r) - r, "likelihood", "GumbelMin"),
    (lk.abs(lk.log(amount / guess)), "likelihood", None),
    ((lk.log(amount) - lk.log(guess)) ** 2, "likelihood", "BoxCoxNormal"),
    (amount / guess + lk.log(guess), "likelihood", "Exponential"),
    ((amount - guess) ** 2, "likelihood", "Normal"),
    (((amount - guess) / guess) ** 2, "neither", None),
    ((amount - guess) ** 2 / amount, "likelihood", None),  # reciprocal inverse Gaussian, with 1/sqrt(y)
    (1000 * (lk.sqrt(amount) - lk.sqrt(guess)) ** 2, "neither", None),  # what is cut off at 0 is seen near 0 alone
    ((amount - guess) ** 2 / guess, "neither", None),
    (lk.softplus(-margin), "likelihood", "Bernoulli"),
    (lk.softplus(-2 * margin), "likelihood", None),
    ((1 - margin) ** 2, "calibratable", None),
    (lk.maximum(0, -margin), "neither", None),
    (lk.exp(-3 * margin), "calibratable", None),
    (-3 * label * lk.log(chance) - (1 - label) * lk.log(1 - chance), "calibratable", None),
    (label * (1 - chance) + (1 - label) * chance, "neither", None),
    (label * (1 - chance**0.5) + (1 - label) * (1 - (1 - chance) ** 0.5), "calibratable", None),
    (-((1 - chosen) ** 2) * lk.log(chosen), "calibratable", None),
    (2 - 2 * chosen**0.5, "calibratable", None),
    (1 - chosen, "neither", None),
    (lk.sum_over((shares - lk.one_hot(kind, shares)) ** 2), "calibratable", None),
    (-0.75 * lk.log(chosen) - lk.sum_over(lk.log(shares)) / 12, "calibratable", None),
    (lk.Normal(scale=2), "likelihood", "Normal"),
    (lk.Normal, "likelihood", "Normal"),
    (-2 * label * lk.log(chance) - 2 * (1 - label) * lk.log(1 - chance), "likelihood", "Bernoulli"),  # at half the loss
    (-lk.log(lk.abs(1 - label - chance)), "likelihood", "Bernoulli"),
    (-3 * lk.log(chosen), "likelihood", "Categorical"),
    (count * lk.log(count / guess) - (count - guess), "likelihood", "Poisson"),  # 0 log 0 = 0
    (lk.minimum(1, lk.maximum(0, 1 - margin)), "neither", None),
]


def test_the_table_is_large():
    assert len(TIERS) >= 60


def tried(n, row):
    """The square over the outcome and its like, whose masses are far from any closed form, take seconds."""
    marks = [pytest.mark.slow] if n in {50, 51} else []
    return pytest.param(*row, id=f"{n}: {row[1]} {row[2]}", marks=marks)


@pytest.mark.parametrize(("loss", "tier", "family"), [tried(*pair) for pair in enumerate(TIERS)])
def test_tier_and_family(loss, tier, family):
    noise = lk.reverse(loss)
    assert noise.tier == tier, str(noise)
    assert (None if noise.family is None else noise.family.__name__) == family
    assert noise.reasons
    assert noise.is_likelihood == (tier == "likelihood")
    assert noise.tier in str(noise)
    assert json.loads(json.dumps(noise.to_json()))["tier"] == tier
    assert tier != "calibratable" or (noise.map and noise.inverse)


#: loss of the residual in mpmath, from the textbook, beside the loss of the kit
TEXTBOOK = [
    (losses.squared_error, lambda t: t**2, []),
    (losses.absolute_error, lambda t: abs(t), []),
    (losses.huber(1.345), lambda t: t * t / 2 if abs(t) <= 1.345 else mpmath.mpf(1.345) * (abs(t) - 0.6725),
     [-1.345, 1.345]),
    (losses.pseudo_huber(2.0), lambda t: 4 * (mpmath.sqrt(1 + t * t / 4) - 1), []),
    (losses.log_cosh, lambda t: mpmath.log(mpmath.cosh(t)), []),
    (losses.pinball(0.75), lambda t: max(0.75 * t, -0.25 * t), []),
    (losses.expectile(0.75), lambda t: (0.75 if t > 0 else 0.25) * t * t, []),
    (losses.epsilon_insensitive(0.5), lambda t: max(0, abs(t) - 0.5), [-0.5, 0.5]),
    (losses.linex(1.5), lambda t: mpmath.exp(min(1.5 * t, 20)) - 1.5 * t - 1, []),
    (lk.abs(r) ** 1.5, lambda t: abs(t) ** 1.5, []),
    (r**4, lambda t: t**4, []),
    (r**2 + lk.abs(r), lambda t: t * t + abs(t), []),
]  # fmt: skip


@pytest.mark.parametrize(("loss", "textbook", "places"), TEXTBOOK, ids=[str(n) for n in range(len(TEXTBOOK))])
def test_normaliser_mean_and_variance_against_quadrature(loss, textbook, places):
    noise = lk.reverse(loss)
    assert noise.factor == 1
    with mpmath.workdps(25):
        far = [5, 20, 60, 150, 400]
        cuts = sorted({*places, 0, *far, *(-f for f in far)})

        def moment(n):
            return mpmath.quad(lambda t: t**n * mpmath.exp(-textbook(t)), cuts)

        mass, first, second = moment(0), moment(1), moment(2)
        assert abs(mpmath.mpf(noise.number) / mass - 1) < 1e-12
        prediction = next(iter(sp.sympify(noise.mean).free_symbols))
        mean = sp.sympify(noise.mean).xreplace({prediction: sp.Integer(0)})
        assert abs(mpmath.mpf(str(sp.N(mean, 20))) - first / mass) < 1e-11
        assert abs(mpmath.mpf(str(sp.N(noise.variance, 20))) / (second / mass - (first / mass) ** 2) - 1) < 1e-11


def test_reasons_are_numbers():
    hinge = lk.reverse(losses.hinge).reasons[0]
    assert "0.735759 at score = 0" in hinge
    assert "1.13534 at 1" in hinge
    tukey = lk.reverse(losses.tukey(2.0)).reasons[1]
    assert "exp(-2/3) = 0.513417" in tukey
    brier = lk.reverse(losses.brier)
    assert brier.elicits == "probability"
    assert "-9.08e-05" in brier.notes[0]
    assert "once it is predicted the proof no longer applies" in lk.reverse(losses.squared_error).notes[0]
    assert "moves with the prediction" in lk.reverse((amount - guess) ** 2 / guess).reasons[0]


@pytest.mark.parametrize("gamma", [0.5, 2.0, 5.0])
def test_recalibration_restores_the_probability(gamma):
    noise = lk.reverse(losses.focal(gamma))
    for p in (0.01, 0.3, 0.6, 0.9, 0.99):
        assert abs(noise.recalibrate(noise.distort(p)) - mpmath.mpf(p)) < 1e-12
    with pytest.raises(lk.UndefinedError):
        lk.reverse(losses.hinge).recalibrate(0.3)


def test_recalibration_of_classes():
    truth = [0.5, 0.3, 0.15, 0.05]
    for loss in (-((1 - chosen) ** 2) * lk.log(chosen), 2 - 2 * chosen**0.5):
        noise = lk.reverse(loss)
        back = noise.recalibrate(noise.distort(truth))
        assert max(abs(float(u - v)) for u, v in zip(back, truth, strict=True)) < 1e-12
    quadratic = lk.reverse(2 - 2 * chosen**0.5)  # p^(1/(1 - q)) with q = 1/2: squares
    squares = [p**2 / sum(t**2 for t in truth) for p in truth]
    assert max(abs(float(u - v)) for u, v in zip(quadratic.distort(truth), squares, strict=True)) < 1e-12


def test_logit_shift_of_weighted_cross_entropy():
    noise = lk.reverse(-3 * label * lk.log(chance) - 2 * (1 - label) * lk.log(1 - chance))
    assert noise.map == "logit(prediction) = logit(p) + log(3/2)"


NOISES = [
    lk.Normal, lk.Laplace, lk.Cauchy, lk.Logistic, lk.Gumbel, lk.GumbelMin, lk.HyperbolicSecant, lk.StudentT,
]  # fmt: skip
HALVES = st.integers(1, 12).map(lambda n: n / 2)


@given(st.sampled_from(NOISES), HALVES, HALVES, st.integers(-3, 3))
@settings(max_examples=10, deadline=None, derandomize=True, phases=[Phase.generate])
def test_round_trip(family, scale, df, constant):
    """A noise with its parameters held at any number is named again, from the formula of its loss alone."""
    held = {"scale": scale, **({"df": df + 1} if family is lk.StudentT else {})}
    loss = lk.derive(family(**held))
    noise = lk.reverse(loss)
    assert noise.family is family
    assert noise.bound == family(**held)
    assert noise.normaliser == 1
    shifted = -family(**held).family.formula.xreplace(
        {family.parameters[n].symbol: v for n, v in family(**held).held.items()}
    )
    if family is lk.StudentT:  # without its normaliser it is a Cauchy at another factor
        return
    assert lk.reverse(shifted + constant, prediction=next(iter(family.parameters.values())).symbol).family is family


@pytest.mark.parametrize("noise", [
    lk.Gamma(shape=2.5), lk.Gamma, lk.Weibull(shape=3), lk.Poisson, lk.NegativeBinomial(dispersion=0.5), lk.Bernoulli,
    lk.Beta(concentration=7), lk.LogNormal(scale=0.5), lk.InverseGaussian(shape=3), lk.Huber(scale=2, threshold=1.5),
    lk.AsymmetricLaplace(scale=2, level=0.3), lk.VonMises(concentration=2), lk.Categorical,
], ids=repr)  # fmt: skip
def test_round_trip_elsewhere(noise):
    assert lk.reverse(lk.derive(noise)).family is lk.derive(noise).bound.family


def test_what_cannot_be_read():
    with pytest.raises(lk.InputError, match="needs a number for delta"):
        lk.reverse(losses.huber)


amount, number = lk.outcome(lk.positive), lk.outcome(lk.counts)
rate, tilt = lk.parameter(lk.positive, link="exp"), lk.parameter(lk.real, link="identity")
chance = lk.parameter(lk.unit, link="sigmoid")
#: (loss without its terms in y alone, in a parameter that is not the mean; family; what it holds; the mean)
NATURAL = [
    (rate * amount - 3 * lk.log(rate), lk.Gamma, {"shape": 3}, 3 / rate),
    (rate * amount - lk.log(rate), lk.Exponential, {}, 1 / rate),
    (rate * amount - 2 * lk.sqrt(rate), lk.InverseGaussian, {"shape": 2}, 1 / lk.sqrt(rate)),
    (lk.exp(tilt) - number * tilt, lk.Poisson, {}, lk.exp(tilt)),
    (
        -number * lk.log(chance) - 3 * lk.log(1 - chance),
        lk.NegativeBinomial,
        {"dispersion": 1 / 3},
        3 * chance / (1 - chance),
    ),
    (2 * tilt**2 - tilt * lk.outcome(lk.real), lk.Normal, {"scale": 2}, 4 * tilt),
]


@pytest.mark.parametrize(("loss", "family", "held", "mean"), NATURAL, ids=[f.__name__ for _, f, _, _ in NATURAL])
def test_a_likelihood_up_to_a_factor_of_the_outcome(loss, family, held, mean):
    """Natural exponential families in their own parameter: the mean score is zero, so the mean is known."""
    noise = lk.reverse(loss)
    assert (noise.tier, noise.family) == ("likelihood", family)
    assert {name: float(value) for name, value in noise.bound.held.items()} == pytest.approx(held)
    assert "up to a factor of y alone" in noise.reasons[0]
    at = dict.fromkeys(noise.mean.free_symbols, sp.Rational(1, 3))
    place = {s: sp.Rational(1, 3) for s in mean.free_symbols}
    assert float(noise.mean.xreplace(at)) == pytest.approx(float(mean.xreplace(place)), rel=1e-14)


def test_the_density_of_a_gamma_loss_in_its_rate():
    noise = lk.reverse(rate * amount - 3 * lk.log(rate))
    (y_,) = [s for s in noise.density.free_symbols if s.name.startswith("y") or s == amount]
    (r_,) = noise.density.free_symbols - {y_}
    for y, r in ((0.7, 1.3), (2.5, 0.4)):
        found = float(evaluate(lower(noise.density), {y_: mpmath.mpf(y), r_: mpmath.mpf(r)}))
        assert found == pytest.approx(r**3 * y**2 * np.exp(-r * y) / 2, rel=1e-14)


def test_no_factor_helps_where_a_variance_would_be_negative():
    noise = lk.reverse(rate * amount + lk.log(rate))
    assert noise.tier == "neither"
    assert "its variance -1/prediction**2" in noise.reasons[1]


def test_of_two_noises_the_plainer_is_named_and_the_other_told():
    student = lk.reverse(2 * lk.log(1 + r**2 / 3))
    assert student.bound == lk.StudentT(scale=1, df=3)
    assert student.factor == 1
    assert student.normaliser == sp.sqrt(3) * sp.pi / 2
    assert "it is the loss of Cauchy(scale=1.73205080757) too (proved): exp(-1/2 loss) up to a constant" in str(student)
    cauchy = lk.reverse(2 * lk.log(1 + r**2 / 9))
    assert (cauchy.bound, cauchy.factor) == (lk.Cauchy(scale=3), sp.Rational(1, 2))
    assert "StudentT(scale=1.73205080757, df=3) too (proved): exp(-loss) up to a constant" in str(cauchy)


def test_a_loss_that_creeps_up_to_its_bound_has_no_noise():
    """Barron's at alpha = -1 is 3 (1 - 1/sqrt(r^2/3 + 1)): no power of |r|, and no factor helps."""
    noise = lk.reverse(3 - 3 / lk.sqrt(r**2 / 3 + 1))
    assert noise.tier == "neither"
    assert "tends to exp(-3) = 0.0497871" in noise.reasons[0]
    assert noise.notes == ("no factor helps: a bounded loss has no noise",)
    slow = lk.reverse(lk.log(1 + lk.log(1 + r**2)))  # grows without bound, and slower than any multiple of log|r|
    assert slow.tier == "neither"


def test_a_closed_form_with_a_pole_where_it_does_not_hold():
    """Lomax's mean is scale/(shape - 1) above a shape of 1 only: at 1 SymPy's AttributeError was all that was said."""
    found = lk.reverse(2 * lk.log(amount + guess) - lk.log(guess))
    assert (repr(found.bound), found.mean, found.variance) == ("LogLogistic(shape=1)", sp.oo, sp.oo)
    lomax = lk.reverse(3 * lk.log(amount + guess) - 2 * lk.log(guess))
    assert (repr(lomax.bound), str(lomax.mean), lomax.variance) == ("Lomax(shape=2)", "prediction", sp.oo)


def test_kinks_at_multiples_of_pi():
    """Andrews' sine wave (1974): one minus the cosine of a residual cut at pi."""
    wave = 1 - lk.cos(lk.maximum(lk.minimum(r, sp.pi), -sp.pi))
    assert "tends to exp(-2) = 0.135335" in lk.reverse(wave).reasons[0]
    assert lk.elicits(wave) == "M-functional"


@pytest.mark.parametrize("wave", [lambda r: 1 - lk.cos(r), lambda r: lk.abs(lk.sin(r)), lambda r: lk.sin(2 * r) ** 2])
def test_a_loss_that_comes_back_has_no_noise_on_the_line(wave):
    """exp(-loss) of a periodic loss does not integrate over the reals (a normaliser of 1e26 was told)."""
    y, a = lk.outcome(lk.real), lk.parameter(lk.real, link="identity")
    found = lk.reverse(wave(y - a))
    assert found.tier == "neither"
    assert all("comes back to" in reason for reason in found.reasons)


def test_losses_that_grow_in_waves():
    y, a = lk.outcome(lk.real), lk.parameter(lk.real, link="identity")
    found = lk.reverse((y - a) ** 2 + lk.cos(y - a))
    true = mpmath.quad(lambda r: mpmath.exp(-(r**2) - mpmath.cos(r)), [-mpmath.inf, 0, mpmath.inf])
    assert found.tier == "likelihood"
    assert abs(found.number / true - 1) < 1e-12
    with pytest.raises(lk.UndefinedError, match="cannot be told"):
        lk.reverse(lk.abs(y - a) * (1 + lk.cos(y - a)))


def test_a_variance_is_not_asked_for_at_its_pole():
    y, a = lk.outcome(lk.real), lk.parameter(lk.real, link="identity")
    assert lk.reverse(y**4 - a**4 - 4 * a**3 * (y - a)).tier == "neither"


def test_whole_numbers_have_no_noise_of_the_line():
    """Squared error of integers was said to be normal: what integrates to one does not add up to one."""
    y, a = lk.outcome(lk.supports.integers), lk.parameter(lk.real, link="identity")
    found = lk.reverse((y - a) ** 2)
    assert found.tier == "neither"
    assert "1.77231 at -0.6, 1.77251 at 1.8" in found.reasons[0]
    assert lk.elicits((y - a) ** 2) == "mean"


def test_a_noise_that_spills_over_says_so():
    proportion, share = lk.outcome(lk.unit), lk.parameter(lk.real, link="identity")
    assert "below 0 and above 1 too" in lk.reverse((proportion - share) ** 2).notes[-1]
    assert "below 0 too" in lk.reverse((amount - share) ** 2).notes[-1]


def test_losses_that_are_no_noise_and_were_errors():
    count, chance = lk.outcome(lk.counts), lk.parameter(lk.unit, link="sigmoid")
    rising = lk.reverse(lk.log(chance) - count * lk.log(1 - chance))  # the logarithm of a negative mean
    assert rising.tier == "neither"
    assert "no factor of y alone makes it a likelihood" in rising.reasons[0]
    assert "t^1 is -1.0" in rising.reasons[0]
    y, a = lk.outcome(lk.real), lk.parameter(lk.real, link="identity")
    assert lk.reverse(lk.exp(a) - lk.exp(y) - lk.exp(a) * (y - a)).tier == "neither"  # exp of e^y has no digits


def test_a_scale_about_a_location_that_is_held():
    y, s = lk.outcome(lk.real), lk.parameter(lk.positive, link="exp")
    assert repr(lk.reverse(lk.log(1 + y**2 / s**2) + lk.log(s)).bound) == "Cauchy(location=0)"
