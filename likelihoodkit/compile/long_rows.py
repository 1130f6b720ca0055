"""A program on long vectors as LLVM text: row by row, 16 entries at a time.

Operations fall into stages: a reduction over the entries ends one, and what needs its answer belongs to the next. Every
stage is a loop over the entries of the row; what a later stage reads again is kept aside, or computed again where that
is cheap. Numbers per row are held 16 times, so that they meet entries without more ado.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from likelihoodkit.compile.checks import Inside
from likelihoodkit.compile.program import Instruction, Program
from likelihoodkit.compile.ranges import LARGEST, ranges
from likelihoodkit.compile.split import CHEAP
from likelihoodkit.compile.trace import VECTOR
from likelihoodkit.compile.vector_ir import BYTES, SUPPORTED, TYPES, Column, as_double, framed, instruct, wrong
from likelihoodkit.compile.vector_math import Lines

LANES = 16
#: entries up to which what is kept aside of a row stays small
MOST = 1 << 13
MASKS = frozenset({"less", "less_equal", "greater", "greater_equal", "equal", "logical_and", "logical_or"})
REDUCTIONS = {"max_over": -math.inf, "sum_over": 0.0, "pick": 0.0}


def possible(program: Program) -> bool:
    """Can the program be written this way?"""
    return bool(program.vectors) and all(
        i.operation in SUPPORTED or i.operation in VECTOR for i in program.instructions
    )


class _Stages:
    """When every target is known: a number per row before the loop of that stage, entries in it."""

    def __init__(self, program: Program) -> None:
        self.program, self.vectors = program, program.vectors
        self.made = {i.target: i for i in program.instructions}
        self.when: dict[int, int] = {}
        for i in program.instructions:
            first = max((self.when[a] for a in i.arguments), default=0)
            self.when[i.target] = first + (i.operation in REDUCTIONS)
        self.last = max(self.when.values())
        self.kept: set[int] = set()
        wanted = [(t, self.when[t]) for _, t in program.results if t in self.vectors]
        wanted += [(i.arguments[0], self.when[i.target] - 1) for i in program.instructions if i.operation in REDUCTIONS]
        wanted += [(g.target, self.when[g.target]) for g in program.guards if g.target in self.vectors]
        self.wanted: dict[int, list[int]] = {s: [] for s in range(self.last + 1)}
        for target, stage in wanted:
            self.wanted[stage].append(target)
        for stage in range(self.last + 1):
            for target in self.wanted[stage]:
                self._mark(target, stage, set())

    def _mark(self, target: int, stage: int, seen: set[int]) -> None:
        """Find what must be kept aside for this use."""
        if target in seen or target not in self.vectors:
            return
        seen.add(target)
        i = self.made[target]
        if i.operation == "input":
            return
        if self.when[target] < stage and not self.again(i):
            if target not in self.kept:
                self.kept.add(target)
                self.wanted[self.when[target]].append(target)
            return
        for argument in i.arguments:
            self._mark(argument, stage, seen)

    @staticmethod
    def again(i: Instruction) -> bool:
        """Is it computed again rather than kept?"""
        return i.operation in MASKS or (i.operation in CHEAP and i.operation != "input")


class _Writer:
    def __init__(
        self,
        program: Program,
        entries: int,
        inputs: Mapping[str, Column],
        outputs: Mapping[str, Column],
        checks: Mapping[str, Inside],
        wide: bool,
    ) -> None:
        self.program, self.entries, self.inputs, self.outputs, self.checks = program, entries, inputs, outputs, checks
        self.lines = Lines(LANES, wide=wide)
        limits = {n: (max(c.low, -LARGEST), min(c.high, LARGEST)) for n, c in checks.items()}
        self.known = ranges(program, limits)
        self.stages = _Stages(program)
        self.guards = {g.target: g for g in program.guards}
        self.names: dict[int, str] = {}  # of numbers per row
        self.outside: list[str] = []  # masks over lanes, at the level of the row
        self.refused: list[str] = []
        self.block = "each"
        self.asked: set[int] = set()

    def write(self) -> None:
        """The body of the loop over rows."""
        self._numbers(0)
        for stage in range(self.stages.last + 1):
            if self.stages.wanted[stage]:
                self._stage(stage)
            self._numbers(stage + 1)
        for name, target in self.program.results:
            if target not in self.program.vectors:
                self._put_number(self.outputs[name], self.names[target])

    def _numbers(self, stage: int) -> None:
        for i in self.program.instructions:
            target = i.target
            if target in self.program.vectors or i.operation in REDUCTIONS or self.stages.when[target] != stage:
                continue
            self.names[target] = self._number(i)
            self._asked(i, self.names[target], None, self.outside, self.refused)

    def _number(self, i: Instruction) -> str:
        if i.operation != "input":
            return instruct(self.lines, i, self.names, [self.known[a] for a in i.arguments])
        column = self.inputs[i.detail]
        kind = TYPES[column.kind]
        one = self.lines.let(f"load {kind}, ptr {self._place(column, kind)}")
        vector = self.lines.let(f"insertelement <{LANES} x {kind}> poison, {kind} {one}, i32 0")
        shape = f"<{LANES} x {kind}>"
        spread = self.lines.let(f"shufflevector {shape} {vector}, {shape} poison, <{LANES} x i32> zeroinitializer")
        return as_double(self.lines, spread, column.kind)

    def _place(self, column: Column, kind: str, k: str = "0") -> str:
        first = self.lines.let(f"mul i64 %row, {column.width}")
        at = self.lines.let(f"add i64 {first}, {column.index}")
        at = self.lines.let(f"add i64 {at}, {k}") if k != "0" else at
        return self.lines.let(f"getelementptr {kind}, ptr %p{column.pointer}, i64 {at}")

    def _put_number(self, column: Column, name: str) -> None:
        one = self.lines.let(f"extractelement {self.lines.V} {name}, i32 0")
        if column.kind == "float32":
            one = self.lines.let(f"fptrunc double {one} to float")
        kind = TYPES[column.kind]
        place = self._place(column, kind)
        self.lines.text.append(f"  store {kind} {one}, ptr {place}")

    def _asked(self, i: Instruction, name: str, tail: str | None, outside: list[str], refused: list[str]) -> None:
        """Checks of an input and guards."""
        lines, masks = self.lines, []
        check = self.checks.get(i.detail) if i.operation == "input" else None
        if check is not None:
            masks.append((wrong(lines, name, check), refused))
        guard = self.guards.get(i.target)
        if guard is not None:
            low = lines.compare("ult", name, lines.splat(guard.low))
            high = lines.compare("ugt", name, lines.splat(guard.high))
            masks.append((lines.let(f"or {lines.B} {low}, {high}"), outside))
        for mask, place in masks:
            place.append(mask if tail is None else lines.let(f"and {lines.B} {mask}, {tail}"))

    def _stage(self, stage: int) -> None:
        """The loop of a stage, over whole blocks, then what is left of the row."""
        reductions = [
            i
            for i in self.program.instructions
            if i.operation in REDUCTIONS and self.stages.when[i.target] == stage + 1
        ]
        starts = [self.lines.splat(REDUCTIONS[i.operation]) for i in reductions]
        sums, flags = starts, [f"{self.lines.B} zeroinitializer"] * 2
        whole, rest = divmod(self.entries, LANES)
        fresh = set(self.asked)
        if whole:
            sums, flags = self._loop(stage, reductions, sums, whole)
        if rest:
            self.asked = fresh
            tail = "<" + ", ".join(f"i1 {'true' if k < rest else 'false'}" for k in range(LANES)) + ">"
            sums, more = self._entries(stage, reductions, sums, str(whole * LANES), tail)
            flags = [
                self.any_of([x.removeprefix(self.lines.B) for x in both]) for both in zip(flags, more, strict=True)
            ]
        self.outside.append(flags[0].removeprefix(self.lines.B))
        self.refused.append(flags[1].removeprefix(self.lines.B))
        for i, total in zip(reductions, sums, strict=True):
            name = self.names[i.target] = self._reduced(i.operation, total)
            self._asked(i, name, None, self.outside, self.refused)

    def _loop(
        self, stage: int, reductions: list[Instruction], starts: list[str], whole: int
    ) -> tuple[list[str], list[str]]:
        lines, label, before = self.lines, f"stage{stage}", self.block
        totals = [f"%{label}.total{j}" for j in range(len(starts))]
        outer, lines.text = lines.text, []
        sums, flags = self._entries(stage, reductions, totals, f"%{label}.k", None)
        body, lines.text = lines.text, outer
        lines.text += [f"  br label %{label}", f"{label}:"]
        lines.text.append(f"  %{label}.k = phi i64 [ 0, %{before} ], [ %{label}.next, %{label} ]")
        for total, start, new in zip(totals, starts, sums, strict=True):
            lines.text.append(f"  {total} = phi {lines.V} [ {start}, %{before} ], [ {new}, %{label} ]")
        found = []
        for j, flag in enumerate(flags):
            old, new = f"%{label}.flag{j}", f"%{label}.flags{j}"
            lines.text.append(f"  {old} = phi {lines.B} [ zeroinitializer, %{before} ], [ {new}, %{label} ]")
            body.append(f"  {new} = or {flag}, {old}")
            found.append(f"{lines.B} {new}")
        lines.text += body
        lines.text += [
            f"  %{label}.next = add i64 %{label}.k, {LANES}",
            f"  %{label}.done = icmp eq i64 %{label}.next, {whole * LANES}",
            f"  br i1 %{label}.done, label %{label}.end, label %{label}",
            f"{label}.end:",
        ]
        self.block = f"{label}.end"
        return sums, found

    def _entries(
        self, stage: int, reductions: list[Instruction], totals: list[str], k: str, tail: str | None
    ) -> tuple[list[str], list[str]]:
        """16 entries from k on (those in ``tail`` alone): the new totals, and who is outside and refused."""
        here: dict[int, str] = {}
        outside: list[str] = []
        refused: list[str] = []
        for target in dict.fromkeys(self.stages.wanted[stage]):
            name = self._entry(target, stage, k, tail, here, outside, refused)
            if target in self.stages.kept and self.stages.when[target] == stage:
                self._keep(target, name, k)
            for result, own in self.program.results:
                if own == target and self.stages.when[own] == stage:
                    self._put_entries(self.outputs[result], name, k, tail)
        sums = []
        for i, total in zip(reductions, totals, strict=True):
            sums.append(self._added(i, total, here[i.arguments[0]], k, tail))
        return sums, [self.any_of(outside), self.any_of(refused)]

    def any_of(self, masks: list[str]) -> str:
        """Masks joined, with their type."""
        total = f"{self.lines.B} zeroinitializer"
        for mask in masks:
            total = f"{self.lines.B} {self.lines.let(f'or {total}, {mask}')}"
        return total

    def _index(self, k: str) -> str:
        lines = self.lines
        one = lines.let(f"sitofp i64 {k} to double")
        first = lines.let(f"insertelement {lines.V} poison, double {one}, i32 0")
        spread = lines.let(f"shufflevector {lines.V} {first}, {lines.V} poison, <{LANES} x i32> zeroinitializer")
        steps = "<" + ", ".join(f"double {float(j):.1f}" for j in range(LANES)) + ">"
        return lines.binary("fadd", spread, steps)

    def _named(self, y: str, k: str) -> str:
        """Is the entry the one that y names?"""
        return self.lines.compare("oeq", self._index(k), y)

    def _added(self, i: Instruction, total: str, name: str, k: str, tail: str | None) -> str:
        lines = self.lines
        if i.operation == "pick":
            mask = self._named(self.names[i.arguments[1]], k)
            mask = mask if tail is None else lines.let(f"and {lines.B} {mask}, {tail}")
            return lines.select(mask, name, total)
        if tail is not None:
            name = lines.select(tail, name, lines.splat(REDUCTIONS[i.operation]))
        if i.operation == "sum_over":
            return lines.binary("fadd", total, name)
        return lines.select(lines.compare("ogt", name, total), name, total)

    def _reduced(self, operation: str, total: str) -> str:
        lines = self.lines
        start = f"double {lines.splat(0.0).split('double ')[1].split(',')[0]}, " if operation != "max_over" else ""
        function = "fmax" if operation == "max_over" else "fadd"
        one = lines.let(f"call reassoc double @llvm.vector.reduce.{function}.v{LANES}f64({start}{lines.V} {total})")
        first = lines.let(f"insertelement {lines.V} poison, double {one}, i32 0")
        return lines.let(f"shufflevector {lines.V} {first}, {lines.V} poison, <{LANES} x i32> zeroinitializer")

    def _entry(
        self, target: int, stage: int, k: str, tail: str | None, here: dict[int, str], outside: list[str],
        refused: list[str],
    ) -> str:  # fmt: skip
        if target not in self.program.vectors:
            return self.names[target]
        if target in here:
            return here[target]
        i, stages = self.stages.made[target], self.stages
        if i.operation == "input":
            name = self._load(self.inputs[i.detail], k, tail)
        elif stages.when[target] < stage and not stages.again(i):
            name = self._kept(target, k)
        else:
            parts = {a: self._entry(a, stage, k, tail, here, outside, refused) for a in i.arguments}
            if i.operation == "put":
                name = self.lines.select(
                    self._named(parts[i.arguments[1]], k), *[parts[i.arguments[j]] for j in (2, 0)]
                )
            else:
                name = instruct(self.lines, i, parts, [self.known[a] for a in i.arguments])
        if target not in self.asked and (i.operation == "input" or stages.when[target] == stage):
            self.asked.add(target)
            self._asked(i, name, tail, outside, refused)
        here[target] = name
        return name

    def _scratch(self, target: int, k: str) -> str:
        return self.lines.let(f"getelementptr double, ptr %kept{target}, i64 {k}")

    def _keep(self, target: int, name: str, k: str) -> None:
        self.lines.text.append(f"  store {self.lines.V} {name}, ptr {self._scratch(target, k)}, align 64")

    def _kept(self, target: int, k: str) -> str:
        place = self._scratch(target, k)
        return self.lines.let(f"load {self.lines.V}, ptr {place}, align 64")

    def _load(self, column: Column, k: str, tail: str | None) -> str:
        kind = TYPES[column.kind]
        place, shape = self._place(column, kind, k), f"<{LANES} x {kind}>"
        if tail is None:
            return as_double(self.lines, self.lines.let(f"load {shape}, ptr {place}, align {BYTES[kind]}"), column.kind)
        call = f"@llvm.masked.load.v{LANES}{_SHORT[kind]}.p0(ptr {place}, i32 {BYTES[kind]}, {self.lines.B} {tail}"
        return as_double(self.lines, self.lines.let(f"call {shape} {call}, {shape} zeroinitializer)"), column.kind)

    def _put_entries(self, column: Column, name: str, k: str, tail: str | None) -> None:
        kind = TYPES[column.kind]
        shape = f"<{LANES} x {kind}>"
        if column.kind == "float32":
            name = self.lines.let(f"fptrunc {self.lines.V} {name} to {shape}")
        place = self._place(column, kind, k)
        if tail is None:
            self.lines.text.append(f"  store {shape} {name}, ptr {place}, align {BYTES[kind]}")
            return
        call = f"@llvm.masked.store.v{LANES}{_SHORT[kind]}.p0({shape} {name}, ptr {place}, i32 {BYTES[kind]}"
        self.lines.text.append(f"  call void {call}, {self.lines.B} {tail})")


_SHORT = {"double": "f64", "float": "f32"}


def _declared(lines: Lines) -> str:
    text = []
    for kind, short in _SHORT.items():
        shape = f"<{LANES} x {kind}>"
        text.append(f"declare {shape} @llvm.masked.load.v{LANES}{short}.p0(ptr, i32, {lines.B}, {shape})")
        text.append(f"declare void @llvm.masked.store.v{LANES}{short}.p0({shape}, ptr, i32, {lines.B})")
    text.append(f"declare double @llvm.vector.reduce.fmax.v{LANES}f64({lines.V})")
    text.append(f"declare double @llvm.vector.reduce.fadd.v{LANES}f64(double, {lines.V})")
    return "\n".join(text) + "\n"


def columns_fit(columns: Iterable[Column]) -> bool:
    """Do entries lie side by side, row by row, as floats?"""
    return all(not c.apart and c.kind in {"float64", "float32"} for c in columns)


def write(
    program: Program,
    entries: int,
    inputs: Mapping[str, Column],
    outputs: Mapping[str, Column],
    checks: Mapping[str, Inside],
    *,
    wide: bool,
) -> str:
    """As `vector_ir.write`, with a byte of flags for every row; columns of vectors are those of their first entry."""
    writer = _Writer(program, entries, inputs, outputs, checks, wide)
    writer.write()
    lines = writer.lines
    word = f"i{LANES}"
    flag = lines.let(f"bitcast {writer.any_of(writer.outside)} to {word}")
    refusal = lines.let(f"bitcast {writer.any_of(writer.refused)} to {word}")
    size = -(-entries // LANES) * LANES
    kept = "\n".join(f"  %kept{t} = alloca double, i64 {size}, align 64" for t in sorted(writer.stages.kept))
    body = "\n".join(lines.text)
    count = 1 + max(c.pointer for c in (*inputs.values(), *outputs.values()))
    return framed(
        lines,
        count,
        f"""entry:
{kept}
  br label %each
each:
  %row = phi i64 [ 0, %entry ], [ %next, %{writer.block} ]
  %wrong = phi {word} [ 0, %entry ], [ %wronged, %{writer.block} ]
  %seen = phi {word} [ 0, %entry ], [ %flagged, %{writer.block} ]
{body}
  %own = icmp ne {word} {flag}, 0
  %byte = zext i1 %own to i8
  %spot = getelementptr i8, ptr %flags, i64 %row
  store i8 %byte, ptr %spot
  %wronged = or {word} %wrong, {refusal}
  %flagged = or {word} %seen, {flag}
  %next = add i64 %row, 1
  %done = icmp eq i64 %next, %rows
  br i1 %done, label %end, label %each""",
        more=_declared(lines),
    )


__all__ = ["MOST", "columns_fit", "possible", "write"]
