"""The Kumaraswamy loss less its log of the second parameter: x = -e^f log y, so that y^first = e^-x."""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel
from likelihoodkit.primitives.kernels.differences import power_times_exp
from likelihoodkit.primitives.kernels.exponential import times_exp, x_over_expm1_derivative
from likelihoodkit.primitives.kernels.products import GONE, excess_log1m, scaled_log1m, scaled_rate, scaled_rate_slope
from likelihoodkit.primitives.kernels.robust import expm1_minus

SMALL = 0.5  # below, log(1 - e^-x) is split into log x and the rest
FAINT = 1e-17  # 1 - x/(e^x - 1) is x/2 to the last digit, and the square of x may be gone
LARGE = 40.0  # x/(e^x - 1) has vanished


def place_of(y: Floats, f: Floats) -> tuple[Floats, Floats, Floats]:
    """log y, log(-log y) and x."""
    logarithm = np.log(y)
    return logarithm, np.log(-logarithm), np.asarray(times_exp(-logarithm, f))


@kernel
def kumaraswamy_loss(y: Floats, f: Floats, g: Floats) -> Floats:
    """-f - (e^f - 1) log y - (e^g - 1) log(1 - e^-x); for a small second parameter, f has cancelled by hand."""
    logarithm, level, x = place_of(y, f)
    safe = np.where((x > 0) & (x < SMALL), x, SMALL)
    rest = level + np.where(x < SMALL, np.log(np.where(x > 0, -np.expm1(-safe) / safe, 1.0)), 0.0)
    split = -np.asarray(times_exp(f, g)) - np.expm1(g) * rest
    whole = -f - np.asarray(excess_log1m(f + level, g))
    return np.where((x < SMALL) & (g < 0), split, whole) - logarithm * np.expm1(f)


@kernel
def kumaraswamy_second(y: Floats, f: Floats, g: Floats) -> Floats:
    """-e^g log(1 - y^(e^f)); where the power is small, of the power itself."""
    z = f + np.log(-np.log(y))
    power = np.asarray(power_times_exp(y, np.zeros_like(y), f))
    small = np.asarray(times_exp(-np.log1p(-np.where(z > GONE, power, 0.0)), g))
    return np.where((z > GONE) & (power > 0), small, -np.asarray(scaled_log1m(z, g)))


@kernel
def kumaraswamy_first(y: Floats, f: Floats, g: Floats) -> Floats:
    """Derivative in f: -e^g r + (x - 1 + r) with r = x/(e^x - 1)."""
    _, level, x = place_of(y, f)
    middle = np.where((x > 0) & (x < LARGE), x, 1.0)
    less = np.where(x < LARGE, np.where(x < FAINT, 0.5 * x, expm1_minus(middle) / np.expm1(middle)), 1.0)  # 1 - r
    return np.asarray((x - less) - np.asarray(scaled_rate(f + level, g)))


@kernel
def kumaraswamy_first_curve(y: Floats, f: Floats, g: Floats) -> Floats:
    """Second derivative in f."""
    _, level, x = place_of(y, f)
    grown = x * (1.0 + np.asarray(x_over_expm1_derivative(x)))
    return np.asarray(grown - np.asarray(scaled_rate_slope(f + level, g)))
