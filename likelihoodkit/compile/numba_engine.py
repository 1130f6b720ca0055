"""The compiled engine (extra ``fast``): the everyday program as one loop of machine code over 8 to 32 rows at a time.

numba brings LLVM (llvmlite), which compiles the text of `vector_ir` for the processor it runs on. The loop is written
with explicit vectors rather than left to numba's auto-vectoriser, which gives up on long bodies, and with own exp and
log, for which numba alone would call the scalar library. Vectors are written out entry by entry, long ones run through
row by row (`long_rows`), and kernels without an everyday form become straight lines (`written_out`). Rows outside the
guards go to the kernels, as on the NumPy engine; programs in which a kernel has neither form nor straight line run on
the NumPy engine altogether.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.compile import long_rows
from likelihoodkit.compile.checks import Check
from likelihoodkit.compile.few import places
from likelihoodkit.compile.held import Held, Ways
from likelihoodkit.compile.memory import Layout, Short, address, names_of, shape
from likelihoodkit.compile.numpy_engine import TILE, Runner
from likelihoodkit.compile.program import Guard, Program
from likelihoodkit.compile.route import Way
from likelihoodkit.compile.unroll import MOST_ENTRIES, possible as unrollable, unroll
from likelihoodkit.compile.vector_ir import lanes, supported, write
from likelihoodkit.compile.vector_special import LIMITED
from likelihoodkit.errors import DerivationError

Array = NDArray[Any]

#: rows per call of the loop: what the flags of its blocks need, and the share of a thread
SPAN = 1 << 17
#: rows from which a call more is paid for by blocks that each begin a line of the cache, of so many bytes
MANY, LINE = 1 << 15, 64
#: ways in which arrays lie that are remembered by a program
MOST_LAYOUTS = 16


@cache
def _target() -> tuple[Any, Any]:
    try:
        from llvmlite import binding
    except ImportError as problem:
        raise DerivationError(
            "the compiled engine needs numba, which is not installed", remedy="pip install 'likelihoodkit[fast]'"
        ) from problem
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    machine = binding.Target.from_default_triple().create_target_machine(
        cpu=binding.get_host_cpu_name(), features=binding.get_host_cpu_features().flatten(), opt=3
    )
    return binding, machine


@cache
def _wide() -> bool:
    """Has the processor AVX-512?"""
    features = _target()[0].get_host_cpu_features()
    return bool(features.get("avx512f") and features.get("avx512dq"))


def need_compiler() -> None:
    """Raise `DerivationError` where there is no compiler."""
    _target()


def functions(text: str, names: Sequence[str], level: int = 3) -> tuple[Any, list[int]]:
    """Compile a text: the machine code, which lives as long as that object, and where in it functions begin.

    ``level`` says how much is made better on the way: little for text that says already what is in which register.
    """
    binding, machine = _target()
    module = binding.parse_assembly(text)
    module.verify()
    options = binding.create_pipeline_tuning_options(speed_level=level)
    builder = binding.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    engine = binding.create_mcjit_compiler(module, _fresh(binding))
    engine.finalize_object()
    return engine, [engine.get_function_address(name) for name in names]


class Compiled:
    """One text, compiled; the machine code lives as long as this object."""

    def __init__(self, text: str, pointers: int, rows: int) -> None:
        self.rows = rows  # of a block
        self._engine, (place,) = functions(text, ["run"])
        self._pack = struct.Struct(f"{pointers + 2}q").pack
        self._function = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_char_p)(place)

    def __call__(self, rows: int, flags: int, pointers: Sequence[int]) -> int:
        """Run, a block of rows at least; the answer of `vector_ir.write`. Other Python threads go on meanwhile."""
        return int(self._function(self._pack(rows, flags, *pointers)))

    def flags(self, rows: int) -> Array:
        """Room for flags: a bit for each row of blocks, a byte where rows go one by one."""
        return np.empty(-(-rows // self.rows) * self.rows // 8 if self.rows > 1 else rows, np.uint8)


def _fresh(binding: Any) -> Any:
    """A compiler takes possession of its target machine: each gets one of its own."""
    return binding.Target.from_default_triple().create_target_machine(
        cpu=binding.get_host_cpu_name(), features=binding.get_host_cpu_features().flatten(), opt=3, jit=True
    )


@dataclass(frozen=True)
class _Ready:
    """The machine code for one way in which arrays lie; None where the NumPy engine takes them."""

    results: list[str]
    checks: Mapping[str, Check]
    layout: Layout
    code: Compiled | None


def _lead(result: Array) -> int:
    """How many rows stand before the first that begins a line of the cache; 0 where rows do not lie together.

    Blocks that reach across two lines cost a third more where memory is most of the work. Large arrays of NumPy all
    begin alike, so that what holds for one result holds for the rest.
    """
    packed = result.ndim == 1 and result.strides[0] == result.itemsize
    return -address(result) % LINE // result.itemsize if packed else 0


def _spans(rows: int, block: int, lead: int) -> list[tuple[int, int]]:
    """Rows of each call of the code, a block at least; the first ``lead`` rows have one of their own."""
    spans = [(start, min(start + SPAN, rows)) for start in range(lead, rows, SPAN)]
    if len(spans) > 1 and rows - spans[-1][0] < block:  # the last is no whole block
        spans[-2:] = [(spans[-2][0], rows)]
    return [(0, max(block, lead)), *spans] if lead else spans


@dataclass(frozen=True)
class Straight:
    """Machine code and where its pointers are within the whole arrays of a call: (which, bytes from its start)."""

    code: Compiled
    places: list[tuple[int, int]]

    @property
    def most(self) -> int:
        """Rows of a call at most."""
        return SPAN

    def __call__(self, rows: int, whole: Sequence[Array]) -> bool:
        """Run on further arrays; False where rows were refused or left to the kernels: then nothing has been done."""
        if not self.code.rows <= rows <= SPAN:
            return False
        flags = self.code.flags(rows)
        begins = [address(a) for a in whole]
        return not self.code(rows, address(flags), [begins[i] + offset for i, offset in self.places])


def _entries(inputs: Sequence[Array]) -> int:
    """The number of entries that all vectors have; 0 where there is none."""
    sizes = {len(a) for a in inputs if a.ndim == 2}
    return sizes.pop() if len(sizes) == 1 else 0


def within_limits(program: Program) -> Program:
    """The program with guards for the functions that hold up to a size alone."""
    limits = {i.arguments[0]: LIMITED[i.operation] for i in program.instructions if i.operation in LIMITED}
    if not limits:
        return program
    bounds = {g.target: (g.low, g.high) for g in program.guards}
    for target, most in limits.items():
        low, high = bounds.get(target, (-most, most))
        bounds[target] = max(low, -most), min(high, most)
    return replace(program, guards=tuple(Guard(target, *ends) for target, ends in bounds.items()))


class CompiledRunner(Runner):
    """A program on the compiled engine; see the module."""

    apart = False

    def __init__(self, program: Program, *, threads: int = 1, labels: Collection[str] = ()) -> None:
        super().__init__(program, threads=threads, labels=labels)
        self._ready: list[_Ready] = []
        self._unrolled: dict[int, Program | None] = {}
        self._held = Held(self)
        #: of what is left of a program: the whole, and what is looked up by which input
        self._origin: CompiledRunner | None = None
        self._looked: tuple[str, frozenset[str]] = ("", frozenset())

    @cached_property
    def written(self) -> Program:
        """The program that is compiled."""
        from likelihoodkit.compile.written_out import LONGEST, written_out  # what they need loads slowly

        program = self.everyday if self._native(self.everyday) else written_out(self.program, labels=self.labels)
        return within_limits(program) if len(program.instructions) <= LONGEST else self.everyday

    def rest(self, program: Program, looked: tuple[str, frozenset[str]]) -> CompiledRunner:
        """What is left of the program where the rest is known; rows for the kernels are those of this one."""
        found = type(self)(self.program, threads=self.threads, labels=self.labels)
        vars(found).update(written=program, _origin=self, _looked=looked)
        return found

    def mend(self, aside: list[Array], inputs: Mapping[str, Array], outputs: Mapping[str, Array]) -> None:
        """Rows outside the guards: the kernels of the whole program."""
        if self._origin is None:
            super().mend(aside, inputs, outputs)
        else:
            self._origin.mend(aside, inputs, outputs)

    @staticmethod
    def _native(program: Program) -> bool:
        return long_rows.possible(program) if program.vectors else supported(program)

    @cached_property
    def _needed(self) -> list[str]:
        outcome, tables = self._looked  # which the program need not read beside what is looked up by it
        read = {i.detail for i in self.written.instructions if i.operation == "input"}
        return sorted(read | {outcome} if tables else read)

    @cached_property
    def possible(self) -> bool:
        """Is the program one that this engine can write?"""
        return not self.written.vectors and supported(self.written)

    def _written(self, inputs: Sequence[Array]) -> Program | None:
        """The program for these inputs, its vectors written out; None where that cannot be."""
        if not self.written.vectors:
            return self.written if self.possible and all(a.ndim < 2 for a in inputs) else None
        size = _entries(inputs)
        if not 0 < size <= MOST_ENTRIES or not unrollable(self.written):
            return None
        if size not in self._unrolled:
            program = unroll(self.written, size)
            self._unrolled[size] = program if supported(program) else None
        return self._unrolled[size]

    def _look(self, arrays: Sequence[Array], results: list[str], checks: Mapping[str, Check]) -> _Ready:
        """Find out how arrays lie that lie as none before, and compile for it."""
        needed = self._needed
        layout = Layout([*needed, *results], arrays, len(needed))
        if layout.strange:
            return _Ready(results, dict(checks), layout, None)
        given = dict(zip(needed, arrays, strict=False))
        program = self._written(arrays[: len(needed)])
        code = None
        if program is not None:
            read = {i.detail: layout.columns[i.detail] for i in program.instructions if i.operation == "input"}
            if self._looked[1]:
                read[self._looked[0]] = layout.columns[self._looked[0]]
            written = {name: layout.columns[name] for name, _ in program.results}
            asked = {n: checks[name] for name, a in given.items() if name in checks for n in names_of(name, a)}
            text = write(program, read, written, asked, self._looked, wide=_wide())
            code = Compiled(text, len(layout.memories), lanes(program))
        else:
            size = _entries(list(given.values()))
            columns = {
                name: layout.columns[names_of(name, a)[0]] for name, a in zip([*needed, *results], arrays, strict=True)
            }
            vectors = [name for name, a in zip([*needed, *results], arrays, strict=True) if a.ndim == 2]
            fits = long_rows.columns_fit(columns[name] for name in vectors)
            if MOST_ENTRIES < size <= long_rows.MOST and fits and long_rows.possible(self.written):
                asked = {name: check for name, check in checks.items() if name in given}
                ours, theirs = {n: columns[n] for n in needed}, {n: columns[n] for n in results}
                text = long_rows.write(self.written, size, ours, theirs, asked, wide=_wide())
                code = Compiled(text, len(layout.memories), 1)
        return _Ready(results, dict(checks), layout, code)

    def run(
        self,
        inputs: Mapping[str, Array],
        outputs: Mapping[str, Array],
        rows: int,
        checks: Mapping[str, Check] | None = None,
        terms: Mapping[str, Array] | None = None,
        outcome: str = "",
    ) -> bool:
        """As `Runner.run`; prepared terms are computed again, which costs less here than reading them."""
        if not rows:
            return True
        checks = checks or {}
        if self._origin is None and self.possible and not terms:
            found = self._held.answer(inputs, outputs, rows, checks, outcome)
            if found is not None:
                return found
        ready, arrays, addresses = self._find(inputs, outputs, checks)
        code, layout = ready.code, ready.layout
        if code is None:
            home = self if self._origin is None else self._origin
            whole = {i.detail for i in home.program.instructions if i.operation == "input"} | checks.keys()
            own = {name: array for name, array in inputs.items() if name in whole}
            return Runner.run(home, own, outputs, rows, checks, terms, outcome)
        with np.errstate(all="ignore"):  # of what the program does not read, a square may overflow
            if not all(checks[n](np.asarray(inputs[n], dtype=np.float64)) for n in checks.keys() - set(self._needed)):
                return False
        if rows < code.rows:
            return self._short(code, Short(layout, arrays, rows, code.rows), inputs, outputs)
        spans = _spans(rows, code.rows, _lead(arrays[len(self._needed)]) if rows >= MANY else 0)

        def work(span: tuple[int, int]) -> bool:
            start, stop = span
            flags = code.flags(stop - start)
            answer = code(stop - start, address(flags), layout.pointers(addresses, start))
            if answer & 2:
                self._flagged(flags, code.rows, start, stop, inputs, outputs)
            return not answer & 1

        if self.threads > 1 and len(spans) > 1:
            with ThreadPoolExecutor(self.threads) as pool:
                return all(pool.map(work, spans))
        return all(map(work, spans))

    def _find(
        self, inputs: Mapping[str, Array], outputs: Mapping[str, Array], checks: Mapping[str, Check]
    ) -> tuple[_Ready, list[Array], list[int]]:
        """The machine code for these arrays, the arrays in its order, and where they begin."""
        arrays = [*[inputs[name] for name in self._needed], *outputs.values()]
        results = list(outputs)
        shapes, addresses = [shape(a) for a in arrays], [address(a) for a in arrays]
        for ready in self._ready:
            alike = ready.layout.shapes == shapes and ready.results == results and ready.checks == checks
            if alike and ready.layout.fits(addresses):
                return ready, arrays, addresses
        ready = self._look(arrays, results, checks)
        self._ready = [ready, *self._ready[: MOST_LAYOUTS - 1]]
        return ready, arrays, addresses

    def straight(
        self,
        inputs: Mapping[str, Array],
        outputs: Mapping[str, Array],
        checks: Mapping[str, Check],
        whole: Sequence[Array],
    ) -> Way | None:
        """The machine code for arrays of these shapes that are parts of ``whole`` ones; None if not all of them are.

        Every input must have its check, so that nothing else need be asked before the code runs.
        """
        if not self.possible:
            return self._straight(inputs, outputs, checks, whole)
        found = places(self._needed, inputs, outputs, checks, whole)
        return None if found is None else Ways(self._held, *found, checks, self._straight, SPAN)

    def _straight(
        self,
        inputs: Mapping[str, Array],
        outputs: Mapping[str, Array],
        checks: Mapping[str, Check],
        whole: Sequence[Array],
    ) -> Straight | None:
        ready, _, addresses = self._find(inputs, outputs, checks)
        found = places(self._needed, inputs, outputs, checks, whole)
        if ready.code is None or found is None:
            return None
        begins = [address(a) for a in whole]
        owners = [(found[0] | found[1])[name][0] for name in (*self._needed, *outputs)]
        pointers = []
        for memory, pointer in zip(ready.layout.memories, ready.layout.pointers(addresses, 0), strict=True):
            which, *others = {owners[position] for position, _, _ in memory.members}
            if others:  # y and outputs are columns of one table, in the next call perhaps of two
                return None
            pointers.append((which, pointer - begins[which]))
        return Straight(ready.code, pointers)

    def _short(self, code: Compiled, short: Short, inputs: Mapping[str, Array], outputs: Mapping[str, Array]) -> bool:
        """Fewer rows than a block."""
        flags = code.flags(code.rows)
        answer = code(code.rows, address(flags), short.pointers())
        short.answer(len(self._needed))
        if answer & 2:
            self._flagged(flags, code.rows, 0, short.rows, inputs, outputs)
        return not answer & 1

    def _flagged(
        self,
        flags: Array,
        block: int,
        start: int,
        stop: int,
        inputs: Mapping[str, Array],
        outputs: Mapping[str, Array],
    ) -> None:
        """The rows whose bits are set, by the kernels; the last block of a span ends with its last row."""
        bits = np.unpackbits(flags, bitorder="little") if block > 1 else flags
        last = len(bits) - block
        places = [np.flatnonzero(bits[:last]) + start, np.flatnonzero(bits[last:]) + max(stop - block, start)]
        rows = np.unique(np.concatenate(places))
        rows = rows[rows < stop]
        with np.errstate(all="ignore"):
            for first in range(0, len(rows), TILE):
                self.mend([rows[first : first + TILE]], inputs, outputs)
