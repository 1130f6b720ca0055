"""Kernels of whole losses and their slopes: what they should return is what the vocabulary says they mean.

The meaning of a primitive is an elementary formula, written down beside its name; `definition` evaluates it in mpmath
at the current precision. A row says where to try it. `slopes` are the derivatives of the meaning, by SymPy.
"""

from __future__ import annotations

import importlib
import inspect
import math
import pkgutil
from collections.abc import Callable

import mpmath as mp
import numpy as np
import sympy as sp

import likelihoodkit.primitives as vocabulary
from likelihoodkit.numbers import evaluate
from likelihoodkit.primitives import RECORDS, kernels, lower
from likelihoodkit.primitives.counted_tails import tail_names
from primitives.curves import _counts, _power, _with_df
from primitives.families import FAMILY_CASES, FAMILY_ROWS
from primitives.reference import LINE, TABLE, Case, _magnitudes, between, logs, positives, real, reals
from primitives.reference_tails import _log_t

for module in pkgutil.iter_modules(vocabulary.__path__):
    if not module.ispkg:
        importlib.import_module(f"{vocabulary.__name__}.{module.name}")  # its records enter the table

Draw = Callable[[np.random.Generator, int, float], tuple[np.ndarray, ...]]


def symbols_of(name: str) -> list[sp.Symbol]:
    """One real symbol for each argument."""
    return [sp.Symbol(f"x{i}", real=True) for i in range(RECORDS[name].nargs)]


def formula_of(name: str, *slope: int) -> sp.Expr:
    """The meaning in these symbols, differentiated in the arguments of those numbers."""
    symbols = symbols_of(name)
    formula = lower(RECORDS[name].function(*symbols))
    for argument in slope:
        formula = sp.diff(formula, symbols[argument])
    return formula


def definition(name: str, *slope: int) -> Callable[..., mp.mpf]:
    """The meaning (or its derivative) as a function of mpmath numbers."""
    symbols, memory = symbols_of(name), []

    def value(*arguments: mp.mpf) -> mp.mpf:
        if not memory:
            memory.append(formula_of(name, *slope))
        found = evaluate(memory[0], dict(zip(symbols, arguments, strict=True)))
        return found.real if isinstance(found, mp.mpc) and not found.imag else mp.mpmathify(found)

    return value


def _times(low: float = -30, high: float = 30) -> Draw:
    """A number of any size, and the logarithm of its factor."""
    return lambda g, n, top: (real(g, n, min(top, 100)), g.uniform(low, high, n))


def _amounts(*intervals: tuple[float, float], low: float = 1e-3, high: float = 1e3) -> Draw:
    """A positive amount, then logarithms."""
    return lambda g, n, top: (_magnitudes(g, n, low, high), *(g.uniform(a, b, n) for a, b in intervals))


def _few(*intervals: tuple[float, float], first: int = 0) -> Draw:
    """A count, then logarithms."""
    return lambda g, n, top: (
        np.maximum(np.floor(np.exp(g.uniform(-1, 7, n))), first),
        *(g.uniform(a, b, n) for a, b in intervals),
    )


def _bases(g: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    """Logarithms of two sizes, and a count."""
    return (g.uniform(-5, 5, n), g.uniform(-5, 5, n), np.floor(np.exp(g.uniform(0, 7, n))))


def _leaning(size: int) -> Draw:
    """Residual, logarithm, skew in two parts, tail and its logarithm; an output or an exponent where one is asked."""

    def draw(g: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
        log_tail = g.uniform(-1, 1, n).astype(np.float32).astype(float)
        place = (g.uniform(-5, 5, n), g.uniform(-2, 2, n), g.uniform(-2, 2, n), g.uniform(-1, 1, n))
        return (*place, np.exp(log_tail), log_tail, g.uniform(-3, 3, n))[:size]

    return draw


def _some(*intervals: tuple[float, float], first: int = 0) -> Draw:
    """A count up to 90, then logarithms."""
    return lambda g, n, top: (
        np.maximum(np.floor(np.exp(g.uniform(-1, 4.5, n))), first),
        *(g.uniform(a, b, n) for a, b in intervals),
    )


def _successes(g: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    trials = np.floor(np.exp(g.uniform(0, 7, n)))
    return trials, np.floor(trials * g.random(n)), g.uniform(-30, 30, n)


def _draws(g: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    trials = np.floor(np.exp(g.uniform(0.7, 7, n)))  # a single draw tells nothing of the size: an exact 0
    return trials, np.floor(trials * g.random(n)), g.uniform(-6, 6, n), g.uniform(-6, 9, n)


def _bounded(g: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    return g.uniform(-30, 30, n), _magnitudes(g, n, 1e-3, 30), g.uniform(-3, 3, n)


def _near_exp(g: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    t = g.uniform(-8, 8, n)
    return t, np.exp(t) * (1 + g.choice([-1, 1], n) * _magnitudes(g, n, 1e-6, 0.9))


def _chord(g: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    a = _magnitudes(g, n, 1e-2, 1e3)
    return a, a * (1 + _magnitudes(g, n, 1e-3, 3))


def _pairs(low: float, high: float) -> Draw:
    """Two places from equal to far apart."""

    def draw(g: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
        t = g.uniform(low, high, n)
        return np.minimum(t + g.normal(size=n) * 10.0 ** g.uniform(-9, 0.6, n), high + 1), t

    return draw


def _scaled(g: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    return g.normal(size=n), g.uniform(-3, 3, n), _magnitudes(g, n, 0.3, 5)


def _powers_of_student(g: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    log_df = g.uniform(-1, 5, n)
    plain = (_magnitudes(g, n, 1e-2, 10), g.uniform(-2, 2, n), g.uniform(-1, 2, n), g.uniform(-2, 2, n))
    return (*plain, np.exp(log_df), log_df)


def _windows_of_student(g: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    return np.exp(g.uniform(-1, 5, n)), g.uniform(-4, 4, n), _magnitudes(g, n, 0.3, 5)


_AB = ((-9, 9), (-9, 9))
_PROPORTION = between((0.01, 0.99), *_AB)
_ARRIVAL: Draw = lambda g, n, top: (g.uniform(-5, 5, n), g.uniform(-2, 2, n), _magnitudes(g, n, 0.1, 8))
_EXP = ((-700.0,), (300.0,), (0.0,), (-1.4,))

_PAIRS = ("t", "s", "p", "tt", "ts", "tp", "ss", "sp", "pp")

#: name -> (arguments to draw, further points, digits lost per decade, bound)
ROWS: dict[str, tuple[Draw, tuple[tuple[float, ...], ...], int, float]] = {
    **FAMILY_ROWS,
    "argument_sigmoid": (reals(core=40), LINE[:20], 1, 2.0),
    **{
        f"log_passage_{tail}{what}": (
            _amounts((-2, 2), (-3, 3), low=0.1, high=10.0), ((1.0, 0.0, 0.0), (1.0, 0.0, 3.0), (1.0, 1e-3, -2.0)), 20,
            bound,
        )
        for tail in ("cdf", "survival")
        # the second slope of the distribution function in g is a difference of terms where y is the mean
        for what, bound in (
            *(("", 4.0), ("_f", 4.0), ("_g", 8.0), ("_ff", 8.0), ("_fg", 8.0)),
            ("_gg", 64.0 if tail == "cdf" else 8.0),
        )
    },
    **{
        f"log_expm1_over{what}": (
            lambda g, n, top: (_magnitudes(g, n, 1e-2, 1e2), g.uniform(-6, 4, n)), ((1.0, -30.0), (5.0, 5.0)), 20, 4.0
        )
        for what in ("", "_slope", "_curve")
    },
    **{
        f"normal_beyond{what}": (_bounded, ((-30.0, 0.0, 0.0), (1e-8, 1.0, 0.0), (30.0, 29.5, 1.0)), 20, bound)
        for what, bound in (("", 4.0), ("_x", 4.0), ("_t", 4.0), ("_xt", 30.0), ("_tt", 30.0))
    },
    **{
        f"log_poisson_{tail}{what}": (_some((-4, 6)), ((0.0, 0.0), (0.0, 5.0), (30.0, 0.0), (30.0, 5.0)), 20, bound)
        for tail in ("cdf", "survival")
        for what, bound in (("", 4.0), ("_f", 4.0), ("_ff", 8.0))
    },
    "gap_of_powers": (
        lambda g, n, top: (
            *(_magnitudes(g, n, 0.1, 3), real(g, n, 30), g.uniform(-3, 3, n), g.integers(1, 3, n).astype(float)),
            *(_magnitudes(g, n, 0.1, 3), real(g, n, 30), g.uniform(-3, 3, n), g.integers(1, 3, n).astype(float)),
        ),
        ((0.5, 1.0, 0.0, 2.0, 1.0, -3.0, 0.0, 1.0),), 20, 4.0,
    ),
    "log1m_exp_ratio": (between((-40, 5)), ((0.0,), (-1e-9,), (-400.0,), (-700.0,)), 20, 4.0),
    **{
        f"log_reversed_risk{what}": (between((-80, 5)), ((0.0,), (3.0,), (-1e-9,), (-400.0,), (5.5,)), 300, 4.0)
        for what in ("", "_slope", "_curve")
    },
    "growth_excess": (between((-30, 30), (-30, 30)), ((1e-9, 1e-9), (300.0, -290.0), (0.0, 800.0)), 20, 4.0),
    "rate_short": (between((-40, 5)), ((0.0,), (-1e-9,), (-400.0,), (-700.0,)), 20, 4.0),
    "argument_rate_short": (between((-40, 5)), ((0.0,), (-1e-9,), (-400.0,), (-700.0,)), 20, 4.0),
    "rate_less_exp": (between((-30, 4), (-30, 4), (-3, 3)), ((-30.0, 0.0, 0.0), (-40.0, 1e-9, 0.0)), 20, 4.0),
    "rate_less_power": (
        lambda g, n, top: (
            g.uniform(-30, 4, n), _magnitudes(g, n, 1e-2, 1e2), g.uniform(-2, 2, n), g.uniform(-30, 1, n),
            g.uniform(-3, 3, n),
        ),
        ((-30.0, 30.0, 0.0, -104.0, 0.0),), 20, 4.0,
    ),
    "normal_beyond_xx": (between((-30, 30), (-3, 3)), ((-30.0, 0.0), (1e-8, 0.0)), 20, 8.0),
    "argument_sigmoid_curve": (reals(core=40), LINE[:20], 1, 2.0),
    "argument_sigmoid_derivative": (reals(core=40), LINE[:20], 1, 2.0),
    "asinh_times_exp": (_times(), ((0.0, 3.0), (1e-300, 700.0), (1.0, -740.0)), 1, 2.0),
    "argument_hazard": (between((-30, 30)), ((0.0,), (-1e8,)), 20, 4.0),
    "argument_hazard_slope": (between((-30, 30)), ((0.0,), (-1e8,)), 20, 8.0),
    "argument_hazard_curve": (between((-30, 30)), ((0.0,), (-1e8,)), 20, 8.0),
    "beta_binomial_loss": (
        _draws, ((12.0, 0.0, -30.0, 1.0), (12.0, 12.0, 0.0, 30.0), (500.0, 0.0, -9.0, 3.0)), 20, 6.0
    ),
    "beta_binomial_odds": (_draws, ((12.0, 6.0, 1e-9, 1.0), (500.0, 3.0, -9.0, 3.0)), 20, 10.0),
    "beta_binomial_size": (_draws, (), 20, 30.0),
    "beta_binomial_odds_curve": (_draws, (), 20, 30.0),
    "beta_binomial_cross": (_draws, (), 20, 30.0),
    "beta_binomial_size_curve": (_draws, (), 20, 100.0),
    "bessel_pull_exp": (between((-30, 9)), ((-700.0,), (0.5,)), 9, 2.0),
    "log_i0e_exp": (between((-30, 9)), ((-30.0,), (0.5,)), 9, 2.0),
    "beta_loss": (_PROPORTION, ((0.5, 0.0, 30.0),), 10, 4.0),
    "beta_mean_slope": (_PROPORTION, ((0.5, 0.3, 30.0),), 10, 4.0),
    "beta_concentration_slope": (_PROPORTION, ((0.5, 0.0, 30.0),), 10, 4.0),
    "beta_prime_loss": (_amounts((-6, 6), (-6, 6)), ((1.0, 30.0, 30.0),), 10, 4.0),
    "beta_prime_first": (_amounts((-6, 6), (-6, 6)), (), 10, 4.0),
    "scaled_beta_prime_first": (_amounts((-6, 6), (-6, 6), (-6, 6)), (), 10, 4.0),
    "beta_prime_second": (_amounts((-6, 6), (-6, 6)), (), 10, 4.0),
    "beta_prime_mean_loss": (_amounts((-6, 6), (-6, 6)), ((1.0, 1e-9, 34.0), (0.3, -1.2, 34.0)), 10, 4.0),
    "beta_prime_mean_m": (_amounts((-6, 6), (-6, 6)), ((0.3, -1.2, 34.0),), 10, 4.0),
    "beta_prime_mean_k": (_amounts((-6, 6), (-6, 6)), ((0.3, -1.2, 34.0),), 10, 8.0),
    "beta_prime_mean_mm": (_amounts((-6, 6), (-6, 6)), ((0.3, -1.2, 34.0),), 10, 8.0),
    "beta_prime_mean_mk": (_amounts((-6, 6), (-6, 6)), ((0.3, -1.2, 34.0),), 10, 8.0),
    "beta_prime_mean_kk": (_amounts((-6, 6), (-6, 6)), ((0.3, -1.2, 9.0),), 10, 16.0),
    **{
        f"scaled_beta_prime_mean_{x}": (_amounts((-6, 6), (-6, 6), (-6, 6)), (), 10, 8.0)
        for x in ("m", "k", "mm", "mk", "kk")
    },
    "binomial_loss": (_successes, ((12.0, 12.0, 40.0), (12.0, 0.0, -30.0)), 10, 2.0),
    "biweight_penalty": (between((-1.5, 1.5)), ((1e-150,), (1.0,), (0.0,)), 1, 2.0),
    "biweight_score": (between((-1.5, 1.5)), ((1e-150,), (1.0,), (0.0,)), 1, 2.0),
    "biweight_curvature": (between((-1.5, 1.5)), ((1e-150,), (1.0,), (0.0,)), 1, 2.0),
    "burr_loss": (_amounts((-3, 3), (-2, 2), (-3, 3)), (), 20, 4.0),
    "burr_tail": (_amounts((-3, 3), (-2, 2), (-3, 3)), (), 20, 4.0),
    "burr_pull": (_amounts((-3, 3), (-2, 2), (-3, 3), (-3, 3)), ((1.0, 0.0, 0.0, 1.0, 0.0),), 20, 4.0),
    "scaled_balance": (between((-30, 30), (-9, 9), (-5, 5)), ((-740.0, 745.0, -9.0), (2.0, 800.0, -790.0)), 5, 2.0),
    "cauchy_hazard": (reals(core=40), ((1e8,), (0.0,)), 3, 4.0),
    "cauchy_hazard_slope": (reals(core=40), ((0.0,),), 5, 8.0),
    "logistic_step_curve": (
        between((-9, 4), (-9, 9)), ((-88.0, 0.0), (-88.0, -6e-39), (-1.2, 0.1), (800.0, -1e5), (-30.0, -745.0)), 20, 4.0
    ),
    "log_secant_below": (reals(core=40), ((-2e6,), (0.0,), (36.0,), (-1e-9,)), 3, 4.0),
    "log_secant_share": (reals(core=40), ((-30.0,), (0.0,), (36.0,), (-0.69,)), 3, 4.0),
    "secant_share_slope": (reals(core=40), ((-30.0,), (0.0,), (1e-9,), (-0.69,)), 3, 4.0),
    "secant_hazard": (reals(core=40), ((-745.0,), (0.0,), (1e-9,)), 3, 4.0),
    "secant_hazard_slope": (reals(core=40), ((0.0,), (-0.7,), (-0.69,), (-30.0,)), 5, 8.0),
    "log_cauchy_tail": (reals(core=40), ((1e8,), (0.0,)), 3, 2.0),
    "chi_squared_loss": (_amounts((-9, 9)), ((2.0, 30.0),), 20, 2.0),
    "delay_pull": (_ARRIVAL, ((0.0, 0.0, 1.0),), 20, 4.0),
    "delay_wait": (_ARRIVAL, ((0.0, 0.0, 1.0),), 20, 4.0),
    "normal_plus_delay": (_ARRIVAL, ((0.0, 0.0, 1.0),), 20, 4.0),
    "digamma_chord": (_chord, (), 2, 6.0),
    "trigamma_chord": (_chord, (), 2, 4.0),
    "log_ratio": (
        lambda g, n, top: (x := _magnitudes(g, n, 1e-3, 1e3), x * (1 + _magnitudes(g, n, 1e-9, 3)))[::-1],
        ((1e300, 1e-300), (1e-300, 1e300), (1.0000000000000002, 1.0)), 1, 2.0,
    ),
    "exp_minus": (_near_exp, ((0.0, 1.0), (700.0, 1.0)), 2, 2.0),
    "scaled_exp_minus": (
        lambda g, n, top: (t := g.uniform(-30, 30, n), np.exp(t + g.normal(size=n)), g.uniform(-30, 30, n)),
        ((0.0, 1.0, 3.0), (745.0, 1e-300, -372.5), (-745.0, 2.0, 300.0), (701.0, 1.0, 710.5), (-701.0, 1.0, 1500.0),
         (-745.0, 0.0, 1500.0), (701.0, 1e300, -700.0)), 5, 2.0,
    ),
    "gamma_deviance_exp": (_amounts((-9, 9)), ((1.0, 0.0), (1.0, 1e-8), (1e300, -30.0), (1e-300, 300.0)), 5, 2.0),
    "ratio_excess": (_amounts((-9, 9)), ((1.0, 0.0), (1.0, 1e-8), (1e-300, 300.0)), 5, 2.0),
    **{name: (lambda g, n, top: (real(g, n, min(top, 1e15)), g.uniform(-3, 1.5, n)),
              ((0.0, 0.5), (1e8, 0.5), (1e200, 0.5), (1e-8, -1.0)), 5, 2.0)
       for name in ("power_penalty", "power_penalty_score", "power_penalty_curvature")},
    "gamma_loss": (_amounts((-6, 6), (-9, 9)), ((1.0, 0.0, 30.0),), 20, 2.0),
    "gamma_peak": (between((-50, 50)), _EXP, 20, 2.0),
    "log_less_digamma": (between((-50, 50)), _EXP, 20, 2.0),
    "student_df_information": (between((-50, 40)), ((-700.0,), (300.0,), (0.0,), (3.7,)), 60, 4.0),
    "trigamma_excess": (between((-50, 50)), _EXP, 20, 2.0),
    "trigamma_excess_slope": (between((-50, 50)), _EXP, 20, 4.0),
    **{name: (lambda g, n, top: (t := g.uniform(-12, 12, n), t + g.normal(size=n) * 10.0 ** g.uniform(-9, 1, n)),
              ((0.0, 0.0), (1e-8, 2e-8), (3.0, 3.5), (-20.0, -20.5), (-3.0, 5.0), (6.0, -6.0)), 20, 4.0)
       for name in ("gamma_gap", "gamma_gap_slope")},
    **{f"{name}{what}": (_pairs(low, high), ((0.0, 0.0), (1e-8, 2e-8), (3.0, 3.5), (-20.0, -20.5), (-3.0, 2.0),
                                             (2.5, -6.0)), 20, bound)
       for name, low, high, bound in (("bessel_gap", -12, 6, 4.0), ("zeta_gap", -9, 3, 8.0),
                                      ("logarithmic_gap", -20, 20, 4.0), ("tilt_gap", -30, 30, 8.0))
       for what in ("", "_slope")},
    "log_sigmoid_gap": (_pairs(-20, 20), ((0.0, 0.0), (1e-8, 2e-8), (30.0, 28.0)), 20, 4.0),
    "exp_gap_times": (lambda g, n, top: (*_pairs(-20, 20)(g, n, top), g.normal(size=n)), ((700.0, 2.0, 1e-3),), 5, 4.0),
    "bessel_bend": (between((-30, 6)), ((-0.7,), (30.0,)), 20, 4.0),
    "bessel_lean": (between((-30, 6)), ((-0.7,), (30.0,)), 20, 4.0),
    "bessel_lean_slope": (between((-30, 6)), ((-0.7,), (1.386,), (2.772,), (30.0,), (600.0,)), 20, 4.0),
    "zeta_bend": (between((-9, 3)), ((-0.7,),), 20, 16.0),
    "zeta_bend_slope": (between((-9, 3)), ((-0.7,), (0.69,)), 20, 16.0),
    "tilt_bend_slope": (between((-40, 40)), ((0.0,), (1e-9,), (3.99,), (4.01,), (89.0,), (-200.0,)), 20, 8.0),
    "tilt_bend_curve": (between((-40, 40)), ((0.0,), (1e-9,), (3.99,), (4.01,), (89.0,), (-200.0,)), 20, 16.0),
    "tilt_bend": (between((-40, 40)), ((0.0,), (0.53,)), 20, 8.0),
    "logarithmic_bend": (between((-30, 30)), ((-0.7,),), 20, 4.0),
    "generalized_poisson_loss": (_few((-6, 6), (-6, 6)), ((0.0, 1.0, 1.0),), 20, 4.0),
    "generalized_poisson_pull": (_few((-6, 6), (-6, 6)), ((0.0, 1.0, 1.0), (1.0, -30.0, 1.0)), 20, 4.0),
    "generalized_poisson_pull_curve": (_few((-6, 6), (-6, 6)), ((0.0, 1.0, 1.0), (1.0, -30.0, 1.0)), 20, 4.0),
    "gompertz_loss": (_amounts((-5, 5), (-3, 1), high=10), (), 5, 4.0),
    "gompertz_risk": (_amounts((-5, 5), (-3, 1), high=10), (), 5, 4.0),
    "gompertz_ageing": (_amounts((-5, 5), (-3, 1), high=10), (), 5, 4.0),
    "gompertz_curve": (_amounts((-5, 5), (-3, 1), high=10), (), 5, 4.0),
    "log_normal_gain": (between((-40, 40)), ((0.0,), (-37.0,)), 20, 4.0),
    "hazard_excess": (between((-40, 40)), ((0.0,), (-37.0,)), 20, 2.0),
    "hazard_excess_derivative": (between((-40, 40)), ((0.0,), (-37.0,)), 20, 8.0),
    "huber_penalty": (lambda g, n, top: (g.uniform(-9, 9, n), _magnitudes(g, n, 1e-2, 10)), ((0.0, 1.0),), 1, 2.0),
    "huber_score": (lambda g, n, top: (g.uniform(-9, 9, n), _magnitudes(g, n, 1e-2, 10)), ((0.0, 1.0),), 1, 2.0),
    "hypot_rest_exp": (_times(), ((0.0, 3.0), (1.0, -740.0)), 1, 2.0),
    "hypot_share_exp": (_times(), ((0.0, 3.0), (1.0, -740.0)), 1, 2.0),
    "log1p_short": (between((0, 3)), ((0.0,), (1e-9,), (1.5,), (1e6,)), 20, 4.0),
    "ratio_rate": (_amounts((-30, 30)), ((0.0, 3.0), (1.0, 745.0), (1.0, -700.0)), 1, 4.0),
    "log1p_times_exp": (_amounts((-30, 30)), ((0.0, 3.0), (1.0, 745.0), (1.0, -745.0)), 1, 2.0),
    "log_mean_exp": (between((-50, 50), (-50, 50)), ((745.0, 744.0), (-745.0, 0.0), (1e5, 1.0), (2.0, 2.5)), 5, 2.0),
    "log_add_exp": (between((-50, 50), (-50, 50)), ((745.0, 745.0), (-745.0, 0.0)), 5, 2.0),
    "log_factorial_excess": (positives(1, 15), ((0.0,), (1.0,), (1e6,)), 3, 2.0),
    "log_ndtr_inverse": (between((-40, 40)), ((0.0,), (0.03,)), 200, 2.0),
    "log_ndtr_inverse_slope": (between((-40, 40)), ((0.0,), (0.03,)), 20, 4.0),
    "log_ndtr_inverse_curve": (between((-40, 40)), ((0.0,), (0.03,)), 20, 4.0),
    "log_ndtr_tilted": (between((-20, 20), (0.01, 20)), (), 20, 4.0),
    "log_ndtr_tilted_slope": (between((-20, 20), (0.01, 20)), (), 20, 4.0),
    "log_ndtr_tilted_scale": (between((-20, 20), (0.01, 20)), (), 20, 4.0),
    "log_power_difference": (_few((0.2, 5)), ((0.0, 1.0),), 3, 4.0),
    "log_power_difference_slope": (_few((0.2, 5), first=1), ((0.0, 2.0),), 3, 4.0),
    "log_power_difference_curve": (_few((0.2, 5), first=1), (), 3, 4.0),
    "log_softplus_ratio": (reals(core=40), (), 5, 2.0),
    "log_times_exp": (_amounts((-30, 30)), ((1.0, 1e-300), (2.0, -0.6931)), 1, 2.0),
    "log_x_coth": (between((-40, 40)), ((0.0,), (1e-8,), (700.0,)), 3, 2.0),
    "log_x_coth_slope": (between((-40, 40)), ((0.0,), (1e-8,), (700.0,)), 3, 2.0),
    "log_x_coth_curve": (between((-40, 40)), ((0.0,), (1e-4,), (300.0,)), 5, 2.0),
    "log_rising_gap": (logs((0.1, 10), (0.1, 1e8), (0.1, 1e8)),
      ((2.0, 3.0, 1e15), (2.0, 1e13, 4.0), (1.0, 1e-9, 1e-9), (8e4, 0.5, 1e-5)), 2, 16.0),
    "digamma_rising_gap": (logs((0.1, 10), (0.1, 1e8), (0.1, 1e8)),
      ((2.0, 3.0, 1e15), (2.0, 1e13, 4.0), (1.0, 1e-9, 1e-9), (8e4, 0.5, 1e-5)), 2, 16.0),
    "trigamma_rising_gap": (logs((0.1, 10), (0.1, 1e8), (0.1, 1e8)), ((2.0, 3.0, 1e15), (2.0, 1e13, 4.0)), 2, 64.0),
    "log_rising_gap_exp": (_bases, (), 3, 16.0),
    "rising_gap_exp_base": (_bases, (), 3, 16.0),
    "rising_gap_exp_more": (_bases, (), 3, 16.0),
    "rising_gap_exp_base_bend": (_bases, (), 100, 64.0),
    "rising_gap_exp_both": (_bases, (), 10, 16.0),
    "rising_gap_exp_more_bend": (_bases, (), 10, 16.0),
    "log_zeta1p": (logs((1e-3, 20)), (), 1, 4.0),
    "log_zeta1p_slope": (logs((1e-3, 20)), (), 1, 8.0),
    "nakagami_loss": (_amounts((-6, 6), (-9, 9)), ((1.0, 0.0, 30.0),), 20, 2.0),
    "negative_binomial_bend": (_counts, ((0.0, 3.0, 1.0),), 5, 4.0),
    "negative_binomial_deviance": (_counts, ((0.0, 3.0, 1.0),), 20, 4.0),
    "negative_binomial_loss": (_counts, ((0.0, 3.0, 1.0), (2.0, 1.0, -30.0)), 40, 4.0),
    "negative_binomial_residual": (_counts, ((0.0, 3.0, 1.0),), 5, 4.0),
    "negative_binomial_slope": (_counts, ((0.0, 3.0, 1.0), (2.0, 1.0, -30.0)), 40, 4.0),
    "negative_binomial_spread": (
        lambda g, n, top: (np.floor(np.exp(g.uniform(0, 7, n))), g.uniform(-12, 12, n)), (), 40, 4.0
    ),
    "negative_binomial_spread_slope": (
        lambda g, n, top: (np.floor(np.exp(g.uniform(0, 7, n))), g.uniform(-12, 12, n)), (), 40, 100.0
    ),  # a dispersion of e^9: two slopes cancel to their fourth digit
    **{f"negative_binomial_without_zero{part}": (
        _few((-9, 6), (-9, 9), first=1), ((1.0, -1e-8, 0.0), (2.0, 1e-8, 1e-8), (3.0, -30.0, 5.0)), 20, 8.0)
       for part in ("", "_f", "_a", "_ff", "_fa", "_aa")},
    "negative_binomial_weight": (_counts, ((0.0, 3.0, 1.0),), 5, 4.0),
    **{f"poisson_inverse_gaussian_{what}": (_some((-3, 4), (-4, 4)), ((0.0, 1.0, 1.0), (3.0, 1.0, -30.0)), 20, 4.0)
       for what in ("loss", "f", "a", "ff", "fa", "aa")},
    **{f"poisson_inverse_gaussian_seen_{what}": (
        _some((-3, 4), (-4, 4), first=1), ((1.0, 1.0, 1.0), (3.0, 1.0, -30.0), (2.0, -1.0, 30.0)), 20, 8.0)
       for what in ("loss", "f", "a", "ff", "fa", "aa")},
    "poisson_deviance_exp": (_few((-6, 7)), ((0.0, 3.0), (1.0, 1e-8)), 5, 2.0),
    "power_deviance": (_power, (), 5, 4.0),
    "power_moment": (
        lambda g, n, top: (
            _magnitudes(g, n, 0.1, 30), g.uniform(-2, 2, n), g.uniform(-2, 1, n), g.integers(0, 3, n).astype(float),
            g.uniform(-3, 3, n),
        ), (), 5, 4.0,
    ),
    "power_less_log": (_power, (), 5, 4.0),
    "power_minus_one": (_power, (), 5, 4.0),
    "rate_gamma_loss": (_amounts((-6, 6), (-9, 9)), (), 20, 2.0),
    "rate_gamma_curve": (_amounts((-6, 6), (-30, 9)), ((30.0, 0.0, -30.0), (1.0, 0.0, -745.0)), 20, 4.0),
    **{name: (lambda g, n, top: (g.uniform(1e-3, 0.999, n), g.uniform(-9, 2, n), g.uniform(-9, 4, n)),
              ((0.1, -30.0, -30.0), (0.1, -300.0, -9.0), (0.5, 0.0, 0.0)), 20, 4.0)
       for name in ("kumaraswamy_loss", "kumaraswamy_first", "kumaraswamy_first_curve", "kumaraswamy_second")},
    "tweedie_apart": (
        lambda g, n, top: (_magnitudes(g, n, 1e-9, 10.0), g.uniform(0, 6, n), g.uniform(1.2, 1.8, n)),
        ((1e-300, 0.0, 1.5), (1e-8, -1.0, 1.3)), 1, 8.0,
    ),
    "rate_gamma_slope": (_amounts((-6, 6), (-9, 9)), (), 20, 2.0),
    "rate_gamma_excess": (_amounts((-6, 6), (-9, 9)), (), 5, 2.0),
    "ratio_rest": (_amounts((-40, 40)), ((0.0, 1.0), (1.0, 745.0)), 5, 2.0),
    "ratio_share": (_amounts((-40, 40)), ((0.0, 1.0), (1.0, -740.0)), 5, 2.0),
    "rice_loss": (_amounts((-3, 3), (-2, 2), low=1e-2, high=50), (), 20, 4.0),
    "rice_centre": (_amounts((-3, 3), (-2, 2), low=1e-2, high=50), (), 20, 4.0),
    "rice_scale": (_amounts((-3, 3), (-2, 2), low=1e-2, high=50), (), 20, 4.0),
    "rice_centre_curve": (_amounts((-3, 3), (-2, 2), low=1e-2, high=50), (), 20, 8.0),
    "rice_cross": (_amounts((-3, 3), (-2, 2), low=1e-2, high=50), (), 20, 8.0),
    "rice_scale_curve": (_amounts((-3, 3), (-2, 2), low=1e-2, high=50), (), 20, 8.0),
    "scaled_deviance": (_amounts((-6, 6), (-9, 9)), ((2.0, -0.6931, 3.0),), 5, 2.0),
    "scaled_excess": (_amounts((-6, 6), (-9, 9)), ((2.0, -0.6931, 3.0),), 5, 2.0),
    "scaled_power": (_scaled, (), 3, 4.0),
    "scaled_power_log": (_scaled, (), 3, 4.0),
    "scaled_power_log_over": (_scaled, (), 3, 4.0),
    "scaled_power_log_square": (_scaled, (), 3, 4.0),
    "scaled_power_over": (_scaled, (), 3, 4.0),
    "scaled_power_over_square": (_scaled, (), 3, 4.0),
    "scaled_square_deviance": (_amounts((-6, 6), (-9, 9)), (), 5, 2.0),
    "scaled_square_excess": (_amounts((-6, 6), (-9, 9)), (), 5, 2.0),
    "sigmoid_balance": (
        lambda g, n, top: (_magnitudes(g, n, 1e-2, 1e2), _magnitudes(g, n, 1e-2, 1e2), g.uniform(-40, 40, n)),
        ((1.0, 1.0, 0.0), (0.0, 1.0, -745.0)), 5, 2.0,
    ),
    **{name: (_amounts((-2, 2), (-1, 2), (-2, 2), high=10), ((2.0, 0.5, 1.0, 0.0),), 20, 4.0)
       for name in ("box_cox_loss", *(f"box_cox_{part}" for part in _PAIRS))},
    **{name: (_powers_of_student, ((2.0, 0.5, 1.0, 0.0, 3.0, math.log(3.0)),), 20, 8.0)
       for name in RECORDS if name.startswith("box_cox_student")},
    **{name: (lambda g, n, top: (np.exp(g.uniform(-1, 5, n)), g.uniform(-4, 4, n)), ((2.5, 0.03),), 20, 60.0)
       for name in RECORDS if name.startswith("student_cut")},
    **{name: (_windows_of_student, (), 20, 60.0) for name in RECORDS if name.startswith("student_window")},
    **{f"von_mises_plane_{what}": (between((-3, 3), (-9, 9), (-9, 9)), (), 20, 8.0) for what in ("loss", "a", "b")},
    **{f"von_mises_plane_{pair}": (between((-9, 9), (-9, 9)), (), 20, 8.0) for pair in ("aa", "ab", "bb")},
    **{name: (between((-5, 5), (-2, 2), (-2, 2), (-1.5, 1)), (), 20, 4.0) for name in RECORDS
       if name.startswith("sinh_arcsinh") and "curve" not in name},
    **{name: (_leaning(RECORDS[name].nargs), ((3.0, -1.0, 1e-9, 25.0, 1.0, 0.0, 2.0)[: RECORDS[name].nargs],), 20, 4.0)
       for name in RECORDS if "johnson_su" in name},
    **{f"scaled_sinh_arcsinh_{x}": (between((-5, 5), (-2, 2), (-2, 2), (-1, 1), (-6, 6)), (), 20, 4.0) for x in "rbg"},
    "softplus_less_log": (_power, (), 5, 4.0),
    "square_rest_exp": (_times(), ((0.0, 3.0), (1.0, -740.0)), 1, 2.0),
    "square_share_exp": (_times(), ((0.0, 3.0), (1.0, 740.0)), 1, 2.0),
    "square_slope_exp": (_times(), ((0.0, 3.0), (1.0, 300.0)), 1, 2.0),
    "student_balance": (_with_df, (), 1, 4.0),
    "student_bend": (_with_df, (), 40, 8.0),
    "student_loss": (_with_df, (), 40, 4.0),
    "student_pull": (_with_df, (), 1, 4.0),
    "student_slope": (_with_df, (), 40, 8.0),
    "yule_simon_loss": (_few((-9, 9), first=1), ((1.0, 40.0), (1e6, 0.0)), 20, 4.0),
    "yule_simon_slope": (_few((-9, 9), first=1), ((1.0, 40.0), (1e6, 0.0)), 20, 4.0),
    "yule_simon_curve": (_few((-9, 9), first=1), ((1.0, 40.0), (1e6, 0.0), (1e6, 12.0)), 20, 4.0),
    "tilted_balance": (between((-30, 30), (-9, 9)), ((0.0, 0.0),), 5, 2.0),
    "times_exp_difference": (
        lambda g, n, top: (g.normal(size=n), g.uniform(-3, 3, n), g.uniform(-30, 30, n)), ((1.0, 1e-8, 3.0),), 2, 2.0
    ),
}  # fmt: skip


def _zeta_slope(f: mp.mpf) -> mp.mpf:
    x = mp.exp(f)
    return x * mp.zeta(1 + x, derivative=1) / mp.zeta(1 + x)


def _log_k(nu: mp.mpf, f: mp.mpf) -> mp.mpf:
    return mp.log(mp.besselk(nu, mp.exp(f))) + mp.exp(f)


def _slope_of_k(order: int, power: int) -> Callable[..., mp.mpf]:
    return lambda nu, f: mp.diff(_log_k, (nu, f), (order, power))


#: these have no meaning in elementary functions, or one that SymPy cannot evaluate
BY_HAND = {
    **FAMILY_CASES,
    "log_zeta1p_exp": Case(lambda f: mp.log(mp.zeta(1 + mp.exp(f))), between((-30, 3)), ((-0.7,), (-1.4,))),
    "log_zeta1p_exp_slope": Case(_zeta_slope, between((-20, 3))),
    "log_zeta1p_exp_curve": Case(lambda f: mp.diff(_zeta_slope, f), between((-9, 3)), bound=100.0),
    "log_zeta1p_curve": Case(
        lambda x: mp.diff(lambda u: mp.zeta(1 + u, derivative=1) / mp.zeta(1 + u), x), logs((0.01, 9)), bound=100.0
    ),
    "log_zeta1p_third": Case(
        lambda x: mp.diff(lambda u: mp.zeta(1 + u, derivative=1) / mp.zeta(1 + u), x, 2), logs((0.01, 9)), bound=200.0
    ),
    "log_bessel_k_exp": Case(_log_k, between((-3, 9), (-30, 6)), ((0.5, 1.0), (0.0, -300.0), (2.5, 12.0)), bound=16.0),
    "log_bessel_k_slope": Case(_slope_of_k(0, 1), between((-3, 9), (-9, 6)), ((0.0, -60.0), (0.3, -41.0)), bound=16.0),
    "log_bessel_k_curve": Case(_slope_of_k(0, 2), between((0, 3), (-2, 2)), bound=2e3),
    "log_bessel_k_order": Case(_slope_of_k(1, 0), between((-3, 9), (-9, 6)), ((0.3, -41.0), (0.01, -80.0)), bound=16.0),
    "log_bessel_k_order_curve": Case(_slope_of_k(2, 0), between((-3, 9), (-9, 6)), ((0.3, -41.0),), bound=64.0),
    "log_bessel_k_cross": Case(_slope_of_k(1, 1), between((-3, 9), (-9, 6)), ((0.3, -41.0),), bound=64.0),
    "zeta_share": Case(lambda x, k: mp.zeta(1 + x, k) / mp.zeta(1 + x), logs((0.05, 9), (1.1, 1e6)), bound=50.0),
}


def _skewed(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    log_df = rng.uniform(-1, 4, n)
    return rng.uniform(-5, 5, n), rng.uniform(-1, 1, n), rng.uniform(-4, 4, n), np.exp(log_df), log_df


def _skew_tail(r: mp.mpf, t: mp.mpf, a: mp.mpf, n: mp.mpf) -> mp.mpf:
    df, z = mp.exp(n), r * mp.exp(t)
    return -_log_t(df + 1, a * z * mp.sqrt((df + 1) / (df + z**2)))


def _skew_slope(letters: str) -> Callable[..., mp.mpf]:
    order = tuple(letters.count(letter) for letter in "rtan")
    return lambda r, t, a, _, n: mp.diff(_skew_tail, (r, t, a, n), order) if letters else _skew_tail(r, t, a, n)


def _skew_curve(r: mp.mpf, t: mp.mpf, a: mp.mpf, df: mp.mpf, n: mp.mpf, f: mp.mpf) -> mp.mpf:
    """The second derivative in f of a loss whose n is log softplus(f)."""
    ratio = 1 / (1 + mp.exp(-f)) / mp.log1p(mp.exp(f))
    slope, curve = (_skew_slope(letters)(r, t, a, df, n) for letters in ("n", "nn"))
    return curve * ratio**2 + slope * ratio * (1 / (1 + mp.exp(f)) - ratio)


#: far on the side that the skew leans away from
_LEANING = ((-745.0, -4.5, 30.0, 104.0, math.log(104.0)), (3.0, 2.0, -500.0, 20.0, math.log(20.0)))
BY_HAND |= {
    f"skew_student_{letters or 'loss'}": Case(_skew_slope(letters), _skewed, _LEANING, bound=60.0)
    for letters in ("", *"rtan", "rr", "rt", "ra", "rn", "tt", "ta", "tn", "aa", "an", "nn")
}
BY_HAND["skew_student_df_curve"] = Case(
    _skew_curve,
    lambda g, n, top: (*_skewed(g, n, top), g.uniform(-3, 9, n)),
    tuple((*place, 40.0) for place in _LEANING),
    bound=60.0,
)


def usual(name: str) -> Case:
    """A row for a primitive that has none above: its arguments as they are named and restricted in its record."""
    record = RECORDS[name]
    draws = []
    for argument in inspect.signature(getattr(kernels, record.kernel)).parameters:
        words = record.accurate
        if f"0 < {argument} < 1" in words:
            draws.append((0.01, 0.99))
        elif argument == "y" or f"{argument} > 0" in words or f"{argument} >= 0" in words:
            draws.append((1e-3, 30.0))
        else:
            draws.append((-6.0, 6.0))
    return Case(definition(name), between(*draws), loss=20, bound=8.0)


def _unlisted() -> list[str]:
    """Primitives of numbers with a meaning, and without a row of their own."""
    known = {*ROWS, *BY_HAND, *TABLE}
    plain = [n for n, r in RECORDS.items() if r.meaning is not None and n in kernels.__all__ and n not in known]
    return [
        n for n in plain if not (RECORDS[n].vector or RECORDS[n].reduces) and n not in OF_CLASSES | RESTS | BY_WRAPPERS
    ]


#: over K classes: tested in test_kernels.py
OF_CLASSES = {
    *(
        "softmax_cross_entropy",
        "softmax_residual",
        "softmax_pull",
        "times_softmax",
        "chance_pull",
        "soft_cross_entropy",
    ),
    "soft_residual",
}
#: what a rounding takes, zero in exact arithmetic: tested in test_kernels.py too
RESTS = {
    "log_square_rest",
    "half_rest",
    "ratio_of_log_rest",
    *(f"{link}_rest" for link in ("softplus", "log_softplus", "sigmoid", "exp")),
}
#: what lies between two ends, and seen there by a cumulative hazard or a power: by what wrappers make of it, and by
#: differences in test_within_slopes.py
SEEN = (
    "extreme_value",
    "pareto",
    "gompertz",
    "box_cox",
    "zeta",
    "lived",
    "power",
    "skew",
    "student",
    "rice",
    "passage",
    "delay",
)
BY_WRAPPERS = {
    name
    for name in RECORDS
    if "_between" in name or name.startswith((*(f"{law}_within" for law in SEEN), "tweedie_cdf_"))
} | {*tail_names()}
BY_MEANING = {
    name: Case(definition(name), draw, points, loss, bound) for name, (draw, points, loss, bound) in ROWS.items()
} | BY_HAND
BY_MEANING |= {name: usual(name) for name in _unlisted()}
