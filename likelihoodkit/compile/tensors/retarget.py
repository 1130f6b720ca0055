"""The kernels of `primitives.kernels` for numbers that record: one source, read again with other meanings of `np`.

Every function of the package is made anew with its own code and with globals in which ``np`` and ``special`` are those
of `number` and ``piecewise`` evaluates all formulas and chooses by ``where``. Few names have a spelling of their own
(`OWN`): what SciPy computes, and what NumPy computes in the machine's extended float.
"""

from __future__ import annotations

import math
import sys
import types
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np

from likelihoodkit.compile.program import Instruction
from likelihoodkit.compile.tensors._tables import DIGAMMA, DIGAMMA_ROOT
from likelihoodkit.compile.tensors.number import (
    NUMPY,
    NotStraight,
    Number,
    along,
    emit,
    numbers_of,
    total,
    value_of,
    where,
)
from likelihoodkit.compile.trace import Trace, Value
from likelihoodkit.primitives import RECORDS, kernels, vector_kernels
from likelihoodkit.primitives.kernels._tools import legendre

#: what a kernel raises that takes arrays apart
_SIGNALS = (NotStraight, IndexError, TypeError, ValueError, AttributeError)
PACKAGES = (f"{kernels.__name__}.", f"{vector_kernels.__name__}.")


def piecewise(arguments: Sequence[Any], *cases: tuple[Any, Callable[..., Any]], otherwise: Callable[..., Any]) -> Any:
    """All formulas, and of each number that of the first case that holds."""
    asked = [case for case in cases if not _known(case[0], False)]
    certain = next((k for k, (condition, _) in enumerate(asked) if _known(condition, True)), None)
    if certain is not None:
        (_, otherwise), asked = asked[certain], asked[:certain]
    result = otherwise(*arguments)
    for condition, formula in reversed(asked):
        result = where(condition, formula(*arguments), result)
    return result


def _known(condition: Any, answer: bool) -> bool:
    """Is the answer to a question about constants?"""
    return not isinstance(condition, Number) and bool(condition) == answer


def horner(coefficients: Sequence[float], u: Any) -> Any:
    """Polynomial with `coefficients`, constant first, at u: one instruction."""
    if not isinstance(u, Number):
        return math.fsum(c * u**k for k, c in enumerate(coefficients))
    return Number(u.value.trace.polynomial(tuple(float(c) for c in coefficients), u.value))


def gauss_legendre(integrand: Callable[..., Any], start: Any, width: Any, points: int = 8) -> Any:
    """Integral of a smooth integrand from start to start + width: all nodes at once, along an axis of their own."""
    nodes, weights = legendre(points)
    return total(integrand(along(start, width, 0.5 * (1.0 + nodes))), 0.5 * weights) * width


def psi(x: Any) -> Any:
    """Digamma for x > 0: around its root by a polynomial times the distance from it, else by Stirling's formula."""
    low = x < 1.0
    moved = where(low, x + 1.0, x)
    root, rest = DIGAMMA_ROOT
    near = ((moved - root) - rest) * horner(DIGAMMA, 2.0 * moved - 3.0)
    far = emit("log", moved) - 0.5 / moved + again("_binet", "binet")(where(moved < 2.0, 2.0, moved), 1)
    value = where(moved < 2.0, near, far)
    return where(low, value - 1.0 / x, value)


def gammaln(x: Any) -> Any:
    """log Gamma(x) for x > 4."""
    large = where(x < 4.0, 4.0, x)
    return (large - 0.5) * (emit("log", large) - 1.0) + (_STIRLING + again("_binet", "binet")(large, 0))


_STIRLING = 0.5 * math.log(2.0 * math.pi) - 0.5


class _Special:
    """The functions of SciPy that have a straight line."""

    psi, digamma, gammaln = staticmethod(psi), staticmethod(psi), staticmethod(gammaln)
    erf, erfc = staticmethod(lambda x: emit("erf", x)), staticmethod(lambda x: emit("erfc", x))

    @staticmethod
    def xlogy(a: Any, b: Any) -> Any:
        """a log b, 0 where a is."""
        return where(a == 0, 0.0, a * emit("log", where(a == 0, 1.0, b)))

    @staticmethod
    def xlog1py(a: Any, b: Any) -> Any:
        """a log(1 + b), 0 where a is."""
        return where(a == 0, 0.0, a * emit("log1p", where(a == 0, 0.0, b)))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # Python's own questions about an object
            raise AttributeError(name)
        raise NotStraight(f"scipy.special.{name}")


def binet(x: Any, order: int) -> Any:
    """As `_binet.binet`, without the table for x < 1 that orders 2 and 3 do not have."""
    large, middle, small, step = (again("_binet", name) for name in ("_large", "_middle", "_small", "_step"))
    cases = [(x >= 8.0, lambda x: large(x, order)), (x >= 1.0, lambda x: middle(x, order))]
    if order < 2:
        cases.append((x >= 0.0625, lambda x: small(x, order)))
    return piecewise((x,), *cases, otherwise=lambda x: step(x, order) + middle(1.0 + x, order))


def binet_difference(a: Any, n: Any, order: int) -> Any:
    """As `_binet.binet_difference`: within the Gauss rule a >= 1, so that two tables are enough."""
    large, middle = again("_binet", "_large"), again("_binet", "_middle")

    def above_one(x: Any) -> Any:
        return where(x >= 8.0, large(x, order + 1), middle(x, order + 1))

    return piecewise(
        (a, n),
        (a >= again("_binet", "ASYMPTOTIC_FROM"), lambda a, n: again("_binet", "_asymptotic_difference")(a, n, order)),
        (n < 0.25 * a, lambda a, n: gauss_legendre(above_one, a, n)),
        otherwise=lambda a, n: binet(a + n, order) - binet(a, order),
    )


def _wide_power(y: Any, t: Any, g: Any) -> Any:
    return emit("exp", (emit("log", y) + t) * emit("exp", g))


def _wide_halves(_f: Any, _g: Any, a: Any, b: Any) -> tuple[Any, Any, Any, Any, Any]:
    return a - 1.0, b - 1.0, 0.0, 0.0, 0.0


NP, SPECIAL = NUMPY, _Special()
#: name in a file of the package -> what stands for it here
OWN: dict[tuple[str, str], Any] = {
    ("_tools", "piecewise"): piecewise,
    ("_tools", "horner"): horner,
    ("_tools", "gauss_legendre"): gauss_legendre,
    ("_tools", "legendre"): legendre,
    ("_binet", "binet"): binet,
    ("_binet", "binet_difference"): binet_difference,
    ("_wide", "wide_power"): _wide_power,
    ("_wide", "wide_halves"): _wide_halves,
    ("_wide", "mend"): lambda value, mask, formula, *arguments: value,
    ("rests", "log_parts"): lambda y: (emit("log", y), 0.0),  # no straight line has the exponent of a float
    ("plain", "where_positive"): lambda c, a, b: where(c > 0, a, b),
}


@cache
def _globals(_module: str) -> dict[str, Any]:
    """The globals of a file of the package with other meanings; filled when all files are known."""
    return {}


@cache
def _fill() -> None:
    """Make every function of every file anew."""
    for package in (kernels, vector_kernels):
        for name in dir(package):  # a file is read when it is first asked for
            getattr(package, name)
    modules = {name: m for name, m in sys.modules.items() if name.startswith(PACKAGES) and m is not None}
    for module in modules.values():
        found = _globals(module.__name__)
        found["__builtins__"] = __builtins__
        for name, thing in vars(module).items():
            if not name.startswith("__"):
                found[name] = _meant(thing)


def _meant(thing: Any) -> Any:
    """What stands for a global of a file."""
    if thing is np:
        return NP
    if getattr(thing, "__name__", None) == "scipy.special":
        return SPECIAL
    if isinstance(thing, np.ufunc):
        name = thing.__name__
        return lambda *arguments: getattr(NP if hasattr(np, name) else SPECIAL, name)(*arguments)
    if isinstance(thing, types.FunctionType):
        return _anew(thing)
    if isinstance(thing, type) and thing.__module__.startswith(PACKAGES):
        return _class_anew(thing)
    kind: type = type(thing)
    if is_dataclass(thing) and kind.__module__.startswith(PACKAGES):
        return _class_anew(kind)(*(_meant(getattr(thing, field.name)) for field in fields(thing)))
    return thing


@cache
def _class_anew(kind: type) -> type:
    """A class with its methods made anew; what a decorator generated stays."""
    written: dict[str, Any] = {}
    itself = types.CellType()  # what methods that say super() call __class__: the new class, once it is there
    for name, member in vars(kind).items():
        if isinstance(member, property | cached_property):
            function = member.fget if isinstance(member, property) else member.func
            written[name] = property(_rebuilt(function, itself))
        elif isinstance(member, types.FunctionType) and not member.__code__.co_filename.startswith("<"):
            written[name] = _rebuilt(member, itself)
    kept = {n: m for n, m in vars(kind).items() if n not in {"__dict__", "__weakref__", *written}}
    itself.cell_contents = type(kind.__name__, tuple(_meant(base) for base in kind.__bases__), {**kept, **written})
    made: type = itself.cell_contents
    return made


@cache
def _anew(function: types.FunctionType) -> Any:
    return _rebuilt(function, None)


def _rebuilt(function: Any, itself: types.CellType | None) -> Any:
    """A function with the stand-ins for its globals, and its closure; ``itself`` is the cell of its class."""
    formula = getattr(function, "__wrapped__", function)
    home = formula.__module__ or ""
    if not home.startswith(PACKAGES):
        return function
    own = OWN.get((home.rpartition(".")[2], formula.__name__))
    if own is not None:
        return own
    closure = zip(formula.__code__.co_freevars, formula.__closure__ or (), strict=True)
    cells = tuple(
        itself if name == "__class__" and itself is not None else types.CellType(_meant(cell.cell_contents))
        for name, cell in closure
    )
    new = types.FunctionType(formula.__code__, _globals(home), formula.__name__, formula.__defaults__, cells)
    new.__kwdefaults__ = formula.__kwdefaults__
    return new


def again(file: str, name: str) -> Any:
    """What a name means in a file of the package that was made anew."""
    _fill()
    return _globals(f"{PACKAGES[0]}{file}")[name]


@cache
def straight(name: str) -> Callable[[Trace, Sequence[Value]], Value] | None:
    """A kernel as a formula that leaves a straight line in a trace; None where it has none."""
    function = getattr(kernels, name, None) or getattr(vector_kernels, name, None)
    if function is None:
        return None
    _fill()
    formula = _meant(function)

    def run(trace: Trace, values: Sequence[Value]) -> Value:
        arguments, some = _arguments(trace, values)
        if some:  # branches that constants decide are left out
            try:
                return value_of(trace, formula(*arguments))
            except _SIGNALS:
                pass
        return value_of(trace, formula(*numbers_of(values)))

    trial = Trace()
    try:
        found = run(trial, [trial.raw("input", (), f"x{k}") for k in range(_places(function, name))])
    except _SIGNALS:
        return None  # it takes arrays apart
    line = trial.program([("value", found.target)]).instructions
    every = sum(nodes(line).values())
    _LENGTHS[name] = every, len(line) if flat(line) else every
    return run


def _arguments(trace: Trace, values: Sequence[Value]) -> tuple[list[Any], bool]:
    """Numbers of a trace, constants among them as such, and whether there are any."""
    plain = [trace.instructions[v.target].operation == "constant" for v in values]
    numbers = [
        float(trace.instructions[v.target].detail) if p else Number(v) for v, p in zip(values, plain, strict=True)
    ]
    return numbers, any(plain) and not all(plain)


#: operations on numbers that the straight line of a kernel is, and those on arrays
_LENGTHS: dict[str, tuple[int, int]] = {}


def length(name: str, *, arrays: bool = False) -> int:
    """How many operations on numbers the straight line of a kernel is, with all nodes of its sums; 0 without one.

    ``arrays``: an operation on all nodes of a sum at once is one, where no sum is within another.
    """
    return _LENGTHS[name][arrays] if straight(name) is not None else 0


def flat(instructions: Sequence[Instruction]) -> bool:
    """Is no sum within another?"""
    inside = set[int]()
    for i in instructions:
        if i.operation == "nodes" and inside & set(i.arguments):
            return False
        if i.operation == "nodes" or (i.operation not in {"quadrature", "nodes_max"} and inside & set(i.arguments)):
            inside.add(i.target)
    return True


def nodes(instructions: Sequence[Instruction]) -> dict[int, int]:
    """How many numbers every target is: those of an inner sum follow one another for every node of the outer."""
    found: dict[int, int] = {}
    axes: dict[int, tuple[int, ...]] = {}  # the sizes of the axes of nodes, the innermost first
    for i in instructions:
        own = max((axes[a] for a in i.arguments), key=len, default=())
        if i.operation == "nodes":
            own = (len(i.detail), *own)
        elif i.operation in {"quadrature", "nodes_max"}:
            own = own[1:]
        axes[i.target] = own
        found[i.target] = math.prod(own)
    return found


def _places(function: Any, name: str) -> int:
    if isinstance(function, np.ufunc):
        return function.nin
    formula = getattr(function, "__wrapped__", function)
    return next((r.nargs for r in RECORDS.values() if r.kernel == name), int(formula.__code__.co_argcount))
