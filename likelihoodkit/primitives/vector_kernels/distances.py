"""Lengths and directions of the rows of embeddings; a row of zeros has length 0 and, by convention, no direction."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.primitives.kernels._tools import Floats, kernel

Places = NDArray[np.integer[Any]]


def _parts(v: Floats) -> tuple[Floats, Floats, Floats]:
    """(size, v/size, |v/size|) with size the largest entry, so that no square leaves the range; 1 for a row of zeros.

    An infinite entry outweighs all finite ones.
    """
    size = np.max(np.absolute(v), axis=0)
    size = np.where(size == 0.0, 1.0, size)
    part = np.where(np.isinf(size), np.where(np.isinf(v), np.sign(v), 0.0), v / size)
    return size, part, np.sqrt(np.square(part).sum(axis=0))


@kernel
def norm(v: Floats) -> Floats:
    """|v|."""
    size, _, length = _parts(v)
    return np.asarray(size * length)


@kernel
def heading(v: Floats) -> Floats:
    """v/|v|; zeros where v is."""
    _, part, length = _parts(v)
    return np.asarray(part / np.where(length == 0.0, 1.0, length))


@kernel
def inverse_length(v: Floats) -> Floats:
    """1/|v|; 0 where v is 0, as the slope of a direction that stays put."""
    size, _, length = _parts(v)
    return np.where(length == 0.0, 0.0, 1.0 / np.where(length == 0.0, 1.0, length) / size)


@kernel
def frozen(x: Floats) -> Floats:
    """The number itself."""
    return x


def _leading(h: Floats) -> Places:
    """The place of the longest entry, by rows of one."""
    return np.asarray(np.argmax(np.absolute(h), axis=0)[np.newaxis])


def _one(v: Floats, place: Places) -> Floats:
    """That entry."""
    return np.take_along_axis(v, place, axis=0)


def _others(v: Floats, place: Places) -> Floats:
    """The vector with 0 in that place."""
    rest = np.array(v, copy=True)
    np.put_along_axis(rest, place, 0.0, axis=0)
    return rest


def _across(h: Floats, a: Floats) -> Floats:
    """a less its part along the unit vector h.

    In the one entry where h may be all but 1, 1 - h^2 is the sum of the other squares.
    """
    a = a + np.zeros(h.shape)
    place = _leading(h)
    rest = _others(h, place)
    leading = _one(a, place) * np.square(rest).sum(axis=0) - _one(h, place) * (rest * a).sum(axis=0)
    found: Floats = a - h * (a * h).sum(axis=0)
    np.put_along_axis(found, place, leading, axis=0)
    return found


@kernel
def heading_pull(v: Floats, a: Floats) -> Floats:
    """(a - h (a h))/|v| with h = v/|v|; zeros where v is."""
    size, part, length = _parts(v)
    safe = np.where(length == 0.0, 1.0, length)
    return np.where(length == 0.0, 0.0, _across(part / safe, a) / safe / size)


@kernel
def heading_bend(b: Floats, v: Floats, a: Floats) -> Floats:
    """Minus (h (b t) + t (b h) + (b across h) (a h))/|v|^2 with t = a across h, divided last; zeros where v is."""
    size, part, length = _parts(v)
    safe = np.where(length == 0.0, 1.0, length)
    h = part / safe
    across = _across(h, a)
    turn = h * (b * across).sum(axis=0) + across * (b * h).sum(axis=0) + _across(h, b) * (a * h).sum(axis=0)
    return np.where(length == 0.0, 0.0, -(turn / safe / safe) / size / size)


@kernel
def cosine_complement(u: Floats, v: Floats) -> Floats:
    """1 - cos as half the squared distance of the directions."""
    return np.asarray(0.5 * np.square(heading(u) - heading(v)).sum(axis=0))


def _triangle(one: Floats, near: Floats, far: Floats) -> tuple[Floats, ...]:
    """(u/size, v/size, u - v, |u|/size, |v|/size, size, half) of u = one - near and v = one - far.

    Where a difference would overflow, all three points are halved and the size is that of halves.
    """
    reach = np.maximum(np.maximum(np.absolute(one), np.absolute(near)), np.absolute(far)).max(axis=0)
    half = np.where(reach > 0.25 * np.finfo(reach.dtype).max, 0.5, 1.0).astype(reach.dtype)
    one, near, far = one * half, near * half, far * half
    u, v = one - near, one - far
    size = np.maximum(np.absolute(u), np.absolute(v)).max(axis=0)
    size = np.where(size == 0.0, 1.0, size)
    u, v = u / size, v / size
    return u, v, far - near, np.sqrt(np.square(u).sum(axis=0)), np.sqrt(np.square(v).sum(axis=0)), size, half


@kernel
def distance_gap(one: Floats, near: Floats, far: Floats) -> Floats:
    """|u| - |v| = sum (u - v)(u + v)/(|u| + |v|)."""
    u, v, apart, first, second, _, half = _triangle(one, near, far)
    total = first + second
    return np.asarray((apart * ((u + v) / np.where(total == 0.0, 1.0, total))).sum(axis=0) / half)


@kernel
def heading_gap(one: Floats, near: Floats, far: Floats) -> Floats:
    """u/|u| - v/|v|, from u - v where the two are close, and from minors where their directions are, near an axis."""
    u, v, apart, first, second, size, _ = _triangle(one, near, far)
    left = np.where(first == 0.0, 1.0, first)
    right = np.where(second == 0.0, 1.0, second)
    hu, hv, r = u / left, v / right, apart / size / right
    close = 2.0 * np.sqrt(np.square(apart / size).sum(axis=0)) <= first + second
    middle = (u + v) / (left + right)
    found = np.where(close, (left + right) / (2.0 * left) * (r - middle * (r * middle).sum(axis=0)), hu - hv)
    place = _leading(hu + hv)
    a, b = _one(hu, place), _one(hv, place)
    minors = np.where(close, _one(r, place) * hu - a * r, a * hv - b * hu)
    both = np.where(a * b > 0.0, a + b, 1.0)
    leading = (_others(minors, place) * (a * hv + b * hu)).sum(axis=0) / both
    np.put_along_axis(found, place, np.where(a * b > 0.0, leading, a - b), axis=0)
    return found


@kernel
def heading_pull_gap(one: Floats, near: Floats, far: Floats, a: Floats) -> Floats:
    """`heading_pull` of u = one - near less that of v = one - far.

    Where their lengths are alike from what they differ by: with g = h_u - h_v it is
    -((|u| - |v|)/|u| (a across h_u) + g (h_u a) + h_v (g a))/|v|.
    """
    u, v, apart, first, second, size, half = _triangle(one, near, far)
    alike = (first <= 2.0 * second) & (second <= 2.0 * first) & (first > 0.0)
    left, right = np.where(first == 0.0, 1.0, first), np.where(second == 0.0, 1.0, second)
    hu, hv, turn = u / left, v / right, np.asarray(heading_gap(one, near, far))
    a = a + np.zeros(hu.shape)
    longer = ((apart / size) * ((u + v) / (left + right))).sum(axis=0) / left
    bent = longer * _across(hu, a) + (turn * (hu * a).sum(axis=0) + hv * (turn * a).sum(axis=0))
    joint = -bent / right / size * half
    if alike.all():
        return np.asarray(joint)
    each = np.asarray(heading_pull(one - near, a)) - np.asarray(heading_pull(one - far, a))
    return np.asarray(np.where(alike, joint, each))
