"""The one table of identities that make a formula safe to compute.

Each row is a named identity: a function from a node to its replacement (or None), and the reason in words. The table
is applied bottom-up until nothing changes; every firing becomes a `Step`. Results are sums of terms that do not
cancel, written in primitives. Nothing is ever expanded afterwards.
"""

from __future__ import annotations

from sympy import Expr

from likelihoodkit.nll import Derivation, Step

# the order of the table: a row is tried only where those before it do not fire
from likelihoodkit.stabilise import vectors, whole, logarithms, single  # isort: skip  # noqa: F401
from likelihoodkit.stabilise import products, sigmoids, exponentials, losses, magnitudes  # isort: skip  # noqa: F401
from likelihoodkit.stabilise.table import TABLE, Identity

__all__ = ["TABLE", "Identity", "rewrite", "stabilise"]


def rewrite(expression: Expr, trace: list[tuple[Identity, Expr, Expr]] | None = None) -> Expr:
    """Apply the table bottom-up until nothing changes; firings are appended to ``trace``."""
    memo: dict[Expr, Expr] = {}

    def run(node: Expr) -> Expr:
        if not node.args:
            return node
        if node in memo:
            return memo[node]
        args = [run(a) for a in node.args]
        result = node.func(*args) if tuple(args) != node.args else node
        for row in TABLE:
            if not result.args:
                break
            after = row.rewrite(result)
            if after is not None and after != result:
                if trace is not None:
                    trace.append((row, result, after))
                result = run(after)
                break
        memo[node] = result
        return result

    for _ in range(_MOST_PASSES):
        after = run(expression)
        if after == expression:
            return after
        expression = after
    raise AssertionError(f"the table of identities does not settle on {expression}")


_MOST_PASSES = 20


def stabilise(derivation: Derivation) -> Derivation:
    """Continue a derivation by the table; every firing becomes a step of the stage *minimise*."""
    trace: list[tuple[Identity, Expr, Expr]] = []
    after = rewrite(derivation.expression, trace)
    steps = [Step("minimise", row.name, left, right, row.why) for row, left, right in trace]
    return derivation.then(after, *steps)
