"""Measure one kernel against its reference: units in the last place, and errors relative to the conditioning."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

import mpmath as mp
import numpy as np

from likelihoodkit.primitives import kernels
from primitives.known import known
from primitives.reference import TABLE, Case

#: units in the last place that tests accept whatever the conditioning
PLAIN = 4.0
#: points drawn for a kernel in each precision, and for a derivative
POINTS, SLOPE_POINTS = 10, 5


@dataclass
class Audit:
    """Errors per point: (arguments, result, ulp, error / (u (|f| + sum |x_i df/dx_i|)) or a bound above that)."""

    name: str
    rows: list[tuple[tuple[float, ...], float, float, float]] = field(default_factory=list)
    wrong_infinity: list[tuple[tuple[float, ...], float, str]] = field(default_factory=list)
    undecided: int = 0

    def beyond(self, ulp: float, conditioned: float) -> list[tuple[tuple[float, ...], float, float, float]]:
        """The points where both measures are above their bounds."""
        return [row for row in self.rows if row[2] > ulp and row[3] > conditioned]


def arguments_of(name: str, dtype: type, points: int, special: bool) -> list[tuple[float, ...]]:
    """Seeded draws, rounded to the dtype, then the special points."""
    case = TABLE[name]
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    with np.errstate(all="ignore"):
        columns = case.sample(rng, points, 300.0 if dtype is np.float64 else 36.0)
        drawn = zip(*[np.asarray(column).astype(dtype).tolist() for column in columns], strict=True)
    return [*drawn, *(case.points if special else ())]


def audit(name: str, dtype: type = np.float64, points: int = 300, special: bool = True, plain: float = 0.0) -> Audit:
    """Evaluate kernel `name` on drawn and special points in that precision; `plain` as in `judge`."""
    arguments = arguments_of(name, dtype, points, special)
    with np.errstate(all="ignore"):
        results = getattr(kernels, name)(*[np.array(column, dtype) for column in zip(*arguments, strict=True)])
    assert results.dtype == dtype
    return judge(name, TABLE[name], arguments, results, dtype, plain)


def judge(
    name: str, case: Case, arguments: list[tuple[float, ...]], results: np.ndarray, dtype: type, plain: float
) -> Audit:
    """Compare results with the truth of a case.

    The conditioning takes mpmath an evaluation for every argument: where the error is at most ``plain`` ulp, what is
    reported is what the error would be without any, which is no less.
    """
    info, report = np.finfo(dtype), Audit(name)
    unit, least, largest = float(info.eps) / 2, float(info.smallest_subnormal), mp.mpf(float(info.max))
    for x, result in zip(arguments, results.tolist(), strict=True):
        value, condition = known(name, case, x)
        if mp.isnan(value):
            report.undecided += 1
            continue
        if abs(value) > largest * (1 + mp.mpf(unit) / 2) or not np.isfinite(result):
            edge = abs(value) > largest * (1 - 8 * mp.mpf(unit))  # either answer is within the error bound
            if not (edge and abs(result) >= largest * (1 - 8 * mp.mpf(unit)) and np.sign(result) == mp.sign(value)):
                report.wrong_infinity.append((x, result, mp.nstr(value, 8)))
            continue
        error = abs(mp.mpf(result) - value)
        with np.errstate(all="ignore"):
            spacing = float(np.spacing(np.abs(dtype(float(value)))))
        ulp = float(error / spacing)
        scaled = error / max(unit * (abs(value) + (condition() if ulp > plain else 0)), mp.mpf(least))
        report.rows.append((x, result, ulp, float(scaled)))
    return report
