"""The table applied to a formula."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from sympy import Expr

# the order of the table: a row is tried only where those before it do not fire
from likelihoodkit.stabilise import spellings, vectors, whole, logarithms, single  # isort: skip  # noqa: F401
from likelihoodkit.stabilise import products, sigmoids, exponentials, losses, magnitudes  # isort: skip  # noqa: F401
from likelihoodkit.stabilise.table import TABLE, Identity


def by_cases(
    expression: sp.Piecewise, operation: Callable[[Expr], Expr], test: Callable[[Expr], Expr] | None = None
) -> list[tuple[Expr, Expr]]:
    """The operation on each branch alone, and ``test`` on its condition.

    After the case y = 0 an outcome that is never negative is positive: that is said to the rows of the table, which
    may take its logarithm then.
    """
    positive: dict[Expr, Expr] = {}
    cases = []
    for branch, condition in expression.args:
        back = {sign: y for y, sign in positive.items()}
        found = operation(branch.xreplace(positive)).xreplace(back)
        cases.append((found, condition if test is None else test(condition.xreplace(positive)).xreplace(back)))
        if isinstance(condition, sp.Eq) and condition.rhs == 0 and _amount(condition.lhs):
            y = condition.lhs
            positive[y] = type(y)(y.name, positive=True)
    return cases


def _amount(y: Expr) -> bool:
    """A symbol that is zero or more."""
    return bool(y.is_Symbol and y.is_nonnegative and not y.is_positive)


def rewrite(expression: Expr, trace: list[tuple[Identity, Expr, Expr]] | None = None) -> Expr:
    """Apply the table bottom-up until nothing changes; firings are appended to ``trace``."""
    memo: dict[Expr, Expr] = {}

    def run(node: Expr) -> Expr:
        if not node.args:
            return node
        if node in memo:
            return memo[node]
        if isinstance(node, sp.Piecewise):
            result = sp.Piecewise(*by_cases(node, run, run))
        else:
            args = tuple(run(a) for a in node.args)
            result = node.func(*args) if args != node.args else node
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
