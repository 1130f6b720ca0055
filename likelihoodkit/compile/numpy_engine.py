"""The default engine: runs a program on NumPy arrays, a tile of rows at a time.

Rows are the last axis: a number per row has shape (n,), a vector output (K, n), so that entry by entry arithmetic
between the two broadcasts by itself and reductions run over axis 0. Buffers of one tile are kept per thread and used
again, so memory does not grow with the formula or the number of rows.

Two programs are held: the everyday form of the program, and the program itself, whose kernels are right everywhere.
A tile is run through the everyday form; rows outside its guards are gathered and run through the kernels.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.compile.asked import asked, on_rows
from likelihoodkit.compile.checks import Check, finite
from likelihoodkit.compile.cuts import Cut, Part, alike, cut
from likelihoodkit.compile.few import any_rows
from likelihoodkit.compile.forms import everyday
from likelihoodkit.compile.program import Instruction, Program
from likelihoodkit.compile.route import Counts, Feed, Route, Way, apart, route
from likelihoodkit.compile.steps import MASKS, OTHERS, UFUNCS, Plan
from likelihoodkit.compile.tiles import LEAST, WORKSPACES, Layout
from likelihoodkit.primitives import kernels, vector_kernels

Array = NDArray[Any]

#: rows per tile where everything is made anew (kernels, source); smaller ones pay the call of a ufunc too often
TILE = 8192
#: entries per tile of a vector with K numbers per row
ENTRIES = 1 << 16
#: counts below this are looked up in tables of what depends on them alone, in batches of as many rows
MOST_COUNTS = 1 << 10

#: rows of a batch in which it pays to ask whether one number stands in every row of an input
MANY = 1 << 10
#: numbers of rows whose routes are remembered
MOST_ROUTES = 8

_PLAIN: dict[str, Callable[..., Any]] = {**UFUNCS, **MASKS, **OTHERS, "where": np.where}


def operation(name: str) -> Callable[..., Any]:
    """The NumPy implementation of an operation: a ufunc of NumPy or a kernel of the vocabulary."""
    home = kernels if hasattr(kernels, name) else vector_kernels
    found: Callable[..., Any] = _PLAIN[name] if name in _PLAIN else getattr(home, name)
    return found


class Runner:
    """A program ready to run: its everyday form laid out, its kernels looked up."""

    #: does an exponential cost less than a choice?
    apart = True

    def __init__(self, program: Program, *, threads: int = 1, labels: Collection[str] = ()) -> None:
        """``labels`` are the names of inputs that are 0 or 1, which is asked elsewhere."""
        self.program = program
        self.threads, self.labels = threads, frozenset(labels)
        self._cuts: dict[tuple[frozenset[str], str], Cut] = {}
        self._kept: tuple[Mapping[str, bytes], dict[str, Array]] = ({}, {})  # what numbers that are held lead to
        # beside which numbers, how many counts, and their terms
        self._counted: tuple[Mapping[str, bytes], int, Mapping[str, Array]] = ({}, 0, {})
        self.whole: tuple[Runner, str] | None = None  # what this is a part of, and the result that is left out
        #: programs that have its results between them, each with fewer rows for its kernels
        self.parts: Callable[[], Sequence[Runner]] = tuple
        self._walked, signs = asked(program)
        self._operations = [
            None if i.operation in {"input", "constant"} else self._asked(i, signs) for i in self._walked.instructions
        ]
        self._constants = {
            i.target: np.array(float(i.detail)) for i in program.instructions if i.operation == "constant"
        }

    def find(self, name: str) -> Callable[..., Any]:
        """The implementation of an operation."""
        return operation(name)

    def _asked(self, instruction: Instruction, signs: Mapping[int, tuple[bool, ...]]) -> Callable[..., Any]:
        """The same, on the rows alone that ask for it."""
        found = self.find(instruction.operation)
        return on_rows(found, signs[instruction.target]) if instruction.target in signs else found

    @cached_property
    def everyday(self) -> Program:
        """The program in everyday forms; those of the whole where it is a part of one, for the same digits."""
        if self.whole is not None:
            whole, left_out = self.whole
            return whole.everyday.without(left_out)
        return everyday(self.program, apart=self.apart, labels=self.labels)

    def without(self, name: str) -> Runner:
        """All results but one, each with the digits that it has here."""
        part = type(self)(self.program.without(name), threads=self.threads, labels=self.labels)
        part.whole = self, name
        return part

    @cached_property
    def mixed(self) -> bool:
        """Does the program mix vectors of several sizes, for which no buffers are laid out?"""
        return any(hasattr(vector_kernels, i.operation) for i in self.program.instructions)

    @cached_property
    def _plan(self) -> Plan:
        return self._cut(frozenset(), "").rest

    def _cut(self, names: frozenset[str], outcome: str) -> Cut:
        """The program cut at what inputs of these names decide alone, and at what the outcome decides beside them."""
        if (names, outcome) not in self._cuts:
            self._cuts[names, outcome] = cut(self.everyday, names, outcome)
        return self._cuts[names, outcome]

    def prepare(self, outcome: str, values: Array) -> dict[str, Array]:
        """What depends on the input of that name alone, for all its values (n,) or (K, n); {} if it is nothing dear."""
        part = None if self.mixed else self._cut(frozenset(), outcome).looked
        return {} if part is None else self._apart(part, {outcome: values}, values.shape[-1])

    def _apart(self, part: Part, inputs: Mapping[str, Array], rows: int) -> dict[str, Array]:
        """The results of a part that was cut off, (n,) each."""
        answer = {term: np.empty(rows) for term in part.names}
        found = route(part.laid, inputs, answer, rows, {})
        self._spans(found, found.spans, inputs, answer)
        return answer

    def tile(self, inputs: Mapping[str, Array]) -> dict[str, Array]:
        """Run the kernels on whole arrays; inputs are (t,) or (K, t), or 0-d where one value serves all rows."""
        live: dict[int, Any] = dict(self._constants)
        last = self._walked.last_use
        for place, (instruction, function) in enumerate(zip(self._walked.instructions, self._operations, strict=True)):
            if function is None:
                if instruction.operation == "input":
                    live[instruction.target] = inputs[instruction.detail]
                continue
            live[instruction.target] = function(*[live[a] for a in instruction.arguments])
            for used in set(instruction.arguments):
                if last[used] == place:
                    del live[used]
        return {name: live[target] for name, target in self.program.results}

    def run(
        self,
        inputs: Mapping[str, Array],
        outputs: Mapping[str, Array],
        rows: int,
        checks: Mapping[str, Check] | None = None,
        terms: Mapping[str, Array] | None = None,
        outcome: str = "",
    ) -> bool:
        """Fill ``outputs`` ((n,) or (K, n) views) tile by tile from ``inputs``.

        Tiles are computed in float64 whatever the dtype of the answer: a float32 loss then loses digits only once,
        when the result is rounded, and an intermediate cannot overflow where the result does not. ``checks`` are
        asked about every tile of an input; False as soon as one of them says no, the outputs then being unfinished.
        ``terms`` are what `prepare` made of the input called ``outcome``.
        """
        return self._routed(inputs, outputs, rows, checks or {}, terms, outcome, {})

    def _routed(
        self,
        inputs: Mapping[str, Array],
        outputs: Mapping[str, Array],
        rows: int,
        checks: Mapping[str, Check],
        terms: Mapping[str, Array] | None,
        outcome: str,
        known: dict[tuple[Any, ...], Route],
    ) -> bool:
        """As `run`; of calls whose arrays lie alike the routes are ``known``, by rows and what is one number."""
        same = {} if terms or self.mixed or rows < MANY else alike(inputs)
        found = known.get((rows, *same))
        if found is not None and not same:
            return self._spans(found, found.spans, inputs, outputs)
        if self.mixed or len({a.shape[0] for a in inputs.values() if a.ndim == 2}) > 1:
            return self._kernels(inputs, outputs, rows, checks)
        inputs = {**apart(inputs, outputs), **same, **(terms or {})}
        held = {} if terms or rows < MANY else {n: np.asarray(a, np.float64) for n, a in inputs.items() if not a.ndim}
        names, countable = frozenset(held), not terms and self.countable(outcome, checks)
        whole = self._cut(names, outcome if terms or countable else "")
        held |= self.fixed(whole, held)
        inputs |= held
        lookable = whole.looked if countable else None
        counts = None if lookable is None else self.counts(outcome, inputs, held, rows, lookable)
        inputs |= counts.places(rows) if counts else {}
        if found is None:
            laid = whole.rest if terms or counts else self._cut(names, "").rest
            found = route(laid, inputs, outputs, rows, checks, counts)
        unread = set(checks) - set(found.laid.inputs)  # no tile of it is seen
        with np.errstate(all="ignore"):  # a square may overflow
            if not all(checks[name](np.asarray(inputs[name], dtype=np.float64)) for name in unread):
                return False
        if self.threads > 1 and len(found.spans) > 1:
            shares = [found.spans[i :: self.threads] for i in range(self.threads)]
            with ThreadPoolExecutor(self.threads) as pool:
                return all(pool.map(lambda share: self._spans(found, share, inputs, outputs), shares))
        if self.threads == 1 and lookable is None and not (terms or (unread and not same)):
            if len(known) >= MOST_ROUTES:
                known.clear()
            known[rows, *same] = found
        return self._spans(found, found.spans, inputs, outputs)

    def fixed(self, whole: Cut, held: Mapping[str, Array]) -> dict[str, Array]:
        """What numbers that are held decide alone, made once for the calls that hold the same."""
        part = whole.fixed
        if part is None:
            return {}
        beside = {name: number.tobytes() for name, number in held.items()}
        known, terms = self._kept
        if known != beside:
            terms = {name: term.reshape(()) for name, term in self._apart(part, held, 1).items()}
            self._kept = beside, terms
        return terms

    @staticmethod
    def countable(outcome: str, checks: Mapping[str, Check]) -> bool:
        """May the outcomes be counts?"""
        check = checks.get(outcome)
        return check is not None and check.whole and check.low >= 0

    def counts(
        self, outcome: str, inputs: Mapping[str, Array], held: Mapping[str, Array], rows: int, part: Part
    ) -> Counts | None:
        """What depends on the outcome and what is held alone, for every count up to the largest, if that is small."""
        values = inputs.get(outcome)
        if values is None or values.ndim != 1 or rows < MOST_COUNTS:
            return None
        largest = np.maximum.reduce(values)
        if not 0 <= largest < MOST_COUNTS:
            return None
        beside = {name: number.tobytes() for name, number in held.items()}
        known, size, tables = self._counted
        if known != beside or largest >= size:
            size = 1 << int(largest).bit_length()
            if held and size > rows // 4:  # what is held may be other in the next call
                return None
            tables = self._apart(part, {outcome: np.arange(size, dtype=np.float64), **held}, size)
            self._counted = beside, size, tables
        return Counts(values, tables)

    def straight(
        self,
        inputs: Mapping[str, Array],
        outputs: Mapping[str, Array],
        checks: Mapping[str, Check],
        whole: Sequence[Array],
    ) -> Way | None:
        """A short way for further calls with arrays that lie in ``whole`` ones as these do; None if there is none."""
        if self.mixed:
            return None
        return any_rows(self._routed, self._plan, inputs, outputs, checks, whole, alone=self.threads == 1)

    def _kernels(
        self,
        inputs: Mapping[str, Array],
        outputs: Mapping[str, Array],
        rows: int,
        checks: Mapping[str, Callable[[Array], bool]],
    ) -> bool:
        """Every tile by the kernels alone."""
        used = {i.detail: inputs[i.detail] for i in self.program.instructions if i.operation == "input"}
        entries = max((a.shape[0] for a in [*used.values(), *outputs.values()] if a.ndim == 2), default=1)
        most = max(LEAST, min(TILE, ENTRIES // entries))
        tiles = -(-rows // most)  # all of a size: a short one costs the calls of a long one
        with np.errstate(all="ignore"):
            for tile in range(tiles):
                part = slice(rows * tile // tiles, rows * (tile + 1) // tiles)
                arrays = {n: np.asarray(a if a.ndim == 0 else a[..., part], np.float64) for n, a in used.items()}
                if not all(checks[name](array) for name, array in arrays.items() if name in checks):
                    return False
                found = self.tile(arrays)
                for name, _ in self.program.results:
                    outputs[name][..., part] = found.pop(name)  # let go of, before the next tile
        return True

    def _spans(
        self,
        way: Route,
        spans: Sequence[tuple[int, int]],
        inputs: Mapping[str, Array],
        outputs: Mapping[str, Array],
    ) -> bool:
        """The tiles of some spans of rows."""
        layout: Layout | None = None
        feeds = [Feed(*told, inputs[told[0]]) for told in way.feeds]
        direct = [(place, outputs[name]) for name, place in way.direct]
        copied = [(place, outputs[name]) for name, place in way.copied]
        aside: list[Array] = []  # rows for the kernels, put together: these are slow to call for a few
        waiting = 0
        # the program itself decides what an overflow becomes; NumPy's warning about it would say nothing new
        with np.errstate(all="ignore"):
            for start, stop in spans:
                if layout is None or layout.rows != stop - start:
                    layout = WORKSPACES.layout(way, stop - start)
                part = slice(start, stop)
                for place, answer in direct:
                    layout.put(place, answer[..., part])
                strange: Array | None = None
                for feed in feeds:
                    strange = feed.tile(part, layout, strange)
                    if not feed.told and feed.refused():
                        return False
                if way.counts is not None:  # they have been checked above
                    strange = way.counts.tile(part, layout, strange)
                strange = layout.walk(strange)
                doubtful = strange is not None or (way.judge is not None and not finite(layout.places[way.judge]))
                if doubtful and any(feed.told and feed.refused() for feed in feeds):
                    return False
                for place, answer in copied:
                    answer[..., part] = layout.places[place]
                if strange is not None:
                    aside.append(np.flatnonzero(strange) + start)
                    waiting += len(aside[-1])
                    if waiting >= stop - start:
                        self.mend(aside, inputs, outputs)
                        waiting = 0
            self.mend(aside, inputs, outputs)
        if layout is not None:
            layout.forget()
        return True

    def mend(self, aside: list[Array], inputs: Mapping[str, Array], outputs: Mapping[str, Array]) -> None:
        """Rows outside the everyday range: the kernels."""
        if not aside:
            return
        rows = np.concatenate(aside)
        aside.clear()
        gathered = {
            name: np.asarray(a if a.ndim == 0 else a[..., rows], dtype=np.float64) for name, a in inputs.items()
        }
        for part in self.parts():
            answer = {name: np.empty((*outputs[name].shape[:-1], len(rows))) for name, _ in part.program.results}
            part.run(gathered, answer, len(rows))
            for name, result in answer.items():
                outputs[name][..., rows] = result
        if not self.parts():
            for name, result in self.tile(gathered).items():
                outputs[name][..., rows] = result
