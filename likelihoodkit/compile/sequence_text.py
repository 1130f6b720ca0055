"""How a written module of labels in a row is called: K classes and T steps read from the arrays, tiles, a gradient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from likelihoodkit.compile.named_text import Block, Input, question
from likelihoodkit.compile.numpy_engine import ENTRIES
from likelihoodkit.compile.tiles import LEAST


@dataclass(frozen=True)
class Piece:
    """One parameter of the program: its symbol, and the columns that it takes."""

    symbol: str
    block: Block

    @property
    def width(self) -> str:
        """The number of columns as Python, in terms of K and T."""
        return "T * K" if self.block.size == "steps" else self.block.width


@dataclass(frozen=True)
class Steps:
    """The arrays of a loss whose outcome is labels in a row.

    ``every``: there is one label for each step, so that the width of y is T. ``shared`` are given by keyword and one
    value serves all rows, ``constants`` are held at numbers (one number stands for all entries), ``counts`` are
    keywords for K and their symbols, ``held`` is K where the declaration fixes it.
    """

    outcome: Input
    every: bool
    outputs: tuple[Piece, ...]
    shared: tuple[Piece, ...]
    constants: tuple[tuple[Piece, tuple[float, ...]], ...]
    counts: tuple[tuple[str, str], ...]
    held: int | None

    @property
    def symbols(self) -> list[str]:
        """The symbols of what a program is given, in order."""
        pieces = (*self.outputs, *self.shared, *(piece for piece, _ in self.constants))
        return [self.outcome.symbol, *(p.symbol for p in pieces), *(symbol for _, symbol in self.counts)]

    @property
    def moving(self) -> bool:
        """Do the outputs hold steps?"""
        return any(piece.block.size == "steps" for piece in self.outputs)


def step_calls(steps: Steps) -> str:
    """``value_and_gradient`` and ``loss`` of the module."""
    named = [piece.block.name for piece in steps.shared]
    counts = [name for name, _ in steps.counts]
    keywords = "".join([*(f", {name}" for name in named), *(f", {name}=None" for name in counts)])
    passed = "".join([*(f", {name}" for name in named), *(f", {name}={name}" for name in counts)])
    total = " + ".join(piece.width for piece in steps.outputs)
    shapes = f"(n, {total})" + (", or with an axis for K, (n, ..., K)" if steps.moving else "")
    return "\n".join(
        [
            *sizes(steps),
            "",
            "",
            f"def value_and_gradient(y, outputs{keywords}):",
            f'    """Loss (n,) and gradient for y (n, {"T" if steps.every else "m"}) and outputs {shapes}."""',
            *_read(steps),
            *_asked(steps),
            *_tiles(steps),
            "",
            "",
            f"def loss(y, outputs{keywords}):",
            '    """The loss of each row."""',
            f"    return value_and_gradient(y, outputs{passed})[0]",
        ]
    )


def _sum(pieces: Sequence[Piece]) -> str:
    return " + ".join(piece.width for piece in pieces) or "0"


def sizes(steps: Steps) -> list[str]:
    """A function that finds K and T."""
    rest = _sum([piece for piece in steps.outputs if piece.block.size != "steps"])
    fewest = max((p.block.fewest for p in steps.outputs if p.block.size != "one"), default=1)
    left = "width" if rest == "0" else f"(width - ({rest}))"
    fits = f"width > {rest} and {left} % K == 0" if steps.moving else f"{rest} == width"
    clues = [
        *(["steps"] if steps.every else []),
        *(["shared"] if steps.shared else []),
    ]
    lines = [
        f"def _sizes({', '.join(['width', 'classes', *clues])}):",
        '    """K and T for that many columns of outputs; None is what nothing else says."""',
        "    found = [",
        f"        (K, {f'{left} // K' if steps.moving else '0'})",
        f"        for K in (range({fewest}, width + 1) if classes is None else [classes])",
        f"        if K >= {fewest} and {fits}",
        "    ]",
    ]
    for clue, means in (("shared", f"{_sum(steps.shared)} == shared"), ("steps", "T == steps")):
        if clue in clues:
            lines += ["    if len(found) > 1:", f"        found = [(K, T) for K, T in found if {means}]"]
    asking = 'f"{width} columns of outputs do not say how many classes' + (
        ' and steps there are: {found} fit; give (n, T, K), or the number of classes"'
        if steps.moving
        else ' there are"'
    )
    return [
        *lines,
        "    if len(found) != 1:",
        f"        raise ValueError({asking})",
        "    return found[0]",
    ]


def _read(steps: Steps) -> list[str]:
    """Lines that make arrays of what is given and settle K and T."""
    lines = [
        "    y, outputs = np.asarray(y, dtype=np.float64), np.asarray(outputs)",
        "    dtype = np.float32 if outputs.dtype == np.float32 else np.float64",
        "    shape = outputs.shape",
        f"    K = {steps.held}",
    ]
    for name, _ in steps.counts:
        lines += [f"    if {name} is not None:", f"        K = int(np.max({name}))"]
    if steps.moving:
        lines += [
            "    if len(shape) == 3:",
            "        if K not in (None, shape[2]):",
            '            raise ValueError(f"outputs {shape} do not hold {K} classes")',
            "        K, outputs = shape[2], outputs.reshape(shape[0], -1)",
        ]
    lines += [
        "    if y.ndim != 2 or outputs.ndim != 2 or len(y) != len(outputs):",
        '        raise ValueError(f"y {y.shape} and outputs {shape} do not fit")',
        "    outputs = outputs.astype(np.float64, copy=False)",
    ]
    for piece in steps.shared:
        name = piece.block.name
        lines.append(f"    {name} = np.ravel(np.asarray({name}, dtype=np.float64)).astype(dtype).astype(np.float64)")
    known = ["outputs.shape[1]", "K", *(["y.shape[1]"] if steps.every else [])]
    known += [" + ".join(f"{piece.block.name}.size" for piece in steps.shared)] if steps.shared else []
    lines.append(f"    K, T = _sizes({', '.join(known)})")
    return lines


def _asked(steps: Steps) -> list[str]:
    """Lines that ask of every array what it must be."""
    lines = []
    if steps.every:
        lines += [
            "    if y.shape[1] != T:",
            '        raise ValueError(f"y {y.shape} must hold {T} labels in each row")',
        ]
    for piece in steps.shared:
        name = piece.block.name
        lines += [
            f"    if {name}.size != {piece.width} or not np.isfinite({name}).all():",
            f'        raise ValueError(f"{name} must hold {{{piece.width}}} finite numbers")',
        ]
    lines += [
        '    with np.errstate(all="ignore"):',
        "        if not _finite(outputs):",
        '            raise ValueError("outputs are not all finite")',
        f"    if not ({question(steps.outcome.check, 'y')} & (y < K)).all():",
        f'        raise ValueError("y must hold {steps.outcome.words}")',
    ]
    for wrong, _, function in steps.outcome.rules:
        lines += [f"    if {function}(y, None).any():", f'        raise ValueError("a row of y {wrong}")']
    return lines


def _tiles(steps: Steps) -> list[str]:
    """Lines that go through the rows a tile at a time, as the engine does."""
    widths = [piece.width for piece in (*steps.outputs, *steps.shared)]
    columns = ["y[part].T"]
    for k, piece in enumerate(steps.outputs):
        one = piece.block.size == "one"
        columns.append(f"outputs[part, stops[{k}]]" if one else f"outputs[part, stops[{k}] : stops[{k + 1}]].T")
    for piece in steps.shared:
        name = piece.block.name
        one = piece.block.size == "one"
        columns.append(f"np.repeat({name}, size)" if one else f"np.broadcast_to({name}[:, None], ({name}.size, size))")
    for piece, values in steps.constants:
        many = str(len(values)) if len(values) > 1 else piece.width
        columns.append(f"np.broadcast_to(np.array({list(values)!r})[:, None], ({many}, size))")
    columns += ["np.full(size, float(K))" for _ in steps.counts]
    store = [
        f"            gradient[part, stops[{k}] : stops[{k + 1}]] = "
        f"np.broadcast_to(found[{k + 1}], (stops[{k + 1}] - stops[{k}], size)).T"
        for k in range(len(widths))
    ]
    back = "gradient.reshape(shape)" if steps.moving and not steps.shared else "gradient"
    return [
        f"    stops = np.cumsum([0, {', '.join(widths)}]).tolist()",
        "    value, gradient = np.empty(len(y), dtype), np.empty((len(y), stops[-1]), dtype)",
        f"    tile = max({LEAST}, min(TILE, {ENTRIES} // max(y.shape[1], *np.diff(stops))))",
        '    with np.errstate(all="ignore"):',
        "        for start in range(0, len(y), tile):",
        "            part = slice(start, min(start + tile, len(y)))",
        "            size = part.stop - part.start",
        "            found = everywhere(",
        *(f"                {column}," for column in columns),
        "            )",
        "            value[part] = found[0]",
        *store,
        f"    return value, {back}",
    ]
