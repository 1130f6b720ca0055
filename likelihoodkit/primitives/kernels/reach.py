"""Products that are numbers where one of their factors is none."""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel, piecewise
from likelihoodkit.primitives.kernels.differences import FAR_LOGIT
from likelihoodkit.primitives.kernels.exponential import LOG2, times_exp
from likelihoodkit.primitives.kernels.logistic import sigmoid, softplus
from likelihoodkit.primitives.kernels.normal import hazard
from likelihoodkit.primitives.kernels.rests import LOG2_LOW
from likelihoodkit.primitives.kernels.single import tilted_balance

#: e^-x has all its digits for x up to it
NORMAL = 650.0
#: an output whose square is nothing beside 1, and has all its digits, as the logarithm of it has: rounding takes 1e-17
LEAST_ROOT = 643.0 * 2.0**-482
#: two numbers are alike up to what a curvature may lose
ALIKE = 1e-9


@kernel
def times_output(w: Floats, f: Floats) -> Floats:
    """w f, which is 0 at f = 0 however far w has left the range."""
    return np.where((f == 0) & np.isinf(w), 0.0, w * f)


@kernel
def over_output(w: Floats, f: Floats) -> Floats:
    """w/f, at f = 0 from above, and the limit 0 where w is 0 there."""
    return np.where((f == 0) & (w == 0), 0.0, w / (f + 0.0))


@kernel
def within_range(product: Floats, far: Floats) -> Floats:
    """The product where it is a number, else the same by its exponents if these say what it is."""
    return np.where(np.isfinite(product) | np.isnan(far), product, far)


@kernel
def resolved(total: Floats, far: Floats) -> Floats:
    """The sum where it is one, and ``far`` where it is an infinity less another."""
    return np.where(np.isnan(total), far, total)


@kernel
def outgrown(more: Floats, less: Floats) -> Floats:
    """The sum, which is the first where that is infinite."""
    return np.where(np.isinf(more) & np.isinf(less), more, more + less)


@kernel
def outgrown_by(total: Floats, most: Floats) -> Floats:
    """The total, which is an infinity less another where the larger of its terms overflows: that has its sign."""
    return np.where(np.isnan(total) & np.isinf(most), most, total)


@kernel
def beside_zero(f: Floats) -> Floats:
    """The output, and at 0 the one above it where a limit can be told."""
    return np.where(f == 0, LEAST_ROOT, f)


@kernel
def unless_zero(f: Floats, near: Floats, far: Floats) -> Floats:
    """``near``, and ``far`` at f = 0."""
    return np.where(f == 0, far, near) + 0.0 * np.where(np.isnan(f), f, 0.0)


@kernel
def at_zero(f: Floats, curve: Floats, share: Floats) -> Floats:
    """The curvature, and at f = 0 its limit: both arguments are those of `beside_zero(f)`.

    A loss that goes like |f|^a there has the slope a |f|^a/f, whose share is that over f, and a - 1 times the share of
    curvature: infinite for a < 2, a number for a = 2 and 0 for a > 2.
    """
    same = np.absolute(curve - share) <= ALIKE * np.absolute(share)
    steeper = np.where(curve * np.sign(share) > np.absolute(share), 0.0 * f, np.copysign(np.inf, curve))
    limit = np.where(same | (curve == 0), curve, np.where(share == 0, 0.0 * f, steeper))
    return np.where((f == 0) & np.isfinite(curve) & np.isfinite(share), limit, curve)


@kernel
def grown_and_short(core: Floats, short: Floats, t: Floats) -> Floats:
    """core e^t + short (e^t - 1): each alone as long as e^t is a number, for near 1 little is left of the second."""
    apart = np.asarray(times_exp(core, t)) + short * np.expm1(t)
    return np.where(t < NORMAL, apart, np.asarray(times_exp(core + short, t)))


@kernel
def steep(a: Floats, r: Floats, near: Floats, far: Floats) -> Floats:
    """What is ``near`` for a number a, and ``far`` for one that has left the range, if r > 0."""
    return np.where(np.isinf(a) & (r > 0), far, near)


@kernel
def faint(c: Floats, near: Floats, far: Floats) -> Floats:
    """``near`` for a moderate c, and ``far`` where e^c may be subnormal."""
    return np.where(c < -NORMAL, far, near)


@kernel
def less_log2(t: Floats) -> Floats:
    """t - log 2, to all digits near its zero."""
    return (t - LOG2) - LOG2_LOW


@kernel
def beside_count(gap: Floats, y: Floats, near: Floats, far: Floats) -> Floats:
    """``near`` for a mean within half the count of it, elsewhere ``far``."""
    return np.where(np.absolute(gap) <= 0.5 * y, near, far)


@kernel
def share_behind(y: Floats, f: Floats) -> Floats:
    """1/(1 - y e^-f), the share of e^f in e^f - y."""
    return 1.0 / (1.0 - np.asarray(times_exp(y, -f)))


@kernel
def behind(y: Floats, f: Floats, near: Floats, far: Floats) -> Floats:
    """``far`` where e^f is more than twice |y|, elsewhere ``near``."""
    return np.where(np.absolute(np.asarray(times_exp(y, -f))) < 0.5, far, near)


@kernel
def product_of_three(a: Floats, b: Floats, c: Floats) -> Floats:
    """a b c, begun with two that keep it in range."""
    first, second = (a * b) * c, (a * c) * b
    kept = np.where(np.isfinite(second) & (second != 0), second, (b * c) * a)
    return np.where(np.isfinite(first) & (first != 0), first, kept)


@kernel
def half_product(a: Floats, b: Floats) -> Floats:
    """a b/2 where a b alone may overflow; of the same exponent, so that only a 0 of its own meets an infinity."""
    return np.where((a == 0) | (b == 0), 0.0, (0.5 * a) * b)


@kernel
def times_hazard(w: Floats, z: Floats) -> Floats:
    """w h(z), which is nothing where the hazard is: far to the right it vanishes faster than w may grow."""
    rate = np.asarray(hazard(z))
    return np.where((rate == 0) & np.isinf(w), 0.0, w * rate)


def balance_parts(z: Floats, o: Floats) -> tuple[Floats, Floats]:
    """c and w with c e^w = e^o sigmoid(z) - sigmoid(-z), where e^o and either sigmoid may be out of range."""
    gap = np.where(z + o > 0, -np.expm1(-np.absolute(z + o)), np.expm1(-np.absolute(z + o)))
    near = np.where(o > NORMAL, sigmoid(z), np.where(o < -NORMAL, -np.asarray(sigmoid(-z)), tilted_balance(z, o)))
    far = np.where(z < 0, np.maximum(z + o, 0.0), np.maximum(o, -z))
    away = np.absolute(z) > FAR_LOGIT
    return np.where(away, gap, near), np.where(away, far, np.where(o > NORMAL, o, 0.0))


@kernel
def scaled_balance(z: Floats, o: Floats, s: Floats) -> Floats:
    """e^s (e^o sigmoid(z) - sigmoid(-z)), also where either leaves the range before e^s brings them back."""
    part, exponent = balance_parts(z, o)
    return np.asarray(times_exp(part, exponent + s))


@kernel
def scaled_softplus(r: Floats, t: Floats, s: Floats) -> Floats:
    """e^s softplus(r e^t), which is r e^t itself far to the right and its exponential far to the left."""
    z = np.asarray(times_exp(r, t))
    return piecewise(
        (r, t, s, z),
        (z > FAR_LOGIT, lambda r, t, s, z: times_exp(r, t + s)),
        (z < -FAR_LOGIT, lambda r, t, s, z: times_exp(np.ones_like(z), z + s)),
        otherwise=lambda r, t, s, z: times_exp(softplus(z), s),
    )
