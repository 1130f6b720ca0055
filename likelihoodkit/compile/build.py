"""From expressions to a straight-line program: every distinct subexpression becomes one instruction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import mpmath
import sympy as sp

from likelihoodkit.compile.program import ELEMENTARY, Instruction, Program
from likelihoodkit.errors import DerivationError
from likelihoodkit.numbers import evaluate
from likelihoodkit.primitives import Primitive, is_vector
from likelihoodkit.primitives.vector import log_sum_exp
from likelihoodkit.stabilise.spellings import ELSEWHERE, SPELLINGS

#: constants are evaluated to this many digits, so that what cancels in them leaves a correctly rounded float
CONSTANT_DIGITS = 60


#: what has symbols that are not free
BINDING = (sp.Lambda, sp.Subs, sp.Derivative, sp.Sum, sp.Product, sp.Integral)
_WORDS = "Write it in words of the kit, such as lk.log_gamma or lk.ndtr (likelihoodkit.primitives.words)"
#: what helps with a function of SymPy that is read in some cases only
_REMEDIES = {
    "Sum": "A sum is written out where both ends are numbers, and those not far apart; else its closed form is needed",
    "besseli": "Its order may be a number of at least 0, or an outcome",
    "zeta": "Of one argument it is read inside a logarithm, lk.log_zeta1p(s - 1); of two, no engine has it",
}


def _unread(*_: Any) -> None:
    """What is not in a table has no spelling."""


class _Builder:
    def __init__(self) -> None:
        self.instructions: list[Instruction] = []
        self.known: dict[Any, int] = {}
        self.vectors: set[int] = set()
        self.memo: dict[sp.Basic, int] = {}
        self.fixed: dict[sp.Basic, bool] = {}

    def emit(self, operation: str, arguments: Sequence[int] = (), detail: Any = None, *, vector: bool) -> int:
        key = (operation, tuple(arguments), detail)
        if key not in self.known:
            target = len(self.instructions)
            self.instructions.append(Instruction(target, operation, tuple(arguments), detail))
            self.known[key] = target
            if vector:
                self.vectors.add(target)
        return self.known[key]

    def entrywise(self, operation: str, *arguments: int, detail: Any = None) -> int:
        vector = any(a in self.vectors for a in arguments)
        return self.emit(operation, arguments, detail, vector=vector)

    def constant(self, value: sp.Expr) -> int:
        if value is sp.oo or value is -sp.oo:
            return self.emit("constant", detail="inf" if value is sp.oo else "-inf", vector=False)
        with mpmath.workdps(CONSTANT_DIGITS):
            text = str(float(evaluate(value, {})))
        return self.emit("constant", detail=text, vector=False)

    def is_fixed(self, node: sp.Basic) -> bool:
        """Has that no free symbols? SymPy makes the set of them anew at each level."""
        if node not in self.fixed:
            plain = bool(node.args) and not isinstance(node, BINDING)
            self.fixed[node] = all(map(self.is_fixed, node.args)) if plain else not node.free_symbols
        return self.fixed[node]

    def add(self, node: sp.Basic) -> int:
        if node not in self.memo:
            self.memo[node] = self._add(node)
        return self.memo[node]

    def _add(self, node: sp.Basic) -> int:
        if isinstance(node, sp.Symbol):
            return self.emit("input", detail=node.name, vector=is_vector(node))
        if not isinstance(node, sp.Piecewise) and self.is_fixed(node):
            return self.constant(node)
        if node.is_Add:
            return self._sum(node)
        if node.is_Mul:
            return self._product(node)
        if isinstance(node, sp.Piecewise):
            return self._piecewise(node)
        if node.is_Pow and not isinstance(node, sp.exp):
            return self._power(node.base, node.exp)
        if isinstance(node, Primitive):
            arguments = [self.add(a) for a in node.args]
            vector = is_vector(node)
            return self.emit(node.record.kernel, arguments, vector=vector)
        name = type(node).__name__
        if name not in ELEMENTARY:
            for table in (SPELLINGS, ELSEWHERE):
                read: Callable[..., sp.Expr | None] = table.get(type(node), _unread)
                if (written := read(*node.args)) is not None:
                    return self.add(written)
            remedy = _REMEDIES.get(name, _WORDS)
            raise DerivationError(f"no engine knows the function {name}", value=str(node), remedy=remedy)
        if name == "Heaviside" and node.args[1] != sp.S.Half:  # the step of the engines is 1/2 at zero
            return self.add(node.rewrite(sp.Piecewise))
        arguments = [self.add(a) for a in (node.args[:1] if name == "Heaviside" else node.args)]
        if name in {"Max", "Min"}:
            result = arguments[0]
            for other in arguments[1:]:
                result = self.entrywise(ELEMENTARY[name], result, other)
            return result
        return self.entrywise(ELEMENTARY[name], *arguments)

    def _sum(self, node: sp.Add) -> int:
        sizes = {abs(term.as_coeff_Mul()[0]) for term in node.args}
        if len(sizes) == 1 and sp.S.One not in sizes and all(size.is_Rational for size in sizes):
            # SymPy writes (y - f)/3 as y/3 - f/3, which rounds before it subtracts
            (size,) = sizes
            place = self.add(sp.Add(*[term / size for term in node.args]))
            if size.p != 1:
                return self.entrywise("multiply", self.constant(size), place)
            return self.entrywise("divide", place, self.constant(sp.Integer(size.q)))
        positive: list[sp.Expr] = []
        negative: list[sp.Expr] = []
        for term in node.args:
            (negative if term.could_extract_minus_sign() else positive).append(term)
        if not positive:
            return self.entrywise("negative", self.add(-node))
        for norm in (-t for t in negative if isinstance(-t, log_sum_exp) and (-t).args[0] in positive):
            logit = norm.args[0]  # a logarithm of a share is near zero where its logit is large
            if len(node.args) > 2:
                share = sp.Add(logit, -norm, evaluate=False)
                positive = [share, *(t for t in positive if t != logit)]
                negative = [t for t in negative if t != -norm]
        result = self.add(positive[0])
        for term in positive[1:]:
            result = self.entrywise("add", result, self.add(term))
        for term in negative:
            result = self.entrywise("subtract", result, self.add(-term))
        return result

    def _product(self, node: sp.Mul) -> int:
        if node.args[0].is_Number and node.args[0].is_negative:
            return self.entrywise("negative", self.add(-node))
        above, below = [], []
        for factor in node.args:
            base, exponent = factor.as_base_exp()
            if isinstance(factor, sp.Rational) and factor.p == 1 and factor.q != 1:
                below.append(sp.Integer(factor.q))  # x/10 is rounded once; 7 x might overflow where 7 x/10 does not
            elif not isinstance(factor, sp.exp) and exponent.is_number and exponent.is_negative:
                below.append(base**-exponent)
            else:
                above.append(factor)
        numbers = [f for f in above if self.is_fixed(f)]
        others = [f for f in above if not self.is_fixed(f)]
        result = self.constant(sp.Mul(*numbers)) if numbers or not others else None
        for factor in others:
            place = self.add(factor)
            result = place if result is None else self.entrywise("multiply", result, place)
        for factor in below:
            result = self.entrywise("divide", result, self.add(factor))  # type: ignore[arg-type]
        assert result is not None
        return result

    def _power(self, base: sp.Expr, exponent: sp.Expr) -> int:
        if exponent.is_Integer:
            place = self.add(base)
            if exponent < 0:  # the inverse first: its power leaves the range only where the answer does
                place = self.entrywise("divide", self.constant(sp.S.One), place)
                exponent = -exponent
            if exponent == 1:
                return place
            if exponent == 2:
                return self.entrywise("square", place)
            return self.entrywise("power", place, self.constant(exponent))
        if exponent == sp.Rational(1, 2):
            return self.entrywise("sqrt", self.add(base))
        if exponent == -sp.Rational(1, 2):
            return self.entrywise("divide", self.constant(sp.S.One), self.entrywise("sqrt", self.add(base)))
        return self.entrywise("power", self.add(base), self.add(exponent))

    def _piecewise(self, node: sp.Piecewise) -> int:
        branches = list(node.args)
        if branches[-1].cond in (sp.true, True):
            result = self.add(branches.pop().expr)
        else:
            result = self.emit("constant", detail="nan", vector=False)  # undefined there: callers say so
        for branch, condition in reversed(branches):
            result = self.entrywise("where", self._condition(condition), self.add(branch), result)
        return result

    def _condition(self, condition: sp.Basic) -> int:
        if isinstance(condition, sp.And | sp.Or):
            operation = "logical_and" if isinstance(condition, sp.And) else "logical_or"
            result = self._condition(condition.args[0])
            for other in condition.args[1:]:
                result = self.entrywise(operation, result, self._condition(other))
            return result
        if isinstance(condition, sp.ITE):  # SymPy's spelling of a condition that has cases itself
            one, zero = self.constant(sp.S.One), self.constant(sp.S.Zero)
            test, *cases = (self._condition(part) for part in condition.args)
            numbers = (self.entrywise("where", case, one, zero) for case in cases)
            return self.entrywise("greater", self.entrywise("where", test, *numbers), zero)
        if condition in (sp.true, sp.false):
            return self.constant(sp.Integer(1 if condition == sp.true else 0))
        if isinstance(condition, sp.Ne):  # of numbers: no NaN comes this far
            sides = (self.add(condition.lhs), self.add(condition.rhs))
            return self.entrywise("logical_or", self.entrywise("less", *sides), self.entrywise("greater", *sides))
        names = {"<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal", "==": "equal"}
        return self.entrywise(names[condition.rel_op], self.add(condition.lhs), self.add(condition.rhs))


def compile_program(expressions: Mapping[str, sp.Expr]) -> Program:
    """Translate named expressions into one program with shared subexpressions.

    >>> x = sp.Symbol("x", real=True)
    >>> print(compile_program({"value": sp.exp(x) ** 2 / 2, "slope": sp.exp(x)}))
    v0 = constant(2.0)
    v1 = input(x)
    v2 = multiply(v0, v1)
    v3 = exp(v2)
    v4 = divide(v3, v0)
    v5 = exp(v1)
    return value=v4, slope=v5
    """
    builder = _Builder()
    results = [(name, builder.add(expression)) for name, expression in expressions.items()]
    return Program(tuple(builder.instructions), tuple(results), frozenset(builder.vectors))
