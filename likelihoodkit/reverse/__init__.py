"""From a loss to the noise it assumes, or an honest no with its reasons.

`match` looks for a family and has it proved, `laws` holds residual laws that have no family, `mass` integrates what is
left, `discrete` sums over classes, `sequences` over short label sequences, `directions` compares with von Mises and
Fisher, `inputs` reads losses of several arrays; `noise` is the answer.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy as sp

from likelihoodkit.declaration.binding import Bound
from likelihoodkit.elicit import Question, read
from likelihoodkit.errors import DerivationError, InputError
from likelihoodkit.loading.callables import make_callable
from likelihoodkit.reverse.noise import Noise
from likelihoodkit.supports import Support

__all__ = ["Noise", "reverse"]


def reverse(
    loss: Any, *, outcome: sp.Symbol | None = None, prediction: sp.Symbol | None = None, support: Support | None = None
) -> Noise:
    """The noise behind a loss: exp(-loss), normalised, if that is a distribution whatever the prediction.

    Parameters
    ----------
    loss
        A named loss with its settings, a `Loss`, a noise, or an expression in the words of the kit.
    outcome, prediction, support
        In an expression of bare symbols: which is which, and where the outcome lives.

    Returns
    -------
    Noise
        Its ``tier`` is "likelihood" (density, normaliser, matching family, mean, variance, tails), "calibratable" (no
        likelihood, but the best prediction is an invertible map of the probability) or "neither"; ``reasons`` say
        what was computed.

    Raises
    ------
    InputError
        If a setting has no number, or the symbols of an expression are not clear.
    DerivationError
        If the outcome is a vector.

    >>> import likelihoodkit as lk
    >>> lk.reverse(lk.losses.log_cosh)
    Noise(log_cosh(): likelihood, HyperbolicSecant(scale=1))
    >>> print(lk.reverse(lk.losses.hinge).reasons[0])
    exp(-loss) summed over the two classes moves with the prediction: 0.735759 at score = 0, 1.13534 at 1
    """
    from likelihoodkit.reverse import declared
    from likelihoodkit.reverse.sequences import of_sequences
    from likelihoodkit.reverse.vectors import of_vectors

    sequences = of_sequences(loss) or of_vectors(loss)
    if sequences is not None:
        return sequences
    question: Question = read(loss, outcome=outcome, prediction=prediction, support=support)
    if question.bound is not None and declared.is_noise(question.bound):
        return _of_noise(question, question.bound)
    found = _reversed(question.closed())
    return replace(found, notes=(question.told, *found.notes)) if question.told else found


def _of_noise(question: Question, bound: Bound) -> Noise:
    """A family of the kit where a declared noise is one in other words; else itself."""
    from likelihoodkit.reverse import declared

    if declared.apart(bound) or question.settings:
        return declared.of_declared(bound)
    try:
        found = _reversed(question)
    except (DerivationError, InputError):  # no family takes such outcomes or parameters
        return declared.of_declared(bound)
    return found if found.family is not None else declared.of_declared(bound)


def _reversed(question: Question) -> Noise:
    from likelihoodkit.reverse import continuous, directions, discrete, inputs, rows

    special = inputs.of_inputs(question) or directions.of_directions(question)
    if special is not None:
        return special
    if question.kind == "binary" and len(question.predictions) == 1:
        return discrete.of_labels(question)
    if question.of_rows:
        whole = rows.of_rows_of_three(question)
        if whole is not None:
            return whole
    if question.kind == "classes":
        return discrete.of_classes(question)
    if question.target.vector or any(p.domain.vector for p in question.predictions):
        raise DerivationError(
            f"{question.name} has vector outcomes: its coordinates are to be reversed one by one",
            family=question.name,
        )
    return continuous.reversed_(question)


make_callable(__name__, reverse)
