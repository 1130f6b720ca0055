"""A loss as a module that needs NumPy and numba alone: a compiled loop over rows, one function per primitive."""

from __future__ import annotations

from collections.abc import Sequence

from likelihoodkit.compile.one_row import Language, body, functions, refuse
from likelihoodkit.compile.program import Program
from likelihoodkit.compile.source import Signature

_MATH = {
    "sqrt": "sqrt", "exp": "exp", "log1p": "log1p", "expm1": "expm1", "sin": "sin", "cos": "cos", "tan": "tan",
    "tanh": "tanh", "sinh": "sinh", "cosh": "cosh", "arctan": "arctan", "arcsinh": "arcsinh", "log": "log",
    "floor": "floor", "sign": "sign",
}  # fmt: skip
_INFIX = {
    "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "less": "<", "less_equal": "<=", "greater": ">",
    "greater_equal": ">=", "equal": "==", "logical_and": "and", "logical_or": "or",
}  # fmt: skip


def _constant(text: str) -> str:
    word = {"inf": "np.inf", "-inf": "-np.inf", "nan": "np.nan"}.get(text, text)
    return f"({word})" if word.startswith("-") else word


def _define(name: str, arguments: Sequence[str], words: str, lines: Sequence[str], value: str) -> str:
    inside = "\n".join(f"    {line}" for line in [f'"""{words}"""', *lines, f"return {value}"])
    return f"@compiled\ndef {name}({', '.join(arguments)}):\n{inside}"


def _polynomial(coefficients: Sequence[str], x: str) -> str:
    """Horner's rule written out, from the highest coefficient inwards."""
    text = coefficients[-1]
    for c in coefficients[-2::-1]:
        text = f"({text} * {x} + {c})"
    return text


NUMBA = Language(
    "numba",
    {
        **{name: f"np.{word}({{0}})" for name, word in _MATH.items()},
        **{name: f"{{0}} {mark} {{1}}" for name, mark in _INFIX.items()},
        "negative": "-{0}", "square": "{0} * {0}", "logical_not": "not {0}", "abs": "abs({0})",
        "where": "{1} if {0} else {2}", "power": "np.power({0}, {1})", "arctan2": "np.arctan2({0}, {1})",
        "maximum": "np.maximum({0}, {1})", "minimum": "np.minimum({0}, {1})", "frozen": "{0}",
        "heaviside": "(1.0 if {0} > 0.0 else 0.0 if {0} < 0.0 else 0.5)", "erf": "math.erf({0})",
        "erfc": "math.erfc({0})",
    },
    _define,
    "{} = {}",
    None,
    _constant,
    _polynomial,
)  # fmt: skip


def module(program: Program, signature: Signature) -> str:
    """The text of the module, from the program of value and gradient.

    Raises `DerivationError` for vectors, and where it needs a function without a form in elementary ones.
    """
    refuse(NUMBA, program, signature)
    lines, (value, *slopes) = body(NUMBA, program)
    row = _define("_row", signature.symbols, "Loss and gradient of one row.", lines, f"({', '.join([value, *slopes])})")
    parts = [_head(signature), *functions(NUMBA, program), row, _calls(signature)]
    return "\n\n\n".join(parts) + "\n"


def _head(signature: Signature) -> str:
    outputs = ", ".join(name for name, _, _ in signature.outputs)
    return f'''"""{signature.title}: the loss of each row and its gradient, compiled.

    loss = {signature.formula}

Outputs: {outputs}. Written by likelihoodkit; needs NumPy and numba alone.
"""

from __future__ import annotations

import math

import numba
import numpy as np

compiled = numba.njit(error_model="numpy")'''


def _calls(signature: Signature) -> str:
    check, width = signature.check, len(signature.outputs)
    low = f"{'>=' if check.closed_low else '>'} {_constant(repr(check.low))}"
    high = f"{'<=' if check.closed_high else '<'} {_constant(repr(check.high))}"
    whole = " and y[i] == np.floor(y[i])" if check.whole else ""
    given = "".join(f", {name}" for name, _ in signature.given)
    columns = "".join(f", outputs[i, {k}]" for k in range(width)) + "".join(f", {n}[i]" for n, _ in signature.given)
    store = "".join(f", gradient[i, {k}]" for k in range(len(signature.gradient)))
    spread = "".join(
        f"\n    {name} = np.broadcast_to(np.asarray({name}, dtype=np.float64), len(y))" for name, _ in signature.given
    )
    labels = "\n    y = np.where(y == -1, 0.0, y)  # labels may be -1 and 1" if signature.labels else ""
    return f'''@compiled
def _rows(y, outputs{given}, value, gradient):
    """Fill value and gradient; the first row with an outcome outside the support, or -1."""
    for i in range(len(y)):
        if not (y[i] {low} and y[i] {high}{whole}):
            return i
        value[i]{store} = _row(y[i]{columns})
    return -1


def value_and_gradient(y, outputs{given}):
    """Loss (n,) and gradient (the shape of outputs) for y (n,) and outputs (n,) or (n, {width})."""
    y, outputs = np.asarray(y, dtype=np.float64), np.asarray(outputs)
    dtype = np.float32 if outputs.dtype == np.float32 else np.float64
    flat = outputs.ndim == 1
    outputs = (outputs[:, None] if flat else outputs).astype(np.float64, copy=False){spread}{labels}
    if y.ndim != 1 or outputs.shape != (len(y), {width}):
        raise ValueError(f"y {{y.shape}} and outputs {{outputs.shape}} do not fit")
    if not np.isfinite(outputs).all():
        raise ValueError("outputs are not all finite")
    value, gradient = np.empty(len(y), dtype), np.empty((len(y), {len(signature.gradient)}), dtype)
    if _rows(y, outputs{given}, value, gradient) >= 0:
        raise ValueError("y must hold {signature.words}")
    return value, gradient[:, 0] if flat and gradient.shape[1] == 1 else gradient


def loss(y, outputs{given}):
    """The loss of each row."""
    return value_and_gradient(y, outputs{given})[0]'''
