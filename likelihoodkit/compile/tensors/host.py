"""What NumPy computes on the host for the other frameworks: programs in which entries of vectors meet host kernels."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.compile.numpy_engine import Runner
from likelihoodkit.compile.program import Program
from likelihoodkit.errors import DerivationError

Array = NDArray[Any]
NUMBER = -1


class HostProgram:
    """A program as a function of arrays of any batch shape: numbers (...), vectors (K, ...).

    ``vectors`` says which arguments are vectors, ``like`` for each result the argument whose shape it has
    (`NUMBER`: a number per row).
    """

    def __init__(self, name: str, program: Program, names: Sequence[str], vectors: Sequence[bool], like: Sequence[int]):
        self.name, self.program, self.names = name, program, tuple(names)
        self.vectors, self.like = tuple(vectors), tuple(like)

    @cached_property
    def _runner(self) -> Runner:
        return Runner(self.program)

    def __call__(self, rank: int, arrays: Sequence[Array]) -> list[Array]:
        """Results for arrays whose last ``rank`` axes are the batch; axes before them (of a vmap) belong to it too.

        Where there are such axes, the entries of a vector come between them and the batch.
        """
        dtype = np.result_type(*arrays)
        extra = max(a.ndim - v for a, v in zip(arrays, self.vectors, strict=True)) - rank
        flat, shape = {}, ()
        for name, array, vector in zip(self.names, arrays, self.vectors, strict=True):
            moved = np.moveaxis(array, extra, 0) if vector else array
            shape = moved.shape[1:] if vector else moved.shape
            flat[name] = np.asarray(moved, dtype=np.float64).reshape(*([len(moved), -1] if vector else [-1]))
        with np.errstate(all="ignore"):
            found = self._runner.tile(flat)
        return [
            self._full(result, k, shape, arrays, extra).astype(dtype)
            for k, result in zip(self.like, found.values(), strict=True)
        ]

    def _full(self, result: Array, k: int, shape: tuple[int, ...], arrays: Sequence[Array], extra: int) -> Array:
        rows = int(np.prod(shape))
        if k == NUMBER or not self.vectors[k]:
            return np.ascontiguousarray(np.broadcast_to(result, (rows,)).reshape(shape))
        size = arrays[k].shape[extra]
        wide = np.broadcast_to(result, (size, rows)).reshape(size, *shape)
        return np.ascontiguousarray(np.moveaxis(wide, 0, extra))

    def refuse(self) -> DerivationError:
        """What a second derivative raises."""
        return DerivationError(
            f"{self.name} is computed by NumPy on the host, which gives its gradient but no second derivatives",
            value=self.name,
            remedy="loss.hessian(y, outputs) has them",
        )
