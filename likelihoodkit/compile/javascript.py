"""A loss as an ES module: the loss of one row and its gradient, one function per primitive, nothing else needed.

The formulas are those of the kernels, so that they are right at the extremes; digits are those of `Math`, whose
functions are right to an ulp or two in today's engines.
"""

from __future__ import annotations

from collections.abc import Sequence

from likelihoodkit.compile.javascript_calls import HELPERS, calls, constant, held
from likelihoodkit.compile.one_row import Language, body, functions, refuse
from likelihoodkit.compile.program import Program
from likelihoodkit.compile.source import Signature

_MATH = {
    "sqrt": "sqrt", "abs": "abs", "exp": "exp", "log": "log", "log1p": "log1p", "expm1": "expm1", "floor": "floor",
    "sign": "sign", "sin": "sin", "cos": "cos", "tan": "tan", "tanh": "tanh", "sinh": "sinh", "cosh": "cosh",
    "arctan": "atan", "arcsinh": "asinh",
}  # fmt: skip
_INFIX = {
    "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "less": "<", "less_equal": "<=", "greater": ">",
    "greater_equal": ">=", "equal": "===", "logical_and": "&&", "logical_or": "||",
}  # fmt: skip
_HELPERS = {
    "_polynomial": """/** A polynomial with these coefficients, constant first. */
function _polynomial(coefficients, x) {
  return coefficients.reduceRight((sum, c) => sum * x + c);
}""",
    "_erfc": """/** By the continued fraction from 1 on (Abramowitz and Stegun, 7.1.14). */
function _erfc(x) {
  if (!(x >= 1)) return 1 - _erf(x);
  if (x > 28) return 0; // less than half of the smallest number
  let rest = 1;
  for (let k = Math.ceil(200 / (x * x)) + 10; k > 0; k--) rest = 1 + k / (2 * x * x) / rest;
  const near = Math.fround(x); // its square is exact, so that the exponential keeps its digits
  return (Math.exp(-near * near) * Math.exp((near - x) * (near + x))) / (x * Math.sqrt(Math.PI) * rest);
}""",
    "_erf": """/** By a series of positive terms (Abramowitz and Stegun, 7.1.6), far out by `_erfc`. */
function _erf(x) {
  if (!(Math.abs(x) < 6)) return Math.sign(x);
  if (Math.abs(x) > 2) return Math.sign(x) * (1 - _erfc(Math.abs(x)));
  let [term, sum, before] = [x, x, NaN];
  for (let n = 1; sum !== before; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    [before, sum] = [sum, sum + term];
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}""",
    "_power": "function _power(a, b) {\n  return a === 1 ? 1 : Math.pow(a, b); // of infinite exponents too\n}",
    "_step": "function _step(x) {\n  return x > 0 ? 1 : x < 0 ? 0 : x === 0 ? 0.5 : NaN;\n}",
    "_each": """/** A function of numbers on the entries of vectors; a number stands for all entries. */
function _each(f, ...columns) {
  const size = columns.find(Array.isArray).length;
  return Array.from({ length: size }, (_, k) => f(...columns.map((c) => (Array.isArray(c) ? c[k] : c))));
}""",
    "_put": "function _put(v, y, entry) {\n  return v.map((x, k) => (k === y ? entry : x));\n}",
    "_sum": "function _sum(v) {\n  return v.reduce((a, b) => a + b, 0);\n}",
    "_column": """function _column(matrix, y) {
  const size = Math.round(Math.sqrt(matrix.length));
  return Array.from({ length: size }, (_, k) => matrix[k * size + y]);
}""",
}


def _define(name: str, arguments: Sequence[str], words: str, lines: Sequence[str], value: str) -> str:
    inside = "\n".join(f"  {line}" for line in [*lines, f"return {value};"])
    return f"/** {words} */\nfunction {name}({', '.join(arguments)}) {{\n{inside}\n}}"


def _each(letters: Sequence[str], formula: str, arguments: Sequence[str]) -> str:
    return f"_each(({', '.join(letters)}) => {formula}, {', '.join(arguments)})"


JAVASCRIPT = Language(
    "javascript",
    {
        **{name: f"Math.{word}({{0}})" for name, word in _MATH.items()},
        **{name: f"{{0}} {mark} {{1}}" for name, mark in _INFIX.items()},
        "negative": "-{0}", "square": "{0} * {0}", "logical_not": "!{0}", "where": "{0} ? {1} : {2}",
        "power": "_power({0}, {1})", "arctan2": "Math.atan2({0}, {1})", "maximum": "Math.max({0}, {1})",
        "minimum": "Math.min({0}, {1})", "heaviside": "_step({0})", "frozen": "{0}", "entries_of": "{0}.length",
        "erf": "_erf({0})", "erfc": "_erfc({0})",
        "max_over": "Math.max(...{0})", "sum_over": "_sum({0})", "pick": "{0}[{1}]", "put": "_put({0}, {1}, {2})",
        "argmax_over": "{0}.indexOf(Math.max(...{0}))", "column_of": "_column({0}, {1})",
    },
    _define,
    "const {} = {};",
    _each,
    constant,
    lambda coefficients, x: f"_polynomial([{', '.join(coefficients)}], {x})",
    lambda places, start, width: f"[{', '.join(places)}].map((place) => {start} + place * {width})",
    lambda weights, values: f"_sum(_each((a, b) => a * b, [{', '.join(weights)}], {values}))",
)  # fmt: skip


def module(program: Program, signature: Signature) -> str:
    """The text of the module, from the program of value and gradient.

    Raises `DerivationError` where it needs a function without a form in elementary ones.
    """
    refuse(JAVASCRIPT, program, signature)
    lines, (value, *slopes) = body(JAVASCRIPT, program)
    call = (calls if signature.inputs else _call)(signature, lines, value, slopes)
    written = [*functions(JAVASCRIPT, program), call]
    text = "\n".join(written)
    if "_erf(" in text:
        text += "_erfc("
    elif "_erfc(" in text:
        text += "_erf("
    helpers = [helper for name, helper in (_HELPERS | HELPERS).items() if f"{name}(" in text]
    return "\n\n".join([_head(signature), *helpers, *written]) + "\n"


def _head(signature: Signature) -> str:
    outputs = ", ".join(name for name, _, _ in signature.outputs)
    return f"""/**
 * {signature.title}: the loss of one row and its gradient in the outputs.
 *
 *     loss = {signature.formula}
 *
 * Outputs: {outputs}; the outcome: {signature.words}. Written by likelihoodkit; needs nothing else.
 */"""


def _call(signature: Signature, lines: Sequence[str], value: str, slopes: Sequence[str]) -> str:
    check = signature.check
    vector = any(is_vector for _, _, is_vector in signature.outputs)
    inside = [
        f"{signature.outcome} {'>=' if check.closed_low else '>'} {constant(repr(check.low))}",
        f"{signature.outcome} {'<=' if check.closed_high else '<'} {constant(repr(check.high))}",
        *([f"Number.isInteger({signature.outcome})"] if check.whole else []),
        *([f"{signature.outcome} < outputs.length"] if vector else []),
    ]
    symbols = [symbol for _, symbol, _ in signature.outputs]
    taken = f"const {symbols[0]} = outputs;" if vector else f"const [{', '.join(symbols)}] = outputs;"
    given = "".join(f"\n  const {symbol} = given.{name};" for name, symbol in signature.given)
    more = ", given" if signature.given else ""
    says = f"; `given` holds {', '.join(name for name, _ in signature.given)}" if signature.given else ""
    width = "" if vector else f" || outputs.length !== {len(symbols)}"
    sign = f"  if ({signature.outcome} === -1) {signature.outcome} = 0; // labels may be -1 and 1\n" * signature.labels
    gradient = slopes[0] if vector else f"[{', '.join(slopes)}]"
    inner = "\n".join(f"  {line}" for line in [*held(signature), *lines])
    outcome = signature.outcome
    return f"""/** Loss and gradient of one row: `outputs` is an array, the gradient another one{says}. */
export function valueAndGradient({outcome}, outputs{more}) {{
{sign}  if (!({" && ".join(inside)})) {{
    throw new RangeError(`y must hold {signature.words}, not ${{{outcome}}}`);
  }}
  if (!outputs.every(Number.isFinite){width}) {{
    throw new RangeError("outputs are not {"finite numbers" if vector else f"{len(symbols)} finite numbers"}");
  }}
  {taken}{given}
{inner}
  return {{ value: {value}, gradient: {gradient} }};
}}

/** The loss of one row. */
export function value({outcome}, outputs{more}) {{
  return valueAndGradient({outcome}, outputs{more}).value;
}}

/** Its gradient in the outputs. */
export function gradient({outcome}, outputs{more}) {{
  return valueAndGradient({outcome}, outputs{more}).gradient;
}}"""
