"""How a module for torch or JAX is called whose outcome is labels in a row: K and T are read from the shapes."""

from __future__ import annotations

from likelihoodkit.compile.sequence_text import Steps, sizes
from likelihoodkit.compile.tensors.calls import WIDELY


def _reading(steps: Steps) -> list[str]:
    """Lines that settle K and T and bring the outputs into one axis of columns."""
    lines = ["    batch = y.shape[:-1]", f"    K = {steps.held}"]
    for name, _ in steps.counts:
        lines += [f"    if {name} is not None:", f"        K = int({name})"]
    if steps.moving:
        lines += [
            "    if outputs.ndim == y.ndim + 1:",
            "        if K not in (None, outputs.shape[-1]):",
            '            raise ValueError(f"outputs {tuple(outputs.shape)} do not hold {K} classes")',
            "        K, outputs = outputs.shape[-1], outputs.reshape((*outputs.shape[:-2], -1))",
        ]
    lines += [
        "    if outputs.shape[:-1] != batch:",
        '        raise ValueError(f"y {tuple(y.shape)} and outputs {tuple(outputs.shape)} do not fit")',
    ]
    known = ["outputs.shape[-1]", "K", *(["y.shape[-1]"] if steps.every else [])]
    known += [" + ".join(f"math.prod({piece.block.name}.shape)" for piece in steps.shared)] if steps.shared else []
    lines.append(f"    K, T = _sizes({', '.join(known)})")
    if steps.every:
        lines += [
            "    if y.shape[-1] != T:",
            '        raise ValueError(f"y {tuple(y.shape)} must hold {T} labels in each row")',
        ]
    for piece in steps.shared:
        name = piece.block.name
        lines += [
            f"    if math.prod({name}.shape) != {piece.width}:",
            f'        raise ValueError(f"{name} must hold {{{piece.width}}} numbers")',
        ]
    widths = ", ".join(piece.width for piece in steps.outputs)
    return [*lines, f"    widths = [{widths}]", "    stops = [sum(widths[:k]) for k in range(len(widths) + 1)]"]


def _arrays(steps: Steps, spread: str, numbers: str) -> str:
    """The arrays of the program, entries first and rows last, as the arguments of a call.

    ``spread`` is how a column of entries is repeated for each row, ``numbers`` how a list becomes an array.
    """
    found = ["rows"]
    for k, piece in enumerate(steps.outputs):
        one = piece.block.size == "one"
        found.append(f"columns[stops[{k}]]" if one else f"columns[stops[{k}]:stops[{k + 1}]]")
    found += [spread.format(piece.block.name + ".reshape(-1)", piece.width) for piece in steps.shared]
    for piece, values in steps.constants:
        many = str(len(values)) if len(values) > 1 else piece.width
        found.append(spread.format(numbers.format(list(values)), many))
    return ", ".join(found)


def _head(steps: Steps) -> str:
    named = "".join(f", {piece.block.name}" for piece in steps.shared)
    counts = "".join(f", {name}=None" for name, _ in steps.counts)
    width = " + ".join(piece.width for piece in steps.outputs)
    wide = ", or with an axis for K, (..., T, K)" if steps.moving else ""
    return f'''def loss(y, outputs{named}{f", *{counts}" if counts else ""}):
    """The loss of each row for y (..., {"T" if steps.every else "m"}) and outputs (..., {width}){wide}."""'''


def torch_calls(steps: Steps) -> str:
    """``loss`` of the module for torch."""
    counts = "".join(", K" for _ in steps.counts)
    moving = 1 + len(steps.outputs) + len(steps.shared)
    blanks = ["None"] * (1 + len(steps.constants) + len(steps.counts))
    answers = [f"slope * found[{k}]" for k in range(moving - 1)]
    arrays = len(steps.symbols) - len(steps.counts)
    lines = [
        *sizes(steps),
        "",
        "",
        "class _Loss(torch.autograd.Function):",
        '    """The value, with the gradient as it was derived."""',
        "",
        "    @staticmethod",
        "    def forward(ctx, *arguments):",
        f"        ctx.counts = arguments[{arrays}:]",
        f"        ctx.save_for_backward(*arguments[:{arrays}])",
        "        return _value(*arguments)",
        "",
        "    @staticmethod",
        "    @torch.autograd.function.once_differentiable",
        "    def backward(ctx, slope):",
        "        found = _gradient(*ctx.saved_tensors, *ctx.counts)",
        f"        return {', '.join([blanks[0], *answers, *blanks[1:]])}",
        "",
        "",
        _head(steps),
        "    y = torch.as_tensor(y, device=outputs.device)",
        *(
            f"    {piece.block.name} = torch.as_tensor({piece.block.name}, device=outputs.device)"
            for piece in steps.shared
        ),
        *_reading(steps),
        "    rows = y.reshape(-1, y.shape[-1]).movedim(-1, 0).double()",
        "    columns = outputs.reshape(-1, outputs.shape[-1]).movedim(-1, 0).double()",
        "    size = rows.shape[1]",
        "    value = _Loss.apply("
        + _arrays(steps, "{0}.double()[:, None].expand({1}, size)", "torch.tensor({0}, device=outputs.device)")
        + f"{counts})",
        "    return value.reshape(batch).to(outputs.dtype)",
    ]
    assert len(answers) + len(blanks) == len(steps.symbols)
    return "\n".join(lines)


def jax_calls(steps: Steps) -> str:
    """``loss`` of the module for JAX."""
    counts = "".join("K" for _ in steps.counts)
    places = list(range(1, 1 + len(steps.outputs) + len(steps.shared)))
    named = "".join(
        f"\n    {piece.block.name} = jnp.asarray({piece.block.name}, outputs.dtype)" for piece in steps.shared
    )
    reading = "\n".join([*sizes(steps), "", "", _head(steps)])
    lines = "\n".join(_reading(steps))
    arrays = _arrays(
        steps, "jnp.broadcast_to({0}[:, None], ({1}, size))", "jnp.array({0}, outputs.dtype)"
    )  # fmt: skip
    return f'''{WIDELY}

@cache
def _made(*counts):
    """The loss of arrays for a number of classes, with its slopes."""

    @jax.custom_jvp
    def slopes(*arrays):
        like = [arrays[k].shape for k in {places!r}]
        return _widely(lambda *a: _gradient(*a, *counts), like, arrays, arrays[1].dtype)

    @slopes.defjvp
    def refuse(primals, tangents):
        raise NotImplementedError("this module has one derivative; likelihoodkit's own has all")

    @jax.custom_jvp
    def value(*arrays):
        return _widely(lambda *a: _value(*a, *counts), [arrays[1].shape[-1:]], arrays, arrays[1].dtype)

    @value.defjvp
    def forward(primals, tangents):
        terms = [slope * tangents[k] for slope, k in zip(slopes(*primals), {places!r})]
        return value(*primals), sum(term if term.ndim == 1 else jnp.sum(term, axis=0) for term in terms)

    return value


{reading}
    outputs = jnp.asarray(outputs)
    y = jax.lax.stop_gradient(jnp.asarray(y, outputs.dtype))  # the outcome is given{named}
{lines}
    rows = jnp.moveaxis(y.reshape(-1, y.shape[-1]), -1, 0)
    columns = jnp.moveaxis(outputs.reshape(-1, outputs.shape[-1]), -1, 0)
    size = rows.shape[1]
    return _made({counts})({arrays}).reshape(batch)'''


CALLS = {"torch": torch_calls, "jax": jax_calls}
