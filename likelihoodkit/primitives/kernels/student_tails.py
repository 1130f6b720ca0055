"""log of Student's distribution function, in both tails, with its derivatives in df and z.

For df >= 1 by the integrals of `student_integrals`. Beyond z < 0 lies half of a beta tail, I_x(df/2, 1/2)/2 with
logit x = log(df/z^2).
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tilted import remembered
from likelihoodkit.primitives.kernels._tools import Floats, kernel
from likelihoodkit.primitives.kernels.beta_tails import tail
from likelihoodkit.primitives.kernels.exponential import log1m_exp
from likelihoodkit.primitives.kernels.hyperbolic import log1p_square
from likelihoodkit.primitives.kernels.logistic import sigmoid
from likelihoodkit.primitives.kernels.normal import LOG_SQRT_2PI
from likelihoodkit.primitives.kernels.rising import log_rising_excess
from likelihoodkit.primitives.kernels.student_integrals import student_integrals

LOG2 = float(np.log(2.0))


FAR = 1e70  # z^4 is a float64 below


@remembered
def _pieces(df: Floats, z: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """log F, its first and second derivative in df, and its derivative in z."""
    df, z = np.broadcast_arrays(df, z)
    plain = (df >= 1.0) & (np.absolute(z) < FAR)
    if not plain.any():
        return _from_beta(df, z)
    found = student_integrals(df[plain], np.log(df[plain]), z[plain])
    slope = found.slope / df[plain]
    columns = (found.log, slope, (found.curve / df[plain] - slope) / df[plain], found.hazard)
    if plain.all():
        log_f, first, second, hazard = (column.reshape(z.shape) for column in columns)
        return log_f, first, second, hazard
    pieces = []
    for column, other in zip(columns, _from_beta(df[~plain], z[~plain]), strict=True):
        whole = np.empty(z.shape)
        whole[plain], whole[~plain] = column, other
        pieces.append(whole)
    return pieces[0], pieces[1], pieces[2], pieces[3]


def _from_beta(df: Floats, z: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """The same from the beta tail, whose panels also reach over the tails of df below 1."""
    half = np.full(np.shape(df + z), 0.5)
    end = np.log(df) - 2.0 * np.log(np.absolute(z))
    found = tail(0.5 * df, half, end)
    log_tail = found.log - LOG2
    first = 0.5 * found.first + found.pull / df
    bend = 0.5 * df * np.asarray(sigmoid(-end)) - 0.5 * np.asarray(sigmoid(end)) - found.pull
    second = 0.25 * found.first_first + found.pull * found.gap_first / df + found.pull * (bend - 1.0) / (df * df)
    left = z < 0
    log_rest = np.asarray(log1m_exp(-log_tail))
    odds = np.exp(log_tail - log_rest)
    log_density = (
        np.asarray(log_rising_excess(0.5 * df, half)) - LOG_SQRT_2PI
        - 0.5 * (df + 1.0) * np.asarray(log1p_square(z / np.sqrt(df)))
    )  # fmt: skip
    log_f = np.where(left, log_tail, log_rest)
    middle = z == 0  # df has no say there
    return (
        np.where(middle, -LOG2, log_f),
        np.where(middle, 0.0, np.where(left, first, -odds * first)),
        np.where(middle, 0.0, np.where(left, second, -odds * (second + first**2) - (odds * first) ** 2)),
        np.where(z < -1.0, -2.0 * found.pull / z, np.exp(log_density - np.where(middle, -LOG2, log_f))),
    )


@kernel
def log_student_cdf(df: Floats, z: Floats) -> Floats:
    """log F(z) of Student's t."""
    return np.asarray(_pieces(df, z)[0])


@kernel
def log_student_cdf_df(df: Floats, z: Floats) -> Floats:
    """Its derivative in df."""
    return np.asarray(_pieces(df, z)[1])


@kernel
def log_student_cdf_df2(df: Floats, z: Floats) -> Floats:
    """Its second derivative in df."""
    return np.asarray(_pieces(df, z)[2])


@kernel
def student_hazard(df: Floats, z: Floats) -> Floats:
    """f(z)/F(z), its derivative in z."""
    return np.asarray(_pieces(df, z)[3])
