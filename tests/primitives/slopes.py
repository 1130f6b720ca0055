"""Derivatives of primitives as the kit forms them: the rule of the record, stabilised and compiled, against mpmath."""

from __future__ import annotations

from functools import cache

import numpy as np

from likelihoodkit.calculus import derivative
from likelihoodkit.compile import Runner, compile_program
from likelihoodkit.primitives import RECORDS, is_vector
from primitives.audit import Audit, judge
from primitives.by_meaning import definition, symbols_of
from primitives.reference import TABLE, Case

#: how large the arguments are: the derivative of a number of 300 digits is not in reach of most meanings
DECADES = 6.0
#: derivatives that elementary functions do not have: their kernels have rows of their own in `reference_tails.py`
NO_FORMULA = {
    *("log_gamma_p", "log_gamma_q", "gamma_p_pull", "gamma_q_pull", "log_beta_tail", "beta_pull", "log_student_cdf"),
    *("student_hazard", "log_zeta1p", "log_zeta1p_exp", "log_zeta1p_exp_slope", "log_zeta1p_slope", "student_cdf"),
    *("log_bessel_k_exp", "log_bessel_k_slope"),
    *("regularised_beta", "regularised_beta_complement", "zeta_gap", "zeta_gap_slope"),
    *(f"log_gamma_{where}{what}" for where in ("below", "above") for what in ("", "_t")),
    *(f"log_negative_binomial_{tail}{what}" for tail in ("cdf", "survival") for what in ("", "_f")),
    "log_beta_below",
    *(f"log_student_below{what}" for what in ("", "_r", "_t")),
    *(f"skew_student_{what}" for what in ("loss", *"rtan")),
    *(f"box_cox_student_{what}" for what in ("loss", *"tspn")),
    *(f"student_cut_{what}" for what in ("loss", *"dx")),
    *(f"student_window_{what}" for what in ("loss", "spread", *"dmh")),
}
#: whole numbers: nothing is differentiated in them, and their meaning has cases at 0
WHOLE = {("poisson_deviance_exp", 0), ("log_binomial", 0), ("log_binomial", 1), ("log_factorial_excess", 0)}


def rules() -> list[tuple[str, int]]:
    """Every primitive of numbers and each argument in which its record has a derivative and its meaning one too."""
    found = []
    for name, record in RECORDS.items():
        plain = record.meaning is not None and name in TABLE and name not in NO_FORMULA
        if plain and not is_vector(record.function(*symbols_of(name))):
            found += [(name, i) for i, rule in enumerate(record.derivative) if rule is not None]
    return [rule for rule in found if rule not in WHOLE]


@cache
def _runner(name: str, argument: int) -> Runner:
    symbols = symbols_of(name)
    return Runner(compile_program({"value": derivative(RECORDS[name].function(*symbols), symbols[argument])}))


def slope_audit(name: str, argument: int, points: int, dtype: type = np.float64, plain: float = 0.0) -> Audit:
    """Errors of the derivative in one argument at drawn points; `plain` as in `judge`."""
    case = TABLE[name]
    rng = np.random.default_rng(len(name) + 100 * argument)
    drawn = [np.asarray(c).astype(dtype) for c in case.sample(rng, points, DECADES)]
    place = np.empty(points, dtype)
    inputs = {s.name: column for s, column in zip(symbols_of(name), drawn, strict=True)}
    with np.errstate(all="ignore"):
        _runner(name, argument).run(inputs, {"value": place}, points)
    truth = Case(definition(name, argument), case.sample, loss=max(case.loss, 20))
    arguments = list(zip(*[column.tolist() for column in drawn], strict=True))
    return judge(f"{name}'{argument}", truth, arguments, place, dtype, plain)
