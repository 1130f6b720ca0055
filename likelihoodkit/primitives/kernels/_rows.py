"""Rows of numbers about one tail: its logarithm, its slopes in two arguments a and b, and curvatures aa, ab, bb."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, Formula, Kernel, Mask, kernel
from likelihoodkit.primitives.kernels.exponential import log1m_exp, times_exp

SIZE = 6
#: by how many rows there are, the pairs of slopes of which each curvature is: of one to four parameters
PAIRS = {1 + n + n * (n + 1) // 2: [(i, j) for i in range(n) for j in range(i, n)] for n in (1, 2, 3, 4)}
SUBNORMAL = -600.0  # log of a probability below which its product with a slope is formed in exponents


def row(rows: Formula, which: int, doc: str) -> Kernel:
    """One of the rows, as a kernel."""

    def formula(*arguments: Floats) -> Floats:
        return np.asarray(rows(*arguments)[which])

    formula.__doc__, formula.__module__ = doc, rows.__module__  # it is looked for in the file that asks for it
    return kernel(formula)


def kernels_of(
    rows: Formula, letters: str, module: str, what: str = "log P(low <= Y <= high) - log p(y)"
) -> list[Kernel]:
    """What rows tell, its slopes in these letters and its curvatures, as kernels of the module that asks for them."""
    rows.__module__ = module
    pairs = PAIRS[1 + len(letters) * (len(letters) + 3) // 2]
    orders = ["", *letters, *(letters[i] + letters[j] for i, j in pairs)]
    return [row(rows, place, f"{what}{', derived in ' if o else ''}{o}.") for place, o in enumerate(orders)]


def complement(one: Floats, share: Floats | None = None) -> Floats:
    """The rows of the other tail of a law, where one tail is known and not close to 1.

    ``share``: the tail itself where it is known better than by its logarithm, else NaN.
    """
    pairs, log_tail = PAIRS[len(one)], one[0]
    first, curves = np.split(one[1:], [pairs[-1][0] + 1])
    known = np.full_like(log_tail, np.nan) if share is None else share
    told = np.isnan(known)
    odds = np.where(told, 1.0 / np.expm1(-log_tail), known / (1.0 - known))
    more = 1.0 + odds
    squares = np.stack([first[i] * first[j] for i, j in pairs])
    slopes = np.concatenate([first, curves + more * squares])
    product = np.where(log_tail < SUBNORMAL, np.asarray(times_exp(slopes, log_tail)), slopes * odds)
    rest = np.where(told, np.asarray(log1m_exp(-log_tail)), np.log1p(-np.where(told, 0.0, known)))
    return np.concatenate([rest[None], np.where(log_tail == -np.inf, 0.0, -product)])


def by_place(
    arguments: Sequence[Floats], places: Sequence[tuple[Mask, Callable[..., tuple[Floats, ...]]]], tails: int
) -> tuple[Floats, ...]:
    """Rows of so many tails at arrays of one shape, each by the formula of the first place that it lies in."""
    shape = np.shape(arguments[0])
    flat = [np.ravel(a) for a in arguments]
    rows = np.full((tails, SIZE, flat[0].size), np.nan)
    left = ~np.logical_or.reduce([np.isnan(a) for a in flat])
    for there, formula in places:
        mask = np.ravel(there) & left
        left &= ~mask
        if mask.any():
            for which, found in enumerate(formula(*(a[mask] for a in flat))):
                rows[which][:, mask] = found
    return tuple(part.reshape(SIZE, *shape) for part in rows)
