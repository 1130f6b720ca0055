"""A program as LLVM text: one loop over 8 to 32 rows at a time, everything between loads and stores in registers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from likelihoodkit.compile.checks import Inside
from likelihoodkit.compile.program import Instruction, Program
from likelihoodkit.compile.ranges import LARGEST, Range, ranges
from likelihoodkit.compile.vector_math import Lines, library, quotient
from likelihoodkit.compile.vector_special import FUNCTIONS, power

ARITHMETIC = {"add": "fadd", "subtract": "fsub", "multiply": "fmul"}
RELATIONS = {"less": "olt", "less_equal": "ole", "greater": "ogt", "greater_equal": "oge", "equal": "oeq"}
LOGIC = {"logical_and": "and", "logical_or": "or"}
INTRINSICS = {"sqrt": "sqrt", "abs": "fabs", "floor": "floor"}
OTHERS = frozenset(
    {"divide", "input", "constant", "negative", "square", "maximum", "minimum", "where", "polynomial", "sign"}
    | {"power", "logical_not"}
)
SUPPORTED = OTHERS | {*ARITHMETIC, *RELATIONS, *LOGIC, *INTRINSICS, *FUNCTIONS}
#: dtypes that columns may have, as LLVM types, and how their numbers become double
TYPES = {
    "float64": "double", "float32": "float",
    "int64": "i64", "int32": "i32", "int16": "i16", "int8": "i8", "uint32": "i32", "uint16": "i16", "uint8": "i8",
}  # fmt: skip
SHORT = {"double": "f64", "float": "f32", "i64": "i64", "i32": "i32", "i16": "i16", "i8": "i8"}
BYTES = {"double": 8, "float": 4, "i64": 8, "i32": 4, "i16": 2, "i8": 1}
#: columns up to which a block is read whole and sorted by shuffles; wider ones are gathered number by number
NARROW = 16
#: numbers of a table that counts are looked up in, a power of two
COUNTS = 1 << 10
#: instructions of a program up to which so many rows are taken at once: chains of rows side by side fill the waiting
#: times of one another, until the registers no longer hold them (benchmarks/speed)
LANES = ((40, 32), (128, 16), (1 << 30, 8))


def lanes(program: Program) -> int:
    """Rows at a time for a program."""
    return next(count for most, count in LANES if len(program.instructions) <= most)


def _gathers(lanes: int) -> str:
    mask = f"<{lanes} x i1>"
    return "".join(
        f"declare <{lanes} x {kind}> @llvm.masked.gather.v{lanes}{short}.v{lanes}p0"
        f"(<{lanes} x ptr>, i32, {mask}, <{lanes} x {kind}>)\n"
        f"declare void @llvm.masked.scatter.v{lanes}{short}.v{lanes}p0"
        f"(<{lanes} x {kind}>, <{lanes} x ptr>, i32, {mask})\n"
        for kind, short in SHORT.items()
    )


@dataclass(frozen=True)
class Column:
    """Where a number per row is read or written: argument ``pointer``, column ``index`` of ``width`` ones.

    ``kind`` is the dtype; width 0 means one number for all rows. ``apart``: what lies between is not there to be read.
    """

    pointer: int
    kind: str
    index: int = 0
    width: int = 1
    apart: bool = False


def supported(program: Program) -> bool:
    """Can the program be written this way: a number per row throughout, and no kernel without a form?"""
    return not program.vectors and all(i.operation in SUPPORTED for i in program.instructions)


def write(
    program: Program,
    inputs: Mapping[str, Column],
    outputs: Mapping[str, Column],
    checks: Mapping[str, Inside],
    looked: tuple[str, frozenset[str]] = ("", frozenset()),
    *,
    wide: bool,
) -> str:
    """The text of ``i32 @run(ptr arguments)``: bit 0 of the answer is set where a check said no, bit 1 for flags.

    ``looked`` are an input and what is looked up by it in tables of `COUNTS` numbers. ``wide``: for a processor with
    AVX-512.

    Arguments are whole numbers of 8 bytes: how many rows, at least a block of them; where the flags go; the pointers.
    Flags are a bit for every row of a block, set for each that is outside the guards. The last block ends with the
    last row: some of its rows are computed twice.
    """
    count_of_rows = lanes(program)
    lines = Lines(count_of_rows, wide=wide)
    known = ranges(program, {n: (max(c.low, -LARGEST), min(c.high, LARGEST)) for n, c in checks.items()})
    word = f"i{count_of_rows}"
    blocks: dict[int, str] = {}
    names: dict[int, str] = {}
    outside, refused = f"{lines.B} zeroinitializer", f"{lines.B} zeroinitializer"
    limits = {g.target: g for g in program.guards}
    for instruction in program.instructions:
        if instruction.operation == "input":
            column = inputs[instruction.detail]
            if instruction.detail in looked[1]:
                name = names[instruction.target] = _look_up(lines, column, _load(lines, inputs[looked[0]], blocks))
            else:
                name = names[instruction.target] = _load(lines, column, blocks)
            check = checks.get(instruction.detail)
            if check is not None:
                refused = f"{lines.B} {lines.let(f'or {refused}, {wrong(lines, name, check)}')}"
        else:
            name = names[instruction.target] = instruct(
                lines, instruction, names, [known[a] for a in instruction.arguments]
            )
        guard = limits.get(instruction.target)
        if guard is not None:
            for relation, bound in (("ult", guard.low), ("ugt", guard.high)):
                mask = lines.compare(relation, name, lines.splat(bound))
                outside = f"{lines.B} {lines.let(f'or {outside}, {mask}')}"
    _store(lines, {outputs[name]: names[target] for name, target in program.results})
    flag = lines.let(f"bitcast {outside} to {word}")
    if limits:
        place = lines.let(f"getelementptr {word}, ptr %flags, i64 %block")
        lines.text.append(f"  store {word} {flag}, ptr {place}")
    refusal = lines.let(f"bitcast {refused} to {word}")
    count = 1 + max(c.pointer for c in (*inputs.values(), *outputs.values()))
    body = "\n".join(lines.text)
    return framed(
        lines,
        count,
        f"""entry:
  %last = sub i64 %rows, {count_of_rows}
  br label %loop
loop:
  %row = phi i64 [ 0, %entry ], [ %next, %loop ]
  %block = phi i64 [ 0, %entry ], [ %blocks, %loop ]
  %wrong = phi {word} [ 0, %entry ], [ %wronged, %loop ]
  %seen = phi {word} [ 0, %entry ], [ %flagged, %loop ]
{body}
  %wronged = or {word} %wrong, {refusal}
  %flagged = or {word} %seen, {flag}
  %step = add i64 %row, {count_of_rows}
  %over = icmp sgt i64 %step, %last
  %next = select i1 %over, i64 %last, i64 %step
  %blocks = add i64 %block, 1
  %done = icmp eq i64 %row, %last
  br i1 %done, label %end, label %loop""",
        more=_gathers(lines.lanes),
    )


def framed(lines: Lines, count: int, loop: str, more: str) -> str:
    """A module around a loop over rows that ends by going to ``end`` with ``wronged`` and ``flagged``."""
    word = f"i{lines.lanes}"
    return f"""{library(lines.lanes, wide=lines.wide)}{more}
define internal i32 @loss(i64 %rows, ptr noalias %flags, {_arguments("ptr noalias", count)}) noinline #0 {{
{loop}
end:
  %bad = icmp ne {word} %wronged, 0
  %some = icmp ne {word} %flagged, 0
  %answer = select i1 %some, i32 2, i32 0
  %worse = zext i1 %bad to i32
  %both = or i32 %answer, %worse
  ret i32 %both
}}
define i32 @run(ptr %arguments) {{
  %rows = load i64, ptr %arguments
{_unpacked(count)}
  %answer = call i32 @loss(i64 %rows, ptr %flags, {_arguments("ptr", count)})
  ret i32 %answer
}}
attributes #0 = {{ "prefer-vector-width"="512" "min-legal-vector-width"="512" nounwind }}
"""


def _arguments(kind: str, count: int) -> str:
    return ", ".join(f"{kind} %p{i}" for i in range(count))


def _unpacked(count: int) -> str:
    """Loads of the arguments after the first."""
    return "\n".join(
        f"  %at{i} = getelementptr i64, ptr %arguments, i64 {i + 1}\n  %{name} = load ptr, ptr %at{i}"
        for i, name in enumerate(["flags", *(f"p{k}" for k in range(count))])
    )


def _intrinsic(lines: Lines, operation: str) -> str:
    return f"llvm.{INTRINSICS[operation]}.v{lines.lanes}f64"


def _all(lines: Lines) -> str:
    return "<" + ", ".join(["i1 true"] * lines.lanes) + ">"


def _load(lines: Lines, column: Column, blocks: dict[int, str]) -> str:
    kind = TYPES[column.kind]
    if column.width == 0:
        one = lines.let(f"load {kind}, ptr %p{column.pointer}")
        vector = lines.let(f"insertelement <{lines.lanes} x {kind}> poison, {kind} {one}, i32 0")
        shape = f"<{lines.lanes} x {kind}>"
        vector = lines.let(f"shufflevector {shape} {vector}, {shape} poison, <{lines.lanes} x i32> zeroinitializer")
        return as_double(lines, vector, column.kind)
    size = lines.lanes * column.width
    if column.apart or column.width > NARROW:
        return as_double(lines, _gathered(lines, column, kind), column.kind)
    if column.pointer not in blocks:
        place = _place(lines, column, kind)
        blocks[column.pointer] = lines.let(f"load <{size} x {kind}>, ptr {place}, align {BYTES[kind]}")
    vector = blocks[column.pointer]
    if column.width > 1:
        picks = ", ".join(f"i32 {column.index + column.width * lane}" for lane in range(lines.lanes))
        vector = lines.let(
            f"shufflevector <{size} x {kind}> {vector}, <{size} x {kind}> poison, <{lines.lanes} x i32> <{picks}>"
        )
    return as_double(lines, vector, column.kind)


def _look_up(lines: Lines, column: Column, count: str) -> str:
    """The number of a table that a count is the place of; any number for what is no count, but none from elsewhere."""
    kind = f"<{lines.lanes} x i32>"
    place = lines.let(f"freeze {kind} {lines.let(f'fptosi {lines.V} {count} to {kind}')}")
    most = lines.let(f"insertelement {kind} poison, i32 {COUNTS - 1}, i32 0")
    most = lines.let(f"shufflevector {kind} {most}, {kind} poison, <{lines.lanes} x i32> zeroinitializer")
    place = lines.let(f"and {kind} {place}, {most}")
    places = lines.let(f"getelementptr double, ptr %p{column.pointer}, {kind} {place}")
    name = f"llvm.masked.gather.v{lines.lanes}f64.v{lines.lanes}p0"
    mask = f"{lines.B} {_all(lines)}"
    return lines.let(f"call {lines.V} @{name}(<{lines.lanes} x ptr> {places}, i32 8, {mask}, {lines.V} poison)")


def _addresses(lines: Lines, column: Column, kind: str) -> str:
    """Where the column's number of each row is."""
    first = lines.let(f"mul i64 %row, {column.width}")
    steps = ", ".join(f"i64 {lane * column.width + column.index}" for lane in range(lines.lanes))
    base = lines.let(f"getelementptr {kind}, ptr %p{column.pointer}, i64 {first}")
    return lines.let(f"getelementptr {kind}, ptr {base}, {lines.I} <{steps}>")


def _gathered(lines: Lines, column: Column, kind: str) -> str:
    places, vector = _addresses(lines, column, kind), f"<{lines.lanes} x {kind}>"
    name = f"llvm.masked.gather.v{lines.lanes}{SHORT[kind]}.v{lines.lanes}p0"
    mask = f"{lines.B} {_all(lines)}"
    return lines.let(
        f"call {vector} @{name}(<{lines.lanes} x ptr> {places}, i32 {BYTES[kind]}, {mask}, {vector} poison)"
    )


def _place(lines: Lines, column: Column, kind: str) -> str:
    """The address of the current block; counted in numbers, for a vector's own size in memory may be padded."""
    first = lines.let(f"mul i64 %row, {column.width}")
    return lines.let(f"getelementptr {kind}, ptr %p{column.pointer}, i64 {first}")


def as_double(lines: Lines, vector: str, kind: str) -> str:
    """Numbers of that dtype as doubles."""
    if kind == "float64":
        return vector
    change = "fpext" if kind == "float32" else "uitofp" if kind.startswith("u") else "sitofp"
    return lines.let(f"{change} <{lines.lanes} x {TYPES[kind]}> {vector} to {lines.V}")


def wrong(lines: Lines, name: str, check: Inside) -> str:
    """The mask of the numbers for which a check says no."""
    low = lines.compare("ult" if check.closed_low else "ule", name, lines.splat(check.low))
    high = lines.compare("ugt" if check.closed_high else "uge", name, lines.splat(check.high))
    wrong = lines.let(f"or {lines.B} {low}, {high}")
    if check.whole:
        floor = lines.call(_intrinsic(lines, "floor"), name)
        wrong = lines.let(f"or {lines.B} {wrong}, {lines.compare('une', floor, name)}")
    return wrong


def instruct(lines: Lines, instruction: Instruction, names: Mapping[int, str], known: Sequence[Range]) -> str:
    """One operation; ``known`` are the ranges of its arguments."""
    operation, arguments = instruction.operation, [names[a] for a in instruction.arguments]
    if operation == "constant":
        return lines.splat(float(instruction.detail))
    if operation in ARITHMETIC:
        return lines.binary(ARITHMETIC[operation], *arguments)
    if operation in RELATIONS:
        return lines.compare(RELATIONS[operation], *arguments)
    if operation in LOGIC:
        return lines.let(f"{LOGIC[operation]} {lines.B} {arguments[0]}, {arguments[1]}")
    if operation == "divide":
        return quotient(lines, arguments[0], arguments[1], known[0], known[1])
    if operation == "power":
        return power(lines, arguments[0], arguments[1], known[0])
    if operation in FUNCTIONS:
        return FUNCTIONS[operation](lines, arguments[0], known[0])
    if operation == "logical_not":
        return lines.let(f"xor {lines.B} {arguments[0]}, {_all(lines)}")
    if operation in INTRINSICS:
        return lines.call(_intrinsic(lines, operation), *arguments)
    return _other(lines, instruction, arguments)


def _other(lines: Lines, instruction: Instruction, arguments: Sequence[str]) -> str:
    operation, x = instruction.operation, arguments[0]
    if operation == "negative":
        return lines.let(f"fneg {lines.V} {x}")
    if operation == "square":
        return lines.binary("fmul", x, x)
    if operation == "polynomial":
        return lines.polynomial(instruction.detail, x)
    if operation == "where":
        return lines.select(*arguments)
    if operation == "sign":
        up = lines.select(lines.compare("ogt", x, lines.splat(0.0)), lines.splat(1.0), x)
        return lines.select(lines.compare("olt", x, lines.splat(0.0)), lines.splat(-1.0), up)
    larger = lines.select(lines.compare("ogt" if operation == "maximum" else "olt", *arguments), *arguments)
    return lines.select(lines.compare("uno", x, x), x, larger)  # NaN on the left passes too


def _store(lines: Lines, answers: Mapping[Column, str]) -> None:
    by_pointer: dict[int, dict[int, tuple[Column, str]]] = {}
    for column, name in answers.items():
        by_pointer.setdefault(column.pointer, {})[column.index] = (column, name)
    for found in by_pointer.values():
        first = found[min(found)][0]
        if first.apart or first.width > NARROW:
            for column, name in found.values():
                _scatter(lines, column, name)
            continue
        kind, size = TYPES[first.kind], lines.lanes * first.width
        vectors = [found[index][1] for index in range(first.width)]
        if first.kind == "float32":
            vectors = [lines.let(f"fptrunc {lines.V} {v} to <{lines.lanes} x float>") for v in vectors]
        joined = _interleave(lines, vectors, kind)
        place = _place(lines, first, kind)
        lines.text.append(f"  store <{size} x {kind}> {joined}, ptr {place}, align {BYTES[kind]}")


def _scatter(lines: Lines, column: Column, name: str) -> None:
    kind = TYPES[column.kind]
    vector, function = f"<{lines.lanes} x {kind}>", f"llvm.masked.scatter.v{lines.lanes}{SHORT[kind]}.v{lines.lanes}p0"
    if column.kind == "float32":
        name = lines.let(f"fptrunc {lines.V} {name} to {vector}")
    places = _addresses(lines, column, kind)
    lines.text.append(
        f"  call void @{function}({vector} {name}, <{lines.lanes} x ptr> {places}, i32 {BYTES[kind]}, "
        f"{lines.B} {_all(lines)})"
    )


def _interleave(lines: Lines, vectors: Sequence[str], kind: str) -> str:
    joined, width = vectors[0], 1
    for vector in vectors[1:]:
        size, more = lines.lanes * width, lines.lanes * (width + 1)
        widened = vector
        if width > 1:
            spread = ", ".join(f"i32 {i}" if i < lines.lanes else "i32 poison" for i in range(size))
            part = f"<{lines.lanes} x {kind}>"
            widened = lines.let(f"shufflevector {part} {vector}, {part} poison, <{size} x i32> <{spread}>")
        order = [
            lane * width + k if k < width else size + lane for lane in range(lines.lanes) for k in range(width + 1)
        ]
        picks = ", ".join(f"i32 {i}" for i in order)
        joined = lines.let(
            f"shufflevector <{size} x {kind}> {joined}, <{size} x {kind}> {widened}, <{more} x i32> <{picks}>"
        )
        width += 1
    return joined


__all__ = ["Column", "as_double", "framed", "instruct", "lanes", "supported", "write", "wrong"]
