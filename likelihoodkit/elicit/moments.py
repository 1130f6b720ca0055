"""What a loss of one real prediction asks for: read off the identification function V(a, y) = d loss / d a.

The minimiser of E loss(a, Y) solves E V(a, Y) = 0. On either side of y = a the kink-free branch is differentiated;
where V falls into products of a function of a and one of y the functional has a name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from likelihoodkit.elicit.answers import NOT_SHOWN, TRIED, Functional
from likelihoodkit.elicit.branches import SWITCHES, branch, kinks
from likelihoodkit.elicit.convex import STRICT, convex, rises
from likelihoodkit.elicit.means import mean_of, solution
from likelihoodkit.elicit.question import Question, zero
from likelihoodkit.elicit.risk import Formula, Minimiser, convexity, falls, minimiser, root, two_minima, typical
from likelihoodkit.errors import DerivationError
from likelihoodkit.primitives import lower

Groups = dict[sp.Expr, sp.Expr]
Array = NDArray[Any]


def elicited(question: Question) -> Functional:
    """The functional of a loss with one real, positive or angular prediction."""
    if question.kind == "circle":
        return _direction(question)
    above, below = slope(question, 1), slope(question, -1)
    if above is None or below is None:
        return _in_primitives(question) or _m_functional(question)
    if zero(above - below):
        return _moment(question, above) or _m_functional(question)
    return _quantile(question, above, below) or _expectile(question, above, below) or _m_functional(question)


def slope(question: Question, side: int) -> sp.Expr | None:
    """V for y > a (``side`` 1) or y < a (-1) in a and y; None where there are more kinks or no formula."""
    a, y = question.prediction.symbol, question.y
    formula = lower(question.formula)
    of_y = {n: sp.Dummy(real=True) for n in formula.atoms(*SWITCHES) if a not in n.free_symbols}  # no kinks in a
    moving, t = formula.xreplace(of_y), sp.Dummy("distance", positive=True)
    middle = _middle(question)
    marks = {s: middle if s == a else sp.Rational(3, 7) for s in moving.free_symbols - {y}}
    room = question.target.high - float(middle) if side > 0 else float(middle) - question.target.low
    if kinks(moving.xreplace({y: a + side * t}).xreplace(marks), t, 0.0, room):
        return None
    here = branch(moving, {**marks, y: middle + side * sp.Rational(1, 11)})
    found = sp.diff(here, a).xreplace({dummy: n for n, dummy in of_y.items()})
    if found.has(sp.Derivative):  # SymPy has no formula for it: the zeta function in its argument
        return None
    return found if _holds(question, found, side) else None


def _middle(question: Question) -> sp.Rational:
    """A number among the outcomes, with room on both sides."""
    low, high, third = question.target.low, question.target.high, sp.Rational(3, 7)
    if low < third < high:
        return third
    return sp.Rational(low) + third if low > -float("inf") else sp.Rational(high) - third


def _numbers(question: Question) -> dict[sp.Symbol, sp.Expr]:
    """A number for each open setting, to look at the loss with."""
    return {s: dict(question.tried).get(s, sp.Rational(3, 7)) for s in question.settings}


def _places(question: Question, side: int) -> tuple[Array, Array]:
    """Predictions and outcomes, the outcome above (``side`` 1) or below (-1), from 0.001 to 1000 apart."""
    outcomes = typical(question.target, 9)
    apart = outcomes[:, None] - side * np.geomspace(1e-3, 1e3, 37)[None, :]
    ys, at = np.broadcast_arrays(outcomes[:, None], apart)
    domain = question.prediction.domain
    inside = (at > domain.low) & (at < domain.high)
    return at[inside], ys[inside]


def _holds(question: Question, found: sp.Expr, side: int) -> bool:
    """Is V the slope of the loss wherever y lies on that side of a? Looked at on a grid: kinks may be anywhere."""
    a = question.prediction.symbol
    at, ys = _places(question, side)
    slopes = [e.xreplace(_numbers(question)) for e in (found, sp.diff(question.formula, a))]
    with np.errstate(all="ignore"):  # places outside the loss's range give no numbers and are left out below
        try:
            one, two = (_on(e, {a: at, question.y: ys}) for e in slopes)
        except DerivationError:  # a function that no engine has: nothing was looked at
            return False
        apart = ~np.isclose(one, two, rtol=1e-6, atol=1e-9)
    return not bool(apart[np.isfinite(one) & np.isfinite(two)].any())


def _on(expression: sp.Expr, columns: dict[sp.Symbol, Array]) -> Array:
    if not expression.free_symbols:
        return np.full(next(iter(columns.values())).shape, float(expression))
    return Formula(expression)(**{s.name: column for s, column in columns.items()})


def separated(v: sp.Expr, a: sp.Symbol, y: sp.Symbol) -> Groups | None:
    """V as a sum of alpha(a) beta(y), as {beta: alpha}; None if a factor holds both."""
    apart = _grouped(sp.Add.make_args(sp.expand(v)), a, y)
    if apart is not None and len(apart) <= _PRODUCTS:
        return apart
    whole = _grouped(sp.Add.make_args(v), a, y)  # (y - m)^2 is a function of y that falls apart when it is expanded
    return apart if whole is None else whole


def _grouped(terms: Iterable[sp.Expr], a: sp.Symbol, y: sp.Symbol) -> Groups | None:
    parts: Groups = {}
    for term in terms:
        of_y, of_a = sp.S.One, sp.S.One
        for factor in sp.Mul.make_args(term):
            if {a, y} <= factor.free_symbols:
                return None
            if y in factor.free_symbols:
                of_y *= factor
            else:
                of_a *= factor
        parts[of_y] = parts.get(of_y, sp.S.Zero) + of_a
    return {beta: alpha for beta, alpha in parts.items() if not zero(alpha)}


def show(expression: sp.Expr) -> str:
    """A setting as a short text: 0.9 for nine tenths."""
    return f"{float(expression):.12g}" if expression.is_number else str(expression)


def _between(level: sp.Expr) -> bool:
    """Is a level between 0 and 1, as far as it is a number?"""
    return not level.is_number or 0 < float(level) < 1


def _negative(question: Question, v: sp.Expr, side: int) -> bool:
    """Does the loss fall as the prediction moves towards an outcome on that side of it?"""
    at, ys = _places(question, side)
    with np.errstate(all="ignore"):  # as in `_holds`
        sizes = side * _on(v.xreplace(_numbers(question)), {question.prediction.symbol: at, question.y: ys})
    near = np.abs(at - ys) < 10  # farther away a slope that is never 0 may be so as a number
    return bool((sizes[np.isfinite(sizes)] <= 0).all() and (sizes[np.isfinite(sizes) & near] < 0).all())


# -- kinks at y = a: quantiles and expectiles ---------------------------------------------------------------------


def _quantile(question: Question, above: sp.Expr, below: sp.Expr) -> Functional | None:
    """V = -level w(y) h(a) above and (1 - level) w(y) h(a) below."""
    a, y = question.prediction.symbol, question.y
    level = sp.cancel(above / (above - below))
    groups = separated(above, a, y)
    if level.free_symbols & {a, y} or groups is None or len(groups) != 1:
        return None
    (weight,) = groups
    if not _between(level) or not _negative(question, above, 1):
        return None
    text = show(level)
    name = "median" if level == sp.Rational(1, 2) else f"quantile({text})"
    equation = f"P(y < {a}) <= {text} <= P(y <= {a})"
    why = "the slope in the prediction does not depend on the distance: a balance of probabilities"
    if weight != 1:
        name, why = f"weighted {name}", f"each outcome counts {weight} times: a quantile of the reweighted law"
        equation = f"E[w 1(y <= {a})] = {text} E[w], w = {weight}"
    return Functional(
        name,
        equation=equation,
        formula="" if weight == 1 else f"weights {weight}",
        unique="an interval where the cdf is flat at that level, else one number",
        why=why,
        minimiser=None if level.free_symbols else _quantile_of(float(level), weight, y),
    )


def _quantile_of(level: float, weight: sp.Expr, y: sp.Symbol) -> Minimiser:
    weigh = Formula(weight) if weight.free_symbols else None

    def found(values: Array, probabilities: Array) -> float:
        mass = probabilities if weigh is None else probabilities * np.abs(weigh(**{y.name: values}))
        order = np.argsort(values)
        total = np.cumsum(mass[order])
        return float(values[order][int(np.searchsorted(total, level * total[-1] * (1 - 1e-12)))])

    return found


def _expectile(question: Question, above: sp.Expr, below: sp.Expr) -> Functional | None:
    """V = level (a - y) h(a) above and (1 - level) (a - y) h(a) below."""
    a, y = question.prediction.symbol, question.y
    level = sp.cancel(above / (above + below))
    if level.free_symbols & {a, y} or (above / (a - y)).cancel().has(y):
        return None
    if not _between(level) or not _negative(question, above, 1):
        return None
    text = show(level)

    def found(values: Array, probabilities: Array) -> float:
        share = float(level)

        def balance(at: float) -> float:
            gap = at - values
            return float(np.where(gap < 0, share, 1 - share) * gap @ probabilities)

        return root(balance, float(values.min()), float(values.max()))

    return Functional(
        f"expectile({text})",
        equation=f"{text} E[(y - {a})+] = (1 - {text}) E[({a} - y)+]",
        unique="yes",
        why="the slope grows with the distance, at two rates: a balance of expected distances",
        minimiser=None if level.free_symbols else found,
    )


# -- smooth: moments and ratios of moments ------------------------------------------------------------------------

#: (T, g, name, formula): the loss asks for g(a) = E T(Y); {k} is a constant found in T
_MEANS: tuple[tuple[Callable[[sp.Symbol], sp.Expr], str, str], ...] = (
    (lambda s: s, "mean", "E[y]"),
    (lambda s: sp.log(s), "exp of mean log", "exp(E[log y])"),
    (lambda s: sp.log(1 + s), "expm1 of mean log1p", "exp(E[log(1 + y)]) - 1"),
    (lambda s: 1 / s, "harmonic mean", "1/E[1/y]"),
    (lambda s: s**2, "root mean square", "sqrt(E[y^2])"),
)


def _in_primitives(question: Question) -> Functional | None:
    """A moment by the slope as it is, where SymPy has no elementary one: of the zeta function in its argument."""
    if any(question.prediction.symbol in node.free_symbols for node in lower(question.formula).atoms(*SWITCHES)):
        return None
    return _moment(question, sp.diff(question.formula, question.prediction.symbol))


def _moment(question: Question, v: sp.Expr) -> Functional | None:
    a, y = question.prediction.symbol, question.y
    groups = _gathered(separated(v, a, y) or {}, a)
    if len(groups) != 2:
        return None
    (one, alpha), (two, beta) = sorted(groups.items(), key=lambda item: item[0] == 1)
    g = sp.cancel(-beta / alpha)  # alpha E[one] + beta E[two] = 0: g(a) = E[one]/E[two]
    mean = mean_of(question, g, one) if two == 1 else None
    g = g if mean is None else mean  # in the kit's words: SymPy's rounds
    if not _least(question, g, alpha, one, two):
        return None
    solve = solution(question, g, one, two)
    unique = "yes" if rises(question, g, alpha, two) or _strictly(question) else f"yes, {TRIED}"
    if two != 1:
        ratio = _named_ratio(a, g, one, two)
        why = "the slope is a sum of two products, each of a function of a and one of y"
        return Functional(
            f"ratio {ratio}", equation=f"{g} = E[{one}]/E[{two}]", formula=ratio, unique=unique, why=why,
            minimiser=solve,
        )  # fmt: skip
    why = f"the slope is a function of a times ({g} - T(y)) with T = {one}"
    if mean is not None:
        return Functional(
            f"the {a} whose mean is E[y]", equation=f"{g} = E[y]", unique=unique, why=why, minimiser=solve
        )
    equation = f"{g} = E[{one}]"
    for t, name, formula in _MEANS:
        factor = sp.cancel(one / t(y))
        if not factor.free_symbols & {a, y} and zero(g - factor * t(a)):
            return Functional(name, equation=equation, formula=formula, unique=unique, why=why, minimiser=solve)
    if isinstance(one, sp.exp) and zero(g - one.xreplace({y: a})):
        rate = sp.diff(one.args[0], y)
        if y not in rate.free_symbols:
            text = show(rate)
            return Functional(
                f"log-mean-exp({text})", equation=equation, formula=f"log(E[exp({text} y)])/{text}", unique=unique,
                why=why, minimiser=solve,
            )  # fmt: skip
    if not sp.cancel(g / a).has(a):
        name = f"mean of {sp.cancel(one * a / g)}"
    else:
        name = f"g-mean, g(y) = {one}" if zero(g - one.xreplace({y: a})) else f"the {a} with {equation}"
    return Functional(name, equation=equation, unique=unique, why=why, minimiser=solve)


def _gathered(groups: dict[sp.Expr, sp.Expr], a: sp.Symbol) -> dict[sp.Expr, sp.Expr]:
    """Functions of the outcome whose factors are the same function of the prediction as one, log(y) - log(1 - y)."""
    found: dict[sp.Expr, sp.Expr] = {}
    for one, factor in groups.items():
        for other, same in found.items() if len(groups) > 2 and one != 1 else ():
            ratio = sp.cancel(factor / same)
            if other != 1 and a not in ratio.free_symbols:
                del found[other]
                found[other + ratio * one] = same
                break
        else:
            found[one] = factor
    return found


def _strictly(question: Question) -> bool:
    shown = convex(question)
    return shown is not None and shown.how == STRICT


def _least(question: Question, g: sp.Expr, alpha: sp.Expr, one: sp.Expr, two: sp.Expr) -> bool:
    """Is the place where g(a) = E[one]/E[two] the one minimum: g monotone, and the slope rising through it?

    Looked at where g(a) is within what the ratio may be.
    """
    a, y = question.prediction.symbol, question.y
    low, high = (float(v) for v in (question.prediction.domain.low, question.prediction.domain.high))
    spread = np.sinh(np.linspace(-4, 4, 160))
    if np.isfinite(low) and np.isfinite(high):
        grid = low + (high - low) / (1 + np.exp(-spread))
    elif np.isfinite(low):
        grid = low + np.exp(spread / 4)
    else:
        grid = high - np.exp(spread / 4) if np.isfinite(high) else spread
    outcomes = _places(question, 1)[1]
    numbers = _numbers(question)
    with np.errstate(all="ignore"):  # as in `_holds`
        above, weights = (_on(e.xreplace(numbers), {y: outcomes}) for e in (one, two))
        ratios, level = above / weights, _on(g.xreplace(numbers), {a: grid})
        ratios = ratios[np.isfinite(ratios)]
        if not ratios.size:
            return False
        near = (level >= ratios.min()) & (level <= ratios.max())
        grid = grid[near] if near.sum() > _FEW else grid
        turn, pull = (_on(e.xreplace(numbers), {a: grid}) for e in (sp.diff(g, a), -alpha * sp.diff(g, a)))
    signs = {bool(w > 0) for w in weights[np.isfinite(weights) & (weights != 0)]}
    turns = {bool(v > 0) for v in turn[np.isfinite(turn) & (turn != 0)]}
    pulls = {bool(v > 0) for v in pull[np.isfinite(pull) & (pull != 0)]}
    return len(turns) == 1 and signs == pulls and len(pulls) == 1


def _named_ratio(a: sp.Symbol, g: sp.Expr, one: sp.Expr, two: sp.Expr) -> str:
    """The functional written out where g(a) is a multiple of a or of 1/a."""
    if not (g / a).cancel().has(a):
        factor = (g / a).cancel()
        return f"E[{one / factor}]/E[{two}]"
    if not (g * a).cancel().has(a):
        factor = (g * a).cancel()
        return f"E[{factor * two}]/E[{one}]"
    return f"with {g} = E[{one}]/E[{two}]"


_FEW = 5
_PRODUCTS = 2


# -- the rest -----------------------------------------------------------------------------------------------------


def _direction(question: Question) -> Functional:
    """An angle: the mean direction where V is a multiple of sin(a - y)."""
    a, y = question.prediction.symbol, question.y
    v = sp.diff(lower(question.formula), a)
    factor = sp.cancel(v / sp.sin(a - y)).subs({a: sp.Rational(1, 3), y: sp.Rational(1, 7)})
    if not zero(v - factor * sp.sin(a - y)):
        return _m_functional(question)

    def found(values: Array, probabilities: Array) -> float:
        return float(np.arctan2(np.sin(values) @ probabilities, np.cos(values) @ probabilities))

    return Functional(
        "mean direction",
        equation=f"E[sin({a} - y)] = 0",
        formula="atan2(E[sin y], E[cos y])",
        unique="yes, unless E[sin y] = E[cos y] = 0",
        why="the slope is a multiple of sin(a - y)",
        minimiser=found,
    )


def _m_functional(question: Question) -> Functional:
    """No name: the equation E V(a, Y) = 0 itself, and whether it has one solution."""
    v = sp.diff(question.formula, question.prediction.symbol)
    equation = f"E[psi] = 0 with psi = {-v}"
    if question.settings:
        return Functional("M-functional", equation=equation, unique="ask again with numbers for the settings")
    end = falls(question)
    if end is not None:
        why = f"the expected loss has no least value: it falls as {question.prediction.symbol} goes to {end}"
        return Functional("none", equation=equation, unique="no", why=why)
    shown = convex(question)
    if shown is not None:
        unique, why = shown.unique, shown.why
    elif convexity(question) == "yes":
        unique = "an interval at most, as far as tried"
        why = "on a grid of predictions and outcomes the loss is convex in the prediction; not proved"
    else:
        split = two_minima(question)
        unique, why = NOT_SHOWN, "the loss is not convex in the prediction"
        if split is not None:
            unique, (d, (low, high)) = "no", split
            why += f": with y = {d:g} or {-d:g} at equal odds, {low:.6g} and {high:.6g} are both best"
    return Functional("M-functional", equation=equation, unique=unique, why=why, minimiser=minimiser(question))
