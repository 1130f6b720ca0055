"""The compiled engine (extra ``fast``): the everyday program as one loop of machine code over 8 to 32 rows at a time.

numba brings LLVM (llvmlite), which compiles the text of `vector_ir` for the processor it runs on. The loop is written
with explicit vectors rather than left to numba's auto-vectoriser, which gives up on long bodies, and with own exp and
log, for which numba alone would call the scalar library. Rows outside the guards go to the kernels, as on the NumPy
engine; programs with vectors or with kernels that have no form run on the NumPy engine altogether.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.compile.checks import Check
from likelihoodkit.compile.numpy_engine import Runner
from likelihoodkit.compile.program import Program
from likelihoodkit.compile.unroll import MOST_ENTRIES, entry, possible as unrollable, unroll
from likelihoodkit.compile.vector_ir import TYPES, Column, lanes, supported, write
from likelihoodkit.errors import DerivationError

Array = NDArray[Any]

#: rows per call of the loop: what the flags of its blocks need, and the share of a thread
SPAN = 1 << 17
#: kinds of numbers that the loop reads and writes; a foreign byte order is none of them
KINDS = {np.dtype(name): name for name in TYPES}
#: columns that are read or written side by side
WIDEST = 64


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


def need_compiler() -> None:
    """Raise `DerivationError` where there is no compiler."""
    _target()


class Compiled:
    """One text, compiled; the machine code lives as long as this object."""

    def __init__(self, text: str, pointers: int, rows: int) -> None:
        self.rows = rows  # of a block
        binding, machine = _target()
        module = binding.parse_assembly(text)
        module.verify()
        options = binding.create_pipeline_tuning_options(speed_level=3)
        builder = binding.create_pass_builder(machine, options)
        builder.getModulePassManager().run(module, builder)
        self._engine = binding.create_mcjit_compiler(module, _fresh(binding))
        self._engine.finalize_object()
        kinds = [ctypes.c_int64, *[ctypes.c_void_p] * (pointers + 1)]
        self._function = ctypes.CFUNCTYPE(ctypes.c_int32, *kinds)(self._engine.get_function_address("loss"))

    def __call__(self, blocks: int, flags: Array, pointers: list[int]) -> bool:
        """Run; False where a check said no. Other Python threads go on meanwhile."""
        return not self._function(blocks, flags.ctypes.data, *pointers)


def _fresh(binding: Any) -> Any:
    """A compiler takes possession of its target machine: each gets one of its own."""
    return binding.Target.from_default_triple().create_target_machine(
        cpu=binding.get_host_cpu_name(), features=binding.get_host_cpu_features().flatten(), opt=3, jit=True
    )


class CompiledRunner(Runner):
    """A program on the compiled engine; see the module."""

    def __init__(self, program: Program, *, threads: int = 1) -> None:
        super().__init__(program, threads=threads)
        self._compiled: dict[Any, Compiled] = {}
        self._unrolled: dict[int, Program | None] = {}

    @cached_property
    def _needed(self) -> set[str]:
        return {i.detail for i in self.everyday.instructions if i.operation == "input"}

    @cached_property
    def possible(self) -> bool:
        """Is the program one that this engine can write?"""
        return not self.everyday.vectors and supported(self.everyday)

    def _written(self, inputs: Mapping[str, Array]) -> tuple[Program, int] | None:
        """The program for these inputs, its vectors written out, and their entries; None where that cannot be."""
        entries = {a.shape[0] for a in inputs.values() if a.ndim == 2}
        if not self.everyday.vectors:
            return (self.everyday, 0) if self.possible and not entries else None
        size = entries.pop() if len(entries) == 1 else MOST_ENTRIES + 1
        if size > MOST_ENTRIES or not unrollable(self.everyday):
            return None
        if size not in self._unrolled:
            program = unroll(self.everyday, size)
            self._unrolled[size] = program if supported(program) else None
        found = self._unrolled[size]
        return None if found is None else (found, size)

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
        needed = self._needed
        chosen = self._written({name: inputs[name] for name in needed})
        if chosen is None or not set(checks or {}) <= needed:
            return super().run(inputs, outputs, rows, checks, terms, outcome)
        program, _ = chosen
        read = _Blocks(_entries({name: inputs[name] for name in sorted(needed)}))
        written = _Blocks(_entries(outputs), first=len(read.arrays))
        asked = {n: check for name, check in (checks or {}).items() for n in _names(name, inputs[name])}
        if read.strange or written.strange or not written.full:
            return super().run(inputs, outputs, rows, checks, terms, outcome)
        parts: list[Mapping[str, Any]] = [read.columns, written.columns, asked]
        key = tuple(tuple(part.items()) for part in parts)
        if key not in self._compiled:
            text = write(program, read.columns, written.columns, asked)
            self._compiled[key] = Compiled(text, len(read.arrays) + len(written.arrays), lanes(program))
        code = self._compiled[key]
        spans = [(start, min(start + SPAN, rows)) for start in range(0, rows, SPAN)]

        def work(span: tuple[int, int]) -> bool:
            return self._part(code, read, written, span, inputs, outputs)

        if self.threads > 1 and len(spans) > 1:
            with ThreadPoolExecutor(self.threads) as pool:
                return all(pool.map(work, spans))
        return all(map(work, spans))

    def _part(
        self,
        code: Compiled,
        read: _Blocks,
        written: _Blocks,
        span: tuple[int, int],
        inputs: Mapping[str, Array],
        outputs: Mapping[str, Array],
    ) -> bool:
        start, stop = span
        blocks, rest = divmod(stop - start, code.rows)
        flags = np.zeros(blocks + 1, dtype=f"u{code.rows // 8}")  # a bit for each row
        if blocks and not code(blocks, flags, read.pointers(start) + written.pointers(start)):
            return False
        if rest and blocks:  # a whole block that ends with the last row: some of its rows are computed again
            if not code(1, flags[blocks:], read.pointers(stop - code.rows) + written.pointers(stop - code.rows)):
                return False
        elif rest:
            padded = read.padded(start, rest, code.rows)
            answers = [np.empty(code.rows * max(width, 1), a.dtype) for a, width, _ in written.arrays]
            pointers = [a.ctypes.data for a in padded + answers]
            if not code(1, flags, pointers):
                return False
            for answer, (array, width, _) in zip(answers, written.arrays, strict=True):
                array[start * width : stop * width] = answer[: rest * width]
        if flags.any():
            bits = np.unpackbits(flags.view(np.uint8), bitorder="little")
            first = np.flatnonzero(bits[: blocks * code.rows]) + start
            last = bits[blocks * code.rows :]
            over = code.rows - rest if blocks else 0  # rows of the last block that were seen before
            with np.errstate(all="ignore"):
                self._mend([first, np.flatnonzero(last[over : over + rest]) + stop - rest], inputs, outputs)
        return True


def _names(name: str, array: Array) -> list[str]:
    return [entry(name, k) for k in range(len(array))] if array.ndim == 2 else [name]


def _entries(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Vectors as their entries."""
    found: dict[str, Array] = {}
    for name, array in arrays.items():
        found |= dict(zip(_names(name, array), array, strict=True)) if array.ndim == 2 else {name: array}
    return found


def _address(array: Array) -> int:
    """Where an array begins; quicker than its ``ctypes.data``."""
    return int(array.__array_interface__["data"][0])


class _Blocks:
    """Columns sorted by the memory that they are columns of, and the `Column` by name.

    ``arrays`` holds (flat array, width, address) of each memory.
    """

    def __init__(self, arrays: Mapping[str, Array], first: int = 0) -> None:
        self.arrays: list[tuple[Array, int, int]] = []
        self.columns: dict[str, Column] = {}
        self.strange = False
        places: dict[tuple[int, int], int] = {}
        begins: dict[int, int] = {}  # of the memory that columns belong to, by its id
        for name, array in arrays.items():
            kind = KINDS.get(array.dtype)
            if array.ndim > 1 or kind is None:
                self.strange = True
                return
            size = array.itemsize
            width = 0 if array.ndim == 0 else array.strides[0] // size if len(array) > 1 else 1
            flat, index, address = array, 0, _address(array)
            if width not in {0, 1}:
                whole = array.base
                if whole is not None and id(whole) not in begins:
                    begins[id(whole)] = _address(whole)
                begin = begins.get(id(whole), 0)
                if whole is None or not _rows_of(array, whole, width, address - begin):
                    self.strange = True
                    return
                flat, index, address = whole.reshape(-1), (address - begin) // size, begin
            key = (address, width)
            if key not in places:
                places[key] = first + len(self.arrays)
                self.arrays.append((flat, width, address))
            self.columns[name] = Column(places[key], kind, index, width)

    @property
    def full(self) -> bool:
        """Is every column of every block there (so that a block can be written as a whole)?"""
        counts: dict[int, set[int]] = {}
        for column in self.columns.values():
            counts.setdefault(column.pointer, set()).add(column.index)
        widths = {c.pointer: c.width for c in self.columns.values()}
        return all(len(found) == widths[pointer] for pointer, found in counts.items())

    def pointers(self, start: int) -> list[int]:
        return [address + start * width * a.itemsize for a, width, address in self.arrays]

    def padded(self, start: int, count: int, block: int) -> list[Array]:
        """The last rows, made up to a whole block by repeating the last."""
        found = []
        for array, width, _ in self.arrays:
            if width == 0:
                found.append(array)
                continue
            part = array[start * width : (start + count) * width].reshape(count, width)
            found.append(np.concatenate([part, np.repeat(part[-1:], block - count, axis=0)]).reshape(-1))
        return found


def _rows_of(array: Array, whole: Any, width: int, offset: int) -> bool:
    """Is the array a column of a (n, width) matrix that lies row by row in memory?"""
    return (
        isinstance(whole, np.ndarray)
        and whole.dtype == array.dtype
        and whole.flags.c_contiguous
        and width <= WIDEST
        and whole.size == len(array) * width
        and array.strides[0] == width * array.itemsize
        and 0 <= offset < width * array.itemsize
    )
