"""References that take mpmath long, worked out once: `reference/kernels.json`.

From `tests`, ``python -m primitives.known`` writes the file anew (seven minutes on one core), by
`primitives.reference.truth` at the points that the tests of kernels and of their derivatives look at: the value in 40
digits and, where a test asks for it, the condition number; with ``--add`` what is there stays, for when kernels are
new. What takes less than `DEAR` is not kept but worked out each time, so that a definition that changes is noticed, and
a test works some of the kept ones out again. A point that the table has not, as where arguments are drawn with other
last digits, is worked out.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import mpmath as mp
import numpy as np

from primitives.reference import TABLE, Case, truth

PATH = Path(__file__).parents[1] / "reference" / "kernels.json"
DEAR = 0.005  # seconds of processor time
DIGITS = 40
Arguments = tuple[float, ...]


@cache
def table() -> dict[str, dict[str, str]]:
    """Name of a kernel or a derivative -> arguments -> value."""
    return dict(json.loads(PATH.read_text())) if PATH.exists() else {}


def key(arguments: Arguments) -> str:
    """The arguments in words that give them back."""
    return " ".join(map(repr, arguments))


def known(name: str, case: Case, arguments: Arguments) -> tuple[mp.mpf, Callable[[], mp.mpf]]:
    """What `truth` gives, the value from the table where that has it."""
    kept = table().get(name, {}).get(key(arguments))
    if kept is None:
        return truth(case, arguments)
    with mp.workdps(DIGITS):
        value, *condition = map(mp.mpf, kept.split())
    return value, lambda: condition[0] if condition else truth(case, arguments)[1]()


def main(add: bool) -> None:
    """Write the table anew, or ``add`` to it; points that no test looks at any longer leave it."""
    from primitives import audit
    from primitives.slopes import rules, slope_audit

    found: dict[str, dict[str, str]] = {}

    def keep(start: float, name: str, arguments: Arguments, *numbers: mp.mpf) -> None:
        if time.process_time() - start > DEAR and not any(map(mp.isnan, numbers)):
            words = [mp.nstr(number, digits) for number, digits in zip(numbers, (DIGITS, 12), strict=False)]
            found.setdefault(name, {})[key(arguments)] = " ".join(words)

    def timed(name: str, case: Case, arguments: Arguments) -> tuple[mp.mpf, Callable[[], mp.mpf]]:
        start = time.process_time()
        kept = table().get(name, {}).get(key(arguments)) if add else None
        value, condition = known(name, case, arguments) if add else truth(case, arguments)
        if kept is not None:
            found.setdefault(name, {})[key(arguments)] = kept
        keep(start, name, arguments, value)

        def asked() -> mp.mpf:
            again, number = time.process_time(), condition()
            keep(again, name, arguments, value, number)
            return number

        return value, asked

    audit.known = timed
    for name in TABLE:
        audit.audit(name, np.float64, audit.POINTS, plain=audit.PLAIN)
        audit.audit(name, np.float32, audit.POINTS, special=False, plain=audit.PLAIN)
    for rule in rules():
        slope_audit(*rule, audit.SLOPE_POINTS, plain=audit.PLAIN)
    PATH.write_text(json.dumps(found, indent=0, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(add="--add" in sys.argv)
