"""How a written module of several named arrays is called: checks, tiles, an answer for each name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from likelihoodkit.compile.checks import Inside
from likelihoodkit.compile.numpy_engine import ENTRIES
from likelihoodkit.compile.tiles import LEAST


@dataclass(frozen=True)
class Input:
    """One array of a module: its name and symbol, what it holds, what is asked of it.

    ``vector``: a row per case, (n, d). Inputs of one ``group`` have one d. ``rules`` are (what is wrong, the module and
    the name of the function that says for which rows it is). ``labels`` may be spelled -1 and +1. ``predicted`` ones
    have a derivative. ``total`` is what the entries of a row add up to, as Python, where the support says so.
    """

    name: str
    symbol: str
    vector: bool
    check: Inside
    words: str
    group: str = ""
    rules: tuple[tuple[str, str, str], ...] = ()
    labels: bool = False
    predicted: bool = True
    total: str = "None"

    @property
    def shape(self) -> str:
        """The shape in words."""
        return "(n, d)" if self.vector else "(n,)"


@dataclass(frozen=True)
class Block:
    """Columns of the outputs that are one of a module's arrays: its name, how many columns, the fewest entries K."""

    name: str
    size: str | int
    fewest: int

    @property
    def width(self) -> str:
        """The number of columns as Python, in terms of K."""
        return WIDTHS.get(str(self.size), str(self.size))


WIDTHS = {"one": "1", "entries": "K", "triangle": "K * (K + 1) // 2", "square": "K * K"}


def counted(counts: Sequence[str]) -> tuple[str, str]:
    """How numbers of trials, read from y where they are not given, stand in a definition and in a call of it."""
    spread = "np.sum(y, axis=1) if {0} is None else np.broadcast_to({0}, len(y))"
    return "".join(f", {n}=None" for n in counts), "".join(f", {spread.format(n)}" for n in counts)


def columns_of(blocks: Sequence[Block]) -> str:
    """How many columns all blocks have, in terms of K."""
    return " + ".join(b.width for b in blocks)


def cut_lines(blocks: Sequence[Block]) -> list[str]:
    """Lines of ``_cut(width)``: K, and where the columns of each block end."""
    free = any(b.size in WIDTHS and b.size != "one" for b in blocks)
    fewest = max((b.fewest for b in blocks if b.size in WIDTHS and b.size != "one"), default=1)
    return [
        "def _cut(width):",
        '    """K, and where the columns of each output end, for that many columns."""',
        f"    for K in {f'range({fewest}, width + 1)' if free else '(0,)'}:",
        f"        sizes = ({', '.join(b.width for b in blocks)},)",
        "        if sum(sizes) == width:",
        "            return K, [sum(sizes[: k + 1]) for k in range(len(sizes))]",
        '    raise ValueError(f"no number of entries has {width} columns of outputs")',
    ]


def cut_calls(blocks: Sequence[Block], bounded: str, counts: Sequence[str] = ()) -> str:
    """``value_and_gradient(y, outputs)`` by `named_calls` under the name ``by_name``, with the outputs cut in blocks.

    ``bounded`` is the support in words where no outcome is above K; ``counts`` are read from y if they are not given.
    """
    defined, passed = counted(counts)
    numbers = [b for b in blocks if b.size == "one"]
    total = columns_of(blocks)
    lines = [
        *cut_lines(blocks),
        "",
        "",
        f"def value_and_gradient(y, outputs{defined}):",
        f'    """Loss (n,) and gradient (the shape of outputs) for y and outputs (n, {total})."""',
        "    outputs = np.asarray(outputs)",
        "    K, stops = _cut(outputs.shape[1])",
        *(
            ["    if (np.asarray(y) > K).any():", f'        raise ValueError("y must hold {bounded}")']
            if bounded
            else []
        ),
        "    blocks = [outputs[:, a:b] for a, b in zip([0, *stops], stops)]",
    ]
    for k, block in enumerate(blocks):
        if block in numbers:
            lines.append(f"    blocks[{k}] = blocks[{k}][:, 0]")
    lines += [
        f"    value, parts = by_name(y, *blocks{passed})",
        "    gradient = np.empty(outputs.shape, value.dtype)",
        f"    for name, a, b in zip({[b.name for b in blocks]!r}, [0, *stops], stops):",
        "        gradient[:, a:b] = parts[name].reshape(len(gradient), -1)",
        "    return value, gradient",
    ]
    return "\n".join(lines)


LABELS = '''def _labels(y):
    """Labels -1 and +1 as 0 and 1; both spellings at once are refused."""
    if (y == -1).any() and (y == 0).any():
        raise ValueError("y mixes the labels 0 and -1")
    return np.where(y == -1, 0.0, y)'''


def question(check: Inside, what: str) -> str:
    """The question of an `Inside` about an array, spelled out; "" where only finite numbers are asked for."""
    if check.finite:
        return ""
    bounds = {"-inf": "-np.inf", "inf": "np.inf"}
    low = f"({what} {'>=' if check.closed_low else '>'} {bounds.get(str(check.low), check.low)})"
    high = f"({what} {'<=' if check.closed_high else '<'} {bounds.get(str(check.high), check.high)})"
    return f"{low} & {high}" + (f" & ({what} == np.floor({what}))" if check.whole else "")


def tests(inputs: Sequence[Input]) -> list[str]:
    """Lines of a function that ask each array of its own name whether it holds what it should."""
    lines = []
    for one in inputs:
        if one.labels:
            lines.append(f"    {one.name} = _labels({one.name})")
        asked = question(one.check, one.name)
        if asked:
            lines += [
                f"    if not ({asked}).all():",
                f'        raise ValueError("{one.name} must hold {one.words}")',
            ]
        for wrong, _, function in one.rules:
            lines += [
                f"    if {function}({one.name}, {one.total}).any():",
                f'        raise ValueError("a row of {one.name} {wrong}")',
            ]
    return lines


def named_calls(inputs: Sequence[Input]) -> str:
    """``value_and_gradient`` and ``loss`` of a module for NumPy."""
    names = [one.name for one in inputs]
    predicted = [one for one in inputs if one.predicted]
    first = predicted[0].name
    leaders: dict[str, str] = {}
    pairs = [(o.name, leaders.setdefault(o.group, o.name)) for o in inputs if o.vector and o.group]
    widths = [
        f"""    if {name}.shape[1] != {other}.shape[1]:
        raise ValueError(f"{name} {{{name}.shape}} and {other} {{{other}.shape}} have other widths")"""
        for name, other in pairs
        if name != other
    ]
    vectors = [one.name for one in inputs if one.vector]
    widest = f"max(1, {', '.join(f'{name}.shape[1]' for name in vectors)})" if vectors else "1"
    columns = ", ".join(f"{o.name}[part].T" if o.vector else f"{o.name}[part]" for o in inputs)
    shapes = ", ".join(f'"{o.name}": {o.name}.shape' for o in predicted)
    axes = ", ".join(f'"{o.name}": {2 if o.vector else 1}' for o in inputs)
    described = ", ".join(f"{o.name} {o.shape}" for o in inputs)
    store = [
        f'        gradient["{o.name}"][rows] = '
        + (f"np.broadcast_to(found[{k}], ({o.name}.shape[1], size)).T" if o.vector else f"found[{k}]")
        for k, o in enumerate(predicted, start=1)
    ]
    floats = ", ".join(f"{name}.dtype" for name in (o.name for o in predicted))
    together = f"{', '.join(names)}{',' if len(names) == 1 else ''}"
    lines = [
        f"def value_and_gradient({', '.join(names)}):",
        f'    """Loss (n,) and its gradient by name for {described}."""',
        f"    {together} = arrays = [np.asarray(array) for array in ({', '.join(names)},)]",
        f"    dtype = np.float32 if np.result_type({floats}) == np.float32 else np.float64",
        f"    count = len({first})",
        f"    for (name, axes), array in zip({{{axes}}}.items(), arrays):",
        "        if array.ndim != axes or len(array) != count:",
        '            raise ValueError(f"{name} {array.shape} does not fit: {count} rows, {axes} axes are needed")',
        "        if not np.isfinite(array).all():",
        '            raise ValueError(f"{name} is not finite everywhere")',
        *widths,
        f"    {together} = [array.astype(np.float64, copy=False) for array in arrays]",
        *tests(inputs),
        "    value = np.empty(count, dtype)",
        f"    gradient = {{name: np.empty(shape, dtype) for name, shape in {{{shapes}}}.items()}}",
        "",
        "    def store(rows, size, found):",
        "        value[rows] = found[0]",
        *store,
        "",
        f"    tile = max({LEAST}, min(TILE, {ENTRIES} // {widest}))" if vectors else "    tile = TILE",
        '    with np.errstate(all="ignore"):',
        "        for start in range(0, count, tile):",
        "            part = slice(start, min(start + tile, count))",
        f"            columns = [np.ascontiguousarray(column) for column in ({columns},)]",
        "            size = part.stop - start",
        "            found, strange = everyday(*columns)",
        "            store(part, size, found)",
        "            if np.any(strange):",
        "                rows = np.flatnonzero(np.broadcast_to(strange, (size,)))",
        "                store(start + rows, len(rows), everywhere(*[column[..., rows] for column in columns]))",
        "    return value, gradient",
        "",
        "",
        f"def loss({', '.join(names)}):",
        '    """The loss of each row."""',
        f"    return value_and_gradient({', '.join(names)})[0]",
    ]
    return "\n".join(lines)
