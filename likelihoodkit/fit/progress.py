"""A bar over the blocks of a long pass, where tqdm is installed and somebody sits at the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from likelihoodkit.loading.frameworks import framework

#: seconds before a pass counts as long
PATIENCE = 5.0


def shown(blocks: Iterator[Any], what: str) -> Iterator[Any]:
    """The same blocks, counted on the terminal once the pass has taken `PATIENCE` seconds; silent without tqdm.

    >>> list(shown(iter([1, 2]), "looking"))
    [1, 2]
    """
    if find_spec("tqdm") is None:
        return blocks
    bar: Iterator[Any] = framework("tqdm").tqdm(
        blocks,
        desc=what,
        unit=" blocks",
        delay=PATIENCE,
        leave=False,
        disable=None,  # where nobody looks
    )
    return iter(bar)
