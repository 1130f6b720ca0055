"""What to assume instead: one named row per cure, giving the noises and designs to try.

A cure is a suggestion until it has been fitted: `gain` scores it on rows that its fit did not see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import BSpline

from likelihoodkit.declaration import Held
from likelihoodkit.diagnose.evidence import Evidence
from likelihoodkit.diagnose.scores import HeldOut, held_out
from likelihoodkit.families import FAMILIES
from likelihoodkit.fit.design import read_table, split
from likelihoodkit.wrappers import Censored, Hurdle, Mixture, ZeroInflated

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Candidate:
    """A noise to try, with its design; ``label`` is what the user would type."""

    label: str
    noise: Any
    design: Any


@dataclass(frozen=True)
class Gain:
    """What a candidate gains over the diagnosed noise in held-out log score.

    ``gain`` and ``error`` are the sum over all rows in nats and its standard error (paired); ``real``: the gain is
    more than twice its error. ``problem`` says why it could not be scored, or which fits stopped short.
    """

    label: str
    gain: float
    error: float
    problem: str = ""

    @property
    def real(self) -> bool:
        """Is the gain more than twice its standard error?"""
        return self.gain > 2 * self.error

    def __str__(self) -> str:
        if np.isnan(self.gain):
            return f"{self.label}: not scored ({self.problem})"
        verdict = "" if self.real else ", a tie" if self.gain > -2 * self.error else ", worse"
        note = f" ({self.problem})" if self.problem else ""
        return f"{self.label}: {self.gain:+.1f} +- {self.error:.1f} nats on held-out rows{verdict}{note}"


#: knots of the splines that bend a column, its ends included
KNOTS = 8

#: kin of the same support, by what they offer
HEAVIER = {
    "real": ("StudentT", "Laplace", "Logistic"),
    "positive": ("LogLogistic", "LogNormal", "BetaPrime"),
    "nonnegative": ("Lomax", "LogLogistic", "BetaPrime"),
}
SKEWED = {
    "real": ("SkewNormal", "Gumbel", "GumbelMin"),
    "positive": ("Gamma", "LogNormal", "Weibull", "InverseGaussian"),
    "nonnegative": ("Gamma", "Weibull", "LogNormal"),
}
DISPERSED = {
    "counts": ("NegativeBinomial", "GeneralizedPoisson", "ConwayMaxwellPoisson"),
    "counts up to trials": ("BetaBinomial",),
}

#: kin whose probability of an interval takes a sum or an integral by row: five fits of them censored take minutes
DEAR = {"StudentT", "SkewNormal", "BetaPrime", "GeneralizedPoisson", "ConwayMaxwellPoisson", "BetaBinomial"}


def _kin(table: Mapping[str, tuple[str, ...]]) -> Callable[[Evidence], Iterator[Candidate]]:
    def candidates(evidence: Evidence) -> Iterator[Candidate]:
        own, seen = _inside(evidence)
        for name in table.get(own.outcome.domain.name, ()):
            family = FAMILIES[name]
            if family is not own and not (seen and name in DEAR):
                yield _candidate(name, family, seen, _first_only(evidence))

    return candidates


def _inside(evidence: Evidence) -> tuple[Any, Callable[[Any], Any] | None]:
    """The family of the outcome itself, and the wrapper that says how it is seen where that is not as it is."""
    family = evidence.loss.bound.family
    return (family.latent.bound.family, Censored) if evidence.interval and family.latent else (family, None)


def _candidate(label: str, noise: Any, seen: Callable[[Any], Any] | None, design: Any) -> Candidate:
    return Candidate(f"Censored({label})", seen(noise), design) if seen else Candidate(label, noise, design)


def _first_only(evidence: Evidence) -> Any:
    """The design of the first parameter alone: other families have other parameters."""
    if evidence.design is None:
        return None
    first = evidence.loss.bound.outputs[0]
    return split(evidence.design, list(evidence.loss.outputs), evidence.name).get(first)


def _by_parameter(evidence: Evidence) -> dict[str, Any]:
    parts = split(evidence.design, list(evidence.loss.outputs), evidence.name)
    return {
        name: dict(zip(table.names, table.matrix.T, strict=True))
        for name, table in ((name, read_table(part, "X", evidence.name)) for name, part in parts.items())
    }


def _spread_by_column(evidence: Evidence) -> Iterator[Candidate]:
    bound = evidence.loss.bound
    rest = list(bound.family.parameters)[1:]
    for name in rest:
        freed = _free(evidence, name)
        design = {**_by_parameter(evidence), name: dict(evidence.columns)}
        yield Candidate(f"{evidence.name} with {name} predicted from X", freed, design)
    if not rest and bound.family.outcome.domain.name in DISPERSED:
        yield from _kin(DISPERSED)(evidence)


def _free(evidence: Evidence, name: str) -> Any:
    """The noise with parameter ``name`` predicted through its own link."""
    bound = evidence.loss.bound
    held = {k: how.value for k, how in bound.bindings if isinstance(how, Held) and k != name}
    links = {k: how for k, how in bound.bindings if not isinstance(how, Held) and k != name}
    return bound.family(**held, **links)


def _curves(evidence: Evidence) -> Iterator[Candidate]:
    """The first parameter bent along every column with more than a few values: by squares, and by splines."""
    bending = {k: c for k, c in evidence.columns.items() if len(np.unique(c)) > KNOTS}
    if not bending:
        return
    own, first = _by_parameter(evidence), evidence.loss.bound.outputs[0]
    squares = {f"{k}^2": c * c for k, c in bending.items()}
    splines = {f"{k}, piece {j + 1}": piece for k, c in bending.items() for j, piece in enumerate(_pieces(c))}
    straight = {k: c for k, c in own.get(first, {}).items() if k not in bending}
    for label, columns in (("squares", {**own.get(first, {}), **squares}), ("cubic splines", {**straight, **splines})):
        yield Candidate(f"{evidence.name} with {label} of the columns", evidence.noise, {**own, first: columns})


def _pieces(column: Array) -> Array:
    """A basis of cubic splines with knots at quantiles, without the piece that the intercept makes redundant."""
    knots = np.unique(np.quantile(column, np.linspace(0, 1, KNOTS)))
    padded = np.concatenate([[knots[0]] * 3, knots, [knots[-1]] * 3])
    pieces: Array = BSpline.design_matrix(column, padded, 3).toarray().T[1:]
    return pieces


def _constant_spread(evidence: Evidence) -> Iterator[Candidate]:
    yield Candidate(f"{evidence.name} with one spread for all rows", evidence.noise, _first_only(evidence))


def _two_groups(evidence: Evidence) -> Iterator[Candidate]:
    family, seen = _inside(evidence)
    if evidence.design is None:
        label = f"Mixture({family.__name__}, components=2)"
        yield _candidate(label, Mixture(family, components=2), seen, None)


def _zeros(evidence: Evidence) -> Iterator[Candidate]:
    family = evidence.loss.bound.family
    for wrapper in (ZeroInflated, Hurdle):
        first = evidence.loss.bound.outputs[0]
        design = None if evidence.design is None else {first: _first_only(evidence)}
        yield Candidate(f"{wrapper.__name__}({family.__name__})", wrapper(family), design)
    yield from _kin(DISPERSED)(evidence)


def _any(evidence: Evidence) -> Iterator[Candidate]:
    for table in (HEAVIER, SKEWED, DISPERSED):
        yield from _kin(table)(evidence)


CURES: dict[str, Callable[[Evidence], Iterator[Candidate]]] = {
    "spread by column": _spread_by_column,
    "curves": _curves,
    "constant spread": _constant_spread,
    "heavier tails": _kin(HEAVIER),
    "skew": _kin(SKEWED),
    "two groups": _two_groups,
    "zeros": _zeros,
    "dispersion": _kin(DISPERSED),
    "any": _any,
}


def gain(evidence: Evidence, candidate: Candidate, fold: Array, own: HeldOut) -> Gain:
    """Score ``candidate`` on held-out rows against ``own``, the diagnosed noise on the same folds."""
    found = held_out(
        candidate.noise, evidence.y, candidate.design, fold, evidence.offset, evidence.intercept, evidence.given
    )
    if found.scores is None or own.scores is None:
        return Gain(candidate.label, np.nan, np.nan, found.problem or own.problem)
    difference = found.scores - own.scores
    error = float(np.sqrt(len(difference)) * difference.std(ddof=1))
    return Gain(candidate.label, float(difference.sum()), error, found.problem)
