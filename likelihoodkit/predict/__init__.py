"""Infer: from the outputs of a model to numbers, decisions and whole distributions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from operator import methodcaller
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from likelihoodkit.compile import Runner
from likelihoodkit.declaration import Bound, Part
from likelihoodkit.errors import BindingError, DerivationError, InputError, UndefinedError, UnknownNameError
from likelihoodkit.expectation import Density
from likelihoodkit.loading.verbs import register
from likelihoodkit.loss import Loss, derive
from likelihoodkit.predict.belief import Belief
from likelihoodkit.predict.costs import Cost, cheapest
from likelihoodkit.predict.joint import JointBelief
from likelihoodkit.predict.scores import crps
from likelihoodkit.predict.vectors import VectorBelief
from likelihoodkit.rows import Rows
from likelihoodkit.rows.parts import part_of

Array = NDArray[Any]
AnyBelief = Belief | JointBelief | VectorBelief


@dataclass(frozen=True)
class Quantile:
    """The rule that predicts the quantile at ``level``."""

    level: float

    def __call__(self, belief: Belief | JointBelief) -> Array:
        """The quantile of each row, (n,)."""
        return belief.quantile(self.level)


@dataclass(frozen=True)
class Interval:
    """The rule that predicts the central interval of this ``probability``, (n, 2)."""

    probability: float

    def __call__(self, belief: Belief | JointBelief) -> Array:
        """Both ends for each row, (n, 2)."""
        return belief.interval(self.probability)


@dataclass(frozen=True, eq=False)
class Minimise:
    """The rule that predicts the action of least expected ``cost``."""

    cost: Cost | ArrayLike

    def __call__(self, belief: Belief | JointBelief) -> Array:
        """The action for each row, (n,)."""
        return np.asarray(cheapest(_one(belief), self.cost)).astype(belief.dtype)


def _one(belief: Belief | JointBelief) -> Belief:
    if isinstance(belief, JointBelief):
        raise UnknownNameError(
            f"{belief.name}: a cost is about one outcome",
            remedy="Use the belief about it, as in loss.distribution(outputs)['speed'], or add up the costs",
        )
    return belief


Rule = Quantile | Interval | Minimise

#: the rules that go by name
RULES: dict[str, Callable[[Any], Array]] = {name: methodcaller(name) for name in ("mode", "mean", "median")}


def quantile(level: float) -> Quantile:
    """Predict the ``level`` quantile, between 0 and 1.

    >>> import likelihoodkit as lk
    >>> lk.derive(lk.Normal(scale=1)).predict([0.0, 10.0], rule=lk.quantile(0.975)).round(2)
    array([ 1.96, 11.96])
    """
    return Quantile(_probability("quantile", level))


def interval(probability: float) -> Interval:
    """Predict the central interval that holds the outcome with this probability, (n, 2).

    >>> import likelihoodkit as lk
    >>> lk.derive(lk.Normal(scale=1)).predict([0.0, 10.0], rule=lk.interval(0.95)).round(2)
    array([[-1.96,  1.96],
           [ 8.04, 11.96]])
    """
    return Interval(_probability("interval", probability))


def minimise(cost: Cost | ArrayLike) -> Minimise:
    """Predict the action whose expected cost is least.

    For yes or no and for classes ``cost`` is a matrix ``cost[action, truth]`` with one column per class and any number
    of actions (the answer is the action's row; the first of equals), or a function of (action, truth) over the
    classes. For numbers ``cost(action, y)`` is a function of arrays; the action may be any number within the range of
    the outcomes. It must have one valley; its minimum is found to about 1e-8 of the distribution's width.

    The usual threshold 0.5 becomes c_FP / (c_FP + c_FN):

    >>> import likelihoodkit as lk
    >>> loss = lk.derive(lk.Bernoulli)
    >>> missed, false_alarm = 9, 1
    >>> loss.predict([-3.0, -2.0, 0.0], rule=lk.minimise([[0, missed], [false_alarm, 0]]))
    array([0., 1., 1.])
    """
    return Minimise(cost)


def _probability(rule: str, value: float) -> float:
    number = float(value)
    if not 0 < number < 1:
        raise InputError(f"lk.{rule} takes a probability between 0 and 1, not {value!r}", value=value)
    return number


@register
def distribution(loss: Loss, rows: Rows, value: Runner) -> AnyBelief:
    """The belief about the rows of a call; ``value`` is the program of the loss."""
    if loss.bound.family.sign > 0:
        raise DerivationError(
            f"{loss.name} is a loss, not a noise: it predicts no distribution",
            family=loss.name,
            remedy="Derive the noise that it assumes, see lk.reverse",
        )
    family = loss.bound.family
    if family.latent is not None:
        inside: AnyBelief = distribution(*_inside(loss, rows, family.latent))
        return inside
    if family.parts:
        found = {part.name: distribution(*_inside(loss, rows, part)) for part in family.parts}
        return JointBelief(loss.name, found)
    if loss.bound.family.outcome.domain.vector:
        return VectorBelief(loss.derivation, rows, value)
    return Belief(Density(loss.derivation, rows, value), rows.dtype)


def _inside(loss: Loss, rows: Rows, part: Part) -> tuple[Loss, Rows, Runner]:
    inner = derive(part.bound)
    return inner, part_of(rows, loss.derivation, inner.derivation, part), Runner(inner.program("value"))


@register
def predict(belief: AnyBelief, rule: object) -> Array:
    """One number per row by a rule: see `Loss.predict`."""
    if isinstance(belief, VectorBelief):
        return predict_vector(belief, rule)
    if isinstance(rule, Rule):
        return rule(belief)
    if not isinstance(rule, str) or rule not in RULES:
        raise UnknownNameError(
            f"no rule is called {rule!r}",
            value=rule,
            remedy=f"Rules: {', '.join(RULES)}, lk.quantile(q), lk.interval(p), lk.minimise(cost)",
        )
    return RULES[rule](belief)


def predict_vector(belief: VectorBelief, rule: object) -> Array:
    """One outcome per row, (n, m): the mode or the mean of a vector."""
    if not isinstance(rule, str) or rule not in VectorBelief.RULES:
        asked = rule if isinstance(rule, str) else type(rule).__name__.lower()
        raise UndefinedError(
            f"{belief.name}: vectors have no order, so there is no {asked}",
            family=belief.name,
            remedy=f"Rules for vectors: {', '.join(VectorBelief.RULES)}; or sample the distribution",
        )
    return belief.mode() if rule == "mode" else belief.mean()


@register
def belief_of(bound: Bound) -> AnyBelief:
    """The belief of a noise whose parameters all have numbers."""
    missing = [name for name in bound.family.parameters if name not in bound.held]
    if missing:
        held = ", ".join(f"{n}={bound.held.get(n, '...')}" for n in bound.family.parameters)
        raise BindingError(
            f"{bound!r} still predicts {', '.join(missing)}",
            family=bound.name,
            parameter=missing[0],
            remedy=f"Hold it, as in {bound.name}({held}), or use lk.derive(...).distribution(outputs)",
        )
    if bound not in _BELIEFS:
        loss = derive(bound)
        rows = loss.single_row()
        belief = distribution(loss, rows, Runner(loss.program("value")))
        _BELIEFS[bound] = belief.alone() if isinstance(belief, JointBelief) else replace(belief, single=True)
    return _BELIEFS[bound]


_BELIEFS: dict[Bound, AnyBelief] = {}

__all__ = [
    "RULES",
    "Belief",
    "Interval",
    "JointBelief",
    "Minimise",
    "Quantile",
    "Rule",
    "crps",
    "interval",
    "minimise",
    "quantile",
]
