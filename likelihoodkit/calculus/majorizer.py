"""Half-quadratic majorizers: the curvature of a parabola that touches a loss and lies above it everywhere.

A loss rho(r) of the residual r = y - f that is even, and whose weight rho'(r)/r falls as |r| grows, lies below the
parabola of curvature rho'(r)/r through any of its points: rho is then a concave function of r^2, and a concave function
lies below its tangent (Huber 1981, Robust Statistics, section 7.8; de Leeuw and Lange 2009).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from likelihoodkit.calculus import Calculus
from likelihoodkit.declaration import Bound
from likelihoodkit.errors import DerivationError

Array = NDArray[Any]

#: residuals, in powers of two, at which evenness and the fall of the weight are certified
REACH = np.exp2(np.linspace(-24, 24, 385))
#: the weight may rise by rounding, not by more
ROUNDING = 1e-9


class Curved(Protocol):
    """What is needed of a loss here."""

    bound: Bound

    @property
    def calculus(self) -> Calculus:
        """Its symbolic derivatives."""

    def gradient(self, y: ArrayLike, outputs: ArrayLike, **keywords: Any) -> Array:
        """Its slopes."""

    def hessian(self, y: ArrayLike, outputs: ArrayLike, **keywords: Any) -> Array:
        """Its second derivatives."""

    def fisher(self, outputs: ArrayLike, **keywords: Any) -> Array:
        """Its expected second derivatives."""


_CERTIFIED: dict[Bound, tuple[str, ...]] = {}


def majorized(loss: Curved) -> tuple[str, ...]:
    """Names of the outputs that have a half-quadratic majorizer.

    That the residual is all that counts is read off the formula; that the loss is even and its weight falls is
    certified at 385 residuals from 2^-24 to 2^24, the other outputs and held columns being moderate.
    """
    if loss.bound not in _CERTIFIED:
        names = loss.calculus.residual_outputs
        _CERTIFIED[loss.bound] = tuple(name for name in names if _certified(loss, name))
    return _CERTIFIED[loss.bound]


def _certified(loss: Curved, name: str) -> bool:
    bound = loss.bound
    place = bound.outputs.index(name)
    keywords: dict[str, Any] = {
        row: np.full(len(REACH), float(np.mean(bound.family.parameters[row].domain.typical))) for row in bound.inputs
    }
    if bound.shared:
        keywords["shared"] = np.zeros(len(bound.shared))
    for level in (-1.0, 0.0, 1.5):
        outputs = np.full((len(REACH), len(bound.outputs)), level)
        outputs[:, place] = 0.0
        right = -loss.gradient(REACH, outputs, **keywords)[:, place]
        left = loss.gradient(-REACH, outputs, **keywords)[:, place]
        if not (np.isfinite(right).all() and np.isfinite(left).all()):
            return False  # a slope that overflows grows faster than any residual
        weight = right / REACH
        even = bool((np.abs(right - left) <= ROUNDING * np.abs(right)).all())
        falls = bool((np.diff(weight) <= ROUNDING * weight[:-1]).all())
        # at r = 0 the weight is the second derivative; at a kink it is infinite, and there is no parabola
        zero = np.zeros(1)
        top = loss.hessian(zero, outputs[:1], **{k: v if k == "shared" else v[:1] for k, v in keywords.items()})
        smooth = bool(np.isclose(top[0, place, place], weight[0], rtol=1e-4))
        if not (even and falls and smooth and (weight >= 0).all()):
            return False
    return True


def majorizer(loss: Curved, y: ArrayLike, outputs: ArrayLike, keywords: Mapping[str, Any]) -> Array:
    """The majorizing curvature of each row, shaped as the gradient; see `Loss.curvature`."""
    names = majorized(loss)
    others = [name for name in (*loss.bound.outputs, *loss.bound.shared) if name not in names]
    if not names or (others and loss.bound.family.sign > 0):
        raise DerivationError(
            f"{loss.bound.name} has no half-quadratic majorizer: it must be an even, smooth loss of the residual whose "
            f"slope grows no faster than the residual",
            family=loss.bound.name,
            remedy="Use curvature(kind='fisher') of a noise, or kind='observed'",
        )
    given = np.asarray(outputs)
    matrix = given[:, None] if given.ndim == 1 else given
    slopes = loss.gradient(y, matrix, **keywords)
    if others:
        without = {key: value for key, value in keywords.items() if key != "weights"}
        curvature = np.einsum("nii->ni", loss.fisher(matrix, **without)).astype(slopes.dtype)
        if keywords.get("weights") is not None:
            curvature *= np.asarray(keywords["weights"])[:, None]
    else:
        curvature = np.empty_like(slopes)
    offset = keywords.get("offset")
    for name in names:
        place = loss.bound.outputs.index(name)
        residual = np.asarray(y, dtype=np.float64) - matrix[:, place]
        if offset is not None and (np.ndim(offset) == 2 or place == 0):
            residual = residual - (np.asarray(offset)[:, place] if np.ndim(offset) == 2 else np.asarray(offset))
        at_zero = residual == 0
        with np.errstate(divide="ignore", invalid="ignore"):  # rows with r = 0 are filled in below
            curvature[:, place] = -slopes[:, place] / residual
        if at_zero.any():
            curvature[at_zero, place] = loss.hessian(y, matrix, **keywords)[at_zero, place, place]
    found: Array = curvature[:, 0] if given.ndim == 1 and curvature.shape[1] == 1 else curvature
    return found
