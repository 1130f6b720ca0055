"""Gradient, Hessian and Fisher information, each stabilised in its own right.

Scalars are differentiated by SymPy through the primitives' own derivative rules. Where an output is a vector of K
numbers (one symbol, entry by entry arithmetic), a reverse sweep collects adjoints: a number that feeds all entries
receives the sum over them. The table of identities runs again after every differentiation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial

import sympy as sp

from likelihoodkit import primitives as p
from likelihoodkit.calculus.composed import composed_curve
from likelihoodkit.errors import DerivationError
from likelihoodkit.nll import Derivation
from likelihoodkit.primitives import Primitive, VectorSymbol, is_vector
from likelihoodkit.primitives.cholesky import diagonal_factor, isotropic_factor, times_unit
from likelihoodkit.primitives.logistic import times_exp
from likelihoodkit.primitives.random import along
from likelihoodkit.stabilise import by_cases, rewrite


def derivative(expression: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    """The stabilised derivative of a per-row expression in one output (entry by entry where it is a vector)."""
    if isinstance(expression, sp.Piecewise):
        return _by_cases(expression, lambda branch: derivative(branch, symbol))
    if expression.atoms(VectorSymbol):
        return rewrite(_sweep(expression, symbol))
    return rewrite(_almost_everywhere(_diff(expression, symbol)))


def _diff(expression: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    """SymPy's derivative; of |u| that of a real number, also where SymPy does not see that u is one, as log(y/(1 - y)).

    There it would differentiate the real and the imaginary part, and leave derivatives of signs as they are.
    """
    letters = {
        node: sp.Dummy(real=True)
        for node in expression.atoms(sp.Abs, sp.sign)
        if node.has(symbol) and not node.args[0].is_extended_real
    }
    if not letters:
        return sp.diff(expression, symbol)
    plain = expression.xreplace(letters)
    total = sp.diff(plain, symbol)
    for node, letter in letters.items():
        if isinstance(node, sp.Abs) and letter in plain.free_symbols:
            total += sp.diff(plain, letter) * sp.sign(node.args[0]) * _diff(node.args[0], symbol)
    return total.xreplace({letter: node for node, letter in letters.items()})


def _by_cases(expression: sp.Piecewise, operation: Callable[[sp.Expr], sp.Expr]) -> sp.Expr:
    """The operation on each branch alone: what another branch would give, NaN perhaps, is never multiplied by zero."""
    return sp.Piecewise(*by_cases(expression, operation))


def _along(slope: sp.Expr, direction_: VectorSymbol) -> sp.Expr:
    """The product of a slope with a direction, summed over the entries, within each case."""
    if isinstance(slope, sp.Piecewise):
        return _by_cases(slope, lambda branch: _along(branch, direction_))
    return p.sum_over(slope * direction_)


def _almost_everywhere(expression: sp.Expr) -> sp.Expr:
    """Second derivatives of kinks are zero off the kink: the classical Hessian, as every framework has it."""
    return expression.replace(lambda node: isinstance(node, sp.DiracDelta), lambda *_: sp.S.Zero)


def _sweep(expression: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    if is_vector(expression):
        raise DerivationError("only a number per row can be differentiated, not a vector")
    order: list[sp.Expr] = []
    seen: set[sp.Expr] = set()

    def visit(node: sp.Expr) -> None:
        if node in seen or not node.has(symbol):
            return
        seen.add(node)
        if isinstance(node, sp.Piecewise):
            order.append(node)
            return
        for argument in node.args:
            visit(argument)
        order.append(node)

    visit(expression)
    adjoint: dict[sp.Expr, sp.Expr] = {expression: sp.S.One}
    for node in reversed(order):
        if node == symbol:
            continue
        flow = adjoint.get(node, sp.S.Zero)
        if flow == 0:
            continue
        if isinstance(node, sp.Piecewise):
            of_branch = _entrywise if is_vector(node) else _sweep
            part = flow * _by_cases(node, partial(of_branch, symbol=symbol))
            if is_vector(part) and not is_vector(symbol):
                part = p.sum_over(part)
            adjoint[symbol] = adjoint.get(symbol, sp.S.Zero) + part
            continue
        for index, argument in enumerate(node.args):
            if argument in seen:
                part = _gathered(_pull(node, index, flow), node, argument, symbol)
                adjoint[argument] = adjoint.get(argument, sp.S.Zero) + part
    return adjoint.get(symbol, sp.S.Zero)


def _gathered(part: sp.Expr, node: sp.Expr, argument: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    """What an argument receives: one number that feeds all entries collects from each of them."""
    if is_vector(argument):
        return part
    if is_vector(part):
        return p.sum_over(part)
    return part * p.entries(symbol if is_vector(symbol) else node) if is_vector(node) else part


def _entrywise(branch: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    """The derivative, entry by entry, of an expression that never mixes entries."""
    mixing = [
        n for n in sp.preorder_traversal(branch) if isinstance(n, Primitive) and (n.record.reduces or n.record.vector)
    ]
    if any(node.has(symbol) for node in mixing):
        raise DerivationError("a case distinction between entries cannot mix them")
    entries = {v: sp.Symbol(v.name, **v.assumptions0) for v in branch.atoms(VectorSymbol)}
    slope = sp.diff(branch.xreplace(entries), entries.get(symbol, symbol))
    return _almost_everywhere(slope).xreplace({plain: v for v, plain in entries.items()})


def _pull(node: sp.Expr, index: int, flow: sp.Expr) -> sp.Expr:
    """The adjoint that ``node`` hands to its argument number ``index``."""
    if isinstance(node, Primitive) and index < len(node.record.pullback):
        rule = node.record.pullback[index]
        if rule is not None:
            return rule(flow, *node.args)
    if node.is_Add:
        return flow
    if node.is_Mul:
        return flow * sp.Mul(*[a for i, a in enumerate(node.args) if i != index])
    if node.is_Pow and not isinstance(node, sp.exp):
        base, exponent = node.args
        return flow * (exponent * base ** (exponent - 1) if index == 0 else node * sp.log(base))
    if isinstance(node, sp.sign | sp.floor):
        return sp.S.Zero  # off its steps
    return flow * _almost_everywhere(node.fdiff(index + 1))


@dataclass
class Calculus:
    """Value, gradient, Hessian and Fisher information of one derivation, derived when first asked for."""

    derivation: Derivation
    _gradient: dict[str, sp.Expr] = field(default_factory=dict)
    _hessian: dict[tuple[str, str], sp.Expr] = field(default_factory=dict)

    @property
    def value(self) -> sp.Expr:
        """The loss of one row."""
        if self._inner is None:
            return self.derivation.expression
        through = self.derivation.through
        return through.lifted(through.corrected(self._inner.value, self._inner.gradient.__getitem__))

    @property
    def gradient(self) -> dict[str, sp.Expr]:
        """Derivative of the loss in each output and shared parameter."""
        if not self._gradient and self._inner is not None:
            through, curves = self.derivation.through, self._inner
            self._gradient = {
                name: through.lifted(through.slope(name, through.corrected(slope, partial(curves.curve, name))))
                for name, slope in self._inner.gradient.items()
            }
        if not self._gradient:
            self._gradient = {
                name: derivative(self.value, symbol) for name, symbol in self.derivation.predicted.items()
            }
        return self._gradient

    def curve(self, first: str, second: str) -> sp.Expr:
        """A second derivative, whichever of the two is named first."""
        return self.hessian.get((first, second), self.hessian.get((second, first)))

    @property
    def hessian(self) -> dict[tuple[str, str], sp.Expr]:
        """Second derivatives by pairs of names (upper triangle).

        For a vector output ``a`` the pair (a, b) holds the derivative in ``a`` of the b-gradient's product with the
        direction symbol `direction(b)`: a Hessian-vector product, evaluated at unit directions.
        """
        through = self.derivation.through
        if not self._hessian:
            names = list(self.derivation.predicted)
            for i, first in enumerate(names):
                for second in names[i:]:
                    if self._inner is not None:
                        self._hessian[first, second] = composed_curve(self._inner, through, first, second, Calculus)
                        continue
                    symbol, other = self.derivation.predicted[first], self.derivation.predicted[second]
                    slope = self.gradient[second]
                    if isinstance(other, VectorSymbol):
                        curve = derivative(_along(slope, direction(other)), symbol)
                        self._hessian[first, second] = _without_what_is_not_asked(curve, direction(other))
                        continue
                    self._hessian[first, second] = derivative(slope, symbol)
        return self._hessian

    @cached_property
    def _inner(self) -> Calculus | None:
        """The calculus of the loss in its own outputs, where this one is composed of it."""
        return None if self.derivation.through is None else Calculus(self.derivation.through.inner)

    @cached_property
    def canonical(self) -> bool:
        """Is the Hessian free of y, so that it is the Fisher information itself?"""
        if any(slope.has(sp.sign, sp.Heaviside, sp.Abs) for slope in self.gradient.values()):
            return False  # the Hessian beside a kink leaves out what happens on it
        outcome = self.derivation.bound.family.outcome
        symbols = {outcome.symbol, *(symbol for _, symbol in outcome.entries)}
        return not any(symbols & entry.free_symbols for entry in self.hessian.values())

    @cached_property
    def fisher(self) -> dict[tuple[str, str], sp.Expr] | None:
        """Expected second derivatives from the family's declared closed form, on the output scale; else None.

        Only pairs that are declared; a missing pair of a family that declares some is computed numerically.
        """
        bound = self.derivation.bound
        declared = bound.family.fisher
        if not declared:
            return self.hessian if self.canonical else None
        entries: dict[tuple[str, str], sp.Expr] = {}
        names = list(self.derivation.predicted)
        for i, first in enumerate(names):
            for second in names[i:]:
                formula = declared.get((first, second), declared.get((second, first)))
                if formula is not None:
                    entries[first, second] = self._carried(formula, first, second)
        return entries

    @cached_property
    def residual_outputs(self) -> tuple[str, ...]:
        """Names of the outputs f that enter, as y does, through the residual y - f alone."""
        residual = sp.Dummy("residual", real=True)
        found = []
        for name, symbol in self.derivation.outputs.items():
            if isinstance(symbol, VectorSymbol):
                continue
            rest = self.value.xreplace({self.derivation.y: symbol + residual})
            if symbol not in rest.free_symbols and residual in rest.free_symbols:
                found.append(name)
        return tuple(found)

    def _carried(self, formula: sp.Expr, first: str, second: str) -> sp.Expr:
        """An entry of the information carried from the parameters to their outputs.

        For a vector ``second`` the formula is linear in ``along(second)``, as the Hessian is in its direction.
        """
        parameters = self.derivation.bound.family.parameters
        row = parameters[second]
        if row.domain.vector:
            symbol = self.derivation.predicted[second]
            move = direction(symbol) if isinstance(symbol, VectorSymbol) else sp.S.One
            formula = formula.xreplace({along(row.symbol): self._pushed(second, move)})
        formula = self.derivation.substitute(formula)
        # a slope belongs to what it is divided by before either is rewritten: sigmoid/softplus is one function
        formula = rewrite(formula) if row.domain.vector else formula * self._slope(second)
        if formula.is_zero:
            return sp.S.Zero
        if parameters[first].domain.vector:
            return rewrite(self._pulled(first, formula))
        return rewrite(formula * self._slope(first))

    def _pulled(self, name: str, adjoint: sp.Expr) -> sp.Expr:
        """J' adjoint, with J the derivative of a vector parameter in its outputs."""
        symbol = self.derivation.predicted[name]
        flow = VectorSymbol("flow", real=True)
        return _sweep(p.sum_over(flow * self.derivation.parameters[name]), symbol).xreplace({flow: adjoint})

    def _pushed(self, name: str, move: sp.Expr) -> sp.Expr:
        """J move: the sweep of the sweep, since J' is linear in what it is applied to."""
        symbol, value = self.derivation.predicted[name], self.derivation.parameters[name]
        if isinstance(value, isotropic_factor | diagonal_factor):
            return value.func(sp.diff(value.args[0], symbol) * move)
        flow = VectorSymbol("flow", real=True)
        pulled = _sweep(p.sum_over(flow * self.derivation.parameters[name]), symbol)
        return _sweep(p.sum_over(move * pulled), flow)

    def _slope(self, name: str) -> sp.Expr:
        """Derivative of a parameter in its own output."""
        return sp.diff(self.derivation.parameters[name], self.derivation.predicted[name])


def _without_what_is_not_asked(curve: sp.Expr, unit: VectorSymbol) -> sp.Expr:
    """Squares of scaled residuals, which may overflow, times entries of a direction: nothing where those are zero."""
    products = {}
    for term in curve.atoms(sp.Mul):
        if unit in term.args and any(f.is_Pow and isinstance(f.base, times_exp) for f in term.args):
            products[term] = times_unit(term / unit, unit)
    return curve.xreplace(products)


def direction(symbol: sp.Symbol) -> VectorSymbol:
    """The direction symbol of a vector output in a Hessian-vector product."""
    kind = type(symbol) if isinstance(symbol, VectorSymbol) else VectorSymbol
    return kind(f"d_{symbol.name}", real=True)
