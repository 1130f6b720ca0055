"""What a check found: one row per condition, printed as a table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Row:
    """One condition. ``passed`` is None where it could not be decided; then ``note`` says why.

    ``worst`` is the largest figure met (an error relative to what the condition allows for, or a count), ``limit``
    what it may be, and ``where`` the point at which it was met.
    """

    condition: str
    passed: bool | None
    worst: float
    limit: float
    where: str = ""
    note: str = ""


@dataclass(frozen=True)
class Report:
    """All rows of one check. ``passed`` when no condition failed; truth value likewise.

    ``counts`` are those of the extreme grid, where it was tried: see `Audit.counts`.

    >>> import likelihoodkit as lk
    >>> report = lk.check(lk.Exponential)
    >>> report.passed, report["integrates to one"].passed
    (True, True)
    """

    subject: str
    rows: tuple[Row, ...]
    counts: Mapping[str, float] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """True when no condition failed."""
        return not self.failed

    @property
    def failed(self) -> tuple[Row, ...]:
        """The rows that failed."""
        return tuple(row for row in self.rows if row.passed is False)

    def __bool__(self) -> bool:
        return self.passed

    def __getitem__(self, condition: str) -> Row:
        """The row of a condition by its name; KeyError lists nothing more than the name."""
        return {row.condition: row for row in self.rows}[condition]

    def __str__(self) -> str:
        every, failed = len(self.rows), len(self.failed)
        verdict = "passed" if self.passed else f"{failed} of {every} conditions failed"
        if self.passed and (left := [row for row in self.rows if row.passed is None]):
            verdict += f", but {len(left)} of {every} conditions stay open"
        lines = [f"{self.subject}: {verdict}"]
        width = max((len(row.condition) for row in self.rows), default=0)
        for row in self.rows:
            mark = {True: "ok", False: "FAILED", None: "open"}[row.passed]
            line = f"  {row.condition:<{width}}  {mark:<6}  {row.worst:8.1e} (limit {row.limit:.0e})"
            details = ([f"at {row.where}"] if row.where and row.passed is False else []) + (
                [row.note] if row.note else []
            )
            lines.append(line + ("  " + "; ".join(details) if details else ""))
        return "\n".join(lines)

    def to_json(self) -> str:
        """The report as JSON text; figures that are not finite become text."""
        rows = [asdict(row) for row in self.rows]
        for row in rows:
            for key in ("worst", "limit"):
                if not -float("inf") < row[key] < float("inf"):
                    row[key] = str(row[key])
        data = {"schema": 1, "subject": self.subject, "passed": self.passed, "rows": rows}
        return json.dumps({**data, "counts": dict(self.counts)} if self.counts else data)
