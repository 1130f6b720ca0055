"""Losses of several named inputs: the textbook formulas in mpmath, slopes and curvatures by difference quotients.

A unit is 2^-53 (float32: 2^-24) times |q| + sum |x dq/dx| over all inputs: what rounding the inputs alone may cost. At
a kink, and where moving one input by its last digit goes over one, what lies between the numbers of the two sides is
right.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, partial
from types import SimpleNamespace
from typing import Any

import mpmath as mp
import numpy as np

from likelihoodkit.loss import Loss
from losses.settings import one

MODERATE, EXTREME, WIDTH = 20, 16, 2
SIZES = (0.0, 1e-300, 1e-8, 1.0, 30.0, 700.0, 1e4, 1e150)
SIZES_SINGLE = (0.0, 1e-37, 1e-8, 1.0, 30.0, 80.0, 1e4, 1e18)
BARS = {"value": 4.0, "slope": 8.0, "curve": 16.0}


@dataclass(frozen=True)
class Precision:
    """A dtype: its unit of rounding, its least number, and where it ends."""

    dtype: Any
    unit: Any
    least: Any
    largest: Any


DOUBLE = Precision(np.float64, mp.mpf(2) ** -53, mp.mpf(2) ** -1074, mp.mpf(2) ** 1024)
SINGLE = Precision(np.float32, mp.mpf(2) ** -24, mp.mpf(2) ** -149, mp.mpf(2) ** 128)


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
    precision: Precision = DOUBLE

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

    def bends(self, place: tuple[str, int], moves: dict[tuple[str, int], Any]) -> tuple[Any, Any]:
        """The second derivatives to the left and to the right."""
        found = []
        for side in (-1, 1):
            parts = [self.at({**moves, place: moves.get(place, 0) + side * k * self.step}) for k in (1, 2, 3)]
            found.append(mp.fsum(parts[0] - 2 * parts[1] + parts[2]) / self.step**2)
        return found[0], found[1]

    def turn(self, one: tuple[str, int], two: tuple[str, int]) -> Any:
        """The second derivative."""
        if one == two:
            return mp.fsum(self.at({one: self.step}) - 2 * self.at({}) + self.at({one: -self.step})) / self.step**2
        signs = [(s, t) for s in (-1, 1) for t in (-1, 1)]
        corners = sum(s * t * self.at({one: s * self.step, two: t * self.step}) for s, t in signs)
        return mp.fsum(corners) / (4 * self.step**2)

    def allowed(self, place: tuple[str, int], sides: Callable[..., tuple[Any, Any]]) -> tuple[Any, Any]:
        """The least and the greatest slope or bend here and where one input is another in its last digit."""
        found = [*sides(place, {})]
        for other in self.places:
            digit = 2 * self.precision.unit * abs(self.number(other)) or self.precision.least
            for side in (-1, 1):
                found += sides(place, {other: side * digit})
        return min(found), max(found)


@dataclass(frozen=True)
class Number:
    """One number of a loss beside the truth."""

    place: str
    kind: str
    ours: float
    truth: Any
    condition: Callable[[], Any]  # asked for only where the error is large beside the number itself
    allowed: Callable[[], tuple[Any, Any]]
    precision: Precision

    @property
    def overflows(self) -> bool:
        return bool(abs(self.truth) >= self.precision.largest * (1 - self.precision.unit))

    @cached_property
    def error(self) -> float:
        """In units of rounding of the conditioned size, at most; 0 where nothing is wrong, infinite for no number."""
        if self.overflows:
            return 0.0 if self.ours == math.copysign(math.inf, self.truth) else math.inf
        if not math.isfinite(self.ours):
            return math.inf
        gap = abs(mp.mpf(self.ours) - self.truth)
        if gap <= 4 * self.precision.least:
            return 0.0
        for condition in (lambda: abs(self.truth), self.condition):
            size = condition()
            found = float(gap / self.precision.unit / size) if size else math.inf
            if found <= BARS[self.kind]:
                return found
        least, greatest = self.allowed()
        return 0.0 if least <= self.ours <= greatest else found

    @property
    def offence(self) -> str:
        """What is wrong with it, or nothing."""
        if self.error <= BARS[self.kind]:
            return ""
        return f"{self.place} {self.kind} {self.ours!r}, true {mp.nstr(self.truth, 17)}, {self.error:.3g} u"


def numbers(
    loss: Loss, formula: Callable[[Any, Any], Any], inputs: dict[str, Any], step: Any, precision: Precision = DOUBLE
) -> Iterator[Number]:
    """Value, slopes and the diagonal of the Hessian at the rows of these inputs."""
    inputs = {key: np.asarray(array, dtype=precision.dtype) for key, array in inputs.items()}
    values, slopes = loss.value_and_gradient(**inputs)
    bends = loss.curvature(**inputs)
    for i in range(len(values)):
        row = Row(formula, {key: array[i] for key, array in inputs.items()}, step, precision)
        place = f"{loss.name} at { {key: np.asarray(v).tolist() for key, v in row.inputs.items()} }:"
        exact = {p: row.slope(p) for p in row.places}
        truth = mp.fsum(row.at({}))
        whole = abs(truth) + mp.fsum(abs(row.number(p) * exact[p]) for p in row.places)
        yield Number(
            place, "value", float(values[i]), truth, lambda whole=whole: whole, partial(_pair, truth), precision
        )
        for p in row.places:
            if p[0] not in slopes:
                continue
            words = f"{place} in {p},"
            ours = float(np.ravel(slopes[p[0]][i])[p[1]])
            wide = partial(_turning, row, p, exact[p])
            yield Number(words, "slope", ours, exact[p], wide, partial(row.allowed, p, row.sides), precision)
            left, right = row.bends(p, {})
            ours = float(np.ravel(bends[p[0]][i])[p[1]])
            wide = partial(_bending, row, p, right)
            yield Number(words, "curve", ours, (left + right) / 2, wide, partial(row.allowed, p, row.bends), precision)


def _turning(row: Row, p: tuple[str, int], slope: Any) -> Any:
    """The conditioned size of a slope."""
    return abs(slope) + mp.fsum(abs(row.number(q) * row.turn(p, q)) for q in row.places if row.number(q))


def _bending(row: Row, p: tuple[str, int], bend: Any) -> Any:
    """The conditioned size of a curvature, by moving each input by one part in 10^20."""
    moved = [(q, row.number(q) * mp.mpf(10) ** -20) for q in row.places if row.number(q)]
    return abs(bend) + mp.fsum(abs(row.bends(p, {q: by})[1] - bend) * mp.mpf(10) ** 20 for q, by in moved)


def _pair(x: Any) -> tuple[Any, Any]:
    return x, x


def offences(
    loss: Loss, formula: Callable[[Any, Any], Any], inputs: dict[str, Any], step: Any, precision: Precision = DOUBLE
) -> Iterator[str]:
    """What is wrong with values and slopes at the rows of these inputs."""
    found = numbers(loss, formula, inputs, step, precision)
    yield from (number.offence for number in found if number.offence and number.kind != "curve")


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


def extreme(name: str, sizes: tuple[float, ...] = SIZES) -> dict[str, Any]:
    rng = np.random.default_rng(3)
    return drawn(name, EXTREME, lambda size: rng.choice(sizes, size) * rng.choice((-1.0, 1.0), size))


def audited(name: str, precision: Precision) -> Iterator[Number]:
    """All numbers of a loss at everyday and at extreme inputs."""
    sizes, far = (SIZES, (1500, 400)) if precision is DOUBLE else (SIZES_SINGLE, (400, 110))
    for inputs, (digits, step) in ((everyday(name), (160, 50)), (extreme(name, sizes), far)):
        with mp.workdps(digits):
            for number in numbers(one(name), TEXTBOOK[name], inputs, mp.mpf(10) ** -step, precision):
                assert number.error >= 0  # worked out at these digits
                yield number
