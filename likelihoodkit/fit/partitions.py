"""Dask arrays and data frames as blocks: a partition is a block, computed where it lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan
from typing import Any

from likelihoodkit.errors import InputError
from likelihoodkit.loading.frameworks import framework


def distributed(thing: Any) -> bool:
    """Is it a collection of Dask? Dask is not imported for the question."""
    return type(thing).__module__.split(".", maxsplit=1)[0] == "dask" and hasattr(thing, "to_delayed")


def partitioned(parts: Mapping[str, Any], executor: Any) -> Sequence[Any] | None:
    """Blocks for `fit`, one per partition, if y or X are collections of Dask; else None.

    ``parts`` are y, X (an array, a data frame or a dict of them by parameter), weights, offset and settings by name.
    On the client that is ``executor`` the partitions are computed once and stay in the memory of the cluster; without
    one they are computed anew in every pass.

    Raises `InputError` where something is not in partitions, or not in as many.
    """
    given = {name: part for name, part in parts.items() if part is not None}
    flat: dict[tuple[str, ...], Any] = {(name,): part for name, part in given.items() if not isinstance(part, dict)}
    flat |= {(name, key): part for name, part in given.items() if isinstance(part, dict) for key, part in part.items()}
    if not any(distributed(part) for key, part in flat.items() if key[0] in ("y", "X")):
        return None
    lengths = {key: _rows(part, key) for key, part in flat.items()}
    chunks = lengths["y",]
    pieces = {}
    for key, part in flat.items():
        pieces[key] = _pieces(part, chunks)
        if len(pieces[key]) != len(chunks):
            raise InputError(
                f"{'.'.join(key)} has {len(pieces[key])} partitions, y has {len(chunks)}",
                value=len(pieces[key]),
                remedy="Take all of them from one data frame, or repartition",
            )
    delayed = framework("dask").delayed
    blocks = [delayed(_block)({key: piece[i] for key, piece in pieces.items()}) for i in range(len(chunks))]
    if hasattr(executor, "compute"):
        futures: Sequence[Any] = executor.compute(blocks)
        return futures
    return [block.compute for block in blocks]


def _block(parts: Mapping[tuple[str, ...], Any]) -> dict[str, Any]:
    """The mapping that a block is; tables by parameter together again."""
    block: dict[str, Any] = {}
    for key, part in parts.items():
        if len(key) == 1:
            block[key[0]] = part
        else:
            block.setdefault(key[0], {})[key[1]] = part
    return block


def _rows(part: Any, key: tuple[str, ...]) -> tuple[float, ...]:
    """The lengths of the partitions; those of a data frame are not known before it is computed."""
    if not distributed(part):
        raise InputError(
            f"{'.'.join(key)} is not a collection of Dask as the rest is",
            value=type(part).__name__,
            remedy="dask.array.from_array(...) makes it one",
        )
    if hasattr(part, "chunks"):
        chunks: tuple[float, ...] = part.chunks[0]
        return chunks
    return (float("nan"),) * int(part.npartitions)


def _pieces(part: Any, chunks: tuple[float, ...]) -> list[Any]:
    """What computes each partition, cut as y is where lengths are known."""
    if not hasattr(part, "chunks"):
        return list(part.to_delayed())
    known = not any(isnan(length) for length in (*chunks, *part.chunks[0]))
    whole = dict.fromkeys(range(1, part.ndim), -1)
    return list(part.rechunk({0: chunks, **whole} if known else whole).to_delayed().ravel())
