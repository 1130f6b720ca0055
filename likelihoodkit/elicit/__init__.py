"""What a loss asks for: the functional of the truth that its best prediction is.

`elicits` names it; `is_proper` says, where predictions are probabilities, whether the truth is the best of them.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import sympy as sp

from likelihoodkit.elicit.answers import Functional, Properness
from likelihoodkit.elicit.question import Question, read
from likelihoodkit.supports import Support, nothing

__all__ = ["Functional", "Properness", "Question", "elicits", "is_proper", "read"]


def elicits(
    loss: Any, *, outcome: sp.Symbol | None = None, prediction: sp.Symbol | None = None, support: Support | None = None
) -> Functional:
    """The number that minimises the expected loss, argmin_a E loss(a, Y), from the loss's identification function.

    Parameters
    ----------
    loss
        A named loss (settings given or open), a `Loss`, a noise, or an expression in the words of the kit.
    outcome, prediction, support
        In an expression of bare symbols: which is which, and where the outcome lives.

    Returns
    -------
    Functional
        A text, such as "mean", "quantile(0.9)", "expectile(0.8)", "log-mean-exp(1.5)", "exp of mean log",
        "ratio E[1/y]/E[y**(-2)]", "probability", "distorted probability", "sign only", "M-functional", or "none" where
        the expected loss has no least value. It carries ``equation``, ``formula``, ``unique``, ``why`` and can be
        evaluated under a discrete law, ``.of(y, p)``. For several predictions it names one after the other,
        "mean: mean; scale: M-functional", without a number of its own. Any loss with an outcome has an answer: where no
        name fits it is "M-functional", with the equations that its slopes in the model's outputs give.

    Raises
    ------
    InputError
        If it is not clear what the expression's symbols mean.
    DerivationError
        If no outcome is in the loss and no prediction is best whatever the data.

    >>> import likelihoodkit as lk
    >>> lk.elicits(lk.losses.pinball(0.9))
    'quantile(0.9)'
    >>> y, a = lk.outcome(lk.positive), lk.parameter(lk.positive, link="exp")
    >>> lk.elicits(((y - a) / y) ** 2)
    'ratio E[1/y]/E[y**(-2)]'
    >>> lk.elicits(lk.MultivariateNormal)
    "mean: mean; scale: scale scale' = E[(y - mean)(y - mean)']"
    >>> lk.elicits(lk.Mixture(lk.Normal(scale=1), components=2)).unique
    'no'
    """
    question = read(loss, outcome=outcome, prediction=prediction, support=support)
    return answer(question)


def answer(question: Question) -> Functional:
    """The functional of a question already read."""
    from likelihoodkit.elicit import starts
    from likelihoodkit.primitives.words import frozen

    found = _answer(question)
    if not found.untried or question.bound is None or question.formula.has(frozen):
        return found
    return found.with_unique(partial(starts.tried, question.bound))


def _answer(question: Question) -> Functional:
    from likelihoodkit.elicit import classes, joint, labels, moments, rows, sequences, several
    from likelihoodkit.errors import DerivationError

    if question.y not in question.formula.free_symbols and question.target.name == nothing.name:
        still = several.latent(question)
        if still is not None:
            return still
        raise DerivationError(
            f"{question.name} asks for nothing of the data: no outcome is in it",
            family=question.name,
            remedy="Ask for a loss that compares a prediction with an outcome",
        )
    if question.target.layout == "labels":
        program = sequences.of_sequences(question)
        if program is not None:
            return program
    declared = several.of_declared(question.bound) if question.bound is not None else None
    if declared is not None:
        return declared
    if len(question.predictions) > 1:
        together = joint.jointly(question) or several.latent(question)
        if together is not None:
            return together
    if question.kind in {"real", "circle"} and not question.fixed:
        return moments.elicited(question)
    if question.kind == "binary":
        return labels.elicited(question.closed())
    whole = rows.of_rows(question) if question.of_rows else None
    if whole is not None:
        return whole
    if question.kind == "classes" and len(question.predictions) == 1 and not question.of_rows:
        return classes.elicited(question.closed())
    return several.as_they_are(question)


def is_proper(loss: Any, *, outcome: sp.Symbol | None = None, prediction: sp.Symbol | None = None) -> Properness:
    """Is the true probability the best prediction (strictly: the only best one)?

    For losses of two or K classes that predict probabilities, through whatever link. The verdict carries a
    counterexample where the answer is "neither": a truth p and a prediction q that costs less than p itself.

    Raises `InputError` where nothing that is predicted is a probability.

    >>> import likelihoodkit as lk
    >>> lk.is_proper(lk.losses.brier)
    Properness('strictly proper')
    >>> print(lk.is_proper(lk.losses.focal(2)))
    neither: predicting the truth is not best (p = 0.3, q = 0.42152, risk_p = 0.199455, risk_q = 0.154804)
    """
    from likelihoodkit.elicit import classes, labels
    from likelihoodkit.errors import InputError

    question = read(loss, outcome=outcome, prediction=prediction).closed()
    if not question.as_probability:
        raise InputError(
            f"{question.name} predicts {question.prediction.domain.words}, not probabilities",
            family=question.name,
            remedy="Ask lk.elicits what it asks for instead",
        )
    return labels.properness(question) if question.kind == "binary" else classes.properness(question)
