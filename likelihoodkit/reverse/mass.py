"""Does exp(-loss) integrate, to what, and how does it fall off? Loss of a residual r, on the line or the circle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import mpmath
import sympy as sp
from sympy.core.relational import Relational
from sympy.functions.elementary.trigonometric import TrigonometricFunction

from likelihoodkit.elicit.branches import branch, kinks
from likelihoodkit.elicit.question import Question
from likelihoodkit.errors import DerivationError, UndefinedError
from likelihoodkit.numbers.straight import straight
from likelihoodkit.primitives import lower

r = sp.Symbol("r", real=True)
_FAR = mpmath.mpf(10) ** 8
#: how often the distance is squared to see how fast a loss grows in the end, and what is no growth
_DEEPEST, _STILL = 11, 1e-9
#: share of a normaliser that its error may be
CERTAIN = mpmath.mpf(10) ** -8


@dataclass(frozen=True)
class Scale:
    """A scale on which a loss may see only differences: r = forward(y) - forward(a)."""

    name: str
    forward: Callable[[sp.Expr], sp.Expr]
    backward: Callable[[sp.Expr], sp.Expr]
    low: float  # the scale maps (low, high) onto the line
    high: float = float("inf")


SCALES = (
    Scale("y", lambda s: s, lambda t: t, -float("inf")),
    Scale("log(y)", lambda s: sp.log(s), lambda t: sp.exp(t), 0.0),
    Scale("log(1 + y)", lambda s: sp.log(1 + s), lambda t: sp.exp(t) - 1, -1.0),
    Scale("log(y/(1 - y))", lambda s: sp.log(s / (1 - s)), lambda t: 1 / (1 + sp.exp(-t)), 0.0, 1.0),
)


def residual(question: Question) -> tuple[sp.Expr, Scale] | None:
    """The loss as a function of r = T(y) - T(prediction) alone, and the scale T; None where it is none of these."""
    a, y = question.prediction.symbol, question.y
    for scale in SCALES:
        if scale.low > question.target.low or scale.high < question.target.high:
            continue
        if scale.high == 1:
            here = _of_odds(question)
            if here is not None:
                return here, scale
            continue
        moved = _expanded(scale, a)
        for formula in (question.formula, lower(question.formula)):
            here = _sides(formula, y, a).xreplace({y: moved})
            if a in here.free_symbols:
                here = sp.expand_log(sp.expand(sp.expand_log(here)))
            if a not in here.free_symbols:
                return here, scale
    return None


def _sides(formula: sp.Expr, y: sp.Symbol, a: sp.Symbol) -> sp.Expr:
    """Cases of y > a as cases of r > 0, which they are on every scale."""

    def side(relation: Relational) -> sp.Basic:
        number = sp.cancel((relation.lhs - relation.rhs) / (y - a))
        return relation.func(number * r, 0) if number.is_number and number != 0 else relation

    return formula.replace(lambda f: isinstance(f, Relational) and {y, a} <= f.free_symbols, side)


def _of_odds(question: Question) -> sp.Expr | None:
    """A loss of shares in the difference of their logits; None where it sees more."""
    domain = question.prediction.domain
    if (domain.low, domain.high) != (0, 1):
        return None
    odds = sp.Symbol("odds", positive=True)
    shares = {question.y: odds * sp.exp(r), question.prediction.symbol: odds}
    here = lower(question.formula).xreplace({share: v / (1 + v) for share, v in shares.items()})
    here = here.replace(sp.log, lambda x: sp.log(sp.factor(x)))
    here = sp.expand_log(sp.expand(sp.expand_log(here)))
    return None if odds in here.free_symbols else here


def _expanded(scale: Scale, a: sp.Symbol) -> sp.Expr:
    """y as a function of the prediction and r, products of exponentials kept apart."""
    if scale.name == "log(y)":
        return a * sp.exp(r)
    if scale.name == "log(1 + y)":
        return (1 + a) * sp.exp(r) - 1
    return a + r


@dataclass(frozen=True)
class Tail:
    """How a loss grows on one side: ``power`` of |r|, or (power 0) ``index`` times log|r|, or not at all."""

    power: float
    index: float
    limit: Any = None  # of exp(-loss), where the loss is bounded
    returns: bool = False  # is it no limit, but what exp(-loss) comes back to again and again?

    @property
    def integrable(self) -> bool:
        """Does exp(-loss) integrate on this side?"""
        return self.power > 0 or self.index > 1

    def words(self) -> str:
        """The tail of the density."""
        if self.limit is not None:
            return f"exp(-loss) {'comes back' if self.returns else 'tends'} to {self.limit}"
        if self.power == float("inf"):
            return "double exponential"
        if self.power:
            known = {1.0: "exponential", 2.0: "Gaussian"}
            return known.get(round(self.power, 6), f"exp(-|r|^{self.power:.4g})")
        if self.index in (0.0, float("inf")):
            return f"{'faster' if self.index else 'slower'} than any power"
        return f"polynomial, |r|^-{self.index:.6g}"


def tail(rho: sp.Expr, side: int) -> Tail:
    """The growth of a loss of the residual towards ``side`` times infinity, measured far out."""
    away = branch(lower(rho), {r: side * 10**7})
    if any(r in wave.free_symbols for wave in away.atoms(TrigonometricFunction)):
        return _tail_of_waves(rho, side)
    with mpmath.workdps(60):
        near, far = (_loss(rho, side * _FAR * k) for k in (1, 2))
        if not mpmath.isfinite(far) or mpmath.mag(far) > 400:
            return Tail(float("inf"), 0.0)
        power = float(mpmath.log(far / near, 2)) if near > 0 and far > 0 else 0.0
        if power > 0.1:
            return Tail(round(power, 5), 0.0)
        losses = [_loss(rho, side * _FAR ** (2**k)) for k in range(_DEEPEST)]
        gaps = [(b - a) / (mpmath.log(_FAR) * 2**k) for k, (a, b) in enumerate(pairwise(losses))]
    index, before, last = (float(gap) for gap in (gaps[0], *gaps[-2:]))
    if last > _STILL and abs(last - before) < last / 50:  # what goes on to grow, and does not creep up to a bound
        return Tail(0.0, round(index if abs(last - index) < 1e-7 else last, 9))
    if last > before and last > _STILL:
        return Tail(0.0, float("inf"))
    if last > _STILL and last > before / 4:  # that of a logarithm's logarithm falls by half
        return Tail(0.0, 0.0)
    limit = sp.limit(sp.exp(-away), r, side * sp.oo)
    return Tail(0.0, 0.0, None if limit == 0 else limit)


def _tail_of_waves(rho: sp.Expr, side: int) -> Tail:
    """The growth of a loss that goes up and down for ever: by the least of many values, and farther out."""
    with mpmath.workdps(60):
        shares = [1 + mpmath.frac(k * mpmath.phi) for k in range(200)]
        near, far = ([_loss(rho, side * start * share) for share in shares] for start in (_FAR, _FAR**2))
        least, most, later = min(near), max(near), min(far)
        if max(far) <= most + (most - least) / 100:
            return Tail(0.0, 0.0, sp.Float(mpmath.exp(-min(least, later)), 6), returns=True)
        power = float(mpmath.log(later / least, _FAR)) if least > 0 and later > 0 else 0.0
    if power <= 0.1 or most > 100 * least:
        raise UndefinedError(
            "the loss goes up and down without end as the residual grows: whether exp(-loss) integrates cannot be told"
        )
    return Tail(round(power, 2), 0.0)


@lru_cache(maxsize=64)
def _line(rho: sp.Expr) -> Callable[[Any], list[Any]]:
    return straight([lower(rho)], {}, r)


@lru_cache(maxsize=8)
def _weigh(formula: sp.Expr) -> Callable[[Any], Any]:
    """exp(-loss), remembered: moments ask at the places of the mass."""
    known: dict[tuple[Any, int], Any] = {}

    def weight(at: Any) -> Any:
        key = at, mpmath.mp.prec
        if key not in known:
            exponent = -_loss(formula, at)
            known[key] = mpmath.exp(exponent) if exponent > -1e5 else mpmath.mpf(0)
        return known[key]

    return weight


def _loss(rho: sp.Expr, at: Any) -> Any:
    try:
        found = _line(rho)(mpmath.mpmathify(at))[0]
    except OverflowError:
        return mpmath.inf
    if isinstance(found, mpmath.mpc):
        raise DerivationError(
            f"the loss is no real number at the residual {mpmath.nstr(at, 6)}: a logarithm or a root of a negative one",
            value=float(at),
        )
    return found


def total(rho: sp.Expr, *, circular: bool = False, power: int = 0, digits: int = 22) -> tuple[float, float]:
    """(integral of r^power exp(-loss), estimate of its error), split at the kinks of the loss."""
    low, high = (-mpmath.pi, mpmath.pi) if circular else (-mpmath.inf, mpmath.inf)
    formula = lower(rho)
    places = [float(k) for k in kinks(formula, r, -1e6 if not circular else -3.14, 1e6 if not circular else 3.14)]
    inner = sorted({*places, 0.0})
    with mpmath.workdps(digits):
        points = [low, *[mpmath.mpf(k) for k in inner], high]

        weight = _weigh(formula)
        found, error = mpmath.quad(lambda at: at**power * weight(at), points, error=True, maxdegree=9)
        if not mpmath.isfinite(found) or found > 1e300:  # beyond a pole of the loss
            raise UndefinedError("the integral of exp(-loss) is not finite")
        if power == 0 and error > CERTAIN * found:
            raise UndefinedError(
                f"the integral of exp(-loss) is not settled: {mpmath.nstr(found, 6)}, up to {mpmath.nstr(error, 2)}"
            )
        return float(found), float(max(error, abs(found) * mpmath.mpf(10) ** -15))
