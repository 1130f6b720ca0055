"""Kernels of single families against mpmath: pairs of (arguments, definition), relative to the conditioning."""

from __future__ import annotations

import zlib

import mpmath as mp
import numpy as np
import pytest

from likelihoodkit.primitives import kernels
from primitives.reference import Case, between, logs, truth


def _zeta_slope(f: mp.mpf) -> mp.mpf:
    x = mp.exp(f)
    return x * mp.zeta(1 + x, derivative=1) / mp.zeta(1 + x)


TABLE: dict[str, Case] = {
    "log_zeta1p_exp": Case(lambda f: mp.log(mp.zeta(1 + mp.exp(f))), between((-30, 3)), ((-0.7,), (-1.4,))),
    "log_zeta1p_exp_slope": Case(_zeta_slope, between((-20, 3))),
    "log_zeta1p_exp_curve": Case(lambda f: mp.diff(_zeta_slope, f), between((-9, 3)), bound=100.0),
    "zeta_share": Case(lambda x, k: mp.zeta(1 + x, k) / mp.zeta(1 + x), logs((0.05, 9), (1.1, 1e6)), bound=50.0),
}


@pytest.mark.parametrize("name", TABLE)
def test_kernels(name: str) -> None:
    case = TABLE[name]
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    drawn = [*zip(*[np.asarray(c).tolist() for c in case.sample(rng, 15, 300.0)], strict=True), *case.points]
    with np.errstate(all="ignore"):
        results = getattr(kernels, name)(*[np.array(column) for column in zip(*drawn, strict=True)])
    for x, result in zip(drawn, results.tolist(), strict=True):
        value, condition = truth(case, x)
        assert abs(mp.mpf(result) - value) <= case.bound * 2.0**-53 * (abs(value) + condition), (x, result, value)
