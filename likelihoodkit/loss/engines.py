"""What a loss does with its programs: compile them for an engine, keep them, prepare outcomes, run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from likelihoodkit.compile.cache import recall
from likelihoodkit.compile.checks import all_inside
from likelihoodkit.compile.few import MOST_MANY
from likelihoodkit.compile.numpy_engine import Runner
from likelihoodkit.compile.program import Program
from likelihoodkit.compile.split import Prepared
from likelihoodkit.declaration.binding import Binding, Bound, Fixed, Held, Parameter, Shared
from likelihoodkit.errors import DerivationError, InputError, ShapeError, UnknownNameError
from likelihoodkit.families import FAMILIES
from likelihoodkit.links import LINKS, Link
from likelihoodkit.loading.later import Later, sp
from likelihoodkit.rows import Reader, Rows
from likelihoodkit.rows.straight import NONE, Calls

if TYPE_CHECKING:
    from likelihoodkit.compile import build, javascript, numba_engine, numba_text, source as printed
    from likelihoodkit.compile.tensors import text
    from likelihoodkit.loss import signatures
    from likelihoodkit.loss.derived import Derived
else:
    build, numba_engine = Later("likelihoodkit.compile.build"), Later("likelihoodkit.compile.numba_engine")
    javascript, numba_text = Later("likelihoodkit.compile.javascript"), Later("likelihoodkit.compile.numba_text")
    signatures = Later("likelihoodkit.loss.signatures")
    printed, text = Later("likelihoodkit.compile.source"), Later("likelihoodkit.compile.tensors.text")

Array = NDArray[Any]
PROGRAMS = ("value", "fused", "gradient", "hessian", "curved", "fisher", "parameters")
ENGINES = ("auto", "numpy", "numba")
TARGETS = ("numpy", "numba", "torch", "jax", "javascript")
#: rows of a batch from which the compiled engine is chosen by itself: compiling costs 0.1 to 0.7 s once, and a row
#: saves 10 to 200 ns, so that 5 to 30 batches of this size pay for it (benchmarks/speed/table.md)
LARGE_BATCH = MOST_MANY + 1


class Running:
    """The part of a `Loss` that runs programs."""

    bound: Bound
    _reader: Reader
    _runners: dict[str, Runner]
    _engine: str
    _threads: int
    _calls: Calls

    @property
    def reader(self) -> Reader:
        """What reads the arrays of a call."""
        return self._reader

    @property
    def _derived(self) -> Derived:
        raise NotImplementedError

    def read(self, y: ArrayLike | None, outputs: ArrayLike, *arguments: Any, **how: Any) -> Rows:
        """The arrays of a call, checked; raises what a call raises."""
        raise NotImplementedError

    @cached_property
    def _question(self) -> str:
        """The declaration as text: what programs are kept by.

        A family of the kit is named, for its file is a part of the kit; others are written out to the last assumption.
        """
        family = self.bound.family
        if FAMILIES.own(family):
            told = [[name, _told(how, family.parameters[name])] for name, how in self.bound.bindings]
            return json.dumps([family.__name__, told])
        rows = family.parameters
        return json.dumps(
            [
                [self.bound.name, family.sign, sp.srepr(family.outcome.symbol), sp.srepr(family.formula)],
                [[name, sp.srepr(rows[name].symbol), _told(how, rows[name])] for name, how in self.bound.bindings],
                sorted([str(pair), sp.srepr(entry)] for pair, entry in family.fisher.items()),
            ]
        )

    def _runner(self, what: str) -> Runner:
        if what not in self._runners:
            part = what == "gradient"
            made = self._runner("fused").without("value") if part else self._made(self._program(what))
            if what == "curved":
                made.parts = lambda: [self._runner("fused"), self._runner("hessian")]
            self._runners[what] = made
        return self._runners[what]

    def _program(self, what: str) -> Program:
        def made() -> Program:
            try:
                return build.compile_program(self._derived.expressions(what))
            except DerivationError as problem:
                raise problem.about(self.bound.family.__name__) from None

        return recall(f"{self._question}\n{what}", made)

    def _made(self, program: Program) -> Runner:
        """A program on the engine that was chosen."""
        made = numba_engine.CompiledRunner if self._engine == "numba" else Runner
        return made(program, threads=self._threads, labels=self._labels)

    @property
    def _labels(self) -> tuple[str, ...]:
        """The name of the outcome in programs, where it is 0 or 1."""
        return (self._reader.places.y.name,) if all_inside(self.bound.family.outcome.domain).binary else ()

    def _chosen(self, what: str, rows: int) -> Runner:
        """The runner for so many rows: the compiled engine if none was chosen, it is there and the batch is large."""
        if self._engine != "auto" or rows < LARGE_BATCH or find_spec("llvmlite") is None:
            return self._runner(what)
        key = f"{what}, compiled"
        if key not in self._runners:
            self._runners[key] = numba_engine.CompiledRunner(
                self._runner(what).program, threads=self._threads, labels=self._labels
            )
        return self._runners[key]

    def program(self, what: str = "fused") -> Program:
        """The straight-line program of one of `PROGRAMS`; "fused" is loss and slopes, "curved" these and curvature."""
        if what not in PROGRAMS:
            raise UnknownNameError(f"there is no program {what!r}", value=what, remedy="Ask for fused or hessian")
        return self._runner(what).program

    def _run(self, what: str, rows: Rows, places: Mapping[str, Array], whole: Sequence[Any] | None = None) -> None:
        """Fill the places by the program of that name; what the rows left to be asked is asked here.

        ``whole`` are y, the outputs and the answers of a call that gave nothing else.
        """
        terms, outcome = rows.terms.get(what), self._reader.places.y.name
        runner = self._chosen(what, rows.count)
        if not runner.run(rows.inputs, places, rows.count, rows.checks, terms, outcome):
            rows.complain()
        elif whole is not None and runner is self._runner(what):  # a large batch decides nothing for smaller ones
            self._calls.learn(what, whole[0], whole[1], whole[2:], runner, rows, places)

    def _gradient_of(self, rows: Rows, out: Any) -> tuple[Array, dict[str, Array]]:
        """An array for the gradient of these rows, and the places in it by the names that programs have for them."""
        shape = (rows.count,) if rows.flat else (rows.count, rows.width)
        given = receive(out, "gradient", rows.stacked or shape, rows.dtype, self.bound.name)
        answer = given.reshape(shape) if rows.stacked else given
        if given.size and not np.may_share_memory(answer, given):  # a copy, which the caller would never see filled
            raise ShapeError(
                f"{self.bound.name}: out for the gradient {given.shape} must lie in one piece",
                family=self.bound.name,
                value=given.strides,
                remedy="Give an array as np.empty makes it",
            )
        gradient = answer[:, None] if rows.flat else answer
        places = {}
        for name, columns in rows.columns.items():
            vector = name in self._reader.vectors
            places[f"d {name}"] = gradient[:, columns].T if vector else gradient[:, columns.start]
        return answer, places

    @staticmethod
    def _weighed(rows: Rows, answer: Array) -> Array:
        """The gradient times the weights, in the shape that was asked for."""
        rows.weigh(answer[:, None] if rows.flat else answer)
        return answer.reshape(rows.stacked) if rows.stacked else answer

    def up_to_curvature(
        self, y: Array, outputs: Array, out: tuple[Array, Array], weights: Array | None = None, **given: ArrayLike
    ) -> Array:
        """The Hessian (n, w, w) of one pass that writes loss (n,) and gradient (n, w) to ``out``, for outputs (n, w).

        What the three have in common is computed once. Where no output is a vector: `one_pass`.
        """
        rows = self.read(y, outputs, weights, None, None, given, by_tile=True, on_invalid="raise")
        value, matrix = out[0], np.empty((rows.width, rows.width, rows.count), rows.dtype).transpose(2, 0, 1)
        answer, places = self._gradient_of(rows, out[1])
        pairs = {}
        for first, row in rows.columns.items():
            for second, column in rows.columns.items():
                pairs[f"{first} {second}"] = matrix[:, row.start, column.start]
        told = {name: pairs[name] for name, _ in self.program("curved").results if name in pairs}
        self._run("curved", rows, {"value": value, **places, **told})
        for name in told:
            first, second = name.split(" ")
            if first != second:
                pairs[f"{second} {first}"][:] = pairs[name]
        rows.weigh(value, impossible=np.inf)
        self._weighed(rows, answer)
        return rows.weigh(matrix)

    @property
    def one_pass(self) -> bool:
        """Is `up_to_curvature` to be had?"""
        return not self._reader.vectors

    @property
    def engine(self) -> str:
        """What computes the loss, one of `ENGINES`; see `compile`."""
        return self._engine

    def compile(self, engine: str = "numpy", *, threads: int = 1) -> Self:
        """The same loss on another engine: "numpy", or "numba" (extra ``fast``); ``threads`` share the rows.

        "auto", how losses begin, is "numpy", and "numba" where that is installed and a batch has `LARGE_BATCH` rows or
        more. The numbers are the same whatever the number of threads, and on both engines to the last digits.

        Raises `UnknownNameError` for another engine and `DerivationError` where numba is not installed.

        >>> import likelihoodkit as lk
        >>> lk.derive(lk.Normal).compile("numpy", threads=2)([0.0, 1.0], [[0.0, 0.0], [0.0, 1.0]]).round(4)
        array([0.5524, 1.4814])
        """
        if engine not in ENGINES:
            raise UnknownNameError(
                f"no engine is called {engine!r}", value=engine, remedy="Engines: auto, numpy, numba"
            )
        if threads < 1:
            raise InputError(f"threads must be at least 1, not {threads}", value=threads)
        if (engine, threads) == (self._engine, self._threads):
            return self
        if engine == "numba":
            numba_engine.need_compiler()
        other = object.__new__(type(self))
        vars(other).update(vars(self))
        vars(other).update(_engine=engine, _threads=threads, _runners={}, _calls=Calls())
        return other

    def source(self, target: str = "numpy") -> str:
        """The loss as the text of a module that needs ``target`` alone, one of `TARGETS`.

        The module for NumPy has ``value_and_gradient(y, outputs)`` and ``loss(y, outputs)``, with the digits and the
        tiles of the NumPy engine; that for numba the same as a compiled loop over rows; those for torch and JAX have
        ``loss(y, outputs)``, which is differentiated once; the ES module ("javascript") has ``value``, ``gradient`` and
        ``valueAndGradient`` of one row. What is held per row or shared is given by keyword; sequences take
        ``classes`` as the loss does, and are written for NumPy, torch and JAX.

        Raises `UnknownNameError` for another target and `DerivationError` where the loss needs a function that the
        target does not have.

        >>> import likelihoodkit as lk
        >>> print(lk.derive(lk.Poisson).source().splitlines()[0])
        \"\"\"Poisson(): the loss of each row and its gradient.
        """
        if target not in TARGETS:
            remedy = f"Targets: {', '.join(TARGETS)}"
            raise UnknownNameError(f"source is not written for {target!r}", value=target, remedy=remedy)
        signature = self._signature()
        if target in {"torch", "jax"}:
            return text.module(target, self.program("fused"), signature)
        homes = {"numpy": printed.module, "numba": numba_text.module, "javascript": javascript.module}
        return homes[target](self.program("fused"), signature)

    def _signature(self) -> printed.Signature:
        """How a written module is called."""
        return signatures.signature(self._reader, str(self._derived.textbook.expression))

    def prepare(self, y: ArrayLike) -> Prepared:
        """Check outcomes once and compute what depends on them alone, for many calls with other outputs.

        Worth it where the loss holds a factorial or another dear function of the outcome; costs 8 bytes per row and
        term. Outcomes that are vectors or classes, or bounded by a held column, are kept and checked with each call,
        since it takes the outputs to know whether they fit: for them it saves nothing.

        >>> import likelihoodkit as lk, numpy as np
        >>> loss = lk.derive(lk.Poisson)
        >>> y = loss.prepare([0, 3, 12])
        >>> loss(y, [0.0, 1.0, 2.0]).round(4)
        array([1.    , 1.51  , 3.3763])
        """
        column, name = self._reader.outcome_alone(y)
        terms = {}
        for what in ("value", "fused", "gradient"):
            found = self._runner(what).prepare(name, column) if name else {}
            if found:
                terms[what] = found
        return Prepared(self._question, column, terms)

    def _recognised(self, prepared: Prepared) -> Prepared:
        if prepared.question != self._question:
            raise InputError(
                f"{self.bound.name}: y was prepared by another loss",
                family=self.bound.name,
                remedy="Prepare it with the loss that is called",
            )
        return prepared


def _told(how: Binding, row: Parameter) -> str:
    """A binding as text: its kind and the number, or the name of its link; the formula where the kit has no such."""
    if isinstance(how, Held):
        number = how.number
        return (
            f"held {number!r}" if number is None or isinstance(number, Fraction | Fixed) else f"held {sp.srepr(number)}"
        )
    link = how.link if isinstance(how, Shared) else how
    assert isinstance(link, Link)  # `bind` has looked up names
    known = LINKS.get(link.name) is link
    return f"{type(how).__name__} {link.name if known else sp.srepr(link.inverse(row.symbol))}"


def receive(out: Any, what: str, shape: tuple[int, ...], dtype: np.dtype[Any], family: str) -> Array:
    """The array that an answer is to be written to: ``out`` if given, of exactly the right shape and dtype."""
    if out is None:
        return np.empty(shape, dtype)
    if not isinstance(out, np.ndarray) or out.shape != shape or out.dtype != dtype or not out.flags.writeable:
        found = f"{out.dtype} {out.shape}" if isinstance(out, np.ndarray) else type(out).__name__
        raise ShapeError(
            f"{family}: out for the {what} must be a writable array of {dtype} with shape {shape}, not {found}",
            family=family,
            value=getattr(out, "shape", None),
        )
    return out


def two_places(out: Any, family: str) -> tuple[Any, Any]:
    """Where value and gradient are to be written to; None for what is to be made."""
    if out is None:
        return NONE
    if not isinstance(out, tuple | list) or len(out) != 2:
        raise InputError(
            f"{family}: out must be two arrays, not {type(out).__name__}",
            family=family,
            remedy="Give out=(value, gradient)",
        )
    return out[0], out[1]
