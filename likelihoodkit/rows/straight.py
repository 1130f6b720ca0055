"""The calls of training loops: plain arrays that lie as those of an earlier call did.

Such a call needs nothing of what reading arrays otherwise takes: shapes and strides are compared, every number is asked
by the engine, and where that says no, or leaves rows to the kernels, the call goes the long way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.compile.numpy_engine import Runner
from likelihoodkit.compile.route import Way
from likelihoodkit.rows import Rows

Array = NDArray[Any]
#: where value and gradient are to be written: nowhere yet
NONE = (None, None)
#: kinds of calls remembered
MOST = 64


class Calls:
    """What is known of the calls of one loss."""

    def __init__(self) -> None:
        self._known: dict[Any, Way | None] = {}

    def answer(
        self, what: str, y: Any, outputs: Any, out: Sequence[Any], more: Sequence[Any], on_invalid: str
    ) -> list[Array] | None:
        """The answers of the program of that name, written to ``out`` where that is given; None: go the long way.

        The first answer has a number per row (unless the program is the gradient alone), the last the shape of outputs.
        A call that gives anything ``more`` goes the long way.
        """
        if not self._known or on_invalid != "raise":
            return None
        weights, offset, shared, given = more
        if not (weights is None and offset is None and shared is None) or given:
            return None
        if type(y) is not np.ndarray or type(outputs) is not np.ndarray:
            return None
        found = self._known.get(_key(what, y, outputs, out))
        rows = len(outputs)
        if found is None or len(y) != rows or rows > found.most:
            return None
        answers: list[Array] = []
        for place, given in enumerate(out):
            flat = place == 0 and what != "gradient"
            shape = (rows,) if flat else outputs.shape
            if given is not None:
                fits = _ours(given) and given.shape == shape and given.dtype == outputs.dtype
                if not (fits and _apart(given, y) and _apart(given, outputs)):
                    return None
            answers.append(np.empty(shape, outputs.dtype) if given is None else given)
        return answers if found(rows, (y, outputs, *answers)) else None

    def learn(
        self, what: str, y: Any, outputs: Any, answers: Sequence[Array], runner: Runner, rows: Rows, places: Any
    ) -> None:
        """Remember a call that went the long way, if the next of its kind need not.

        Where more was given than y and outputs, the program has read arrays that are no part of these.
        """
        arrays = type(y) is np.ndarray and type(outputs) is np.ndarray and outputs.ndim in (1, 2) and len(outputs)
        plain = arrays and rows.weights is None and rows.impossible is None and rows.alone
        if not plain or not all(map(_ours, answers)):
            return
        key = _key(what, y, outputs, answers)
        if key not in self._known:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[key] = runner.straight(rows.inputs, places, rows.checks, (y, outputs, *answers))


def _ours(array: Any) -> bool:
    return type(array) is np.ndarray and array.flags.behaved


def _apart(answer: Array, given: Array) -> bool:
    """Does nothing that is written to the one change the other? Arrays that own their memory do not share it."""
    if answer.base is None and given.base is None:
        return answer is not given
    return not np.may_share_memory(answer, given)


def _key(what: str, y: Array, outputs: Array, answers: Sequence[Any]) -> Any:
    lie = tuple(None if type(a) is not np.ndarray or a.flags.c_contiguous else a.strides for a in answers)
    return what, y.dtype, y.strides, outputs.dtype, outputs.strides, outputs.shape[1:], lie
