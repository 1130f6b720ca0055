"""The table of contents: kinds of outcome, the noise to choose for each, what its loss reduces to, what else to try.

What a noise needs and where it breaks stands in its textbook entry; the table quotes it. What a loss reduces to stands
in `REDUCES`, each row a claim that `lk.prove` proves.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Kind:
    """A kind of outcome: how many numbers, where they live, the noise to begin with and what it is used for."""

    outcome: str
    domain: str
    noises: tuple[str, ...]
    use: str


#: the kinds of outcome of figure 5.11 of Prince, Understanding Deep Learning (MIT Press, 2023), in its order
KINDS = (
    Kind("one number, continuous, unbounded", "real numbers", ("Normal",), "regression"),
    Kind("one number, continuous, unbounded", "real numbers", ("Laplace", "StudentT"), "robust regression"),
    Kind("one number, continuous, unbounded", "real numbers", ("Mixture(Normal, components=2)",),
         "regression with several modes"),
    Kind("one number, continuous, bounded below", "positive amounts", ("Exponential", "Gamma"), "magnitudes"),
    Kind("one number, continuous, bounded", "between 0 and 1", ("Beta",), "proportions"),
    Kind("several numbers, continuous, unbounded", "real vectors", ("MultivariateNormal",), "multivariate regression"),
    Kind("one number, continuous, circular", "angles in radians", ("VonMises",), "directions"),
    Kind("one number, discrete, binary", "labels 0 or 1", ("Bernoulli",), "binary classification"),
    Kind("one number, discrete, bounded", "classes 0, 1, ..., K - 1", ("Categorical",), "multiclass classification"),
    Kind("one number, discrete, bounded below", "counts (0, 1, 2, ...)", ("Poisson",), "event counts"),
    Kind("several numbers, discrete, a permutation", "rankings of K items", ("PlackettLuce",), "ranking"),
)  # fmt: skip

#: family -> (the noise, the loss or noise that its negative log-likelihood reduces to); "summed": over the entries
REDUCES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "Normal": (("Normal(scale=shared)", "squared_error", ""),),
    "Laplace": (("Laplace(scale=shared)", "absolute_error", ""),),
    "StudentT": (("StudentT(scale=2, df=4)", "losses.cauchy(4)", ""), ("StudentT(df=1)", "Cauchy", "")),
    "Cauchy": (("Cauchy(scale=2)", "losses.cauchy(2)", ""),),
    "HyperbolicSecant": (("HyperbolicSecant(scale=1)", "log_cosh", ""),),
    "Gumbel": (("Gumbel(scale=0.5)", "linex(-2)", ""),),
    "GumbelMin": (("GumbelMin(scale=0.5)", "linex(2)", ""),),
    "AsymmetricLaplace": (("AsymmetricLaplace(scale=1, level=0.9)", "pinball(0.9)", ""),),
    "AsymmetricNormal": (("AsymmetricNormal(scale=shared, level=0.8)", "expectile(0.8)", ""),),
    "Huber": (("Huber(scale=1, threshold=1.345)", "huber(1.345)", ""),),
    "GeneralizedNormal": (
        ("GeneralizedNormal(scale=shared, shape=2)", "squared_error", ""),
        ("GeneralizedNormal(scale=shared, shape=1)", "absolute_error", ""),
    ),
    "Exponential": (("Exponential", "gamma_deviance", ""),),
    "Gamma": (("Gamma(shape=shared)", "gamma_deviance", ""), ("Gamma(shape=1)", "Exponential", "")),
    "Weibull": (("Weibull(shape=1)", "gamma_deviance", ""),),
    "InverseGaussian": (("InverseGaussian(shape=shared)", "inverse_gaussian_deviance", ""),),
    "VonMises": (("VonMises(concentration=shared)", "circular_distance", ""),),
    "Bernoulli": (("Bernoulli", "binary_cross_entropy", ""),),
    "Categorical": (
        ("Categorical", "categorical_cross_entropy", ""),
        ("Categorical", "sparse_categorical_cross_entropy", ""),
    ),
    "Poisson": (("Poisson", "poisson_deviance", ""),),
    "NegativeBinomial": (("NegativeBinomial(dispersion=1)", "Geometric", ""),),
    "MultivariateNormal": (("MultivariateNormal(scale=1)", "squared_error", "summed"),),
}


@dataclass(frozen=True)
class Entry:
    """One row of the table of contents.

    ``reduces_to`` are pairs of a noise and the loss that its negative log-likelihood is, up to factor and constant;
    ``breaks`` says when to choose another family, ``instead`` which; ``limits`` what it becomes at the end of a
    parameter's range; ``alternatives`` its other parameterisations; ``use`` is that of figure 5.11, if it is there.
    """

    chapter: str
    name: str
    outputs: dict[str, str]
    support: str
    summary: str
    reduces_to: tuple[tuple[str, str], ...]
    breaks: str
    instead: tuple[str, ...]
    limits: tuple[str, ...]
    alternatives: tuple[tuple[str, ...], ...]
    use: str

    @property
    def call(self) -> str:
        """The family with its parameters and their links."""
        return f"{self.name}({', '.join(f'{name} [{link}]' for name, link in self.outputs.items())})"

    @property
    def details(self) -> tuple[str, ...]:
        """What its loss reduces to, what it becomes and what to choose instead, a line each."""
        lines = [f"reduces to: {'; '.join(f'{a} -> {b}' for a, b in self.reduces_to)}"] if self.reduces_to else []
        lines += [f"becomes: {'; '.join(self.limits)}"] if self.limits else []
        lines += [f"also by: {'; '.join(', '.join(way) for way in self.alternatives)}"] if self.alternatives else []
        return (*lines, f"instead: {self.breaks}")

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


class Contents(tuple[Entry, ...]):
    """The rows of `Entry`, printed as a table: the eleven kinds of outcome, then every family by chapter."""

    __slots__ = ()

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The eleven kinds of outcome of figure 5.11, with the noise to begin with."""
        return KINDS

    def __str__(self) -> str:
        lines = ["Kinds of outcome (Prince, figure 5.11)", *kind_lines()]
        chapter = ""
        for row in self:
            if row.chapter != chapter:
                chapter = row.chapter
                lines += ["", chapter]
            lines.append(f"  {row.call} on {row.support}: {row.summary}")
            lines += [f"      {words}" for words in row.details]
        return "\n".join(lines)


def kind_lines() -> list[str]:
    """The eleven kinds, a line each."""
    first = max(len(kind.outcome) for kind in KINDS)
    second = max(len(kind.domain) for kind in KINDS)
    return [
        f"  {kind.outcome:<{first}}  {kind.domain:<{second}}  {' or '.join(kind.noises)}: {kind.use}" for kind in KINDS
    ]


def entry(chapter: str, family: Any) -> Entry:
    """The row of one family."""
    words = " ".join(inspect.cleandoc(str(family.__doc__)).split())
    found = re.search(r"It breaks .*?\.(?= [A-Z])", words, re.IGNORECASE)  # the sentence
    breaks = found.group()[0].upper() + found.group()[1:] if found else ""
    return Entry(
        chapter,
        family.__name__,
        {name: row.link.name if row.link else "held" for name, row in family.parameters.items()},
        family.outcome.domain.name,
        str(family.__doc__).strip().splitlines()[0],
        tuple((noise, f"{how} {loss}".strip()) for noise, loss, how in REDUCES.get(family.__name__, ())),
        breaks,
        tuple(dict.fromkeys(name for name in re.findall(r"`(\w+)`", breaks) if name != family.__name__)),
        tuple(f"{other} as {name} -> {end}" for name, (end, other) in family.limit.items()),
        tuple(family.alternatives),
        "; ".join(kind.use for kind in KINDS if family.__name__ in kind.noises),
    )
