"""Numbers that record what is done to them, and NumPy's functions of them.

A kernel is written for arrays; given a `Number` instead it leaves a straight line of elementary operations behind. What
has no place in a straight line (a question about the data, an entry of an array, a function that only SciPy has) raises
`NotStraight`.
"""

from __future__ import annotations

import math
import operator
import types
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from likelihoodkit.compile.trace import Trace, Value
from likelihoodkit.errors import DerivationError


class NotStraight(DerivationError, TypeError):  # noqa: N818  (a signal within this folder, which turns it into a choice)
    """A kernel asks for more than elementary operations."""


def _binary(operation: str) -> tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any]]:
    return (
        lambda self, other: emit(operation, self, other),
        lambda self, other: emit(operation, other, self),
    )


class Operators:
    """The operators of an array, of which each is one operation of a trace."""

    __slots__ = ()
    __array_ufunc__ = None  # NumPy's own functions refuse it
    __hash__ = None  # type: ignore[assignment]

    __add__, __radd__ = _binary("add")
    __sub__, __rsub__ = _binary("subtract")
    __mul__, __rmul__ = _binary("multiply")
    __truediv__, __rtruediv__ = _binary("divide")
    __and__, __rand__ = _binary("logical_and")
    __or__, __ror__ = _binary("logical_or")
    __lt__, __gt__ = _binary("less")
    __le__, __ge__ = _binary("less_equal")

    def __eq__(self, other: object) -> Any:
        return emit("equal", self, other)

    def __ne__(self, other: object) -> Any:
        return ~emit("equal", self, other)

    def __neg__(self) -> Any:
        return emit("negative", self)

    def __abs__(self) -> Any:
        return emit("abs", self)

    def __invert__(self) -> Any:
        return emit("logical_not", self)


class Number(Operators):
    """A value of a trace with the operators of an array."""

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value

    def __pow__(self, exponent: Any) -> Any:
        if not isinstance(exponent, int | float) or exponent != int(exponent) or not 0 < exponent <= 8:
            return emit("power", self, exponent)
        result = self
        for bit in bin(int(exponent))[3:]:
            result = emit("square", result)
            result = result * self if bit == "1" else result
        return result

    @property
    def shape(self) -> tuple[int, ...]:
        """One number."""
        return ()

    def __getitem__(self, key: Any) -> Any:
        if key is None:
            return Stack([self])
        if key != ():
            raise NotStraight("an entry of a number")
        return self

    def __bool__(self) -> bool:
        raise NotStraight("a decision about data")

    def __float__(self) -> float:
        raise NotStraight("the data themselves")

    def __iter__(self) -> Any:
        raise NotStraight("the entries of a number")

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise NotStraight("the data themselves")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise NotStraight(f"the attribute {name} of an array")


class Stack(Operators):
    """Numbers that a kernel keeps as the rows of an array: a value, its slopes and curvatures."""

    __slots__ = ("rows",)

    def __init__(self, rows: Sequence[Any]) -> None:
        self.rows = list(rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            return Stack(self.rows[key])
        return Stack([self.rows[k] for k in key]) if isinstance(key, list) else self.rows[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        self.rows[key] = value


def _rows(things: Sequence[Any]) -> list[tuple[Any, ...]]:
    """What to do row by row: a number stands for all rows."""
    sizes = {len(thing) for thing in things if isinstance(thing, Stack)}
    if len(sizes) > 1:
        raise NotStraight("rows of different numbers")
    (size,) = sizes
    return list(zip(*(thing.rows if isinstance(thing, Stack) else [thing] * size for thing in things), strict=True))


#: what operators do to plain numbers
_PLAIN: dict[str, Callable[..., Any]] = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": np.divide,
    "logical_and": operator.and_, "logical_or": operator.or_, "less": operator.lt, "less_equal": operator.le,
    "equal": operator.eq, "negative": operator.neg, "logical_not": operator.not_, "abs": abs, "exp": np.exp,
    "log": np.log, "log1p": np.log1p, "expm1": np.expm1, "sqrt": np.sqrt, "square": np.square, "sin": np.sin,
    "cos": np.cos, "tanh": np.tanh, "sinh": np.sinh, "cosh": np.cosh, "arctan": np.arctan, "arctan2": np.arctan2,
    "arcsinh": np.arcsinh, "sign": np.sign, "floor": np.floor, "maximum": np.maximum, "minimum": np.minimum,
    "power": np.power,
}  # fmt: skip


def emit(operation: str, *arguments: Any) -> Any:
    """One operation on numbers of a trace, or on plain numbers alone; truth values that are known decide at once."""
    if any(isinstance(a, Stack) for a in arguments):
        return Stack([emit(operation, *row) for row in _rows(arguments)])
    numbers = [a for a in arguments if isinstance(a, Number)]
    if not numbers:
        with np.errstate(all="ignore"):
            return _PLAIN[operation](*arguments)
    if operation in {"logical_and", "logical_or"}:
        known = [a for a in arguments if not isinstance(a, Number)]
        if known:
            return numbers[0] if bool(known[0]) == (operation == "logical_and") else bool(known[0])
    trace = numbers[0].value.trace
    return Number(trace.emit(operation, *[plain(a) for a in arguments]))


def plain(thing: Any) -> Value | float:
    """What a trace takes."""
    if isinstance(thing, Number):
        return thing.value
    if np.ndim(thing) != 0 or (isinstance(thing, np.longdouble) and np.longdouble is not np.float64):
        raise NotStraight("an array among numbers")
    return float(thing)


def where(condition: Any, a: Any, b: Any) -> Any:
    """``a`` where the condition holds, else ``b``; of several numbers each."""
    if any(isinstance(thing, Stack) for thing in (condition, a, b)):
        return Stack([where(*row) for row in _rows((condition, a, b))])
    if not isinstance(condition, Number):
        return a if condition else b
    if isinstance(a, tuple):
        return tuple(where(condition, one, other) for one, other in zip(a, b, strict=True))
    return Number(condition.value.trace.where(condition.value, plain(a), plain(b)))


def _one(operation: str) -> Callable[[Any], Any]:
    return lambda x, *_, **__: emit(operation, x)


def _two(operation: str) -> Callable[[Any, Any], Any]:
    return lambda a, b: emit(operation, a, b)


def hypot(a: Any, b: Any) -> Any:
    """sqrt(a^2 + b^2) through the larger of the two."""
    a, b = emit("abs", a), emit("abs", b)
    large, small = emit("maximum", a, b), emit("minimum", a, b)
    ratio = small / where(large == 0, 1.0, large)
    return where(large == math.inf, math.inf, large * emit("sqrt", 1.0 + ratio * ratio))


def logaddexp(a: Any, b: Any) -> Any:
    """log(e^a + e^b) through the larger of the two."""
    large = emit("maximum", a, b)
    gap = where(a == b, 0.0, emit("abs", a - b))
    return large + emit("log1p", emit("exp", -gap))


def _filled(x: Any, number: float, *_: Any, **__: Any) -> Any:
    """The number, as one of the trace that x belongs to."""
    if isinstance(x, Stack):
        return Stack([_filled(row, number) for row in x])
    if isinstance(number, Number):
        return number
    return Number(x.value.trace.constant(number)) if isinstance(x, Number) else float(number)


class _Ufunc:
    """A function of two that can also be folded over many."""

    def __init__(self, operation: str) -> None:
        self.operation = operation

    def __call__(self, a: Any, b: Any) -> Any:
        return emit(self.operation, a, b)

    def reduce(self, many: Any, **_: Any) -> Any:
        """Over a list."""
        if isinstance(many, Number):
            raise NotStraight("the entries of a number")
        result = many[0]
        for other in many[1:]:
            result = emit(self.operation, result, other)
        return result


def _same(x: Any, *_: Any, **__: Any) -> Any:
    """The number itself, where NumPy makes an array of it."""
    if isinstance(x, Number | Stack) or np.ndim(x) == 0:
        return x
    raise NotStraight("an array among numbers")


def _zeros(shape: Any = (), *_: Any) -> float:
    if shape != ():
        raise NotStraight("an array among numbers")
    return 0.0


def _copysign(a: Any, b: Any) -> Any:
    size = emit("abs", a)
    return where(b < 0, -size, size)


class Numpy(types.SimpleNamespace):
    """NumPy, as far as kernels may use it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # Python's own questions about an object
            raise AttributeError(name)
        raise NotStraight(f"numpy.{name}")


_ONE = [
    "exp",
    "log",
    "log1p",
    "expm1",
    "sqrt",
    "sin",
    "cos",
    "tanh",
    "sinh",
    "cosh",
    "arctan",
    "arcsinh",
    "sign",
    "floor",
    "square",
]
#: the functions of NumPy that kernels use, for `Number`
NUMPY = Numpy(
    **{name: _one(name) for name in _ONE},
    pi=math.pi, inf=math.inf, nan=math.nan, newaxis=None, False_=False,
    finfo=np.finfo, errstate=np.errstate, polynomial=np.polynomial, float64=np.float64, float32=np.float32,
    absolute=_one("abs"), abs=_one("abs"),
    arctan2=_two("arctan2"), power=_two("power"), maximum=_Ufunc("maximum"), minimum=_Ufunc("minimum"),
    where=where, hypot=hypot, logaddexp=logaddexp, copysign=_copysign,
    asarray=_same, array=_same,
    stack=Stack, concatenate=lambda parts: Stack([row for part in parts for row in part]),
    shape=lambda x: (), broadcast_to=lambda x, shape: x, broadcast_arrays=lambda *x: x,
    broadcast_shapes=lambda *x: (),
    zeros=_zeros, full=lambda shape, number: float(number),
    full_like=_filled, zeros_like=lambda x: _filled(x, 0.0), ones_like=lambda x: _filled(x, 1.0),
    isinf=lambda x: emit("abs", x) == math.inf,
    isfinite=lambda x: emit("abs", x) < math.inf,
    isposinf=lambda x: emit("equal", x, math.inf),
    isneginf=lambda x: emit("equal", x, -math.inf),
    isnan=lambda x: emit("logical_not", emit("equal", x, x)),
    rint=lambda x: emit("floor", x + 0.5),  # ties upwards, which no kernel minds
)  # fmt: skip


def numbers_of(values: Sequence[Value]) -> list[Number]:
    """The values as numbers."""
    return [Number(value) for value in values]


def value_of(trace: Trace, found: Any) -> Value:
    """What a formula gave, as a value of the trace."""
    return trace.value(plain(found))


def along(start: Any, width: Any, places: Any) -> Any:
    """start + place * width for all places, along an axis of their own."""
    trace = next(a.value.trace for a in (start, width) if isinstance(a, Number))
    ends = [trace.value(plain(a)).target for a in (start, width)]
    return Number(trace.raw("nodes", ends, tuple(float(place) for place in places)))


def each(like: Any, numbers: Any) -> Any:
    """The numbers along an axis of their own, for the rows of ``like``."""
    return along(Number(like.value.trace.where(plain(emit("equal", like, like)), 0.0, 0.0)), 1.0, numbers)


def total(values: Any, weights: Any) -> Any:
    """The weighted sum over the axis that was last made."""
    trace = values.value.trace
    return Number(trace.raw("quadrature", [values.value.target], tuple(float(weight) for weight in weights)))


def largest(values: Any) -> Any:
    """The largest over the axis that was last made."""
    return Number(values.value.trace.raw("nodes_max", [values.value.target]))
