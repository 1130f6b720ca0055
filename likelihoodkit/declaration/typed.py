"""What a class body computes with: expressions that say what is wrong when they are asked for what they cannot tell.

An `if` about an outcome, ``np.log`` of a product, ``math.exp`` of a difference: SymPy and NumPy would answer each with
a bare TypeError of theirs. Operators and the words of the kit give, from slots, expressions of these classes: SymPy's
own but for what they say to such questions. Where slots get their names SymPy's own take their place (``func``).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from likelihoodkit.errors import DeclarationError

__all__ = ["Typed", "dressed", "said"]

#: NumPy's function -> what it is where one of the two is an expression and the other a number
_OPERATORS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "less": operator.lt,
    "less_equal": operator.le,
}
_CASES = "Write cases as sympy.Piecewise((a, condition), (b, True)), or with lk.maximum, lk.minimum, lk.abs"


def said(expression: Any) -> str:
    """An expression of slots in words: their names come later."""
    return re.sub(r"\b_(?=[a-z])", "the ", str(expression))


def _compared(relation: type[sp.Rel], one: Any, other: Any) -> Any:
    """The relation, as one that an ``if`` cannot ask; True or False where the domain decides."""
    found = relation(one, other)
    return _COMPARED[relation](one, other, evaluate=False) if type(found) is relation else found


class _Undecided:
    """A comparison that Python's ``if`` takes for a truth value; in an expression it is SymPy's own again."""

    def __bool__(self) -> bool:
        about = said(self)
        raise DeclarationError(
            f"whether {about} is known only when there is data: an `if` in a declaration cannot ask it",
            value=about,
            remedy=_CASES,
        )

    def _counted(self, _: Any) -> Any:
        about = said(self)
        raise DeclarationError(
            f"the condition {about} is no number to calculate with",
            value=about,
            remedy="Write what it switches on as sympy.Piecewise((a, condition), (0, True))",
        )

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _counted


#: SymPy's relation -> the same, not to be asked by ``if``; what rebuilds an expression calls ``func``
_COMPARED: dict[type[sp.Rel], Any] = {
    relation: type(relation.__name__, (_Undecided, relation), {"func": relation, "__slots__": ()})
    for relation in (sp.StrictGreaterThan, sp.GreaterThan, sp.StrictLessThan, sp.LessThan)
}


def _operated(name: str) -> Callable[..., Any]:
    def calculate(self: Any, *others: Any) -> Any:
        return dressed(getattr(super(Typed, self), name)(*others))

    calculate.__name__ = name
    return calculate


class Typed:
    """Asked for a truth value or a float it says what to write; what is calculated from it does so too."""

    __slots__ = ()
    _op_priority = 20.0  # SymPy's own leave it to this one when both are in a sum

    def __array_ufunc__(self, function: Any, method: str, *given: Any, **_: Any) -> Any:
        """NumPy's and SciPy's functions are of numbers; its numbers may stand beside an expression."""
        meant = _OPERATORS.get(function.__name__) if method == "__call__" else None
        if meant is not None and any(isinstance(one, np.ndarray) for one in given):
            raise DeclarationError(
                f"an array stands beside {said(self)}: a formula is about one row, and its constants are numbers",
                value=function.__name__,
                remedy="What differs from row to row is a setting, k = lk.held(lk.real), given with each call",
            )
        if meant is None:
            raise self._of_numbers(function.__name__)
        return meant(*(one.item() if isinstance(one, np.generic) else one for one in given))

    def __float__(self) -> float:
        raise self._of_numbers("float")

    def __int__(self) -> int:
        raise self._of_numbers("int")

    def __index__(self) -> int:
        raise self._of_numbers("of whole numbers")

    def __round__(self, *_: Any) -> Any:
        raise self._of_numbers("round")

    def _mpmath_(self, *_: Any) -> Any:
        raise self._of_numbers("of mpmath")

    def _of_numbers(self, function: str) -> DeclarationError:
        role = getattr(self, "role", None)
        what = (
            f"{said(self)} is an expression"
            if role is None
            else f"{'an' if role[0] in 'aeo' else 'a'} {role} is a symbol"
        )
        return DeclarationError(
            f"the function {function} takes numbers, and {what}",
            value=function,
            remedy="Write the formula with the words of the kit: lk.log, lk.exp, lk.log_gamma, lk.maximum, "
            "sympy.Piecewise",
        )

    def _no_power(self, _: Any) -> Any:
        raise DeclarationError(
            "^ is no operation of formulas", value="^", remedy="Powers are written **, as in (y - m)**2"
        )

    def _no_remainder(self, _: Any) -> Any:
        raise DeclarationError(
            "% is no operation of formulas", value="%", remedy="Angles go round the circle by lk.wrap_angle(y - m)"
        )

    __xor__ = __rxor__ = _no_power
    __mod__ = __rmod__ = _no_remainder

    def __gt__(self, other: Any) -> Any:
        return _compared(sp.StrictGreaterThan, self, other)

    def __ge__(self, other: Any) -> Any:
        return _compared(sp.GreaterThan, self, other)

    def __lt__(self, other: Any) -> Any:
        return _compared(sp.StrictLessThan, self, other)

    def __le__(self, other: Any) -> Any:
        return _compared(sp.LessThan, self, other)

    def dressed(self, found: Any) -> Any:
        """What a word of the kit makes of this one."""
        return dressed(found)


for _name in ("add", "sub", "mul", "truediv", "pow"):
    for _way in (f"__{_name}__", f"__r{_name}__"):
        setattr(Typed, _way, _operated(_way))
for _way in ("__neg__", "__abs__"):
    setattr(Typed, _way, _operated(_way))


class _Calculated(Typed):
    """One that is calculated; equal to SymPy's own of the same arguments."""

    __slots__ = ()
    func: Any
    args: Any
    _hashable_content: Callable[[], Any]

    def __eq__(self, other: object) -> bool:
        return self.func is getattr(other, "func", None) and self.args == other.args  # type: ignore[attr-defined]

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((self.func.__name__, *self._hashable_content()))  # as SymPy has it


#: what is calculated by operators and by the words of the kit
_KINDS = (sp.Add, sp.Mul, sp.Pow, sp.exp, sp.log, sp.Abs, sp.Max, sp.Min, sp.floor, sp.sign)


#: SymPy's class -> the same, that says what is wrong
_CLASSES: dict[type, Any] = {
    kind: type(kind)(kind.__name__, (_Calculated, kind), {"func": kind, "__slots__": (), "__module__": __name__})
    for kind in _KINDS
}


def dressed(found: Any) -> Any:
    """The same expression, such that it says what is wrong; anything else as it is."""
    kind = type(found)
    if kind not in _CLASSES:
        return found
    new = sp.Basic.__new__(_CLASSES[kind], *found.args)
    for name, value in getattr(found, "__dict__", {}).items():
        setattr(new, name, value)
    if kind in (sp.Add, sp.Mul, sp.Pow):
        new.is_commutative = found.is_commutative
    return new
