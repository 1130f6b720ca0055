"""Reading a loss written as a formula, such as ``abs(y - a)`` or ``log(1 + (y - a)**2)``.

As in `parse` the text is walked as a syntax tree and never evaluated: numbers, + - * / and **, the words below, the
outcome ``y``, the prediction, and any other name as a positive setting.
"""

from __future__ import annotations

import ast
import operator
from fractions import Fraction
from typing import Any

import sympy as sp

from likelihoodkit import supports
from likelihoodkit.declaration import outcome as outcome_in, parameter
from likelihoodkit.errors import InputError
from likelihoodkit.links import Link, exp, identity, sigmoid, softmax, vector
from likelihoodkit.primitives.words import WORDS
from likelihoodkit.supports import Support

LONGEST = 1000
LARGEST = 200  # power of a number that is written out
OUTCOME = "y"
PREDICTIONS = ("prediction", "a")  # what a prediction is called where more than one other name occurs

#: words of a formula: the elementary ones, and those that a loss of classes or a robust loss needs
ALLOWED = (
    "abs", "atan", "cos", "cosh", "erf", "exp", "expm1", "gamma", "huber_penalty", "log", "log1p", "log_cosh",
    "log_factorial", "log_gamma", "log_sum_exp", "maximum", "minimum", "one_hot", "pick", "sigmoid", "sin", "sinh",
    "softmax", "softplus", "sqrt", "sum_over", "tanh",
)  # fmt: skip
SYNONYMS = {"max": "maximum", "min": "minimum"}
OPERATIONS: dict[type[ast.operator], Any] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}  # fmt: skip
#: what an outcome or a prediction may be, by the name that the command line takes
SUPPORTS: dict[str, Support] = {
    "real": supports.real, "positive": supports.positive, "nonnegative": supports.nonnegative, "unit": supports.unit,
    "counts": supports.counts, "binary": supports.binary, "circle": supports.circle, "classes": supports.classes,
    "simplex": supports.simplex, "vector": supports.real_vector,
}  # fmt: skip


def is_formula(text: str) -> bool:
    """Does the text speak of an outcome ``y``? Then it is a formula and not the name of a noise or a loss.

    >>> is_formula("abs(y - a)"), is_formula("Laplace(scale=1)"), is_formula("log_cosh"), is_formula("log_cosh(y - a)")
    (True, False, False, True)
    """
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # what ast.parse raises for text that is no Python
        return False
    return any(isinstance(node, ast.Name) and node.id == OUTCOME for node in ast.walk(tree))


def parse_formula(text: str, *, outcome: Support | None = None, prediction: Support | None = None) -> sp.Expr:
    """The loss that ``text`` writes out, for `lk.reverse`, `lk.elicits` and `lk.prove`.

    Parameters
    ----------
    text
        A formula in ``y`` and a prediction: the only other name, or else the one called ``a`` or ``prediction``. Names
        besides are positive settings.
    outcome, prediction
        Where the two live; real numbers where nothing is said.

    Raises
    ------
    InputError
        For anything that is not such a formula.

    >>> from likelihoodkit import reverse
    >>> reverse(parse_formula("abs(y - a)"))
    Noise(the expression: likelihood, Laplace(scale=1))
    >>> parse_formula("abs(x - a)")
    Traceback (most recent call last):
        ...
    likelihoodkit.errors.InputError: the formula "abs(x - a)" speaks of no outcome. Write the outcome as y and the
    prediction as a
    """
    if len(text) > LONGEST:
        raise InputError(f"the formula has {len(text)} characters; {LONGEST} are the most")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise InputError(f'cannot read the formula "{text}"', value=text) from None
    calls = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in calls}
    others = sorted(names - {OUTCOME, "pi"})
    chosen = others if len(others) == 1 else [name for name in PREDICTIONS if name in others][:1]
    if OUTCOME not in names or not chosen:
        what = " and ".join(
            w for w, bad in (("no outcome", OUTCOME not in names), ("no prediction", not chosen)) if bad
        )
        raise InputError(
            f'the formula "{text}" speaks of {what}',
            value=text,
            remedy=f"Write the outcome as {OUTCOME} and the prediction as {PREDICTIONS[1]}",
        )
    domain = prediction or supports.real
    symbols: dict[str, Any] = {name: sp.Symbol(name, real=True, positive=True) for name in others}
    symbols[OUTCOME] = outcome_in(outcome or supports.real)
    symbols[chosen[0]] = parameter(domain, link=plain_link(domain))
    try:
        value = _walk(tree, symbols | {"pi": sp.pi}, text)
    except RecursionError:
        raise InputError("the formula is nested too deeply", value=text) from None
    if not isinstance(value, sp.Expr) or value.has(sp.zoo, sp.nan, sp.oo, -sp.oo):
        raise InputError(f'the formula "{text}" is no finite number per row', value=text)
    return value


def support(name: str) -> Support:
    """The support that the command line calls ``name``."""
    return SUPPORTS[name]


def plain_link(domain: Support) -> Link:
    """The link that a bare prediction in the domain is read through."""
    return next((link for link in (identity, vector, exp, sigmoid, softmax) if link.fits(domain)), exp)


def _walk(node: ast.expr, symbols: dict[str, Any], text: str) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return sp.Rational(Fraction(repr(node.value)))
    if isinstance(node, ast.Name) and node.id in symbols:
        return symbols[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        value = _walk(node.operand, symbols, text)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATIONS:
        left, right = (_walk(side, symbols, text) for side in (node.left, node.right))
        if isinstance(node.op, ast.Pow) and left.is_number and not _small(right):
            raise InputError(f'the formula "{text}" takes a number to a power beyond {LARGEST}', value=text)
        return OPERATIONS[type(node.op)](left, right)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        word = SYNONYMS.get(node.func.id, node.func.id)
        if word not in ALLOWED:
            raise InputError(
                f'the formula "{text}" uses {node.func.id!r}', value=node.func.id, remedy=f"Known: {', '.join(ALLOWED)}"
            )
        arguments = [_walk(argument, symbols, text) for argument in node.args]
        try:
            return WORDS[word](*arguments)
        except TypeError:  # SymPy's word for a wrong number of arguments
            raise InputError(f'the formula "{text}" gives {word} {len(arguments)} arguments', value=word) from None
    raise InputError(
        f'cannot read the formula "{text}"', value=text, remedy="Write numbers, names, + - * / ** and words such as log"
    )


def _small(exponent: sp.Expr) -> bool:
    return not exponent.is_number or bool(abs(exponent) <= LARGEST)
