"""How an ES module of vectors is called: arrays by their names, or an outcome and outputs that are cut in blocks."""

from __future__ import annotations

import math
from collections.abc import Sequence

from likelihoodkit.compile.checks import Inside
from likelihoodkit.compile.named_text import Block, Input
from likelihoodkit.compile.source import Signature

#: what is asked of a row, by the function that asks it in Python; {0} is the row, {1} its total
RULES = {
    "_sum_off": "Math.abs(_sum({0}) - 1) > 1e-6",
    "_not_positive": "!{0}.every((x) => x > 0)",
    "_not_of_length_one": "Math.abs(Math.hypot(...{0}) - 1) > 1e-6",
    "_other_total": "_sum({0}) !== {1}",
    "_all_zeros": "{0}.every((x) => x === 0)",
}
HELPERS = {
    "_whole": """/** A slope in every entry of a vector, also where it is the same for all. */
function _whole(slope, like) {
  return Array.isArray(slope) ? slope : like.map(() => slope);
}""",
    "_ask": """/** Throw a RangeError unless an argument is a finite number, or an array of them, and each holds. */
function _ask(name, given, vector, holds, words) {
  const entries = vector ? given : [given];
  if (Array.isArray(given) !== vector || !entries.every((x) => Number.isFinite(x) && holds(x))) {
    throw new RangeError(`${name} must hold ${words}, not ${given}`);
  }
}""",
}


def constant(text: str) -> str:
    """A number as JavaScript has it."""
    word = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(text, text)
    return f"({word})" if word.startswith("-") else word


def question(check: Inside, x: str) -> str:
    """What is asked of one number."""
    asked = [f"Number.isInteger({x})"] if check.whole else []
    if check.low != -math.inf:
        asked.append(f"{x} {'>=' if check.closed_low else '>'} {constant(repr(check.low))}")
    if check.high != math.inf:
        asked.append(f"{x} {'<=' if check.closed_high else '<'} {constant(repr(check.high))}")
    return " && ".join(asked) or "true"


def held(signature: Signature) -> list[str]:
    """Lines for the parameters held at a vector."""
    like = signature.symbols[1] if signature.constants else ""
    return [
        f"const {symbol} = {list(values)!r};"
        if len(values) > 1
        else f"const {symbol} = {like}.map(() => {values[0]!r});"
        for symbol, values in signature.constants
    ]


def _asked(inputs: Sequence[Input]) -> list[str]:
    """Lines that ask the arrays what their supports ask."""
    lines = []
    leaders: dict[str, str] = {}
    for one in inputs:
        if one.labels:
            lines.append(f"if ({one.name} === -1) {one.name} = 0; // labels may be -1 and 1")
        asked = f'"{one.name}", {one.name}, {str(one.vector).lower()}, (x) => {question(one.check, "x")}'
        lines.append(f'_ask({asked}, "{one.words}");')
        other = leaders.setdefault(one.group, one.name) if one.vector and one.group else one.name
        if other != one.name:
            lines.append(
                f"if ({one.name}.length !== {other}.length) "
                f'throw new RangeError("{one.name} and {other} differ in length");'
            )
        for wrong, _, function in one.rules:
            test = RULES[function].format(one.name, one.total)
            lines.append(f'if ({test}) throw new RangeError("{one.name} {wrong}");')
    return lines


def _cut(blocks: Sequence[Block]) -> list[str]:
    """Lines that take the outputs apart; K, where a width depends on it, is tried out."""
    widths = [block.width.replace("//", "/") for block in blocks]
    total = " + ".join(widths)
    lines = []
    if "K" in total:
        fewest = max(b.fewest for b in blocks if "K" in b.width)
        lines += [f"let K = {fewest};", f"while ({total} < outputs.length) K++;"]
    wrong = "throw new RangeError(`outputs cannot be ${outputs.length} numbers`);"
    lines.append(f"if ({total} !== outputs.length) {wrong}")
    start = "0"
    for block, width in zip(blocks, widths, strict=True):
        taken = f"outputs[{start}]" if block.size == "one" else f"outputs.slice({start}, {start} + {width})"
        lines.append(f"const {block.name} = {taken};")
        start = width if start == "0" else f"{start} + {width}"
    return lines


def calls(signature: Signature, lines: Sequence[str], value: str, slopes: Sequence[str]) -> str:
    """The exported functions, from the lines of the program and the names of its results."""
    inputs, blocks = signature.inputs, signature.blocks
    counts = [] if signature.by_name else list(inputs[1 + len(signature.outputs) :])
    predicted = [one for one in inputs if one.predicted]
    moves = [
        f"_whole({slope}, {one.name})" if one.vector else slope for one, slope in zip(predicted, slopes, strict=True)
    ]
    if signature.by_name:
        names = [one.name for one in inputs]
        gradient = "{ " + ", ".join(f"{one.name}: {move}" for one, move in zip(predicted, moves, strict=True)) + " }"
    else:
        names = ["y", "outputs", *(["given = {}"] if counts else [])]
        gradient = f"[{', '.join(f'...{m}' if o.vector else m for o, m in zip(predicted, moves, strict=True))}]"
    first = [f"const {one.name} = given.{one.name} ?? _sum(y);" for one in counts]
    if blocks:
        first += ['_ask("outputs", outputs, true, () => true, "finite numbers");', *_cut(blocks)]
        if signature.bounded:
            first.append(f'if (!(y < K)) throw new RangeError("y must hold {signature.bounded}");')
    asked = [line for line in _asked(inputs) if not line.startswith('_ask("outputs"') or not blocks]
    symbols = [f"const {one.symbol} = {one.name};" for one in inputs if one.symbol != one.name]
    inner = "\n".join(f"  {line}" for line in [*first, *asked, *symbols, *held(signature), *lines])
    passed = ", ".join(name.partition(" ")[0] for name in names)
    words = "; ".join(f"{one.name}: {one.words}" for one in inputs)
    return f"""/** Loss and gradient of one row. {words}. */
export function valueAndGradient({", ".join(names)}) {{
{inner}
  return {{ value: {value}, gradient: {gradient} }};
}}

/** The loss of one row. */
export function value({", ".join(names)}) {{
  return valueAndGradient({passed}).value;
}}

/** Its gradient. */
export function gradient({", ".join(names)}) {{
  return valueAndGradient({passed}).gradient;
}}"""
