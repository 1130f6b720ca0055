"""A program as functions of the numbers of one row: one function per primitive, in elementary functions.

What a language calls the operations is a `Language`; `compile.javascript` and `compile.numba_text` hold one each. A
rule of integration is written out node by node; where a language has vectors, an operation on one is `Language.each`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from likelihoodkit.compile.program import Instruction, Program
from likelihoodkit.compile.source import Signature
from likelihoodkit.compile.tensors.expand import LONGEST, expand, host
from likelihoodkit.compile.tensors.retarget import flat, length, nodes
from likelihoodkit.compile.tensors.text import alone, elementary, summary
from likelihoodkit.compile.tensors.vectors import OPERATIONS, ROWS
from likelihoodkit.errors import DerivationError

Words = Callable[..., str]


@dataclass(frozen=True)
class Language:
    """How a language writes the operations on numbers.

    ``operations`` by name, each a template of its arguments; ``define`` writes a function from its name, its
    arguments, what it does in words, its lines and what it returns; ``assign`` one line; ``each`` an operation (a
    function's name) on the entries of vectors, None where a language has none; ``constant`` a number; ``polynomial``
    one from its coefficients, constant first. ``nodes`` makes an array of places, a start and a width, ``quadrature`` a
    weighted sum of one: where a language has neither, what is done at every node is written out.
    """

    name: str
    operations: Mapping[str, str]
    define: Callable[[str, Sequence[str], str, Sequence[str], str], str]
    assign: str
    each: Words | None
    constant: Callable[[str], str]
    polynomial: Callable[[Sequence[str], str], str]
    nodes: Callable[[Sequence[str], str, str], str] | None = None
    quadrature: Callable[[Sequence[str], str], str] | None = None


def refuse(language: Language, program: Program, signature: Signature) -> None:
    """Raise `DerivationError` for a program that is not of numbers, or needs what no straight line computes."""
    known = {*language.operations, "input", "constant", "polynomial", "nodes", "quadrature", "nodes_max"}
    whole = expand(program)
    arrays = language.nodes is not None
    long = {i.operation for i in program.instructions if length(i.operation, arrays=arrays) > LONGEST}
    missing = sorted({*long, *host(whole), *(i.operation for i in whole.instructions if i.operation not in known)})
    if missing:
        raise DerivationError(
            f"{signature.title} has no module for {language.name}: {', '.join(missing)} has no form in elementary "
            "functions there",
            value=missing,
            remedy='Use source("numpy")',
        )
    vectors = signature.inputs or signature.constants or program.vectors
    if signature.compound or signature.steps or (vectors and language.each is None):
        raise DerivationError(f"{signature.title}: source for {language.name} takes no such vectors yet")
    if not signature.blocks:
        signature.refuse()


def functions(language: Language, program: Program) -> list[str]:
    """A function for each primitive of a program."""
    found: dict[str, str] = {}
    for instruction in program.instructions:
        name = instruction.operation
        if name not in found and not elementary(name):
            vectors = program.vectors if name in ROWS else frozenset()
            part = alone(name, len(instruction.arguments), instruction, vectors)
            arguments = [f"x{k}" for k in range(len(instruction.arguments))]
            lines, (value,) = body(language, part)
            found[name] = language.define(name, arguments, summary(name), lines, value)
    return list(found.values())


def body(language: Language, program: Program) -> tuple[list[str], list[str]]:
    """The lines of a program, and its results."""
    writer = _Writer(language, program)
    for instruction in program.instructions:
        writer.add(instruction)
    return writer.lines, [writer.names[target][0] for _, target in program.results]


class _Writer:
    def __init__(self, language: Language, program: Program) -> None:
        self.language, self.vectors, self.sizes = language, program.vectors, nodes(program.instructions)
        self.lines: list[str] = []
        self.names: dict[int, list[str]] = {}  # several where there is one for each node
        arrays = language.nodes is not None and flat(program.instructions)
        self.arrays = {t for t, size in self.sizes.items() if size > 1} if arrays else set[int]()

    def add(self, i: Instruction) -> None:
        if i.operation == "input":
            self.names[i.target] = [str(i.detail)]
        elif i.operation == "constant":
            self.names[i.target] = [self.language.constant(str(i.detail))]
        elif self.arrays and i.operation in {"nodes", "quadrature", "nodes_max"}:
            firsts = [self.names[a][0] for a in i.arguments]
            self.lines.append(self.language.assign.format(f"v{i.target}", self._array(i, firsts)))
            self.names[i.target] = [f"v{i.target}"]
        elif i.operation == "nodes":
            starts, widths = (self.names[a] for a in i.arguments)
            outer = max(len(starts), len(widths))
            ends = [(starts[k % len(starts)], widths[k % len(widths)]) for k in range(outer)]
            self._assign(i.target, [f"{start} + {place!r} * {width}" for place in i.detail for start, width in ends])
        elif i.operation in {"quadrature", "nodes_max"}:
            (values,) = (self.names[a] for a in i.arguments)
            outer = self.sizes[i.target]
            self._assign(i.target, [self._over(i, values[k::outer]) for k in range(outer)])
        else:
            given = [self.names[a] for a in i.arguments]
            count = 1 if self.arrays else self.sizes[i.target]
            rows = [[names[k % len(names)] for names in given] for k in range(count)]
            self._assign(i.target, [self._expression(i, row) for row in rows])

    def _array(self, i: Instruction, given: Sequence[str]) -> str:
        """All nodes at once, their weighted sum, or the largest of them."""
        assert self.language.nodes is not None
        assert self.language.quadrature is not None
        if i.operation == "nodes_max":
            return self.language.operations["max_over"].format(*given)
        numbers = [self.language.constant(repr(number)) for number in i.detail]
        write = self.language.nodes if i.operation == "nodes" else self.language.quadrature
        return str(write(numbers, *given))

    def _over(self, i: Instruction, values: Sequence[str]) -> str:
        """The weighted sum of the nodes, or the largest of them."""
        if i.operation == "nodes_max":
            return reduce(self.language.operations["maximum"].format, values)
        return " + ".join(f"{weight!r} * {value}" for weight, value in zip(i.detail, values, strict=True))

    def _assign(self, target: int, texts: Sequence[str]) -> None:
        own = [f"v{target}" if len(texts) == 1 else f"v{target}_{k}" for k in range(len(texts))]
        self.lines += [self.language.assign.format(name, text) for name, text in zip(own, texts, strict=True)]
        self.names[target] = own

    def _expression(self, i: Instruction, arguments: list[str]) -> str:
        language = self.language
        by_entry = any(a in self.vectors or a in self.arrays for a in i.arguments)
        by_entry = by_entry and i.operation not in {*OPERATIONS, *ROWS}
        if by_entry:
            assert language.each is not None  # `refuse` has asked
            letters = [chr(ord("a") + k) for k in range(len(arguments))]
            return language.each(letters, self._plain(i, letters), arguments)
        return self._plain(i, arguments)

    def _plain(self, i: Instruction, arguments: Sequence[str]) -> str:
        if i.operation == "polynomial":
            coefficients = [self.language.constant(repr(c)) for c in i.detail]
            return self.language.polynomial(coefficients, arguments[0])
        if i.operation in self.language.operations:
            return self.language.operations[i.operation].format(*arguments)
        return f"{i.operation}({', '.join(arguments)})"
