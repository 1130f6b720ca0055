"""What losses of label sequences, labellings and rankings ask for: a row per dynamic program.

Each is minus the logarithm of a probability, so that its mean is least where the law of the model is nearest to the
true one; its slope in the scores says what the two then have in common.
"""

from __future__ import annotations

from likelihoodkit.elicit.answers import Functional
from likelihoodkit.elicit.question import Question
from likelihoodkit.primitives import lower

_STEPS = "P(y_t = k) of the model is P(Y_t = k), for every step t and class k"
#: primitive -> (name, equation in words, whether it is unique)
ROWS: dict[str, tuple[str, str, str]] = {
    "steps_cross_entropy": (
        "class probabilities of each step",
        _STEPS,
        "in probabilities, where a step counts at all; scores have a constant per step to spare",
    ),
    "chain_loss": (
        "class probabilities of each step and pair of neighbours",
        f"{_STEPS}; the sum over t of P(y_t = j, y_t+1 = k) is that of the truth, for every j and k",
        "in probabilities; scores have constants to spare",
    ),
    "alignment_loss": (
        "M-functional",
        "P(class k at step t) of the model is the mean of P(class k at step t | labelling Y), for every t and k",
        "not shown: the loss is not convex in the scores",
    ),
    "plackett_luce": (
        "M-functional",
        "sum over places of P(item k is next | those left) is the share of rankings that hold k, for every item k",
        "in probabilities where every item is ranked above every other now and then; scores have a constant to spare",
    ),
}


def of_sequences(question: Question) -> Functional | None:
    """The functional of a loss that is one of the dynamic programs, all of its scores predicted; else None."""
    formula = lower(question.formula)
    program = getattr(getattr(type(formula), "record", None), "name", "")
    if program not in ROWS:
        return None
    scores = {p.symbol for p in question.predictions}
    if not scores <= set(formula.args) or question.y not in formula.args:
        return None
    name, equation, unique = ROWS[program]
    held = formula.args[1] not in scores if program == "chain_loss" else False
    if held:  # scores of neighbours that are not predicted have no equation of their own
        name, equation = ROWS["steps_cross_entropy"][:2]
    return Functional(
        name, equation=equation, unique=unique,
        why="the loss is minus the log of a probability: here the slope of its mean in the scores vanishes",
    )  # fmt: skip
