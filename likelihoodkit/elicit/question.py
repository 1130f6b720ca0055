"""Reading a loss as a question: its formula in target, prediction and settings, and where each of them lives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

from likelihoodkit.declaration import as_bound
from likelihoodkit.declaration.binding import Bound
from likelihoodkit.declaration.nothing import read_nothing
from likelihoodkit.errors import InputError
from likelihoodkit.links import Link
from likelihoodkit.primitives import VectorSymbol, is_vector, lower, one_hot
from likelihoodkit.prove.claim import side
from likelihoodkit.prove.expression import roles
from likelihoodkit.prove.instances import Instance
from likelihoodkit.prove.outcome import Undecided
from likelihoodkit.prove.side import Side
from likelihoodkit.prove.vectors import LENGTH
from likelihoodkit.prove.zero import Reader
from likelihoodkit.rows.layout import entries_of
from likelihoodkit.stabilise.spellings import elementary
from likelihoodkit.supports import Support, simplex

EXPRESSION = "the expression"  # what a loss without a name is called


@dataclass(frozen=True)
class Prediction:
    """One predicted parameter: its symbol, its domain, and the link that a model output goes through."""

    name: str
    symbol: sp.Symbol
    domain: Support
    link: Link


@dataclass(frozen=True)
class Question:
    """A loss with its symbols sorted out. ``formula`` is to be minimised; ``settings`` are open symbols."""

    name: str
    formula: sp.Expr
    y: sp.Symbol
    target: Support
    predictions: tuple[Prediction, ...]
    settings: tuple[sp.Symbol, ...]
    normalised: bool = False  # a noise: exp(-formula) is a density as it stands
    told: str = ""  # how a loss of several inputs was read as one of a label and a number
    fixed: tuple[tuple[VectorSymbol, tuple[float, ...]], ...] = ()  # settings held at a vector or a matrix
    tried: tuple[tuple[sp.Symbol, sp.Rational], ...] = ()  # numbers for open settings, to look at the loss with
    bound: Bound | None = None  # the noise or loss as declared, where it was and nothing is open

    @property
    def size(self) -> int | None:
        """The number of classes, where a setting held at one number per class fixes it."""
        known = [entries_of(s.size, len(values)) for s, values in self.fixed if len(values) > 1]
        return next((size for size in known if size is not None), None)

    @property
    def kind(self) -> str:
        """One of "binary", "classes", "circle", "real" (any interval) and "other"."""
        if self.target.classes == 2:
            return "binary"
        if self.target.upper == "classes" or (self.target.vector and self.target.sums_to_one):
            return "classes"
        if self.target.vector or len(self.predictions) != 1 or self.predictions[0].domain.vector:
            return "other"
        return "circle" if self.target.circular else "real"

    @property
    def of_rows(self) -> bool:
        """Is an outcome a whole row of numbers, and no class or its one-hot row?"""
        return self.kind == "other" or self.target.name == simplex.name

    @property
    def prediction(self) -> Prediction:
        """The first prediction."""
        return self.predictions[0]

    @property
    def as_probability(self) -> bool:
        """Is the prediction a probability (or K of them, or the logits of K classes)?"""
        domain = self.prediction.domain
        if self.kind == "binary":
            return (domain.low, domain.high) == (0, 1)
        return self.kind == "classes"

    def closed(self) -> Question:
        """Itself, if every setting has a number; else `InputError`."""
        if self.settings:
            names = ", ".join(map(str, self.settings))
            kind = "numbers" if any(is_vector(symbol) for symbol in self.settings) else "a number"
            example = f"{self.name.removesuffix('()')}({names.replace(', ', '=..., ')}=...)"
            raise InputError(
                f"{self.name} needs {kind} for {names}",
                family=self.name,
                parameter=str(self.settings[0]),
                remedy="Write numbers for them"
                if self.name == EXPRESSION
                else f"Give the settings first, as in {example}",
            )
        return self


def read(
    thing: Any, *, outcome: sp.Symbol | None = None, prediction: sp.Symbol | None = None, support: Support | None = None
) -> Question:
    """A named loss, a `Loss`, a noise, or an expression of the user as a `Question`.

    In an expression ``lk.outcome(...)``, ``lk.parameter(...)`` and ``lk.held(...)`` say what is what. With bare SymPy
    symbols the outcome is ``outcome`` (or the symbol y) and the prediction ``prediction`` (or the only other symbol).
    """
    if isinstance(thing, sp.Expr):
        found = roles(thing, outcome, prediction, support)
        this = Side(EXPRESSION, found.formula, found.target, found.predicted, found.settings)
    else:
        this = side(thing)
    predictions = tuple(Prediction(row.name, row.symbol, row.domain, link) for row, link in this.predicted)
    known = {this.target.symbol, *(p.symbol for p in predictions), *(symbol for symbol, _ in this.fixed)}
    settings = tuple(sorted(this.formula.free_symbols - known - {LENGTH}, key=str))
    formula = read_nothing(elementary(this.formula), this.target.symbol, this.target.domain)
    return Question(
        this.name, formula, this.target.symbol, this.target.domain, predictions, settings, this.normalised, this.told,
        this.fixed,
        tuple((row.symbol, _inside(row.domain)) for row in this.settings), _declared(thing),
    )  # fmt: skip


def _inside(domain: Support) -> sp.Rational:
    """An odd number inside a domain, where no case distinction has its border by chance."""
    low, high = (sp.Rational(str(end)) for end in domain.typical)
    usual = sp.Rational(3, 7)
    return usual if domain.low < usual < domain.high else low + (high - low) * usual


def _declared(thing: Any) -> Bound | None:
    """The noise or loss behind what was given; None for expressions and for losses whose settings are open."""
    if isinstance(thing, Bound):
        return thing
    bound = getattr(thing, "bound", None)
    if isinstance(bound, Bound):
        return bound
    return as_bound(thing) if isinstance(thing, type) else None


def class_formulas(question: Question, size: int) -> tuple[list[sp.Expr], tuple[sp.Symbol, ...]]:
    """The loss at each of ``size`` classes, in positive symbols q_0, ..., q_{size-1} for the class probabilities.

    A vector of logits is read as log q; the q need not sum to one in the formulas.
    """
    row = question.prediction
    q = tuple(sp.Symbol(f"q{k}", positive=True) for k in range(size))
    entries = q if row.domain.sums_to_one else tuple(sp.log(s) for s in q)
    formula, label = question.formula, sp.Symbol("label", real=True)
    if question.target.vector:
        formula = formula.xreplace({question.y: one_hot(label, row.symbol)})
    else:
        formula = formula.xreplace({question.y: label})
    formula = lower(formula)
    found = []
    for k in range(size):
        instance = Instance(size, {row.symbol: False}, {label: k}, dict(question.fixed))
        names = instance.free[row.symbol]
        scalar = instance.scalar(formula)
        found.append(scalar.xreplace(dict(zip(names, entries, strict=True))))
    return found, q


def zero(expression: sp.Expr) -> bool:
    """Is the expression identically zero? False where it was not shown."""
    expression = lower(expression)
    if expression == 0:
        return True
    if is_vector(expression):
        return False
    try:
        return Reader(dict.fromkeys(expression.free_symbols, 0)).is_zero(expression)
    except Undecided:
        return False
