"""Laws that the kit has not, as books print their densities: the table that `benchmarks.accuracy.strangers` sweeps.

A row: the law by name, the support of its outcome, its parameters with their supports, the log-density as typed.
Nothing here is written with an eye to what a computer makes of it.
"""

from __future__ import annotations

from benchmarks.accuracy.typed._law import Law
from benchmarks.accuracy.typed.amounts import POSITIVE
from benchmarks.accuracy.typed.bounded import COUNTS, UNIT
from benchmarks.accuracy.typed.fields import FIELDS
from benchmarks.accuracy.typed.journals import JOURNALS
from benchmarks.accuracy.typed.lines import CIRCLE, REAL
from benchmarks.accuracy.typed.nooks import NOOKS
from benchmarks.accuracy.typed.papers import PAPERS
from benchmarks.accuracy.typed.practice import PRACTICE
from benchmarks.accuracy.typed.students import STUDENTS
from benchmarks.accuracy.typed.trades import TRADES

__all__ = ["LAWS", "Law"]

LAWS: dict[str, Law] = {
    **REAL,
    **CIRCLE,
    **POSITIVE,
    **UNIT,
    **COUNTS,
    **PRACTICE,
    **STUDENTS,
    **FIELDS,
    **TRADES,
    **NOOKS,
    **PAPERS,
    **JOURNALS,
}
