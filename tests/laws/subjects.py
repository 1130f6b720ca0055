"""Who has to obey the laws: every family, and families with other links, shared and held parameters.

A subject is a bound noise with rows of moderate data. Exemptions are data: the law, the subject, the reason; a test
in `test_exemptions` sees to it that none is listed that is not needed.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

import likelihoodkit as lk
from likelihoodkit.declaration import Bound
from likelihoodkit.families import FAMILIES
from likelihoodkit.loss import Loss
from likelihoodkit.rows.layout import SIZES
from likelihoodkit.supports import Support

CLASSES = 4
#: entries and steps of vector outcomes
ENTRIES, STEPS = 3, 3
HELD = {
    "AsymmetricLaplace": {"level": 0.3}, "Huber": {"threshold": 1.345}, "Binomial": {"trials": 12},
    "AsymmetricNormal": {"level": 0.3}, "BetaBinomial": {"trials": 12},
    "Pareto": {"minimum": 0.5}, "Tweedie": {"power": 1.5}, "LinearChain": {"classes": 3}, "Alignment": {"classes": 3},
}  # fmt: skip


@dataclass(frozen=True)
class Rows:
    """One call: ``loss(y, outputs, **keywords)``."""

    y: np.ndarray
    outputs: np.ndarray
    keywords: dict[str, Any]

    def part(self, rows: slice) -> Rows:
        """Some of the rows."""
        keywords = {k: v if k == "shared" else v[rows] for k, v in self.keywords.items()}
        return Rows(self.y[rows], self.outputs[rows], keywords)


@dataclass(frozen=True)
class Subject:
    """A bound noise under test."""

    label: str
    bound: Bound

    @property
    def loss(self) -> Loss:
        return lk.derive(self.bound)

    @property
    def vector(self) -> bool:
        return any(self.bound.family.parameters[name].domain.vector for name in self.bound.outputs)

    @property
    def blocks(self) -> list[tuple[str, int]]:
        """Size (a word of `layout.SIZES`) and columns of each output, then of each shared parameter."""
        entries = ENTRIES if self.bound.family.outcome.domain.vector else CLASSES
        sizes = [getattr(symbol, "size", "one") for symbol in self.loss.derivation.predicted.values()]
        return [(size, SIZES[size](entries, STEPS)) for size in sizes]

    @property
    def width(self) -> int:
        """Columns of the outputs."""
        return sum(count for _, count in self.blocks[: len(self.bound.outputs)])

    @property
    def shared_width(self) -> int:
        """Numbers shared by all rows."""
        return sum(count for _, count in self.blocks[len(self.bound.outputs) :])

    def rows(self, count: int = 12, seed: int = 0) -> Rows:
        """Moderate rows, the same on every machine."""
        rng = np.random.default_rng([zlib.crc32(self.label.encode()), seed])
        keywords: dict[str, Any] = {
            name: draw(self.bound.family.parameters[name].domain, rng, count) for name in self.bound.inputs
        }
        total = self.bound.family.outcome.domain.total
        if total in keywords:
            keywords[total] += 1  # one trial says nothing about a concentration
        if self.bound.shared:
            keywords["shared"] = rng.normal(0, 0.7, self.shared_width)
        outputs = rng.normal(0, 1.2, (count, self.width))
        if "square" in self.label:  # f = 0 is that link's singular point
            outputs += np.sign(outputs)
        if "GeneralizedNormal" in self.label:  # shapes of 1/2 and below: the information about the location is infinite
            outputs[:, 2] = np.abs(outputs[:, 2])
        if (
            "DiscreteWeibull" in self.label
        ):  # at shape 18 already all but certainly y < 2: nothing is known of the shape
            outputs[:, 1] /= 3
        if "gumbel_min" in self.label:  # e^(-e^4) is nothing: grades that far out do not happen
            outputs /= 3
        y = self.outcome(rng, count, keywords)
        if self.bound.name in {"GeneralizedPareto", "GeneralizedExtremeValue"}:
            y = _inside_moving_ends(y, outputs)
        return Rows(y, outputs, keywords)

    def outcome(self, rng: np.random.Generator, count: int, keywords: dict[str, Any]) -> np.ndarray:
        domain = self.bound.family.outcome.domain
        if domain.vector:
            return draw_vectors(domain, rng, count, keywords.get("trials", float(self.bound.held.get("trials", 5))))
        upper = self.upper(keywords)
        return draw(domain, rng, count) if upper is None else np.floor(rng.uniform(0, 1, count) * (upper + 1))

    def upper(self, keywords: dict[str, Any]) -> Any:
        """Largest outcome possible, where there is one."""
        name = self.bound.family.outcome.domain.upper
        if name == "classes":
            return CLASSES - 1
        if name == "cutpoints":
            return CLASSES
        if name is None:
            return None
        return keywords[name] if name in keywords else float(self.bound.held[name])


def _inside_moving_ends(y: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Outcomes that the shapes leave possible, and shapes for which there is Fisher information (changed in place)."""
    if outputs.shape[1] == 3:
        scale = np.log1p(np.exp(outputs[:, 1]))
        z = y * 2 / 3
        y = outputs[:, 0] + scale * z
    else:
        z = y / np.exp(outputs[:, 0])
    outputs[:, -1] = np.tanh(outputs[:, -1]) * np.minimum(0.4, 0.8 / np.abs(z))
    return y


def draw(domain: Support, rng: np.random.Generator, count: int) -> np.ndarray:
    """Values from the typical range of a support."""
    low, high = domain.typical
    if domain.whole:
        return rng.integers(int(low) + (domain.classes is None), int(high) + 1, count).astype(float)
    return rng.uniform(low, high, count)


def draw_vectors(domain: Support, rng: np.random.Generator, count: int, trials: Any) -> np.ndarray:
    """Rows of a vector support."""
    if domain.name == "proportions":
        return rng.dirichlet(np.full(ENTRIES, 1.5), count)
    if domain.name == "count vectors":
        return rng.multinomial(np.broadcast_to(trials, count).astype(int), np.full(ENTRIES, 1 / ENTRIES)).astype(float)
    if domain.name == "sphere":
        y = rng.normal(size=(count, ENTRIES))
        return y / np.linalg.norm(y, axis=1, keepdims=True)
    if domain.name == "rankings":
        y = np.argsort(rng.normal(size=(count, ENTRIES)), axis=1).astype(float)
        y[count // 2 :, 1:] = -1
        return y
    if domain.name == "labellings":
        y = rng.integers(1, ENTRIES, (count, STEPS - 1)).astype(float)
        y[::2, 1:] = -1
        return y
    if domain.name == "label paths":
        return rng.integers(0, ENTRIES, (count, STEPS)).astype(float)
    return rng.normal(0, 2, (count, ENTRIES))


@cache
def subjects() -> dict[str, Subject]:
    """All subjects by label."""
    bounds = [family(**HELD.get(name, {})) for name, family in FAMILIES.items()]
    bounds += [
        lk.Normal(scale=1),
        lk.Normal(scale="exp"),
        lk.Normal(scale="square"),
        lk.Normal(scale=lk.shared),
        lk.Normal(mean="softplus", scale=lk.shared("exp")),
        lk.Normal(mean=2, scale="exp"),
        lk.Laplace(scale=2),
        lk.StudentT(df=4),
        lk.StudentT(scale="exp", df=lk.shared),
        lk.Cauchy(scale=1),
        lk.Gumbel(scale="exp"),
        lk.Logistic(scale=lk.shared),
        lk.Gamma(shape=lk.shared),
        lk.Gamma(mean="softplus", shape=2),
        lk.Exponential(mean="softplus"),
        lk.Weibull(shape=2),
        lk.LogNormal(scale="exp"),
        lk.InverseGaussian(mean="softplus", shape=lk.shared),
        lk.Beta(concentration=10),
        lk.VonMises(concentration=2),
        lk.Poisson(mean="softplus"),
        lk.Poisson(mean="square"),
        lk.Geometric(mean="softplus"),
        lk.NegativeBinomial(mean="softplus", dispersion=lk.shared),
        lk.AsymmetricLaplace(),
        lk.Huber(scale=1),
        lk.Binomial(),
        *(lk.Ordered(response=name) for name in ("normal", "cauchy", "gumbel", "gumbel_min")),
        lk.Ordered(cutpoints=lk.shared),
        lk.MultivariateNormal(scale="isotropic"),
        lk.MultivariateNormal(scale="diagonal"),
        lk.MultivariateNormal(scale=2),
        lk.MultivariateNormal(scale=[[1, 0, 0], [0.5, 2, 0], [-1, 0.25, 0.5]]),
        lk.MultivariateT(df=4, scale=lk.shared),
        lk.LinearChain(transitions=lk.shared, classes=3),
    ]
    found = {repr(bound): Subject(repr(bound), bound) for bound in bounds}
    assert len(found) == len(bounds)
    return found


@dataclass(frozen=True)
class Exemption:
    """A law that one subject need not obey, and why."""

    law: str
    subject: str
    reason: str


#: the only exemptions there are; `test_extremes` fails for one that is not needed any more
EXEMPTIONS: tuple[Exemption, ...] = (
    Exemption("never NaN", "VonMisesFisher()", "three outputs of 0 have no direction: the unit link is singular there"),
    Exemption(
        "never NaN far out",
        "VonMisesFisher()",
        "three outputs of 0 have no direction: the unit link is singular there",
    ),
)


def under(law: str) -> list[str]:
    """Labels of the subjects that have to obey ``law``."""
    exempt = {e.subject for e in EXEMPTIONS if e.law == law}
    return [label for label in subjects() if label not in exempt]
