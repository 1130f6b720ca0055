"""What each framework calls the elementary operations: the engines look these up, written modules print them.

A name with an underscore is a function of the engine's own file (`compile.torch`, `compile.jax`).
"""

from __future__ import annotations

_SAME = "sqrt abs exp log log1p expm1 floor sign sin cos tan maximum minimum where logical_and logical_or logical_not"
_OVER = ("max_over", "sum_over", "argmax_over", "entries_of", "pick", "put", "column_of")

TORCH = {
    **{name: f"torch.{name}" for name in _SAME.split()},
    **{name: f"torch.{name}" for name in ("tanh", "sinh", "cosh", "square", "erf", "erfc")},
    **{name: f"_{name}" for name in _OVER},
    "add": "torch.add", "subtract": "torch.sub", "multiply": "torch.mul", "divide": "torch.div", "power": "torch.pow",
    "negative": "torch.neg", "arctan": "torch.atan", "arctan2": "torch.atan2", "arcsinh": "torch.asinh",
    "less": "torch.lt", "less_equal": "torch.le", "greater": "torch.gt", "greater_equal": "torch.ge",
    "equal": "torch.eq", "log1p": "_log1p", "nodes_max": "_max_over", "frozen": "torch.detach",
}  # fmt: skip
JAX = {
    **{name: f"jnp.{name}" for name in _SAME.split()},
    **{name: f"jnp.{name}" for name in ("add", "subtract", "multiply", "divide", "power", "negative", "square")},
    **{name: f"jnp.{name}" for name in ("arctan", "arctan2", "arcsinh", "less", "less_equal", "greater")},
    **{name: f"_{name}" for name in _OVER},
    "greater_equal": "jnp.greater_equal", "equal": "jnp.equal", "erf": "special.erf", "erfc": "special.erfc",
    "nodes_max": "_max_over", "frozen": "jax.lax.stop_gradient",
    # the library's own are off by 128 ulp (log1p), 4 (expm1), 5 (tanh), 1.5 (exp), 2 (arcsinh), and by three digits far
    # out (sinh, cosh)
    **{name: f"_{name}" for name in ("exp", "log1p", "expm1", "tanh", "sinh", "cosh", "arcsinh")},
}  # fmt: skip
#: operations whose first argument is their detail
WITH_DETAIL = {"polynomial": "_polynomial", "nodes": "_nodes", "quadrature": "_quadrature"}
