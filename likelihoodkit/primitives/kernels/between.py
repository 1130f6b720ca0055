"""The logarithms of what lies between two bounds, by the laws that tell what is seen between them; see `within`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from likelihoodkit.primitives.kernels._rows import kernels_of
from likelihoodkit.primitives.kernels._shaped import apart, of_amount
from likelihoodkit.primitives.kernels._tools import Floats, remembered
from likelihoodkit.primitives.kernels.within import Law, Rows, log_mass
from likelihoodkit.primitives.kernels.within_beta import BETA, beta_between_apart
from likelihoodkit.primitives.kernels.within_gamma import GAMMA, gamma_between_apart
from likelihoodkit.primitives.kernels.within_growth import extremes, mass_of, pareto
from likelihoodkit.primitives.kernels.within_kinked import by_held, exponentials, huber, normals, secant
from likelihoodkit.primitives.kernels.within_mapped import ARCSINH, FATIGUE, JOHNSON
from likelihoodkit.primitives.kernels.within_shape import BURR, KUMARASWAMY, POWERED_GAMMA

WHAT = "log P(low <= Y <= high)"


def _rows(law: Law, lowest: float = 0.0, highest: float = np.inf) -> Callable[..., Rows]:
    """Rows of a law between the edges of its support."""

    @remembered
    def rows(low: Floats, high: Floats, *place: Floats) -> Rows:
        return log_mass(law, low, high, lowest, highest, *place)

    return rows


def _rows_apart(
    law: Law, between: Callable[..., tuple[Floats, Floats]] = of_amount, highest: float = np.inf
) -> Callable[..., Rows]:
    """The same of places that are rounded; how far they are apart comes after them."""
    told = _rows(apart(law, between), 0.0, highest)

    def rows(low: Floats, high: Floats, distance: Floats, *place: Floats) -> Rows:
        return told(low, high, *place, distance)

    return rows


EXTREMES_BETWEEN = mass_of(extremes(), -np.inf)
PARETO_BETWEEN = mass_of(pareto(), 0.0)


def _pareto_between(low: Floats, high: Floats, f: Floats, s: Floats) -> Rows:
    """Rows in f and s of what begins at nothing."""
    return np.asarray(PARETO_BETWEEN(low, high, np.zeros_like(f), f, s)[[0, 2, 3, 7, 8, 9]])


(
    log_gamma_between, log_gamma_between_m, log_gamma_between_t, log_gamma_between_n, log_gamma_between_mm,
    log_gamma_between_mt, log_gamma_between_mn, log_gamma_between_tt, log_gamma_between_tn, log_gamma_between_nn,
) = kernels_of(_rows_apart(POWERED_GAMMA), "mtn", __name__, WHAT)  # fmt: skip
(
    burr_between, burr_between_m, burr_between_t, burr_between_n, burr_between_mm, burr_between_mt, burr_between_mn,
    burr_between_tt, burr_between_tn, burr_between_nn,
) = kernels_of(_rows(BURR), "mtn", __name__, WHAT)  # fmt: skip
(
    kumaraswamy_between, kumaraswamy_between_m, kumaraswamy_between_t, kumaraswamy_between_n,
    kumaraswamy_between_mm, kumaraswamy_between_mt, kumaraswamy_between_mn, kumaraswamy_between_tt,
    kumaraswamy_between_tn, kumaraswamy_between_nn,
) = kernels_of(_rows_apart(KUMARASWAMY), "mtn", __name__, WHAT)  # fmt: skip
(
    gamma_between, gamma_between_t, gamma_between_n, gamma_between_tt, gamma_between_tn, gamma_between_nn,
) = kernels_of(_rows_apart(GAMMA, gamma_between_apart), "tn", __name__, WHAT)  # fmt: skip
(
    beta_between, beta_between_f, beta_between_g, beta_between_ff, beta_between_fg, beta_between_gg,
) = kernels_of(_rows_apart(BETA, beta_between_apart, 1.0), "fg", __name__, WHAT)  # fmt: skip
(
    laplace_between, laplace_between_m, laplace_between_t, laplace_between_mm, laplace_between_mt,
    laplace_between_tt,
) = kernels_of(by_held(exponentials, log_mass, 2), "mt", __name__, WHAT)  # fmt: skip
(
    split_normal_between, split_normal_between_m, split_normal_between_t, split_normal_between_mm,
    split_normal_between_mt, split_normal_between_tt,
) = kernels_of(by_held(normals, log_mass, 2), "mt", __name__, WHAT)  # fmt: skip
(
    huber_between, huber_between_m, huber_between_t, huber_between_mm, huber_between_mt, huber_between_tt,
) = kernels_of(by_held(huber, log_mass, 2), "mt", __name__, WHAT)  # fmt: skip
(
    secant_between, secant_between_m, secant_between_t, secant_between_mm, secant_between_mt, secant_between_tt,
) = kernels_of(by_held(secant, log_mass, 2), "mt", __name__, WHAT)  # fmt: skip
(
    johnson_between, johnson_between_m, johnson_between_t, johnson_between_g, johnson_between_n, johnson_between_mm,
    johnson_between_mt, johnson_between_mg, johnson_between_mn, johnson_between_tt, johnson_between_tg,
    johnson_between_tn, johnson_between_gg, johnson_between_gn, johnson_between_nn,
) = kernels_of(_rows(JOHNSON, -np.inf), "mtgn", __name__, WHAT)  # fmt: skip
(
    arcsinh_between, arcsinh_between_m, arcsinh_between_t, arcsinh_between_g, arcsinh_between_n, arcsinh_between_mm,
    arcsinh_between_mt, arcsinh_between_mg, arcsinh_between_mn, arcsinh_between_tt, arcsinh_between_tg,
    arcsinh_between_tn, arcsinh_between_gg, arcsinh_between_gn, arcsinh_between_nn,
) = kernels_of(_rows(ARCSINH, -np.inf), "mtgn", __name__, WHAT)  # fmt: skip
(
    fatigue_between, fatigue_between_m, fatigue_between_n, fatigue_between_mm, fatigue_between_mn,
    fatigue_between_nn,
) = kernels_of(_rows(FATIGUE), "mn", __name__, WHAT)  # fmt: skip
(
    extreme_value_between, extreme_value_between_m, extreme_value_between_f, extreme_value_between_s,
    extreme_value_between_mm, extreme_value_between_mf, extreme_value_between_ms, extreme_value_between_ff,
    extreme_value_between_fs, extreme_value_between_ss,
) = kernels_of(EXTREMES_BETWEEN, "mfs", __name__, WHAT)  # fmt: skip
(
    pareto_between, pareto_between_f, pareto_between_s, pareto_between_ff, pareto_between_fs, pareto_between_ss,
) = kernels_of(_pareto_between, "fs", __name__, WHAT)  # fmt: skip
