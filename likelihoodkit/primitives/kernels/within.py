"""The loss of an outcome seen between two bounds only, put together from what a law tells of itself.

Where what is seen lies in one tail, the loss is its gap to the loss at the nearer bound and the rest of the tail there:
log of the tail over the density at the bound. None of these has what loss and log-probability share. What is beyond
the other bound is taken off by the distance of the two logarithms of tails, which is made of gap and rests again;
where it is short, the gap to every place between is integrated instead. Rows are value, slopes, curvatures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from likelihoodkit.primitives.kernels._rows import PAIRS
from likelihoodkit.primitives.kernels._tools import Floats, Mask, legendre
from likelihoodkit.primitives.kernels.exponential import log1m_exp

Rows = Floats
Tails = tuple[Rows, Rows, Rows, Rows]
SHORT = 1.0  # distance of two logarithms of tails that still has its digits
MOST = 0.6  # of both tails, beside which what is left of one still has its digits
RARE = -10.0  # log of a tail below which it is told by the density at its bound
MANY = 40  # places of an integral over a short way, of any law
BLOCK = 256  # outcomes that are taken at a time, so that all their places stay in the cache


def slopes_of(rows: Rows) -> slice:
    """Where the slopes are: after the value, before the curvatures."""
    return slice(1, PAIRS[len(rows)][-1][0] + 2)


@dataclass(frozen=True)
class Law:
    """Rows of the loss at y, of loss(y) - loss(b), of both tails at b and their rests; places between two bounds.

    A rest is NaN where b does not lie in that tail.

    ``between`` gives the place at a share of the way, and the logarithm of its speed. ``kinks`` are places where the
    loss is not smooth: an integral is taken on both sides of them. ``jump``: that of its slope in u, at the one.
    ``points`` of an integral over a short way: few do where nothing turns within it. ``along``: of the outcome, two
    bounds and a share of the way, the gap and the logarithm of the speed, where these move with the parameters.
    ``below``: where the loss of what is seen below a bound has a form of its own, and that. ``rounded``:
    the ends are, even to the same number, and how far they are apart is the last number of a place.
    """

    loss: Callable[..., Rows]
    gap: Callable[..., Rows]
    tails: Callable[..., Tails]
    between: Callable[..., tuple[Floats, Floats]]
    kinks: Callable[..., list[Floats]] = lambda *_: []
    jump: float = 0.0
    points: int = MANY
    along: Callable[..., Rows] | None = None
    below: tuple[Callable[..., Mask], Callable[..., Rows]] | None = None
    rounded: bool = False

    def rows(self, place: tuple[Floats, ...]) -> int:
        """How many rows there are: the value, slopes and curvatures."""
        letters = len(place) - self.rounded
        return 1 + letters * (letters + 3) // 2


def _curved(first: Floats, factor: Floats) -> Floats:
    """The products of two slopes, times a factor."""
    pairs = next(found for found in PAIRS.values() if found[-1][0] + 1 == len(first))
    return np.stack([np.where(factor == 0.0, 0.0, factor * first[i] * first[j]) for i, j in pairs])


def _less_beyond(rows: Rows, distance: Rows) -> Rows:
    """The rows with log(1 - e^-distance) added."""
    w = distance[0]
    odds = np.exp(-w) / -np.expm1(-w)
    more = np.where(odds == 0.0, 0.0, odds * distance[1:])
    slopes = slopes_of(distance)
    more[slopes.stop - 1 :] -= _curved(distance[slopes], odds * (1.0 + odds))
    return np.concatenate([(rows[0] + np.asarray(log1m_exp(w)))[None], rows[1:] + more])


def _and(loss: Rows, mass: Rows) -> Rows:
    """The sum of a loss or gap and a logarithm of a mass: what overflows in the former outgrows the latter."""
    return np.where(np.isinf(loss), loss, loss + mass)


def _across(loss: Rows, below: Rows, above: Rows) -> Rows:
    """Rows of the loss and log(1 - F - S)."""
    first, second = _lost(below), _lost(above)
    rest = 1.0 - first[0] - second[0]
    more = -(first[1:] + second[1:]) / rest
    slopes = slopes_of(first).stop - 1
    more[slopes:] -= _curved(more[:slopes], np.ones_like(rest))
    return _and(loss, np.concatenate([np.log1p(-(first[0] + second[0]))[None], more]))


def _lost(tail: Rows) -> Rows:
    """A probability with its slopes and curvatures, by those of its logarithm."""
    share, slopes = np.exp(tail[0]), slopes_of(tail)
    curved = tail[slopes.stop :] + _curved(tail[slopes], np.ones_like(share))
    more = np.concatenate([tail[slopes], curved])
    return np.concatenate([share[None], np.where(share == 0.0, 0.0, share * more)])


def _integrated(law: Law, y: Floats, low: Floats, high: Floats, place: tuple[Floats, ...]) -> Rows:
    """log of the integral of e^gap between the bounds, its slopes and curvatures by moments of the gap's."""
    blocks = [slice(start, start + BLOCK) for start in range(0, y.size, BLOCK)]
    parts = (_block(law, y[rows], low[rows], high[rows], tuple(part[rows] for part in place)) for rows in blocks)
    return np.concatenate(list(parts), axis=1)


def _block(law: Law, y: Floats, low: Floats, high: Floats, place: tuple[Floats, ...]) -> Rows:
    """The same of few outcomes: all places at once, without the stretches between kinks that are empty."""
    roots, weights = legendre(law.points)
    ends = [low, *(np.minimum(np.maximum(kink, low), high) for kink in law.kinks(*place)), high]
    gaps = np.zeros((len(ends) - 1, law.points, law.rows(place), y.size))
    gaps[:, :, 0] = -np.inf
    for stretch, (start, end) in zip(gaps, pairwise(ends), strict=True):
        there = np.flatnonzero((start != end) | law.rounded)
        if there.size == 0:
            continue
        given = (np.tile(part[there], law.points) for part in (y, start, end))
        share = np.repeat(0.5 + 0.5 * roots, there.size)
        found = at_share(law, *given, share, *(np.tile(part[there], law.points) for part in place))
        stretch[:, :, there] = found.reshape(-1, law.points, there.size).transpose(1, 0, 2)
    found = of_moments(gaps.reshape(-1, *gaps.shape[2:]), np.tile(0.5 * weights, len(gaps)))
    if law.jump:
        (kink,) = law.kinks(*place)
        there = np.exp(law.gap(y, kink, *place)[0] - found[0] + place[1])
        found[slopes_of(found).stop] -= np.where((low < kink) & (kink < high), law.jump * there, 0.0)
    return found


def of_moments(gaps: Floats, weights: Floats) -> Rows:
    """log of the sum of e^gap at places of these weights; gaps are (places, rows, outcomes)."""
    slopes = slopes_of(gaps[0])
    top = gaps[:, 0].max(axis=0)
    weight = weights[:, None] * np.exp(gaps[:, 0] - top)
    mass = weight.sum(axis=0)
    weight = weight / mass
    first = (weight[:, None] * gaps[:, slopes]).sum(axis=0)
    second = (weight[:, None] * gaps[:, slopes.stop :]).sum(axis=0)
    away = gaps[:, slopes] - first
    spread = np.stack([(weight * away[:, i] * away[:, j]).sum(axis=0) for i, j in PAIRS[len(gaps[0])]])
    return np.concatenate([(top + np.log(mass))[None], first, second + spread])


def at_share(law: Law, y: Floats, low: Floats, high: Floats, share: Floats, *place: Floats) -> Rows:
    """The gap to the place at a share of the way, and the logarithm of the speed there."""
    if law.along is not None:
        return law.along(y, low, high, share, *place)
    u, log_speed = law.between(low, high, share, *place)
    gap = law.gap(y, u, *place)
    gap[0] = gap[0] + log_speed
    return gap


def by_bounds(
    formulas: tuple[Callable[..., Rows], ...], law: Law, outcomes: tuple[Floats, ...], ends: tuple[float, float],
    place: tuple[Floats, ...],
) -> Rows:  # fmt: skip
    """Rows at broadcast arguments, by the formula for a bound above, below or on both sides.

    The last two ``outcomes`` are the bounds; one at its one of the ``ends`` is none.
    """
    arrays = [np.asarray(part, dtype=np.float64) for part in np.broadcast_arrays(*outcomes, *place)]
    shape = arrays[0].shape
    flat = [part.ravel() for part in arrays]
    low, high = flat[len(outcomes) - 2 : len(outcomes)]
    found = np.full((law.rows(place), low.size), np.nan)
    left = ~np.logical_or.reduce([np.isnan(part) for part in flat])
    with np.errstate(all="ignore"):
        for mask, formula in zip((low == ends[0], high == ends[1], np.full(left.shape, True)), formulas, strict=True):
            where = mask & left
            left &= ~mask
            if where.any():
                found[:, where] = formula(law, *(part[where] for part in flat))
    return found.reshape(len(found), *shape)


def seen_within(
    law: Law, y: Floats, low: Floats, high: Floats, open_low: float, open_high: float, *place: Floats
) -> Rows:
    """Rows of the loss."""
    return by_bounds((_seen_below, _seen_above, _seen_between), law, (y, low, high), (open_low, open_high), place)


def log_mass(law: Law, low: Floats, high: Floats, open_low: float, open_high: float, *place: Floats) -> Rows:
    """Rows of the logarithm of what lies between two bounds."""
    return by_bounds((_below, _above, _between), law, (low, high), (open_low, open_high), place)


def _seen_below(law: Law, y: Floats, _: Floats, high: Floats, *place: Floats) -> Rows:
    below, _, rest, _ = law.tails(high, *place)
    rows = np.where(np.isnan(rest[0]), _and(law.loss(y, *place), below), _and(law.gap(y, high, *place), rest))
    if law.below is not None:
        where, own = law.below
        there = where(high, *place)
        rows[:, there] = own(seen_where(y, there), seen_where(high, there), *(part[there] for part in place))
    return rows


def _seen_above(law: Law, y: Floats, low: Floats, _: Floats, *place: Floats) -> Rows:
    _, above, _, rest = law.tails(low, *place)
    return np.where(np.isnan(rest[0]), _and(law.loss(y, *place), above), _and(law.gap(y, low, *place), rest))


def _seen_between(law: Law, y: Floats, low: Floats, high: Floats, *place: Floats) -> Rows:
    def whole(below: Rows, above: Rows) -> Rows:
        return _across(law.loss(y, *place), below, above)

    def in_tail(where: Mask, near: Floats, _: Rows, rest: Rows, *there: Floats) -> Rows:
        return _and(law.gap(seen_where(y, where), near, *there), rest)

    def short(where: Mask, _: Floats, *there: Floats) -> Rows:
        return _integrated(law, seen_where(y, where), seen_where(low, where), seen_where(high, where), there)

    return _by_tails(law, low, high, place, whole, in_tail, short)


def _below(law: Law, _: Floats, high: Floats, *place: Floats) -> Rows:
    return law.tails(high, *place)[0]


def _above(law: Law, low: Floats, _: Floats, *place: Floats) -> Rows:
    return law.tails(low, *place)[1]


def _between(law: Law, low: Floats, high: Floats, *place: Floats) -> Rows:
    def whole(below: Rows, above: Rows) -> Rows:
        return _across(np.zeros_like(below), below, above)

    def in_tail(_: Mask, near: Floats, tail: Rows, rest: Rows, *there: Floats) -> Rows:
        return np.where(tail[0] < RARE, _and(-law.loss(near, *there), rest), tail)

    def short(where: Mask, near: Floats, *there: Floats) -> Rows:
        return _integrated(law, near, seen_where(low, where), seen_where(high, where), there) - law.loss(near, *there)

    return _by_tails(law, low, high, place, whole, in_tail, short)


def _by_tails(
    law: Law, low: Floats, high: Floats, place: tuple[Floats, ...], whole: Callable[[Rows, Rows], Rows],
    in_tail: Callable[..., Rows], short: Callable[..., Rows],
) -> Rows:  # fmt: skip
    """Rows of what lies between two bounds: of the whole less both tails, of a part of one tail, or of a short way.

    ``in_tail`` is told where, the bound nearer to the middle, the tail beyond it and its rest; ``short`` where and that
    bound.
    """
    below_low, above_low, rest_below_low, rest_above_low = law.tails(low, *place)
    below_high, above_high, rest_below_high, rest_above_high = law.tails(high, *place)
    left, right = ~np.isnan(rest_below_high[0]), ~np.isnan(rest_above_low[0])
    rows = whole(below_low, above_high)
    close = np.exp(below_low[0]) + np.exp(above_high[0]) > MOST
    for side, near, further, tail, last, rests in (
        (left, high, low, below_high, below_low, (rest_below_high, rest_below_low)),
        (right, low, high, above_low, above_high, (rest_above_low, rest_above_high)),
    ):
        if side.any():
            told = tail[:, side], last[:, side], rests[0][:, side], rests[1][:, side]
            there = (part[side] for part in place)
            rows[:, side], distance = in_one_tail(law, near[side], further[side], told, in_tail, side, *there)
            close[side] = distance < SHORT
    if close.any():
        rows[:, close] = short(close, np.where(left, high, low)[close], *(part[close] for part in place))
    return rows


def in_one_tail(
    law: Law, near: Floats, further: Floats, told: Tails, in_tail: Callable[..., Rows], where: Mask, *place: Floats
) -> tuple[Rows, Floats]:
    """Rows where both bounds lie in one tail, and the distance of the logarithms of what is beyond them.

    ``told`` are the tails beyond the nearer and the further bound, and their rests.
    """
    tail, last, rest, beyond = told
    distance = _and(law.gap(further, near, *place), rest - beyond)
    endless = np.zeros_like(distance)
    endless[0] = np.inf
    ended = np.isneginf(last[0]) & np.isfinite(tail[0])  # nothing is beyond the further bound
    distance = np.where(ended, endless, distance)
    return _less_beyond(in_tail(where, near, tail, rest, *place), distance), distance[0]


def seen_where(x: Floats, where: Mask) -> Floats:
    """The numbers of those outcomes."""
    return np.asarray(x[where])
