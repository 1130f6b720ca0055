"""Losses that are likelihoods up to terms in y alone, in a parameter that is not the mean: read in their mean.

A loss whose slope in its prediction a is alpha(a) (y - m(a)) has m(a) as the mean of whatever noise it has, for a mean
score is zero. Written in m it is compared with the families, up to a factor h(y) of the density; what h may be is the
family's to say. Where none is found the variance that such a noise would have is looked at: the mean moves with the
natural parameter at its rate (Morris, 1982, Annals of Statistics 10, 65-80), and none is negative.
"""

from __future__ import annotations

from dataclasses import replace

import mpmath
import sympy as sp

from likelihoodkit import links, supports
from likelihoodkit.elicit.branches import value
from likelihoodkit.elicit.moments import separated
from likelihoodkit.elicit.question import Question
from likelihoodkit.families import FAMILIES
from likelihoodkit.links import Link
from likelihoodkit.primitives import lower
from likelihoodkit.reverse.match import Match, search
from likelihoodkit.supports import Support

PLACES = 9


def _parts(question: Question) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
    """(alpha, m, T) of a slope alpha(a) (T - m(a)) in the prediction, T being y^k or |y|^k; None of another form."""
    a, y = question.prediction.symbol, question.y
    slope = sp.diff(lower(question.formula), a)
    groups = None if slope.has(sp.Derivative, sp.Heaviside, sp.sign) else separated(slope, a, y)
    powers = [beta for beta in groups or () if beta != 1]
    if groups is None or len(powers) != 1 or not groups[powers[0]].free_symbols <= {a}:
        return None
    base, power = powers[0].as_base_exp()
    if base not in (y, sp.Abs(y)) or not power.is_Rational:
        return None
    alpha = groups[powers[0]]
    mean = sp.cancel(-groups.get(sp.S.One, sp.S.Zero) / alpha)
    return None if a not in mean.free_symbols else (alpha, mean, powers[0])


def _domain(target: Support) -> tuple[Support, Link]:
    """Where means of such outcomes lie, and a link to it."""
    if target.low == 0 and target.high == 1:
        return supports.unit, links.sigmoid
    if target.low >= 0:
        return supports.positive, links.exp
    return supports.real, links.identity


def _of_many_roots(mean: sp.Expr, a: sp.Symbol) -> bool:
    """Is mean = m an equation of the third degree or more, whose roots are not told apart by their signs?"""
    above, below = sp.fraction(sp.together(mean))
    if not (above.is_polynomial(a) and below.is_polynomial(a)):
        return False
    powers = {power for part in (above, below) for (power,) in sp.Poly(part, a).monoms()}
    return len(powers) > 2 and max(powers) > 2


def in_its_mean(question: Question) -> tuple[Match, Question, sp.Expr] | None:
    """(a family's match, the loss in its mean, the mean in the prediction); None where none is found.

    Where it is the mean of a power of y, the loss is read in the scale of y.
    """
    parts = _parts(question)
    if parts is None:
        return None
    a, (_, mean, told) = question.prediction.symbol, parts
    domain, link = _domain(question.target) if told == question.y else (supports.positive, links.exp)
    name, power = "mean" if told == question.y else "scale", told.as_base_exp()[1]
    m = sp.Symbol(name, **domain.assumptions)
    if _of_many_roots(mean, a):
        return None
    try:
        roots = sp.solve(sp.Eq(mean, m**power), a)
    except NotImplementedError:  # SymPy has no method for it
        return None
    if len(roots) != 1:
        return None
    formula = sp.expand_log(question.formula.xreplace({a: roots[0]}), force=True)
    if formula.has(sp.I):  # the logarithm of what such outcomes have no mean for
        return None
    row = replace(question.prediction, name=name, symbol=m, domain=domain, link=link)
    moved = replace(question, formula=formula, predictions=(row,))
    match = search(moved, list(FAMILIES.values()))
    return None if match is None else (match, moved, mean ** (1 / power))


def factors(question: Question) -> list[sp.Expr]:
    """The factors h(y) that could make exp(-loss) a density, as far as the loss is a distance of y from a prediction.

    Near y = a such a loss is c(a) (y - a)^2/2; were it multiplied by a large number, the mass of h exp(-loss) would be
    h(a)/sqrt(c(a)), so that h is sqrt(c): the factor of the proper dispersion models (Jorgensen, 1997, The theory of
    dispersion models, 1.2). -c is the mixed slope there, in which terms of y or a alone take no part; a term of y alone
    is taken back by exp(loss(y, y)). Whether the mass stays is to be seen.
    """
    a, y, target = question.prediction.symbol, question.y, question.target
    domain = question.prediction.domain
    if question.kind != "real" or target.whole or not (domain.low <= target.low and target.high <= domain.high):
        return []
    slope = sp.diff(lower(question.formula), y, a)
    if slope.has(sp.Derivative, sp.Heaviside, sp.sign, sp.DiracDelta, sp.Piecewise):
        return []
    curvature = sp.factor(sp.cancel(-slope.xreplace({a: y})))
    low, high = target.typical
    places = [mpmath.mpf(low) + (mpmath.mpf(high) - low) * k / PLACES for k in range(PLACES + 1)]
    root = sp.S.One
    for factor in sp.Mul.make_args(curvature):
        base, power = factor.as_base_exp()
        signs = {mpmath.sign(value(base, {y: place})) for place in places}
        if y in factor.free_symbols and signs in ({1}, {-1}):
            root *= (base * int(signs.pop())) ** (power / 2)
        elif y in factor.free_symbols:
            return []
    if y not in root.free_symbols or not all(value(curvature, {y: place}) > 0 for place in places):
        return []
    alone = sp.expand(lower(question.formula).xreplace({a: y}))
    return [root] if y not in alone.free_symbols else [root, root * sp.exp(alone)]


def refuted(question: Question) -> str:
    """Why no factor of y alone makes it a likelihood: a variance that would be negative. Empty where none is seen.

    With eta'(a) = -alpha(a) the mean grows by the variance: m'(a) = eta'(a) Var(Y).
    """
    parts = _parts(question)
    if parts is None or parts[2] != question.y:
        return ""
    a, (alpha, mean, _) = question.prediction.symbol, parts
    spread = sp.cancel(-sp.diff(mean, a) / alpha)
    low, high = question.prediction.domain.typical
    for k in range(PLACES):
        place = mpmath.mpf(low) + (mpmath.mpf(high) - low) * (k + mpmath.phi - 1) / PLACES  # 0 may be a pole
        found = value(spread, {a: place})
        if mpmath.isfinite(found) and found < 0:
            return (
                f"no factor of y alone makes it a likelihood: its mean would be {mean}, its variance {spread}: "
                f"{mpmath.nstr(found, 6)} at {mpmath.nstr(place, 4)}"
            )
    return ""
