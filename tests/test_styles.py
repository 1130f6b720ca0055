"""One law typed in many ways: the same digits, or an error that says what to write."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.special
import sympy as sp

import likelihoodkit as lk
from likelihoodkit.errors import DeclarationError

Y, OUTPUTS = [0.5, 3.0, 40.0], [[0.3, -0.2], [2.0, 1.0], [-3.0, 0.5]]


def declared(formula: Callable[[Any, Any, Any], Any]) -> type[lk.Distribution]:
    """Weibull's law with this log-density of y, shape and scale, in a class body."""

    class Life(lk.Distribution):
        y = lk.outcome(lk.positive)
        k = lk.parameter(lk.positive, link="exp")
        s = lk.parameter(lk.positive, link="exp")
        log_density = formula(y, k, s)

    return Life


def _loop(y: Any, k: Any, s: Any) -> Any:
    total = 0
    for term in (lk.log(k), -lk.log(s), (k - 1) * lk.log(y / s), -((y / s) ** k)):
        total += term
    return total


#: a style -> the log-density in it
STYLES: dict[str, Callable[[Any, Any, Any], Any]] = {
    "log of a product": lambda y, k, s: lk.log(k / s * (y / s) ** (k - 1) * lk.exp(-((y / s) ** k))),
    "SymPy's functions": lambda y, k, s: sp.log(k / s * (y / s) ** (k - 1) * sp.exp(-((y / s) ** k))),
    "slope of a distribution function": lambda y, k, s: lk.log(sp.diff(1 - lk.exp(-((y / s) ** k)), y)),
    "a slope not worked out": lambda y, k, s: lk.log(sp.Derivative(-lk.exp(-((y / s) ** k)), y)),
    "hazard less cumulative hazard": lambda y, k, s: lk.log(sp.diff((y / s) ** k, y)) - (y / s) ** k,
    "a loop": _loop,
    "math.prod": lambda y, k, s: lk.log(math.prod([k / s, (y / s) ** (k - 1), lk.exp(-((y / s) ** k))])),
    "NumPy's numbers first": lambda y, k, s: np.float64(1) * lk.log(k / s) + (np.int64(-1) + k) * lk.log(y / s)
    - np.float32(1) * (y / s) ** (np.float64(1) * k),
    "fractions": lambda y, k, s: Fraction(1, 2) * 2 * lk.log(k / s) + (k - Fraction(1)) * lk.log(y / s) - (y / s) ** k,
    "floats": lambda y, k, s: 0.5 * lk.log(k**2.0 / s**2.0) + (k - 1.0) * lk.log(y / s) - ((y / s) ** (k / 2.0)) ** 2.0,
    "abs": lambda y, k, s: lk.log(abs(k / s)) + (k - 1) * lk.log(abs(y / s)) - abs(y / s) ** k,
    "cases": lambda y, k, s: sp.Piecewise(
        (lk.log(k / s) + (k - 1) * lk.log(y / s) - (y / s) ** k, lk.log(y) > -800), (-sp.oo, True)
    ),
    "a dot product": lambda y, k, s: np.dot([1, 1, -1], [lk.log(k / s), (k - 1) * lk.log(y / s), (y / s) ** k]),
}  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
def test_styles_give_the_same_digits(style: str) -> None:
    value, slopes = lk.derive(declared(STYLES[style])).value_and_gradient(Y, OUTPUTS)
    true, true_slopes = lk.derive(lk.Weibull(shape="exp", scale="exp")).value_and_gradient(
        Y, [row[::-1] for row in OUTPUTS]
    )
    np.testing.assert_allclose(value, true, rtol=4e-16)
    np.testing.assert_allclose(slopes, true_slopes[:, ::-1], rtol=2e-15)


#: a style -> what is said of it
REFUSED: dict[str, tuple[Callable[[Any, Any, Any], Any], str]] = {
    "if of a word": (lambda y, k, s: -y if lk.log(y) > 1 else -s, r"whether log\(the outcome\) > 1 is known only when"),
    "if of a product": (lambda y, k, s: -y if 2 * y * k >= s + 1 else -s, r"an `if` in a declaration cannot ask it"),
    "if of a difference": (lambda y, k, s: -y if y - s < 1 else -s, r"whether the outcome - the parameter < 1 is"),
    "max": (lambda y, k, s: -max(y / s, k), r"or with lk.maximum, lk.minimum"),
    "a condition times a number": (lambda y, k, s: -y * (y > s), r"the condition the outcome > the parameter is no"),
    "np.log of a product": (lambda y, k, s: np.log(y * k), r"log takes numbers, and .*\*.* is an expression"),
    "np.where": (lambda y, k, s: np.where(y > s, -y, -s), r"an `if` in a declaration cannot ask it"),
    "math.log of a ratio": (lambda y, k, s: math.log(k / s), r"takes numbers, and the parameter/the parameter is an"),
    "SciPy": (lambda y, k, s: scipy.special.gammaln(k + 1) - y, r"the function gammaln takes numbers"),
    "mpmath": (lambda y, k, s: mpmath.log(k * s) - y, r"the function of mpmath takes numbers"),
    "mpmath of a symbol": (lambda y, k, s: mpmath.log(y), r"takes numbers, and an outcome is a symbol"),
    "a function": (lambda y, k, s: lambda: -y, r"is not a formula: .* not a function. Write log_den"),
    "a text": (lambda y, k, s: "-y/s", r"is not a formula: .* not of text. Write it without quot"),
    "no case for the rest": (lambda y, k, s: sp.Piecewise((-y / s, y > 3)) - k, r"has no case for y = 0.2. End it"),
}  # fmt: skip


@pytest.mark.parametrize("style", REFUSED)
def test_styles_that_cannot_be_read_are_told_what_to_write(style: str) -> None:
    formula, message = REFUSED[style]
    with pytest.raises(DeclarationError, match=message) as told:
        declared(formula)
    assert told.value.remedy


def test_expressions_of_a_class_body_are_those_of_sympy() -> None:
    """What is typed by operators equals what is typed with SymPy's classes, in sets and as keys too."""
    y, t = lk.outcome(lk.positive), lk.parameter(lk.positive, link="exp")
    pairs = [
        (y - t, sp.Add(y, sp.Mul(-1, t))),
        (2 * y * t, sp.Mul(2, y, t)),
        (lk.log(y) ** 2, sp.Pow(sp.log(y), 2)),
        (lk.exp(-y) + sp.log(t), sp.Add(sp.exp(sp.Mul(-1, y)), sp.log(t))),
    ]
    for ours, theirs in pairs:
        assert ours == theirs
        assert theirs == ours
        assert len({ours, theirs}) == 1
        assert ours - theirs == 0
        plain = {y: sp.Symbol("y", positive=True), t: sp.Symbol("t", positive=True)}
        assert sp.srepr(ours.xreplace(plain)) == sp.srepr(theirs.xreplace(plain))


@pytest.mark.parametrize(("short", "long"), [
    (lambda y, k, s: -sp.UnevaluatedExpr(y) * k - s, lambda y, k, s: -y * k - s),
    (lambda y, k, s: sp.KroneckerDelta(y, 3) * k - y * s,
     lambda y, k, s: sp.Piecewise((k, sp.Eq(y, 3)), (0, True)) - y * s),
    (lambda y, k, s: sp.Piecewise((-y * s, sp.Ne(y, 3)), (k - y * s, True)),
     lambda y, k, s: sp.Piecewise((k, sp.Eq(y, 3)), (0, True)) - y * s),
    (lambda y, k, s: -sp.frac(y) * k - s * y, lambda y, k, s: -(y - lk.floor(y)) * k - s * y),
    (lambda y, k, s: lk.log(sp.sinc(k * y) ** 2) - s * y,
     lambda y, k, s: 2 * lk.log(lk.abs(lk.sin(k * y) / (k * y))) - s * y),
])  # fmt: skip
def test_abbreviations_of_sympy_are_written_out(short: Callable[..., Any], long: Callable[..., Any]) -> None:
    """No engine knew them."""
    found, true = (lk.derive(declared(formula)).value_and_gradient(Y, OUTPUTS) for formula in (short, long))
    for one, other in zip(found, true, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-14)


def test_cases_by_what_is_not_equal() -> None:
    """A hurdle typed with sympy.Ne was a KeyError in every engine, and in `lk.check`."""

    class Delayed(lk.Distribution):
        y = lk.outcome(lk.counts)
        p = lk.parameter(lk.unit, link="sigmoid")
        m = lk.parameter(lk.positive, link="exp")
        seen = lk.log(1 - p) - m + y * lk.log(m) - lk.log_factorial(y) - lk.log(1 - lk.exp(-m))
        log_density = sp.Piecewise((seen, sp.Ne(y, 0)), (lk.log(p), True))

    y, outputs = [0.0, 1.0, 4.0], [[0.3, -0.2], [2.0, 1.0], [-3.0, 0.5]]
    found = lk.derive(Delayed).value_and_gradient(y, outputs)
    true = lk.derive(lk.Hurdle(lk.Poisson)).value_and_gradient(y, [row[::-1] for row in outputs])
    np.testing.assert_allclose(found[0], true[0], rtol=1e-14)
    np.testing.assert_allclose(found[1], true[1][:, ::-1], rtol=1e-14)
    assert lk.check(Delayed).passed


#: conditions as they are typed -> whether they hold
CONDITIONS: dict[str, tuple[Callable[[Any, Any], Any], Callable[[float, float], bool]]] = {
    "operators": (lambda y, k: (y > 1) & ~(y > 4) | (y < k), lambda y, k: (1 < y <= 4) or y < k),
    "not both": (lambda y, k: sp.Not(sp.And(y > 1, y < k)), lambda y, k: not (1 < y < k)),
    "one of two": (lambda y, k: sp.Xor(y > 1, k > 1), lambda y, k: (y > 1) != (k > 1)),
    "an interval": (lambda y, k: sp.Contains(y, sp.Interval.Lopen(1, 3)), lambda y, k: 1 < y <= 3),
    "places": (lambda y, k: sp.Contains(y, sp.FiniteSet(3, 40)), lambda y, k: y in (3, 40)),
    "implied": (lambda y, k: sp.Implies(y > 1, k > 1), lambda y, k: y <= 1 or k > 1),
    "a choice": (lambda y, k: sp.ITE(y > 1, k > 1, k < 1), lambda y, k: k > 1 if y > 1 else k < 1),
    "cases": (lambda y, k: sp.Piecewise((1, y > 1), (2, True)) > k, lambda y, k: (1 if y > 1 else 2) > k),
}


@pytest.mark.parametrize("way", CONDITIONS)
def test_conditions_are_read_however_they_are_joined(way: str) -> None:
    """Half of them were an AttributeError of the engines or of `lk.check`."""
    condition, holds = CONDITIONS[way]
    family = declared(lambda y, k, s: sp.Piecewise((-y * s, condition(y, k)), (-2 * y * s - k, True)))
    k, s = np.exp(OUTPUTS).T
    y = np.array(Y)
    true = [y1 * s1 if holds(y1, k1) else 2 * y1 * s1 + k1 for y1, k1, s1 in zip(y, k, s, strict=True)]
    np.testing.assert_allclose(lk.derive(family)(Y, OUTPUTS), true, rtol=1e-15)
    assert lk.check(family)["value against mpmath"].passed


def test_a_point_mass_is_no_density() -> None:
    with pytest.raises(
        DeclarationError, match=r"has a DiracDelta, which is no density. A value with a probability of its"
    ):
        declared(lambda y, k, s: lk.log(sp.DiracDelta(y - k)) - s)


def test_parameters_without_a_line_of_their_own() -> None:
    @dataclasses.dataclass
    class Both:
        k: Any
        s: Any

    def one() -> Any:
        return lk.parameter(lk.positive, link="exp")

    for held in ([one(), one()], {"k": one(), "s": one()}, Both(one(), one())):
        with pytest.raises(
            DeclarationError, match=r"mentions a parameter which the class does not declare by a name. Ea"
        ):

            class Life(lk.Distribution):
                y = lk.outcome(lk.positive)
                both = held
                log_density = -y / (
                    held[0] if isinstance(held, list) else held["k"] if isinstance(held, dict) else held.k
                )


def test_what_a_declaration_may_derive_from() -> None:
    class Constants:
        half = 0.5

    with pytest.raises(
        DeclarationError, match=r"Mixed derives from Constants and Distribution; .* derives from one class"
    ):

        class Mixed(Constants, lk.Distribution):
            y = lk.outcome(lk.positive)

    with pytest.raises(DeclarationError, match=r"Heir derives from Weibull, which is final. Bind its parameters"):

        class Heir(lk.Weibull):
            pass

    with pytest.raises(
        DeclarationError, match=r"Weibull\(scale=1\) is a noise with its parameters bound, and no class"
    ):

        class Late(lk.Weibull(scale=1)):  # type: ignore[misc]
            pass


def test_cases_that_cover_a_support_need_no_last_one() -> None:
    """Labels 0 and 1, either side of a place, and cases inside of cases."""

    class Either(lk.Distribution):
        y = lk.outcome(lk.binary)
        p = lk.parameter(lk.unit, link="sigmoid")
        log_density = sp.Piecewise((lk.log(p), sp.Eq(y, 1)), (lk.log(1 - p), sp.Eq(y, 0)))

    np.testing.assert_allclose(lk.derive(Either)([0, 1], [0.5, 0.5]), np.log1p(np.exp([0.5, -0.5])), rtol=4e-16)

    class Sides(lk.Distribution):
        y = lk.outcome(lk.real)
        m = lk.parameter(lk.real, link="identity")
        log_density = -lk.log(2) - sp.Piecewise((y - m, y >= m), (sp.Piecewise((m - y, y < m)), y < m))

    np.testing.assert_allclose(lk.derive(Sides)([2.0, -1.0], [0.0, 0.0]), np.log(2) + np.array([2.0, 1.0]), rtol=4e-16)
