"""Curvatures in a shape or concentration behind softplus: what is linear in the parameter itself has none.

The slope in the logarithm u of the parameter s is s c + ... with a c that the outcome may make large, and so is the
curvature in u. Of s itself only the gamma functions bend: with B = N_uu - N_u the curvature in f is
B (s'/s)^2 + N_u s''/s, of which s'' has vanished where s is all but f.
"""

from __future__ import annotations

from likelihoodkit.primitives.beta_prime import SLOPES
from likelihoodkit.primitives.delay import delay_rate_curve, delay_scale_curve
from likelihoodkit.primitives.families import BENT, bent
from likelihoodkit.primitives.powers import power_shape_curve, power_shape_slope
from likelihoodkit.primitives.record import Kind, primitive
from likelihoodkit.primitives.single import rate_gamma_curve, rate_gamma_slope, rice_centre, rice_centre_curve
from likelihoodkit.primitives.whole import beta_concentration_curve, beta_concentration_slope

__all__ = ["BENT", "TOGETHER"]


def _enter(name: str, slope: Kind, curve: Kind, accurate: str) -> Kind:
    """Another function of the arguments of slope and curve, and of the output; the slope, whose row it is."""
    meaning = bent(slope.__name__, curve.__name__, 1)
    whole: Kind = primitive(name, meaning, (None,) * (slope.record.nargs + 1), accurate=accurate)
    BENT[slope] = (curve, 1, whole)
    return slope


#: slopes of which B has a form that does not cancel: of gamma functions, and of a delay
TOGETHER: tuple[Kind, ...] = (
    _enter("beta_softplus_curve", beta_concentration_slope, beta_concentration_curve, "0 < y < 1"),
    _enter("rate_gamma_softplus_curve", rate_gamma_slope, rate_gamma_curve, "r > 0"),
    _enter("rice_centre_softplus_curve", rice_centre, rice_centre_curve, "y > 0"),
    _enter("power_shape_softplus_curve", power_shape_slope, power_shape_curve, "y > 0"),
    _enter("beta_prime_mean_softplus_mean", SLOPES["m"], SLOPES["mm"], "y > 0"),
    _enter("beta_prime_mean_softplus_size", SLOPES["k"], SLOPES["kk"], "y > 0"),
    *(slope for slope, (*_, whole) in BENT.items() if whole in (delay_scale_curve, delay_rate_curve)),
)
