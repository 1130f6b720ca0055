"""What a diagnosis looks at: one model's rows, turned into residuals that are standard normal if the noise is right.

The probability integral transform u = F(y) of a right model is uniform, and z = Phi^-1(u) standard normal, whatever the
family (Rosenblatt 1952). For whole-numbered outcomes u is drawn uniformly between F(y - 1) and F(y) (Dunn and Smyth
1996), and where an outcome is known only to lie in an interval between F(low) and F(high), by numbers that seed and
outcomes decide: if how outcomes come to be censored does not depend on them, u is uniform again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol, runtime_checkable
from zlib import crc32

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from likelihoodkit.declaration.binding import Bound
from likelihoodkit.errors import DerivationError, InputError, UndefinedError
from likelihoodkit.fit.design import read_table, split
from likelihoodkit.fit.prepare import Problem, prepare
from likelihoodkit.fit.result import Fit
from likelihoodkit.loss import Loss, derive
from likelihoodkit.predict.belief import Belief
from likelihoodkit.rows.arrays import check_labels
from likelihoodkit.supports.columns import LEFT, RIGHT, UNKNOWN, from_flags, read

Array = NDArray[Any]

#: levels of the quantiles that CRPS is summed over
LEVELS = 32
#: rows that the law of a statistic is learnt from, and the most twins of a row
DRAWN, MOST = 4000, 16


@runtime_checkable
class Model(Protocol):
    """What can be diagnosed besides a `Fit`: anything that has a loss and turns X into its outputs."""

    @property
    def loss(self) -> Loss:
        """The loss whose outputs the model gives."""

    def outputs(self, X: Any) -> Array:
        """The outputs of new rows, (n, w)."""


@runtime_checkable
class Estimator(Protocol):
    """A fitted `Regressor` or `Booster`."""

    noise_: Bound

    def predict_outputs(self, X: Any, offset: Any = None) -> Array:
        """The outputs of new rows, (n, w)."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """Rows of one model: n of them, w outputs, k fitted coefficients.

    ``scores`` (n, k) are the rows' slopes of the log-likelihood in the coefficients: what fitting has already made
    zero, so that no test may count it again. It has no columns for a model that was not fitted to these rows.
    ``columns`` are the user's columns of X by name. ``design`` is X as it was given.
    """

    loss: Loss
    noise: Any
    y: Array
    outputs: Array
    scores: Array
    columns: Mapping[str, Array]
    design: Any
    offset: ArrayLike | None
    intercept: bool
    given: Mapping[str, Any]
    belief: Belief
    seed: int
    fit: Fit | None
    problem: Problem | None
    origin: Evidence | None = None  # of a twin

    @property
    def name(self) -> str:
        """The name of the family."""
        return self.loss.name

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.y)

    @property
    def whole(self) -> bool:
        """Are outcomes whole numbers?"""
        return bool(self.loss.bound.family.outcome.domain.whole)

    @property
    def interval(self) -> bool:
        """Are outcomes rows [low, high], of which some are known only to lie between them?"""
        return bool(self.loss.bound.family.outcome.domain.interval)

    @property
    def counted(self) -> bool:
        """Whole numbers that are seen, and more than two of them possible."""
        return self.whole and not self.interval and not self.binary and not self.belief.pointwise.unordered

    @property
    def binary(self) -> bool:
        """Are 0 and 1 the only outcomes?"""
        return self.whole and self.loss.bound.family.outcome.domain.name == "binary"

    @cached_property
    def twins(self) -> tuple[Evidence, ...]:
        """The same rows with outcomes as the noise would have them: what a right model looks like.

        Row by row the outcomes of all twins are quantiles at levels one in each of as many equal steps, so that means
        over twins are means under the noise to far better than by free draws. Of rows [low, high] there are none: what
        would have been seen of another outcome is not known.
        """
        rng = self.random()
        count = min(MOST, max(1, -(-DRAWN // self.n)))
        levels = np.stack([(step + rng.uniform(size=self.n)) / count for step in range(count)])
        found = [
            replace(self, y=y, scores=np.empty((self.n, 0)), seed=self.seed + 1 + step, origin=self)
            for step, y in enumerate(np.asarray(self.belief.quantile(levels)))
        ]
        if self.problem is not None:
            found = [replace(twin, scores=scores_of(self.problem, twin.slopes)) for twin in found]
        return tuple(found)

    @cached_property
    def quantiles(self) -> tuple[Array, Array, Array]:
        """Nodes and weights of a rule over (0, 1), (levels,), and each row's quantiles there, (levels, n)."""
        if self.origin is not None:
            return self.origin.quantiles
        nodes, weights = np.polynomial.legendre.leggauss(LEVELS)
        levels = (nodes + 1) / 2
        return levels, weights / 2, np.asarray(self.belief.quantile(np.repeat(levels[:, None], self.n, axis=1)))

    @cached_property
    def slopes(self) -> Array:
        """Slopes of the log-likelihood in the outputs, (n, w)."""
        return -np.asarray(self.loss.gradient(self.y, self.outputs, **self.given)).reshape(self.n, -1)

    @cached_property
    def tails(self) -> tuple[Array, Array]:
        """P(Y <= y) and P(Y > y), drawn inside steps of whole numbers and intervals; each keeps its own digits."""
        return self.tails_of(self.belief, slice(None))

    def tails_of(self, belief: Belief, rows: slice) -> tuple[Array, Array]:
        """The tails of some rows under another belief about them, drawn at the same shares of the steps."""
        y = self.y[rows]
        if self.interval:
            below, above, here = self._between(belief, y)
        else:
            below, above = belief.cdf(y), belief.survival(y)
            if not self.whole:
                return below, above
            here = np.exp(belief.log_density(y))
        share = self.random().uniform(size=self.n)[rows]
        return below - share * here, above + share * here

    def _between(self, belief: Belief, y: Array) -> tuple[Array, Array, Array]:
        """P(Y <= high), P(Y > high) and P(low <= Y <= high) of rows [low, high]; the last is 0 for a value seen."""
        ends = read(self.loss.bound.family.outcome.domain, y, self.name)
        low, high, kind = ends["low"], ends["high"], ends["kind"]
        point = np.exp(belief.log_density(low)) if self.whole else np.zeros(len(y))
        low_open, high_open = np.isin(kind, (LEFT, UNKNOWN)), np.isin(kind, (RIGHT, UNKNOWN))
        before = np.where(low_open, 0.0, belief.cdf(low) - point)
        after = np.where(low_open, 1.0, belief.survival(low) + point)
        below = np.where(high_open, 1.0, belief.cdf(high))
        above = np.where(high_open, 0.0, belief.survival(high))
        return below, above, np.where(below < after, below - before, after - above)

    def random(self) -> np.random.Generator:
        """The same numbers for the same seed and outcomes, others for others."""
        return np.random.default_rng([self.seed, crc32(np.ascontiguousarray(self.y).tobytes())])

    @property
    def u(self) -> Array:
        """The probability integral transform, (n,): uniform if the noise is right."""
        return self.tails[0]

    @cached_property
    def z(self) -> Array:
        """Quantile residuals, (n,): standard normal if the noise is right. Infinite where a tail underflows."""
        below, above = self.tails
        with np.errstate(divide="ignore"):
            left, right = ndtri(below), -ndtri(above)
        return np.asarray(np.where(below < above, left, right))

    @cached_property
    def centre(self) -> Array:
        """The fitted mean, or the median where there is no mean, (n,)."""
        if self.origin is not None:
            return self.origin.centre
        try:
            return np.asarray(self.belief.mean())
        except (UndefinedError, DerivationError):
            return self.belief.median()

    @cached_property
    def spread(self) -> Array:
        """The fitted standard deviation, or half the central 68 % interval where there is none, (n,)."""
        if self.origin is not None:
            return self.origin.spread
        try:
            variance = self.belief.variance()
        except (UndefinedError, DerivationError):
            variance = np.full(self.n, np.inf)
        if np.isfinite(variance).all():
            return np.asarray(np.sqrt(variance))
        low, high = self.belief.interval(0.682689492137086).T
        return np.asarray(high - low) / 2

    @property
    def varying(self) -> tuple[str, ...]:
        """Parameters with columns of their own."""
        if self.fit is None:
            return tuple(self.loss.outputs)
        constant = self.fit.predictor.constant
        return tuple(name for name in self.fit.predictor.columns if name not in constant)


def scores_of(problem: Problem, slopes: Array) -> Array:
    """Slopes of the log-likelihood in the coefficients, (n, k), from those in the outputs, (n, w)."""
    return np.hstack([b.basis.basis * slopes[:, b.column, None] for b in problem.model.blocks])


def gather(
    model: Fit | Model | Estimator, X: Any, y: ArrayLike, offset: ArrayLike | None, seed: int, given: Mapping[str, Any]
) -> Evidence:
    """Check what `diagnose` is given and lay it out.

    Raises `InputError` for something that is no model, and for vector outcomes and classes without order, which have no
    probability integral transform.
    """
    if not isinstance(model, Fit | Model | Estimator):
        raise InputError(
            f"diagnose needs a fit, or a model with .loss and .outputs(X), not {type(model).__name__}",
            remedy="Give what lk.fit returned, or a fitted Regressor or Booster",
        )
    loss = derive(model.noise_) if isinstance(model, Estimator) else model.loss
    if loss.bound.family.sign > 0:
        raise InputError(f"{loss.name} is a loss, not a noise: it says nothing that data could break", family=loss.name)
    domain, given = loss.bound.family.outcome.domain, dict(given)
    if domain.vector and not domain.interval:
        raise InputError(
            f"{loss.name}: a vector outcome has no cdf to diagnose it by",
            family=loss.name,
            remedy="Diagnose one component at a time",
        )
    check_labels({"y": y, "X": X, "offset": offset, **given}, loss.name)
    outcome = np.asarray(y, dtype=np.float64)
    if domain.interval and "censored" in given:
        outcome = from_flags(outcome, given.pop("censored"), loss.name)
    fit = model if isinstance(model, Fit) else None
    problem = None
    if isinstance(model, Estimator):
        outputs = model.predict_outputs(X, offset)
    elif fit is None:
        outputs = np.asarray(model.outputs(X), dtype=np.float64)
    else:
        outputs = fit.outputs(X, offset)
        if len(outputs) == 1 and X is None:
            outputs = np.repeat(outputs, len(outcome), axis=0)
        if fit.formulas is not None:
            X = fit.formulas.designs(X)
    outputs = outputs.reshape(len(outputs), -1)
    loss(outcome, outputs, **given)  # every check of y, outputs and the given columns is made here
    intercept = True
    scores = np.empty((len(outcome), 0))
    if fit is not None:
        intercept = any(fit.predictor.added.values())
        problem = prepare(fit.bound, outcome, X, None, offset, intercept, None, given)
        slopes = -np.asarray(loss.gradient(outcome, outputs, **given)).reshape(outputs.shape)
        scores = scores_of(problem, slopes)
    belief = loss.distribution(outputs, **given)
    if belief.pointwise.unordered:
        raise InputError(
            f"{loss.name}: classes have no order, so there is no cdf to diagnose them by",
            family=loss.name,
            remedy="Diagnose one class against the rest with Bernoulli",
        )
    columns: dict[str, Array] = {}
    for part in split(X, list(loss.outputs), loss.name).values() if X is not None else ():
        table = read_table(part, "X", loss.name)
        columns |= dict(zip(table.names, table.matrix.T, strict=True))
    noise = fit.bound if fit is not None else loss.bound
    return Evidence(
        loss, noise, outcome, outputs, scores, columns, X, offset, intercept, given, belief, seed, fit, problem
    )
