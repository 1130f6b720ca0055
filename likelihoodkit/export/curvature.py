"""Positive curvature for boosters: expected, majorizing or observed, checked in every row.

A tree stores sums of gradients over sums of curvatures; a curvature that is negative or not finite in one row spoils a
whole leaf, and no booster says so. What leaves this module is finite and not negative, or an error names the row.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RegularGridInterpolator

from likelihoodkit.calculus.majorizer import majorized
from likelihoodkit.compile import Runner, compile_program
from likelihoodkit.declaration.folding import groups
from likelihoodkit.errors import DerivationError, FitError, UndefinedError, UnknownNameError
from likelihoodkit.export.pieces import pieces_of
from likelihoodkit.export.start import columns_of
from likelihoodkit.loss import Loss, derive
from likelihoodkit.primitives import VectorSymbol
from likelihoodkit.rows import Rows
from likelihoodkit.rows.straight import Calls

Array = NDArray[Any]

KINDS = ("fisher", "majorizer", "observed", "unit")
#: nodes per output of a table of Fisher information, by the number of outputs
NODES = {1: 65, 2: 17, 3: 9, 4: 5}
#: how far from the first outputs the table may reach, on the output scale; beyond it the value at its edge serves
REACH = {1: 4.0, 2: 4.0, 3: 4.0, 4: 2.0}


def default_kind(loss: Loss) -> str:
    """The curvature a booster gets unless another is asked for: positive in every row.

    Fisher information for a noise (that of the outcomes behind if they are censored). For a loss that is none: its
    majorizer where it has one, the observed curvature where that is positive at every outcome and output of a wide
    grid, else "unit", one number for all rows.
    """
    if loss.bound.family.sign < 0:
        return "fisher"
    if majorized(loss) == loss.outputs:
        return "majorizer"
    return "observed" if _convex(loss) else "unit"


def _convex(loss: Loss) -> bool:
    """Is the observed curvature positive on a grid of outcomes and outputs?"""
    domain = loss.bound.family.outcome.domain
    if domain.vector or any(loss.bound.family.parameters[name].domain.vector for name in loss.outputs):
        return False
    low, high = domain.typical
    levels = np.arange(low, high + 1) if domain.whole else np.linspace(low, high, 9)
    y, f = (a.ravel() for a in np.meshgrid(levels, np.linspace(-20.0, 20.0, 81)))
    outputs = np.repeat(f[:, None], len(loss.outputs), axis=1)
    given = {name: float(np.mean(loss.bound.family.parameters[name].domain.typical)) for name in loss.inputs}
    found = loss.curvature(y, outputs, kind="observed", **columns_of(given, len(y)))
    return bool((np.isfinite(found) & (found > 0)).all())


class Information:
    """Fisher information (n, w, w) of many rows, round after round.

    Closed forms are evaluated. Where the family has none, exact values at the nodes of a grid of outputs are mixed
    linearly: a mixture of positive semidefinite matrices with positive weights is one again, so that a step is still
    a step downhill, and no quadrature runs in a round. Beyond the table the value at its edge serves.

    Noises made of others are taken apart (pieces.py). Of censored outcomes it is what the outcomes themselves would
    tell: censoring can only lessen that, so that a step is never too long (as in the EM algorithm of Dempster, Laird
    and Rubin 1977).
    """

    def __init__(self, loss: Loss, given: dict[str, Any]) -> None:
        family = loss.bound.family
        self.censored = family.outcome.domain.interval and family.latent is not None
        if family.latent is not None and self.censored:  # its outputs are those of the noise behind
            loss = derive(family.latent.bound)
        self.loss = loss
        self.given = given
        declared = loss.calculus.fisher or {}
        names = list(loss.derivation.predicted)
        self.closed = all((a, b) in declared for i, a in enumerate(names) for b in names[i:])
        self.low: Array | None = None
        self.high: Array | None = None
        self.table: Any = None
        self.vectors = any(isinstance(s, VectorSymbol) for s in loss.derivation.predicted.values())
        self.pieces = None if self.closed else pieces_of(loss, lambda one: Information(one, given).informed)
        #: outputs after the first about which less and less is told as they move
        self.fading = [
            k for k, name in enumerate(names)
            if k and self.closed and not self.vectors and declared[name, name].has(loss.derivation.predicted[name])
        ]  # fmt: skip
        self._runner: Runner | None = None
        self._calls = Calls()
        self._groups = [np.array([names.index(n) for n in parts]) for parts in groups(loss.bound).values()]

    def __call__(self, outputs: Array) -> Array:
        """The information of each row; that of an angle is taken in every direction of its outputs.

        How far out these are says nothing, so that theirs has no inverse; a slope never points that way.
        """
        found = self.informed(outputs)
        for group in self._groups:
            total = np.einsum("nii->n", found[:, group][:, :, group])
            found[:, group[:, None], group] = total[:, None, None] * np.eye(len(group))
        return found

    def informed(self, outputs: Array) -> Array:
        """The information of each row as the noise has it."""
        width = outputs.shape[1]
        if self.pieces is not None:
            return self.pieces(outputs)
        if self.closed or self.vectors or width not in NODES:
            return self.loss.fisher(outputs, **columns_of(self.given, len(outputs)))
        if self.table is None:
            self._tabulate(outputs)
        assert self.low is not None
        assert self.high is not None
        found: Array = self.table(np.minimum(np.maximum(outputs, self.low), self.high))
        for (first, second), column in self._declared(outputs).items():
            found[:, first, second] = found[:, second, first] = column
        return found

    @property
    def joint(self) -> bool:
        """Can `slopes` give gradient and diagonal by one program?"""
        return self.closed and not self.vectors and not self.censored and not self._groups

    def slopes(self, y: Array, outputs: Array) -> Array:
        """Gradient and below it the diagonal of the information, (2 w, n), by one program."""
        names = list(self.loss.derivation.predicted)
        both = np.empty((2 * len(names), len(y)))
        parts = both[: len(names)].T, both[len(names) :].T
        if self._calls.answer("gradient", y, outputs, parts, (None, None, None, self.given), "raise") is None:
            answers = [f"d {name}" for name in names] + [f"{name} {name}" for name in names]
            places = dict(zip(answers, both, strict=True))
            self._calls.learn("gradient", y, outputs, parts, *self._run(y, outputs, places), places)
        return both

    def _declared(self, outputs: Array) -> dict[tuple[int, int], Array]:
        """The entries that the family declares, exact everywhere."""
        names = list(self.loss.derivation.predicted)
        found = {pair: np.empty(len(outputs)) for pair in self.loss.calculus.fisher or {}}
        if found:
            self._run(None, outputs, {f"{first} {second}": column for (first, second), column in found.items()})
        return {(names.index(first), names.index(second)): column for (first, second), column in found.items()}

    def _run(self, y: Array | None, outputs: Array, answers: dict[str, Array]) -> tuple[Runner, Rows]:
        """Fill the answers, "d name" for a slope and "name name" for the information, by one program.

        Returns what has run, and the rows as it read them.
        """
        if self._runner is None:
            calculus = self.loss.calculus
            known = {f"d {name}": entry for name, entry in calculus.gradient.items()}
            known |= {f"{first} {second}": entry for (first, second), entry in (calculus.fisher or {}).items()}
            self._runner = Runner(compile_program({key: known[key] for key in answers}))
        rows = self.loss.read(y, outputs, given=columns_of(self.given, len(outputs)), by_tile=True, on_invalid="raise")
        if not self._runner.run(rows.inputs, answers, rows.count, rows.checks):
            rows.complain()
        return self._runner, rows

    def _tabulate(self, outputs: Array) -> None:
        centre = outputs.mean(axis=0)
        width = len(centre)
        at_centre = np.diag(self._at(centre[None, :])[0])
        links = dict(self.loss.bound.bindings)
        # a location is measured in standard errors of one row, a logarithm or a logit as it is
        sizes = np.array(
            [
                1 / np.sqrt(scale) if getattr(links[name], "name", "") == "identity" and scale > 0 else 1.0
                for name, scale in zip(self.loss.outputs, at_centre, strict=True)
            ]
        )
        self.low, self.high = centre - REACH[width] * sizes, centre + REACH[width] * sizes
        axes = [np.linspace(a, b, NODES[width]) for a, b in zip(self.low, self.high, strict=True)]
        nodes = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, width)
        values = self._at(nodes).reshape(*[NODES[width]] * width, width, width)
        self.table = RegularGridInterpolator(axes, values)

    def _at(self, nodes: Array) -> Array:
        """The information at every node; where it cannot be certified, that of the nearest node where it can."""
        values = self._certified(nodes)
        known = np.flatnonzero(np.isfinite(values).all(axis=(1, 2)))
        if not known.size:
            raise DerivationError(
                f"{self.loss.name}: the Fisher information cannot be certified anywhere near these outputs",
                family=self.loss.name,
                remedy="Pass curvature='majorizer' or curvature='unit'",
            )
        for k in np.flatnonzero(~np.isfinite(values).all(axis=(1, 2))):
            values[k] = values[known[np.argmin(((nodes[known] - nodes[k]) ** 2).sum(axis=1))]]
        return values

    def _certified(self, nodes: Array) -> Array:
        """The information at every node, NaN where it cannot be certified: these are found by halves."""
        try:
            return self.loss.fisher(nodes, **columns_of(self.given, len(nodes)))
        except UndefinedError:
            if len(nodes) == 1:
                return np.full((1, nodes.shape[1], nodes.shape[1]), np.nan)
        half = len(nodes) // 2
        return np.concatenate([self._certified(nodes[:half]), self._certified(nodes[half:])])


def check_kind(kind: str | None, loss: Loss) -> str:
    """The kind of curvature that was asked for, or the default; `UnknownNameError` for another."""
    if kind is None:
        return default_kind(loss)
    if kind not in KINDS:
        raise UnknownNameError(f"no curvature is called {kind!r}", value=kind, remedy=f"Kinds: {', '.join(KINDS)}")
    return kind


def unusable(loss: Loss, gradient: Array, curvature: Array, outputs: Array) -> FitError:
    """The error that names the first row whose slope is not finite or whose curvature is negative or not finite."""
    bad = ~(np.isfinite(gradient) & np.isfinite(curvature) & (curvature >= 0)).all(axis=1)
    row = int(np.argmax(bad))
    facts = f"gradient {gradient[row].tolist()}, curvature {curvature[row].tolist()}, outputs {outputs[row].tolist()}"
    negative = bool((curvature[row] < 0).any())
    return FitError(
        f"{loss.name}: row {row} of {int(bad.sum())} cannot be boosted: {facts}",
        family=loss.name,
        index=row,
        remedy="Use curvature='fisher' or 'majorizer', which are never negative"
        if negative
        else "Lower the learning rate, or look for an outlier in that row",
    )
