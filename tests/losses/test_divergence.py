"""Divergences in closed form: every pair against quadrature, and what is written down against what is derived."""

from __future__ import annotations

from functools import cache

import mpmath as mp
import numpy as np
import pytest
import sympy as sp

import likelihoodkit as lk
from likelihoodkit import losses
from likelihoodkit.families import FAMILIES
from likelihoodkit.losses._divergence import PRIOR, kl_pairs
from likelihoodkit.losses._expectations import LAWS
from likelihoodkit.losses._written import WRITTEN
from likelihoodkit.numbers import evaluate
from likelihoodkit.primitives import lower

VECTORS = {"Categorical", "Dirichlet", "VonMisesFisher", "MultivariateNormal", "Multinomial"}
KINKS = {"Laplace", "GeneralizedNormal"}  # a corner that a grid would have to hit
#: families that have divergences: with expectations of their own, a declared entropy, or a formula written down
FIRST = sorted({*LAWS, *(a for a, _ in WRITTEN)} | {n for n, f in FAMILIES.items() if hasattr(f, "entropy")})


@cache
def partners(first):
    """The second families of all pairs that begin with this one; asked when a test runs, not when it is collected."""
    return [second for _, second in kl_pairs(first)]


#: more of what makes tails light, where the range of the quadrature asks for it
LIGHTER = {
    ("StudentT", "df"): 6, ("Beta", "concentration"): 8, ("Kumaraswamy", "first"): 4, ("Zeta", "shape"): 6,
    ("Kumaraswamy", "second"): 3, ("GeneralizedExtremeValue", "shape"): -0.35, ("GeneralizedPareto", "shape"): -0.35,
}  # fmt: skip


def typical(name, shift):
    """Numbers for all parameters, well inside; ``shift`` tells the two noises apart."""
    found = {}
    for k, (parameter, row) in enumerate(FAMILIES[name].parameters.items()):
        low, high = row.domain.low, row.domain.high
        if (low, high) == (0, 1):
            found[parameter] = 0.35 + 0.2 * shift
        elif np.isinf(low):
            found[parameter] = 0.4 + 0.5 * shift + LIGHTER.get((name, parameter), 0)
        else:
            found[parameter] = low + 1.75 + 0.6 * shift + 0.2 * k + LIGHTER.get((name, parameter), 0)
    return found


def number(formula):
    with mp.workdps(40):
        return float(evaluate(lower(formula), {}))


def grid(domain, reach=1.0):
    """Points and weights of a rule that converges geometrically for smooth densities on the domain."""
    if domain.discrete:
        y = np.arange(domain.low, min(domain.high, 4000 * reach) + 1)
        return y, np.ones(len(y))
    if domain.circular:
        return np.linspace(-np.pi, np.pi, 4000, endpoint=False), np.full(4000, 2 * np.pi / 4000)
    t = np.arange(-80 * reach, 80 * reach, 1 / 64)
    if domain.high == 1:
        t = t[np.abs(t) < 36]
        y = 1 / (1 + np.exp(-t))
        return y, y * (1 - y) / 64
    if domain.low == 0:
        return np.exp(t), np.exp(t) / 64
    t = t / 2
    return np.sinh(t), np.cosh(t) / 128


def by_quadrature(p, q, reach=1.0):
    y, weights = grid(p.family.outcome.domain, reach)
    with np.errstate(all="ignore"):
        log_p, log_q = p.log_density(y), q.log_density(y)
        share = np.exp(log_p) * weights
        return float(np.sum((share * (log_p - log_q))[share > 0]))


def by_halves(p, q, places):
    """As `by_quadrature`, cut at the corners, closer and closer to them."""
    near = {place + side * 2.0**-k for place in places for side in (1, -1) for k in range(40)}
    far = {side * size for size in (6, 10, 20, 40, 100, 200, 400) for side in (1, -1)}
    cuts = np.array(sorted({*places, *near, *far}))
    nodes, weights = np.polynomial.legendre.leggauss(60)
    half = np.diff(cuts)[:, None] / 2
    y = cuts[:-1, None] + half * (1 + nodes)
    log_p, log_q = (noise.log_density(y.ravel()).reshape(y.shape) for noise in (p, q))
    return float(np.sum(half * weights * np.exp(log_p) * (log_p - log_q)))


@pytest.mark.parametrize("first", [name for name in FIRST if name not in VECTORS])
def test_a_closed_form_is_the_integral(first):
    for second in partners(first):
        is_the_integral(first, second)


def is_the_integral(first, second):
    p, q = FAMILIES[first](**typical(first, 0)), FAMILIES[second](**typical(second, 1))
    closed = number(losses.kl_formula(p, q))
    if np.isinf(closed):  # and so the integral grows with the range
        assert closed > 0, second
        more, less = by_quadrature(p, q, 1.0), by_quadrature(p, q, 0.5)
        assert more > less + 1 or not np.isfinite(more), second
        return
    found = by_quadrature(p, q)
    if {first, second} & KINKS:
        found = by_halves(p, q, [typical(n, s).get("location", 0.0) for n, s in ((first, 0), (second, 1))])
    assert closed == pytest.approx(found, rel=1e-12, abs=1e-12), second


#: closed forms where both are held at one place, or have one scale
HELD = [
    (lk.GeneralizedNormal(location=0.5, scale=2, shape=3), lk.GeneralizedNormal(location=0.5, scale=1.5, shape=1.25)),
    (lk.GeneralizedNormal(location=0.5, scale=2, shape=1.5), lk.Laplace(location=0.5, scale=1.5)),
    (lk.Laplace(location=-1, scale=1.5), lk.GeneralizedNormal(location=-1, scale=3, shape=1.25)),
    (lk.Normal(mean=0, scale=1.5), lk.GeneralizedNormal(location=0, scale=1.25, shape=1.75)),
    (lk.Normal(mean=1, scale=1.5), lk.GeneralizedNormal(location=1, scale=1.25, shape=3)),
    (lk.HyperbolicSecant(location=0.5, scale=2), lk.HyperbolicSecant(location=-1.5, scale=2)),
    (lk.HyperbolicSecant(location=0.5, scale=0.25), lk.HyperbolicSecant(location=4, scale=0.25)),
    (lk.HalfCauchy(scale=2), lk.HalfCauchy(scale=0.125)),
]


@pytest.mark.parametrize(("p", "q"), HELD, ids=repr)
def test_held_at_one_place_or_with_one_scale(p, q):
    """Quadrature in mpmath, cut at the corners and where the tails begin."""
    place = float(p.median())

    def density(y):
        log_p, log_q = (noise.belief.log_density(np.array([float(y)])) for noise in (p, q))
        return mp.exp(float(log_p[0])) * (float(log_p[0]) - float(log_q[0]))

    if p.family.outcome.domain.low == 0:  # tails too heavy for the range below
        one, two = mp.mpf(2), mp.mpf("0.125")
        ratio = lambda y: mp.log(two * (1 + (y / two) ** 2) / (one * (1 + (y / one) ** 2)))
        found = mp.quad(lambda y: 2 / (mp.pi * one * (1 + (y / one) ** 2)) * ratio(y), [0, 0.1, 1, 10, 100, mp.inf])
        assert float(found) == pytest.approx(number(losses.kl_formula(p, q)), rel=1e-12)
        return
    cuts = [place + s * w for s in (-1, 1) for w in (0, 0.5, 2, 6, 15, 40, 80)]
    found = mp.quad(density, sorted({*cuts, float(q.median())}), maxdegree=7)
    assert float(found) == pytest.approx(number(losses.kl_formula(p, q)), rel=1e-11)


@pytest.mark.parametrize("name", FIRST)
def test_it_is_zero_for_a_noise_and_itself_and_never_negative(name):
    if name not in partners(name):
        with pytest.raises(
            (lk.DerivationError, lk.BindingError), match=r"no closed form|held at nothing|different kinds"
        ):
            losses.kl_formula(FAMILIES[name], FAMILIES[name])
        return
    family = FAMILIES[name]
    loss = losses.kl(family, family)
    rng = np.random.default_rng(1)
    half = len(loss.outputs) // 2
    domains = [family.parameters[n].domain for n in loss.outputs[:half]]
    wide = [6 if d.layout == "triangle" and d.vector else 3 for d in domains]
    shapes = [(40, w) if name not in VECTORS or d.vector else (40,) for d, w in zip(domains, wide, strict=True)]
    mine = [rng.normal(size=shape) for shape in shapes]
    value, gradient = loss.value_and_gradient(*mine, *mine)
    other = [a + 0.3 * rng.normal(size=a.shape) for a in mine]
    apart, slopes = loss.value_and_gradient(*mine, *other)
    finite = np.isfinite(apart)
    assert finite.any()
    assert np.abs(value[np.isfinite(value)]).max() < 1e-10
    assert (apart[finite] > 0).all()
    for slope in (*gradient.values(), *slopes.values()):
        assert not np.isnan(slope).any()


def test_there_are_many_pairs():
    """Every family with a law of its own or a declared entropy is asked against every other."""
    pairs = [(first, second) for first in FIRST for second in partners(first)]
    assert len(pairs) >= 290
    own = {"Normal", "Gamma", "Beta", "Bernoulli", "Categorical", "Poisson", "Exponential", "Laplace", "LogNormal"}
    own |= {"Dirichlet", "InverseGamma", "Weibull", "InverseGaussian", "VonMises", "Cauchy", "Gumbel", "Zeta"}
    assert {(name, name) for name in own | {"HalfCauchy"}} <= set(pairs)
    assert pairs == [(a, b) for a in FIRST for b in FAMILIES if (a, b) in set(pairs)]


def test_normal_against_the_standard_normal():
    """mu^2/2 + s^2/2 - log s - 1/2, symbol by symbol."""
    mean, scale = (FAMILIES["Normal"].parameters[n].symbol for n in ("mean", "scale"))
    found = losses.kl_formula(lk.Normal, lk.Normal(mean=0, scale=1))
    expected = mean**2 / 2 + scale**2 / 2 - sp.log(scale) - sp.Rational(1, 2)
    assert sp.expand(sp.expand(lower(found)) - expected) == 0


DERIVED = [
    "Normal", "LogNormal", "Poisson", "Exponential", "Rayleigh", "Maxwell", "HalfNormal", "Laplace", "Gumbel",
    "GumbelMin", "Gamma", "InverseGamma", "ChiSquared", "Nakagami", "Weibull", "Frechet", "InverseGaussian",
    "Geometric", "Beta", "BetaPrime", "VonMises", "GeneralizedGamma", "ContinuousBernoulli", "Logarithmic", "Zeta",
]  # fmt: skip


@pytest.mark.parametrize("name", DERIVED)
def test_what_is_written_down_is_what_is_derived(name, monkeypatch):
    from likelihoodkit.losses import _divergence

    family = FAMILIES[name]
    written = losses.kl_formula(family, family)
    monkeypatch.setattr(_divergence, "WRITTEN", {})
    _divergence._formula.cache_clear(), _divergence._derived.cache_clear()
    derived = losses.kl_formula(family, family)
    _divergence._formula.cache_clear(), _divergence._derived.cache_clear()
    rng = np.random.default_rng(0)
    for _ in range(5):
        at = {}
        for symbol in sorted(written.free_symbols, key=str):
            share = np.isfinite(family.parameters[symbol.name.removeprefix("prior_")].domain.high)
            at[symbol] = mp.mpf(rng.uniform(0.1, 0.9) if share else rng.uniform(0.5, 3))
        assert abs(evaluate(lower(written), at) - evaluate(lower(derived), at)) < 1e-13
    assert {s.name.removeprefix(PRIOR) for s in written.free_symbols} == set(family.parameters)


@pytest.mark.parametrize("gap", [1e-3, 1e-8, 1e-150])
def test_noises_close_to_each_other_keep_their_digits(gap):
    """The divergence is half the squared distance in units of the Fisher information."""
    for family, outputs in [(lk.Normal(scale=1), "mean"), (lk.Exponential, "mean"), (lk.Poisson, "mean")]:
        value = losses.kl(family, family)([[0.0]], [[gap]])
        assert outputs in losses.kl(family, family).outputs
        assert value[0] == pytest.approx(gap**2 / 2, rel=max(1e-12, gap), abs=5e-324)


#: families that are no noises of vectors, and whose divergence is written down: nothing in it cancels
CLOSE = [*DERIVED, "LogitNormal", "Cauchy", "HalfCauchy", "WrappedCauchy", "Bernoulli"]
#: settings that both hold
SAME = {"Binomial": {"trials": 7}, "NegativeBinomial": {"dispersion": 0.4}}


@pytest.mark.parametrize("name", [*CLOSE, *SAME])
def test_the_divergence_of_near_noises_has_the_digits_of_its_parameters(name, monkeypatch):
    """Within 32 units times the condition number, 1/gap, of what the log-densities give at 60 digits; 0 for equals."""
    from likelihoodkit.losses import _divergence

    family = FAMILIES[name](**SAME[name]) if name in SAME else FAMILIES[name]
    loss = losses.kl(family, family)
    monkeypatch.setattr(_divergence, "WRITTEN", {} if name in {*DERIVED, *SAME} else WRITTEN)
    _divergence._formula.cache_clear(), _divergence._derived.cache_clear()
    formula = lower(losses.kl_formula(family, family))
    _divergence._formula.cache_clear(), _divergence._derived.cache_clear()
    known = {s.name: s for s in formula.free_symbols}
    links = {n: how for n, how in loss.bound.bindings if n in loss.outputs}
    output = sp.Symbol("f")

    def truth(outputs):
        at = {
            n: evaluate(lower(links[n].inverse(output)), {output: v})
            for n, v in zip(loss.outputs, outputs, strict=True)
        }
        return evaluate(formula, {known[n]: v for n, v in at.items() if n in known})

    rng = np.random.default_rng(0)
    half = len(loss.outputs) // 2
    for gap in (0.5, 1e-2, 1e-5, 1e-9):
        mine = rng.normal(size=half)
        there = mine + gap * rng.normal(size=half)
        places = [*mine, *there]
        value, gradient = loss.value_and_gradient(*[np.array([[v]]) for v in places])
        units = 32 * 2.0**-53 / min(1, np.absolute(there - mine).max())
        with mp.workdps(70):
            exact = [mp.mpf(v) for v in places]
            assert abs(value[0] - truth(exact)) <= units * truth(exact), gap
            slopes = []
            for k in range(len(exact)):
                up, down = ([v + sign * mp.mpf(10) ** -22 * (i == k) for i, v in enumerate(exact)] for sign in (1, -1))
                slopes.append((truth(up) - truth(down)) / (2 * mp.mpf(10) ** -22))
            size = max(abs(s) for s in slopes)
            for n, slope in zip(loss.outputs, slopes, strict=True):
                assert abs(gradient[n][0, 0] - slope) <= units * size, (gap, n)
        assert loss(*[np.array([[v]]) for v in (*mine, *mine)])[0] == 0.0


#: families whose curvature is a function of its own; what their divergences read of one parameter each
BENT = {
    "VonMises": ("concentration", "prior_concentration"),
    "ContinuousBernoulli": ("probability", "prior_probability"),
    "Logarithmic": ("probability", "prior_probability"),
    "Zeta": ("shape", "prior_shape"),
}


@pytest.mark.parametrize("gap", [1.5, 0.5, 1e-2, 1e-5, 1e-9, 0.0])
@pytest.mark.parametrize("name", BENT)
def test_curvatures_of_divergences_keep_their_digits(name, gap):
    """All second derivatives in two outputs against differences of the formula at 90 digits."""
    family = FAMILIES[name](**({"direction": 0.3} if name == "VonMises" else {}))
    loss = losses.kl(family, family)
    assert loss.outputs == BENT[name]
    formula = lower(losses.kl_formula(family, family))
    known = {s.name: s for s in formula.free_symbols}
    links = {n: how for n, how in loss.bound.bindings if n in loss.outputs}
    output = sp.Symbol("f")

    def truth(places):
        at = {n: evaluate(lower(links[n].inverse(output)), {output: v}) for n, v in places.items()}
        return evaluate(formula, {known[n]: v for n, v in at.items()})

    for place in (-3.0, -0.4, 0.9, 2.5):
        places = dict(zip(loss.outputs, (place, place + gap), strict=True))
        found = loss.hessian(*[np.array([[v]]) for v in places.values()])
        with mp.workdps(90):
            step = mp.mpf(10) ** -20
            exact = {
                (a, b): mp.fsum(
                    i * j * truth({n: mp.mpf(v) + (i * (n == a) + j * (n == b)) * step for n, v in places.items()})
                    for i in (1, -1)
                    for j in (1, -1)
                )
                / (4 * step**2)
                for a in loss.outputs
                for b in loss.outputs
            }
        size = max(abs(v) for v in exact.values())
        for (a, b), value in exact.items():
            assert abs(found[a, b][0, 0, 0] - value) <= 32 * 2.0**-53 * size, (place, a, b)


#: pairs whose expectations are gamma functions, moments of extreme values, or the density of a count at 0 and 1
RISEN = [
    ("Bernoulli", "Skellam"), ("Bernoulli", "PoissonInverseGaussian"), ("GeneralizedExtremeValue", "Normal"),
    ("Beta", "LogitNormal"), ("Beta", "LogNormal"), ("BetaPrime", "LogNormal"), ("ChiSquared", "LogNormal"),
    ("ContinuousBernoulli", "Normal"), ("ContinuousBernoulli", "Exponential"), ("ContinuousBernoulli", "HalfNormal"),
    ("Gamma", "LogNormal"), ("GeneralizedGamma", "LogNormal"), ("InverseGamma", "LogNormal"), ("Lomax", "LogNormal"),
    ("Kumaraswamy", "LogNormal"), ("Nakagami", "LogNormal"),
]  # fmt: skip


#: of the laws of amounts against a log-normal these two are tried in every run
OFTEN = {"Gamma", "Lomax"}
DEEP = [
    pytest.param(*pair, marks=[pytest.mark.slow] if pair[1] == "LogNormal" and pair[0] not in OFTEN else [])
    for pair in RISEN
]


@pytest.mark.parametrize(("first", "second"), DEEP)
def test_slopes_and_curvatures_are_those_of_the_value(first, second):
    """Central differences of value and gradient in every output."""
    loss = losses.kl(FAMILIES[first], FAMILIES[second])
    places = {n: np.array([[-0.1 + 0.15 * k]]) for k, n in enumerate(loss.outputs)}
    gradient, hessian, step = loss.gradient(*places.values()), loss.hessian(*places.values()), 1e-5
    for moved in loss.outputs:
        up, down = ({**places, moved: places[moved] + side * step} for side in (1, -1))
        slope = (loss(*up.values()) - loss(*down.values())) / (2 * step)
        assert gradient[moved][0, 0] == pytest.approx(slope[0], rel=1e-6, abs=1e-8), moved
        rise, fall = loss.gradient(*up.values()), loss.gradient(*down.values())
        for n in loss.outputs:
            curve = (rise[n] - fall[n])[0, 0] / (2 * step)
            assert hessian[n, moved].item() == pytest.approx(curve, rel=1e-5, abs=1e-8), (n, moved)


@pytest.mark.parametrize("gap", [0.5, 1e-2, 1e-5, 1e-9])
def test_near_directions_keep_the_digits_of_their_parameters(gap):
    """The formula of the density in mpmath at 80 digits; 0 for equals."""
    rng = np.random.default_rng(5)
    f, c = rng.normal(size=3), 0.4
    other, prior = f + gap * rng.normal(size=3), c + gap * 0.7
    loss = losses.kl(lk.VonMisesFisher, lk.VonMisesFisher)

    def truth(f, c, g, e):
        unit, unit2 = ([v / mp.sqrt(mp.fsum(x * x for x in row)) for v in row] for row in (f, g))
        k, k2 = mp.exp(c), mp.exp(e)
        length = mp.coth(k) - 1 / k
        along = mp.fsum(a * b for a, b in zip(unit, unit2, strict=True))
        return mp.log(k / mp.sinh(k)) - mp.log(k2 / mp.sinh(k2)) + length * (k - k2 * along)

    with mp.workdps(80):
        rows = [mp.mpf(x) for x in f], mp.mpf(c), [mp.mpf(x) for x in other], mp.mpf(prior)
        expected = truth(*rows)
        step = mp.mpf(10) ** -30
        slope = (truth(*rows[:3], rows[3] + step) - truth(*rows[:3], rows[3] - step)) / (2 * step)
        value, gradient = loss.value_and_gradient([f], [c], [other], [prior])
        assert abs(value[0] - expected) <= 64 * 2.0**-53 / min(1, gap) * expected
        assert abs(gradient["prior_concentration"][0] - slope) <= 64 * 2.0**-53 / min(1, gap) * abs(slope)
    assert loss([f], [c], [f], [c])[0] == 0.0


# -- vectors ----------------------------------------------------------------------------------------------------------


def test_classes():
    a, b = np.array([[0.3, -1.0, 2.0]]), np.array([[1.0, 0.5, -0.2]])
    p, q = (np.exp(z) / np.exp(z).sum() for z in (a, b))
    assert losses.kl(lk.Categorical, lk.Categorical)(a, b)[0] == pytest.approx((p * np.log(p / q)).sum(), rel=1e-14)
    many = losses.kl(lk.Multinomial(trials=5), lk.Multinomial(trials=5))(a, b)
    assert many[0] == pytest.approx(5 * (p * np.log(p / q)).sum(), rel=1e-14)


def test_dirichlet_of_two_is_beta():
    mean, concentration = np.array([[0.4, 0.0]]), np.array([1.2])
    other, prior = np.array([[-0.2, 0.0]]), np.array([0.3])
    found = losses.kl(lk.Dirichlet, lk.Dirichlet)(mean, concentration, other, prior)
    numbers = [
        {"mean": 1 / (1 + np.exp(-m[0, 0])), "concentration": np.exp(c[0])}
        for m, c in ((mean, concentration), (other, prior))
    ]
    assert found[0] == pytest.approx(number(losses.kl_formula(*[lk.Beta(**row) for row in numbers])), rel=1e-12)


def test_directions_in_the_plane_are_von_mises():
    found = losses.kl(lk.VonMisesFisher, lk.VonMisesFisher)([[2.0, 0.0]], [0.7], [[0.0, 3.0]], [-0.4])
    p, q = (
        lk.VonMises(direction=0, concentration=np.exp(0.7)),
        lk.VonMises(direction=np.pi / 2, concentration=np.exp(-0.4)),
    )
    assert found[0] == pytest.approx(number(losses.kl_formula(p, q)), rel=1e-12)
    assert found[0] == pytest.approx(by_quadrature(p, q), rel=1e-12)


def test_correlated_normals_against_a_round_one():
    mean, factor = np.array([[0.3, -1.0]]), np.array([[0.1, -0.2, 0.6]])  # log-diagonal, then what is below it
    lower_ = np.array([[np.exp(0.1), 0.0], [0.6, np.exp(-0.2)]])
    covariance = lower_ @ lower_.T
    loss = losses.kl(lk.MultivariateNormal, lk.MultivariateNormal(mean=0, scale=2))
    expected = 0.5 * (
        np.trace(covariance) / 4 + (mean**2).sum() / 4 - 2 + np.log(16) - np.log(np.linalg.det(covariance))
    )
    assert loss(mean, factor)[0] == pytest.approx(expected, rel=1e-14)
    slope = loss.gradient(mean, factor)["scale"]
    for k in range(3):
        bump = np.zeros((1, 3))
        bump[0, k] = 1e-6
        assert slope[0, k] == pytest.approx(
            (loss(mean, factor + bump)[0] - loss(mean, factor - bump)[0]) / 2e-6, rel=1e-7
        )
    with pytest.raises(lk.ShapeError, match="scale has shape"):
        loss(mean, factor[:, :2])


def test_correlated_normals_against_correlated_ones():
    """trace, distance and determinants of full matrices; the slopes by differences; a held scale on the first."""
    rng = np.random.default_rng(2)
    mean, prior_mean = rng.normal(size=(2, 5, 3))
    scale, prior_scale = 0.5 * rng.normal(size=(2, 5, 6))

    def covariance(f):
        factor = np.diag(np.exp(f[:3]))
        factor[1, 0], factor[2, 0], factor[2, 1] = f[3:]
        return factor @ factor.T

    loss = losses.kl(lk.MultivariateNormal, lk.MultivariateNormal)
    arrays = [mean, scale, prior_mean, prior_scale]
    value, gradient = loss.value_and_gradient(*arrays)
    round_ = losses.kl(lk.MultivariateNormal(scale=2.0), lk.MultivariateNormal)(mean, prior_mean, prior_scale)
    for i in range(5):
        unit, gap = covariance(prior_scale[i]), mean[i] - prior_mean[i]
        apart = gap @ np.linalg.solve(unit, gap) - 3 + np.linalg.slogdet(unit)[1]
        for found, own in ((value[i], covariance(scale[i])), (round_[i], 4 * np.eye(3))):
            expected = (np.trace(np.linalg.solve(unit, own)) + apart - np.linalg.slogdet(own)[1]) / 2
            assert found == pytest.approx(expected, rel=1e-13)
    for place, name in enumerate(loss.names):
        for k in range(arrays[place].shape[1]):
            bump = np.zeros_like(arrays[place])
            bump[:, k] = 1e-6
            up, down = (loss(*arrays[:place], arrays[place] + s * bump, *arrays[place + 1 :]) for s in (1, -1))
            assert gradient[name][:, k] == pytest.approx((up - down) / 2e-6, rel=1e-6, abs=1e-8)
    assert np.abs(loss(mean, scale, mean, scale)).max() < 1e-14
    hessian, curvature = loss.hessian(*arrays), loss.curvature(*arrays)
    for place, name in enumerate(loss.names):
        for k in range(arrays[place].shape[1]):
            bump = np.zeros_like(arrays[place])
            bump[:, k] = 1e-6
            up, down = (loss.gradient(*arrays[:place], arrays[place] + s * bump, *arrays[place + 1 :]) for s in (1, -1))
            for other in loss.names:
                slope = (up[other] - down[other]) / 2e-6
                assert np.allclose(hessian[name, other][:, k], slope, rtol=1e-6, atol=1e-7), (name, other)
            assert np.allclose(curvature[name][:, k], hessian[name, name][:, k, k], rtol=1e-14)


# -- bounds -----------------------------------------------------------------------------------------------------------


def test_vae_kl_is_a_sum_of_divergences():
    rng = np.random.default_rng(4)
    mean, log_variance = rng.normal(size=(6, 4)), rng.normal(size=(6, 4))
    loss = losses.kl(lk.Normal(scale="exp"), lk.Normal(mean=0, scale=1))
    value, gradient = loss.value_and_gradient(mean, log_variance / 2)
    known = losses.vae_kl.value_and_gradient(mean, log_variance)
    assert np.allclose(value, known[0], rtol=1e-14)
    assert np.allclose(gradient["scale"] / 2, known[1]["log_variance"], rtol=1e-13)


def test_an_evidence_bound_is_its_parts():
    rng = np.random.default_rng(5)
    y, logits = rng.integers(0, 2, (6, 3)).astype(float), rng.normal(size=(6, 3))
    mean, scale = rng.normal(size=(6, 2)), rng.normal(size=(6, 2))
    bound = losses.evidence_bound(lk.Bernoulli, lk.Normal(scale="exp"), lk.Normal(mean=0, scale=1))
    value, gradient = bound.value_and_gradient(y, logits, mean, scale)
    likelihood = losses.binary_cross_entropy(y.ravel(), logits.ravel()).reshape(6, 3).sum(axis=1)
    divergence = losses.vae_kl(mean, 2 * scale)
    assert np.allclose(value, likelihood + divergence, rtol=1e-14)
    assert np.allclose(gradient["probability"], 1 / (1 + np.exp(-logits)) - y, rtol=1e-12)
    plain = losses.evidence_bound(lk.Normal(scale=1), lk.Normal(scale="exp"), lk.Normal(mean=0, scale=1))
    assert np.allclose(plain(y, logits, mean, scale), losses.elbo(y, logits, mean, 2 * scale), rtol=1e-14)


def test_the_bound_holds_and_is_tight_at_the_posterior():
    """z ~ N(0, 1), y|z ~ N(z, 1): -log p(y) is at most the mean of the loss, and equal to it at N(y/2, 1/2)."""
    y, z, weights = 0.8, *np.polynomial.hermite_e.hermegauss(40)
    truth = -lk.Normal(mean=0, scale=np.sqrt(2)).log_density(y)
    for mean, variance in [(y / 2, 0.5), (0.0, 1.0), (0.1, 0.3)]:
        draws = mean + np.sqrt(variance) * z
        rows = len(draws)
        data, ones = np.full((rows, 1), y), np.ones((rows, 1))
        value = losses.elbo(data, draws[:, None], mean * ones, np.log(variance) * ones)
        bound = (value * weights).sum() / weights.sum()
        assert bound >= truth - 1e-12
        assert (abs(bound - truth) < 1e-12) == ((mean, variance) == (y / 2, 0.5))


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        (lambda: losses.kl(lk.Normal, lk.Gamma), lk.DerivationError, "is infinite"),
        (lambda: losses.kl(lk.Normal, lk.Poisson), lk.DerivationError, "different kinds"),
        (lambda: losses.kl(lk.Bernoulli, lk.Categorical), lk.DerivationError, "different kinds"),
        (lambda: losses.kl(lk.Multinomial(trials=2), lk.Multinomial(trials=3)), lk.DerivationError, "different kinds"),
        (lambda: losses.kl(lk.Logistic, lk.Logistic), lk.DerivationError, "no closed form here"),
        (lambda: losses.kl(lk.Normal(mean=0, scale=1), lk.Normal(mean=0, scale=1)), lk.BindingError, "nothing is"),
        (lambda: losses.kl(lk.Normal(scale=lk.shared), lk.Normal(mean=0, scale=1)), lk.BindingError, "shared"),
        (lambda: losses.evidence_bound(lk.Dirichlet, lk.Normal, lk.Normal), lk.BindingError, "one number"),
    ],
)
def test_what_is_refused(wrong, error, words):
    with pytest.raises(error, match=words):
        wrong()


def test_pairs_with_held_settings():
    """What both hold at one number cancels: trials, dispersion."""
    for first, second, values in [
        (lk.Binomial(probability=0.3, trials=7), lk.Binomial(probability=0.6, trials=7), range(8)),
        (lk.NegativeBinomial(mean=2, dispersion=0.5), lk.NegativeBinomial(mean=3, dispersion=0.5), range(600)),
    ]:
        y = np.array(list(values), float)
        expected = (np.exp(first.log_density(y)) * (first.log_density(y) - second.log_density(y))).sum()
        assert number(losses.kl_formula(first, second)) == pytest.approx(expected, rel=1e-12)
    assert kl_pairs("Normal")[0] == ("Normal", "Normal")
