"""From a bound noise to its negative log-likelihood: outputs become parameters, then minus the logarithm.

The result is a `Derivation`: the expression together with the list of frozen `Step`s that led to it. A step can be
printed, turned to LaTeX, and checked numerically on its own.
"""

from __future__ import annotations

import html
import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import mpmath
import sympy as sp

from likelihoodkit.declaration import Bound, Held, Parameter, Shared
from likelihoodkit.declaration.places import Place, output_place, places
from likelihoodkit.links import Link
from likelihoodkit.numbers import evaluate
from likelihoodkit.primitives import VectorSymbol, is_vector, lower
from likelihoodkit.primitives.cholesky import isotropic_factor
from likelihoodkit.primitives.record import SYMBOLS

Ends = tuple[float, float]

STAGES = ("choose", "link", "minimise", "infer")


@dataclass(frozen=True)
class Step:
    """One move of a derivation: ``before`` becomes ``after`` by ``rule``, and ``why`` says so in words."""

    stage: str
    rule: str
    before: sp.Expr
    after: sp.Expr
    why: str

    def __str__(self) -> str:
        return f"{self.before}  ->  {self.after}   ({self.why})"

    def formula(self) -> str:
        """Both sides as LaTeX: an equality where the step claims one, an arrow where it chooses or negates."""
        sign = "=" if self.equality else r"\rightarrow"
        return rf"{sp.latex(self.before)} \;{sign}\; {sp.latex(self.after)}"

    def latex(self) -> str:
        """The step as a LaTeX formula with its reason."""
        return rf"{self.formula()} \quad\text{{({self.why})}}"

    @property
    def equality(self) -> bool:
        """Does the step claim before = after (a choice or a definition claims nothing)?"""
        return self.rule not in {"choose", "predict", "negate"}

    def check(self, points: int = 4, digits: int = 30, within: Mapping[sp.Symbol, Ends] | None = None) -> bool:
        """Compare both sides at ``points`` random places to ``digits`` digits; vectors at K = 3.

        Symbols that are ``within`` two numbers are drawn from between these. True when the sides agree everywhere;
        steps that claim no equality are True by definition.
        """
        if not self.equality:
            return True
        generator = random.Random(0)
        symbols = sorted(self.before.free_symbols | self.after.free_symbols, key=str)
        with mpmath.workdps(digits + 20):
            for _ in range(points):
                point = {s: _random_value(s, self.before, generator) for s in symbols}
                for symbol, (low, high) in (within or {}).items():
                    point[symbol] = low + (high - low) * mpmath.mpf(generator.randint(1, 16)) / 17
                left, right = evaluate(lower(self.before), point), evaluate(lower(self.after), point)
                pairs = zip(left, right, strict=True) if isinstance(left, list) else [(left, right)]
                if any(abs(a - b) > mpmath.mpf(10) ** -digits * (1 + abs(a)) for a, b in pairs):
                    return False
        return True


def _random_value(symbol: sp.Symbol, expression: sp.Expr, generator: random.Random) -> object:
    if isinstance(symbol, VectorSymbol):
        if symbol.size == "labels":
            return [mpmath.mpf(k) for k in generator.sample(range(3), 3)]
        count = {"entries": 3, "triangle": 6}.get(symbol.size, 9)
        nodes = {node.func.__name__ for node in expression.atoms(sp.Function) if node.has(symbol)}
        for name, draw in _DRAWN.items():
            if name in nodes:
                return [draw(generator) for _ in range(count)]
        return [mpmath.mpf(generator.randint(1 if symbol.is_positive else -40, 40)) / 17 for _ in range(count)]
    if any(symbol in node.args[1:] for node in expression.atoms(sp.Function) if node.func.__name__ in _INDEXED):
        return mpmath.mpf(generator.randint(0, 2))
    low = 1 if symbol.is_nonnegative else -40
    return mpmath.mpf(generator.randint(low, 40)) / 17


#: functions of rows that are no rows of any numbers: what an entry is drawn as
_DRAWN: dict[str, Callable[[random.Random], mpmath.mpf]] = {
    "log_multinomial": lambda generator: mpmath.mpf(generator.randint(0, 5)),
    "column_of": lambda generator: mpmath.mpf(generator.randint(1, 16)) / 17,
}
#: functions that take the number of an entry behind their first argument
_INDEXED = ("pick", "softmax_cross_entropy", "softmax_residual", "column_of")


@dataclass(frozen=True)
class Derivation:
    """A loss as an expression of ``y`` and the model's outputs, with the steps that led to it.

    Attributes: ``bound`` (what was declared and decided), ``y`` (its symbol), ``outputs`` and ``shared`` (symbols on
    the link scale by name), ``inputs`` (symbols of columns given with each call), ``parameters`` (each parameter as
    an expression of the outputs), ``expression`` (the loss so far), ``steps`` and ``constants`` (symbols of parameters
    held at a vector, with its numbers) and ``through`` (set by `stabilise`: the loss in other outputs that this one is
    composed of).
    """

    bound: Bound
    y: sp.Symbol
    outputs: dict[str, sp.Symbol]
    shared: dict[str, sp.Symbol]
    inputs: dict[str, sp.Symbol]
    parameters: dict[str, sp.Expr]
    expression: sp.Expr
    steps: tuple[Step, ...]
    constants: dict[str, tuple[sp.Symbol, tuple[float, ...]]] = field(default_factory=dict)
    through: Any = None
    #: programs of declared closed forms, as they are asked for
    forms: dict[str, Any] = field(init=False, default_factory=dict, compare=False, repr=False)

    def then(self, expression: sp.Expr, *steps: Step) -> Derivation:
        """The derivation continued to ``expression`` by ``steps``."""
        return replace(self, expression=expression, steps=self.steps + steps)

    @property
    def predicted(self) -> dict[str, sp.Symbol]:
        """Symbols of the outputs and of the shared parameters, in the order of gradient columns."""
        return {**self.outputs, **self.shared}

    def substitute(self, formula: sp.Expr) -> sp.Expr:
        """A formula in the family's parameters, written in the outputs."""
        return formula.xreplace(_substitution(self.bound, self.parameters))

    def check(self) -> bool:
        """Check every step numerically; see `Step.check`."""
        return all(step.check(within=self.within) for step in self.steps)

    @property
    def within(self) -> dict[sp.Symbol, Ends]:
        """Between which numbers the outcome is looked at, where it is one number with two ends, or with one above 0."""
        domain = self.bound.family.outcome.domain
        low, high = domain.low, domain.high
        if domain.vector or domain.entries or self.y not in self.expression.free_symbols:
            return {}
        if 0 < low < high == math.inf:
            return {self.y: (low, low + 3)}
        return {} if domain.whole or not (math.isfinite(low) and math.isfinite(high)) else {self.y: (low, high)}

    def __str__(self) -> str:
        return "\n".join(f"{stage:>9}: {step}" for stage in STAGES for step in self.steps if step.stage == stage)

    def to_markdown(self) -> str:
        """The steps as a numbered Markdown list, formulas as LaTeX between dollars."""
        return "\n".join(f"{i}. **{s.rule}** ({s.why}): ${s.formula()}$" for i, s in enumerate(self.steps, 1))

    def to_html(self) -> str:
        """The steps as an HTML list, formulas as inline LaTeX for any renderer of mathematics."""
        rows = (
            f"<li><b>{html.escape(s.rule)}</b> ({html.escape(s.why)}): \\({html.escape(s.formula())}\\)</li>"
            for s in self.steps
        )
        return "<ol>\n" + "\n".join(rows) + "\n</ol>"

    def _repr_latex_(self) -> str:
        lines = r" \\ ".join(step.latex() for step in self.steps)
        return rf"$$\begin{{gathered}} {lines} \end{{gathered}}$$"


def output_symbol(row: Parameter, link: Link | None = None) -> sp.Symbol:
    """The symbol of the unconstrained model output behind a parameter."""
    return _symbol(output_place(row, link))


def _symbol(place: Place) -> sp.Symbol:
    return SYMBOLS[place.size](place.name, real=True)


def _substitution(bound: Bound, parameters: dict[str, sp.Expr]) -> dict[sp.Symbol, sp.Expr]:
    return {bound.family.parameters[name].symbol: value for name, value in parameters.items()}


def negative_log_likelihood(bound: Bound) -> Derivation:
    """Carry out choose, link and minus-log; the expression is textbook, not yet stable."""
    family = bound.family
    known = places(bound)
    outputs = {name: _symbol(place) for name, place in known.outputs.items()}
    shared = {name: _symbol(place) for name, place in known.shared.items()}
    inputs = {name: family.parameters[name].symbol for name in known.inputs}
    constants = {name: (family.parameters[name].symbol, values) for name, (_, values) in known.constants.items()}
    parameters: dict[str, sp.Expr] = {}
    steps = [Step("choose", "choose", sp.Symbol(family.__name__), family.formula, _chosen(bound))]
    for name, how in bound.bindings:
        row = family.parameters[name]
        if isinstance(how, Held):
            parameters[name] = row.symbol if name in constants else _held_at(row, how.value)
            why = "given with each row" if how.value is None else "held, not predicted"
        else:
            link = how.link if isinstance(how, Shared) else how
            assert isinstance(link, Link)
            parameters[name] = link.inverse(outputs.get(name) or shared[name])
            why = f"link {link.name}" + (", one value for all rows" if isinstance(how, Shared) else "")
        steps.append(Step("link", "predict", row.symbol, parameters[name], f"{name}: {why}"))
    linked = family.formula.xreplace(_substitution(bound, parameters))
    loss = _minus(linked) if family.sign < 0 else linked
    if family.sign < 0:
        steps.append(Step("minimise", "negate", linked, loss, "the loss is minus the log-density"))
    return Derivation(bound, family.outcome.symbol, outputs, shared, inputs, parameters, loss, tuple(steps), constants)


def _held_at(row: Parameter, value: sp.Expr | None) -> sp.Expr:
    if value is None:
        return row.symbol
    return isotropic_factor(value) if row.domain.vector else value


def _minus(expression: sp.Expr) -> sp.Expr:
    """Minus the expression, case by case, so that every case is a loss of its own."""
    if isinstance(expression, sp.Piecewise):
        return sp.Piecewise(*[(_minus(branch), condition) for branch, condition in expression.args])
    return -expression


def _chosen(bound: Bound) -> str:
    kind = "log-density" if bound.family.sign < 0 else "loss"
    return f"{kind} of {bound.name} on {bound.family.outcome.domain.words}"


__all__ = ["STAGES", "Derivation", "Step", "is_vector", "negative_log_likelihood", "output_symbol"]
