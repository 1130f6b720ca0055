"""How a module for torch or JAX is called: ``loss(y, outputs)`` or ``loss`` of named inputs, the gradient attached."""

from __future__ import annotations

from dataclasses import dataclass

from likelihoodkit.compile.compound_text import width
from likelihoodkit.compile.named_text import columns_of, cut_lines
from likelihoodkit.compile.source import Signature


@dataclass(frozen=True)
class _Called:
    """The pieces that one signature puts into the templates.

    ``places``: for each derivative the argument of ``_value`` that it belongs to; ``vectors``: the arguments with their
    entries in a first axis; ``row`` the argument, and the axes to leave out of its shape, that tell the batch.
    """

    places: tuple[int, ...]
    vectors: tuple[int, ...]
    row: tuple[int, int]

    @property
    def batch(self) -> str:
        """The shape of the batch, of ``arrays``."""
        number, axes = self.row
        return f"arrays[{number}].shape" + (f"[{axes}:]" if axes else "")


def _called(signature: Signature) -> _Called:
    if signature.inputs:
        places = tuple(k for k, one in enumerate(signature.inputs) if one.predicted)
        vectors = tuple(k for k, one in enumerate(signature.inputs) if one.vector)
        return _Called(places, vectors, (places[0], int(places[0] in vectors)))
    names = [n for n, _, _ in signature.outputs] + [n for n, _ in signature.given]
    first = len(signature.symbols) - len(names)  # what the outcome is known by comes before
    places = tuple(first + names.index(name) for name in signature.gradient)
    vectors = tuple(first + k for k, (_, _, vector) in enumerate(signature.outputs) if vector)
    return _Called(places, vectors, (0, 0))


def _keywords(signature: Signature) -> str:
    given = "".join(f", {name}" for name, _ in signature.given)
    return f", *{given}" if given else ""


def _columns(signature: Signature) -> str:
    vector = bool(signature.outputs) and signature.outputs[0][2]
    return "columns" if vector else ", ".join(f"columns[{k}]" for k in range(len(signature.outputs)))


def _count(signature: Signature) -> str:
    """The question whether there are as many columns as numbers are predicted."""
    return "" if signature.outputs[0][2] else f" or columns.shape[0] != {len(signature.outputs)}"


_HEAD = '''def loss({names}):
    """The loss of each row for {described}."""'''


def _named(signature: Signature) -> tuple[list[str], str]:
    """Names of the arguments, and what they are in words."""
    if not signature.by_name:
        return ["y", "outputs", *(one.name for one in signature.inputs[2:])], "y (..., K) and outputs (..., K)"
    shapes = {True: "(..., d)", False: "(...)"}
    return [one.name for one in signature.inputs], ", ".join(f"{o.name} {shapes[o.vector]}" for o in signature.inputs)


def _optional(signature: Signature, names: list[str]) -> str:
    """The arguments of a call; numbers of trials are read from y where they are not given."""
    return ", ".join(name if signature.by_name or k < 2 else f"{name}=None" for k, name in enumerate(names))


def _same(names: list[str], called: _Called) -> str:
    """Lines that ask whether all arguments are about one batch."""
    shapes = ", ".join(f"{name}.shape[:-1]" if k in called.vectors else f"{name}.shape" for k, name in enumerate(names))
    told = ", ".join(f"{name} {{tuple({name}.shape)}}" for name in names)
    return f"""    if len({{tuple(shape) for shape in ({shapes},)}}) > 1:
        raise ValueError(f"these shapes do not fit: {told}")"""


def _torch_calls(signature: Signature) -> str:
    called = _called(signature)
    total = len(signature.symbols)
    found = [f"(slope * found[{called.places.index(k)}]).expand(arrays[{k}].shape)" for k in called.places]
    by_place = dict(zip(called.places, found, strict=True))
    answers = ", ".join(by_place.get(k, "None") for k in range(total)) + ("," if total == 1 else "")
    return f'''class _Loss(torch.autograd.Function):
    """The value, with the gradient as it was derived."""

    @staticmethod
    def forward(ctx, *arrays):
        ctx.save_for_backward(*arrays)
        return _value(*arrays).expand({called.batch}).clone()

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, slope):
        arrays = ctx.saved_tensors
        found = _gradient(*arrays)
        return {answers}


{_torch_named(signature, called) if signature.inputs else _torch_loss(signature)}'''


_INTERVAL = '''def _interval(low, high, least, most, typical):
    """The ends of rows [low, high], and 0 for exact ones, 1 for at most, 2 for at least, 3 between, 4 unknown."""
    exact, middle = (low == high) & {isfinite}(low), 0.0 * {where}({isfinite}(low), low, 1.0) + typical
    open_low, open_high = ~exact & (low <= least), ~exact & (high >= most)
    unknown, zero = open_low & open_high, 0.0 * middle
    kind = {where}(exact, zero, {where}(unknown, zero + 4.0, {where}(open_low, zero + 1.0, zero + 3.0)))
    kind = {where}(open_high & ~open_low, zero + 2.0, kind)
    bounded_low = {where}(unknown, middle, {where}(open_low, high, low))
    return [bounded_low, {where}(unknown, middle, {where}(open_high, low, high)), kind]


'''


def _outcomes(signature: Signature, spelled: dict[str, str]) -> tuple[str, str]:
    """The text of ``_columns(y)`` of rows of y (d, ...), and of what it needs; "" twice where y is one number."""
    if not signature.compound:
        return "", ""
    lines = ["def _columns(y):", '    """The numbers that each outcome is known by."""', "    found = []"]
    start = 0
    for one in signature.compound:
        if one.interval:
            ends = ", ".join(f'float("{end}")' for end in (one.check.low, one.check.high))
            lines.append(f"    found += _interval(y[{start}], y[{start + 1}], {ends}, {one.typical!r})")
        else:
            lines.append(f"    found.append(y[{start}])")
        start += one.width
    several = any(one.interval for one in signature.compound)
    text = "\n".join([*lines, "    return found"]) + "\n\n\n"
    return (_INTERVAL.format(**spelled) if several else ""), text


def _compound_loss(signature: Signature, spelled: dict[str, str], lines: list[str]) -> str:
    """``loss(y, outputs)`` of several numbers a row: ``lines`` make ``rows`` of y and ``columns`` of the outputs."""
    interval, columns = _outcomes(signature, spelled)
    head = f'''def loss(y, outputs{_keywords(signature)}):
    """The loss of each row for y (..., {width(signature.compound)}) and outputs (..., {len(signature.outputs)})."""'''
    return interval + columns + "\n".join([head, *lines])


def _torch_compound(signature: Signature) -> str:
    more = "".join(
        f", torch.as_tensor({name}).to(outputs).double().expand(columns.shape[1:])" for name, _ in signature.given
    )
    lines = [
        "    y = torch.as_tensor(y, device=outputs.device)",
        "    flat = outputs.dim() == y.dim() - 1",
        "    columns = (outputs[None] if flat else outputs.movedim(-1, 0)).double()",
        *_fit(signature, "tuple(y.shape)", "tuple(outputs.shape)"),
        "    known = _columns(y.double().movedim(-1, 0))",
        f"    return _Loss.apply(*known, {_columns(signature)}{more}).to(outputs.dtype)",
    ]
    return _compound_loss(signature, {"where": "torch.where", "isfinite": "torch.isfinite"}, lines)


def _jax_compound(signature: Signature) -> str:
    more = "".join(
        f", jnp.broadcast_to(jnp.asarray({n}, outputs.dtype), columns.shape[1:])" for n, _ in signature.given
    )
    lines = [
        "    outputs = jnp.asarray(outputs)",
        "    y = jax.lax.stop_gradient(jnp.asarray(y, outputs.dtype))  # the outcome is given",
        "    columns = outputs[None] if outputs.ndim == y.ndim - 1 else jnp.moveaxis(outputs, -1, 0)",
        *_fit(signature, "y.shape", "outputs.shape"),
        f"    return _loss(*_columns(jnp.moveaxis(y, -1, 0)), {_columns(signature)}{more})",
    ]
    return _compound_loss(signature, {"where": "jnp.where", "isfinite": "jnp.isfinite"}, lines)


def _fit(signature: Signature, y: str, outputs: str) -> list[str]:
    several = width(signature.compound)
    return [
        f"    if columns.shape[1:] != y.shape[:-1] or y.shape[-1] != {several}{_count(signature)}:",
        f'        raise ValueError(f"y {{{y}}} and outputs {{{outputs}}} do not fit")',
    ]


def _torch_loss(signature: Signature) -> str:
    if signature.compound:
        return _torch_compound(signature)
    more = "".join(f", torch.as_tensor({name}).to(outputs).double().expand(y.shape)" for name, _ in signature.given)
    labels = "\n    y = torch.where(y == -1, torch.zeros_like(y), y)" if signature.labels else ""
    return f'''def loss(y, outputs{_keywords(signature)}):
    """The loss of each row for y (...) and outputs (..., columns), or of the shape of y where there is one column."""
    y = torch.as_tensor(y, device=outputs.device){labels}
    columns = (outputs[None] if outputs.dim() == y.dim() else outputs.movedim(-1, 0)).double()
    if columns.shape[1:] != y.shape{_count(signature)}:
        raise ValueError(f"y {{tuple(y.shape)}} and outputs {{tuple(outputs.shape)}} do not fit")
    return _Loss.apply(y.double(), {_columns(signature)}{more}).to(outputs.dtype)'''


def _cut_loss(signature: Signature, first: list[str], double: str, last: str) -> str:
    """``loss(y, outputs)`` with the outputs cut in blocks, of rows of any batch.

    ``first`` makes arrays of what is given, ``double`` is what makes float64 of one, ``last`` the call of the loss.
    """
    blocks, outcome = signature.blocks, signature.inputs[0]
    counts = [one.name for one in signature.inputs[1 + len(blocks) :]]
    more = "".join(f", {name}=None" for name in counts)
    entries = "(..., d)" if outcome.vector else "(...)"
    shape = "y.shape[:-1]" if outcome.vector else "y.shape"
    numbers = [k for k, block in enumerate(blocks) if block.size == "one"]
    known = [f"y.reshape(-1, y.shape[-1]){double}.T" if outcome.vector else f"y.reshape(-1){double}"]
    lines = [
        *cut_lines(blocks),
        "",
        "",
        f"def loss(y, outputs{more}):",
        f'    """The loss of each row for y {entries} and outputs (..., {columns_of(blocks)})."""',
        *first,
        *(f"    {name} = y.sum(-1) if {name} is None else {name}" for name in counts),
        "    _, stops = _cut(outputs.shape[-1])",
        f"    if tuple({shape}) != tuple(outputs.shape[:-1]):",
        '        raise ValueError(f"y {tuple(y.shape)} and outputs {tuple(outputs.shape)} do not fit")',
        f"    wide = outputs.reshape(-1, outputs.shape[-1]){double}.T",
        "    blocks = [wide[a:b] for a, b in zip([0, *stops], stops)]",
        *(f"    blocks[{k}] = blocks[{k}][0]" for k in numbers),
        last.format(known=", ".join([*known, "*blocks"])),
    ]
    return "\n".join(lines)


def _torch_cut(signature: Signature) -> str:
    counts = [one.name for one in signature.inputs[1 + len(signature.blocks) :]]
    more = "".join(f", torch.as_tensor({n}).to(wide).expand(outputs.shape[:-1]).reshape(-1)" for n in counts)
    first = ["    y = torch.as_tensor(y, device=outputs.device)"]
    last = f"    return _Loss.apply({{known}}{more}).reshape(outputs.shape[:-1]).to(outputs.dtype)"
    return _cut_loss(signature, first, ".double()", last)


def _jax_cut(signature: Signature) -> str:
    counts = [one.name for one in signature.inputs[1 + len(signature.blocks) :]]
    spread = ", jnp.broadcast_to(jnp.asarray({0}, outputs.dtype), outputs.shape[:-1]).reshape(-1)"
    more = "".join(spread.format(n) for n in counts)
    first = [
        "    outputs = jnp.asarray(outputs)",
        "    y = jax.lax.stop_gradient(jnp.asarray(y, outputs.dtype))  # the outcome is given",
    ]
    return _cut_loss(signature, first, "", f"    return _loss({{known}}{more}).reshape(outputs.shape[:-1])")


def _torch_named(signature: Signature, called: _Called) -> str:
    if signature.blocks:
        return _torch_cut(signature)
    names, described = _named(signature)
    like = names[called.places[0]]
    lines = [_HEAD.format(names=_optional(signature, names), described=described)]
    counts = names[2:] if not signature.by_name else []
    lines += [f"    {name} = torch.as_tensor(y).sum(-1) if {name} is None else {name}" for name in counts]
    lines += [f"    {n} = torch.as_tensor({n}, device={like}.device)" for n in names if n != like]
    for one in signature.inputs:
        if one.labels:
            lines.append(f"    {one.name} = torch.where({one.name} == -1, torch.zeros_like({one.name}), {one.name})")
    arrays = ", ".join(f"{n}.movedim(-1, 0).double()" if k in called.vectors else f"{n}.double()"
                       for k, n in enumerate(names))  # fmt: skip
    lines += [_same(names, called), f"    return _Loss.apply({arrays}).to({like}.dtype)"]
    return "\n".join(lines)


#: what modules for JAX compute by
WIDELY = '''def _widely(function, like, arrays, dtype):
    """In float64, whatever the arrays are, rounded once."""
    with jax.enable_x64(True):
        found = function(*[jax.lax.convert_element_type(a, np.float64) for a in arrays])
        single = not isinstance(found, tuple)
        full = [jnp.broadcast_to(jnp.asarray(f, np.float64), s) for f, s in zip((found,) if single else found, like)]
        rounded = [jax.lax.convert_element_type(f, dtype) for f in full]
    return rounded[0] if single else tuple(rounded)
'''


def _jax_calls(signature: Signature) -> str:
    called = _called(signature)
    places = list(called.places)
    like = places[0]
    vectors = [k in called.vectors for k in places]
    return f"""{WIDELY}

@jax.custom_jvp
def _slopes(*arrays):
    return _widely(_gradient, [arrays[k].shape for k in {places!r}], arrays, arrays[{like}].dtype)


@_slopes.defjvp
def _refuse(primals, tangents):
    raise NotImplementedError("this module has one derivative; likelihoodkit's own has all")


@jax.custom_jvp
def _loss(*arrays):
    return _widely(_value, [{called.batch}], arrays, arrays[{like}].dtype)


@_loss.defjvp
def _forward(primals, tangents):
    terms = []
    for slope, place, vector in zip(_slopes(*primals), {places!r}, {vectors!r}):
        term = slope * tangents[place]
        terms.append(jnp.sum(term, axis=0) if vector else term)
    return _loss(*primals), sum(terms[1:], terms[0])


{_jax_named(signature, called) if signature.inputs else _jax_loss(signature)}"""


def _jax_loss(signature: Signature) -> str:
    if signature.compound:
        return _jax_compound(signature)
    more = "".join(f", jnp.broadcast_to(jnp.asarray({n}, outputs.dtype), y.shape)" for n, _ in signature.given)
    labels = "\n    y = jnp.where(y == -1, 0.0 * y, y)" if signature.labels else ""
    return f'''def loss(y, outputs{_keywords(signature)}):
    """The loss of each row for y (...) and outputs (..., columns), or of the shape of y where there is one column."""
    outputs = jnp.asarray(outputs)
    y = jax.lax.stop_gradient(jnp.asarray(y, outputs.dtype))  # the outcome is given{labels}
    columns = outputs[None] if outputs.ndim == y.ndim else jnp.moveaxis(outputs, -1, 0)
    if columns.shape[1:] != y.shape{_count(signature)}:
        raise ValueError(f"y {{y.shape}} and outputs {{outputs.shape}} do not fit")
    return _loss(y, {_columns(signature)}{more})'''


def _jax_named(signature: Signature, called: _Called) -> str:
    if signature.blocks:
        return _jax_cut(signature)
    names, described = _named(signature)
    like = names[called.places[0]]
    lines = [_HEAD.format(names=_optional(signature, names), described=described), f"    {like} = jnp.asarray({like})"]
    counts = names[2:] if not signature.by_name else []
    lines += [f"    {name} = jnp.asarray(y).sum(-1) if {name} is None else {name}" for name in counts]
    for k, (name, one) in enumerate(zip(names, signature.inputs, strict=True)):
        if name != like:
            array = f"jnp.asarray({name}, {like}.dtype)"
            lines.append(f"    {name} = {array if k in called.places else f'jax.lax.stop_gradient({array})'}")
        if one.labels:
            lines.append(f"    {name} = jnp.where({name} == -1, 0.0 * {name}, {name})")
    arrays = ", ".join(f"jnp.moveaxis({n}, -1, 0)" if k in called.vectors else n for k, n in enumerate(names))
    return "\n".join([*lines, _same(names, called), f"    return _loss({arrays})"])


CALLS = {"torch": _torch_calls, "jax": _jax_calls}
