"""Functionals of losses of whole rows, and the check that a loss has one: its slopes are these numbers, recombined.

A row of the table holds psi(parameters, y). A loss asks for E psi = 0 where its gradient in the outputs is psi times a
matrix that does not depend on y, and that loses none of psi: both are looked at, at random outputs and outcomes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.declaration.places import places
from likelihoodkit.elicit.answers import NOT_SHOWN, Functional
from likelihoodkit.loss import Loss
from likelihoodkit.rows.layout import columns, entries_of

Array = NDArray[Any]
Parameters = Mapping[str, Array]
ENTRIES = 3  # the number of entries at which losses of rows are looked at
_ROWS = 60
_TRIES = 2
_SAME = 1e-8


@dataclass(frozen=True)
class Row:
    """A functional of rows: of which outcome and predictions, psi (n, m), its name, equation and uniqueness."""

    outcome: str
    predicted: frozenset[str]
    psi: Callable[[Parameters, Array], Array]
    name: str
    equation: str
    unique: str


def _residual(theta: Parameters, y: Array) -> Array:
    return np.asarray(y - theta["mean"])


def _below(matrices: Array) -> Array:
    """The lower triangles of symmetric matrices (n, d, d) side by side."""
    rows, entries = np.tril_indices(matrices.shape[-1])
    return matrices[:, rows, entries]


def _products(theta: Parameters, y: Array, weight: Array | float = 1.0) -> Array:
    r, factor = _residual(theta, y), theta["scale"]
    outer = r[:, :, None] * r[:, None, :] * np.reshape(weight, (-1, 1, 1))
    return _below(outer - factor @ factor.T)


def _squares(theta: Parameters, y: Array) -> Array:
    return np.asarray(_residual(theta, y) ** 2 - np.diag(theta["scale"]) ** 2)


def _length(theta: Parameters, y: Array) -> Array:
    return np.asarray((_residual(theta, y) ** 2 - np.diag(theta["scale"]) ** 2).sum(axis=1, keepdims=True))


def _distance(theta: Parameters, y: Array) -> Array:
    return np.asarray((np.linalg.solve(theta["scale"], _residual(theta, y).T) ** 2).sum(axis=0))


def _trust(theta: Parameters, y: Array) -> Array:
    return np.asarray((theta["df"] + y.shape[1]) / (theta["df"] + _distance(theta, y)))


def _weighted(theta: Parameters, y: Array) -> Array:
    return np.asarray(_trust(theta, y)[:, None] * _residual(theta, y))


def _tail(theta: Parameters, y: Array) -> Array:
    from scipy.special import digamma

    gap = digamma((theta["df"] + y.shape[1]) / 2) - digamma(theta["df"] / 2)
    return np.asarray(np.log1p(_distance(theta, y) / theta["df"]) - gap)[:, None]


def _alphas(theta: Parameters) -> Array:
    return np.asarray(theta["alphas"] if "alphas" in theta else theta["mean"] * theta["concentration"])


def _log_shares(theta: Parameters, y: Array) -> Array:
    from scipy.special import digamma

    a = _alphas(theta)
    return np.asarray(np.log(y) - digamma(a) + digamma(a.sum()))


def _log_counts(theta: Parameters, y: Array) -> Array:
    from scipy.special import digamma

    a = _alphas(theta)
    whole = digamma(a.sum() + y.sum(axis=1, keepdims=True)) - digamma(a.sum())
    return np.asarray(digamma(a + y) - digamma(a) - whole)


def _resultant(theta: Parameters, y: Array) -> Array:
    from scipy.special import ive

    c, d = theta["concentration"], y.shape[1]
    return np.asarray(y - ive(d / 2, c) / ive(d / 2 - 1, c) * theta["direction"])


def _across(theta: Parameters, y: Array) -> Array:
    direction = theta["direction"]
    return np.asarray(y - (y @ direction)[:, None] * direction)


def _beside(*parts: Callable[[Parameters, Array], Array]) -> Callable[[Parameters, Array], Array]:
    return lambda theta, y: np.concatenate([part(theta, y) for part in parts], axis=1)


def _gaps(psi: Callable[[Parameters, Array], Array]) -> Callable[[Parameters, Array], Array]:
    """The same for every k: differences of neighbours vanish."""
    return lambda theta, y: np.diff(psi(theta, y), axis=1)


def _averaged(psi: Callable[[Parameters, Array], Array]) -> Callable[[Parameters, Array], Array]:
    return lambda theta, y: psi(theta, y) @ theta["mean"][:, None]


def _names(*names: str) -> frozenset[str]:
    return frozenset(names)


_COVERED = "scale scale' = E[(y - mean)(y - mean)']"
_ENTRYWISE = "scale_k**2 = E[(y_k - mean_k)**2] for every k"
_ROUND = "scale**2 = E[|y - mean|**2]/d"
_SPREAD = "yes, where no direction is without spread: there is no least value then"
_TRUST = "w = (df + d)/(df + (y - mean)' (scale scale')^-1 (y - mean))"
_WEIGHED = f"E[w (y - mean)] = 0; scale scale' = E[w (y - mean)(y - mean)'], {_TRUST}"
_TAIL = "E[log(1 + D/df)] = digamma((df + d)/2) - digamma(df/2), D = (y - mean)' (scale scale')^-1 (y - mean)"
_A = "a = mean*concentration"
_SHARES = "digamma(a_k) - digamma(sum a) = E[log y_k]"
_CONVEX = "yes, where y is not always the same: the loss is convex in a"
_COUNTS = "E[digamma(a_k + y_k) - digamma(a_k)] = E[digamma(A + n) - digamma(A)]"
_TOTALS = f"{_A}, A = sum a, n = sum y"

ROWS = (
    Row("vectors", _names("mean"), _residual, "mean", "mean = E[y]", "yes"),
    *[
        Row(
            "vectors", _names("mean", "scale"), _beside(_residual, psi), f"mean: mean; scale: {told}",
            f"mean = E[y]; {told}", _SPREAD,
        )
        for psi, told in ((_products, _COVERED), (_squares, _ENTRYWISE), (_length, _ROUND))
    ],
    *[
        Row("vectors", _names("scale"), psi, f"the scale with {told}", told, _SPREAD)
        for psi, told in ((_products, _COVERED), (_squares, _ENTRYWISE), (_length, _ROUND))
    ],
    Row(
        "vectors", _names("mean"), _weighted, "M-functional", f"E[w (y - mean)] = 0, {_TRUST}", NOT_SHOWN,
    ),
    Row(
        "vectors", _names("mean", "scale"),
        _beside(_weighted, lambda theta, y: _products(theta, y, _trust(theta, y))),
        "mean: M-functional; scale: M-functional", _WEIGHED, NOT_SHOWN,
    ),
    Row(
        "vectors", _names("mean", "scale", "df"),
        _beside(_weighted, lambda theta, y: _products(theta, y, _trust(theta, y)), _tail),
        "mean: M-functional; scale: M-functional; df: M-functional", f"{_WEIGHED}; {_TAIL}", NOT_SHOWN,
    ),
    Row(
        "proportions", _names("alphas"), _log_shares, f"the alphas with {_SHARES}, a = alphas",
        f"{_SHARES} for every k, a = alphas", _CONVEX,
    ),
    Row(
        "proportions", _names("mean", "concentration"), _log_shares, f"mean, concentration: {_SHARES}, {_A}",
        f"{_SHARES} for every k, {_A}", _CONVEX,
    ),
    Row(
        "proportions", _names("mean"), _gaps(_log_shares),
        "the mean with E[log y_k] - digamma(a_k) the same for every k",
        f"E[log y_k] - digamma(a_k) is the same for every k, {_A}", "yes: the loss is convex in the mean",
    ),
    Row(
        "proportions", _names("concentration"), _averaged(_log_shares),
        "the concentration with sum_k mean_k (digamma(a_k) - digamma(sum a) - E[log y_k]) = 0",
        f"sum_k mean_k (digamma(a_k) - digamma(sum a) - E[log y_k]) = 0, {_A}",
        "yes: the loss is convex in the concentration",
    ),
    Row(
        "count vectors", _names("alphas"), _log_counts, "M-functional",
        f"{_COUNTS} for every k, a = alphas, A = sum a, n = sum y", NOT_SHOWN,
    ),
    Row(
        "count vectors", _names("mean", "concentration"), _log_counts,
        "mean: M-functional; concentration: M-functional", f"{_COUNTS} for every k, {_TOTALS}", NOT_SHOWN,
    ),
    Row(
        "count vectors", _names("mean"), _gaps(_log_counts), "M-functional",
        f"E[digamma(a_k + y_k) - digamma(a_k)] is the same for every k, {_TOTALS}", NOT_SHOWN,
    ),
    Row(
        "count vectors", _names("concentration"), _averaged(_log_counts), "M-functional",
        f"sum_k mean_k E[digamma(a_k + y_k) - digamma(a_k)] = E[digamma(A + n) - digamma(A)], {_TOTALS}", NOT_SHOWN,
    ),
    Row(
        "sphere", _names("direction", "concentration"), _resultant,
        "direction: mean direction; concentration: A(concentration) = |E[y]|",
        "A(concentration) direction = E[y], A(c) = I_{d/2}(c)/I_{d/2-1}(c)",
        "yes, unless E[y] = 0, where any direction will do, or |E[y]| = 1, where there is no least value",
    ),
    Row(
        "sphere", _names("direction"), _across, "mean direction", "E[y] has the direction of the prediction",
        "yes, unless E[y] = 0, where any direction will do",
    ),
    Row(
        "sphere", _names("concentration"), lambda theta, y: _resultant(theta, y) @ theta["direction"][:, None],
        "the concentration with A(concentration) = direction' E[y]",
        "A(concentration) = direction' E[y], A(c) = I_{d/2}(c)/I_{d/2-1}(c)",
        "yes, where direction' E[y] is above 0",
    ),
)  # fmt: skip


def entries(loss: Loss) -> int:
    """The number of entries to look at a loss with: what its declaration or a held vector says, else `ENTRIES`."""
    declared = [row.domain.size for row in loss.bound.family.parameters.values()]
    held = [entries_of(place.size, len(values)) for place, values in places(loss.bound).constants.values()]
    return next((count for count in (*declared, *held) if count is not None and count > 1), ENTRIES)


def random_outputs(loss: Loss, rng: np.random.Generator) -> Array:
    """One row of everyday outputs, (1, w)."""
    count = entries(loss)
    sizes = [columns(place.size, count, count) for place in places(loss.bound).outputs.values()]
    return np.asarray(rng.normal(0.0, 0.7, (1, sum(sizes))))


def outcomes(loss: Loss, rng: np.random.Generator) -> Array | None:
    """Outcomes (n, d) anywhere in a support of rows; None where the support is of another kind."""
    held = loss.bound.held.get("trials")
    sums = np.full(_ROWS, int(held)) if held is not None else rng.integers(2, 12, _ROWS)
    size = entries(loss)
    directions = rng.normal(size=(_ROWS, size))
    drawn: dict[str, Callable[[], Array]] = {
        "vectors": lambda: 2 * directions,
        "proportions": lambda: rng.dirichlet(np.ones(size), _ROWS),
        "sphere": lambda: directions / np.linalg.norm(directions, axis=1, keepdims=True),
        "count vectors": lambda: np.array([rng.multinomial(n, rng.dirichlet(np.ones(size))) for n in sums], float),
    }
    name = loss.bound.family.outcome.domain.name
    return drawn[name]() if name in drawn else None


def recombined(slopes: Array, psi: Array) -> bool:
    """Are the slopes (n, w) psi (n, m) times a matrix, and is E slopes = 0 only where E psi = 0?"""
    sizes = np.abs(psi).max(axis=0), np.abs(slopes).max(axis=0)
    psi, slopes = (a / np.where(s > 0, s, 1.0) for a, s in zip((psi, slopes), sizes, strict=True))
    matrix = np.linalg.lstsq(psi, slopes, rcond=None)[0]
    ranks = [np.linalg.matrix_rank(a, tol=_SAME * np.sqrt(a.size)) for a in (psi, slopes)]
    return bool(np.abs(psi @ matrix - slopes).max() <= _SAME and ranks[0] == ranks[1])


def of_table(loss: Loss) -> Functional | None:
    """The functional of a loss of whole rows that is in the table; else None."""
    if loss.shared:
        return None
    domain, predicted = loss.bound.family.outcome.domain.name, frozenset(loss.outputs)
    for row in ROWS:
        if (row.outcome, row.predicted) == (domain, predicted) and _is(loss, row):
            return Functional(
                row.name, equation=row.equation, unique=row.unique,
                why="the gradient is what the equations say times a matrix free of y (looked at with "
                f"{entries(loss)} entries, at {_TRIES} random predictions and {_ROWS} outcomes each)",
            )  # fmt: skip
    return None


def _is(loss: Loss, row: Row) -> bool:
    rng, domain = np.random.default_rng(0), loss.bound.family.outcome.domain
    for _ in range(_TRIES):
        f, y = random_outputs(loss, rng), outcomes(loss, rng)
        if y is None:
            return False
        sums = {name: y.sum(axis=1) for name in loss.inputs if name == domain.total}
        values = loss.parameters(f, **{name: total[:1] for name, total in sums.items()})
        theta = {name: value[0] for name, value in values.items()}
        if domain.name == "vectors" and "scale" in theta and np.ndim(theta["scale"]) != 2:
            return False  # the equations of the table are about a factor of the covariance
        if not recombined(loss.gradient(y, np.repeat(f, len(y), axis=0), **sums), row.psi(theta, y)):
            return False
    return True
