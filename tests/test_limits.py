"""Where one noise or loss becomes another, value and gradient are continuous to 1e-14.

Each row walks towards the limit: at every step value and gradient agree with the formula in mpmath, and at the last
steps with the limit itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath as mp
import numpy as np
import pytest

import likelihoodkit as lk

Formula = Callable[..., Any]
EXACT = 1e-14


@dataclass(frozen=True)
class Walk:
    """One loss, its formula in (y, *outputs), rows (y, other outputs), the last output step by step, and the limit."""

    name: str
    loss: Callable[[float], Any]  # the loss at a step; the step is an output or a setting
    formula: Callable[[float], Formula]
    rows: tuple[tuple[float, tuple[float, ...]], ...]
    steps: tuple[float, ...]
    output: bool = True  # is the step an output, and not a setting?
    limit: Callable[[], Any] | None = None
    arrived: tuple[float, ...] = ()  # steps at which it is the limit
    scale: Callable[[float], float] = lambda step: 1.0  # of the loss against its limit
    shift: Callable[[float], float] = lambda step: 0.0  # what the loss at a step is beyond its limit, at any y


def negative_binomial(step: float) -> Formula:
    def loss(y: Any, f: Any, a: Any) -> Any:
        m, r = mp.exp(f), mp.exp(-a)
        terms = mp.fsum(mp.log1p(j / r) for j in range(int(y)))  # of log Gamma(y + r)/Gamma(r) - y log r
        return mp.log(mp.factorial(y)) - terms - y * f + (y + r) * mp.log1p(m / r)

    return loss


def student(step: float) -> Formula:
    def loss(y: Any, f: Any, g: Any, h: Any) -> Any:
        scale, df = mp.log1p(mp.exp(g)), mp.log1p(mp.exp(h)) if h < 700 else h
        z = (y - f) / scale
        rest = mp.loggamma(df / 2) - mp.loggamma((df + 1) / 2) + mp.log(df * mp.pi) / 2
        return rest + mp.log(scale) + (df + 1) / 2 * mp.log1p(z * z / df)

    return loss


def von_mises(step: float) -> Formula:
    def loss(y: Any, f: Any, g: Any) -> Any:
        k = mp.exp(g)
        if k < 1000:
            bessel = mp.log(mp.besseli(0, k)) - k
        else:
            bessel = -mp.log(2 * mp.pi * k) / 2 + mp.log1p(1 / (8 * k) + 9 / (128 * k * k) + 225 / (3072 * k**3))
        return mp.log(2 * mp.pi) + bessel + 2 * k * mp.sin((y - f) / 2) ** 2

    return loss


def gamma(step: float) -> Formula:
    def loss(y: Any, f: Any, g: Any) -> Any:
        s, x = mp.exp(g), y * mp.exp(-f)
        peak = mp.loggamma(s) - s * g + s
        return peak + mp.log(y) + s * (x - 1 - mp.log(x))

    return loss


def tweedie(power: float) -> Formula:
    def loss(y: Any, f: Any) -> Any:
        p, m = mp.mpf(power), mp.exp(f)
        return 2 * (y ** (2 - p) / ((1 - p) * (2 - p)) - y * m ** (1 - p) / (1 - p) + m ** (2 - p) / (2 - p))

    return loss


def huber(threshold: float) -> Formula:
    def loss(y: Any, f: Any) -> Any:
        d, r = mp.mpf(threshold), abs(y - f)
        mass = mp.sqrt(2 * mp.pi) * mp.erf(d / mp.sqrt(2)) + 2 / d * mp.exp(-d * d / 2)
        return mp.log(mass) + (r * r / 2 if r <= d else d * r - d * d / 2)

    return loss


COUNTS = tuple((y, (f,)) for y, f in ((0.0, 0.3), (1.0, -5.0), (2.0, 1.0), (30.0, 3.5), (3.0, 0.0)))
PLACES = ((0.0, (0.5, 0.0)), (1.0, (0.0, 3.0)), (-2.5, (1.0, -2.0)), (7.0, (-30.0, 1.0)))
AMOUNTS = ((2.5, (0.3,)), (0.7, (-1.0,)), (30.0, (3.0,)), (1e-3, (2.0,)), (40.0, (-3.0,)))
SMALL = (-30.0, -36.0, -50.0, -104.0)

WALKS = (
    Walk(
        "a negative binomial without dispersion is Poisson",
        lambda step: lk.NegativeBinomial, negative_binomial, COUNTS, (-3.0, -9.0, -20.0, *SMALL),
        limit=lambda: lk.Poisson, arrived=(-50.0, -104.0, -709.0, -745.0, -1e4, -1e300),
    ),
    Walk(
        "Student's t with many degrees of freedom is normal",
        lambda step: lk.StudentT, student, PLACES, (3.0, 30.0, 1e3, 1e4, 1e6, 1e8, 1e10, 1e12, 1e15),
        limit=lambda: lk.Normal, arrived=(1e20, 1e40, 1e150, 1e300),
    ),
    Walk(
        "von Mises without concentration is uniform",
        lambda step: lk.VonMises, von_mises, ((0.0, (0.3,)), (1.0, (0.3,)), (-3.0, (0.3,))),
        (1.0, -1.0, -5.0, -20.0, -40.0, -104.0),
    ),
    Walk(
        "von Mises with full concentration is normal",
        lambda step: lk.VonMises, von_mises, ((0.5, (0.5,)), (0.5, (0.5 + 1e-3,)), (1.0, (-2.0,))),
        (1.0, 5.0, 12.0, 20.0, 30.0, 40.0, 104.0),
    ),
    Walk(
        "a gamma with full shape is certain", lambda step: lk.Gamma, gamma, AMOUNTS, (-1.0, 0.0, 3.0, 9.0, 15.0, 20.0)
    ),
    Walk(
        "Tweedie at power 1 is Poisson", lk.losses.tweedie_deviance, tweedie, AMOUNTS,
        (1.5, 1.1, 1.0001, 1 + 1e-8, 1 + 1e-12, 1 + 2e-16 * 2), output=False,
        limit=lambda: lk.losses.poisson_deviance, arrived=(1 + 4e-16,),
    ),
    Walk(
        "Tweedie at power 2 is gamma", lk.losses.tweedie_deviance, tweedie, AMOUNTS,
        (1.5, 1.9, 1.9999, 2 - 1e-8, 2 - 1e-12, 2 - 2e-16 * 2), output=False,
        limit=lambda: lk.losses.gamma_deviance, arrived=(2 - 4e-16,),
    ),
    Walk(
        "Huber with a wide threshold is squared error",
        lambda d: lk.Huber(threshold=d, scale=1), huber, ((0.5, (0.0,)), (3.0, (1.0,)), (-2.0, (5.0,))),
        (1.0, 3.0, 10.0, 1e3), output=False,
        limit=lambda: lk.Normal(scale=1), arrived=(1e3, 1e8, 1e100, 1e300),
    ),
    Walk(
        "Huber with a narrow threshold is absolute error",
        lambda d: lk.Huber(threshold=d, scale=1), huber, ((0.5, (0.0,)), (3.0, (1.0,)), (-2.0, (5.0,))),
        (1.0, 0.1, 1e-3, 1e-8, 1e-100), output=False,
    ),
)  # fmt: skip


def loss_of(made: Any) -> Any:
    return made if hasattr(made, "value_and_gradient") else lk.derive(made)


def computed(made: Any, y: float, outputs: list[float]) -> tuple[float, np.ndarray]:
    value, gradient = loss_of(made).value_and_gradient([y], [outputs])
    return float(value[0]), np.reshape(gradient, -1)


def close(found: float, true: Any, size: Any) -> bool:
    """To 1e-14 of the number, or of what rounding the inputs may do to it."""
    return bool(abs(mp.mpf(found) - true) <= EXACT * (abs(true) + size))


@pytest.mark.parametrize("walk", WALKS, ids=lambda w: w.name)
def test_every_step_agrees_with_the_formula(walk: Walk) -> None:
    with mp.workdps(300):
        for step in walk.steps:
            formula, made = walk.formula(step), walk.loss(step)
            for y, others in walk.rows:
                at = [*others, step] if walk.output else list(others)
                value, gradient = computed(made, y, at)
                exact = [mp.mpf(y), *map(mp.mpf, at)]

                def slope(place: int, exact: list[Any] = exact, formula: Formula = formula) -> Any:
                    h = mp.mpf(10) ** -100 * (1 + abs(exact[place]))
                    moved = [
                        formula(*[x + sign * h if i == place else x for i, x in enumerate(exact)]) for sign in (1, -1)
                    ]
                    return (moved[0] - moved[1]) / (2 * h)

                slopes = [slope(i) for i in range(1, len(exact))]
                size = sum(abs(x * s) for x, s in zip(exact[1:], slopes, strict=True))
                assert close(value, formula(*exact), size), (step, y, at, value)
                for ours, true in zip(gradient, slopes, strict=True):
                    assert close(float(ours), true, size + abs(true)), (step, y, at, ours, true)


@pytest.mark.parametrize("walk", [w for w in WALKS if w.limit], ids=lambda w: w.name)
def test_at_its_end_it_is_the_limit(walk: Walk) -> None:
    assert walk.limit is not None
    for step in walk.arrived:
        for y, others in walk.rows:
            at = [*others, step] if walk.output else list(others)
            value, gradient = computed(walk.loss(step), y, at)
            limit, slopes = computed(walk.limit(), y, list(others))
            size = sum(abs(x * s) for x, s in zip(others, slopes, strict=True))
            assert close(value, mp.mpf(limit), 1 + size), (step, y, value, limit)
            for ours, true in zip(gradient[: len(slopes)], slopes, strict=True):
                assert close(float(ours), mp.mpf(float(true)), size + abs(true)), (step, y, at, ours, true)
            assert (np.abs(gradient[len(slopes) :]) < 1e-12).all()


@pytest.mark.parametrize("log_concentration", [-40.0, -104.0, -709.0, -745.0, -1e4])
def test_no_concentration_is_uniform_on_the_circle(log_concentration: float) -> None:
    for y in (0.0, 1.0, -3.0):
        value, gradient = computed(lk.VonMises, y, [0.3, log_concentration])
        assert value == pytest.approx(np.log(2 * np.pi), rel=1e-14)
        assert (np.abs(gradient) < 1e-14).all()


@pytest.mark.parametrize("family", [lk.VonMises, lk.Gamma])
@pytest.mark.parametrize("log_size", [40.0, 104.0, 700.0, 745.0])
def test_at_its_centre_a_certain_noise_is_normal(family: Any, log_size: float) -> None:
    value, gradient = computed(
        family, 1.0 if family is lk.Gamma else 0.5, [0.0 if family is lk.Gamma else 0.5, log_size]
    )
    assert value == pytest.approx(0.5 * np.log(2 * np.pi) - 0.5 * log_size, rel=1e-14)
    np.testing.assert_allclose(gradient, [0.0, -0.5], atol=1e-14)


def test_a_narrow_huber_pulls_as_absolute_error() -> None:
    for threshold in (1e-8, 1e-100, 1e-300):
        loss = lk.derive(lk.Huber(threshold=threshold, scale=1))
        np.testing.assert_allclose(loss.gradient([3.0, -2.0], [1.0, 5.0]) / threshold, [-1.0, 1.0], rtol=1e-14)
