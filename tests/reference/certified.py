"""Certified numbers: a formula evaluated at rising precision until two precisions agree.

`certify` returns value, gradient and Hessian of a scalar formula, each with its condition number in
the sense of the golden tests, or None where no reference could be formed within the precision allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from mpmath import mp, mpf

from reference.jets import Jet, Number, exp, log, tanh, value, variables

AGREEMENT = 40  # decimal digits on which two successive precisions must agree
FLOOR = mpf(10) ** -360  # far below the least double, 5e-324: certified as zero
NUDGE = 30  # the relative step 1e-30 with which condition numbers are measured

# The inverse links, output -> parameter, as every textbook writes them.
_SCALAR_LINKS: dict[str, Callable[[Number], Number]] = {
    "identity": lambda x: x,
    "exp": exp,
    "softplus": lambda x: log(1 + exp(x)),
    "sigmoid": lambda x: 1 / (1 + exp(-x)),
    "tanh": tanh,
    "square": lambda x: x**2,
    "angle": lambda x: x - 2 * mp.pi * mp.nint(value(x) / (2 * mp.pi)),
    "shifted_exp": lambda x: 1 + exp(x),
}
LINKS = (*_SCALAR_LINKS, "softmax", "ordered")
_LINEAR_LINKS = frozenset({"identity", "angle", "square"})  # digits grow with log|output|, else with |output|


def apply_link(name: str, block: Sequence[Number]) -> Number:
    """The parameter for a block of outputs: a number, or a list for softmax."""
    if name == "softmax":
        powers = [exp(x) for x in block]
        total = sum(powers[1:], powers[0])
        return [p / total for p in powers]
    if name == "ordered":
        parts = [block[0], *map(exp, block[1:])]
        return [sum(parts[1 : k + 1], parts[0]) for k in range(len(parts))]
    (x,) = block
    return _SCALAR_LINKS[name](x)


@dataclass(frozen=True)
class Certified:
    """Numbers right to about 40 digits; the condition of a quantity q is |q| + sum over inputs |x dq/dx|."""

    value: mpf
    gradient: list[mpf]
    hessian: list[list[mpf]]
    value_condition: mpf
    gradient_condition: list[mpf]
    hessian_condition: list[list[mpf]]
    digits: int


Formula: TypeAlias = Callable[[Any, list[Number]], Number]
Outcome: TypeAlias = float | Sequence[float]  # a number, or a row of them


def _row(y: Outcome) -> list[float]:
    return list(y) if isinstance(y, Sequence) else [y]


def starting_digits(y: Outcome, outputs: Sequence[float], links: Sequence[str]) -> int:
    """Digits that hold 1 + exp(-sum |output|) and y - output without loss."""
    digits = 60.0
    for x, link in zip(outputs, links, strict=True):
        squares = 4 if link == "square" else 1  # of the square of a parameter too
        digits += squares * abs(mp.log10(abs(mpf(x)))) if x and (link in _LINEAR_LINKS or abs(x) < 1) else 0
        digits += abs(x) / float(mp.log(10)) if link not in _LINEAR_LINKS else 0
    digits += sum(float(abs(mp.log10(abs(mpf(part))))) for part in _row(y) if part)
    return int(digits)


def certify(
    formula: Formula, y: Outcome, outputs: Sequence[float], links: Sequence[str], *, continuous: bool, cap: int,
    start: int = 0,
) -> Certified | None:  # fmt: skip
    """Value, gradient and Hessian in the outputs; None if `cap` digits do not suffice.

    formula: (y, [outputs]) -> number, written with the functions of `reference.jets`; y is a list where it is a row.
    links: one link name per output column; continuous: whether y itself carries rounding error.
    start: the digits to begin with, where they are known better than from the links.
    """
    first = digits = start or starting_digits(y, outputs, links)
    before: Jet | None = None
    while digits <= cap:
        with mp.workdps(digits):
            now = _evaluate(formula, y, [mpf(x) for x in _row(y)], [mpf(x) for x in outputs])
            # A zero that both precisions return may be 1e-600 swallowed by 1: it must survive twice the digits.
            settled = min(map(abs, _flat(now))) > FLOOR or digits >= max(2 * first, 400)
            if before is not None and settled and _agree(before, now):
                conditions = _conditions(formula, y, outputs, now, continuous)
                return Certified(now.value, now.gradient, now.hessian, *conditions, digits)
        before, digits = now, digits + digits // 2
    return None


def _evaluate(formula: Formula, y: Outcome, row: list[mpf], outputs: list[mpf]) -> Jet:
    result = formula(row if isinstance(y, Sequence) else row[0], list(variables(outputs)))
    if not isinstance(result, Jet):
        raise TypeError("the formula does not depend on its outputs")
    return result


def _flat(jet: Jet) -> list[mpf]:
    return [jet.value, *jet.gradient, *(h for row in jet.hessian for h in row)]


def _agree(a: Jet, b: Jet) -> bool:
    tolerance = mpf(10) ** -AGREEMENT
    return all(
        mp.isfinite(q) and (abs(p - q) <= tolerance * abs(q) or max(abs(p), abs(q)) <= FLOOR)
        for p, q in zip(_flat(a), _flat(b), strict=True)
    )


def _conditions(
    formula: Formula, y: Outcome, outputs: Sequence[float], at: Jet, continuous: bool
) -> tuple[mpf, list[mpf], list[list[mpf]]]:
    """|q| + sum |x dq/dx| by moving each input by one part in 1e30 (accurate to about 20 digits)."""
    step = mpf(10) ** -NUDGE
    total = [abs(q) for q in _flat(at)]
    own = len(_row(y))
    inputs = [mpf(x) for x in (*_row(y), *outputs)]
    for i in range(0 if continuous else own, len(inputs)):
        if not inputs[i]:
            continue
        moved = [x * (1 + step) if j == i else x for j, x in enumerate(inputs)]
        shifted = _flat(_evaluate(formula, y, moved[:own], moved[own:]))
        total = [t + abs(q - p) / step for t, p, q in zip(total, _flat(at), shifted, strict=True)]
    w = len(outputs)
    return total[0], total[1 : 1 + w], [total[1 + w + w * i : 1 + 2 * w + w * i] for i in range(w)]
