"""Sums over the paths that stretch a labelling over T steps, and over all others, in which nothing cancels.

States are the labels with a blank before, between and after them: a path is in one of them or has failed, for good. The
chance of a labelling is M, that of all others D = 1 - M is summed in its own right; a slope in a logit is how much more
the labelling has to hope for when another class comes up, and what two states hope for is subtracted only where the
ways on from them differ. So a labelling next to certain, and a step that decides next to nothing, keep their digits.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from likelihoodkit.primitives.vector_kernels.labelling_numbers import (
    FLOATS,
    Array,
    Number,
    along,
    apart,
    expected,
    left,
    shifted,
)
from likelihoodkit.primitives.vector_kernels.scores import Moved, balanced

#: steps whose slopes are computed together: what stands between them stays near the processor
TOGETHER = 5
EVERY = slice(None)
#: chances below it, and products of chances, at which it is looked at whether anything left the range
SELDOM, FAR = 1e-90, 1e-150


class Labelling:
    """Rows of logits (T, K, n), labels of states (L, n), which of them may be skipped to and how many count (n)."""

    def __init__(self, how: Any, z: Array, labels: Array, skips: Array, count: Array) -> None:
        self.how, self.steps, (self.states, self.rows) = how, len(z), labels.shape
        place = np.arange(self.states)[:, None]
        self.live = place < count
        self.labels = np.where(self.live, labels, -1 - place)  # no two the same where none counts
        self.skips = skips & self.live
        self.ends = self.live & (place >= count - 2)
        self.next_skips = shifted(self.skips, 2)
        self.at = np.where(self.live, labels, 0)
        self.place = how.place(self.at)
        self.near, self.far = self.same(2), self.same(4)  # the same label two or four states on
        self.classes = z.shape[1]
        self.sigma = how.shares(z)

    def enter(self, part: int | slice) -> Number:
        """The chances of the class of each state, at a step or at some."""
        return self.how.where(self.live, self.how.chosen(self.sigma[part], self.place), 0.0)

    def same(self, k: int) -> Array:
        """Has the state k on the same label?"""
        return np.asarray((self.labels == shifted(self.labels, k)) & shifted(self.live, k))

    def ways(self, x: Number) -> list[Number]:
        """What comes of staying, of the next state, of the one after it."""
        return [x, shifted(x, 1), self.how.where(self.next_skips, shifted(x, 2), 0.0)]

    @cached_property
    def free(self) -> Array:
        """Which classes (K) lead a state (L) to nothing."""
        classes = np.arange(self.classes)[:, None, None]
        ways = [self.labels, np.where(shifted(self.live, 1), shifted(self.labels, 1), -1)]
        ways.append(np.where(shifted(self.skips, 2), shifted(self.labels, 2), -1))
        return np.asarray((classes != ways[0]) & (classes != ways[1]) & (classes != ways[2]))

    def fails(self, first: int) -> Number:
        """The chance that a state is left for nothing, at the steps from the first on that are taken together."""
        return self.how.masked(self.free.swapaxes(0, 1), self.sigma[first : first + TOGETHER])

    @cached_property
    def ahead(self) -> tuple[Number, list[Array], Number]:
        """Chances of the states before each step and after the last, scaled, their scales, and that of failure."""
        how = self.how
        start = np.where(np.arange(self.states)[:, None] == 0, np.ones(self.rows), 0.0)
        alpha, scale, failed = self._room(start), [np.zeros(self.rows, dtype=int)], how.of(np.zeros(self.rows))
        fails: Number = None
        for t in range(self.steps):
            fails = fails if t % TOGETHER else self.fails(t)
            failed = failed + how.raised((alpha[t] * fails[t % TOGETHER]).sum(axis=0), scale[-1])
            now = how.added(alpha[t], -1, self.skips) * self.enter(t)
            e = how.scale(now)
            alpha[t + 1] = how.raised(now, -e)
            scale.append(scale[-1] + e)
        return alpha, scale, failed

    @cached_property
    def hopes(self) -> tuple[Number, list[Array]]:
        """Chances of the labelling from each state on, before each step and after the last, and their scales."""
        how = self.how
        beta, scale = self._room(self.ends.astype(float), last=True), [np.zeros(self.rows, dtype=int)]
        for t in range(self.steps - 1, -1, -1):
            found = how.added(self.enter(t) * beta[t + 1], 1, self.next_skips)
            e = how.scale(found)
            beta[t] = how.raised(found, -e)
            scale.append(scale[-1] + e)
        return beta, scale[::-1]

    def _gaps(self) -> dict[int, Number]:
        """How much more a state hopes for than the one 1, 2 or 4 states on, after the last step."""
        ends = self.ends.astype(float)
        far = bool((self.far & self.leaps[0]).any())
        return {o: self.how.of(ends - shifted(ends, o)) for o in ((1, 2, 4) if far else (1, 2))}

    @cached_property
    def leaps(self) -> tuple[Array, Array, Array, Array]:
        """Where the state four on may be skipped to; and it has the same label; that of two on has not; the rest."""
        leap = shifted(self.skips, 4)
        both = self.far & leap
        over = both & ~self.near
        return leap, both, over, leap & ~over

    def _earlier(self, t: int, gaps: dict[int, Number]) -> dict[int, Number]:
        """The gaps before a step from those after it."""
        enter = self.enter(t)
        found = self._paired(enter, enter * self.hopes[0][t + 1], gaps)
        return {o: self.how.raised(gap, self.down[t]) for o, gap in found.items()} if self.falls[t] else found

    def _paired(self, enter: Number, hope: Number, gaps: dict[int, Number]) -> dict[int, Number]:
        """One step earlier: ways on that lead to the same state, or by the same class to two states, are paired."""
        how, shift, near, skip, none = self.how, shifted, self.near, self.skips, 0.0
        close, leaps = enter * gaps[2], how.where(skip, hope, none)
        beside = how.where(near, close, hope)
        found = {1: beside - shift(leaps, 3)}
        both = how.where(near, close, hope - shift(hope, 2))
        if 4 not in gaps:
            found[2] = beside + shift(both, 1) - shift(leaps, 4)
            return found
        (leap, paired, over, alone), distant = self.leaps, enter * gaps[4]
        beyond = shift(hope, 4)
        leapt = how.where(leap, beyond, none)
        found[2] = how.where(over, distant, beside) + shift(both, 1)
        found[2] = found[2] - how.where(alone, beyond, none)
        pair = how.where(self.far, distant, hope - beyond)
        third = how.where(skip, how.where(paired, distant, hope - leapt), -leapt)
        found[4] = pair + shift(pair, 1) + shift(third, 2)
        return found

    @cached_property
    def chance(self) -> tuple[Number, Array]:
        """M, scaled, and its scale."""
        alpha, scale, _ = self.ahead
        return self.how.where(self.ends, alpha[-1], 0.0).sum(axis=0), scale[-1]

    @cached_property
    def other(self) -> Number:
        """D, where M is not far below it."""
        alpha, scale, failed = self.ahead
        left = self.how.where(~self.ends, alpha[-1], 0.0).sum(axis=0)
        return failed + self.how.raised(left, scale[-1])

    @cached_property
    def both(self) -> tuple[Number, Number, Number]:
        """Chances of the states and hopes of the labelling from there, (T + 1, L, n), and their products summed."""
        alpha, beta = self.ahead[0], self.hopes[0]
        return alpha, beta, self.how.stack([(alpha[t] * beta[t]).sum(axis=0) for t in range(self.steps + 1)])

    @cached_property
    def lost(self) -> Array:
        """Rows in which a number that may count has left the range, or is about to.

        With everyday chances a state that falls so far behind counts for nothing, unless all or nothing is left.
        """
        how = self.how
        alpha, beta, chance = self.both
        doubtful: Array = (how.number(chance) < FAR).any(axis=0)
        if (how.number(self.sigma) < SELDOM).any():
            doubtful |= ((how.number(self.enter(EVERY)) < SELDOM) & self.live).any(axis=(0, 1))
        doubtful |= how.number(self.other) < 1.0 / SELDOM * FAR
        if not doubtful.any():
            return doubtful
        first, rest = np.zeros(self.labels.shape, dtype=int), np.zeros(self.labels.shape, dtype=int)
        for place in range(2, self.states):  # steps that it takes to come here, and to the end
            first[place] = 1 + np.where(self.skips[place], first[place - 2], first[place - 1])
        for place in range(self.states - 2, -1, -1):
            on = np.where(self.next_skips[place], rest[min(place + 2, self.states - 1)], rest[place + 1])
            rest[place] = np.where(self.ends[place], 0, 1 + on)
        step = np.arange(self.steps)[:, None, None]
        reached = self.live & (step >= first)
        found = (how.small(alpha[1:]) & reached).any(axis=(0, 1))
        found |= (how.small(beta[1:]) & self.live & (self.steps - 1 - step >= rest)).any(axis=(0, 1))
        found |= (how.small(self.enter(EVERY)) & self.live).any(axis=(0, 1))
        found |= how.small(how.raised(chance[:-1], -self.down[:, 0])).any(axis=0)
        return np.asarray((found | how.small(chance).any(axis=0)) & self.possible & doubtful)

    @cached_property
    def down(self) -> Array:
        """How the scales of hopes change from step to step, (T, 1, n)."""
        return np.diff(np.stack(self.hopes[1]), axis=0)[:, None]

    @cached_property
    def falls(self) -> Array:
        """Does any of them, at a step?"""
        return np.asarray(self.down.any(axis=(1, 2)))

    @cached_property
    def possible(self) -> Array:
        """Does the labelling fit into the steps?"""
        needed = (self.live[1::2] & ~self.skips[1::2])[1:].sum(axis=0) + self.live[1::2].sum(axis=0)
        return np.asarray(needed <= self.steps)

    @cached_property
    def visits(self) -> Array:
        """How likely each state is given the labelling, before each step and after the last, (T + 1, L, n)."""
        alpha, beta, chance = self.both
        return np.asarray(self.how.number(alpha * beta / chance[:, None]))

    @cached_property
    def named(self) -> Array:
        """Which states (L) stand for a class (K)."""
        return np.asarray(np.arange(self.classes)[:, None, None] == self.labels)

    def by_class(self, x: Array) -> Array:
        """Sums over the states of each class, (T, K, n)."""
        found: Array = FLOATS.masked(self.named, x)
        return found

    def loss(self) -> Array:
        """-log M, from D where M is most of all."""
        chance, scale = self.chance
        much = self.how.number(self.how.raised(chance, scale))
        other = self.how.number(self.other)
        found = np.where(much >= 0.5, -np.log1p(-np.where(much >= 0.5, other, 0.0)), -self.how.log(chance, scale))
        return np.where(self.possible, found, np.inf)

    @cached_property
    def slope(self) -> Array:
        """How much the softmax exceeds what the labelling has of each class, (T, K, n)."""
        found, gaps = np.empty((self.steps, self.classes, self.rows)), self._gaps()
        for first in reversed(range(0, self.steps, TOGETHER)):
            part, after = slice(first, min(first + TOGETHER, self.steps)), [gaps]
            for t in range(part.stop - 1, first, -1):
                after.append(self._earlier(t, after[-1]))
            self._slope(part, after[::-1], found)
            gaps = self._earlier(first, after[-1])
        return np.where(self.possible, found, 0.0)

    def _slope(self, part: slice, gaps: list[dict[int, Number]], found: Array) -> None:
        """The slopes of some steps, from the gaps after each."""
        how, shift, after = self.how, along, slice(part.start + 1, part.stop + 1)
        alpha, beta, chance = (both[part] for both in self.both)
        weight = how.raised(alpha, self.down[part]) / chance[:, None]
        one, two = (how.stack([step[o] for step in gaps]) for o in (1, 2))
        on, fails, stay = self.both[1][after], self.fails(part.start), self.enter(part)
        following, leap = shift(stay, 1), how.where(self.next_skips, shift(stay, 2), 0.0)
        moved = stay * (weight * (-(following * one) - leap * two - fails * on))
        moved = moved + stay * shift(weight * (stay * one - leap * shift(one, 1) - fails * shift(on, 1)), -1)
        passed = weight * (stay * two + following * shift(one, 1) - fails * shift(on, 2))
        moved = moved + how.where(self.skips, stay * shift(passed, -2), 0.0)
        del weight, one, two, fails, stay, following, leap, passed  # these are large
        rest = FLOATS.masked(self.free, how.number(alpha * beta / chance[:, None]))
        found[part] = how.number(self.sigma[part]) * rest + self.by_class(how.number(moved))

    def _room(self, x: Array, *, last: bool = False) -> Number:
        """Room for a number per state, before each step and after the last: the first, or the last, is x."""
        found = self.how.room((self.steps + 1, *x.shape))
        found[self.steps if last else 0] = self.how.of(x)
        return found

    def curve(self, move: Array) -> Array:
        """How the slope changes along a direction (T, K, n): within a step in closed form, between steps by paths."""
        how = self.how
        sigma, slope = how.number(self.sigma), self.slope
        met = self.by_class(self.visits[1:])
        own = np.where(met < 0.5, slope * apart(move, sigma), slope * apart(move, met))
        own -= np.where(met < 0.5, met, sigma) * (slope * move).sum(axis=1, keepdims=True)
        alone = (move != 0.0) & ((move != 0.0).sum(axis=1, keepdims=True) == 1)
        if alone.any():
            own = np.where(alone, slope * move * left(sigma, met, slope), own)
        moved = np.take_along_axis(move, np.broadcast_to(self.at, (self.steps, *self.at.shape)), axis=1)
        before, after = self._passed(moved), self._coming(moved)
        both = [a.join(b) for a, b in zip(before, after, strict=True)]
        bend = [balanced(share, one) for share, one in zip(self.visits[1:], both, strict=True)]
        return np.where(self.possible, own - self.by_class(np.stack(bend)), 0.0)

    def _passed(self, moved: Array) -> list[Moved]:
        """What is expected of the steps before, by state."""
        found = [Moved(np.zeros(moved.shape[1:]), np.zeros(moved.shape[1:]))]
        for t in range(1, self.steps):
            base, rest, alpha = found[-1].base + moved[t - 1], np.asarray(found[-1].rest), self.ahead[0][t]
            ways = [alpha, shifted(alpha, -1), self.how.where(self.skips, shifted(alpha, -2), 0.0)]
            places = (0, -1, -2)
            here, more = ([shifted(x, k) if k else x for k in places] for x in (base, rest))
            found.append(expected(self.how, ways, here, more))
        return found

    def _coming(self, moved: Array) -> list[Moved]:
        """What is expected of the steps after, by state."""
        found = [Moved(np.zeros(moved.shape[1:]), np.zeros(moved.shape[1:]))]
        for t in range(self.steps - 1, 0, -1):
            base, rest = found[-1].base + moved[t], np.asarray(found[-1].rest)
            ways = self.ways(self.enter(t) * self.hopes[0][t + 1])
            here, more = ([shifted(x, k) for k in (0, 1, 2)] for x in (base, rest))
            found.append(expected(self.how, ways, here, more))
        return found[::-1]
