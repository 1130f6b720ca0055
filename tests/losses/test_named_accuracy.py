"""Losses of several named inputs to the last digits: value within 4 and slopes within 8 units of rounding.

The truth is the textbook formula in mpmath, its slopes difference quotients at 120 digits, at the extremes 1200. A unit
is 2^-53 times |q| + sum |x dq/dx| over all inputs: what rounding the inputs alone may cost. At a kink, and where moving
one input by its last digit goes over one, what lies between the slopes of the two sides is right.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any

import mpmath as mp
import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit import losses
from likelihoodkit.loss import Loss
from losses.settings import INPUTS, one

MODERATE, EXTREME, WIDTH = 20, 16, 2
SIZES = (0.0, 1e-300, 1e-8, 1.0, 30.0, 700.0, 1e4, 1e150)
BARS = {"value": 4.0, "slope": 8.0}
UNIT, LEAST, LARGEST = mp.mpf(2) ** -53, mp.mpf(2) ** -1074, mp.mpf(2) ** 1024

#: loss -> why a bar is not met; an entry that is no longer needed fails
EXEMPT: dict[str, str] = {}


def dot(a: Any, b: Any) -> Any:
    return mp.fsum(x * y for x, y in zip(a, b, strict=True))


def squares(a: Any, b: Any) -> Any:
    return mp.fsum((x - y) ** 2 for x, y in zip(a, b, strict=True))


def far(a: Any, b: Any) -> Any:
    return mp.sqrt(squares(a, b))


def ramp(z: Any) -> Any:
    return max(z, mp.mpf(0))


def softplus(z: Any) -> Any:
    return ramp(z) + mp.log1p(mp.exp(-abs(z)))


def log_sum_exp(z: list[Any]) -> Any:
    return max(z) + mp.log(mp.fsum(mp.exp(x - max(z)) for x in z))


def cosine(a: Any, b: Any) -> Any:
    return dot(a, b) / mp.sqrt(dot(a, a) * dot(b, b))


def normal(y: Any, mean: Any) -> Any:
    return [squares(y, mean) / 2, len(y) * mp.log(2 * mp.pi) / 2]


@cache
def less_one(v: Any, digits: int) -> Any:
    """e^v - 1, the same number being asked for by many quotients."""
    return mp.expm1(v)


def divergence(mean: Any, log_variance: Any, beta: int = 1) -> Any:
    return [beta * x / 2 for m, v in zip(mean, log_variance, strict=True) for x in (m * m, less_one(v, mp.mp.dps), -v)]


def circle(x: Any, o: Any) -> Any:
    """Margin 1/4, scale 4; the weights are those of the original numbers."""
    quarter = mp.mpf(1) / 4
    pushed = [4 * ramp(w + quarter) * (s - quarter) for w, s in zip(o.unlike, x.unlike, strict=True)]
    pulled = [-4 * ramp(1 + quarter - w) * (s - 1 + quarter) for w, s in zip(o.like, x.like, strict=True)]
    return softplus(log_sum_exp(pushed) + log_sum_exp(pulled))


#: name -> the textbook formula of the inputs, and of their originals for what is not differentiated; a list of terms
#: where one may be so large that the others are lost in it
TEXTBOOK: dict[str, Callable[[Any, Any], Any]] = {
    "contrastive": lambda x, o: (squares(x.first, x.second) if x.y else ramp(2 - far(x.first, x.second)) ** 2) / 2,
    "triplet": lambda x, o: ramp(far(x.anchor, x.positive) - far(x.anchor, x.negative) + 1),
    "soft_triplet": lambda x, o: softplus(far(x.anchor, x.positive) - far(x.anchor, x.negative)),
    "cosine_embedding": lambda x, o: (
        1 - cosine(x.first, x.second) if x.y else ramp(cosine(x.first, x.second) - mp.mpf(0.1))
    ),
    "circle": circle,
    "gan_minimax": lambda x, o: softplus(-x.real) + softplus(x.fake),
    "gan_minimax_generator": lambda x, o: -softplus(x.fake),
    "gan_nonsaturating": lambda x, o: softplus(-x.real) + softplus(x.fake),
    "gan_nonsaturating_generator": lambda x, o: softplus(-x.fake),
    "gan_wasserstein": lambda x, o: x.fake - x.real,
    "gan_wasserstein_generator": lambda x, o: -x.fake,
    "gan_hinge": lambda x, o: ramp(1 - x.real) + ramp(1 + x.fake),
    "gan_hinge_generator": lambda x, o: -x.fake,
    "reconstruction": lambda x, o: normal(x.y, x.decoded),
    "vae_kl": lambda x, o: divergence(x.mean, x.log_variance),
    "elbo": lambda x, o: normal(x.y, x.decoded) + divergence(x.mean, x.log_variance),
    "beta_vae": lambda x, o: normal(x.y, x.decoded) + divergence(x.mean, x.log_variance, 4),
}


@dataclass
class Row:
    """One row of inputs: numbers by name, each with its places in one list."""

    formula: Callable[[Any, Any], Any]
    inputs: dict[str, Any]
    step: Any

    def __post_init__(self) -> None:
        self.places = [
            (name, k)
            for name, value in self.inputs.items()
            if name != "y" or np.ndim(value)
            for k in range(np.size(value))
        ]
        self.original = self._moved({})

    def _moved(self, moves: dict[tuple[str, int], Any]) -> Any:
        found = {}
        for name, value in self.inputs.items():
            numbers = [mp.mpf(float(v)) + moves.get((name, k), 0) for k, v in enumerate(np.ravel(value))]
            found[name] = numbers if np.ndim(value) else numbers[0]
        return SimpleNamespace(**found)

    def at(self, moves: dict[tuple[str, int], Any]) -> Any:
        """The terms, as a column that can be added and subtracted."""
        found = self.formula(self._moved(moves), self.original)
        return np.array(found if isinstance(found, list) else [found], dtype=object)

    def number(self, place: tuple[str, int]) -> Any:
        return mp.mpf(float(np.ravel(self.inputs[place[0]])[place[1]]))

    def sides(self, place: tuple[str, int], moves: dict[tuple[str, int], Any]) -> tuple[Any, Any]:
        """The slopes to the left and to the right."""
        here = self.at(moves)
        left, right = (self.at({**moves, place: moves.get(place, 0) + s * self.step}) for s in (-1, 1))
        return mp.fsum((here - left) / self.step), mp.fsum((right - here) / self.step)

    def slope(self, place: tuple[str, int]) -> Any:
        return mp.fsum(self.sides(place, {})) / 2

    def turn(self, one: tuple[str, int], two: tuple[str, int]) -> Any:
        """The second derivative."""
        if one == two:
            return mp.fsum(self.at({one: self.step}) - 2 * self.at({}) + self.at({one: -self.step})) / self.step**2
        signs = [(s, t) for s in (-1, 1) for t in (-1, 1)]
        corners = sum(s * t * self.at({one: s * self.step, two: t * self.step}) for s, t in signs)
        return mp.fsum(corners) / (4 * self.step**2)

    def allowed(self, place: tuple[str, int]) -> tuple[Any, Any]:
        """The least and the greatest slope here and where one input is another in its last digit."""
        found = [*self.sides(place, {})]
        for other in self.places:
            digit = 2 * UNIT * abs(self.number(other)) or LEAST
            for side in (-1, 1):
                found += self.sides(place, {other: side * digit})
        return min(found), max(found)


def offence(kind: str, ours: float, truth: Any, condition: Any, allowed: Callable[[], tuple[Any, Any]]) -> str:
    """What is wrong with a number, or nothing."""
    if abs(truth) >= LARGEST * (1 - UNIT):
        return "" if ours == math.copysign(math.inf, truth) else f"{kind} {ours}, overflows"
    if not math.isfinite(ours):
        return f"{kind} {ours}, true {float(truth)!r}"
    gap = abs(mp.mpf(ours) - truth)
    if gap <= max(4 * LEAST, BARS[kind] * UNIT * condition):
        return ""
    least, greatest = allowed()
    if least <= ours <= greatest:
        return ""
    return f"{kind} {ours!r}, true {float(truth)!r}, {float(gap / UNIT / condition) if condition else math.inf:.3g} u"


def offences(loss: Loss, formula: Callable[[Any, Any], Any], inputs: dict[str, Any], step: Any) -> Iterator[str]:
    """What is wrong at the rows of these inputs."""
    values, slopes = loss.value_and_gradient(**inputs)
    for i in range(len(values)):
        row = Row(formula, {key: array[i] for key, array in inputs.items()}, step)
        place = f"{loss.name} at { {key: np.asarray(v).tolist() for key, v in row.inputs.items()} }: "
        exact = {p: row.slope(p) for p in row.places}
        truth = mp.fsum(row.at({}))
        condition = abs(truth) + mp.fsum(abs(row.number(p) * exact[p]) for p in row.places)
        found = [offence("value", float(values[i]), truth, condition, lambda t=truth: (t, t))]  # type: ignore[misc]
        for p in row.places:
            if p[0] not in slopes:
                continue
            ours = float(np.ravel(slopes[p[0]][i])[p[1]])
            turns = (abs(row.number(q) * row.turn(p, q)) for q in row.places if row.number(q))
            wide = abs(exact[p]) + mp.fsum(turns)
            wrong = offence("slope", ours, exact[p], wide, lambda p=p, row=row: row.allowed(p))  # type: ignore[misc]
            found.append(wrong and f"{wrong} in {p}")
        yield from (place + wrong for wrong in found if wrong)


def drawn(name: str, count: int, draw: Callable[[int], np.ndarray]) -> dict[str, Any]:
    """So many rows of inputs of a loss; labels are 0 or 1, directions not zero."""
    loss = one(name)
    labels = np.random.default_rng(1).integers(0, 2, count).astype(float)
    found: dict[str, Any] = {}
    for key in loss.names:
        domain = loss.bound.family.parameters.get(key, loss.bound.family.outcome).domain
        numbers = draw(count * WIDTH if domain.vector else count)
        found[key] = labels if domain.classes == 2 else numbers.reshape(count, -1) if domain.vector else numbers
    kept = np.ones(count, dtype=bool)
    for key, array in found.items():
        if loss.bound.family.parameters.get(key, loss.bound.family.outcome).domain.name == "directions":
            kept &= array.any(axis=1)
    return {key: array[kept] for key, array in found.items()}


def everyday(name: str) -> dict[str, Any]:
    rng = np.random.default_rng(2)
    return drawn(name, MODERATE, lambda size: rng.normal(size=size))


def extreme(name: str) -> dict[str, Any]:
    rng = np.random.default_rng(3)
    return drawn(name, EXTREME, lambda size: rng.choice(SIZES, size) * rng.choice((-1.0, 1.0), size))


def test_every_loss_of_named_inputs_has_its_textbook_formula() -> None:
    assert set(TEXTBOOK) == INPUTS


@pytest.mark.parametrize("name", TEXTBOOK)
def test_losses_of_named_inputs_keep_their_digits(name: str) -> None:
    found = []
    for inputs, digits, step in ((everyday(name), 120, 40), (extreme(name), 1200, 340)):
        with mp.workdps(digits):
            found += offences(one(name), TEXTBOOK[name], inputs, mp.mpf(10) ** -step)
    assert bool(found) == (name in EXEMPT), "\n".join(found) or "meets the bars now: take it off the list"


def normals(x: Any, o: Any) -> Any:
    scale, prior = ([softplus(z) for z in row] for row in (x.scale, x.prior_scale))
    terms = zip(x.mean, scale, x.prior_mean, prior, strict=True)
    return mp.fsum(mp.log(t / s) + (s * s + (m - w) ** 2) / (2 * t * t) - mp.mpf(1) / 2 for m, s, w, t in terms)


def bernoullis(x: Any, o: Any) -> Any:
    """The log-odds are what is given."""
    pairs = zip(x.probability, x.prior_probability, strict=True)
    sides = [(s * a, s * b) for a, b in pairs for s in (-1, 1)]
    return mp.fsum((softplus(-b) - softplus(-a)) / (1 + mp.exp(-a)) for a, b in sides)


def poissons(x: Any, o: Any) -> Any:
    return mp.fsum(mp.exp(b) - mp.exp(a) + mp.exp(a) * (a - b) for a, b in zip(x.mean, x.prior_mean, strict=True))


def exponentials(x: Any, o: Any) -> Any:
    return mp.fsum(mp.exp(a - b) - 1 - (a - b) for a, b in zip(x.mean, x.prior_mean, strict=True))


def gammas(x: Any, o: Any) -> Any:
    rows = zip(x.mean, x.shape, x.prior_mean, x.prior_shape, strict=True)
    total = mp.mpf(0)
    for mean, a, prior_mean, b in ([mp.exp(z) for z in row] for row in rows):
        rates = mp.log(a / mean) - mp.log(b / prior_mean)
        total += (a - b) * mp.digamma(a) - mp.loggamma(a) + mp.loggamma(b) + b * rates + b * mean / prior_mean - a
    return total


#: family -> the divergence of two of it, in outputs of the links
DIVERGENCES = {
    "Normal": normals,
    "Bernoulli": bernoullis,
    "Poisson": poissons,
    "Exponential": exponentials,
    "Gamma": gammas,
}


@pytest.mark.parametrize("name", DIVERGENCES)
def test_divergences_keep_their_digits(name: str) -> None:
    loss = losses.kl(getattr(lk, name), getattr(lk, name))
    rng = np.random.default_rng(4)
    inputs = {key: (rng.normal(size=(10, 2)) * np.repeat([1.0, 20.0], 5)[:, np.newaxis]) for key in loss.names}
    with mp.workdps(180):
        found = [*offences(loss, DIVERGENCES[name], inputs, mp.mpf(10) ** -50)]
    assert not found, "\n".join(found)


TOGETHER = {"triplet", "soft_triplet", "cosine_embedding", "contrastive"}


@pytest.mark.parametrize("name", sorted(TOGETHER))
@pytest.mark.parametrize(("place", "spread"), [(1e8, 1.0), (1e3, 1e-3), (0.0, 1e-310), (1e300, 1e290), (0.0, 1e308)])
def test_points_close_together_tiny_or_far_apart(name: str, place: float, spread: float) -> None:
    rng = np.random.default_rng(5)
    inputs = drawn(name, 3, lambda size: place + spread * np.clip(rng.normal(size=size) / 2, -1.7, 1.7))
    with mp.workdps(1200):
        found = [*offences(one(name), TEXTBOOK[name], inputs, mp.mpf(10) ** -340)]
    assert not found, "\n".join(found)
