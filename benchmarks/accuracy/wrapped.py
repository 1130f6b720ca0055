"""Noises seen between bounds: NaN and wrong infinities, and digits of value and gradient, far out.

    python -m benchmarks.accuracy.wrapped [--wide 1500] [--near 0] [--asked 12] [--patience 1] [--censored] [NAME ...]

Every noise of one number whose distribution function is declared is truncated from below, from above and on both sides,
or, with `--censored`, known to lie between two ends. `wide` points with outputs up to +-745 are looked at; the truth is
asked for at up to `asked` of those whose answer is not finite, and at `near` more whose digits are judged. The truth is
mpmath's, from the declared density and distribution function without a wrapper, by their meaning and by differences.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import mpmath as mp
import numpy as np
import sympy as sp

import likelihoodkit as lk
from benchmarks.accuracy.cases import AUDITED, HELD, Case
from benchmarks.accuracy.measure import KINDS, Measured, Outcome, Point, _judge, _reference, extreme_points
from likelihoodkit.loss import Loss
from likelihoodkit.numbers import evaluate_all
from likelihoodkit.primitives import lower
from reference.certified import AGREEMENT, FLOOR, NUDGE, Certified  # type: ignore[import-not-found]

FARTHEST = 745.0
DIGITS = 60  # beside those of the parameters
MOST = 2000
WAYS = ({"low": True}, {"high": True}, {"low": True, "high": True})
#: outcomes from low to high, inclusive
BETWEEN = {"unit": (0.25, 0.3, 0.75), "counts": (1.0, 2.0, 5.0), "whole": (1.0, 2.0, 5.0), "real": (1.0, 1.25, 3.0)}


@dataclass
class Seen(Case):
    """A noise seen between ``low`` and ``high``, and what its outcomes and truth are."""

    inner: Any = None
    ends: dict[str, float] = field(default_factory=dict)
    censored: bool = False

    @cached_property
    def loss(self) -> Loss:
        return lk.derive(lk.Censored(self.inner) if self.censored else lk.Truncated(self.inner, **self.ends))

    @property
    def outcomes(self) -> tuple[float, ...]:
        between = _between(self.inner)
        return (between[0],) if self.censored else between

    def rows(self, y: Any) -> Any:
        return np.tile([[self.ends["low"], self.ends["high"]]], (len(y), 1)) if self.censored else y

    @property
    def width(self) -> int:
        return len(self.inner.outputs)

    @cached_property
    def _outputs(self) -> list[sp.Symbol]:
        return [sp.Dummy(real=True) for _ in self.inner.outputs]

    @cached_property
    def _places(self) -> dict[sp.Symbol, sp.Expr]:
        """Parameters as functions of outputs."""
        own = iter(self._outputs)
        return {
            self.inner.family.parameters[name].symbol: how(next(own))
            if name in self.inner.outputs
            else sp.nsimplify(how.value)
            for name, how in self.inner.bindings
        }

    @cached_property
    def _parameters(self) -> list[sp.Expr]:
        return [lower(place) for place in self._places.values()]

    @cached_property
    def _formulas(self) -> list[sp.Expr]:
        """Log-density, distribution function and survival."""
        family, places = self.inner.family, self._places
        cdf = getattr(family, "cdf", None)
        survival = getattr(family, "survival", None)
        cdf, survival = (1 - survival if cdf is None else cdf), (1 - cdf if survival is None else survival)
        return [lower(sp.sympify(part).xreplace(places)) for part in (family.formula, cdf, survival)]

    def _loss_at(self, y: float, outputs: Sequence[Any]) -> Any:
        density, cdf, survival = self._formulas
        at = dict(zip(self._outputs, outputs, strict=True))
        symbol = self.inner.family.outcome.symbol

        def of(formula: sp.Expr, place: float) -> Any:
            return evaluate_all([formula], {**at, symbol: mp.mpf(place)})[0]

        whole = self.inner.family.outcome.domain.whole
        low, high = (self.ends.get(end) for end in ("low", "high"))
        low = None if low is None else low - whole
        above_low = mp.mpf(1) if low is None else of(survival, low)
        below_high = mp.mpf(1) if high is None else of(cdf, high)
        if below_high < above_low:
            mass = below_high - (0 if low is None else of(cdf, low))
        else:
            mass = above_low - (0 if high is None else of(survival, high))
        return -mp.log(mass) if self.censored else mp.log(mass) - of(density, y)

    def _numbers(self, y: float, outputs: Sequence[Any], step: Any) -> list[Any]:
        """The value and its slopes."""
        found = [self._loss_at(y, outputs)]
        for k in range(len(outputs)):
            ahead, behind = ([f + way * step * (i == k) for i, f in enumerate(outputs)] for way in (1, -1))
            found.append((self._loss_at(y, ahead) - self._loss_at(y, behind)) / (2 * step))
        return found

    def reference(self, y: Any, outputs: list[float]) -> Certified | None:
        parameters = self._parameters
        at = dict(zip(self._outputs, map(mp.mpf, outputs), strict=True))
        sizes = [abs(mp.log10(abs(x))) for x in evaluate_all(parameters, at) if x and mp.isfinite(x)]
        digits, before = int(DIGITS + 3 * sum(min(size, 700) for size in sizes)), None
        try:
            while digits <= MOST:
                with mp.workdps(digits):
                    place = [mp.mpf(f) for f in outputs]
                    step = mp.mpf(10) ** -(digits * 2 // 5)
                    now = self._numbers(y, place, step)
                    if not all(map(mp.isfinite, now)):
                        return None
                    if any(isinstance(number, mp.mpc) for number in now):  # of a mass below 0: too few digits
                        now = []
                    if before and now and all(_agree(*pair) for pair in zip(before, now, strict=True)):
                        total = [abs(q) for q in now]
                        for k, x in enumerate(place):
                            moved = [f * (1 + mp.mpf(10) ** -NUDGE * (i == k)) for i, f in enumerate(place)]
                            there = self._numbers(y, moved, step) if x else now
                            total = [t + abs(p - q) * 10**NUDGE for t, p, q in zip(total, there, now, strict=True)]
                        return Certified(now[0], now[1:], [], total[0], total[1:], [], digits)
                before, digits = now, digits + digits // 2
        except (OverflowError, ZeroDivisionError, ValueError, MemoryError, TypeError, mp.libmp.NoConvergence):
            return None
        return None


def _agree(p: Any, q: Any) -> bool:
    return abs(p - q) <= mp.mpf(10) ** (-AGREEMENT // 2) * abs(q) or max(abs(p), abs(q)) <= FLOOR


def _between(noise: Any) -> tuple[float, float, float]:
    domain = noise.family.outcome.domain
    if domain.whole:
        return BETWEEN["whole"]
    return BETWEEN["unit"] if domain.high <= 1 else BETWEEN["real"]


def seen(names: Sequence[str], censored: bool) -> Iterator[Seen]:
    """All of them, or those of these families."""
    for name, family in AUDITED.items():
        domain = family.outcome.domain
        if (names and name not in names) or not (hasattr(family, "cdf") or hasattr(family, "survival")):
            continue
        if domain.circular or domain.upper or domain.atoms or domain.classes:
            continue
        noise = lk.declaration.as_bound(family(**HELD.get(name, {})))
        low, _, high = _between(noise)
        for way in (WAYS[-1],) if censored else WAYS:
            ends = {end: {"low": low, "high": high}[end] for end in way}
            words = ", ".join(f"{end}={value:g}" for end, value in ends.items())
            label = f"{'Censored' if censored else 'Truncated'}({name}, {words})"
            yield Seen(label, "tail", None, inner=noise, ends=ends, censored=censored)


def swept(case: Seen, wide: int, near: int, asked: int, seconds: float) -> tuple[int, int, Measured, list[Point]]:
    """(rows with NaN, rows with an infinity, what was judged, the points that were)."""
    points = extreme_points(case, wide, FARTHEST)
    y, outputs = np.array([p[0] for p in points], dtype=float), np.array([p[1] for p in points], dtype=float)
    with np.errstate(all="ignore"):
        value, gradient = case.loss.value_and_gradient(case.rows(y), outputs)
    rows = np.column_stack([value, np.reshape(gradient, (len(points), -1))])
    nan, infinite = np.isnan(rows).any(axis=1), np.isinf(rows).any(axis=1)
    odd = sorted(np.flatnonzero(nan | infinite), key=lambda k: (not nan[k], sum(map(abs, points[k][1]))))[:asked]
    chosen = [*odd, *np.flatnonzero(~nan & ~infinite)[:: max(1, len(points) // near)][:near]] if near else odd
    found = Measured(case.label, len(chosen))
    for k in chosen:
        place: Outcome = points[k][0]
        truth = _reference(case, place, list(points[k][1]), seconds)
        if truth is None:
            found.no_reference += 1
            continue
        true = [(KINDS[0], truth.value, truth.value_condition)]
        true += [(KINDS[1], *pair) for pair in zip(truth.gradient, truth.gradient_condition, strict=True)]
        for ours, (kind, number, condition) in zip(rows[k], true, strict=True):
            where = f"{case.label} y={place!r} outputs={list(points[k][1])}"
            _judge(found, where, kind, float(ours), number, condition, np.float64, list)
    return int(nan.sum()), int((infinite & ~nan).sum()), found, points


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="families; all when left out")
    parser.add_argument("--wide", type=int, default=1500)
    parser.add_argument("--near", type=int, default=0)
    parser.add_argument("--asked", type=int, default=12)
    parser.add_argument("--patience", type=float, default=1.0, help="seconds for a reference")
    parser.add_argument("--censored", action="store_true", help="known to lie between two ends")
    options = parser.parse_args()
    for case in seen(options.names, options.censored):
        try:
            nan, infinite, found, points = swept(case, options.wide, options.near, options.asked, options.patience)
        except lk.errors.LikelihoodKitError as error:
            print(f"{case.label}: refused, {error}", flush=True)
            continue
        wrong = found.non_finite + found.nan_at_overflow + found.not_overflowing
        worst = ", ".join(f"{kind} {found.worst[kind]:.3g}" for kind in KINDS[:2] if found.worst[kind])
        asked = f"{found.points} judged, {found.no_reference} no truth, {wrong} wrong"
        print(f"{case.label}: {len(points)} points, {nan} NaN, {infinite} infinite; {asked}; {worst}", flush=True)
        for offence in found.offences:
            print("   ", offence, flush=True)


if __name__ == "__main__":
    main()
