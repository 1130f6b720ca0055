"""What a loss of K classes asks for, read at K = 3 in the class probabilities q that the model gives.

What is found there is then proved for every K where `any_size` can.
With L_k the loss at class k, the risk sum_k p_k L_k is stationary on the simplex where its slopes in all q_j agree.
That is linear in the truth p, so p as a function of q (the recalibration map) solves a linear system.
"""

from __future__ import annotations

import itertools
from functools import cached_property
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from numpy.typing import NDArray

from likelihoodkit.elicit.answers import Functional, Properness
from likelihoodkit.elicit.any_size import SIZE, AnySize
from likelihoodkit.elicit.branches import SWITCHES, value
from likelihoodkit.elicit.question import Question, class_formulas, zero
from likelihoodkit.elicit.risk import Formula
from likelihoodkit.errors import DerivationError

Array = NDArray[Any]


def truths(size: int) -> tuple[tuple[float, ...], ...]:
    """Four laws of ``size`` classes to look at a loss under."""
    if size == SIZE:
        return (0.5, 0.3, 0.2), (0.7, 0.2, 0.1), (0.4, 0.35, 0.25), (0.1, 0.1, 0.8)
    steep, flat = [2.0**-k for k in range(size)], [size + 3.0 - k for k in range(size)]
    weights = (steep, [3.0**-k for k in range(size)], flat, [w**2 for w in steep[::-1]])
    return tuple(tuple(w / sum(row) for w in row) for row in weights)


class Classes:
    """The analysis of one loss of K classes at K = 3, or at the K that its settings fix."""

    def __init__(self, question: Question) -> None:
        if len(question.predictions) != 1:
            raise DerivationError(f"{question.name} predicts more than class probabilities", family=question.name)
        self.question = question
        self.any_size = AnySize(question)
        self.size = question.size or SIZE
        self.truths = truths(self.size)
        self.losses, self.q = class_formulas(question, self.size)
        if any(loss.has(sp.nan, sp.zoo, sp.oo) for loss in self.losses):
            raise DerivationError(
                f"{question.name} is infinite where the outcome is one of the classes: it takes rows of probabilities",
                family=question.name,
            )

    @cached_property
    def scale_free(self) -> bool:
        """Does adding a constant to all logits change nothing?"""
        return all(zero(sum(s * sp.diff(loss, s) for s in self.q)) for loss in self.losses)

    @cached_property
    def own(self) -> sp.Expr | None:
        """phi where L_k = phi(q_k) for every class, in the symbol q0; None where the loss sees the others too.

        What the loss sees of the others together, on the simplex, is one minus q_k.
        """
        losses = [self._alone(k) for k in range(self.size)]
        first = losses[0]
        if first is None or any(loss is None or not zero(loss - first) for loss in losses[1:]):
            return None
        return first

    def _alone(self, k: int) -> sp.Expr | None:
        """L_k in q0, for its own class, alone; None where the shares of the others matter one by one."""
        others = [s for s in self.q if s != self.q[k]]
        loss = self.losses[k]
        if any(sp.diff(loss, s) != 0 for s in others):
            if not self.question.prediction.domain.sums_to_one or loss.has(*SWITCHES):
                return None
            *free, last = others
            loss = loss.xreplace({last: 1 - self.q[k] - sp.Add(*free)})
            if any(not zero(sp.diff(loss, s)) for s in free):
                return None
            loss = loss.xreplace({s: (1 - self.q[k]) / len(others) for s in free})
        return loss.xreplace({self.q[k]: self.q[0]})

    @cached_property
    def mixing(self) -> sp.Matrix | None:
        """C where L_k = -sum_j C_kj log q_j (on the simplex) with constant C; None where it has another form."""
        rows = []
        for loss in self.losses:
            coefficients = [-s * sp.diff(loss, s) for s in self.q]
            if self.scale_free:  # a loss of q/sum(q) has -C_kj + (sum_i C_ki) q_j/sum(q) in its slopes
                total = sp.Add(*self.q)
                weight = total**2 * sp.diff(coefficients[0], self.q[1]) / self.q[0]
                coefficients = [c + weight * s / total for c, s in zip(coefficients, self.q, strict=True)]
            rows.append([_tidy(c) for c in coefficients])
        if any(c.free_symbols for row in rows for c in row):
            return None
        return sp.Matrix(rows)

    def likelihood_gap(self) -> tuple[Any, Any]:
        """(sum_k exp(-L_k) - 1 or its slopes, whether it is constant) on the simplex; see `constant_mass`."""
        mass = sp.Add(*[sp.exp(-loss) for loss in self.losses])
        return mass, self.constant_mass(mass)

    def on_simplex(self, expression: sp.Expr) -> sp.Expr:
        """The expression with the last q one minus the others."""
        return expression.xreplace({self.q[-1]: 1 - sp.Add(*self.q[:-1])})

    def constant_mass(self, mass: sp.Expr) -> bool:
        """Is ``mass`` free of the prediction?"""
        if self.scale_free or not self.question.prediction.domain.sums_to_one:
            return all(zero(sp.diff(mass, s)) for s in self.q)
        inside = self.on_simplex(mass)
        return all(zero(sp.diff(inside, s)) for s in self.q[:-1])

    @cached_property
    def determined(self) -> bool:
        """Do the probabilities exp(-loss) tell the prediction (near equal chances, K - 1 of them being free)?"""
        free = self.q[:-1]
        slopes = sp.Matrix([[sp.diff(self.on_simplex(loss), s) for s in free] for loss in self.losses])
        at = {s: sp.Rational(1, self.size) for s in free}
        return bool(slopes.xreplace(at).applyfunc(sp.nsimplify).rank() == len(free))

    @cached_property
    def homogeneous(self) -> list[sp.Expr]:
        """The losses written so that scaling all q changes nothing."""
        if self.scale_free:
            return self.losses
        total = sp.Add(*self.q)
        return [loss.xreplace({s: s / total for s in self.q}) for loss in self.losses]

    @cached_property
    def stationary(self) -> bool:
        """Is the slope of the risk zero at q = p, identically?"""
        q = self.q
        if any(loss.has(*SWITCHES) for loss in self.losses):
            return False
        truth = dict(zip(q, sp.symbols(f"p0:{self.size}", positive=True), strict=True))
        losses = self.homogeneous
        for s in q:
            slope = sp.Add(*[truth[k] * sp.diff(loss, s) for k, loss in zip(q, losses, strict=True)])
            if not zero(slope.xreplace({truth[k]: k for k in q})):
                return False
        return True

    def minimiser(self, truth: Any) -> Array:
        """The class probabilities of least risk under ``truth`` (K,), by Newton steps on the logits."""
        from scipy.optimize import minimize

        p = np.asarray(truth, dtype=float)
        names = [s.name for s in self.q]
        functions = [Formula(loss) for loss in self.losses]

        def risk(logits: Array) -> float:
            z = np.append(logits, 0.0)
            soft = np.exp(z - z.max())
            soft /= soft.sum()
            columns = dict(zip(names, soft, strict=True))
            return float(sum(w * f(**columns) for w, f in zip(p, functions, strict=True)))

        found = [
            minimize(risk, start, method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-14, "maxiter": 4000})
            for start in (np.log(p[:-1] / p[-1]), np.zeros(self.size - 1))
        ]
        best = min(found, key=lambda r: float(r.fun))
        z = np.append(best.x, 0.0)
        soft = np.exp(z - z.max())
        return np.asarray(soft / soft.sum())

    def risk(self, prediction: Any, truth: Any) -> float:
        """The expected loss of a prediction (K,) under a truth (K,)."""
        at = dict(zip(self.q, prediction, strict=True))
        with mpmath.workdps(30):
            return float(mpmath.fsum(p * value(loss, at) for p, loss in zip(truth, self.losses, strict=True)))


def _tidy(expression: sp.Expr) -> sp.Expr:
    return sp.cancel(sp.together(expression))


def elicited(question: Question) -> Functional:
    """The functional of a loss of K classes."""
    c = Classes(question)
    equation = "sum_k p_k dL_k/dq_j is the same for every j"
    if all(zero(sp.diff(loss, s)) for loss in c.losses for s in c.q):
        why = "the loss does not move with the prediction"
        return Functional("M-functional", equation="0 = 0", unique="no", why=why)
    if c.stationary:
        return Functional("class probabilities", equation=equation, formula="P(y = k)", unique="yes",
                          why=_truth(c))  # fmt: skip
    if c.own is not None:
        return _of_own(c, equation)
    mixing = c.mixing
    if mixing is not None:
        return _of_mixing(c, mixing, equation)
    _mass, constant = c.likelihood_gap()
    if constant:
        why = "exp(-loss) sums to one number over the classes: a log-loss of those probabilities"
        if not c.determined:
            why = f"{why}, and different predictions give the same ones"
        return Functional("class probabilities, through a link", equation=equation,
                          formula="p_k = exp(-L_k)/sum_j exp(-L_j)", unique="yes" if c.determined else "no", why=why,
                          )  # fmt: skip
    return _by_search(c, equation)


def _truth(c: Classes) -> str:
    if c.any_size.divergence:
        return f"the expected loss is a multiple of {c.any_size.divergence} plus a constant, for every K (proved)"
    return f"the slope of the risk vanishes at q = p, identically (K = {c.size})"


def _of_own(c: Classes, equation: str) -> Functional:
    """L_k = phi(q_k): p_k is proportional to -1/phi'(q_k)."""
    assert c.own is not None
    s = c.q[0]
    slope = sp.diff(c.own, s)
    weight = sp.powsimp(sp.cancel(-1 / slope)) if slope != 0 else sp.S.Zero
    if not weight.free_symbols:
        return Functional("mode", equation="the class with the largest P(y = k)", unique="unless two tie", why=(
            "the loss is linear in the probability of the class that occurred, so all of it goes to the best class"
        ))  # fmt: skip
    grid = [value(weight, {s: mpmath.mpf(x) / 64}) for x in range(1, 64)]
    rising = all(a < b for a, b in itertools.pairwise(grid))
    formula = f"p_k = w(q_k)/sum_j w(q_j), w(q) = {weight.xreplace({s: sp.Symbol('q', positive=True)})}"
    size = "for every K" if c.any_size.own else f"K = {c.size}"
    why = f"the loss sees only the probability of the class that occurred ({size}); its slope gives the map"
    if rising:
        return Functional("distorted class probabilities", equation=equation, formula=formula, unique="yes", why=why)
    return Functional("M-functional", equation=equation, formula=formula, unique="no", why="the map is not increasing")


def _of_mixing(c: Classes, mixing: sp.Matrix, equation: str) -> Functional:
    """L_k = -sum_j C_kj log q_j: q_j is proportional to sum_k p_k C_kj."""
    formula = f"q_j = sum_k C_kj p_k / sum_jk C_kj p_k with C = {mixing.tolist()}"
    why = f"the loss is a mixture of log-losses: the prediction is the mixed truth (K = {c.size})"
    spread = mixing[0, 1]
    words = c.any_size.mixes(mixing[0, 0] - spread, spread)
    if words:
        formula = f"q proportional to {words}"
        why = f"the loss is the log-loss of {words}, for every K (proved): the prediction is the mixed truth"
    if mixing.det() == 0:
        return Functional(
            "M-functional", equation=equation, formula=formula, unique="no", why="the mixture is singular"
        )
    return Functional("distorted class probabilities", equation=equation, formula=formula, unique="yes", why=why)


def _by_search(c: Classes, equation: str) -> Functional:
    """No closed form: look at the minimisers of a few laws."""
    found = [c.minimiser(truth) for truth in c.truths]
    kept = [_wins(f, int(np.argmax(t))) for f, t in zip(found, c.truths, strict=True)]
    moved = len({tuple(np.round(np.sort(f), 3)) for f in found}) == len(found)
    if all(kept) and moved and all(_ordered(f, t) for f, t in zip(found, c.truths, strict=True)):
        return Functional("distorted class probabilities", equation=equation, unique="not shown",
                          why=f"minimised numerically under {len(c.truths)} laws: the order of the classes is kept",
                          )  # fmt: skip
    if all(kept):
        why = "minimised numerically: the largest class wins, the rest is lost"
        return Functional("mode", equation="the class with the largest P(y = k)", unique="no", why=why)
    majority = [wins for wins, t in zip(kept, c.truths, strict=True) if max(t) > _HALF]
    if majority and all(majority):
        return Functional("majority class only", equation="the class with P(y = k) > 1/2, if there is one", unique="no",
                          why="minimised numerically: the largest class wins where it has more than half, and else not",
                          )  # fmt: skip
    why = "minimised numerically: not even the most probable class always wins"
    return Functional("M-functional", equation=equation, unique="no", why=why)


_HALF = 0.5
_CLEAR = 1e-3  # a class has won where its share is larger than all others by more than this


def _wins(found: Array, mode: int) -> bool:
    return bool(found[mode] > np.delete(found, mode).max() + _CLEAR)


def _ordered(found: Array, truth: tuple[float, ...]) -> bool:
    """Do more probable classes have larger shares, and equal ones equal shares?"""
    pairs = itertools.combinations(range(len(truth)), 2)
    return all((found[i] - found[j]) * (truth[i] - truth[j]) > 0 if truth[i] != truth[j] else True for i, j in pairs)


def properness(question: Question) -> Properness:
    """The verdict, with a counterexample where a prediction other than the truth costs less."""
    c = Classes(question)
    if c.any_size.divergence:
        return Properness(
            "strictly proper",
            f"the expected loss is a multiple of {c.any_size.divergence} plus a constant, for every K (proved)",
        )
    if c.stationary:
        convex = _convex(c)
        if convex:
            return Properness(
                "strictly proper", "the slope of the risk vanishes at q = p, and the risk is convex there"
            )
        return Properness("proper", "the slope of the risk vanishes at q = p")
    for truth in c.truths:
        q = c.minimiser(truth)
        here, there = c.risk(truth, truth), c.risk(q, truth)
        if there < here - 1e-10 * (1 + abs(here)):
            facts = {"p": list(truth), "q": [float(v) for v in q], "risk_p": here, "risk_q": there}
            return Properness("neither", "predicting the truth is not best", facts)
    return Properness("proper", "no prediction was found that beats the truth")


def _directions(size: int) -> list[tuple[int, ...]]:
    """Directions along the simplex: from every class to every later one, and from the first to all others."""
    pairs = itertools.combinations(range(size), 2)
    steps = [tuple(int(k == i) - int(k == j) for k in range(size)) for i, j in pairs]
    return [*steps, (size - 1, *[-1] * (size - 1))]


def _convex(c: Classes) -> bool:
    """Is the risk's Hessian at q = p positive on the simplex, at each of the laws?"""
    for truth in c.truths:
        at = dict(zip(c.q, [mpmath.mpf(v) for v in truth], strict=True))
        directions = _directions(c.size)
        for d in directions:
            total = mpmath.mpf(0)
            for p, loss in zip(truth, c.homogeneous, strict=True):
                bend = sum(
                    d[i] * d[j] * sp.diff(loss, c.q[i], c.q[j])
                    for i in range(c.size)
                    for j in range(c.size)
                    if d[i] * d[j]
                )
                total += p * value(bend, at)
            if total <= 0:
                return False
    return True
