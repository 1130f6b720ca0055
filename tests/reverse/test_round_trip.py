"""reverse(derive(noise)) names the noise, for every family of one number; sums of known pieces."""

from __future__ import annotations

import mpmath
import pytest
import sympy as sp
from hypothesis import Phase, assume, given, settings, strategies as st

import likelihoodkit as lk
from likelihoodkit import supports
from likelihoodkit.declaration import as_bound
from likelihoodkit.families import FAMILIES

y = lk.outcome(lk.real)
a = lk.parameter(lk.real, link="identity")
r = y - a

#: vectors, and orders with their cut points: noises that `lk.reverse` names as they are declared, without a search
VECTORS = {name for name, family in FAMILIES.items() if family.outcome.domain.vector} | {"Ordered"}
SCALARS = [name for name in FAMILIES if name not in VECTORS]


def held(family, names, at: float) -> dict[str, float]:
    """Plain numbers inside the domains of the parameters called ``names``."""
    numbers = {}
    for name in names:
        domain = family.parameters[name].domain
        low, high = domain.typical
        value = low + (high - low) * at
        numbers[name] = round(value) if domain.whole else round(value, 2)
    return numbers


@pytest.mark.parametrize("name", SCALARS)
def test_a_noise_names_itself(name):
    """With all parameters predicted that can be, and with all but the first held at a number."""
    family = FAMILIES[name]
    must = [n for n, row in family.parameters.items() if row.link is None]
    _, *rest = family.parameters
    for names, at in ((must, 0.6), (rest, 0.37)):
        bound = as_bound(family(**held(family, names, at)) if names else family)
        noise = lk.reverse(lk.derive(bound))
        assert noise.family is family, noise.reasons
        assert noise.tier == "likelihood"
        if family is not lk.Categorical:
            assert noise.bound == bound


@pytest.mark.parametrize("name", sorted(VECTORS))
def test_a_noise_of_vectors_names_itself(name):
    family = FAMILIES[name]
    must = [n for n, row in family.parameters.items() if row.link is None and row.default is None]
    bound = as_bound(family(**held(family, must, 0.5)) if must else family)
    for thing in (lk.derive(bound), bound):
        noise = lk.reverse(thing)
        assert (noise.tier, noise.family, noise.bound) == ("likelihood", family, bound)
        assert f"lk.check({name})" in noise.reasons[0]


class Cusp(lk.Distribution):
    """A noise of the user's own with two predictions, a family of the kit by other names."""

    y = lk.outcome(lk.real)
    place = lk.parameter(lk.real, link="identity")
    width = lk.parameter(lk.positive, link="exp")
    log_density = -lk.sqrt(lk.abs(y - place) / width) - lk.log(4 * width)


class Blunt(lk.Distribution):
    """As Cusp, but no family of the kit."""

    y = lk.outcome(lk.real)
    place = lk.parameter(lk.real, link="identity")
    width = lk.parameter(lk.positive, link="exp")
    log_density = lk.log(1 + lk.abs(y - place) / width) - lk.abs(y - place) / width - lk.log(4 * width)


class Leaky(lk.Distribution):
    """As Blunt, but its mass moves with the width."""

    y = lk.outcome(lk.real)
    place = lk.parameter(lk.real, link="identity")
    width = lk.parameter(lk.positive, link="exp")
    log_density = -(((y - place) / width) ** 2) - lk.abs(y - place)


#: (noise, whether its mass is one integral or sum)
WRAPPED = [
    (Blunt, True),
    (lk.Mixture(lk.Normal, components=2), True),
    (lk.Mixture([lk.Normal, lk.Laplace]), True),
    (lk.ZeroInflated(lk.Poisson), True),
    (lk.Hurdle(lk.Gamma), True),
    (lk.Hurdle(lk.Gamma(shape=2.0), zero_probability=0.2), True),
    (lk.ZeroOneInflated(lk.Beta), False),
    (lk.Truncated(lk.Normal, low=0), True),
    (lk.Censored(lk.Normal), False),
    (lk.Discretised(lk.Gamma(shape=2.0)), True),
    (lk.Transformed(lk.Gamma, lk.exp), True),
    (lk.Joint(a=lk.Normal, b=lk.Gamma), False),
    (lk.Independent(lk.Normal(scale=1), 3), False),
    (lk.Mislabelled(lk.Categorical, [[0.9, 0.1], [0.2, 0.8]]), False),
]


@pytest.mark.slow
@pytest.mark.parametrize(("noise", "summed"), WRAPPED, ids=[str(n) for n in range(len(WRAPPED))])
def test_noise_made_of_noise_names_itself(noise, summed):
    bound = as_bound(noise)
    for thing in (noise, lk.derive(noise)):
        found = lk.reverse(thing)
        assert (found.tier, found.bound) == ("likelihood", bound)
        assert found.to_json()["noise"] == repr(bound)
    if summed:
        assert "exp(-loss) has the mass 1 and 1 at two predictions" in found.reasons


@pytest.mark.parametrize(
    ("noise", "family"),
    [(Cusp, lk.GeneralizedNormal(shape=0.5)), (lk.Transformed(lk.Normal, lk.log), lk.LogNormal)],
    ids=["typed", "transformed"],
)
def test_a_noise_that_is_a_family_in_other_words_is_told_by_it(noise, family):
    found = lk.reverse(noise)
    assert (found.tier, found.bound) == ("likelihood", as_bound(family))


def test_a_declared_density_that_is_none_is_told_by_its_mass():
    found = lk.reverse(Leaky)
    assert found.tier == "neither"
    assert "has the mass" in found.reasons[0]


#: pieces of a loss of a residual: (in the words of the kit, in mpmath, kinks)
PIECES = [
    (r**2, lambda t: t * t, []),
    (lk.abs(r), abs, []),
    (lk.huber_penalty(r, 1), lambda t: t * t / 2 if abs(t) <= 1 else abs(t) - mpmath.mpf(1) / 2, [-1, 1]),
    (lk.log_cosh(r), lambda t: mpmath.log(mpmath.cosh(t)), []),
    (lk.maximum(0, lk.abs(r) - 1), lambda t: max(0, abs(t) - 1), [-1, 1]),
    (lk.maximum(r * sp.Rational(3, 4), -r / 4), lambda t: max(3 * t / 4, -t / 4), []),
    (lk.sqrt(1 + r**2), lambda t: mpmath.sqrt(1 + t * t), []),
]
WEIGHTS = st.lists(st.sampled_from([0, 0, 1, 2, 3]), min_size=len(PIECES), max_size=len(PIECES))


@pytest.mark.slow
@given(WEIGHTS, st.sampled_from([1, 2]))
@settings(max_examples=8, deadline=None, derandomize=True, phases=[Phase.generate])
def test_sums_of_pieces_are_likelihoods_with_the_right_mass(weights, below):
    """exp(-sum of convex pieces) always integrates; the normaliser is held against mpmath to 1e-12."""
    assume(sum(w > 0 for w in weights) >= 2)
    loss = sp.Add(*[sp.Rational(w, below) * piece for w, (piece, _, _) in zip(weights, PIECES, strict=True)])
    noise = lk.reverse(loss)
    assert noise.tier == "likelihood", noise.reasons
    cuts = sorted({0, *(k for w, (_, _, kinks) in zip(weights, PIECES, strict=True) if w for k in kinks)})
    with mpmath.workdps(25):

        def density(t):
            total = sum(mpmath.mpf(w) / below * f(t) for w, (_, f, _) in zip(weights, PIECES, strict=True) if w)
            return mpmath.exp(-total)

        mass = mpmath.quad(density, [-400, -60, -20, -5, *cuts, 5, 20, 60, 400])
        number = mpmath.mpf(noise.number) if noise.factor == 1 else None
        assert number is not None
        assert abs(number / mass - 1) < 1e-12


@pytest.mark.slow
@given(st.sampled_from(range(7)), st.integers(1, 6), st.integers(1, 4), st.integers(-2, 2))
@settings(max_examples=12, deadline=None, derandomize=True, phases=[Phase.generate])
def test_one_piece_with_a_weight_and_a_constant_is_recognised(piece, weight, below, constant):
    """c * piece + b: the law of the piece at another scale, whatever c and b."""
    names = {0: "Normal", 1: "Laplace", 2: "Huber", 5: "AsymmetricLaplace"}
    noise = lk.reverse(sp.Rational(weight, below) * PIECES[piece][0] + constant)
    assert noise.tier == "likelihood"
    if piece in names:
        assert noise.family is FAMILIES[names[piece]]
    elif piece in {4, 6}:
        assert noise.law in {"a uniform distribution with Laplace tails", "the symmetric hyperbolic distribution"}


kind = lk.outcome(lk.classes)
shares = lk.parameter(lk.simplex, link="softmax")
logits = lk.parameter(supports.real_vector, link="vector")
chosen = lk.pick(shares, kind)

EVERY_SIZE = [
    (lk.losses.categorical_cross_entropy, "likelihood"),
    (lk.losses.sparse_categorical_cross_entropy, "likelihood"),
    (lk.losses.softmax_cross_entropy, "likelihood"),
    (lk.losses.cross_entropy, "likelihood"),
    (lk.losses.temperature(2.0), "likelihood"),
    (lk.Categorical, "likelihood"),
    (lk.log_sum_exp(logits + 1) - lk.pick(logits, kind), "likelihood"),
    (lk.losses.label_smoothing(0.1), "calibratable"),
    (lk.losses.multiclass_focal(2.0), "calibratable"),
    (lk.losses.symmetric_cross_entropy(1, 1), "calibratable"),
    (lk.sum_over((shares - lk.one_hot(kind, shares)) ** 2), "calibratable"),
    (-sp.Rational(3, 4) * lk.log(chosen) - lk.sum_over(lk.log(shares)) / 12, "calibratable"),
    (2 - 2 * chosen**0.5, "calibratable"),
    (1 - chosen, "neither"),
]


@pytest.mark.parametrize(("loss", "tier"), EVERY_SIZE, ids=[str(n) for n in range(len(EVERY_SIZE))])
def test_statements_about_classes_hold_for_every_number_of_them(loss, tier):
    noise = lk.reverse(loss)
    assert noise.tier == tier
    assert any("every K" in text for text in (*noise.reasons, noise.elicits.why)) or noise.elicits == "mode"


@pytest.mark.parametrize("loss", [
    lk.losses.categorical_cross_entropy, lk.losses.softmax_cross_entropy, lk.Categorical,
    lk.sum_over((shares - lk.one_hot(kind, shares)) ** 2),
], ids=repr)  # fmt: skip
def test_strict_propriety_for_every_number_of_classes(loss):
    found = lk.is_proper(loss)
    assert found == "strictly proper"
    assert "for every K (proved)" in found.why


def test_what_holds_for_three_classes_alone_is_not_claimed_for_all():
    """A loss that adds something from the third class on: fine at K = 3 by construction, another at K = 4."""
    odd = -lk.log(chosen) + (lk.entries(shares) - 3) * lk.sum_over(shares**2)
    found = lk.is_proper(odd)
    assert "every K" not in found.why
    assert "every K" not in lk.reverse(odd).reasons[0]


@pytest.mark.parametrize("q", [0.3, 0.7, 0.9])
def test_generalised_cross_entropy_is_a_power_of_the_truth(q):
    noise = lk.reverse(lk.losses.generalized_cross_entropy(q))
    assert noise.tier == "calibratable"
    for p in (0.01, 0.3, 0.6, 0.8, 0.99):
        odds = (p / (1 - p)) ** (1 / (1 - q))
        assert float(noise.distort(p)) == pytest.approx(odds / (1 + odds), rel=1e-10)
        assert abs(noise.recalibrate(noise.distort(p)) - mpmath.mpf(p)) < 1e-12
