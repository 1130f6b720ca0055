"""What losses of whole rows ask for: entry by entry, a mean direction, a least cost, a geometric mean."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from likelihoodkit import supports
from likelihoodkit.elicit.answers import Functional
from likelihoodkit.elicit.any_size import SIZE
from likelihoodkit.elicit.question import Prediction, Question, zero
from likelihoodkit.links import identity
from likelihoodkit.primitives import VectorSymbol, entries, lower, sum_over
from likelihoodkit.prove.instances import Instance
from likelihoodkit.prove.outcome import Undecided
from likelihoodkit.prove.readings import in_one_number
from likelihoodkit.prove.vectors import LENGTH

Symbols = tuple[sp.Symbol, ...]


def one_entry(expression: sp.Expr) -> sp.Expr:
    """The expression for rows of one entry."""
    plain = expression.replace(sum_over, lambda inside: inside).xreplace({LENGTH: sp.S.One})
    return plain.xreplace({v: sp.Symbol(v.name, real=True) for v in plain.atoms(VectorSymbol)})


def entry(question: Question, formula: sp.Expr, row: Prediction) -> Question:
    """The loss of one entry, a real outcome and its prediction."""
    y, a = (sp.Symbol(s.name, real=True) for s in (question.y, row.symbol))
    single = replace(row, symbol=a, domain=supports.real, link=identity)
    return replace(question, formula=formula, y=y, target=supports.real, predictions=(single,))


def at_three(question: Question) -> tuple[sp.Expr, Symbols, Symbols]:
    """The loss of rows of three, in y_0, y_1, y_2 and the chances q_0, q_1, q_2 that are predicted.

    Raises `Undecided` where it is no number of these.
    """
    row = question.prediction
    instance = Instance(SIZE, {row.symbol: False, question.y: False}, {})
    formula = instance.scalar(lower(question.formula))
    q, y = (tuple(sp.Symbol(f"{letter}{k}", positive=True) for k in range(SIZE)) for letter in "qy")
    chances = q if row.domain.sums_to_one else tuple(sp.log(s) for s in q)
    moves = dict(zip(instance.free[row.symbol], chances, strict=True))
    return formula.xreplace(moves | dict(zip(instance.free[question.y], y, strict=True))), q, y


def on_simplex(expression: sp.Expr, *rows: Symbols) -> sp.Expr:
    """The expression with the last of each row one minus the others."""
    return expression.xreplace({row[-1]: 1 - sp.Add(*row[:-1]) for row in rows})


def of_rows(question: Question) -> Functional | None:
    """The functional of a loss of one row and its prediction; None where it is of no form that is known here."""
    if len(question.predictions) != 1 or not (question.target.vector and question.prediction.domain.vector):
        return None
    read = in_one_number(question.formula)
    if read is not None and read[1].name == "cosine":
        slope = sp.diff(read[0], read[1].symbol)
        if slope.is_number and slope < 0:
            return Functional(
                "mean direction", equation="E[Y/|Y|] has the direction of the prediction", formula="E[Y/|Y|]",
                unique="unless E[Y/|Y|] = 0; in length it is free",
                why="the loss falls in proportion to the cosine, so its mean does with the cosine to E[Y/|Y|]",
            )  # fmt: skip
        return None
    shares = question.prediction.domain.sums_to_one
    if not (question.target.sums_to_one or shares) and _separate(question):
        from likelihoodkit.elicit.moments import elicited

        found = elicited(entry(question, one_entry(question.formula), question.prediction))
        return Functional(
            str(found), equation=found.equation, formula=found.formula, unique=found.unique,
            why=f"of each entry, for the loss is a sum over entries; {found.why}",
        )  # fmt: skip
    try:
        formula, q, y = at_three(question)
    except Undecided:
        return None
    cost = sp.Add(*[a * b / sp.Add(*q) for a, b in zip(q, y, strict=True)])
    if zero(formula - cost):
        return Functional(
            "least mean cost", equation="the entry with the least E[Y_k] has all the weight", unique="unless two tie",
            why=f"the loss is linear in the weights, so all of them go to one entry (K = {SIZE})",
        )  # fmt: skip
    surprise = -sp.Add(*[a * sp.log(b / sp.Add(*q)) for a, b in zip(y, q, strict=True)])
    if (
        shares
        and not question.target.sums_to_one
        and all(zero(sp.diff(on_simplex(formula - surprise, q), s)) for s in q[:-1])
    ):
        return Functional(
            "shares of the mean", equation="q_k = E[Y_k]/sum_j E[Y_j]", formula="E[Y_k]/sum_j E[Y_j]", unique="yes",
            why=f"the mean loss is -sum_k E[Y_k] log q_k, plus a number (K = {SIZE})",
        )  # fmt: skip
    if question.target.sums_to_one:
        divergence = sp.Add(*[a * (sp.log(a) - sp.log(b)) for a, b in zip(q, y, strict=True)])
        if zero(on_simplex(formula - divergence, q, y)):
            return Functional(
                "exp of mean log", equation="log q_k - E[log Y_k] is the same for every k",
                formula="exp(E[log Y_k])/sum_j exp(E[log Y_j])", unique="yes",
                why=f"the mean loss is the divergence of q from that, plus a number (K = {SIZE})",
            )  # fmt: skip
    return None


def _separate(question: Question) -> bool:
    """Is the loss a sum over entries, each of its own outcome and prediction, with equal weights?"""
    known = {question.y, question.prediction.symbol}
    for term in sp.Add.make_args(sp.expand(question.formula)):
        factor, heads = term.as_independent(*known, as_Add=False)
        if not heads.free_symbols & known:
            continue
        whole = heads.args[0] if isinstance(heads, sum_over) else None
        if isinstance(heads, entries):  # the number of entries
            continue
        if whole is None or factor.free_symbols & known or whole.has(sum_over):
            return False
        if any(getattr(type(node), "record", None) is not None and node.record.vector for node in _nodes(whole)):
            return False
    return True


def _nodes(expression: sp.Expr) -> list[sp.Expr]:
    return [node for node in sp.preorder_traversal(expression) if node.args]
