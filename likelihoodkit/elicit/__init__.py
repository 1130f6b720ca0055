"""What a loss asks for: the functional of the truth that its best prediction is.

`elicits` names it; `is_proper` says, where predictions are probabilities, whether the truth is the best of them.
"""

from __future__ import annotations

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
        "mean: mean; scale: M-functional", without a number of its own.

    Raises
    ------
    InputError
        If it is not clear what the expression's symbols mean.
    DerivationError
        If no outcome is in the loss, or it predicts several rows of numbers at once.

    >>> import likelihoodkit as lk
    >>> lk.elicits(lk.losses.pinball(0.9))
    'quantile(0.9)'
    >>> y, a = lk.outcome(lk.positive), lk.parameter(lk.positive, link="exp")
    >>> lk.elicits(((y - a) / y) ** 2)
    'ratio E[1/y]/E[y**(-2)]'
    """
    question = read(loss, outcome=outcome, prediction=prediction, support=support)
    return answer(question)


def answer(question: Question) -> Functional:
    """The functional of a question already read."""
    from likelihoodkit.elicit import classes, joint, labels, moments, rows, sequences
    from likelihoodkit.errors import DerivationError

    if question.y not in question.formula.free_symbols and question.target.name == nothing.name:
        raise DerivationError(
            f"{question.name} asks for nothing of the data: no outcome is in it",
            family=question.name,
            remedy="Ask for a loss that compares a prediction with an outcome",
        )
    if question.target.layout == "labels":
        program = sequences.of_sequences(question)
        if program is not None:
            return program
    if len(question.predictions) > 1:
        together = joint.jointly(question)
        if together is not None:
            return together
    if question.kind in {"real", "circle"}:
        return moments.elicited(question)
    if question.kind == "binary":
        return labels.elicited(question.closed())
    whole = rows.of_rows(question) if question.of_rows else None
    if whole is not None:
        return whole
    if question.kind == "classes":
        return classes.elicited(question.closed())
    names = ", ".join(row.name for row in question.predictions)
    raise DerivationError(
        f"{question.name} predicts {names} for {question.target.words}: what it asks for has no name here",
        family=question.name,
        remedy="Hold all parameters but one, or ask lk.reverse for the noise behind it",
    )


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
