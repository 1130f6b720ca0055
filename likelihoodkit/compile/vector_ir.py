"""A program as LLVM text: one loop over eight rows at a time, everything between loads and stores in registers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from likelihoodkit.compile.checks import Inside
from likelihoodkit.compile.program import Instruction, Program
from likelihoodkit.compile.vector_math import LANES, B, I, Lines, V, library, number, splat, whole

ARITHMETIC = {"add": "fadd", "subtract": "fsub", "multiply": "fmul", "divide": "fdiv"}
RELATIONS = {"less": "olt", "less_equal": "ole", "greater": "ogt", "greater_equal": "oge", "equal": "oeq"}
LOGIC = {"logical_and": "and", "logical_or": "or"}
INTRINSICS = {"sqrt": "llvm.sqrt.v8f64", "abs": "llvm.fabs.v8f64", "floor": "llvm.floor.v8f64"}
FUNCTIONS = {"exp": "k.exp", "log": "k.log", "log1p": "k.log1p", "expm1": "k.expm1"}
OTHERS = frozenset({"input", "constant", "negative", "square", "maximum", "minimum", "where", "polynomial", "sign"})
SUPPORTED = OTHERS | {*ARITHMETIC, *RELATIONS, *LOGIC, *INTRINSICS, *FUNCTIONS}
TYPES = {"float64": "double", "float32": "float", "int64": "i64"}
SHORT, BYTES = {"double": "f64", "float": "f32", "i64": "i64"}, {"double": 8, "float": 4, "i64": 8}
ALL = "<" + ", ".join(["i1 true"] * LANES) + ">"
#: columns up to which a block is read whole and sorted by shuffles; wider ones are gathered number by number
NARROW = 16
GATHERS = "".join(
    f"declare <{LANES} x {kind}> @llvm.masked.gather.v{LANES}{short}.v{LANES}p0"
    f"(<{LANES} x ptr>, i32, {B}, <{LANES} x {kind}>)\n"
    f"declare void @llvm.masked.scatter.v{LANES}{short}.v{LANES}p0(<{LANES} x {kind}>, <{LANES} x ptr>, i32, {B})\n"
    for kind, short in SHORT.items()
)


@dataclass(frozen=True)
class Column:
    """Where a number per row is read or written: argument ``pointer``, column ``index`` of ``width`` ones.

    ``kind`` is the dtype; width 0 means one number for all rows.
    """

    pointer: int
    kind: str
    index: int = 0
    width: int = 1


def supported(program: Program) -> bool:
    """Can the program be written this way: a number per row throughout, and no kernel without a form?"""
    return not program.vectors and all(i.operation in SUPPORTED for i in program.instructions)


def write(
    program: Program,
    inputs: Mapping[str, Column],
    outputs: Mapping[str, Column],
    checks: Mapping[str, Inside],
) -> str:
    """The text of ``i32 @loss(i64 blocks, ptr flags, ptr...)``: 0, or 1 where a check said no.

    ``flags`` receives a byte for every block of eight rows: a bit for each that is outside the guards.
    """
    lines = Lines()
    blocks: dict[int, str] = {}
    names: dict[int, str] = {}
    outside, refused = f"{B} zeroinitializer", f"{B} zeroinitializer"
    limits = {g.target: g for g in program.guards}
    for instruction in program.instructions:
        if instruction.operation == "input":
            name = names[instruction.target] = _load(lines, inputs[instruction.detail], blocks)
            check = checks.get(instruction.detail)
            if check is not None:
                refused = f"{B} {lines.let(f'or {refused}, {_wrong(lines, name, check)}')}"
        else:
            name = names[instruction.target] = _instruction(lines, instruction, names)
        guard = limits.get(instruction.target)
        if guard is not None:
            for relation, bound in (("ult", guard.low), ("ugt", guard.high)):
                mask = lines.compare(relation, name, splat(bound))
                outside = f"{B} {lines.let(f'or {outside}, {mask}')}"
    _store(lines, {outputs[name]: names[target] for name, target in program.results})
    flag = lines.let(f"bitcast {outside} to i8")
    place = lines.let("getelementptr i8, ptr %flags, i64 %i")
    lines.text.append(f"  store i8 {flag}, ptr {place}")
    refusal = lines.let(f"bitcast {refused} to i8")
    count = 1 + max(c.pointer for c in (*inputs.values(), *outputs.values()))
    pointers = ", ".join(f"ptr noalias %p{i}" for i in range(count))
    body = "\n".join(lines.text)
    return f"""{library()}{GATHERS}
define i32 @loss(i64 %blocks, ptr noalias %flags, {pointers}) #0 {{
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %seen = phi i8 [ 0, %entry ], [ %sum, %loop ]
{body}
  %sum = or i8 %seen, {refusal}
  %next = add i64 %i, 1
  %done = icmp eq i64 %next, %blocks
  br i1 %done, label %end, label %loop
end:
  %any = icmp ne i8 %sum, 0
  %answer = zext i1 %any to i32
  ret i32 %answer
}}
attributes #0 = {{ "prefer-vector-width"="512" "min-legal-vector-width"="512" nounwind }}
"""


def _load(lines: Lines, column: Column, blocks: dict[int, str]) -> str:
    kind = TYPES[column.kind]
    if column.width == 0:
        one = lines.let(f"load {kind}, ptr %p{column.pointer}")
        vector = lines.let(f"insertelement <{LANES} x {kind}> poison, {kind} {one}, i32 0")
        vector = lines.let(
            f"shufflevector <{LANES} x {kind}> {vector}, <{LANES} x {kind}> poison, <{LANES} x i32> zeroinitializer"
        )
        return _as_double(lines, vector, column.kind)
    size = LANES * column.width
    if column.width > NARROW:
        return _as_double(lines, _gathered(lines, column, kind), column.kind)
    if column.pointer not in blocks:
        place = _place(lines, column.pointer, kind, size)
        blocks[column.pointer] = lines.let(f"load <{size} x {kind}>, ptr {place}, align {4 if kind == 'float' else 8}")
    vector = blocks[column.pointer]
    if column.width > 1:
        picks = ", ".join(f"i32 {column.index + column.width * lane}" for lane in range(LANES))
        vector = lines.let(
            f"shufflevector <{size} x {kind}> {vector}, <{size} x {kind}> poison, <{LANES} x i32> <{picks}>"
        )
    return _as_double(lines, vector, column.kind)


def _addresses(lines: Lines, column: Column, kind: str) -> str:
    """Where the column's number of each row is."""
    first = lines.let(f"mul i64 %i, {LANES * column.width}")
    steps = ", ".join(f"i64 {lane * column.width + column.index}" for lane in range(LANES))
    base = lines.let(f"getelementptr {kind}, ptr %p{column.pointer}, i64 {first}")
    return lines.let(f"getelementptr {kind}, ptr {base}, {I} <{steps}>")


def _gathered(lines: Lines, column: Column, kind: str) -> str:
    places, vector = _addresses(lines, column, kind), f"<{LANES} x {kind}>"
    name = f"llvm.masked.gather.v{LANES}{SHORT[kind]}.v{LANES}p0"
    return lines.let(f"call {vector} @{name}(<{LANES} x ptr> {places}, i32 {BYTES[kind]}, {B} {ALL}, {vector} poison)")


def _place(lines: Lines, pointer: int, kind: str, size: int) -> str:
    """The address of the current block; counted in numbers, for a vector's own size in memory may be padded."""
    first = lines.let(f"mul i64 %i, {size}")
    return lines.let(f"getelementptr {kind}, ptr %p{pointer}, i64 {first}")


def _as_double(lines: Lines, vector: str, kind: str) -> str:
    if kind == "float64":
        return vector
    return lines.let(f"{'fpext' if kind == 'float32' else 'sitofp'} <{LANES} x {TYPES[kind]}> {vector} to {V}")


def _wrong(lines: Lines, name: str, check: Inside) -> str:
    low = lines.compare("ult" if check.closed_low else "ule", name, splat(check.low))
    high = lines.compare("ugt" if check.closed_high else "uge", name, splat(check.high))
    wrong = lines.let(f"or {B} {low}, {high}")
    if check.whole:
        floor = lines.call(INTRINSICS["floor"], name)
        wrong = lines.let(f"or {B} {wrong}, {lines.compare('une', floor, name)}")
    return wrong


def _instruction(lines: Lines, instruction: Instruction, names: Mapping[int, str]) -> str:
    operation, arguments = instruction.operation, [names[a] for a in instruction.arguments]
    if operation == "constant":
        return splat(float(instruction.detail))
    if operation in ARITHMETIC:
        return lines.binary(ARITHMETIC[operation], *arguments)
    if operation in RELATIONS:
        return lines.compare(RELATIONS[operation], *arguments)
    if operation in LOGIC:
        return lines.let(f"{LOGIC[operation]} {B} {arguments[0]}, {arguments[1]}")
    if operation in INTRINSICS or operation in FUNCTIONS:
        return lines.call(INTRINSICS.get(operation) or FUNCTIONS[operation], *arguments)
    return _other(lines, instruction, arguments)


def _other(lines: Lines, instruction: Instruction, arguments: Sequence[str]) -> str:
    operation, x = instruction.operation, arguments[0]
    if operation == "negative":
        return lines.let(f"fneg {V} {x}")
    if operation == "square":
        return lines.binary("fmul", x, x)
    if operation == "polynomial":
        return lines.polynomial(instruction.detail, x)
    if operation == "where":
        return lines.select(*arguments)
    if operation == "sign":
        up = lines.select(lines.compare("ogt", x, splat(0.0)), splat(1.0), x)
        return lines.select(lines.compare("olt", x, splat(0.0)), splat(-1.0), up)
    larger = lines.select(lines.compare("ogt" if operation == "maximum" else "olt", *arguments), *arguments)
    return lines.select(lines.compare("uno", x, x), x, larger)  # NaN on the left passes too


def _store(lines: Lines, answers: Mapping[Column, str]) -> None:
    by_pointer: dict[int, dict[int, tuple[Column, str]]] = {}
    for column, name in answers.items():
        by_pointer.setdefault(column.pointer, {})[column.index] = (column, name)
    for pointer, found in by_pointer.items():
        first = found[min(found)][0]
        if first.width > NARROW:
            for column, name in found.values():
                _scatter(lines, column, name)
            continue
        kind, size = TYPES[first.kind], LANES * first.width
        vectors = [found[index][1] for index in range(first.width)]
        if first.kind == "float32":
            vectors = [lines.let(f"fptrunc {V} {v} to <{LANES} x float>") for v in vectors]
        joined = _interleave(lines, vectors, kind)
        place = _place(lines, pointer, kind, size)
        lines.text.append(f"  store <{size} x {kind}> {joined}, ptr {place}, align {4 if kind == 'float' else 8}")


def _scatter(lines: Lines, column: Column, name: str) -> None:
    kind = TYPES[column.kind]
    vector, function = f"<{LANES} x {kind}>", f"llvm.masked.scatter.v{LANES}{SHORT[kind]}.v{LANES}p0"
    if column.kind == "float32":
        name = lines.let(f"fptrunc {V} {name} to {vector}")
    places = _addresses(lines, column, kind)
    lines.text.append(
        f"  call void @{function}({vector} {name}, <{LANES} x ptr> {places}, i32 {BYTES[kind]}, {B} {ALL})"
    )


def _interleave(lines: Lines, vectors: Sequence[str], kind: str) -> str:
    joined, width = vectors[0], 1
    for vector in vectors[1:]:
        size, more = LANES * width, LANES * (width + 1)
        widened = vector
        if width > 1:
            spread = ", ".join(f"i32 {i}" if i < LANES else "i32 poison" for i in range(size))
            widened = lines.let(
                f"shufflevector <{LANES} x {kind}> {vector}, <{LANES} x {kind}> poison, <{size} x i32> <{spread}>"
            )
        order = [lane * width + k if k < width else size + lane for lane in range(LANES) for k in range(width + 1)]
        picks = ", ".join(f"i32 {i}" for i in order)
        joined = lines.let(
            f"shufflevector <{size} x {kind}> {joined}, <{size} x {kind}> {widened}, <{more} x i32> <{picks}>"
        )
        width += 1
    return joined


__all__ = ["LANES", "Column", "I", "number", "supported", "whole", "write"]
