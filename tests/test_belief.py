"""Laws of a belief: every family, its closed forms against sums and quadrature, its samples against both."""

from __future__ import annotations

import zlib
from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf

import likelihoodkit as lk
import textbook
from likelihoodkit.expectation import Density
from likelihoodkit.families import CHAPTERS
from likelihoodkit.predict import Belief
from scope import NUMBERS as FAMILIES

HELD: dict[str, dict[str, float]] = {
    "AsymmetricLaplace": {"level": 0.3}, "Huber": {"threshold": 1.345}, "Binomial": {"trials": 12},
    "AsymmetricNormal": {"level": 0.3}, "BetaBinomial": {"trials": 12}, "Pareto": {"minimum": 0.5},
    "Tweedie": {"power": 1.5},
}  # fmt: skip
ORDERED = [name for name in FAMILIES if name != "Categorical"]  # classes have no order: no cdf, no moments
PRINTED = [name for name in ORDERED if name in textbook.FAMILIES]  # judged against the textbook row
AMOUNTS = [
    name for chapter in ("Real numbers", "Positive amounts", "Proportions and angles") for name in CHAPTERS[chapter]
]
#: without a value that has a probability of its own
CONTINUOUS = [name for name in AMOUNTS if not FAMILIES[name].outcome.domain.atoms]
DISCRETE = [name for name in ORDERED if name not in AMOUNTS]
#: power tails: a moment exists in part of the parameter space only, and elsewhere is refused (`UndefinedError`)
POWER_TAILS = {"Cauchy", "HalfCauchy", "LogLogistic", "Lomax", "Burr", "Frechet", "InverseGamma", "BetaPrime",
               "Zeta", "YuleSimon", "Pareto", "GeneralizedPareto", "GeneralizedExtremeValue"}  # fmt: skip
UNIT = {name for name in FAMILIES if FAMILIES[name].outcome.domain.name == "unit"}
ENDLESS = {"Zeta", "YuleSimon"}  # more outcomes than can be laid out: nothing but closed forms gives their cdf
CIRCLES = {"VonMises", "WrappedCauchy"}
LEVELS = np.array([1e-12, 1e-3, 0.05, 0.3, 0.5, 0.62, 0.9, 0.999, 1 - 1e-12])


class Bare(Density):
    """A density that has forgotten its closed forms, but not where it ends."""

    def form(self, name: str, row: Any, **symbols: Any) -> Any:
        return super().form(name, row, **symbols) if name in ("lowest", "highest") else None

    def declares(self, name: str) -> bool:
        return False


def loss_of(name: str) -> lk.Loss:
    return lk.derive(FAMILIES[name](**HELD.get(name, {})))


def outputs_of(name: str, rows: int = 6, scale: float = 0.7) -> np.ndarray:
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    width = {"Categorical": 4, "Ordered": 5}.get(name) or len(loss_of(name).outputs)
    outputs = rng.normal(scale=scale, size=(rows, width))
    if name == "StudentT":
        outputs[:, 2] += 4  # enough degrees of freedom for a variance
    if name == "SkewT":
        outputs[:, 3] += 4
    if name in ("Beta", "Kumaraswamy"):
        outputs[:, 1] += 3  # away from the corners, where mass lies between 1 - 2**-53 and 1
    if name == "GeneralizedNormal":
        outputs[:, 2] += 2  # away from the cusps: at shapes up to 1/2 the information is infinite
    if name.startswith("BoxCox"):  # the density ends like y^(power - 1): no end without bound, and two moments
        outputs[:, 2] += np.where(outputs[:, 2] < 0, -3, 1)
    if name == "BoxCoxT":
        outputs[:, 3] += 3  # powers of 1 and above with many degrees of freedom have a variance
    if name == "Pareto":
        outputs[:, 0] += 2  # two moments
    if name in ("GeneralizedPareto", "GeneralizedExtremeValue"):
        outputs[:, -1] *= 0.2  # two moments, and information
    return outputs


def belief_of(name: str, rows: int = 6) -> Belief:
    return loss_of(name).distribution(outputs_of(name, rows))


def bare(belief: Belief) -> Belief:
    density = belief.pointwise
    copy = Bare.__new__(Bare)
    copy.__dict__.update(density.__dict__)
    copy.cache = {}
    return replace(belief, pointwise=copy)


def parameters_of(name: str) -> list[list[Any]]:
    """Rows of parameters in the textbook's order, in mpmath."""
    found = loss_of(name).parameters(outputs_of(name))
    names = [p for p, _ in textbook.FAMILIES[name].parameters]
    return [[mpf(float(found[p][row])) for p in names] for row in range(6)]


@pytest.mark.parametrize("name", [name for name in PRINTED if textbook.FAMILIES[name].cdf])
def test_cdf_agrees_with_the_textbook(name: str) -> None:
    row = textbook.FAMILIES[name]
    assert row.cdf is not None
    belief = belief_of(name)
    y = belief.quantile(np.array([[0.02], [0.4], [0.97]]) * np.ones(6))
    held = {k: mpf(v) for k, v in HELD.get(name, {}).items()}
    with mp.workdps(40):
        expected = [
            [row.cdf(mpf(float(y[i, j])), *parameters, **held) for j, parameters in enumerate(parameters_of(name))]
            for i in range(3)
        ]
        both = np.array(expected, dtype=float), np.array([[1 - e for e in line] for line in expected], dtype=float)
    np.testing.assert_allclose(belief.cdf(y), both[0], rtol=2e-12)
    np.testing.assert_allclose(belief.survival(y), both[1], rtol=1e-11, atol=1e-30)  # 1 - cdf of 40 digits


@pytest.mark.parametrize("name", [n for n in PRINTED if textbook.FAMILIES[n].moments and n != "Cauchy"])
def test_moments_agree_with_the_textbook(name: str) -> None:
    moments = textbook.FAMILIES[name].moments
    assert moments is not None
    belief = belief_of(name)
    held = {k: mpf(v) for k, v in HELD.get(name, {}).items()}
    expected = np.array([[float(m) for m in moments(*parameters, **held)] for parameters in parameters_of(name)])
    np.testing.assert_allclose(belief.mean(), expected[:, 0], rtol=1e-12)
    np.testing.assert_allclose(belief.variance(), expected[:, 1], rtol=1e-11)


@pytest.mark.slow
@pytest.mark.parametrize("name", ORDERED)
def test_closed_forms_agree_with_sums_and_quadrature(name: str) -> None:
    belief, numeric = belief_of(name), bare(belief_of(name))
    y = belief.quantile(np.broadcast_to(LEVELS[1:-1, None], (7, 6)))
    if name in ENDLESS:
        step = np.exp(belief.log_density(y))
        np.testing.assert_allclose(belief.cdf(y) - belief.cdf(y - 1), step, rtol=1e-11, atol=2e-16)
        np.testing.assert_allclose(belief.cdf(y) + belief.survival(y), 1, rtol=1e-15)
        np.testing.assert_array_equal(numeric.mode(), belief.mode())
        return
    rough = 1e-14 if name in CIRCLES else 0.0  # one that has forgotten its median is cut opposite its peak
    level = (belief.cdf(y) + belief.cdf(y - 1)) / 2 if name in DISCRETE else belief.cdf(y)
    np.testing.assert_allclose(numeric.cdf(y), belief.cdf(y), rtol=1e-11, atol=rough)
    np.testing.assert_allclose(numeric.survival(y), belief.survival(y), rtol=1e-11, atol=rough + 1e-15)
    np.testing.assert_allclose(numeric.quantile(level), y, rtol=1e-10, atol=10 * rough + 1e-11)
    np.testing.assert_allclose(numeric.median(), belief.median(), rtol=1e-10, atol=10 * rough + 1e-12)
    np.testing.assert_allclose(numeric.entropy(), belief.entropy(), rtol=1e-11, atol=1e-12)
    if name not in POWER_TAILS:
        np.testing.assert_allclose(numeric.mean(), belief.mean(), rtol=1e-11, atol=1e-12)
        np.testing.assert_allclose(numeric.variance(), belief.variance(), rtol=1e-10)
    found, declared = numeric.mode(), belief.mode()
    edge = np.isneginf(belief.log_density(declared))  # the mode of a density without bound is the end of its support
    np.testing.assert_allclose(found[edge], declared[edge], atol=1e-15)
    found, declared = np.where(edge, y[3], found), np.where(edge, y[3], declared)
    # a smooth top is flat: its place is known to the root of the rounding; the height to all digits
    np.testing.assert_allclose(numeric.log_density(found), belief.log_density(declared), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(found, declared, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", CONTINUOUS)
def test_cdf_undoes_quantile(name: str) -> None:
    belief = belief_of(name)
    level = np.broadcast_to(LEVELS[:, None], (9, 6))
    y = belief.quantile(level)
    assert (np.diff(y, axis=0) > 0).all()
    # the ends of a proportion and of a circle are numbers like 1, which round; a power tail is long, not steep
    inner = np.nextafter(np.nextafter(y, 0.5), 0.5) if name in UNIT else y
    rounding = 4 * np.exp(belief.log_density(inner)) * np.spacing(np.abs(y))
    assert (np.abs(belief.cdf(y[:5]) - level[:5]) <= 1e-11 * level[:5] + rounding[:5]).all()
    assert (np.abs(belief.survival(y[4:]) - (1 - level[4:])) <= 1e-11 * (1 - level[4:]) + rounding[4:]).all()


#: laws whose far quantiles take seconds
LONG = {"Zeta"}


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.slow) if n in LONG else n for n in DISCRETE])
def test_discrete_quantile_is_the_smallest_that_reaches_the_level(name: str) -> None:
    belief = belief_of(name)
    level = np.broadcast_to(LEVELS[:, None], (9, 6))
    y = belief.quantile(level)
    assert (np.diff(y, axis=0) >= 0).all()
    assert (y == np.floor(y)).all()
    assert (belief.cdf(y) >= level - 2e-16).all()
    short = y < 2**20  # further out a power tail falls too slowly for the neighbours to differ
    assert (belief.cdf(y - 1) < level)[short].all()
    assert (belief.survival(y) <= (1 - level) * (1 + 1e-3)).all()
    assert (belief.quantile(belief.cdf(y)) == y)[short].all()
    assert (belief.cdf(y + 0.5) == belief.cdf(y)).all()


@pytest.mark.parametrize(
    "noise",
    [
        lk.NegativeBinomial(mean=1, dispersion=1),
        lk.Geometric(mean=1),
        lk.Hurdle(lk.Geometric(mean=1), zero_probability=0.5),
    ],
)
def test_levels_that_are_met_exactly_are_reached(noise: lk.declaration.Bound) -> None:
    """P(Y <= y) = 1 - 2^-(y + 1), whatever the last digit that is computed."""
    y = np.arange(20)
    np.testing.assert_array_equal(noise.quantile(1 - 0.5 ** (y + 1.0)), y)


SMALL_LEVELS = (
    lk.Poisson(mean=100.0),
    lk.Binomial(trials=1000, probability=0.12),
    lk.NegativeBinomial(mean=100.0, dispersion=0.01),
    lk.Skellam(first=100.0, second=150.0),
)


@pytest.mark.parametrize("noise", SMALL_LEVELS, ids=repr)
def test_small_levels_of_counts_keep_their_digits(noise: Any) -> None:
    """Below 2^-53 the other tail rounds to 1 and reaches any level."""
    level = np.array([1e-30, 1e-20, 1e-16])
    y = noise.quantile(level)
    assert (noise.cdf(y) >= level * (1 - 1e-14)).all()
    assert (noise.cdf(y - 1) < level).all()


@pytest.mark.parametrize("name", ORDERED)
def test_ends_of_the_support(name: str) -> None:
    belief = belief_of(name)
    low, high = belief.quantile(0), belief.quantile(1)
    assert (belief.cdf(high) == 1).all()
    assert (belief.survival(high) == 0).all()
    if name not in CIRCLES:  # a circle has no ends: low is the same angle as high
        assert (belief.cdf(-np.inf) == 0).all()
        assert (belief.survival(-np.inf) == 1).all()
        assert (belief.log_density(-np.inf) == -np.inf).all()
        assert (belief.log_density(np.where(np.isfinite(low), low - 1, -np.inf)) == -np.inf).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", ORDERED)
def test_samples_have_the_moments_they_should(name: str) -> None:
    belief = belief_of(name, 3)
    size = 4000
    drawn = belief.sample(np.random.default_rng(7), size)
    assert drawn.shape == (size, 3)
    uniform = belief.cdf(drawn) if name in CONTINUOUS else None
    if uniform is not None:  # moments of uniforms, whatever the tails
        for power in (1, 2, 3):
            z = (
                (np.mean(uniform**power, axis=0) - 1 / (power + 1))
                * np.sqrt(size * (2 * power + 1))
                * (power + 1)
                / power
            )
            assert np.abs(z).max() < 4
    if name not in POWER_TAILS | CIRCLES:
        z = (drawn.mean(axis=0) - belief.mean()) / np.sqrt(belief.variance() / size)
        assert np.abs(z).max() < 4


@pytest.mark.parametrize("name", CONTINUOUS)
def test_interval_covers(name: str) -> None:
    belief = belief_of(name)
    interval = belief.interval(0.8)
    assert interval.shape == (6, 2)
    np.testing.assert_allclose(belief.cdf(interval[:, 1]) - belief.cdf(interval[:, 0]), 0.8, rtol=1e-12)
    np.testing.assert_allclose(belief.cdf(interval[:, 0]), 0.1, rtol=1e-12)


@pytest.mark.parametrize("name", FAMILIES)
def test_float32_gives_float32(name: str) -> None:
    outputs = outputs_of(name, 2).astype(np.float32)
    single, double = loss_of(name).distribution(outputs), loss_of(name).distribution(outputs.astype(float))
    calls: list[Any] = [Belief.mode, Belief.entropy, lambda b: b.sample(3), lambda b: b.log_density(b.mode())]
    if name != "Categorical":
        calls += [Belief.median, lambda b: b.quantile(0.3), lambda b: b.interval(0.5), lambda b: b.cdf(0.5)]
    for call in calls:
        found, expected = call(single), call(double)
        assert found.dtype == np.float32
        assert expected.dtype == np.float64
        np.testing.assert_allclose(found, expected, rtol=2e-6, atol=2e-6)


def test_circle() -> None:
    belief = lk.derive(lk.VonMises).distribution([[3.0, np.log(2.0)], [0.0, -30.0]])
    with mp.workdps(30):
        total = 2 * mp.pi * mp.besseli(0, 2)
        expected = mp.quad(lambda t: mp.exp(2 * mp.cos(t)), [-mp.pi, 0, 1]) / total
    np.testing.assert_allclose(belief.cdf([4.0, 0.0]), [float(expected), 0.5], rtol=1e-13)
    np.testing.assert_allclose(belief.cdf([4.0 - 2 * np.pi, 0.0]), belief.cdf([4.0, 0.0]), rtol=1e-13)
    np.testing.assert_allclose(belief.log_density([4.0 + 2 * np.pi, 0.0]), belief.log_density([4.0, 0.0]), rtol=1e-13)
    np.testing.assert_allclose(belief.quantile([1.0, 1.0]), [3.0 + np.pi, np.pi])
    np.testing.assert_allclose(belief.quantile([0.75, 0.75])[1], np.pi / 2)  # no concentration: uniform


def test_a_circle_of_ones_own_is_cut_opposite_its_peak() -> None:
    class Cardioid(lk.Distribution):
        """Directions with a cosine for their density."""

        y = lk.outcome(lk.circle)
        place = lk.parameter(lk.real, link=lk.links.identity)
        share = lk.parameter(lk.unit, link=lk.links.sigmoid)
        log_density = lk.log(1 + share * lk.cos(y - place)) - lk.log(2 * lk.pi)

    outputs = [(0.3, 0.5), (2.9, -3.0), (-1.0, 4.0), (1.0, -30.0)]  # the last is all but even
    y = np.array([1.0, 2.0, -2.0, 0.5])
    true = []
    for (place, output), angle in zip(outputs, y, strict=True):
        away = np.mod(angle - place + np.pi, 2 * np.pi)
        true.append((away - np.sin(away) / (1 + np.exp(-output))) / (2 * np.pi))
    np.testing.assert_allclose(lk.derive(Cardioid).distribution(outputs).cdf(y), true, rtol=4e-15)


def test_sampling_by_inversion_is_fast_enough_to_use() -> None:
    belief = lk.derive(lk.VonMises).distribution([[0.0, 1.0]])
    drawn = belief.sample(np.random.default_rng(0), 10_000)[:, 0]
    resultant = np.mean(np.cos(drawn))
    np.testing.assert_allclose(resultant, 1 - belief.variance()[0], atol=4 * np.std(np.cos(drawn)) / 100)


@pytest.mark.parametrize(
    ("noise", "outputs"),
    [
        (lk.Normal, [[1e8, np.log(np.expm1(1e-3))], [-1e-12, np.log(np.expm1(1e-12))], [1e100, 1e92]]),
        (lk.LogNormal, [[-600.0, -10.0], [300.0, 0.0], [0.0, 3.0]]),
        (lk.Gamma, [[20.0, 12.0], [-200.0, 0.0], [0.0, -2.0]]),
        (lk.Logistic, [[1e3, -15.0], [0.0, 200.0], [5.0, 0.0]]),
    ],
)
def test_narrow_scales_and_far_locations(noise: Any, outputs: list[list[float]]) -> None:
    belief = lk.derive(noise).distribution(outputs)
    numeric = bare(belief)
    y = belief.quantile(np.broadcast_to([[0.01], [0.3], [0.9]], (3, 3)))
    # an outcome is only known to its last digit, which is a share of the scale
    np.testing.assert_allclose(numeric.cdf(y), belief.cdf(y), rtol=1e-4)
    np.testing.assert_allclose(numeric.entropy(), belief.entropy(), rtol=1e-4)


def test_scales_below_the_spacing_of_outcomes_are_refused() -> None:
    with pytest.raises(lk.DerivationError):
        bare(lk.derive(lk.Normal).distribution([[1e16, -3.0]])).entropy()


def test_heavy_and_extreme_counts() -> None:
    belief = lk.derive(lk.NegativeBinomial).distribution([[8.0, 2.0], [-20.0, 0.0], [6.0, -20.0]])
    numeric = bare(belief)
    np.testing.assert_allclose(numeric.mean(), belief.mean(), rtol=1e-9)
    np.testing.assert_allclose(numeric.quantile(0.99), belief.quantile(0.99))


def test_a_family_of_ones_own_needs_no_closed_form() -> None:
    class Cosh(lk.Distribution):
        y = lk.outcome(lk.real)
        centre = lk.parameter(lk.real, link="identity")
        log_density = -2 * lk.log_cosh(y - centre) - lk.log(2)

    class Zeta(lk.Distribution):
        y = lk.outcome(lk.counts)
        slope = lk.parameter(lk.positive, link="exp")
        log_density = y * lk.log(slope) - (y + 1) * lk.log1p(slope)

    class Half(lk.Distribution):
        y = lk.outcome(lk.real)
        centre = lk.parameter(lk.real, link="identity")
        log_density = -((y - centre) ** 2) / 2

    belief = lk.derive(Cosh).distribution([-40.0, 0.5, 1e4])
    y = np.array([-39.0, 0.0, 1e4])
    np.testing.assert_allclose(belief.cdf(y), (1 + np.tanh(y - [-40.0, 0.5, 1e4])) / 2, rtol=1e-13)
    np.testing.assert_allclose(belief.variance(), np.pi**2 / 12, rtol=1e-9)
    np.testing.assert_allclose(belief.quantile(0.5), [-40.0, 0.5, 1e4], rtol=1e-13)
    np.testing.assert_allclose(lk.derive(Zeta).distribution([1.0, 5.0]).mean(), np.exp([1.0, 5.0]), rtol=1e-12)
    with pytest.raises(lk.DerivationError, match=r"row 0 integrates to 2\.50662827463"):
        lk.derive(Half).distribution([0.0]).mean()


def test_a_tail_that_falls_as_a_square_is_summed_to_its_end() -> None:
    """P(Y <= y) = 1 - start/(y + 1 + start): the terms telescope."""

    class Slow(lk.Distribution):
        y = lk.outcome(lk.counts)
        start = lk.parameter(lk.positive, link="exp")
        log_density = lk.log(start) - lk.log(y + start) - lk.log(y + start + 1)

    belief = lk.derive(Slow).distribution([0.0])
    np.testing.assert_allclose(belief.cdf(3), 0.8, rtol=1e-12)
    np.testing.assert_allclose(belief.survival(999_998), 1e-6, rtol=1e-9)
    assert belief.quantile(0.99) == 98
    with pytest.raises(lk.UndefinedError, match="mean of row 0"):
        belief.mean()


def test_undefined_moments() -> None:
    student = lk.derive(lk.StudentT).distribution([[0.0, 0.0, 5.0], [0.0, 0.0, 1.0], [0.0, 0.0, -1.0]])
    with pytest.raises(lk.UndefinedError, match=r"StudentT: the mean of row 2 .* df > 1") as caught:
        student.mean()
    assert (caught.value.family, caught.value.parameter, caught.value.index) == ("StudentT", "df", 2)
    assert "median" in str(caught.value)
    with pytest.raises(lk.UndefinedError):
        student.variance()
    infinite = lk.derive(lk.StudentT).distribution([[0.0, 0.0, 1.0]])  # 1 < df <= 2: a mean, no finite variance
    assert infinite.variance()[0] == np.inf
    cauchy = lk.derive(lk.Cauchy).distribution([[0.0, 0.0]])
    with pytest.raises(lk.UndefinedError, match="median"):
        cauchy.mean()
    with pytest.raises(lk.UndefinedError):
        cauchy.variance()


def test_classes_have_no_order() -> None:
    belief = belief_of("Categorical")
    for call in (Belief.mean, Belief.median, Belief.variance, lambda b: b.cdf(1), lambda b: b.quantile(0.5)):
        with pytest.raises(lk.UndefinedError, match=r"no order.*parameters"):
            call(belief)
    probabilities = loss_of("Categorical").parameters(outputs_of("Categorical"))["probabilities"]
    drawn = belief.sample(np.random.default_rng(1), 5000)
    share = (drawn[..., None] == np.arange(4)).mean(axis=0)
    assert np.abs((share - probabilities) / np.sqrt(probabilities * (1 - probabilities) / 5000)).max() < 4
    np.testing.assert_allclose(belief.entropy(), -(probabilities * np.log(probabilities)).sum(axis=1), rtol=1e-13)
    np.testing.assert_array_equal(belief.mode(), probabilities.argmax(axis=1))


def test_a_fully_bound_noise_is_a_distribution() -> None:
    noise = lk.Gamma(mean=2, shape=3)
    assert noise.mean() == 2
    np.testing.assert_allclose(noise.variance(), 4 / 3)
    y = noise.quantile([[0.1, 0.5], [0.7, 0.9]])
    assert y.shape == (2, 2)
    np.testing.assert_allclose(noise.cdf(y) + noise.survival(y), 1)
    assert noise.sample(0, (2, 3)).shape == (2, 3)
    assert np.ndim(noise.sample(np.random.default_rng(0))) == 0
    assert (noise.sample(5, 4) == noise.sample(5, 4)).all()
    np.testing.assert_allclose(noise.log_density(1.5), -lk.derive(lk.Gamma)([1.5], [[np.log(2), np.log(3)]])[0])
    np.testing.assert_allclose(noise.cdf(noise.median()), 0.5)
    np.testing.assert_allclose(noise.mode(), 4 / 3)
    assert np.isfinite(noise.entropy())
    with pytest.raises(lk.BindingError, match="still predicts shape"):
        lk.Gamma(mean=2).mean()
    with pytest.raises(lk.BindingError, match="probability, trials"):
        lk.Binomial.__call__().mean()


def test_wrong_arguments() -> None:
    belief = belief_of("Normal")
    with pytest.raises(lk.ShapeError, match=r"\(\.\.\., 6\)"):
        belief.cdf([1.0, 2.0])
    with pytest.raises(lk.SupportError, match=r"y\[1\] is missing"):
        belief.log_density([0.0, np.nan, 0, 0, 0, 0])
    with pytest.raises(lk.InputError, match="between 0 and 1"):
        belief.quantile(1.5)
    with pytest.raises(lk.InputError, match="between 0 and 1"):
        belief.interval(1.0)
    with pytest.raises(lk.InputError, match="generator or a seed"):
        belief.sample(None)  # type: ignore[arg-type]
    with pytest.raises(FrozenInstanceError):
        belief.dtype = np.dtype(np.float32)  # type: ignore[misc]
    empty = lk.derive(lk.Huber(threshold=1)).distribution(np.empty((0, 2)))
    assert empty.mean().shape == empty.quantile(0.5).shape == empty.sample(0).shape == (0,)


def test_densities_as_they_are_drawn() -> None:
    """Of numbers, of vectors and of joint outcomes: zero where nothing can be."""
    normal = lk.derive(lk.Normal(scale=1)).distribution([0.0])
    assert normal.density(0.0)[0] == pytest.approx(1 / np.sqrt(2 * np.pi), rel=1e-15)
    np.testing.assert_allclose(
        lk.derive(lk.Poisson).distribution([0.0]).density([[2.0], [0.5]]), [[np.exp(-1) / 2], [0]]
    )
    plane = lk.derive(lk.Independent(lk.Normal(scale=1), 2)).distribution([[0.0, 0.0]])
    joint = lk.derive(lk.Joint(a=lk.Normal(scale=1), b=lk.Normal(scale=1))).distribution([[0.0, 0.0]])
    for belief in (plane, joint):
        np.testing.assert_allclose(belief.density([[0.0, 0.0]]), [1 / (2 * np.pi)], rtol=1e-15)


def test_several_levels_of_every_row_are_told_how() -> None:
    belief, level = lk.derive(lk.Normal(scale=1)).distribution([0.0, 1.0, 2.0]), [0.1, 0.9]
    with pytest.raises(lk.ShapeError, match=r"Several of every row: np.tile\(np.reshape\(level, \(-1, 1\)\), 3\)"):
        belief.quantile(level)
    found = belief.quantile(np.tile(np.reshape(level, (-1, 1)), 3))
    np.testing.assert_array_equal(found, [belief.quantile(0.1), belief.quantile(0.9)])
