"""The table applied to a formula."""

from __future__ import annotations

from sympy import Expr

# the order of the table: a row is tried only where those before it do not fire
from likelihoodkit.stabilise import vectors, whole, logarithms, single  # isort: skip  # noqa: F401
from likelihoodkit.stabilise import products, sigmoids, exponentials, losses, magnitudes  # isort: skip  # noqa: F401
from likelihoodkit.stabilise.table import TABLE, Identity


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
