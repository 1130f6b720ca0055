"""The noise of counts of classes whose probabilities vary (Polya's urn): which rows go which way, and the slopes."""

from __future__ import annotations

from typing import Any

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel, remembered
from likelihoodkit.primitives.vector_kernels.urns import MOST, Crowd, Everyday, Many, Throng, Urn

#: counts up to which everyday rows are counted one by one
FEW = 40
#: concentrations (their logarithms) and differences of logits of which products stay in range
MIDDLE = 50.0


def _sorted(f: Floats, c: Floats, y: Floats) -> list[tuple[Urn, Any]]:
    """Everyday rows and others, with few and with many counts, and where they are; None for everywhere."""
    total = y.sum(axis=0)
    near = (np.absolute(c) < MIDDLE) & (np.max(f, axis=0) - np.min(f, axis=0) < MIDDLE)
    few, many = total <= FEW, total > MOST
    kinds = (
        (Everyday, near & few), (Crowd, near & ~few & ~many), (Throng, near & many), (Urn, ~near & ~many),
        (Many, ~near & many),
    )  # fmt: skip
    for kind, mask in kinds:
        if mask.all():
            return [(kind(f, c, y), None)]
    return [(kind(f[:, mask], c[mask], y[:, mask]), mask) for kind, mask in kinds if mask.any()]


#: the loss and its slopes ask for the same, one after the other
_urns_of = remembered(_sorted, 1)


def _urns(formula: Any, f: Floats, c: Floats, y: Floats, *more: Floats) -> Floats:
    """A formula of an urn, each kind of rows apart."""
    rows = np.broadcast_shapes(f.shape[1:], c.shape, y.shape[1:], *(v.shape[1:] for v in more))
    f, y, *more = (np.broadcast_to(v, (f.shape[0], *rows)) for v in (f, y, *more))  # type: ignore[assignment]
    parts = _urns_of(f, np.broadcast_to(c, rows), y)
    if parts[0][1] is None:
        return np.asarray(formula(parts[0][0], *more))
    answers = [formula(urn, *(v[:, mask] for v in more)) for urn, mask in parts]
    found = np.empty((*answers[0].shape[:-1], *rows))
    for answer, (_, mask) in zip(answers, parts, strict=True):
        found[..., mask] = answer
    return found


@kernel
def polya_loss(f: Floats, c: Floats, y: Floats) -> Floats:
    """Minus the log-probability of counts y."""
    return _urns(lambda urn: urn.loss(), f, c, y)


@kernel
def polya_pull(f: Floats, c: Floats, y: Floats) -> Floats:
    """Its slope in f."""
    return _urns(lambda urn: urn.pull(urn.first, urn.again), f, c, y)


@kernel
def polya_slope(f: Floats, c: Floats, y: Floats) -> Floats:
    """Its slope in c."""
    return _urns(lambda urn: urn.slope(), f, c, y)


@kernel
def polya_cross(f: Floats, c: Floats, y: Floats) -> Floats:
    """The slope in f, differentiated in c."""
    return _urns(lambda urn: urn.pull(0.0, urn.bent), f, c, y)


@kernel
def polya_bend(f: Floats, c: Floats, y: Floats) -> Floats:
    """The second derivative in c."""
    return _urns(lambda urn: urn.bend(), f, c, y)


@kernel
def polya_curve(b: Floats, f: Floats, c: Floats, y: Floats) -> Floats:
    """The second derivative in f times b."""

    def along(urn: Urn, b: Floats) -> Floats:
        moved = urn.apart(b)
        flow = urn.drawn.sum(axis=0) * moved + (urn.bent * moved).sum(axis=0)
        return np.asarray(urn.shared(flow) - urn.bent * moved)

    return _urns(along, f, c, y, b)
