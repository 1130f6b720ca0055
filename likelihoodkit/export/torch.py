"""`Loss.torch`: a loss as a module of torch, in the manner of the losses of ``torch.nn``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from likelihoodkit.compile.torch import function, slopes, traced
from likelihoodkit.errors import InputError, UnknownNameError
from likelihoodkit.export.tensors import Space, check, gradient_of, plan, read
from likelihoodkit.export.towers import tower
from likelihoodkit.loading.frameworks import framework
from likelihoodkit.loss import Loss

torch: Any = framework("torch")

REDUCTIONS = ("none", "mean", "sum")


def _floats(thing: Any, like: Any) -> Any:
    """float32 and float64 as they are, other numbers in the framework's own float."""
    if like is not None:
        return torch.as_tensor(thing, dtype=like.dtype, device=like.device)
    tensor = torch.as_tensor(thing)
    if tensor.dtype in (torch.float32, torch.float64):
        return tensor
    return tensor.to(torch.float32 if tensor.dtype.is_floating_point else torch.get_default_dtype())


def _numbers(thing: Any) -> np.ndarray[Any, Any] | None:
    if torch.compiler.is_compiling():
        return None
    if not isinstance(thing, torch.Tensor):
        return np.asarray(thing)
    # inside a transform of torch.func nothing can be read, what is not transformed neither
    transformed = torch._C._functorch.peek_interpreter_stack() is not None  # noqa: SLF001  (no public question asks it)
    if transformed or thing.is_meta:
        return None
    return np.asarray(thing.detach().cpu().to(torch.float64 if thing.dtype in _HALVES else thing.dtype))


_constant = torch.compiler.assume_constant_result(plan)


def _laid_out(loss: Loss, outputs: Any, y: Any, shared: Any, given: Any) -> Any:
    """`plan`, for sizes that are numbers: after a loss of two outputs a compiled graph takes three for a symbol."""
    return _constant(loss, tuple(len(range(n)) for n in outputs), tuple(len(range(n)) for n in y), shared, given)


_HALVES = (torch.float16, torch.bfloat16)
SPACE = Space(
    floats=_floats,
    where=lambda condition, a, b: torch.where(torch.as_tensor(condition, device=a.device), a, b),
    first=lambda a: a.movedim(-1, 0),
    last=lambda a: a.movedim(0, -1),
    widened=lambda arrays: [a if a.device.type == "mps" else a.double() for a in arrays],  # which has no float64
    spread=lambda a, shape: a.expand(shape),
    joined=torch.cat,
    total=lambda a: a.sum(0).ceil(),
    numbers=_numbers,
    plan=_laid_out,
)


def evaluate(
    loss: Loss, y: Any, outputs: Any, *, weights: Any = None, offset: Any = None, shared: Any = None,
    given: Mapping[str, Any] | None = None, strict: bool = False,
) -> Any:  # fmt: skip
    """The loss of each row; ``strict`` also asks whether the outputs are finite."""
    arrays, dtype = _arrays(loss, y, outputs, offset, shared, given, strict)
    value = function(tower(loss))(*arrays)[0].to(dtype)
    return value if weights is None else value * torch.as_tensor(weights, device=value.device).to(dtype)


def _arrays(
    loss: Loss, y: Any, outputs: Any, offset: Any, shared: Any, given: Mapping[str, Any] | None, strict: bool
) -> tuple[list[Any], Any]:
    arrays, batch = read(SPACE, loss, y, outputs, shared, offset, given)
    if not torch.compiler.is_compiling():
        check(SPACE, loss, y, outputs, shared, given or {}, strict=strict)
    dtype = arrays[0].dtype
    if arrays[0].device.type != "mps":  # which has no float64
        arrays = [a.double() for a in arrays]
    return [a.expand(batch) if a.dim() <= len(batch) else a for a in arrays], dtype


def value_and_gradient(loss: Loss, y: Any, outputs: Any, **how: Any) -> tuple[Any, Any]:
    """The loss of each row and its gradient in the outputs (and shared parameters), as `Loss.value_and_gradient`."""
    weights = how.pop("weights", None)
    arrays, dtype = _arrays(
        loss, y, outputs, how.pop("offset", None), how.pop("shared", None), how.pop("given", None), strict=True
    )
    (value,) = function(tower(loss))(*arrays)
    columns = gradient_of(loss, slopes, arrays)
    gradient = torch.cat([c if c.dim() > value.dim() else c[None] for c in columns]).movedim(0, -1)
    if weights is not None:
        scale = torch.as_tensor(weights, device=value.device).to(value.dtype)
        value, gradient = value * scale, gradient * scale[..., None]
    flat = torch.as_tensor(outputs).dim() == value.dim() and not loss.shared
    return value.to(dtype), (gradient[..., 0] if flat else gradient).to(dtype)


class LossModule(torch.nn.Module):  # type: ignore[misc]
    """A loss as a `torch.nn.Module`; call it as the losses of ``torch.nn``: ``module(outputs, y)``.

    ``outputs`` (..., w) has the columns of `Loss.outputs` in its last axis, or the shape of ``y`` where one number is
    predicted. ``reduction`` is "mean" (over all rows; with weights their weighted mean), "sum" or "none". Weights,
    offset and columns that are held per row are given by keyword with each call. Parameters bound to `lk.shared` are
    `torch.nn.Parameter` of this module, in ``module.shared`` by name, on the link scale, begun at ``initial`` or 0:
    give them to the optimiser.

    Value and gradient are those of the NumPy engine: computed in float64 whatever the dtype of the outputs, which is
    the dtype of the answer (half precision is answered in float32). Reverse and forward mode, `torch.func` and second
    derivatives apply, and ``torch.compile(fullgraph=True)`` fuses it. ``host_primitives`` names what NumPy computes on
    the host in between; () where everything is torch. Outcomes are checked as for arrays, unless they are traced.

    On the CPU, outside transforms and ``torch.compile``, a loss of numbers goes through the NumPy engine altogether,
    which is faster there and gives its digits.

    >>> import likelihoodkit as lk
    >>> module = lk.derive(lk.Normal).torch()
    >>> outputs = torch.tensor([[0.0, 0.0], [0.0, 1.0]], dtype=torch.float64, requires_grad=True)
    >>> module(outputs, torch.tensor([0.0, 1.0])).backward()
    >>> outputs.grad.round(decimals=4).tolist()
    [[0.0, 0.3607], [-0.2899, 0.117]]
    """

    def __init__(
        self, loss: Loss, reduction: str = "mean", weights: Any = None, initial: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__()
        if reduction not in REDUCTIONS:
            raise UnknownNameError(
                f"no reduction is called {reduction!r}", value=reduction, remedy="Reductions: none, mean, sum"
            )
        unknown = sorted(set(initial or {}) - set(loss.shared))
        if unknown:
            raise UnknownNameError(f"{loss.name} shares no {unknown[0]}", family=loss.name, value=unknown[0])
        self.loss, self.reduction = loss, reduction
        traced(tower(loss), len(loss.outputs) + len(loss.shared))  # made now: torch.compile cannot trace its making
        self.host_primitives: tuple[str, ...] = tower(loss).host
        self.register_buffer("weights", None if weights is None else torch.as_tensor(weights), persistent=False)
        begun = {name: (initial or {}).get(name, 0.0) for name in loss.shared}
        dtype = torch.get_default_dtype()
        self.shared = torch.nn.ParameterDict(
            {name: torch.nn.Parameter(torch.as_tensor(v, dtype=dtype).reshape(-1).clone()) for name, v in begun.items()}
        )

    def extra_repr(self) -> str:
        """What ``print`` shows."""
        return f"{self.loss!r}, reduction={self.reduction!r}"

    def forward(self, outputs: Any, y: Any, *, weights: Any = None, offset: Any = None, **given: Any) -> Any:
        """The reduced loss."""
        if getattr(y, "requires_grad", False) and not getattr(outputs, "requires_grad", False):
            raise InputError(
                f"{self.loss.name}: a module is called with (outputs, y), but the second argument has a gradient and "
                "the first has none",
                family=self.loss.name,
                remedy="Swap them, or use module.functional(y, outputs)",
            )
        weights = self.weights if weights is None else weights
        value = self.functional(y, outputs, weights=weights, offset=offset, **given)
        if self.reduction == "none":
            return value
        if self.reduction == "sum":
            return value.sum()
        if weights is None:
            return value.mean()
        return value.sum() / torch.as_tensor(weights).to(value).expand(value.shape).sum()

    def functional(
        self, y: Any, outputs: Any, *, weights: Any = None, offset: Any = None, shared: Any = None, **given: Any
    ) -> Any:
        """The loss of each row, a pure function of its arguments (``shared`` too; this module's own if left out)."""
        if shared is None and self.loss.shared:
            shared = dict(self.shared.items())
        return evaluate(self.loss, y, outputs, weights=weights, offset=offset, shared=shared, given=given)


class NamedModule(torch.nn.Module):  # type: ignore[misc]
    """A loss of named inputs as a `torch.nn.Module`, called with them in order or by name.

    ``reduction`` is "mean", "sum" or "none".

    >>> import likelihoodkit as lk
    >>> module = lk.losses.gan_hinge.torch()
    >>> module(real=torch.tensor([0.5, 2.0]), fake=torch.tensor([-3.0, 0.0])).item()
    0.75
    """

    def __init__(self, loss: Any, reduction: str = "mean") -> None:
        super().__init__()
        if reduction not in REDUCTIONS:
            raise UnknownNameError(
                f"no reduction is called {reduction!r}", value=reduction, remedy="Reductions: none, mean, sum"
            )
        self.loss, self.reduction = loss, reduction

    def forward(self, *inputs: Any, **named: Any) -> Any:
        """The reduced loss."""
        value = self.loss(*inputs, **named)
        return value if self.reduction == "none" else getattr(value, self.reduction)()
